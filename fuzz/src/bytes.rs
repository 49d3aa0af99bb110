//! Ways to cut bytes, and to look at them.

use ftpsh::protocol::{Reply, ReplyCode};
use ftpsh::shell::screen::escape::escape;

/// The bytes in pieces of one to sixteen, whose lengths the bytes themselves choose.
pub(super) fn pieces(bytes: &[u8]) -> Vec<&[u8]> {
    let mut rest = bytes;
    let mut pieces = Vec::new();
    while let Some(first) = rest.first() {
        let length = usize::from(first % 16) + 1;
        let (piece, after) = rest.split_at(length.min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// A reply of these lines. Its code is in front of the first one, or is `otherwise`.
pub(super) fn reply(bytes: &[u8], otherwise: u16) -> Reply {
    let code = bytes
        .get(..3)
        .filter(|digits| digits.iter().all(u8::is_ascii_digit));
    let code = code.map_or(otherwise, |digits| {
        digits
            .iter()
            .fold(0, |code, digit| code * 10 + u16::from(digit - b'0'))
    });
    Reply {
        code: ReplyCode(code),
        lines: bytes
            .split(|byte| *byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect(),
        ended_with: None,
        dropped_bytes: 0,
    }
}

/// Whether `part` is what is left of `whole` when some bytes are taken out.
pub(super) fn is_subsequence(part: &[u8], whole: &[u8]) -> bool {
    let mut whole = whole.iter();
    part.iter().all(|byte| whole.any(|other| other == byte))
}

pub(super) fn contains(whole: &[u8], part: &[u8]) -> bool {
    part.is_empty() || whole.windows(part.len()).any(|window| window == part)
}

/// Panics unless the bytes, once escaped, can do no harm to a terminal or to who reads it.
pub(super) fn assert_defused(bytes: &[u8]) {
    let shown = escape(bytes);
    assert_harmless(&shown);
    assert!(shown.len() <= 4 * bytes.len(), "{shown:?} has grown");
    assert_eq!(escape(shown.as_bytes()), shown, "escaped again");
}

/// Panics if one of these characters could steer a terminal (C0, C1, DEL) or turn the reading direction around.
pub(super) fn assert_harmless(shown: &str) {
    let is_harmful = |c: char| {
        (c.is_control() && c != '\t')
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200b}' | '\u{feff}')
    };
    assert!(!shown.contains(is_harmful), "{shown:?} could do harm");
}
