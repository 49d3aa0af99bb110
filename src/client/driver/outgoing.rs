//! Sockets that leave from the address that the user chose.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use mio::net::TcpStream;
use socket2::{Domain, Protocol, Socket, Type};

/// Connects within the limit.
///
/// # Errors
///
/// As [`bound`], and what the system says.
pub(super) fn connect(
    peer: SocketAddr,
    source: Option<IpAddr>,
    limit: Duration,
) -> io::Result<std::net::TcpStream> {
    let socket = bound(peer, source)?;
    socket.connect_timeout(&peer.into(), limit)?;
    Ok(socket.into())
}

/// Begins to connect, and does not wait.
///
/// # Errors
///
/// As [`bound`], and what the system says.
pub(super) fn begin_to_connect(peer: SocketAddr, source: Option<IpAddr>) -> io::Result<TcpStream> {
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
