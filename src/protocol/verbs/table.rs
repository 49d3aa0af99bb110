//! The rows of the table of verbs, in the order of their names, and the lists of replies that several of them share.

use super::VerbEntry;
use super::site_commands::SITE_COMMAND_NAMES;

/// Every verb that a registry, an RFC or a server in use knows, sorted by name.
#[rustfmt::skip]
pub static VERBS: &[VerbEntry] = &[
    // Pure-FTPd answers 451 after the 426 of an upload.
    VerbEntry::new("ABOR", "ABOR", "RFC 959 section 4.1.3",
        "Aborts the transfer and the command before it.", &[225, 226, 451])
        .needs("A transfer in progress; without one it does nothing.")
        .notes("426 and 226 if the transfer was cut, 226 and 226 if it was over. What had been stored by then usually \
        stays.")
        .example(&["ABOR", "426 Failure writing network stream.", "226 ABOR command successful."])
        .quirks("vsftpd reads it only after the transfer (unless async_abor_enable is set). Pure-FTPd answers \
            an upload with 426 and 451.")
        .handled("The first Ctrl-C in a transfer sends it, after Telnet IP and Synch (`set abort plain`: \
                  alone). Typed, it aborts the transfer in the background."),
    VerbEntry::new("ACCT", "ACCT <account>", "RFC 959 section 4.1.1",
        "Names the account, where the server asks for one with 332 or 532.", &[202, 230]).secret()
        .needs("A PASS answered with 332, or an upload refused with 532.")
        .notes("An account comes in addition to user and password. Few servers have accounts.")
        .example(&["ACCT 7", "230 Logged in."])
        .quirks("vsftpd and ProFTPD answer 502, Pure-FTPd 202.")
        .handled("The argument is masked like that of PASS. `login` asks for it after a 332."),
    VerbEntry::new("ADAT", "ADAT <base64>", "RFC 2228 section 3",
        "Continues the exchange that AUTH began.", &[235, 335, 533, 535]).secret()
        .needs("AUTH with a mechanism that uses it, answered with 334.")
        .notes("The data is base64. 335 asks for more, 235 is the end. TLS does not need it.")
        .example(&[
            "AUTH GSSAPI",
            "334 Using authentication type GSSAPI; ADAT must follow",
            "ADAT ****",
            "235 ADAT=YIIBbQ==",
        ])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib answer 500.")
        .handled("The argument is masked like that of PASS."),
    VerbEntry::new("ALGS", "ALGS <STATUS64 | ENABLE64 | DISABLE64>", "RFC 6384 section 11",
        "Asks a translating gateway whether it rewrites EPSV and EPRT.", &[202, 216])
        .takes(&["STATUS64", "ENABLE64", "DISABLE64"])
        .needs("Nothing: a gateway in between answers, not the server.")
        .notes("For hosts behind a gateway between IPv6 and IPv4.")
        .example(&["ALGS STATUS64", "216 NONE"])
        .quirks("A server that gets it answers 500."),
    VerbEntry::new("ALLO", "ALLO <bytes> [R <record-bytes>]", "RFC 959 section 4.1.3",
        "Reserves room for the upload that follows.", &[200, 202, 452, 552])
        .notes("Needed by systems that must know the size in advance; useless elsewhere.")
        .example(&["ALLO 100000", "202 No storage allocation necessary."])
        .quirks("Pure-FTPd answers 200 and refuses with 552 if a quota is in the way; the others answer 202."),
    VerbEntry::new("APPE", "APPE <path>", "RFC 959 section 4.1.3",
        "Appends what is sent to the end of the file, which is created if absent.", APPENDING).sends(SENT)
        .notes("The way to finish a broken upload: SIZE says how much is there, APPE sends the rest. Send \
            REST 0 first if a REST was sent: with a marker it must act like STOR (RFC 3659 section 5.3).")
        .example(&[
            "SIZE 1.TXT",
            "213 5",
            "PASV",
            "227 Entering Passive Mode (127,0,0,1,11,79).",
            "APPE 1.TXT <<< 'zfive5'",
            "150 Ok to send data.",
            "226 Transfer complete.",
        ])
        .quirks("After REST n ProFTPD writes at n, pyftpdlib refuses with 450, vsftpd and Pure-FTPd append. \
            Some servers overwrite as STOR does.")
        .handled("Like STOR. `resume FILE` does all of it, and checks the result."),
    VerbEntry::new("AUTH", "AUTH <mechanism>", "RFC 2228 section 3; RFC 4217 section 4",
        "Asks for a security mechanism; after AUTH TLS and 234, TLS begins.", &[234, 334, 431, 533, 534])
        .takes(&["TLS", "SSL", "TLS-C", "TLS-P", "GSSAPI", "KERBEROS_V4"])
        .needs("Comes before USER.")
        .notes("TLS, then PBSZ 0 and PROT P for the data. SSL is the old name. GSSAPI and KERBEROS_V4 \
            continue with ADAT.")
        .example(&["AUTH TLS", "234 Proceed with negotiation."])
        .quirks("After the login vsftpd and Pure-FTPd answer 500, ProFTPD 534; pyftpdlib takes it. Pure-FTPd \
            has no AUTH SSL. A server that was set up without TLS answers 500 or 502.")
        .handled("A 234 to a mechanism of TLS begins the handshake at once, and what was learnt in the clear is \
            forgotten. `tls` shows what came of it."),
    VerbEntry::new("AVBL", "AVBL [<path>]", "draft-peterson-streamlined-ftp-command-extensions",
        "Asks how many bytes can still be stored.", &[213, 550]).unregistered()
        .notes("Of a directory, or of the working one.")
        .example(&["AVBL pub", "213 1046208512"])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib do not have it."),
    VerbEntry::new("CCC", "CCC", "RFC 2228 section 3; RFC 4217 section 5",
        "Takes the control connection back to clear text.", &[200, 533, 534])
        .needs("AUTH TLS; best after USER and PASS.")
        .notes("For firewalls that read the control connection. Anyone who can change a packet can \
            send commands after it, and PBSZ and PROT are no longer possible.")
        .example(&["CCC", "200 Clearing control channel."])
        .quirks("ProFTPD and Pure-FTPd have it; Pure-FTPd answers 534 without TLS.")
        .handled("Its 2yz ends TLS on the control connection with close_notify both ways."),
    // RFC 959 lists 200; every measured server answers 250.
    VerbEntry::new("CDUP", "CDUP", "RFC 959 section 4.1.1",
        "Changes to the parent directory.", &[200, 250, 550])
        .notes("The way up on systems where .. means nothing.")
        .example(&["CDUP", "250 Directory successfully changed."])
        .quirks("RFC 959 lists 200; every measured server answers 250."),
    VerbEntry::new("CKSM", "CKSM <algorithm> <offset> <length> <path>", "GFD.47",
        "Asks for the checksum of a part of a file (GridFTP).", HASHED)
        .takes(&["MD5", "ADLER32"]).unregistered()
        .notes("A length of -1 means up to the end.")
        .example(&["CKSM MD5 0 -1 1.TXT", "213 b1946ac92492d2347c6235b4d2611184"])
        .quirks("Globus GridFTP has it."),
    VerbEntry::new("CLNT", "CLNT <name>", "unregistered: FileZilla Server, Serv-U",
        "Tells the server the name of the client.", &[200]).unregistered()
        .needs("Nothing.")
        .example(&["CLNT ftpsh", "200 OK"])
        .quirks("ProFTPD has it; vsftpd, Pure-FTPd and pyftpdlib do not.")
        .handled("Never sent automatically."),
    VerbEntry::new("COMB", "COMB <path> <part> ...", "draft-peterson-streamlined-ftp-command-extensions",
        "Joins files of the server into one.", &[200, 250, 450, 550, 552, 553]).unregistered()
        .notes("For uploads in parts.")
        .example(&["COMB whole part1 part2", "250 Combined."])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib do not have it."),
    VerbEntry::new("CONF", "CONF <base64>", "RFC 2228 section 3",
        "Carries a confidential command.", PROTECTED)
        .needs("AUTH and ADAT, and a mechanism that has it.")
        .notes("Not for TLS.")
        .example(&["CONF TElTVA==", "633 MjAw"])
        .quirks("ProFTPD lists it as unimplemented; the others answer 500.")
        .handled("Nothing is encoded or decoded."),
    VerbEntry::new("CPSV", "CPSV", "unregistered: glftpd, drftpd",
        "Like PASV, with the server as TLS client, for transfers between servers.", &[227, 425]).unregistered()
        .needs("AUTH TLS, PBSZ 0 and PROT P.")
        .notes("Two servers send each other a file under TLS: the one that is told CPSV is the TLS client, the \
            other gets its address with PORT.")
        .example(&["CPSV", "227 Entering Passive Mode (192,0,2,7,11,79)"])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib do not have it.")
        .handled("The 227 is dialled, which is not what a transfer between two servers needs."),
    VerbEntry::new("CSID", "CSID Name=<name>; Version=<version>;",
        "draft-peterson-streamlined-ftp-command-extensions",
        "Exchanges the names and versions of client and server.", &[200, 215])
        .takes(&["Name="]).unregistered()
        .needs("Nothing; best before USER.")
        .notes("The reply names the server in the same form.")
        .example(&["CSID Name=ftpsh; Version=1;", "200 name=ProFTPD;version=1.3.8;casesensitive=1;"])
        .quirks("ProFTPD has it; vsftpd, Pure-FTPd and pyftpdlib do not.")
        .handled("Never sent automatically."),
    // RFC 959 appendix II shows 200.
    VerbEntry::new("CWD", "CWD <path>", "RFC 959 section 4.1.1",
        "Changes the working directory.", &[200, 250, 550])
        .notes("A path that begins with / starts at the root that the server shows you. PWD says where you \
            are then.")
        .example(&["CWD pub/docs", "250 Directory successfully changed."])
        .quirks("A path with a trailing blank is another path: nothing is trimmed.")
        .handled("The alias `cd` sends it."),
    VerbEntry::new("DCAU", "DCAU <N | A | S> [<subject>]", "GFD.20",
        "Sets the authentication of the data connection (GridFTP).", &[200, 533, 534, 535, 536])
        .takes(&["N", "A", "S"]).unregistered()
        .needs("AUTH and ADAT.")
        .notes("N: none, A: with your own credential, S: with the subject that you name.")
        .example(&["DCAU N", "200 DCAU N."])
        .quirks("GridFTP servers only.")
        .handled("Never sent automatically."),
    VerbEntry::new("DCSC", "DCSC <P | D> [<base64>]", "unregistered: Globus GridFTP",
        "Sets the security context of the data connection (GridFTP).", &[200, 533, 534, 535])
        .takes(&["P", "D"]).unregistered()
        .needs("AUTH and ADAT.")
        .notes("P brings a credential, D goes back to the default.")
        .example(&["DCSC D", "200 DCSC OK."])
        .quirks("Globus GridFTP only."),
    VerbEntry::new("DELE", "DELE <path>", "RFC 959 section 4.1.3",
        "Deletes a file.", &[250, 450, 550, 553])
        .notes("For directories: RMD. There is no confirmation.")
        .example(&["DELE 1.TXT", "250 Delete operation successful."])
        .handled("The alias `rm` sends it."),
    VerbEntry::new("DSIZ", "DSIZ [<path>]", "draft-peterson-streamlined-ftp-command-extensions",
        "Asks for the size of a directory and everything in it.", &[213, 550]).unregistered()
        .notes("Slow on big directories.")
        .example(&["DSIZ pub", "213 81920"])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib do not have it."),
    VerbEntry::new("ENC", "ENC <base64>", "RFC 2228 section 3",
        "Carries a command that is private: intact and confidential.", PROTECTED)
        .needs("AUTH and ADAT, and a mechanism that has it.")
        .notes("Not for TLS.")
        .example(&["ENC TElTVA==", "632 MjAw"])
        .quirks("ProFTPD lists it as unimplemented; the others answer 500.")
        .handled("Nothing is encoded or decoded."),
    // pyftpdlib connects at once and answers 425 if it cannot; vsftpd refuses EPRT after EPSV ALL with 550.
    VerbEntry::new("EPRT", "EPRT |<1 | 2>|<address>|<port>|", "RFC 2428 section 2",
        "Tells the server where to connect to for data, over IPv4 or IPv6.", &[200, 425, 522, 550])
        .takes(&["|1|", "|2|"])
        .notes("1 is IPv4, 2 is IPv6; the address is written as usual. The first character is the delimiter.")
        .example(&["EPRT |2|::1|5282|", "200 EPRT command successful."])
        .quirks("vsftpd refuses it after EPSV ALL, with 550.")
        .handled("Like PORT; `listen` sends it over IPv6."),
    // EPSV ALL: vsftpd and ProFTPD answer 200, Pure-FTPd and pyftpdlib 220. Other servers answer EPSV with a 227.
    VerbEntry::new("EPSV", "EPSV [1 | 2 | ALL]", "RFC 2428 section 3",
        "Asks the server to listen for a data connection; the reply holds only a port.",
        &[200, 220, 227, 228, 229, 425, 522, 550])
        .takes(&["1", "2", "ALL"])
        .notes("The address is that of the control connection, so no router can spoil it. 1 and 2 ask for IPv4 \
            and IPv6. After EPSV ALL only EPSV may be used.")
        .example(&[
            "EPSV",
            "229 Entering Extended Passive Mode (|||40165|)",
            "LIST",
            "150 Here comes the directory listing.",
        ])
        .quirks("EPSV ALL is 200 with vsftpd and ProFTPD, 220 with Pure-FTPd and pyftpdlib; Pure-FTPd takes PASV \
            afterwards. EPSV 2 over IPv4 is 522 with all four.")
        .handled("Like PASV. Aliases and `resume` send it over IPv6 and after EPSV ALL."),
    VerbEntry::new("ERET", "ERET <module> <path>", "GFD.20",
        "Fetches a file through a module of the server (GridFTP).", RECEIVING)
        .takes(&["P"]).receives(RECEIVED).unregistered()
        .notes("P takes an offset and a length: a part of a file.")
        .example(&["ERET P 0 100 f", "150 Beginning transfer.", "226 Transfer complete."])
        .quirks("GridFTP servers only.")
        .handled("Like RETR."),
    // Pure-FTPd answers 520 where active mode is not set up.
    VerbEntry::new("ESTA", "ESTA", "unregistered: Pure-FTPd",
        "Opens the active data connection at once and reports its address.", &[225, 425, 520]).unregistered()
        .needs("A login and a PORT.")
        .notes("To test whether the server can reach you.")
        .example(&["ESTA", "225 Connected."])
        .quirks("Pure-FTPd only; it does not answer while it connects."),
    VerbEntry::new("ESTO", "ESTO <module> <path>", "GFD.20",
        "Stores a file through a module of the server (GridFTP).", SENDING)
        .takes(&["A"]).sends(SENT).unregistered()
        .notes("A takes an offset: where in the file to write.")
        .example(&["ESTO A 100 f", "150 Beginning transfer.", "226 Transfer complete."])
        .quirks("GridFTP servers only.")
        .handled("Like STOR."),
    VerbEntry::new("ESTP", "ESTP", "unregistered: Pure-FTPd",
        "Waits for the passive data connection at once and reports its address.", &[225, 425, 520]).unregistered()
        .needs("A login and a PASV.")
        .notes("To test whether you can reach the server.")
        .example(&["ESTP", "225 Connected."])
        .quirks("Pure-FTPd only; without a PASV it waits and sends no reply."),
    VerbEntry::new("FEAT", "FEAT", "RFC 2389 section 3",
        "Lists the extensions that the server has.", &[211])
        .needs("Nothing: it may come before the login.")
        .notes("One extension in each line, with its parameters: REST STREAM, MLST type*;size*, AUTH TLS.")
        .example(&["FEAT", "211-Features:", " REST STREAM", " SIZE", "211 End"])
        .quirks("What is listed may differ before and after the login. Some servers write 211- in front of \
            each line.")
        .handled("`resume` uses the hash verbs that it listed."),
    VerbEntry::new("HASH", "HASH <path>", "draft-bryan-ftpext-hash section 3",
        "Asks for a hash of a file, or of the part that RANG chose.", HASHED).unregistered()
        .notes("OPTS HASH chooses the algorithm, FEAT lists them, RANG before it takes a part of the file.")
        .example(&["HASH 1.TXT", "213 SHA-1 0-6 f572d396fae9206628714fb2ce00f72e94f2258f 1.TXT"])
        .quirks("ProFTPD (mod_digest) has it; vsftpd, Pure-FTPd and pyftpdlib do not. It sends 213- lines while it \
            computes.")
        .handled("`resume` uses it to compare if FEAT listed it."),
    VerbEntry::new("HELP", "HELP [<verb>]", "RFC 959 section 4.1.3",
        "Asks the server for help.", &[211, 214])
        .needs("Nothing.")
        .notes("The server's own help; its HELP SITE lists the subcommands of SITE. `help` in lower case is this \
            program's.")
        .example(&[
            "HELP",
            "214-The following commands are recognized.",
            " ABOR ACCT ALLO APPE CDUP",
            "214 Help OK.",
        ])
        .quirks("Pure-FTPd lists its SITE commands.")
        .handled("In capitals it goes to the server; in lower case it is the built-in."),
    VerbEntry::new("HOST", "HOST <name | [ipv6]>", "RFC 7151 section 3",
        "Chooses a virtual host, before USER.", &[220])
        .needs("Comes before AUTH and USER.")
        .notes("The name is the one that you would type to reach the server; an IPv6 address goes in \
            brackets. 504: not a name of this server. 503: the login has begun.")
        .example(&["HOST ftp.example.com", "220 Ready."])
        .quirks("ProFTPD has it, and answers 504 to an unknown name; vsftpd, Pure-FTPd and pyftpdlib do not."),
    VerbEntry::new("LANG", "LANG [<tag>]", "RFC 2640 section 4.1",
        "Chooses the language of the replies.", &[200])
        .needs("Nothing; best before USER.")
        .notes("FEAT lists the languages; the one with * is in use. LANG alone goes back to the first.")
        .example(&["LANG en", "200 Responses are in English."])
        .quirks("ProFTPD has it; vsftpd, Pure-FTPd and pyftpdlib do not."),
    VerbEntry::new("LIST", "LIST [<path>]", "RFC 959 section 4.1.3; RFC 1123 section 4.1.2.7",
        "Lists a directory for people to read.", RECEIVING).receives(RECEIVED)
        .notes("For people: its form is not standardized. MLSD is for programs, NLST for bare names.")
        .example(&[
            "PASV",
            "227 Entering Passive Mode (127,0,0,1,11,79).",
            "LIST",
            "150 Here comes the directory listing.",
            "226 Directory send OK.",
        ])
        .quirks("What looks like an option (-la) is one to most servers, and a file to some. A missing path is \
            450, 550 or an empty listing.")
        .handled("LIST | less pages it. The alias `ls` sends PASV and LIST."),
    VerbEntry::new("LOCK", "LOCK <path>", "unregistered: draft of A. Bryan",
        "Asks for a file to be locked.", &[200, 250, 450, 550]).unregistered()
        .example(&["LOCK 1.TXT", "500 Unknown command."])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib do not have it."),
    VerbEntry::new("LPRT", "LPRT <af>,<hal>,<h1>,...,<pal>,<p1>,<p2>", "RFC 1639 section 2",
        "Tells the server a long address to connect to for data.", &[200, 425, 521]).historic()
        .notes("The predecessor of EPRT: address family, length and bytes of the address, length and bytes of the \
        port.")
        .example(&["LPRT 4,4,127,0,0,1,2,200,13", "200 LPRT command successful."])
        .quirks("Out of use: vsftpd, ProFTPD, Pure-FTPd and pyftpdlib answer 500.")
        .handled("No port is opened for it: use EPRT."),
    VerbEntry::new("LPSV", "LPSV", "RFC 1639 section 3",
        "Asks the server to listen for a data connection at a long address.", &[228, 425, 521]).historic()
        .notes("The predecessor of EPSV.")
        .example(&["LPSV", "228 Entering Long Passive Mode (4,4,127,0,0,1,2,200,13)"])
        .quirks("Out of use: vsftpd, ProFTPD, Pure-FTPd and pyftpdlib answer 500.")
        .handled("A 228 is dialled like a 227."),
    VerbEntry::new("MACB", "MACB <E | D>", "unregistered: NetPresenz",
        "Turns MacBinary transfers on or off.", &[200])
        .takes(&["E", "D"]).unregistered()
        .notes("MacBinary keeps both forks of a file of classic Mac OS.")
        .example(&["MACB E", "200 MacBinary mode enabled."])
        .quirks("Servers on classic Mac OS only."),
    VerbEntry::new("MAIL", "MAIL <user>", "RFC 765",
        "Sends mail over the control connection.", MESSAGE).historic()
        .needs("Nothing; perhaps a login.")
        .notes("354 asks for the text; a line with only a dot ends it.")
        .example(&["MAIL Postel", "354 Type mail, ended by a line with only a dot"])
        .quirks("ProFTPD takes it for an attack by way of a web browser and closes the connection. Elsewhere: \
            500."),
    VerbEntry::new("MD5", "MD5 <path>", "draft-twine-ftpmd5",
        "Asks for the MD5 of a file.", HASHED).unregistered()
        .notes("The whole file only.")
        .example(&["MD5 1.TXT", "251 1.TXT B1946AC92492D2347C6235B4D2611184"])
        .quirks("ProFTPD (mod_digest) and Apache FtpServer have it.")
        .handled("`resume` uses it to compare if FEAT listed it."),
    VerbEntry::new("MDTM", "MDTM <path>", "RFC 3659 section 3",
        "Asks when a file was last modified, in UTC.", &[213, 550])
        .notes("The time is UTC: YYYYMMDDhhmmss, with a fraction if the server has it.")
        .example(&["MDTM 1.TXT", "213 20260101120000"])
        .quirks("MDTM YYYYMMDDhhmmss path sets the time with vsftpd and some others; MFMT is the better way."),
    // GridFTP answers 250 to these three.
    VerbEntry::new("MFCT", "MFCT <YYYYMMDDhhmmss> <path>", "draft-somers-ftp-mfxx section 4",
        "Sets the creation time of a file.", &[213, 250, 450, 550]).unregistered()
        .notes("The time is UTC. Few file systems let it be set.")
        .example(&["MFCT 20260101120000 1.TXT", "213 Create=20260101120000; 1.TXT"])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib do not have it."),
    VerbEntry::new("MFF", "MFF <fact>=<value>; <path>", "draft-somers-ftp-mfxx section 5",
        "Sets facts of a file.", &[213, 250, 450, 550])
        .takes(&["Modify=", "Create=", "UNIX.mode=", "UNIX.owner=", "UNIX.group="]).unregistered()
        .notes("Facts are those of MLST. FEAT lists which may be set.")
        .example(&[
            "MFF Modify=20260101120000;UNIX.mode=0644; 1.TXT",
            "213 Modify=20260101120000;UNIX.mode=0644; 1.TXT",
        ])
        .quirks("ProFTPD has it; vsftpd, Pure-FTPd and pyftpdlib do not."),
    VerbEntry::new("MFMT", "MFMT <YYYYMMDDhhmmss> <path>", "draft-somers-ftp-mfxx section 3",
        "Sets the modification time of a file.", &[213, 250, 450, 550]).unregistered()
        .notes("The time is UTC.")
        .example(&["MFMT 20260101120000 1.TXT", "213 Modify=20260101120000; 1.TXT"])
        .quirks("ProFTPD and pyftpdlib have it; Pure-FTPd answers `213 UTIME OK`; vsftpd has MDTM with a time."),
    VerbEntry::new("MIC", "MIC <base64>", "RFC 2228 section 3",
        "Carries a command whose integrity is protected.", PROTECTED)
        .needs("AUTH and ADAT, and a mechanism that has it.")
        .notes("Not for TLS.")
        .example(&["MIC TElTVA==", "631 MjAw"])
        .quirks("ProFTPD lists it as unimplemented; the others answer 500.")
        .handled("Nothing is encoded or decoded."),
    // RFC 959 appendix II shows 521 for a directory that exists; Pure-FTPd answers 553 for a name it does not allow.
    VerbEntry::new("MKD", "MKD <path>", "RFC 959 section 4.1.3",
        "Makes a directory.", &[257, 450, 452, 521, 550, 552, 553])
        .notes("The reply names what was made, quotes in the name doubled.")
        .example(&["MKD new", "257 \"/new\" created"])
        .quirks("Pure-FTPd does not double quotes. RFC 959 shows 521 for a directory that exists; servers \
            answer 550.")
        .handled("The alias `mkdir` sends it."),
    VerbEntry::new("MLFL", "MLFL [<user>]", "RFC 765",
        "Sends mail over the data connection.", SENDING).sends(SENT).historic()
        .notes("Mail went over FTP before SMTP. No server in use has it.")
        .example(&["MLFL Postel", "150 Begin mail transfer", "250 Mail stored"])
        .handled("Like STOR."),
    VerbEntry::new("MLSD", "MLSD [<path>]", "RFC 3659 section 7",
        "Lists a directory for programs to read.", RECEIVING).receives(RECEIVED)
        .notes("Each line: facts, a space, the name. OPTS MLST chooses the facts, FEAT lists them.")
        .example(&[
            "PASV",
            "227 Entering Passive Mode (127,0,0,1,11,79).",
            "MLSD",
            "150 Accepted data connection",
            "226 Transfer complete.",
        ])
        .quirks("vsftpd does not have it.")
        .handled("Like LIST."),
    VerbEntry::new("MLST", "MLST [<path>]", "RFC 3659 section 7",
        "Reports the facts of one file, over the control connection.", &[250, 450, 451, 550, 553])
        .notes("One file or directory, and no data connection. Facts are type, size, modify, perm and more.")
        .example(&[
            "MLST 1.TXT",
            "250-Listing 1.TXT",
            " type=file;size=11;modify=20260101120000; /1.TXT",
            "250 End.",
        ])
        .quirks("vsftpd does not have it. Some servers put 250- in front of the facts.")
        .handled("`resume` takes the size from it if SIZE is refused."),
    VerbEntry::new("MMD5", "MMD5 <path>, <path> ...", "draft-twine-ftpmd5",
        "Asks for the MD5 of several files.", HASHED).unregistered()
        .notes("The whole files only.")
        .example(&["MMD5 a, b", "252 a B1946AC92492D2347C6235B4D2611184, b 591785B794601E212B260E25925636FD"])
        .quirks("Apache FtpServer has it."),
    VerbEntry::new("MODE", "MODE <S | B | C | Z>", "RFC 959 section 4.1.2",
        "Sets the transfer mode: Stream, Block, Compressed, or Z for zlib.", &[200, 451])
        .takes(&["S", "B", "C", "Z"])
        .notes("S is the default: the end of the connection is the end of the file. Z compresses with zlib.")
        .example(&["MODE S", "200 Mode set to S."])
        .quirks("B and C are refused by vsftpd, ProFTPD, Pure-FTPd and pyftpdlib; ProFTPD has Z.")
        .handled("Only S is understood: in another mode the bytes are shown and stored as they come. `resume` sends \
            MODE S if another was set."),
    VerbEntry::new("MRCP", "MRCP <user>", "RFC 765",
        "Names a recipient of the mail.", &[200, 450, 452, 550, 551, 552, 553]).historic()
        .needs("MRSQ.")
        .notes("Mail went over FTP before SMTP. No server in use has it.")
        .example(&["MRCP Postel", "200 OK"]),
    VerbEntry::new("MRSQ", "MRSQ [R | T | ?]", "RFC 765",
        "Chooses the order of mail text and recipients.", &[200, 202, 215])
        .takes(&["R", "T", "?"]).historic()
        .needs("Nothing; perhaps a login.")
        .notes("T: the text first, R: the recipients first, ?: which one the server likes better. Mail went \
            over FTP before SMTP. No server in use has it.")
        .example(&["MRSQ R", "200 OK, use recipients first"]),
    VerbEntry::new("MSAM", "MSAM <user>", "RFC 765",
        "Sends a message to the terminal of a user, and as mail.", MESSAGE).historic()
        .needs("Nothing; perhaps a login.")
        .notes("Mail went over FTP before SMTP. No server in use has it.")
        .example(&["MSAM Postel", "354 Type mail, ended by a line with only a dot"]),
    VerbEntry::new("MSND", "MSND <user>", "RFC 765",
        "Sends a message to the terminal of a user.", MESSAGE).historic()
        .needs("Nothing; perhaps a login.")
        .notes("Mail went over FTP before SMTP. No server in use has it.")
        .example(&["MSND Postel", "354 Type mail, ended by a line with only a dot"]),
    VerbEntry::new("MSOM", "MSOM <user>", "RFC 765",
        "Sends a message to the terminal of a user, or as mail.", MESSAGE).historic()
        .needs("Nothing; perhaps a login.")
        .notes("Mail went over FTP before SMTP. No server in use has it.")
        .example(&["MSOM Postel", "354 Type mail, ended by a line with only a dot"]),
    VerbEntry::new("NLST", "NLST [<path>]", "RFC 959 section 4.1.3",
        "Lists the names in a directory.", RECEIVING).receives(RECEIVED)
        .notes("One name in each line. Some servers list files only.")
        .example(&[
            "PASV",
            "227 Entering Passive Mode (127,0,0,1,11,79).",
            "NLST",
            "150 Here comes the directory listing.",
            "226 Directory send OK.",
        ])
        .quirks("An empty directory is 226 with no data, or 550.")
        .handled("Like LIST."),
    VerbEntry::new("NOOP", "NOOP", "RFC 959 section 4.1.3",
        "Does nothing but get a reply.", &[200])
        .needs("Nothing with some servers, a login with others.")
        .notes("Keeps a session alive, and shows that the server still answers.")
        .example(&["NOOP", "200 NOOP ok."])
        .quirks("In a transfer pyftpdlib answers at once, vsftpd and ProFTPD afterwards, Pure-FTPd with 500.")
        .handled("Never sent automatically."),
    // FileZilla Server answers 202 to OPTS UTF8 ON.
    VerbEntry::new("OPTS", "OPTS <verb> [<options>]", "RFC 2389 section 4",
        "Sets options of a verb.", &[200, 202, 451])
        .takes(&["UTF8 ON", "UTF8 OFF", "MLST type;size;modify;", "MLST", "HASH SHA-256", "HASH", "MODE Z LEVEL 6"])
        .needs("Nothing, as a rule; some servers want the login first.")
        .notes("FEAT shows which verbs take options. OPTS UTF8 ON is the most common one.")
        .example(&["OPTS UTF8 ON", "200 Always in UTF8 mode."])
        .quirks("Pure-FTPd answers 504 to OPTS UTF8 ON and speaks UTF-8 all the same; FileZilla Server answers \
            202."),
    // No RFC has 430; several servers answer a wrong password with it.
    VerbEntry::new("PASS", "PASS <password>", "RFC 959 section 4.1.1",
        "Gives the password.", &[202, 230, 332, 430, 550]).secret()
        .needs("USER, answered with 331.")
        .notes("In the clear, unless AUTH TLS came before it. For `anonymous` any word will do, by convention a mail \
            address.")
        .example(&["PASS ****", "230 Login successful."])
        .quirks("vsftpd answers 230 again to a PASS after the login, ProFTPD 503, Pure-FTPd 530.")
        .handled("The argument is masked on the screen, in errors and in the echoes of servers; the line is \
            not kept in the history. `login` asks for it without showing it."),
    // Over IPv6 Pure-FTPd answers 425; after EPSV ALL vsftpd answers 550. Other servers answer PASV with 228 or 229.
    VerbEntry::new("PASV", "PASV", "RFC 959 section 4.1.2; RFC 1123 section 4.1.2.6",
        "Asks the server to listen for a data connection; the reply holds host and port.",
        &[227, 228, 229, 425, 522, 550])
        .notes("The port is p1 x 256 + p2. The server listens for one data connection: send PASV again before \
            each transfer. Over IPv6, use EPSV.")
        .example(&[
            "PASV",
            "227 Entering Passive Mode (192,0,2,7,11,79).",
            "LIST",
            "150 Here comes the directory listing.",
        ])
        .quirks("Some servers name an address behind a router. Over IPv6 ProFTPD and pyftpdlib do not write six \
        numbers, and Pure-FTPd answers 425. After EPSV ALL most refuse it.")
        .handled("The port of a 227, 228 or 229 is dialled at once, at the address of the control connection \
            (`set data-host reply`: at that of the reply)."),
    VerbEntry::new("PBSZ", "PBSZ <bytes>", "RFC 2228 section 3; RFC 4217 section 9",
        "Sets the largest protected block; 0 with TLS.", &[200, 533])
        .takes(&["0"])
        .needs("AUTH, with its exchange finished.")
        .notes("TLS needs no blocks, so the size is 0; but PROT needs a PBSZ before it.")
        .example(&["PBSZ 0", "200 PBSZ set to 0."])
        .quirks("Without TLS: 503, with ProFTPD 500.")
        .handled("`--tls require` and ftps:// send it, shown."),
    // pyftpdlib connects at once and answers 425 if it cannot.
    VerbEntry::new("PORT", "PORT <h1>,<h2>,<h3>,<h4>,<p1>,<p2>", "RFC 959 section 4.1.2",
        "Tells the server where to connect to for data.", &[200, 425, 522, 550])
        .notes("h1 to h4 are the address in decimal, the port is p1 x 256 + p2. One transfer uses it; send \
            another before the next.")
        .example(&[
            "PORT 127,0,0,1,200,13",
            "200 PORT command successful.",
            "LIST",
            "150 Here comes the directory listing.",
        ])
        .quirks("pyftpdlib connects at once, before it answers. An address that is not yours is refused by vsftpd, \
            ProFTPD, Pure-FTPd and pyftpdlib.")
        .handled("A port of this machine is opened before the line is sent; `listen` picks one and sends the \
            line."),
    VerbEntry::new("PRET", "PRET <verb> [<path>]", "unregistered: drftpd",
        "Says before PASV which transfer will follow.", &[200, 450, 550, 553])
        .takes(&["RETR", "STOR", "STOU", "APPE", "LIST", "NLST", "MLSD"]).unregistered()
        .notes("For servers that must pick another machine for the data before they can answer PASV.")
        .example(&[
            "PRET RETR f",
            "200 OK, planning to use that.",
            "PASV",
            "227 Entering Passive Mode (192,0,2,7,11,79)",
        ])
        .quirks("Pure-FTPd takes it and ignores it; drftpd insists on it."),
    VerbEntry::new("PROT", "PROT <C | S | E | P>", "RFC 2228 section 3; RFC 4217 section 9",
        "Sets the protection of the data connection.", &[200, 431, 533, 534, 536])
        .takes(&["P", "C", "S", "E"])
        .needs("AUTH, then PBSZ 0.")
        .notes("C is the default: data in the clear. P: data connections begin with TLS. S and E are not for \
            TLS.")
        .example(&["PBSZ 0", "200 PBSZ set to 0.", "PROT P", "200 PROT now Private."])
        .quirks("vsftpd (522) and ProFTPD (425) refuse a data connection that does not resume the TLS session \
            of the control connection. pyftpdlib and the practice server insist on PBSZ.")
        .handled("The last one accepted decides for each transfer: P puts its data connection under TLS, which \
            resumes the control connection's session."),
    VerbEntry::new("PWD", "PWD", "RFC 959 section 4.1.3",
        "Reports the working directory.", &[257, 550])
        .notes("The path is in quotes; quotes in it are doubled.")
        .example(&["PWD", "257 \"/pub\" is the current directory"])
        .quirks("Pure-FTPd does not double quotes. vsftpd doubles the byte 255."),
    VerbEntry::new("QUIT", "QUIT", "RFC 959 section 4.1.1",
        "Ends the session.", &[221])
        .needs("Nothing.")
        .notes("A transfer in progress should be finished first, and then the connection closes.")
        .example(&["QUIT", "221 Goodbye."])
        .quirks("In a transfer Pure-FTPd aborts it and sends no 221; vsftpd and ProFTPD finish it.")
        .handled("It waits for a transfer in the background. A QUIT that you type ends the program once it is answered; `exit`, `bye` and \
                  Ctrl-D send it."),
    VerbEntry::new("RANG", "RANG <first> <last>", "draft-bryan-ftp-range section 3",
        "Chooses the bytes that the next command works on.", &[350, 551, 552, 554]).unregistered()
        .needs("A login, TYPE I and MODE S; then directly the RETR, STOR or HASH that it is for.")
        .notes("Both ends are counted from 0 and belong to the range. RANG 1 0 resets it.")
        .example(&["RANG 0 99", "350 Restarting at 0. End octet at 99."])
        .quirks("ProFTPD has it, and answers 551 in TYPE A; vsftpd, Pure-FTPd and pyftpdlib do not."),
    VerbEntry::new("REIN", "REIN", "RFC 959 section 4.1.1; RFC 4217 section 13",
        "Starts the session over, without TLS.", &[220])
        .needs("Nothing; it may come at any time except during a transfer.")
        .notes("Login and transfer parameters are gone, the connection stays. USER comes next. TLS ends with \
            it.")
        .example(&["REIN", "220 Ready for new user."])
        .quirks("vsftpd and ProFTPD answer 502, Pure-FTPd 500; pyftpdlib answers 230. `close` and `open` have the \
            same effect everywhere.")
        .handled("What was learnt of the session is forgotten with its 2yz."),
    // Pure-FTPd answers 554 to a marker that is not a number.
    VerbEntry::new("REST", "REST <offset>", "RFC 959 section 4.1.3; RFC 3659 section 5",
        "Sets where the next transfer restarts, in bytes.", &[350, 554, 555])
        .takes(&["0"])
        .needs("A login and TYPE I; then directly the RETR or STOR that it is for (RFC 3659 section 5.3).")
        .notes("The marker counts bytes in stream mode. PASV goes before it, not after it. A wrong marker is \
            refused at the transfer, not here.")
        .example(&[
            "PASV",
            "227 Entering Passive Mode (127,0,0,1,11,79).",
            "REST 5",
            "350 Restart position accepted (5).",
            "RETR 1.TXT >> 1.TXT",
            "150 Opening BINARY mode data connection for 1.TXT (11 bytes).",
            "226 Transfer complete.",
        ])
        .quirks("Past the end of the file: 554, but vsftpd sends nothing and says 226. In TYPE A ProFTPD and pyftpdlib \
            refuse with 501. vsftpd and Pure-FTPd keep it across a LIST, some servers not across any command.")
        .handled("A pending marker is known until a transfer uses it up; REST 0 clears it. `resume` clears one \
            that is left."),
    VerbEntry::new("RETR", "RETR <path>", "RFC 959 section 4.1.3",
        "Fetches a file.", RECEIVING).receives(RECEIVED)
        .notes("In TYPE A the server turns its line ends into CR LF. REST before it skips bytes.")
        .example(&[
            "TYPE I",
            "200 Switching to Binary mode.",
            "PASV",
            "227 Entering Passive Mode (127,0,0,1,11,79).",
            "RETR f > file",
            "150 Opening BINARY mode data connection for f (9 bytes).",
            "226 Transfer complete.",
        ])
        .quirks("Without PASV or PORT most servers answer 425, pyftpdlib 150 and then nothing. A second RETR \
            needs a second PASV.")
        .handled("RETR f > file writes it, RETR f | less shows it. The alias `get` sends TYPE I, PASV and \
            RETR."),
    VerbEntry::new("RMD", "RMD <path>", "RFC 959 section 4.1.3",
        "Removes a directory.", &[250, 450, 550, 553])
        .notes("The directory must be empty.")
        .example(&["RMD new", "250 Remove directory operation successful."])
        .handled("The alias `rmdir` sends it."),
    VerbEntry::new("RMDA", "RMDA <path>", "draft-peterson-streamlined-ftp-command-extensions",
        "Removes a directory and everything in it.", &[250, 450, 550, 553]).unregistered()
        .notes("There is no confirmation.")
        .example(&["RMDA old", "250 Removed."])
        .quirks("Serv-U has it."),
    VerbEntry::new("RNFR", "RNFR <path>", "RFC 959 section 4.1.3",
        "Names the file to be renamed; RNTO must follow.", &[350, 450, 550, 553])
        .needs("A login; RNTO must follow directly.")
        .notes("350 means that the file is there; nothing has changed yet.")
        .example(&["RNFR a", "350 Ready for RNTO.", "RNTO b", "250 Rename successful."])
        .quirks("Any other command in between may make the server forget it.")
        .handled("The alias `mv` sends both."),
    VerbEntry::new("RNTO", "RNTO <new-path>", "RFC 959 section 4.1.3",
        "Gives the file that RNFR named its new name.", &[250, 450, 451, 532, 550, 552, 553])
        .needs("RNFR, answered with 350, directly before it.")
        .notes("It also moves the file if the path leads into another directory. Some servers replace a file \
            that already has the name.")
        .example(&["RNFR a", "350 Ready for RNTO.", "RNTO b", "250 Rename successful."])
        .quirks("Without RNFR: 503 with vsftpd, ProFTPD, Pure-FTPd and pyftpdlib.")
        .handled("The alias `mv` sends both."),
    VerbEntry::new("SBUF", "SBUF <bytes>", "GFD.20",
        "Sets the TCP buffers of the data connection (GridFTP).", &[200]).unregistered()
        .notes("For fast connections over long distances.")
        .example(&["SBUF 1048576", "200 OK."])
        .quirks("GridFTP servers only."),
    VerbEntry::new("SCKS", "SCKS <algorithm> <checksum>", "GFD.47",
        "Announces the checksum of the upload that follows (GridFTP).", &[200, 213])
        .takes(&["MD5", "ADLER32"]).unregistered()
        .needs("A login; then the STOR that it is for.")
        .notes("The server compares when the upload is over.")
        .example(&["SCKS MD5 b1946ac92492d2347c6235b4d2611184", "200 OK."])
        .quirks("Globus GridFTP has it."),
    // SITE HELP answers 214, SITE CPFR of ProFTPD 350 and its SITE CPTO 250.
    VerbEntry::new("SITE", "SITE <command>", "RFC 959 section 4.1.3; RFC 1123 section 4.1.2.8",
        "Runs a command specific to this server, such as SITE CHMOD or SITE HELP.",
        &[200, 202, 211, 213, 214, 250, 257, 350, 450, 550, 553])
        .takes(&SITE_COMMAND_NAMES)
        .notes("Each server has its own. SITE HELP lists them, `help SITE CHMOD` explains a common one.")
        .example(&["SITE CHMOD 644 1.TXT", "200 SITE CHMOD command successful"])
        .quirks("Anonymous users of vsftpd get 550 for every SITE."),
    VerbEntry::new("SIZE", "SIZE <path>", "RFC 3659 section 4",
        "Asks how many bytes of a file a transfer in the current TYPE would move.", &[213, 550])
        .needs("A login; TYPE I, for the number of bytes on the disk.")
        .notes("In TYPE A it is the number of bytes that a transfer would take, with line ends converted. The server \
            must read the whole file to know it, so many refuse.")
        .example(&["TYPE I", "200 Switching to Binary mode.", "SIZE 1.TXT", "213 11"])
        .quirks("In TYPE A ProFTPD and pyftpdlib answer 550, vsftpd and Pure-FTPd the size on the disk. \
            A directory gets 550, from some servers 213.")
        .handled("`resume` sends it before and after the transfer."),
    VerbEntry::new("SMNT", "SMNT <path>", "RFC 959 section 4.1.1",
        "Mounts another file system.", &[202, 250, 550])
        .notes("Login and transfer parameters stay as they are.")
        .example(&["SMNT /disk2", "202 Command not implemented, superfluous at this site."])
        .quirks("vsftpd and ProFTPD answer 502, the others 500."),
    VerbEntry::new("SPAS", "SPAS", "GFD.20",
        "Like PASV, for several data connections (GridFTP).", &[229, 425]).unregistered()
        .notes("The 229 has several lines, with one address and port on each.")
        .example(&["SPAS", "229-Entering Striped Passive Mode.", " 192,0,2,7,11,79", "229 End"])
        .quirks("GridFTP servers only.")
        .handled("One port of the reply can be dialled at most."),
    VerbEntry::new("SPOR", "SPOR <h1>,<h2>,<h3>,<h4>,<p1>,<p2> ...", "GFD.20",
        "Like PORT, for several data connections (GridFTP).", &[200, 425]).unregistered()
        .notes("One address and port for each data connection.")
        .example(&["SPOR 192,0,2,7,11,79 192,0,2,8,11,80", "200 SPOR command successful."])
        .quirks("GridFTP servers only.")
        .handled("No port is opened for it: use PORT."),
    VerbEntry::new("SPSV", "SPSV", "draft-rosenau-ftp-single-port",
        "Like PASV, on a single port.", &[227, 425]).unregistered()
        .notes("Every data connection goes to the same port, so that a firewall needs only one open port.")
        .example(&["SPSV", "500 Unknown command."])
        .quirks("Very few servers have it: vsftpd, ProFTPD, Pure-FTPd 1.0.50 and pyftpdlib answer 500.")
        .handled("A 227 is dialled, whatever command it answers."),
    VerbEntry::new("SSCN", "SSCN [ON | OFF]", "unregistered: RaidenFTPD, glftpd",
        "Makes the server the TLS client of data connections, between servers.", &[200])
        .takes(&["ON", "OFF"]).unregistered()
        .needs("AUTH TLS and PROT P.")
        .notes("SSCN alone shows the state. ON makes the server the TLS client when data connections come in, \
            for transfers between two servers.")
        .example(&["SSCN ON", "200 SSCN:CLIENT METHOD"])
        .quirks("ProFTPD has it under TLS.")
        .handled("This side stays the TLS client of every data connection, so none can be \
            opened after ON."),
    VerbEntry::new("STAT", "STAT [<path>]", "RFC 959 section 4.1.3",
        "Reports the state of the transfer or the session, or lists a path.",
        &[211, 212, 213, 450, 550])
        .notes("Alone: the state of session or transfer, in a transfer too. With a path: a listing without a \
            data connection.")
        .example(&[
            "STAT 1.TXT",
            "213-Status follows:",
            "-rw-r--r--    1 ftp      ftp            11 Jan 01 12:00 1.TXT",
            "213 End of status",
        ])
        .quirks("In a transfer pyftpdlib answers at once, vsftpd and ProFTPD afterwards, Pure-FTPd with 500. \
            Lines may begin with anything: only the code and a space end the reply."),
    VerbEntry::new("STOR", "STOR <path>", "RFC 959 section 4.1.3",
        "Stores what is sent as a file, in place of what was there.", SENDING).sends(SENT)
        .notes("An existing file is replaced, from the moment of the 150. To continue at its end: APPE, or \
            REST and STOR. Send TYPE I for what is not text.")
        .example(&[
            "PASV",
            "227 Entering Passive Mode (127,0,0,1,11,79).",
            "STOR f < file",
            "150 Ok to send data.",
            "226 Transfer complete.",
        ])
        .quirks("REST and STOR: Pure-FTPd cuts the file off after the new bytes, the others keep the rest. \
            pyftpdlib says 226 even to an upload that was reset.")
        .handled("STOR f < file sends it; STOR f alone lets you type at data>. The alias `put` sends TYPE I, \
            PASV and STOR."),
    VerbEntry::new("STOU", "STOU", "RFC 959 section 4.1.3; RFC 1123 section 4.1.2.9",
        "Stores what is sent under a new name; the 1yz says which.", SENDING).sends(SENT)
        .notes("The server chooses the name and reports it: 150 FILE: name.")
        .example(&["STOU < file", "150 FILE: ftp.1xAb9c", "226 Transfer complete."])
        .quirks("The name is in the 1yz, in the 226, or in both. Some take a path.")
        .handled("Like STOR."),
    VerbEntry::new("STRU", "STRU <F | R | P>", "RFC 959 section 4.1.2",
        "Sets the file structure: File, Record or Page.", &[200])
        .takes(&["F", "R", "P"])
        .notes("F is the default. Records and pages are for machines that have files of that kind.")
        .example(&["STRU F", "200 Structure set to F."])
        .quirks("R and P are refused by vsftpd, ProFTPD, Pure-FTPd and pyftpdlib.")
        .handled("Only F is understood; `resume` sends STRU F if another was set."),
    VerbEntry::new("SYST", "SYST", "RFC 959 section 4.1.3",
        "Asks for the kind of operating system.", &[215])
        .needs("Nothing with some servers, a login with others.")
        .notes("UNIX Type: L8 says little: nearly every server claims it.")
        .example(&["SYST", "215 UNIX Type: L8"])
        .handled("Never sent automatically."),
    VerbEntry::new("THMB", "THMB <format> <width> <height> <path>",
        "draft-peterson-streamlined-ftp-command-extensions",
        "Fetches a thumbnail of an image file.", RECEIVING).receives(RECEIVED).unregistered()
        .notes("The thumbnail comes over the data connection.")
        .example(&["THMB PNG 100 100 photo.jpg", "150 Opening data connection.", "226 Transfer complete."])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib do not have it.")
        .handled("Like RETR."),
    VerbEntry::new("TYPE", "TYPE <A | E [N | T | C] | I | L <bits>>", "RFC 959 section 4.1.2",
        "Sets the representation type: A for text, I for bytes as they are.", &[200])
        .takes(&["A", "I", "E", "L 8", "A N", "A T", "A C"])
        .notes("A is the default, and changes line ends; I leaves bytes alone. Send TYPE I before anything \
            that is not text, and before SIZE and REST. N, T and C say how a text is laid out for a printer: N \
            is the default.")
        .example(&["TYPE I", "200 Switching to Binary mode."])
        .quirks("vsftpd converts nothing in TYPE A unless it is configured to. pyftpdlib refuses TYPE A N. Pure-FTPd \
            answers 504 to a bad TYPE and switches to ASCII all the same.")
        .handled("Nothing changes it behind your back. In TYPE A, line ends are converted and counted (`set \
            ascii raw`: left alone)."),
    VerbEntry::new("USER", "USER <name>", "RFC 959 section 4.1.1",
        "Names the user.", &[230, 232, 331, 332, 336, 430, 534, 550])
        .needs("The greeting. HOST and AUTH go before it.")
        .notes("331 asks for PASS, 332 for ACCT; 230 needs neither. A second USER, once logged in, is refused \
            by most servers.")
        .example(&["USER anonymous", "331 Please specify the password."])
        .quirks("Servers answer 331 for users that do not exist, too, and refuse only the PASS. Some refuse \
            with 430.")
        .handled("`login` and ftp://user@host send it, shown."),
    VerbEntry::new("XCRC", "XCRC <path> [<first> <last>]", "unregistered: GlobalSCAPE, ProFTPD",
        "Asks for the CRC-32 of a file.", HASHED).unregistered()
        .notes("Of the whole file, or of the bytes from first to last.")
        .example(&["XCRC 1.TXT", "250 363A3020"])
        .quirks("ProFTPD (mod_digest) has it. Leading zeros may be missing.")
        .handled("`resume` uses it to compare if FEAT listed it."),
    VerbEntry::new("XCUP", "XCUP", "RFC 775; RFC 1123 section 4.1.3.1",
        "Same as CDUP.", &[200, 250, 550]).historic()
        .notes("The old name of CDUP.")
        .example(&["XCUP", "250 Directory successfully changed."])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib have it."),
    VerbEntry::new("XCWD", "XCWD <path>", "RFC 775; RFC 1123 section 4.1.3.1",
        "Same as CWD.", &[200, 250, 550]).historic()
        .notes("The old name of CWD.")
        .example(&["XCWD pub", "250 Directory successfully changed."])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib have it."),
    VerbEntry::new("XMAS", "XMAS <user>", "RFC 737",
        "Sends a message to the terminal of a user, and as mail.", MESSAGE).historic()
        .needs("Nothing; perhaps a login.")
        .notes("What MSAM was called before RFC 765. Mail went over FTP before SMTP. No server in use has it.")
        .example(&["XMAS Postel", "354 Type mail, ended by a line with only a dot"]),
    VerbEntry::new("XMD5", "XMD5 <path> [<first> <last>]", "unregistered: GlobalSCAPE, ProFTPD",
        "Asks for the MD5 of a file.", HASHED).unregistered()
        .notes("Of the whole file, or of the bytes from first to last.")
        .example(&["XMD5 1.TXT", "250 B1946AC92492D2347C6235B4D2611184"])
        .quirks("ProFTPD (mod_digest) has it.")
        .handled("`resume` uses it to compare if FEAT listed it."),
    VerbEntry::new("XMKD", "XMKD <path>", "RFC 775; RFC 1123 section 4.1.3.1",
        "Same as MKD.", &[257, 450, 452, 521, 550, 552, 553]).historic()
        .notes("The old name of MKD.")
        .example(&["XMKD new", "257 \"/new\" created"])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib have it."),
    VerbEntry::new("XPWD", "XPWD", "RFC 775; RFC 1123 section 4.1.3.1",
        "Same as PWD.", &[257, 550]).historic()
        .notes("The old name of PWD.")
        .example(&["XPWD", "257 \"/\" is the current directory"])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib have it."),
    VerbEntry::new("XRCP", "XRCP <user>", "RFC 743",
        "Names a recipient of the mail.", &[200, 450, 452, 550, 551, 552, 553]).historic()
        .needs("XRSQ.")
        .notes("What MRCP was called before RFC 765. Mail went over FTP before SMTP. No server in use has it.")
        .example(&["XRCP Postel", "200 OK"]),
    VerbEntry::new("XRMD", "XRMD <path>", "RFC 775; RFC 1123 section 4.1.3.1",
        "Same as RMD.", &[250, 450, 550, 553]).historic()
        .notes("The old name of RMD.")
        .example(&["XRMD new", "250 Remove directory operation successful."])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib have it."),
    VerbEntry::new("XRSQ", "XRSQ [R | T | ?]", "RFC 743",
        "Chooses the order of mail text and recipients.", &[200, 202, 215])
        .takes(&["R", "T", "?"]).historic()
        .needs("Nothing; perhaps a login.")
        .notes("What MRSQ was called before RFC 765. Mail went over FTP before SMTP. No server in use has it.")
        .example(&["XRSQ R", "200 OK, use recipients first"]),
    VerbEntry::new("XSEM", "XSEM <user>", "RFC 737",
        "Sends a message to the terminal of a user, or as mail.", MESSAGE).historic()
        .needs("Nothing; perhaps a login.")
        .notes("What MSOM was called before RFC 765. Mail went over FTP before SMTP. No server in use has it.")
        .example(&["XSEM Postel", "354 Type mail, ended by a line with only a dot"]),
    VerbEntry::new("XSEN", "XSEN <user>", "RFC 737",
        "Sends a message to the terminal of a user.", MESSAGE).historic()
        .needs("Nothing; perhaps a login.")
        .notes("What MSND was called before RFC 765. Mail went over FTP before SMTP. No server in use has it.")
        .example(&["XSEN Postel", "354 Type mail, ended by a line with only a dot"]),
    VerbEntry::new("XSHA", "XSHA <path> [<first> <last>]", "unregistered: GlobalSCAPE, ProFTPD",
        "Asks for the SHA-1 of a file.", HASHED).unregistered()
        .notes("Of the whole file, or of the bytes from first to last.")
        .example(&["XSHA 1.TXT", "250 F572D396FAE9206628714FB2CE00F72E94F2258F"])
        .quirks("ProFTPD (mod_digest) has it.")
        .handled("`resume` uses it to compare if FEAT listed it."),
    VerbEntry::new("XSHA1", "XSHA1 <path> [<first> <last>]", "unregistered: GlobalSCAPE, ProFTPD",
        "Asks for the SHA-1 of a file.", HASHED).unregistered()
        .notes("Of the whole file, or of the bytes from first to last.")
        .example(&["XSHA1 1.TXT", "250 F572D396FAE9206628714FB2CE00F72E94F2258F"])
        .quirks("ProFTPD (mod_digest) has it.")
        .handled("`resume` uses it to compare if FEAT listed it."),
    VerbEntry::new("XSHA256", "XSHA256 <path> [<first> <last>]", "unregistered: GlobalSCAPE, ProFTPD",
        "Asks for the SHA-256 of a file.", HASHED).unregistered()
        .notes("Of the whole file, or of the bytes from first to last.")
        .example(&["XSHA256 1.TXT", "250 5891B5B522D5DF086D0FF0B110FBD9D21BB4FC7163AF34D08286A2E846F6BE03"])
        .quirks("ProFTPD (mod_digest) has it.")
        .handled("`resume` uses it to compare if FEAT listed it."),
    VerbEntry::new("XSHA512", "XSHA512 <path> [<first> <last>]", "unregistered: GlobalSCAPE, ProFTPD",
        "Asks for the SHA-512 of a file.", HASHED).unregistered()
        .notes("Of the whole file, or of the bytes from first to last.")
        .example(&["XSHA512 1.TXT", "250 E7C22B994C59D9CF2B48E549B1E24666636045930D3DA7C1ACB299D1C3B7F931..."])
        .quirks("ProFTPD (mod_digest) has it.")
        .handled("`resume` uses it to compare if FEAT listed it."),
];

/// A download or a listing before its 1yz. 550 and 553 are what every server answers for a missing file; 521 and 522
/// are RFC 4217 section 10.2, 534 and 535 RFC 2228 section 8.2, 554 and 555 RFC 1123 section 4.1.3.4.
const RECEIVING: &[u16] = &[
    425, 426, 450, 451, 521, 522, 534, 535, 550, 551, 553, 554, 555,
];
/// An upload before its 1yz. 550 is what every server answers where it may not write.
const SENDING: &[u16] = &[
    425, 426, 450, 451, 452, 521, 522, 532, 534, 535, 550, 551, 552, 553, 554, 555,
];
/// APPE before its 1yz. A server without APPE may answer 202; pyftpdlib answers 450 if a REST is pending.
const APPENDING: &[u16] = &[
    202, 425, 426, 450, 451, 452, 521, 522, 532, 534, 535, 550, 551, 552, 553, 554, 555,
];
/// A download or a listing after its 1yz. vsftpd answers 522 to a data connection that did not resume the TLS
/// session; others answer 550 for a missing file only now.
const RECEIVED: &[u16] = &[
    226, 250, 425, 426, 450, 451, 521, 522, 534, 535, 550, 551, 553, 554, 555,
];
/// An upload after its 1yz.
const SENT: &[u16] = &[
    226, 250, 425, 426, 450, 451, 452, 521, 522, 534, 535, 550, 551, 552, 553, 554, 555,
];
/// The algorithm verbs: GlobalSCAPE answers 250, the drafts 213 and 251; ProFTPD uses all three.
const HASHED: &[u16] = &[213, 250, 251, 252, 450, 451, 550, 551, 552, 553, 556];
/// Any security command may be refused with 533 (RFC 2228 section 8.2); protected replies are 631 to 633.
const PROTECTED: &[u16] = &[533, 535, 537, 631, 632, 633];
/// Replies to a message for a user of the server (RFC 765).
const MESSAGE: &[u16] = &[250, 354, 450, 451, 452, 550, 552, 553];
