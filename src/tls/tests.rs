use std::io::{Read, Write};
use std::sync::Arc;

use proptest::{prop_assert, proptest, test_runner::Config};
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ServerConfig, ServerConnection};

use super::{Roots, TlsClient, TlsConnection, TlsFailure, TlsSettings, TlsVersion, TrustDecision};

/// A server on the other side of no wire, whose every byte can be spoilt.
struct Peer {
    connection: ServerConnection,
    /// Which byte of all that it sends is changed.
    spoilt: Option<usize>,
    sent: usize,
    heard: Vec<u8>,
}

fn certificate() -> (rcgen::Certificate, rcgen::KeyPair) {
    let names = vec!["localhost".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    (made.cert, made.signing_key)
}

impl Peer {
    fn new(certificate: &rcgen::Certificate, key: &rcgen::KeyPair) -> Self {
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        Self::showing(certificate.der().clone(), &key)
    }

    /// rustls itself would look at the certificate first.
    fn showing(certificate: CertificateDer<'static>, key: &PrivateKeyDer<'_>) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = any_supported_type(key).unwrap();
        let certified = CertifiedKey::new(vec![certificate], key);
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
        Self {
            connection: ServerConnection::new(Arc::new(config)).unwrap(),
            spoilt: None,
            sent: 0,
            heard: Vec::new(),
        }
    }

    /// Takes what the client sent; `false` once it has failed.
    fn take(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            if self.connection.read_tls(&mut bytes).is_err()
                || self.connection.process_new_packets().is_err()
            {
                return false;
            }
            // The end of what there is so far is an error to rustls.
            let _ = self.connection.reader().read_to_end(&mut self.heard);
        }
        true
    }

    fn give(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        while self.connection.wants_write() {
            self.connection.write_tls(&mut bytes).unwrap();
        }
        if let Some(place) = self.spoilt.and_then(|place| place.checked_sub(self.sent))
            && let Some(byte) = bytes.get_mut(place)
        {
            *byte ^= 0x55;
        }
        self.sent += bytes.len();
        bytes
    }
}

/// Passes bytes to and fro, in pieces of this length, until both have nothing to say.
fn converse(client: &mut TlsConnection, peer: &mut Peer, piece: usize) -> Result<(), TlsFailure> {
    for _ in 0..ROUNDS {
        let said = client.take_output();
        let goes_on = peer.take(&said);
        let answer = peer.give();
        for bytes in answer.chunks(piece) {
            client.receive(bytes)?;
        }
        if !goes_on || (said.is_empty() && answer.is_empty()) {
            break;
        }
    }
    Ok(())
}

fn client(settings: TlsSettings) -> TlsClient {
    TlsClient::new("localhost", settings).unwrap()
}

fn judge(client: &mut TlsClient, control: &mut TlsConnection) -> Result<TrustDecision, TlsFailure> {
    let verdict = client.examination(control).verdict()?;
    client.judge(control, verdict)
}

#[test]
fn a_certificate_of_x509_version_1_is_not_trusted_by_itself_and_its_holder_still_has_to_sign() {
    let sample = include_bytes!("samples/version1.pem");
    let certificate = CertificateDer::from_pem_slice(sample).unwrap();
    let own_key = PrivateKeyDer::from_pem_slice(sample).unwrap();
    let other = rcgen::KeyPair::generate().unwrap();
    let other = PrivateKeyDer::try_from(other.serialize_der()).unwrap();
    for newest in [TlsVersion::Tls12, TlsVersion::Tls13] {
        let settings = |insecure| TlsSettings {
            roots: Roots::Given(vec![certificate.clone()]),
            newest,
            insecure,
            ..TlsSettings::default()
        };
        let mut strict = client(settings(false));
        let mut connection = strict.secure_control().unwrap();
        let mut peer = Peer::showing(certificate.clone(), &own_key);
        converse(&mut connection, &mut peer, 100_000).unwrap();
        match judge(&mut strict, &mut connection) {
            Ok(TrustDecision::NeedsUser(secured)) => {
                let reason = secured.trust.reason().unwrap_or_default();
                assert!(reason.contains("X.509 version 1"), "{reason}");
            }
            decision => panic!("{decision:?}"),
        }
        let mut careless = client(settings(true));
        let mut connection = careless.secure_control().unwrap();
        let mut peer = Peer::showing(certificate.clone(), &own_key);
        converse(&mut connection, &mut peer, 100_000).unwrap();
        let decision = judge(&mut careless, &mut connection).unwrap();
        assert!(
            matches!(decision, TrustDecision::Trusted(_)),
            "{decision:?}"
        );

        let mut connection = client(settings(true)).secure_control().unwrap();
        let mut peer = Peer::showing(certificate.clone(), &other);
        let failure = converse(&mut connection, &mut peer, 100_000).unwrap_err();
        assert!(failure.to_string().contains("BadSignature"), "{failure}");
    }
}

#[test]
fn bytes_arrive_as_they_were_sent_in_both_versions_however_they_are_cut() {
    let (certificate, key) = certificate();
    for newest in [TlsVersion::Tls12, TlsVersion::Tls13] {
        for piece in [1, 2, 7, 100_000] {
            let mut client = client(TlsSettings {
                roots: Roots::Given(vec![certificate.der().clone()]),
                newest,
                ..TlsSettings::default()
            });
            let mut connection = client.secure_control().unwrap();
            let mut peer = Peer::new(&certificate, &key);
            converse(&mut connection, &mut peer, piece).unwrap();
            assert!(connection.is_open());
            let judged = judge(&mut client, &mut connection).unwrap();
            assert!(matches!(judged, TrustDecision::Trusted(_)), "{judged:?}");
            let large = vec![b'x'; 100_000];
            connection.encrypt(&large).unwrap();
            peer.connection.writer().write_all(b"220 hi\r\n").unwrap();
            converse(&mut connection, &mut peer, piece).unwrap();
            assert_eq!(connection.take_plain(), b"220 hi\r\n");
            assert!(peer.heard == large);
            peer.connection.send_close_notify();
            let mut last = peer.give();
            last.extend(b"200 in the clear\r\n");
            for bytes in last.chunks(piece) {
                connection.receive(bytes).unwrap();
            }
            assert!(connection.is_closed_by_peer());
            assert_eq!(connection.take_rest(), b"200 in the clear\r\n");
        }
    }
}

#[test]
fn what_is_out_of_date_is_told_of_the_certificate_that_is_and_once() {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};

    let authority = |last: (i32, u8)| {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(last.0, last.1, 1);
        params
    };
    let (root_key, middle_key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut root_params = authority((4000, 1));
    root_params
        .distinguished_name
        .push(rcgen::DnType::CommonName, "root");
    let root_certificate = root_params.self_signed(&root_key).unwrap();
    let root = Issuer::new(root_params, root_key);
    let middle_params = authority((2001, 6));
    let middle_certificate = middle_params.signed_by(&middle_key, &root).unwrap();
    let middle = Issuer::new(middle_params, middle_key);
    for (last, reason) in [
        (4000, "a certificate that it was issued by is out of date"),
        (
            2001,
            "a certificate that it was issued by is out of date; it expired on 2001-12-01 0:00:00 UTC",
        ),
    ] {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(last, 12, 1);
        let key = KeyPair::generate().unwrap();
        let own = params.signed_by(&key, &middle).unwrap();
        let examination = super::Examination {
            chain: vec![own.der().clone(), middle_certificate.der().clone()],
            name: "localhost".try_into().unwrap(),
            roots: Roots::Given(vec![root_certificate.der().clone()]),
            algorithms: rustls::crypto::ring::default_provider().signature_verification_algorithms,
        };
        assert_eq!(examination.verdict(), Ok(Err(reason.into())));
    }
}

#[test]
fn the_keys_of_a_control_connection_change_when_the_peer_wants_it() {
    let (certificate, key) = certificate();
    let mut client = client(TlsSettings {
        roots: Roots::Given(vec![certificate.der().clone()]),
        ..TlsSettings::default()
    });
    let mut connection = client.secure_control().unwrap();
    let mut peer = Peer::new(&certificate, &key);
    converse(&mut connection, &mut peer, 100_000).unwrap();
    judge(&mut client, &mut connection).unwrap();
    for number in 0..3 {
        peer.connection.refresh_traffic_keys().unwrap();
        let line = format!("200 {number}\r\n");
        peer.connection.writer().write_all(line.as_bytes()).unwrap();
        connection.encrypt(b"NOOP\r\n").unwrap();
        converse(&mut connection, &mut peer, 100_000).unwrap();
        assert_eq!(connection.take_plain(), line.as_bytes());
        assert_eq!(std::mem::take(&mut peer.heard), b"NOOP\r\n");
    }
}

proptest! {
    #![proptest_config(Config::with_cases(64))]

    #[test]
    fn one_wrong_byte_of_the_server_never_passes_and_never_panics(
        place in 0_usize..3_000,
        piece in 1_usize..3_000,
        is_tls_1_3: bool,
    ) {
        let (certificate, key) = certificate();
        let mut client = client(TlsSettings {
            roots: Roots::Given(vec![certificate.der().clone()]),
            newest: if is_tls_1_3 { TlsVersion::Tls13 } else { TlsVersion::Tls12 },
            ..TlsSettings::default()
        });
        let mut connection = client.secure_control().unwrap();
        let mut peer = Peer::new(&certificate, &key);
        peer.spoilt = Some(place);
        let agreed = converse(&mut connection, &mut peer, piece);
        if agreed.is_ok() && connection.is_open() {
            let _ = judge(&mut client, &mut connection);
            let line = b"230 logged in\r\n";
            peer.connection.writer().write_all(line).unwrap();
            if converse(&mut connection, &mut peer, piece).is_ok() {
                let plain = connection.take_plain();
                prop_assert!(plain.is_empty() || plain == line);
            }
        }
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(bytes: Vec<u8>, is_record: bool) {
        let client = client(TlsSettings::default());
        let mut connection = client.secure_control().unwrap();
        let mut bytes = bytes;
        if is_record {
            let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
            bytes.splice(0..0, [0x16, 3, 3].into_iter().chain(length.to_be_bytes()));
        }
        let _ = connection.receive(&bytes);
        let _ = connection.receive(&bytes);
        let _ = connection.close();
        let _ = connection.take_output();
    }
}

const ROUNDS: usize = 20;
