//! The data connection.

use super::{Case, has_code, is_private, is_refused, moves_data};
use crate::protocol::user_pi::DataPortUse;
use crate::protocol::verbs::DataDirection;
use crate::protocol::{Answered, verbs};

pub(super) const CASES: &[Case] = &[
    Case {
        fits: |a, _| has_code(a, &[227, 228, 229]),
        cause: "The server listens for a data connection, for one transfer.",
        next: "LIST, RETR f > file, APPE f < file, or: resume FILE",
        hint: "next: LIST, RETR f > file, APPE f < file, or: resume FILE",
    },
    // That there is none was said before the command went out.
    Case {
        fits: |a, _| moves_data(a) && is_without_port(a) && has_code(a, &[425, 426, 503, 551]),
        cause: "There is no data connection and nothing to make one: no PASV or PORT was accepted since the last \
            transfer. Each serves one transfer.",
        next: "PASV, then {}",
        hint: "",
    },
    Case {
        fits: |a, _| moves_data(a) && is_without_port(a) && has_code(a, &[125, 150]),
        cause: "No data connection was opened: no PASV or PORT was accepted since the last transfer. The server \
            waits for one, or connects to a port where nothing listens, so the data will not come.",
        next: "ABOR (or `resync`), then PASV and {}",
        hint: "",
    },
    Case {
        fits: |a, _| moves_data(a) && !is_without_port(a) && has_code(a, &[125, 150]),
        cause: "The transfer has begun; its final reply is outstanding.",
        next: "Wait for it, or ABOR",
        hint: "",
    },
    Case {
        fits: |a, now| protected_connection_failed(a) && !now.resumes_tls,
        cause: "Many servers want the data connection to resume the TLS session of the control connection (RFC 4217 \
            section 10.2), and `set tls-resume off` forbids it.",
        next: "`set tls-resume on`, PASV, then {}",
        hint: "next: `set tls-resume on`, PASV, then {}: many servers want it",
    },
    Case {
        fits: |a, now| protected_connection_failed(a) && has_code(a, &[522]) && now.resumes_tls,
        cause: "The server wants the data connection to resume the TLS session of the control connection (RFC 4217 \
            section 10.2), and this one did not.",
        next: "PASV, then {} once more; if that does not help: QUIT, `open`, AUTH TLS",
        hint: "the TLS session was not resumed: PASV, then {} once more",
    },
    Case {
        fits: |a, now| protected_connection_failed(a) && has_code(a, &[425]) && now.resumes_tls,
        cause: "The server got no data connection, or one whose TLS is not what it wants: many want the TLS session of \
            the control connection resumed (RFC 4217 section 10.2). `tls` shows whether the last one was.",
        next: "PASV, then {} once more; if that does not help: QUIT, `open`, AUTH TLS",
        hint: "next: PASV, then {} once more; `tls` shows whether its TLS session was resumed",
    },
    Case {
        fits: |a, now| is_private_upload(a) && has_code(a, &[426, 451]) && !now.sends_close_notify,
        cause: "The data ended without a close_notify (`set tls-close-notify off`), and to the server that looks as if it had been cut off.",
        next: "`set tls-close-notify on`, PASV, then {}",
        hint: "next: `set tls-close-notify on`, PASV, then {}",
    },
    Case {
        fits: |a, _| moves_data(a) && is_port(a, DataPortUse::Active) && has_code(a, &[425]),
        cause: "The server could not connect to the port of your PORT: a firewall or a router in between is the usual \
            reason.",
        next: "PASV, then {}",
        hint: "next: PASV, then {}: no firewall has to let the server in",
    },
    Case {
        fits: |a, _| moves_data(a) && is_port(a, DataPortUse::Passive) && has_code(a, &[425]),
        cause: "The server got no data connection, or one from an address other than the control connection's.",
        next: "PASV, then {}",
        hint: "next: PASV, then {} once more",
    },
    Case {
        fits: |a, _| moves_data(a) && has_code(a, &[426]),
        cause: "The data connection broke: by an ABOR, a router in between, or either side.",
        next: "SIZE shows how much is there; PASV, then {}, or `resume` for the rest",
        hint: "",
    },
    Case {
        fits: |a, _| {
            is_refused(a) && a.before.epsv_all && a.is_to(&["PASV", "PORT", "EPRT", "LPRT", "LPSV"])
        },
        cause: "EPSV ALL was accepted, and after it only EPSV may be used (RFC 2428 section 4).",
        next: "EPSV",
        hint: "next: EPSV: after EPSV ALL nothing else is allowed",
    },
    Case {
        fits: |a, _| has_code(a, &[522]) && a.is_to(&["EPSV", "EPRT"]),
        cause: "The server does not speak that address family on this connection.",
        next: "EPSV without an argument, or PASV",
        hint: "next: EPSV without an argument, or PASV",
    },
    Case {
        fits: |a, now| now.is_proxied && is_refused(a) && a.is_to(&["PORT", "EPRT"]),
        cause: "Through a proxy no server can connect to this machine.",
        next: "PASV",
        hint: "next: PASV: through a proxy no server can connect to this machine",
    },
    Case {
        fits: |a, now| now.is_proxied && is_refused(a) && a.before.logged_in && a.is_to(&["PASV"]),
        cause: "PASV does not work over IPv6. Otherwise the server has no free port, or passive mode is switched off; active \
            mode does not work through a proxy.",
        next: "EPSV",
        hint: "next: EPSV",
    },
    Case {
        fits: |a, now| now.is_proxied && is_refused(a) && a.before.logged_in && a.is_to(&["EPSV"]),
        cause: "An older server, or one with passive mode switched off; active mode does not work through a proxy.",
        next: "PASV",
        hint: "next: PASV",
    },
    Case {
        fits: |a, now| !now.is_proxied && is_refused(a) && a.is_to(&["PORT", "EPRT"]),
        cause: "Servers accept only the address that your control connection comes from, and some do not accept PORT \
        at all.",
        next: "`listen`, which sends the right address; or PASV",
        hint: "next: `listen`, which sends the right address; or PASV",
    },
    Case {
        fits: |a, now| !now.is_proxied && is_refused(a) && a.before.logged_in && a.is_to(&["PASV"]),
        cause: "PASV does not work over IPv6. Otherwise the server has no free port, or passive mode is switched off.",
        next: "EPSV; or `listen` for active mode",
        hint: "next: EPSV, or `listen`",
    },
    Case {
        fits: |a, now| !now.is_proxied && is_refused(a) && a.before.logged_in && a.is_to(&["EPSV"]),
        cause: "An older server, or one with passive mode switched off.",
        next: "PASV; or `listen` for active mode",
        hint: "next: PASV, or `listen`",
    },
];

fn is_without_port(answered: &Answered) -> bool {
    answered.before.data_port.is_none()
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
