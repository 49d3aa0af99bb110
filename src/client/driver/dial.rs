//! Finds the server: looks its host up, and connects to one of its addresses.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::control::ControlSocket;
use super::outgoing::{self, NotOurs};
use crate::client::{AddressFamily, Route};

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
    /// The host has addresses, and none that may be tried.
    #[error("{host} has no {family} address{}", way_out(*leaves_from))]
    NoAddressOfFamily {
        /// As it was given.
        host: String,
        /// Which one it would have to have.
        family: AddressFamily,
        /// The address that connections leave from, if that is the reason.
        leaves_from: Option<IpAddr>,
    },
    /// Connections are to leave from an address of the family that is not wanted.
    #[error(
        "the source address {leaves_from} is not an {family} address: leave out one of --source and --ipv4 or --ipv6 (`set source any`, `set ip any`)"
    )]
    Contradiction {
        /// The address that connections leave from.
        leaves_from: IpAddr,
        /// What is wanted.
        family: AddressFamily,
    },
    /// The address that connections are to leave from is another machine's.
    #[error(transparent)]
    SourceNotOurs {
        /// Says so.
        source: io::Error,
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
pub(crate) fn dial(
    host: &str,
    port: u16,
    route: &Route,
    limit: Duration,
) -> Result<ControlSocket, DialError> {
    let deadline = Instant::now() + limit;
    let addresses = addresses_of(host, port, route.family, route.source, limit)?;
    let mut failure = None;
    for address in addresses {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(DialError::NoAnswer { address, limit });
        }
        let connected = outgoing::connect(address, route.source, left);
        match connected.and_then(|stream| ControlSocket::new(stream, address, route.source)) {
            Ok(socket) => return Ok(socket),
            Err(error) => failure = Some(dial_error(address, limit, error)),
        }
    }
    Err(failure.unwrap_or_else(|| without_address(host)))
}

/// The addresses of a host that may be tried.
fn addresses_of(
    host: &str,
    port: u16,
    family: AddressFamily,
    source: Option<IpAddr>,
    limit: Duration,
) -> Result<Vec<SocketAddr>, DialError> {
    let wanted = match source {
        None => family,
        Some(leaves_from) => {
            let of_source = AddressFamily::of(leaves_from);
            let contradiction = DialError::Contradiction {
                leaves_from,
                family,
            };
            family.and(of_source).ok_or(contradiction)?
        }
    };
    let name = host.to_owned();
    let mut addresses = look_up(host, limit, move || {
        (name.as_str(), port).to_socket_addrs().map(Vec::from_iter)
    })?;
    if addresses.is_empty() {
        return Err(without_address(host));
    }
    addresses.retain(|address| wanted.includes(*address));
    if addresses.is_empty() {
        return Err(DialError::NoAddressOfFamily {
            host: host.to_owned(),
            family: wanted,
            leaves_from: source.filter(|_| family == AddressFamily::Any),
        });
    }
    Ok(addresses)
}

fn without_address(host: &str) -> DialError {
    DialError::UnknownHost {
        host: host.to_owned(),
        source: io::Error::new(io::ErrorKind::NotFound, "it has no address"),
    }
}

/// How to reach a host after all that has no address of the family.
fn way_out(source: Option<IpAddr>) -> String {
    match source {
        None => ": leave out --ipv4 or --ipv6 (`set ip any`), and what it has is used".to_owned(),
        Some(source) => format!(
            ", and connections are to leave from {source}: leave out --source (`set source any`), or give an address of \
             the other family"
        ),
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
        _ if is_about_the_source(&source) => DialError::SourceNotOurs { source },
        _ => DialError::Failed { address, source },
    }
}

fn is_about_the_source(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<NotOurs>())
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
