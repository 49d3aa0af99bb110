//! The lessons in their order.

use std::fs;
use std::path::{Path, PathBuf};

use super::condition::Condition;
use super::embedded;
use super::error::LessonError;
use super::files::LessonFiles;
use super::lesson::Lesson;
use super::script::words_of;

/// Lessons that are taken one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    /// What the progress of a teacher's course is kept under; empty for ours.
    pub(crate) name: String,
    /// In order.
    pub(crate) lessons: Vec<Lesson>,
}

impl Course {
    /// Ours.
    ///
    /// # Errors
    ///
    /// A lesson of ours that is wrong, which a test looks for.
    pub(crate) fn embedded() -> Result<Self, LessonError> {
        let files = embedded::LESSONS.iter();
        let lessons = files
            .map(|(place, texts)| Lesson::read(&LessonFiles::embedded(place, texts)))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            name: String::new(),
            lessons,
        })
    }

    /// Those in a folder, by name; the folder may be a single lesson.
    ///
    /// # Errors
    ///
    /// The first lesson that is wrong, or a folder without lessons.
    pub(crate) fn read(folder: &Path) -> Result<Self, LessonError> {
        let lessons = Self::read_each(folder)?;
        Ok(Self {
            name: name_of(folder),
            lessons: lessons.into_iter().collect::<Result<_, _>>()?,
        })
    }

    /// The same, with everything that is wrong.
    ///
    /// # Errors
    ///
    /// A folder without lessons.
    pub(crate) fn read_each(
        folder: &Path,
    ) -> Result<Vec<Result<Lesson, LessonError>>, LessonError> {
        let folders = lesson_folders(folder)?;
        let read = |folder: &PathBuf| LessonFiles::read(folder).and_then(|it| Lesson::read(&it));
        Ok(folders.iter().map(read).collect())
    }

    /// What a lesson needs that neither it nor one before it introduces, and what one introduces without a word of it in its
    /// goal.
    pub(crate) fn unexplained(&self) -> Vec<LessonError> {
        let mut known: Vec<&str> = ALWAYS_KNOWN.to_vec();
        let mut found = Vec::new();
        for lesson in &self.lessons {
            known.extend(lesson.introduces.iter().map(String::as_str));
            let is_known = |word: &str| known.iter().any(|known| known.eq_ignore_ascii_case(word));
            let mut needed = lesson.solution.words();
            for suspect in &lesson.suspects {
                needed.extend(suspect.evidence.iter().flat_map(|line| words_of(line)));
            }
            let verbs = lesson.conditions.iter().filter_map(Condition::verb);
            needed.extend(verbs.map(|verb| verb.to_string()));
            let begins = lesson.begins.iter().map(|it| it.verb());
            needed.extend(begins.map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned()));
            needed.sort_unstable();
            needed.dedup();
            for word in needed.iter().filter(|word| !is_known(word)) {
                let problem = format!(
                    "needs {word}, which no lesson so far introduces: add it to `introduces` in lesson.toml, and explain it in \
                     goal.md"
                );
                found.push(LessonError::of_file(&lesson.solution.file, problem));
            }
            for word in &lesson.introduces {
                if !lesson.goal.contains(word.as_str()) {
                    let problem =
                        format!("{word} is introduced in lesson.toml and does not occur here");
                    found.push(LessonError::of_file(
                        &format!("{}/goal.md", lesson.place),
                        problem,
                    ));
                }
            }
        }
        found
    }
}

/// The folder itself if it is a lesson, else those in it that are not hidden.
fn lesson_folders(folder: &Path) -> Result<Vec<PathBuf>, LessonError> {
    if folder.join("lesson.toml").is_file() {
        return Ok(vec![folder.to_owned()]);
    }
    let place = folder.display().to_string();
    let fail = |error: std::io::Error| LessonError::of_file(&place, error.to_string());
    if !folder.is_dir() {
        return Err(LessonError::of_file(&place, NO_FOLDER));
    }
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.is_dir() && !name_of(&path).starts_with('.') {
            folders.push(path);
        }
    }
    folders.sort();
    if folders.is_empty() {
        let problem =
            "no lesson in it: each is a folder with a lesson.toml, such as 01-first/lesson.toml";
        return Err(LessonError::of_file(&place, problem));
    }
    Ok(folders)
}

fn name_of(folder: &Path) -> String {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let name = absolute.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

const NO_FOLDER: &str =
    "no such folder: the path of a lesson or of a folder of lessons is expected";

/// The words of lessons themselves, and of help.
const ALWAYS_KNOWN: [&str; 12] = [
    "goal", "hint", "check", "show", "next", "again", "answer", "lessons", "help", "why", "exit",
    "map",
];
