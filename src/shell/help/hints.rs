//! What is said around a command: a warning before it, and a hint after its reply.

use std::path::PathBuf;

use super::explanations::{self, Circumstances};
use crate::client::{Ending, Outcome, Status};
use crate::protocol::Command;
use crate::shell::config::secrets::without_secrets;
use crate::shell::config::settings::Settings;
use crate::shell::line::Redirection;
use crate::shell::screen::painter::{Painter, Tone};

/// Says what may go wrong and what could come next, as far as the user wants to hear it.
pub(crate) struct Hints {
    painter: Painter,
    is_interactive: bool,
    /// What is said once in a session, and has been.
    told: Vec<&'static str>,
    has_offered_to_verify: bool,
}

impl Hints {
    pub(crate) fn new(painter: Painter, is_interactive: bool) -> Self {
        Self {
            painter,
            is_interactive,
            told: Vec::new(),
            has_offered_to_verify: false,
        }
    }

    /// There is a new session, in which nothing has been said.
    pub(crate) fn begin_session(&mut self) {
        self.told.clear();
    }

    /// Says what is dangerous about a command that is about to be sent.
    pub(crate) fn warn_before(&mut self, command: &Command, status: &Status, settings: &Settings) {
        if !settings.hints || !self.is_interactive {
            return;
        }
        if let Some(warning) = explanations::warning(command, &status.learnt) {
            self.painter.say(Tone::Hint, &warning);
        }
        let circumstances = Circumstances::of(status, settings);
        if explanations::sends_data_in_clear(command, &status.learnt, circumstances) {
            self.say_once(explanations::DATA_IN_CLEAR);
        }
        if explanations::cannot_be_aborted(command, &status.learnt, settings) {
            self.say_once(explanations::IGNORED_ABORT);
        }
    }

    /// Says once how to have uploads checked; one has just been accepted.
    pub(crate) fn offer_to_verify(&mut self, settings: &Settings) {
        if !settings.hints || !self.is_interactive {
            return;
        }
        if !std::mem::replace(&mut self.has_offered_to_verify, true) {
            let text = "a 226 does not say how many bytes arrived: `set verify on` asks SIZE after each upload";
            self.painter.say(Tone::Hint, text);
        }
    }

    fn say_once(&mut self, warning: &'static str) {
        if !self.told.contains(&warning) {
            self.told.push(warning);
            self.painter.say(Tone::Hint, warning);
        }
    }

    /// Says what could come next, if there is something to say. `status` is that after the reply.
    pub(crate) fn follow(&self, outcome: &Outcome, status: Option<&Status>, settings: &Settings) {
        if !settings.hints {
            return;
        }
        if let Some(cause) = missing_data_connection(outcome) {
            self.painter.say(Tone::Hint, cause);
            return;
        }
        if outcome.ending != Ending::Answered {
            return;
        }
        // An offered data port that could not be opened has been told already.
        let is_unreachable = matches!(outcome.code(), 227..=229) && !outcome.is_positive();
        let Some(status) = status.filter(|_| !is_unreachable) else {
            return;
        };
        let answered = status.last_answered.as_ref();
        let answered = answered.filter(|last| last.reply.code.0 == outcome.code());
        // Only a script has comments, and `why` is of no use there.
        let answered =
            answered.filter(|last| self.is_interactive || explanations::is_comment(last));
        let circumstances = Circumstances::of(status, settings);
        if let Some(hint) = answered.and_then(|last| explanations::hint(last, circumstances)) {
            self.painter.say(Tone::Hint, &hint);
        }
    }

    /// The same for a command that the user did not type, whose success has its own continuation.
    pub(crate) fn follow_refusal(
        &self,
        outcome: &Outcome,
        status: Option<&Status>,
        settings: &Settings,
    ) {
        let is_refused = |reply: &crate::protocol::Reply| reply.code.is_negative();
        if outcome.reply.as_ref().is_some_and(is_refused) {
            self.follow(outcome, status, settings);
        }
    }
}

/// A download that `resume` can finish: what its file holds is what the server has.
pub(crate) struct ResumableDownload {
    remote: String,
    local: PathBuf,
}

impl ResumableDownload {
    /// `None` for what is not a file on the server, or is converted on the way.
    pub(crate) fn of(
        command: &Command,
        redirection: Option<&Redirection>,
        converts_line_ends: bool,
        settings: &Settings,
    ) -> Option<Self> {
        let Some(Redirection::ToFile(local)) = redirection else {
            return None;
        };
        if !command.verb().is("RETR") || converts_line_ends {
            return None;
        }
        let remote = settings.spelling().of_words().spell(command.argument()?)?;
        Some(Self {
            remote,
            local: local.clone(),
        })
    }

    /// Says how to go on after this side has failed, if something is there.
    pub(crate) fn suggest_resume(&self, painter: &Painter) {
        let is_there = self.local.metadata().is_ok_and(|file| file.is_file());
        let local = self.local.to_string_lossy();
        let words = [self.remote.as_str(), &without_secrets(&local)]
            .map(|word| shlex::try_quote(word).map(std::borrow::Cow::into_owned));
        if let (true, [Ok(remote), Ok(local)]) = (is_there, words) {
            let text = format!("`resume --get {remote} {local}` goes on from there");
            painter.say(Tone::Note, &text);
        }
    }
}

/// Why nothing came, if data should have moved and there was no data connection for it.
fn missing_data_connection(outcome: &Outcome) -> Option<&'static str> {
    match outcome.ending {
        _ if !outcome.lacked_data_connection => None,
        Ending::TimedOut => Some(
            "no data connection was opened, so the data could not come: PASV comes before the transfer",
        ),
        Ending::Interrupted => Some(
            "no data connection was opened, so the data cannot come: ABOR, PASV, then the command again",
        ),
        _ => None,
    }
}
