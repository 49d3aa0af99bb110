//! `set time`: a narrow column in front of what happens.

use super::{lines, without_times};
use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::practice::practice_server;

#[test]
fn replies_and_connections_bear_the_time_and_what_is_said_besides_does_not() {
    let server = practice_server(&[]);
    let script = [
        "USER A",
        "set time on",
        "PASS A",
        "FEAT",
        "PASV",
        "set time off",
        "NOOP",
    ];
    let finished = lines(server.address(), &script).run().success();
    let shown = without_times(&finished.stderr);
    let (before, after) = shown
        .split_once("331 User name okay, need password.\n")
        .unwrap();
    assert!(!before.contains("TIME"), "{shown}");
    let mut after = after.lines();
    assert_eq!(after.next(), Some("TIME        → PASS ****"));
    assert_eq!(after.next(), Some("TIME +MS  230 User logged in, proceed."));
    assert_eq!(after.next(), Some("TIME        → FEAT"));
    let feat: Vec<&str> = after
        .by_ref()
        .take_while(|line| !line.contains("211 "))
        .collect();
    assert!(feat[0].starts_with("TIME +MS  211-"), "{feat:?}");
    let blank = " ".repeat(16);
    assert!(
        feat.len() > 3 && feat[1..].iter().all(|line| line.starts_with(&blank)),
        "{feat:?}"
    );
    assert_eq!(after.next(), Some("TIME        → PASV"));
    assert!(after.next().unwrap().starts_with("TIME +MS  227 "));
    assert!(
        after
            .next()
            .unwrap()
            .starts_with("TIME +MS    data connection open")
    );
    assert_eq!(after.next(), Some("→ NOOP"));
    assert!(after.next().unwrap().starts_with("200 "));
}

#[test]
fn the_column_is_dim_and_the_reply_keeps_its_colour() {
    let server = practice_server(&[]);
    let finished = lines(server.address(), &["set time on", "XYZZY"])
        .args(["--color", "always"])
        .run()
        .code(1);
    let line = finished
        .stderr
        .lines()
        .find(|line| line.contains("500 "))
        .unwrap();
    assert!(
        line.starts_with("\x1b[2m") && line.contains("\x1b[0m\x1b[31m500 "),
        "{line:?}"
    );
}

#[test]
fn the_configuration_can_turn_it_on_and_lines_fit_a_terminal() {
    let home = Home::new();
    home.configure("[set]\ntime = true\n");
    let server = practice_server(&[]);
    let mut terminal = Ftpsh::new()
        .home(home.path())
        .arg(server.address().to_string())
        .terminal();
    terminal.expect("ftp> ");
    terminal.send_line("NOOP");
    terminal.expect("200 ");
    let screen = terminal.screen();
    let line = screen.lines().find(|line| line.contains("220 ")).unwrap();
    assert!(
        without_times(line).starts_with("TIME +MS  220 "),
        "{screen}"
    );
}
