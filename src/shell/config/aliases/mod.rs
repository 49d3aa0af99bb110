//! Aliases: names for sequences of FTP commands.

mod step;
mod template;

use std::collections::BTreeMap;
use std::fmt;

pub use self::step::StepError;

use self::step::{PASSIVE, Step};
use self::template::{Arity, MissingFileName};
use super::secrets::secret_span;
use crate::protocol::user_pi::data_direction;
use crate::protocol::{Command, IllegalByte};
use crate::shell::line::{Builtin, LineError, Redirection, Spelling, quote};
use crate::shell::screen::escape::escape;

/// The aliases of one shell: the ones it ships, and the user's.
#[derive(Clone)]
pub struct Aliases {
    by_name: BTreeMap<String, Alias>,
}

/// What a step of an alias does, with the arguments put in.
#[derive(Clone, PartialEq, Eq)]
pub enum ExpandedStep {
    /// A command to send.
    Command {
        /// The line.
        command: Command,
        /// Where its data goes or comes from.
        redirection: Option<Redirection>,
        /// Whether [`Redirection::ToFile`] may replace a file that exists. It may not if an argument named the file:
        /// then nobody typed `>` and that name.
        may_overwrite: bool,
        /// Its bytes were written by their numbers, and are in no encoding.
        is_exact: bool,
    },
    /// PASV, or EPSV where the address family asks for it.
    Passive,
    /// A built-in to call.
    Builtin {
        /// Which one.
        name: Builtin,
        /// Its arguments.
        arguments: Vec<String>,
    },
}

impl ExpandedStep {
    /// The same with its command as it is sent.
    ///
    /// # Errors
    ///
    /// What `spelling` cannot spell.
    pub(crate) fn spelt(mut self, spelling: Spelling) -> Result<Self, LineError> {
        if let Self::Command {
            command,
            is_exact: false,
            ..
        } = &mut self
        {
            *command = spelling.command(command.line(), 0)?;
        }
        Ok(self)
    }

    /// Whether it needs the data connection for itself.
    #[must_use]
    pub fn moves_data(&self) -> bool {
        match self {
            Self::Command { command, .. } => data_direction(command).is_some(),
            Self::Passive => true,
            Self::Builtin { name, .. } => matches!(name, Builtin::Resume | Builtin::Table),
        }
    }
}

/// Why an alias was not defined, removed or expanded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AliasError {
    /// No alias has this name.
    #[error("there is no alias {}: alias shows all of them", escape(.0.as_bytes()))]
    UnknownName(String),
    /// A name that no line could begin with.
    #[error("{} cannot be the name of an alias: take lower-case letters, digits, - and _, a letter first", escape(.0.as_bytes()))]
    BadName(String),
    /// The name is an FTP verb in some case.
    #[error("{0} is an FTP verb, and what is typed is what is sent: give the alias another name")]
    NameIsVerb(String),
    /// The name is a built-in's.
    #[error("{0} is a built-in: give the alias another name")]
    NameIsBuiltin(String),
    /// An alias without steps.
    #[error("alias {0} has no steps: give it at least one FTP command")]
    NoSteps(String),
    /// One of the steps is wrong.
    #[error("alias {name}, step {position}: {error}")]
    Step {
        /// The alias.
        name: String,
        /// Counted from 1.
        position: usize,
        /// What is wrong.
        error: StepError,
    },
    /// Too few arguments.
    #[error("too few arguments, nothing was sent. Usage: {usage}")]
    TooFewArguments {
        /// The right form.
        usage: String,
    },
    /// Too many arguments.
    #[error(
        "too many arguments, nothing was sent. Usage: {usage} (put a name with spaces in quotes)"
    )]
    TooManyArguments {
        /// The right form.
        usage: String,
    },
    /// The arguments do not make a line.
    #[error("{error}. Usage: {usage}")]
    Expansion {
        /// What is wrong.
        error: ExpansionError,
        /// The right form.
        usage: String,
    },
}

/// Why the arguments of an alias do not make a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpansionError {
    /// CR, LF or NUL in an argument.
    #[error("argument {position}: {error}")]
    IllegalByte {
        /// Counted from 1.
        position: usize,
        /// Where in the argument.
        error: IllegalByte,
    },
    /// An argument that is not a path to a file, where the name of the file was wanted.
    #[error("no file name can be taken from the arguments: give one, nothing was sent")]
    MissingFileName,
    /// A step with its arguments is not a line.
    #[error(transparent)]
    Line(#[from] LineError),
}

impl From<MissingFileName> for ExpansionError {
    fn from(_: MissingFileName) -> Self {
        Self::MissingFileName
    }
}

/// One alias.
#[derive(Clone)]
struct Alias {
    usage: String,
    /// As written.
    lines: Vec<String>,
    steps: Vec<Step>,
}

/// Name, arguments and steps of the aliases that ship.
const SHIPPED: &[(&str, &str, &[&str])] = &[
    ("ls", "[ARGUMENTS]", &[PASSIVE, "table LIST $*"]),
    ("cd", "FOLDER", &["CWD $1"]),
    (
        "get",
        "REMOTE [LOCAL]",
        &["TYPE I", PASSIVE, "RETR $1 > ${2-or-name-of-1}"],
    ),
    (
        "get-text",
        "REMOTE [LOCAL]",
        &["TYPE A", PASSIVE, "RETR $1 > ${2-or-name-of-1}"],
    ),
    (
        "put",
        "LOCAL [REMOTE]",
        &["TYPE I", PASSIVE, "STOR ${2-or-name-of-1} < $1"],
    ),
    ("reget", "REMOTE [LOCAL]", &["resume --get $*"]),
    ("reput", "LOCAL [REMOTE]", &["resume $*"]),
    ("rm", "FILE", &["DELE $1"]),
    ("mkdir", "FOLDER", &["MKD $1"]),
    ("rmdir", "FOLDER", &["RMD $1"]),
    ("mv", "FROM TO", &["RNFR $1", "RNTO $2"]),
];

impl Aliases {
    /// The aliases that ship.
    #[must_use]
    pub fn shipped() -> Self {
        let by_name = SHIPPED.iter().map(|&(name, arguments, lines)| {
            let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
            let alias = Alias::parse(name, lines, &|_| false)
                .expect("the shipped aliases are right, which a test checks");
            let usage = format!("{name} {arguments}");
            (name.to_owned(), Alias { usage, ..alias })
        });
        Self {
            by_name: by_name.collect(),
        }
    }

    /// Adds an alias of the user's, or replaces one. `is_verb` says whether a name in upper case is an FTP verb, those
    /// outside the RFCs included.
    ///
    /// # Errors
    ///
    /// A name that is a verb, a built-in or not a name at all, and steps that cannot be read; nothing changes then.
    pub fn define(
        &mut self,
        name: &str,
        steps: &[String],
        is_verb: &dyn Fn(&str) -> bool,
    ) -> Result<(), AliasError> {
        let owned = || name.to_owned();
        if !is_name(name) {
            return Err(AliasError::BadName(owned()));
        }
        if Builtin::named(name).is_some() || name.as_bytes() == quote::NAME {
            return Err(AliasError::NameIsBuiltin(owned()));
        }
        if is_verb(&name.to_ascii_uppercase()) {
            return Err(AliasError::NameIsVerb(owned()));
        }
        let alias = Alias::parse(name, steps.to_vec(), &|other| self.contains(other))?;
        self.by_name.insert(owned(), alias);
        Ok(())
    }

    /// Forgets an alias, a shipped one too.
    ///
    /// # Errors
    ///
    /// [`AliasError::UnknownName`].
    pub fn remove(&mut self, name: &str) -> Result<(), AliasError> {
        let removed = self.by_name.remove(name);
        removed.map(|_| ()).ok_or_else(|| unknown(name))
    }

    /// Whether this is the name of an alias.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// What an alias does with these arguments.
    ///
    /// # Errors
    ///
    /// Too few or too many arguments, or arguments that do not make a line; nothing may be sent then.
    pub fn expand(
        &self,
        name: &str,
        arguments: &[Vec<u8>],
    ) -> Result<Vec<ExpandedStep>, AliasError> {
        self.named(name)?.expand(arguments)
    }

    /// How an alias is called, then each of its steps as written, with no secret in it.
    ///
    /// # Errors
    ///
    /// [`AliasError::UnknownName`].
    pub fn describe(&self, name: &str) -> Result<Vec<String>, AliasError> {
        let alias = self.named(name)?;
        let mut lines = vec![alias.usage.clone()];
        lines.extend(alias.lines.iter().map(|line| describe_step(line)));
        Ok(lines)
    }

    /// How an alias is called: its name, and what belongs after it.
    #[must_use]
    pub fn usage(&self, name: &str) -> Option<&str> {
        self.by_name.get(name).map(|alias| alias.usage.as_str())
    }

    /// Whether arguments of this alias become part of a password or another secret.
    #[must_use]
    pub fn carries_secret(&self, name: &str) -> bool {
        self.named(name)
            .is_ok_and(|alias| alias.steps.iter().any(Step::carries_secret))
    }

    fn named(&self, name: &str) -> Result<&Alias, AliasError> {
        self.by_name.get(name).ok_or_else(|| unknown(name))
    }
}

/// Prints no argument of a built-in: a password may be among them.
impl fmt::Debug for ExpandedStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passive => write!(f, "Passive"),
            Self::Builtin { name, arguments } => {
                write!(f, "Builtin({name:?}, {} arguments)", arguments.len())
            }
            Self::Command {
                command,
                redirection,
                may_overwrite,
                is_exact: _,
            } => f
                .debug_struct("Command")
                .field("command", command)
                .field("redirection", redirection)
                .field("may_overwrite", may_overwrite)
                .finish(),
        }
    }
}

impl Alias {
    fn parse(
        name: &str,
        lines: Vec<String>,
        is_alias: &dyn Fn(&str) -> bool,
    ) -> Result<Self, AliasError> {
        if lines.is_empty() {
            return Err(AliasError::NoSteps(name.to_owned()));
        }
        let parse = |(index, line): (usize, &String)| {
            Step::parse(line, is_alias).map_err(|error| AliasError::Step {
                name: name.to_owned(),
                position: index + 1,
                error,
            })
        };
        let steps: Vec<Step> = lines
            .iter()
            .enumerate()
            .map(parse)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            usage: usage(name, arity(&steps)),
            lines,
            steps,
        })
    }

    fn expand(&self, arguments: &[Vec<u8>]) -> Result<Vec<ExpandedStep>, AliasError> {
        let usage = || self.usage.clone();
        let arity = arity(&self.steps);
        if arguments.len() < arity.least {
            return Err(AliasError::TooFewArguments { usage: usage() });
        }
        if arguments.len() > arity.most && !arity.unlimited {
            return Err(AliasError::TooManyArguments { usage: usage() });
        }
        check_bytes(arguments)
            .and_then(|()| {
                self.steps
                    .iter()
                    .map(|step| step.expand(arguments))
                    .collect()
            })
            .map_err(|error| AliasError::Expansion {
                error,
                usage: usage(),
            })
    }
}

fn unknown(name: &str) -> AliasError {
    AliasError::UnknownName(name.to_owned())
}

fn is_name(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase();
    let is_inner = |byte: u8| is_letter(byte) || byte.is_ascii_digit() || b"-_".contains(&byte);
    name.bytes().next().is_some_and(is_letter) && name.bytes().all(is_inner)
}

fn arity(steps: &[Step]) -> Arity {
    steps
        .iter()
        .map(Step::arity)
        .fold(Arity::default(), Arity::and)
}

/// `name $1 [$2] [...]`
fn usage(name: &str, arity: Arity) -> String {
    let needed = (1..=arity.least).map(|position| format!(" ${position}"));
    let optional = (arity.least + 1..=arity.most).map(|position| format!(" [${position}]"));
    let more = if arity.unlimited { " [...]" } else { "" };
    let places: String = needed.chain(optional).collect();
    format!("{name}{places}{more}")
}

/// Found here, so that the error can say in which argument.
fn check_bytes(arguments: &[Vec<u8>]) -> Result<(), ExpansionError> {
    for (index, argument) in arguments.iter().enumerate() {
        if let Err(error) = Command::new(argument.as_slice()) {
            let position = index + 1;
            return Err(ExpansionError::IllegalByte { position, error });
        }
    }
    Ok(())
}

fn describe_step(line: &str) -> String {
    if line == PASSIVE {
        return format!("{PASSIVE}  (PASV, or EPSV on IPv6)");
    }
    let shown = match secret_span(line.as_bytes(), &|_| false) {
        Some(span) if !holds_only_places(&line.as_bytes()[span.clone()]) => [
            &line.as_bytes()[..span.start],
            b"****",
            &line.as_bytes()[span.end..],
        ]
        .concat(),
        _ => line.as_bytes().to_vec(),
    };
    escape(&shown)
}

/// Whether a secret is still to come as an argument: `$1 $*`.
fn holds_only_places(secret: &[u8]) -> bool {
    secret
        .split(u8::is_ascii_whitespace)
        .all(|word| matches!(word, [] | [b'$', b'*' | b'1'..=b'9']))
}

#[cfg(test)]
mod tests;
