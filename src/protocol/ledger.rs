//! Which reply answers which command.
//!
//! FTP does not number its replies: they belong to commands only by their order (RFC 959 section 5.4), and servers
//! leave replies out, send them twice, or send some that answer no command. The ledger keeps every command whose reply
//! is outstanding and gives each reply to the oldest one that may get that code, so that one missing or extra reply
//! does not shift all that follow.
//!
//! ```text
//! C> RETR f        open: RETR
//! S> 150 ...       open: RETR (begun)
//! C> NOOP          open: RETR (begun), NOOP
//! S> 200 ...       not listed for a begun RETR: NOOP's     open: RETR (begun)
//! S> 226 ...       RETR's                                  open: nothing
//! ```
//!
//! A transfer that has begun stays open until its own final reply, however many later commands are answered: a reply
//! to one of them says nothing about the transfer's. Only a positive reply to ABOR, or the 1yz of the next transfer,
//! shows that none will come.

use std::collections::VecDeque;

use super::command::Verb;
use super::reply::ReplyCode;
use super::verbs::{self, DataDirection};

/// The commands whose replies are outstanding, and the last ones that got or missed theirs.
#[derive(Debug, Default)]
pub struct Ledger {
    open: VecDeque<Entry>,
    /// The command that was answered last, and with what: a reply that fits only it is its second one.
    answered: Option<(Entry, ReplyCode)>,
    /// Passed over without a reply, oldest first; at most [`PASSED_OVER_KEPT`].
    passed_over: VecDeque<Entry>,
    next_id: u64,
}

/// One command in the ledger; the greeting is entry 0 of every control connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(u64);

/// How well a reply fits the command that it was given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// The RFCs list this code for this command, at this point.
    Listed,
    /// No RFC lists it here, but it answers anything of the kind (200 for 250, 502).
    Tolerated,
    /// It fits no open command; the oldest got it.
    Unlisted,
    /// It fits only the command that was answered last: its second final reply.
    SecondReply,
    /// It fits only a command that had been passed over without a reply.
    Late,
    /// No reply was outstanding.
    Unexpected,
}

/// What became of one reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The command that it was given to, if any.
    pub entry: Option<EntryId>,
    /// That command's verb; empty if there is none.
    pub verb: Option<Verb>,
    /// How well it fits.
    pub fit: Fit,
    /// Older commands that now count as unanswered.
    pub passed_over: Vec<(EntryId, Verb)>,
}

#[derive(Clone, Debug)]
struct Entry {
    id: EntryId,
    awaited: Awaited,
    /// 1yz replies so far.
    preliminaries: u32,
}

#[derive(Clone, Debug)]
enum Awaited {
    Greeting,
    Command(Verb),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Strictness {
    /// Listed, and not one that a transfer that has begun hardly ends with.
    Expected,
    Listed,
    Tolerated,
    /// For an empty line, which gets a reply only if no other command may get it.
    LastResort,
}

impl Ledger {
    /// Enters the greeting, which is outstanding from the moment of the connection.
    pub fn await_greeting(&mut self) -> EntryId {
        self.enter(Awaited::Greeting)
    }

    /// Enters a command that is about to be sent.
    pub fn enter_command(&mut self, verb: Verb) -> EntryId {
        self.enter(Awaited::Command(verb))
    }

    /// Whether the final reply to this command is still outstanding.
    #[must_use]
    pub fn is_open(&self, id: EntryId) -> bool {
        self.open.iter().any(|entry| entry.id == id)
    }

    /// Whether no reply is outstanding.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// The commands whose replies are outstanding, oldest first; the greeting has an empty verb.
    pub fn open_verbs(&self) -> impl Iterator<Item = Verb> + '_ {
        self.open.iter().map(Entry::verb)
    }

    /// Whether the greeting has not come.
    #[must_use]
    pub fn awaits_greeting(&self) -> bool {
        let mut open = self.open.iter();
        open.any(|entry| matches!(entry.awaited, Awaited::Greeting))
    }

    /// Closes every open entry, and forgets the closed ones.
    pub fn close_all(&mut self) -> Vec<Verb> {
        self.answered = None;
        self.passed_over.clear();
        self.open.drain(..).map(|entry| entry.verb()).collect()
    }

    /// Closes the open commands of this verb as unanswered; a reply that comes all the same is a late one.
    pub fn give_up(&mut self, verb: &str) {
        let (given_up, open) = (self.open.drain(..)).partition(|entry| entry.verb().is(verb));
        self.open = open;
        self.keep_passed_over(given_up);
    }

    /// Gives a reply to the command that it answers.
    pub fn assign(&mut self, code: ReplyCode) -> Assignment {
        if code.is_preliminary() {
            self.assign_preliminary()
        } else {
            self.assign_final(code)
        }
    }

    /// The same, where the text may tell more. Some servers take a Telnet Synch for a line of its own and refuse two
    /// lines, ftp-srv the one with the ABOR only once the next command has come.
    pub fn assign_by_text(&mut self, code: ReplyCode, text: &[u8]) -> Assignment {
        let is_abort = |entry: &Entry| entry.verb().is("ABOR");
        let names_abort = || text.to_ascii_uppercase().windows(4).any(|it| it == b"ABOR");
        let answered = self.answered.as_ref().map(|(entry, _)| entry);
        let answered = answered.filter(|entry| is_abort(entry));
        let is_second = matches!(code.0, 500 | 502)
            && !self.open.iter().any(is_abort)
            && (self.open.is_empty() || names_abort());
        match answered.filter(|_| is_second) {
            Some(answered) => answered.assignment(Fit::SecondReply),
            None => self.assign(code),
        }
    }

    fn enter(&mut self, awaited: Awaited) -> EntryId {
        let id = EntryId(self.next_id);
        self.next_id += 1;
        self.open.push_back(Entry {
            id,
            awaited,
            preliminaries: 0,
        });
        id
    }

    fn assign_preliminary(&mut self) -> Assignment {
        let position = (self.open.iter().position(|entry| entry.awaits_beginning()))
            .or_else(|| self.recall_transfer())
            .or_else(|| self.open.iter().position(|entry| entry.preliminaries > 0))
            .or_else(|| self.open.iter().position(Entry::is_unknown));
        let (position, fit) = match position {
            Some(position) => (position, Fit::Listed),
            None if self.open.is_empty() => return Self::unexpected(),
            None => (0, Fit::Unlisted),
        };
        let entry = &mut self.open[position];
        entry.preliminaries += 1;
        // Pure-FTPd sends a second 1yz when a download was cut: no transfer begins with it.
        let begins = entry.preliminaries == 1 && entry.data().is_some();
        let assignment = entry.assignment(fit);
        // A server has one transfer at a time, so older commands will get no reply (pyftpdlib answers RETR without
        // a data connection with 150 and nothing else).
        let passed_over = if begins {
            self.pass_over(position, |_| false)
        } else {
            Vec::new()
        };
        Assignment {
            passed_over,
            ..assignment
        }
    }

    fn assign_final(&mut self, code: ReplyCode) -> Assignment {
        for (strictness, fit) in [
            (Strictness::Expected, Fit::Listed),
            (Strictness::Listed, Fit::Listed),
            (Strictness::Tolerated, Fit::Tolerated),
            (Strictness::LastResort, Fit::Tolerated),
        ] {
            if let Some(position) = self
                .open
                .iter()
                .position(|entry| entry.fits(code, strictness))
            {
                return self.close_at(position, code, fit);
            }
        }
        if let Some(assignment) = self.assign_to_earlier_command(code) {
            return assignment;
        }
        if self.open.is_empty() {
            return Self::unexpected();
        }
        self.close_at(0, code, Fit::Unlisted)
    }

    /// A later command was answered first (the practice server does it now and then): the transfer that was passed over
    /// then begins now, and is open again.
    fn recall_transfer(&mut self) -> Option<usize> {
        let awaited = |entry: &Entry| entry.awaits_beginning() && entry.data().is_some();
        let position = self.passed_over.iter().rposition(awaited)?;
        let entry = self.passed_over.remove(position)?;
        self.open.push_front(entry);
        Some(0)
    }

    fn assign_to_earlier_command(&mut self, code: ReplyCode) -> Option<Assignment> {
        if let Some(position) = self
            .passed_over
            .iter()
            .position(|entry| entry.fits(code, Strictness::Listed))
        {
            let entry = self.passed_over.remove(position)?;
            return Some(entry.assignment(Fit::Late));
        }
        let (answered, first) = self.answered.as_ref()?;
        (!self.open.is_empty() && answered.may_get_second(*first, code))
            .then(|| answered.assignment(Fit::SecondReply))
    }

    fn unexpected() -> Assignment {
        Assignment {
            entry: None,
            verb: None,
            fit: Fit::Unexpected,
            passed_over: Vec::new(),
        }
    }

    fn close_at(&mut self, position: usize, code: ReplyCode, fit: Fit) -> Assignment {
        let closed = self
            .open
            .remove(position)
            .expect("`position` was found in `open`, so it has an entry there");
        let aborted = closed.verb().is("ABOR") && code.is_positive();
        let passed_over = self.pass_over(position, |older| older.is_begun_transfer() && !aborted);
        let assignment = Assignment {
            passed_over,
            ..closed.assignment(fit)
        };
        self.answered = Some((closed, code));
        assignment
    }

    /// Closes the first `count` open commands as unanswered, except those that are to be kept.
    fn pass_over(
        &mut self,
        count: usize,
        is_kept: impl Fn(&Entry) -> bool,
    ) -> Vec<(EntryId, Verb)> {
        let later = self.open.split_off(count);
        let (mut kept, passed_over): (VecDeque<_>, VecDeque<_>) =
            self.open.drain(..).partition(is_kept);
        kept.extend(later);
        self.open = kept;
        let verbs = passed_over.iter().map(|entry| (entry.id, entry.verb()));
        let verbs = verbs.collect();
        self.keep_passed_over(passed_over);
        verbs
    }

    fn keep_passed_over(&mut self, entries: VecDeque<Entry>) {
        self.passed_over.extend(entries);
        while self.passed_over.len() > PASSED_OVER_KEPT {
            self.passed_over.pop_front();
        }
    }
}

impl Entry {
    fn verb(&self) -> Verb {
        match &self.awaited {
            Awaited::Greeting => Verb::new(b""),
            Awaited::Command(verb) => verb.clone(),
        }
    }

    fn assignment(&self, fit: Fit) -> Assignment {
        Assignment {
            entry: Some(self.id),
            verb: Some(self.verb()),
            fit,
            passed_over: Vec::new(),
        }
    }

    fn data(&self) -> Option<DataDirection> {
        match &self.awaited {
            Awaited::Greeting => None,
            Awaited::Command(verb) => verbs::entry(verb).and_then(|entry| entry.data),
        }
    }

    /// A 1yz should come before its final reply, and has not.
    fn awaits_beginning(&self) -> bool {
        self.preliminaries == 0
            && (matches!(self.awaited, Awaited::Greeting) || self.data().is_some())
    }

    /// A 1yz to an unknown verb most likely begins a transfer too.
    fn is_begun_transfer(&self) -> bool {
        self.preliminaries > 0 && (self.data().is_some() || self.is_unknown())
    }

    /// A verb that no table knows: it may get anything.
    fn is_unknown(&self) -> bool {
        match &self.awaited {
            Awaited::Greeting => false,
            Awaited::Command(verb) => !verb.as_bytes().is_empty() && verbs::entry(verb).is_none(),
        }
    }

    /// What went well is not refused afterwards, and a transfer does not end well in two ways: such a reply is odd, and
    /// the open command's (Globus answers MFMT with 250, and an upload that was reset with 500).
    fn may_get_second(&self, first: ReplyCode, second: ReplyCode) -> bool {
        let is_of_transfer = self.preliminaries > 0 && first != second;
        let is_other_end = first.is_positive() && (second.is_negative() || is_of_transfer);
        !is_other_end && self.fits(second, Strictness::Listed)
    }

    fn fits(&self, code: ReplyCode, strictness: Strictness) -> bool {
        let verb = match &self.awaited {
            Awaited::Greeting => return matches!(code.0, 220 | 230 | 421 | 500..=599),
            Awaited::Command(verb) => verb,
        };
        // Servers answer an empty line with an error or not at all (vsftpd and Pure-FTPd are silent), and some carry
        // out a line that begins with a space: any reply fits, but other commands come first.
        if verb.as_bytes().is_empty() {
            return strictness == Strictness::LastResort;
        }
        let Some(entry) = verbs::entry(verb) else {
            let is_tolerated = strictness == Strictness::Tolerated;
            return match self.preliminaries {
                // What answers anything answers it too: replies come in order.
                0 => is_tolerated || is_tolerated_anywhere(code),
                _ => is_tolerated && ends_a_transfer(code),
            };
        };
        if self.preliminaries > 0 {
            // RFC 959 lists 250 for transfers too, but servers end them with 226, and refuse a file before the 150.
            // pyftpdlib answers at once what is sent beside a transfer: these codes are the reply to a CWD or DELE if
            // there is one.
            let is_about_files = matches!(code.0, 250 | 450 | 550 | 553);
            let listed = entry.replies_after_preliminary.contains(&code.0)
                && (strictness != Strictness::Expected || !is_about_files);
            // Once the transfer has begun, "500 unknown command" is about something else: Pure-FTPd answers so
            // to whatever is typed while it transfers.
            return listed || (strictness == Strictness::Tolerated && ends_a_transfer(code));
        }
        let listed = entry.replies.contains(&code.0) || is_listed_anywhere(code);
        // What answers a USER may answer the PASS after it (331 for another password).
        let is_of_user = verb.is("PASS") && matches!(code.0, 232 | 331 | 336);
        let is_tolerated = is_of_user || is_tolerated_anywhere(code);
        listed || (strictness == Strictness::Tolerated && is_tolerated)
    }
}

fn is_listed_anywhere(code: ReplyCode) -> bool {
    verbs::COMMON_REPLIES.contains(&code.0)
}

fn is_tolerated_anywhere(code: ReplyCode) -> bool {
    code.is_negative() || matches!(code.0, 200..=204 | 300..=304)
}

fn ends_a_transfer(code: ReplyCode) -> bool {
    matches!(code.0, 200 | 225 | 226 | 250 | 421 | 420..=459 | 520..=529 | 550..=559)
}

/// Enough for late replies to a few skipped commands; more entries would only match by accident.
const PASSED_OVER_KEPT: usize = 8;

#[cfg(test)]
mod tests;
