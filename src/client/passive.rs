//! How a convenience opens a data connection: each command is shown as if it had been typed.

use super::DataState;
use super::Session;
use super::exchange::{Ending, Outcome};
use super::observation::Origin;
use crate::protocol::Command;

impl Session {
    /// Sees to an open data connection: the one that is open already, else PASV on IPv4, EPSV on IPv6 or after an
    /// accepted EPSV ALL (RFC 2428 section 4); if one is refused, the other.
    ///
    /// `None` means that one was open already.
    pub fn open_data_connection(&self) -> Option<Outcome> {
        let status = self.status()?;
        if matches!(status.data, DataState::Open | DataState::Listening(_)) {
            return None;
        }
        self.open_another_data_connection()
    }

    /// Opens a data connection in the same way in place of the one that seems to be open.
    ///
    /// `None` means that the session has ended.
    pub fn open_another_data_connection(&self) -> Option<Outcome> {
        let status = self.status()?;
        let extended = self.peer().is_ipv6() || status.learnt.epsv_all;
        let (first, second) = if extended {
            ("EPSV", "PASV")
        } else {
            ("PASV", "EPSV")
        };
        let outcome = self.perform_shown(first);
        // Before a login, or in the middle of the end, the other one is refused as well.
        let hopeless = matches!(outcome.code(), 421 | 530);
        let refused = outcome.ending == Ending::Answered && !outcome.is_positive() && !hopeless;
        Some(if refused {
            self.perform_shown(second)
        } else {
            outcome
        })
    }

    fn perform_shown(&self, verb: &'static str) -> Outcome {
        match Command::new(verb) {
            Ok(command) => self.perform(command, Origin::Shown, None),
            Err(_) => Outcome::lost(),
        }
    }
}
