//! `tls`, `--tls`, and the question whether a certificate is to be trusted.

use crate::client::{Ending, Exchange, News, Origin, Outcome, Session};
use crate::protocol::Command;
use crate::protocol::parameters::ProtectionLevel;
use crate::shell::config::settings::TlsStart;
use crate::shell::core::Shell;
use crate::shell::exit::Exit;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Tone, agreed, certificate_lines};
use crate::tls::{Secured, TlsSettings, Trust};

impl Shell {
    /// Waits until an exchange is settled, and asks the user about a certificate on the way.
    pub(crate) fn await_outcome(&mut self, exchange: &Exchange, first: News) -> Outcome {
        let mut news = first;
        loop {
            match news {
                News::Settled(outcome) => return outcome,
                News::TrustAsked(question) => self.decide_trust(question),
                News::Begun | News::DataEnded => {}
            }
            let interrupts = self.interrupts.clone();
            news = interrupts.during(|| exchange.next_decisive_news());
        }
    }

    /// The session's view of TLS.
    pub(crate) fn tls_settings(&self) -> TlsSettings {
        let (host, port) = self
            .last_target
            .as_ref()
            .map_or(("", 0), |target| (target.host.as_str(), target.port));
        self.certificates.settings(&self.settings, host, port)
    }

    /// `tls`: what protects the connections.
    pub(crate) fn tls(&self) -> Exit {
        let status = self.session.as_ref().and_then(Session::status);
        let Some(status) = status.filter(|status| status.connected) else {
            return self.refuse_line(&"not connected, so there is no TLS to tell of");
        };
        match &status.control_tls {
            None => self
                .painter
                .plain("control connection    in clear; AUTH TLS asks for TLS"),
            Some(secured) => self.tell_secured("control connection", secured),
        }
        let level = match status.learnt.parameters.protection {
            Some(ProtectionLevel::Private) => "under TLS from the next transfer on (PROT P)",
            _ => "in clear; PBSZ 0 and PROT P ask for TLS",
        };
        self.painter
            .plain(&format!("data connections      {level}"));
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
            .plain(&format!("{which:<20}  {}, {session}", agreed(secured)));
        let trust = match &secured.trust {
            Trust::Verified => "verified".to_owned(),
            Trust::Known(reason) => format!("trusted by you; {}", escape(reason.as_bytes())),
            Trust::Unverified(reason) => {
                format!("NOT VERIFIED (--insecure); {}", escape(reason.as_bytes()))
            }
        };
        self.painter
            .plain(&format!("  certificate         {trust}"));
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
    pub(crate) fn protect(&mut self, start: TlsStart) -> Exit {
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
                self.drop_session();
                return exit;
            }
            // Not every reply that sounds friendly agrees: what counts is what stands now.
            if exit != Exit::Done || !self.stands_behind(line) {
                self.drop_session();
                let text = format!(
                    "{line} was not agreed to, and TLS on both connections is required: the connection was closed"
                );
                self.painter.say(Tone::Error, &text);
                return Exit::Tls;
            }
        }
        Exit::Done
    }

    /// Whether a line that asks for TLS has brought it about.
    fn stands_behind(&self, line: &str) -> bool {
        let Some(status) = self.session.as_ref().and_then(Session::status) else {
            return false;
        };
        let is_private = status.learnt.parameters.protection == Some(ProtectionLevel::Private);
        status.control_tls.is_some() && (line != "PROT P" || is_private)
    }

    /// Waits for the greeting, and has an idea why it may not come.
    pub(crate) fn await_greeting(&mut self, greeting: &Exchange, start: TlsStart) -> Outcome {
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

    pub(crate) fn suggest_other_start(&self, start: TlsStart) {
        let text = if start == TlsStart::Implicit {
            "does this port expect a clear start? Then it is ftp://HOST, or --tls require"
        } else {
            "no greeting so far: does this port expect TLS from the first octet? Then it is ftps://HOST, or --tls implicit"
        };
        self.painter.say(Tone::Hint, text);
    }

    pub(crate) fn send_shown(&mut self, verb: &[u8], argument: &[u8]) -> Result<Outcome, Exit> {
        let command = Command::new([verb, argument].concat());
        let command = command.map_err(|error| self.refuse_line(&error))?;
        self.perform(command, Origin::Shown)
    }
}

/// How long a person waits for a greeting before something seems wrong.
const GREETING_PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);
