//! USER and PASS.

use super::Session;

/// How far a login has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Login {
    /// No USER yet, or a PASS that was wrong.
    #[default]
    AwaitingUser,
    /// This user has been named.
    AwaitingPassword(Vec<u8>),
    /// The user is logged in.
    Done,
}

impl Login {
    pub(super) fn is_done(&self) -> bool {
        *self == Self::Done
    }
}

impl Session {
    pub(super) fn user(&mut self, name: &[u8]) {
        if name.is_empty() {
            self.reply(501, "A user name is needed.");
            return;
        }
        self.login = Login::AwaitingPassword(name.to_vec());
        self.reply(331, "User name okay, need password.");
    }

    pub(super) fn pass(&mut self, password: &[u8]) {
        let Login::AwaitingPassword(user) = std::mem::take(&mut self.login) else {
            self.reply(503, "Log in with USER first.");
            return;
        };
        let expected = &self.service.configuration;
        if user == expected.user.as_bytes() && password == expected.password.as_bytes() {
            self.login = Login::Done;
            self.reply(230, "User logged in, proceed.");
        } else {
            self.reply(530, "Not logged in: wrong user or password.");
        }
    }
}
