//! Stops the local side of a transfer that was given up, so that it takes no data meant for the next one.

use std::io::{self, PipeReader, PipeWriter};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Tells a local side that its transfer was given up. Clones share it.
///
/// It is a pipe that closes then. On Unix, a local side that polls a file or pipe polls this pipe as well.
#[derive(Clone, Debug)]
pub struct Cancellation {
    ends: Arc<Ends>,
}

#[derive(Debug)]
struct Ends {
    #[cfg_attr(
        not(unix),
        expect(dead_code, reason = "elsewhere nothing can wait for it")
    )]
    closes_when_cancelled: PipeReader,
    /// Nothing once it is cancelled.
    open: Mutex<Option<PipeWriter>>,
}

impl Cancellation {
    /// Not cancelled yet.
    ///
    /// # Errors
    ///
    /// The system has no pipe left.
    pub fn new() -> io::Result<Self> {
        let (closes_when_cancelled, writer) = io::pipe()?;
        let open = Mutex::new(Some(writer));
        Ok(Self {
            ends: Arc::new(Ends {
                closes_when_cancelled,
                open,
            }),
        })
    }

    /// The transfer was given up. A step of [`Cancellation::unless_cancelled`] has ended, or will not begin.
    pub fn cancel(&self) {
        self.lock().take();
    }

    /// Does something that does not wait, unless the transfer was given up.
    pub fn unless_cancelled<T>(&self, step: impl FnOnce() -> T) -> Option<T> {
        let open = self.lock();
        open.is_some().then(step)
    }

    /// Whether the transfer was given up.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.lock().is_none()
    }

    fn lock(&self) -> MutexGuard<'_, Option<PipeWriter>> {
        // A step that panicked has not changed it.
        self.ends
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// To be waited for: its other end is closed once the transfer was given up.
#[cfg(unix)]
impl std::os::fd::AsFd for Cancellation {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.ends.closes_when_cancelled.as_fd()
    }
}
