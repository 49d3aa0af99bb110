//! Colour is for terminals, and for who asks for it.

use crate::support::ftpsh::Ftpsh;
use crate::support::practice::practice_server;

#[test]
fn a_pipe_gets_colour_only_on_demand() {
    let server = practice_server(&[]);
    let run = |options: &[&str], (name, value): (&str, &str)| {
        Ftpsh::new()
            .env(name, value)
            .args(options)
            .arg(server.address().to_string())
            .args(["-c", "user A", "-c", "XYZZY"])
            .run()
            .code(1)
            .stderr
    };
    for options in [&[][..], &["--color", "auto"], &["--color", "never"]] {
        assert!(!run(options, NOTHING).contains('\x1b'), "{options:?}");
    }
    for value in ["", "0"] {
        assert!(!run(&[], ("CLICOLOR_FORCE", value)).contains('\x1b'));
    }
    for coloured in [
        run(&["--color", "always"], NOTHING),
        run(&["--color", "always"], ("NO_COLOR", "1")),
        run(&[], ("CLICOLOR_FORCE", "1")),
    ] {
        for (reply, code) in [
            ("\x1b[32m220 ", "2yz"),
            ("\x1b[33m331 ", "3yz"),
            ("\x1b[31m500 ", "5yz"),
        ] {
            assert!(coloured.contains(reply), "{code} in {coloured:?}");
        }
    }
}

const NOTHING: (&str, &str) = ("CLICOLOR", "1");

#[test]
fn a_terminal_gets_colour_unless_the_environment_says_no() {
    let server = practice_server(&[]);
    let coloured = |name: &str, value: &str, options: &[&str]| {
        let terminal = Ftpsh::new()
            .env(name, value)
            .args(options)
            .arg(server.address().to_string())
            .args(["-c", "user A"])
            .terminal();
        assert_eq!(terminal.wait_exit(), 0);
        terminal.wait_for("331 ");
        terminal.raw_output().contains(&0x1b)
    };
    assert!(coloured("TERM", "xterm", &[]));
    assert!(coloured("NO_COLOR", "", &[]));
    assert!(!coloured("NO_COLOR", "1", &[]));
    assert!(!coloured("TERM", "dumb", &[]));
    assert!(!coloured("CLICOLOR", "0", &[]));
    assert!(!coloured("TERM", "xterm", &["--color", "never"]));
    assert!(coloured("NO_COLOR", "1", &["--color", "always"]));
    assert!(coloured("TERM", "dumb", &["--color", "always"]));
}
