//! The receiving end of a download, as the caller hands it in.

use std::io;

/// Where received data go. Nothing may be destroyed before the first octet or an accepted end.
pub trait Destination: Send {
    /// Takes octets in the order in which they came.
    ///
    /// # Errors
    ///
    /// Whatever the place says; the data connection is then reset.
    fn write(&mut self, octets: &[u8]) -> io::Result<()>;

    /// Nothing more comes. `accepted`: the server began the transfer, so that empty data are data too.
    ///
    /// # Errors
    ///
    /// Whatever the place says.
    fn end(&mut self, accepted: bool) -> io::Result<()>;
}
