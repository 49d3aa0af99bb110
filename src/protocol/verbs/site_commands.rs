//! The table of SITE subcommands: each server has its own (RFC 1123 section 4.1.2.8), these are common.

/// What is known about one subcommand of SITE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SiteCommandEntry {
    /// The word after SITE, in upper case.
    pub name: &'static str,
    /// The whole command, such as `SITE CHMOD <mode> <path>`.
    pub syntax: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// The servers that are known to have it.
    pub servers: &'static str,
}

/// The row of a subcommand, in any case.
#[must_use]
pub(crate) fn entry(name: &str) -> Option<&'static SiteCommandEntry> {
    SITE_COMMANDS
        .iter()
        .find(|entry| entry.name.eq_ignore_ascii_case(name))
}

const fn row(
    name: &'static str,
    syntax: &'static str,
    servers: &'static str,
    summary: &'static str,
) -> SiteCommandEntry {
    SiteCommandEntry {
        name,
        syntax,
        summary,
        servers,
    }
}

/// Every subcommand that servers in use are known to have, the most useful first.
pub static SITE_COMMANDS: &[SiteCommandEntry] = ROWS;

#[rustfmt::skip]
const ROWS: &[SiteCommandEntry] = &[
    row("HELP", "SITE HELP", "nearly all", "Lists the subcommands that this server has."),
    row("CHMOD", "SITE CHMOD <mode> <path>", "vsftpd, ProFTPD, Pure-FTPd, pyftpdlib and many more",
        "Changes the permissions of a file; the mode is octal, such as 644."),
    row("UMASK", "SITE UMASK [<mask>]", "vsftpd, wu-ftpd",
        "Sets the umask: the permissions that new files do not get, in octal."),
    row("IDLE", "SITE IDLE <seconds>", "Pure-FTPd, wu-ftpd",
        "Sets after how many idle seconds the server disconnects."),
    row("UTIME", "SITE UTIME <YYYYMMDDhhmmss> <path>", "Pure-FTPd, ProFTPD (mod_site_misc), Serv-U",
        "Sets the modification time of a file, in UTC."),
    row("CHGRP", "SITE CHGRP <group> <path>", "ProFTPD", "Changes the group of a file."),
    row("CPFR", "SITE CPFR <path>", "ProFTPD (mod_copy)",
        "Names the file to be copied on the server; SITE CPTO must follow."),
    row("CPTO", "SITE CPTO <path>", "ProFTPD (mod_copy)", "Copies the file that SITE CPFR named to this path."),
    row("SYMLINK", "SITE SYMLINK <path> <link>", "ProFTPD (mod_site_misc)", "Makes a symbolic link."),
    row("MKDIR", "SITE MKDIR <path>", "ProFTPD (mod_site_misc)", "Makes a directory and any missing parent \
    directories."),
    row("RMDIR", "SITE RMDIR <path>", "ProFTPD (mod_site_misc)", "Removes a directory and everything in it."),
    row("QUOTA", "SITE QUOTA", "ProFTPD (mod_quotatab)", "Reports how much space is left for this user."),
    row("WHO", "SITE WHO", "glftpd, drftpd", "Lists who is connected."),
    row("ALIAS", "SITE ALIAS [<name>]", "Pure-FTPd, wu-ftpd", "Lists the aliases of directories."),
    row("TIME", "SITE TIME", "Pure-FTPd", "Reports the time of the server."),
    row("EXEC", "SITE EXEC <command>", "wu-ftpd, Serv-U",
        "Runs a program on the server; nearly always disabled."),
    row("PSWD", "SITE PSWD <old> <new>", "Serv-U", "Changes the password; both are masked."),
    row("NAMEFMT", "SITE NAMEFMT <0 | 1>", "IBM i", "Chooses between library names and file-system names."),
    row("CHECKSUM", "SITE CHECKSUM <path>", "wu-ftpd", "Asks for the CRC-32 or MD5 of a file."),
    row("SHOHASH", "SITE SHOHASH <path>", "Akamai NetStorage", "Asks for the MD5 of a file."),
];

/// The names alone, for [`super::VerbEntry::sub_arguments`] of SITE.
pub(super) const SITE_COMMAND_NAMES: [&str; ROWS.len()] = {
    let mut names = [""; ROWS.len()];
    let mut index = 0;
    while index < ROWS.len() {
        names[index] = ROWS[index].name;
        index += 1;
    }
    names
};

#[cfg(test)]
mod tests {
    use super::{SITE_COMMANDS, entry};

    #[test]
    fn every_row_is_whole_and_no_name_comes_twice() {
        for row in SITE_COMMANDS {
            let mut words = row.syntax.split(' ');
            assert_eq!(words.next(), Some("SITE"));
            assert_eq!(words.next(), Some(row.name));
            assert!(row.summary.ends_with('.') && row.summary.len() <= 80);
            assert_eq!(entry(&row.name.to_lowercase()), Some(row));
        }
    }
}
