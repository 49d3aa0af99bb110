//! What a person touches: the line, the editor, the painter, options and configuration.

use std::ffi::OsString;
use std::process::ExitCode;

pub mod aliases;
pub mod configuration;
pub mod escape;
pub mod hexdump;
pub mod line;
pub mod secrets;
pub mod settings;

/// Runs the program.
pub fn run(_arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    ExitCode::SUCCESS
}
