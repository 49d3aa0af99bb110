//! What the line editor may know while a line is typed.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use super::past_lines::PastLines;
use super::seen_names::SeenNames;
use crate::protocol::command::begins_with_verb;
use crate::shell::config::aliases::Aliases;
use crate::shell::config::locations::home_folder;
use crate::shell::config::secrets::secret_span;
use crate::shell::line::quote::Quoted;
use crate::shell::line::{Spelling, Words};

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
    /// A login was begun, so its password may be typed without PASS.
    pub secret_is_asked: bool,
    /// What the letters of a raw line stand for.
    pub spelling: Spelling,
    /// Which words are built-ins.
    pub words: Words,
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
    /// The bytes of a line that must not be seen.
    pub(super) fn secret_in(&self, line: &str) -> Option<Range<usize>> {
        if self.secret_is_asked && !self.begins_with_known_word(line) {
            let start = line.len() - line.trim_start().len();
            return (start < line.len()).then_some(start..line.len());
        }
        let is_secret = |name: &str| self.aliases.carries_secret(name);
        secret_span(line.as_bytes(), &is_secret)
    }

    /// Whether a password may come next: USER, and what sends it.
    pub(crate) fn begins_login(line: &str) -> bool {
        let offset = Quoted::find(line.as_bytes()).map_or(0, |quoted| quoted.offset);
        let word = line[offset..].split_whitespace().next().unwrap_or_default();
        ["USER", "login", "open"]
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known))
    }

    /// Whether the line is whose it seems to be: the server's or the shell's. While its first word is typed it may be
    /// anything.
    fn begins_with_known_word(&self, line: &str) -> bool {
        if let Some(quoted) = Quoted::find(line.as_bytes()) {
            return begins_with_verb(&line.as_bytes()[quoted.offset..]);
        }
        let name = line.split(' ').next().unwrap_or_default();
        line.starts_with('!')
            || self.words.builtin(name).is_some()
            || self.aliases.contains(name)
            || begins_with_verb(line.as_bytes())
    }

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
            secret_is_asked: false,
            spelling: Spelling::default(),
            words: Words::Usual,
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
