//! A transfer in the background on real servers: what is typed meanwhile, and ABOR.

use std::fs::OpenOptions;
use std::io::Read;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::scene::Scene;
use super::typing::{exchange, logged_in};
use crate::support::real_server::Kind;
use crate::support::terminal::{Key, Terminal};

/// More than the pipe and the systems' buffers hold.
const LARGE: usize = 32 * 1024 * 1024;
const PIECE: usize = 64 * 1024;

on_every_server!(
    a_download_runs_while_stat_is_typed,
    an_abor_that_is_typed_ends_it_and_the_dialogue_stays_in_step,
    a_quit_loses_no_byte,
);

/// Reads what comes into a local pipe, slowly: servers look at their control connection between two pieces that they
/// can send, and not while they can send nothing.
struct SlowReader {
    is_in_a_hurry: Arc<AtomicBool>,
    reading: thread::JoinHandle<Vec<u8>>,
}

impl SlowReader {
    /// Reads so many bytes of the pipe that it makes.
    fn start(scene: &Scene, bytes: usize) -> Self {
        let path = scene.local_path("pipe");
        let made = Command::new("mkfifo").arg(&path).status();
        assert!(made.expect("mkfifo is there").success());
        // Open both ways, so that neither side waits for the other.
        let pipe = OpenOptions::new().read(true).write(true).open(&path);
        let mut pipe = pipe.expect("it was just made");
        let is_in_a_hurry = Arc::new(AtomicBool::new(false));
        let hurry = Arc::clone(&is_in_a_hurry);
        let reading = thread::spawn(move || {
            let mut content = vec![0; bytes];
            for piece in content.chunks_mut(PIECE) {
                pipe.read_exact(piece).expect("they come");
                if !hurry.load(Ordering::Relaxed) {
                    // The slow disk that it stands for.
                    thread::sleep(Duration::from_millis(20));
                }
            }
            content
        });
        Self {
            is_in_a_hurry,
            reading,
        }
    }

    fn hurry(&self) {
        self.is_in_a_hurry.store(true, Ordering::Relaxed);
    }

    /// All that was read.
    fn finish(self) -> Vec<u8> {
        self.reading.join().expect("all came")
    }
}

fn content() -> Vec<u8> {
    (0..LARGE).map(|at| (at / 7 % 251) as u8).collect()
}

/// A download into the pipe, in the background, that has begun.
fn begin(scene: &Scene) -> (SlowReader, Terminal) {
    scene.server.write_file("large", &content());
    scene.server.write_file("small", b"small");
    let reader = SlowReader::start(scene, LARGE);
    let mut terminal = logged_in(scene, scene.server.address());
    exchange(&mut terminal, "TYPE I", "200 ", "ftp> ");
    exchange(&mut terminal, "PASV", "227 ", "ftp ⇄> ");
    terminal.send_line("RETR large > pipe &");
    terminal.expect("\n1");
    terminal.expect("ftp> ");
    (reader, terminal)
}

/// Types a line whose reply may come only after the transfer: then Ctrl-C gives the prompt back, and nothing else.
fn type_meanwhile(scene: &Scene, terminal: &mut Terminal, line: &str) {
    terminal.send_line(line);
    if matches!(scene.kind, Kind::Vsftpd | Kind::Proftpd) {
        // It shows once the line was taken and its reply does not come.
        terminal.wait_for_screen("how far the download is", |screen| {
            let row = screen.trim_end().lines().next_back();
            row.is_some_and(|row| row.contains(" of 33,554,432 bytes"))
        });
        terminal.send_key(Key::CtrlC);
        terminal.expect("the reply is still outstanding");
    }
    terminal.expect("ftp> ");
}

#[track_caller]
fn stays_in_step(scene: &Scene, terminal: &mut Terminal) {
    exchange(terminal, "PWD", "257 ", "ftp> ");
    exchange(terminal, "SIZE small", "213 5", "ftp> ");
    exchange(terminal, "PASV", "227 ", "ftp ⇄> ");
    exchange(terminal, "RETR small > back", "226", "ftp> ");
    assert_eq!(scene.read_local("back"), b"small");
}

fn a_download_runs_while_stat_is_typed(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let (reader, mut terminal) = begin(&scene);
    type_meanwhile(&scene, &mut terminal, "STAT");
    terminal.send_line("jobs");
    terminal.expect("RETR large > pipe: ");
    terminal.expect("ftp> ");
    reader.hurry();
    terminal.expect("33554432 bytes received");
    terminal.wait_for("in the background: RETR large is done");
    assert!(reader.finish() == content());
    stays_in_step(&scene, &mut terminal);
}

fn an_abor_that_is_typed_ends_it_and_the_dialogue_stays_in_step(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let (reader, mut terminal) = begin(&scene);
    terminal.send_line("ABOR");
    // What was on its way is taken, to the last byte that comes.
    reader.hurry();
    terminal.wait_for("bytes received, aborted");
    terminal.wait_for("in the background: RETR large was aborted");
    terminal.expect("\n2");
    terminal.expect("ftp> ");
    stays_in_step(&scene, &mut terminal);
}

fn a_quit_loses_no_byte(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let (reader, mut terminal) = begin(&scene);
    terminal.send_line("QUIT");
    terminal.expect("QUIT waits for the end of RETR large");
    reader.hurry();
    terminal.expect("33554432 bytes received");
    terminal.expect("\n221");
    assert_eq!(terminal.wait_exit(), 0);
    assert!(reader.finish() == content());
}
