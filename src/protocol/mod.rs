//! The RFCs as values: no socket, no file, no clock, no colour, no environment.

pub mod command;
pub mod reply;
pub mod verbs;

pub use command::{Command, IllegalOctet, Verb};
pub use reply::{Reply, ReplyClass, ReplyCode};
