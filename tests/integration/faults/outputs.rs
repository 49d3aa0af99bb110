//! Standard streams that are closed, at the start or in the middle: no panic, no hang, and nothing of them on the wire.

use std::fs;

use super::{Scene, assert_in_step, assert_same, content};
use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::practice::practice_server;
use crate::support::real_server::Kind;
use crate::support::scripted_server::Script;

/// Runs the binary as the `"$@"` of a line of bash.
fn run_in_bash(program: Ftpsh, line: &str) -> Finished {
    let binary = program.program_path().to_owned();
    let finished = program
        .run_by(["/bin/bash", "-c", line, "bash"], &binary)
        .run();
    assert!(!finished.stderr.contains("panicked"), "{}", finished.stderr);
    finished
}

const ENDS_WITH_ITS_CODE: &str = "; exit ${PIPESTATUS[0]}";

#[test]
fn a_reader_of_standard_output_that_stops_early_ends_the_transfer_and_nothing_else() {
    let Some(scene) = Scene::set(Kind::Vsftpd) else {
        return;
    };
    let whole = content(5_000_000);
    scene.server.write_file("f", &whole);
    let program = scene.given(&["TYPE I", "PASV", "RETR f > -", "PWD"]);
    let line = format!("\"$@\" | head -c 10{ENDS_WITH_ITS_CODE}");
    let finished = run_in_bash(program, &line).success();
    assert_eq!(finished.stdout, whole[..10]);
    let words = "then this side had enough; the data connection was reset";
    assert!(finished.stderr.contains(words), "{}", finished.stderr);
    assert_in_step(&finished, "PWD", "257 ");
}

#[test]
fn a_standard_output_that_takes_no_more_loses_data_and_ends_with_7() {
    let Some(scene) = Scene::set(Kind::Pyftpdlib) else {
        return;
    };
    scene.server.write_file("f", &content(5_000_000));
    for line in ["RETR f > -", "LIST", "NLST > -"] {
        let program = scene.given(&["TYPE I", "PASV", line, "PWD"]);
        let finished = run_in_bash(program, "\"$@\" > /dev/full").code(7);
        let words = "standard output: No space left on device";
        let is_told = finished.stderr.contains(words);
        assert!(
            is_told || cfg!(not(target_os = "linux")),
            "{}",
            finished.stderr
        );
        assert_in_step(&finished, "PWD", "257 ");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn help_that_standard_output_does_not_take_ends_with_7() {
    for words in [&["--help"][..], &["-h"], &["help"], &["practice", "-h"]] {
        let program = Ftpsh::new().args(words);
        let finished = run_in_bash(program, "\"$@\" > /dev/full").code(7);
        assert_eq!(
            finished.stderr,
            "ftpsh: standard output: No space left on device\n"
        );
        let program = Ftpsh::new().args(words);
        let _ = run_in_bash(program, "\"$@\" | true").success();
    }
}

#[test]
fn a_dialogue_that_nobody_reads_any_more_ends_no_transfer() {
    let Some(scene) = Scene::set(Kind::Vsftpd) else {
        return;
    };
    let whole = content(1_000_000);
    scene.server.write_file("f", &whole);
    for redirections in [
        "2>&1 >/dev/null | head -n 1",
        "2>&1 | true",
        "2>&-",
        "2>/dev/full",
        "2>&- >&-",
        "2>&- >&- <&-",
        "<&-",
    ] {
        let _ = fs::remove_file(scene.path("received"));
        let _ = fs::remove_file(scene.server.root().join("stored"));
        let program = scene.given(&[
            "TYPE I",
            "PASV",
            "RETR f > received",
            "PASV",
            "STOR stored < received",
        ]);
        let line = format!("\"$@\" {redirections}{ENDS_WITH_ITS_CODE}");
        let _ = run_in_bash(program, &line).success();
        assert_same(&scene.read("received"), &whole);
        assert_same(&scene.server.read_file("stored"), &whole);
    }
}

#[test]
fn with_every_stream_closed_the_wire_has_the_lines_and_the_data_and_nothing_else() {
    const OFFER: &str = "227 ok (127,0,0,1,{p1},{p2})\r\n";
    let server = Script::new()
        .send("220 ready\r\n")
        .expect("PASV")
        .listen_data()
        .send_with_port(OFFER)
        .accept_data()
        .expect("STOR f")
        .send("150 go\r\n")
        .read_data_to_end()
        .send("226 done\r\n")
        .expect("PASV")
        .listen_data()
        .send_with_port(OFFER)
        .accept_data()
        .expect("LIST")
        .send("150 here\r\n")
        .send_data("a listing\r\n")
        .close_data()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let lines = ["PASV", "STOR f <<< 'octets'", "PASV", "LIST"];
    let program = Ftpsh::new()
        .args(lines.iter().flat_map(|line| ["-c", *line]))
        .arg(server.address().to_string());
    let _ = run_in_bash(program, "\"$@\" <&- >&- 2>&-").success();
    let heard = server.finish();
    assert_eq!(heard.bytes, b"PASV\r\nSTOR f\r\nPASV\r\nLIST\r\n");
    assert_eq!(heard.data[0], b"octets");
}

#[test]
fn a_script_whose_standard_input_is_closed_has_no_lines() {
    let server = Script::new()
        .send("220 ready\r\n")
        .wait_for_client_close()
        .start();
    let program = Ftpsh::new().arg(server.address().to_string());
    let finished = run_in_bash(program, "\"$@\" <&-").success();
    assert!(finished.stderr.contains("220 ready"), "{}", finished.stderr);
    assert_eq!(server.finish().bytes, b"");
}

#[test]
fn whatever_is_printed_may_have_a_reader_that_has_enough() {
    let server = practice_server(&[]);
    let home = tempfile::tempdir().expect("a temporary folder");
    let exchanges = "C> NOOP\nS> 200\n".repeat(3_000);
    let text = format!("S> 220\n{exchanges}");
    fs::write(home.path().join("long.ftp"), &text).expect("the test's own folder");
    let address = server.address().to_string();
    for arguments in [
        &["--help"][..],
        &["replay", "--help"],
        &["-c", "help", "-c", "help RETR", &address],
        &["replay", "--verbose", "article", "--practice"],
        &["replay", "--report", "json", "article", "--practice"],
        &["export", "--to", "text", "long.ftp"],
        &["import", "long.ftp"],
    ] {
        for readers in ["2>&1 | head -n 1", "2>&1 | true", "| head -c 1", "| true"] {
            let program = Ftpsh::new().home(home.path()).args(arguments);
            let line = format!("\"$@\" {readers}{ENDS_WITH_ITS_CODE}");
            let _ = run_in_bash(program, &line).success();
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_printed_onto_a_full_disk_is_a_failure_where_it_is_the_result() {
    let home = tempfile::tempdir().expect("a temporary folder");
    fs::write(home.path().join("a.ftp"), "S> 220\nC> NOOP\nS> 200\n").expect("its own folder");
    for arguments in [
        &["export", "--to", "text", "a.ftp"][..],
        &["import", "a.ftp"],
        &["replay", "--report", "json", "a.ftp", "--practice"],
        &[
            "replay",
            "--report",
            "json=/dev/full",
            "a.ftp",
            "--practice",
        ],
    ] {
        let program = Ftpsh::new().home(home.path()).args(arguments);
        let finished = run_in_bash(program, "\"$@\" > /dev/full").code(7);
        let words = "No space left on device";
        assert!(finished.stderr.contains(words), "{}", finished.stderr);
    }
}
