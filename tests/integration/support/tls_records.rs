//! Records of TLS that rustls does not send by itself (RFC 8446 section 5).

use std::io;

use rustls::crypto::cipher::{MessageEncrypter, OutboundChunks, OutboundPlainMessage};
use rustls::{
    ConnectionTrafficSecrets, ContentType, ProtocolVersion, ServerConnection, SupportedCipherSuite,
};

use super::tls_stream::invalid;

/// What a server can send without end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Record {
    /// Application data of no bytes.
    Empty,
    /// The warning that goes before a close_notify, and means nothing (section 6.1).
    UserCanceled,
    /// A ticket to resume the session with (section 4.6.1). TLS 1.3 only.
    Ticket,
    /// A HelloRequest: the client is to begin another handshake. TLS 1.2 only.
    HelloRequest,
}

/// Encrypts records for the client of a connection whose hands are shaken.
pub(super) struct Sealer {
    encrypter: Box<dyn MessageEncrypter>,
    sent: u64,
}

impl Record {
    fn content(self) -> (ContentType, Vec<u8>) {
        match self {
            Self::Empty => (ContentType::ApplicationData, Vec::new()),
            Self::UserCanceled => (ContentType::Alert, vec![1, 90]),
            Self::Ticket => (ContentType::Handshake, ticket()),
            Self::HelloRequest => (ContentType::Handshake, vec![0; 4]),
        }
    }
}

impl Sealer {
    pub(super) fn take_over(connection: ServerConnection) -> io::Result<Self> {
        let suite = connection.negotiated_cipher_suite();
        let suite = suite.expect("hands are shaken");
        let secrets = connection.dangerous_extract_secrets().map_err(invalid)?;
        let (sent, secrets) = secrets.tx;
        let (ConnectionTrafficSecrets::Aes128Gcm { key, iv }
        | ConnectionTrafficSecrets::Aes256Gcm { key, iv }
        | ConnectionTrafficSecrets::Chacha20Poly1305 { key, iv }) = secrets
        else {
            return Err(io::Error::other("a cipher without a name"));
        };
        let encrypter = match suite {
            SupportedCipherSuite::Tls13(suite) => suite.aead_alg.encrypter(key, iv),
            SupportedCipherSuite::Tls12(suite) => {
                let fixed = suite.aead_alg.key_block_shape().fixed_iv_len;
                let (iv, explicit) = iv.as_ref().split_at(fixed);
                suite.aead_alg.encrypter(key, iv, explicit)
            }
        };
        Ok(Self { encrypter, sent })
    }

    pub(super) fn seal(&mut self, record: Record) -> Vec<u8> {
        let (typ, payload) = record.content();
        let message = OutboundPlainMessage {
            typ,
            version: ProtocolVersion::TLSv1_2,
            payload: OutboundChunks::Single(&payload),
        };
        let sealed = self.encrypter.encrypt(message, self.sent);
        self.sent += 1;
        sealed.expect("a short record can be sealed").encode()
    }
}

/// Kind and length, lifetime, age, nonce, the ticket of 1,000 bytes, no extensions.
fn ticket() -> Vec<u8> {
    let body = [
        &[0, 0, 14, 16, 0, 0, 0, 0, 1, 0][..],
        &1_000_u16.to_be_bytes(),
        &[7; 1_000],
        &[0, 0],
    ]
    .concat();
    let length = u32::try_from(body.len()).expect("it is short");
    [&[4], &length.to_be_bytes()[1..], &body[..]].concat()
}
