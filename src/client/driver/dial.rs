//! Finds the server: looks its host up, and connects to one of its addresses.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::control::ControlSocket;

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

/// Looks the host up and tries its addresses in turn, all within `limit`.
///
/// # Errors
///
/// [`DialError`], for the last address that was tried.
pub(crate) fn dial(host: &str, port: u16, limit: Duration) -> Result<ControlSocket, DialError> {
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
        let connected = TcpStream::connect_timeout(&address, left);
        match connected.and_then(|stream| ControlSocket::new(stream, address)) {
            Ok(socket) => return Ok(socket),
            Err(error) => failure = dial_error(address, limit, error),
        }
    }
    Err(failure)
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
