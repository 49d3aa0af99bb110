//! The versions of TLS that there have been, and the names of what is said in a handshake.

use std::fmt;

/// A version of TLS or SSL, as two bytes on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProtocolVersion {
    /// SSL 3.0 (RFC 6101), prohibited by RFC 7568.
    Ssl3,
    /// TLS 1.0 (RFC 2246), deprecated by RFC 8996.
    Tls10,
    /// TLS 1.1 (RFC 4346), deprecated by RFC 8996.
    Tls11,
    /// TLS 1.2 (RFC 5246).
    Tls12,
    /// TLS 1.3 (RFC 8446).
    Tls13,
}

impl ProtocolVersion {
    /// Every version, the oldest first.
    pub const ALL: [Self; 5] = [
        Self::Ssl3,
        Self::Tls10,
        Self::Tls11,
        Self::Tls12,
        Self::Tls13,
    ];

    /// The version of these two bytes.
    #[must_use]
    pub fn of_wire(bytes: [u8; 2]) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.wire() == bytes)
    }

    /// As two bytes: major and minor.
    #[must_use]
    pub fn wire(self) -> [u8; 2] {
        match self {
            Self::Ssl3 => [3, 0],
            Self::Tls10 => [3, 1],
            Self::Tls11 => [3, 2],
            Self::Tls12 => [3, 3],
            Self::Tls13 => [3, 4],
        }
    }

    /// Whether this program can speak it.
    #[must_use]
    pub fn is_spoken(self) -> bool {
        self >= Self::Tls12
    }
}

impl fmt::Display for ProtocolVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ssl3 => "SSL 3.0",
            Self::Tls10 => "TLS 1.0",
            Self::Tls11 => "TLS 1.1",
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
        })
    }
}

/// A cipher suite by its name in IANA's registry.
pub(super) fn cipher_suite_name(suite: rustls::CipherSuite) -> String {
    match suite.as_str() {
        // rustls writes `TLS13_` where the registry has `TLS_`.
        Some(name) => name.replacen("TLS13_", "TLS_", 1),
        None => format!("cipher suite 0x{:04X}", u16::from(suite)),
    }
}

/// A group of a key exchange by its name in IANA's registry.
pub(super) fn group_name(group: rustls::NamedGroup) -> String {
    match group {
        rustls::NamedGroup::X25519 => "x25519".to_owned(),
        rustls::NamedGroup::X448 => "x448".to_owned(),
        rustls::NamedGroup::Unknown(number) => format!("group 0x{number:04X}"),
        other => format!("{other:?}"),
    }
}

/// An alert by its name in IANA's registry, as `protocol_version`.
pub(super) fn alert_name(alert: rustls::AlertDescription) -> String {
    if let rustls::AlertDescription::Unknown(number) = alert {
        return format!("number {number}");
    }
    let mut name = String::new();
    let mut was_upper = true;
    for character in format!("{alert:?}").chars() {
        // `UnknownCA` is unknown_ca.
        if character.is_ascii_uppercase() && !was_upper {
            name.push('_');
        }
        was_upper = character.is_ascii_uppercase();
        name.push(character.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use rustls::{AlertDescription, CipherSuite, NamedGroup};

    use super::{ProtocolVersion, alert_name, cipher_suite_name, group_name};

    #[test]
    fn names_are_those_of_the_registry() {
        for (number, name) in [
            (0x0005, "TLS_RSA_WITH_RC4_128_SHA"),
            (0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
            (0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA"),
            (0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
            (0x1302, "TLS_AES_256_GCM_SHA384"),
            (0xfafa, "cipher suite 0xFAFA"),
        ] {
            assert_eq!(cipher_suite_name(CipherSuite::from(number)), name);
        }
        for (number, name) in [
            (0x17, "secp256r1"),
            (0x1d, "x25519"),
            (0x11ec, "X25519MLKEM768"),
            (0xfafa, "group 0xFAFA"),
        ] {
            assert_eq!(group_name(NamedGroup::from(number)), name);
        }
        for (number, name) in [
            (0, "close_notify"),
            (40, "handshake_failure"),
            (48, "unknown_ca"),
            (70, "protocol_version"),
            (113, "bad_certificate_status_response"),
            (116, "certificate_required"),
            (120, "no_application_protocol"),
            (250, "number 250"),
        ] {
            assert_eq!(alert_name(AlertDescription::from(number)), name);
        }
    }

    #[test]
    fn a_version_is_two_bytes_and_back() {
        for version in ProtocolVersion::ALL {
            assert_eq!(ProtocolVersion::of_wire(version.wire()), Some(version));
        }
        assert_eq!(ProtocolVersion::of_wire([3, 5]), None);
        assert_eq!(ProtocolVersion::of_wire([0x7f, 0x1c]), None);
    }
}
