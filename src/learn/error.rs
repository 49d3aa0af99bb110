//! What is wrong with a lesson, and where.

use std::fmt;

/// What is wrong, in which file and line, and what is expected there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LessonError {
    /// The file or folder, as it is named to the user.
    pub(crate) file: String,
    /// Counted from 1; `None` where no line is to blame.
    pub(crate) line: Option<usize>,
    /// What is wrong, and what is expected.
    pub(crate) problem: String,
}

impl LessonError {
    /// Something wrong with a whole file or folder.
    pub(super) fn of_file(file: &str, problem: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            problem: problem.into(),
        }
    }

    /// Something wrong in one line.
    pub(super) fn at(file: &str, line: usize, problem: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: Some(line),
            problem: problem.into(),
        }
    }
}

impl fmt::Display for LessonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            problem,
        } = self;
        match line {
            Some(line) => write!(f, "{file}:{line}: {problem}"),
            None => write!(f, "{file}: {problem}"),
        }
    }
}

impl std::error::Error for LessonError {}

/// The line in which a byte of a text stands, counted from 1.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    let before = &text.as_bytes()[..offset.min(text.len())];
    1 + before.iter().filter(|&&byte| byte == b'\n').count()
}
