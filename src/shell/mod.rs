//! What a person touches: the line, the editor, the painter, options and configuration.

mod charset;
mod completion;
pub mod config;
pub mod editor;
pub(crate) mod exit;
pub(crate) mod help;
pub(crate) mod interrupts;
pub mod line;
mod local;
mod replay;
mod run;
pub mod screen;
mod start;
mod terminations;

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use clap::Parser;

use config::options::Options;
use config::secrets;
use screen::painter::{Dialogue, Screen};

/// Runs the program: arguments in, exit code out.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    terminations::end_program_at_panic(|| {});
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(candidates) = completion::answer(&arguments) {
        return complete(candidates);
    }
    match Options::try_parse_from(&arguments) {
        Ok(options) => ExitCode::from(start::run(options).code()),
        Err(problem) => {
            print(&problem, &arguments);
            ExitCode::from(u8::try_from(problem.exit_code()).unwrap_or(2))
        }
    }
}

/// Gives the user's shell the candidates. A shell shows no message in the middle of a line, so there is none.
fn complete(candidates: io::Result<Vec<u8>>) -> ExitCode {
    let screen = Screen::new(Dialogue::StandardError, Some(false));
    match candidates.and_then(|candidates| screen.data(&candidates)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Prints help, or what is wrong with the arguments; a password in an argument is not repeated.
fn print(problem: &clap::Error, arguments: &[OsString]) {
    let text = problem.render().to_string();
    let arguments: Vec<String> = arguments
        .iter()
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let shown = secrets::without_passwords_of(&arguments, &text);
    if shown == text {
        // A closed standard output must not change the exit code.
        let _ = problem.print();
    } else {
        Screen::new(Dialogue::StandardError, Some(false)).line(shown.trim_end());
    }
}
