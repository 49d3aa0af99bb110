//! The ends of a transfer that a replay hands to the session.

use std::io::{self, Read};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use crate::client::Destination;
use crate::transcript::data::DataDigest;

/// Tells when an ABOR is due, and holds an upload up until it has been sent.
#[derive(Debug)]
pub(super) struct Abort {
    due: Receiver<()>,
    _hold: Sender<()>,
}

/// The other end of an [`Abort`], in a transfer.
#[derive(Debug)]
pub(super) struct AbortTrigger {
    due: Sender<()>,
    hold: Receiver<()>,
}

impl Abort {
    pub(super) fn new() -> (Self, AbortTrigger) {
        let (trigger, due) = mpsc::channel();
        let (_hold, hold) = mpsc::channel();
        (Self { due, _hold }, AbortTrigger { due: trigger, hold })
    }

    /// Waits until it is due, or the transfer is over, or so long.
    pub(super) fn await_due(&self, limit: std::time::Duration) {
        // Whatever ends the waiting, the ABOR goes out; the server's replies are what is compared.
        let _ = self.due.recv_timeout(limit);
    }
}

/// Sends what it is given; an upload that is to be aborted then stays open.
pub(super) struct Source {
    bytes: Box<dyn Read + Send>,
    trigger: Option<AbortTrigger>,
}

impl Source {
    pub(super) fn new(bytes: Box<dyn Read + Send>, trigger: Option<AbortTrigger>) -> Self {
        Self { bytes, trigger }
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        if count == 0
            && let Some(trigger) = self.trigger.take()
        {
            // An error means that the replay is over.
            let _ = trigger.due.send(());
            let _ = trigger.hold.recv();
        }
        Ok(count)
    }
}

/// Counts and digests what is received, and keeps its beginning.
#[derive(Clone)]
pub(super) struct Received {
    shared: Arc<Mutex<State>>,
}

struct State {
    kept: Vec<u8>,
    bytes: u64,
    sha256: Sha256,
    cut: Option<u64>,
    trigger: Option<AbortTrigger>,
}

impl Received {
    /// At `cut` bytes the connection is dropped, or an ABOR is due if there is a trigger.
    pub(super) fn new(cut: Option<u64>, trigger: Option<AbortTrigger>) -> Self {
        let state = State {
            kept: Vec::new(),
            bytes: 0,
            sha256: Sha256::new(),
            cut,
            trigger,
        };
        Self {
            shared: Arc::new(Mutex::new(state)),
        }
    }

    pub(super) fn digest(&self) -> DataDigest {
        let state = self.lock();
        DataDigest {
            bytes: state.bytes,
            sha256: Some(state.sha256.clone().finalize().into()),
        }
    }

    /// The bytes, unless there are too many of them.
    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        let state = self.lock();
        let is_whole = state.bytes == state.kept.len() as u64;
        is_whole.then(|| state.kept.clone())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Destination for Received {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.lock();
        let room = KEPT_BYTES.saturating_sub(state.kept.len());
        state
            .kept
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
        state.sha256.update(bytes);
        state.bytes += bytes.len() as u64;
        let is_reached = state.cut.is_some_and(|cut| state.bytes >= cut);
        match &state.trigger {
            _ if !is_reached => Ok(()),
            Some(trigger) => {
                // An error means that it was sent already.
                let _ = trigger.due.send(());
                Ok(())
            }
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn end(&mut self, _accepted: bool) -> io::Result<()> {
        // Nothing needs to wait for the byte that would have made an ABOR due.
        self.lock().trigger = None;
        Ok(())
    }
}

/// More than a transcript holds.
const KEPT_BYTES: usize = 1024 * 1024;
