//! The compliance page says of every verb and every code what the tables say, and cites nothing that is not there.
//!
//! `FTPSH_WRITE_COMPLIANCE=1` makes the test write the page in place of comparing it.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use ftpsh::protocol::{
    DataDirection, Origin, REPLY_CODES, ReplyClass, ReplyCodeEntry, SITE_COMMANDS, VERBS, VerbEntry,
};

const PAGE: &str = "docs/compliance.md";

#[test]
fn the_page_says_of_every_verb_and_code_what_the_tables_say() {
    let expected = page();
    if std::env::var_os("FTPSH_WRITE_COMPLIANCE").is_some() {
        fs::write(root().join(PAGE), &expected).unwrap();
    }
    let written = fs::read_to_string(root().join(PAGE)).unwrap();
    let mut pairs = written.lines().zip(expected.lines());
    let difference = pairs.find(|(left, right)| left != right);
    assert_eq!(difference, None, "FTPSH_WRITE_COMPLIANCE=1 writes the page");
    assert_eq!(written.lines().count(), expected.lines().count());
}

#[test]
fn every_section_that_a_table_cites_is_in_its_document() {
    let sections = sections();
    let verbs = VERBS.iter().map(|row| (row.name.to_owned(), row.reference));
    let codes = REPLY_CODES
        .iter()
        .map(|row| (row.code.to_string(), row.reference));
    let mut cited = 0;
    for (name, reference) in verbs.chain(codes) {
        for part in reference.split("; ") {
            let Some((document, section)) = part.split_once(" section ") else {
                continue;
            };
            let known = sections.get(document);
            let known = known.unwrap_or_else(|| panic!("{name}: no sections of {document}"));
            assert!(known.contains(section), "{name}: {part}");
            cited += 1;
        }
    }
    assert!(cited > 100, "{cited}");
}

#[test]
fn every_section_that_a_check_of_doctor_cites_is_in_its_document() {
    let sections = sections();
    let mut cited = 0;
    for check in ftpsh::doctor::checks::built_in() {
        let Some(source) = &check.source else {
            continue;
        };
        let cites = source
            .split_once(" section ")
            .is_some_and(|(document, section)| {
                let known = sections.get(document);
                known.is_some_and(|known| known.contains(section))
            });
        assert!(cites, "{}: {source} is in no document", check.id);
        cited += 1;
    }
    assert!(cited > 40, "{cited}");
}

#[test]
fn every_section_that_the_source_and_the_pages_cite_is_in_its_document() {
    let sections = sections();
    let mut files = files_below(&root().join("src"));
    files.extend(files_below(&root().join("docs")));
    let mut cited = 0;
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for (number, section) in citations(&text) {
            let Some(known) = sections.get(&format!("RFC {number}")) else {
                continue;
            };
            assert!(
                known.contains(section),
                "{}: RFC {number} section {section}",
                file.display()
            );
            cited += 1;
        }
    }
    assert!(cited > 150, "{cited}");
}

/// Number and section of everything that looks like a citation and stands in one line.
fn citations(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("RFC ").skip(1).filter_map(|rest| {
        let (number, rest) = leading(rest, |c| c.is_ascii_digit());
        let rest = rest.strip_prefix(" section ")?;
        let (section, _) = leading(rest, |c| c.is_ascii_digit() || c == '.');
        Some((number, section.trim_end_matches('.')))
    })
}

fn leading(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    text.split_at(end)
}

/// The sections of each document, as `tests/rfc-sections` listed them.
fn sections() -> BTreeMap<String, HashSet<String>> {
    let mut sections: BTreeMap<String, HashSet<String>> = BTreeMap::new();
    let list = fs::read_to_string(root().join("tests/rfc-sections.txt"));
    let list = list.expect("it lies beside tests/rfc-sections");
    for line in list.lines() {
        let [document, section, _title] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let known = sections.entry(document.to_owned()).or_default();
        known.insert(section.to_owned());
    }
    sections
}

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for (origin, title) in [
        (Origin::Registered, "Verbs in the IANA registry"),
        (Origin::Unregistered, "Verbs in no registry"),
        (Origin::Historic, "Verbs out of use"),
    ] {
        let _ = write!(page, "\n## {title}\n\n{VERB_HEAD}");
        for row in VERBS.iter().filter(|row| row.origin == origin) {
            let (syntax, treated) = (cell(row.syntax), cell(&of_verb(row)));
            let _ = writeln!(page, "| `{syntax}` | {} | {treated} |", row.reference);
        }
    }
    let _ = write!(page, "\n## Subcommands of SITE\n\n{SITE_HEAD}");
    for row in SITE_COMMANDS {
        let _ = writeln!(
            page,
            "| `{}` | {} | {} |",
            cell(row.syntax),
            row.summary,
            row.servers
        );
    }
    let _ = write!(page, "\n## Reply codes\n\n{CODE_HEAD}");
    for row in REPLY_CODES {
        let treated = of_code(row);
        let _ = writeln!(
            page,
            "| {} | {} | {} | {treated} |",
            row.code, row.meaning, row.reference
        );
    }
    page
}

fn of_verb(row: &VerbEntry) -> String {
    let data = match row.data {
        Some(DataDirection::Received) => "Sent as typed, and its data is received.",
        Some(DataDirection::Sent) => "Sent as typed, and data is sent after its 1yz.",
        None => "Sent as typed.",
    };
    format!("{data} {}", row.handling).trim_end().to_owned()
}

fn of_code(row: &ReplyCodeEntry) -> String {
    let shown = match row.code.class() {
        ReplyClass::PositivePreliminary => "Shown; the final reply is awaited.",
        ReplyClass::PositiveCompletion | ReplyClass::PositiveIntermediate => "Shown.",
        ReplyClass::TransientNegativeCompletion | ReplyClass::PermanentNegativeCompletion => {
            "Shown; a refusal."
        }
        ReplyClass::Protected | ReplyClass::Unclassified => "Shown; treated as a refusal.",
    };
    format!("{shown} {}", row.handling).trim_end().to_owned()
}

/// A bar would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if path
            .extension()
            .is_some_and(|end| end == "rs" || end == "md")
        {
            files.push(path);
        }
    }
    files
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

const INTRODUCTION: &str = "\
# Compliance

Every verb and every reply code that ftpsh knows: where it is defined, and what ftpsh does with it. A line that is typed is
sent as it is, known or not, and every reply is shown; the tables say what happens besides. After a refusal a script ends with
exit code 1. The tables are written from
`src/protocol/verbs/table.rs`, `src/protocol/verbs/site_commands.rs` and `src/protocol/reply_codes.rs`, and a test compares them.

`help VERB` and `help CODE` say more: what must come first, the replies to expect, an example, what servers do otherwise.
";
const VERB_HEAD: &str = "| verb | defined in | what ftpsh does |\n|---|---|---|\n";
const SITE_HEAD: &str = "| command | what it does | servers |\n|---|---|---|\n";
const CODE_HEAD: &str = "| code | meaning | defined in | what ftpsh does |\n|---|---|---|---|\n";
