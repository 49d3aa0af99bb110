//! The built-ins with their arguments read.

use std::path::PathBuf;

use super::raw_bytes;
use super::resume::Resume;
use crate::client::RawBytes;
use crate::protocol::Command;
use crate::protocol::user_pi::data_direction;
use crate::protocol::verbs::DataDirection;
use crate::shell::config::target::Target;
use crate::shell::help;
use crate::shell::line::Builtin;
use crate::shell::replay::recording::Detail;
use crate::shell::screen::escape::escape;
use crate::shell::screen::timeline::Extent;
use crate::shell::screen::trace::{Existing, Form};

/// What one line with a built-in asks for.
pub(crate) enum BuiltinCommand {
    Help(Vec<String>),
    Why(About),
    OpenAgain,
    Open(String),
    Close,
    Exit,
    Login(Option<String>, Option<String>),
    Resume(Resume),
    ListAliases,
    ShowAlias(String),
    DefineAlias { name: String, steps: Vec<String> },
    RemoveAlias(String),
    ListSettings,
    ShowSetting(String),
    ChangeSetting { name: String, value: String },
    Listen,
    Record(RecordCommand),
    Jobs,
    Lcd(Option<PathBuf>),
    Lpwd,
    Resync,
    Table(Command),
    Tls(TlsCommand),
    Ways { shows_dialogue: bool },
    Timeline(Extent),
    Picture,
    Trace(TraceCommand),
    Send(Vec<RawBytes>),
    Lesson(LessonCommand),
}

/// What one word of a lesson asks for.
pub(crate) enum LessonCommand {
    Goal,
    Hint,
    Check,
    Show,
    Next,
    Again,
    Answer(String),
    List,
    Map,
    /// Counted from 1.
    Begin(usize),
}

/// What `why` is asked to explain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// The last problem.
    Problem,
    /// The last reply.
    Reply,
    /// What the line of this number came to.
    Line(usize),
}

/// What one `record` asks for.
pub(crate) enum RecordCommand {
    Describe,
    Stop,
    Begin {
        file: PathBuf,
        may_replace: bool,
        detail: Detail,
    },
}

/// What one `tls` asks for.
pub(crate) enum TlsCommand {
    Describe,
    WriteChain { file: PathBuf, may_replace: bool },
    Probe(Option<String>),
}

/// What one `trace` asks for.
pub(crate) enum TraceCommand {
    Describe,
    Show(Form),
    Stop,
    Write { file: PathBuf, existing: Existing },
}

impl BuiltinCommand {
    /// Reads the arguments.
    ///
    /// # Errors
    ///
    /// What is wrong with them, and how the built-in is called.
    pub(crate) fn read(name: Builtin, arguments: Vec<String>) -> Result<Self, String> {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let usage = || format!("usage: {}", help::usage_after(name, &words.join(" ")));
        Ok(match (name, words.as_slice()) {
            (Builtin::Help, _) => Self::Help(arguments),
            (Builtin::Why, []) => Self::Why(About::Problem),
            (Builtin::Why, ["reply"]) => Self::Why(About::Reply),
            (Builtin::Why, [number]) => {
                Self::Why(About::Line(number.parse().map_err(|_| usage())?))
            }
            (Builtin::Open, []) => Self::OpenAgain,
            (Builtin::Open, [target]) => Self::Open((*target).to_owned()),
            (Builtin::Open, [host, port]) => Self::Open(Target::with_port(host, port)),
            (Builtin::Close, []) => Self::Close,
            (Builtin::Exit, []) => Self::Exit,
            (Builtin::Login, [] | [_] | [_, _]) => {
                let mut arguments = arguments.into_iter();
                Self::Login(arguments.next(), arguments.next())
            }
            (Builtin::Resume, _) => Self::Resume(Resume::read(&arguments)?),
            (Builtin::Alias, []) => Self::ListAliases,
            (Builtin::Alias, [name]) => Self::ShowAlias((*name).to_owned()),
            (Builtin::Alias, [name, ..]) => Self::DefineAlias {
                name: (*name).to_owned(),
                steps: arguments[1..].to_vec(),
            },
            (Builtin::Unalias, [name]) => Self::RemoveAlias((*name).to_owned()),
            (Builtin::Set, []) => Self::ListSettings,
            (Builtin::Set, [name]) => Self::ShowSetting((*name).to_owned()),
            (Builtin::Set, [name, value @ ..]) => Self::ChangeSetting {
                name: (*name).to_owned(),
                value: value.join(" "),
            },
            (Builtin::Listen, []) => Self::Listen,
            (Builtin::Record, words) => Self::Record(RecordCommand::read(words).ok_or_else(usage)?),
            (Builtin::Jobs, []) => Self::Jobs,
            (Builtin::Lcd, []) => Self::Lcd(None),
            (Builtin::Lcd, [folder]) => Self::Lcd(Some(folder.into())),
            (Builtin::Lpwd, []) => Self::Lpwd,
            (Builtin::Resync, []) => Self::Resync,
            (Builtin::Table, [_, ..]) => Self::Table(listing_command(&words.join(" "))?),
            (Builtin::Tls, words) => Self::Tls(TlsCommand::read(words).ok_or_else(usage)?),
            (Builtin::Ways, []) => Self::Ways {
                shows_dialogue: false,
            },
            (Builtin::Ways, ["--verbose"]) => Self::Ways {
                shows_dialogue: true,
            },
            (Builtin::Timeline, []) => Self::Timeline(Extent::LastTransfer),
            (Builtin::Timeline, ["all"]) => Self::Timeline(Extent::All),
            (Builtin::Timeline, [number]) => {
                Self::Timeline(Extent::Line(number.parse().map_err(|_| usage())?))
            }
            (Builtin::Picture, []) => Self::Picture,
            (Builtin::Trace, words) => Self::Trace(TraceCommand::read(words).ok_or_else(usage)?),
            (Builtin::Send, _) => {
                Self::Send(raw_bytes::read(&arguments).map_err(|error| error.to_string())?)
            }
            (Builtin::Goal, []) => Self::Lesson(LessonCommand::Goal),
            (Builtin::Hint, []) => Self::Lesson(LessonCommand::Hint),
            (Builtin::Check, []) => Self::Lesson(LessonCommand::Check),
            (Builtin::Show, []) => Self::Lesson(LessonCommand::Show),
            (Builtin::Next, []) => Self::Lesson(LessonCommand::Next),
            (Builtin::Again, []) => Self::Lesson(LessonCommand::Again),
            (Builtin::Answer, _) => Self::Lesson(LessonCommand::Answer(words.join(" "))),
            (Builtin::Lessons, []) => Self::Lesson(LessonCommand::List),
            (Builtin::Learn, ["map"]) => Self::Lesson(LessonCommand::Map),
            (Builtin::Learn, [number]) => {
                let number = number.parse().map_err(|_| usage())?;
                Self::Lesson(LessonCommand::Begin(number))
            }
            (
                Builtin::Why
                | Builtin::Goal
                | Builtin::Hint
                | Builtin::Check
                | Builtin::Show
                | Builtin::Next
                | Builtin::Again
                | Builtin::Lessons
                | Builtin::Learn
                | Builtin::Open
                | Builtin::Close
                | Builtin::Exit
                | Builtin::Login
                | Builtin::Unalias
                | Builtin::Listen
                | Builtin::Jobs
                | Builtin::Lcd
                | Builtin::Lpwd
                | Builtin::Resync
                | Builtin::Table
                | Builtin::Ways
                | Builtin::Timeline
                | Builtin::Picture,
                _,
            ) => return Err(usage()),
        })
    }
}

impl RecordCommand {
    fn read(words: &[&str]) -> Option<Self> {
        let (file, options) = match words {
            [] => return Some(Self::Describe),
            ["off"] => return Some(Self::Stop),
            // Meant as in `trace on`; a file of this name would be a surprise.
            ["on"] => return None,
            [options @ .., file] if !file.starts_with("--") => (file, options),
            _ => return None,
        };
        let (mut may_replace, mut detail) = (false, Detail::Codes);
        for option in options {
            match *option {
                "--replace" => may_replace = true,
                "--texts" => detail = Detail::Texts,
                _ => return None,
            }
        }
        Some(Self::Begin {
            file: file.into(),
            may_replace,
            detail,
        })
    }
}

impl TlsCommand {
    fn read(words: &[&str]) -> Option<Self> {
        let write = |file: &str, may_replace| Self::WriteChain {
            file: file.into(),
            may_replace,
        };
        Some(match words {
            [] => Self::Describe,
            ["probe"] => Self::Probe(None),
            ["probe", target] => Self::Probe(Some((*target).to_owned())),
            ["probe", host, port] => Self::Probe(Some(Target::with_port(host, port))),
            ["pem", "--replace", file] => write(file, true),
            ["pem", file] if !file.starts_with("--") => write(file, false),
            _ => return None,
        })
    }
}

impl TraceCommand {
    fn read(words: &[&str]) -> Option<Self> {
        let write = |file: &str, existing| Self::Write {
            file: file.into(),
            existing,
        };
        Some(match words {
            [] => Self::Describe,
            ["on"] => Self::Show(Form::Text),
            ["hex"] => Self::Show(Form::Hexadecimal),
            ["off"] => Self::Stop,
            [">>", file] => write(file, Existing::Appended),
            [file] => match file.strip_prefix(">>") {
                Some(file) if !file.is_empty() => write(file, Existing::Appended),
                None if !file.starts_with('>') => write(file, Existing::Refused),
                _ => return None,
            },
            _ => return None,
        })
    }
}

/// The line of `table LINE`.
fn listing_command(line: &str) -> Result<Command, String> {
    match Command::new(line.as_bytes()) {
        Ok(command) if data_direction(&command) == Some(DataDirection::Received) => Ok(command),
        Ok(_) => Err("table needs a command that lists: table LIST, or table MLSD".to_owned()),
        Err(error) => Err(escape(error.to_string().as_bytes())),
    }
}
