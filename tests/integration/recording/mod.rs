//! `record`: what the transcript holds, and that it can be replayed.

mod endings;
mod files;
mod middles;
#[cfg(unix)]
mod real_servers;
#[cfg(unix)]
mod served;
#[cfg(unix)]
mod terminals;

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use ftpsh::transcript::Transcript;

use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::home::Home;

/// Records these lines, typed after USER and PASS, in `session.ftp` of the home.
fn record(home: &Home, server: SocketAddr, lines: &str) -> Finished {
    Ftpsh::new()
        .home(home.path())
        .telling_events()
        .args(["--timeout", "15", "record", "session.ftp"])
        .arg(server.to_string())
        .stdin(lines)
        .run()
}

fn transcript(home: &Home) -> String {
    read(&home.path().join("session.ftp"))
}

/// A transcript that can be read.
fn read(path: &Path) -> String {
    let bytes = fs::read(path).expect("it was recorded");
    let transcript = Transcript::read(&bytes).expect("it is a transcript");
    let text = String::from_utf8(bytes).expect("it is text");
    if let Err(error) = transcript.dialogue() {
        panic!("{error}\n{text}");
    }
    text
}

/// The lines without comments.
fn lines(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

/// Replays `session.ftp` of the home; the password is this.
fn replay(home: &Home, server: SocketAddr, password: &str) -> Finished {
    Ftpsh::new()
        .home(home.path())
        .env("FTPSH_VAR_PASSWORD", password)
        .args(["--timeout", "10", "replay", "session.ftp"])
        .arg(server.to_string())
        .run()
}
