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

impl ReplyClass {
    /// What the first digit means to the user, in one line.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::PositivePreliminary => "begun; another reply to the same command follows.",
            Self::PositiveCompletion => "done.",
            Self::PositiveIntermediate => "accepted so far; the server waits for another command.",
            Self::TransientNegativeCompletion => "not done; the same command may succeed later.",
            Self::PermanentNegativeCompletion => {
                "not done; the same command will fail again unless something else changes."
            }
            Self::Protected => "a protected reply: its text is base64 (RFC 2228 section 5.2).",
            Self::Unclassified => "no RFC gives this first digit a meaning.",
        }
    }
}

impl ReplySubject {
    /// What the second digit means to the user, in one line.
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
/// The bytes are the server's: they must be escaped before they are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The code of the first line.
    pub code: ReplyCode,
    /// Every line, the first with its code; never empty. Lines past the reader's limits are cut.
    pub lines: Vec<Vec<u8>>,
    /// The last line bore another code than the first: the one that it bore.
    pub ended_with: Option<ReplyCode>,
    /// Bytes that the reader dropped because the reply was longer than its limits.
    pub dropped_bytes: u64,
}

impl Reply {
    /// The text of the last line after the code and its separator; the whole line if it does not have a code.
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

    /// The number of bytes in a 1yz such as `150 Opening BINARY mode data connection for f (12345 bytes).`. No RFC asks
    /// for it; many servers write it.
    #[must_use]
    pub fn announced_bytes(&self) -> Option<u64> {
        const UNIT: &[u8] = b" bytes)";
        let text = self.text();
        let end = text
            .windows(UNIT.len())
            .rposition(|window| window == UNIT)?;
        let start = text[..end].iter().rposition(|&byte| byte == b'(')? + 1;
        number(&text[start..end])
    }

    /// The number in the 213 to SIZE (RFC 3659 section 4.1); `None` for any other code.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        (self.code == ReplyCode(213))
            .then(|| number(self.text().trim_ascii()))
            .flatten()
    }

    /// The path in a 257: between the first quote and the last, with doubled quotes made single (RFC 959
    /// appendix II). `None` for any other code and for a reply without two quotes.
    ///
    /// Pure-FTPd does not double quotes; a lone quote inside is kept, since the last quote that is followed by the
    /// end or a space ends the name.
    #[must_use]
    pub fn quoted_path(&self) -> Option<Vec<u8>> {
        if self.code != ReplyCode(257) {
            return None;
        }
        let text = self.text();
        let start = text.iter().position(|&byte| byte == b'"')? + 1;
        unquoted(&text[start..]).map(|(path, _)| path)
    }
}

/// What stands before the closing quote, with doubled quotes made single, and how many bytes are before that quote.
pub(crate) fn unquoted(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut path = Vec::new();
    let mut index = 0;
    while index < text.len() {
        match (text[index], text.get(index + 1)) {
            (b'"', Some(b'"')) => index += 1,
            (b'"', None | Some(b' ')) => return Some((path, index)),
            _ => {}
        }
        path.push(text[index]);
        index += 1;
    }
    None
}

fn number(digits: &[u8]) -> Option<u64> {
    let all_digits = digits.iter().all(u8::is_ascii_digit);
    let text = str::from_utf8(digits).ok().filter(|_| all_digits)?;
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Reply, ReplyCode, ReplySubject};

    fn reply(line: &[u8]) -> Reply {
        let code = str::from_utf8(&line[..3]).unwrap().parse().unwrap();
        Reply {
            code: ReplyCode(code),
            lines: vec![line.to_vec()],
            ended_with: None,
            dropped_bytes: 0,
        }
    }

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

    #[test]
    fn the_last_number_of_bytes_counts() {
        for (line, bytes) in [
            (
                "150 Opening BINARY mode data connection for f (12345 bytes).",
                Some(12345),
            ),
            ("150 for a (7 bytes) b (8 bytes)", Some(8)),
            ("150 for f (18446744073709551616 bytes)", None),
            ("150 for f (-1 bytes)", None),
            ("150 for f ( bytes)", None),
            ("150 for f 5 bytes)", None),
            ("150 Ok to send data.", None),
            ("150", None),
        ] {
            assert_eq!(reply(line.as_bytes()).announced_bytes(), bytes, "{line}");
        }
    }

    #[test]
    fn a_size_is_a_number_and_nothing_else() {
        for (line, bytes) in [
            ("213 5", Some(5)),
            ("213 5 ", Some(5)),
            ("213 five", None),
            ("213", None),
            ("200 5", None),
            ("250 5", None),
        ] {
            assert_eq!(reply(line.as_bytes()).size(), bytes, "{line}");
        }
    }

    #[test]
    fn the_name_stands_between_quotes() {
        let table: &[(&[u8], Option<&[u8]>)] = &[
            (b"257 \"/\" is the current directory", Some(b"/")),
            (b"257 \"/a b\"", Some(b"/a b")),
            (b"257 \"/a\"\"b\" created", Some(b"/a\"b")),
            (b"257 \"/a\"b\" is your current location", Some(b"/a\"b")),
            (b"257 \"/\xff\"", Some(b"/\xff")),
            (b"257 no quotes", None),
            (b"257 \"unclosed", None),
        ];
        for (line, name) in table {
            let reply = reply(line);
            assert_eq!(
                reply.quoted_path().as_deref(),
                *name,
                "{}",
                line.escape_ascii()
            );
        }
    }
}
