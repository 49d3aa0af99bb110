//! The control connection: a socket whose octets are read at all times by a thread of its own.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use socket2::SockRef;

/// A control connection, dialled and open.
#[derive(Debug)]
pub struct ControlConnection {
    stream: TcpStream,
    peer: SocketAddr,
}

/// What the reading thread reports.
#[derive(Debug)]
pub enum ControlInput {
    /// Octets, as one read gave them.
    Octets(Vec<u8>),
    /// End of file, or the error that took its place; nothing follows.
    Ended(Option<io::Error>),
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// The name has no address.
    #[error("cannot find the host {host}: {source}. Check the spelling, or give an address")]
    UnknownHost {
        /// As it was given.
        host: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// Somebody is there, but nobody listens on that port.
    #[error("{address} refused the connection: no server listens on port {}. Is it running, and is that the port?", address.port())]
    Refused {
        /// The last address that was tried.
        address: SocketAddr,
    },
    /// Nobody answered in time.
    #[error("{address} did not answer within {} s. Is a firewall in between?", limit.as_secs())]
    NoAnswer {
        /// The last address that was tried.
        address: SocketAddr,
        /// How long it was waited for.
        limit: Duration,
    },
    /// Anything else.
    #[error("cannot connect to {address}: {source}")]
    Failed {
        /// The last address that was tried.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

impl ControlConnection {
    /// Looks the host up and tries its addresses in turn, all within `limit`.
    ///
    /// # Errors
    ///
    /// [`DialError`], for the last address that was tried.
    pub fn dial(host: &str, port: u16, limit: Duration) -> Result<Self, DialError> {
        let unknown = |source| DialError::UnknownHost {
            host: host.to_owned(),
            source,
        };
        let addresses = (host, port).to_socket_addrs().map_err(unknown)?;
        let deadline = Instant::now() + limit;
        let mut failure = unknown(io::Error::new(io::ErrorKind::NotFound, "it has no address"));
        for address in addresses {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(DialError::NoAnswer { address, limit });
            }
            match connect(address, left) {
                Ok(stream) => {
                    return Ok(Self {
                        stream,
                        peer: address,
                    });
                }
                Err(error) => failure = dial_error(address, limit, error),
            }
        }
        Err(failure)
    }

    /// The server's address.
    #[must_use]
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// The address of this side.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn local_address(&self) -> io::Result<SocketAddr> {
        self.stream.local_addr()
    }

    /// Starts the thread that reads the connection until it ends.
    ///
    /// # Errors
    ///
    /// What the system says when there can be no second handle or no thread.
    pub fn start_reading(
        &self,
        mut report: impl FnMut(ControlInput) + Send + 'static,
    ) -> io::Result<()> {
        let mut stream = self.stream.try_clone()?;
        std::thread::Builder::new()
            .name("control-reader".to_owned())
            .spawn(move || {
                let mut buffer = [0; READ_OCTETS];
                loop {
                    match stream.read(&mut buffer) {
                        Ok(0) => return report(ControlInput::Ended(None)),
                        Ok(length) => report(ControlInput::Octets(buffer[..length].to_vec())),
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => return report(ControlInput::Ended(Some(error))),
                    }
                }
            })?;
        Ok(())
    }

    /// Sends octets in one write, so that a command travels in one segment where it can (some servers take each
    /// segment for one command).
    ///
    /// # Errors
    ///
    /// What the system says; a peer that takes nothing for 30 s counts as lost.
    pub fn send(&mut self, octets: &[u8]) -> io::Result<()> {
        self.stream.write_all(octets)
    }

    /// Sends one octet as urgent data: the Telnet Synch (RFC 854).
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn send_urgent(&mut self, octets: &[u8]) -> io::Result<()> {
        SockRef::from(&self.stream)
            .send_out_of_band(octets)
            .map(|_| ())
    }

    /// Ends both directions; the reading thread reports the end.
    pub fn close(&self) {
        // An error means that the peer was quicker.
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

impl Drop for ControlConnection {
    fn drop(&mut self) {
        self.close();
    }
}

fn connect(address: SocketAddr, limit: Duration) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, limit)?;
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(WRITE_LIMIT))?;
    // A server's urgent octets are Telnet commands like any other: they are shown in their place.
    SockRef::from(&stream).set_out_of_band_inline(true)?;
    Ok(stream)
}

fn dial_error(address: SocketAddr, limit: Duration, source: io::Error) -> DialError {
    match source.kind() {
        io::ErrorKind::ConnectionRefused => DialError::Refused { address },
        io::ErrorKind::TimedOut => DialError::NoAnswer { address, limit },
        _ => DialError::Failed { address, source },
    }
}

const READ_OCTETS: usize = 16 * 1024;
const WRITE_LIMIT: Duration = Duration::from_secs(30);
