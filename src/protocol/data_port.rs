//! Where a data connection leads: what 227, 228 and 229 offer, and what PORT and EPRT name (RFC 959 sections 3.2
//! and 4.1.2; RFC 1639; RFC 2428).
//!
//! The text of a 227 was never fixed, so it is searched for six numbers wherever they stand (RFC 1123 section
//! 4.1.2.6). Numbers are never wrapped: 300 is an error, not 44.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4};
use std::str::FromStr;

use super::advertised_port;
use super::reply::{Reply, ReplyCode};

/// An advertised data port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataPort {
    /// The host as advertised; `None` if the form holds none (229) or none that makes sense.
    pub host: Option<IpAddr>,
    /// Never 0.
    pub port: u16,
    /// The two octets that the port was written as: port = first x 256 + second. `None` if it was written as one number.
    pub arithmetic: Option<(u8, u8)>,
    /// A host was written, but it cannot be one: only the port is of use.
    pub only_port_trusted: bool,
}

/// Why no data port could be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DataPortUnreadable {
    /// The reply is none of 227, 228, 229.
    #[error("{0} offers no data port")]
    NoOffer(ReplyCode),
    /// Not the form `h1,h2,h3,h4,p1,p2`.
    #[error("no six numbers h1,h2,h3,h4,p1,p2")]
    NoSixNumbers,
    /// Not the form of RFC 1639.
    #[error("no long address af,hal,h1,h2...,pal,p1,p2")]
    NoLongAddress,
    /// Not the form of a 229 (RFC 2428 section 3).
    #[error("no (|||port|)")]
    NoExtendedPort,
    /// Not the form of an EPRT argument (RFC 2428 section 2).
    #[error("no |family|address|port| between equal delimiters")]
    NoExtendedAddress,
    /// A number above 255 where an octet stands.
    #[error("{0} is not a number from 0 to 255")]
    NotAnOctet(String),
    /// Something above 65535, or no number, where a port stands.
    #[error("{0} is not a port (1 to 65535)")]
    NotAPort(String),
    /// Nothing can be connected to port 0.
    #[error("port 0")]
    PortZero,
    /// An address family other than 1 (IPv4) and 2 (IPv6) in an EPRT argument.
    #[error("{0} is not an address family (1 is IPv4, 2 is IPv6)")]
    UnknownFamily(String),
    /// The address is not one of the family named.
    #[error("{0} is not an address of that family")]
    NotAnAddress(String),
}

pub(super) type Reading = Result<DataPort, DataPortUnreadable>;

impl DataPort {
    /// Reads a 227, 228 or 229. The code says which form is expected; another form is taken if that is all there is
    /// (servers answer EPSV with a 227 and PASV with a 229, some with the text of the other).
    ///
    /// # Errors
    ///
    /// The defect of the form that the code promises.
    pub fn from_reply(reply: &Reply) -> Result<Self, DataPortUnreadable> {
        advertised_port::read(reply)
    }

    /// Reads the argument of PORT: `h1,h2,h3,h4,p1,p2` (RFC 959 section 4.1.2).
    ///
    /// # Errors
    ///
    /// The first defect.
    pub fn from_port_argument(argument: &[u8]) -> Result<Self, DataPortUnreadable> {
        let numbers: Vec<&[u8]> = argument
            .split(|&octet| octet == b',')
            .map(<[u8]>::trim_ascii)
            .collect();
        let is_number = |text: &&[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
        if numbers.len() != 6 || !numbers.iter().all(is_number) {
            return Err(DataPortUnreadable::NoSixNumbers);
        }
        let octets = octets(&numbers)?;
        let host = Ipv4Addr::new(octets[0], octets[1], octets[2], octets[3]);
        Self::with_arithmetic(Some(host.into()), octets[4], octets[5])
    }

    /// Reads the argument of EPRT: `|1|127.0.0.1|2895|` (RFC 2428 section 2).
    ///
    /// # Errors
    ///
    /// The first defect.
    pub fn from_eprt_argument(argument: &[u8]) -> Result<Self, DataPortUnreadable> {
        let argument = argument.trim_ascii();
        let delimiter = *argument
            .first()
            .filter(|octet| octet.is_ascii_graphic())
            .ok_or(DataPortUnreadable::NoExtendedAddress)?;
        let fields: Vec<&[u8]> = argument.split(|&octet| octet == delimiter).collect();
        let [b"", family, address, port, b""] = fields[..] else {
            return Err(DataPortUnreadable::NoExtendedAddress);
        };
        let host = match family {
            b"1" => parse::<Ipv4Addr>(address).map(IpAddr::V4),
            b"2" => parse::<Ipv6Addr>(address).map(IpAddr::V6),
            _ => return Err(DataPortUnreadable::UnknownFamily(shown(family))),
        };
        let host = host.ok_or_else(|| DataPortUnreadable::NotAnAddress(shown(address)))?;
        Ok(Self {
            host: Some(host),
            port: read_port(port)?,
            arithmetic: None,
            only_port_trusted: false,
        })
    }

    /// Writes the argument of PORT.
    #[must_use]
    pub fn port_argument(address: SocketAddrV4) -> String {
        let [h1, h2, h3, h4] = address.ip().octets();
        let [p1, p2] = address.port().to_be_bytes();
        format!("{h1},{h2},{h3},{h4},{p1},{p2}")
    }

    /// Writes the argument of EPRT.
    #[must_use]
    pub fn eprt_argument(address: SocketAddr) -> String {
        let family = if address.is_ipv4() { 1 } else { 2 };
        format!("|{family}|{}|{}|", address.ip(), address.port())
    }

    pub(super) fn with_arithmetic(host: Option<IpAddr>, p1: u8, p2: u8) -> Reading {
        match u16::from_be_bytes([p1, p2]) {
            0 => Err(DataPortUnreadable::PortZero),
            port => Ok(Self {
                host,
                port,
                arithmetic: Some((p1, p2)),
                only_port_trusted: false,
            }),
        }
    }

    /// For a host that was written in a reply. vsftpd writes 0,0,0,0 in a 227 over IPv6.
    pub(super) fn offered(self) -> Self {
        match self.host {
            Some(host) if host.is_unspecified() => Self {
                host: None,
                only_port_trusted: true,
                ..self
            },
            _ => self,
        }
    }
}

impl DataPortUnreadable {
    /// Whether the form was not found at all, so that another may be tried.
    pub(super) fn is_absence(&self) -> bool {
        matches!(
            self,
            Self::NoSixNumbers | Self::NoLongAddress | Self::NoExtendedPort
        )
    }
}

pub(super) fn octets(numbers: &[&[u8]]) -> Result<Vec<u8>, DataPortUnreadable> {
    let octet = |number: &&[u8]| {
        parse::<u8>(number).ok_or_else(|| DataPortUnreadable::NotAnOctet(shown(number)))
    };
    numbers.iter().map(octet).collect()
}

pub(super) fn read_port(digits: &[u8]) -> Result<u16, DataPortUnreadable> {
    let is_number = digits.iter().all(u8::is_ascii_digit);
    match parse::<u16>(digits).filter(|_| is_number) {
        Some(0) => Err(DataPortUnreadable::PortZero),
        Some(port) => Ok(port),
        None => Err(DataPortUnreadable::NotAPort(shown(digits))),
    }
}

fn parse<T: FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// The text as it may stand in an error: printable, and not as long as a hostile server would like.
fn shown(text: &[u8]) -> String {
    const LONGEST: usize = 48;
    match text.get(..LONGEST) {
        Some(cut) => format!("{}...", cut.escape_ascii()),
        None => text.escape_ascii().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, SocketAddr};

    use proptest::prelude::any;
    use proptest::{collection, prop_assert, prop_assert_eq, proptest};

    use super::{DataPort, DataPortUnreadable};
    use crate::protocol::reply::{Reply, ReplyCode};

    #[test]
    fn port_arguments_are_read_and_refused_exactly() {
        let table: &[(&[u8], Result<&str, &str>)] = &[
            (b"127,0,0,1,11,79", Ok("127.0.0.1:2895")),
            (b" 127,0,0,1,11,79 ", Ok("127.0.0.1:2895")),
            (b"0,0,0,0,11,79", Ok("0.0.0.0:2895")),
            (
                b"(127,0,0,1,11,79)",
                Err("no six numbers h1,h2,h3,h4,p1,p2"),
            ),
            (b"127,0,0,1,11", Err("no six numbers h1,h2,h3,h4,p1,p2")),
            (
                b"127,0,0,1,11,79,1",
                Err("no six numbers h1,h2,h3,h4,p1,p2"),
            ),
            (b"127,0,0,1,+11,79", Err("no six numbers h1,h2,h3,h4,p1,p2")),
            (b"", Err("no six numbers h1,h2,h3,h4,p1,p2")),
            (
                b"127,0,0,256,11,79",
                Err("256 is not a number from 0 to 255"),
            ),
            (b"127,0,0,1,0,0", Err("port 0")),
        ];
        for (argument, expected) in table {
            assert_reads(DataPort::from_port_argument(argument), *expected, argument);
        }
    }

    #[test]
    fn eprt_arguments_are_read_and_refused_exactly() {
        let fields = "no |family|address|port| between equal delimiters";
        let family = "3 is not an address family (1 is IPv4, 2 is IPv6)";
        let table: &[(&[u8], Result<&str, &str>)] = &[
            (b"|1|127.0.0.1|2895|", Ok("127.0.0.1:2895")),
            (b"|2|::1|2895|", Ok("[::1]:2895")),
            (b"!1!127.0.0.1!2895!", Ok("127.0.0.1:2895")),
            (b"|3|127.0.0.1|2895|", Err(family)),
            (
                b"|2|127.0.0.1|2895|",
                Err("127.0.0.1 is not an address of that family"),
            ),
            (
                b"|1|\xff|2895|",
                Err("\\xff is not an address of that family"),
            ),
            (b"|1|127.0.0.1|0|", Err("port 0")),
            (b"|1|127.0.0.1|+1|", Err("+1 is not a port (1 to 65535)")),
            (b"|1|127.0.0.1||", Err(" is not a port (1 to 65535)")),
            (
                b"|1|127.0.0.1|99999|",
                Err("99999 is not a port (1 to 65535)"),
            ),
            (b"|1|127.0.0.1|2895", Err(fields)),
            (b"|1|127.0.0.1|2895|x", Err(fields)),
            (b"127,0,0,1,11,79", Err(fields)),
            (b"", Err(fields)),
        ];
        for (argument, expected) in table {
            assert_reads(DataPort::from_eprt_argument(argument), *expected, argument);
        }
    }

    fn assert_reads(
        reading: Result<DataPort, DataPortUnreadable>,
        expected: Result<&str, &str>,
        argument: &[u8],
    ) {
        let seen = reading
            .map(|port| SocketAddr::new(port.host.unwrap(), port.port).to_string())
            .map_err(|unreadable| unreadable.to_string());
        let seen = seen.as_deref().map_err(String::as_str);
        assert_eq!(seen, expected, "{}", argument.escape_ascii());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(host: IpAddr, port in 1_u16..) {
            let address = SocketAddr::new(host, port);
            let read = DataPort::from_eprt_argument(DataPort::eprt_argument(address).as_bytes());
            let expected = DataPort {
                host: Some(host),
                port,
                arithmetic: None,
                only_port_trusted: false,
            };
            prop_assert_eq!(read, Ok(expected.clone()));
            if let SocketAddr::V4(address) = address {
                let read = DataPort::from_port_argument(DataPort::port_argument(address).as_bytes());
                let [p1, p2] = port.to_be_bytes();
                prop_assert_eq!(read, Ok(DataPort { arithmetic: Some((p1, p2)), ..expected }));
            }
        }

        #[test]
        fn any_text_is_survived_and_yields_no_port_zero(
            code in 226_u16..231,
            lines in collection::vec("[0-9,|()!: \\-af]{0,40}", 1..4),
            octets in collection::vec(any::<u8>(), 0..80),
        ) {
            let mut lines: Vec<Vec<u8>> = lines.into_iter().map(String::into_bytes).collect();
            let readings = [
                DataPort::from_port_argument(&lines[0]),
                DataPort::from_eprt_argument(&lines[0]),
                DataPort::from_eprt_argument(&octets),
                DataPort::from_reply(&Reply {
                    code: ReplyCode(code),
                    lines: {
                        lines.push(octets.clone());
                        lines
                    },
                    ended_with: None,
                    dropped_octets: 0,
                }),
            ];
            for port in readings.into_iter().flatten() {
                prop_assert!(port.port > 0);
                prop_assert!(!(port.only_port_trusted && port.host.is_some()));
            }
        }
    }
}
