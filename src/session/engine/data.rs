//! The data connection and the transfer that uses it, as the engine sees them.

use std::net::{IpAddr, SocketAddr};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use crate::net::data::DataFailure;
use crate::net::{DataConnection, DataEvent};
use crate::protocol::Reply;
use crate::protocol::data_port::DataPort;
use crate::protocol::ledger::EntryId;
use crate::protocol::verbs::DataDirection;
use crate::session::exchange::News;
use crate::session::observation::Observation;
use crate::session::transfer::{Joined, TransferEnd, TransferResult};

use super::{DataState, Engine, Input};

/// The data connection while no transfer uses it.
#[derive(Default)]
pub(super) struct DataSide {
    open: Option<(u64, DataConnection)>,
    dialling: Option<Dialling>,
    /// An upload that was sent whole; kept until the next transfer, so that the server closes first.
    sent: Option<DataConnection>,
    next_id: u64,
}

struct Dialling {
    id: u64,
    address: SocketAddr,
    offered: DataPort,
    ignored_host: Option<IpAddr>,
}

/// A transfer that owns the data connection.
pub(super) struct ActiveTransfer {
    pub(super) entry: EntryId,
    id: u64,
    connection: DataConnection,
    joined: Joined,
    /// A 1yz came.
    begun: bool,
    /// The final reply came, and this was its success.
    answered: Option<bool>,
    result: Option<TransferResult>,
    /// This side dropped the connection, so nothing more can be learnt about it.
    dropped: bool,
    /// The server closed the connection before the transfer began.
    closed_early: bool,
    pub(super) interrupts: u32,
    /// When a download is read although no 1yz came: some servers send the data first.
    receive_at: Option<Instant>,
    /// The server refused or broke off a download; what is on its way may still come until then.
    give_up_at: Option<Instant>,
    octets_seen: u64,
}

impl DataSide {
    pub(super) fn dial(
        &mut self,
        address: SocketAddr,
        offered: DataPort,
        ignored_host: Option<IpAddr>,
        inputs: Sender<Input>,
    ) {
        let id = self.next_id;
        self.next_id += 1;
        let failed = inputs.clone();
        let report = move |event| {
            // The session may be gone before its data connection.
            let _ = inputs.send(Input::Data(id, event));
        };
        if let Err(error) = DataConnection::dial(address, DIAL_LIMIT, report) {
            let _ = failed.send(Input::Data(id, DataEvent::NotOpened(error)));
        }
        self.dialling = Some(Dialling {
            id,
            address,
            offered,
            ignored_host,
        });
    }

    pub(super) fn take_open(&mut self) -> Option<(u64, DataConnection)> {
        self.sent = None;
        self.open.take()
    }

    /// Drops an upload that was handed over whole and may still be on its way.
    pub(super) fn reset_sent(&mut self) {
        if let Some(connection) = self.sent.take() {
            connection.reset();
        }
    }

    pub(super) fn state(&self) -> DataState {
        match (&self.open, &self.dialling) {
            (_, Some(_)) => DataState::Dialling,
            (Some((_, connection)), None) => DataState::Open(connection.peer()),
            (None, None) => DataState::Closed,
        }
    }
}

impl ActiveTransfer {
    pub(super) fn new(entry: EntryId, id: u64, connection: DataConnection, joined: Joined) -> Self {
        let octets_seen = connection.octets();
        Self {
            entry,
            id,
            connection,
            joined,
            begun: false,
            answered: None,
            result: None,
            dropped: false,
            closed_early: false,
            interrupts: 0,
            receive_at: None,
            give_up_at: None,
            octets_seen,
        }
    }

    pub(super) fn direction(&self) -> DataDirection {
        self.joined.direction
    }

    pub(super) fn reset(&self) {
        self.connection.reset();
    }

    pub(super) fn is_aborting(&self) -> bool {
        self.interrupts > 0
    }

    pub(super) fn receive_at(&self) -> Option<Instant> {
        self.receive_at
    }

    /// Data are coming in, and their end has not been seen.
    pub(super) fn is_receiving(&self) -> bool {
        self.direction() == DataDirection::Received && self.begun && self.result.is_none()
    }

    /// Reads the data, unless that has begun already.
    pub(super) fn receive(&mut self) {
        if let (Some(_), Some(writer)) = (self.receive_at.take(), self.joined.writer()) {
            self.connection.receive(writer);
        }
    }

    pub(super) fn give_up_at(&self) -> Option<Instant> {
        self.give_up_at.filter(|_| self.result.is_none())
    }

    /// Whether octets have moved since the last time this was asked.
    pub(super) fn has_moved(&mut self) -> bool {
        let octets = self.connection.octets();
        std::mem::replace(&mut self.octets_seen, octets) != octets
    }

    /// The server began the transfer. Not one octet of payload is written before that.
    pub(super) fn begin(&mut self) -> bool {
        let first = !std::mem::replace(&mut self.begun, true);
        if let (true, Some(source)) = (self.result.is_none(), self.joined.take_source()) {
            self.connection.send(source);
        }
        self.receive();
        first
    }

    pub(super) fn drop_connection(&mut self, result: TransferResult) {
        self.connection.reset();
        self.dropped = true;
        self.result.get_or_insert(result);
    }
}

impl Engine {
    /// The 1yz is waited for a moment, so that it is told before the data wherever the server sent it first.
    pub(super) fn expect_data(&mut self) {
        if let Some(transfer) = &mut self.transfer
            && transfer.direction() == DataDirection::Received
        {
            transfer.receive_at = Some(Instant::now() + PRELIMINARY_GRACE);
        }
    }

    pub(super) fn take_data_event(&mut self, id: u64, event: DataEvent) {
        self.last_movement = Instant::now();
        match event {
            DataEvent::Opened(connection) => self.take_opened(id, connection),
            DataEvent::NotOpened(error) => {
                let Some(dialling) = self.data.dialling.take_if(|dialling| dialling.id == id)
                else {
                    return;
                };
                let dialled = dialling.address;
                self.observe(&Observation::DataConnectionFailed {
                    dialled,
                    error: &error,
                });
                self.mark_data_connection_failed();
            }
            DataEvent::ClosedByPeer(error) => self.take_closed(id, error.is_some()),
            DataEvent::ReceivingEnded(result) | DataEvent::SendingEnded(result) => {
                if self
                    .transfer
                    .as_ref()
                    .is_some_and(|transfer| transfer.id == id)
                {
                    self.end_data(result);
                } else {
                    self.take_closed(id, matches!(result, Err(DataFailure::Connection(_))));
                }
            }
        }
    }

    fn take_opened(&mut self, id: u64, connection: DataConnection) {
        let Some(dialling) = self.data.dialling.take_if(|dialling| dialling.id == id) else {
            return;
        };
        // The new connection is made before the old one is closed: some servers serve only one.
        self.data.open = Some((id, connection));
        self.observe(&Observation::DataConnectionOpened {
            dialled: dialling.address,
            offered: &dialling.offered,
            ignored_host: dialling.ignored_host,
        });
        if let Some(waiting) = &mut self.waiting {
            waiting.dialling = false;
        }
    }

    fn mark_data_connection_failed(&mut self) {
        if let Some(waiting) = &mut self.waiting {
            waiting.dialling = false;
            waiting.data_connection_failed = true;
        }
    }

    fn take_closed(&mut self, id: u64, reset: bool) {
        if let Some(transfer) = self.transfer.as_mut().filter(|transfer| transfer.id == id) {
            transfer.closed_early = true;
        }
        if self.data.open.take_if(|(open, _)| *open == id).is_some() {
            self.observe(&Observation::DataConnectionClosed { reset });
        }
    }

    fn end_data(&mut self, result: Result<(), DataFailure>) {
        let Some(transfer) = &mut self.transfer else {
            return;
        };
        let aborting = transfer.is_aborting();
        let result = match result {
            _ if aborting => TransferResult::Aborted,
            Ok(()) => TransferResult::Ended,
            Err(DataFailure::Connection(error)) => TransferResult::Broken(error.to_string()),
            Err(DataFailure::Local(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                TransferResult::ReaderClosed
            }
            Err(DataFailure::Local(error)) => TransferResult::LocalFailed(error.to_string()),
            Err(DataFailure::Dropped) => TransferResult::Aborted,
        };
        match (&result, transfer.direction()) {
            // Some servers hold their 226 until this side has closed (ProFTPD: up to 10 s).
            (TransferResult::Ended, DataDirection::Received) => transfer.connection.close(),
            (TransferResult::Ended, DataDirection::Sent) => {}
            _ => transfer.connection.reset(),
        }
        transfer.result.get_or_insert(result);
    }

    /// The final reply to the transfer's command.
    pub(super) fn answer_transfer(&mut self, reply: &Reply) {
        let Some(transfer) = &mut self.transfer else {
            return;
        };
        let positive = !reply.code.is_negative();
        transfer.answered = Some(positive);
        if transfer.result.is_some() {
            return;
        }
        let received = transfer.direction() == DataDirection::Received;
        let untouched = !transfer.begun && transfer.connection.octets() == transfer.octets_seen;
        match (positive, received) {
            (true, true) => transfer.receive(),
            (false, true) if !untouched => {
                transfer.give_up_at = Some(Instant::now() + STOP_GRACE);
            }
            _ if untouched => self.put_back_connection(),
            // What is left of a file still goes out, but nobody need type more.
            (true, false) => {
                let entry = transfer.entry;
                if let Some(waiting) = self.waiting.as_ref().filter(|w| w.entry == entry) {
                    waiting.tell(News::DataEnded);
                }
            }
            (false, _) => transfer.drop_connection(TransferResult::StoppedByServer),
        }
    }

    /// The command was refused before it touched the data connection, which may serve the next one.
    fn put_back_connection(&mut self) {
        let Some(transfer) = self.transfer.take() else {
            return;
        };
        transfer.connection.rest();
        // A destination that was not begun has nothing to finish that could fail for the user.
        let _ = transfer.joined.end(false);
        if let Some(waiting) = &mut self.waiting {
            waiting.transfer = Some(TransferEnd {
                direction: transfer.joined.direction,
                octets: 0,
                line_ends: 0,
                result: TransferResult::Refused,
            });
        }
        if transfer.closed_early {
            self.observe(&Observation::DataConnectionClosed { reset: false });
        } else {
            self.data.open = Some((transfer.id, transfer.connection));
        }
    }

    /// Tells how the transfer ended, once it is known whether the server took it up at all.
    pub(super) fn conclude_transfer(&mut self) {
        let connected = self.connected;
        let Some(transfer) = self
            .transfer
            .take_if(|transfer| transfer.is_decided(connected))
        else {
            return;
        };
        let octets = transfer.connection.octets();
        let accepted = transfer.begun || octets > 0;
        let mut result = transfer.result.unwrap_or(TransferResult::Ended);
        if !accepted && transfer.answered == Some(false) {
            result = TransferResult::Refused;
        }
        if let Err(error) = transfer.joined.end(accepted) {
            result = match error.kind() {
                std::io::ErrorKind::BrokenPipe => TransferResult::ReaderClosed,
                _ => TransferResult::LocalFailed(error.to_string()),
            };
        }
        let end = TransferEnd {
            direction: transfer.joined.direction,
            octets,
            line_ends: transfer.joined.line_ends(),
            result,
        };
        self.pi.end_data(transfer.entry);
        if end.result != TransferResult::Refused {
            self.observe(&Observation::TransferEnded(&end));
        }
        if end.is_whole() && end.direction == DataDirection::Sent {
            self.data.sent = Some(transfer.connection);
        }
        if let Some(waiting) = self.waiting.as_mut().filter(|w| w.entry == transfer.entry) {
            waiting.aborted |= transfer.interrupts > 0;
            waiting.data_ended_at.get_or_insert_with(Instant::now);
            waiting.transfer = Some(end);
            waiting.tell(News::DataEnded);
        }
    }

    pub(super) fn end_data_with_control(&mut self) {
        self.data.open = None;
        self.data.dialling = None;
        if let Some(transfer) = &mut self.transfer
            && transfer.direction() == DataDirection::Sent
        {
            transfer.drop_connection(TransferResult::Broken(
                "the control connection was lost".to_owned(),
            ));
        }
    }
}

impl ActiveTransfer {
    fn is_decided(&self, connected: bool) -> bool {
        let taken_up = self.begun || self.connection.octets() > 0;
        let known = taken_up || self.answered.is_some();
        self.result.is_some() && (known || self.dropped || !connected)
    }
}

const PRELIMINARY_GRACE: Duration = Duration::from_millis(150);
const DIAL_LIMIT: Duration = Duration::from_secs(15);

/// How long a download whose command was refused in the middle may go on giving what was on its way.
const STOP_GRACE: Duration = Duration::from_secs(1);
