//! Transfers: what uses the data connection, and what belongs to it.

use super::replies::{APPENDING, RECEIVED, RECEIVING, SENDING, SENT};
use crate::protocol::verbs::VerbEntry;

#[rustfmt::skip]
pub(super) const ROWS: &[VerbEntry] = &[
    VerbEntry::new("RETR", "RETR <path>", "RFC 959 section 4.1.3",
        "Fetches a file.", RECEIVING).receives(RECEIVED)
        .notes("In TYPE A the server turns its line ends into CR LF. REST before it skips octets.")
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
            wants a second PASV.")
        .handled("RETR f > file writes it, RETR f | less shows it. The alias `get` sends TYPE I, PASV and \
            RETR."),
    VerbEntry::new("STOR", "STOR <path>", "RFC 959 section 4.1.3",
        "Stores what is sent as a file, in place of what was there.", SENDING).sends(SENT)
        .notes("An existing file is replaced, from the moment of the 150. To go on behind its end: APPE, or \
            REST and STOR. Send TYPE I for what is not text.")
        .example(&[
            "PASV",
            "227 Entering Passive Mode (127,0,0,1,11,79).",
            "STOR f < file",
            "150 Ok to send data.",
            "226 Transfer complete.",
        ])
        .quirks("REST and STOR: Pure-FTPd cuts the file behind the new octets, the others keep the rest. \
            pyftpdlib says 226 even to an upload that was reset.")
        .handled("STOR f < file sends it; STOR f alone lets you type at data>. The alias `put` sends TYPE I, \
            PASV and STOR."),
    VerbEntry::new("STOU", "STOU", "RFC 959 section 4.1.3; RFC 1123 section 4.1.2.9",
        "Stores what is sent under a new name; the 1yz tells it.", SENDING).sends(SENT)
        .notes("The server picks the name and tells it: 150 FILE: name.")
        .example(&["STOU < file", "150 FILE: ftp.1xAb9c", "226 Transfer complete."])
        .quirks("The name stands in the 1yz, in the 226, or in both. Some take a path.")
        .handled("As STOR."),
    VerbEntry::new("APPE", "APPE <path>", "RFC 959 section 4.1.3",
        "Appends what is sent to the end of the file, which is created if absent.", APPENDING).sends(SENT)
        .notes("The way to finish a broken upload: SIZE tells how much is there, APPE sends the rest. Send \
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
        .handled("As STOR. `resume FILE` does the whole, and proves it."),
    VerbEntry::new("ALLO", "ALLO <octets> [R <record-octets>]", "RFC 959 section 4.1.3",
        "Reserves room for the upload that follows.", &[200, 202, 452, 552])
        .notes("Wanted by systems that must know a size beforehand; useless elsewhere.")
        .example(&["ALLO 100000", "202 No storage allocation necessary."])
        .quirks("Pure-FTPd answers 200 and refuses with 552 if a quota is in the way; the others answer 202."),
    // Pure-FTPd answers 554 to a marker that is no number.
    VerbEntry::new("REST", "REST <offset>", "RFC 959 section 4.1.3; RFC 3659 section 5",
        "Sets where the next transfer restarts, in octets.", &[350, 554, 555])
        .takes(&["0"])
        .needs("A login and TYPE I; then directly the RETR or STOR that it is for (RFC 3659 section 5.3).")
        .notes("The marker counts octets in stream mode. PASV goes before it, not behind it. A wrong marker is \
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
        .quirks("Behind the end: 554, but vsftpd sends nothing and says 226. In TYPE A ProFTPD and pyftpdlib \
            refuse with 501. vsftpd and Pure-FTPd keep it over LIST, some servers over nothing.")
        .handled("A pending marker is known until a transfer uses it up; REST 0 clears it. `resume` clears one \
            that is left."),
    // Pure-FTPd answers 451 after the 426 of an upload.
    VerbEntry::new("ABOR", "ABOR", "RFC 959 section 4.1.3",
        "Aborts the transfer and the command before it.", &[225, 226, 451])
        .needs("A transfer that is going on; without one it does nothing.")
        .notes("426 and 226 if the transfer was cut, 226 and 226 if it was over. What was stored so far \
            usually stays.")
        .example(&["ABOR", "426 Failure writing network stream.", "226 ABOR command successful."])
        .quirks("vsftpd reads it only after the transfer (unless async_abor_enable is set). Pure-FTPd answers \
            an upload with 426 and 451.")
        .handled("The first Ctrl-C in a transfer sends it, behind Telnet IP and Synch (`set abort plain`: \
            alone)."),
    VerbEntry::new("LIST", "LIST [<path>]", "RFC 959 section 4.1.3; RFC 1123 section 4.1.2.7",
        "Lists a directory for people to read.", RECEIVING).receives(RECEIVED)
        .notes("For eyes only: no form is laid down. MLSD is for programs, NLST for bare names.")
        .example(&[
            "PASV",
            "227 Entering Passive Mode (127,0,0,1,11,79).",
            "LIST",
            "150 Here comes the directory listing.",
            "226 Directory send OK.",
        ])
        .quirks("What looks like an option (-la) is one to most servers, and a file to some. An absent path is \
            450, 550 or an empty listing.")
        .handled("LIST | less pages it. The alias `ls` sends PASV and LIST."),
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
        .handled("As LIST."),
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
        .handled("As LIST."),
    VerbEntry::new("MLST", "MLST [<path>]", "RFC 3659 section 7",
        "Tells the facts of one file, over the control connection.", &[250, 450, 451, 550, 553])
        .notes("One file or directory, and no data connection. Facts are type, size, modify, perm and more.")
        .example(&[
            "MLST 1.TXT",
            "250-Listing 1.TXT",
            " type=file;size=11;modify=20260101120000; /1.TXT",
            "250 End.",
        ])
        .quirks("vsftpd does not have it. Some servers put 250- in front of the facts.")
        .handled("`resume` reads a size there if SIZE is refused."),
    VerbEntry::new("RANG", "RANG <first> <last>", "draft-bryan-ftp-range section 3",
        "Chooses the octets that the next command works on.", &[350, 551, 552, 554]).wild()
        .needs("A login, TYPE I and MODE S; then directly the RETR, STOR or HASH that it is for.")
        .notes("Both ends are counted from 0 and belong to the range. RANG 1 0 takes it back.")
        .example(&["RANG 0 99", "350 Restarting at 0. End octet at 99."])
        .quirks("ProFTPD has it, and answers 551 in TYPE A; vsftpd, Pure-FTPd and pyftpdlib do not."),
];
