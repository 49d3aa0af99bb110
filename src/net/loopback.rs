//! The server's side of a connection, on loopback only: what the practice server stands on.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use socket2::SockRef;

/// A listener that cannot be bound to anything but loopback.
#[derive(Debug)]
pub struct LoopbackListener {
    listener: TcpListener,
}

/// A connection that was accepted from, or dialled to, loopback.
#[derive(Debug)]
pub struct LoopbackConnection {
    stream: TcpStream,
}

impl LoopbackListener {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn ipv4() -> io::Result<Self> {
        Ok(Self {
            listener: TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?,
        })
    }

    /// Listens on a free port of ::1.
    ///
    /// # Errors
    ///
    /// What the system says; where there is no IPv6, it says so here.
    pub fn ipv6() -> io::Result<Self> {
        Ok(Self {
            listener: TcpListener::bind((Ipv6Addr::LOCALHOST, 0))?,
        })
    }

    /// Listens on a free port of the given address.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidInput`] for an address that is not loopback, else what the system says.
    pub fn on(address: std::net::IpAddr) -> io::Result<Self> {
        refuse_unless_loopback(SocketAddr::new(address, 0))?;
        Ok(Self {
            listener: TcpListener::bind((address, 0))?,
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Waits for the next connection.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn accept(&self) -> io::Result<LoopbackConnection> {
        let (stream, _) = self.listener.accept()?;
        stream.set_nodelay(true)?;
        Ok(LoopbackConnection { stream })
    }

    /// Waits at most `limit` for the next connection.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::TimedOut`] when nobody came, else what the system says.
    pub fn accept_within(&self, limit: Duration) -> io::Result<LoopbackConnection> {
        let mut poll = mio::Poll::new()?;
        let mut events = mio::Events::with_capacity(1);
        self.listener.set_nonblocking(true)?;
        let mut listener = mio::net::TcpListener::from_std(self.listener.try_clone()?);
        poll.registry()
            .register(&mut listener, mio::Token(0), mio::Interest::READABLE)?;
        let deadline = std::time::Instant::now() + limit;
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    stream.set_nonblocking(false)?;
                    stream.set_nodelay(true)?;
                    return Ok(LoopbackConnection { stream });
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
            let left = deadline.saturating_duration_since(std::time::Instant::now());
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
    pub fn dial(address: SocketAddr, limit: Duration) -> io::Result<Self> {
        refuse_unless_loopback(address)?;
        let stream = TcpStream::connect_timeout(&address, limit)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream })
    }

    /// A second handle on the same connection, so that one thread can read while another writes.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn try_clone(&self) -> io::Result<Self> {
        Ok(Self {
            stream: self.stream.try_clone()?,
        })
    }

    /// The address of this side.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn local_address(&self) -> io::Result<SocketAddr> {
        self.stream.local_addr()
    }

    /// The address of the other side.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn peer_address(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }

    /// The longest that one read may wait; `None` waits without limit.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn limit_reads(&self, limit: Option<Duration>) -> io::Result<()> {
        self.stream.set_read_timeout(limit)
    }

    /// Delivers urgent octets (Telnet DM) in their place among the others.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn receive_urgent_octets_inline(&self) -> io::Result<()> {
        SockRef::from(&self.stream).set_out_of_band_inline(true)
    }

    /// Ends our direction in order; the peer's stays open.
    ///
    /// # Errors
    ///
    /// What the system says: the peer may have reset the connection.
    pub fn end_sending(&self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }

    /// Ends both directions in order; a thread that reads it is woken with end of file.
    pub fn close(&self) {
        // An error means that the peer was quicker.
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// Ends the connection with a reset once its last handle is dropped.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn reset_on_drop(&self) -> io::Result<()> {
        SockRef::from(&self.stream).set_linger(Some(Duration::ZERO))
    }
}

impl Read for LoopbackConnection {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buffer)
    }
}

impl Write for LoopbackConnection {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.stream.write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
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
