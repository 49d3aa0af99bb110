//! What a session has done before a command, as far as another session has to do it too.

use crate::protocol::user_pi::data_direction;
use crate::protocol::{Answered, Command};

/// Commands that were accepted, and what they said still holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Preparation {
    /// One for each step of the way.
    folders: Vec<Command>,
    representation: Option<Command>,
    is_extended: bool,
    /// REST or RNFR, if nothing came after it.
    directly_before: Option<Command>,
}

impl Preparation {
    /// A command was accepted.
    pub(super) fn take(&mut self, answered: &Answered) {
        let Some(command) = &answered.command else {
            return;
        };
        let is = |names: &[&str]| answered.is_to(names);
        if is(&["REIN"]) {
            *self = Self::default();
        } else if is(&["TYPE"]) {
            self.representation = Some(command.clone());
        } else if is(&["PASV", "EPSV"]) {
            self.is_extended = is(&["EPSV"]);
        } else if is(&["CWD", "XCWD", "CDUP", "XCUP"]) {
            if is_absolute(command) {
                self.folders.clear();
            }
            self.folders.push(command.clone());
        }
        self.directly_before = Some(command.clone()).filter(|_| is(&["REST", "RNFR"]));
    }

    /// What offered a port last.
    pub(super) fn passive(&self) -> &'static str {
        if self.is_extended { "EPSV" } else { "PASV" }
    }

    /// The commands that lead to this one, without the login.
    pub(super) fn steps(&self, command: &Command, is_active: bool) -> Vec<Command> {
        let moves_data = data_direction(command).is_some();
        let is_one_of = |names: &[&str]| names.iter().any(|name| command.verb().is(name));
        let names_a_file = moves_data || is_one_of(NAMING);
        let is_long_way = self.folders.len() > FOLDERS_SHOWN;
        let folders = self.folders.iter();
        let folders = folders.filter(|_| names_a_file && !is_absolute(command) && !is_long_way);
        let has_type = moves_data || is_one_of(&["SIZE", "REST"]);
        let port = if is_active { "listen" } else { self.passive() };
        let port = Command::new(port).ok().filter(|_| moves_data);
        let before = self.directly_before.iter();
        let before = before.filter(|before| match before.verb().is("RNFR") {
            true => is_one_of(&["RNTO"]),
            false => moves_data,
        });
        folders
            .chain(self.representation.iter().filter(|_| has_type))
            .chain(port.iter())
            .chain(before)
            .cloned()
            .collect()
    }
}

fn is_absolute(command: &Command) -> bool {
    let argument = command.argument().unwrap_or_default();
    argument.trim_ascii_start().starts_with(b"/")
}

/// What takes a name, and moves no data.
const NAMING: &[&str] = &[
    "SIZE", "MDTM", "MFMT", "MLST", "DELE", "RMD", "MKD", "RNFR", "RNTO", "CWD", "XCWD",
];
const FOLDERS_SHOWN: usize = 5;
