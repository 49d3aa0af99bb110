//! `tls probe`, and what is said of a server that speaks old versions only.

use crate::support::ftpsh::Ftpsh;
use crate::support::real_server::{Kind, Options, RealServer, Tls};
use crate::support::scripted_server::Script;

use super::{Rig, agreed};

/// What `openssl s_server -tls1` answered to a ClientHello that knows TLS 1.2.
const SERVER_HELLO_OF_TLS_1_0: &[u8] = b"\x16\x03\x01\x00\x59\x02\x00\x00\x55\x03\x01\x6f\xc3\xdf\xd5\x4d\x26\xd9\x48\xeb\
    \x9a\x13\xf8\x15\xb2\xfc\x69\x85\x36\xf8\x05\xd9\x11\x58\x11\xc4\xce\x50\x4b\xa6\x76\xe6\x3f\x20\x57\x2a\x97\x32\x3b\x4c\
    \x68\x34\x72\xbe\x0b\x1d\x1b\x7e\xdb\x57\x47\x0a\x79\x28\x04\x85\x01\x28\xea\xa0\x1d\xd0\x7c\xc4\xa8\x46\xc0\x14\x00\x00\
    \x0d\xff\x01\x00\x01\x00\x00\x0b\x00\x04\x03\x00\x01\x02";
const PROTOCOL_VERSION: &[u8] = b"\x15\x03\x01\x00\x02\x02\x46";
const HANDSHAKE_FAILURE: &[u8] = b"\x15\x03\x00\x00\x02\x02\x28";

/// One connection of a probe up to the ClientHello.
fn asked(script: Script) -> Script {
    script
        .send("220 hi\r\n")
        .expect("AUTH TLS")
        .send("234 go ahead\r\n")
        .take_record()
}

/// A server that speaks TLS 1.0 and nothing else.
fn old_server() -> Script {
    let ssl = asked(Script::new()).send(HANDSHAKE_FAILURE);
    let answers = [
        SERVER_HELLO_OF_TLS_1_0,
        SERVER_HELLO_OF_TLS_1_0,
        SERVER_HELLO_OF_TLS_1_0,
        PROTOCOL_VERSION,
    ];
    answers.into_iter().fold(ssl, |script, answer| {
        asked(script.wait_for_client_close().accept()).send(answer)
    })
}

#[test]
fn a_server_of_tls_1_0_is_named_as_such_by_a_probe() {
    let rig = Rig::new();
    let server = old_server().wait_for_client_close().start();
    let address = server.address().to_string();
    let probe = format!("tls probe {address}");
    let finished = Ftpsh::new().args(["-c", &probe]).run().success();
    let heard = server.finish();
    let table = "  SSL 3.0  no   alert handshake_failure\n\
                 \x20 TLS 1.0  yes  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA\n\
                 \x20 TLS 1.1  no   answers with TLS 1.0\n\
                 \x20 TLS 1.2  no   answers with TLS 1.0\n\
                 \x20 TLS 1.3  no   alert protocol_version\n";
    assert!(finished.stderr.contains(table), "{}", finished.stderr);
    let said = "TLS 1.0 should be switched off";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
    // What was sent was shown, and each ClientHello offers its own version.
    assert_eq!(finished.stderr.matches("→ AUTH TLS\n").count(), 5);
    assert_eq!(finished.stderr.matches("a ClientHello for").count(), 5);
    let versions = heard.records.iter().map(|hello| [hello[9], hello[10]]);
    let versions: Vec<[u8; 2]> = versions.collect();
    assert_eq!(versions, [[3, 0], [3, 1], [3, 2], [3, 3], [3, 3]]);
    drop(rig);
}

#[test]
fn a_handshake_with_a_server_of_tls_1_0_names_the_version() {
    let rig = Rig::new();
    let server = asked(Script::new())
        .send(SERVER_HELLO_OF_TLS_1_0)
        // The alert of a client that does not speak it.
        .take_record()
        .wait_for_client_close()
        .start();
    let finished = rig.run(&server, &["AUTH TLS", "USER never"]).code(4);
    let heard = server.finish();
    assert_eq!(heard.records[1][5..], [2, 70]);
    let said = "the server speaks TLS 1.0 at most";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
    assert!(
        finished.stderr.contains("`tls probe`"),
        "{}",
        finished.stderr
    );
}

#[test]
fn a_handshake_that_is_refused_for_its_version_says_what_was_offered() {
    let rig = Rig::new();
    for (lines, offered) in [
        (
            &["AUTH TLS"][..],
            "the server refuses TLS 1.2 and 1.3 (protocol_version)",
        ),
        (
            &["set tls-max 1.2", "AUTH TLS"],
            "the server refuses TLS 1.2, the newest that `set tls-max` lets this side offer",
        ),
    ] {
        let server = asked(Script::new())
            .send(PROTOCOL_VERSION)
            .wait_for_client_close()
            .start();
        let finished = rig.run(&server, lines).code(4);
        let _ = server.finish();
        assert!(finished.stderr.contains(offered), "{}", finished.stderr);
    }
}

#[test]
fn a_probe_leaves_the_session_as_it_was() {
    let rig = Rig::new();
    let main = agreed(&rig.server())
        .expect("NOOP")
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start();
    let old = old_server().wait_for_client_close().start();
    let probe = format!("tls probe {}", old.address());
    let finished = rig.run(&main, &["AUTH TLS", &probe, "NOOP"]).success();
    assert_eq!(main.finish().lines, ["AUTH TLS", "NOOP"]);
    let _ = old.finish();
    assert!(finished.stderr.contains("200 ok"), "{}", finished.stderr);
}

#[test]
fn a_probe_of_an_implicit_port_says_hello_at_once() {
    let answers = [HANDSHAKE_FAILURE; 4];
    let script = answers.into_iter().fold(Script::new(), |script, answer| {
        let script = script.take_record().send(answer);
        script.wait_for_client_close().accept()
    });
    let server = script
        .take_record()
        .send(HANDSHAKE_FAILURE)
        .wait_for_client_close()
        .start();
    let probe = format!("tls probe ftps://{}", server.address());
    let finished = Ftpsh::new().args(["-c", &probe]).run().code(4);
    assert_eq!(server.finish().records.len(), 5);
    assert_eq!(
        finished.stderr.matches("alert handshake_failure").count(),
        5
    );
    assert!(!finished.stderr.contains("AUTH"), "{}", finished.stderr);
}

#[test]
fn a_server_that_refuses_auth_is_asked_once() {
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("AUTH TLS")
        .send("502 no\r\n")
        .wait_for_client_close()
        .start();
    let probe = format!("tls probe {}", server.address());
    let finished = Ftpsh::new().args(["-c", &probe]).run().code(1);
    assert_eq!(server.finish().lines, ["AUTH TLS"]);
    assert!(
        finished.stderr.contains("SSL 3.0  ?    refused with 502"),
        "{}",
        finished.stderr
    );
}

#[test]
fn silence_an_end_and_clear_text_are_told_apart() {
    let server = asked(Script::new()).wait_for_client_close().accept();
    let server = asked(server).close().accept();
    let server = asked(server)
        .send("500 what?\r\n")
        .wait_for_client_close()
        .accept();
    let server = asked(server)
        .send(b"\x16\x03\x01\x00\x01\x0b")
        .wait_for_client_close()
        .accept();
    let server = asked(server).reset().start();
    let probe = format!("tls probe {}", server.address());
    let finished = Ftpsh::new()
        .args(["--timeout", "1", "-c", &probe])
        .run()
        .code(4);
    let _ = server.finish();
    let table = "  SSL 3.0  ?    no answer within 1 s\n\
                 \x20 TLS 1.0  no   ends the connection\n\
                 \x20 TLS 1.1  no   answers in the clear: 500 what?\n\
                 \x20 TLS 1.2  no   answers with something that is not a ServerHello\n\
                 \x20 TLS 1.3  no   ends the connection\n";
    assert!(finished.stderr.contains(table), "{}", finished.stderr);
}

#[test]
fn the_real_servers_speak_1_2_and_1_3_and_nothing_older() {
    for kind in Kind::ALL {
        let options = Options {
            tls: Tls::Explicit,
            ..Options::default()
        };
        let Some(server) = RealServer::start_with(kind, &options) else {
            continue;
        };
        let probe = format!("tls probe {}", server.address());
        let finished = Ftpsh::new()
            .args(["--timeout", "20", "-c", &probe])
            .run()
            .success();
        for line in [
            "SSL 3.0  no ",
            "TLS 1.0  no ",
            "TLS 1.1  no ",
            "TLS 1.2  yes",
            "TLS 1.3  yes",
        ] {
            assert!(
                finished.stderr.contains(line),
                "{kind:?} {line}: {}",
                finished.stderr
            );
        }
    }
}

/// pyftpdlib is what can be told to speak TLS 1.0 alone.
#[test]
fn a_real_server_of_tls_1_0_is_named_by_the_handshake_and_by_the_probe() {
    let options = Options {
        tls: Tls::Explicit,
        extra: vec![
            "from OpenSSL import SSL".to_owned(),
            "context = handler.get_ssl_context()".to_owned(),
            "context.set_cipher_list(b'ALL:@SECLEVEL=0')".to_owned(),
            "context.set_min_proto_version(SSL.TLS1_VERSION)".to_owned(),
            "context.set_max_proto_version(SSL.TLS1_VERSION)".to_owned(),
            "handler.ssl_context = context".to_owned(),
        ],
        ..Options::default()
    };
    let Some(server) = RealServer::start_with(Kind::Pyftpdlib, &options) else {
        return;
    };
    let address = server.address().to_string();
    let probe = format!("tls probe {address}");
    let finished = Ftpsh::new()
        .args(["--timeout", "20", "-c", &probe])
        .run()
        .success();
    for line in [
        "TLS 1.0  yes  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
        "TLS 1.1  no ",
        "TLS 1.2  no ",
        "TLS 1.3  no ",
    ] {
        assert!(
            finished.stderr.contains(line),
            "{line}: {}",
            finished.stderr
        );
    }
    let finished = Ftpsh::new()
        .args([&address, "-c", "AUTH TLS"])
        .run()
        .code(4);
    let said = [
        "the server speaks TLS 1.0 at most",
        "the server refuses TLS 1.2 and 1.3",
    ];
    let is_named = said.iter().any(|said| finished.stderr.contains(said));
    assert!(is_named, "{}", finished.stderr);
}
