//! Which reply answers which command, seen at the prompt: after whatever a server does, the next command gets its own.

use std::time::{Duration, Instant};

use super::{greeted, lines, passive, run_in, shell, type_passive};
use crate::support::scripted_server::{Gate, Script};
use crate::support::terminal::{Key, Terminal};

/// Goes on with two commands that get their replies.
fn goes_on(script: Script) -> Script {
    script
        .expect("PWD")
        .send("257 \"/\" is it\r\n")
        .expect("NOOP")
        .send("200 noop\r\n")
        .wait_for_client_close()
}

/// Types them: each gets its own reply, and the prompt comes back.
fn go_on(terminal: &mut Terminal) {
    terminal.send_line("PWD");
    terminal.expect("257 \"/\" is it");
    terminal.expect("ftp> ");
    terminal.send_line("NOOP");
    terminal.expect("200 noop");
    terminal.expect("ftp> ");
    terminal.send_line("close");
}

#[test]
fn ctrl_c_leaves_a_command_that_gets_no_reply() {
    for line in ["SIZE x", " NOOP", "XYZZY", "CWD x", "LIST"] {
        let came = Gate::new();
        let server = goes_on(greeted().expect(line).open(&came)).start();
        let mut terminal = shell(server.address());
        terminal.send_line(line);
        came.wait();
        terminal.send_key(Key::CtrlC);
        terminal.expect("the reply is still outstanding");
        terminal.expect("ftp> ");
        go_on(&mut terminal);
        let _ = server.finish();
    }
}

#[test]
fn a_reply_that_comes_after_that_of_the_next_command_is_told_as_late() {
    let came = Gate::new();
    let server = goes_on(
        greeted()
            .expect("SIZE x")
            .open(&came)
            .expect("SYST")
            .send("215 unix\r\n213 5\r\n"),
    )
    .start();
    let mut terminal = shell(server.address());
    terminal.send_line("SIZE x");
    came.wait();
    terminal.send_key(Key::CtrlC);
    terminal.expect("the reply is still outstanding");
    terminal.expect("ftp> ");
    terminal.send_line("SYST");
    terminal.expect("SIZE got no reply");
    terminal.expect("215 unix");
    terminal.expect("late reply to SIZE");
    terminal.expect("213 5");
    go_on(&mut terminal);
    let _ = server.finish();
}

/// pyftpdlib sends those data in front of the next ones.
#[test]
fn a_225_to_the_abort_of_a_download_that_had_begun_is_warned_of() {
    let server = goes_on(
        greeted()
            .expect("RETR x")
            .send("150 wait\r\n")
            .expect("ABOR")
            .send("225 nothing to abort\r\n"),
    )
    .start();
    let mut terminal = shell(server.address());
    terminal.send_line("RETR x");
    terminal.expect("150 wait");
    terminal.send_key(Key::CtrlC);
    terminal.expect("the data cannot come");
    terminal.expect("ftp> ");
    terminal.send_line("ABOR");
    terminal.expect("RETR got no reply");
    terminal.expect("may send its data in front of those of the next");
    terminal.expect("225 nothing");
    go_on(&mut terminal);
    let _ = server.finish();
}

#[test]
fn a_reply_that_comes_at_an_idle_prompt_is_shown_at_once() {
    let gate = Gate::new();
    let server = goes_on(greeted().pause_until(&gate).send("226 whose\r\n")).start();
    let mut terminal = shell(server.address());
    gate.open();
    terminal.expect("an unexpected reply");
    terminal.expect("226 whose");
    go_on(&mut terminal);
    let _ = server.finish();
}

#[test]
fn a_second_reply_answers_no_other_command_before_or_after_it_was_sent() {
    let before = greeted().expect("CWD a").send("200 ok\r\n250 ok\r\n");
    let before = before.expect("SYST").send("215 unix\r\n");
    let after = greeted().expect("CWD a").send("200 ok\r\n");
    let after = after.expect("SYST").send("250 ok\r\n215 unix\r\n");
    for script in [before, after] {
        let server = goes_on(script).start();
        let commands = ["CWD a", "SYST", "PWD", "NOOP"];
        let said = lines(server.address(), &commands).run().success().stderr;
        let _ = server.finish();
        assert!(
            said.contains("215 unix") && said.contains("200 noop"),
            "{said}"
        );
        let notes = said.matches("note:").count();
        assert_eq!(notes, 1, "{said}");
    }
}

#[test]
fn a_second_150_in_place_of_the_226_gives_the_prompt_back_after_three_seconds() {
    // Pure-FTPd, when the data connection broke.
    let server = goes_on(
        passive(greeted())
            .expect("RETR f")
            .send("150 here\r\n")
            .send_data("data")
            .close_data()
            .send("150 again\r\n"),
    )
    .start();
    let mut terminal = shell(server.address());
    type_passive(&mut terminal);
    terminal.send_line("RETR f");
    terminal.expect("150 again");
    terminal.expect("still outstanding");
    terminal.expect("ftp> ");
    go_on(&mut terminal);
    let _ = server.finish();
}

#[test]
fn a_226_that_never_comes_gives_the_prompt_back_after_three_seconds() {
    let ended = Gate::new();
    let server = goes_on(
        passive(greeted())
            .expect("RETR f")
            .send("150 here\r\n")
            .send_data("data")
            .close_data()
            .open(&ended),
    )
    .start();
    let mut terminal = shell(server.address());
    type_passive(&mut terminal);
    terminal.send_line("RETR f");
    ended.wait();
    let since = Instant::now();
    terminal.expect("the final reply to RETR is still outstanding");
    let waited = since.elapsed();
    assert!(waited > Duration::from_millis(2500), "{waited:?}");
    terminal.expect("ftp> ");
    go_on(&mut terminal);
    let _ = server.finish();
}

#[test]
fn a_226_that_never_comes_ends_a_script_with_3() {
    let folder = tempfile::tempdir().unwrap();
    let server = passive(greeted())
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data("data")
        .close_data()
        .wait_for_client_close()
        .start();
    let commands = [
        "--timeout",
        "1",
        "-c",
        "PASV",
        "-c",
        "RETR f > out",
        "-c",
        "NOOP",
    ];
    let finished = crate::support::ftpsh::Ftpsh::new()
        .args(commands)
        .arg(server.address().to_string())
        .current_dir(folder.path())
        .run();
    let _ = finished.code(3);
    let _ = server.finish();
    assert_eq!(std::fs::read(folder.path().join("out")).unwrap(), b"data");
}

#[test]
fn a_transfer_that_got_only_a_150_does_not_take_the_226_of_the_next() {
    // pyftpdlib, when there is no data connection.
    let came = Gate::new();
    let server = goes_on(
        passive(greeted().expect("RETR f").send("150 here\r\n").open(&came))
            .expect("RETR g")
            .send("150 there\r\n")
            .send_data("data of g\r\n")
            .close_data()
            .send("226 done\r\n"),
    )
    .start();
    let mut terminal = shell(server.address());
    terminal.send_line("RETR f");
    came.wait();
    terminal.expect("150 here");
    terminal.send_key(Key::CtrlC);
    terminal.expect("ftp> ");
    type_passive(&mut terminal);
    let since = Instant::now();
    terminal.send_line("RETR g");
    terminal.expect("data of g");
    terminal.expect("226 done");
    terminal.expect("ftp> ");
    assert!(since.elapsed() < Duration::from_secs(2));
    go_on(&mut terminal);
    let _ = server.finish();
}

#[test]
fn resync_forgets_what_is_outstanding_and_sends_nothing() {
    let came = Gate::new();
    let script = greeted().expect("SIZE x").open(&came).expect("SIZE y");
    let server = goes_on(script.send("213 5\r\n")).start();
    let mut terminal = shell(server.address());
    terminal.send_line("SIZE x");
    came.wait();
    terminal.send_key(Key::CtrlC);
    terminal.expect("ftp> ");
    terminal.send_line("resync");
    terminal.expect("no longer awaited: SIZE");
    terminal.send_line("SIZE y");
    terminal.expect("213 5");
    terminal.expect("ftp> ");
    go_on(&mut terminal);
    let _ = server.finish();
}

#[test]
fn a_script_sends_the_next_line_only_after_the_reply_to_the_last() {
    let server = greeted()
        .expect("USER a")
        .send("331 password\r\n")
        .expect("PASS b")
        .send("230 in\r\n")
        .wait_for_client_close()
        .start();
    let folder = tempfile::tempdir().unwrap();
    let finished = run_in(folder.path(), server.address(), &["USER a", "PASS b"]);
    let _ = finished.success();
    assert_eq!(server.finish().bytes, b"USER a\r\nPASS b\r\n");
}
