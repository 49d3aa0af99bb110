//! Commands that belong together: RNFR and RNTO, REST and its transfer, TYPE I and what counts bytes.

use super::{Case, has_code, is_in_type_a, is_refused};
use crate::protocol::Answered;

pub(super) const CASES: &[Case] = &[
    Case {
        fits: |a, _| is_refused(a) && a.is_to(&["RNTO"]) && !a.before.pending_rename,
        cause: "No RNFR was accepted directly before it, so the server does not know what to rename.",
        next: "RNFR and the old name, then {}",
        hint: "next: RNFR and the old name, then {}",
    },
    Case {
        fits: |a, _| a.before.pending_rename && !a.is_to(&["RNTO", "RNFR", "QUIT", "REIN", "ABOR"]),
        cause: "It came between RNFR and RNTO, and the server may have forgotten the RNFR (RFC 959 section 4.1.3).",
        next: "RNFR again, then RNTO directly",
        hint: "that may void the RNFR: RNTO must follow it directly",
    },
    Case {
        fits: |a, _| has_code(a, &[350]) && a.is_to(&["RNFR"]),
        cause: "The file is there; it waits for its new name.",
        next: "RNTO and the new name",
        hint: "next: RNTO and the new name",
    },
    Case {
        fits: |a, _| is_marker_in_type_a(a) && a.is_to(&["REST"]),
        cause: "A marker counts bytes, and TYPE A changes their number. Some servers take the REST and refuse the \
            transfer.",
        next: "TYPE I, then {}",
        hint: "next: TYPE I, then {} again: a marker counts bytes",
    },
    Case {
        fits: |a, _| a.before.pending_restart.is_some() && a.is_to(&["APPE"]) && is_refused(a),
        cause: "A REST is pending, and this server does not append at a marker.",
        next: "REST 0, then {}",
        hint: "next: REST 0, then {}",
    },
    Case {
        fits: |a, _| {
            a.before.pending_restart.is_some() && is_refused(a) && uses_marker(a) && is_in_type_a(a)
        },
        cause: "A REST is pending, and the server does not restart in TYPE A.",
        next: "TYPE I, REST again, then {}; REST 0 cancels it",
        hint: "next: TYPE I, REST again, then {}",
    },
    Case {
        fits: |a, _| {
            a.before.pending_restart.is_some() && has_code(a, &[501, 551, 554]) && uses_marker(a)
        },
        cause: "The marker of the REST is past the end of the file.",
        next: "SIZE tells where the end is; REST with that or less (REST 0: from the beginning), then {}",
        hint: "next: SIZE, then REST with at most that, then {}",
    },
    Case {
        fits: |a, _| a.before.pending_restart.is_some() && !uses_marker(a) && !leaves_marker(a),
        cause: "It came between REST and the transfer: the server may have forgotten the marker, or may keep it for a \
            later transfer (RFC 3659 section 5.3).",
        next: "REST again, directly before RETR or STOR; REST 0 if none is meant",
        hint: "that may void the REST, which must be the last line before its transfer",
    },
    Case {
        fits: |a, _| has_code(a, &[350]) && is_marker(a) && a.before.data_port.is_none(),
        cause: "The marker is set. The transfer should follow directly, and has no data connection yet.",
        next: "PASV, then {} again, then RETR or STOR",
        hint: "next: PASV, then {} again: it must be the last line before RETR or STOR",
    },
    Case {
        fits: |a, _| has_code(a, &[350]) && is_marker(a),
        cause: "The marker is set. The transfer must follow directly.",
        next: "RETR f >> file, or STOR f < file",
        hint: "next: RETR f >> file or STOR f < file, directly",
    },
    Case {
        fits: |a, _| is_refused(a) && is_marker(a),
        cause: "A marker is a number of bytes, and this server may have no REST in this TYPE or MODE.",
        next: "TYPE I, MODE S, then REST and a number",
        hint: "",
    },
    Case {
        fits: |a, _| is_refused(a) && a.is_to(&["SIZE", "RANG"]) && is_in_type_a(a),
        cause: "In TYPE A the server would have to read the whole file and count its line ends, so many refuse.",
        next: "TYPE I, then {}",
        hint: "next: TYPE I, then {}",
    },
];

fn is_marker(answered: &Answered) -> bool {
    answered.is_to(&["REST"]) && answered.argument() != b"0"
}

fn is_marker_in_type_a(answered: &Answered) -> bool {
    is_marker(answered)
        && is_in_type_a(answered)
        && (has_code(answered, &[350]) || is_refused(answered))
}

fn uses_marker(answered: &Answered) -> bool {
    answered.is_to(&["RETR", "STOR", "STOU", "APPE"])
}

fn leaves_marker(answered: &Answered) -> bool {
    answered.is_to(&["REST", "QUIT", "REIN", "ABOR"])
}
