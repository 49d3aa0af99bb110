//! How the practice server does TLS: a certificate that it makes and signs itself, and sessions that can be resumed.
//!
//! The private key never leaves the memory of the process.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::server::{NoServerSessionStorage, ProducesTickets};
use rustls::{ServerConfig, ServerConnection};

/// What the certificate is for.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Certificate, key and tickets; what is needed to secure a [`super::loopback::LoopbackConnection`].
#[derive(Clone, Debug)]
pub(crate) struct LoopbackTls {
    config: ServerConfig,
    certificate_pem: String,
    /// `None` where nothing is resumed.
    tickets: Option<Arc<dyn ProducesTickets>>,
    sessions: Arc<AtomicU64>,
}

/// One control connection's stay under TLS: what its data connections are to resume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SecuredSession(u64);

/// How a client shook hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handshake {
    /// It resumed the [`SecuredSession`] that was meant.
    Resumed,
    /// It resumed nothing, or another session.
    Full,
}

impl LoopbackTls {
    /// Makes a key and a certificate for `localhost`, 127.0.0.1 and ::1, self-signed. Tickets may be used again.
    ///
    /// # Errors
    ///
    /// When the system has no random bytes.
    pub(crate) fn self_signed() -> io::Result<Self> {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let mut params =
            CertificateParams::new(NAMES.map(str::to_owned)).map_err(io::Error::other)?;
        params.distinguished_name = DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::CommonName, "ftpsh practice server");
        let certificate = params.self_signed(&key).map_err(io::Error::other)?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let mut config = ServerConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key.into())
            .map_err(io::Error::other)?;
        // Only tickets say which session they belong to.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        Ok(Self {
            config,
            certificate_pem: certificate.pem(),
            tickets: Some(ring::Ticketer::new().map_err(io::Error::other)?),
            sessions: Arc::default(),
        })
    }

    /// The same for data connections: it brings no tickets of TLS 1.3. A client that never reads while it stores would
    /// leave them unread, and its close would be a reset that loses bytes.
    pub(crate) fn without_tickets(mut self) -> Self {
        self.config.send_tls13_tickets = 0;
        self
    }

    /// The same without resumption: every handshake shows the certificate.
    pub(crate) fn without_resumption(mut self) -> Self {
        self.tickets = None;
        self
    }

    /// The certificate as PEM.
    pub(crate) fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// A session for a control connection that is about to be secured.
    pub(crate) fn new_session(&self) -> SecuredSession {
        SecuredSession(self.sessions.fetch_add(1, Ordering::Relaxed))
    }

    /// The server's side of TLS on one connection of this session, and its tickets.
    pub(super) fn connection(
        &self,
        session: SecuredSession,
    ) -> Result<(ServerConnection, Option<Arc<MarkedTickets>>), rustls::Error> {
        let mut config = self.config.clone();
        let tickets = self.tickets.as_ref().map(|tickets| {
            let mark = session.0.to_be_bytes();
            Arc::new(MarkedTickets::new(Arc::clone(tickets), mark))
        });
        if let Some(tickets) = &tickets {
            config.ticketer = Arc::<MarkedTickets>::clone(tickets);
        }
        let connection = ServerConnection::new(Arc::new(config))?;
        Ok((connection, tickets))
    }
}

/// The tickets of one connection.
#[derive(Debug)]
pub(super) struct MarkedTickets {
    tickets: Arc<dyn ProducesTickets>,
    /// Only the server can write it into a ticket.
    mark: [u8; 8],
    is_own: AtomicBool,
}

impl MarkedTickets {
    pub(super) fn new(tickets: Arc<dyn ProducesTickets>, mark: [u8; 8]) -> Self {
        Self {
            tickets,
            mark,
            is_own: AtomicBool::new(false),
        }
    }

    /// Whether the last ticket that could be read has the same mark.
    pub(super) fn is_own(&self) -> bool {
        self.is_own.load(Ordering::Relaxed)
    }
}

impl ProducesTickets for MarkedTickets {
    fn enabled(&self) -> bool {
        self.tickets.enabled()
    }

    fn lifetime(&self) -> u32 {
        self.tickets.lifetime()
    }

    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        self.tickets.encrypt(&[&self.mark, plain].concat())
    }

    fn decrypt(&self, ticket: &[u8]) -> Option<Vec<u8>> {
        let marked = self.tickets.decrypt(ticket)?;
        let (mark, plain) = marked.split_first_chunk()?;
        self.is_own.store(*mark == self.mark, Ordering::Relaxed);
        Some(plain.to_vec())
    }
}
