//! The report for other programs, of the program itself: what stands on its standard output, and how it ends.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::practice::practice_server;

fn doctor(address: SocketAddr, arguments: &[&str]) -> Finished {
    Ftpsh::new()
        .args(["doctor", &address.to_string(), "--user", "A"])
        .args(arguments)
        .env("FTPSH_PASSWORD", "A")
        .run()
}

fn json(finished: &Finished) -> Value {
    serde_json::from_slice(&finished.stdout).unwrap_or_else(|error| panic!("{error}: {finished:?}"))
}

/// The files of two reports, of a server that answers QUIT well and of one that does not.
fn two_reports(folder: &Path) -> [String; 2] {
    [("old.json", &[][..]), ("new.json", &["reply=QUIT:200 bye"])].map(|(name, faults)| {
        let server = practice_server(faults);
        let finished = doctor(server.address(), &["--json"]);
        let path = folder.join(name);
        fs::write(&path, &finished.stdout).expect("the folder is there");
        path.to_str()
            .expect("a temporary folder has a plain name")
            .to_owned()
    })
}

#[test]
fn standard_output_holds_one_report_in_the_form_that_was_asked_for() {
    let server = practice_server(&["reply=QUIT:200 bye"]);
    let report = json(&doctor(server.address(), &["--json"]));
    assert_eq!(report["schema"], 1);
    assert_eq!(report["target"]["port"], server.address().port());
    assert_eq!(report["target"]["user"], "A");
    let findings = report["findings"].as_array().unwrap();
    let quit = findings.iter().find(|it| it["id"] == "quit").unwrap();
    assert_eq!(quit["verdict"], "warn");
    assert!(report["ways"][0]["result"] == "ok", "{report:#}");

    let sarif = json(&doctor(server.address(), &["--sarif"]));
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), findings.len());

    let markdown = doctor(server.address(), &["--markdown"]).stdout;
    let markdown = String::from_utf8(markdown).unwrap();
    assert!(markdown.starts_with("## 127"), "{markdown}");
    let rows = markdown.lines().filter(|line| line.starts_with("| `"));
    assert_eq!(rows.count(), findings.len());

    let junit = doctor(server.address(), &["--junit"]).stdout;
    let junit = String::from_utf8(junit).unwrap();
    assert!(junit.starts_with("<?xml"), "{junit}");
    assert_eq!(junit.matches("<testcase ").count(), findings.len());
}

#[test]
fn two_forms_at_once_and_what_a_difference_has_not_are_refused_before_anything_is_sent() {
    let server = practice_server(&[]);
    let address = server.address().to_string();
    for arguments in [
        &["--json", "--junit"][..],
        &[&address, "--sarif"],
        &[&address, "--transcripts", "found"],
    ] {
        let finished = doctor(server.address(), arguments).code(2);
        assert!(finished.stdout.is_empty(), "{finished:?}");
    }
}

#[test]
fn what_differs_between_two_files_is_told_and_decides_the_exit_code() {
    let folder = TempDir::new().unwrap();
    let [old, new] = two_reports(folder.path());
    let compare = |old: &str, new: &str, more: &[&str]| {
        let program = Ftpsh::new().args(["doctor", "--diff", old, new]);
        program.args(more).run()
    };
    let finished = compare(&old, &new, &["--fail-on", "warn"]).code(9);
    let shown = String::from_utf8(finished.stdout).unwrap();
    assert!(shown.contains("\n  worse   quit "), "{shown}");

    let finished = compare(&new, &old, &["--fail-on", "warn"]).success();
    let shown = String::from_utf8(finished.stdout).unwrap();
    assert!(shown.contains("\n  better  quit "), "{shown}");

    let difference = json(&compare(&old, &new, &["--json"]));
    let quit = difference["findings"].as_array().unwrap().iter();
    let quit = quit.clone().find(|it| it["id"] == "quit").unwrap();
    assert_eq!(
        (&quit["change"], &quit["old"]),
        (&"worse".into(), &"ok".into())
    );

    let finished = compare(&old, &old, &["--fail-on", "warn"]).success();
    let shown = String::from_utf8(finished.stdout).unwrap();
    assert!(
        !shown.contains("worse") && !shown.contains("better"),
        "{shown}"
    );
}

#[test]
fn a_file_that_is_no_report_is_named_with_what_is_expected() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("list.json"), "[1]").unwrap();
    fs::write(path("later.json"), r#"{"schema": 2}"#).unwrap();
    for (name, exit, words) in [
        (
            "list.json",
            2,
            "list.json: not a report that `ftpsh doctor --json` wrote: ",
        ),
        (
            "later.json",
            2,
            "later.json: a report of schema 2; this ftpsh reads schema 1",
        ),
        ("none.json", 7, "none.json: "),
    ] {
        let program = Ftpsh::new().args(["doctor", "--diff", &path(name), &path(name)]);
        let finished = program.run().code(exit);
        assert!(finished.stderr.contains(words), "{finished:?}");
    }
}

#[test]
fn two_servers_are_examined_one_after_the_other_and_only_their_difference_is_printed() {
    let (first, second) = (
        practice_server(&[]),
        practice_server(&["reply=QUIT:200 bye"]),
    );
    let second = second.address();
    let finished = doctor(first.address(), &[&second.to_string(), "--fail-on", "warn"]).code(9);
    let shown = String::from_utf8(finished.stdout).unwrap();
    for words in [
        format!("A    127.0.0.1 port {}", first.address().port()),
        format!("\nB    127.0.0.1 port {}", second.port()),
        "\n  worse   quit ".to_owned(),
        "\n  same    ".to_owned(),
    ] {
        assert!(shown.contains(&words), "{shown}");
    }
    assert!(!shown.contains("ways in"), "{shown}");
}
