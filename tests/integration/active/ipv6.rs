//! The same over IPv6, and what servers say to PASV there.

use std::net::Ipv6Addr;

use crate::support::real_server::{Kind, Options, RealServer};

use super::{Login, OwnPort, has_ipv6};

fn start(kind: Kind) -> Option<RealServer> {
    let options = Options {
        ipv6: true,
        ..Options::default()
    };
    has_ipv6()
        .then(|| RealServer::start_with(kind, &options))
        .flatten()
}

fn transfers_actively(kind: Kind) {
    let Some(server) = start(kind) else { return };
    server.write_file("there", b"on\nthe\r\nserver\0");
    let port = OwnPort::on(Ipv6Addr::LOCALHOST.into());
    let login = Login::to(&server).file("here", b"on\nthis\r\nside\0");
    let login = login.lines([
        "TYPE I",
        &port.eprt(),
        "RETR there > got",
        "listen",
        "STOR new < here",
        "listen",
        "RETR there > again",
    ]);
    let stderr = login.run().success().stderr;
    assert!(stderr.contains("→ EPRT |2|::1|"), "{stderr}");
    assert_eq!(login.received("got"), b"on\nthe\r\nserver\0");
    assert_eq!(login.received("again"), b"on\nthe\r\nserver\0");
    assert_eq!(server.read_file("new"), b"on\nthis\r\nside\0");
}

fn resumes(kind: Kind) {
    let Some(server) = start(kind) else { return };
    let whole: Vec<u8> = (0..50_000_u32).flat_map(u32::to_be_bytes).collect();
    server.write_file("passive", &whole[..100_000]);
    server.write_file("active", &whole[..100_000]);
    let login = Login::to(&server)
        .file("passive", &whole)
        .file("active", &whole);
    let login = login.lines(["resume passive", "listen", "resume active"]);
    let stderr = login.run().success().stderr;
    assert!(server.read_file("passive") == whole);
    assert!(server.read_file("active") == whole);
    assert!(
        stderr.contains("→ EPSV") && !stderr.contains("→ PASV"),
        "{stderr}"
    );
}

/// Where a port is told, the transfer works; where not, the session goes on.
fn survives_pasv(kind: Kind, is_refused: bool) {
    let Some(server) = start(kind) else { return };
    server.write_file("f", b"data");
    let login = Login::to(&server).lines(["TYPE I", "PASV"]);
    let login = match is_refused {
        true => login,
        false => login.lines(["RETR f > got"]),
    };
    let login = login.lines(["EPSV", "RETR f > extended", "SIZE f"]);
    let finished = login.run().code(i32::from(is_refused));
    if !is_refused {
        assert_eq!(login.received("got"), b"data");
    }
    assert_eq!(login.received("extended"), b"data");
    assert!(finished.stderr.ends_with("213 4\n"), "{}", finished.stderr);
}

#[test]
fn vsftpd_transfers_actively_over_ipv6() {
    transfers_actively(Kind::Vsftpd);
}

#[test]
fn proftpd_transfers_actively_over_ipv6() {
    transfers_actively(Kind::Proftpd);
}

#[test]
fn pure_ftpd_transfers_actively_over_ipv6() {
    transfers_actively(Kind::PureFtpd);
}

#[test]
fn pyftpdlib_transfers_actively_over_ipv6() {
    transfers_actively(Kind::Pyftpdlib);
}

#[test]
fn vsftpd_resumes_over_ipv6() {
    resumes(Kind::Vsftpd);
}

#[test]
fn proftpd_resumes_over_ipv6() {
    resumes(Kind::Proftpd);
}

#[test]
fn pure_ftpd_resumes_over_ipv6() {
    resumes(Kind::PureFtpd);
}

#[test]
fn pyftpdlib_resumes_over_ipv6() {
    resumes(Kind::Pyftpdlib);
}

#[test]
fn the_zeros_of_vsftpd_in_a_pasv_over_ipv6_are_survived() {
    survives_pasv(Kind::Vsftpd, false);
}

#[test]
fn the_three_numbers_of_proftpd_in_a_pasv_over_ipv6_are_survived() {
    survives_pasv(Kind::Proftpd, false);
}

#[test]
fn the_refusal_of_pure_ftpd_of_a_pasv_over_ipv6_is_survived() {
    survives_pasv(Kind::PureFtpd, true);
}

#[test]
fn the_colons_of_pyftpdlib_in_a_pasv_over_ipv6_are_survived() {
    survives_pasv(Kind::Pyftpdlib, false);
}

#[test]
fn aliases_choose_epsv_over_ipv6() {
    for kind in Kind::ALL {
        let Some(server) = start(kind) else { continue };
        server.write_file("f", b"data");
        let login = Login::to(&server).file("g", b"up");
        let login = login.lines(["get f", "put g", "ls"]);
        let stderr = login.run().success().stderr;
        assert_eq!(login.received("f"), b"data");
        assert_eq!(server.read_file("g"), b"up");
        assert!(!stderr.contains("→ PASV"), "{kind:?}: {stderr}");
    }
}

#[test]
fn epsv_with_either_family_keeps_the_session_in_step() {
    for kind in Kind::ALL {
        let Some(server) = start(kind) else { continue };
        server.write_file("f", b"data");
        let login =
            Login::to(&server).lines(["TYPE I", "EPSV 1", "EPSV 2", "RETR f > f", "SIZE f"]);
        let finished = login.run();
        // The others take any family here.
        let is_refused = kind == Kind::Pyftpdlib;
        let finished = finished.code(i32::from(is_refused));
        assert_eq!(login.received("f"), b"data", "{kind:?}");
        assert!(finished.stderr.ends_with("213 4\n"), "{}", finished.stderr);
    }
}
