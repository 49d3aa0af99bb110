//! The table of reply codes: what each means, and where it is defined.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::command::Verb;
use super::reply::ReplyCode;

/// What is known of one reply code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyCodeEntry {
    /// Three digits; five for the WinSock numbers that some servers print in its place.
    pub code: ReplyCode,
    /// What it means to the user, in one line.
    pub meaning: &'static str,
    /// Where it is defined: `RFC 959 section 4.2`, several with `; ` between them.
    pub reference: &'static str,
    /// When servers answer so.
    pub causes: &'static str,
    /// What to type next; may be empty.
    pub next_step: &'static str,
    /// What this program does with it besides showing it; may be empty.
    pub handling: &'static str,
    /// What it means to certain verbs, where one code has several meanings.
    pub readings: &'static [Reading],
}

/// What a reply code means in answer to certain verbs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The verbs, in upper case.
    pub verbs: &'static [&'static str],
    /// As [`ReplyCodeEntry::meaning`].
    pub meaning: &'static str,
    /// As [`ReplyCodeEntry::causes`].
    pub causes: &'static str,
}

impl ReplyCodeEntry {
    /// What it means to a user who sent this verb.
    #[must_use]
    pub fn meaning_for(&self, verb: &Verb) -> &'static str {
        self.reading(verb)
            .map_or(self.meaning, |reading| reading.meaning)
    }

    /// When servers answer this verb so.
    #[must_use]
    pub fn causes_for(&self, verb: &Verb) -> &'static str {
        self.reading(verb)
            .map_or(self.causes, |reading| reading.causes)
    }

    const fn causes(mut self, causes: &'static str) -> Self {
        self.causes = causes;
        self
    }

    const fn next_step(mut self, next_step: &'static str) -> Self {
        self.next_step = next_step;
        self
    }

    const fn handled(mut self, handling: &'static str) -> Self {
        self.handling = handling;
        self
    }

    const fn read_as(mut self, readings: &'static [Reading]) -> Self {
        self.readings = readings;
        self
    }

    fn reading(&self, verb: &Verb) -> Option<&'static Reading> {
        self.readings
            .iter()
            .find(|reading| reading.verbs.iter().any(|name| verb.is(name)))
    }
}

/// The row of a code; `None` if the table does not know it. Its first digit still says how the command went.
#[must_use]
pub(crate) fn entry(code: ReplyCode) -> Option<&'static ReplyCodeEntry> {
    REPLY_CODES
        .binary_search_by_key(&code, |entry| entry.code)
        .ok()
        .map(|at| &REPLY_CODES[at])
}

/// Whether a word of the table, in any case, has these bytes in it: then a reply may have them of its own.
#[must_use]
pub(super) fn has_word_with(bytes: &[u8]) -> bool {
    WORDS.iter().any(|word| {
        let mut parts = word.as_bytes().windows(bytes.len().max(1));
        parts.any(|part| part.eq_ignore_ascii_case(bytes))
    })
}

/// Each word of the texts of the table, once.
static WORDS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let texts = REPLY_CODES
        .iter()
        .flat_map(|entry| [entry.meaning, entry.causes, entry.next_step]);
    let words = texts.flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric()));
    words.filter(|word| !word.is_empty()).collect()
});

const fn row(code: u16, meaning: &'static str, reference: &'static str) -> ReplyCodeEntry {
    ReplyCodeEntry {
        code: ReplyCode(code),
        meaning,
        reference,
        causes: "",
        next_step: "",
        handling: "",
        readings: &[],
    }
}

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

/// Every code that an RFC, a draft or a server in use knows, sorted.
#[rustfmt::skip]
pub static REPLY_CODES: &[ReplyCodeEntry] = &[
    row(110, "A restart marker: the user's, and the server's for the same place.",
        "RFC 959 section 4.2; RFC 1123 section 4.1.3.4")
        .causes("In block and compressed mode the server reports where a transfer could restart.")
        .next_step("Note the marker; REST takes it after a break."),
    row(120, "Ready in a few minutes; 220 will follow.", RFC_959)
        .causes("The server is up but not ready yet.")
        .next_step("Wait; a 220 follows."),
    row(125, "The data connection is open; the transfer starts.", RFC_959)
        .causes("A data connection was open when the transfer was asked for.")
        .next_step("Wait for the final reply.")
        .handled("The transfer begins; the prompt comes back with the final reply."),
    row(150, "The data connection is about to be opened, or the transfer starts.", RFC_959)
        .causes("The server takes the transfer and opens, or uses, the data connection.")
        .next_step("Wait for the final reply.")
        .handled("The transfer begins; the prompt comes back with the final reply."),
    row(200, "Done.", RFC_959)
        .causes("The command was carried out."),
    row(202, "Not implemented, and not needed here.", RFC_959)
        .causes("The server does not need the command.")
        .next_step("Go on as if it were done. After APPE it means that nothing was appended."),
    row(211, "State of the system, or list of features.", "RFC 959 section 4.2; RFC 2389 section 3")
        .causes("STAT, FEAT, or a HELP.")
        .handled("The lines of FEAT are remembered."),
    row(212, "State of a directory.", RFC_959)
        .causes("STAT of a directory."),
    row(213, "State of a file: a listing, a size, a time or a hash.", "RFC 959 section 4.2; RFC 3659 section 3")
        .causes("SIZE, MDTM, STAT of a file, HASH, MFMT.")
        .handled("`resume` reads sizes and hashes in it."),
    row(214, "Help for people.", RFC_959)
        .causes("HELP, SITE HELP."),
    row(215, "The kind of operating system.", RFC_959)
        .causes("SYST."),
    row(216, "What the gateway rewrites: NONE, EPSV or EPSVEPRT.", "RFC 6384 section 11")
        .causes("ALGS: a gateway answered, not the server."),
    row(220, "Ready for a new user; or the virtual host is accepted.", "RFC 959 section 4.2; RFC 7151 section 3")
        .causes("The greeting, HOST, REIN; also EPSV ALL with Pure-FTPd and pyftpdlib.")
        .next_step("USER, or AUTH TLS before it."),
    row(221, "The server closes the control connection.", RFC_959)
        .causes("QUIT; some servers say it at the end of an idle session.")
        .next_step("`open` connects again.")
        .handled("A QUIT that you type ends the program once it gets this."),
    row(225, "The data connection is open; no transfer is in progress.", RFC_959)
        .causes("ABOR when no transfer was in progress."),
    row(226, "The data connection closes; the transfer or the abort succeeded.", RFC_959)
        .causes("A transfer is over, or an ABOR took effect.")
        .next_step("It does not say that an upload is whole: compare its SIZE. The next transfer needs a new PASV.")
        .handled("A transfer is settled once both this and the end of the data are there."),
    row(227, "The server listens at this host and port (h1,h2,h3,h4,p1,p2).",
        "RFC 959 section 4.2; RFC 1123 section 4.1.2.6")
        .causes("PASV.")
        .next_step("LIST, RETR, STOR or APPE; the port is good for one transfer.")
        .handled("The port is dialled at once."),
    row(228, "The server listens at this long address.", "RFC 1639 section 3")
        .causes("LPSV, or a PASV that is answered in the long form.")
        .next_step("The same as after a 227.")
        .handled("The port is dialled at once."),
    row(229, "The server listens at this port (|||port|), at the address of the control connection.",
        "RFC 2428 section 3")
        .causes("EPSV.")
        .next_step("The same as after a 227.")
        .handled("The port is dialled at once, at the server's address."),
    row(230, "Logged in.", RFC_959)
        .causes("The login is complete.")
        .next_step("PASV and LIST, or whatever you came for."),
    row(232, "Logged in, by the security exchange.", RFC_2228)
        .causes("USER after a security exchange that has shown who you are.")
        .next_step("The same as after a 230."),
    row(234, "The security exchange is complete; after AUTH TLS, TLS begins now.",
        "RFC 2228 section 5.1; RFC 4217 section 4")
        .causes("AUTH TLS: what comes next belongs to TLS.")
        .next_step("PBSZ 0 and PROT P come next, then USER."),
    row(235, "The security exchange is complete.", RFC_2228)
        .causes("The last ADAT was right.")
        .next_step("USER"),
    row(250, "The file action is done.", RFC_959)
        .causes("A command on a file or directory is done; some servers say it in place of 226."),
    row(251, "The hash of a file.", "draft-twine-ftpmd5")
        .causes("MD5 of draft-twine."),
    row(252, "The hashes of several files.", "draft-twine-ftpmd5")
        .causes("MMD5 of draft-twine."),
    row(257, "The path that was made, or the working directory, in quotes.", RFC_959)
        .causes("PWD or MKD."),
    row(331, "The user name is accepted; the password is needed.", RFC_959)
        .causes("USER was accepted; it says nothing about whether the user exists.")
        .next_step("PASS and the password.")
        .handled("The next line with an unknown verb is kept out of the history: it may be the password."),
    row(332, "An account is needed for login.", RFC_959)
        .causes("The password was right, and the server wants an account too.")
        .next_step("ACCT and the account.")
        .handled("Like 331."),
    row(334, "The mechanism is accepted; security data is needed.", RFC_2228)
        .causes("AUTH with a mechanism other than TLS.")
        .next_step("ADAT and base64 data."),
    row(335, "The security data is accepted; more is needed.", RFC_2228)
        .causes("The security exchange needs another ADAT.")
        .next_step("ADAT and the next data."),
    row(336, "The user name is accepted; the password must answer this challenge.", RFC_2228)
        .causes("USER, and the server wants a one-time password.")
        .next_step("PASS and the answer to the challenge."),
    row(350, "Accepted so far; a further command must follow.", RFC_959)
        .causes("RNFR, REST or RANG: the first of two commands.")
        .next_step("RNTO directly after RNFR; RETR or STOR directly after REST.")
        .handled("A pending marker or rename is remembered."),
    row(354, "Send the mail; a line with only a dot ends it.", "RFC 765")
        .causes("MAIL: the server waits for a text.")
        .next_step("The text, then a line with only a dot."),
    row(421, "The server is not available and closes the control connection.", RFC_959)
        .causes("The session was idle for too long, too many users, a shutdown, or a line that was too long.")
        .next_step("`open` connects again; `resume` finishes what broke off.")
        .handled("A script ends with exit code 3."),
    row(425, "The data connection cannot be opened.", RFC_959)
        .causes("No PASV or PORT before the transfer, a second transfer on one PASV, a firewall between server and \
            data port, or TLS that was not resumed.")
        .next_step("PASV (or EPSV), then the command again. After PORT and a timeout: PASV, which goes the other way.")
        .read_as(OF_425),
    row(426, "The data connection broke; the transfer is aborted.", RFC_959)
        .causes("The data connection was reset: by an ABOR, a router, or either side.")
        .next_step("SIZE shows how much arrived; `resume` sends or fetches the rest."),
    row(430, "The login failed.", "unregistered: several servers")
        .causes("Wrong user or password.")
        .next_step("USER again, then PASS."),
    row(431, "A security resource is unavailable.", "RFC 2228 section 5.1; RFC 775")
        .causes("The security mechanism lacks something on the server, such as a certificate.")
        .next_step("AUTH with another mechanism, or without AUTH if the server allows it."),
    row(450, "The file is not available now, or busy.", RFC_959)
        .causes("Another session uses the file, or there is none (ProFTPD to LIST). pyftpdlib: APPE while a REST \
            is pending.")
        .next_step("Try again later. After a REST: REST 0, then the command again."),
    row(451, "Aborted by an error on the server.", "RFC 959 section 4.2; RFC 2389 section 4")
        .causes("The server failed in the middle: disk, permissions, configuration. Pure-FTPd says it after an aborted \
            upload.")
        .next_step("SIZE shows what is there; then the command again, or `resume`."),
    row(452, "Not enough space on the server.", RFC_959)
        .causes("The disk is full.")
        .next_step("DELE what is not needed, or try again later."),
    row(500, "Syntax error, or unknown command.", RFC_959)
        .causes("A typing error, a verb that this server does not have, or a line that is too long.")
        .next_step("HELP or FEAT list what it has; `help` explains verbs."),
    row(501, "Syntax error in the argument.", RFC_959)
        .causes("An argument is missing or has the wrong form.")
        .next_step("`help VERB` shows the form."),
    row(502, "Not implemented.", RFC_959)
        .causes("The server recognises the verb but does not implement it, or it is switched off.")
        .next_step("FEAT lists the extensions that it has."),
    row(503, "Not in this order: another command must come first.", RFC_959)
        .causes("RNTO without RNFR, PASS without USER, PROT without PBSZ or TLS, HOST or AUTH after the login.")
        .next_step("`help VERB` says what must come first.")
        .read_as(OF_503),
    row(504, "Not implemented for this argument.", RFC_959)
        .causes("A TYPE, MODE, STRU, AUTH or OPTS that the server does not have for this argument.")
        .next_step("Another argument: `help VERB` lists them."),
    row(506, "A directory command failed.", "RFC 775")
        .causes("Only servers from around 1980 send it."),
    row(507, "A directory command failed for another reason.", "RFC 775")
        .causes("Only servers from around 1980 send it."),
    row(520, "Active mode is off.", "unregistered: Pure-FTPd")
        .causes("PORT and EPRT are not set up on this server.")
        .next_step("PASV or EPSV."),
    row(521, "The directory exists already; or address family or PROT level not supported.",
        "RFC 959; RFC 1639 section 4; RFC 4217 section 10.2")
        .causes("MKD: it is there already. LPRT: wrong address family. PROT: the level does not fit.")
        .next_step("CWD into it; EPSV in place of LPRT; PROT P or PROT C.")
        .read_as(OF_521),
    row(522, "Network protocol not supported; or TLS failed or was not resumed on the data connection.",
        "RFC 2428 section 2; RFC 4217 section 10.2")
        .causes("EPRT or EPSV with an address family that the server does not have here; or a data connection \
            under TLS that did not resume the session of the control connection.")
        .next_step("EPSV without an argument, or PASV. Under TLS: PROT P, PASV and the command again.")
        .read_as(OF_522),
    row(530, "Not logged in.", RFC_959)
        .causes("No login yet, a wrong password, or a user who may not log in. Some servers require AUTH TLS first.")
        .next_step("USER and PASS; or AUTH TLS before them."),
    row(532, "An account is needed to store files.", RFC_959)
        .causes("This server requires an account for uploads.")
        .next_step("ACCT and the account, then the command again."),
    row(533, "This protection level is denied by policy.", RFC_2228)
        .causes("The command must be protected, or must not be.")
        .next_step("In the clear: AUTH TLS first."),
    row(534, "Denied by policy.", RFC_2228)
        .causes("The server does not allow this AUTH or PROT, or not now.")
        .next_step("AUTH before USER; another mechanism or level."),
    row(535, "The security check failed.", RFC_2228)
        .causes("The security data did not check out.")
        .next_step("AUTH again, from the beginning."),
    row(536, "The security mechanism does not support this PROT level.", RFC_2228)
        .causes("This mechanism does not have that PROT level: TLS has C and P.")
        .next_step("PROT P, or PROT C."),
    row(537, "The security mechanism does not support this protection of commands.", RFC_2228)
        .causes("The mechanism cannot protect commands like that.")
        .next_step("MIC, CONF or ENC: the one that the mechanism has."),
    row(550, "The file is not available: absent, or no access.", RFC_959)
        .causes("No such file, no permission, a directory in place of a file; SIZE in TYPE A; PASV after EPSV \
            ALL.")
        .next_step("PWD and LIST show where you are and what is there. For SIZE: TYPE I first.")
        .read_as(OF_550),
    row(551, "Aborted: page type unknown.", RFC_959)
        .causes("STRU P, or RANG in TYPE A. Some servers say it in place of 425.")
        .next_step("STRU F, TYPE I, PASV."),
    row(552, "Aborted: the storage quota is used up.", RFC_959)
        .causes("Your quota is used up.")
        .next_step("DELE what is not needed; SIZE shows how much arrived."),
    row(553, "The file name is not allowed.", RFC_959)
        .causes("A character in the name, a name that is reserved, or no permission to write there.")
        .next_step("Another name, or another directory."),
    row(554, "The file cannot be restarted where REST said.", "RFC 1123 section 4.1.3.4")
        .causes("The marker of REST lies past the end of the file, or is not a number.")
        .next_step("SIZE (in TYPE I), then REST with what is there; REST 0 for the whole file."),
    row(555, "TYPE or STRU does not fit the file that is there.", "RFC 1123 section 4.1.3.4")
        .causes("The file was stored with another TYPE or STRU.")
        .next_step("TYPE and STRU as they were when it was stored."),
    row(556, "This hash is permanently refused.", "draft-bryan-ftpext-hash section 3.5")
        .causes("The server does not hash this file: too big, or switched off.")
        .next_step("Another hash verb, or RETR and a local hash."),
    row(631, "A reply whose integrity is protected.", "RFC 2228 section 5.2")
        .causes("MIC, or a server that protects its replies.")
        .handled("The base64 is shown as it comes."),
    row(632, "A private reply: intact and confidential.", "RFC 2228 section 5.2")
        .causes("ENC, or a server that protects its replies.")
        .handled("The base64 is shown as it comes."),
    row(633, "A confidential reply.", "RFC 2228 section 5.2")
        .causes("CONF, or a server that protects its replies.")
        .handled("The base64 is shown as it comes."),
    row(10054, "WinSock: the connection was reset by the other side.", "unregistered: WinSock numbers")
        .causes("The other side dropped the connection.")
        .next_step("PASV and the command again, or `open`."),
    row(10060, "WinSock: the connection timed out.", "unregistered: WinSock numbers")
        .causes("No answer came, usually because of a firewall.")
        .next_step("PASV in place of PORT, or the other way round."),
    row(10061, "WinSock: the connection was refused.", "unregistered: WinSock numbers")
        .causes("Nothing listens on that port.")
        .next_step("PASV again, then the transfer."),
    row(10066, "WinSock: the directory is not empty.", "unregistered: WinSock numbers")
        .causes("RMD of a directory that is not empty.")
        .next_step("DELE what is in it, then RMD."),
    row(10068, "WinSock: too many users.", "unregistered: WinSock numbers")
        .causes("The server is full.")
        .next_step("Try again later."),
];

const RFC_959: &str = "RFC 959 section 4.2";
const RFC_2228: &str = "RFC 2228 section 5.1";

const TRANSFERS: &[&str] = &[
    "APPE", "ERET", "ESTO", "LIST", "MLSD", "NLST", "RETR", "STOR", "STOU",
];
const OPENERS: &[&str] = &["EPRT", "EPSV", "PASV", "PORT"];
const OUT_OF_ORDER: &str = "Not in this order: another command must come first.";

const OF_425: &[Reading] = &[
    reading(
        &["EPSV", "LPSV", "PASV"],
        "The server cannot listen for a data connection.",
        "No port is free, or it is PASV over IPv6.",
    ),
    reading(
        &["EPRT", "LPRT", "PORT"],
        "The server cannot connect to that port.",
        "A firewall, or nothing listens there.",
    ),
];

const OF_550: &[Reading] = &[
    reading(
        &["ACCT", "PASS", "USER"],
        "Not allowed; RFC 959 has this code for files.",
        "The server does not let this user in, or not without TLS.",
    ),
    reading(
        OPENERS,
        "Not allowed; RFC 959 has this code for files.",
        "Passive or active mode is switched off, or EPSV ALL was accepted.",
    ),
];

const OF_503: &[Reading] = &[
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
        "The control connection is not under TLS, or is no longer.",
    ),
    reading(
        &["PROT"],
        OUT_OF_ORDER,
        "PBSZ was not sent, or the control connection is not under TLS, or is no longer.",
    ),
    reading(
        &["CCC"],
        OUT_OF_ORDER,
        "The control connection is in the clear, or nobody is logged in.",
    ),
    reading(
        TRANSFERS,
        OUT_OF_ORDER,
        "No login, or no PASV or PORT before the transfer.",
    ),
];

const OF_521: &[Reading] = &[
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
        "The server wants the data under TLS, or in the clear.",
    ),
    reading(
        &["PROT"],
        "This PROT level is not supported.",
        "The level does not fit.",
    ),
];

const OF_522: &[Reading] = &[
    reading(
        OPENERS,
        "This network protocol is not supported.",
        "An address family that the server does not have here.",
    ),
    reading(
        TRANSFERS,
        "TLS on the data connection failed, is missing, or was not resumed.",
        "A data connection that did not resume the TLS session of the control connection, or one in the clear.",
    ),
];

#[cfg(test)]
mod tests {
    use super::{REPLY_CODES, ReplyCode, Verb, entry};
    use crate::protocol::verbs::{self, COMMON_REPLIES, VERBS};

    #[test]
    fn codes_are_sorted_and_none_comes_twice() {
        assert!(REPLY_CODES.is_sorted_by(|left, right| left.code < right.code));
        for row in REPLY_CODES {
            assert_eq!(entry(row.code), Some(row));
        }
        assert_eq!(entry(ReplyCode(299)), None);
    }

    #[test]
    fn every_code_that_a_verb_names_is_in_the_table() {
        for verb in VERBS {
            for code in [verb.replies, verb.replies_after_preliminary].concat() {
                assert!(entry(ReplyCode(code)).is_some(), "{}: {code}", verb.name);
            }
        }
        for code in COMMON_REPLIES {
            assert!(entry(ReplyCode(*code)).is_some(), "{code}");
        }
    }

    #[test]
    fn a_code_of_several_meanings_has_the_one_that_fits_the_verb() {
        let table = [
            (521, "MKD", "directory exists"),
            (521, "STOR", "PROT level"),
            (521, "LPRT", "address family"),
            (522, "EPSV", "protocol"),
            (522, "RETR", "TLS"),
            (503, "PROT", "Not in this order"),
        ];
        for (code, verb, expected) in table {
            let row = entry(ReplyCode(code)).unwrap();
            let meaning = row.meaning_for(&Verb::new(verb.as_bytes()));
            assert!(meaning.contains(expected), "{code} {verb}: {meaning}");
        }
        let prot = entry(ReplyCode(503)).unwrap();
        let causes = prot.causes_for(&Verb::new(b"PROT"));
        assert!(causes.contains("PBSZ") && !causes.contains("RNTO"));
    }

    #[test]
    fn readings_are_whole_and_their_verbs_in_the_table() {
        for (row, reading) in REPLY_CODES
            .iter()
            .flat_map(|row| row.readings.iter().map(move |reading| (row, reading)))
        {
            for text in [reading.meaning, reading.causes] {
                assert!(
                    text.ends_with('.') && text.is_ascii(),
                    "{}: {text}",
                    row.code
                );
            }
            assert!(reading.meaning.len() <= 100, "{}", row.code);
            for name in reading.verbs {
                let verb = Verb::new(name.as_bytes());
                assert!(verbs::entry(&verb).is_some(), "{}: {name}", row.code);
            }
        }
    }

    #[test]
    fn every_row_says_what_it_means_and_where_that_is_written() {
        for row in REPLY_CODES {
            assert!(row.meaning.ends_with('.'), "{}", row.code);
            assert!(row.meaning.len() <= 100, "{}", row.code);
            assert!(row.causes.ends_with('.'), "{}", row.code);
            for text in [row.causes, row.next_step, row.handling] {
                assert!(
                    text.is_ascii() && !text.contains("  "),
                    "{}: {text}",
                    row.code
                );
            }
            for part in row.reference.split("; ") {
                let known = ["RFC ", "draft-", "unregistered: "];
                assert!(
                    known.iter().any(|origin| part.starts_with(origin)),
                    "{}",
                    row.code
                );
            }
        }
    }
}
