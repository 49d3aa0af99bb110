//! One data connection: dialled or accepted, watched, then read or written as far as the socket and the local side
//! allow.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use socket2::SockRef;

use super::negotiation::{Negotiation, ProxyError, in_words};
use super::outgoing::Dialler;
use super::pace::Pace;
use super::unacknowledged::unacknowledged;
use crate::client::endpoint::{Inbound, Outbound, Ready};
use crate::client::machine::{ConnectionId, ExchangeId, Input};
use crate::client::observation::{ByteInterest, Connection, MovedBytes};
use crate::client::panic_injection::panic_if_asked;
use crate::client::{Observation, Peer, TransferResult};
use crate::protocol::verbs::DataDirection;
use crate::tls::{TlsConnection, TlsFailure};

/// One data connection and what it is used for.
#[derive(Debug)]
pub(super) struct DataSocket {
    pub(super) id: ConnectionId,
    pub(super) stream: TcpStream,
    /// Bytes are taken by a proxy, which tells nobody what the server has taken.
    is_through_proxy: bool,
    pub(super) is_readable: bool,
    pub(super) is_writable: bool,
    /// The peer has closed its direction; what it had sent before may not have been read.
    pub(super) has_ended: bool,
    tls: Option<Tls>,
    work: Work,
    /// Bytes of payload that transfers have moved, in either direction.
    moved: u64,
    /// As [`MovedBytes::offset`], which counts what came after an upload too.
    drained: u64,
    /// Nothing but the local side keeps the transfer from going on.
    awaits_local_side: bool,
    pace: Option<Pace>,
    paced_until: Option<Instant>,
    /// Bytes crossed the socket in this turn, although they may be no payload yet.
    has_paced: bool,
    interest: ByteInterest,
}

#[derive(Debug)]
struct Tls {
    connection: Box<TlsConnection>,
    is_open: bool,
    /// Records that the socket has not taken.
    output: Vec<u8>,
    /// Bytes of payload in them.
    payload: usize,
}

#[derive(Debug)]
pub(super) enum Work {
    /// With what comes after it, where the dial is one to a proxy.
    Dialling(Option<Negotiation>),
    /// Asks the proxy for the connection.
    Negotiating(Negotiation, Vec<u8>),
    /// Looks for the server's end; data that come before the transfer command are left for it.
    Watching {
        /// A command was refused: data that is there now is nothing that was asked for.
        was_refused: bool,
    },
    Idle,
    Receiving(ExchangeId, Inbound),
    Sending(ExchangeId, Outbound),
    /// All is sent; the server has nothing to say but its end of file.
    Draining,
}

/// What the pumping of one connection brought about, in order.
pub(super) type Found = Vec<Finding>;

pub(super) enum Finding {
    Fact(Input<'static>),
    Observation(Observation),
}

/// Why a step could not go on.
enum Halt {
    /// Until the socket is ready.
    Blocked,
    /// Until the local side is ready; the socket is.
    AwaitsLocalSide,
    /// The budget of this turn is spent.
    Spent,
    /// Until its pace lets more move.
    Paced(Instant),
    Over(TransferResult),
}

impl DataSocket {
    /// Begins to dial.
    pub(super) fn dial(
        id: ConnectionId,
        peer: &Peer,
        dialler: &Dialler,
        interest: ByteInterest,
    ) -> io::Result<Self> {
        let (stream, negotiation) = dialler.begin(peer)?;
        Ok(Self::around(
            id,
            stream,
            Work::Dialling(negotiation),
            interest,
        ))
    }

    /// Takes over a connection that the listener accepted.
    pub(super) fn accepted(id: ConnectionId, stream: TcpStream, interest: ByteInterest) -> Self {
        // Where the system refuses, small pieces are only slower.
        let _ = stream.set_nodelay(true);
        let watching = Work::Watching { was_refused: false };
        Self::around(id, stream, watching, interest)
    }

    fn around(id: ConnectionId, stream: TcpStream, work: Work, interest: ByteInterest) -> Self {
        Self {
            id,
            stream,
            is_through_proxy: matches!(work, Work::Dialling(Some(_))),
            is_readable: false,
            is_writable: false,
            has_ended: false,
            tls: None,
            work,
            moved: 0,
            drained: 0,
            awaits_local_side: false,
            pace: None,
            paced_until: None,
            has_paced: false,
            interest,
        }
    }

    pub(super) fn exchange(&self) -> Option<ExchangeId> {
        match &self.work {
            Work::Receiving(exchange, _) | Work::Sending(exchange, _) => Some(*exchange),
            _ => None,
        }
    }

    /// Moves no more than so many bytes of a transfer in a second from now on.
    pub(super) fn set_rate(&mut self, rate: Option<NonZeroU64>, now: Instant) {
        self.pace = rate.map(|rate| Pace::new(rate, now));
    }

    /// When more may move, if only the pace is in the way.
    pub(super) fn paced_until(&self) -> Option<Instant> {
        self.paced_until
    }

    /// Goes on under TLS, from the first byte. A connection that is under TLS already stays as it is.
    pub(super) fn secure(&mut self, connection: Box<TlsConnection>) {
        self.is_readable = true;
        self.tls.get_or_insert(Tls {
            connection,
            is_open: false,
            output: Vec::new(),
            payload: 0,
        });
    }

    pub(super) fn receive(&mut self, exchange: ExchangeId, local: Inbound) {
        self.is_readable = true;
        self.work = Work::Receiving(exchange, local);
    }

    pub(super) fn send(&mut self, exchange: ExchangeId, local: Outbound) {
        // Until the last byte is sent, every way in which the socket can close is a reset, a kill of the process
        // included: a server would take an orderly end for the end of the file. Where the system refuses, an abort
        // still resets.
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        self.is_writable = true;
        self.work = Work::Sending(exchange, local);
    }

    pub(super) fn release(&mut self) {
        self.is_readable = true;
        self.work = Work::Watching { was_refused: true };
    }

    /// The local side of a download, which has to end.
    pub(super) fn take_inbound(&mut self) -> Option<Inbound> {
        match std::mem::replace(&mut self.work, Work::Idle) {
            Work::Receiving(_, local) => Some(local),
            work => {
                self.work = work;
                None
            }
        }
    }

    /// How many line ends an upload has converted so far.
    pub(super) fn line_ends(&self) -> Option<Input<'static>> {
        match &self.work {
            Work::Sending(exchange, local) => Some(line_ends_of(*exchange, local)),
            _ => None,
        }
    }

    /// How many of the bytes that were sent the peer's system has taken.
    pub(super) fn acknowledged(&self) -> Option<u64> {
        if self.is_through_proxy || !matches!(self.work, Work::Sending(..) | Work::Draining) {
            return None;
        }
        let (own, peer) = (
            self.stream.local_addr().ok()?,
            self.stream.peer_addr().ok()?,
        );
        let left = unacknowledged(own, peer)?;
        // The end of the stream counts as one byte.
        let end = u64::from(matches!(self.work, Work::Draining));
        Some(self.moved.saturating_sub(left.saturating_sub(end)))
    }

    pub(super) fn close(self) {
        // An error means that the peer was quicker.
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    pub(super) fn reset(self) {
        // Without linger the drop closes in order, which is the best that is left.
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
    }

    /// Moves bytes as far as that goes without waiting; tells whether there may be more to do at once.
    pub(super) fn pump(&mut self, found: &mut Found, now: Instant) -> bool {
        let before = self.moved;
        if let Some(pace) = &mut self.pace {
            pace.set_now(now);
        }
        let halt = self.advance(found);
        self.paced_until = match halt {
            Halt::Paced(until) => Some(until),
            _ => None,
        };
        // Where the pace is slow, a record of TLS comes in over many turns, and nobody is silent.
        if std::mem::take(&mut self.has_paced) || self.moved != before {
            panic_if_asked("driver");
            found.push(Finding::Fact(Input::DataMoved {
                id: self.id,
                bytes: self.moved,
            }));
        }
        let is_awaited = matches!(halt, Halt::AwaitsLocalSide);
        if is_awaited != self.awaits_local_side {
            self.awaits_local_side = is_awaited;
            let id = self.id;
            found.push(Finding::Fact(Input::LocalSideAwaited { id, is_awaited }));
        }
        match halt {
            Halt::Blocked | Halt::AwaitsLocalSide | Halt::Paced(_) => false,
            Halt::Spent => true,
            Halt::Over(result) => {
                self.end(result, found);
                matches!(self.work, Work::Draining)
            }
        }
    }

    fn advance(&mut self, found: &mut Found) -> Halt {
        if matches!(self.work, Work::Dialling(_)) && !(self.is_writable && self.finish_dial(found))
        {
            return Halt::Blocked;
        }
        let mut budget = TURN_BYTES;
        loop {
            let most = match self.allowance() {
                Ok(most) => most,
                Err(until) => return Halt::Paced(until),
            };
            let step = if self.tls.as_ref().is_some_and(|tls| !tls.is_open) {
                self.advance_handshake(found)
            } else {
                match &self.work {
                    Work::Dialling(_) | Work::Idle => Err(Halt::Blocked),
                    Work::Negotiating(..) => self.negotiate(found),
                    Work::Watching { was_refused } => self.watch(*was_refused, found),
                    Work::Receiving(..) if self.tls.is_some() => self.receive_secured(most, found),
                    Work::Receiving(..) => self.receive_clear(most, found),
                    Work::Sending(..) => self.send_some(most, found),
                    Work::Draining => self.drain(found),
                }
            };
            match step {
                Err(halt) => return halt,
                Ok(moved) if moved >= budget => return Halt::Spent,
                Ok(moved) => budget -= moved.max(1),
            }
        }
    }

    /// How many bytes may move now, or when more may.
    fn allowance(&self) -> Result<usize, Instant> {
        let moves = matches!(self.work, Work::Receiving(..) | Work::Sending(..));
        let is_in_handshake = self.tls.as_ref().is_some_and(|tls| !tls.is_open);
        match &self.pace {
            Some(pace) if moves && !is_in_handshake => pace.allowance(),
            _ => Ok(usize::MAX),
        }
    }

    fn take_from_allowance(&mut self, bytes: usize) {
        if let Some(pace) = &mut self.pace {
            pace.take(bytes);
            self.has_paced = true;
        }
    }

    /// Looks whether the dial came through; tells whether it did.
    fn finish_dial(&mut self, found: &mut Found) -> bool {
        let outcome = match self.stream.take_error() {
            Ok(None) => self.stream.peer_addr(),
            Ok(Some(error)) | Err(error) => Err(error),
        };
        match outcome {
            Ok(_) => {
                let _ = self.stream.set_nodelay(true);
                match std::mem::replace(&mut self.work, Work::Idle) {
                    Work::Dialling(Some(mut negotiation)) => {
                        let output = negotiation.take_output();
                        self.work = Work::Negotiating(negotiation, output);
                    }
                    _ => self.open(found),
                }
                true
            }
            Err(error) if error.kind() == io::ErrorKind::NotConnected => {
                self.is_writable = false;
                false
            }
            Err(error) if self.is_through_proxy => {
                let text = format!("the proxy cannot be reached: {error}");
                self.fail_to_open(io::Error::new(error.kind(), text), found);
                false
            }
            Err(error) => {
                self.fail_to_open(error, found);
                false
            }
        }
    }

    /// Goes on with the negotiation as far as the proxy lets it.
    fn negotiate(&mut self, found: &mut Found) -> Result<usize, Halt> {
        match self.talk_to_proxy() {
            Ok(0) => {
                // The server's first bytes may be there already.
                self.is_readable = true;
                self.open(found);
                Ok(1)
            }
            Ok(length) => Ok(length),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(Halt::Blocked),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(Halt::Spent),
            Err(error) => {
                self.fail_to_open(in_words(error), found);
                Err(Halt::Blocked)
            }
        }
    }

    /// One step of the negotiation: how many bytes it moved, 0 once it is over.
    fn talk_to_proxy(&mut self) -> io::Result<usize> {
        let Work::Negotiating(negotiation, output) = &mut self.work else {
            return Ok(0);
        };
        if !output.is_empty() {
            let written = self.stream.write(output)?;
            output.drain(..written);
            return Ok(written);
        }
        if negotiation.is_over() {
            return Ok(0);
        }
        let mut buffer = [0; NEGOTIATION_BYTES];
        // What comes after the proxy's answer is the server's, and stays for the transfer.
        let length = self.stream.peek(&mut buffer)?;
        if length == 0 {
            return Err(io::Error::other(ProxyError::Closed));
        }
        let taken = negotiation.receive(&buffer[..length]);
        let taken = taken.map_err(io::Error::other)?;
        *output = negotiation.take_output();
        self.stream.read_exact(&mut buffer[..taken])?;
        Ok(taken)
    }

    fn open(&mut self, found: &mut Found) {
        self.work = Work::Watching { was_refused: false };
        let id = self.id;
        found.push(Finding::Fact(match self.stream.peer_addr() {
            Ok(peer) => Input::DataOpened { id, peer },
            Err(error) => Input::DataNotOpened { id, error },
        }));
    }

    fn fail_to_open(&mut self, error: io::Error, found: &mut Found) {
        self.work = Work::Idle;
        let id = self.id;
        found.push(Finding::Fact(Input::DataNotOpened { id, error }));
    }

    /// What is being done has come to its end.
    fn end(&mut self, result: TransferResult, found: &mut Found) {
        let id = self.id;
        let is_whole = result == TransferResult::Ended;
        match std::mem::replace(&mut self.work, Work::Idle) {
            Work::Sending(exchange, local) => {
                found.push(Finding::Fact(line_ends_of(exchange, &local)));
                found.push(Finding::Fact(Input::DataEnded { id, result }));
                if is_whole {
                    self.is_readable = true;
                    self.work = Work::Draining;
                }
            }
            Work::Draining => {
                found.push(Finding::Fact(Input::UploadReceived { id, result }));
            }
            receiving @ Work::Receiving(..) => {
                // The machine says when its local side is to end.
                self.work = receiving;
                self.is_readable = false;
                found.push(Finding::Fact(Input::DataEnded { id, result }));
            }
            _ => {
                let fact = match result {
                    TransferResult::TlsFailed(failure) => Input::DataNotSecured { id, failure },
                    result => Input::DataClosed { id, result },
                };
                found.push(Finding::Fact(fact));
            }
        }
    }

    fn watch(&mut self, was_refused: bool, found: &mut Found) -> Result<usize, Halt> {
        if !self.is_readable {
            return Err(Halt::Blocked);
        }
        match self.stream.peek(&mut [0]) {
            Ok(0) => Err(Halt::Over(TransferResult::Ended)),
            // Bytes hide the end behind them, and under TLS the handshake itself leaves some there.
            Ok(_) if self.has_ended && self.tls.is_some() => Err(Halt::Over(TransferResult::Ended)),
            Ok(_) => {
                self.is_readable = false;
                if let Ok(Some(error)) = self.stream.take_error() {
                    return Err(self.halt(error, DataDirection::Received));
                }
                if was_refused && self.tls.is_none() {
                    found.push(Finding::Fact(Input::UnexpectedData(self.id)));
                }
                Err(Halt::Blocked)
            }
            Err(error) => Err(self.halt(error, DataDirection::Received)),
        }
    }

    fn receive_clear(&mut self, most: usize, found: &mut Found) -> Result<usize, Halt> {
        let Work::Receiving(_, local) = &mut self.work else {
            return Err(Halt::Blocked);
        };
        if !self.is_readable {
            return Err(Halt::Blocked);
        }
        #[cfg(target_os = "linux")]
        if !self.interest.includes_data()
            && self.pace.is_none()
            && let Some(moved) = local.splice(&self.stream)
        {
            return self.note_splice(moved);
        }
        let Some(mut piece) = local.take_piece() else {
            return Err(self.halt_without_room());
        };
        let room = piece.len().min(most);
        match self.stream.read(&mut piece[..room]) {
            Ok(0) => Err(Halt::Over(TransferResult::Ended)),
            Ok(length) => {
                self.take_from_allowance(length);
                piece.truncate(length);
                self.see(DataDirection::Received, &piece, found);
                self.moved += length as u64;
                if let Work::Receiving(_, local) = &mut self.work {
                    local.push(piece);
                }
                Ok(length)
            }
            Err(error) => {
                local.return_piece(piece);
                Err(self.halt(error, DataDirection::Received))
            }
        }
    }

    #[cfg(target_os = "linux")]
    fn note_splice(&mut self, moved: io::Result<usize>) -> Result<usize, Halt> {
        match moved {
            Ok(0) => Err(Halt::Over(TransferResult::Ended)),
            Ok(length) => {
                self.moved += length as u64;
                Ok(length)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                let Work::Receiving(_, local) = &mut self.work else {
                    return Err(Halt::Blocked);
                };
                // Either the socket is empty or the pipe is full.
                let holds = local.awaits_pipe();
                match self.stream.peek(&mut [0]) {
                    Ok(_) if holds => Err(Halt::AwaitsLocalSide),
                    Ok(_) => Ok(1),
                    Err(error) => Err(self.halt(error, DataDirection::Received)),
                }
            }
            Err(error) => Err(self.halt(error, DataDirection::Received)),
        }
    }

    /// Where there is no room: the local side is awaited only if there is something to read.
    fn halt_without_room(&mut self) -> Halt {
        match self.stream.peek(&mut [0]) {
            Ok(_) => Halt::AwaitsLocalSide,
            Err(error) => self.halt(error, DataDirection::Received),
        }
    }

    fn receive_secured(&mut self, most: usize, found: &mut Found) -> Result<usize, Halt> {
        let (Work::Receiving(_, local), Some(tls)) = (&mut self.work, &mut self.tls) else {
            return Err(Halt::Blocked);
        };
        // The first data may have come along with the handshake.
        let plain = tls.connection.take_plain();
        if !plain.is_empty() {
            let length = plain.len();
            see(
                &self.interest,
                true,
                DataDirection::Received,
                self.moved,
                &plain,
                found,
            );
            self.moved += length as u64;
            local.push(plain);
            return Ok(length);
        }
        if tls.connection.is_closed_by_peer() {
            // Whether the peer still listens does not matter any more.
            let _ = tls.connection.close();
            tls.output.extend(tls.connection.take_output());
            let _ = self.flush();
            return Err(Halt::Over(TransferResult::Ended));
        }
        if !self.is_readable {
            return Err(Halt::Blocked);
        }
        let Some(mut piece) = local.take_piece() else {
            return Err(self.halt_without_room());
        };
        let room = piece.len().min(most);
        let read = self.stream.read(&mut piece[..room]);
        let received = match &read {
            Ok(length @ 1..) => tls.connection.receive(&piece[..*length]),
            _ => Ok(()),
        };
        tls.output.extend(tls.connection.take_output());
        local.return_piece(piece);
        match read {
            Ok(0) => return Err(Halt::Over(TransferResult::CloseNotifyMissing)),
            Ok(length) => self.take_from_allowance(length),
            Err(error) => return Err(self.halt(error, DataDirection::Received)),
        }
        let _ = self.flush();
        received
            .map(|()| 1)
            .map_err(|failure| Halt::Over(TransferResult::TlsFailed(failure)))
    }

    fn send_some(&mut self, most: usize, found: &mut Found) -> Result<usize, Halt> {
        if !self.is_writable {
            return Err(Halt::Blocked);
        }
        self.flush()?;
        // Under TLS, bytes count once their records have left.
        if let Some(tls) = &mut self.tls {
            self.moved += std::mem::take(&mut tls.payload) as u64;
        }
        let Work::Sending(_, local) = &mut self.work else {
            return Err(Halt::Blocked);
        };
        let bytes = match local.ready() {
            Ready::Bytes(bytes) => &bytes[..bytes.len().min(most)],
            Ready::NotYet => return Err(Halt::AwaitsLocalSide),
            Ready::Failed(error) => return Err(Halt::Over(TransferResult::of_local(&error))),
            Ready::End => return Err(self.end_sending()),
        };
        if let Some(tls) = &mut self.tls {
            let bytes = &bytes[..bytes.len().min(RECORDS_BYTES)];
            let length = bytes.len();
            let encrypted = tls.connection.encrypt(bytes);
            encrypted.map_err(|failure| Halt::Over(TransferResult::TlsFailed(failure)))?;
            tls.output.extend(tls.connection.take_output());
            tls.payload += length;
            see(
                &self.interest,
                true,
                DataDirection::Sent,
                self.moved,
                bytes,
                found,
            );
            local.consume(length);
            self.take_from_allowance(length);
            return Ok(length);
        }
        match self.stream.write(bytes) {
            Ok(length) => {
                let sent = &bytes[..length];
                see(
                    &self.interest,
                    false,
                    DataDirection::Sent,
                    self.moved,
                    sent,
                    found,
                );
                self.moved += length as u64;
                local.consume(length);
                self.take_from_allowance(length);
                Ok(length)
            }
            Err(error) => Err(self.halt(error, DataDirection::Sent)),
        }
    }

    /// Everything is handed over: says so, under TLS too, and closes this direction.
    fn end_sending(&mut self) -> Halt {
        if let Some(tls) = &mut self.tls {
            if let Err(failure) = tls.connection.close() {
                return Halt::Over(TransferResult::TlsFailed(failure));
            }
            tls.output.extend(tls.connection.take_output());
        }
        if let Err(halt) = self.flush() {
            return halt;
        }
        let ended = SockRef::from(&self.stream).set_linger(None);
        match ended.and_then(|()| self.stream.shutdown(Shutdown::Write)) {
            Ok(()) => Halt::Over(TransferResult::Ended),
            Err(error) => self.halt(error, DataDirection::Sent),
        }
    }

    /// After an upload: tickets, a close_notify, the alert with which the peer throws the upload away, or the end.
    fn drain(&mut self, found: &mut Found) -> Result<usize, Halt> {
        if !self.is_readable {
            return Err(Halt::Blocked);
        }
        let mut buffer = [0; DRAIN_BYTES];
        let length = match self.stream.read(&mut buffer) {
            Ok(0) => return Err(Halt::Over(TransferResult::Ended)),
            Ok(length) => length,
            Err(error) => return Err(self.halt(error, DataDirection::Received)),
        };
        let Some(tls) = &mut self.tls else {
            let bytes = &buffer[..length];
            see(
                &self.interest,
                false,
                DataDirection::Received,
                self.drained,
                bytes,
                found,
            );
            self.drained += length as u64;
            return Ok(length);
        };
        let heard = tls.connection.receive(&buffer[..length]);
        // The server has nothing to say here, and what it says all the same must not pile up.
        drop(tls.connection.take_plain());
        if tls.connection.is_closed_by_peer() {
            drop(tls.connection.take_rest());
        }
        heard
            .map(|()| length)
            .map_err(|failure| Halt::Over(TransferResult::Broken(failure.to_string())))
    }

    /// Goes on with the handshake as far as the peer lets it.
    fn advance_handshake(&mut self, found: &mut Found) -> Result<usize, Halt> {
        let failed = |failure| Halt::Over(TransferResult::TlsFailed(failure));
        if let Some(tls) = &mut self.tls {
            tls.output.extend(tls.connection.take_output());
        }
        self.flush()?;
        if !self.is_readable {
            return Err(Halt::Blocked);
        }
        let mut buffer = vec![0; HANDSHAKE_BYTES];
        let length = match self.stream.read(&mut buffer) {
            Ok(0) => return Err(failed(TlsFailure::HandshakeCut)),
            Ok(length) => length,
            Err(error) => return Err(self.halt(error, DataDirection::Received)),
        };
        let Some(tls) = &mut self.tls else {
            return Err(Halt::Blocked);
        };
        let received = tls.connection.receive(&buffer[..length]);
        let secured = match received {
            Ok(()) if tls.connection.is_open() => Some(tls.connection.secured()),
            Ok(()) => None,
            Err(failure) => Some(Err(failure)),
        };
        tls.is_open = matches!(secured, Some(Ok(_)));
        tls.output.extend(tls.connection.take_output());
        // The last flight, or an alert that says why there is none; it fails if the peer is gone already.
        let flushed = self.flush();
        match secured {
            Some(Ok(secured)) => {
                let id = self.id;
                found.push(Finding::Fact(Input::DataSecured { id, secured }));
            }
            Some(Err(failure)) => return Err(failed(failure)),
            None => {}
        }
        flushed.map(|()| length)
    }

    /// Writes the records that are ready.
    fn flush(&mut self) -> Result<(), Halt> {
        let Some(tls) = &mut self.tls else {
            return Ok(());
        };
        let mut written = 0;
        let result = loop {
            if written == tls.output.len() {
                break Ok(());
            }
            match self.stream.write(&tls.output[written..]) {
                Ok(length) => written += length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        tls.output.drain(..written);
        result.map_err(|error| self.halt(error, DataDirection::Sent))
    }

    fn halt(&mut self, error: io::Error, direction: DataDirection) -> Halt {
        match error.kind() {
            io::ErrorKind::WouldBlock => {
                match direction {
                    DataDirection::Received => self.is_readable = false,
                    DataDirection::Sent => self.is_writable = false,
                }
                Halt::Blocked
            }
            io::ErrorKind::Interrupted => Halt::Spent,
            _ => Halt::Over(TransferResult::Broken(error.to_string())),
        }
    }

    fn see(&self, direction: DataDirection, bytes: &[u8], found: &mut Found) {
        see(
            &self.interest,
            self.tls.is_some(),
            direction,
            self.moved,
            bytes,
            found,
        );
    }
}

/// Shows bytes that have moved to whoever wants to see them.
fn see(
    interest: &ByteInterest,
    under_tls: bool,
    direction: DataDirection,
    offset: u64,
    bytes: &[u8],
    found: &mut Found,
) {
    if interest.includes_data() {
        found.push(Finding::Observation(Observation::BytesMoved(MovedBytes {
            connection: Connection::Data,
            direction,
            under_tls,
            urgent: false,
            offset,
            bytes: bytes.to_vec(),
            secrets: Vec::new(),
        })));
    }
}

/// How many line ends of an upload were converted.
fn line_ends_of(exchange: ExchangeId, local: &Outbound) -> Input<'static> {
    Input::LocalEnded {
        exchange,
        result: Ok(()),
        line_ends: local.line_ends(),
    }
}

/// What one connection moves before others, and other threads, have their turn.
const TURN_BYTES: usize = 2 * 1024 * 1024;
/// What is encrypted at once.
const RECORDS_BYTES: usize = 256 * 1024;
const DRAIN_BYTES: usize = 16 * 1024;
const NEGOTIATION_BYTES: usize = 4 * 1024;
const HANDSHAKE_BYTES: usize = 16 * 1024;
