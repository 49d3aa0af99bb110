//! The control connection: a socket that is read when it has something, and written to without ever waiting.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, ToSocketAddrs};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use socket2::SockRef;

/// A control connection that was dialled and is open.
#[derive(Debug)]
pub(crate) struct ControlSocket {
    pub(super) stream: TcpStream,
    peer: SocketAddr,
    own: SocketAddr,
    /// Something may be there to be read.
    pub(super) is_readable: bool,
    /// What the system has not taken yet.
    unwritten: VecDeque<Piece>,
}

#[derive(Debug)]
struct Piece {
    bytes: Vec<u8>,
    is_urgent: bool,
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
    /// The resolver did not answer in time.
    #[error("the address of {host} was not found within {} s. Does the name server answer?", limit.as_secs())]
    LookupUnanswered {
        /// As it was given.
        host: String,
        /// How long it was waited for.
        limit: Duration,
    },
    /// Somebody is there, but nobody listens on that port.
    #[error("{address} refused the connection: no server listens on port {}. Is it running, and is the port right?", address.port())]
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

impl ControlSocket {
    /// Looks the host up and tries its addresses in turn, all within `limit`.
    ///
    /// # Errors
    ///
    /// [`DialError`], for the last address that was tried.
    pub(crate) fn dial(host: &str, port: u16, limit: Duration) -> Result<Self, DialError> {
        let deadline = Instant::now() + limit;
        let name = host.to_owned();
        let addresses = look_up(host, limit, move || {
            (name.as_str(), port).to_socket_addrs().map(Vec::from_iter)
        })?;
        let mut failure = DialError::UnknownHost {
            host: host.to_owned(),
            source: io::Error::new(io::ErrorKind::NotFound, "it has no address"),
        };
        for address in addresses {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(DialError::NoAnswer { address, limit });
            }
            match Self::connect(address, left) {
                Ok(socket) => return Ok(socket),
                Err(error) => failure = dial_error(address, limit, error),
            }
        }
        Err(failure)
    }

    fn connect(peer: SocketAddr, limit: Duration) -> io::Result<Self> {
        let stream = std::net::TcpStream::connect_timeout(&peer, limit)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        // A server's urgent bytes are Telnet commands like any other: they are shown in their place.
        SockRef::from(&stream).set_out_of_band_inline(true)?;
        let own = stream.local_addr()?;
        Ok(Self {
            stream: TcpStream::from_std(stream),
            peer,
            own,
            is_readable: true,
            unwritten: VecDeque::new(),
        })
    }

    /// The server's address.
    pub(crate) fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// The address of this side.
    pub(crate) fn own(&self) -> SocketAddr {
        self.own
    }

    /// Reads what is there; `None` where nothing is.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Option<io::Result<usize>> {
        loop {
            return match self.stream.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.is_readable = false;
                    None
                }
                read => Some(read),
            };
        }
    }

    /// Writes in one piece, as far as the system takes it; the rest follows by [`ControlSocket::flush`]. Urgent bytes
    /// are the Telnet Synch (RFC 854).
    pub(super) fn write(&mut self, bytes: Vec<u8>, is_urgent: bool) -> io::Result<()> {
        self.unwritten.push_back(Piece { bytes, is_urgent });
        self.flush()
    }

    /// Writes what is left, as far as the system takes it.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        while let Some(piece) = self.unwritten.front_mut() {
            let written = if piece.is_urgent {
                SockRef::from(&self.stream).send_out_of_band(&piece.bytes)
            } else {
                self.stream.write(&piece.bytes)
            };
            match written {
                Ok(length) if length >= piece.bytes.len() => {
                    self.unwritten.pop_front();
                }
                Ok(length) => drop(piece.bytes.drain(..length)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => {
                    self.unwritten.clear();
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// How many bytes the system has not taken.
    pub(super) fn unwritten(&self) -> usize {
        self.unwritten.iter().map(|piece| piece.bytes.len()).sum()
    }

    /// Ends both directions.
    pub(super) fn close(&mut self) {
        self.unwritten.clear();
        self.is_readable = false;
        // An error means that the peer was quicker.
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

/// The system's resolver has limits of its own, or none: it is asked on a thread, which is abandoned if it is late.
fn look_up(
    host: &str,
    limit: Duration,
    resolve: impl FnOnce() -> io::Result<Vec<SocketAddr>> + Send + 'static,
) -> Result<Vec<SocketAddr>, DialError> {
    let unknown = |source| DialError::UnknownHost {
        host: host.to_owned(),
        source,
    };
    // An address needs no resolver.
    if host.parse::<IpAddr>().is_ok() {
        return resolve().map_err(unknown);
    }
    let (sender, resolved) = mpsc::channel();
    let thread = std::thread::Builder::new().name("resolver".to_owned());
    let started = thread.spawn(move || {
        let _ = sender.send(resolve());
    });
    started.map_err(unknown)?;
    match resolved.recv_timeout(limit) {
        Ok(addresses) => addresses.map_err(unknown),
        Err(_) => Err(DialError::LookupUnanswered {
            host: host.to_owned(),
            limit,
        }),
    }
}

fn dial_error(address: SocketAddr, limit: Duration, source: io::Error) -> DialError {
    match source.kind() {
        io::ErrorKind::ConnectionRefused => DialError::Refused { address },
        io::ErrorKind::TimedOut => DialError::NoAnswer { address, limit },
        _ => DialError::Failed { address, source },
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::mpsc;
    use std::time::{Duration, Instant};

    use super::{DialError, look_up};

    #[test]
    fn a_resolver_that_does_not_answer_has_a_limit() {
        let (_never, answer) = mpsc::channel::<()>();
        let limit = Duration::from_millis(50);
        let begun = Instant::now();
        let found = look_up("name.invalid", limit, move || {
            let _ = answer.recv();
            Ok(Vec::new())
        });
        assert!(begun.elapsed() >= limit);
        assert!(matches!(found, Err(DialError::LookupUnanswered { .. })));
    }

    #[test]
    fn a_resolver_that_says_no_is_believed() {
        let found = look_up("name.invalid", Duration::from_secs(20), || {
            Err(io::ErrorKind::NotFound.into())
        });
        assert!(matches!(found, Err(DialError::UnknownHost { .. })));
    }
}
