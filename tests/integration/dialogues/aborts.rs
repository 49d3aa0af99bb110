//! Ctrl-C in the middle of a transfer.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::connected;
#[cfg(unix)]
use super::hand::Hand;
use super::hand::{Control, End, is_idle, read_to_end, write_without_end};
use crate::support::terminal::{Key, Terminal};

const MORE_THAN_BUFFERS_HOLD: usize = 30_000_000;

struct Transfer {
    control: Control,
    /// `None` once the server has closed it.
    data: Option<TcpStream>,
    terminal: Terminal,
}

/// A transfer that has begun; `settings` are typed first.
fn begun(line: &str, settings: &[&str]) -> Transfer {
    let (mut control, mut terminal) = connected(None);
    for setting in settings {
        terminal.send_line(setting);
        terminal.expect("ftp> ");
    }
    terminal.send_line("PASV");
    let data = control.passive();
    terminal.expect("ftp ⇄> ");
    terminal.send_line(line);
    let sent = line.split(['<', '>']).next().unwrap_or(line);
    control.expect(sent.trim_end());
    control.send("150 here\r\n");
    terminal.expect("150 here");
    Transfer {
        control,
        data: Some(data),
        terminal,
    }
}

impl Transfer {
    fn data(&mut self) -> &mut TcpStream {
        self.data.as_mut().expect("it was not closed yet")
    }

    /// The next command gets its own reply.
    fn goes_on(mut self) {
        self.terminal.expect("ftp> ");
        self.terminal.send_line("PWD");
        self.control.expect("PWD");
        self.control.send("257 \"/\"\r\n");
        self.terminal.expect("257 \"/\"");
        self.terminal.expect("ftp> ");
        self.terminal.send_line("close");
        self.control.expect_end();
    }

    /// IAC IP, IAC as the urgent byte, DM, and the line.
    fn expect_synch(&mut self) {
        self.control.expect_synch();
        self.control.expect("ABOR");
    }
}

#[test]
fn a_download_is_aborted_with_interrupt_process_and_synch_and_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut transfer = begun(&format!("RETR f > {}", out.display()), &[]);
    transfer.data().write_all(b"one").unwrap();
    transfer.terminal.send_key(Key::CtrlC);
    transfer.expect_synch();
    transfer.terminal.expect("→ ABOR");
    transfer.data().write_all(b"two").unwrap();
    transfer.data = None;
    transfer.control.send("426 aborted\r\n226 abort done\r\n");
    transfer.terminal.wait_for("226 abort done");
    transfer.terminal.wait_for("6 bytes received");
    transfer.goes_on();
    assert_eq!(std::fs::read(out).unwrap(), b"onetwo");
}

#[test]
fn an_abort_is_plain_where_that_was_set() {
    let mut transfer = begun("RETR f > out", &["set abort plain"]);
    transfer.terminal.send_key(Key::CtrlC);
    transfer.control.expect("ABOR");
    transfer.control.send("426 aborted\r\n226 abort done\r\n");
    transfer.data = None;
    transfer.terminal.expect("226 abort done");
    transfer.goes_on();
}

#[test]
fn every_pair_of_replies_to_an_abort_gives_the_prompt_back() {
    for replies in [
        "426 a\r\n226 b\r\n",
        "226 a\r\n225 b\r\n",
        "226 a\r\n226 b\r\n",
        "426 a\r\n451 b\r\n",
        "226 a\r\n502 b\r\n",
        "502 b\r\n226 a\r\n",
        "502 b\r\n502 b\r\n226 a\r\n",
        "226 a\r\n",
    ] {
        let mut transfer = begun("RETR f > out", &[]);
        transfer.terminal.send_key(Key::CtrlC);
        transfer.expect_synch();
        transfer.data = None;
        transfer.control.send(replies);
        transfer.goes_on();
    }
}

#[test]
fn a_second_ctrl_c_drops_the_data_connection_and_a_third_gives_the_prompt_back() {
    let mut transfer = begun("RETR f > out", &[]);
    transfer.data().write_all(b"one").unwrap();
    transfer.terminal.send_key(Key::CtrlC);
    transfer.expect_synch();
    transfer.data().write_all(b"two").unwrap();
    assert!(is_idle(transfer.data()));
    transfer.terminal.send_key(Key::CtrlC);
    write_without_end(transfer.data());
    transfer.terminal.send_key(Key::CtrlC);
    transfer.goes_on();
}

#[test]
fn an_aborted_upload_is_reset_so_that_it_is_not_taken_for_whole() {
    let folder = tempfile::tempdir().unwrap();
    let big = folder.path().join("big");
    std::fs::write(&big, vec![b'x'; MORE_THAN_BUFFERS_HOLD]).unwrap();
    let mut transfer = begun(&format!("STOR f < {}", big.display()), &["set ascii raw"]);
    transfer.data().read_exact(&mut [0; 1000]).unwrap();
    transfer.terminal.send_key(Key::CtrlC);
    transfer.expect_synch();
    assert_eq!(read_to_end(transfer.data()).1, End::Reset);
    transfer
        .control
        .send("226 Transfer complete\r\n226 abort done\r\n");
    transfer.terminal.expect("226 abort done");
    transfer.goes_on();
}

#[cfg(target_os = "linux")]
#[test]
fn an_aborted_upload_tells_how_much_the_system_of_the_server_took() {
    let folder = tempfile::tempdir().unwrap();
    let big = folder.path().join("big");
    std::fs::write(&big, vec![b'x'; MORE_THAN_BUFFERS_HOLD]).unwrap();
    let mut transfer = begun(&format!("STOR f < {}", big.display()), &["set ascii raw"]);
    // By then every buffer on the way is full.
    transfer.terminal.expect("Ctrl-] for the prompt");
    transfer.terminal.send_key(Key::CtrlC);
    transfer.expect_synch();
    transfer.control.send("426 broken\r\n226 abort done\r\n");
    transfer.terminal.expect("226 abort done");
    let screen = transfer.terminal.screen();
    let line = screen.lines().find(|line| line.contains("bytes sent ("));
    let line = line.unwrap_or_else(|| panic!("{screen}")).trim_start();
    let numbers: Vec<u64> = line
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect();
    assert!(line.contains("taken by the server"), "{line}");
    assert!(numbers[1] > 0 && numbers[1] < numbers[0], "{line}");
    transfer.goes_on();
}

#[test]
fn ctrl_c_at_data_aborts_and_resets() {
    let mut transfer = begun("STOR f", &[]);
    transfer.terminal.expect("data> ");
    transfer.terminal.send_line("one");
    transfer.data().read_exact(&mut [0; 5]).unwrap();
    transfer.terminal.expect("data> ");
    transfer.terminal.send("half");
    // Not the echo of a terminal without an editor.
    transfer.terminal.expect("data> half");
    transfer.terminal.send_key(Key::CtrlC);
    transfer.expect_synch();
    assert_eq!(read_to_end(transfer.data()), (Vec::new(), End::Reset));
    transfer.control.send("426 aborted\r\n226 abort done\r\n");
    transfer.terminal.expect("226 abort done");
    transfer.goes_on();
}

#[test]
fn a_reply_that_comes_after_the_abort_was_settled_is_shown_as_late() {
    let mut transfer = begun("RETR f > out", &[]);
    transfer.terminal.send_key(Key::CtrlC);
    transfer.expect_synch();
    transfer.data = None;
    transfer.control.send("426 aborted\r\n");
    transfer.terminal.expect("426 aborted");
    transfer.terminal.expect("ftp> ");
    transfer.control.send("226 abort done\r\n");
    transfer.terminal.expect("late reply to ABOR");
    transfer.terminal.expect("226 abort done");
    transfer.goes_on();
}

#[test]
fn a_typed_abor_is_plain_and_gets_its_reply() {
    let (mut control, mut terminal) = connected(None);
    terminal.send_line("ABOR");
    control.expect("ABOR");
    control.send("225 nothing to abort\r\n");
    terminal.expect("225 nothing to abort");
    terminal.expect("ftp> ");
}

#[cfg(unix)]
#[test]
fn an_interrupted_script_aborts_and_ends_with_130() {
    let folder = tempfile::tempdir().unwrap();
    let hand = Hand::new();
    let commands = ["PASV", "RETR f > out", "NOOP"];
    let null = std::process::Stdio::null();
    let mut program = super::spawn(folder.path(), hand.address(), &commands, null);
    let mut control = hand.greet();
    let mut data = control.passive();
    control.expect("RETR f");
    control.send("150 here\r\n");
    data.write_all(b"one").unwrap();
    let signalled = std::process::Command::new("kill")
        .args(["-INT", &program.id().to_string()])
        .status();
    assert!(signalled.unwrap().success());
    control.expect_bytes(b"\xff\xf4\xf2ABOR\r\n");
    drop(data);
    control.send("426 aborted\r\n226 abort done\r\n");
    control.expect_end();
    assert_eq!(program.wait().unwrap().code(), Some(130));
}
