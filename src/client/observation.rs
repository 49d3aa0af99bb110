//! What a session tells: the painter and the recorder hear the same, so they cannot disagree.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crate::protocol::data_port::{DataPort, DataPortUnreadable};
use crate::protocol::ledger::Assignment;
use crate::protocol::verbs::DataDirection;
use crate::protocol::{Command, MaskedOctets, Reply, Verb};

use crate::tls::{Secured, TlsFailure};

use super::exchange::Outcome;
use super::octets::OctetTap;
use super::progress::Progress;
use super::transfer::TransferEnd;

/// Hears everything that happens in a session, in order, on the session's own thread.
pub trait Observer: Send {
    /// Something happened. It must not wait for the session.
    fn observe(&mut self, observation: &Observation<'_>);

    /// Who wants to see the octets themselves gives a tap. It is asked for once, before anything happens.
    fn octet_tap(&self) -> Option<Arc<dyn OctetTap>> {
        None
    }

    /// A transfer is about to begin: who wants to see its octets gives a tap. The end is told by
    /// [`Observation::TransferEnded`]; without that, the command was refused.
    fn tap_data(&mut self, _direction: DataDirection) -> Option<Box<dyn DataTap>> {
        None
    }
}

/// Sees the octets of one transfer as they are on the data connection, on the thread that moves them.
pub trait DataTap: Send {
    /// The next octets: received, or about to be sent. It must not keep more than a bounded number of them.
    fn take(&mut self, octets: &[u8]);
}

/// Several observers hear the same, one after the other.
impl Observer for Vec<Box<dyn Observer>> {
    fn observe(&mut self, observation: &Observation<'_>) {
        for observer in self {
            observer.observe(observation);
        }
    }

    /// That of the first observer that has one.
    fn octet_tap(&self) -> Option<Arc<dyn OctetTap>> {
        self.iter().find_map(|observer| observer.octet_tap())
    }

    fn tap_data(&mut self, direction: DataDirection) -> Option<Box<dyn DataTap>> {
        let taps = self.iter_mut();
        let taps: Vec<_> = taps.filter_map(|it| it.tap_data(direction)).collect();
        (!taps.is_empty()).then(|| Box::new(taps) as Box<dyn DataTap>)
    }
}

impl DataTap for Vec<Box<dyn DataTap>> {
    fn take(&mut self, octets: &[u8]) {
        for tap in self {
            tap.take(octets);
        }
    }
}

/// Whose idea a command was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The user typed it, and sees it where it was typed.
    Typed,
    /// A convenience, or a script: it is shown as if it had been typed.
    Shown,
}

/// Octets that go out as they are.
#[derive(Clone, Debug)]
pub struct SentPiece {
    /// What may be shown of them.
    pub octets: MaskedOctets,
    /// They go out as urgent data.
    pub urgent: bool,
    /// They were meant to; TLS knows no urgent data.
    pub should_be_urgent: bool,
}

/// One thing that happened.
#[derive(Debug)]
pub enum Observation<'a> {
    /// The control connection is open.
    Connected {
        /// The server's address.
        peer: SocketAddr,
    },
    /// A command was written; [`Command::masked`] is what may be shown of it.
    CommandSent {
        /// The command.
        command: &'a Command,
        /// Whose idea it was.
        origin: Origin,
    },
    /// Octets are about to be written as they are, each piece in one write.
    OctetsSent(&'a [SentPiece]),
    /// ABOR was written after Ctrl-C.
    AbortSent {
        /// With Telnet IP and Synch in front.
        synch: bool,
    },
    /// Telnet commands were removed from the replies.
    TelnetReceived(&'a [u8]),
    /// A line that belongs to no reply, with echoes of secrets masked.
    StrayReceived(&'a [u8]),
    /// A reply, with echoes of secrets masked.
    ReplyReceived {
        /// The reply.
        reply: &'a Reply,
        /// Whose it is.
        assignment: &'a Assignment,
        /// It belongs to the command that somebody waits for.
        awaited: bool,
    },
    /// A data connection was opened because a reply offered its port.
    DataConnectionOpened {
        /// The address that was dialled.
        dialled: SocketAddr,
        /// What the reply said.
        offered: &'a DataPort,
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
        error: &'a io::Error,
    },
    /// The server connected to our port.
    DataConnectionAccepted {
        /// Where it came from.
        peer: SocketAddr,
    },
    /// Somebody else connected to our port and was sent away.
    StrangerRefused {
        /// Where it came from.
        peer: SocketAddr,
    },
    /// The server did not connect to our port in time, or the port could not be opened.
    NobodyConnected {
        /// The port that was open.
        port: Option<SocketAddr>,
        /// What the system said.
        error: Option<&'a io::Error>,
    },
    /// The offered data port could not be reached.
    DataConnectionFailed {
        /// The address that was dialled.
        dialled: SocketAddr,
        /// What the system said.
        error: &'a io::Error,
    },
    /// The reply that should offer a data port cannot be read.
    DataPortUnreadable(&'a DataPortUnreadable),
    /// The server closed the data connection that was open and unused.
    DataConnectionClosed {
        /// It was a reset.
        reset: bool,
    },
    /// Data come or go; told many times a second, from the 1yz on.
    TransferMoving(&'a Progress),
    /// Data came or went; the transfer is over on this side.
    TransferEnded(&'a TransferEnd),
    /// A download ended in order, with fewer octets than a reply had told of.
    CameShort {
        /// How many came.
        octets: u64,
        /// How many the 150 or a SIZE of the same name told of.
        announced: u64,
    },
    /// The command of a transfer in the background is settled.
    BackgroundSettled {
        /// The command.
        command: &'a Command,
        /// What became of it.
        outcome: &'a Outcome,
    },
    /// A data command went out and no data connection is open for it.
    NoDataConnection {
        /// Which way the data would go.
        direction: DataDirection,
    },
    /// A person waits, and nothing has moved for a while.
    StillWaiting {
        /// The verb of the command that is owed its final reply.
        verb: &'a Verb,
        /// An upload was handed over whole, and the server has not closed its side of the data connection.
        upload_is_with_server: bool,
    },
    /// The prompt is given back although this command is still owed its final reply.
    FinalReplyOwed {
        /// The command's verb.
        verb: &'a Verb,
    },
    /// A refused command left octets on the data connection, which was closed.
    UnaskedDataDropped,
    /// The server reset the data connection behind the last octet of an upload, so it may not have read them all.
    UploadReset,
    /// The control connection is under TLS from here on.
    ControlSecured(&'a Secured),
    /// The data connection is under TLS from here on.
    DataSecured(&'a Secured),
    /// There is no TLS on the control connection although there should be; it is closed.
    TlsFailed(&'a TlsFailure),
    /// The control connection is in clear again.
    ControlCleared,
    /// REIN was accepted, and the server goes on under TLS although it should not (RFC 4217 section 13).
    StillSecured,
    /// `resync` closed these entries.
    Resynchronised(&'a [Verb]),
    /// So many octets came without a final reply to a command among them; the connection is closed.
    ProtocolBroken {
        /// How many.
        octets: u64,
    },
    /// Not an octet came for so long.
    TimedOut(Duration),
    /// The control connection ended.
    ControlClosed {
        /// The error that ended it; `None` is end of file.
        error: Option<&'a io::Error>,
        /// QUIT had been answered: the end was asked for.
        asked: bool,
    },
}
