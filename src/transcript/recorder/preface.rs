//! What brought a session where it is, for a recording that begins in its middle.

use crate::protocol::Command;
use crate::protocol::user_pi::data_direction;

/// The greeting, and the commands whose effect lasts.
#[derive(Default)]
pub(super) struct Preface {
    greeting: String,
    /// The verb in upper case, and the lines of its exchange.
    lasting: Vec<(Vec<u8>, String)>,
}

impl Preface {
    pub(super) fn set_greeting(&mut self, text: String) {
        self.greeting = text;
    }

    /// Takes a command that was answered; `text` is its lines, if it was accepted.
    pub(super) fn take(&mut self, command: &Command, text: Option<String>) {
        if data_direction(command).is_some() {
            self.forget(FOR_ONE_TRANSFER);
        }
        let Some(text) = text else { return };
        let verb = command.verb();
        if verb.is("REIN") {
            self.forget(LOGIN);
            self.forget(SETTINGS);
        } else if verb.is("USER") {
            self.forget(LOGIN);
        } else if verb.is("RNTO") {
            self.forget(&["RNFR"]);
        } else if PORTS.iter().any(|port| verb.is(port)) {
            self.forget(PORTS);
        } else if REPLACED.iter().any(|setting| verb.is(setting)) {
            let verb = verb.as_bytes();
            self.lasting.retain(|(known, _)| known != verb);
        }
        if lasts(command) && self.lasting.len() < KEPT_COMMANDS {
            self.lasting.push((verb.as_bytes().to_vec(), text));
        }
    }

    /// Everything, in order.
    pub(super) fn text(&self) -> String {
        let lasting = self.lasting.iter().map(|(_, text)| text.as_str());
        std::iter::once(self.greeting.as_str())
            .chain(lasting)
            .collect()
    }

    fn forget(&mut self, verbs: &[&str]) {
        let is_forgotten = |known: &Vec<u8>| verbs.iter().any(|verb| verb.as_bytes() == known);
        self.lasting.retain(|(known, _)| !is_forgotten(known));
    }
}

/// Whether the effect of this command lasts beyond its reply.
pub(super) fn lasts(command: &Command) -> bool {
    let verb = command.verb();
    let all = [LOGIN, SETTINGS, PORTS, PENDING, SECURITY];
    all.iter()
        .any(|verbs| verbs.iter().any(|lasting| verb.is(lasting)))
}

const LOGIN: &[&str] = &["USER", "PASS", "ACCT", "HOST"];
const SECURITY: &[&str] = &["AUTH", "ADAT", "PBSZ", "PROT", "CCC"];
const SETTINGS: &[&str] = &[
    "TYPE", "MODE", "STRU", "OPTS", "LANG", "CLNT", "CWD", "XCWD", "CDUP", "XCUP", "SMNT",
];
/// Of these, the last one counts.
const REPLACED: &[&str] = &["TYPE", "MODE", "STRU", "PROT", "LANG", "REST", "RNFR"];
const PORTS: &[&str] = &["PASV", "EPSV", "LPSV", "PORT", "EPRT", "LPRT"];
const PENDING: &[&str] = &["REST", "RNFR"];
const FOR_ONE_TRANSFER: &[&str] = &["PASV", "EPSV", "LPSV", "PORT", "EPRT", "LPRT", "REST"];
/// Nobody changes directory so often; a program that does must not fill the memory.
const KEPT_COMMANDS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::{Command, Preface};

    #[test]
    fn what_still_counts_is_kept_in_order() {
        let mut preface = Preface::default();
        preface.set_greeting("greeting\n".to_owned());
        for line in [
            "USER a", "PASS x", "USER b", "PASS y", "TYPE A", "CWD sub", "NOOP", "PASV", "RETR f",
            "TYPE I", "REST 5", "PASV", "EPSV", "RNFR a", "RNTO b",
        ] {
            let command = Command::new(line).unwrap();
            preface.take(&command, Some(format!("{line}\n")));
        }
        preface.take(&Command::new("CWD refused").unwrap(), None);
        assert_eq!(
            preface.text(),
            "greeting\nUSER b\nPASS y\nCWD sub\nTYPE I\nREST 5\nEPSV\n"
        );
        preface.take(&Command::new("REIN").unwrap(), Some(String::new()));
        assert_eq!(preface.text(), "greeting\nREST 5\nEPSV\n");
    }
}
