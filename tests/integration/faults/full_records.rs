//! What the program writes down beside the data, on a full disk: the session goes on, and it is told once.

use std::fs;

use super::{Scene, assert_in_step, content, with_limit};
use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::home::Home;
use crate::support::practice::practice_server;
use crate::support::real_server::{Kind, Options, RealServer, Tls};

/// Asserts that it can be read as a transcript.
#[track_caller]
fn assert_readable(home: &Home, transcript: &str) {
    let export = ["export", "--to", "text", transcript];
    let _ = Ftpsh::new().home(home.path()).args(export).run().success();
}

#[track_caller]
fn assert_told_once(finished: &Finished, words: &str) {
    let times = finished.stderr.matches(words).count();
    assert_eq!(times, 1, "{words:?} in\n{}", finished.stderr);
}

#[test]
fn a_recording_that_a_full_disk_ends_can_be_read_wherever_it_ends() {
    let home = Home::new();
    // The limit falls on each byte of an exchange once.
    for length in 0..60 {
        let server = practice_server(&[]);
        let folder = "x".repeat(length + 1);
        let script = format!(
            "TYPE A\nMKD {folder}\n{}MKD on\n",
            "NOOP\nSTAT\n".repeat(12)
        );
        let program = Ftpsh::new()
            .home(home.path())
            .args(["record", "--replace", "session.ftp"])
            .arg(format!("ftp://A:A@{}", server.address()))
            .stdin(script);
        let finished = with_limit(program, 1).run().code(7);
        assert_told_once(&finished, "session.ftp: File too large");
        assert_told_once(&finished, "The recording ends here; the session goes on");
        assert!(server.server_folder().join("on").is_dir());
        let text = fs::read_to_string(home.path().join("session.ftp")).expect("it is text");
        assert!(text.ends_with('\n') && text.len() > 800, "{text}");
        assert_readable(&home, "session.ftp");
    }
}

#[test]
fn the_file_of_a_recorded_upload_that_a_full_disk_ends_is_named() {
    let home = Home::new();
    let server = practice_server(&[]);
    let whole = content(100_000);
    fs::write(home.path().join("whole"), &whole).expect("its own folder");
    let program = Ftpsh::new()
        .home(home.path())
        .args(["record", "session.ftp"])
        .arg(format!("ftp://A:A@{}", server.address()))
        .stdin("TYPE I\nPASV\nSTOR f < whole\nPWD\n");
    let finished = with_limit(program, 50).run().code(7);
    assert_told_once(&finished, "session.1.data: File too large");
    assert_in_step(&finished, "PWD", "257 ");
    assert_eq!(
        fs::read(server.server_folder().join("f")).expect("stored"),
        whole
    );
    assert_readable(&home, "session.ftp");
}

#[test]
fn a_trace_and_a_download_that_the_disk_ends_are_one_failure_each_and_end_with_7() {
    let Some(scene) = Scene::set(Kind::Pyftpdlib) else {
        return;
    };
    scene.server.write_file("f", &content(100_000));
    let lines = ["trace t", "TYPE I", "PASV", "RETR f > f", "PWD"];
    let finished = with_limit(scene.given(&lines), 20).run().code(7);
    assert_told_once(&finished, "the trace to t ended: File too large");
    assert_told_once(&finished, "f: File too large. 20480 bytes are in the file");
    assert_in_step(&finished, "PWD", "257 ");
}

#[test]
fn a_history_that_the_disk_ends_is_told_once_and_keeps_what_was_in_it() {
    let home = Home::new();
    home.write_history((0..100).map(|number| format!("NOOP of long ago {number}")));
    let before = home.history();
    let server = practice_server(&[]);
    let program = Ftpsh::new()
        .home(home.path())
        .arg(server.address().to_string());
    let mut terminal = with_limit(program, 1).terminal();
    for (line, reply) in [("NOOP", "200 "), ("SYST", "215 "), ("USER A", "331 ")] {
        terminal.expect("ftp> ");
        terminal.send_line(line);
        terminal.expect(reply);
    }
    terminal.expect("ftp> ");
    let said = terminal.raw_output();
    let said = String::from_utf8_lossy(&said).replace("\r\n", " ");
    let times = said.matches("Lines are kept for").count();
    assert_eq!(times, 1, "{said}");
    assert!(said.contains("File too large"), "{said}");
    terminal.send_line("exit");
    assert_eq!(terminal.wait_exit(), 0);
    assert_eq!(home.history(), before);
}

#[test]
fn known_hosts_that_the_disk_ends_trust_for_this_time_and_forget_no_server() {
    let options = Options {
        tls: Tls::Explicit,
        ..Options::default()
    };
    let Some(server) = RealServer::start_with(Kind::Vsftpd, &options) else {
        return;
    };
    let home = Home::new();
    let path = home.path().join("state/ftpsh/known_hosts");
    fs::create_dir_all(path.parent().expect("a folder")).expect("its own folder");
    // Room for the beginning of a line, which must not stay.
    let known = format!(
        "{}\nsomebody:21 {}\n",
        "#".repeat(895),
        ["AB"; 32].join(":")
    );
    assert_eq!(known.len(), 1_004);
    fs::write(&path, &known).expect("its own folder");
    let program = Ftpsh::new()
        .home(home.path())
        .arg(server.address().to_string());
    let mut terminal = with_limit(program, 1).terminal();
    terminal.expect("ftp> ");
    terminal.send_line("AUTH TLS");
    terminal.expect("trust it: ");
    terminal.send_line("always");
    terminal.expect("trusted for this time only, since ");
    terminal.expect("File too large");
    terminal.expect("ftps> ");
    terminal.send_line("PBSZ 0");
    terminal.expect("200 ");
    terminal.send_line("exit");
    assert_eq!(terminal.wait_exit(), 0);
    assert_eq!(fs::read_to_string(&path).expect("it is text"), known);
}

#[test]
fn a_transcript_that_is_updated_on_a_full_disk_stays_as_it_was() {
    let home = Home::new();
    let exchanges = "C> NOOP\nS> 200\n".repeat(200);
    let text = format!("S> 220\n{exchanges}C> NOOP\nS> 555\n");
    fs::write(home.path().join("long.ftp"), &text).expect("its own folder");
    let arguments = ["replay", "--practice", "--update", "long.ftp"];
    let program = Ftpsh::new().home(home.path()).args(arguments);
    let finished = with_limit(program, 1).run();
    assert_eq!(finished.status, 7, "{}", finished.stderr);
    assert!(
        finished.stderr.contains("File too large"),
        "{}",
        finished.stderr
    );
    let now = fs::read_to_string(home.path().join("long.ftp")).expect("it is text");
    assert_eq!(now, text);
    let left = super::files_in(home.path());
    assert_eq!(left, ["long.ftp"]);
}
