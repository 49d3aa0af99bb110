//! One control connection and its data connections (RFC 959 section 2.3): the machine decides, the driver moves bytes,
//! the endpoint reads and writes the local side, and observers are told what happened.
//!
//! ```text
//!  shell --- begin, wait ---> driver <--- facts / actions ---> machine
//!                             |    \--- buffers ---> endpoint (file, pipe, person, screen)
//!                             |---- sockets ---> server
//!                             \---- events ----> observers (screen, recorder)
//! ```

mod destination;
mod driver;
mod endpoint;
mod exchange;
mod machine;
pub mod observation;
pub(crate) mod panic_injection;
mod passive;
mod peer;
mod port_range;
pub mod progress;
mod proxy;
mod route;
mod status;
pub mod transfer;

use std::io;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use crate::protocol::Command;
use crate::tls::TlsSettings;

pub use destination::{Destination, KeptBytes};
pub use driver::dial::DialError;
pub use driver::negotiation::{Negotiation, ProxyError};
pub use endpoint::Cancellation;
pub use exchange::{Ending, Exchange, News, Outcome, TrustQuestion};
pub use observation::{
    Awaited, ByteInterest, Connection, Missing, MovedBytes, Observation, Observer, Origin,
    SentPiece,
};
pub use peer::Peer;
pub use port_range::{NotAPortRange, PortRange};
pub use progress::{BackgroundTransfer, Progress};
pub use proxy::{Proxy, ProxyUrlError};
pub use route::{AddressFamily, Route};
pub use status::{DataState, Status};
pub use transfer::{DataSource, Form, Transfer, TransferEnd, TransferResult};

use driver::dial::dial;
use driver::{Local, Shared};
use endpoint::Source;
use machine::{ExchangeId, LocalSide, Request};

/// A handle on one control connection and everything that belongs to it.
#[derive(Debug)]
pub struct Session {
    shared: Arc<Shared>,
    host: String,
    peer: Peer,
}

/// Interrupts whatever a session waits for: what Ctrl-C means there is the session's affair.
#[derive(Clone, Debug)]
pub struct Interrupter {
    shared: Arc<Shared>,
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
    /// Active mode: the ports that [`Session::listen`] picks from; `None` is any.
    pub data_ports: Option<PortRange>,
    /// How connections leave this machine. It stays what it was when the control connection was made.
    pub route: Route,
    /// Send ABOR without Telnet IP and Synch.
    pub plain_abort: bool,
    /// Never convert line ends, whatever the representation type.
    pub keep_line_ends: bool,
    /// Without a byte on either connection for so long, an exchange ends, and a server that does not read a line for so
    /// long is given up; `None` waits without limit, for a person.
    pub silence_limit: Option<Duration>,
    /// A reply that is not whole so long after its command, or after the last byte of its data, ends the exchange,
    /// however many bytes trickle in; `None` waits without limit.
    pub reply_limit: Option<Duration>,
    /// Active mode: how long after the transfer command the server may take to connect; `None` waits without limit.
    pub connect_limit: Option<Duration>,
    /// What is sent when nothing has moved for a while; `None` sends nothing that was not asked for.
    pub keepalive: Option<Keepalive>,
    /// Data connections move no more bytes in a second; `None` as fast as they can.
    pub rate: Option<NonZeroU64>,
    /// Begin TLS at once, before the greeting: implicit TLS, as on port 990.
    pub implicit_tls: bool,
    /// TLS, whenever it begins.
    pub tls: TlsSettings,
    /// What is masked wherever the server repeats it, from the greeting on: the password that will be sent.
    pub secrets: ExpectedSecrets,
}

/// Secrets that are known before they are sent. They have no debug print.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ExpectedSecrets(pub Vec<Vec<u8>>);

impl std::fmt::Debug for ExpectedSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ExpectedSecrets({})", self.0.len())
    }
}

/// A command that keeps a server from ending an idle session. It goes out between two exchanges only, never where it
/// would come between two commands that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keepalive {
    /// After so long without a byte on either connection.
    pub after: Duration,
    /// It must not move data, nor change what the server knows.
    pub command: Command,
}

/// Why a session could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No connection.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
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
        let control = dial(host, port, &settings.route, CONNECT_LIMIT)?;
        let peer = control.peer().clone();
        let (shared, greeting) = Shared::start(control, host, settings, observer)?;
        let greeting = Exchange::new(greeting, Arc::clone(&shared));
        let session = Self {
            shared,
            host: host.to_owned(),
            peer,
        };
        Ok((session, greeting))
    }

    /// The host as the user named it.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The server.
    #[must_use]
    pub fn peer(&self) -> &Peer {
        &self.peer
    }

    /// Sends a command. A transfer is joined to the data connection that is open when the command is written.
    pub fn begin(&self, command: Command, origin: Origin, transfer: Option<Transfer>) -> Exchange {
        self.begin_with(command, origin, transfer, false)
    }

    /// The same for a transfer that runs on while other commands are begun. There is at most one: a session that has
    /// one must not be given another transfer before it has settled.
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
        let side = transfer.as_ref().map(LocalSide::of);
        let local = transfer.map(|transfer| match transfer {
            Transfer::Receive(destination, _) => Local::Destination(destination),
            Transfer::Send(source, _, bytes) => Local::Source(Source::new(source, bytes)),
        });
        self.ask(local, |exchange| Request::Command {
            exchange,
            command,
            origin,
            transfer: side,
            in_background,
        })
    }

    fn ask(&self, local: Option<Local>, request: impl FnOnce(ExchangeId) -> Request) -> Exchange {
        let id = self.shared.begin(local, request);
        Exchange::new(id, Arc::clone(&self.shared))
    }

    /// Sends QUIT, and waits only a moment for its reply.
    #[must_use]
    pub fn quit(&self) -> Exchange {
        self.ask(None, Request::Quit)
    }

    /// Active mode: opens a port and sends the PORT or EPRT that names it (RFC 2428 section 2).
    pub fn listen(&self, origin: Origin) -> Outcome {
        self.ask(None, |exchange| Request::Listen { exchange, origin })
            .wait()
    }

    /// Sends a command and waits until it is settled.
    pub fn perform(&self, command: Command, origin: Origin, transfer: Option<Transfer>) -> Outcome {
        self.begin(command, origin, transfer).wait()
    }

    /// Sends bytes as they are, each piece in one write. The exchange is that of the last command line that they end;
    /// if they end none, it is settled once they are on their way.
    pub fn send_bytes(&self, pieces: Vec<RawBytes>) -> Exchange {
        self.ask(None, |exchange| Request::Bytes { exchange, pieces })
    }

    /// What is known now.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        Some(self.shared.status())
    }

    /// Takes new settings from now on.
    pub fn configure(&self, settings: Settings) {
        self.shared.post(Request::Configure(Box::new(settings)));
    }

    /// Closes every open entry of the ledger and sends nothing.
    pub fn resync(&self) {
        self.shared.post(Request::Resync);
        self.shared.catch_up();
    }

    /// A handle for the thread that hears Ctrl-C.
    #[must_use]
    pub fn interrupter(&self) -> Interrupter {
        Interrupter {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.shared.close();
    }
}

impl Interrupter {
    /// Forgets a Ctrl-C that came when nothing was waited for.
    pub fn forget(&self) {
        self.shared.post(Request::ForgetInterrupt);
    }

    /// Tells the session that Ctrl-C was pressed. If nothing is waited for, the next command is not sent.
    pub fn interrupt(&self) {
        self.shared.post(Request::Interrupt);
    }

    /// Gives the prompt while the command goes on: a transfer in the background, any other with its reply outstanding.
    pub fn detach(&self) {
        self.shared.post(Request::Detach);
    }
}

/// Bytes that go out in one write, as they are and without line end.
#[derive(Clone, PartialEq, Eq)]
pub struct RawBytes {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// As urgent data (RFC 854); under TLS, which knows no urgent data, as any other bytes.
    pub urgent: bool,
}

/// Prints no bytes: a password may be among them.
impl std::fmt::Debug for RawBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawBytes({} bytes)", self.bytes.len())
    }
}

const CONNECT_LIMIT: Duration = Duration::from_secs(30);
