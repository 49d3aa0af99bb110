//! What lies on both sides when the server starts.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
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
        let (folder, name) = self.path.rsplit_once('/').unwrap_or(("", &self.path));
        let folder = make_folder(side, folder)?;
        if name.is_empty() {
            return Ok(());
        }
        let path = folder.join(name);
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

/// Makes a folder within a side that exists. A side that an interrupted run has just removed is not made again.
fn make_folder(side: &Path, folder: &str) -> io::Result<PathBuf> {
    let mut path = side.to_owned();
    for name in folder.split('/').filter(|name| !name.is_empty()) {
        path.push(name);
        match fs::create_dir(&path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    Ok(path)
}

/// The file of the article.
const FILE_NAME: &str = "1.TXT";

#[cfg(test)]
mod tests {
    use super::PlacedFile;

    fn place(path: &str, side: &std::path::Path) -> std::io::Result<()> {
        let file = PlacedFile {
            path: path.to_owned(),
            bytes: b"x".to_vec(),
            modified: None,
        };
        file.place(side)
    }

    #[test]
    fn folders_are_made_but_not_a_side_that_was_removed() {
        let scratch = tempfile::tempdir().unwrap();
        let side = scratch.path().join("server");
        for path in ["1.TXT", "a/b/", "a/b/c/f"] {
            assert!(place(path, &side).is_err(), "{path}");
            assert!(!side.exists(), "{path}");
        }
        std::fs::create_dir(&side).unwrap();
        for path in ["1.TXT", "a/b/", "a/b/c/f"] {
            place(path, &side).unwrap();
            assert!(side.join(path).exists(), "{path}");
        }
    }
}
