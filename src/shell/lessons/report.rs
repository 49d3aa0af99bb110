//! `--report`: what a course hands in.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::running::Lessons;
use crate::shell::screen::escape::escape;

/// What was done in one lesson, from its beginning to its end or to its being begun anew.
#[derive(Clone, Debug)]
pub(super) struct LessonReport {
    pub(super) name: String,
    pub(super) title: String,
    /// `open`, `shown` or `done`.
    pub(super) state: &'static str,
    pub(super) hints: usize,
    pub(super) answers: Vec<String>,
    /// The fault that was chosen.
    pub(super) fault: Option<String>,
    pub(super) transcripts: Vec<String>,
}

impl LessonReport {
    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "title": self.title,
            "state": self.state,
            "hints": self.hints,
            "answers": self.answers,
            "fault": self.fault,
            "transcripts": self.transcripts,
        })
    }
}

impl Lessons {
    /// Writes the report, if one is asked for.
    ///
    /// # Errors
    ///
    /// What is wrong with its file.
    pub(super) fn write_report(&mut self) -> Result<(), String> {
        let Some(path) = &self.report else {
            return Ok(());
        };
        let course = Some(&self.course.name).filter(|name| !name.is_empty());
        let report = json!({
            "program": concat!("ftpsh ", env!("CARGO_PKG_VERSION")),
            "course": course,
            "lessons": self.reports.iter().map(LessonReport::json).collect::<Vec<_>>(),
        });
        let text = format!("{report:#}\n");
        write_whole(path, text.as_bytes()).map_err(|error| problem(path, &error))
    }
}

/// Makes the file of the report before the first lesson; one that is there already stays as it is.
///
/// # Errors
///
/// What is wrong with the file.
pub(super) fn make_file(path: &Path) -> Result<(), String> {
    if is_no_file(path) {
        return Ok(());
    }
    let made = File::create_new(path);
    made.map(drop).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => problem(path, &"it exists already, so name another file"),
        _ => problem(path, &error),
    })
}

/// Whether a pipe or a device is there, which is written to and cannot be replaced.
fn is_no_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|known| !known.is_file())
}

fn problem(path: &Path, what: &dyn Display) -> String {
    format!("{}: {what}", escape(path.as_os_str().as_encoded_bytes()))
}

/// The old one or the new one is there at any time.
fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if is_no_file(path) {
        return fs::write(path, bytes);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}
