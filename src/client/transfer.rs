//! What goes through the data connection, and what became of it.

use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use crate::protocol::verbs::DataDirection;
use crate::tls::TlsFailure;

use super::destination::Destination;
use super::line_ends::{ToCrlf, ToLf};
use super::observation::DataTap;

/// What a data command brings along.
pub enum Transfer {
    /// Where received data go, and in which form.
    Receive(Box<dyn Destination>, Form),
    /// What is sent, in which form, and how many octets of it there are, if that is known.
    Send(Box<dyn Read + Send>, Form, Option<u64>),
}

/// Whether the representation type changes the octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In TYPE A local line ends become CR LF on the wire and back.
    ByType,
    /// The octets as they are.
    Exact,
}

/// What became of the data of one command.
#[derive(Clone, Debug, PartialEq)]
pub struct TransferEnd {
    /// Which way they went.
    pub direction: DataDirection,
    /// Octets on the data connection.
    pub octets: u64,
    /// Line ends that were converted for TYPE A.
    pub line_ends: u64,
    /// A download that ended in order, with fewer octets than a reply had told of: that number.
    pub came_short_of: Option<u64>,
    /// How it ended.
    pub result: TransferResult,
}

/// How the data of a transfer ended.
#[derive(Clone, Debug, PartialEq)]
pub enum TransferResult {
    /// Received up to the server's end of file, or sent to the last octet. It proves nothing about the other side.
    Ended,
    /// The server refused the command before any data.
    Refused,
    /// The data connection broke.
    Broken(String),
    /// The file, pipe or person at our end failed.
    LocalFailed(String),
    /// The local reader had enough and closed its end (`| head`).
    ReaderClosed,
    /// Ctrl-C.
    Aborted,
    /// Active mode: the server never connected to our port.
    NeverConnected,
    /// The server gave up on the transfer while it ran.
    StoppedByServer,
    /// Under TLS, the data ended without a close_notify: what came may be the beginning only (RFC 8446 section 6.1).
    Unannounced,
    /// TLS failed on the data connection.
    TlsFailed(TlsFailure),
}

impl TransferEnd {
    /// Every octet went the way that it should, as far as this side can see.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.result == TransferResult::Ended
    }
}

impl Transfer {
    /// Which way the data go.
    #[must_use]
    pub fn direction(&self) -> DataDirection {
        match self {
            Self::Receive(..) => DataDirection::Received,
            Self::Send(..) => DataDirection::Sent,
        }
    }
}

impl std::fmt::Debug for Transfer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Receive(_, form) => write!(f, "Receive({form:?})"),
            Self::Send(_, form, _) => write!(f, "Send({form:?})"),
        }
    }
}

/// A transfer that waits for its data connection or uses it: its ends, wrapped for the representation type.
pub(super) struct Joined {
    pub(super) direction: DataDirection,
    source: Option<Box<dyn Read + Send>>,
    destination: Option<SharedDestination>,
    line_ends: Arc<AtomicU64>,
    /// Octets that an upload will put on the data connection.
    pub(super) to_send: Option<u64>,
}

impl Joined {
    /// `tap` sees what goes over the wire: the octets behind the conversion of an upload, and before that of a download.
    pub(super) fn new(transfer: Transfer, convert: bool, tap: Option<Box<dyn DataTap>>) -> Self {
        let line_ends = Arc::new(AtomicU64::new(0));
        let converts = |form| convert && form == Form::ByType;
        match transfer {
            Transfer::Receive(destination, form) => {
                let destination: Box<dyn Destination> = if converts(form) {
                    Box::new(ToLf::new(destination, Arc::clone(&line_ends)))
                } else {
                    destination
                };
                let destination: Box<dyn Destination> = match tap {
                    Some(tap) => Box::new(TappedDestination { destination, tap }),
                    None => destination,
                };
                let destination = SharedDestination(Arc::new(Mutex::new(destination)));
                Self {
                    direction: DataDirection::Received,
                    source: None,
                    destination: Some(destination),
                    line_ends,
                    to_send: None,
                }
            }
            Transfer::Send(source, form, octets) => {
                let source: Box<dyn Read + Send> = if converts(form) {
                    Box::new(ToCrlf::new(source, Arc::clone(&line_ends)))
                } else {
                    source
                };
                let source: Box<dyn Read + Send> = match tap {
                    Some(tap) => Box::new(TappedSource { source, tap }),
                    None => source,
                };
                Self {
                    direction: DataDirection::Sent,
                    source: Some(source),
                    destination: None,
                    line_ends,
                    // Nobody knows how many line ends there are to grow.
                    to_send: octets.filter(|_| !converts(form)),
                }
            }
        }
    }

    pub(super) fn take_source(&mut self) -> Option<Box<dyn Read + Send>> {
        self.source.take()
    }

    pub(super) fn writer(&self) -> Option<Box<dyn Write + Send>> {
        let destination = self.destination.clone()?;
        Some(Box::new(destination))
    }

    pub(super) fn line_ends(&self) -> u64 {
        self.line_ends.load(Ordering::Acquire)
    }

    pub(super) fn end(&self, accepted: bool) -> io::Result<()> {
        let Some(destination) = &self.destination else {
            return Ok(());
        };
        match destination.0.try_lock() {
            Ok(mut destination) => destination.end(accepted),
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner().end(accepted),
            // A transfer was dropped while its reader would not take more (a pager that waits for its user). The
            // session must not wait for it; the data connection's thread lets go of it.
            Err(TryLockError::WouldBlock) => Ok(()),
        }
    }
}

/// The data connection's thread writes to it; the engine ends it.
#[derive(Clone)]
struct SharedDestination(Arc<Mutex<Box<dyn Destination>>>);

impl SharedDestination {
    fn lock(&self) -> std::sync::MutexGuard<'_, Box<dyn Destination>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for SharedDestination {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.lock().write(octets)?;
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct TappedDestination {
    destination: Box<dyn Destination>,
    tap: Box<dyn DataTap>,
}

impl Destination for TappedDestination {
    fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        self.tap.take(octets);
        self.destination.write(octets)
    }

    fn end(&mut self, accepted: bool) -> io::Result<()> {
        self.destination.end(accepted)
    }
}

struct TappedSource {
    source: Box<dyn Read + Send>,
    tap: Box<dyn DataTap>,
}

impl Read for TappedSource {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.source.read(buffer)?;
        self.tap.take(&buffer[..length]);
        Ok(length)
    }
}
