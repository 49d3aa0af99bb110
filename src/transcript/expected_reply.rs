//! What is expected of one reply.
//!
//! ```text
//! S> 213                this code, whatever its text
//! S> 2yz                this class
//! S> 213 {size}         this code and this text
//! S> 211-Features:      several lines
//! S> ...                any number of lines
//! S> 211 End
//! ```

use std::fmt;
use std::ops::Range;

use super::pattern::{ANY_LINES, Captures, LinePattern, match_rows};
use super::read_error::Fault;
use super::template::Variables;
use crate::protocol::{Reply, ReplyCode};

/// What is expected of one reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedReply {
    /// Its lines in the transcript, counted from 1, as a half-open range.
    pub lines: Range<usize>,
    /// Its code.
    pub code: ExpectedCode,
    /// Its text.
    pub text: ExpectedText,
    /// Its lines with their codes as they came, where comments hold them.
    pub came: Vec<Vec<u8>>,
}

/// A reply code, or as much of it as is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpectedCode {
    /// Three digits. A 1yz stands for any 1yz: 125 and 150 differ by server.
    Exact(ReplyCode),
    /// The first digit.
    Class(u8),
}

/// What is expected of a reply's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedText {
    /// Nothing: one line or many, any text.
    Any,
    /// One line.
    Line(LinePattern),
    /// Several lines.
    Lines(Vec<ExpectedLine>),
}

/// One line of a reply of several lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedLine {
    /// The first or the last: what stands after the code and its separator.
    Coded(LinePattern),
    /// Any other, whole.
    Body(LinePattern),
    /// `...`: any number of lines.
    AnyLines,
}

impl ExpectedReply {
    /// Just the code.
    #[must_use]
    pub fn of_code(code: ReplyCode) -> Self {
        Self {
            lines: 0..0,
            code: ExpectedCode::Exact(code),
            text: ExpectedText::Any,
            came: Vec::new(),
        }
    }

    /// What a reply gives to variables without a value; `None` if it is not the expected one, or if a value would hold
    /// CR, LF or NUL.
    #[must_use]
    pub fn matches(&self, reply: &Reply, variables: &Variables) -> Option<Captures> {
        if !self.code.matches(reply.code) {
            return None;
        }
        let captures = self.captures(reply, variables)?;
        // A second command could hide behind such a byte once the value is sent.
        let is_safe = |value: &Vec<u8>| !value.iter().any(|byte| b"\r\n\0".contains(byte));
        captures
            .iter()
            .all(|(_, value)| is_safe(value))
            .then_some(captures)
    }

    fn captures(&self, reply: &Reply, variables: &Variables) -> Option<Captures> {
        match &self.text {
            ExpectedText::Any => Some(Captures::new()),
            ExpectedText::Line(pattern) => match reply.lines.as_slice() {
                [line] if reply.code == ReplyCode(257) => {
                    pattern.matches_path(after_code(line), variables)
                }
                [line] => pattern.matches(after_code(line), variables),
                _ => None,
            },
            ExpectedText::Lines(expected) => {
                let rows: Vec<Vec<&ExpectedLine>> = expected
                    .split(|line| *line == ExpectedLine::AnyLines)
                    .map(|row| row.iter().collect())
                    .collect();
                match_rows(&rows, reply.lines.len(), |expected, at| {
                    expected.matches(&reply.lines[at], variables)
                })
            }
        }
    }

    /// The names that it compares or captures.
    pub fn variables(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match &self.text {
            ExpectedText::Any => Box::new(std::iter::empty()),
            ExpectedText::Line(pattern) => pattern.variables(),
            ExpectedText::Lines(lines) => {
                let patterns = lines.iter().filter_map(ExpectedLine::pattern);
                Box::new(patterns.flat_map(LinePattern::variables))
            }
        }
    }

    /// As it stands in a transcript, line by line, without `S> `.
    #[must_use]
    pub fn printed(&self) -> Vec<String> {
        let code = self.code;
        match &self.text {
            ExpectedText::Any => vec![code.to_string()],
            ExpectedText::Line(pattern) => vec![format!("{code} {pattern}")],
            ExpectedText::Lines(lines) => {
                let last = lines.len().saturating_sub(1);
                let print = |(at, line): (usize, &ExpectedLine)| match line {
                    ExpectedLine::Coded(pattern) if at == last => format!("{code} {pattern}"),
                    ExpectedLine::Coded(pattern) => format!("{code}-{pattern}"),
                    ExpectedLine::Body(pattern) => pattern.to_string(),
                    ExpectedLine::AnyLines => ANY_LINES.to_owned(),
                };
                lines.iter().enumerate().map(print).collect()
            }
        }
    }

    /// The reply as it came; where that is not known, as it is expected, without its elisions.
    #[must_use]
    pub fn served(&self) -> Reply {
        let code = self.code.plainest();
        let coded = |separator: &str, pattern: &LinePattern| {
            let start = format!("{code}{separator}");
            [start.as_bytes(), &pattern.literals()].concat()
        };
        let lines = match &self.text {
            _ if !self.came.is_empty() => self.came.clone(),
            ExpectedText::Any => vec![format!("{code} ").into_bytes()],
            ExpectedText::Line(pattern) => vec![coded(" ", pattern)],
            ExpectedText::Lines(lines) => {
                let last = lines.len().saturating_sub(1);
                let line = |(at, line): (usize, &ExpectedLine)| match line {
                    ExpectedLine::Coded(pattern) if at == last => Some(coded(" ", pattern)),
                    ExpectedLine::Coded(pattern) => Some(coded("-", pattern)),
                    ExpectedLine::Body(pattern) => Some(pattern.literals()),
                    ExpectedLine::AnyLines => None,
                };
                lines.iter().enumerate().filter_map(line).collect()
            }
        };
        Reply {
            code,
            lines,
            ended_with: None,
            dropped_bytes: 0,
        }
    }

    /// Reads the first line, without `S> `; the last value says whether more lines belong to it.
    pub(super) fn begin(line: usize, text: &str) -> Result<(Self, bool), Fault> {
        let code = ExpectedCode::read(text)?;
        let pattern = || LinePattern::read(&text[4..]).map_err(|fault| fault.shifted(4));
        let (text, is_open) = match text.as_bytes().get(3) {
            None => (ExpectedText::Any, false),
            Some(b' ') => (ExpectedText::Line(pattern()?), false),
            Some(b'-') => (
                ExpectedText::Lines(vec![ExpectedLine::Coded(pattern()?)]),
                true,
            ),
            Some(_) => return Err(Fault::new(3..text.len(), BAD_SEPARATOR)),
        };
        let reply = Self {
            lines: line..line + 1,
            code,
            text,
            came: Vec::new(),
        };
        Ok((reply, is_open))
    }

    /// Reads a further line of a reply of several lines; returns whether more belong to it.
    pub(super) fn go_on(&mut self, number: usize, text: &str) -> Result<bool, Fault> {
        let code = self.code.to_string();
        let last = text
            .strip_prefix(&code)
            .filter(|rest| rest.is_empty() || rest.starts_with(' '));
        let line = if let Some(rest) = last {
            let pattern = LinePattern::read(rest.get(1..).unwrap_or_default());
            ExpectedLine::Coded(pattern.map_err(|fault| fault.shifted(4))?)
        } else if text == ANY_LINES {
            ExpectedLine::AnyLines
        } else {
            ExpectedLine::Body(LinePattern::read(text)?)
        };
        self.lines.end = number + 1;
        if let ExpectedText::Lines(lines) = &mut self.text {
            lines.push(line);
        }
        Ok(last.is_none())
    }
}

impl ExpectedCode {
    /// Whether a 1yz is expected: another reply follows.
    #[must_use]
    pub fn is_preliminary(self) -> bool {
        self.class() == 1
    }

    /// Whether a refusal is expected: 4yz or 5yz.
    #[must_use]
    pub fn is_negative(self) -> bool {
        matches!(self.class(), 4 | 5)
    }

    /// Whether this code is an expected one.
    #[must_use]
    pub fn matches(self, code: ReplyCode) -> bool {
        match self {
            Self::Exact(expected) if !expected.is_preliminary() => expected == code,
            Self::Exact(_) | Self::Class(_) => u16::from(self.class()) == code.0 / 100,
        }
    }

    /// The code, or the plainest one of its class.
    #[must_use]
    pub fn plainest(self) -> ReplyCode {
        match self {
            Self::Exact(code) => code,
            Self::Class(class @ (1 | 3..=5)) => ReplyCode(u16::from(class) * 100 + 50),
            Self::Class(class) => ReplyCode(u16::from(class) * 100),
        }
    }

    fn class(self) -> u8 {
        match self {
            Self::Exact(ReplyCode(code)) => u8::try_from(code / 100).unwrap_or(u8::MAX),
            Self::Class(digit) => digit,
        }
    }

    fn read(text: &str) -> Result<Self, Fault> {
        let fault = || {
            let end = text.find([' ', '-']).unwrap_or(text.len());
            Fault::new(0..end, BAD_CODE)
        };
        let start = text.get(..3).ok_or_else(fault)?;
        let first = start.as_bytes()[0];
        if start.get(1..) == Some("yz") && (b'1'..=b'6').contains(&first) {
            return Ok(Self::Class(first - b'0'));
        }
        let is_code = start.bytes().all(|byte| byte.is_ascii_digit());
        let code = start.parse().ok().filter(|_| is_code && first != b'0');
        code.map(|code| Self::Exact(ReplyCode(code)))
            .ok_or_else(fault)
    }
}

impl fmt::Display for ExpectedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(code) => code.fmt(f),
            Self::Class(digit) => write!(f, "{digit}yz"),
        }
    }
}

impl ExpectedLine {
    fn pattern(&self) -> Option<&LinePattern> {
        match self {
            Self::Coded(pattern) | Self::Body(pattern) => Some(pattern),
            Self::AnyLines => None,
        }
    }

    fn matches(&self, line: &[u8], variables: &Variables) -> Option<Captures> {
        match self {
            Self::Coded(pattern) => pattern.matches(after_code(line), variables),
            Self::Body(pattern) => pattern.matches(line, variables),
            Self::AnyLines => None,
        }
    }
}

/// The code itself is compared apart from the text.
fn after_code(line: &[u8]) -> &[u8] {
    let is_coded = line.len() >= 3 && line[..3].iter().all(u8::is_ascii_digit);
    if is_coded {
        line.get(4..).unwrap_or_default()
    } else {
        line
    }
}

const BAD_CODE: &str =
    "a reply code was expected: three digits such as 220, or a class such as 2yz";
const BAD_SEPARATOR: &str =
    "a space was expected after the reply code, or a hyphen if more lines follow";

#[cfg(test)]
mod tests {
    use super::{ExpectedReply, Variables};
    use crate::protocol::{Reply, ReplyReader};

    fn expected(text: &str) -> ExpectedReply {
        let mut lines = text.lines();
        let (mut reply, mut is_open) = ExpectedReply::begin(1, lines.next().unwrap()).unwrap();
        for (index, line) in lines.enumerate() {
            assert!(is_open);
            is_open = reply.go_on(index + 2, line).unwrap();
        }
        assert!(!is_open);
        reply
    }

    fn reply(text: &str) -> Reply {
        let lines: Vec<Vec<u8>> = text.lines().map(|line| line.as_bytes().to_vec()).collect();
        Reply {
            code: crate::protocol::ReplyCode(text[..3].parse().unwrap()),
            lines,
            ended_with: None,
            dropped_bytes: 0,
        }
    }

    #[test]
    fn a_path_is_captured_as_its_quotes_mean_it() {
        let mut known = Variables::default();
        known.set("known", "a\"b");
        for (text, line, captured) in [
            ("257 \"{path}\"[..]", "257 \"a\"\"b\" is cur", Some("a\"b")),
            ("257 \"{path}\"[..]", "257 \"/x y\" is \"it\"", Some("/x y")),
            ("257 \"{path}\"", "257 \"/x\"", Some("/x")),
            ("257 \"{path}\"", "257 \"/x\" is it", None),
            ("257 \"{path}\"[..]", "257 \"\" is it", None),
            ("257 \"{path}\"[..]", "257 \"/x", None),
            ("257 \"{path}\"[..]", "257 \"/x\".", Some("/x")),
            ("257 \"{path}\"[..]", "257 \"a\"\"b\".", None),
            (
                "257 in \"{path}\" {rest}",
                "257 in \"a\"\"\" now",
                Some("a\""),
            ),
            ("257 \"{known}\"[..]", "257 \"a\"\"b\" is cur", Some("")),
            ("257 \"{known}\"[..]", "257 \"a\" is cur", None),
            ("257 {path}", "257 \"a\"\"b\"", Some("\"a\"\"b\"")),
            ("250 \"{path}\"[..]", "250 \"a\"\"b\"", Some("a")),
        ] {
            let captures = expected(text).matches(&reply(line), &known);
            let first = captures.map(|captures| match captures.first() {
                Some((_, value)) => String::from_utf8_lossy(value).into_owned(),
                None => String::new(),
            });
            assert_eq!(first.as_deref(), captured, "{text} {line}");
        }
    }

    #[test]
    fn a_value_in_which_a_second_command_could_hide_is_not_captured() {
        for byte in [b'\r', b'\n', 0] {
            for pattern in ["257 \"{path}\"[..]", "257 {all}", "257 /(?<all>.+)/"] {
                let mut reply = reply("257 \"a?b\" x");
                let at = reply.lines[0].iter().position(|it| *it == b'?').unwrap();
                reply.lines[0][at] = byte;
                let pattern = pattern.replace("/(", "/(?s)(");
                let captures = expected(&pattern).matches(&reply, &Variables::default());
                assert_eq!(captures, None, "{pattern} {byte}");
            }
        }
    }

    #[test]
    fn replies_are_compared_as_far_as_something_is_expected() {
        for (text, actual, matches) in [
            ("213", "213 5", true),
            ("213", "213-a\n213 b", true),
            ("213", "212 5", false),
            ("213 5", "213 5", true),
            ("213 5", "213 55", false),
            ("213 [..]", "213-a\n213 b", false),
            ("2yz", "250 ok", true),
            ("2yz", "350 ok", false),
            ("150", "125 go", true),
            ("150", "226 done", false),
            ("150 Opening[..]", "150 Opening x", true),
            (
                "211-[..]\n...\n211 End",
                "211-Features\n SIZE\n MDTM\n211 End",
                true,
            ),
            (
                "211-[..]\n SIZE\n...\n211 End",
                "211-Features\n SIZE\n MDTM\n211 End",
                true,
            ),
            (
                "211-[..]\n MDTM\n211 End",
                "211-Features\n SIZE\n MDTM\n211 End",
                false,
            ),
            (
                "211-[..]\n...\n MLST\n...\n211 End",
                "211-Features\n SIZE\n MDTM\n211 End",
                false,
            ),
            ("2yz-a\n/^ [A-Z]+$/\n2yz b", "211-a\n SIZE\n211 b", true),
            ("211-a\n211", "211-a\n211 ", true),
        ] {
            let found = expected(text).matches(&reply(actual), &Variables::default());
            assert_eq!(found.is_some(), matches, "{text} {actual}");
        }
    }

    #[test]
    fn what_is_printed_is_read_again() {
        for text in [
            "213",
            "2yz",
            "213 {size}",
            "211-a\n b[..]\n...\n211 end",
            "213 /^[0-9]+$/",
        ] {
            let reply = expected(text);
            assert_eq!(reply.printed().join("\n"), text);
        }
    }

    #[test]
    fn a_code_that_is_none_is_named_with_its_place() {
        for (text, span) in [
            ("abc", 0..3),
            ("", 0..0),
            ("22", 0..2),
            ("22 ok", 0..2),
            ("2yzz", 3..4),
            ("7yz", 0..3),
            ("020 x", 0..3),
            ("220x", 3..4),
            ("größe", 0..7),
        ] {
            assert_eq!(
                ExpectedReply::begin(1, text).unwrap_err().span,
                span,
                "{text}"
            );
        }
    }

    #[test]
    fn a_code_that_begins_with_a_letter_of_several_bytes_is_refused_without_a_panic() {
        for text in ["\u{202e}150", "\u{e9}z"] {
            let fault = ExpectedReply::begin(1, text).unwrap_err();
            assert_eq!(fault.span, 0..text.len(), "{text:?}");
        }
    }

    #[test]
    fn the_reader_of_replies_and_this_agree_about_lines() {
        let mut reader = ReplyReader::default();
        let bytes = b"211-Features:\r\n SIZE\r\n211 End\r\n";
        reader.push(bytes);
        let Some(crate::protocol::Received::Reply(reply)) = reader.next_received() else {
            panic!("no reply");
        };
        let expected = expected("211-Features:\n SIZE\n211 End");
        assert!(expected.matches(&reply, &Variables::default()).is_some());
    }
}
