//! GridFTP (GFD.20).

use super::replies::{RECEIVED, RECEIVING, SENDING, SENT};
use crate::protocol::verbs::VerbEntry;

#[rustfmt::skip]
pub(super) const ROWS: &[VerbEntry] = &[
    VerbEntry::new("DCAU", "DCAU <N | A | S> [<subject>]", "GFD.20",
        "Sets the authentication of the data connection (GridFTP).", &[200, 533, 534, 535, 536])
        .takes(&["N", "A", "S"]).wild()
        .needs("AUTH and ADAT.")
        .notes("N: none, A: with your own credential, S: with the subject that you name.")
        .example(&["DCAU N", "200 DCAU N."])
        .quirks("GridFTP servers only.")
        .handled("Never sent by itself."),
    VerbEntry::new("DCSC", "DCSC <P | D> [<base64>]", "unregistered: Globus GridFTP",
        "Sets the security context of the data connection (GridFTP).", &[200, 533, 534, 535])
        .takes(&["P", "D"]).wild()
        .needs("AUTH and ADAT.")
        .notes("P brings a credential, D goes back to the default.")
        .example(&["DCSC D", "200 DCSC OK."])
        .quirks("Globus GridFTP only."),
    VerbEntry::new("SBUF", "SBUF <octets>", "GFD.20",
        "Sets the TCP buffers of the data connection (GridFTP).", &[200]).wild()
        .notes("For long and fast lines.")
        .example(&["SBUF 1048576", "200 OK."])
        .quirks("GridFTP servers only."),
    VerbEntry::new("SPAS", "SPAS", "GFD.20",
        "Like PASV, for several data connections (GridFTP).", &[229, 425]).wild()
        .notes("The 229 is of several lines: one address and port in each.")
        .example(&["SPAS", "229-Entering Striped Passive Mode.", " 192,0,2,7,11,79", "229 End"])
        .quirks("GridFTP servers only.")
        .handled("One port of the reply can be dialled at most."),
    VerbEntry::new("SPOR", "SPOR <h1>,<h2>,<h3>,<h4>,<p1>,<p2> ...", "GFD.20",
        "Like PORT, for several data connections (GridFTP).", &[200, 425]).wild()
        .notes("One address and port for each data connection.")
        .example(&["SPOR 192,0,2,7,11,79 192,0,2,8,11,80", "200 SPOR command successful."])
        .quirks("GridFTP servers only.")
        .handled("No port is opened for it: use PORT."),
    VerbEntry::new("ERET", "ERET <module> <path>", "GFD.20",
        "Fetches a file through a module of the server (GridFTP).", RECEIVING)
        .takes(&["P"]).receives(RECEIVED).wild()
        .notes("P takes an offset and a length: a part of a file.")
        .example(&["ERET P 0 100 f", "150 Beginning transfer.", "226 Transfer complete."])
        .quirks("GridFTP servers only.")
        .handled("As RETR."),
    VerbEntry::new("ESTO", "ESTO <module> <path>", "GFD.20",
        "Stores a file through a module of the server (GridFTP).", SENDING)
        .takes(&["A"]).sends(SENT).wild()
        .notes("A takes an offset: where in the file to write.")
        .example(&["ESTO A 100 f", "150 Beginning transfer.", "226 Transfer complete."])
        .quirks("GridFTP servers only.")
        .handled("As STOR."),
];
