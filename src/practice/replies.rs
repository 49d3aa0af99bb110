//! Replies on a control connection, with the faults that change how they are written.

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::faults::{Fault, Faults};
use super::hostile;
use crate::practice::loopback::LoopbackConnection;

/// Replies whose text is a value that clients read; hostile text would only make them unreadable.
const VALUES: [u16; 3] = [213, 227, 229];

/// Writes the replies of one session; whole replies, also when two threads have one to write.
#[derive(Debug)]
pub(super) struct Replies {
    connection: Mutex<LoopbackConnection>,
    in_pieces: bool,
    hostile: bool,
}

impl Replies {
    pub(super) fn new(connection: LoopbackConnection, faults: &Faults) -> Self {
        Self {
            connection: Mutex::new(connection),
            in_pieces: faults.has(&Fault::ReplyInPieces),
            hostile: faults.has(&Fault::HostileText),
        }
    }

    /// Writes a reply of one line.
    pub(super) fn send(&self, code: u16, text: &[u8]) {
        let mut reply = format!("{code} ").into_bytes();
        reply.extend_from_slice(text);
        self.finish(code, reply);
    }

    /// Writes a reply of several lines; those of the body are indented by one space.
    pub(super) fn send_lines<L: AsRef<[u8]>>(
        &self,
        code: u16,
        first: &[u8],
        body: impl IntoIterator<Item = L>,
        last: &[u8],
    ) {
        let mut reply = [format!("{code}-").as_bytes(), first, b"\r\n"].concat();
        for line in body {
            reply.push(b' ');
            reply.extend_from_slice(line.as_ref());
            reply.extend_from_slice(b"\r\n");
        }
        reply.extend_from_slice(format!("{code} ").as_bytes());
        reply.extend_from_slice(last);
        self.finish(code, reply);
    }

    /// Writes replies as they are.
    pub(super) fn send_wire(&self, replies: &[u8]) {
        // A client that is gone is noticed by whoever reads the connection.
        let _ = self.write(replies);
    }

    /// Writes a reply and, in the same segment, one that nobody asked for.
    pub(super) fn send_with_another(&self, code: u16, text: &[u8], another: &[u8]) {
        let reply = [format!("{code} ").as_bytes(), text, b"\r\n", another].concat();
        self.finish(code, reply);
    }

    /// Ends the control connection in order; under TLS with a close_notify.
    pub(super) fn close(&self) {
        let connection = self.connection();
        // An error means that the client was quicker.
        let _ = connection.send_close_notify();
        connection.close();
    }

    /// Ends the control connection with a reset once all its handles are dropped.
    pub(super) fn reset_on_drop(&self) {
        // An error means that the client was quicker.
        let _ = self.connection().reset_on_drop();
    }

    fn finish(&self, code: u16, mut reply: Vec<u8>) {
        if self.hostile && !VALUES.contains(&code) {
            reply.extend_from_slice(hostile::TEXT);
        }
        reply.extend_from_slice(b"\r\n");
        // A client that is gone is noticed by whoever reads the connection.
        let _ = self.write(&reply);
    }

    fn write(&self, reply: &[u8]) -> io::Result<()> {
        let mut connection = self.connection();
        if !self.in_pieces {
            return connection.write_all(reply);
        }
        for octet in reply.chunks(1) {
            connection.write_all(octet)?;
            connection.flush()?;
        }
        Ok(())
    }

    fn connection(&self) -> MutexGuard<'_, LoopbackConnection> {
        // A connection has no state that a panic could leave half changed.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
