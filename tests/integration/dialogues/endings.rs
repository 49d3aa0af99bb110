//! How a session ends, from either side.

use std::time::{Duration, Instant};

use super::{greeted, lines, shell};
use crate::support::ftpsh::Ftpsh;
use crate::support::terminal::Key;

#[test]
fn quit_typed_at_the_prompt_ends_the_program() {
    let server = greeted().expect("quit").send("221 bye\r\n").close().start();
    let terminal = shell(server.address());
    terminal.send_line("quit");
    assert_eq!(terminal.wait_exit(), 0);
    assert_eq!(server.finish().bytes, b"quit\r\n");
}

#[test]
fn ctrl_d_exit_and_bye_send_quit_and_show_its_reply() {
    for way in ["", "exit", "bye"] {
        let server = greeted().expect("QUIT").send("221 bye\r\n").close().start();
        let terminal = shell(server.address());
        if way.is_empty() {
            terminal.send_key(Key::CtrlD);
        } else {
            terminal.send_line(way);
        }
        terminal.wait_for("→ QUIT");
        terminal.wait_for("221 bye");
        assert_eq!(terminal.wait_exit(), 0);
        assert_eq!(server.finish().bytes, b"QUIT\r\n");
    }
}

#[test]
fn a_quit_without_a_reply_is_waited_for_three_seconds_and_no_longer() {
    let server = greeted().expect("QUIT").wait_for_client_close().start();
    let terminal = shell(server.address());
    let since = Instant::now();
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
    let waited = since.elapsed();
    assert!(waited > Duration::from_millis(2500), "{waited:?}");
    assert!(waited < Duration::from_secs(8), "{waited:?}");
    let _ = server.finish();
}

#[test]
fn the_end_of_piped_lines_just_closes() {
    let server = greeted()
        .expect("NOOP")
        .send("200 noop\r\n")
        .wait_for_client_close()
        .start();
    let finished = Ftpsh::new()
        .arg(server.address().to_string())
        .stdin("NOOP\n")
        .run();
    let _ = finished.success();
    assert_eq!(server.finish().bytes, b"NOOP\r\n");
}

#[test]
fn a_quit_in_a_script_is_not_a_loss() {
    let server = greeted().expect("QUIT").send("221 bye\r\n").close().start();
    let _ = lines(server.address(), &["QUIT"]).run().success();
    let _ = server.finish();
}

#[test]
fn after_a_loss_the_prompt_says_so_and_open_connects_again() {
    let server = greeted()
        .expect("NOOP")
        .close()
        .accept()
        .send("220 again\r\n")
        .expect("PWD")
        .send("257 \"/\"\r\n")
        .expect("QUIT")
        .send("221 bye\r\n")
        .start();
    let mut terminal = shell(server.address());
    terminal.send_line("NOOP");
    terminal.expect("the server closed the connection");
    terminal.expect("(closed) ftp> ");
    terminal.send_line("NOOP");
    terminal.expect("not connected");
    terminal.expect("(closed) ftp> ");
    terminal.send_line("open");
    terminal.expect("220 again");
    terminal.expect("ftp> ");
    terminal.send_line("PWD");
    terminal.expect("257 \"/\"");
    terminal.expect("ftp> ");
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
    let _ = server.finish();
}

#[test]
fn ctrl_d_where_nothing_is_connected_ends_at_once() {
    let terminal = Ftpsh::new().terminal();
    terminal.wait_for("(closed) ftp> ");
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
}
