//! Dialogues as text (RFC 3659 section 2.5): `C> ` a line sent, `S> ` a line received, `D> ` data received, `D< ` data
//! sent, `# ` a comment.
//!
//! ```text
//! C> appe 1.TXT
//! S> 150
//! D< zfive5{no-eol}
//! S> 226
//! ```
//!
//! A [`Transcript`] is the lines as they stand; its [`Dialogue`] is what they mean. `docs/transcript-format.md` describes both.
//!
//! ```
//! use ftpsh::transcript::Transcript;
//!
//! let text = "# a note\nS> 220\nC> NOOP\nS> 2yz [..]\n";
//! let transcript = Transcript::read(text.as_bytes())?;
//! assert_eq!(transcript.to_string(), text);
//! assert_eq!(transcript.dialogue()?.exchanges.len(), 2);
//!
//! let error = Transcript::read(b"S> 220\nC: NOOP\n").unwrap_err();
//! assert_eq!((error.line, error.column()), (2, 1));
//! # Ok::<(), ftpsh::transcript::ReadError>(())
//! ```

mod any_lines;
pub mod data;
pub mod dialogue;
pub mod exchange;
pub mod expected_reply;
pub mod export;
pub mod headers;
pub mod import;
pub mod line;
pub mod pattern;
pub mod read_error;
pub mod recorder;
pub mod recording;
pub mod replay;
pub mod report;
pub mod template;
pub mod update;
pub mod variables;

use std::fmt;

pub use dialogue::Dialogue;
pub use line::{Line, LineKind};
pub use read_error::ReadError;
pub use variables::Variables;

use read_error::Fault;

/// The article's session.
pub const ARTICLE: &str = include_str!("article.ftp");

/// The lines of a transcript, with comments and blank lines. It prints as it was read, octet for octet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// In order; line 1 is the first.
    pub lines: Vec<Line>,
}

impl Transcript {
    /// Reads the lines of a transcript. Whether they make a dialogue is told by [`Transcript::dialogue`].
    ///
    /// # Errors
    ///
    /// [`ReadError`] for the first line that is none of a transcript's, or not UTF-8.
    pub fn read(octets: &[u8]) -> Result<Self, ReadError> {
        let lines = octets.split_inclusive(|octet| *octet == b'\n');
        let read = |(index, line): (usize, &[u8])| match std::str::from_utf8(line) {
            Ok(text) => Line::read(index + 1, text),
            Err(error) => {
                let shown = String::from_utf8_lossy(line);
                let at = error.valid_up_to();
                Err(ReadError::new(
                    index + 1,
                    shown.trim_end(),
                    Fault::new(at..at, NOT_UTF_8),
                ))
            }
        };
        let lines = lines.enumerate().map(read).collect::<Result<_, _>>()?;
        Ok(Self { lines })
    }

    /// Whether the first line that says something begins like a transcript's: then what cannot be read is a mistake in a
    /// transcript, and not a dialogue in another notation.
    #[must_use]
    pub fn is_begun_by(octets: &[u8]) -> bool {
        let says_something = |line: &&[u8]| !line.is_empty() && !line.starts_with(b"#");
        let mut lines = octets
            .split(|octet| *octet == b'\n')
            .map(<[u8]>::trim_ascii);
        let first = lines.find(says_something).unwrap_or_default();
        let prefixes = LineKind::WITH_PREFIX.map(LineKind::prefix);
        prefixes
            .iter()
            .any(|prefix| first.starts_with(prefix.as_bytes()))
    }

    /// What the lines mean.
    ///
    /// # Errors
    ///
    /// [`ReadError`] for the first line that cannot be read, or stands where it cannot.
    pub fn dialogue(&self) -> Result<Dialogue, ReadError> {
        Dialogue::of(self)
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| line.fmt(f))
    }
}

const NOT_UTF_8: &str =
    "a transcript is UTF-8, and this octet is not: write octets that are no text as {0xe9}";

#[cfg(test)]
mod tests;
