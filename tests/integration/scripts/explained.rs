//! A script that fails explains why, if somebody reads it or asked for it.

use crate::dialogues::greeted;
use crate::support::ftpsh::Ftpsh;
use crate::support::practice::practice_server;
use crate::support::sockets::unused_port;

/// A script whose second line is refused, and whose last is not.
fn refused(options: &[&str]) -> Ftpsh {
    Ftpsh::new()
        .args(["practice", "-c", "login A A", "-c", "RNTO b", "-c", "NOOP"])
        .args(options)
}

#[test]
fn why_explains_the_refusal_that_made_the_script_fail() {
    for options in [&["--why"][..], &["--why", "-q"]] {
        let said = refused(options).run().code(1).stderr;
        let explanation = said.split("\n\n").nth(1).unwrap_or_default();
        assert!(explanation.starts_with("503 in answer to RNTO b"), "{said}");
        assert!(said.contains("  Next "), "{said}");
        assert_eq!(said.matches("in answer to").count(), 1, "{said}");
    }
}

#[test]
fn what_did_not_fail_and_what_nobody_asked_about_is_not_explained() {
    for program in [
        refused(&[]),
        Ftpsh::new().args(["practice", "--why", "-c", "NOOP"]),
        Ftpsh::new().args(["practice", "--why", "-c", "-RNTO b"]),
        Ftpsh::new().args(["practice", "--why", "-c", "-RNTO b", "-c", "!exit 1"]),
        Ftpsh::new().args(["practice", "--why", "-c", "STOR f"]),
    ] {
        let said = program.run().stderr;
        assert!(!said.contains("in answer to"), "{said}");
    }
}

#[test]
fn a_script_that_asks_why_itself_is_not_told_again() {
    let said = Ftpsh::new()
        .args(["practice", "--why", "-c", "RNTO b", "-c", "why"])
        .run()
        .code(1)
        .stderr;
    assert_eq!(said.matches("in answer to").count(), 1, "{said}");
}

#[test]
fn on_a_terminal_the_refusal_is_explained_unasked_unless_it_is_quiet() {
    let terminal = refused(&[]).terminal_of(60, 100);
    assert_eq!(terminal.wait_exit(), 1);
    terminal.wait_for("503 in answer to RNTO b");
    let terminal = refused(&[]).terminal_of(60, 40);
    assert_eq!(terminal.wait_exit(), 1);
    terminal.wait_for("  Here    No RNFR was accepted directly\n          before it, so");
    let terminal = refused(&["-q"]).terminal_of(60, 100);
    assert_eq!(terminal.wait_exit(), 1);
    assert!(!terminal.screen().contains("in answer to"));
}

#[test]
fn a_login_of_the_target_that_is_refused_is_explained() {
    let server = practice_server(&[]);
    let target = format!("ftp://A:wrong@{}/", server.address());
    for stop in [&["--stop"][..], &[]] {
        let said = Ftpsh::new()
            .args(["--why", &target, "-c", "-NOOP"])
            .args(stop)
            .run()
            .code(1)
            .stderr;
        assert!(said.contains("530 in answer to PASS"), "{said}");
    }
}

#[test]
fn after_a_connection_that_was_lost_or_never_made_why_still_runs_and_nothing_else() {
    let server = greeted().expect("NOOP").close().start();
    let lines = ["-c", "NOOP", "-c", "!echo never", "-c", "why"];
    let finished = Ftpsh::new()
        .args(lines)
        .arg(server.address().to_string())
        .run()
        .code(3);
    let _ = server.finish();
    assert_eq!(finished.stdout_text(), "");
    assert!(
        finished.stderr.contains("\n  Cause   control-closed\n"),
        "{}",
        finished.stderr
    );
    let nobody = unused_port();
    let finished = Ftpsh::new()
        .args(lines)
        .arg(format!("127.0.0.1:{nobody}"))
        .run()
        .code(3);
    assert_eq!(finished.stdout_text(), "");
    let words = "\n  Cause   connect-failed\n";
    assert!(finished.stderr.contains(words), "{}", finished.stderr);
}
