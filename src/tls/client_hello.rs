//! A ClientHello that offers one version of TLS alone, written without a TLS library (RFC 5246 section 7.4.1.2, RFC 8446
//! section 4.1.2).

use super::protocol::ProtocolVersion;

/// What goes into a ClientHello.
#[derive(Clone, Debug)]
pub(super) struct ClientHello<'a> {
    /// The only version that is offered.
    pub(super) version: ProtocolVersion,
    /// The host that is meant (RFC 6066 section 3); SSL 3.0 cannot say it.
    pub(super) server_name: Option<&'a str>,
    /// Random bytes: the client's random, and for TLS 1.3 a session id and a public key, of which nobody has the
    /// private one. No handshake can be finished with it.
    pub(super) random: [[u8; 32]; 3],
}

impl ClientHello<'_> {
    /// The record that holds it.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let [random, session, _] = &self.random;
        let is_tls_1_3 = self.version == ProtocolVersion::Tls13;
        // TLS 1.3 calls itself 1.2, and says the truth in an extension.
        let mut body = self.version.min(ProtocolVersion::Tls12).wire().to_vec();
        body.extend(random);
        body.extend(block8(if is_tls_1_3 { session } else { &[] }));
        body.extend(block16(&numbers(self.cipher_suites())));
        body.extend(block8(&[NO_COMPRESSION]));
        if self.version > ProtocolVersion::Ssl3 {
            body.extend(block16(&self.extensions()));
        }
        let length = u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes();
        let mut message = vec![CLIENT_HELLO, length[1], length[2], length[3]];
        message.extend(body);
        let mut record = vec![HANDSHAKE];
        // Some servers take no other in a first record (RFC 5246 appendix E.1).
        record.extend(self.version.min(ProtocolVersion::Tls10).wire());
        record.extend(block16(&message));
        record
    }

    fn cipher_suites(&self) -> &'static [u16] {
        match self.version {
            ProtocolVersion::Ssl3 => SSL_3_SUITES,
            ProtocolVersion::Tls10 | ProtocolVersion::Tls11 => TLS_1_0_SUITES,
            ProtocolVersion::Tls12 => TLS_1_2_SUITES,
            ProtocolVersion::Tls13 => TLS_1_3_SUITES,
        }
    }

    fn extensions(&self) -> Vec<u8> {
        let mut extensions = Vec::new();
        let mut add = |number: u16, content: &[u8]| {
            extensions.extend(number.to_be_bytes());
            extensions.extend(block16(content));
        };
        if let Some(name) = self.server_name {
            let mut entry = vec![HOST_NAME];
            entry.extend(block16(name.as_bytes()));
            add(SERVER_NAME, &block16(&entry));
        }
        add(SUPPORTED_GROUPS, &block16(&numbers(GROUPS)));
        if self.version < ProtocolVersion::Tls13 {
            add(EC_POINT_FORMATS, &block8(&[UNCOMPRESSED]));
        }
        if self.version >= ProtocolVersion::Tls12 {
            add(SIGNATURE_ALGORITHMS, &block16(&numbers(SIGNATURE_SCHEMES)));
        }
        if self.version == ProtocolVersion::Tls13 {
            add(SUPPORTED_VERSIONS, &block8(&self.version.wire()));
            add(PSK_KEY_EXCHANGE_MODES, &block8(&[PSK_WITH_DHE]));
            let mut share = X25519.to_be_bytes().to_vec();
            share.extend(block16(&self.random[2]));
            add(KEY_SHARE, &block16(&share));
        }
        extensions
    }
}

/// With its length in one byte in front.
fn block8(content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap_or(u8::MAX);
    std::iter::once(length)
        .chain(content.iter().copied())
        .collect()
}

/// With its length in two bytes in front.
fn block16(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap_or(u16::MAX);
    let length = length.to_be_bytes().into_iter();
    length.chain(content.iter().copied()).collect()
}

fn numbers(numbers: &[u16]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_be_bytes())
        .collect()
}

const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const NO_COMPRESSION: u8 = 0;
const HOST_NAME: u8 = 0;
const UNCOMPRESSED: u8 = 0;
const PSK_WITH_DHE: u8 = 1;

const SERVER_NAME: u16 = 0;
const SUPPORTED_GROUPS: u16 = 10;
const EC_POINT_FORMATS: u16 = 11;
const SIGNATURE_ALGORITHMS: u16 = 13;
const SUPPORTED_VERSIONS: u16 = 43;
const PSK_KEY_EXCHANGE_MODES: u16 = 45;
const KEY_SHARE: u16 = 51;

const X25519: u16 = 0x001d;
/// x25519, secp256r1, secp384r1, secp521r1, ffdhe2048.
const GROUPS: &[u16] = &[X25519, 0x0017, 0x0018, 0x0019, 0x0100];
/// ECDSA, EdDSA, RSA-PSS and RSA with SHA-2, then with SHA-1, which servers of their time know.
const SIGNATURE_SCHEMES: &[u16] = &[
    0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401,
    0x0501, 0x0601, 0x0203, 0x0201, 0x0202,
];
/// AES, 3DES and RC4 with RSA and DHE; the last one says that renegotiation is secure (RFC 5746 section 3.3).
const SSL_3_SUITES: &[u16] = &[
    0x0039, 0x0038, 0x0035, 0x0033, 0x0032, 0x002f, 0x0016, 0x0013, 0x000a, 0x0005, 0x0004, 0x00ff,
];
/// The same after those with ECDHE.
const TLS_1_0_SUITES: &[u16] = &[
    0xc00a, 0xc014, 0xc009, 0xc013, 0xc008, 0xc012, 0x0039, 0x0038, 0x0035, 0x0033, 0x0032, 0x002f,
    0x0016, 0x0013, 0x000a, 0xc007, 0xc011, 0x0005, 0x0004, 0x00ff,
];
/// The same after GCM, ChaCha20 and CBC with SHA-2.
const TLS_1_2_SUITES: &[u16] = &[
    0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc02b, 0xc02f, 0x009f, 0xccaa, 0x009e, 0xc024, 0xc028, 0xc023,
    0xc027, 0x006b, 0x0067, 0x009d, 0x009c, 0x003d, 0x003c, 0xc00a, 0xc014, 0xc009, 0xc013, 0xc008,
    0xc012, 0x0039, 0x0038, 0x0035, 0x0033, 0x0032, 0x002f, 0x0016, 0x0013, 0x000a, 0xc007, 0xc011,
    0x0005, 0x0004, 0x00ff,
];
/// RFC 8446 appendix B.4.
const TLS_1_3_SUITES: &[u16] = &[0x1302, 0x1303, 0x1301, 0x1304, 0x1305];

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::pki_types::PrivateKeyDer;
    use rustls::server::Acceptor;
    use rustls::version::{TLS12, TLS13};
    use rustls::{ServerConfig, SupportedProtocolVersion};

    use super::{ClientHello, ProtocolVersion};
    use crate::tls::server_hello::FirstAnswer;

    fn hello(version: ProtocolVersion, server_name: Option<&str>) -> Vec<u8> {
        ClientHello {
            version,
            server_name,
            random: [[1; 32], [2; 32], [3; 32]],
        }
        .to_bytes()
    }

    fn server(version: &'static SupportedProtocolVersion) -> Arc<ServerConfig> {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        Arc::new(config)
    }

    /// What a real server says to it.
    fn answer(hello: &[u8], version: &'static SupportedProtocolVersion) -> FirstAnswer {
        let mut acceptor = Acceptor::default();
        acceptor.read_tls(&mut &*hello).unwrap();
        let accepted = acceptor.accept().expect("it is a ClientHello").unwrap();
        assert_eq!(accepted.client_hello().server_name(), Some("ftp.example"));
        let mut bytes = Vec::new();
        match accepted.into_connection(server(version)) {
            Ok(mut connection) => connection.write_tls(&mut bytes).map(drop).unwrap(),
            Err((_, mut alert)) => alert.write_all(&mut bytes).unwrap(),
        }
        FirstAnswer::read(&bytes).expect("it is a whole answer")
    }

    #[test]
    fn a_real_server_takes_it_for_exactly_its_version() {
        let name = Some("ftp.example");
        let (tls12, tls13) = (
            hello(ProtocolVersion::Tls12, name),
            hello(ProtocolVersion::Tls13, name),
        );
        let FirstAnswer::Hello(chosen) = answer(&tls12, &TLS12) else {
            panic!("TLS 1.2 was refused");
        };
        assert_eq!(chosen.version, Ok(ProtocolVersion::Tls12));
        assert_eq!(chosen.group, None);
        let FirstAnswer::Hello(chosen) = answer(&tls13, &TLS13) else {
            panic!("TLS 1.3 was refused");
        };
        assert_eq!(chosen.version, Ok(ProtocolVersion::Tls13));
        assert_eq!(chosen.cipher_suite, "TLS_AES_256_GCM_SHA384");
        assert_eq!(chosen.group.as_deref(), Some("x25519"));
        let refused = FirstAnswer::Alert("protocol_version".to_owned());
        assert_eq!(answer(&tls12, &TLS13), refused);
        assert_eq!(answer(&tls13, &TLS12), refused);
    }

    #[test]
    fn an_old_one_says_its_version_in_its_own_words() {
        // Record, its version, length; ClientHello, length, version, random, no session.
        let ssl = hello(ProtocolVersion::Ssl3, Some("ftp.example"));
        assert_eq!(ssl[..3], [22, 3, 0]);
        assert_eq!(ssl[5], 1);
        assert_eq!(ssl[9..11], [3, 0]);
        assert_eq!(ssl[11..43], [1; 32]);
        // No extensions: it ends with the compression methods.
        assert_eq!(ssl[ssl.len() - 2..], [1, 0]);
        for (version, wire) in [
            (ProtocolVersion::Tls10, [3, 1]),
            (ProtocolVersion::Tls11, [3, 2]),
        ] {
            let hello = hello(version, Some("ftp.example"));
            assert_eq!(hello[..3], [22, 3, 1]);
            assert_eq!(hello[9..11], wire);
            assert!(hello.windows(11).any(|bytes| bytes == b"ftp.example"));
        }
    }

    #[test]
    fn lengths_are_those_of_what_follows() {
        for version in ProtocolVersion::ALL {
            for name in [None, Some("ftp.example")] {
                let bytes = hello(version, name);
                let record = usize::from(u16::from_be_bytes([bytes[3], bytes[4]]));
                assert_eq!(record, bytes.len() - 5);
                let message = u32::from_be_bytes([0, bytes[6], bytes[7], bytes[8]]);
                assert_eq!(message as usize, bytes.len() - 9);
            }
        }
    }
}
