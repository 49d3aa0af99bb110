//! Access control: who you are, and where.

use crate::protocol::verbs::VerbEntry;

#[rustfmt::skip]
pub(super) const ROWS: &[VerbEntry] = &[
    VerbEntry::new("USER", "USER <name>", "RFC 959 section 4.1.1",
        "Names the user.", &[230, 232, 331, 332, 336, 430, 534, 550])
        .needs("The greeting. HOST and AUTH go before it.")
        .notes("331 asks for PASS, 332 for ACCT; 230 wants neither. A second USER, once logged in, is refused \
            by most servers.")
        .example(&["USER anonymous", "331 Please specify the password."])
        .quirks("Servers answer 331 for users that do not exist, too, and refuse only the PASS. Some refuse \
            with 430.")
        .handled("`login` and ftp://user@host send it, shown."),
    // 430 is no reply of any RFC; several servers answer a wrong password with it.
    VerbEntry::new("PASS", "PASS <password>", "RFC 959 section 4.1.1",
        "Gives the password.", &[202, 230, 332, 430, 550]).secret()
        .needs("USER, answered with 331.")
        .notes("In the clear, unless AUTH TLS came before it. For `anonymous` any word does, by custom an \
            address of mail.")
        .example(&["PASS ****", "230 Login successful."])
        .quirks("vsftpd answers 230 again to a PASS after the login, ProFTPD 503, Pure-FTPd 530.")
        .handled("The argument is masked on the screen, in errors and in the echoes of servers; the line is \
            not kept in the history. `login` asks for it unseen."),
    VerbEntry::new("ACCT", "ACCT <account>", "RFC 959 section 4.1.1",
        "Names the account, where the server asks for one with 332 or 532.", &[202, 230]).secret()
        .needs("A PASS answered with 332, or an upload refused with 532.")
        .notes("An account is a third thing besides user and password. Few servers have them.")
        .example(&["ACCT 7", "230 Logged in."])
        .quirks("vsftpd and ProFTPD answer 502, Pure-FTPd 202.")
        .handled("The argument is masked as that of PASS. `login` asks for it after a 332."),
    VerbEntry::new("HOST", "HOST <name | [ipv6]>", "RFC 7151 section 3",
        "Chooses a virtual host, before USER.", &[220])
        .needs("Comes before AUTH and USER.")
        .notes("The name is the one that you would type to reach the server; an IPv6 address stands in \
            brackets. 504: not a name of this server. 503: the login has begun.")
        .example(&["HOST ftp.example.com", "220 Ready."])
        .quirks("ProFTPD has it, and answers 504 to an unknown name; vsftpd, Pure-FTPd and pyftpdlib do not."),
    // RFC 959 appendix II shows 200.
    VerbEntry::new("CWD", "CWD <path>", "RFC 959 section 4.1.1",
        "Changes the working directory.", &[200, 250, 550])
        .notes("A path that begins with / counts from the root that the server shows you. PWD tells where you \
            are then.")
        .example(&["CWD pub/docs", "250 Directory successfully changed."])
        .quirks("A path with a trailing blank is another path: nothing is trimmed.")
        .handled("The alias `cd` sends it."),
    // RFC 959 lists 200; every measured server answers 250.
    VerbEntry::new("CDUP", "CDUP", "RFC 959 section 4.1.1",
        "Changes to the parent directory.", &[200, 250, 550])
        .notes("The way up on systems where .. means nothing.")
        .example(&["CDUP", "250 Directory successfully changed."])
        .quirks("RFC 959 lists 200; every measured server answers 250."),
    VerbEntry::new("SMNT", "SMNT <path>", "RFC 959 section 4.1.1",
        "Mounts another file system.", &[202, 250, 550])
        .notes("Login and transfer parameters stay as they are.")
        .example(&["SMNT /disk2", "202 Command not implemented, superfluous at this site."])
        .quirks("vsftpd and ProFTPD answer 502, the others 500."),
    VerbEntry::new("REIN", "REIN", "RFC 959 section 4.1.1; RFC 4217 section 13",
        "Starts the session over, without TLS.", &[220])
        .needs("Nothing: it may come at any time but in a transfer.")
        .notes("Login and transfer parameters are gone, the connection stays. USER comes next. TLS ends with \
            it.")
        .example(&["REIN", "220 Ready for new user."])
        .quirks("vsftpd and ProFTPD answer 502, Pure-FTPd 500; pyftpdlib answers 230. `close` and `open` do it \
            everywhere.")
        .handled("What was learnt of the session is forgotten with its 2yz."),
    VerbEntry::new("QUIT", "QUIT", "RFC 959 section 4.1.1",
        "Ends the session.", &[221])
        .needs("Nothing.")
        .notes("A transfer that is going on should be finished first, and then the connection closes.")
        .example(&["QUIT", "221 Goodbye."])
        .quirks("In a transfer Pure-FTPd aborts it and sends no 221; vsftpd and ProFTPD finish it.")
        .handled("A person's QUIT that is answered ends the program; `exit`, `bye` and Ctrl-D send it."),
];
