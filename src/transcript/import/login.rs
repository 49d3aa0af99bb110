//! Whether a password is asked for.

use super::items::CodedLine;
use crate::protocol::{Command, ReplyCode};

/// Whether a password is asked for, which may come without its verb: from USER on, until somebody is logged in.
#[derive(Default)]
pub(super) struct Login {
    is_asked: bool,
}

impl Login {
    /// The command, as a secret if it stands where one is asked for.
    pub(super) fn take_command(&mut self, command: Command) -> Command {
        let command = match self.is_asked {
            true => command.where_secret_is_asked(),
            false => command,
        };
        self.is_asked |= command.verb().is("USER");
        command
    }

    /// A line without a mark that may be a password.
    pub(super) fn bare_secret(&self, line: &[u8]) -> Option<Command> {
        let line = line.trim_ascii();
        let is_word = !line.contains(&b' ') && !line.ends_with(b":");
        let command = Command::new(line).ok().filter(|_| self.is_asked && is_word);
        command.map(Command::where_secret_is_asked)
    }

    pub(super) fn take_reply_line(&mut self, line: &[u8]) {
        if let Some(coded) = CodedLine::of(line) {
            self.take_code(coded.code);
        }
    }

    pub(super) fn take_code(&mut self, code: ReplyCode) {
        self.is_asked &= !matches!(code.0, 230 | 232);
    }

    pub(super) fn is_asked(&self) -> bool {
        self.is_asked
    }
}
