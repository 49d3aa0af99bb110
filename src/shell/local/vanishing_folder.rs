//! A local folder that is removed at the end of the program, as `ftpsh practice` has one.

use std::path::{Path, PathBuf};

/// Such a folder, and where the files that are meant to stay go in its place.
#[derive(Clone, Debug)]
pub(crate) struct VanishingFolder {
    folder: PathBuf,
    instead: PathBuf,
}

impl VanishingFolder {
    /// `instead` is the folder in which the program was started.
    pub(crate) fn new(folder: &Path, instead: &Path) -> Self {
        Self {
            folder: folder.canonicalize().unwrap_or(folder.to_owned()),
            instead: instead.to_owned(),
        }
    }

    /// Where a file of this path stays, if it would not where the path leads from here.
    pub(crate) fn surviving(&self, path: &Path) -> Option<PathBuf> {
        let here = std::env::current_dir().ok()?.canonicalize().ok()?;
        let vanishes = path.is_relative() && here.starts_with(&self.folder);
        vanishes.then(|| self.instead.join(path))
    }
}
