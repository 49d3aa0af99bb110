//! The sockets of a session. No meaning lives here: octets in, octets out, opened and closed.

pub mod control;
pub mod data;
pub mod listener;

pub use control::DialError;
pub use control::{ControlConnection, ControlInput};
pub use data::{ConnectionTap, DataConnection, DataEvent, MovedData};
pub use listener::{Awaited, DataListener};
