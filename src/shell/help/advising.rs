//! What is said around a command: a warning before it, a hint behind its reply, and `why`.

use super::advice::{self, Circumstances};
use super::why;
use crate::client::{Ending, Outcome, Session, Status};
use crate::protocol::{Answered, Command};
use crate::shell::config::settings::Switch;
use crate::shell::core::{Keyboard, Shell};
use crate::shell::exit::Exit;
use crate::shell::screen::painter::Tone;

impl Shell {
    /// Says what is dangerous about a command that is about to be sent.
    pub(crate) fn warn_before(&mut self, command: &Command) {
        if !self.gives_hints() {
            return;
        }
        let Some(status) = self.status() else { return };
        if let Some(warning) = advice::warning(command, &status.learnt) {
            self.painter.say(Tone::Hint, &warning);
        }
        let bares_data = advice::bares_data(command, &status.learnt, self.circumstances(&status));
        if bares_data && !self.has_told_of_bare_data {
            self.has_told_of_bare_data = true;
            self.painter.say(Tone::Hint, advice::BARE_DATA);
        }
    }

    /// Says what could come next, if there is something to say.
    pub(crate) fn hint_after(&self, outcome: &Outcome) {
        if let Some(cause) = vain_waiting(outcome).filter(|_| self.settings.hints) {
            self.painter.say(Tone::Hint, cause);
            return;
        }
        if !self.settings.hints || outcome.ending != Ending::Answered {
            return;
        }
        // An offered data port that could not be opened has been told already.
        let is_vain = matches!(outcome.code(), 227..=229) && !outcome.is_positive();
        let Some(status) = self.status() else { return };
        let answered = status.last_answered.as_ref();
        let answered = answered.filter(|last| last.reply.code.0 == outcome.code() && !is_vain);
        // Only a script has comments, and nobody would ask it `why`.
        let answered = answered.filter(|last| self.is_interactive() || advice::is_comment(last));
        let hint = answered.and_then(|last| advice::hint(last, self.circumstances(&status)));
        if let Some(hint) = hint {
            self.painter.say(Tone::Hint, &hint);
        }
    }

    /// The same for a command that the user did not type, whose success has its own continuation.
    pub(crate) fn hint_after_refusal(&self, outcome: &Outcome) {
        if outcome
            .reply
            .as_ref()
            .is_some_and(|reply| reply.code.is_negative())
        {
            self.hint_after(outcome);
        }
    }

    fn circumstances(&self, status: &Status) -> Circumstances {
        Circumstances {
            is_connected: status.connected,
            is_under_tls: status.control_tls.is_some(),
            resumes_tls: self.settings.tls_resume == Switch::On,
            announces_end: self.settings.tls_close_notify == Switch::On,
        }
    }

    /// `why`: explains the last reply.
    pub(crate) fn why(&mut self) -> Exit {
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
        let circumstances = self.circumstances(status);
        let text = why::explain(answered, status, circumstances, self.columns());
        self.painter.plain(&text);
    }

    /// How wide a text may be.
    pub(crate) fn columns(&mut self) -> usize {
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

/// Why nothing came, if data should have moved and there was no data connection for them.
fn vain_waiting(outcome: &Outcome) -> Option<&'static str> {
    match outcome.ending {
        _ if !outcome.lacked_data_connection => None,
        Ending::TimedOut => Some(
            "no data connection was opened, so the server waited in vain: PASV comes before the transfer",
        ),
        Ending::Interrupted => Some(
            "no data connection was opened, so the server waits in vain: ABOR, PASV, then once more",
        ),
        _ => None,
    }
}

const USUAL_COLUMNS: usize = 80;
