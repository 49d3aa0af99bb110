//! Ctrl-] while the program waits: the prompt, and the command goes on.

use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::connected;
use super::hand::{Control, Hand, read_to_end};
use crate::support::DEADLINE;
use crate::support::ftpsh::Ftpsh;
use crate::support::terminal::{Key, Terminal};

const ESCAPE: &str = "\x1d";

/// A transfer in the foreground that has begun.
struct Transfer {
    control: Control,
    data: TcpStream,
    terminal: Terminal,
}

impl Transfer {
    fn begin(folder: &Path, line: &str, command: &str, settings: &[&str]) -> Self {
        let (mut control, mut terminal) = connected(Some(folder));
        for setting in settings {
            terminal.send_line(setting);
            terminal.expect("ftp> ");
        }
        terminal.send_line("PASV");
        let data = control.passive();
        terminal.expect("ftp ⇄> ");
        terminal.send_line(line);
        control.expect(command);
        control.send("150 here (10 bytes)\r\n");
        terminal.expect("150 here");
        Self {
            control,
            data,
            terminal,
        }
    }

    fn download(folder: &Path) -> Self {
        let mut transfer = Self::begin(folder, "RETR f > f", "RETR f", &[]);
        transfer.data.write_all(b"first").expect("it is read");
        transfer
    }

    fn exchange(&mut self, line: &str, reply: &str) {
        self.terminal.send_line(line);
        self.control.expect(line);
        self.control.send(format!("{reply}\r\n"));
        self.terminal.expect(reply);
        self.terminal.expect("ftp> ");
    }

    /// The rest of a download.
    fn finish(mut self, folder: &Path) -> (Control, Terminal) {
        self.data.write_all(b" last").expect("it is read");
        drop(self.data);
        self.control.send("226 done\r\n");
        self.terminal.expect("226 done");
        let received = std::fs::read(folder.join("f")).expect("it was received");
        assert_eq!(received, b"first last");
        (self.control, self.terminal)
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[test]
fn a_download_goes_on_in_the_background() {
    let folder = folder();
    let mut transfer = Transfer::download(folder.path());
    transfer.terminal.send(ESCAPE);
    transfer
        .terminal
        .expect("RETR f goes on in the background: `jobs` shows how far it is, ABOR aborts it");
    transfer.terminal.expect("(RETR &) ftp> ");
    transfer.exchange("STAT", "211 all is well");
    transfer.exchange("NOOP", "200 noop");
    transfer.terminal.send_line("jobs");
    transfer
        .terminal
        .expect("RETR f > f: 5 of 10 bytes received");
    let (mut control, mut terminal) = transfer.finish(folder.path());
    terminal.expect("in the background: RETR f is done");
    terminal.send_line("PWD");
    control.expect("PWD");
}

#[test]
fn a_download_that_goes_on_can_be_aborted() {
    let folder = folder();
    let mut transfer = Transfer::download(folder.path());
    transfer.terminal.send(ESCAPE);
    transfer.terminal.expect("(RETR &) ftp> ");
    transfer.terminal.send_line("ABOR");
    transfer.control.expect("ABOR");
    drop(transfer.data);
    transfer.control.send("426 aborted\r\n226 abort done\r\n");
    transfer.terminal.expect("226 abort done");
    transfer.terminal.expect("ftp> ");
}

#[test]
fn an_upload_goes_on_in_the_background() {
    let folder = folder();
    let content = vec![b'x'; 20_000_000];
    std::fs::write(folder.path().join("big"), &content).expect("the test's own folder");
    let mut transfer = Transfer::begin(
        folder.path(),
        "STOR big < big",
        "STOR big",
        &["set hints off"],
    );
    transfer.terminal.send(ESCAPE);
    transfer.terminal.expect("(STOR &) ftp> ");
    transfer.exchange("NOOP", "200 noop");
    let mut data = transfer.data;
    let reading = thread::spawn(move || read_to_end(&mut data).0);
    assert!(reading.join().expect("it ends") == content);
    transfer.control.send("226 done\r\n");
    transfer
        .terminal
        .expect("in the background: STOR big is done");
}

#[test]
fn a_reply_that_was_not_waited_for_is_shown_when_it_comes() {
    let (mut control, mut terminal) = connected(None);
    terminal.send_line("NOOP");
    control.expect("NOOP");
    terminal.send(ESCAPE);
    terminal.expect("ftp> ");
    control.send("200 at last\r\n");
    terminal.expect("200 at last");
    terminal.send_line("PWD");
    control.expect("PWD");
    control.send("257 \"/\"\r\n");
    terminal.expect("257");
}

#[test]
fn what_is_typed_ahead_stands_at_the_next_prompt() {
    for key in [ESCAPE, "\x03"] {
        let (mut control, terminal) = connected(None);
        terminal.send_line("NOOP");
        control.expect("NOOP");
        terminal.send(format!("PW{key}"));
        terminal.wait_for_screen("the text at the prompt", |screen| {
            screen.trim_end().ends_with("ftp> PW")
        });
        terminal.send_line("D");
        control.expect("PWD");
    }
}

#[test]
fn data_that_are_shown_stay_in_the_foreground() {
    let folder = folder();
    let mut transfer = Transfer::begin(folder.path(), "LIST", "LIST", &[]);
    transfer.terminal.send(ESCAPE);
    transfer
        .terminal
        .expect("data that is shown cannot be put in the background: RETR f > file can.");
    transfer.data.write_all(b"a file\r\n").expect("it is read");
    drop(transfer.data);
    transfer.control.send("226 done\r\n");
    transfer.terminal.expect("226 done");
    transfer.terminal.expect("ftp> ");
    transfer.terminal.send_line("NOOP");
    transfer.control.expect("NOOP");
}

#[test]
fn a_recorded_transfer_stays_in_the_foreground() {
    let folder = folder();
    let settings = ["record session.ftp"];
    let mut transfer = Transfer::begin(folder.path(), "RETR f > f", "RETR f", &settings);
    transfer.data.write_all(b"first").expect("it is read");
    transfer.terminal.send(ESCAPE);
    transfer
        .terminal
        .expect("this session is recorded, so its transfers");
    transfer.finish(folder.path());
}

#[test]
fn the_key_of_a_prompt_is_the_users_again() {
    let (control, mut terminal) = connected(None);
    terminal.send_line("!stty -a");
    terminal.expect("quit = ^\\");
    drop(control);
}

/// A NOOP that was suspended with Ctrl-Z and goes on; the shell around it did `meanwhile`.
fn suspended(meanwhile: &str) -> (Control, Terminal) {
    let hand = Hand::new();
    let address = hand.address().to_string();
    let wrapper = format!(r#"set -m; "$0" "$1"; {meanwhile}; echo suspended; fg > /dev/null"#);
    let mut terminal = Ftpsh::of_program("/bin/bash")
        .args(["-c", &wrapper, env!("CARGO_BIN_EXE_ftpsh"), &address])
        .terminal();
    let mut control = hand.greet();
    terminal.expect("ftp> ");
    terminal.send_line("NOOP");
    control.expect("NOOP");
    terminal.send("\x1a");
    terminal.expect("suspended");
    (control, terminal)
}

#[test]
fn ctrl_z_suspends_and_the_command_goes_on_afterwards() {
    let (mut control, mut terminal) = suspended("true");
    control.send("200 noop\r\n");
    terminal.expect("200 noop");
    terminal.expect("ftp> ");
    terminal.send_key(Key::CtrlD);
    control.expect("QUIT");
}

/// The reply may have come just before the key.
#[test]
fn the_key_does_nothing_at_a_prompt() {
    let (mut control, terminal) = connected(None);
    terminal.send(ESCAPE);
    terminal.send_line("NOOP");
    control.expect("NOOP");
}

#[test]
fn the_key_works_after_ctrl_z_and_fg() {
    // As an interactive shell does.
    let (control, terminal) = suspended("stty sane");
    let begun = Instant::now();
    // Nothing tells when the program goes on.
    while !terminal.screen().trim_end().ends_with("\nftp>") {
        assert!(begun.elapsed() < DEADLINE, "{}", terminal.screen());
        terminal.send(ESCAPE);
        thread::sleep(Duration::from_millis(50));
    }
    drop(control);
}
