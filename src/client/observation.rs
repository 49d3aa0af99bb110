//! What a session tells: the painter and the recorder hear the same, so they cannot disagree.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use crate::protocol::data_port::{DataPort, DataPortUnreadable};
use crate::protocol::ledger::Assignment;
use crate::protocol::user_pi::RefusedPort;
use crate::protocol::verbs::DataDirection;
use crate::protocol::{Answered, Command, MaskedBytes, OtherProtocol, Reply, Verb};

use crate::tls::{Secured, TlsFailure};

use super::exchange::Outcome;
use super::peer::Peer;
use super::progress::Progress;
use super::proxy::Proxy;
use super::transfer::TransferEnd;

/// Hears everything that happens in a session, in order, on the thread that shows.
pub trait Observer: Send {
    /// Something happened. It must not wait for the session.
    fn observe(&mut self, observation: &Observation);

    /// Says, at any time, whether this observer wants [`Observation::BytesMoved`]. It is asked for once, before
    /// anything happens.
    fn byte_interest(&self) -> ByteInterest {
        ByteInterest::any(std::iter::empty())
    }
}

/// Several observers hear the same, one after the other.
impl Observer for Vec<Box<dyn Observer>> {
    fn observe(&mut self, observation: &Observation) {
        for observer in self {
            observer.observe(observation);
        }
    }

    fn byte_interest(&self) -> ByteInterest {
        let interests = self.iter().map(|observer| observer.byte_interest());
        ByteInterest::any(interests)
    }
}

/// One of the two connections of FTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Commands and replies.
    Control,
    /// Files and listings.
    Data,
}

/// Bytes that have just moved.
#[derive(Clone, Debug)]
pub struct MovedBytes {
    /// Where.
    pub connection: Connection,
    /// Which way.
    pub direction: DataDirection,
    /// They travelled under TLS.
    pub under_tls: bool,
    /// They went out as urgent data (RFC 854, the Telnet Synch).
    pub urgent: bool,
    /// What moved before on this data connection in this direction, in bytes; 0 for the control connection, where it
    /// would tell the length of secrets.
    pub offset: u64,
    /// The bytes as they are outside TLS, with `****` in the place of each secret.
    pub bytes: Vec<u8>,
    /// Which of them stand for secrets.
    pub secrets: Vec<Range<usize>>,
}

/// Which bytes somebody wants to see. Clones share the wish, which may change at any time; while nobody has one,
/// nothing is copied.
#[derive(Clone, Debug)]
pub struct ByteInterest(Vec<Arc<AtomicU8>>);

/// A wish for none, which can be changed.
impl Default for ByteInterest {
    fn default() -> Self {
        Self(vec![Arc::default()])
    }
}

impl ByteInterest {
    fn any(interests: impl Iterator<Item = Self>) -> Self {
        Self(interests.flat_map(|interest| interest.0).collect())
    }

    /// Wants the bytes of both connections, or no longer.
    pub fn want_all(&self, wanted: bool) {
        self.set(ALL, wanted);
    }

    /// Wants the bytes of data connections, or no longer.
    pub fn want_data(&self, wanted: bool) {
        self.set(DATA, wanted);
    }

    /// Whether somebody wants those of the control connection too.
    #[must_use]
    pub fn includes_control(&self) -> bool {
        self.has(ALL)
    }

    /// Whether somebody wants those of data connections.
    #[must_use]
    pub fn includes_data(&self) -> bool {
        self.has(ALL | DATA)
    }

    fn set(&self, bit: u8, wanted: bool) {
        for wish in &self.0 {
            if wanted {
                wish.fetch_or(bit, Ordering::AcqRel);
            } else {
                wish.fetch_and(!bit, Ordering::AcqRel);
            }
        }
    }

    fn has(&self, bits: u8) -> bool {
        let mut wishes = self.0.iter();
        wishes.any(|wish| wish.load(Ordering::Acquire) & bits != 0)
    }
}

const DATA: u8 = 1;
const ALL: u8 = 2;

/// What somebody waited for when a limit of time was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// The next byte of a reply.
    Reply,
    /// The final reply, after a 1yz and after the data if there was any.
    FinalReply,
    /// The reply to a QUIT that ends the session.
    QuitReply,
    /// A reply that began and does not end.
    WholeReply,
    /// The TLS handshake of the control connection.
    Handshake,
    /// The TLS handshake of the data connection.
    DataHandshake,
    /// The next byte on the data connection.
    Data,
    /// The server, which does not read the line that was sent.
    LineRead,
}

/// What a person still waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The reply, or its end.
    Reply,
    /// The reply came and offered a port, at which nobody has answered yet.
    DataConnection(Peer),
    /// AUTH was accepted, and the TLS handshake is not over.
    Handshake,
    /// An upload was handed over whole, and the server has not closed its side of the data connection.
    UploadEnd,
}

/// Whose idea a command was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The user typed it, and sees it where it was typed.
    Typed,
    /// A convenience, or a script: it is shown as if it had been typed.
    Shown,
}

/// Bytes that go out as they are.
#[derive(Clone, Debug)]
pub struct SentPiece {
    /// What may be shown of them.
    pub bytes: MaskedBytes,
    /// They go out as urgent data.
    pub urgent: bool,
    /// They were meant to; TLS knows no urgent data.
    pub should_be_urgent: bool,
}

/// One thing that happened.
#[derive(Debug)]
pub enum Observation {
    /// The control connection is open.
    Connected {
        /// The server.
        peer: Peer,
        /// The proxy in between.
        through: Option<Proxy>,
    },
    /// A command was written; [`Command::masked`] is what may be shown of it.
    CommandSent {
        /// The command.
        command: Command,
        /// Whose idea it was.
        origin: Origin,
    },
    /// Bytes went out as they are, each piece in one write.
    BytesSent(Vec<SentPiece>),
    /// ABOR was written after Ctrl-C.
    AbortSent {
        /// With Telnet IP and Synch in front.
        synch: bool,
    },
    /// Telnet commands were removed from the replies.
    TelnetReceived(Vec<u8>),
    /// A line that belongs to no reply, with echoes of secrets masked.
    StrayReceived(Vec<u8>),
    /// A reply, with echoes of secrets masked.
    ReplyReceived {
        /// The reply.
        reply: Reply,
        /// Whose it is.
        assignment: Assignment,
        /// It belongs to the command that somebody waits for.
        awaited: bool,
        /// What it answered, and what was known before.
        answered: Arc<Answered>,
    },
    /// A data connection was opened because a reply offered its port.
    DataConnectionOpened {
        /// What was dialled.
        dialled: Peer,
        /// What the reply said.
        offered: DataPort,
        /// The reply named this address, and it was not used.
        ignored_host: Option<IpAddr>,
    },
    /// Active mode: this side listens for the server.
    Listening {
        /// The address that the PORT or EPRT names.
        address: SocketAddr,
    },
    /// A PORT or EPRT goes out, and this side does not listen there.
    NotListening {
        /// The address that it names.
        address: SocketAddr,
        /// [`io::ErrorKind::AddrNotAvailable`] for another machine's.
        error: io::Error,
    },
    /// The server connected to our port.
    DataConnectionAccepted {
        /// Where it came from.
        peer: SocketAddr,
    },
    /// Somebody else connected to our port and was sent away.
    OtherHostRefused {
        /// Where it came from.
        peer: SocketAddr,
    },
    /// The server did not connect to our port in time, or the port could not be opened.
    ServerDidNotConnect {
        /// The port that was open.
        port: Option<SocketAddr>,
        /// What the system said.
        error: Option<io::Error>,
    },
    /// The offered data port could not be reached.
    DataConnectionFailed {
        /// What was dialled.
        dialled: Peer,
        /// What the reply said.
        offered: DataPort,
        /// The reply named this address, and it was not used.
        ignored_host: Option<IpAddr>,
        /// What the system or the proxy said.
        error: io::Error,
        /// How long that took.
        after: Duration,
    },
    /// The reply that should offer a data port cannot be read.
    DataPortUnreadable(DataPortUnreadable),
    /// The server closed the data connection that was open and unused.
    DataConnectionClosed {
        /// It was a reset.
        reset: bool,
    },
    /// Data comes or go; told many times a second, from the 1yz on.
    TransferMoving(Progress),
    /// Data came or went; the transfer is over on this side.
    TransferEnded(TransferEnd),
    /// A download ended in order, with fewer bytes than a reply had told of.
    DownloadEndedShort {
        /// How many came.
        bytes: u64,
        /// How many the 150 or a SIZE of the same name told of.
        announced: u64,
    },
    /// The command of a transfer in the background is settled.
    BackgroundSettled {
        /// The command.
        command: Command,
        /// What became of it.
        outcome: Outcome,
    },
    /// A data command went out and no data connection is open for it.
    NoDataConnection {
        /// Which way the data would go.
        direction: DataDirection,
        /// What was asked for one since there was one, and refused.
        refused: Vec<RefusedPort>,
        /// The port that was offered last, if it could not be reached.
        unreached: Option<Peer>,
    },
    /// A person waits, and nothing has moved for a while.
    StillWaiting {
        /// The verb of the command whose final reply is outstanding.
        verb: Verb,
        /// What has not come.
        missing: Missing,
    },
    /// No greeting has come for a while, or not in time, or what came is not TLS.
    GreetingMissing {
        /// TLS was to begin with the first byte.
        implicit_tls: bool,
    },
    /// The prompt is given back although the final reply to this command is outstanding.
    FinalReplyOutstanding {
        /// The command's verb.
        verb: Verb,
    },
    /// A refused command left bytes on the data connection, which was closed.
    UnexpectedDataDropped,
    /// The server reset the data connection after the last byte of an upload, so it may not have read them all.
    UploadReset,
    /// The control connection is under TLS from here on.
    ControlSecured(Secured),
    /// The data connection is under TLS from here on.
    DataSecured(Secured),
    /// There is no TLS on the control connection although there should be; it is closed.
    TlsFailed(TlsFailure),
    /// The control connection is in the clear again.
    TlsEnded,
    /// REIN was accepted, and the server goes on under TLS although it should not (RFC 4217 section 13).
    StillSecured,
    /// `resync` closed these entries.
    Resynchronised(Vec<Verb>),
    /// So many bytes came without a final reply to a command among them; the connection is closed.
    ProtocolBroken {
        /// How many.
        bytes: u64,
        /// What they are, if that is known.
        spoken: Option<OtherProtocol>,
    },
    /// A limit of time is over, and with it the waiting.
    TimedOut {
        /// The limit.
        limit: Duration,
        /// What should have come in this time.
        awaited: Awaited,
    },
    /// The ABOR that Ctrl-C sent with Telnet IP and Synch is not answered (Pure-FTPd swallows it).
    AbortUnanswered,
    /// The line was not sent, because the server has not read what was sent before it.
    ServerNotReading {
        /// How many bytes wait to be written.
        bytes: usize,
    },
    /// Bytes have moved on one of the connections; told only while an [`ByteInterest`] asks for them.
    BytesMoved(MovedBytes),
    /// The control connection ended.
    ControlClosed {
        /// The error that ended it; `None` is end of file.
        error: Option<io::Error>,
        /// QUIT had been answered: the end was asked for.
        asked: bool,
        /// This side ended it, for a reason that was told before.
        by_us: bool,
        /// How long nothing had moved on either connection.
        quiet_for: Duration,
        /// The verb of the oldest command whose final reply is outstanding.
        during: Option<Verb>,
        /// The server had not greeted.
        before_greeting: bool,
    },
}
