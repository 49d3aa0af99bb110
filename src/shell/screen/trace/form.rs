//! How traced bytes look.
//!
//! ```text
//! C→ PASV\r\n                       TLS C→ 6 bytes
//! D← I am zfive5                    00000000  50 41 53 56 0d 0a               PASV..
//! ```

use std::fmt::Write;

use crate::client::{Connection, MovedBytes};
use crate::protocol::verbs::DataDirection;
use crate::shell::screen::escape::escape;
use crate::shell::screen::hexdump::HexDump;
use crate::shell::screen::painter::count;

/// What a trace shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Text, with everything else escaped.
    Text,
    /// Offset, bytes in hexadecimal, text.
    Hexadecimal,
}

/// The lines of one piece.
pub(super) fn lines(form: Form, moved: &MovedBytes) -> Vec<String> {
    match form {
        Form::Text => text_lines(moved),
        Form::Hexadecimal => {
            let mut lines = vec![heading(moved)];
            lines.extend(dump(moved).lines().map(str::to_owned));
            lines
        }
    }
}

/// `TLS D← 11 bytes from 4096`.
pub(super) fn heading(moved: &MovedBytes) -> String {
    let place = place(moved);
    if !moved.secrets.is_empty() {
        // Their number would tell the length of the secret.
        return format!("{place} bytes, the secret masked");
    }
    let bytes = count(moved.bytes.len() as u64, "byte");
    match moved.connection {
        Connection::Control => format!("{place} {bytes}"),
        Connection::Data => format!("{place} {bytes} from {}", moved.offset),
    }
}

/// Offset, hexadecimal and text; `**` stands for the bytes of a secret.
pub(super) fn dump(moved: &MovedBytes) -> String {
    let mut dump = HexDump::beginning_at(moved.offset);
    let mut lines = String::new();
    let mut start = 0;
    for secret in &moved.secrets {
        lines += &dump.push(&moved.bytes[start..secret.start]);
        lines += &dump.push_masked(secret.len());
        start = secret.end;
    }
    lines += &dump.push(&moved.bytes[start..]);
    lines + &dump.finish()
}

/// One for each line of text, with its line end as `\r\n`; a long one is broken.
fn text_lines(moved: &MovedBytes) -> Vec<String> {
    let place = place(moved);
    moved
        .bytes
        .split_inclusive(|&byte| byte == b'\n')
        .flat_map(|line| line.chunks(BYTES_PER_LINE))
        .map(|bytes| format!("{place} {}", escaped(bytes)))
        .collect()
}

/// Which connection, which way, and how.
fn place(moved: &MovedBytes) -> String {
    let mut place = String::new();
    if moved.under_tls {
        place += "TLS ";
    }
    if moved.urgent {
        place += "urgent ";
    }
    place.push(match moved.connection {
        Connection::Control => 'C',
        Connection::Data => 'D',
    });
    place.push(match moved.direction {
        DataDirection::Sent => '→',
        DataDirection::Received => '←',
    });
    place
}

/// Every byte can be told from every other: a backslash is doubled.
fn escaped(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut start = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let escape_of = match byte {
            b'\r' => "\\r",
            b'\n' => "\\n",
            b'\t' => "\\t",
            b'\\' => "\\\\",
            _ => continue,
        };
        write!(text, "{}{escape_of}", escape(&bytes[start..at])).expect("a String takes any text");
        start = at + 1;
    }
    text + &escape(&bytes[start..])
}

/// A piece may be 256 KiB without a line end.
const BYTES_PER_LINE: usize = 1024;

#[cfg(test)]
mod tests {
    use super::{Form, lines};
    use crate::client::{Connection, MovedBytes};
    use crate::protocol::verbs::DataDirection;
    use crate::protocol::{MaskedBytes, SentMask};

    fn sent(masked: &MaskedBytes) -> MovedBytes {
        MovedBytes {
            connection: Connection::Control,
            direction: DataDirection::Sent,
            under_tls: false,
            urgent: false,
            offset: 0,
            bytes: masked.bytes.clone(),
            secrets: masked.secrets.clone(),
        }
    }

    #[test]
    fn text_shows_every_byte_and_where_it_went() {
        let masked = SentMask::default().take(b"SIZE a\\x1b\x1b\xe9\t\r\nNOOP", false);
        let moved = sent(&masked);
        assert_eq!(
            lines(Form::Text, &moved),
            ["C→ SIZE a\\\\x1b\\x1b\\xe9\\t\\r\\n", "C→ NOOP"]
        );
        let data = MovedBytes {
            connection: Connection::Data,
            direction: DataDirection::Received,
            under_tls: true,
            ..moved.clone()
        };
        assert_eq!(lines(Form::Text, &data)[1], "TLS D← NOOP");
        let urgent = MovedBytes {
            urgent: true,
            bytes: b"\xff".to_vec(),
            ..moved
        };
        assert_eq!(lines(Form::Text, &urgent), ["urgent C→ \\xff"]);
    }

    #[test]
    fn hexadecimal_shows_offsets_and_neither_a_secret_nor_its_length() {
        let masked = SentMask::default().take(b"PASS hunter2\r\n", false);
        let other = SentMask::default().take(b"PASS x\r\n", false);
        let shown = lines(Form::Hexadecimal, &sent(&masked));
        assert_eq!(
            shown,
            [
                "C→ bytes, the secret masked",
                "00000000  50 41 53 53 20 ** ** **  ** 0d 0a                 PASS ****..",
            ]
        );
        assert_eq!(shown, lines(Form::Hexadecimal, &sent(&other)));
        let data = MovedBytes {
            connection: Connection::Data,
            direction: DataDirection::Received,
            offset: 4096,
            bytes: b"a".to_vec(),
            secrets: Vec::new(),
            ..sent(&masked)
        };
        let shown = lines(Form::Hexadecimal, &data);
        assert_eq!(shown[0], "D← 1 byte from 4096");
        assert!(shown[1].starts_with("00001000  61 "));
    }

    #[test]
    fn lines_in_hexadecimal_fit_a_terminal_with_their_indentation() {
        let bytes = [b'x'; 40];
        let masked = SentMask::default().take(&bytes, false);
        let widest = lines(Form::Hexadecimal, &sent(&masked));
        assert!(widest.iter().all(|line| line.chars().count() <= 78));
    }
}
