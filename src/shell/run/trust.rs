//! Which certificates the user trusts, and the question about one that nobody vouches for.

use crate::client::TrustQuestion;
use crate::shell::config::known_hosts::KnownHosts;
use crate::shell::config::settings::{Settings, Switch, TlsMaximum};
use crate::shell::core::{Keyboard, Shell};
use crate::shell::editor::Typed;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Tone, certificate_lines};
use crate::tls::{Roots, Secured, TlsSettings, TlsVersion};

/// What the command line says about certificates.
#[derive(Clone, Debug)]
pub(crate) struct Certificates {
    pub(crate) roots: Roots,
    pub(crate) insecure: bool,
    pub(crate) known_hosts: KnownHosts,
}

impl Certificates {
    /// The session's view, for this host.
    pub(crate) fn settings(&self, settings: &Settings, host: &str, port: u16) -> TlsSettings {
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

/// What the user said to the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Always,
    Once,
    No,
}

impl Shell {
    /// Shows a certificate that is not believed, and asks. In a script the question is dropped.
    pub(crate) fn decide_trust(&mut self, question: TrustQuestion) {
        let Some(certificate) = question.secured.chain.first().cloned() else {
            return;
        };
        if !self.is_interactive() {
            return;
        }
        let reason = question.secured.trust.reason().unwrap_or_default();
        let reason = escape(reason.as_bytes());
        let text = format!("the server's certificate is not trusted: {reason}");
        self.painter.say(Tone::Warning, &text);
        for line in certificate_lines(&certificate) {
            self.painter.say(Tone::Note, &line);
        }
        if let Some(problem) = self.certificates.known_hosts.problem() {
            let text =
                format!("the file of known hosts cannot be read, so it knows nobody: {problem}");
            self.painter.say(Tone::Warning, &text);
        }
        let answer = self.ask_for_trust();
        if answer == Answer::Always {
            self.remember_certificate(&question.secured);
        }
        question.answer(answer != Answer::No);
    }

    /// Only the whole words count: what was typed ahead for something else is no answer.
    fn ask_for_trust(&mut self) -> Answer {
        loop {
            let Keyboard::Terminal(editor) = &mut self.keyboard else {
                return Answer::No;
            };
            let typed = match editor.read_line("trust it: always, once, or no? ") {
                Typed::Line(text) | Typed::LastText(text) => text,
                Typed::End | Typed::Interrupt | Typed::NotText => return Answer::No,
            };
            match typed.trim().to_ascii_lowercase().as_str() {
                "always" => return Answer::Always,
                "once" => return Answer::Once,
                "no" | "n" => return Answer::No,
                _ => {
                    let text = "please type one of the words: always (from now on), once (this time), or no";
                    self.painter.say(Tone::Note, text);
                }
            }
        }
    }

    fn remember_certificate(&self, secured: &Secured) {
        let (Some(target), Some(certificate)) = (&self.last_target, secured.chain.first()) else {
            return;
        };
        let hosts = &self.certificates.known_hosts;
        let (tone, text) = match hosts.remember(&target.host, target.port, certificate.fingerprint)
        {
            Ok(()) => (Tone::Note, format!("remembered in {}", hosts.shown_path())),
            Err(error) => (
                Tone::Error,
                format!(
                    "trusted for this time only, since {} cannot be written: {error}",
                    hosts.shown_path()
                ),
            ),
        };
        self.painter.say(tone, &text);
        if let Some(session) = &self.session {
            // Another AUTH in the same session is held to it.
            session.configure(self.session_settings());
        }
    }
}
