//! What a person does: data that is typed, Ctrl-C, a server that sends of its own accord.

use std::fs;

use super::{lines, replay, transcript};
use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::practice::practice_server;
use crate::support::terminal::{Key, Terminal};
use ftpsh::practice::PracticeServer;

fn recorded(home: &Home, server: &PracticeServer) -> Terminal {
    let mut terminal = Ftpsh::new()
        .home(home.path())
        .args(["record", "session.ftp"])
        .arg(format!("ftp://A:A@{}", server.address()))
        .terminal();
    terminal.expect("\n230 ");
    terminal.expect("ftp> ");
    terminal.send_line("PASV");
    terminal.expect("\n227 ");
    terminal.expect("ftp ⇄> ");
    terminal
}

fn end(mut terminal: Terminal) {
    terminal.expect("ftp> ");
    terminal.send_line("QUIT");
    terminal.expect("\n221");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn typed_data_are_recorded() {
    let home = Home::new();
    let server = practice_server(&[]);
    let mut terminal = recorded(&home, &server);
    terminal.send_line("STOR typed");
    terminal.expect("data> ");
    terminal.send_line("one");
    terminal.expect("data> ");
    terminal.send("two");
    terminal.send_key(Key::CtrlD);
    terminal.expect("\n226");
    end(terminal);
    let text = transcript(&home);
    assert!(text.contains("D< one\nD< two{no-eol}\n"), "{text}");
    let fresh = practice_server(&[]);
    let _ = replay(&home, fresh.address(), "A").success();
    assert_eq!(
        fs::read(fresh.server_folder().join("typed")).unwrap(),
        b"one\ntwo"
    );
}

#[test]
fn an_abort_stands_where_it_was_sent_and_is_replayed() {
    let home = Home::new();
    let faults = ["slow=20000"];
    let server = practice_server(&faults);
    let long = vec![b'x'; 1_000_000];
    fs::write(server.server_folder().join("long"), &long).unwrap();
    let mut terminal = recorded(&home, &server);
    terminal.send_line("RETR long > long");
    terminal.expect("\n150 ");
    terminal.send_key(Key::CtrlC);
    terminal.expect("→ ABOR");
    terminal.expect("\n226 ");
    end(terminal);
    let text = transcript(&home);
    let expected = [
        "C> RETR long",
        "S> 150",
        "C> ABOR",
        "S> 426",
        "S> 226",
        "C> QUIT",
    ];
    let recorded = lines(&text);
    assert!(
        recorded.windows(6).any(|window| window == expected),
        "{text}"
    );
    let fresh = practice_server(&faults);
    fs::write(fresh.server_folder().join("long"), &long).unwrap();
    let _ = replay(&home, fresh.address(), "A").success();
}
