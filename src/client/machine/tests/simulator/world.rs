//! The machine, what carries its actions out, the network and the server, on one clock.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Debug;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::super::dialogue::{CLIENT, SERVER, machine};
use super::super::tls_server::TlsServer;
use super::Mutant;
use super::invariants::Invariants;
use super::network::{Direction, Fault, FaultKind, MILLISECOND, Piece, Time, connection};
use super::random::Random;
use super::server::{Effect, Server};
use crate::client::machine::{Action, ConnectionId, ExchangeId, Input, Machine, Request};
use crate::client::{News, Observation, Outcome, Settings, Status, TransferResult};
use crate::tls::{Secured, TlsFailure};

pub(super) struct World {
    pub(super) random: Random,
    pub(super) now: Time,
    start: Instant,
    pub(super) machine: Machine,
    pub(super) server: Server,
    up: Direction,
    down: Direction,
    /// The server's side of TLS on the control connection.
    tls: Option<TlsServer>,
    /// What that agreed on, which is told of data connections too.
    pub(super) secured: Option<Secured>,
    links: Vec<Link>,
    /// Of the data connections, in their order.
    faults: VecDeque<Option<Fault>>,
    events: BTreeMap<(Time, u64), Event>,
    next_event: u64,
    /// What came on the control connection and was not wanted yet.
    control: VecDeque<Piece>,
    control_is_closed: bool,
    /// The local sides of downloads, and what uploads still have to send.
    pub(super) received: BTreeMap<ExchangeId, Vec<u8>>,
    pub(super) to_send: BTreeMap<ExchangeId, Vec<u8>>,
    local_delay: Time,
    pub(super) invariants: Invariants,
    pub(super) mutant: Option<Mutant>,
    /// What was settled and nobody has looked at.
    pub(super) settled: VecDeque<(ExchangeId, Outcome)>,
    /// When the data of each download ended.
    pub(super) ended: BTreeMap<ExchangeId, Time>,
    pub(super) is_detached: bool,
    pub(super) aborts: u32,
    /// When anything last moved.
    pub(super) last_movement: Time,
    pub(super) log: Option<Vec<String>>,
}

/// A data connection, seen from both ends.
#[derive(Debug)]
struct Link {
    id: ConnectionId,
    up: Direction,
    down: Direction,
    client: Client,
    /// What came and was not read.
    inbox: VecDeque<Piece>,
    moved: u64,
    /// Bytes that the server's system has taken.
    taken: u64,
    /// How much of each half of a handshake has yet to come: to the server, and to the client.
    handshake_to_server: usize,
    handshake_to_client: usize,
    /// One end reset it, and what is on its way that way is lost.
    is_reset: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Client {
    Dialling,
    /// In the handshake, whose bytes stand for TLS.
    Securing {
        was_refused: bool,
    },
    Watching {
        was_refused: bool,
    },
    Resting,
    Receiving(ExchangeId),
    Sending(ExchangeId),
    Draining,
    Closed,
}

#[derive(Debug)]
pub(super) enum Event {
    ToServer(Piece),
    ToClient(Piece),
    DataToServer(usize, Piece),
    DataToClient(usize, Piece),
    Connected(usize),
    GoOn,
    SendMore(usize),
    EndOfLocalSide(ExchangeId),
    User(UserEvent),
}

/// What the user does at a time of their own.
#[derive(Clone, Copy, Debug)]
pub(super) enum UserEvent {
    Type,
    Interrupt(ExchangeId),
    Detach(ExchangeId),
    /// Nothing has come for so long that they press Ctrl-C.
    LosePatience(ExchangeId),
}

impl World {
    pub(super) fn new(
        mut random: Random,
        settings: Settings,
        server: Server,
        mutant: Option<Mutant>,
        has_tls: bool,
        is_logged: bool,
    ) -> Self {
        let start = Instant::now();
        let faults = faults(&mut random, has_tls);
        let (up, down) = connection(&mut random, faults.control);
        let mut world = Self {
            up,
            down,
            now: 0,
            start,
            machine: machine(settings, start),
            server,
            tls: None,
            secured: None,
            links: Vec::new(),
            faults: faults.data,
            events: BTreeMap::new(),
            next_event: 0,
            control: VecDeque::new(),
            control_is_closed: false,
            received: BTreeMap::new(),
            to_send: BTreeMap::new(),
            local_delay: random.pick(&[0, 0, 0, 90, 400]) * MILLISECOND,
            invariants: Invariants::default(),
            mutant,
            settled: VecDeque::new(),
            ended: BTreeMap::new(),
            is_detached: false,
            aborts: 0,
            last_movement: 0,
            log: is_logged.then(Vec::new),
            random,
        };
        world.carry_out_effects();
        world.carry_out();
        world
    }

    fn note(&mut self, what: &str, detail: &dyn Debug) {
        if let Some(log) = &mut self.log {
            let (seconds, rest) = (self.now / 1_000_000, self.now % 1_000_000);
            log.push(format!("{seconds:3}.{rest:06} {what} {detail:?}"));
        }
    }

    fn instant(&self) -> Instant {
        self.start + Duration::from_micros(self.now)
    }

    pub(super) fn at(&mut self, delay: Time, event: Event) {
        self.events
            .insert((self.now + delay, self.next_event), event);
        self.next_event += 1;
    }

    /// Does what is due next, unless it is the user's to do; `None` once nothing is due before `until`.
    pub(super) fn step(&mut self, until: Time) -> Option<Option<UserEvent>> {
        let deadline = self.machine.deadline().map(|at| {
            let due = at.duration_since(self.start);
            // A part of a microsecond is a whole one: it must have passed.
            Time::try_from(due.as_nanos().div_ceil(1000)).unwrap()
        });
        let event = self.events.first_key_value().map(|((at, _), _)| *at);
        let next = deadline.into_iter().chain(event).min()?;
        if next > until {
            return None;
        }
        self.now = self.now.max(next);
        if event != Some(next) {
            self.tell(Input::TimePassed);
            return Some(None);
        }
        let (_, event) = self.events.pop_first()?;
        if let Event::User(event) = event {
            return Some(Some(event));
        }
        self.note("event", &event);
        self.take(event);
        self.carry_out_effects();
        Some(None)
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::ToServer(Piece::Bytes(bytes)) => {
                let heard = match &mut self.tls {
                    Some(tls) => tls.take(&bytes),
                    None => bytes,
                };
                self.say_records();
                self.server.take_control(&heard, &mut self.random);
            }
            Event::ToServer(_) | Event::User(_) => {}
            Event::ToClient(piece) => {
                if !self.control_is_closed {
                    self.control.push_back(piece);
                    self.read_control();
                }
            }
            Event::DataToServer(link, piece) => self.take_at_server(link, piece),
            Event::DataToClient(link, piece) => {
                if self.links[link].client != Client::Closed {
                    self.links[link].inbox.push_back(piece);
                    self.pump(link);
                }
            }
            Event::Connected(link) => self.take_connection(link),
            Event::GoOn => self.server.go_on(&mut self.random),
            Event::SendMore(link) => self.send_more(link),
            Event::EndOfLocalSide(exchange) => self.tell(Input::LocalEnded {
                exchange,
                result: Ok(()),
                line_ends: 0,
            }),
        }
    }

    // ---- The machine ----

    pub(super) fn ask(&mut self, request: Request) {
        self.note("ask", &request);
        self.tell(Input::Asked(request));
    }

    fn tell(&mut self, input: Input<'_>) {
        let is_movement = matches!(
            input,
            Input::ControlReceived(_)
                | Input::DataMoved { .. }
                | Input::DataOpened { .. }
                | Input::DataNotOpened { .. }
                | Input::DataEnded { .. }
                | Input::DataClosed { .. }
                | Input::UploadReceived { .. }
                | Input::UnexpectedData(_)
                | Input::Asked(_)
        );
        if is_movement {
            self.last_movement = self.now;
        }
        self.machine.handle(input, self.instant());
        self.carry_out();
        self.read_control();
    }

    fn read_control(&mut self) {
        while self.machine.wants_control()
            && let Some(piece) = self.control.pop_front()
        {
            match piece {
                Piece::Bytes(bytes) => self.tell(Input::ControlReceived(&bytes)),
                Piece::End => self.tell(Input::ControlEnded(None)),
                Piece::Reset => {
                    let error = io::ErrorKind::ConnectionReset.into();
                    self.tell(Input::ControlEnded(Some(error)));
                }
            }
        }
    }

    pub(super) fn close(&mut self) {
        self.machine.close(self.instant());
        self.carry_out();
    }

    pub(super) fn outstanding(&self) -> usize {
        let outstanding = self.machine.status(self.instant()).outstanding;
        let forgets = self.mutant == Some(Mutant::ForgetAbort);
        outstanding
            .iter()
            .filter(|verb| !(forgets && verb.is("ABOR")))
            .count()
    }

    pub(super) fn status(&self) -> Status {
        self.machine.status(self.instant())
    }

    fn carry_out(&mut self) {
        while let Some(action) = self.machine.next_action() {
            if !matches!(action, Action::Observe(Observation::TransferMoving(_))) {
                self.note("do", &action);
            }
            self.carry_out_one(action);
        }
    }

    fn carry_out_one(&mut self, action: Action) {
        match action {
            Action::Write(bytes) | Action::WriteUrgent(bytes) => {
                let arrivals = (self.up).pass(Piece::Bytes(bytes), self.now, &mut self.random);
                self.deliver(arrivals, Event::ToServer, Event::ToClient);
            }
            Action::CloseControl => {
                self.control_is_closed = true;
                self.control.clear();
            }
            Action::Dial { id, .. } => {
                let link = self.connect(id);
                let time = self.random.below(0..40) * MILLISECOND;
                self.at(time, Event::Connected(link));
            }
            Action::Listen { id, .. } => {
                self.connect(id);
                let address = SocketAddr::new(CLIENT.ip(), CLIENT.port() + 1);
                let input = Input::Listening { id, address };
                self.machine.handle(input, self.instant());
            }
            Action::Forget(id) | Action::Close(id) => self.close_data(id, Piece::End),
            Action::Reset(id) => {
                let bytes = self.link_of(id).map(|link| self.links[link].taken);
                self.close_data(id, Piece::Reset);
                let input = Input::Acknowledged { id, bytes };
                self.machine.handle(input, self.instant());
            }
            Action::Measure(id) => {
                let bytes = self.link_of(id).map(|link| self.links[link].taken);
                let input = Input::Acknowledged { id, bytes };
                self.machine.handle(input, self.instant());
            }
            Action::Receive { id, exchange, .. } => {
                self.use_link(id, Client::Receiving(exchange));
            }
            Action::Send { id, exchange, .. } => self.use_link(id, Client::Sending(exchange)),
            Action::Release(id) => self.rest(id),
            Action::EndLocal { exchange, .. } => {
                self.at(self.local_delay, Event::EndOfLocalSide(exchange));
            }
            Action::Observe(observation) => self.observe(observation),
            Action::Tell(exchange, news) => self.take_news(exchange, news),
            Action::Secure(id, _) => self.begin_handshake(id),
            Action::Examine(_) => {
                let input = Input::CertificateExamined(Ok(Ok(())));
                self.machine.handle(input, self.instant());
            }
            Action::DropLocal(_) | Action::AskTrust(..) | Action::SetRate(_) => {}
        }
    }

    fn observe(&mut self, mut observation: Observation) {
        match &mut observation {
            Observation::CommandSent { command, .. } => {
                self.invariants.take_command(command.verb());
            }
            Observation::ControlSecured(secured) => self.secured = Some(secured.clone()),
            Observation::AbortSent { .. } => {
                self.aborts += 1;
                self.invariants.take_abort();
            }
            Observation::ReplyReceived {
                reply, assignment, ..
            } => {
                if self.mutant == Some(Mutant::MisplaceReply) {
                    self.invariants.misplace(assignment);
                }
                self.invariants
                    .take_reply(reply, assignment, &self.server.said);
            }
            _ => {}
        }
    }

    fn take_news(&mut self, exchange: ExchangeId, news: News) {
        match news {
            News::Settled(outcome) => {
                let is_swallowed = self.mutant == Some(Mutant::SwallowSettled);
                if is_swallowed && outcome.transfer.is_some() {
                    return;
                }
                self.invariants.take_settled(exchange);
                self.settled.push_back((exchange, outcome));
            }
            News::Detached => self.is_detached = true,
            News::DataEnded if !self.to_send.contains_key(&exchange) => {
                self.ended.insert(exchange, self.now);
            }
            News::Begun | News::DataEnded | News::TrustAsked(_) => {}
        }
    }

    // ---- The network ----

    /// Lets what arrives happen at its time; a reset happens at both ends.
    fn deliver(
        &mut self,
        arrivals: Vec<(Time, Piece)>,
        forth: impl Fn(Piece) -> Event,
        back: impl Fn(Piece) -> Event,
    ) {
        for (at, piece) in arrivals {
            let delay = at - self.now;
            if piece == Piece::Reset {
                self.at(delay, back(Piece::Reset));
            }
            self.at(delay, forth(piece));
        }
    }

    fn carry_out_effects(&mut self) {
        while let Some(effect) = self.server.effects.pop_front() {
            self.note("server", &effect);
            match effect {
                Effect::Say(line) => match &mut self.tls {
                    Some(tls) => {
                        tls.say(&line);
                        self.say_records();
                    }
                    None => self.write_to_client(Piece::Bytes(line.into_bytes())),
                },
                Effect::BeginTls => self.tls = Some(TlsServer::new()),
                Effect::CloseControl => {
                    if let Some(tls) = &mut self.tls {
                        tls.end();
                    }
                    self.say_records();
                    self.write_to_client(Piece::End);
                }
                Effect::ShakeHands(link) => self.pass_down(link, Piece::Bytes(HANDSHAKE.to_vec())),
                Effect::Send(link, bytes) => self.pass_down(link, Piece::Bytes(bytes)),
                Effect::EndData(link) => self.pass_down(link, Piece::End),
                Effect::ResetData(link) => {
                    self.links[link].is_reset = true;
                    self.pass_down(link, Piece::Reset);
                }
                Effect::Connect => {
                    // The last that was listened for.
                    if let Some(link) = self.links.len().checked_sub(1) {
                        self.at(MILLISECOND, Event::Connected(link));
                    }
                }
                Effect::GoOnAfter(time) => self.at(time, Event::GoOn),
            }
        }
    }

    /// What TLS has to say to the client.
    fn say_records(&mut self) {
        if let Some(tls) = &mut self.tls {
            let records = tls.output();
            self.write_to_client(Piece::Bytes(records));
        }
    }

    fn write_to_client(&mut self, piece: Piece) {
        let arrivals = self.down.pass(piece, self.now, &mut self.random);
        self.deliver(arrivals, Event::ToClient, Event::ToServer);
    }

    fn pass_down(&mut self, link: usize, piece: Piece) {
        let arrivals = self.links[link]
            .down
            .pass(piece, self.now, &mut self.random);
        self.deliver(
            arrivals,
            |piece| Event::DataToClient(link, piece),
            |piece| Event::DataToServer(link, piece),
        );
    }

    fn pass_up(&mut self, link: usize, piece: Piece) {
        let arrivals = self.links[link].up.pass(piece, self.now, &mut self.random);
        self.deliver(
            arrivals,
            |piece| Event::DataToServer(link, piece),
            |piece| Event::DataToClient(link, piece),
        );
    }

    // ---- Data connections, the client's end ----

    fn connect(&mut self, id: ConnectionId) -> usize {
        let fault = self.faults.pop_front().flatten();
        let (up, down) = connection(&mut self.random, fault);
        self.links.push(Link {
            id,
            up,
            down,
            client: Client::Dialling,
            inbox: VecDeque::new(),
            moved: 0,
            taken: 0,
            handshake_to_server: 0,
            handshake_to_client: 0,
            is_reset: false,
        });
        self.links.len() - 1
    }

    fn link_of(&self, id: ConnectionId) -> Option<usize> {
        let mut links = self.links.iter();
        links.position(|link| link.id == id && link.client != Client::Closed)
    }

    fn take_connection(&mut self, link: usize) {
        if self.links[link].client != Client::Dialling {
            return;
        }
        self.links[link].client = Client::Watching { was_refused: false };
        self.server.take_connection(link);
        let id = self.links[link].id;
        self.tell(Input::DataOpened { id, peer: SERVER });
        self.pump(link);
    }

    fn close_data(&mut self, id: ConnectionId, last: Piece) {
        let Some(link) = self.link_of(id) else {
            return;
        };
        let was_made = self.links[link].client != Client::Dialling;
        self.links[link].client = Client::Closed;
        if !was_made {
            return;
        }
        if last == Piece::Reset {
            self.links[link].is_reset = true;
            let delay = self.random.below(0..40) * MILLISECOND;
            self.at(delay, Event::DataToServer(link, Piece::Reset));
        } else {
            self.pass_up(link, last);
        }
    }

    fn begin_handshake(&mut self, id: ConnectionId) {
        if let Some(link) = self.link_of(id) {
            let end = &mut self.links[link];
            end.client = Client::Securing { was_refused: false };
            end.handshake_to_server = HANDSHAKE.len();
            end.handshake_to_client = HANDSHAKE.len();
            self.pass_up(link, Piece::Bytes(HANDSHAKE.to_vec()));
        }
    }

    fn rest(&mut self, id: ConnectionId) {
        let link = self.link_of(id).map(|link| &mut self.links[link]);
        if let Some(Client::Securing { was_refused }) = link.map(|link| &mut link.client) {
            *was_refused = true;
        } else {
            self.use_link(id, Client::Watching { was_refused: true });
        }
    }

    fn use_link(&mut self, id: ConnectionId, client: Client) {
        if let Some(link) = self.link_of(id) {
            let sends = matches!(client, Client::Sending(_));
            self.links[link].client = client;
            // The machine is in the middle of its actions.
            self.at(
                0,
                if sends {
                    Event::SendMore(link)
                } else {
                    Event::DataToClient(link, NOTHING)
                },
            );
        }
    }

    /// Reads what there is, as far as what the connection is used for lets it.
    fn pump(&mut self, link: usize) {
        loop {
            let id = self.links[link].id;
            let end = &mut self.links[link];
            let Some(piece) = end.inbox.front().cloned() else {
                return;
            };
            if piece == NOTHING {
                end.inbox.pop_front();
                continue;
            }
            let is_end = !matches!(piece, Piece::Bytes(_));
            let broken = TransferResult::Broken("reset".to_owned());
            let closed = match piece {
                Piece::Reset => broken.clone(),
                _ => TransferResult::Ended,
            };
            let input = match (&end.client, piece) {
                (Client::Securing { was_refused }, Piece::Bytes(bytes)) => {
                    let was_refused = *was_refused;
                    end.inbox.pop_front();
                    end.handshake_to_client -= bytes.len();
                    if end.handshake_to_client > 0 {
                        continue;
                    }
                    end.client = Client::Watching { was_refused };
                    let secured = self
                        .secured
                        .clone()
                        .expect("the control connection was first");
                    self.tell(Input::DataSecured { id, secured });
                    continue;
                }
                (Client::Securing { .. }, _) => {
                    end.client = Client::Resting;
                    let failure = TlsFailure::HandshakeCut;
                    Input::DataNotSecured { id, failure }
                }
                (Client::Watching { .. }, _) if is_end => {
                    end.client = Client::Resting;
                    Input::DataClosed { id, result: closed }
                }
                (Client::Watching { was_refused }, _) => {
                    let was_refused = *was_refused;
                    end.client = Client::Resting;
                    if !was_refused {
                        return;
                    }
                    Input::UnexpectedData(id)
                }
                (Client::Receiving(exchange), Piece::Bytes(bytes)) => {
                    let exchange = *exchange;
                    end.moved += bytes.len() as u64;
                    let moved = Input::DataMoved {
                        id,
                        bytes: end.moved,
                    };
                    end.inbox.pop_front();
                    self.received.entry(exchange).or_default().extend(bytes);
                    self.tell(moved);
                    if self.mutant != Some(Mutant::EndEarly) {
                        continue;
                    }
                    let result = TransferResult::Ended;
                    self.links[link].client = Client::Resting;
                    self.tell(Input::DataEnded { id, result });
                    return;
                }
                (Client::Receiving(_), Piece::End) => {
                    end.client = Client::Resting;
                    let result = TransferResult::Ended;
                    Input::DataEnded { id, result }
                }
                (Client::Receiving(_), Piece::Reset) | (Client::Sending(_), _) if is_end => {
                    end.client = Client::Resting;
                    Input::DataEnded { id, result: broken }
                }
                (Client::Draining, _) if is_end => {
                    end.client = Client::Resting;
                    Input::UploadReceived { id, result: closed }
                }
                (Client::Draining, _) => {
                    end.inbox.pop_front();
                    continue;
                }
                _ => return,
            };
            self.tell(input);
        }
    }

    fn send_more(&mut self, link: usize) {
        let Client::Sending(exchange) = self.links[link].client else {
            return;
        };
        let id = self.links[link].id;
        let loses_rest = self.mutant == Some(Mutant::LoseRest);
        let left = self.to_send.entry(exchange).or_default();
        if loses_rest && self.links[link].moved > 0 {
            left.clear();
        }
        let length = self.random.size(1..64).min(left.len());
        let piece: Vec<u8> = left.drain(..length).collect();
        if piece.is_empty() {
            self.links[link].client = Client::Draining;
            self.pass_up(link, Piece::End);
            let result = TransferResult::Ended;
            self.tell(Input::DataEnded { id, result });
            self.pump(link);
            return;
        }
        self.pass_up(link, Piece::Bytes(piece));
        self.links[link].moved += length as u64;
        let bytes = self.links[link].moved;
        self.tell(Input::DataMoved { id, bytes });
        let pause = self.random.below(0..20) * MILLISECOND;
        self.at(pause, Event::SendMore(link));
    }

    // ---- Data connections, the server's end ----

    fn take_at_server(&mut self, link: usize, piece: Piece) {
        let is_reset = piece == Piece::Reset;
        match piece {
            _ if self.links[link].is_reset && !is_reset => {}
            Piece::Bytes(bytes) if self.links[link].handshake_to_server > 0 => {
                self.links[link].handshake_to_server -= bytes.len();
                if self.links[link].handshake_to_server == 0 {
                    self.server.take_handshake(link);
                }
            }
            Piece::Bytes(bytes) => {
                self.links[link].taken += bytes.len() as u64;
                self.server.take_data(link, &bytes);
            }
            Piece::End | Piece::Reset => {
                self.server.take_data_end(link, is_reset, &mut self.random);
            }
        }
    }

    /// Everything that the server has said has been heard, and it has read all that was written to it.
    pub(super) fn is_in_step(&self) -> bool {
        self.server.is_idle()
            && self.invariants.has_heard(&self.server.said)
            && self.server.lines_read() == self.invariants.commands()
    }
}

struct Faults {
    control: Option<Fault>,
    data: VecDeque<Option<Fault>>,
}

/// Of ten sessions four have none; the others have one.
fn faults(random: &mut Random, has_tls: bool) -> Faults {
    let mut faults = Faults {
        control: None,
        data: VecDeque::new(),
    };
    let place = random.below(0..10);
    let time = random.pick(&[Some(200), Some(3000), None]);
    let stall = FaultKind::Stall(time.map(|time: u64| time * MILLISECOND));
    let control_bytes = if has_tls { 3000 } else { 300 };
    let fault = Fault {
        towards_server: random.percent(50),
        after: random.size(0..if place < 7 { control_bytes } else { 200 }),
        kind: random.pick(&[FaultKind::Cut, stall]),
    };
    match place {
        0..4 => {}
        4..7 => faults.control = Some(fault),
        _ => {
            let sound = random.size(0..3);
            faults.data.extend(std::iter::repeat_n(None, sound));
            faults.data.push_back(Some(fault));
        }
    }
    faults
}

/// What each side says in the handshake of a data connection.
const HANDSHAKE: [u8; 20] = *b"as much as a client!";
/// Makes the client look at what there is.
const NOTHING: Piece = Piece::Bytes(Vec::new());
