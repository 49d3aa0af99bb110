//! The problems of this run, for all who tell of them or ask.

use std::sync::{Arc, Mutex, PoisonError};

use crate::client::Observation;
use crate::evidence::event::Event;
use crate::evidence::problems::{Ending, LineEnd, Problem, Problems};
use crate::evidence::rules::Circumstances;
use crate::shell::config::settings::Settings;
use crate::shell::exit::Exit;
use crate::shell::help::builtins_of;
use crate::shell::line::Words;

/// Clones share the problems.
#[derive(Clone, Debug)]
pub(crate) struct ProblemLog(Arc<Mutex<Problems>>);

impl Default for ProblemLog {
    fn default() -> Self {
        let problems = Problems::new(Circumstances::at_first(builtins_of(Words::Usual)));
        Self(Arc::new(Mutex::new(problems)))
    }
}

impl ProblemLog {
    /// Heeds what the user has set.
    pub(crate) fn heed(&self, settings: &Settings) {
        self.with(|problems| problems.set_tls(settings.tls_resume, settings.tls_close_notify));
    }

    /// From here on these words are built-ins.
    pub(crate) fn set_words(&self, words: Words) {
        self.with(|problems| problems.set_builtins(builtins_of(words)));
    }

    /// The connection that the command line asks for is about to be made.
    pub(crate) fn begin_opening(&self) {
        self.with(Problems::begin_opening);
    }

    /// A line begins; its number.
    pub(crate) fn begin_line(&self) -> usize {
        self.with(Problems::begin_line)
    }

    /// The line has ended so.
    pub(crate) fn end_line(&self, exit: Exit) {
        let ending = exit.cause().map_or(Ending::Done, Ending::Failed);
        self.with(|problems| problems.end_line(ending));
    }

    /// Something happened; the name of its cause, if it is a problem.
    pub(crate) fn observe(&self, observation: &Observation) -> Option<&'static str> {
        self.with(|problems| problems.note(observation))
    }

    /// The command that comes next has this after it, as it would be typed.
    pub(crate) fn note_redirection(&self, redirection: Option<String>) {
        self.with(|problems| problems.note_redirection(redirection));
    }

    /// This is what the line failed of, whatever was seen on the way.
    pub(crate) fn judge(&self, event: Event) {
        self.with(|problems| problems.judge(event));
    }

    /// The line goes well, and shows that something went wrong before.
    pub(crate) fn find(&self, event: Event) {
        self.with(|problems| problems.find(event));
    }

    /// `resume` of these names has succeeded.
    pub(crate) fn solve_resume(&self, names: &str) {
        self.with(|problems| problems.solve_resume(names));
    }

    /// What the last line was said to have failed of.
    pub(crate) fn verdict(&self) -> Option<&'static str> {
        self.with(|problems| problems.verdict())
    }

    /// The last problem of all.
    pub(crate) fn last(&self) -> Option<Problem> {
        self.with(|problems| problems.last().cloned())
    }

    /// What a line came to.
    pub(crate) fn line(&self, number: usize) -> Option<LineEnd> {
        self.with(|problems| problems.line(number).cloned())
    }

    fn with<T>(&self, access: impl FnOnce(&mut Problems) -> T) -> T {
        // Nothing that runs under the lock can panic half-way through a change.
        access(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
