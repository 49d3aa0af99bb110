//! The files that received data goes to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::waiting::PipeToWrite;
use crate::client::{Cancellation, Destination};
use crate::shell::config::secrets::without_secrets;

/// What received data does to what is in the file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    Replace,
    Append,
}

/// A file that received data goes to. It is checked when the line is typed, and touched only when data comes.
pub(crate) struct ReceivedFile {
    path: PathBuf,
    manner: Manner,
    file: Option<File>,
    /// A named pipe is opened when data comes: until it has a reader, that would hold up everything.
    pipe: Option<PipeToWrite>,
    created: bool,
    begun: bool,
}

impl ReceivedFile {
    /// Checks that the file can be written, without changing it.
    pub(crate) fn open(path: &Path, manner: Manner) -> io::Result<Self> {
        if is_named_pipe(path) {
            let mut pipe = Self::around(path, manner, None, false);
            pipe.pipe = Some(PipeToWrite::new()?);
            return Ok(pipe);
        }
        match manner.options().open(path) {
            Ok(file) => Ok(Self::around(path, manner, Some(file), false)),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Err(_) => Self::create(path, manner),
        }
    }

    /// The same for a file that must not exist yet.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::AlreadyExists`], else the error of the system.
    pub(crate) fn create(path: &Path, manner: Manner) -> io::Result<Self> {
        match manner.options().create_new(true).open(path) {
            Ok(file) => Ok(Self::around(path, manner, Some(file), true)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(what_is_there(path, error))
            }
            Err(error) => Err(error),
        }
    }

    fn around(path: &Path, manner: Manner, file: Option<File>, created: bool) -> Self {
        Self {
            path: path.to_owned(),
            manner,
            file,
            pipe: None,
            created,
            begun: false,
        }
    }

    /// Not a pipe or a device, which may keep whoever writes to it waiting.
    fn is_ordinary(&self) -> bool {
        let metadata = self.file.as_ref().map(File::metadata);
        matches!(metadata, Some(Ok(metadata)) if metadata.is_file())
    }

    fn begin(&mut self) -> io::Result<&mut File> {
        let begun = std::mem::replace(&mut self.begun, true);
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(self.manner.options().open(&self.path)?),
        };
        if !begun && self.manner == Manner::Replace && file.metadata()?.is_file() {
            file.set_len(0)?;
        }
        Ok(file)
    }

    /// Where it was, what it was, and what is left of it.
    fn described(&self, error: &io::Error) -> io::Error {
        let path = self.path.to_string_lossy();
        let path = without_secrets(&path);
        let metadata = self.file.as_ref().and_then(|file| file.metadata().ok());
        let left = match metadata.filter(fs::Metadata::is_file) {
            Some(metadata) => format!(". {} bytes are in the file", metadata.len()),
            None => String::new(),
        };
        io::Error::new(error.kind(), format!("{path}: {error}{left}"))
    }

    /// Removes a file that was made only to see whether it could be. What something else has put there meanwhile stays.
    fn remove_unused(&mut self) {
        let is_empty = || fs::metadata(&self.path).is_ok_and(|metadata| metadata.len() == 0);
        if self.created && !self.begun && is_empty() {
            // If it cannot be removed, an empty file stays.
            let _ = fs::remove_file(&self.path);
        }
        self.created = false;
    }
}

impl Destination for ReceivedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = match &mut self.pipe {
            Some(pipe) => pipe.write_all(&self.path, &self.manner.options(), bytes),
            None => self.begin().and_then(|file| file.write_all(bytes)),
        };
        written.map_err(|error| self.described(&error))
    }

    fn end(&mut self, accepted: bool) -> io::Result<()> {
        if let Some(pipe) = self.pipe.take().filter(|_| accepted) {
            if pipe.is_open() || pipe.cancellation().is_cancelled() {
                return Ok(());
            }
            // Nothing came for the pipe; its reader must see the end.
            let both = OpenOptions::new().read(true).write(true).open(&self.path);
            return both.map(drop).map_err(|error| self.described(&error));
        }
        if accepted {
            let flushed = self.begin().and_then(File::flush);
            return flushed.map_err(|error| self.described(&error));
        }
        self.remove_unused();
        Ok(())
    }

    fn is_prompt(&self) -> bool {
        self.is_ordinary()
    }

    fn cancellation(&self) -> Option<Cancellation> {
        self.pipe.as_ref().map(PipeToWrite::cancellation)
    }

    /// The kernel moves nothing to the end of a file that is only added to (splice(2)).
    fn has_file(&self) -> bool {
        self.manner == Manner::Replace && self.is_ordinary()
    }

    fn describe(&self, error: io::Error) -> io::Error {
        self.described(&error)
    }

    fn as_file(&mut self) -> io::Result<Option<File>> {
        let file = self.begin().and_then(|file| file.try_clone());
        file.map(Some).map_err(|error| self.described(&error))
    }
}

impl Drop for ReceivedFile {
    fn drop(&mut self) {
        self.remove_unused();
    }
}

impl Manner {
    fn options(self) -> OpenOptions {
        let mut options = OpenOptions::new();
        match self {
            Self::Replace => options.write(true),
            Self::Append => options.append(true),
        };
        options
    }
}

/// Why something is in the way of a new file, where it is more than just there.
pub(crate) fn what_is_there(path: &Path, exists: io::Error) -> io::Error {
    if path.is_dir() {
        return io::Error::new(io::ErrorKind::IsADirectory, "it is a folder");
    }
    if is_dangling_link(path) {
        return io::Error::other(DANGLING_LINK);
    }
    exists
}

/// Whether it is a dangling symbolic link: nothing can be made through it without a guess.
pub(crate) fn is_dangling_link(path: &Path) -> bool {
    path.is_symlink() && !path.exists()
}

pub(crate) const DANGLING_LINK: &str = "it is a dangling symbolic link";

/// Whether opening it waits until its other end is opened.
#[cfg(unix)]
pub(crate) fn is_named_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo())
}

/// Other systems have no pipes among their files.
#[cfg(not(unix))]
pub(crate) fn is_named_pipe(_path: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Manner, ReceivedFile};
    use crate::client::Destination;

    /// Two downloads into one new file: the one that is refused must not take away what the other has brought.
    #[test]
    fn a_refused_download_leaves_what_something_else_wrote_into_its_new_file() {
        let folder = tempfile::tempdir().unwrap();
        for manner in [Manner::Replace, Manner::Append] {
            for (written, left) in [(None, None), (Some("theirs"), Some("theirs"))] {
                let path = folder.path().join("new");
                let mut file = ReceivedFile::open(&path, manner).unwrap();
                if let Some(text) = written {
                    fs::write(&path, text).unwrap();
                }
                file.end(false).unwrap();
                drop(file);
                assert_eq!(fs::read_to_string(&path).ok().as_deref(), left);
                let _ = fs::remove_file(&path);
            }
        }
    }
}
