//! A terminal shows what a program writes, and types what it is told.

use portable_pty::CommandBuilder;

use crate::support::ftpsh::Ftpsh;
use crate::support::terminal::{Key, Terminal};

fn shell(script: &str) -> Terminal {
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", script]);
    Terminal::spawn(command, 10, 40)
}

#[test]
fn what_is_typed_is_echoed_and_answered() {
    let mut terminal = shell("cat");
    terminal.send_line("hello");
    terminal.expect("hello\n");
    terminal.expect("hello\n");
    terminal.send("no enter");
    terminal.send_key(Key::Enter);
    terminal.wait_for("no enter");
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
    assert!(terminal.screen().starts_with("hello\nhello\nno enter"));
}

#[test]
fn an_exit_code_comes_with_everything_that_was_written() {
    let terminal = shell("printf '\\033[31mred\\033[0m'; exit 7");
    assert_eq!(terminal.wait_exit(), 7);
    assert_eq!(terminal.raw_output(), b"\x1b[31mred\x1b[0m");
    assert_eq!(terminal.screen(), "red");
}

#[test]
fn what_scrolled_away_and_what_was_painted_over_is_found() {
    let terminal = shell("seq 100 199; printf 'gone\\r\\033[Kpainted'; cat");
    terminal.wait_for("100");
    terminal.wait_for("gone");
    terminal.wait_for_screen("painted", |screen| {
        screen.contains("199\npainted") && !screen.contains("gone") && !screen.contains("150")
    });
}

#[test]
fn text_before_the_mark_is_not_taken_for_text_after_it() {
    let terminal = shell("echo twice; read line; echo twice; read line");
    terminal.wait_for("twice");
    let mark = terminal.mark();
    terminal.send_key(Key::Enter);
    let second = terminal.wait_for_after(mark, "twice");
    assert!(second > mark);
}

#[test]
fn a_new_size_reaches_the_program() {
    let mut terminal = shell("stty size; read line; stty size");
    terminal.expect("10 40");
    terminal.resize(30, 100);
    terminal.send_key(Key::Enter);
    terminal.expect("30 100");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn ctrl_c_interrupts() {
    let mut terminal =
        shell("trap 'echo caught; exit 3' INT; echo ready; while :; do sleep 0.1; done");
    terminal.expect("ready");
    terminal.send_key(Key::CtrlC);
    terminal.expect("caught");
    assert_eq!(terminal.wait_exit(), 3);
}

#[test]
fn every_key_reaches_the_program() {
    for key in Key::ALL {
        let terminal = shell("stty raw -echo; echo ready; head -c 1 | od -An -tx1; cat >/dev/null");
        terminal.wait_for("ready");
        terminal.send_key(key);
        terminal.wait_for(&format!("{:02x}", key.bytes()[0]));
    }
}

#[test]
fn the_cursor_question_is_answered() {
    let terminal = shell("stty raw -echo; printf 'ab\\033[6n'; head -c 6 | tr '\\033' E");
    terminal.wait_for("E[1;3R");
}

#[test]
#[should_panic(expected = "waited for \"absent\", but the terminal shows")]
fn a_wait_for_what_does_not_come_fails_with_the_screen() {
    shell("echo present").wait_for("absent");
}

#[test]
fn the_binary_has_a_home_of_its_own_in_a_terminal_too() {
    let terminal = Ftpsh::of_program("sh")
        .args([
            "-c",
            "echo $TERM $0; stty size; test -d \"$HOME\" && exit 5",
        ])
        .terminal();
    assert_eq!(terminal.wait_exit(), 5);
    assert_eq!(terminal.screen(), "xterm-256color sh\n24 80");
}
