//! Line ends in TYPE A, counted and on both disks and the wire.

use std::fs;

use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::home::Home;
use crate::support::scripted_server::Script;

/// Sends `content` by this line in TYPE A; what came over the wire.
fn send(content: &[u8], lines: &str) -> (Vec<u8>, Finished) {
    let home = Home::new();
    fs::write(home.path().join("f"), content).expect("the home is writable");
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("PASV")
        .listen_data()
        .send_with_port("227 (127,0,0,1,{p1},{p2})\r\n")
        .accept_data()
        .expect("STOR f")
        .send("150 go\r\n")
        .read_data_to_end()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let finished = Ftpsh::new()
        .home(home.path())
        .arg(server.address().to_string())
        .stdin(lines)
        .run();
    (server.finish().data.remove(0), finished)
}

/// Receives `content` by this line in TYPE A; what the file holds.
fn receive(content: &[u8], lines: &str) -> (Vec<u8>, Finished) {
    let home = Home::new();
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("PASV")
        .listen_data()
        .send_with_port("227 (127,0,0,1,{p1},{p2})\r\n")
        .accept_data()
        .expect("RETR f")
        .send("150 go\r\n")
        .send_data(content)
        .close_data()
        .send("226 done\r\n")
        .wait_for_client_close()
        .start();
    let finished = Ftpsh::new()
        .home(home.path())
        .arg(server.address().to_string())
        .stdin(lines)
        .run();
    let _ = server.finish();
    let received = fs::read(home.path().join("f")).unwrap_or_default();
    (received, finished)
}

#[test]
fn a_file_is_sent_with_crlf_and_the_number_of_its_line_ends_is_said() {
    let (wire, finished) = send(b"a\nb\r\nc\r\rd\n\n", "PASV\nSTOR f < f\n");
    assert_eq!(wire, b"a\r\nb\r\nc\r\rd\r\n\r\n");
    let said = finished.success().stderr;
    assert!(
        said.contains("3 line ends turned from LF into CR LF"),
        "{said}"
    );
    assert!(said.contains("14 bytes sent"), "{said}");
}

#[test]
fn a_here_document_is_sent_with_crlf_and_a_text_as_it_is() {
    let (wire, _) = send(b"", "PASV\nSTOR f <<E\na\n\nE\n");
    assert_eq!(wire, b"a\r\n\r\n");
    let (wire, _) = send(b"", "PASV\nSTOR f <<< 'a  b'\n");
    assert_eq!(wire, b"a  b");
    let (wire, _) = send(b"", "PASV\nSTOR f < -\na\nb\r\n");
    assert_eq!(wire, b"a\nb\r\n");
}

#[test]
fn a_file_is_received_with_lf_and_the_number_of_its_line_ends_is_said() {
    let (file, finished) = receive(b"a\r\nb\nc\r\rd\r\n\r", "PASV\nRETR f > f\n");
    assert_eq!(file, b"a\nb\nc\r\rd\n\r");
    let said = finished.success().stderr;
    assert!(
        said.contains("2 line ends turned from CR LF into LF"),
        "{said}"
    );
    let (file, _) = receive(b"a\r\nb\r\n", "PASV\nRETR f >> f\n");
    assert_eq!(file, b"a\nb\n");
    let (_, finished) = receive(b"a\r\nb\r\n", "PASV\nRETR f > -\n");
    assert_eq!(finished.stdout, b"a\r\nb\r\n");
}

#[cfg(unix)]
#[test]
fn a_local_command_gets_lf() {
    let (file, _) = receive(b"a\r\nb\r\n", "PASV\nRETR f | cat > f\n");
    assert_eq!(file, b"a\nb\n");
}

#[test]
fn set_ascii_raw_leaves_the_bytes_alone() {
    let content = b"a\nb\r\nc\r\rd\n\n";
    let (wire, finished) = send(content, "set ascii raw\nPASV\nSTOR f < f\n");
    assert_eq!(wire, content);
    assert!(!finished.success().stderr.contains("turned"));
    let (file, finished) = receive(content, "set ascii raw\nPASV\nRETR f > f\n");
    assert_eq!(file, content);
    assert!(!finished.success().stderr.contains("turned"));
}
