//! What became of one transcript, for the screen and for reports.

use std::path::Path;

use crate::client::ConnectError;
use crate::evidence::words::without_os_codes;
use crate::shell::exit::{Exit, Tally};
use crate::shell::screen::escape::escape;
use crate::transcript::ReadError;
use crate::transcript::replay::Failure;
use crate::transcript::report::{FailureKind, FailureReport};

/// A failure in words, all of them escaped.
#[derive(Debug)]
pub(super) struct ScriptFailure {
    pub(super) report: FailureReport,
    /// Lines that belong to the message: the line that cannot be read, with a caret.
    pub(super) excerpt: Vec<String>,
    /// Counted from 1.
    pub(super) column: Option<usize>,
    /// How many went as expected before.
    pub(super) exchanges: usize,
    /// What else failed, if the replay went on.
    pub(super) more: Vec<ScriptFailure>,
}

impl ScriptFailure {
    pub(super) fn new(kind: FailureKind, line: Option<usize>, message: &str) -> Self {
        let report = FailureReport {
            kind,
            line,
            message: escape(without_os_codes(message).as_bytes()),
            ..FailureReport::default()
        };
        Self {
            report,
            excerpt: Vec::new(),
            column: None,
            exchanges: 0,
            more: Vec::new(),
        }
    }

    /// The first of several failures.
    pub(super) fn and(mut self, more: Vec<Self>) -> Self {
        self.report.more = more.iter().map(|other| other.report.clone()).collect();
        self.more = more;
        self
    }

    pub(super) fn of_failure(cause: &Failure) -> Self {
        let kind = match cause {
            Failure::Mismatch(_) => FailureKind::Mismatch,
            Failure::Lost { .. } | Failure::TimedOut { .. } | Failure::NoDataConnection { .. } => {
                FailureKind::Connection
            }
            Failure::Tls { .. } => FailureKind::Tls,
            Failure::ProtocolBroken { .. } => FailureKind::Protocol,
            Failure::Interrupted => FailureKind::Interrupted,
            Failure::Unsendable { .. } => FailureKind::Transcript,
            Failure::LocalFile { .. } => FailureKind::File,
        };
        let text = cause.to_string();
        let line = cause.line();
        let place = line
            .map(|line| format!("line {line}: "))
            .unwrap_or_default();
        let mut failure = Self::new(kind, line, text.strip_prefix(&place).unwrap_or(&text));
        if let Failure::Mismatch(mismatch) = cause {
            let lines = |lines: &[Vec<u8>]| lines.iter().map(|line| escape(line)).collect();
            failure.report.expected = lines(&mismatch.expected);
            failure.report.actual = lines(&mismatch.actual);
        }
        failure
    }

    pub(super) fn of_read_error(error: &ReadError) -> Self {
        let mut failure = Self::new(FailureKind::Transcript, Some(error.line), &error.problem);
        failure.column = Some(error.column());
        let (before, rest) = error.text.split_at(error.span.start);
        let (wrong, after) = rest.split_at(error.span.len());
        let [before, wrong, after] = [before, wrong, after].map(|loaded| escape(loaded.as_bytes()));
        let blank = |text: &str| -> String {
            let blank = |c| if c == '\t' { '\t' } else { ' ' };
            text.chars().map(blank).collect()
        };
        let number = error.line.to_string();
        let margin = blank(&number);
        let carets = "^".repeat(wrong.chars().count().max(1));
        failure.excerpt = vec![
            format!("{number} | {before}{wrong}{after}"),
            format!("{margin} | {}{carets}", blank(&before)),
        ];
        failure
    }

    pub(super) fn of_connect_error(error: &ConnectError) -> Self {
        let is_interrupt = matches!(error, ConnectError::Interrupted);
        let kind = if is_interrupt {
            FailureKind::Interrupted
        } else {
            FailureKind::Connection
        };
        Self::new(kind, None, &error.to_string())
    }

    pub(super) fn of_file_error(path: &Path, error: &std::io::Error) -> Self {
        let text = format!("{}: {error}", path.to_string_lossy());
        Self::new(FailureKind::File, None, &text)
    }

    pub(super) fn exit(&self) -> Exit {
        let mut tally = Tally::default();
        tally.count(self.own_exit());
        self.more.iter().for_each(|other| tally.count(other.exit()));
        tally.exit()
    }

    fn own_exit(&self) -> Exit {
        match self.report.kind {
            FailureKind::Mismatch => Exit::Expectation,
            FailureKind::Connection => Exit::Connection,
            FailureKind::Protocol => Exit::Protocol,
            FailureKind::Tls => Exit::Tls,
            FailureKind::File => Exit::LocalFile,
            FailureKind::Transcript => Exit::Usage,
            FailureKind::Interrupted => Exit::Interrupted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ScriptFailure;
    use crate::transcript::Transcript;

    #[test]
    fn the_caret_stands_below_what_is_wrong() {
        for (text, excerpt) in [
            ("S> abc", ["1 | S> abc", "  |    ^^^"]),
            (
                "S> 220 \u{1b}\u{e9}{",
                ["1 | S> 220 \\x1b\u{e9}{", "  |             ^"],
            ),
            ("X", ["1 | X", "  | ^"]),
        ] {
            let transcript = Transcript::read(text.as_bytes());
            let error = transcript.and_then(|transcript| transcript.dialogue().map(drop));
            assert_eq!(
                ScriptFailure::of_read_error(&error.unwrap_err()).excerpt,
                excerpt
            );
        }
    }
}
