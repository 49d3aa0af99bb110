//! One session of the machine: the test says what the server does and how much time passes.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::tls_server::TlsServer;
use crate::client::machine::{
    Action, ConnectionId, ExchangeId, Input, LocalSide, Machine, Request,
};
use crate::client::observation::ByteInterest;
use crate::client::{
    DataState, Ending, Form, News, Observation, Origin, Outcome, Peer, Settings, Status,
    TransferResult,
};
use crate::protocol::verbs::DataDirection;
use crate::protocol::{Command, Verb};
use crate::tls::TlsSettings;

/// A machine, the clock, and everything that the machine has asked for.
pub(super) struct Dialogue {
    pub(super) machine: Machine,
    now: Instant,
    next_exchange: u64,
    /// The last data connection that was dialled or listened for.
    pub(super) data: ConnectionId,
    pub(super) done: Vec<Action>,
    pub(super) local_side: LocalEnd,
    /// How much of an upload the server's system has taken, where this system tells.
    pub(super) acknowledged: Option<u64>,
    /// The server's system takes what is written to the control connection.
    pub(super) is_read: bool,
    tls: Option<TlsServer>,
    /// What was written under TLS.
    pub(super) heard_under_tls: Vec<u8>,
}

/// Leads a dialogue to a certain moment.
pub(super) type Lead = fn(&mut Dialogue);

/// What the local side of a download does when its data is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LocalEnd {
    AtOnce,
    Never,
    Fails,
}

impl Dialogue {
    /// Connected, and greeted by the server.
    pub(super) fn new(settings: Settings) -> Self {
        let mut dialogue = Self::before_greeting(settings);
        dialogue.server("220 ready");
        dialogue.done.clear();
        dialogue
    }

    pub(super) fn before_greeting(settings: Settings) -> Self {
        let now = Instant::now();
        let machine = machine(settings, now);
        let mut dialogue = Self {
            machine,
            now,
            next_exchange: 1,
            data: ConnectionId(0),
            done: Vec::new(),
            local_side: LocalEnd::AtOnce,
            acknowledged: None,
            is_read: true,
            tls: None,
            heard_under_tls: Vec::new(),
        };
        dialogue.carry_out();
        dialogue
    }

    pub(super) fn tell(&mut self, input: Input<'_>) {
        self.machine.handle(input, self.now);
        self.carry_out();
        let deadline = self.machine.deadline();
        assert!(deadline.is_none_or(|at| at > self.now), "overdue");
    }

    /// Answers what the driver answers at once.
    fn carry_out(&mut self) {
        while let Some(action) = self.machine.next_action() {
            let answer = match &action {
                Action::Write(bytes) if self.tls.is_some() => {
                    self.hear_under_tls(bytes);
                    None
                }
                Action::Write(bytes) | Action::WriteUrgent(bytes) if !self.is_read => {
                    Some(Input::ControlUnwritten(bytes.len()))
                }
                Action::Dial { id, .. } => {
                    self.data = *id;
                    None
                }
                Action::Listen { id, address, .. } => {
                    self.data = *id;
                    let address = SocketAddr::new(address.ip(), OWN_PORT);
                    Some(Input::Listening { id: *id, address })
                }
                Action::Reset(id) | Action::Measure(id) => Some(Input::Acknowledged {
                    id: *id,
                    bytes: self.acknowledged,
                }),
                Action::EndLocal { exchange, .. } => self.end_of_local_side(*exchange),
                Action::Examine(examination) => {
                    Some(Input::CertificateExamined(examination.verdict()))
                }
                _ => None,
            };
            self.done.push(action);
            if let Some(answer) = answer {
                self.machine.handle(answer, self.now);
            }
        }
    }

    fn end_of_local_side(&self, exchange: ExchangeId) -> Option<Input<'static>> {
        let result = match self.local_side {
            LocalEnd::AtOnce => Ok(()),
            LocalEnd::Fails => Err(io::ErrorKind::StorageFull.into()),
            LocalEnd::Never => return None,
        };
        Some(Input::LocalEnded {
            exchange,
            result,
            line_ends: 0,
        })
    }

    // ---- Time ----

    /// Lets time pass; the machine is only woken when it asked for it.
    pub(super) fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(at) = self.machine.deadline().filter(|at| *at <= until) {
            self.now = at;
            self.tell(Input::TimePassed);
        }
        self.now = until;
    }

    // ---- The user ----

    pub(super) fn command(&mut self, line: &str) -> ExchangeId {
        self.begin(line, None, false)
    }

    pub(super) fn download(&mut self, line: &str) -> ExchangeId {
        self.begin(line, Some(DataDirection::Received), false)
    }

    pub(super) fn upload(&mut self, line: &str) -> ExchangeId {
        self.begin(line, Some(DataDirection::Sent), false)
    }

    pub(super) fn begin(
        &mut self,
        line: &str,
        direction: Option<DataDirection>,
        in_background: bool,
    ) -> ExchangeId {
        self.ask(|exchange| request(exchange, line, direction, in_background))
    }

    pub(super) fn ask(&mut self, request: impl FnOnce(ExchangeId) -> Request) -> ExchangeId {
        let exchange = ExchangeId(self.next_exchange);
        self.next_exchange += 1;
        self.tell(Input::Asked(request(exchange)));
        exchange
    }

    pub(super) fn interrupt(&mut self) {
        self.tell(Input::Asked(Request::Interrupt));
    }

    pub(super) fn close(&mut self) {
        self.machine.close(self.now);
        self.carry_out();
    }

    pub(super) fn detach(&mut self) {
        self.tell(Input::Asked(Request::Detach));
    }

    // ---- The server ----

    /// The server says a whole line.
    pub(super) fn server(&mut self, line: &str) {
        let line = format!("{line}\r\n");
        match &mut self.tls {
            None => self.tell(Input::ControlReceived(line.as_bytes())),
            Some(tls) => {
                tls.say(&line);
                self.deliver_tls();
            }
        }
    }

    /// PASV, its reply, and the connection.
    pub(super) fn open_data(&mut self) {
        self.command("PASV");
        self.server(OFFER);
        let id = self.data;
        self.tell(Input::DataOpened { id, peer: SERVER });
    }

    pub(super) fn data_moved(&mut self, bytes: u64) {
        let id = self.data;
        self.tell(Input::DataMoved { id, bytes });
    }

    /// The local side keeps the data from moving.
    pub(super) fn local_side_awaited(&mut self) {
        let id = self.data;
        let is_awaited = true;
        self.tell(Input::LocalSideAwaited { id, is_awaited });
    }

    /// Some of what had come was taken by the local side.
    pub(super) fn local_side_moved(&mut self, exchange: ExchangeId) {
        self.tell(Input::LocalSideMoved(exchange));
    }

    pub(super) fn data_ended(&mut self) {
        let id = self.data;
        let result = TransferResult::Ended;
        self.tell(Input::DataEnded { id, result });
    }

    pub(super) fn upload_received(&mut self) {
        let id = self.data;
        let result = TransferResult::Ended;
        self.tell(Input::UploadReceived { id, result });
    }

    /// A download whose data moves.
    pub(super) fn begin_download(&mut self) -> ExchangeId {
        self.open_data();
        let exchange = self.download("RETR f");
        self.server("150 go");
        self.data_moved(10);
        exchange
    }

    /// An upload whose data moves.
    pub(super) fn begin_upload(&mut self) -> ExchangeId {
        self.open_data();
        let exchange = self.upload("STOR f");
        self.server("150 go");
        self.data_moved(10);
        exchange
    }

    // ---- TLS ----

    /// AUTH TLS, as far as the end of the handshake.
    pub(super) fn secure(&mut self) {
        self.begin_tls();
        assert!(self.observed("ControlSecured"), "{:?}", self.labels());
    }

    /// AUTH TLS, and all that the server says in the handshake.
    pub(super) fn begin_tls(&mut self) {
        self.command("AUTH TLS");
        self.tls = Some(TlsServer::new());
        self.tell(Input::ControlReceived(b"234 go\r\n"));
        self.deliver_tls();
        self.deliver_tls();
    }

    fn hear_under_tls(&mut self, bytes: &[u8]) {
        if let Some(tls) = &mut self.tls {
            self.heard_under_tls.extend(tls.take(bytes));
        }
    }

    /// A record comes that has no bytes in it.
    pub(super) fn change_keys(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.change_keys();
        }
        self.deliver_tls();
    }

    /// The server ends TLS.
    pub(super) fn end_tls(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.end();
        }
        self.deliver_tls();
        self.tls = None;
    }

    fn deliver_tls(&mut self) {
        let output = self.tls.as_mut().map(TlsServer::output).unwrap_or_default();
        self.tell(Input::ControlReceived(&output));
    }

    // ---- What came of it ----

    /// What the machine has asked for since this was asked last, without how far a transfer has come.
    pub(super) fn take_labels(&mut self) -> Vec<String> {
        let labels = self.labels();
        self.done.clear();
        labels
    }

    pub(super) fn labels(&self) -> Vec<String> {
        let labels = self.done.iter().map(label);
        labels.filter(|label| label != "TransferMoving").collect()
    }

    pub(super) fn has_done(&self, wanted: &str) -> bool {
        self.done.iter().any(|action| label(action) == wanted)
    }

    /// There was an observation of this name.
    pub(super) fn observed(&self, name: &str) -> bool {
        self.has_done(name)
    }

    /// How often this exchange was settled, and how.
    pub(super) fn outcomes(&self, wanted: ExchangeId) -> Vec<&Outcome> {
        let outcome = |action| match action {
            &Action::Tell(exchange, News::Settled(ref outcome)) if exchange == wanted => {
                Some(outcome)
            }
            _ => None,
        };
        self.done.iter().filter_map(outcome).collect()
    }

    pub(super) fn ending(&self, exchange: ExchangeId) -> Option<Ending> {
        self.outcomes(exchange).first().map(|it| it.ending)
    }

    /// How many exchanges there were, that of the greeting included.
    pub(super) fn exchanges(&self) -> u64 {
        self.next_exchange
    }

    /// A transfer goes on, or its outcome is not known.
    pub(super) fn transfers(&self) -> bool {
        let status = self.machine.status(self.now);
        status.background.is_some() || status.data == DataState::Transferring
    }

    /// Each reply since the greeting: its code, the verb that it was given to, and how well it fits.
    pub(super) fn replies(&self) -> Vec<String> {
        let reply = |action: &Action| match action {
            Action::Observe(Observation::ReplyReceived {
                reply, assignment, ..
            }) => {
                let verb = assignment.verb.as_ref().map(name);
                let verb = verb.unwrap_or_else(|| "nobody".to_owned());
                Some(format!("{} {verb} {:?}", reply.code, assignment.fit))
            }
            _ => None,
        };
        self.done.iter().filter_map(reply).collect()
    }

    pub(super) fn status(&self) -> Status {
        self.machine.status(self.now)
    }

    /// The commands whose final replies are outstanding.
    pub(super) fn outstanding(&self) -> Vec<String> {
        let status = self.machine.status(self.now);
        status.outstanding.iter().map(name).collect()
    }
}

/// A machine that awaits the greeting.
pub(super) fn machine(settings: Settings, now: Instant) -> Machine {
    let interest = ByteInterest::default();
    let peer = match &settings.route.proxy {
        Some(proxy) if proxy.looks_names_up() => Peer::new("localhost", SERVER.port()),
        _ => SERVER.into(),
    };
    Machine::new(
        "localhost",
        peer,
        CLIENT,
        settings,
        interest,
        ExchangeId(0),
        now,
    )
}

/// What a typed line asks for.
pub(super) fn request(
    exchange: ExchangeId,
    line: &str,
    direction: Option<DataDirection>,
    in_background: bool,
) -> Request {
    Request::Command {
        exchange,
        command: Command::new(line).unwrap(),
        origin: Origin::Typed,
        transfer: direction.map(|direction| LocalSide {
            direction,
            form: Form::Exact,
            bytes: None,
        }),
        in_background,
    }
}

fn name(verb: &Verb) -> String {
    String::from_utf8_lossy(verb.as_bytes()).into_owned()
}

/// A word or two for an action.
fn label(action: &Action) -> String {
    let text = match action {
        Action::Write(bytes) => return format!("write {}", bytes.escape_ascii()),
        Action::WriteUrgent(bytes) => return format!("write urgent {}", bytes.escape_ascii()),
        Action::Tell(_, News::Settled(outcome)) => return format!("settle {:?}", outcome.ending),
        Action::Tell(_, news) => format!("{news:?}"),
        Action::Observe(observation) => format!("{observation:?}"),
        Action::EndLocal { .. } => return "end local side".to_owned(),
        Action::DropLocal(_) => return "drop local side".to_owned(),
        Action::CloseControl => return "close control".to_owned(),
        action => return first_word(&format!("{action:?}")).to_ascii_lowercase(),
    };
    first_word(&text).to_owned()
}

fn first_word(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_alphanumeric());
    &text[..end.unwrap_or(text.len())]
}

/// As for somebody at a terminal: nothing ends by itself but what has a limit of its own.
pub(super) fn person() -> Settings {
    Settings {
        tls: TlsSettings {
            insecure: true,
            ..TlsSettings::default()
        },
        ..Settings::default()
    }
}

pub(super) fn script() -> Settings {
    Settings {
        silence_limit: Some(SILENCE),
        reply_limit: Some(WHOLE_REPLY),
        ..person()
    }
}

pub(super) const SERVER: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 21);
pub(super) const CLIENT: SocketAddr = SocketAddr::new(
    std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
    OWN_PORT - 1,
);
const OWN_PORT: u16 = 40_000;
pub(super) const OFFER: &str = "227 here (127,0,0,1,156,65)";
pub(super) const SILENCE: Duration = Duration::from_secs(5);
pub(super) const WHOLE_REPLY: Duration = Duration::from_secs(20);
