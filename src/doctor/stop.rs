//! The end of a run before it is done: the budget is spent, or Ctrl-C.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant};
use std::{io, thread};

use crate::client::Interrupter;

/// Ends a run from another thread. Clones share it.
#[derive(Clone, Default)]
pub struct Stop(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    reason: Option<&'static str>,
    session: Option<Interrupter>,
}

/// While it lives, time is counted.
pub(super) struct Budget {
    until: Instant,
    _ends: mpsc::Sender<()>,
}

impl Stop {
    /// Ends the run: nothing more is begun, and what is waited for is given up.
    pub fn now(&self, reason: &'static str) {
        let mut state = self.lock();
        state.reason.get_or_insert(reason);
        let session = state.session.clone();
        drop(state);
        if let Some(session) = session {
            session.interrupt();
        }
    }

    /// Why it was ended.
    #[must_use]
    pub fn reason(&self) -> Option<&'static str> {
        self.lock().reason
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.lock().reason.is_some()
    }

    /// The session that is waited for.
    pub(super) fn watch(&self, session: Option<Interrupter>) {
        self.lock().session = session;
    }

    /// Ends the run after so long, and presses on until it has ended.
    pub(super) fn after(&self, budget: Duration) -> io::Result<Budget> {
        let (sender, over) = mpsc::channel::<()>();
        let stop = self.clone();
        thread::Builder::new()
            .name("budget".to_owned())
            .spawn(move || {
                let mut wait = budget;
                while over.recv_timeout(wait) == Err(mpsc::RecvTimeoutError::Timeout) {
                    stop.now(SPENT);
                    wait = PRESS_EVERY;
                }
            })?;
        Ok(Budget {
            until: Instant::now() + budget,
            _ends: sender,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Budget {
    /// What is left of it.
    pub(super) fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }
}

const SPENT: &str = "the budget was spent (--budget SECONDS)";

/// A first Ctrl-C asks the server to abort, and a second one does not wait for that.
const PRESS_EVERY: Duration = Duration::from_millis(500);
