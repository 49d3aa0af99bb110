//! Transfer parameters: how the data go, and over which connection.

use crate::protocol::verbs::VerbEntry;

#[rustfmt::skip]
pub(super) const ROWS: &[VerbEntry] = &[
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
    // Over IPv6 Pure-FTPd answers 425; after EPSV ALL vsftpd answers 550. Other servers answer PASV with 228 or 229.
    VerbEntry::new("PASV", "PASV", "RFC 959 section 4.1.2; RFC 1123 section 4.1.2.6",
        "Asks the server to listen for a data connection; the reply holds host and port.",
        &[227, 228, 229, 425, 522, 550])
        .notes("The port is p1 x 256 + p2. The server listens for one data connection: send PASV again before \
            each transfer. Over IPv6, EPSV.")
        .example(&[
            "PASV",
            "227 Entering Passive Mode (192,0,2,7,11,79).",
            "LIST",
            "150 Here comes the directory listing.",
        ])
        .quirks("Some servers name an address behind a router. Over IPv6 ProFTPD and pyftpdlib write no six \
            numbers, and Pure-FTPd answers 425. After EPSV ALL most refuse it.")
        .handled("The port of a 227, 228 or 229 is dialled at once, at the address of the control connection \
            (`set data-host reply`: at that of the reply)."),
    // pyftpdlib connects at once and answers 425 if it cannot; vsftpd refuses EPRT after EPSV ALL with 550.
    VerbEntry::new("EPRT", "EPRT |<1 | 2>|<address>|<port>|", "RFC 2428 section 2",
        "Tells the server where to connect to for data, over IPv4 or IPv6.", &[200, 425, 522, 550])
        .takes(&["|1|", "|2|"])
        .notes("1 is IPv4, 2 is IPv6; the address is written as usual. The first character is the delimiter.")
        .example(&["EPRT |2|::1|5282|", "200 EPRT command successful."])
        .quirks("vsftpd refuses it after EPSV ALL, with 550.")
        .handled("As PORT; `listen` sends it over IPv6."),
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
        .handled("As PASV. Aliases and `resume` send it over IPv6 and after EPSV ALL."),
    VerbEntry::new("LPRT", "LPRT <af>,<hal>,<h1>,...,<pal>,<p1>,<p2>", "RFC 1639 section 2",
        "Tells the server a long address to connect to for data.", &[200, 425, 521]).historic()
        .notes("What came before EPRT: address family, length and octets of the address, length and octets of \
            the port.")
        .example(&["LPRT 4,4,127,0,0,1,2,200,13", "200 LPRT command successful."])
        .quirks("Out of use: vsftpd, ProFTPD, Pure-FTPd and pyftpdlib answer 500.")
        .handled("No port is opened for it: use EPRT."),
    VerbEntry::new("LPSV", "LPSV", "RFC 1639 section 3",
        "Asks the server to listen for a data connection at a long address.", &[228, 425, 521]).historic()
        .notes("What came before EPSV.")
        .example(&["LPSV", "228 Entering Long Passive Mode (4,4,127,0,0,1,2,200,13)"])
        .quirks("Out of use: vsftpd, ProFTPD, Pure-FTPd and pyftpdlib answer 500.")
        .handled("A 228 is dialled as a 227."),
    VerbEntry::new("SPSV", "SPSV", "draft-rosenau-ftp-single-port",
        "Like PASV, on a single port.", &[227, 425]).wild()
        .notes("Every data connection goes to the same port, so that a firewall needs one hole.")
        .example(&["SPSV", "500 Unknown command."])
        .quirks("Very few servers have it: vsftpd, ProFTPD, Pure-FTPd 1.0.50 and pyftpdlib answer 500.")
        .handled("A 227 is dialled, whatever it answers."),
    VerbEntry::new("TYPE", "TYPE <A | E [N | T | C] | I | L <bits>>", "RFC 959 section 4.1.2",
        "Sets the representation type: A for text, I for octets as they are.", &[200])
        .takes(&["A", "I", "E", "L 8", "A N", "A T", "A C"])
        .notes("A is the default, and changes line ends; I leaves octets alone. Send TYPE I before anything \
            that is not text, and before SIZE and REST. N, T and C say how a text is laid out for a printer: N \
            is meant if none is given.")
        .example(&["TYPE I", "200 Switching to Binary mode."])
        .quirks("vsftpd, unless told so, converts nothing in TYPE A. pyftpdlib refuses TYPE A N. Pure-FTPd \
            answers 504 to a bad TYPE and switches to ASCII all the same.")
        .handled("Nothing changes it behind your back. In TYPE A, line ends are converted and counted (`set \
            ascii raw`: left alone)."),
    VerbEntry::new("MODE", "MODE <S | B | C | Z>", "RFC 959 section 4.1.2",
        "Sets the transfer mode: Stream, Block, Compressed, or Z for zlib.", &[200, 451])
        .takes(&["S", "B", "C", "Z"])
        .notes("S is the default: the end of the connection is the end of the file. Z compresses with zlib.")
        .example(&["MODE S", "200 Mode set to S."])
        .quirks("B and C are refused by vsftpd, ProFTPD, Pure-FTPd and pyftpdlib; ProFTPD has Z.")
        .handled("Only S is understood: in another mode the octets are shown and stored as they come. `resume` sends \
            MODE S if another was set."),
    VerbEntry::new("STRU", "STRU <F | R | P>", "RFC 959 section 4.1.2",
        "Sets the file structure: File, Record or Page.", &[200])
        .takes(&["F", "R", "P"])
        .notes("F is the default. Records and pages are for machines that have files of that kind.")
        .example(&["STRU F", "200 Structure set to F."])
        .quirks("R and P are refused by vsftpd, ProFTPD, Pure-FTPd and pyftpdlib.")
        .handled("Only F is understood; `resume` sends STRU F if another was set."),
    VerbEntry::new("ALGS", "ALGS <STATUS64 | ENABLE64 | DISABLE64>", "RFC 6384 section 11",
        "Asks a translating gateway whether it rewrites EPSV and EPRT.", &[202, 216])
        .takes(&["STATUS64", "ENABLE64", "DISABLE64"])
        .needs("Nothing: a gateway in between answers, not the server.")
        .notes("For hosts behind a gateway between IPv6 and IPv4.")
        .example(&["ALGS STATUS64", "216 NONE"])
        .quirks("A server that gets it answers 500."),
];
