//! Downloads: in which order replies and data come, and what becomes of the file.

use std::fs;
use std::time::{Duration, SystemTime};

use super::hand::{End, Hand, is_idle, read_to_end};
use super::{connected, greeted, passive, run_in, shell, shell_in, type_passive};
#[cfg(unix)]
use crate::support::ftpsh::Finished;
use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::practice::practice_server;
use crate::support::scripted_server::Gate;

#[test]
fn data_that_come_after_the_226_are_received_whole() {
    let folder = tempfile::tempdir().unwrap();
    let seen = Gate::new();
    let server = passive(greeted())
        .expect("RETR f")
        .send("150 here\r\n226 done\r\n")
        .pause_until(&seen)
        .send_data("after")
        .close_data()
        .expect("NOOP")
        .send("200 noop\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = shell_in(Some(folder.path()), server.address());
    type_passive(&mut terminal);
    terminal.send_line("RETR f > out");
    terminal.expect("226 done");
    seen.open();
    terminal.expect("5 bytes received");
    terminal.expect("ftp> ");
    terminal.send_line("NOOP");
    terminal.expect("200 noop");
    terminal.send_line("close");
    let _ = server.finish();
    assert_eq!(fs::read(folder.path().join("out")).unwrap(), b"after");
}

#[test]
fn data_that_come_before_the_150_are_shown_before_it() {
    let seen = Gate::new();
    let server = passive(greeted())
        .expect("RETR f")
        .send_data("early data\r\n")
        .close_data()
        .pause_until(&seen)
        .send("150 here\r\n226 done\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = shell(server.address());
    type_passive(&mut terminal);
    terminal.send_line("RETR f");
    terminal.expect("early data");
    seen.open();
    terminal.expect("150 here");
    terminal.expect("226 done");
    terminal.expect("ftp> ");
    terminal.send_line("close");
    let _ = server.finish();
}

#[test]
fn data_are_received_whole_whether_the_150_comes_first_or_last_or_never() {
    for (before, after) in [
        ("150 here\r\n", "226 done\r\n"),
        ("", "150 here\r\n226 done\r\n"),
        ("", "226 done\r\n"),
        ("125 here\r\n226 done\r\n", ""),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let content: Vec<u8> = (0..300_000_u32).map(|i| (i % 253) as u8).collect();
        let server = passive(greeted().expect("TYPE I").send("200 I\r\n"))
            .expect("RETR f")
            .send(before)
            .send_data(&content)
            .close_data()
            .send(after)
            .wait_for_client_close()
            .start();
        let commands = ["TYPE I", "PASV", "RETR f > out"];
        let finished = run_in(folder.path(), server.address(), &commands);
        let _ = finished.success();
        let _ = server.finish();
        assert_eq!(fs::read(folder.path().join("out")).unwrap(), content);
    }
}

#[test]
fn a_refused_download_leaves_files_alone_and_the_connection_for_the_next() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("old"), "mine").unwrap();
    let server = passive(greeted())
        .expect("RETR a")
        .send("550 none\r\n")
        .expect("RETR b")
        .send("550 none\r\n")
        .expect("RETR c")
        .send("550 none\r\n")
        .expect("RETR d")
        .send("150 here\r\n")
        .send_data("data")
        .close_data()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let commands = [
        "PASV",
        "RETR a > new",
        "RETR b > old",
        "RETR c >> old",
        "RETR d > good",
    ];
    let finished = run_in(folder.path(), server.address(), &commands);
    let _ = finished.code(1);
    let _ = server.finish();
    assert!(!folder.path().join("new").exists());
    assert_eq!(fs::read(folder.path().join("old")).unwrap(), b"mine");
    assert_eq!(fs::read(folder.path().join("good")).unwrap(), b"data");
}

#[test]
fn a_refusal_that_takes_the_data_connection_along_is_told() {
    // ProFTPD.
    for reset in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let script = passive(greeted()).expect("RETR a");
        let script = if reset {
            script.reset_data().send("550 none\r\n")
        } else {
            script.send("550 none\r\n").close_data()
        };
        let server = script
            .expect("PASV")
            .listen_data()
            .send_with_port(super::PASSIVE)
            .accept_data()
            .expect("RETR b")
            .send("150 here\r\n")
            .send_data("data")
            .close_data()
            .send("226 done\r\n")
            .wait_for_client_close()
            .start();
        let mut terminal = shell_in(Some(folder.path()), server.address());
        type_passive(&mut terminal);
        terminal.send_line("RETR a > new");
        terminal.wait_for("550 none");
        terminal.wait_for("the data connection");
        type_passive(&mut terminal);
        terminal.send_line("RETR b > good");
        terminal.expect("226 done");
        terminal.expect("ftp> ");
        terminal.send_line("close");
        let _ = server.finish();
        assert!(!folder.path().join("new").exists());
        assert_eq!(fs::read(folder.path().join("good")).unwrap(), b"data");
    }
}

#[test]
fn a_150_and_then_a_550_counts_as_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = passive(greeted())
        .expect("RETR a")
        .send("150 here\r\n")
        .close_data()
        .send("550 none\r\n")
        .expect("NOOP")
        .send("200 noop\r\n")
        .wait_for_client_close()
        .start();
    let commands = ["PASV", "RETR a > new", "NOOP"];
    let finished = run_in(folder.path(), server.address(), &commands).code(1);
    assert!(finished.stderr.contains("200 noop"), "{}", finished.stderr);
    let _ = server.finish();
}

/// As where TLS fails on the data connection after the 150.
#[test]
fn a_download_that_breaks_before_its_first_byte_leaves_the_file_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("old"), "mine").unwrap();
    let server = passive(greeted())
        .expect("RETR a")
        .send("150 here\r\n")
        .reset_data()
        .send("426 broken\r\n")
        .wait_for_client_close()
        .start();
    let commands = ["PASV", "RETR a > old"];
    let _ = run_in(folder.path(), server.address(), &commands).code(1);
    let _ = server.finish();
    assert_eq!(fs::read(folder.path().join("old")).unwrap(), b"mine");
}

#[test]
fn an_empty_download_makes_an_empty_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("old"), "mine").unwrap();
    let server = passive(
        passive(greeted())
            .expect("RETR a")
            .send("150 here\r\n")
            .close_data()
            .send("226 done\r\n"),
    )
    .expect("RETR b")
    .send("150 here\r\n")
    .close_data()
    .send("226 done\r\n")
    .wait_for_client_close()
    .start();
    let commands = ["PASV", "RETR a > new", "PASV", "RETR b > old"];
    let finished = run_in(folder.path(), server.address(), &commands);
    let _ = finished.success();
    let _ = server.finish();
    assert_eq!(fs::read(folder.path().join("new")).unwrap(), b"");
    assert_eq!(fs::read(folder.path().join("old")).unwrap(), b"");
}

#[test]
fn a_server_that_waits_for_the_clients_close_sends_its_226() {
    let folder = tempfile::tempdir().unwrap();
    let hand = Hand::new();
    let address = hand.address();
    let path = folder.path().to_owned();
    let program = std::thread::spawn(move || run_in(&path, address, &["PASV", "RETR f > out"]));
    let mut control = hand.greet();
    let mut data = control.passive();
    control.expect("RETR f");
    control.send("150 here\r\n");
    std::io::Write::write_all(&mut data, b"data").unwrap();
    data.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(read_to_end(&mut data), (Vec::new(), End::Closed));
    control.send("226 done\r\n");
    let _ = program.join().unwrap().success();
    control.expect_end();
    assert_eq!(fs::read(folder.path().join("out")).unwrap(), b"data");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_resets_the_connection_and_ends_with_7() {
    let finished = cut_short("RETR f > /dev/full");
    assert!(finished.code(7).stderr.contains("200 noop"));
}

#[cfg(unix)]
#[test]
fn a_reader_that_stops_early_is_not_a_failure() {
    let finished = cut_short("RETR f | head -c 10");
    assert_eq!(finished.success().stdout, b"xxxxxxxxxx");
}

/// A download without end that the client breaks off; the server's 426 and a NOOP after it.
#[cfg(unix)]
fn cut_short(line: &'static str) -> Finished {
    let hand = Hand::new();
    let address = hand.address();
    let program = std::thread::spawn(move || super::lines(address, &["PASV", line, "NOOP"]).run());
    let mut control = hand.greet();
    let mut data = control.passive();
    control.expect(
        line.split([' ', '>', '|'])
            .take(2)
            .collect::<Vec<_>>()
            .join(" ")
            .as_str(),
    );
    control.send("150 here\r\n");
    super::hand::write_without_end(&mut data);
    control.send("426 broken\r\n");
    control.expect("NOOP");
    control.send("200 noop\r\n");
    control.expect_end();
    program.join().expect("it ran")
}

#[test]
fn a_connection_that_a_refused_command_left_open_is_told_by_the_prompt() {
    let (mut control, mut terminal) = connected(None);
    terminal.send_line("PASV");
    let data = control.passive();
    terminal.expect("ftp ⇄> ");
    terminal.send_line("RETR f");
    control.expect("RETR f");
    control.send("550 none\r\n");
    terminal.expect("550 none");
    terminal.expect("ftp ⇄> ");
    assert!(is_idle(&data));
}

#[test]
fn a_download_that_ends_short_of_what_was_told_says_so() {
    for (mode, is_told, code) in [("I", true, 1), ("A", false, 0)] {
        let kind = format!("TYPE {mode}");
        let server = greeted().expect(&kind).send("200 ok\r\n");
        let server = passive(server)
            .expect("RETR f")
            .send("150 here (400 bytes)\r\n")
            .send_data("half")
            .close_data()
            .send("226 done\r\n")
            .wait_for_client_close()
            .start();
        let finished = crate::support::ftpsh::Ftpsh::new()
            .arg(server.address().to_string())
            .args(["-c", &kind, "-c", "PASV", "-c", "RETR f > -"])
            .run()
            .code(code);
        let _ = server.finish();
        assert_eq!(finished.stdout, b"half");
        let told = finished.stderr.contains("announced 400 bytes and 4 came");
        assert_eq!(told, is_told, "{}", finished.stderr);
    }
}

/// The lines that a script sends after TYPE I, and what the server is told to bring by each reply that tells.
#[track_caller]
fn assert_short_in_scripts(line: &str, size: Option<u64>, announced: &str, code: i32) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut script = greeted().expect("TYPE I").send("200 ok\r\n");
    let mut lines = vec!["TYPE I"];
    if let Some(size) = size {
        script = script.expect("SIZE f").send(format!("213 {size}\r\n"));
        lines.push("SIZE f");
    }
    if line.starts_with("get") {
        script = script.expect("TYPE I").send("200 ok\r\n");
    } else {
        lines.push("PASV");
    }
    let server = passive(script)
        .expect("RETR f")
        .send(format!("150 here{announced}\r\n"))
        .send_data("half")
        .close_data()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    lines.push(line);
    let finished = run_in(folder.path(), server.address(), &lines);
    let context = format!("{line}, SIZE {size:?},{announced}: {}", finished.stderr);
    assert_eq!(finished.status, code, "{context}");
    let _ = server.finish();
}

#[test]
fn a_download_that_ends_short_is_a_failure_in_scripts_in_every_form() {
    let forms = [
        "RETR f",
        "RETR f > -",
        "RETR f > file",
        "RETR f >> file",
        "RETR f > file &",
        "RETR f | cat",
        "RETR f | cat > /dev/null",
        "get f",
    ];
    let forms = forms
        .into_iter()
        .filter(|form| cfg!(unix) || !form.contains('|'));
    for form in forms {
        assert_short_in_scripts(form, None, " (400 bytes)", 1);
        assert_short_in_scripts(form, Some(400), "", 1);
        assert_short_in_scripts(form, Some(400), " (4 bytes)", 1);
        assert_short_in_scripts(form, Some(4), " (4 bytes)", 0);
    }
}

#[test]
fn in_mode_z_no_size_says_how_many_bytes_come() {
    let server = greeted()
        .expect("TYPE I")
        .send("200 ok\r\n")
        .expect("MODE Z")
        .send("200 ok\r\n")
        .expect("SIZE f")
        .send("213 100000\r\n");
    let server = passive(server)
        .expect("RETR f")
        .send("150 here (100000 bytes)\r\n")
        .send_data([b'z'; 121])
        .close_data()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let commands = ["TYPE I", "MODE Z", "SIZE f", "PASV", "RETR f > -"];
    let finished = super::lines(server.address(), &commands).run().success();
    let _ = server.finish();
    assert_eq!(finished.stdout, [b'z'; 121]);
    assert!(
        !finished.stderr.contains("100000 bytes and"),
        "{}",
        finished.stderr
    );
}

/// As a download that was killed leaves it.
#[test]
fn the_beginning_of_a_file_is_told_with_its_size_and_age_by_the_next_download() {
    let home = Home::new();
    let partial = home.path().join("1.TXT");
    fs::write(&partial, "I ").unwrap();
    let written = SystemTime::now() - Duration::from_secs(2 * 3_600 + 60);
    let file = fs::File::options().write(true).open(&partial).unwrap();
    file.set_modified(written).unwrap();
    let server = practice_server(&[]);
    let run = |lines: &[&str]| {
        let lines = lines.iter().flat_map(|line| ["-c", line]);
        let target = format!("ftp://A:A@{}", server.address());
        Ftpsh::new().home(home.path()).args(lines).arg(target).run()
    };
    let refused = run(&["get 1.TXT"]).code(7).stderr;
    let told = "1.TXT: it exists already (2 bytes from 2 hours ago); `resume --get 1.TXT` goes on where it ends";
    assert!(
        refused.contains(told) && !refused.contains("RETR 1"),
        "{refused}"
    );
    let mut terminal = Ftpsh::new()
        .home(home.path())
        .arg(format!("ftp://A:A@{}", server.address()))
        .terminal_of(40, 120);
    terminal.expect("230");
    for line in ["TYPE I", "PASV", "RETR none > 1.TXT"] {
        terminal.send_line(line);
    }
    terminal.expect("1.TXT has 2 bytes from 2 hours ago and is replaced once data comes");
    terminal.expect("`resume --get none 1.TXT` would go on after them");
    terminal.expect("550");
    let _ = run(&["resume --get 1.TXT"]).success();
    assert_eq!(fs::read(&partial).unwrap(), b"I am ");
}
