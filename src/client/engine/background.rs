//! The one transfer that runs while other commands are begun.
//!
//! FTP has one data connection and one control connection (RFC 959 section 3.2), so there is never a second. Replies find
//! it through the ledger, as they find every command.

use std::sync::mpsc::Sender;

use crate::client::exchange::{Ending, News};
use crate::client::observation::Observation;
use crate::client::progress::{BackgroundTransfer, Progress};
use crate::client::transfer::TransferResult;
use crate::protocol::Command;
use crate::protocol::ledger::EntryId;
use crate::protocol::verbs::DataDirection;

use super::Engine;
use super::waiting::Waiting;

/// A command whose transfer runs in the background, and the one who will ask how it ended.
pub(super) struct Background {
    command: Command,
    pub(super) waiting: Waiting,
}

impl Engine {
    /// Enters the one who waits for a command that is about to be sent.
    pub(super) fn enter_waiting(
        &mut self,
        entry: EntryId,
        command: &Command,
        in_background: bool,
        news: Sender<News>,
    ) {
        let waiting = Waiting::new(entry, command.verb(), news);
        if in_background {
            let command = command.clone();
            self.background = Some(Background { command, waiting });
        } else {
            self.waiting = Some(waiting);
        }
    }

    /// Those who wait: for the command in the foreground, and for the transfer in the background.
    pub(super) fn all_waiting(&self) -> impl Iterator<Item = &Waiting> {
        let background = self.background.as_ref();
        self.waiting
            .iter()
            .chain(background.map(|background| &background.waiting))
    }

    /// The one who waits for this command.
    pub(super) fn waiting_for(&self, entry: EntryId) -> Option<&Waiting> {
        self.all_waiting().find(|waiting| waiting.entry == entry)
    }

    /// As [`Engine::waiting_for`].
    pub(super) fn waiting_for_mut(&mut self, entry: EntryId) -> Option<&mut Waiting> {
        self.find_waiting_mut(|waiting| waiting.entry == entry)
    }

    pub(super) fn find_waiting_mut(
        &mut self,
        is_wanted: impl Fn(&Waiting) -> bool,
    ) -> Option<&mut Waiting> {
        let background = self.background.as_mut();
        self.waiting
            .iter_mut()
            .chain(background.map(|background| &mut background.waiting))
            .find(|waiting| is_wanted(waiting))
    }

    /// Whether Ctrl-C is not for the transfer that owns the data connection.
    pub(super) fn transfers_in_background(&self) -> bool {
        let transfer = self.transfer.as_ref();
        let background = self.background.as_ref();
        transfer
            .zip(background)
            .is_some_and(|(transfer, background)| transfer.entry == background.waiting.entry)
    }

    /// What runs in the background.
    pub(super) fn background_transfer(&self) -> Option<BackgroundTransfer> {
        let background = self.background.as_ref()?;
        let progress = self.progress().filter(|_| self.transfers_in_background());
        Some(BackgroundTransfer {
            command: background.command.clone(),
            progress,
        })
    }

    /// How far the transfer has come that has begun.
    pub(super) fn progress(&self) -> Option<Progress> {
        self.transfer.as_ref()?.progress()
    }

    /// The user has typed ABOR, which can only mean the transfer in the background: an upload stops at once, a download
    /// is read to its end, and a second ABOR drops its data connection. Nothing more is sent than what was typed.
    pub(super) fn abort_background(&mut self) {
        if self.transfers_in_background() {
            let Some(transfer) = &mut self.transfer else {
                return;
            };
            transfer.interrupts += 1;
            let nothing_to_read =
                transfer.direction() == DataDirection::Sent || transfer.connection.is_none();
            if nothing_to_read || transfer.interrupts > 1 {
                transfer.drop_connection(TransferResult::Aborted);
            }
        } else if let Some(background) = &mut self.background
            && background.waiting.awaits_end_of_transfer()
        {
            background.waiting.aborted = true;
            self.data.reset_sent();
        }
    }

    pub(super) fn settle_background_as(&mut self, ending: Ending) {
        let Some(Background { command, waiting }) = self.background.take() else {
            return;
        };
        let outcome = waiting.outcome(ending);
        let settled = Observation::BackgroundSettled {
            command: &command,
            outcome: &outcome,
        };
        self.observe(&settled);
        waiting.tell(News::Settled(outcome));
    }
}
