//! What came, where less of it is expected: comments behind the expectation.
//!
//! ```text
//! S> 220
//! # S> 220 (vsFTPd 3.0.5)
//! ```

use super::line::{Line, LineKind};
use super::template::Template;
use crate::protocol::Reply;

/// The beginning of a comment that holds a line of a reply, behind its `# `.
pub const REPLY: &str = "S> ";

/// The beginning of a comment that holds a line of data, behind its `# `.
pub const DATA: &str = "D> ";

/// The lines of a reply, without their `# `.
#[must_use]
pub fn reply(reply: &Reply) -> Vec<String> {
    let lines = reply.lines.iter();
    lines
        .map(|line| format!("{REPLY}{}", Template::literal(line)))
        .collect()
}

/// Whether this line tells what came.
pub(super) fn is_told_by(line: &Line) -> bool {
    [REPLY, DATA].iter().any(|mark| told(line, mark).is_some())
}

/// What stands in a comment behind this mark.
pub(super) fn told<'a>(line: &'a Line, mark: &str) -> Option<&'a str> {
    let is_comment = line.kind() == LineKind::Comment;
    let text = line.text().strip_prefix("# ").filter(|_| is_comment)?;
    text.strip_prefix(mark)
        .or((text == mark.trim_end()).then_some(""))
}
