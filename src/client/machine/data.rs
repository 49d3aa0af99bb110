//! The data connection while no transfer uses it: dialled, listened for, open, or sent whole.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use crate::client::{DataState, Peer};
use crate::protocol::Command;
use crate::protocol::data_port::DataPort;
use crate::protocol::ledger::EntryId;

use super::ConnectionId;

/// At most one data connection is open, and at most one is on its way.
#[derive(Debug, Default)]
pub(super) struct DataConnections {
    pub(super) open: Option<OpenConnection>,
    pub(super) dialling: Option<Dialling>,
    pub(super) listening: Option<Listening>,
    /// An upload that was sent whole; kept until the next transfer, so that the server closes first.
    pub(super) sent: Option<ConnectionId>,
    /// The server has not closed its side of `sent` yet.
    pub(super) receipt_is_outstanding: bool,
    /// The port that was offered last, if it could not be reached.
    pub(super) unreached: Option<Peer>,
    next_id: u64,
}

/// A connection that the next transfer will use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OpenConnection {
    pub(super) id: ConnectionId,
    /// A command that was refused began TLS on it: there is no way back to clear.
    pub(super) tls: DataTls,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DataTls {
    None,
    InHandshake,
    Open,
}

/// Passive mode: a reply offered a port.
#[derive(Debug)]
pub(super) struct Dialling {
    pub(super) id: ConnectionId,
    pub(super) peer: Peer,
    pub(super) offered: DataPort,
    pub(super) ignored_host: Option<IpAddr>,
    pub(super) until: Instant,
    pub(super) since: Instant,
}

/// Active mode: PORT or EPRT went out, and the server has not connected yet.
#[derive(Debug)]
pub(super) struct Listening {
    pub(super) id: ConnectionId,
    /// The PORT or EPRT; if it is refused, the server does not connect.
    pub(super) asked_by: EntryId,
    pub(super) address: SocketAddr,
}

impl DataConnections {
    pub(super) fn take_id(&mut self) -> ConnectionId {
        self.next_id += 1;
        ConnectionId(self.next_id)
    }

    pub(super) fn state(&self) -> DataState {
        match (&self.open, &self.dialling, &self.listening) {
            (_, Some(_), _) => DataState::Dialling,
            (Some(_), None, _) => DataState::Open,
            (None, None, Some(listening)) => DataState::Listening(listening.address),
            (None, None, None) => DataState::Closed,
        }
    }
}

/// The PORT or EPRT that names an address.
pub(super) fn port_command(address: SocketAddr) -> Option<Command> {
    let line = match address {
        SocketAddr::V4(address) => format!("PORT {}", DataPort::port_argument(address)),
        SocketAddr::V6(_) => format!("EPRT {}", DataPort::eprt_argument(address)),
    };
    Command::new(line).ok()
}

/// A link-local address means nothing without its scope, which PORT and EPRT do not name: it is that of the control
/// connection.
pub(super) fn scoped(host: IpAddr, port: u16, own: SocketAddr) -> SocketAddr {
    let mut address = SocketAddr::new(host, port);
    if let (SocketAddr::V6(address), SocketAddr::V6(own)) = (&mut address, own)
        && address.ip() == own.ip()
    {
        address.set_scope_id(own.scope_id());
    }
    address
}

pub(super) const DIAL_LIMIT: Duration = Duration::from_secs(15);

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::scoped;

    #[test]
    fn the_own_address_is_listened_on_in_the_scope_of_the_control_connection() {
        for (named, own, listened_on) in [
            ("[fe80::1]:2121", "[fe80::1%4]:40000", "[fe80::1%4]:2121"),
            ("[fe80::2]:2121", "[fe80::1%4]:40000", "[fe80::2]:2121"),
            ("[::1]:2121", "[::1]:40000", "[::1]:2121"),
            ("127.0.0.1:2121", "127.0.0.1:40000", "127.0.0.1:2121"),
            ("127.0.0.1:2121", "[::1]:40000", "127.0.0.1:2121"),
        ] {
            let read = |text: &str| text.parse::<SocketAddr>().expect("an address");
            let named = read(named);
            let address = scoped(named.ip(), named.port(), read(own));
            assert_eq!(address, read(listened_on));
        }
    }
}
