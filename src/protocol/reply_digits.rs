//! What the digits of a reply code say on their own (RFC 959 section 4.2).

use super::reply::{ReplyClass, ReplyCode};

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
