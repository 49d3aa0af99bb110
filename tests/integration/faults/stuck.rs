//! Whoever should read does not: the terminal, a pipe, a disk, standard error, the server. Ctrl-C has its three
//! meanings all the same, and every limit of time is kept.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::make_pipe;
use crate::dialogues::hand::{Control, End, Hand, read_to_end};
use crate::dialogues::{connected, spawn};
use crate::support::DEADLINE;
use crate::support::ftpsh::Ftpsh;
use crate::support::terminal::{Key, Terminal};

/// From a key to what it brings about: a fraction of this on a machine that has nothing else to do.
const AT_ONCE: Duration = Duration::from_secs(4);
/// Once the server cannot write for so long, nobody reads.
const STILL: Duration = Duration::from_millis(500);

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn interrupt(process: u32) {
    let sent = Command::new("kill")
        .args(["-INT", &process.to_string()])
        .status();
    assert!(sent.expect("kill is there").success());
}

/// The server's end of a data connection: sends, then waits for the client to reset it.
struct Sending {
    sent: Arc<AtomicU64>,
    thread: JoinHandle<Instant>,
}

impl Sending {
    /// Sends so many bytes, as far as the client takes them.
    fn begin(mut data: TcpStream, bytes: u64) -> Self {
        let sent = Arc::new(AtomicU64::new(0));
        let shared = Arc::clone(&sent);
        let thread = thread::spawn(move || {
            let lines = format!("{}\r\n", "x".repeat(62)).repeat(256);
            while shared.load(Ordering::Relaxed) < bytes {
                if data.write_all(lines.as_bytes()).is_err() {
                    return Instant::now();
                }
                shared.fetch_add(lines.len() as u64, Ordering::Relaxed);
            }
            assert_eq!(read_to_end(&mut data).1, End::Reset);
            Instant::now()
        });
        Self { sent, thread }
    }

    /// Waits until nothing more is taken, since nobody reads.
    fn wait_until_still(&self) {
        let begun = Instant::now();
        let mut since = begun;
        let mut before = 0;
        while before == 0 || since.elapsed() < STILL {
            assert!(begun.elapsed() < DEADLINE, "it is read");
            // Nothing tells that nothing happens.
            thread::sleep(Duration::from_millis(20));
            let now = self.sent.load(Ordering::Relaxed);
            if now != before {
                (before, since) = (now, Instant::now());
            }
        }
    }

    /// Waits until the client has reset it.
    fn end(self) -> Instant {
        self.thread.join().expect("it was reset")
    }
}

/// A download that has begun in a terminal.
struct Scene {
    control: Control,
    terminal: Terminal,
    sending: Sending,
}

impl Scene {
    fn begin(folder: &Path, line: &str, bytes: u64) -> Self {
        let (control, mut terminal) = connected(Some(folder));
        terminal.send_line("set pager off");
        terminal.expect("ftp> ");
        Self::transfer(control, terminal, line, bytes)
    }

    fn transfer(mut control: Control, mut terminal: Terminal, line: &str, bytes: u64) -> Self {
        terminal.send_line("PASV");
        let data = control.passive();
        terminal.expect("ftp ⇄> ");
        terminal.send_line(line);
        let command = line.split([' ']).take(2).collect::<Vec<_>>().join(" ");
        control.expect(&command);
        control.send("150 here\r\n");
        if !line.contains('|') {
            terminal.expect("150 here");
        }
        Self {
            control,
            terminal,
            sending: Sending::begin(data, bytes),
        }
    }

    /// ABOR, the reset of the data connection, the prompt.
    fn goes_on_after_three(mut self, press: impl Fn(&Terminal)) {
        let pressed = Instant::now();
        press(&self.terminal);
        self.control.expect_synch();
        self.control.expect("ABOR");
        assert!(pressed.elapsed() < AT_ONCE, "{:?}", pressed.elapsed());
        let pressed = Instant::now();
        press(&self.terminal);
        let ended = self.sending.end();
        assert!(ended - pressed < AT_ONCE, "{:?}", ended - pressed);
        press(&self.terminal);
        self.terminal.read_on();
        self.terminal
            .wait_for_screen("the prompt", |screen| screen.trim_end().ends_with("ftp>"));
        self.control.send("426 aborted\r\n226 done\r\n");
        self.terminal.expect("226 done");
        self.terminal.send_line("NOOP");
        self.control.expect("NOOP");
    }
}

fn press_key(terminal: &Terminal) {
    terminal.send_key(Key::CtrlC);
}

/// What a program that has the terminal does not hear.
fn send_signal(terminal: &Terminal) {
    interrupt(terminal.process());
}

#[test]
fn a_terminal_that_is_not_read_during_a_transfer_to_the_screen() {
    let folder = folder();
    let scene = Scene::begin(folder.path(), "RETR f", u64::MAX);
    scene.terminal.stop_reading();
    scene.sending.wait_until_still();
    scene.goes_on_after_three(press_key);
}

#[test]
fn a_terminal_that_is_not_read_during_a_transfer_to_a_file() {
    let folder = folder();
    let mut scene = Scene::begin(folder.path(), "RETR f > f", 1);
    scene.terminal.stop_reading();
    // More than the terminal holds.
    let lines = format!(" {}\r\n", "x".repeat(97)).repeat(5_000);
    scene
        .control
        .send(format!("150-more\r\n{lines}150 here\r\n"));
    thread::sleep(STILL);
    scene.goes_on_after_three(press_key);
}

#[test]
fn a_local_command_that_does_not_read() {
    let folder = folder();
    let scene = Scene::begin(folder.path(), "RETR f | sleep 1000", u64::MAX);
    scene.sending.wait_until_still();
    scene.goes_on_after_three(send_signal);
}

#[test]
fn a_pager_that_does_not_read() {
    let hand = Hand::new();
    let program = Ftpsh::new()
        .arg(hand.address().to_string())
        .env("PAGER", "sleep 1000");
    let starting = thread::spawn(move || {
        let mut terminal = program.terminal();
        terminal.expect("ftp> ");
        terminal
    });
    let control = hand.greet();
    let terminal = starting.join().expect("the shell is at its prompt");
    let scene = Scene::transfer(control, terminal, "RETR f", u64::MAX);
    scene.sending.wait_until_still();
    scene.goes_on_after_three(send_signal);
}

#[test]
fn a_named_pipe_that_nobody_reads() {
    let folder = folder();
    make_pipe(&folder.path().join("pipe"));
    let scene = Scene::begin(folder.path(), "RETR f > pipe", u64::MAX);
    scene.sending.wait_until_still();
    scene.goes_on_after_three(press_key);
}

/// A script in the middle of a download: its process, and the server's end.
fn script(line: &str, folder: &Path, stderr: Stdio) -> (Child, Control, TcpStream) {
    let hand = Hand::new();
    let child = spawn(folder, hand.address(), &["PASV", line], stderr);
    let mut control = hand.greet();
    let data = control.passive();
    control.expect("RETR f");
    control.send("150 here\r\n");
    (child, control, data)
}

fn ends_with_130_after_three(mut child: Child, mut control: Control) {
    let pressed = Instant::now();
    interrupt(child.id());
    control.expect_synch();
    control.expect("ABOR");
    assert!(pressed.elapsed() < AT_ONCE, "{:?}", pressed.elapsed());
    let pressed = Instant::now();
    for _ in 0..2 {
        interrupt(child.id());
    }
    let status = child.wait().expect("it was started");
    assert_eq!(status.code(), Some(130));
    assert!(pressed.elapsed() < AT_ONCE, "{:?}", pressed.elapsed());
}

#[test]
fn a_local_command_that_does_not_read_in_a_script() {
    let folder = folder();
    let (child, control, data) = script("RETR f | sleep 1000", folder.path(), Stdio::null());
    let sending = Sending::begin(data, u64::MAX);
    sending.wait_until_still();
    ends_with_130_after_three(child, control);
    let _ = sending.end();
}

#[test]
fn a_named_pipe_that_nobody_reads_in_a_script() {
    let folder = folder();
    make_pipe(&folder.path().join("pipe"));
    let (child, control, data) = script("RETR f > pipe", folder.path(), Stdio::null());
    let sending = Sending::begin(data, u64::MAX);
    sending.wait_until_still();
    ends_with_130_after_three(child, control);
    let _ = sending.end();
}

/// Runs a script whose transfer has this local side, while the server is well, and says how it ended.
fn end_at_the_limit(line: &str, folder: &Path, carry: impl FnOnce(TcpStream)) -> (i32, String) {
    end_with_output(line, folder, Stdio::null(), "426 broken\r\n", carry)
}

fn end_with_output(
    line: &str,
    folder: &Path,
    output: Stdio,
    reply: &str,
    carry: impl FnOnce(TcpStream),
) -> (i32, String) {
    let hand = Hand::new();
    let mut child = Ftpsh::new()
        .args(["--timeout", "1", "-c", "PASV", "-c", line])
        .arg(hand.address().to_string())
        .command()
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let mut control = hand.greet();
    let data = control.passive();
    control.expect(&line[..6]);
    control.send("150 here\r\n");
    carry(data);
    control.send(reply);
    let mut said = String::new();
    let mut stderr = child.stderr.take().expect("it is piped");
    stderr.read_to_string(&mut said).expect("it is text");
    let status = child.wait().expect("it was started");
    (status.code().expect("it was not killed"), said)
}

#[test]
fn a_local_command_that_does_not_read_is_not_blamed_on_the_server() {
    let folder = folder();
    make_pipe(&folder.path().join("pipe"));
    for line in ["RETR f | exec sleep 1000", "RETR f > pipe"] {
        let (code, said) = end_at_the_limit(line, folder.path(), |data| {
            let _ = Sending::begin(data, u64::MAX).end();
        });
        assert!(
            said.contains("the local side failed: it accepted no data for 1 s"),
            "{said}"
        );
        assert_eq!(code, 7, "{said}");
    }
}

#[test]
fn a_standard_output_that_is_not_read_ends_the_transfer_at_the_time_limit() {
    let folder = folder();
    let (reader, writer) = std::io::pipe().expect("the system has pipes");
    let reply = "426 broken\r\n";
    let (code, said) = end_with_output("RETR f", folder.path(), writer.into(), reply, |data| {
        let _ = Sending::begin(data, u64::MAX).end();
    });
    assert!(said.contains("it accepted no data for 1 s"), "{said}");
    assert_eq!(code, 7, "{said}");
    drop(reader);
}

/// For more than twice the limit nothing moves but what the command reads.
#[test]
fn a_local_command_that_reads_slowly_is_not_ended() {
    let folder = folder();
    let line = "RETR f | while dd bs=8192 count=1 2>/dev/null | grep -q .; do sleep 0.04; done; echo read > end";
    let reply = "226 sent\r\n";
    let (code, said) = end_with_output(line, folder.path(), Stdio::null(), reply, |mut data| {
        data.write_all(&[b'x'; 512 * 1024]).expect("it is read");
    });
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("524288 bytes received"), "{said}");
    assert!(folder.path().join("end").exists());
}

#[test]
fn a_source_that_gives_nothing_is_not_blamed_on_the_server() {
    let folder = folder();
    let path = folder.path().join("pipe");
    make_pipe(&path);
    let opening = thread::spawn(move || std::fs::File::options().write(true).open(path));
    let (code, said) = end_at_the_limit("STOR f < pipe", folder.path(), |mut data| {
        assert_eq!(read_to_end(&mut data).1, End::Reset);
    });
    assert!(
        said.contains("the local side failed: it supplied no data for 1 s"),
        "{said}"
    );
    assert_eq!(code, 7, "{said}");
    drop(opening.join());
}

#[test]
fn a_standard_error_that_nobody_reads() {
    let folder = folder();
    let (reader, writer) = std::io::pipe().expect("the system has pipes");
    let (child, mut control, data) = script("RETR f > f", folder.path(), writer.into());
    // More than a pipe holds.
    let lines = format!(" {}\r\n", "x".repeat(97)).repeat(5_000);
    control.send(format!("150-more\r\n{lines}150 here\r\n"));
    thread::sleep(STILL);
    ends_with_130_after_three(child, control);
    drop((reader, data));
}

/// Waits for the end of a script that without its limit would have none. Its clock began not before `earliest`, and it
/// has so many seconds.
#[track_caller]
fn assert_ends(mut child: Child, earliest: Instant, seconds: u64) {
    let status = child.wait().expect("it was started");
    let took = earliest.elapsed();
    assert_eq!(status.code(), Some(3));
    assert!(took >= Duration::from_secs(seconds), "{took:?}");
}

/// A script with a line of 5 MB; nothing but the greeting is written by the server, and nothing read yet.
fn long_line(seconds: u32, stderr: Stdio) -> (Child, Control) {
    let hand = Hand::new();
    let mut child = Ftpsh::new()
        .args(["--timeout", &seconds.to_string()])
        .arg(hand.address().to_string())
        .command()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(stderr)
        .spawn()
        .expect("the program can be started");
    let control = hand.greet();
    let mut stdin = child.stdin.take().expect("it is piped");
    let line = format!("NOOP {}\n", "x".repeat(5_000_000));
    stdin.write_all(line.as_bytes()).expect("it reads");
    (child, control)
}

/// Waits for the beginning of the line.
fn await_beginning(control: &Control) {
    let come = control.stream.peek(&mut [0]);
    assert!(matches!(come, Ok(1)), "{come:?}");
}

#[test]
fn a_server_that_does_not_read_ends_a_script_at_its_time_limit() {
    let earliest = Instant::now();
    let (child, control) = long_line(3, Stdio::null());
    await_beginning(&control);
    assert_ends(child, earliest, 3);
}

#[test]
fn a_server_that_reads_a_little_now_and_then_ends_a_script_at_its_time_limit() {
    let earliest = Instant::now();
    let (child, mut control) = long_line(3, Stdio::null());
    await_beginning(&control);
    let reading = thread::spawn(move || {
        while control.stream.read_exact(&mut [0; 3_000]).is_ok() {
            thread::sleep(Duration::from_secs(5));
        }
    });
    assert_ends(child, earliest, 3);
    // What is in the system's buffers takes long to read so.
    drop(reading);
}

#[test]
fn ctrl_c_ends_a_script_whose_line_the_server_does_not_read() {
    let (reader, writer) = std::io::pipe().expect("the system has pipes");
    let (mut child, _control) = long_line(60, writer.into());
    // Once the line is shown, the program waits.
    let mut said = BufReader::new(reader).lines();
    assert!(said.any(|line| line.expect("it is text").starts_with("→ NOOP x")));
    let pressed = Instant::now();
    interrupt(child.id());
    let status = child.wait().expect("it was started");
    assert_eq!(status.code(), Some(130));
    assert!(pressed.elapsed() < AT_ONCE, "{:?}", pressed.elapsed());
}

fn limited(limits: &[&str], lines: &[&str]) -> (Child, Control) {
    let hand = Hand::new();
    let home = folder();
    let child = Ftpsh::new()
        .home(home.path())
        .args(limits)
        .args(lines.iter().flat_map(|line| ["-c", line]))
        .arg(hand.address().to_string())
        .command()
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program can be started");
    (child, hand.greet())
}

#[test]
fn the_time_limit_counts_from_the_last_byte_of_the_data() {
    let (child, mut control) = limited(&["--timeout", "3"], &["PASV", "RETR f"]);
    let mut data = control.passive();
    control.expect("RETR f");
    control.send("150 here\r\n");
    for _ in 0..4 {
        data.write_all(b"some").expect("the client reads");
        thread::sleep(STILL);
    }
    let earliest = Instant::now();
    data.write_all(b"last").expect("the client reads");
    assert_ends(child, earliest, 3);
}

#[test]
fn a_reply_that_trickles_in_without_end_is_ended_by_the_limit_of_a_reply() {
    let limits = ["--timeout", "60", "--reply-timeout", "2"];
    let earliest = Instant::now();
    let (child, mut control) = limited(&limits, &["NOOP"]);
    control.expect("NOOP");
    control.send("200 ");
    let trickling = thread::spawn(move || {
        while control.stream.write_all(b"x").is_ok() {
            thread::sleep(STILL / 2);
        }
    });
    assert_ends(child, earliest, 2);
    trickling.join().expect("it does not panic");
}
