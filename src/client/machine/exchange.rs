//! The commands that somebody waits for, and what is known of each.

use std::time::{Duration, Instant};

use crate::client::transfer::{TransferEnd, TransferResult};
use crate::client::{Ending, Outcome};
use crate::protocol::ledger::EntryId;
use crate::protocol::{Command, Reply, Verb};

use super::ExchangeId;

/// A command that somebody waits for.
#[derive(Debug)]
pub(super) struct OpenExchange {
    pub(super) id: ExchangeId,
    pub(super) entry: EntryId,
    /// The oldest of the commands that were sent along with it.
    pub(super) first: EntryId,
    pub(super) verb: Verb,
    /// Of the connection itself; a line may be empty, too, and so have no verb.
    is_greeting: bool,
    /// What has come of it so far; its ending is not known yet.
    pub(super) outcome: Outcome,
    pub(super) replied_at: Option<Instant>,
    /// Its reply offered a data port that is being dialled.
    pub(super) awaits_data_connection: bool,
    /// The control connection changes between clear and TLS.
    pub(super) awaits_protection: bool,
    /// The session is to end, and waits only a moment for the reply to QUIT from then on.
    pub(super) quit_limited_from: Option<Instant>,
    /// QUIT was answered, and the server may end the connection until then.
    pub(super) awaits_close_until: Option<Instant>,
    pub(super) data_ended_at: Option<Instant>,
    /// When another 1yz came after the one that began the transfer.
    pub(super) begun_again_at: Option<Instant>,
    pub(super) aborted: bool,
    /// The person who waits has been told that nothing moves.
    pub(super) still_waiting_was_told: bool,
    /// How it ends as soon as its transfer is over, whatever else comes.
    pub(super) ends_as: Option<Ending>,
    /// When it was sent, or its data last moved: its reply must be whole within the reply limit from then on.
    pub(super) reply_limited_from: Instant,
}

impl OpenExchange {
    pub(super) fn new(id: ExchangeId, entry: EntryId, verb: Verb, now: Instant) -> Self {
        Self {
            id,
            entry,
            first: entry,
            verb,
            is_greeting: false,
            outcome: Outcome::pending(),
            replied_at: None,
            awaits_data_connection: false,
            awaits_protection: false,
            quit_limited_from: None,
            awaits_close_until: None,
            data_ended_at: None,
            begun_again_at: None,
            aborted: false,
            still_waiting_was_told: false,
            ends_as: None,
            reply_limited_from: now,
        }
    }

    /// What comes without a command.
    pub(super) fn greeting(id: ExchangeId, entry: EntryId, now: Instant) -> Self {
        Self {
            is_greeting: true,
            ..Self::new(id, entry, Verb::new(b""), now)
        }
    }

    pub(super) fn is_greeting(&self) -> bool {
        self.is_greeting
    }

    /// How long a person waits before something seems wrong; some servers never answer an empty line.
    pub(super) fn patience(&self) -> Option<Duration> {
        match (self.is_greeting, self.verb.as_bytes()) {
            (true, _) => Some(GREETING_PATIENCE),
            (false, []) => None,
            (false, _) => Some(PATIENCE),
        }
    }

    pub(super) fn quit_deadline(&self) -> Option<Instant> {
        let is_outstanding = !self.is_answered();
        let from = self.quit_limited_from.filter(|_| is_outstanding)?;
        Some(from + QUIT_LIMIT)
    }

    pub(super) fn is_answered(&self) -> bool {
        self.outcome.reply.is_some()
    }

    pub(super) fn answer(&mut self, reply: Reply, now: Instant) {
        self.outcome.reply = Some(reply);
        self.replied_at = Some(now);
    }

    /// The transfer began, its final reply is outstanding, and nobody has aborted it.
    pub(super) fn awaits_end_of_transfer(&self) -> bool {
        self.outcome.begun
            && self.outcome.transfer.is_some()
            && !self.is_answered()
            && !self.aborted
    }

    /// Until when a final reply may come after the reader left. Under TLS Pure-FTPd sends none; else another 1yz and
    /// nothing after it.
    pub(super) fn reader_left_deadline(&self) -> Option<Instant> {
        let end = self.outcome.transfer.as_ref();
        let has_left = end.is_some_and(|end| end.result == TransferResult::ReaderClosed);
        let ended_at = self.data_ended_at.filter(|_| has_left)?;
        Some(match self.begun_again_at {
            Some(at) => at.max(ended_at) + BEGUN_AGAIN_GRACE,
            None => ended_at + OUTSTANDING_LIMIT,
        })
    }

    /// An upload that was handed over whole.
    pub(super) fn is_sent_upload(&self) -> bool {
        let end = self.outcome.transfer.as_ref();
        end.is_some_and(TransferEnd::is_whole_upload)
    }

    pub(super) fn into_outcome(mut self, ending: Ending) -> Outcome {
        self.outcome.ending = ending;
        if let (true, Some(end)) = (self.aborted, &mut self.outcome.transfer) {
            end.result = TransferResult::Aborted;
        }
        self.outcome
    }
}

/// A command whose transfer runs in the background, and who will ask how it ended.
#[derive(Debug)]
pub(super) struct BackgroundExchange {
    pub(super) command: Command,
    pub(super) exchange: OpenExchange,
}

/// Who waits: for the command in the foreground, and for the one transfer in the background (RFC 959 section 3.2 has
/// one data connection).
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    pub(super) foreground: Option<OpenExchange>,
    /// What was sent for the foreground, for when it goes to the background.
    pub(super) foreground_command: Option<Command>,
    pub(super) background: Option<BackgroundExchange>,
}

impl Exchanges {
    pub(super) fn awaits_greeting(&self) -> bool {
        let foreground = self.foreground.as_ref();
        foreground.is_some_and(OpenExchange::is_greeting)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &OpenExchange> {
        let background = self.background.as_ref().map(|it| &it.exchange);
        self.foreground.iter().chain(background)
    }

    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut OpenExchange> {
        let background = self.background.as_mut().map(|it| &mut it.exchange);
        self.foreground.iter_mut().chain(background)
    }

    pub(super) fn restart_reply_limits(&mut self, now: Instant) {
        for exchange in self.all_mut() {
            exchange.reply_limited_from = now;
        }
    }

    pub(super) fn of_mut(&mut self, entry: EntryId) -> Option<&mut OpenExchange> {
        self.all_mut().find(|exchange| exchange.entry == entry)
    }

    pub(super) fn is_in_background(&self, entry: EntryId) -> bool {
        let background = self.background.as_ref();
        background.is_some_and(|background| background.exchange.entry == entry)
    }
}

const PATIENCE: Duration = Duration::from_secs(8);
const GREETING_PATIENCE: Duration = Duration::from_secs(5);
/// How long the reply to a QUIT that ends the session may take.
pub(super) const QUIT_LIMIT: Duration = Duration::from_secs(3);
/// After the data has ended, a final reply that does not come must not keep the prompt.
pub(super) const OUTSTANDING_LIMIT: Duration = Duration::from_secs(3);
pub(super) const BEGUN_AGAIN_GRACE: Duration = Duration::from_millis(500);
/// A server closes the data connection before it says 226, or about then. A reset that comes along with the 226 says
/// that the 226 is wrong, so it is waited for a moment.
pub(super) const RECEIPT_GRACE: Duration = Duration::from_millis(100);
pub(super) const ABORT_SILENCE: Duration = Duration::from_secs(1);
/// How long the end of the control connection is waited for after an answered QUIT, so that it is told in its place.
pub(super) const CLOSE_GRACE: Duration = Duration::from_millis(500);
