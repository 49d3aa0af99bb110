//! Logs of FTP clients and servers, read line by line whatever their length: which line is a command, which a reply, and of
//! which session.
//!
//! ```text
//! bytes -> lines -> a row of notations.table, or the form -> LogLine
//! ```

mod form;
mod lines;
pub(crate) mod masking;
mod notations;
mod quoted;
mod reader;
mod sessions;

pub(crate) use reader::{LogLine, LogReader, Meaning};
