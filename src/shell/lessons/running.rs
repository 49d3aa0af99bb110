//! The lessons of a run, and the one that is being done.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::report::LessonReport;
use super::transcripts::KeptTranscripts;
use crate::learn::{Condition, Course, Finding, Lesson, Progress, Rungs, Seen, State, Suspect};
use crate::practice::{Configuration, Fault, LogEntry, PracticeServer, ServerLog};
use crate::shell::config::options::Learn;
use crate::shell::line::shown_word;

/// The lessons of one run of `ftpsh learn`.
pub(crate) struct Lessons {
    pub(super) course: Course,
    pub(super) progress: Progress,
    /// Only the marked ones.
    pub(super) fast: bool,
    /// What is left to chance.
    pub(super) seed: u64,
    pub(super) running: Option<RunningLesson>,
    /// Where the report goes.
    pub(super) report: Option<PathBuf>,
    pub(super) reports: Vec<LessonReport>,
    /// How to get on was said once.
    pub(super) is_explained: bool,
    /// So was why there is no picture above the prompt.
    pub(super) has_told_of_picture: bool,
    /// The next prompt has no picture, which would push away what was listed.
    pub(super) has_listed: bool,
    /// Where transcripts go that a lesson asked for, since its own folder goes away.
    pub(super) keeping_folder: Option<PathBuf>,
    /// What the shell outside begins these lessons with.
    pub(super) command: String,
}

/// One lesson with its server.
pub(super) struct RunningLesson {
    /// Counted from 0.
    pub(super) index: usize,
    pub(super) server: PracticeServer,
    pub(super) log: ServerLog,
    /// Its faults, the chosen one among them.
    pub(super) faults: Vec<Fault>,
    pub(super) suspect: Option<Suspect>,
    /// The last one.
    pub(super) answer: Option<String>,
    pub(super) answers: Vec<String>,
    /// The hints that were given.
    pub(super) hints: Vec<String>,
    /// The solution is played.
    pub(super) is_shown: bool,
    /// All conditions held, and that was said.
    pub(super) is_done: bool,
    /// `next` was typed although it is not done.
    pub(super) is_left: bool,
    /// That only `again` helps was said.
    pub(super) has_told_of_loss: bool,
    pub(super) transcripts: KeptTranscripts,
}

impl Lessons {
    pub(super) fn new(
        course: Course,
        progress: Progress,
        options: &Learn,
        report: Option<PathBuf>,
        start_folder: &Path,
    ) -> Self {
        let mut command = "ftpsh learn".to_owned();
        if let Some(folder) = &options.from {
            command.push_str(" --from ");
            command.push_str(&shown_word(&folder.to_string_lossy()));
        }
        if options.fast {
            command.push_str(" --fast");
        }
        Self {
            keeping_folder: Some(start_folder.to_owned()),
            command,
            course,
            progress,
            fast: options.fast,
            seed: options.seed.unwrap_or_else(chance),
            running: None,
            report,
            reports: Vec::new(),
            is_explained: false,
            has_told_of_picture: false,
            has_listed: false,
        }
    }

    /// One that is to be checked: nothing is kept.
    pub(super) fn to_check(course: Course) -> Self {
        Self {
            progress: Progress::at(None, &course.name),
            course,
            fast: false,
            seed: 0,
            running: None,
            report: None,
            reports: Vec::new(),
            is_explained: true,
            has_told_of_picture: true,
            has_listed: false,
            keeping_folder: None,
            command: String::new(),
        }
    }

    /// How the server of a lesson is to be.
    pub(super) fn configuration(&self, lesson: &Lesson) -> (Configuration, Vec<Fault>) {
        let mut faults = lesson.faults.clone();
        faults.extend(
            lesson
                .suspect(self.seed)
                .map(|suspect| suspect.fault.clone()),
        );
        let configuration = Configuration {
            faults: faults.iter().cloned().collect(),
            content: lesson.content.clone(),
            log: Some(ServerLog::default()),
            ..Configuration::default()
        };
        (configuration, faults)
    }

    /// The lesson that is being done.
    pub(super) fn current(&self) -> Option<(&Lesson, &RunningLesson)> {
        let running = self.running.as_ref()?;
        Some((self.course.lessons.get(running.index)?, running))
    }

    /// The first condition of the present lesson that does not hold.
    pub(super) fn first_open(&self) -> Option<Finding> {
        let (lesson, running) = self.current()?;
        running.first_open(lesson, &lesson.conditions)
    }

    /// The rule of the present lesson that was broken.
    pub(super) fn broken_rule(&self) -> Option<Finding> {
        let (lesson, running) = self.current()?;
        let entries = running.entries();
        running
            .seen(lesson, &entries)
            .broken_rule(&lesson.conditions)
    }

    /// The rules of the present lesson that have not been broken, in words.
    pub(super) fn rules_kept(&self) -> Vec<String> {
        let kept = |(lesson, running): (&Lesson, &RunningLesson)| {
            let entries = running.entries();
            running
                .seen(lesson, &entries)
                .rules_kept(&lesson.conditions)
        };
        self.current().map(kept).unwrap_or_default()
    }

    /// Whether the present lesson has been done, now or before.
    pub(super) fn was_done(&self) -> bool {
        let state = |(lesson, _): (&Lesson, _)| self.progress.states().get(&lesson.name).copied();
        self.current().and_then(state) == Some(State::Done)
    }

    /// The lesson after the present one.
    pub(super) fn following(&self) -> Option<usize> {
        let after = self.running.as_ref().map_or(0, |running| running.index + 1);
        let mut lessons = self.course.lessons.iter().enumerate().skip(after);
        let (index, _) = lessons.find(|(_, lesson)| lesson.is_fast || !self.fast)?;
        Some(index)
    }

    /// How to get on from the shell outside.
    pub(super) fn ways_on(&self) -> String {
        let (command, index) = (
            &self.command,
            self.progress.where_to_go_on(&self.course, self.fast),
        );
        let title = self.course.lessons.get(index).map(|it| it.title.as_str());
        format!(
            "`{command}` goes on with lesson {} ({}), `{command} N` with lesson N",
            index + 1,
            title.unwrap_or_default()
        )
    }

    /// A transcript of the next session, if a report is to have it.
    pub(crate) fn new_recorder(&mut self) -> Option<crate::transcript::recorder::Recorder> {
        self.report.as_ref()?;
        let running = self.running.as_mut()?;
        Some(running.transcripts.begin())
    }
}

impl RunningLesson {
    /// The first of these conditions that does not hold.
    pub(super) fn first_open(&self, lesson: &Lesson, conditions: &[Condition]) -> Option<Finding> {
        self.seen(lesson, &self.entries()).first_open(conditions)
    }

    fn seen<'a>(&'a self, lesson: &'a Lesson, entries: &'a [LogEntry]) -> Seen<'a> {
        Seen {
            entries,
            server: self.server.server_folder(),
            local: self.server.local_folder(),
            content: &lesson.content,
            faults: &self.faults,
            question: &lesson.question,
            answer: self.answer.as_deref(),
            fault: self.suspect.as_ref().map_or("", |suspect| &suspect.name),
        }
    }

    /// The first of these hints that was not given, which then is; the last one can be had again.
    pub(super) fn next_rung(&mut self, rungs: &Rungs) -> usize {
        let next = rungs.iter().position(|rung| !self.hints.contains(rung));
        if let Some(next) = next {
            self.hints.push(rungs[next].clone());
        }
        next.unwrap_or(rungs.len() - 1)
    }

    pub(super) fn entries(&self) -> Vec<LogEntry> {
        self.log.entries()
    }
}

/// A number that nobody has chosen.
fn chance() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_nanos() as u64 / 1_000)
}
