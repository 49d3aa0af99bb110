//! What the program tolerates in servers, one test for each quirk that has none nearer to the code. The page
//! docs/quirks.md names them.

use std::fs;
use std::path::PathBuf;

use ftpsh::protocol::ledger::{Fit, Ledger};
use ftpsh::protocol::reply::ReplyCode;
use ftpsh::protocol::user_pi::{Learnt, UserPi};
use ftpsh::protocol::{Command, Verb};
use tempfile::TempDir;

use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::scripted_server::Script;
use crate::support::terminal::Key;

/// A practice server's run that is over, and what it left on the disk.
struct Practised {
    finished: Finished,
    server: PathBuf,
    _home: TempDir,
}

fn practise(faults: &[&str], lines: &[&str]) -> Practised {
    let home = TempDir::new().expect("a temporary folder");
    let mut ftpsh = Ftpsh::new()
        .home(home.path())
        .args(["practice", "--keep", "--timeout", "5"]);
    for fault in faults {
        ftpsh = ftpsh.args(["--fault", fault]);
    }
    for line in ["login A A"].iter().chain(lines) {
        ftpsh = ftpsh.args(["-c", line]);
    }
    let finished = ftpsh.run();
    let scratch = fs::read_dir(home.path().join("temporary")).expect("its home");
    let scratch = scratch
        .map(|entry| entry.expect("it can be listed").path())
        .find(|path| path.join("server").is_dir());
    Practised {
        finished,
        server: scratch.expect("the folder is kept").join("server"),
        _home: home,
    }
}

impl Practised {
    fn file(&self, name: &str) -> Vec<u8> {
        fs::read(self.server.join(name)).expect("it is on the server's disk")
    }
}

fn learnt_from(dialogue: &[(&str, &str)]) -> Learnt {
    let (mut pi, _) = UserPi::new();
    pi.receive(b"220 hi\r\n");
    for (line, replies) in dialogue {
        pi.send(&Command::new(*line).expect("a legal line"));
        pi.receive(replies.as_bytes());
        while pi.next_event().is_some() {}
    }
    pi.learnt().clone()
}

#[test]
fn a_line_that_gets_no_reply_does_not_take_that_of_the_next() {
    let mut ledger = Ledger::default();
    ledger.enter_command(Verb::new(b""));
    ledger.enter_command(Verb::new(b"NOOP"));
    let assignment = ledger.assign(ReplyCode(200));
    assert!(assignment.verb.unwrap().is("NOOP"));
    assert_eq!(assignment.fit, Fit::Listed);
    assert_eq!(assignment.passed_over.len(), 1);
    assert!(ledger.is_empty());
}

#[test]
fn a_reply_to_a_later_command_leaves_a_transfer_open() {
    let mut ledger = Ledger::default();
    let transfer = ledger.enter_command(Verb::new(b"STOR"));
    assert_eq!(ledger.assign(ReplyCode(150)).entry, Some(transfer));
    assert_eq!(ledger.assign(ReplyCode(150)).entry, Some(transfer));
    ledger.enter_command(Verb::new(b"NOOP"));
    assert!(ledger.assign(ReplyCode(200)).passed_over.is_empty());
    assert_eq!(ledger.assign(ReplyCode(452)).entry, Some(transfer));
}

#[test]
fn a_500_during_a_transfer_belongs_to_what_was_typed_meanwhile() {
    let mut ledger = Ledger::default();
    let transfer = ledger.enter_command(Verb::new(b"RETR"));
    ledger.assign(ReplyCode(150));
    let noop = ledger.enter_command(Verb::new(b"NOOP"));
    assert_eq!(ledger.assign(ReplyCode(500)).entry, Some(noop));
    assert!(ledger.is_open(transfer));
    assert_eq!(ledger.assign(ReplyCode(226)).entry, Some(transfer));
}

#[test]
fn a_second_1yz_does_not_keep_the_transfer_open_when_the_next_begins() {
    let mut ledger = Ledger::default();
    let cut = ledger.enter_command(Verb::new(b"RETR"));
    assert_eq!(ledger.assign(ReplyCode(150)).entry, Some(cut));
    assert_eq!(ledger.assign(ReplyCode(150)).entry, Some(cut));
    let noop = ledger.enter_command(Verb::new(b"NOOP"));
    assert_eq!(ledger.assign(ReplyCode(200)).entry, Some(noop));
    let next = ledger.enter_command(Verb::new(b"RETR"));
    assert_eq!(ledger.assign(ReplyCode(150)).passed_over.len(), 1);
    assert_eq!(ledger.assign(ReplyCode(226)).entry, Some(next));
    assert!(ledger.is_empty());
}

#[test]
fn a_250_during_a_transfer_belongs_to_the_command_on_files_that_was_typed_meanwhile() {
    let mut ledger = Ledger::default();
    let transfer = ledger.enter_command(Verb::new(b"RETR"));
    ledger.assign(ReplyCode(150));
    let change = ledger.enter_command(Verb::new(b"CWD"));
    assert_eq!(ledger.assign(ReplyCode(250)).entry, Some(change));
    ledger.enter_command(Verb::new(b"NOOP"));
    assert_eq!(ledger.assign(ReplyCode(250)).entry, Some(transfer));
}

#[test]
fn a_listing_does_not_use_up_a_restart_marker() {
    let marked = [
        ("REST 5", "350 ok\r\n"),
        ("LIST", "150 here\r\n226 done\r\n"),
    ];
    assert!(learnt_from(&marked).pending_restart.is_some());
    let used = [marked.as_slice(), &[("RETR f", "150 here\r\n226 done\r\n")]].concat();
    assert!(learnt_from(&used).pending_restart.is_none());
}

#[test]
fn a_marker_that_is_not_a_number_counts_as_pending() {
    assert!(
        learnt_from(&[("REST abc", "350 ok\r\n")])
            .pending_restart
            .is_some()
    );
    assert!(
        learnt_from(&[("REST 0", "350 ok\r\n")])
            .pending_restart
            .is_none()
    );
}

#[test]
fn features_are_read_with_a_code_in_front_too() {
    let learnt = learnt_from(&[(
        "FEAT",
        "211-Features\r\n211-SIZE\r\n REST STREAM\r\n211 End\r\n",
    )]);
    assert_eq!(learnt.features, [&b"SIZE"[..], b"REST STREAM"]);
}

#[test]
fn a_refused_type_is_set_again_before_a_resume() {
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("TYPE I")
        .send("200 ok\r\n")
        .expect("TYPE E")
        .send("504 no\r\n")
        .expect("TYPE I")
        .send("200 ok\r\n")
        .expect("SIZE f")
        .send("213 99\r\n")
        .wait_for_client_close()
        .start();
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("f"), "short").unwrap();
    let ftpsh = Ftpsh::new()
        .home(home.path())
        .arg(server.address().to_string());
    let finished = ftpsh
        .args(["-c", "TYPE I", "-c", "TYPE E", "-c", "resume f"])
        .run();
    server.finish();
    // The first failure counts: the 504.
    assert!(finished.code(1).stderr.contains("longer (99 bytes)"));
}

#[test]
fn mlst_is_read_with_a_code_in_front_too() {
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("TYPE I")
        .send("200 ok\r\n")
        .expect("SIZE f")
        .send("500 no\r\n")
        .expect("MLST f")
        .send("250-Listing\r\n250-type=file;size=99; f\r\n250 End\r\n")
        .expect("TYPE A")
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start();
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("f"), "short").unwrap();
    let ftpsh = Ftpsh::new()
        .home(home.path())
        .arg(server.address().to_string());
    let finished = ftpsh.args(["-c", "resume f"]).run();
    server.finish();
    assert!(finished.code(8).stderr.contains("longer (99 bytes)"));
}

#[test]
fn a_listing_that_is_refused_with_450_means_that_the_file_is_not_there() {
    let run = practise(&["no-size", "no-mlst"], &["resume 1.TXT new.TXT"]);
    assert_eq!(run.file("new.TXT"), b"I am zfive5");
    run.finished.success();
}

#[test]
fn a_size_is_read_from_a_listing_in_the_form_of_dos() {
    let run = practise(&["no-size", "no-mlst", "dos-list"], &["resume 1.TXT"]);
    assert_eq!(run.file("1.TXT"), b"I am zfive5");
    run.finished.success();
}

#[test]
fn an_appe_that_overwrites_is_noticed_and_the_whole_file_is_stored() {
    let run = practise(&["appe-as-stor"], &["resume 1.TXT"]);
    assert_eq!(run.file("1.TXT"), b"I am zfive5");
    assert!(run.finished.success().stderr.contains("took APPE for STOR"));
}

#[test]
fn without_appe_rest_and_stor_are_used_if_asked_for() {
    let run = practise(&["no-appe"], &["resume 1.TXT"]);
    assert_eq!(run.file("1.TXT"), b"I am ");
    run.finished.code(8);
    let run = practise(&["no-appe"], &["resume --via rest 1.TXT"]);
    assert_eq!(run.file("1.TXT"), b"I am zfive5");
    run.finished.success();
}

#[test]
fn zeros_in_front_of_the_marker_are_found() {
    let run = practise(
        &["no-appe", "rest-zero-fills"],
        &["resume --via rest 1.TXT"],
    );
    assert_eq!(run.file("1.TXT"), b"\0\0\0\0\0zfive5");
    assert!(run.finished.code(8).stderr.contains("byte 0"));
}

#[test]
fn what_cannot_be_read_back_is_not_appended_to_unasked() {
    let run = practise(&["write-only"], &["resume 1.TXT"]);
    assert_eq!(run.file("1.TXT"), b"I am ");
    run.finished.code(8);
    let run = practise(&["write-only"], &["resume --unverified 1.TXT"]);
    assert_eq!(run.file("1.TXT"), b"I am zfive5");
    run.finished.success();
}

#[test]
fn a_226_that_waits_for_our_close_comes_at_once() {
    let run = practise(&["late-226"], &["TYPE I", "PASV", "RETR 1.TXT > -"]);
    // Held, it would come after ten seconds, and half of that ends the run.
    assert_eq!(run.finished.success().stdout, b"I am ");
}

#[test]
fn a_second_reply_does_not_answer_the_next_command() {
    let run = practise(
        &["two-replies"],
        &["CWD /", "SIZE 1.TXT", "PASV", "RETR 1.TXT > -"],
    );
    assert_eq!(run.finished.success().stdout, b"I am ");
}

#[test]
fn another_address_in_a_227_is_not_dialled() {
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("PASV")
        .listen_data()
        .send_with_port("227 Entering Passive Mode (127,9,9,9,{p1},{p2})\r\n")
        .accept_data()
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data("data")
        .close_data()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let ftpsh = Ftpsh::new().arg(server.address().to_string());
    let finished = ftpsh.args(["-c", "PASV", "-c", "RETR f > -"]).run();
    server.finish();
    assert_eq!(finished.stdout, b"data");
    assert!(
        finished
            .success()
            .stderr
            .contains("the reply names 127.9.9.9")
    );
}

#[test]
fn data_that_come_before_their_150_are_received_whole() {
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("PASV")
        .listen_data()
        .send_with_port("227 Entering Passive Mode (127,0,0,1,{p1},{p2})\r\n")
        .accept_data()
        .expect("RETR f")
        .send_data(vec![b'x'; 1 << 24])
        .close_data()
        .send("150 here\r\n226 done\r\n")
        .wait_for_client_close()
        .start();
    let ftpsh = Ftpsh::new().arg(server.address().to_string());
    let finished = ftpsh.args(["-c", "PASV", "-c", "RETR f > -"]).run();
    server.finish();
    // More than the sockets hold: the 150 comes only once the data is read.
    assert_eq!(finished.success().stdout.len(), 1 << 24);
}

#[test]
fn ctrl_c_sends_the_one_form_of_abor_that_every_server_reads() {
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("PASV")
        .listen_data()
        .send_with_port("227 Entering Passive Mode (127,0,0,1,{p1},{p2})\r\n")
        .accept_data()
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data("data")
        .expect_bytes(b"\xff\xf4\xff\xf2ABOR\r\n")
        .close_data()
        .send("426 cut\r\n226 done\r\n")
        .expect("QUIT")
        .send("221 bye\r\n")
        .start();
    let mut terminal = Ftpsh::new().arg(server.address().to_string()).terminal();
    terminal.expect("220 hi");
    terminal.send_line("PASV");
    terminal.expect("data connection open");
    terminal.send_line("RETR f > f");
    terminal.expect("150 here");
    terminal.send_key(Key::CtrlC);
    terminal.expect("226 done");
    terminal.expect("ftp>");
    terminal.send_line("QUIT");
    assert_eq!(terminal.wait_exit(), 0);
    server.finish();
}
