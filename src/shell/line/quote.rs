//! What follows `quote`: a line that is sent verbatim.

use super::LineError;
use super::spelling::Spelling;
use super::words::is_blank;
use crate::protocol::Command;

/// The name of this kind of line.
pub(crate) const NAME: &[u8] = b"quote";

/// What follows `quote`, and whether it is `quote -x`.
pub(crate) struct Quoted<'a> {
    pub(crate) escaped: bool,
    pub(crate) text: &'a [u8],
    /// Where `text` begins in the line as typed.
    pub(crate) offset: usize,
}

impl<'a> Quoted<'a> {
    /// Takes the line apart if its first word is `quote`. One blank after `quote`, and one after `-x`, separates
    /// it from the text; any other is text.
    pub(crate) fn find(line: &'a [u8]) -> Option<Self> {
        let text = after_word(line, NAME)?;
        let (escaped, text) = match after_word(text, b"-x") {
            Some(text) => (true, text),
            None => (false, text),
        };
        Some(Self {
            escaped,
            text,
            offset: line.len() - text.len(),
        })
    }

    pub(super) fn command(&self, spelling: Spelling) -> Result<Command, LineError> {
        self.spelling(spelling).command(self.text, self.offset)
    }

    /// How its text is spelt where raw lines are spelt so.
    pub(crate) fn spelling(&self, spelling: Spelling) -> Spelling {
        Spelling {
            escapes: self.escaped,
            ..spelling
        }
    }
}

/// What follows this word and one blank; nothing if the line ends after the word.
fn after_word<'a>(line: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    match line.strip_prefix(word)? {
        [] => Some(&[]),
        [blank, rest @ ..] if is_blank(*blank) => Some(rest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{LineError, Quoted, Spelling};

    #[test]
    fn what_follows_one_blank_is_sent_verbatim() {
        let table: &[(&[u8], &[u8])] = &[
            (b"quote", b""),
            (b"quote ", b""),
            (b"quote  ", b" "),
            (b"quote NOOP", b"NOOP"),
            (b"quote  NOOP ", b" NOOP "),
            (b"quote\tNOOP", b"NOOP"),
            (b"quote \tNOOP", b"\tNOOP"),
            (b"quote RETR a > 'b", b"RETR a > 'b"),
            (b"quote get \\xE9", b"get \\xE9"),
            (b"quote -xy", b"-xy"),
            (b"quote  -x a", b" -x a"),
            (b"quote -X a", b"-X a"),
            (b"quote \xff\xe9", b"\xff\xe9"),
        ];
        for (line, sent) in table {
            let command = Quoted::find(line)
                .unwrap()
                .command(Spelling::default())
                .unwrap();
            assert_eq!(command.line(), *sent, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn quote_x_reads_its_two_escapes() {
        let table: &[(&[u8], &[u8])] = &[
            (b"quote -x", b""),
            (b"quote -x ", b""),
            (b"quote -x RETR caf\\xE9", b"RETR caf\xe9"),
            (b"quote -x \\xe9\\xFF", b"\xe9\xff"),
            (b"quote -x a\\\\xE9", b"a\\xE9"),
            (b"quote -x  \\\\ ", b" \\ "),
            (b"quote -x -x a", b"-x a"),
            (b"quote -x 'a'", b"'a'"),
        ];
        for (line, sent) in table {
            let command = Quoted::find(line)
                .unwrap()
                .command(Spelling::default())
                .unwrap();
            assert_eq!(command.line(), *sent, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn a_bad_escape_is_named_by_its_place_in_the_line() {
        let table: &[(&[u8], usize)] = &[
            (b"quote -x \\n", 9),
            (b"quote -x ab\\", 11),
            (b"quote -x \\x", 9),
            (b"quote -x \\x4", 9),
            (b"quote -x a\\x4g", 10),
            (b"quote -x \\\\\\X41", 11),
        ];
        for (line, place) in table {
            match Quoted::find(line).unwrap().command(Spelling::default()) {
                Err(LineError::BadEscape { offset }) => assert_eq!(offset, *place),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn an_escape_cannot_bring_in_a_second_command() {
        for line in [&b"quote -x NOOP\\x0d\\x0aDELE a"[..], b"quote -x a\\x00"] {
            let error = Quoted::find(line)
                .unwrap()
                .command(Spelling::default())
                .unwrap_err();
            assert!(matches!(error, LineError::IllegalByte(_)));
        }
    }

    #[test]
    fn only_the_word_quote_at_column_0_counts() {
        for line in [
            &b" quote NOOP"[..],
            b"QUOTE NOOP",
            b"quoted",
            b"quote-x a",
            b"",
        ] {
            assert!(Quoted::find(line).is_none(), "{}", line.escape_ascii());
        }
    }
}
