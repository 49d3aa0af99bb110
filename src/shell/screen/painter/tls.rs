//! The shell's words for TLS.

use crate::client::Observation;
use crate::shell::config::locations::known_hosts_path;
use crate::shell::screen::escape::escape;
use crate::tls::{Certificate, Secured, TlsFailure, Trust};

use super::Tone;

/// One observation about TLS in words; `None` for those about something else.
pub(super) fn describe(observation: &Observation) -> Option<(Tone, String)> {
    Some(match observation {
        Observation::ControlSecured(secured) => match &secured.trust {
            Trust::Verified => (
                Tone::Note,
                match &secured.name {
                    None => format!("{}, certificate verified", agreed(secured)),
                    Some(name) => {
                        let name = escape(name.as_bytes());
                        format!("{}, certificate verified for {name}", agreed(secured))
                    }
                },
            ),
            Trust::Known(objection) => (
                Tone::Note,
                format!(
                    "{}, certificate trusted by you ({})",
                    agreed(secured),
                    escape(objection.reason.as_bytes())
                ),
            ),
            Trust::Unverified(objection) => (
                Tone::Warning,
                format!(
                    "{}, but NOT VERIFIED (--insecure): {}",
                    agreed(secured),
                    escape(objection.reason.as_bytes())
                ),
            ),
        },
        Observation::DataSecured(secured) => {
            let resumed = if secured.resumed {
                "the control session was resumed"
            } else {
                "new session, the control session was not resumed"
            };
            (
                Tone::Note,
                format!("data connection under {}, {resumed}", secured.version),
            )
        }
        Observation::TlsFailed(failure) => (Tone::Error, failed(failure)),
        Observation::TlsEnded => (
            Tone::Warning,
            "the control connection is in the clear again: anyone on the network path can read and change it"
                .to_owned(),
        ),
        Observation::StillSecured => (
            Tone::Note,
            "the server goes on under TLS (RFC 4217 section 13 would have it end with REIN)"
                .to_owned(),
        ),
        _ => return None,
    })
}

/// A certificate as labels and texts; a text without a label goes on with the one before. A line has so many bytes of
/// the fingerprint.
pub(crate) fn certificate_rows(
    certificate: &Certificate,
    fingerprint_bytes: usize,
) -> Vec<(&'static str, String)> {
    let safe = |text: &str| escape(text.as_bytes());
    let names = match certificate.names.len() {
        0 => "none".to_owned(),
        1..=NAMES_SHOWN => safe(&certificate.names.join(", ")),
        all => format!(
            "{} and {} more",
            safe(&certificate.names[..NAMES_SHOWN].join(", ")),
            all - NAMES_SHOWN
        ),
    };
    let (from, until) = (&certificate.valid_from, &certificate.valid_until);
    let mut rows = vec![
        ("subject", safe(&certificate.subject)),
        ("names", names),
        ("issuer", safe(&certificate.issuer)),
        ("valid", format!("{} to {} UTC", safe(from), safe(until))),
        ("key", safe(&certificate.key)),
        ("signature", safe(&certificate.signature)),
    ];
    let fingerprint = certificate.fingerprint.to_string();
    let mut rest = fingerprint.as_str();
    let mut label = "SHA-256";
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(fingerprint_bytes * "EB:".len()));
        rows.push((std::mem::take(&mut label), line.to_owned()));
        rest = after;
    }
    rows
}

/// Version, cipher suite.
pub(crate) fn agreed(secured: &Secured) -> String {
    format!("{}, {}", secured.version, secured.cipher_suite)
}

fn failed(failure: &TlsFailure) -> String {
    let text = escape(failure.to_string().as_bytes());
    match failure {
        TlsFailure::InClear { bytes } => {
            let line = bytes.split(|byte| *byte == b'\n').next();
            let line = line.unwrap_or_default().trim_ascii_end();
            let shown = escape(&line[..line.len().min(BYTES_SHOWN)]);
            // It agreed to TLS, and took the first line of the handshake for a command before it listened for one.
            let next = match line {
                [b'5', b'0'..=b'5', b'0'..=b'9', b' ' | b'-', ..] => {
                    ". It may have been too slow to change to TLS: `open` and AUTH TLS once more may do"
                }
                _ => "",
            };
            format!("{text}: it says \"{shown}\" in the clear. The connection was closed{next}")
        }
        TlsFailure::Changed {
            fingerprint, known, ..
        } => {
            let path = known_hosts_path().unwrap_or_default();
            let path = escape(path.as_os_str().as_encoded_bytes());
            format!(
                "{text}. The connection was closed\n\
                 shown now   SHA-256 {fingerprint}\n\
                 trusted     SHA-256 {known}\n\
                 if the change is right, remove the host's line from {path}"
            )
        }
        TlsFailure::NotTrusted { other_names, .. } => {
            let way = match other_names[..] {
                [] => "--ca FILE names roots to trust",
                _ => "--sni NAME wants the certificate for another name",
            };
            format!("{text}. The connection was closed. {way}, --insecure takes any certificate")
        }
        TlsFailure::TooOld { .. }
        | TlsFailure::NoCommonVersion { .. }
        | TlsFailure::HandshakeCut => {
            format!(
                "{text}. The connection was closed; `tls probe` shows which versions the server speaks"
            )
        }
        _ => format!("{text}. The connection was closed"),
    }
}

const BYTES_SHOWN: usize = 80;
const NAMES_SHOWN: usize = 20;
