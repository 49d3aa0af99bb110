//! Every kind of line that a scripted server can send.

use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::scripted_server::{Script, ScriptedServer};

use super::{SHOWN, assert_harmless, hostile};

/// A server whose every word is hostile.
fn server() -> ScriptedServer {
    Script::new()
        .send(hostile("220-@\r\n @ indented\r\n@ bare\r\n220 @\r\n"))
        .expect("user A")
        .send(hostile("331 @ who?\r\n"))
        .expect("pass B")
        .send(hostile("@ stray\r\n230 in @\r\n"))
        .expect("PWD")
        .send(hostile("257 \"/@\" here\r\n"))
        .expect("PASV")
        .send(hostile("227 @ no numbers @\r\n"))
        .expect("EPSV")
        .send(hostile("229 (@|||x|)\r\n"))
        .expect("PASV")
        .listen_data()
        .send_with_port("227 \u{202e}(127,0,0,1,{p1},{p2})\u{202e}\r\n")
        .accept_data()
        .expect("RETR f")
        .send(hostile("550 @ not there\r\n"))
        .expect("LIST")
        .send(hostile("150 @\r\n"))
        .send_data(hostile("-rw-r--r-- 1 @ 5 a@b\r\n@"))
        .close_data()
        .send(hostile("226-@\r\n@\r\n226 @\r\n"))
        .expect("NOOP")
        .send(hostile("999 @\r\n"))
        .expect("NOOP")
        .send(hostile("200-@\r\n@\r\n200 @\r\n421 @\r\n"))
        .close()
        .start()
}

const LINES: [&str; 10] = [
    "user A", "pass B", "PWD", "PASV", "EPSV", "PASV", "RETR f", "LIST", "NOOP", "NOOP",
];

const LAST: [&str; 10] = [
    "331 ", "230 ", "257 ", "read", "read", "open to", "550 ", "226 ", "999 ", "421 ",
];

#[test]
fn nothing_that_a_server_says_acts_on_the_terminal() {
    let server = server();
    let home = Home::new();
    // A hint holds what looks like the end of a prompt.
    home.configure("[set]\nhints = false\n");
    let mut terminal = Ftpsh::new()
        .home(home.path())
        .arg(server.address().to_string())
        .terminal_of(50, 300);
    terminal.expect("220 ");
    terminal.expect("> ");
    for (line, last) in LINES.into_iter().zip(LAST) {
        terminal.send_line(line);
        terminal.expect(last);
        terminal.expect("> ");
    }
    terminal.wait_for("the server closed the connection");
    terminal.send_line("NOOP");
    terminal.expect("not connected");
    terminal.expect("(closed) ftp> ");
    terminal.wait_for(SHOWN);
    terminal.send_line("exit");
    assert_eq!(terminal.wait_exit(), 3);
    let _ = server.finish();
    assert_harmless(&terminal.raw_output());
}

#[test]
fn nothing_that_a_server_says_in_a_script_acts_on_the_terminal() {
    let server = server();
    // The last finds the connection closed.
    let lines = LINES.iter().chain(["NOOP"].iter());
    let commands = lines.flat_map(|line| ["-c", line]);
    let terminal = Ftpsh::new()
        .args(commands)
        .arg(server.address().to_string())
        .terminal();
    assert_eq!(terminal.wait_exit(), 3);
    let _ = server.finish();
    terminal.wait_for(SHOWN);
    assert_harmless(&terminal.raw_output());
}

#[test]
fn the_dialogue_of_a_script_is_escaped_and_its_data_are_raw() {
    let server = server();
    let finished = Ftpsh::new()
        .arg(server.address().to_string())
        .stdin(LINES.join("\n") + "\nNOOP\n")
        .run()
        .code(3);
    let _ = server.finish();
    assert!(finished.stderr.contains(SHOWN));
    assert_harmless(finished.stderr.as_bytes());
    assert_eq!(finished.stdout, hostile("-rw-r--r-- 1 @ 5 a@b\r\n@"));
}
