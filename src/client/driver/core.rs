//! The machine with its sockets: carries out what it decides, and tells it what happened. Nothing here ever waits.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU64;
use std::sync::{Arc, Weak};
use std::time::Instant;

use mio::net::TcpListener;
use mio::{Interest, Registry, Token};

use super::Shared;
use super::control::ControlSocket;
use super::data::{DataSocket, Finding, Found};
use crate::client::endpoint::{Inbound, LocalEvent, Outbound, Report, Source, Work};
use crate::client::machine::{Action, ConnectionId, ExchangeId, Input, Machine, Request};
use crate::client::observation::ByteInterest;
use crate::client::{
    Destination, News, Observation, Peer, PortRange, Status, TransferResult, TrustQuestion,
};
use crate::tls::{TlsFailure, Verdict};

/// One session: the machine, the sockets, the local sides, and what has not been told yet.
pub(super) struct Core {
    machine: Machine,
    control: ControlSocket,
    control_is_registered: bool,
    data: Vec<DataSocket>,
    listeners: Vec<Listener>,
    /// Local sides whose transfer has not begun to move bytes.
    locals: BTreeMap<ExchangeId, Local>,
    /// Downloads whose data is over and whose local side is not.
    ending: BTreeMap<ExchangeId, Inbound>,
    inboxes: BTreeMap<ExchangeId, VecDeque<News>>,
    events: Events,
    /// What may wait for a local side or reads files; done without the lock.
    tasks: Vec<Work>,
    interest: ByteInterest,
    /// Of data connections, those to come too.
    rate: Option<NonZeroU64>,
    registry: Registry,
    shared: Weak<Shared>,
    has_more: bool,
    changes: u64,
    next_exchange: u64,
}

/// What a transfer's local side is before the data connection is ready.
pub(crate) enum Local {
    Destination(Box<dyn Destination>),
    Source(Source),
}

#[derive(Debug)]
struct Listener {
    id: ConnectionId,
    listener: TcpListener,
    server: Option<IpAddr>,
}

/// Observations that nobody has heard yet, in order.
#[derive(Debug, Default)]
struct Events {
    queue: VecDeque<Observation>,
    bytes: usize,
    /// How many there were in all.
    pushed: u64,
}

impl Events {
    fn push(&mut self, observation: Observation) {
        self.pushed += 1;
        self.bytes += weight(&observation);
        self.queue.push_back(observation);
    }

    fn pop(&mut self) -> Option<Observation> {
        let observation = self.queue.pop_front()?;
        self.bytes -= weight(&observation);
        Some(observation)
    }

    fn is_full(&self) -> bool {
        self.queue.len() >= EVENTS_KEPT || self.bytes >= EVENT_BYTES_KEPT
    }
}

fn weight(observation: &Observation) -> usize {
    match observation {
        Observation::BytesMoved(moved) => moved.bytes.len(),
        Observation::ReplyReceived { reply, .. } => reply.lines.iter().map(Vec::len).sum(),
        _ => 0,
    }
}

impl std::fmt::Debug for Local {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Destination(_) => "Destination",
            Self::Source(_) => "Source",
        })
    }
}

impl Core {
    pub(super) fn new(
        mut control: ControlSocket,
        machine: Machine,
        interest: ByteInterest,
        registry: Registry,
        shared: Weak<Shared>,
        greeting: ExchangeId,
    ) -> io::Result<Self> {
        let both = Interest::READABLE | Interest::WRITABLE;
        registry.register(&mut control.stream, CONTROL, both)?;
        let mut core = Self {
            machine,
            control,
            control_is_registered: true,
            data: Vec::new(),
            listeners: Vec::new(),
            locals: BTreeMap::new(),
            ending: BTreeMap::new(),
            inboxes: BTreeMap::from([(greeting, VecDeque::new())]),
            events: Events::default(),
            tasks: Vec::new(),
            interest,
            rate: None,
            registry,
            shared,
            has_more: true,
            changes: 0,
            next_exchange: greeting.0 + 1,
        };
        core.carry_out(Instant::now());
        Ok(core)
    }

    /// A new exchange, with the local side of its transfer.
    pub(super) fn open_exchange(&mut self, local: Option<Local>) -> ExchangeId {
        let id = ExchangeId(self.next_exchange);
        self.next_exchange += 1;
        self.inboxes.insert(id, VecDeque::new());
        if let Some(local) = local {
            self.locals.insert(id, local);
        }
        id
    }

    /// Nobody asks for news of this exchange any more.
    pub(super) fn forget_exchange(&mut self, id: ExchangeId) {
        self.inboxes.remove(&id);
    }

    pub(super) fn take_news(&mut self, id: ExchangeId) -> Option<News> {
        self.inboxes.get_mut(&id)?.pop_front()
    }

    pub(super) fn next_event(&mut self) -> Option<Observation> {
        self.events.pop()
    }

    pub(super) fn has_events(&self) -> bool {
        !self.events.queue.is_empty()
    }

    pub(super) fn take_tasks(&mut self) -> Vec<Work> {
        std::mem::take(&mut self.tasks)
    }

    pub(super) fn status(&self, now: Instant) -> Status {
        self.machine.status(now)
    }

    /// When the next turn is due although nothing happens; `None` with nothing to wait for.
    pub(super) fn deadline(&self, now: Instant) -> Option<Instant> {
        // Sockets tell only once that they are ready.
        let may_read = self.control.is_readable && self.machine.wants_control();
        if (self.has_more || may_read) && !self.events.is_full() {
            return Some(now);
        }
        let paced = self.data.iter().filter_map(DataSocket::paced_until);
        paced.chain(self.machine.deadline()).min()
    }

    /// Grows whenever there may be something new.
    pub(super) fn changes(&self) -> u64 {
        self.changes
    }

    pub(super) fn ask(&mut self, request: Request, now: Instant) {
        self.changes += 1;
        self.tell(Input::Asked(request), now);
    }

    pub(super) fn close(&mut self, now: Instant) {
        self.machine.close(now);
        self.carry_out(now);
        for socket in self.data.drain(..) {
            socket.close();
        }
        self.listeners.clear();
        self.locals.clear();
        self.ending.clear();
    }

    pub(super) fn take_verdict(&mut self, verdict: Result<Verdict, TlsFailure>, now: Instant) {
        self.tell(Input::CertificateExamined(verdict), now);
    }

    /// What a local side has said.
    pub(super) fn take_local_event(
        &mut self,
        exchange: ExchangeId,
        event: LocalEvent,
        now: Instant,
    ) {
        let socket = self.data.iter().find(|it| it.exchange() == Some(exchange));
        match event {
            LocalEvent::Moved => {
                self.tell(Input::LocalSideMoved(exchange), now);
            }
            LocalEvent::Failed(error) => {
                if let Some(id) = socket.map(|socket| socket.id) {
                    let result = TransferResult::of_local(&error);
                    self.tell(Input::DataEnded { id, result }, now);
                }
            }
            LocalEvent::Ended(result, line_ends) => {
                self.ending.remove(&exchange);
                let ended = Input::LocalEnded {
                    exchange,
                    result,
                    line_ends,
                };
                self.tell(ended, now);
            }
        }
    }

    /// Notes which sockets are ready.
    pub(super) fn note(&mut self, events: &mio::Events) {
        for event in events {
            // An error or a hang-up shows itself at the next read or write.
            let is_over = event.is_error() || event.is_read_closed() || event.is_write_closed();
            let is_readable = event.is_readable() || is_over;
            let is_writable = event.is_writable() || is_over;
            if event.token() == CONTROL {
                self.control.is_readable |= is_readable;
            } else if let Some(socket) = self
                .data
                .iter_mut()
                .find(|socket| token(socket.id) == event.token())
            {
                socket.is_readable |= is_readable;
                socket.is_writable |= is_writable;
                socket.has_ended |= event.is_read_closed();
            }
        }
    }

    /// Does everything that can be done now, up to a bound.
    pub(super) fn turn(&mut self, now: Instant) {
        self.changes += 1;
        self.has_more = false;
        self.flush_control(now);
        self.accept(now);
        // What came as data goes before the reply that judges it, wherever both are there.
        self.pump(now);
        self.read_control(now);
        self.pump(now);
        if self.machine.deadline().is_some_and(|at| now >= at) {
            self.tell(Input::TimePassed, now);
        }
    }

    fn tell(&mut self, input: Input<'_>, now: Instant) {
        self.machine.handle(input, now);
        self.carry_out(now);
    }

    fn flush_control(&mut self, now: Instant) {
        let before = self.control.unwritten();
        if before == 0 {
            return;
        }
        match self.control.flush() {
            Ok(()) if self.control.unwritten() == before => {}
            Ok(()) => self.tell_unwritten(now),
            Err(error) => self.tell(Input::ControlBroken(error), now),
        }
    }

    fn tell_unwritten(&mut self, now: Instant) {
        let input = match self.control.unwritten() {
            0 => Input::ControlWritten,
            left => Input::ControlUnwritten(left),
        };
        self.tell(input, now);
    }

    fn read_control(&mut self, now: Instant) {
        let mut buffer = [0; READ_BYTES];
        for _ in 0..READS_PER_TURN {
            if !self.control.is_readable || !self.may_read_control() {
                return;
            }
            match self.control.read(&mut buffer) {
                None => return,
                Some(Ok(0)) => {
                    self.control.is_readable = false;
                    return self.tell(Input::ControlEnded(None), now);
                }
                Some(Ok(length)) => self.tell(Input::ControlReceived(&buffer[..length]), now),
                Some(Err(error)) => {
                    self.control.is_readable = false;
                    return self.tell(Input::ControlEnded(Some(error)), now);
                }
            }
        }
        self.has_more = true;
    }

    /// A screen that does not read holds up what comes, not what goes.
    fn may_read_control(&self) -> bool {
        self.machine.wants_control() && !self.events.is_full()
    }

    fn accept(&mut self, now: Instant) {
        let mut found = Vec::new();
        for at in (0..self.listeners.len()).rev() {
            while let Some(listener) = self.listeners.get(at) {
                match listener.listener.accept() {
                    Ok((stream, peer)) if is_from(peer, listener.server) => {
                        let id = listener.id;
                        // The port is closed before the connection is used.
                        self.forget_listener(at);
                        let interest = self.interest.clone();
                        let socket = DataSocket::accepted(id, stream, interest);
                        found.push(match self.register(socket) {
                            Ok(()) => Input::DataOpened { id, peer },
                            Err(error) => Input::DataNotOpened { id, error },
                        });
                        break;
                    }
                    Ok((stream, peer)) => {
                        drop(stream);
                        found.push(Input::OtherHostRefused(peer));
                    }
                    // A caller that has gone again (ECONNABORTED) is not a reason to stop.
                    Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) => {
                        let id = listener.id;
                        self.forget_listener(at);
                        found.push(Input::DataNotOpened { id, error });
                        break;
                    }
                }
            }
        }
        for input in found {
            self.tell(input, now);
        }
    }

    fn register(&mut self, mut socket: DataSocket) -> io::Result<()> {
        let both = Interest::READABLE | Interest::WRITABLE;
        let token = token(socket.id);
        self.registry.register(&mut socket.stream, token, both)?;
        socket.set_rate(self.rate, Instant::now());
        self.data.push(socket);
        Ok(())
    }

    fn pump(&mut self, now: Instant) {
        // Where somebody sees the bytes, they must not pile up.
        if self.events.is_full() && self.interest.includes_data() {
            self.has_more = true;
            return;
        }
        let mut found: Found = Vec::new();
        for socket in &mut self.data {
            self.has_more |= socket.pump(&mut found, now);
        }
        for finding in found {
            match finding {
                Finding::Fact(input) => self.tell(input, now),
                Finding::Observation(observation) => self.events.push(observation),
            }
        }
    }

    /// Does what the machine has decided, in its order.
    fn carry_out(&mut self, now: Instant) {
        while let Some(action) = self.machine.next_action() {
            match action {
                Action::Write(bytes) => self.write(bytes, false, now),
                Action::WriteUrgent(bytes) => self.write(bytes, true, now),
                Action::CloseControl => self.close_control(),
                Action::Dial { id, peer } => self.dial(id, &peer, now),
                Action::Listen {
                    id,
                    address,
                    ports,
                    server,
                } => self.listen(id, address, ports, server, now),
                Action::Forget(id) => self.forget(id),
                Action::Secure(id, tls) => self.with_socket(id, |socket| socket.secure(tls)),
                Action::Receive {
                    id,
                    exchange,
                    convert,
                } => self.receive(id, exchange, convert),
                Action::Send {
                    id,
                    exchange,
                    convert,
                } => self.send(id, exchange, convert),
                Action::SetRate(rate) => self.set_rate(rate, now),
                Action::Release(id) => self.with_socket(id, DataSocket::release),
                Action::Measure(id) => self.measure(id, now),
                Action::Close(id) => self.close_data(id),
                Action::Reset(id) => self.reset(id, now),
                Action::EndLocal { exchange, accepted } => self.end_local(exchange, accepted, now),
                Action::DropLocal(exchange) => {
                    self.locals.remove(&exchange);
                    self.ending.remove(&exchange);
                }
                Action::Observe(observation) => self.observe(observation),
                Action::Examine(examination) => {
                    let shared = Weak::clone(&self.shared);
                    self.tasks.push(Box::new(move || {
                        let verdict = examination.verdict();
                        if let Some(shared) = shared.upgrade() {
                            shared.post_verdict(verdict);
                        }
                    }));
                }
                Action::AskTrust(exchange, secured) => {
                    let question = TrustQuestion::new(secured, Weak::clone(&self.shared));
                    self.deliver(exchange, News::TrustAsked(question));
                }
                Action::Tell(exchange, news) => self.deliver(exchange, news),
            }
        }
    }

    fn observe(&mut self, observation: Observation) {
        // How far a transfer has come is soon told again.
        let is_news = !matches!(observation, Observation::TransferMoving(_));
        if is_news || !self.events.is_full() {
            self.events.push(observation);
        }
    }

    fn deliver(&mut self, exchange: ExchangeId, news: News) {
        if let Some(inbox) = self.inboxes.get_mut(&exchange) {
            inbox.push_back(news);
        }
    }

    fn write(&mut self, bytes: Vec<u8>, is_urgent: bool, now: Instant) {
        let before = self.control.unwritten();
        match self.control.write(bytes, is_urgent) {
            Ok(()) if self.control.unwritten() == 0 && before == 0 => {}
            Ok(()) => {
                let left = self.control.unwritten();
                self.machine.handle(Input::ControlUnwritten(left), now);
            }
            Err(error) => self.machine.handle(Input::ControlBroken(error), now),
        }
    }

    fn close_control(&mut self) {
        if std::mem::take(&mut self.control_is_registered) {
            // It fails only where it was not registered.
            let _ = self.registry.deregister(&mut self.control.stream);
        }
        self.control.close();
    }

    fn dial(&mut self, id: ConnectionId, peer: &Peer, now: Instant) {
        let dialled = DataSocket::dial(id, peer, &self.control.dialler, self.interest.clone());
        if let Err(error) = dialled.and_then(|socket| self.register(socket)) {
            self.machine.handle(Input::DataNotOpened { id, error }, now);
        }
    }

    fn listen(
        &mut self,
        id: ConnectionId,
        address: SocketAddr,
        ports: Option<PortRange>,
        server: Option<IpAddr>,
        now: Instant,
    ) {
        let place = u64::from(self.control.own().port()).saturating_add(id.0);
        let bound = match ports {
            Some(ports) => bind_within(address, ports, place),
            None => TcpListener::bind(address),
        };
        let bound = bound.and_then(|mut listener| {
            let bound = listener.local_addr()?;
            let token = token(id);
            self.registry
                .register(&mut listener, token, Interest::READABLE)?;
            Ok((listener, bound))
        });
        let input = match bound {
            Ok((listener, address)) => {
                self.listeners.push(Listener {
                    id,
                    listener,
                    server,
                });
                Input::Listening { id, address }
            }
            Err(error) => Input::DataNotOpened { id, error },
        };
        self.machine.handle(input, now);
    }

    fn forget_listener(&mut self, at: usize) {
        let mut listener = self.listeners.remove(at);
        // It fails only where it was not registered.
        let _ = self.registry.deregister(&mut listener.listener);
    }

    fn forget(&mut self, id: ConnectionId) {
        if let Some(at) = self.listeners.iter().position(|it| it.id == id) {
            self.forget_listener(at);
        }
        self.take_socket(id);
    }

    fn with_socket(&mut self, id: ConnectionId, act: impl FnOnce(&mut DataSocket)) {
        if let Some(socket) = self.data.iter_mut().find(|socket| socket.id == id) {
            act(socket);
            self.has_more = true;
        }
    }

    fn take_socket(&mut self, id: ConnectionId) -> Option<DataSocket> {
        let at = self.data.iter().position(|socket| socket.id == id)?;
        let mut socket = self.data.remove(at);
        // It fails only where it was not registered.
        let _ = self.registry.deregister(&mut socket.stream);
        if let (Some(exchange), Some(inbound)) = (socket.exchange(), socket.take_inbound()) {
            self.ending.insert(exchange, inbound);
        }
        Some(socket)
    }

    fn report(&self, exchange: ExchangeId) -> Report {
        let shared = Weak::clone(&self.shared);
        Arc::new(move |event| {
            if let Some(shared) = shared.upgrade() {
                shared.post_local(exchange, event);
            }
        })
    }

    fn receive(&mut self, id: ConnectionId, exchange: ExchangeId, convert: bool) {
        let report = self.report(exchange);
        if let Some(Local::Destination(destination)) = self.locals.remove(&exchange) {
            let (shared, told) = (Weak::clone(&self.shared), self.events.pushed);
            let inbound = Inbound::new(destination, convert, report).after(Box::new(move || {
                if let Some(shared) = shared.upgrade() {
                    shared.await_shown(told);
                }
            }));
            self.with_socket(id, |socket| socket.receive(exchange, inbound));
        }
    }

    fn send(&mut self, id: ConnectionId, exchange: ExchangeId, convert: bool) {
        let report = self.report(exchange);
        if let Some(Local::Source(source)) = self.locals.remove(&exchange) {
            let outbound = Outbound::new(source, convert, report);
            self.with_socket(id, |socket| socket.send(exchange, outbound));
        }
    }

    fn set_rate(&mut self, rate: Option<NonZeroU64>, now: Instant) {
        self.rate = rate;
        self.has_more = true;
        for socket in &mut self.data {
            socket.set_rate(rate, now);
        }
    }

    fn measure(&mut self, id: ConnectionId, now: Instant) {
        let socket = self.data.iter().find(|socket| socket.id == id);
        let bytes = socket.and_then(DataSocket::acknowledged);
        self.machine.handle(Input::Acknowledged { id, bytes }, now);
    }

    fn close_data(&mut self, id: ConnectionId) {
        if let Some(socket) = self.take_socket(id) {
            socket.close();
        }
    }

    fn reset(&mut self, id: ConnectionId, now: Instant) {
        let Some(socket) = self.take_socket(id) else {
            let bytes = None;
            return self.machine.handle(Input::Acknowledged { id, bytes }, now);
        };
        let bytes = socket.acknowledged();
        if let Some(line_ends) = socket.line_ends() {
            self.machine.handle(line_ends, now);
        }
        socket.reset();
        self.machine.handle(Input::Acknowledged { id, bytes }, now);
    }

    fn end_local(&mut self, exchange: ExchangeId, accepted: bool, now: Instant) {
        let waiting = self
            .data
            .iter_mut()
            .find(|it| it.exchange() == Some(exchange))
            .and_then(DataSocket::take_inbound);
        let inbound = waiting.or_else(|| self.ending.remove(&exchange));
        let inbound = inbound.or_else(|| match self.locals.remove(&exchange) {
            Some(Local::Destination(destination)) => {
                Some(Inbound::new(destination, false, self.report(exchange)))
            }
            _ => None,
        });
        match inbound {
            Some(mut inbound) => {
                self.tasks.extend(inbound.end(accepted));
                self.ending.insert(exchange, inbound);
            }
            None => {
                let ended = Input::LocalEnded {
                    exchange,
                    result: Ok(()),
                    line_ends: 0,
                };
                self.machine.handle(ended, now);
            }
        }
    }
}

/// Listens on one of these ports: the first that is free, beginning at this place of the range.
fn bind_within(mut address: SocketAddr, ports: PortRange, place: u64) -> io::Result<TcpListener> {
    for port in ports.beginning_at(place) {
        address.set_port(port);
        match TcpListener::bind(address) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            bound => return bound,
        }
    }
    let ip = address.ip();
    let text = format!(
        "every port from {ports} is in use on {ip} (`ss -tln` or `netstat -an` lists them). `set data-ports` takes \
         other ports; with PASV or EPSV none is needed"
    );
    Err(io::Error::new(io::ErrorKind::AddrInUse, text))
}

fn is_from(peer: SocketAddr, server: Option<IpAddr>) -> bool {
    server.is_none_or(|server| server.to_canonical() == peer.ip().to_canonical())
}

fn token(id: ConnectionId) -> Token {
    // The machine counts connections from 1.
    Token(
        usize::try_from(id.0)
            .unwrap_or(usize::MAX)
            .saturating_add(1),
    )
}

pub(super) const CONTROL: Token = Token(0);
pub(super) const WAKER: Token = Token(1);
const READ_BYTES: usize = 16 * 1024;
const READS_PER_TURN: usize = 16;
const EVENTS_KEPT: usize = 1024;
const EVENT_BYTES_KEPT: usize = 4 * 1024 * 1024;
