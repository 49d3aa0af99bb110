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
    /// The same where the password must not go in the clear, as it would now.
    AwaitsTls,
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
    is_lesson: bool,
    /// It is a lesson that forbids PASS in the clear.
    guards_password: bool,
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
    pub(super) fn begin_lesson(&mut self, guards_password: bool) {
        self.is_lesson = true;
        self.guards_password = guards_password;
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
            Some(status) if status.learnt.awaits_secret => {
                self.awaiting_password(status.control_tls.is_some())
            }
            Some(_) => State::Greeted,
        };
        self.tell(state)
    }

    fn awaiting_password(&self, is_under_tls: bool) -> State {
        match self.guards_password && !is_under_tls {
            true => State::AwaitsTls,
            false => State::AwaitsPassword,
        }
    }

    /// What to do at the first `data>`, in a lesson at each.
    pub(super) fn at_data(&mut self) -> Option<String> {
        if self.is_lesson {
            self.told.retain(|told| *told != State::AwaitsData);
            self.done.retain(|done| *done != State::AwaitsData);
        }
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
                "next: PASS, a space and the password, which is not shown while you type it"
            }
            (Self::AwaitsPassword, true) => "next: PASS A",
            (Self::AwaitsTls, _) => {
                "next: AUTH TLS, then USER again: this lesson forbids a PASS in the clear"
            }
            (Self::LoggedIn, false) => {
                "next: `ls` shows what is there, SIZE f how much of a file is; `help` lists the rest"
            }
            (Self::LoggedIn, true) => "next: SIZE 1.TXT says how many bytes of it the server has",
            (Self::AwaitsData, _) => {
                "the server waits for your data: Enter ends a line; Ctrl-D ends the data"
            }
        }
    }

    /// The first words of lines that show that somebody knows what to do there.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::NeverConnected | Self::AwaitsPassword | Self::AwaitsTls => &[],
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
    fn in_a_lesson_each_data_prompt_says_how_to_end_the_data() {
        let mut steps = FirstSteps::default();
        steps.begin_lesson(false);
        for _ in 0..2 {
            assert!(
                steps
                    .at_data()
                    .is_some_and(|it| it.ends_with("Ctrl-D ends the data"))
            );
            steps.finish_data();
        }
    }

    #[test]
    fn where_a_password_must_not_go_in_the_clear_pass_is_not_the_next_line() {
        let mut steps = FirstSteps::default();
        steps.begin_lesson(true);
        let said = |steps: &FirstSteps, is_under_tls| {
            let state = steps.awaiting_password(is_under_tls);
            state.hint(false)
        };
        assert!(said(&steps, false).starts_with("next: AUTH TLS, then USER again"));
        assert!(said(&steps, true).starts_with("next: PASS, a space"));
        steps.begin_lesson(false);
        assert!(said(&steps, false).starts_with("next: PASS, a space"));
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
