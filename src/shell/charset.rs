//! The encoding of names and texts on the other side of the control connection.
//!
//! ```text
//!  what came   -- escape -->  the screen      what cannot be decoded is shown by its number
//!  what is typed -- encode --> what is sent   what cannot be encoded is refused
//! ```

use std::fmt;
use std::str::FromStr;

use encoding_rs::{DecoderResult, Encoding, UTF_8};

use super::config::setting::WrongValue;
use super::screen::escape::{self, push_byte, push_character};

/// One of the encodings of <https://encoding.spec.whatwg.org/> in which ASCII is ASCII. UTF-8 unless it was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Charset(&'static Encoding);

/// No such encoding, or none in which ASCII is ASCII.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotCharset;

/// What some bytes mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    /// A byte that belongs to no character.
    Byte(u8),
}

impl Charset {
    /// Whether bytes go in and out as they are.
    pub(crate) fn is_utf8(self) -> bool {
        self.0 == UTF_8
    }

    /// The names that people know best, besides UTF-8.
    pub(crate) const KNOWN: &[&str] = &[
        "latin1",
        "latin2",
        "iso-8859-15",
        "windows-1251",
        "windows-1252",
        "koi8-r",
        "big5",
        "euc-jp",
        "euc-kr",
        "gbk",
        "gb18030",
        "shift_jis",
    ];

    /// The bytes as they may be shown: as [`escape::escape`], with everything decoded that can be.
    pub(crate) fn escape(self, bytes: &[u8]) -> String {
        if self.is_utf8() {
            return escape::escape(bytes);
        }
        let mut shown = String::with_capacity(bytes.len());
        for piece in self.decode(bytes) {
            match piece {
                Piece::Text(text) => text.chars().for_each(|it| push_character(&mut shown, it)),
                Piece::Byte(byte) => push_byte(&mut shown, byte),
            }
        }
        shown
    }

    /// What the bytes mean.
    pub(crate) fn decode(self, bytes: &[u8]) -> Vec<Piece> {
        let mut decoder = self.0.new_decoder_without_bom_handling();
        let mut pieces = Vec::new();
        let mut read = 0;
        loop {
            let rest = &bytes[read..];
            let room = decoder.max_utf8_buffer_length_without_replacement(rest.len());
            let mut text = String::with_capacity(room.unwrap_or(rest.len()));
            let (result, length) =
                decoder.decode_to_string_without_replacement(rest, &mut text, true);
            read += length;
            if !text.is_empty() {
                pieces.push(Piece::Text(text));
            }
            match result {
                DecoderResult::InputEmpty => return pieces,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(bad, after) => {
                    let end = read.saturating_sub(usize::from(after));
                    let begin = end.saturating_sub(usize::from(bad));
                    let bad = bytes[begin..end].iter().copied();
                    pieces.extend(bad.map(Piece::Byte));
                }
            }
        }
    }

    /// The bytes of a text.
    ///
    /// # Errors
    ///
    /// The first character that this encoding does not have, and where it begins. One that would come back as another
    /// counts too.
    pub(crate) fn encode(self, text: &str) -> Result<Vec<u8>, (usize, char)> {
        if self.is_utf8() || text.is_ascii() {
            return Ok(text.as_bytes().to_vec());
        }
        let mut bytes = Vec::with_capacity(text.len());
        for (at, character) in text.char_indices() {
            let encoded = self.encode_one(character);
            bytes.extend(encoded.ok_or((at, character))?);
        }
        Ok(bytes)
    }

    fn encode_one(self, character: char) -> Option<Vec<u8>> {
        let mut buffer = [0; 4];
        let text: &str = character.encode_utf8(&mut buffer);
        let (bytes, _, is_missing) = self.0.encode(text);
        let back = self
            .0
            .decode_without_bom_handling_and_without_replacement(&bytes);
        let is_same = !is_missing && back.is_some_and(|back| back == text);
        is_same.then(|| bytes.into_owned())
    }
}

impl Default for Charset {
    fn default() -> Self {
        Self(UTF_8)
    }
}

impl From<NotCharset> for WrongValue {
    fn from(_: NotCharset) -> Self {
        Self::Unknown
    }
}

impl FromStr for Charset {
    type Err = NotCharset;

    fn from_str(label: &str) -> Result<Self, NotCharset> {
        let encoding = Encoding::for_label_no_replacement(label.as_bytes());
        // In UTF-16 and ISO-2022-JP, the bytes of a verb would not be its letters.
        let encoding = encoding.filter(|encoding| encoding.is_ascii_compatible());
        encoding.map(Self).ok_or(NotCharset)
    }
}

impl fmt::Display for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.name().to_ascii_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use proptest::arbitrary::any;
    use proptest::collection::vec;
    use proptest::sample::select;
    use proptest::{prop_assert, prop_assert_eq, proptest};

    use super::{Charset, Piece};
    use crate::protocol::hidden::is_hidden;

    fn charset(name: &str) -> Charset {
        name.parse().expect(name)
    }

    #[test]
    fn each_is_known_by_its_names_and_those_without_ascii_are_not_taken() {
        for (name, canonical) in [
            ("utf-8", "utf-8"),
            ("UTF8", "utf-8"),
            ("latin1", "windows-1252"),
            ("ISO-8859-1", "windows-1252"),
            ("iso-8859-15", "iso-8859-15"),
            ("sjis", "shift_jis"),
            ("koi8-r", "koi8-r"),
        ] {
            assert_eq!(charset(name).to_string(), canonical);
            assert_eq!(canonical.parse(), Ok(charset(name)));
        }
        for known in Charset::KNOWN {
            assert!(known.parse::<Charset>().is_ok(), "{known}");
        }
        for name in [
            "",
            "latin-one",
            "utf-16",
            "utf-16le",
            "utf-16be",
            "iso-2022-jp",
            "replacement",
            "hz-gb-2312",
        ] {
            assert!(name.parse::<Charset>().is_err(), "{name}");
        }
    }

    #[test]
    fn what_can_be_decoded_is_shown_and_the_rest_by_its_number() {
        let table: &[(&str, &[u8], &str)] = &[
            ("latin1", b"\xe9t\xe9.txt", "été.txt"),
            ("latin1", b"C:\\new\x1b[2J", "C:\\new\\x1b[2J"),
            // The controls that Latin-1 has there, and a soft hyphen.
            (
                "latin1",
                b"\x81\x8d\x9d\xad",
                "\\u{81}\\u{8d}\\u{9d}\\u{ad}",
            ),
            ("latin1", b"\x80\x9b", "€›"),
            ("iso-8859-15", b"\xa4\x9b31m", "€\\u{9b}31m"),
            ("windows-1255", b"\xfe\xfd\xe0", "\\u{200f}\\u{200e}א"),
            ("windows-1253", b"\xd2\xc1", "\\xd2Α"),
            ("koi8-r", b"\xcd\xc9\xd2", "мир"),
            ("shift_jis", b"\x93\xfa\x96\x7b \x81", "日本 \\x81"),
            ("gb18030", b"\x84\x31\x95\x33", "\\u{feff}"),
            // Not a byte of the four is lost where they are no character.
            ("gb18030", b"\x81\x30\x81A", "\\x810丄"),
            ("x-user-defined", b"\x80", "\\u{f780}"),
        ];
        for (name, bytes, shown) in table {
            assert_eq!(charset(name).escape(bytes), *shown, "{name}");
        }
    }

    #[test]
    fn what_is_typed_is_encoded_and_what_cannot_be_is_named() {
        type Row = (
            &'static str,
            &'static str,
            Result<&'static [u8], (usize, char)>,
        );
        let table: &[Row] = &[
            ("latin1", "RETR été.txt", Ok(b"RETR \xe9t\xe9.txt")),
            ("latin1", "a\u{301}", Err((1, '\u{301}'))),
            ("iso-8859-15", "5 € ж", Err((6, 'ж'))),
            ("shift_jis", "日本", Ok(b"\x93\xfa\x96\x7b")),
            // They would be sent as a backslash and as a tilde.
            ("shift_jis", "¥", Err((0, '¥'))),
            ("shift_jis", "‾", Err((0, '‾'))),
            ("utf-8", "ж", Ok("ж".as_bytes())),
        ];
        for (name, text, bytes) in table {
            let encoded = charset(name).encode(text);
            assert_eq!(
                encoded.as_deref().map_err(|error| *error),
                *bytes,
                "{name} {text}"
            );
        }
    }

    proptest! {
        #[test]
        fn nothing_hidden_reaches_the_screen_and_no_byte_is_lost(
            name in select(Charset::KNOWN),
            bytes in vec(any::<u8>(), 0..60),
        ) {
            let charset = charset(name);
            let shown = charset.escape(&bytes);
            prop_assert!(!shown.chars().any(is_hidden), "{}", shown);
            let pieces = charset.decode(&bytes);
            let ascii = |byte: &u8| byte.is_ascii();
            let shows = !pieces.is_empty() || bytes.is_empty();
            prop_assert!(shows);
            if bytes.iter().all(ascii) {
                let text = String::from_utf8(bytes).unwrap();
                prop_assert_eq!(pieces.into_iter().map(|piece| match piece {
                    Piece::Text(text) => text,
                    Piece::Byte(byte) => format!("{byte}"),
                }).collect::<String>(), text);
            }
        }

        #[test]
        fn what_is_encoded_is_decoded_to_the_same_and_has_no_new_ascii(
            name in select(Charset::KNOWN),
            text in "[a-zß-üа-я日本語ｱ한中\\\\~¥€]{0,12}",
        ) {
            let charset = charset(name);
            if let Ok(bytes) = charset.encode(&text) {
                let expected = if text.is_empty() { vec![] } else { vec![Piece::Text(text.clone())] };
                prop_assert_eq!(charset.decode(&bytes), expected);
                let ends = |byte: &&u8| b"\r\n\0 ".contains(byte);
                prop_assert_eq!(bytes.iter().filter(ends).count(), 0);
            }
        }
    }
}
