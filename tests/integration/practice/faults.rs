//! The faults that concern TLS, and others under it.

use std::fs;
use std::io::Read;

use crate::support::practice::practice_server;
use crate::support::tls_client::{SecureClient, TlsClient};

#[test]
fn inject_after_auth_sends_a_reply_in_clear() {
    let server = practice_server(&["inject-after-auth"]);
    let tls = TlsClient::trusting(server.certificate_path());
    let mut client = SecureClient::connect_in_clear(server.address(), &tls);
    assert_eq!(client.command("AUTH TLS").0, 234);
    assert_eq!(client.reply().0, 230);
    client.shake_hands().expect("hands are shaken all the same");
    assert_eq!(client.command("PWD").0, 530);
}

#[test]
fn no_close_notify_is_for_downloads_only() {
    let server = practice_server(&["no-close-notify"]);
    let tls = TlsClient::trusting(server.certificate_path());
    let mut client = SecureClient::connect(server.address(), &tls);
    client.log_in("A", "A");
    let mut data = client.transfer("RETR 1.TXT");
    let mut content = Vec::new();
    let error = data.read_to_end(&mut content).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
    assert_eq!(content, b"I am ");
    assert_eq!(client.reply().0, 226);
    let mut data = client.transfer("STOR new");
    data.end_sending().unwrap();
    data.read_to_end(&mut Vec::new()).unwrap();
    assert!(data.has_close_notify());
    assert_eq!(client.reply().0, 226);
}

#[test]
fn other_data_certificate_is_not_the_one_in_the_file() {
    let server = practice_server(&["other-data-certificate"]);
    let tls = TlsClient::trusting(server.certificate_path());
    let mut client = SecureClient::connect(server.address(), &tls);
    client.log_in("A", "A");
    let data = client.passive();
    client.send(b"RETR 1.TXT\r\n");
    assert_eq!(client.reply().0, 150);
    assert!(tls.secure(data).is_err());
    assert_eq!(client.reply().0, 522);
}

#[test]
fn require_reuse_refuses_what_resumes_nothing() {
    let server = practice_server(&["require-reuse"]);
    for tls in [
        TlsClient::tls12_trusting(server.certificate_path()),
        TlsClient::tls13_trusting(server.certificate_path()),
    ] {
        let mut client = SecureClient::connect(server.address(), &tls);
        client.log_in("A", "A");
        assert_eq!(client.retrieve("1.TXT"), (b"I am ".to_vec(), true));
        let mut client = SecureClient::connect(server.address(), &tls.forgetful());
        client.log_in("A", "A");
        let _data = client.transfer("STOR 1.TXT");
        assert_eq!(client.reply().0, 522);
        let kept = fs::read(server.server_folder().join("1.TXT")).unwrap();
        assert_eq!(kept, b"I am ");
        assert_eq!(client.command("NOOP").0, 200);
    }
}

#[test]
fn require_reuse_refuses_the_session_of_another_control_connection() {
    let server = practice_server(&["require-reuse"]);
    let tls = TlsClient::tls13_trusting(server.certificate_path());
    let mut client = SecureClient::connect(server.address(), &tls.clone().forgetful());
    client.log_in("A", "A");
    // Its tickets are the only ones that this client's data connections can use.
    let _other = SecureClient::connect(server.address(), &tls).command("NOOP");
    let data = client.passive();
    client.send(b"RETR 1.TXT\r\n");
    assert_eq!(client.reply().0, 150);
    let data = tls.secure(data).unwrap();
    assert!(data.is_resumed());
    assert_eq!(client.reply().0, 522);
}

#[test]
fn forget_session_resumes_so_many_times_and_no_more() {
    let server = practice_server(&["forget-session=2"]);
    let tls = TlsClient::tls13_trusting(server.certificate_path());
    for _ in 0..2 {
        let mut client = SecureClient::connect(server.address(), &tls);
        client.log_in("A", "A");
        let resumed = [0; 3].map(|_| {
            let data = client.passive();
            client.send(b"RETR 1.TXT\r\n");
            assert_eq!(client.reply().0, 150);
            let mut data = tls.secure(data).unwrap();
            data.read_to_end(&mut Vec::new()).unwrap();
            assert_eq!(client.reply().0, 226);
            data.is_resumed()
        });
        assert_eq!(resumed, [true, true, false]);
    }
}

#[test]
fn late_tls_takes_so_many_handshakes_for_commands() {
    let server = practice_server(&["late-tls=1"]);
    let tls = TlsClient::trusting(server.certificate_path());
    for is_late in [true, false] {
        let mut client = SecureClient::connect_in_clear(server.address(), &tls);
        assert_eq!(client.command("AUTH TLS").0, 234);
        assert_eq!(client.shake_hands().is_err(), is_late);
    }
}

#[test]
fn cut_after_and_reply_in_pieces_work_under_tls() {
    let server = practice_server(&["cut-after=3", "reply-in-pieces"]);
    let tls = TlsClient::trusting(server.certificate_path());
    let mut client = SecureClient::connect(server.address(), &tls);
    client.log_in("A", "A");
    let mut data = client.transfer("RETR 1.TXT");
    assert!(data.read_to_end(&mut Vec::new()).is_err());
    assert_eq!(client.end(), (Vec::new(), false));
}
