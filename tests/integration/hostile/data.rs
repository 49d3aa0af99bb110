//! Data connections that stay silent, stay open, break off, or never end.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::thread;

use tempfile::TempDir;

use crate::dialogues::hand::{Control, End, read_to_end};
use crate::dialogues::{connected, greeted, lines, passive, run_in};
use crate::support::scripted_server::Script;
use crate::support::terminal::{Key, Terminal};

fn folder() -> TempDir {
    TempDir::new().expect("a temporary folder")
}

/// A transfer that has begun at a terminal.
fn begun(line: &str, folder: &TempDir) -> (Control, TcpStream, Terminal) {
    let (mut control, mut terminal) = connected(Some(folder.path()));
    terminal.send_line("PASV");
    let data = control.passive();
    terminal.expect("ftp ⇄> ");
    terminal.send_line(line);
    let sent = line.split(['<', '>']).next().unwrap_or(line);
    control.expect(sent.trim_end());
    control.send("150 here\r\n");
    terminal.expect("150 here");
    (control, data, terminal)
}

/// The prompt is back, and the next command gets its own reply.
fn goes_on(mut control: Control, mut terminal: Terminal) {
    terminal.expect("ftp> ");
    terminal.send_line("PWD");
    control.expect("PWD");
    control.send("257 \"/\"\r\n");
    terminal.expect("257 \"/\"");
    terminal.expect("ftp> ");
}

fn expect_abort(control: &mut Control) {
    control.expect_synch();
    control.expect("ABOR");
}

#[test]
fn silence_after_a_150_ends_a_script_with_3_and_sends_nothing_more() {
    let folder = folder();
    let server = passive(greeted())
        .expect("RETR f")
        .send("150 here\r\n")
        .wait_for_client_close()
        .start();
    let _ = lines(server.address(), &["PASV", "RETR f > out", "PWD"])
        .args(["--timeout", "2"])
        .current_dir(folder.path())
        .run()
        .code(3);
    assert_eq!(server.finish().lines, ["PASV", "RETR f"]);
}

#[test]
fn a_data_connection_that_stays_open_after_the_226_ends_a_script_with_3_and_keeps_what_came() {
    let folder = folder();
    let server = passive(greeted())
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data("all of it")
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let _ = lines(server.address(), &["PASV", "RETR f > out", "PWD"])
        .args(["--timeout", "2"])
        .current_dir(folder.path())
        .run()
        .code(3);
    assert_eq!(server.finish().lines, ["PASV", "RETR f"]);
    assert_eq!(fs::read(folder.path().join("out")).unwrap(), b"all of it");
}

#[test]
fn ctrl_c_leaves_a_data_connection_that_stays_open_after_the_226() {
    let folder = folder();
    let (mut control, mut data, mut terminal) = begun("RETR f > out", &folder);
    data.write_all(b"all of it").unwrap();
    control.send("226 done\r\n");
    terminal.expect("226 done");
    terminal.send_key(Key::CtrlC);
    expect_abort(&mut control);
    terminal.expect("→ ABOR");
    // The server answers neither; a second one drops the data connection.
    terminal.send_key(Key::CtrlC);
    let (_, end) = read_to_end(&mut data);
    assert_eq!(end, End::Reset);
    control.send("225 nothing to abort\r\n");
    terminal.expect("225 nothing");
    goes_on(control, terminal);
    assert_eq!(fs::read(folder.path().join("out")).unwrap(), b"all of it");
}

#[test]
fn a_download_that_is_reset_after_its_226_is_a_failure() {
    let folder = folder();
    let server = passive(greeted())
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data("part")
        .send("226 done\r\n")
        .reset_data()
        .wait_for_client_close()
        .start();
    let commands = ["PASV", "RETR f > out"];
    let _ = run_in(folder.path(), server.address(), &commands).code(3);
    let _ = server.finish();
    let out = fs::read(folder.path().join("out")).unwrap_or_default();
    assert!(b"part".starts_with(&out[..]), "{out:?}");
}

#[test]
fn an_upload_that_the_server_never_reads_ends_a_script_with_3() {
    let folder = folder();
    fs::write(folder.path().join("f"), vec![b'x'; 30_000_000]).unwrap();
    let server = passive(greeted())
        .expect("STOR f")
        .send("150 here\r\n")
        .wait_for_client_close()
        .start();
    let _ = lines(server.address(), &["PASV", "STOR f < f", "PWD"])
        .args(["--timeout", "2"])
        .current_dir(folder.path())
        .run()
        .code(3);
    assert_eq!(server.finish().lines, ["PASV", "STOR f"]);
}

#[test]
fn ctrl_c_ends_an_upload_that_the_server_never_reads() {
    let folder = folder();
    fs::write(folder.path().join("f"), vec![b'x'; 30_000_000]).unwrap();
    let (mut control, mut data, mut terminal) = begun("STOR f < f", &folder);
    terminal.wait_for_screen("a standstill", |screen| screen.contains("bytes"));
    terminal.send_key(Key::CtrlC);
    expect_abort(&mut control);
    assert_eq!(read_to_end(&mut data).1, End::Reset);
    control.send("426 cut\r\n226 aborted\r\n");
    terminal.expect("226 aborted");
    goes_on(control, terminal);
}

#[test]
fn a_reply_too_many_to_an_abort_does_not_answer_the_next_command() {
    let folder = folder();
    let (mut control, data, mut terminal) = begun("RETR f > out", &folder);
    terminal.send_key(Key::CtrlC);
    expect_abort(&mut control);
    drop(data);
    control.send("426 cut\r\n226 aborted\r\n226 really\r\n");
    terminal.expect("226 really");
    goes_on(control, terminal);
}

#[test]
fn an_abort_that_ends_the_session_gives_the_prompt_back() {
    let folder = folder();
    let (mut control, data, mut terminal) = begun("RETR f > out", &folder);
    terminal.send_key(Key::CtrlC);
    expect_abort(&mut control);
    control.send("500 Invalid UTF8\r\n");
    drop((control, data));
    terminal.expect("500 Invalid UTF8");
    terminal.expect("(closed) ftp> ");
}

#[test]
fn a_421_in_the_middle_of_a_download_ends_a_script_with_3_and_keeps_what_came() {
    let folder = folder();
    let server = passive(greeted())
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data("half")
        .send("421 shutting down\r\n")
        .close()
        .close_data()
        .start();
    let commands = ["PASV", "RETR f > out", "PWD"];
    let said = run_in(folder.path(), server.address(), &commands).code(3);
    assert_eq!(server.finish().lines, ["PASV", "RETR f"]);
    assert!(said.stderr.contains("421 shutting down"), "{}", said.stderr);
    assert_eq!(fs::read(folder.path().join("out")).unwrap(), b"half");
}

#[test]
fn a_421_with_an_idle_data_connection_ends_a_script_with_3_and_closes_that_too() {
    let server = passive(greeted())
        .expect("NOOP")
        .send("421 shutting down\r\n")
        .close()
        .read_data_to_end()
        .start();
    let _ = lines(server.address(), &["PASV", "NOOP", "PWD"])
        .run()
        .code(3);
    assert_eq!(server.finish().lines, ["PASV", "NOOP"]);
}

#[test]
fn a_session_that_ends_with_221_or_no_word_at_all_is_lost() {
    for last_word in ["221 idle for too long\r\n", ""] {
        let server = greeted()
            .expect("NOOP")
            .send(format!("200 noop\r\n{last_word}"))
            .close()
            .start();
        let _ = lines(server.address(), &["NOOP", "PWD"]).run().code(3);
        let _ = server.finish();
    }
}

#[test]
fn no_password_follows_a_421_to_its_user() {
    let server = greeted()
        .expect("USER me")
        .send("421 too many of you\r\n")
        .close()
        .start();
    let url = format!("ftp://me:topsecret@{}", server.address());
    let finished = crate::support::ftpsh::Ftpsh::new()
        .arg(url)
        .args(["-c", "PWD"]);
    let _ = finished.run().code(3);
    assert_eq!(server.finish().lines, ["USER me"]);
}

#[test]
fn an_upload_that_is_answered_with_350_counts_as_refused_and_sends_nothing() {
    for line in ["APPE f <<< 'x'", "STOR f <<< 'x'"] {
        let server = passive(greeted())
            .expect(line.split(" <").next().unwrap())
            .send("350 tell me more\r\n")
            .expect("NOOP")
            .send("200 noop\r\n")
            .read_data_to_end()
            .wait_for_client_close()
            .start();
        let program = thread::spawn({
            let address = server.address();
            move || lines(address, &["PASV", line, "NOOP"]).run()
        });
        let _ = program.join().unwrap().code(1);
        assert_eq!(server.finish().data, [b""], "{line}");
    }
}

#[test]
fn what_comes_after_the_221_changes_nothing() {
    let server = greeted()
        .expect("QUIT")
        .send("221 bye\r\n230 you are root\r\n421 or not\r\n")
        .close()
        .start();
    let _ = lines(server.address(), &["QUIT"]).run().success();
    assert_eq!(server.finish().lines, ["QUIT"]);
    let script = Script::new().send("220 ready\r\n").expect("QUIT");
    let server = script.send("221 bye\r\n227 (127,0,0,1,1,1)\r\n").start();
    let terminal = crate::dialogues::shell(server.address());
    terminal.send_line("QUIT");
    assert_eq!(terminal.wait_exit(), 0);
    assert_eq!(server.finish().lines, ["QUIT"]);
}
