//! A reply: a reply code and the text around it (RFC 959 section 4.2).

use std::fmt;

/// A three-digit reply code. Codes that no RFC knows survive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplyCode(pub u16);

/// The first digit of a reply code: how good, bad or incomplete the reply is (RFC 959 section 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReplyClass {
    /// 1yz: the action began; another reply follows.
    PositivePreliminary,
    /// 2yz: done.
    PositiveCompletion,
    /// 3yz: accepted so far; the server waits for another command.
    PositiveIntermediate,
    /// 4yz: not done; the same command may succeed later.
    TransientNegativeCompletion,
    /// 5yz: not done, and not to be repeated as it is.
    PermanentNegativeCompletion,
    /// 6yz: a protected reply (RFC 2228 section 5.2).
    Protected,
    /// Any other first digit: no RFC gives it a meaning.
    Unclassified,
}

impl ReplyCode {
    /// The class, from the first digit.
    #[must_use]
    pub fn class(self) -> ReplyClass {
        match self.0 / 100 {
            1 => ReplyClass::PositivePreliminary,
            2 => ReplyClass::PositiveCompletion,
            3 => ReplyClass::PositiveIntermediate,
            4 => ReplyClass::TransientNegativeCompletion,
            5 => ReplyClass::PermanentNegativeCompletion,
            6 => ReplyClass::Protected,
            _ => ReplyClass::Unclassified,
        }
    }

    /// 1yz: another reply to the same command follows.
    #[must_use]
    pub fn is_preliminary(self) -> bool {
        self.class() == ReplyClass::PositivePreliminary
    }

    /// 2yz or 3yz.
    #[must_use]
    pub fn is_positive(self) -> bool {
        matches!(
            self.class(),
            ReplyClass::PositiveCompletion | ReplyClass::PositiveIntermediate
        )
    }

    /// 4yz or 5yz: refused.
    #[must_use]
    pub fn is_negative(self) -> bool {
        matches!(
            self.class(),
            ReplyClass::TransientNegativeCompletion | ReplyClass::PermanentNegativeCompletion
        )
    }
}

impl fmt::Display for ReplyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.0)
    }
}

impl fmt::Debug for ReplyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// One whole reply, its lines as received without their line ends and without Telnet commands.
///
/// The octets are the server's: hostile until the painter has escaped them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The code of the first line.
    pub code: ReplyCode,
    /// Every line, the first with its code; never empty. Lines past the reader's limits are cut.
    pub lines: Vec<Vec<u8>>,
    /// The last line bore another code than the first: the one that it bore.
    pub ended_with: Option<ReplyCode>,
    /// Octets that the reader dropped because the reply was longer than its limits.
    pub dropped_octets: u64,
}

impl Reply {
    /// The text of the last line behind the code and its separator; the whole line if it has no code.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        let line = self.lines.last().map_or(&[][..], Vec::as_slice);
        let coded = line.len() >= 3 && line[..3].iter().all(u8::is_ascii_digit);
        if coded {
            line.get(4..).unwrap_or_default()
        } else {
            line
        }
    }
}
