//! Which certificates are believed, and what becomes of the others.

use crate::support::certificates::ServerCertificate;
use crate::support::scripted_server::Script;
use crate::support::tls_server::TlsServer;

use super::{Rig, agreed};

/// The server agrees to TLS, and the client is gone as soon as it has seen the certificate.
fn refused(certificate: &ServerCertificate) -> Script {
    agreed(&TlsServer::new(certificate)).wait_for_client_close()
}

fn refusal(rig: &Rig, certificate: &ServerCertificate) -> String {
    let server = refused(certificate).start();
    let finished = rig.run(&server, &["AUTH TLS", "USER never"]).code(4);
    assert_eq!(server.finish().lines, ["AUTH TLS"]);
    finished.stderr
}

#[test]
fn a_certificate_that_verifies_is_believed_under_both_versions() {
    let rig = Rig::new();
    for (tls, version) in [
        (TlsServer::tls12(&rig.certificate), "TLS 1.2"),
        (TlsServer::tls13(&rig.certificate), "TLS 1.3"),
    ] {
        let server = agreed(&tls)
            .expect("USER me")
            .send("331 and?\r\n")
            .wait_for_client_close()
            .start();
        let finished = rig.run(&server, &["AUTH TLS", "USER me", "tls"]).success();
        let heard = server.finish();
        assert_eq!(heard.in_clear, b"AUTH TLS\r\n");
        let said = format!("{version}, TLS");
        assert!(finished.stderr.contains(&said), "{}", finished.stderr);
        assert!(
            finished.stderr.contains("certificate         verified"),
            "{}",
            finished.stderr
        );
    }
}

#[test]
fn a_certificate_without_a_trusted_root_ends_a_script_with_4_and_its_reason() {
    let rig = Rig::new();
    let said = refusal(&rig, &ServerCertificate::self_signed());
    assert!(said.contains("self-signed"), "{said}");
    let stranger = crate::support::certificates::Authority::new().issue();
    let said = refusal(&rig, &stranger);
    assert!(said.contains("does not chain to a trusted root"), "{said}");
    assert!(said.contains("SHA-256"), "{said}");
}

#[test]
fn an_expired_certificate_ends_with_4_and_its_last_day() {
    let rig = Rig::new();
    let said = refusal(&rig, &rig.authority.issue_expired());
    assert!(said.contains("it expired on 2001-"), "{said}");
}

#[test]
fn a_certificate_for_somebody_else_ends_with_4_and_names_them() {
    let rig = Rig::new();
    let said = refusal(&rig, &rig.authority.issue_for_somebody_else());
    assert!(
        said.contains("it is for elsewhere.example, not for 127.0.0.1"),
        "{said}"
    );
}

#[test]
fn insecure_takes_any_certificate_and_says_so() {
    let rig = Rig::new();
    let tls = TlsServer::new(&ServerCertificate::self_signed());
    let server = agreed(&tls)
        .expect("NOOP")
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start();
    let finished = rig
        .ftpsh(&server)
        .args(["--insecure", "-c", "AUTH TLS", "-c", "NOOP"])
        .run()
        .success();
    assert_eq!(server.finish().in_clear, b"AUTH TLS\r\n");
    assert!(
        finished.stderr.contains("NOT VERIFIED"),
        "{}",
        finished.stderr
    );
}

#[test]
fn a_self_signed_certificate_can_be_given_as_its_own_root() {
    let rig = Rig::new();
    let certificate = ServerCertificate::self_signed();
    certificate.write_to(rig.home.path());
    let server = agreed(&TlsServer::new(&certificate))
        .expect("NOOP")
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start();
    crate::support::ftpsh::Ftpsh::new()
        .arg("--ca")
        .arg(rig.path("cert.pem"))
        .arg(server.address().to_string())
        .args(["-c", "AUTH TLS", "-c", "NOOP"])
        .run()
        .success();
    let _ = server.finish();
}

#[test]
fn a_file_of_roots_that_cannot_be_used_is_a_usage_error() {
    let rig = Rig::new();
    std::fs::write(rig.path("empty.pem"), "nothing\n").unwrap();
    for name in ["empty.pem", "missing.pem"] {
        let finished = crate::support::ftpsh::Ftpsh::new()
            .arg("--ca")
            .arg(rig.path(name))
            .args(["127.0.0.1:1", "-c", "NOOP"])
            .run()
            .code(2);
        assert!(finished.stderr.contains(name), "{}", finished.stderr);
    }
}

/// The same certificate twice: trusted by hand for always, then known.
#[test]
fn a_certificate_that_is_trusted_always_is_known_the_next_time() {
    let rig = Rig::new();
    let tls = TlsServer::new(&ServerCertificate::self_signed());
    let server = agreed(&tls)
        .wait_for_client_close()
        .accept()
        .send("220 hi\r\n")
        .expect("AUTH TLS")
        .send("234 go ahead\r\n")
        .secure_control(&tls)
        .expect("NOOP")
        .send("200 ok\r\n")
        .wait_for_client_close()
        .start();
    let mut terminal = rig.ftpsh(&server).terminal();
    terminal.expect("ftp> ");
    terminal.send_line("AUTH TLS");
    terminal.expect("trust it: always, once, or no?");
    terminal.send_line("always");
    terminal.expect("remembered in");
    terminal.expect("ftps> ");
    terminal.send_line("close");
    terminal.expect("(closed) ftp> ");
    terminal.send_line("exit");
    terminal.wait_exit();
    rig.run(&server, &["AUTH TLS", "NOOP"]).success();
    assert_eq!(server.finish().lines, ["AUTH TLS", "AUTH TLS", "NOOP"]);
}

#[test]
fn a_certificate_that_is_trusted_once_is_asked_about_again_and_no_ends_the_session() {
    let rig = Rig::new();
    let tls = TlsServer::new(&ServerCertificate::self_signed());
    let server = agreed(&tls)
        .expect("NOOP")
        .send("200 ok\r\n")
        .wait_for_client_close()
        .accept()
        .send("220 hi\r\n")
        .expect("AUTH TLS")
        .send("234 go ahead\r\n")
        .secure_control(&tls)
        .wait_for_client_close()
        .start();
    let mut terminal = rig.ftpsh(&server).terminal();
    for (answer, then) in [("once", "ftps> "), ("no", "(closed) ftp> ")] {
        terminal.expect("ftp> ");
        terminal.send_line("AUTH TLS");
        terminal.expect("trust it: always, once, or no?");
        terminal.send_line(answer);
        terminal.expect(then);
        if answer == "once" {
            terminal.send_line("NOOP");
            terminal.expect("200 ok");
            terminal.send_line("close");
            terminal.expect("(closed) ftp> ");
            terminal.send_line("open");
        }
    }
    terminal.send_line("exit");
    terminal.wait_exit();
    assert_eq!(server.finish().lines, ["AUTH TLS", "NOOP", "AUTH TLS"]);
}

#[test]
fn a_certificate_that_has_changed_is_refused_without_a_question() {
    let rig = Rig::new();
    let first = TlsServer::new(&ServerCertificate::self_signed());
    let second = TlsServer::new(&ServerCertificate::self_signed());
    let server = agreed(&first)
        .wait_for_client_close()
        .accept()
        .send("220 hi\r\n")
        .expect("AUTH TLS")
        .send("234 go ahead\r\n")
        .secure_control(&second)
        .wait_for_client_close()
        .start();
    let mut terminal = rig.ftpsh(&server).terminal();
    terminal.expect("ftp> ");
    terminal.send_line("AUTH TLS");
    terminal.expect("trust it: always, once, or no?");
    terminal.send_line("always");
    terminal.expect("ftps> ");
    terminal.send_line("close");
    terminal.expect("(closed) ftp> ");
    terminal.send_line("open");
    terminal.expect("ftp> ");
    terminal.send_line("AUTH TLS");
    terminal.expect("CHANGED");
    terminal.expect("known_hosts");
    terminal.expect("(closed) ftp> ");
    terminal.send_line("why");
    terminal.expect("Cause   certificate-changed");
    terminal.expect("(closed) ftp> ");
    assert!(
        !terminal
            .screen()
            .contains("trust it: always, once, or no? \n(closed)")
    );
    terminal.send_line("exit");
    terminal.wait_exit();
    assert_eq!(server.finish().lines, ["AUTH TLS", "AUTH TLS"]);
}
