//! Data that do not stand in the transcript: `@file`, `@octets`, `@cut`.

use std::fmt;

use crate::transcript::read_error::Fault;
use crate::transcript::template::Template;

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
    pub octets: u64,
    /// Their SHA-256, if it is said.
    pub sha256: Option<[u8; 32]>,
}

/// What stands behind `@`.
pub(super) enum Mark {
    File(FileReference),
    Octets(DataDigest),
    Cut(u64),
}

impl Mark {
    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        let mut words = Words { text, at: 0 };
        let name = words.next();
        let mark = match name.unwrap_or_default() {
            "@file" => {
                let path = words.next().filter(|path| !path.is_empty());
                let start = words.at;
                let path = path.ok_or(Fault::new(start..start, BAD_FILE))?;
                let path_start = start - path.len();
                let path = Template::read(path).map_err(|fault| fault.behind(path_start))?;
                let digest = match words.next() {
                    None => None,
                    Some("octets") => Some(words.digest()?),
                    Some(word) => return Err(words.fault(word, BAD_FILE)),
                };
                Self::File(FileReference { path, digest })
            }
            "@octets" => Self::Octets(words.digest()?),
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
            Self::Octets(digest) => write!(f, "@{digest}"),
            Self::Cut(octets) => write!(f, "@cut {octets}"),
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
        write!(f, "octets {}", self.octets)?;
        let Some(sha256) = self.sha256 else {
            return Ok(());
        };
        f.write_str(" sha256 ")?;
        sha256.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
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
        let is_number = word.bytes().all(|octet| octet.is_ascii_digit());
        let number = word.parse().ok().filter(|_| is_number);
        number.ok_or_else(|| self.fault(word, "a number of octets was expected"))
    }

    /// `N [sha256 DIGITS]`.
    fn digest(&mut self) -> Result<DataDigest, Fault> {
        let octets = self.number()?;
        let sha256 = match self.next() {
            None => None,
            Some("sha256") => {
                let word = self.next().unwrap_or_default();
                let sha256 = read_sha256(word);
                Some(sha256.ok_or_else(|| self.fault(word, BAD_SHA256))?)
            }
            Some(word) => return Err(self.fault(word, "sha256 was expected here, or nothing")),
        };
        Ok(DataDigest { octets, sha256 })
    }
}

fn read_sha256(digits: &str) -> Option<[u8; 32]> {
    let mut sha256 = [0; 32];
    if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (at, octet) in sha256.iter_mut().enumerate() {
        *octet = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(sha256)
}

const BAD_FILE: &str =
    "write `@file PATH` or `@file PATH octets N sha256 DIGITS`; a space in the path is {0x20}";
const BAD_MARK: &str =
    "@file, @octets or @cut was expected; an @ that begins a line of data is written {0x40}";
const BAD_SHA256: &str = "64 hexadecimal digits were expected";
