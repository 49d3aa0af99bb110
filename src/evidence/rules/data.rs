//! The data connection.

use super::{Circumstances, Rule, has_code, is_private, is_refused, moves_data};
use crate::protocol::user_pi::{DataPortUse, RefusedPort};
use crate::protocol::verbs::DataDirection;
use crate::protocol::{Answered, DataPort, verbs};

pub(super) const RULES: &[Rule] = &[
    Rule {
        fits: |a, now| has_code(a, &[227, 228, 229]) && now.lacks_data_connection,
        cause: "data-port-not-reached",
    },
    Rule {
        fits: |a, now| has_code(a, &[227, 228, 229]) && !now.lacks_data_connection,
        cause: "data-port-offered",
    },
    Rule {
        fits: |a, _| lacks_port(a) && !a.before.refused_ports.is_empty(),
        cause: "data-port-was-refused",
    },
    // That there is none was said before the command went out.
    Rule {
        fits: |a, _| lacks_port(a) && is_refused(a) && a.before.refused_ports.is_empty(),
        cause: "no-data-port",
    },
    Rule {
        fits: |a, _| lacks_port(a) && !is_refused(a) && a.before.refused_ports.is_empty(),
        cause: "data-awaited-without-port",
    },
    Rule {
        fits: |a, _| moves_data(a) && !is_without_port(a) && has_code(a, &[125, 150]),
        cause: "transfer-begun",
    },
    Rule {
        fits: |a, now| protected_connection_failed(a) && !now.resumes_tls,
        cause: "tls-resume-off",
    },
    Rule {
        fits: |a, now| protected_connection_failed(a) && has_code(a, &[522]) && now.resumes_tls,
        cause: "tls-session-reuse-required",
    },
    Rule {
        fits: |a, now| protected_connection_failed(a) && has_code(a, &[425]) && now.resumes_tls,
        cause: "data-tls-refused",
    },
    Rule {
        fits: |a, now| is_private_upload(a) && has_code(a, &[426, 451]) && !now.sends_close_notify,
        cause: "close-notify-off",
    },
    Rule {
        fits: |a, _| moves_data(a) && is_port(a, DataPortUse::Active) && has_code(a, &[425]),
        cause: "active-blocked",
    },
    Rule {
        fits: |a, _| {
            let is_of_passive = moves_data(a) && is_port(a, DataPortUse::Passive);
            (is_of_passive || is_to_unknown(a)) && has_code(a, &[425])
        },
        cause: "no-data-connection",
    },
    Rule {
        fits: |a, now| {
            let is_asked_for = a.before.parameters.protection.is_some();
            moves_data(a)
                && !is_without_port(a)
                && has_code(a, &[425])
                && now.is_under_tls
                && !is_asked_for
        },
        cause: "data-in-clear-refused",
    },
    Rule {
        fits: |a, _| (moves_data(a) || is_to_unknown(a)) && has_code(a, &[426]),
        cause: "data-connection-broke",
    },
    Rule {
        fits: |a, _| {
            is_refused(a) && a.before.epsv_all && a.is_to(&["PASV", "PORT", "EPRT", "LPRT", "LPSV"])
        },
        cause: "epsv-all-in-force",
    },
    Rule {
        fits: |a, _| has_code(a, &[522]) && a.is_to(&["EPSV", "EPRT"]),
        cause: "address-family-refused",
    },
    Rule {
        fits: |a, now| now.is_proxied && is_refused(a) && a.is_to(&["PORT", "EPRT"]),
        cause: "port-through-proxy",
    },
    Rule {
        fits: |a, now| now.is_proxied && is_refused(a) && a.before.logged_in && a.is_to(&["PASV"]),
        cause: "pasv-refused-through-proxy",
    },
    Rule {
        fits: |a, now| now.is_proxied && is_refused(a) && a.before.logged_in && a.is_to(&["EPSV"]),
        cause: "epsv-refused-through-proxy",
    },
    Rule {
        fits: |a, now| !now.is_proxied && is_refused(a) && names_reserved_port(a),
        cause: "port-reserved",
    },
    Rule {
        fits: |a, now| is_refused(a) && names_other_address(a, now),
        cause: "port-of-other-address",
    },
    Rule {
        fits: |a, now| {
            let is_blamed = now.is_proxied || names_other_address(a, now);
            !is_blamed && is_refused(a) && a.is_to(&["PORT", "EPRT"])
        },
        cause: "port-refused",
    },
    Rule {
        fits: |a, now| !now.is_proxied && is_refused(a) && a.before.logged_in && a.is_to(&["PASV"]),
        cause: "pasv-refused",
    },
    Rule {
        fits: |a, now| !now.is_proxied && is_refused(a) && a.before.logged_in && a.is_to(&["EPSV"]),
        cause: "epsv-refused",
    },
];

/// It names an address from which the server does not see this side.
pub(in crate::evidence) fn names_other_address(answered: &Answered, now: Circumstances) -> bool {
    let named = match answered.is_to(&["EPRT"]) {
        true => DataPort::from_eprt_argument(answered.argument()),
        false => DataPort::from_port_argument(answered.argument()),
    };
    let named = named.ok().and_then(|port| port.host);
    let is_other = |seen_from| named.is_some_and(|named| named != seen_from);
    answered.is_to(&["PORT", "EPRT"]) && now.seen_from.is_some_and(is_other)
}

fn names_reserved_port(answered: &Answered) -> bool {
    let port = DataPort::from_port_argument(answered.argument());
    answered.is_to(&["PORT"]) && port.is_ok_and(|named| (1..1024).contains(&named.port))
}

/// Nobody knows what it answers, and some codes belong to transfers alone.
fn is_to_unknown(answered: &Answered) -> bool {
    answered.command.is_none()
}

fn is_without_port(answered: &Answered) -> bool {
    answered.before.data_port.is_none()
}

/// The reply is one that speaks of the data connection, and there was none.
fn lacks_port(answered: &Answered) -> bool {
    let has_verb = || answered.is_to(&["LIST", "NLST", "RETR", "STOR"]);
    moves_data(answered)
        && is_without_port(answered)
        // 500 of GridFTP's, which has these verbs as every server has.
        && (has_code(answered, &[125, 150, 425, 426, 503, 551])
            || has_code(answered, &[500]) && has_verb())
}

/// What may still be asked for a data connection.
pub(crate) fn ways_left(refused: &[RefusedPort]) -> String {
    if refused.is_empty() {
        return "PASV".to_owned();
    }
    ways_without(|name| refused.iter().any(|port| port.verb.is(name)))
}

/// The same, by whether a verb is out of the question.
pub(in crate::evidence) fn ways_without(is_out: impl Fn(&str) -> bool) -> String {
    let ways = [
        ("PASV", is_out("PASV")),
        ("EPSV", is_out("EPSV")),
        ("`listen`", is_out("PORT") || is_out("EPRT")),
    ];
    let left = ways.iter().filter(|(_, is_out)| !is_out);
    let left: Vec<&str> = left.map(|(way, _)| *way).collect();
    match left[..] {
        [] => "a way that the administrator allows".to_owned(),
        _ => left.join(", or "),
    }
}

/// As in `PASV (550 no) and EPSV (500 what)`.
pub(crate) fn list_refused(refused: &[RefusedPort]) -> String {
    let one =
        |port: &RefusedPort| format!("{} ({})", port.verb, port.reply.trim_ascii().escape_ascii());
    refused.iter().map(one).collect::<Vec<_>>().join(" and ")
}

fn is_port(answered: &Answered, kind: DataPortUse) -> bool {
    answered.before.data_port == Some(kind)
}

/// A data connection that was to be under TLS, and did not come about as the server wants it.
fn protected_connection_failed(answered: &Answered) -> bool {
    moves_data(answered)
        && is_private(answered)
        && !is_without_port(answered)
        && has_code(answered, &[425, 522])
}

fn is_private_upload(answered: &Answered) -> bool {
    let entry = verbs::entry(&answered.verb());
    let is_upload = entry.is_some_and(|entry| entry.data == Some(DataDirection::Sent));
    is_upload && is_private(answered)
}
