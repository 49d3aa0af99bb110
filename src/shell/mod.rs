//! What a person touches: the line, the editor, the painter, options and configuration.

pub mod advice;
mod advising;
pub mod aliases;
pub mod assistance;
mod background;
mod builtins;
pub mod configuration;
mod connecting;
pub mod core;
pub mod editor;
pub mod escape;
pub mod exit;
mod exporting;
pub mod help;
pub mod hexdump;
mod importing;
pub mod interrupts;
mod known_hosts;
pub mod line;
mod listing_table;
mod looking_back;
pub mod options;
pub mod page;
mod pager;
pub mod painter;
pub mod places;
mod practising;
pub mod prompt;
mod raw_octets;
mod received_file;
mod recording;
mod replaying;
mod resumed_file;
mod resuming;
mod running;
pub mod secrets;
mod sending;
mod sent_file;
pub mod settings;
mod shown_data;
pub mod target;
mod terminations;
pub mod timeline;
mod tls;
pub mod trace;
mod trust;
mod typing_data;
mod way_on;
pub mod why;
mod witnesses;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use options::Options;
use painter::{Dialogue, Screen};

/// Runs the program: arguments in, exit code out.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match Options::try_parse_from(arguments) {
        Ok(options) => ExitCode::from(running::run(options).code()),
        Err(problem) => {
            print(&problem);
            ExitCode::from(u8::try_from(problem.exit_code()).unwrap_or(2))
        }
    }
}

/// Prints help, or what is wrong with the arguments; a password in an argument is not repeated.
fn print(problem: &clap::Error) {
    let text = problem.render().to_string();
    let shown = secrets::without_secrets(&text);
    if shown == text {
        // A closed standard output must not change the exit code.
        let _ = problem.print();
    } else {
        Screen::new(Dialogue::StandardError, Some(false), true).line(shown.trim_end());
    }
}
