//! What the engine does when something happens on a data connection.

use std::time::{Duration, Instant};

use crate::client::exchange::News;
use crate::client::net::data::DataFailure;
use crate::client::net::{DataConnection, DataEvent};
use crate::client::observation::Observation;
use crate::client::transfer::{TransferEnd, TransferResult};
use crate::protocol::Reply;
use crate::protocol::ledger::EntryId;
use crate::protocol::verbs::DataDirection;
use crate::tls::Secured;

use super::Engine;
use super::waiting::Waiting;

impl Engine {
    pub(super) fn take_data_event(&mut self, id: u64, event: DataEvent) {
        if !matches!(event, DataEvent::StrangerRefused(_)) {
            self.last_movement = Instant::now();
        }
        match event {
            DataEvent::Opened(connection) => self.take_opened(id, connection),
            DataEvent::NotOpened(error) => self.take_unopened(id, &error),
            DataEvent::StrangerRefused(peer) => {
                self.observe(&Observation::StrangerRefused { peer });
            }
            DataEvent::Secured(secured) => self.take_secured(id, secured),
            DataEvent::NotSecured(failure) => {
                if self.owns(id) {
                    self.end_data(Err(DataFailure::Tls(failure)));
                } else {
                    self.take_closed(id, false);
                }
            }
            DataEvent::SentReceived(error) => self.take_receipt(id, error.as_ref()),
            DataEvent::ClosedByPeer(error) => self.take_closed(id, error.is_some()),
            DataEvent::ReceivingEnded(result) | DataEvent::SendingEnded(result) => {
                if self.owns(id) {
                    self.end_data(result);
                } else {
                    self.take_closed(id, matches!(result, Err(DataFailure::Connection(_))));
                }
            }
        }
    }

    fn owns(&self, id: u64) -> bool {
        self.transfer
            .as_ref()
            .is_some_and(|transfer| transfer.id == id)
    }

    fn take_opened(&mut self, id: u64, connection: DataConnection) {
        if let Some(tap) = self.data_tap() {
            connection.tap(tap);
        }
        if let Some(dialling) = self.data.dialling.take_if(|dialling| dialling.id == id) {
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
        } else if self
            .data
            .listening
            .take_if(|listening| listening.id == id)
            .is_some()
        {
            self.take_accepted(id, connection);
        }
    }

    /// Active mode: the server came, before the transfer command (pyftpdlib) or behind it.
    fn take_accepted(&mut self, id: u64, connection: DataConnection) {
        let peer = connection.peer();
        self.observe(&Observation::DataConnectionAccepted { peer });
        if !self.owns(id) {
            self.data.open = Some((id, connection));
            return;
        }
        let Some(transfer) = &mut self.transfer else {
            return;
        };
        transfer.connect(connection);
        self.tell_begun();
    }

    fn take_secured(&mut self, id: u64, secured: Secured) {
        self.observe(&Observation::DataSecured(&secured));
        self.protection.set_data(secured);
        let Some(transfer) = self.transfer.as_mut().filter(|transfer| transfer.id == id) else {
            return;
        };
        transfer.secured();
        if transfer.answered == Some(false) && transfer.direction() == DataDirection::Sent {
            transfer.drop_connection(TransferResult::StoppedByServer);
            return;
        }
        self.tell_begun();
    }

    /// Payload may be written, if everything is there that it waited for.
    fn tell_begun(&self) {
        let flowing = self
            .transfer
            .as_ref()
            .filter(|transfer| transfer.may_flow());
        if let Some(waiting) = flowing.and_then(|transfer| self.waiting_for(transfer.entry)) {
            waiting.tell(News::Begun);
        }
    }

    fn take_unopened(&mut self, id: u64, error: &std::io::Error) {
        if let Some(dialling) = self.data.dialling.take_if(|dialling| dialling.id == id) {
            let dialled = dialling.address;
            self.observe(&Observation::DataConnectionFailed { dialled, error });
            if let Some(waiting) = &mut self.waiting {
                waiting.dialling = false;
                waiting.data_connection_failed = true;
            }
        } else if self
            .data
            .listening
            .take_if(|listening| listening.id == id)
            .is_some()
        {
            self.give_up_on_server(Some(error));
        }
    }

    /// Nobody connected to our port.
    pub(super) fn give_up_on_server(&mut self, error: Option<&std::io::Error>) {
        let port = self
            .data
            .listening
            .take()
            .map(|listening| listening.address);
        self.observe(&Observation::NobodyConnected { port, error });
        if let Some(transfer) = &mut self.transfer
            && transfer.connection.is_none()
        {
            transfer.drop_connection(TransferResult::NeverConnected);
        }
    }

    /// An upload has arrived as far as the server cares: now its final reply is due.
    fn take_receipt(&mut self, id: u64, error: Option<&std::io::Error>) {
        if self.data.sent.as_ref().is_none_or(|(sent, _)| *sent != id) {
            return;
        }
        self.data.receipt_is_owed = false;
        if error.is_some() {
            self.observe(&Observation::UploadReset);
        }
        let is_its_upload = |waiting: &Waiting| {
            let end = waiting.transfer.as_ref();
            end.is_some_and(|end| end.direction == DataDirection::Sent)
        };
        let Some(waiting) = self.find_waiting_mut(is_its_upload) else {
            return;
        };
        waiting.data_ended_at.get_or_insert_with(Instant::now);
        if let (Some(error), Some(end)) = (error, &mut waiting.transfer) {
            end.result = TransferResult::Broken(error.to_string());
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
            Err(DataFailure::NoCloseNotify) => TransferResult::Unannounced,
            Err(DataFailure::Tls(failure)) => TransferResult::TlsFailed(failure),
            Err(DataFailure::Dropped) => TransferResult::Aborted,
        };
        match (&result, transfer.direction()) {
            // Some servers hold their 226 until this side has closed (ProFTPD: up to 10 s).
            (TransferResult::Ended, DataDirection::Received) => {
                transfer
                    .connection
                    .as_ref()
                    .inspect(|connection| connection.close());
            }
            (TransferResult::Ended, DataDirection::Sent) => {}
            _ => transfer.reset(),
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
        let untouched = transfer.is_untouched();
        match (positive, received) {
            (true, true) => transfer.receive(),
            (false, true) if !untouched => {
                transfer.give_up_at = Some(Instant::now() + STOP_GRACE);
            }
            // Why the handshake failed may be known on this side only, and in a moment.
            (false, false) if !untouched && transfer.is_in_handshake() => {
                transfer.give_up_at = Some(Instant::now() + STOP_GRACE);
            }
            _ if untouched => self.put_back_connection(),
            // What is left of a file still goes out.
            (true, false) => {}
            (false, _) => transfer.drop_connection(TransferResult::StoppedByServer),
        }
    }

    /// The command was refused before it touched the data connection, which may serve the next one.
    fn put_back_connection(&mut self) {
        let Some(transfer) = self.transfer.take() else {
            return;
        };
        // A destination that was not begun has nothing to finish that could fail for the user.
        let _ = transfer.joined.end(false);
        if let Some(waiting) = self.waiting_for_mut(transfer.entry) {
            waiting.transfer = Some(TransferEnd {
                direction: transfer.joined.direction,
                octets: 0,
                line_ends: 0,
                came_short_of: None,
                result: TransferResult::Refused,
            });
        }
        if transfer.closed_early {
            self.observe(&Observation::DataConnectionClosed { reset: false });
        } else if let Some(connection) = transfer.connection {
            // Under TLS the handshake itself leaves octets there.
            if !transfer.protected && connection.holds_unread_octets() {
                // They came with the refusal, and are nothing that the next command asked for.
                self.observe(&Observation::UnaskedDataDropped);
                return;
            }
            connection.rest();
            self.data.open = Some((transfer.id, connection));
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
        let octets = transfer.octets();
        let accepted = transfer.begun || octets > 0 || transfer.answered == Some(true);
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
        let mut end = TransferEnd {
            direction: transfer.joined.direction,
            octets,
            line_ends: transfer.joined.line_ends(),
            came_short_of: None,
            result,
        };
        end.came_short_of = self.missed_octets(transfer.whole, &end);
        self.pi.end_data(transfer.entry);
        if transfer.connection.is_none() {
            // The server had its chance to connect; the next transfer needs a PORT of its own.
            self.data.listening = None;
        }
        // The system has it all, but the server may still be reading.
        let is_on_its_way = end.is_whole() && end.direction == DataDirection::Sent;
        if is_on_its_way {
            self.data.sent = transfer
                .connection
                .map(|connection| (transfer.id, connection));
            self.data.receipt_is_owed = true;
        }
        if let Some(waiting) = self.waiting_for_mut(transfer.entry) {
            waiting.aborted |= transfer.interrupts > 0;
            if !is_on_its_way {
                waiting.data_ended_at.get_or_insert_with(Instant::now);
            }
            waiting.transfer = Some(end.clone());
            waiting.tell(News::DataEnded);
        }
        if end.result != TransferResult::Refused {
            self.observe(&Observation::TransferEnded(&end));
        }
        if let Some(announced) = end.came_short_of {
            self.observe(&Observation::CameShort { octets, announced });
        }
    }

    /// How many octets a download should have had that ended in order with fewer. Only where the type keeps octets do
    /// the numbers mean the same.
    fn missed_octets(&self, announced: Option<u64>, end: &TransferEnd) -> Option<u64> {
        let parameters = &self.pi.learnt().parameters;
        let is_whole_download = end.is_whole() && end.direction == DataDirection::Received;
        let is_comparable = is_whole_download && parameters.effective_type().keeps_octets();
        announced.filter(|announced| is_comparable && *announced > end.octets)
    }

    /// Whoever types the data of this upload need type no more. Told before anything of it is shown, so that a line that
    /// is ended behind it is surely not sent.
    pub(super) fn stop_typing(&self, entry: Option<EntryId>) {
        let sending = self.transfer.as_ref().filter(|transfer| {
            transfer.direction() == DataDirection::Sent && Some(transfer.entry) == entry
        });
        if let Some(waiting) = sending.and_then(|transfer| self.waiting_for(transfer.entry)) {
            waiting.tell(News::DataEnded);
        }
    }

    pub(super) fn end_data_with_control(&mut self) {
        self.stop_typing(self.transfer.as_ref().map(|transfer| transfer.entry));
        self.data.open = None;
        self.data.dialling = None;
        self.data.listening = None;
        if let Some(transfer) = &mut self.transfer
            && transfer.direction() == DataDirection::Sent
        {
            transfer.drop_connection(TransferResult::Broken(
                "the control connection was lost".to_owned(),
            ));
        }
    }
}

/// How long a download whose command was refused in the middle may go on giving what was on its way.
const STOP_GRACE: Duration = Duration::from_secs(1);
