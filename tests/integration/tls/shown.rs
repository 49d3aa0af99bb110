//! What `tls` shows and writes.

use x509_parser::pem::Pem;

use crate::support::certificates::ServerCertificate;
use crate::support::tls_server::TlsServer;

use super::{Rig, agreed, leave};

#[test]
fn tls_shows_group_signature_key_and_the_whole_chain() {
    let rig = Rig::new();
    let certificate = with_issuer(&rig);
    for tls in [
        TlsServer::tls12(&certificate),
        TlsServer::tls13(&certificate),
    ] {
        let server = agreed(&tls).wait_for_client_close().start();
        let finished = rig.run(&server, &["AUTH TLS", "tls"]).success();
        let _ = server.finish();
        for line in [
            "  key exchange        x25519\n",
            "  signed with         ecdsa_secp256r1_sha256\n",
            "  certificate         verified\n    subject      CN=localhost\n    names        localhost, 127.0.0.1",
            "    key          EC P-256, 256 bits\n    signature    ECDSA with SHA-256\n",
            "  issued by\n    subject      CN=an authority of the tests",
        ] {
            assert!(
                finished.stderr.contains(line),
                "{line}\n{}",
                finished.stderr
            );
        }
    }
}

#[test]
fn tls_pem_writes_the_chain_and_overwrites_nothing_unasked() {
    let rig = Rig::new();
    let server = agreed(&TlsServer::new(&with_issuer(&rig)))
        .wait_for_client_close()
        .start();
    let chain = rig.path("chain.pem");
    std::fs::write(rig.path("mine"), "precious").unwrap();
    let finished = rig
        .ftpsh(&server)
        .args(["-c", "AUTH TLS", "-c", "tls pem chain.pem"])
        .args(["-c", "tls pem mine"])
        .run()
        .code(7);
    let _ = server.finish();
    assert!(
        finished.stderr.contains("2 certificates in chain.pem"),
        "{}",
        finished.stderr
    );
    assert_eq!(std::fs::read(rig.path("mine")).unwrap(), b"precious");
    let said = "mine: it exists already; with --replace it is replaced";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
    assert_eq!(certificates(&chain), chain_of(&with_issuer(&rig)));
}

#[test]
fn tls_pem_replaces_a_file_when_asked() {
    let rig = Rig::new();
    let server = agreed(&TlsServer::new(&with_issuer(&rig)))
        .wait_for_client_close()
        .start();
    std::fs::write(rig.path("old"), "x".repeat(10_000)).unwrap();
    let lines = ["AUTH TLS", "tls pem --replace old"];
    rig.run(&server, &lines).success();
    let _ = server.finish();
    assert_eq!(certificates(&rig.path("old")), chain_of(&with_issuer(&rig)));
}

#[test]
fn tls_pem_without_tls_writes_nothing() {
    let rig = Rig::new();
    let server = crate::support::scripted_server::Script::new()
        .send("220 hi\r\n")
        .wait_for_client_close()
        .start();
    let finished = rig.run(&server, &["tls pem chain.pem"]).code(2);
    let _ = server.finish();
    assert!(
        finished.stderr.contains("AUTH TLS asks for TLS"),
        "{}",
        finished.stderr
    );
    assert!(!rig.path("chain.pem").exists());
}

#[test]
fn tls_fits_a_terminal_of_forty_columns() {
    let rig = Rig::new();
    let server = agreed(&TlsServer::new(&with_issuer(&rig)))
        .wait_for_client_close()
        .start();
    let mut terminal = rig.ftpsh(&server).terminal_of(60, 40);
    terminal.expect("ftp> ");
    terminal.send_line("AUTH TLS");
    terminal.expect("ftps> ");
    terminal.send_line("tls");
    terminal.expect("in the clear; PBSZ 0 and PROT P");
    let screen = terminal.screen();
    // A line that was too long would go on in the first column.
    for line in [
        "control connection\n  TLS 1.3, TLS_AES_256_GCM_SHA384, new\n  session\n",
        "  key exchange x25519\n",
        "  key          EC P-256, 256 bits\n",
        "  issued by\n",
    ] {
        assert!(screen.contains(line), "{line}\n{screen}");
    }
    leave(terminal);
    let _ = server.finish();
}

fn with_issuer(rig: &Rig) -> ServerCertificate {
    rig.certificate.clone().with_issuer(&rig.authority)
}

fn chain_of(certificate: &ServerCertificate) -> Vec<Vec<u8>> {
    let chain = certificate.chain();
    chain.iter().map(|one| one.to_vec()).collect()
}

/// The certificates of a file that holds nothing else, in DER.
fn certificates(path: &std::path::Path) -> Vec<Vec<u8>> {
    let text = std::fs::read(path).expect("the file was written");
    let blocks: Vec<Pem> = Pem::iter_from_buffer(&text)
        .collect::<Result<_, _>>()
        .expect("it is PEM");
    assert!(blocks.iter().all(|block| block.label == "CERTIFICATE"));
    let lines = text.split(|&byte| byte == b'\n').collect::<Vec<_>>();
    let begins = lines.iter().filter(|line| line.starts_with(b"-----BEGIN"));
    assert_eq!(begins.count(), blocks.len());
    blocks.into_iter().map(|block| block.contents).collect()
}

#[test]
fn a_certificate_that_did_not_issue_the_one_before_it_is_not_called_its_issuer() {
    let rig = Rig::new();
    let stranger = crate::support::certificates::Authority::new();
    let certificate = rig.authority.issue().with_issuer(&stranger);
    let server = agreed(&TlsServer::new(&certificate))
        .wait_for_client_close()
        .start();
    let finished = rig.run(&server, &["AUTH TLS", "tls"]).success();
    let _ = server.finish();
    let said = &finished.stderr;
    assert!(said.contains("  sent too\n"), "{said}");
    assert!(!said.contains("issued by"), "{said}");
}
