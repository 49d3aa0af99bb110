//! How far somebody is, and which verbs were used: a file of lines `STATE LESSON`, `begun LESSON` and `reply VERB CODE` that
//! only grows, so that two programs at once, or one that is killed, lose nothing.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::course::Course;
use super::map::VerbMap;

/// How far a lesson is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// Not begun, or not finished.
    #[default]
    Open,
    /// Its solution was shown.
    Shown,
    /// Somebody has done it.
    Done,
}

/// The file.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    path: Option<PathBuf>,
    /// Before the names of the lessons; empty for our own.
    course: String,
}

impl State {
    /// As it is shown and written; nothing for one that is open.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Open => "",
            Self::Shown => "shown",
            Self::Done => "done",
        }
    }

    fn named(word: &str) -> Option<Self> {
        [Self::Shown, Self::Done]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

impl Progress {
    /// That of a course, in the file at `path`; without one nothing is kept.
    pub(crate) fn at(path: Option<PathBuf>, course: &str) -> Self {
        let course = match course {
            "" => String::new(),
            course => format!("{course}/"),
        };
        Self { path, course }
    }

    /// The best that was ever reached, by lesson. Lines that say nothing are passed over.
    pub(crate) fn states(&self) -> BTreeMap<String, State> {
        let mut states = BTreeMap::new();
        for line in self.text().lines() {
            let Some((word, name)) = line.split_once(' ') else {
                continue;
            };
            let name = name.trim_end().strip_prefix(self.course.as_str());
            let (Some(state), Some(name)) = (State::named(word), name) else {
                continue;
            };
            let best: &mut State = states.entry(name.to_owned()).or_default();
            *best = state.max(*best);
        }
        states
    }

    /// Keeps that a lesson is so far, unless it has been further.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn reach(&self, lesson: &str, state: State) -> io::Result<()> {
        let Some(path) = self.path.as_deref() else {
            return Ok(());
        };
        if self.states().get(lesson).copied().unwrap_or_default() >= state {
            return Ok(());
        }
        append(path, &format!("{} {}{lesson}\n", state.word(), self.course))
    }

    /// The lesson that was begun last.
    pub(crate) fn last_begun(&self) -> Option<String> {
        let text = self.text();
        let begun = text.lines().filter_map(|line| line.strip_prefix("begun "));
        let mut names = begun.filter_map(|line| line.strip_prefix(self.course.as_str()));
        // One with a `/` is of another course.
        names.rfind(|name| !name.contains('/')).map(str::to_owned)
    }

    /// Keeps that a lesson was begun.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn begin(&self, lesson: &str) -> io::Result<()> {
        match self.path.as_deref() {
            Some(path) if self.last_begun().as_deref() != Some(lesson) => {
                append(path, &format!("begun {}{lesson}\n", self.course))
            }
            _ => Ok(()),
        }
    }

    /// The lesson, by its place in a course, with which somebody goes on: the one that was begun last and left unfinished,
    /// else the next that is neither done nor shown, else the first that was only shown, else the first of all.
    pub(crate) fn where_to_go_on(&self, course: &Course, fast: bool) -> usize {
        let states = self.states();
        let lessons = || course.lessons.iter().enumerate();
        let begun = self.last_begun();
        let last = lessons().find(|(_, lesson)| begun.as_ref() == Some(&lesson.name));
        let last = last.map_or(0, |(index, _)| index);
        let is_in = |wanted: State, from: usize| {
            let mut left = lessons().skip(from);
            let found = left.find(|(_, lesson)| {
                let state = states.get(&lesson.name).copied().unwrap_or_default();
                state == wanted && (lesson.is_fast || !fast)
            });
            found.map(|(index, _)| index)
        };
        is_in(State::Open, last)
            .or_else(|| is_in(State::Open, 0))
            .or_else(|| is_in(State::Shown, 0))
            .unwrap_or(0)
    }

    /// The verbs that were ever used, and how they were answered.
    pub(crate) fn used(&self) -> VerbMap {
        let mut used = VerbMap::default();
        for line in self.text().lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            if let ["reply", verb, code] = words.as_slice()
                && let Ok(code) = code.parse()
            {
                used.add(verb.as_bytes(), code);
            }
        }
        used
    }

    /// Keeps what was used, as far as it is new.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn note_used(&self, used: &VerbMap) -> io::Result<()> {
        let Some(path) = self.path.as_deref() else {
            return Ok(());
        };
        let mut known = self.used();
        let new = used.pairs().filter(|(verb, code)| {
            let is_word = verb.bytes().all(|byte| byte.is_ascii_alphabetic());
            is_word && known.add(verb.as_bytes(), *code)
        });
        let lines: String = new
            .map(|(verb, code)| format!("reply {verb} {code}\n"))
            .collect();
        if lines.is_empty() {
            return Ok(());
        }
        append(path, &lines)
    }

    fn text(&self) -> String {
        let bytes = self.path.as_deref().and_then(|path| read(path).ok());
        String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
    }
}

/// What is kept there, empty if nothing is yet.
///
/// # Errors
///
/// It is not a file that can have been written here: a pipe or a device has no end.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    match fs::metadata(path) {
        Ok(known) if known.is_file() && known.len() <= LARGEST => fs::read(path),
        Ok(_) => Err(io::Error::other("not a file of at most 16 MiB")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

const LARGEST: u64 = 16 << 20;

fn append(path: &Path, lines: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // Whoever was killed may have left a line without its end.
    let is_cut = read(path)?.last().is_some_and(|last| *last != b'\n');
    let begin = if is_cut { "\n" } else { "" };
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    // In one go: what another program writes at the same time comes before or after it.
    file.write_all(format!("{begin}{lines}").as_bytes())
}
