//! One transfer, from the writing of its command to the end of its data.
//!
//! ```text
//! AwaitingConnection --> AwaitingHandshake --> AwaitingBeginning --> AwaitingEndOfData
//!    (active mode)           (PROT P)              (the 1yz)           |          |
//!                                                                 download      upload
//!                       AwaitingVerdict  <-- nothing came, no reply |             |
//!                              +--------------> AwaitingLocalEnd <--+   AwaitingAcknowledgement
//!                                                       +--> Over <---------------+
//! ```

use std::collections::VecDeque;
use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use crate::client::Progress;
use crate::client::transfer::{TransferEnd, TransferResult};
use crate::protocol::ledger::EntryId;
use crate::protocol::verbs::DataDirection;
use crate::tls::TlsConnection;

use super::{Action, ConnectionId, ExchangeId, LocalSide};

/// A transfer that owns the data connection, or waits for the server to make it.
#[derive(Debug)]
pub(super) struct Transfer {
    pub(super) entry: EntryId,
    pub(super) exchange: ExchangeId,
    pub(super) direction: DataDirection,
    /// The data connection, or the listener that will become it.
    pub(super) connection: ConnectionId,
    /// Line ends are converted between the local side and the wire.
    convert: bool,
    state: State,
    written_at: Instant,
    /// When the 1yz came.
    begun_at: Option<Instant>,
    /// The final reply came, and this was its success.
    answer: Option<bool>,
    /// How often Ctrl-C or ABOR has asked for its end.
    pub(super) interrupts: u32,
    bytes: u64,
    acknowledged: Option<u64>,
    line_ends: u64,
    /// How many bytes there will be, where that is known.
    whole: Option<u64>,
    /// Under PROT P nothing goes out before the handshake.
    pub(super) protected: bool,
    /// No reply will tell more.
    control_is_lost: bool,
    /// How the server closed the connection before the transfer began.
    pub(super) closed_early: Option<TransferResult>,
    /// The server does not know ABOR, or refused it.
    abort_was_refused: bool,
    /// It could go on, but its local side takes nothing, or gives nothing.
    pub(super) local_side_is_awaited: bool,
    /// How many bytes may move in a second, if that is limited.
    pub(super) rate: Option<NonZeroU64>,
    /// When the observers are told next how far it has come.
    progress_at: Option<Instant>,
}

/// What a transfer waits for.
#[derive(Debug)]
enum State {
    /// The server has not connected to our port.
    AwaitingConnection {
        until: Option<Instant>,
        tls: Option<Box<TlsConnection>>,
    },
    AwaitingHandshake {
        /// The command was refused meanwhile; why the handshake failed may be known in a moment.
        give_up_at: Option<Instant>,
    },
    /// The connection is ready and no 1yz has come.
    AwaitingBeginning,
    /// Bytes move.
    AwaitingEndOfData {
        /// The server refused a download that had begun; what is on its way may still come until then.
        give_up_at: Option<Instant>,
    },
    /// Everything was handed to the system, or the connection was reset: how much did the server's system take?
    AwaitingAcknowledgement {
        result: TransferResult,
        measure_at: Option<Instant>,
    },
    /// The data is over, and neither a 1yz nor a final reply tells whether the server took the command up.
    AwaitingVerdict(TransferResult),
    /// The local side takes what is buffered.
    AwaitingLocalEnd {
        result: TransferResult,
        until: Option<Instant>,
    },
    Over(TransferResult),
}

/// What the transfer's progress means to the machine.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reaction {
    Nothing,
    /// Payload may be written from now on.
    Begun,
    /// The command was refused before it touched the data connection.
    PutBack,
    /// The server did not connect to our port in time.
    ServerDidNotConnect,
}

impl Transfer {
    pub(super) fn new(
        entry: EntryId,
        exchange: ExchangeId,
        local: LocalSide,
        connection: ConnectionId,
        convert: bool,
        now: Instant,
    ) -> Self {
        Self {
            entry,
            exchange,
            direction: local.direction,
            connection,
            convert,
            state: State::AwaitingBeginning,
            written_at: now,
            begun_at: None,
            answer: None,
            interrupts: 0,
            bytes: 0,
            acknowledged: None,
            line_ends: 0,
            // Nobody knows how many line ends there are to grow.
            whole: local.bytes.filter(|_| !convert),
            protected: false,
            control_is_lost: false,
            closed_early: None,
            abort_was_refused: false,
            local_side_is_awaited: false,
            rate: None,
            progress_at: None,
        }
    }

    /// The server has yet to connect to our port.
    pub(super) fn await_connection(&mut self, limit: Option<Duration>) {
        self.state = State::AwaitingConnection {
            until: limit.map(|limit| self.written_at + limit),
            tls: None,
        };
    }

    /// A command that was refused began the handshake of this connection.
    pub(super) fn await_handshake(&mut self) {
        self.protected = true;
        self.state = State::AwaitingHandshake { give_up_at: None };
    }

    /// The end of a transfer whose command was refused before it touched the data connection.
    pub(super) fn refused_end(&self) -> TransferEnd {
        TransferEnd {
            direction: self.direction,
            bytes: 0,
            acknowledged: None,
            line_ends: 0,
            ended_short_of: None,
            expected: None,
            result: TransferResult::Refused,
        }
    }

    pub(super) fn awaits_connection(&self) -> bool {
        matches!(self.state, State::AwaitingConnection { .. })
    }

    /// Puts the data connection under TLS, now or as soon as it is made.
    pub(super) fn protect(&mut self, tls: Box<TlsConnection>, actions: &mut VecDeque<Action>) {
        self.protected = true;
        if let State::AwaitingConnection { tls: later, .. } = &mut self.state {
            *later = Some(tls);
        } else {
            self.state = State::AwaitingHandshake { give_up_at: None };
            actions.push_back(Action::Secure(self.connection, tls));
        }
    }

    /// The server has connected to our port.
    pub(super) fn connect(&mut self, actions: &mut VecDeque<Action>, now: Instant) -> Reaction {
        let State::AwaitingConnection { tls, .. } = &mut self.state else {
            return Reaction::Nothing;
        };
        self.state = match tls.take() {
            Some(tls) => {
                actions.push_back(Action::Secure(self.connection, tls));
                State::AwaitingHandshake { give_up_at: None }
            }
            None => State::AwaitingBeginning,
        };
        self.advance(actions, now)
    }

    /// The handshake of the data connection is over.
    pub(super) fn secure(&mut self, actions: &mut VecDeque<Action>, now: Instant) -> Reaction {
        if !self.is_in_handshake() {
            return Reaction::Nothing;
        }
        self.state = State::AwaitingBeginning;
        if self.answer == Some(false) && self.direction == DataDirection::Sent {
            self.drop_connection(TransferResult::StoppedByServer, actions, now);
            return Reaction::Nothing;
        }
        self.advance(actions, now)
    }

    pub(super) fn is_in_handshake(&self) -> bool {
        matches!(self.state, State::AwaitingHandshake { .. })
    }

    /// The 1yz came; a download will bring so many bytes, where that is known. No byte of payload is written before.
    pub(super) fn begin(
        &mut self,
        bytes: Option<u64>,
        actions: &mut VecDeque<Action>,
        now: Instant,
    ) -> Reaction {
        if self.begun_at.is_some() {
            return Reaction::Nothing;
        }
        self.begun_at = Some(now);
        self.progress_at = Some(now);
        self.whole = bytes.or(self.whole);
        match self.state {
            State::AwaitingEndOfData { .. } => Reaction::Begun,
            State::AwaitingVerdict(_) => {
                self.take_verdict(actions, now);
                Reaction::Nothing
            }
            _ => self.advance(actions, now),
        }
    }

    /// Lets the bytes move once everything that they waited for is there.
    fn advance(&mut self, actions: &mut VecDeque<Action>, now: Instant) -> Reaction {
        if !matches!(self.state, State::AwaitingBeginning) {
            return Reaction::Nothing;
        }
        let is_received = self.direction == DataDirection::Received;
        // Some servers send the data first, or no 1yz at all.
        let is_due = is_received && (now >= self.read_at() || self.answer == Some(true));
        if self.begun_at.is_none() && !is_due {
            return Reaction::Nothing;
        }
        self.state = State::AwaitingEndOfData { give_up_at: None };
        let (id, exchange, convert) = (self.connection, self.exchange, self.convert);
        actions.push_back(if is_received {
            Action::Receive {
                id,
                exchange,
                convert,
            }
        } else {
            Action::Send {
                id,
                exchange,
                convert,
            }
        });
        match self.begun_at {
            Some(_) => Reaction::Begun,
            None => Reaction::Nothing,
        }
    }

    /// The 1yz is waited for a moment, so that it is told before the data wherever the server sent it first.
    fn read_at(&self) -> Instant {
        self.written_at + PRELIMINARY_GRACE
    }

    /// The final reply to an ABOR.
    pub(super) fn take_abort_answer(&mut self, positive: bool) {
        self.abort_was_refused = !positive;
    }

    pub(super) fn take_movement(&mut self, bytes: u64) {
        self.bytes = bytes;
    }

    /// Nothing but the local side keeps it from going on.
    pub(super) fn is_held_up_locally(&self) -> bool {
        match self.state {
            State::AwaitingLocalEnd { .. } => true,
            State::AwaitingEndOfData { .. } => self.local_side_is_awaited,
            _ => false,
        }
    }

    /// The final reply to the transfer's command.
    pub(super) fn take_answer(
        &mut self,
        positive: bool,
        actions: &mut VecDeque<Action>,
        now: Instant,
    ) -> Reaction {
        self.answer = Some(positive);
        let received = self.direction == DataDirection::Received;
        let untouched = self.begun_at.is_none() && self.bytes == 0;
        match &mut self.state {
            State::AwaitingVerdict(_) => self.take_verdict(actions, now),
            // The server has judged the upload: what its system has taken does not matter any more.
            State::AwaitingAcknowledgement { result, .. } => {
                self.state = State::Over(result.clone());
            }
            State::AwaitingLocalEnd { .. } | State::Over(_) => {}
            _ if positive && received => return self.advance(actions, now),
            State::AwaitingEndOfData { give_up_at } if !positive && received && !untouched => {
                *give_up_at = Some(now + STOP_GRACE);
            }
            State::AwaitingHandshake { give_up_at } if !positive && !untouched => {
                *give_up_at = Some(now + STOP_GRACE);
            }
            _ if untouched => return Reaction::PutBack,
            // What is left of a file still goes out.
            _ if positive => {}
            _ => self.drop_connection(TransferResult::StoppedByServer, actions, now),
        }
        Reaction::Nothing
    }

    /// The data has ended on the data connection.
    pub(super) fn end_data(
        &mut self,
        result: TransferResult,
        actions: &mut VecDeque<Action>,
        now: Instant,
    ) {
        if self.is_ending() {
            return;
        }
        // A socket tells only once that it is broken; after that it reads like one that has ended in order.
        let result = match (&self.closed_early, result) {
            (Some(early), TransferResult::Ended) => early.clone(),
            (_, result) => result,
        };
        let is_whole = self.abort_was_refused && result == TransferResult::Ended;
        let result = if self.interrupts > 0 && !is_whole {
            TransferResult::Aborted
        } else {
            result
        };
        match (&result, self.direction) {
            // Some servers hold their 226 until this side has closed (ProFTPD: up to 10 s).
            (TransferResult::Ended, DataDirection::Received) => {
                actions.push_back(Action::Close(self.connection));
                self.finish(result, false, actions, now);
            }
            (TransferResult::Ended, DataDirection::Sent) if self.answer.is_some() => {
                self.state = State::Over(result);
            }
            (TransferResult::Ended, DataDirection::Sent) => {
                self.state = State::AwaitingAcknowledgement {
                    result,
                    measure_at: Some(now + MEASURE_INTERVAL),
                };
            }
            _ => {
                actions.push_back(Action::Reset(self.connection));
                self.finish(result, true, actions, now);
            }
        }
    }

    /// Resets the data connection: nothing more can be learnt about it.
    pub(super) fn drop_connection(
        &mut self,
        result: TransferResult,
        actions: &mut VecDeque<Action>,
        now: Instant,
    ) {
        match &mut self.state {
            State::Over(_) => {}
            // Where the data had ended in order, they are not to count.
            State::AwaitingLocalEnd {
                result: known,
                until,
            } => {
                if *known == TransferResult::Ended {
                    *known = result;
                }
                *until = Some(now + LOCAL_GRACE);
            }
            State::AwaitingVerdict(known) => {
                let result = match known {
                    TransferResult::Ended => result,
                    known => known.clone(),
                };
                self.end_local(result, false, actions, now);
            }
            State::AwaitingConnection { .. } => {
                actions.push_back(Action::Forget(self.connection));
                self.end_local(result, false, actions, now);
            }
            _ => {
                actions.push_back(Action::Reset(self.connection));
                self.end_local(result, true, actions, now);
            }
        }
    }

    /// The data is over on the wire. What the server has not said yet may decide whether there was any.
    fn finish(
        &mut self,
        result: TransferResult,
        is_reset: bool,
        actions: &mut VecDeque<Action>,
        now: Instant,
    ) {
        if self.is_judged(&result) {
            self.end_local(result, is_reset, actions, now);
        } else {
            self.state = State::AwaitingVerdict(result);
        }
    }

    /// A download that ended in order and brought nothing is an empty file, or is refused after the 1yz.
    fn is_judged(&self, result: &TransferResult) -> bool {
        let may_be_empty =
            self.direction == DataDirection::Received && *result == TransferResult::Ended;
        let is_begun = self.begun_at.is_some() && !may_be_empty;
        is_begun || self.bytes > 0 || self.answer.is_some() || self.control_is_lost
    }

    fn take_verdict(&mut self, actions: &mut VecDeque<Action>, now: Instant) {
        if let State::AwaitingVerdict(result) = &self.state
            && self.is_judged(result)
        {
            let result = result.clone();
            self.end_local(result, false, actions, now);
        }
    }

    pub(super) fn take_control_loss(&mut self, actions: &mut VecDeque<Action>, now: Instant) {
        self.control_is_lost = true;
        match &self.state {
            State::AwaitingVerdict(_) => self.take_verdict(actions, now),
            State::AwaitingAcknowledgement { result, .. } => {
                self.state = State::Over(result.clone());
            }
            _ if self.direction == DataDirection::Sent => {
                let reason = "the control connection was lost".to_owned();
                self.drop_connection(TransferResult::Broken(reason), actions, now);
            }
            _ => {}
        }
    }

    /// `is_reset`: the driver tells how much of an upload the server's system had taken.
    fn end_local(
        &mut self,
        result: TransferResult,
        is_reset: bool,
        actions: &mut VecDeque<Action>,
        now: Instant,
    ) {
        let accepted = self.is_accepted();
        let result = match self.answer {
            Some(false) if !accepted => TransferResult::Refused,
            _ => result,
        };
        let exchange = self.exchange;
        if self.direction == DataDirection::Received {
            let is_whole = result == TransferResult::Ended;
            let until = (!is_whole).then_some(now + LOCAL_GRACE);
            // What is in a file is not given up for data of which nothing came.
            let has_data = self.bytes > 0 || self.answer == Some(true);
            let accepted = has_data && (is_whole || result == TransferResult::CloseNotifyMissing);
            actions.push_back(Action::EndLocal { exchange, accepted });
            self.state = State::AwaitingLocalEnd { result, until };
        } else {
            actions.push_back(Action::DropLocal(exchange));
            self.state = if is_reset {
                State::AwaitingAcknowledgement {
                    result,
                    measure_at: None,
                }
            } else {
                State::Over(result)
            };
        }
    }

    /// The server took the command up.
    pub(super) fn is_accepted(&self) -> bool {
        self.begun_at.is_some() || self.bytes > 0 || self.answer == Some(true)
    }

    /// How many of the bytes that were sent the server's system has taken.
    pub(super) fn acknowledge(&mut self, bytes: Option<u64>, now: Instant) {
        let State::AwaitingAcknowledgement { result, measure_at } = &mut self.state else {
            return;
        };
        self.acknowledged = bytes.or(self.acknowledged);
        let is_taken = bytes.is_none_or(|bytes| bytes >= self.bytes);
        if is_taken || measure_at.is_none() {
            self.state = State::Over(result.clone());
        } else {
            *measure_at = Some(now + MEASURE_INTERVAL);
        }
    }

    /// The server has closed its side after an upload, so it took everything that it wanted.
    pub(super) fn take_receipt(&mut self) {
        if let State::AwaitingAcknowledgement { result, .. } = &self.state {
            self.state = State::Over(result.clone());
        }
    }

    pub(super) fn end_local_side(&mut self, ended: std::io::Result<()>, line_ends: u64) {
        self.line_ends = line_ends;
        if let State::AwaitingLocalEnd { result, .. } = &self.state {
            self.state = State::Over(match ended {
                Ok(()) => result.clone(),
                Err(error) => TransferResult::of_local(&error),
            });
        }
    }

    /// Nobody waits for the local side any more.
    pub(super) fn give_up_on_local_side(&mut self, actions: &mut VecDeque<Action>) {
        if let State::AwaitingLocalEnd { result, .. } = &self.state {
            let result = match result {
                TransferResult::Ended => TransferResult::Aborted,
                result => result.clone(),
            };
            actions.push_back(Action::DropLocal(self.exchange));
            self.state = State::Over(result);
        }
    }

    /// Its final reply decides what its end was.
    pub(super) fn awaits_verdict(&self) -> bool {
        matches!(self.state, State::AwaitingVerdict(_))
    }

    pub(super) fn awaits_local_side(&self) -> bool {
        matches!(self.state, State::AwaitingLocalEnd { .. })
    }

    /// The data of an upload were all handed over, and the server's system has not taken them.
    pub(super) fn awaits_acknowledgement(&self) -> bool {
        matches!(self.state, State::AwaitingAcknowledgement { .. })
    }

    /// The data is over on the wire.
    pub(super) fn is_ending(&self) -> bool {
        matches!(
            self.state,
            State::AwaitingAcknowledgement { .. }
                | State::AwaitingVerdict(_)
                | State::AwaitingLocalEnd { .. }
                | State::Over(_)
        )
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.state, State::Over(_))
    }

    pub(super) fn is_aborting(&self) -> bool {
        self.interrupts > 0
    }

    /// There is nothing that an aborted download could still bring.
    pub(super) fn has_nothing_to_read(&self) -> bool {
        self.direction == DataDirection::Sent || self.awaits_connection() || self.is_ending()
    }

    /// Data is coming in and their end has not reached the local side.
    pub(super) fn is_receiving(&self) -> bool {
        self.direction == DataDirection::Received && self.begun_at.is_some() && !self.is_over()
    }

    pub(super) fn is_answered(&self) -> bool {
        self.answer.is_some()
    }

    /// How the transfer ended; to be asked once it is over. `keeps_bytes`: numbers of bytes can be compared.
    pub(super) fn end(&self, keeps_bytes: bool) -> TransferEnd {
        let result = match &self.state {
            State::Over(result) => result.clone(),
            _ => TransferResult::Aborted,
        };
        let mut end = TransferEnd {
            direction: self.direction,
            bytes: self.bytes,
            acknowledged: self
                .acknowledged
                .filter(|_| self.direction == DataDirection::Sent),
            line_ends: self.line_ends,
            ended_short_of: None,
            expected: self
                .whole
                .filter(|whole| keeps_bytes && *whole >= self.bytes),
            result,
        };
        let is_whole_download = end.is_whole() && end.direction == DataDirection::Received;
        end.ended_short_of = self
            .whole
            .filter(|whole| is_whole_download && keeps_bytes && *whole > end.bytes);
        end
    }

    /// How far it has come since its 1yz. Once everything is handed over, that is what the server's system has taken.
    pub(super) fn progress(&self, now: Instant) -> Option<Progress> {
        let bytes = match self.state {
            State::AwaitingAcknowledgement { .. } => self.acknowledged.unwrap_or(self.bytes),
            _ => self.bytes,
        };
        Some(Progress {
            direction: self.direction,
            bytes,
            whole: self.whole.filter(|whole| *whole >= bytes),
            limit: self.rate,
            elapsed: now.saturating_duration_since(self.begun_at?),
        })
    }

    /// The next moment at which something is due.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let due = match &self.state {
            State::AwaitingConnection { until, .. } => *until,
            State::AwaitingHandshake { give_up_at } | State::AwaitingEndOfData { give_up_at } => {
                *give_up_at
            }
            State::AwaitingBeginning if self.direction == DataDirection::Received => {
                Some(self.read_at())
            }
            State::AwaitingAcknowledgement { measure_at, .. } => *measure_at,
            State::AwaitingLocalEnd { until, .. } => *until,
            State::AwaitingBeginning | State::AwaitingVerdict(_) | State::Over(_) => None,
        };
        due.into_iter()
            .chain(self.progress_at.filter(|_| self.moves()))
            .min()
    }

    fn moves(&self) -> bool {
        matches!(
            self.state,
            State::AwaitingEndOfData { .. } | State::AwaitingAcknowledgement { .. }
        )
    }

    /// Does what is due.
    pub(super) fn pass_deadline(
        &mut self,
        actions: &mut VecDeque<Action>,
        now: Instant,
    ) -> Reaction {
        let is_due = |at: Option<Instant>| at.is_some_and(|at| now >= at);
        match &mut self.state {
            State::AwaitingBeginning => return self.advance(actions, now),
            State::AwaitingConnection { until, .. } if is_due(*until) => {
                *until = None;
                return Reaction::ServerDidNotConnect;
            }
            State::AwaitingHandshake { give_up_at } | State::AwaitingEndOfData { give_up_at }
                if is_due(*give_up_at) =>
            {
                self.drop_connection(TransferResult::StoppedByServer, actions, now);
            }
            State::AwaitingAcknowledgement { measure_at, .. } if is_due(*measure_at) => {
                *measure_at = Some(now + MEASURE_INTERVAL);
                actions.push_back(Action::Measure(self.connection));
            }
            State::AwaitingLocalEnd { until, .. } if is_due(*until) => {
                self.give_up_on_local_side(actions);
            }
            _ => {}
        }
        Reaction::Nothing
    }

    /// Whether the observers are to be told now how far it has come; if so, it is due again a moment later.
    pub(super) fn take_due_progress(&mut self, now: Instant) -> Option<Progress> {
        let is_due = self.moves() && self.progress_at.is_some_and(|at| now >= at);
        if !is_due {
            return None;
        }
        self.progress_at = Some(now + PROGRESS_INTERVAL);
        self.progress(now)
    }
}

/// How long a download whose command was refused in the middle may go on bringing what was on its way.
pub(super) const STOP_GRACE: Duration = Duration::from_secs(1);
/// A person sees no more than that.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);
const MEASURE_INTERVAL: Duration = Duration::from_millis(100);
pub(super) const PRELIMINARY_GRACE: Duration = Duration::from_millis(150);
/// How long the local side of a download that failed may take to write what had come.
pub(super) const LOCAL_GRACE: Duration = Duration::from_millis(250);
