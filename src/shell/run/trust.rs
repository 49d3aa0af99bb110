//! Which certificates the user trusts, and the question about one that is not trusted.

use crate::client::TrustQuestion;
use crate::shell::config::known_hosts::KnownHosts;
use crate::shell::config::settings::{Settings, TlsMaximum};
use crate::shell::config::target::Target;
use crate::shell::editor::{Input, Typed};
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Painter, Tone, certificate_rows};
use crate::tls::{Certificate, Roots, TlsSettings, TlsVersion};

use super::identity::LoadedIdentity;

/// What the command line says about certificates.
#[derive(Clone, Debug)]
pub(crate) struct Certificates {
    pub(crate) roots: Roots,
    pub(crate) insecure: bool,
    pub(crate) known_hosts: KnownHosts,
    /// The certificate of this side, once it was needed.
    pub(crate) identity: Option<LoadedIdentity>,
}

impl Certificates {
    /// The session's view, for this host.
    pub(crate) fn settings(&self, settings: &Settings, host: &str, port: u16) -> TlsSettings {
        let sent_name = settings.tls_sni.clone().unwrap_or_default();
        // Behind one address may be several servers.
        let known_as = sent_name.in_place_of_host().unwrap_or(host);
        let identity = self.identity.as_ref().filter(|it| it.is_of(settings));
        TlsSettings {
            roots: self.roots.clone(),
            known: self.known_hosts.fingerprint(known_as, port),
            identity: identity.map(|it| it.identity.clone()),
            insecure: self.insecure,
            newest: match settings.tls_max {
                TlsMaximum::Tls13 => TlsVersion::Tls13,
                TlsMaximum::Tls12 => TlsVersion::Tls12,
            },
            resume: settings.tls_resume,
            close_notify: settings.tls_close_notify,
            sent_name,
            probe: None,
        }
    }

    /// Shows a certificate that is not trusted, and asks. In a script the question is dropped. `true` if the
    /// certificate is trusted from now on.
    pub(crate) fn decide(
        &self,
        question: TrustQuestion,
        target: Option<&Target>,
        input: &mut Input,
        painter: &Painter,
    ) -> bool {
        let Some(certificate) = question.secured.chain.first().cloned() else {
            return false;
        };
        if !input.is_interactive() {
            return false;
        }
        let reason = question.secured.trust.reason().unwrap_or_default();
        let reason = escape(reason.as_bytes());
        let text = format!("the server's certificate is not trusted: {reason}");
        painter.say(Tone::Warning, &text);
        painter.say_rows(&certificate_rows(&certificate, FINGERPRINT_BYTES));
        if let Some(problem) = self.known_hosts.problem() {
            let text =
                format!("the file of known hosts cannot be read, so no host is known: {problem}");
            painter.say(Tone::Warning, &text);
        }
        let answer = Answer::ask(input, painter);
        let name = question.secured.name.as_deref();
        let is_remembered = answer == Answer::Always
            && target.is_some_and(|target| {
                let host = name.unwrap_or(&target.host);
                self.remember(host, target.port, &certificate, painter)
            });
        question.answer(answer != Answer::No);
        is_remembered
    }

    fn remember(
        &self,
        host: &str,
        port: u16,
        certificate: &Certificate,
        painter: &Painter,
    ) -> bool {
        let (hosts, fingerprint) = (&self.known_hosts, certificate.fingerprint);
        match hosts.remember(host, port, fingerprint) {
            Ok(()) => {
                let text = format!("remembered in {}", hosts.shown_path());
                painter.say(Tone::Note, &text);
            }
            Err(error) => {
                let text = format!(
                    "trusted for this time only, since {} cannot be written: {error}",
                    hosts.shown_path()
                );
                painter.say(Tone::Error, &text);
            }
        }
        true
    }
}

/// What the user said to the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Always,
    Once,
    No,
}

impl Answer {
    /// Only the whole words count: what was typed ahead for something else is not an answer.
    fn ask(input: &mut Input, painter: &Painter) -> Self {
        loop {
            let typed = match input.ask("trust it: always, once, or no? ") {
                Typed::Line(text) | Typed::LastText(text) => text,
                Typed::End | Typed::Interrupt | Typed::NotText => return Self::No,
            };
            match typed.trim().to_ascii_lowercase().as_str() {
                "always" => return Self::Always,
                "once" => return Self::Once,
                "no" | "n" => return Self::No,
                _ => {
                    let text = "please type one of the words: always (from now on), once (this time), or no";
                    painter.say(Tone::Note, text);
                }
            }
        }
    }
}

/// In a row.
const FINGERPRINT_BYTES: usize = 16;
