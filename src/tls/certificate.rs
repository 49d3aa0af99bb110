//! What a certificate says, for a person to read.

use std::fmt;

use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256};
use x509_parser::der_parser::oid::Oid;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo, X509Certificate};

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
    /// The kind and size of its key, as `RSA, 2048 bits`.
    pub key: String,
    /// How its issuer signed it, as `ECDSA with SHA-256`.
    pub signature: String,
    /// Its identity.
    pub fingerprint: Fingerprint,
    /// The whole certificate.
    der: Vec<u8>,
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
        let unread = Self {
            subject: String::new(),
            issuer: String::new(),
            names: Vec::new(),
            valid_from: String::new(),
            valid_until: String::new(),
            key: String::new(),
            signature: String::new(),
            fingerprint: Fingerprint::of(der),
            der: der.to_vec(),
        };
        let Ok((_, parsed)) = X509Certificate::from_der(der) else {
            return unread;
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
            key: key(parsed.public_key()),
            signature: signature(parsed.signature_algorithm.oid()),
            ..unread
        }
    }

    /// The certificate as a block of PEM (RFC 7468 section 5).
    #[must_use]
    pub fn pem(&self) -> String {
        let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
        pem::encode_config(&pem::Pem::new("CERTIFICATE", self.der.clone()), config)
    }
}

fn key(info: &SubjectPublicKeyInfo<'_>) -> String {
    let oid = info.algorithm.oid().to_id_string();
    let size = || info.parsed().map_or(0, |key| key.key_size());
    match oid.as_str() {
        "1.2.840.113549.1.1.1" => format!("RSA, {} bits", size()),
        "1.2.840.113549.1.1.10" => format!("RSA for PSS only, {} bits", size()),
        "1.2.840.10040.4.1" => format!("DSA, {} bits", size()),
        "1.2.840.10045.2.1" => {
            let parameters = info.algorithm.parameters();
            let curve = parameters.and_then(|any| any.as_oid().ok());
            curve.map_or_else(
                || "EC, a curve without a name".to_owned(),
                |it| curve_of(&it),
            )
        }
        "1.3.101.112" => "Ed25519, 256 bits".to_owned(),
        "1.3.101.113" => "Ed448, 456 bits".to_owned(),
        _ => format!("algorithm {oid}"),
    }
}

fn curve_of(oid: &Oid<'_>) -> String {
    let oid = oid.to_id_string();
    match oid.as_str() {
        "1.2.840.10045.3.1.7" => "EC P-256, 256 bits".to_owned(),
        "1.3.132.0.34" => "EC P-384, 384 bits".to_owned(),
        "1.3.132.0.35" => "EC P-521, 521 bits".to_owned(),
        "1.3.132.0.10" => "EC secp256k1, 256 bits".to_owned(),
        _ => format!("EC, curve {oid}"),
    }
}

fn signature(oid: &Oid<'_>) -> String {
    let oid = oid.to_id_string();
    let known = SIGNATURES.iter().find(|(known, _)| *known == oid);
    known.map_or_else(
        || format!("algorithm {oid}"),
        |(_, name)| (*name).to_owned(),
    )
}

/// RFC 3279, RFC 4055, RFC 5758, RFC 8410.
const SIGNATURES: &[(&str, &str)] = &[
    ("1.2.840.113549.1.1.4", "RSA with MD5"),
    ("1.2.840.113549.1.1.5", "RSA with SHA-1"),
    ("1.2.840.113549.1.1.10", "RSA-PSS"),
    ("1.2.840.113549.1.1.11", "RSA with SHA-256"),
    ("1.2.840.113549.1.1.12", "RSA with SHA-384"),
    ("1.2.840.113549.1.1.13", "RSA with SHA-512"),
    ("1.2.840.113549.1.1.14", "RSA with SHA-224"),
    ("1.2.840.10045.4.1", "ECDSA with SHA-1"),
    ("1.2.840.10045.4.3.1", "ECDSA with SHA-224"),
    ("1.2.840.10045.4.3.2", "ECDSA with SHA-256"),
    ("1.2.840.10045.4.3.3", "ECDSA with SHA-384"),
    ("1.2.840.10045.4.3.4", "ECDSA with SHA-512"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
];

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

#[cfg(test)]
mod tests {
    use rustls::pki_types::CertificateDer;

    use super::Certificate;

    #[test]
    fn keys_and_signatures_have_their_usual_names() {
        for (algorithm, key, signature) in [
            (
                &rcgen::PKCS_ECDSA_P256_SHA256,
                "EC P-256, 256 bits",
                "ECDSA with SHA-256",
            ),
            (
                &rcgen::PKCS_ECDSA_P384_SHA384,
                "EC P-384, 384 bits",
                "ECDSA with SHA-384",
            ),
            (&rcgen::PKCS_ED25519, "Ed25519, 256 bits", "Ed25519"),
        ] {
            let pair = rcgen::KeyPair::generate_for(algorithm).unwrap();
            let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
            let certificate = Certificate::read(params.self_signed(&pair).unwrap().der());
            assert_eq!(
                (certificate.key.as_str(), certificate.signature.as_str()),
                (key, signature)
            );
        }
        let [rsa] = pem::parse_many(RSA).unwrap().try_into().unwrap();
        let rsa = Certificate::read(&CertificateDer::from(rsa.into_contents()));
        assert_eq!(rsa.key, "RSA, 2048 bits");
        assert_eq!(rsa.signature, "RSA with SHA-512");
    }

    #[test]
    fn a_certificate_in_pem_is_the_one_that_was_read() {
        let certificate = Certificate::read(&CertificateDer::from(vec![0xff; 100]));
        let written = pem::parse(certificate.pem()).unwrap();
        assert_eq!(written.tag(), "CERTIFICATE");
        assert_eq!(written.contents(), [0xff; 100]);
        assert_eq!(
            (certificate.key.as_str(), certificate.signature.as_str()),
            ("", "")
        );
    }

    /// `openssl req -x509 -newkey rsa:2048 -sha512 -subj /CN=client`
    const RSA: &str = include_str!("samples/rsa.pem");
}
