//! An ABOR that the server has not answered.

use super::{Case, moves_data};

pub(super) const CASES: &[Case] = &[Case {
    fits: |a, now| now.abort_is_unanswered && (moves_data(a) || a.is_to(&["ABOR"])),
    cause: "The ABOR that Ctrl-C sent has not been answered. It followed a Telnet Synch, and some servers (such as \
    Pure-FTPd) ignore it then.",
    next: "Ctrl-C once more closes the data connection; `set abort plain` sends every later ABOR without Synch",
    hint: "",
}];
