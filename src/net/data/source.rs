//! What an upload sends. The octets of a plain file need not pass through this process, where the system has a way around.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use mio::net::TcpStream;

/// Where sent data come from.
pub enum Source {
    /// Octets as they come, until they end.
    Stream(Box<dyn Read + Send>),
    /// A part of a plain file.
    File(Box<dyn FileSource>),
}

/// Octets of a plain file, read here or moved past this process.
pub trait FileSource: Read + Send {
    /// What the next read would begin with.
    fn section(&mut self) -> &mut FileSection;
}

/// A part of an open file. It is read at positions of its own, so the file may be shared.
#[derive(Clone, Debug)]
pub struct FileSection {
    file: Arc<File>,
    offset: u64,
    /// Octets that are left, however much longer the file is.
    left: u64,
}

impl Source {
    /// Octets as they come.
    #[must_use]
    pub fn stream(octets: impl Read + Send + 'static) -> Self {
        Self::Stream(Box::new(octets))
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stream(octets) => octets.read(buffer),
            Self::File(file) => file.read(buffer),
        }
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Stream(_) => "Stream(..)",
            Self::File(_) => "File(..)",
        })
    }
}

impl FileSection {
    /// From `offset` to the end of the file, wherever that is once it is reached.
    #[must_use]
    pub fn from(file: Arc<File>, offset: u64) -> Self {
        Self::of(file, offset, u64::MAX)
    }

    /// At most `octets` from `offset` on.
    #[must_use]
    pub fn of(file: Arc<File>, offset: u64, octets: u64) -> Self {
        Self {
            file,
            offset,
            left: octets,
        }
    }

    /// Where in the file the next octet is.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Moves some octets to the socket; 0 at the end.
    ///
    /// # Errors
    ///
    /// What the system says of the file or of the socket, and [`io::ErrorKind::Unsupported`] where it cannot do it.
    pub(super) fn move_to(&mut self, stream: &TcpStream) -> io::Result<usize> {
        let most = self.left.min(MOVED_AT_ONCE) as usize;
        let moved = platform::move_octets(stream, &self.file, self.offset, most)?;
        self.advance(moved);
        Ok(moved)
    }

    fn advance(&mut self, octets: usize) {
        self.offset += octets as u64;
        self.left -= octets as u64;
    }
}

impl Read for FileSection {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = self.left.min(buffer.len() as u64) as usize;
        let count = platform::read_at(&self.file, &mut buffer[..most], self.offset)?;
        self.advance(count);
        Ok(count)
    }
}

/// An abort waits until so much has been read from the disk.
const MOVED_AT_ONCE: u64 = 1024 * 1024;

#[cfg(unix)]
mod platform {
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::FileExt;

    pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        file.read_at(buffer, offset)
    }

    #[cfg(target_os = "linux")]
    pub(super) fn move_octets(
        stream: &mio::net::TcpStream,
        file: &File,
        mut offset: u64,
        most: usize,
    ) -> io::Result<usize> {
        use rustix::io::Errno;
        rustix::fs::sendfile(stream, file, Some(&mut offset), most).map_err(|error| match error {
            // What the file system cannot do.
            Errno::INVAL | Errno::NOSYS => io::ErrorKind::Unsupported.into(),
            error => error.into(),
        })
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn move_octets(
        _stream: &mio::net::TcpStream,
        _file: &File,
        _offset: u64,
        _most: usize,
    ) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(windows)]
mod platform {
    use std::fs::File;
    use std::io;
    use std::os::windows::fs::FileExt;

    pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        file.seek_read(buffer, offset)
    }

    pub(super) fn move_octets(
        _stream: &mio::net::TcpStream,
        _file: &File,
        _offset: u64,
        _most: usize,
    ) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::sync::Arc;

    use super::FileSection;

    #[test]
    fn a_section_ends_at_its_length_or_with_the_file() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        let file = Arc::new(file);
        let read = |mut section: FileSection| {
            let mut octets = Vec::new();
            section.read_to_end(&mut octets).unwrap();
            octets
        };
        assert_eq!(read(FileSection::of(Arc::clone(&file), 3, 4)), b"3456");
        assert_eq!(read(FileSection::of(Arc::clone(&file), 8, 4)), b"89");
        assert_eq!(read(FileSection::from(Arc::clone(&file), 7)), b"789");
        assert_eq!(read(FileSection::from(file, 20)), b"");
    }
}
