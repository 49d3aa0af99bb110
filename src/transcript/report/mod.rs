//! Reports of a replay, for other programs. `docs/replay-reports.md` describes them.

mod json;
mod junit;
mod tap;

use std::time::Duration;

/// What became of all transcripts of a run, in the order in which they were named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// One for each transcript.
    pub files: Vec<FileReport>,
}

/// What became of one transcript. Its texts must hold nothing that could steer a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileReport {
    /// As the user named it.
    pub name: String,
    /// How it went.
    pub verdict: Verdict,
    /// From the opening of the connection to its end.
    pub duration: Duration,
    /// Exchanges that went as expected, the greeting among them.
    pub exchanges: usize,
}

/// How a transcript went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything was as expected.
    Passed,
    /// It expects now what came, and did not before.
    Updated,
    /// The server lacks what the transcript requires.
    Skipped {
        /// What is lacking.
        reason: String,
    },
    /// It ended early.
    Failed(FailureReport),
}

/// Why a transcript ended early.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailureReport {
    /// Of which kind.
    pub kind: FailureKind,
    /// The transcript's line, counted from 1.
    pub line: Option<usize>,
    /// In a few words.
    pub message: String,
    /// What the transcript expects there, line by line.
    pub expected: Vec<String>,
    /// What came instead, line by line.
    pub actual: Vec<String>,
}

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailureKind {
    /// The server did something else than expected.
    #[default]
    Mismatch,
    /// No connection, or it was lost, or nothing came in time.
    Connection,
    /// The server broke the protocol.
    Protocol,
    /// TLS.
    Tls,
    /// A local file could not be read or written.
    File,
    /// The transcript cannot be read or sent: its text is wrong, or a variable has no value.
    Transcript,
    /// Ctrl-C.
    Interrupted,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON value.
    Json,
    /// XML as JUnit writes it.
    Junit,
    /// The Test Anything Protocol, version 14.
    Tap,
}

impl Report {
    /// The report as text, with a line end behind it.
    #[must_use]
    pub fn written(&self, format: Format) -> String {
        match format {
            Format::Json => json::written(self),
            Format::Junit => junit::written(self),
            Format::Tap => tap::written(self),
        }
    }

    fn count(&self, is_counted: impl Fn(&Verdict) -> bool) -> usize {
        let verdicts = self.files.iter().map(|file| &file.verdict);
        verdicts.filter(|verdict| is_counted(verdict)).count()
    }
}

impl FailureKind {
    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mismatch => "mismatch",
            Self::Connection => "connection",
            Self::Protocol => "protocol",
            Self::Tls => "tls",
            Self::File => "file",
            Self::Transcript => "transcript",
            Self::Interrupted => "interrupted",
        }
    }
}

impl FailureReport {
    /// `expected` and `actual` under each other.
    fn comparison(&self) -> String {
        let lines = |word: &str, lines: &[String]| {
            let lines = lines.iter().map(|line| format!("{word} {line}\n"));
            lines.collect::<String>()
        };
        lines("expected:", &self.expected) + &lines("actual:  ", &self.actual)
    }
}

#[cfg(test)]
mod tests;
