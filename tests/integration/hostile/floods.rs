//! Servers that talk without being asked, or do not stop: the memory stays flat, and whoever waits can leave.

use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use socket2::SockRef;
use tempfile::TempDir;

use crate::dialogues::hand::{Control, Hand};
use crate::dialogues::memory::{MAX_KILOBYTES, Tape, peak_kilobytes};
use crate::dialogues::{lines, spawn};

const FLOOD_BYTES: usize = 50_000_000;

/// A script of these lines whose server has greeted.
fn script(lines: &[&str]) -> (Child, Control, TempDir) {
    let folder = TempDir::new().expect("a temporary folder");
    let hand = Hand::new();
    let program = spawn(folder.path(), hand.address(), lines, Stdio::null());
    let control = hand.greet();
    (program, control, folder)
}

/// Writes the piece again and again, so many bytes or until nobody reads any more.
fn pour(stream: &mut TcpStream, piece: &[u8], bytes: usize) {
    let chunk = piece.repeat((64 * 1024 / piece.len()).max(1));
    for _ in 0..bytes / chunk.len() {
        if stream.write_all(&chunk).is_err() {
            return;
        }
    }
}

#[track_caller]
fn assert_flat(process: u32) {
    let peak = peak_kilobytes(process);
    assert!(peak < MAX_KILOBYTES, "{peak} KiB");
}

/// A server that pours until it is told to stop.
struct Fountain {
    stop: Arc<AtomicBool>,
    stream: TcpStream,
    pouring: JoinHandle<TcpStream>,
}

impl Fountain {
    /// Pours while the test goes on to read.
    fn beside(stream: &TcpStream, piece: &[u8]) -> Self {
        // What waits in the system's buffers would have to be shown before anything else.
        let small = SockRef::from(stream).set_send_buffer_size(16 * 1024);
        small.expect("the stream is open");
        Self::start(stream.try_clone().expect("handles are left"), piece)
    }

    fn start(mut stream: TcpStream, piece: &[u8]) -> Self {
        let other = stream.try_clone().expect("handles are left");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let chunk = piece.repeat((16 * 1024 / piece.len()).max(1));
        let pouring = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) && stream.write_all(&chunk).is_ok() {}
            stream
        });
        Self {
            stop,
            stream: other,
            pouring,
        }
    }

    /// The stream, once the last piece is through.
    fn stop(self) -> TcpStream {
        self.stop.store(true, Ordering::Relaxed);
        self.pouring.join().expect("it does not panic")
    }

    /// Ends it and its connection. A client that is gone leaves a full window behind, which would be waited for long.
    fn end(self) {
        // An error means that the client was quicker.
        let _ = self.stream.shutdown(Shutdown::Both);
        drop(self.stop());
    }
}

/// The shell at its prompt, and the server's end of its control connection.
fn at_terminal(folder: &TempDir) -> (Control, Tape) {
    let hand = Hand::new();
    let mut terminal = Tape::start(hand.address(), "", folder.path());
    let control = hand.greet();
    terminal.wait_for(b"ftp> ");
    (control, terminal)
}

#[test]
fn preliminary_replies_without_end_end_the_run_with_5() {
    let (mut program, mut control, _folder) = script(&["NOOP", "PWD"]);
    control.expect("NOOP");
    // Long, but not long to show.
    let body = " soon\r\n".repeat(2_000_000);
    let piece = format!("150-begin\r\n{body}150 end\r\n");
    let fountain = Fountain::start(
        control.stream.try_clone().expect("handles are left"),
        piece.as_bytes(),
    );
    let status = program.wait().expect("it was started");
    fountain.end();
    assert_eq!(status.code(), Some(5));
}

#[test]
fn lines_after_a_226_whose_data_have_not_ended_are_not_kept() {
    let hand = Hand::new();
    let folder = TempDir::new().expect("a temporary folder");
    let program = lines(hand.address(), &["PASV", "RETR f > out"]);
    let mut program = program.home(folder.path()).start();
    let mut control = hand.greet();
    let mut data = control.passive();
    control.expect("RETR f");
    control.send("150 here\r\n");
    data.write_all(b"the data").unwrap();
    control.send("226 done\r\n");
    let fountain = Fountain::beside(&control.stream, b"1\r\n");
    // The 226 waits a moment for the end of the data, and what is after it with it.
    let _ = program.wait_for("a line that is not a reply: 1");
    assert_flat(program.process());
    program.kill();
    fountain.end();
}

#[test]
fn bytes_after_an_upload_are_not_kept() {
    let (mut program, mut control, _folder) = script(&["PASV", "STOR f <<< 'x'", "PWD"]);
    let mut data = control.passive();
    control.expect("STOR f");
    control.send("150 here\r\n");
    pour(&mut data, b"more and more", FLOOD_BYTES);
    control.send("226 done\r\n");
    control.expect("PWD");
    assert_flat(program.id());
    drop(data);
    control.send("257 \"/\"\r\n");
    control.expect_end();
    let _ = program.wait();
}

#[test]
fn data_without_end_on_the_screen_can_be_left_and_are_not_kept() {
    let folder = TempDir::new().expect("a temporary folder");
    let (mut control, mut terminal) = at_terminal(&folder);
    terminal.send("PASV\r");
    let data = control.passive();
    terminal.wait_for("ftp ⇄> ".as_bytes());
    terminal.send("RETR f\r");
    control.expect("RETR f");
    control.send("150 here\r\n");
    let fountain = Fountain::start(data, b"a line of a file without end\r\n");
    for _ in 0..1_000 {
        terminal.wait_for(b"a line of a file without end");
    }
    terminal.send("\x03");
    let aborted = thread::spawn(move || {
        control.expect_synch();
        control.expect("ABOR");
        drop(fountain.stop());
        control.send("426 cut\r\n226 aborted\r\n");
        control
    });
    terminal.wait_for(b"226 aborted");
    terminal.wait_for(b"ftp> ");
    assert_flat(terminal.process);
    let mut control = aborted.join().expect("the client aborts");
    terminal.send("PWD\r");
    control.expect("PWD");
}

/// The line that is being typed when the flood comes is sent as it was typed, and answered.
fn type_in_a_flood(piece: &[u8], shown: &[u8]) {
    let folder = TempDir::new().expect("a temporary folder");
    let (mut control, mut terminal) = at_terminal(&folder);
    terminal.send("PW");
    let fountain = Fountain::beside(&control.stream, piece);
    for _ in 0..50 {
        terminal.wait_for(shown);
    }
    terminal.send("D\r");
    let served = thread::spawn(move || {
        control.expect("PWD");
        let _ = fountain.stop();
        control.send("257 \"/\"\r\n");
        control
    });
    terminal.wait_for(b"257 \"/\"");
    terminal.wait_for(b"ftp> ");
    assert_flat(terminal.process);
    let _ = served.join().expect("the line arrives");
}

#[test]
fn a_line_that_is_typed_in_a_flood_of_replies_is_sent_and_answered() {
    let piece = format!("220 and another thing{}\r\n", " and more".repeat(30));
    type_in_a_flood(piece.as_bytes(), b"220 and another thing");
}

#[test]
fn a_line_that_is_typed_in_a_flood_of_other_lines_is_sent_and_answered() {
    let piece = format!("not a reply at all{}\r\n", " and more".repeat(30));
    type_in_a_flood(piece.as_bytes(), b"not a reply at all");
}

#[test]
fn a_line_that_is_typed_in_a_flood_of_telnet_commands_is_sent_and_answered() {
    let piece = [&b"\xff\xfa"[..], &[b'x'; 300], b"\xff\xf0"].concat();
    type_in_a_flood(&piece, b"FF FA");
}

/// Ctrl-C gives the prompt back while the reply goes on.
fn leave(first: &str, piece: &[u8]) {
    // A reply is shown when it is whole.
    let is_shown = first.is_empty();
    let folder = TempDir::new().expect("a temporary folder");
    let (mut control, mut terminal) = at_terminal(&folder);
    terminal.send("STAT\r");
    control.expect("STAT");
    control.send(first);
    let fountain = Fountain::beside(&control.stream, piece);
    if is_shown {
        for _ in 0..50 {
            terminal.wait_for(&piece[..8]);
        }
    }
    terminal.send("\x03");
    terminal.wait_for(b"outstanding");
    terminal.wait_for(b"ftp> ");
    assert_flat(terminal.process);
    terminal.send("close\r");
    terminal.wait_for(b"(closed) ftp> ");
    fountain.end();
}

#[test]
fn ctrl_c_leaves_a_reply_of_endless_lines() {
    leave("211-\r\n", b" more\r\n");
}

#[test]
fn ctrl_c_leaves_a_line_without_end() {
    leave("200 ", b"x");
}

#[test]
fn ctrl_c_leaves_endless_preliminary_replies() {
    leave("", format!("150 soon{}\r\n", " soon".repeat(50)).as_bytes());
}

#[test]
fn ctrl_c_leaves_endless_lines_that_are_not_a_reply() {
    leave(
        "",
        format!("no reply{}\r\n", " at all".repeat(40)).as_bytes(),
    );
}
