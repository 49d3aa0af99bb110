//! TLS between the octets of a loopback connection and their meaning; knows no socket.

use std::fmt;
use std::io;

use rustls::{Connection, HandshakeKind, ServerSide, Tcp, VecInput};

use super::loopback_tls::{Handshake, LoopbackTls, SecuredSession};

/// Type, version and length in front of every TLS record.
const RECORD_HEADER: usize = 5;
/// From change_cipher_spec to application_data (RFC 8446 section 5.1).
const RECORD_KINDS: std::ops::RangeInclusive<u8> = 20..=23;
/// The upper half of every version.
const RECORD_VERSION: u8 = 3;

/// The server's side of TLS on one connection.
pub(super) struct TlsLayer {
    connection: Connection<ServerSide, Tcp>,
    session: SecuredSession,
    /// From the client, and not yet taken as a record.
    received: Vec<u8>,
    record: VecInput,
    /// From the client, decrypted.
    plain: Vec<u8>,
    /// For the client.
    outgoing: Vec<u8>,
    has_close_notify: bool,
}

impl TlsLayer {
    pub(super) fn new(tls: &LoopbackTls, session: SecuredSession) -> io::Result<Self> {
        let mut connection = Connection::new(tls.config()).map_err(invalid)?;
        let marked = connection.set_resumption_data(&session.mark());
        marked.map_err(invalid)?;
        Ok(Self {
            connection,
            session,
            received: Vec::new(),
            record: VecInput::default(),
            plain: Vec::new(),
            outgoing: Vec::new(),
            has_close_notify: false,
        })
    }

    pub(super) fn is_handshaking(&self) -> bool {
        self.connection.is_handshaking()
    }

    pub(super) fn handshake(&self) -> Handshake {
        let is_resumed = matches!(
            self.connection.handshake_kind(),
            Some(HandshakeKind::Resumed | HandshakeKind::ResumedWithHelloRetryRequest)
        );
        let mark = self.connection.side().received_resumption_data();
        if is_resumed && mark == Some(&self.session.mark()) {
            Handshake::Resumed
        } else {
            Handshake::Full
        }
    }

    pub(super) fn has_close_notify(&self) -> bool {
        self.has_close_notify
    }

    /// Takes octets of the client. What is to be sent, an alert before an error too, is in [`TlsLayer::outgoing`] then.
    ///
    /// One record at a time: rustls drops what it is given behind a close_notify, and after CCC that is a command.
    pub(super) fn receive(&mut self, octets: &[u8]) -> io::Result<()> {
        self.received.extend_from_slice(octets);
        while let Some(length) = self.record_length()
            && !self.has_close_notify
        {
            let record: Vec<u8> = self.received.drain(..length).collect();
            let mut unread = record.as_slice();
            while !unread.is_empty() {
                self.record.read(&mut unread)?;
            }
            let state = self
                .connection
                .read_tls(&mut self.record, &mut self.outgoing)
                .handle_all(&mut self.plain)
                .map_err(invalid)?;
            self.has_close_notify = state.peer_has_closed();
        }
        Ok(())
    }

    pub(super) fn encrypt(&mut self, octets: &[u8]) -> io::Result<()> {
        self.connection
            .write(octets.into(), &mut self.outgoing)
            .map_err(invalid)
    }

    pub(super) fn add_close_notify(&mut self) -> io::Result<()> {
        self.connection
            .send_close_notify(&mut self.outgoing)
            .map_err(invalid)
    }

    /// What is to be sent now.
    pub(super) fn outgoing(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.outgoing)
    }

    /// Decrypted octets; 0 once the client has sent its close_notify, `None` when more must be received first.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Option<usize> {
        let count = take_front(&mut self.plain, buffer);
        (count > 0 || self.has_close_notify).then_some(count)
    }

    /// What the client sent under TLS and was not read yet, and in clear behind its close_notify.
    pub(super) fn into_unread(mut self) -> Vec<u8> {
        self.plain.append(&mut self.received);
        self.plain
    }

    /// The length of the first record, once it is there as a whole; of all that is there, where it is none.
    fn record_length(&self) -> Option<usize> {
        let &[kind, version, _, high, low, ..] = self.received.as_slice() else {
            return None;
        };
        if !RECORD_KINDS.contains(&kind) || version != RECORD_VERSION {
            return Some(self.received.len());
        }
        let length = RECORD_HEADER + usize::from(u16::from_be_bytes([high, low]));
        (self.received.len() >= length).then_some(length)
    }
}

impl fmt::Debug for TlsLayer {
    /// Without the octets: a password may be among them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsLayer").finish_non_exhaustive()
    }
}

/// Moves as many octets as fit.
pub(super) fn take_front(octets: &mut Vec<u8>, buffer: &mut [u8]) -> usize {
    let count = octets.len().min(buffer.len());
    buffer[..count].copy_from_slice(&octets[..count]);
    octets.drain(..count);
    count
}

fn invalid(error: rustls::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
