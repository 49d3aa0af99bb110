//! Files, directories, and room for them.

use super::{Case, has_code, is_refused, moves_data};
use crate::protocol::Answered;

pub(super) const CASES: &[Case] = &[
    Case {
        fits: |a, _| lacks_space(a),
        cause: "`>`, `<` and `|` need a space on both sides. Without them they belong to the name, and were sent with \
        it.",
        next: "PASV, then the line again, with spaces: RETR f > file, STOR f < file",
        hint: "`>`, `<` and `|` need a space on both sides; this one was sent as part of the name",
    },
    Case {
        fits: |a, _| has_code(a, &[202, 451, 500, 502, 504]) && a.is_to(&["APPE"]),
        cause: "This server does not append, or may not here. Nothing was appended.",
        next: "`resume FILE --via rest`, or STOR for the whole file",
        hint: "next: `resume FILE --via rest`, or STOR for the whole file",
    },
    Case {
        fits: |a, _| has_code(a, &[452, 552]),
        cause: "The disk is full, or your share of it is used up. What came before usually stays.",
        next: "SIZE shows how much is there; DELE makes room",
        hint: "next: SIZE shows how much is there; DELE makes room",
    },
    Case {
        fits: |a, _| has_code(a, &[450, 550, 553]) && a.is_to(&["STOR", "APPE", "STOU", "RNTO"]),
        cause: "You may not write here, the directory does not exist, or the name is not allowed.",
        next: "PWD shows where you are; another directory or another name",
        hint: "",
    },
    Case {
        fits: |a, _| has_code(a, &[450, 521, 550, 553]) && a.is_to(&["MKD", "XMKD"]),
        cause: "It is there already, you may not write here, or the name is not allowed.",
        next: "CWD into it shows whether it is there",
        hint: "",
    },
    Case {
        fits: |a, _| has_code(a, &[450, 550, 10066]) && a.is_to(&["RMD", "XRMD"]),
        cause: "The directory is not empty, it is a file, or it is not there.",
        next: "NLST of it shows what is in it; DELE for files",
        hint: "",
    },
    Case {
        fits: |a, _| has_code(a, &[450, 550]) && a.is_to(&["DELE"]),
        cause: "It is not there, it is a directory (RMD), or you may not delete here.",
        next: "PWD, then NLST",
        hint: "",
    },
    Case {
        fits: |a, _| {
            has_code(a, &[450, 550])
                && a.is_to(&[
                    "RETR", "SIZE", "MDTM", "CWD", "XCWD", "RNFR", "LIST", "NLST", "MLSD", "MLST",
                    "STAT", "HASH",
                ])
        },
        cause: "The name does not exist in the working directory, you do not have permission, or it is a directory \
        where a file is needed.",
        next: "PWD, then PASV and LIST (or `ls`)",
        hint: "next: PWD shows where you are, `ls` what is there",
    },
    Case {
        fits: |a, _| is_refused(a) && a.is_to(&["SITE"]),
        cause: "Each server has SITE commands of its own, and anonymous users may often use none.",
        next: "SITE HELP",
        hint: "next: SITE HELP lists what this server has",
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
