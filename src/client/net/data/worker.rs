//! The thread of one data connection: it watches, receives and sends as it is told.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token, Waker};
use socket2::SockRef;

use crate::tls::TlsConnection;

use super::{ConnectionTap, DataConnection, DataEvent, DataFailure, MovedData, Order, Slot};
use crate::protocol::verbs::DataDirection;

pub(super) struct Worker {
    pub(super) slot: Arc<Slot>,
    orders: Receiver<Order>,
    poll: Poll,
    /// The handle's last wake must not be lost with the handle: what wakes the poll lives as long as the poll.
    _waker: Arc<Waker>,
    events: Events,
    pub(super) buffer: Vec<u8>,
    pub(super) tls: Option<Box<TlsConnection>>,
    pub(super) tap: Option<ConnectionTap>,
}

enum Work {
    Watching,
    Resting,
    Receiving(Box<dyn Write + Send>),
    Sending(Box<dyn Read + Send>),
    Draining,
}

/// Why a step could not go on.
pub(super) enum Halt {
    WouldBlock,
    Ended,
    Failed(DataFailure),
}

impl Worker {
    pub(super) fn dial(address: SocketAddr, limit: Duration) -> io::Result<(Self, DataConnection)> {
        Self::around(std::net::TcpStream::connect_timeout(&address, limit)?)
    }

    pub(super) fn around(stream: std::net::TcpStream) -> io::Result<(Self, DataConnection)> {
        let peer = stream.peer_addr()?;
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), Token(1))?);
        let mut stream = TcpStream::from_std(stream);
        let both = Interest::READABLE.add(Interest::WRITABLE);
        poll.registry().register(&mut stream, Token(0), both)?;
        let slot = Arc::new(Slot {
            stream: Mutex::new(Some(stream)),
            ..Slot::default()
        });
        let (sender, orders) = mpsc::channel();
        let connection = DataConnection {
            slot: Arc::clone(&slot),
            orders: sender,
            waker: Arc::clone(&waker),
            peer,
        };
        let worker = Self {
            slot,
            orders,
            poll,
            _waker: waker,
            events: Events::with_capacity(4),
            buffer: vec![0; BUFFER_OCTETS],
            tls: None,
            tap: None,
        };
        Ok((worker, connection))
    }

    pub(super) fn run(mut self, report: &mut dyn FnMut(DataEvent)) {
        let mut work = Work::Watching;
        loop {
            if !self.take_orders(&mut work) {
                return;
            }
            let step = if self.is_in_handshake() {
                self.advance_handshake(report)
            } else {
                self.advance(&mut work)
            };
            match step {
                Ok(()) => {}
                Err(Halt::WouldBlock) => self.wait(),
                Err(Halt::Ended) => work = Self::end(work, Ok(()), report),
                Err(Halt::Failed(failure)) => {
                    let is_over = matches!(failure, DataFailure::Dropped | DataFailure::Tls(_));
                    work = Self::end(work, Err(failure), report);
                    if is_over {
                        return;
                    }
                }
            }
        }
    }

    fn advance(&mut self, work: &mut Work) -> Result<(), Halt> {
        match work {
            Work::Watching => {
                self.watch()?;
                *work = Work::Resting;
                Ok(())
            }
            Work::Resting => self.rest(),
            Work::Receiving(destination) if self.tls.is_some() => {
                self.receive_secured(destination.as_mut())
            }
            Work::Receiving(destination) => self.receive(destination.as_mut()),
            Work::Sending(source) => self.send(source.as_mut()),
            Work::Draining => self.drain(),
        }
    }

    /// Takes every order that is there: one wake may stand for several, and the last one counts. `false` once the
    /// handle is gone, and with it everybody who wants to hear more.
    fn take_orders(&mut self, work: &mut Work) -> bool {
        loop {
            *work = match self.orders.try_recv() {
                Ok(Order::Receive(destination)) => Work::Receiving(destination),
                Ok(Order::Send(source)) => {
                    self.reset_unless_whole();
                    Work::Sending(source)
                }
                Ok(Order::Rest) => Work::Watching,
                Ok(Order::Secure(tls)) => {
                    self.tls.get_or_insert(tls);
                    continue;
                }
                Ok(Order::Tap(tap)) => {
                    self.tap = Some(tap);
                    continue;
                }
                Err(TryRecvError::Disconnected) => return false,
                Err(TryRecvError::Empty) => return true,
            };
        }
    }

    fn end(work: Work, result: Result<(), DataFailure>, report: &mut dyn FnMut(DataEvent)) -> Work {
        match (work, result) {
            (Work::Receiving(_), result) => report(DataEvent::ReceivingEnded(result)),
            (Work::Sending(_), result) => {
                let sent = result.is_ok();
                report(DataEvent::SendingEnded(result));
                if sent {
                    return Work::Draining;
                }
            }
            (_, Err(DataFailure::Tls(failure))) => report(DataEvent::NotSecured(failure)),
            (Work::Watching, Ok(())) => report(DataEvent::ClosedByPeer(None)),
            (Work::Watching, Err(DataFailure::Connection(error))) => {
                report(DataEvent::ClosedByPeer(Some(error)));
            }
            (Work::Draining, Ok(())) => report(DataEvent::SentReceived(None)),
            (Work::Draining, Err(DataFailure::Connection(error))) => {
                report(DataEvent::SentReceived(Some(error)));
            }
            (Work::Watching | Work::Draining | Work::Resting, _) => {}
        }
        Work::Resting
    }

    /// Until the last octet is sent, every way in which the socket can close is a reset, a kill of the process
    /// included: a server would take an orderly end for the end of the file.
    fn reset_unless_whole(&self) {
        // Where the system refuses, an abort by order still resets.
        let _ = self
            .slot
            .step(|stream| SockRef::from(&*stream).set_linger(Some(Duration::ZERO)));
    }

    fn rest(&mut self) -> Result<(), Halt> {
        match self
            .slot
            .step(|_| Err::<(), _>(io::ErrorKind::WouldBlock.into()))
        {
            Some(Ok(())) => Ok(()),
            other => Err(halt(other)),
        }
    }

    /// Looks without taking: data that come before the transfer command are left for it.
    fn watch(&mut self) -> Result<(), Halt> {
        let mut octet = [0];
        match self.slot.step(|stream| stream.peek(&mut octet)) {
            Some(Ok(0)) => Err(Halt::Ended),
            Some(Ok(_)) => Ok(()),
            other => Err(halt(other)),
        }
    }

    fn receive(&mut self, destination: &mut (dyn Write + Send)) -> Result<(), Halt> {
        let length = self.read()?;
        tell(
            &mut self.tap,
            false,
            DataDirection::Received,
            &self.buffer[..length],
        );
        deliver(&self.slot, destination, &self.buffer[..length])
    }

    /// Reads into the buffer what is there; [`Halt::Ended`] at end of file.
    pub(super) fn read(&mut self) -> Result<usize, Halt> {
        let buffer = &mut self.buffer;
        match self.slot.step(|stream| stream.read(buffer)) {
            Some(Ok(0)) => Err(Halt::Ended),
            Some(Ok(length)) => Ok(length),
            other => Err(halt(other)),
        }
    }

    /// Sends until the source is at its end; waits for the peer in here, so that an octet that was read is never lost.
    fn send(&mut self, source: &mut (dyn Read + Send)) -> Result<(), Halt> {
        let length = loop {
            match source.read(&mut self.buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Halt::Failed(DataFailure::Local(error))),
                Ok(length) => break length,
            }
        };
        if length == 0 {
            return self.end_sending();
        }
        if self.tls.is_some() {
            return self.send_secured(length);
        }
        let buffer = std::mem::take(&mut self.buffer);
        let mut tap = self.tap.take();
        let sent = self.write_all(&buffer[..length], |slot, written| {
            slot.octets
                .fetch_add(written.len() as u64, Ordering::AcqRel);
            tell(&mut tap, false, DataDirection::Sent, written);
        });
        self.buffer = buffer;
        self.tap = tap;
        sent
    }

    fn end_sending(&mut self) -> Result<(), Halt> {
        self.announce_end()?;
        match self.slot.step(|stream| {
            SockRef::from(&*stream).set_linger(None)?;
            stream.shutdown(Shutdown::Write)
        }) {
            Some(Ok(())) => Err(Halt::Ended),
            other => Err(halt(other)),
        }
    }

    /// Writes everything, and waits for the peer in here.
    pub(super) fn write_all(
        &mut self,
        octets: &[u8],
        mut count: impl FnMut(&Slot, &[u8]),
    ) -> Result<(), Halt> {
        let mut rest = octets;
        while !rest.is_empty() {
            match self.slot.step(|stream| stream.write(rest)) {
                Some(Ok(length)) => {
                    let (written, unwritten) = rest.split_at(length);
                    rest = unwritten;
                    count(&self.slot, written);
                }
                other => match halt(other) {
                    Halt::WouldBlock => self.wait(),
                    halt => return Err(halt),
                },
            }
        }
        Ok(())
    }

    /// After an upload: the server has nothing to say here but its end of file.
    fn drain(&mut self) -> Result<(), Halt> {
        let length = self.read()?;
        if self.tls.is_none() {
            tell(
                &mut self.tap,
                false,
                DataDirection::Received,
                &self.buffer[..length],
            );
        }
        self.hear_alert(length)
    }

    fn wait(&mut self) {
        // An interrupted wait is only an early look.
        let _ = self.poll.poll(&mut self.events, None);
    }
}

/// Shows octets that have moved to whoever looks.
pub(super) fn tell(
    tap: &mut Option<ConnectionTap>,
    under_tls: bool,
    direction: DataDirection,
    octets: &[u8],
) {
    if let Some(tap) = tap {
        tap(MovedData {
            direction,
            octets,
            under_tls,
        });
    }
}

/// Hands octets to whoever wants them, and counts them.
pub(super) fn deliver(
    slot: &Slot,
    destination: &mut (dyn Write + Send),
    octets: &[u8],
) -> Result<(), Halt> {
    slot.octets.fetch_add(octets.len() as u64, Ordering::AcqRel);
    destination
        .write_all(octets)
        .map_err(|error| Halt::Failed(DataFailure::Local(error)))
}

pub(super) fn halt<T>(outcome: Option<io::Result<T>>) -> Halt {
    match outcome {
        None => Halt::Failed(DataFailure::Dropped),
        Some(Err(error)) if error.kind() == io::ErrorKind::WouldBlock => Halt::WouldBlock,
        Some(Err(error)) => Halt::Failed(DataFailure::Connection(error)),
        Some(Ok(_)) => Halt::Ended,
    }
}

const BUFFER_OCTETS: usize = 256 * 1024;
