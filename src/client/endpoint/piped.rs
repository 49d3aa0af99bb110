//! Bytes of a download that the kernel moves: from the socket into a pipe, and from there to the file.

use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::pipe::{SpliceFlags, fcntl_setpipe_size, splice};

/// A pipe between the driver and the local side.
pub(super) struct Pipe {
    reader: PipeReader,
    writer: PipeWriter,
    bytes: AtomicUsize,
}

/// A pipe that is made when it is first wanted.
pub(super) enum LazyPipe {
    Unwanted,
    Wanted,
    Open(Arc<Pipe>),
}

impl LazyPipe {
    pub(super) fn new(is_wanted: bool) -> Self {
        if is_wanted {
            Self::Wanted
        } else {
            Self::Unwanted
        }
    }

    /// The pipe, where there can be one.
    pub(super) fn open(&mut self) -> Option<Arc<Pipe>> {
        if matches!(self, Self::Wanted) {
            *self = Pipe::new().map_or(Self::Unwanted, |pipe| Self::Open(Arc::new(pipe)));
        }
        match self {
            Self::Open(pipe) => Some(Arc::clone(pipe)),
            _ => None,
        }
    }

    pub(super) fn holds_bytes(&self) -> bool {
        matches!(self, Self::Open(pipe) if pipe.bytes.load(Ordering::Acquire) > 0)
    }
}

impl Pipe {
    fn new() -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        // The default holds 64 KiB; a system that refuses more is only slower.
        let _ = fcntl_setpipe_size(&writer, PIPE_BYTES);
        let bytes = AtomicUsize::new(0);
        Ok(Self {
            reader,
            writer,
            bytes,
        })
    }

    /// Moves what the socket has and the pipe holds; 0 is the end of file.
    pub(super) fn fill_from(&self, socket: &impl AsFd) -> io::Result<usize> {
        let flags = SpliceFlags::MOVE | SpliceFlags::NONBLOCK;
        let moved = splice(socket, None, &self.writer, None, PIPE_BYTES, flags)?;
        self.bytes.fetch_add(moved, Ordering::AcqRel);
        Ok(moved)
    }

    /// Moves at most so many bytes to a file, at its own position.
    pub(super) fn empty_into(&self, file: &File, bytes: usize) -> io::Result<usize> {
        let moved = splice(&self.reader, None, file, None, bytes, SpliceFlags::MOVE)?;
        self.bytes.fetch_sub(moved, Ordering::AcqRel);
        Ok(moved)
    }

    /// Reads at most so many bytes and lets them go.
    pub(super) fn discard(&self, bytes: usize) -> io::Result<usize> {
        let mut read = vec![0; bytes.min(64 * 1024)];
        let length = (&self.reader).read(&mut read)?;
        self.bytes.fetch_sub(length, Ordering::AcqRel);
        Ok(length)
    }
}

const PIPE_BYTES: usize = 1024 * 1024;
