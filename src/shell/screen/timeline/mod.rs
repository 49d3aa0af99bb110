//! What happened, kept for `timeline`: an observer that sees what the painter sees, and draws only when asked.

mod drawing;
mod event;

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event::Event;

pub(super) use drawing::shortened;
pub(super) use event::describe;

use super::painter::Moment;
use crate::client::Observation;
use crate::protocol::Command;
use crate::protocol::user_pi::data_direction;
use crate::shell::charset::Charset;

/// The last events of all sessions of this shell. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timeline {
    log: Arc<Mutex<Log>>,
}

#[derive(Debug, Default)]
struct Log {
    events: VecDeque<Event>,
    dropped: u64,
    exchange: u64,
    /// The line that runs, as `why` numbers them.
    line: usize,
    /// A PASV, EPSV, PORT or EPRT began this exchange, and its transfer has not been asked for.
    awaits_transfer: bool,
}

/// How much of it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The last transfer, from its PASV or PORT on; without one the last command and what came of it. A line that sent
    /// several commands is drawn whole.
    LastTransfer,
    /// The line of this number.
    Line(usize),
    /// Everything that is kept.
    All,
}

impl Timeline {
    /// Keeps what happened at this moment.
    pub(crate) fn note(&self, moment: &Moment, observation: &Observation, charset: Charset) {
        self.lock().take(moment, observation, charset);
    }

    /// The lines of the drawing, none wider than `columns`.
    pub(crate) fn draw(&self, extent: Extent, columns: usize) -> Vec<String> {
        let log = self.lock();
        let drawn = log.drawn(extent);
        if drawn.is_empty() && matches!(extent, Extent::Line(_)) {
            return Vec::new();
        }
        let mut lines = Vec::new();
        // A drawing of the last exchange lacks something only if the exchange itself is longer.
        if log.dropped > 0 && (extent == Extent::All || drawn.len() == log.events.len()) {
            lines.push(format!(
                "(the last {EVENTS_KEPT} events; {} before them are not kept)",
                log.dropped
            ));
        }
        lines.extend(drawing::draw(&drawn, columns));
        lines
    }

    /// A line begins.
    pub(crate) fn begin_line(&self, number: usize) {
        self.lock().line = number;
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        // Nothing that runs under the lock can panic half-way through a change.
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    fn drawn(&self, extent: Extent) -> Vec<&Event> {
        let wanted: BTreeSet<u64> = match extent {
            Extent::All => return self.events.iter().collect(),
            Extent::Line(number) => self.exchanges_of(number).collect(),
            Extent::LastTransfer => {
                let mut events = self.events.iter().rev();
                let transfer = events.find(|event| event.is_of_transfer);
                match transfer.or(self.events.back()) {
                    Some(event) if self.is_composite(event.line) => {
                        self.exchanges_of(event.line).collect()
                    }
                    Some(event) => BTreeSet::from([event.exchange]),
                    None => BTreeSet::new(),
                }
            }
        };
        let events = self.events.iter();
        events
            .filter(|event| wanted.contains(&event.exchange))
            .collect()
    }

    fn exchanges_of(&self, line: usize) -> impl Iterator<Item = u64> {
        let events = self.events.iter();
        events
            .filter(move |event| event.line == line)
            .map(|event| event.exchange)
    }

    /// Whether a line has sent more than one command.
    fn is_composite(&self, line: usize) -> bool {
        let exchanges: BTreeSet<u64> = self.exchanges_of(line).collect();
        line > 0 && exchanges.len() > 1
    }

    fn take(&mut self, moment: &Moment, observation: &Observation, charset: Charset) {
        match observation {
            Observation::CommandSent { command, .. } => self.begin_command(command),
            Observation::Connected { .. } | Observation::BytesSent(_) => self.begin(false),
            _ => {}
        }
        let place = (self.line, self.exchange);
        let Some(event) = Event::of(observation, moment, place, charset) else {
            return;
        };
        if self.events.len() == EVENTS_KEPT {
            self.events.pop_front();
            self.dropped += 1;
        }
        self.events.push_back(event);
    }

    fn begin_command(&mut self, command: &Command) {
        let verb = command.verb();
        let opens = OPENING_VERBS.iter().any(|opening| verb.is(opening));
        if opens || !self.awaits_transfer {
            return self.begin(opens);
        }
        self.awaits_transfer = data_direction(command).is_none();
    }

    fn begin(&mut self, awaits_transfer: bool) {
        self.exchange += 1;
        self.awaits_transfer = awaits_transfer;
    }
}

/// What readies a data connection for a transfer.
const OPENING_VERBS: [&str; 6] = ["PASV", "EPSV", "LPSV", "PORT", "EPRT", "LPRT"];

/// Each has at most some hundred bytes.
const EVENTS_KEPT: usize = 1_000;

#[cfg(test)]
mod tests;
