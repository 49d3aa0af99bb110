//! Passwords typed at a terminal.

use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::practice::practice_server_for;
use crate::support::scripted_server::{Gate, Script};
use crate::support::terminal::{Key, Terminal};

use super::{PASSWORD, assert_unseen, assert_unseen_in, escaped_password};

fn shell_on(home: &Home, target: impl ToString) -> Terminal {
    Ftpsh::new()
        .home(home.path())
        .arg(target.to_string())
        .terminal_of(40, 120)
}

/// Waits for a text and for the prompt after it: before that, the terminal itself would echo.
fn await_prompt(terminal: &mut Terminal, text: &str) {
    terminal.expect(text);
    terminal.expect("ftp> ");
}

#[test]
fn a_password_is_seen_nowhere_however_it_is_typed_and_though_the_server_repeats_it() {
    let home = Home::new();
    home.configure("[alias]\nin = \"PASS $1\"\n");
    let raw = |line: &str| (line.to_owned(), line.to_owned());
    let pass = format!("PASS {PASSWORD}");
    let lines = [
        raw(&format!("pass {PASSWORD}")),
        raw(&pass),
        raw(&format!(" PaSs {PASSWORD}")),
        raw(&format!("  pass  {PASSWORD} ")),
        raw(&format!("acct {PASSWORD}")),
        raw(&format!("ADAT {PASSWORD}")),
        (format!("quote {pass}"), pass.clone()),
        (
            format!("quote -x PASS {}", escaped_password()),
            pass.clone(),
        ),
        (format!("PASS {}", escaped_password()), pass.clone()),
        (
            format!("\\x50a\\x73s\\x20{}", escaped_password()),
            format!("Pass {PASSWORD}"),
        ),
        (format!("in '{PASSWORD}'"), pass.clone()),
        (format!("inside {PASSWORD}"), pass.clone()),
    ];
    let mut script = Script::new().send("220 hi\r\n");
    for (number, (_, sent)) in lines.iter().enumerate() {
        let reply = format!("500-You said\r\n '{sent}'\r\n500 {sent}; reply {number}.\r\n");
        script = script.expect(sent).send(reply);
    }
    let server = script.expect("QUIT").send("221 bye\r\n").start();
    let mut terminal = shell_on(&home, server.address());
    await_prompt(&mut terminal, "220 hi");
    terminal.send_line("set escapes on");
    terminal.expect("set escapes on");
    terminal.expect("ftp> ");
    terminal.send_line("alias inside 'PASS $*'");
    terminal.wait_for_screen("the next prompt", |screen| {
        screen.contains("alias inside") && screen.trim_end().ends_with("ftp>")
    });
    for (number, (typed, _)) in lines.iter().enumerate() {
        terminal.send_line(typed);
        await_prompt(&mut terminal, &format!("reply {number}"));
    }
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
    let _ = server.finish();
    assert_unseen(&terminal.raw_output(), "the terminal");
    assert_unseen_in(&home);
}

#[test]
fn what_is_typed_where_a_password_is_asked_and_has_no_verb_is_stars_and_in_no_history() {
    let home = Home::new();
    let lines = ["PAS ", "PASS", "PAASS ", ""].map(|before| format!("{before}{PASSWORD}"));
    let mut script = Script::new()
        .send("220 hi\r\n")
        .expect("USER A")
        .send("331 ok\r\n");
    for (number, line) in lines.iter().enumerate() {
        script = script
            .expect(line)
            .send(format!("500 {line}; reply {number}.\r\n"));
    }
    let server = script.expect("QUIT").send("221 bye\r\n").start();
    let mut terminal = shell_on(&home, server.address());
    await_prompt(&mut terminal, "220 hi");
    terminal.send_line("USER A");
    await_prompt(&mut terminal, "331 ok");
    for (number, line) in lines.iter().enumerate() {
        terminal.send_line(line);
        await_prompt(&mut terminal, &format!("reply {number}"));
    }
    let screen = terminal.screen();
    let mut words = screen.clone();
    for hint in ["PASS and the", "PASS, a space", "PASS in front"] {
        words = words.replace(hint, "");
    }
    assert!(!words.contains("PAS"), "{screen}");
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
    let _ = server.finish();
    assert_unseen(&terminal.raw_output(), "the terminal");
    assert_unseen_in(&home);
}

#[test]
fn while_a_password_is_typed_only_stars_are_seen() {
    let home = Home::new();
    home.configure("[alias]\nin = \"PASS $1\"\n");
    let server = practice_server_for(PASSWORD, &[]);
    let mut terminal = shell_on(&home, server.address());
    await_prompt(&mut terminal, "220 ");
    let hex = escaped_password();
    for (before, secret, after) in [
        ("pass ", PASSWORD, ""),
        ("  PaSs ", PASSWORD, ""),
        ("acct ", PASSWORD, ""),
        ("quote pass ", PASSWORD, ""),
        ("quote -x PASS ", &hex, ""),
        ("login me ", PASSWORD, ""),
        ("in ", PASSWORD, ""),
        ("alias me 'USER x' 'PASS ", PASSWORD, "'"),
        ("open ftp://me:", PASSWORD, "@127.0.0.1/"),
        ("!echo ftp://me:", PASSWORD, "@127.0.0.1/"),
    ] {
        terminal.send(format!("{before}{secret}{after}"));
        let stars = "*".repeat(secret.chars().count());
        let shown = format!("{before}{stars}");
        terminal.wait_for_screen(&shown, |screen| screen.contains(&shown));
        // Back to an empty line.
        terminal.send(b"\x01\x0b");
        terminal.wait_for_screen("an empty line", |screen| {
            screen.trim_end().ends_with("ftp>")
        });
    }
    assert_unseen(&terminal.raw_output(), "the terminal");
}

#[test]
fn on_a_dumb_terminal_the_question_for_a_password_echoes_nothing() {
    let home = Home::new();
    let server = practice_server_for(PASSWORD, &[]);
    let mut terminal = Ftpsh::new()
        .env("TERM", "dumb")
        .home(home.path())
        .arg(server.address().to_string())
        .terminal_of(40, 120);
    await_prompt(&mut terminal, "220 ");
    terminal.send_line("login A");
    terminal.expect("password: ");
    terminal.send_line(PASSWORD);
    terminal.expect("PASS ****");
    await_prompt(&mut terminal, "230 ");
    terminal.send_line("NOOP");
    // The echo is back.
    terminal.expect("NOOP");
    await_prompt(&mut terminal, "200 ");
    assert_unseen(&terminal.raw_output(), "the terminal");
}

#[test]
fn a_password_that_is_pasted_after_its_user_is_not_seen() {
    let home = Home::new();
    let server = practice_server_for(PASSWORD, &["echo-secrets"]);
    let mut terminal = shell_on(&home, server.address());
    await_prompt(&mut terminal, "220 ");
    let lines = format!("user A\rpass {PASSWORD}\rMKD in\r");
    terminal.send(format!("\x1b[200~{lines}\x1b[201~\r"));
    await_prompt(&mut terminal, "257 ");
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
    assert!(server.server_folder().join("in").is_dir());
    assert_unseen(&terminal.raw_output(), "the terminal");
    assert_unseen_in(&home);
}

#[test]
fn the_question_for_a_password_shows_stars_and_the_login_works() {
    let home = Home::new();
    let server = practice_server_for(PASSWORD, &["echo-secrets"]);
    let mut terminal = shell_on(&home, server.address());
    await_prompt(&mut terminal, "220 ");
    terminal.send_line("login A");
    terminal.expect("password: ");
    terminal.send(PASSWORD);
    terminal.wait_for_screen("stars", |screen| screen.ends_with("password: *******"));
    terminal.send_key(Key::Enter);
    await_prompt(&mut terminal, "230 ");
    terminal.send_line("MKD in");
    await_prompt(&mut terminal, "257 ");
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
    assert!(server.server_folder().join("in").is_dir());
    assert_unseen(&terminal.raw_output(), "the terminal");
    assert_unseen_in(&home);
}

#[test]
fn login_with_the_password_after_the_user_shows_none_of_it() {
    let home = Home::new();
    let server = practice_server_for(PASSWORD, &["echo-secrets"]);
    let mut terminal = shell_on(&home, server.address());
    await_prompt(&mut terminal, "220 ");
    terminal.send_line(&format!("login A {PASSWORD}x"));
    await_prompt(&mut terminal, "530 ");
    terminal.send_line(&format!("login A {PASSWORD}"));
    await_prompt(&mut terminal, "230 ");
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
    assert_unseen(&terminal.raw_output(), "the terminal");
    assert_unseen_in(&home);
}

#[test]
fn the_password_of_a_url_is_not_seen_at_a_terminal() {
    let home = Home::new();
    let server = practice_server_for(PASSWORD, &["echo-secrets"]);
    let url = format!("ftp://A:{PASSWORD}@{}/", server.address());
    let mut terminal = shell_on(&home, &url);
    await_prompt(&mut terminal, "230 ");
    terminal.send_line(&format!("open {url}"));
    await_prompt(&mut terminal, "still connected");
    terminal.send_line("close");
    await_prompt(&mut terminal, "connection closed");
    terminal.send_line(&format!("open {url}"));
    await_prompt(&mut terminal, "230 ");
    terminal.send_line("close");
    await_prompt(&mut terminal, "connection closed");
    // Whoever typed the password types it again.
    terminal.send_line("open");
    terminal.expect("password: ");
    terminal.send_line(PASSWORD);
    await_prompt(&mut terminal, "230 ");
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
    assert_unseen(&terminal.raw_output(), "the terminal");
    assert_unseen_in(&home);
}
#[test]
fn a_password_typed_while_a_reply_is_awaited_is_not_seen() {
    let home = Home::new();
    let asked = Gate::new();
    let typed = Gate::new();
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("user me")
        .open(&asked)
        .pause_until(&typed)
        .send("331 password\r\n")
        .expect(format!("pass {PASSWORD}"))
        .send("230 in\r\n")
        .expect("QUIT")
        .send("221 bye\r\n")
        .start();
    let mut terminal = shell_on(&home, server.address());
    await_prompt(&mut terminal, "220 hi");
    terminal.send_line("user me");
    asked.wait();
    terminal.send_line(&format!("pass {PASSWORD}"));
    typed.open();
    await_prompt(&mut terminal, "230 in");
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
    let _ = server.finish();
    assert_unseen(&terminal.raw_output(), "the terminal");
    assert_unseen_in(&home);
}

#[test]
fn lines_that_are_typed_ahead_are_sent_one_after_the_other() {
    let home = Home::new();
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("PWD")
        .send("257 \"/\"\r\n")
        .expect("NOOP")
        .send("200 ok\r\n")
        .expect("STAT")
        .send("211 well\r\n")
        .expect("QUIT")
        .send("221 bye\r\n")
        .start();
    let mut terminal = shell_on(&home, server.address());
    await_prompt(&mut terminal, "220 hi");
    terminal.send("PWD\rNOOP\rSTAT\r");
    await_prompt(&mut terminal, "211 well");
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
    let _ = server.finish();
}

#[cfg(unix)]
#[test]
fn from_the_first_prompt_to_the_end_the_terminal_neither_echoes_nor_edits_by_itself() {
    const LINES: usize = 400;
    let home = Home::new();
    let server = practice_server_for(PASSWORD, &[]);
    let mut terminal = shell_on(&home, server.address());
    await_prompt(&mut terminal, "220");
    // Between the lines of a paste there is no editor.
    let paste = "lpwd\nNOOP\n".repeat(LINES);
    terminal.send(format!("\x1b[200~{paste}\x1b[201~\r"));
    terminal.expect("local folder");
    let mut looks = 0;
    let replies = || {
        let output = String::from_utf8_lossy(&terminal.raw_output()).into_owned();
        output.matches("200 ").count()
    };
    while replies() < LINES {
        for _ in 0..200 {
            assert!(!terminal.echoes(), "a key would be seen");
            assert!(!terminal.edits_lines(), "a Ctrl-D would be lost");
            looks += 1;
        }
    }
    assert!(looks > 0);
    terminal.send_line("!stty -a");
    // Until the prompt is back, the key would be for the local command.
    terminal.expect(" icanon");
    await_prompt(&mut terminal, " echo ");
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
}

/// Not every shell puts the terminal in order after a job that was stopped.
#[cfg(unix)]
#[test]
fn ctrl_z_at_the_prompt_and_the_end_leave_the_terminal_as_it_was() {
    let home = Home::new();
    let server = practice_server_for(PASSWORD, &[]);
    let wrapper =
        r#"set -m; "$0" "$1"; stty -a; echo suspended; fg > /dev/null; stty -a; echo over"#;
    let mut terminal = Ftpsh::of_program("/bin/sh")
        .home(home.path())
        .args(["-c", wrapper, env!("CARGO_BIN_EXE_ftpsh")])
        .arg(server.address().to_string())
        .terminal_of(60, 120);
    await_prompt(&mut terminal, "220");
    terminal.send("NO");
    terminal.expect("NO");
    terminal.send("\x1a");
    terminal.expect(" icanon");
    terminal.expect(" echo ");
    terminal.expect("suspended");
    terminal.expect("ftp> ");
    assert!(!terminal.echoes());
    terminal.send("OP\r");
    await_prompt(&mut terminal, "200 ");
    terminal.send_key(Key::CtrlD);
    terminal.expect("221");
    terminal.expect(" icanon");
    terminal.expect(" echo ");
    terminal.expect("over");
}
