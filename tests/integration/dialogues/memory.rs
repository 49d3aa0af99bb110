//! A server that talks without end, or nearly.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Stdio;
use std::thread;

use portable_pty::{ChildKiller, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::hand::{Control, Hand};
use super::spawn;

const FLOOD_BYTES: usize = 50_000_000;
/// The program alone has half of it; with the flood it would have far more, so that what piles up anywhere is seen.
pub(crate) const MAX_KILOBYTES: u64 = 28 * 1024;

/// The most memory that the process ever had, without its code, which grows with the program; in KiB.
pub(crate) fn peak_kilobytes(process: u32) -> u64 {
    let status =
        std::fs::read_to_string(format!("/proc/{process}/status")).expect("the process is running");
    let kilobytes = |name: &str| -> u64 {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.split_ascii_whitespace().next());
        let number = number.and_then(|number| number.parse().ok());
        number.expect("Linux says how much it was")
    };
    kilobytes("VmHWM:") - kilobytes("RssFile:")
}

/// Answers NOOP with `first` and 50 MB of `piece`, and ends with `last`.
fn flood(first: &str, piece: &str, last: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let hand = Hand::new();
    let commands = ["NOOP", "PWD"];
    let mut program = spawn(folder.path(), hand.address(), &commands, Stdio::null());
    let mut control = hand.greet();
    control.expect("NOOP");
    control.send(first);
    let chunk = piece.repeat(64 * 1024 / piece.len());
    for _ in 0..FLOOD_BYTES / chunk.len() {
        control.send(&chunk);
    }
    control.send(last);
    control.expect("PWD");
    let peak = peak_kilobytes(program.id());
    control.send("257 \"/\"\r\n");
    control.expect_end();
    let status = program.wait().expect("it was started");
    assert_eq!(status.code(), Some(0));
    assert!(peak < MAX_KILOBYTES, "{peak} KiB");
}

#[test]
fn a_reply_of_endless_lines_is_not_kept() {
    flood(
        "200-begin\r\n",
        " a line of the body of an endless reply\r\n",
        "200 end\r\n",
    );
}

#[test]
fn a_line_without_end_is_not_kept() {
    flood("200 ", "x", "\r\n");
}

#[test]
fn lines_that_are_not_a_reply_are_not_kept() {
    let line = format!("no reply, {}\r\n", "and on ".repeat(300));
    flood("", &line, "200 noop\r\n");
}

#[test]
fn a_reply_that_never_ends_ends_the_run_with_5() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let hand = Hand::new();
    let commands = ["NOOP", "PWD"];
    let mut program = spawn(folder.path(), hand.address(), &commands, Stdio::null());
    let mut control = hand.greet();
    control.expect("NOOP");
    control.send("211-\r\n");
    let chunk = " more\r\n".repeat(10_000).into_bytes();
    while control.stream.write_all(&chunk).is_ok() {}
    let status = program.wait().expect("it was started");
    assert_eq!(status.code(), Some(5));
}

const NAMES: usize = 200_000;

/// A listing of so many names, in the Unix form.
fn listing() -> impl Iterator<Item = String> {
    let line = |name| format!("-rw-r--r--   1 ftp ftp  {name:>12} Nov 22 06:50 name-{name}\r\n");
    (0..NAMES)
        .step_by(1_000)
        .map(move |first| (first..first + 1_000).map(line).collect())
}

fn send_listing(control: &mut Control, mut data: TcpStream) {
    control.send("150 here\r\n");
    for piece in listing() {
        data.write_all(piece.as_bytes()).expect("the client reads");
    }
    drop(data);
    control.send("226 done\r\n");
}

#[test]
fn a_long_listing_into_a_file_is_not_kept() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let hand = Hand::new();
    let commands = ["PASV", "LIST > listing", "PWD"];
    let mut program = spawn(folder.path(), hand.address(), &commands, Stdio::null());
    let mut control = hand.greet();
    let data = control.passive();
    control.expect("LIST");
    send_listing(&mut control, data);
    control.expect("PWD");
    let peak = peak_kilobytes(program.id());
    control.send("257 \"/\"\r\n");
    control.expect_end();
    assert!(program.wait().expect("it was started").success());
    assert!(peak < MAX_KILOBYTES, "{peak} KiB");
    let received = std::fs::read_to_string(folder.path().join("listing")).expect("it was received");
    assert_eq!(received.lines().count(), NAMES);
}

/// Types `line` at a terminal and sends the listing; the program's peak, and how many lines the terminal got.
fn list_at_terminal(line: &str, pager: &str, folder: &Path) -> (u64, usize) {
    let hand = Hand::new();
    let mut terminal = Tape::start(hand.address(), pager, folder);
    let mut control = hand.greet();
    terminal.wait_for(b"ftp> ");
    terminal.send("PASV\r");
    let data = control.passive();
    terminal.wait_for("ftp ⇄> ".as_bytes());
    terminal.send(&format!("{line}\r"));
    assert_eq!(control.next_line().as_deref(), Some("LIST"));
    let sending = thread::spawn(move || send_listing(&mut control, data));
    terminal.wait_for(b"226 done");
    sending.join().expect("the client reads");
    terminal.wait_for(b"ftp> ");
    (peak_kilobytes(terminal.process), terminal.lines)
}

#[test]
fn a_long_listing_on_the_screen_is_not_kept() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for line in ["LIST", "table LIST"] {
        let (peak, shown) = list_at_terminal(line, "", folder.path());
        assert!(peak < MAX_KILOBYTES, "{peak} KiB");
        assert!((NAMES..NAMES + 30).contains(&shown), "{shown} lines");
    }
}

#[test]
fn a_long_listing_in_a_pager_is_not_kept() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (peak, _) = list_at_terminal("LIST", "cat > paged", folder.path());
    assert!(peak < MAX_KILOBYTES, "{peak} KiB");
    let paged = std::fs::read_to_string(folder.path().join("paged")).expect("it was run");
    assert_eq!(paged.lines().count(), NAMES);
}

/// A terminal that keeps only the end of what is written to it.
pub(crate) struct Tape {
    /// As long as it is open, there is a terminal.
    _master: Box<dyn MasterPty + Send>,
    output: Box<dyn Read + Send>,
    keyboard: Box<dyn Write + Send>,
    killer: Box<dyn ChildKiller + Send + Sync>,
    pub(crate) process: u32,
    end: Vec<u8>,
    lines: usize,
}

impl Tape {
    pub(crate) fn start(address: SocketAddr, pager: &str, folder: &Path) -> Self {
        let pair = native_pty_system()
            .openpty(PtySize::default())
            .expect("the system has pseudo-terminals");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_ftpsh"));
        command.arg(address.to_string());
        command.cwd(folder);
        command.env_clear();
        command.env("TERM", "xterm");
        command.env("HOME", folder);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("PAGER", pager);
        let child = pair
            .slave
            .spawn_command(command)
            .expect("the program can be started");
        Self {
            output: pair.master.try_clone_reader().expect("the master is open"),
            keyboard: pair.master.take_writer().expect("taken for the first time"),
            _master: pair.master,
            killer: child.clone_killer(),
            process: child.process_id().expect("it runs"),
            end: Vec::new(),
            lines: 0,
        }
    }

    pub(crate) fn send(&mut self, text: &str) {
        let sent = self.keyboard.write_all(text.as_bytes());
        sent.expect("the terminal is open");
    }

    /// Reads until these bytes have come. The test runner ends a wait that is in vain.
    pub(crate) fn wait_for(&mut self, bytes: &[u8]) {
        let mut buffer = [0; 16 * 1024];
        loop {
            if let Some(at) = self.end.windows(bytes.len()).position(|it| it == bytes) {
                self.end.drain(..at + bytes.len());
                return;
            }
            let count = self.output.read(&mut buffer).expect("the terminal is open");
            assert!(count > 0, "the program has ended");
            self.lines += buffer[..count].iter().filter(|&&it| it == b'\n').count();
            let kept = self.end.len().saturating_sub(bytes.len());
            self.end.drain(..kept);
            self.end.extend_from_slice(&buffer[..count]);
        }
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.killer.kill();
    }
}
