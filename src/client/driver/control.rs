//! The control connection: a socket that is read when it has something, and written to without ever waiting.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr};

use mio::net::TcpStream;
use socket2::SockRef;

use super::outgoing::Dialler;
use crate::client::Peer;

/// A control connection that was dialled and is open.
#[derive(Debug)]
pub(crate) struct ControlSocket {
    pub(super) stream: TcpStream,
    peer: Peer,
    own: SocketAddr,
    /// How it was dialled, and data connections are.
    pub(super) dialler: Dialler,
    /// Something may be there to be read.
    pub(super) is_readable: bool,
    /// What the system has not taken yet.
    unwritten: VecDeque<Piece>,
}

#[derive(Debug)]
struct Piece {
    bytes: Vec<u8>,
    is_urgent: bool,
}

impl ControlSocket {
    /// Takes over a connection that was dialled.
    pub(super) fn new(
        stream: std::net::TcpStream,
        peer: Peer,
        dialler: Dialler,
    ) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        // A server's urgent bytes are Telnet commands like any other: they are shown in their place.
        SockRef::from(&stream).set_out_of_band_inline(true)?;
        let own = stream.local_addr()?;
        Ok(Self {
            stream: TcpStream::from_std(stream),
            peer,
            own,
            dialler,
            is_readable: true,
            unwritten: VecDeque::new(),
        })
    }

    /// The server.
    pub(crate) fn peer(&self) -> &Peer {
        &self.peer
    }

    /// The address of this side.
    pub(crate) fn own(&self) -> SocketAddr {
        self.own
    }

    /// Reads what is there; `None` where nothing is.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Option<io::Result<usize>> {
        loop {
            return match self.stream.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.is_readable = false;
                    None
                }
                read => Some(read),
            };
        }
    }

    /// Writes in one piece, as far as the system takes it; the rest follows by [`ControlSocket::flush`]. Urgent bytes
    /// are the Telnet Synch (RFC 854).
    pub(super) fn write(&mut self, bytes: Vec<u8>, is_urgent: bool) -> io::Result<()> {
        self.unwritten.push_back(Piece { bytes, is_urgent });
        self.flush()
    }

    /// Writes what is left, as far as the system takes it.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        while let Some(piece) = self.unwritten.front_mut() {
            let written = if piece.is_urgent {
                SockRef::from(&self.stream).send_out_of_band(&piece.bytes)
            } else {
                self.stream.write(&piece.bytes)
            };
            match written {
                Ok(length) if length >= piece.bytes.len() => {
                    self.unwritten.pop_front();
                }
                Ok(length) => drop(piece.bytes.drain(..length)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => {
                    self.unwritten.clear();
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// How many bytes the system has not taken.
    pub(super) fn unwritten(&self) -> usize {
        self.unwritten.iter().map(|piece| piece.bytes.len()).sum()
    }

    /// Ends both directions.
    pub(super) fn close(&mut self) {
        self.unwritten.clear();
        self.is_readable = false;
        // An error means that the peer was quicker.
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}
