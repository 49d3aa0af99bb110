//! Why a replay stopped.

use std::io;
use std::time::Duration;

use crate::protocol::Reply;

/// Why a replay stopped, and at which line of the transcript, counted from 1.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The server did something else than expected.
    #[error("line {}: {}", .0.line, .0.what)]
    Mismatch(Mismatch),
    /// No reply: the control connection ended.
    #[error("line {line}: no reply: the session ended first")]
    Lost {
        /// Where the reply was expected.
        line: usize,
    },
    /// No reply: nothing came in time.
    #[error("line {line}: no reply within {} s", limit.as_secs())]
    TimedOut {
        /// Where the reply was expected.
        line: usize,
        /// How long it was waited for.
        limit: Duration,
    },
    /// The data connection that a reply offered could not be opened.
    #[error("line {line}: the data connection could not be opened")]
    NoDataConnection {
        /// The command's.
        line: usize,
    },
    /// There is no TLS although there should be, or it ended without saying so.
    #[error("line {line}: TLS failed")]
    Tls {
        /// The command's.
        line: usize,
    },
    /// Bytes without an end.
    #[error("line {line}: the server broke the protocol")]
    ProtocolBroken {
        /// The command's.
        line: usize,
    },
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
    /// A line cannot be sent.
    #[error("line {line}: {problem}")]
    Unsendable {
        /// The command's.
        line: usize,
        /// Why, and what to do.
        problem: String,
    },
    /// A file beside the transcript cannot be used.
    #[error("line {line}: {path}: {error}")]
    LocalFile {
        /// The line that names it.
        line: usize,
        /// As the transcript names it.
        path: String,
        /// What is wrong.
        error: io::Error,
    },
}

/// The server did something else than expected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// Where the transcript says what is expected, counted from 1.
    pub(crate) line: usize,
    /// In a few words.
    pub(crate) what: String,
    /// What is expected, as lines of a transcript without their prefix.
    pub(crate) expected: Vec<Vec<u8>>,
    /// What came instead; bytes of the server.
    pub(crate) actual: Vec<Vec<u8>>,
}

impl Mismatch {
    pub(super) fn of_replies(line: usize, expected: Vec<String>, actual: &Reply) -> Self {
        let code = |lines: &[String]| {
            lines
                .first()
                .and_then(|line| line.get(..3))
                .map(str::to_owned)
        };
        let what = match code(&expected) {
            None => format!("no reply was expected, actual {}", actual.code),
            Some(code) if code == actual.code.to_string() => format!("different text after {code}"),
            Some(code) => format!("expected {code}, actual {}", actual.code),
        };
        let (expected, actual) = (bytes(expected), actual.lines.clone());
        Self {
            line,
            what,
            expected,
            actual,
        }
    }

    pub(super) fn of_words(line: usize, expected: &str, actual: &str) -> Self {
        Self {
            line,
            what: format!("expected {expected}, actual {actual}"),
            ..Self::default()
        }
    }

    pub(super) fn of_data(line: usize, expected: Vec<String>, actual: Vec<String>) -> Self {
        Self {
            line,
            what: "data differs from what was expected".to_owned(),
            expected: bytes(expected),
            actual: bytes(actual),
        }
    }
}

impl From<Mismatch> for Failure {
    fn from(mismatch: Mismatch) -> Self {
        Self::Mismatch(mismatch)
    }
}

impl Failure {
    /// Where in the transcript; `None` for Ctrl-C.
    pub(crate) fn line(&self) -> Option<usize> {
        match self {
            Self::Mismatch(mismatch) => Some(mismatch.line),
            Self::Lost { line }
            | Self::TimedOut { line, .. }
            | Self::NoDataConnection { line }
            | Self::ProtocolBroken { line }
            | Self::Tls { line }
            | Self::Unsendable { line, .. }
            | Self::LocalFile { line, .. } => Some(*line),
            Self::Interrupted => None,
        }
    }
}

fn bytes(lines: Vec<String>) -> Vec<Vec<u8>> {
    lines.into_iter().map(String::into_bytes).collect()
}
