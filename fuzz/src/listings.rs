//! LIST, MLSD and the facts of MLST, and what is completed from them.

use ftpsh::protocol::Command;
use ftpsh::protocol::listing::{self, ListedEntry, ListedLine};
use ftpsh::shell::config::aliases::Aliases;
use ftpsh::shell::editor::assistance::{Knowledge, SeenNames, complete};
use ftpsh::shell::line::{self, Line};

use super::bytes::{assert_defused, assert_harmless, contains};

/// Reads the bytes as a listing, and each line as one of each kind.
pub fn hold(bytes: &[u8]) {
    for line in bytes.split(|byte| *byte == b'\n') {
        assert_eq!(listing::from_mlst_line(line), facts(line));
        if let Some(listed) = listing::read_line(line) {
            assert_is_written(&listed, line);
        }
        if let Some((entry, name)) = listing::from_list_line(line) {
            assert!(line.ends_with(name));
            let alone = [line, b"\r\n"].concat();
            assert_eq!(listing::find_in_list(&alone, name), Some(entry));
        }
    }
    // No line can hold this name.
    let found = listing::find_in_list(bytes, b"\n");
    assert!(matches!(found, None | Some(ListedEntry::Directory)));
    for verb in ["LIST", "NLST", "MLSD"] {
        assert_completion_is_sent_as_seen(verb, bytes);
    }
}

fn assert_is_written(listed: &ListedLine<'_>, line: &[u8]) {
    assert!(line.ends_with(listed.name));
    if let ListedEntry::File(size) = listed.entry {
        assert!(contains(line, size.to_string().as_bytes()));
    }
    assert_defused(listed.name);
    assert_defused(&listed.modified);
}

/// The facts of a line: of two of one name the last counts.
fn facts(line: &[u8]) -> Option<ListedEntry> {
    let words = line.trim_ascii_start();
    let facts = words.split(|byte| *byte == b' ').next()?;
    let value_of = |name: &[u8]| {
        facts.rsplit(|byte| *byte == b';').find_map(|fact| {
            let (key, value) = fact.split_at(fact.iter().position(|byte| *byte == b'=')?);
            key.eq_ignore_ascii_case(name).then_some(&value[1..])
        })
    };
    let size = value_of(b"size").and_then(|digits| {
        let is_number = digits.iter().all(u8::is_ascii_digit);
        let text = str::from_utf8(digits).ok().filter(|_| is_number)?;
        text.parse().ok()
    });
    match value_of(b"type").map(<[u8]>::to_ascii_lowercase).as_deref() {
        Some(b"dir" | b"cdir" | b"pdir") => Some(ListedEntry::Directory),
        Some(b"file") | None if size.is_some() => size.map(ListedEntry::File),
        Some(_) => Some(ListedEntry::Other),
        None => None,
    }
}

/// What is offered for a name that was seen is a line that sends this name, and nothing else.
fn assert_completion_is_sent_as_seen(verb: &str, bytes: &[u8]) {
    let command = Command::new(verb).expect("no line end stands in a verb");
    let names = SeenNames::default();
    names.learn_listing(&command, bytes);
    let mut knowledge = Knowledge::new(Aliases::shipped(), true);
    knowledge.home = None;
    knowledge.list_folder = |_| Vec::new();
    knowledge.remote_names = names;
    let typed = "RETR ";
    for candidate in complete(typed, typed.len(), &knowledge).candidates {
        assert_harmless(&candidate.shown);
        assert_harmless(&candidate.replacement);
        let whole = format!("{typed}{}", candidate.replacement);
        match line::read(whole.as_bytes(), &|_| false) {
            Ok(Line::Raw {
                command,
                redirection: None,
            }) => assert_eq!(command.line(), whole.as_bytes()),
            other => panic!("{whole:?} is {other:?}"),
        }
    }
}
