//! Received data that is not text, shown as bytes.

use std::fmt::Write;

use crate::shell::charset::{Charset, Piece};

/// How many bytes one line shows.
const BYTES_PER_LINE: usize = 16;

/// How many bytes are looked at to tell text from other data.
const SAMPLE_BYTES: usize = 8 * 1024;

/// Turns bytes that arrive in pieces of any size into lines: offset, bytes, and the ASCII characters among
/// them.
#[derive(Clone, Debug, Default)]
pub(crate) struct HexDump {
    /// Of the first byte that waits, counted from 0.
    offset: u64,
    /// Fewer than a line's worth; `None` for a byte that must not be seen.
    waiting: Vec<Option<u8>>,
}

impl HexDump {
    /// Begins at offset 0.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Begins at this offset, in bytes.
    pub(crate) fn beginning_at(offset: u64) -> Self {
        Self {
            offset,
            ..Self::default()
        }
    }

    /// Takes the next bytes; returns every line that is now complete, each ended by LF.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> String {
        self.take(bytes.iter().map(|&byte| Some(byte)))
    }

    /// The same with bytes that must not be seen: `**` stands for each.
    pub(crate) fn push_masked(&mut self, bytes: usize) -> String {
        self.take(std::iter::repeat_n(None, bytes))
    }

    fn take(&mut self, bytes: impl Iterator<Item = Option<u8>>) -> String {
        let mut lines = String::new();
        for byte in bytes {
            self.waiting.push(byte);
            if self.waiting.len() == BYTES_PER_LINE {
                self.write_line(&mut lines);
            }
        }
        lines
    }

    /// Returns what is left as a last, shorter line; nothing if all bytes have been shown.
    pub(crate) fn finish(mut self) -> String {
        let mut line = String::new();
        if !self.waiting.is_empty() {
            self.write_line(&mut line);
        }
        line
    }

    fn write_line(&mut self, lines: &mut String) {
        let mut hex = String::new();
        for (index, byte) in self.waiting.iter().enumerate() {
            let gap = if index == BYTES_PER_LINE / 2 { " " } else { "" };
            match byte {
                Some(byte) => write!(hex, " {gap}{byte:02x}"),
                None => write!(hex, " {gap}**"),
            }
            .expect("a String takes any text");
        }
        let text: String = self.waiting.iter().map(|&byte| shown(byte)).collect();
        let width = 3 * BYTES_PER_LINE + 1;
        writeln!(lines, "{:08x} {hex:<width$}  {text}", self.offset)
            .expect("a String takes any text");
        self.offset += self.waiting.len() as u64;
        self.waiting.clear();
    }
}

/// Whether received data should be shown as text, judged by its first bytes: none is NUL, and at most three in ten
/// are neither printable nor in the encoding that the user has chosen. A listing in Latin-1 is text, then; an image or an
/// archive is not.
pub(crate) fn looks_like_text(data: &[u8], charset: Charset) -> bool {
    let sample = &data[..data.len().min(SAMPLE_BYTES)];
    if sample.contains(&0) {
        return false;
    }
    let pieces = charset.decode(sample).into_iter();
    let odd: usize = pieces
        .map(|piece| match piece {
            Piece::Text(text) => text.chars().filter(|it| is_odd_control(*it)).count(),
            Piece::Byte(_) => 1,
        })
        .sum();
    odd * 10 <= sample.len() * 3
}

/// Controls that text does not hold. ESC is left out: coloured text is text.
fn is_odd_control(character: char) -> bool {
    let in_text = matches!(
        character,
        '\t' | '\n' | '\r' | '\u{8}' | '\u{b}' | '\u{c}' | '\u{1a}' | '\u{1b}'
    );
    character.is_control() && !in_text
}

fn shown(byte: Option<u8>) -> char {
    match byte {
        Some(byte) if byte == b' ' || byte.is_ascii_graphic() => char::from(byte),
        Some(_) => '.',
        None => '*',
    }
}

#[cfg(test)]
mod tests {
    use proptest::arbitrary::any;
    use proptest::collection::vec;
    use proptest::{prop_assert, prop_assert_eq, proptest};

    use super::{Charset, HexDump, looks_like_text};

    fn dump(chunks: &[&[u8]]) -> String {
        let mut hexdump = HexDump::new();
        let mut lines: String = chunks.iter().map(|chunk| hexdump.push(chunk)).collect();
        lines.push_str(&hexdump.finish());
        lines
    }

    #[test]
    fn a_line_holds_offset_bytes_and_text() {
        assert_eq!(dump(&[]), "");
        assert_eq!(
            dump(&[b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff ~\x7f"]),
            "00000000  89 50 4e 47 0d 0a 1a 0a  00 00 00 0d 49 48 44 52  .PNG........IHDR\n\
             00000010  ff 20 7e 7f                                       . ~.\n"
        );
    }

    #[test]
    fn a_line_comes_out_as_soon_as_it_is_complete() {
        let mut hexdump = HexDump::new();
        assert_eq!(hexdump.push(&[b'a'; 15]), "");
        assert!(hexdump.push(b"bc").ends_with("aaaaaaaaaaaaaaab\n"));
        assert!(hexdump.finish().starts_with("00000010  63 "));
        let mut even = HexDump::new();
        assert_eq!(even.push(&[0; 32]).lines().count(), 2);
        assert_eq!(even.finish(), "");
    }

    #[test]
    fn text_is_told_from_other_data() {
        let text: &[&[u8]] = &[
            b"",
            b"I am zfive5",
            b"-rw-r--r-- 1 caf\xe9 na\xefve.txt\r\n",
            "日本語".as_bytes(),
            b"\x1b[31mred\x1b[0m\x0c",
            b"end\x1a",
            b"cut in two: \xe6\x97",
        ];
        for data in text {
            assert!(
                looks_like_text(data, Charset::default()),
                "{}",
                data.escape_ascii()
            );
        }
        let other: &[&[u8]] = &[
            b"a\0",
            b"\x89PNG\r\n\x1a\n\0",
            b"\x1f\x8b\x08\x08\xff\xfe\x01\x02\x03\x9c",
            b"h\0i\0",
            b"\xff",
        ];
        for data in other {
            assert!(
                !looks_like_text(data, Charset::default()),
                "{}",
                data.escape_ascii()
            );
        }
    }

    #[test]
    fn a_nul_after_the_sample_does_not_count() {
        let mut data = vec![b'a'; 8 * 1024];
        data.push(0);
        assert!(looks_like_text(&data, Charset::default()));
    }

    proptest! {
        #[test]
        fn the_size_of_the_pieces_makes_no_difference(
            bytes in vec(any::<u8>(), 0..100),
            size in 1_usize..40,
        ) {
            let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
            prop_assert_eq!(dump(&pieces), dump(&[&bytes]));
        }

        #[test]
        fn every_line_is_printable_ascii(bytes in vec(any::<u8>(), 0..100)) {
            let lines = dump(&[&bytes]);
            prop_assert!(lines.chars().all(|c| c == '\n' || c == ' ' || c.is_ascii_graphic()));
            prop_assert_eq!(lines.lines().count(), bytes.len().div_ceil(16));
        }
    }
}
