//! Replies of several lines, put together from lines that each have lost their surroundings.

use crate::protocol::ReplyCode;

/// The reply that is being read, if it has several lines.
#[derive(Debug, Default)]
pub(super) struct ReplyLines {
    open: Option<ReplyCode>,
}

/// What a line is to the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReplyPart {
    /// One that others follow.
    Beginning,
    /// The last one, or the only one.
    End(ReplyCode),
    /// Not of a reply.
    Foreign,
}

impl ReplyLines {
    pub(super) fn take(&mut self, line: &[u8]) -> ReplyPart {
        match (self.open, CodedLine::of(line)) {
            (Some(open), Some(coded)) if coded.code == open && !coded.goes_on => self.end(open),
            (Some(_), _) => ReplyPart::Beginning,
            (None, Some(coded)) if coded.goes_on => {
                self.open = Some(coded.code);
                ReplyPart::Beginning
            }
            (None, Some(coded)) => self.end(coded.code),
            (None, None) => ReplyPart::Foreign,
        }
    }

    /// The last line is missing: something else follows. The code of the reply that this ends.
    pub(super) fn cut(&mut self) -> Option<ReplyCode> {
        self.open.take()
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    fn end(&mut self, code: ReplyCode) -> ReplyPart {
        self.open = None;
        ReplyPart::End(code)
    }
}

/// A line with a reply code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CodedLine {
    pub(super) code: ReplyCode,
    /// A hyphen stands behind the code.
    pub(super) goes_on: bool,
}

impl CodedLine {
    pub(super) fn of(line: &[u8]) -> Option<Self> {
        let (digits, rest) = line.split_at_checked(3)?;
        let is_code =
            digits.iter().all(u8::is_ascii_digit) && (b'1'..=b'6').contains(digits.first()?);
        if !is_code || !matches!(rest, [] | [b' ' | b'-', ..]) {
            return None;
        }
        let number = digits
            .iter()
            .fold(0, |number, digit| number * 10 + u16::from(digit - b'0'));
        Some(Self {
            code: ReplyCode(number),
            goes_on: rest.first() == Some(&b'-'),
        })
    }
}
