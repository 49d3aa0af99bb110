//! Verbs that one kind of server has.

use super::replies::{RECEIVED, RECEIVING};
use crate::protocol::verbs::VerbEntry;

#[rustfmt::skip]
pub(super) const ROWS: &[VerbEntry] = &[
    VerbEntry::new("PRET", "PRET <verb> [<path>]", "unregistered: drftpd",
        "Says before PASV which transfer will follow.", &[200, 450, 550, 553])
        .takes(&["RETR", "STOR", "STOU", "APPE", "LIST", "NLST", "MLSD"]).wild()
        .notes("For servers that must pick another machine for the data before they can answer PASV.")
        .example(&[
            "PRET RETR f",
            "200 OK, planning to use that.",
            "PASV",
            "227 Entering Passive Mode (192,0,2,7,11,79)",
        ])
        .quirks("Pure-FTPd takes it and ignores it; drftpd insists on it."),
    // Pure-FTPd answers 520 where active mode is not set up.
    VerbEntry::new("ESTA", "ESTA", "unregistered: Pure-FTPd",
        "Makes the active data connection at once and tells its address.", &[225, 425, 520]).wild()
        .needs("A login and a PORT.")
        .notes("To try whether the server reaches you.")
        .example(&["ESTA", "225 Connected."])
        .quirks("Pure-FTPd only; it does not answer while it connects."),
    VerbEntry::new("ESTP", "ESTP", "unregistered: Pure-FTPd",
        "Awaits the passive data connection at once and tells its address.", &[225, 425, 520]).wild()
        .needs("A login and a PASV.")
        .notes("To try whether you reach the server.")
        .example(&["ESTP", "225 Connected."])
        .quirks("Pure-FTPd only; without a PASV it waits and says nothing."),
    VerbEntry::new("MACB", "MACB <E | D>", "unregistered: NetPresenz",
        "Turns MacBinary transfers on or off.", &[200])
        .takes(&["E", "D"]).wild()
        .notes("MacBinary keeps both forks of a file of the old Mac OS.")
        .example(&["MACB E", "200 MacBinary mode enabled."])
        .quirks("Servers of the old Mac OS only."),
    VerbEntry::new("THMB", "THMB <format> <width> <height> <path>",
        "draft-peterson-streamlined-ftp-command-extensions",
        "Fetches a small picture of an image file.", RECEIVING).receives(RECEIVED).wild()
        .notes("The picture comes over the data connection.")
        .example(&["THMB PNG 100 100 photo.jpg", "150 Opening data connection.", "226 Transfer complete."])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib do not have it.")
        .handled("As RETR."),
];
