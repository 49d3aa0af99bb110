//! The receiving end of a download, as the caller hands it in.

use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::endpoint::Cancellation;

/// Where received data goes. Nothing may be destroyed before the first byte or an accepted end.
pub trait Destination: Send {
    /// Takes bytes in the order in which they came.
    ///
    /// # Errors
    ///
    /// Whatever the place says; the data connection is then reset.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Nothing more comes. `accepted`: the server began the transfer and ended its data, so that empty data is data too.
    ///
    /// # Errors
    ///
    /// Whatever the place says.
    fn end(&mut self, accepted: bool) -> io::Result<()>;

    /// Writing to it does not block: it is memory or an ordinary file.
    fn is_prompt(&self) -> bool {
        false
    }

    /// What ends its waiting for somebody when the transfer is given up, if it can wait.
    fn cancellation(&self) -> Option<Cancellation> {
        None
    }

    /// It is the screen, where events are shown too.
    fn is_screen(&self) -> bool {
        false
    }

    /// [`Destination::as_file`] will give a file.
    fn has_file(&self) -> bool {
        false
    }

    /// An error of that file, in this destination's words.
    fn describe(&self, error: io::Error) -> io::Error {
        error
    }

    /// The file that bytes may be moved to without passing through this process. From here on they count as written.
    ///
    /// # Errors
    ///
    /// As for [`Destination::write`].
    fn as_file(&mut self) -> io::Result<Option<File>> {
        Ok(None)
    }
}

/// Keeps the first bytes of what is received, up to a bound, and lets the rest pass.
#[derive(Clone, Debug)]
pub struct KeptBytes {
    kept: Arc<Mutex<Vec<u8>>>,
    most: usize,
}

impl KeptBytes {
    /// Keeps at most so many bytes. A clone is handed to the transfer.
    #[must_use]
    pub fn at_most(most: usize) -> Self {
        Self {
            kept: Arc::default(),
            most,
        }
    }

    /// What was kept so far.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Destination for KeptBytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let room = self.most.saturating_sub(kept.len());
        kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
        Ok(())
    }

    fn end(&mut self, _accepted: bool) -> io::Result<()> {
        Ok(())
    }

    fn is_prompt(&self) -> bool {
        true
    }
}
