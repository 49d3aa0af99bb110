//! `set verify on`: SIZE after an upload, and what it means for a script.

use std::fs;

use super::{connected, greeted, lines, passive, run_in};
use crate::support::scripted_server::Script;

const TO_VERIFY: [&str; 2] = ["set verify on", "TYPE I"];

fn verifying() -> Script {
    greeted().expect("TYPE I").send("200 ok\r\n")
}

/// Takes the upload of `line` to its end, and accepts it.
fn taking(script: Script, line: &str) -> Script {
    script
        .expect(line)
        .send("150 go on\r\n")
        .read_data_to_end()
        .send("226 done\r\n")
}

/// What a script ends with, and what it said.
#[track_caller]
fn run(script: Script, commands: &[&str]) -> (i32, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("f"), "zfive5").expect("it is writable");
    let server = script.wait_for_client_close().start();
    let commands = [&TO_VERIFY, commands].concat();
    let finished = run_in(folder.path(), server.address(), &commands);
    let _ = server.finish();
    (finished.status, finished.stderr)
}

#[test]
fn a_226_to_a_stor_of_which_half_arrived_is_not_believed() {
    for (size, code, said) in [
        ("213 6", 0, "SIZE agrees: 6 bytes"),
        ("213 3", 8, "SIZE says 3 bytes, and 6 should be there"),
        ("213 7", 8, "SIZE says 7 bytes, and 6 should be there"),
        ("213 many", 8, "no SIZE says how many"),
        ("502 never heard of it", 8, "no SIZE says how many"),
        ("550 no such file", 8, "no SIZE says how many"),
    ] {
        for line in ["STOR f < f", "STOR f <<< zfive5"] {
            let script = taking(passive(verifying()), "STOR f");
            let script = script.expect("SIZE f").send(format!("{size}\r\n"));
            let (status, stderr) = run(script, &["PASV", line]);
            assert_eq!(status, code, "{size}: {stderr}");
            assert!(
                stderr.contains("→ SIZE f") && stderr.contains(said),
                "{stderr}"
            );
        }
    }
}

#[test]
fn an_appe_is_compared_with_the_size_before_it() {
    for (before, after, code) in [
        ("213 5", "213 11", 0),
        ("213 5", "213 6", 8),
        ("550 no such file", "213 6", 0),
        ("550 no such file", "213 3", 8),
        ("550 never for you", "213 11", 8),
    ] {
        let script = passive(verifying()).expect("SIZE f");
        let script = taking(script.send(format!("{before}\r\n")), "APPE f");
        let script = script.expect("SIZE f").send(format!("{after}\r\n"));
        let (status, stderr) = run(script, &["PASV", "APPE f < f"]);
        assert_eq!(status, code, "{before}, {after}: {stderr}");
    }
}

#[test]
fn a_size_that_was_typed_before_an_appe_is_not_asked_again() {
    let script = verifying().expect("SIZE f").send("213 5\r\n");
    let script = taking(passive(script), "APPE f");
    let script = script.expect("SIZE f").send("213 11\r\n");
    let (status, stderr) = run(script, &["SIZE f", "PASV", "APPE f < f"]);
    assert_eq!(status, 0, "{stderr}");
}

#[test]
fn a_stor_after_a_rest_is_compared_with_the_place_where_it_began() {
    for (size, code) in [("213 11", 0), ("213 6", 8)] {
        let script = passive(verifying()).expect("REST 5").send("350 ok\r\n");
        let script = taking(script, "STOR f").expect("SIZE f");
        let script = script.send(format!("{size}\r\n"));
        let (status, stderr) = run(script, &["PASV", "REST 5", "STOR f < f"]);
        assert_eq!(status, code, "{size}: {stderr}");
    }
}

#[test]
fn what_no_size_can_check_is_said_and_sends_none() {
    for (kind, line, sent) in [
        ("TYPE A", "STOR f < f", "STOR f"),
        ("MODE Z", "STOR f < f", "STOR f"),
        ("STRU R", "STOR f < f", "STOR f"),
        ("TYPE I", "STOU < f", "STOU"),
    ] {
        let script = passive(verifying().expect(kind).send("200 ok\r\n"));
        let (status, stderr) = run(taking(script, sent), &[kind, "PASV", line]);
        assert_eq!(status, 0, "{stderr}");
        assert!(stderr.contains("this upload is not checked"), "{stderr}");
    }
}

#[test]
fn a_refused_upload_is_followed_by_no_size() {
    let script = passive(verifying()).expect("STOR f").send("553 no\r\n");
    let (status, stderr) = run(script, &["PASV", "STOR f < f"]);
    assert_eq!(status, 1, "{stderr}");
}

#[test]
fn an_upload_that_is_to_be_checked_is_not_put_in_the_background() {
    let (status, stderr) = run(passive(verifying()), &["PASV", "STOR f < f &"]);
    assert_eq!(status, 2, "{stderr}");
    assert!(stderr.contains("Nothing was sent"), "{stderr}");
}

#[test]
fn the_check_of_uploads_is_offered_once() {
    let (mut control, mut terminal) = connected(None);
    terminal.send_line("TYPE I");
    control.expect("TYPE I");
    control.send("200 ok\r\n");
    for line in ["STOR a <<< x", "STOR b <<< x"] {
        terminal.expect("ftp> ");
        terminal.send_line("PASV");
        let mut data = control.passive();
        terminal.expect("ftp ⇄> ");
        terminal.send_line(line);
        control.expect(&line[..6]);
        control.send("150 go on\r\n");
        let _ = super::hand::read_to_end(&mut data);
        drop(data);
        control.send("226 done\r\n");
        terminal.expect("226 done");
    }
    terminal.expect("ftp> ");
    assert_eq!(terminal.screen().matches("set verify on").count(), 1);
}

#[test]
fn a_quiet_script_is_told_that_an_upload_is_not_checked() {
    let script = passive(verifying().expect("TYPE A").send("200 ok\r\n"));
    let server = taking(script, "STOR f").wait_for_client_close().start();
    let upload = ["TYPE A", "PASV", "STOR f <<< six"];
    let finished = lines(server.address(), &[&TO_VERIFY[..], &upload].concat());
    let said = finished.arg("-q").run().success().stderr;
    let _ = server.finish();
    assert!(said.contains("this upload is not checked"), "{said}");
}
