//! Login.

use super::{Case, has_code, is_refused};
use crate::protocol::Answered;

pub(super) const CASES: &[Case] = &[
    Case {
        fits: |a, _| has_code(a, &[331]),
        cause: "The user name was accepted; the server does not say yet whether the user exists.",
        next: "PASS and the password",
        hint: "",
    },
    Case {
        fits: |a, _| has_code(a, &[332, 532]),
        cause: "The server asks for an account besides user and password.",
        next: "ACCT and the account",
        hint: "next: ACCT and the account",
    },
    Case {
        fits: |a, _| has_code(a, &[530, 503]) && needs_login(a) && a.before.awaits_secret,
        cause: "The server has asked for the password, and waits for it.",
        next: "PASS and the password",
        hint: "next: PASS and the password, which the server waits for",
    },
    Case {
        fits: |a, _| has_code(a, &[530]) && needs_login(a),
        cause: "Nobody is logged in: no USER and PASS were accepted in this session.",
        next: "USER and the name, then PASS (`login` asks for both)",
        hint: "next: USER and the name, then PASS (`login` asks for both)",
    },
    Case {
        fits: |a, _| {
            has_code(a, &[503, 530])
                && a.is_to(&["PASS"])
                && !a.before.awaits_secret
                && !a.before.logged_in
        },
        cause: "No USER was accepted before it, so the server did not ask for a password.",
        next: "USER and the name, then PASS",
        hint: "next: USER and the name first, then PASS",
    },
    Case {
        fits: |a, now| is_wrong_password(a) && !now.is_under_tls,
        cause: "The password is wrong, or this user may not log in: servers do not say which. Some want AUTH TLS \
            first.",
        next: "USER, then PASS again",
        hint: "next: USER and PASS again (`login` asks for both)",
    },
    Case {
        fits: |a, now| is_wrong_password(a) && now.is_under_tls,
        cause: "The password is wrong, or this user may not log in: servers do not say which.",
        next: "USER, then PASS again",
        hint: "next: USER and PASS again (`login` asks for both)",
    },
    Case {
        fits: |a, _| is_refused(a) && a.is_to(&["USER", "PASS", "ACCT"]) && a.before.logged_in,
        cause: "Somebody is logged in already, and this server does not change users within a session.",
        next: "QUIT, then `open` and USER",
        hint: "",
    },
    Case {
        fits: |a, now| has_code(a, &[421, 430, 530]) && a.is_to(&["USER"]) && now.is_under_tls,
        cause: "The server does not allow this user to log in.",
        next: "USER with another name",
        hint: "",
    },
    Case {
        fits: |a, now| has_code(a, &[421, 430, 530]) && a.is_to(&["USER"]) && !now.is_under_tls,
        cause: "The server does not allow this user to log in, or not without TLS.",
        next: "USER with another name, or AUTH TLS before it",
        hint: "",
    },
    Case {
        fits: |a, _| is_refused(a) && a.is_to(&["HOST"]) && a.before.logged_in,
        cause: "It comes before USER; with most servers it is too late once somebody is logged in.",
        next: "QUIT, `open`, then {}",
        hint: "next: QUIT, `open`, then {}: it comes before USER",
    },
];

/// Not logged in, and the command was not about that.
fn needs_login(answered: &Answered) -> bool {
    !answered.before.logged_in && !answered.is_to(&["USER", "PASS", "ACCT", "AUTH", "HOST"])
}

fn is_wrong_password(answered: &Answered) -> bool {
    has_code(answered, &[430, 530]) && answered.is_to(&["PASS"]) && !answered.before.logged_in
}
