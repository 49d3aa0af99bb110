//! The certificate that this side shows, and its key.

use std::fmt;
use std::sync::{Arc, OnceLock};

use pkcs8::{EncryptedPrivateKeyInfoRef, pkcs5};
use rustls::client::ResolvesClientCert;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::{
    CertificateDer, PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer,
};
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys, SignatureScheme};

use super::certificate::Certificate;
use super::trust::old_version;

/// A certificate, those of its issuers, and the key that belongs to it. Clones share the key.
#[derive(Clone)]
pub struct ClientIdentity {
    subject: String,
    certified: Arc<CertifiedKey>,
}

/// A private key, as it stands in a file.
pub struct ClientKey(Key);

enum Key {
    Plain(PrivateKeyDer<'static>),
    /// EncryptedPrivateKeyInfo (RFC 5958 section 3).
    Encrypted(Vec<u8>),
}

/// Why a certificate cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Neither text with PEM in it nor empty.
    #[error("it is not a PEM file")]
    NotPem,
    /// No certificate.
    #[error(
        "there is no certificate in it; it should hold PEM, from -----BEGIN CERTIFICATE----- on"
    )]
    NoCertificate,
    /// Servers read version 3 (RFC 5280 section 4.1.2.1).
    #[error(
        "its certificate is of X.509 version {0}, which TLS libraries refuse; have one of version 3 made, with an extension: \
         `openssl x509 -req ... -extfile <(echo basicConstraints=CA:FALSE)`"
    )]
    OldVersion(u32),
    /// The first certificate is not one.
    #[error("its first certificate cannot be read")]
    UnreadableCertificate,
    /// No key.
    #[error(
        "there is no private key in it; it should hold PEM, from -----BEGIN PRIVATE KEY----- on"
    )]
    NoKey,
    /// `Proc-Type: 4,ENCRYPTED` (RFC 1421), or an encryption that nobody should use any more.
    #[error(
        "its private key is encrypted in an old way, which is not read here: \
         `openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW` writes it anew"
    )]
    OldEncryption,
    /// The key does not come out.
    #[error("the passphrase does not open its private key")]
    WrongPassphrase,
    /// A passphrase is needed first.
    #[error("its private key is encrypted")]
    Locked,
    /// A key for which there is no signature here.
    #[error(
        "its private key cannot be used: RSA of 2048 to 8192 bits, EC P-256 and P-384, and Ed25519 can"
    )]
    UnusableKey,
    /// The public key in the first certificate is another one.
    #[error(
        "the private key does not belong to its first certificate, which is the one that is shown"
    )]
    OtherKey,
}

impl ClientKey {
    /// Reads the first private key of a PEM file: PKCS #8, encrypted or not, PKCS #1 or SEC 1.
    ///
    /// # Errors
    ///
    /// [`IdentityError`]: no such key.
    pub fn from_pem(text: &[u8]) -> Result<Self, IdentityError> {
        for block in blocks(text)? {
            let is_encrypted = block.headers().get("Proc-Type").is_some();
            let key = match block.tag() {
                tag if tag.ends_with("PRIVATE KEY") && is_encrypted => {
                    return Err(IdentityError::OldEncryption);
                }
                "ENCRYPTED PRIVATE KEY" => Key::Encrypted(block.into_contents()),
                "PRIVATE KEY" => Key::Plain(PrivatePkcs8KeyDer::from(block.into_contents()).into()),
                "RSA PRIVATE KEY" => {
                    Key::Plain(PrivatePkcs1KeyDer::from(block.into_contents()).into())
                }
                "EC PRIVATE KEY" => {
                    Key::Plain(PrivateSec1KeyDer::from(block.into_contents()).into())
                }
                _ => continue,
            };
            return Ok(Self(key));
        }
        Err(IdentityError::NoKey)
    }

    /// A passphrase is needed.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        matches!(self.0, Key::Encrypted(_))
    }

    /// The key that this passphrase opens.
    ///
    /// # Errors
    ///
    /// [`IdentityError::WrongPassphrase`], and an encryption that is not known here.
    pub fn decrypt(&self, passphrase: &str) -> Result<Self, IdentityError> {
        let encrypted = match &self.0 {
            Key::Plain(key) => return Ok(Self(Key::Plain(key.clone_key()))),
            Key::Encrypted(encrypted) => encrypted,
        };
        let encrypted = EncryptedPrivateKeyInfoRef::try_from(encrypted.as_slice());
        let encrypted = encrypted.map_err(|_| IdentityError::OldEncryption)?;
        let opened = encrypted.decrypt(passphrase).map_err(|error| match error {
            pkcs8::Error::EncryptedPrivateKey(
                pkcs5::Error::UnsupportedAlgorithm { .. }
                | pkcs5::Error::NoPbes1CryptSupport
                | pkcs5::Error::AlgorithmParametersInvalid { .. },
            ) => IdentityError::OldEncryption,
            _ => IdentityError::WrongPassphrase,
        })?;
        // One passphrase of 256 gives something that only looks as if it had been opened.
        pkcs8::PrivateKeyInfoRef::try_from(opened.as_bytes())
            .map_err(|_| IdentityError::WrongPassphrase)?;
        let key = PrivatePkcs8KeyDer::from(opened.as_bytes().to_vec());
        Ok(Self(Key::Plain(key.into())))
    }
}

impl ClientIdentity {
    /// The certificates of a PEM file, the one to be shown first, with the key of the first.
    ///
    /// # Errors
    ///
    /// [`IdentityError`]: they do not belong together, or cannot be used.
    pub fn new(certificates: &[u8], key: &ClientKey) -> Result<Self, IdentityError> {
        let blocks = blocks(certificates)?.into_iter();
        let chain: Vec<_> = blocks
            .filter(|block| block.tag() == "CERTIFICATE")
            .map(|block| CertificateDer::from(block.into_contents()))
            .collect();
        let own = chain.first().ok_or(IdentityError::NoCertificate)?;
        if let Some(version) = old_version(own) {
            return Err(IdentityError::OldVersion(version));
        }
        let subject = Certificate::read(own).subject;
        let Key::Plain(key) = &key.0 else {
            return Err(IdentityError::Locked);
        };
        let key = any_supported_type(key).map_err(|_| IdentityError::UnusableKey)?;
        let certified = CertifiedKey::new(chain, key);
        match certified.keys_match() {
            Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
            Err(Error::InconsistentKeys(_)) => return Err(IdentityError::OtherKey),
            Err(_) => return Err(IdentityError::UnreadableCertificate),
        }
        let certified = Arc::new(certified);
        Ok(Self { subject, certified })
    }

    fn fits(&self, schemes: &[SignatureScheme]) -> bool {
        self.certified.key.choose_scheme(schemes).is_some()
    }
}

impl PartialEq for ClientIdentity {
    fn eq(&self, other: &Self) -> bool {
        self.certified.cert == other.certified.cert
    }
}

impl Eq for ClientIdentity {}

/// Prints no key.
impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientIdentity({:?})", self.subject)
    }
}

/// Prints no key.
impl fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lock = if self.is_encrypted() {
            "encrypted"
        } else {
            "open"
        };
        write!(f, "ClientKey({lock})")
    }
}

/// Whether a server asked for a certificate, and what it got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShownCertificate {
    /// It did not ask.
    NotAsked,
    /// It asked, and there was none.
    None,
    /// It asked, and takes no signature of the key that there is.
    Unfit,
    /// This one, by its subject.
    Shown(String),
}

/// Shows the certificate to whoever asks, and remembers that somebody did.
#[derive(Debug)]
pub(super) struct CertificateChooser {
    identity: Option<ClientIdentity>,
    shown: OnceLock<ShownCertificate>,
}

impl CertificateChooser {
    pub(super) fn new(identity: Option<ClientIdentity>) -> Self {
        Self {
            identity,
            shown: OnceLock::new(),
        }
    }

    /// What the server of the control connection got, which is asked first.
    pub(super) fn shown(&self) -> ShownCertificate {
        let shown = self.shown.get().cloned();
        shown.unwrap_or(ShownCertificate::NotAsked)
    }
}

impl ResolvesClientCert for CertificateChooser {
    fn resolve(&self, _: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let fitting = self.identity.as_ref().filter(|own| own.fits(schemes));
        self.shown.get_or_init(|| match (fitting, &self.identity) {
            (Some(own), _) => ShownCertificate::Shown(own.subject.clone()),
            (None, Some(_)) => ShownCertificate::Unfit,
            (None, None) => ShownCertificate::None,
        });
        fitting.map(|own| Arc::clone(&own.certified))
    }

    fn has_certs(&self) -> bool {
        self.identity.is_some()
    }
}

/// Everything in the file that is PEM.
fn blocks(text: &[u8]) -> Result<Vec<pem::Pem>, IdentityError> {
    pem::parse_many(text).map_err(|_| IdentityError::NotPem)
}

#[cfg(test)]
mod tests;
