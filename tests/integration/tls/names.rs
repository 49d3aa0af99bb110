//! `--sni`: the name that is sent, and for which the certificate must be good.

use crate::support::ftpsh::Ftpsh;
use crate::support::scripted_server::Script;
use crate::support::tls_server::TlsServer;

use super::{AGREE, Rig, agreed, agreed_on_both, passive};

/// The ClientHello that these options lead to, as it is on the wire.
fn client_hello(options: &[&str], host: &str) -> Vec<u8> {
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("AUTH TLS")
        .send("234 go ahead\r\n")
        .take_record()
        .close()
        .start();
    let target = format!("{host}:{}", server.address().port());
    Ftpsh::new()
        .args(options)
        .args([&target, "-c", "AUTH TLS"])
        .run()
        .code(4);
    server.finish().records.remove(0)
}

/// The name in a server_name extension: type, length, length of the list, host_name, length, name.
fn sent_name(hello: &[u8]) -> Option<String> {
    let (_random, rest) = hello[5 + 4 + 2..].split_at(32);
    let rest = &rest[1 + usize::from(rest[0])..];
    let rest = &rest[2 + length(rest)..];
    let rest = &rest[1 + usize::from(rest[0])..];
    let mut extensions = &rest[2..];
    assert_eq!(length(rest), extensions.len());
    while let [high, low, rest @ ..] = extensions {
        let (content, after) = rest[2..].split_at(length(rest));
        if [*high, *low] == [0, 0] {
            let [_, _, 0, _, _, name @ ..] = content else {
                panic!("not a host name: {content:?}");
            };
            return Some(String::from_utf8(name.to_vec()).expect("a plain name"));
        }
        extensions = after;
    }
    None
}

fn length(bytes: &[u8]) -> usize {
    usize::from(u16::from_be_bytes([bytes[0], bytes[1]]))
}

#[test]
fn the_name_on_the_wire_is_the_host_or_what_sni_says() {
    for (options, host, sent) in [
        (&[][..], "localhost", Some("localhost")),
        (&[], "127.0.0.1", None),
        (
            &["--sni", "ftp.example.com"],
            "127.0.0.1",
            Some("ftp.example.com"),
        ),
        (
            &["--sni", "ftp.example.com."],
            "localhost",
            Some("ftp.example.com"),
        ),
        (&["--sni", "none"], "localhost", None),
        (&["--sni", "host"], "localhost", Some("localhost")),
        (
            &["--set", "tls-sni=ftp.example.com"],
            "localhost",
            Some("ftp.example.com"),
        ),
    ] {
        let hello = client_hello(options, host);
        assert_eq!(sent_name(&hello).as_deref(), sent, "{options:?} {host}");
    }
}

#[test]
fn a_probe_sends_the_name_of_the_host_of_the_configuration() {
    let answers = [b"\x15\x03\x01\x00\x02\x02\x46"; 4];
    let hello = |script: Script| {
        script
            .send("220 hi\r\n")
            .expect("AUTH TLS")
            .send("234 go ahead\r\n")
            .take_record()
    };
    let script = answers.into_iter().fold(Script::new(), |script, answer| {
        hello(script).send(answer).wait_for_client_close().accept()
    });
    let script = hello(script).close();
    let server = script.start();
    let home = tempfile::tempdir().unwrap();
    let host = format!(
        "[host.work]\ntarget = '{}'\nset = {{ tls-sni = 'ftp.example.com' }}\n",
        server.address()
    );
    std::fs::write(home.path().join("config.toml"), host).unwrap();
    Ftpsh::new()
        .home(home.path())
        .args(["--config", "config.toml", "-c", "tls probe work"])
        .args(["-c", "set tls-sni"])
        .run()
        .code(4);
    let records = server.finish().records;
    for hello in &records[1..] {
        assert_eq!(sent_name(hello).as_deref(), Some("ftp.example.com"));
    }
}

#[test]
fn the_certificate_must_be_for_the_name_that_was_sent_on_both_connections() {
    let rig = Rig::new();
    let certificate = rig.authority.issue_for_somebody_else();
    for tls in [
        TlsServer::tls12(&certificate),
        TlsServer::tls13(&certificate),
    ] {
        let server = passive(agreed_on_both(&tls))
            .take_upload(&tls)
            .wait_for_client_close()
            .start();
        let lines = [&AGREE[..], &["PASV", "STOR f <<< 'x'", "tls"]].concat();
        let finished = rig
            .ftpsh(&server)
            .args(["--sni", "elsewhere.example"])
            .args(lines.iter().flat_map(|line| ["-c", line]))
            .run()
            .success();
        let heard = server.finish();
        let sent = Some("elsewhere.example");
        assert_eq!(heard.secured_control[0].server_name.as_deref(), sent);
        assert_eq!(heard.secured_data[0].server_name.as_deref(), sent);
        assert!(heard.secured_data[0].is_resumed);
        for said in [
            "certificate verified for elsewhere.example",
            "certificate         verified for elsewhere.example",
        ] {
            assert!(finished.stderr.contains(said), "{}", finished.stderr);
        }
    }
}

#[test]
fn a_certificate_for_the_host_is_not_enough_for_another_name() {
    let rig = Rig::new();
    let server = agreed(&rig.server()).wait_for_client_close().start();
    let finished = rig
        .ftpsh(&server)
        .args([
            "--sni",
            "elsewhere.example",
            "-c",
            "AUTH TLS",
            "-c",
            "USER me",
        ])
        .run()
        .code(4);
    assert_eq!(server.finish().lines, ["AUTH TLS"]);
    let said = "127.0.0.1, 127.0.0.2, ::1, not for elsewhere.example";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
}

#[test]
fn a_certificate_for_another_host_is_explained_with_the_name_that_it_is_for() {
    let rig = Rig::new();
    let other = TlsServer::new(&rig.authority.issue_for_somebody_else());
    let server = agreed(&other).wait_for_client_close().start();
    let said = rig
        .ftpsh(&server)
        .args(["--why", "-c", "AUTH TLS"])
        .run()
        .code(4)
        .stderr;
    let _ = server.finish();
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "--sni NAME wants the certificate for another name",
        " Here The server's certificate is for another host: it is for elsewhere.example, not for",
        "`set tls-sni elsewhere.example`",
        " Cause certificate-name",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("--ca"), "{said}");
}

#[test]
fn without_a_name_the_certificate_must_be_for_the_host() {
    let rig = Rig::new();
    let server = agreed(&rig.server())
        .expect("NOOP")
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start();
    let target = format!("localhost:{}", server.address().port());
    rig.ftpsh_at(&target)
        .args(["--sni", "none", "-c", "AUTH TLS", "-c", "NOOP"])
        .run()
        .success();
    assert_eq!(server.finish().secured_control[0].server_name, None);
}

#[test]
fn what_is_no_host_name_is_refused() {
    for name in ["127.0.0.1", "::1", "two words", "\u{1b}[2J", ""] {
        let setting = format!("tls-sni={name}");
        for options in [["--sni", name], ["--set", &setting]] {
            let finished = Ftpsh::new().args(options).args(["-c", "set"]).run().code(2);
            let (said, stderr) = (["never an address", "a name, or none"], finished.stderr);
            assert!(said.iter().any(|said| stderr.contains(said)), "{stderr}");
            assert!(!stderr.contains('\u{1b}'), "{stderr}");
        }
    }
}

#[test]
fn a_certificate_that_is_trusted_by_hand_is_known_by_the_name_that_was_sent() {
    let rig = Rig::new();
    let own = crate::support::certificates::ServerCertificate::self_signed();
    let tls = TlsServer::new(&own);
    let again = |script: Script| {
        script
            .send("220 hi\r\n")
            .expect("AUTH TLS")
            .send("234 go ahead\r\n")
            .secure_control(&tls)
            .wait_for_client_close()
    };
    let server = again(again(again(Script::new()).accept()).accept()).start();
    let mut terminal = rig.ftpsh(&server).args(["--sni", "one.example"]).terminal();
    terminal.expect("ftp> ");
    terminal.send_line("AUTH TLS");
    terminal.expect("trust it: always, once, or no?");
    terminal.send_line("always");
    terminal.expect("ftps> ");
    super::leave(terminal);
    let run = |name: &str| {
        let options = ["--sni", name, "-c", "AUTH TLS"];
        rig.ftpsh(&server).args(options).run()
    };
    run("one.example").success();
    run("two.example").code(4);
    let _ = server.finish();
}
