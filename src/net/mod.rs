//! The only sockets of the program. No meaning lives here: octets in, octets out, opened and closed.

pub mod control;
pub mod data;
pub mod listener;
pub mod loopback;
mod loopback_layer;
mod loopback_tickets;
pub mod loopback_tls;
pub mod tls;

pub use control::{ControlConnection, ControlInput, DialError};
pub use data::{ConnectionTap, DataConnection, DataEvent, MovedData};
pub use listener::{Awaited, DataListener};
