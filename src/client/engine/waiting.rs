//! What somebody waits for, and when the waiting is over.

use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use crate::client::exchange::{Ending, News, Outcome};
use crate::client::observation::Observation;
use crate::client::transfer::{TransferEnd, TransferResult};
use crate::protocol::ledger::EntryId;
use crate::protocol::{Reply, Verb};

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
    /// The person who waits has been told that nothing moves.
    pub(super) told_to_wait: bool,
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
            told_to_wait: false,
        }
    }

    /// The transfer began, its final reply is owed, and nobody has aborted it.
    pub(super) fn awaits_end_of_transfer(&self) -> bool {
        self.begun && self.transfer.is_some() && self.reply.is_none() && !self.aborted
    }

    /// What is known of it now.
    pub(super) fn outcome(&self, ending: Ending) -> Outcome {
        Outcome {
            ending,
            reply: self.reply.clone(),
            begun: self.begun,
            transfer: self.transfer_end(),
            data_connection_failed: self.data_connection_failed,
            data_port_unreadable: self.data_port_unreadable,
            lacked_data_connection: self.lacks_data_connection,
        }
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
        let moving = self.transfer.as_ref().and_then(|it| it.progress_due());
        let clearing = self.protection.deadline();
        let patience = self.waiting.as_ref();
        let patience = patience.and_then(|waiting| self.patience_deadline(waiting));
        let waiting = self.all_waiting().flat_map(|one| self.deadlines_of(one));
        [reply_end, transfer, data_first, moving, clearing, patience]
            .into_iter()
            .chain(waiting)
            .flatten()
            .min()
    }

    fn deadlines_of(&self, waiting: &Waiting) -> [Option<Instant>; 4] {
        let receipt = self.receipt_deadline(waiting);
        let silence = self.settings.silence_limit;
        [
            self.owed_deadline(waiting),
            self.abort_deadline(waiting),
            receipt.filter(|at| *at > Instant::now()),
            silence.map(|limit| self.last_movement + limit),
        ]
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
        self.pass_patience_deadline(now);
        self.pass_silence_limit(now);
        if self
            .transfer
            .as_mut()
            .is_some_and(|it| it.is_progress_due(now))
            && let Some(progress) = self.progress()
        {
            self.observe(&Observation::TransferMoving(&progress));
        }
    }

    fn pass_silence_limit(&mut self, now: Instant) {
        let Some(limit) = self.settings.silence_limit else {
            return;
        };
        if self.all_waiting().next().is_none() || now < self.last_movement + limit {
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
        self.settle_all_as(Ending::TimedOut);
    }

    /// Somebody at a prompt that does not come should know what it waits for.
    fn patience_deadline(&self, waiting: &Waiting) -> Option<Instant> {
        let is_person = self.settings.silence_limit.is_none();
        let is_silent = !waiting.told_to_wait && !waiting.verb.as_bytes().is_empty();
        (is_person && is_silent && self.connected).then(|| self.last_movement + PATIENCE)
    }

    fn pass_patience_deadline(&mut self, now: Instant) {
        let deadline = self.waiting.as_ref();
        let deadline = deadline.and_then(|waiting| self.patience_deadline(waiting));
        if deadline.is_none_or(|at| now < at) {
            return;
        }
        let moves = self.transfer.as_mut();
        if moves.is_some_and(|transfer| transfer.has_moved()) {
            self.last_movement = now;
            return;
        }
        let Some(waiting) = &mut self.waiting else {
            return;
        };
        waiting.told_to_wait = true;
        let verb = waiting.verb.clone();
        let sent = waiting.transfer.as_ref().is_some_and(TransferEnd::is_whole);
        self.observe(&Observation::StillWaiting {
            verb: &verb,
            upload_is_with_server: sent && self.data.sent.is_some() && self.data.receipt_is_owed,
        });
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

    /// Ends each waiting whose command has everything that it waits for.
    pub(super) fn settle(&mut self) {
        let now = Instant::now();
        let due = |waiting: &Waiting| Some((self.ending_of(waiting, now)?, waiting.verb.clone()));
        let foreground = self.waiting.as_ref().and_then(due);
        let background = self.background.as_ref().and_then(|it| due(&it.waiting));
        if let Some((ending, verb)) = foreground {
            self.tell_owed(ending, &verb);
            self.settle_as(ending);
        }
        if let Some((ending, verb)) = background {
            self.tell_owed(ending, &verb);
            self.settle_background_as(ending);
        }
    }

    fn tell_owed(&mut self, ending: Ending, verb: &Verb) {
        if ending == Ending::Unanswered {
            self.observe(&Observation::FinalReplyOwed { verb });
        }
    }

    /// How the waiting ends now, if it does.
    fn ending_of(&self, waiting: &Waiting, now: Instant) -> Option<Ending> {
        let transfer = self.transfer.as_ref();
        let transferring = transfer.is_some_and(|transfer| transfer.entry == waiting.entry);
        let busy = waiting.dialling || waiting.securing || transferring;
        let answered = waiting.reply.is_some() && !busy;
        if answered {
            let is_received = self.receipt_deadline(waiting).is_none_or(|at| now >= at);
            let is_quiet = self.pi.ledger().is_empty()
                || self.abort_deadline(waiting).is_none_or(|at| now >= at);
            let is_over = is_received && (!waiting.aborted || is_quiet || !self.connected);
            return is_over.then_some(Ending::Answered);
        }
        if !self.connected && !transferring {
            return Some(Ending::ConnectionLost);
        }
        let is_overdue = self.owed_deadline(waiting).is_some_and(|at| now >= at);
        is_overdue.then_some(Ending::Unanswered)
    }

    /// Ends the waiting in the foreground.
    pub(super) fn settle_as(&mut self, ending: Ending) {
        if let Some(waiting) = self.waiting.take() {
            waiting.tell(News::Settled(waiting.outcome(ending)));
        }
    }

    /// Ends the waiting in the background too: the connection has ended.
    pub(super) fn settle_all_as(&mut self, ending: Ending) {
        self.settle_as(ending);
        self.settle_background_as(ending);
    }
}

/// A reply whose last line bears another code than its first is whole after so much silence.
const REPLY_SILENCE: Duration = Duration::from_secs(2);
/// How long a person waits before something seems wrong.
const PATIENCE: Duration = Duration::from_secs(8);
const OWED_LIMIT: Duration = Duration::from_secs(3);
const RECEIPT_GRACE: Duration = Duration::from_millis(100);
const ABORT_SILENCE: Duration = Duration::from_secs(1);
