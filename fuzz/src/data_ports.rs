//! 227, 228 and 229, and the arguments of PORT and EPRT.

use std::net::{IpAddr, SocketAddr};

use ftpsh::protocol::data_port::{DataPort, DataPortUnreadable};

use super::bytes::{assert_harmless, contains, reply};

/// Reads the bytes as a reply, and as an argument.
pub(super) fn hold(bytes: &[u8]) {
    let reply = reply(bytes, 227);
    match DataPort::from_reply(&reply) {
        Ok(port) => {
            assert_consistent(&port);
            let is_written = |line: &Vec<u8>| is_written(&port, line);
            assert!(reply.lines.iter().any(is_written), "{port:?} was made up");
        }
        Err(error) => assert_short(&error),
    }
    if let [line] = &reply.lines[..]
        && reply.code.0 == 227
        && let Some(expected) = plain_227(line)
    {
        assert_eq!(DataPort::from_reply(&reply).ok(), expected);
    }
    hold_for_arguments(bytes);
}

fn hold_for_arguments(argument: &[u8]) {
    match DataPort::from_port_argument(argument) {
        Ok(port) => {
            assert_consistent(&port);
            let Some(SocketAddr::V4(address)) = address(&port) else {
                panic!("PORT gave {port:?}");
            };
            let written = DataPort::port_argument(address);
            assert_eq!(DataPort::from_port_argument(written.as_bytes()), Ok(port));
        }
        Err(error) => assert_short(&error),
    }
    match DataPort::from_eprt_argument(argument) {
        Ok(port) => {
            let Some(address) = address(&port) else {
                panic!("EPRT gave {port:?}");
            };
            let written = DataPort::eprt_argument(address);
            assert_eq!(DataPort::from_eprt_argument(written.as_bytes()), Ok(port));
        }
        Err(error) => assert_short(&error),
    }
}

fn address(port: &DataPort) -> Option<SocketAddr> {
    Some(SocketAddr::new(port.host?, port.port))
}

fn assert_consistent(port: &DataPort) {
    assert_ne!(port.port, 0);
    assert!(!(port.only_port_trusted && port.host.is_some()));
    if let Some((first, second)) = port.arithmetic {
        assert_eq!(port.port, u16::from(first) * 256 + u16::from(second));
    }
}

fn assert_short(error: &DataPortUnreadable) {
    let shown = error.to_string();
    assert_harmless(&shown);
    assert!(shown.len() < 300, "{shown}");
}

/// Whether the numbers of a port stand in a line, one after the other.
fn is_written(port: &DataPort, line: &[u8]) -> bool {
    let Some((first, second)) = port.arithmetic else {
        // Digits may be the delimiters of a 229.
        return contains(line, port.port.to_string().as_bytes());
    };
    let numbers = numbers(line);
    let host: Vec<u8> = match port.host {
        Some(IpAddr::V4(host)) => host.octets().to_vec(),
        Some(IpAddr::V6(host)) => host.octets().to_vec(),
        None => Vec::new(),
    };
    // RFC 1639 has the length of the port between the two.
    let forms = [
        [&host[..], &[first, second]].concat(),
        [&host[..], &[2, first, second]].concat(),
    ];
    forms.iter().any(|form| {
        let form: Vec<u128> = form.iter().copied().map(u128::from).collect();
        numbers.windows(form.len()).any(|window| window == form)
    })
}

/// All numbers of a line, wherever they stand; what is larger than any port is one that is none.
fn numbers(line: &[u8]) -> Vec<u128> {
    line.split(|byte| !byte.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .map(|digits| {
            digits.iter().fold(0_u128, |number, digit| {
                number
                    .saturating_mul(10)
                    .saturating_add(u128::from(digit - b'0'))
            })
        })
        .collect()
}

/// What a text with six numbers, and no other digit or comma, must be read as. `None` for any other text.
fn plain_227(line: &[u8]) -> Option<Option<DataPort>> {
    let text = match line {
        [b'2', b'2', b'7', b'0'..=b'9', ..] => line,
        [b'2', b'2', b'7', text @ ..] => text,
        _ => line,
    };
    let mut groups = text
        .split(|byte| !byte.is_ascii_digit() && *byte != b',')
        .filter(|group| !group.is_empty());
    let group = groups.next()?;
    let has_six = group.split(|byte| *byte == b',').all(|n| !n.is_empty());
    let numbers = numbers(group);
    if groups.next().is_some() || !has_six || numbers.len() != 6 {
        return None;
    }
    let bytes: Option<Vec<u8>> = numbers.iter().map(|n| u8::try_from(*n).ok()).collect();
    let Some([h1, h2, h3, h4, p1, p2]) = bytes.as_deref() else {
        return Some(None);
    };
    let host = IpAddr::from([*h1, *h2, *h3, *h4]);
    let is_host = !host.is_unspecified();
    let port = DataPort {
        host: is_host.then_some(host),
        port: u16::from(*p1) * 256 + u16::from(*p2),
        arithmetic: Some((*p1, *p2)),
        only_port_trusted: !is_host,
    };
    Some((port.port > 0).then_some(port))
}
