//! Data connections under TLS, in passive and in active mode.

use std::fs;
use std::io::{Read, Write};
use std::net::Ipv4Addr;

use ftpsh::practice::PracticeServer;

use crate::support::DEADLINE;
use crate::support::practice::practice_server;
use crate::support::sockets::{accept_within, listen, port_of};
use crate::support::tls_client::{SecureClient, TlsClient};

/// More than one piece of the server's, and more than one record.
fn large_content() -> Vec<u8> {
    (0..1_000_003_u32).flat_map(u32::to_le_bytes).collect()
}

fn clients(server: &PracticeServer) -> [TlsClient; 2] {
    [
        TlsClient::tls12_trusting(server.certificate_path()),
        TlsClient::tls13_trusting(server.certificate_path()),
    ]
}

fn logged_in(server: &PracticeServer, tls: &TlsClient) -> SecureClient {
    let mut client = SecureClient::connect(server.address(), tls);
    client.log_in("A", "A");
    client
}

#[test]
fn files_go_both_ways_and_resume_the_control_session() {
    let server = practice_server(&[]);
    let content = large_content();
    for tls in clients(&server) {
        let mut client = logged_in(&server, &tls);
        assert!(client.store("STOR large", &content));
        let stored = fs::read(server.server_folder().join("large")).unwrap();
        assert!(stored == content);
        let (fetched, is_resumed) = client.retrieve("large");
        assert!(fetched == content);
        assert!(is_resumed);
    }
}

#[test]
fn the_article_is_resumed_under_tls() {
    let server = practice_server(&[]);
    let mut client = logged_in(&server, &clients(&server)[1]);
    client.store("APPE 1.TXT", b"zfive5");
    let stored = fs::read(server.server_folder().join("1.TXT")).unwrap();
    assert_eq!(stored, b"I am zfive5");
    let mut listing = String::new();
    let mut data = client.transfer("LIST");
    data.read_to_string(&mut listing).unwrap();
    assert!(listing.contains("11"), "{listing}");
    assert!(data.has_close_notify());
}

#[test]
fn a_client_without_sessions_is_served_too() {
    let server = practice_server(&[]);
    for tls in clients(&server) {
        let mut client = logged_in(&server, &tls.forgetful());
        assert_eq!(client.retrieve("1.TXT"), (b"I am ".to_vec(), false));
    }
}

#[test]
fn the_server_is_the_server_of_tls_in_active_mode_too() {
    let server = practice_server(&[]);
    for tls in clients(&server) {
        let mut client = logged_in(&server, &tls);
        let listener = listen();
        let port = port_of(&listener);
        let (high, low) = (port / 256, port % 256);
        let named = client.command(&format!("PORT 127,0,0,1,{high},{low}"));
        assert_eq!(named.0, 200);
        client.send(b"RETR 1.TXT\r\n");
        let stream = accept_within(&listener, DEADLINE).unwrap();
        assert_eq!(stream.peer_addr().unwrap().ip(), Ipv4Addr::LOCALHOST);
        assert_eq!(client.reply().0, 150);
        let mut data = tls.secure(stream).unwrap();
        let mut content = Vec::new();
        data.read_to_end(&mut content).unwrap();
        assert_eq!(content, b"I am ");
        assert!(data.is_resumed());
        assert_eq!(client.reply().0, 226);
    }
}

#[test]
fn prot_c_brings_data_in_clear_under_a_secured_control_connection() {
    let server = practice_server(&[]);
    let mut client = logged_in(&server, &clients(&server)[1]);
    assert_eq!(client.command("PROT C").0, 200);
    let mut data = client.passive();
    assert_eq!(client.command("RETR 1.TXT").0, 150);
    let mut content = Vec::new();
    data.read_to_end(&mut content).unwrap();
    assert_eq!(content, b"I am ");
    assert_eq!(client.reply().0, 226);
}

#[test]
fn an_upload_that_ends_without_a_close_notify_is_426_and_kept() {
    let server = practice_server(&[]);
    for (tls, name) in clients(&server).iter().zip(["one", "two"]) {
        let mut client = logged_in(&server, tls);
        let mut data = client.transfer(&format!("STOR {name}"));
        data.write_all(b"half").unwrap();
        drop(data);
        assert_eq!(client.reply().0, 426);
        assert_eq!(
            fs::read(server.server_folder().join(name)).unwrap(),
            b"half"
        );
        assert_eq!(client.command("NOOP").0, 200);
    }
}

#[test]
fn a_handshake_that_fails_is_522_and_leaves_the_file_alone() {
    let server = practice_server(&[]);
    let mut client = logged_in(&server, &clients(&server)[1]);
    let mut data = client.passive();
    client.send(b"STOR 1.TXT\r\n");
    assert_eq!(client.reply().0, 150);
    data.write_all(b"this is not TLS, but long enough").unwrap();
    assert_eq!(client.reply().0, 522);
    let kept = fs::read(server.server_folder().join("1.TXT")).unwrap();
    assert_eq!(kept, b"I am ");
    assert_eq!(client.command("NOOP").0, 200);
}

#[test]
fn abor_ends_a_handshake_and_a_transfer() {
    let server = practice_server(&["slow=1000"]);
    fs::write(server.server_folder().join("large"), vec![7; 100_000]).unwrap();
    let mut client = logged_in(&server, &clients(&server)[1]);
    let silent = client.passive();
    client.send(b"RETR large\r\n");
    assert_eq!(client.reply().0, 150);
    assert_eq!(client.command("ABOR").0, 426);
    assert_eq!(client.reply().0, 226);
    drop(silent);
    let mut data = client.transfer("RETR large");
    data.read_exact(&mut [0]).unwrap();
    assert_eq!(client.command("ABOR").0, 426);
    assert_eq!(client.reply().0, 226);
    assert!(data.read_to_end(&mut Vec::new()).is_err());
}
