//! Octets that are no command lines: what is sent as it is, and what is shown as it came.

use super::UserPi;
use crate::protocol::command::Command;
use crate::protocol::ledger::EntryId;
use crate::protocol::masked_octets::{MaskedOctets, ReceivedMask};
use crate::protocol::secret_echo::SecretEcho;

impl UserPi {
    /// The line that the server will read when `command` is written: octets that were sent before it without a line end
    /// are its beginning.
    #[must_use]
    pub fn completed(&self, command: &Command) -> Command {
        self.unfinished_line.completed(command)
    }

    /// Takes octets that are about to be written as they are, and enters each command whose line they end.
    pub fn send_octets(&mut self, octets: &[u8]) -> Vec<(EntryId, Command)> {
        let commands = self.unfinished_line.take(octets);
        let unfinished_line = std::mem::take(&mut self.unfinished_line);
        let entered = commands
            .into_iter()
            .map(|command| (self.send(&command), command))
            .collect();
        self.unfinished_line = unfinished_line;
        entered
    }

    /// Whether octets were sent behind the last line end, so that the next line goes on with them.
    #[must_use]
    pub fn has_unfinished_line(&self) -> bool {
        self.unfinished_line.is_begun()
    }

    /// Masks octets as they arrive, before [`UserPi::receive`] takes them.
    #[must_use]
    pub fn mask_received(&self, mask: &mut ReceivedMask, octets: &[u8]) -> MaskedOctets {
        let owes_secret = |awaited: &super::Awaited| awaited.command.secret().is_some();
        let answers_secret = self.ledger.is_empty() || self.awaiting.iter().any(owes_secret);
        mask.take(octets, &self.echo, answers_secret)
    }

    /// The secrets that a server may echo.
    #[must_use]
    pub fn echo(&self) -> &SecretEcho {
        &self.echo
    }
}
