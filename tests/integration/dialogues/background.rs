//! A transfer in the background: what is typed meanwhile, whose reply is whose, and how it ends.

use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::thread;

use super::hand::{Control, End, Hand, read_to_end};
use super::{connected, lines};
use crate::support::terminal::{Key, Terminal};

/// A download in the background that has begun and brought its first bytes.
struct Running {
    control: Control,
    data: TcpStream,
    terminal: Terminal,
}

impl Running {
    fn begin(folder: &Path) -> Self {
        Self::begin_over(connected(Some(folder)))
    }

    fn begin_over((mut control, mut terminal): (Control, Terminal)) -> Self {
        terminal.send_line("PASV");
        let mut data = control.passive();
        terminal.expect("ftp ⇄> ");
        terminal.send_line("RETR f > f &");
        control.expect("RETR f");
        control.send("150 here (10 bytes)\r\n");
        terminal.expect("150 here");
        terminal.expect("ftp> ");
        data.write_all(b"first").expect("the client reads");
        Self {
            control,
            data,
            terminal,
        }
    }

    /// The same for an upload that has more to send than anybody takes.
    fn begin_upload(folder: &Path) -> Self {
        let file = std::fs::File::create(folder.join("big")).expect("the test's own folder");
        file.set_len(300_000_000).expect("a sparse file");
        let (mut control, mut terminal) = connected_in_type_i(folder);
        terminal.send_line("PASV");
        let data = control.passive();
        terminal.expect("ftp ⇄> ");
        terminal.send_line("STOR big < big &");
        control.expect("STOR big");
        control.send("150 here\r\n");
        terminal.expect("150 here");
        terminal.expect("ftp> ");
        Self {
            control,
            data,
            terminal,
        }
    }

    fn exchange(&mut self, line: &str, reply: &str) {
        self.terminal.send_line(line);
        self.control.expect(line);
        self.control.send(format!("{reply}\r\n"));
        self.terminal.expect(reply);
        self.terminal.expect("ftp> ");
    }

    /// The rest of the data, and the reply after it.
    fn finish(mut self) -> (Control, Terminal) {
        self.data.write_all(b" last").expect("the client reads");
        drop(self.data);
        self.control.send("226 done\r\n");
        self.terminal.expect("226 done");
        (self.control, self.terminal)
    }
}

fn connected_in_type_i(folder: &Path) -> (Control, Terminal) {
    let (mut control, mut terminal) = connected(Some(folder));
    terminal.send_line("TYPE I");
    control.expect("TYPE I");
    control.send("200 I\r\n");
    terminal.expect("ftp> ");
    (control, terminal)
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[track_caller]
fn assert_received(folder: &Path) {
    let received = std::fs::read(folder.join("f")).expect("it was received");
    assert_eq!(received, b"first last");
}

#[test]
fn commands_are_sent_and_answered_while_a_download_runs() {
    let folder = folder();
    let mut running = Running::begin(folder.path());
    running.exchange("STAT", "211 all is well");
    running.exchange("NOOP", "200 noop");
    let screen = running.terminal.screen();
    assert!(!screen.contains("note:"), "{screen}");
    let (_control, mut terminal) = running.finish();
    terminal.expect("in the background: RETR f is done");
    assert_received(folder.path());
}

#[test]
fn a_download_that_ends_short_after_a_226_is_not_called_refused() {
    let folder = folder();
    let Running {
        mut control,
        data,
        mut terminal,
    } = Running::begin_over(connected_in_type_i(folder.path()));
    drop(data);
    control.send("226 done\r\n");
    terminal
        .expect("in the background: RETR f ended before the size that the server had announced");
}

#[test]
fn the_end_is_told_above_a_line_that_is_being_typed() {
    let folder = folder();
    let running = Running::begin(folder.path());
    running.terminal.send("half a li");
    running.terminal.wait_for_screen("the line", |screen| {
        screen.trim_end().ends_with("ftp> half a li")
    });
    let (mut control, terminal) = running.finish();
    terminal.wait_for_screen("the end above the line", |screen| {
        let end = "\n  10 bytes received, data connection closed\n226 done\n  in the background: RETR f is done\n";
        screen.contains(end) && screen.trim_end().ends_with("\n(RETR &) ftp> half a li")
    });
    terminal.send_line("ne");
    control.expect("half a line");
}

#[test]
fn a_421_is_told_above_a_line_that_is_being_typed() {
    let folder = folder();
    let mut running = Running::begin(folder.path());
    running.terminal.send("half a li");
    running.terminal.wait_for_screen("the line", |screen| {
        screen.trim_end().ends_with("ftp> half a li")
    });
    running.control.send("421 closing\r\n");
    drop(running.control);
    running
        .terminal
        .wait_for_screen("the 421 above the line", |screen| {
            screen.contains("\n421 closing\n")
                && screen.contains("the server closed the connection")
                && screen.trim_end().ends_with("half a li")
        });
    // What was on its way still comes.
    running.data.write_all(b" last").expect("the client reads");
    drop(running.data);
    running.terminal.wait_for_screen("the end", |screen| {
        screen.contains("10 bytes received")
            && screen.contains("in the background: RETR f was cut")
            && screen.trim_end().ends_with("half a li")
    });
    assert_received(folder.path());
}

#[test]
fn jobs_tells_how_far_it_is_and_which_file_it_moves() {
    let folder = folder();
    let mut running = Running::begin(folder.path());
    let told = "RETR f > f: 5 of 10 bytes received, ";
    // The bytes may not have been read yet.
    while !running.terminal.screen().contains(told) {
        running.terminal.send_line("jobs");
        running.terminal.expect("RETR f > f: ");
        running.terminal.expect("ftp> ");
    }
    let (_control, mut terminal) = running.finish();
    terminal.expect("is done");
    terminal.send_line("jobs");
    terminal.expect("nothing runs in the background");
}

#[test]
fn a_pasv_during_a_transfer_is_warned_of_before_it_is_sent() {
    let folder = folder();
    let mut running = Running::begin(folder.path());
    for line in ["PASV", "epsv", "PORT 127,0,0,1,4,1"] {
        running.terminal.send_line(line);
        running.control.expect(line);
        // Nothing has been answered yet.
        running.terminal.expect("a transfer runs in the background");
        running.control.send("502 not now\r\n");
        running.terminal.expect("502 not now");
        running.terminal.expect("ftp> ");
    }
    let screen = running.terminal.screen();
    assert_eq!(screen.matches("a transfer runs in").count(), 3, "{screen}");
    let (mut control, mut terminal) = running.finish();
    terminal.expect("is done");
    terminal.send_line("PASV");
    control.expect("PASV");
    control.send("502 never\r\n");
    terminal.expect("502 never");
    let screen = terminal.screen();
    assert_eq!(screen.matches("a transfer runs in").count(), 3, "{screen}");
}

#[test]
fn a_second_transfer_is_refused_and_not_sent() {
    let folder = folder();
    let mut running = Running::begin(folder.path());
    for line in [
        "LIST",
        "RETR g > g",
        "RETR g > g &",
        "RETR g | cat",
        "ls",
        "get g",
        "resume --get g",
        "table MLSD",
    ] {
        running.terminal.send_line(line);
        running
            .terminal
            .expect("RETR f still runs in the background");
        running.terminal.expect("ftp> ");
    }
    assert!(!folder.path().join("g").exists());
    // Nothing of these was sent.
    running.exchange("NOOP", "200 noop");
    let (mut control, mut terminal) = running.finish();
    terminal.expect("is done");
    terminal.send_line("LIST");
    control.expect("LIST");
    assert_received(folder.path());
}

#[test]
fn control_c_at_the_prompt_leaves_it_alone() {
    let folder = folder();
    let mut running = Running::begin(folder.path());
    running.terminal.send("half");
    running.terminal.expect("half");
    running.terminal.send_key(Key::CtrlC);
    running.terminal.expect("ftp> ");
    running.exchange("NOOP", "200 noop");
    let (_control, mut terminal) = running.finish();
    terminal.expect("is done");
    assert_received(folder.path());
}

#[test]
fn control_c_in_a_wait_gives_the_prompt_back_and_leaves_it_alone() {
    let folder = folder();
    let mut running = Running::begin(folder.path());
    running.terminal.send_line("STAT");
    running.control.expect("STAT");
    running.terminal.send_key(Key::CtrlC);
    running.terminal.expect("the reply is still outstanding");
    running.terminal.expect("ftp> ");
    // No ABOR came before it.
    running.terminal.send_line("NOOP");
    running.control.expect("NOOP");
    running.control.send("211 late\r\n200 noop\r\n");
    running.terminal.expect("late reply to STAT");
    running.terminal.expect("200 noop");
    let (_control, mut terminal) = running.finish();
    terminal.expect("is done");
    assert_received(folder.path());
}

#[test]
fn an_abor_that_is_typed_aborts_the_download_and_is_sent_plain() {
    let folder = folder();
    let mut running = Running::begin(folder.path());
    running.terminal.send_line("ABOR");
    running.control.expect_bytes(b"ABOR\r\n");
    drop(running.data);
    running.control.send("426 aborted\r\n226 abort done\r\n");
    running.terminal.expect("5 bytes received, aborted");
    running
        .terminal
        .expect("in the background: RETR f was aborted");
    running.terminal.send_line("NOOP");
    running.control.expect("NOOP");
    running.control.send("200 noop\r\n");
    running.terminal.expect("200 noop");
    let screen = running.terminal.screen();
    assert!(!screen.contains("note: late"), "{screen}");
    assert!(!screen.contains("got no reply"), "{screen}");
}

#[test]
fn an_abor_that_is_typed_resets_an_upload_at_once() {
    let folder = folder();
    let mut running = Running::begin_upload(folder.path());
    running.terminal.send_line("ABOR");
    running.control.expect_bytes(b"ABOR\r\n");
    assert_eq!(read_to_end(&mut running.data).1, End::Reset);
    running.control.send("426 aborted\r\n226 abort done\r\n");
    running.terminal.expect("226 abort done");
    running
        .terminal
        .wait_for("in the background: STOR big was aborted");
}

#[test]
fn a_second_abor_drops_a_download_that_the_server_goes_on_with() {
    let folder = folder();
    let mut running = Running::begin(folder.path());
    running.terminal.send_line("ABOR");
    running.control.expect("ABOR");
    running.terminal.send_key(Key::CtrlC);
    running.terminal.expect("the reply is still outstanding");
    running.terminal.expect("ftp> ");
    running.data.write_all(b" more").expect("the client reads");
    running.terminal.send_line("ABOR");
    running.control.expect("ABOR");
    running
        .terminal
        .expect("aborted; the file may be incomplete");
    assert_eq!(read_to_end(&mut running.data).1, End::Reset);
}

#[test]
fn a_quit_waits_for_the_end_and_control_c_takes_it_back() {
    let folder = folder();
    let mut running = Running::begin(folder.path());
    running.terminal.send_line("alias leave QUIT");
    running.terminal.expect("ftp> ");
    for line in ["QUIT", "exit", "leave"] {
        running.terminal.send_line(line);
        running.terminal.expect("QUIT waits for the end of RETR f");
        running.terminal.send_key(Key::CtrlC);
        running
            .terminal
            .expect("QUIT was not sent; the transfer goes on");
        running.terminal.expect("ftp> ");
    }
    running.exchange("NOOP", "200 noop");
    running.terminal.send_key(Key::CtrlD);
    running.terminal.expect("QUIT waits for the end of RETR f");
    let (mut control, mut terminal) = running.finish();
    control.expect("QUIT");
    control.send("221 bye\r\n");
    terminal.expect("221 bye");
    assert_eq!(terminal.wait_exit(), 0);
    assert_received(folder.path());
}

#[test]
fn quote_sends_a_quit_at_once() {
    let folder = folder();
    let mut running = Running::begin(folder.path());
    running.terminal.send_line("quote QUIT");
    running.control.expect("QUIT");
    let (mut control, mut terminal) = running.finish();
    terminal.expect("is done");
    control.send("221 bye\r\n");
    terminal.expect("221 bye");
    assert_eq!(terminal.wait_exit(), 0);
    assert_received(folder.path());
}

#[test]
fn close_cuts_it_and_says_so() {
    let folder = folder();
    let mut running = Running::begin(folder.path());
    running.terminal.send_line("close");
    running.terminal.expect("in the background: RETR f was cut");
    running.terminal.expect("(closed) ftp> ");
    running.control.expect_end();
}

#[test]
fn an_ampersand_without_a_file_sends_nothing() {
    let (mut control, mut terminal) = connected(None);
    for line in ["RETR f &", "LIST &", "RETR f > - &", "STOR f &"] {
        terminal.send_line(line);
        terminal.expect("its data needs a file");
        terminal.expect("ftp> ");
    }
    terminal.send_line("quote RETR f &");
    control.expect("RETR f &");
}

/// The script of a run whose `RETR f > f &` has just begun.
fn script(
    folder: &Path,
    after: &[&str],
) -> (Control, TcpStream, thread::JoinHandle<(i32, String)>) {
    let hand = Hand::new();
    let commands = [&["PASV", "RETR f > f &"], after].concat();
    let program = lines(hand.address(), &commands)
        .args(["--timeout", "2"])
        .current_dir(folder);
    let running = thread::spawn(move || {
        let finished = program.run();
        (finished.status, finished.stderr)
    });
    let mut control = hand.greet();
    let mut data = control.passive();
    control.expect("RETR f");
    control.send("150 here\r\n");
    data.write_all(b"first").expect("the client reads");
    (control, data, running)
}

#[test]
fn a_script_goes_on_at_once_and_waits_at_its_end() {
    let folder = folder();
    let (mut control, mut data, running) = script(folder.path(), &["NOOP"]);
    control.expect("NOOP");
    control.send("200 noop\r\n");
    data.write_all(b" last").expect("the client reads");
    drop(data);
    control.send("226 done\r\n");
    control.expect_end();
    let (status, stderr) = running.join().expect("it ends");
    assert_eq!(status, 0, "{stderr}");
    assert_received(folder.path());
}

#[test]
fn a_script_ends_with_what_became_of_it() {
    let folder = folder();
    let (mut control, data, running) = script(folder.path(), &["NOOP"]);
    control.expect("NOOP");
    control.send("200 noop\r\n");
    drop(data);
    control.send("451 disk error\r\n");
    control.expect_end();
    let (status, stderr) = running.join().expect("it ends");
    assert_eq!(status, 1, "{stderr}");
}

#[test]
fn a_script_that_aborts_it_has_not_failed() {
    let folder = folder();
    let (mut control, data, running) = script(folder.path(), &["ABOR", "NOOP"]);
    control.expect("ABOR");
    drop(data);
    control.send("426 aborted\r\n226 abort done\r\n");
    control.expect("NOOP");
    control.send("200 noop\r\n");
    control.expect_end();
    let (status, stderr) = running.join().expect("it ends");
    assert_eq!(status, 0, "{stderr}");
}

#[test]
fn a_script_does_not_wait_for_a_server_that_is_silent() {
    let folder = folder();
    let (mut control, _data, running) = script(folder.path(), &["NOOP"]);
    control.expect("NOOP");
    control.send("200 noop\r\n");
    let (status, stderr) = running.join().expect("it ends");
    assert_eq!(status, 3, "{stderr}");
}

#[test]
fn the_lines_of_a_here_document_are_not_run_when_its_transfer_is_refused() {
    let folder = folder();
    let hand = Hand::new();
    let program = crate::support::ftpsh::Ftpsh::new()
        .arg(hand.address().to_string())
        .current_dir(folder.path())
        .stdin("PASV\nRETR f > f &\nSTOR g <<END\nDELE f\nEND\nNOOP\n");
    let running = thread::spawn(move || program.run());
    let mut control = hand.greet();
    let data = control.passive();
    control.expect("RETR f");
    control.send("150 here\r\n");
    control.expect("NOOP");
    control.send("200 noop\r\n");
    drop(data);
    control.send("226 done\r\n");
    control.expect_end();
    let finished = running.join().expect("it ends");
    assert_eq!(finished.status, 2, "{}", finished.stderr);
}
