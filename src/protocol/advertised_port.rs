//! The data port in the text of a 227, 228 or 229.
//!
//! The text of a 227 was never fixed, so it is searched for six numbers wherever they stand (RFC 1123 section
//! 4.1.2.6).

use std::net::IpAddr;

use super::data_port::{DataPort, DataPortUnreadable, Reading, octets, read_port};
use super::reply::Reply;

/// See [`DataPort::from_reply`].
pub(super) fn read(reply: &Reply) -> Reading {
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

/// Reads the last line that holds the form; the code in front of a line is no part of it.
fn read_last(reply: &Reply, form: fn(&[u8]) -> Reading) -> Reading {
    let code = reply.code.to_string();
    let mut defect = None;
    for line in reply.lines.iter().rev() {
        let found = match form(behind_code(line, code.as_bytes())) {
            Ok(port) => return Ok(port),
            Err(found) => found,
        };
        defect = defect
            .filter(|earlier: &DataPortUnreadable| !earlier.is_absence() || found.is_absence())
            .or(Some(found));
    }
    Err(defect.unwrap_or(DataPortUnreadable::NoSixNumbers))
}

/// Digits that go on behind those of the code are a number of the text.
fn behind_code<'t>(line: &'t [u8], code: &[u8]) -> &'t [u8] {
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

/// The forms of a 227 over IPv6 that hold a port and no host to speak of: ProFTPD writes `(1,157,82)` for `::1`,
/// pyftpdlib `(::1,157,214)`.
fn read_port_only(text: &[u8]) -> Reading {
    let runs = number_runs(text);
    let run = runs.iter().find(|run| match run.numbers.len() {
        3 => true,
        2 => run.is_behind_ipv6_host,
        _ => false,
    });
    let numbers = &run.ok_or(DataPortUnreadable::NoSixNumbers)?.numbers;
    let port = octets(&numbers[numbers.len() - 2..])?;
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
        let (host, port) = (octets(host)?, octets(port)?);
        let host = match <[u8; 4]>::try_from(&host[..]) {
            Ok(host) => Some(IpAddr::from(host)),
            Err(_) => <[u8; 16]>::try_from(&host[..]).ok().map(IpAddr::from),
        };
        reading = DataPort::with_arithmetic(host, port[0], port[1]).map(DataPort::offered);
        break;
    }
    reading
}

/// The host and port octets of a long address, if its lengths add up and it is one of IPv4 (4) or IPv6 (6).
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
        let behind_parenthesis = at > 0 && text[at - 1] == b'(';
        if !delimiter.is_ascii_graphic()
            || (delimiter.is_ascii_alphanumeric() && !behind_parenthesis)
        {
            continue;
        }
        let Some(rest) = text[at..].strip_prefix(&[delimiter; 3]) else {
            continue;
        };
        let Some(end) = rest.iter().position(|&octet| octet == delimiter) else {
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
    is_behind_ipv6_host: bool,
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
            match number_behind_comma(&text[at..]) {
                Some(offset) => at += offset,
                None => break,
            }
        }
        runs.push(NumberRun {
            text: &text[start..at],
            numbers,
            is_behind_ipv6_host: ends_with_ipv6_host(&text[..start]),
        });
    }
    runs
}

/// Where the next number begins, if only blanks and one comma stand before it.
fn number_behind_comma(text: &[u8]) -> Option<usize> {
    let is_blank = |octet: &u8| matches!(octet, b' ' | b'\t');
    let comma = length_of(text, is_blank);
    let behind = text.get(comma..)?.strip_prefix(b",")?;
    let number = length_of(behind, is_blank);
    behind
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
        .take_while(|octet| octet.is_ascii_hexdigit() || **octet == b':')
        .any(|&octet| octet == b':')
}

fn length_of(text: &[u8], belongs: impl Fn(&u8) -> bool) -> usize {
    text.iter().take_while(|octet| belongs(octet)).count()
}

#[cfg(test)]
mod tests {
    use super::{DataPort, DataPortUnreadable, Reply};
    use crate::protocol::reply::ReplyCode;

    fn read(lines: &str) -> Result<DataPort, DataPortUnreadable> {
        DataPort::from_reply(&Reply {
            code: ReplyCode(lines[..3].parse().unwrap()),
            lines: lines.lines().map(|line| line.as_bytes().to_vec()).collect(),
            ended_with: None,
            dropped_octets: 0,
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
}
