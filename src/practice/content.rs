//! What lies on both sides when the server starts.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// The files of both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// What a client sees below `/`.
    pub server: Vec<PlacedFile>,
    /// What lies in the local folder.
    pub local: Vec<PlacedFile>,
}

/// A file, or a folder whose path ends with `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedFile {
    /// Names between slashes, relative to its side.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// When it was changed last; now, if that is not said.
    pub modified: Option<SystemTime>,
}

impl Content {
    /// The file of the article: its beginning on the server, all of it here.
    pub(super) fn of_article() -> Self {
        let file = |bytes: &str| PlacedFile {
            path: FILE_NAME.to_owned(),
            bytes: bytes.as_bytes().to_vec(),
            modified: None,
        };
        Self {
            server: vec![file("I am ")],
            local: vec![file("I am zfive5")],
        }
    }

    /// Makes both folders and everything in them.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn place(&self, server: &Path, local: &Path) -> io::Result<()> {
        for (side, files) in [(server, &self.server), (local, &self.local)] {
            fs::create_dir(side)?;
            files.iter().try_for_each(|file| file.place(side))?;
        }
        Ok(())
    }
}

impl PlacedFile {
    fn place(&self, side: &Path) -> io::Result<()> {
        let path = side.join(&self.path);
        if self.path.ends_with('/') {
            return fs::create_dir_all(path);
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, &self.bytes)?;
        let Some(modified) = self.modified else {
            return Ok(());
        };
        File::options()
            .write(true)
            .open(&path)?
            .set_modified(modified)
    }
}

/// The file of the article.
const FILE_NAME: &str = "1.TXT";
