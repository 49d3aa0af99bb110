//! Whether a password is asked for, and which user names may be one.

use super::items::CodedLine;
use crate::protocol::{Command, ReplyCode};

/// Whether a password is asked for, which may come without its verb: from USER on, until somebody is logged in.
#[derive(Default)]
pub(super) struct Login {
    is_asked: bool,
    /// The argument of the last USER.
    user: Vec<u8>,
    /// It came where PASS was awaited.
    is_in_place_of_password: bool,
    password_is_next: bool,
    /// Users who were refused.
    refused: Vec<Vec<u8>>,
}

impl Login {
    /// The command, as a secret if it stands where one is asked for.
    pub(super) fn take_command(&mut self, command: Command) -> Command {
        let command = match self.is_asked {
            true => command.where_secret_is_asked(),
            false => command,
        };
        if command.verb().is("USER") {
            let user = command.argument().unwrap_or_default().trim_ascii();
            self.is_in_place_of_password = self.password_is_next && user != self.user;
            self.user = user.to_vec();
            self.is_asked = true;
        }
        self.password_is_next = false;
        command
    }

    /// A line without a mark that may be a password.
    pub(super) fn bare_secret(&self, line: &[u8]) -> Option<Command> {
        let line = line.trim_ascii();
        let is_word = !line.contains(&b' ') && !line.ends_with(b":");
        let command = Command::new(line).ok().filter(|_| self.is_asked && is_word);
        command.map(Command::where_secret_is_asked)
    }

    pub(super) fn take_reply_line(&mut self, line: &[u8]) -> Vec<Vec<u8>> {
        CodedLine::of(line).map_or_else(Vec::new, |coded| self.take_code(coded.code))
    }

    /// User names that this shows to be what somebody may have typed for a password: one that was refused in the
    /// place of PASS, and those that were refused before somebody else could log in.
    pub(super) fn take_code(&mut self, code: ReplyCode) -> Vec<Vec<u8>> {
        self.password_is_next = matches!(code.0, 331 | 332);
        if matches!(code.0, 230 | 232) {
            self.is_asked = false;
            let user = std::mem::take(&mut self.user);
            let refused = std::mem::take(&mut self.refused).into_iter();
            return refused
                .filter(|name| !is_spelling_of(name, &user))
                .collect();
        }
        if !code.is_negative() || !self.is_asked || is_public(&self.user) {
            return Vec::new();
        }
        if std::mem::take(&mut self.is_in_place_of_password) {
            return vec![self.user.clone()];
        }
        if self.refused.len() < REFUSED_KEPT && !self.refused.contains(&self.user) {
            self.refused.push(self.user.clone());
        }
        Vec::new()
    }

    pub(super) fn is_asked(&self) -> bool {
        self.is_asked
    }
}

fn is_public(user: &[u8]) -> bool {
    let public: [&[u8]; 2] = [b"anonymous", b"ftp"];
    user.is_empty() || public.iter().any(|name| user.eq_ignore_ascii_case(name))
}

/// One name with a domain, or in other letters.
fn is_spelling_of(name: &[u8], user: &[u8]) -> bool {
    let [name, user] = [name, user].map(<[u8]>::to_ascii_lowercase);
    let holds = |longer: &[u8], shorter: &[u8]| {
        longer
            .windows(shorter.len().max(1))
            .any(|part| part == shorter)
    };
    holds(&name, &user) || holds(&user, &name)
}

const REFUSED_KEPT: usize = 20;
