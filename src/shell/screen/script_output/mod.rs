//! What a script puts out for other programs: replies, codes, or events as JSON, on standard output or into a file.

mod event;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::escape::escape;
use super::painter::{Screen, in_words, sent_bytes};
use crate::client::{Observation, Peer, TransferEnd, TransferResult};
use crate::evidence::cause::Cause;
use crate::protocol::verbs::DataDirection;
use crate::protocol::{Command, Reply, Verb};
use crate::shell::charset::{Charset, Piece};
use crate::shell::exit::Exit;
use crate::shell::local::file_identity::FileIdentity;
use crate::shell::local::received_file::{DANGLING_LINK, is_dangling_link};
pub(crate) use event::json_line;
use event::{DataMode, Event};

/// What `--format` takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Format {
    /// What is put out.
    pub(crate) kind: Kind,
    /// Where; `None` is standard output.
    pub(crate) file: Option<PathBuf>,
}

/// What is put out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing but received data.
    #[default]
    Dialogue,
    /// The final reply of each line.
    Replies,
    /// Its code alone.
    Codes,
    /// Every event.
    Json,
}

impl Kind {
    /// Every kind, by its name.
    pub(crate) const ALL: [(&'static str, Self); 4] = [
        ("dialogue", Self::Dialogue),
        ("replies", Self::Replies),
        ("codes", Self::Codes),
        ("json", Self::Json),
    ];
}

impl std::str::FromStr for Format {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, file) = match text.split_once('=') {
            Some((name, file)) => (name, Some(file)),
            None => (text, None),
        };
        let kind = Kind::ALL.iter().find(|(known, _)| *known == name);
        let (_, kind) =
            kind.ok_or("write dialogue, replies, codes or json, and =FILE after it for a file")?;
        if file == Some("") || (file.is_some() && *kind == Kind::Dialogue) {
            return Err(
                "name a file after the = of replies, codes or json, as in json=events.jsonl",
            );
        }
        let file = file.filter(|file| *file != "-").map(PathBuf::from);
        Ok(Self { kind: *kind, file })
    }
}

/// Puts out what happens in a script. Clones put it out together.
#[derive(Clone, Debug)]
pub(crate) struct ScriptOutput {
    kind: Kind,
    place: Place,
    state: Arc<Mutex<State>>,
}

/// Where it goes.
#[derive(Clone, Debug)]
enum Place {
    StandardOutput(Screen),
    File {
        name: String,
        file: Arc<File>,
        identity: FileIdentity,
    },
}

#[derive(Debug, Default)]
struct State {
    /// The last command of this line, if there was one.
    last: Option<LastCommand>,
    /// When the last command with each verb went out; that of the greeting is empty.
    sent_at: BTreeMap<Vec<u8>, Instant>,
    /// The local file of the transfer, and which way its data goes.
    file: Option<(DataDirection, String)>,
    data_is_secured: bool,
    /// The problems of this line that were told.
    told: Vec<&'static str>,
    /// A problem was told in this run.
    has_told: bool,
    /// The last error that was said in this line.
    said: Option<String>,
    /// The last error that was said in this run.
    last_error: Option<String>,
    error: Option<io::Error>,
    /// Nobody reads any more.
    is_closed: bool,
}

#[derive(Debug)]
struct LastCommand {
    verb: Verb,
    reply: Option<Reply>,
}

impl ScriptOutput {
    /// Puts nothing out.
    pub(crate) fn none(screen: Screen) -> Self {
        Self {
            kind: Kind::Dialogue,
            place: Place::StandardOutput(screen),
            state: Arc::default(),
        }
    }

    /// Makes the file, if it is to go into one.
    ///
    /// # Errors
    ///
    /// The error of the system.
    pub(crate) fn open(format: &Format, screen: Screen) -> io::Result<Self> {
        let place = match &format.file {
            None => Place::StandardOutput(screen),
            Some(path) if is_dangling_link(path) => {
                return Err(io::Error::other(DANGLING_LINK));
            }
            Some(path) => {
                let file = File::create(path)?;
                Place::File {
                    name: escape(path.as_os_str().as_encoded_bytes()),
                    identity: FileIdentity::of(&file)?,
                    file: Arc::new(file),
                }
            }
        };
        Ok(Self {
            kind: format.kind,
            place,
            state: Arc::default(),
        })
    }

    /// The kind that standard output has, if it is not for data.
    pub(crate) fn on_standard_output(&self) -> Option<&'static str> {
        if self.kind == Kind::Dialogue || matches!(self.place, Place::File { .. }) {
            return None;
        }
        let mut all = Kind::ALL.iter();
        all.find_map(|(name, kind)| (*kind == self.kind).then_some(*name))
    }

    /// Whether it goes into the file that this path leads to.
    pub(crate) fn is_in(&self, path: &Path) -> bool {
        match &self.place {
            Place::StandardOutput(_) => false,
            Place::File { identity, .. } => identity.is_at(path),
        }
    }

    /// A line of the script begins.
    pub(crate) fn begin_line(&self) {
        let mut state = self.lock();
        state.last = None;
        state.told.clear();
        state.said = None;
    }

    /// The line has ended so, and was said to have failed of this.
    pub(crate) fn end_line(&self, exit: Exit, verdict: Option<&'static str>) {
        let mut state = self.lock();
        self.tell_failure(&mut state, exit, verdict);
        match state.last.take().map(|last| last.reply) {
            Some(Some(reply)) => self.put_reply(&mut state, &reply),
            _ if exit != Exit::Done => self.put_no_reply(&mut state),
            _ => {}
        }
    }

    /// The whole run ends.
    ///
    /// # Errors
    ///
    /// What could not be put out, now or before.
    pub(crate) fn end(&self, exit: Exit) -> Result<(), String> {
        let mut state = self.lock();
        if !state.has_told {
            // The line that it was said in may have been one that asks why.
            state.said = state.last_error.take();
            self.tell_failure(&mut state, exit, None);
        }
        self.put_event(&mut state, &Event::End { exit: exit.code() });
        drop(state);
        self.take_failure().map_or(Ok(()), Err)
    }

    /// Why not everything could be put out, told once.
    pub(crate) fn take_failure(&self) -> Option<String> {
        let error = self.lock().error.take()?;
        let name = match &self.place {
            Place::StandardOutput(_) => "standard output",
            Place::File { name, .. } => name,
        };
        Some(format!("{name}: {error}"))
    }

    /// The next transfers go to or come from this file.
    pub(crate) fn set_file(&self, file: Option<(DataDirection, &Path)>) {
        let file = file.map(|(direction, path)| (direction, path.to_string_lossy().into_owned()));
        self.lock().file = file;
    }

    /// An error was said.
    pub(super) fn note_error(&self, text: &str) {
        let mut state = self.lock();
        state.said = Some(text.to_owned());
        state.last_error = state.said.clone();
    }

    /// The last error that was said.
    pub(crate) fn last_error(&self) -> Option<String> {
        self.lock().last_error.clone()
    }

    /// Something that is not seen on the connection did not work.
    pub(crate) fn tell_problem(&self, cause: &'static str, text: &str) {
        let mut state = self.lock();
        self.put_problem(&mut state, cause, text.to_owned());
    }

    /// Something happened at this moment; it is a problem if it has a cause.
    pub(crate) fn observe(
        &self,
        at: Instant,
        observation: &Observation,
        cause: Option<&'static str>,
        charset: Charset,
    ) {
        let mut state = self.lock();
        self.note(&mut state, at, observation);
        if self.kind != Kind::Json {
            return;
        }
        if let Some(event) = state.event(at, observation, charset) {
            self.put_event(&mut state, &event);
        }
        if let Some(cause) = cause {
            let text = match observation {
                Observation::ReplyReceived { reply, .. } => {
                    text_of(reply.lines.last().map_or(&[], Vec::as_slice), charset)
                }
                other => in_words(other, charset).unwrap_or_default(),
            };
            self.put_problem(&mut state, cause, text);
        }
        if matches!(observation, Observation::TransferEnded(_)) {
            state.data_is_secured = false;
        }
    }

    fn note(&self, state: &mut State, at: Instant, observation: &Observation) {
        match observation {
            Observation::Connected { .. } => {
                state.sent_at.clear();
                state.sent_at.insert(Vec::new(), at);
            }
            Observation::CommandSent { command, .. } => state.note_sent(command.verb(), at),
            Observation::AbortSent { .. } => {
                state.sent_at.insert(b"ABOR".to_vec(), at);
            }
            Observation::ReplyReceived {
                reply, assignment, ..
            } if !reply.code.is_preliminary() => {
                let last = state.last.as_mut();
                let last = last.filter(|last| assignment.verb.as_ref() == Some(&last.verb));
                if let Some(last) = last {
                    last.reply = Some(reply.clone());
                }
            }
            Observation::BackgroundSettled { outcome, .. } => {
                if let Some(reply) = &outcome.reply {
                    self.put_reply(state, reply);
                }
            }
            Observation::DataSecured(_) => state.data_is_secured = true,
            _ => {}
        }
    }

    /// A problem that no event told of.
    fn tell_failure(&self, state: &mut State, exit: Exit, verdict: Option<&'static str>) {
        let Some(general) = exit.cause() else {
            return;
        };
        let cause = verdict.unwrap_or(general);
        // What `resume` handles itself was told, too, and is not why it stopped.
        let is_told = match general {
            "local-line" | "upload-not-verified" => state.told.contains(&cause),
            _ => !state.told.is_empty(),
        };
        if !is_told {
            let said = state.said.take().filter(|_| cause != "interrupted");
            let text = said.unwrap_or_else(|| Cause::named(cause).meaning().to_owned());
            self.put_problem(state, cause, text);
        }
    }

    fn put_problem(&self, state: &mut State, cause: &'static str, text: String) {
        state.told.push(cause);
        state.has_told = true;
        self.put_event(state, &Event::Problem { cause, text });
    }

    fn put_event(&self, state: &mut State, event: &Event) {
        if self.kind == Kind::Json {
            self.put(state, event.line().as_bytes());
        }
    }

    fn put_reply(&self, state: &mut State, reply: &Reply) {
        match self.kind {
            Kind::Codes => self.put(state, format!("{}\n", reply.code).as_bytes()),
            Kind::Replies => {
                for line in &reply.lines {
                    let line = match &self.place {
                        Place::StandardOutput(screen) if screen.shows_data_on_terminal() => {
                            screen.charset().escape(line).into_bytes()
                        }
                        _ => line.clone(),
                    };
                    self.put(state, &[&line[..], b"\n"].concat());
                }
            }
            Kind::Dialogue | Kind::Json => {}
        }
    }

    fn put_no_reply(&self, state: &mut State) {
        match self.kind {
            Kind::Codes => self.put(state, b"000\n"),
            Kind::Replies => self.put(state, b"000 no reply\n"),
            Kind::Dialogue | Kind::Json => {}
        }
    }

    /// Each line at once and whole.
    fn put(&self, state: &mut State, line: &[u8]) {
        if state.is_closed {
            return;
        }
        let written = match &self.place {
            Place::StandardOutput(screen) => screen.data(line),
            Place::File { file, .. } => (&**file).write_all(line),
        };
        if let Err(error) = written {
            state.is_closed = true;
            // A reader that closes its end early has what it wanted.
            state.error = (error.kind() != io::ErrorKind::BrokenPipe).then_some(error);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under the lock can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn note_sent(&mut self, verb: Verb, at: Instant) {
        self.sent_at.insert(verb.as_bytes().to_vec(), at);
        self.last = Some(LastCommand { verb, reply: None });
    }

    fn event(&self, at: Instant, observation: &Observation, charset: Charset) -> Option<Event> {
        Some(match observation {
            Observation::Connected { peer, through } => {
                let (host, port) = host_and_port(peer);
                let proxy = through.as_ref().map(ToString::to_string);
                Event::Connected { host, port, proxy }
            }
            Observation::CommandSent { command, .. } => sent(command, charset),
            Observation::AbortSent { .. } => Event::Sent {
                line: "ABOR".to_owned(),
                verb: Some("ABOR".to_owned()),
            },
            Observation::BytesSent(pieces) => Event::Sent {
                line: sent_bytes(pieces),
                verb: None,
            },
            Observation::ReplyReceived {
                reply, assignment, ..
            } => self.reply(at, reply, assignment.verb.as_ref(), charset),
            Observation::DataConnectionOpened { dialled, .. } => {
                opened(DataMode::Passive, host_and_port(dialled))
            }
            Observation::DataConnectionAccepted { peer } => {
                opened(DataMode::Active, (peer.ip().to_string(), peer.port()))
            }
            Observation::TransferEnded(end) => self.transfer(end),
            _ => return None,
        })
    }

    fn reply(&self, at: Instant, reply: &Reply, verb: Option<&Verb>, charset: Charset) -> Event {
        let sent_at = verb.and_then(|verb| self.sent_at.get(verb.as_bytes()));
        let since = sent_at.map(|sent_at| at.saturating_duration_since(*sent_at));
        let verb = verb.filter(|verb| !verb.as_bytes().is_empty());
        Event::Reply {
            code: reply.code.0,
            lines: reply.lines.iter().map(|it| text_of(it, charset)).collect(),
            dropped_bytes: reply.dropped_bytes,
            verb: verb.map(|verb| text_of(verb.as_bytes(), charset)),
            ms: since.map(|since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX)),
        }
    }

    fn transfer(&self, end: &TransferEnd) -> Event {
        let file = self.file.as_ref();
        let file = file.filter(|(direction, _)| *direction == end.direction);
        Event::Transfer {
            direction: end.direction.into(),
            bytes: end.bytes,
            file: file.map(|(_, name)| name.clone()),
            tls: self.data_is_secured,
            result: name_of(&end.result),
        }
    }
}

fn sent(command: &Command, charset: Charset) -> Event {
    Event::Sent {
        line: text_of(&command.masked(), charset),
        verb: Some(text_of(command.verb().as_bytes(), charset)),
    }
}

fn opened(mode: DataMode, (host, port): (String, u16)) -> Event {
    Event::DataOpened { mode, host, port }
}

fn host_and_port(peer: &Peer) -> (String, u16) {
    match peer {
        Peer::Address(address) => (address.ip().to_string(), address.port()),
        Peer::Name { host, port } => (host.clone(), *port),
    }
}

/// How the data of a transfer ended, by a name that stays.
fn name_of(result: &TransferResult) -> &'static str {
    match result {
        TransferResult::Ended => "ended",
        TransferResult::Refused => "refused",
        TransferResult::Broken(_) => "broken",
        TransferResult::LocalFailed(_) => "local-failed",
        TransferResult::ReaderClosed => "reader-closed",
        TransferResult::Aborted => "aborted",
        TransferResult::NeverConnected => "never-connected",
        TransferResult::StoppedByServer => "stopped-by-server",
        TransferResult::CloseNotifyMissing => "close-notify-missing",
        TransferResult::TlsFailed(_) => "tls-failed",
    }
}

/// What bytes mean; U+FFFD stands for what is no text.
fn text_of(bytes: &[u8], charset: Charset) -> String {
    let pieces = charset.decode(bytes).into_iter();
    let text = pieces.map(|piece| match piece {
        Piece::Text(text) => text,
        Piece::Byte(_) => char::REPLACEMENT_CHARACTER.to_string(),
    });
    text.collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Format, Kind};

    #[test]
    fn a_format_is_one_of_four_and_three_of_them_may_go_to_a_file() {
        for (text, kind, file) in [
            ("dialogue", Kind::Dialogue, None),
            ("replies", Kind::Replies, None),
            ("codes", Kind::Codes, None),
            ("codes=-", Kind::Codes, None),
            ("json=a=b", Kind::Json, Some("a=b")),
        ] {
            let format: Format = text.parse().unwrap();
            let file = file.map(|file| Path::new(file).to_owned());
            assert_eq!(format, Format { kind, file }, "{text}");
        }
        for text in ["", "xml", "JSON", "codes=", "dialogue=f", "=f"] {
            assert!(text.parse::<Format>().is_err(), "{text}");
        }
        assert_eq!("dialogue".parse(), Ok(Format::default()));
    }
}
