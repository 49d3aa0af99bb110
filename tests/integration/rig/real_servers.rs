//! Every real server is there, answers, and stores what it is given.

use std::net::{Ipv6Addr, TcpListener, TcpStream};

use crate::support::plain_client::PlainClient;
use crate::support::real_server::{Kind, Options, RealServer};

fn stores_appends_and_returns_a_file(kind: Kind, options: &Options) {
    let Some(server) = RealServer::start_with(kind, options) else {
        return;
    };
    let mut client = PlainClient::log_in(server.address(), server.user(), server.password());
    client.store("STOR new", b"hello");
    assert_eq!(server.read_file("new"), b"hello");
    server.write_file("old", b"I am ");
    client.store("APPE old", b"zfive5");
    assert_eq!(server.read_file("old"), b"I am zfive5");
    assert_eq!(client.retrieve("old"), b"I am zfive5");
    assert!(server.root().join("new").exists());
    assert_eq!(client.command("REST 5").0, 350);
    client.store("STOR old", b"ZFIVE5");
    assert_eq!(server.read_file("old"), b"I am ZFIVE5");
}

#[test]
fn vsftpd_stores_appends_and_returns_a_file() {
    stores_appends_and_returns_a_file(Kind::Vsftpd, &Options::default());
}

#[test]
fn proftpd_stores_appends_and_returns_a_file() {
    stores_appends_and_returns_a_file(Kind::Proftpd, &Options::default());
}

#[test]
fn pure_ftpd_stores_appends_and_returns_a_file() {
    stores_appends_and_returns_a_file(Kind::PureFtpd, &Options::default());
}

#[test]
fn pyftpdlib_stores_appends_and_returns_a_file() {
    stores_appends_and_returns_a_file(Kind::Pyftpdlib, &Options::default());
}

#[test]
fn every_server_serves_ipv6_where_the_machine_has_it() {
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        return;
    }
    let options = Options {
        ipv6: true,
        ..Options::default()
    };
    for kind in Kind::ALL {
        stores_appends_and_returns_a_file(kind, &options);
    }
}

#[test]
fn an_idle_session_is_ended_after_the_time_that_was_asked_for() {
    for kind in [Kind::Vsftpd, Kind::Proftpd, Kind::Pyftpdlib] {
        let options = Options {
            idle_seconds: Some(1),
            ..Options::default()
        };
        let Some(server) = RealServer::start_with(kind, &options) else {
            continue;
        };
        let mut client = PlainClient::log_in(server.address(), server.user(), server.password());
        assert_eq!(client.try_reply().map(|reply| reply.0), Some(421));
    }
}

#[test]
fn extra_directives_reach_every_server() {
    let cases = [
        (Kind::Vsftpd, "ftpd_banner=Servus", "NOOP", 200),
        (Kind::Proftpd, "ServerIdent on Servus", "NOOP", 200),
        // --keepallfiles; its greeting cannot be changed.
        (Kind::PureFtpd, "-K", "DELE kept", 550),
        (Kind::Pyftpdlib, "handler.banner = 'Servus'", "NOOP", 200),
    ];
    for (kind, directive, command, code) in cases {
        let options = Options {
            extra: vec![directive.to_owned()],
            ..Options::default()
        };
        let Some(server) = RealServer::start_with(kind, &options) else {
            continue;
        };
        server.write_file("kept", b"");
        let mut client = PlainClient::log_in(server.address(), server.user(), server.password());
        if kind != Kind::PureFtpd {
            assert!(
                client.greeting().contains("Servus"),
                "{}",
                client.greeting()
            );
        }
        assert_eq!(client.command(command).0, code, "{kind:?}");
    }
}

#[test]
fn several_servers_of_a_kind_run_at_once() {
    for kind in Kind::ALL {
        let servers = [RealServer::start(kind), RealServer::start(kind)];
        for server in servers.into_iter().flatten() {
            let mut client =
                PlainClient::log_in(server.address(), server.user(), server.password());
            client.store("STOR a", b"a");
            assert_eq!(server.read_file("a"), b"a");
        }
    }
}

#[test]
fn a_dropped_server_is_gone_with_its_sessions_and_its_files() {
    for kind in Kind::ALL {
        let Some(server) = RealServer::start(kind) else {
            continue;
        };
        let (address, root) = (server.address(), server.root().to_owned());
        let mut client = PlainClient::log_in(address, server.user(), server.password());
        drop(server);
        assert_eq!(client.try_reply(), None, "{kind:?}");
        assert!(TcpStream::connect(address).is_err(), "{kind:?}");
        assert!(!root.exists(), "{kind:?}");
    }
}

#[test]
fn a_killed_server_is_gone_with_its_sessions_and_serves_the_same_folder_when_it_is_started_again() {
    for kind in Kind::ALL {
        let Some(mut server) = RealServer::start(kind) else {
            continue;
        };
        let mut client = PlainClient::log_in(server.address(), server.user(), server.password());
        client.store("STOR f", b"I am ");
        // Nobody answers, and the connection is closed by the system.
        let address = server.address();
        server.kill();
        assert_eq!(client.try_reply(), None, "{kind:?}");
        assert!(TcpStream::connect(address).is_err(), "{kind:?}");
        server.start_again();
        let mut client = PlainClient::log_in(server.address(), server.user(), server.password());
        client.store("APPE f", b"zfive5");
        assert_eq!(server.read_file("f"), b"I am zfive5");
    }
}
