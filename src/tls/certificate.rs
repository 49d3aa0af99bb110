//! What a certificate says, for a person to read.

use std::fmt;

use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

/// The SHA-256 of a certificate in DER.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

/// One certificate of a chain. Every text in it is the server's, and to be escaped before it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Whom it is for.
    pub subject: String,
    /// Who made it.
    pub issuer: String,
    /// The hosts and addresses that it is good for.
    pub names: Vec<String>,
    /// The first moment of its validity, in UTC.
    pub valid_from: String,
    /// The last.
    pub valid_until: String,
    /// Its identity.
    pub fingerprint: Fingerprint,
}

impl Fingerprint {
    pub(super) fn of(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            let colon = if index == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02X}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::str::FromStr for Fingerprint {
    type Err = InvalidFingerprint;

    fn from_str(text: &str) -> Result<Self, InvalidFingerprint> {
        let mut bytes = [0; 32];
        let mut parts = text.split(':');
        for byte in &mut bytes {
            let part = parts
                .next()
                .filter(|part| part.len() == 2)
                .ok_or(InvalidFingerprint)?;
            *byte = u8::from_str_radix(part, 16).map_err(|_| InvalidFingerprint)?;
        }
        parts
            .next()
            .map_or(Ok(Self(bytes)), |_| Err(InvalidFingerprint))
    }
}

/// The text is not 32 bytes in hexadecimal with colons between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 fingerprint has 32 bytes in hexadecimal, with colons between them")]
pub struct InvalidFingerprint;

impl Certificate {
    /// Reads what can be read; a certificate that cannot be parsed still has its fingerprint.
    pub(super) fn read(der: &CertificateDer<'_>) -> Self {
        let fingerprint = Fingerprint::of(der);
        let Ok((_, parsed)) = X509Certificate::from_der(der) else {
            return Self {
                subject: String::new(),
                issuer: String::new(),
                names: Vec::new(),
                valid_from: String::new(),
                valid_until: String::new(),
                fingerprint,
            };
        };
        let names = match parsed.subject_alternative_name() {
            Ok(Some(extension)) => extension.value.general_names.iter().map(name).collect(),
            _ => Vec::new(),
        };
        Self {
            subject: parsed.subject().to_string(),
            issuer: parsed.issuer().to_string(),
            names,
            valid_from: moment(parsed.validity().not_before.to_datetime()),
            valid_until: moment(parsed.validity().not_after.to_datetime()),
            fingerprint,
        }
    }
}

fn moment(at: impl fmt::Display) -> String {
    // The crate's form ends in fractions and an offset, which a certificate does not have.
    let text = at.to_string();
    text.split_once('.')
        .map_or(text.clone(), |(seconds, _)| seconds.to_owned())
}

fn name(name: &GeneralName<'_>) -> String {
    match name {
        GeneralName::DNSName(host) => (*host).to_owned(),
        GeneralName::IPAddress(bytes) => address(bytes),
        other => other.to_string(),
    }
}

fn address(bytes: &[u8]) -> String {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        std::net::Ipv4Addr::from(bytes).to_string()
    } else if let Ok(bytes) = <[u8; 16]>::try_from(bytes) {
        std::net::Ipv6Addr::from(bytes).to_string()
    } else {
        format!("{bytes:02x?}")
    }
}
