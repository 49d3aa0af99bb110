//! Why there is no TLS, or no more.

use rustls::CertificateError;

use super::certificate::Fingerprint;
use super::client::TlsVersion;
use super::protocol::ProtocolVersion;
use super::server_hello::FirstAnswer;
use super::trust::AnotherCertificate;

/// What ends a TLS connection before its time.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TlsFailure {
    /// The server's bytes are not TLS.
    #[error("the server does not speak TLS here")]
    InClear {
        /// The bytes that came instead.
        bytes: Vec<u8>,
    },
    /// Bytes that were not encrypted came after the reply that agreed on TLS: somebody may have put them there.
    #[error(
        "bytes in the clear came after the reply that agreed on TLS, so somebody may have injected them"
    )]
    Injected,
    /// The server agreed to TLS once more, inside TLS.
    #[error("the server agreed to TLS a second time, which makes no sense inside TLS")]
    AgreedTwice,
    /// Ctrl-C.
    #[error("interrupted in the middle of the TLS handshake")]
    Interrupted,
    /// PROT P without an AUTH.
    #[error(
        "PROT P was accepted without AUTH TLS before it, so there is no TLS that a data connection could use. \
         AUTH TLS, PBSZ 0 and PROT P come in this order"
    )]
    NoControl,
    /// The server ended the connection in the middle of the handshake.
    #[error("the server ended the connection during the TLS handshake")]
    HandshakeCut,
    /// The server answered with a version that is too old.
    #[error(
        "the server speaks {version} at most, and ftpsh speaks TLS 1.2 and 1.3: older versions are broken (RFC 8996)"
    )]
    TooOld {
        /// What it answered with.
        version: ProtocolVersion,
    },
    /// The server refused every version that was offered (the alert protocol_version).
    #[error("the server refuses {} (protocol_version)", offered(*newest))]
    NoCommonVersion {
        /// The newest that was offered.
        newest: TlsVersion,
    },
    /// The server does not go on without a certificate of this side.
    #[error("{}, and {}", wants(*is_said), why_none(*is_unfit))]
    CertificateWanted {
        /// There is one, with a key whose signatures the server does not take.
        is_unfit: bool,
        /// The server said so; else it asked, and ended the connection without a word.
        is_said: bool,
    },
    /// The server does not go on with the certificate of this side.
    #[error(
        "the server does not accept the client certificate {subject} ({})",
        alert.as_deref().unwrap_or("it ended the connection without a word")
    )]
    CertificateRefused {
        /// Of the certificate.
        subject: String,
        /// What it said against it, by its name in the registry.
        alert: Option<String>,
    },
    /// No failure of anybody's: what the server answered to a ClientHello that only asked for that
    /// ([`TlsSettings::probe`](super::TlsSettings::probe)).
    #[error("the server was only asked which version it speaks")]
    Probed(FirstAnswer),
    /// The two sides found no common ground, or one of them broke the rules of TLS.
    #[error("TLS: {0}")]
    Protocol(rustls::Error),
    /// The certificate is not to be trusted.
    #[error("the server's certificate is not trusted: {reason} (SHA-256 {fingerprint})")]
    NotTrusted {
        /// Why not.
        reason: String,
        /// The hosts that it is for, if that is all that speaks against it.
        other_names: Vec<String>,
        /// Of the server's own certificate.
        fingerprint: Fingerprint,
    },
    /// The user was asked, and said no.
    #[error("the server's certificate is not trusted: you answered no")]
    Declined,
    /// Another certificate than the one that was trusted by hand for this host.
    #[error(
        "the server's certificate has CHANGED, and somebody may be intercepting the connection: {reason}"
    )]
    Changed {
        /// Why it is not trusted by itself.
        reason: String,
        /// Of the certificate that came now.
        fingerprint: Fingerprint,
        /// Of the one that was trusted.
        known: Fingerprint,
    },
    /// The data connection's certificate is not the control connection's.
    #[error(
        "the data connection shows a different certificate from the control connection (SHA-256 {fingerprint}), \
         so it does not lead to the same server"
    )]
    OtherCertificate {
        /// Of the data connection's certificate.
        fingerprint: Fingerprint,
    },
    /// The host cannot stand in a certificate.
    #[error("no certificate can name the host {host}")]
    HostName {
        /// As it was given.
        host: String,
    },
    /// The platform's roots cannot be had.
    #[error(
        "the platform's root certificates cannot be read: {reason}. Use --ca FILE to name your own"
    )]
    NoRoots {
        /// What the platform said.
        reason: String,
    },
}

impl TlsFailure {
    /// Whether the other side may not have spoken TLS at all. One that sends an alert, or that finds no common ground,
    /// has.
    #[must_use]
    pub fn may_be_of_no_tls(&self) -> bool {
        match self {
            Self::InClear { .. } | Self::HandshakeCut => true,
            Self::Protocol(error) => matches!(error, rustls::Error::InvalidMessage(_)),
            _ => false,
        }
    }
}

impl From<rustls::Error> for TlsFailure {
    fn from(error: rustls::Error) -> Self {
        if let rustls::Error::InvalidCertificate(CertificateError::Other(other)) = &error
            && let Some(another) = other.0.downcast_ref::<AnotherCertificate>()
        {
            let fingerprint = another.fingerprint;
            return Self::OtherCertificate { fingerprint };
        }
        Self::Protocol(error)
    }
}

fn offered(newest: TlsVersion) -> &'static str {
    match newest {
        TlsVersion::Tls12 => "TLS 1.2, the newest that `set tls-max` lets this side offer",
        TlsVersion::Tls13 => "TLS 1.2 and 1.3",
    }
}

fn wants(is_said: bool) -> &'static str {
    if is_said {
        "the server requires a client certificate"
    } else {
        "the server asked for a client certificate and then ended the connection, so it may require one"
    }
}

fn why_none(is_unfit: bool) -> &'static str {
    if is_unfit {
        "takes no signature of the key that there is: another kind of key is needed"
    } else {
        "none was shown. --cert FILE names one, --key FILE its key; at the prompt, `set tls-cert FILE` and \
         `set tls-key FILE` do"
    }
}
