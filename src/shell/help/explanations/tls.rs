//! TLS: AUTH, PBSZ, PROT, CCC, and transfers that the server wants protected (RFC 4217).

use super::{Case, Circumstances, has_code, is_private, is_refused, moves_data};
use crate::protocol::Answered;
use crate::protocol::parameters::ProtectionLevel;

pub(super) const CASES: &[Case] = &[
    Case {
        fits: |a, now| is_agreed(a) && !now.is_connected && !now.is_under_tls,
        cause: "TLS failed after it, and the connection was closed: what was meant for TLS is not sent in the clear. \
        If it was the certificate, `--ca FILE` names the authority to trust.",
        next: "`open` connects again",
        hint: "",
    },
    Case {
        fits: |a, _| is_agreed(a) && a.before.logged_in,
        cause: "TLS is up. What was agreed in the clear no longer counts, and neither does the login (RFC 4217 \
        section 4).",
        next: "USER and PASS again, then PBSZ 0 and PROT P",
        hint: "next: USER and PASS again: the login in the clear no longer counts",
    },
    Case {
        fits: |a, now| is_refused(a) && a.is_to(&["AUTH"]) && now.is_under_tls,
        cause: "The control connection is under TLS already. It needs no second AUTH.",
        next: "PBSZ 0 and PROT P, for the data; `tls` shows what is protected",
        hint: "it is under TLS already: next PBSZ 0 and PROT P, for the data",
    },
    Case {
        fits: |a, now| is_refused(a) && a.is_to(&["AUTH"]) && is_late(a, now),
        cause: "It comes before USER; with most servers it is too late once somebody is logged in.",
        next: "QUIT, `open`, then {}",
        hint: "next: QUIT, `open`, then {}: it comes before USER",
    },
    Case {
        fits: |a, now| is_refused(a) && a.is_to(&["AUTH"]) && is_early(a, now),
        cause: "The server does not have this mechanism, or no TLS at all. If it has TLS, FEAT lists AUTH TLS.",
        next: "FEAT; without TLS: USER",
        hint: "",
    },
    Case {
        fits: |a, _| is_refused(a) && a.is_to(&["PBSZ", "PROT"]) && a.before.tls_was_ended,
        cause: "The CCC took the control connection back to clear, and after it there is no PBSZ and no PROT (RFC \
            4217 section 5): what PROT said before it still holds.",
        next: "QUIT, `open`, AUTH TLS, USER and PASS, then PBSZ 0 and {}, and CCC at the end",
        hint: "too late: after CCC there is no PBSZ and no PROT, and the last PROT still holds",
    },
    Case {
        fits: |a, now| is_refused(a) && a.is_to(&["PBSZ", "PROT"]) && is_too_early(a, now),
        cause: "It belongs to a control connection under TLS: AUTH TLS, then PBSZ 0, then PROT P.",
        next: "AUTH TLS before the login, then PBSZ 0 and PROT P",
        hint: "next: AUTH TLS before the login, then PBSZ 0 and PROT P",
    },
    Case {
        fits: |a, now| has_code(a, &[503]) && a.is_to(&["PROT"]) && now.is_under_tls,
        cause: "No PBSZ was accepted before it. With TLS its size is 0.",
        next: "PBSZ 0, then {}",
        hint: "next: PBSZ 0, then {}",
    },
    Case {
        fits: |a, now| is_other_level(a) && now.is_under_tls,
        cause: "With TLS there are two levels, P and C, and the rules of a server may want one of them.",
        next: "PROT P",
        hint: "next: PROT P: with TLS there are P and C, and a server may want P",
    },
    Case {
        fits: |a, now| is_refused(a) && a.is_to(&["CCC"]) && !now.is_under_tls,
        cause: "The control connection is in the clear, so there is no TLS that CCC could end.",
        next: "",
        hint: "the control connection is in the clear already",
    },
    Case {
        fits: |a, now| is_refused(a) && a.is_to(&["CCC"]) && now.is_under_tls && a.before.logged_in,
        cause: "This server does not have CCC, or its rules forbid it. Nothing has changed.",
        next: "Go on under TLS",
        hint: "the server keeps TLS on the control connection; nothing has changed",
    },
    Case {
        fits: |a, now| wants_private_data(a) && now.is_under_tls,
        cause: "The data would go in the clear, and the server wants it under TLS.",
        next: "PBSZ 0, PROT P, PASV, then {}",
        hint: "next: PBSZ 0, PROT P, PASV, then {}: the server wants the data under TLS",
    },
    Case {
        fits: |a, now| (is_denied(a) || wants_private_data(a)) && !now.is_under_tls,
        cause: "The server's rules do not allow this in the clear.",
        next: "AUTH TLS before USER, then PBSZ 0 and PROT P",
        hint: "",
    },
    Case {
        fits: |a, now| is_denied(a) && now.is_under_tls,
        cause: "The server's rules do not allow this with the protection that the session has.",
        next: "",
        hint: "",
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
