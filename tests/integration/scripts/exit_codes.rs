//! The exit code says what became of a script.

use std::fs;

use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::practice::practice_server;
use crate::support::scripted_server::{Gate, Script};
use crate::support::terminal::Key;

/// Runs lines on the practice server, logged in, and compares the exit code.
#[track_caller]
fn assert_codes(faults: &[&str], options: &[&str], table: &[(&[&str], i32)]) {
    for (lines, code) in table {
        let home = Home::new();
        fs::write(home.path().join("short"), "I").expect("the home is writable");
        let server = practice_server(faults);
        let finished = Ftpsh::new()
            .home(home.path())
            .telling_events()
            .args(options)
            .arg(format!("ftp://A:A@{}", server.address()))
            .stdin(lines.join("\n"))
            .run();
        assert_eq!(finished.status, *code, "{lines:?}: {}", finished.stderr);
    }
}

#[test]
fn the_first_failure_is_the_exit_code() {
    assert_codes(
        &[],
        &[],
        &[
            (&[], 0),
            (&["NOOP", "", "!exit 0", "exit"], 0),
            (&["!exit 3"], 1),
            (&["!exit 3", "STOR f"], 1),
            (&["XYZZY"], 1),
            (&["SIZE nosuch", "NOOP"], 1),
            (&["get nosuch"], 1),
            (&["STOR f"], 2),
            (&["open gopher://h"], 2),
            (&["STOR f < nosuch"], 7),
            (&["RETR 1.TXT > no/such"], 7),
            (&["resume short 1.TXT"], 8),
            (&["RETR nosuch", "STOR f", "STOR f < nosuch"], 1),
            (&["STOR f", "STOR f < nosuch", "XYZZY"], 2),
            (&["STOR f < nosuch", "XYZZY", "STOR f"], 7),
            (&["resume short 1.TXT", "XYZZY"], 8),
            (&["QUIT"], 0),
            (&["XYZZY", "QUIT"], 1),
            (&["exit", "XYZZY"], 0),
            (&["XYZZY", "bye", "STOR f"], 1),
        ],
    );
}

#[test]
fn what_resume_handles_itself_does_not_count() {
    let table: &[(&[&str], i32)] = &[(&["resume short absent"], 0), (&["resume short f"], 0)];
    assert_codes(&["no-size"], &[], table);
}

#[test]
fn a_lost_connection_ends_the_run_and_wins() {
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("XYZZY")
        .send("500 what\r\n")
        .expect("NOOP")
        .close()
        .start();
    let finished = Ftpsh::new()
        .arg(server.address().to_string())
        .stdin("XYZZY\nNOOP\n!echo not reached\n")
        .run()
        .code(3);
    let _ = server.finish();
    assert_eq!(finished.stdout_text(), "");
}

#[test]
fn a_login_whose_pass_is_not_accepted_is_1_and_waits_for_nothing_more() {
    for reply in ["331 again", "350 go on"] {
        let server = Script::new()
            .send("220 hi\r\n")
            .expect("USER a")
            .send("331 password\r\n")
            .expect("PASS b")
            .send(format!("{reply}\r\n"))
            .expect("NOOP")
            .send("200 ok\r\n")
            .wait_for_client_close()
            .start();
        let finished = Ftpsh::new()
            .arg(server.address().to_string())
            .stdin("login a b\nwhy\nNOOP\n")
            .run()
            .code(1);
        let _ = server.finish();
        assert!(!finished.stderr.contains("greeting"), "{}", finished.stderr);
    }
}

#[test]
fn silence_ends_the_run_with_3() {
    let server = practice_server(&["silent=SIZE"]);
    let finished = Ftpsh::new()
        .args(["--timeout", "1"])
        .arg(format!("ftp://A:A@{}", server.address()))
        .stdin("SIZE 1.TXT\nMKD not-reached\n")
        .run()
        .code(3);
    assert!(finished.stderr.contains("1 s"), "{}", finished.stderr);
    assert!(!server.server_folder().join("not-reached").exists());
}

#[test]
fn stop_ends_at_the_first_failure() {
    for (line, code) in [
        ("XYZZY", 1),
        ("!exit 3", 1),
        ("STOR f", 2),
        ("STOR f < nosuch", 7),
    ] {
        for (stop, goes_on) in [(false, true), (true, false)] {
            let server = practice_server(&[]);
            let _ = Ftpsh::new()
                .args(stop.then_some("--stop"))
                .arg(format!("ftp://A:A@{}", server.address()))
                .args(["-c", line, "-c", "MKD on"])
                .run()
                .code(code);
            let made = server.server_folder().join("on").is_dir();
            assert_eq!(made, goes_on, "{line}, --stop: {stop}");
        }
    }
}

#[test]
fn a_transfer_that_fails_in_the_background_is_a_failure_like_any_other() {
    for (line, stop, code, goes_on) in [
        ("RETR nope > x &", false, 1, true),
        ("RETR nope > x &", true, 1, false),
        ("-RETR nope > x &", true, 0, true),
    ] {
        let server = practice_server(&[]);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let _ = Ftpsh::new()
            .current_dir(folder.path())
            .args(stop.then_some("--stop"))
            .arg(format!("ftp://A:A@{}", server.address()))
            .args(["-c", "PASV", "-c", line])
            // Its reply comes after that to RETR.
            .args(["-c", "NOOP", "-c", "MKD on"])
            .run()
            .code(code);
        let made = server.server_folder().join("on").is_dir();
        assert_eq!(made, goes_on, "{line}, --stop: {stop}");
    }
}

#[test]
fn a_refused_login_of_the_target_ends_a_script() {
    let server = practice_server(&[]);
    let target = format!("ftp://A:wrong@{}/", server.address());
    let finished = Ftpsh::new().args([&target, "-c", "NOOP"]).run().code(1);
    assert!(!finished.stderr.contains("NOOP"));
    let target = format!("ftp://A@{}/", server.address());
    let finished = Ftpsh::new().args([&target, "-c", "NOOP"]).run().code(2);
    assert!(finished.stderr.contains("none was given"));
}

#[test]
fn ctrl_c_ends_a_script_with_130() {
    let (asked, over) = (Gate::new(), Gate::new());
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("NOOP")
        .open(&asked)
        .pause_until(&over)
        .start();
    let terminal = Ftpsh::new()
        .args(["-c", "NOOP", "-c", "SIZE not-reached"])
        .arg(server.address().to_string())
        .terminal();
    asked.wait();
    terminal.send_key(Key::CtrlC);
    assert_eq!(terminal.wait_exit(), 130);
    over.open();
    assert_eq!(server.finish().lines, ["NOOP"]);
}

#[test]
fn ctrl_c_in_a_transfer_of_a_script_aborts_it_and_ends_with_130() {
    let home = Home::new();
    let server = practice_server(&["slow=1000"]);
    fs::write(server.server_folder().join("big"), vec![b'x'; 1_000_000]).unwrap();
    let terminal = Ftpsh::new()
        .home(home.path())
        .args([
            "-c",
            "TYPE I",
            "-c",
            "PASV",
            "-c",
            "RETR big > big",
            "-c",
            "MKD not-reached",
        ])
        .arg(format!("ftp://A:A@{}", server.address()))
        .terminal();
    terminal.wait_for("150 Opening");
    terminal.send_key(Key::CtrlC);
    assert_eq!(terminal.wait_exit(), 130);
    terminal.wait_for("→ ABOR");
    assert!(!server.server_folder().join("not-reached").exists());
}
