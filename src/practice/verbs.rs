//! The verbs that the practice server knows, in one table: dispatch, HELP and the documentation's test read it.

use crate::protocol::Verb;

/// One verb.
#[derive(Debug)]
pub(super) struct VerbEntry {
    pub(super) name: &'static str,
    /// The verb with its argument, as HELP shows it.
    pub(super) syntax: &'static str,
    /// Whether it is obeyed before the login.
    pub(super) is_open: bool,
}

/// Every verb that is obeyed.
pub(super) static VERBS: &[VerbEntry] = &[
    open("USER", "USER name"),
    open("PASS", "PASS password"),
    open("ACCT", "ACCT account"),
    open("QUIT", "QUIT"),
    open("REIN", "REIN"),
    open("NOOP", "NOOP"),
    open("AUTH", "AUTH TLS|SSL"),
    open("PBSZ", "PBSZ 0"),
    open("PROT", "PROT C|P"),
    open("CCC", "CCC"),
    open("FEAT", "FEAT"),
    open("OPTS", "OPTS verb [options]"),
    open("HELP", "HELP [verb]"),
    open("SYST", "SYST"),
    open("STAT", "STAT [path]"),
    open("ABOR", "ABOR"),
    closed("PORT", "PORT h1,h2,h3,h4,p1,p2"),
    closed("EPRT", "EPRT |1|address|port|"),
    closed("PASV", "PASV"),
    closed("EPSV", "EPSV [1|ALL]"),
    closed("TYPE", "TYPE A|A N|I|L 8"),
    closed("MODE", "MODE S"),
    closed("STRU", "STRU F"),
    closed("RETR", "RETR path"),
    closed("STOR", "STOR path"),
    closed("STOU", "STOU [path]"),
    closed("APPE", "APPE path"),
    closed("ALLO", "ALLO bytes"),
    closed("REST", "REST bytes"),
    closed("SIZE", "SIZE path"),
    closed("MDTM", "MDTM path"),
    closed("MLST", "MLST [path]"),
    closed("MLSD", "MLSD [path]"),
    closed("LIST", "LIST [path]"),
    closed("NLST", "NLST [path]"),
    closed("CWD", "CWD path"),
    closed("CDUP", "CDUP"),
    closed("PWD", "PWD"),
    closed("MKD", "MKD path"),
    closed("RMD", "RMD path"),
    closed("DELE", "DELE path"),
    closed("RNFR", "RNFR path"),
    closed("RNTO", "RNTO path"),
    closed("SITE", "SITE HELP"),
];

/// The names that RFC 775 gave to some of them.
static OLD_NAMES: &[(&str, &str)] = &[
    ("XCUP", "CDUP"),
    ("XCWD", "CWD"),
    ("XMKD", "MKD"),
    ("XPWD", "PWD"),
    ("XRMD", "RMD"),
];

/// Verbs of the RFCs and of other servers that are answered 502.
static NOT_IMPLEMENTED: &[&str] = &[
    "ADAT", "ALGS", "AVBL", "CLNT", "CONF", "CPSV", "ENC", "HASH", "HOST", "LANG", "LPRT", "LPSV",
    "MD5", "MFCT", "MFF", "MFMT", "MIC", "PRET", "RANG", "SMNT", "SPSV", "SSCN", "XCRC", "XMD5",
    "XSHA", "XSHA1", "XSHA256", "XSHA512",
];

/// What is known about a verb that was received.
#[derive(Debug)]
pub(super) enum Known {
    /// It is obeyed.
    Obeyed(&'static VerbEntry),
    /// It exists, but not here: 502.
    NotImplemented,
    /// It is not a verb: 500.
    Unknown,
}

/// Looks a verb up.
pub(super) fn known(verb: &Verb) -> Known {
    let current = OLD_NAMES
        .iter()
        .find(|(old, _)| verb.is(old))
        .map(|(_, name)| *name);
    let entry = VERBS
        .iter()
        .find(|entry| verb.is(entry.name) || current == Some(entry.name));
    match entry {
        Some(entry) => Known::Obeyed(entry),
        None if NOT_IMPLEMENTED.iter().any(|name| verb.is(name)) => Known::NotImplemented,
        None => Known::Unknown,
    }
}

const fn open(name: &'static str, syntax: &'static str) -> VerbEntry {
    VerbEntry {
        name,
        syntax,
        is_open: true,
    }
}

const fn closed(name: &'static str, syntax: &'static str) -> VerbEntry {
    VerbEntry {
        name,
        syntax,
        is_open: false,
    }
}
