//! The receiving end of a download, as the caller hands it in.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

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

/// Keeps the first octets of what is received, up to a bound, and lets the rest pass.
#[derive(Clone, Debug)]
pub struct KeptOctets {
    kept: Arc<Mutex<Vec<u8>>>,
    most: usize,
}

impl KeptOctets {
    /// Keeps at most so many octets. A clone is handed to the transfer.
    #[must_use]
    pub fn at_most(most: usize) -> Self {
        Self {
            kept: Arc::default(),
            most,
        }
    }

    /// What was kept so far.
    #[must_use]
    pub fn octets(&self) -> Vec<u8> {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Destination for KeptOctets {
    fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let room = self.most.saturating_sub(kept.len());
        kept.extend_from_slice(&octets[..octets.len().min(room)]);
        Ok(())
    }

    fn end(&mut self, _accepted: bool) -> io::Result<()> {
        Ok(())
    }
}
