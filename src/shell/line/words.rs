//! Shell words in octets.

use shlex::bytes::split;

/// Splits a line as a POSIX shell does: blanks, quotes and backslashes. `None` if a quote is left open or the
/// line ends in a backslash.
///
/// `#` begins no comment: `cd #recycle` names a folder. The line must hold no NUL.
#[must_use]
pub(super) fn words(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    // shlex drops everything behind a `#` that begins a word; a NUL it treats as any letter.
    let without_hash = replaced(line, b'#', 0);
    let words = split(&without_hash)?;
    Some(words.iter().map(|word| replaced(word, 0, b'#')).collect())
}

/// The blanks that separate words.
#[must_use]
pub(super) fn is_blank(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t')
}

fn replaced(octets: &[u8], from: u8, to: u8) -> Vec<u8> {
    let replace = |&octet: &u8| if octet == from { to } else { octet };
    octets.iter().map(replace).collect()
}

#[cfg(test)]
mod tests {
    use super::words;

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
