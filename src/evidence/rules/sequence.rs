//! Commands that belong together: RNFR and RNTO, REST and its transfer, TYPE I and what counts bytes.

use super::{Rule, has_code, is_implemented, is_in_type_a, is_refused};
use crate::protocol::Answered;

pub(super) const RULES: &[Rule] = &[
    Rule {
        fits: |a, _| is_refused(a) && a.is_to(&["RNTO"]) && !a.before.pending_rename,
        cause: "rnfr-first",
    },
    Rule {
        fits: |a, _| a.before.pending_rename && !a.is_to(&["RNTO", "RNFR", "QUIT", "REIN", "ABOR"]),
        cause: "rename-interrupted",
    },
    Rule {
        fits: |a, _| has_code(a, &[350]) && a.is_to(&["RNFR"]),
        cause: "new-name-next",
    },
    Rule {
        fits: |a, _| is_marker_in_type_a(a) && a.is_to(&["REST"]),
        cause: "marker-in-type-a",
    },
    Rule {
        fits: |a, _| a.before.pending_restart.is_some() && a.is_to(&["APPE"]) && is_refused(a),
        cause: "append-after-rest",
    },
    Rule {
        fits: |a, _| {
            a.before.pending_restart.is_some() && is_refused(a) && uses_marker(a) && is_in_type_a(a)
        },
        cause: "restart-in-type-a",
    },
    Rule {
        fits: |a, _| {
            a.before.pending_restart.is_some() && has_code(a, &[501, 551, 554]) && uses_marker(a)
        },
        cause: "marker-past-end",
    },
    Rule {
        fits: |a, _| a.before.pending_restart.is_some() && !uses_marker(a) && !leaves_marker(a),
        cause: "rest-interrupted",
    },
    Rule {
        fits: |a, _| has_code(a, &[350]) && is_marker(a) && a.before.data_port.is_none(),
        cause: "marker-needs-data-port",
    },
    Rule {
        fits: |a, _| has_code(a, &[350]) && is_marker(a),
        cause: "transfer-next",
    },
    Rule {
        fits: |a, _| is_refused(a) && is_marker(a) && is_implemented(a),
        cause: "rest-refused",
    },
    Rule {
        fits: |a, _| {
            is_refused(a) && a.is_to(&["SIZE", "RANG"]) && is_in_type_a(a) && is_implemented(a)
        },
        cause: "size-in-ascii",
    },
];

fn is_marker(answered: &Answered) -> bool {
    answered.is_to(&["REST"]) && answered.argument() != b"0"
}

fn is_marker_in_type_a(answered: &Answered) -> bool {
    is_marker(answered)
        && answered.argument().iter().all(u8::is_ascii_digit)
        && is_in_type_a(answered)
        && (has_code(answered, &[350]) || is_refused(answered) && is_implemented(answered))
}

fn uses_marker(answered: &Answered) -> bool {
    answered.is_to(&["RETR", "STOR", "STOU", "APPE"])
}

fn leaves_marker(answered: &Answered) -> bool {
    answered.is_to(&["REST", "QUIT", "REIN", "ABOR"])
}
