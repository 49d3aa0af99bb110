//! A connection of the scripted server, in the clear or under TLS.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};

use rustls::ServerConnection;

use super::tls_stream::TlsStream;

pub(super) enum ScriptedStream {
    Clear(TcpStream),
    Secured(Box<TlsStream<ServerConnection>>),
}

impl ScriptedStream {
    pub(super) fn socket(&self) -> &TcpStream {
        match self {
            Self::Clear(stream) => stream,
            Self::Secured(stream) => stream.socket(),
        }
    }

    /// Ends our direction; under TLS with a close_notify.
    pub(super) fn end_sending(&mut self) -> io::Result<()> {
        match self {
            Self::Clear(stream) => stream.shutdown(Shutdown::Write),
            Self::Secured(stream) => stream.end_sending(),
        }
    }
}

impl Read for ScriptedStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Clear(stream) => stream.read(buffer),
            Self::Secured(stream) => stream.read(buffer),
        }
    }
}

impl Write for ScriptedStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Clear(stream) => stream.write(bytes),
            Self::Secured(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
