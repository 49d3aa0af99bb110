//! What stands in grey after the cursor.

use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::terminal::Key;

use super::{GREY, RIGHT, await_last_line, greeted, shell, shell_of};

#[test]
fn the_syntax_stands_in_grey_after_a_verb_and_is_not_sent() {
    let home = Home::new();
    let server = greeted()
        .expect("RNFR a")
        .send("350 go on\r\n")
        .expect("RNTO b")
        .send("250 done\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = shell(&home, &server);
    terminal.send("RNFR");
    await_last_line(&terminal, "ftp> RNFR <path>");
    terminal.wait_for_colour("<path>", |colour| colour == GREY);
    terminal.wait_for_colour("RNFR", |colour| colour != GREY);
    terminal.send_line(" a");
    terminal.expect("350 go on");
    // RNTO must be next; the arrow key types it.
    await_last_line(&terminal, "(RNFR) ftp> RNTO <new-path>");
    terminal.wait_for_colour("RNTO <new", |colour| colour == GREY);
    terminal.send(RIGHT);
    await_last_line(&terminal, "(RNFR) ftp> RNTO <new-path>");
    terminal.send_line("b");
    terminal.expect("250 done");
    terminal.expect("ftp> ");
    terminal.wait_for_screen("the lines without their hints", |screen| {
        screen.contains("ftp> RNFR a\n") && !screen.contains("path>")
    });
    drop(terminal);
    let _ = server.finish();
}

#[test]
fn the_youngest_line_that_begins_so_is_suggested_and_the_arrow_key_takes_it() {
    let home = Home::new();
    let past = ["NOOP old", "NOOP again", "PASS hunter2", "PWD"];
    home.write_history(past.map(str::to_owned));
    let server = greeted()
        .expect("NOOP again")
        .send("200 first\r\n")
        .expect("NO")
        .send("500 what?\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = shell(&home, &server);
    terminal.send("NO");
    await_last_line(&terminal, "ftp> NOOP again");
    terminal.wait_for_colour("OP again", |colour| colour == GREY);
    terminal.send(RIGHT);
    terminal.wait_for_colour("OP again", |colour| colour != GREY);
    terminal.send_key(Key::Enter);
    terminal.expect("200 first");
    terminal.expect("ftp> ");
    // What is suggested and not taken is not sent.
    terminal.send_line("NO");
    terminal.expect("500 what?");
    terminal.expect("ftp> ");
    // Somebody put a password into the history; it is not shown.
    terminal.send("PA");
    await_last_line(&terminal, "ftp> PA");
    assert!(!String::from_utf8_lossy(&terminal.raw_output()).contains("hunter2"));
    drop(terminal);
    let _ = server.finish();
}

#[test]
fn set_hints_off_switches_them_off() {
    let home = Home::new();
    home.configure("[set]\nhints = false\n");
    let server = greeted().wait_for_client_close().start();
    let terminal = shell(&home, &server);
    terminal.send("APPE x\x7f\x7f");
    await_last_line(&terminal, "ftp> APPE");
    assert!(!String::from_utf8_lossy(&terminal.raw_output()).contains("<path>"));
    drop(terminal);
    let _ = server.finish();
}

#[test]
fn with_no_colour_there_is_neither_colour_nor_hint_and_a_password_is_masked_all_the_same() {
    let home = Home::new();
    let server = greeted().expect("PASS hunter2").send("230 in\r\n").start();
    let program = Ftpsh::new().env("NO_COLOR", "1");
    let mut terminal = shell_of(program, &home, &server, 80);
    terminal.send("APPE x > y\x15");
    terminal.send("PASS hunter2");
    await_last_line(&terminal, "ftp> PASS *******");
    terminal.send_key(Key::Enter);
    terminal.expect("230 in");
    let written = String::from_utf8_lossy(&terminal.raw_output()).into_owned();
    drop(terminal);
    let _ = server.finish();
    assert!(!written.contains("<path>") && !written.contains("hunter2"));
    let styles = written.split("\x1b[").skip(1).filter(|sequence| {
        let end = sequence.find(|c: char| c.is_ascii_alphabetic());
        end.is_some_and(|end| sequence[end..].starts_with('m'))
    });
    assert_eq!(styles.count(), 0);
}

#[test]
fn the_right_arrow_on_a_place_that_nothing_can_fill_in_does_what_tab_does() {
    let home = Home::new();
    let server = greeted()
        .expect("SIZE 1.TXT")
        .send("213 5\r\n")
        .expect("MDTM 1.TXT")
        .send("213 20261129000000\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = shell(&home, &server);
    terminal.send_line("SIZE 1.TXT");
    terminal.expect("213 5");
    terminal.expect("ftp> ");
    terminal.send("MDTM");
    await_last_line(&terminal, "ftp> MDTM <path>");
    terminal.send(RIGHT);
    // Only what was typed is in the line so far, and a blank.
    await_last_line(&terminal, "ftp> MDTM <path>");
    terminal.send(RIGHT);
    await_last_line(&terminal, "ftp> MDTM 1.TXT");
    terminal.send_key(Key::Enter);
    terminal.expect("213 20261129000000");
    drop(terminal);
    let _ = server.finish();
}
