//! What the end of a URL's path brings to the prompt, and what it never does.

use super::{logged_in, spoken_to_by_nobody};
use crate::support::ftpsh::Ftpsh;
use crate::support::practice::practice_server;
#[cfg(unix)]
use crate::support::scripted_server::Gate;
use crate::support::scripted_server::Script;
#[cfg(unix)]
use crate::support::terminal::Key;
use crate::support::terminal::Terminal;

/// In a script: what is said of a URL with this path, where nothing but its directories is sent.
fn said_of(path: &str, directories: &[&str], lines: &[&str]) -> String {
    let mut script = logged_in("u", "p");
    for directory in directories {
        script = script.expect(format!("CWD {directory}")).send("250 ok\r\n");
    }
    for line in lines {
        script = script.expect(line).send("200 ok\r\n");
    }
    let server = script.wait_for_client_close().start();
    let mut ftpsh = Ftpsh::new();
    for line in lines {
        ftpsh = ftpsh.arg("-c").arg(line);
    }
    let finished = ftpsh
        .arg(format!("ftp://u:p@{}/{path}", server.address()))
        .run()
        .success();
    let _ = server.finish();
    finished.stderr
}

#[test]
fn in_a_script_the_line_that_is_missing_is_named() {
    for (path, directories, said) in [
        (
            "dir/f.txt",
            &["dir"][..],
            "  f.txt is taken for a file: -c 'get f.txt' fetches it. A / at the end",
        ),
        ("f.txt/", &["f.txt"], ""),
        ("dir/README;type=i", &["dir"], "-c 'get README' fetches it"),
        (
            "dir/README;type=a",
            &["dir"],
            "-c 'get-text README' fetches it",
        ),
        (
            "dir.d;type=d",
            &["dir.d"],
            "the URL asks for a list: -c ls lists it",
        ),
        ("a%20b.txt", &[], "-c \"get 'a b.txt'\" fetches it"),
        ("caf%C3%A9.txt", &[], "café.txt is taken for a file"),
        (
            "caf%E9.txt",
            &[],
            "caf\\xe9.txt is taken for a file: its name cannot be typed, but PASV and `quote -x RETR caf\\xE9.txt` show it",
        ),
        (
            "%1B[2J.txt",
            &[],
            "\\x1b[2J.txt is taken for a file: its name cannot be typed",
        ),
    ] {
        let stderr = said_of(path, directories, &[]);
        assert!(stderr.contains(said), "{path}: {stderr}");
        assert_eq!(
            stderr.contains("taken for"),
            said.contains("fetches") || said.contains("taken"),
            "{stderr}"
        );
        assert!(!stderr.contains('\x1b'));
    }
}

#[test]
fn lines_run_in_the_directory_and_one_that_names_the_file_needs_no_hint() {
    let stderr = said_of("dir/f.txt", &["dir"], &["NOOP"]);
    assert!(stderr.contains("taken for a file"), "{stderr}");
    let stderr = said_of("dir/f.txt", &["dir"], &["SIZE f.txt"]);
    assert!(!stderr.contains("taken for a file"), "{stderr}");
}

#[test]
fn a_last_part_that_is_refused_otherwise_than_with_550_is_no_file() {
    for (code, offers) in [("550", true), ("530", false), ("421", false)] {
        let server = logged_in("u", "p")
            .expect("CWD README")
            .send(format!("{code} no\r\n"))
            .wait_for_client_close()
            .start();
        let finished = Ftpsh::new()
            .arg(format!("ftp://u:p@{}/README", server.address()))
            .run();
        let _ = server.finish();
        let said = "README may be a file: -c 'get README' fetches it. ;type=i at the end";
        assert_eq!(
            finished.stderr.contains(said),
            offers,
            "{}",
            finished.stderr
        );
    }
}

#[test]
fn a_script_runs_no_line_where_its_url_does_not_lead() {
    let refused_path = || {
        let refused = logged_in("u", "p").expect("CWD one");
        refused.send("550 no\r\n").wait_for_client_close()
    };
    let refused_login = || {
        let asked = Script::new().send("220 hi\r\n").expect("USER u");
        let refused = asked.send("331 password\r\n").expect("PASS p");
        refused.send("530 no\r\n").wait_for_client_close()
    };
    for script in [refused_path(), refused_login()] {
        let server = script.start();
        let finished = Ftpsh::new()
            .arg(format!("ftp://u:p@{}/one/", server.address()))
            .args(["-c", "DELE f"])
            .run()
            .code(1);
        assert!(!finished.stderr.contains("DELE"), "{}", finished.stderr);
        let _ = server.finish();
    }
    // The line says that it is a file.
    let server = logged_in("u", "p")
        .expect("CWD README")
        .send("550 not a directory\r\n")
        .expect("SIZE README")
        .send("213 5\r\n")
        .wait_for_client_close()
        .start();
    let _ = Ftpsh::new()
        .arg(format!("ftp://u:p@{}/README", server.address()))
        .args(["-c", "SIZE README"])
        .run()
        .success();
    let _ = server.finish();
}

#[test]
fn the_path_of_a_url_without_a_user_is_left_alone_and_it_is_said_how_to_log_in() {
    for (path, code) in [("dir/f.txt", 2), ("dir/", 2), ("f.txt", 0)] {
        let server = spoken_to_by_nobody().start();
        let finished = Ftpsh::new()
            .arg(format!("ftp://{}/{path}", server.address()))
            .run()
            .code(code);
        let said = &finished.stderr;
        assert!(said.contains("ftp://anonymous@"), "{path}: {said}");
        assert!(!said.contains("get f.txt"), "{path}: {said}");
        let _ = server.finish();
    }
}

fn at_line(terminal: &Terminal, line: &str) {
    let prompt = format!("ftp> {line}");
    terminal.wait_for_screen(&prompt, |screen| {
        screen.lines().any(|shown| shown.starts_with(&prompt))
    });
}

#[test]
fn the_line_can_be_changed_or_dropped_and_stands_there_once() {
    let server = practice_server(&[]);
    let mut terminal = Ftpsh::new()
        .arg(format!("ftp://A:A@{}/1.TXT", server.address()))
        .terminal();
    at_line(&terminal, "get 1.TXT");
    terminal.send(" mine.txt\r");
    terminal.expect("\n226 ");
    terminal.expect("ftp> ");
    terminal.send("NOOP\r");
    terminal.expect("\n200 ");
}

#[cfg(unix)]
#[test]
fn what_was_typed_ahead_is_not_put_after_the_line() {
    let asked = Gate::new();
    let typed = Gate::new();
    let server = logged_in("u", "p")
        .expect("CWD dir")
        .open(&asked)
        .pause_until(&typed)
        .send("250 ok\r\n")
        .expect("NOOP")
        .send("200 ok\r\n")
        .expect("QUIT")
        .send("221 bye\r\n")
        .start();
    let mut terminal = Ftpsh::new()
        .arg(format!("ftp://u:p@{}/dir/f.txt", server.address()))
        .terminal();
    asked.wait();
    terminal.send("NOOP\r");
    terminal.wait_until_typed();
    typed.open();
    terminal.expect("`get f.txt` fetches it");
    terminal.expect("\n200 ");
    terminal.expect("ftp> ");
    terminal.send("QUIT\r");
    let _ = server.finish();
}

#[cfg(unix)]
#[test]
fn without_a_cursor_the_line_is_named() {
    let server = practice_server(&[]);
    let mut terminal = Ftpsh::new()
        .env("TERM", "dumb")
        .arg(format!("ftp://A:A@{}/1.TXT", server.address()))
        .terminal();
    terminal.expect("`get 1.TXT` fetches it");
    terminal.expect("ftp> ");
    terminal.send_line("NOOP");
    terminal.expect("\n200 ");
}

#[cfg(unix)]
#[test]
fn with_standard_output_elsewhere_it_is_said_that_lines_are_read_from_the_terminal() {
    let server = practice_server(&[]);
    let ftpsh = Ftpsh::new().arg(format!("ftp://A:A@{}/1.TXT", server.address()));
    let program = ftpsh.program_path().to_owned();
    let words = ["/bin/bash", "-c", "\"$@\" > got", "bash"];
    let mut terminal = ftpsh.run_by(words, &program).terminal();
    terminal.expect("lines are read from standard input now");
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
}
