//! TLS: AUTH, PBSZ, PROT, CCC, and transfers that the server wants protected (RFC 4217).

use super::{Circumstances, Rule, has_code, is_implemented, is_private, is_refused, moves_data};
use crate::protocol::Answered;
use crate::protocol::parameters::ProtectionLevel;

pub(super) const RULES: &[Rule] = &[
    Rule {
        fits: |a, now| is_agreed(a) && !now.is_connected && !now.is_under_tls,
        cause: "tls-failed",
    },
    Rule {
        fits: |a, _| is_agreed(a) && a.before.logged_in,
        cause: "tls-login-again",
    },
    Rule {
        fits: |a, now| is_refused(a) && a.is_to(&["AUTH"]) && now.is_under_tls,
        cause: "auth-under-tls",
    },
    Rule {
        fits: |a, now| is_refused(a) && a.is_to(&["AUTH"]) && is_late(a, now),
        cause: "auth-too-late",
    },
    Rule {
        fits: |a, now| is_refused(a) && a.is_to(&["AUTH"]) && is_early(a, now),
        cause: "auth-not-offered",
    },
    Rule {
        fits: |a, _| is_refused(a) && a.is_to(&["PBSZ", "PROT"]) && a.before.tls_was_ended,
        cause: "protection-after-ccc",
    },
    Rule {
        fits: |a, now| {
            is_refused(a) && a.is_to(&["PBSZ", "PROT"]) && is_implemented(a) && is_too_early(a, now)
        },
        cause: "protection-without-auth",
    },
    Rule {
        fits: |a, now| has_code(a, &[503]) && a.is_to(&["PROT"]) && now.is_under_tls,
        cause: "pbsz-first",
    },
    Rule {
        fits: |a, now| is_other_level(a) && now.is_under_tls,
        cause: "prot-level-refused",
    },
    Rule {
        fits: |a, now| is_refused(a) && a.is_to(&["CCC"]) && !now.is_under_tls,
        cause: "ccc-in-clear",
    },
    Rule {
        fits: |a, now| is_refused(a) && a.is_to(&["CCC"]) && now.is_under_tls && a.before.logged_in,
        cause: "ccc-refused",
    },
    Rule {
        fits: |a, now| wants_private_data(a) && now.is_under_tls,
        cause: "data-tls-required",
    },
    Rule {
        fits: |a, now| (is_denied(a) || wants_private_data(a)) && !now.is_under_tls,
        cause: "tls-required",
    },
    Rule {
        fits: |a, now| is_denied(a) && now.is_under_tls,
        cause: "protection-denied",
    },
];

/// A 234: the handshake follows it.
fn is_agreed(answered: &Answered) -> bool {
    has_code(answered, &[234]) && answered.is_to(&["AUTH"])
}

fn is_late(answered: &Answered, now: Circumstances) -> bool {
    answered.before.logged_in && !now.is_under_tls
}

fn is_early(answered: &Answered, now: Circumstances) -> bool {
    !answered.before.logged_in && !now.is_under_tls
}

/// There has been no TLS yet.
fn is_too_early(answered: &Answered, now: Circumstances) -> bool {
    !now.is_under_tls && !answered.before.tls_was_ended
}

/// A PROT of another level than P, refused for what it is and not for its place.
fn is_other_level(answered: &Answered) -> bool {
    let level = ProtectionLevel::from_argument(answered.argument());
    is_refused(answered)
        && answered.is_to(&["PROT"])
        && !has_code(answered, &[503])
        && level != Some(ProtectionLevel::Private)
}

/// RFC 4217 section 10.2 has 521 and 522 for it, RFC 2228 section 8.2 the others.
fn wants_private_data(answered: &Answered) -> bool {
    moves_data(answered) && !is_private(answered) && has_code(answered, &[521, 522, 533, 534])
}

fn is_denied(answered: &Answered) -> bool {
    has_code(answered, &[533, 534, 535, 536, 537])
        && !wants_private_data(answered)
        && !answered.is_to(&["AUTH", "PBSZ", "PROT", "CCC"])
}
