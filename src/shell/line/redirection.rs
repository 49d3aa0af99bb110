//! Where a transfer's data comes from or goes to, at the end of a raw command.

use std::fmt;
use std::path::{Path, PathBuf};

use super::LineError;
use super::words::{is_blank, open_word, shown_word, words};
use crate::protocol::verbs::DataDirection;

/// Where a transfer's data comes from or goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redirection {
    /// `> file`: received data replace the file.
    ToFile(PathBuf),
    /// `>> file`: received data is added to the file.
    AppendFile(PathBuf),
    /// `> -` and `>> -`: received data goes to standard output, raw.
    ToStandardOutput,
    /// `| command`: received data goes to the standard input of a local command.
    ToCommand(Vec<u8>),
    /// `< file`: the file is sent; `< file +5`: from that byte on, counted from 0.
    FromFile {
        /// The file.
        path: PathBuf,
        /// How many of its bytes are left out.
        offset: u64,
    },
    /// `< -`: the rest of standard input is sent, raw.
    FromStandardInput,
    /// `<<< 'text'`: exactly these bytes are sent.
    FromText(Vec<u8>),
    /// `<<WORD`: the following input lines up to this word are the data.
    FromHereDocument(Vec<u8>),
}

impl Redirection {
    /// The sign and the file, if it is one.
    #[must_use]
    pub fn file(&self) -> Option<(&'static str, &Path)> {
        match self {
            Self::ToFile(path) => Some((">", path)),
            Self::AppendFile(path) => Some((">>", path)),
            Self::FromFile { path, .. } => Some(("<", path)),
            _ => None,
        }
    }

    /// The same with `~` and `~/` at the start of a file's path replaced by the home folder.
    #[must_use]
    pub fn with_home(self, home: Option<&Path>) -> Self {
        match self {
            Self::ToFile(path) => Self::ToFile(expand_home(&path, home)),
            Self::AppendFile(path) => Self::AppendFile(expand_home(&path, home)),
            Self::FromFile { path, offset } => Self::FromFile {
                path: expand_home(&path, home),
                offset,
            },
            other => other,
        }
    }
}

/// As it is typed behind the line that is sent.
impl fmt::Display for Redirection {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |text: &[u8]| shown_word(&String::from_utf8_lossy(text));
        let path = |path: &Path| word(path.as_os_str().as_encoded_bytes());
        match self {
            Self::ToFile(to) => write!(out, " > {}", path(to)),
            Self::AppendFile(to) => write!(out, " >> {}", path(to)),
            Self::ToStandardOutput => write!(out, " > -"),
            Self::ToCommand(command) => write!(out, " | {}", String::from_utf8_lossy(command)),
            Self::FromFile {
                path: from,
                offset: 0,
            } => write!(out, " < {}", path(from)),
            Self::FromFile { path: from, offset } => write!(out, " < {} +{offset}", path(from)),
            Self::FromStandardInput => write!(out, " < -"),
            Self::FromText(text) => write!(out, " <<< {}", word(text)),
            Self::FromHereDocument(end) => write!(out, " <<{}", word(end)),
        }
    }
}

/// The path with `~` or `~/` at its start replaced by the home folder; `~someone` is a name like any other, and
/// without a home folder nothing changes.
#[must_use]
pub fn expand_home(path: &Path, home: Option<&Path>) -> PathBuf {
    match (home, path.strip_prefix("~")) {
        (Some(home), Ok(rest)) if rest.as_os_str().is_empty() => home.to_path_buf(),
        (Some(home), Ok(rest)) => home.join(rest),
        _ => path.to_path_buf(),
    }
}

/// One of the six signs. `<<` may touch its word; the others have a space on both sides.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Pipe,
    To,
    Append,
    From,
    Text,
    HereDocument,
}

impl Operator {
    /// Longer signs come before those that they begin with.
    const ALL: [(&'static str, Self); 6] = [
        ("<<<", Self::Text),
        ("<<", Self::HereDocument),
        ("<", Self::From),
        (">>", Self::Append),
        (">", Self::To),
        ("|", Self::Pipe),
    ];

    /// The operator at the start of `text`, and what follows it.
    fn find(text: &[u8]) -> Option<(Self, &[u8])> {
        let (operator, rest) = Self::ALL
            .iter()
            .find_map(|&(sign, operator)| Some((operator, text.strip_prefix(sign.as_bytes())?)))?;
        let touches_its_word = operator == Self::HereDocument;
        let separate = matches!(rest, [] | [b' ', ..]);
        (separate || touches_its_word).then_some((operator, rest))
    }

    fn sign(self) -> &'static str {
        Self::ALL
            .iter()
            .find_map(|&(sign, operator)| (operator == self).then_some(sign))
            .expect("every operator has a row in ALL")
    }

    fn direction(self) -> DataDirection {
        match self {
            Self::Pipe | Self::To | Self::Append => DataDirection::Received,
            Self::From | Self::Text | Self::HereDocument => DataDirection::Sent,
        }
    }
}

/// Splits a raw command whose data goes in this direction into the line to send and its redirection. Without one, the
/// whole line is sent.
///
/// Only an operator that could be followed by its target counts: `RETR a > b > c` sends `RETR a > b`.
///
/// # Errors
///
/// An operator without a target, or one that goes the other way; a local command that would not get its data.
pub(super) fn split(
    line: &[u8],
    direction: DataDirection,
) -> Result<(&[u8], Option<Redirection>), LineError> {
    let spaces = line
        .iter()
        .enumerate()
        .filter_map(|(at, &byte)| (byte == b' ').then_some(at));
    for space in spaces {
        let Some((operator, rest)) = Operator::find(&line[space + 1..]) else {
            continue;
        };
        let mut offset = 0;
        let target = match rest.iter().position(|&byte| !is_blank(byte)) {
            None => None,
            Some(start) if operator == Operator::Pipe => Some(rest[start..].to_vec()),
            Some(_) => match words(rest).as_deref() {
                Some([word]) => Some(word.clone()),
                Some([word, number]) if operator == Operator::From => match read_offset(number) {
                    Some(number) => {
                        offset = number;
                        Some(word.clone())
                    }
                    None => continue,
                },
                _ => continue,
            },
        };
        if operator.direction() != direction {
            return Err(wrong_direction(operator));
        }
        let Some(target) = target else {
            return Err(missing_target(operator));
        };
        if operator == Operator::Pipe && runs_without_input(&target) {
            return Err(LineError::LocalCommandInBackground);
        }
        let redirection = redirection(operator, target, offset)?;
        return Ok((&line[..space], Some(redirection)));
    }
    Ok((line, None))
}

/// Whether the line ends with `<<WORD`, whatever it does with that.
pub(crate) fn ends_with_here_document(line: &[u8]) -> bool {
    let mut spaces = (0..line.len()).filter(|&at| line[at] == b' ');
    spaces.any(|space| match Operator::find(&line[space + 1..]) {
        Some((Operator::HereDocument, rest)) => words(rest).is_some_and(|words| words.len() == 1),
        _ => false,
    })
}

/// The kind of target that is being typed at the end of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OpenTarget {
    /// A file.
    File,
    /// A local command, or data.
    Other,
}

/// What is being typed after the operator of a raw command whose data goes in this direction, and where the operator
/// ends; `None` if none stands there that [`split`] could take for one.
pub(crate) fn open_target(line: &str, direction: DataDirection) -> Option<(OpenTarget, usize)> {
    let spaces = line.match_indices(' ').map(|(at, _)| at);
    for space in spaces {
        let Some((operator, rest)) = Operator::find(&line.as_bytes()[space + 1..]) else {
            continue;
        };
        let end = line.len() - rest.len();
        let rest = &line[end..];
        let (start, typed) = open_word(rest);
        let before_word = &rest[..start];
        if operator == Operator::From && is_offset_begun(before_word, &typed) {
            return Some((OpenTarget::Other, end));
        }
        if operator == Operator::Pipe || before_word.bytes().all(is_blank) {
            let is_file = matches!(operator, Operator::To | Operator::Append | Operator::From);
            let is_wanted = is_file && operator.direction() == direction && !rest.is_empty();
            let target = if is_wanted {
                OpenTarget::File
            } else {
                OpenTarget::Other
            };
            return Some((target, end));
        }
    }
    None
}

/// Whether a file is followed by what can only be its `+5`.
fn is_offset_begun(before: &str, typed: &str) -> bool {
    let is_offset = typed == "+" || read_offset(typed.as_bytes()).is_some();
    is_offset && words(before.as_bytes()).is_some_and(|words| words.len() == 1)
}

/// Splits a raw command that is to run in the background: its last word is `&`, and its data goes to or comes from a
/// file. `None` where the line has no `&` of that kind.
///
/// # Errors
///
/// [`LineError::BackgroundWithoutFile`], and as [`split`].
pub(super) fn split_background(
    line: &[u8],
    direction: DataDirection,
) -> Result<Option<(&[u8], Redirection)>, LineError> {
    let Some(before) = line.trim_ascii_end().strip_suffix(b" &") else {
        return Ok(None);
    };
    match split(before, direction)? {
        (
            sent,
            Some(
                file @ (Redirection::ToFile(_)
                | Redirection::AppendFile(_)
                | Redirection::FromFile { .. }),
            ),
        ) => Ok(Some((sent, file))),
        (_, Some(Redirection::ToCommand(_))) => Ok(None),
        // The name of a file may end with an `&` that is quoted.
        (_, None) if split(line, direction)?.1.is_some() => Ok(None),
        _ => Err(LineError::BackgroundWithoutFile),
    }
}

/// Whether the local shell would not wait for the last command, and so give it no data.
fn runs_without_input(command: &[u8]) -> bool {
    let before = command.trim_ascii_end().strip_suffix(b"&");
    before.is_some_and(|before| !before.ends_with(b"\\"))
}

/// `+5`. More than a number can hold is more than any file has.
fn read_offset(word: &[u8]) -> Option<u64> {
    let digits = str::from_utf8(word.strip_prefix(b"+")?).ok()?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}

fn redirection(operator: Operator, target: Vec<u8>, offset: u64) -> Result<Redirection, LineError> {
    let to_standard = target == b"-" && offset == 0;
    Ok(match operator {
        Operator::Pipe => Redirection::ToCommand(target),
        Operator::Text => Redirection::FromText(target),
        Operator::HereDocument => Redirection::FromHereDocument(target),
        Operator::To | Operator::Append | Operator::From if target.is_empty() => {
            return Err(missing_target(operator));
        }
        Operator::To | Operator::Append if to_standard => Redirection::ToStandardOutput,
        Operator::From if to_standard => Redirection::FromStandardInput,
        Operator::To => Redirection::ToFile(path(target)?),
        Operator::Append => Redirection::AppendFile(path(target)?),
        Operator::From => Redirection::FromFile {
            path: path(target)?,
            offset,
        },
    })
}

fn missing_target(operator: Operator) -> LineError {
    let (wanted, example) = match operator {
        Operator::Pipe => ("a local command", "LIST | sort"),
        Operator::To => ("a file", "RETR f > f"),
        Operator::Append => ("a file", "RETR f >> f"),
        Operator::From => ("a file", "STOR f < f"),
        Operator::Text => ("a text", "APPE f <<< 'text'"),
        Operator::HereDocument => ("a word that ends the data", "STOR f <<END"),
    };
    LineError::MissingTarget {
        operator: operator.sign(),
        wanted,
        example,
    }
}

fn wrong_direction(operator: Operator) -> LineError {
    match operator.direction() {
        DataDirection::Received => LineError::ReceivesWhileSending {
            operator: operator.sign(),
        },
        DataDirection::Sent => LineError::SendsWhileReceiving {
            operator: operator.sign(),
        },
    }
}

/// The bytes as a path of this system.
///
/// # Errors
///
/// Where paths are not bytes (Windows), a name that is not UTF-8.
#[cfg(unix)]
pub(crate) fn path(bytes: Vec<u8>) -> Result<PathBuf, LineError> {
    use std::os::unix::ffi::OsStringExt;

    Ok(PathBuf::from(std::ffi::OsString::from_vec(bytes)))
}

/// The bytes as a path of this system.
///
/// # Errors
///
/// Where paths are not bytes (Windows), a name that is not UTF-8.
#[cfg(not(unix))]
pub(crate) fn path(bytes: Vec<u8>) -> Result<PathBuf, LineError> {
    String::from_utf8(bytes)
        .map(PathBuf::from)
        .map_err(|_| LineError::PathNotText)
}

#[cfg(test)]
mod tests;
