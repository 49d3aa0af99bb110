//! Files and directories: what works on names.

use crate::protocol::verbs::VerbEntry;

#[rustfmt::skip]
pub(super) const ROWS: &[VerbEntry] = &[
    VerbEntry::new("SIZE", "SIZE <path>", "RFC 3659 section 4",
        "Asks how many octets a file has, counted as the TYPE would transfer them.", &[213, 550])
        .needs("A login; TYPE I, for the number of octets on the disk.")
        .notes("In TYPE A the number is that of the octets that a transfer in TYPE A would take, line ends \
            converted, which costs the server a reading of the whole file: many refuse.")
        .example(&["TYPE I", "200 Switching to Binary mode.", "SIZE 1.TXT", "213 11"])
        .quirks("In TYPE A ProFTPD and pyftpdlib answer 550, vsftpd and Pure-FTPd the size on the disk. \
            Directories are 550, with some servers 213.")
        .handled("`resume` asks it before and after."),
    VerbEntry::new("MDTM", "MDTM <path>", "RFC 3659 section 3",
        "Asks when a file was last modified, in UTC.", &[213, 550])
        .notes("The time is UTC: YYYYMMDDhhmmss, with a fraction if the server has it.")
        .example(&["MDTM 1.TXT", "213 20260101120000"])
        .quirks("MDTM YYYYMMDDhhmmss path sets the time with vsftpd and some others; MFMT is the better way."),
    VerbEntry::new("MFMT", "MFMT <YYYYMMDDhhmmss> <path>", "draft-somers-ftp-mfxx section 3",
        "Sets the modification time of a file.", &[213, 450, 550]).wild()
        .notes("The time is UTC.")
        .example(&["MFMT 20260101120000 1.TXT", "213 Modify=20260101120000; 1.TXT"])
        .quirks("ProFTPD and pyftpdlib have it; Pure-FTPd answers `213 UTIME OK`; vsftpd has MDTM with a time."),
    VerbEntry::new("MFCT", "MFCT <YYYYMMDDhhmmss> <path>", "draft-somers-ftp-mfxx section 4",
        "Sets the creation time of a file.", &[213, 450, 550]).wild()
        .notes("The time is UTC. Few file systems let it be set.")
        .example(&["MFCT 20260101120000 1.TXT", "213 Create=20260101120000; 1.TXT"])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib do not have it."),
    VerbEntry::new("MFF", "MFF <fact>=<value>; <path>", "draft-somers-ftp-mfxx section 5",
        "Sets facts of a file.", &[213, 450, 550])
        .takes(&["Modify=", "Create=", "UNIX.mode=", "UNIX.owner=", "UNIX.group="]).wild()
        .notes("Facts are those of MLST. FEAT lists which may be set.")
        .example(&[
            "MFF Modify=20260101120000;UNIX.mode=0644; 1.TXT",
            "213 Modify=20260101120000;UNIX.mode=0644; 1.TXT",
        ])
        .quirks("ProFTPD has it; vsftpd, Pure-FTPd and pyftpdlib do not."),
    VerbEntry::new("DELE", "DELE <path>", "RFC 959 section 4.1.3",
        "Deletes a file.", &[250, 450, 550, 553])
        .notes("For directories: RMD. Nothing asks back.")
        .example(&["DELE 1.TXT", "250 Delete operation successful."])
        .handled("The alias `rm` sends it."),
    VerbEntry::new("RNFR", "RNFR <path>", "RFC 959 section 4.1.3",
        "Names the file to be renamed; RNTO must follow.", &[350, 450, 550, 553])
        .needs("A login; RNTO must follow directly.")
        .notes("350 means that the file is there; nothing has changed yet.")
        .example(&["RNFR a", "350 Ready for RNTO.", "RNTO b", "250 Rename successful."])
        .quirks("Any other command in between may make the server forget it.")
        .handled("The alias `mv` sends both."),
    VerbEntry::new("RNTO", "RNTO <new-path>", "RFC 959 section 4.1.3",
        "Gives the file of RNFR its new name.", &[250, 450, 451, 532, 550, 552, 553])
        .needs("RNFR, answered with 350, directly before it.")
        .notes("Moves, too, if the path leads into another directory. A file that has the name already is \
            replaced by some servers.")
        .example(&["RNFR a", "350 Ready for RNTO.", "RNTO b", "250 Rename successful."])
        .quirks("Without RNFR: 503 with vsftpd, ProFTPD, Pure-FTPd and pyftpdlib.")
        .handled("The alias `mv` sends both."),
    // RFC 959 appendix II shows 521 for a directory that exists; Pure-FTPd answers 553 for a name it does not allow.
    VerbEntry::new("MKD", "MKD <path>", "RFC 959 section 4.1.3",
        "Makes a directory.", &[257, 450, 452, 521, 550, 552, 553])
        .notes("The reply names what was made, quotes in the name doubled.")
        .example(&["MKD new", "257 \"/new\" created"])
        .quirks("Pure-FTPd does not double quotes. RFC 959 shows 521 for a directory that exists; servers \
            answer 550.")
        .handled("The alias `mkdir` sends it."),
    VerbEntry::new("RMD", "RMD <path>", "RFC 959 section 4.1.3",
        "Removes a directory.", &[250, 450, 550, 553])
        .notes("The directory must be empty.")
        .example(&["RMD new", "250 Remove directory operation successful."])
        .handled("The alias `rmdir` sends it."),
    VerbEntry::new("RMDA", "RMDA <path>", "draft-peterson-streamlined-ftp-command-extensions",
        "Removes a directory and all in it.", &[250, 450, 550, 553]).wild()
        .notes("Nothing asks back.")
        .example(&["RMDA old", "250 Removed."])
        .quirks("Serv-U has it."),
    VerbEntry::new("PWD", "PWD", "RFC 959 section 4.1.3",
        "Tells the working directory.", &[257, 550])
        .notes("The path stands in quotes; quotes in it are doubled.")
        .example(&["PWD", "257 \"/pub\" is the current directory"])
        .quirks("Pure-FTPd does not double quotes. vsftpd doubles the octet 255."),
    VerbEntry::new("XCWD", "XCWD <path>", "RFC 775; RFC 1123 section 4.1.3.1",
        "As CWD.", &[200, 250, 550]).historic()
        .notes("The old name of CWD.")
        .example(&["XCWD pub", "250 Directory successfully changed."])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib have it."),
    VerbEntry::new("XCUP", "XCUP", "RFC 775; RFC 1123 section 4.1.3.1",
        "As CDUP.", &[200, 250, 550]).historic()
        .notes("The old name of CDUP.")
        .example(&["XCUP", "250 Directory successfully changed."])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib have it."),
    VerbEntry::new("XMKD", "XMKD <path>", "RFC 775; RFC 1123 section 4.1.3.1",
        "As MKD.", &[257, 450, 452, 521, 550, 552, 553]).historic()
        .notes("The old name of MKD.")
        .example(&["XMKD new", "257 \"/new\" created"])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib have it."),
    VerbEntry::new("XRMD", "XRMD <path>", "RFC 775; RFC 1123 section 4.1.3.1",
        "As RMD.", &[250, 450, 550, 553]).historic()
        .notes("The old name of RMD.")
        .example(&["XRMD new", "250 Remove directory operation successful."])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib have it."),
    VerbEntry::new("XPWD", "XPWD", "RFC 775; RFC 1123 section 4.1.3.1",
        "As PWD.", &[257, 550]).historic()
        .notes("The old name of PWD.")
        .example(&["XPWD", "257 \"/\" is the current directory"])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib have it."),
    VerbEntry::new("AVBL", "AVBL [<path>]", "draft-peterson-streamlined-ftp-command-extensions",
        "Asks how many octets may still be stored.", &[213, 550]).wild()
        .notes("Of a directory, or of the working one.")
        .example(&["AVBL pub", "213 1046208512"])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib do not have it."),
    VerbEntry::new("DSIZ", "DSIZ [<path>]", "draft-peterson-streamlined-ftp-command-extensions",
        "Asks for the size of a directory and all in it.", &[213, 550]).wild()
        .notes("Slow on big directories.")
        .example(&["DSIZ pub", "213 81920"])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib do not have it."),
    VerbEntry::new("COMB", "COMB <path> <part> ...", "draft-peterson-streamlined-ftp-command-extensions",
        "Joins files of the server into one.", &[200, 250, 450, 550, 552, 553]).wild()
        .notes("For uploads in parts.")
        .example(&["COMB whole part1 part2", "250 Combined."])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib do not have it."),
    VerbEntry::new("LOCK", "LOCK <path>", "unregistered: draft of A. Bryan",
        "Asks for a file to be locked.", &[200, 250, 450, 550]).wild()
        .example(&["LOCK 1.TXT", "500 Unknown command."])
        .quirks("vsftpd, ProFTPD, Pure-FTPd and pyftpdlib do not have it."),
];
