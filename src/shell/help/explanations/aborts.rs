//! An ABOR that the server has not answered.

use super::{Case, moves_data};

pub(super) const CASES: &[Case] = &[Case {
    fits: |a, now| now.abort_is_unanswered && (moves_data(a) || a.is_to(&["ABOR"])),
    cause: "The ABOR that Ctrl-C sent has not been answered. It followed a Telnet Synch, and some servers (such as \
    Pure-FTPd) ignore it then.",
    next: "at the prompt (Ctrl-] gives it), ABOR: it is sent without Synch, as `set abort plain` sends every later one",
    hint: "",
}];
