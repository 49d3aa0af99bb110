//! SIGTERM and SIGHUP: nothing of the program stays behind, neither on the terminal nor on the disk.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::DEADLINE;
use crate::support::ftpsh::Ftpsh;

/// Writes its number to `number`, runs the binary, and tells the terminal's modes after it.
const WRAPPER: &str = r#"
sh -c 'echo $$ > number; exec "$0" practice' "$0"
echo "status $?"; stty -a; echo over
"#;

fn send_signal(signal: &str, process: &str) {
    let sent = Command::new("kill").args([signal, process]).status();
    assert!(sent.expect("kill is there").success());
}

fn scratch_folders(temporary: &Path) -> usize {
    let entries = fs::read_dir(temporary).expect("the test's own folder");
    entries
        .filter(|entry| {
            let name = entry.as_ref().expect("it can be read").file_name();
            name.to_string_lossy().starts_with("ftpsh-practice")
        })
        .count()
}

fn ends_in_order_at_a_terminal(signal: &str, status: &str) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let temporary = home.path().join("temporary");
    let mut terminal = Ftpsh::of_program("/bin/sh")
        .args(["-c", WRAPPER, env!("CARGO_BIN_EXE_ftpsh")])
        .home(home.path())
        .terminal();
    terminal.expect("ftp> ");
    terminal.send("half a line");
    terminal.expect("half a line");
    assert_eq!(scratch_folders(&temporary), 1);
    let number = fs::read_to_string(home.path().join("number")).expect("the wrapper wrote it");
    send_signal(signal, number.trim());
    terminal.expect(status);
    terminal.expect("over");
    assert_eq!(terminal.wait_exit(), 0);
    let screen = terminal.screen();
    // What is typed is seen again, line by line.
    assert!(
        screen.contains(" echo ") && screen.contains(" icanon"),
        "{screen}"
    );
    // And the status did not stand after the line that was being typed.
    let row = screen.lines().find(|row| row.contains(status));
    assert!(row.is_some_and(|row| row.starts_with(status)), "{screen}");
    let output = terminal.raw_output();
    let last = |mode: &[u8]| {
        output
            .windows(mode.len())
            .rposition(|window| window == mode)
    };
    assert!(
        last(b"\x1b[?2004l") > last(b"\x1b[?2004h"),
        "pastes are announced"
    );
    assert_eq!(scratch_folders(&temporary), 0);
}

#[test]
fn sigterm_at_the_prompt_leaves_a_terminal_in_order_and_no_folder() {
    ends_in_order_at_a_terminal("-TERM", "status 143");
}

#[test]
fn sighup_at_the_prompt_leaves_a_terminal_in_order_and_no_folder() {
    ends_in_order_at_a_terminal("-HUP", "status 129");
}

#[test]
fn sigterm_in_a_script_leaves_no_folder() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut program = Command::new(env!("CARGO_BIN_EXE_ftpsh"))
        .arg("practice")
        .env_clear()
        .env("HOME", home.path())
        .env("TMPDIR", home.path())
        // Its input has no end, so only the signal ends it.
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let stderr = program.stderr.take().expect("it is piped");
    let greeted = BufReader::new(stderr)
        .lines()
        .any(|line| line.expect("it is text").starts_with("220"));
    assert!(greeted);
    assert_eq!(scratch_folders(home.path()), 1);
    send_signal("-TERM", &program.id().to_string());
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = program.try_wait().expect("it was started") {
            break status;
        }
        assert!(begun.elapsed() < DEADLINE, "it does not end");
        // Nothing wakes a wait with a deadline.
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(status.signal(), Some(15));
    assert_eq!(scratch_folders(home.path()), 0);
}
