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
fn a_data_command_without_a_data_connection_is_hinted_at_after_the_reply_that_speaks_of_it_unless_hints_are_off()
 {
    let server = practice_server(&[]);
    let run = |lines: &[&str]| {
        let binary = Ftpsh::new().arg(format!("ftp://A:A@{}", server.address()));
        let all = lines.iter().flat_map(|line| ["-c", line]);
        binary.args(all).run().code(1).stderr
    };
    let hint = "no data connection is open to receive on: type PASV first\n";
    let said = run(&["LIST"]);
    let reply = "425 Use PASV or PORT first.\n";
    assert!(said.contains(&format!("{reply}  {hint}")), "{said}");
    // A reply that gives another reason has that one alone.
    let said = run(&["RETR absent"]);
    assert!(said.contains("550 ") && !said.contains(hint), "{said}");
    let said = run(&["set hints off", "LIST"]);
    assert!(said.contains("425 ") && !said.contains(hint), "{said}");
}

#[test]
fn after_a_port_that_could_not_be_reached_no_hint_leads_to_it_again() {
    let server = practice_server(&["pasv-closed-port"]);
    let home = Home::new();
    let mut terminal = logged_in(&home, server.address());
    for (line, after) in [
        ("PASV", "refused"),
        ("LIST", "could not be reached; PASV or EPSV"),
    ] {
        terminal.send_line(line);
        terminal.expect(after);
        terminal.expect("ftp> ");
    }
    let screen = terminal.screen();
    assert!(
        screen.contains(" could not be reached; PASV or EPSV may"),
        "{screen}"
    );
    assert!(!screen.contains("next: PASV"), "{screen}");
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

/// A terminal on a server that has the first 5 of the 11 bytes of the local 1.TXT.
fn with_broken_upload(home: &Home, address: std::net::SocketAddr) -> Terminal {
    fs::write(home.path().join("1.TXT"), "I am zfive5").expect("it is writable");
    Ftpsh::new()
        .home(home.path())
        .current_dir(home.path())
        .arg(address.to_string())
        .terminal_of(60, 120)
}

fn type_all(terminal: &mut Terminal, lines: &[(&str, &str)]) {
    for (line, hint) in lines {
        terminal.expect("> ");
        terminal.send_line(line);
        terminal.expect(hint);
    }
}

#[test]
fn a_newcomer_is_told_what_comes_next_at_each_fresh_state_until_it_was_done_once() {
    let server = practice_server(&[]);
    let home = Home::new();
    let mut terminal = with_broken_upload(&home, server.address());
    terminal.expect("\n  next: USER and your name, then PASS and the password");
    type_all(
        &mut terminal,
        &[
            ("USER A", "\n  next: PASS, a space and the password"),
            (
                "PASS A",
                "\n  next: `ls` shows what is there, SIZE f how much",
            ),
            ("PASV", "\n  next: LIST, RETR f > file, STOR new < file"),
            ("STOR x", "\n  the server waits for your data"),
        ],
    );
    terminal.expect("data> ");
    terminal.send_line("text");
    terminal.expect("data> ");
    terminal.send(b"\x04");
    terminal.expect("\n  226 does not say how many bytes arrived: SIZE x does");
    type_all(&mut terminal, &[("QUIT", "\n221 ")]);
    let mut terminal = with_broken_upload(&home, server.address());
    type_all(&mut terminal, &[("USER A", "\n331 "), ("PASS A", "\n230 ")]);
    terminal.expect("ftp> ");
    let screen = terminal.screen();
    assert!(
        !screen.contains("next: USER") && !screen.contains("next: PASS"),
        "{screen}"
    );
    assert!(
        screen.contains("next: `ls` shows what is there"),
        "{screen}"
    );
}

#[test]
fn after_size_and_pasv_the_rest_of_the_file_is_offered_and_never_the_whole_one() {
    let server = practice_server(&[]);
    let home = Home::new();
    let mut terminal = with_broken_upload(&home, server.address());
    let tail = "APPE 1.TXT < 1.TXT +5";
    type_all(
        &mut terminal,
        &[
            ("USER A", "\n331 "),
            ("PASS A", "\n230 "),
            (
                "SIZE 1.TXT",
                "\n  5 of 11 bytes are there\n  next: PASV, then APPE 1.TXT < 1.TXT +5",
            ),
            ("PASV", "\n  next: APPE 1.TXT < 1.TXT +5 sends the rest"),
            (tail, "\n226 "),
            (
                "SIZE 1.TXT",
                "\n  as long as yours: 11 of 11 bytes are there",
            ),
            ("PASV", "\n  next: LIST, RETR f > file"),
            ("NOOP", "\n200 "),
        ],
    );
    let stored = fs::read_to_string(server.server_folder().join("1.TXT")).unwrap();
    assert_eq!(stored, "I am zfive5");
    let screen = terminal.screen();
    assert!(!screen.contains("APPE f < file,"), "{screen}");
}

#[test]
fn an_upload_after_rest_is_not_called_broken_and_other_replies_say_nothing_of_its_size() {
    let server = practice_server(&[]);
    let home = Home::new();
    let mut terminal = with_broken_upload(&home, server.address());
    type_all(
        &mut terminal,
        &[
            ("USER A", "\n331 "),
            ("PASS A", "\n230 "),
            ("TYPE I", "\n200 "),
            ("PASV", "\n227 "),
            ("REST 5", "STOR f < file +5, directly"),
            ("STOR 1.TXT < 1.TXT +5", "\n226 "),
            (
                "SIZE 1.TXT",
                "\n  as long as yours: 11 of 11 bytes are there",
            ),
            ("MDTM 1.TXT", "\n213 "),
            ("PASV", "\n227 "),
            ("STOR 1.TXT <<< 'I am '", "\n226 "),
            ("resume 1.TXT", "all verified"),
            (
                "SIZE 1.TXT",
                "\n  as long as yours: 11 of 11 bytes are there",
            ),
            ("NOOP", "\n200 "),
        ],
    );
    let screen = terminal.screen();
    assert!(!screen.contains("should be there"), "{screen}");
    assert_eq!(
        screen.matches("as long as yours: 11").count(),
        2,
        "{screen}"
    );
}

#[test]
fn after_an_append_that_was_a_store_no_second_append_is_offered() {
    let server = practice_server(&["appe-as-stor"]);
    let home = Home::new();
    let mut terminal = with_broken_upload(&home, server.address());
    type_all(
        &mut terminal,
        &[
            ("USER A", "\n331 "),
            ("PASS A", "\n230 "),
            ("SIZE 1.TXT", "\n213 5"),
            ("PASV", "\n227 "),
            ("APPE 1.TXT < 1.TXT +5", "\n226 "),
            (
                "SIZE 1.TXT",
                "\n  the server has only the 6 bytes that were sent now: it took APPE for STOR",
            ),
        ],
    );
    let screen = terminal.screen();
    assert!(!screen.contains("+6"), "{screen}");
}

#[test]
fn the_arithmetic_of_a_port_and_what_it_is_for_are_told_twice_in_a_session_and_then_no_more() {
    let server = practice_server(&[]);
    let home = Home::new();
    let mut terminal = logged_in(&home, server.address());
    for _ in 0..4 {
        terminal.send_line("PASV");
        terminal.expect("\n  data connection open to ");
        terminal.expect("ftp ⇄> ");
    }
    let screen = terminal.screen();
    assert_eq!(screen.matches(" x 256 + ").count(), 2, "{screen}");
    assert_eq!(screen.matches("next: LIST").count(), 2, "{screen}");
    terminal.send_line("QUIT");
    terminal.expect("\n221 ");
}

#[test]
fn hepl_is_taken_for_help_whether_there_is_a_server_or_not() {
    let home = Home::new();
    let mut terminal = Ftpsh::new().home(home.path()).terminal_of(60, 100);
    type_all(
        &mut terminal,
        &[
            ("hepl", "\n  did you mean HELP or the built-in `help`?"),
            ("help hepl", "did you mean HELP or the built-in `help`?"),
            ("timelien", "\n  did you mean the built-in `timeline`?"),
        ],
    );
}
