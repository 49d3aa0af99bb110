//! Refusals, 4yz and 5yz, and what stands outside the five classes.

use super::readings::{OF_425, OF_503, OF_521, OF_522};
use super::{RFC_959, RFC_2228, row};
use crate::protocol::reply_codes::ReplyCodeEntry;

#[rustfmt::skip]
pub(super) const ROWS: &[ReplyCodeEntry] = &[
    row(421, "The server is not available and closes the control connection.", RFC_959)
        .causes("The session was idle for too long, too many users, a shutdown, or a line that was too long.")
        .advice("`open` connects again; `resume` finishes what broke off.")
        .handled("A script ends with exit code 3."),
    row(425, "The data connection cannot be opened.", RFC_959)
        .causes("No PASV or PORT before the transfer, a second transfer on one PASV, a firewall between server and \
            data port, or TLS that was not resumed.")
        .advice("PASV (or EPSV), then the command again. After PORT and a timeout: PASV, which goes the other way.")
        .read_as(OF_425),
    row(426, "The data connection broke; the transfer is aborted.", RFC_959)
        .causes("The data connection was reset: by an ABOR, a router, or either side.")
        .advice("SIZE shows how much came through; `resume` sends or fetches the rest."),
    row(430, "The login failed.", "unregistered: several servers")
        .causes("Wrong user or password.")
        .advice("USER again, then PASS."),
    row(431, "A resource for security is missing.", "RFC 2228 section 5.1; RFC 775")
        .causes("The security mechanism lacks something in the server, such as a certificate.")
        .advice("AUTH with another mechanism, or without AUTH if the server allows it."),
    row(450, "The file is not available now, or busy.", RFC_959)
        .causes("Another session uses the file, or there is none (ProFTPD to LIST). pyftpdlib: APPE while a REST \
            is pending.")
        .advice("Later again. After a REST: REST 0, then again."),
    row(451, "Aborted by an error in the server.", "RFC 959 section 4.2; RFC 2389 section 4")
        .causes("The server failed in the middle: a disk, a right, a setting. Pure-FTPd says it after an aborted \
            upload.")
        .advice("SIZE shows what is there; then again, or `resume`."),
    row(452, "Not enough room in the server.", RFC_959)
        .causes("The disk is full.")
        .advice("DELE what is not needed, or later again."),
    row(500, "Syntax error, or unknown command.", RFC_959)
        .causes("A typing error, a verb that this server does not have, or a line that is too long.")
        .advice("HELP or FEAT list what it has; `help` explains verbs."),
    row(501, "Syntax error in the argument.", RFC_959)
        .causes("An argument is missing or has the wrong form.")
        .advice("`help VERB` shows the form."),
    row(502, "Not implemented.", RFC_959)
        .causes("The server knows the verb and does not have it, or it is switched off.")
        .advice("FEAT lists the extensions that it has."),
    row(503, "Not in this order: another command must come first.", RFC_959)
        .causes("RNTO without RNFR, PASS without USER, PROT without PBSZ or TLS, HOST or AUTH after the login.")
        .advice("What must come first: `help VERB` says it.")
        .read_as(OF_503),
    row(504, "Not implemented for this argument.", RFC_959)
        .causes("A TYPE, MODE, STRU, AUTH or OPTS that the server does not have for this argument.")
        .advice("Another argument: `help VERB` lists them."),
    row(506, "A directory command failed.", "RFC 775")
        .causes("A server of 1980."),
    row(507, "A directory command failed for another reason.", "RFC 775")
        .causes("A server of 1980."),
    row(520, "Active mode is off.", "unregistered: Pure-FTPd")
        .causes("PORT or EPRT are not set up in this server.")
        .advice("PASV or EPSV."),
    row(521, "The directory exists already; or address family or PROT level not supported.",
        "RFC 959; RFC 1639 section 4; RFC 4217 section 10.2")
        .causes("MKD: it is there already. LPRT: wrong address family. PROT: the level does not fit.")
        .advice("CWD into it; EPSV in place of LPRT; PROT P or PROT C.")
        .read_as(OF_521),
    row(522, "Network protocol not supported; or TLS failed or was not resumed on the data connection.",
        "RFC 2428 section 2; RFC 4217 section 10.2")
        .causes("EPRT or EPSV with an address family that the server does not have here; or a data connection \
            under TLS that did not resume the session of the control connection.")
        .advice("EPSV without an argument, or PASV. Under TLS: PROT P, PASV and the command again.")
        .read_as(OF_522),
    row(530, "Not logged in.", RFC_959)
        .causes("No login yet, a wrong password, or a user that may not come in. Some servers want AUTH TLS first.")
        .advice("USER and PASS; or AUTH TLS before them."),
    row(532, "An account is needed to store files.", RFC_959)
        .causes("Uploads want an account here.")
        .advice("ACCT and the account, then again."),
    row(533, "This protection of commands is denied by policy.", RFC_2228)
        .causes("The command must be protected, or must not be.")
        .advice("In clear: AUTH TLS first."),
    row(534, "Denied by policy.", RFC_2228)
        .causes("The server does not allow this AUTH or PROT, or not now.")
        .advice("AUTH before USER; another mechanism or level."),
    row(535, "The security check failed.", RFC_2228)
        .causes("The security data did not check out.")
        .advice("AUTH again, from the beginning."),
    row(536, "The security mechanism does not support this PROT level.", RFC_2228)
        .causes("This mechanism has no such PROT level: TLS has C and P.")
        .advice("PROT P, or PROT C."),
    row(537, "The security mechanism does not support this protection of commands.", RFC_2228)
        .causes("The mechanism cannot protect commands like that.")
        .advice("MIC, CONF or ENC: the one that the mechanism has."),
    row(550, "The file is not available: absent, or no access.", RFC_959)
        .causes("No such file, no right to it, a directory in place of a file; SIZE in TYPE A; PASV after EPSV \
            ALL.")
        .advice("PWD and LIST show where you are and what is there. For SIZE: TYPE I first."),
    row(551, "Aborted: page type unknown.", RFC_959)
        .causes("STRU P, or RANG in TYPE A. Some servers say it in place of 425.")
        .advice("STRU F, TYPE I, PASV."),
    row(552, "Aborted: the storage allowed is used up.", RFC_959)
        .causes("Your quota is used up.")
        .advice("DELE what is not needed; SIZE shows how much came through."),
    row(553, "The file name is not allowed.", RFC_959)
        .causes("A character in the name, a name that is reserved, or no right to write there.")
        .advice("Another name, or another directory."),
    row(554, "The file cannot be restarted where REST said.", "RFC 1123 section 4.1.3.4")
        .causes("The marker of REST lies behind the end of the file, or is no number.")
        .advice("SIZE (in TYPE I), then REST with what is there; REST 0 for the whole file."),
    row(555, "TYPE or STRU does not fit the file that is there.", "RFC 1123 section 4.1.3.4")
        .causes("The file was stored with another TYPE or STRU.")
        .advice("TYPE and STRU as they were when it was stored."),
    row(556, "This hash is refused for good.", "draft-bryan-ftpext-hash section 3.5")
        .causes("The server does not hash this file: too big, or switched off.")
        .advice("Another hash verb, or RETR and a local hash."),
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
        .advice("PASV and again, or `open`."),
    row(10060, "WinSock: the connection timed out.", "unregistered: WinSock numbers")
        .causes("Nobody answered: a firewall, most of the time.")
        .advice("PASV in place of PORT, or the other way round."),
    row(10061, "WinSock: the connection was refused.", "unregistered: WinSock numbers")
        .causes("Nobody listens at that port.")
        .advice("PASV again, then the transfer."),
    row(10066, "WinSock: the directory is not empty.", "unregistered: WinSock numbers")
        .causes("RMD of a directory that is not empty.")
        .advice("DELE what is in it, then RMD."),
    row(10068, "WinSock: too many users.", "unregistered: WinSock numbers")
        .causes("The server is full.")
        .advice("Later again."),
];
