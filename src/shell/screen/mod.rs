//! What is shown: the only part that writes to the terminal.

pub(crate) mod console;
pub mod escape;
pub(crate) mod hexdump;
pub(crate) mod listing_table;
pub(crate) mod observer;
pub(crate) mod page;
pub(crate) mod painter;
pub(crate) mod picture;
pub(crate) mod problem_log;
pub(crate) mod prompt;
pub(crate) mod script_output;
pub(crate) mod shown_data;
pub(crate) mod timeline;
pub(crate) mod trace;
