//! Whether clients can read the listings.

use std::collections::BTreeSet;

use crate::doctor::check::Judged;
use crate::doctor::clinic::{Access, Clinic};
use crate::doctor::obstacle::Obstacle;
use crate::doctor::report::Verdict;
use crate::doctor::shown::{TRANSFERRED, transferred_with};
use crate::doctor::talk::Talk;
use crate::protocol::listing::{self, ListedEntry};

impl Clinic<'_> {
    /// Looks for a small file that checks can read, and for one that takes long.
    pub(in crate::doctor) fn learn_files(&mut self, talk: &Talk) {
        let listed = if self.facts.feature("MLST").is_some() {
            self.fetch(talk, "MLSD")
                .or_else(|_| self.fetch(talk, "LIST"))
        } else {
            self.fetch(talk, "LIST")
        };
        let Ok((_, listed)) = listed else {
            return;
        };
        let mut files: Vec<(String, u64)> = Vec::new();
        for line in lines(&listed) {
            if let Some(entry) = listing::read_line(line)
                && let ListedEntry::File(bytes @ 1..) = entry.entry
                && let Ok(name) = String::from_utf8(entry.name.to_vec())
                && is_plain(&name)
            {
                files.push((name, bytes));
            }
        }
        // The largest shows most.
        files.sort_by_key(|(_, bytes)| *bytes);
        self.facts.largest_file = files.last().cloned();
        files.retain(|(_, bytes)| *bytes <= READ_MOST);
        if let Some((name, bytes)) = files.pop() {
            self.facts.values.insert("file".to_owned(), name.clone());
            self.facts.file = Some((name, bytes));
        }
    }

    /// The names of a listing by this verb; `None` if it is too long to be read to its end.
    fn names(&self, talk: &Talk, verb: &str) -> Result<Option<BTreeSet<Vec<u8>>>, Obstacle> {
        let (answer, listed) = self.fetch(talk, verb)?;
        if answer.is_cut() {
            return Ok(None);
        }
        let names = lines(&listed).filter_map(|line| match verb {
            "NLST" => Some(line.to_vec()),
            _ => listing::read_line(line).map(|entry| match entry.entry {
                ListedEntry::File(_) => entry.name.to_vec(),
                _ => bare_name(entry.name),
            }),
        });
        let names = names.filter(|name| name != b"." && name != b"..");
        Ok(Some(names.collect()))
    }
}

/// `-a` is an option, a name, or of no effect.
pub(super) fn options(clinic: &mut Clinic<'_>, access: &Access) -> Judged {
    match clinic.fetch(&access.talk, "LIST") {
        Ok((_, bytes)) if bytes.is_empty() => return Judged::skipped(EMPTY),
        Ok(_) => {}
        Err(because) => return Judged::skipped(because),
    };
    match clinic.fetch(&access.talk, "LIST -a") {
        Err(because) => Judged::of(
            Verdict::Info,
            "LIST -a is refused: -a is taken for a name",
            because,
        )
        .instead("LIST -a", TRANSFERRED),
        Ok((_, listed)) if listed.is_empty() => Judged::of(
            Verdict::Warn,
            "LIST -a gives nothing: -a is taken for a name, and clients that send it see an empty folder",
            "LIST gives a listing",
        )
        .instead("LIST -a", transferred_with("[..]")),
        Ok(_) => Judged::ok("-a is an option, or has no effect"),
    }
}

/// Each line can be read.
pub(super) fn form(clinic: &mut Clinic<'_>, access: &Access) -> Judged {
    let listed = match clinic.fetch(&access.talk, "LIST") {
        Ok((_, bytes)) => bytes,
        Err(because) => return Judged::skipped(because),
    };
    judge_form(&listed)
}

fn judge_form(listed: &[u8]) -> Judged {
    let all: Vec<&[u8]> = lines(listed)
        .filter(|line| !line.starts_with(b"total "))
        .collect();
    if all.is_empty() {
        return Judged::skipped(EMPTY);
    }
    let is_unread =
        |line: &[u8]| !line.starts_with(b"total ") && listing::read_line(line).is_none();
    if let Some(at) = lines(listed).position(is_unread) {
        let line = lines(listed).nth(at).unwrap_or_default();
        return Judged::of(
            Verdict::Warn,
            "LIST has lines in no form that clients know",
            String::from_utf8_lossy(line),
        )
        .instead("LIST", line_after(at, KNOWN_FORMS));
    }
    let mut raw = listed.split(|byte| *byte == b'\n');
    if let Some(at) = raw.position(|line| line.ends_with(b"\r\r")) {
        return Judged::of(
            Verdict::Warn,
            "lines of LIST end with CR CR LF: many clients take a CR for the end of each name, and find no such file",
            format!("{} lines", all.len()),
        )
        .instead("LIST", line_after(at, r"/[^\r]$/"));
    }
    let mut raw = listed.split(|byte| *byte == b'\n');
    if let Some(at) = raw.position(|line| !line.is_empty() && !line.ends_with(b"\r")) {
        return Judged::of(
            Verdict::Info,
            "lines of LIST end with LF alone, where TYPE A has CR LF",
            format!("{} lines", all.len()),
        )
        .instead("LIST", line_after(at, "[..]"));
    }
    let is_dos = all[0].first().is_some_and(u8::is_ascii_digit);
    match is_dos {
        true => Judged::ok(format!("{} lines in the form of DOS", all.len())),
        false => Judged::ok(format!("{} lines in the form of ls -l", all.len())),
    }
}

/// LIST, NLST and MLSD name the same.
pub(super) fn names(clinic: &mut Clinic<'_>, access: &Access) -> Judged {
    let list = match clinic.names(&access.talk, "LIST") {
        Ok(None) => return Judged::skipped(TOO_LONG),
        Ok(Some(names)) if names.is_empty() => return Judged::skipped(EMPTY),
        Ok(Some(names)) => names,
        Err(because) => return Judged::skipped(because),
    };
    let mut compared = vec!["LIST"];
    for verb in ["NLST", "MLSD"] {
        if verb == "MLSD" && clinic.facts.feature("MLST").is_none() {
            continue;
        }
        let names = match clinic.names(&access.talk, verb) {
            Ok(Some(names)) => names,
            Ok(None) => return Judged::skipped(TOO_LONG),
            Err(because) => {
                return Judged::of(
                    Verdict::Warn,
                    &format!("LIST works and {verb} does not"),
                    because,
                )
                .instead(verb, TRANSFERRED);
            }
        };
        let missing: Vec<&Vec<u8>> = list.difference(&names).collect();
        let added: Vec<&Vec<u8>> = names.difference(&list).collect();
        if let Some(name) = missing.first().or(added.first()) {
            let name = String::from_utf8_lossy(name);
            let lacking = if missing.is_empty() { "LIST" } else { verb };
            let line = match lacking {
                "NLST" => name.replace('{', "{{"),
                _ => format!("[..] {}[..]", name.replace('{', "{{")),
            };
            return Judged::of(
                Verdict::Warn,
                &format!("LIST and {verb} do not name the same"),
                format!("{name} stands in one of them alone"),
            )
            .instead(lacking, transferred_with(&line));
        }
        compared.push(verb);
    }
    Judged::ok(format!("{} names in {}", list.len(), compared.join(", ")))
}

/// A listing with this line behind so many others.
fn line_after(others: usize, line: &str) -> String {
    let others = "D> [..]\n".repeat(others);
    format!("S> 1yz\n{others}D> {line}\nD> ...\nS> 2yz\n")
}

/// The lines without their ends: there are servers that end them with CR CR LF.
pub(super) fn lines(listed: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = listed.split(|byte| *byte == b'\n').map(|line| {
        let end = line.iter().rposition(|byte| *byte != b'\r');
        &line[..end.map_or(0, |last| last + 1)]
    });
    lines.filter(|line| !line.is_empty())
}

/// The name of a symbolic link without where it leads.
fn bare_name(name: &[u8]) -> Vec<u8> {
    let arrow = name.windows(4).position(|four| four == b" -> ");
    name[..arrow.unwrap_or(name.len())].to_vec()
}

/// A name that a line can hold as it stands.
pub(super) fn is_plain(name: &str) -> bool {
    !name.starts_with([' ', '-', '.'])
        && !name.ends_with(' ')
        && name
            .chars()
            .all(|letter| letter.is_ascii_graphic() && !"{}[]".contains(letter) || letter == ' ')
}

const EMPTY: &str = "the folder is empty";
const TOO_LONG: &str = "the folder's listing is longer than 1 MiB";

/// Those of Unix and of DOS, by their beginnings and dates.
const KNOWN_FORMS: &str =
    r"/^[-dlbcps].* [A-Za-z]+ +[0-9]+ +[0-9:]+ |^[0-9]+[-.\/][0-9]+[-.\/][0-9]+ /";

/// Of one file, in bytes.
const READ_MOST: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use super::judge_form;

    #[test]
    fn the_ends_of_the_lines_of_list_are_told() {
        let line = "-rw-r--r--  1 a  a  5 Nov 22 06:50 one";
        let total = "total 1";
        for (end, verdict, sentence) in [
            ("\r\n", "ok", ""),
            ("\n", "info", "LF alone"),
            ("\r\r\n", "warn", "CR CR LF"),
        ] {
            let judged = judge_form(format!("{total}{end}{line}{end}").as_bytes());
            assert_eq!(judged.verdict.word(), verdict, "{judged:?}");
            let told = judged.sentence.unwrap_or_default();
            assert!(told.contains(sentence), "{told}");
        }
    }
}
