//! A password that a local command prints.

#[cfg(unix)]
use std::time::{Duration, Instant};

use super::{logged_in, spoken_to_by_nobody};
use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::scripted_server::Script;

#[test]
fn the_first_line_that_it_prints_is_the_password_of_the_url() {
    let server = logged_in("u", "p").wait_for_client_close().start();
    let _ = Ftpsh::new()
        .args(["--password-command", "echo p&& echo q"])
        .arg(format!("ftp://u@{}", server.address()))
        .run()
        .success();
    let _ = server.finish();
}

#[test]
fn a_command_that_gives_no_password_is_reported_and_nobody_is_called() {
    for (command, part) in [
        ("exit 3", "exit status"),
        ("exit 0", "printed no password"),
        ("echo hunter2&& exit 1", "exit status"),
    ] {
        // Nobody listens there: with a connection attempt it would end with 3.
        let finished = Ftpsh::new()
            .args(["--password-command", command, "ftp://u@127.0.0.1:1"])
            .run()
            .code(2);
        let said = &finished.stderr;
        assert!(
            said.contains(part) && said.contains("Nothing was sent"),
            "{command}: {said}"
        );
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn a_bare_host_runs_no_command_until_somebody_logs_in() {
    let home = Home::new();
    let server = spoken_to_by_nobody().start();
    let run = |server: &crate::support::scripted_server::ScriptedServer| {
        Ftpsh::new()
            .home(home.path())
            .args(["--password-command", "echo p> ran&& echo p"])
            .arg(server.address().to_string())
    };
    let _ = run(&server).run().success();
    let _ = server.finish();
    assert!(!home.path().join("ran").exists());
    let server = logged_in("u", "p").wait_for_client_close().start();
    let _ = run(&server).args(["-c", "login u"]).run().success();
    let _ = server.finish();
    assert!(home.path().join("ran").exists());
}

#[test]
fn the_password_of_one_server_and_user_is_sent_to_no_other() {
    let first = logged_in("u", "p").wait_for_client_close().start();
    let second = Script::new()
        .send("220 hi\r\n")
        .expect("USER u")
        .send("331 password\r\n")
        .wait_for_client_close()
        .start();
    let finished = Ftpsh::new()
        .args(["--password-command", "echo p"])
        .arg(format!("ftp://u@{}", first.address()))
        .args([
            "-c",
            "close",
            "-c",
            &format!("open ftp://u@{}", second.address()),
        ])
        .run()
        .code(2);
    assert!(
        finished.stderr.contains("none was given"),
        "{}",
        finished.stderr
    );
    let _ = (first.finish(), second.finish());
    let server = logged_in("u", "p")
        .expect("USER v")
        .send("331 password\r\n")
        .wait_for_client_close()
        .start();
    let _ = Ftpsh::new()
        .args(["--password-command", "echo p"])
        .arg(format!("ftp://u@{}", server.address()))
        .args(["-c", "login v"])
        .run()
        .code(2);
    let _ = server.finish();
}

#[cfg(unix)]
#[test]
fn in_a_script_the_command_does_not_read_its_lines() {
    let server = logged_in("u", "p")
        .expect("NOOP")
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start();
    let _ = Ftpsh::new()
        .args(["--password-command", "cat; echo p"])
        .arg(format!("ftp://u@{}", server.address()))
        .stdin("NOOP\n")
        .run()
        .success();
    let _ = server.finish();
}

#[cfg(unix)]
#[test]
fn at_a_terminal_the_command_may_ask_and_ctrl_c_ends_it() {
    let server = logged_in("u", "typed")
        .expect("QUIT")
        .send("221 bye\r\n")
        .start();
    let mut terminal = Ftpsh::new()
        .args(["--password-command", "printf 'key: ' >&2; read x; echo $x"])
        .env("SHELL", "/bin/sh")
        .terminal();
    terminal.expect("ftp> ");
    let open = format!("open ftp://u@{}", server.address());
    terminal.send_line(&open);
    terminal.expect("key: ");
    terminal.send("\x03");
    terminal.expect("Nothing was");
    terminal.expect("ftp> ");
    terminal.send_line(&open);
    terminal.expect("key: ");
    terminal.send_line("typed");
    terminal.expect("\n230 ");
    terminal.expect("ftp> ");
    terminal.send_line("QUIT");
    let _ = server.finish();
}

#[test]
fn the_password_of_one_user_is_not_sent_for_another_at_the_same_server() {
    let server = logged_in("me", "p")
        .wait_for_client_close()
        .accept()
        .send("220 hi\r\n")
        .expect("USER other")
        .send("331 password\r\n")
        .wait_for_client_close()
        .start();
    let finished = Ftpsh::new()
        .args(["--password-command", "echo p"])
        .args(["-c", "close", "-c", &format!("open {}", server.address())])
        .args(["-c", "login other"])
        .arg(format!("ftp://me@{}", server.address()))
        .run()
        .code(2);
    assert!(
        finished.stderr.contains("none was given"),
        "{}",
        finished.stderr
    );
    let _ = server.finish();
}

#[cfg(unix)]
#[test]
fn a_password_that_no_line_can_carry_is_found_before_anybody_is_called() {
    for command in [r"printf 'hunter\r2\n'", r"printf 'hunter\0002\n'"] {
        let finished = Ftpsh::new()
            .args(["--password-command", command, "ftp://u@127.0.0.1:1"])
            .env("SHELL", "/bin/sh")
            .run()
            .code(2);
        let said = &finished.stderr;
        assert!(said.contains("CR, LF or NUL"), "{command}: {said}");
        assert!(!said.contains("hunter"), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn the_first_line_is_enough_although_something_keeps_the_output_open() {
    let server = logged_in("u", "p").wait_for_client_close().start();
    let started = Instant::now();
    let _ = Ftpsh::new()
        .args(["--password-command", "echo p; sleep 20 2>/dev/null &"])
        .arg(format!("ftp://u@{}", server.address()))
        .env("SHELL", "/bin/sh")
        .run()
        .success();
    assert!(started.elapsed() < Duration::from_secs(15));
    let _ = server.finish();
}

#[cfg(unix)]
#[test]
fn a_command_that_prints_nothing_in_time_is_given_up() {
    for command in [
        "sleep 20 2>/dev/null",
        "sleep 20 2>/dev/null &",
        "echo p; sleep 20 2>/dev/null; true",
    ] {
        let started = Instant::now();
        // Nobody listens there: with a connection attempt it would end with 3.
        let finished = Ftpsh::new()
            .args(["--timeout", "1", "--password-command", command])
            .arg("ftp://u@127.0.0.1:1")
            .env("SHELL", "/bin/sh")
            .run()
            .code(2);
        let said = &finished.stderr;
        assert!(said.contains("within 1 s"), "{command}: {said}");
        assert!(started.elapsed() < Duration::from_secs(15), "{command}");
    }
}

#[test]
fn at_a_bare_host_it_is_the_password_of_the_first_user_alone() {
    let server = crate::dialogues::greeted()
        .expect("USER v")
        .send("331 password\r\n")
        .expect("PASS p")
        .send("530 no\r\n")
        .expect("USER u")
        .send("331 password\r\n")
        .wait_for_client_close()
        .start();
    let _ = Ftpsh::new()
        .args([
            "--password-command",
            "echo p",
            "-c",
            "login v",
            "-c",
            "login u",
        ])
        .arg(server.address().to_string())
        .run()
        .code(1);
    let _ = server.finish();
}
