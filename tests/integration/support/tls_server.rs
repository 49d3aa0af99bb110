//! How a server of the tests does TLS, and what it sees of a client under TLS.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::server::WebPkiClientVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{
    ProtocolVersion, RootCertStore, ServerConfig, ServerConnection, SupportedProtocolVersion,
};

use super::certificates::{Authority, ServerCertificate};
use super::tls_stream::{TlsStream, invalid};

/// How a server does TLS. Clones share the sessions that clients may resume.
#[derive(Clone)]
pub(crate) struct TlsServer {
    config: ServerConfig,
    versions: Vec<&'static SupportedProtocolVersion>,
}

/// What a server saw of one connection under TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SecuredConnection {
    pub(crate) version: ProtocolVersion,
    /// The name that the client sent (SNI); none for an address.
    pub(crate) server_name: Option<String>,
    /// The certificate that the client showed.
    pub(crate) client_certificate: Option<CertificateDer<'static>>,
    /// Whether the handshake resumed an earlier session.
    pub(crate) is_resumed: bool,
    /// Whether the client's close_notify came, as far as the script read.
    pub(crate) has_close_notify: bool,
}

impl TlsServer {
    /// TLS 1.2 and 1.3; two tickets of TLS 1.3, each of use once.
    pub(crate) fn new(certificate: &ServerCertificate) -> Self {
        Self::of(&[&TLS12, &TLS13], certificate)
    }

    /// The same with TLS 1.2 only.
    pub(crate) fn tls12(certificate: &ServerCertificate) -> Self {
        Self::of(&[&TLS12], certificate)
    }

    /// The same with TLS 1.3 only.
    pub(crate) fn tls13(certificate: &ServerCertificate) -> Self {
        Self::of(&[&TLS13], certificate)
    }

    /// Goes on only with clients whose certificate this authority has signed.
    pub(crate) fn requiring_clients_of(self, authority: &Authority) -> Self {
        self.verifying_clients_of(authority, true)
    }

    /// Asks clients for a certificate, and goes on without one.
    pub(crate) fn asking_clients_of(self, authority: &Authority) -> Self {
        self.verifying_clients_of(authority, false)
    }

    fn verifying_clients_of(mut self, authority: &Authority, must_show: bool) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(authority.der()).expect("it is a root");
        let provider = Arc::new(ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        let verifier = if must_show {
            verifier
        } else {
            verifier.allow_unauthenticated()
        };
        let verifier = verifier.build().expect("there is a root");
        self.config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&self.versions)
            .expect("the provider has them")
            .with_client_cert_verifier(verifier)
            .with_cert_resolver(Arc::clone(&self.config.cert_resolver));
        self.config.enable_secret_extraction = true;
        self
    }

    /// So many tickets after each handshake of TLS 1.3, a resumed one too.
    pub(crate) fn tickets(mut self, count: usize) -> Self {
        self.config.send_tls13_tickets = count;
        self
    }

    /// A ticket may be used again and again.
    pub(crate) fn lasting_tickets(mut self) -> Self {
        self.config.ticketer = ring::Ticketer::new().expect("the system has random bytes");
        self
    }

    /// Shakes hands on a connection, of which `received` has been read already.
    ///
    /// An alert of the client is an error of the kind `InvalidData`.
    pub(super) fn accept(
        &self,
        stream: TcpStream,
        received: Vec<u8>,
    ) -> io::Result<TlsStream<ServerConnection>> {
        let connection = ServerConnection::new(Arc::new(self.config.clone()));
        TlsStream::shake_hands(stream, connection.map_err(invalid)?, received)
    }

    fn of(versions: &[&'static SupportedProtocolVersion], certificate: &ServerCertificate) -> Self {
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .expect("the provider has them")
            .with_no_client_auth()
            .with_single_cert(certificate.chain(), certificate.key())
            .expect("the key is the certificate's");
        // For records that rustls does not send.
        config.enable_secret_extraction = true;
        let versions = versions.to_vec();
        Self { config, versions }
    }
}

impl SecuredConnection {
    pub(super) fn of(stream: &TlsStream<ServerConnection>) -> Self {
        let connection = stream.connection();
        Self {
            version: connection.protocol_version().expect("hands are shaken"),
            server_name: connection.server_name().map(str::to_owned),
            client_certificate: connection
                .peer_certificates()
                .and_then(|chain| chain.first())
                .map(|certificate| certificate.clone().into_owned()),
            is_resumed: stream.is_resumed(),
            has_close_notify: stream.has_close_notify(),
        }
    }
}
