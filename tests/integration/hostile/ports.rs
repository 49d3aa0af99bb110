//! Data ports that are not ports, or somebody else's.

use std::net::TcpListener;

use crate::dialogues::{greeted, lines};

/// PASV is answered so, and the session goes on.
fn offered(reply: &str, settings: &[&str]) -> (i32, String) {
    let server = greeted()
        .expect("PASV")
        .send(format!("{reply}\r\n"))
        .expect("NOOP")
        .send("200 noop\r\n")
        .wait_for_client_close()
        .start();
    let commands = [settings, &["PASV", "NOOP"]].concat();
    let finished = lines(server.address(), &commands).run();
    let _ = server.finish();
    assert!(finished.stderr.contains("200 noop"), "{}", finished.stderr);
    (finished.status, finished.stderr)
}

#[test]
fn a_port_that_is_none_is_told_and_nothing_is_dialled() {
    for reply in [
        "227 (127,0,0,1,0,0)",
        "227 (127,0,0,1,256,1)",
        "227 (127,0,0,1,99999999999999999999,1)",
        "227 (127,0,0,1,-1,80)",
        "227 (127,0,0,1,1)",
        "229 (|||0|)",
        "229 (|||65536|)",
        "229 (|||18446744073709551637|)",
        "229 (|||-21|)",
        "229 (|1|127.9.9.9|2121|)",
        "229 (||||)",
        "229 (\u{661}\u{661}\u{661}21\u{661})",
        "228 (4,4,127,0,0,1,2,0,0)",
    ] {
        let (status, said) = offered(reply, &[]);
        assert_eq!(status, 1, "{reply}: {said}");
        assert!(!said.contains("open to"), "{reply}: {said}");
    }
}

#[test]
fn the_address_of_another_host_is_dialled_if_that_was_set() {
    let Ok(listener) = TcpListener::bind(("127.9.9.9", 0)) else {
        return;
    };
    let port = listener.local_addr().unwrap().port();
    let reply = format!("227 (127,9,9,9,{},{})", port / 256, port % 256);
    let (status, said) = offered(&reply, &["set data-host reply"]);
    assert_eq!(status, 0, "{said}");
    let (_, peer) = listener.accept().expect("it was dialled");
    assert!(peer.ip().is_loopback());
}

#[test]
fn a_privileged_port_of_another_host_is_never_dialled() {
    for port in [1, 21, 22, 1023] {
        let server = greeted()
            .expect("PASV")
            .send(format!("227 (127,9,9,9,{},{})\r\n", port / 256, port % 256))
            .wait_for_client_close()
            .start();
        let commands = ["set data-host reply", "PASV", "NOOP"];
        let said = lines(server.address(), &commands).run().code(3).stderr;
        assert_eq!(server.finish().lines, ["PASV"]);
        assert!(said.contains("below 1024"), "{said}");
    }
}
