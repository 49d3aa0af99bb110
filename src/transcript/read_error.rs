//! Why a transcript cannot be read: where, what, and what to write instead.

use std::ops::Range;

use super::template::is_name;
use crate::protocol::verbs;

/// The first thing in a transcript that cannot be read.
///
/// ```text
/// 3 | S> abc
///   |    ^^^ a reply code was expected: three digits such as 220, or a class such as 2yz
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {}: {problem}", self.column())]
pub struct ReadError {
    /// Counted from 1.
    pub line: usize,
    /// The line itself, without its line end; a secret in it is `****`.
    pub text: String,
    /// The bytes of `text` that are wrong; it may be empty, at a place where something is missing.
    pub span: Range<usize>,
    /// What is wrong and what was expected.
    pub problem: String,
}

impl ReadError {
    /// `text` is the line as it stands in the file; `fault` lies in it.
    #[must_use]
    pub fn new(line: usize, text: &str, fault: Fault) -> Self {
        let shown = without_secret(text);
        let start = floor_boundary(&shown, fault.span.start);
        let end = floor_boundary(&shown, fault.span.end.max(start));
        Self {
            line,
            text: shown,
            span: start..end,
            problem: fault.problem,
        }
    }

    /// In characters, counted from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.text[..self.span.start].chars().count() + 1
    }
}

/// What is wrong within a piece of text, before it is known where that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Offsets in bytes.
    pub span: Range<usize>,
    /// What is wrong and what was expected.
    pub problem: String,
}

impl Fault {
    pub(super) fn new(span: Range<usize>, problem: impl Into<String>) -> Self {
        let problem = problem.into();
        Self { span, problem }
    }

    /// The same, seen from a text that begins `bytes` before this one.
    pub(super) fn shifted(self, bytes: usize) -> Self {
        let span = self.span.start + bytes..self.span.end + bytes;
        Self { span, ..self }
    }
}

/// The line with `****` after the first PASS, ACCT or ADAT: a line that cannot be read may still hold a secret.
pub(crate) fn without_secret(line: &str) -> String {
    let mut start = 0;
    for word in line.split_inclusive(|c: char| c.is_whitespace() || c == '>') {
        start += word.len();
        // Logs have quotes and brackets around it.
        let verb = word.trim_matches(|c: char| !c.is_alphanumeric());
        let is_whole = word
            .trim_start_matches(|c: char| !c.is_alphanumeric())
            .len()
            > verb.len();
        let is_secret = is_whole && verbs::is_secret(verb.as_bytes());
        if is_secret && !is_placeholder(&line[start..]) {
            return format!("{}****", &line[..start]);
        }
    }
    line.to_owned()
}

/// `{name}` and nothing else, which is not a secret and worth showing.
fn is_placeholder(text: &str) -> bool {
    let name = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'));
    text.is_empty() || name.is_some_and(is_name)
}

fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::{Fault, ReadError};

    fn shown(text: &str) -> String {
        ReadError::new(1, text, Fault::new(0..text.len(), "wrong")).text
    }

    #[test]
    fn a_secret_in_a_line_that_cannot_be_read_is_not_repeated() {
        assert_eq!(shown("C> PASS hunter2"), "C> PASS ****");
        assert_eq!(shown("c>pass hunter2"), "c>pass ****");
        assert_eq!(shown("X> \tacct  1 2"), "X> \tacct ****");
        assert_eq!(shown("C> PASS {password}"), "C> PASS {password}");
        assert_eq!(shown("C> PASS {no"), "C> PASS ****");
        assert_eq!(shown("# the PASS is a secret"), "# the PASS ****");
        assert_eq!(shown("*put* 'PASS hunter2\\r'"), "*put* 'PASS ****");
        assert_eq!(shown("Command [pass] [hunter2]"), "Command [pass] ****");
        assert_eq!(shown("C> RETR x"), "C> RETR x");
    }

    #[test]
    fn the_column_counts_characters() {
        let error = ReadError::new(3, "S> größe {", Fault::new(11..12, "wrong"));
        assert_eq!(error.column(), 10);
        assert_eq!(error.to_string(), "line 3, column 10: wrong");
    }

    #[test]
    fn a_span_after_a_masked_end_is_moved_to_it() {
        let error = ReadError::new(1, "C> PASS a{very long secret", Fault::new(9..26, "wrong"));
        assert_eq!(error.text, "C> PASS ****");
        assert_eq!(error.span, 9..12);
    }
}
