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

/// The second digit of a reply code: what the reply is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplySubject {
    /// x0z: the form of commands.
    Syntax,
    /// x1z: information that was asked for.
    Information,
    /// x2z: the control and data connections.
    Connections,
    /// x3z: login, accounting, and security (RFC 2228 section 5.1).
    Authentication,
    /// x5z: the file system.
    FileSystem,
    /// Any other second digit: no RFC gives it a meaning.
    Unspecified,
}

impl ReplyCode {
    /// The subject, from the second digit.
    #[must_use]
    pub fn subject(self) -> ReplySubject {
        match self.0 / 10 % 10 {
            _ if self.0 > 999 => ReplySubject::Unspecified,
            0 => ReplySubject::Syntax,
            1 => ReplySubject::Information,
            2 => ReplySubject::Connections,
            3 => ReplySubject::Authentication,
            5 => ReplySubject::FileSystem,
            _ => ReplySubject::Unspecified,
        }
    }

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

impl ReplyClass {
    /// What the first digit tells the user, in one line.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::PositivePreliminary => "begun; another reply to the same command follows.",
            Self::PositiveCompletion => "done.",
            Self::PositiveIntermediate => {
                "accepted so far; the server waits for another command of yours."
            }
            Self::TransientNegativeCompletion => "not done; the same command may succeed later.",
            Self::PermanentNegativeCompletion => {
                "not done; the same command will fail again if nothing else changes."
            }
            Self::Protected => "a reply in wrapping: its text is base64 (RFC 2228 section 5.2).",
            Self::Unclassified => "no RFC gives this first digit a meaning.",
        }
    }
}

impl ReplySubject {
    /// What the second digit tells the user, in one line.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Syntax => "about the form of the command: its verb, its argument, its place.",
            Self::Information => "information that was asked for.",
            Self::Connections => "about the control connection or the data connection.",
            Self::Authentication => "about the login, accounts, or security.",
            Self::FileSystem => "about the server's files.",
            Self::Unspecified => "no RFC gives this second digit a meaning.",
        }
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

#[cfg(test)]
mod tests {
    use super::{ReplyCode, ReplySubject};

    #[test]
    fn the_second_digit_names_the_subject() {
        for (code, subject) in [
            (500, ReplySubject::Syntax),
            (213, ReplySubject::Information),
            (425, ReplySubject::Connections),
            (530, ReplySubject::Authentication),
            (550, ReplySubject::FileSystem),
            (540, ReplySubject::Unspecified),
            (10054, ReplySubject::Unspecified),
        ] {
            assert_eq!(ReplyCode(code).subject(), subject, "{code}");
        }
    }
}
