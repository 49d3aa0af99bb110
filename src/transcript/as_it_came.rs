//! What came, where less of it is expected: comments behind the expectation.
//!
//! ```text
//! S> 220
//! # S> 220 (vsFTPd 3.0.5)
//! ```

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
