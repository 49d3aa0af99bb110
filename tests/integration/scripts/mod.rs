//! Scripts: `-c` and pipes.

mod aliases;
mod ascii;
mod bytes;
mod charsets;
mod colour;
mod data;
#[cfg(unix)]
mod delivery;
mod dialogue;
mod events;
mod exit_codes;
mod explained;
mod formats;
mod help;
mod hints;
mod local_commands;
mod locations;
mod marks;
mod targets;
#[cfg(target_os = "linux")]
mod threads;
mod verbosity;
