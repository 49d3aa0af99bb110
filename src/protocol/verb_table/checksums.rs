//! Checksums, under all the names that they have.

use super::replies::HASHED;
use crate::protocol::verbs::VerbEntry;

#[rustfmt::skip]
pub(super) const ROWS: &[VerbEntry] = &[
    VerbEntry::new("XCRC", "XCRC <path> [<first> <last>]", "unregistered: GlobalSCAPE, ProFTPD",
        "Asks for the CRC-32 of a file.", HASHED).wild()
        .notes("Of the whole file, or of the octets from first to last.")
        .example(&["XCRC 1.TXT", "250 363A3020"])
        .quirks("ProFTPD (mod_digest) has it. Leading zeros may be missing.")
        .handled("`resume` compares by it if FEAT listed it."),
    VerbEntry::new("XMD5", "XMD5 <path> [<first> <last>]", "unregistered: GlobalSCAPE, ProFTPD",
        "Asks for the MD5 of a file.", HASHED).wild()
        .notes("Of the whole file, or of the octets from first to last.")
        .example(&["XMD5 1.TXT", "250 B1946AC92492D2347C6235B4D2611184"])
        .quirks("ProFTPD (mod_digest) has it.")
        .handled("`resume` compares by it if FEAT listed it."),
    VerbEntry::new("XSHA", "XSHA <path> [<first> <last>]", "unregistered: GlobalSCAPE, ProFTPD",
        "Asks for the SHA-1 of a file.", HASHED).wild()
        .notes("Of the whole file, or of the octets from first to last.")
        .example(&["XSHA 1.TXT", "250 F572D396FAE9206628714FB2CE00F72E94F2258F"])
        .quirks("ProFTPD (mod_digest) has it.")
        .handled("`resume` compares by it if FEAT listed it."),
    VerbEntry::new("XSHA1", "XSHA1 <path> [<first> <last>]", "unregistered: GlobalSCAPE, ProFTPD",
        "Asks for the SHA-1 of a file.", HASHED).wild()
        .notes("Of the whole file, or of the octets from first to last.")
        .example(&["XSHA1 1.TXT", "250 F572D396FAE9206628714FB2CE00F72E94F2258F"])
        .quirks("ProFTPD (mod_digest) has it.")
        .handled("`resume` compares by it if FEAT listed it."),
    VerbEntry::new("XSHA256", "XSHA256 <path> [<first> <last>]", "unregistered: GlobalSCAPE, ProFTPD",
        "Asks for the SHA-256 of a file.", HASHED).wild()
        .notes("Of the whole file, or of the octets from first to last.")
        .example(&["XSHA256 1.TXT", "250 5891B5B522D5DF086D0FF0B110FBD9D21BB4FC7163AF34D08286A2E846F6BE03"])
        .quirks("ProFTPD (mod_digest) has it.")
        .handled("`resume` compares by it if FEAT listed it."),
    VerbEntry::new("XSHA512", "XSHA512 <path> [<first> <last>]", "unregistered: GlobalSCAPE, ProFTPD",
        "Asks for the SHA-512 of a file.", HASHED).wild()
        .notes("Of the whole file, or of the octets from first to last.")
        .example(&["XSHA512 1.TXT", "250 E7C22B994C59D9CF2B48E549B1E24666636045930D3DA7C1ACB299D1C3B7F931..."])
        .quirks("ProFTPD (mod_digest) has it.")
        .handled("`resume` compares by it if FEAT listed it."),
    VerbEntry::new("MD5", "MD5 <path>", "draft-twine-ftpmd5",
        "Asks for the MD5 of a file.", HASHED).wild()
        .notes("The whole file only.")
        .example(&["MD5 1.TXT", "251 1.TXT B1946AC92492D2347C6235B4D2611184"])
        .quirks("ProFTPD (mod_digest) and Apache FtpServer have it.")
        .handled("`resume` compares by it if FEAT listed it."),
    VerbEntry::new("MMD5", "MMD5 <path>, <path> ...", "draft-twine-ftpmd5",
        "Asks for the MD5 of several files.", HASHED).wild()
        .notes("The whole files only.")
        .example(&["MMD5 a, b", "252 a B1946AC92492D2347C6235B4D2611184, b 591785B794601E212B260E25925636FD"])
        .quirks("Apache FtpServer has it."),
    VerbEntry::new("HASH", "HASH <path>", "draft-bryan-ftpext-hash section 3",
        "Asks for a hash of a file, or of the part that RANG chose.", HASHED).wild()
        .notes("OPTS HASH chooses the algorithm, FEAT lists them, RANG before it takes a part of the file.")
        .example(&["HASH 1.TXT", "213 SHA-1 0-6 f572d396fae9206628714fb2ce00f72e94f2258f 1.TXT"])
        .quirks("ProFTPD (mod_digest) has it; vsftpd, Pure-FTPd and pyftpdlib do not. It sends 213- lines while it \
            computes.")
        .handled("`resume` compares by it if FEAT listed it."),
    VerbEntry::new("CKSM", "CKSM <algorithm> <offset> <length> <path>", "GFD.47",
        "Asks for the checksum of a part of a file (GridFTP).", HASHED)
        .takes(&["MD5", "ADLER32"]).wild()
        .notes("A length of -1 means up to the end.")
        .example(&["CKSM MD5 0 -1 1.TXT", "213 b1946ac92492d2347c6235b4d2611184"])
        .quirks("Globus GridFTP has it."),
    VerbEntry::new("SCKS", "SCKS <algorithm> <checksum>", "GFD.47",
        "Announces the checksum of the upload that follows (GridFTP).", &[200, 213])
        .takes(&["MD5", "ADLER32"]).wild()
        .needs("A login; then the STOR that it is for.")
        .notes("The server compares when the upload is over.")
        .example(&["SCKS MD5 b1946ac92492d2347c6235b4d2611184", "200 OK."])
        .quirks("Globus GridFTP has it."),
];
