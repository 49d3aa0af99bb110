//! One control connection of an examination: everything that goes over it is kept as evidence.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use super::obstacle::Obstacle;
use super::report::Evidence;
use super::stop::Stop;
use crate::client::{
    self, ByteInterest, ConnectError, Connection, Destination, Ending, Exchange, Form, News,
    Observation, Observer, Origin, Outcome, RawBytes, Session, Transfer, TransferEnd,
    TransferResult,
};
use crate::evidence::linter::{Found, Linter};
use crate::protocol::data_port::DataPort;
use crate::protocol::ledger::Fit;
use crate::protocol::parameters::RepresentationType;
use crate::protocol::{Command, DataDirection, OtherProtocol, Reply};
use crate::tls::{Secured, TlsFailure};
use crate::transcript::replay::{OnDifference, Played, ReceivedReplies, Replay};
use crate::transcript::{Dialogue, Variables};

/// A control connection, and what was said on it.
pub(super) struct Talk {
    session: Session,
    heard: ReceivedReplies,
    pub(super) log: Log,
    limit: Duration,
    believes: bool,
    stop: Stop,
}

/// The answer to one command.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) outcome: Outcome,
    pub(super) took: Duration,
    /// From the end of the data to the final reply, where the data ended first.
    pub(super) tail: Option<Duration>,
}

/// Whom to call, and how.
#[derive(Clone)]
pub(super) struct Dial<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) settings: client::Settings,
    /// A certificate that nothing vouches for is taken: no secret goes out.
    pub(super) believes: bool,
    pub(super) limit: Duration,
    pub(super) stop: &'a Stop,
}

impl Talk {
    /// Connects, and waits for the greeting.
    pub(super) fn begin(dial: Dial<'_>, log: &Log) -> Result<(Self, Answer), Obstacle> {
        let begun = Instant::now();
        let heard = ReceivedReplies::default();
        log.begin_connection();
        let observers: Vec<Box<dyn Observer>> =
            vec![Box::new(log.clone()), Box::new(heard.clone())];
        let (session, greeting) = connect(&dial, Box::new(observers))?;
        dial.stop.watch(Some(session.interrupter()));
        let talk = Self {
            session,
            heard,
            log: log.clone(),
            limit: dial.limit,
            believes: dial.believes,
            stop: dial.stop.clone(),
        };
        let answer = talk.settle(greeting, begun);
        talk.forget_replies();
        Ok((talk, answer))
    }

    /// Sends a command, and waits for everything that it brings.
    pub(super) fn send(&self, line: &str) -> Answer {
        self.send_with(line, None)
    }

    /// The same for a command that carries a secret.
    pub(super) fn send_secret(&self, verb: &[u8], secret: &[u8]) -> Answer {
        self.send_line([verb, secret].concat(), None)
    }

    /// The same for a command whose data come here: no more than `most` bytes.
    pub(super) fn fetch(&self, line: &str, most: usize) -> (Answer, Vec<u8>) {
        let sample = Sample::at_most(most);
        let transfer = Transfer::Receive(Box::new(sample.clone()), Form::Exact);
        let answer = self.send_with(line, Some(transfer));
        (answer, sample.bytes())
    }

    /// The same for a command whose data go out.
    pub(super) fn store(&self, line: &str, bytes: &[u8]) -> Answer {
        let source = client::DataSource::new(io::Cursor::new(bytes.to_vec()));
        self.send_with(line, Some(Transfer::Send(source, Form::Exact, None)))
    }

    /// An upload whose local side fails after so many bytes, so that the connection is reset.
    pub(super) fn store_cut(&self, line: &str, after: usize) -> Answer {
        let bytes = io::repeat(b'x').take(after as u64).chain(Failing);
        let source = client::DataSource::new(bytes);
        self.send_with(line, Some(Transfer::Send(source, Form::Exact, None)))
    }

    /// A line that may not be text.
    pub(super) fn send_bytes_line(&self, line: &[u8]) -> Answer {
        self.send_line(line.to_vec(), None)
    }

    fn send_with(&self, line: &str, transfer: Option<Transfer>) -> Answer {
        self.send_line(line.as_bytes().to_vec(), transfer)
    }

    fn send_line(&self, line: Vec<u8>, transfer: Option<Transfer>) -> Answer {
        let begun = Instant::now();
        if !self.may_go_on() {
            return Answer::lost();
        }
        let Ok(command) = Command::new(line) else {
            return Answer::lost();
        };
        let transfer = transfer.or_else(|| discarded(&command));
        let exchange = self.session.begin(command, Origin::Shown, transfer);
        let answer = self.settle(exchange, begun);
        self.forget_replies();
        answer
    }

    /// Active mode: names a port of this side.
    pub(super) fn listen(&self) -> Answer {
        let begun = Instant::now();
        if !self.may_go_on() {
            return Answer::lost();
        }
        let outcome = self.session.listen(Origin::Shown);
        self.forget_replies();
        Answer {
            outcome,
            took: begun.elapsed(),
            tail: None,
        }
    }

    /// Sends bytes as they are, each piece in one write.
    pub(super) fn send_bytes(&self, pieces: &[&[u8]]) -> Answer {
        let begun = Instant::now();
        if !self.may_go_on() {
            return Answer::lost();
        }
        let pieces = pieces.iter().map(|bytes| RawBytes {
            bytes: bytes.to_vec(),
            urgent: false,
        });
        let exchange = self.session.send_bytes(pieces.collect());
        let answer = self.settle_within(exchange, begun, self.limit.min(RAW_LIMIT));
        self.forget_replies();
        answer
    }

    /// A line whose bytes are far enough apart that each arrives alone.
    pub(super) fn send_slowly(&self, line: &[u8]) -> Answer {
        let (last, first) = line.split_last().expect("a line is not empty");
        for byte in first {
            let _ = self.send_bytes(&[&[*byte]]);
            thread::sleep(APART);
        }
        self.send_bytes(&[&[*last]])
    }

    /// Bytes behind which TLS begins; they are answered in their own time.
    pub(super) fn send_before_tls(&self, bytes: &[u8]) {
        if !self.may_go_on() {
            return;
        }
        let until = Instant::now() + self.limit;
        let bytes = bytes.to_vec();
        let urgent = false;
        let exchange = self.session.send_bytes(vec![RawBytes { bytes, urgent }]);
        while self.is_open() && self.control_tls().is_none() && Instant::now() < until {
            match exchange.next_news_within(LOOK_EVERY) {
                Some(News::TrustAsked(question)) => question.answer(self.believes),
                Some(News::Settled(_)) => break,
                _ => {}
            }
        }
    }

    /// Begins a download and interrupts it as soon as it has begun.
    pub(super) fn abort(&self, line: &str, most: usize) -> Answer {
        let begun = Instant::now();
        if !self.may_go_on() {
            return Answer::lost();
        }
        let Ok(command) = Command::new(line) else {
            return Answer::lost();
        };
        let transfer = Transfer::Receive(Box::new(Sample::at_most(most)), Form::Exact);
        let exchange = self.session.begin(command, Origin::Shown, Some(transfer));
        let outcome = loop {
            match exchange.next_news() {
                News::Begun => self.session.interrupter().interrupt(),
                News::Settled(outcome) => break outcome,
                News::DataEnded | News::TrustAsked(_) | News::Detached => {}
            }
        };
        self.session.interrupter().forget();
        self.forget_replies();
        Answer {
            outcome,
            took: begun.elapsed(),
            tail: None,
        }
    }

    /// Looks whether commands get their own replies: if not, one is told to have come too many.
    pub(super) fn find_surplus(&self) {
        if !self.is_in_step() {
            return;
        }
        let replies = ["NOOP", "PWD", "NOOP"].map(|line| self.send(line).outcome.reply);
        if let [Some(first), Some(_), Some(last)] = replies
            && first != last
            && ![first.code.0, last.code.0].contains(&421)
        {
            self.log.lock().note_surplus();
        }
    }

    /// A download, and these commands one after the other while it runs.
    pub(super) fn fetch_during(
        &self,
        line: &str,
        most: usize,
        commands: &[&str],
    ) -> (Answer, Vec<Answer>) {
        let begun = Instant::now();
        let mut answers = Vec::new();
        let command = Command::new(line.as_bytes().to_vec());
        let (true, Ok(command)) = (self.may_go_on(), command) else {
            return (Answer::lost(), answers);
        };
        let transfer = Transfer::Receive(Box::new(Sample::at_most(most)), Form::Exact);
        let exchange = self
            .session
            .begin_in_background(command, Origin::Shown, transfer);
        let (mut left, mut has_begun) = (commands.iter(), false);
        let outcome = loop {
            let is_next = has_begun && left.len() > 0;
            let limit = if is_next { Duration::ZERO } else { LOOK_EVERY };
            match exchange.next_news_within(limit) {
                Some(News::Settled(outcome)) => break outcome,
                Some(News::TrustAsked(question)) => question.answer(self.believes),
                Some(News::Begun) => has_begun = true,
                Some(News::DataEnded) => left = [].iter(),
                None if self.stop.is_stopped() => break Outcome::lost(),
                None if is_next => answers.extend(left.next().map(|line| self.send(line))),
                None | Some(News::Detached) => {}
            }
        };
        self.forget_replies();
        let took = begun.elapsed();
        let answer = Answer {
            outcome,
            took,
            tail: None,
        };
        (answer, answers)
    }

    /// Plays a dialogue that goes on where this connection is.
    pub(super) fn play(&self, dialogue: &Dialogue, variables: Variables) -> Played {
        self.stop.watch(Some(self.session.interrupter()));
        self.forget_replies();
        let replay = Replay {
            session: &self.session,
            heard: &self.heard,
            folder: Path::new(""),
            limit: self.limit,
            show_data: &|_| {},
            on_difference: OnDifference::Stop,
            codes_alone: false,
        };
        let played = replay.go_on(dialogue, variables);
        self.forget_replies();
        played
    }

    /// Whether commands can still be sent.
    pub(super) fn is_open(&self) -> bool {
        let status = self.session.status();
        status.is_some_and(|status| status.connected && !status.quit_answered)
    }

    /// Whether every command has been answered, so that the next reply belongs to the next command.
    pub(super) fn is_in_step(&self) -> bool {
        let status = self.session.status();
        self.is_open() && status.is_some_and(|status| status.outstanding.is_empty())
    }

    /// Whether the server has agreed to TYPE A last.
    pub(super) fn is_ascii(&self) -> bool {
        self.session.status().is_some_and(|status| {
            let kind = status.learnt.parameters.representation_type;
            matches!(kind, Some(RepresentationType::Ascii(_))) && !status.learnt.type_is_doubtful
        })
    }

    /// The server's address, as it was dialled.
    pub(super) fn peer(&self) -> &client::Peer {
        self.session.peer()
    }

    /// TLS on the control connection.
    pub(super) fn control_tls(&self) -> Option<Secured> {
        self.session.status()?.control_tls
    }

    /// TLS on the last data connection.
    pub(super) fn data_tls(&self) -> Option<Secured> {
        self.session.status()?.data_tls
    }

    /// QUIT, and the end of the connection.
    pub(super) fn end(self) {
        if self.is_in_step() && !self.stop.is_stopped() {
            let _ = self.session.quit().wait();
        }
        self.log.end_connection();
        self.stop.watch(None);
    }

    /// Ctrl-C goes to this session from now on, unless it has come.
    fn may_go_on(&self) -> bool {
        self.stop.watch(Some(self.session.interrupter()));
        !self.stop.is_stopped()
    }

    fn settle(&self, exchange: Exchange, begun: Instant) -> Answer {
        // The session has limits of its own, which come first.
        self.settle_within(exchange, begun, Duration::from_secs(3600))
    }

    fn settle_within(&self, exchange: Exchange, begun: Instant, limit: Duration) -> Answer {
        let until = begun + limit;
        let mut ended = None;
        let outcome = loop {
            let left = until.saturating_duration_since(Instant::now());
            match exchange.next_news_within(left) {
                Some(News::TrustAsked(question)) => question.answer(self.believes),
                Some(News::Settled(outcome)) => break outcome,
                Some(News::DataEnded) => ended = Some(Instant::now()),
                Some(News::Begun | News::Detached) => {}
                None => {
                    let ending = Ending::TimedOut;
                    break Outcome {
                        ending,
                        ..Outcome::lost()
                    };
                }
            }
        };
        Answer {
            outcome,
            took: begun.elapsed(),
            tail: ended.map(|ended| ended.elapsed()),
        }
    }

    fn forget_replies(&self) {
        self.heard.forget();
    }
}

impl Answer {
    /// Nothing was sent.
    pub(super) fn lost() -> Self {
        Self {
            outcome: Outcome::lost(),
            took: Duration::ZERO,
            tail: None,
        }
    }

    /// 0 if no reply came.
    pub(super) fn code(&self) -> u16 {
        self.outcome.code()
    }

    /// 2yz or 3yz, and what belongs to it went well.
    pub(super) fn is_positive(&self) -> bool {
        self.outcome.is_positive()
    }

    /// Data came, to their end or to as many as are read at most, and a final reply that is no refusal of it.
    pub(super) fn has_brought_data(&self) -> bool {
        let end = self.outcome.transfer.as_ref();
        self.is_cut() || (self.is_positive() && end.is_some_and(TransferEnd::is_whole))
    }

    /// More came than is read at most, so that this side closed the data connection.
    pub(super) fn is_cut(&self) -> bool {
        let end = self.outcome.transfer.as_ref();
        end.is_some_and(|end| end.result == TransferResult::ReaderClosed)
    }

    /// The reply's lines as text, joined by LF; in words, if there is none.
    pub(super) fn text(&self) -> String {
        match &self.outcome.reply {
            Some(reply) => text_of(reply),
            None => match self.outcome.ending {
                Ending::TimedOut | Ending::Unanswered => "no reply in time".to_owned(),
                Ending::TlsFailed => "TLS failed".to_owned(),
                Ending::Interrupted | Ending::Unsent => "interrupted".to_owned(),
                Ending::ProtocolBroken => "what came has no end that a reply could have".to_owned(),
                Ending::ConnectionLost | Ending::Answered => "the connection ended".to_owned(),
            },
        }
    }

    /// The first line of the text; the evidence has all of a long one.
    pub(super) fn first_line(&self) -> String {
        let text = self.text();
        beginning(text.lines().next().unwrap_or_default(), LINE_TOLD)
    }

    pub(super) fn ms(&self) -> u64 {
        u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX)
    }
}

/// Its first line.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.first_line())
    }
}

pub(super) fn text_of(reply: &Reply) -> String {
    let lines = reply.lines.iter();
    let lines: Vec<_> = lines.map(|line| String::from_utf8_lossy(line)).collect();
    lines.join("\n")
}

/// At most so many letters of a text, and how long it is if that is not all.
pub(crate) fn beginning(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}... ({} bytes in all)", &text[..at], text.len()),
        None => text.to_owned(),
    }
}

/// Data that nobody asked for go nowhere.
fn discarded(command: &Command) -> Option<Transfer> {
    match crate::protocol::user_pi::data_direction(command)? {
        DataDirection::Received => Some(Transfer::Receive(
            Box::new(Sample::at_most(LISTING_MOST)),
            Form::Exact,
        )),
        DataDirection::Sent => {
            let source = client::DataSource::new(io::empty());
            Some(Transfer::Send(source, Form::Exact, None))
        }
    }
}

/// Dials on a thread of its own, because a host that does not answer must not hold up the end of the run.
fn connect(dial: &Dial<'_>, observer: Box<dyn Observer>) -> Result<(Session, Exchange), Obstacle> {
    let failed = |error| Obstacle::Unconnected(Arc::new(error));
    let (sender, connected) = mpsc::channel();
    let (host, port, settings) = (dial.host.to_owned(), dial.port, dial.settings.clone());
    thread::Builder::new()
        .name("connect".to_owned())
        .spawn(move || {
            let _ = sender.send(Session::connect(&host, port, settings, observer));
        })
        .map_err(|error| failed(ConnectError::System(error)))?;
    let until = Instant::now() + dial.limit;
    loop {
        match connected.recv_timeout(LOOK_EVERY) {
            Ok(result) => return result.map_err(failed),
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return Err(failed(ConnectError::Interrupted));
            }
            Err(mpsc::RecvTimeoutError::Timeout) if dial.stop.is_stopped() => {
                return Err(failed(ConnectError::Interrupted));
            }
            Err(mpsc::RecvTimeoutError::Timeout) if Instant::now() >= until => {
                return Err(Obstacle::Unanswered(dial.limit));
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {}
        }
    }
}

/// What is sent in an unusual way is answered at once or not at all.
const RAW_LIMIT: Duration = Duration::from_secs(2);

const APART: Duration = Duration::from_millis(20);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// No listing that is looked at is longer.
const LISTING_MOST: usize = 1 << 20;

/// Nothing can be read from it.
struct Failing;

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the upload is cut on purpose"))
    }
}

/// The first bytes of what comes; more ends the transfer.
#[derive(Clone)]
struct Sample {
    kept: Arc<Mutex<Vec<u8>>>,
    most: usize,
}

impl Sample {
    fn at_most(most: usize) -> Self {
        Self {
            kept: Arc::default(),
            most,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let kept = self.kept.lock();
        kept.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Destination for Sample {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let room = self.most.saturating_sub(kept.len());
        kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if bytes.len() > room {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(())
    }

    fn end(&mut self, _accepted: bool) -> io::Result<()> {
        Ok(())
    }

    fn is_prompt(&self) -> bool {
        true
    }
}

/// Everything that was said in a run. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<LogState>>);

#[derive(Default)]
struct LogState {
    lines: Vec<Evidence>,
    /// What STOR and APPE named.
    stored: BTreeSet<Vec<u8>>,
    /// Of these, what the server has begun to take.
    begun: BTreeSet<Vec<u8>>,
    commands: u32,
    connections: u32,
    linter: Linter,
    odd: Vec<Found>,
    is_unlinted: bool,
    /// Replies that came and answer no command, of the run.
    surplus: u32,
    /// Where the check begins in which such a reply came on this connection.
    doubtful_from: Option<usize>,
    /// Where the check that is made now begins.
    check_from: usize,
    offered: Option<DataPort>,
    own: Option<std::net::SocketAddr>,
    dial_error: Option<(io::ErrorKind, String)>,
    tls_failure: Option<TlsFailure>,
    late_handshakes: u32,
    is_after_cr: bool,
    /// A line of a reply ended with LF alone, somewhere in the run.
    has_bare_line_feeds: bool,
    spoken: Option<OtherProtocol>,
}

impl Log {
    /// Where the next line will stand.
    pub(super) fn mark(&self) -> usize {
        self.lock().lines.len()
    }

    /// A check begins; where its first line will stand.
    pub(super) fn begin_check(&self) -> usize {
        let mut state = self.lock();
        state.check_from = state.lines.len();
        state.check_from
    }

    /// Whether what is odd in the replies from here on is kept.
    pub(super) fn lint(&self, is_linted: bool) {
        self.lock().is_unlinted = !is_linted;
    }

    /// A handshake was answered in clear.
    pub(super) fn note_late_handshake(&self) {
        self.lock().late_handshakes += 1;
    }

    /// How many were, in the whole run.
    pub(super) fn late_handshakes(&self) -> u32 {
        self.lock().late_handshakes
    }

    /// How many replies came that answer no command.
    pub(super) fn surplus(&self) -> u32 {
        self.lock().surplus
    }

    /// What was said since a mark.
    pub(super) fn since(&self, mark: usize) -> Vec<Evidence> {
        self.lock().lines[mark..].to_vec()
    }

    /// The codes of the replies since a mark.
    pub(super) fn codes_since(&self, mark: usize) -> Vec<u16> {
        let lines = self.since(mark);
        let codes = lines.iter().filter_map(|line| match line {
            // The last line of a reply of several has a space there.
            Evidence::Received(text) if text.get(3..4) == Some("-") => None,
            Evidence::Received(text) => text.get(..3)?.parse::<u16>().ok(),
            Evidence::Sent(_) | Evidence::Happened(_) => None,
        });
        codes.collect()
    }

    /// What may be on the server now: the paths that STOR and APPE named.
    pub(super) fn stored(&self) -> BTreeSet<Vec<u8>> {
        self.lock().stored.clone()
    }

    /// One more, whose name the server chose.
    pub(super) fn note_stored(&self, path: &[u8]) {
        let mut state = self.lock();
        state.stored.insert(path.to_vec());
        state.begun.insert(path.to_vec());
    }

    /// Whether an upload to this path was not refused at once.
    pub(super) fn has_begun(&self, path: &[u8]) -> bool {
        self.lock().begun.contains(path)
    }

    /// Commands, and control connections.
    pub(super) fn counts(&self) -> (u32, u32) {
        let state = self.lock();
        (state.commands, state.connections)
    }

    /// What no server should say, of all connections that are over.
    pub(super) fn odd(&self) -> Vec<Found> {
        self.lock().odd.clone()
    }

    /// Whether lines of replies ended with LF alone.
    pub(super) fn has_bare_line_feeds(&self) -> bool {
        self.lock().has_bare_line_feeds
    }

    /// The last port that a reply offered and that was dialled.
    pub(super) fn take_offered(&self) -> Option<DataPort> {
        self.lock().offered.take()
    }

    /// The address of this side, as it was last named to the server.
    pub(super) fn own(&self) -> Option<std::net::SocketAddr> {
        self.lock().own
    }

    pub(super) fn dial_error(&self) -> Option<(io::ErrorKind, String)> {
        self.lock().dial_error.clone()
    }

    /// Why the last data connection could not be made.
    pub(super) fn take_dial_error(&self) -> Option<(io::ErrorKind, String)> {
        self.lock().dial_error.take()
    }

    /// What is spoken in the place of FTP, if that is known.
    pub(super) fn spoken(&self) -> Option<OtherProtocol> {
        self.lock().spoken
    }

    /// Why there was no TLS.
    pub(super) fn take_tls_failure(&self) -> Option<TlsFailure> {
        self.lock().tls_failure.take()
    }

    fn begin_connection(&self) {
        self.end_connection();
        self.lock().connections += 1;
    }

    fn end_connection(&self) {
        let mut state = self.lock();
        let mut linter = std::mem::take(&mut state.linter);
        linter.end();
        let doubtful_from = state.doubtful_from.take().unwrap_or(usize::MAX);
        let found = linter.found().iter();
        let found = found.filter(|it| it.place < doubtful_from || is_surplus(it.oddity.id));
        state.odd.extend(found.cloned());
    }

    fn lock(&self) -> MutexGuard<'_, LogState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Log {
    fn observe(&mut self, observation: &Observation) {
        self.lock().take(observation);
    }

    fn byte_interest(&self) -> ByteInterest {
        let interest = ByteInterest::default();
        interest.want_all(true);
        interest
    }
}

/// Of what is odd, what shifts all replies after it.
fn is_surplus(id: &str) -> bool {
    matches!(id, "reply-unexpected" | "reply-twice")
}

impl LogState {
    fn note_surplus(&mut self) {
        self.surplus += 1;
        self.doubtful_from.get_or_insert(self.check_from);
    }

    /// What the reader of replies does not mind.
    fn look_at_line_ends(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.has_bare_line_feeds |= *byte == b'\n' && !self.is_after_cr;
            self.is_after_cr = *byte == b'\r';
        }
    }

    fn take(&mut self, observation: &Observation) {
        match observation {
            Observation::BytesMoved(moved) => {
                let of_server = (Connection::Control, DataDirection::Received);
                if (moved.connection, moved.direction) == of_server {
                    self.look_at_line_ends(&moved.bytes);
                }
            }
            Observation::CommandSent { command, .. } => {
                self.commands += 1;
                if matches!(command.verb().as_bytes(), b"STOR" | b"APPE") {
                    let path = command.argument().unwrap_or_default();
                    self.stored.insert(path.to_vec());
                }
                self.lines.push(Evidence::Sent(lossy(&command.masked())));
            }
            Observation::BytesSent(pieces) => {
                self.commands += 1;
                let pieces = pieces.iter().map(|piece| &piece.bytes);
                let shown: Vec<String> = pieces.map(|it| lossy(&it.bytes)).collect();
                self.lines
                    .push(Evidence::Happened(format!("sent {}", shown.join(" | "))));
            }
            Observation::AbortSent { synch } => {
                self.commands += 1;
                if *synch {
                    let sent = "sent Telnet IP and Synch, in front of ABOR";
                    self.lines.push(Evidence::Happened(sent.to_owned()));
                }
                self.lines.push(Evidence::Sent("ABOR".to_owned()));
            }
            Observation::ReplyReceived {
                reply,
                assignment,
                answered,
                ..
            } => {
                let place = self.lines.len();
                if reply.code.is_preliminary() && answered.is_to(&["STOR", "APPE"]) {
                    self.begun.insert(answered.argument().to_vec());
                }
                if !self.is_unlinted {
                    self.linter.take(place, answered, assignment);
                }
                let is_surplus = matches!(assignment.fit, Fit::Unexpected | Fit::SecondReply);
                if is_surplus && reply.code.0 != 421 {
                    self.note_surplus();
                }
                let lines = reply.lines.iter().map(|line| lossy(line));
                self.lines.extend(lines.map(Evidence::Received));
            }
            Observation::ProtocolBroken { spoken, .. } => {
                self.spoken = self.spoken.or(*spoken);
            }
            Observation::StrayReceived(line) => {
                if self.lines.is_empty() {
                    self.spoken = OtherProtocol::of_greeting(line);
                }
                self.lines.push(Evidence::Received(lossy(line)));
            }
            Observation::DataConnectionOpened {
                dialled, offered, ..
            } => {
                self.offered = Some(offered.clone());
                let text = format!("data connection open to {dialled}");
                self.lines.push(Evidence::Happened(text));
            }
            Observation::DataConnectionFailed {
                dialled,
                offered,
                error,
                ..
            } => {
                self.offered = Some(offered.clone());
                self.dial_error = Some((error.kind(), error.to_string()));
                let text = format!("no data connection to {dialled}: {error}");
                self.lines.push(Evidence::Happened(text));
            }
            Observation::Listening { address } => {
                self.own = Some(*address);
                let text = format!("listening on {address}");
                self.lines.push(Evidence::Happened(text));
            }
            Observation::DataConnectionAccepted { peer } => {
                let text = format!("the server connected from {peer}");
                self.lines.push(Evidence::Happened(text));
            }
            Observation::TlsFailed(failure) => {
                self.lines.push(Evidence::Happened(failure.to_string()));
                self.tls_failure = Some(failure.clone());
            }
            Observation::TransferEnded(end) => {
                let text = format!("{} bytes of data, {}", end.bytes, ending(&end.result));
                self.lines.push(Evidence::Happened(text));
            }
            Observation::ControlClosed { asked: false, .. } => {
                let text = "the control connection ended".to_owned();
                self.lines.push(Evidence::Happened(text));
            }
            _ => {}
        }
        // A server that talks without end is not evidence.
        self.lines.truncate(LINES_KEPT);
    }
}

fn ending(result: &TransferResult) -> String {
    match result {
        TransferResult::Ended => "to the end".to_owned(),
        TransferResult::Refused => "the command was refused".to_owned(),
        TransferResult::Broken(error) | TransferResult::LocalFailed(error) => error.clone(),
        TransferResult::ReaderClosed => "more was not wanted".to_owned(),
        TransferResult::Aborted => "aborted".to_owned(),
        TransferResult::NeverConnected => "the server did not connect".to_owned(),
        TransferResult::StoppedByServer => "the server gave up".to_owned(),
        TransferResult::CloseNotifyMissing => "without close_notify".to_owned(),
        TransferResult::TlsFailed(failure) => failure.to_string(),
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const LINES_KEPT: usize = 20_000;

/// Of a reply's line, in letters.
const LINE_TOLD: usize = 300;

#[cfg(test)]
mod tests {
    use super::beginning;

    #[test]
    fn a_line_that_goes_on_and_on_is_told_by_its_beginning() {
        assert_eq!(beginning("220 für", 7), "220 für");
        assert_eq!(beginning("220 für x", 7), "220 für... (10 bytes in all)");
    }
}
