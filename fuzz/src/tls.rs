//! The client's side of TLS, without a socket: a whole handshake, and records that come in pieces, spoilt, or in clear.

use std::io::{Read, Write};
use std::sync::{Arc, OnceLock};

use ftpsh::tls::{Roots, TlsClient, TlsConnection, TlsFailure, TlsSettings, TlsVersion};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection};

/// The first byte chooses the way, the rest is what the server does.
pub fn hold(bytes: &[u8]) {
    let Some((&way, script)) = bytes.split_first() else {
        return;
    };
    if way & 1 == 0 {
        hold_for_bytes_of_anybody(script);
    } else {
        hold_for_server(way, script);
    }
}

/// What comes in place of a handshake is refused, or awaited on.
fn hold_for_bytes_of_anybody(bytes: &[u8]) {
    let client = TlsClient::new("localhost", TlsSettings::default());
    let client = client.expect("a certificate can name localhost");
    let begin = || client.secure_control().expect("it needs nothing");
    let mut whole = begin();
    let mut in_pieces = begin();
    let first = whole.receive(bytes);
    let mut second = Ok(());
    for byte in bytes.chunks(1) {
        if second.is_ok() {
            second = in_pieces.receive(byte);
        }
    }
    assert_eq!(first.is_ok(), second.is_ok(), "{first:?}, {second:?}");
    assert!(!whole.is_open() && whole.take_plain().is_empty());
    assert!(!in_pieces.is_open() && in_pieces.take_plain().is_empty());
    for connection in [&mut whole, &mut in_pieces] {
        let _ = connection.close();
        let _ = connection.take_output();
    }
}

/// A server that is what it says, until the script spoils a byte.
struct Server {
    connection: ServerConnection,
    heard: Vec<u8>,
}

fn hold_for_server(way: u8, script: &[u8]) {
    let newest = match way & 2 {
        0 => TlsVersion::Tls13,
        _ => TlsVersion::Tls12,
    };
    let settings = TlsSettings {
        roots: Roots::Given(vec![identity().0.clone()]),
        newest,
        ..TlsSettings::default()
    };
    let mut client = TlsClient::new("localhost", settings).expect("a certificate can name it");
    let mut connection = client.secure_control().expect("it needs nothing");
    let mut server = Server::new();
    let piece = usize::from(way >> 2) + 1;
    for _ in 0..ROUNDS {
        server.take(&connection.take_output());
        deliver(&mut connection, &server.give(), piece).expect("nobody spoilt it");
    }
    assert!(connection.is_open());
    let verdict = client
        .examination(&connection)
        .verdict()
        .expect("a root was given");
    client
        .judge(&mut connection, verdict)
        .expect("it is the given one");
    play(script, &mut connection, &mut server, piece);
}

/// What the server says arrives as it was said, up to the first byte that was spoilt; nothing arrives after that.
fn play(script: &[u8], connection: &mut TlsConnection, server: &mut Server, piece: usize) {
    let mut said: Vec<u8> = Vec::new();
    let mut sent: Vec<u8> = Vec::new();
    let mut steps = script[..script.len().min(STEPS)].iter();
    while let Some(step) = steps.next() {
        let mut is_spoilt = false;
        match step {
            b'k' if connection_is_1_3(server) => {
                let renewed = server.connection.refresh_traffic_keys();
                renewed.expect("TLS 1.3 has new keys");
            }
            b'c' => return assert_clear_after_close(steps.as_slice(), connection, server, piece),
            b'e' => {
                connection.encrypt(b"NOOP\r\n").expect("it is open");
                sent.extend(b"NOOP\r\n");
            }
            b's' => is_spoilt = true,
            other => {
                let line = vec![*other; length_of_line(*other)];
                server.connection.writer().write_all(&line).expect("room");
                said.extend(line);
            }
        }
        let mut bytes = server.give();
        if is_spoilt {
            bytes.extend(b"\x17\x03\x03\x00\x13nothing of the kind");
            assert!(deliver(connection, &bytes, piece).is_err());
            assert!(connection.encrypt(b"NOOP\r\n").is_err());
            assert!(connection.receive(b"\x17\x03\x03\x00\x01x").is_err());
            break;
        }
        deliver(connection, &bytes, piece).expect("nobody spoilt it");
        server.take(&connection.take_output());
    }
    assert!(connection.take_plain() == said, "not what was said");
    assert!(server.heard == sent, "not what was sent");
}

/// Mostly short, and sometimes longer than a record.
fn length_of_line(byte: u8) -> usize {
    match byte {
        0xf8.. => 20_000,
        _ => usize::from(byte) * 2 + 1,
    }
}

/// CCC: what follows a close_notify in clear is kept as it came.
fn assert_clear_after_close(
    clear: &[u8],
    connection: &mut TlsConnection,
    server: &mut Server,
    piece: usize,
) {
    server.connection.send_close_notify();
    let mut bytes = server.give();
    bytes.extend_from_slice(clear);
    deliver(connection, &bytes, piece).expect("it is over");
    assert!(connection.is_closed_by_peer());
    assert_eq!(connection.take_rest(), clear);
}

fn connection_is_1_3(server: &Server) -> bool {
    server.connection.protocol_version() == Some(rustls::ProtocolVersion::TLSv1_3)
}

fn deliver(connection: &mut TlsConnection, bytes: &[u8], piece: usize) -> Result<(), TlsFailure> {
    bytes
        .chunks(piece)
        .try_for_each(|bytes| connection.receive(bytes))
}

impl Server {
    fn new() -> Self {
        let (certificate, key) = identity();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider has them")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key.clone_key())
            .expect("the key is the certificate's");
        let connection = ServerConnection::new(Arc::new(config)).expect("nothing is missing");
        Self {
            connection,
            heard: Vec::new(),
        }
    }

    fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let read = self.connection.read_tls(&mut bytes);
            read.expect("octets in memory can be read");
            let processed = self.connection.process_new_packets();
            processed.expect("the client keeps to TLS");
            // The end of what there is so far is an error to rustls.
            let _ = self.connection.reader().read_to_end(&mut self.heard);
        }
    }

    fn give(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        while self.connection.wants_write() {
            let written = self.connection.write_tls(&mut bytes);
            written.expect("a vector takes all");
        }
        bytes
    }
}

/// Made once: a key for each input would be most of the time.
fn identity() -> &'static (CertificateDer<'static>, PrivateKeyDer<'static>) {
    static IDENTITY: OnceLock<(CertificateDer<'static>, PrivateKeyDer<'static>)> = OnceLock::new();
    IDENTITY.get_or_init(|| {
        let names = vec!["localhost".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).expect("there are random bytes");
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der());
        (made.cert.der().clone(), key.expect("it was just made"))
    })
}

/// A handshake has fewer flights.
const ROUNDS: usize = 4;
/// More say no more, and take long.
const STEPS: usize = 32;
