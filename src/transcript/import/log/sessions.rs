//! Which session of a log a line belongs to.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::super::items::{CodedLine, ReplyLines, ReplyPart};
use super::super::login::Login;
use super::dump::Part;
use crate::protocol::user_pi::data_direction;
use crate::protocol::{Command, DataDirection, Verb, verbs};

/// The sessions of a log, by what tells them apart there.
#[derive(Default)]
pub(super) struct Sessions {
    known: HashMap<Vec<u8>, usize>,
    states: HashMap<usize, State>,
    count: usize,
    last: usize,
    clock: usize,
}

/// What is known of a session between two lines.
#[derive(Default)]
pub(super) struct State {
    pub(super) reply: ReplyLines,
    /// Where the lines of the open reply are found.
    pub(super) reply_mark: Option<Mark>,
    /// Where commands were found.
    command_mark: Option<Mark>,
    /// The command that waits for its final reply.
    pub(super) awaiting: Option<Verb>,
    login: Login,
    has_received: bool,
    /// The program that has this session, if it says so.
    program: Option<&'static str>,
    is_closed: bool,
    /// Since the last command, a transfer may have brought lines of data.
    pub(super) brings_data: bool,
    /// The last command opened a port for one that was typed.
    pub(super) has_prepared: bool,
    lines_of_reply: usize,
    last_heard: usize,
}

/// What stands in front of a text: a row of the table, or a shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Row(usize),
    Shape(Vec<u8>),
    Part(Part),
    /// Typed at a prompt, or after the arrow of ftpsh.
    Screen,
}

impl Sessions {
    /// The session that was heard of last.
    pub(super) fn last(&self) -> usize {
        self.last
    }

    /// Its state, if it has one.
    pub(super) fn state(&mut self, session: usize) -> &mut State {
        self.states.entry(session).or_default()
    }

    /// Whether this id was heard of; what has none is of the last session.
    pub(super) fn knows(&self, id: Option<&[u8]>) -> bool {
        id.is_none_or(|id| self.known.contains_key(id))
    }

    /// The session of this id, if it was heard of; without an id, the last one.
    pub(super) fn of_id(&self, id: Option<&[u8]>) -> usize {
        let known = id.and_then(|id| self.known.get(id));
        known.copied().unwrap_or(self.last)
    }

    /// The session of what a program says in its own words. That it connects begins one, if the last one is closed or
    /// was of another program.
    pub(super) fn hear(
        &mut self,
        id: Option<&[u8]>,
        program: Option<&'static str>,
        text: &[u8],
    ) -> usize {
        let session = self.of_id(id);
        let state = self.state(session);
        let is_other = program.is_some() && state.program.is_some() && program != state.program;
        if (state.is_closed || is_other) && state.has_received && CONNECTING.is_match(text) {
            let next = self.begin();
            self.last = next;
            if let Some(id) = id {
                self.known.insert(id.to_vec(), next);
            }
            self.state(next).program = program;
            return next;
        }
        state.program = state.program.or(program);
        state.is_closed |= CLOSING.is_match(text);
        session
    }

    /// The session of a client of this address, in a log that tells no dialogue. Another login begins one.
    pub(super) fn of_client(&mut self, client: &[u8], is_login: bool, has_worked: bool) -> usize {
        let known = self.known.get(client).copied();
        let is_over = |session: &usize| {
            is_login && self.states.get(session).is_some_and(|it| it.has_received)
        };
        let session = known.filter(|session| !is_over(session));
        let session = session.unwrap_or_else(|| self.begin());
        self.known.insert(client.to_vec(), session);
        self.clock += 1;
        let clock = self.clock;
        let state = self.state(session);
        state.has_received |= is_login && has_worked;
        state.last_heard = clock;
        self.last = session;
        self.forget_old_ones();
        session
    }

    /// The session of a line of dialogue. A new id begins one, and so does a greeting that nothing has asked for.
    pub(super) fn enter(&mut self, id: Option<&[u8]>, text: &[u8], is_reply: bool) -> usize {
        self.clock += 1;
        let coded = CodedLine::of(text).filter(|_| is_reply);
        let opens = coded.is_some_and(|coded| matches!(coded.code.0, 120 | 220 | 421));
        let session = match id {
            Some(id) => match self.known.get(id) {
                Some(session) => *session,
                None if self.count == 0 || self.is_new(self.last) => self.last,
                // A server may change its process in the middle.
                None if is_reply && !opens && self.awaits(self.last) => self.last,
                None => self.begin(),
            },
            None => self.last,
        };
        let is_greeting = coded.is_some_and(|coded| coded.code.0 == 220);
        let session = if is_greeting && self.is_over(session) {
            self.begin()
        } else {
            session
        };
        self.count = self.count.max(1);
        self.last = session;
        if let Some(id) = id {
            self.known.insert(id.to_vec(), session);
        }
        self.state(session).last_heard = self.clock;
        self.forget_old_ones();
        session
    }

    /// Nothing has been said in it, but that the program connects.
    fn is_new(&self, session: usize) -> bool {
        let state = self.states.get(&session);
        state.is_some_and(|it| it.last_heard == 0 && !it.has_received && it.awaiting.is_none())
    }

    fn begin(&mut self) -> usize {
        let session = self.count;
        self.count += 1;
        session
    }

    fn awaits(&self, session: usize) -> bool {
        let state = self.states.get(&session);
        state.is_some_and(|state| state.awaiting.is_some())
    }

    /// A 220 answers a connection, REIN and HOST; another one is the greeting of the next session.
    fn is_over(&self, session: usize) -> bool {
        self.states.get(&session).is_some_and(|state| {
            let answers =
                |verb: &Verb| verbs::entry(verb).is_none_or(|entry| entry.replies.contains(&220));
            state.has_received
                && !state.reply.is_open()
                && !state.awaiting.as_ref().is_some_and(answers)
        })
    }

    fn forget_old_ones(&mut self) {
        if self.known.len().max(self.states.len()) <= KEPT {
            return;
        }
        // As many lines ago there were other sessions.
        let oldest = self.clock.saturating_sub(KEPT / 2);
        let last = self.last;
        self.states
            .retain(|session, state| *session == last || state.last_heard >= oldest);
        let states = &self.states;
        self.known.retain(|_, session| states.contains_key(session));
    }
}

impl State {
    /// The command, as a secret if it stands where one is asked for.
    pub(super) fn as_asked(&mut self, command: Command) -> Command {
        self.login.take_command(command)
    }

    /// Whether what comes next may be a password, and where commands stand.
    pub(super) fn asks_for_secret(&self) -> Option<&Mark> {
        let is_asked = self.login.is_asked() && self.is_at_prompt();
        self.command_mark.as_ref().filter(|_| is_asked)
    }

    /// A command goes out.
    pub(super) fn take_command(&mut self, command: &Command, mark: Mark) {
        self.cut_reply();
        let is_end = command.verb().is("QUIT");
        let direction = data_direction(command);
        self.brings_data =
            direction == Some(DataDirection::Received) || (is_end && self.brings_data);
        self.awaiting = Some(command.verb());
        self.has_prepared = false;
        self.command_mark = Some(mark);
    }

    /// A line of a reply comes. What it shows of user names, as in [`Login::take_code`].
    pub(super) fn take_reply_line(&mut self, line: &[u8], mark: Mark) -> Vec<Vec<u8>> {
        self.has_received = true;
        self.lines_of_reply += 1;
        let mut user_names = Vec::new();
        match self.reply.take(line) {
            ReplyPart::End(code) if !code.is_preliminary() => {
                self.is_closed |= matches!(code.0, 221 | 421);
                self.awaiting = None;
                user_names = self.login.take_code(code);
            }
            _ => {}
        }
        if !self.reply.is_open() || self.lines_of_reply > REPLY_LINES {
            self.cut_reply();
        } else {
            self.reply_mark = Some(mark);
        }
        user_names
    }

    /// Whether the lines of the open reply stand after this mark.
    pub(super) fn goes_on_after(&self, mark: &Mark) -> bool {
        self.reply.is_open() && self.reply_mark.as_ref() == Some(mark)
    }

    /// Whether commands stand after this mark.
    pub(super) fn sends_after(&self, mark: &Mark) -> bool {
        self.command_mark.as_ref() == Some(mark)
    }

    /// Commands stand anywhere but after a prompt.
    pub(super) fn sends_elsewhere(&self) -> bool {
        let mark = self.command_mark.as_ref();
        mark.is_some_and(|mark| *mark != Mark::Screen)
    }

    /// A reply came last, so that something may be typed now.
    pub(super) fn is_at_prompt(&self) -> bool {
        self.has_received && self.awaiting.is_none() && !self.reply.is_open()
    }

    fn cut_reply(&mut self) {
        self.reply.cut();
        self.reply_mark = None;
        self.lines_of_reply = 0;
    }
}

/// How programs say that they begin a session, and that they end one.
static CONNECTING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i-u)\b(?:connecting to|connected to|trying) ").expect("a constant expression")
});
static CLOSING: LazyLock<Regex> = LazyLock::new(|| {
    let expression = r"(?i-u)closing connection|closing control socket|disconnected from|^curl: \(";
    Regex::new(expression).expect("a constant expression")
});
/// Sessions whose ids are kept.
const KEPT: usize = 4096;
/// No reply is longer; its end is missing.
const REPLY_LINES: usize = 1000;
