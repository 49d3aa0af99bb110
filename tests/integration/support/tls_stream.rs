//! A connection under TLS, of either side, over a socket that blocks.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};

use rustls::{Connection, HandshakeKind, SideData, Tcp, VecInput};

/// Type, version and length in front of every TLS record.
const RECORD_HEADER: usize = 5;

/// A connection under TLS whose handshake is done.
pub(crate) struct TlsStream<Side: SideData> {
    stream: TcpStream,
    connection: Connection<Side, Tcp>,
    /// Received, and not yet taken as a record.
    received: Vec<u8>,
    record: VecInput,
    plain: Vec<u8>,
    has_close_notify: bool,
}

impl<Side: SideData> TlsStream<Side> {
    /// Shakes hands, beginning with what is in `tls` to be sent and in `received` to be read.
    ///
    /// What TLS says, alerts of the peer too, is an error of the kind `InvalidData` that holds rustls's own.
    pub(super) fn shake_hands(
        mut stream: TcpStream,
        connection: Connection<Side, Tcp>,
        tls: &[u8],
        received: Vec<u8>,
    ) -> io::Result<Self> {
        stream.write_all(tls)?;
        let mut stream = Self {
            stream,
            connection,
            received,
            record: VecInput::default(),
            plain: Vec::new(),
            has_close_notify: false,
        };
        while stream.connection.is_handshaking() {
            stream.process_record()?;
        }
        Ok(stream)
    }

    pub(crate) fn connection(&self) -> &Connection<Side, Tcp> {
        &self.connection
    }

    pub(crate) fn is_resumed(&self) -> bool {
        matches!(
            self.connection.handshake_kind(),
            Some(HandshakeKind::Resumed | HandshakeKind::ResumedWithHelloRetryRequest)
        )
    }

    /// Whether the peer's close_notify has been read.
    pub(crate) fn has_close_notify(&self) -> bool {
        self.has_close_notify
    }

    pub(crate) fn socket(&self) -> &TcpStream {
        &self.stream
    }

    /// Writes the close_notify and, in the same write, octets in clear behind it.
    pub(crate) fn send_close_notify(&mut self, clear: &[u8]) -> io::Result<()> {
        let mut tls = Vec::new();
        let made = self.connection.send_close_notify(&mut tls);
        made.map_err(invalid)?;
        tls.extend(clear);
        self.stream.write_all(&tls)
    }

    /// Ends our direction, with the close_notify.
    pub(crate) fn end_sending(&mut self) -> io::Result<()> {
        self.send_close_notify(b"")?;
        self.stream.shutdown(Shutdown::Write)
    }

    /// Waits for the peer's close_notify: the socket, and what came in clear behind it.
    ///
    /// Octets under TLS in front of the close_notify are an error.
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

    /// Takes one record at a time: rustls drops what it is given behind a close_notify, and after CCC that is a line.
    fn process_record(&mut self) -> io::Result<()> {
        while self.received.len() < self.record_length() {
            let mut buffer = [0; 4096];
            match self.stream.read(&mut buffer)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => self.received.extend(&buffer[..count]),
            }
        }
        let record: Vec<u8> = self.received.drain(..self.record_length()).collect();
        let mut unread = &record[..];
        while !unread.is_empty() {
            self.record.read(&mut unread)?;
        }
        let mut tls = Vec::new();
        let state = self
            .connection
            .read_tls(&mut self.record, &mut tls)
            .handle_all(&mut self.plain);
        // An alert goes out before the error is told.
        let sent = self.stream.write_all(&tls);
        self.has_close_notify |= state.map_err(invalid)?.peer_has_closed();
        sent
    }

    /// Of what is no record, all that is there: rustls is to say so.
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

impl<Side: SideData> Read for TlsStream<Side> {
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

impl<Side: SideData> Write for TlsStream<Side> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let mut tls = Vec::new();
        let made = self.connection.write(octets.into(), &mut tls);
        made.map_err(invalid)?;
        self.stream.write_all(&tls)?;
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) fn invalid(error: rustls::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
