//! What `send` puts on the wire.

use super::lines;
use crate::support::certificates::Authority;
use crate::support::scripted_server::Script;
use crate::support::tls_server::TlsServer;

#[test]
fn telnet_commands_go_out_as_two_bytes_and_await_no_reply() {
    let server = Script::new()
        .send("220 ready\r\n")
        .expect_bytes(b"\xff\xf6\xff\xf5\xff\xf3\xff\xf1\xff\xf2\xff\xf4")
        .expect("NOOP")
        .send("200 fine\r\n")
        .wait_for_client_close()
        .start();
    let sends = [
        "send ayt",
        "send ao",
        "send brk",
        "send nop",
        "send dm",
        "send ip",
        "NOOP",
        "timeline all",
    ];
    let finished = lines(server.address(), &sends).run().success();
    server.finish();
    assert!(
        finished.stderr.contains("  → Telnet AYT\n"),
        "{}",
        finished.stderr
    );
    assert!(
        finished.stderr.contains("→ FF F6  (Telnet AYT)\n"),
        "{}",
        finished.stderr
    );
    assert!(!finished.stderr.contains("note:"), "{}", finished.stderr);
}

#[test]
fn bytes_go_out_as_they_are_and_no_line_end_is_added() {
    let server = Script::new()
        .send("220 ready\r\n")
        .expect_bytes(b"\x00\xfe\xff\xffNO")
        .expect_bytes(b"OP\r\n")
        .send("200 one line\r\n")
        .wait_for_client_close()
        .start();
    let sends = ["send hex '00 fe FFff 4e4f'", "OP"];
    let finished = lines(server.address(), &sends).run().success();
    let heard = server.finish();
    assert_eq!(heard.bytes, b"\x00\xfe\xff\xffNOOP\r\n");
    assert!(
        finished.stderr.contains("→ 00 FE FF FF 4E 4F\n"),
        "{}",
        finished.stderr
    );
}

#[test]
fn the_replies_to_lines_in_hexadecimal_are_awaited_and_belong_to_them() {
    let server = Script::new()
        .send("220 ready\r\n")
        .expect("TYPE I")
        .expect("SIZE f")
        .send("200 image\r\n213 7\r\n")
        .expect("NOOP")
        .send("200 fine\r\n")
        .wait_for_client_close()
        .start();
    let both = "send hex 54 59 50 45 20 49 0d 0a 53 49 5a 45 20 66 0d 0a";
    let finished = lines(server.address(), &[both, "NOOP"]).run().success();
    server.finish();
    let replies = finished.stderr.split_once("0A\n").unwrap().1;
    assert_eq!(replies, "200 image\n213 7\n→ NOOP\n200 fine\n");
}

#[test]
fn a_refusal_of_a_line_in_hexadecimal_counts() {
    let server = Script::new()
        .send("220 ready\r\n")
        .expect("X")
        .send("500 what?\r\n")
        .wait_for_client_close()
        .start();
    let sends = ["send hex '58 0D 0A'"];
    let _ = lines(server.address(), &sends).run().code(1);
    server.finish();
}

#[test]
fn what_cannot_be_read_is_not_sent() {
    let server = Script::new()
        .send("220 ready\r\n")
        .expect("NOOP")
        .send("200 fine\r\n")
        .wait_for_client_close()
        .start();
    let sends = [
        "send",
        "send f",
        "send hex 'F'",
        "send hex",
        "send hex xx",
        "NOOP",
    ];
    let finished = lines(server.address(), &sends).run().code(2);
    assert_eq!(server.finish().bytes, b"NOOP\r\n");
    assert_eq!(finished.stderr.matches("Nothing was sent").count(), 5);
}

#[test]
fn under_tls_a_synch_goes_inside_it_and_this_is_said() {
    let authority = Authority::new();
    let tls = TlsServer::tls13(&authority.issue());
    let server = Script::new()
        .send("220 ready\r\n")
        .expect("AUTH TLS")
        .send("234 go on\r\n")
        .secure_control(&tls)
        .expect_bytes(b"\xff\xf4\xff\xf2\xff\xf1")
        .expect("NOOP")
        .send("200 fine\r\n")
        .wait_for_client_close()
        .start();
    let sends = ["AUTH TLS", "send synch", "send hex FFF1", "NOOP"];
    let finished = lines(server.address(), &sends)
        .args(["--ca".as_ref(), authority.file().as_os_str()])
        .run()
        .success();
    assert_eq!(server.finish().in_clear, b"AUTH TLS\r\n");
    assert!(
        finished.stderr.contains("TLS has no urgent bytes"),
        "{}",
        finished.stderr
    );
    assert!(!finished.stderr.contains(" urgent,"), "{}", finished.stderr);
}
