//! `docs/servers.md`: what `ftpsh doctor --markdown` says of the four real servers.
//!
//! `FTPSH_WRITE_SERVERS=1` makes the test write the page in place of comparing it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use ftpsh::doctor::checks;
use ftpsh::doctor::report::Group;

use super::examination::doctor;
use super::verdicts::{OF_TIME, place_files};
use crate::support::real_server::{Kind, Options, RealServer, Tls};

/// One server's column.
struct Column {
    name: String,
    cells: BTreeMap<String, Cell>,
}

/// What one check came to, in the Markdown of the report.
struct Cell {
    verdict: String,
    finding: String,
    because: String,
}

fn examined(kind: Kind) -> Option<Column> {
    let options = Options {
        tls: Tls::Explicit,
        ..Options::default()
    };
    let server = RealServer::start_with(kind, &options)?;
    place_files(&server);
    let program = doctor(server.address(), server.user(), server.password());
    let program = program.arg("--markdown").arg("--ca");
    let finished = program.arg(server.authority().file()).run();
    assert!(matches!(finished.status, 0 | 9), "{finished:?}");
    let text = finished.stdout_text();
    let name = text.split("says it is ").nth(1);
    let name = name.and_then(|rest| rest.split(',').next());
    let mut column = Column {
        name: name.unwrap_or_else(|| kind.name()).to_owned(),
        cells: cells_of(&text),
    };
    if kind == Kind::Pyftpdlib {
        hide_races(&mut column.cells);
    }
    if matches!(kind, Kind::Pyftpdlib | Kind::PureFtpd) {
        hide_race_of_abort(&mut column.cells);
    }
    Some(column)
}

fn cells_of(report: &str) -> BTreeMap<String, Cell> {
    let rows = report.lines().filter_map(|line| {
        let words: Vec<&str> = line.strip_prefix("| `")?.split(" | ").collect();
        let [id, verdict, finding, because, _source] = words.as_slice() else {
            return None;
        };
        let cell = Cell {
            verdict: (*verdict).to_owned(),
            finding: (*finding).to_owned(),
            because: (*because).to_owned(),
        };
        Some((id.trim_end_matches('`').to_owned(), cell))
    });
    rows.collect()
}

/// What comes first, a reset or a reply, is not the same in each run.
fn hide_races(cells: &mut BTreeMap<String, Cell>) {
    let mut settle = |id: &str, because: &str| {
        let cell = cells.get_mut(id).expect("every check has a row");
        because.clone_into(&mut cell.because);
    };
    settle("auth-injection", "");
    settle("cut-upload", "it depends on when the reset comes");
    let cut = cells.get_mut("cut-upload").expect("every check has a row");
    assert!(matches!(cut.verdict.as_str(), "warn" | "unknown"));
    "warn".clone_into(&mut cut.verdict);
    "an upload that was reset is answered 226, or not at all".clone_into(&mut cut.finding);
}

/// Whether the first byte of the file has gone before the ABOR is heard is not the same in each run.
fn hide_race_of_abort(cells: &mut BTreeMap<String, Cell>) {
    let cell = cells
        .get_mut("abor-transfer")
        .expect("every check has a row");
    assert!(matches!(cell.verdict.as_str(), "ok" | "info"));
    "info".clone_into(&mut cell.verdict);
    "an ABOR and the download that it gives up get one reply together at times"
        .clone_into(&mut cell.finding);
    "it depends on whether the file has begun to come".clone_into(&mut cell.because);
}

fn page(columns: &[Column]) -> String {
    let mut text = INTRODUCTION.to_owned();
    let names: Vec<&str> = columns.iter().map(|it| it.name.as_str()).collect();
    for group in Group::ALL {
        let checks = checks::built_in().into_iter();
        let ids = checks.filter(|check| check.group == group);
        let ids = ids.map(|check| check.id);
        let ids: Vec<String> = ids.filter(|id| !OF_TIME.contains(&id.as_str())).collect();
        if ids.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n## {}\n", group.word());
        let _ = writeln!(text, "| check | {} |", names.join(" | "));
        let _ = writeln!(text, "|---|{}", "---|".repeat(names.len()));
        let mut notes = String::new();
        for id in &ids {
            let cells = columns.iter().map(|it| &it.cells[id]);
            let verdicts: Vec<&str> = cells.map(|cell| cell.verdict.as_str()).collect();
            let verdicts = verdicts.join(" | ");
            let _ = writeln!(text, "| [{id}](checks/{id}.md) | {verdicts} |");
            notes += &notes_on(id, columns);
        }
        if !notes.is_empty() {
            let _ = write!(text, "\n{notes}");
        }
    }
    text
}

/// Why it is not ok, once for all servers that have the same reason.
fn notes_on(id: &str, columns: &[Column]) -> String {
    let mut notes: Vec<(String, Vec<&str>)> = Vec::new();
    for column in columns {
        let cell = &column.cells[id];
        let note = match cell.verdict.as_str() {
            "ok" => continue,
            "skipped" | "unknown" => cell.because.clone(),
            _ => [&cell.finding, &cell.because]
                .into_iter()
                .filter(|it| !it.is_empty())
                .cloned()
                .collect::<Vec<_>>()
                .join("; "),
        };
        match notes.iter_mut().find(|(known, _)| *known == note) {
            Some((_, names)) => names.push(&column.name),
            None => notes.push((note, vec![&column.name])),
        }
    }
    let lines = notes
        .iter()
        .map(|(note, names)| wrapped(&format!("* {id}, {}: {note}", names.join(", "))));
    lines.collect()
}

/// A list's item in lines that are not too long.
fn wrapped(item: &str) -> String {
    let mut lines = vec![String::new()];
    for word in item.split_ascii_whitespace() {
        let last = lines.last_mut().expect("there is one");
        if last.chars().count() + 1 + word.chars().count() > WIDEST {
            lines.push(format!("  {word}"));
        } else {
            let gap = if last.is_empty() { "" } else { " " };
            *last += &format!("{gap}{word}");
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn the_page_says_what_doctor_finds_at_the_four_servers() {
    let columns: Option<Vec<Column>> = Kind::ALL.into_iter().map(examined).collect();
    let Some(columns) = columns else {
        return;
    };
    let expected = page(&columns);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/servers.md");
    if std::env::var_os("FTPSH_WRITE_SERVERS").is_some() {
        fs::write(&path, &expected).expect("the source can be written");
    }
    let text = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "FTPSH_WRITE_SERVERS=1 writes the page");
}

const INTRODUCTION: &str = "\
# What four servers do

`FTPSH_WRITE_SERVERS=1 tests/run servers_page` writes this page from what [`ftpsh doctor`](doctor.md) finds with `--user`,
`--write` and `--hard`, and each run of the tests compares it. The servers are as they come: all that was configured is a folder, a
certificate, and a user, who is `anonymous` at vsftpd. Checks that measure time are left out, because on one machine they measure
the machine. Below each table is why what is not `ok` is not.
";

const WIDEST: usize = 128;
