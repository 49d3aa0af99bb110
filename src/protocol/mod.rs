//! The RFCs as values: no socket, no file, no clock, no colour, no environment.

pub mod command;
mod open_reply;
pub mod reply;
pub mod reply_reader;
mod telnet;
pub mod verbs;

pub use command::{Command, IllegalOctet, Verb};
pub use reply::{Reply, ReplyClass, ReplyCode};
pub use reply_reader::{Received, ReplyReader};
