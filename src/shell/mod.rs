//! What a person touches: the line, the editor, the painter, options and configuration.

mod charset;
mod completion;
pub mod config;
pub(crate) mod doctor;
pub mod editor;
pub(crate) mod exit;
pub mod explaining;
pub(crate) mod help;
pub(crate) mod interrupts;
mod lessons;
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

use clap::error::{ContextKind, ErrorKind};

use config::options::Options;
use config::secrets;
use exit::Exit;
use screen::painter::{Dialogue, Painter, Screen, Tone};

/// Runs the program: arguments in, exit code out.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    terminations::end_program_at_panic(|| {});
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(candidates) = completion::answer(&arguments) {
        return complete(candidates);
    }
    match Options::read(&arguments) {
        Ok(options) => ExitCode::from(start::run(options).code()),
        Err(problem) => {
            let exit = print(&problem, &arguments);
            ExitCode::from(exit.unwrap_or_else(|| u8::try_from(problem.exit_code()).unwrap_or(2)))
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
///
/// Returns the exit code, if it is not that of the problem: standard output took no help.
fn print(problem: &clap::Error, arguments: &[OsString]) -> Option<u8> {
    let text = problem.render().to_string();
    let arguments: Vec<String> = arguments
        .iter()
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let shown = secrets::without_passwords_of(&arguments, &text);
    let screen = Screen::new(Dialogue::StandardError, Some(false));
    if let Some(habit) = habit_of_others(problem) {
        Painter::new(screen).say(Tone::Error, habit);
        return None;
    }
    // What goes to a terminal would be broken in the middle of words there; clap lays out its help alone.
    if shown != text || (problem.use_stderr() && screen.row().is_some()) {
        Painter::new(screen).say_as_laid_out(&shown);
        return None;
    }
    match problem.print() {
        // Whoever closes its end, as `head` does, has seen enough.
        Err(error) if !problem.use_stderr() && error.kind() != io::ErrorKind::BrokenPipe => {
            let painter = Painter::new(screen);
            painter.say(Tone::Error, &format!("standard output: {error}"));
            Some(Exit::LocalFile.code())
        }
        _ => None,
    }
}

/// What takes the place of an option that other clients have.
fn habit_of_others(problem: &clap::Error) -> Option<&'static str> {
    let option = problem.get(ContextKind::InvalidArg)?.to_string();
    match option.as_str() {
        _ if problem.kind() != ErrorKind::UnknownArgument => None,
        "-p" => Some("there is no -p: the port comes after the host, as in ftpsh HOST PORT"),
        "-u" => Some(
            "there is no -u: a user belongs in a URL, as in ftpsh ftp://USER@HOST, and the password is asked for",
        ),
        _ => None,
    }
}
