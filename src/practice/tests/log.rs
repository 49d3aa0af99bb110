//! What the server keeps of what it saw, and what lies on both sides at the start.

use std::fs;
use std::io::Write;
use std::time::{Duration, UNIX_EPOCH};

use super::super::{
    Configuration, Content, LogEvent, LoggedTransfer, PlacedFile, PracticeServer, ServerLog,
};
use super::client::{Client, put_large};
use crate::protocol::Verb;

fn logged(content: Content) -> (PracticeServer, ServerLog) {
    let log = ServerLog::default();
    let configuration = Configuration {
        content,
        log: Some(log.clone()),
        ..Configuration::default()
    };
    (PracticeServer::start(configuration).unwrap(), log)
}

fn verb(name: &str) -> Verb {
    Verb::new(name.as_bytes())
}

/// Commands as `> VERB`, replies as `CODE VERB`.
fn dialogue(log: &ServerLog) -> Vec<String> {
    let entries = log.entries();
    let lines = entries.iter().filter_map(|entry| match &entry.event {
        LogEvent::Command { line, .. } => Some(format!("> {}", String::from_utf8_lossy(line))),
        LogEvent::Reply { verb, code, .. } => {
            let verb = verb.as_ref().map_or("-".to_owned(), |it| {
                String::from_utf8_lossy(it.as_bytes()).into_owned()
            });
            Some(format!("{code} {verb}"))
        }
        _ => None,
    });
    lines.collect()
}

#[test]
fn each_reply_is_kept_with_the_command_that_it_answers_and_no_password_is() {
    let (server, log) = logged(Configuration::default().content);
    put_large(&server, "large");
    let mut client = Client::logged_in(&server);
    let data = client.passive();
    client.expect("RETR large", 150);
    client.expect("NOOP", 200);
    client.send("ABOR");
    assert_eq!(client.codes::<2>(), [426, 226]);
    drop(data);
    client.expect("QUIT", 221);
    assert_eq!(
        dialogue(&log),
        [
            "220 -",
            "> USER A",
            "331 USER",
            "> PASS ****",
            "230 PASS",
            "> PASV",
            "227 PASV",
            "> RETR large",
            "150 RETR",
            "> NOOP",
            "200 NOOP",
            "> ABOR",
            "426 RETR",
            "226 ABOR",
            "> QUIT",
            "221 QUIT",
        ]
    );
    let transfers = transfers(&log);
    assert!(!transfers[0].is_complete);
}

#[test]
fn a_transfer_is_kept_before_its_last_reply_goes_out() {
    let (server, log) = logged(Configuration::default().content);
    let mut client = Client::logged_in(&server);
    let mut data = client.passive();
    client.expect("APPE 1.TXT", 150);
    data.write_all(b"zfive5").unwrap();
    drop(data);
    assert_eq!(client.reply().code, 226);
    let expected = LoggedTransfer {
        verb: verb("APPE"),
        path: b"/1.TXT".to_vec(),
        bytes: 6,
        is_complete: true,
    };
    assert_eq!(transfers(&log), [expected]);
}

#[test]
fn the_files_of_both_sides_are_placed_with_their_folders_and_times() {
    let file = |path: &str, bytes: &[u8]| PlacedFile {
        path: path.to_owned(),
        bytes: bytes.to_vec(),
        modified: Some(UNIX_EPOCH + Duration::from_secs(1_000_000_000)),
    };
    let content = Content {
        server: vec![file("a/b.txt", b"one\n"), file("empty/", b"")],
        local: vec![file("mine", b"\xff")],
    };
    let (server, _) = logged(content);
    let mut client = Client::logged_in(&server);
    assert_eq!(client.expect("MDTM a/b.txt", 213), "213 20010909014640");
    client.expect("CWD empty", 250);
    assert_eq!(
        fs::read(server.local_folder().join("mine")).unwrap(),
        b"\xff"
    );
    assert_eq!(fs::read_dir(server.local_folder()).unwrap().count(), 1);
}

fn transfers(log: &ServerLog) -> Vec<LoggedTransfer> {
    let entries = log.entries().into_iter();
    let transfers = entries.filter_map(|entry| match entry.event {
        LogEvent::Transfer(transfer) => Some(transfer),
        _ => None,
    });
    transfers.collect()
}
