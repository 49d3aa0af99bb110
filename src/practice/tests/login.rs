//! The control connection: login, lines, what the server says about itself, the end.

use std::fs;
use std::io::Read;

use super::super::{Configuration, PracticeServer};
use super::client::{Client, dial, is_reset, put_large, server};

#[test]
fn the_replies_of_a_login_are_those_of_the_article() {
    let server = server(&[]);
    let (mut client, greeting) = Client::connect(&server);
    assert_eq!(
        greeting.text(),
        "220 Serv-U FTP Server v6.3 for WinSock ready..."
    );
    for (line, said) in [
        ("user A", "331 User name okay, need password."),
        ("pass A", "230 User logged in, proceed."),
        ("size 1.TXT", "213 5"),
        ("quit", "221 Goodbye!"),
    ] {
        assert_eq!(client.ask(line).text(), said);
    }
    client.assert_closed();
}

#[test]
fn a_wrong_password_is_refused_and_the_user_may_try_again() {
    let server = server(&[]);
    let (mut client, _) = Client::connect(&server);
    client.expect("PASS A", 503);
    client.expect("USER A", 331);
    client.expect("PASS B", 530);
    client.expect("PASS A", 503);
    client.expect("USER B", 331);
    client.expect("PASS A", 530);
    client.expect("USER A", 331);
    client.expect("PASS A", 230);
}

#[test]
fn another_user_and_password_can_be_set_and_are_not_shown() {
    let configuration = Configuration {
        user: "tester".to_owned(),
        password: "s3cret".to_owned(),
        ..Configuration::default()
    };
    assert!(!format!("{configuration:?}").contains("s3cret"));
    let server = PracticeServer::start(configuration).unwrap();
    assert!(!format!("{server:?}").contains("s3cret"));
    let (mut client, _) = Client::connect(&server);
    client.expect("USER tester", 331);
    client.expect("PASS s3cret", 230);
}

#[test]
fn before_the_login_only_the_open_verbs_answer() {
    let server = server(&[]);
    let (mut client, _) = Client::connect(&server);
    for (line, code) in [
        ("ACCT x", 202),
        ("HELP", 214),
        ("NOOP", 200),
        ("FEAT", 211),
        ("SYST", 215),
        ("STAT", 211),
        ("OPTS UTF8 ON", 200),
        ("ABOR", 225),
        ("REIN", 220),
        ("STAT /", 530),
        ("PWD", 530),
        ("PASV", 530),
        ("RETR 1.TXT", 530),
        ("XPWD", 530),
    ] {
        client.expect(line, code);
    }
}

#[test]
fn rein_forgets_the_login_and_what_was_set() {
    let server = server(&[]);
    let mut client = Client::logged_in(&server);
    client.expect("MKD sub", 257);
    client.expect("CWD sub", 250);
    client.expect("REIN", 220);
    client.expect("PWD", 530);
    client.expect("USER A", 331);
    client.expect("PASS A", 230);
    assert!(client.expect("PWD", 257).starts_with("257 \"/\""));
}

#[test]
fn unknown_verbs_are_500_and_missing_ones_502() {
    let server = server(&[]);
    let mut client = Client::logged_in(&server);
    for (line, code) in [
        ("FOO", 500),
        ("", 500),
        (" NOOP", 500),
        ("ADAT x", 502),
        ("SMNT x", 502),
        ("NOOP ", 200),
        ("SITE HELP", 214),
        ("SITE FOO", 500),
        ("ALLO 7", 202),
        ("HELP SIZE", 214),
        ("HELP FOO", 502),
    ] {
        client.expect(line, code);
    }
}

#[test]
fn types_modes_and_structures_that_are_missing_are_504() {
    let server = server(&[]);
    let mut client = Client::logged_in(&server);
    for (line, code) in [
        ("TYPE A", 200),
        ("type a n", 200),
        ("TYPE I", 200),
        ("TYPE L 8", 200),
        ("TYPE E", 504),
        ("TYPE L 36", 504),
        ("TYPE A C", 504),
        ("TYPE", 501),
        ("MODE S", 200),
        ("MODE B", 504),
        ("MODE Z", 504),
        ("STRU F", 200),
        ("STRU R", 504),
        ("STRU P", 504),
    ] {
        client.expect(line, code);
    }
}

#[test]
fn feat_lists_features_indented_by_one_space() {
    let server = server(&[]);
    let (mut client, _) = Client::connect(&server);
    let said = client.expect("FEAT", 211);
    let lines: Vec<_> = said.split("\r\n").collect();
    assert_eq!(lines[0], "211-Extensions supported:");
    assert_eq!(lines[lines.len() - 1], "211 End");
    for feature in [" SIZE", " REST STREAM", " MLST type*;size*;modify*;"] {
        assert!(lines.contains(&feature), "{feature} in {said}");
    }
}

#[test]
fn lines_may_be_split_joined_and_end_with_lf_and_hold_telnet_commands() {
    let server = server(&[]);
    let (mut client, _) = Client::connect(&server);
    client.send_raw(b"NO");
    client.send_raw(b"OP\r");
    client.send_raw(b"\nSYST\nNOOP\r\n\xff\xf1NO\xff\xfd\x01OP\r\n");
    assert_eq!(client.codes(), [200, 215, 200, 200]);
}

#[test]
fn a_line_that_is_too_long_is_refused_and_the_session_goes_on() {
    let server = server(&[]);
    let (mut client, _) = Client::connect(&server);
    client.expect(vec![b'x'; 70_000], 500);
    client.expect("NOOP\0", 500);
    client.expect("NOOP", 200);
}

#[test]
fn stopping_closes_sessions_and_transfers_and_removes_the_folder() {
    let server = server(&[]);
    put_large(&server, "large");
    let mut idle = Client::logged_in(&server);
    let mut busy = Client::logged_in(&server);
    let _data = busy.passive();
    busy.expect("RETR large", 150);
    let address = server.address();
    let scratch = server.scratch_folder().to_owned();
    assert!(scratch.exists());
    server.stop();
    idle.assert_closed();
    assert!(!scratch.exists());
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[test]
fn a_folder_that_is_kept_stays() {
    let server = PracticeServer::start(Configuration {
        keep: true,
        ..Configuration::default()
    })
    .unwrap();
    let scratch = server.scratch_folder().to_owned();
    assert_eq!(
        fs::read(server.local_folder().join("1.TXT")).unwrap(),
        b"I am zfive5"
    );
    server.stop();
    assert_eq!(fs::read(scratch.join("server/1.TXT")).unwrap(), b"I am ");
    fs::remove_dir_all(scratch).unwrap();
}

#[test]
fn the_thirty_third_session_is_turned_away_and_a_place_becomes_free() {
    let server = server(&[]);
    let mut clients: Vec<_> = (0..32).map(|_| Client::connect(&server).0).collect();
    let mut turned_away = String::new();
    dial(server.address())
        .read_to_string(&mut turned_away)
        .unwrap();
    assert_eq!(turned_away, "421 Too many connections.\r\n");
    let mut leaving = clients.pop().unwrap();
    leaving.expect("QUIT", 221);
    leaving.assert_closed();
    // The place is free a moment after the connection is closed.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    loop {
        let mut first = [0; 3];
        match dial(server.address()).read_exact(&mut first) {
            Ok(()) if &first == b"220" => break,
            Ok(()) => assert_eq!(&first, b"421"),
            Err(error) => assert!(is_reset(error.kind()), "{error}"),
        }
        assert!(std::time::Instant::now() < deadline);
    }
}
