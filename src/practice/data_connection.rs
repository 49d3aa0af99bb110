//! Where the next data connection comes from: PORT, EPRT, PASV, EPSV (RFC 959, RFC 2428).

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use super::control::is_passing;
use super::loopback::tls::{Handshake, LoopbackTls, SecuredSession};
use super::loopback::{LoopbackConnection, LoopbackListener};

/// How long an active data connection may take.
const DIAL_LIMIT: Duration = Duration::from_secs(10);
/// How long one look at a listener lasts; between two, an abort is noticed.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// Ports below this are other people's services (RFC 2577 section 3).
const FIRST_FREE_PORT: u16 = 1024;

/// What was agreed for the next data connection.
#[derive(Debug)]
pub(super) enum DataPort {
    /// The client dials us.
    Passive(LoopbackListener),
    /// We dial the client.
    Active(SocketAddr),
}

/// Why the argument of PORT or EPRT was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PortRefusal {
    /// It cannot be read: 501.
    Unreadable,
    /// It is not the client's own address: 500.
    Foreign,
    /// It is a port below 1024: 500.
    Reserved,
    /// EPRT for another protocol than IPv4: 522.
    OtherProtocol,
}

impl DataPort {
    /// Makes the data connection, waiting at most `limit` for the client, or until `is_aborted`.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::TimedOut`] when nobody came or the transfer was aborted, else what the system says.
    pub(super) fn connect(
        &self,
        client: IpAddr,
        limit: Duration,
        is_aborted: impl Fn() -> bool,
    ) -> io::Result<LoopbackConnection> {
        let listener = match self {
            Self::Active(address) => return LoopbackConnection::dial(*address, DIAL_LIMIT),
            Self::Passive(listener) => listener,
        };
        let deadline = Instant::now() + limit;
        while !is_aborted() {
            match listener.accept_within(POLL_INTERVAL) {
                // Anybody on the machine may dial; only the client of the control connection is let in.
                Ok(connection) if connection.peer_address().is_ok_and(|it| it.ip() == client) => {
                    return Ok(connection);
                }
                Ok(_) => {}
                Err(error) if !is_passing(error.kind()) => return Err(error),
                Err(_) => {}
            }
            if Instant::now() >= deadline {
                break;
            }
        }
        Err(io::ErrorKind::TimedOut.into())
    }
}

/// Reads `h1,h2,h3,h4,p1,p2`, which must be the client's own address.
///
/// # Errors
///
/// [`PortRefusal`].
pub(super) fn read_port(argument: &[u8], client: IpAddr) -> Result<SocketAddr, PortRefusal> {
    let text = std::str::from_utf8(argument).map_err(|_| PortRefusal::Unreadable)?;
    let numbers: Vec<u8> = text
        .split(',')
        .map(|number| number.trim().parse::<u8>())
        .collect::<Result<_, _>>()
        .map_err(|_| PortRefusal::Unreadable)?;
    let &[h1, h2, h3, h4, p1, p2] = numbers.as_slice() else {
        return Err(PortRefusal::Unreadable);
    };
    let port = u16::from_be_bytes([p1, p2]);
    own_address(IpAddr::V4(Ipv4Addr::new(h1, h2, h3, h4)), port, client)
}

/// Reads `|1|address|port|` with any delimiter (RFC 2428 section 2); it must be the client's own address.
///
/// # Errors
///
/// [`PortRefusal`].
pub(super) fn read_eprt(argument: &[u8], client: IpAddr) -> Result<SocketAddr, PortRefusal> {
    let text = std::str::from_utf8(argument).map_err(|_| PortRefusal::Unreadable)?;
    let delimiter = text
        .chars()
        .next()
        .filter(char::is_ascii_graphic)
        .ok_or(PortRefusal::Unreadable)?;
    let parts: Vec<_> = text.split(delimiter).collect();
    let ["", protocol, address, port, ""] = parts.as_slice() else {
        return Err(PortRefusal::Unreadable);
    };
    if *protocol != "1" {
        return Err(PortRefusal::OtherProtocol);
    }
    let address: Ipv4Addr = address.parse().map_err(|_| PortRefusal::Unreadable)?;
    let port = port.parse().map_err(|_| PortRefusal::Unreadable)?;
    own_address(IpAddr::V4(address), port, client)
}

/// The six numbers of PORT and 227.
pub(super) fn six_numbers(address: Ipv4Addr, port: u16) -> String {
    let [h1, h2, h3, h4] = address.octets();
    let [p1, p2] = port.to_be_bytes();
    format!("{h1},{h2},{h3},{h4},{p1},{p2}")
}

fn own_address(address: IpAddr, port: u16, client: IpAddr) -> Result<SocketAddr, PortRefusal> {
    match address == client {
        false => Err(PortRefusal::Foreign),
        true if port < FIRST_FREE_PORT => Err(PortRefusal::Reserved),
        true => Ok(SocketAddr::new(address, port)),
    }
}

/// How long a client's handshake may take.
pub(super) const HANDSHAKE_LIMIT: Duration = Duration::from_secs(30);

/// How a data connection is to be secured.
#[derive(Debug)]
pub(super) struct DataSecurity {
    pub(super) tls: LoopbackTls,
    /// That of the control connection.
    pub(super) session: SecuredSession,
    /// Whether it must resume that session.
    pub(super) must_resume: bool,
}

/// Why a data connection under TLS was given up: 522.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SecurityRefusal {
    /// One of the two sides gave the handshake up.
    HandshakeFailed,
    /// `require-reuse`: it did not resume the session of the control connection.
    NotResumed,
}

impl DataSecurity {
    /// Shakes hands.
    ///
    /// # Errors
    ///
    /// [`SecurityRefusal`].
    pub(super) fn apply(&self, data: &LoopbackConnection) -> Result<Handshake, SecurityRefusal> {
        let handshake = data.secure(&self.tls, self.session, HANDSHAKE_LIMIT);
        data.limit_reads(None);
        match handshake {
            Err(_) => Err(SecurityRefusal::HandshakeFailed),
            Ok(Handshake::Full) if self.must_resume => Err(SecurityRefusal::NotResumed),
            Ok(handshake) => Ok(handshake),
        }
    }
}

impl SecurityRefusal {
    /// The text of the 522.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::HandshakeFailed => "The TLS handshake on the data connection failed.",
            Self::NotResumed => {
                "The data connection must resume the TLS session of the control connection."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::{PortRefusal, read_eprt, read_port, six_numbers};

    const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn the_clients_own_address_is_taken() {
        let port = read_port(b"127,0,0,1,11,79", CLIENT).unwrap();
        assert_eq!(port.to_string(), "127.0.0.1:2895");
        let eprt = read_eprt(b"|1|127.0.0.1|2895|", CLIENT).unwrap();
        assert_eq!(eprt, port);
        assert_eq!(read_eprt(b"!1!127.0.0.1!2895!", CLIENT), Ok(port));
        assert_eq!(six_numbers(Ipv4Addr::LOCALHOST, 2895), "127,0,0,1,11,79");
    }

    #[test]
    fn any_other_address_and_low_ports_are_refused() {
        let reserved = read_port(b"127,0,0,1,0,21", CLIENT);
        assert_eq!(reserved, Err(PortRefusal::Reserved));
        for argument in ["10,9,9,9,11,79", "127,0,0,2,11,79"] {
            let refusal = read_port(argument.as_bytes(), CLIENT);
            assert_eq!(refusal, Err(PortRefusal::Foreign), "{argument}");
        }
        let eprt = read_eprt(b"|1|10.9.9.9|2895|", CLIENT);
        assert_eq!(eprt, Err(PortRefusal::Foreign));
        let eprt = read_eprt(b"|2|::1|2895|", CLIENT);
        assert_eq!(eprt, Err(PortRefusal::OtherProtocol));
    }

    #[test]
    fn what_cannot_be_read_is_said_so() {
        for argument in ["", "1,2,3", "127,0,0,1,256,1", "127,0,0,1,11,79,1", "a"] {
            let refusal = read_port(argument.as_bytes(), CLIENT);
            assert_eq!(refusal, Err(PortRefusal::Unreadable), "{argument}");
        }
        for argument in ["", "|1|127.0.0.1|2895", "|1|x|2895|", "|1|127.0.0.1|99999|"] {
            let refusal = read_eprt(argument.as_bytes(), CLIENT);
            assert_eq!(refusal, Err(PortRefusal::Unreadable), "{argument}");
        }
    }
}
