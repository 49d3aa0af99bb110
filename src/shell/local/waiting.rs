//! Reads and writes what may keep one waiting, named pipes, devices and standard input, until the transfer is given up:
//! what comes after that is for whoever reads or writes next.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::client::{Cancellation, DataSource};

/// A pipe or device that is sent, opened at the first read: a pipe without a writer would hold up everything until there
/// is one.
pub(crate) struct OpenedLate {
    path: PathBuf,
    file: Option<File>,
    cancellation: Cancellation,
    has_read: bool,
}

impl OpenedLate {
    /// Opens nothing yet.
    pub(crate) fn source(path: &Path) -> io::Result<DataSource> {
        let cancellation = Cancellation::new()?;
        let reader = Self {
            path: path.to_owned(),
            file: None,
            cancellation: cancellation.clone(),
            has_read: false,
        };
        Ok(DataSource::cancelled_by(reader, cancellation))
    }
}

impl Read for OpenedLate {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let file = match &mut self.file {
            Some(file) => file,
            closed => closed.insert(platform::open_to_read(&self.path)?),
        };
        loop {
            platform::await_readable(&*file, &self.cancellation)?;
            let read = self.cancellation.unless_cancelled(|| file.read(buffer));
            match read.ok_or_else(given_up)? {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(0) if !self.has_read && !platform::WAITS_FOR_WRITERS => {
                    platform::pause(&self.cancellation)?;
                }
                read => {
                    self.has_read = true;
                    return read;
                }
            }
        }
    }
}

/// A named pipe that received data goes to.
pub(crate) struct PipeToWrite {
    cancellation: Cancellation,
    file: Option<File>,
}

impl PipeToWrite {
    /// Opens nothing yet.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            cancellation: Cancellation::new()?,
            file: None,
        })
    }

    pub(crate) fn cancellation(&self) -> Cancellation {
        self.cancellation.clone()
    }

    /// Waits for a reader, and for room.
    pub(crate) fn write_all(
        &mut self,
        path: &Path,
        options: &OpenOptions,
        mut bytes: &[u8],
    ) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            closed => closed.insert(platform::open_to_write(path, options, &self.cancellation)?),
        };
        while !bytes.is_empty() {
            platform::await_writable(&*file, &self.cancellation)?;
            let written = self.cancellation.unless_cancelled(|| file.write(bytes));
            match written.ok_or_else(given_up)? {
                Ok(length) => bytes = &bytes[length..],
                Err(error) if is_temporary(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Whether it was opened, and so its reader will see the end.
    pub(crate) fn is_open(&self) -> bool {
        self.file.is_some()
    }
}

/// What is left of standard input, for one transfer after the other. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct StandardInput {
    /// Read for a transfer that was given up meanwhile. Whoever reads has it locked.
    unread: Arc<Mutex<Vec<u8>>>,
}

impl StandardInput {
    /// All of it, up to its end.
    pub(crate) fn source(&self) -> io::Result<DataSource> {
        let cancellation = Cancellation::new()?;
        let reader = StandardInputReader {
            input: self.clone(),
            cancellation: cancellation.clone(),
        };
        Ok(DataSource::cancelled_by(reader, cancellation))
    }
}

struct StandardInputReader {
    input: StandardInput,
    cancellation: Cancellation,
}

impl Read for StandardInputReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // A panic in the middle can at worst have lost what was read.
        let unread = self.input.unread.lock();
        let mut unread = unread.unwrap_or_else(PoisonError::into_inner);
        if self.cancellation.is_cancelled() {
            return Err(given_up());
        }
        if !unread.is_empty() {
            let length = unread.as_slice().read(buffer)?;
            unread.drain(..length);
            return Ok(length);
        }
        let length = platform::read_standard_input(buffer, &self.cancellation)?;
        if self.cancellation.is_cancelled() {
            unread.extend_from_slice(&buffer[..length]);
            return Err(given_up());
        }
        Ok(length)
    }
}

fn is_temporary(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

/// Nobody hears it.
fn given_up() -> io::Error {
    io::Error::other("the transfer was given up")
}

#[cfg(unix)]
mod platform {
    use std::fs::{File, OpenOptions};
    use std::io;
    use std::os::fd::AsFd;
    use std::os::unix::fs::OpenOptionsExt;
    use std::path::Path;
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::fs::OFlags;
    use rustix::io::Errno;
    use rustix::stdio::stdin;

    use super::given_up;
    use crate::client::Cancellation;

    /// Where nobody has opened a named pipe to write yet, it is not ready. Elsewhere it looks as if its end had come.
    pub(super) const WAITS_FOR_WRITERS: bool =
        cfg!(any(target_os = "linux", target_os = "android"));
    const RETRY_INTERVAL: Duration = Duration::from_millis(20);

    pub(super) fn open_to_read(path: &Path) -> io::Result<File> {
        let mut options = OpenOptions::new();
        without_waiting(options.read(true)).open(path)
    }

    /// Nothing tells that a reader has come.
    pub(super) fn open_to_write(
        path: &Path,
        options: &OpenOptions,
        cancellation: &Cancellation,
    ) -> io::Result<File> {
        let mut options = options.clone();
        loop {
            match without_waiting(&mut options).open(path) {
                Err(error) if error.raw_os_error() == Some(Errno::NXIO.raw_os_error()) => {
                    pause(cancellation)?;
                }
                opened => return opened,
            }
        }
    }

    fn without_waiting(options: &mut OpenOptions) -> &mut OpenOptions {
        let flag = OFlags::NONBLOCK.bits();
        options.custom_flags(i32::try_from(flag).expect("the system's flags fit its open"))
    }

    pub(super) fn await_readable(file: &File, cancellation: &Cancellation) -> io::Result<()> {
        wait(Some((file, PollFlags::IN)), cancellation, None)
    }

    pub(super) fn await_writable(file: &File, cancellation: &Cancellation) -> io::Result<()> {
        wait(Some((file, PollFlags::OUT)), cancellation, None)
    }

    pub(super) fn pause(cancellation: &Cancellation) -> io::Result<()> {
        wait(None::<(&File, _)>, cancellation, Some(RETRY_INTERVAL))
    }

    pub(super) fn read_standard_input(
        buffer: &mut [u8],
        cancellation: &Cancellation,
    ) -> io::Result<usize> {
        loop {
            wait(Some((stdin(), PollFlags::IN)), cancellation, None)?;
            match rustix::io::read(stdin(), &mut *buffer) {
                Ok(length) => return Ok(length),
                // It was closed before the program began.
                Err(Errno::BADF) => return Ok(0),
                Err(Errno::INTR | Errno::AGAIN) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Until something is ready, or the time is over.
    fn wait(
        ready: Option<(impl AsFd, PollFlags)>,
        cancellation: &Cancellation,
        limit: Option<Duration>,
    ) -> io::Result<()> {
        let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
        let mut awaited = vec![PollFd::new(cancellation, PollFlags::IN)];
        if let Some((file, flags)) = &ready {
            awaited.push(PollFd::new(file, *flags));
        }
        loop {
            match poll(&mut awaited, limit.as_ref()) {
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
                Ok(_) if cancellation.is_cancelled() => return Err(given_up()),
                Ok(_) => return Ok(()),
            }
        }
    }
}

#[cfg(not(unix))]
mod platform {
    use std::fs::{File, OpenOptions};
    use std::io::{self, Read};
    use std::path::Path;

    use crate::client::Cancellation;

    /// Whoever reads waits, whatever happens to the transfer.
    pub(super) const WAITS_FOR_WRITERS: bool = true;

    pub(super) fn open_to_read(path: &Path) -> io::Result<File> {
        File::open(path)
    }

    pub(super) fn open_to_write(
        path: &Path,
        options: &OpenOptions,
        _cancellation: &Cancellation,
    ) -> io::Result<File> {
        options.open(path)
    }

    /// What is opened there is ready, or waits in the read.
    pub(super) fn await_readable(_file: &File, _cancellation: &Cancellation) -> io::Result<()> {
        Ok(())
    }

    /// As above, in the write.
    pub(super) fn await_writable(_file: &File, _cancellation: &Cancellation) -> io::Result<()> {
        Ok(())
    }

    /// Nothing has to be tried again.
    pub(super) fn pause(_cancellation: &Cancellation) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn read_standard_input(
        buffer: &mut [u8],
        _cancellation: &Cancellation,
    ) -> io::Result<usize> {
        io::stdin().read(buffer)
    }
}
