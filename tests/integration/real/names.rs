//! Names in Latin-1, which is not UTF-8, on the disk of each of the real servers.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::scene::Scene;
use super::typing::{exchange, logged_in};
use crate::support::ftpsh::Ftpsh;
use crate::support::real_server::{Kind, Options};
use crate::support::terminal::Key;

on_every_server!(
    with_escapes_a_latin1_name_is_fetched_and_stored,
    with_escapes_a_latin1_name_that_was_seen_is_completed,
    in_latin1_a_name_is_typed_and_shown_as_it_is_read,
    in_latin1_a_recording_holds_the_bytes_and_plays_again,
    in_latin1_names_are_listed_and_completed,
);

/// Deletes the line.
const CTRL_U: &[u8] = b"\x15";
/// `été.txt`
const SUMMER: &[u8] = b"\xe9t\xe9.txt";
/// `forêt`
const FOREST: &[u8] = b"for\xeat";

/// A server on whose disk there is a file with a name in Latin-1.
fn scene(kind: Kind) -> Option<Scene> {
    let options = Options {
        extra: match kind {
            // Else it reads and writes names as UTF-8.
            Kind::Proftpd => vec!["UseEncoding off".to_owned()],
            Kind::Pyftpdlib => vec!["handler.unicode_errors = 'surrogateescape'".to_owned()],
            Kind::Vsftpd | Kind::PureFtpd => Vec::new(),
        },
        ..Options::default()
    };
    let scene = Scene::set_with(kind, &options)?;
    scene.server.write_file("f", b"warm");
    std::fs::rename(on_disk(&scene, b"f"), on_disk(&scene, SUMMER)).expect("its own folder");
    Some(scene)
}

fn on_disk(scene: &Scene, name: &[u8]) -> PathBuf {
    scene.server.root().join(OsStr::from_bytes(name))
}

fn with_escapes_a_latin1_name_is_fetched_and_stored(kind: Kind) {
    let Some(scene) = scene(kind) else {
        return;
    };
    let lines = [
        "set escapes on",
        "TYPE I",
        "PASV",
        "RETR \\xE9t\\xE9.txt > back",
        "PASV",
        "STOR for\\xeat <<< 'green'",
    ];
    let said = scene.run(&lines).success().stderr;
    assert_eq!(scene.read_local("back"), b"warm");
    let stored = std::fs::read(on_disk(&scene, FOREST)).expect("it was stored");
    assert_eq!(stored, b"green");
    assert!(said.contains("→ RETR \\xe9t\\xe9.txt\n"), "{said}");
}

fn with_escapes_a_latin1_name_that_was_seen_is_completed(kind: Kind) {
    let Some(scene) = scene(kind) else {
        return;
    };
    let mut terminal = logged_in(&scene, scene.relay.address());
    exchange(&mut terminal, "TYPE I", "200 ", "ftp> ");
    terminal.send_line("set escapes on");
    terminal.expect("ftp> ");
    exchange(&mut terminal, "PASV", "227 ", "ftp ⇄> ");
    exchange(&mut terminal, "NLST", "226 ", "ftp> ");
    exchange(&mut terminal, "PASV", "227 ", "ftp ⇄> ");
    terminal.send("RETR ");
    terminal.send_key(Key::Tab);
    terminal.expect("RETR \\xe9t\\xe9.txt");
    terminal.send_line(" > back");
    terminal.expect("\n226 ");
    terminal.expect("ftp> ");
    assert_eq!(scene.read_local("back"), b"warm");
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
}

fn in_latin1_a_name_is_typed_and_shown_as_it_is_read(kind: Kind) {
    let Some(scene) = scene(kind) else {
        return;
    };
    let lines = [
        "set charset latin1",
        "TYPE I",
        "PASV",
        "RETR été.txt > back",
        "PASV",
        "STOR forêt <<< 'green'",
        "get été.txt",
        "resume --get été.txt Sommer.txt",
    ];
    let said = scene.run(&lines).success().stderr;
    assert_eq!(scene.read_local("back"), b"warm");
    // Local names are those of this side.
    assert_eq!(scene.read_local("été.txt"), b"warm");
    assert_eq!(scene.read_local("Sommer.txt"), b"warm");
    let stored = std::fs::read(on_disk(&scene, FOREST)).expect("it was stored");
    assert_eq!(stored, b"green");
    assert!(said.contains("→ RETR été.txt\n"), "{said}");
    assert!(said.contains("→ SIZE été.txt\n"), "{said}");

    let refused = scene.run(&["set charset latin1", "SIZE ж", "put back ж", "quote SIZE ж"]);
    let said = refused.code(2).stderr;
    assert_eq!(
        said.matches("ж (U+0436), is not in windows-1252").count(),
        3,
        "{said}"
    );
    assert!(
        !said.contains("→ TYPE") && !said.contains("→ SIZE"),
        "{said}"
    );
}

fn in_latin1_a_recording_holds_the_bytes_and_plays_again(kind: Kind) {
    let Some(scene) = scene(kind) else {
        return;
    };
    let transcript = scene.local_path("names.ftp");
    let record = format!("record {}", transcript.display());
    let lines = [
        "set charset latin1",
        &record,
        "TYPE I",
        "SIZE été.txt",
        "RNFR été.txt",
        "RNTO forêt",
        "RNFR forêt",
        "RNTO été.txt",
        "QUIT",
    ];
    let _ = scene.run(&lines).success();
    let recorded = std::fs::read_to_string(&transcript).expect("it was written");
    let sent = recorded
        .lines()
        .filter(|line| line.starts_with("C> ") && line.contains("{0xe"));
    let sent: Vec<&str> = sent.collect();
    assert_eq!(sent.len(), 5, "{recorded}");
    assert!(recorded.contains("\nC> RNTO for{0xea}t\n"), "{recorded}");
    let before = scene.relay.control_lines_to_server().len();
    let target = scene.relay.address().to_string();
    let _ = Ftpsh::new()
        .env("FTPSH_VAR_PASSWORD", scene.server.password())
        .arg("replay")
        .arg(&transcript)
        .args(["--target", &target])
        .run()
        .success();
    assert!(scene.relay.control_lines_to_server().len() > before);
    assert!(on_disk(&scene, SUMMER).exists());
}

fn in_latin1_names_are_listed_and_completed(kind: Kind) {
    let Some(scene) = scene(kind) else {
        return;
    };
    let mut terminal = logged_in(&scene, scene.relay.address());
    exchange(&mut terminal, "TYPE I", "200 ", "ftp> ");
    terminal.send_line("set charset latin1");
    terminal.expect("ftp> ");
    terminal.send_line("ls");
    terminal.expect("  été.txt");
    terminal.expect("\n226 ");
    terminal.expect("ftp> ");
    exchange(&mut terminal, "PASV", "227 ", "ftp ⇄> ");
    terminal.send("RETR é");
    terminal.send_key(Key::Tab);
    terminal.expect("RETR été.txt");
    terminal.send_line(" > back");
    terminal.expect("\n226 ");
    terminal.expect("ftp> ");
    assert_eq!(scene.read_local("back"), b"warm");
    // The history has what was typed.
    terminal.send_key(Key::Up);
    terminal.expect("RETR été.txt > back");
    terminal.send(CTRL_U);
    terminal.send("get é");
    terminal.send_key(Key::Tab);
    terminal.expect("get 'été.txt'");
    terminal.send_key(Key::Enter);
    terminal.expect("\n226 ");
    terminal.expect("ftp> ");
    assert_eq!(scene.read_local("été.txt"), b"warm");
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
}
