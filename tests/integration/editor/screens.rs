//! Windows of all kinds, and what happens in them while a line is being typed.

use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::scripted_server::Gate;
use crate::support::terminal::Key;

use super::{await_last_line, greeted, shell, shell_of};

#[test]
fn a_421_above_a_half_typed_line_leaves_the_line_and_its_hint() {
    let home = Home::new();
    let typed = Gate::new();
    let server = greeted()
        .pause_until(&typed)
        .send("421 idle for too long\r\n")
        .expect("APPE f")
        .send("421 bye\r\n")
        .start();
    let mut terminal = shell(&home, &server);
    terminal.send("APPE ");
    await_last_line(&terminal, "ftp> APPE <path>");
    typed.open();
    terminal.expect("421 idle for too long");
    await_last_line(&terminal, "ftp> APPE <path>");
    terminal.send_line("f");
    terminal.expect("421 bye");
    assert_eq!(server.finish().lines, ["APPE f"]);
}

#[test]
fn ctrl_c_at_the_prompt_clears_the_line() {
    let home = Home::new();
    let server = greeted().expect("PWD").send("257 \"/\"\r\n").start();
    let mut terminal = shell(&home, &server);
    terminal.send("DELE precious");
    await_last_line(&terminal, "ftp> DELE precious");
    terminal.send_key(Key::CtrlC);
    await_last_line(&terminal, "ftp>");
    terminal.send_line("PWD");
    terminal.expect("257 \"/\"");
    assert_eq!(server.finish().lines, ["PWD"]);
}

#[test]
fn a_new_width_leaves_a_half_typed_line_whole() {
    let home = Home::new();
    let path = "a".repeat(60);
    let line = format!("SIZE {path}");
    let server = greeted()
        .expect(format!("{line}b"))
        .send("213 5\r\n")
        .start();
    let mut terminal = shell(&home, &server);
    terminal.send(&line);
    await_last_line(&terminal, &format!("ftp> {line}"));
    for columns in [40, 100, 30] {
        terminal.resize(24, columns);
        let whole = format!("ftp> {line}");
        terminal.wait_for_screen("the whole line", |screen| {
            let screen = screen.replace('\n', "");
            screen.trim_end().ends_with(&whole)
        });
    }
    terminal.send_line("b");
    terminal.expect("213 5");
    assert_eq!(server.finish().lines, [format!("{line}b")]);
}

#[test]
fn a_window_of_40_columns_shows_long_lines_and_hints_whole() {
    let home = Home::new();
    let line = format!("RETR {}", "x".repeat(50));
    let server = greeted().expect(&line).send("550 no\r\n").start();
    let mut terminal = shell_of(Ftpsh::new(), &home, &server, 40);
    terminal.send("MFMT ");
    await_last_line(&terminal, "ftp> MFMT <YYYYMMDDhhmmss> <path>");
    terminal.send("\x15TYPE ");
    terminal.wait_for_screen("a hint of two rows", |screen| {
        screen
            .trim_end()
            .ends_with("ftp> TYPE <A | E [N | T | C] | I | L <bi\nts>>")
            || screen
                .replace('\n', "")
                .ends_with("ftp> TYPE <A | E [N | T | C] | I | L <bits>>")
    });
    terminal.send(format!("\x15{line}"));
    terminal.wait_for_screen("the whole line and nothing of the hint", |screen| {
        let screen = screen.replace('\n', "");
        screen.trim_end().ends_with(&format!("ftp> {line}")) && !screen.contains("bits")
    });
    terminal.send_key(Key::Enter);
    terminal.expect("550 no");
    let _ = server.finish();
}

#[test]
fn a_dumb_terminal_gets_no_escape_sequence() {
    let home = Home::new();
    let server = greeted()
        .expect("NOOP")
        .send("200 noop\r\n")
        .expect("RNFR a")
        .send("350 go on\r\n")
        .expect("quit")
        .send("221 bye\r\n")
        .close()
        .start();
    let program = Ftpsh::new().env("TERM", "dumb");
    let mut terminal = shell_of(program, &home, &server, 80);
    for (line, reply) in [("NOOP", "200 noop"), ("RNFR a", "350 go on")] {
        terminal.send_line(line);
        terminal.expect(reply);
        terminal.expect("ftp> ");
    }
    terminal.send_line("quit");
    assert_eq!(terminal.wait_exit(), 0);
    assert!(!terminal.raw_output().contains(&0x1b));
    let _ = server.finish();
}

#[test]
fn in_vi_mode_esc_leaves_the_insert_mode() {
    let home = Home::new();
    home.configure("[editor]\nmode = \"vi\"\n");
    let server = greeted().expect("SIZE f").send("213 5\r\n").start();
    let mut terminal = shell(&home, &server);
    terminal.send("SIZE of");
    await_last_line(&terminal, "ftp> SIZE of");
    terminal.send("\x1b");
    // A key that follows Esc too fast would be taken for a sequence with it.
    terminal.wait_for_cursor_in(11);
    terminal.send("hx");
    await_last_line(&terminal, "ftp> SIZE f");
    terminal.send_key(Key::Enter);
    terminal.expect("213 5");
    assert_eq!(server.finish().lines, ["SIZE f"]);
}

#[cfg(unix)]
#[test]
fn a_line_is_painted_where_a_terminal_that_lays_its_lines_out_anew_has_put_it() {
    let home = Home::new();
    let server = greeted().wait_for_client_close().start();
    let mut terminal = shell_of(Ftpsh::new().env("TMUX", "/tmp/x"), &home, &server, 60);
    let line = "RETR some/long/path/to/a/file";
    terminal.send(line);
    terminal.expect(line);
    let mark = terminal.mark();
    terminal.resize(24, 20);
    // It has become two rows, and the cursor is in the second.
    terminal.wait_for_after(mark, "some/long/path");
    let written = terminal.raw_output();
    let back = b"\x1b[1A\r\x1b[J";
    assert!(written.windows(back.len()).any(|it| it == back));
}
