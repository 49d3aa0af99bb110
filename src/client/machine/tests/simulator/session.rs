//! One seeded session: what the user types and presses, and what must come of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use super::super::dialogue::{SILENCE, WHOLE_REPLY, person, request, script};
use super::Mutant;
use super::invariants::Violation;
use super::network::{MILLISECOND, SECOND, Time};
use super::random::Random;
use super::server::{Behaviour, Server};
use super::world::{Event, UserEvent, World};
use crate::client::machine::{ExchangeId, Request};
use crate::client::{DataState, Ending, Keepalive, Origin, Outcome, Settings, TransferResult};
use crate::protocol::Command;
use crate::protocol::verbs::DataDirection;

/// An invariant that did not hold, and everything that happened before.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) violation: Violation,
    pub(super) log: Vec<String>,
}

/// A session in which everything held.
#[derive(Debug)]
pub(super) struct Played {
    /// How its commands ended.
    pub(super) reached: BTreeSet<String>,
    pub(super) log: Vec<String>,
}

struct SeededSession {
    world: World,
    is_script: bool,
    tasks: VecDeque<Task>,
    next_exchange: u64,
    foreground: Option<ExchangeId>,
    background: Option<ExchangeId>,
    sent: BTreeMap<ExchangeId, Sent>,
    interrupts: u32,
    /// An ABOR was sent, and it has not been checked whether the session is in step.
    has_aborted: bool,
    is_over: bool,
    reached: BTreeSet<String>,
}

#[derive(Clone, Debug)]
enum Task {
    Line(String),
    Listen,
    Transfer {
        line: String,
        bytes: Option<Vec<u8>>,
        in_background: bool,
    },
    /// SIZE and APPE, with what is missing of this.
    Resume {
        name: String,
        bytes: Vec<u8>,
    },
    /// The rest after an answered SIZE.
    Rest {
        name: String,
        bytes: Vec<u8>,
    },
    /// Shows that the session is in step.
    Check,
}

#[derive(Clone, Debug)]
struct Sent {
    line: String,
    /// The number of the command, as the server counts.
    number: usize,
    at: Time,
    expected: Expected,
}

#[derive(Clone, Debug)]
enum Expected {
    Nothing,
    Download,
    Upload(Vec<u8>),
    /// A reply of its own.
    Own200,
}

/// Often enough to come wherever it may.
fn keepalive() -> Keepalive {
    Keepalive {
        after: Duration::from_millis(300),
        command: Command::new("NOOP").expect("a verb alone holds no line end"),
    }
}

/// Plays the session of a seed.
pub(super) fn play(seed: u64, mutant: Option<Mutant>, is_logged: bool) -> Result<Played, Failure> {
    let mut random = Random::new(seed);
    let is_script = random.percent(40);
    let disk: BTreeMap<String, Vec<u8>> = ["a", "b"]
        .iter()
        .map(|name| {
            let length = random.size(0..200);
            ((*name).to_owned(), random.bytes(length))
        })
        .collect();
    let server = Server::new(Behaviour::any(&mut random), disk);
    let limits = if is_script { script() } else { person() };
    let settings = Settings {
        connect_limit: Some(SILENCE),
        plain_abort: random.percent(30),
        keepalive: seed.is_multiple_of(4).then(keepalive),
        ..limits
    };
    let has_tls = random.percent(5);
    let tasks = tasks(&mut random, has_tls);
    let mut session = SeededSession {
        world: World::new(random, settings, server, mutant, has_tls, is_logged),
        is_script,
        tasks,
        next_exchange: 1,
        foreground: Some(ExchangeId(0)),
        background: None,
        sent: BTreeMap::new(),
        interrupts: 0,
        has_aborted: false,
        is_over: false,
        reached: BTreeSet::new(),
    };
    session.await_patiently(ExchangeId(0));
    session.run();
    let log = session.world.log.unwrap_or_default();
    match session.world.invariants.violation {
        None => Ok(Played {
            reached: session.reached,
            log,
        }),
        Some(violation) => Err(Failure { violation, log }),
    }
}

fn tasks(random: &mut Random, has_tls: bool) -> VecDeque<Task> {
    let is_in_clear_again = random.percent(20);
    let protection = if is_in_clear_again {
        "PROT C"
    } else {
        "PROT P"
    };
    let secured = ["AUTH TLS", "PBSZ 0", protection];
    let secured = secured.into_iter().filter(|_| has_tls);
    let lines = secured.chain(["USER u", "PASS p", "TYPE I"]);
    let mut tasks: VecDeque<Task> = lines.map(|line| Task::Line(line.to_owned())).collect();
    for _ in 0..random.below(1..4) {
        let name = random.pick(&["a", "b", "c"]).to_owned();
        let length = random.size(0..200);
        let in_background = random.percent(25);
        if random.percent(15) {
            tasks.push_back(Task::Line("NOOP".to_owned()));
        }
        if random.percent(20) {
            let bytes = random.bytes(length);
            tasks.push_back(Task::Resume { name, bytes });
            continue;
        }
        tasks.push_back(match random.below(0..6) {
            0..4 => Task::Line("PASV".to_owned()),
            4 => Task::Line("EPSV".to_owned()),
            _ => Task::Listen,
        });
        let (line, bytes) = match random.below(0..5) {
            0 => ("LIST".to_owned(), None),
            1 | 2 => (format!("RETR {name}"), None),
            _ => (format!("STOR {name}"), Some(random.bytes(length))),
        };
        if line.starts_with("RETR") && random.percent(20) {
            tasks.push_back(Task::Line(format!("REST {}", random.below(0..100))));
        }
        let resumed = bytes.clone().filter(|_| random.percent(50));
        tasks.push_back(Task::Transfer {
            line,
            bytes,
            in_background,
        });
        if in_background {
            let beside = random.pick(&["NOOP", "SIZE a", "ABOR"]);
            tasks.push_back(Task::Line(beside.to_owned()));
        } else if let Some(bytes) = resumed {
            tasks.push_back(Task::Resume { name, bytes });
        }
    }
    tasks.push_back(Task::Line("QUIT".to_owned()));
    tasks
}

impl SeededSession {
    fn run(&mut self) {
        while !self.is_over && self.world.invariants.violation.is_none() {
            match self.world.step(LONGEST) {
                None => break,
                Some(Some(event)) => self.take(event),
                Some(None) => {}
            }
            self.take_news();
            self.check_limits();
        }
        self.world.close();
        while let Some((exchange, outcome)) = self.world.settled.pop_front() {
            self.take_outcome(exchange, &outcome);
        }
        for exchange in 0..self.next_exchange {
            if !self.world.invariants.is_settled(ExchangeId(exchange)) {
                self.world.invariants.violate(Violation::Settlement);
            }
        }
    }

    // ---- The user ----

    fn take(&mut self, event: UserEvent) {
        let is_foreground = |exchange| self.foreground == Some(exchange);
        match event {
            UserEvent::Type => self.next_task(),
            UserEvent::Interrupt(exchange) if is_foreground(exchange) => self.interrupt(),
            UserEvent::Detach(exchange) if is_foreground(exchange) => {
                self.world.ask(Request::Detach);
            }
            UserEvent::LosePatience(exchange) if is_foreground(exchange) => {
                self.interrupt();
                self.world.at(SECOND, Event::User(event));
            }
            UserEvent::Interrupt(_) | UserEvent::Detach(_) | UserEvent::LosePatience(_) => {}
        }
    }

    fn interrupt(&mut self) {
        self.interrupts += 1;
        let before = self.world.aborts;
        self.world.ask(Request::Interrupt);
        self.has_aborted |= self.world.aborts > before;
        let exchange = self.foreground;
        self.take_news();
        if self.interrupts >= 3 && exchange.is_some() && self.foreground == exchange {
            // The third time gives the prompt, whatever else there is.
            self.world.invariants.violate(Violation::Settlement);
        }
    }

    /// Somebody at a terminal has enough in the end; a script has its limits.
    fn await_patiently(&mut self, exchange: ExchangeId) {
        if !self.is_script {
            let event = UserEvent::LosePatience(exchange);
            self.world.at(PATIENCE, Event::User(event));
        }
    }

    fn next_task(&mut self) {
        if !self.world.status().connected {
            self.is_over = self.background.is_none();
            return;
        }
        if self.has_aborted && self.background.is_none() {
            self.has_aborted = false;
            self.check_step();
            self.tasks.push_front(Task::Check);
        }
        let Some(task) = self.tasks.pop_front() else {
            self.is_over = true;
            return;
        };
        match task {
            Task::Line(line) if line == "QUIT" && self.background.is_some() => {
                // What runs in the background may end first, or is aborted.
                self.tasks.push_front(Task::Line(line));
                self.tasks.push_front(Task::Line("ABOR".to_owned()));
                self.think(2 * SECOND);
            }
            Task::Line(line) => {
                self.has_aborted |= line == "ABOR";
                self.begin(&line, None, false, Expected::Nothing);
            }
            Task::Listen => self.listen(),
            Task::Check => {
                let is_told = self.world.outstanding() > 0;
                let expected = if is_told {
                    Expected::Nothing
                } else {
                    Expected::Own200
                };
                self.begin("NOOP", None, false, expected);
            }
            Task::Transfer {
                line,
                bytes,
                in_background,
            } => self.transfer(&line, bytes, in_background),
            Task::Resume { name, bytes } => {
                let line = format!("SIZE {name}");
                self.tasks.push_front(Task::Rest { name, bytes });
                self.begin(&line, None, false, Expected::Nothing);
            }
            Task::Rest { .. } => self.think(0),
        }
    }

    fn think(&mut self, longest: Time) {
        let time = self.world.random.below(0..longest + 1);
        self.world.at(time, Event::User(UserEvent::Type));
    }

    fn transfer(&mut self, line: &str, bytes: Option<Vec<u8>>, in_background: bool) {
        let data = self.world.status().data;
        let is_ready = matches!(data, DataState::Open | DataState::Listening(_));
        if !is_ready || self.background.is_some() {
            return self.think(0);
        }
        let (direction, expected) = match &bytes {
            Some(bytes) => (DataDirection::Sent, Expected::Upload(bytes.clone())),
            None => (DataDirection::Received, Expected::Download),
        };
        let exchange = ExchangeId(self.next_exchange);
        if let Some(bytes) = bytes {
            self.world.to_send.insert(exchange, bytes);
        }
        self.begin(line, Some(direction), in_background, expected);
        if self.foreground != Some(exchange) {
            return;
        }
        if self.world.random.percent(35) {
            let mut delay = 0;
            for _ in 0..self.world.random.below(1..4) {
                delay += self.world.random.below(0..700) * MILLISECOND;
                self.world
                    .at(delay, Event::User(UserEvent::Interrupt(exchange)));
            }
        } else if self.world.random.percent(15) {
            let delay = self.world.random.below(0..500) * MILLISECOND;
            self.world
                .at(delay, Event::User(UserEvent::Detach(exchange)));
        }
    }

    fn listen(&mut self) {
        let exchange = self.enter("PORT", Expected::Nothing);
        self.foreground = Some(exchange);
        let origin = Origin::Typed;
        self.world.ask(Request::Listen { exchange, origin });
    }

    fn enter(&mut self, line: &str, expected: Expected) -> ExchangeId {
        let exchange = ExchangeId(self.next_exchange);
        self.next_exchange += 1;
        self.interrupts = 0;
        let sent = Sent {
            line: line.to_owned(),
            number: self.world.invariants.commands() + 1,
            at: self.world.now,
            expected,
        };
        self.sent.insert(exchange, sent);
        self.await_patiently(exchange);
        exchange
    }

    fn begin(
        &mut self,
        line: &str,
        direction: Option<DataDirection>,
        in_background: bool,
        expected: Expected,
    ) {
        let exchange = self.enter(line, expected);
        if in_background {
            self.background = Some(exchange);
            self.think(400 * MILLISECOND);
        } else {
            self.foreground = Some(exchange);
        }
        // The prompt has come, so nothing is left to be interrupted.
        self.world.ask(Request::ForgetInterrupt);
        self.world
            .ask(request(exchange, line, direction, in_background));
    }

    // ---- What comes of it ----

    fn take_news(&mut self) {
        if std::mem::take(&mut self.world.is_detached) {
            self.background = self.foreground.take();
            self.think(400 * MILLISECOND);
        }
        while let Some((exchange, outcome)) = self.world.settled.pop_front() {
            self.take_outcome(exchange, &outcome);
            if self.background == Some(exchange) {
                self.background = None;
            }
            if self.foreground == Some(exchange) {
                self.foreground = None;
                self.think(200 * MILLISECOND);
            }
        }
    }

    fn take_outcome(&mut self, exchange: ExchangeId, outcome: &Outcome) {
        let Some(sent) = self.sent.get(&exchange).cloned() else {
            return;
        };
        if sent.line.starts_with("SIZE") {
            self.take_size(outcome);
        }
        self.note_reached(exchange, &sent.line, outcome);
        let is_whole = outcome.is_positive() && outcome.code() == 226;
        let end = outcome.transfer.as_ref();
        let is_whole = is_whole && end.is_some_and(|end| end.result == TransferResult::Ended);
        let holds = match &sent.expected {
            Expected::Nothing => true,
            Expected::Own200 => {
                let is_lost = outcome.ending != Ending::Answered;
                if !is_lost && outcome.code() != 200 {
                    self.world.invariants.violate(Violation::Step);
                }
                true
            }
            Expected::Download => {
                let received = self.world.received.get(&exchange);
                let sent = self.world.server.contents.get(&sent.number);
                !is_whole
                    || received.map(Vec::as_slice).unwrap_or_default()
                        == sent.map(Vec::as_slice).unwrap_or_default()
            }
            Expected::Upload(bytes) => !is_whole || self.is_on_disk(&sent, bytes),
        };
        if !holds {
            self.world.invariants.violate(Violation::Wholeness);
        }
    }

    fn note_reached(&mut self, exchange: ExchangeId, line: &str, outcome: &Outcome) {
        let verb = line.split(' ').next().unwrap_or_default();
        let result = match outcome.transfer.as_ref().map(|end| &end.result) {
            None => "without data".to_owned(),
            Some(TransferResult::Broken(_)) => "Broken".to_owned(),
            Some(result) => format!("{result:?}"),
        };
        let place = if self.background == Some(exchange) {
            " in the background"
        } else {
            ""
        };
        let tls = if self.world.secured.is_some() {
            " under TLS"
        } else {
            ""
        };
        let ending = outcome.ending;
        self.reached
            .insert(format!("{verb} {result} {ending:?}{place}{tls}"));
    }

    fn is_on_disk(&self, sent: &Sent, bytes: &[u8]) -> bool {
        let name = sent.line.split(' ').nth(1).unwrap_or_default();
        let before = self.world.server.contents.get(&sent.number);
        let whole = [before.map_or(&[][..], Vec::as_slice), bytes].concat();
        self.world.server.disk.get(name) == Some(&whole)
    }

    /// What is missing is appended.
    fn take_size(&mut self, outcome: &Outcome) {
        let Some(Task::Rest { name, bytes }) = self.tasks.front().cloned() else {
            return;
        };
        self.tasks.pop_front();
        let text = outcome.reply.as_ref().map(|reply| reply.text().to_vec());
        let text = String::from_utf8(text.unwrap_or_default()).unwrap();
        let size: usize = match outcome.code() {
            213 => text.parse().unwrap_or(usize::MAX),
            _ => 0,
        };
        if size <= bytes.len() && outcome.ending == Ending::Answered {
            self.tasks.push_front(Task::Transfer {
                line: format!("APPE {name}"),
                bytes: Some(bytes[size..].to_vec()),
                in_background: false,
            });
            self.tasks.push_front(Task::Line("PASV".to_owned()));
        }
    }

    /// Nothing is waited for longer than its limit.
    fn check_limits(&mut self) {
        let is_late = if self.is_script {
            self.script_is_late()
        } else {
            self.person_is_late()
        };
        if is_late {
            self.world.invariants.violate(Violation::Settlement);
        }
    }

    fn script_is_late(&self) -> bool {
        let waited = [self.foreground, self.background].into_iter().flatten();
        let begun = waited.filter_map(|it| self.sent.get(&it)).map(|it| it.at);
        let Some(oldest) = begun.min() else {
            return false;
        };
        let last = self.world.last_movement.max(oldest);
        let is_silent = self.world.now > last + micros(SILENCE) + GRACE;
        is_silent || self.world.now > oldest + 2 * micros(WHOLE_REPLY)
    }

    /// After the data has ended, the prompt comes by itself.
    fn person_is_late(&self) -> bool {
        let ended = self.foreground.and_then(|it| self.world.ended.get(&it));
        ended.is_some_and(|ended| self.world.now > ended + OUTSTANDING + ABORTED)
    }

    /// After an abort nothing is outstanding, unless that is said.
    fn check_step(&mut self) {
        if self.world.outstanding() == 0 && !self.world.is_in_step() {
            self.world.invariants.violate(Violation::Step);
        }
    }
}

fn micros(time: std::time::Duration) -> Time {
    Time::try_from(time.as_micros()).unwrap()
}

/// The user's patience, which is longer than what the machine waits for by itself.
const PATIENCE: Time = 9 * SECOND;
/// A local side, a measurement and a moment of grace may come after a limit.
const GRACE: Time = SECOND;
/// A final reply that does not come after the data.
const OUTSTANDING: Time = 3 * SECOND;
/// More replies to an abort, each within a second of the one before.
const ABORTED: Time = 4 * SECOND;
const LONGEST: Time = 60 * SECOND;
