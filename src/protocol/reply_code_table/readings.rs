//! Codes of several meanings: which of them a verb gets.

use crate::protocol::reply_codes::Reading;

const TRANSFERS: &[&str] = &[
    "APPE", "ERET", "ESTO", "LIST", "MLSD", "NLST", "RETR", "STOR", "STOU",
];
const OPENERS: &[&str] = &["EPRT", "EPSV", "PASV", "PORT"];
const OUT_OF_ORDER: &str = "Not in this order: another command must come first.";

pub(super) const OF_425: &[Reading] = &[
    reading(
        &["EPSV", "LPSV", "PASV"],
        "The server cannot listen for a data connection.",
        "No port is free, or it is PASV over IPv6.",
    ),
    reading(
        &["EPRT", "LPRT", "PORT"],
        "The server cannot connect to that port.",
        "A firewall, or nobody listens there.",
    ),
];

pub(super) const OF_503: &[Reading] = &[
    reading(
        &["RNTO"],
        OUT_OF_ORDER,
        "No RNFR was accepted directly before it.",
    ),
    reading(
        &["PASS"],
        OUT_OF_ORDER,
        "No USER was accepted before it, or somebody is logged in.",
    ),
    reading(
        &["ACCT"],
        OUT_OF_ORDER,
        "The server did not ask for an account.",
    ),
    reading(
        &["USER", "HOST"],
        OUT_OF_ORDER,
        "Somebody is logged in, or the login has begun.",
    ),
    reading(
        &["AUTH"],
        OUT_OF_ORDER,
        "TLS is up already, or somebody is logged in.",
    ),
    reading(
        &["PBSZ"],
        OUT_OF_ORDER,
        "The control connection is not under TLS, or no longer.",
    ),
    reading(
        &["PROT"],
        OUT_OF_ORDER,
        "PBSZ was not sent, or the control connection is not under TLS, or no longer.",
    ),
    reading(
        &["CCC"],
        OUT_OF_ORDER,
        "The control connection is in clear, or nobody is logged in.",
    ),
    reading(
        TRANSFERS,
        OUT_OF_ORDER,
        "No login, or no PASV or PORT before the transfer.",
    ),
];

pub(super) const OF_521: &[Reading] = &[
    reading(
        &["MKD", "XMKD"],
        "The directory exists already.",
        "It is there already.",
    ),
    reading(
        &["LPRT", "LPSV"],
        "This address family is not supported.",
        "The server does not speak it here.",
    ),
    reading(
        TRANSFERS,
        "No data connection can be opened with this PROT level.",
        "The server wants the data under TLS, or in clear.",
    ),
    reading(
        &["PROT"],
        "This PROT level is not supported.",
        "The level does not fit.",
    ),
];

pub(super) const OF_522: &[Reading] = &[
    reading(
        OPENERS,
        "This network protocol is not supported.",
        "An address family that the server does not have here.",
    ),
    reading(
        TRANSFERS,
        "TLS on the data connection failed, is missing, or was not resumed.",
        "A data connection that did not resume the TLS session of the control connection, or one in clear.",
    ),
];

const fn reading(
    verbs: &'static [&'static str],
    meaning: &'static str,
    causes: &'static str,
) -> Reading {
    Reading {
        verbs,
        meaning,
        causes,
    }
}
