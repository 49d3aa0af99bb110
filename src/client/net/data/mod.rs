//! The data connection: opened the moment that a reply offers a port, then watched, used and closed.
//!
//! A thread of its own owns the work, and the socket lies in a slot that the session can empty at any time. So an abort
//! takes effect at once, even while the thread waits for the peer, for a slow disk or for a person who types.

mod secured;
mod worker;

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mio::Waker;
use mio::net::TcpStream;
use socket2::SockRef;

use crate::protocol::verbs::DataDirection;
use crate::tls::{Secured, TlsConnection, TlsFailure};
use worker::Worker;

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
    /// The TLS handshake is over.
    Secured(Secured),
    /// The TLS handshake failed before any data were to be moved.
    NotSecured(TlsFailure),
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
    /// Under TLS, the end of file came without a close_notify in front of it: anybody could have cut the connection.
    #[error("the data ended without a TLS close_notify")]
    NoCloseNotify,
    /// TLS.
    #[error("{0}")]
    Tls(TlsFailure),
    /// The session dropped the connection itself.
    #[error("the data connection was dropped")]
    Dropped,
}

/// Octets that have just moved on a data connection, as they are outside TLS.
#[derive(Clone, Copy, Debug)]
pub struct MovedData<'a> {
    /// Which way.
    pub direction: DataDirection,
    /// The octets.
    pub octets: &'a [u8],
    /// They travelled under TLS.
    pub under_tls: bool,
}

/// Sees everything that a data connection moves, on its thread and in order. While it works nothing moves.
pub type ConnectionTap = Box<dyn FnMut(MovedData<'_>) + Send>;

#[derive(Debug, Default)]
struct Slot {
    stream: Mutex<Option<TcpStream>>,
    octets: AtomicU64,
    /// TLS was begun.
    under_tls: AtomicBool,
    /// Its handshake is over.
    secured: AtomicBool,
}

enum Order {
    Tap(ConnectionTap),
    Receive(Box<dyn Write + Send>),
    Send(Box<dyn Read + Send>),
    Rest,
    Secure(Box<TlsConnection>),
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

    /// Lets `tap` see every octet that moves from now on.
    pub fn tap(&self, tap: ConnectionTap) {
        self.order(Order::Tap(tap));
    }

    /// Reads everything into `destination` until end of file.
    pub fn receive(&self, destination: Box<dyn Write + Send>) {
        self.order(Order::Receive(destination));
    }

    /// Sends everything of `source`, then closes this direction.
    pub fn send(&self, source: Box<dyn Read + Send>) {
        self.order(Order::Send(source));
    }

    /// Goes on under TLS, from the first octet; what is ordered waits for the handshake. A connection that is under TLS
    /// already stays as it is.
    pub fn secure(&self, tls: TlsConnection) {
        self.slot.under_tls.store(true, Ordering::Release);
        self.order(Order::Secure(Box::new(tls)));
    }

    /// Whether TLS was begun: there is no way back to clear.
    #[must_use]
    pub fn is_under_tls(&self) -> bool {
        self.slot.under_tls.load(Ordering::Acquire)
    }

    /// Whether the TLS handshake is over.
    #[must_use]
    pub fn is_secured(&self) -> bool {
        self.slot.secured.load(Ordering::Acquire)
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

#[cfg(test)]
mod tests {
    use std::io::{self, Cursor, Read, Write};
    use std::sync::mpsc;
    use std::time::Duration;

    use super::{DataConnection, DataEvent, MovedData};
    use std::net::TcpListener;

    const LIMIT: Duration = Duration::from_secs(10);

    #[test]
    fn a_tap_sees_what_was_received_and_what_was_sent() {
        let (seen, octets) = mpsc::channel();
        let run = |order: fn(&DataConnection), server_says: &'static [u8]| -> Vec<u8> {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let (handle, opened) = mpsc::channel();
            let seen = seen.clone();
            let (ended, end) = mpsc::channel();
            let report = move |event| match event {
                DataEvent::Opened(connection) => {
                    let seen = seen.clone();
                    let tap = move |moved: MovedData<'_>| seen.send(moved.octets.to_vec()).unwrap();
                    connection.tap(Box::new(tap));
                    order(&connection);
                    handle.send(connection).unwrap();
                }
                DataEvent::ReceivingEnded(_) | DataEvent::SendingEnded(_) => {
                    ended.send(()).unwrap();
                }
                _ => {}
            };
            DataConnection::dial(listener.local_addr().unwrap(), LIMIT, report).unwrap();
            let mut server = listener.accept().unwrap().0;
            server.write_all(server_says).unwrap();
            // An upload is read to its end by a server that is still there.
            let server = Some(server).filter(|_| server_says.is_empty());
            end.recv_timeout(LIMIT).unwrap();
            drop(server);
            drop(opened);
            octets.try_iter().flatten().collect()
        };
        let received = run(|it| it.receive(Box::new(io::sink())), b"received");
        assert_eq!(received, b"received");
        let sent = run(|it| it.send(Box::new(Cursor::new(b"sent"))), b"");
        assert_eq!(sent, b"sent");
    }

    #[test]
    fn a_thread_ends_with_its_handle_wherever_it_is() {
        let (alive, ended) = mpsc::channel::<()>();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut peers = Vec::new();
        for _ in 0..500 {
            let (handle, opened) = mpsc::channel();
            let alive = alive.clone();
            let report = move |event| drop((&alive, handle.send(event)));
            DataConnection::dial(address, LIMIT, report).unwrap();
            peers.push(listener.accept().unwrap().0);
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
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
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
        DataConnection::dial(listener.local_addr().unwrap(), LIMIT, order).unwrap();
        let mut server = listener.accept().unwrap().0;
        server.set_read_timeout(Some(LIMIT)).unwrap();
        let mut received = Vec::new();
        server.read_to_end(&mut received).unwrap();
        assert_eq!(received, b"octets");
        drop(opened);
    }
}
