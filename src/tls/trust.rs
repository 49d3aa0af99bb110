//! Whether a server's certificate is to be believed.
//!
//! The handshake itself checks only that the server holds the certificate's key. What the certificate is worth is
//! examined when the handshake is over and before a single byte of FTP is written, so that a person can be asked in
//! between.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
    verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{
    CertificateDer, ServerName, SignatureVerificationAlgorithm, SubjectPublicKeyInfoDer, UnixTime,
};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo, X509Certificate, X509Version};

use super::certificate::Fingerprint;
use super::failure::TlsFailure;

/// The certificates that everything is traced back to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Roots {
    /// What the platform trusts.
    #[default]
    Platform,
    /// These, and nothing else.
    Given(Vec<CertificateDer<'static>>),
}

/// Why a file holds no roots.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RootsError {
    /// Not PEM, or PEM that is broken.
    #[error("it is not a PEM file of certificates: {0}")]
    Unreadable(String),
    /// No certificate in it.
    #[error(
        "there is no certificate in it; it should hold PEM, from -----BEGIN CERTIFICATE----- on"
    )]
    Empty,
}

/// Why a certificate is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// It leads to a root and bears the host's name.
    Verified,
    /// It does not, for this reason; but the user has trusted exactly this one for this host.
    Known(Objection),
    /// It does not, for this reason, and the user has chosen not to care.
    Unverified(Objection),
}

impl Trust {
    /// What speaks against the certificate, if anything does.
    #[must_use]
    pub fn objection(&self) -> Option<&Objection> {
        match self {
            Self::Verified => None,
            Self::Known(objection) | Self::Unverified(objection) => Some(objection),
        }
    }

    /// The same in words.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.objection().map(|it| it.reason.as_str())
    }
}

impl Roots {
    /// Reads certificates in PEM.
    ///
    /// # Errors
    ///
    /// [`RootsError`]: nothing that could be a root.
    pub fn from_pem(text: &[u8]) -> Result<Self, RootsError> {
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text).collect();
        let certificates =
            certificates.map_err(|error| RootsError::Unreadable(error.to_string()))?;
        if certificates.is_empty() {
            return Err(RootsError::Empty);
        }
        for certificate in &certificates {
            RootCertStore::empty()
                .add(certificate.clone())
                .map_err(|error| RootsError::Unreadable(error.to_string()))?;
        }
        Ok(Self::Given(certificates))
    }

    fn store(&self) -> Result<RootCertStore, TlsFailure> {
        let mut store = RootCertStore::empty();
        match self {
            Self::Given(certificates) => {
                store.add_parsable_certificates(certificates.iter().cloned());
            }
            Self::Platform => {
                let found = rustls_native_certs::load_native_certs();
                store.add_parsable_certificates(found.certs);
                if let (true, Some(error)) = (store.is_empty(), found.errors.first()) {
                    return Err(TlsFailure::NoRoots {
                        reason: error.to_string(),
                    });
                }
            }
        }
        Ok(store)
    }

    /// A server's own certificate may have been given as a root, which the rules for chains do not foresee.
    fn holds(&self, certificate: &CertificateDer<'_>) -> bool {
        matches!(self, Self::Given(certificates) if certificates.iter().any(|root| root == certificate))
    }
}

/// A certificate that is to be examined. That may read the platform's roots, and reads the clock.
#[derive(Debug)]
pub struct Examination {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) name: ServerName<'static>,
    pub(super) roots: Roots,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
}

/// What speaks against a certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Objection {
    /// In words.
    pub reason: String,
    /// The hosts that it is for, if nothing else speaks against it than that the host is not one of them.
    pub other_names: Vec<String>,
}

impl From<&str> for Objection {
    fn from(reason: &str) -> Self {
        let reason = reason.to_owned();
        Self {
            reason,
            ..Self::default()
        }
    }
}

/// What speaks against a certificate, if anything does.
pub type Verdict = Result<(), Objection>;

impl Examination {
    /// Whether the chain leads to a root, is valid today and bears the name of the host; every reason if not.
    ///
    /// # Errors
    ///
    /// [`TlsFailure::NoRoots`].
    pub fn verdict(&self) -> Result<Verdict, TlsFailure> {
        examine(&self.chain, &self.name, &self.roots, &self.algorithms)
    }
}

fn examine(
    chain: &[CertificateDer<'_>],
    name: &ServerName<'_>,
    roots: &Roots,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<Verdict, TlsFailure> {
    let Some((own, others)) = chain.split_first() else {
        return Ok(Err("the server showed no certificate".into()));
    };
    let Ok(parsed) = ParsedCertificate::try_from(own) else {
        let reason = match old_version(own) {
            Some(version) => format!(
                "it is a certificate of X.509 version {version}, which names no host and can be verified by no rule of today"
            ),
            None => "it cannot be read".to_owned(),
        };
        return Ok(Err(reason.as_str().into()));
    };
    let issued = if roots.holds(own) {
        Ok(())
    } else {
        let store = roots.store()?;
        // A certificate that is out of date may be somebody else's besides, so each is looked at on its own.
        let moment = moment_of_validity(own);
        verify_server_cert_signed_by_trust_anchor(&parsed, &store, others, moment, algorithms.all)
    };
    let named = verify_server_name(&parsed, name);
    let is_of_other = is_about_name(named.as_ref().err());
    let issued = issued.map_err(|error| match error {
        Error::InvalidCertificate(error) if is_of_time(&error) => ISSUER_OUT_OF_DATE.to_owned(),
        error => reason(&error, own, name),
    });
    let own_faults =
        [validity(own), named].map(|checked| checked.map_err(|error| reason(&error, own, name)));
    let reasons: Vec<String> = [issued]
        .into_iter()
        .chain(own_faults)
        .filter_map(Result::err)
        .collect();
    Ok(if reasons.is_empty() {
        Ok(())
    } else {
        let is_only_of_other = is_of_other && reasons.len() == 1;
        let other_names =
            is_only_of_other.then(|| super::certificate::Certificate::read(own).names);
        Err(Objection {
            reason: reasons.join("; "),
            other_names: other_names.unwrap_or_default(),
        })
    })
}

fn is_about_name(error: Option<&Error>) -> bool {
    use CertificateError::{NotValidForName, NotValidForNameContext};

    matches!(
        error,
        Some(Error::InvalidCertificate(
            NotValidForName | NotValidForNameContext { .. }
        ))
    )
}

/// Now, or the nearest moment at which the certificate is valid.
fn moment_of_validity(certificate: &CertificateDer<'_>) -> UnixTime {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else {
        return UnixTime::now();
    };
    let seconds = |at: i64| u64::try_from(at).unwrap_or(0);
    let first = seconds(parsed.validity().not_before.timestamp());
    let last = seconds(parsed.validity().not_after.timestamp()).max(first);
    let now = UnixTime::now().as_secs().clamp(first, last);
    UnixTime::since_unix_epoch(Duration::from_secs(now))
}

/// At that moment, it is not the certificate itself that is out of date.
fn is_of_time(error: &CertificateError) -> bool {
    matches!(
        error,
        CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. }
    )
}

const ISSUER_OUT_OF_DATE: &str = "a certificate that it was issued by is out of date";

/// In words of the one who has to decide.
fn reason(error: &Error, certificate: &CertificateDer<'_>, name: &ServerName<'_>) -> String {
    let Error::InvalidCertificate(error) = error else {
        return error.to_string();
    };
    let dates = super::certificate::Certificate::read(certificate);
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            format!("it expired on {} UTC", dates.valid_until)
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            format!("it is not valid before {} UTC", dates.valid_from)
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("it is for {}, not for {}", names_of(&dates), name.to_str())
        }
        _ if dates.subject == dates.issuer => {
            "it is self-signed, and not among the trusted roots".to_owned()
        }
        CertificateError::UnknownIssuer => "it does not chain to a trusted root".to_owned(),
        CertificateError::BadEncoding => "it cannot be read".to_owned(),
        other => other.to_string(),
    }
}

fn names_of(certificate: &super::certificate::Certificate) -> String {
    if certificate.names.is_empty() {
        return "no host at all".to_owned();
    }
    let shown = certificate.names.len().min(NAMES_SHOWN);
    let more = match certificate.names.len() - shown {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    certificate.names[..shown].join(", ") + &more
}

fn validity(certificate: &CertificateDer<'_>) -> Result<(), Error> {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else {
        return Err(CertificateError::BadEncoding.into());
    };
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        });
    if now < parsed.validity().not_before.timestamp() {
        return Err(CertificateError::NotValidYet.into());
    }
    if now > parsed.validity().not_after.timestamp() {
        return Err(CertificateError::Expired.into());
    }
    Ok(())
}

/// Checks in the handshake that the server holds the key, and leaves the certificate itself to [`examine`]. Once one is
/// believed, no other is taken: a data connection with another one ends before its handshake does.
#[derive(Debug)]
pub(super) struct KeyHolderVerifier {
    algorithms: WebPkiSupportedAlgorithms,
    believed: OnceLock<CertificateDer<'static>>,
    /// What the control connection's handshake was signed with; those of data connections come later.
    signed_with: OnceLock<SignatureScheme>,
}

/// What rustls is told of a certificate that is not the believed one.
#[derive(Debug, thiserror::Error)]
#[error("another certificate, SHA-256 {fingerprint}")]
pub(super) struct AnotherCertificate {
    pub(super) fingerprint: Fingerprint,
}

impl KeyHolderVerifier {
    pub(super) fn new(algorithms: WebPkiSupportedAlgorithms) -> Self {
        Self {
            algorithms,
            believed: OnceLock::new(),
            signed_with: OnceLock::new(),
        }
    }

    /// By its name in IANA's registry, as `ecdsa_secp256r1_sha256`.
    pub(super) fn signed_with(&self) -> Option<String> {
        self.signed_with.get().copied().map(scheme_name)
    }

    /// From now on this certificate and no other; the first one counts.
    pub(super) fn believe(&self, certificate: CertificateDer<'static>) {
        self.believed.get_or_init(|| certificate);
    }
}

impl ServerCertVerifier for KeyHolderVerifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.believed.get() {
            Some(believed) if believed != certificate => {
                let fingerprint = Fingerprint::of(certificate);
                let other = OtherError(Arc::new(AnotherCertificate { fingerprint }));
                Err(CertificateError::Other(other).into())
            }
            _ => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed_with.get_or_init(|| signature.scheme);
        match old_key(certificate) {
            Some(key) => verify_with_key(message, &key, signature, &self.algorithms),
            None => verify_tls12_signature(message, certificate, signature, &self.algorithms),
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed_with.get_or_init(|| signature.scheme);
        match old_key(certificate) {
            Some(key) => {
                let key = SubjectPublicKeyInfoDer::from(key.raw);
                verify_tls13_signature_with_raw_key(message, &key, signature, &self.algorithms)
            }
            None => verify_tls13_signature(message, certificate, signature, &self.algorithms),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// As [`verify_tls12_signature`], which reads no certificate of an old version.
fn verify_with_key(
    message: &[u8],
    key: &SubjectPublicKeyInfo<'_>,
    signature: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error> {
    let of_scheme = |(scheme, _): &&(SignatureScheme, _)| *scheme == signature.scheme;
    let (_, fitting) = algorithms
        .mapping
        .iter()
        .find(of_scheme)
        .ok_or(CertificateError::BadSignature)?;
    let key = &key.subject_public_key.data;
    let is_valid = |algorithm: &&dyn SignatureVerificationAlgorithm| {
        let verified = algorithm.verify_signature(key, message, signature.signature());
        verified.is_ok()
    };
    if fitting.iter().any(is_valid) {
        Ok(HandshakeSignatureValid::assertion())
    } else {
        Err(CertificateError::BadSignature.into())
    }
}

/// The key in a certificate that rustls does not read because its version is not 3 (RFC 5280 section 4.1.2.1). Devices
/// still make such ones, and whoever trusts exactly this one does not depend on what it lacks.
fn old_key<'a>(certificate: &'a CertificateDer<'_>) -> Option<SubjectPublicKeyInfo<'a>> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    let is_old = parsed.version() != X509Version::V3;
    is_old.then_some(parsed.tbs_certificate.subject_pki)
}

/// The version of a certificate, if it is not 3.
pub(super) fn old_version(certificate: &CertificateDer<'_>) -> Option<u32> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    let version = parsed.version();
    (version != X509Version::V3).then(|| version.0.saturating_add(1))
}

fn scheme_name(scheme: SignatureScheme) -> String {
    let name = match scheme {
        SignatureScheme::RSA_PKCS1_SHA1 => "rsa_pkcs1_sha1",
        SignatureScheme::RSA_PKCS1_SHA256 => "rsa_pkcs1_sha256",
        SignatureScheme::RSA_PKCS1_SHA384 => "rsa_pkcs1_sha384",
        SignatureScheme::RSA_PKCS1_SHA512 => "rsa_pkcs1_sha512",
        SignatureScheme::RSA_PSS_SHA256 => "rsa_pss_rsae_sha256",
        SignatureScheme::RSA_PSS_SHA384 => "rsa_pss_rsae_sha384",
        SignatureScheme::RSA_PSS_SHA512 => "rsa_pss_rsae_sha512",
        SignatureScheme::ECDSA_NISTP256_SHA256 => "ecdsa_secp256r1_sha256",
        SignatureScheme::ECDSA_NISTP384_SHA384 => "ecdsa_secp384r1_sha384",
        SignatureScheme::ECDSA_NISTP521_SHA512 => "ecdsa_secp521r1_sha512",
        SignatureScheme::ED25519 => "ed25519",
        SignatureScheme::ED448 => "ed448",
        other => return format!("{other:?}"),
    };
    name.to_owned()
}

/// Of the names in a certificate; there may be thousands.
const NAMES_SHOWN: usize = 8;
