//! What real servers do with Telnet commands, as docs/debugging.md tells it.

use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::real_server::{Kind, RealServer};

/// What is said after the login when this is sent in front of a NOOP; `None` where the server cannot be had.
fn said(kind: Kind, send: &str) -> Option<Finished> {
    let server = RealServer::start(kind)?;
    let user = format!("USER {}", server.user());
    let pass = format!("PASS {}", server.password());
    let lines = [&user, &pass, send, "NOOP", "NOOP"];
    let commands = lines.iter().flat_map(|line| ["-c", line]);
    let program = Ftpsh::new()
        .args(["--timeout", "2"])
        .args(commands)
        .arg(server.address().to_string());
    Some(program.run())
}

/// The codes of the replies to the two NOOPs.
fn codes(finished: &Finished) -> Vec<&str> {
    let replies = finished.stderr.split_once("→ NOOP\n");
    let (_, replies) = replies.expect("it was sent");
    let lines = replies.lines().filter_map(|line| line.get(..3));
    lines
        .filter(|code| code.bytes().all(|byte| byte.is_ascii_digit()))
        .collect()
}

#[test]
fn a_telnet_command_is_part_of_the_next_line_for_most_servers() {
    for (kind, send, expected) in [
        (Kind::Vsftpd, "send nop", ["500", "200"]),
        (Kind::Vsftpd, "send synch", ["500", "200"]),
        (Kind::Pyftpdlib, "send nop", ["500", "200"]),
        (Kind::Pyftpdlib, "send synch", ["500", "200"]),
        (Kind::Proftpd, "send ayt", ["500", "200"]),
        (Kind::Proftpd, "send ip", ["200", "200"]),
        (Kind::Proftpd, "send synch", ["200", "200"]),
    ] {
        if let Some(finished) = said(kind, send) {
            assert_eq!(codes(&finished), expected, "{kind:?}, {send}: {finished:?}");
        }
    }
}

#[test]
fn pure_ftpd_never_answers_a_line_after_a_telnet_command() {
    if let Some(finished) = said(Kind::PureFtpd, "send nop") {
        let finished = finished.code(3);
        assert!(codes(&finished).is_empty(), "{}", finished.stderr);
    }
}
