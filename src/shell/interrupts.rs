//! Ctrl-C outside the editor.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::editor::HeldEcho;
use super::exit::Exit;
use crate::client::Interrupter;
use crate::transcript::recorder::Recorder;

/// Who hears Ctrl-C at the moment. Clones share it.
#[derive(Clone)]
pub struct Interrupts {
    is_script: bool,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    session: Option<Interrupter>,
    /// Somebody waits for the session, so Ctrl-C is its affair.
    waits: bool,
    /// Ctrl-C was pressed since this was last asked.
    pressed: bool,
    /// Ctrl-C was pressed just before the waiting began, and nobody has heard it.
    unheard: bool,
    /// The session has heard one since it was last told to forget it.
    heard: bool,
    farewell: Option<Box<dyn FnOnce() + Send>>,
    /// What writes the session down; its file is to end as one that can be read.
    recorder: Option<Recorder>,
}

impl Interrupts {
    /// Listens from now on. In a script, Ctrl-C with nothing to interrupt ends the program, and so does a second one.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn listen(is_script: bool) -> Result<Self, ctrlc::Error> {
        let interrupts = Self {
            is_script,
            state: Arc::default(),
        };
        let heard = interrupts.clone();
        ctrlc::set_handler(move || heard.press())?;
        Ok(interrupts)
    }

    /// The session that Ctrl-C goes to, or none.
    pub fn set_session(&self, session: Option<Interrupter>) {
        self.lock().session = session;
    }

    /// Makes something of which nothing must stay behind; its second half is what is still to be done when Ctrl-C or a
    /// signal ends the program. It is made whole or not at all, and the program does not end in between.
    ///
    /// # Errors
    ///
    /// What making it says.
    pub fn make<T, E, F: FnOnce() + Send + 'static>(
        &self,
        make: impl FnOnce() -> Result<(T, F), E>,
    ) -> Result<T, E> {
        let mut state = self.lock();
        let (made, farewell) = make()?;
        state.farewell = Some(Box::new(farewell));
        Ok(made)
    }

    /// What is still to be done when Ctrl-C or a signal ends the program.
    pub fn set_farewell(&self, farewell: impl FnOnce() + Send + 'static) {
        self.lock().farewell = Some(Box::new(farewell));
    }

    /// The recorder of the present session.
    pub(crate) fn set_recorder(&self, recorder: Recorder) {
        self.lock().recorder = Some(recorder);
    }

    /// Runs `wait` with Ctrl-C going to the session. What is typed meanwhile is kept for the next prompt, unseen.
    pub fn during<T>(&self, wait: impl FnOnce() -> T) -> T {
        // Under the lock, so that nothing is changed behind a farewell.
        let state = self.lock();
        let held = (!self.is_script).then(HeldEcho::hold);
        drop(state);
        let result = self.during_command(wait);
        let state = self.lock();
        drop(held);
        drop(state);
        result
    }

    /// The same while a local command has the terminal.
    pub fn during_command<T>(&self, wait: impl FnOnce() -> T) -> T {
        let mut state = self.lock();
        state.waits = true;
        state.turn_to_next_command();
        drop(state);
        let result = wait();
        self.lock().waits = false;
        result
    }

    /// To be called before a command that is begun first and waited for afterwards.
    pub fn turn_to_next_command(&self) {
        self.lock().turn_to_next_command();
    }

    /// The same, without forgetting it.
    #[must_use]
    pub fn is_pressed(&self) -> bool {
        self.lock().pressed
    }

    /// Whether Ctrl-C was pressed since this was last asked.
    pub fn take(&self) -> bool {
        let mut state = self.lock();
        state.unheard = false;
        std::mem::take(&mut state.pressed)
    }

    /// Does what is still to be done, once. The caller ends the program behind it: from here on nobody begins or ends
    /// anything.
    pub fn bid_farewell(&self) {
        let mut state = self.lock();
        let (farewell, recorder) = (state.farewell.take(), state.recorder.take());
        // Held to the end of the program, so that nothing is made that nobody would remove.
        std::mem::forget(state);
        if let Some(recorder) = recorder {
            recorder.stop();
        }
        if let Some(farewell) = farewell {
            farewell();
        }
    }

    fn press(&self) {
        let mut state = self.lock();
        let again = std::mem::replace(&mut state.pressed, true);
        if self.is_script && (again || !state.waits) {
            drop(state);
            self.bid_farewell();
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
        match &state.session {
            Some(session) if state.waits => {
                session.interrupt();
                state.heard = true;
            }
            _ => state.unheard = true,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A Ctrl-C that came behind the last command is not for the next one, but one that nobody has heard is.
    fn turn_to_next_command(&mut self) {
        let unheard = std::mem::take(&mut self.unheard);
        let Some(session) = &self.session else { return };
        if std::mem::replace(&mut self.heard, unheard) {
            session.forget();
        }
        if unheard {
            session.interrupt();
        }
    }
}
