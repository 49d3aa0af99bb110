//! The user protocol interpreter: commands and bytes in, events out (RFC 959 section 2.2). It knows no socket and
//! no clock, and it learns everything from what went by.
//!
//! ```text
//!                    220                     send                  final reply
//! AwaitingGreeting -------> Idle ----------------> AwaitingReply ----------------> Idle
//!                                                     | 1yz                          ^
//!                                                     +-----> Transferring ----------+
//! ```

mod learnt;

use std::collections::VecDeque;
use std::sync::Arc;

use super::command::{Command, UnfinishedLine, Verb};
use super::data_port::{DataPort, DataPortUnreadable};
use super::ledger::{Assignment, EntryId, Fit, Ledger};
use super::parameters::RestartMarker;
use super::reply::{Reply, ReplyCode};
use super::reply_reader::{Received, ReplyReader};
use super::secrets::{MaskedBytes, ReceivedMask, SecretEcho};
use super::verbs;

pub use learnt::{DataPortUse, Learnt, RefusedPort, opens_data_port};

/// The state machine of one control connection.
#[derive(Debug, Default)]
pub struct UserPi {
    reader: ReplyReader,
    ledger: Ledger,
    learnt: Learnt,
    echo: SecretEcho,
    /// The marker that was pending when the last REST was sent: if that is refused, it still is.
    restart_before: Option<RestartMarker>,
    /// Commands whose final reply is outstanding, for what can be learnt from it.
    awaiting: Vec<Awaited>,
    /// The one that was answered last: it may be answered again.
    answered: Option<Awaited>,
    last_answered: Option<Arc<Answered>>,
    /// AUTH was answered with 234: what comes next is TLS, or not to be trusted.
    tls_is_agreed: bool,
    unfinished_line: UnfinishedLine,
    events: VecDeque<Event>,
}

#[derive(Clone, Debug)]
struct Awaited {
    entry: EntryId,
    command: Command,
    /// Nobody asked for it.
    is_aside: bool,
    /// A 1yz came.
    begun: bool,
    /// What was known when it was sent.
    before: Learnt,
}

/// One reply, the command that it answered, and what had been learnt when that command was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// The command with its secret masked; `None` for the greeting and for an unexpected reply.
    pub command: Option<Command>,
    /// Neither a command nor the greeting awaited it.
    pub unexpected: bool,
    /// The reply, with echoes of secrets masked.
    pub reply: Reply,
    /// A 1yz had answered the same command before.
    pub begun: bool,
    /// What the server had acknowledged before the command went out.
    pub before: Learnt,
}

/// Something that happened on the control connection.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Telnet commands stood among the bytes and were removed; none is ever answered (RFC 1123 section 4.1.2.12).
    TelnetReceived(Vec<u8>),
    /// A line that is not part of a reply.
    StrayReceived(Vec<u8>),
    /// A reply, with echoes of secrets masked.
    ReplyReceived {
        /// The reply as it may be shown.
        reply: Reply,
        /// Whose it is.
        assignment: Assignment,
        /// What it answered.
        answered: Arc<Answered>,
    },
    /// A 227, 228 or 229 offered a data port.
    DataPortOffered(DataPort),
    /// A 227, 228 or 229 could not be read.
    DataPortUnreadable(DataPortUnreadable),
    /// A 1yz: the transfer of this command has begun.
    TransferBegun {
        /// The command.
        entry: EntryId,
        /// How many bytes a download will bring, if replies told.
        bytes: Option<u64>,
    },
    /// The final reply of this command.
    CommandAnswered {
        /// The command.
        entry: EntryId,
        /// Its final reply as it came: for reading, not for showing.
        reply: Reply,
        /// The code is not one that the command should get.
        fit: Fit,
    },
    /// AUTH was answered with 234: the TLS handshake begins (RFC 4217 section 4). Nothing more is read until
    /// [`UserPi::begin_protected`].
    TlsAgreed,
    /// CCC was accepted: the control connection goes back to clear (RFC 4217 section 5).
    TlsEndAgreed,
    /// REIN was accepted: the server has forgotten everything, and should clear its TLS sessions (RFC 4217 section 13).
    Reinitialised,
}

impl UserPi {
    /// The machine of a connection that has just been made; the greeting is awaited.
    #[must_use]
    pub fn new() -> (Self, EntryId) {
        let mut pi = Self::default();
        let greeting = pi.ledger.await_greeting();
        (pi, greeting)
    }

    /// Masks this wherever the server repeats it, though it has not been sent: an earlier session may have told it.
    pub fn expect_secret(&mut self, secret: &[u8]) {
        self.echo.remember(secret);
    }

    /// Enters a command; the caller writes [`Command::wire`] to the control connection.
    pub fn send(&mut self, command: &Command) -> EntryId {
        self.unfinished_line = UnfinishedLine::default();
        self.echo.remember_command(command);
        let entry = self.ledger.enter_command(command.verb());
        let before = self.learnt.clone();
        self.suspect_restart(command);
        self.learnt.secret_is_asked |= command.verb().is("USER");
        // A command that was passed over may be answered late, and the same is learnt from that reply.
        if self.awaiting.len() == AWAITING_KEPT {
            self.awaiting.remove(0);
        }
        self.awaiting.push(Awaited {
            entry,
            command: command.clone(),
            is_aside: false,
            begun: false,
            before,
        });
        entry
    }

    /// The same for a command that nobody asked for: the last answer is still that of the command before it, unless
    /// this one is refused.
    pub fn send_aside(&mut self, command: &Command) -> EntryId {
        let entry = self.send(command);
        for awaited in &mut self.awaiting {
            awaited.is_aside |= awaited.entry == entry;
        }
        entry
    }

    /// A marker counts as pending from the moment that it is sent: its 350 may come late, or unnoticed.
    fn suspect_restart(&mut self, command: &Command) {
        if command.verb().is("REST") {
            let before = self.learnt.pending_restart;
            self.restart_before = before;
            let marker =
                learnt::restart_marker(command.argument().unwrap_or_default().trim_ascii());
            self.learnt.pending_restart = marker.or(before);
        }
    }

    /// The line that the server will read when `command` is written: bytes that were sent before it without a line end
    /// are its beginning. Where a secret is asked for, it may be that.
    #[must_use]
    pub fn completed(&self, command: &Command) -> Command {
        self.as_answered(self.unfinished_line.completed(command))
    }

    fn as_answered(&self, command: Command) -> Command {
        if self.learnt.secret_is_asked {
            command.where_secret_is_asked()
        } else {
            command
        }
    }

    /// Takes bytes that are about to be written as they are, and enters each command whose line they end.
    pub fn send_bytes(&mut self, bytes: &[u8]) -> Vec<(EntryId, Command)> {
        let commands = self.unfinished_line.take(bytes);
        let unfinished_line = std::mem::take(&mut self.unfinished_line);
        let entered = commands
            .into_iter()
            .map(|command| {
                let command = self.as_answered(command);
                (self.send(&command), command)
            })
            .collect();
        self.unfinished_line = unfinished_line;
        entered
    }

    /// Whether bytes were sent after the last line end, so that the next line continues them.
    #[must_use]
    pub fn has_unfinished_line(&self) -> bool {
        self.unfinished_line.is_begun()
    }

    /// Takes bytes that arrived on the control connection.
    pub fn receive(&mut self, bytes: &[u8]) {
        self.reader.push(bytes);
        self.read();
    }

    /// The control connection has ended: what was read of an unfinished reply is handed out.
    pub fn end_of_file(&mut self) {
        self.reader.end_of_file();
        self.read();
    }

    /// Two seconds were silent: a reply whose last line bears another code is taken to be whole.
    pub fn silence(&mut self) {
        self.reader.silence();
        self.read();
    }

    /// Whether a reply waits for [`UserPi::silence`].
    #[must_use]
    pub fn awaits_silence(&self) -> bool {
        self.reader.awaits_silence()
    }

    /// Whether a line of another code may never end a reply.
    pub fn set_strict_multiline(&mut self, strict: bool) {
        self.reader.set_strict(strict);
    }

    /// The next thing that happened.
    pub fn next_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// The same, left in its place.
    #[must_use]
    pub fn peek_event(&self) -> Option<&Event> {
        self.events.front()
    }

    /// What the server has acknowledged.
    #[must_use]
    pub fn learnt(&self) -> &Learnt {
        &self.learnt
    }

    /// The last reply of all, preliminary ones included, and what it answered.
    #[must_use]
    pub fn last_answered(&self) -> Option<&Answered> {
        self.last_answered.as_deref()
    }

    /// Which replies are outstanding.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Whether bytes came after the 234 that agreed on TLS. They may be from anyone.
    #[must_use]
    pub fn has_unread_bytes(&self) -> bool {
        self.reader.has_unread_bytes()
    }

    /// TLS is established. What was learnt in the clear may have been put there by anyone, and the server has reset it
    /// (RFC 4217 section 4.2): it is forgotten.
    pub fn begin_protected(&mut self) {
        self.reader.restart();
        self.ledger.close_all();
        self.awaiting.clear();
        self.answered = None;
        self.learnt = Learnt::default();
        self.restart_before = None;
        self.tls_is_agreed = false;
    }

    /// Bytes that are not a reply, with echoes of secrets masked.
    #[must_use]
    pub fn masked(&self, bytes: &[u8]) -> Vec<u8> {
        self.echo.masked(bytes)
    }

    /// Masks bytes as they arrive, before [`UserPi::receive`] takes them.
    #[must_use]
    pub fn mask_received(&self, mask: &mut ReceivedMask, bytes: &[u8]) -> MaskedBytes {
        let answers_one = |awaited: &Awaited| awaited.command.secret().is_some();
        let answers_secret = self.ledger.is_empty() || self.awaiting.iter().any(answers_one);
        mask.take(bytes, &self.echo, answers_secret)
    }

    /// The secrets that a server may echo.
    #[must_use]
    pub fn echo(&self) -> &SecretEcho {
        &self.echo
    }

    /// As [`Ledger::give_up`].
    pub fn give_up(&mut self, verb: &str) {
        self.ledger.give_up(verb);
    }

    /// Closes every open entry without sending anything.
    pub fn resync(&mut self) -> Vec<Verb> {
        self.awaiting.clear();
        self.answered = None;
        self.ledger.close_all()
    }

    fn read(&mut self) {
        while !self.tls_is_agreed
            && let Some(received) = self.reader.next_received()
        {
            match received {
                Received::Telnet(bytes) => self.events.push_back(Event::TelnetReceived(bytes)),
                Received::Stray(line) => {
                    let line = self.echo.masked(&line);
                    self.events.push_back(Event::StrayReceived(line));
                }
                Received::Reply(reply) => self.take_reply(reply),
            }
        }
    }

    fn take_reply(&mut self, reply: Reply) {
        let text = reply.lines.last().map_or(&[][..], Vec::as_slice);
        let assignment = self.ledger.assign_by_text(reply.code, text);
        let answered = assignment.entry;
        let awaited = self.awaited(answered);
        let command = awaited.as_ref().map(|awaited| awaited.command.clone());
        let mut shown = reply.clone();
        let answers_secret = command
            .as_ref()
            .is_some_and(|command| command.secret().is_some());
        self.echo
            .mask(&mut shown, answers_secret || answered.is_none());
        let fit = assignment.fit;
        let is_aside = awaited.as_ref().is_some_and(|awaited| awaited.is_aside);
        let told = Arc::new(Answered {
            command: command.as_ref().map(Command::without_secret),
            unexpected: answered.is_none(),
            reply: shown.clone(),
            begun: awaited.as_ref().is_some_and(|awaited| awaited.begun),
            before: awaited.map_or_else(|| self.learnt.clone(), |awaited| awaited.before),
        });
        if !is_aside || reply.code.is_negative() {
            self.last_answered = Some(Arc::clone(&told));
        }
        self.events.push_back(Event::ReplyReceived {
            reply: shown,
            assignment,
            answered: told,
        });
        let Some(entry) = answered else { return };
        if reply.code.is_preliminary() {
            let bytes = command
                .as_ref()
                .and_then(|command| self.learnt.bytes_of_download(command, &reply));
            if let Some(command) = &command {
                self.learnt.take_preliminary(command);
                self.note_beginning(entry);
            }
            self.events.push_back(Event::TransferBegun { entry, bytes });
            return;
        }
        if fit == Fit::SecondReply {
            return;
        }
        let position = self
            .awaiting
            .iter()
            .position(|awaited| awaited.entry == entry);
        self.answered = position.map(|position| self.awaiting.remove(position));
        if let Some(command) = &command {
            self.learnt.take_final(command, &reply, self.restart_before);
            self.read_data_port(&reply);
        } else {
            self.learnt.take_greeting(&reply);
        }
        let agreed = command.and_then(|command| agreement(&command, reply.code));
        self.events
            .push_back(Event::CommandAnswered { entry, reply, fit });
        self.tls_is_agreed |= agreed == Some(Event::TlsAgreed);
        self.events.extend(agreed);
    }

    fn awaited(&self, entry: Option<EntryId>) -> Option<Awaited> {
        let entry = entry?;
        let mut known = self.awaiting.iter().chain(&self.answered);
        known.find(|awaited| awaited.entry == entry).cloned()
    }

    fn note_beginning(&mut self, entry: EntryId) {
        for awaited in &mut self.awaiting {
            awaited.begun |= awaited.entry == entry;
        }
    }

    /// The reply decides, not the verb: an EPSV that is answered with 227 offered what a 227 offers.
    fn read_data_port(&mut self, reply: &Reply) {
        if !learnt::is_offer(reply) {
            return;
        }
        self.events.push_back(match DataPort::from_reply(reply) {
            Ok(port) => Event::DataPortOffered(port),
            Err(reason) => Event::DataPortUnreadable(reason),
        });
    }
}

impl Answered {
    /// A reply that answers nothing, in a session of which nothing is known.
    #[must_use]
    pub fn nothing(reply: Reply) -> Self {
        Self {
            command: None,
            unexpected: true,
            reply,
            begun: false,
            before: Learnt::default(),
        }
    }

    /// The verb that was answered; empty if there was no command.
    #[must_use]
    pub fn verb(&self) -> Verb {
        self.command
            .as_ref()
            .map_or_else(|| Verb::new(b""), Command::verb)
    }

    /// Whether the verb is one of these, given in upper case.
    #[must_use]
    pub fn is_to(&self, verbs: &[&str]) -> bool {
        let verb = self.verb();
        verbs.iter().any(|name| verb.is(name))
    }

    /// The argument of the command, without blanks around it; empty if there is none.
    #[must_use]
    pub fn argument(&self) -> &[u8] {
        let argument = self.command.as_ref().and_then(Command::argument);
        argument.unwrap_or_default().trim_ascii()
    }
}

/// What a reply agrees on about the protection of the control connection.
fn agreement(command: &Command, code: ReplyCode) -> Option<Event> {
    let verb = command.verb();
    let mechanism = command.argument().unwrap_or_default().trim_ascii();
    if verb.is("AUTH") && code == ReplyCode(234) {
        let is_tls = TLS_MECHANISMS
            .iter()
            .any(|name| mechanism.eq_ignore_ascii_case(name.as_bytes()));
        return is_tls.then_some(Event::TlsAgreed);
    }
    if !code.is_positive() {
        return None;
    }
    match verb.as_bytes() {
        b"CCC" => Some(Event::TlsEndAgreed),
        b"REIN" => Some(Event::Reinitialised),
        _ => None,
    }
}

/// The names of TLS in AUTH (RFC 4217 section 17 and the drafts before it).
const TLS_MECHANISMS: [&str; 4] = ["TLS", "TLS-C", "TLS-P", "SSL"];

/// The direction in which this command's data goes, if it uses the data connection.
#[must_use]
pub fn data_direction(command: &Command) -> Option<verbs::DataDirection> {
    verbs::entry(&command.verb()).and_then(|entry| entry.data)
}

/// More than anyone leaves unanswered.
const AWAITING_KEPT: usize = 64;

#[cfg(test)]
mod tests;
