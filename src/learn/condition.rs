//! What must hold for a lesson to be done, as lesson.toml writes it.

use std::fmt;

use regex::{Regex, RegexBuilder};

use super::content::leads_out;
use crate::evidence::words::count;
use crate::practice::Fault;
use crate::protocol::Verb;

/// One condition. It prints as it was written.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    text: String,
    pub(super) kind: Kind,
}

/// What a condition is about.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// The verb was sent, with an argument like this.
    Sent(Verb, Option<Regex>),
    /// The verb was answered with this code.
    Reply(Verb, u16),
    /// A file holds this, or is not there.
    File(Side, String, Expected),
    /// A side holds exactly these paths; those of folders end with `/`.
    Tree(Side, Vec<String>),
    /// The verb was not sent, or not in the clear.
    Never {
        /// Which one.
        verb: Verb,
        /// Under TLS it does not count.
        in_the_clear: bool,
    },
    /// At most so many bytes of files went over data connections.
    DataAtMost(u64),
    /// The control connection was put under TLS.
    ControlTls,
    /// A data connection resumed the TLS session of the control connection.
    DataTlsResumed,
    /// The server has made the data connection of a transfer.
    DataActive,
    /// A NOOP at the end had its own 200, and nothing is outstanding.
    InStep,
    /// This was answered.
    Answer(String),
    /// The size or the content of the file was looked at after the last transfer to it.
    LookedAt(String),
    /// The transcript plays on a server like the lesson's, or does not play on one with this fault.
    Transcript(String, Option<Fault>),
}

/// What an answer is to be. It prints as goals write it, as in `answer NUMBER`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AskedFor {
    /// Digits and nothing else.
    Number,
    /// Any other word.
    Name,
}

impl AskedFor {
    pub(super) fn by(expected: &str) -> Self {
        match expected.bytes().all(|byte| byte.is_ascii_digit()) {
            true => Self::Number,
            false => Self::Name,
        }
    }

    /// Whether the answer could be one of this kind.
    pub(crate) fn admits(self, answer: &str) -> bool {
        self == Self::Name || Self::by(answer) == Self::Number
    }
}

impl fmt::Display for AskedFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "NUMBER",
            Self::Name => "NAME",
        })
    }
}

/// Whose disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The server's.
    Remote,
    /// The local folder.
    Local,
}

/// What a file is to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// It is not there.
    Missing,
    /// These bytes.
    Bytes(Vec<u8>),
    /// Bytes with this SHA-256, in lower-case hexadecimal.
    Sha256(String),
    /// What lesson.toml put there.
    AsPlaced(Side, String),
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    ///
    /// What is expected.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let kind = Kind::read(text).map_err(|problem| format!("`{text}`: {problem}"))?;
        Ok(Self {
            text: text.to_owned(),
            kind,
        })
    }

    /// What kind of answer it waits for, if it waits for one.
    pub(crate) fn asks(&self) -> Option<AskedFor> {
        match &self.kind {
            Kind::Answer(expected) => Some(AskedFor::by(expected)),
            _ => None,
        }
    }

    /// What it forbids from the beginning on, in words; `None` of what is to be brought about.
    pub(crate) fn rule(&self) -> Option<String> {
        self.kind.rule()
    }

    /// Whether it forbids this verb in the clear.
    pub(crate) fn forbids_in_clear(&self, name: &str) -> bool {
        matches!(&self.kind, Kind::Never { verb, .. } if verb.is(name))
    }

    /// Whether it looks at what lies in the local folder.
    pub(super) fn is_local(&self) -> bool {
        match &self.kind {
            Kind::File(side, ..) | Kind::Tree(side, _) => *side == Side::Local,
            Kind::Transcript(..) => true,
            _ => false,
        }
    }

    /// The transcript that it asks for.
    pub(super) fn transcript(&self) -> Option<&str> {
        match &self.kind {
            Kind::Transcript(path, _) => Some(path),
            _ => None,
        }
    }

    /// The verb without which it cannot come true.
    pub(super) fn verb(&self) -> Option<&Verb> {
        match &self.kind {
            Kind::Sent(verb, _) | Kind::Reply(verb, _) => Some(verb),
            _ => None,
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Kind {
    /// What can never hold again once it does not, in words.
    pub(super) fn rule(&self) -> Option<String> {
        match self {
            Self::Never { verb, in_the_clear } => {
                let how = if *in_the_clear { " in the clear" } else { "" };
                Some(format!("{verb} is never sent{how}"))
            }
            Self::DataAtMost(limit) => Some(format!(
                "at most {} of files go over data connections",
                count(*limit, "byte")
            )),
            _ => None,
        }
    }

    fn read(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["sent", verb, ..] => {
                let argument = text.split_once(verb).map_or("", |(_, rest)| rest.trim());
                Ok(Self::Sent(read_verb(verb)?, read_argument(argument)?))
            }
            ["reply", verb, code] => {
                let code = code.parse().ok().filter(|code| (100..700).contains(code));
                let code = code.ok_or("the code has three digits, as in reply PASS 230")?;
                Ok(Self::Reply(read_verb(verb)?, code))
            }
            ["remote" | "local", ..] => Self::read_side(text),
            ["never", verb] => Ok(Self::Never {
                verb: read_verb(verb)?,
                in_the_clear: false,
            }),
            ["never", verb, "in", "the", "clear"] => Ok(Self::Never {
                verb: read_verb(verb)?,
                in_the_clear: true,
            }),
            ["data", "<=", bytes] => bytes
                .parse()
                .map(Self::DataAtMost)
                .map_err(|_| "a number of bytes comes after <=, as in data <= 6".to_owned()),
            ["control", "tls"] => Ok(Self::ControlTls),
            ["data", "tls", "resumed"] => Ok(Self::DataTlsResumed),
            ["data", "active"] => Ok(Self::DataActive),
            ["in-step"] => Ok(Self::InStep),
            ["answer", "==", _, ..] => {
                let answer = text.split_once("==").map_or("", |(_, rest)| rest.trim());
                Ok(Self::Answer(answer.to_owned()))
            }
            ["looked", "at", path] => Ok(Self::LookedAt(read_path(path)?)),
            ["transcript", path, "passes"] => Ok(Self::Transcript(read_path(path)?, None)),
            ["transcript", path, "fails", fault] => {
                let fault = fault.parse::<Fault>().map_err(|error| error.to_string())?;
                Ok(Self::Transcript(read_path(path)?, Some(fault)))
            }
            _ => Err(KNOWN.to_owned()),
        }
    }

    fn read_side(text: &str) -> Result<Self, String> {
        let (side, rest) = text.split_once(' ').ok_or(KNOWN)?;
        let side = if side == "remote" {
            Side::Remote
        } else {
            Side::Local
        };
        if let Some(path) = rest.strip_suffix(" missing") {
            return Ok(Self::File(side, read_path(path)?, Expected::Missing));
        }
        let (path, expected) = rest
            .split_once(" == ")
            .or_else(|| rest.strip_suffix(" ==").map(|path| (path, "")))
            .ok_or(
                "`== CONTENT` or `missing` comes after the path, as in remote 1.TXT == I am zfive5",
            )?;
        if path == "tree" {
            let mut names: Vec<String> = expected.split_whitespace().map(str::to_owned).collect();
            names.sort_unstable();
            return Ok(Self::Tree(side, names));
        }
        Ok(Self::File(
            side,
            read_path(path)?,
            Expected::read(expected)?,
        ))
    }
}

impl Expected {
    fn read(text: &str) -> Result<Self, String> {
        let digest = text.strip_prefix("sha256:").unwrap_or(text);
        if digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(Self::Sha256(digest.to_ascii_lowercase()));
        }
        if text.starts_with("sha256:") {
            return Err("64 hexadecimal digits come after sha256:".to_owned());
        }
        for (word, side) in [("remote:", Side::Remote), ("local:", Side::Local)] {
            if let Some(path) = text.strip_prefix(word) {
                return Ok(Self::AsPlaced(side, path.to_owned()));
            }
        }
        unescaped(text).map(Self::Bytes)
    }
}

/// A path that stays on its side.
fn read_path(path: &str) -> Result<String, String> {
    let path = path.trim();
    match leads_out(path) {
        true => Err(format!(
            "{path} leads out of its side: write a relative path without .."
        )),
        false => Ok(path.to_owned()),
    }
}

fn read_verb(word: &str) -> Result<Verb, String> {
    let is_verb = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_verb
        .then(|| Verb::new(word.as_bytes()))
        .ok_or_else(|| format!("{word} is not a verb"))
}

fn read_argument(text: &str) -> Result<Option<Regex>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let pattern = text
        .strip_prefix('~')
        .ok_or("a regular expression for the argument comes after ~, as in sent TYPE ~^I$")?;
    RegexBuilder::new(pattern)
        .case_insensitive(true)
        .build()
        .map(Some)
        .map_err(|_| format!("{pattern} is not a regular expression"))
}

/// `\n`, `\r`, `\t`, `\\` and `\xHH` stand for bytes.
fn unescaped(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        rest = &rest[at + 1..];
        let (byte, length) = match rest.as_bytes().first() {
            Some(b'n') => (b'\n', 1),
            Some(b'r') => (b'\r', 1),
            Some(b't') => (b'\t', 1),
            Some(b'\\') => (b'\\', 1),
            Some(b'x') => {
                let digits = rest.get(1..3);
                let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                (byte.ok_or(ESCAPES)?, 3)
            }
            _ => return Err(ESCAPES.to_owned()),
        };
        bytes.push(byte);
        rest = &rest[length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(bytes)
}

const ESCAPES: &str =
    "after a backslash comes n, r, t, another backslash, or x and two hexadecimal digits";

/// Every form, for whoever wrote another.
const KNOWN: &str = "not a condition. The conditions are: sent VERB [~ARGUMENT]; reply VERB CODE; remote PATH == CONTENT; \
    local PATH == CONTENT; remote PATH missing; local PATH missing; remote tree == PATHS; local tree == PATHS; never VERB; \
    never VERB in the clear; data <= N; control tls; data tls resumed; data active; in-step; answer == X; looked at PATH; \
    transcript FILE passes; transcript FILE fails FAULT. CONTENT is text with \\n, \\r, \\xHH, 64 hexadecimal digits of a \
    SHA-256, or remote:PATH or local:PATH for what lesson.toml put there";

#[cfg(test)]
mod tests {
    use super::{Condition, Expected, Kind, Side};

    #[test]
    fn every_form_is_read_and_printed_as_written() {
        for text in [
            "sent TYPE",
            "sent TYPE ~^I$",
            "reply PASS 230",
            "remote 1.TXT == I am zfive5",
            "local a/b == remote:a/b",
            "local x missing",
            "remote tree == a/ a/b",
            "never RETR",
            "never PASS in the clear",
            "data <= 6",
            "control tls",
            "data tls resumed",
            "data active",
            "in-step",
            "answer == two words",
            "looked at 1.TXT",
            "transcript t.ftp passes",
            "transcript t.ftp fails appe-as-stor",
        ] {
            assert_eq!(Condition::read(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_cannot_be_read_says_what_is_expected() {
        for (text, said) in [
            ("done", "The conditions are: sent VERB"),
            ("sent TYPE I", "comes after ~"),
            ("sent TYPE ~[", "not a regular expression"),
            ("reply PASS 2yz", "three digits"),
            ("remote 1.TXT", "== CONTENT"),
            ("remote a == \\y", "after a backslash"),
            ("remote a == sha256:12", "64 hexadecimal digits"),
            ("data <= few", "a number of bytes"),
            ("local ../x missing", "leads out of its side"),
            ("looked at /etc/passwd", "leads out of its side"),
            ("transcript t.ftp fails nothing", "unknown fault"),
        ] {
            let error = Condition::read(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn content_is_text_a_digest_or_what_was_placed() {
        let expected = |text: &str| match Condition::read(text).unwrap().kind {
            Kind::File(_, _, expected) => expected,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            expected("remote a == x\\r\\n\\xff\\\\"),
            Expected::Bytes(b"x\r\n\xff\\".to_vec())
        );
        assert_eq!(expected("remote a == "), Expected::Bytes(Vec::new()));
        assert_eq!(
            expected("local a == remote:b c"),
            Expected::AsPlaced(Side::Remote, "b c".to_owned())
        );
        let digest = "AB".repeat(32);
        assert_eq!(
            expected(&format!("local a == {digest}")),
            Expected::Sha256(digest.to_lowercase())
        );
    }
}
