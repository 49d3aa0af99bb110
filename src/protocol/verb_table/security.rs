//! Security (RFC 2228, RFC 4217), and transfers between two servers under TLS.

use super::replies::PROTECTED;
use crate::protocol::verbs::VerbEntry;

#[rustfmt::skip]
pub(super) const ROWS: &[VerbEntry] = &[
    VerbEntry::new("AUTH", "AUTH <mechanism>", "RFC 2228 section 3; RFC 4217 section 4",
        "Asks for a security mechanism; after AUTH TLS and 234, TLS begins.", &[234, 334, 431, 533, 534])
        .takes(&["TLS", "SSL", "TLS-C", "TLS-P", "GSSAPI", "KERBEROS_V4"])
        .needs("Comes before USER.")
        .notes("TLS, then PBSZ 0 and PROT P for the data. SSL is the old name. GSSAPI and KERBEROS_V4 go on \
            with ADAT.")
        .example(&["AUTH TLS", "234 Proceed with negotiation."])
        .quirks("After the login vsftpd and Pure-FTPd answer 500, ProFTPD 534; pyftpdlib takes it. Pure-FTPd \
            has no AUTH SSL. A server that was set up without TLS answers 500 or 502.")
        .handled("A 234 to a mechanism of TLS begins the handshake at once, and what was learnt in clear is \
            forgotten. `tls` shows what came of it."),
    VerbEntry::new("ADAT", "ADAT <base64>", "RFC 2228 section 3",
        "Goes on with the exchange that AUTH began.", &[235, 335, 533, 535]).secret()
        .needs("AUTH with a mechanism that uses it, answered with 334.")
        .notes("The data are base64. 335 asks for more, 235 is the end. TLS does not need it.")
        .example(&[
            "AUTH GSSAPI",
            "334 Using authentication type GSSAPI; ADAT must follow",
            "ADAT ****",
            "235 ADAT=YIIBbQ==",
        ])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib answer 500.")
        .handled("The argument is masked as that of PASS."),
    VerbEntry::new("PBSZ", "PBSZ <octets>", "RFC 2228 section 3; RFC 4217 section 9",
        "Sets the largest protected block; 0 with TLS.", &[200, 533])
        .takes(&["0"])
        .needs("AUTH, and its exchange at an end.")
        .notes("TLS needs no blocks, so the size is 0; but PROT wants a PBSZ before it.")
        .example(&["PBSZ 0", "200 PBSZ set to 0."])
        .quirks("Without TLS: 503, with ProFTPD 500.")
        .handled("`--tls require` and ftps:// send it, shown."),
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
    VerbEntry::new("CCC", "CCC", "RFC 2228 section 3; RFC 4217 section 5",
        "Takes the control connection back to clear text.", &[200, 533, 534])
        .needs("AUTH TLS; best behind USER and PASS.")
        .notes("For firewalls that read along. Who can change a packet can type commands then. \
            After it there is no PBSZ and no PROT.")
        .example(&["CCC", "200 Clearing control channel."])
        .quirks("ProFTPD and Pure-FTPd have it; Pure-FTPd answers 534 without TLS.")
        .handled("Its 2yz ends TLS on the control connection with close_notify both ways."),
    VerbEntry::new("MIC", "MIC <base64>", "RFC 2228 section 3",
        "Carries a command whose integrity is protected.", PROTECTED)
        .needs("AUTH and ADAT, and a mechanism that has it.")
        .notes("Not for TLS.")
        .example(&["MIC TElTVA==", "631 MjAw"])
        .quirks("ProFTPD lists it as unimplemented; the others answer 500.")
        .handled("Nothing is encoded or decoded."),
    VerbEntry::new("CONF", "CONF <base64>", "RFC 2228 section 3",
        "Carries a confidential command.", PROTECTED)
        .needs("AUTH and ADAT, and a mechanism that has it.")
        .notes("Not for TLS.")
        .example(&["CONF TElTVA==", "633 MjAw"])
        .quirks("ProFTPD lists it as unimplemented; the others answer 500.")
        .handled("Nothing is encoded or decoded."),
    VerbEntry::new("ENC", "ENC <base64>", "RFC 2228 section 3",
        "Carries a command that is private: intact and confidential.", PROTECTED)
        .needs("AUTH and ADAT, and a mechanism that has it.")
        .notes("Not for TLS.")
        .example(&["ENC TElTVA==", "632 MjAw"])
        .quirks("ProFTPD lists it as unimplemented; the others answer 500.")
        .handled("Nothing is encoded or decoded."),
    VerbEntry::new("CPSV", "CPSV", "unregistered: glftpd, drftpd",
        "Like PASV, with the server as TLS client, for transfers between servers.", &[227, 425]).wild()
        .needs("AUTH TLS, PBSZ 0 and PROT P.")
        .notes("Two servers send each other a file under TLS: the one that is told CPSV is the TLS client, the \
            other gets its address with PORT.")
        .example(&["CPSV", "227 Entering Passive Mode (192,0,2,7,11,79)"])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib do not have it.")
        .handled("The 227 is dialled, which is not what a transfer between two servers wants."),
    VerbEntry::new("SSCN", "SSCN [ON | OFF]", "unregistered: RaidenFTPD, glftpd",
        "Makes the server the TLS client of data connections, between servers.", &[200])
        .takes(&["ON", "OFF"]).wild()
        .needs("AUTH TLS and PROT P.")
        .notes("SSCN alone tells the state. ON makes the server the TLS client when data connections come in, \
            for transfers between two servers.")
        .example(&["SSCN ON", "200 SSCN:CLIENT METHOD"])
        .quirks("ProFTPD has it under TLS.")
        .handled("This side stays the TLS client of every data connection, so none comes about after ON."),
];
