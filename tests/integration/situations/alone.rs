//! Causes that a row of the table cannot bring about: somebody is at a terminal, or the server does not read.

use std::net::SocketAddr;
use std::time::Duration;

use crate::dialogues::{greeted, passive, shell};
use crate::support::ftpsh::Ftpsh;
use crate::support::scripted_server::{Gate, Script};
use crate::support::terminal::{Key, Terminal};

/// TLS was asked for on the command line, so that the program ends without it.
#[test]
fn a_start_that_fails_at_a_terminal_is_explained_since_no_prompt_comes() {
    let server = Script::new()
        .take_record()
        .send("220 ready, in the clear\r\n")
        .wait_for_client_close()
        .start();
    let target = format!("ftps://{}", server.address());
    let mut terminal = Ftpsh::new().arg(target).terminal();
    terminal.expect("\n  Cause   tls-not-spoken");
    assert_eq!(terminal.wait_exit(), 4);
    assert!(!terminal.screen().contains("ftp>"), "{}", terminal.screen());
}

/// A `resume` is told by what was typed, and not by the last command that it sent.
#[test]
fn a_resume_that_failed_heads_what_is_said_of_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let program = Ftpsh::new().current_dir(folder.path());
    let lines = ["login A A", "resume --get nope", "why"];
    let said = program
        .arg("practice")
        .args(lines.iter().flat_map(|line| ["-c", line]))
        .run()
        .stderr;
    assert!(
        said.contains("\nThe last problem, at resume --get nope (line 2)\n"),
        "{said}"
    );
}

#[track_caller]
fn ask_why(terminal: &mut Terminal, cause: &str, next: &str) {
    terminal.send_line("why");
    terminal.expect(&format!("\n  Next    {next}"));
    terminal.expect(&format!("\n  Cause   {cause}"));
    terminal.expect("ftp> ");
}

#[test]
fn a_reply_that_ctrl_c_did_not_wait_for() {
    let server = greeted().expect("SIZE f").wait_for_client_close().start();
    let mut terminal = shell(server.address());
    terminal.send_line("SIZE f");
    terminal.expect("still waiting for the reply to SIZE");
    terminal.send_key(Key::CtrlC);
    terminal.expect("the reply is still outstanding");
    terminal.expect("ftp> ");
    ask_why(
        &mut terminal,
        "reply-not-awaited",
        "go on: it is shown when it comes",
    );
}

/// Ctrl-C would send a plain ABOR there.
fn with_data_connection(address: SocketAddr) -> Terminal {
    let mut terminal = shell(address);
    terminal.send_line("set abort plain");
    terminal.expect("ftp> ");
    terminal.send_line("PASV");
    terminal.expect("data connection open");
    terminal.expect("ftp ⇄> ");
    terminal
}

#[test]
fn a_transfer_that_ctrl_c_ended() {
    let server = passive(greeted())
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data("half")
        .expect("ABOR")
        .close_data()
        .send("426 aborted\r\n226 done\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = with_data_connection(server.address());
    terminal.send_line("RETR f > /dev/null");
    terminal.expect("150 here");
    terminal.send_key(Key::CtrlC);
    terminal.expect("226 done");
    terminal.expect("ftp> ");
    ask_why(
        &mut terminal,
        "interrupted",
        "PASV, then RETR f > /dev/null once more, or `resume --get`",
    );
}

/// The same line again would append what has arrived already.
#[test]
fn an_append_that_ctrl_c_ended_is_not_to_be_typed_again() {
    let server = passive(greeted())
        .expect("APPE f")
        .send("150 go\r\n")
        .expect("ABOR")
        .close_data()
        .send("426 aborted\r\n226 done\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = with_data_connection(server.address());
    terminal.send_line("APPE f");
    terminal.expect("data> ");
    terminal.send_key(Key::CtrlC);
    terminal.expect("226 done");
    terminal.expect("ftp> ");
    terminal.send_line("why");
    terminal.expect("\n  Next    SIZE shows how much arrived; then APPE what is missing");
    terminal.expect("would append twice");
    terminal.expect("\n  Cause   interrupted");
}

#[test]
fn a_data_connection_that_is_reset_before_it_is_used() {
    let gate = Gate::new();
    let server = passive(greeted())
        .pause_until(&gate)
        .reset_data()
        .wait_for_client_close()
        .start();
    let mut terminal = shell(server.address());
    terminal.send_line("PASV");
    terminal.expect("ftp ⇄> ");
    gate.open();
    terminal.expect("the server reset the data connection");
    ask_why(
        &mut terminal,
        "data-reset-unused",
        "PASV, then the transfer again",
    );
}

#[test]
fn a_server_that_does_not_read() {
    let over = Gate::new();
    let server = greeted().pause_until(&over).start();
    let long = [&b"NOOP "[..], &vec![b'x'; 5_000_000], b"\n"].concat();
    let program = Ftpsh::new().stdin(long).args(["--timeout", "1", "--why"]);
    let said = program.arg(server.address().to_string()).run().stderr;
    over.open();
    assert!(said.contains("\n  Cause   server-not-reading\n"), "{said}");
}

/// The server's own limit, which is longer than what any server takes for idle.
#[test]
fn a_connection_on_which_nothing_moved_for_long() {
    let limit = Duration::from_secs(21);
    let server = greeted().patience(limit).expect("nothing comes").start();
    let mut terminal = shell(server.address());
    terminal.expect("the server closed the connection");
    terminal.send_line("why");
    terminal.expect("\n  Next    `open` connects again");
    terminal.expect("\n  Cause   control-idle");
}

/// The superuser may read almost everything.
#[cfg(unix)]
#[test]
fn a_local_file_that_may_not_be_read() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().expect("a temporary folder");
    let locked = folder.path().join("locked");
    fs::write(&locked, "text").expect("it is writable");
    let nobody = fs::Permissions::from_mode(0o000);
    fs::set_permissions(&locked, nobody).expect("it is the test's own");
    let locked = locked.to_str().expect("it is text");
    let is_denied = |path: &&str| {
        let read = fs::read(path).map_err(|error| error.kind());
        read == Err(std::io::ErrorKind::PermissionDenied)
    };
    let paths = [locked, "/proc/sys/net/ipv4/route/flush"];
    let Some(path) = paths.into_iter().find(is_denied) else {
        return;
    };
    let line = format!("STOR f < '{path}'");
    let program = Ftpsh::new().args(["practice", "-c", "login A A", "-c", "PASV", "-c", &line]);
    let said = program.args(["--why"]).run().code(7).stderr;
    assert!(said.contains("\n  Cause   local-file-denied\n"), "{said}");
    assert!(
        said.contains("\n  Next    another file, or give permission"),
        "{said}"
    );
}

/// All of it is in the buffers of the two systems, and the server has read nothing.
#[cfg(target_os = "linux")]
#[test]
fn an_upload_that_is_reset_after_its_last_byte() {
    let is_sent = Gate::new();
    let server = passive(greeted())
        .expect("STOR f")
        .send("150 go\r\n")
        .pause_until(&is_sent)
        .send("226 done\r\n")
        .reset_data()
        .wait_for_client_close()
        .start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("f"), vec![b'x'; UPLOAD_BYTES]).expect("it is writable");
    let mut terminal = Ftpsh::new()
        .current_dir(folder.path())
        .arg(server.address().to_string())
        .terminal();
    terminal.expect("ftp> ");
    terminal.send_line("set ascii raw");
    terminal.expect("ftp> ");
    terminal.send_line("PASV");
    terminal.expect("data connection open to 127.0.0.1:");
    terminal.expect("ftp ⇄> ");
    let screen = terminal.screen();
    let port = screen
        .split("open to 127.0.0.1:")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|port| port.parse().ok())
        .expect("the port is on the screen");
    terminal.send_line("STOR f < f");
    terminal.expect("150 go");
    while queued_bytes(port) < UPLOAD_BYTES {
        std::thread::sleep(Duration::from_millis(10));
    }
    is_sent.open();
    terminal.expect("the server reset the data connection after the last byte");
    terminal.expect("> ");
    ask_why(&mut terminal, "upload-reset", "SIZE shows how much arrived");
}

/// What is on its way to this port and was not read, by the queues of both its ends.
#[cfg(target_os = "linux")]
fn queued_bytes(port: u16) -> usize {
    let table = std::fs::read_to_string("/proc/net/tcp").expect("Linux has it");
    let port = format!(":{port:04X}");
    let queues = table.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (from, to, queues) = (fields.get(1)?, fields.get(2)?, fields.get(4)?);
        let (sent, received) = queues.split_once(':')?;
        let queue = match (from.ends_with(&port), to.ends_with(&port)) {
            (true, false) => received,
            (false, true) => sent,
            _ => return None,
        };
        usize::from_str_radix(queue, 16).ok()
    });
    queues.sum()
}

/// More than the system of a server that reads nothing takes, and less than both take.
#[cfg(target_os = "linux")]
const UPLOAD_BYTES: usize = 400_000;

/// 8 bytes are here, 10 go out, since two line ends get a CR, and the server stores 7, with a LF for each CR LF.
#[cfg(unix)]
#[test]
fn a_file_that_type_a_has_changed_is_explained_though_every_line_went_well() {
    let lines = [
        r"!printf 'a\r\nb\nc\nd' > mixed",
        "login A A",
        "PASV",
        "STOR mixed < mixed",
        "TYPE I",
        "SIZE mixed",
    ];
    let run = |arguments: &[&str]| {
        let program = Ftpsh::new().arg("practice").args(arguments);
        let lines = lines.iter().flat_map(|line| ["-c", line]);
        program.args(lines).run().success()
    };
    let said = run(&["--why"]).stderr;
    for part in [
        "\n  Cause   type-a-changed-bytes\n",
        "Your mixed has 8 bytes, 10 went out",
        "\n  Next    TYPE I, PASV, then the same transfer",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let events = run(&["--format", "json"]).stdout_text();
    let problems: Vec<&str> = events
        .lines()
        .filter(|line| line.contains("\"event\":\"problem\""))
        .collect();
    assert_eq!(problems.len(), 1, "{events}");
    assert!(problems[0].contains("type-a-changed-bytes"), "{problems:?}");
}
