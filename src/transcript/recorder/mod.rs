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
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::data;
use super::exchange::{Exchange, SentCommand};
use super::line::{Line, LineKind};
use super::recording::{expectation_of, expected_data, is_inline};
use super::template::{Piece, Template};
use crate::client::{DataTap, Observation, Observer, TransferEnd, TransferResult};
use crate::protocol::{Command, DataDirection, Reply, Verb};

use octets::{SeenOctets, Tap};
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
    open: OpenExchange,
    secrets: SecretNames,
    /// A port was opened for the command that follows, which has this verb unless it was typed otherwise.
    listens: Option<&'static str>,
    /// The octets of the command that follows.
    tapped: Option<Arc<Mutex<SeenOctets>>>,
}

/// The exchange of the command that was sent last, and how it is written down.
struct OpenExchange {
    /// Of its replies only the first 1yz and the final one: a server may send others without end.
    exchange: Exchange,
    /// Its lines, as they were or would have been written.
    text: String,
    /// This side dropped the data connection after so many octets.
    cut: Option<u64>,
    octets: Option<Arc<Mutex<SeenOctets>>>,
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
    fn observe(&mut self, observation: &Observation<'_>) {
        self.lock().take(observation);
    }

    fn tap_data(&mut self, direction: DataDirection) -> Option<Box<dyn DataTap>> {
        let mut state = self.lock();
        let place = state.place.as_mut()?;
        let file = (direction == DataDirection::Sent).then(|| place.data_file());
        let seen = Arc::new(Mutex::new(SeenOctets::new(file)));
        state.tapped = Some(Arc::clone(&seen));
        Some(Box::new(Tap(seen)))
    }
}

impl State {
    fn start(&mut self, place: Box<dyn RecordingPlace>) {
        self.stop();
        self.place = Some(place);
        let mut text = self.preface.text();
        if !self.open.exchange.is_complete() || self.open.is_lasting() {
            text.push_str(&self.open.text);
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
        self.tapped = None;
    }

    fn take(&mut self, observation: &Observation<'_>) {
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
            Observation::TransferEnded(end) => self.take_end_of_data(end),
            Observation::ControlClosed { .. } => {
                self.open.exchange.closed = Some(0);
                self.put(LineKind::Reply, "@closed");
            }
            _ => {}
        }
        if self.open.is_settled() {
            self.unready = 0;
        }
    }

    fn take_command(&mut self, command: &Command) {
        let sent = self.spelled(command);
        let line = sent.to_string();
        if !self.open.exchange.is_aborted_by(command.line()) {
            self.end_exchange();
            self.unready = 0;
            self.open.exchange.command = Some(sent);
            self.open.octets = self.tapped.take();
        }
        self.put(LineKind::Command, &line);
    }

    /// As it stands in a transcript: without secrets, and without a port that will be another one next time.
    fn spelled(&mut self, command: &Command) -> SentCommand {
        let listens = self.listens.take();
        if let Some(verb) = listens.filter(|verb| command.verb().is(verb)) {
            return SentCommand::Listen(verb.to_owned());
        }
        let line = command.line();
        let Some(secret) = command.secret() else {
            return SentCommand::Line(Template::literal(line));
        };
        let name = self
            .secrets
            .name_of(&line[..line.len() - secret.len()], secret);
        let template = Template::literal(&line[..line.len() - secret.len()]);
        SentCommand::Line(template.and(Piece::Variable(name)))
    }

    fn take_reply(&mut self, reply: &Reply, verb: &Verb) {
        if self.open.is_greeting() && self.open.text.is_empty() {
            self.write_headers(reply);
        }
        let lines = reply.lines.iter();
        let came: Vec<String> = lines
            .map(|line| Template::literal(line).to_string())
            .collect();
        // A transcript has no code below 100.
        if reply.code.0 < 100 {
            return self.write_what_came(LineKind::Reply, &came);
        }
        let expected = expectation_of(reply, verb);
        let printed = expected.printed();
        for line in &printed {
            self.put(LineKind::Reply, line);
        }
        if printed != came {
            self.write_what_came(LineKind::Reply, &came);
        }
        let exchange = &mut self.open.exchange;
        let is_preliminary = reply.code.is_preliminary();
        let is_repeated = is_preliminary && exchange.has_begun();
        if !exchange.is_complete() && !is_repeated {
            exchange.replies.push(expected);
        }
        if !is_preliminary {
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
        if let Some(seen) = self.open.octets.take() {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
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
            self.open.cut = Some(end.octets);
            return self.settle_cut();
        }
        // How far a transfer comes that breaks off is another matter each time.
        if !end.is_whole() {
            return;
        }
        let verb = self.open.exchange.verb();
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
            self.write_what_came(LineKind::DataReceived, &came);
        }
    }

    /// Where the server minded, a replay does the same; where it had sent everything before, it must not be cut sooner.
    fn settle_cut(&mut self) {
        if self.open.exchange.is_complete()
            && let Some(octets) = self.open.cut.take()
            && !self.open.exchange.is_accepted()
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
        let ended = std::mem::take(&mut self.open);
        if ended.is_greeting() {
            self.preface.set_greeting(ended.text);
        } else {
            self.preface.take(&ended.exchange, ended.text);
        }
    }

    fn mark_unanswered(&mut self) {
        let exchange = &self.open.exchange;
        if !exchange.is_complete() && exchange.closed.is_none() && !self.open.text.is_empty() {
            self.put(LineKind::Reply, "@unanswered");
        }
    }

    /// In comments, where less of it is expected.
    fn write_what_came(&mut self, kind: LineKind, lines: &[String]) {
        for line in lines {
            self.remark(Line::new(kind, line).text());
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
        if self.open.text.len() < KEPT_OCTETS {
            self.open.text.push_str(&line);
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
        if let Some(mut place) = self.place.take() {
            place.take_back(self.unready);
        }
        self.error = Some(error);
    }
}

impl OpenExchange {
    fn is_greeting(&self) -> bool {
        self.exchange.command.is_none()
    }

    /// A recording that ends here can be read: neither a reply nor data are outstanding.
    fn is_settled(&self) -> bool {
        (self.exchange.is_complete() || self.exchange.closed.is_some()) && self.octets.is_none()
    }

    fn is_lasting(&self) -> bool {
        self.is_greeting() || (self.exchange.is_accepted() && preface::lasts(&self.exchange.verb()))
    }
}

impl Default for OpenExchange {
    fn default() -> Self {
        Self {
            exchange: Exchange::new(1, None),
            text: String::new(),
            cut: None,
            octets: None,
        }
    }
}

/// More than a command with its replies; what is longer is only missing from the preface of a later recording.
const KEPT_OCTETS: usize = 64 * 1024;

#[cfg(test)]
mod tests;
