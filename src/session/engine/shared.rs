//! The engine between two threads: its own, which works, and the one that asks what is known.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::{Engine, Input, Status};

/// The engine, which its own thread holds while it works on an input, and a handle may look at in between.
#[derive(Clone)]
pub(in crate::session) struct SharedEngine(Arc<Mutex<Option<Engine>>>);

impl SharedEngine {
    pub(in crate::session) fn new(engine: Engine) -> Self {
        Self(Arc::new(Mutex::new(Some(engine))))
    }

    /// Takes inputs until the session is closed, and gives a place in `unread` back for each one of the control connection.
    pub(in crate::session) fn run(&self, inputs: &Receiver<Input>, unread: &Receiver<()>) {
        if let Some(engine) = self.lock().as_mut() {
            engine.start();
        }
        loop {
            let deadline = self.lock().as_ref().and_then(Engine::next_deadline);
            let input = match deadline {
                None => inputs.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(deadline) => {
                    inputs.recv_timeout(deadline.saturating_duration_since(Instant::now()))
                }
            };
            let input = match input {
                Ok(Input::Close(done)) => {
                    return self.lock().take().map_or((), |engine| engine.close(&done));
                }
                Err(RecvTimeoutError::Disconnected) => return drop(self.lock().take()),
                Err(RecvTimeoutError::Timeout) => None,
                Ok(input) => Some(input),
            };
            if let Some(engine) = self.lock().as_mut() {
                engine.step(input, unread);
            }
        }
    }

    /// What is known now, if the engine has taken as many inputs of the handle as were `given`. Asking it by an input
    /// would cost two changes of thread.
    pub(in crate::session) fn status(&self, given: u64) -> Option<Status> {
        let engine = self.lock();
        let engine = engine.as_ref().filter(|engine| engine.taken == given)?;
        Some(engine.status())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Engine>> {
        // An engine that panicked takes no more inputs, and whoever asks by one learns it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for SharedEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedEngine").finish_non_exhaustive()
    }
}
