//! What somebody who is new here is told at each fresh state, until it has been done once.
//!
//! ```text
//! 220 ready
//!   next: USER and your name, then PASS and the password (`login` asks for both)
//! ftp>
//! ```

use crate::client::Status;
use crate::shell::editor::assistance::PastLines;

/// A state in which a line of a new kind comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    NeverConnected,
    Greeted,
    AwaitsPassword,
    LoggedIn,
    AwaitsData,
}

/// Which states have been told, and what has been done.
#[derive(Debug, Default)]
pub(crate) struct FirstSteps {
    /// In this session.
    told: Vec<State>,
    /// In this run, or in an earlier one.
    done: Vec<State>,
    /// The server is the practice server, with its broken upload.
    is_exercise: bool,
}

impl FirstSteps {
    /// Whoever has typed it before knows it.
    pub(super) fn learn_from(&mut self, past: &PastLines) {
        let states = [State::Greeted, State::LoggedIn, State::AwaitsData];
        for state in states {
            if state.words().iter().any(|word| has_typed(past, word)) {
                self.done.push(state);
            }
        }
        if self.done.contains(&State::Greeted) {
            self.done
                .extend([State::NeverConnected, State::AwaitsPassword]);
        }
    }

    /// In practice everybody is new.
    pub(super) fn begin_exercise(&mut self) {
        self.done.clear();
        self.is_exercise = true;
    }

    /// A lesson says itself what comes next, but not how the line that answers a 331 begins.
    pub(super) fn begin_lesson(&mut self) {
        self.done = vec![State::NeverConnected, State::Greeted, State::LoggedIn];
    }

    pub(super) fn begin_session(&mut self) {
        self.told.clear();
    }

    /// What comes next at the prompt, where that is new; `status` is `None` where there never was a session.
    pub(super) fn at_prompt(&mut self, status: Option<&Status>) -> Option<String> {
        let state = match status {
            None => State::NeverConnected,
            Some(status) if !status.connected => return None,
            Some(status) if status.learnt.logged_in => {
                self.finish(State::Greeted);
                self.finish(State::AwaitsPassword);
                State::LoggedIn
            }
            Some(status) if status.learnt.awaits_secret => State::AwaitsPassword,
            Some(_) => State::Greeted,
        };
        self.tell(state)
    }

    /// What to do at the first `data>`.
    pub(super) fn at_data(&mut self) -> Option<String> {
        self.tell(State::AwaitsData)
    }

    /// Data was typed and taken.
    pub(super) fn finish_data(&mut self) {
        self.finish(State::AwaitsData);
    }

    /// A command was answered well.
    pub(super) fn finish_command(&mut self, verb: &[u8]) {
        let words = State::LoggedIn.words();
        if words
            .iter()
            .any(|word| word.as_bytes().eq_ignore_ascii_case(verb))
        {
            self.finish(State::LoggedIn);
        }
    }

    fn finish(&mut self, state: State) {
        if !self.done.contains(&state) {
            self.done.push(state);
        }
    }

    fn tell(&mut self, state: State) -> Option<String> {
        if self.done.contains(&state) || self.told.contains(&state) {
            return None;
        }
        self.told.push(state);
        Some(state.hint(self.is_exercise).to_owned())
    }
}

impl State {
    fn hint(self, is_exercise: bool) -> &'static str {
        match (self, is_exercise) {
            (Self::NeverConnected, _) => "next: `open HOST`; `help` lists what there is",
            (Self::Greeted, false) => {
                "next: USER and your name, then PASS and the password (`login` asks for both)"
            }
            (Self::Greeted, true) => "next: USER A, then PASS A",
            (Self::AwaitsPassword, false) => {
                "next: PASS, a blank and the password, which is not shown while you type it"
            }
            (Self::AwaitsPassword, true) => "next: PASS A",
            (Self::LoggedIn, false) => {
                "next: `ls` shows what is there, SIZE f how much of a file is; `help` lists the rest"
            }
            (Self::LoggedIn, true) => "next: SIZE 1.TXT says how many bytes of it the server has",
            (Self::AwaitsData, _) => {
                "the server waits for your data: type it. Enter ends a line, Ctrl-D the data"
            }
        }
    }

    /// The first words of lines that show that somebody knows what to do there.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::NeverConnected | Self::AwaitsPassword => &[],
            Self::Greeted => &["USER", "login"],
            Self::LoggedIn => &["SIZE", "LIST", "NLST", "MLSD", "MLST", "ls", "PWD", "CWD"],
            Self::AwaitsData => &["APPE", "STOR"],
        }
    }
}

fn has_typed(past: &PastLines, word: &str) -> bool {
    [word.to_owned(), word.to_ascii_lowercase()]
        .iter()
        .any(|word| past.latest_after(&format!("{word} ")).is_some())
}

#[cfg(test)]
mod tests {
    use super::{FirstSteps, PastLines, State};

    #[test]
    fn a_state_is_told_once_in_a_session_until_it_has_been_left_well() {
        let mut steps = FirstSteps::default();
        assert!(steps.at_prompt(None).unwrap().contains("`open HOST`"));
        assert_eq!(steps.at_prompt(None), None);
        assert!(steps.at_data().is_some());
        assert_eq!(steps.at_data(), None);
        steps.begin_session();
        assert!(steps.at_data().is_some());
        steps.finish_data();
        steps.begin_session();
        assert_eq!(steps.at_data(), None);
    }

    #[test]
    fn whoever_has_typed_it_in_an_earlier_run_is_told_nothing_but_in_practice() {
        let mut steps = FirstSteps::default();
        steps.learn_from(&PastLines::new(["user A", "APPE f"].map(str::to_owned)));
        assert!(steps.done.contains(&State::Greeted) && steps.done.contains(&State::AwaitsData));
        assert!(!steps.done.contains(&State::LoggedIn));
        steps.begin_exercise();
        assert!(steps.tell(State::Greeted).unwrap().contains("USER A"));
    }
}
