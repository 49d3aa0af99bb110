//! `ways` at the prompt. What the server heard is the witness, not the table alone.

use std::net::SocketAddr;

use ftpsh::practice::{Configuration, Fault, LogEvent, PracticeServer, ServerLog};

use super::far_server::{FarServer, SECRET};
use super::meddler::{Meddling, meddle, without_tls};
use crate::support::ftpsh::Ftpsh;
use crate::support::real_server::{Kind, Options, RealServer, Tls};
use crate::support::terminal::{Key, Terminal};

fn logged_practice_server(faults: &[&str]) -> (PracticeServer, ServerLog) {
    let log = ServerLog::default();
    let fault = |name: &&str| name.parse::<Fault>().expect("a known fault");
    let configuration = Configuration {
        faults: faults.iter().map(fault).collect(),
        log: Some(log.clone()),
        ..Configuration::default()
    };
    let server = PracticeServer::start(configuration).expect("loopback has a free port");
    (server, log)
}

/// The verbs that the server heard in a session, counted from 1.
fn verbs_of(log: &ServerLog, session: usize) -> Vec<String> {
    let entries = log.entries().into_iter();
    let of_session = entries.filter(|entry| entry.session == session);
    let verbs = of_session.filter_map(|entry| match entry.event {
        LogEvent::Command { verb, .. } => {
            Some(String::from_utf8_lossy(verb.as_bytes()).into_owned())
        }
        _ => None,
    });
    verbs.collect()
}

fn sessions(log: &ServerLog) -> usize {
    let entries = log.entries();
    entries
        .iter()
        .map(|entry| entry.session)
        .max()
        .unwrap_or_default()
}

/// At the prompt, logged in by hand.
fn logged_in(address: SocketAddr, more: &[&str], user: &str, password: &str) -> Terminal {
    let program = Ftpsh::new().arg(address.to_string()).args(more);
    let mut terminal = program.terminal();
    terminal.expect("ftp> ");
    terminal.send_line(&format!("login {user} {password}"));
    terminal.expect("230");
    terminal.expect("ftp> ");
    terminal
}

#[test]
fn the_ways_are_tried_on_other_connections_and_the_data_connection_that_is_open_stays() {
    let (server, log) = logged_practice_server(&[]);
    let mut terminal = logged_in(server.address(), &[], "A", "A");
    terminal.send_line("PASV");
    terminal.expect("ftp ⇄> ");
    let before = verbs_of(&log, 1);
    terminal.send_line("ways");
    terminal.expect("password of A: ");
    terminal.send_line("A");
    terminal.expect("ways in");
    for mode in ["EPSV", "PASV", "PORT"] {
        terminal.expect(mode);
        terminal.expect("ok ");
        terminal.expect("ok 1.3");
    }
    terminal.expect("ftp ⇄> ");
    assert_eq!(verbs_of(&log, 1), before, "the session was touched");
    let others: Vec<String> = (2..=sessions(&log))
        .flat_map(|session| verbs_of(&log, session))
        .collect();
    for verb in ["AUTH", "PASS", "EPSV", "PASV", "EPRT", "PORT", "LIST"] {
        let is_one_of_two = matches!(verb, "EPRT" | "PORT");
        assert!(
            is_one_of_two || others.iter().any(|it| it == verb),
            "{others:?}"
        );
    }
    terminal.send_line("LIST");
    terminal.expect("1.TXT");
    terminal.expect("226");
    terminal.send_line("exit");
    assert_eq!(terminal.wait_exit(), 0);
    let after = verbs_of(&log, 1);
    assert_eq!(after[before.len()..], ["LIST", "QUIT"]);
    let screen = terminal.screen();
    assert!(!screen.contains("password of A: A"), "{screen}");
}

fn at_a_real_server(kind: Kind) {
    let options = Options {
        tls: Tls::Explicit,
        ..Options::default()
    };
    let Some(server) = RealServer::start_with(kind, &options) else {
        return;
    };
    server.write_file("there", b"0123456789");
    let authority = server.authority().file().display().to_string();
    let mut terminal = logged_in(
        server.address(),
        &["--ca", &authority],
        server.user(),
        server.password(),
    );
    terminal.send_line("EPSV");
    terminal.expect("ftp ⇄> ");
    terminal.send_line("ways");
    if server.user() != "anonymous" {
        terminal.expect("password of ");
        terminal.send_line(server.password());
    }
    for mode in ["EPSV", "PASV", "PORT"] {
        terminal.expect(mode);
        terminal.expect("ok ");
        terminal.expect("ok 1.3");
    }
    terminal.expect("ftp ⇄> ");
    terminal.send_line("RETR there > got");
    terminal.expect("226");
    terminal.send_line("exit");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn every_way_works_at_pyftpdlib_and_the_session_goes_on() {
    at_a_real_server(Kind::Pyftpdlib);
}

#[test]
fn every_way_works_at_vsftpd_and_the_session_goes_on() {
    at_a_real_server(Kind::Vsftpd);
}

#[test]
fn a_password_that_the_url_holds_is_not_asked_for() {
    let (server, log) = logged_practice_server(&[]);
    let finished = Ftpsh::new()
        .arg(format!("ftp://A:A@{}", server.address()))
        .args(["-c", "ways --verbose", "-c", "NOOP", "-c", "QUIT"])
        .run()
        .success();
    let told = &finished.stderr;
    assert!(told.contains("EPSV    ok"), "{told}");
    assert!(told.contains("> PASS ****"), "{told}");
    assert_eq!(verbs_of(&log, 1), ["USER", "PASS", "NOOP", "QUIT"]);
}

#[test]
fn the_url_s_password_is_not_for_another_user_and_a_script_is_not_asked() {
    let (server, log) = logged_practice_server(&[]);
    let meddling = Meddling {
        command: |line| without_tls(line).replace("USER B", "USER A"),
        ..Meddling::default()
    };
    let address = meddle(server.address(), meddling);
    let finished = Ftpsh::new()
        .arg(format!("ftp://A:A@{address}"))
        .stdin("USER B\nPASS A\nways\n")
        .run()
        .code(2);
    assert!(
        finished.stderr.contains("no password for B"),
        "{finished:?}"
    );
    assert_eq!(sessions(&log), 1, "{finished:?}");
}

#[test]
fn without_a_login_nothing_is_sent() {
    let (server, log) = logged_practice_server(&[]);
    let program = Ftpsh::new().arg(server.address().to_string());
    let finished = program.args(["-c", "ways"]).run().code(2);
    assert!(finished.stderr.contains("`login`"), "{finished:?}");
    assert_eq!(sessions(&log), 1);
}

#[test]
fn a_wrong_password_is_tried_once() {
    let (server, log) = logged_practice_server(&[]);
    let mut terminal = logged_in(server.address(), &[], "A", "A");
    terminal.send_line("ways");
    terminal.expect("password of A: ");
    terminal.send_line("wrong");
    terminal.expect("nobody is logged in");
    terminal.expect("ftp> ");
    let tried: Vec<_> = (2..=sessions(&log))
        .filter(|&session| verbs_of(&log, session).contains(&"PASS".to_owned()))
        .collect();
    assert_eq!(tried.len(), 1);
}

#[test]
fn a_session_under_tls_has_no_password_told_in_clear() {
    let server = FarServer::start(&[]);
    let url = format!("ftpes://A:{SECRET}@{}", server.named());
    let finished = server
        .program(&["--insecure", &url, "-c", "ways"])
        .run()
        .success();
    let told = &finished.stderr;
    assert!(told.contains("ok 1.3"), "{told}");
    assert!(told.contains("would go out in clear"), "{told}");
    assert!(!server.was_told_in_clear(), "{told}");
}

#[test]
fn a_session_in_clear_has_its_ways_in_clear_tried() {
    let server = FarServer::start(&["reply=AUTH:502 no"]);
    let url = format!("ftp://A:{SECRET}@{}", server.named());
    let finished = server.program(&[&url, "-c", "ways"]).run().success();
    assert!(finished.stderr.contains("EPSV    ok"), "{finished:?}");
}

#[test]
fn ctrl_c_ends_it_and_leaves_the_session_alone() {
    let (server, log) = logged_practice_server(&["silent=FEAT"]);
    let mut terminal = logged_in(server.address(), &[], "A", "A");
    terminal.send_line("ways");
    terminal.expect("password of A: ");
    terminal.send_line("A");
    terminal.expect("greeting");
    terminal.send_key(Key::CtrlC);
    terminal.expect("interrupted with Ctrl-C");
    terminal.expect("ftp> ");
    terminal.send_line("NOOP");
    terminal.expect("200");
    assert_eq!(verbs_of(&log, 1), ["USER", "PASS", "NOOP"]);
}
