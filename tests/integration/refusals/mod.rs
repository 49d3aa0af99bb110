//! What cannot be done is refused before anything is sent, in a sentence that says what to do.

mod command_line;
mod configuration;
mod lines;
