//! What a `.netrc` says: who logs in where.
//!
//! ```text
//! # comments
//! machine ftp.example.com
//!   login me
//!   password "with \"quotes\" and blanks"
//! default login anonymous password me@example.com
//! ```
//!
//! Words are separated and put in quotes as curl has them. What cannot be read is an error: a password of two words
//! without quotes would otherwise be sent as its first word.

use std::fmt;

/// The entries of one file, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Netrc {
    entries: Vec<Entry>,
}

/// One `machine`, or the `default`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// `None` is `default`, which serves every host.
    machine: Option<Vec<u8>>,
    /// The user name.
    pub login: Option<Vec<u8>>,
    /// The argument of PASS.
    pub password: Option<Vec<u8>>,
    /// The argument of ACCT.
    pub account: Option<Vec<u8>>,
}

/// Why a file cannot be used. It repeats nothing of the file: any word may be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct NetrcError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: NetrcProblem,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetrcProblem {
    /// A quote without its end in the line.
    #[error("a quote is left open: write \\\" for a quote within quotes")]
    OpenQuote,
    /// Not a keyword where one must be.
    #[error(
        "a word that is not machine, default, login, password, account or macdef: put a password with spaces in double quotes"
    )]
    UnknownWord,
    /// A keyword at the end of the file.
    #[error("nothing comes after {0}: write a word after it, or \"\"")]
    MissingValue(&'static str),
    /// A keyword that belongs to an entry, before any.
    #[error("{0} comes before any machine: write machine HOST, or default, in front of it")]
    OutsideEntry(&'static str),
    /// CR, LF or NUL, by an escape in quotes.
    #[error(
        "the word after {0} has a line end in it, and a second command could hide there: leave out \\n and \\r"
    )]
    LineEnd(&'static str),
}

impl Netrc {
    /// Reads the text of a file.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its line.
    pub fn parse(text: &[u8]) -> Result<Self, NetrcError> {
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let mut reading = Reading::default();
        let mut lines = 0;
        for (index, line) in text.split(|&byte| byte == b'\n').enumerate() {
            lines = index + 1;
            let read = reading.take_line(line);
            read.map_err(|problem| NetrcError {
                line: lines,
                problem,
            })?;
        }
        match reading.awaits {
            Awaits::Value(keyword) => Err(NetrcError {
                line: lines,
                problem: NetrcProblem::MissingValue(keyword.name()),
            }),
            Awaits::Keyword | Awaits::EmptyLine => Ok(reading.netrc),
        }
    }

    /// The first entry for this host: the one of this user, or without a user one that names any.
    #[must_use]
    pub fn entry(&self, host: &str, user: Option<&[u8]>) -> Option<&Entry> {
        self.entries.iter().find(|entry| {
            entry.serves(host)
                && match user {
                    Some(user) => entry.login.as_deref() == Some(user),
                    None => entry.login.is_some(),
                }
        })
    }
}

impl Entry {
    /// Whether it holds what others must not read. The password of an anonymous user is an address, or nothing.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        let is_anonymous = |user: &Vec<u8>| {
            ANONYMOUS
                .iter()
                .any(|name| user.eq_ignore_ascii_case(name.as_bytes()))
        };
        (self.password.is_some() || self.account.is_some())
            && !self.login.as_ref().is_some_and(is_anonymous)
    }

    fn serves(&self, host: &str) -> bool {
        let machine = self.machine.as_deref();
        machine.is_none_or(|machine| machine.eq_ignore_ascii_case(host.as_bytes()))
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |word: &Option<Vec<u8>>| {
            let word = word.as_ref();
            word.map_or_else(String::new, |word| word.escape_ascii().to_string())
        };
        write!(f, "Entry({} at {})", text(&self.login), text(&self.machine))
    }
}

/// What has been read of a file, and what must come next.
#[derive(Default)]
struct Reading {
    netrc: Netrc,
    awaits: Awaits,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Awaits {
    #[default]
    Keyword,
    Value(Keyword),
    /// A macro ends with it; nobody runs any here.
    EmptyLine,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Keyword {
    Machine,
    Default,
    Login,
    Password,
    Account,
    Macro,
}

impl Keyword {
    const ALL: [Self; 6] = [
        Self::Machine,
        Self::Default,
        Self::Login,
        Self::Password,
        Self::Account,
        Self::Macro,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Default => "default",
            Self::Login => "login",
            Self::Password => "password",
            Self::Account => "account",
            Self::Macro => "macdef",
        }
    }

    fn named(word: &[u8]) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|keyword| word.eq_ignore_ascii_case(keyword.name().as_bytes()))
    }
}

impl Reading {
    fn take_line(&mut self, line: &[u8]) -> Result<(), NetrcProblem> {
        let mut rest = skip_separators(line);
        if self.awaits == Awaits::EmptyLine {
            if rest.is_empty() {
                self.awaits = Awaits::Keyword;
            }
            return Ok(());
        }
        if rest.starts_with(b"#") {
            return Ok(());
        }
        while !rest.is_empty() {
            if self.awaits == Awaits::Keyword && rest.starts_with(b"#") {
                return Ok(());
            }
            let (word, after) = split_word(rest)?;
            match self.awaits {
                Awaits::Keyword => self.take_keyword(&word)?,
                Awaits::Value(keyword) => self.take_value(keyword, word)?,
                // The rest of the line of a macro's name.
                Awaits::EmptyLine => return Ok(()),
            }
            rest = skip_separators(after);
        }
        Ok(())
    }

    fn take_keyword(&mut self, word: &[u8]) -> Result<(), NetrcProblem> {
        let keyword = Keyword::named(word).ok_or(NetrcProblem::UnknownWord)?;
        let belongs_to_entry = matches!(
            keyword,
            Keyword::Login | Keyword::Password | Keyword::Account
        );
        if belongs_to_entry && self.netrc.entries.is_empty() {
            return Err(NetrcProblem::OutsideEntry(keyword.name()));
        }
        if keyword == Keyword::Default {
            self.netrc.entries.push(Entry::default());
        } else {
            self.awaits = Awaits::Value(keyword);
        }
        Ok(())
    }

    fn take_value(&mut self, keyword: Keyword, word: Vec<u8>) -> Result<(), NetrcProblem> {
        if word.iter().any(|byte| b"\r\n\0".contains(byte)) {
            return Err(NetrcProblem::LineEnd(keyword.name()));
        }
        self.awaits = Awaits::Keyword;
        match keyword {
            Keyword::Macro => self.awaits = Awaits::EmptyLine,
            Keyword::Machine => self.netrc.entries.push(Entry {
                machine: Some(word),
                ..Entry::default()
            }),
            Keyword::Login => self.entry(keyword)?.login = Some(word),
            Keyword::Password => self.entry(keyword)?.password = Some(word),
            Keyword::Account => self.entry(keyword)?.account = Some(word),
            Keyword::Default => {}
        }
        Ok(())
    }

    /// The entry that a keyword belongs to.
    fn entry(&mut self, keyword: Keyword) -> Result<&mut Entry, NetrcProblem> {
        let last = self.netrc.entries.last_mut();
        last.ok_or(NetrcProblem::OutsideEntry(keyword.name()))
    }
}

/// As for curl, every byte up to the blank separates.
fn skip_separators(line: &[u8]) -> &[u8] {
    let start = line.iter().position(|&byte| byte > b' ');
    &line[start.unwrap_or(line.len())..]
}

/// The word at the beginning, and what follows it. As for curl, a backslash means something within quotes only, and
/// what follows the closing quote is the next word.
fn split_word(line: &[u8]) -> Result<(Vec<u8>, &[u8]), NetrcProblem> {
    let Some(quoted) = line.strip_prefix(b"\"") else {
        let end = line.iter().position(|&byte| byte <= b' ');
        let (word, rest) = line.split_at(end.unwrap_or(line.len()));
        return Ok((word.to_vec(), rest));
    };
    let mut word = Vec::new();
    let mut bytes = quoted.iter().enumerate();
    while let Some((at, &byte)) = bytes.next() {
        match byte {
            b'"' => return Ok((word, &quoted[at + 1..])),
            b'\\' => match bytes.next() {
                Some((_, b'n')) => word.push(b'\n'),
                Some((_, b'r')) => word.push(b'\r'),
                Some((_, b't')) => word.push(b'\t'),
                Some((_, &other)) => word.push(other),
                None => return Err(NetrcProblem::OpenQuote),
            },
            other => word.push(other),
        }
    }
    Err(NetrcProblem::OpenQuote)
}

const ANONYMOUS: [&str; 2] = ["anonymous", "ftp"];
/// Of UTF-8, which editors on Windows put in front.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

#[cfg(test)]
mod tests;
