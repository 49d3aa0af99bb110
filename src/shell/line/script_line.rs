//! What a line is in a script and nowhere else: a comment, or one that may fail.

/// A line of a script, apart from what marks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScriptLine<'a> {
    /// What is run.
    pub(crate) text: &'a [u8],
    /// A failure is shown and not counted, as in a batch of `sftp`.
    pub(crate) may_fail: bool,
}

impl<'a> ScriptLine<'a> {
    /// Reads a line; `None` if it is a comment.
    pub(crate) fn read(line: &'a [u8]) -> Option<Self> {
        // Editors put it before the first line of a file, where nobody sees it: a PASS after it would be no PASS.
        match line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line) {
            [b'#', ..] => None,
            [b'-', text @ ..] => Some(Self {
                text,
                may_fail: true,
            }),
            text => Some(Self {
                text,
                may_fail: false,
            }),
        }
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

#[cfg(test)]
mod tests {
    use super::ScriptLine;

    #[test]
    fn a_first_character_marks_a_comment_or_a_line_that_may_fail() {
        for (line, read) in [
            ("", Some(("", false))),
            ("NOOP", Some(("NOOP", false))),
            ("# NOOP", None),
            ("#", None),
            (" # NOOP", Some((" # NOOP", false))),
            ("-DELE f", Some(("DELE f", true))),
            ("-", Some(("", true))),
            ("-!false", Some(("!false", true))),
            ("--NOOP", Some(("-NOOP", true))),
            ("-#", Some(("#", true))),
            ("quote -DELE f", Some(("quote -DELE f", false))),
            ("quote # x", Some(("quote # x", false))),
            ("\u{feff}PASS x", Some(("PASS x", false))),
            ("\u{feff}# PASS x", None),
            ("quote \u{feff}x", Some(("quote \u{feff}x", false))),
        ] {
            let read = read.map(|(text, may_fail): (&str, bool)| ScriptLine {
                text: text.as_bytes(),
                may_fail,
            });
            assert_eq!(ScriptLine::read(line.as_bytes()), read, "{line:?}");
        }
    }
}
