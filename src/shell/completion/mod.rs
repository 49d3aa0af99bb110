//! Completion of the command line by the user's shell. The script that `ftpsh completions` prints runs this program when
//! Tab is pressed, with what is typed as arguments and `FTPSH_COMPLETE` in the environment, and shows what it prints.

mod bash;
mod hosts;
mod values;

use std::ffi::OsString;
use std::io;

use clap::{CommandFactory, ValueEnum};
use clap_complete::env::{Bash, EnvCompleter, Fish, Powershell, Zsh};

use crate::shell::config::options::{Options, fitted};

pub(crate) use values::{
    faults, forms, kinds, reports, script_formats, settings, targets, transcripts,
    transcripts_and_article, transcripts_and_targets,
};

/// A shell that can be told what to complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    /// GNU bash, 4 or later.
    Bash,
    /// The Z shell.
    Zsh,
    /// The friendly interactive shell.
    Fish,
    /// PowerShell.
    Powershell,
}

impl Shell {
    fn adapter(self) -> &'static dyn EnvCompleter {
        match self {
            Self::Bash => &Bash,
            Self::Zsh => &Zsh,
            Self::Fish => &Fish,
            Self::Powershell => &Powershell,
        }
    }

    /// What the shell runs once, so that it asks this program when Tab is pressed.
    pub(crate) fn script(self) -> io::Result<String> {
        let mut script = Vec::new();
        self.adapter()
            .write_registration(VARIABLE, PROGRAM, PROGRAM, PROGRAM, &mut script)?;
        let script = String::from_utf8_lossy(&script);
        // As they are meant, without the quotes and backslashes that they were typed with.
        let script = script.replace("\"${words[@]}\" 2>", "\"${(@Q)words}\" 2>");
        let script = script.replace(bash::LOSES_BREAK, bash::KEEPS_BREAK);
        let more = match self {
            Self::Bash => bash::WRAPPER,
            Self::Zsh => AT_FIRST_USE,
            Self::Fish | Self::Powershell => "",
        };
        Ok(format!("{}\n{more}", script.trim()))
    }
}

/// The candidates, as the shell that asks wants them; `None` if no shell asks.
pub(super) fn answer(arguments: &[OsString]) -> Option<io::Result<Vec<u8>>> {
    let shell = std::env::var(VARIABLE).ok()?;
    let shell = Shell::from_str(&shell, false).ok()?;
    let start = arguments.iter().position(|argument| argument == "--")? + 1;
    let mut words = arguments[start..].to_vec();
    if let (Shell::Fish, Some(last)) = (shell, words.last_mut()) {
        // The others come without their quotes.
        *last = bash::unquoted(&last.to_string_lossy());
    }
    let folder = std::env::current_dir().ok();
    let mut command = fitted(Options::command());
    let mut bytes = Vec::new();
    let written = match shell {
        Shell::Bash => bash::complete(&mut command, &words, folder.as_deref(), &mut bytes),
        _ if words.is_empty() => Ok(()),
        _ => shell
            .adapter()
            .write_complete(&mut command, words, folder.as_deref(), &mut bytes),
    };
    Some(written.map(|()| bytes))
}

const PROGRAM: &str = "ftpsh";
const VARIABLE: &str = "FTPSH_COMPLETE";

/// zsh reads the script as the body of `_ftpsh` when Tab is pressed for the first time, and expects candidates of it.
const AT_FIRST_USE: &str = "
if [[ ${funcstack[1]} = _ftpsh ]]; then
    _clap_dynamic_completer_ftpsh \"$@\"
fi
";
