//! A scripted server does TLS as it is told, and notes what the client did.

use std::io::{Read, Write};

use rustls::{AlertDescription, ProtocolVersion};

use crate::support::certificates::{Authority, ServerCertificate};
use crate::support::scripted_server::Script;
use crate::support::tls_client::{SecureClient, TlsClient};
use crate::support::tls_server::TlsServer;

/// A server that agrees to TLS, and then to three uploads.
fn three_uploads(control: &TlsServer, data: &TlsServer) -> Script {
    let mut script = Script::new()
        .send("220 hi\r\n")
        .expect("AUTH TLS")
        .send("234 go ahead\r\n")
        .secure_control(control);
    for _ in 0..3 {
        script = script
            .expect("PASV")
            .listen_data()
            .send_with_port("227 Passive (127,0,0,1,{p1},{p2})\r\n")
            .accept_data()
            .expect("STOR f")
            .send("150 here\r\n")
            .secure_data(data)
            .read_data_to_end()
            .close_data()
            .send("226 done\r\n");
    }
    script
}

/// Which of three uploads resumed a session, as the server saw it.
fn resumed(control: &TlsServer, data: &TlsServer, client: &TlsClient) -> Vec<bool> {
    let server = three_uploads(control, data).start();
    let mut client = SecureClient::connect(server.address(), client);
    let said: Vec<bool> = (0..3).map(|_| client.store("STOR f", b"octets")).collect();
    drop(client);
    let heard = server.finish();
    assert_eq!(heard.data, [b"octets"; 3]);
    assert_eq!(heard.in_clear, b"AUTH TLS\r\n");
    let seen: Vec<bool> = heard.secured_data.iter().map(|it| it.is_resumed).collect();
    assert_eq!(seen, said);
    seen
}

#[test]
fn a_dialogue_under_tls_is_recorded_with_its_name_and_version() {
    let authority = Authority::new();
    let certificate = authority.issue();
    let client = TlsClient::trusting(authority.file());
    let versions = [
        (TlsServer::tls12(&certificate), ProtocolVersion::TLSv1_2),
        (TlsServer::tls13(&certificate), ProtocolVersion::TLSv1_3),
    ];
    for (tls, version) in versions {
        let server = three_uploads(&tls, &tls).start();
        let mut client = SecureClient::connect(server.address(), &client);
        for _ in 0..3 {
            client.store("STOR f", b"octets");
        }
        drop(client);
        let heard = server.finish();
        for seen in heard.secured_control.iter().chain(&heard.secured_data) {
            assert_eq!(seen.version, version);
            assert_eq!(seen.server_name.as_deref(), Some("localhost"));
        }
        assert!(heard.secured_data.iter().all(|it| it.has_close_notify));
        assert!(!heard.secured_control[0].has_close_notify);
    }
}

#[test]
fn tickets_run_out_unless_they_last() {
    let authority = Authority::new();
    let tls = TlsServer::tls13(&authority.issue());
    let client = || TlsClient::tls13_trusting(authority.file());
    let generous = resumed(&tls, &tls, &client());
    assert_eq!(generous, [true, true, true]);
    let like_proftpd = resumed(&tls, &tls.clone().tickets(0), &client());
    assert_eq!(like_proftpd, [true, true, false]);
    let one = tls.clone().tickets(1);
    assert_eq!(
        resumed(&one, &tls.clone().tickets(0), &client()),
        [true, false, false]
    );
    let none = resumed(&tls.clone().tickets(0), &tls.clone().tickets(0), &client());
    assert_eq!(none, [false; 3]);
    let lasting = tls.lasting_tickets();
    assert_eq!(resumed(&lasting, &lasting, &client()), [true; 3]);
    assert_eq!(
        resumed(&lasting, &lasting, &client().forgetful()),
        [false; 3]
    );
}

#[test]
fn an_upload_that_breaks_off_has_no_close_notify() {
    let authority = Authority::new();
    let tls = TlsServer::new(&authority.issue());
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("PASV")
        .listen_data()
        .send_with_port("227 Passive (127,0,0,1,{p1},{p2})\r\n")
        .accept_data()
        .secure_data(&tls)
        .read_data_to_end()
        .start();
    let client = TlsClient::trusting(authority.file());
    let mut control = SecureClient::connect_in_clear(server.address(), &client);
    let mut data = client.secure(control.passive()).unwrap();
    data.write_all(b"half").unwrap();
    drop(data);
    drop(control);
    let heard = server.finish();
    assert_eq!(heard.data, [b"half"]);
    assert!(!heard.secured_data[0].has_close_notify);
}

#[test]
fn a_download_ends_with_or_without_a_close_notify() {
    let authority = Authority::new();
    let tls = TlsServer::new(&authority.issue());
    let client = TlsClient::trusting(authority.file());
    for is_whole in [true, false] {
        let script = Script::new()
            .send("220 hi\r\n")
            .expect("PASV")
            .listen_data()
            .send_with_port("227 Passive (127,0,0,1,{p1},{p2})\r\n")
            .accept_data()
            .secure_data(&tls)
            .send_data("octets");
        let server = if is_whole {
            script.end_data().read_data_to_end().start()
        } else {
            script.close_data_without_close_notify().start()
        };
        let mut control = SecureClient::connect_in_clear(server.address(), &client);
        let mut data = client.secure(control.passive()).unwrap();
        let mut bytes = Vec::new();
        assert_eq!(data.read_to_end(&mut bytes).is_ok(), is_whole);
        assert_eq!(bytes, b"octets");
        if is_whole {
            data.end_sending().unwrap();
        }
        drop((data, control));
        assert_eq!(server.finish().secured_data[0].has_close_notify, is_whole);
    }
}

#[test]
fn a_wrong_certificate_is_refused_and_the_alert_noted() {
    let authority = Authority::new();
    let wrong = [
        (
            authority.issue_expired(),
            AlertDescription::CertificateExpired,
        ),
        (
            authority.issue_for_somebody_else(),
            AlertDescription::BadCertificate,
        ),
        (
            ServerCertificate::self_signed(),
            AlertDescription::UnknownCA,
        ),
        (Authority::new().issue(), AlertDescription::UnknownCA),
    ];
    let client = TlsClient::trusting(authority.file());
    for (certificate, alert) in wrong {
        for tls in [
            TlsServer::tls12(&certificate),
            TlsServer::tls13(&certificate),
        ] {
            let server = Script::new()
                .send("220 hi\r\n")
                .expect("AUTH TLS")
                .send("234 go ahead\r\n")
                .be_refused_on_control(&tls)
                .start();
            let mut control = SecureClient::connect_in_clear(server.address(), &client);
            assert_eq!(control.command("AUTH TLS").0, 234);
            assert!(control.shake_hands().is_err());
            drop(control);
            let refusals = server.finish().refusals;
            assert_eq!(refusals, [rustls::Error::AlertReceived(alert)]);
        }
    }
}

#[test]
fn a_wrong_certificate_of_the_data_connection_is_refused() {
    let authority = Authority::new();
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("PASV")
        .listen_data()
        .send_with_port("227 Passive (127,0,0,1,{p1},{p2})\r\n")
        .accept_data()
        .be_refused_on_data(&TlsServer::new(&ServerCertificate::self_signed()))
        .start();
    let client = TlsClient::trusting(authority.file());
    let mut control = SecureClient::connect_in_clear(server.address(), &client);
    assert!(client.secure(control.passive()).is_err());
    drop(control);
    assert_eq!(server.finish().refusals.len(), 1);
}

#[test]
#[should_panic(expected = "it was not refused")]
fn a_client_that_does_not_refuse_fails_the_script() {
    let authority = Authority::new();
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("AUTH TLS")
        .send("234 go ahead\r\n")
        .be_refused_on_control(&TlsServer::new(&authority.issue()))
        .start();
    let client = TlsClient::trusting(authority.file());
    let mut control = SecureClient::connect(server.address(), &client);
    control.send(b"NOOP\r\n");
    drop(control);
    server.finish();
}

#[test]
fn bytes_in_clear_after_the_234_come_in_one_write() {
    let authority = Authority::new();
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("AUTH TLS")
        .send("234 go ahead\r\n230 injected\r\n")
        .start();
    let client = TlsClient::trusting(authority.file());
    let mut control = SecureClient::connect_in_clear(server.address(), &client);
    assert_eq!(control.command("AUTH TLS").0, 234);
    assert_eq!(control.reply().0, 230);
    drop(control);
    assert_eq!(server.finish().in_clear, b"AUTH TLS\r\n");
}

#[test]
fn ccc_continues_in_clear_with_bytes_in_the_segment_of_the_close_notify() {
    let authority = Authority::new();
    let server = Script::new()
        .send("220 hi\r\n")
        .expect("AUTH TLS")
        .send("234 go ahead\r\n")
        .secure_control(&TlsServer::new(&authority.issue()))
        .expect("CCC")
        .send("200 in the clear from here\r\n")
        .clear_control("211-unexpected\r\n211 end\r\n")
        .expect("NOOP")
        .send("200 fine\r\n")
        .expect("QUIT")
        .send("221 bye\r\n")
        .start();
    let client = TlsClient::trusting(authority.file());
    let mut control = SecureClient::connect(server.address(), &client);
    assert_eq!(control.command("CCC").0, 200);
    control.continue_in_clear(b"NOOP\r\n");
    assert_eq!(control.reply().0, 211);
    assert_eq!(control.reply().0, 200);
    assert_eq!(control.command("QUIT").0, 221);
    drop(control);
    let heard = server.finish();
    assert_eq!(heard.lines, ["AUTH TLS", "CCC", "NOOP", "QUIT"]);
    assert_eq!(heard.in_clear, b"AUTH TLS\r\nNOOP\r\nQUIT\r\n");
    assert!(heard.secured_control[0].has_close_notify);
}
