//! What the platform's shell is given, and what it makes of data.

use std::fs;

use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::practice::practice_server;

fn run(lines: &str) -> Finished {
    let server = practice_server(&[]);
    fs::write(server.server_folder().join("unsorted"), "b\na\nc\n")
        .expect("the server's folder is ours");
    fs::write(server.server_folder().join("2.TXT"), "two").expect("the server's folder is ours");
    Ftpsh::new()
        .arg(format!("ftp://A:A@{}", server.address()))
        .stdin(lines)
        .run()
        .success()
}

#[test]
fn a_local_command_gets_its_quotes_and_blanks_as_they_were_typed() {
    // `cmd` prints quotes, other shells take them off.
    let quote = if cfg!(windows) { "\"" } else { "" };
    let finished = run("!echo \"a  b\"\n! echo \"c\"\n");
    let shown: Vec<_> = finished.stdout_text().lines().map(str::to_owned).collect();
    let expected = ["a  b", "c"].map(|words| format!("{quote}{words}{quote}"));
    assert_eq!(shown, expected);
}

#[test]
fn a_listing_goes_through_a_local_command_with_quotes() {
    let filter = if cfg!(windows) { "find" } else { "grep" };
    let finished = run(&format!("PASV\nLIST | {filter} \"2.TXT\"\n"));
    let text = finished.stdout_text();
    let lines: Vec<_> = text.lines().filter(|line| !line.is_empty()).collect();
    assert!(lines.len() == 1 && lines[0].ends_with(" 2.TXT"), "{text}");
}

#[test]
fn a_listing_and_a_file_can_be_sorted() {
    let finished = run("PASV\nLIST | sort\nPASV\nRETR unsorted | sort\n");
    let text = finished.stdout_text();
    let lines: Vec<_> = text.lines().collect();
    let (listing, sorted) = lines.split_at(3);
    assert!(listing.is_sorted(), "{text}");
    assert!(
        listing.iter().any(|line| line.ends_with(" 1.TXT")),
        "{text}"
    );
    assert_eq!(sorted, ["a", "b", "c"]);
}
