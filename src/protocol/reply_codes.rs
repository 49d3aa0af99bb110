//! The table of reply codes: what each means, and where that is written.

use super::reply::ReplyCode;

/// What is known of one reply code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyCodeEntry {
    /// Three digits; five for the WinSock numbers that some servers print in its place.
    pub code: ReplyCode,
    /// What it tells the user, in one line.
    pub meaning: &'static str,
    /// Where it is defined: `RFC 959 section 4.2`, several with `; ` between them.
    pub reference: &'static str,
}

/// The row of a code; `None` if the table does not know it. Its first digit still says how the command went.
#[must_use]
pub fn entry(code: ReplyCode) -> Option<&'static ReplyCodeEntry> {
    REPLY_CODES
        .binary_search_by_key(&code, |entry| entry.code)
        .ok()
        .map(|at| &REPLY_CODES[at])
}

const fn row(code: u16, meaning: &'static str, reference: &'static str) -> ReplyCodeEntry {
    ReplyCodeEntry {
        code: ReplyCode(code),
        meaning,
        reference,
    }
}

const RFC_959: &str = "RFC 959 section 4.2";
const RFC_2228: &str = "RFC 2228 section 5.1";

/// Every code that an RFC, a draft or a server in use knows, sorted.
#[rustfmt::skip]
pub static REPLY_CODES: &[ReplyCodeEntry] = &[
    row(110, "A restart marker: the user's, and the server's for the same place.",
        "RFC 959 section 4.2; RFC 1123 section 4.1.3.4"),
    row(120, "Ready in some minutes; 220 will follow.", RFC_959),
    row(125, "The data connection is open; the transfer starts.", RFC_959),
    row(150, "The data connection is about to be opened, or the transfer starts.", RFC_959),
    row(200, "Done.", RFC_959),
    row(202, "Not implemented, and not needed here.", RFC_959),
    row(211, "State of the system, or list of features.", "RFC 959 section 4.2; RFC 2389 section 3"),
    row(212, "State of a directory.", RFC_959),
    row(213, "State of a file: a listing, a size, a time or a hash.",
        "RFC 959 section 4.2; RFC 3659 section 3"),
    row(214, "Help for people.", RFC_959),
    row(215, "The kind of operating system.", RFC_959),
    row(216, "What the gateway rewrites: NONE, EPSV or EPSVEPRT.", "RFC 6384 section 11"),
    row(220, "Ready for a new user; or the virtual host is accepted.",
        "RFC 959 section 4.2; RFC 7151 section 3"),
    row(221, "The server closes the control connection.", RFC_959),
    row(225, "The data connection is open, with no transfer going on.", RFC_959),
    row(226, "The data connection closes; the transfer or the abort succeeded.", RFC_959),
    row(227, "The server listens at this host and port (h1,h2,h3,h4,p1,p2).",
        "RFC 959 section 4.2; RFC 1123 section 4.1.2.6"),
    row(228, "The server listens at this long address.", "RFC 1639 section 3"),
    row(229, "The server listens at this port (|||port|), at the address of the control connection.",
        "RFC 2428 section 3"),
    row(230, "Logged in.", RFC_959),
    row(232, "Logged in, by the security exchange.", RFC_2228),
    row(234, "The security exchange is complete; after AUTH TLS, TLS begins now.",
        "RFC 2228 section 5.1; RFC 4217 section 4"),
    row(235, "The security exchange is complete.", RFC_2228),
    row(250, "The file action is done.", RFC_959),
    row(251, "The hash of a file.", "draft-twine-ftpmd5"),
    row(252, "The hashes of several files.", "draft-twine-ftpmd5"),
    row(257, "The path that was made, or the working directory, in quotes.", RFC_959),
    row(331, "The user name is accepted; the password is needed.", RFC_959),
    row(332, "An account is needed for login.", RFC_959),
    row(334, "The mechanism is accepted; security data are needed.", RFC_2228),
    row(335, "The security data are accepted; more are needed.", RFC_2228),
    row(336, "The user name is accepted; the password must answer this challenge.", RFC_2228),
    row(350, "Accepted so far; a further command must follow.", RFC_959),
    row(354, "Send the mail; a line with a lone dot ends it.", "RFC 765"),
    row(421, "The server is not available and closes the control connection.", RFC_959),
    row(425, "The data connection cannot be opened.", RFC_959),
    row(426, "The data connection broke; the transfer is aborted.", RFC_959),
    row(430, "The login failed.", "unregistered: several servers"),
    row(431, "A resource for security is missing.", "RFC 2228 section 5.1; RFC 775"),
    row(450, "The file is not available now, or busy.", RFC_959),
    row(451, "Aborted by an error in the server.", "RFC 959 section 4.2; RFC 2389 section 4"),
    row(452, "Not enough room in the server.", RFC_959),
    row(500, "Syntax error, or unknown command.", RFC_959),
    row(501, "Syntax error in the argument.", RFC_959),
    row(502, "Not implemented.", RFC_959),
    row(503, "Not in this order: another command must come first.", RFC_959),
    row(504, "Not implemented for this argument.", RFC_959),
    row(506, "A directory command failed.", "RFC 775"),
    row(507, "A directory command failed for another reason.", "RFC 775"),
    row(520, "Active mode is off.", "unregistered: Pure-FTPd"),
    row(521, "The directory exists already; or address family or PROT level not supported.",
        "RFC 959; RFC 1639 section 4; RFC 4217 section 10.2"),
    row(522, "Network protocol not supported; or TLS failed or was not resumed on the data connection.",
        "RFC 2428 section 2; RFC 4217 section 10.2"),
    row(530, "Not logged in.", RFC_959),
    row(532, "An account is needed to store files.", RFC_959),
    row(533, "This protection of commands is denied by policy.", RFC_2228),
    row(534, "Denied by policy.", RFC_2228),
    row(535, "The security check failed.", RFC_2228),
    row(536, "The security mechanism does not support this PROT level.", RFC_2228),
    row(537, "The security mechanism does not support this protection of commands.", RFC_2228),
    row(550, "The file is not available: absent, or no access.", RFC_959),
    row(551, "Aborted: page type unknown.", RFC_959),
    row(552, "Aborted: the storage allowed is used up.", RFC_959),
    row(553, "The file name is not allowed.", RFC_959),
    row(554, "The file cannot be restarted where REST said.", "RFC 1123 section 4.1.3.4"),
    row(555, "TYPE or STRU does not fit the file that is there.", "RFC 1123 section 4.1.3.4"),
    row(556, "This hash is refused for good.", "draft-bryan-ftpext-hash section 3.5"),
    row(631, "A reply whose integrity is protected.", "RFC 2228 section 5.2"),
    row(632, "A private reply: intact and confidential.", "RFC 2228 section 5.2"),
    row(633, "A confidential reply.", "RFC 2228 section 5.2"),
    row(10054, "WinSock: the connection was reset by the other side.", "unregistered: WinSock numbers"),
    row(10060, "WinSock: the connection timed out.", "unregistered: WinSock numbers"),
    row(10061, "WinSock: the connection was refused.", "unregistered: WinSock numbers"),
    row(10066, "WinSock: the directory is not empty.", "unregistered: WinSock numbers"),
    row(10068, "WinSock: too many users.", "unregistered: WinSock numbers"),
];

#[cfg(test)]
mod tests {
    use super::{REPLY_CODES, ReplyCode, entry};
    use crate::protocol::verbs::{COMMON_REPLIES, VERBS};

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
    fn every_row_says_what_it_means_and_where_that_is_written() {
        for row in REPLY_CODES {
            assert!(row.meaning.ends_with('.'), "{}", row.code);
            assert!(row.meaning.len() <= 100, "{}", row.code);
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
