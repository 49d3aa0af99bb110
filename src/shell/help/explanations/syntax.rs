//! Verbs that the server does not have, and arguments that it does not take.

use super::{Case, Explanation, has_code, is_refused};
use crate::protocol::{Answered, DataPort, VerbEntry, verbs};

pub(super) const CASES: &[Case] = &[
    Case {
        fits: |a, _| has_code(a, &[500, 501, 504]) && a.is_to(&["TYPE"]),
        cause: "The server does not have this type. Some refuse TYPE A N and take TYPE A; Pure-FTPd has switched to \
            ASCII all the same.",
        next: "TYPE A or TYPE I",
        hint: "next: TYPE A or TYPE I; set it again: some servers change the type even when they refuse it",
    },
    Case {
        fits: |a, _| has_code(a, &[500, 501, 504]) && a.is_to(&["MODE", "STRU"]),
        cause: "Nearly all servers have MODE S and STRU F alone.",
        next: "MODE S, STRU F",
        hint: "",
    },
    Case {
        fits: |a, _| is_missing(a) && a.is_to(&["MLSD"]),
        cause: "This server does not have MLSD.",
        next: "LIST or NLST",
        hint: "next: LIST or NLST",
    },
    Case {
        fits: |a, _| is_missing(a) && a.is_to(&["MLST", "SIZE", "MDTM"]),
        cause: "This server does not have it.",
        next: "STAT with the path, or PASV and LIST, show size and time",
        hint: "next: STAT with the path, or PASV and LIST",
    },
    Case {
        fits: |a, _| is_missing(a) && a.is_to(&["MFMT", "MFF", "MFCT"]),
        cause: "This server does not have it.",
        next: "MDTM YYYYMMDDhhmmss path, or SITE UTIME: one of them may do",
        hint: "next: MDTM YYYYMMDDhhmmss path, or SITE UTIME",
    },
    Case {
        fits: |a, _| is_refused(a) && is_switch(a),
        cause: "HASH asks for the hash of a file, and wants its path. In other clients `hash` is a switch that shows \
            how a transfer goes on; here the bytes are counted after each transfer anyway.",
        next: "HASH and a path",
        hint: "HASH wants a path; no switch is needed, since the bytes are counted after each transfer",
    },
    Case {
        fits: |a, _| is_missing(a) && entry(a).is_some(),
        cause: "This server does not have that verb, or has it switched off. Pure-FTPd answers 500 to everything that \
            comes in a transfer.",
        next: "FEAT or HELP list what it has",
        hint: "",
    },
    Case {
        fits: |a, _| has_code(a, &[421]),
        cause: "The server ends the session: nothing was typed for too long, it is full, or it is going down.",
        next: "`open` connects again",
        hint: "",
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
        "It wants an argument."
    } else {
        "The argument does not have the form that the server expects."
    };
    is_suspect.then(|| Explanation {
        cause: cause.to_owned(),
        next: entry.syntax.to_owned(),
        hint: Some(format!("the form is: {}", entry.syntax)),
    })
}

/// Whether the argument has the form of its verb, or is one of which a case of its own says more.
fn is_well_formed(answered: &Answered) -> bool {
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
