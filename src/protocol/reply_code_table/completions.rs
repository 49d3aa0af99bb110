//! Replies that are no refusal: 1yz, 2yz and 3yz.

use super::{RFC_959, RFC_2228, row};
use crate::protocol::reply_codes::ReplyCodeEntry;

#[rustfmt::skip]
pub(super) const ROWS: &[ReplyCodeEntry] = &[
    row(110, "A restart marker: the user's, and the server's for the same place.",
        "RFC 959 section 4.2; RFC 1123 section 4.1.3.4")
        .causes("In block and compressed mode the server tells where a transfer could restart.")
        .advice("Note the marker; REST takes it after a break."),
    row(120, "Ready in some minutes; 220 will follow.", RFC_959)
        .causes("The server is up and not ready.")
        .advice("Wait; a 220 follows."),
    row(125, "The data connection is open; the transfer starts.", RFC_959)
        .causes("A data connection was open when the transfer was asked for.")
        .advice("Wait for the final reply.")
        .handled("The transfer begins; the prompt comes back with the final reply."),
    row(150, "The data connection is about to be opened, or the transfer starts.", RFC_959)
        .causes("The server takes the transfer and opens, or uses, the data connection.")
        .advice("Wait for the final reply.")
        .handled("The transfer begins; the prompt comes back with the final reply."),
    row(200, "Done.", RFC_959)
        .causes("The command was carried out."),
    row(202, "Not implemented, and not needed here.", RFC_959)
        .causes("The server has no use for the command.")
        .advice("Go on as if it were done. After APPE it means that nothing was appended."),
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
        .causes("The greeting, HOST, REIN; with Pure-FTPd and pyftpdlib EPSV ALL, too.")
        .advice("USER, or AUTH TLS before it."),
    row(221, "The server closes the control connection.", RFC_959)
        .causes("QUIT; some servers say it at the end of an idle session.")
        .advice("`open` connects again.")
        .handled("A person's QUIT that gets it ends the program."),
    row(225, "The data connection is open, with no transfer going on.", RFC_959)
        .causes("ABOR, and nothing was going on."),
    row(226, "The data connection closes; the transfer or the abort succeeded.", RFC_959)
        .causes("A transfer is over, or an ABOR did its work.")
        .advice("It proves nothing about an upload: SIZE does. The next transfer wants a new PASV.")
        .handled("A transfer is settled once both this and the end of the data are there."),
    row(227, "The server listens at this host and port (h1,h2,h3,h4,p1,p2).",
        "RFC 959 section 4.2; RFC 1123 section 4.1.2.6")
        .causes("PASV.")
        .advice("LIST, RETR, STOR or APPE; the port is good for one transfer.")
        .handled("The port is dialled at once."),
    row(228, "The server listens at this long address.", "RFC 1639 section 3")
        .causes("LPSV, or a PASV that took the long way.")
        .advice("As after a 227.")
        .handled("The port is dialled at once."),
    row(229, "The server listens at this port (|||port|), at the address of the control connection.",
        "RFC 2428 section 3")
        .causes("EPSV.")
        .advice("As after a 227.")
        .handled("The port is dialled at once, at the server's address."),
    row(230, "Logged in.", RFC_959)
        .causes("The login is complete.")
        .advice("PASV and LIST, or whatever you came for."),
    row(232, "Logged in, by the security exchange.", RFC_2228)
        .causes("USER after a security exchange that has proven who you are.")
        .advice("As after a 230."),
    row(234, "The security exchange is complete; after AUTH TLS, TLS begins now.",
        "RFC 2228 section 5.1; RFC 4217 section 4")
        .causes("AUTH TLS: the next octets belong to TLS.")
        .advice("PBSZ 0 and PROT P come next, then USER."),
    row(235, "The security exchange is complete.", RFC_2228)
        .causes("The last ADAT was right.")
        .advice("USER"),
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
        .advice("PASS and the password.")
        .handled("The next line with an unknown verb is kept out of the history: it may be the password."),
    row(332, "An account is needed for login.", RFC_959)
        .causes("The password was right, and the server wants an account on top.")
        .advice("ACCT and the account.")
        .handled("As 331."),
    row(334, "The mechanism is accepted; security data are needed.", RFC_2228)
        .causes("AUTH with a mechanism other than TLS.")
        .advice("ADAT and base64 data."),
    row(335, "The security data are accepted; more are needed.", RFC_2228)
        .causes("ADAT is to go on.")
        .advice("ADAT and the next data."),
    row(336, "The user name is accepted; the password must answer this challenge.", RFC_2228)
        .causes("USER, and the server wants a one-time password.")
        .advice("PASS and the answer to the challenge."),
    row(350, "Accepted so far; a further command must follow.", RFC_959)
        .causes("RNFR, REST or RANG: half of something.")
        .advice("RNTO directly after RNFR; RETR or STOR directly after REST.")
        .handled("A pending marker or rename is remembered."),
    row(354, "Send the mail; a line with a lone dot ends it.", "RFC 765")
        .causes("MAIL: the server waits for a text.")
        .advice("The text, and a lone dot."),
];
