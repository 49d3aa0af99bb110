//! One session of a log, gone through without a server.

use super::found::{Found, Overcoming};
use super::said::{self, Stage};
use super::story::Story;
use crate::evidence::event::{Event, is_refusal};
use crate::evidence::linter::Linter;
use crate::evidence::problems::Problem;
use crate::evidence::reply;
use crate::evidence::rules::Circumstances;
use std::net::IpAddr;
use std::sync::Arc;

use crate::evidence::words::kind_of;
use crate::protocol::user_pi::{self, DataPortUse, UserPi, data_direction};
use crate::protocol::{Answered, Command, DataPort, OtherProtocol, ReplyCode};
use crate::transcript::import::log::masking::masked;
use crate::transcript::import::log::{LogLine, Meaning};

/// A session as far as its log shows it.
#[derive(Debug)]
pub(super) struct Session {
    pi: UserPi,
    pub(super) linter: Linter,
    pub(super) story: Story,
    pub(super) found: Vec<Found>,
    pub(super) first_line: usize,
    circumstances: Circumstances,
    /// How many commands have gone out.
    exchange: usize,
    command: Option<(usize, Command)>,
    offered: Option<DataPort>,
    has_received: bool,
    awaits_tls: bool,
    /// The line on which the last reply ended.
    last_reply: usize,
    /// The code of a reply whose end is outstanding.
    open_reply: Option<ReplyCode>,
    is_over: bool,
    /// The client says that all data of the transfer have moved.
    data_has_ended: bool,
    /// The log has no texts of replies.
    has_only_codes: bool,
}

impl Session {
    pub(super) fn new(first_line: usize) -> Self {
        Self {
            pi: UserPi::new().0,
            linter: Linter::default(),
            story: Story::default(),
            found: Vec::new(),
            first_line,
            circumstances: Circumstances {
                is_connected: true,
                ..Circumstances::at_first(|_| None)
            },
            exchange: 0,
            command: None,
            offered: None,
            has_received: false,
            awaits_tls: false,
            last_reply: first_line,
            open_reply: None,
            is_over: false,
            data_has_ended: false,
            has_only_codes: false,
        }
    }

    /// Takes a line; `false` if nothing is known of what it says.
    pub(super) fn take(&mut self, line: &LogLine) -> bool {
        match &line.meaning {
            Meaning::Sent(command) => self.send(line.number, command),
            Meaning::Received(text) if is_of_client(text) => self.hear(line.number, text),
            Meaning::Received(text) => self.receive(line.number, text),
            Meaning::Answered(code) => {
                self.has_only_codes = true;
                self.receive(line.number, code.to_string().as_bytes());
            }
            Meaning::Said(text) => self.hear(line.number, text),
            Meaning::Unknown(text) => return self.try_to_hear(line.number, text),
            Meaning::Noise => {}
        }
        true
    }

    /// Nothing more comes: what was waited for did not.
    pub(super) fn end(&mut self) {
        self.end_open_reply();
        self.linter.end();
        let is_waiting = self.pi.ledger().open_verbs().next().is_some();
        let Some((line, command)) = self.command.clone() else {
            return;
        };
        if !is_waiting || !self.has_received || self.is_over || command.verb().is("QUIT") {
            return;
        }
        let cause = if self.has_begun() {
            "no-final-reply"
        } else {
            "no-reply"
        };
        let event = Event::new(cause).with("after", "the time of the log");
        self.note(line, Some(event), None);
    }

    /// Whether anything was said in it.
    pub(super) fn has_dialogue(&self) -> bool {
        self.has_received || self.exchange > 0
    }

    fn send(&mut self, line: usize, command: &Command) {
        self.end_open_reply();
        self.pi.silence();
        self.read_events(line);
        if self.awaits_tls {
            self.secure();
        }
        if self.pi.ledger().open_verbs().count() > OPEN_KEPT {
            self.pi.resync();
        }
        self.exchange += 1;
        self.data_has_ended = false;
        let completed = self.pi.completed(command);
        self.pi.send(&completed);
        self.story.take_command(&completed);
        self.command = Some((line, completed.without_secret()));
    }

    fn receive(&mut self, line: usize, text: &[u8]) {
        if self.awaits_tls {
            self.secure();
        }
        self.has_received = true;
        self.last_reply = line;
        let with_end = [text, b"\r\n"].concat();
        if self.exchange == 0
            && let Some(protocol) = OtherProtocol::of_greeting(&with_end)
        {
            self.note(line, Some(not_ftp(protocol, text)), None);
        }
        self.note_open_reply(text);
        self.pi.receive(&with_end);
        self.read_events(line);
    }

    /// Follows the lines of a reply, so that one whose end is missing does not swallow what comes after it.
    fn note_open_reply(&mut self, text: &[u8]) {
        let code = text.get(..3).and_then(|digits| str::from_utf8(digits).ok());
        let code = code.and_then(|digits| digits.parse().ok()).map(ReplyCode);
        self.open_reply = match (self.open_reply, code, text.get(3)) {
            (None, Some(code), Some(b'-')) => Some(code),
            (Some(open), Some(code), Some(b' ')) if code == open => None,
            (open, ..) => open,
        };
    }

    fn end_open_reply(&mut self) {
        let Some(code) = self.open_reply.take() else {
            return;
        };
        self.pi.silence();
        if self.pi.peek_event().is_none() {
            self.pi.receive(format!("{code} \r\n").as_bytes());
        }
        self.read_events(self.last_reply);
    }

    fn read_events(&mut self, line: usize) {
        while let Some(event) = self.pi.next_event() {
            match event {
                user_pi::Event::ReplyReceived {
                    assignment,
                    answered,
                    ..
                } => {
                    if !self.has_only_codes {
                        self.linter.take(line, &answered, &assignment);
                    }
                    self.take_reply(line, &answered);
                }
                user_pi::Event::DataPortOffered(port) => self.offered = Some(port),
                user_pi::Event::DataPortUnreadable(reason) if !self.has_only_codes => {
                    let event = Event::new("data-port-unreadable").with("reason", reason);
                    self.note(line, Some(event), None);
                }
                user_pi::Event::TlsAgreed => self.awaits_tls = true,
                user_pi::Event::TlsEndAgreed | user_pi::Event::Reinitialised => {
                    self.circumstances.is_under_tls = false;
                }
                _ => {}
            }
        }
    }

    fn take_reply(&mut self, line: usize, answered: &Answered) {
        let code = answered.reply.code;
        self.story.take_reply(answered);
        if let Some(cause) = reply::reservation(answered) {
            let said = answered.reply.lines.join(&b' ');
            let event = self.event(cause, &said);
            self.note(line, Some(event), None);
        } else if is_refusal(code) {
            self.note(line, None, Some(answered));
        } else if !code.is_preliminary() {
            let overcoming = Overcoming::of(answered);
            for found in &mut self.found {
                found.is_overcome |= found.overcome_by(&overcoming);
            }
        }
        let is_quit = answered.is_to(&["QUIT"]);
        self.is_over |= code == ReplyCode(421) || code == ReplyCode(221) || is_quit;
    }

    fn secure(&mut self) {
        self.awaits_tls = false;
        self.circumstances.is_under_tls = true;
        self.story.is_under_tls = true;
        self.pi.begin_protected();
    }

    fn hear(&mut self, line: usize, text: &[u8]) {
        self.try_to_hear(line, text);
    }

    /// Takes the words of a program; `false` if nothing is known of them.
    fn try_to_hear(&mut self, line: usize, text: &[u8]) -> bool {
        let is_known = self.story.hear(text);
        if self.exchange == 0
            && let Some(protocol) = other_protocol(text)
        {
            self.note(line, Some(not_ftp(protocol, text)), None);
            return true;
        }
        let Some(cause) = said::cause_of(text, self.stage()) else {
            return is_known;
        };
        if cause == said::DATA_ENDED {
            self.data_has_ended = true;
            return true;
        }
        let ends_session = ["control-closed", "control-reset"].contains(&cause);
        if !(self.is_over && ends_session) {
            let event = self.event(cause, text);
            self.note(line, Some(event), None);
        }
        true
    }

    fn stage(&self) -> Stage {
        let is_waiting = self.pi.ledger().open_verbs().next().is_some();
        let last = self.command.as_ref().map(|(_, command)| command);
        let moves_data = last.is_some_and(|command| data_direction(command).is_some());
        match self.pi.learnt().data_port {
            _ if !self.has_received => Stage::Connecting,
            _ if self.awaits_tls => Stage::Handshake,
            _ if self.has_begun() && self.data_has_ended => Stage::Ended,
            _ if self.has_begun() => Stage::Transfer,
            Some(DataPortUse::Passive) if moves_data && is_waiting => Stage::Asked,
            Some(DataPortUse::Passive) => Stage::Passive,
            Some(DataPortUse::Active) => Stage::Active,
            None if moves_data && is_waiting => Stage::Transfer,
            None if is_waiting => Stage::Waiting,
            None => Stage::Idle,
        }
    }

    /// The last command has had its 1yz, and not its final reply.
    fn has_begun(&self) -> bool {
        let is_preliminary = |it: &Answered| it.reply.code.is_preliminary();
        let is_waiting = self.pi.ledger().open_verbs().next().is_some();
        is_waiting && self.pi.last_answered().is_some_and(is_preliminary)
    }

    fn event(&self, cause: &'static str, text: &[u8]) -> Event {
        let said = words_of(text);
        let host = self.offered.as_ref().and_then(|port| port.host);
        let is_other = |host: &IpAddr| self.story.host != Some(host.to_string());
        let host = host.filter(is_other);
        let named = host.map(kind_of).filter(|kind| !kind.is_empty());
        let named = named
            .zip(host)
            .map(|(kind, host)| format!(" The reply named {host}{kind}."));
        let address = self.offered.as_ref().map(|port| match port.host {
            Some(host) => std::net::SocketAddr::new(host, port.port).to_string(),
            None => format!("port {}", port.port),
        });
        let event = Event::new(cause)
            .with("after", "some time")
            .with("error", &said)
            .with("failure", &said)
            .with("reason", &said)
            .with("text", &said)
            .with("bytes", "some")
            .with("moved", "had gone")
            .with("named", named.unwrap_or_default())
            .with("address", address.unwrap_or_else(|| "it".to_owned()));
        Event {
            by_server: cause.starts_with("data-") || cause.starts_with("tls-"),
            ..event
        }
    }

    /// Keeps a problem. What belongs to the same command is one; a reply may say more than the program's own words.
    fn note(&mut self, line: usize, event: Option<Event>, refusal: Option<&Answered>) {
        let exchange = self.exchange;
        let refusal = refusal.map(|answered| (line, Arc::new(answered.clone())));
        if let Some(found) = self.found.last_mut().filter(|it| it.exchange == exchange) {
            found.take_refusal(refusal);
            return;
        }
        if self.found.len() == FOUND_KEPT {
            return;
        }
        let command = self.command.as_ref().map(|(_, command)| command.clone());
        let problem = Problem {
            line: None,
            event,
            refusal: None,
            command,
            circumstances: self.circumstances,
        };
        let mut found = Found::new(exchange, line, problem);
        found.take_refusal(refusal);
        self.found.push(found);
    }
}

fn not_ftp(protocol: OtherProtocol, text: &[u8]) -> Event {
    Event::new("not-ftp")
        .with("protocol", protocol)
        .with("error", words_of(text))
}

/// tnftp says so in the form of a reply.
fn is_of_client(text: &[u8]) -> bool {
    text.starts_with(b"421 Service not available, remote server has closed")
}

/// A protocol that is named by the line, wherever its first bytes stand in it.
fn other_protocol(text: &[u8]) -> Option<OtherProtocol> {
    let begins = |word: &[u8]| OtherProtocol::of_greeting(word);
    let mut words = text.split(|byte| b" \"'>".contains(byte));
    words.find_map(|word| begins(word).filter(|it| *it != OtherProtocol::Pop3))
}

/// The words as they may be kept: without secrets, and not too long.
fn words_of(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let text = masked(text.trim()).replace('\t', " ");
    match text.char_indices().nth(LONGEST_WORDS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// Problems kept of one session.
const FOUND_KEPT: usize = 50;
/// Commands without a reply, as in a log that has none.
const OPEN_KEPT: usize = 100;
const LONGEST_WORDS: usize = 160;
