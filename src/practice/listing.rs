//! Listings: LIST as Unix and as DOS write it, NLST, and the facts of MLST and MLSD (RFC 3659 section 7).

use std::fs::{self, Metadata};
use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::folder::{self, Folder, ServerPath};

/// `ls -l` shows the time of day for this long, and the year after that: half a year.
const RECENT: Duration = Duration::from_secs(182 * 86_400);

/// One line of a listing.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    name: Vec<u8>,
    is_directory: bool,
    is_writable: bool,
    size: u64,
    modified: SystemTime,
}

/// The facts that MLST and MLSD show; OPTS MLST chooses among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    kind: bool,
    size: bool,
    modified: bool,
}

impl Entry {
    /// The entry of one file or directory, under the name it is to be shown with.
    ///
    /// # Errors
    ///
    /// As [`Folder::metadata`].
    pub(super) fn of(folder: &Folder, path: &ServerPath, name: &[u8]) -> io::Result<Self> {
        Ok(Self::new(name.to_vec(), &folder.metadata(path)?))
    }

    /// The entries of a directory, by name. Links that lead out and names that would break a line are left out.
    ///
    /// # Errors
    ///
    /// As [`Folder::locate`], or what the system says to reading the directory.
    pub(super) fn within(folder: &Folder, path: &ServerPath) -> io::Result<Vec<Self>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder.locate(path)?)? {
            let name = folder::bytes_of(entry?.file_name());
            if name.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
                continue;
            }
            entries.extend(Self::of(folder, &path.resolve(&name), &name));
        }
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    /// The line that `ls -l` would show.
    pub(super) fn unix_line(&self, now: SystemTime) -> Vec<u8> {
        let mode = match (self.is_directory, self.is_writable) {
            (true, true) => "drwxr-xr-x",
            (true, false) => "dr-xr-xr-x",
            (false, true) => "-rw-r--r--",
            (false, false) => "-r--r--r--",
        };
        let is_recent = now
            .duration_since(self.modified)
            .is_ok_and(|age| age < RECENT);
        let form = if is_recent {
            "%b %e %H:%M"
        } else {
            "%b %e  %Y"
        };
        let time = utc(self.modified).strftime(form).to_string();
        let start = format!("{mode}   1 ftp      ftp      {:>12} {time} ", self.size);
        [start.as_bytes(), &self.name].concat()
    }

    /// The line that DIR would show.
    pub(super) fn dos_line(&self) -> Vec<u8> {
        let size = if self.is_directory {
            format!("{:<20}", "      <DIR>")
        } else {
            format!("{:>20}", self.size)
        };
        let time = utc(self.modified);
        let start = format!(
            "{}-{:02}  {} {size} ",
            time.strftime("%m-%d"),
            time.year().rem_euclid(100),
            time.strftime("%I:%M%p")
        );
        [start.as_bytes(), &self.name].concat()
    }

    /// The facts, one space, and the name (RFC 3659 section 7.2).
    pub(super) fn facts_line(&self, facts: Facts) -> Vec<u8> {
        let mut line = String::new();
        if facts.kind {
            let kind = if self.is_directory { "dir" } else { "file" };
            line.push_str(&format!("type={kind};"));
        }
        if facts.size && !self.is_directory {
            line.push_str(&format!("size={};", self.size));
        }
        if facts.modified {
            line.push_str(&format!("modify={};", time_val(self.modified)));
        }
        line.push(' ');
        [line.as_bytes(), &self.name].concat()
    }

    /// Whether it is a directory.
    pub(super) fn is_directory(&self) -> bool {
        self.is_directory
    }

    /// The name alone.
    pub(super) fn name(&self) -> &[u8] {
        &self.name
    }

    fn new(name: Vec<u8>, metadata: &Metadata) -> Self {
        Self {
            name,
            is_directory: metadata.is_dir(),
            is_writable: !metadata.permissions().readonly(),
            size: metadata.len(),
            modified: metadata.modified().unwrap_or(UNIX_EPOCH),
        }
    }
}

impl Facts {
    /// The facts named in the argument of OPTS MLST (RFC 3659 section 7.9); others are ignored.
    pub(super) fn chosen(argument: &[u8]) -> Self {
        let names: Vec<_> = argument.split(|&byte| byte == b';').collect();
        let has = |name: &str| {
            names
                .iter()
                .any(|given| given.eq_ignore_ascii_case(name.as_bytes()))
        };
        Self {
            kind: has("type"),
            size: has("size"),
            modified: has("modify"),
        }
    }

    /// As FEAT shows them: those that are on have a star.
    pub(super) fn in_feat(self) -> String {
        let star = |on| if on { "*" } else { "" };
        format!(
            "type{};size{};modify{};",
            star(self.kind),
            star(self.size),
            star(self.modified)
        )
    }

    /// Those that are on, as the reply to OPTS MLST shows them.
    pub(super) fn switched_on(self) -> String {
        let all = [
            ("type;", self.kind),
            ("size;", self.size),
            ("modify;", self.modified),
        ];
        all.iter()
            .filter(|(_, on)| *on)
            .map(|(name, _)| *name)
            .collect()
    }
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            kind: true,
            size: true,
            modified: true,
        }
    }
}

/// Puts the lines of a listing together, each with its CR LF.
pub(super) fn joined<L: AsRef<[u8]>>(lines: impl IntoIterator<Item = L>) -> Vec<u8> {
    let mut text = Vec::new();
    for line in lines {
        text.extend_from_slice(line.as_ref());
        text.extend_from_slice(b"\r\n");
    }
    text
}

/// The time of the last change of a file, as MDTM shows it.
///
/// # Errors
///
/// As [`Folder::file_metadata`].
pub(super) fn modification_time(folder: &Folder, path: &ServerPath) -> io::Result<String> {
    Ok(time_val(folder.file_metadata(path)?.modified()?))
}

/// `YYYYMMDDHHMMSS` (RFC 3659 section 2.3).
fn time_val(time: SystemTime) -> String {
    utc(time).strftime("%Y%m%d%H%M%S").to_string()
}

/// A time that no calendar has is shown as the epoch.
fn utc(time: SystemTime) -> Zoned {
    let time = Timestamp::try_from(time).unwrap_or(Timestamp::UNIX_EPOCH);
    time.to_zoned(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::{Entry, Facts, time_val};

    // 2026-11-22 06:50:07 UTC.
    const MODIFIED: Duration = Duration::from_secs(1_795_330_207);

    fn entry(name: &str, is_directory: bool) -> Entry {
        Entry {
            name: name.into(),
            is_directory,
            is_writable: true,
            size: 5,
            modified: UNIX_EPOCH + MODIFIED,
        }
    }

    fn text(line: Vec<u8>) -> String {
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn a_file_is_shown_in_each_form() {
        let file = entry("1.TXT", false);
        let soon = UNIX_EPOCH + MODIFIED + Duration::from_secs(60);
        assert_eq!(
            text(file.unix_line(soon)),
            "-rw-r--r--   1 ftp      ftp                 5 Nov 22 06:50 1.TXT"
        );
        let later = soon + Duration::from_secs(300 * 86_400);
        assert!(text(file.unix_line(later)).ends_with(" Nov 22  2026 1.TXT"));
        assert_eq!(
            text(file.dos_line()),
            "11-22-26  06:50AM                    5 1.TXT"
        );
        assert_eq!(
            text(file.facts_line(Facts::default())),
            "type=file;size=5;modify=20261122065007; 1.TXT"
        );
    }

    #[test]
    fn a_directory_is_shown_in_each_form() {
        let directory = entry("sub", true);
        let soon = UNIX_EPOCH + MODIFIED;
        assert!(text(directory.unix_line(soon)).starts_with("drwxr-xr-x "));
        assert_eq!(
            text(directory.dos_line()),
            "11-22-26  06:50AM       <DIR>          sub"
        );
        assert_eq!(
            text(directory.facts_line(Facts::chosen(b"Type;size;"))),
            "type=dir; sub"
        );
    }

    #[test]
    fn leap_days_midnight_and_noon_are_right() {
        for (seconds, value, dos) in [
            (951_782_400, "20000229000000", "02-29-00  12:00AM"),
            (43_200, "19700101120000", "01-01-70  12:00PM"),
            (4_102_444_799, "20991231235959", "12-31-99  11:59PM"),
        ] {
            let mut file = entry("f", false);
            file.modified = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(time_val(file.modified), value);
            assert!(text(file.dos_line()).starts_with(dos));
        }
        let before = UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(time_val(before), "19691231235959");
    }

    #[test]
    fn facts_are_chosen_by_name() {
        let facts = Facts::chosen(b"modify;unknown;TYPE;");
        assert_eq!(facts.in_feat(), "type*;size;modify*;");
        assert_eq!(facts.switched_on(), "type;modify;");
    }
}
