//! Texts in quotes, as Go, Python and JavaScript print them.

/// The lines of a quoted text, without its quotes and with its escapes undone; what does not end stays as it is.
pub(super) fn lines(quoted: &[u8]) -> Vec<Vec<u8>> {
    let text = unquoted(quoted);
    let end = text.iter().rposition(|byte| !b"\r\n".contains(byte));
    let text = end.map_or(&[][..], |end| &text[..=end]);
    let lines = text.split(|byte| *byte == b'\n');
    lines
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line).to_vec())
        .collect()
}

fn unquoted(quoted: &[u8]) -> Vec<u8> {
    let quoted = quoted.strip_prefix(b"b").unwrap_or(quoted);
    let Some((quote, text)) = quoted.split_first() else {
        return Vec::new();
    };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        if byte == quote {
            break;
        }
        rest = if *byte == b'\\' {
            take_escape(after, &mut bytes)
        } else {
            bytes.push(*byte);
            after
        };
    }
    bytes
}

/// Takes what follows a backslash; returns what follows that.
fn take_escape<'a>(text: &'a [u8], bytes: &mut Vec<u8>) -> &'a [u8] {
    let Some((escape, after)) = text.split_first() else {
        return text;
    };
    let digits = match escape {
        b'x' => 2,
        b'u' => 4,
        _ => 0,
    };
    let number = after.get(..digits).filter(|digits| !digits.is_empty());
    let number = number.and_then(|it| u32::from_str_radix(str::from_utf8(it).ok()?, 16).ok());
    match (escape, number) {
        (b'x', Some(byte)) => bytes.extend(u8::try_from(byte)),
        (b'u', Some(character)) => {
            let character = char::from_u32(character).unwrap_or(char::REPLACEMENT_CHARACTER);
            bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        (b'n', _) => bytes.push(b'\n'),
        (b'r', _) => bytes.push(b'\r'),
        (b't', _) => bytes.push(b'\t'),
        (other, _) => bytes.push(*other),
    }
    &after[number.map_or(0, |_| digits)..]
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn escapes_are_undone_and_lines_are_cut() {
        for (quoted, expected) in [
            ("'USER bob\\r\\n'", &["USER bob"][..]),
            (
                "\"211-a\\n \\x41\\u00e9\\n211 b\\n\"",
                &["211-a", " A\u{e9}", "211 b"],
            ),
            ("b'220 \"a\\'\\\\'", &["220 \"a'\\"]),
            ("'never ended \\", &["never ended "]),
            ("'\\xzz\\u12", &["xzzu12"]),
            ("''", &[""]),
        ] {
            let found = lines(quoted.as_bytes());
            let found: Vec<String> = found
                .iter()
                .map(|it| String::from_utf8_lossy(it).into_owned())
                .collect();
            assert_eq!(found, expected, "{quoted}");
        }
    }
}
