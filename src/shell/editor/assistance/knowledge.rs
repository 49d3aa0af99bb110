//! What the line editor may know while a line is typed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use super::past_lines::PastLines;
use super::seen_names::SeenNames;
use crate::shell::config::aliases::Aliases;
use crate::shell::config::locations::home_folder;
use crate::shell::line::Spelling;

/// Everything that completion, hint and highlight are made from. Nothing here asks the server.
#[derive(Clone)]
pub struct Knowledge {
    /// The aliases as they are now.
    pub aliases: Aliases,
    /// The names that the configuration has for hosts.
    pub hosts: Vec<String>,
    /// The lines of the history.
    pub past_lines: PastLines,
    /// Names that this session has seen on the server.
    pub remote_names: SeenNames,
    /// Lists a local folder.
    pub list_folder: fn(&Path) -> Vec<LocalName>,
    /// What `~` stands for.
    pub home: Option<PathBuf>,
    /// RNFR was accepted, so RNTO must be next.
    pub awaits_new_name: bool,
    /// What the letters of a raw line stand for.
    pub spelling: Spelling,
    /// Whether there are hints.
    pub hints: bool,
    /// Whether there is colour. Without it there are no hints: they would look like what was typed.
    pub colour: bool,
}

/// The same, for the shell, which learns, and the editor, which asks at every key.
pub type SharedKnowledge = Arc<RwLock<Knowledge>>;

/// A name in a local folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalName {
    /// The name alone.
    pub name: String,
    /// It is a folder, or leads to one.
    pub is_folder: bool,
}

impl Knowledge {
    /// What is known before anything has happened.
    #[must_use]
    pub fn new(aliases: Aliases, colour: bool) -> Self {
        Self {
            aliases,
            hosts: Vec::new(),
            past_lines: PastLines::default(),
            remote_names: SeenNames::default(),
            list_folder: local_names,
            home: home_folder(),
            awaits_new_name: false,
            spelling: Spelling::default(),
            hints: true,
            colour,
        }
    }
}

/// The names in a local folder that can be typed; none if it cannot be read.
fn local_names(folder: &Path) -> Vec<LocalName> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let named = |entry: std::fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        let is_folder = std::fs::metadata(entry.path()).is_ok_and(|entry| entry.is_dir());
        Some(LocalName { name, is_folder })
    };
    entries
        .flatten()
        .take(MAX_NAMES)
        .filter_map(named)
        .collect()
}

/// A key must not have to wait for a folder without end.
const MAX_NAMES: usize = 10_000;
