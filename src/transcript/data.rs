//! What goes through the data connection: `D> ` received, `D< ` sent.
//!
//! ```text
//! D< zfive5{no-eol}                 six bytes
//! D> one line                       CR LF after it
//! D> another{lf}                    LF after it
//! D> ...                            any number of lines
//! D> @octets 1048576 sha256 30e1... so many octets with this digest
//! D< @file photos/cat.jpg           the bytes of a file
//! D> @cut 4096                      the connection is dropped once so many have come
//! ```

use std::fmt;

use super::pattern::{ANY_LINES, Captures, LinePattern, match_rows};
use super::read_error::Fault;
use super::template::{Piece, Template, Variables, spelled_bytes, with_safe_end};

/// What a transfer sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SentData {
    /// These bytes.
    Inline(Template),
    /// Those of a file.
    File(FileReference),
}

/// What a transfer is expected to receive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedData {
    /// These lines.
    Lines(Vec<ExpectedDataLine>),
    /// The bytes of a file.
    File(FileReference),
    /// So many bytes.
    Bytes(DataDigest),
    /// Nothing is compared; this side drops the connection once so many bytes have come.
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

/// What stands after a line of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnd {
    /// Nothing is written for it: it is what TYPE A has.
    CrLf,
    /// `{lf}`.
    Lf,
    /// `{no-eol}`: the data ends here.
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

    fn bytes(self) -> &'static [u8] {
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
                (Mark::Bytes(_), None) => Err(Fault::new(0..text.len(), CONTENT_MISSING)),
                (Mark::Cut(_), None) => Err(Fault::new(0..text.len(), CUT_SENT)),
            };
        }
        let template = match before {
            None => Template::default(),
            Some(Self::Inline(template)) if ends_line(&template) => template,
            Some(_) => return Err(Fault::new(0..text.len(), AFTER_END)),
        };
        let (line, end) = LineEnd::split(text);
        let pieces = Template::read(line)?.pieces().to_vec();
        let template = pieces.into_iter().fold(template, Template::and);
        let end = Piece::Literal(end.bytes().to_vec());
        Ok(Self::Inline(template.and(end)))
    }

    /// No line can follow.
    pub(super) fn is_ended(&self) -> bool {
        match self {
            Self::Inline(template) => !ends_line(template),
            Self::File(_) => true,
        }
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
    matches!(template.pieces().last(), Some(Piece::Literal(bytes)) if bytes.ends_with(b"\n"))
}

impl ExpectedData {
    /// Reads a line without `D> `; `before` is what was read of the same data.
    pub(super) fn read(text: &str, before: Option<Self>) -> Result<Self, Fault> {
        if text.starts_with('@') {
            return match (Mark::read(text)?, before) {
                (_, Some(_)) => Err(Fault::new(0..text.len(), ALONE)),
                (Mark::File(file), None) => Ok(Self::File(file)),
                (Mark::Bytes(digest), None) => Ok(Self::Bytes(digest)),
                (Mark::Cut(bytes), None) => Ok(Self::Cut(bytes)),
            };
        }
        let mut lines = match before {
            None => Vec::new(),
            Some(Self::Lines(lines)) if !lines.last().is_some_and(ExpectedDataLine::is_end) => {
                lines
            }
            Some(_) => return Err(Fault::new(0..text.len(), AFTER_END)),
        };
        lines.push(ExpectedDataLine::read(text)?);
        Ok(Self::Lines(lines))
    }

    /// No line can follow that would be compared.
    pub(super) fn is_ended(&self) -> bool {
        match self {
            Self::Lines(lines) => lines
                .last()
                .is_some_and(|line| line.is_end() || *line == ExpectedDataLine::AnyLines),
            Self::File(_) | Self::Bytes(_) | Self::Cut(_) => true,
        }
    }

    /// The names that it compares or captures.
    pub fn variables(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            Self::Lines(lines) => Box::new(lines.iter().flat_map(ExpectedDataLine::variables)),
            Self::File(file) => Box::new(file.path.variables()),
            Self::Bytes(_) | Self::Cut(_) => Box::new(std::iter::empty()),
        }
    }

    /// As it stands in a transcript, line by line, without `D> `.
    #[must_use]
    pub fn printed(&self) -> Vec<String> {
        match self {
            Self::Lines(lines) => lines.iter().map(ExpectedDataLine::to_string).collect(),
            Self::File(file) => vec![Mark::File(file.clone()).to_string()],
            Self::Bytes(digest) => vec![Mark::Bytes(*digest).to_string()],
            Self::Cut(bytes) => vec![Mark::Cut(*bytes).to_string()],
        }
    }
}

/// Whether these bytes are the expected lines, and what they give to variables.
#[must_use]
pub fn match_data(
    expected: &[ExpectedDataLine],
    bytes: &[u8],
    variables: &Variables,
) -> Option<Captures> {
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
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
pub fn inline_lines(bytes: &[u8]) -> Vec<String> {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let print = |line| {
        let (line, end) = LineEnd::of(line);
        ExpectedDataLine::Line(LinePattern::literal(line), end).to_string()
    };
    lines.map(print).collect()
}

/// The bytes of a file as the line of a transcript, without `D< `.
#[must_use]
pub fn file_line(path: &str, digest: DataDigest) -> String {
    let path = Template::literal(path.as_bytes());
    let digest = Some(digest);
    FileReference { path, digest }.to_string()
}

/// So many bytes as the line of a transcript, without `D> `.
#[must_use]
pub fn bytes_line(digest: DataDigest) -> String {
    Mark::Bytes(digest).to_string()
}

/// A line of data that is sent, as it stands in a transcript, without `D< `.
pub(super) fn sent_line(text: &[u8], end: LineEnd, is_last: bool) -> String {
    let end = match end {
        // Only the last line may have no end.
        LineEnd::None if !is_last => LineEnd::CrLf,
        end => end,
    };
    let (mark, rest) = text.split_at(usize::from(text.starts_with(b"@")));
    format!(
        "{}{}{}",
        spelled_bytes(mark),
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

const ALONE: &str = "an @ line must be the only data of its command";
const AFTER_END: &str = "no data can follow: the line before ended it. {no-eol} belongs to the last line, and @ lines \
stand alone";
const CONTENT_MISSING: &str = "a digest cannot be sent: put the data into a file and write `D< @file NAME`, followed \
by the digest if you like";
const CUT_SENT: &str =
    "@cut is for received data: an upload is cut short by `C> ABOR` before its final reply";

/// A file beside the transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileReference {
    /// Relative to the transcript's folder, with slashes.
    pub path: Template,
    /// What the file must hold, if it is said.
    pub digest: Option<DataDigest>,
}

/// How much data there are, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataDigest {
    /// How many.
    pub bytes: u64,
    /// Their SHA-256, if it is said.
    pub sha256: Option<[u8; 32]>,
}

/// What stands after `@`.
enum Mark {
    File(FileReference),
    Bytes(DataDigest),
    Cut(u64),
}

impl Mark {
    fn read(text: &str) -> Result<Self, Fault> {
        let mut words = Words { text, at: 0 };
        let name = words.next();
        let mark = match name.unwrap_or_default() {
            "@file" => {
                let path = words.next().filter(|path| !path.is_empty());
                let start = words.at;
                let path = path.ok_or(Fault::new(start..start, BAD_FILE))?;
                let path_start = start - path.len();
                let path = Template::read(path).map_err(|fault| fault.shifted(path_start))?;
                let digest = match words.next() {
                    None => None,
                    Some("octets") => Some(words.digest()?),
                    Some(word) => return Err(words.fault(word, BAD_FILE)),
                };
                Self::File(FileReference { path, digest })
            }
            "@octets" => Self::Bytes(words.digest()?),
            "@cut" => Self::Cut(words.number()?),
            name => return Err(Fault::new(0..name.len(), BAD_MARK)),
        };
        match words.next() {
            None => Ok(mark),
            Some(word) => Err(words.fault(word, "nothing more was expected here")),
        }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => {
                // A space would end the path.
                let path = file.path.to_string().replace(' ', "{0x20}");
                write!(f, "@file {path}")?;
                file.digest.map_or(Ok(()), |digest| write!(f, " {digest}"))
            }
            Self::Bytes(digest) => write!(f, "@{digest}"),
            Self::Cut(bytes) => write!(f, "@cut {bytes}"),
        }
    }
}

impl fmt::Display for FileReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Mark::File(self.clone()).fmt(f)
    }
}

impl fmt::Display for DataDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "octets {}", self.bytes)?;
        let Some(sha256) = self.sha256 else {
            return Ok(());
        };
        write!(f, " sha256 {}", base16ct::lower::encode_string(&sha256))
    }
}

/// Words with one space between them.
struct Words<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Words<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let rest = if self.at > 0 { rest.get(1..)? } else { rest };
        let word = rest.split(' ').next()?;
        self.at = self.text.len() - rest.len() + word.len();
        Some(word)
    }

    /// A word that was just taken is not what was expected.
    fn fault(&self, word: &str, problem: &str) -> Fault {
        Fault::new(self.at - word.len()..self.at, problem)
    }

    fn number(&mut self) -> Result<u64, Fault> {
        let word = self.next().unwrap_or_default();
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
        let number = word.parse().ok().filter(|_| is_number);
        number.ok_or_else(|| self.fault(word, "a number of bytes was expected"))
    }

    /// `N [sha256 DIGITS]`.
    fn digest(&mut self) -> Result<DataDigest, Fault> {
        let bytes = self.number()?;
        let sha256 = match self.next() {
            None => None,
            Some("sha256") => {
                let word = self.next().unwrap_or_default();
                let sha256 = read_sha256(word);
                Some(sha256.ok_or_else(|| self.fault(word, BAD_SHA256))?)
            }
            Some(word) => return Err(self.fault(word, "sha256 was expected here, or nothing")),
        };
        Ok(DataDigest { bytes, sha256 })
    }
}

fn read_sha256(digits: &str) -> Option<[u8; 32]> {
    let mut sha256 = [0; 32];
    if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (at, byte) in sha256.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(sha256)
}

const BAD_FILE: &str =
    "write `@file PATH` or `@file PATH octets N sha256 DIGITS`; a space in the path is {0x20}";
const BAD_MARK: &str =
    "@file, @octets or @cut was expected; an @ that begins a line of data is written {0x40}";
const BAD_SHA256: &str = "64 hexadecimal digits were expected";

#[cfg(test)]
mod tests {
    use proptest::arbitrary::any;
    use proptest::collection::vec;
    use proptest::{prop_assert, prop_assert_eq, proptest};

    use super::{ExpectedData, SentData, Variables, inline_lines, match_data};

    fn sent(lines: &[&str]) -> Vec<u8> {
        let read = |before, line: &&str| Some(SentData::read(line, before).unwrap());
        match lines.iter().fold(None, read) {
            Some(SentData::Inline(template)) => template.resolve(&Variables::default()).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    fn expected(lines: &[&str]) -> ExpectedData {
        let read = |before, line: &&str| Some(ExpectedData::read(line, before).unwrap());
        lines.iter().fold(None, read).unwrap()
    }

    fn is_as_expected(lines: &[&str], bytes: &[u8]) -> bool {
        let ExpectedData::Lines(lines) = expected(lines) else {
            panic!("{lines:?} are not lines");
        };
        match_data(&lines, bytes, &Variables::default()).is_some()
    }

    #[test]
    fn sent_lines_have_the_end_that_is_written() {
        let table: [(&[&str], &[u8]); 7] = [
            (&["zfive5{no-eol}"], b"zfive5"),
            (&["a", "b"], b"a\r\nb\r\n"),
            (&["a{lf}", "", "b{no-eol}"], b"a\n\r\nb"),
            (&["{0x00ff}{no-eol}"], b"\0\xff"),
            (&["{{lf}"], b"{lf}\r\n"),
            (&["{{{lf}"], b"{\n"),
            (&["[..] {0x40}..."], b"[..] @...\r\n"),
        ];
        for (lines, bytes) in table {
            assert_eq!(sent(lines), bytes, "{lines:?}");
        }
    }

    #[test]
    fn received_lines_are_compared_with_their_ends() {
        let table: [(&[&str], &[u8], bool); 10] = [
            (&["a", "b{no-eol}"], b"a\r\nb", true),
            (&["a", "b{no-eol}"], b"a\nb", false),
            (&["a{lf}", "b{lf}"], b"a\nb\n", true),
            (&["..."], b"", true),
            (&["..."], b"a\nb", true),
            (&["a", "..."], b"a\r\nb", true),
            (&["[..]TXT"], b"1.TXT\r\n", true),
            (&["...", "z"], b"z", false),
            (&["/^[0-9]+$/{lf}"], b"12\n", true),
            (&["a"], b"a\r\nb\r\n", false),
        ];
        for (lines, bytes, same) in table {
            assert_eq!(is_as_expected(lines, bytes), same, "{lines:?}");
        }
    }

    #[test]
    fn marks_name_files_and_digests() {
        let digest = "0123456789abcdef".repeat(4);
        for text in [
            "@file a/b.bin".to_owned(),
            "@file a{0x20}b octets 5".to_owned(),
            format!("@file {{name}} octets 5 sha256 {digest}"),
            "@octets 0".to_owned(),
            format!("@octets 5 sha256 {digest}"),
            "@cut 4096".to_owned(),
        ] {
            assert_eq!(expected(&[&text]).printed(), [text]);
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_place() {
        for (text, span) in [
            ("@", 0..1),
            ("@fil x", 0..4),
            ("@file", 5..5),
            ("@file a b", 8..9),
            ("@file a octets", 14..14),
            ("@file a octets x", 15..16),
            ("@octets -1", 8..10),
            ("@octets 1 sha256 12", 17..19),
            ("@octets 1  sha256", 10..10),
            ("@cut 1 2", 7..8),
            ("a{", 1..2),
        ] {
            let fault = ExpectedData::read(text, None).unwrap_err();
            assert_eq!(fault.span, span, "{text}: {}", fault.problem);
        }
    }

    #[test]
    fn nothing_stands_after_the_end() {
        for (first, second) in [("a{no-eol}", "b"), ("@octets 1", "b"), ("a", "@octets 1")] {
            let before = ExpectedData::read(first, None).unwrap();
            assert!(ExpectedData::read(second, Some(before)).is_err());
        }
        let before = SentData::read("a{no-eol}", None).unwrap();
        assert!(SentData::read("b", Some(before)).is_err());
        for text in ["@octets 5", "@cut 5"] {
            assert!(SentData::read(text, None).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_survive_as_lines(bytes in vec(any::<u8>(), 1..200)) {
            let lines = inline_lines(&bytes);
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            prop_assert_eq!(sent(&lines), bytes.clone());
            prop_assert!(is_as_expected(&lines, &bytes));
        }

        #[test]
        fn any_line_is_read_or_refused_within_its_bounds(text in "(@|file|octets|cut|sha256| \
        |[0-9a-z{}\u{e9}]){0,12}") {
            match ExpectedData::read(&text, None) {
                Ok(data) => {
                    let printed = data.printed();
                    prop_assert_eq!(ExpectedData::read(&printed[0], None).unwrap().printed(), printed);
                }
                Err(fault) => prop_assert!(text.get(fault.span).is_some()),
            }
        }
    }
}
