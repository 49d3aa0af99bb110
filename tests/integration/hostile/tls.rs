//! What a server can do in TLS and with it.

use std::io::Write;
use std::net::Shutdown;
use std::thread;

use crate::dialogues::hand::Hand;
use crate::dialogues::memory::{MAX_KILOBYTES, peak_kilobytes};
use crate::dialogues::{connected, lines};
use crate::support::scripted_server::{Gate, Script};
use crate::support::terminal::Key;
use crate::support::tls_records::Record;
use crate::support::tls_server::TlsServer;
use crate::tls::{AGREE, Rig, agreed, agreed_on_both, passive};

const POURED: usize = 60_000_000;

#[track_caller]
fn assert_flat(process: u32) {
    let peak = peak_kilobytes(process);
    assert!(peak < MAX_KILOBYTES, "{peak} KiB");
}

/// The server pours this out on the data connection of an upload that it has read to its end.
fn pour_after_upload(pour: impl Fn(Script) -> Script) {
    let rig = Rig::new();
    let tls = rig.server();
    let (poured, measured) = (Gate::new(), Gate::new());
    let read = passive(agreed_on_both(&tls))
        .expect("STOR f")
        .send("150 here\r\n")
        .secure_data(&tls)
        .read_data_to_end();
    let server = pour(read)
        .send("226 done\r\n")
        .expect("PWD")
        .open(&poured)
        .pause_until(&measured)
        .send("257 \"/\"\r\n")
        .wait_for_client_close()
        .start();
    let commands = AGREE.iter().chain(&["PASV", "STOR f <<< 'x'", "PWD"]);
    let ftpsh = rig.ftpsh(&server);
    let program = ftpsh.args(commands.flat_map(|line| ["-c", line])).start();
    poured.wait();
    assert_flat(program.process());
    measured.open();
    assert_eq!(server.finish().data, [b"x"]);
}

#[test]
fn bytes_after_an_upload_under_tls_are_not_kept() {
    pour_after_upload(|script| script.send_data(vec![b'x'; POURED]));
}

#[test]
fn bytes_after_the_close_notify_of_the_server_are_not_kept() {
    pour_after_upload(|script| script.end_data_and_send_in_clear(vec![b'x'; POURED]));
}

/// The server floods the control connection in the place of its answer to NOOP: the exit code, and what was said.
fn flood_control(rig: &Rig, tls: &TlsServer, record: Record) -> (i32, String) {
    let server = agreed(tls).expect("NOOP").flood_control(record).start();
    let commands = ["-c", "AUTH TLS", "-c", "NOOP"];
    let ftpsh = rig.ftpsh_of_patience("2", &server.address().to_string());
    let finished = ftpsh.args(commands).run();
    let _ = server.finish();
    (finished.status, finished.stderr)
}

fn assert_no_answer(record: Record) {
    let rig = Rig::new();
    let (status, said) = flood_control(&rig, &rig.server(), record);
    assert_eq!(status, 3, "{said}");
    assert!(said.contains("for 2 s"), "{said}");
}

#[test]
fn records_of_no_bytes_are_not_an_answer() {
    assert_no_answer(Record::Empty);
}

#[test]
fn alerts_that_mean_nothing_are_not_an_answer() {
    assert_no_answer(Record::UserCanceled);
}

#[test]
fn tickets_without_end_are_not_an_answer() {
    assert_no_answer(Record::Ticket);
}

#[test]
fn warnings_and_new_handshakes_without_end_under_tls_1_2_end_the_session_with_4() {
    for record in [Record::UserCanceled, Record::HelloRequest] {
        let rig = Rig::new();
        let tls = TlsServer::tls12(&rig.certificate);
        let (status, said) = flood_control(&rig, &tls, record);
        assert_eq!(status, 4, "{record:?}: {said}");
    }
}

#[test]
fn records_of_no_bytes_are_not_data() {
    for record in [Record::Empty, Record::Ticket] {
        let rig = Rig::new();
        let tls = rig.server();
        let server = passive(agreed_on_both(&tls))
            .expect("RETR f")
            .send("150 here\r\n")
            .secure_data(&tls)
            .flood_data(record)
            .start();
        let commands = AGREE.iter().chain(&["PASV", "RETR f > out", "PWD"]);
        let ftpsh = rig.ftpsh_of_patience("2", &server.address().to_string());
        let _ = ftpsh
            .args(commands.flat_map(|line| ["-c", line]))
            .run()
            .code(3);
        assert_eq!(server.finish().lines.last().unwrap(), "RETR f");
    }
}

#[test]
fn new_keys_again_and_again_change_nothing() {
    let rig = Rig::new();
    let gone = Gate::new();
    let server = agreed(&rig.server())
        .expect("NOOP")
        .update_keys(20_000)
        .send("200 noop\r\n")
        .pause_until(&gone)
        .start();
    // The server's own library does not bear as many answers, so it must not read them.
    let finished = rig.run(&server, &["AUTH TLS", "NOOP"]).success();
    gone.open();
    let _ = server.finish();
    assert!(finished.stderr.contains("200 noop"));
}

#[test]
fn a_line_in_clear_inside_tls_ends_the_session_with_4_and_is_not_believed() {
    for in_front in ["", "331 who are you?\r\n"] {
        let rig = Rig::new();
        let gone = Gate::new();
        let server = agreed(&rig.server())
            .expect("USER me")
            .send_and_in_clear(in_front, "230 you are in\r\n")
            .pause_until(&gone)
            .start();
        let lines = ["AUTH TLS", "USER me", "PWD"];
        let finished = rig.run(&server, &lines).code(4);
        gone.open();
        assert_eq!(server.finish().lines, ["AUTH TLS", "USER me"]);
        let mut said = finished.stderr.lines();
        assert!(!said.any(|line| line.starts_with("230")));
    }
}

#[test]
fn data_in_clear_where_tls_was_agreed_end_with_4_and_are_not_kept() {
    let rig = Rig::new();
    let tls = rig.server();
    let server = passive(agreed_on_both(&tls))
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data("in the clear")
        .close_data()
        .send("226 done\r\n")
        .start();
    let commands = AGREE.iter().chain(&["PASV", "RETR f > out"]).copied();
    let commands: Vec<&str> = commands.collect();
    let _ = rig.run(&server, &commands).code(4);
    let _ = server.finish();
    let out = std::fs::read(rig.path("out")).unwrap_or_default();
    assert_eq!(out, b"");
}

#[test]
fn a_greeting_that_logs_in_does_not_take_the_place_of_tls() {
    let rig = Rig::new();
    let server = Script::new()
        .send("230 you are in already\r\n")
        .expect("AUTH TLS")
        .send("502 no\r\n")
        .wait_for_client_close()
        .start();
    let url = format!("ftp://me:topsecret@{}", server.address());
    let ftpsh = rig.ftpsh_at(&url).args(["--tls", "require", "-c", "PWD"]);
    let _ = ftpsh.run().code(4);
    assert_eq!(server.finish().lines, ["AUTH TLS"]);
}

#[test]
fn silence_after_the_234_ends_a_script_with_3() {
    let hand = Hand::new();
    let program = thread::spawn({
        let program = lines(hand.address(), &["AUTH TLS", "PWD"]);
        move || program.args(["--timeout", "2"]).run()
    });
    let mut control = hand.greet();
    control.expect("AUTH TLS");
    control.send("234 go ahead\r\n");
    control.expect_bytes(b"\x16\x03\x01");
    let _ = program.join().expect("it ends").code(3);
}

#[test]
fn ctrl_c_in_a_handshake_that_does_not_come_ends_the_session() {
    let (mut control, mut terminal) = connected(None);
    terminal.send_line("AUTH TLS");
    control.expect("AUTH TLS");
    control.send("234 go ahead\r\n");
    control.expect_bytes(b"\x16\x03\x01");
    terminal.send_key(Key::CtrlC);
    terminal.expect("(closed) ftp> ");
}

#[test]
fn a_handshake_without_end_ends_with_4_and_is_not_kept() {
    let long = [&b"\x16\x03\x03\x40\x00\x02\xff\xff\xff"[..], &[0; 16380]].concat();
    for piece in [
        &b"\x16\x03\x03\x00\x00"[..],
        b"\x15\x03\x03\x00\x02\x01\x5a",
        b"\x14\x03\x03\x00\x01\x01",
        &long,
    ] {
        let hand = Hand::new();
        let program = thread::spawn({
            let program = lines(hand.address(), &["AUTH TLS", "PWD"]);
            move || program.args(["--timeout", "5"]).run()
        });
        let mut control = hand.greet();
        control.expect("AUTH TLS");
        control.send("234 go ahead\r\n");
        control.expect_bytes(b"\x16\x03\x01");
        let mut stream = control.stream.try_clone().unwrap();
        let chunk = piece.repeat((16 * 1024 / piece.len()).max(1));
        let pouring = thread::spawn(move || while stream.write_all(&chunk).is_ok() {});
        let finished = program.join().expect("it ends");
        let _ = control.stream.shutdown(Shutdown::Both);
        pouring.join().expect("nobody reads any more");
        let shown = piece[..5].escape_ascii();
        assert_eq!(finished.status, 4, "{shown}: {}", finished.stderr);
    }
}
