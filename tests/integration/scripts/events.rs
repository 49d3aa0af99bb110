//! `--format json`: every event of a script, as `docs/json.md` describes it.

use serde_json::{Value, json};

use crate::dialogues::greeted;
use crate::support::events::valid_events;
use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::home::Home;
use crate::support::practice::practice_server;
use crate::support::scripted_server::{Gate, Script};
use crate::support::sockets::unused_port;
use crate::support::terminal::Key;

/// The events without what differs from run to run.
#[track_caller]
fn events(finished: &Finished) -> Vec<Value> {
    let mut events = valid_events(&finished.stdout_text(), finished.status);
    for event in &mut events {
        let event = event.as_object_mut().expect("each is an object");
        event.remove("v");
        for (name, value) in [("ms", json!(0)), ("port", json!(21))] {
            if event.get(name).is_some_and(Value::is_u64) {
                event.insert(name.to_owned(), value);
            }
        }
    }
    events
}

fn causes(events: &[Value]) -> Vec<&str> {
    let causes = events.iter().filter_map(|event| event["cause"].as_str());
    causes.collect()
}

#[test]
fn a_download_is_told_event_by_event() {
    let server = greeted()
        .expect("USER me")
        .send("331 who?\r\n")
        .expect("PASS topsecret")
        .send("230-not topsecret\r\n230 in\r\n");
    let server = crate::dialogues::passive(server)
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data("data")
        .close_data()
        .send("226 done\r\n")
        .expect("SIZE g")
        .send("550 no\r\n")
        .wait_for_client_close()
        .start();
    let finished = Ftpsh::new()
        .args(["--format", "json", "-q", "-c", "login me topsecret"])
        .args(["-c", "PASV", "-c", "RETR f > file", "-c", "SIZE g"])
        .arg(server.address().to_string())
        .run();
    let _ = server.finish();
    let sent = |line: &str, verb: &str| json!({"event": "sent", "line": line, "verb": verb});
    let reply = |code: u16, lines: &[&str], verb: Option<&str>| json!({"event": "reply", "code": code, "lines": lines, "verb": verb, "ms": 0});
    let told = events(&finished);
    let passive = &told[7]["lines"][0];
    assert_eq!(
        told,
        [
            json!({"event": "connected", "host": "127.0.0.1", "port": 21, "proxy": null}),
            reply(220, &["220 ready"], None),
            sent("USER me", "USER"),
            reply(331, &["331 who?"], Some("USER")),
            sent("PASS ****", "PASS"),
            reply(230, &["230-not ****", "230 in"], Some("PASS")),
            sent("PASV", "PASV"),
            json!({"event": "reply", "code": 227, "lines": [passive], "verb": "PASV", "ms": 0}),
            json!({"event": "data-opened", "mode": "passive", "host": "127.0.0.1", "port": 21}),
            sent("RETR f", "RETR"),
            reply(150, &["150 here"], Some("RETR")),
            json!({"event": "transfer", "direction": "received", "bytes": 4, "file": "file", "tls": false,
                "result": "ended"}),
            reply(226, &["226 done"], Some("RETR")),
            sent("SIZE g", "SIZE"),
            reply(550, &["550 no"], Some("SIZE")),
            json!({"event": "problem", "cause": "size-in-ascii", "text": "550 no"}),
            json!({"event": "end", "exit": 1}),
        ]
    );
}

#[test]
fn a_transfer_under_tls_says_so_and_names_its_file() {
    let home = Home::new();
    std::fs::write(home.path().join("up"), "text").unwrap();
    let finished = Ftpsh::new()
        .home(home.path())
        .args(["practice", "--format", "json", "--tls", "require"])
        .args(["-c", "login A A", "-c", "TYPE I", "-c", "PASV"])
        .args([
            "-c",
            "STOR up <<< 'text'",
            "-c",
            "PASV",
            "-c",
            "STOR 1.TXT < 1.TXT",
        ])
        .args(["-c", "PROT C", "-c", "listen", "-c", "RETR up > up"])
        .run()
        .success();
    let told = events(&finished);
    let transfers: Vec<&Value> = told.iter().filter(|it| it["event"] == "transfer").collect();
    let ended = |direction: &str, bytes: u64, file: Option<&str>, tls: bool| json!({"event": "transfer", "direction": direction, "bytes": bytes, "file": file, "tls": tls, "result": "ended"});
    assert_eq!(
        transfers,
        [
            &ended("sent", 4, None, true),
            &ended("sent", 11, Some("1.TXT"), true),
            &ended("received", 4, Some("up"), false),
        ]
    );
    let modes = told.iter().filter_map(|event| event["mode"].as_str());
    assert_eq!(modes.collect::<Vec<_>>(), ["passive", "passive", "active"]);
}

#[test]
fn what_goes_wrong_on_this_side_is_told_with_its_cause() {
    let run = |lines: &[&str]| {
        Ftpsh::new()
            .args(["practice", "--format", "json", "-q", "-c", "login A A"])
            .args(lines.iter().flat_map(|line| ["-c", line]))
            .run()
    };
    for (lines, cause) in [
        (&["!exit 3"][..], &["local-command"][..]),
        (&["STOR f < nosuch"], &["local-file-missing"]),
        (&["STOR f"], &["local-line"]),
        (&["RETR f >"], &["local-line"]),
        (&["RETR 1.TXT"], &["local-line"]),
        (&["NOSUCH"], &["verb-unknown"]),
        (&["-NOSUCH", "NOOP"], &["verb-unknown"]),
        (&["!exit 3", "NOOP"], &["local-command"]),
        (&["resume absent absent"], &["local-file-missing"]),
        (&["NOOP"], &[]),
    ] {
        let told = events(&run(lines));
        assert_eq!(causes(&told), cause, "{lines:?}");
        let mut texts = told.iter().filter(|event| event["event"] == "problem");
        assert!(texts.all(|problem| problem["text"] != ""), "{told:?}");
    }
}

#[test]
fn a_resume_that_stops_is_told_whatever_it_was_refused_on_the_way() {
    let server = practice_server(&["no-size"]);
    std::fs::write(server.server_folder().join("1.TXT"), "other text").unwrap();
    let home = Home::new();
    std::fs::write(home.path().join("1.TXT"), "I am zfive5 and more").unwrap();
    let finished = Ftpsh::new()
        .home(home.path())
        .args(["--format", "json", "-q", "-c", "resume 1.TXT"])
        .arg(format!("ftp://A:A@{}", server.address()))
        .run()
        .code(8);
    let told = events(&finished);
    assert_eq!(causes(&told).last(), Some(&"resume-differs"), "{told:?}");
}

#[test]
fn a_server_that_is_not_there_or_goes_away_is_told_with_its_cause() {
    let gone = greeted().expect("NOOP").close().start();
    let silent = Script::new().wait_for_client_close().start();
    let nobody = unused_port();
    for (target, exit, cause) in [
        (gone.address().to_string(), 3, "control-closed"),
        (silent.address().to_string(), 3, "no-greeting"),
        (format!("127.0.0.1:{nobody}"), 3, "connect-failed"),
        ("gopher://x".to_owned(), 2, "local-line"),
    ] {
        let finished = Ftpsh::new()
            .args(["--format", "json", "-q", "--timeout", "1", "-c", "NOOP"])
            .arg(&target)
            .run()
            .code(exit);
        let told = events(&finished);
        assert_eq!(causes(&told), [cause], "{target}");
        let problem = told.iter().find(|event| event["event"] == "problem");
        assert!(problem.is_some_and(|it| it["text"] != ""), "{told:?}");
    }
    let _ = (gone.finish(), silent.finish());
}

#[test]
fn ctrl_c_is_told_before_the_end() {
    let home = Home::new();
    let (asked, over) = (Gate::new(), Gate::new());
    let server = greeted()
        .expect("NOOP")
        .open(&asked)
        .pause_until(&over)
        .start();
    let terminal = Ftpsh::new()
        .home(home.path())
        .args(["--format", "json=events", "-c", "NOOP", "-c", "why"])
        .arg(server.address().to_string())
        .terminal();
    asked.wait();
    terminal.send_key(Key::CtrlC);
    assert_eq!(terminal.wait_exit(), 130);
    over.open();
    let _ = server.finish();
    let text = std::fs::read_to_string(home.path().join("events")).unwrap();
    let told = valid_events(&text, 130);
    assert_eq!(causes(&told), ["interrupted"]);
    assert!(text.contains("Ctrl-C"), "{text}");
}

#[test]
fn every_fault_of_the_practice_server_makes_valid_events_that_no_terminal_obeys() {
    let listed = Ftpsh::new().args(["practice", "--help"]).run().success();
    let text = listed.stdout_text();
    let faults = text.split("\nFaults:\n").nth(1).unwrap_or_default();
    let faults: Vec<String> = faults
        .lines()
        .take_while(|line| line.starts_with(' '))
        .filter(|line| !line.starts_with("    "))
        .filter_map(|line| line.split_whitespace().next())
        .map(|fault| match fault.split_once('=') {
            Some((name, "VERB")) => format!("{name}=RETR"),
            Some((name, "VERB:REPLY")) => format!("{name}=RETR:550 no"),
            Some((name, "PROTOCOL")) => format!("{name}=ssh"),
            Some((name @ "slow", _)) => format!("{name}=1000"),
            Some((name, _)) => format!("{name}=3"),
            None => fault.to_owned(),
        })
        .collect();
    assert!(faults.len() > 20, "{text}");
    let lines = [
        "login A A",
        "-FEAT",
        "PASV",
        "LIST > list",
        "TYPE I",
        "PASV",
        "RETR 1.TXT > f",
        "resume 1.TXT",
        "EPSV",
        "STOR g < 1.TXT",
        "CWD /",
        "AUTH TLS",
        "PBSZ 0",
        "PROT P",
        "login A A",
        "PASV",
        "RETR 1.TXT > h",
        "NOOP",
        "why",
        "QUIT",
    ];
    let run = |fault: &String| {
        let finished = Ftpsh::new()
            .args(["practice", "--fault", fault, "--format", "json", "-q"])
            .args(["--timeout", "1"])
            .args(lines.iter().flat_map(|line| ["-c", line]))
            .run();
        let told = events(&finished);
        assert!(told.len() > 2, "{fault}");
        let failed = told.iter().any(|event| event["event"] == "problem");
        assert!(failed || finished.status == 0, "{fault}: {told:?}");
        let is_plain = |character: char| matches!(character, '\n' | ' '..='~' | '\u{fffd}');
        let text = finished.stdout_text();
        assert!(text.chars().all(is_plain), "{fault}: {text}");
    };
    std::thread::scope(|scope| {
        for fault in &faults {
            scope.spawn(|| run(fault));
        }
    });
}
