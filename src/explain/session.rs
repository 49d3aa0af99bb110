//! One session of a log, gone through without a server.

use super::found::{Found, Overcoming};
use super::missing::Missing;
use super::preparation::Preparation;
use super::said::{self, Stage};
use super::story::{self, Story};
use super::traceback::Traceback;
use crate::evidence::event::{Event, UNFINISHED, is_refusal};
use crate::evidence::facts;
use crate::evidence::linter::Linter;
use crate::evidence::problems::Problem;
use crate::evidence::reply;
use crate::evidence::rules::Circumstances;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use crate::evidence::words::{kind_of, without_os_codes};
use crate::protocol::user_pi::{self, DataPortUse, UserPi, data_direction};
use crate::protocol::{Answered, Command, DataPort, OtherProtocol, ReplyCode};
use crate::transcript::import::log::masking::masked;
use crate::transcript::import::log::{LogLine, Logged, Meaning};

/// A session as far as its log shows it.
#[derive(Debug)]
pub(super) struct Session {
    pi: UserPi,
    pub(super) linter: Linter,
    pub(super) story: Story,
    pub(super) found: Vec<Found>,
    pub(super) first_line: usize,
    circumstances: Circumstances,
    preparation: Preparation,
    /// How many commands have gone out.
    exchange: usize,
    command: Option<(usize, Command)>,
    /// What was typed after it, for its data.
    redirection: Option<String>,
    offered: Option<DataPort>,
    has_received: bool,
    /// The log shows that the connection was made, so that a greeting follows.
    shows_connecting: bool,
    is_connected: bool,
    /// Its first line is a reply, and what it answers stands before that.
    begins_late: bool,
    /// What the server had acknowledged before the log begins is not known.
    misses: Missing,
    /// The client dials the server's own address, whatever the reply names.
    dials_server: bool,
    awaits_tls: bool,
    /// The AUTH that was accepted.
    auth: Option<Command>,
    /// What came last is a command that TLS should protect.
    awaits_proof_of_tls: bool,
    /// The line on which the last reply ended.
    last_reply: usize,
    /// The code of a reply whose end is outstanding.
    open_reply: Option<ReplyCode>,
    is_over: bool,
    /// The client says that all data of the transfer have moved.
    data_has_ended: bool,
    /// The log has no texts of replies.
    has_only_codes: bool,
    /// The last words with which the client says that it has failed, unless it has gone on since: the line, and they.
    failure: Option<(usize, Vec<u8>)>,
    traceback: Traceback,
    /// The server that the greeting names, as `fragments.table` does.
    pub(super) server: Option<&'static str>,
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
            preparation: Preparation::default(),
            exchange: 0,
            command: None,
            redirection: None,
            offered: None,
            has_received: false,
            shows_connecting: false,
            is_connected: false,
            begins_late: false,
            misses: Missing::default(),
            dials_server: false,
            awaits_tls: false,
            auth: None,
            awaits_proof_of_tls: false,
            last_reply: first_line,
            open_reply: None,
            is_over: false,
            data_has_ended: false,
            has_only_codes: false,
            failure: None,
            traceback: Traceback::default(),
            server: None,
        }
    }

    /// Takes a line; `false` if nothing is known of what it says.
    pub(super) fn take(&mut self, line: &LogLine) -> bool {
        self.circumstances.seen_from = line.client.or(self.circumstances.seen_from);
        match &line.meaning {
            Meaning::Sent(command) => {
                self.send(line.number, command);
                self.redirection = line.redirection.as_deref().map(words_of);
            }
            Meaning::Received(text) if is_of_client(text) => self.hear(line.number, text),
            Meaning::Received(text) => self.receive(line.number, text),
            Meaning::Answered(code) => {
                self.has_only_codes = true;
                self.receive(line.number, code.to_string().as_bytes());
            }
            Meaning::Logged(logged) => self.take_logged(line.number, logged),
            Meaning::Said(text) => self.hear(line.number, text),
            Meaning::Unknown(text) => {
                let is_of_program = line.program.is_some() || self.shows_connecting;
                return self.try_to_hear(line.number, text, is_of_program);
            }
            Meaning::Noise => {}
        }
        true
    }

    /// Nothing more comes: what was waited for did not.
    pub(super) fn end(&mut self) {
        self.note_end();
        if let Some((line, text)) = self.failure.take()
            && self.found.iter().all(|found| found.is_overcome)
        {
            let event = self.event(said::CLIENT_FAILED, &text);
            self.note(line, Some(event), None);
        }
        self.note_ways_left();
    }

    /// What was seen to fail is not what helps.
    fn note_ways_left(&mut self) {
        let found = &self.found;
        let ways = facts::ways_instead(|way| found.iter().any(|it| it.rules_out(way)));
        let events = self.found.iter_mut();
        for event in events.filter_map(|found| found.problem.event.as_mut()) {
            event.facts.push(("elsewhere", ways.clone()));
        }
    }

    fn note_end(&mut self) {
        self.end_open_reply();
        if !self.client_gave_up() {
            self.linter.end();
        }
        self.note_unused_offer();
        if self.ends_with_offer() && !self.has_failed_here() && !self.has_only_codes {
            let event = self.event("data-port-unused", &self.last_text());
            self.note(self.last_reply, Some(event), None);
            return;
        }
        let is_waiting = self.is_waiting();
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
        let event = Event::new(cause).with("after", OF_LOG);
        self.note(line, Some(event), None);
    }

    /// Whether anything was said in it.
    pub(super) fn has_dialogue(&self) -> bool {
        self.has_received || self.exchange > 0
    }

    /// The client said why it waited no more for the last reply.
    fn client_gave_up(&self) -> bool {
        let last = self.found.last().filter(|it| it.exchange == self.exchange);
        let event = last.and_then(|found| found.problem.event.as_ref());
        event.is_some_and(|event| !["no-reply", "no-final-reply"].contains(&event.cause))
    }

    /// The last that was said is that a port is open for data.
    fn ends_with_offer(&self) -> bool {
        let is_offer =
            |it: &Answered| it.is_to(&["PASV", "EPSV", "LPSV"]) && it.reply.code.is_positive();
        let is_waiting = self.is_waiting();
        !is_waiting && !self.is_over && self.pi.last_answered().is_some_and(is_offer)
    }

    fn last_text(&self) -> Vec<u8> {
        let answered = self.pi.last_answered();
        let text = answered.and_then(|it| it.reply.lines.last());
        text.cloned().unwrap_or_default()
    }

    /// The log ends with the offer of an address that cannot be reached from elsewhere.
    fn note_unused_offer(&mut self) {
        let is_last = self.ends_with_offer();
        let host = self.offered.as_ref().and_then(|port| port.host);
        let is_private = |host: &IpAddr| kind_of(*host) == PRIVATE;
        let is_elsewhere = self.story.address.is_none_or(|server| !is_private(&server));
        let host = host.filter(|host| is_last && is_elsewhere && is_private(host));
        let host = host.filter(|_| !self.dials_server);
        self.story.unused_offer = host.map(|host| format!("{host}{PRIVATE}"));
    }

    fn send(&mut self, line: usize, command: &Command) {
        if !self.has_dialogue() {
            self.skip_greeting();
            self.misses = match FIRST.iter().any(|verb| command.verb().is(verb)) {
                true => Missing::default(),
                false => Missing::all(),
            };
        }
        self.misses.take_command(command, self.exchange == 0);
        self.end_open_reply();
        self.pi.silence();
        self.read_events(line);
        if self.awaits_tls && !self.has_failed_here() {
            // Some programs log it before the handshake is over.
            self.awaits_proof_of_tls = true;
            self.secure();
        }
        // Nothing else that this port may be for begins so.
        self.circumstances.is_under_tls |= self.story.is_implicit && command.verb().is("USER");
        if self.pi.ledger().open_verbs().count() > OPEN_KEPT {
            self.pi.resync();
        }
        self.exchange += 1;
        for found in &mut self.found {
            found.is_overcome |= found.is_passed_over_by(command);
        }
        self.data_has_ended = false;
        self.traceback = Traceback::default();
        if !command.verb().is("QUIT") {
            self.failure = None;
        }
        let completed = self.pi.completed(command);
        self.pi.send(&completed);
        self.story.take_command(&completed);
        self.command = Some((line, completed.without_secret()));
    }

    fn receive(&mut self, line: usize, text: &[u8]) {
        let is_refusal = matches!(text.first(), Some(b'4' | b'5'));
        let is_proof = !(is_refusal && self.has_failed_here());
        self.story.is_under_tls |= self.awaits_proof_of_tls && is_proof;
        self.awaits_proof_of_tls = false;
        if self.awaits_tls && is_proof {
            self.story.is_under_tls = true;
            self.secure();
        }
        let is_greeting = text.get(..3).is_some_and(|code| GREETINGS.contains(&code));
        if !self.has_dialogue() && !is_greeting && !self.shows_connecting {
            self.skip_greeting();
            self.begins_late = true;
            self.misses = Missing::all();
        }
        if self.exchange == 0 {
            self.server = self.server.or_else(|| server_of(text));
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

    /// A log may begin in the middle, or leave the greeting out: then none is missing.
    fn skip_greeting(&mut self) {
        self.pi.resync();
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
                    let is_cut = self.begins_late && self.exchange == 0;
                    if !self.has_only_codes && !is_cut {
                        self.linter.take(line, &answered, &assignment);
                    }
                    self.take_reply(line, &answered);
                }
                user_pi::Event::DataPortOffered(port) => self.offered = Some(port),
                user_pi::Event::DataPortUnreadable(reason) if !self.has_only_codes => {
                    let said = words_of(&self.last_text());
                    let event = Event::new("data-port-unreadable").with("reason", reason);
                    let event = event.with("said", said);
                    self.note(line, Some(event), None);
                }
                user_pi::Event::TlsAgreed => {
                    self.awaits_tls = true;
                    self.story.is_explicit = true;
                    self.auth = self.command.as_ref().map(|(_, auth)| auth.clone());
                }
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
        } else {
            let overcoming = Overcoming::of(answered);
            let exchange = self.exchange;
            let earlier = |found: &&mut Found| !(found.exchange == exchange && found.is_damage());
            for found in self.found.iter_mut().filter(earlier) {
                found.is_overcome |= found.overcome_by(&overcoming);
            }
            if !code.is_preliminary() {
                self.preparation.take(answered);
            }
        }
        let is_quit = answered.is_to(&["QUIT"]);
        self.is_over |= code == ReplyCode(421) || code == ReplyCode(221) || is_quit;
    }

    /// Takes what a server says that it has done, or has not: its replies are not in the log.
    fn take_logged(&mut self, line: usize, logged: &Logged) {
        self.exchange += 1;
        self.story.take_logged(logged);
        self.command = Some((line, logged.command.clone()));
        if logged.has_worked {
            let overcoming = Overcoming::logged(logged);
            for found in &mut self.found {
                found.is_overcome |= found.overcome_by(&overcoming);
            }
            return;
        }
        let cause = match logged.is_login() {
            true => "login-refused",
            false => "reply-not-logged",
        };
        let event = Event::new(cause).with("said", words_of(logged.line.as_bytes()));
        self.note(line, Some(event), None);
    }

    fn secure(&mut self) {
        self.awaits_tls = false;
        self.circumstances.is_under_tls = true;
        if self.has_dialogue() {
            self.pi.begin_protected();
        }
    }

    /// Since the last command, something went wrong.
    fn has_failed_here(&self) -> bool {
        let last = self.found.last();
        last.is_some_and(|found| found.exchange == self.exchange)
    }

    fn hear(&mut self, line: usize, text: &[u8]) {
        self.try_to_hear(line, text, true);
    }

    /// Takes the words of a program; `false` if nothing is known of them. What nothing tells to be of one names no protocol.
    fn try_to_hear(&mut self, line: usize, text: &[u8], is_of_program: bool) -> bool {
        let is_known = self.story.hear(text, !self.has_dialogue());
        self.hear_of_connection(text);
        self.traceback.take(text);
        if self.exchange == 0
            && is_of_program
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
        if cause == said::CLIENT_FAILED {
            return is_of_program && self.hear_of_failure(line, text);
        }
        let ends_session = ["control-closed", "control-reset"].contains(&cause);
        if !(self.is_over && ends_session) {
            let event = self.event(cause, text);
            self.note(line, Some(event), None);
        }
        true
    }

    /// The client says that it has failed, so that it has not got over what went wrong last.
    fn hear_of_failure(&mut self, line: usize, text: &[u8]) -> bool {
        let exchange = self.exchange;
        if let Some(last) = self.found.last_mut().filter(|it| it.exchange == exchange) {
            last.is_overcome = false;
        }
        let is_of_ftp = self.has_dialogue() || self.shows_connecting;
        if is_of_ftp && self.failure.is_none() {
            self.failure = Some((line, text.to_vec()));
        }
        is_of_ftp
    }

    fn hear_of_connection(&mut self, line: &[u8]) {
        let text = String::from_utf8_lossy(line).to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if !self.has_dialogue() {
            self.shows_connecting |= self.story.host.is_some();
            self.is_connected |= says(&CONNECTED);
            self.awaits_tls |= says(&TLS_BEGINS) && !self.story.is_under_tls;
        }
        let is_of_control = self.awaits_tls || !self.has_dialogue();
        if is_of_control && story::says_tls_is_up(line) {
            self.story.is_under_tls = true;
            self.secure();
        }
        self.dials_server |= says(&DIALS_SERVER);
    }

    fn is_waiting(&self) -> bool {
        self.pi.ledger().open_verbs().next().is_some()
    }

    fn stage(&self) -> Stage {
        let is_waiting = self.is_waiting();
        let last = self.command.as_ref().map(|(_, command)| command);
        let moves_data = last.is_some_and(|command| data_direction(command).is_some());
        if let Some(stage) = self.traceback.stage() {
            return stage;
        }
        match self.pi.learnt().data_port {
            _ if self.awaits_tls => Stage::Handshake,
            _ if !self.has_dialogue() && self.is_connected => Stage::Connected,
            _ if !self.has_dialogue() => Stage::Connecting,
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
        let is_waiting = self.is_waiting();
        let has_no_commands = self.exchange == 0;
        (is_waiting || has_no_commands) && self.pi.last_answered().is_some_and(is_preliminary)
    }

    fn event(&self, cause: &'static str, text: &[u8]) -> Event {
        let said = words_of(text);
        let reason = in_sentence(&said);
        let host = self.offered.as_ref().and_then(|port| port.host);
        let is_other = |host: &IpAddr| self.story.address != Some(*host);
        let host = host.filter(is_other);
        let named = host.map(kind_of).filter(|kind| !kind.is_empty());
        let named = named
            .zip(host)
            .map(|(kind, host)| format!(" The reply named {host}{kind}."));
        let address = self.offered.as_ref().map(|port| {
            let dialled = if self.dials_server {
                self.story.address
            } else {
                port.host
            };
            match dialled {
                Some(host) => std::net::SocketAddr::new(host, port.port).to_string(),
                None => format!("port {}", port.port),
            }
        });
        let is_of_reply = ["no-reply", "no-final-reply", "no-greeting"].contains(&cause);
        let event = Event::new(cause)
            .with("after", if is_of_reply { OF_LOG } else { "some time" })
            .with("said", said)
            .with(
                "error",
                match cause {
                    "active-not-connected" => format!(" ({reason})"),
                    _ => reason.clone(),
                },
            )
            .with("failure", &reason)
            .with("reason", &reason)
            .with("text", &reason)
            .with(
                "cut",
                match reason.contains("remaining") {
                    true => format!("before they were whole: {reason}"),
                    false => UNFINISHED.to_owned(),
                },
            )
            .with("name", "NAME")
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
        let mut circumstances = self.circumstances;
        circumstances.is_under_tls |= self.misses.tls;
        let refusal = refusal.map(|answered| (line, Arc::new(self.misses.filled_in(answered))));
        if let Some(found) = self.found.last_mut().filter(|it| it.exchange == exchange) {
            found.take_refusal(refusal);
            return;
        }
        if self.found.len() == FOUND_KEPT {
            return;
        }
        let is_of_tls = |event: &Event| {
            let cause = event.cause;
            cause.starts_with("tls-") || cause.starts_with("certificate-")
        };
        let command = match event.as_ref() {
            // What was logged since then waits for the handshake.
            Some(event) if self.awaits_proof_of_tls && is_of_tls(event) => self.auth.clone(),
            // What failed on this side is not the command that had been answered.
            Some(event) if OF_CLIENT.contains(&event.cause) && !self.is_waiting() => None,
            _ => self.command.as_ref().map(|(_, command)| command.clone()),
        };
        let problem = Problem {
            line: None,
            event,
            refusal: None,
            command,
            redirection: self.redirection.clone(),
            is_followed_by_success: false,
            is_verdict: false,
            circumstances,
        };
        let mut found = Found::new(exchange, line, problem, self.preparation.clone());
        found.take_refusal(refusal);
        self.found.push(found);
    }
}

/// The server that a greeting names.
fn server_of(greeting: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(greeting).to_ascii_lowercase();
    let is_named = |names: &&(&str, &str)| text.contains(names.0);
    SERVERS.iter().find(is_named).map(|(_, server)| *server)
}

fn not_ftp(protocol: OtherProtocol, text: &[u8]) -> Event {
    Event::new("not-ftp")
        .with("protocol", protocol)
        .with("said", words_of(text))
}

/// The ftp of BSD says so in the form of a reply.
fn is_of_client(text: &[u8]) -> bool {
    let ways: [&[u8]; 2] = [b"has closed", b"timed out"];
    let rest = text.strip_prefix(b"421 Service not available, remote server ");
    rest.is_some_and(|rest| ways.iter().any(|way| rest.starts_with(way)))
}

/// A protocol that is named by the line, wherever its first bytes stand in it.
fn other_protocol(text: &[u8]) -> Option<OtherProtocol> {
    let begins = |word: &[u8]| OtherProtocol::of_greeting(word);
    let mut words = text.split(|byte| b" \t\"'>".contains(byte));
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

/// The words without what the program writes in front of every line, and without the end of a sentence.
fn in_sentence(words: &str) -> String {
    let mark = MARK.find(words).map_or(0, |mark| mark.end());
    let words = without_os_codes(&words[mark..]);
    words.trim_end_matches(['.', '!', ' ']).to_owned()
}

/// Times, and signs or a name after them.
static MARK: LazyLock<Regex> = LazyLock::new(|| {
    let expression = r"(?x) ^ (?: [.!*]\s+ )? (?: \d{4}-\d\d-\d\d[T\ ] )? (?: \d\d:\d\d:\d\d [.,\dZ]* \s+ )? (?: \[[0-9x-]+\]\s+ )?
        (?: \*\s+ | \*{4}\s+ | -{4}\s+ | (?:==\ Info | Status | Error | curl ):\s+ (?: \(\d+\)\s+ )? )?";
    Regex::new(expression).expect("a constant expression")
});

/// Causes that lie on the side of the client.
const OF_CLIENT: [&str; 2] = ["local-file", said::CLIENT_FAILED];
/// What greetings say, and the servers whose options are known.
const SERVERS: [(&str, &str); 7] = [
    ("vsftpd", "vsftpd"),
    ("proftpd", "ProFTPD"),
    ("pure-ftpd", "Pure-FTPd"),
    ("pyftpdlib", "pyftpdlib"),
    ("filezilla server", "FileZilla Server"),
    ("microsoft ftp", "IIS"),
    ("serv-u", "Serv-U"),
];
/// How long a reply was waited for.
const OF_LOG: &str = "the time of the log";
/// As `kind_of` says it.
const PRIVATE: &str = ", a private address";
/// How a server begins.
const GREETINGS: [&[u8]; 3] = [b"120", b"220", b"421"];
/// How programs say that they dial another address than that of the 227.
const DIALS_SERVER: [&str; 3] = [
    "for data connection, uses ",
    "using server address instead",
    "replacing pasv mode reply address",
];
/// How programs say that the connection was made.
const CONNECTED: [&str; 5] = [
    "connected to ",
    "connected with ",
    "connection established",
    "... connected.",
    "self.getresp()",
];
/// What clients begin with.
const FIRST: [&str; 7] = ["USER", "AUTH", "HOST", "FEAT", "CLNT", "OPTS", "SYST"];
/// How programs say that TLS begins.
const TLS_BEGINS: [&str; 3] = ["initializing tls", "tls handshake, ", "negotiating ssl"];
/// Problems kept of one session.
const FOUND_KEPT: usize = 50;
/// Commands without a reply, as in a log that has none.
const OPEN_KEPT: usize = 100;
const LONGEST_WORDS: usize = 160;
