//! What somebody waits for, and when the waiting is over.

use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use crate::protocol::ledger::EntryId;
use crate::protocol::{Reply, Verb};
use crate::session::exchange::{Ending, News, Outcome};
use crate::session::observation::Observation;
use crate::session::transfer::{TransferEnd, TransferResult};

use super::Engine;

/// The command that somebody waits for.
pub(super) struct Waiting {
    pub(super) entry: EntryId,
    /// The oldest of the commands that were sent along with it.
    pub(super) first: EntryId,
    pub(super) verb: Verb,
    news: Sender<News>,
    pub(super) reply: Option<Reply>,
    pub(super) replied_at: Option<Instant>,
    pub(super) begun: bool,
    pub(super) dialling: bool,
    /// The control connection changes between clear and TLS.
    pub(super) securing: bool,
    pub(super) data_connection_failed: bool,
    pub(super) data_port_unreadable: bool,
    pub(super) lacks_data_connection: bool,
    pub(super) transfer: Option<TransferEnd>,
    pub(super) data_ended_at: Option<Instant>,
    pub(super) aborted: bool,
}

impl Waiting {
    pub(super) fn new(entry: EntryId, verb: Verb, news: Sender<News>) -> Self {
        Self {
            entry,
            first: entry,
            verb,
            news,
            reply: None,
            replied_at: None,
            begun: false,
            dialling: false,
            securing: false,
            data_connection_failed: false,
            data_port_unreadable: false,
            lacks_data_connection: false,
            transfer: None,
            data_ended_at: None,
            aborted: false,
        }
    }

    /// The transfer began, its final reply is owed, and nobody has aborted it.
    pub(super) fn awaits_end_of_transfer(&self) -> bool {
        self.begun && self.transfer.is_some() && self.reply.is_none() && !self.aborted
    }

    fn transfer_end(&self) -> Option<TransferEnd> {
        let mut end = self.transfer.clone()?;
        if self.aborted {
            end.result = TransferResult::Aborted;
        }
        Some(end)
    }

    pub(super) fn tell(&self, news: News) {
        // The one who waited may have gone; what happened was observed all the same.
        let _ = self.news.send(news);
    }
}

impl Engine {
    /// The next moment at which something is due although nothing arrives.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let reply_end = self
            .pi
            .awaits_silence()
            .then(|| self.last_reply_octet + REPLY_SILENCE);
        let transfer = self
            .transfer
            .as_ref()
            .and_then(|transfer| transfer.deadline());
        let data_first = self.data_first_until.filter(|at| *at > Instant::now());
        let waiting = self.waiting.as_ref();
        let owed = waiting.and_then(|waiting| self.owed_deadline(waiting));
        let settled = waiting.and_then(|waiting| self.abort_deadline(waiting));
        let receipt = waiting.and_then(|waiting| self.receipt_deadline(waiting));
        let receipt = receipt.filter(|at| *at > Instant::now());
        let silence = waiting
            .and(self.settings.silence_limit)
            .map(|limit| self.last_movement + limit);
        let clearing = self.protection.deadline();
        [
            reply_end, transfer, data_first, owed, settled, receipt, silence, clearing,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    pub(super) fn pass_deadlines(&mut self) {
        let now = Instant::now();
        if self.pi.awaits_silence() && now >= self.last_reply_octet + REPLY_SILENCE {
            self.pi.silence();
            self.take_events();
        }
        let overdue = self
            .transfer
            .as_mut()
            .is_some_and(|transfer| transfer.pass_deadlines(now));
        if overdue {
            self.give_up_on_server(None);
        }
        self.pass_clearing_deadline(now);
        self.pass_silence_limit(now);
    }

    fn pass_silence_limit(&mut self, now: Instant) {
        let Some(limit) = self.settings.silence_limit else {
            return;
        };
        if self.waiting.is_none() || now < self.last_movement + limit {
            return;
        }
        if self
            .transfer
            .as_mut()
            .is_some_and(|transfer| transfer.has_moved())
        {
            self.last_movement = now;
            return;
        }
        if let Some(transfer) = &mut self.transfer {
            let reason = format!("not an octet for {} s", limit.as_secs());
            transfer.drop_connection(TransferResult::Broken(reason));
        }
        self.conclude_transfer();
        self.observe(&Observation::TimedOut(limit));
        self.settle_as(Ending::TimedOut);
    }

    /// After the data have ended, a final reply that does not come must not keep the prompt.
    fn owed_deadline(&self, waiting: &Waiting) -> Option<Instant> {
        let owed = waiting.reply.is_none() && self.settings.silence_limit.is_none();
        waiting
            .data_ended_at
            .filter(|_| owed && self.transfer.is_none())
            .map(|at| at + OWED_LIMIT)
    }

    /// After an abort, replies are read until nothing is owed or the server is silent.
    fn abort_deadline(&self, waiting: &Waiting) -> Option<Instant> {
        let over = waiting.aborted
            && waiting.reply.is_some()
            && !waiting.dialling
            && self.transfer.is_none();
        over.then(|| self.last_reply_octet.max(self.last_movement) + ABORT_SILENCE)
    }

    /// A server closes the data connection before it says 226, or about then. A reset that comes along with the 226 says
    /// that the 226 is wrong, so it is waited for a moment.
    fn receipt_deadline(&self, waiting: &Waiting) -> Option<Instant> {
        let is_sent = waiting.transfer.as_ref().is_some_and(TransferEnd::is_whole);
        let owed = is_sent && self.data.sent.is_some() && self.data.receipt_is_owed;
        waiting
            .replied_at
            .filter(|_| owed && self.connected)
            .map(|at| at + RECEIPT_GRACE)
    }

    /// Ends the waiting if everything that it waits for is there.
    pub(super) fn settle(&mut self) {
        let Some(waiting) = &self.waiting else { return };
        let now = Instant::now();
        let transferring = self
            .transfer
            .as_ref()
            .is_some_and(|transfer| transfer.entry == waiting.entry);
        let busy = waiting.dialling || waiting.securing || transferring;
        let answered = waiting.reply.is_some() && !busy;
        if answered && self.receipt_deadline(waiting).is_some_and(|at| now < at) {
            return;
        }
        if answered {
            let quiet = self.pi.ledger().is_empty()
                || self.abort_deadline(waiting).is_none_or(|at| now >= at);
            if !waiting.aborted || quiet || !self.connected {
                self.settle_as(Ending::Answered);
            }
        } else if !self.connected && !transferring {
            self.settle_as(Ending::ConnectionLost);
        } else if self.owed_deadline(waiting).is_some_and(|at| now >= at) {
            let verb = waiting.verb.clone();
            self.observe(&Observation::FinalReplyOwed { verb: &verb });
            self.settle_as(Ending::Unanswered);
        }
    }

    pub(super) fn settle_as(&mut self, ending: Ending) {
        let Some(waiting) = self.waiting.take() else {
            return;
        };
        let outcome = Outcome {
            ending,
            reply: waiting.reply.clone(),
            begun: waiting.begun,
            transfer: waiting.transfer_end(),
            data_connection_failed: waiting.data_connection_failed,
            data_port_unreadable: waiting.data_port_unreadable,
            lacked_data_connection: waiting.lacks_data_connection,
        };
        waiting.tell(News::Settled(outcome));
    }
}

/// A reply whose last line bears another code than its first is whole after so much silence.
const REPLY_SILENCE: Duration = Duration::from_secs(2);
const OWED_LIMIT: Duration = Duration::from_secs(3);
const RECEIPT_GRACE: Duration = Duration::from_millis(100);
const ABORT_SILENCE: Duration = Duration::from_secs(1);
