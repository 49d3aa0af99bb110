//! A line of LIST or MLSD as a row of a table: size, time, name.
//!
//! ```text
//!    1.2M  2026-11-22 06:50  big
//!       -  Nov 22 06:50      pub/
//! ```

use super::escape::with_seen_tabs;
use crate::protocol::listing::{self, ListedEntry};
use crate::shell::charset::Charset;

/// The row; `None` for a line that names nothing, such as `total 12`.
pub(crate) fn table_row(line: &[u8], charset: Charset) -> Option<String> {
    let listed = listing::read_line(line)?;
    let size = match listed.entry {
        ListedEntry::File(bytes) => short_size(bytes),
        ListedEntry::Directory | ListedEntry::Other => "-".to_owned(),
    };
    let slash = match listed.entry {
        ListedEntry::Directory if !listed.name.ends_with(b"/") => "/",
        _ => "",
    };
    let modified = charset.escape(&listed.modified);
    let name = with_seen_tabs(&charset.escape(listed.name));
    Some(format!("{size:>6}  {modified:<16}  {name}{slash}"))
}

/// As `ls -h` writes it: at most three digits and a letter, rounded up.
fn short_size(bytes: u64) -> String {
    let mut unit = 1_u128;
    let mut letters = UNITS.iter();
    let mut letter = "";
    let bytes = u128::from(bytes);
    while bytes.div_ceil(unit) >= STEP
        && let Some(next) = letters.next()
    {
        unit *= STEP;
        letter = next;
    }
    let tenths = (bytes * 10).div_ceil(unit);
    if letter.is_empty() {
        bytes.to_string()
    } else if tenths < 100 {
        format!("{}.{}{letter}", tenths / 10, tenths % 10)
    } else {
        format!("{}{letter}", bytes.div_ceil(unit))
    }
}

const UNITS: [&str; 6] = ["K", "M", "G", "T", "P", "E"];
const STEP: u128 = 1024;

#[cfg(test)]
mod tests {
    use super::{Charset, short_size, table_row};

    #[test]
    fn sizes_are_written_as_ls_h_writes_them() {
        for (bytes, text) in [
            (0, "0"),
            (1023, "1023"),
            (1024, "1.0K"),
            (1025, "1.1K"),
            (10 * 1024, "10K"),
            (10 * 1024 + 1, "11K"),
            (1_048_575, "1.0M"),
            (5 << 30, "5.0G"),
            (u64::MAX, "16E"),
        ] {
            assert_eq!(short_size(bytes), text, "{bytes}");
        }
    }

    #[test]
    fn lines_of_each_form_become_rows() {
        for (line, row) in [
            (
                "-rw-r--r--   1 ftp ftp  1258291 Nov 22 06:50 big file",
                "  1.2M  Nov 22 06:50      big file",
            ),
            (
                "drwxr-xr-x   1 ftp ftp  4096 Nov  2  2024 pub",
                "     -  Nov 2 2024        pub/",
            ),
            (
                "lrwxrwxrwx   1 ftp ftp  4096 Nov  2  2024 a -> b",
                "     -  Nov 2 2024        a -> b",
            ),
            (
                "11-22-26  06:50AM                    5 1.TXT",
                "     5  11-22-26 06:50AM  1.TXT",
            ),
            (
                "type=file;size=5;modify=20261122065007; 1.TXT",
                "     5  2026-11-22 06:50  1.TXT",
            ),
            ("Type=cdir;Perm=el; .", "     -                    ./"),
        ] {
            assert_eq!(
                table_row(line.as_bytes(), Charset::default()).as_deref(),
                Some(row),
                "{line}"
            );
        }
        assert_eq!(table_row(b"total 12", Charset::default()), None);
        assert_eq!(table_row(b"", Charset::default()), None);
    }

    #[test]
    fn names_are_escaped() {
        let row = table_row(
            b"type=file;size=5;modify=\x1b[2J; \x1b]0;x\x07",
            Charset::default(),
        )
        .unwrap();
        assert!(!row.contains(char::is_control), "{row:?}");
    }
}
