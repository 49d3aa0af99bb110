//! How many octets a download will bring, as far as replies tell.
//!
//! ```text
//! C> SIZE f
//! S> 213 12345
//! C> RETR f
//! S> 150 Opening BINARY mode data connection for f (12345 bytes).
//! ```

use super::reply::Reply;

/// The number in a 1yz such as the one above. No RFC asks for it; many servers write it.
#[must_use]
pub fn in_preliminary(reply: &Reply) -> Option<u64> {
    let text = reply.text();
    let end = text
        .windows(UNIT.len())
        .rposition(|window| window == UNIT)?;
    let start = text[..end].iter().rposition(|&octet| octet == b'(')? + 1;
    number(&text[start..end])
}

/// The number in the 213 to SIZE (RFC 3659 section 4.1).
#[must_use]
pub fn in_size_reply(reply: &Reply) -> Option<u64> {
    number(reply.text().trim_ascii())
}

fn number(digits: &[u8]) -> Option<u64> {
    let all_digits = digits.iter().all(u8::is_ascii_digit);
    let text = str::from_utf8(digits).ok().filter(|_| all_digits)?;
    text.parse().ok()
}

const UNIT: &[u8] = b" bytes)";

#[cfg(test)]
mod tests {
    use super::{in_preliminary, in_size_reply};
    use crate::protocol::{Reply, ReplyCode};

    fn reply(line: &str) -> Reply {
        Reply {
            code: ReplyCode(150),
            lines: vec![line.into()],
            ended_with: None,
            dropped_octets: 0,
        }
    }

    #[test]
    fn the_number_behind_the_name_counts() {
        for (line, octets) in [
            (
                "150 Opening BINARY mode data connection for f (12345 bytes).",
                Some(12345),
            ),
            ("150 for a (7 bytes) b (8 bytes)", Some(8)),
            ("150 for f (18446744073709551616 bytes)", None),
            ("150 for f (-1 bytes)", None),
            ("150 for f ( bytes)", None),
            ("150 for f 5 bytes)", None),
            ("150 Ok to send data.", None),
            ("150", None),
        ] {
            assert_eq!(in_preliminary(&reply(line)), octets, "{line}");
        }
    }

    #[test]
    fn a_size_is_a_number_and_nothing_else() {
        for (line, octets) in [
            ("213 5", Some(5)),
            ("213 5 ", Some(5)),
            ("213 five", None),
            ("213", None),
        ] {
            assert_eq!(in_size_reply(&reply(line)), octets, "{line}");
        }
    }
}
