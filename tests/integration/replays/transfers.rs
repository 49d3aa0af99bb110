//! Data, both ways, and transfers that are cut short.

use std::fs;

use super::{LOGIN, Scripts, replay};
use crate::support::practice::practice_server;
use crate::support::scripted_server::Script;

const PASSIVE: &str = "C> TYPE I\nS> 200\nC> PASV\nS> 227\n";

/// `LOGIN`, TYPE I and PASV, then this, on the practice server. Its files afterwards are in the server's folder.
fn transfer(
    text: &str,
    files: &[(&str, &str)],
    names: &[&str],
) -> (i32, String, Vec<Option<Vec<u8>>>) {
    let server = practice_server(&[]);
    let text = format!("{LOGIN}{PASSIVE}{text}");
    let scripts = Scripts::new(files);
    fs::write(scripts.path().join("x.ftp"), text).expect("the test's own folder");
    let target = server.address().to_string();
    let arguments = ["x.ftp", &target, "--var", "password=A"];
    let finished = scripts.replay(&arguments).run();
    let read = |name: &&str| fs::read(server.server_folder().join(name)).ok();
    (
        finished.status,
        finished.stderr,
        names.iter().map(read).collect(),
    )
}

#[test]
fn inline_data_arrive_byte_for_byte() {
    let text = "C> STOR x\nS> 150\nD< a\nD< b{lf}\nD<\nD< {0x00ff}{{{no-eol}\nS> 226\n";
    let (status, said, files) = transfer(text, &[], &["x"]);
    assert_eq!(status, 0, "{said}");
    assert_eq!(files[0].as_deref(), Some(&b"a\r\nb\n\r\n\0\xff{"[..]));
}

#[test]
fn a_file_is_sent_if_it_holds_what_is_said() {
    let files = [("data file", "I am zfive5")];
    let digest = "octets 11 sha256 ";
    let sha256 = hex_sha256(b"I am zfive5");
    let send = |mark: &str| {
        let text = format!("C> STOR x\nS> 150\nD< @file data{{0x20}}file{mark}\nS> 226\n");
        transfer(&text, &files, &["x"])
    };
    for mark in ["", " octets 11", &format!(" {digest}{sha256}")] {
        let (status, said, stored) = send(mark);
        assert_eq!(status, 0, "{said}");
        assert_eq!(stored[0].as_deref(), Some(&b"I am zfive5"[..]));
    }
    for mark in [" octets 12", &format!(" {digest}{}", "0".repeat(64))] {
        let (status, said, stored) = send(mark);
        assert_eq!(status, 7, "{said}");
        assert!(!said.contains("STOR"), "{said}");
        assert_eq!(stored[0], None);
    }
}

#[test]
fn a_file_outside_the_folder_or_missing_is_named_and_nothing_is_sent() {
    for path in ["../x.ftp", "/etc/hostname", "missing.bin octets 5"] {
        let text = format!("C> STOR x\nS> 150\nD< @file {path}\nS> 226\n");
        let (status, said, stored) = transfer(&text, &[], &["x"]);
        assert_eq!(status, 7, "{said}");
        assert!(said.contains("x.ftp:12"), "{said}");
        assert!(!said.contains("STOR"), "{said}");
        assert_eq!(stored[0], None);
    }
}

#[test]
fn received_data_are_compared() {
    let digest = hex_sha256(b"I am ");
    let files = [("same", "I am "), ("other", "I am")];
    for (data, status) in [
        ("D> I am {no-eol}\n".to_owned(), 0),
        ("D> I [..]{no-eol}\n".to_owned(), 0),
        ("D> ...\n".to_owned(), 0),
        (String::new(), 0),
        ("D> @octets 5\n".to_owned(), 0),
        (format!("D> @octets 5 sha256 {digest}\n"), 0),
        ("D> @file same\n".to_owned(), 0),
        ("D> I am \n".to_owned(), 6),
        ("D> @octets 4\n".to_owned(), 6),
        ("D> @file other\n".to_owned(), 6),
    ] {
        let text = format!("C> RETR 1.TXT\nS> 150\n{data}S> 226\n");
        let (found, said, _) = transfer(&text, &files, &[]);
        assert_eq!(found, status, "{data}{said}");
    }
    let (_, said, _) = transfer(
        "C> RETR 1.TXT\nS> 150\nD> I was{no-eol}\nS> 226\n",
        &[],
        &[],
    );
    assert!(
        said.contains("x.ftp:12  data differs from what was expected"),
        "{said}"
    );
    assert!(said.contains("expected  I was{no-eol}"), "{said}");
    assert!(said.contains("actual    I am {no-eol}"), "{said}");
}

#[test]
fn data_give_values_too() {
    let text = "C> RETR 1.TXT\nS> 150\nD> I {verb} {no-eol}\nS> 226\nC> MKD {verb}\nS> 257\n";
    let (status, said, _) = transfer(text, &[], &[]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("→ MKD am"), "{said}");
}

#[test]
fn a_port_of_this_side_is_opened_and_named() {
    let text = "C> PORT {listen}\nS> 200\nC> RETR 1.TXT\nS> 1yz\nD> I am {no-eol}\nS> 226\n";
    let (status, said, _) = transfer(text, &[], &[]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("→ PORT 127,0,0,1,"), "{said}");
}

#[test]
fn an_upload_without_data_is_empty_and_a_refused_one_may_be_expected() {
    let (status, said, files) = transfer("C> STOR x\nS> 150\nS> 226\n", &[], &["x"]);
    assert_eq!(status, 0, "{said}");
    assert_eq!(files[0].as_deref(), Some(&b""[..]));
    let (status, said, _) = transfer("C> RETR nosuch\nD> never\nS> 550\n", &[], &[]);
    assert_eq!(status, 6, "data was expected: {said}");
    let (status, said, _) = transfer("C> RETR nosuch\nS> 550\n", &[], &[]);
    assert_eq!(status, 0, "{said}");
}

#[test]
fn the_data_connection_is_dropped_where_the_transcript_says_so() {
    let server = practice_server(&[]);
    let huge = fs::File::create(server.server_folder().join("huge")).unwrap();
    huge.set_len(1 << 30).unwrap();
    let text =
        format!("{LOGIN}{PASSIVE}C> RETR huge\nS> 150\nD> @cut 10\nS> 426\nC> NOOP\nS> 200\n");
    let text = text.replace("{password}", "{p}");
    let scripts = Scripts::new(&[("x.ftp", &text)]);
    let target = server.address().to_string();
    let _ = scripts
        .replay(&["x.ftp", &target, "--var", "p=A"])
        .run()
        .success();
}

#[test]
fn an_upload_is_aborted_when_its_data_have_been_sent() {
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("PASV")
        .listen_data()
        .send_with_port("227 Entering Passive Mode (127,0,0,1,{p1},{p2}).\r\n")
        .accept_data()
        .expect("STOR x")
        .send("150 here\r\n")
        .read_data(7)
        .expect_bytes(b"\xff\xf4\xff\xf2ABOR\r\n")
        .send("426 aborted\r\n226 abort done\r\n")
        .expect("NOOP")
        .send("200 in step\r\n")
        .start();
    let text = "S> 220\nC> PASV\nS> 227\nC> STOR x\nS> 150\nD< zfive\nC> ABOR\nS> 426\nS> 226\nC> NOOP\nS> 200\n";
    let finished = replay(text, server.address());
    let heard = server.finish();
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert_eq!(heard.data[0], b"zfive\r\n");
}

#[test]
fn a_download_is_aborted_at_the_byte_that_the_transcript_names() {
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("PASV")
        .listen_data()
        .send_with_port("227 Entering Passive Mode (127,0,0,1,{p1},{p2}).\r\n")
        .accept_data()
        .expect("RETR x")
        .send("150 here\r\n")
        .send_data("0123456789")
        .expect_bytes(b"\xff\xf4\xff\xf2ABOR\r\n")
        .close_data()
        .send("426 aborted\r\n226 abort done\r\n")
        .start();
    let text = "S> 220\nC> PASV\nS> 227\nC> RETR x\nS> 150\nD> @cut 10\nC> ABOR\nS> 426\nS> 226\n";
    let finished = replay(text, server.address());
    server.finish();
    assert_eq!(finished.status, 0, "{}", finished.stderr);
}

#[test]
fn a_data_connection_that_cannot_be_opened_is_not_a_connection() {
    let text = "S> 220\nC> PASV\nS> 227\n";
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("PASV")
        .send("227 =127,0,0,1,0,1\r\n")
        .wait_for_client_close()
        .start();
    let finished = replay(text, server.address());
    server.finish();
    assert_eq!(finished.status, 3, "{}", finished.stderr);
}

fn hex_sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn a_text_that_is_sent_is_shown_line_by_line() {
    let server = practice_server(&[]);
    let text = format!("{LOGIN}{PASSIVE}C> STOR x\nS> 150\nD< one\nD< two\nS> 226\n");
    let scripts = Scripts::new(&[]);
    fs::write(scripts.path().join("x.ftp"), text).unwrap();
    let target = server.address().to_string();
    let arguments = ["-v", "x.ftp", &target, "--var", "password=A"];
    let said = scripts.replay(&arguments).run().success().stderr;
    assert!(said.contains("data> one\ndata> two\n"), "{said}");
}
