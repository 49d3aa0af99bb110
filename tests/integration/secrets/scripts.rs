//! Passwords in scripts, and on the command line.

use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::home::Home;
use crate::support::practice::practice_server_for;
use crate::support::scripted_server::Script;

use super::{PASSWORD, assert_unseen, assert_unseen_in, escaped_password};

#[track_caller]
fn assert_unseen_by(finished: &Finished) {
    assert_unseen(&finished.stdout, "standard output");
    assert_unseen(finished.stderr.as_bytes(), "standard error");
}

#[test]
fn a_password_in_a_script_is_not_seen_though_the_server_repeats_it() {
    let home = Home::new();
    home.configure("[alias]\nin = [\"USER A\", \"PASS $1\"]\n");
    let logins = [
        format!("USER A\npass {PASSWORD}"),
        format!("USER A\nPASS {PASSWORD}"),
        format!("USER A\nquote pass {PASSWORD}"),
        format!("USER A\nquote -x PASS {}", escaped_password()),
        format!("USER A\nset escapes on\nPASS {}", escaped_password()),
        format!(
            "USER A\nset escapes on\n\\x50ASS\\x20{}",
            escaped_password()
        ),
        format!("login A {PASSWORD}"),
        format!("in {PASSWORD}"),
        format!("alias inside 'USER A' 'PASS {PASSWORD}'\nalias inside\nalias\ninside"),
        format!("USER A\n PaSs {PASSWORD}\nPASS {PASSWORD}"),
        format!("USER A\nPASS x{PASSWORD}\nUSER A\nPASS {PASSWORD}"),
    ];
    for login in logins {
        let server = practice_server_for(PASSWORD, &["echo-secrets"]);
        let finished = Ftpsh::new()
            .home(home.path())
            .arg(server.address().to_string())
            .stdin(format!("{login}\nMKD in\n"))
            .run();
        assert!(server.server_folder().join("in").is_dir(), "{finished:?}");
        assert_unseen_by(&finished);
        assert_unseen_in(&home);
    }
}

#[test]
fn a_password_that_a_greeting_knows_before_it_is_sent_is_not_seen() {
    let home = Home::new();
    let server = Script::new()
        .send(format!("220 welcome {PASSWORD}\r\n"))
        .start();
    let finished = Ftpsh::new()
        .home(home.path())
        .arg(format!("ftp://A:{PASSWORD}@{}", server.address()))
        .run();
    assert!(finished.stderr.contains("220 welcome ****"), "{finished:?}");
    assert_unseen_by(&finished);
    assert_unseen_in(&home);
}

#[test]
fn the_password_of_a_url_in_a_sent_line_is_not_seen() {
    for format in ["dialogue", "json"] {
        let home = Home::new();
        std::fs::write(home.path().join("f"), "there").unwrap();
        let server = practice_server_for("A", &[]);
        let url = format!("ftp://bob:{PASSWORD}@h");
        let finished = Ftpsh::new()
            .home(home.path())
            .args(["--format", format])
            .arg(server.address().to_string())
            .stdin(format!(
                "record recording\ntrace trace\nlogin A A\nCWD {url}/\nSIZE {url}/f\nPASV\nget {url}/nosuch\nget {url}/f\n\
                 RETR {url}/f > f\ntimeline\nMKD in\n"
            ))
            .run();
        assert!(server.server_folder().join("in").is_dir(), "{finished:?}");
        assert!(
            finished.stderr.contains("CWD ftp://bob:****@h/"),
            "{finished:?}"
        );
        assert!(
            finished.stderr.contains("f: it exists already"),
            "{finished:?}"
        );
        let recording = std::fs::read_to_string(home.path().join("recording")).unwrap();
        assert!(
            recording.contains("CWD ftp://bob:{password_2}@h/"),
            "{recording}"
        );
        assert_unseen_by(&finished);
        assert_unseen_in(&home);
    }
}

#[test]
fn a_password_in_an_alias_of_the_configuration_is_not_seen() {
    let home = Home::new();
    home.configure(&format!(
        "[alias]\nin = [\"USER A\", \"PASS {PASSWORD}\"]\n"
    ));
    let server = practice_server_for(PASSWORD, &["echo-secrets"]);
    let finished = Ftpsh::new()
        .home(home.path())
        .arg(server.address().to_string())
        .args(["-c", "alias", "-c", "help in", "-c", "in", "-c", "MKD in"])
        .run()
        .success();
    assert!(server.server_folder().join("in").is_dir());
    assert_unseen_by(&finished);
    assert_unseen_in(&home);
}

#[test]
fn the_password_of_a_url_is_not_seen_in_a_script() {
    let home = Home::new();
    let server = practice_server_for(PASSWORD, &["echo-secrets"]);
    let url = format!("ftp://A:{PASSWORD}@{}/", server.address());
    let finished = Ftpsh::new()
        .home(home.path())
        .arg(&url)
        .stdin(format!("close\nopen {url}\nMKD in\nopen {url}\n"))
        .run()
        .code(2);
    assert!(server.server_folder().join("in").is_dir());
    assert_unseen_by(&finished);
    assert_unseen_in(&home);
}

/// What may be typed by somebody who is asked for a password.
const MISTYPED: &[&str] = &["PAS", "PASS", "PAASS ", ""];

#[test]
fn what_is_typed_where_a_password_is_asked_and_has_no_verb_is_seen_nowhere() {
    for before in MISTYPED {
        let line = format!("{before}{PASSWORD}");
        let home = Home::new();
        let server = Script::new()
            .send("220 hi\r\n")
            .expect("USER A")
            .send("331 password?\r\n")
            .expect(&line)
            .send(format!(
                "500 '{}': command not understood\r\n",
                line.to_lowercase()
            ))
            .expect("NOOP")
            .send("200 ok\r\n")
            .wait_for_client_close()
            .start();
        let finished = Ftpsh::new()
            .home(home.path())
            .arg("record")
            .arg("session.ftp")
            .arg(server.address().to_string())
            .stdin(format!(
                "trace bytes\ntrace on\nUSER A\n{line}\nNOOP\ntimeline\nwhy\n"
            ))
            .run()
            .code(1);
        assert_eq!(server.finish().lines[1], line);
        assert_unseen_by(&finished);
        assert_unseen_in(&home);
        let traced = std::fs::read_to_string(home.path().join("bytes"));
        assert!(traced.expect("the trace").contains("****"));
        let recorded = std::fs::read_to_string(home.path().join("session.ftp")).unwrap();
        assert!(recorded.contains("C> {mistyped}\n"), "{recorded}");
    }
}

#[test]
fn a_recording_of_a_mistyped_password_is_played_with_what_was_meant() {
    let home = Home::new();
    let server = practice_server_for(PASSWORD, &[]);
    let _ = Ftpsh::new()
        .home(home.path())
        .args(["record", "session.ftp"])
        .arg(server.address().to_string())
        .stdin(format!("USER A\n{PASSWORD}\nPASS {PASSWORD}\nNOOP\n"))
        .run()
        .code(1);
    let server = practice_server_for(PASSWORD, &[]);
    let _ = Ftpsh::new()
        .home(home.path())
        .args(["replay", "session.ftp"])
        .arg(server.address().to_string())
        .env("FTPSH_VAR_MISTYPED", "hunter3")
        .env("FTPSH_VAR_PASSWORD", PASSWORD)
        .run()
        .success();
}

#[cfg(unix)]
#[test]
fn a_secret_of_the_environment_is_not_given_to_local_commands() {
    let server = practice_server_for(PASSWORD, &[]);
    let home = Home::new();
    let _ = Ftpsh::new()
        .home(home.path())
        .env("FTPSH_VAR_PASSWORD", PASSWORD)
        .env("FTPSH_KEY_PASSWORD", PASSWORD)
        .arg(server.address().to_string())
        .args(["-c", "!env > own", "-c", &format!("login A {PASSWORD}")])
        .args(["-c", "PASV", "-c", "LIST | env > piped"])
        .run()
        .success();
    for name in ["own", "piped"] {
        let text = std::fs::read(home.path().join(name)).expect("it ran");
        assert!(!text.is_empty());
        assert_unseen(&text, name);
    }
}
