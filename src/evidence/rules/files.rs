//! Files, directories, and room for them.

use super::{Rule, has_code, is_refused, moves_data};
use crate::protocol::Answered;

pub(super) const RULES: &[Rule] = &[
    Rule {
        fits: |a, _| lacks_space(a),
        cause: "operator-without-space",
    },
    Rule {
        fits: |a, _| has_code(a, &[202, 451, 500, 502, 504]) && a.is_to(&["APPE"]),
        cause: "append-refused",
    },
    Rule {
        fits: |a, _| has_code(a, &[452, 552]),
        cause: "remote-full",
    },
    Rule {
        fits: |a, _| has_code(a, &[450, 550, 553]) && a.is_to(&["STOR", "APPE", "STOU", "RNTO"]),
        cause: "not-writable",
    },
    Rule {
        fits: |a, _| has_code(a, &[450, 521, 550, 553]) && a.is_to(&["MKD", "XMKD"]),
        cause: "folder-not-made",
    },
    Rule {
        fits: |a, _| has_code(a, &[450, 550, 10066]) && a.is_to(&["RMD", "XRMD"]),
        cause: "folder-not-removed",
    },
    Rule {
        fits: |a, _| has_code(a, &[450, 550]) && a.is_to(&["DELE"]),
        cause: "file-not-deleted",
    },
    Rule {
        fits: |a, _| {
            has_code(a, &[450, 550])
                && a.is_to(&[
                    "RETR", "SIZE", "MDTM", "CWD", "XCWD", "RNFR", "LIST", "NLST", "MLSD", "MLST",
                    "STAT", "HASH",
                ])
        },
        cause: "name-not-found",
    },
    Rule {
        fits: |a, _| is_refused(a) && a.is_to(&["SITE"]),
        cause: "site-refused",
    },
];

/// A sign of redirection that touches a word is not an operator.
fn lacks_space(answered: &Answered) -> bool {
    let has_sign = |text: &[u8]| text.iter().any(|byte| b"<>|".contains(byte));
    if moves_data(answered) {
        has_sign(answered.argument()) && has_code(answered, &[450, 501, 550, 553])
    } else {
        has_sign(answered.verb().as_bytes()) && has_code(answered, &[500, 502])
    }
}
