//! Lines of a script that begin with `#` or `-`.

use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::practice::practice_server;
use crate::support::scripted_server::Script;

/// Runs lines as standard input and as `-c`, on a server that says 500 to everything, and tells what it heard.
fn on_refusing_server(lines: &[&str], heard: &[&str]) -> [Finished; 2] {
    [false, true].map(|given| {
        let mut script = Script::new().send("220 hi\r\n");
        for line in heard {
            script = script.expect(*line).send("500 no\r\n");
        }
        let server = script.wait_for_client_close().start();
        let mut program = Ftpsh::new().arg(server.address().to_string());
        program = if given {
            program.args(lines.iter().flat_map(|line| ["-c", line]))
        } else {
            program.stdin(lines.join("\n"))
        };
        let finished = program.run();
        let _ = server.finish();
        finished
    })
}

#[test]
fn a_comment_is_not_sent() {
    for finished in on_refusing_server(&["# a comment", "#", "-XYZZY", "# the end"], &["XYZZY"]) {
        let said = finished.success().stderr;
        assert!(!said.contains("comment"), "{said}");
    }
}

#[test]
fn the_failure_of_a_line_that_may_fail_is_shown_and_not_counted() {
    for finished in on_refusing_server(&["-XYZZY", "-STOR f", "-!exit 3"], &["XYZZY"]) {
        let said = finished.success().stderr;
        for words in ["→ XYZZY\n500 no\n", "add < file", "exit"] {
            assert!(said.contains(words), "{said}");
        }
    }
    for finished in on_refusing_server(&["-XYZZY", "PLUGH"], &["XYZZY", "PLUGH"]) {
        let _ = finished.code(1);
    }
}

#[test]
fn a_line_that_may_fail_does_not_stop_a_script_with_stop() {
    let server = practice_server(&[]);
    let _ = Ftpsh::new()
        .args(["--stop", "-q", "-c", "-DELE absent", "-c", "MKD on"])
        .arg(format!("ftp://A:A@{}", server.address()))
        .run()
        .success();
    assert!(server.server_folder().join("on").is_dir());
}

#[test]
fn quote_sends_a_line_that_begins_with_a_mark() {
    let lines = ["quote # x", "quote -XYZZY"];
    for finished in on_refusing_server(&lines, &["# x", "-XYZZY"]) {
        let _ = finished.code(1);
    }
}

#[test]
fn the_lines_of_a_here_document_have_no_marks() {
    let server = practice_server(&[]);
    let _ = Ftpsh::new()
        .arg(format!("ftp://A:A@{}", server.address()))
        .stdin("TYPE I\nPASV\n-STOR f <<END\n# one\n-two\nEND\n")
        .run()
        .success();
    let stored = std::fs::read_to_string(server.server_folder().join("f")).unwrap();
    assert_eq!(stored, "# one\n-two\n");
}

#[test]
fn a_connection_that_is_lost_where_it_may_be_counts_for_the_lines_that_need_it() {
    for (lines, code) in [
        (&["-XYZZY"][..], 0),
        (&["-XYZZY", "!exit 0"], 0),
        (&["-XYZZY", "NOOP"], 3),
        (&["XYZZY"], 3),
    ] {
        let server = Script::new()
            .send("220 hi\r\n")
            .expect("XYZZY")
            .close()
            .start();
        let finished = Ftpsh::new()
            .arg(server.address().to_string())
            .stdin(lines.join("\n"))
            .run();
        let _ = server.finish();
        assert_eq!(finished.status, code, "{lines:?}: {}", finished.stderr);
    }
}

#[test]
fn at_a_prompt_both_are_sent_as_typed() {
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("# x")
        .send("500 no\r\n")
        .expect("-XYZZY")
        .send("500 no\r\n")
        .wait_for_client_close()
        .start();
    let terminal = Ftpsh::new().arg(server.address().to_string()).terminal();
    for line in ["# x", "-XYZZY"] {
        terminal.wait_for("ftp>");
        terminal.send_line(line);
    }
    terminal.wait_for_screen("two refusals", |screen| {
        screen.matches("500 no").count() == 2
    });
    terminal.send_line("close");
    assert_eq!(server.finish().lines, ["# x", "-XYZZY"]);
    terminal.send_line("exit");
    let _ = terminal.wait_exit();
}
