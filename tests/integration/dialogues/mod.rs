//! The program against servers that play a script: what is on both connections, and what a person sees of it.

mod aborts;
mod background;
mod downloads;
mod endings;
#[cfg(unix)]
mod escapes;
pub(crate) mod hand;
mod inputs;
mod losses;
mod matching;
#[cfg(target_os = "linux")]
pub(crate) mod memory;
mod passive;
mod progress;
mod reading;
mod replies;
mod synchs;
mod typing;
mod uploads;
mod verifying;

use std::net::SocketAddr;
use std::path::Path;
#[cfg(unix)]
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::scripted_server::Script;
use crate::support::terminal::Terminal;
use hand::{Control, Hand};

const PASSIVE: &str = "227 Entering Passive Mode (127,0,0,1,{p1},{p2}).\r\n";

/// A server that has greeted.
pub(crate) fn greeted() -> Script {
    Script::new().send("220 ready\r\n")
}

/// Goes on with a PASV and the data connection that it brings.
pub(crate) fn passive(script: Script) -> Script {
    script
        .expect("PASV")
        .listen_data()
        .send_with_port(PASSIVE)
        .accept_data()
}

/// The binary with these lines as `-c`.
pub(crate) fn lines(address: SocketAddr, lines: &[&str]) -> Ftpsh {
    let commands = lines.iter().flat_map(|line| ["-c", line]);
    Ftpsh::new()
        .telling_events()
        .args(commands)
        .arg(address.to_string())
}

/// The same, in a folder.
pub(crate) fn run_in(folder: &Path, address: SocketAddr, commands: &[&str]) -> Finished {
    lines(address, commands).current_dir(folder).run()
}

/// The shell at its prompt, connected.
pub(crate) fn shell(address: SocketAddr) -> Terminal {
    shell_in(None, address)
}

pub(crate) fn shell_in(folder: Option<&Path>, address: SocketAddr) -> Terminal {
    let mut program = Ftpsh::new().arg(address.to_string());
    if let Some(folder) = folder {
        program = program.current_dir(folder);
    }
    let mut terminal = program.terminal_of(40, 120);
    terminal.expect("220 ready");
    terminal.expect("ftp> ");
    terminal
}

/// The shell at its prompt, and the server's end of its control connection.
pub(crate) fn connected(folder: Option<&Path>) -> (Control, Terminal) {
    let hand = Hand::new();
    let (address, folder) = (hand.address(), folder.map(Path::to_owned));
    let starting = thread::spawn(move || shell_in(folder.as_deref(), address));
    let control = hand.greet();
    let terminal = starting.join().expect("the shell is at its prompt");
    (control, terminal)
}

/// Types PASV and waits until the data connection is open.
pub(crate) fn type_passive(terminal: &mut Terminal) {
    terminal.send_line("PASV");
    terminal.expect("data connection open to 127.0.0.1");
    terminal.expect("ftp ⇄> ");
}

/// The binary as a process that the test can kill. Nothing reads what it says.
#[cfg(unix)]
pub(crate) fn spawn(folder: &Path, address: SocketAddr, lines: &[&str], stderr: Stdio) -> Child {
    Command::new(env!("CARGO_BIN_EXE_ftpsh"))
        .args(lines.iter().flat_map(|line| ["-c", line]))
        .arg(address.to_string())
        .env_clear()
        .env("HOME", folder)
        .envs(std::env::var_os("SystemRoot").map(|root| ("SystemRoot", root)))
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(stderr)
        .spawn()
        .expect("the program can be started")
}
