//! Lines that are nearly what the server takes, and refusals that are none.

use super::{Rule, has_code, is_refused};
use crate::protocol::Answered;

pub(super) const RULES: &[Rule] = &[
    Rule {
        fits: |a, _| has_code(a, &[500, 501, 504, 536]) && is_right_in_capitals(a),
        cause: "argument-case",
    },
    Rule {
        fits: |a, _| {
            has_code(a, &[450, 501, 504, 550])
                && a.is_to(&["LIST", "NLST"])
                && a.argument().starts_with(b"-")
        },
        cause: "list-takes-no-options",
    },
    Rule {
        fits: |a, _| has_code(a, &[500, 502]) && is_refused(a) && is_in_feat(a),
        cause: "feat-not-true",
    },
    Rule {
        fits: |a, _| has_code(a, &[202]) && a.is_to(&["ALLO"]),
        cause: "allocate-not-needed",
    },
];

/// The arguments of RFC 959 and RFC 4217 are of capitals, and some servers take nothing else.
fn is_right_in_capitals(answered: &Answered) -> bool {
    let known: &[&[u8]] = match answered.verb().as_bytes() {
        b"TYPE" => &[b"A", b"I", b"E", b"L 8", b"A N"],
        b"MODE" => &[b"S", b"B", b"C", b"Z"],
        b"STRU" => &[b"F", b"R", b"P"],
        b"PROT" => &[b"C", b"P"],
        _ => return false,
    };
    let capitals = answered.argument().to_ascii_uppercase();
    capitals != answered.argument() && known.contains(&&capitals[..])
}

/// FEAT lists the verb, as a line of its own or with what follows it (RFC 2389 section 3.2); MLST stands for MLSD too
/// (RFC 3659 section 7.8). Of SITE it lists single commands.
pub(crate) fn is_in_feat(answered: &Answered) -> bool {
    let verb = answered.verb();
    let listed = if verb.is("MLSD") {
        b"MLST"
    } else {
        verb.as_bytes()
    };
    let first_word = |line: &[u8]| {
        let word = line.split(|byte| *byte == b' ').next();
        word.unwrap_or_default().to_ascii_uppercase()
    };
    let mut features = answered.before.features.iter();
    features.any(|line| {
        let rest = line.get(listed.len() + 1..).unwrap_or_default();
        first_word(line).eq_ignore_ascii_case(listed)
            && (!verb.is("SITE") || first_word(rest) == first_word(answered.argument()))
    })
}
