//! How the text of a command becomes the bytes that are sent.

use super::LineError;
use crate::protocol::Command;
use crate::protocol::hidden::is_hidden;

/// What the letters of a raw line stand for. By default every byte is itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spelling {
    /// `\xHH` is a byte, and `\\` a backslash; any other backslash is refused.
    pub escapes: bool,
}

impl Spelling {
    /// The command that `text` spells. It begins at `offset` of the line as typed.
    ///
    /// # Errors
    ///
    /// A bad escape, or a byte that no command may hold, however it is spelt.
    pub(super) fn command(self, text: &[u8], offset: usize) -> Result<Command, LineError> {
        if !self.escapes {
            return Ok(Command::new(text)?);
        }
        let mut bytes = Vec::with_capacity(text.len());
        let mut at = 0;
        while at < text.len() {
            let bad = LineError::BadEscape {
                offset: offset + at,
            };
            let (byte, length) = unescape_one(&text[at..]).ok_or(bad)?;
            bytes.push(byte);
            at += length;
        }
        Ok(Command::new(bytes)?)
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

    /// The bytes of a name that is typed in a raw line; `None` if they could not be sent.
    #[must_use]
    pub(crate) fn bytes_of_name(self, typed: &str) -> Option<Vec<u8>> {
        let command = self.command(typed.as_bytes(), 0).ok()?;
        Some(command.line().to_vec())
    }

    /// How a name is to be typed in a raw line, so that exactly these bytes are sent; `None` if that is impossible.
    #[must_use]
    pub fn spell(self, name: &[u8]) -> Option<String> {
        if !self.escapes {
            return String::from_utf8(name.to_vec()).ok();
        }
        let mut text = String::new();
        for chunk in name.utf8_chunks() {
            for character in chunk.valid().chars() {
                match character {
                    '\\' => text += "\\\\",
                    hidden if is_hidden(hidden) || hidden == '\t' => {
                        let mut bytes = [0; 4];
                        let bytes = hidden.encode_utf8(&mut bytes).bytes();
                        text.extend(bytes.map(escape_of));
                    }
                    plain => text.push(plain),
                }
            }
            text.extend(chunk.invalid().iter().copied().map(escape_of));
        }
        Some(text)
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

    use super::Spelling;
    use crate::protocol::hidden::is_hidden;

    const ESCAPES: Spelling = Spelling { escapes: true };

    proptest! {
        #[test]
        fn a_name_is_sent_as_the_bytes_that_it_was_spelt_for(name in vec(any::<u8>(), 0..40)) {
            let sendable = !name.iter().any(|byte| b"\r\n\0".contains(byte));
            let text = ESCAPES.spell(&name).unwrap();
            prop_assert!(!text.chars().any(|c| is_hidden(c) || c == '\t'), "{}", text);
            match ESCAPES.command(text.as_bytes(), 0) {
                Ok(command) => prop_assert_eq!(command.line(), &name[..]),
                Err(_) => prop_assert!(!sendable),
            }
            if let Some(text) = Spelling::default().spell(&name) {
                prop_assert_eq!(text.as_bytes(), &name[..]);
            }
        }
    }
}
