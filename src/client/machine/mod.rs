//! The session as a state machine: facts and the time go in, actions come out (RFC 959 section 2.3, the user's side).
//!
//! ```text
//!  commands, Ctrl-C, settings ----+                       +--> write, dial, listen, receive, send, reset
//!  bytes came, the peer closed --+--> handle(input, now) +--> tell the observers
//!  bytes moved, a dial ended ----+          |            +--> news for whoever waits for a command
//!                                        deadline()
//! ```
//!
//! It has no socket, thread, file or clock. The driver carries the actions out in their order and tells what came of
//! them.

mod control_bytes;
mod data;
mod exchange;
mod protection;
#[cfg(test)]
mod tests;
mod transfer;

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::client::observation::{Awaited, ByteInterest, Missing, SentPiece};
use crate::client::panic_injection::panic_if_asked;

use crate::client::{
    DataState, Ending, Form, Keepalive, News, Observation, Origin, Outcome, Peer, PortRange,
    RawBytes, Settings, Status, TransferResult,
};
use crate::protocol::data_port::DataPort;
use crate::protocol::ledger::{Assignment, EntryId, Fit};
use crate::protocol::other_protocol::GREETING_BYTES;
use crate::protocol::telnet::{DM, IAC, IP};
use crate::protocol::user_pi::{Event, UserPi, data_direction};
use crate::protocol::verbs::DataDirection;
use crate::protocol::{Answered, Command, OtherProtocol, Reply, ReplyClass, Verb};
use crate::tls::{Examination, Secured, TlsConnection, TlsFailure, TrustDecision, Verdict};

use control_bytes::ControlBytes;
use data::{DataConnections, Dialling, Listening};
use exchange::{Exchanges, OpenExchange};
use protection::{Phase, Protection};
use transfer::{Reaction, Transfer};

/// Names a data connection, or the listener or dial that may become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ConnectionId(pub(crate) u64);

/// Names a command that somebody waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ExchangeId(pub(crate) u64);

/// A fact: what somebody asked for, or what happened on a connection.
#[derive(Debug)]
pub(crate) enum Input<'a> {
    Asked(Request),
    /// Bytes of the control connection, as one read gave them.
    ControlReceived(&'a [u8]),
    /// The server ended the control connection, or an error did.
    ControlEnded(Option<io::Error>),
    /// Everything that was to be written to the control connection is with the system.
    ControlWritten,
    /// So many bytes for the control connection still wait for the server to read.
    ControlUnwritten(usize),
    /// Writing to the control connection failed.
    ControlBroken(io::Error),
    /// The dial came through, or the server connected to the listener. `peer` is the other end of the socket.
    DataOpened {
        id: ConnectionId,
        peer: SocketAddr,
    },
    /// The dial failed, or the listener did.
    DataNotOpened {
        id: ConnectionId,
        error: io::Error,
    },
    /// The listener that was asked for listens there.
    Listening {
        id: ConnectionId,
        address: SocketAddr,
    },
    /// Somebody else than the server came to the listener and was sent away.
    OtherHostRefused(SocketAddr),
    /// So many bytes of payload have moved on the connection in all.
    DataMoved {
        id: ConnectionId,
        bytes: u64,
    },
    /// Whether the transfer on the connection could go on but for its local side, which takes nothing or has nothing to
    /// send.
    LocalSideAwaited {
        id: ConnectionId,
        is_awaited: bool,
    },
    /// The local side of a download has taken something.
    LocalSideMoved(ExchangeId),
    /// The certificate of the control connection was examined.
    CertificateExamined(Result<Verdict, TlsFailure>),
    DataSecured {
        id: ConnectionId,
        secured: Secured,
    },
    DataNotSecured {
        id: ConnectionId,
        failure: TlsFailure,
    },
    /// A refused command left unexpected bytes on the connection.
    UnexpectedData(ConnectionId),
    /// The server closed the connection, or reset it, while no transfer used it.
    DataClosed {
        id: ConnectionId,
        result: TransferResult,
    },
    /// Receiving or sending is over: the end was seen, or everything was handed to the system.
    DataEnded {
        id: ConnectionId,
        result: TransferResult,
    },
    /// How many of the bytes that were sent the server's system has taken; `None` where this system does not tell.
    Acknowledged {
        id: ConnectionId,
        bytes: Option<u64>,
    },
    /// After sending: the server has read to the end and closed its side, or reset it (the error).
    UploadReceived {
        id: ConnectionId,
        result: TransferResult,
    },
    /// The local side of a transfer has taken all that came, or failed.
    LocalEnded {
        exchange: ExchangeId,
        result: io::Result<()>,
        line_ends: u64,
    },
    /// Nothing happened but time.
    TimePassed,
}

/// What the user asks for.
#[derive(Debug)]
pub(crate) enum Request {
    Command {
        exchange: ExchangeId,
        command: Command,
        origin: Origin,
        transfer: Option<LocalSide>,
        in_background: bool,
    },
    Bytes {
        exchange: ExchangeId,
        pieces: Vec<RawBytes>,
    },
    /// Send QUIT, and wait only a moment for the reply.
    Quit(ExchangeId),
    /// Pick a port, and send the PORT or EPRT that names it.
    Listen {
        exchange: ExchangeId,
        origin: Origin,
    },
    /// Ctrl-C.
    Interrupt,
    ForgetInterrupt,
    /// Ctrl-]: the prompt, while the transfer goes on.
    Detach,
    Configure(Box<Settings>),
    Resync,
    /// `None`: there was nobody to ask.
    Trust(Option<bool>),
}

/// What the machine needs to know of a transfer's local end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LocalSide {
    pub(crate) direction: DataDirection,
    pub(crate) form: Form,
    /// Bytes that an upload has, where that is known.
    pub(crate) bytes: Option<u64>,
}

impl LocalSide {
    /// That of a transfer.
    pub(crate) fn of(transfer: &crate::client::Transfer) -> Self {
        let (direction, form, bytes) = match transfer {
            crate::client::Transfer::Receive(_, form) => (DataDirection::Received, *form, None),
            crate::client::Transfer::Send(_, form, bytes) => (DataDirection::Sent, *form, *bytes),
        };
        Self {
            direction,
            form,
            bytes,
        }
    }
}

/// What the driver is to do, in this order.
#[derive(Debug)]
pub(crate) enum Action {
    /// Write to the control connection, in one piece where the system lets it: some servers take each segment for a
    /// command.
    Write(Vec<u8>),
    /// Write one byte as urgent data.
    WriteUrgent(Vec<u8>),
    /// End the control connection in both directions.
    CloseControl,
    Dial {
        id: ConnectionId,
        peer: Peer,
    },
    /// Listen on exactly this address, for one connection from `server`, or from anybody. Port 0 is one of `ports`, or
    /// any.
    Listen {
        id: ConnectionId,
        address: SocketAddr,
        ports: Option<PortRange>,
        server: Option<IpAddr>,
    },
    /// End the dial or listener; what it would have brought is not wanted.
    Forget(ConnectionId),
    /// Go on under TLS, from the first byte.
    Secure(ConnectionId, Box<TlsConnection>),
    /// Read to the end of file, into the local side of this exchange.
    Receive {
        id: ConnectionId,
        exchange: ExchangeId,
        convert: bool,
    },
    /// Send what the local side of this exchange has, then close this direction.
    Send {
        id: ConnectionId,
        exchange: ExchangeId,
        convert: bool,
    },
    /// From now on data connections, those to come too, move no more bytes of a transfer in a second.
    SetRate(Option<NonZeroU64>),
    /// Stop using the connection without closing it: the next command may.
    Release(ConnectionId),
    /// Tell by [`Input::Acknowledged`] how much of an upload has been taken.
    Measure(ConnectionId),
    /// Close in order: what was sent still arrives.
    Close(ConnectionId),
    /// Reset, so that the server cannot take what it has for a whole file.
    Reset(ConnectionId),
    /// Let the local side take what is buffered and end; answered by [`Input::LocalEnded`].
    EndLocal {
        exchange: ExchangeId,
        /// The server began the transfer, so that empty data is data too.
        accepted: bool,
    },
    /// Nobody waits for the local side any more.
    DropLocal(ExchangeId),
    Observe(Observation),
    /// Examine the certificate of the control connection; answered by [`Input::CertificateExamined`].
    Examine(Box<Examination>),
    /// Ask whoever waits whether to believe the certificate; answered by [`Request::Trust`].
    AskTrust(ExchangeId, Box<Secured>),
    Tell(ExchangeId, News),
}

/// The state of one control connection and of everything that belongs to it.
#[derive(Debug)]
pub(crate) struct Machine {
    peer: Peer,
    own: SocketAddr,
    settings: Settings,
    pi: UserPi,
    protection: Protection,
    control_bytes: ControlBytes,
    connection: Connection,
    quit_answered: bool,
    exchanges: Exchanges,
    data: DataConnections,
    transfer: Option<Transfer>,
    /// Of data connections now: that of the settings, unless a transfer is aborted.
    rate: Option<NonZeroU64>,
    /// A PORT or EPRT that goes out once its port is open.
    awaiting_port: Option<AwaitingPort>,
    /// Requests that came in the middle of a handshake: they go out under TLS, or not at all.
    held: Vec<Request>,
    /// How what is begun after the end of the control connection ends.
    lost_as: Ending,
    /// Ctrl-C came between two commands of one line: the second is not sent.
    interrupted: bool,
    /// When it was told of something last: what was due until then is done.
    now: Instant,
    /// Until when a completion reply waits for the end of the data that it completes.
    data_first_until: Option<Instant>,
    /// What came on the control connection since the last final reply to a command.
    bytes_without_answer: u64,
    awaits_first_reply: bool,
    /// What has come before the first reply was whole.
    greeting: Vec<u8>,
    /// When the last byte came on the control connection.
    last_reply_byte: Instant,
    /// When anything last moved on either connection.
    last_movement: Instant,
    /// Since when bytes for the control connection wait to be written, and how many.
    unwritten: Option<(Instant, usize)>,
    /// When an ABOR with Synch was sent that nothing has answered.
    synch_sent: Option<Instant>,
    /// Nothing has answered it in time, nor since.
    abort_unanswered: bool,
    has_lost_upload: bool,
    /// The last command that was sent to keep the session alive.
    kept_alive_by: Option<EntryId>,
    actions: VecDeque<Action>,
}

/// The control connection.
#[derive(Debug)]
enum Connection {
    Open,
    /// The server has ended it, and that is told after what came before.
    Ending(Option<io::Error>),
    Closed,
}

#[derive(Debug)]
struct AwaitingPort {
    exchange: ExchangeId,
    id: ConnectionId,
    origin: Origin,
    /// The line as it was typed; `None` where `listen` picks the port.
    command: Option<Command>,
    address: SocketAddr,
    in_background: bool,
    transfer: Option<LocalSide>,
}

impl Machine {
    /// The machine of a control connection that has just been made. The exchange is that of the greeting.
    pub(crate) fn new(
        host: &str,
        peer: Peer,
        own: SocketAddr,
        settings: Settings,
        interest: ByteInterest,
        greeting: ExchangeId,
        now: Instant,
    ) -> Self {
        let (mut pi, entry) = UserPi::new();
        pi.set_strict_multiline(settings.strict_multiline);
        for secret in &settings.secrets.0 {
            pi.expect_secret(secret);
        }
        let exchanges = Exchanges {
            foreground: Some(OpenExchange::greeting(greeting, entry, now)),
            ..Exchanges::default()
        };
        let mut machine = Self {
            peer,
            own,
            settings,
            pi,
            protection: Protection::new(host),
            control_bytes: ControlBytes::new(interest),
            connection: Connection::Open,
            quit_answered: false,
            exchanges,
            data: DataConnections::default(),
            transfer: None,
            rate: None,
            awaiting_port: None,
            held: Vec::new(),
            lost_as: Ending::ConnectionLost,
            interrupted: false,
            now,
            data_first_until: None,
            bytes_without_answer: 0,
            awaits_first_reply: true,
            greeting: Vec::new(),
            last_reply_byte: now,
            last_movement: now,
            unwritten: None,
            synch_sent: None,
            abort_unanswered: false,
            has_lost_upload: false,
            kept_alive_by: None,
            actions: VecDeque::new(),
        };
        machine.observe(Observation::Connected {
            peer: machine.peer.clone(),
            through: machine.settings.route.proxy.clone(),
        });
        if machine.settings.implicit_tls {
            // The handshake comes before the greeting.
            machine.begin_handshake(now);
        }
        machine
    }

    /// Takes a fact, and everything that follows from it and from the time.
    pub(crate) fn handle(&mut self, input: Input<'_>, now: Instant) {
        self.now = now;
        self.take(input, now);
        self.pass_deadlines(now);
        self.conclude_transfer(now);
        self.take_events(now);
        self.conclude_transfer(now);
        self.take_end(now);
        self.conclude_transfer(now);
        self.settle(now);
    }

    /// What is to be done next, in order.
    pub(crate) fn next_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// Whether the control connection may be read: what cannot be looked at yet must not pile up.
    pub(crate) fn wants_control(&self) -> bool {
        self.is_connected()
            && matches!(self.connection, Connection::Open)
            && !self.protection.awaits_decision()
            && self.pi.peek_event().is_none()
    }

    /// The control connection has not been told to be closed.
    pub(crate) fn is_connected(&self) -> bool {
        !matches!(self.connection, Connection::Closed)
    }

    /// What is known now.
    pub(crate) fn status(&self, now: Instant) -> Status {
        Status {
            connected: self.is_connected(),
            lost: !self.is_connected() && !self.quit_answered,
            tls_failed: self.lost_as == Ending::TlsFailed,
            quit_answered: self.quit_answered,
            is_proxied: self.settings.route.proxy.is_some(),
            learnt: self.pi.learnt().clone(),
            data: match self.data.state() {
                // That of the transfer is not among them any more.
                DataState::Closed if self.transfer.is_some() => DataState::Transferring,
                state => state,
            },
            outstanding: self.pi.ledger().open_verbs().collect(),
            background: self.background_transfer(now),
            line_is_unfinished: self.pi.has_unfinished_line(),
            control_tls: self
                .protection
                .control
                .clone()
                .filter(|_| self.protection.is_on()),
            data_tls: self.protection.data.clone(),
            abort_unanswered: self.abort_unanswered,
            has_lost_upload: self.has_lost_upload,
            last_answered: self.pi.last_answered().cloned(),
        }
    }

    fn background_transfer(&self, now: Instant) -> Option<crate::client::BackgroundTransfer> {
        let background = self.exchanges.background.as_ref()?;
        let transfer = self.transfer.as_ref();
        let transfer = transfer.filter(|it| it.entry == background.exchange.entry);
        Some(crate::client::BackgroundTransfer {
            command: background.command.clone(),
            progress: transfer.and_then(|transfer| transfer.progress(now)),
        })
    }

    fn observe(&mut self, observation: Observation) {
        self.actions.push_back(Action::Observe(observation));
    }

    fn tell(&mut self, exchange: ExchangeId, news: News) {
        self.actions.push_back(Action::Tell(exchange, news));
    }

    fn take(&mut self, input: Input<'_>, now: Instant) {
        match input {
            Input::Asked(request) => self.take_request(request, now),
            Input::ControlReceived(bytes) => self.take_wire(bytes, now),
            // Not before the replies that came ahead of it.
            Input::ControlEnded(error) => {
                if self.is_connected() {
                    self.connection = Connection::Ending(error);
                }
            }
            Input::ControlBroken(error) => match self.protection.silent_objection() {
                Some(objection) => self.fail_tls(objection, now),
                None => self.end_control(Some(error), now),
            },
            Input::ControlWritten => self.unwritten = None,
            Input::ControlUnwritten(left) => self.take_unwritten(left, now),
            Input::TimePassed => {}
            Input::CertificateExamined(verdict) => self.take_verdict(verdict, now),
            Input::OtherHostRefused(peer) => self.observe(Observation::OtherHostRefused { peer }),
            Input::Listening { id, address } => self.take_port(id, address, now),
            Input::LocalSideMoved(exchange) => self.take_local_movement(exchange, now),
            Input::LocalEnded {
                exchange,
                result,
                line_ends,
            } => {
                if let Some(transfer) = self.transfer.as_mut().filter(|it| it.exchange == exchange)
                {
                    transfer.end_local_side(result, line_ends);
                }
            }
            Input::Acknowledged { id, bytes } => {
                if let Some(transfer) = self.transfer_on(id) {
                    let before = transfer.progress(now).map(|progress| progress.bytes);
                    transfer.acknowledge(bytes, now);
                    if transfer.progress(now).map(|progress| progress.bytes) != before {
                        self.last_movement = now;
                    }
                }
            }
            data => {
                self.last_movement = now;
                self.take_data_event(data, now);
            }
        }
    }

    fn take_request(&mut self, request: Request, now: Instant) {
        match request {
            Request::Command { .. }
            | Request::Quit(_)
            | Request::Listen { .. }
            | Request::Bytes { .. }
                if self.protection.is_in_handshake() =>
            {
                self.held.push(request);
            }
            Request::Command {
                exchange,
                command,
                origin,
                transfer,
                in_background,
            } => {
                panic_if_asked("machine");
                if !self.settles_as_unsent(exchange) {
                    self.begin(exchange, command, origin, transfer, in_background, now);
                }
            }
            Request::Quit(exchange) => self.begin_quit(exchange, now),
            Request::Bytes { exchange, pieces } => self.begin_bytes(exchange, &pieces, now),
            Request::Listen { exchange, origin } => self.listen_anywhere(exchange, origin, now),
            Request::Interrupt => self.interrupt(now),
            Request::ForgetInterrupt => self.interrupted = false,
            Request::Detach => self.detach(),
            Request::Configure(settings) => {
                self.pi.set_strict_multiline(settings.strict_multiline);
                self.protection.configure(&settings.tls);
                let route = std::mem::take(&mut self.settings.route);
                // That of an aborted transfer stays lifted.
                let rate_changes = self.settings.rate != settings.rate;
                self.settings = Settings { route, ..*settings };
                if rate_changes {
                    self.set_rate(self.settings.rate);
                }
            }
            Request::Resync => self.resync(),
            Request::Trust(answer) => self.take_trust(answer, now),
        }
    }

    // ---- Commands ----

    /// Settles at once what cannot be sent: the connection is gone, Ctrl-C came before it, or the server has not read
    /// what was sent before.
    fn settles_as_unsent(&mut self, exchange: ExchangeId) -> bool {
        let outcome = if !self.is_connected() {
            Outcome {
                ending: self.lost_as,
                ..Outcome::lost()
            }
        } else if std::mem::take(&mut self.interrupted) {
            Outcome::unsent()
        } else if let Some((_, bytes)) = self.unwritten {
            self.observe(Observation::ServerNotReading { bytes });
            Outcome::unsent()
        } else {
            return false;
        };
        self.actions.push_back(Action::DropLocal(exchange));
        self.tell(exchange, News::Settled(outcome));
        true
    }

    fn begin(
        &mut self,
        exchange: ExchangeId,
        command: Command,
        origin: Origin,
        transfer: Option<LocalSide>,
        in_background: bool,
        now: Instant,
    ) {
        // What was sent without a line end before it is part of the line that the server reads.
        let read = self.pi.completed(&command);
        let Some(address) = self.port_named_by(&read) else {
            self.send(exchange, &command, origin, transfer, in_background, now);
            return;
        };
        self.open_port(
            AwaitingPort {
                exchange,
                id: ConnectionId(0),
                origin,
                command: Some(command),
                address,
                in_background,
                transfer,
            },
            now,
        );
    }

    fn send(
        &mut self,
        exchange: ExchangeId,
        command: &Command,
        origin: Origin,
        transfer: Option<LocalSide>,
        in_background: bool,
        now: Instant,
    ) -> EntryId {
        self.settle_as(Ending::Interrupted);
        let read = self.pi.completed(command);
        if self.abort_unanswered && read.verb().is("ABOR") {
            self.pi.give_up("ABOR");
        }
        let entry = self.pi.send(&read);
        self.last_movement = now;
        self.enter_exchange(exchange, entry, &read, in_background, now);
        self.write(&command.wire());
        let lacks_connection =
            transfer.is_some_and(|local| !self.join(entry, exchange, local, now));
        self.observe(Observation::CommandSent {
            command: read.clone(),
            origin,
        });
        self.observe_sent(&command.wire(), false);
        if lacks_connection {
            if let Some(exchange) = self.exchanges.of_mut(entry) {
                exchange.outcome.lacked_data_connection = true;
            }
            self.actions.push_back(Action::DropLocal(exchange));
            if let Some(direction) = data_direction(&read) {
                let refused = self.pi.learnt().refused_ports.clone();
                let unreached = self.data.unreached.clone();
                self.observe(Observation::NoDataConnection {
                    direction,
                    refused,
                    unreached,
                });
            }
        }
        if read.verb().is("ABOR") {
            self.synch_sent = None;
            self.abort_background(now);
        }
        self.protect_transfer(now);
        entry
    }

    fn begin_quit(&mut self, id: ExchangeId, now: Instant) {
        if self.settles_as_unsent(id) {
            return;
        }
        let command = Command::new("QUIT").expect("a verb alone holds no line end");
        self.begin(id, command, Origin::Shown, None, false, now);
        if let Some(exchange) = &mut self.exchanges.foreground {
            exchange.quit_limited_from = Some(now);
        }
    }

    fn enter_exchange(
        &mut self,
        id: ExchangeId,
        entry: EntryId,
        command: &Command,
        in_background: bool,
        now: Instant,
    ) {
        let exchange = OpenExchange::new(id, entry, command.verb(), now);
        if in_background {
            self.exchanges.background = Some(exchange::BackgroundExchange {
                command: command.clone(),
                exchange,
            });
        } else {
            self.exchanges.foreground = Some(exchange);
            self.exchanges.foreground_command = Some(command.clone());
        }
    }

    /// Gives the transfer the data connection that is open or awaited; tells whether there is one.
    fn join(
        &mut self,
        entry: EntryId,
        exchange: ExchangeId,
        local: LocalSide,
        now: Instant,
    ) -> bool {
        self.close_sent();
        let open = self.data.open.take();
        if let Some(open) = open
            && open.tls != data::DataTls::None
            && !self.protects_data()
        {
            // PROT C came after a refused command that had begun the handshake: there is no way back.
            self.actions.push_back(Action::Reset(open.id));
            return false;
        }
        let listening = self.data.listening.as_ref().map(|listening| listening.id);
        let Some(id) = open.map(|open| open.id).or(listening) else {
            return false;
        };
        self.data.unreached = None;
        let converts = !self.settings.keep_line_ends
            && !self.pi.learnt().parameters.effective_type().keeps_bytes();
        let convert = converts && local.form == Form::ByType;
        let mut transfer = Transfer::new(entry, exchange, local, id, convert, now);
        if open.is_none() {
            transfer.await_connection(self.settings.connect_limit);
        }
        match open.map(|open| open.tls) {
            Some(data::DataTls::Open) => transfer.protected = true,
            Some(data::DataTls::InHandshake) => transfer.await_handshake(),
            _ => {}
        }
        self.transfer = Some(transfer);
        self.set_rate(self.settings.rate);
        true
    }

    fn set_rate(&mut self, rate: Option<NonZeroU64>) {
        if self.rate != rate {
            self.rate = rate;
            self.actions.push_back(Action::SetRate(rate));
        }
        if let Some(transfer) = &mut self.transfer {
            transfer.rate = rate;
        }
    }

    /// The transfer's command was written: under PROT P the handshake of its data connection begins. An earlier command
    /// that was refused may have begun it, or ended it.
    fn protect_transfer(&mut self, now: Instant) {
        let is_private = self.protects_data();
        let transfer = self.transfer.as_mut();
        let Some(transfer) = transfer.filter(|transfer| is_private && !transfer.protected) else {
            return;
        };
        match self.protection.secure_data() {
            Ok(tls) => transfer.protect(tls, &mut self.actions),
            Err(failure) => {
                let result = TransferResult::TlsFailed(failure);
                transfer.drop_connection(result, &mut self.actions, now);
            }
        }
    }

    fn protects_data(&self) -> bool {
        Protection::covers_data(self.pi.learnt())
    }

    fn resync(&mut self) {
        let verbs = self.pi.resync();
        self.observe(Observation::Resynchronised(verbs));
        self.settle_as(Ending::Unanswered);
    }

    /// Sends bytes as they are. Whoever asked waits for the reply to the last line that they end, if they end one.
    fn begin_bytes(&mut self, exchange: ExchangeId, pieces: &[RawBytes], now: Instant) {
        if self.settles_as_unsent(exchange) {
            return;
        }
        self.settle_as(Ending::Interrupted);
        let bytes: Vec<&[u8]> = pieces.iter().map(|piece| &piece.bytes[..]).collect();
        let entered = self.pi.send_bytes(&bytes.concat());
        for (entry, command) in &entered {
            if let Some(address) = self.port_named_by(command) {
                self.listen_on(address, *entry, now);
            }
        }
        match (entered.first(), entered.last()) {
            (Some((first, _)), Some((last, command))) => {
                self.enter_exchange(exchange, *last, command, false, now);
                if let Some(exchange) = &mut self.exchanges.foreground {
                    exchange.first = *first;
                }
            }
            _ => self.tell(exchange, News::Settled(Outcome::without_reply())),
        }
        self.last_movement = now;
        self.write_pieces(pieces);
    }

    fn write_pieces(&mut self, pieces: &[RawBytes]) {
        let under_tls = self.protection.is_on();
        let mut mask = self.control_bytes.preview();
        let secret_is_asked = self.pi.learnt().secret_is_asked;
        let shown = pieces.iter().map(|piece| SentPiece {
            bytes: mask.take(&piece.bytes, secret_is_asked),
            urgent: piece.urgent && !under_tls,
            should_be_urgent: piece.urgent,
        });
        let shown = shown.collect();
        for piece in pieces {
            if piece.urgent && !under_tls {
                self.actions
                    .push_back(Action::WriteUrgent(piece.bytes.clone()));
            } else {
                self.write(&piece.bytes);
            }
        }
        self.observe(Observation::BytesSent(shown));
        for piece in pieces {
            self.observe_sent(&piece.bytes, piece.urgent && !under_tls);
        }
    }

    /// Writes to the control connection as it is protected now.
    fn write(&mut self, bytes: &[u8]) {
        let is_on = self.protection.is_on();
        let Some(tls) = self.protection.tls.as_mut().filter(|_| is_on) else {
            return self.actions.push_back(Action::Write(bytes.to_vec()));
        };
        // Where TLS has failed, its end is on its way to be told.
        if tls.connection.encrypt(bytes).is_ok() {
            self.flush_tls();
        }
    }

    fn flush_tls(&mut self) {
        let output = self.protection.take_output();
        if !output.is_empty() {
            self.actions.push_back(Action::Write(output));
        }
    }

    fn observe_sent(&mut self, bytes: &[u8], urgent: bool) {
        let under_tls = self.protection.is_on();
        let moved = (self.control_bytes).take_sent(bytes, &self.pi, under_tls, urgent);
        if let Some(moved) = moved {
            self.observe(Observation::BytesMoved(moved));
        }
    }

    fn take_unwritten(&mut self, left: usize, now: Instant) {
        if left == 0 {
            self.unwritten = None;
            return;
        }
        self.unwritten = Some(match self.unwritten {
            Some((since, _)) => (since, left),
            None => (now, left),
        });
    }

    // ---- Active mode ----

    /// The address of a PORT or EPRT. A line that cannot be read is the server's to refuse.
    fn port_named_by(&self, command: &Command) -> Option<SocketAddr> {
        let verb = command.verb();
        let argument = command.argument().unwrap_or_default();
        let named = if verb.is("PORT") {
            DataPort::from_port_argument(argument)
        } else if verb.is("EPRT") {
            DataPort::from_eprt_argument(argument)
        } else {
            return None;
        };
        let named = named.ok()?;
        Some(data::scoped(named.host?, named.port, self.own))
    }

    /// `listen`: a free port on the control connection's own address, told by PORT on IPv4 and EPRT on IPv6.
    fn listen_anywhere(&mut self, exchange: ExchangeId, origin: Origin, now: Instant) {
        if self.settles_as_unsent(exchange) {
            return;
        }
        let own = self.own;
        self.open_port(
            AwaitingPort {
                exchange,
                id: ConnectionId(0),
                origin,
                command: None,
                address: data::scoped(own.ip().to_canonical(), 0, own),
                in_background: false,
                transfer: None,
            },
            now,
        );
    }

    /// A PORT or EPRT with an address of this machine makes this side listen on exactly that port before the line goes
    /// out.
    fn open_port(&mut self, mut awaiting: AwaitingPort, now: Instant) {
        awaiting.id = self.data.take_id();
        let (id, address) = (awaiting.id, awaiting.address);
        self.awaiting_port = Some(awaiting);
        self.listen(id, address, now);
    }

    fn listen(&mut self, id: ConnectionId, address: SocketAddr, now: Instant) {
        let ports = self.settings.data_ports.filter(|_| address.port() == 0);
        // Whoever comes for an earlier PORT of the same port comes for nothing: pyftpdlib connects again for each. In a
        // range, it would take the place of the new one.
        let is_replaced = |it: &mut Listening| {
            let is_same = it.address == address;
            it.id != id && (is_same || ports.is_some_and(|ports| ports.includes(it.address.port())))
        };
        if let Some(earlier) = self.data.listening.take_if(is_replaced) {
            self.actions.push_back(Action::Forget(earlier.id));
        }
        let ip = address.ip();
        let is_broadcast = matches!(ip, IpAddr::V4(ip) if ip.is_broadcast());
        if ip.is_unspecified() || ip.is_multicast() || is_broadcast {
            // Not an address that a server could connect to.
            let error = io::ErrorKind::AddrNotAvailable.into();
            return self.take_unopened(id, error, now);
        }
        let (Some(server), None) = (self.peer.ip(), &self.settings.route.proxy) else {
            let error = io::Error::new(io::ErrorKind::Unsupported, NOT_THROUGH_A_PROXY);
            return self.take_unopened(id, error, now);
        };
        let server = (!self.settings.accept_any_peer).then_some(server);
        self.actions.push_back(Action::Listen {
            id,
            address,
            ports,
            server,
        });
    }

    /// As [`Machine::open_port`] for bytes that are sent as they are, which do not wait for the port.
    fn listen_on(&mut self, address: SocketAddr, asked_by: EntryId, now: Instant) {
        let id = self.data.take_id();
        self.forget_listening();
        self.data.listening = Some(Listening {
            id,
            asked_by,
            address,
        });
        self.listen(id, address, now);
    }

    fn forget_listening(&mut self) {
        if let Some(listening) = self.data.listening.take() {
            self.actions.push_back(Action::Forget(listening.id));
        }
    }

    /// The port is open: the line that names it goes out.
    fn take_port(&mut self, id: ConnectionId, address: SocketAddr, now: Instant) {
        let Some(awaiting) = self.awaiting_port.take_if(|awaiting| awaiting.id == id) else {
            self.observe(Observation::Listening { address });
            return;
        };
        let command = match awaiting.command {
            Some(command) => command,
            None => match data::port_command(address) {
                Some(command) => command,
                None => return self.fail_port(awaiting.exchange, None),
            },
        };
        self.forget_listening();
        self.observe(Observation::Listening { address });
        let AwaitingPort {
            exchange,
            origin,
            transfer,
            in_background,
            ..
        } = awaiting;
        let asked_by = self.send(exchange, &command, origin, transfer, in_background, now);
        self.data.listening = Some(Listening {
            id,
            asked_by,
            address,
        });
    }

    fn take_no_port(&mut self, awaiting: AwaitingPort, error: io::Error, now: Instant) {
        match awaiting.command {
            Some(command) => {
                let address = awaiting.address;
                self.observe(Observation::NotListening { address, error });
                let AwaitingPort {
                    exchange,
                    origin,
                    transfer,
                    in_background,
                    ..
                } = awaiting;
                self.send(exchange, &command, origin, transfer, in_background, now);
            }
            None => self.fail_port(awaiting.exchange, Some(error)),
        }
    }

    fn fail_port(&mut self, exchange: ExchangeId, error: Option<io::Error>) {
        self.observe(Observation::ServerDidNotConnect { port: None, error });
        let outcome = Outcome::without_data_connection();
        self.tell(exchange, News::Settled(outcome));
    }

    /// After a PORT that was refused no server connects. One that was accepted replaces what a PASV offered before.
    fn take_answer_to_port(&mut self, entry: EntryId, is_refused: bool) {
        let is_answered = |listening: &Listening| listening.asked_by == entry;
        if !self.data.listening.as_ref().is_some_and(is_answered) {
            return;
        }
        if is_refused {
            self.forget_listening();
        } else if let Some(open) = self.data.open.take() {
            // Where the server has connected already, its connection has taken the place of the old one.
            self.actions.push_back(Action::Close(open.id));
        }
    }

    /// The transfer waits for the server to connect to the port of PORT or EPRT.
    fn awaits_server_to_connect(&self) -> bool {
        let transfer = self.transfer.as_ref();
        self.data.listening.is_some() && transfer.is_some_and(Transfer::awaits_connection)
    }

    /// Nobody connected to our port.
    fn give_up_on_server(&mut self, error: Option<io::Error>, now: Instant) {
        let listening = self.data.listening.take();
        let port = listening.as_ref().map(|listening| listening.address);
        if let Some(listening) = listening {
            self.actions.push_back(Action::Forget(listening.id));
        }
        self.observe(Observation::ServerDidNotConnect { port, error });
        if let Some(transfer) = &mut self.transfer
            && transfer.awaits_connection()
        {
            transfer.drop_connection(TransferResult::NeverConnected, &mut self.actions, now);
        }
    }

    // ---- What the server says ----

    /// Takes what came on the control connection, and what it means under TLS.
    fn take_wire(&mut self, bytes: &[u8], now: Instant) {
        if !self.is_connected() {
            return;
        }
        let is_clear = !self.protection.covers_control();
        let Some(tls) = self.protection.tls.as_mut().filter(|_| !is_clear) else {
            return self.take_bytes(bytes, now);
        };
        // Records without bytes in them are not movement once the handshake is over.
        if self.protection.phase == Phase::AwaitingHandshake {
            self.last_movement = now;
        }
        let received = tls.connection.receive(bytes);
        self.flush_tls();
        // What came whole in front of a failure still counts.
        self.take_plain(now);
        if let Err(failure) = received {
            return self.take_tls_failure(failure, now);
        }
        if self.protection.phase == Phase::AwaitingHandshake {
            self.examine_certificate();
        }
    }

    fn take_bytes(&mut self, bytes: &[u8], now: Instant) {
        if !self.is_connected() {
            return;
        }
        self.last_reply_byte = now;
        self.last_movement = now;
        self.bytes_without_answer += bytes.len() as u64;
        let under_tls = self.protection.covers_control();
        let moved = self.control_bytes.take_received(bytes, &self.pi, under_tls);
        if let Some(moved) = moved {
            self.observe(Observation::BytesMoved(moved));
        }
        let spoken = self.other_protocol(bytes);
        self.pi.receive(bytes);
        self.take_events(now);
        if spoken.is_some() {
            return self.break_protocol(spoken, now);
        }
        if self.bytes_without_answer > UNANSWERED_BYTES_LIMIT {
            self.break_protocol(None, now);
        }
    }

    /// What the server speaks in place of FTP, if it has greeted with that.
    fn other_protocol(&mut self, bytes: &[u8]) -> Option<OtherProtocol> {
        if !self.awaits_first_reply {
            return None;
        }
        let wanted = GREETING_BYTES.saturating_sub(self.greeting.len());
        self.greeting
            .extend_from_slice(&bytes[..bytes.len().min(wanted)]);
        OtherProtocol::of_greeting(&self.greeting)
    }

    /// What comes is not FTP, and nothing that is sent would be understood.
    fn break_protocol(&mut self, spoken: Option<OtherProtocol>, now: Instant) {
        let bytes = self.bytes_without_answer;
        self.observe(Observation::ProtocolBroken { bytes, spoken });
        self.settle_all_as(Ending::ProtocolBroken);
        self.end_control_as(None, true, now);
    }

    fn take_events(&mut self, now: Instant) {
        while !self.lets_data_go_first(now)
            && let Some(event) = self.pi.next_event()
        {
            match event {
                Event::TelnetReceived(bytes) => self.observe(Observation::TelnetReceived(bytes)),
                Event::StrayReceived(line) => self.observe(Observation::StrayReceived(line)),
                Event::ReplyReceived {
                    reply,
                    assignment,
                    answered,
                } => {
                    self.show_reply(reply, assignment, answered, now);
                }
                Event::DataPortOffered(port) => self.dial(port, now),
                Event::DataPortUnreadable(reason) => {
                    self.observe(Observation::DataPortUnreadable(reason));
                    if let Some(exchange) = &mut self.exchanges.foreground {
                        exchange.outcome.data_port_unreadable = true;
                    }
                }
                Event::TransferBegun { entry, bytes } => self.take_beginning(entry, bytes, now),
                Event::CommandAnswered { entry, reply, .. } => self.take_answer(entry, reply, now),
                Event::TlsAgreed => self.agree_on_tls(now),
                Event::TlsEndAgreed => self.end_tls(true, now),
                Event::Reinitialised => self.end_tls(false, now),
            }
        }
    }

    /// Two sockets have no common order. Where the completion reply and the last data arrive together, the data is
    /// told first, as the server sent them; but a reply waits only a moment (`226` may truly come before the data).
    fn lets_data_go_first(&mut self, now: Instant) -> bool {
        let transfer = self.transfer.as_mut();
        let Some(transfer) = transfer.filter(|transfer| transfer.is_receiving()) else {
            self.data_first_until = None;
            return false;
        };
        let answer = match self.pi.peek_event() {
            Some(Event::ReplyReceived {
                reply, assignment, ..
            }) if assignment.entry == Some(transfer.entry) => Some(reply.code),
            _ => None,
        };
        if let Some(code) = answer.filter(|it| transfer.awaits_verdict() && !it.is_preliminary()) {
            transfer.take_answer(!code.is_negative(), &mut self.actions, now);
        }
        let completes = answer.is_some_and(|it| it.is_positive() || transfer.awaits_local_side());
        let waits = completes && now < *self.data_first_until.get_or_insert(now + COMPLETION_GRACE);
        self.data_first_until.take_if(|_| !waits);
        waits
    }

    fn show_reply(
        &mut self,
        reply: Reply,
        assignment: Assignment,
        answered: Arc<Answered>,
        now: Instant,
    ) {
        let is_answer = assignment.entry.is_some() && assignment.fit != Fit::SecondReply;
        let is_final = !reply.code.is_preliminary();
        if is_answer && is_final {
            self.bytes_without_answer = 0;
            self.awaits_first_reply = false;
            self.greeting = Vec::new();
        }
        let answers_abort = assignment.verb.as_ref().is_some_and(|verb| verb.is("ABOR"));
        if answers_abort || self.synch_is_moot() {
            self.synch_sent = None;
        }
        self.abort_unanswered &= !answers_abort;
        if let Some(transfer) = self.transfer.as_mut().filter(|_| answers_abort && is_final) {
            transfer.take_abort_answer(reply.code.is_positive());
        }
        if is_final {
            self.stop_typing(assignment.entry);
            // The end of an upload is told before the reply that judges it.
            let awaits = |transfer: &&mut Transfer| {
                Some(transfer.entry) == assignment.entry && transfer.awaits_acknowledgement()
            };
            if let Some(transfer) = self.transfer.as_mut().filter(awaits) {
                transfer.take_receipt();
                self.conclude_transfer(now);
            }
        }
        let is_sent_along = |exchange: &OpenExchange| {
            let entries = exchange.first..=exchange.entry;
            assignment
                .entry
                .is_some_and(|entry| entries.contains(&entry))
        };
        let keeps_alive = assignment.entry.is_some() && assignment.entry == self.kept_alive_by;
        let awaited = keeps_alive
            || self.exchanges.all().any(is_sent_along)
            || (self.exchanges.foreground.is_some() && self.is_abort(&assignment));
        self.observe(Observation::ReplyReceived {
            reply,
            assignment,
            awaited,
            answered,
        });
    }

    /// While a transfer is aborted, the reply to ABOR is awaited too.
    fn is_abort(&self, assignment: &Assignment) -> bool {
        let transfer = self.transfer.as_ref();
        let aborting = transfer.is_some_and(|transfer| transfer.is_aborting())
            || self.exchanges.all().any(|exchange| exchange.aborted);
        aborting && assignment.verb.as_ref().is_some_and(|verb| verb.is("ABOR"))
    }

    fn synch_is_moot(&self) -> bool {
        !self.pi.ledger().open_verbs().any(|verb| verb.is("ABOR"))
    }

    fn take_beginning(&mut self, entry: EntryId, bytes: Option<u64>, now: Instant) {
        if let Some(exchange) = self.exchanges.of_mut(entry) {
            exchange.begun_again_at = exchange.outcome.begun.then_some(now);
            if !std::mem::replace(&mut exchange.outcome.begun, true) {
                exchange.reply_limited_from = now;
            }
        }
        let transfer = self.transfer.as_mut();
        if let Some(transfer) = transfer.filter(|transfer| transfer.entry == entry) {
            let reaction = transfer.begin(bytes, &mut self.actions, now);
            self.react(&reaction, now);
        }
    }

    fn take_answer(&mut self, entry: EntryId, reply: Reply, now: Instant) {
        let transfer = self.transfer.as_mut();
        if let Some(transfer) = transfer.filter(|transfer| transfer.entry == entry) {
            let positive = !reply.code.is_negative();
            let reaction = transfer.take_answer(positive, &mut self.actions, now);
            self.react(&reaction, now);
        }
        self.take_answer_to_port(entry, reply.code.is_negative());
        let code = reply.code;
        let Some(exchange) = self.exchanges.of_mut(entry) else {
            return;
        };
        exchange.answer(reply, now);
        if exchange.verb.is("QUIT") && code.is_positive() {
            exchange.awaits_close_until = Some(now + exchange::CLOSE_GRACE);
            self.quit_answered = true;
        }
    }

    fn dial(&mut self, offered: DataPort, now: Instant) {
        let own = self.peer.ip();
        let is_own =
            |host: IpAddr| own.is_some_and(|own| host.to_canonical() == own.to_canonical());
        let named = offered.host.filter(|host| !is_own(*host));
        let mut peer = self.peer.at_port(offered.port);
        let trusts = self.settings.trust_data_host;
        if let Some(host) = named.filter(|_| trusts) {
            peer = peer.at_ip(host);
            if offered.port < FIRST_UNPRIVILEGED_PORT {
                return self.refuse_to_dial(peer, offered);
            }
        }
        // The server has changed over: it connects to no port of ours any more.
        self.forget_listening();
        if let Some(earlier) = self.data.dialling.take() {
            self.actions.push_back(Action::Forget(earlier.id));
        }
        let id = self.data.take_id();
        self.actions.push_back(Action::Dial {
            id,
            peer: peer.clone(),
        });
        self.data.unreached = None;
        self.data.dialling = Some(Dialling {
            id,
            peer,
            offered,
            // Of a server whose address only the proxy knows, nobody can tell whether it named another.
            ignored_host: named.filter(|_| !trusts && own.is_some()),
            until: now + data::DIAL_LIMIT,
            since: now,
        });
        if let Some(exchange) = &mut self.exchanges.foreground {
            exchange.awaits_data_connection = true;
        }
    }

    /// No server offers such a port for data: whoever names it wants us to talk to somebody else.
    fn refuse_to_dial(&mut self, dialled: Peer, offered: DataPort) {
        let error = io::Error::other("ports below 1024 of another host are not dialled");
        self.data.unreached = Some(dialled.clone());
        self.observe(Observation::DataConnectionFailed {
            dialled,
            offered,
            ignored_host: None,
            error,
            after: Duration::ZERO,
        });
        if let Some(exchange) = &mut self.exchanges.foreground {
            exchange.outcome.data_connection_failed = true;
        }
    }

    fn take_end(&mut self, now: Instant) {
        if self.pi.peek_event().is_some() || !matches!(self.connection, Connection::Ending(_)) {
            return;
        }
        let Connection::Ending(error) = std::mem::replace(&mut self.connection, Connection::Open)
        else {
            return;
        };
        match self.protection.silent_objection() {
            Some(objection) => self.fail_tls(objection, now),
            None if self.protection.is_in_handshake() => {
                self.fail_tls(TlsFailure::HandshakeCut, now);
            }
            None => self.end_control(error, now),
        }
    }

    fn end_control(&mut self, error: Option<io::Error>, now: Instant) {
        self.end_control_as(error, false, now);
    }

    fn end_control_as(&mut self, error: Option<io::Error>, by_us: bool, now: Instant) {
        if error.is_some() {
            // Nobody is left to hear a close_notify.
            self.protection.phase = Phase::InClear;
        }
        let quiet_for = now.saturating_duration_since(self.last_movement);
        let before_greeting = self.pi.ledger().awaits_greeting();
        let during = self.pi.ledger().open_verbs().next();
        let during = during.filter(|_| !before_greeting);
        if self.drop_control(now) {
            let asked = self.quit_answered;
            self.observe(Observation::ControlClosed {
                error,
                asked,
                by_us,
                quiet_for,
                during,
                before_greeting,
            });
        }
    }

    /// Ends the control connection and what hangs on it; tells whether there was one.
    fn drop_control(&mut self, now: Instant) -> bool {
        if !self.is_connected() {
            return false;
        }
        self.protection.announce_end();
        self.flush_tls();
        self.connection = Connection::Closed;
        self.unwritten = None;
        self.actions.push_back(Action::CloseControl);
        let under_tls = self.protection.covers_control();
        if let Some(moved) = self.control_bytes.end_received(under_tls) {
            self.observe(Observation::BytesMoved(moved));
        }
        self.pi.end_of_file();
        self.take_events(now);
        self.end_data_with_control(now);
        self.release_held(now);
        true
    }

    fn end_data_with_control(&mut self, now: Instant) {
        self.stop_typing(self.transfer.as_ref().map(|transfer| transfer.entry));
        if let Some(open) = self.data.open.take() {
            self.actions.push_back(Action::Close(open.id));
        }
        if let Some(dialling) = self.data.dialling.take() {
            self.actions.push_back(Action::Forget(dialling.id));
        }
        self.forget_listening();
        if let Some(transfer) = &mut self.transfer {
            transfer.take_control_loss(&mut self.actions, now);
        }
    }

    /// The session is over: everything is closed, and whoever waits is told.
    pub(crate) fn close(&mut self, now: Instant) {
        if let Some(transfer) = &mut self.transfer {
            transfer.drop_connection(TransferResult::Aborted, &mut self.actions, now);
        }
        self.settle_all_as(Ending::ConnectionLost);
        if self.is_connected() {
            self.protection.announce_end();
            self.flush_tls();
            self.protection.phase = Phase::InClear;
            self.connection = Connection::Closed;
            self.actions.push_back(Action::CloseControl);
            self.release_held(now);
        }
    }

    // ---- The data connection ----

    fn transfer_on(&mut self, id: ConnectionId) -> Option<&mut Transfer> {
        self.transfer.as_mut().filter(|it| it.connection == id)
    }

    fn take_data_event(&mut self, event: Input<'_>, now: Instant) {
        match event {
            Input::DataOpened { id, peer } => self.take_opened(id, peer, now),
            Input::DataNotOpened { id, error } => self.take_unopened(id, error, now),
            Input::DataMoved { id, bytes } => {
                let Some(transfer) = self.transfer_on(id) else {
                    return;
                };
                transfer.take_movement(bytes);
                // vsftpd and ProFTPD answer a command beside a transfer only after it.
                self.exchanges.restart_reply_limits(now);
            }
            Input::LocalSideAwaited { id, is_awaited } => {
                if let Some(transfer) = self.transfer_on(id) {
                    transfer.local_side_is_awaited = is_awaited;
                }
            }
            Input::DataSecured { id, secured } => {
                self.observe(Observation::DataSecured(secured.clone()));
                self.protection.data = Some(secured);
                if let Some(open) = self.data.open.as_mut().filter(|open| open.id == id) {
                    open.tls = data::DataTls::Open;
                }
                let transfer = self.transfer.as_mut().filter(|it| it.connection == id);
                if let Some(transfer) = transfer {
                    let reaction = transfer.secure(&mut self.actions, now);
                    self.react(&reaction, now);
                }
            }
            Input::DataNotSecured { id, failure } => {
                let result = TransferResult::TlsFailed(failure);
                self.end_data(id, result, now);
            }
            Input::DataEnded { id, result } => self.end_data(id, result, now),
            Input::UploadReceived { id, result } => self.take_receipt(id, result, now),
            Input::DataClosed { id, result } => self.take_closed(id, result),
            Input::UnexpectedData(id) => self.drop_unexpected_data(id),
            _ => {}
        }
    }

    fn take_opened(&mut self, id: ConnectionId, peer: SocketAddr, now: Instant) {
        let connection = data::OpenConnection {
            id,
            tls: data::DataTls::None,
        };
        if let Some(dialling) = self.data.dialling.take_if(|dialling| dialling.id == id) {
            // The new connection is made before the old one is closed: some servers serve only one.
            if let Some(earlier) = self.data.open.replace(connection) {
                self.actions.push_back(Action::Close(earlier.id));
            }
            self.observe(Observation::DataConnectionOpened {
                dialled: dialling.peer,
                offered: dialling.offered,
                ignored_host: dialling.ignored_host,
            });
            self.end_dialling();
        } else if self.data.listening.take_if(|it| it.id == id).is_some() {
            // The server came, before the transfer command (pyftpdlib) or after it.
            self.observe(Observation::DataConnectionAccepted { peer });
            let transfer = self.transfer.as_mut().filter(|it| it.connection == id);
            if let Some(transfer) = transfer {
                let reaction = transfer.connect(&mut self.actions, now);
                self.react(&reaction, now);
            } else if let Some(earlier) = self.data.open.replace(connection) {
                self.actions.push_back(Action::Close(earlier.id));
            }
        }
    }

    fn end_dialling(&mut self) {
        for exchange in self.exchanges.all_mut() {
            exchange.awaits_data_connection = false;
        }
    }

    fn take_unopened(&mut self, id: ConnectionId, error: io::Error, now: Instant) {
        if let Some(dialling) = self.data.dialling.take_if(|dialling| dialling.id == id) {
            self.actions.push_back(Action::Forget(id));
            self.data.unreached = Some(dialling.peer.clone());
            self.observe(Observation::DataConnectionFailed {
                dialled: dialling.peer,
                offered: dialling.offered,
                ignored_host: dialling.ignored_host,
                error,
                after: now.saturating_duration_since(dialling.since),
            });
            if let Some(exchange) = &mut self.exchanges.foreground {
                exchange.outcome.data_connection_failed = true;
            }
            self.end_dialling();
        } else if let Some(awaiting) = self.awaiting_port.take_if(|it| it.id == id) {
            self.take_no_port(awaiting, error, now);
        } else if self.data.listening.as_ref().is_some_and(|it| it.id == id) {
            self.give_up_on_server(Some(error), now);
        }
    }

    fn take_closed(&mut self, id: ConnectionId, result: TransferResult) {
        let reset = result.is_broken();
        if let Some(transfer) = self.transfer_on(id) {
            transfer.closed_early = Some(result);
        }
        let was_open = self.data.open.take_if(|open| open.id == id).is_some();
        if was_open || self.transfer_on(id).is_none() {
            self.actions.push_back(Action::Close(id));
        }
        if was_open {
            self.observe(Observation::DataConnectionClosed { reset });
        }
    }

    fn drop_unexpected_data(&mut self, id: ConnectionId) {
        if self.data.open.take_if(|open| open.id == id).is_some() {
            self.actions.push_back(Action::Close(id));
            self.observe(Observation::UnexpectedDataDropped);
        }
    }

    fn end_data(&mut self, id: ConnectionId, result: TransferResult, now: Instant) {
        let transfer = self.transfer.as_mut().filter(|it| it.connection == id);
        match transfer {
            Some(transfer) => transfer.end_data(result, &mut self.actions, now),
            None => self.take_closed(id, result),
        }
    }

    /// An upload has arrived as far as the server cares: now its final reply is due.
    fn take_receipt(&mut self, id: ConnectionId, result: TransferResult, now: Instant) {
        if let Some(transfer) = self.transfer_on(id) {
            transfer.take_receipt();
            self.conclude_transfer(now);
        }
        if self.data.sent != Some(id) {
            return self.actions.push_back(Action::Close(id));
        }
        self.close_sent();
        let is_broken = result.is_broken();
        if is_broken {
            self.observe(Observation::UploadReset);
        }
        let mut uploads = self.exchanges.all_mut();
        let Some(exchange) = uploads.find(|exchange| {
            let end = exchange.outcome.transfer.as_ref();
            end.is_some_and(|end| end.direction == DataDirection::Sent)
        }) else {
            self.has_lost_upload |= is_broken;
            return;
        };
        exchange.data_ended_at.get_or_insert(now);
        if let (true, Some(end)) = (is_broken, &mut exchange.outcome.transfer) {
            end.result = result;
        }
    }

    fn react(&mut self, reaction: &Reaction, now: Instant) {
        match reaction {
            Reaction::Nothing => {}
            Reaction::Begun => {
                let exchange = self.transfer.as_ref().map(|transfer| transfer.exchange);
                if let Some(exchange) = exchange {
                    self.tell(exchange, News::Begun);
                }
            }
            Reaction::PutBack => self.put_back_connection(),
            Reaction::ServerDidNotConnect => self.give_up_on_server(None, now),
        }
    }

    /// The command was refused before it touched the data connection, which may serve the next one.
    fn put_back_connection(&mut self) {
        let Some(transfer) = self.transfer.take() else {
            return;
        };
        // A local side that was not begun has nothing to finish that could fail for the user.
        self.actions.push_back(Action::EndLocal {
            exchange: transfer.exchange,
            accepted: false,
        });
        if let Some(exchange) = self.exchanges.of_mut(transfer.entry) {
            exchange.outcome.transfer = Some(transfer.refused_end());
        }
        if let Some(result) = &transfer.closed_early {
            let reset = result.is_broken();
            self.actions.push_back(Action::Close(transfer.connection));
            self.observe(Observation::DataConnectionClosed { reset });
        } else if !transfer.awaits_connection() {
            let id = transfer.connection;
            let tls = match (transfer.protected, transfer.is_in_handshake()) {
                (false, _) => data::DataTls::None,
                (true, true) => data::DataTls::InHandshake,
                (true, false) => data::DataTls::Open,
            };
            self.data.open = Some(data::OpenConnection { id, tls });
            self.actions.push_back(Action::Release(id));
        }
    }

    /// Tells how the transfer ended, once that is known.
    fn conclude_transfer(&mut self, now: Instant) {
        let Some(transfer) = self.transfer.take_if(|transfer| transfer.is_over()) else {
            return;
        };
        let keeps_bytes = (self.pi.learnt().parameters.effective_type()).keeps_bytes();
        let end = transfer.end(keeps_bytes);
        // The server had its chance to connect; the next transfer needs a PORT of its own.
        self.data
            .listening
            .take_if(|it| it.id == transfer.connection);
        let is_sent = end.is_whole_upload();
        if is_sent {
            self.close_sent();
            self.data.sent = Some(transfer.connection);
            self.data.receipt_is_outstanding = true;
        }
        if let Some(exchange) = self.exchanges.of_mut(transfer.entry) {
            exchange.aborted |= transfer.is_aborting() && !end.is_whole();
            if !is_sent {
                exchange.data_ended_at.get_or_insert(now);
            }
            exchange.outcome.transfer = Some(end.clone());
            let id = exchange.id;
            self.tell(id, News::DataEnded);
        }
        if end.result != TransferResult::Refused {
            self.observe(Observation::TransferEnded(end.clone()));
        }
        if let Some(announced) = end.ended_short_of {
            let bytes = end.bytes;
            self.observe(Observation::DownloadEndedShort { bytes, announced });
        }
    }

    /// Whoever types the data of this upload need type no more. Told before anything of it is shown, so that a line
    /// that is ended after it is surely not sent.
    fn stop_typing(&mut self, entry: Option<EntryId>) {
        let transfer = self.transfer.as_ref().filter(|transfer| {
            transfer.direction == DataDirection::Sent && Some(transfer.entry) == entry
        });
        if let Some(exchange) = transfer.map(|transfer| transfer.exchange) {
            self.tell(exchange, News::DataEnded);
        }
    }

    // ---- Ctrl-C and Ctrl-] ----

    /// Ctrl-C: first ABOR, then the data connection, then the prompt.
    fn interrupt(&mut self, now: Instant) {
        let exchanges = &self.exchanges;
        let transfer = self.transfer.as_mut();
        let Some(transfer) = transfer.filter(|it| !exchanges.is_in_background(it.entry)) else {
            return self.interrupt_waiting(now);
        };
        transfer.interrupts += 1;
        match transfer.interrupts {
            1 if transfer.is_answered() && transfer.awaits_local_side() => {
                // Nothing is left to abort but the local side.
                transfer.give_up_on_local_side(&mut self.actions);
            }
            1 => {
                if transfer.has_nothing_to_read() {
                    transfer.drop_connection(TransferResult::Aborted, &mut self.actions, now);
                }
                // What is on its way already need not be waited for.
                self.set_rate(None);
                self.send_abort(now);
            }
            2 => transfer.drop_connection(TransferResult::Aborted, &mut self.actions, now),
            _ => self.settle_as(Ending::Interrupted),
        }
    }

    /// The data has ended on this side and the final reply is outstanding: what was sent may still be on its way, so
    /// the first Ctrl-C aborts that too.
    fn interrupt_waiting(&mut self, now: Instant) {
        if self.protection.is_in_handshake() {
            // In the middle of a handshake there is no connection to go on with.
            return self.fail_tls(TlsFailure::Interrupted, now);
        }
        let Some(exchange) = &mut self.exchanges.foreground else {
            self.interrupted = true;
            return;
        };
        if !exchange.awaits_end_of_transfer() {
            return self.settle_as(Ending::Interrupted);
        }
        exchange.aborted = true;
        self.reset_sent();
        self.send_abort(now);
    }

    /// The server has closed its side of an upload, or the next transfer takes its place.
    fn close_sent(&mut self) {
        self.data.receipt_is_outstanding = false;
        if let Some(id) = self.data.sent.take() {
            self.actions.push_back(Action::Close(id));
        }
    }

    /// Drops an upload that was handed over whole and may still be on its way.
    fn reset_sent(&mut self) {
        if let Some(id) = self.data.sent.take() {
            self.actions.push_back(Action::Reset(id));
        }
    }

    /// The user has typed ABOR, which can only mean the transfer in the background: an upload stops at once, a download
    /// is read to its end, and a second ABOR drops its data connection. Nothing more is sent than what was typed.
    fn abort_background(&mut self, now: Instant) {
        let exchanges = &self.exchanges;
        let transfer = self.transfer.as_mut();
        if let Some(transfer) = transfer.filter(|it| exchanges.is_in_background(it.entry)) {
            transfer.interrupts += 1;
            if transfer.has_nothing_to_read() || transfer.interrupts > 1 {
                transfer.drop_connection(TransferResult::Aborted, &mut self.actions, now);
            }
            self.set_rate(None);
        } else if let Some(background) = &mut self.exchanges.background
            && background.exchange.awaits_end_of_transfer()
        {
            background.exchange.aborted = true;
            self.reset_sent();
        }
    }

    fn send_abort(&mut self, now: Instant) {
        let Ok(command) = Command::new("ABOR") else {
            return;
        };
        // In the middle of a line that the server does not read, ABOR would be part of it.
        if !self.is_connected() || self.unwritten.is_some() {
            return;
        }
        // TLS knows no urgent bytes (RFC 4217 section 14).
        let synch = !self.settings.plain_abort && !self.protection.is_on();
        self.pi.send(&command);
        if synch {
            // IP and Synch (RFC 854, RFC 959 section 4.1.3), with IAC as the urgent byte: vsftpd knows exactly this
            // form, and a server that drops urgent bytes is left with a line that it can still read.
            self.actions.push_back(Action::Write(vec![IAC, IP]));
            self.actions.push_back(Action::WriteUrgent(vec![IAC]));
            let rest = [&[DM][..], &command.wire()].concat();
            self.actions.push_back(Action::Write(rest.clone()));
            self.observe(Observation::AbortSent { synch });
            self.observe_sent(&[IAC, IP], false);
            self.observe_sent(&[IAC], true);
            self.observe_sent(&rest, false);
            self.synch_sent = Some(now);
        } else {
            self.write(&command.wire());
            self.observe(Observation::AbortSent { synch });
            self.observe_sent(&command.wire(), false);
        }
    }

    /// Ctrl-]: the prompt. A transfer goes on as one in the background; any other reply stays outstanding.
    fn detach(&mut self) {
        if self.protection.is_in_handshake() || !self.is_connected() {
            return;
        }
        let Some(exchange) = self.exchanges.foreground.take() else {
            return;
        };
        let is_transferring = self
            .transfer
            .as_ref()
            .is_some_and(|transfer| transfer.entry == exchange.entry)
            || exchange.awaits_end_of_transfer();
        let command = self.exchanges.foreground_command.clone();
        match command.filter(|_| is_transferring && self.exchanges.background.is_none()) {
            Some(command) => {
                self.tell(exchange.id, News::Detached);
                self.exchanges.background =
                    Some(exchange::BackgroundExchange { command, exchange });
            }
            None => {
                let verb = exchange.verb.clone();
                self.exchanges.foreground = Some(exchange);
                self.observe(Observation::FinalReplyOutstanding { verb });
                self.settle_as(Ending::Unanswered);
            }
        }
    }

    // ---- TLS ----

    /// AUTH was answered with 234.
    fn agree_on_tls(&mut self, now: Instant) {
        if self.protection.phase != Phase::InClear {
            return self.fail_tls(TlsFailure::AgreedTwice, now);
        }
        if self.pi.has_unread_bytes() {
            return self.fail_tls(TlsFailure::Injected, now);
        }
        if let Some(exchange) = &mut self.exchanges.foreground {
            exchange.awaits_protection = exchange.verb.is("AUTH");
        }
        self.protection.was_agreed = true;
        self.begin_handshake(now);
    }

    fn begin_handshake(&mut self, now: Instant) {
        match self.protection.begin(self.settings.tls.clone()) {
            Ok(()) => self.flush_tls(),
            Err(failure) => self.fail_tls(failure, now),
        }
    }

    /// The handshake may be over.
    fn examine_certificate(&mut self) {
        if let Some(tls) = self
            .protection
            .tls
            .as_ref()
            .filter(|it| it.connection.is_open())
        {
            let examination = tls.client.examination(&tls.connection);
            self.protection.phase = Phase::AwaitingVerdict;
            self.actions
                .push_back(Action::Examine(Box::new(examination)));
        }
    }

    fn take_verdict(&mut self, verdict: Result<Verdict, TlsFailure>, now: Instant) {
        let tls = self.protection.tls.as_mut();
        let Some(tls) = tls.filter(|_| self.protection.phase == Phase::AwaitingVerdict) else {
            return;
        };
        let judged = verdict.and_then(|it| tls.client.judge(&mut tls.connection, it));
        match judged {
            Ok(TrustDecision::Trusted(secured)) => {
                self.begin_protected(secured, now);
                self.take_plain(now);
            }
            Ok(TrustDecision::NeedsUser(secured)) => self.ask_for_trust(secured, now),
            Err(failure) => self.fail_tls(failure, now),
        }
    }

    fn ask_for_trust(&mut self, secured: Secured, now: Instant) {
        self.protection.phase = Phase::AwaitingTrust;
        self.protection.control = Some(secured.clone());
        match &self.exchanges.foreground {
            Some(exchange) => {
                let id = exchange.id;
                self.actions
                    .push_back(Action::AskTrust(id, Box::new(secured)));
            }
            // There is nobody to ask.
            None => self.take_trust(None, now),
        }
    }

    fn take_trust(&mut self, answer: Option<bool>, now: Instant) {
        if self.protection.phase != Phase::AwaitingTrust {
            return;
        }
        let Some(secured) = self.protection.control.take() else {
            return;
        };
        match answer {
            Some(true) => {
                self.begin_protected(secured, now);
                return self.take_plain(now);
            }
            Some(false) => return self.fail_tls(TlsFailure::Declined, now),
            None => {}
        }
        let objection = secured.trust.objection().cloned().unwrap_or_default();
        if let Some(own) = secured.chain.first() {
            let failure = TlsFailure::NotTrusted {
                reason: objection.reason,
                other_names: objection.other_names,
                fingerprint: own.fingerprint,
            };
            self.fail_tls(failure, now);
        }
    }

    fn begin_protected(&mut self, secured: Secured, now: Instant) {
        self.observe(Observation::ControlSecured(secured.clone()));
        self.protection.control = Some(secured);
        self.protection.phase = Phase::On;
        self.end_change();
        // A greeting under implicit TLS is still to come, and belongs to nothing that was said in the clear.
        if std::mem::take(&mut self.protection.was_agreed) {
            self.pi.begin_protected();
            let foreground = self.exchanges.foreground.as_ref();
            if foreground.is_some_and(|exchange| !exchange.is_answered()) {
                // It was sent in the clear after an AUTH that nobody waited for any more.
                self.settle_as(Ending::Unanswered);
            }
        }
        self.release_held(now);
    }

    /// What was held back during the handshake goes its way now: under TLS, or to a connection that is gone.
    fn release_held(&mut self, now: Instant) {
        for held in std::mem::take(&mut self.held) {
            self.take_request(held, now);
        }
    }

    /// The handshake did not end in time, so what waits for it is not sent.
    fn give_up_held(&mut self, held: &Request) {
        if let Request::Command { exchange, .. }
        | Request::Quit(exchange)
        | Request::Bytes { exchange, .. }
        | Request::Listen { exchange, .. } = *held
        {
            let mut outcome = Outcome::unsent();
            outcome.ending = Ending::TimedOut;
            self.actions.push_back(Action::DropLocal(exchange));
            self.tell(exchange, News::Settled(outcome));
        }
    }

    fn end_change(&mut self) {
        if let Some(exchange) = &mut self.exchanges.foreground {
            exchange.awaits_protection = false;
        }
    }

    fn fail_tls(&mut self, failure: TlsFailure, now: Instant) {
        self.protection.announce_end();
        self.flush_tls();
        self.protection.phase = Phase::InClear;
        let ending = match failure {
            TlsFailure::Interrupted => Ending::Interrupted,
            _ => Ending::TlsFailed,
        };
        if ending == Ending::TlsFailed {
            self.lost_as = ending;
        }
        let may_be_another_start = failure.may_be_of_no_tls();
        self.observe(Observation::TlsFailed(failure));
        if may_be_another_start && self.exchanges.awaits_greeting() {
            self.observe_missing_greeting();
        }
        self.settle_all_as(ending);
        self.drop_control(now);
    }

    /// CCC was accepted: this side ends TLS at once. Or REIN was: the server should end it.
    fn end_tls(&mut self, ccc: bool, now: Instant) {
        if self.protection.phase != Phase::On {
            return;
        }
        if ccc {
            self.protection.announce_end();
            self.flush_tls();
        }
        self.protection.phase = Phase::AwaitingTlsEnd {
            until: Some(now + protection::TLS_END_LIMIT),
            ccc,
        };
        if let Some(exchange) = &mut self.exchanges.foreground {
            exchange.awaits_protection = true;
        }
    }

    /// Hands on what the server said under TLS, and notices that it has ended it.
    fn take_plain(&mut self, now: Instant) {
        if self.protection.is_in_handshake() {
            return;
        }
        let Some(tls) = self.protection.tls.as_mut() else {
            return;
        };
        let plain = tls.connection.take_plain();
        let is_closed = tls.connection.is_closed_by_peer();
        if !plain.is_empty() {
            self.take_bytes(&plain, now);
        }
        match self.protection.phase {
            Phase::AwaitingTlsEnd { ccc, .. } if is_closed => {
                // A CCC was answered with a close_notify at once; a second would be read as a line in the clear.
                if !ccc {
                    self.protection.announce_end();
                    self.flush_tls();
                }
                let tls = self.protection.tls.as_mut();
                let rest = tls.map(|tls| tls.connection.take_rest());
                self.go_on_in_clear(&rest.unwrap_or_default(), now);
            }
            // Nothing more can come, and nothing that comes in the clear may be believed.
            Phase::On if is_closed && matches!(self.connection, Connection::Open) => {
                self.connection = Connection::Ending(None);
            }
            _ => {}
        }
    }

    fn take_tls_failure(&mut self, failure: TlsFailure, now: Instant) {
        match (self.protection.phase, failure) {
            // The server goes back to clear without a word.
            (Phase::AwaitingTlsEnd { ccc: true, .. }, TlsFailure::InClear { bytes }) => {
                self.go_on_in_clear(&bytes, now);
            }
            (_, failure) => self.fail_tls(failure, now),
        }
    }

    fn pass_tls_end_deadline(&mut self, now: Instant) {
        let Phase::AwaitingTlsEnd {
            until: Some(until),
            ccc,
        } = self.protection.phase
        else {
            return;
        };
        if now < until {
            return;
        }
        if ccc {
            // This side goes on in the clear; the server's close_notify may still come.
            self.protection.phase = Phase::AwaitingTlsEnd { until: None, ccc };
            self.tell_tls_ended();
        } else {
            // pyftpdlib forgets the login and keeps TLS.
            self.protection.phase = Phase::On;
            self.end_change();
            self.observe(Observation::StillSecured);
        }
    }

    fn go_on_in_clear(&mut self, bytes: &[u8], now: Instant) {
        let is_told = matches!(
            self.protection.phase,
            Phase::AwaitingTlsEnd { until: None, .. }
        );
        self.protection.phase = Phase::InClear;
        if !is_told {
            self.tell_tls_ended();
        }
        if !bytes.is_empty() {
            self.take_bytes(bytes, now);
        }
    }

    fn tell_tls_ended(&mut self) {
        self.end_change();
        self.observe(Observation::TlsEnded);
    }

    // ---- Time ----

    /// The next moment at which something is due although nothing arrives.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let reply_end = self.pi.awaits_silence();
        let reply_end = reply_end.then(|| self.last_reply_byte + REPLY_SILENCE);
        let transfer = self.transfer.as_ref().and_then(Transfer::deadline);
        let dialling = self.data.dialling.as_ref().map(|dialling| dialling.until);
        let line = self.unwritten.map(|(since, _)| since + self.line_limit());
        let synch = self.synch_sent.map(|at| at + SYNCH_ANSWER_LIMIT);
        let patience = self.exchanges.foreground.as_ref();
        let patience = patience.and_then(|exchange| self.patience_deadline(exchange));
        let held = (!self.held.is_empty()).then(|| self.silence_deadline());
        let exchanges = self.exchanges.all();
        [
            reply_end,
            transfer,
            self.data_first_until,
            self.protection.deadline(),
            dialling,
            line,
            synch,
            patience,
            held.flatten(),
            self.keepalive_deadline(),
        ]
        .into_iter()
        .chain(exchanges.flat_map(|exchange| self.deadlines_of(exchange)))
        .flatten()
        .filter(|at| *at > self.now)
        .min()
    }

    fn deadlines_of(&self, exchange: &OpenExchange) -> [Option<Instant>; 7] {
        [
            exchange.quit_deadline(),
            self.outstanding_deadline(exchange),
            self.abort_deadline(exchange),
            self.receipt_deadline(exchange),
            exchange.awaits_close_until,
            self.silence_deadline(),
            self.reply_deadline(exchange),
        ]
    }

    fn pass_deadlines(&mut self, now: Instant) {
        if self.pi.awaits_silence() && now >= self.last_reply_byte + REPLY_SILENCE {
            self.pi.silence();
            self.take_events(now);
        }
        if let Some(transfer) = &mut self.transfer {
            let reaction = transfer.pass_deadline(&mut self.actions, now);
            self.react(&reaction, now);
        }
        if self
            .data
            .dialling
            .as_ref()
            .is_some_and(|it| now >= it.until)
        {
            self.give_up_on_dial(data::DIAL_LIMIT, now);
        }
        self.pass_tls_end_deadline(now);
        self.pass_synch_deadline(now);
        self.pass_patience_deadline(now);
        self.pass_line_limit(now);
        self.pass_quit_limit(now);
        self.pass_silence_limit(now);
        self.pass_reply_limit(now);
        self.pass_keepalive_deadline(now);
        if let Some(transfer) = &mut self.transfer
            && let Some(progress) = transfer.take_due_progress(now)
        {
            self.observe(Observation::TransferMoving(progress));
        }
    }

    fn give_up_on_dial(&mut self, limit: Duration, now: Instant) {
        let Some(id) = self.data.dialling.as_ref().map(|dialling| dialling.id) else {
            return;
        };
        self.actions.push_back(Action::Forget(id));
        let error = match &self.settings.route.proxy {
            Some(_) => {
                let text = format!("the proxy has not answered within {} s", limit.as_secs());
                io::Error::new(io::ErrorKind::TimedOut, text)
            }
            None => io::ErrorKind::TimedOut.into(),
        };
        self.take_unopened(id, error, now);
    }

    fn silence_deadline(&self) -> Option<Instant> {
        let limit = self.settings.silence_limit?;
        Some(self.last_movement + limit)
    }

    fn pass_silence_limit(&mut self, now: Instant) {
        let is_due = self.silence_deadline().is_some_and(|at| now >= at);
        if let (true, Some(limit)) = (is_due, self.settings.silence_limit) {
            let is_answered = self.exchanges.all().all(OpenExchange::is_answered);
            if is_answered && self.data.dialling.is_some() {
                // The server has said all, and somebody in between says nothing.
                self.last_movement = now;
                return self.give_up_on_dial(limit, now);
            }
            let awaited = self.awaited();
            self.time_out(limit, awaited, now);
        }
    }

    /// What a silence kept from coming.
    fn awaited(&self) -> Awaited {
        let transfer = self.transfer.as_ref();
        if self.protection.is_in_handshake() {
            Awaited::Handshake
        } else if transfer.is_some_and(Transfer::is_in_handshake) {
            Awaited::DataHandshake
        } else if transfer.is_some_and(|it| it.is_accepted() && !it.is_ending()) {
            Awaited::Data
        } else if self.exchanges.all().any(|exchange| exchange.outcome.begun) {
            Awaited::FinalReply
        } else {
            Awaited::Reply
        }
    }

    fn time_out(&mut self, limit: Duration, awaited: Awaited, now: Instant) {
        let is_ending = |exchange: &OpenExchange| exchange.ends_as.is_some();
        if self.held.is_empty() && self.exchanges.all().all(is_ending) {
            return;
        }
        if let Some(transfer) = &self.transfer
            && transfer.is_held_up_locally()
        {
            let direction = transfer.direction;
            return self.fail_local_side(limit, direction, now);
        }
        if self.awaits_server_to_connect() {
            self.give_up_on_server(None, now);
        }
        if let Some(transfer) = &mut self.transfer {
            let result = TransferResult::Broken(format!("nothing moved for {} s", limit.as_secs()));
            transfer.drop_connection(result, &mut self.actions, now);
        }
        self.observe(Observation::TimedOut { limit, awaited });
        if self.exchanges.awaits_greeting() {
            self.observe_missing_greeting();
        }
        for exchange in self.exchanges.all_mut() {
            exchange.ends_as = Some(Ending::TimedOut);
        }
        for held in std::mem::take(&mut self.held) {
            self.give_up_held(&held);
        }
        // Half a handshake is neither clear nor TLS: nothing can be sent on it any more.
        if self.protection.is_in_handshake() {
            self.settle_all_as(Ending::TimedOut);
            self.protection.phase = Phase::InClear;
            self.drop_control(now);
        }
    }

    fn take_local_movement(&mut self, exchange: ExchangeId, now: Instant) {
        let transfer = self.transfer.as_ref();
        if transfer.is_some_and(|it| it.exchange == exchange && it.is_held_up_locally()) {
            self.last_movement = now;
            self.exchanges.restart_reply_limits(now);
        }
    }

    /// The server is not to blame, and may answer.
    fn fail_local_side(&mut self, limit: Duration, direction: DataDirection, now: Instant) {
        let seconds = limit.as_secs();
        let reason = match direction {
            DataDirection::Received => format!("it accepted no data for {seconds} s"),
            DataDirection::Sent => format!("it supplied no data for {seconds} s"),
        };
        if let Some(transfer) = &mut self.transfer {
            let result = TransferResult::LocalFailed(reason);
            transfer.drop_connection(result, &mut self.actions, now);
        }
        self.last_movement = now;
        self.exchanges.restart_reply_limits(now);
    }

    /// A reply that trickles in without an end must not hold a script up for ever.
    fn reply_deadline(&self, exchange: &OpenExchange) -> Option<Instant> {
        let limit = self.settings.reply_limit?;
        if (self.transfer.as_ref()).is_some_and(Transfer::is_held_up_locally) {
            return None;
        }
        let is_incomplete = !exchange.is_answered() || exchange.awaits_protection;
        is_incomplete.then_some(exchange.reply_limited_from + limit)
    }

    fn pass_reply_limit(&mut self, now: Instant) {
        let mut deadlines = self.exchanges.all().map(|it| self.reply_deadline(it));
        let is_due = deadlines.any(|at| at.is_some_and(|at| now >= at));
        drop(deadlines);
        if let (true, Some(limit)) = (is_due, self.settings.reply_limit) {
            self.time_out(limit, Awaited::WholeReply, now);
        }
    }

    /// How long the server may take to read a line.
    fn line_limit(&self) -> Duration {
        self.settings.silence_limit.unwrap_or(LINE_LIMIT)
    }

    fn pass_line_limit(&mut self, now: Instant) {
        let limit = self.line_limit();
        if self.unwritten.is_none_or(|(since, _)| now < since + limit) {
            return;
        }
        self.unwritten = None;
        let awaited = Awaited::LineRead;
        self.observe(Observation::TimedOut { limit, awaited });
        self.settle_all_as(Ending::TimedOut);
        self.protection.phase = Phase::InClear;
        self.end_control_as(None, true, now);
    }

    fn pass_quit_limit(&mut self, now: Instant) {
        let quit = self.exchanges.foreground.as_ref();
        let deadline = quit.and_then(OpenExchange::quit_deadline);
        if deadline.is_some_and(|at| now >= at) {
            self.observe(Observation::TimedOut {
                limit: exchange::QUIT_LIMIT,
                awaited: Awaited::QuitReply,
            });
            self.settle_as(Ending::Unanswered);
        }
    }

    /// Somebody at a prompt that does not come should know what it waits for.
    fn patience_deadline(&self, exchange: &OpenExchange) -> Option<Instant> {
        let is_person = self.settings.silence_limit.is_none();
        // Whoever reads in a pager knows what does not go on.
        let is_held_up_here = (self.transfer.as_ref()).is_some_and(Transfer::is_held_up_locally);
        let is_asked = self.protection.awaits_decision();
        let is_due = is_person && !exchange.still_waiting_was_told && !is_held_up_here && !is_asked;
        let patience = exchange.patience()?;
        (is_due && self.is_connected()).then(|| self.last_movement + patience)
    }

    fn pass_patience_deadline(&mut self, now: Instant) {
        let deadline = self.exchanges.foreground.as_ref();
        let deadline = deadline.and_then(|exchange| self.patience_deadline(exchange));
        if deadline.is_none_or(|at| now < at) {
            return;
        }
        let upload_is_unacknowledged = self.data.receipt_is_outstanding && self.data.sent.is_some();
        let Some(exchange) = &mut self.exchanges.foreground else {
            return;
        };
        exchange.still_waiting_was_told = true;
        if exchange.is_greeting() {
            return self.observe_missing_greeting();
        }
        let verb = exchange.verb.clone();
        let missing = match &self.data.dialling {
            _ if upload_is_unacknowledged && exchange.is_sent_upload() => Missing::UploadEnd,
            _ if !exchange.is_answered() => Missing::Reply,
            Some(dialling) => Missing::DataConnection(dialling.peer.clone()),
            None if exchange.awaits_protection => Missing::Handshake,
            None => Missing::Reply,
        };
        self.observe(Observation::StillWaiting { verb, missing });
    }

    /// Unless what has come shows that the connection began as it should.
    fn observe_missing_greeting(&mut self) {
        let implicit_tls = self.settings.implicit_tls;
        let has_begun = match implicit_tls {
            true => self.protection.covers_control(),
            false => self.bytes_without_answer > 0,
        };
        if has_begun {
            return;
        }
        self.observe(Observation::GreetingMissing { implicit_tls });
    }

    /// Pure-FTPd swallows an ABOR that comes with a Synch.
    fn pass_synch_deadline(&mut self, now: Instant) {
        if self
            .synch_sent
            .is_none_or(|at| now < at + SYNCH_ANSWER_LIMIT)
        {
            return;
        }
        self.synch_sent = None;
        let is_awaited = self.pi.ledger().open_verbs().any(|verb| verb.is("ABOR"));
        if is_awaited && self.is_connected() {
            self.abort_unanswered = true;
            self.observe(Observation::AbortUnanswered);
        }
    }

    /// When something is sent so that the server does not end the session.
    fn keepalive_deadline(&self) -> Option<Instant> {
        let keepalive = self.settings.keepalive.as_ref()?;
        self.is_between_exchanges()
            .then(|| self.last_movement + keepalive.after)
    }

    /// Nothing goes on, nothing is awaited, and nothing that was sent wants a certain command next. An open data
    /// connection is not in the way: a command that moves no data leaves it alone.
    fn is_between_exchanges(&self) -> bool {
        let learnt = self.pi.learnt();
        let last = self.pi.last_answered();
        // 331, 332, 334, 350: the first half of something.
        let is_half_done = last
            .is_some_and(|last| last.reply.code.class() == ReplyClass::PositiveIntermediate)
            || learnt.awaits_secret
            || learnt.pending_rename
            || learnt.pending_restart.is_some();
        let awaits_nothing = self.exchanges.all().next().is_none()
            && self.transfer.is_none()
            && self.awaiting_port.is_none()
            && self.data.dialling.is_none()
            && self.held.is_empty()
            && self.pi.ledger().is_empty();
        matches!(self.connection, Connection::Open)
            && matches!(self.protection.phase, Phase::InClear | Phase::On)
            && awaits_nothing
            && !is_half_done
            && !self.interrupted
            && !self.quit_answered
            && self.unwritten.is_none()
            && !self.pi.has_unfinished_line()
            && !self.pi.awaits_silence()
    }

    fn pass_keepalive_deadline(&mut self, now: Instant) {
        if self.keepalive_deadline().is_none_or(|at| now < at) {
            return;
        }
        let Some(Keepalive { command, .. }) = self.settings.keepalive.clone() else {
            return;
        };
        self.kept_alive_by = Some(self.pi.send_aside(&command));
        self.last_movement = now;
        self.write(&command.wire());
        let sent = command.wire();
        self.observe(Observation::CommandSent {
            command,
            origin: Origin::Shown,
        });
        self.observe_sent(&sent, false);
    }

    /// After the data has ended, a final reply that does not come must not keep the prompt.
    fn outstanding_deadline(&self, exchange: &OpenExchange) -> Option<Instant> {
        let is_outstanding = !exchange.is_answered() && self.transfer.is_none();
        let at = exchange.data_ended_at.filter(|_| is_outstanding)?;
        let reader_left = exchange.reader_left_deadline();
        if reader_left.is_some() {
            return reader_left;
        }
        if self.settings.silence_limit.is_some() {
            return None;
        }
        // What was passed over gets no reply.
        let is_open = self.pi.ledger().is_open(exchange.entry);
        Some(if is_open {
            at + exchange::OUTSTANDING_LIMIT
        } else {
            at
        })
    }

    /// After an abort, replies are read until none is outstanding or the server is silent.
    fn abort_deadline(&self, exchange: &OpenExchange) -> Option<Instant> {
        let is_over = exchange.aborted
            && exchange.is_answered()
            && !exchange.awaits_data_connection
            && self.transfer.is_none();
        is_over.then(|| self.last_reply_byte.max(self.last_movement) + exchange::ABORT_SILENCE)
    }

    fn receipt_deadline(&self, exchange: &OpenExchange) -> Option<Instant> {
        let is_outstanding = exchange.is_sent_upload()
            && self.data.sent.is_some()
            && self.data.receipt_is_outstanding;
        exchange
            .replied_at
            .filter(|_| is_outstanding && self.is_connected())
            .map(|at| at + exchange::RECEIPT_GRACE)
    }

    /// Ends each waiting whose command has everything that it waits for.
    fn settle(&mut self, now: Instant) {
        let due = |exchange: &OpenExchange| {
            let ending = self.ending_of(exchange, now)?;
            let is_open = self.pi.ledger().is_open(exchange.entry);
            let is_outstanding = ending == Ending::Unanswered && is_open;
            Some((ending, is_outstanding.then(|| exchange.verb.clone())))
        };
        let foreground = self.exchanges.foreground.as_ref().and_then(due);
        let background = self.exchanges.background.as_ref();
        let background = background.and_then(|background| due(&background.exchange));
        if let Some((ending, verb)) = foreground {
            self.tell_outstanding(verb);
            self.settle_as(ending);
        }
        if let Some((ending, verb)) = background {
            self.tell_outstanding(verb);
            self.settle_background_as(ending);
        }
    }

    fn tell_outstanding(&mut self, verb: Option<Verb>) {
        if let Some(verb) = verb {
            self.observe(Observation::FinalReplyOutstanding { verb });
        }
    }

    /// How the waiting ends now, if it does.
    fn ending_of(&self, exchange: &OpenExchange, now: Instant) -> Option<Ending> {
        let transfer = self.transfer.as_ref();
        let transferring = transfer.is_some_and(|transfer| transfer.entry == exchange.entry);
        if exchange.ends_as.is_some() && !transferring {
            return exchange.ends_as;
        }
        let awaits_close =
            self.is_connected() && exchange.awaits_close_until.is_some_and(|at| now < at);
        let busy = exchange.awaits_data_connection
            || exchange.awaits_protection
            || awaits_close
            || transferring;
        if exchange.is_answered() && !busy {
            let is_received = self.receipt_deadline(exchange).is_none_or(|at| now >= at);
            let is_quiet = self.pi.ledger().is_empty()
                || self.abort_deadline(exchange).is_none_or(|at| now >= at);
            let is_over = is_received && (!exchange.aborted || is_quiet || !self.is_connected());
            return is_over.then_some(Ending::Answered);
        }
        if !self.is_connected() && !transferring {
            return Some(Ending::ConnectionLost);
        }
        let is_overdue = self
            .outstanding_deadline(exchange)
            .is_some_and(|at| now >= at);
        is_overdue.then_some(Ending::Unanswered)
    }

    /// Ends the waiting in the foreground.
    fn settle_as(&mut self, ending: Ending) {
        if let Some(exchange) = self.exchanges.foreground.take() {
            let id = exchange.id;
            self.tell(id, News::Settled(exchange.into_outcome(ending)));
        }
    }

    fn settle_background_as(&mut self, ending: Ending) {
        let Some(background) = self.exchanges.background.take() else {
            return;
        };
        let id = background.exchange.id;
        let outcome = background.exchange.into_outcome(ending);
        self.observe(Observation::BackgroundSettled {
            command: background.command,
            outcome: outcome.clone(),
        });
        self.tell(id, News::Settled(outcome));
    }

    /// Ends the waiting in the background too: the connection has ended.
    fn settle_all_as(&mut self, ending: Ending) {
        self.settle_as(ending);
        self.settle_background_as(ending);
    }
}

const FIRST_UNPRIVILEGED_PORT: u16 = 1024;
const NOT_THROUGH_A_PROXY: &str =
    "through a proxy no server can connect to this machine. PASV and EPSV connect from this side";
const COMPLETION_GRACE: Duration = Duration::from_millis(100);
/// A reply whose last line bears another code than its first is whole after so much silence.
const REPLY_SILENCE: Duration = Duration::from_secs(2);
/// How long a server may take to read a line that a person typed.
const LINE_LIMIT: Duration = Duration::from_secs(30);
const SYNCH_ANSWER_LIMIT: Duration = Duration::from_secs(3);
/// More than any reply can be: who sends so much without answering anything does not speak FTP.
const UNANSWERED_BYTES_LIMIT: u64 = 64 * 1024 * 1024;
