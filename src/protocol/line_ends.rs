//! TYPE A: local line ends are LF, those on the wire CR LF (RFC 959 section 3.1.1.1).

use memchr::memchr_iter;

/// Turns a lone LF into CR LF; a CR LF is left alone, wherever the pieces of the text are cut.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ToCrlf {
    after_cr: bool,
}

/// Turns CR LF into LF; a lone CR is left alone.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ToLf {
    /// A CR ended the last piece: what follows decides what it was.
    held_cr: bool,
}

impl ToCrlf {
    /// Appends the next piece, converted, to `out`; how many line ends were changed.
    pub(crate) fn convert(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> u64 {
        let mut begun = 0;
        let mut changed = 0;
        for line_end in memchr_iter(b'\n', bytes) {
            let has_cr = match line_end.checked_sub(1) {
                Some(before) => bytes[before] == b'\r',
                None => self.after_cr,
            };
            if !has_cr {
                out.extend_from_slice(&bytes[begun..line_end]);
                out.push(b'\r');
                begun = line_end;
                changed += 1;
            }
        }
        out.extend_from_slice(&bytes[begun..]);
        if let Some(&last) = bytes.last() {
            self.after_cr = last == b'\r';
        }
        changed
    }
}

impl ToLf {
    /// Appends the next piece, converted, to `out`; how many line ends were changed.
    pub(crate) fn convert(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> u64 {
        let mut changed = 0;
        if let Some(&first) = bytes.first()
            && std::mem::take(&mut self.held_cr)
        {
            if first == b'\n' {
                changed += 1;
            } else {
                out.push(b'\r');
            }
        }
        let mut begun = 0;
        for cr in memchr_iter(b'\r', bytes) {
            match bytes.get(cr + 1) {
                Some(b'\n') => changed += 1,
                Some(_) => continue,
                None => self.held_cr = true,
            }
            out.extend_from_slice(&bytes[begun..cr]);
            begun = cr + 1;
        }
        out.extend_from_slice(&bytes[begun..]);
        changed
    }

    /// The text is over: a CR that was held comes out.
    pub(crate) fn end(&mut self, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.held_cr) {
            out.push(b'\r');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ToCrlf, ToLf};

    fn split_everywhere(bytes: &[u8]) -> impl Iterator<Item = [&[u8]; 2]> {
        (1..bytes.len()).map(|at| [&bytes[..at], &bytes[at..]])
    }

    #[test]
    fn lone_line_feeds_become_crlf_at_every_split() {
        for pieces in split_everywhere(b"a\nb\r\n\n\r\rc\r\nd\n") {
            let (mut to_crlf, mut wire) = (ToCrlf::default(), Vec::new());
            let changed: u64 = (pieces.iter())
                .map(|piece| to_crlf.convert(piece, &mut wire))
                .sum();
            assert_eq!(wire, b"a\r\nb\r\n\r\n\r\rc\r\nd\r\n");
            assert_eq!(changed, 3);
        }
    }

    #[test]
    fn crlf_becomes_line_feed_at_every_split() {
        for pieces in split_everywhere(b"a\r\nb\n\r\r\nc\r") {
            let (mut to_lf, mut text) = (ToLf::default(), Vec::new());
            let changed: u64 = (pieces.iter())
                .map(|piece| to_lf.convert(piece, &mut text))
                .sum();
            to_lf.end(&mut text);
            assert_eq!(text, b"a\nb\n\r\nc\r");
            assert_eq!(changed, 2);
        }
    }
}
