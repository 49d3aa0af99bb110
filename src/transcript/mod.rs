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
//! A [`Transcript`] is the lines as they stand; its [`Dialogue`] is what they mean. `docs/transcript-format.md`
//! describes both.
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

pub mod data;
pub mod dialogue;
pub mod exchange;
pub mod expected_reply;
pub mod export;
pub mod import;
pub(crate) mod markdown;
pub mod pattern;
pub mod read_error;
pub mod recorder;
pub(crate) mod replay;
pub(crate) mod report;
pub mod template;
mod update;

use std::fmt;

use read_error::Fault;

pub use dialogue::Dialogue;
pub use read_error::ReadError;
pub use template::Variables;

/// The article's session.
pub const ARTICLE: &str = include_str!("article.ftp");

/// The lines of a transcript, with comments and blank lines. It prints as it was read, byte for byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// In order; line 1 is the first.
    pub lines: Vec<Line>,
}

impl Transcript {
    /// Reads the lines of a transcript. [`Transcript::dialogue`] says whether they make a dialogue.
    ///
    /// # Errors
    ///
    /// [`ReadError`] for the first line that is not a transcript's, or not UTF-8.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        let is_recorded = bytes
            .split(|byte| *byte == b'\n')
            .take_while(|line| line.starts_with(b"#"))
            .any(|line| line.starts_with(RECORDED));
        let read = |(index, line): (usize, &[u8])| match std::str::from_utf8(line) {
            // A kill can leave a part of a line, and a part of a letter.
            _ if is_recorded && !line.ends_with(b"\n") => Ok(Line::cut_short(line)),
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

    /// Whether the first line that says something begins like a transcript's: then what cannot be read is a mistake in
    /// a transcript, not a dialogue in another notation.
    #[must_use]
    pub fn is_begun_by(bytes: &[u8]) -> bool {
        let says_something = |line: &&[u8]| !line.is_empty() && !line.starts_with(b"#");
        let mut lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
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

const RECORDED: &[u8] = b"# recorded: ";
const NOT_UTF_8: &str =
    "a transcript is UTF-8, and this byte is not: write bytes that are not text as {0xe9}";

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
    /// A line of this kind with this text after its prefix.
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
    fn ended_as(mut self, other: &Self) -> Self {
        if other.end != LineBreak::None {
            self.end = other.end;
        }
        self
    }

    /// The same with a line end, so that another line can follow.
    fn ended(mut self) -> Self {
        if self.end == LineBreak::None {
            self.end = LineBreak::Lf;
        }
        self
    }

    /// Reads a line with its line end.
    fn read(number: usize, line: &str) -> Result<Self, ReadError> {
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

    /// The last line of a recording that breaks off, as far as it is text.
    fn cut_short(line: &[u8]) -> Self {
        let valid = line.utf8_chunks().next().map(|chunk| chunk.valid());
        let text = valid.unwrap_or_default().to_owned();
        let (kind, end) = (LineKind::Comment, LineBreak::None);
        Self { kind, text, end }
    }

    /// It has no line end.
    fn is_cut_short(&self) -> bool {
        self.end == LineBreak::None
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

    /// What stands after the prefix and its space; of comments and blank lines, everything.
    #[must_use]
    pub fn content(&self) -> &str {
        &self.text[self.content_start()..]
    }

    /// What stands in a comment after the prefix of this kind: `# S> 220 ready` tells what came where `S> 220` is
    /// expected.
    fn came(&self, kind: LineKind) -> Option<&str> {
        let comment = self.text.strip_prefix("# ")?.strip_prefix(kind.prefix())?;
        comment
            .strip_prefix(' ')
            .or(comment.is_empty().then_some(""))
    }

    /// Where the content begins, in bytes.
    fn content_start(&self) -> usize {
        match self.kind {
            LineKind::Blank | LineKind::Comment => 0,
            kind => self.text.len().min(kind.prefix().len() + 1),
        }
    }
}

impl LineKind {
    const WITH_PREFIX: [Self; 4] = [
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

    fn prefix(self) -> &'static str {
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

#[cfg(test)]
mod tests {
    use proptest::arbitrary::any;
    use proptest::collection::vec;
    use proptest::{prop_assert_eq, proptest};

    use super::{ARTICLE, Line, LineKind, Transcript};

    fn is_printed_as_read(text: &str) -> bool {
        Transcript::read(text.as_bytes()).unwrap().to_string() == text
    }

    #[test]
    fn a_transcript_prints_as_it_was() {
        assert!(is_printed_as_read(ARTICLE));
        assert!(is_printed_as_read(
            "S> 220\r\n\r\n  \n#\n# a  \nC>\nC> \nD<  x \nS> 2yz"
        ));
        assert!(is_printed_as_read(""));
    }

    #[test]
    fn new_lines_have_their_prefix() {
        let line = Line::new(LineKind::DataSent, "zfive5{no-eol}");
        assert_eq!(line.to_string(), "D< zfive5{no-eol}\n");
        assert_eq!(Line::new(LineKind::Command, "").to_string(), "C>\n");
        assert_eq!(
            Line::new(LineKind::Comment, "server: x").to_string(),
            "# server: x\n"
        );
        assert_eq!(Line::new(LineKind::Blank, "").to_string(), "\n");
    }

    proptest! {
        #[test]
        fn any_transcript_prints_byte_for_byte(
            lines in vec("((C>|S>|D>|D<)( .*)?|#.*| *)(\r\n|\n)", 0..20),
            last in "((S>|#) .*)?",
        ) {
            let text = lines.concat() + &last;
            // `.` is any character but LF.
            prop_assert_eq!(Transcript::read(text.as_bytes()).unwrap().to_string(), text);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..200)) {
            if let Ok(transcript) = Transcript::read(&bytes) {
                prop_assert_eq!(transcript.to_string().into_bytes(), bytes);
                let _ = transcript.dialogue();
            }
        }
    }
}
