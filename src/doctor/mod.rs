//! Whether a server works for everybody, is safe, and goes by the book: checks, most of them transcripts, and the
//! report on what they found.
//!
//! ```text
//! checks (src/checks/) --> run --> talk: one control connection, everything on it is kept
//!                           |        |
//!                           |      ways, coded: what a dialogue cannot do
//!                           v
//!                         report --> forms: what other programs read (the table is the shell's)
//! ```

pub mod check;
pub mod checks;
mod clinic;
mod coded;
pub mod difference;
pub mod forms;
mod obstacle;
pub mod page;
pub mod report;
mod run;
pub mod settings;
mod shown;
pub mod stop;
mod talk;
mod ways;

pub use clinic::{GUEST, Login, Request};
pub use run::{examine, examine_ways};
pub(crate) use talk::beginning;
