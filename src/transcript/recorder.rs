//! Writes a session down while it happens. It observes what the painter observes, so the two cannot disagree.
//!
//! ```text
//! CommandSent     C> RETR 1.TXT
//! ReplyReceived   S> 150
//!                 # S> 150 Opening BINARY mode data connection for 1.TXT (5 bytes).
//! TransferEnded   D> I am {no-eol}
//! ```
//!
//! Every line is written at once and whole, so that a recording that is cut off lacks nothing that was seen.

mod values;

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use sha2::{Digest, Sha256};

use super::data::{self, DataDigest, ExpectedData, ExpectedDataLine, inline_lines};
use super::exchange::{Exchange, SentCommand};
use super::expected_reply::{ExpectedReply, ExpectedText};
use super::pattern::LinePattern;
use super::template::{Piece, Template};
use super::{Line, LineKind};
use crate::client::panic_injection::panic_if_asked;
use crate::client::{
    ByteInterest, Connection, MovedBytes, Observation, Observer, TransferEnd, TransferResult,
};
use crate::protocol::hidden::is_hidden;
use crate::protocol::user_pi::data_direction;
use crate::protocol::{Command, DataDirection, Reply, ReplyCode, SecretEcho, Verb};
use values::{Values, numbered};

/// Where a recording goes. The recorder writes to it and opens no file itself.
pub(crate) trait RecordingPlace: Send {
    /// Takes whole lines of the transcript, and keeps nothing back.
    ///
    /// # Errors
    ///
    /// What the place says; the recording then ends, and these lines are not in it.
    fn write(&mut self, lines: &str) -> io::Result<()>;

    /// Puts other lines, which are longer, in the place of the last ones that were written.
    ///
    /// # Errors
    ///
    /// What the place says; it then holds what it held before.
    fn replace_end(&mut self, old: &str, new: &str) -> io::Result<()>;

    /// Takes back the last bytes that were written, as far as the place can: the recording ends in the middle of an
    /// exchange, and must be one that can be read.
    fn take_back(&mut self, bytes: u64);

    /// A file for the data of one upload: its path as the transcript names it, and the file, which need not exist
    /// before the first byte is written.
    fn data_file(&mut self) -> (String, Box<dyn io::Write + Send>);
}

/// Observes one session, and writes it down while it has a place to write to.
///
/// A recording that begins in the middle begins with the greeting and with the commands that brought the session where
/// it is: the login, TYPE, CWD.
#[derive(Clone, Default)]
pub(crate) struct Recorder {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    place: Option<Box<dyn RecordingPlace>>,
    error: Option<io::Error>,
    /// Written since the recording was last one that can be read.
    unready: u64,
    written: Written,
    keeps_texts: bool,
    implicit_tls: bool,
    /// What stands at the top, the users aside.
    headers: String,
    values: Values,
    preface: Preface,
    open: OpenExchange,
    secrets: SecretNames,
    /// A port was opened for the command that follows, which has this verb unless it was typed otherwise.
    listens: Option<&'static str>,
    interest: ByteInterest,
}

/// What was written, as far as it can still be changed.
#[derive(Default)]
struct Written {
    /// The last of it.
    text: String,
    /// How many bytes are before it.
    before: u64,
    /// Where the next header goes, in bytes.
    headers_end: u64,
}

/// The exchange of the command that was sent last, and how it is written down.
struct OpenExchange {
    /// Of its replies only the first 1yz and the final one: a server may send others without end.
    exchange: Exchange,
    /// Its lines, as a recording that begins later needs them.
    text: String,
    /// This side dropped the data connection after so many bytes.
    cut: Option<u64>,
    bytes: Option<SeenBytes>,
}

impl Recorder {
    /// Of a session whose connection begins with TLS, or not.
    pub(crate) fn new(implicit_tls: bool) -> Self {
        let recorder = Self::default();
        recorder.lock().implicit_tls = implicit_tls;
        recorder
    }

    /// Writes to this place from now on, after what is needed to get there. Texts of replies that are likely to stay
    /// the same are expected too if that is asked for.
    pub(crate) fn start(&self, place: Box<dyn RecordingPlace>, keeps_texts: bool) {
        self.lock().start(place, keeps_texts);
    }

    /// Ends the recording; what is unfinished is marked, so that the transcript can be read.
    pub(crate) fn stop(&self) {
        self.lock().stop();
    }

    /// The same unless another thread is writing; says whether it was done.
    pub(crate) fn try_stop(&self) -> bool {
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
    pub(crate) fn take_error(&self) -> Option<io::Error> {
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

    fn byte_interest(&self) -> ByteInterest {
        self.lock().interest.clone()
    }
}

impl State {
    fn start(&mut self, place: Box<dyn RecordingPlace>, keeps_texts: bool) {
        self.stop();
        self.place = Some(place);
        self.keeps_texts = keeps_texts;
        self.written = Written::default();
        self.values.forget_replies();
        self.interest.want_data(true);
        let headers = format!("{}{}", self.headers, self.values.headers());
        self.written.headers_end = headers.len() as u64;
        let mut text = headers + &self.preface.text();
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
            if self.written.ends_in_data() {
                // Else a replay could not know that the data are whole.
                self.remark("the recording ends here");
            }
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
                self.remark(&format!("not a reply: {}", Template::literal(line)));
            }
            Observation::BytesMoved(moved) => self.take_moved(moved),
            Observation::NoDataConnection { .. } => self.open.bytes = None,
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
        let line = Line::new(LineKind::Command, &sent.to_string()).to_string();
        if !self.open.exchange.is_aborted_by(command.line()) {
            self.end_exchange();
            self.unready = 0;
            self.open.exchange.command = Some(sent);
            self.open.bytes = self.bytes_of(command);
        }
        match self.repeating(command) {
            Some(repeating) => {
                self.write(&Line::new(LineKind::Command, &repeating.to_string()).to_string());
            }
            None => self.write(&line),
        }
        self.remember(&line);
    }

    /// With the names of what replies have said, where the command repeats it.
    fn repeating(&mut self, command: &Command) -> Option<Template> {
        let holds_secret =
            !command.secret_places().is_empty() || self.secrets.are_in(command.line());
        if self.place.is_none() || holds_secret || command.verb().is("USER") {
            return None;
        }
        let repetition = self.values.repeated_by(command)?;
        if let Some((at, text)) = &repetition.capture
            && !self.insert(*at, text)
        {
            return None;
        }
        Some(self.values.take_repetition(repetition))
    }

    /// What is kept of the data that a command moves, while a recording is written.
    fn bytes_of(&mut self, command: &Command) -> Option<SeenBytes> {
        let place = self.place.as_mut()?;
        let direction = data_direction(command)?;
        let file = (direction == DataDirection::Sent).then(|| place.data_file());
        Some(SeenBytes::new(file))
    }

    fn take_moved(&mut self, moved: &MovedBytes) {
        let is_of_command = moved.connection == Connection::Data
            && self.open.exchange.direction() == Some(moved.direction);
        if let Some(seen) = self.open.bytes.as_mut().filter(|_| is_of_command) {
            seen.take(&moved.bytes);
        }
    }

    /// As it stands in a transcript: without secrets, and without a port that will be another one next time.
    fn spelled(&mut self, command: &Command) -> SentCommand {
        let listens = self.listens.take();
        if let Some(verb) = listens.filter(|verb| command.verb().is(verb)) {
            return SentCommand::Listen(verb.to_owned());
        }
        let line = command.line();
        let secrets = command.secret_places();
        if secrets.is_empty() {
            let user = self.user_of(command);
            return SentCommand::Line(user.unwrap_or_else(|| self.secrets.taken_out_of(line)));
        }
        let mut template = Template::default();
        let mut end = 0;
        for place in secrets {
            let name = self
                .secrets
                .name_of(&line[..place.start], &line[place.clone()]);
            template = template.and(Piece::Literal(line[end..place.start].to_vec()));
            template = template.and(Piece::Variable(name));
            end = place.end;
        }
        let rest = self.secrets.taken_out_of(&line[end..]);
        let pieces = rest.pieces().iter().cloned();
        SentCommand::Line(pieces.fold(template, Template::and))
    }

    /// USER with a name in the place of the user, who is another one on another server.
    fn user_of(&mut self, command: &Command) -> Option<Template> {
        let user = command.argument().filter(|user| !user.is_empty())?;
        if !command.verb().is("USER") {
            return None;
        }
        let name = match self.values.name_of_user(user) {
            Ok(name) => name,
            Err((name, header)) => {
                if !self.insert(self.written.headers_end, &header) {
                    return None;
                }
                self.written.headers_end += header.len() as u64;
                self.values.take_user(user);
                name
            }
        };
        let before = &command.line()[..command.line().len() - user.len()];
        Some(Template::literal(before).and(Piece::Variable(name)))
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
        let expected = match self.keeps_texts {
            true => expectation_of(reply, verb),
            false => ExpectedReply::of_code(reply.code),
        };
        let printed = expected.printed();
        self.put_all(LineKind::Reply, &printed);
        if self.place.is_some() && expected.text == ExpectedText::Any {
            self.values.take_reply(reply, verb, self.written.end() - 1);
        }
        if printed != came {
            self.write_what_came(LineKind::Reply, &came);
        }
        if reply.dropped_bytes > 0 {
            let dropped = reply.dropped_bytes;
            self.remark(&format!("{dropped} more bytes of this reply were not kept"));
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
        let server = Template::literal(name_in(greeting)).to_string();
        if !server.is_empty() {
            self.headers.push_str(&header(&format!("server: {server}")));
        }
        self.headers.push_str(&header(RECORDED_BY));
        if self.implicit_tls {
            self.headers.push_str(&header("tls: implicit"));
        }
        let headers = self.headers.clone();
        self.write(&headers);
        self.written.headers_end = self.written.end();
    }

    fn take_end_of_data(&mut self, end: &TransferEnd) {
        if let Some(mut seen) = self.open.bytes.take() {
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
            let bytes = end.bytes;
            self.remark(&format!("the data broke off after {bytes} bytes{how}"));
        }
    }

    fn take_received(&mut self, seen: &mut SeenBytes, end: &TransferEnd) {
        if end.result == TransferResult::ReaderClosed {
            self.open.cut = Some(end.bytes);
            return self.settle_cut();
        }
        // How far a transfer comes that breaks off is another matter each time.
        if !end.is_whole() {
            return;
        }
        let verb = self.open.exchange.verb();
        let digest = seen.close();
        let expected = expected_data(seen.kept(), digest, &verb).printed();
        self.put_all(LineKind::DataReceived, &expected);
        let inline = seen.whole().filter(|bytes| is_inline(bytes));
        let came = match inline {
            Some(bytes) => data::inline_lines(bytes),
            None => vec![data::bytes_line(digest)],
        };
        if came != expected {
            self.write_what_came(LineKind::DataReceived, &came);
        }
    }

    /// Where the server objected, a replay cuts too; where it had sent everything before, it must not be cut sooner.
    fn settle_cut(&mut self) {
        if self.open.exchange.is_complete()
            && let Some(bytes) = self.open.cut.take()
            && !self.open.exchange.is_accepted()
        {
            self.put(LineKind::DataReceived, &format!("@cut {bytes}"));
        }
    }

    fn take_sent(&mut self, seen: &mut SeenBytes, end: &TransferEnd) {
        seen.cut_at(end.bytes);
        let digest = seen.close();
        if digest.bytes == 0 {
            return;
        }
        let inline = seen.whole().filter(|bytes| is_inline(bytes));
        let lines = match inline.map(data::inline_lines) {
            Some(lines) => lines,
            None => match seen.store() {
                Ok(name) => vec![data::file_line(&name, digest)],
                Err(error) => return self.fail(error),
            },
        };
        self.put_all(LineKind::DataSent, &lines);
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
        self.put_all(kind, &[text]);
    }

    /// Lines that belong together: a kill leaves all of them or none.
    fn put_all(&mut self, kind: LineKind, texts: &[impl AsRef<str>]) {
        let lines = texts.iter().map(|text| Line::new(kind, text.as_ref()));
        let lines: String = lines.map(|line| line.to_string()).collect();
        self.write(&lines);
        self.remember(&lines);
    }

    fn remember(&mut self, line: &str) {
        if self.open.text.len() < KEPT_BYTES {
            self.open.text.push_str(line);
        }
    }

    fn write(&mut self, lines: &str) {
        let Some(place) = &mut self.place else {
            return;
        };
        if let Err(error) = place.write(lines) {
            return self.fail(error);
        }
        self.unready += lines.len() as u64;
        if self.written.push(lines) {
            self.values.forget_replies();
        }
    }

    /// Inserts a text into what was written; says whether it stands there now. While nothing is recorded, nothing has to.
    fn insert(&mut self, at: u64, text: &str) -> bool {
        let Some(place) = &mut self.place else {
            return true;
        };
        let Some((old, new)) = self.written.with(at, text) else {
            return false;
        };
        // A device cannot be changed; the recording then says it in so many words.
        if place.replace_end(old, &new).is_err() {
            return false;
        }
        let length = text.len() as u64;
        if at >= self.written.end() - self.unready {
            self.unready += length;
        }
        let start = self.written.text.len() - old.len();
        self.written.text.replace_range(start.., &new);
        if self.written.headers_end > at {
            self.written.headers_end += length;
        }
        self.values.shift(at, length);
        true
    }

    fn fail(&mut self, error: io::Error) {
        self.interest.want_data(false);
        if let Some(mut place) = self.place.take() {
            place.take_back(self.unready);
        }
        self.error = Some(error);
    }
}

impl Written {
    fn end(&self) -> u64 {
        self.before + self.text.len() as u64
    }

    fn ends_in_data(&self) -> bool {
        let last = self.text.lines().next_back().unwrap_or_default();
        let kinds = [LineKind::DataReceived, LineKind::DataSent];
        kinds.iter().any(|kind| last.starts_with(kind.prefix()))
    }

    /// Takes more; says whether what was there before can no longer be changed.
    fn push(&mut self, lines: &str) -> bool {
        let is_full = self.text.len() + lines.len() > CHANGEABLE_BYTES;
        if is_full {
            self.before = self.end();
            self.text.clear();
        }
        self.text.push_str(lines);
        is_full
    }

    /// The end of what was written, from this place on, and the same with a text inserted there.
    fn with(&self, at: u64, text: &str) -> Option<(&str, String)> {
        let at = usize::try_from(at.checked_sub(self.before)?).ok()?;
        let old = self.text.get(at..)?;
        Some((old, format!("{text}{old}")))
    }
}

/// More than a session by hand has; in what is before it, no reply is given a name any more.
const CHANGEABLE_BYTES: usize = 1024 * 1024;

/// What the greeting calls the server: its first line that says something, without ornaments.
fn name_in(greeting: &Reply) -> &[u8] {
    let is_ornament = |byte: &u8| b"-=*#~_ \t".contains(byte);
    let texts = greeting.lines.iter().map(|line| {
        let is_coded = line
            .get(..3)
            .is_some_and(|code| code.iter().all(u8::is_ascii_digit));
        let text = if is_coded {
            line.get(4..).unwrap_or_default()
        } else {
            line
        };
        let start = text.iter().position(|byte| !is_ornament(byte));
        let end = text.iter().rposition(|byte| !is_ornament(byte));
        start
            .zip(end)
            .map_or(&[][..], |(start, end)| &text[start..=end])
    });
    let mut texts = texts.filter(|text| !text.is_empty());
    texts.next().unwrap_or_default()
}

/// Says that the end may be missing.
const RECORDED_BY: &str = concat!("recorded: ftpsh ", env!("CARGO_PKG_VERSION"));

fn header(text: &str) -> String {
    Line::new(LineKind::Comment, text).to_string()
}

impl OpenExchange {
    fn is_greeting(&self) -> bool {
        self.exchange.command.is_none()
    }

    /// A recording that ends here can be read: neither a reply nor data is outstanding.
    fn is_settled(&self) -> bool {
        (self.exchange.is_complete() || self.exchange.closed.is_some()) && self.bytes.is_none()
    }

    fn is_lasting(&self) -> bool {
        self.is_greeting() || (self.exchange.is_accepted() && lasts(&self.exchange.verb()))
    }
}

impl Default for OpenExchange {
    fn default() -> Self {
        Self {
            exchange: Exchange::new(1, None),
            text: String::new(),
            cut: None,
            bytes: None,
        }
    }
}

/// More than a command with its replies; what is longer is only missing from the preface of a later recording.
const KEPT_BYTES: usize = 64 * 1024;

/// The greeting, and the commands whose effect lasts.
#[derive(Default)]
struct Preface {
    greeting: String,
    /// The verb in upper case, and the lines of its exchange.
    lasting: Vec<(Vec<u8>, String)>,
}

impl Preface {
    fn set_greeting(&mut self, text: String) {
        self.greeting = text;
    }

    /// Takes an exchange that is over; `text` is its lines.
    fn take(&mut self, exchange: &Exchange, text: String) {
        if exchange.direction().is_some() {
            self.forget(FOR_ONE_TRANSFER);
        }
        if !exchange.is_accepted() {
            return;
        }
        let verb = exchange.verb();
        if verb.is("REIN") {
            self.forget(LOGIN);
            self.forget(SETTINGS);
        } else if verb.is("USER") {
            self.forget(LOGIN);
        } else if verb.is("RNTO") {
            self.forget(&["RNFR"]);
        } else if PORTS.iter().any(|port| verb.is(port)) {
            self.forget(PORTS);
        } else if REPLACED.iter().any(|setting| verb.is(setting)) {
            let verb = verb.as_bytes();
            self.lasting.retain(|(known, _)| known != verb);
        }
        if lasts(&verb) && self.lasting.len() < KEPT_COMMANDS {
            self.lasting.push((verb.as_bytes().to_vec(), text));
        }
    }

    /// Everything, in order.
    fn text(&self) -> String {
        let lasting = self.lasting.iter().map(|(_, text)| text.as_str());
        std::iter::once(self.greeting.as_str())
            .chain(lasting)
            .collect()
    }

    fn forget(&mut self, verbs: &[&str]) {
        let is_forgotten = |known: &Vec<u8>| verbs.iter().any(|verb| verb.as_bytes() == known);
        self.lasting.retain(|(known, _)| !is_forgotten(known));
    }
}

/// Whether the effect of this command lasts beyond its reply.
fn lasts(verb: &Verb) -> bool {
    let all = [LOGIN, SETTINGS, PORTS, PENDING, SECURITY];
    all.iter()
        .any(|verbs| verbs.iter().any(|lasting| verb.is(lasting)))
}

const LOGIN: &[&str] = &["USER", "PASS", "ACCT", "HOST"];
const SECURITY: &[&str] = &["AUTH", "ADAT", "PBSZ", "PROT", "CCC"];
const SETTINGS: &[&str] = &[
    "TYPE", "MODE", "STRU", "OPTS", "LANG", "CLNT", "CWD", "XCWD", "CDUP", "XCUP", "SMNT",
];
/// Of these, the last one counts.
const REPLACED: &[&str] = &["TYPE", "MODE", "STRU", "PROT", "LANG", "REST", "RNFR"];
const PORTS: &[&str] = &["PASV", "EPSV", "LPSV", "PORT", "EPRT", "LPRT"];
const PENDING: &[&str] = &["REST", "RNFR"];
const FOR_ONE_TRANSFER: &[&str] = &["PASV", "EPSV", "LPSV", "PORT", "EPRT", "LPRT", "REST"];
/// Few sessions change directory so often; one that does must not fill the memory.
const KEPT_COMMANDS: usize = 1000;

/// Which secret has which name: the same secret always the same, another one another. Besides the last few, of which
/// other commands must not hold one either, only digests of them are kept.
#[derive(Default)]
struct SecretNames {
    known: Vec<(String, [u8; 32])>,
    last: SecretEcho,
}

impl SecretNames {
    /// `password` for the first after PASS, `password_2` for another one.
    fn name_of(&mut self, before: &[u8], secret: &[u8]) -> String {
        let verb = Verb::new(before.trim_ascii());
        let name = match verb {
            // A line without a verb, which is not the password that the server took.
            _ if before.is_empty() => "mistyped",
            verb if verb.is("ACCT") => "account",
            verb if verb.is("ADAT") => "adat",
            _ => "password",
        };
        self.last.remember(secret);
        let digest = digest_of_secret(secret);
        let is_of_kind = |known: &str| {
            known
                .strip_prefix(name)
                .is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
        };
        let mut of_kind = self.known.iter().filter(|(known, _)| is_of_kind(known));
        if let Some((known, _)) = of_kind.clone().find(|(_, known)| *known == digest) {
            return known.clone();
        }
        let name = numbered(name, of_kind.by_ref().count() + 1);
        self.known.push((name.clone(), digest));
        name
    }

    /// Whether a line repeats one.
    fn are_in(&self, line: &[u8]) -> bool {
        !self.last.places(line, false).is_empty()
    }

    /// A line that carries no secret of its own, as `SITE PSWD hunter2` does not, with names for those that it repeats. A
    /// replay shows such a line, so the names are not those of secrets.
    fn taken_out_of(&self, line: &[u8]) -> Template {
        let mut template = Template::default();
        let mut start = 0;
        for place in self.last.places(line, false) {
            let digest = digest_of_secret(&line[place.clone()]);
            let known = self.known.iter().find(|(_, known)| *known == digest);
            // Two secrets that overlap are neither of them.
            let name = known.map_or("password", |(name, _)| name);
            template = template
                .and(Piece::Literal(line[start..place.start].to_vec()))
                .and(Piece::Variable(format!("repeated_{name}")));
            start = place.end;
        }
        template.and(Piece::Literal(line[start..].to_vec()))
    }
}

fn digest_of_secret(secret: &[u8]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// What is kept of a transfer's bytes.
struct SeenBytes {
    kept: Vec<u8>,
    bytes: u64,
    sha256: Sha256,
    /// Where the bytes of an upload go that cannot stand in the transcript.
    file: Option<DataFile>,
    is_closed: bool,
}

struct DataFile {
    name: String,
    writer: Box<dyn Write + Send>,
    has_begun: bool,
    error: Option<io::Error>,
}

impl SeenBytes {
    fn new(file: Option<(String, Box<dyn Write + Send>)>) -> Self {
        let file = file.map(|(name, writer)| DataFile {
            name,
            writer,
            has_begun: false,
            error: None,
        });
        Self {
            kept: Vec::new(),
            bytes: 0,
            sha256: Sha256::new(),
            file,
            is_closed: false,
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        if self.is_closed {
            return;
        }
        self.bytes += bytes.len() as u64;
        self.sha256.update(bytes);
        let room = INLINE_BYTES.saturating_sub(self.kept.len());
        let fits = bytes.len() <= room && self.is_whole_but(bytes.len());
        if let (false, Some(file)) = (fits, &mut self.file) {
            file.write(&self.kept, bytes);
        }
        self.kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// What was seen before these last bytes was all kept.
    fn is_whole_but(&self, last: usize) -> bool {
        self.bytes == (self.kept.len() + last) as u64
    }

    /// Only so many of them were sent. What lies in a file already stays.
    fn cut_at(&mut self, sent: u64) {
        let sent = usize::try_from(sent).unwrap_or(usize::MAX);
        if self.whole().is_some() && sent < self.kept.len() {
            self.kept.truncate(sent);
            self.bytes = sent as u64;
            self.sha256 = Sha256::new_with_prefix(&self.kept);
        }
    }

    /// Nothing that comes later counts.
    fn close(&mut self) -> DataDigest {
        self.is_closed = true;
        DataDigest {
            bytes: self.bytes,
            sha256: Some(self.sha256.clone().finalize().into()),
        }
    }

    /// The first bytes.
    fn kept(&self) -> &[u8] {
        &self.kept
    }

    /// All bytes, if they are few.
    fn whole(&self) -> Option<&[u8]> {
        self.is_whole_but(0).then_some(&self.kept)
    }

    /// Sees to it that all bytes are in the file; its name.
    fn store(&mut self) -> io::Result<String> {
        let Some(mut file) = self.file.take() else {
            return Err(io::ErrorKind::NotFound.into());
        };
        if !file.has_begun {
            file.write(&self.kept, &[]);
        }
        match file.error.take() {
            Some(error) => Err(error),
            None => file.writer.flush().map(|()| file.name),
        }
    }
}

impl DataFile {
    fn write(&mut self, kept: &[u8], bytes: &[u8]) {
        if self.error.is_some() {
            return;
        }
        let first = if self.has_begun { &[][..] } else { kept };
        self.has_begun = true;
        let written = self.writer.write_all(first);
        self.error = written.and_then(|()| self.writer.write_all(bytes)).err();
    }
}

/// The expectation that a recorder writes for this reply to this verb; the greeting's verb is empty.
#[must_use]
pub fn expectation_of(reply: &Reply, verb: &Verb) -> ExpectedReply {
    let mut expected = ExpectedReply::of_code(reply.code);
    if let [line] = reply.lines.as_slice()
        && is_stable(reply.code, line.get(4..).unwrap_or_default(), verb)
    {
        expected.text = ExpectedText::Line(LinePattern::literal(reply.text()));
    }
    expected
}

/// The expectation that a recorder writes for the data that this verb received; `bytes` holds all of them.
#[must_use]
pub fn expected_data_of(bytes: &[u8], verb: &Verb) -> ExpectedData {
    expected_data(bytes, digest_of(bytes), verb)
}

/// The same where `kept` are only the first of them.
fn expected_data(kept: &[u8], digest: DataDigest, verb: &Verb) -> ExpectedData {
    // Dates, owners and the order of names differ.
    if ["LIST", "NLST", "MLSD"]
        .iter()
        .any(|listing| verb.is(listing))
    {
        return ExpectedData::Lines(vec![ExpectedDataLine::AnyLines]);
    }
    let is_whole = kept.len() as u64 == digest.bytes;
    exact_data(
        Some(kept)
            .filter(|_| is_whole)
            .filter(|bytes| is_inline(bytes)),
        digest,
    )
}

/// Data as lines if there are any given, else by their digest.
pub(super) fn exact_data(inline: Option<&[u8]>, digest: DataDigest) -> ExpectedData {
    let lines = inline.map(inline_lines).unwrap_or_default();
    let read = lines.iter().try_fold(None, |before, line| {
        ExpectedData::read(line, before).map(Some)
    });
    match read {
        Ok(Some(data)) => data,
        Ok(None) | Err(_) => ExpectedData::Bytes(digest),
    }
}

/// Whether data is short enough, and text enough, to stand in a transcript as lines.
pub(super) fn is_inline(bytes: &[u8]) -> bool {
    let is_readable = |text: &str| !text.chars().any(|c| is_hidden(c) && c != '\r' && c != '\n');
    let is_text = std::str::from_utf8(bytes).is_ok_and(is_readable);
    !bytes.is_empty() && bytes.len() <= INLINE_BYTES && is_text
}

/// How many bytes these are, and their SHA-256.
pub(super) fn digest_of(bytes: &[u8]) -> DataDigest {
    DataDigest {
        bytes: bytes.len() as u64,
        sha256: Some(Sha256::digest(bytes).into()),
    }
}

/// The same for all that a reader gives, in little memory.
///
/// # Errors
///
/// What the reader says.
pub(super) fn digest_of_reader(mut reader: impl Read) -> io::Result<DataDigest> {
    let mut sha256 = Sha256::new();
    let mut bytes = 0;
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match reader.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => {
                sha256.update(&piece[..count]);
                bytes += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let sha256 = Some(sha256.finalize().into());
    Ok(DataDigest { bytes, sha256 })
}

/// Whether the text will be the same next time: a value that only depends on what the transcript sent, or a short
/// sentence without anything in it that looks like a number, a path or a name in quotes.
fn is_stable(code: ReplyCode, text: &[u8], verb: &Verb) -> bool {
    if code == ReplyCode(213) {
        return VALUES.iter().any(|value| verb.is(value));
    }
    let volatile = code.is_preliminary() || VOLATILE.contains(&code.0);
    let is_plain = |byte: &u8| byte.is_ascii_alphabetic() || b" .,:;!?-'()".contains(byte);
    !volatile && !text.is_empty() && text.len() <= STABLE_BYTES && text.iter().all(is_plain)
}

/// 213 is their value, and depends on the file alone.
const VALUES: &[&str] = &[
    "SIZE", "XCRC", "XMD5", "XSHA", "XSHA1", "XSHA256", "XSHA512", "HASH",
];

/// Banners, counters, ports, paths and systems; the text about them is not part of the dialogue.
const VOLATILE: &[u16] = &[
    211, 212, 214, 215, 220, 221, 225, 226, 227, 228, 229, 230, 257, 421, 426,
];
const STABLE_BYTES: usize = 80;
/// The most that stands in a transcript as lines.
const INLINE_BYTES: usize = 4 * 1024;
const PIECE_BYTES: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use super::{
        Command, Exchange, ExpectedReply, Observation, Observer, Preface, Recorder, RecordingPlace,
        Reply, ReplyCode, SecretNames, SeenBytes, TransferEnd, TransferResult, Verb,
        expectation_of, expected_data_of,
    };
    use crate::client::{Connection, MovedBytes, Origin};
    use crate::protocol::DataDirection;
    use crate::protocol::ledger::{Assignment, Fit};
    use crate::transcript::exchange::SentCommand;
    use crate::transcript::template::Template;
    use crate::transcript::{Transcript, Variables};

    fn exchange(line: &str, code: u16) -> Exchange {
        let command = SentCommand::Line(Template::literal(line.as_bytes()));
        let mut exchange = Exchange::new(1, Some(command));
        exchange
            .replies
            .push(ExpectedReply::of_code(ReplyCode(code)));
        exchange
    }

    #[test]
    fn what_still_counts_is_kept_in_order() {
        let mut preface = Preface::default();
        preface.set_greeting("greeting\n".to_owned());
        for line in [
            "USER a", "PASS x", "USER b", "PASS y", "TYPE A", "CWD sub", "NOOP", "PASV", "RETR f",
            "TYPE I", "REST 5", "PASV", "EPSV", "RNFR a", "RNTO b",
        ] {
            preface.take(&exchange(line, 250), format!("{line}\n"));
        }
        preface.take(&exchange("CWD refused", 550), String::new());
        assert_eq!(
            preface.text(),
            "greeting\nUSER b\nPASS y\nCWD sub\nTYPE I\nREST 5\nEPSV\n"
        );
        preface.take(&exchange("REIN", 220), String::new());
        assert_eq!(preface.text(), "greeting\nREST 5\nEPSV\n");
    }

    #[test]
    fn the_same_secret_has_the_same_name_and_another_one_another() {
        let mut names = SecretNames::default();
        for (before, secret, name) in [
            ("PASS ", "right", "password"),
            (" pass ", "wrong", "password_2"),
            ("PASS ", "right", "password"),
            ("ACCT ", "right", "account"),
            ("ADAT ", "right", "adat"),
            ("PASS ", "third", "password_3"),
        ] {
            assert_eq!(names.name_of(before.as_bytes(), secret.as_bytes()), name);
        }
    }

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_file_holds_every_byte_however_they_came() {
        for piece in [1, 7, 4095, 4096, 4097, 10_000] {
            let bytes: Vec<u8> = (0..10_000).map(|at: u32| (at % 251) as u8).collect();
            let file = Kept::default();
            let mut seen = SeenBytes::new(Some(("f".to_owned(), Box::new(file.clone()))));
            bytes.chunks(piece).for_each(|piece| seen.take(piece));
            let digest = seen.close();
            assert_eq!(digest, super::digest_of(&bytes));
            assert_eq!(seen.whole(), None);
            assert_eq!(seen.store().unwrap(), "f");
            assert_eq!(*file.0.lock().unwrap(), bytes, "in pieces of {piece}");
        }
    }

    #[test]
    fn few_bytes_are_kept_and_cut_to_what_was_sent() {
        let mut seen = SeenBytes::new(None);
        seen.take(b"I am zfive5");
        seen.cut_at(5);
        let digest = seen.close();
        seen.take(b"too late");
        assert_eq!(seen.whole(), Some(&b"I am "[..]));
        assert_eq!(digest, super::digest_of(b"I am "));
    }

    fn reply(text: &str) -> Reply {
        Reply {
            code: ReplyCode(text[..3].parse().unwrap()),
            lines: text.lines().map(|line| line.as_bytes().to_vec()).collect(),
            ended_with: None,
            dropped_bytes: 0,
        }
    }

    fn expectation(text: &str, verb: &str) -> ExpectedReply {
        expectation_of(&reply(text), &Verb::new(verb.as_bytes()))
    }

    #[test]
    fn only_a_text_that_stays_the_same_is_kept() {
        for (verb, text, printed) in [
            ("", "220 (vsFTPd 3.0.5)", "220"),
            ("", "220-Welcome\n220 ready", "220"),
            (
                "USER",
                "331 User name okay, need password.",
                "331 User name okay, need password.",
            ),
            ("PASS", "230 User logged in, proceed.", "230"),
            ("PASS", "530 Login incorrect.", "530 Login incorrect."),
            ("SIZE", "213 5", "213 5"),
            ("MDTM", "213 20240101000000", "213"),
            ("STAT", "213-Status\n213 End", "213"),
            (
                "XMD5",
                "213 0cc175b9c0f1b6a831c399e269772661",
                "213 0cc175b9c0f1b6a831c399e269772661",
            ),
            ("PASV", "227 Entering Passive Mode (127,0,0,1,1,2).", "227"),
            ("EPSV", "229 Entering Extended Passive Mode (|||2|)", "229"),
            (
                "RETR",
                "150 Opening data connection for x (5 bytes).",
                "150",
            ),
            ("RETR", "226 Transfer complete.", "226"),
            ("PWD", "257 \"/tmp/x\" is the current directory", "257"),
            (
                "CWD",
                "250 Directory successfully changed.",
                "250 Directory successfully changed.",
            ),
            ("CWD", "550 /tmp/x: No such file", "550"),
            ("REST", "350 Restarting at 5.", "350"),
            ("FOO", "500 'FOO' \u{1b}[1m not understood", "500"),
            ("PASS", "530 PASS **** is wrong", "530"),
            ("NOOP", "200 ", "200"),
        ] {
            assert_eq!(
                expectation(text, verb).printed(),
                [printed],
                "{verb} {text}"
            );
        }
    }

    #[test]
    fn every_expectation_is_met_by_its_own_reply() {
        for text in [
            "220 a",
            "331 b c",
            "213 5",
            "226-a\n226 b",
            "200",
            "999 odd",
        ] {
            let found = expectation(text, "SIZE").matches(&reply(text), &Variables::default());
            assert!(found.is_some(), "{text}");
        }
    }

    #[test]
    fn short_text_is_written_and_other_data_are_counted() {
        let data = |bytes: &[u8], verb: &str| {
            expected_data_of(bytes, &Verb::new(verb.as_bytes())).printed()
        };
        assert_eq!(data(b"-rw 1.TXT\r\n", "LIST"), ["..."]);
        assert_eq!(data(b"I am", "RETR"), ["I am{no-eol}"]);
        assert_eq!(data(b"a\nb\r\n", "RETR"), ["a{lf}", "b"]);
        assert_eq!(data(b"...\r\n", "RETR"), ["{0x2e}.."]);
        let empty =
            "@octets 0 sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(data(b"", "RETR"), [empty]);
        assert!(data(&[0; 9], "RETR")[0].starts_with("@octets 9 sha256 "));
        assert!(data(&[b'a'; 5000], "RETR")[0].starts_with("@octets 5000 sha256 "));
    }

    /// A place in memory; it fails once it holds so many bytes.
    #[derive(Clone)]
    struct Place {
        text: Arc<Mutex<String>>,
        most: usize,
    }

    impl RecordingPlace for Place {
        fn write(&mut self, lines: &str) -> io::Result<()> {
            let mut text = self.text.lock().unwrap();
            if text.len() + lines.len() > self.most {
                return Err(io::ErrorKind::StorageFull.into());
            }
            text.push_str(lines);
            Ok(())
        }

        fn replace_end(&mut self, old: &str, new: &str) -> io::Result<()> {
            let mut text = self.text.lock().unwrap();
            let start = text.len() - old.len();
            assert!(text.ends_with(old));
            text.replace_range(start.., new);
            Ok(())
        }

        fn take_back(&mut self, bytes: u64) {
            let mut text = self.text.lock().unwrap();
            let left = text.len() - usize::try_from(bytes).unwrap();
            text.truncate(left);
        }

        fn data_file(&mut self) -> (String, Box<dyn io::Write + Send>) {
            ("f.1.data".to_owned(), Box::new(io::sink()))
        }
    }

    struct Session {
        recorder: Recorder,
        place: Place,
    }

    impl Session {
        /// A recording whose greeting is there.
        fn new() -> Self {
            let place = Place {
                text: Arc::default(),
                most: usize::MAX,
            };
            let recorder = Recorder::default();
            recorder.start(Box::new(place.clone()), false);
            let mut session = Self { recorder, place };
            session.reply("", "220 ready");
            session
        }

        fn send(&mut self, line: &str) {
            let command = Command::new(line).unwrap();
            self.recorder.observe(&Observation::CommandSent {
                command,
                origin: Origin::Typed,
            });
        }

        fn abort(&mut self) {
            self.recorder
                .observe(&Observation::AbortSent { synch: true });
        }

        fn reply(&mut self, verb: &str, text: &str) {
            let reply = Reply {
                code: ReplyCode(text[..3].parse().unwrap()),
                lines: text.lines().map(|line| line.as_bytes().to_vec()).collect(),
                ended_with: None,
                dropped_bytes: 0,
            };
            let assignment = Assignment {
                entry: None,
                verb: Some(Verb::new(verb.as_bytes())),
                fit: Fit::Listed,
                passed_over: Vec::new(),
            };
            self.recorder.observe(&Observation::ReplyReceived {
                answered: std::sync::Arc::new(crate::protocol::Answered::nothing(reply.clone())),
                reply,
                assignment,
                awaited: true,
            });
        }

        /// The data of a command that is sent with them.
        fn transfer(
            &mut self,
            line: &str,
            direction: DataDirection,
            bytes: &[u8],
            sent: u64,
            result: TransferResult,
        ) {
            self.send(line);
            self.reply(&line[..4], "150 go");
            self.recorder.observe(&Observation::BytesMoved(MovedBytes {
                connection: Connection::Data,
                direction,
                under_tls: false,
                urgent: false,
                offset: 0,
                bytes: bytes.to_vec(),
                secrets: Vec::new(),
            }));
            self.recorder
                .observe(&Observation::TransferEnded(TransferEnd {
                    direction,
                    bytes: sent,
                    line_ends: 0,
                    acknowledged: None,
                    ended_short_of: None,
                    expected: None,
                    result,
                }));
        }

        /// What was written after the greeting, without comments; it is a transcript that can be read.
        fn lines(&self) -> Vec<String> {
            let text = self.place.text.lock().unwrap().clone();
            let dialogue = Transcript::read(text.as_bytes()).unwrap().dialogue();
            assert!(dialogue.is_ok(), "{dialogue:?}\n{text}");
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            lines.skip(1).map(str::to_owned).collect()
        }
    }

    #[test]
    fn what_a_reply_says_is_captured_where_a_later_command_repeats_it() {
        let mut session = Session::new();
        for (line, reply) in [
            ("USER tester", "331 Please specify the password."),
            ("PWD", "257 \"/srv\" is the current directory"),
            ("SIZE f", "213 5"),
            ("SIZE g", "213 0"),
            ("REST 0", "350 from 0"),
            ("REST 5", "350 from 5"),
            ("MDTM f", "213 20240101000000"),
            ("MKD a", "257 \"/srv/a\" created"),
            ("CWD /srv/a/b", "250 done"),
            ("CWD /srv", "250 done"),
            ("CWD /srvx", "550 no"),
            ("USER tester", "331 Please specify the password."),
        ] {
            session.send(line);
            session.reply(line.split(' ').next().unwrap(), reply);
        }
        assert_eq!(
            session.lines(),
            [
                "C> USER {user}",
                "S> 331",
                "C> PWD",
                "S> 257 \"{path_2}\"[..]",
                "C> SIZE f",
                "S> 213 {size}",
                "C> SIZE g",
                "S> 213",
                "C> REST 0",
                "S> 350",
                "C> REST {size}",
                "S> 350",
                "C> MDTM f",
                "S> 213",
                "C> MKD a",
                "S> 257 \"{path}\"[..]",
                "C> CWD {path}/b",
                "S> 250",
                "C> CWD {path_2}",
                "S> 250",
                "C> CWD /srvx",
                "S> 550",
                "C> USER {user}",
                "S> 331"
            ]
        );
        assert_begins_with_the_user(&session);
    }

    #[track_caller]
    fn assert_begins_with_the_user(session: &Session) {
        let text = session.place.text.lock().unwrap();
        assert!(
            text.starts_with(&format!(
                "# server: ready\n# {}\n# var: user = tester\nS> 220\n",
                super::RECORDED_BY
            )),
            "{text}"
        );
    }

    #[test]
    fn a_recording_that_begins_later_names_nothing_that_it_does_not_hold() {
        let mut session = Session::new();
        for (line, reply) in [
            ("USER tester", "331 go on"),
            ("PWD", "257 \"/srv\""),
            ("CWD /srv/a", "250 done"),
        ] {
            session.send(line);
            session.reply(line.split(' ').next().unwrap(), reply);
        }
        session.place.text.lock().unwrap().clear();
        session
            .recorder
            .start(Box::new(session.place.clone()), false);
        session.send("CWD /srv/b");
        session.reply("CWD", "250 done");
        assert_eq!(
            session.lines(),
            [
                "C> USER {user}",
                "S> 331",
                "C> CWD /srv/a",
                "S> 250",
                "C> CWD /srv/b",
                "S> 250"
            ]
        );
        assert_begins_with_the_user(&session);
    }

    #[test]
    fn the_server_is_the_first_line_of_its_greeting_that_says_something() {
        for (greeting, name) in [
            ("220 (vsFTPd 3.0.5)", "(vsFTPd 3.0.5)"),
            (
                "220---------- Welcome to Pure-FTPd [TLS] ----------\n220-You are user 1 of 50.\n220 Bye after 15 minutes.",
                "Welcome to Pure-FTPd [TLS]",
            ),
            ("220-\n ***\n  a server\n220 ", "a server"),
            ("220 ", ""),
        ] {
            assert_eq!(super::name_in(&reply(greeting)), name.as_bytes());
        }
    }

    #[test]
    fn an_abort_before_the_transfer_has_begun_is_a_command_of_its_own() {
        let mut session = Session::new();
        session.send("RETR f");
        session.abort();
        session.reply("ABOR", "226 aborted");
        session.send("abor ");
        session.reply("ABOR", "225 nothing");
        assert_eq!(
            session.lines(),
            [
                "C> RETR f",
                "S> @unanswered",
                "C> ABOR",
                "S> 226",
                "C> abor{0x20}",
                "S> 225"
            ]
        );
    }

    #[test]
    fn an_upload_is_recorded_as_far_as_it_was_sent() {
        let mut session = Session::new();
        let broken = TransferResult::Broken("reset by peer".to_owned());
        session.transfer("STOR f", DataDirection::Sent, b"I am zfive5", 5, broken);
        session.reply("STOR", "426 broken");
        session.transfer("STOR f", DataDirection::Sent, b"", 0, TransferResult::Ended);
        session.reply("STOR", "226 done");
        assert_eq!(
            session.lines(),
            [
                "C> STOR f",
                "S> 150",
                "D< I am {no-eol}",
                "S> 426",
                "C> STOR f",
                "S> 150",
                "S> 226"
            ]
        );
        let text = session.place.text.lock().unwrap();
        assert!(
            text.contains("# the data broke off after 5 bytes: reset by peer\n"),
            "{text}"
        );
    }

    #[test]
    fn a_download_that_is_left_early_is_cut_where_the_server_minded() {
        for (code, last) in [("426 broken", "D> @cut 9"), ("226 done", "S> 226")] {
            let mut session = Session::new();
            session.transfer(
                "RETR f",
                DataDirection::Received,
                b"too much!",
                9,
                TransferResult::ReaderClosed,
            );
            session.reply("RETR", code);
            assert_eq!(session.lines().last().unwrap(), last);
        }
    }

    #[test]
    fn a_known_password_is_left_out_of_other_commands_too() {
        let mut session = Session::new();
        for line in [
            "PASS hunter2",
            "ACCT numbers",
            "SITE PSWD hunter2 hunter3",
            "ECHO numbers,hunter2",
            "PASS A",
            "CWD A",
        ] {
            session.send(line);
            session.reply(&line[..4], "200 ok");
        }
        let lines = session.lines().join("\n");
        let wanted = [
            "C> SITE PSWD {password_2}",
            "C> ECHO {repeated_account},{repeated_password}",
            "C> PASS {password_3}",
            "C> CWD A",
        ];
        assert!(wanted.iter().all(|line| lines.contains(line)), "{lines}");
        assert!(!lines.contains("hunter") && !lines.contains("numbers"));
    }

    #[test]
    fn unexpected_replies_stand_where_they_came() {
        let mut session = Session::new();
        session.reply("", "421-Going down\n421 now");
        session.reply("", "020 odd");
        session.recorder.observe(&Observation::TimedOut {
            limit: Duration::from_secs(1),
            awaited: crate::client::Awaited::Reply,
        });
        session.recorder.observe(&Observation::ControlClosed {
            error: None,
            asked: false,
            by_us: false,
            quiet_for: Duration::ZERO,
            during: None,
            before_greeting: false,
        });
        session.recorder.stop();
        assert_eq!(session.lines(), ["S> 421", "S> @closed"]);
        let text = session.place.text.lock().unwrap();
        assert!(
            text.contains("# S> 421-Going down\n# S> 421 now\n# S> 020 odd\n"),
            "{text}"
        );
    }

    #[test]
    fn a_stop_in_the_middle_leaves_a_transcript_that_can_be_read() {
        let mut session = Session::new();
        session.send("NOOP");
        session.recorder.stop();
        session.reply("NOOP", "200 too late");
        assert_eq!(session.lines(), ["C> NOOP", "S> @unanswered"]);
    }

    #[test]
    fn a_place_that_fails_ends_the_recording_and_tells_why() {
        let mut session = Session::new();
        assert!(session.recorder.take_error().is_none());
        let full = Place {
            most: 80,
            text: Arc::default(),
        };
        session.recorder.start(Box::new(full.clone()), true);
        session.send("NOOP");
        session.reply("NOOP", "200 a text that is longer than the place");
        let error = session.recorder.take_error().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        session.send("PWD");
        assert!(session.recorder.take_error().is_none());
        let text = full.text.lock().unwrap();
        assert!(text.ends_with('\n'), "{text:?}");
    }
}
