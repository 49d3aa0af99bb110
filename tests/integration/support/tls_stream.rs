//! A connection under TLS, of either side, over a socket that blocks.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::ops::DerefMut;

use rustls::{ConnectionCommon, HandshakeKind, ServerConnection, SideData};

use super::sockets::is_timeout;
use super::tls_records::{Record, Sealer};

/// Type, version and length in front of every TLS record.
const RECORD_HEADER: usize = 5;

/// A connection under TLS whose handshake is done; `Connection` is rustls's for a client or for a server.
pub(crate) struct TlsStream<Connection> {
    stream: TcpStream,
    connection: Connection,
    /// Received, and not yet taken as a record.
    received: Vec<u8>,
    plain: Vec<u8>,
    has_close_notify: bool,
}

impl<Connection, Side> TlsStream<Connection>
where
    Connection: DerefMut<Target = ConnectionCommon<Side>>,
    Side: SideData,
{
    /// Shakes hands, beginning with what is in `received` to be read.
    ///
    /// What TLS says, alerts of the peer too, is an error of the kind `InvalidData` that holds rustls's own.
    pub(super) fn shake_hands(
        stream: TcpStream,
        connection: Connection,
        received: Vec<u8>,
    ) -> io::Result<Self> {
        let mut stream = Self {
            stream,
            connection,
            received,
            plain: Vec::new(),
            has_close_notify: false,
        };
        stream.send_tls(b"")?;
        while stream.connection.is_handshaking() {
            stream.process_record()?;
        }
        Ok(stream)
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(crate) fn is_resumed(&self) -> bool {
        self.connection.handshake_kind() == Some(HandshakeKind::Resumed)
    }

    /// Whether the peer's close_notify has been read.
    pub(crate) fn has_close_notify(&self) -> bool {
        self.has_close_notify
    }

    pub(crate) fn socket(&self) -> &TcpStream {
        &self.stream
    }

    /// Writes the close_notify and, in the same write, bytes in the clear after it.
    pub(crate) fn send_close_notify(&mut self, clear: &[u8]) -> io::Result<()> {
        self.connection.send_close_notify();
        self.send_tls(clear)
    }

    /// Writes bytes and, in the same write, others in the clear after them.
    pub(super) fn send_and_in_clear(&mut self, bytes: &[u8], clear: &[u8]) -> io::Result<()> {
        self.connection.writer().write_all(bytes)?;
        self.send_tls(clear)
    }

    /// Changes the keys of both directions so often.
    pub(super) fn update_keys(&mut self, count: usize) -> io::Result<()> {
        for _ in 0..count {
            self.connection.refresh_traffic_keys().map_err(invalid)?;
            self.send_tls(b"")?;
        }
        Ok(())
    }

    /// Ends our direction, with the close_notify.
    pub(crate) fn end_sending(&mut self) -> io::Result<()> {
        self.send_close_notify(b"")?;
        self.stream.shutdown(Shutdown::Write)
    }

    /// Waits for the peer's close_notify: the socket, and what came in the clear after it.
    ///
    /// Bytes under TLS in front of the close_notify are an error.
    pub(crate) fn into_clear(mut self) -> io::Result<(TcpStream, Vec<u8>)> {
        while !self.has_close_notify {
            self.process_record()?;
        }
        if self.plain.is_empty() {
            return Ok((self.stream, self.received));
        }
        let plain = self.plain.escape_ascii();
        Err(io::Error::other(format!("under TLS came \"{plain}\"")))
    }

    /// Takes one record at a time: rustls drops what it is given after a close_notify, and after CCC that is a line.
    fn process_record(&mut self) -> io::Result<()> {
        while self.received.len() < self.record_length() {
            let mut buffer = [0; 4096];
            match self.stream.read(&mut buffer)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => self.received.extend(&buffer[..count]),
            }
        }
        let record: Vec<u8> = self.received.drain(..self.record_length()).collect();
        let processed = self.process(&record);
        // An alert goes out before the error is told.
        let sent = self.send_tls(b"");
        processed.and(sent)
    }

    fn process(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.connection.read_tls(&mut bytes)?;
            let state = self.connection.process_new_packets().map_err(invalid)?;
            let mut plain = vec![0; state.plaintext_bytes_to_read()];
            self.connection.reader().read_exact(&mut plain)?;
            self.plain.extend(plain);
            self.has_close_notify = state.peer_has_closed();
        }
        Ok(())
    }

    /// Writes what TLS has to send and, in the same write, bytes in the clear after it.
    fn send_tls(&mut self, clear: &[u8]) -> io::Result<()> {
        let mut bytes = Vec::new();
        while self.connection.wants_write() {
            self.connection.write_tls(&mut bytes)?;
        }
        bytes.extend(clear);
        self.stream.write_all(&bytes)
    }

    /// Of what is not a record, all that is there: rustls is to say so.
    fn record_length(&self) -> usize {
        match self.received[..] {
            [20..=23, 3, _, high, low, ..] => {
                RECORD_HEADER + usize::from(u16::from_be_bytes([high, low]))
            }
            [_, _, _, _, _, ..] => self.received.len(),
            _ => RECORD_HEADER,
        }
    }
}

impl TlsStream<ServerConnection> {
    /// Sends this record until the client has gone.
    pub(super) fn flood(mut self, record: Record) -> io::Result<()> {
        let mut sealer = Sealer::take_over(self.connection)?;
        loop {
            let records: Vec<u8> = (0..100).flat_map(|_| sealer.seal(record)).collect();
            match self.stream.write_all(&records) {
                Ok(()) => {}
                Err(error) if is_timeout(&error) => return Err(error),
                Err(_) => return Ok(()),
            }
        }
    }
}

impl<Connection, Side> Read for TlsStream<Connection>
where
    Connection: DerefMut<Target = ConnectionCommon<Side>>,
    Side: SideData,
{
    /// 0 after a close_notify; `UnexpectedEof` where the connection ends without one.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.plain.is_empty() && !self.has_close_notify {
            self.process_record()?;
        }
        let count = self.plain.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.plain[..count]);
        self.plain.drain(..count);
        Ok(count)
    }
}

impl<Connection, Side> Write for TlsStream<Connection>
where
    Connection: DerefMut<Target = ConnectionCommon<Side>>,
    Side: SideData,
{
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.connection.writer().write(bytes)?;
        self.send_tls(b"")?;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) fn invalid(error: rustls::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
