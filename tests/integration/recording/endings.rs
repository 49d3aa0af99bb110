//! How a recording ends: by a kill, by the server, by silence.

use std::fs;

use super::{lines, record, replay, transcript};
use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::practice::practice_server;
use crate::support::scripted_server::Script;

#[test]
fn a_kill_loses_nothing_that_was_seen() {
    let home = Home::new();
    let server = practice_server(&["slow=1000"]);
    fs::write(server.server_folder().join("long"), [b'x'; 100_000]).unwrap();
    let mut running = Ftpsh::new()
        .home(home.path())
        .args(["record", "session.ftp"])
        .arg(format!("ftp://A:A@{}", server.address()))
        .start();
    running.send_line("PASV");
    running.send_line("RETR 1.TXT");
    running.send_line("NOOP");
    running.wait_for("200 Command okay.");
    running.kill();
    let text = transcript(&home);
    assert!(lines(&text).ends_with(&["C> NOOP", "S> 200"]), "{text}");
    assert!(text.contains("D> I am {no-eol}\n"), "{text}");
    let _ = replay(&home, practice_server(&[]).address(), "A").success();
}

#[test]
fn a_kill_in_a_transfer_leaves_what_came_before_it() {
    let home = Home::new();
    let server = practice_server(&["slow=1000"]);
    fs::write(server.server_folder().join("long"), [b'x'; 100_000]).unwrap();
    let mut running = Ftpsh::new()
        .home(home.path())
        .args(["record", "session.ftp"])
        .arg(format!("ftp://A:A@{}", server.address()))
        .start();
    running.send_line("PASV");
    running.send_line("RETR long");
    running.wait_for("\n150 ");
    running.kill();
    let text = fs::read_to_string(home.path().join("session.ftp")).unwrap();
    let recorded = lines(&text);
    assert!(recorded.ends_with(&["C> RETR long", "S> 150"]), "{text}");
    let last = text
        .lines()
        .position(|line| line == "C> RETR long")
        .unwrap()
        + 1;
    let finished = replay(&home, server.address(), "A").success();
    let said = format!("session.ftp breaks off in line {last}");
    assert!(finished.stderr.contains(&said), "{}", finished.stderr);
    assert!(
        finished.stderr.contains("→ RETR long"),
        "{}",
        finished.stderr
    );
}

#[test]
fn a_recording_that_is_cut_anywhere_replays_as_far_as_it_goes() {
    let home = Home::new();
    let server = practice_server(&[]);
    let script = "USER A\nPASS A\nPASV\nSTOR new <<END\none\ntwo\nEND\nPASV\nRETR new\nPWD\nQUIT\n";
    let _ = record(&home, server.address(), script).success();
    let text = transcript(&home);
    let begun = text.find("S> 220\n").unwrap() + "S> 220\n".len();
    let in_data = text.find("D< one\n").unwrap() + "D< one\n".len();
    for cut in (begun..text.len()).step_by(7).chain([in_data]) {
        let cut = &text[..cut];
        fs::write(home.path().join("session.ftp"), cut).unwrap();
        let fresh = practice_server(&[]);
        let finished = replay(&home, fresh.address(), "A");
        assert_eq!(finished.status, 0, "{}\n{cut}", finished.stderr);
        let whole = &cut[..=cut.rfind('\n').unwrap()];
        let stored = fs::read(fresh.server_folder().join("new"));
        let is_stored = whole.contains("D< two\n");
        match is_stored {
            true => assert_eq!(stored.unwrap(), b"one\ntwo\n"),
            false => assert!(stored.is_err(), "{cut}"),
        }
        let is_withheld = whole.contains("C> STOR") && !is_stored;
        let sent = finished.stderr.matches("→ ").count() + usize::from(is_withheld);
        assert_eq!(sent, whole.matches("\nC> ").count(), "{}", finished.stderr);
        let is_open = cut != whole || !lines(whole).last().unwrap().starts_with("S> 2");
        if is_open && !lines(whole).last().unwrap().starts_with("S> 331") {
            assert!(
                finished.stderr.contains("breaks off"),
                "{}\n{cut}",
                finished.stderr
            );
        }
    }
}

#[test]
fn data_that_end_after_the_control_connection_are_recorded_and_replayed() {
    let home = Home::new();
    let script = || {
        Script::new()
            .send("220 ready\r\n")
            .expect("PASV")
            .listen_data()
            .send_with_port("227 Entering Passive Mode (127,0,0,1,{p1},{p2})\r\n")
            .expect("RETR f")
            .accept_data()
            .send("150 go\r\n")
            .close()
            .send_data("five5")
            .close_data()
    };
    let server = script().start();
    let _ = record(&home, server.address(), "PASV\nRETR f\n").code(3);
    let _ = server.finish();
    let text = transcript(&home);
    assert!(
        lines(&text).ends_with(&["S> 150", "S> @closed", "D> five5{no-eol}"]),
        "{text}"
    );
    let server = script().start();
    let _ = replay(&home, server.address(), "").success();
    let _ = server.finish();
}

#[test]
fn a_server_that_hangs_up_is_recorded_with_its_last_words() {
    let home = Home::new();
    let server = practice_server(&["idle-421=1"]);
    let mut running = Ftpsh::new()
        .home(home.path())
        .args(["record", "session.ftp"])
        .arg(server.address().to_string())
        .start();
    running.wait_for("closed the connection");
    running.send_line("record off");
    running.wait_for("recorded in");
    drop(running);
    assert_eq!(
        lines(&transcript(&home)),
        ["S> 220", "S> 421", "S> @closed"]
    );
    let _ = replay(&home, server.address(), "").success();
}

#[test]
fn a_cut_ends_with_closed_and_so_does_a_quit() {
    let home = Home::new();
    let server = practice_server(&["cut-after=3"]);
    let script = "USER A\nPASS A\nPASV\nRETR 1.TXT\n";
    let _ = record(&home, server.address(), script).code(3);
    let text = transcript(&home);
    assert!(
        lines(&text).ends_with(&["C> RETR 1.TXT", "S> 150", "S> @closed"]),
        "{text}"
    );
    assert!(
        text.contains("# the data broke off after 3 bytes"),
        "{text}"
    );
    let again = practice_server(&["cut-after=3"]);
    let _ = replay(&home, again.address(), "A").success();
}

#[test]
fn a_reply_that_never_comes_is_marked_and_the_next_command_is_sent_all_the_same() {
    let home = Home::new();
    let server = practice_server(&["no-226", "silent=NOOP"]);
    let mut terminal = Ftpsh::new()
        .home(home.path())
        .args(["record", "session.ftp"])
        .arg(format!("ftp://A:A@{}", server.address()))
        .terminal();
    terminal.expect("\n230 ");
    terminal.expect("ftp> ");
    terminal.send_line("PASV");
    terminal.expect("\n227 ");
    terminal.expect("ftp ⇄> ");
    terminal.send_line("RETR 1.TXT");
    terminal.expect("outstanding");
    terminal.expect("ftp> ");
    terminal.send_line("PWD");
    terminal.expect("\n257 ");
    terminal.expect("ftp> ");
    terminal.send_line("record off");
    terminal.expect("recorded in");
    drop(terminal);
    let text = transcript(&home);
    let expected = [
        "C> RETR 1.TXT",
        "S> 150",
        "D> I am {no-eol}",
        "S> @unanswered",
        "C> PWD",
        "S> 257",
    ];
    assert!(lines(&text).ends_with(&expected), "{text}");
    let again = practice_server(&["no-226"]);
    let _ = replay(&home, again.address(), "A").success();
    // A server that answers has one reply too many.
    let _ = replay(&home, practice_server(&[]).address(), "A").code(6);
}
