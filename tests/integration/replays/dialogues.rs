//! Replies as they come, against servers that play a script.

use std::time::Instant;

use super::{Scripts, replay};
use crate::support::ftpsh::Finished;
use crate::support::scripted_server::Script;

fn greeted() -> Script {
    Script::new().send("220 ready\r\n")
}

/// The transcript after its greeting, with a short time limit.
fn replay_quickly(text: &str, server: Script) -> Finished {
    let server = server.start();
    let scripts = Scripts::new(&[("x.ftp", &format!("S> 220\n{text}"))]);
    let target = server.address().to_string();
    let finished = scripts.replay(&["x.ftp", &target, "--timeout", "1"]).run();
    server.finish();
    finished
}

#[track_caller]
fn assert_says(finished: &Finished, words: &[&str]) {
    for word in words {
        assert!(
            finished.stderr.contains(word),
            "{word}:\n{}",
            finished.stderr
        );
    }
}

#[test]
fn a_mismatch_names_the_place_and_shows_both() {
    let server = greeted()
        .expect("NOOP")
        .send("500 \x1b[2Jno\r\n")
        .wait_for_client_close();
    let finished = replay_quickly("\nC> NOOP\nS> 200 [..]\nC> NOOP\nS> 200\n", server).code(6);
    assert_says(
        &finished,
        &[
            "FAILED   x.ftp:4  expected 200, actual 500",
            "expected  200 [..]",
            "actual    500 \\x1b[2Jno",
        ],
    );
}

#[test]
fn replies_of_several_lines_are_compared_line_by_line() {
    let server = || {
        greeted()
            .expect("FEAT")
            .send("211-Features:\r\n SIZE\r\n MDTM\r\n211 End\r\n")
    };
    let expected = "C> FEAT\nS> 211-[..]\nS> ...\nS>  MDTM\nS> 211 End\n";
    let _ = replay_quickly(expected, server()).success();
    let other = "C> FEAT\nS> 211-[..]\nS>  MDTM\nS> 211 End\n";
    let finished = replay_quickly(other, server()).code(6);
    assert_says(
        &finished,
        &[
            "different text after 211",
            "actual    211-Features:",
            "\n               SIZE\n",
        ],
    );
}

#[test]
fn a_value_that_was_captured_is_sent_and_compared() {
    let server = greeted()
        .expect("SIZE x")
        .send("213 42\r\n")
        .expect("REST 42")
        .send("350 at 42\r\n")
        .expect("SIZE x")
        .send("213 43\r\n");
    let text = "C> SIZE x\nS> 213 {n}\nC> REST {n}\nS> 350 at {n}\nC> SIZE x\nS> 213 {n}\n";
    let finished = replay_quickly(text, server).code(6);
    assert_says(&finished, &["x.ftp:7  different text after 213"]);
}

#[test]
fn a_reply_too_many_is_named() {
    let server = greeted()
        .expect("NOOP")
        .send("200 one\r\n200 two\r\n")
        .wait_for_client_close();
    let finished = replay_quickly("C> NOOP\nS> 200 one\nC> NOOP\nS> 200\n", server).code(6);
    assert_says(
        &finished,
        &[
            "x.ftp:3  no reply was expected, actual 200",
            "actual    200 two",
        ],
    );
}

#[test]
fn an_unexpected_reply_and_the_end_of_the_connection_can_be_expected() {
    let server = || {
        greeted()
            .expect("NOOP")
            .send("200 ok\r\n421 idle\r\n")
            .close()
    };
    let _ = replay_quickly("C> NOOP\nS> 200\nS> 421\nS> @closed\n", server()).success();
    let finished = replay_quickly("C> NOOP\nS> 200\nS> 421\nS> 421\n", server()).code(3);
    assert_says(&finished, &["x.ftp:5  no reply: the session ended first"]);
}

#[test]
fn a_connection_that_stays_open_is_not_closed() {
    let server = greeted()
        .expect("QUIT")
        .send("221 bye\r\n")
        .wait_for_client_close();
    let finished = replay_quickly("C> QUIT\nS> 221\nS> @closed\n", server).code(6);
    assert_says(
        &finished,
        &["x.ftp:4  expected the end of the control connection, actual it stays open"],
    );
}

#[test]
fn a_server_that_closes_instead_of_answering_is_a_lost_connection() {
    let finished = replay_quickly("C> NOOP\nS> 200\n", greeted().expect("NOOP").close()).code(3);
    assert_says(&finished, &["x.ftp:3  no reply"]);
}

#[test]
fn a_server_that_does_not_answer_is_not_waited_for_longer_than_the_limit() {
    let begun = Instant::now();
    let server = greeted().expect("NOOP").wait_for_client_close();
    let finished = replay_quickly("C> NOOP\nS> 200\n", server).code(3);
    assert_says(&finished, &["x.ftp:3  no reply within 1 s"]);
    assert!(begun.elapsed().as_secs() < 15);
}

#[test]
fn a_line_goes_out_byte_for_byte() {
    let server = greeted()
        .expect(b" \xe9\\x {x}\xff")
        .send("500 no\r\n")
        .start();
    let text = "S> 220\nC>  {0xe9}\\x {{x}{0xFF}\nS> 500\n";
    let _ = replay(text, server.address()).success();
    server.finish();
}

#[test]
fn a_value_cannot_hide_a_second_command() {
    let server = greeted().wait_for_client_close().start();
    let scripts = Scripts::new(&[("x.ftp", "S> 220\nC> CWD {d}\nS> 250\n")]);
    let target = server.address().to_string();
    let finished = scripts
        .replay(&["x.ftp", &target, "--var", "d=a\r\nDELE b"])
        .run()
        .code(2);
    assert_says(&finished, &["x.ftp:2", "second command"]);
    assert_eq!(server.finish().bytes, b"");
}

#[test]
fn it_is_not_said_that_nothing_was_sent_once_something_was() {
    let text = "S> 220\nC> NOOP\nS> 200\nC> CWD {d}\nS> 250\n";
    let scripts = Scripts::new(&[("x.ftp", text)]);
    let server = greeted().expect("NOOP").send("200 ok\r\n");
    let server = server.wait_for_client_close().start();
    let target = server.address().to_string();
    let replay = scripts.replay(&["x.ftp", &target, "--var", "d=a\rb"]);
    let finished = replay.run().code(2);
    assert_says(
        &finished,
        &["x.ftp:4", "the line was not sent, what is above it was"],
    );
    assert!(
        !finished.stderr.contains("nothing was sent"),
        "{}",
        finished.stderr
    );
    assert_eq!(server.finish().bytes, b"NOOP\r\n");
}

#[test]
fn a_path_goes_on_as_the_quotes_of_the_server_mean_it() {
    let text = "S> 220\nC> PWD\nS> 257 \"{path}\"[..]\nC> CWD {path}\nS> 250\n";
    for (path, sent) in [
        ("/a", Some("CWD /a")),
        ("a\"\"b", Some("CWD a\"b")),
        ("a\rDELE b", None),
    ] {
        let server = greeted().expect("PWD");
        let server = server.send(format!("257 \"{path}\" is it\r\n"));
        let server = match sent {
            Some(line) => server.expect(line).send("250 ok\r\n"),
            None => server.wait_for_client_close(),
        };
        let server = server.start();
        let finished = replay(text, server.address());
        let _ = server.finish();
        let _ = finished.code(if sent.is_some() { 0 } else { 6 });
    }
}
