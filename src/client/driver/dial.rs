//! Finds the server: looks its host up, and connects to one of its addresses.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::control::ControlSocket;
use super::negotiation::{Negotiation, ProxyError, in_words};
use super::outgoing::{self, Dialler, NotOurs};
use crate::client::{AddressFamily, Peer, Proxy, Route};

/// Why a connection could not be made.
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
    #[error("{host} has no {family} address{}", way_out(*family, *leaves_from))]
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
    /// The proxy makes no connection.
    #[error("cannot connect to {peer} through {proxy}: {source}")]
    Proxy {
        /// The proxy.
        proxy: Box<Proxy>,
        /// Whom it was to connect to.
        peer: Peer,
        /// What it said, a [`ProxyError`], or what the system did.
        source: io::Error,
    },
    /// The proxy itself could not be reached.
    #[error("the proxy {proxy} cannot be reached: {error}")]
    ProxyUnreachable {
        /// The proxy.
        proxy: Box<Proxy>,
        /// Why.
        error: Box<DialError>,
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

/// Looks the host up and tries its addresses in turn, all within `limit`; through a proxy if the route has one.
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
    let deadline = Deadline::after(limit);
    if let Some(proxy) = &route.proxy {
        return dial_through(proxy, host, port, route, deadline);
    }
    let addresses = addresses_of(host, port, route.family, route.source, deadline)?;
    let (stream, address) = connect_to_one_of(&addresses, route.source, deadline)?;
    let dialler = Dialler {
        source: route.source,
        proxy: None,
    };
    let socket = ControlSocket::new(stream, address.into(), dialler);
    socket.map_err(|error| dial_error(address, limit, error))
}

/// Connects to the proxy and has it connect to the host, by one after the other of the addresses that this side knows.
fn dial_through(
    proxy: &Proxy,
    host: &str,
    port: u16,
    route: &Route,
    deadline: Deadline,
) -> Result<ControlSocket, DialError> {
    let unreachable = |error| DialError::ProxyUnreachable {
        proxy: Box::new(proxy.clone()),
        error: Box::new(error),
    };
    let limit = deadline.limit;
    let (peers, family) = if proxy.looks_names_up() {
        (vec![Peer::new(host, port)], route.family)
    } else {
        let addresses = addresses_of(host, port, route.family, None, deadline)?;
        let peers = addresses.into_iter().map(Peer::from).collect();
        (peers, AddressFamily::Any)
    };
    let (name, hop) = (proxy.host(), proxy.port());
    let hops = addresses_of(name, hop, family, route.source, deadline).map_err(unreachable)?;
    let mut failure = None;
    for peer in peers {
        let connected = connect_to_one_of(&hops, route.source, deadline);
        let (stream, address) = connected.map_err(unreachable)?;
        let error = match negotiate(&stream, proxy, &peer, deadline) {
            Ok(()) => {
                let dialler = Dialler {
                    source: route.source,
                    proxy: Some((proxy.clone(), address)),
                };
                let socket = ControlSocket::new(stream, peer, dialler);
                return socket.map_err(|error| dial_error(address, limit, error));
            }
            Err(source) => DialError::Proxy {
                proxy: Box::new(proxy.clone()),
                peer,
                source,
            },
        };
        failure = Some(error);
        if !matches!(&failure, Some(DialError::Proxy { source, .. }) if is_refusal(source)) {
            break;
        }
    }
    Err(failure.unwrap_or_else(|| without_address(host)))
}

/// Another address may be taken.
fn is_refusal(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    matches!(inner, Some(ProxyError::Refused(_)))
}

/// Has the proxy connect to the peer.
fn negotiate(
    mut stream: &TcpStream,
    proxy: &Proxy,
    peer: &Peer,
    deadline: Deadline,
) -> io::Result<()> {
    let late = || {
        let text = format!(
            "the proxy has not answered within {} s: are its scheme and its port right?",
            deadline.limit.as_secs()
        );
        io::Error::new(io::ErrorKind::TimedOut, text)
    };
    let mut negotiation = Negotiation::new(proxy, peer).map_err(io::Error::other)?;
    let mut buffer = [0; NEGOTIATION_BYTES];
    loop {
        let left = Some(deadline.left().ok_or_else(late)?);
        stream.set_write_timeout(left)?;
        stream.set_read_timeout(left)?;
        stream
            .write_all(&negotiation.take_output())
            .map_err(in_words)?;
        if negotiation.is_over() {
            return Ok(());
        }
        // What comes after the proxy's answer is the server's.
        let length = match stream.peek(&mut buffer) {
            Ok(0) => return Err(io::Error::other(ProxyError::Closed)),
            Ok(length) => length,
            // One of the two, as the system has it, is the end of the time: the next look says so.
            Err(error) if is_early(&error) => continue,
            Err(error) => return Err(in_words(error)),
        };
        let taken = negotiation.receive(&buffer[..length]);
        let taken = taken.map_err(io::Error::other)?;
        stream.read_exact(&mut buffer[..taken])?;
    }
}

fn is_early(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}

/// A connection to the first address that takes one.
fn connect_to_one_of(
    addresses: &[SocketAddr],
    source: Option<IpAddr>,
    deadline: Deadline,
) -> Result<(TcpStream, SocketAddr), DialError> {
    let limit = deadline.limit;
    let mut failure = without_address("");
    for &address in addresses {
        let Some(left) = deadline.left() else {
            return Err(DialError::NoAnswer { address, limit });
        };
        match outgoing::connect(address, source, left) {
            Ok(stream) => return Ok((stream, address)),
            Err(error) => failure = dial_error(address, limit, error),
        }
    }
    Err(failure)
}

/// Until when everything has to be done.
#[derive(Clone, Copy)]
struct Deadline {
    at: Instant,
    limit: Duration,
}

impl Deadline {
    fn after(limit: Duration) -> Self {
        Self {
            at: Instant::now() + limit,
            limit,
        }
    }

    /// `None` once it has passed.
    fn left(self) -> Option<Duration> {
        let left = self.at.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }
}

/// The addresses of a host that may be tried.
fn addresses_of(
    host: &str,
    port: u16,
    family: AddressFamily,
    source: Option<IpAddr>,
    deadline: Deadline,
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
    let mut addresses = look_up(host, deadline, move || {
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
fn way_out(family: AddressFamily, source: Option<IpAddr>) -> String {
    let option = match family {
        AddressFamily::V4 => "--ipv4",
        AddressFamily::V6 => "--ipv6",
        AddressFamily::Any => "--ipv4 or --ipv6",
    };
    match source {
        None => format!(": leave out {option} (`set ip any`), and what it has is used"),
        Some(source) => format!(
            ", and connections are to leave from {source}: leave out --source (`set source any`), or give an address of \
             the other family"
        ),
    }
}

/// The system's resolver has limits of its own, or none: it is asked on a thread, which is abandoned if it is late.
fn look_up(
    host: &str,
    deadline: Deadline,
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
    let left = deadline.left().unwrap_or_default();
    match resolved.recv_timeout(left) {
        Ok(addresses) => addresses.map_err(unknown),
        Err(_) => Err(DialError::LookupUnanswered {
            host: host.to_owned(),
            limit: deadline.limit,
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

const NEGOTIATION_BYTES: usize = 4 * 1024;

#[cfg(test)]
mod tests {
    use std::io::{self, Read, Write};
    use std::net::TcpListener;
    use std::sync::mpsc;
    use std::thread;
    use std::time::{Duration, Instant};

    use super::{Deadline, DialError, dial, look_up};
    use crate::client::Route;

    #[test]
    fn a_resolver_that_does_not_answer_has_a_limit() {
        let (_never, answer) = mpsc::channel::<()>();
        let limit = Duration::from_millis(50);
        let begun = Instant::now();
        let found = look_up("name.invalid", Deadline::after(limit), move || {
            let _ = answer.recv();
            Ok(Vec::new())
        });
        assert!(begun.elapsed() >= limit);
        assert!(matches!(found, Err(DialError::LookupUnanswered { .. })));
    }

    #[test]
    fn a_proxy_that_hangs_at_any_point_has_a_limit() {
        let limit = Duration::from_millis(200);
        for (scheme, said) in [
            ("socks5", &b""[..]),
            ("socks5", b"\x05"),
            ("socks5h", b"\x05\0"),
            ("socks5h", b"\x05\0\x05\0\0\x01\x7f"),
            ("http", b""),
            ("http", b"HTTP/1.1 200 ok\r\nA: "),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let url = format!("{scheme}://{}", listener.local_addr().unwrap());
            let proxy = thread::spawn(move || {
                let (mut client, _) = listener.accept().unwrap();
                client.write_all(said).unwrap();
                // Until the client is gone.
                let _ = client.read_to_end(&mut Vec::new());
            });
            let route = Route {
                proxy: url.parse().ok(),
                ..Route::default()
            };
            let begun = Instant::now();
            let error = dial("127.0.0.1", 1, &route, limit).unwrap_err().to_string();
            assert!(begun.elapsed() >= limit);
            assert!(
                error.contains(" through socks5") || scheme == "http",
                "{error}"
            );
            assert!(
                error.contains("the proxy has not answered within 0 s"),
                "{error}"
            );
            proxy.join().unwrap();
        }
    }

    #[test]
    fn a_resolver_that_says_no_is_believed() {
        let found = look_up(
            "name.invalid",
            Deadline::after(Duration::from_secs(20)),
            || Err(io::ErrorKind::NotFound.into()),
        );
        assert!(matches!(found, Err(DialError::UnknownHost { .. })));
    }
}
