//! The only sockets of the program. No meaning lives here: octets in, octets out, opened and closed.

pub mod control;
pub mod data;
pub mod listener;
pub mod loopback;
mod loopback_layer;
pub mod loopback_tls;

pub use control::{ControlConnection, ControlInput, DialError};
pub use data::{DataConnection, DataEvent};
pub use listener::{Awaited, DataListener};
