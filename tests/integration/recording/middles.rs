//! Recordings that begin in the middle of a session.

use std::fs;

use super::{lines, read, replay, transcript};
use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::practice::practice_server;

#[test]
fn what_brought_the_session_where_it_is_stands_in_front() {
    let home = Home::new();
    let server = practice_server(&[]);
    let finished = Ftpsh::new()
        .home(home.path())
        .arg(server.address().to_string())
        .stdin(
            "USER A\nPASS A\nNOOP\nMKD sub\nCWD sub\nCWD missing\nTYPE I\nPASV\nSTOR first <<< 'first'\nPASV\n\
             record session.ftp\nRETR first\nPWD\nrecord off\nNOOP\nrecord other.ftp\nQUIT\n",
        )
        .run()
        .code(1);
    assert!(
        finished.stderr.contains("recorded in"),
        "{}",
        finished.stderr
    );
    let text = transcript(&home);
    let commands: Vec<&str> = lines(&text)
        .into_iter()
        .filter(|line| line.starts_with("C> "))
        .collect();
    assert_eq!(
        commands,
        [
            "C> USER {user}",
            "C> PASS {password}",
            "C> CWD sub",
            "C> TYPE I",
            "C> PASV",
            "C> RETR first",
            "C> PWD"
        ]
    );
    let other = read(&home.path().join("other.ftp"));
    assert!(
        other.contains("C> QUIT\nS> 221\n") && !other.contains("NOOP"),
        "{other}"
    );
    let fresh = practice_server(&[]);
    fs::create_dir(fresh.server_folder().join("sub")).unwrap();
    fs::write(fresh.server_folder().join("sub/first"), "first").unwrap();
    let _ = replay(&home, fresh.address(), "A").success();
}

#[test]
fn a_recording_that_waits_takes_the_next_session_and_no_other() {
    let home = Home::new();
    let server = practice_server(&[]);
    let address = server.address();
    let _ = Ftpsh::new()
        .home(home.path())
        .args(["record", "session.ftp"])
        .stdin(format!(
            "open {address}\nNOOP\nQUIT\nopen {address}\nSYST\nrecord second.ftp\nclose\nrecord\n"
        ))
        .run()
        .success();
    let text = transcript(&home);
    assert!(text.contains("C> NOOP") && !text.contains("SYST"), "{text}");
    let second = read(&home.path().join("second.ftp"));
    assert_eq!(lines(&second), ["S> 220"]);
}

#[test]
fn aliases_and_resume_are_recorded_as_what_they_send() {
    let home = Home::new();
    let server = practice_server(&[]);
    fs::write(home.path().join("1.TXT"), "I am zfive5").unwrap();
    let _ = Ftpsh::new()
        .home(home.path())
        .args(["record", "session.ftp"])
        .arg(format!("ftp://A:A@{}", server.address()))
        .stdin("resume 1.TXT\nls\nget 1.TXT back\nQUIT\n")
        .run()
        .success();
    let text = transcript(&home);
    for line in [
        "C> APPE 1.TXT",
        "D< zfive5{no-eol}",
        "C> LIST",
        "D> I am zfive5{no-eol}",
    ] {
        assert!(lines(&text).contains(&line), "{line}\n{text}");
    }
    let fresh = practice_server(&[]);
    let _ = replay(&home, fresh.address(), "A").success();
    assert_eq!(
        fs::read(fresh.server_folder().join("1.TXT")).unwrap(),
        b"I am zfive5"
    );
}

#[test]
fn a_session_under_tls_is_recorded_replayed_and_served() {
    let home = Home::new();
    let session = "AUTH TLS\nUSER A\nPASS A\nPBSZ 0\nPROT P\nPASV\nRETR 1.TXT\nQUIT\n";
    let path = home.path().join("session.ftp");
    let _ = Ftpsh::new()
        .arg("practice")
        .stdin(format!("record {}\n{session}", path.display()))
        .run()
        .success();
    let text = transcript(&home);
    assert!(
        text.contains("C> PROT P\nS> 200") && text.contains("D> I am {no-eol}"),
        "{text}"
    );
    let run = |mode: &str, file: &[&str]| {
        let binary = Ftpsh::new().home(home.path()).arg(mode).args(file);
        binary.stdin(session).run().success()
    };
    let _ = run("replay", &["session.ftp"]);
    let served = run("practice", &["--from", "session.ftp"]);
    assert_eq!(served.stdout, b"I am ");
    assert!(
        served.stderr.contains("data connection under TLS"),
        "{}",
        served.stderr
    );
    assert!(!served.stderr.contains("not recorded"), "{}", served.stderr);
}
