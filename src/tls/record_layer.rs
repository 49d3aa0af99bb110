//! The records of a control connection under TLS 1.3, once its handshake is done.
//!
//! A server may require that every data connection resumes the control session, and give two tickets for that
//! (ProFTPD does, and its resumed data connections bring no new ones). rustls gives every ticket out once. So this
//! connection keeps the NewSessionTicket messages that it receives, and hands them to rustls again for each data
//! connection; [`KernelConnection`] is the door that rustls offers for it. The keys and the ciphers stay rustls's.

use rustls::client::{ClientConnectionData, UnbufferedClientConnection};
use rustls::crypto::cipher::{
    InboundOpaqueMessage, MessageDecrypter, MessageEncrypter, OutboundChunks, OutboundPlainMessage,
};
use rustls::kernel::KernelConnection;
use rustls::{
    AlertDescription, ConnectionTrafficSecrets, ContentType, Error, PeerMisbehaved,
    ProtocolVersion, SupportedCipherSuite, Tls13CipherSuite,
};

pub(super) struct RecordLayer {
    keys: KernelConnection<ClientConnectionData>,
    suite: &'static Tls13CipherSuite,
    encrypter: Box<dyn MessageEncrypter>,
    sent_records: u64,
    decrypter: Box<dyn MessageDecrypter>,
    received_records: u64,
    /// The beginning of a handshake message that goes on in the next record.
    handshake: Vec<u8>,
    /// The NewSessionTicket messages, the next to use in front.
    tickets: std::collections::VecDeque<Vec<u8>>,
    /// The peer asked for a new key of ours, and has not been given it.
    key_update_is_due: bool,
}

/// What a record was.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Received {
    Plain(Vec<u8>),
    CloseNotify,
    /// Something between the two TLS sides.
    Internal,
}

impl RecordLayer {
    /// Takes over from a handshake that is complete.
    pub(super) fn take_over(connection: UnbufferedClientConnection) -> Result<Self, Error> {
        let (secrets, keys) = connection.dangerous_into_kernel_connection()?;
        let SupportedCipherSuite::Tls13(suite) = keys.negotiated_cipher_suite() else {
            return Err(Error::General("only TLS 1.3 is taken over".to_owned()));
        };
        let (sent_records, sending) = secrets.tx;
        let (received_records, receiving) = secrets.rx;
        Ok(Self {
            keys,
            suite,
            encrypter: encrypter(suite, sending)?,
            sent_records,
            decrypter: decrypter(suite, receiving)?,
            received_records,
            handshake: Vec::new(),
            tickets: std::collections::VecDeque::new(),
            key_update_is_due: false,
        })
    }

    /// Hands a ticket to rustls, for the next data connection to use; the last one that is left is used again.
    pub(super) fn renew_ticket(&mut self) -> Result<(), Error> {
        let Some(ticket) = self.tickets.front() else {
            return Ok(());
        };
        self.keys.handle_new_session_ticket(ticket)?;
        if self.tickets.len() > 1 {
            self.tickets.pop_front();
        }
        Ok(())
    }

    /// The records that carry these bytes.
    pub(super) fn encrypt(&mut self, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let mut records = Vec::with_capacity(plain.len() + MAX_RECORD_BYTES);
        for fragment in plain.chunks(FRAGMENT_BYTES) {
            if self.sent_records >= self.suite.common.confidentiality_limit {
                records.extend(self.update_sending_key()?);
            }
            records.extend(self.seal(ContentType::ApplicationData, fragment)?);
        }
        Ok(records)
    }

    pub(super) fn close_notify(&mut self) -> Result<Vec<u8>, Error> {
        self.seal(ContentType::Alert, &CLOSE_NOTIFY)
    }

    /// Takes one whole record.
    pub(super) fn receive(&mut self, record: &mut [u8]) -> Result<Received, Error> {
        let (header, payload) = record.split_at_mut(HEADER_BYTES);
        let kind = ContentType::from(header[0]);
        if kind == ContentType::ChangeCipherSpec {
            // RFC 8446 appendix D.4: it means nothing.
            return Ok(Received::Internal);
        }
        let message = InboundOpaqueMessage::new(kind, ProtocolVersion::TLSv1_2, payload);
        let message = self.decrypter.decrypt(message, self.received_records)?;
        self.received_records += 1;
        match message.typ {
            ContentType::ApplicationData => Ok(Received::Plain(message.payload.to_vec())),
            ContentType::Alert => match message.payload {
                [_, CLOSE_NOTIFY_DESCRIPTION] => Ok(Received::CloseNotify),
                // It goes before a close_notify, and means no more than that.
                [_, USER_CANCELED] => Ok(Received::Internal),
                [_, description] => Err(Error::AlertReceived(AlertDescription::from(*description))),
                _ => Err(PeerMisbehaved::IllegalTlsInnerPlaintext.into()),
            },
            ContentType::Handshake => {
                let payload = message.payload.to_vec();
                self.take_handshake(&payload)?;
                Ok(Received::Internal)
            }
            _ => Err(PeerMisbehaved::IllegalTlsInnerPlaintext.into()),
        }
    }

    /// Takes the messages between the TLS sides: tickets, and new keys (RFC 8446 section 4.6).
    fn take_handshake(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.handshake.extend_from_slice(bytes);
        if self.handshake.len() > MAX_HANDSHAKE_BYTES {
            return Err(PeerMisbehaved::TooManyKeyUpdateRequests.into());
        }
        while let Some(message) = take_message(&mut self.handshake) {
            let (header, body) = message.split_at(MESSAGE_HEADER_BYTES);
            match (header[0], body) {
                (NEW_SESSION_TICKET, ticket) => {
                    if self.tickets.len() == TICKETS_KEPT {
                        self.tickets.pop_front();
                    }
                    self.tickets.push_back(ticket.to_vec());
                }
                (KEY_UPDATE, [is_requested]) => {
                    let (received_records, secrets) = self.keys.update_rx_secret()?;
                    self.decrypter = decrypter(self.suite, secrets)?;
                    self.received_records = received_records;
                    self.key_update_is_due |= *is_requested == 1;
                }
                _ => return Err(PeerMisbehaved::IllegalTlsInnerPlaintext.into()),
            }
        }
        Ok(())
    }

    /// What the peer's messages ask for, once for any number of them (RFC 8446 section 4.6.3).
    pub(super) fn answer(&mut self) -> Result<Vec<u8>, Error> {
        if std::mem::take(&mut self.key_update_is_due) {
            self.update_sending_key()
        } else {
            Ok(Vec::new())
        }
    }

    /// The KeyUpdate that announces the new key is the last record under the old one.
    fn update_sending_key(&mut self) -> Result<Vec<u8>, Error> {
        let record = self.seal(ContentType::Handshake, &[KEY_UPDATE, 0, 0, 1, 0])?;
        let (sent_records, secrets) = self.keys.update_tx_secret()?;
        self.encrypter = encrypter(self.suite, secrets)?;
        self.sent_records = sent_records;
        Ok(record)
    }

    fn seal(&mut self, typ: ContentType, payload: &[u8]) -> Result<Vec<u8>, Error> {
        let message = OutboundPlainMessage {
            typ,
            version: ProtocolVersion::TLSv1_2,
            payload: OutboundChunks::Single(payload),
        };
        let record = self.encrypter.encrypt(message, self.sent_records)?;
        self.sent_records += 1;
        Ok(record.encode())
    }
}

impl std::fmt::Debug for RecordLayer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordLayer").finish_non_exhaustive()
    }
}

/// The first whole handshake message: a kind, three bytes of length, the body.
fn take_message(bytes: &mut Vec<u8>) -> Option<Vec<u8>> {
    let [_, high, middle, low] = bytes.first_chunk()?;
    let length = u32::from_be_bytes([0, *high, *middle, *low]) as usize;
    let whole = MESSAGE_HEADER_BYTES + length;
    (bytes.len() >= whole).then(|| bytes.drain(..whole).collect())
}

fn encrypter(
    suite: &Tls13CipherSuite,
    secrets: ConnectionTrafficSecrets,
) -> Result<Box<dyn MessageEncrypter>, Error> {
    let (key, iv) = key_and_iv(secrets)?;
    Ok(suite.aead_alg.encrypter(key, iv))
}

fn decrypter(
    suite: &Tls13CipherSuite,
    secrets: ConnectionTrafficSecrets,
) -> Result<Box<dyn MessageDecrypter>, Error> {
    let (key, iv) = key_and_iv(secrets)?;
    Ok(suite.aead_alg.decrypter(key, iv))
}

fn key_and_iv(
    secrets: ConnectionTrafficSecrets,
) -> Result<(rustls::crypto::cipher::AeadKey, rustls::crypto::cipher::Iv), Error> {
    match secrets {
        ConnectionTrafficSecrets::Aes128Gcm { key, iv }
        | ConnectionTrafficSecrets::Aes256Gcm { key, iv }
        | ConnectionTrafficSecrets::Chacha20Poly1305 { key, iv } => Ok((key, iv)),
        _ => Err(Error::General("a cipher without a name".to_owned())),
    }
}

const HEADER_BYTES: usize = 5;
const MESSAGE_HEADER_BYTES: usize = 4;
/// RFC 8446 section 5.1.
const FRAGMENT_BYTES: usize = 16 * 1024;
const MAX_RECORD_BYTES: usize = FRAGMENT_BYTES + 256 + HEADER_BYTES;
/// More than any ticket is long.
const MAX_HANDSHAKE_BYTES: usize = 256 * 1024;
const TICKETS_KEPT: usize = 8;
const NEW_SESSION_TICKET: u8 = 4;
const KEY_UPDATE: u8 = 24;
const CLOSE_NOTIFY_DESCRIPTION: u8 = 0;
const USER_CANCELED: u8 = 90;
/// Level "warning", description "close_notify" (RFC 8446 section 6.1).
const CLOSE_NOTIFY: [u8; 2] = [1, CLOSE_NOTIFY_DESCRIPTION];
