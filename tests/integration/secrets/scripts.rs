//! Passwords in scripts, and on the command line.

use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::home::Home;
use crate::support::practice::practice_server_for;

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
