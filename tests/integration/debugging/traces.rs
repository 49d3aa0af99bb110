//! `trace`: every byte, and no secret.

use std::fs;

use super::{lines, without_times};
use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::scripted_server::{Gate, Script};

const PASSIVE: &str = "227 Entering Passive Mode (127,0,0,1,{p1},{p2}).\r\n";
const PASSWORD: &str = "Xy7-Wq9";

/// A download and an upload.
fn both_ways() -> Script {
    Script::new()
        .send("220 ready\r\n")
        .expect("TYPE I")
        .send("200 image\r\n")
        .expect("PASV")
        .listen_data()
        .send_with_port(PASSIVE)
        .accept_data()
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data(b"a\\\t\x1b\xff\r\n")
        .close_data()
        .send("226 done\r\n")
        .expect("PASV")
        .listen_data()
        .send_with_port(PASSIVE)
        .accept_data()
        .expect("STOR g")
        .send("150 here\r\n")
        .read_data_to_end()
        .close_data()
        .send("226 done\r\n")
        .wait_for_client_close()
}

const BOTH_WAYS: [&str; 5] = [
    "TYPE I",
    "PASV",
    "RETR f > f",
    "PASV",
    "STOR g <<< 'octets'",
];

fn with_trace(trace: &str) -> Vec<&str> {
    [&[trace][..], &BOTH_WAYS].concat()
}

#[test]
fn the_bytes_of_both_connections_are_shown_as_text() {
    let server = both_ways().start();
    let finished = lines(server.address(), &with_trace("trace on"))
        .run()
        .success();
    server.finish();
    let shown: Vec<&str> = finished.stderr.lines().collect();
    for line in [
        "  C→ RETR f\\r\\n",
        "  C← 150 here\\r\\n",
        "  D← a\\\\\\t\\x1b\\xff\\r\\n",
        "  C→ STOR g\\r\\n",
        "  D→ octets",
        "  C← 226 done\\r\\n",
    ] {
        assert!(shown.contains(&line), "{line} in {}", finished.stderr);
    }
    let place = |wanted: &str| shown.iter().position(|line| line.contains(wanted)).unwrap();
    assert!(place("D← a") < place("7 bytes received"));
}

#[test]
fn the_bytes_of_both_connections_are_shown_in_hexadecimal_within_80_columns() {
    let server = both_ways().start();
    let finished = lines(server.address(), &with_trace("trace hex"))
        .run()
        .success();
    server.finish();
    let text = &finished.stderr;
    assert!(
        text.contains("  C→ 8 bytes\n  00000000  52 45 54 52 20 66 0d 0a  "),
        "{text}"
    );
    assert!(
        text.contains("  D← 7 bytes from 0\n  00000000  61 5c 09 1b ff 0d 0a  "),
        "{text}"
    );
    assert!(text.contains("  D→ 6 bytes from 0\n"), "{text}");
    let dumped = text.lines().filter(|line| line.starts_with("  000000"));
    assert!(
        dumped.into_iter().all(|line| line.chars().count() <= 80),
        "{text}"
    );
}

#[test]
fn off_ends_it_and_nothing_is_traced_before_it_is_on() {
    let server = Script::new()
        .send("220 ready\r\n")
        .expect("NOOP")
        .send("200 one\r\n")
        .expect("NOOP")
        .send("200 two\r\n")
        .wait_for_client_close()
        .start();
    let script = ["NOOP", "trace on", "trace off", "NOOP", "trace"];
    let finished = lines(server.address(), &script).run().success();
    server.finish();
    assert!(!finished.stderr.contains("C→"), "{}", finished.stderr);
    assert!(
        finished.stderr.ends_with("trace off\n"),
        "{}",
        finished.stderr
    );
}

#[test]
fn a_file_takes_the_bytes_with_times_and_the_screen_does_not() {
    let home = Home::new();
    let server = both_ways().start();
    let finished = lines(server.address(), &with_trace("trace t.hex"))
        .home(home.path())
        .run()
        .success();
    server.finish();
    assert!(!finished.stderr.contains("C→"), "{}", finished.stderr);
    let trace = fs::read_to_string(home.path().join("t.hex")).unwrap();
    let trace = without_times(&trace);
    assert!(trace.starts_with("# ftpsh trace, "), "{trace}");
    assert!(
        trace.contains("\nTIME C→ 8 bytes\n00000000  52 45 54 52 20 66 0d 0a  "),
        "{trace}"
    );
    assert!(
        trace.contains("\nTIME D← 7 bytes from 0\n00000000  61 5c 09 1b ff "),
        "{trace}"
    );
    assert!(trace.contains("\nTIME D→ 6 bytes from 0\n"), "{trace}");
}

#[test]
fn a_file_that_exists_is_left_alone_unless_it_is_to_be_added_to() {
    let home = Home::new();
    let file = home.path().join("t.hex");
    fs::write(&file, "mine\n").unwrap();
    let run = |line: &str| Ftpsh::new().home(home.path()).args(["-c", line]).run();
    let refused = run("trace t.hex").code(7);
    assert!(
        refused.stderr.contains("trace >> FILE"),
        "{}",
        refused.stderr
    );
    let _ = run("trace > t.hex").code(2);
    let _ = run("trace >t.hex").code(2);
    let _ = run("trace >>").code(2);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine\n");
    for line in ["trace >> t.hex", "trace >>t.hex"] {
        let _ = run(line).success();
        let text = fs::read_to_string(&file).unwrap();
        let (kept, added) = text.split_at("mine\n".len());
        assert!(
            kept == "mine\n" && added.starts_with("# ftpsh trace"),
            "{text}"
        );
    }
    let _ = run("trace >> .").code(7);
}

/// Neither half of it, in the clear or in hexadecimal.
#[track_caller]
fn assert_no_password(text: &str) {
    let lower_case = text.to_lowercase().replace("  ", " ");
    for half in [&PASSWORD[..3], &PASSWORD[4..]] {
        assert!(!text.contains(half), "{half} in {text}");
        let bytes: Vec<String> = half.bytes().map(|byte| format!("{byte:02x}")).collect();
        let bytes = bytes.join(" ");
        assert!(!lower_case.contains(&bytes), "{bytes} in {text}");
    }
}

#[test]
fn no_password_and_no_echo_of_one_is_traced_however_it_is_cut() {
    let bytes: Vec<String> = PASSWORD.bytes().map(|byte| format!("{byte:02X}")).collect();
    let (begun, rest) = bytes.split_at(2);
    let in_hexadecimal = [
        format!("send hex '50 41 53 53 20 {}'", begun.join(" ")),
        format!("send hex '{} 0D 0A'", rest.join(" ")),
    ];
    for trace in ["trace on", "trace hex"] {
        let home = Home::new();
        let heard = Gate::new();
        let echo = format!("530 {PASSWORD}? no\r\n");
        let (first, second) = echo.split_at("530 Xy".len());
        let server = Script::new()
            .send("220 ready\r\n")
            .expect(format!("PASS {PASSWORD}"))
            .send(first)
            .open(&heard)
            .expect("NOOP")
            .send(second)
            .send("200 fine\r\n")
            .expect(format!("PASS {PASSWORD}"))
            .send(&echo)
            .expect_bytes(format!("PASS {PASSWORD}\r\n"))
            .send(&echo)
            .send(format!("500 PASS {PASSWORD}\r\n"))
            .expect("QUIT")
            .send("221 bye\r\n")
            .close()
            .start();
        // A password is typed at the prompt: before it, the terminal itself may echo it.
        let mut terminal = Ftpsh::new()
            .home(home.path())
            .arg(server.address().to_string())
            .terminal_of(200, 100);
        terminal.expect("ftp> ");
        terminal.send_line("trace t.hex");
        terminal.expect("ftp> ");
        terminal.send_line(trace);
        terminal.send_line("trace");
        terminal.expect(", and to the file t.hex");
        terminal.expect("ftp> ");
        terminal.send_line(&format!("PASS {PASSWORD}"));
        heard.wait();
        // The echo is cut: its beginning was read on its own, or along with the rest.
        terminal.send_key(crate::support::terminal::Key::CtrlC);
        terminal.expect("the reply is still outstanding");
        terminal.expect("ftp> ");
        terminal.send_line("NOOP");
        terminal.expect("200 fine");
        terminal.expect("ftp> ");
        terminal.send_line(&format!("quote PASS {PASSWORD}"));
        terminal.expect("530 ****? no");
        terminal.expect("ftp> ");
        terminal.send_line(&in_hexadecimal[0]);
        terminal.expect("→ 50 41 53 53 20 **");
        terminal.expect("ftp> ");
        terminal.send_line(&in_hexadecimal[1]);
        terminal.expect("500 PASS ****");
        terminal.expect("ftp> ");
        terminal.send_line("QUIT");
        terminal.wait_exit();
        server.finish();
        let trace = fs::read_to_string(home.path().join("t.hex")).unwrap();
        assert!(
            trace.contains("50 41 53 53 20 ** ** **  ** 0d 0a"),
            "{trace}"
        );
        assert_no_password(&trace);
        assert_no_password(&home.history().concat());
        let shown = String::from_utf8_lossy(&terminal.raw_output()).into_owned();
        // What was typed after an unfinished line is on the screen, since nobody could know what it would become.
        let typed = rest.join(" ");
        assert_no_password(&shown.replace(&typed, ""));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_trace_that_cannot_be_written_any_more_ends_and_the_transfer_does_not() {
    // A limit on file sizes is what a test can have instead of a full disk.
    let home = Home::new();
    let server = both_ways().start();
    let commands = with_trace("trace t.hex");
    let commands: String = commands.iter().map(|line| format!("{line}\n")).collect();
    let program = env!("CARGO_BIN_EXE_ftpsh");
    let line = format!(
        "trap '' XFSZ; ulimit -f 1; exec {program} {}",
        server.address()
    );
    let finished = Ftpsh::of_program("/bin/bash")
        .args(["-c", &line])
        .home(home.path())
        .stdin(commands)
        .run()
        .code(7);
    assert_eq!(server.finish().data[1], b"octets");
    assert!(
        finished.stderr.contains("the trace to t.hex ended"),
        "{}",
        finished.stderr
    );
}
