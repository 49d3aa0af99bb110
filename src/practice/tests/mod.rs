//! The practice server, spoken to with plain sockets.

mod client;
mod faults;
mod files;
mod log;
mod login;
mod transfers;

use super::FAULTS;
use super::verbs::VERBS;

const PAGE: &str = include_str!("../../../docs/practice-server.md");

#[test]
fn every_fault_is_in_the_page_with_its_summary() {
    for entry in FAULTS {
        let row = format!("| `{}` | {} |", entry.usage(), entry.summary);
        assert!(PAGE.contains(&row), "missing: {row}");
    }
    let rows = PAGE.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(rows, FAULTS.len());
}

#[test]
fn every_verb_is_in_the_page() {
    let list = PAGE
        .split("```text")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .unwrap();
    let words: Vec<_> = list.split_whitespace().collect();
    for entry in VERBS {
        assert!(words.contains(&entry.name), "missing: {}", entry.name);
    }
    for old in ["XCUP", "XCWD", "XMKD", "XPWD", "XRMD"] {
        assert!(words.contains(&old), "missing: {old}");
    }
    assert_eq!(words.len(), VERBS.len() + 5);
}
