//! Names in Latin-1, which is not UTF-8, on the disk of each of the real servers.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::scene::Scene;
use super::typing::{exchange, logged_in};
use crate::support::real_server::{Kind, Options};
use crate::support::terminal::Key;

on_every_server!(
    with_escapes_a_latin1_name_is_fetched_and_stored,
    with_escapes_a_latin1_name_that_was_seen_is_completed,
);

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
