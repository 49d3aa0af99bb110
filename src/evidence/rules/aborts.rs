//! An ABOR that the server has not answered.

use super::{Rule, moves_data};

pub(super) const RULES: &[Rule] = &[Rule {
    fits: |a, now| now.abort_is_unanswered && (moves_data(a) || a.is_to(&["ABOR"])),
    cause: "abort-swallowed",
}];
