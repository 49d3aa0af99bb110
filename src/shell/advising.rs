//! What is said around a command: a warning before it, a hint behind its reply, and `why`.

use super::advice;
use super::core::{Keyboard, Shell};
use super::exit::Exit;
use super::painter::Tone;
use super::why;
use crate::protocol::{Answered, Command};
use crate::session::{Ending, Outcome, Session, Status};

impl Shell {
    /// Says what is dangerous about a command that is about to be sent.
    pub(super) fn warn_before(&self, command: &Command) {
        if !self.gives_hints() {
            return;
        }
        let Some(status) = self.status() else { return };
        if let Some(warning) = advice::warning(command, &status.learnt) {
            self.painter.say(Tone::Hint, &warning);
        }
    }

    /// Says what could come next, if there is something to say.
    pub(super) fn hint_after(&self, outcome: &Outcome) {
        if !self.gives_hints() || outcome.ending != Ending::Answered {
            return;
        }
        // An offered data port that could not be opened has been told already.
        let is_vain = matches!(outcome.code(), 227..=229) && !outcome.is_positive();
        let answered = self.status().and_then(|status| status.last_answered);
        let answered = answered.filter(|last| last.reply.code.0 == outcome.code() && !is_vain);
        if let Some(hint) = answered.as_ref().and_then(advice::hint) {
            self.painter.say(Tone::Hint, &hint);
        }
    }

    /// `why`: explains the last reply.
    pub(super) fn why(&mut self) -> Exit {
        let explained = self
            .status()
            .and_then(|mut status| Some((status.last_answered.take()?, status)));
        let Some((answered, status)) = explained else {
            return self.refuse_line(&"why: no reply has come yet. `help CODE` explains any code");
        };
        self.explain(&answered, &status);
        Exit::Done
    }

    fn explain(&mut self, answered: &Answered, status: &Status) {
        let text = why::explain(answered, status, self.columns());
        self.painter.plain(&text);
    }

    /// How wide a text may be.
    pub(super) fn columns(&mut self) -> usize {
        match &mut self.keyboard {
            Keyboard::Terminal(editor) => editor.columns(),
            Keyboard::Script(_) | Keyboard::Given(_) => USUAL_COLUMNS,
        }
    }

    fn gives_hints(&self) -> bool {
        self.settings.hints && self.is_interactive()
    }

    fn status(&self) -> Option<Status> {
        self.session.as_ref().and_then(Session::status)
    }
}

const USUAL_COLUMNS: usize = 80;
