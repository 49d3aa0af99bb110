//! What must hold in every session.

use std::collections::BTreeMap;

use crate::client::machine::ExchangeId;
use crate::protocol::ledger::{Assignment, EntryId, Ledger};
use crate::protocol::verbs;
use crate::protocol::{Reply, Verb};

/// An invariant that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Violation {
    /// An exchange is not settled although its limit is over, or is settled twice.
    Settlement,
    /// A reply is given to a command that cannot get it, and its own command can.
    Assignment,
    /// What is told as whole is not.
    Wholeness,
    /// After an abort replies are outstanding, and nothing says so.
    Step,
}

/// The commands as they were sent, and which of them have had their replies.
#[derive(Debug)]
pub(super) struct Invariants {
    /// Gives the names that the machine's own ledger gives.
    names: Ledger,
    entries: Vec<Entry>,
    numbers: BTreeMap<EntryId, usize>,
    replies: usize,
    settled: BTreeMap<ExchangeId, u32>,
    pub(super) violation: Option<Violation>,
}

#[derive(Debug)]
struct Entry {
    verb: Verb,
    is_begun: bool,
    is_open: bool,
}

impl Default for Invariants {
    fn default() -> Self {
        let mut invariants = Self {
            names: Ledger::default(),
            entries: Vec::new(),
            numbers: BTreeMap::new(),
            replies: 0,
            settled: BTreeMap::new(),
            violation: None,
        };
        let greeting = invariants.names.await_greeting();
        invariants.enter(greeting, Verb::new(b""));
        invariants
    }
}

impl Invariants {
    fn enter(&mut self, name: EntryId, verb: Verb) {
        self.numbers.insert(name, self.entries.len());
        self.entries.push(Entry {
            verb,
            is_begun: false,
            is_open: true,
        });
    }

    pub(super) fn take_command(&mut self, verb: Verb) {
        let name = self.names.enter_command(verb.clone());
        self.enter(name, verb);
    }

    pub(super) fn take_abort(&mut self) {
        self.take_command(Verb::new(b"ABOR"));
    }

    /// How many commands were sent.
    pub(super) fn commands(&self) -> usize {
        self.entries.len() - 1
    }

    pub(super) fn has_heard(&self, said: &[(usize, u16)]) -> bool {
        self.replies == said.len()
    }

    pub(super) fn violate(&mut self, violation: Violation) {
        self.violation.get_or_insert(violation);
    }

    /// Gives the reply to another command that is open, if there is one.
    pub(super) fn misplace(&self, assignment: &mut Assignment) {
        let other = self.numbers.iter().rev().find(|(name, number)| {
            self.entries[**number].is_open && Some(**name) != assignment.entry
        });
        if let Some((name, _)) = other {
            assignment.entry = Some(*name);
        }
    }

    pub(super) fn take_reply(
        &mut self,
        reply: &Reply,
        assignment: &Assignment,
        said: &[(usize, u16)],
    ) {
        let code = reply.code.0;
        let Some((meant, _)) = said.get(self.replies).filter(|it| it.1 == code) else {
            // The connection was cut in the middle of it.
            return;
        };
        self.replies += 1;
        let given = assignment
            .entry
            .and_then(|it| self.numbers.get(&it))
            .copied();
        let is_possible = self.entries[*meant].is_open && self.entries[*meant].can_get(code);
        let is_plausible = given.is_some_and(|given| self.entries[given].can_get(code));
        if given != Some(*meant) && is_possible && !is_plausible {
            self.violate(Violation::Assignment);
        }
        for (name, _) in &assignment.passed_over {
            if let Some(number) = self.numbers.get(name) {
                self.entries[*number].is_open = false;
            }
        }
        if let Some(given) = given {
            let is_preliminary = reply.code.is_preliminary();
            self.entries[given].is_begun |= is_preliminary;
            self.entries[given].is_open &= is_preliminary;
        }
    }

    pub(super) fn take_settled(&mut self, exchange: ExchangeId) {
        let times = self.settled.entry(exchange).or_default();
        *times += 1;
        if *times > 1 {
            self.violate(Violation::Settlement);
        }
    }

    pub(super) fn is_settled(&self, exchange: ExchangeId) -> bool {
        self.settled.contains_key(&exchange)
    }
}

impl Entry {
    /// The RFCs list this code for this command (RFC 959 section 5.4).
    fn can_get(&self, code: u16) -> bool {
        let Some(entry) = verbs::entry(&self.verb) else {
            return code == 220;
        };
        let common = verbs::COMMON_REPLIES.contains(&code);
        match (code, self.is_begun) {
            (100..200, _) => entry.data.is_some(),
            (_, true) => entry.replies_after_preliminary.contains(&code),
            (_, false) => entry.replies.contains(&code) || common,
        }
    }
}
