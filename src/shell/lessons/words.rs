//! What the words of lessons do.

use std::io;

use anyhow::Context;

use super::layout::{goal, list, map};
use super::report::LessonReport;
use super::running::{Lessons, RunningLesson};
use super::summary;
use super::transcripts::KeptTranscripts;
use crate::client::Origin;
use crate::learn::{Condition, Finding, Lesson, State, VerbMap};
use crate::practice::{self, PracticeServer, free_port};
use crate::shell::exit::Exit;
use crate::shell::line::Line;
use crate::shell::replay::practising::start;
use crate::shell::run::{LessonCommand, Shell};
use crate::shell::screen::escape::escape;
use crate::shell::screen::page::Page;
use crate::shell::screen::painter::Tone;
use crate::shell::start::roots_in;

impl Shell {
    pub(crate) fn run_lesson_word(&mut self, command: LessonCommand) -> Exit {
        match command {
            LessonCommand::Goal => self.show_goal(),
            LessonCommand::Hint => self.give_hint(),
            LessonCommand::Check => self.check_lesson(),
            LessonCommand::Show => self.show_solution(),
            LessonCommand::Next => self.begin_next_lesson(),
            LessonCommand::Again => self.begin_again(),
            LessonCommand::Answer(answer) => self.take_answer(answer),
            LessonCommand::List => self.list_lessons(),
            LessonCommand::Map => {
                self.show_map();
                Exit::Done
            }
            LessonCommand::Begin(number) => match self.lesson_count() {
                count if (1..=count).contains(&number) => {
                    let word = format!("learn {number}");
                    if self.stays_in_lesson(Some(number - 1), &word) {
                        return Exit::Done;
                    }
                    if let Some(lessons) = &mut self.lessons {
                        // `again` keeps what was left to chance.
                        lessons.seed = lessons.seed.wrapping_add(1);
                    }
                    self.begin_lesson(number - 1)
                }
                count => {
                    let text = format!("there is no lesson {number}: the last one is {count}");
                    self.painter.refuse(&text)
                }
            },
        }
    }

    fn lesson_count(&self) -> usize {
        self.lessons
            .as_ref()
            .map_or(0, |it| it.course.lessons.len())
    }

    /// Begins a lesson on a server of its own, and connects to it.
    pub(crate) fn begin_lesson(&mut self, index: usize) -> Exit {
        self.end_lesson(false);
        let begun = self.start_lesson(index);
        if let Err(error) = begun {
            self.painter
                .say(Tone::Error, &escape(format!("{error:#}").as_bytes()));
            return Exit::LocalFile;
        }
        let guards_password = self.lessons.as_ref().and_then(Lessons::current);
        let guards_password = guards_password.is_some_and(|(lesson, _)| {
            let mut conditions = lesson.conditions.iter();
            conditions.any(|it| it.forbids_in_clear("PASS"))
        });
        self.hints.begin_lesson(guards_password);
        self.introduce_server();
        self.connection
            .advise_when_closed("`again` begins the lesson anew, `next` goes on, `exit` leaves");
        let exit = self.connect_to_lesson();
        // Last, so that it stands right above the prompt on a small screen too.
        self.painter.plain("\n");
        self.show_goal();
        self.explain_words();
        exit
    }

    /// A new server and a new local folder; those before are gone then.
    fn start_lesson(&mut self, index: usize) -> anyhow::Result<()> {
        let lessons = self.lessons.as_ref().context("there are no lessons")?;
        let lesson = lessons
            .course
            .lessons
            .get(index)
            .context("no such lesson")?;
        let (configuration, faults) = lessons.configuration(lesson);
        let suspect = lesson.suspect(lessons.seed).cloned();
        let log = configuration.log.clone().unwrap_or_default();
        let server =
            start(configuration, &self.interrupts).context("the practice server did not start")?;
        self.trust(&server)?;
        // Before the server that ran so far removes its own.
        std::env::set_current_dir(server.local_folder()).context("the local folder")?;
        let running = RunningLesson {
            index,
            server,
            log,
            faults,
            suspect,
            answer: None,
            answers: Vec::new(),
            hints: Vec::new(),
            is_shown: false,
            is_done: false,
            is_left: false,
            has_told_of_loss: false,
            transcripts: KeptTranscripts::default(),
        };
        if let Some(lessons) = &mut self.lessons {
            let begun = lessons.progress.begin(&lessons.course.lessons[index].name);
            lessons.running = Some(running);
            self.warn_of_progress(begun);
        }
        Ok(())
    }

    fn trust(&mut self, server: &PracticeServer) -> anyhow::Result<()> {
        // What is said of loopback is not said of this server.
        self.settings.netrc = false;
        self.proxies = std::mem::take(&mut self.proxies).except(server.address().ip());
        self.certificates.roots =
            roots_in(server.certificate_path()).context("the practice server's certificate")?;
        Ok(())
    }

    fn connect_to_lesson(&mut self) -> Exit {
        let Some((lesson, running)) = self.lessons.as_ref().and_then(|it| it.current()) else {
            return Exit::Usage;
        };
        let (address, logs_in) = (running.server.address().to_string(), lesson.logs_in);
        let begins = lesson.begins.clone();
        let mut exit = self.open(&address);
        if exit == Exit::Done && logs_in {
            let who = practice::Configuration::default();
            exit = self.login(Some(who.user), Some(who.password));
        }
        for command in begins {
            if exit == Exit::Done {
                exit = self.send(command, None, Origin::Shown);
            }
        }
        exit
    }

    /// The lesson is left: what was done is kept for the report, and what was used for the map.
    fn end_lesson(&mut self, is_last: bool) {
        let Some(running) = self.lessons.as_mut().and_then(|it| it.running.as_mut()) else {
            return;
        };
        let (is_done, is_shown) = (running.is_done, running.is_shown);
        self.drop_session();
        self.keep_used();
        self.keep_transcripts(is_last);
        let Some(lessons) = &mut self.lessons else {
            return;
        };
        let Some((lesson, running)) = lessons.current() else {
            return;
        };
        let state = match (is_done, is_shown) {
            (_, true) => State::Shown.word(),
            (true, false) => State::Done.word(),
            (false, false) => "open",
        };
        let report = LessonReport {
            name: lesson.name.clone(),
            title: lesson.title.clone(),
            state,
            hints: running.hints.len(),
            answers: running.answers.clone(),
            fault: running.suspect.as_ref().map(|it| it.name.clone()),
            transcripts: running.transcripts.texts(),
        };
        lessons.reports.push(report);
        if let Err(problem) = lessons.write_report() {
            self.painter.say(Tone::Error, &problem);
        }
    }

    /// The end of the run.
    pub(super) fn end_lessons(&mut self) {
        self.end_lesson(true);
        if self.is_interactive() {
            self.say_ways_on();
        }
    }

    fn say_ways_on(&self) {
        if let Some(lessons) = &self.lessons {
            let text = lessons.ways_on();
            self.painter.say(Tone::Note, &escape(text.as_bytes()));
        }
    }

    fn keep_used(&self) {
        let Some(lessons) = &self.lessons else {
            return;
        };
        if let Some(running) = &lessons.running
            && !running.is_shown
        {
            let mut used = VerbMap::default();
            used.take(&running.entries());
            self.warn_of_progress(lessons.progress.note_used(&used));
        }
    }

    fn show_goal(&mut self) -> Exit {
        let columns = self.input.columns();
        let of = self.lesson_count();
        if let Some((lesson, running)) = self.lessons.as_ref().and_then(|it| it.current()) {
            self.painter
                .plain(&goal(lesson, running.index + 1, of, columns));
            if lesson.uses_local_folder() {
                let folder = running.server.local_folder().as_os_str();
                let folder = escape(folder.as_encoded_bytes());
                let text = format!("your folder, for this lesson only: {folder}");
                self.painter.say(Tone::Note, &text);
            }
        }
        Exit::Done
    }

    /// Once a run, before the first connection.
    fn introduce_server(&self) {
        if self.lessons.as_ref().is_some_and(|it| !it.is_explained) {
            let text = "a practice server on your own machine, made for this lesson: nothing can break here";
            self.painter.say(Tone::Note, text);
        }
    }

    /// Once a run.
    fn explain_words(&mut self) {
        let Some(lessons) = &mut self.lessons else {
            return;
        };
        if !std::mem::replace(&mut lessons.is_explained, true) {
            let text = "`goal` shows this again, `hint` helps, `check` says what is missing, `exit` leaves";
            self.painter.say(Tone::Note, text);
        }
    }

    /// Once a run.
    pub(crate) fn say_that_picture_is_too_wide(&mut self) {
        let lessons = self.lessons.as_mut();
        let has_told = lessons.map(|it| std::mem::replace(&mut it.has_told_of_picture, true));
        if has_told == Some(false) {
            let text =
                "`picture` draws both connections; from 80 columns on they stand above each prompt";
            self.painter.say(Tone::Note, text);
        }
    }

    fn give_hint(&mut self) -> Exit {
        let Some(lessons) = &mut self.lessons else {
            return Exit::Usage;
        };
        let open = lessons.first_open();
        let Some(running) = &mut lessons.running else {
            return Exit::Usage;
        };
        let Some(open) = open.filter(|_| !running.is_done) else {
            return self.say_all_is_there();
        };
        let rungs = lessons.course.lessons[running.index]
            .hints
            .at(&open.condition);
        let rung = running.next_rung(rungs);
        let text = &rungs[rung];
        let more = match rung + 1 {
            RUNGS => "`show` begins anew and plays the solution",
            1 => "`hint` once more says how",
            _ => "`hint` once more gives the line to type",
        };
        let label = format!("hint {} of {RUNGS}", rung + 1);
        let mut page = Page::new(self.input.columns());
        page.labelled_or_above(2, &label, HINT_COLUMNS, text);
        page.labelled_or_above(2, "", HINT_COLUMNS, more);
        self.painter.plain(&page.into_text());
        Exit::Done
    }

    fn check_lesson(&mut self) -> Exit {
        let columns = self.input.columns();
        let Some(lessons) = &self.lessons else {
            return Exit::Usage;
        };
        if lessons.running.as_ref().is_some_and(|it| it.is_done) {
            return self.say_all_is_there();
        }
        match lessons.first_open() {
            // `look_at_lesson` says so.
            None => Exit::Done,
            Some(finding) => {
                let mut page = Page::new(columns);
                describe(&finding, &mut page);
                if let Some(broken) = lessons.broken_rule().filter(|it| *it != finding) {
                    describe(&broken, &mut page);
                }
                for rule in lessons.rules_kept() {
                    page.labelled(2, "rule", LABEL_COLUMNS, &rule);
                }
                self.painter.plain(&page.into_text());
                Exit::Expectation
            }
        }
    }

    fn say_all_is_there(&self) -> Exit {
        self.painter
            .say(Tone::Success, "nothing is missing: `next` goes on");
        Exit::Done
    }

    fn take_answer(&mut self, answer: String) -> Exit {
        let Some(lessons) = &mut self.lessons else {
            return Exit::Usage;
        };
        let Some(running) = &mut lessons.running else {
            return Exit::Usage;
        };
        let lesson = &lessons.course.lessons[running.index];
        let asked: Vec<_> = lesson
            .conditions
            .iter()
            .filter(|it| it.asks().is_some())
            .cloned()
            .collect();
        let Some(asked_for) = asked.first().and_then(Condition::asks) else {
            let text = "this lesson asks nothing: `check` says what is missing";
            return self.painter.refuse(&text);
        };
        if answer.is_empty() {
            return self.painter.refuse(&format!("usage: answer {asked_for}"));
        }
        if running.is_done {
            return self.say_all_is_there();
        }
        let mut names = lesson.suspects.iter().map(|it| &it.name);
        if !lesson.suspects.is_empty() && !names.any(|it| answer.eq_ignore_ascii_case(it)) {
            let text = "that name is not on the list: `goal` shows it";
            self.painter.say(Tone::Warning, text);
            return Exit::Expectation;
        }
        let text = match asked_for.admits(&answer) {
            true => "that is not it: `hint` helps",
            false => "that is not it: only the number itself is wanted, in digits",
        };
        running.answers.push(answer.clone());
        running.answer = Some(answer);
        let is_wrong = running.first_open(lesson, &asked).is_some();
        if is_wrong {
            self.painter.say(Tone::Warning, text);
            return Exit::Expectation;
        }
        let missing = running.first_open(lesson, &lesson.conditions);
        self.painter.say(Tone::Success, "that is right");
        if let Some(finding) = missing {
            let text = format!("still missing: {} ({})", finding.wanted, finding.seen);
            self.painter.say(Tone::Note, &escape(text.as_bytes()));
        }
        Exit::Done
    }

    fn show_solution(&mut self) -> Exit {
        let Some(index) = self
            .lessons
            .as_ref()
            .and_then(|it| Some(it.running.as_ref()?.index))
        else {
            return Exit::Usage;
        };
        let exit = self.begin_lesson(index);
        if exit != Exit::Done {
            return exit;
        }
        let Some(lessons) = &mut self.lessons else {
            return Exit::Usage;
        };
        if let Some(running) = &mut lessons.running {
            running.is_shown = true;
        }
        let lesson = &lessons.course.lessons[index];
        let kept = lessons.progress.reach(&lesson.name, State::Shown);
        let port = lesson
            .solution
            .needs_port()
            .then(free_port)
            .and_then(Result::ok);
        let places = lesson.places(lesson.suspect(lessons.seed), port);
        let lines = lesson.solution.lines(&places);
        self.warn_of_progress(kept);
        let text = match lines.iter().any(|line| line.starts_with("PASS ")) {
            true => {
                let password = practice::Configuration::default().password;
                format!("the solution (the password is {password}, shown as *):")
            }
            false => "the solution:".to_owned(),
        };
        self.painter.say(Tone::Note, &text);
        self.input.begin_with(lines);
        Exit::Done
    }

    fn begin_again(&mut self) -> Exit {
        let index = self
            .lessons
            .as_ref()
            .and_then(|it| Some(it.running.as_ref()?.index));
        self.begin_lesson(index.unwrap_or_default())
    }

    /// Goes on, and not by accident: a lesson that is not done is left with a second `next`.
    fn begin_next_lesson(&mut self) -> Exit {
        let Some(lessons) = &mut self.lessons else {
            return Exit::Usage;
        };
        let following = lessons.following();
        if self.stays_in_lesson(following, "next") {
            return Exit::Done;
        }
        match following {
            Some(index) => self.begin_lesson(index),
            None => {
                let text = "this was the last lesson. `lessons` lists them, `learn N` begins one, `exit` leaves";
                self.painter.say(Tone::Note, text);
                Exit::Done
            }
        }
    }

    /// A lesson that is not done is left for another one when that is asked for once more.
    fn stays_in_lesson(&mut self, other: Option<usize>, word: &str) -> bool {
        let Some(lessons) = &mut self.lessons else {
            return false;
        };
        let was_done = lessons.was_done();
        let Some(running) = &mut lessons.running else {
            return false;
        };
        let is_finished = running.is_done || was_done || other == Some(running.index);
        if is_finished || std::mem::replace(&mut running.is_left, true) {
            return false;
        }
        let text = format!(
            "this lesson is not done yet: `check` says what is missing, `{word}` once more leaves it"
        );
        self.painter.say(Tone::Note, &text);
        true
    }

    fn list_lessons(&mut self) -> Exit {
        if let Some(lessons) = &self.lessons {
            let text = list(&lessons.course, &lessons.progress.states(), lessons.fast);
            self.painter.plain(&text);
        }
        self.note_listing();
        Exit::Done
    }

    fn show_map(&mut self) {
        self.keep_used();
        if let Some(lessons) = &self.lessons {
            let text = map(&lessons.progress.used());
            self.painter.plain(&text);
        }
        self.note_listing();
    }

    fn note_listing(&mut self) {
        if let Some(lessons) = &mut self.lessons {
            lessons.has_listed = true;
        }
    }

    /// Whether what was listed fills the screen.
    pub(crate) fn take_listing(&mut self) -> bool {
        let lessons = self.lessons.as_mut();
        lessons.is_some_and(|it| std::mem::take(&mut it.has_listed))
    }

    /// Looks after each line whether the lesson is done, and says so once.
    pub(crate) fn look_at_lesson(&mut self, line: &[u8], was_connected: bool) {
        let Some(lessons) = &mut self.lessons else {
            return;
        };
        let is_open = lessons.running.as_ref().is_some_and(|it| !it.is_done);
        // The QUIT with which `exit` leaves is nothing that was typed.
        if !is_open || self.is_over {
            return;
        }
        if let Some(open) = lessons.first_open() {
            self.recognize_answer(line);
            self.tell_of_loss(open);
            return self.offer_to_return(was_connected);
        }
        if let Some(running) = &mut lessons.running {
            running.is_done = true;
        }
        self.end_well();
    }

    /// Says once, and at once, what nothing but `again` can mend.
    fn tell_of_loss(&mut self, open: Finding) {
        let Some(lessons) = &mut self.lessons else {
            return;
        };
        let broken = lessons.broken_rule();
        let lost = broken.or_else(|| Some(open).filter(|it| it.is_lost));
        if let (Some(finding), Some(running)) = (lost, &mut lessons.running)
            && !std::mem::replace(&mut running.has_told_of_loss, true)
        {
            let mut page = Page::new(self.input.columns());
            describe(&finding, &mut page);
            self.painter.plain(&page.into_text());
        }
    }

    /// A line that begins with what can be no verb may have been meant as the answer.
    fn recognize_answer(&self, line: &[u8]) {
        let lesson = self.lessons.as_ref().and_then(Lessons::current);
        let asks = |(lesson, _): (&Lesson, _)| lesson.conditions.iter().find_map(Condition::asks);
        let Some(asked_for) = lesson.and_then(asks) else {
            return;
        };
        if let Ok(Line::Raw { command, .. }) = self.read(line)
            && !command
                .verb()
                .as_bytes()
                .iter()
                .all(u8::is_ascii_alphabetic)
        {
            let text = format!("if that was the answer: `answer {asked_for}`");
            self.painter.say(Tone::Note, &text);
        }
    }

    /// After a QUIT, or a connection that was lost, in the middle of a lesson.
    fn offer_to_return(&mut self, was_connected: bool) {
        self.connection.refresh_status();
        if was_connected && !self.connection.is_connected() && !self.is_over {
            let text = "this lesson is not done: `again` begins it anew, `open` connects again, `exit` leaves";
            self.painter.say(Tone::Note, text);
        }
    }

    fn end_well(&mut self) {
        let columns = self.input.columns();
        let Some(lessons) = &self.lessons else {
            return;
        };
        let Some((lesson, running)) = lessons.current() else {
            return;
        };
        let (number, is_shown) = (running.index + 1, running.is_shown);
        let state = if is_shown { State::Shown } else { State::Done };
        let kept = lessons.progress.reach(&lesson.name, state);
        let after = summary::after(lesson, &running.entries(), columns);
        let is_last = lessons.following().is_none();
        let said = match is_shown {
            true => {
                format!("that was the solution of lesson {number}; `again` lets you do it yourself")
            }
            false => format!("lesson {number} is done"),
        };
        self.painter.say(Tone::Success, &said);
        self.painter.plain(&after);
        self.warn_of_progress(kept);
        match (is_last, is_shown) {
            (false, _) if !self.is_interactive() => self.say_ways_on(),
            (false, _) => self.painter.say(Tone::Note, "`next` goes on"),
            (true, true) => {}
            (true, false) => self.show_map(),
        }
    }

    fn warn_of_progress(&self, kept: io::Result<()>) {
        if let Err(error) = kept {
            let text = format!("how far you are could not be kept: {error}");
            self.painter.say(Tone::Warning, &escape(text.as_bytes()));
        }
    }
}

/// What is wanted and what was seen instead.
fn describe(finding: &Finding, page: &mut Page) {
    let label = if finding.is_broken {
        "broken"
    } else {
        "missing"
    };
    page.labelled(2, label, LABEL_COLUMNS, &finding.wanted);
    page.labelled(2, "seen", LABEL_COLUMNS, &escape(finding.seen.as_bytes()));
}

const RUNGS: usize = 3;
const LABEL_COLUMNS: usize = 11;
/// `hint 1 of 3` and what is around it.
const HINT_COLUMNS: usize = 15;
