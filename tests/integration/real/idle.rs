//! A server that ends an idle session while a line is being typed.

use super::scene::Scene;
use super::typing::{exchange, logged_in};
use crate::support::real_server::{Kind, Options};
use crate::support::terminal::Key;

/// Long enough to type half a line on a loaded machine.
const IDLE_SECONDS: u32 = 3;

fn a_421_is_shown_above_the_line_that_is_being_typed(kind: Kind) {
    let options = Options {
        idle_seconds: Some(IDLE_SECONDS),
        ..Options::default()
    };
    let Some(scene) = Scene::set_with(kind, &options) else {
        return;
    };
    let mut terminal = logged_in(&scene, scene.relay.address());
    exchange(&mut terminal, "PWD", "257 ", "ftp> ");
    terminal.send("SIZE hal");
    terminal.expect("SIZE hal");
    terminal.wait_for_screen("421 above the half line", |screen| {
        let lines: Vec<&str> = screen.trim_end().lines().collect();
        let reply = lines.iter().rposition(|line| line.starts_with("421"));
        let said = lines
            .iter()
            .rposition(|line| line.contains("the server closed the connection"));
        let last = lines.len() - 1;
        lines[last].ends_with("> SIZE hal")
            && reply.is_some_and(|reply| reply < last)
            && said.is_some_and(|said| said < last)
    });
    terminal.send("f");
    terminal.send_key(Key::Enter);
    terminal.expect("not connected");
    terminal.expect("(closed) ftp> ");
    terminal.send_line("why");
    terminal.expect("421 that was not expected");
    terminal.expect("Next    `open` connects again");
    terminal.expect("(closed) ftp> ");
    let lines = scene.relay.control_lines_to_server();
    assert_eq!(lines.last().map(String::as_str), Some("PWD"));
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 3);
}

#[test]
fn a_421_of_vsftpd_is_shown_above_the_line_that_is_being_typed() {
    a_421_is_shown_above_the_line_that_is_being_typed(Kind::Vsftpd);
}

#[test]
fn a_421_of_proftpd_is_shown_above_the_line_that_is_being_typed() {
    a_421_is_shown_above_the_line_that_is_being_typed(Kind::Proftpd);
}

#[test]
fn a_421_of_pyftpdlib_is_shown_above_the_line_that_is_being_typed() {
    a_421_is_shown_above_the_line_that_is_being_typed(Kind::Pyftpdlib);
}
