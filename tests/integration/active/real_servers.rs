//! Active mode with each of the real servers, over IPv4.

use crate::support::real_server::{Kind, Options, RealServer};

use super::{Login, OwnPort};

fn transfers_both_ways(kind: Kind, name: fn(&OwnPort) -> String) {
    let Some(server) = RealServer::start(kind) else {
        return;
    };
    server.write_file("there", b"on\nthe\r\nserver\0");
    server.write_file("old", b"I am ");
    let ports: [OwnPort; 4] = std::array::from_fn(|_| OwnPort::ipv4());
    let [list, retrieve, store, append] = ports.each_ref().map(name);
    let login = Login::to(&server).file("here", b"on\nthis\r\nside\0");
    let lines = [
        "TYPE I",
        &list,
        "NLST > names",
        &retrieve,
        "RETR there > got",
        &store,
        "STOR new < here",
        &append,
        "APPE old <<< 'zfive5'",
    ];
    let login = login.lines(lines);
    login.run().success();
    assert_eq!(login.received("got"), b"on\nthe\r\nserver\0");
    let names = String::from_utf8(login.received("names")).expect("plain names");
    assert!(names.contains("there") && names.contains("old"), "{names}");
    assert_eq!(server.read_file("new"), b"on\nthis\r\nside\0");
    assert_eq!(server.read_file("old"), b"I am zfive5");
}

fn takes_the_port_that_listen_opened(kind: Kind) {
    let Some(server) = RealServer::start(kind) else {
        return;
    };
    let large = vec![b'x'; 3_000_000];
    server.write_file("there", &large);
    let login = Login::to(&server).file("here", &large);
    let lines = [
        "TYPE I",
        "listen",
        "RETR there > got",
        "listen",
        "STOR new < here",
        "listen",
        "put here put",
        "listen",
        "RETR missing > nothing",
        "RETR there > again",
    ];
    let login = login.lines(lines);
    let finished = login.run().code(1);
    assert_eq!(login.received("got"), large);
    assert_eq!(server.read_file("new"), large);
    assert_eq!(server.read_file("put"), large);
    assert!(!finished.stderr.contains("→ PASV"), "{}", finished.stderr);
    assert!(!login.home.path().join("nothing").exists());
    assert!(login.received("again") == large, "{}", finished.stderr);
}

fn resumes_over_the_port_that_listen_opened(kind: Kind) {
    let Some(server) = RealServer::start(kind) else {
        return;
    };
    let whole: Vec<u8> = (0..200_000_u32).flat_map(u32::to_be_bytes).collect();
    server.write_file("part", &whole[..100_000]);
    let login = Login::to(&server).file("part", &whole);
    let login = login.lines(["listen", "resume part"]);
    login.run().success();
    assert!(server.read_file("part") == whole);
}

#[test]
fn vsftpd_transfers_both_ways_after_a_typed_port() {
    transfers_both_ways(Kind::Vsftpd, OwnPort::port);
}

#[test]
fn proftpd_transfers_both_ways_after_a_typed_port() {
    transfers_both_ways(Kind::Proftpd, OwnPort::port);
}

#[test]
fn pure_ftpd_transfers_both_ways_after_a_typed_port() {
    transfers_both_ways(Kind::PureFtpd, OwnPort::port);
}

#[test]
fn pyftpdlib_transfers_both_ways_after_a_typed_port() {
    transfers_both_ways(Kind::Pyftpdlib, OwnPort::port);
}

#[test]
fn vsftpd_transfers_both_ways_after_a_typed_eprt() {
    transfers_both_ways(Kind::Vsftpd, OwnPort::eprt);
}

#[test]
fn proftpd_transfers_both_ways_after_a_typed_eprt() {
    transfers_both_ways(Kind::Proftpd, OwnPort::eprt);
}

#[test]
fn pure_ftpd_transfers_both_ways_after_a_typed_eprt() {
    transfers_both_ways(Kind::PureFtpd, OwnPort::eprt);
}

#[test]
fn pyftpdlib_transfers_both_ways_after_a_typed_eprt() {
    transfers_both_ways(Kind::Pyftpdlib, OwnPort::eprt);
}

#[test]
fn vsftpd_takes_the_port_that_listen_opened() {
    takes_the_port_that_listen_opened(Kind::Vsftpd);
}

#[test]
fn proftpd_takes_the_port_that_listen_opened() {
    takes_the_port_that_listen_opened(Kind::Proftpd);
}

#[test]
fn pure_ftpd_takes_the_port_that_listen_opened() {
    takes_the_port_that_listen_opened(Kind::PureFtpd);
}

#[test]
fn pyftpdlib_takes_the_port_that_listen_opened() {
    takes_the_port_that_listen_opened(Kind::Pyftpdlib);
}

#[test]
fn vsftpd_resumes_over_the_port_that_listen_opened() {
    resumes_over_the_port_that_listen_opened(Kind::Vsftpd);
}

#[test]
fn proftpd_resumes_over_the_port_that_listen_opened() {
    resumes_over_the_port_that_listen_opened(Kind::Proftpd);
}

#[test]
fn pure_ftpd_resumes_over_the_port_that_listen_opened() {
    resumes_over_the_port_that_listen_opened(Kind::PureFtpd);
}

#[test]
fn pyftpdlib_resumes_over_the_port_that_listen_opened() {
    resumes_over_the_port_that_listen_opened(Kind::Pyftpdlib);
}

#[test]
fn active_and_passive_mode_take_turns_in_one_session() {
    for kind in Kind::ALL {
        let Some(server) = RealServer::start(kind) else {
            continue;
        };
        server.write_file("f", b"data");
        let port = OwnPort::ipv4();
        let login = Login::to(&server).lines([
            "TYPE I",
            "listen",
            "PASV",
            "RETR f > passive",
            "PASV",
            &port.port(),
            "RETR f > active",
            "EPSV",
            "RETR f > extended",
            "listen",
            &port.eprt(),
            "RETR f > second-port",
        ]);
        login.run().success();
        for name in ["passive", "active", "extended", "second-port"] {
            assert_eq!(login.received(name), b"data", "{kind:?} {name}");
        }
    }
}

#[test]
fn the_same_port_can_be_named_again_and_again() {
    for kind in Kind::ALL {
        let Some(server) = RealServer::start(kind) else {
            continue;
        };
        server.write_file("f", b"data");
        let port = OwnPort::ipv4();
        let port = port.port();
        let login = Login::to(&server).lines([
            "TYPE I",
            &port,
            "RETR f > 1",
            &port,
            "RETR f > 2",
            &port,
            &port,
            "RETR f > 3",
        ]);
        login.run().success();
        for name in ["1", "2", "3"] {
            assert_eq!(login.received(name), b"data", "{kind:?} {name}");
        }
    }
}

#[test]
fn extended_passive_mode_and_its_refusals_keep_the_session_in_step() {
    for kind in Kind::ALL {
        let options = Options::default();
        let Some(server) = RealServer::start_with(kind, &options) else {
            continue;
        };
        server.write_file("f", b"data");
        let login = Login::to(&server).lines([
            "TYPE I",
            "EPSV",
            "RETR f > plain",
            "EPSV 1",
            "RETR f > family-1",
            "EPSV 2",
            "EPSV ALL",
            "get f",
            "SIZE f",
        ]);
        let finished = login.run().code(1);
        for name in ["plain", "family-1", "f"] {
            assert_eq!(login.received(name), b"data", "{kind:?} {name}");
        }
        let after_all = finished.stderr.split("→ EPSV ALL").nth(1).unwrap();
        assert!(
            after_all.contains("→ EPSV\n") && !after_all.contains("→ PASV"),
            "{}",
            finished.stderr
        );
        assert!(finished.stderr.ends_with("213 4\n"), "{}", finished.stderr);
    }
}
