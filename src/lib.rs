//! `ftpsh`: telnet for FTP with the second window built in.
//!
//! The code is a row of rooms; a room imports only rooms to its left:
//!
//! ```text
//! protocol <- net <- session <- transcript <- shell <- main
//! protocol <- net <- practice <- shell
//! ```
//!
//! * [`protocol`]: the RFCs as values, and the user-PI as a state machine without sockets or clocks.
//! * [`net`]: the only sockets.
//! * [`session`]: one login's worth of FTP, told to observers.
//! * [`transcript`]: dialogues as text.
//! * [`practice`]: a small, real FTP server on loopback, with faults that can be switched on.
//! * [`shell`]: what a person touches.

pub mod net;
pub mod practice;
pub mod protocol;
pub mod session;
pub mod shell;
pub mod transcript;
