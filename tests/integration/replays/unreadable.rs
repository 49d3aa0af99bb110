//! Transcripts that cannot be read are named with their place, before anything is sent.

use super::Scripts;

#[test]
fn the_line_is_shown_with_a_caret_below_what_is_wrong() {
    let scripts = Scripts::new(&[("x.ftp", "S> 220\n\nC> NOOP\nS> 20 ok\n")]);
    let finished = scripts.replay(&["x.ftp"]).run().code(2);
    let shown: Vec<&str> = finished.stderr.lines().collect();
    assert!(
        shown[0].starts_with("  FAILED   x.ftp:4:4  a reply code was expected"),
        "{shown:?}"
    );
    assert_eq!(shown[1..], ["    4 | S> 20 ok", "      |    ^^"]);
}

#[test]
fn bytes_that_could_steer_a_terminal_are_escaped() {
    let scripts = Scripts::new(&[("x.ftp", "S> 220\nX \u{1b}[2J\n")]);
    let finished = scripts.replay(&["x.ftp"]).run().code(2);
    assert!(!finished.stderr.contains('\u{1b}'), "{}", finished.stderr);
    assert!(
        finished.stderr.contains("2 | X \\x1b[2J"),
        "{}",
        finished.stderr
    );
}

#[test]
fn what_is_not_text_is_named() {
    let scripts = Scripts::new(&[]);
    std::fs::write(scripts.path().join("x.ftp"), b"S> 220\nC> CWD \xe9\n").unwrap();
    let finished = scripts.replay(&["x.ftp"]).run().code(2);
    assert!(finished.stderr.contains("x.ftp:2:8"), "{}", finished.stderr);
    assert!(finished.stderr.contains("{0xe9}"), "{}", finished.stderr);
}

#[test]
fn a_file_that_is_not_there_is_a_local_file() {
    let finished = Scripts::new(&[]).replay(&["x.ftp"]).run().code(7);
    assert!(finished.stderr.contains("x.ftp"), "{}", finished.stderr);
}
