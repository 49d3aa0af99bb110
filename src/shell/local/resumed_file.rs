//! The local file of `resume`.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::received_file::{DANGLING_LINK, Manner, ReceivedFile, is_dangling_link, is_named_pipe};
use crate::client::Destination;
use crate::resume::{LocalSource, LocalTarget};
use crate::shell::config::secrets::without_secrets;

/// The local file of an upload, opened once, so that every step reads the same file whatever its name means later.
pub(crate) struct LocalFile {
    path: PathBuf,
    file: Arc<File>,
    size: u64,
    modified: Option<SystemTime>,
}

impl LocalFile {
    /// Opened here to be refused before anything is sent.
    ///
    /// # Errors
    ///
    /// The error of the system, or that it is not a regular file.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let has_no_size =
            || io::Error::other("it is not a regular file, so it has no size to resume from");
        // A named pipe would hold up everything until it has a writer.
        if is_named_pipe(path) {
            return Err(has_no_size());
        }
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(has_no_size());
        }
        Ok(Self {
            path: path.to_owned(),
            file: Arc::new(file),
            size: metadata.len(),
            modified: metadata.modified().ok(),
        })
    }

    fn is_as_opened(&self, metadata: &Metadata) -> bool {
        metadata.len() == self.size && metadata.modified().ok() == self.modified
    }
}

impl LocalSource for LocalFile {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_from(&self, offset: u64) -> Box<dyn Read + Send> {
        Box::new(PositionedFile {
            path: self.path.clone(),
            file: Arc::clone(&self.file),
            offset,
            whole: self.size,
        })
    }

    fn is_unchanged(&self) -> io::Result<bool> {
        let named = match fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            named => named?,
        };
        Ok(self.is_as_opened(&self.file.metadata()?) && self.is_as_opened(&named))
    }
}

/// Reads an open file from a position of its own.
struct PositionedFile {
    path: PathBuf,
    file: Arc<File>,
    offset: u64,
    /// Where it ended when it was opened.
    whole: u64,
}

impl Read for PositionedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = read_at(&self.file, buffer, self.offset);
        let count = count.map_err(|error| named(&self.path, &error))?;
        if count == 0 && !buffer.is_empty() && self.offset < self.whole {
            let text = format!(
                "it was truncated while it was being sent: only {} of {} bytes could be read",
                self.offset, self.whole
            );
            let error = io::Error::new(io::ErrorKind::UnexpectedEof, text);
            return Err(named(&self.path, &error));
        }
        self.offset += count as u64;
        Ok(count)
    }
}

/// The local file of a download, which need not exist yet.
pub(crate) struct LocalTargetFile {
    path: PathBuf,
}

impl LocalTargetFile {
    /// Looked at here to be refused before anything is sent.
    ///
    /// # Errors
    ///
    /// The error of the system, or why it cannot be written to.
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        let target = Self {
            path: path.to_owned(),
        };
        if target.size()?.is_some() {
            OpenOptions::new().append(true).open(path)?;
        }
        Ok(target)
    }
}

impl LocalTarget for LocalTargetFile {
    fn size(&self) -> io::Result<Option<u64>> {
        match fs::metadata(&self.path) {
            Ok(metadata) if metadata.is_file() => Ok(Some(metadata.len())),
            Ok(_) => Err(io::Error::other("it is not a regular file")),
            Err(_) if is_dangling_link(&self.path) => Err(io::Error::other(DANGLING_LINK)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn read_from(&self, offset: u64) -> io::Result<Box<dyn Read + Send>> {
        match read_from(&self.path, offset) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Box::new(io::empty())),
            other => other,
        }
    }

    fn append(&self, there: Option<u64>) -> io::Result<Box<dyn Destination>> {
        // A file that may not be written is refused before anything comes.
        let file = there
            .map(|_| ReceivedFile::open(&self.path, Manner::Append))
            .transpose()?;
        Ok(Box::new(RestOfFile {
            path: self.path.clone(),
            there,
            file,
            begun: false,
        }))
    }

    fn cut_back(&self, there: Option<u64>, appended: u64) -> io::Result<bool> {
        let expected = there.unwrap_or(0) + appended;
        match OpenOptions::new().write(true).open(&self.path) {
            Ok(file) if file.metadata()?.len() == expected => {
                match there {
                    Some(there) => file.set_len(there)?,
                    None => fs::remove_file(&self.path)?,
                }
                Ok(true)
            }
            Ok(_) => Ok(false),
            // Where nothing was written, nothing was created.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(expected == 0),
            Err(error) => Err(error),
        }
    }
}

/// Adds to a file that is still as it was found, or creates the one that was not there.
struct RestOfFile {
    path: PathBuf,
    there: Option<u64>,
    file: Option<ReceivedFile>,
    begun: bool,
}

impl RestOfFile {
    fn begin(&mut self) -> io::Result<&mut ReceivedFile> {
        let begun = mem::replace(&mut self.begun, true);
        if let Some(there) = self.there.filter(|_| !begun) {
            let size = fs::metadata(&self.path).map_err(|error| named(&self.path, &error))?;
            if size.len() != there {
                let text = format!(
                    "something else wrote to it: it had {there} bytes and has {} now. Nothing was appended",
                    size.len()
                );
                return Err(named(&self.path, &io::Error::other(text)));
            }
        }
        if self.file.is_none() {
            let created = ReceivedFile::create(&self.path, Manner::Append);
            self.file = Some(created.map_err(|error| named(&self.path, &error))?);
        }
        self.file.as_mut().ok_or(io::ErrorKind::NotFound.into())
    }
}

impl Destination for RestOfFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.begin()?.write(bytes)
    }

    fn end(&mut self, accepted: bool) -> io::Result<()> {
        if accepted && self.file.is_none() && !self.begun {
            return self.begin()?.end(accepted);
        }
        match &mut self.file {
            Some(file) => file.end(accepted),
            None => Ok(()),
        }
    }
}

/// What happened, and to which file.
fn named(path: &Path, error: &io::Error) -> io::Error {
    let path = path.to_string_lossy();
    io::Error::new(error.kind(), format!("{}: {error}", without_secrets(&path)))
}

fn read_from(path: &Path, offset: u64) -> io::Result<Box<dyn Read + Send>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    Ok(Box::new(file))
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}
