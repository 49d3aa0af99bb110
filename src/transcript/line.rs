//! One line of a transcript, as it stands.

use std::fmt;

use super::read_error::{Fault, ReadError};

/// One line of a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    kind: LineKind,
    text: String,
    end: LineBreak,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// Nothing, or blanks.
    Blank,
    /// `# `: for people, or a header.
    Comment,
    /// `C> `: a line sent.
    Command,
    /// `S> `: a line received.
    Reply,
    /// `D> `: data received.
    DataReceived,
    /// `D< `: data sent.
    DataSent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineBreak {
    Lf,
    CrLf,
    /// The last line may have none.
    None,
}

impl Line {
    /// A line of this kind with this text behind its prefix.
    #[must_use]
    pub fn new(kind: LineKind, text: &str) -> Self {
        let prefix = kind.prefix();
        let text = match text {
            "" => prefix.to_owned(),
            text => format!("{prefix} {text}"),
        };
        let end = LineBreak::Lf;
        Self { kind, text, end }
    }

    /// The same with the line end of another line.
    pub(super) fn ended_as(mut self, other: &Self) -> Self {
        if other.end != LineBreak::None {
            self.end = other.end;
        }
        self
    }

    /// The same with a line end, so that another line can follow.
    pub(super) fn ended(mut self) -> Self {
        if self.end == LineBreak::None {
            self.end = LineBreak::Lf;
        }
        self
    }

    /// Reads a line with its line end.
    pub(super) fn read(number: usize, line: &str) -> Result<Self, ReadError> {
        let (text, end) = match (line.strip_suffix("\r\n"), line.strip_suffix('\n')) {
            (Some(text), _) => (text, LineBreak::CrLf),
            (None, Some(text)) => (text, LineBreak::Lf),
            (None, None) => (line, LineBreak::None),
        };
        let Some(kind) = LineKind::of(text) else {
            let end = text.char_indices().nth(3).map_or(text.len(), |(at, _)| at);
            return Err(ReadError::new(number, text, Fault::new(0..end, BAD_PREFIX)));
        };
        let text = text.to_owned();
        Ok(Self { kind, text, end })
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> LineKind {
        self.kind
    }

    /// The whole line without its line end.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What stands behind the prefix and its space; of comments and blank lines, everything.
    #[must_use]
    pub fn content(&self) -> &str {
        &self.text[self.content_start()..]
    }

    /// What stands in a comment after the prefix of this kind: `# S> 220 ready` tells what came where `S> 220` is expected.
    pub(super) fn came(&self, kind: LineKind) -> Option<&str> {
        let comment = self.text.strip_prefix("# ")?.strip_prefix(kind.prefix())?;
        comment
            .strip_prefix(' ')
            .or(comment.is_empty().then_some(""))
    }

    /// Where the content begins, in octets.
    pub(super) fn content_start(&self) -> usize {
        match self.kind {
            LineKind::Blank | LineKind::Comment => 0,
            kind => self.text.len().min(kind.prefix().len() + 1),
        }
    }
}

impl LineKind {
    pub(super) const WITH_PREFIX: [Self; 4] = [
        Self::Command,
        Self::Reply,
        Self::DataReceived,
        Self::DataSent,
    ];

    fn of(text: &str) -> Option<Self> {
        if text.trim().is_empty() {
            return Some(Self::Blank);
        }
        if text.starts_with('#') {
            return Some(Self::Comment);
        }
        Self::WITH_PREFIX.into_iter().find(|kind| {
            let rest = text.strip_prefix(kind.prefix());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        })
    }

    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Blank => "",
            Self::Comment => "#",
            Self::Command => "C>",
            Self::Reply => "S>",
            Self::DataReceived => "D>",
            Self::DataSent => "D<",
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = match self.end {
            LineBreak::Lf => "\n",
            LineBreak::CrLf => "\r\n",
            LineBreak::None => "",
        };
        write!(f, "{}{end}", self.text)
    }
}

const BAD_PREFIX: &str =
    "a line begins with `C> `, `S> `, `D> `, `D< ` or `# `, and this one with none of them";
