//! Writes a session down while it happens: an observer beside the painter, so that the two cannot disagree.
//!
//! ```text
//! CommandSent     C> RETR 1.TXT
//! ReplyReceived   S> 150
//!                 # S> 150 Opening BINARY mode data connection for 1.TXT (5 bytes).
//! TransferEnded   D> I am {no-eol}
//! ```
//!
//! Every line is written at once and whole, so that a recording that is cut off lacks nothing that was seen.

mod octets;
mod preface;
mod secrets;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use super::line::{Line, LineKind};
use super::recording::{expectation_of, expected_data, is_inline};
use super::template::{Piece, Template};
use super::{as_it_came, data};
use crate::client::panic_injection::panic_if_asked;
use crate::client::{
    Connection, MovedOctets, Observation, Observer, OctetInterest, TransferEnd, TransferResult,
};
use crate::protocol::user_pi::data_direction;
use crate::protocol::{Command, DataDirection, Reply, Verb};

use octets::SeenOctets;
use preface::Preface;
use secrets::SecretNames;

/// Where a recording goes. Whoever opens files gives it; a recorder only writes.
pub trait RecordingPlace: Send {
    /// Takes whole lines of the transcript, and keeps nothing back.
    ///
    /// # Errors
    ///
    /// Whatever the place says; the recording then ends, and these lines are not in it.
    fn write(&mut self, lines: &str) -> io::Result<()>;

    /// Takes back the last octets that were written, as far as the place can: the recording ends in the middle of an
    /// exchange, and must be one that can be read.
    fn take_back(&mut self, octets: u64);

    /// A file for the data of one upload: its path as the transcript names it, and the file, which need not exist
    /// before the first octet is written.
    fn data_file(&mut self) -> (String, Box<dyn io::Write + Send>);
}

/// Observes one session, and writes it down while it is given a place.
///
/// A recording that begins in the middle begins with the greeting and with the commands that brought the session where it
/// is: the login, TYPE, CWD.
#[derive(Clone, Default)]
pub struct Recorder {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    place: Option<Box<dyn RecordingPlace>>,
    error: Option<io::Error>,
    /// Written since the recording was last one that can be read.
    unready: u64,
    implicit_tls: bool,
    preface: Preface,
    exchange: OpenExchange,
    secrets: SecretNames,
    /// A port was opened for the command that follows, which has this verb unless it was typed otherwise.
    listens: Option<&'static str>,
    interest: OctetInterest,
}

/// The command that was sent last, and what came since.
#[derive(Default)]
struct OpenExchange {
    command: Option<Command>,
    /// Its lines, as they were or would have been written.
    text: String,
    has_begun: bool,
    /// The final reply is there.
    is_complete: bool,
    is_positive: bool,
    /// The server closed the control connection.
    is_closed: bool,
    /// This side dropped the data connection after so many octets.
    cut: Option<u64>,
    octets: Option<SeenOctets>,
}

impl Recorder {
    /// Of a session whose connection begins with TLS, or not.
    #[must_use]
    pub fn new(implicit_tls: bool) -> Self {
        let recorder = Self::default();
        recorder.lock().implicit_tls = implicit_tls;
        recorder
    }

    /// Writes to this place from now on, after what is needed to get there.
    pub fn start(&self, place: Box<dyn RecordingPlace>) {
        self.lock().start(place);
    }

    /// Ends the recording; what is unfinished is marked, so that the transcript can be read.
    pub fn stop(&self) {
        self.lock().stop();
    }

    /// The same unless another thread is writing; tells whether it was done.
    #[must_use]
    pub fn try_stop(&self) -> bool {
        let state = match self.state.try_lock() {
            Ok(state) => Some(state),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        state.is_some_and(|mut state| {
            state.stop();
            true
        })
    }

    /// Why the recording broke off, told once.
    #[must_use]
    pub fn take_error(&self) -> Option<io::Error> {
        self.lock().error.take()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic in the middle can at worst have lost a line.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Recorder {
    fn observe(&mut self, observation: &Observation) {
        let mut state = self.lock();
        if matches!(observation, Observation::CommandSent { .. }) {
            panic_if_asked("observer");
        }
        state.take(observation);
    }

    fn octet_interest(&self) -> OctetInterest {
        self.lock().interest.clone()
    }
}

impl State {
    fn start(&mut self, place: Box<dyn RecordingPlace>) {
        self.stop();
        self.place = Some(place);
        self.interest.want_data(true);
        let mut text = self.preface.text();
        if !self.exchange.is_complete || self.exchange.is_lasting() {
            text.push_str(&self.exchange.text);
        }
        if !text.is_empty() {
            self.write(&text);
        }
        self.unready = 0;
    }

    fn stop(&mut self) {
        if self.place.is_some() {
            self.mark_unanswered();
            self.place = None;
        }
        self.interest.want_data(false);
    }

    fn take(&mut self, observation: &Observation) {
        match observation {
            Observation::Listening { address } => {
                // What a replay sends for `{listen}` depends on the address family.
                self.listens = Some(if address.is_ipv4() { "PORT" } else { "EPRT" });
            }
            Observation::CommandSent { command, .. } => self.take_command(command),
            Observation::AbortSent { .. } => {
                if let Ok(command) = Command::new("ABOR") {
                    self.take_command(&command);
                }
            }
            Observation::ReplyReceived {
                reply, assignment, ..
            } => {
                let none = Verb::new(b"");
                self.take_reply(reply, assignment.verb.as_ref().unwrap_or(&none));
            }
            Observation::StrayReceived(line) => {
                self.remark(&format!("no reply: {}", Template::literal(line)));
            }
            Observation::OctetsMoved(moved) => self.take_moved(moved),
            Observation::NoDataConnection { .. } => self.exchange.octets = None,
            Observation::TransferEnded(end) => self.take_end_of_data(end),
            Observation::ControlClosed { .. } => {
                self.exchange.is_closed = true;
                self.put(LineKind::Reply, "@closed");
            }
            _ => {}
        }
        if self.exchange.is_settled() {
            self.unready = 0;
        }
    }

    fn take_command(&mut self, command: &Command) {
        let line = self.spelled(command);
        if !self.exchange.is_aborted_by(command) {
            self.end_exchange();
            self.unready = 0;
            self.exchange.command = Some(command.clone());
            self.exchange.octets = self.octets_of(command);
        }
        self.put(LineKind::Command, &line);
    }

    /// What is kept of the data that a command moves, while a recording is written.
    fn octets_of(&mut self, command: &Command) -> Option<SeenOctets> {
        let place = self.place.as_mut()?;
        let direction = data_direction(command)?;
        let file = (direction == DataDirection::Sent).then(|| place.data_file());
        Some(SeenOctets::new(file))
    }

    fn take_moved(&mut self, moved: &MovedOctets) {
        let direction = self.exchange.command.as_ref().and_then(data_direction);
        let is_of_command =
            moved.connection == Connection::Data && direction == Some(moved.direction);
        if let Some(seen) = self.exchange.octets.as_mut().filter(|_| is_of_command) {
            seen.take(&moved.octets);
        }
    }

    /// As it stands in a transcript: without secrets, and without a port that will be another one next time.
    fn spelled(&mut self, command: &Command) -> String {
        let listens = self.listens.take();
        if let Some(verb) = listens.filter(|verb| command.verb().is(verb)) {
            return format!("{verb} {{listen}}");
        }
        let line = command.line();
        let Some(secret) = command.secret() else {
            return Template::literal(line).to_string();
        };
        let name = self
            .secrets
            .name_of(&line[..line.len() - secret.len()], secret);
        let template = Template::literal(&line[..line.len() - secret.len()]);
        template.and(Piece::Variable(name)).to_string()
    }

    fn take_reply(&mut self, reply: &Reply, verb: &Verb) {
        if self.exchange.is_greeting() && self.exchange.text.is_empty() {
            self.write_headers(reply);
        }
        let came = as_it_came::reply(reply);
        // A transcript has no code below 100.
        if reply.code.0 < 100 {
            return came.iter().for_each(|line| self.remark(line));
        }
        let expected = expectation_of(reply, verb).printed();
        for line in &expected {
            self.put(LineKind::Reply, line);
        }
        if expected.iter().ne(came
            .iter()
            .filter_map(|line| line.strip_prefix(as_it_came::REPLY)))
        {
            came.iter().for_each(|line| self.remark(line));
        }
        if reply.code.is_preliminary() {
            self.exchange.has_begun = true;
        } else {
            self.exchange.is_positive |= !self.exchange.is_complete && reply.code.is_positive();
            self.exchange.is_complete = true;
            self.settle_cut();
        }
    }

    fn write_headers(&mut self, greeting: &Reply) {
        let server = Template::literal(greeting.text().trim_ascii()).to_string();
        if !server.is_empty() {
            self.remark(&format!("server: {server}"));
        }
        if self.implicit_tls {
            self.remark("tls: implicit");
        }
    }

    fn take_end_of_data(&mut self, end: &TransferEnd) {
        if let Some(mut seen) = self.exchange.octets.take() {
            match end.direction {
                DataDirection::Received => self.take_received(&mut seen, end),
                DataDirection::Sent => self.take_sent(&mut seen, end),
            }
        }
        if !end.is_whole() {
            let how = match &end.result {
                TransferResult::Broken(reason) | TransferResult::LocalFailed(reason) => {
                    format!(": {}", Template::literal(reason.as_bytes()))
                }
                _ => String::new(),
            };
            let octets = end.octets;
            self.remark(&format!("the data broke off after {octets} octets{how}"));
        }
    }

    fn take_received(&mut self, seen: &mut SeenOctets, end: &TransferEnd) {
        if end.result == TransferResult::ReaderClosed {
            self.exchange.cut = Some(end.octets);
            return self.settle_cut();
        }
        // How far a transfer comes that breaks off is another matter each time.
        if !end.is_whole() {
            return;
        }
        let verb = self.exchange.verb();
        let digest = seen.close();
        let expected = expected_data(seen.kept(), digest, &verb).printed();
        for line in &expected {
            self.put(LineKind::DataReceived, line);
        }
        let inline = seen.whole().filter(|octets| is_inline(octets));
        let came = match inline {
            Some(octets) => data::inline_lines(octets),
            None => vec![data::octets_line(digest)],
        };
        if came != expected {
            for line in came {
                self.remark(&format!("{}{line}", as_it_came::DATA));
            }
        }
    }

    /// Where the server minded, a replay does the same; where it had sent everything before, it must not be cut sooner.
    fn settle_cut(&mut self) {
        if self.exchange.is_complete
            && let Some(octets) = self.exchange.cut.take()
            && !self.exchange.is_positive
        {
            self.put(LineKind::DataReceived, &format!("@cut {octets}"));
        }
    }

    fn take_sent(&mut self, seen: &mut SeenOctets, end: &TransferEnd) {
        seen.cut_at(end.octets);
        let digest = seen.close();
        if digest.octets == 0 {
            return;
        }
        let inline = seen.whole().filter(|octets| is_inline(octets));
        let lines = match inline.map(data::inline_lines) {
            Some(lines) => lines,
            None => match seen.store() {
                Ok(name) => vec![data::file_line(&name, digest)],
                Err(error) => return self.fail(error),
            },
        };
        for line in lines {
            self.put(LineKind::DataSent, &line);
        }
    }

    /// The next command follows, or nothing.
    fn end_exchange(&mut self) {
        self.mark_unanswered();
        let ended = std::mem::take(&mut self.exchange);
        match &ended.command {
            None => self.preface.set_greeting(ended.text),
            Some(command) => {
                let text = ended.is_positive.then_some(ended.text);
                self.preface.take(command, text);
            }
        }
    }

    fn mark_unanswered(&mut self) {
        let exchange = &self.exchange;
        if !exchange.is_complete && !exchange.is_closed && !exchange.text.is_empty() {
            self.put(LineKind::Reply, "@unanswered");
        }
    }

    fn remark(&mut self, text: &str) {
        self.put(LineKind::Comment, text);
    }

    fn put(&mut self, kind: LineKind, text: &str) {
        let line = Line::new(kind, text).to_string();
        if self.place.is_some() {
            self.write(&line);
        }
        if self.exchange.text.len() < KEPT_OCTETS {
            self.exchange.text.push_str(&line);
        }
    }

    fn write(&mut self, lines: &str) {
        let Some(place) = &mut self.place else {
            return;
        };
        match place.write(lines) {
            Ok(()) => self.unready += lines.len() as u64,
            Err(error) => self.fail(error),
        }
    }

    fn fail(&mut self, error: io::Error) {
        self.interest.want_data(false);
        if let Some(mut place) = self.place.take() {
            place.take_back(self.unready);
        }
        self.error = Some(error);
    }
}

impl OpenExchange {
    fn is_greeting(&self) -> bool {
        self.command.is_none()
    }

    fn verb(&self) -> Verb {
        let verb = self.command.as_ref().map(Command::verb);
        verb.unwrap_or_else(|| Verb::new(b""))
    }

    /// A recording that ends here can be read: nothing is owed to the command, neither a reply nor data.
    fn is_settled(&self) -> bool {
        (self.is_complete || self.is_closed) && self.octets.is_none()
    }

    /// ABOR while data move belongs to the command that moves them.
    fn is_aborted_by(&self, command: &Command) -> bool {
        let moves_data = self.command.as_ref().and_then(data_direction).is_some();
        let is_abort = command.line().trim_ascii().eq_ignore_ascii_case(b"ABOR");
        is_abort && moves_data && self.has_begun && !self.is_complete
    }

    fn is_lasting(&self) -> bool {
        let lasts = self.command.as_ref().is_none_or(preface::lasts);
        lasts && (self.is_greeting() || self.is_positive)
    }
}

/// More than a command with its replies; what is longer is only missing from the preface of a later recording.
const KEPT_OCTETS: usize = 64 * 1024;

#[cfg(test)]
mod tests;
