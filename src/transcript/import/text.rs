//! A text as lines, whatever wrote it.

/// A text, UTF-8 or any bytes.
pub(super) struct Text(Vec<u8>);

impl Text {
    /// Takes what a program or an editor wrote: UTF-8 with or without a mark, the UTF-16 of a Windows console, or
    /// bytes.
    pub(super) fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0xef, 0xbb, 0xbf, rest @ ..] => Self(rest.to_vec()),
            [0xff, 0xfe, rest @ ..] => Self::of_utf_16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => Self::of_utf_16(rest, u16::from_be_bytes),
            bytes => Self(bytes.to_vec()),
        }
    }

    fn of_utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Self {
        let units: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|pair| unit([pair[0], pair[1]]))
            .collect();
        Self(String::from_utf16_lossy(&units).into_bytes())
    }

    /// Its lines without their ends; LF, CR LF and CR CR LF end one.
    pub(super) fn lines(&self) -> Vec<&[u8]> {
        let without_end = |line: &'_ [u8]| line.len() - trailing_returns(line);
        let text = self.0.strip_suffix(b"\n").unwrap_or(&self.0);
        text.split(|byte| *byte == b'\n')
            .map(|line| &line[..without_end(line)])
            .collect()
    }
}

fn trailing_returns(line: &[u8]) -> usize {
    line.iter().rev().take_while(|byte| **byte == b'\r').count()
}

/// The rest after a beginning that is compared without case.
pub(super) fn after<'a>(line: &'a [u8], beginning: &str) -> Option<&'a [u8]> {
    let (start, rest) = line.split_at_checked(beginning.len())?;
    start
        .eq_ignore_ascii_case(beginning.as_bytes())
        .then_some(rest)
}

/// Whether the line begins like one of these, compared without case.
pub(super) fn begins_with(line: &[u8], beginnings: &[&str]) -> bool {
    beginnings
        .iter()
        .any(|beginning| after(line, beginning).is_some())
}

/// What stands in front of the first `separator`, and after it.
pub(super) fn split_at<'a>(line: &'a [u8], separator: &str) -> Option<(&'a [u8], &'a [u8])> {
    let at = line
        .windows(separator.len())
        .position(|window| window == separator.as_bytes())?;
    Some((&line[..at], &line[at + separator.len()..]))
}

/// Without the one blank that separates a text from its mark.
pub(super) fn without_separator(text: &[u8]) -> &[u8] {
    match text {
        [b' ' | b'\t', rest @ ..] => rest,
        text => text,
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn lines_are_found_whatever_wrote_them() {
        for bytes in [
            &b"a\nb\n"[..],
            b"a\r\nb",
            b"\xef\xbb\xbfa\r\r\nb\r\n",
            b"\xff\xfea\0\r\0\n\0b\0",
            b"\xfe\xff\0a\0\n\0b",
        ] {
            assert_eq!(Text::of(bytes).lines(), [b"a", b"b"], "{bytes:?}");
        }
        assert_eq!(Text::of(b"a\n\n").lines(), [&b"a"[..], b""]);
        assert_eq!(Text::of(b"\xff\n").lines(), [b"\xff"]);
    }
}
