//! Mail and messages, out of use (RFC 765, RFC 743, RFC 737).

use super::replies::{MESSAGE, SENDING, SENT};
use crate::protocol::verbs::VerbEntry;

#[rustfmt::skip]
pub(super) const ROWS: &[VerbEntry] = &[
    VerbEntry::new("MAIL", "MAIL <user>", "RFC 765",
        "Sends mail over the control connection.", MESSAGE).historic()
        .needs("Nothing; perhaps a login.")
        .notes("354 asks for the text; a line with a lone dot ends it.")
        .example(&["MAIL Postel", "354 Type mail, ended by a line with only a dot"])
        .quirks("ProFTPD takes it for an attack by way of a web browser and closes the connection. Elsewhere: \
            500."),
    VerbEntry::new("MLFL", "MLFL [<user>]", "RFC 765",
        "Sends mail over the data connection.", SENDING).sends(SENT).historic()
        .notes("Mail went over FTP before SMTP. No server in use has it.")
        .example(&["MLFL Postel", "150 Begin mail transfer", "250 Mail stored"])
        .handled("As STOR."),
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
    VerbEntry::new("MSAM", "MSAM <user>", "RFC 765",
        "Sends a message to the terminal of a user, and as mail.", MESSAGE).historic()
        .needs("Nothing; perhaps a login.")
        .notes("Mail went over FTP before SMTP. No server in use has it.")
        .example(&["MSAM Postel", "354 Type mail, ended by a line with only a dot"]),
    VerbEntry::new("MRSQ", "MRSQ [R | T | ?]", "RFC 765",
        "Chooses the order of mail text and recipients.", &[200, 202, 215])
        .takes(&["R", "T", "?"]).historic()
        .needs("Nothing; perhaps a login.")
        .notes("T: the text first, R: the recipients first, ?: which one the server likes better. Mail went \
            over FTP before SMTP. No server in use has it.")
        .example(&["MRSQ R", "200 OK, use recipients first"]),
    VerbEntry::new("MRCP", "MRCP <user>", "RFC 765",
        "Names a recipient of the mail.", &[200, 450, 452, 550, 551, 552, 553]).historic()
        .needs("MRSQ.")
        .notes("Mail went over FTP before SMTP. No server in use has it.")
        .example(&["MRCP Postel", "200 OK"]),
    VerbEntry::new("XSEN", "XSEN <user>", "RFC 737",
        "Sends a message to the terminal of a user.", MESSAGE).historic()
        .needs("Nothing; perhaps a login.")
        .notes("What MSND was called before RFC 765. Mail went over FTP before SMTP. No server in use has it.")
        .example(&["XSEN Postel", "354 Type mail, ended by a line with only a dot"]),
    VerbEntry::new("XSEM", "XSEM <user>", "RFC 737",
        "Sends a message to the terminal of a user, or as mail.", MESSAGE).historic()
        .needs("Nothing; perhaps a login.")
        .notes("What MSOM was called before RFC 765. Mail went over FTP before SMTP. No server in use has it.")
        .example(&["XSEM Postel", "354 Type mail, ended by a line with only a dot"]),
    VerbEntry::new("XMAS", "XMAS <user>", "RFC 737",
        "Sends a message to the terminal of a user, and as mail.", MESSAGE).historic()
        .needs("Nothing; perhaps a login.")
        .notes("What MSAM was called before RFC 765. Mail went over FTP before SMTP. No server in use has it.")
        .example(&["XMAS Postel", "354 Type mail, ended by a line with only a dot"]),
    VerbEntry::new("XRSQ", "XRSQ [R | T | ?]", "RFC 743",
        "Chooses the order of mail text and recipients.", &[200, 202, 215])
        .takes(&["R", "T", "?"]).historic()
        .needs("Nothing; perhaps a login.")
        .notes("What MRSQ was called before RFC 765. Mail went over FTP before SMTP. No server in use has it.")
        .example(&["XRSQ R", "200 OK, use recipients first"]),
    VerbEntry::new("XRCP", "XRCP <user>", "RFC 743",
        "Names a recipient of the mail.", &[200, 450, 452, 550, 551, 552, 553]).historic()
        .needs("XRSQ.")
        .notes("What MRCP was called before RFC 765. Mail went over FTP before SMTP. No server in use has it.")
        .example(&["XRCP Postel", "200 OK"]),
];
