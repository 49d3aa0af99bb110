//! What the lines of a log are, one after the other.

use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::net::IpAddr;

use super::super::items::CodedLine;
use super::dump::{Dump, Part};
use super::form;
use super::lines::Lines;
use super::masking::LogSecrets;
use super::notations::{self, Found, Speaker};
use super::own_log::Logged;
use super::screen::{self, Shown};
use super::sessions::{Mark, Sessions};
use crate::protocol::{Command, ReplyCode};

/// One line, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogLine {
    /// Counted from 1.
    pub(crate) number: usize,
    /// Which of the sessions of the log it is part of, in the order in which they begin; the first is 0.
    pub(crate) session: usize,
    /// The program that writes so; `None` if the form alone said what it is.
    pub(crate) program: Option<&'static str>,
    /// The address from which a server sees its client, where its log says so.
    pub(crate) client: Option<IpAddr>,
    /// What was typed after the command, for its data.
    pub(crate) redirection: Option<Vec<u8>>,
    pub(crate) meaning: Meaning,
}

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A command.
    Sent(Command),
    /// A line of a reply.
    Received(Vec<u8>),
    /// The code of a reply of which nothing else is told.
    Answered(ReplyCode),
    /// What a server says that it has done, in a log that has no dialogue.
    Logged(Logged),
    /// What the program says in its own words; it may hold secrets.
    Said(Vec<u8>),
    /// A line of what a transfer brought, or nothing at all.
    Noise,
    /// None of these; it may hold secrets.
    Unknown(Vec<u8>),
}

impl Meaning {
    /// A command or a part of a reply.
    pub(super) fn is_dialogue(&self) -> bool {
        matches!(self, Self::Sent(_) | Self::Received(_) | Self::Answered(_))
    }
}

/// Reads a log of any length; what is kept is bounded.
pub(crate) struct LogReader<R> {
    lines: Lines<R>,
    /// Those that were looked at before their turn.
    ahead: VecDeque<Vec<u8>>,
    number: usize,
    ready: VecDeque<LogLine>,
    sessions: Sessions,
    last_reply: Vec<u8>,
    secrets: LogSecrets,
    /// The client of the line that is read now.
    client: Option<IpAddr>,
    /// The last line ended with a `+`: the text in quotes goes on.
    continued: Option<Found>,
    /// Lines of Python's code stand here.
    is_in_traceback: bool,
    /// The exception after them repeats a reply of several lines, which ends with this code and a space.
    repeated_reply: Option<Vec<u8>>,
    dump: Dump,
    /// The server that keeps the log tells commands and replies too.
    has_dialogue_of_server: bool,
    /// What was typed at a prompt and is not known to have been sent: its line, and the command.
    typed: Option<(usize, Command)>,
    /// What came after that command, for its data.
    redirection: Option<Vec<u8>>,
    /// The log is a screen of ftpsh.
    is_of_ftpsh: bool,
    /// What stands here answers `why` or `help`.
    is_on_page: bool,
}

impl<R: BufRead> LogReader<R> {
    pub(crate) fn new(source: R) -> Self {
        Self {
            lines: Lines::new(source),
            ahead: VecDeque::new(),
            number: 0,
            ready: VecDeque::new(),
            sessions: Sessions::default(),
            last_reply: Vec::new(),
            secrets: LogSecrets::default(),
            client: None,
            continued: None,
            is_in_traceback: false,
            repeated_reply: None,
            dump: Dump::default(),
            has_dialogue_of_server: false,
            typed: None,
            redirection: None,
            is_of_ftpsh: false,
            is_on_page: false,
        }
    }

    /// The next line, or part of one; `None` at the end.
    ///
    /// # Errors
    ///
    /// What reading says.
    pub(crate) fn next_line(&mut self) -> io::Result<Option<LogLine>> {
        if self.number == 0 && self.ahead.is_empty() {
            self.look_ahead()?;
        }
        while self.ready.is_empty() {
            let next = match self.ahead.pop_front() {
                None => self.lines.next_line()?,
                next => next,
            };
            let Some(line) = next else {
                self.end_typed();
                return Ok(self.ready.pop_front());
            };
            self.number += 1;
            for part in line.split(|byte| *byte == b'\n') {
                self.take(part);
            }
        }
        Ok(self.ready.pop_front())
    }

    /// What stands above the first line that only ftpsh shows is of ftpsh too.
    fn look_ahead(&mut self) -> io::Result<()> {
        while !self.is_of_ftpsh
            && self.ahead.len() < LINES_AHEAD
            && let Some(line) = self.lines.next_line()?
        {
            let is_of_another = is_of_another(&line);
            let shown = screen::read(&line).filter(|_| !is_of_another);
            self.is_of_ftpsh = shown.is_some_and(|shown| screen::is_of_ftpsh(&line, &shown));
            self.ahead.push_back(line);
            if is_of_another {
                break;
            }
        }
        Ok(())
    }

    /// All that was told so far.
    pub(crate) fn secrets(&self) -> &LogSecrets {
        &self.secrets
    }

    fn take(&mut self, line: &[u8]) {
        if line.trim_ascii().is_empty() {
            return self.say(None, None, Meaning::Noise);
        }
        if is_binary(line) {
            return self.say(None, None, Meaning::Unknown(line.to_vec()));
        }
        if self.take_dumped(line) || self.take_shown(line) {
            return;
        }
        let was_in_traceback = self.is_in_traceback;
        self.is_in_traceback = line.starts_with(b"Traceback (most recent call last)")
            || (self.is_in_traceback && line.starts_with(b"  "));
        if self.is_in_traceback {
            return self.say(None, None, Meaning::Said(line.to_vec()));
        }
        let repeated = match self.repeated_reply.take() {
            None if was_in_traceback => end_of_reply_in(line),
            repeated => repeated,
        };
        if let Some(end) = repeated {
            self.repeated_reply = (!line.starts_with(&end)).then_some(end);
            return self.say(None, None, Meaning::Said(line.to_vec()));
        }
        let goes_on = line.ends_with(b"' +");
        if let Some(found) = self.continued.take()
            && line.trim_ascii_start().starts_with(b"'")
        {
            self.take_found(&found.continued(line), line);
            self.continued = goes_on.then_some(found);
            return;
        }
        let mut rows = notations::find(line);
        if let Some(found) = rows.find(|found| self.take_found(found, line)) {
            self.continued = goes_on.then_some(found);
            return;
        }
        if self.take_unmarked(line)
            || self.take_formed(line)
            || self.take_typed(line)
            || self.take_bare_secret(line)
        {
            return;
        }
        let session = self.sessions.last();
        let meaning = if form::has_prefix(line) {
            Meaning::Said(line.to_vec())
        } else if self.sessions.state(session).brings_data {
            Meaning::Noise
        } else {
            Meaning::Unknown(line.to_vec())
        };
        self.say(None, None, meaning);
    }

    /// Takes a line of a screen with prompts, or of one of ftpsh; `false` if it is neither.
    fn take_shown(&mut self, line: &[u8]) -> bool {
        let session = self.sessions.last();
        let is_reply = !self.is_on_page
            && (CodedLine::of(line).is_some() || self.sessions.state(session).reply.is_open());
        let shown = screen::read(line);
        self.is_of_ftpsh |= shown
            .as_ref()
            .is_some_and(|shown| screen::is_of_ftpsh(line, shown));
        let is_ours = |shown: &Shown<'_>| match shown {
            Shown::Sent(_) => self.is_of_ftpsh,
            // Other programs ask before they connect.
            Shown::Asked(command) => {
                !is_reply
                    && self
                        .last_reply
                        .starts_with(if command.starts_with(b"PASS") {
                            b"33"
                        } else {
                            b"22"
                        })
            }
            Shown::Typed(_) | Shown::Words => !is_reply,
        };
        let Some(shown) = shown.filter(is_ours) else {
            let is_own = self.is_of_ftpsh && !is_reply && !is_of_another(line);
            if is_own {
                self.say_for_ftpsh(line);
            }
            return is_own;
        };
        match shown {
            Shown::Sent(text) => {
                self.is_on_page = false;
                return self.send(None, Some("ftpsh"), text, Mark::Screen);
            }
            Shown::Words => self.say_for_ftpsh(line),
            Shown::Asked(command) => self.take_typed_at_prompt(&command, line),
            Shown::Typed(typed) => {
                self.is_on_page = self.is_of_ftpsh && screen::shows_page(typed);
                if let Some(password) = screen::password(typed) {
                    self.secrets.remember(password);
                }
                let is_sent = !self.is_of_ftpsh || screen::is_verb(typed);
                let typed = Some(typed).filter(|_| is_sent).unwrap_or_default();
                self.take_typed_at_prompt(typed, line);
            }
        }
        true
    }

    fn take_typed_at_prompt(&mut self, typed: &[u8], line: &[u8]) {
        self.end_typed();
        let session = self.sessions.last();
        let is_shown_elsewhere =
            self.sessions.state(session).sends_elsewhere() && !self.is_of_ftpsh;
        let program = if self.is_of_ftpsh { "ftpsh" } else { "ftp" };
        self.say(None, Some(program), Meaning::Said(line.to_vec()));
        let command = screen::command(typed).filter(|_| !is_shown_elsewhere);
        self.typed = command.map(|command| (self.number, command));
        self.redirection = screen::redirection(typed).map(<[u8]>::to_vec);
    }

    /// The words of ftpsh, and the data that it shows.
    fn say_for_ftpsh(&mut self, line: &[u8]) {
        let is_said = line.starts_with(b"  ") || line.windows(7).any(|part| part == b"ftpsh: ");
        let is_hint = line.starts_with(b"  next: ");
        let meaning = match is_said && !is_hint && !self.is_on_page {
            true => Meaning::Said(line.to_vec()),
            false => Meaning::Noise,
        };
        self.say(None, Some("ftpsh"), meaning);
    }

    /// Something else follows what was typed. A client that has a port to connect to may have come no further.
    fn end_typed(&mut self) {
        let last = self.sessions.last();
        if self.sessions.state(last).has_prepared {
            self.typed = None;
        }
        self.send_typed();
    }

    /// What was typed must have been sent.
    fn send_typed(&mut self) {
        if let Some((line, command)) = self.typed.take() {
            let number = std::mem::replace(&mut self.number, line);
            self.send(None, None, command.line(), Mark::Screen);
            self.number = number;
        }
    }

    /// A reply begins: what it answers has been sent, if that was not shown.
    fn send_what_is_answered(&mut self, reply: &[u8]) {
        let Some((line, command)) = self.typed.take() else {
            return;
        };
        let before = Some(&command).filter(|_| !self.is_of_ftpsh);
        let before = before.and_then(|command| screen::sent_before(command, reply));
        if let Some(before) = &before {
            self.send(None, None, before.line(), Mark::Screen);
            let last = self.sessions.last();
            self.sessions.state(last).has_prepared =
                before.verb().is("PASV") || before.verb().is("EPSV");
        }
        // If the client could not prepare it, it went no further.
        if before.is_none() || reply.starts_with(b"2") {
            self.typed = Some((line, command));
        }
        if before.is_none() {
            self.send_typed();
        }
    }

    /// Takes a line of a dump; `false` if it is none.
    fn take_dumped(&mut self, line: &[u8]) -> bool {
        let Some(ended) = self.dump.take(line) else {
            return false;
        };
        if ended.lines.is_empty() {
            self.say(None, Some("curl"), Meaning::Noise);
        }
        for text in ended.lines {
            let mark = Mark::Part(ended.part);
            match ended.part {
                Part::Sent => {
                    self.send(None, Some("curl"), &text, mark);
                }
                Part::Received => self.receive(None, Some("curl"), &text, mark),
                Part::Other => {}
            }
        }
        true
    }

    /// Takes what a server says that it has done; `false` if that is all in its replies.
    fn take_logged(&mut self, line: &[u8], program: Option<&'static str>) -> bool {
        let logged = Logged::of(line).filter(|_| !self.has_dialogue_of_server);
        let Some(logged) = logged else {
            return false;
        };
        self.secrets.take_words(line);
        let begins = logged.is_login();
        let session = self
            .sessions
            .of_client(&logged.client, begins, logged.has_worked);
        self.add(session, program, Meaning::Logged(logged));
        true
    }

    /// Takes what a row of the table has found; `false` if it is no dialogue after all.
    fn take_found(&mut self, found: &Found, line: &[u8]) -> bool {
        let id = found.session.as_deref();
        self.client = found.client;
        if found.speaker == Speaker::Program {
            if self.take_logged(line, found.program) {
                return true;
            }
            self.say(id, found.program, Meaning::Said(line.to_vec()));
            return true;
        }
        let mark = Mark::Row(found.row);
        let mut is_taken = false;
        for text in &found.texts {
            let session = self.sessions.of_id(id);
            let state = self.sessions.state(session);
            let goes_on = state.goes_on_after(&mark);
            let is_command = match found.speaker {
                Speaker::Client => begins_with_letter(text),
                Speaker::Either => state.sends_after(&mark) || screen::is_verb(text),
                Speaker::Server | Speaker::Program => false,
            };
            let is_reply = match found.speaker {
                Speaker::Server | Speaker::Either => goes_on || CodedLine::of(text).is_some(),
                Speaker::Client | Speaker::Program => false,
            };
            if is_reply {
                self.receive(id, found.program, text, mark.clone());
                is_taken = true;
            } else if is_command {
                is_taken |= self.send(id, found.program, text, mark.clone());
            }
        }
        self.has_dialogue_of_server |= is_taken && found.program == Some("vsftpd");
        if let Some(code) = found.code.as_ref().filter(|_| is_taken) {
            self.answer(id, found.program, code, mark);
        }
        let is_own = found.speaker != Speaker::Either && !is_taken;
        if is_own {
            self.say(id, found.program, Meaning::Said(line.to_vec()));
        }
        is_taken || is_own
    }

    fn take_formed(&mut self, line: &[u8]) -> bool {
        let last = self.sessions.last();
        if let Some(Mark::Shape(shape)) = self.sessions.state(last).reply_mark.clone()
            && let Some(formed) = form::after(line, &shape)
        {
            let id = formed.session.as_deref();
            let session = self.sessions.of_id(id);
            let mark = Mark::Shape(shape);
            if self.sessions.state(session).goes_on_after(&mark) {
                self.receive(id, None, formed.text, mark);
                return true;
            }
        }
        let Some(formed) = form::read(line) else {
            return false;
        };
        let id = formed.session.as_deref();
        let mark = Mark::Shape(formed.shape);
        if CodedLine::of(formed.text).is_none() {
            return self.send(id, None, formed.text, mark);
        }
        let session = self.sessions.of_id(id);
        let state = self.sessions.state(session);
        let is_at_prompt = state.is_at_prompt();
        if is_at_prompt && self.sessions.knows(id) && formed.text == self.last_reply {
            // tnftp prints the replies to EPSV and EPRT twice.
            self.say(id, None, Meaning::Noise);
        } else {
            self.receive(id, None, formed.text, mark);
        }
        true
    }

    /// Some programs mark the first line of a reply alone.
    fn take_unmarked(&mut self, line: &[u8]) -> bool {
        let last = self.sessions.last();
        let state = self.sessions.state(last);
        let mark = state.reply_mark.clone();
        let mark = mark.filter(|mark| matches!(mark, Mark::Row(_)) && !form::has_prefix(line));
        let goes_on = state.reply.is_open() && mark.is_some();
        if let (true, Some(mark)) = (goes_on, mark) {
            self.receive(None, None, line, mark);
        }
        goes_on
    }

    /// What a person types into telnet has no mark, and verbs may be in lower case.
    fn take_typed(&mut self, line: &[u8]) -> bool {
        let last = self.sessions.last();
        let is_at_prompt = self.sessions.state(last).is_at_prompt();
        is_at_prompt
            && screen::is_verb(line)
            && self.send(None, None, line, Mark::Shape(Vec::new()))
    }

    /// A password without its verb, where one is asked for and commands stand.
    fn take_bare_secret(&mut self, line: &[u8]) -> bool {
        let last = self.sessions.last();
        let Some(mark) = self.sessions.state(last).asks_for_secret().cloned() else {
            return false;
        };
        let formed = match &mark {
            Mark::Part(_) | Mark::Screen => None,
            Mark::Row(_) => form::after_c(line).map(|text| (None, text)),
            Mark::Shape(shape) => {
                form::after(line, shape).map(|formed| (formed.session, formed.text))
            }
        };
        let is_word = |text: &[u8]| {
            let end = text.iter().position(|byte| *byte == b' ');
            let verb = &text[..end.unwrap_or(0)];
            let is_verb = (3..=5).contains(&verb.len()) && verb.iter().all(u8::is_ascii_uppercase);
            !text.is_empty() && (end.is_none() || is_verb) && !text.ends_with(b":")
        };
        match formed {
            Some((id, text)) if is_word(text) => self.send(id.as_deref(), None, text, mark),
            _ => false,
        }
    }

    fn send(
        &mut self,
        id: Option<&[u8]>,
        program: Option<&'static str>,
        text: &[u8],
        mark: Mark,
    ) -> bool {
        let Ok(command) = Command::new(text.trim_ascii_end()) else {
            return false;
        };
        // HTTP has MODE and the like too.
        if text.windows(8).any(|part| part == b" HTTP/1.") {
            return false;
        }
        self.typed = None;
        let session = self.sessions.enter(id, text, false);
        let state = self.sessions.state(session);
        let command = state.as_asked(command);
        state.take_command(&command, mark);
        self.secrets.take_command(&command);
        let redirection = self.redirection.take();
        self.add(session, program, Meaning::Sent(command));
        if let Some(line) = self.ready.back_mut() {
            line.redirection = redirection;
        }
        true
    }

    fn receive(
        &mut self,
        id: Option<&[u8]>,
        program: Option<&'static str>,
        text: &[u8],
        mark: Mark,
    ) {
        let session = self.sessions.of_id(id);
        if self.typed.is_some() && !self.sessions.state(session).reply.is_open() {
            self.send_what_is_answered(text);
        }
        let session = self.sessions.enter(id, text, true);
        let state = self.sessions.state(session);
        self.secrets.take_reply_line(text, state.awaiting.as_ref());
        let user_names = state.take_reply_line(text, mark);
        self.secrets.take_user_names(user_names);
        self.last_reply = text.to_vec();
        let text = self.secrets.recent().masked(text);
        self.add(session, program, Meaning::Received(text));
    }

    fn answer(
        &mut self,
        id: Option<&[u8]>,
        program: Option<&'static str>,
        code: &[u8],
        mark: Mark,
    ) {
        let session = self.sessions.enter(id, code, true);
        let user_names = self.sessions.state(session).take_reply_line(code, mark);
        self.secrets.take_user_names(user_names);
        if let Some(coded) = CodedLine::of(code) {
            self.add(session, program, Meaning::Answered(coded.code));
        }
    }

    fn say(&mut self, id: Option<&[u8]>, program: Option<&'static str>, meaning: Meaning) {
        let session = match &meaning {
            Meaning::Said(text) | Meaning::Unknown(text) => self.sessions.hear(id, program, text),
            _ => self.sessions.of_id(id),
        };
        let meaning = match meaning {
            Meaning::Said(text) => Meaning::Said(self.without_secrets(&text)),
            Meaning::Unknown(text) => Meaning::Unknown(self.without_secrets(&text)),
            other => other,
        };
        self.add(session, program, meaning);
    }

    /// Remembers what the words name as a password, and masks what was named before.
    fn without_secrets(&mut self, words: &[u8]) -> Vec<u8> {
        let without = self.secrets.recent().masked(words);
        self.secrets.take_words(words);
        without
    }

    fn add(&mut self, session: usize, program: Option<&'static str>, meaning: Meaning) {
        self.ready.push_back(LogLine {
            number: self.number,
            session,
            program,
            client: self.client.take(),
            redirection: None,
            meaning,
        });
    }
}

/// Whether these are not the bytes of a text, in whatever encoding.
fn is_binary(line: &[u8]) -> bool {
    let is_control = |byte: &&u8| (**byte < b' ' && **byte != b'\t') || **byte == 0x7f;
    let is_lost = |letter: &char| *letter == char::REPLACEMENT_CHARACTER;
    let controls = line.iter().filter(is_control).count();
    let lost = String::from_utf8_lossy(line)
        .chars()
        .filter(is_lost)
        .count();
    controls * 8 > line.len() || lost * 3 > line.len()
}

/// What the last line of a reply begins with whose first line stands in an exception: `ftplib.error_perm: 550-no`.
fn end_of_reply_in(exception: &[u8]) -> Option<Vec<u8>> {
    let colon = exception.windows(2).position(|it| it == b": ")?;
    let (code, rest) = exception[colon + 2..].split_at_checked(3)?;
    let is_first = code.iter().all(u8::is_ascii_digit) && rest.starts_with(b"-");
    is_first.then(|| [code, b" "].concat())
}

/// Whether a line that stands on a screen of ftpsh is of another program's log: what ftpsh says is indented, and what it
/// shows of data has a bar in front.
fn is_of_another(line: &[u8]) -> bool {
    let is_own = line.starts_with(b"  ") || line.starts_with("│".as_bytes());
    !is_own && (form::has_prefix(line) || notations::is_dialogue(line))
}

fn begins_with_letter(text: &[u8]) -> bool {
    text.first().is_some_and(u8::is_ascii_alphabetic)
}

/// Lines that may stand above the first prompt: the goal of a lesson, or a page of help.
const LINES_AHEAD: usize = 200;
