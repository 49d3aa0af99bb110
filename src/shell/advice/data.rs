//! The data connection.

use super::{Case, has_code, is_refused, moves_data};
use crate::protocol::learnt::DataPortUse;
use crate::protocol::{Answered, ProtectionLevel};

pub(super) const CASES: &[Case] = &[
    Case {
        fits: |a| has_code(a, &[227, 228, 229]),
        cause: "The server listens for a data connection, good for one transfer.",
        next: "LIST, RETR f > file, APPE f < file, or: resume FILE",
        hint: "next: LIST, RETR f > file, APPE f < file, or: resume FILE",
    },
    // That there is none was said before the command went out.
    Case {
        fits: |a| moves_data(a) && is_without_port(a) && has_code(a, &[425, 426, 503, 551]),
        cause: "There is no data connection and nothing to make one: no PASV or PORT was accepted since the last \
            transfer. Each is good for one.",
        next: "PASV, then {}",
        hint: "",
    },
    Case {
        fits: |a| moves_data(a) && is_without_port(a) && has_code(a, &[125, 150]),
        cause: "The transfer waits for a data connection that no PASV or PORT has announced, so the data will not \
            come.",
        next: "ABOR (or `resync`), then PASV and {}",
        hint: "",
    },
    Case {
        fits: |a| moves_data(a) && has_code(a, &[125, 150]),
        cause: "The transfer has begun; its final reply is owed.",
        next: "Wait for it, or ABOR",
        hint: "",
    },
    Case {
        fits: |a| moves_data(a) && is_private(a) && has_code(a, &[425, 522]),
        cause: "The server wants the data connection to resume the TLS session of the control connection (RFC 4217 \
            section 10.2), and this one did not.",
        next: "PASV, then {} once more; after PROT C the data go in the clear",
        hint: "the TLS session was not resumed: PASV and {} once more, or PROT C",
    },
    Case {
        fits: |a| moves_data(a) && is_port(a, DataPortUse::Active) && has_code(a, &[425]),
        cause: "The server could not connect to the port of your PORT: a firewall or a router in between is the usual \
            reason.",
        next: "PASV, then {}",
        hint: "next: PASV, then {}: no firewall has to let the server in",
    },
    Case {
        fits: |a| moves_data(a) && is_port(a, DataPortUse::Passive) && has_code(a, &[425]),
        cause: "The server waited for the data connection in vain, or it came from another address than the control \
            connection.",
        next: "PASV, then {}",
        hint: "next: PASV, then {} once more",
    },
    Case {
        fits: |a| moves_data(a) && has_code(a, &[426]),
        cause: "The data connection broke: by an ABOR, a router in between, or either side.",
        next: "SIZE shows how much is there; PASV, then {}, or `resume` for the rest",
        hint: "",
    },
    Case {
        fits: |a| {
            is_refused(a) && a.before.epsv_all && a.is_to(&["PASV", "PORT", "EPRT", "LPRT", "LPSV"])
        },
        cause: "EPSV ALL was accepted, and after it only EPSV may be used (RFC 2428 section 4).",
        next: "EPSV",
        hint: "next: EPSV: after EPSV ALL nothing else is allowed",
    },
    Case {
        fits: |a| has_code(a, &[522]) && a.is_to(&["EPSV", "EPRT"]),
        cause: "The server does not speak that address family on this connection.",
        next: "EPSV without an argument, or PASV",
        hint: "next: EPSV without an argument, or PASV",
    },
    Case {
        fits: |a| is_refused(a) && a.is_to(&["PORT", "EPRT"]),
        cause: "Servers take no address but the one that your control connection comes from, and some take no PORT at \
            all.",
        next: "`listen`, which sends the right address; or PASV",
        hint: "next: `listen`, which sends the right address; or PASV",
    },
    Case {
        fits: |a| is_refused(a) && a.before.logged_in && a.is_to(&["PASV"]),
        cause: "Over IPv6 there is no PASV. Else the server has no free port, or passive mode is switched off.",
        next: "EPSV; or `listen` for active mode",
        hint: "next: EPSV, or `listen`",
    },
    Case {
        fits: |a| is_refused(a) && a.before.logged_in && a.is_to(&["EPSV"]),
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

fn is_private(answered: &Answered) -> bool {
    answered.before.parameters.effective_protection() == ProtectionLevel::Private
}
