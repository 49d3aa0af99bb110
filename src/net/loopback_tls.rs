//! How the practice server does TLS: a certificate that it makes and signs itself, and sessions that can be resumed.
//!
//! The private key never leaves the memory of the process.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::Identity;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::server::NoServerSessionStorage;
use rustls::server::Tls13Tickets;
use rustls_ring::DEFAULT_PROVIDER;

/// What the certificate is for.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Certificate, key and tickets; what is needed to secure a [`super::loopback::LoopbackConnection`].
#[derive(Clone, Debug)]
pub struct LoopbackTls {
    config: Arc<ServerConfig>,
    certificate_pem: String,
    sessions: Arc<AtomicU64>,
}

/// One control connection's stay under TLS: what its data connections are to resume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecuredSession(u64);

/// How a client shook hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handshake {
    /// It resumed the [`SecuredSession`] that was meant.
    Resumed,
    /// It resumed nothing, or another session.
    Full,
}

impl LoopbackTls {
    /// Makes a key and a certificate for `localhost`, 127.0.0.1 and ::1, signed by itself. Tickets may be used again.
    ///
    /// # Errors
    ///
    /// When the system has no random octets.
    pub fn self_signed() -> io::Result<Self> {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let mut params =
            CertificateParams::new(NAMES.map(str::to_owned)).map_err(io::Error::other)?;
        params.distinguished_name = DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::CommonName, "ftpsh practice server");
        let certificate = params.self_signed(&key).map_err(io::Error::other)?;
        let identity = Identity::from_cert_chain(vec![certificate.der().clone()])
            .map_err(|_| io::ErrorKind::InvalidData)?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let mut config = ServerConfig::builder(Arc::new(DEFAULT_PROVIDER))
            .with_no_client_auth()
            .with_single_cert(Arc::new(identity), key.into())
            .map_err(io::Error::other)?;
        let ticketer = DEFAULT_PROVIDER.ticketer_factory.ticketer();
        config.ticketer = Some(ticketer.map_err(io::Error::other)?);
        Ok(Self {
            config: Arc::new(config),
            certificate_pem: certificate.pem(),
            sessions: Arc::default(),
        })
    }

    /// The same for data connections: it brings no tickets of TLS 1.3. A client that never reads while it stores would
    /// leave them unread, and its close would be a reset that loses octets.
    #[must_use]
    pub fn without_tickets(&self) -> Self {
        self.changed(|config| {
            config.send_tls13_tickets = Tls13Tickets { default: 0, max: 0 };
        })
    }

    /// The same without resumption: every handshake shows the certificate.
    #[must_use]
    pub fn without_resumption(&self) -> Self {
        self.changed(|config| {
            config.ticketer = None;
            config.session_storage = Arc::new(NoServerSessionStorage {});
        })
    }

    /// The certificate as PEM.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// A session for a control connection that is about to be secured.
    #[must_use]
    pub fn new_session(&self) -> SecuredSession {
        SecuredSession(self.sessions.fetch_add(1, Ordering::Relaxed))
    }

    pub(super) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }

    fn changed(&self, change: impl FnOnce(&mut ServerConfig)) -> Self {
        let mut config = ServerConfig::clone(&self.config);
        change(&mut config);
        Self {
            config: Arc::new(config),
            ..self.clone()
        }
    }
}

impl SecuredSession {
    /// What its tickets carry; only the server can write it into one.
    pub(super) fn mark(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }
}
