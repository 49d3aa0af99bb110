//! Verbs that the server does not have, and arguments that it does not take.

use super::{Explanation, Rule, has_code, is_refused, is_refused_greeting};
use crate::protocol::{Answered, DataPort, VerbEntry, verbs};

pub(super) const RULES: &[Rule] = &[
    Rule {
        fits: |a, _| has_code(a, &[500, 501, 504]) && a.is_to(&["TYPE"]),
        cause: "type-refused",
    },
    Rule {
        fits: |a, _| has_code(a, &[500, 501, 504]) && a.is_to(&["MODE", "STRU"]),
        cause: "mode-refused",
    },
    Rule {
        fits: |a, _| is_missing(a) && a.is_to(&["MLSD"]),
        cause: "mlsd-missing",
    },
    Rule {
        fits: |a, _| is_missing(a) && a.is_to(&["MLST", "SIZE", "MDTM"]),
        cause: "facts-missing",
    },
    Rule {
        fits: |a, _| is_missing(a) && a.is_to(&["MFMT", "MFF", "MFCT"]),
        cause: "mfmt-missing",
    },
    Rule {
        fits: |a, _| is_refused(a) && is_switch(a),
        cause: "hash-switch",
    },
    Rule {
        fits: |a, _| is_missing(a) && entry(a).is_some(),
        cause: "verb-missing",
    },
    Rule {
        fits: |a, _| has_code(a, &[421]) && !is_refused_greeting(a),
        cause: "session-ended",
    },
];

/// What a verb wants, if that may be what was wrong.
pub(super) fn usage(answered: &Answered) -> Option<Explanation> {
    let entry = entry(answered).filter(|_| !is_switch(answered))?;
    let lacks_argument = answered.argument().is_empty() && wants_argument(entry);
    let is_suspect = if lacks_argument {
        has_code(answered, &[500, 501, 504, 550, 553])
    } else {
        has_code(answered, &[501]) && !is_well_formed(answered)
    };
    let cause = if lacks_argument {
        "argument-missing"
    } else {
        "argument-malformed"
    };
    is_suspect.then(|| Explanation::of(cause, &[("form", entry.syntax)]))
}

/// Whether the argument has the form of its verb, or is one of which a case of its own says more.
fn is_well_formed(answered: &Answered) -> bool {
    let takes_none = |entry: &VerbEntry| entry.syntax == entry.name;
    if answered.argument().is_empty() && entry(answered).is_some_and(takes_none) {
        return true;
    }
    match answered.verb().as_bytes() {
        b"PORT" => DataPort::from_port_argument(answered.argument()).is_ok(),
        b"EPRT" => DataPort::from_eprt_argument(answered.argument()).is_ok(),
        _ => answered.is_to(&["REST", "TYPE", "MODE", "STRU", "USER", "PASS", "SITE"]),
    }
}

/// What other clients call `hash` is not an FTP command.
fn is_switch(answered: &Answered) -> bool {
    answered.is_to(&["HASH"]) && matches!(answered.argument(), b"" | b"on" | b"off")
}

fn is_missing(answered: &Answered) -> bool {
    has_code(answered, &[500, 502])
}

fn entry(answered: &Answered) -> Option<&'static VerbEntry> {
    verbs::entry(&answered.verb())
}

/// Whether something that must be given is outside the brackets of its syntax.
fn wants_argument(entry: &VerbEntry) -> bool {
    entry
        .syntax
        .split_once(' ')
        .is_some_and(|(_, arguments)| !arguments.starts_with('['))
}
