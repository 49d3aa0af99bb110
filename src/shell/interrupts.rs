//! Ctrl-C and Ctrl-] outside the editor.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::editor::{HeldEcho, watch_keys};
use super::exit::Exit;
use crate::client::Interrupter;
use crate::transcript::recorder::Recorder;

/// Where Ctrl-C goes at the moment. Clones share it.
#[derive(Clone)]
pub(crate) struct Interrupts {
    is_script: bool,
    state: Arc<Mutex<State>>,
    remains: Arc<Mutex<PendingCleanup>>,
}

/// While it lives, what is typed between two prompts is not seen.
pub(crate) struct HiddenTyping(Interrupts);

impl Drop for HiddenTyping {
    fn drop(&mut self) {
        self.0.set_typing_hidden(false);
    }
}

/// What Ctrl-] does.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Escape {
    /// Nothing, or it belongs to a local command.
    #[default]
    IsIgnored,
    /// It gives the prompt, and the command goes on.
    GivesPrompt,
    /// It is answered with this text.
    IsRefused(&'static str),
}

#[derive(Default)]
struct State {
    session: Option<Interrupter>,
    /// A caller waits for the session, so Ctrl-C goes to it.
    waits: bool,
    escape: Escape,
    /// Ctrl-C was pressed since this was last asked.
    pressed: bool,
    /// Ctrl-C was pressed just before the waiting began, and has had no effect yet.
    unheard: bool,
    /// The session was told of a Ctrl-C since it was last told to forget it.
    heard: bool,
}

/// What must be put in order before the program ends. Nothing of a session is called under its lock, so that a panic in
/// one does not keep the clean-up out.
#[derive(Default)]
struct PendingCleanup {
    cleanup: Option<Box<dyn FnOnce() + Send>>,
    /// Writes the session down; its file must be readable to the end.
    recorder: Option<Recorder>,
    /// The terminal's modes while something is waited for.
    held: Option<HeldEcho>,
    /// The same from one prompt to the next.
    hidden: Option<HeldEcho>,
}

impl Interrupts {
    /// Listens from now on. In a script, Ctrl-C with nothing to interrupt ends the program, and so does a second one.
    pub(crate) fn listen(is_script: bool) -> Result<Self, ctrlc::Error> {
        let interrupts = Self {
            is_script,
            state: Arc::default(),
            remains: Arc::default(),
        };
        let heard = interrupts.clone();
        ctrlc::set_handler(move || heard.press())?;
        Ok(interrupts)
    }

    /// The session that Ctrl-C goes to, or none.
    pub(crate) fn set_session(&self, session: Option<Interrupter>) {
        self.lock().session = session;
    }

    /// Makes something that must not be left over, and the cleanup for when Ctrl-C or a signal ends the program. The
    /// program does not end between the two.
    ///
    /// # Errors
    ///
    /// The error of `make`.
    pub(crate) fn make<T, E, F: FnOnce() + Send + 'static>(
        &self,
        make: impl FnOnce() -> Result<(T, F), E>,
    ) -> Result<T, E> {
        let mut remains = self.lock_cleanup();
        let (made, cleanup) = make()?;
        remains.cleanup = Some(Box::new(cleanup));
        Ok(made)
    }

    /// The cleanup for when Ctrl-C or a signal ends the program.
    pub(crate) fn set_cleanup(&self, cleanup: impl FnOnce() + Send + 'static) {
        self.lock_cleanup().cleanup = Some(Box::new(cleanup));
    }

    /// The recorder of the present session.
    pub(crate) fn set_recorder(&self, recorder: Recorder) {
        self.lock_cleanup().recorder = Some(recorder);
    }

    /// Hears Ctrl-] from now on, where `say` answers if it is refused, and the end of a suspension.
    pub(crate) fn listen_for_keys(&self, say: impl Fn(&str) + Send + 'static) -> io::Result<()> {
        let (heard, resumed) = (self.clone(), self.clone());
        let escape = move || {
            if let Some(refusal) = heard.escape() {
                say(refusal);
            }
        };
        watch_keys(escape, move || {
            if let Some(held) = &resumed.lock_cleanup().held {
                held.renew();
            }
        })
    }

    /// From now on the terminal echoes nothing between two prompts, until the returned value is dropped.
    pub(crate) fn hide_typing(&self) -> HiddenTyping {
        self.set_typing_hidden(true);
        HiddenTyping(self.clone())
    }

    /// Runs `command` with the terminal as it was before its echo was hidden, if it is.
    pub(crate) fn with_typing_shown<T>(&self, command: impl FnOnce() -> T) -> T {
        let was_hidden = self.set_typing_hidden(false);
        let result = command();
        if was_hidden {
            self.set_typing_hidden(true);
        }
        result
    }

    fn set_typing_hidden(&self, hidden: bool) -> bool {
        // Under the lock, as in `during_with`.
        let mut remains = self.lock_cleanup();
        let before = remains.hidden.take();
        let was_hidden = before.is_some();
        drop(before);
        remains.hidden = hidden.then(HeldEcho::between_prompts);
        was_hidden
    }

    /// Runs `wait` with Ctrl-C going to the session. What is typed meanwhile is kept for the next prompt, unseen.
    pub(crate) fn during<T>(&self, wait: impl FnOnce() -> T) -> T {
        self.during_with(Escape::IsRefused(CANNOT_BE_LEFT), wait)
    }

    /// The same, with what Ctrl-] does.
    pub(crate) fn during_with<T>(&self, escape: Escape, wait: impl FnOnce() -> T) -> T {
        // Under the lock, so that nothing is changed after the cleanup.
        let mut remains = self.lock_cleanup();
        let held = (!self.is_script).then(HeldEcho::hold);
        let outer = std::mem::replace(&mut remains.held, held);
        drop(remains);
        let result = self.wait(escape, wait);
        let mut remains = self.lock_cleanup();
        remains.held = outer;
        drop(remains);
        result
    }

    /// The same while a local command has the terminal.
    pub(crate) fn during_command<T>(&self, wait: impl FnOnce() -> T) -> T {
        self.wait(Escape::IsIgnored, wait)
    }

    fn wait<T>(&self, escape: Escape, wait: impl FnOnce() -> T) -> T {
        let mut state = self.lock();
        state.waits = true;
        state.escape = escape;
        state.turn_to_next_command();
        drop(state);
        let result = wait();
        self.lock().waits = false;
        result
    }

    /// To be called before a command that is begun first and waited for afterwards.
    pub(crate) fn turn_to_next_command(&self) {
        self.lock().turn_to_next_command();
    }

    /// The same, without forgetting it.
    pub(crate) fn is_pressed(&self) -> bool {
        self.lock().pressed
    }

    /// Whether Ctrl-C was pressed since this was last asked.
    pub(crate) fn take(&self) -> bool {
        let mut state = self.lock();
        state.unheard = false;
        std::mem::take(&mut state.pressed)
    }

    /// Runs the cleanup, once. The caller ends the program after it: from here on nothing
    /// is begun or ended.
    pub(crate) fn clean_up(&self) {
        let mut remains = self.lock_cleanup();
        let (cleanup, recorder) = (remains.cleanup.take(), remains.recorder.take());
        // Held to the end of the program, so that nothing is made that would not be removed.
        std::mem::forget(remains);
        if let Some(recorder) = recorder {
            stop_unless_stuck(&recorder);
        }
        if let Some(cleanup) = cleanup {
            cleanup();
        }
    }

    fn press(&self) {
        let mut state = self.lock();
        let again = std::mem::replace(&mut state.pressed, true);
        if self.is_script && (again || !state.waits) {
            drop(state);
            self.clean_up();
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

    /// Does what Ctrl-] means now, or gives the words in which it is refused.
    fn escape(&self) -> Option<&'static str> {
        let state = self.lock();
        match (state.escape, &state.session) {
            _ if !state.waits => None,
            (Escape::GivesPrompt, Some(session)) => {
                session.detach();
                None
            }
            (Escape::IsRefused(text), _) => Some(text),
            _ => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_cleanup(&self) -> MutexGuard<'_, PendingCleanup> {
        self.remains.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A recorder that is stuck in a write, or that panicked, has written whole lines, and these can be read.
fn stop_unless_stuck(recorder: &Recorder) {
    let deadline = Instant::now() + RECORDER_LIMIT;
    while !recorder.try_stop() && Instant::now() < deadline {
        std::thread::sleep(RECORDER_POLL_INTERVAL);
    }
}

const CANNOT_BE_LEFT: &str = "Ctrl-] cannot put this in the background; Ctrl-C ends it";
const RECORDER_LIMIT: Duration = Duration::from_millis(100);
const RECORDER_POLL_INTERVAL: Duration = Duration::from_millis(5);

impl State {
    /// A Ctrl-C that came after the last command is not for the next one, but one that has had no effect yet is.
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
