//! Login.

use super::{Rule, has_code, is_refused, is_refused_greeting, may_be_secret};
use crate::protocol::Answered;

pub(super) const RULES: &[Rule] = &[
    Rule {
        fits: |a, _| is_refused_greeting(a),
        cause: "greeting-refused",
    },
    Rule {
        fits: |a, _| has_code(a, &[331]),
        cause: "password-next",
    },
    Rule {
        fits: |a, _| has_code(a, &[332, 532]),
        cause: "account-asked",
    },
    Rule {
        fits: |a, _| {
            let is_refused = has_code(a, &[530, 503]);
            // The password was typed without PASS, and taken for a verb.
            let is_unknown = has_code(a, &[500, 502]) && may_be_secret(a);
            (is_refused || is_unknown) && needs_login(a) && a.before.awaits_secret
        },
        cause: "password-awaited",
    },
    Rule {
        fits: |a, _| has_code(a, &[530]) && needs_login(a),
        cause: "login-needed",
    },
    Rule {
        fits: |a, _| {
            has_code(a, &[503, 530])
                && a.is_to(&["PASS"])
                && !a.before.awaits_secret
                && !a.before.logged_in
        },
        cause: "user-first",
    },
    Rule {
        fits: |a, now| is_wrong_password(a) && !now.is_under_tls,
        cause: "login-refused-in-clear",
    },
    Rule {
        fits: |a, now| is_wrong_password(a) && now.is_under_tls,
        cause: "login-refused",
    },
    Rule {
        fits: |a, _| is_refused(a) && a.is_to(&["USER", "PASS", "ACCT"]) && a.before.logged_in,
        cause: "user-change-refused",
    },
    Rule {
        fits: |a, now| has_code(a, &[421, 430, 530]) && a.is_to(&["USER"]) && now.is_under_tls,
        cause: "user-refused",
    },
    Rule {
        fits: |a, now| has_code(a, &[421, 430, 530]) && a.is_to(&["USER"]) && !now.is_under_tls,
        cause: "user-refused-in-clear",
    },
    Rule {
        fits: |a, _| is_refused(a) && a.is_to(&["HOST"]) && a.before.logged_in,
        cause: "host-too-late",
    },
];

/// Not logged in, and the command was not about that.
fn needs_login(answered: &Answered) -> bool {
    !answered.before.logged_in
        && !is_refused_greeting(answered)
        && !answered.is_to(&["USER", "PASS", "ACCT", "AUTH", "HOST"])
}

fn is_wrong_password(answered: &Answered) -> bool {
    has_code(answered, &[430, 530]) && answered.is_to(&["PASS"]) && !answered.before.logged_in
}
