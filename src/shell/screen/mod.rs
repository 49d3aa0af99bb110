//! What is shown: the only part that writes to the terminal.

pub mod escape;
pub mod hexdump;
pub(crate) mod listing_table;
pub(crate) mod observer;
pub mod page;
pub mod painter;
pub mod prompt;
pub(crate) mod shown_data;
pub mod timeline;
pub mod trace;
