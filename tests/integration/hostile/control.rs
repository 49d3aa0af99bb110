//! Replies that are odd, broken or slow, and servers that do not speak FTP.

use socket2::SockRef;

use crate::dialogues::{connected, greeted, lines};
use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::scripted_server::{Script, ScriptedServer};
use crate::support::terminal::Key;

use super::assert_harmless;

/// A script that would log in with a password, and gives up after two seconds.
fn log_in(server: &ScriptedServer) -> Ftpsh {
    let url = format!("ftp://me:topsecret@{}", server.address());
    Ftpsh::new()
        .telling_events()
        .args(["--timeout", "2", "-c", "PWD"])
        .arg(url)
}

#[test]
fn a_server_that_never_greets_is_told_nothing() {
    let server = Script::new().wait_for_client_close().start();
    let _ = log_in(&server).run().code(3);
    assert!(server.finish().lines.is_empty());
}

#[test]
fn ctrl_c_ends_the_wait_for_a_greeting() {
    let server = Script::new().wait_for_client_close().start();
    let mut terminal = Ftpsh::new().arg(server.address().to_string()).terminal();
    terminal.expect("connected to");
    terminal.send_key(Key::CtrlC);
    assert_eq!(terminal.wait_exit(), 130);
    assert!(server.finish().lines.is_empty());
}

#[test]
fn a_server_of_another_protocol_gets_neither_user_nor_password() {
    for (greeting, protocol) in [
        (
            "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<html>no</html>\r\n",
            Some("HTTP"),
        ),
        ("SSH-2.0-OpenSSH_9.6\r\n", Some("SSH")),
        ("* OK IMAP4rev1 ready\r\n", Some("IMAP")),
        ("+OK POP3 ready\r\n", Some("POP3")),
        ("220 mail.example.org ESMTP\r\n", Some("SMTP")),
        ("\x15\x03\x03\0\x02\x02\x46", Some("TLS")),
        ("RFB 003.008\n", None),
    ] {
        let server = Script::new().send(greeting).wait_for_client_close().start();
        let code = if protocol.is_some() { 5 } else { 3 };
        let said = log_in(&server).run().code(code).stderr;
        assert!(server.finish().lines.is_empty(), "{greeting}");
        match protocol {
            Some(name) => assert!(
                said.contains(&format!("this port speaks {name} and not FTP")),
                "{said}"
            ),
            None => assert!(said.contains("RFB 003.008"), "{said}"),
        }
    }
}

/// Not every mail server says what it is.
#[test]
fn a_mail_server_that_refuses_user_gets_no_password() {
    let server = Script::new()
        .send("220 mail.example.org ready\r\n")
        .expect("USER me")
        .send("502 5.5.2 Error: command not recognized\r\n")
        .wait_for_client_close()
        .start();
    let _ = log_in(&server).run().code(1);
    assert_eq!(server.finish().lines, ["USER me"]);
}

#[test]
fn bytes_that_are_not_text_are_shown_by_their_number() {
    let accents = "e".to_owned() + &"\u{301}".repeat(30_000);
    for (sent, shown) in [
        (&b"200 a\0b"[..], "200 a\\x00b"),
        (b"200 a\r\0b", "200 a\\x0d\\x00b"),
        (b"200 a\rb", "200 a\\x0db"),
        (b"200 \xc3\x28\xf0\x9f", "200 \\xc3(\\xf0\\x9f"),
        (b"200 \x8f\x9b", "200 \\x8f\\x9b"),
        ("200 \u{202e}fdp.exe".as_bytes(), "200 \\u{202e}fdp.exe"),
        (&[b"200 ", accents.as_bytes()].concat(), "200 e\u{301}"),
    ] {
        let server = greeted()
            .expect("NOOP")
            .send([sent, b"\r\n"].concat())
            .wait_for_client_close()
            .start();
        let said = lines(server.address(), &["NOOP"]).run().success().stderr;
        let _ = server.finish();
        assert!(said.contains(shown), "{shown}: {said}");
        assert_harmless(said.as_bytes());
    }
}

#[test]
fn codes_outside_1yz_to_5yz_count_as_refusals() {
    for code in ["000", "099", "600", "999"] {
        let server = greeted()
            .expect("NOOP")
            .send(format!("{code} what\r\n"))
            .expect("PWD")
            .send("257 \"/\"\r\n")
            .wait_for_client_close()
            .start();
        let said = lines(server.address(), &["NOOP", "PWD"])
            .run()
            .code(1)
            .stderr;
        let _ = server.finish();
        assert!(said.contains("257 \"/\""), "{code}: {said}");
    }
}

#[test]
fn what_only_looks_like_a_code_is_not_a_reply() {
    for line in [
        "abc ok",
        "2OO ok",
        "20 ok",
        "2000 ok",
        "+200 ok",
        " 200 ok",
        "\u{662}\u{660}\u{660} ok",
        "\u{ff12}\u{ff10}\u{ff10} ok",
    ] {
        let server = greeted()
            .expect("NOOP")
            .send(format!("{line}\r\n500 no\r\n"))
            .wait_for_client_close()
            .start();
        let said = lines(server.address(), &["NOOP"]).run().code(1).stderr;
        let _ = server.finish();
        assert!(
            said.contains("a line that is not a reply"),
            "{line}: {said}"
        );
    }
}

#[test]
fn line_ends_that_are_none_are_shown_and_answer_nothing() {
    for reply in ["\r200 noop\n", "200 noop\r", "200 noop"] {
        let server = greeted()
            .expect("NOOP")
            .send(reply)
            .wait_for_client_close()
            .start();
        let _ = lines(server.address(), &["NOOP", "PWD"])
            .args(["--timeout", "2"])
            .run()
            .code(3);
        assert_eq!(server.finish().lines, ["NOOP"], "{reply:?}");
    }
}

#[test]
fn a_reply_that_trickles_can_be_left_and_is_shown_whole_when_it_comes() {
    let (mut control, mut terminal) = connected(None);
    terminal.send_line("NOOP");
    control.expect("NOOP");
    control.send("20");
    terminal.send_key(Key::CtrlC);
    terminal.expect("outstanding");
    terminal.expect("ftp> ");
    for byte in b"0 at last\r\n" {
        control.send([*byte]);
    }
    terminal.expect("200 at last");
    terminal.send_line("PWD");
    control.expect("PWD");
    control.send("257 \"/\"\r\n");
    terminal.expect("257 \"/\"");
}

#[test]
fn urgent_bytes_in_a_reply_stay_in_their_place() {
    let (mut control, mut terminal) = connected(None);
    terminal.send_line("NOOP");
    control.expect("NOOP");
    control.send("200 ur");
    let sent = SockRef::from(&control.stream).send_out_of_band(b"ge");
    assert_eq!(sent.expect("the client is there"), 2);
    control.send("nt\r\n");
    terminal.expect("200 urgent");
    terminal.expect("ftp> ");
}

#[test]
fn the_directory_that_a_server_names_is_shown_by_number_and_never_sent_back() {
    for name in [
        "\"/a\rPASS x\"",
        "\"/\x1b]0;pwned\x07\"",
        "\"/a\"\"b\" \"c\"",
        "\"/not closed",
        "\"\"",
        "no quotes",
        "\"/\u{202e}cod.exe\"",
    ] {
        let server = greeted()
            .expect("PWD")
            .send(format!("257 {name}\r\n"))
            .expect("NOOP")
            .send("200 noop\r\n")
            .wait_for_client_close()
            .start();
        let home = Home::new();
        let mut terminal = Ftpsh::new()
            .home(home.path())
            .arg(server.address().to_string())
            .terminal();
        terminal.expect("ftp> ");
        terminal.send_line("set prompt-dir on");
        terminal.expect("> ");
        terminal.send_line("PWD");
        terminal.expect("257 ");
        terminal.send_line("NOOP");
        terminal.expect("200 noop");
        terminal.send_line("close");
        terminal.expect("(closed)");
        // The script knows these two lines only.
        assert_eq!(server.finish().lines, ["PWD", "NOOP"], "{name:?}");
        assert_harmless(&terminal.raw_output());
    }
}

#[test]
fn features_with_controls_in_them_are_shown_by_number() {
    let server = greeted()
        .expect("FEAT")
        .send(b"211-\x1b[2J\r\n \x1b]0;pwned\x07\r\n TLS\0\r\n\r\n \xff\xff\r\n211 End\r\n")
        .expect("NOOP")
        .send("200 noop\r\n")
        .wait_for_client_close()
        .start();
    let finished = lines(server.address(), &["FEAT", "NOOP"]).run().success();
    let _ = server.finish();
    assert!(finished.stderr.contains("\\x1b]0;pwned\\x07"));
    assert_harmless(finished.stderr.as_bytes());
}
