//! A log that begins in the middle: what was agreed on before that is not known.

use crate::protocol::user_pi::DataPortUse;
use crate::protocol::{Answered, Command, RepresentationType};

/// What was not seen because the log begins too late.
#[derive(Debug, Default)]
pub(super) struct Missing {
    login: bool,
    pub(super) tls: bool,
    data_port: bool,
    representation: bool,
    /// What came directly before the command.
    before: bool,
}

impl Missing {
    /// As at the beginning of such a log.
    pub(super) fn all() -> Self {
        Self {
            login: true,
            tls: true,
            data_port: true,
            representation: true,
            before: true,
        }
    }

    pub(super) fn take_command(&mut self, command: &Command, is_first: bool) {
        let is = |names: &[&str]| names.iter().any(|name| command.verb().is(name));
        self.login &= !is(&["USER", "AUTH"]);
        self.tls &= !is(&["AUTH"]);
        self.data_port &= self.login && !is(&["PASV", "EPSV", "PORT", "EPRT"]);
        self.representation &= self.login && !is(&["TYPE"]);
        self.before &= is_first;
    }

    /// The reply, as if what is missing had been there: that it was not is no cause.
    pub(super) fn filled_in(&self, answered: &Answered) -> Answered {
        let mut answered = answered.clone();
        let code = answered.reply.code;
        let text = answered.reply.lines.concat().to_ascii_lowercase();
        let asks_for_login = code.0 == 530 && text.windows(3).any(|part| part == b"log");
        let is_of_login = answered.is_to(&["PASS", "ACCT"]);
        let is_rename = answered.is_to(&["RNTO"]);
        let before = &mut answered.before;
        if self.login {
            // 503: a USER should have come before it.
            before.awaits_secret |= is_of_login && code.0 != 503;
            before.logged_in |= !is_of_login && !asks_for_login;
        }
        if self.data_port {
            before.data_port.get_or_insert(DataPortUse::Passive);
        }
        if self.representation {
            let representation = &mut before.parameters.representation_type;
            representation.get_or_insert(RepresentationType::Image);
        }
        before.pending_rename |= self.before && is_rename;
        answered
    }
}
