//! Proxies that say anything, or nothing.

use std::time::Instant;

use super::fake_proxy::{Conduct, FakeProxy};
use super::script;
use crate::support::DEADLINE;
use crate::support::ftpsh::Ftpsh;
use crate::support::practice::practice_server;
use crate::support::scripted_server::Script;
use crate::support::terminal::{Key, Terminal};

#[test]
fn garbage_from_a_proxy_is_named_and_never_reaches_the_terminal() {
    for (scheme, said, expected) in [
        ("http", &b"\x1b[31mhello\r\n\r\n"[..], "does not speak HTTP"),
        (
            "http",
            b"HTTP/1.1 503 \xc2\x9b31m\r\n\r\n",
            "the proxy refused: 503",
        ),
        (
            "http",
            b"220 ftp.example.net ready\r\n",
            "does not speak HTTP",
        ),
        (
            "socks5",
            b"220 ftp.example.net ready\r\n",
            "does not speak SOCKS5",
        ),
        (
            "socks5h",
            b"\x05\x00\x05\x00\x00\x07",
            "does not speak SOCKS5",
        ),
        (
            "socks5h",
            b"",
            "the proxy closed the connection before it had answered",
        ),
        (
            "http",
            b"HTTP/1.1 200 ok\r\nX: ",
            "the proxy closed the connection",
        ),
    ] {
        let proxy = FakeProxy::start(vec![Conduct::SayAndClose(said.to_vec())]);
        let program = script(&["--proxy", &proxy.url(scheme), "127.0.0.1:1"], ["NOOP"]);
        let finished = program.run().code(3);
        assert!(
            finished.stderr.contains(expected),
            "{expected}: {finished:?}"
        );
        let is_control = |letter: char| letter.is_control() && letter != '\n';
        assert!(!finished.stderr.contains(is_control), "{finished:?}");
    }
}

#[test]
fn garbage_for_a_data_connection_ends_that_alone() {
    let server = practice_server(&[]);
    let say = |said: &[u8]| Conduct::SayAndClose(said.to_vec());
    let proxy = FakeProxy::start(vec![
        Conduct::Connect,
        say(b"HTTP/1.1 502 \x1b[31m\r\n\r\n"),
        say(b"HTTP/1.1 502 Bad gateway\r\n\r\n"),
        say(b""),
        Conduct::Connect,
    ]);
    let mut terminal = logged_in(&proxy, &server.address().to_string());
    for expected in [
        "what answers there does not speak HTTP",
        "the proxy refused: 502 Bad gateway",
        "the proxy closed the connection before it had answered",
        "data connection open to",
    ] {
        terminal.send_line("pasv");
        terminal.expect(expected);
        terminal.expect("> ");
    }
    terminal.send_line("retr 1.TXT");
    terminal.expect("I am");
    terminal.expect("226 ");
    terminal.expect("ftp> ");
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
    let output = String::from_utf8_lossy(&terminal.raw_output()).into_owned();
    assert!(!output.contains("502 \x1b[31m"), "{output:?}");
}

/// At a terminal, through a proxy that speaks HTTP.
fn logged_in(proxy: &FakeProxy, target: &str) -> Terminal {
    let arguments = ["--proxy", &proxy.url("http"), target];
    let mut terminal = Ftpsh::new().args(arguments).terminal_of(24, 120);
    terminal.expect("through http://");
    terminal.expect("ftp> ");
    for (line, reply) in [("user A", "331 "), ("pass A", "230 ")] {
        terminal.send_line(line);
        terminal.expect(reply);
        terminal.expect("ftp> ");
    }
    terminal
}

/// A greeting, or a whole file, may come in the same segment as the proxy's answer.
#[test]
fn what_comes_along_with_the_answer_of_a_proxy_is_the_servers() {
    let data = vec![b'x'; 60_000];
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("PASV")
        .listen_data()
        .send_with_port("227 here (127,0,0,1,{p1},{p2})\r\n")
        .accept_data()
        .send_data(&data)
        .close_data()
        .expect("RETR f")
        .send("150 here\r\n226 done\r\n")
        .wait_for_client_close()
        .start();
    let proxy = FakeProxy::start(vec![Conduct::ConnectAtOnce, Conduct::ConnectAtOnce]);
    let target = server.address().to_string();
    let program = script(
        &["--proxy", &proxy.url("http"), &target],
        ["PASV", "RETR f > -"],
    );
    let finished = program.run();
    server.finish();
    assert!(finished.stdout == data, "{}", finished.stderr);
}

/// At any point of the negotiation, Ctrl-C gives the prompt back at once.
#[test]
fn ctrl_c_ends_the_waiting_for_a_proxy_that_hangs() {
    for (scheme, said) in [
        ("socks5", &b""[..]),
        ("socks5", b"\x05"),
        ("socks5h", b"\x05\x00"),
        ("socks5h", b"\x05\x00\x05\x00\x00\x01\x7f"),
        ("http", b""),
        ("http", b"HTTP/1.1 200 ok\r\nA: "),
    ] {
        let proxy = FakeProxy::start(vec![Conduct::Say(said.to_vec())]);
        let mut terminal = Ftpsh::new()
            .args(["--proxy", &proxy.url(scheme)])
            .terminal();
        terminal.expect("ftp> ");
        terminal.send_line("open 127.0.0.1:1");
        proxy.await_request();
        let begun = Instant::now();
        terminal.send_key(Key::CtrlC);
        terminal.expect("interrupted");
        terminal.expect("ftp> ");
        assert!(begun.elapsed() < DEADLINE);
        terminal.send_key(Key::CtrlD);
        assert_eq!(terminal.wait_exit(), 0);
    }
}

#[test]
fn ctrl_c_ends_the_waiting_for_a_data_connection_through_a_proxy_that_hangs() {
    let server = practice_server(&[]);
    let proxy = FakeProxy::start(vec![
        Conduct::Connect,
        Conduct::Say(b"HTTP/1.1 200 ok\r\nA: ".to_vec()),
        Conduct::Connect,
    ]);
    let mut terminal = logged_in(&proxy, &server.address().to_string());
    terminal.send_line("pasv");
    terminal.expect("227 ");
    let begun = Instant::now();
    terminal.send_key(Key::CtrlC);
    terminal.expect("ftp> ");
    assert!(begun.elapsed() < DEADLINE / 2);
    terminal.send_line("pasv");
    terminal.expect("data connection open to");
    terminal.send_line("retr 1.TXT");
    terminal.expect("I am");
    terminal.expect("226 ");
    terminal.expect("ftp> ");
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
}
