//! A server that ends an idle session while a line is being typed, unless something keeps it alive.

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
    terminal.expect("Here    Going by the server's words: ");
    terminal.expect("Next    `open` connects again");
    terminal.expect("Cause   idle-timeout");
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

/// More than the server's limit, a second between each.
const KEPT_ALIVE: usize = 5;

fn a_session_that_is_kept_alive_outlives_the_limit(kind: Kind) {
    let options = Options {
        idle_seconds: Some(IDLE_SECONDS),
        ..Options::default()
    };
    let Some(scene) = Scene::set_with(kind, &options) else {
        return;
    };
    let mut terminal = logged_in(&scene, scene.relay.address());
    let transcript = scene.local_path("kept.ftp");
    terminal.send_line(&format!("record {}", transcript.display()));
    terminal.expect("ftp> ");
    terminal.send_line("set keepalive 1");
    terminal.expect("ftp> ");
    terminal.send("SIZE hal");
    terminal.wait_for_screen("NOOP and its reply above the half line", |screen| {
        let lines: Vec<&str> = screen.trim_end().lines().collect();
        let sent = lines.iter().filter(|line| **line == "→ NOOP").count();
        let replies = lines.iter().filter(|line| line.starts_with("200 ")).count();
        let last = lines
            .last()
            .is_some_and(|line| line.ends_with("ftp> SIZE hal"));
        last && sent >= KEPT_ALIVE && replies >= sent - 1
    });
    terminal.send("f");
    terminal.send_key(Key::Enter);
    terminal.expect("\n550 ");
    terminal.expect("ftp> ");
    exchange(&mut terminal, "PWD", "257 ", "ftp> ");
    assert!(scene.count_sent("NOOP") >= KEPT_ALIVE);
    terminal.send_line("set keepalive off");
    terminal.expect("ftp> ");
    terminal.send_line("timeline all");
    terminal.expect("NOOP");
    terminal.expect("ftp> ");
    terminal.send_line("QUIT");
    assert_eq!(terminal.wait_exit(), 0);
    let recorded = std::fs::read_to_string(transcript).expect("it was written");
    assert!(recorded.contains("\nC> NOOP\nS> 200"), "{recorded}");
}

#[test]
fn a_session_with_vsftpd_that_is_kept_alive_outlives_its_limit() {
    a_session_that_is_kept_alive_outlives_the_limit(Kind::Vsftpd);
}

#[test]
fn a_session_with_proftpd_that_is_kept_alive_outlives_its_limit() {
    a_session_that_is_kept_alive_outlives_the_limit(Kind::Proftpd);
}

#[test]
fn a_session_with_pyftpdlib_that_is_kept_alive_outlives_its_limit() {
    a_session_that_is_kept_alive_outlives_the_limit(Kind::Pyftpdlib);
}

#[cfg(unix)]
#[test]
fn in_a_script_an_open_data_connection_serves_the_next_transfer_after_a_noop() {
    for kind in Kind::ALL {
        let Some(scene) = Scene::set(kind) else {
            continue;
        };
        scene.server.write_file("f", b"content");
        // Local work that takes longer than the limit.
        let lines = [
            "set keepalive 1",
            "TYPE I",
            "PASV",
            "!sleep 1.5",
            "RETR f > f",
        ];
        let finished = scene.run(&lines);
        let said = finished.success().stderr;
        assert!(said.contains("→ NOOP\n"), "{kind:?}: {said}");
        assert_eq!(scene.count_sent("NOOP"), 1, "{kind:?}");
        assert_eq!(scene.read_local("f"), b"content", "{kind:?}");
    }
}

#[test]
fn a_script_that_goes_on_sends_nothing_of_its_own() {
    let Some(scene) = Scene::set(Kind::Vsftpd) else {
        return;
    };
    let _ = scene
        .run(&["set keepalive 1", "PWD", "TYPE I", "PWD"])
        .success();
    assert_eq!(scene.count_sent("NOOP"), 0);
}
