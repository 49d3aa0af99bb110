//! Where a data connection leads: what 227, 228 and 229 offer, and what PORT and EPRT name (RFC 959 sections 3.2
//! and 4.1.2; RFC 1639; RFC 2428).
//!
//! The text of a 227 was never fixed, so it is searched for six numbers wherever they stand (RFC 1123 section
//! 4.1.2.6). Numbers never wrap around: 300 is an error, not 44.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4};
use std::str::FromStr;

use super::reply::{Reply, ReplyCode};

/// An advertised data port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataPort {
    /// The host as advertised; `None` if the form holds none (229) or an impossible one.
    pub host: Option<IpAddr>,
    /// Never 0.
    pub port: u16,
    /// The two bytes that the port was written as: port = first x 256 + second. `None` if it was written as one number.
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
    /// A number above 255 in the place of a byte.
    #[error("{0} is not a number from 0 to 255")]
    NotAByte(String),
    /// Something that is above 65535, or not a number, in the place of a port.
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

type Reading = Result<DataPort, DataPortUnreadable>;

impl DataPort {
    /// Reads a 227, 228 or 229. The code says which form is expected; another form is taken if that is all there is
    /// (servers answer EPSV with a 227 and PASV with a 229, some with the text of the other).
    ///
    /// # Errors
    ///
    /// The defect of the form that the code promises.
    pub fn from_reply(reply: &Reply) -> Result<Self, DataPortUnreadable> {
        let forms: [fn(&[u8]) -> Reading; 4] = match reply.code.0 {
            227 => [read_six, read_extended, read_long, read_port_only],
            228 => [read_long, read_six, read_extended, read_port_only],
            229 => [read_extended, read_six, read_long, read_port_only],
            _ => return Err(DataPortUnreadable::NoOffer(reply.code)),
        };
        let mut defect = None;
        for form in forms {
            match read_last(reply, form) {
                Err(found) if found.is_absence() => defect = defect.or(Some(found)),
                reading => return reading,
            }
        }
        Err(defect.unwrap_or(DataPortUnreadable::NoOffer(reply.code)))
    }

    /// Reads the argument of PORT: `h1,h2,h3,h4,p1,p2` (RFC 959 section 4.1.2).
    ///
    /// # Errors
    ///
    /// The first defect.
    pub fn from_port_argument(argument: &[u8]) -> Result<Self, DataPortUnreadable> {
        let numbers: Vec<&[u8]> = argument
            .split(|&byte| byte == b',')
            .map(<[u8]>::trim_ascii)
            .collect();
        let is_number = |text: &&[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
        if numbers.len() != 6 || !numbers.iter().all(is_number) {
            return Err(DataPortUnreadable::NoSixNumbers);
        }
        let bytes = bytes(&numbers)?;
        let host = Ipv4Addr::new(bytes[0], bytes[1], bytes[2], bytes[3]);
        Self::with_arithmetic(Some(host.into()), bytes[4], bytes[5])
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
            .filter(|byte| byte.is_ascii_graphic())
            .ok_or(DataPortUnreadable::NoExtendedAddress)?;
        let fields: Vec<&[u8]> = argument.split(|&byte| byte == delimiter).collect();
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

    fn with_arithmetic(host: Option<IpAddr>, p1: u8, p2: u8) -> Reading {
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
    fn offered(self) -> Self {
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
    fn is_absence(&self) -> bool {
        matches!(
            self,
            Self::NoSixNumbers | Self::NoLongAddress | Self::NoExtendedPort
        )
    }
}

/// Reads the last line that holds the form; the code at the start of a line is not part of it.
fn read_last(reply: &Reply, form: fn(&[u8]) -> Reading) -> Reading {
    let code = reply.code.to_string();
    let mut defect = None;
    for line in reply.lines.iter().rev() {
        let found = match form(after_code(line, code.as_bytes())) {
            Ok(port) => return Ok(port),
            Err(found) => found,
        };
        defect = defect
            .filter(|earlier: &DataPortUnreadable| !earlier.is_absence() || found.is_absence())
            .or(Some(found));
    }
    Err(defect.unwrap_or(DataPortUnreadable::NoSixNumbers))
}

/// Where more digits follow, they are not the code but a number of the text.
fn after_code<'t>(line: &'t [u8], code: &[u8]) -> &'t [u8] {
    match line.strip_prefix(code) {
        Some(text) if !text.first().is_some_and(u8::is_ascii_digit) => text,
        _ => line,
    }
}

fn read_six(text: &[u8]) -> Reading {
    let runs = number_runs(text);
    let run = runs.iter().find(|run| run.numbers.len() == 6);
    let run = run.ok_or(DataPortUnreadable::NoSixNumbers)?;
    DataPort::from_port_argument(run.text).map(DataPort::offered)
}

/// The forms of a 227 over IPv6 that hold a port but no usable host: ProFTPD writes `(1,157,82)` for `::1`,
/// pyftpdlib `(::1,157,214)`.
fn read_port_only(text: &[u8]) -> Reading {
    let runs = number_runs(text);
    let run = runs.iter().find(|run| match run.numbers.len() {
        3 => true,
        2 => run.follows_ipv6_host,
        _ => false,
    });
    let numbers = &run.ok_or(DataPortUnreadable::NoSixNumbers)?.numbers;
    let port = bytes(&numbers[numbers.len() - 2..])?;
    Ok(DataPort {
        only_port_trusted: true,
        ..DataPort::with_arithmetic(None, port[0], port[1])?
    })
}

/// `af,hal,h1,h2...,pal,p1,p2` (RFC 1639 section 2).
fn read_long(text: &[u8]) -> Reading {
    let mut reading = Err(DataPortUnreadable::NoLongAddress);
    for run in number_runs(text) {
        let Some((host, port)) = split_long(&run.numbers) else {
            continue;
        };
        let (host, port) = (bytes(host)?, bytes(port)?);
        let host = match <[u8; 4]>::try_from(&host[..]) {
            Ok(host) => Some(IpAddr::from(host)),
            Err(_) => <[u8; 16]>::try_from(&host[..]).ok().map(IpAddr::from),
        };
        reading = DataPort::with_arithmetic(host, port[0], port[1]).map(DataPort::offered);
        break;
    }
    reading
}

/// The host and port bytes of a long address, if its lengths add up and it is one of IPv4 (4) or IPv6 (6).
fn split_long<'n, 't>(numbers: &'n [Number<'t>]) -> Option<(&'n [Number<'t>], &'n [Number<'t>])> {
    let (family, rest) = numbers.split_first()?;
    let (host_length, rest) = rest.split_first()?;
    let length = match (*family, *host_length) {
        (b"4", b"4") => 4,
        (b"6", b"16") => 16,
        _ => return None,
    };
    let (host, rest) = rest.split_at_checked(length)?;
    let (port_length, port) = rest.split_first()?;
    (*port_length == b"2" && port.len() == 2).then_some((host, port))
}

/// `(|||port|)`, with any delimiter, without parentheses too (RFC 2428 section 3).
fn read_extended(text: &[u8]) -> Reading {
    for (at, &delimiter) in text.iter().enumerate() {
        let after_parenthesis = at > 0 && text[at - 1] == b'(';
        if !delimiter.is_ascii_graphic()
            || (delimiter.is_ascii_alphanumeric() && !after_parenthesis)
        {
            continue;
        }
        let Some(rest) = text[at..].strip_prefix(&[delimiter; 3]) else {
            continue;
        };
        let Some(end) = rest.iter().position(|&byte| byte == delimiter) else {
            continue;
        };
        let digits = &rest[..end];
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            continue;
        }
        return Ok(DataPort {
            host: None,
            port: read_port(digits)?,
            arithmetic: None,
            only_port_trusted: false,
        });
    }
    Err(DataPortUnreadable::NoExtendedPort)
}

/// The digits of one number.
type Number<'t> = &'t [u8];

/// Numbers with commas between them, as long as possible.
struct NumberRun<'t> {
    text: &'t [u8],
    numbers: Vec<Number<'t>>,
    follows_ipv6_host: bool,
}

fn number_runs(text: &[u8]) -> Vec<NumberRun<'_>> {
    let mut runs = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        let mut numbers = Vec::new();
        loop {
            let number = &text[at..at + length_of(&text[at..], u8::is_ascii_digit)];
            numbers.push(number);
            at += number.len();
            match number_after_comma(&text[at..]) {
                Some(offset) => at += offset,
                None => break,
            }
        }
        runs.push(NumberRun {
            text: &text[start..at],
            numbers,
            follows_ipv6_host: ends_with_ipv6_host(&text[..start]),
        });
    }
    runs
}

/// Where the next number begins, if only blanks and one comma come before it.
fn number_after_comma(text: &[u8]) -> Option<usize> {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let comma = length_of(text, is_blank);
    let after_comma = text.get(comma..)?.strip_prefix(b",")?;
    let number = length_of(after_comma, is_blank);
    after_comma
        .get(number)?
        .is_ascii_digit()
        .then_some(comma + 1 + number)
}

fn ends_with_ipv6_host(text: &[u8]) -> bool {
    let Some(text) = text.strip_suffix(b",") else {
        return false;
    };
    text.iter()
        .rev()
        .take_while(|byte| byte.is_ascii_hexdigit() || **byte == b':')
        .any(|&byte| byte == b':')
}

fn length_of(text: &[u8], belongs: impl Fn(&u8) -> bool) -> usize {
    text.iter().take_while(|byte| belongs(byte)).count()
}

fn bytes(numbers: &[&[u8]]) -> Result<Vec<u8>, DataPortUnreadable> {
    let byte = |number: &&[u8]| {
        parse::<u8>(number).ok_or_else(|| DataPortUnreadable::NotAByte(shown(number)))
    };
    numbers.iter().map(byte).collect()
}

fn read_port(digits: &[u8]) -> Result<u16, DataPortUnreadable> {
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

/// The text as an error may quote it: printable, and cut, since a hostile server may send much.
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

    fn read(lines: &str) -> Result<DataPort, DataPortUnreadable> {
        DataPort::from_reply(&Reply {
            code: ReplyCode(lines[..3].parse().unwrap()),
            lines: lines.lines().map(|line| line.as_bytes().to_vec()).collect(),
            ended_with: None,
            dropped_bytes: 0,
        })
    }

    #[test]
    fn a_data_port_is_read_however_the_server_writes_it() {
        let table = [
            (
                "227 Entering Passive Mode (127,0,0,1,11,79).",
                "127.0.0.1 2895",
            ),
            (
                "227 Entering Passive Mode (127,0,0,1,11,79)",
                "127.0.0.1 2895",
            ),
            ("227 PASV OK (127,0,0,1,11,79)", "127.0.0.1 2895"),
            ("227 127,0,0,1,11,79", "127.0.0.1 2895"),
            ("227 =127,0,0,1,11,79 ok", "127.0.0.1 2895"),
            ("227 (127, 0, 0, 1, 11, 79), 2 left", "127.0.0.1 2895"),
            (
                "227 1,234,567 used (127,000,0,001,011,079)",
                "127.0.0.1 2895",
            ),
            (
                "227-(127,0,0,1,1,1)\n227 (127,0,0,1,11,79)",
                "127.0.0.1 2895",
            ),
            ("227-(127,0,0,1,11,79)\n227 End", "127.0.0.1 2895"),
            ("227-Passive\n 127,0,0,1,11,79\n227 (a,b)", "127.0.0.1 2895"),
            ("227 Entering (::ffff:127,0,0,1,11,79)", "127.0.0.1 2895"),
            (
                "227-Entering\n2277,0,0,1,11,79\n227 End",
                "2277 is not a number from 0 to 255",
            ),
            ("227 Entering (0,0,0,0,157,82)", "port only 40274"),
            ("227 Entering (1,157,82).", "port only 40274"),
            ("227 Entering (::1,157,82).", "port only 40274"),
            ("227 Entering (fe80::ab,157,82).", "port only 40274"),
            ("229 Extended Passive mode OK (|||2895|)", "no host 2895"),
            ("229 ok (!!!2895!).", "no host 2895"),
            ("229 ok (77728957)", "no host 2895"),
            ("229 ok |||2895|", "no host 2895"),
            ("229-(|||1|)\n229 (|||2895|)", "no host 2895"),
            ("229 ok ((((2895()", "no host 2895"),
            ("227 Entering (|||2895|)", "no host 2895"),
            (
                "229 Entering Passive Mode (127,0,0,1,11,79)",
                "127.0.0.1 2895",
            ),
            ("228 (4,4,127,0,0,1,2,11,79)", "127.0.0.1 2895"),
            (
                "228 (6,16,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,2,11,79)",
                "::1 2895",
            ),
            ("228 (4,4,0,0,0,0,2,11,79)", "port only 2895"),
            ("228 Entering (127,0,0,1,11,79)", "127.0.0.1 2895"),
            (
                "227 Entering Passive Mode",
                "no six numbers h1,h2,h3,h4,p1,p2",
            ),
            ("227 (300,0,0,1,11,79)", "300 is not a number from 0 to 255"),
            (
                "227 (127,0,0,1,11,256)",
                "256 is not a number from 0 to 255",
            ),
            ("227 (1,157,999)", "999 is not a number from 0 to 255"),
            ("227 (127,0,0,1,0,0)", "port 0"),
            ("227 (127,0,0,1,-11,79)", "no six numbers h1,h2,h3,h4,p1,p2"),
            ("227 (127,0,0,1,11)", "no six numbers h1,h2,h3,h4,p1,p2"),
            (
                "227 (127,0,0,1,11,79,80)",
                "no six numbers h1,h2,h3,h4,p1,p2",
            ),
            ("227", "no six numbers h1,h2,h3,h4,p1,p2"),
            (
                "228 (4,4,127,0,0,1,2,11)",
                "no long address af,hal,h1,h2...,pal,p1,p2",
            ),
            (
                "228 (4,4,127,0,0,999,2,11,79)",
                "999 is not a number from 0 to 255",
            ),
            ("229 (|||70000|)", "70000 is not a port (1 to 65535)"),
            ("229 (|||0|)", "port 0"),
            ("229 (|||2895)", "no (|||port|)"),
            ("229 (||2895|)", "no (|||port|)"),
            ("229 ok", "no (|||port|)"),
            ("200 (127,0,0,1,11,79)", "200 offers no data port"),
        ];
        for (lines, expected) in table {
            let seen = match read(lines) {
                Ok(port) => {
                    let host = match (port.host, port.only_port_trusted) {
                        (Some(host), false) => host.to_string(),
                        (None, true) => "port only".to_owned(),
                        (None, false) => "no host".to_owned(),
                        (Some(host), true) => panic!("{lines}: {host}"),
                    };
                    format!("{host} {}", port.port)
                }
                Err(unreadable) => unreadable.to_string(),
            };
            assert_eq!(seen, expected, "{lines}");
        }
    }

    #[test]
    fn the_arithmetic_of_the_port_is_kept_where_there_is_one() {
        let port = |lines| read(lines).unwrap().arithmetic;
        assert_eq!(port("227 (127,0,0,1,11,79)"), Some((11, 79)));
        assert_eq!(port("227 (1,157,82)"), Some((157, 82)));
        assert_eq!(port("228 (4,4,127,0,0,1,2,11,79)"), Some((11, 79)));
        assert_eq!(port("229 (|||2895|)"), None);
    }

    #[test]
    fn a_defect_quotes_no_more_than_a_line_of_the_server() {
        let defect = read(&format!("227 (1,2,3,4,5,{})", "9".repeat(9000))).unwrap_err();
        assert!(defect.to_string().len() < 100);
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
            bytes in collection::vec(any::<u8>(), 0..80),
        ) {
            let mut lines: Vec<Vec<u8>> = lines.into_iter().map(String::into_bytes).collect();
            let readings = [
                DataPort::from_port_argument(&lines[0]),
                DataPort::from_eprt_argument(&lines[0]),
                DataPort::from_eprt_argument(&bytes),
                DataPort::from_reply(&Reply {
                    code: ReplyCode(code),
                    lines: {
                        lines.push(bytes.clone());
                        lines
                    },
                    ended_with: None,
                    dropped_bytes: 0,
                }),
            ];
            for port in readings.into_iter().flatten() {
                prop_assert!(port.port > 0);
                prop_assert!(!(port.only_port_trusted && port.host.is_some()));
            }
        }
    }
}
