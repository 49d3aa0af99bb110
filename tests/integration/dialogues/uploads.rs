//! Uploads: when the first byte goes out, how the end is told from a break, and what is typed at `data>`.

use std::fs;
use std::io::Read;
#[cfg(unix)]
use std::process::Stdio;
use std::thread;

use super::hand::{End, Hand, is_idle, read_to_end};
#[cfg(unix)]
use super::spawn;
use super::{connected, greeted, passive, run_in, shell, type_passive};
use crate::support::scripted_server::Gate;
use crate::support::terminal::Key;

const MORE_THAN_BUFFERS_HOLD: usize = 30_000_000;

#[test]
fn nothing_is_sent_before_the_150_and_the_end_is_a_half_close() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("local"), "content").unwrap();
    let hand = Hand::new();
    let (address, path) = (hand.address(), folder.path().to_owned());
    let program = thread::spawn(move || run_in(&path, address, &["PASV", "STOR f < local"]));
    let mut control = hand.greet();
    let mut data = control.passive();
    control.expect("STOR f");
    assert!(is_idle(&data));
    control.send("150 here\r\n");
    assert_eq!(read_to_end(&mut data), (b"content".to_vec(), End::Closed));
    drop(data);
    control.send("226 done\r\n");
    let _ = program.join().unwrap().success();
    control.expect_end();
}

#[test]
fn an_empty_upload_is_a_connection_that_closes() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("empty"), "").unwrap();
    for line in ["STOR f < empty", "STOR f <<< ''"] {
        let server = passive(greeted())
            .expect("STOR f")
            .send("150 here\r\n")
            .read_data_to_end()
            .send("226 done\r\n")
            .wait_for_client_close()
            .start();
        let finished = run_in(folder.path(), server.address(), &["PASV", line]);
        let _ = finished.success();
        assert_eq!(server.finish().data, [b""]);
    }
}

#[test]
fn a_refused_upload_sends_nothing_and_the_connection_serves_the_next() {
    let server = passive(greeted())
        .expect("STOR a")
        .send("553 not that\r\n")
        .expect("STOR b")
        .send("150 here\r\n")
        .read_data_to_end()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let folder = tempfile::tempdir().unwrap();
    let commands = ["PASV", "STOR a <<< 'one'", "STOR b <<< 'two'"];
    let _ = run_in(folder.path(), server.address(), &commands).code(1);
    assert_eq!(server.finish().data, [b"two"]);
}

#[test]
fn an_upload_that_is_answered_with_202_counts_as_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = passive(greeted())
        .expect("APPE f")
        .send("202 superfluous\r\n")
        .wait_for_client_close()
        .start();
    let commands = ["PASV", "APPE f <<< 'text'"];
    let _ = run_in(folder.path(), server.address(), &commands).code(1);
    let _ = server.finish();
}

#[test]
fn an_upload_that_is_stopped_by_the_server_is_reset_and_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("big"),
        vec![b'x'; MORE_THAN_BUFFERS_HOLD],
    )
    .unwrap();
    let hand = Hand::new();
    let (address, path) = (hand.address(), folder.path().to_owned());
    let program = thread::spawn(move || run_in(&path, address, &["PASV", "STOR f < big", "NOOP"]));
    let mut control = hand.greet();
    let mut data = control.passive();
    control.expect("STOR f");
    control.send("150 here\r\n");
    data.read_exact(&mut [0; 1000]).unwrap();
    control.send("552 full\r\n");
    control.expect("NOOP");
    assert_eq!(read_to_end(&mut data).1, End::Reset);
    control.send("200 noop\r\n");
    let _ = program.join().unwrap().code(1);
}

#[cfg(unix)]
#[test]
fn a_process_that_is_killed_in_the_middle_leaves_a_reset_and_no_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("big"),
        vec![b'x'; MORE_THAN_BUFFERS_HOLD],
    )
    .unwrap();
    let hand = Hand::new();
    let commands = ["PASV", "TYPE I", "STOR f < big"];
    let mut program = spawn(folder.path(), hand.address(), &commands, Stdio::null());
    let mut control = hand.greet();
    let mut data = control.passive();
    control.expect("TYPE I");
    control.send("200 I\r\n");
    control.expect("STOR f");
    control.send("150 here\r\n");
    data.read_exact(&mut [0; 1000]).unwrap();
    program.kill().unwrap();
    program.wait().unwrap();
    assert_eq!(read_to_end(&mut data).1, End::Reset);
}

#[test]
fn lines_typed_at_data_go_out_with_the_line_ends_of_the_type() {
    for (type_line, line_end) in [("TYPE A", "\r\n"), ("TYPE I", "\n")] {
        let server = passive(greeted().expect(type_line).send("200 type\r\n"))
            .expect("STOR f")
            .send("150 here\r\n")
            .read_data_to_end()
            .send("226 done\r\n")
            .wait_for_client_close()
            .start();
        let mut terminal = shell(server.address());
        terminal.send_line(type_line);
        terminal.expect("200 type");
        terminal.expect("ftp> ");
        type_passive(&mut terminal);
        terminal.send_line("STOR f");
        terminal.expect("150 here");
        terminal.expect("data> ");
        terminal.send_line("first line");
        terminal.expect("data> ");
        terminal.send("last");
        // Not the echo of a terminal without an editor.
        terminal.expect("data> last");
        terminal.send_key(Key::CtrlD);
        terminal.expect("226 done");
        terminal.expect("ftp> ");
        terminal.send_line("close");
        let expected = format!("first line{line_end}last").into_bytes();
        assert_eq!(server.finish().data, [expected]);
    }
}

/// The server ends the transfer with this reply while a line is typed.
fn line_typed_when_the_transfer_ends(reply: &str) {
    let (mut control, mut terminal) = connected(None);
    terminal.send_line("PASV");
    let mut data = control.passive();
    terminal.expect("ftp ⇄> ");
    terminal.send_line("STOR f");
    control.expect("STOR f");
    control.send("150 here\r\n");
    terminal.expect("data> ");
    terminal.send_line("one");
    data.read_exact(&mut [0; 5]).expect("the line comes");
    terminal.expect("data> ");
    terminal.send("half a line");
    terminal.expect("data> half a line");
    control.send(reply);
    terminal.expect(reply.trim_end());
    terminal.send_key(Key::Enter);
    terminal.expect("that line was not sent");
    terminal.expect("ftp> ");
    assert_eq!(read_to_end(&mut data).0, b"");
    terminal.send_line("NOOP");
    control.expect("NOOP");
    control.send("200 noop\r\n");
    terminal.expect("200 noop");
}

#[test]
fn a_line_that_is_typed_when_the_server_stops_the_transfer_is_not_sent() {
    line_typed_when_the_transfer_ends("552 full\r\n");
}

#[test]
fn a_line_that_is_typed_when_the_server_completes_the_transfer_is_not_sent() {
    line_typed_when_the_transfer_ends("226 enough\r\n");
}

#[test]
fn a_line_that_is_typed_when_the_connection_is_lost_is_not_sent() {
    let (mut control, mut terminal) = connected(None);
    terminal.send_line("PASV");
    let mut data = control.passive();
    terminal.expect("ftp ⇄> ");
    terminal.send_line("STOR f");
    control.expect("STOR f");
    control.send("150 here\r\n");
    terminal.expect("data> ");
    terminal.send("half a line");
    terminal.expect("data> half a line");
    drop(control);
    terminal.expect("the server closed the connection");
    terminal.send_key(Key::Enter);
    terminal.expect("that line was not sent");
    terminal.expect("(closed) ftp> ");
    assert_eq!(read_to_end(&mut data), (Vec::new(), End::Reset));
}

#[test]
fn payload_waits_for_the_150_however_late_it_is() {
    let late = Gate::new();
    let server = passive(greeted())
        .expect("STOR f")
        .pause_until(&late)
        .send("150 here\r\n")
        .read_data_to_end()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = shell(server.address());
    type_passive(&mut terminal);
    terminal.send_line("STOR f <<< 'text'");
    late.open();
    terminal.expect("226 done");
    terminal.expect("ftp> ");
    terminal.send_line("close");
    assert_eq!(server.finish().data, [b"text"]);
}
