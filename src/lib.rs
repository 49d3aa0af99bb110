//! `ftpsh`: telnet for FTP with the second window built in.
//!
//! The code is a row of rooms; a room imports only rooms to its left:
//!
//! ```text
//! protocol <- tls <- client <- resume <- transcript <- practice <- evidence <- explain <- learn <- doctor <- shell <- main
//! ```
//!
//! * [`protocol`]: the RFCs as values, and the user-PI as a state machine without sockets or clocks.
//! * [`tls`]: TLS as a value: bytes in, bytes out.
//! * [`client`]: one control connection and its data connections, told to observers.
//! * [`resume`]: the plan that finishes a transfer and checks the result.
//! * [`transcript`]: dialogues as text.
//! * [`practice`]: a small, real FTP server on loopback, with faults that can be switched on.
//! * [`doctor`]: whether a server works, is safe, and goes by the book.
//! * [`shell`]: what a person touches.
//!
//! # A dialogue, and who does what
//!
//! ```text
//! ftp> pasv                                       shell::line reads it, shell::run::sending gives it to the session
//! 227 Entering Passive Mode (127,0,0,1,11,79)     client::driver reads bytes, protocol::UserPi makes a reply of them
//!   data connection open to 127.0.0.1:2895        client::machine has it dialled, shell::screen::painter hears of it
//! ftp ⇄> appe 1.TXT < rest                        shell::local::places opens the file before anything is sent
//! 150 Opening ASCII mode data connection          client::machine lets the first byte go now, and not earlier
//!   6 bytes sent, data connection closed          client::endpoint has read them, client::driver counts them
//! 226 Transfer complete.                          protocol::ledger knows that this belongs to APPE
//! ```
//!
//! The same without a person. A session is driven by commands, and tells what happens to an observer:
//!
//! ```
//! use ftpsh::practice::{Configuration, PracticeServer};
//! use ftpsh::protocol::Command;
//! use ftpsh::client::{Observation, Observer, Origin, Session, Settings};
//!
//! struct IgnoreAll;
//!
//! impl Observer for IgnoreAll {
//!     fn observe(&mut self, _: &Observation) {}
//! }
//!
//! let server = PracticeServer::start(Configuration::default())?;
//! let host = server.address().ip().to_string();
//! let port = server.address().port();
//! let (session, greeting) = Session::connect(&host, port, Settings::default(), Box::new(IgnoreAll))?;
//! assert_eq!(greeting.wait().code(), 220);
//!
//! for (line, code) in [("USER A", 331), ("PASS A", 230), ("SIZE 1.TXT", 213)] {
//!     let outcome = session.perform(Command::new(line)?, Origin::Typed, None);
//!     assert_eq!(outcome.code(), code);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod client;
pub mod doctor;
mod evidence;
mod explain;
mod learn;
pub mod practice;
pub mod protocol;
pub mod resume;
pub mod shell;
pub mod tls;
pub mod transcript;
