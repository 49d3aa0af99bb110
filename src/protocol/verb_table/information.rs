//! Information, options, and what each server has for itself.

use crate::protocol::site_commands::SITE_COMMAND_NAMES;
use crate::protocol::verbs::VerbEntry;

#[rustfmt::skip]
pub(super) const ROWS: &[VerbEntry] = &[
    VerbEntry::new("FEAT", "FEAT", "RFC 2389 section 3",
        "Lists the extensions that the server has.", &[211])
        .needs("Nothing: it may come before the login.")
        .notes("One extension in each line, with its parameters: REST STREAM, MLST type*;size*, AUTH TLS.")
        .example(&["FEAT", "211-Features:", " REST STREAM", " SIZE", "211 End"])
        .quirks("What is listed may differ before and after the login. Some servers write 211- in front of \
            each line.")
        .handled("`resume` uses the hash verbs that it listed."),
    // FileZilla Server answers 202 to OPTS UTF8 ON.
    VerbEntry::new("OPTS", "OPTS <verb> [<options>]", "RFC 2389 section 4",
        "Sets options of a verb.", &[200, 202, 451])
        .takes(&["UTF8 ON", "UTF8 OFF", "MLST type;size;modify;", "MLST", "HASH SHA-256", "HASH", "MODE Z LEVEL 6"])
        .needs("Nothing, as a rule; some servers want the login first.")
        .notes("FEAT shows which verbs take options. OPTS UTF8 ON is the one that is seen most.")
        .example(&["OPTS UTF8 ON", "200 Always in UTF8 mode."])
        .quirks("Pure-FTPd answers 504 to OPTS UTF8 ON and speaks UTF-8 all the same; FileZilla Server answers \
            202."),
    VerbEntry::new("LANG", "LANG [<tag>]", "RFC 2640 section 4.1",
        "Chooses the language of the replies.", &[200])
        .needs("Nothing; best before USER.")
        .notes("FEAT lists the languages; the one with * is in use. LANG alone goes back to the first.")
        .example(&["LANG en", "200 Responses are in English."])
        .quirks("ProFTPD has it; vsftpd, Pure-FTPd and pyftpdlib do not."),
    VerbEntry::new("SYST", "SYST", "RFC 959 section 4.1.3",
        "Asks for the kind of operating system.", &[215])
        .needs("Nothing with some servers, a login with others.")
        .notes("UNIX Type: L8 says little: nearly every server claims it.")
        .example(&["SYST", "215 UNIX Type: L8"])
        .handled("Never sent by itself."),
    VerbEntry::new("STAT", "STAT [<path>]", "RFC 959 section 4.1.3",
        "Tells the state of the transfer or the session, or lists a path.",
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
    VerbEntry::new("HELP", "HELP [<verb>]", "RFC 959 section 4.1.3",
        "Asks the server for help.", &[211, 214])
        .needs("Nothing.")
        .notes("The server's own help; its HELP SITE lists the subcommands of SITE. `help` in lower case is \
            this one.")
        .example(&[
            "HELP",
            "214-The following commands are recognized.",
            " ABOR ACCT ALLO APPE CDUP",
            "214 Help OK.",
        ])
        .quirks("Pure-FTPd lists its SITE commands.")
        .handled("In capitals it goes to the server; in lower case it is the built-in."),
    VerbEntry::new("NOOP", "NOOP", "RFC 959 section 4.1.3",
        "Does nothing but get a reply.", &[200])
        .needs("Nothing with some servers, a login with others.")
        .notes("Keeps a session alive, and shows that the server still answers.")
        .example(&["NOOP", "200 NOOP ok."])
        .quirks("In a transfer pyftpdlib answers at once, vsftpd and ProFTPD afterwards, Pure-FTPd with 500.")
        .handled("Never sent by itself."),
    // SITE HELP answers 214, SITE CPFR of ProFTPD 350 and its SITE CPTO 250.
    VerbEntry::new("SITE", "SITE <command>", "RFC 959 section 4.1.3; RFC 1123 section 4.1.2.8",
        "Runs a command of this server alone, such as SITE CHMOD or SITE HELP.",
        &[200, 202, 211, 213, 214, 250, 257, 350, 450, 550, 553])
        .takes(&SITE_COMMAND_NAMES)
        .notes("Each server has its own. SITE HELP lists them, `help SITE CHMOD` explains one that is common.")
        .example(&["SITE CHMOD 644 1.TXT", "200 SITE CHMOD command successful"])
        .quirks("Anonymous users of vsftpd get 550 for every SITE."),
    VerbEntry::new("CLNT", "CLNT <name>", "unregistered: FileZilla Server, Serv-U",
        "Tells the server the name of the client.", &[200]).wild()
        .needs("Nothing.")
        .example(&["CLNT ftpsh", "200 OK"])
        .quirks("ProFTPD has it; vsftpd, Pure-FTPd and pyftpdlib do not.")
        .handled("Never sent by itself."),
    VerbEntry::new("CSID", "CSID Name=<name>; Version=<version>;",
        "draft-peterson-streamlined-ftp-command-extensions",
        "Exchanges the names and versions of client and server.", &[200, 215])
        .takes(&["Name="]).wild()
        .needs("Nothing; best before USER.")
        .notes("The reply names the server in the same form.")
        .example(&["CSID Name=ftpsh; Version=1;", "200 name=ProFTPD;version=1.3.8;casesensitive=1;"])
        .quirks("ProFTPD has it; vsftpd, Pure-FTPd and pyftpdlib do not.")
        .handled("Never sent by itself."),
];
