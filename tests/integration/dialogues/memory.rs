//! A server that talks without end.

use std::io::Write;
use std::process::Stdio;

use super::hand::Hand;
use super::spawn;

const FLOOD_OCTETS: usize = 50_000_000;
/// Far less than the flood, so that what piles up anywhere is seen.
const MOST_KILOBYTES: u64 = 32 * 1024;

/// The most memory that the process ever had, in KiB.
fn peak_kilobytes(process: u32) -> u64 {
    let status =
        std::fs::read_to_string(format!("/proc/{process}/status")).expect("the process is running");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.and_then(|line| line.split_ascii_whitespace().nth(1));
    number
        .and_then(|number| number.parse().ok())
        .expect("Linux says how much it was")
}

/// Answers NOOP with `first` and 50 MB of `piece`, and ends with `last`.
fn flood(first: &str, piece: &str, last: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let hand = Hand::new();
    let commands = ["NOOP", "PWD"];
    let mut program = spawn(folder.path(), hand.address(), &commands, Stdio::null());
    let mut control = hand.greet();
    control.expect("NOOP");
    control.send(first);
    let chunk = piece.repeat(64 * 1024 / piece.len());
    for _ in 0..FLOOD_OCTETS / chunk.len() {
        control.send(&chunk);
    }
    control.send(last);
    control.expect("PWD");
    let peak = peak_kilobytes(program.id());
    control.send("257 \"/\"\r\n");
    control.expect_end();
    let status = program.wait().expect("it was started");
    assert_eq!(status.code(), Some(0));
    assert!(peak < MOST_KILOBYTES, "{peak} KiB");
}

#[test]
fn a_reply_of_endless_lines_is_not_kept() {
    flood(
        "200-begin\r\n",
        " a line of the body of an endless reply\r\n",
        "200 end\r\n",
    );
}

#[test]
fn a_line_without_end_is_not_kept() {
    flood("200 ", "x", "\r\n");
}

#[test]
fn lines_that_are_no_reply_are_not_kept() {
    let line = format!("no reply, {}\r\n", "and on ".repeat(300));
    flood("", &line, "200 noop\r\n");
}

#[test]
fn a_reply_that_never_ends_ends_the_run_with_5() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let hand = Hand::new();
    let commands = ["NOOP", "PWD"];
    let mut program = spawn(folder.path(), hand.address(), &commands, Stdio::null());
    let mut control = hand.greet();
    control.expect("NOOP");
    control.send("211-\r\n");
    let chunk = " more\r\n".repeat(10_000).into_bytes();
    while control.stream.write_all(&chunk).is_ok() {}
    let status = program.wait().expect("it was started");
    assert_eq!(status.code(), Some(5));
}
