//! What a program wrote to a terminal, in the order of time, without the terminal's commands.

/// Escape sequences are dropped, a carriage return alone begins a new line, bytes that are not UTF-8 become U+FFFD.
#[derive(Default)]
pub(super) struct PlainText {
    text: String,
    pending: Vec<u8>,
    state: State,
    after_carriage_return: bool,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum State {
    #[default]
    Text,
    Escape,
    ControlSequence,
    /// An operating system command and its like: up to BEL or ESC \.
    String,
    StringEscape,
}

impl PlainText {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn take(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.state = match (self.state, byte) {
                (State::StringEscape, b'\\') | (State::String, 0x07) => State::Text,
                (State::String | State::StringEscape, 0x1b) => State::StringEscape,
                (State::String | State::StringEscape, _) => State::String,
                (_, 0x1b) => State::Escape,
                (State::Escape, b'[') => State::ControlSequence,
                (State::Escape, b']' | b'P' | b'X' | b'^' | b'_') => State::String,
                // Intermediate bytes, as in ESC ( B.
                (State::Escape, 0x20..=0x2f) => State::Escape,
                (State::ControlSequence, 0x20..=0x3f) => State::ControlSequence,
                (State::Escape | State::ControlSequence, _) => State::Text,
                (State::Text, _) => {
                    self.pending.push(byte);
                    State::Text
                }
            };
        }
        self.decode();
    }

    fn decode(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let mut rest = &pending[..];
        while !rest.is_empty() {
            let (valid, skip) = match std::str::from_utf8(rest) {
                Ok(valid) => (valid, 0),
                Err(error) => {
                    let valid = std::str::from_utf8(&rest[..error.valid_up_to()])
                        .expect("valid up to there");
                    match error.error_len() {
                        Some(length) => (valid, length),
                        None => {
                            self.push(valid);
                            // The rest of this character is still to come.
                            self.pending = rest[valid.len()..].to_vec();
                            return;
                        }
                    }
                }
            };
            self.push(valid);
            if skip > 0 {
                self.text.push('\u{fffd}');
            }
            rest = &rest[valid.len() + skip..];
        }
    }

    fn push(&mut self, text: &str) {
        for character in text.chars() {
            if self.after_carriage_return && character != '\r' {
                self.text.push('\n');
                self.after_carriage_return = false;
                if character == '\n' {
                    continue;
                }
            }
            match character {
                '\r' => self.after_carriage_return = true,
                '\n' | '\t' => self.text.push(character),
                character if character.is_control() => {}
                character => self.text.push(character),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PlainText;

    #[test]
    fn commands_of_the_terminal_are_dropped_wherever_they_are_cut() {
        let written = b"\x1b]0;title\x07\x1b[1;32m220 h\xc3\xa9llo\x1b[0m\x1b(B\r\nftp> \r\x1b[Kftp> U\x08\xff\r\n";
        for at in 0..=written.len() {
            let mut plain = PlainText::default();
            plain.take(&written[..at]);
            plain.take(&written[at..]);
            plain.take(b"end");
            assert_eq!(plain.text(), "220 h\u{e9}llo\nftp> \nftp> U\u{fffd}\nend");
        }
    }
}
