//! A multi-line reply while its lines come in, kept within limits (RFC 959 section 4.2; RFC 1123 section 4.1.2.11).

use super::reply::{Reply, ReplyCode};

/// Octets kept of one line.
pub const LINE_LIMIT: usize = 64 * 1024;
/// Lines kept of one reply.
pub const REPLY_LINES_LIMIT: usize = 4096;
/// Octets kept of one reply, all lines together.
pub const REPLY_OCTETS_LIMIT: usize = 1024 * 1024;

/// A line as far as it has come.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) kept: Vec<u8>,
    dropped_octets: u64,
}

impl Line {
    pub(super) fn push(&mut self, octet: u8) {
        if self.kept.len() < LINE_LIMIT {
            self.kept.push(octet);
        } else {
            self.dropped_octets += 1;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}

/// A multi-line reply whose end has not come.
#[derive(Debug)]
pub(super) struct OpenReply {
    pub(super) code: ReplyCode,
    pub(super) lines: Vec<Vec<u8>>,
    kept_octets: usize,
    dropped_octets: u64,
    is_full: bool,
    pub(super) possible_end: Option<PossibleEnd>,
}

/// A line that is the end of the reply if silence follows, and body if another line does.
#[derive(Debug)]
pub(super) struct PossibleEnd {
    pub(super) code: ReplyCode,
    pub(super) line: Line,
}

impl OpenReply {
    pub(super) fn new(code: ReplyCode) -> Self {
        Self {
            code,
            lines: Vec::new(),
            kept_octets: 0,
            dropped_octets: 0,
            is_full: false,
            possible_end: None,
        }
    }

    pub(super) fn keep_body(&mut self, line: Line) {
        self.keep_passed_over_end();
        self.keep(line);
    }

    pub(super) fn keep_possible_end(&mut self, code: ReplyCode, line: Line) {
        self.keep_passed_over_end();
        self.possible_end = Some(PossibleEnd { code, line });
    }

    fn keep_passed_over_end(&mut self) {
        if let Some(end) = self.possible_end.take() {
            self.keep(end.line);
        }
    }

    /// Keeps a line if there is room besides the last line, which is always kept.
    fn keep(&mut self, line: Line) {
        let length = line.kept.len();
        self.dropped_octets += line.dropped_octets;
        self.is_full |= self.lines.len() >= REPLY_LINES_LIMIT - 1
            || self.kept_octets + length > REPLY_OCTETS_LIMIT - LINE_LIMIT;
        if self.is_full {
            self.dropped_octets += length as u64;
        } else {
            self.kept_octets += length;
            self.lines.push(line.kept);
        }
    }

    pub(super) fn ended(mut self, last: Line, ended_with: Option<ReplyCode>) -> Reply {
        self.keep_passed_over_end();
        self.lines.push(last.kept);
        Reply {
            code: self.code,
            lines: self.lines,
            ended_with,
            dropped_octets: self.dropped_octets + last.dropped_octets,
        }
    }

    pub(super) fn held_octets(&self) -> usize {
        let end = self.possible_end.as_ref();
        self.kept_octets + end.map_or(0, |end| end.line.kept.len())
    }
}

/// A line that begins with a reply code.
#[derive(Clone, Copy)]
pub(super) struct CodedLine {
    pub(super) code: ReplyCode,
    pub(super) separator: Separator,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    Space,
    Hyphen,
    LineEnd,
}

impl CodedLine {
    /// `None` unless exactly three digits stand in front. WinSock numbers, such as 10054, are not reply codes.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let separator = match line.get(3) {
            Some(b' ') => Separator::Space,
            Some(b'-') => Separator::Hyphen,
            Some(_) => return None,
            None => Separator::LineEnd,
        };
        let digits = line.get(..3)?;
        let code = digits.iter().try_fold(0, |code, octet| {
            octet
                .is_ascii_digit()
                .then(|| code * 10 + u16::from(octet - b'0'))
        })?;
        Some(Self {
            code: ReplyCode(code),
            separator,
        })
    }

    pub(super) fn ends(self, first: ReplyCode) -> bool {
        self.code == first && self.separator == Separator::Space
    }

    pub(super) fn may_end(self, first: ReplyCode) -> bool {
        match self.separator {
            Separator::Space => self.code != first,
            // A server that trims its lines leaves no space behind the code.
            Separator::LineEnd => self.code == first,
            Separator::Hyphen => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LINE_LIMIT, REPLY_LINES_LIMIT, REPLY_OCTETS_LIMIT};
    use crate::protocol::reply_reader::{Received, ReplyReader};

    #[test]
    fn a_reply_that_never_ends_is_held_within_bounds_and_still_ends_where_it_ends() {
        for line in [&[b'x'; 1000][..], b"", b"250 x"] {
            let line = [line, b"\r\n"].concat();
            let mut reader = ReplyReader::new();
            reader.push(b"211-first\r\n");
            for _ in 0..2 * REPLY_LINES_LIMIT {
                reader.push(&line);
            }
            assert!(reader.buffered_octets() <= REPLY_OCTETS_LIMIT + LINE_LIMIT);
            reader.push(b"211 last\r\n");
            let Some(Received::Reply(reply)) = reader.next_received() else {
                panic!("the reply did not end");
            };
            assert!(reply.lines.len() <= REPLY_LINES_LIMIT);
            let kept: usize = reply.lines.iter().map(Vec::len).sum();
            assert!(kept <= REPLY_OCTETS_LIMIT);
            let sent = 9 + 8 + 2 * REPLY_LINES_LIMIT * (line.len() - 2);
            assert_eq!(reply.dropped_octets, (sent - kept) as u64);
            assert_eq!(reply.text(), b"last");
            assert_eq!(reader.buffered_octets(), 0);
        }
    }

    #[test]
    fn a_line_that_never_ends_is_held_within_bounds() {
        let mut reader = ReplyReader::new();
        reader.push(b"200 ");
        for _ in 0..3 {
            reader.push(&[b'x'; LINE_LIMIT]);
            assert!(reader.buffered_octets() <= LINE_LIMIT);
        }
        reader.push(b"\r\n");
        let Some(Received::Reply(reply)) = reader.next_received() else {
            panic!("the reply did not end");
        };
        assert_eq!(reply.lines[0].len(), LINE_LIMIT);
        assert_eq!(reply.dropped_octets, 2 * LINE_LIMIT as u64 + 4);
    }
}
