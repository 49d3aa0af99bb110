//! The local side of a transfer: a bounded buffer between the driver, which must never wait, and a file, pipe, person
//! or screen, which may.
//!
//! ```text
//! download:  data connection -> driver -> [buffer] -> thread -> destination
//! upload:    source -> thread -> [buffer] -> driver -> data connection
//! ```
//!
//! Where the kernel can move the bytes of a download, part of the buffer is a pipe. A transfer that fits the buffer and
//! whose local side cannot block needs no thread at all.

mod cancellation;
mod inbound;
mod outbound;
#[cfg(target_os = "linux")]
mod piped;

pub use cancellation::Cancellation;
pub(crate) use inbound::Inbound;
pub(crate) use outbound::{Outbound, Ready, Source};

use std::io;

/// What a local side tells the driver.
#[derive(Debug)]
pub(crate) enum LocalEvent {
    /// Some of a download was written, so that there may be room in its buffer, or there is something in that of an
    /// upload.
    Moved,
    /// A download cannot be written.
    Failed(io::Error),
    /// A download is written to its end, or has failed; so many line ends were converted.
    Ended(io::Result<()>, u64),
}

/// Hears what a local side tells; called on the local side's thread.
pub(crate) type Report = std::sync::Arc<dyn Fn(LocalEvent) + Send + Sync>;

/// Work that may wait for the local side: to be run by whoever has nothing better to do, outside all locks.
pub(crate) type Work = Box<dyn FnOnce() + Send>;

/// Bytes that a buffer holds at most.
pub(crate) const BUFFER_BYTES: usize = 1024 * 1024;
/// Bytes that one piece of a buffer has at most. Larger ones would be kept by the allocator, for each thread that had
/// one.
pub(crate) const PIECE_BYTES: usize = 128 * 1024;
/// What fits into so many bytes is kept until it can be written in one go, without a thread.
pub(crate) const SMALL_BYTES: usize = 64 * 1024;
