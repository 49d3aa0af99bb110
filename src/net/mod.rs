//! The only sockets of the program. No meaning lives here: octets in, octets out, open and closed.

pub mod loopback;
