//! Waiting for a connection with a deadline, and resets.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, TcpStream};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::server_process::ReservedPort;

/// How long a wait may last before it looks whether it is still wanted.
pub(crate) const TICK: Duration = Duration::from_millis(10);

pub(crate) fn listen() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port")
}

/// Whether this machine has ::1.
pub(crate) fn has_ipv6() -> bool {
    TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

/// A port at which nobody listens, as long as this process lives.
pub(crate) fn unused_port() -> u16 {
    static RESERVED: LazyLock<ReservedPort> = LazyLock::new(ReservedPort::on_loopback);
    RESERVED.address.port()
}

pub(crate) fn port_of(listener: &TcpListener) -> u16 {
    listener
        .local_addr()
        .expect("a bound socket has an address")
        .port()
}

/// The next connection, or `TimedOut`.
pub(crate) fn accept_within(listener: &TcpListener, limit: Duration) -> io::Result<TcpStream> {
    let deadline = Instant::now() + limit;
    accept_while(listener, || Instant::now() < deadline)?
        .ok_or_else(|| io::ErrorKind::TimedOut.into())
}

/// The next connection, or `None` once it is no longer `wanted`.
pub(super) fn accept_while(
    listener: &TcpListener,
    wanted: impl Fn() -> bool,
) -> io::Result<Option<TcpStream>> {
    let mut poll = mio::Poll::new()?;
    let mut events = mio::Events::with_capacity(1);
    listener.set_nonblocking(true)?;
    let mut source = mio::net::TcpListener::from_std(listener.try_clone()?);
    poll.registry()
        .register(&mut source, mio::Token(0), mio::Interest::READABLE)?;
    while wanted() {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                stream.set_nodelay(true)?;
                return Ok(Some(stream));
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        match poll.poll(&mut events, Some(TICK)) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
    }
    Ok(None)
}

/// The connection ends with a reset once its last handle is dropped.
pub(super) fn reset_on_drop(stream: &TcpStream) {
    // An error means that the peer was quicker.
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

/// Whether a read or write came back only because its time limit was over.
pub(super) fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}
