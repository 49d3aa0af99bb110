//! What goes through the data connection: `D> ` received, `D< ` sent.
//!
//! ```text
//! D< zfive5{no-eol}                 six octets
//! D> one line                       CR LF behind it
//! D> another{lf}                    LF behind it
//! D> ...                            any number of lines
//! D> @octets 1048576 sha256 30e1... so many octets with this digest
//! D< @file photos/cat.jpg           the octets of a file
//! D> @cut 4096                      the connection is dropped once so many have come
//! ```

mod mark;

use std::fmt;

use super::any_lines::match_rows;
use super::pattern::{ANY_LINES, Captures, LinePattern};
use super::read_error::Fault;
use super::template::{Piece, Template, spelled_octets, with_safe_end};
use super::variables::Variables;

pub use mark::{DataDigest, FileReference};

use mark::Mark;

/// What a transfer sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SentData {
    /// These octets.
    Inline(Template),
    /// Those of a file.
    File(FileReference),
}

/// What a transfer is expected to receive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedData {
    /// These lines.
    Lines(Vec<ExpectedDataLine>),
    /// The octets of a file.
    File(FileReference),
    /// So many octets.
    Octets(DataDigest),
    /// Nothing is compared; this side drops the connection once so many octets have come.
    Cut(u64),
}

/// One line of received data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedDataLine {
    /// A line and its end.
    Line(LinePattern, LineEnd),
    /// `...`: any number of lines.
    AnyLines,
}

/// What stands behind a line of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnd {
    /// Nothing is written for it: it is what TYPE A has.
    CrLf,
    /// `{lf}`.
    Lf,
    /// `{no-eol}`: the data end here.
    None,
}

impl LineEnd {
    /// The line without what its end is written as.
    pub(super) fn split(text: &str) -> (&str, Self) {
        for end in [Self::Lf, Self::None] {
            let mark = end.mark();
            if let Some(line) = text.strip_suffix(mark) {
                // `{{lf}` is a brace and three characters.
                let braces = line.len() - line.trim_end_matches('{').len();
                if braces.is_multiple_of(2) {
                    return (line, end);
                }
            }
        }
        (text, Self::CrLf)
    }

    fn of(line: &[u8]) -> (&[u8], Self) {
        if let Some(text) = line.strip_suffix(b"\r\n") {
            return (text, Self::CrLf);
        }
        match line.strip_suffix(b"\n") {
            Some(text) => (text, Self::Lf),
            None => (line, Self::None),
        }
    }

    fn mark(self) -> &'static str {
        match self {
            Self::CrLf => "",
            Self::Lf => "{lf}",
            Self::None => "{no-eol}",
        }
    }

    fn octets(self) -> &'static [u8] {
        match self {
            Self::CrLf => b"\r\n",
            Self::Lf => b"\n",
            Self::None => b"",
        }
    }
}

impl SentData {
    /// Reads a line without `D< `; `before` is what was read of the same data.
    pub(super) fn read(text: &str, before: Option<Self>) -> Result<Self, Fault> {
        if text.starts_with('@') {
            return match (Mark::read(text)?, before) {
                (_, Some(_)) => Err(Fault::new(0..text.len(), ALONE)),
                (Mark::File(file), None) => Ok(Self::File(file)),
                (Mark::Octets(_), None) => Err(Fault::new(0..text.len(), CONTENT_MISSING)),
                (Mark::Cut(_), None) => Err(Fault::new(0..text.len(), CUT_SENT)),
            };
        }
        let template = match before {
            None => Template::default(),
            Some(Self::Inline(template)) if ends_line(&template) => template,
            Some(_) => return Err(Fault::new(0..text.len(), BEHIND_END)),
        };
        let (line, end) = LineEnd::split(text);
        let pieces = Template::read(line)?.pieces().to_vec();
        let template = pieces.into_iter().fold(template, Template::and);
        let end = Piece::Literal(end.octets().to_vec());
        Ok(Self::Inline(template.and(end)))
    }

    /// The names of its variables.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::Inline(template) => template.variables(),
            Self::File(file) => file.path.variables(),
        }
    }
}

/// Only the last line may have no end.
fn ends_line(template: &Template) -> bool {
    matches!(template.pieces().last(), Some(Piece::Literal(octets)) if octets.ends_with(b"\n"))
}

impl ExpectedData {
    /// Reads a line without `D> `; `before` is what was read of the same data.
    pub(super) fn read(text: &str, before: Option<Self>) -> Result<Self, Fault> {
        if text.starts_with('@') {
            return match (Mark::read(text)?, before) {
                (_, Some(_)) => Err(Fault::new(0..text.len(), ALONE)),
                (Mark::File(file), None) => Ok(Self::File(file)),
                (Mark::Octets(digest), None) => Ok(Self::Octets(digest)),
                (Mark::Cut(octets), None) => Ok(Self::Cut(octets)),
            };
        }
        let mut lines = match before {
            None => Vec::new(),
            Some(Self::Lines(lines)) if !lines.last().is_some_and(ExpectedDataLine::is_end) => {
                lines
            }
            Some(_) => return Err(Fault::new(0..text.len(), BEHIND_END)),
        };
        lines.push(ExpectedDataLine::read(text)?);
        Ok(Self::Lines(lines))
    }

    /// The names that it compares or captures.
    pub fn variables(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            Self::Lines(lines) => Box::new(lines.iter().flat_map(ExpectedDataLine::variables)),
            Self::File(file) => Box::new(file.path.variables()),
            Self::Octets(_) | Self::Cut(_) => Box::new(std::iter::empty()),
        }
    }

    /// As it stands in a transcript, line by line, without `D> `.
    #[must_use]
    pub fn printed(&self) -> Vec<String> {
        match self {
            Self::Lines(lines) => lines.iter().map(ExpectedDataLine::to_string).collect(),
            Self::File(file) => vec![Mark::File(file.clone()).to_string()],
            Self::Octets(digest) => vec![Mark::Octets(*digest).to_string()],
            Self::Cut(octets) => vec![Mark::Cut(*octets).to_string()],
        }
    }
}

/// Whether these octets are the expected lines, and what they give to variables.
#[must_use]
pub fn match_data(
    expected: &[ExpectedDataLine],
    octets: &[u8],
    variables: &Variables,
) -> Option<Captures> {
    let lines: Vec<&[u8]> = octets.split_inclusive(|octet| *octet == b'\n').collect();
    let rows: Vec<Vec<&ExpectedDataLine>> = expected
        .split(|line| *line == ExpectedDataLine::AnyLines)
        .map(|row| row.iter().collect())
        .collect();
    match_rows(&rows, lines.len(), |expected, at| match expected {
        ExpectedDataLine::AnyLines => None,
        ExpectedDataLine::Line(pattern, expected_end) => {
            let (line, end) = LineEnd::of(lines[at]);
            (end == *expected_end).then(|| pattern.matches(line, variables))?
        }
    })
}

/// Data as the lines of a transcript, without `D> ` or `D< `; they may be read as what they stand for.
#[must_use]
pub fn inline_lines(octets: &[u8]) -> Vec<String> {
    let lines = octets.split_inclusive(|octet| *octet == b'\n');
    let print = |line| {
        let (line, end) = LineEnd::of(line);
        ExpectedDataLine::Line(LinePattern::literal(line), end).to_string()
    };
    lines.map(print).collect()
}

/// The octets of a file as the line of a transcript, without `D< `.
#[must_use]
pub fn file_line(path: &str, digest: DataDigest) -> String {
    let path = Template::literal(path.as_bytes());
    let digest = Some(digest);
    FileReference { path, digest }.to_string()
}

/// So many octets as the line of a transcript, without `D> `.
#[must_use]
pub fn octets_line(digest: DataDigest) -> String {
    Mark::Octets(digest).to_string()
}

/// A line of data that are sent, as it stands in a transcript, without `D< `.
pub(super) fn sent_line(text: &[u8], end: LineEnd, is_last: bool) -> String {
    let end = match end {
        // Only the last line may have no end.
        LineEnd::None if !is_last => LineEnd::CrLf,
        end => end,
    };
    let (mark, rest) = text.split_at(usize::from(text.starts_with(b"@")));
    format!(
        "{}{}{}",
        spelled_octets(mark),
        Template::literal(rest),
        end.mark()
    )
}

impl ExpectedDataLine {
    fn read(text: &str) -> Result<Self, Fault> {
        if text == ANY_LINES {
            return Ok(Self::AnyLines);
        }
        let (line, end) = LineEnd::split(text);
        Ok(Self::Line(LinePattern::read(line)?, end))
    }

    fn is_end(&self) -> bool {
        matches!(self, Self::Line(_, LineEnd::None))
    }

    fn variables(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            Self::Line(pattern, _) => pattern.variables(),
            Self::AnyLines => Box::new(std::iter::empty()),
        }
    }
}

impl fmt::Display for ExpectedDataLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(pattern, end) => f.write_str(&with_safe_end(pattern.spelled() + end.mark())),
            Self::AnyLines => f.write_str(ANY_LINES),
        }
    }
}

const ALONE: &str =
    "data that begin with @ stand alone: one such line, and no other data for this command";
const BEHIND_END: &str = "no data can stand here: the line before ended them. {no-eol} belongs to the last line, and @ lines stand alone";
const CONTENT_MISSING: &str = "a digest cannot be sent: put the data into a file and write `D< @file NAME`, with the digest behind it if you like";
const CUT_SENT: &str =
    "@cut is for received data: an upload is cut short by `C> ABOR` before its final reply";

#[cfg(test)]
mod tests;
