//! The server's side of TLS on a control connection, as bytes in and bytes out.

use std::io::{Read, Write};
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair, PKCS_ED25519, SerialNumber};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection};

#[derive(Debug)]
pub(super) struct TlsServer(ServerConnection);

impl TlsServer {
    pub(super) fn new() -> Self {
        // Whatever is random in a handshake has the same length each time, so that a seed means the same session.
        let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let mut certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        certificate.serial_number = Some(SerialNumber::from(1));
        let certificate = certificate.self_signed(&key).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        Self(ServerConnection::new(Arc::new(config)).unwrap())
    }

    /// Takes what the client wrote and returns what it says under TLS.
    pub(super) fn take(&mut self, mut bytes: &[u8]) -> Vec<u8> {
        while !bytes.is_empty() {
            self.0.read_tls(&mut bytes).unwrap();
            self.0.process_new_packets().unwrap();
        }
        let mut heard = Vec::new();
        // The end of what there is so far is an error to rustls.
        let _ = self.0.reader().read_to_end(&mut heard);
        heard
    }

    pub(super) fn say(&mut self, line: &str) {
        self.0.writer().write_all(line.as_bytes()).unwrap();
    }

    /// Makes a record without bytes for the other side's user.
    pub(super) fn change_keys(&mut self) {
        self.0.refresh_traffic_keys().unwrap();
    }

    pub(super) fn end(&mut self) {
        self.0.send_close_notify();
    }

    /// What is to be sent to the client.
    pub(super) fn output(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        while self.0.wants_write() {
            self.0.write_tls(&mut bytes).unwrap();
        }
        bytes
    }
}
