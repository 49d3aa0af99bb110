//! What in a dialogue no server should say: is this code possible for this command here, have the replies the right form,
//! did each transfer get its replies, are the features of FEAT there.
//!
//! ```text
//! RNFR a
//! 250 ok          code-other-class: only 350, 450, ... may answer RNFR
//! ```

mod form;
mod oddity;

use crate::protocol::ledger::{Assignment, EntryId, Fit};
use crate::protocol::verbs::COMMON_REPLIES;
use crate::protocol::{Answered, ReplyClass, ReplyCode, Verb, VerbEntry, reply_codes, verbs};

use super::rules::is_in_feat;
pub(crate) use oddity::Oddity;

/// Hears every reply of a dialogue, in order.
#[derive(Debug, Default)]
pub(crate) struct Linter {
    found: Vec<Found>,
    /// Commands with a 1yz and no final reply.
    begun: Vec<(EntryId, Verb, usize)>,
}

/// Something odd, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) oddity: Oddity,
    /// Where it was seen first: what the caller counts, lines or exchanges.
    pub(crate) place: usize,
    /// How many times it was seen.
    pub(crate) times: usize,
}

impl Linter {
    /// A reply came, which was given to its command so.
    pub(crate) fn take(&mut self, place: usize, answered: &Answered, assignment: &Assignment) {
        for (entry, verb) in &assignment.passed_over {
            let had_begun = self.begun.iter().any(|(id, ..)| id == entry);
            self.begun.retain(|(id, ..)| id != entry);
            self.keep(missing(verb, had_begun), place);
        }
        for oddity in oddities(answered, assignment.fit) {
            self.keep(oddity, place);
        }
        let Some(entry) = assignment.entry else {
            return;
        };
        self.begun.retain(|(id, ..)| *id != entry);
        if answered.reply.code.is_preliminary() && self.begun.len() < BEGUN_KEPT {
            self.begun.push((entry, answered.verb(), place));
        }
    }

    /// Nothing more comes.
    pub(crate) fn end(&mut self) {
        for (_, verb, place) in std::mem::take(&mut self.begun) {
            self.keep(missing(&verb, true), place);
        }
    }

    /// What was found, in the order in which it was seen first.
    pub(crate) fn found(&self) -> &[Found] {
        &self.found
    }

    fn keep(&mut self, oddity: Oddity, place: usize) {
        if let Some(found) = self.found.iter_mut().find(|it| it.oddity == oddity) {
            found.times += 1;
        } else if self.found.len() < FOUND_KEPT {
            self.found.push(Found {
                oddity,
                place,
                times: 1,
            });
        }
    }
}

/// What is odd about one reply; `fit` is how it was given to its command.
pub(crate) fn oddities(answered: &Answered, fit: Fit) -> Vec<Oddity> {
    let mut facts = Facts::of(answered);
    match fit {
        Fit::Unexpected if answered.reply.code != ReplyCode(421) => facts.add("reply-unexpected"),
        Fit::SecondReply => facts.add("reply-twice"),
        Fit::Late => facts.add("reply-late"),
        _ => {}
    }
    if !matches!(fit, Fit::Unexpected | Fit::SecondReply) {
        look_at_code(answered, &mut facts);
    }
    form::oddities(answered, &mut facts);
    let is_refused = matches!(answered.reply.code.0, 500 | 502);
    if is_refused && is_in_feat(answered) {
        facts.add("feature-refused");
    }
    facts.found
}

/// What is odd about a command that got no final reply, and perhaps a 1yz.
pub(crate) fn missing(verb: &Verb, had_begun: bool) -> Oddity {
    let verb = shown(verb);
    let id = if had_begun {
        "final-reply-missing"
    } else {
        "reply-missing"
    };
    Oddity::of(id, &[("verb", &verb)])
}

fn look_at_code(answered: &Answered, facts: &mut Facts<'_>) {
    let code = answered.reply.code;
    let verb = answered.verb();
    if reply_codes::entry(code).is_none() {
        return facts.add("code-undefined");
    }
    if verb.as_bytes().is_empty() {
        let is_greeting = answered.command.is_none() && !answered.unexpected;
        if is_greeting && !matches!(code.0, 120 | 220 | 421) {
            facts.add("greeting-code");
        }
        return;
    }
    let Some(entry) = verbs::entry(&verb) else {
        return;
    };
    if code.is_preliminary() {
        look_at_preliminary(answered, entry, facts);
    } else if entry.data.is_some() && !answered.begun && is_end(code) {
        facts.add("preliminary-missing");
    } else {
        look_at_final(answered, entry, facts);
    }
}

fn look_at_preliminary(answered: &Answered, entry: &VerbEntry, facts: &mut Facts<'_>) {
    let code = answered.reply.code;
    // Markers of a transfer may come at any time, and REIN may be answered like a connection.
    let is_allowed = code == ReplyCode(110) || (code == ReplyCode(120) && entry.name == "REIN");
    if entry.data.is_none() && !is_allowed {
        facts.add("preliminary-unexpected");
    } else if answered.begun && !is_allowed {
        facts.add("preliminary-twice");
    }
}

fn look_at_final(answered: &Answered, entry: &VerbEntry, facts: &mut Facts<'_>) {
    let code = answered.reply.code;
    let listed = if answered.begun {
        entry.replies_after_preliminary
    } else {
        entry.replies
    };
    let is_common = COMMON_REPLIES.contains(&code.0) && (!answered.begun || code.0 == 421);
    if listed.contains(&code.0) || is_common {
        return;
    }
    let mut classes = listed.iter().map(|code| ReplyCode(*code).class());
    let class = code.class();
    let is_of_class = code.is_negative() || classes.any(|listed| listed == class);
    facts.listed = listed;
    facts.add(if is_of_class && class != ReplyClass::Protected {
        "code-unlisted"
    } else {
        "code-other-class"
    });
}

/// What only the end of a transfer can say.
fn is_end(code: ReplyCode) -> bool {
    matches!(code.0, 226 | 250)
}

/// What is found, and what fills the places of its texts.
struct Facts<'a> {
    answered: &'a Answered,
    listed: &'static [u16],
    found: Vec<Oddity>,
}

impl<'a> Facts<'a> {
    fn of(answered: &'a Answered) -> Self {
        Self {
            answered,
            listed: &[],
            found: Vec::new(),
        }
    }

    fn add(&mut self, id: &str) {
        let verb = self.answered.verb();
        let code = self.answered.reply.code.to_string();
        let listed: Vec<String> = self.listed.iter().map(u16::to_string).collect();
        let entry = verbs::entry(&verb);
        self.found.push(Oddity::of(
            id,
            &[
                ("verb", &shown(&verb)),
                ("code", &code),
                ("listed", &listed.join(", ")),
                ("reference", entry.map_or("", |entry| entry.reference)),
            ],
        ));
    }
}

fn shown(verb: &Verb) -> String {
    match verb.as_bytes() {
        b"" => "the connection".to_owned(),
        _ => verb.to_string(),
    }
}

/// More different ones than anyone reads.
const FOUND_KEPT: usize = 100;
/// A session has one transfer at a time.
const BEGUN_KEPT: usize = 16;

#[cfg(test)]
mod tests;
