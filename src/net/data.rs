//! The data connection: opened the moment that a reply offers a port, then watched, used and closed.
//!
//! A thread of its own owns the work, and the socket lies in a slot that the session can empty at any time. So an abort
//! takes effect at once, even while the thread waits for the peer, for a slow disk or for a person who types.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token, Waker};
use socket2::SockRef;

/// A handle on an open data connection; dropping it closes the connection in order.
#[derive(Debug)]
pub struct DataConnection {
    slot: Arc<Slot>,
    orders: Sender<Order>,
    waker: Arc<Waker>,
    peer: SocketAddr,
}

/// What the thread of a data connection reports.
#[derive(Debug)]
pub enum DataEvent {
    /// The connection is made.
    Opened(DataConnection),
    /// It could not be made.
    NotOpened(io::Error),
    /// Somebody else than the server came to the listener, and was sent away.
    StrangerRefused(SocketAddr),
    /// The server closed it (or reset it: the error) while no transfer used it.
    ClosedByPeer(Option<io::Error>),
    /// Receiving is over: end of file was seen, or one side failed.
    ReceivingEnded(Result<(), DataFailure>),
    /// After sending: the server has read to the end and closed its side, or reset it (the error).
    SentReceived(Option<io::Error>),
    /// Sending is over: all was sent and the direction closed, or one side failed.
    SendingEnded(Result<(), DataFailure>),
}

/// Which side of a transfer failed.
#[derive(Debug, thiserror::Error)]
pub enum DataFailure {
    /// The file, pipe or person at our end.
    #[error("{0}")]
    Local(io::Error),
    /// The connection.
    #[error("{0}")]
    Connection(io::Error),
    /// The session dropped the connection itself.
    #[error("the data connection was dropped")]
    Dropped,
}

#[derive(Debug, Default)]
struct Slot {
    stream: Mutex<Option<TcpStream>>,
    octets: AtomicU64,
}

enum Order {
    Receive(Box<dyn Write + Send>),
    Send(Box<dyn Read + Send>),
    Rest,
}

enum Work {
    Watching,
    Resting,
    Receiving(Box<dyn Write + Send>),
    Sending(Box<dyn Read + Send>),
    Draining,
}

impl DataConnection {
    /// Dials in a thread of its own and reports [`DataEvent::Opened`] or [`DataEvent::NotOpened`] first.
    ///
    /// # Errors
    ///
    /// What the system says when there can be no thread.
    pub fn dial(
        address: SocketAddr,
        limit: Duration,
        mut report: impl FnMut(DataEvent) + Send + 'static,
    ) -> io::Result<()> {
        std::thread::Builder::new()
            .name("data-connection".to_owned())
            .spawn(move || match Worker::dial(address, limit) {
                Ok((worker, connection)) => {
                    report(DataEvent::Opened(connection));
                    worker.run(&mut report);
                }
                Err(error) => report(DataEvent::NotOpened(error)),
            })?;
        Ok(())
    }

    /// Takes over a connection that a listener accepted, and works on it in this thread.
    pub(super) fn run_accepted(
        stream: std::net::TcpStream,
        report: &mut dyn FnMut(DataEvent),
    ) -> io::Result<()> {
        let (worker, connection) = Worker::around(stream)?;
        report(DataEvent::Opened(connection));
        worker.run(report);
        Ok(())
    }

    /// The server's side.
    #[must_use]
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Octets moved by transfers so far, in either direction.
    #[must_use]
    pub fn octets(&self) -> u64 {
        self.slot.octets.load(Ordering::Acquire)
    }

    /// Reads everything into `destination` until end of file.
    pub fn receive(&self, destination: Box<dyn Write + Send>) {
        self.order(Order::Receive(destination));
    }

    /// Sends everything of `source`, then closes this direction.
    pub fn send(&self, source: Box<dyn Read + Send>) {
        self.order(Order::Send(source));
    }

    /// Whether octets have come that nothing has read.
    #[must_use]
    pub fn holds_unread_octets(&self) -> bool {
        let mut octet = [0];
        matches!(
            self.slot.step(|stream| stream.peek(&mut octet)),
            Some(Ok(1..))
        )
    }

    /// Stops receiving without closing: the command was refused, and the connection may serve the next one.
    pub fn rest(&self) {
        self.order(Order::Rest);
    }

    /// Closes in order: what was sent still arrives.
    pub fn close(&self) {
        if let Some(stream) = self.slot.take() {
            // An error means that the peer was quicker.
            let _ = stream.shutdown(Shutdown::Both);
        }
        self.wake();
    }

    /// Resets, so that the peer cannot take what it has for a whole file.
    pub fn reset(&self) {
        if let Some(stream) = self.slot.take() {
            // Without linger the drop closes in order, which is the best that is left.
            let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
        }
        self.wake();
    }

    fn order(&self, order: Order) {
        // The thread may have reported the end already; the session hears of that.
        let _ = self.orders.send(order);
        self.wake();
    }

    fn wake(&self) {
        // It fails only when the thread is gone, and then nobody needs waking.
        let _ = self.waker.wake();
    }
}

impl Drop for DataConnection {
    fn drop(&mut self) {
        self.close();
    }
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, Option<TcpStream>> {
        // Nothing that runs under the lock can panic half-way through a change.
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<TcpStream> {
        self.lock().take()
    }

    /// Runs one non-blocking step on the socket; `None` once the slot is empty.
    fn step<T>(
        &self,
        mut step: impl FnMut(&mut TcpStream) -> io::Result<T>,
    ) -> Option<io::Result<T>> {
        let mut stream = self.lock();
        loop {
            match step(stream.as_mut()?) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return Some(result),
            }
        }
    }
}

struct Worker {
    slot: Arc<Slot>,
    orders: Receiver<Order>,
    poll: Poll,
    /// The handle's last wake must not be lost with the handle: what wakes the poll lives as long as the poll.
    _waker: Arc<Waker>,
    events: Events,
    buffer: Vec<u8>,
}

/// Why a step could not go on.
enum Halt {
    WouldBlock,
    Ended,
    Failed(DataFailure),
}

impl Worker {
    fn dial(address: SocketAddr, limit: Duration) -> io::Result<(Self, DataConnection)> {
        Self::around(std::net::TcpStream::connect_timeout(&address, limit)?)
    }

    fn around(stream: std::net::TcpStream) -> io::Result<(Self, DataConnection)> {
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
            octets: AtomicU64::new(0),
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
        };
        Ok((worker, connection))
    }

    fn run(mut self, report: &mut dyn FnMut(DataEvent)) {
        let mut work = Work::Watching;
        loop {
            if !self.take_orders(&mut work) {
                return;
            }
            let step = match &mut work {
                Work::Watching => self.watch(),
                Work::Resting => self.rest(),
                Work::Receiving(destination) => self.receive(destination.as_mut()),
                Work::Sending(source) => self.send(source.as_mut()),
                Work::Draining => self.drain(),
            };
            match step {
                Ok(()) if matches!(work, Work::Watching) => work = Work::Resting,
                Ok(()) => {}
                Err(Halt::WouldBlock) => self.wait(),
                Err(Halt::Ended) => work = Self::end(work, Ok(()), report),
                Err(Halt::Failed(failure)) => {
                    let dropped = matches!(failure, DataFailure::Dropped);
                    work = Self::end(work, Err(failure), report);
                    if dropped {
                        return;
                    }
                }
            }
        }
    }

    /// Takes every order that is there: one wake may stand for several, and the last one counts. `false` once the
    /// handle is gone, and with it everybody who wants to hear more.
    fn take_orders(&self, work: &mut Work) -> bool {
        loop {
            *work = match self.orders.try_recv() {
                Ok(Order::Receive(destination)) => Work::Receiving(destination),
                Ok(Order::Send(source)) => {
                    self.reset_unless_whole();
                    Work::Sending(source)
                }
                Ok(Order::Rest) => Work::Watching,
                Err(TryRecvError::Disconnected) => return false,
                Err(TryRecvError::Empty) => return true,
            };
        }
    }

    fn end(work: Work, result: Result<(), DataFailure>, report: &mut dyn FnMut(DataEvent)) -> Work {
        match work {
            Work::Receiving(_) => report(DataEvent::ReceivingEnded(result)),
            Work::Sending(_) => {
                let sent = result.is_ok();
                report(DataEvent::SendingEnded(result));
                if sent {
                    return Work::Draining;
                }
            }
            Work::Watching => match result {
                Ok(()) => report(DataEvent::ClosedByPeer(None)),
                Err(DataFailure::Connection(error)) => report(DataEvent::ClosedByPeer(Some(error))),
                Err(DataFailure::Local(_) | DataFailure::Dropped) => {}
            },
            Work::Draining => match result {
                Ok(()) => report(DataEvent::SentReceived(None)),
                Err(DataFailure::Connection(error)) => {
                    report(DataEvent::SentReceived(Some(error)));
                }
                Err(DataFailure::Local(_) | DataFailure::Dropped) => {}
            },
            Work::Resting => {}
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
        let buffer = &mut self.buffer;
        match self.slot.step(|stream| stream.read(buffer)) {
            Some(Ok(0)) => Err(Halt::Ended),
            Some(Ok(length)) => {
                self.slot.octets.fetch_add(length as u64, Ordering::AcqRel);
                destination
                    .write_all(&self.buffer[..length])
                    .map_err(|error| Halt::Failed(DataFailure::Local(error)))
            }
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
            return match self.slot.step(|stream| {
                SockRef::from(&*stream).set_linger(None)?;
                stream.shutdown(Shutdown::Write)
            }) {
                Some(Ok(())) => Err(Halt::Ended),
                other => Err(halt(other)),
            };
        }
        let mut sent = 0;
        while sent < length {
            let rest = &self.buffer[sent..length];
            match self.slot.step(|stream| stream.write(rest)) {
                Some(Ok(written)) => {
                    sent += written;
                    self.slot.octets.fetch_add(written as u64, Ordering::AcqRel);
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
        let buffer = &mut self.buffer;
        match self.slot.step(|stream| stream.read(buffer)) {
            Some(Ok(0)) => Err(Halt::Ended),
            Some(Ok(_)) => Ok(()),
            other => Err(halt(other)),
        }
    }

    fn wait(&mut self) {
        // An interrupted wait is only an early look.
        let _ = self.poll.poll(&mut self.events, None);
    }
}

fn halt<T>(outcome: Option<io::Result<T>>) -> Halt {
    match outcome {
        None => Halt::Failed(DataFailure::Dropped),
        Some(Err(error)) if error.kind() == io::ErrorKind::WouldBlock => Halt::WouldBlock,
        Some(Err(error)) => Halt::Failed(DataFailure::Connection(error)),
        Some(Ok(_)) => Halt::Ended,
    }
}

const BUFFER_OCTETS: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use std::io::{self, Cursor, Read};
    use std::sync::mpsc;
    use std::time::Duration;

    use super::{DataConnection, DataEvent};
    use crate::net::loopback::LoopbackListener;

    const LIMIT: Duration = Duration::from_secs(10);

    #[test]
    fn a_thread_ends_with_its_handle_wherever_it_is() {
        let (alive, ended) = mpsc::channel::<()>();
        let listener = LoopbackListener::ipv4().unwrap();
        let address = listener.address().unwrap();
        let mut peers = Vec::new();
        for _ in 0..500 {
            let (handle, opened) = mpsc::channel();
            let alive = alive.clone();
            let report = move |event| drop((&alive, handle.send(event)));
            DataConnection::dial(address, LIMIT, report).unwrap();
            peers.push(listener.accept_within(LIMIT).unwrap());
            drop(opened.recv_timeout(LIMIT).unwrap());
        }
        drop(alive);
        assert_eq!(
            ended.recv_timeout(LIMIT),
            Err(mpsc::RecvTimeoutError::Disconnected)
        );
    }

    #[test]
    fn of_several_orders_that_come_at_once_the_last_is_carried_out() {
        let listener = LoopbackListener::ipv4().unwrap();
        let (handle, opened) = mpsc::channel();
        // The thread that would carry out the orders runs this, so it finds all of them at once.
        let order = move |event| {
            if let DataEvent::Opened(connection) = event {
                connection.receive(Box::new(io::sink()));
                connection.rest();
                connection.receive(Box::new(io::sink()));
                connection.rest();
                connection.send(Box::new(Cursor::new(b"octets")));
                handle.send(connection).unwrap();
            }
        };
        DataConnection::dial(listener.address().unwrap(), LIMIT, order).unwrap();
        let mut server = listener.accept_within(LIMIT).unwrap();
        server.limit_reads(Some(LIMIT)).unwrap();
        let mut received = Vec::new();
        server.read_to_end(&mut received).unwrap();
        assert_eq!(received, b"octets");
        drop(opened);
    }
}
