//! What brought a session where it is, for a recording that begins in its middle.

use crate::protocol::Verb;
use crate::transcript::exchange::Exchange;

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

    /// Takes an exchange that is over; `text` is its lines.
    pub(super) fn take(&mut self, exchange: &Exchange, text: String) {
        if exchange.direction().is_some() {
            self.forget(FOR_ONE_TRANSFER);
        }
        if !exchange.is_accepted() {
            return;
        }
        let verb = exchange.verb();
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
        if lasts(&verb) && self.lasting.len() < KEPT_COMMANDS {
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
pub(super) fn lasts(verb: &Verb) -> bool {
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
    use super::{Exchange, Preface};
    use crate::protocol::ReplyCode;
    use crate::transcript::exchange::SentCommand;
    use crate::transcript::expected_reply::ExpectedReply;
    use crate::transcript::template::Template;

    fn exchange(line: &str, code: u16) -> Exchange {
        let command = SentCommand::Line(Template::literal(line.as_bytes()));
        let mut exchange = Exchange::new(1, Some(command));
        exchange
            .replies
            .push(ExpectedReply::of_code(ReplyCode(code)));
        exchange
    }

    #[test]
    fn what_still_counts_is_kept_in_order() {
        let mut preface = Preface::default();
        preface.set_greeting("greeting\n".to_owned());
        for line in [
            "USER a", "PASS x", "USER b", "PASS y", "TYPE A", "CWD sub", "NOOP", "PASV", "RETR f",
            "TYPE I", "REST 5", "PASV", "EPSV", "RNFR a", "RNTO b",
        ] {
            preface.take(&exchange(line, 250), format!("{line}\n"));
        }
        preface.take(&exchange("CWD refused", 550), String::new());
        assert_eq!(
            preface.text(),
            "greeting\nUSER b\nPASS y\nCWD sub\nTYPE I\nREST 5\nEPSV\n"
        );
        preface.take(&exchange("REIN", 220), String::new());
        assert_eq!(preface.text(), "greeting\nREST 5\nEPSV\n");
    }
}
