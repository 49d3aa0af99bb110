//! What MLST facts and LIST lines say (RFC 3659 section 7; LIST has no standard form).

/// What a listing says of one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListedEntry {
    /// A file of so many bytes.
    File(u64),
    /// A directory.
    Directory,
    /// Something whose size says nothing about its content (a symbolic link, a device).
    Other,
}

/// One line of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedLine<'a> {
    /// What it is.
    pub entry: ListedEntry,
    /// When it was changed, as the line says: the words of LIST, or `2026-11-22 06:50` out of the modify fact, which is
    /// in UTC (RFC 3659 section 7.5.3). Empty if the line does not say.
    pub modified: Vec<u8>,
    /// Its name.
    pub name: &'a [u8],
}

/// A line of MLSD, or of LIST in Unix or DOS form, without its line end.
#[must_use]
pub fn read_line(line: &[u8]) -> Option<ListedLine<'_>> {
    from_mlsd_line(line)
        .or_else(|| from_unix_line(line))
        .or_else(|| from_dos_line(line))
}

/// `fact=value;... name`: each fact ends with a semicolon, so that the first word does.
fn from_mlsd_line(line: &[u8]) -> Option<ListedLine<'_>> {
    let end = line.iter().position(|&byte| byte == b' ')?;
    if !line[..end].ends_with(b";") {
        return None;
    }
    let entry = from_mlst_line(line)?;
    let mut facts = line[..end].split(|&byte| byte == b';');
    let time = facts.find_map(|fact| {
        let equals = fact.iter().position(|&byte| byte == b'=')?;
        let is_time = fact[..equals].eq_ignore_ascii_case(b"modify");
        is_time.then(|| &fact[equals + 1..])
    });
    Some(ListedLine {
        entry,
        modified: time.map(readable_time).unwrap_or_default(),
        name: &line[end + 1..],
    })
}

/// `20261122065007` as `2026-11-22 06:50`; anything else stays as it is.
fn readable_time(time: &[u8]) -> Vec<u8> {
    let is_time = time.len() >= 14 && time[..14].iter().all(u8::is_ascii_digit);
    if !is_time {
        return time.to_vec();
    }
    let parts = [
        &time[..4],
        b"-",
        &time[4..6],
        b"-",
        &time[6..8],
        b" ",
        &time[8..10],
        b":",
        &time[10..12],
    ];
    parts.concat()
}

/// The entry of an MLST reply: the line that begins with a space, `fact=value;... name`.
#[must_use]
pub fn from_mlst_line(line: &[u8]) -> Option<ListedEntry> {
    let line = line.trim_ascii_start();
    let end = line
        .iter()
        .position(|&byte| byte == b' ')
        .unwrap_or(line.len());
    let mut kind = None;
    let mut size = None;
    for fact in line[..end].split(|&byte| byte == b';') {
        let Some(equals) = fact.iter().position(|&byte| byte == b'=') else {
            continue;
        };
        let (name, value) = (&fact[..equals], &fact[equals + 1..]);
        if name.eq_ignore_ascii_case(b"type") {
            kind = Some(value.to_ascii_lowercase());
        } else if name.eq_ignore_ascii_case(b"size") {
            size = number(value);
        }
    }
    match (kind.as_deref(), size) {
        (Some(b"file"), Some(size)) | (None, Some(size)) => Some(ListedEntry::File(size)),
        (Some(b"dir" | b"cdir" | b"pdir"), _) => Some(ListedEntry::Directory),
        (Some(_), _) => Some(ListedEntry::Other),
        (None, None) => None,
    }
}

/// What `LIST name` says of the file called `name`: none is absent, exactly one entry with that last component is
/// the file, several entries or a `total` line are the inside of a directory.
#[must_use]
pub fn find_in_list(listing: &[u8], name: &[u8]) -> Option<ListedEntry> {
    let wanted = last_component(name);
    let mut entries = listing
        .split(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.trim_ascii().is_empty());
    let first = entries.next()?;
    if first.starts_with(b"total") || entries.next().is_some() {
        return Some(ListedEntry::Directory);
    }
    let (entry, listed) = from_list_line(first)?;
    (last_component(listed) == wanted).then_some(entry)
}

/// One line of LIST in Unix or DOS form, and the name in it.
#[must_use]
pub fn from_list_line(line: &[u8]) -> Option<(ListedEntry, &[u8])> {
    let listed = from_unix_line(line).or_else(|| from_dos_line(line))?;
    Some((listed.entry, listed.name))
}

/// `-rw-r--r--   1 owner group   5 Nov 22 06:50 1.TXT`; owner, group or both may be missing, so the date is what the
/// line is read from.
fn from_unix_line(line: &[u8]) -> Option<ListedLine<'_>> {
    let kind = *line.first()?;
    if !b"-dlbcps".contains(&kind) {
        return None;
    }
    let words = words(line);
    let date = words.windows(3).position(|window| {
        let [month, day, time] = [0, 1, 2].map(|index| &line[window[index].clone()]);
        is_month(month) && number(day).is_some() && is_time_or_year(time)
    })?;
    if date < 2 {
        return None;
    }
    let size = number(&line[words[date - 1].clone()])?;
    let name = line.get(words[date + 2].end + 1..)?;
    let entry = match kind {
        b'-' => ListedEntry::File(size),
        b'd' => ListedEntry::Directory,
        _ => ListedEntry::Other,
    };
    let modified = [0, 1, 2].map(|index| &line[words[date + index].clone()]);
    (!name.is_empty()).then(|| ListedLine {
        entry,
        modified: modified.join(&b' '),
        name,
    })
}

/// `11-22-26  06:50AM                    5 1.TXT`, `<DIR>` in place of the size for a directory.
fn from_dos_line(line: &[u8]) -> Option<ListedLine<'_>> {
    let words = words(line);
    let [date, time, size, ..] = words.as_slice() else {
        return None;
    };
    let is_date = line[date.clone()]
        .iter()
        .all(|byte| byte.is_ascii_digit() || b"-/.".contains(byte));
    if !is_date || !line[time.clone()].contains(&b':') {
        return None;
    }
    let entry = match &line[size.clone()] {
        b"<DIR>" => ListedEntry::Directory,
        digits => ListedEntry::File(number(digits)?),
    };
    let rest = line.get(size.end..)?;
    // A directory's name is in a column of its own, a file's after one space.
    let name = if entry == ListedEntry::Directory {
        rest.trim_ascii_start()
    } else {
        rest.get(1..)?
    };
    let modified = [&line[date.clone()], &line[time.clone()]];
    (!name.is_empty()).then(|| ListedLine {
        entry,
        modified: modified.join(&b' '),
        name,
    })
}

fn words(line: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    for (index, byte) in line.iter().enumerate() {
        match (byte.is_ascii_whitespace(), start) {
            (false, None) => start = Some(index),
            (true, Some(from)) => {
                words.push(from..index);
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        words.push(from..line.len());
    }
    words
}

fn last_component(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| matches!(byte, b'/' | b'\\'))
        .next()
        .unwrap_or(path)
}

fn number(digits: &[u8]) -> Option<u64> {
    let all_digits = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits)
        .ok()
        .filter(|_| all_digits)?
        .parse()
        .ok()
}

fn is_month(word: &[u8]) -> bool {
    MONTHS
        .iter()
        .any(|month| word.eq_ignore_ascii_case(month.as_bytes()))
}

fn is_time_or_year(word: &[u8]) -> bool {
    let digits_or_colon = word
        .iter()
        .all(|byte| byte.is_ascii_digit() || *byte == b':');
    digits_or_colon && word.len() >= 4
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

#[cfg(test)]
mod tests {
    use super::{ListedEntry, find_in_list, from_mlst_line};

    #[test]
    fn lists_are_read_in_unix_and_dos_form() {
        let table: &[(&str, &str, Option<ListedEntry>)] = &[
            (
                "-rw-r--r--    1 0  0     5 Nov 22 06:50 1.TXT\r\n",
                "1.TXT",
                Some(ListedEntry::File(5)),
            ),
            (
                "-rw-r--r-- 1 u g 12 Nov 22  2024 a b  c\r\n",
                "a b  c",
                Some(ListedEntry::File(12)),
            ),
            (
                "-rw-r--r-- 1 g 7 Jan  1 2024 x\n",
                "x",
                Some(ListedEntry::File(7)),
            ),
            (
                "-rw-r--r-- 1 u g 12 Nov 22 2024 /pub/x\r\n",
                "pub/x",
                Some(ListedEntry::File(12)),
            ),
            ("-rw-r--r-- 1 u g 12 Nov 22 2024 y\r\n", "x", None),
            (
                "lrwxrwxrwx 1 u g 3 Nov 22 2024 x\r\n",
                "x",
                Some(ListedEntry::Other),
            ),
            (
                "drwxr-xr-x 2 u g 3 Nov 22 2024 x\r\n",
                "x",
                Some(ListedEntry::Directory),
            ),
            ("total 0\r\n", "x", Some(ListedEntry::Directory)),
            (
                "-rw-r--r-- 1 u g 1 Nov 22 2024 x\r\n-rw-r--r-- 1 u g 1 Nov 22 2024 y\r\n",
                "x",
                Some(ListedEntry::Directory),
            ),
            (
                "11-22-26  06:50AM                    5 1.TXT\r\n",
                "1.TXT",
                Some(ListedEntry::File(5)),
            ),
            (
                "11-22-26  06:50AM       <DIR>          d\r\n",
                "d",
                Some(ListedEntry::Directory),
            ),
            ("", "x", None),
            ("garbage\r\n", "x", None),
        ];
        for (listing, name, entry) in table {
            assert_eq!(
                find_in_list(listing.as_bytes(), name.as_bytes()),
                *entry,
                "{listing}"
            );
        }
    }

    #[test]
    fn mlst_facts_give_type_and_size() {
        let table: &[(&str, Option<ListedEntry>)] = &[
            (
                " Type=file;Size=5;Modify=20261122065000; /1.TXT",
                Some(ListedEntry::File(5)),
            ),
            (
                " size=18446744073709551615;type=FILE; x",
                Some(ListedEntry::File(u64::MAX)),
            ),
            (" type=dir;sizd=4096; x", Some(ListedEntry::Directory)),
            (" type=OS.unix=slink:;size=3; x", Some(ListedEntry::Other)),
            (" modify=1; x", None),
            ("", None),
        ];
        for (line, entry) in table {
            assert_eq!(from_mlst_line(line.as_bytes()), *entry, "{line}");
        }
    }
}
