//! One login's worth of FTP: drives the user-PI over the sockets, joins transfers to the readers and writers that it
//! is handed, and tells observers what happened.
//!
//! The engine owns the control connection's state. It hears the socket readers and the shell through one queue, one input
//! after the other, so everything is seen in the order in which it happened:
//!
//! ```text
//! shell ---- begin, interrupt ----\
//! control-reader ---- octets ------> engine ---> observers (painter, recorder)
//! data-connection -- ended, closed /       \---> Exchange (the shell waits on it)
//! ```

mod destination;
mod engine;
mod exchange;
pub mod line_ends;
pub mod net;
pub mod observation;
pub mod octets;
mod passive;
pub mod progress;
pub mod transfer;

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use crate::client::net::{ControlConnection, DialError};
use crate::protocol::Command;
use crate::tls::TlsSettings;

pub use destination::{Destination, KeptOctets};
pub use engine::{DataState, RawOctets, Status};
pub use exchange::{Ending, Exchange, News, Outcome, TrustQuestion};
pub use observation::{DataTap, Observation, Observer, Origin, SentPiece};
pub use octets::{Connection, MovedOctets, OctetTap};
pub use progress::{BackgroundTransfer, Progress};
pub use transfer::{Form, Transfer, TransferEnd, TransferResult};

use engine::{Engine, Input, SharedEngine};

/// A handle on one control connection and everything that belongs to it.
#[derive(Debug)]
pub struct Session {
    engine: SharedEngine,
    /// How many inputs went out that [`SharedEngine::status`] counts.
    given: AtomicU64,
    host: String,
    peer: SocketAddr,
}

/// Interrupts whatever a session waits for: what Ctrl-C means there is the session's affair.
#[derive(Clone, Debug)]
pub struct Interrupter {
    engine: SharedEngine,
}

/// What the user can choose about a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Dial the address that a 227 names, even where it is not the server's own.
    pub trust_data_host: bool,
    /// Accept a data connection from any address, not only the server's.
    pub accept_any_peer: bool,
    /// Only a line with the first line's code ends a reply.
    pub strict_multiline: bool,
    /// Send ABOR without Telnet IP and Synch.
    pub plain_abort: bool,
    /// Never convert line ends, whatever the representation type.
    pub keep_line_ends: bool,
    /// Without an octet on either connection for so long, an exchange ends; `None` waits without limit.
    pub silence_limit: Option<Duration>,
    /// Active mode: how long after the transfer command the server may take to connect; `None` waits without limit.
    pub connect_limit: Option<Duration>,
    /// Begin TLS at once, before the greeting: implicit TLS, as on port 990.
    pub implicit_tls: bool,
    /// TLS, whenever it begins.
    pub tls: TlsSettings,
}

/// Why a session could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No connection.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// The system refused a thread or a handle.
    #[error("cannot watch the connection: {0}")]
    System(#[from] io::Error),
}

impl Session {
    /// Connects and starts to listen; sends nothing. The exchange is that of the greeting.
    ///
    /// # Errors
    ///
    /// [`ConnectError`]: nobody there, or no resources here.
    pub fn connect(
        host: &str,
        port: u16,
        settings: Settings,
        observer: Box<dyn Observer>,
    ) -> Result<(Self, Exchange), ConnectError> {
        let control = ControlConnection::dial(host, port, CONNECT_LIMIT)?;
        let peer = control.peer();
        let (news, exchange) = Exchange::new();
        // The queue has no bound of its own; a server that sends faster than it is shown must not fill the memory.
        let (places, unread) = mpsc::sync_channel(UNREAD_PIECES);
        let shared = SharedEngine::new();
        let engine = Engine::new(control, host, settings, observer, &shared, unread, news);
        let reader = shared.clone();
        engine.control().start_reading(move |input| {
            // The engine outlives its reader unless the program ends.
            let _ = places.send(());
            reader.give(Input::Control(input));
        })?;
        let running = shared.clone();
        std::thread::Builder::new()
            .name("session".to_owned())
            .spawn(move || running.run(engine))?;
        Ok((
            Self {
                engine: shared,
                given: AtomicU64::new(0),
                host: host.to_owned(),
                peer,
            },
            exchange,
        ))
    }

    /// The host as the user named it.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The server's address.
    #[must_use]
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Sends a command. A transfer is joined to the data connection that is open when the command is written.
    pub fn begin(&self, command: Command, origin: Origin, transfer: Option<Transfer>) -> Exchange {
        self.begin_with(command, origin, transfer, false)
    }

    /// The same for a transfer that runs on while other commands are begun. There is at most one: a session that has one
    /// must not be given another transfer before it has settled.
    pub fn begin_in_background(
        &self,
        command: Command,
        origin: Origin,
        transfer: Transfer,
    ) -> Exchange {
        self.begin_with(command, origin, Some(transfer), true)
    }

    fn begin_with(
        &self,
        command: Command,
        origin: Origin,
        transfer: Option<Transfer>,
        in_background: bool,
    ) -> Exchange {
        let (news, exchange) = Exchange::new();
        self.give(Input::Begin {
            command,
            origin,
            transfer,
            in_background,
            news,
        });
        exchange
    }

    /// Active mode: opens a port and sends the PORT or EPRT that names it (RFC 2428 section 2).
    pub fn listen(&self, origin: Origin) -> Outcome {
        let (news, exchange) = Exchange::new();
        self.give(Input::Listen { origin, news });
        exchange.wait()
    }

    /// Sends a command and waits until it is settled.
    pub fn perform(&self, command: Command, origin: Origin, transfer: Option<Transfer>) -> Outcome {
        self.begin(command, origin, transfer).wait()
    }

    /// Sends octets as they are, each piece in one write. The exchange is that of the last command line that they end; if
    /// they end none, it is settled once they are on their way.
    pub fn send_octets(&self, pieces: Vec<RawOctets>) -> Exchange {
        let (news, exchange) = Exchange::new();
        self.give(Input::SendOctets { pieces, news });
        exchange
    }

    /// What is known now; `None` once the engine is gone.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        let known = self.engine.status(self.given.load(Ordering::Acquire));
        if known.is_some() {
            return known;
        }
        let (answer, status) = mpsc::channel();
        self.engine.post(Input::Ask(answer));
        status.recv().ok()
    }

    /// Takes new settings from now on.
    pub fn configure(&self, settings: Settings) {
        self.give(Input::Configure(settings));
    }

    /// Closes every open entry of the ledger and sends nothing.
    pub fn resync(&self) {
        self.give(Input::Resync);
    }

    fn give(&self, input: Input) {
        self.given.fetch_add(1, Ordering::AcqRel);
        // A session that is over drops the sender in it, and the exchange settles as lost.
        self.engine.give(input);
    }

    /// A handle for the thread that hears Ctrl-C.
    #[must_use]
    pub fn interrupter(&self) -> Interrupter {
        Interrupter {
            engine: self.engine.clone(),
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let (done, closed) = mpsc::channel();
        self.engine.give(Input::Close(done));
        // Wait until the sockets are closed and the last observation is told; an error means just that.
        let _ = closed.recv();
    }
}

impl Interrupter {
    /// Forgets a Ctrl-C that came when nothing was waited for.
    pub fn forget(&self) {
        self.engine.post(Input::ForgetInterrupt);
    }

    /// Tells the session that Ctrl-C was pressed. If nothing is waited for, the next command is not sent.
    pub fn interrupt(&self) {
        self.engine.post(Input::Interrupt);
    }
}

/// Pieces of the control connection that may wait in the queue, each of at most 16 KiB.
const UNREAD_PIECES: usize = 16;
const CONNECT_LIMIT: Duration = Duration::from_secs(30);
