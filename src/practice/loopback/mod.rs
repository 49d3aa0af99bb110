//! The server's side of a connection, on loopback only: the sockets of the practice server.

mod stream;
pub(crate) mod tls;

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustls::{HandshakeKind, ServerConnection};

use socket2::{Domain, Socket, Type};

use crate::tls::RecordInput;
use stream::LoopbackStream;
use tls::{Handshake, LoopbackTls, MarkedTickets, SecuredSession};

/// Bytes received at once under TLS: about one record.
const LARGEST_PIECE: usize = 16 * 1024;

/// A queue for nobody takes one or a few connections, by system; one that gets no answer in this time has none.
const LARGEST_CROWD: usize = 16;
const CROWDING_LIMIT: Duration = Duration::from_millis(100);

/// A listener that cannot be bound to anything but loopback.
#[derive(Debug)]
pub(crate) struct LoopbackListener {
    listener: TcpListener,
    /// Connections that leave no room for another.
    crowd: Vec<TcpStream>,
}

/// A connection that was accepted from, or dialled to, loopback; in the clear until it is secured.
#[derive(Debug)]
pub(crate) struct LoopbackConnection {
    stream: Arc<LoopbackStream>,
    security: Arc<Mutex<Security>>,
}

/// What all handles on a connection share.
#[derive(Debug, Default)]
struct Security {
    layer: Option<TlsLayer>,
    /// Received before TLS ended, and not yet read.
    unread: Vec<u8>,
}

impl LoopbackListener {
    /// Listens on a free port of 127.0.0.1.
    pub(crate) fn ipv4() -> io::Result<Self> {
        Ok(Self {
            listener: TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?,
            crowd: Vec::new(),
        })
    }

    /// Listens on a free port of the given address.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidInput`] for an address that is not loopback, else what the system says.
    pub(crate) fn on(address: std::net::IpAddr) -> io::Result<Self> {
        refuse_unless_loopback(SocketAddr::new(address, 0))?;
        Ok(Self {
            listener: TcpListener::bind((address, 0))?,
            crowd: Vec::new(),
        })
    }

    /// The same with its queue full, so that whoever connects gets no answer.
    ///
    /// # Errors
    ///
    /// As [`on`](Self::on).
    pub(crate) fn crowded(address: std::net::IpAddr) -> io::Result<Self> {
        let place = SocketAddr::new(address, 0);
        refuse_unless_loopback(place)?;
        let socket = Socket::new(Domain::for_address(place), Type::STREAM, None)?;
        socket.bind(&place.into())?;
        socket.listen(0)?;
        let listener = TcpListener::from(socket);
        let place = listener.local_addr()?;
        let dial = || TcpStream::connect_timeout(&place, CROWDING_LIMIT).ok();
        let crowd = std::iter::from_fn(dial).take(LARGEST_CROWD).collect();
        Ok(Self { listener, crowd })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Waits for the next connection.
    pub(crate) fn accept(&self) -> io::Result<LoopbackConnection> {
        let (stream, _) = self.listener.accept()?;
        LoopbackConnection::new(stream)
    }

    /// Waits at most `limit` for the next connection.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::TimedOut`] when nobody came, else what the system says.
    pub(crate) fn accept_within(&self, limit: Duration) -> io::Result<LoopbackConnection> {
        if !self.crowd.is_empty() {
            // Nobody else can have come.
            return Err(io::ErrorKind::TimedOut.into());
        }
        let mut poll = mio::Poll::new()?;
        let mut events = mio::Events::with_capacity(1);
        self.listener.set_nonblocking(true)?;
        let mut listener = mio::net::TcpListener::from_std(self.listener.try_clone()?);
        poll.registry()
            .register(&mut listener, mio::Token(0), mio::Interest::READABLE)?;
        let deadline = Instant::now() + limit;
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => return LoopbackConnection::new(stream),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            poll.poll(&mut events, Some(left))?;
        }
    }
}

impl LoopbackConnection {
    /// Dials a loopback address, waiting at most `limit`.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidInput`] for an address that is not loopback, else what the system says.
    pub(crate) fn dial(address: SocketAddr, limit: Duration) -> io::Result<Self> {
        refuse_unless_loopback(address)?;
        Self::new(TcpStream::connect_timeout(&address, limit)?)
    }

    /// A second handle on the same connection, so that one thread can read while another writes.
    pub(crate) fn handle(&self) -> Self {
        Self {
            stream: Arc::clone(&self.stream),
            security: Arc::clone(&self.security),
        }
    }

    /// Waits at most `limit` for the client's handshake; from then on all handles read and write under TLS.
    ///
    /// No other handle may be reading or writing meanwhile. Changes the limit of reads.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidData`] for what TLS refuses, [`io::ErrorKind::UnexpectedEof`] when the client ends the
    /// connection, else what the system says. The connection is of no more use then.
    pub(crate) fn secure(
        &self,
        tls: &LoopbackTls,
        session: SecuredSession,
        limit: Duration,
    ) -> io::Result<Handshake> {
        let deadline = Instant::now() + limit;
        let mut layer = TlsLayer::new(tls, session)?;
        while layer.is_handshaking() {
            self.receive(&mut layer, deadline)?;
        }
        let handshake = layer.handshake();
        self.security().layer = Some(layer);
        Ok(handshake)
    }

    /// Ends TLS: sends our close_notify and waits at most `limit` for the client's; then both sides speak in the clear.
    /// Does nothing in the clear.
    ///
    /// No other handle may be reading or writing meanwhile. Changes the limit of reads.
    ///
    /// # Errors
    ///
    /// As [`LoopbackConnection::secure`].
    pub(crate) fn clear(&self, limit: Duration) -> io::Result<()> {
        self.send_close_notify()?;
        let deadline = Instant::now() + limit;
        let Some(mut layer) = self.security().layer.take() else {
            return Ok(());
        };
        while !layer.has_close_notify() {
            self.receive(&mut layer, deadline)?;
        }
        self.security().unread.extend(layer.into_unread());
        Ok(())
    }

    /// Whether it is under TLS.
    pub(crate) fn is_secured(&self) -> bool {
        self.security().layer.is_some()
    }

    /// Says that nothing more will be written under TLS; does nothing in the clear.
    pub(crate) fn send_close_notify(&self) -> io::Result<()> {
        let mut security = self.security();
        let Some(layer) = &mut security.layer else {
            return Ok(());
        };
        layer.add_close_notify()?;
        (&*self.stream).write_all(&layer.outgoing())
    }

    /// The address of this side.
    pub(crate) fn local_address(&self) -> io::Result<SocketAddr> {
        self.stream.local_address()
    }

    /// The address of the other side.
    pub(crate) fn peer_address(&self) -> io::Result<SocketAddr> {
        self.stream.peer_address()
    }

    /// The longest that one read may wait; `None` waits without limit.
    pub(crate) fn limit_reads(&self, limit: Option<Duration>) {
        self.stream.limit_reads(limit);
    }

    /// Delivers urgent bytes (Telnet DM) in their place among the others.
    pub(crate) fn receive_urgent_bytes_inline(&self) -> io::Result<()> {
        self.stream.options().set_out_of_band_inline(true)
    }

    /// Ends our direction in order, without a close_notify; the peer's stays open.
    pub(crate) fn end_sending(&self) -> io::Result<()> {
        self.stream.end_sending()
    }

    /// Ends both directions in order, without a close_notify; a thread that reads or writes it is woken.
    pub(crate) fn close(&self) {
        self.stream.close();
    }

    /// Ends the connection with a reset once its last handle is dropped.
    pub(crate) fn reset_on_drop(&self) -> io::Result<()> {
        self.stream.options().set_linger(Some(Duration::ZERO))
    }

    fn new(stream: TcpStream) -> io::Result<Self> {
        Ok(Self {
            stream: Arc::new(LoopbackStream::new(stream)?),
            security: Arc::default(),
        })
    }

    /// Reads once for a layer that no other handle has yet, or has any more, and answers.
    fn receive(&self, layer: &mut TlsLayer, deadline: Instant) -> io::Result<()> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.limit_reads(Some(left));
        let mut bytes = [0; LARGEST_PIECE];
        match (&*self.stream).read(&mut bytes) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => self.process(layer, &bytes[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn process(&self, layer: &mut TlsLayer, bytes: &[u8]) -> io::Result<()> {
        let received = layer.receive(bytes);
        // An alert goes out before the error is told.
        let sent = (&*self.stream).write_all(&layer.outgoing());
        received.and(sent)
    }

    fn security(&self) -> MutexGuard<'_, Security> {
        // A layer that a panic left half changed fails its connection, as it should.
        self.security.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read for LoopbackConnection {
    /// Under TLS: 0 after the client's close_notify, [`io::ErrorKind::UnexpectedEof`] where it ends without one.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut security = self.security();
            if !security.unread.is_empty() {
                return Ok(take_front(&mut security.unread, buffer));
            }
            let Some(layer) = &mut security.layer else {
                drop(security);
                return (&*self.stream).read(buffer);
            };
            if let Some(count) = layer.read(buffer) {
                return Ok(count);
            }
            // Another handle may write while this one waits.
            drop(security);
            let mut bytes = [0; LARGEST_PIECE];
            let count = (&*self.stream).read(&mut bytes)?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(layer) = &mut self.security().layer {
                self.process(layer, &bytes[..count])?;
            }
        }
    }
}

impl Write for LoopbackConnection {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut security = self.security();
        let Some(layer) = &mut security.layer else {
            drop(security);
            return (&*self.stream).write(bytes);
        };
        layer.encrypt(bytes)?;
        // Under the lock: records must go out in the order in which they were made.
        (&*self.stream).write_all(&layer.outgoing())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self.stream).flush()
    }
}

fn refuse_unless_loopback(address: SocketAddr) -> io::Result<()> {
    if address.ip().is_loopback() {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("{address} is not a loopback address"),
    ))
}

/// The server's side of TLS on one connection.
struct TlsLayer {
    connection: ServerConnection,
    tickets: Option<Arc<MarkedTickets>>,
    received: RecordInput,
    /// From the client, decrypted.
    plain: Vec<u8>,
    /// For the client.
    outgoing: Vec<u8>,
    has_close_notify: bool,
}

impl TlsLayer {
    fn new(tls: &LoopbackTls, session: SecuredSession) -> io::Result<Self> {
        let (mut connection, tickets) = tls.connection(session).map_err(invalid)?;
        // Nothing waits in it: what it has to send is taken at once.
        connection.set_buffer_limit(None);
        Ok(Self {
            connection,
            tickets,
            received: RecordInput::default(),
            plain: Vec::new(),
            outgoing: Vec::new(),
            has_close_notify: false,
        })
    }

    fn is_handshaking(&self) -> bool {
        self.connection.is_handshaking()
    }

    fn handshake(&self) -> Handshake {
        let is_resumed = self.connection.handshake_kind() == Some(HandshakeKind::Resumed);
        let is_own = self
            .tickets
            .as_ref()
            .is_some_and(|tickets| tickets.is_own());
        if is_resumed && is_own {
            Handshake::Resumed
        } else {
            Handshake::Full
        }
    }

    fn has_close_notify(&self) -> bool {
        self.has_close_notify
    }

    /// Takes bytes of the client. What is to be sent, an alert before an error too, is in [`TlsLayer::outgoing`] then.
    ///
    /// One record at a time: rustls drops what it is given after a close_notify, and after CCC that is a command.
    fn receive(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.received.push(bytes);
        while !self.has_close_notify
            && let Some(record) = self.next_record()
        {
            let processed = self.process(&record);
            // An alert, too.
            self.take_outgoing()?;
            processed?;
        }
        Ok(())
    }

    fn encrypt(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.connection.writer().write_all(bytes)?;
        self.take_outgoing()
    }

    fn add_close_notify(&mut self) -> io::Result<()> {
        self.connection.send_close_notify();
        self.take_outgoing()
    }

    /// What is to be sent now.
    fn outgoing(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.outgoing)
    }

    /// Decrypted bytes; 0 once the client has sent its close_notify, `None` when more must be received first.
    fn read(&mut self, buffer: &mut [u8]) -> Option<usize> {
        let count = take_front(&mut self.plain, buffer);
        (count > 0 || self.has_close_notify).then_some(count)
    }

    /// What the client sent under TLS and was not read yet, and in the clear after its close_notify.
    fn into_unread(mut self) -> Vec<u8> {
        self.plain.append(&mut self.received.take_rest());
        self.plain
    }

    fn next_record(&mut self) -> Option<Vec<u8>> {
        if self.received.is_in_clear() {
            // rustls is to say so, with an alert.
            return Some(self.received.take_rest());
        }
        self.received.show_next().then(|| {
            let record = self.received.shown().to_vec();
            self.received.take(record.len());
            record
        })
    }

    fn process(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.connection.read_tls(&mut bytes)?;
            let state = self.connection.process_new_packets().map_err(invalid)?;
            let mut plain = vec![0; state.plaintext_bytes_to_read()];
            self.connection.reader().read_exact(&mut plain)?;
            self.plain.append(&mut plain);
            self.has_close_notify = state.peer_has_closed();
        }
        Ok(())
    }

    fn take_outgoing(&mut self) -> io::Result<()> {
        while self.connection.wants_write() {
            self.connection.write_tls(&mut self.outgoing)?;
        }
        Ok(())
    }
}

impl fmt::Debug for TlsLayer {
    /// Without the bytes: a password may be among them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsLayer").finish_non_exhaustive()
    }
}

/// Moves as many bytes as fit.
fn take_front(bytes: &mut Vec<u8>, buffer: &mut [u8]) -> usize {
    let count = bytes.len().min(buffer.len());
    buffer[..count].copy_from_slice(&bytes[..count]);
    bytes.drain(..count);
    count
}

fn invalid(error: rustls::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
