//! The rows of the table of verbs, in the order of their names. See [`super::verbs`].

use super::site_commands::SITE_COMMAND_NAMES;
use super::verbs::VerbEntry;

/// A download or a listing before its 1yz. 550 and 553 are what every server answers for a missing file; 521 and 522
/// are RFC 4217 section 10.2, 534 and 535 RFC 2228 section 8.2, 554 and 555 RFC 1123 section 4.1.3.4.
const RECEIVING: &[u16] = &[
    425, 426, 450, 451, 521, 522, 534, 535, 550, 551, 553, 554, 555,
];
/// An upload before its 1yz. 550 is what every server answers where it may not write.
const SENDING: &[u16] = &[
    425, 426, 450, 451, 452, 521, 522, 532, 534, 535, 550, 551, 552, 553, 554, 555,
];
/// APPE before its 1yz. A server without APPE may answer 202; pyftpdlib answers 450 if a REST stands.
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

/// Every verb that a registry, an RFC or a server in use knows, sorted by name.
#[rustfmt::skip]
pub static VERBS: &[VerbEntry] = &[
    // Pure-FTPd answers 451 after the 426 of an upload.
    VerbEntry::new("ABOR", "ABOR", "RFC 959 section 4.1.3",
        "Aborts the transfer and the command before it.", &[225, 226, 451]),
    VerbEntry::new("ACCT", "ACCT <account>", "RFC 959 section 4.1.1",
        "Names the account, where the server asks for one with 332 or 532.", &[202, 230]).secret(),
    VerbEntry::new("ADAT", "ADAT <base64>", "RFC 2228 section 3",
        "Goes on with the exchange that AUTH began.", &[235, 335, 533, 535]).secret(),
    VerbEntry::new("ALGS", "ALGS <STATUS64 | ENABLE64 | DISABLE64>", "RFC 6384 section 11",
        "Asks a translating gateway whether it rewrites EPSV and EPRT.", &[202, 216])
        .takes(&["STATUS64", "ENABLE64", "DISABLE64"]),
    VerbEntry::new("ALLO", "ALLO <octets> [R <record-octets>]", "RFC 959 section 4.1.3",
        "Reserves room for the upload that follows.", &[200, 202, 452, 552]),
    VerbEntry::new("APPE", "APPE <path>", "RFC 959 section 4.1.3",
        "Appends what is sent to the end of the file, which is created if absent.", APPENDING).sends(SENT),
    VerbEntry::new("AUTH", "AUTH <mechanism>", "RFC 2228 section 3; RFC 4217 section 4",
        "Asks for a security mechanism; after AUTH TLS and 234, TLS begins.", &[234, 334, 431, 533, 534])
        .takes(&["TLS", "SSL", "TLS-C", "TLS-P", "GSSAPI", "KERBEROS_V4"]),
    VerbEntry::new("AVBL", "AVBL [<path>]", "draft-peterson-streamlined-ftp-command-extensions",
        "Asks how many octets may still be stored.", &[213, 550]).wild(),
    VerbEntry::new("CCC", "CCC", "RFC 2228 section 3; RFC 4217 section 5",
        "Takes the control connection back to clear text.", &[200, 533, 534]),
    // RFC 959 lists 200; every measured server answers 250.
    VerbEntry::new("CDUP", "CDUP", "RFC 959 section 4.1.1",
        "Changes to the parent directory.", &[200, 250, 550]),
    VerbEntry::new("CKSM", "CKSM <algorithm> <offset> <length> <path>", "GFD.47",
        "Asks for the checksum of a part of a file (GridFTP).", HASHED)
        .takes(&["MD5", "ADLER32"]).wild(),
    VerbEntry::new("CLNT", "CLNT <name>", "unregistered: FileZilla Server, Serv-U",
        "Tells the server the name of the client.", &[200]).wild(),
    VerbEntry::new("COMB", "COMB <path> <part> ...", "draft-peterson-streamlined-ftp-command-extensions",
        "Joins files of the server into one.", &[200, 250, 450, 550, 552, 553]).wild(),
    VerbEntry::new("CONF", "CONF <base64>", "RFC 2228 section 3",
        "Carries a confidential command.", PROTECTED),
    VerbEntry::new("CPSV", "CPSV", "unregistered: glftpd, drftpd",
        "Like PASV, with the server as TLS client, for transfers between servers.", &[227, 425]).wild(),
    VerbEntry::new("CSID", "CSID Name=<name>; Version=<version>;",
        "draft-peterson-streamlined-ftp-command-extensions",
        "Exchanges the names and versions of client and server.", &[200, 215])
        .takes(&["Name="]).wild(),
    // RFC 959 appendix II shows 200.
    VerbEntry::new("CWD", "CWD <path>", "RFC 959 section 4.1.1",
        "Changes the working directory.", &[200, 250, 550]),
    VerbEntry::new("DCAU", "DCAU <N | A | S> [<subject>]", "GFD.20",
        "Sets the authentication of the data connection (GridFTP).", &[200, 533, 534, 535, 536])
        .takes(&["N", "A", "S"]).wild(),
    VerbEntry::new("DCSC", "DCSC <P | D> [<base64>]", "unregistered: Globus GridFTP",
        "Sets the security context of the data connection (GridFTP).", &[200, 533, 534, 535])
        .takes(&["P", "D"]).wild(),
    VerbEntry::new("DELE", "DELE <path>", "RFC 959 section 4.1.3",
        "Deletes a file.", &[250, 450, 550, 553]),
    VerbEntry::new("DSIZ", "DSIZ [<path>]", "draft-peterson-streamlined-ftp-command-extensions",
        "Asks for the size of a directory and all in it.", &[213, 550]).wild(),
    VerbEntry::new("ENC", "ENC <base64>", "RFC 2228 section 3",
        "Carries a command that is private: intact and confidential.", PROTECTED),
    // pyftpdlib connects at once and answers 425 if it cannot; vsftpd refuses EPRT after EPSV ALL with 550.
    VerbEntry::new("EPRT", "EPRT |<1 | 2>|<address>|<port>|", "RFC 2428 section 2",
        "Tells the server where to connect to for data, over IPv4 or IPv6.", &[200, 425, 522, 550])
        .takes(&["|1|", "|2|"]),
    // EPSV ALL: vsftpd and ProFTPD answer 200, Pure-FTPd and pyftpdlib 220. Other servers answer EPSV with a 227.
    VerbEntry::new("EPSV", "EPSV [1 | 2 | ALL]", "RFC 2428 section 3",
        "Asks the server to listen for a data connection; the reply holds only a port.",
        &[200, 220, 227, 228, 229, 425, 522, 550])
        .takes(&["1", "2", "ALL"]),
    VerbEntry::new("ERET", "ERET <module> <path>", "GFD.20",
        "Fetches a file through a module of the server (GridFTP).", RECEIVING)
        .takes(&["P"]).receives(RECEIVED).wild(),
    // Pure-FTPd answers 520 where active mode is not set up.
    VerbEntry::new("ESTA", "ESTA", "unregistered: Pure-FTPd",
        "Makes the active data connection at once and tells its address.", &[225, 425, 520]).wild(),
    VerbEntry::new("ESTO", "ESTO <module> <path>", "GFD.20",
        "Stores a file through a module of the server (GridFTP).", SENDING)
        .takes(&["A"]).sends(SENT).wild(),
    VerbEntry::new("ESTP", "ESTP", "unregistered: Pure-FTPd",
        "Awaits the passive data connection at once and tells its address.", &[225, 425, 520]).wild(),
    VerbEntry::new("FEAT", "FEAT", "RFC 2389 section 3",
        "Lists the extensions that the server has.", &[211]),
    VerbEntry::new("HASH", "HASH <path>", "draft-bryan-ftpext-hash section 3",
        "Asks for a hash of a file, or of the part that RANG chose.", HASHED).wild(),
    VerbEntry::new("HELP", "HELP [<verb>]", "RFC 959 section 4.1.3",
        "Asks the server for help.", &[211, 214]),
    VerbEntry::new("HOST", "HOST <name | [ipv6]>", "RFC 7151 section 3",
        "Chooses a virtual host, before USER.", &[220]),
    VerbEntry::new("LANG", "LANG [<tag>]", "RFC 2640 section 4.1",
        "Chooses the language of the replies.", &[200]),
    VerbEntry::new("LIST", "LIST [<path>]", "RFC 959 section 4.1.3; RFC 1123 section 4.1.2.7",
        "Lists a directory for people to read.", RECEIVING).receives(RECEIVED),
    VerbEntry::new("LOCK", "LOCK <path>", "unregistered: draft of A. Bryan",
        "Asks for a file to be locked.", &[200, 250, 450, 550]).wild(),
    VerbEntry::new("LPRT", "LPRT <af>,<hal>,<h1>,...,<pal>,<p1>,<p2>", "RFC 1639 section 2",
        "Tells the server a long address to connect to for data.", &[200, 425, 521]).historic(),
    VerbEntry::new("LPSV", "LPSV", "RFC 1639 section 3",
        "Asks the server to listen for a data connection at a long address.", &[228, 425, 521]).historic(),
    VerbEntry::new("MACB", "MACB <E | D>", "unregistered: NetPresenz",
        "Turns MacBinary transfers on or off.", &[200])
        .takes(&["E", "D"]).wild(),
    VerbEntry::new("MAIL", "MAIL <user>", "RFC 765",
        "Sends mail over the control connection.", MESSAGE).historic(),
    VerbEntry::new("MD5", "MD5 <path>", "draft-twine-ftpmd5",
        "Asks for the MD5 of a file.", HASHED).wild(),
    VerbEntry::new("MDTM", "MDTM <path>", "RFC 3659 section 3",
        "Asks when a file was last modified, in UTC.", &[213, 550]),
    VerbEntry::new("MFCT", "MFCT <YYYYMMDDhhmmss> <path>", "draft-somers-ftp-mfxx section 4",
        "Sets the creation time of a file.", &[213, 450, 550]).wild(),
    VerbEntry::new("MFF", "MFF <fact>=<value>; <path>", "draft-somers-ftp-mfxx section 5",
        "Sets facts of a file.", &[213, 450, 550])
        .takes(&["Modify=", "Create=", "UNIX.mode=", "UNIX.owner=", "UNIX.group="]).wild(),
    VerbEntry::new("MFMT", "MFMT <YYYYMMDDhhmmss> <path>", "draft-somers-ftp-mfxx section 3",
        "Sets the modification time of a file.", &[213, 450, 550]).wild(),
    VerbEntry::new("MIC", "MIC <base64>", "RFC 2228 section 3",
        "Carries a command whose integrity is protected.", PROTECTED),
    // RFC 959 appendix II shows 521 for a directory that exists; Pure-FTPd answers 553 for a name it does not allow.
    VerbEntry::new("MKD", "MKD <path>", "RFC 959 section 4.1.3",
        "Makes a directory.", &[257, 450, 452, 521, 550, 552, 553]),
    VerbEntry::new("MLFL", "MLFL [<user>]", "RFC 765",
        "Sends mail over the data connection.", SENDING).sends(SENT).historic(),
    VerbEntry::new("MLSD", "MLSD [<path>]", "RFC 3659 section 7",
        "Lists a directory for programs to read.", RECEIVING).receives(RECEIVED),
    VerbEntry::new("MLST", "MLST [<path>]", "RFC 3659 section 7",
        "Tells the facts of one file, over the control connection.", &[250, 450, 451, 550, 553]),
    VerbEntry::new("MMD5", "MMD5 <path>, <path> ...", "draft-twine-ftpmd5",
        "Asks for the MD5 of several files.", HASHED).wild(),
    VerbEntry::new("MODE", "MODE <S | B | C | Z>", "RFC 959 section 4.1.2",
        "Sets the transfer mode: Stream, Block, Compressed, or Z for zlib.", &[200, 451])
        .takes(&["S", "B", "C", "Z"]),
    VerbEntry::new("MRCP", "MRCP <user>", "RFC 765",
        "Names a recipient of the mail.", &[200, 450, 452, 550, 551, 552, 553]).historic(),
    VerbEntry::new("MRSQ", "MRSQ [R | T | ?]", "RFC 765",
        "Chooses the order of mail text and recipients.", &[200, 202, 215])
        .takes(&["R", "T", "?"]).historic(),
    VerbEntry::new("MSAM", "MSAM <user>", "RFC 765",
        "Sends a message to the terminal of a user, and as mail.", MESSAGE).historic(),
    VerbEntry::new("MSND", "MSND <user>", "RFC 765",
        "Sends a message to the terminal of a user.", MESSAGE).historic(),
    VerbEntry::new("MSOM", "MSOM <user>", "RFC 765",
        "Sends a message to the terminal of a user, or as mail.", MESSAGE).historic(),
    VerbEntry::new("NLST", "NLST [<path>]", "RFC 959 section 4.1.3",
        "Lists the names in a directory.", RECEIVING).receives(RECEIVED),
    VerbEntry::new("NOOP", "NOOP", "RFC 959 section 4.1.3",
        "Does nothing but get a reply.", &[200]),
    // FileZilla Server answers 202 to OPTS UTF8 ON.
    VerbEntry::new("OPTS", "OPTS <verb> [<options>]", "RFC 2389 section 4",
        "Sets options of a verb.", &[200, 202, 451])
        .takes(&["UTF8 ON", "UTF8 OFF", "MLST type;size;modify;", "MLST", "HASH SHA-256", "HASH", "MODE Z LEVEL 6"]),
    // 430 is no reply of any RFC; several servers answer a wrong password with it.
    VerbEntry::new("PASS", "PASS <password>", "RFC 959 section 4.1.1",
        "Gives the password.", &[202, 230, 332, 430, 550]).secret(),
    // Over IPv6 Pure-FTPd answers 425; after EPSV ALL vsftpd answers 550. Other servers answer PASV with 228 or 229.
    VerbEntry::new("PASV", "PASV", "RFC 959 section 4.1.2; RFC 1123 section 4.1.2.6",
        "Asks the server to listen for a data connection; the reply holds host and port.",
        &[227, 228, 229, 425, 522, 550]),
    VerbEntry::new("PBSZ", "PBSZ <octets>", "RFC 2228 section 3; RFC 4217 section 9",
        "Sets the largest protected block; 0 with TLS.", &[200, 533])
        .takes(&["0"]),
    // pyftpdlib connects at once and answers 425 if it cannot.
    VerbEntry::new("PORT", "PORT <h1>,<h2>,<h3>,<h4>,<p1>,<p2>", "RFC 959 section 4.1.2",
        "Tells the server where to connect to for data.", &[200, 425, 522, 550]),
    VerbEntry::new("PRET", "PRET <verb> [<path>]", "unregistered: drftpd",
        "Says before PASV which transfer will follow.", &[200, 450, 550, 553])
        .takes(&["RETR", "STOR", "STOU", "APPE", "LIST", "NLST", "MLSD"]).wild(),
    VerbEntry::new("PROT", "PROT <C | S | E | P>", "RFC 2228 section 3; RFC 4217 section 9",
        "Sets the protection of the data connection.", &[200, 431, 533, 534, 536])
        .takes(&["P", "C", "S", "E"]),
    VerbEntry::new("PWD", "PWD", "RFC 959 section 4.1.3",
        "Tells the working directory.", &[257, 550]),
    VerbEntry::new("QUIT", "QUIT", "RFC 959 section 4.1.1",
        "Ends the session.", &[221]),
    VerbEntry::new("RANG", "RANG <first> <last>", "draft-bryan-ftp-range section 3",
        "Chooses the octets that the next command works on.", &[350, 551, 552, 554]).wild(),
    VerbEntry::new("REIN", "REIN", "RFC 959 section 4.1.1; RFC 4217 section 13",
        "Starts the session over, without TLS.", &[220]),
    // Pure-FTPd answers 554 to a marker that is no number.
    VerbEntry::new("REST", "REST <offset>", "RFC 959 section 4.1.3; RFC 3659 section 5",
        "Sets where the next transfer restarts, in octets.", &[350, 554, 555])
        .takes(&["0"]),
    VerbEntry::new("RETR", "RETR <path>", "RFC 959 section 4.1.3",
        "Fetches a file.", RECEIVING).receives(RECEIVED),
    VerbEntry::new("RMD", "RMD <path>", "RFC 959 section 4.1.3",
        "Removes a directory.", &[250, 450, 550, 553]),
    VerbEntry::new("RNFR", "RNFR <path>", "RFC 959 section 4.1.3",
        "Names the file to be renamed; RNTO must follow.", &[350, 450, 550, 553]),
    VerbEntry::new("RNTO", "RNTO <path>", "RFC 959 section 4.1.3",
        "Gives the file of RNFR its new name.", &[250, 450, 451, 532, 550, 552, 553]),
    VerbEntry::new("SBUF", "SBUF <octets>", "GFD.20",
        "Sets the TCP buffers of the data connection (GridFTP).", &[200]).wild(),
    VerbEntry::new("SCKS", "SCKS <algorithm> <checksum>", "GFD.47",
        "Announces the checksum of the upload that follows (GridFTP).", &[200, 213])
        .takes(&["MD5", "ADLER32"]).wild(),
    // SITE HELP answers 214, SITE CPFR of ProFTPD 350 and its SITE CPTO 250.
    VerbEntry::new("SITE", "SITE <command>", "RFC 959 section 4.1.3; RFC 1123 section 4.1.2.8",
        "Runs a command of this server alone, such as SITE CHMOD or SITE HELP.",
        &[200, 202, 211, 213, 214, 250, 257, 350, 450, 550, 553])
        .takes(&SITE_COMMAND_NAMES),
    VerbEntry::new("SIZE", "SIZE <path>", "RFC 3659 section 4",
        "Asks how many octets a file has, counted as the TYPE would transfer them.", &[213, 550]),
    VerbEntry::new("SMNT", "SMNT <path>", "RFC 959 section 4.1.1",
        "Mounts another file system.", &[202, 250, 550]),
    VerbEntry::new("SPAS", "SPAS", "GFD.20",
        "Like PASV, for several data connections (GridFTP).", &[229, 425]).wild(),
    VerbEntry::new("SPOR", "SPOR <h1>,<h2>,<h3>,<h4>,<p1>,<p2> ...", "GFD.20",
        "Like PORT, for several data connections (GridFTP).", &[200, 425]).wild(),
    VerbEntry::new("SPSV", "SPSV", "draft-rosenau-ftp-single-port",
        "Like PASV, on a single port; Pure-FTPd has it.", &[227, 425]).wild(),
    VerbEntry::new("SSCN", "SSCN [ON | OFF]", "unregistered: RaidenFTPD, glftpd",
        "Makes the server the TLS client of data connections, between servers.", &[200])
        .takes(&["ON", "OFF"]).wild(),
    VerbEntry::new("STAT", "STAT [<path>]", "RFC 959 section 4.1.3",
        "Tells the state of the transfer or the session, or lists a path.",
        &[211, 212, 213, 450, 550]),
    VerbEntry::new("STOR", "STOR <path>", "RFC 959 section 4.1.3",
        "Stores what is sent as a file, in place of what was there.", SENDING).sends(SENT),
    VerbEntry::new("STOU", "STOU", "RFC 959 section 4.1.3; RFC 1123 section 4.1.2.9",
        "Stores what is sent under a new name; the 1yz tells it.", SENDING).sends(SENT),
    VerbEntry::new("STRU", "STRU <F | R | P>", "RFC 959 section 4.1.2",
        "Sets the file structure: File, Record or Page.", &[200])
        .takes(&["F", "R", "P"]),
    VerbEntry::new("SYST", "SYST", "RFC 959 section 4.1.3",
        "Asks for the kind of operating system.", &[215]),
    VerbEntry::new("THMB", "THMB <format> <width> <height> <path>",
        "draft-peterson-streamlined-ftp-command-extensions",
        "Fetches a small picture of an image file.", RECEIVING).receives(RECEIVED).wild(),
    VerbEntry::new("TYPE", "TYPE <A | E [N | T | C] | I | L <bits>>", "RFC 959 section 4.1.2",
        "Sets the representation type: A for text, I for octets as they are.", &[200])
        .takes(&["A", "I", "E", "L 8", "A N", "A T", "A C"]),
    VerbEntry::new("USER", "USER <name>", "RFC 959 section 4.1.1",
        "Names the user.", &[230, 232, 331, 332, 336, 430, 534, 550]),
    VerbEntry::new("XCRC", "XCRC <path> [<first> <last>]", "unregistered: GlobalSCAPE, ProFTPD",
        "Asks for the CRC-32 of a file.", HASHED).wild(),
    VerbEntry::new("XCUP", "XCUP", "RFC 775; RFC 1123 section 4.1.3.1",
        "As CDUP.", &[200, 250, 550]).historic(),
    VerbEntry::new("XCWD", "XCWD <path>", "RFC 775; RFC 1123 section 4.1.3.1",
        "As CWD.", &[200, 250, 550]).historic(),
    VerbEntry::new("XMAS", "XMAS <user>", "RFC 737",
        "Sends a message to the terminal of a user, and as mail.", MESSAGE).historic(),
    VerbEntry::new("XMD5", "XMD5 <path> [<first> <last>]", "unregistered: GlobalSCAPE, ProFTPD",
        "Asks for the MD5 of a file.", HASHED).wild(),
    VerbEntry::new("XMKD", "XMKD <path>", "RFC 775; RFC 1123 section 4.1.3.1",
        "As MKD.", &[257, 450, 452, 521, 550, 552, 553]).historic(),
    VerbEntry::new("XPWD", "XPWD", "RFC 775; RFC 1123 section 4.1.3.1",
        "As PWD.", &[257, 550]).historic(),
    VerbEntry::new("XRCP", "XRCP <user>", "RFC 743",
        "Names a recipient of the mail.", &[200, 450, 452, 550, 551, 552, 553]).historic(),
    VerbEntry::new("XRMD", "XRMD <path>", "RFC 775; RFC 1123 section 4.1.3.1",
        "As RMD.", &[250, 450, 550, 553]).historic(),
    VerbEntry::new("XRSQ", "XRSQ [R | T | ?]", "RFC 743",
        "Chooses the order of mail text and recipients.", &[200, 202, 215])
        .takes(&["R", "T", "?"]).historic(),
    VerbEntry::new("XSEM", "XSEM <user>", "RFC 737",
        "Sends a message to the terminal of a user, or as mail.", MESSAGE).historic(),
    VerbEntry::new("XSEN", "XSEN <user>", "RFC 737",
        "Sends a message to the terminal of a user.", MESSAGE).historic(),
    VerbEntry::new("XSHA", "XSHA <path> [<first> <last>]", "unregistered: GlobalSCAPE, ProFTPD",
        "Asks for the SHA-1 of a file.", HASHED).wild(),
    VerbEntry::new("XSHA1", "XSHA1 <path> [<first> <last>]", "unregistered: GlobalSCAPE, ProFTPD",
        "Asks for the SHA-1 of a file.", HASHED).wild(),
    VerbEntry::new("XSHA256", "XSHA256 <path> [<first> <last>]", "unregistered: GlobalSCAPE, ProFTPD",
        "Asks for the SHA-256 of a file.", HASHED).wild(),
    VerbEntry::new("XSHA512", "XSHA512 <path> [<first> <last>]", "unregistered: GlobalSCAPE, ProFTPD",
        "Asks for the SHA-512 of a file.", HASHED).wild(),
];
