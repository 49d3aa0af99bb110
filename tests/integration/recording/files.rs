//! Data, secrets, and the file itself.

use std::fs;

use super::{lines, record, replay, transcript};
use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::practice::{practice_server, practice_server_for};

const LOGIN: &str = "USER A\nPASS A\n";

#[test]
fn data_stand_in_the_transcript_or_beside_it_and_a_replay_makes_the_same_files() {
    let home = Home::new();
    let server = practice_server(&[]);
    let bytes: Vec<u8> = (0..20_000_u32).map(|at| (at % 251) as u8).collect();
    fs::write(home.path().join("octets"), &bytes).unwrap();
    let script = "TYPE I\nPASV\nSTOR octets < octets\nPASV\nRETR octets > back\nPASV\n\
                  APPE 1.TXT <<< 'zfive5'\nPASV\nSTOR here <<END\n@one\n{two}\n\n...  \nEND\nPASV\nSTOR small <<< '\u{1}'\n\
                  PASV\nSTOR empty <<< ''\nPASV\nRETR 1.TXT\nPASV\nRETR empty\nPASV\nLIST\nQUIT\n";
    let _ = record(&home, server.address(), &format!("{LOGIN}{script}")).success();
    let text = transcript(&home);
    let recorded = lines(&text);
    for line in [
        "C> PASS {password}",
        "D< zfive5{no-eol}",
        "D< {0x40}one{lf}",
        "D< {{two}{lf}",
        "D> I am zfive5{no-eol}",
        "D> ...",
    ] {
        assert!(recorded.contains(&line), "{line}\n{text}");
    }
    assert!(text.contains("D< @file session.1.data octets 20000 sha256 "));
    assert_eq!(fs::read(home.path().join("session.1.data")).unwrap(), bytes);
    assert_eq!(
        fs::read(home.path().join("session.2.data")).unwrap(),
        b"\x01"
    );

    let fresh = practice_server(&[]);
    let _ = replay(&home, fresh.address(), "A").success();
    for name in ["octets", "1.TXT", "here", "small", "empty"] {
        let on = |folder: &std::path::Path| fs::read(folder.join(name)).unwrap();
        assert_eq!(
            on(fresh.server_folder()),
            on(server.server_folder()),
            "{name}"
        );
    }
}

#[test]
fn type_a_is_recorded_as_it_is_on_the_wire() {
    let home = Home::new();
    let server = practice_server(&[]);
    fs::write(home.path().join("text"), "one\ntwo\n").unwrap();
    let script = format!("{LOGIN}PASV\nSTOR text < text\nPASV\nRETR text > back\nQUIT\n");
    let _ = record(&home, server.address(), &script).success();
    let text = transcript(&home);
    assert!(
        text.contains("D< one\nD< two\n") && text.contains("D> one\nD> two\n"),
        "{text}"
    );
    let fresh = practice_server(&[]);
    let _ = replay(&home, fresh.address(), "A").success();
    assert_eq!(
        fs::read(fresh.server_folder().join("text")).unwrap(),
        b"one\ntwo\n"
    );
}

#[test]
fn secrets_do_not_reach_the_file_however_they_are_sent_and_echoed() {
    let home = Home::new();
    let server = practice_server_for("hunter2", &["echo-secrets"]);
    let finished = Ftpsh::new()
        .home(home.path())
        .args(["record", "session.ftp"])
        .arg(server.address().to_string())
        .stdin(
            "login A wrongsecret\n pass wrongsecret\nACCT accountsecret\nlogin A hunter2\nquote PASS wrongsecret\nPWD\n",
        )
        .run()
        .code(1);
    drop(finished);
    let text = transcript(&home);
    for secret in ["hunter2", "wrongsecret", "accountsecret"] {
        assert!(!text.contains(secret), "{text}");
    }
    let commands: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("C> "))
        .collect();
    assert_eq!(
        commands,
        [
            "C> USER {user}",
            "C> PASS {password}",
            "C>  pass {password}",
            "C> ACCT {account}",
            "C> USER {user}",
            "C> PASS {password_2}",
            "C> PASS {password}",
            "C> PWD",
        ]
    );
}

#[test]
fn a_file_that_exists_is_replaced_only_on_request_and_removed_if_nothing_was_recorded() {
    let home = Home::new();
    let server = practice_server(&[]);
    let path = home.path().join("session.ftp");
    fs::write(&path, "precious").unwrap();
    let finished = record(&home, server.address(), LOGIN).code(7);
    assert!(finished.stderr.contains("--replace"), "{}", finished.stderr);
    assert!(!finished.stderr.contains("220"), "nothing was sent");
    let run = |arguments: &[&str], lines: &str| {
        let binary = Ftpsh::new().home(home.path()).args(arguments);
        binary.arg(server.address().to_string()).stdin(lines).run()
    };
    let _ = run(&[], "record session.ftp\n").code(7);
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    let _ = run(&["record", "--replace", "session.ftp"], "NOOP\n").success();
    assert!(transcript(&home).ends_with("C> NOOP\nS> 200\n# S> 200 Command okay.\n"));
    let _ = run(&[], "record --replace session.ftp\nrecord off\n").success();
    assert!(transcript(&home).ends_with("ready...\n"));
    // A port on which nobody listens.
    let gone = practice_server(&[]);
    let address = gone.address().to_string();
    gone.stop();
    let unused = Ftpsh::new()
        .home(home.path())
        .args(["record", "unused.ftp", &address]);
    let _ = unused.run().code(3);
    assert!(!home.path().join("unused.ftp").exists());
}

#[test]
fn texts_of_replies_are_expected_only_on_request() {
    let server = practice_server(&[]);
    let run = |arguments: &[&str], lines: &str| {
        let home = Home::new();
        let binary = Ftpsh::new().home(home.path()).args(arguments);
        let target = format!("ftp://A:A@{}", server.address());
        let _ = binary.arg(target).stdin(lines).run().success();
        transcript(&home)
    };
    let lines = "SIZE 1.TXT\nNOOP\n";
    let begun = format!("record --texts session.ftp\n{lines}");
    for text in [
        run(&["record", "--texts", "session.ftp"], lines),
        run(&[], &begun),
    ] {
        assert!(
            text.contains("\nS> 213 5\n") && text.contains("\nS> 200 Command okay.\n"),
            "{text}"
        );
    }
    let text = run(&["record", "session.ftp"], lines);
    assert!(
        text.contains("\nS> 213\n# S> 213 5\n")
            && text.contains("\nS> 200\n# S> 200 Command okay.\n"),
        "{text}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_ends_the_recording_and_not_the_session() {
    let server = practice_server(&[]);
    let finished = Ftpsh::new()
        .args(["record", "--replace", "/dev/full"])
        .arg(format!("ftp://A:A@{}", server.address()))
        .stdin("MKD on\nrecord\n")
        .run()
        .code(7);
    assert!(server.server_folder().join("on").is_dir());
    assert!(
        finished.stderr.contains("/dev/full: "),
        "{}",
        finished.stderr
    );
    assert!(
        finished.stderr.contains("nothing is recorded"),
        "{}",
        finished.stderr
    );
}

#[test]
fn the_file_that_holds_the_data_of_a_recording_is_no_place_for_other_data() {
    let home = Home::new();
    let server = practice_server(&[]);
    fs::write(home.path().join("octets"), b"\x01\x02").unwrap();
    fs::write(home.path().join("other.1.data"), "mine").unwrap();
    let script = format!(
        "{LOGIN}TYPE I\nPASV\nSTOR x < octets\nPASV\nRETR 1.TXT > session.1.data\nLIST >> session.1.data\n\
         resume --get 1.TXT session.1.data\nRETR 1.TXT > other.1.data\nQUIT\n"
    );
    let finished = record(&home, server.address(), &script).code(7);
    let refusals = finished.stderr.matches("being recorded there").count();
    assert_eq!(refusals, 3, "{}", finished.stderr);
    let read = |name: &str| fs::read(home.path().join(name)).unwrap();
    assert_eq!(read("session.1.data"), b"\x01\x02");
    assert_eq!(read("other.1.data"), b"I am ");
    let fresh = practice_server(&[]);
    let _ = replay(&home, fresh.address(), "A").success();
}

#[test]
fn the_file_that_is_recorded_or_traced_is_no_place_for_data_by_any_name() {
    let home = Home::new();
    let server = practice_server(&[]);
    let at = |name: &str| home.path().join(name);
    fs::create_dir(at("sub")).unwrap();
    let mut names = vec!["session.ftp", "sub/../session.ftp", "hard", "bytes"];
    let mut links = "!ln session.ftp hard\n".to_owned();
    if cfg!(unix) {
        names.push("soft");
        links.push_str("!ln -s session.ftp soft\n");
    } else {
        names.retain(|name| *name != "hard");
        links.clear();
    }
    let lines = names.iter().map(|name| {
        format!(
            "RETR 1.TXT > {name}\nRETR 1.TXT >> {name}\nresume --get 1.TXT {name}\nRETR 1.TXT > {name} &\n"
        )
    });
    let lines = lines.collect::<String>();
    let script = format!(
        "{LOGIN}TYPE I\ntrace bytes\n{links}{lines}trace >> session.ftp\nSTOR b < bytes\nPASV\nRETR 1.TXT > last\nQUIT\n"
    );
    let finished = record(&home, server.address(), &script).code(7);
    let refusals = finished.stderr.matches("Nothing was sent").count();
    assert_eq!(refusals, names.len() * 4 + 2, "{}", finished.stderr);
    assert_eq!(fs::read(at("last")).unwrap(), b"I am ");
    assert!(!server.server_folder().join("b").exists());
    let traced = fs::read_to_string(at("bytes")).unwrap();
    assert!(traced.starts_with("# ftpsh trace") && traced.contains("QUIT"));
    let fresh = practice_server(&[]);
    let _ = replay(&home, fresh.address(), "A").success();
}
