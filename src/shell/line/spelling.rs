//! How the text of a command becomes the bytes that are sent.

use super::LineError;
use crate::protocol::hidden::is_hidden;
use crate::protocol::{Command, verbs};
use crate::shell::charset::{Charset, Piece};

/// What the letters of a command stand for. By default every byte is itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spelling {
    /// `\xHH` is a byte, and `\\` a backslash; any other backslash is refused.
    pub escapes: bool,
    /// The encoding of what is sent; everything is typed in UTF-8.
    pub(crate) charset: Charset,
}

impl Spelling {
    /// The same without escapes: where a shell's words are read, a backslash is theirs.
    pub(crate) fn of_words(self) -> Self {
        Self {
            escapes: false,
            ..self
        }
    }

    /// The command that `text` spells. It begins at `offset` of the line as typed.
    ///
    /// # Errors
    ///
    /// A bad escape, a character that the encoding does not have, or a byte that no command may hold, however it is
    /// spelt.
    pub(crate) fn command(self, text: &[u8], offset: usize) -> Result<Command, LineError> {
        let bytes = self.bytes(text, offset);
        let bytes = bytes.map_err(|error| self.without_secret(error, text))?;
        Ok(Command::new(bytes)?)
    }

    fn bytes(self, text: &[u8], offset: usize) -> Result<Vec<u8>, LineError> {
        let mut bytes = Vec::with_capacity(text.len());
        let mut at = 0;
        while at < text.len() {
            let place = offset + at;
            if self.escapes && text[at] == b'\\' {
                let bad = LineError::BadEscape { offset: place };
                let (byte, length) = unescape_one(&text[at..]).ok_or(bad)?;
                bytes.push(byte);
                at += length;
                continue;
            }
            let escape = text[at..].iter().position(|&byte| byte == b'\\');
            let end = escape
                .filter(|_| self.escapes)
                .map_or(text.len(), |length| at + length);
            bytes.extend(self.encode(&text[at..end], place)?);
            at = end;
        }
        Ok(bytes)
    }

    fn encode(self, text: &[u8], offset: usize) -> Result<Vec<u8>, LineError> {
        if self.charset.is_utf8() {
            return Ok(text.to_vec());
        }
        let text = str::from_utf8(text).map_err(|error| LineError::NotUtf8 {
            offset: offset + error.valid_up_to(),
        })?;
        let encoded = self.charset.encode(text);
        encoded.map_err(|(at, character)| LineError::NotInCharset {
            offset: offset + at,
            character: Some(character),
            charset: self.charset.to_string(),
        })
    }

    /// A character of a password must not be named, nor one of what may be a password without its PASS.
    fn without_secret(self, error: LineError, text: &[u8]) -> LineError {
        let command = self.command_so_far(text);
        let is_harmless = command.secret().is_none() && verbs::entry(&command.verb()).is_some();
        if is_harmless { error } else { unnamed(error) }
    }

    /// What the verb of `text` is, and what it would move. The text may be more than the command, and so hold what only
    /// looks like an escape.
    pub(super) fn command_so_far(self, text: &[u8]) -> Command {
        let bytes = if self.escapes {
            unescaped(text).0
        } else {
            text.to_vec()
        };
        let shown = |byte: u8| {
            if matches!(byte, b'\r' | b'\n' | 0) {
                b'?'
            } else {
                byte
            }
        };
        let line: Vec<u8> = bytes.into_iter().map(shown).collect();
        Command::new(line).expect("what it may not hold was replaced")
    }

    /// The bytes of words that become the argument of a command.
    ///
    /// # Errors
    ///
    /// As [`Spelling::command`].
    pub(crate) fn argument(self, typed: &[u8]) -> Result<Vec<u8>, LineError> {
        self.bytes(typed, 0)
    }

    /// The same for a password; the error names no part of it.
    ///
    /// # Errors
    ///
    /// As [`Spelling::command`].
    pub(crate) fn secret(self, typed: &[u8]) -> Result<Vec<u8>, LineError> {
        self.bytes(typed, 0).map_err(unnamed)
    }

    /// The bytes of a name that is typed in a raw line; `None` if they could not be sent.
    #[must_use]
    pub(crate) fn bytes_of_name(self, typed: &str) -> Option<Vec<u8>> {
        let command = self.command(typed.as_bytes(), 0).ok()?;
        Some(command.line().to_vec())
    }

    /// How a name is to be typed in a raw line, so that exactly these bytes are sent; `None` if that is impossible.
    #[must_use]
    pub fn spell(self, name: &[u8]) -> Option<String> {
        let mut text = String::new();
        for piece in self.charset.decode(name) {
            match piece {
                Piece::Text(plain) => {
                    for character in plain.chars() {
                        self.spell_one(character, &mut text)?;
                    }
                }
                Piece::Byte(byte) if self.escapes => text += &escape_of(byte),
                Piece::Byte(_) => return None,
            }
        }
        // Some characters can be encoded in two ways.
        let is_same = self.bytes_of_name(&text).is_some_and(|bytes| bytes == name);
        is_same.then_some(text)
    }

    fn spell_one(self, character: char, text: &mut String) -> Option<()> {
        let is_odd = is_hidden(character) || character == '\t';
        match character {
            '\\' if self.escapes => text.push_str("\\\\"),
            odd if is_odd && self.escapes => {
                let mut buffer = [0; 4];
                let bytes = self.charset.encode(odd.encode_utf8(&mut buffer)).ok()?;
                text.extend(bytes.into_iter().map(escape_of));
            }
            plain => text.push(plain),
        }
        Some(())
    }
}

fn unnamed(error: LineError) -> LineError {
    match error {
        LineError::NotInCharset {
            offset, charset, ..
        } => LineError::NotInCharset {
            offset,
            character: None,
            charset,
        },
        error => error,
    }
}

fn escape_of(byte: u8) -> String {
    format!("\\x{byte:02x}")
}

/// The bytes that the escapes of a text stand for, and where in the text each of them begins. What is not an escape is
/// itself.
pub(crate) fn unescaped(text: &[u8]) -> (Vec<u8>, Vec<usize>) {
    let (mut bytes, mut places) = (
        Vec::with_capacity(text.len()),
        Vec::with_capacity(text.len()),
    );
    let mut at = 0;
    while at < text.len() {
        let (byte, length) = unescape_one(&text[at..]).unwrap_or((text[at], 1));
        bytes.push(byte);
        places.push(at);
        at += length;
    }
    (bytes, places)
}

/// The first byte meant, and how many bytes of the text it takes. `None` if it is a bad escape or the text is
/// empty.
fn unescape_one(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [b'\\', b'\\', ..] => Some((b'\\', 2)),
        [b'\\', b'x', high, low, ..] => Some((hex_digit(*high)? << 4 | hex_digit(*low)?, 4)),
        [b'\\', ..] | [] => None,
        [byte, ..] => Some((*byte, 1)),
    }
}

/// Whether the text ends in the middle of an escape.
pub(crate) fn ends_in_escape(text: &[u8]) -> bool {
    matches!(
        text,
        [b'\\'] | [b'\\', b'x'] | [b'\\', b'x', b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F']
    )
}

fn hex_digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use proptest::arbitrary::any;
    use proptest::collection::vec;
    use proptest::{prop_assert, prop_assert_eq, proptest};

    use proptest::sample::select;

    use super::Spelling;
    use crate::protocol::hidden::is_hidden;
    use crate::shell::charset::Charset;
    use crate::shell::line::LineError;

    fn spelling(escapes: bool, charset: &str) -> Spelling {
        let charset = charset.parse().expect(charset);
        Spelling { escapes, charset }
    }

    #[test]
    fn what_is_typed_is_encoded_and_what_is_escaped_is_not() {
        let table: &[(&str, bool, &[u8])] = &[
            ("RETR été", false, b"RETR \xe9t\xe9"),
            ("RETR \\xE9té", true, b"RETR \xe9t\xe9"),
            ("RETR \\xc3\\xa9é", true, b"RETR \xc3\xa9\xe9"),
            ("RETR \\xE9", false, b"RETR \\xE9"),
        ];
        for (text, escapes, sent) in table {
            let command = spelling(*escapes, "latin1").command(text.as_bytes(), 0);
            assert_eq!(command.unwrap().line(), *sent, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_encoded_is_named_unless_it_may_be_a_secret() {
        let refused = |line: &str| {
            let error = spelling(true, "latin1").command(line.as_bytes(), 0);
            error.unwrap_err().to_string()
        };
        let said = refused("RETR aж");
        assert!(
            said.starts_with("byte 6 of the line, ж (U+0436), is not in windows-1252"),
            "{said}"
        );
        let said = refused("RETR a\u{202e}");
        assert!(
            said.contains("\\u{202e} (U+202E)") && !said.contains('\u{202e}'),
            "{said}"
        );
        for line in ["PASS aж", "\\x50ASS aж", "aжb", " pass aж"] {
            let said = refused(line);
            assert!(!said.contains('ж') && !said.contains("0436"), "{said}");
            assert!(
                said.contains("of the line is not in windows-1252"),
                "{said}"
            );
        }
        let error = spelling(false, "latin1").command(b"RETR \xe9", 0);
        assert_eq!(error, Err(LineError::NotUtf8 { offset: 5 }));
        let sent = spelling(false, "utf-8").command(b"RETR \xe9", 0);
        assert_eq!(sent.unwrap().line(), b"RETR \xe9");
    }

    proptest! {
        #[test]
        fn a_name_is_sent_as_the_bytes_that_it_was_spelt_for(
            name in vec(any::<u8>(), 0..40),
            charset in select(Charset::KNOWN),
        ) {
            let sendable = !name.iter().any(|byte| b"\r\n\0".contains(byte));
            for escapes in [false, true] {
                let spelling = spelling(escapes, charset);
                let text = spelling.spell(&name);
                prop_assert!(sendable || text.is_none());
                if let Some(text) = &text {
                    let command = spelling.command(text.as_bytes(), 0).unwrap();
                    prop_assert_eq!(command.line(), &name[..]);
                    let is_odd = |c: char| is_hidden(c) || c == '\t';
                    prop_assert!(!escapes || !text.chars().any(is_odd), "{}", text);
                }
                let is_single_byte = ["latin1", "koi8-r"].contains(&charset);
                prop_assert!(text.is_some() || !escapes || !sendable || !is_single_byte);
            }
        }
    }
}
