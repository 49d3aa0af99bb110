//! How sockets leave this machine: from the address that the user chose, and through a proxy.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use mio::net::TcpStream;
use socket2::{Domain, Protocol, Socket, Type};

use super::negotiation::Negotiation;
use crate::client::{Peer, Proxy};

/// How the connections of one session are made: all as the first.
#[derive(Clone, Debug, Default)]
pub(super) struct Dialler {
    /// The address that they leave from; `None` leaves the choice to the system.
    pub(super) source: Option<IpAddr>,
    /// The proxy that they go through, and the address at which it has answered.
    pub(super) proxy: Option<(Proxy, SocketAddr)>,
}

impl Dialler {
    /// Begins to connect, and does not wait. Where there is a proxy, the negotiation with it comes before anything else.
    ///
    /// # Errors
    ///
    /// What the system says, and a name that a proxy cannot be given.
    pub(super) fn begin(&self, peer: &Peer) -> io::Result<(TcpStream, Option<Negotiation>)> {
        match (&self.proxy, peer) {
            (Some((proxy, address)), peer) => {
                let negotiation = Negotiation::new(proxy, peer).map_err(io::Error::other)?;
                let stream = begin_to_connect(*address, self.source)?;
                Ok((stream, Some(negotiation)))
            }
            (None, Peer::Address(address)) => Ok((begin_to_connect(*address, self.source)?, None)),
            (None, Peer::Name { .. }) => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

/// Connects within the limit.
///
/// # Errors
///
/// What the system says.
pub(super) fn connect(
    peer: SocketAddr,
    source: Option<IpAddr>,
    limit: Duration,
) -> io::Result<std::net::TcpStream> {
    let socket = bound(peer, source)?;
    socket.connect_timeout(&peer.into(), limit)?;
    Ok(socket.into())
}

fn begin_to_connect(peer: SocketAddr, source: Option<IpAddr>) -> io::Result<TcpStream> {
    if source.is_none() {
        return TcpStream::connect(peer);
    }
    let socket = bound(peer, source)?;
    socket.set_nonblocking(true)?;
    match socket.connect(&peer.into()) {
        Ok(()) => {}
        Err(error) if is_under_way(&error) => {}
        Err(error) => return Err(error),
    }
    Ok(TcpStream::from_std(socket.into()))
}

/// A socket for this peer.
fn bound(peer: SocketAddr, source: Option<IpAddr>) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(peer), Type::STREAM, Some(Protocol::TCP))?;
    let Some(source) = source else {
        return Ok(socket);
    };
    let mut own = SocketAddr::new(source, 0);
    if let (SocketAddr::V6(own), SocketAddr::V6(peer)) = (&mut own, peer) {
        // A link-local address means nothing without its scope, and the peer is reached in the same one.
        own.set_scope_id(peer.scope_id());
    }
    match socket.bind(&own.into()) {
        Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => {
            Err(io::Error::new(error.kind(), NotOurs(source)))
        }
        bound => bound.map(|()| socket),
    }
}

/// The address is not of this machine.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error(
    "{0} is not an address of this machine: name one that is, or let the system choose (`set source any`)"
)]
pub(super) struct NotOurs(pub(super) IpAddr);

#[cfg(unix)]
fn is_under_way(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error())
}

#[cfg(not(unix))]
fn is_under_way(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}
