//! Sizes that are huge, and digests that are none.

use std::fs;

use tempfile::TempDir;

use crate::dialogues::{connected, greeted, lines};
use crate::resuming::scripted::{self, compared, local, put_back, run};
use crate::support::scripted_server::Script;

const MOST: &str = "18446744073709551615";

#[test]
fn the_greatest_size_is_a_size_like_any_other() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("f"), "I am ").unwrap();
    let script = scripted::greeted().expect("SIZE f");
    let script = scripted::passive(script.send(format!("213 {MOST}\r\n")))
        .expect("RETR f")
        .send(format!("150 here ({MOST} bytes)\r\n"))
        .send_data("I am zf")
        .close_data()
        .send("226 done\r\n");
    let server = put_back(script).start();
    let said = run(server.address(), &folder, &["resume --get f"]).code(8);
    let _ = server.finish();
    let expected = format!("7 of {MOST} bytes");
    assert!(said.stderr.contains(&expected), "{}", said.stderr);
    assert_eq!(fs::read(folder.path().join("f")).unwrap(), b"I am zf");
}

#[test]
fn a_file_that_is_longer_there_than_anything_can_be_is_left_alone() {
    let script = scripted::greeted().expect("SIZE f");
    let server = put_back(script.send(format!("213 {MOST}\r\n"))).start();
    let folder = local();
    let said = run(server.address(), &folder, &["resume f"]).code(8).stderr;
    let _ = server.finish();
    assert!(said.contains("Nothing was sent"), "{said}");
}

#[test]
fn a_download_that_is_told_to_be_huge_tells_how_far_it_is() {
    let (mut control, mut terminal) = connected(None);
    terminal.send_line("PASV");
    let mut data = control.passive();
    terminal.expect("ftp ⇄> ");
    terminal.send_line("RETR f > f");
    control.expect("RETR f");
    control.send(format!("150 here ({MOST} bytes)\r\n"));
    std::io::Write::write_all(&mut data, &[b'x'; 40_000]).unwrap();
    terminal.wait_for_screen("how far it is", |screen| screen.contains("40,000"));
    drop(data);
    control.send("226 done\r\n");
    terminal.expect("226 done");
    terminal.expect("ftp> ");
}

#[test]
fn a_size_that_no_number_holds_says_nothing_of_a_download() {
    for size in ["-1", "1e30", "1000000000000000000000000000000", "", "four"] {
        let script = greeted()
            .expect("TYPE I")
            .send("200 ok\r\n")
            .expect("SIZE f")
            .send(format!("213 {size}\r\n"));
        let server = crate::dialogues::passive(script)
            .expect("RETR f")
            .send(format!("150 here ({size} bytes)\r\n"))
            .send_data("data")
            .close_data()
            .send("226 done\r\n")
            .wait_for_client_close()
            .start();
        let commands = ["TYPE I", "SIZE f", "PASV", "RETR f > -"];
        let finished = lines(server.address(), &commands).run().success();
        let _ = server.finish();
        assert_eq!(finished.stdout, b"data", "{size}");
        assert!(
            !finished.stderr.contains("announced"),
            "{}",
            finished.stderr
        );
    }
}

/// FEAT lists a hash verb, and it is answered so.
fn hashed(reply: &str) -> Script {
    Script::new()
        .send("220 ready\r\n")
        .expect("FEAT")
        .send("211-Features:\r\n XCRC filename\r\n211 End\r\n")
        .expect("TYPE I")
        .send("200 I\r\n")
        .expect("SIZE f")
        .send("213 5\r\n")
        .expect("XCRC f")
        .send(format!("{reply}\r\n"))
}

fn read_back(script: Script, bytes: &str) -> Script {
    scripted::passive(script)
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data(bytes)
        .close_data()
        .send("226 done\r\n")
}

#[test]
fn a_hash_that_is_none_is_not_believed_and_the_bytes_are_read_back() {
    for reply in [
        "250 ",
        "250 done",
        "250 XYZ",
        "250 123456789012345678901234567890",
        "250 -1",
        "250 \u{661}\u{662}\u{663}\u{664}",
        "550 no",
    ] {
        let script = scripted::appended(
            scripted::passive(read_back(hashed(reply), "I am ")),
            "213 5",
        )
        .expect("SIZE f")
        .send("213 11\r\n")
        .expect("XCRC f")
        .send(format!("{reply}\r\n"));
        let script = read_back(script, "I am zfive5");
        let (server, folder) = (put_back(script).start(), local());
        let _ = run(server.address(), &folder, &["FEAT", "resume f"]).success();
        assert_eq!(server.finish().data[1], b"zfive5", "{reply}");
    }
}

#[test]
fn a_hash_that_is_wrong_stops_the_upload_whatever_is_read_back() {
    for (bytes, said) in [("I am ", "yet they read"), ("I was", "differs")] {
        let script = put_back(read_back(hashed("250 00000000"), bytes));
        let (server, folder) = (script.start(), local());
        let finished = run(server.address(), &folder, &["FEAT", "resume f"]).code(8);
        // The script holds nothing that writes.
        let _ = server.finish();
        assert!(finished.stderr.contains(said), "{}", finished.stderr);
    }
}

#[test]
fn a_store_that_was_answered_with_226_and_is_half_there_is_told() {
    let script = scripted::appended(scripted::passive(compared(scripted::greeted())), "213 5")
        .expect("SIZE f")
        .send("213 6\r\n");
    let script = scripted::passive(script)
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data("zfive")
        .close_data()
        .send("426 you left\r\n");
    let script = scripted::passive(script)
        .expect("STOR f")
        .send("150 here\r\n")
        .read_data_to_end()
        .send("226 done\r\n")
        .expect("SIZE f")
        .send("213 8\r\n");
    let (server, folder) = (put_back(script).start(), local());
    let said = run(server.address(), &folder, &["resume f"]).code(8).stderr;
    assert_eq!(server.finish().data[3], b"I am zfive5");
    assert!(said.contains('8') && said.contains("11"), "{said}");
}
