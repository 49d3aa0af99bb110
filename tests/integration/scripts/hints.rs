//! Hints around commands, and `set hints off`.

use std::fs;

use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::practice::practice_server;
use crate::support::scripted_server::Script;
use crate::support::terminal::Terminal;

fn logged_in(home: &Home, address: std::net::SocketAddr) -> Terminal {
    let mut terminal = Ftpsh::new()
        .home(home.path())
        .arg(format!("ftp://A:A@{address}"))
        .terminal_of(60, 100);
    terminal.expect("230 ");
    terminal.expect("ftp> ");
    terminal
}

#[test]
fn a_data_command_without_a_data_connection_is_hinted_at_before_it_goes_unless_hints_are_off() {
    let server = practice_server(&[]);
    let run = |lines: &[&str]| {
        let binary = Ftpsh::new().arg(format!("ftp://A:A@{}", server.address()));
        let all = lines.iter().flat_map(|line| ["-c", line]);
        binary.args(all).run().code(1).stderr
    };
    let hint = "no data connection is open to receive on: type PASV first\n";
    let said = run(&["LIST"]);
    assert!(said.contains(&format!("{hint}425 ")), "{said}");
    let said = run(&["set hints off", "LIST"]);
    assert!(said.contains("425 ") && !said.contains(hint), "{said}");
}

#[test]
fn an_upload_that_is_not_text_is_hinted_at_in_type_a_only() {
    let server = practice_server(&[]);
    let home = Home::new();
    fs::write(home.path().join("odd"), b"\x01\x02\n").unwrap();
    let mut terminal = logged_in(&home, server.address());
    for representation_type in ["A", "I"] {
        terminal.send_line(&format!("TYPE {representation_type}"));
        terminal.expect("\n200 ");
        terminal.send_line("PASV");
        terminal.expect("ftp ⇄> ");
        terminal.send_line("STOR odd < odd");
        terminal.expect("\n226 ");
        terminal.expect("ftp> ");
        let screen = terminal.screen();
        let shown = screen.matches("odd has control characters in it").count();
        assert_eq!(shown, 1, "TYPE {representation_type}: {screen}");
        let stored = fs::read(server.server_folder().join("odd")).unwrap();
        assert!(stored.starts_with(b"\x01\x02"));
    }
}

#[test]
fn an_append_with_a_pending_marker_is_warned_about_before_it_goes() {
    let server = practice_server(&[]);
    let home = Home::new();
    let mut terminal = logged_in(&home, server.address());
    for (line, after) in [
        ("REST 5", "\n  next: TYPE I, then REST 5 again"),
        ("TYPE I", "\n200 "),
        ("REST 5", "\n  next: PASV, then REST 5 again"),
        ("PASV", "\n  that may void the REST"),
        (
            "APPE 1.TXT <<< 'zfive5'",
            "\n  REST 5 is pending, so APPE may write there",
        ),
    ] {
        terminal.send_line(line);
        terminal.expect(after);
    }
    terminal.expect("\n226 ");
}

#[test]
fn a_command_that_an_alias_or_a_built_in_sent_is_hinted_at_as_if_it_had_been_typed() {
    let server = practice_server(&[]);
    let home = Home::new();
    let mut terminal = Ftpsh::new()
        .home(home.path())
        .arg(server.address().to_string())
        .terminal_of(60, 100);
    for (line, reply, hint) in [
        ("PASV", "\n530 ", "\n  next: USER and the name, then PASS"),
        ("ls", "\n530 ", "\n  next: USER and the name, then PASS"),
        ("listen", "\n530 ", "\n  next: USER and the name, then PASS"),
        ("login A B", "\n530 ", "\n  next: USER and PASS again"),
        ("login A A", "\n230 ", "\n"),
        ("get nosuch", "\n550 ", "\n  next: PWD shows where you are"),
    ] {
        terminal.expect("> ");
        terminal.send_line(line);
        terminal.expect(reply);
        terminal.expect(hint);
    }
    // What was accepted on the way has its continuation in the alias.
    let screen = terminal.screen();
    assert!(!screen.contains("next: LIST"), "{screen}");
}

#[test]
fn a_transfer_that_waits_for_no_data_connection_ends_with_its_cause() {
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("RETR f")
        .send("150 here it comes\r\n")
        .wait_for_client_close()
        .start();
    let finished = Ftpsh::new()
        .args(["--timeout", "1", "-c", "RETR f"])
        .arg(server.address().to_string())
        .run()
        .code(3);
    let cause = "no data connection was opened, so the data could not come: PASV comes before";
    assert!(finished.stderr.contains(cause), "{}", finished.stderr);
    assert_eq!(server.finish().lines, ["RETR f"]);
}
