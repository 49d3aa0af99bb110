//! The size in a 213, the size in a 150, and the path in a 257.

use ftpsh::protocol::{Reply, ReplyCode};

use super::bytes::{contains, is_subsequence, reply};

/// Reads the bytes as each of these replies.
pub(super) fn hold(bytes: &[u8]) {
    let reply = reply(bytes, 213);
    let text = reply.text();
    let is_size = reply.code == ReplyCode(213);
    let size = number(text.trim_ascii()).filter(|_| is_size);
    assert_eq!(reply.size(), size);
    if let Some(size) = reply.announced_bytes() {
        let written = format!("{size} bytes)");
        assert!(contains(text, written.as_bytes()), "{size} was made up");
    } else {
        assert!(!text.ends_with(b"(0 bytes)"));
    }
    if let Some(name) = reply.quoted_path() {
        assert_eq!(reply.code, ReplyCode(257));
        assert!(is_subsequence(&name, text));
    }
    assert_quoted_name_is_read_back(bytes);
}

fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        number.checked_mul(10)?.checked_add(digit.into())
    })
}

/// RFC 959 appendix II: quotes in a name are doubled.
fn assert_quoted_name_is_read_back(name: &[u8]) {
    let mut line = b"257 \"".to_vec();
    for byte in name {
        line.extend(std::iter::repeat_n(*byte, 1 + usize::from(*byte == b'"')));
    }
    line.extend(b"\" is the current directory");
    let reply = Reply {
        code: ReplyCode(257),
        lines: vec![line],
        ended_with: None,
        dropped_bytes: 0,
    };
    assert_eq!(reply.quoted_path().as_deref(), Some(name));
}
