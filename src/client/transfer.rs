//! What goes through the data connection, and what became of it.

use std::io::{self, Read};

use crate::protocol::verbs::DataDirection;
use crate::tls::TlsFailure;

use super::destination::Destination;
use super::endpoint::Cancellation;

/// What a data command brings along.
pub enum Transfer {
    /// Where received data goes, and in which form.
    Receive(Box<dyn Destination>, Form),
    /// What is sent, in which form, and how many bytes of it there are, if that is known.
    Send(DataSource, Form, Option<u64>),
}

/// Where the data of an upload comes from.
pub struct DataSource {
    pub(super) reader: Box<dyn Read + Send>,
    pub(super) cancellation: Option<Cancellation>,
}

impl DataSource {
    /// What is read without waiting for anybody, or ends by itself.
    pub fn new(reader: impl Read + Send + 'static) -> Self {
        Self {
            reader: Box::new(reader),
            cancellation: None,
        }
    }

    /// What may wait for somebody, until this is cancelled: when the transfer is given up.
    pub fn cancelled_by(reader: impl Read + Send + 'static, cancellation: Cancellation) -> Self {
        Self {
            reader: Box::new(reader),
            cancellation: Some(cancellation),
        }
    }
}

/// Whether the representation type changes the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In TYPE A local line ends become CR LF on the wire and back.
    ByType,
    /// The bytes as they are.
    Exact,
}

/// What became of the data of one command.
#[derive(Clone, Debug, PartialEq)]
pub struct TransferEnd {
    /// Which way they went.
    pub direction: DataDirection,
    /// Bytes of payload on the data connection. Of an upload: handed to this system.
    pub bytes: u64,
    /// How many of an upload's bytes the server's system had taken when that was looked at last. Where nothing kept
    /// them from going out it was never looked at.
    pub acknowledged: Option<u64>,
    /// Line ends that were converted for TYPE A.
    pub line_ends: u64,
    /// A download that ended in order, with fewer bytes than a reply had told of: that number.
    pub ended_short_of: Option<u64>,
    /// How many there should have been, where that is known.
    pub expected: Option<u64>,
    /// How it ended.
    pub result: TransferResult,
}

/// How the data of a transfer ended.
#[derive(Clone, Debug, PartialEq)]
pub enum TransferResult {
    /// Received up to the server's end of file, or sent to the last byte. It says nothing about the other side.
    Ended,
    /// The server refused the command before any data.
    Refused,
    /// The data connection broke.
    Broken(String),
    /// The file, pipe or person at our end failed.
    LocalFailed(String),
    /// The local reader closed its end (`| head`).
    ReaderClosed,
    /// Ctrl-C.
    Aborted,
    /// Active mode: the server never connected to our port.
    NeverConnected,
    /// The server gave up on the transfer while it ran.
    StoppedByServer,
    /// Under TLS, the data ended without a close_notify: what came may be the beginning only (RFC 8446 section 6.1).
    CloseNotifyMissing,
    /// TLS failed on the data connection.
    TlsFailed(TlsFailure),
}

impl TransferEnd {
    /// Every byte went the way that it should, as far as this side can see.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.result == TransferResult::Ended
    }

    /// An upload whose bytes were all handed over.
    #[must_use]
    pub fn is_whole_upload(&self) -> bool {
        self.is_whole() && self.direction == DataDirection::Sent
    }
}

impl TransferResult {
    /// What an error of the local side comes to.
    #[must_use]
    pub fn of_local(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ReaderClosed,
            _ => Self::LocalFailed(error.to_string()),
        }
    }

    /// The data connection broke.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        matches!(self, Self::Broken(_))
    }
}

impl Transfer {
    /// Which way the data goes.
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
