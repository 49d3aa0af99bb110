//! Whether a server works for everybody, is safe, and goes by the book: checks, most of them transcripts, and the
//! report on what they found.
//!
//! ```text
//! checks (src/checks/) --> run --> talk: one control connection, everything on it is kept
//!                           |        |
//!                           |      ways, coded: what a dialogue cannot do
//!                           v
//!                         report --> its forms, in the shell
//! ```

pub mod check;
pub mod checks;
mod clinic;
mod coded;
pub mod page;
pub mod report;
mod run;
pub mod settings;
pub mod stop;
mod talk;
mod ways;

pub use clinic::{Login, Request};
pub use run::examine;
