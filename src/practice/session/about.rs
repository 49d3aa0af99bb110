//! FEAT, OPTS, HELP, SYST, STAT, SITE, ABOR: what the server says about itself.

use std::time::SystemTime;

use super::super::faults::Fault;
use super::super::folder;
use super::super::listing::{Entry, Facts};
use super::super::verbs::{self, Known, VERBS};
use super::Session;
use crate::protocol::Verb;

impl Session {
    pub(super) fn feat(&self) {
        let mlst = format!("MLST {}", self.state.facts.in_feat());
        let all = [
            ("AUTH TLS", true),
            ("EPRT", true),
            ("EPSV", true),
            ("MDTM", true),
            (mlst.as_str(), !self.service.has(&Fault::NoMlst)),
            ("PBSZ", true),
            ("PROT", true),
            ("REST STREAM", !self.service.has(&Fault::NoRest)),
            ("SIZE", !self.service.has(&Fault::NoSize)),
            ("TVFS", true),
            ("UTF8", true),
        ];
        let present = all.iter().filter(|(_, on)| *on).map(|(name, _)| name);
        self.replies
            .send_lines(211, b"Extensions supported:", present, b"End");
    }

    pub(super) fn opts(&mut self, argument: &[u8]) {
        let (verb, options) = split_word(argument);
        let verb = Verb::new(verb);
        if verb.is("UTF8") {
            self.reply(200, "Names are sent as they are.");
        } else if verb.is("MLST") && !self.service.has(&Fault::NoMlst) {
            self.state.facts = Facts::chosen(options);
            let on = self.state.facts.switched_on();
            self.reply(200, format!("MLST OPTS {on}"));
        } else {
            self.reply(501, "No options for this.");
        }
    }

    pub(super) fn help(&self, argument: &[u8]) {
        if argument.is_empty() {
            let syntax = VERBS.iter().map(|entry| entry.syntax);
            return self
                .replies
                .send_lines(214, b"The verbs:", syntax, b"End of help.");
        }
        match verbs::known(&Verb::new(argument.trim_ascii())) {
            Known::Obeyed(entry) => self.reply(214, format!("Syntax: {}", entry.syntax)),
            _ => self.reply(502, "No such verb here."),
        }
    }

    pub(super) fn syst(&self) {
        if self.service.has(&Fault::DosList) {
            self.reply(215, "Windows_NT");
        } else {
            self.reply(215, "UNIX Type: L8");
        }
    }

    pub(super) fn stat(&self, argument: &[u8]) {
        if argument.is_empty() {
            return self.status();
        }
        let path = self.path(argument);
        let entries = Entry::of(&self.service.folder, &path, path.name()).and_then(|entry| {
            if entry.is_directory() {
                Entry::within(&self.service.folder, &path)
            } else {
                Ok(vec![entry])
            }
        });
        let now = SystemTime::now();
        match entries {
            Ok(entries) => self.replies.send_lines(
                213,
                b"Status:",
                entries.iter().map(|entry| entry.unix_line(now)),
                b"End of status.",
            ),
            Err(error) => self.reply(450, folder::refusal(&error)),
        }
    }

    pub(super) fn site(&self, argument: &[u8]) {
        if argument.trim_ascii().eq_ignore_ascii_case(b"HELP") {
            self.reply(214, "SITE HELP is all there is.");
        } else {
            self.reply(500, "SITE command not understood.");
        }
    }

    pub(super) fn abor(&mut self) {
        if std::mem::take(&mut self.has_aborted) {
            self.reply(226, "ABOR command successful.");
        } else {
            self.reply(225, "No transfer to abort.");
        }
    }

    fn status(&self) {
        let login = if self.login.is_done() {
            "Logged in"
        } else {
            "Not logged in"
        };
        let representation = if self.state.is_ascii { "A N" } else { "I" };
        let transfer = match &self.transfer {
            Some(transfer) => format!("Transfer running: {} octets so far", transfer.octets()),
            None => "No transfer".to_owned(),
        };
        let body = [
            login.to_owned(),
            format!("TYPE {representation}, MODE S, STRU F"),
            self.security.described(self.lines.connection()),
            transfer,
        ];
        self.replies.send_lines(
            211,
            b"Status of the practice server:",
            body,
            b"End of status.",
        );
    }
}

/// The first word and what follows the space behind it.
fn split_word(argument: &[u8]) -> (&[u8], &[u8]) {
    match argument.iter().position(|&octet| octet == b' ') {
        Some(space) => (&argument[..space], &argument[space + 1..]),
        None => (argument, b""),
    }
}
