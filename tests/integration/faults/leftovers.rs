//! A transfer was given up while its local side waited for somebody: what comes afterwards is the next transfer's, and
//! what was left over of the first reaches nobody.

use std::fs::{File, OpenOptions};
use std::io::{PipeWriter, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use super::make_pipe;
use crate::dialogues::connected;
use crate::dialogues::hand::{Control, Hand, read_to_end, write_without_end};
use crate::support::ftpsh::Ftpsh;
use crate::support::terminal::{Key, Terminal};

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    make_pipe(&folder.path().join("pipe"));
    folder
}

/// Begins a transfer that is typed: its data connection, after the 150.
fn begin(control: &mut Control, terminal: &mut Terminal, line: &str) -> TcpStream {
    terminal.send_line("PASV");
    let data = control.passive();
    terminal.expect("ftp ⇄> ");
    terminal.send_line(line);
    control.expect(&line[..6]);
    control.send("150 here\r\n");
    terminal.expect("150 here");
    data
}

/// Bytes one by one, so that whoever else reads gets some of them.
fn write_slowly(writer: &mut impl Write, text: &[u8]) {
    for byte in text {
        writer.write_all(&[*byte]).expect("it is read");
        thread::sleep(Duration::from_millis(2));
    }
}

fn writer(pipe: &Path) -> File {
    let mut options = OpenOptions::new();
    options.write(true).open(pipe).expect("it has a reader")
}

const TEXT: &[u8] = b"what is for the second transfer, and for nobody else";

/// The server gives up on an upload whose local side has nothing yet.
fn refuse_in_the_middle(control: &mut Control, terminal: &mut Terminal, data: TcpStream) {
    drop(data);
    control.send("426 broken\r\n");
    terminal.expect("426 broken");
    terminal.expect("ftp> ");
}

#[test]
fn an_upload_that_waited_for_a_writer_takes_nothing_of_the_next_upload() {
    let folder = folder();
    let (mut control, mut terminal) = connected(Some(folder.path()));
    for _ in 0..3 {
        let data = begin(&mut control, &mut terminal, "STOR a < pipe");
        refuse_in_the_middle(&mut control, &mut terminal, data);
    }
    let mut data = begin(&mut control, &mut terminal, "STOR b < pipe");
    write_slowly(&mut writer(&folder.path().join("pipe")), TEXT);
    assert_eq!(read_to_end(&mut data).0, TEXT);
}

#[test]
fn an_upload_that_waited_for_bytes_takes_nothing_of_the_next_upload() {
    let folder = folder();
    let (mut control, mut terminal) = connected(Some(folder.path()));
    let mut data = begin(&mut control, &mut terminal, "STOR a < pipe");
    // Between the two uploads it would have no reader otherwise.
    let mut options = OpenOptions::new();
    let pipe = options.read(true).write(true);
    let mut pipe = pipe.open(folder.path().join("pipe")).expect("it is there");
    pipe.write_all(b"first").expect("it is read");
    data.read_exact(&mut [0; 5]).expect("it is sent");
    refuse_in_the_middle(&mut control, &mut terminal, data);
    let mut data = begin(&mut control, &mut terminal, "STOR b < pipe");
    write_slowly(&mut pipe, TEXT);
    drop(pipe);
    assert_eq!(read_to_end(&mut data).0, TEXT);
}

/// A script that sends its standard input twice; the other end of that.
fn two_uploads(hand: &Hand) -> (std::process::Child, PipeWriter) {
    let (reader, writer) = std::io::pipe().expect("the system has pipes");
    let lines = ["PASV", "STOR a < -", "PASV", "STOR b < -"];
    let child = Ftpsh::new()
        .args(lines.iter().flat_map(|line| ["-c", line]))
        .arg(hand.address().to_string())
        .command()
        .stdin(reader)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program can be started");
    (child, writer)
}

#[test]
fn an_upload_that_waited_for_standard_input_takes_nothing_of_the_next_upload() {
    let hand = Hand::new();
    let (mut child, mut input) = two_uploads(&hand);
    let mut control = hand.greet();
    let mut data = control.passive();
    control.expect("STOR a");
    control.send("150 here\r\n");
    input.write_all(b"first").expect("it is read");
    data.read_exact(&mut [0; 5]).expect("it is sent");
    drop(data);
    control.send("426 broken\r\n");
    let mut data = control.passive();
    control.expect("STOR b");
    control.send("150 here\r\n");
    write_slowly(&mut input, TEXT);
    drop(input);
    assert_eq!(read_to_end(&mut data).0, TEXT);
    drop(data);
    control.send("226 done\r\n");
    let status = child.wait().expect("it was started");
    assert_eq!(status.code(), Some(1));
}

/// Ctrl-C until the prompt is back: ABOR, and the data connection.
fn give_up(control: &mut Control, terminal: &mut Terminal) {
    terminal.send_key(Key::CtrlC);
    control.expect_synch();
    control.expect("ABOR");
    terminal.send_key(Key::CtrlC);
    control.send("426 broken\r\n226 aborted\r\n");
    terminal.expect("226 aborted");
    terminal.wait_for_screen("the prompt", |screen| screen.trim_end().ends_with("ftp>"));
}

/// What the second download brings to whoever reads the pipe.
fn download(control: &mut Control, terminal: &mut Terminal, pipe: &Path) -> Vec<u8> {
    let path = pipe.to_owned();
    let reading = thread::spawn(move || std::fs::read(path).expect("it has a writer"));
    let mut data = begin(control, terminal, "RETR b > pipe");
    data.write_all(TEXT).expect("it is read");
    drop(data);
    control.send("226 done\r\n");
    terminal.expect("226 done");
    reading.join().expect("it was read")
}

#[test]
fn a_download_that_waited_for_a_reader_reaches_no_later_reader() {
    let folder = folder();
    let pipe = folder.path().join("pipe");
    let (mut control, mut terminal) = connected(Some(folder.path()));
    let mut data = begin(&mut control, &mut terminal, "RETR a > pipe");
    data.write_all(&[b'a'; 200_000]).expect("it is taken");
    give_up(&mut control, &mut terminal);
    drop(data);
    assert_eq!(download(&mut control, &mut terminal, &pipe), TEXT);
}

#[test]
fn a_download_that_waited_for_room_in_a_pipe_goes_no_further_into_it() {
    let folder = folder();
    let pipe = folder.path().join("pipe");
    let (mut control, mut terminal) = connected(Some(folder.path()));
    let mut data = begin(&mut control, &mut terminal, "RETR a > pipe");
    let filling = thread::spawn(move || write_without_end(&mut data));
    let mut reader = File::open(&pipe).expect("it has a writer");
    let mut first = [0];
    reader.read_exact(&mut first).expect("it is written");
    // Nothing tells when the pipe is full.
    thread::sleep(Duration::from_millis(300));
    give_up(&mut control, &mut terminal);
    filling.join().expect("it was reset");
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest).expect("it has ended");
    assert!(rest.iter().all(|byte| *byte == b'x'));
    // No more than the pipe held.
    assert!(rest.len() <= 64 * 1024, "{}", rest.len());
    assert_eq!(download(&mut control, &mut terminal, &pipe), TEXT);
}
