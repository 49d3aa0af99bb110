//! A home folder that outlives the runs of the binary in it.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A home folder, removed at the end of the test.
pub(crate) struct Home {
    folder: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self {
            folder: TempDir::new().expect("a temporary folder"),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Where the configuration is looked for; on Windows because the environment says so.
    pub(crate) fn configuration(&self) -> PathBuf {
        let folder = if cfg!(target_os = "macos") {
            "Library/Application Support"
        } else {
            "config"
        };
        self.path().join(folder).join("ftpsh/config.toml")
    }

    /// Writes the configuration.
    pub(crate) fn configure(&self, text: &str) {
        let path = self.configuration();
        let folder = path.parent().expect("it lies in a folder");
        fs::create_dir_all(folder).expect("the home is writable");
        fs::write(path, text).expect("the home is writable");
    }

    /// Writes the history of earlier sessions, oldest line first.
    pub(crate) fn write_history(&self, lines: impl IntoIterator<Item = String>) {
        let folder = match std::env::consts::OS {
            "macos" => "Library/Application Support",
            _ => "state",
        };
        let path = self.path().join(folder).join("ftpsh/history");
        let folder = path.parent().expect("it lies in a folder");
        fs::create_dir_all(folder).expect("the home is writable");
        let mut text = "#V2\n".to_owned();
        lines.into_iter().for_each(|line| text += &(line + "\n"));
        fs::write(path, text).expect("the home is writable");
    }

    /// Every file but the configuration.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        collect(self.path(), &mut files);
        files.retain(|(path, _)| *path != self.configuration());
        files
    }

    /// The lines of the history file; none if there is no such file.
    pub(crate) fn history(&self) -> Vec<String> {
        let files = self.files().into_iter();
        let mut histories = files.filter(|(path, _)| path.ends_with("ftpsh/history"));
        let (_, bytes) = histories.next().unwrap_or_default();
        let text = String::from_utf8(bytes).expect("the history is UTF-8");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(str::to_owned).collect()
    }
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            let bytes = fs::read(&path).expect("a readable file");
            files.push((path, bytes));
        }
    }
}
