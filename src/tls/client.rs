//! One client configuration and one server name for a control connection and its data connections.

use std::fmt;
use std::sync::Arc;

use rustls::client::{Resumption, UnbufferedClientConnection};
use rustls::crypto::ring::default_provider;
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::{DnsName, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, KeyLogFile};

use super::certificate::Fingerprint;
use super::client_hello::ClientHello;
use super::connection::{Secured, Terms, TlsConnection};
use super::failure::TlsFailure;
use super::identity::{CertificateChooser, ClientIdentity};
use super::protocol::ProtocolVersion;
use super::trust::{Examination, KeyHolderVerifier, Roots, Trust, Verdict};

/// What the user can choose about TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsSettings {
    /// Where trust begins.
    pub roots: Roots,
    /// The certificate that the user has trusted for this host by hand.
    pub known: Option<Fingerprint>,
    /// Take any certificate, and say so.
    pub insecure: bool,
    /// The newest version that is offered.
    pub newest: TlsVersion,
    /// Let data connections resume the control session.
    pub resume: bool,
    /// Say close_notify at the end of what is sent.
    pub close_notify: bool,
    /// The host that is named to the server.
    pub sent_name: SentName,
    /// What is shown to a server that asks for a certificate.
    pub identity: Option<ClientIdentity>,
    /// Only ask the server for this version, and finish nothing: its answer is [`TlsFailure::Probed`].
    pub probe: Option<ProtocolVersion>,
}

/// The name that is sent to the server (SNI, RFC 6066 section 3), and for which its certificate must be good.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SentName {
    /// The host that was connected to; an address is never sent.
    #[default]
    Host,
    /// This one, in place of the host's.
    Other(DnsName<'static>),
    /// None; the certificate must be good for the host.
    Nothing,
}

impl SentName {
    /// The name that takes the place of the host's.
    #[must_use]
    pub fn in_place_of_host(&self) -> Option<&str> {
        match self {
            Self::Other(name) => Some(name.as_ref()),
            Self::Host | Self::Nothing => None,
        }
    }
}

/// What is neither a host name nor a word for one; an address for example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what is sent is the name of a host, as ftp.example.com, or none, and never an address")]
pub struct NotSendable;

/// As it is typed.
impl std::str::FromStr for SentName {
    type Err = NotSendable;

    fn from_str(text: &str) -> Result<Self, NotSendable> {
        match text {
            "host" => return Ok(Self::Host),
            "none" => return Ok(Self::Nothing),
            _ => {}
        }
        // The dot at the end is not part of what is sent.
        let name = text.strip_suffix('.').unwrap_or(text);
        match ServerName::try_from(name.to_owned()) {
            Ok(ServerName::DnsName(name)) => Ok(Self::Other(name)),
            _ => Err(NotSendable),
        }
    }
}

impl fmt::Display for SentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Host => "host",
            Self::Nothing => "none",
            Self::Other(name) => name.as_ref(),
        })
    }
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsVersion {
    /// RFC 5246.
    Tls12,
    /// RFC 8446.
    #[default]
    Tls13,
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
        })
    }
}

impl Default for TlsSettings {
    fn default() -> Self {
        Self {
            roots: Roots::default(),
            known: None,
            insecure: false,
            newest: TlsVersion::default(),
            resume: true,
            close_notify: true,
            sent_name: SentName::default(),
            identity: None,
            probe: None,
        }
    }
}

/// The client side of TLS with one server.
#[derive(Debug)]
pub struct TlsClient {
    name: ServerName<'static>,
    settings: TlsSettings,
    config: Arc<ClientConfig>,
    algorithms: WebPkiSupportedAlgorithms,
    verifier: Arc<KeyHolderVerifier>,
    chooser: Arc<CertificateChooser>,
    /// Why the control connection's certificate is believed, which every data connection must show too.
    trust: Option<Trust>,
}

/// What came of looking at a control connection's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrustDecision {
    /// It is believed.
    Trusted(Secured),
    /// Only the user can decide, for it is not believed by itself: [`Secured::trust`] says why.
    NeedsUser(Secured),
}

impl TlsClient {
    /// Prepares for a server. `SSLKEYLOGFILE` in the environment names a file that takes the keys of every connection.
    ///
    /// # Errors
    ///
    /// [`TlsFailure::HostName`] for a host that no certificate can name.
    pub fn new(host: &str, settings: TlsSettings) -> Result<Self, TlsFailure> {
        let name = match &settings.sent_name {
            SentName::Other(name) => ServerName::DnsName(name.clone()),
            SentName::Host | SentName::Nothing => {
                let name = ServerName::try_from(host.to_owned());
                name.map_err(|_| TlsFailure::HostName {
                    host: host.to_owned(),
                })?
            }
        };
        let provider = Arc::new(default_provider());
        let algorithms = provider.signature_verification_algorithms;
        let verifier = Arc::new(KeyHolderVerifier::new(algorithms));
        let chooser = Arc::new(CertificateChooser::new(settings.identity.clone()));
        let mut config = configuration(
            provider,
            Arc::clone(&verifier),
            Arc::clone(&chooser),
            settings.newest,
        )?;
        config.enable_sni = settings.sent_name != SentName::Nothing;
        Ok(Self {
            name,
            settings,
            config: Arc::new(config),
            algorithms,
            verifier,
            chooser,
            trust: None,
        })
    }

    /// Begins the handshake of the control connection.
    ///
    /// # Errors
    ///
    /// [`TlsFailure`], for reasons on this side.
    pub fn secure_control(&self) -> Result<TlsConnection, TlsFailure> {
        if let Some(version) = self.settings.probe {
            return self.probe(version);
        }
        let connection = self.connection(Arc::clone(&self.config))?;
        TlsConnection::begin(connection, self.terms(None))
    }

    fn probe(&self, version: ProtocolVersion) -> Result<TlsConnection, TlsFailure> {
        let mut random = [[0; 32]; 3];
        for part in &mut random {
            let filled = self.config.crypto_provider().secure_random.fill(part);
            filled.map_err(rustls::Error::from)?;
        }
        let server_name = match &self.name {
            ServerName::DnsName(name) if self.config.enable_sni => Some(name.as_ref()),
            _ => None,
        };
        let hello = ClientHello {
            version,
            server_name,
            random,
        };
        Ok(TlsConnection::probe(&hello, self.terms(None)))
    }

    fn terms(&self, trust: Option<Trust>) -> Terms {
        Terms {
            trust,
            says_close_notify: self.settings.close_notify,
            newest: self.settings.newest,
            chooser: Arc::clone(&self.chooser),
        }
    }

    /// Begins the handshake of a data connection, which resumes the session of `control` if it may.
    ///
    /// # Errors
    ///
    /// [`TlsFailure`], for reasons on this side.
    pub fn secure_data(&self, control: &mut TlsConnection) -> Result<TlsConnection, TlsFailure> {
        let mut config = Arc::clone(&self.config);
        if self.settings.resume {
            control.lend_session()?;
        } else {
            Arc::make_mut(&mut config).resumption = Resumption::disabled();
        }
        let trust = self.trust.clone().ok_or(TlsFailure::HandshakeCut)?;
        let connection = self.connection(config)?;
        TlsConnection::begin(connection, self.terms(Some(trust)))
    }

    /// Takes what can be chosen anew for the next data connection.
    pub fn configure(&mut self, settings: &TlsSettings) {
        self.settings.resume = settings.resume;
        self.settings.close_notify = settings.close_notify;
    }

    /// What is to be found out about the certificate of a control connection whose handshake is over.
    #[must_use]
    pub fn examination(&self, control: &TlsConnection) -> Examination {
        Examination {
            chain: control.chain(),
            name: self.name.clone(),
            roots: self.settings.roots.clone(),
            algorithms: self.algorithms,
        }
    }

    /// Decides about the certificate of a control connection, and lets the connection be used.
    ///
    /// # Errors
    ///
    /// [`TlsFailure::Changed`], and a handshake that is not over.
    pub fn judge(
        &mut self,
        control: &mut TlsConnection,
        verdict: Verdict,
    ) -> Result<TrustDecision, TlsFailure> {
        let agreed = control.conclude()?;
        let certificate = agreed
            .chain
            .first()
            .cloned()
            .ok_or(TlsFailure::HandshakeCut)?;
        let judged = judge(&self.settings, Fingerprint::of(&certificate), verdict)?;
        let (trust, is_doubtful) = judged;
        self.verifier.believe(certificate);
        self.trust = Some(trust.clone());
        let mut secured = agreed.into_secured(trust);
        secured.signature = self.verifier.signed_with();
        secured.shown = Some(self.chooser.shown());
        let name = self.settings.sent_name.in_place_of_host();
        secured.name = name.map(str::to_owned);
        Ok(if is_doubtful {
            TrustDecision::NeedsUser(secured)
        } else {
            TrustDecision::Trusted(secured)
        })
    }

    fn connection(
        &self,
        config: Arc<ClientConfig>,
    ) -> Result<UnbufferedClientConnection, TlsFailure> {
        Ok(UnbufferedClientConnection::new(config, self.name.clone())?)
    }
}

/// Why the certificate is believed (or will be, if the user says so), and whether the user must be asked.
fn judge(
    settings: &TlsSettings,
    fingerprint: Fingerprint,
    verdict: Verdict,
) -> Result<(Trust, bool), TlsFailure> {
    let Err(objection) = verdict else {
        return Ok((Trust::Verified, false));
    };
    match settings.known {
        _ if settings.insecure => Ok((Trust::Unverified(objection), false)),
        Some(known) if known == fingerprint => Ok((Trust::Known(objection), false)),
        Some(known) => Err(TlsFailure::Changed {
            reason: objection.reason,
            fingerprint,
            known,
        }),
        None => Ok((Trust::Known(objection), true)),
    }
}

fn configuration(
    provider: Arc<CryptoProvider>,
    verifier: Arc<KeyHolderVerifier>,
    chooser: Arc<CertificateChooser>,
    newest: TlsVersion,
) -> Result<ClientConfig, TlsFailure> {
    let versions: &[_] = match newest {
        TlsVersion::Tls12 => &[&TLS12],
        TlsVersion::Tls13 => &[&TLS13, &TLS12],
    };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_cert_resolver(chooser);
    config.key_log = Arc::new(KeyLogFile::new());
    // What `RecordLayer` needs to take a control connection over.
    config.enable_secret_extraction = true;
    Ok(config)
}
