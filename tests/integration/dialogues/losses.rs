//! What must not be taken for success, for data, or for a command.

use std::fs;
use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

use super::hand::{Control, End, Hand, is_idle, read_to_end};
use super::{connected, greeted, passive, run_in};
use crate::support::ftpsh::Finished;

/// The program with these lines in a folder, against a server that is played meanwhile.
fn run_against(
    folder: &std::path::Path,
    lines: &'static [&'static str],
    play: impl FnOnce(&mut Control),
) -> Finished {
    let hand = Hand::new();
    let (address, folder) = (hand.address(), folder.to_owned());
    let program = thread::spawn(move || run_in(&folder, address, lines));
    let mut control = hand.greet();
    play(&mut control);
    program.join().expect("the program has ended")
}

#[test]
fn a_download_that_is_completed_without_a_data_connection_leaves_the_file_alone() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    fs::write(&out, "old").unwrap();
    let server = greeted()
        .expect("RETR a")
        .send("150 here\r\n226 done\r\n")
        .wait_for_client_close()
        .start();
    let _ = run_in(folder.path(), server.address(), &["RETR a > out"]).code(3);
    assert_eq!(fs::read(&out).unwrap(), b"old");
    let _ = server.finish();
}

#[test]
fn an_upload_that_is_completed_without_a_data_connection_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "content").unwrap();
    let server = greeted()
        .expect("STOR a")
        .send("150 here\r\n226 done\r\n")
        .wait_for_client_close()
        .start();
    let _ = run_in(folder.path(), server.address(), &["STOR a < file"]).code(3);
    let _ = server.finish();
}

#[test]
fn an_upload_that_is_reset_after_its_last_byte_is_a_failure_whatever_the_reply_says() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "content").unwrap();
    let lines = &["PASV", "STOR a < file"];
    let finished = run_against(folder.path(), lines, |control| {
        let mut data = control.passive();
        control.expect("STOR a");
        control.send("150 here\r\n");
        assert_eq!(read_to_end(&mut data), (b"content".to_vec(), End::Closed));
        SockRef::from(&data)
            .set_linger(Some(Duration::ZERO))
            .unwrap();
        drop(data);
        control.send("226 done\r\n");
        control.expect_end();
    });
    let _ = finished.code(3);
}

#[test]
fn an_upload_that_is_reset_after_its_line_had_ended_is_a_failure_of_the_script() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "content").unwrap();
    let lines = &["PASV", "STOR a < file", "NOOP"];
    let finished = run_against(folder.path(), lines, |control| {
        let data = control.passive();
        control.expect("STOR a");
        control.send("150 here\r\n226 done\r\n");
        control.expect("NOOP");
        // What is unread makes it a reset.
        drop(data);
        control.send("200 ok\r\n");
        control.expect_end();
    });
    let _ = finished.code(3);
}

#[test]
fn a_download_of_nothing_that_has_only_a_226_empties_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    fs::write(&out, "old").unwrap();
    let server = passive(greeted())
        .expect("RETR a")
        .close_data()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let lines = ["PASV", "RETR a > out"];
    let _ = run_in(folder.path(), server.address(), &lines).success();
    assert_eq!(fs::read(&out).unwrap(), b"");
    let _ = server.finish();
}

#[test]
fn a_download_of_nothing_that_is_refused_after_its_150_leaves_the_file_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    fs::write(&out, "old").unwrap();
    let server = passive(greeted())
        .expect("RETR a")
        .send("150 here\r\n")
        .close_data()
        .send("451 it cannot be read\r\n")
        .wait_for_client_close()
        .start();
    let lines = ["PASV", "RETR a > out"];
    let _ = run_in(folder.path(), server.address(), &lines).code(1);
    assert_eq!(fs::read(&out).unwrap(), b"old");
    let _ = server.finish();
}

/// A refused RETR whose bytes come all the same, and the next one.
fn bytes_of_a_refused_download(send: impl FnOnce(&mut Control, &mut TcpStream)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let lines = &["PASV", "RETR a > out", "PASV", "RETR b > out3"];
    let finished = run_against(folder.path(), lines, |control| {
        let mut first = control.passive();
        control.expect("RETR a");
        send(control, &mut first);
        let mut second = control.passive();
        control.expect("RETR b");
        control.send("150 here\r\n");
        second.write_all(b"of b").expect("the client is there");
        drop(second);
        control.send("226 done\r\n");
        control.expect_end();
    });
    let _ = finished.code(1);
    let out = fs::read(folder.path().join("out3")).expect("it was received");
    assert_eq!(out, b"of b");
}

#[test]
fn bytes_that_come_before_a_550_are_not_in_the_next_file() {
    bytes_of_a_refused_download(|control, data| {
        data.write_all(b"of a").unwrap();
        assert!(is_idle(&control.stream));
        control.send("550 no a\r\n");
    });
}

#[test]
fn bytes_that_come_after_a_550_are_not_in_the_next_file() {
    bytes_of_a_refused_download(|control, data| {
        control.send("550 no a\r\n");
        // It may be closed by now.
        let _ = data.write_all(b"of a");
        let _ = data.shutdown(Shutdown::Write);
    });
}

#[test]
fn a_here_document_of_a_command_that_receives_is_not_taken_for_commands() {
    let folder = tempfile::tempdir().unwrap();
    for line in ["RETR a <<END", "LIST <<END"] {
        let server = greeted().wait_for_client_close().start();
        let finished = crate::support::ftpsh::Ftpsh::new()
            .current_dir(folder.path())
            .arg(server.address().to_string())
            .stdin(format!("{line}\nDELE precious\nEND\n"))
            .run();
        assert_eq!(finished.status, 2, "{line}: {}", finished.stderr);
        assert_eq!(server.finish().bytes, b"", "{line}");
    }
}

#[test]
fn the_data_of_a_line_that_takes_none_are_not_run_as_commands() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x"), "local x").unwrap();
    for line in [
        "put x <<END",
        "put x << END",
        "resume x <<END",
        "NOOP <<END",
        "FOO x <<END",
        "-NOOP <<END",
        "!cat <<END",
        "lcd <<'END'",
    ] {
        let server = greeted().wait_for_client_close().start();
        let finished = crate::support::ftpsh::Ftpsh::new()
            .current_dir(folder.path())
            .arg(server.address().to_string())
            .stdin(format!("{line}\n!echo >made\nDELE precious\nEND\n"))
            .run();
        assert_eq!(finished.status, 2, "{line}: {}", finished.stderr);
        let is_told = finished.stderr.contains("so the run ends here");
        assert!(is_told, "{line}: {}", finished.stderr);
        assert_eq!(server.finish().bytes, b"", "{line}");
        assert!(!folder.path().join("made").exists(), "{line}");
    }
}

#[test]
fn a_line_that_only_mentions_a_here_document_runs_in_a_script() {
    for (line, sent) in [
        ("quote NOOP <<END", "NOOP <<END"),
        ("NOOP <<<END", "NOOP <<<END"),
        ("NOOP <<a b", "NOOP <<a b"),
    ] {
        let server = greeted()
            .expect(sent)
            .send("200 ok\r\n")
            .wait_for_client_close()
            .start();
        let finished = crate::support::ftpsh::Ftpsh::new()
            .arg(server.address().to_string())
            .stdin(line)
            .run();
        let _ = server.finish();
        assert_eq!(finished.status, 0, "{line}: {}", finished.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_local_command_that_fails_is_a_failure_and_one_that_only_stops_reading_is_none() {
    let folder = tempfile::tempdir().unwrap();
    for (line, code) in [
        ("RETR a | no-such-command-xyz", 7),
        ("RETR a | grep nothing", 1),
        ("RETR a | false", 1),
        #[cfg(target_os = "linux")]
        ("RETR a | dd of=/dev/full", 1),
        ("RETR a | cat; exit 3", 1),
        ("RETR a | head -c 1", 0),
        ("RETR a | true", 0),
        ("RETR a | sh -c 'kill -PIPE $$'", 0),
    ] {
        let server = passive(greeted())
            .expect("RETR a")
            .send("150 here\r\n")
            .send_data("some text\r\n")
            .close_data()
            .send("226 done\r\n")
            .wait_for_client_close()
            .start();
        let _ = run_in(folder.path(), server.address(), &["PASV", line]).code(code);
        let _ = server.finish();
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_between_two_lines_of_a_script_sends_at_most_one_more() {
    use std::process::{Command, Stdio};

    let folder = tempfile::tempdir().unwrap();
    let lines = ["NOOP"; 200];
    for answered in [1, 2, 5, 10, 20] {
        let hand = Hand::new();
        let mut program = super::spawn(folder.path(), hand.address(), &lines, Stdio::null());
        let mut control = hand.greet();
        for _ in 0..answered {
            control.expect("NOOP");
            control.send("200 noop\r\n");
        }
        let signalled = Command::new("kill")
            .args(["-INT", &program.id().to_string()])
            .status();
        assert!(signalled.unwrap().success());
        let more = std::iter::from_fn(|| control.next_line()).count();
        assert!(more <= 1, "{more} more");
        assert_eq!(program.wait().unwrap().code(), Some(130));
    }
}

#[test]
fn a_rest_whose_reply_comes_late_is_taken_back_before_the_next_upload() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "content").unwrap();
    let (mut control, mut terminal) = connected(Some(folder.path()));
    terminal.send_line("TYPE I");
    control.expect("TYPE I");
    control.send("200 I\r\n");
    terminal.expect("200 I");
    terminal.expect("ftp> ");
    terminal.send_line("REST 3");
    control.expect("REST 3");
    terminal.send_key(crate::support::terminal::Key::CtrlC);
    terminal.expect("the reply is still outstanding");
    terminal.expect("ftp> ");
    terminal.send_line("NOOP");
    control.expect("NOOP");
    control.send("350 at 3\r\n200 noop\r\n");
    terminal.expect("200 noop");
    terminal.expect("ftp> ");
    terminal.send_line("resume --unverified file");
    let (mut sent, mut data, mut size) = (Vec::new(), None, 3);
    while !sent.iter().any(|verb| verb == "APPE") {
        let line = control.next_line().expect("the program goes on");
        let verb = line.split(' ').next().unwrap_or_default();
        match verb {
            "SIZE" => control.send(format!("213 {size}\r\n")),
            "PASV" => data = Some(control.enter_passive()),
            "RETR" => control.send("550 not to be read\r\n"),
            "APPE" => {
                control.send("150 here\r\n");
                let data = data.as_mut().expect("PASV came first");
                assert_eq!(read_to_end(data), (b"tent".to_vec(), End::Closed));
                size = 7;
                control.send("226 done\r\n");
            }
            _ => control.send("350 fine\r\n"),
        }
        sent.push(if verb == "REST" {
            line
        } else {
            verb.to_owned()
        });
    }
    let last_rest = sent.iter().rfind(|verb| verb.starts_with("REST"));
    assert_eq!(last_rest.map(String::as_str), Some("REST 0"), "{sent:?}");
}
