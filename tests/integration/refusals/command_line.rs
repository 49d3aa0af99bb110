//! Arguments that mean nothing, and servers that are not there.

use crate::support::ftpsh::Ftpsh;
use crate::support::server_process::ReservedPort;

#[test]
fn arguments_that_mean_nothing_are_usage_errors_with_a_way_out() {
    let table: [(&[&str], &str); 17] = [
        (&["--nonsense"], "--nonsense"),
        (&["-p", "2121", "h"], "ftpsh HOST PORT"),
        (&["-u", "me", "h"], "ftp://USER@HOST"),
        (&["-ume:secret", "h"], "ftp://USER@HOST"),
        (&["--timeout", "0", "h"], "at least 1"),
        (&["--timeout", "soon", "h"], "whole seconds"),
        (&["--color", "pink"], "always"),
        (&["-c"], "--command"),
        (&["practice", "--fault", "late-227"], "late-226"),
        (&["practice", "--fault", "cut-after"], "cut-after=BYTES"),
        (&["practice", "--fault", "slow=0"], "slow=BYTES_PER_SECOND"),
        (&["gopher://127.0.0.1/"], "write ftp://"),
        (&["http://127.0.0.1/"], "write ftp://"),
        (&["127.0.0.1:0"], "from 1 to 65535"),
        (&["127.0.0.1:port"], "from 1 to 65535"),
        (&[""], "HOST"),
        (&["replay", "nosuch"], "article"),
    ];
    for (arguments, way_out) in table {
        let finished = Ftpsh::new().args(arguments).run();
        let said = &finished.stderr;
        assert_eq!(finished.status, 2, "{arguments:?}: {said}");
        assert!(said.contains(way_out), "{arguments:?}: {said}");
        assert_eq!(finished.stdout_text(), "", "{arguments:?}");
    }
}

#[test]
fn a_host_that_is_not_known_is_named() {
    // A label of more than 63 bytes is not a name, so nobody outside is asked for it.
    let host = "x".repeat(64);
    let finished = Ftpsh::new().args(["-c", "NOOP", &host]).run().code(3);
    let said = finished.stderr;
    assert!(said.contains(&host), "{said}");
    assert!(said.contains("spelling"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn a_port_that_nobody_listens_on_is_named() {
    let unused = ReservedPort::on_loopback();
    let address = unused.address;
    let finished = Ftpsh::new().arg(address.to_string()).run().code(3);
    let said = finished.stderr;
    assert!(said.contains(&format!("{address} refused")), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn a_replay_against_a_closed_port_ends_with_3() {
    let unused = ReservedPort::on_loopback();
    let address = unused.address;
    let finished = Ftpsh::new()
        .args(["replay", "article", &address.to_string()])
        .run()
        .code(3);
    assert!(finished.stderr.contains("refused"), "{}", finished.stderr);
}

#[test]
fn a_wrong_command_line_is_explained_in_whole_words_on_a_narrow_terminal() {
    let terminal = Ftpsh::new()
        .args(["practice", "--fault", "nope"])
        .terminal_of(60, 40);
    assert_eq!(terminal.wait_exit(), 2);
    let screen = terminal.screen();
    for word in [
        "pasv-foreign-address,",
        "cut-after=BYTES,",
        "unknown",
        "'--help'.",
    ] {
        assert!(
            screen.split_whitespace().any(|it| it == word),
            "{word}: {screen}"
        );
    }
}
