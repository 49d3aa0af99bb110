//! Each log, and the cause beside it.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::{expected, explain, folder, log};

#[test]
fn each_log_has_the_cause_that_stands_beside_it() {
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let rows = expected();
    assert!(rows.len() >= 60, "{}", rows.len());
    for row in &rows {
        let name = &row.name;
        let printed = explain(log(name), &["--json"]).success().stdout_text();
        let report: Value = serde_json::from_str(&printed).expect("one line of JSON");
        if let Err(error) = validator.validate(&report) {
            panic!("{name}: {error}: {printed}");
        }
        let cause = report["problem"]["cause"].as_str();
        assert_eq!(cause, row.cause.as_deref(), "{name}: {printed}");
        assert_eq!(report["sessions"], row.sessions, "{name}: {printed}");
        let oddities = report["oddities"].as_array().expect("it is valid");
        let ids: Vec<&str> = oddities.iter().filter_map(|it| it["id"].as_str()).collect();
        assert_eq!(ids, row.oddities, "{name}: {printed}");
        assert!(!printed.contains("s3cr3t"), "{name}: {printed}");
    }
}

#[test]
fn every_log_of_the_folder_stands_in_the_table() {
    let files = fs::read_dir(folder()).expect("the folder is there");
    let names = files.filter_map(|file| {
        let name = file.expect("it can be read").file_name();
        Some(name.to_str()?.strip_suffix(".log")?.to_owned())
    });
    let in_folder: BTreeSet<String> = names.collect();
    let in_table: BTreeSet<String> = expected().into_iter().map(|row| row.name).collect();
    assert_eq!(in_folder, in_table);
}

#[test]
fn a_page_for_people_fits_the_screen_and_shows_no_secret() {
    for row in expected() {
        let page = explain(log(&row.name), &[]).success().stdout_text();
        for line in page.lines() {
            let is_harmless = line.chars().all(|it| !it.is_control());
            assert!(is_harmless, "{}: {line}", row.name);
            let is_one_word = line.trim().split(' ').count() == 1;
            assert!(
                line.chars().count() <= 80 || is_one_word,
                "{}: {line}",
                row.name
            );
        }
        assert!(!page.contains("s3cr3t"), "{page}");
        let cause = row
            .cause
            .unwrap_or_else(|| "nothing that the client".to_owned());
        assert!(page.contains(&cause), "{page}");
    }
}

#[test]
fn a_log_keeps_its_cause_however_its_lines_are_written() {
    let text = String::from_utf8(log("python-session-not-resumed")).expect("it is text");
    let marked = text.replace('\n', "\r\n");
    let utf_16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let units = "\u{feff}".encode_utf16().chain(marked.encode_utf16());
        units.flat_map(bytes).collect()
    };
    let coloured: String = text
        .lines()
        .map(|line| format!("\x1b[1;32m{line}\x1b[0m\r\n"))
        .collect();
    let indented: String = text.lines().map(|line| format!("{line}\r\r\n")).collect();
    for spoilt in [
        marked.clone().into_bytes(),
        ["\u{feff}", &marked].concat().into_bytes(),
        utf_16(u16::to_le_bytes),
        utf_16(u16::to_be_bytes),
        coloured.into_bytes(),
        indented.into_bytes(),
    ] {
        let page = explain(spoilt, &[]).success().stdout_text();
        assert!(page.contains("tls-session-reuse-required"), "{page}");
    }
}

fn schema() -> Value {
    let page = folder().join("../../../docs/explain.md");
    let page = fs::read_to_string(page).expect("the page is there");
    let block = page.split("```json\n").nth(1);
    let block = block.and_then(|rest| rest.split("```").next());
    serde_json::from_str(block.expect("the page has a schema")).expect("it is JSON")
}
