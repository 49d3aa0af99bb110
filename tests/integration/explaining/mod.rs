//! `ftpsh explain`, over logs that real programs wrote (`tests/fixtures/logs`), whole and spoilt.

mod command_line;
mod false_claims;
mod forms;
mod logs;
mod secrets;
mod served;

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::ftpsh::{Finished, Ftpsh};

/// One row of `expected.table`.
struct Expected {
    name: String,
    cause: Option<String>,
    sessions: u64,
    oddities: Vec<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/logs")
}

fn log(name: &str) -> Vec<u8> {
    fs::read(folder().join(format!("{name}.log"))).expect("the log is there")
}

fn expected() -> Vec<Expected> {
    let table = fs::read_to_string(folder().join("expected.table")).expect("the table is there");
    let rows = table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let known = |word: &str| Some(word.to_owned()).filter(|word| word != "-");
    rows.map(|row| {
        let words: Vec<&str> = row.split_whitespace().collect();
        Expected {
            name: words[0].to_owned(),
            cause: known(words[1]),
            sessions: words[2].parse().expect("a number of sessions"),
            oddities: words[3..].iter().filter_map(|word| known(word)).collect(),
        }
    })
    .collect()
}

fn explain(text: impl AsRef<[u8]>, arguments: &[&str]) -> Finished {
    Ftpsh::new()
        .args(["explain", "-"])
        .args(arguments)
        .stdin(text)
        .run()
}
