//! Shell words in bytes.

use shlex::bytes::split;

/// Splits a line as a POSIX shell does: blanks, quotes and backslashes. `None` if a quote is left open or the
/// line ends in a backslash.
///
/// `#` begins no comment: `cd #recycle` names a folder. The line must hold no NUL.
#[must_use]
pub(crate) fn words(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    // shlex drops everything after a `#` that begins a word; a NUL it treats as any letter.
    let without_hash = replaced(line, b'#', 0);
    let words = split(&without_hash)?;
    Some(words.iter().map(|word| replaced(word, 0, b'#')).collect())
}

/// The word that is being typed at the end of the line: where it begins, and what it means so far, a quote that is
/// still open included.
#[must_use]
pub(crate) fn open_word(line: &str) -> (usize, String) {
    let start = start_of_last_word(line.as_bytes());
    let typed = &line[start..];
    // What the last backslash stands for is still to come.
    let whole = typed.strip_suffix('\\').unwrap_or(typed);
    let closings = [(typed, ""), (whole, ""), (typed, "'"), (whole, "\"")];
    let meant = closings.iter().find_map(|(typed, closing)| {
        let mut words = words(format!("{typed}{closing}").as_bytes())?;
        String::from_utf8(words.pop()?).ok()
    });
    (start, meant.unwrap_or_default())
}

/// The word as a line must spell it.
#[must_use]
pub(crate) fn quoted(word: &str) -> Option<String> {
    let quoted = shlex::try_quote(word).ok()?;
    Some(quoted.into_owned())
}

/// The same for a line that is shown: a word that no line can spell stands as it is.
#[must_use]
pub(crate) fn shown_word(word: &str) -> String {
    quoted(word).unwrap_or_else(|| word.to_owned())
}

fn start_of_last_word(line: &[u8]) -> usize {
    let mut open_quote = None;
    let mut escaped = false;
    let mut start = 0;
    for (at, &byte) in line.iter().enumerate() {
        match open_quote {
            _ if escaped => escaped = false,
            None | Some(b'"') if byte == b'\\' => escaped = true,
            Some(quote) if byte == quote => open_quote = None,
            None if matches!(byte, b'\'' | b'"') => open_quote = Some(byte),
            None if is_blank(byte) => start = at + 1,
            _ => {}
        }
    }
    start
}

/// The blanks that separate words.
#[must_use]
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn replaced(bytes: &[u8], from: u8, to: u8) -> Vec<u8> {
    let replace = |&byte: &u8| if byte == from { to } else { byte };
    bytes.iter().map(replace).collect()
}

/// Whether an argument of an alias is an operator: an alias takes none.
pub(crate) fn is_redirection(argument: &[u8]) -> bool {
    REDIRECTIONS.contains(&argument) || argument.starts_with(b"<<")
}

const REDIRECTIONS: &[&[u8]] = &[b"|", b">", b">>", b"<", b"&"];

#[cfg(test)]
mod tests {
    use proptest::{prop_assert_eq, proptest};

    use super::{open_word, quoted, words};

    #[test]
    fn the_open_word_is_read_although_its_quote_is_open() {
        for (line, start, meant) in [
            ("", 0, ""),
            ("a b", 2, "b"),
            ("a b ", 4, ""),
            ("a 'b c", 2, "b c"),
            ("a \"b c", 2, "b c"),
            ("a b\\ c", 2, "b c"),
            ("a b\\", 2, "b"),
            ("a 'b c/'d", 2, "b c/d"),
            ("a #b", 2, "#b"),
            ("'a' \"it's", 4, "it's"),
        ] {
            assert_eq!(open_word(line), (start, meant.to_owned()), "{line}");
        }
    }

    proptest! {
        #[test]
        fn a_quoted_word_is_read_back(word in "[^\\x00]{0,12}") {
            let quoted = quoted(&word).unwrap();
            prop_assert_eq!(words(quoted.as_bytes()).unwrap(), [word.into_bytes()]);
        }
    }

    #[test]
    fn words_are_split_as_a_shell_does_but_a_hash_is_a_letter() {
        type Row = (&'static [u8], Option<&'static [&'static [u8]]>);
        let table: &[Row] = &[
            (b"", Some(&[])),
            (b" \t ", Some(&[])),
            (b"a b", Some(&[b"a", b"b"])),
            (b" 'a b'\t\"c d\" e\\ f ", Some(&[b"a b", b"c d", b"e f"])),
            (b"''", Some(&[b""])),
            (b"#a b #c", Some(&[b"#a", b"b", b"#c"])),
            (b"\"\\#\" \\#", Some(&[b"\\#", b"#"])),
            (b"caf\xe9 \xff", Some(&[b"caf\xe9", b"\xff"])),
            (b"'a", None),
            (b"\"a", None),
            (b"a\\", None),
        ];
        for (line, expected) in table {
            let expected = expected.map(|words| words.iter().map(|word| word.to_vec()).collect());
            assert_eq!(words(line), expected, "{}", line.escape_ascii());
        }
    }
}
