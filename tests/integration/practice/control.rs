//! AUTH, PBSZ, PROT, CCC and REIN on the control connection.

use crate::support::practice::practice_server;
use crate::support::tls_client::{SecureClient, TlsClient};

#[test]
fn tls_is_announced_and_begins_with_the_certificate_in_the_file() {
    let server = practice_server(&[]);
    for tls in [
        TlsClient::tls12_trusting(server.certificate_path()),
        TlsClient::tls13_trusting(server.certificate_path()),
    ] {
        for line in ["AUTH TLS", "auth ssl"] {
            let mut client = SecureClient::connect_in_clear(server.address(), &tls);
            let (_, features) = client.command("FEAT");
            for feature in [" AUTH TLS\r\n", " PBSZ\r\n", " PROT\r\n"] {
                assert!(features.contains(feature), "{feature:?} in {features:?}");
            }
            assert_eq!(client.command(line).0, 234);
            client.shake_hands().expect("the certificate is right");
            client.log_in("A", "A");
            let (_, status) = client.command("STAT");
            assert!(status.contains("Control connection under TLS, data connections under TLS"));
            assert_eq!(client.command("QUIT").0, 221);
            assert_eq!(client.end(), (Vec::new(), true));
        }
    }
}

#[test]
fn two_servers_have_two_certificates() {
    let (server, other) = (practice_server(&[]), practice_server(&[]));
    let tls = TlsClient::trusting(other.certificate_path());
    let mut client = SecureClient::connect_in_clear(server.address(), &tls);
    assert_eq!(client.command("AUTH TLS").0, 234);
    assert!(client.shake_hands().is_err());
}

#[test]
fn the_certificate_lies_beside_the_folders_and_goes_with_them() {
    let server = practice_server(&[]);
    let path = server.certificate_path().to_owned();
    assert_eq!(path.parent(), Some(server.scratch_folder()));
    let pem = std::fs::read_to_string(&path).unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"));
    assert!(!pem.contains("PRIVATE KEY"));
    server.stop();
    assert!(!path.exists());
}

#[test]
fn what_comes_in_clear_after_auth_is_thrown_away() {
    let server = practice_server(&[]);
    let tls = TlsClient::trusting(server.certificate_path());
    let mut client = SecureClient::connect_in_clear(server.address(), &tls);
    client.send(b"AUTH TLS\r\nUSER A\r\nPASS A\r\nMKD injected\r\n");
    assert_eq!(client.reply().0, 234);
    client
        .shake_hands()
        .expect("nothing else came in the clear");
    assert_eq!(client.command("PWD").0, 530);
    assert_eq!(client.command("PASS A").0, 503);
    assert!(!server.server_folder().join("injected").exists());
}

#[test]
fn half_a_line_in_clear_is_not_the_beginning_of_one_under_tls() {
    let server = practice_server(&[]);
    let tls = TlsClient::trusting(server.certificate_path());
    let mut client = SecureClient::connect_in_clear(server.address(), &tls);
    client.send(b"AUTH TLS\r\nUSER B");
    assert_eq!(client.reply().0, 234);
    client
        .shake_hands()
        .expect("nothing else came in the clear");
    assert_eq!(client.command("NOOP").0, 200);
}

#[test]
fn commands_that_wait_for_a_transfer_do_not_survive_an_auth_among_them() {
    let server = practice_server(&["slow=20000"]);
    std::fs::write(server.server_folder().join("f"), [7; 10_000]).unwrap();
    let tls = TlsClient::trusting(server.certificate_path());
    let mut client = SecureClient::connect_in_clear(server.address(), &tls);
    assert_eq!(client.command("USER A").0, 331);
    assert_eq!(client.command("PASS A").0, 230);
    let data = client.passive();
    client.send(b"RETR f\r\nAUTH TLS\r\nMKD injected\r\n");
    let mut content = Vec::new();
    std::io::Read::read_to_end(&mut &data, &mut content).unwrap();
    assert_eq!(client.reply().0, 150);
    assert_eq!(client.reply().0, 226);
    assert_eq!(client.reply().0, 234);
    client
        .shake_hands()
        .expect("nothing else came in the clear");
    assert_eq!(client.command("NOOP").0, 200);
    assert!(!server.server_folder().join("injected").exists());
}

#[test]
fn auth_ends_the_login_and_resets_the_parameters() {
    let server = practice_server(&[]);
    let tls = TlsClient::trusting(server.certificate_path());
    let mut client = SecureClient::connect_in_clear(server.address(), &tls);
    client.command("USER A");
    assert_eq!(client.command("PASS A").0, 230);
    client.command("TYPE I");
    client.auth_tls();
    assert_eq!(client.command("PWD").0, 530);
    let (_, status) = client.command("STAT");
    assert!(status.contains("TYPE A N"), "{status}");
}

#[test]
fn each_command_wants_the_one_before_it() {
    let server = practice_server(&[]);
    let tls = TlsClient::trusting(server.certificate_path());
    let mut client = SecureClient::connect_in_clear(server.address(), &tls);
    for (line, code) in [
        ("PBSZ 0", 503),
        ("PROT P", 503),
        ("CCC", 533),
        ("AUTH", 501),
        ("AUTH GSSAPI", 504),
    ] {
        assert_eq!(client.command(line).0, code, "{line}");
    }
    client.auth_tls();
    for (line, code) in [
        ("AUTH TLS", 503),
        ("PROT P", 503),
        ("PBSZ many", 501),
        ("PBSZ", 501),
        ("PBSZ 1000", 200),
        ("PROT S", 536),
        ("PROT E", 536),
        ("PROT X", 504),
        ("PROT C", 200),
        ("PROT p", 200),
    ] {
        assert_eq!(client.command(line).0, code, "{line}");
    }
}

#[test]
fn ccc_continues_in_clear_and_leaves_data_connections_as_they_are() {
    let server = practice_server(&[]);
    let tls = TlsClient::trusting(server.certificate_path());
    let mut client = SecureClient::connect(server.address(), &tls);
    client.log_in("A", "A");
    assert_eq!(client.command("CCC").0, 200);
    client.continue_in_clear(b"NOOP\r\n");
    assert_eq!(client.reply().0, 200);
    assert_eq!(client.retrieve("1.TXT"), (b"I am ".to_vec(), true));
    assert_eq!(client.command("PROT C").0, 503);
    assert_eq!(client.command("CCC").0, 533);
    client.auth_tls();
    assert_eq!(client.command("PWD").0, 530);
}

#[test]
fn rein_is_answered_under_tls_and_ends_it() {
    let server = practice_server(&[]);
    let tls = TlsClient::trusting(server.certificate_path());
    let mut client = SecureClient::connect(server.address(), &tls);
    client.log_in("A", "A");
    assert_eq!(client.command("REIN").0, 220);
    client.continue_in_clear(b"");
    assert_eq!(client.command("PWD").0, 530);
    let (_, status) = client.command("STAT");
    assert!(status.contains("Control connection in the clear, data connections in the clear"));
    client.auth_tls();
    client.log_in("A", "A");
}

#[test]
fn a_client_that_shakes_no_hands_is_dropped() {
    let server = practice_server(&[]);
    let tls = TlsClient::trusting(server.certificate_path());
    let mut client = SecureClient::connect_in_clear(server.address(), &tls);
    assert_eq!(client.command("AUTH TLS").0, 234);
    client.send(b"USER A\r\nPASS A\r\n");
    let (rest, is_closed) = client.end();
    assert!(is_closed);
    // An alert of TLS, and no reply.
    assert_eq!(rest.first(), Some(&21), "{:?}", rest.escape_ascii());
    let mut other = SecureClient::connect(server.address(), &tls);
    assert_eq!(other.command("NOOP").0, 200);
}
