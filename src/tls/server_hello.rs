//! What a server says first in answer to a ClientHello, read without a TLS library: rustls knows no version before 1.2,
//! and does not tell which one it was.

use rustls::{AlertDescription, CipherSuite, NamedGroup};

use super::protocol::{ProtocolVersion, alert_name, cipher_suite_name, group_name};

/// The first thing that a server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FirstAnswer {
    /// A ServerHello, or the HelloRetryRequest that stands in its place (RFC 8446 section 4.1.4).
    Hello(ServerHello),
    /// An alert that ends the handshake (RFC 8446 section 6.2), by its name in the registry.
    Alert(String),
    /// A record that holds neither.
    Unreadable,
    /// Bytes that are no record of TLS.
    InClear(Vec<u8>),
}

/// What a ServerHello has chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerHello {
    /// The version; two bytes if it is not known.
    pub version: Result<ProtocolVersion, [u8; 2]>,
    /// By its name in the registry.
    pub cipher_suite: String,
    /// The group of the key exchange, which only TLS 1.3 names here.
    pub group: Option<String>,
}

impl FirstAnswer {
    /// Reads the first bytes that came; `None` if there must be more of them.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let mut handshake = Vec::new();
        loop {
            let &kind = rest.first()?;
            if !CONTENT_TYPES.contains(&kind) {
                return Some(Self::InClear(rest.to_vec()));
            }
            let (header, after) = rest.split_first_chunk::<RECORD_HEADER_BYTES>()?;
            let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
            if header[1] != MAJOR_VERSION || length > MAX_RECORD_BYTES {
                return Some(Self::Unreadable);
            }
            let (record, after) = after.split_at_checked(length)?;
            rest = after;
            match kind {
                ALERT => match record {
                    // It ends nothing: unrecognized_name comes so, in front of the ServerHello (RFC 6066 section 3).
                    [WARNING, description] if *description != CLOSE_NOTIFY => {}
                    [_, description] => {
                        return Some(Self::Alert(alert_name(AlertDescription::from(
                            *description,
                        ))));
                    }
                    _ => return Some(Self::Unreadable),
                },
                HANDSHAKE => {
                    handshake.extend_from_slice(record);
                    match message(&handshake) {
                        Ok(Some(message)) => {
                            let hello = ServerHello::read(message);
                            return Some(hello.map_or(Self::Unreadable, Self::Hello));
                        }
                        Ok(None) if !record.is_empty() => {}
                        _ => return Some(Self::Unreadable),
                    }
                }
                _ => return Some(Self::Unreadable),
            }
        }
    }
}

impl ServerHello {
    /// Reads the body of the message (RFC 5246 section 7.4.1.3, RFC 8446 section 4.1.3).
    fn read(body: &[u8]) -> Option<Self> {
        let (legacy_version, rest) = body.split_first_chunk::<2>()?;
        let (_random, rest) = rest.split_at_checked(RANDOM_BYTES)?;
        let (&session_bytes, rest) = rest.split_first()?;
        let (_session, rest) = rest.split_at_checked(usize::from(session_bytes))?;
        let (cipher_suite, rest) = rest.split_first_chunk::<2>()?;
        let (_compression, rest) = rest.split_first()?;
        let extensions = Extensions::read(rest)?;
        let version = extensions.version.unwrap_or(*legacy_version);
        Some(Self {
            version: ProtocolVersion::of_wire(version).ok_or(version),
            cipher_suite: cipher_suite_name(CipherSuite::from(u16::from_be_bytes(*cipher_suite))),
            group: extensions
                .group
                .map(|group| group_name(NamedGroup::from(u16::from_be_bytes(group)))),
        })
    }
}

/// Those that say something about the version or the key exchange.
#[derive(Default)]
struct Extensions {
    version: Option<[u8; 2]>,
    group: Option<[u8; 2]>,
}

impl Extensions {
    /// There may be none at all; `None` if they do not end where they should.
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut extensions = Self::default();
        if bytes.is_empty() {
            return Some(extensions);
        }
        let (length, mut rest) = bytes.split_first_chunk::<2>()?;
        if usize::from(u16::from_be_bytes(*length)) != rest.len() {
            return None;
        }
        while !rest.is_empty() {
            let (header, after) = rest.split_first_chunk::<4>()?;
            let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
            let (content, after) = after.split_at_checked(length)?;
            match u16::from_be_bytes([header[0], header[1]]) {
                SUPPORTED_VERSIONS => extensions.version = Some(content.try_into().ok()?),
                // A HelloRetryRequest has the group alone, a ServerHello the server's share after it.
                KEY_SHARE => extensions.group = Some(*content.first_chunk()?),
                _ => {}
            }
            rest = after;
        }
        Some(extensions)
    }
}

/// The body of the ServerHello that handshake messages begin with; `Ok(None)` if it has not come whole.
fn message(handshake: &[u8]) -> Result<Option<&[u8]>, NotAServerHello> {
    match handshake {
        [] => Ok(None),
        [SERVER_HELLO, high, middle, low, body @ ..] => {
            let length = u32::from_be_bytes([0, *high, *middle, *low]) as usize;
            if length > MAX_RECORD_BYTES {
                return Err(NotAServerHello);
            }
            Ok(body.get(..length))
        }
        [SERVER_HELLO, ..] => Ok(None),
        _ => Err(NotAServerHello),
    }
}

struct NotAServerHello;

/// change_cipher_spec, alert, handshake, application_data.
const CONTENT_TYPES: std::ops::RangeInclusive<u8> = 20..=23;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const SERVER_HELLO: u8 = 2;
const WARNING: u8 = 1;
const CLOSE_NOTIFY: u8 = 0;
const SUPPORTED_VERSIONS: u16 = 43;
const KEY_SHARE: u16 = 51;
/// Of every version since SSL 3.0.
const MAJOR_VERSION: u8 = 3;
const RECORD_HEADER_BYTES: usize = 5;
const RANDOM_BYTES: usize = 32;
/// RFC 5246 section 6.2.3; no ServerHello is longer either.
const MAX_RECORD_BYTES: usize = (1 << 14) + 2048;

#[cfg(test)]
mod tests;
