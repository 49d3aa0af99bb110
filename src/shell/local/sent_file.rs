//! A local file while it is sent: something else may change it meanwhile.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::shell::config::secrets::without_secrets;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Painter, Tone};

/// An open file that says at its end if it is not what it was at the beginning.
pub(crate) struct SentFile {
    path: PathBuf,
    file: File,
    /// Read already, to see what kind of file it is.
    beginning: io::Cursor<Vec<u8>>,
    opened: Metadata,
    /// Where it is read.
    position: u64,
    is_over: bool,
    painter: Painter,
}

impl SentFile {
    /// Opens it, to be sent from the byte at `offset` on; what is to be said of it goes to `painter`.
    pub(crate) fn open(path: &Path, offset: u64, painter: &Painter) -> io::Result<Self> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(Self {
            path: path.to_owned(),
            opened: file.metadata()?,
            file,
            beginning: io::Cursor::default(),
            position: offset,
            is_over: false,
            painter: painter.clone(),
        })
    }

    /// The first bytes to be sent, as far as they show what kind of file it is; they are sent all the same. To be called before
    /// anything is read.
    pub(crate) fn beginning(&mut self) -> io::Result<&[u8]> {
        let sample = self.beginning.get_mut();
        self.file.by_ref().take(SAMPLE_BYTES).read_to_end(sample)?;
        Ok(self.beginning.get_ref())
    }

    /// A server must not take what is left of a file for the file; only the user can judge what a mixture is worth.
    fn check_end(&self) -> io::Result<()> {
        let now = self.file.metadata()?;
        let is_unchanged =
            now.len() == self.opened.len() && now.modified().ok() == self.opened.modified().ok();
        // Files without a size of their own (/proc) cannot be compared with it.
        if is_unchanged || self.opened.len() == 0 {
            return Ok(());
        }
        if self.position < self.opened.len() {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!(
                    "it was truncated while it was being sent: only {} of {} bytes could be read",
                    self.position,
                    self.opened.len()
                ),
            ));
        }
        self.painter.say(
            Tone::Warning,
            &format!(
                "{} changed while it was sent: what the server has may be a mixture",
                escape(self.name().as_bytes())
            ),
        );
        Ok(())
    }

    fn name(&self) -> String {
        without_secrets(&self.path.to_string_lossy())
    }
}

impl Read for SentFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match self.beginning.read(buffer)? {
            0 => self.file.read(buffer),
            count => Ok(count),
        };
        let ended = match count {
            Ok(0) if !buffer.is_empty() && !std::mem::replace(&mut self.is_over, true) => {
                self.check_end().map(|()| 0)
            }
            count => count,
        };
        let count = ended
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", self.name())))?;
        self.position += count as u64;
        Ok(count)
    }
}

const SAMPLE_BYTES: u64 = 8 * 1024;
