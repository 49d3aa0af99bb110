//! The grammar of one input line.
//!
//! A line is bytes. What is not ours is sent as typed.

mod builtin;
pub(crate) mod quote;
pub mod redirection;
mod script_line;
pub(crate) mod spelling;
mod words;

use std::fmt;

pub use self::builtin::{Builtin, Words};
pub use self::redirection::{Redirection, expand_home};
pub use self::spelling::Spelling;

pub(crate) use self::redirection::{OpenTarget, ends_with_here_document, open_target, path};
pub(crate) use self::script_line::ScriptLine;
pub(crate) use self::words::{is_redirection, open_word, quoted, shown_word};

use self::quote::Quoted;
use self::words::{is_blank, words};
use crate::protocol::user_pi::data_direction;
use crate::protocol::{Command, IllegalByte};
use crate::shell::screen::escape::escape;

/// What one input line means.
#[derive(Clone, PartialEq, Eq)]
pub enum Line {
    /// Nothing is sent.
    Empty,
    /// `!command`: what follows the `!`, for the local shell.
    Local(Vec<u8>),
    /// `quote LINE`: sent verbatim.
    Quote(Command),
    /// A command of the shell itself.
    Builtin {
        /// Which one.
        name: Builtin,
        /// Its arguments, split as a shell does.
        arguments: Vec<String>,
    },
    /// A name that the user or the shell gave to a sequence of commands.
    Alias {
        /// The name.
        name: String,
        /// Its arguments, split as a shell does.
        arguments: Vec<Vec<u8>>,
    },
    /// A command whose transfer runs while others are typed.
    Background {
        /// What is sent.
        command: Command,
        /// The file that its data goes to or comes from.
        redirection: Redirection,
    },
    /// Anything else: sent as typed.
    Raw {
        /// What is sent.
        command: Command,
        /// Where its data goes or comes from, if that was typed.
        redirection: Option<Redirection>,
    },
}

impl Line {
    /// Whether it is about what happened before, or about the lesson, and is no step of its own.
    pub(crate) fn is_about_others(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Builtin { name, .. } => name.is_about_others(),
            _ => false,
        }
    }
}

/// Why a line means nothing. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// CR, LF or NUL.
    #[error(transparent)]
    IllegalByte(#[from] IllegalByte),
    /// The arguments of a built-in or an alias cannot be split.
    #[error(
        "{name}: a quote is left open, or a backslash ends the line: close it, or write \\' for a quote that is part \
         of a name"
    )]
    OpenQuote {
        /// The built-in or alias.
        name: String,
    },
    /// An argument of a built-in is not UTF-8.
    #[error(
        "{name}: argument {position} is not UTF-8: type the FTP commands instead, they take any bytes"
    )]
    ArgumentNotText {
        /// The built-in.
        name: &'static str,
        /// Counted from 1.
        position: usize,
    },
    /// A backslash where escapes are read that is neither `\xHH` nor `\\`.
    #[error(
        "byte {offset} of the line does not begin an escape: write \\xE9 (two hexadecimal digits), or \\\\ for a \
         backslash. Nothing was sent; `quote LINE` sends backslashes as they are"
    )]
    BadEscape {
        /// Where the backslash stands in the line as typed, counted from 0.
        offset: usize,
    },
    /// A character that `set charset` cannot write.
    #[error(
        "byte {offset} of the line{} is not in {charset}, which `set charset` chose. Nothing was sent; `set charset utf-8` \
         sends what is typed as it is",
        named(*character)
    )]
    NotInCharset {
        /// Where it begins in the line as typed, counted from 0.
        offset: usize,
        /// Which it is, unless it may be part of a secret.
        character: Option<char>,
        /// The name of the encoding.
        charset: String,
    },
    /// Bytes of a script that are not UTF-8, although `set charset` says into what the text is to be turned.
    #[error(
        "byte {offset} of the line is not UTF-8, so it cannot be turned into what `set charset` chose. Nothing was sent; \
         `set charset utf-8` sends bytes as they are"
    )]
    NotUtf8 {
        /// Counted from 0.
        offset: usize,
    },
    /// A redirection that names no target.
    #[error(
        "missing target: {operator} needs {wanted} after it, as in: {example}. Nothing was sent; quote sends the line \
         as it is"
    )]
    MissingTarget {
        /// The operator.
        operator: &'static str,
        /// What should follow.
        wanted: &'static str,
        /// A line that would do.
        example: &'static str,
    },
    /// `>`, `>>` or `|` after a command that sends data.
    #[error(
        "this command sends data, and {operator} is for data received: write < file, <<< 'text' or <<WORD. Nothing \
         was sent; quote sends the line as it is"
    )]
    ReceivesWhileSending {
        /// The operator.
        operator: &'static str,
    },
    /// `<`, `<<<` or `<<` after a command that receives data.
    #[error(
        "this command receives data, and {operator} is for data sent: write > file, >> file or | command. Nothing was \
         sent; quote sends the line as it is"
    )]
    SendsWhileReceiving {
        /// The operator.
        operator: &'static str,
    },
    /// `&` without a file: the terminal is the prompt's, and standard input and output are the script's.
    #[error(
        "& runs a transfer in the background, so its data needs a file: write RETR f > f & or STOR f < f &. Nothing \
         was sent; quote sends the line as it is"
    )]
    BackgroundWithoutFile,
    /// `&` at the end of a local command: a shell runs such a command without the standard input that has the data.
    #[error(
        "& after a local command would have it run without the data, since shells give such a command no standard input: \
         leave out the &, or write RETR f > f & and give the command the file. Nothing was sent; quote sends the line as \
         it is"
    )]
    LocalCommandInBackground,
    /// A path that is not UTF-8, where paths are not bytes.
    #[error(
        "the name of the local file is not UTF-8, which this system does not allow: give another name"
    )]
    PathNotText,
}

fn named(character: Option<char>) -> String {
    let Some(character) = character else {
        return String::new();
    };
    let shown = escape(character.encode_utf8(&mut [0; 4]).as_bytes());
    format!(", {shown} (U+{:04X}),", u32::from(character))
}

/// Reads one input line, without its line end. `aliases` says which names are aliases.
///
/// # Errors
///
/// [`LineError`], each with a way out; nothing of the line may be sent then.
pub fn read(line: &[u8], aliases: &dyn Fn(&str) -> bool) -> Result<Line, LineError> {
    read_spelt(line, Spelling::default(), Words::Usual, aliases)
}

/// The same where raw lines are spelt in a way of their own. A redirection is found in the line as typed, and only what
/// is sent is spelt. `ours` says which words are built-ins.
///
/// # Errors
///
/// As [`read`].
pub fn read_spelt(
    line: &[u8],
    spelling: Spelling,
    ours: Words,
    aliases: &dyn Fn(&str) -> bool,
) -> Result<Line, LineError> {
    if line.is_empty() {
        return Ok(Line::Empty);
    }
    Command::new(line)?;
    if let Some(command) = line.strip_prefix(b"!") {
        return Ok(Line::Local(command.to_vec()));
    }
    if let Some(quoted) = Quoted::find(line) {
        return Ok(Line::Quote(quoted.command(spelling)?));
    }
    if let Some(ours) = read_builtin_or_alias(line, ours, aliases)? {
        return Ok(ours);
    }
    let Some(direction) = data_direction(&spelling.command_so_far(line)) else {
        return Ok(Line::Raw {
            command: spelling.command(line, 0)?,
            redirection: None,
        });
    };
    if let Some((sent, redirection)) = redirection::split_background(line, direction)? {
        return Ok(Line::Background {
            command: spelling.command(sent, 0)?,
            redirection,
        });
    }
    let (sent, redirection) = redirection::split(line, direction)?;
    Ok(Line::Raw {
        command: spelling.command(sent, 0)?,
        redirection,
    })
}

/// Prints no argument: a password may be among them.
impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "Empty"),
            Self::Local(command) => write!(f, "Local({} bytes)", command.len()),
            Self::Quote(command) => f.debug_tuple("Quote").field(command).finish(),
            Self::Builtin { name, arguments } => {
                write!(f, "Builtin({name:?}, {} arguments)", arguments.len())
            }
            Self::Alias { name, arguments } => {
                write!(f, "Alias({name}, {} arguments)", arguments.len())
            }
            Self::Background {
                command,
                redirection,
            } => f
                .debug_struct("Background")
                .field("command", command)
                .field("redirection", redirection)
                .finish(),
            Self::Raw {
                command,
                redirection,
            } => f
                .debug_struct("Raw")
                .field("command", command)
                .field("redirection", redirection)
                .finish(),
        }
    }
}

/// A line whose first word is a built-in or an alias.
fn read_builtin_or_alias(
    line: &[u8],
    ours: Words,
    aliases: &dyn Fn(&str) -> bool,
) -> Result<Option<Line>, LineError> {
    let Some(word) = first_word(line) else {
        return Ok(None);
    };
    let rest = &line[word.len()..];
    if let Some(builtin) = ours.builtin(word) {
        let arguments = arguments_of(word, rest)?;
        return Ok(Some(Line::Builtin {
            name: builtin,
            arguments: builtin.arguments_as_text(arguments)?,
        }));
    }
    let lower_case = !word.chars().any(char::is_uppercase);
    if lower_case && aliases(word) {
        return Ok(Some(Line::Alias {
            name: word.to_owned(),
            arguments: arguments_of(word, rest)?,
        }));
    }
    Ok(None)
}

/// The bytes from column 0 to the first blank, if they are text.
pub(crate) fn first_word(line: &[u8]) -> Option<&str> {
    let end = line
        .iter()
        .position(|&byte| is_blank(byte))
        .unwrap_or(line.len());
    let word = str::from_utf8(&line[..end]).ok()?;
    (!word.is_empty()).then_some(word)
}

fn arguments_of(name: &str, rest: &[u8]) -> Result<Vec<Vec<u8>>, LineError> {
    words(rest).ok_or_else(|| LineError::OpenQuote {
        name: name.to_owned(),
    })
}

#[cfg(test)]
mod tests;
