//! One step of an alias: how it is written, and what it becomes.

use super::template::{Arity, BadDollar, Filled, MissingFileName, PathOf, Template};
use super::{ExpandedStep, ExpansionError};
use crate::protocol::Command;
use crate::shell::line::quote::Quoted;
use crate::shell::line::{Builtin, Line, LineError, Redirection, path, read};

/// The step that is PASV or EPSV, whichever suits the connection.
pub(super) const PASSIVE: &str = "$passive";

/// One step of an alias. The line was taken apart before any argument is put in, so no argument can bring in a
/// redirection or another command.
#[derive(Clone)]
pub(super) enum Step {
    Passive,
    Command {
        command: Template,
        redirection: Option<RedirectionTemplate>,
        /// It is `quote -x`.
        is_exact: bool,
    },
    Builtin {
        name: Builtin,
        arguments: Vec<Template>,
    },
}

#[derive(Clone)]
pub(super) enum RedirectionTemplate {
    ToFile(Template),
    AppendFile(Template),
    /// With how many of its bytes are left out.
    FromFile(Template, u64),
    FromText(Template),
    Fixed(Redirection),
}

/// Why a step cannot be part of an alias.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// The line itself is wrong.
    #[error(transparent)]
    Line(#[from] LineError),
    /// Nothing to send.
    #[error("the step is empty: leave it out, or write quote to send an empty line")]
    Empty,
    /// `!command`.
    #[error("an alias cannot run local commands: write FTP commands or built-ins")]
    Local,
    /// An alias in an alias.
    #[error(
        "{0} is an alias, and an alias cannot call another: write the FTP commands that it sends (alias {0} shows them)"
    )]
    Alias(String),
    /// `alias` or `unalias`.
    #[error("an alias cannot change aliases: write FTP commands or other built-ins")]
    Definition,
    /// `$` before something else than a place.
    #[error(
        "a $ must be one of $1 to $9, $*, ${{2-or-name-of-1}}, or $$ for a dollar sign; $passive is a step of its own"
    )]
    BadDollar,
    /// `&`.
    #[error("an alias waits for each of its steps: type the command with & yourself")]
    Background,
    /// An argument would choose the verb.
    #[error("the FTP verb must be written out: an argument can only come after it and a space")]
    VerbFromArgument,
    /// An argument in `| command`.
    #[error("an argument cannot be part of a local command; for a dollar sign in it write $$")]
    ArgumentInLocalCommand,
    /// `<<WORD`.
    #[error("<< needs lines below it, which an alias does not have: write <<< 'text' or < file")]
    HereDocument,
}

impl From<BadDollar> for StepError {
    fn from(_: BadDollar) -> Self {
        Self::BadDollar
    }
}

impl Step {
    /// Reads a step as the user writes it; `is_alias` says which names are aliases.
    pub(super) fn parse(text: &str, is_alias: &dyn Fn(&str) -> bool) -> Result<Self, StepError> {
        if text == PASSIVE {
            return Ok(Self::Passive);
        }
        match read(text.as_bytes(), is_alias)? {
            Line::Empty => Err(StepError::Empty),
            Line::Local(_) => Err(StepError::Local),
            Line::Alias { name, .. } => Err(StepError::Alias(name)),
            Line::Background { .. } => Err(StepError::Background),
            Line::Quote(command) => Ok(Self::Command {
                command: command_template(&command)?,
                redirection: None,
                is_exact: Quoted::find(text.as_bytes()).is_some_and(|quoted| quoted.escaped),
            }),
            Line::Builtin {
                name: Builtin::Alias | Builtin::Unalias,
                ..
            } => Err(StepError::Definition),
            Line::Builtin { name, arguments } => Ok(Self::Builtin {
                name,
                arguments: arguments
                    .iter()
                    .map(|argument| Template::parse(argument.as_bytes()))
                    .collect::<Result<_, _>>()?,
            }),
            Line::Raw {
                command,
                redirection,
            } => Ok(Self::Command {
                command: command_template(&command)?,
                redirection: redirection.map(RedirectionTemplate::new).transpose()?,
                is_exact: false,
            }),
        }
    }

    pub(super) fn arity(&self) -> Arity {
        match self {
            Self::Passive => Arity::default(),
            Self::Command {
                command,
                redirection,
                ..
            } => {
                let target = redirection.as_ref().and_then(RedirectionTemplate::target);
                command
                    .arity()
                    .and(target.map(Template::arity).unwrap_or_default())
            }
            Self::Builtin { arguments, .. } => arguments
                .iter()
                .map(Template::arity)
                .fold(Arity::default(), Arity::and),
        }
    }

    /// Whether an argument becomes part of a password or another secret.
    pub(super) fn carries_secret(&self) -> bool {
        match self {
            Self::Passive => false,
            Self::Builtin { name, arguments } => {
                *name == Builtin::Login && arguments.iter().any(Template::takes_arguments)
            }
            Self::Command { command, .. } => {
                let example = vec![b"x".to_vec(); 9];
                command.takes_arguments()
                    && command
                        .fill(&example, PathOf::LocalFile)
                        .ok()
                        .and_then(|filled| Command::new(filled.bytes).ok())
                        .is_some_and(|command| command.secret().is_some())
            }
        }
    }

    /// Puts the arguments in.
    pub(super) fn expand(&self, arguments: &[Vec<u8>]) -> Result<ExpandedStep, ExpansionError> {
        match self {
            Self::Passive => Ok(ExpandedStep::Passive),
            Self::Command {
                command,
                redirection,
                is_exact,
            } => {
                let line = command.fill(arguments, PathOf::LocalFile)?.bytes;
                let redirection = redirection.as_ref();
                Ok(ExpandedStep::Command {
                    command: Command::new(line).map_err(LineError::from)?,
                    is_exact: *is_exact,
                    may_overwrite: !redirection.is_some_and(RedirectionTemplate::wants_new_file),
                    redirection: redirection.map(|r| r.fill(arguments)).transpose()?,
                })
            }
            Self::Builtin {
                name,
                arguments: templates,
            } => Ok(ExpandedStep::Builtin {
                name: *name,
                arguments: builtin_arguments(*name, templates, arguments)?,
            }),
        }
    }
}

impl RedirectionTemplate {
    fn new(redirection: Redirection) -> Result<Self, StepError> {
        let of_path = |path: std::path::PathBuf| {
            let text = path
                .to_str()
                .expect("a step is text, and so are the words in it");
            Template::parse(text.as_bytes())
        };
        Ok(match redirection {
            Redirection::ToFile(path) => Self::ToFile(of_path(path)?),
            Redirection::AppendFile(path) => Self::AppendFile(of_path(path)?),
            Redirection::FromFile { path, offset } => Self::FromFile(of_path(path)?, offset),
            Redirection::FromText(text) => Self::FromText(Template::parse(&text)?),
            Redirection::FromHereDocument(_) => return Err(StepError::HereDocument),
            Redirection::ToCommand(command) => {
                let template = Template::parse(&command)?;
                let command = template
                    .without_arguments()
                    .ok_or(StepError::ArgumentInLocalCommand)?;
                Self::Fixed(Redirection::ToCommand(command))
            }
            fixed @ (Redirection::ToStandardOutput | Redirection::FromStandardInput) => {
                Self::Fixed(fixed)
            }
        })
    }

    fn target(&self) -> Option<&Template> {
        match self {
            Self::ToFile(target)
            | Self::AppendFile(target)
            | Self::FromFile(target, _)
            | Self::FromText(target) => Some(target),
            Self::Fixed(_) => None,
        }
    }

    /// A name that came from an argument was never typed after a `>`, so nobody asked to replace that file.
    fn wants_new_file(&self) -> bool {
        matches!(self, Self::ToFile(target) if target.takes_arguments())
    }

    fn fill(&self, arguments: &[Vec<u8>]) -> Result<Redirection, ExpansionError> {
        Ok(match self {
            Self::Fixed(redirection) => redirection.clone(),
            Self::FromText(text) => {
                Redirection::FromText(text.fill(arguments, PathOf::LocalFile)?.bytes)
            }
            Self::ToFile(target) => match local_name(target, arguments)? {
                name if name == b"-" => Redirection::ToStandardOutput,
                name => Redirection::ToFile(path(name)?),
            },
            Self::AppendFile(target) => match local_name(target, arguments)? {
                name if name == b"-" => Redirection::ToStandardOutput,
                name => Redirection::AppendFile(path(name)?),
            },
            Self::FromFile(target, offset) => match local_name(target, arguments)? {
                name if name == b"-" && *offset == 0 => Redirection::FromStandardInput,
                name => Redirection::FromFile {
                    path: path(name)?,
                    offset: *offset,
                },
            },
        })
    }
}

/// The verb of a step must be its own: which data it has, and whether it is a secret, depends on it.
fn command_template(command: &Command) -> Result<Template, StepError> {
    let template = Template::parse(command.line())?;
    if template.takes_arguments() && !template.has_fixed_verb() {
        return Err(StepError::VerbFromArgument);
    }
    Ok(template)
}

fn local_name(target: &Template, arguments: &[Vec<u8>]) -> Result<Vec<u8>, ExpansionError> {
    let Filled {
        bytes: name,
        has_taken_name,
    } = target.fill(arguments, PathOf::RemoteFile)?;
    if name.is_empty() {
        return Err(MissingFileName.into());
    }
    // A remote file called `-` or `~` is a file here too.
    let means_something_else = name == b"-" || name.starts_with(b"~");
    if has_taken_name && means_something_else {
        return Ok([b"./", name.as_slice()].concat());
    }
    Ok(name)
}

fn builtin_arguments(
    name: Builtin,
    templates: &[Template],
    arguments: &[Vec<u8>],
) -> Result<Vec<String>, ExpansionError> {
    let mut words = Vec::new();
    for template in templates {
        if template.is_all_arguments() {
            words.extend_from_slice(arguments);
        } else {
            words.push(template.fill(arguments, PathOf::LocalFile)?.bytes);
        }
    }
    Ok(name.arguments_as_text(words)?)
}
