//! What a server says first to a ClientHello, read without a TLS library.

use ftpsh::tls::{FirstAnswer, ProtocolVersion, ServerHello, TlsClient, TlsFailure, TlsSettings};

/// The bytes are what the server says.
pub fn hold(bytes: &[u8]) {
    let whole = FirstAnswer::read(bytes);
    let shortest = (0..=bytes.len()).find_map(|end| FirstAnswer::read(&bytes[..end]));
    match (&shortest, &whole) {
        (Some(FirstAnswer::InClear(first)), Some(FirstAnswer::InClear(all))) => {
            assert!(all.starts_with(first) && bytes.ends_with(all));
        }
        _ => assert_eq!(
            shortest, whole,
            "what was read changes with what comes after it"
        ),
    }
    if let Some(FirstAnswer::Hello(hello)) = &whole {
        assert_fits(hello, bytes);
    }
    hold_for_probe(bytes, shortest.as_ref());
}

/// The version and the number of the cipher suite stand where a second reader looks for them.
fn assert_fits(hello: &ServerHello, bytes: &[u8]) {
    let message = handshake_bytes(bytes);
    assert_eq!(message[0], 2, "not a ServerHello");
    let suite = 39 + usize::from(message[38]);
    let number = u16::from_be_bytes([message[suite], message[suite + 1]]);
    // 0xFEFF is SSL_RSA_FIPS_WITH_3DES_EDE_CBC_SHA.
    let is_named = ["TLS_", "SSL_"]
        .iter()
        .any(|prefix| hello.cipher_suite.starts_with(prefix));
    assert!(is_named || hello.cipher_suite == format!("cipher suite 0x{number:04X}"));
    let version = match hello.version {
        Ok(version) => version.wire(),
        Err(wire) => wire,
    };
    assert_eq!(
        hello.version.is_err(),
        ProtocolVersion::of_wire(version).is_none()
    );
    let is_extended = message[suite + 3..]
        .windows(6)
        .any(|extension| extension[..4] == [0, 43, 0, 2] && extension[4..] == version);
    assert!(
        is_extended || message[4..6] == version,
        "a version of nowhere"
    );
}

/// The payload of all records of a handshake, whatever else is between them.
fn handshake_bytes(mut bytes: &[u8]) -> Vec<u8> {
    let mut message = Vec::new();
    while let [kind, _, _, high, low, rest @ ..] = bytes {
        let length = (usize::from(*high) * 256 + usize::from(*low)).min(rest.len());
        if *kind == 22 {
            message.extend(&rest[..length]);
        }
        bytes = &rest[length..];
    }
    message
}

/// A connection that only asks says the same, and never opens.
fn hold_for_probe(bytes: &[u8], answer: Option<&FirstAnswer>) {
    let settings = TlsSettings {
        probe: Some(ProtocolVersion::Tls10),
        ..TlsSettings::default()
    };
    let client = TlsClient::new("localhost", settings).expect("a certificate can name localhost");
    let mut connection = client.secure_control().expect("it needs nothing");
    let mut failure = None;
    for byte in bytes.chunks(1) {
        if let Err(TlsFailure::Probed(probed)) = connection.receive(byte) {
            failure = Some(probed);
            break;
        }
    }
    if bytes.len() < PROBED_BYTES {
        assert_eq!(failure.as_ref(), answer);
    }
    assert!(!connection.is_open() && connection.take_plain().is_empty());
}

/// So many are always looked at.
const PROBED_BYTES: usize = 16 * 1024;
