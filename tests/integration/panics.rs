//! A panic in the machine, the driver, an observer or a local side: the program ends at once with 70, says what to
//! report, and leaves the terminal in order, no scratch folder, and a recording that can be read. `FTPSH_PANIC` asks
//! for the panic, which only a binary with the feature `panic-injection` has.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use ftpsh::transcript::Transcript;

use crate::support::ftpsh::Ftpsh;

/// From the line that brings it about to the end.
const LIMIT: Duration = Duration::from_secs(1);

const WRAPPER: &str = r#"
stty -a > before; "$0" practice; echo "status $?"; stty -a > after; echo over
"#;

fn assert_no_scratch_folder(home: &Path) {
    for entry in fs::read_dir(home.join("temporary")).expect("the test's own folder") {
        let name = entry.expect("it can be read").file_name();
        let name = name.to_string_lossy();
        assert!(!name.starts_with("ftpsh-practice"), "{name}");
    }
}

#[track_caller]
fn assert_readable(recording: &Path) {
    let text = fs::read(recording).expect("it was recorded");
    let shown = String::from_utf8_lossy(&text);
    assert!(shown.contains("S> 220"), "{shown}");
    let read = Transcript::read(&text).and_then(|transcript| transcript.dialogue());
    assert!(read.is_ok(), "{:?}\n{shown}", read.err());
}

/// `lines` are answered, `last` brings the panic about.
fn ends_with_70_at_a_terminal(place: &str, lines: &[(&str, &str)], last: &str) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut terminal = Ftpsh::of_program("/bin/sh")
        .args(["-c", WRAPPER, env!("CARGO_BIN_EXE_ftpsh")])
        .env("FTPSH_PANIC", place)
        .home(home.path())
        .terminal();
    terminal.expect("ftp> ");
    let session = home.path().join("session.ftp");
    terminal.send_line(&format!("record {}", session.display()));
    terminal.expect("ftp> ");
    for (line, reply) in lines {
        terminal.send_line(line);
        terminal.expect(reply);
        terminal.expect("> ");
    }
    let begun = Instant::now();
    terminal.send_line(last);
    terminal.expect("a bug in ftpsh: FTPSH_PANIC asked for it at src/");
    terminal.expect("status 70");
    assert!(begun.elapsed() < LIMIT, "{:?}", begun.elapsed());
    terminal.expect("over");
    let modes = |name| fs::read_to_string(home.path().join(name)).expect("stty wrote it");
    assert_eq!(modes("after"), modes("before"));
    assert_no_scratch_folder(home.path());
    assert_readable(&session);
}

fn ends_with_70_in_a_script(place: &str) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let session = home.path().join("session.ftp");
    let record = format!("record {}", session.display());
    let lines = [
        record.as_str(),
        "USER A",
        "PASS A",
        "PASV",
        "RETR 1.TXT > f",
        "PASV",
        "STOR g < /dev/zero",
    ];
    let begun = Instant::now();
    let finished = Ftpsh::new()
        .home(home.path())
        .env("FTPSH_PANIC", place)
        .arg("practice")
        .args(lines.iter().flat_map(|line| ["-c", line]))
        .run()
        .code(70);
    // The start of the practice server, which makes its certificate, is among it.
    assert!(begun.elapsed() < 2 * LIMIT, "{:?}", begun.elapsed());
    let words = "a bug in ftpsh: FTPSH_PANIC asked for it at src/";
    assert!(finished.stderr.contains(words), "{}", finished.stderr);
    assert_no_scratch_folder(home.path());
    assert_readable(&session);
}

const LOGGED_IN: [(&str, &str); 3] = [("USER A", "331"), ("PASS A", "230"), ("PASV", "227")];

#[test]
fn a_panic_in_the_machine_at_a_terminal() {
    ends_with_70_at_a_terminal("machine", &[], "NOOP");
}

#[test]
fn a_panic_in_the_driver_at_a_terminal() {
    ends_with_70_at_a_terminal("driver", &LOGGED_IN, "RETR 1.TXT > f");
}

#[test]
fn a_panic_in_an_observer_at_a_terminal() {
    ends_with_70_at_a_terminal("observer", &[], "NOOP");
}

#[test]
fn a_panic_in_a_local_side_at_a_terminal() {
    ends_with_70_at_a_terminal("endpoint", &LOGGED_IN, "RETR 1.TXT");
}

#[test]
fn a_panic_in_the_source_of_an_upload_at_a_terminal() {
    ends_with_70_at_a_terminal("source", &LOGGED_IN, "STOR g < /dev/zero");
}

#[test]
fn a_panic_in_the_machine_in_a_recorded_script() {
    ends_with_70_in_a_script("machine");
}

#[test]
fn a_panic_in_the_driver_in_a_recorded_script() {
    ends_with_70_in_a_script("driver");
}

#[test]
fn a_panic_in_an_observer_in_a_recorded_script() {
    ends_with_70_in_a_script("observer");
}

#[test]
fn a_panic_in_a_local_side_in_a_recorded_script() {
    ends_with_70_in_a_script("endpoint");
}

#[test]
fn a_panic_in_the_source_of_an_upload_in_a_recorded_script() {
    ends_with_70_in_a_script("source");
}
