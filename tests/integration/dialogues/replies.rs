//! Replies in every shape, and connections that end.

use super::{greeted, lines, passive, run_in, shell};
use crate::support::scripted_server::{Gate, Script};

#[test]
fn telnet_commands_are_shown_and_removed_and_never_answered() {
    let server = Script::new()
        .send(b"\xff\xfd\x18220 ready\r\n")
        .expect("NOOP")
        .send(b"\xff\xfc\x01200 no\xff\xf1op\r\n")
        .wait_for_client_close()
        .start();
    let said = lines(server.address(), &["NOOP"]).run().success().stderr;
    assert_eq!(server.finish().bytes, b"NOOP\r\n");
    assert!(
        said.contains("FF FD 18") && said.contains("FF FC 01"),
        "{said}"
    );
    assert!(
        said.contains("220 ready\n") && said.contains("200 noop\n"),
        "{said}"
    );
}

#[test]
fn a_reply_that_ends_with_another_code_ends_after_two_seconds_of_silence() {
    let server = greeted()
        .expect("STAT")
        .send("211-Status\r\n 200 is a number\r\n200 is not the end\r\n more\r\n226 End\r\n")
        .expect("NOOP")
        .send("200 noop\r\n")
        .wait_for_client_close()
        .start();
    let said = lines(server.address(), &["STAT", "NOOP"])
        .run()
        .success()
        .stderr;
    let _ = server.finish();
    assert!(said.contains("began with 211 and ended with 226"), "{said}");
    assert!(said.contains("200 noop"), "{said}");
}

#[test]
fn a_reply_that_ends_with_another_code_does_not_end_where_that_is_forbidden() {
    let server = greeted()
        .expect("STAT")
        .send("211-Status\r\n226 End\r\n")
        .wait_for_client_close()
        .start();
    let commands = ["set multiline strict", "STAT", "NOOP"];
    let finished = lines(server.address(), &commands)
        .args(["--timeout", "3"])
        .run();
    let _ = finished.code(3);
    assert_eq!(server.finish().lines, ["STAT"]);
}

#[test]
fn a_reply_that_comes_byte_by_byte_is_one_reply() {
    let reply = "211-Features:\r\n 211 SIZE\r\n211-x\r\n211 End\r\n";
    let mut script = greeted().expect("FEAT");
    for byte in reply.as_bytes() {
        script = script.send([*byte]);
    }
    let server = script
        .expect("NOOP")
        .send("200 noop\r\n")
        .wait_for_client_close()
        .start();
    let said = lines(server.address(), &["FEAT", "NOOP"])
        .run()
        .success()
        .stderr;
    let _ = server.finish();
    let shown = "211-Features:\n 211 SIZE\n211-x\n211 End\n";
    assert!(said.contains(shown) && said.contains("200 noop"), "{said}");
}

#[test]
fn a_server_that_needs_a_while_greets_twice() {
    let server = Script::new()
        .send("120 in a minute\r\n")
        .send("220 ready\r\n")
        .expect("NOOP")
        .send("200 noop\r\n")
        .wait_for_client_close()
        .start();
    let said = lines(server.address(), &["NOOP"]).run().success().stderr;
    let _ = server.finish();
    assert!(!said.contains("note:"), "{said}");
}

#[test]
fn a_421_at_an_idle_prompt_is_shown_above_the_line_that_is_typed() {
    let gate = Gate::new();
    let server = greeted()
        .pause_until(&gate)
        .send("421 idle for too long\r\n")
        .close()
        .start();
    let mut terminal = shell(server.address());
    terminal.send("PW");
    terminal.expect("ftp> PW");
    gate.open();
    terminal.expect("421 idle for too long");
    terminal.expect("the server closed the connection");
    terminal.wait_for_screen("the half line under the reply", |screen| {
        let reply = screen.find("421 idle");
        let line = screen.rfind("ftp> PW");
        reply.is_some() && line > reply
    });
    terminal.send_line("D");
    terminal.expect("not connected");
    terminal.expect("(closed) ftp> ");
    terminal.send_line("exit");
    assert_eq!(terminal.wait_exit(), 3);
    let _ = server.finish();
}

#[test]
fn a_421_ends_a_script_with_3_wherever_it_comes() {
    let greeting = Script::new().send("421 full\r\n").close().start();
    let _ = lines(greeting.address(), &["NOOP"]).run().code(3);
    assert!(greeting.finish().lines.is_empty());
    for commands in [&["NOOP"][..], &["NOOP", "PWD"]] {
        let reply = greeted()
            .expect("NOOP")
            .send("421 idle\r\n")
            .close()
            .start();
        let _ = lines(reply.address(), commands).run().code(3);
        assert_eq!(reply.finish().lines, ["NOOP"]);
    }
    let dawdling = greeted()
        .expect("NOOP")
        .send("421 idle\r\n")
        .wait_for_client_close()
        .start();
    let _ = lines(dawdling.address(), &["NOOP", "PWD"]).run().code(3);
    assert_eq!(dawdling.finish().lines, ["NOOP"]);
}

#[test]
fn a_connection_that_ends_in_the_middle_ends_a_script_with_3() {
    type End = fn(Script) -> Script;
    let endings: [(&str, End); 5] = [
        ("before the reply", Script::close),
        ("by a reset", Script::reset),
        ("in a line", |script| script.send("20").close()),
        ("in a reply", |script| {
            script.send("200-a\r\n b\r\n").close()
        }),
        ("after a 1yz", |script| script.send("150 a\r\n").close()),
    ];
    for (name, end) in endings {
        let server = end(greeted().expect("PWD")).start();
        let finished = lines(server.address(), &["PWD", "NOOP"]).run();
        assert_eq!(finished.status, 3, "{name}: {}", finished.stderr);
        assert_eq!(server.finish().lines, ["PWD"], "{name}");
    }
}

#[test]
fn a_download_goes_on_when_the_control_connection_is_gone_and_counts_as_lost() {
    let folder = tempfile::tempdir().unwrap();
    let server = passive(greeted())
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data("first ")
        .close()
        .send_data("second")
        .close_data()
        .start();
    let finished = run_in(folder.path(), server.address(), &["PASV", "RETR f > out"]);
    let _ = finished.code(3);
    let _ = server.finish();
    let out = std::fs::read(folder.path().join("out")).unwrap();
    assert_eq!(out, b"first second");
}

#[test]
fn a_last_line_without_its_end_is_still_shown() {
    let server = greeted().expect("NOOP").send("421 bye").close().start();
    let said = lines(server.address(), &["NOOP"]).run().code(3).stderr;
    let _ = server.finish();
    assert!(said.contains("421 bye"), "{said}");
}

#[test]
fn lines_that_are_not_a_reply_are_shown_and_answer_nothing() {
    let server = greeted()
        .expect("NOOP")
        .send("10054 reset\r\nhello\r\n200 noop\r\n")
        .wait_for_client_close()
        .start();
    let said = lines(server.address(), &["NOOP"]).run().success().stderr;
    let _ = server.finish();
    assert!(
        said.contains("a line that is not a reply: 10054 reset"),
        "{said}"
    );
    assert!(said.contains("200 noop"), "{said}");
}
