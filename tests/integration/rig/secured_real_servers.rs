//! Every real server does TLS with a certificate of the tests' authority, and the two strict ones are strict.

use crate::support::real_server::{Kind, Options, RealServer, Tls};
use crate::support::tls_client::{SecureClient, TlsClient};

/// Which data connections resumed a session: of two stored files, and one that was fetched.
fn transfers_under_tls(kind: Kind, client: impl Fn(&RealServer) -> TlsClient) -> Option<Vec<bool>> {
    let server = started(kind, Tls::Explicit)?;
    let mut client = SecureClient::connect(server.address(), &client(&server));
    client.log_in(server.user(), server.password());
    let first = client.store("STOR new", b"hello");
    let second = client.store("APPE new", b" world");
    assert_eq!(server.read_file("new"), b"hello world");
    client.command("NOOP");
    let (content, third) = client.retrieve("new");
    assert_eq!(content, b"hello world");
    Some(vec![first, second, third])
}

fn started(kind: Kind, tls: Tls) -> Option<RealServer> {
    let options = Options {
        tls,
        ..Options::default()
    };
    RealServer::start_with(kind, &options)
}

fn tls12(server: &RealServer) -> TlsClient {
    TlsClient::tls12_trusting(server.authority().file())
}

fn tls13(server: &RealServer) -> TlsClient {
    TlsClient::tls13_trusting(server.authority().file())
}

#[test]
fn files_are_stored_and_fetched_under_tls_1_2() {
    for kind in Kind::ALL {
        if let Some(resumed) = transfers_under_tls(kind, tls12) {
            assert_eq!(resumed, [true; 3], "{kind:?}");
        }
    }
}

#[test]
fn files_are_stored_and_fetched_under_tls_1_3() {
    for kind in [Kind::Vsftpd, Kind::PureFtpd, Kind::Pyftpdlib] {
        transfers_under_tls(kind, tls13);
    }
}

#[test]
fn vsftpd_and_proftpd_refuse_data_connections_that_resume_nothing() {
    for (kind, refusal) in [(Kind::Vsftpd, 522), (Kind::Proftpd, 425)] {
        let Some(server) = started(kind, Tls::Explicit) else {
            continue;
        };
        let tls = tls13(&server).forgetful();
        let mut client = SecureClient::connect(server.address(), &tls);
        client.log_in(server.user(), server.password());
        let data = client.passive();
        client.send(b"STOR new\r\n");
        // The server may end the connection before hands are shaken.
        let _ = tls.secure(data);
        assert_eq!(client.reply().0, 150, "{kind:?}");
        assert_eq!(client.reply().0, refusal, "{kind:?}");
    }
}

#[test]
fn proftpd_and_pure_ftpd_allow_ccc() {
    for kind in [Kind::Proftpd, Kind::PureFtpd] {
        let Some(server) = started(kind, Tls::Explicit) else {
            continue;
        };
        let mut client = SecureClient::connect(server.address(), &tls13(&server));
        client.log_in(server.user(), server.password());
        assert_eq!(client.command("CCC").0, 200, "{kind:?}");
        client.continue_in_clear(b"");
        assert_eq!(client.command("NOOP").0, 200, "{kind:?}");
    }
}

#[test]
fn vsftpd_and_proftpd_have_implicit_tls() {
    for kind in [Kind::Vsftpd, Kind::Proftpd] {
        let Some(server) = started(kind, Tls::Implicit) else {
            continue;
        };
        let mut client = SecureClient::connect_implicitly(server.address(), &tls13(&server));
        client.log_in(server.user(), server.password());
        client.store("STOR new", b"hello");
        assert_eq!(server.read_file("new"), b"hello", "{kind:?}");
    }
}

#[test]
fn another_authority_is_not_trusted() {
    let Some(server) = started(Kind::Pyftpdlib, Tls::Explicit) else {
        return;
    };
    let stranger = crate::support::certificates::Authority::new();
    let tls = TlsClient::trusting(stranger.file());
    let mut client = SecureClient::connect_in_clear(server.address(), &tls);
    assert_eq!(client.command("AUTH TLS").0, 234);
    assert!(client.shake_hands().is_err());
}
