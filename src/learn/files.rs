//! The texts of one lesson, wherever they come from.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::error::{LessonError, line_of};
use crate::protocol::hidden::is_hidden;

/// The files of one lesson by name, and where they are.
#[derive(Clone, Debug, Default)]
pub(super) struct LessonFiles {
    /// The folder, as it is named to the user.
    pub(super) place: String,
    texts: BTreeMap<String, String>,
}

impl LessonFiles {
    /// Those that are part of the program.
    pub(super) fn embedded(place: &str, texts: &[(&str, &str)]) -> Self {
        let texts = texts.iter();
        Self {
            place: place.to_owned(),
            texts: texts
                .map(|(name, text)| ((*name).to_owned(), text.replace("\r\n", "\n")))
                .collect(),
        }
    }

    /// Those of a folder.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, is not UTF-8 or is larger than 1 MiB.
    pub(super) fn read(folder: &Path) -> Result<Self, LessonError> {
        let place = folder.display().to_string();
        let fail = |error: std::io::Error| LessonError::of_file(&place, error.to_string());
        let mut texts = BTreeMap::new();
        for entry in fs::read_dir(folder).map_err(fail)? {
            let path = entry.map_err(fail)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with('.') || !path.is_file() {
                continue;
            }
            texts.insert(name.into_owned(), text_of(&path)?);
        }
        Ok(Self { place, texts })
    }

    /// The path of a file as it is named to the user.
    pub(super) fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.place)
    }

    /// The text of a file that every lesson has.
    ///
    /// # Errors
    ///
    /// It is not there.
    pub(super) fn text(&self, name: &str) -> Result<&str, LessonError> {
        self.texts
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| LessonError::of_file(&self.path(name), NOT_THERE))
    }

    /// The files whose names begin and end so, by name.
    pub(super) fn named<'a>(
        &'a self,
        beginning: &'a str,
        end: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let texts = self.texts.iter();
        texts
            .filter(move |(name, _)| name.starts_with(beginning) && name.ends_with(end))
            .map(|(name, text)| (name.as_str(), text.as_str()))
    }
}

fn text_of(path: &Path) -> Result<String, LessonError> {
    let place = path.display().to_string();
    let fail = |problem: String| LessonError::of_file(&place, problem);
    let length = fs::metadata(path).map_err(|error| fail(error.to_string()))?;
    if length.len() > LARGEST {
        return Err(fail(
            "larger than 1 MiB: a lesson is a few short texts".to_owned(),
        ));
    }
    let bytes = fs::read(path).map_err(|error| fail(error.to_string()))?;
    match String::from_utf8(bytes) {
        Ok(text) => {
            let text = text.replace("\r\n", "\n");
            match text.find(is_unreadable) {
                None => Ok(text),
                Some(offset) => Err(LessonError::at(&place, line_of(&text, offset), UNREADABLE)),
            }
        }
        Err(error) => {
            let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
            Err(LessonError::at(
                &place,
                line,
                "not UTF-8: write bytes that are not text as hex in lesson.toml",
            ))
        }
    }
}

/// A terminal obeys it, or shows other text than the one that stands there.
pub(super) fn is_unreadable(character: char) -> bool {
    is_hidden(character) && character != '\n'
}

pub(super) const UNREADABLE: &str = "a control character, which is not text";
const LARGEST: u64 = 1024 * 1024;
const NOT_THERE: &str = "not there: a lesson has lesson.toml, goal.md, hints.md, solution.ftp and at least two wrong-*.ftp";
