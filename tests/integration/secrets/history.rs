//! What the history keeps over the sessions, and what it does not.

use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::practice::practice_server;
use crate::support::terminal::{Key, Terminal};

use super::{PASSWORD, assert_unseen, assert_unseen_in};

fn await_prompt(terminal: &mut Terminal, text: &str) {
    terminal.expect(text);
    terminal.expect("ftp> ");
}

fn leave(terminal: &Terminal) {
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn the_history_outlives_the_session_and_holds_no_password() {
    let home = Home::new();
    let server = practice_server(&[]);
    let shell = || {
        Ftpsh::new()
            .home(home.path())
            .arg(server.address().to_string())
            .terminal()
    };
    let mut terminal = shell();
    await_prompt(&mut terminal, "220 ");
    for (line, reply) in [
        ("user A", "331 "),
        (&format!("pass {PASSWORD}") as &str, "530 "),
        ("SYST", "215 "),
        (&format!("login A {PASSWORD}"), "530 "),
        ("NOOP", "200 "),
    ] {
        terminal.send_line(line);
        await_prompt(&mut terminal, reply);
    }
    leave(&terminal);
    assert_eq!(home.history(), ["user A", "SYST", "NOOP"]);

    let mut terminal = shell();
    await_prompt(&mut terminal, "220 ");
    terminal.send_key(Key::Up);
    terminal.wait_for_screen("NOOP", |screen| screen.ends_with("ftp> NOOP"));
    terminal.send_key(Key::Up);
    terminal.wait_for_screen("SYST", |screen| screen.ends_with("ftp> SYST"));
    terminal.send_key(Key::Enter);
    await_prompt(&mut terminal, "215 ");
    leave(&terminal);
    assert_eq!(home.history(), ["user A", "SYST", "NOOP", "SYST"]);
    assert_unseen_in(&home);
}

#[test]
fn a_password_typed_without_pass_does_not_enter_the_history() {
    let home = Home::new();
    let server = practice_server(&[]);
    let mut terminal = Ftpsh::new()
        .home(home.path())
        .arg(server.address().to_string())
        .terminal();
    await_prompt(&mut terminal, "220 ");
    for (line, reply) in [
        ("xyzzy", "500 "),
        ("user A", "331 "),
        (PASSWORD, "500 "),
        (&format!(" {PASSWORD} x") as &str, "500 "),
        ("pass wrong", "530 "),
        (PASSWORD, "500 "),
        ("NOOP", "200 "),
        (&format!("!exit 3 {PASSWORD}"), "  "),
    ] {
        terminal.send_line(line);
        await_prompt(&mut terminal, reply);
    }
    leave(&terminal);
    assert_eq!(home.history(), ["xyzzy", "user A", "NOOP"]);
    assert_unseen_in(&home);
}

#[test]
fn what_is_typed_as_data_or_as_a_password_does_not_enter_the_history() {
    let home = Home::new();
    let server = practice_server(&[]);
    let mut terminal = Ftpsh::new()
        .home(home.path())
        .arg(server.address().to_string())
        .terminal();
    await_prompt(&mut terminal, "220 ");
    terminal.send_line("login A");
    terminal.expect("password: ");
    terminal.send_line("A");
    await_prompt(&mut terminal, "230 ");
    terminal.send_line("PASV");
    terminal.expect("227 ");
    terminal.expect("ftp ⇄> ");
    terminal.send_line("APPE 1.TXT");
    terminal.expect("data> ");
    terminal.send_line(PASSWORD);
    terminal.wait_for_screen("the next line of data", |screen| {
        screen.contains(PASSWORD) && screen.trim_end().ends_with("data>")
    });
    terminal.send_key(Key::CtrlD);
    await_prompt(&mut terminal, "226 ");
    terminal.send_key(Key::CtrlD);
    await_prompt(&mut terminal, "Ctrl-D once more ends the session");
    leave(&terminal);
    let stored = std::fs::read_to_string(server.server_folder().join("1.TXT")).unwrap();
    assert_eq!(stored, format!("I am {PASSWORD}\n"));
    assert_eq!(home.history(), ["login A", "PASV", "APPE 1.TXT"]);
    assert_unseen_in(&home);
}

#[test]
fn a_password_in_a_place_that_takes_none_is_neither_shown_nor_kept() {
    let home = Home::new();
    let mut terminal = Ftpsh::new().home(home.path()).terminal_of(40, 120);
    terminal.expect("ftp> ");
    for line in [
        format!("set proxy socks5:/u:{PASSWORD}@h:1"),
        format!("set proxy=http://u:{PASSWORD}@h:1"),
        format!("set password {PASSWORD}"),
        format!("open u:{PASSWORD}"),
        format!("open me@h {PASSWORD}"),
        format!("quote set proxy u:{PASSWORD}@h"),
    ] {
        terminal.send_line(&line);
        await_prompt(&mut terminal, "ftpsh: ");
    }
    terminal.send_line(&format!("alias z \"set proxy u:{PASSWORD}@h:1\""));
    terminal.expect("ftp> ");
    terminal.send_line("alias z");
    await_prompt(&mut terminal, "set proxy u:****@h:1");
    leave(&terminal);
    assert_eq!(home.history(), ["alias z"]);
    assert_unseen(&terminal.raw_output(), "the terminal");
    assert_unseen_in(&home);
}
