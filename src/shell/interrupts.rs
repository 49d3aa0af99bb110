//! Ctrl-C outside the editor.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::exit::Exit;
use crate::session::Interrupter;

/// Who hears Ctrl-C at the moment. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Interrupts {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    session: Mutex<Option<Interrupter>>,
    interrupted: AtomicBool,
    exchanging: AtomicBool,
}

impl Interrupts {
    /// Listens from now on. In a script, Ctrl-C with nothing to interrupt ends the program.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn listen(is_script: bool) -> Result<Self, ctrlc::Error> {
        let interrupts = Self::default();
        let shared = Arc::clone(&interrupts.shared);
        ctrlc::set_handler(move || {
            let again = shared.interrupted.swap(true, Ordering::AcqRel);
            let exchanging = shared.exchanging.load(Ordering::Acquire);
            if is_script && (again || !exchanging) {
                std::process::exit(i32::from(Exit::Interrupted.code()));
            }
            if let (true, Some(session)) = (exchanging, &*lock(&shared.session)) {
                session.interrupt();
            }
        })?;
        Ok(interrupts)
    }

    /// The session that Ctrl-C goes to, or none.
    pub fn set_session(&self, session: Option<Interrupter>) {
        *lock(&self.shared.session) = session;
    }

    /// Runs `wait` with Ctrl-C going to the session.
    pub fn during<T>(&self, wait: impl FnOnce() -> T) -> T {
        self.shared.exchanging.store(true, Ordering::Release);
        let result = wait();
        self.shared.exchanging.store(false, Ordering::Release);
        result
    }

    /// Whether Ctrl-C was pressed since this was last asked.
    pub fn take(&self) -> bool {
        self.shared.interrupted.swap(false, Ordering::AcqRel)
    }
}

fn lock(session: &Mutex<Option<Interrupter>>) -> std::sync::MutexGuard<'_, Option<Interrupter>> {
    session.lock().unwrap_or_else(PoisonError::into_inner)
}
