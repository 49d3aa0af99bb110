//! TLS between the octets of a loopback connection and their meaning; knows no socket.

use std::fmt;
use std::io::{self, Read, Write};
use std::sync::Arc;

use rustls::{HandshakeKind, ServerConnection};

use super::tickets::MarkedTickets;
use super::tls::{Handshake, LoopbackTls, SecuredSession};
use crate::tls::RecordInput;

/// The server's side of TLS on one connection.
pub(super) struct TlsLayer {
    connection: ServerConnection,
    tickets: Option<Arc<MarkedTickets>>,
    received: RecordInput,
    /// From the client, decrypted.
    plain: Vec<u8>,
    /// For the client.
    outgoing: Vec<u8>,
    has_close_notify: bool,
}

impl TlsLayer {
    pub(super) fn new(tls: &LoopbackTls, session: SecuredSession) -> io::Result<Self> {
        let (mut connection, tickets) = tls.connection(session).map_err(invalid)?;
        // Nothing waits in it: what it has to send is taken at once.
        connection.set_buffer_limit(None);
        Ok(Self {
            connection,
            tickets,
            received: RecordInput::default(),
            plain: Vec::new(),
            outgoing: Vec::new(),
            has_close_notify: false,
        })
    }

    pub(super) fn is_handshaking(&self) -> bool {
        self.connection.is_handshaking()
    }

    pub(super) fn handshake(&self) -> Handshake {
        let is_resumed = self.connection.handshake_kind() == Some(HandshakeKind::Resumed);
        let is_own = self
            .tickets
            .as_ref()
            .is_some_and(|tickets| tickets.is_own());
        if is_resumed && is_own {
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
        self.received.push(octets);
        while !self.has_close_notify
            && let Some(record) = self.next_record()
        {
            let processed = self.process(&record);
            // An alert, too.
            self.take_outgoing()?;
            processed?;
        }
        Ok(())
    }

    pub(super) fn encrypt(&mut self, octets: &[u8]) -> io::Result<()> {
        self.connection.writer().write_all(octets)?;
        self.take_outgoing()
    }

    pub(super) fn add_close_notify(&mut self) -> io::Result<()> {
        self.connection.send_close_notify();
        self.take_outgoing()
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
        self.plain.append(&mut self.received.take_rest());
        self.plain
    }

    fn next_record(&mut self) -> Option<Vec<u8>> {
        if self.received.is_in_clear() {
            // rustls is to say so, with an alert.
            return Some(self.received.take_rest());
        }
        self.received.show_next().then(|| {
            let record = self.received.shown().to_vec();
            self.received.take(record.len());
            record
        })
    }

    fn process(&mut self, mut octets: &[u8]) -> io::Result<()> {
        while !octets.is_empty() {
            self.connection.read_tls(&mut octets)?;
            let state = self.connection.process_new_packets().map_err(invalid)?;
            let mut plain = vec![0; state.plaintext_bytes_to_read()];
            self.connection.reader().read_exact(&mut plain)?;
            self.plain.append(&mut plain);
            self.has_close_notify = state.peer_has_closed();
        }
        Ok(())
    }

    fn take_outgoing(&mut self) -> io::Result<()> {
        while self.connection.wants_write() {
            self.connection.write_tls(&mut self.outgoing)?;
        }
        Ok(())
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
