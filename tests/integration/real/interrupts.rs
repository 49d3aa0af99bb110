//! Ctrl-C in a transfer on real servers: whatever they answer to ABOR, the dialogue stays in step.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::process::Command;
use std::time::{Duration, Instant};

use super::scene::Scene;
use super::typing::{exchange, logged_in};
use crate::support::DEADLINE;
use crate::support::plain_client::PlainClient;
use crate::support::real_server::{Kind, Options, RealServer};
use crate::support::terminal::{Key, Terminal};

/// More than goes through while a person reaches for Ctrl-C; nearly nothing of it is on the disk.
const BUFFERED: u64 = 16 * 1024 * 1024;
const HUGE: u64 = 3 << 30;
/// Longer than any test.
pub(super) const ENDLESS: u64 = 1 << 40;
/// Ctrl-].
const ESCAPE: &[u8] = b"\x1d";
/// Deletes the line.
const CTRL_U: &[u8] = b"\x15";

on_every_server!(
    control_c_aborts_a_download_and_the_dialogue_stays_in_step,
    a_third_control_c_brings_the_prompt_and_the_dialogue_stays_in_step,
    control_c_aborts_an_upload_and_the_dialogue_stays_in_step,
    control_c_aborts_an_upload_whose_source_gives_nothing,
    control_c_aborts_data_that_are_being_typed,
    a_plain_abort_stays_in_step_too,
);

/// In TYPE I, with an open data connection; straight to the server, because urgent bytes do not pass a relay.
pub(super) fn at_passive_prompt(scene: &Scene) -> Terminal {
    scene.server.write_file("small", b"small");
    let mut terminal = logged_in(scene, scene.server.address());
    exchange(&mut terminal, "TYPE I", "200 ", "ftp> ");
    exchange(&mut terminal, "PASV", "227 ", "ftp ⇄> ");
    // Once this is answered, the server has accepted the data connection: see the quirk of pyftpdlib below.
    exchange(&mut terminal, "NOOP", "200 ", "ftp ⇄> ");
    terminal
}

fn begin_huge_download(scene: &Scene, terminal: &mut Terminal) {
    write_sparse(scene, HUGE);
    terminal.send_line("RETR huge > /dev/null");
    terminal.expect("\n1");
}

pub(super) fn write_sparse(scene: &Scene, bytes: u64) {
    scene.server.write_file("huge", b"");
    let huge = OpenOptions::new()
        .write(true)
        .open(scene.server.root().join("huge"));
    huge.and_then(|huge| huge.set_len(bytes))
        .expect("the server's folder takes a sparse file");
}

/// A download that does not move, because nobody reads the pipe. It is said before it happens, when it has happened,
/// and by `why`; a plain ABOR helps.
#[test]
fn an_abort_that_pure_ftpd_swallows_is_explained() {
    let Some(scene) = Scene::set(Kind::PureFtpd) else {
        return;
    };
    let mut terminal = at_passive_prompt(&scene);
    write_sparse(&scene, ENDLESS);
    let path = scene.local_path("pipe");
    let made = Command::new("mkfifo").arg(&path).status();
    assert!(made.expect("mkfifo is there").success());
    let _pipe = OpenOptions::new()
        .read(true)
        .write(true)
        .open(&path)
        .expect("a pipe");
    terminal.send_line("RETR huge > pipe");
    terminal.expect("this server may ignore an ABOR");
    terminal.expect("\n150 ");
    terminal.expect("Ctrl-] for the prompt");
    terminal.send_key(Key::CtrlC);
    terminal.expect("no answer to ABOR for 3 s");
    terminal.send(ESCAPE);
    terminal.expect("ftp> ");
    terminal.send_line("why");
    terminal.expect("Pure-FTPd)");
    terminal.expect("Cause   abort-swallowed");
    terminal.expect("ftp> ");
    let said = terminal.screen();
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["followed a Telnet Synch", "`set abort plain` sends"] {
        assert!(said.contains(words), "{said}");
    }
    terminal.send_line("ABOR");
    terminal.expect("\n226 ");
    terminal.expect("RETR huge was aborted");
}

/// Every command gets its own reply, and a transfer works.
#[track_caller]
fn stays_in_step(scene: &Scene, mut terminal: Terminal) {
    // On a busy machine the last Ctrl-C arrives so late that it keeps the first line back, which is said.
    while {
        let before = terminal.mark();
        terminal.send_line("TYPE I");
        terminal.wait_for_either_after(before, &["\n200 ", "was not sent"]) == "was not sent"
    } {}
    exchange_in_step(&mut terminal, "PWD", "257 ", "ftp> ");
    exchange_in_step(&mut terminal, "SIZE small", "213 5", "ftp> ");
    exchange_in_step(&mut terminal, "PASV", "227 ", "ftp ⇄> ");
    exchange_in_step(&mut terminal, "RETR small > back", "226", "ftp> ");
    assert_eq!(scene.read_local("back"), b"small");
    terminal.send_line("QUIT");
    terminal.expect("\n221");
    assert_eq!(terminal.wait_exit(), 0);
}

/// As `exchange`; the reply is not marked as one to another command.
#[track_caller]
fn exchange_in_step(terminal: &mut Terminal, line: &str, reply: &str, prompt: &str) {
    exchange(terminal, line, reply, prompt);
    let screen = terminal.screen();
    let lines: Vec<&str> = screen.lines().collect();
    let at = lines.iter().rposition(|line| line.starts_with(reply));
    let before = at.and_then(|at| lines.get(at.checked_sub(1)?));
    // When the data connection is reset too, Pure-FTPd leaves the ABOR without a reply, and pyftpdlib now and then the
    // STOR. That is said.
    let is_marked =
        before.is_some_and(|line| line.contains("note:") && !line.contains("got no reply"));
    assert!(!is_marked, "{screen}");
}

fn control_c_aborts_a_download_and_the_dialogue_stays_in_step(kind: Kind) {
    let options = Options::heeding_abor(kind);
    let Some(scene) = Scene::set_with(kind, &options) else {
        return;
    };
    let mut terminal = at_passive_prompt(&scene);
    begin_huge_download(&scene, &mut terminal);
    terminal.send_key(Key::CtrlC);
    terminal.expect("→ ABOR");
    terminal.expect("aborted");
    terminal.expect("ftp> ");
    stays_in_step(&scene, terminal);
}

fn a_third_control_c_brings_the_prompt_and_the_dialogue_stays_in_step(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let mut terminal = at_passive_prompt(&scene);
    begin_huge_download(&scene, &mut terminal);
    terminal.send_key(Key::CtrlC);
    terminal.expect("→ ABOR");
    terminal.send_key(Key::CtrlC);
    terminal.expect("aborted");
    terminal.send_key(Key::CtrlC);
    terminal.expect("ftp> ");
    await_keys(&terminal);
    stays_in_step(&scene, terminal);
}

/// The third Ctrl-C may have found a prompt, and takes with it what is typed too soon after it: types until it shows,
/// and takes it back.
fn await_keys(terminal: &Terminal) {
    let begun = Instant::now();
    let mut typed_at = None;
    while !last_line(terminal).starts_with("ftp> x") {
        assert!(begun.elapsed() < DEADLINE, "{}", terminal.screen());
        if typed_at.is_none_or(|at: Instant| at.elapsed() > Duration::from_millis(500)) {
            terminal.send("x");
            typed_at = Some(Instant::now());
        }
        // Nothing tells that keys were thrown away; the screen is looked at again.
        std::thread::sleep(Duration::from_millis(10));
    }
    terminal.send(CTRL_U);
    terminal.wait_for_screen("an empty prompt", |screen| {
        screen.trim_end().ends_with("\nftp>")
    });
}

fn last_line(terminal: &Terminal) -> String {
    let screen = terminal.screen();
    screen
        .trim_end()
        .lines()
        .last()
        .unwrap_or_default()
        .to_owned()
}

fn control_c_aborts_an_upload_and_the_dialogue_stays_in_step(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let mut terminal = at_passive_prompt(&scene);
    terminal.send_line("STOR up < /dev/zero");
    terminal.expect("\n1");
    await_stored(&scene, "up");
    terminal.send_key(Key::CtrlC);
    terminal.expect("→ ABOR");
    terminal.expect("aborted");
    terminal.expect("ftp> ");
    stays_in_step(&scene, terminal);
}

/// Waits until more is on the server's disk than the system's buffers hold, so that the server surely has accepted the
/// data connection: pyftpdlib loses its way when it accepts one that has been reset already.
fn await_stored(scene: &Scene, name: &str) {
    let begun = Instant::now();
    let stored = || std::fs::metadata(scene.server.root().join(name)).map_or(0, |file| file.len());
    while stored() < BUFFERED {
        assert!(begun.elapsed() < DEADLINE, "only {} bytes came", stored());
        // Nothing tells that a file grows.
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn control_c_aborts_an_upload_whose_source_gives_nothing(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let path = scene.local_path("pipe");
    let made = Command::new("mkfifo").arg(&path).status();
    assert!(made.expect("mkfifo is there").success());
    // Open both ways, so that neither side waits for the other; its end never comes.
    let mut pipe = OpenOptions::new()
        .read(true)
        .write(true)
        .open(&path)
        .expect("a pipe");
    pipe.write_all(b"beginning").expect("a pipe takes a little");
    let mut terminal = at_passive_prompt(&scene);
    terminal.send_line("STOR up < pipe");
    terminal.expect("\n1");
    terminal.send_key(Key::CtrlC);
    terminal.expect("→ ABOR");
    terminal.expect("aborted");
    terminal.expect("ftp> ");
    stays_in_step(&scene, terminal);
}

fn control_c_aborts_data_that_are_being_typed(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let mut terminal = at_passive_prompt(&scene);
    terminal.send_line("STOR up");
    terminal.expect("data> ");
    terminal.send("half a line");
    terminal.expect("half a line");
    terminal.send_key(Key::CtrlC);
    terminal.expect("→ ABOR");
    terminal.expect("aborted");
    terminal.expect("ftp> ");
    let stored = std::fs::read(scene.server.root().join("up")).unwrap_or_default();
    assert_eq!(stored, b"");
    stays_in_step(&scene, terminal);
}

/// A fault of that server, against which an open data connection helps that it has accepted.
#[test]
fn what_pyftpdlib_did_not_abort_comes_over_the_next_data_connection_unasked() {
    let Some(server) = RealServer::start(Kind::Pyftpdlib) else {
        return;
    };
    server.write_file("first", b"first");
    let (user, password) = (server.user(), server.password());
    let mut client = PlainClient::log_in(server.address(), user, password);
    assert_eq!(client.command("PASV").0, 227);
    assert_eq!(client.command("RETR first").0, 150);
    assert_eq!(client.command("ABOR").0, 225);
    let mut received = Vec::new();
    client.passive().read_to_end(&mut received).unwrap();
    assert_eq!(received, b"first");
}

fn a_plain_abort_stays_in_step_too(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let mut terminal = at_passive_prompt(&scene);
    terminal.send_line("set abort plain");
    terminal.expect("ftp ⇄> ");
    begin_huge_download(&scene, &mut terminal);
    terminal.send_key(Key::CtrlC);
    terminal.expect("→ ABOR");
    terminal.send_key(Key::CtrlC);
    terminal.expect("aborted");
    terminal.expect("ftp> ");
    await_keys(&terminal);
    stays_in_step(&scene, terminal);
}
