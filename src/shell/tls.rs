//! `tls`, `--tls`, and the question whether a certificate is to be trusted.

use super::core::{Keyboard, Shell};
use super::editor::Typed;
use super::escape::escape;
use super::exit::Exit;
use super::known_hosts::KnownHosts;
use super::painter::{Tone, agreed, certificate_lines};
use super::settings::{Settings, Switch, TlsMaximum, TlsStart};
use crate::net::tls::{Roots, Secured, TlsSettings, TlsVersion, Trust};
use crate::protocol::Command;
use crate::session::{Ending, Exchange, News, Origin, Outcome, Session, TrustQuestion};

/// What the command line says about certificates.
#[derive(Clone, Debug)]
pub(super) struct Certificates {
    pub(super) roots: Roots,
    pub(super) insecure: bool,
    pub(super) known_hosts: KnownHosts,
}

impl Certificates {
    /// The session's view, for this host.
    pub(super) fn settings(&self, settings: &Settings, host: &str, port: u16) -> TlsSettings {
        TlsSettings {
            roots: self.roots.clone(),
            known: self.known_hosts.fingerprint(host, port),
            insecure: self.insecure,
            newest: match settings.tls_max {
                TlsMaximum::Tls13 => TlsVersion::Tls13,
                TlsMaximum::Tls12 => TlsVersion::Tls12,
            },
            resume: settings.tls_resume == Switch::On,
            close_notify: settings.tls_close_notify == Switch::On,
        }
    }
}

impl Shell {
    /// Waits until an exchange is settled, and asks the user about a certificate on the way.
    pub(super) fn await_outcome(&mut self, exchange: &Exchange) -> Outcome {
        loop {
            match self.interrupts.clone().during(|| exchange.next_news()) {
                News::Settled(outcome) => return outcome,
                News::TrustAsked(question) => self.decide_trust(question),
                News::Begun | News::DataEnded => {}
            }
        }
    }

    /// Shows a certificate that is not believed, and asks. In a script the question is dropped, which is a no.
    pub(super) fn decide_trust(&mut self, question: TrustQuestion) {
        let Some(certificate) = question.secured.chain.first().cloned() else {
            return;
        };
        let Keyboard::Terminal(editor) = &mut self.keyboard else {
            return;
        };
        let reason = match &question.secured.trust {
            Trust::Known(reason) | Trust::Unverified(reason) => escape(reason.as_bytes()),
            Trust::Verified => String::new(),
        };
        let text = format!("the server's certificate is not trusted: {reason}");
        self.painter.say(Tone::Warning, &text);
        for line in certificate_lines(&certificate) {
            self.painter.say(Tone::Note, &line);
        }
        let answer = match editor.read_line("trust it: always, once, or no? ") {
            Typed::Line(text) | Typed::LastText(text) => text.trim().to_ascii_lowercase(),
            Typed::End | Typed::Interrupt | Typed::NotText => String::new(),
        };
        let always = ["always", "a", "yes", "y"].contains(&answer.as_str());
        if always {
            self.remember_certificate(&question.secured);
        }
        question.answer(always || ["once", "o"].contains(&answer.as_str()));
    }

    fn remember_certificate(&self, secured: &Secured) {
        let (Some(target), Some(certificate)) = (&self.last_target, secured.chain.first()) else {
            return;
        };
        let hosts = &self.certificates.known_hosts;
        let (tone, text) = match hosts.remember(&target.host, target.port, certificate.fingerprint)
        {
            Ok(()) => {
                let path = hosts.path().unwrap_or(std::path::Path::new(""));
                let path = escape(path.as_os_str().as_encoded_bytes());
                (Tone::Note, format!("remembered in {path}"))
            }
            Err(error) => (
                Tone::Error,
                format!(
                    "trusted for this time only, since the file of known hosts cannot be written: {error}"
                ),
            ),
        };
        self.painter.say(tone, &text);
    }

    /// The session's view of TLS.
    pub(super) fn tls_settings(&self) -> TlsSettings {
        let (host, port) = self
            .last_target
            .as_ref()
            .map_or(("", 0), |target| (target.host.as_str(), target.port));
        self.certificates.settings(&self.settings, host, port)
    }

    /// `tls`: what protects the connections.
    pub(super) fn tls(&self) -> Exit {
        let Some(status) = self.session.as_ref().and_then(Session::status) else {
            return self.refuse_line(&"not connected, so there is no TLS to tell of");
        };
        match &status.control_tls {
            None => self
                .painter
                .plain("control connection  in clear; AUTH TLS asks for TLS"),
            Some(secured) => self.tell_secured("control connection", secured),
        }
        let level = match status.learnt.parameters.protection {
            Some(crate::protocol::parameters::ProtectionLevel::Private) => {
                "under TLS from the next transfer on (PROT P)"
            }
            _ => "in clear; PBSZ 0 and PROT P ask for TLS",
        };
        self.painter.plain(&format!("data connections    {level}"));
        if let Some(secured) = &status.data_tls {
            self.tell_secured("last data connection", secured);
        }
        Exit::Done
    }

    fn tell_secured(&self, which: &str, secured: &Secured) {
        let session = if secured.resumed {
            "an earlier session, resumed"
        } else {
            "a new session"
        };
        self.painter
            .plain(&format!("{which}  {}, {session}", agreed(secured)));
        let trust = match &secured.trust {
            Trust::Verified => "verified".to_owned(),
            Trust::Known(reason) => format!("trusted by you; {}", escape(reason.as_bytes())),
            Trust::Unverified(reason) => {
                format!("NOT VERIFIED (--insecure); {}", escape(reason.as_bytes()))
            }
        };
        self.painter.plain(&format!("  certificate  {trust}"));
        for (index, certificate) in secured.chain.iter().enumerate() {
            if index > 0 {
                self.painter.plain("  issued by");
            }
            for line in certificate_lines(certificate) {
                self.painter.plain(&format!("    {line}"));
            }
        }
    }

    /// Asks for TLS on both connections, as `--tls` wants it. Without it the connection is closed.
    pub(super) fn protect(&mut self, start: TlsStart) -> Exit {
        let lines: &[&str] = match start {
            TlsStart::Off => return Exit::Done,
            TlsStart::Require => &["AUTH TLS", "PBSZ 0", "PROT P"],
            TlsStart::Implicit => &["PBSZ 0", "PROT P"],
        };
        for line in lines {
            let outcome = match self.send_shown(line.as_bytes(), b"") {
                Ok(outcome) => outcome,
                Err(exit) => return exit,
            };
            let exit = Exit::of(&outcome);
            if outcome.ending != Ending::Answered {
                return exit;
            }
            if exit != Exit::Done {
                self.drop_session();
                let text = format!(
                    "{line} was refused, and TLS on both connections is required: the connection was closed"
                );
                self.painter.say(Tone::Error, &text);
                return Exit::Tls;
            }
        }
        Exit::Done
    }

    /// Waits for the greeting, and has an idea why it may not come.
    pub(super) fn await_greeting(&mut self, greeting: &Exchange, start: TlsStart) -> Outcome {
        let is_interactive = self.is_interactive();
        let mut patience = is_interactive.then_some(GREETING_PATIENCE);
        loop {
            let interrupts = self.interrupts.clone();
            let news = interrupts.during(|| match patience {
                Some(limit) => greeting.next_news_within(limit),
                None => Some(greeting.next_news()),
            });
            match news {
                Some(News::TrustAsked(question)) => self.decide_trust(question),
                Some(News::Begun | News::DataEnded) => {}
                Some(News::Settled(outcome)) => {
                    if outcome.ending == Ending::TimedOut {
                        self.suggest_other_start(start);
                    }
                    return outcome;
                }
                None => {
                    patience = None;
                    self.suggest_other_start(start);
                }
            }
        }
    }

    pub(super) fn suggest_other_start(&self, start: TlsStart) {
        let text = if start == TlsStart::Implicit {
            "does this port expect a clear start? Then it is ftp://HOST, or --tls require"
        } else {
            "no greeting so far: does this port expect TLS from the first octet? Then it is ftps://HOST, or --tls implicit"
        };
        self.painter.say(Tone::Hint, text);
    }

    pub(super) fn send_shown(&mut self, verb: &[u8], argument: &[u8]) -> Result<Outcome, Exit> {
        let command = Command::new([verb, argument].concat());
        let command = command.map_err(|error| self.refuse_line(&error))?;
        self.perform(command, Origin::Shown)
    }
}

/// How long a person waits for a greeting before something seems wrong.
const GREETING_PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);
