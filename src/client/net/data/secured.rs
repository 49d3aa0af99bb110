//! The same work under TLS (PROT P, RFC 4217 section 9).
//!
//! ```text
//! Secure --> handshake --> Receive --> records ... close_notify, end of file
//!                     \--> Send ----> records ... close_notify, end of file
//! ```

use std::io::Write;
use std::sync::atomic::Ordering;

use crate::tls::TlsFailure;

use super::worker::{Halt, Worker, deliver, tell};
use super::{DataEvent, DataFailure};
use crate::protocol::verbs::DataDirection;

impl Worker {
    pub(super) fn is_in_handshake(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| !tls.is_open())
    }

    /// Goes on with the handshake as far as the peer lets it.
    pub(super) fn advance_handshake(
        &mut self,
        report: &mut dyn FnMut(DataEvent),
    ) -> Result<(), Halt> {
        self.flush()?;
        let length = match self.read() {
            Err(Halt::Ended) => return Err(failed(TlsFailure::HandshakeCut)),
            read => read?,
        };
        let Some(tls) = &mut self.tls else {
            return Ok(());
        };
        let received = tls.receive(&self.buffer[..length]);
        let secured = match received {
            Ok(()) if tls.is_open() => Some(tls.secured()),
            Ok(()) => None,
            Err(failure) => Some(Err(failure)),
        };
        // The last flight, or an alert that says why there is none; it fails if the peer is gone already.
        let flushed = self.flush();
        match secured {
            Some(Ok(secured)) => {
                self.slot.secured.store(true, Ordering::Release);
                report(DataEvent::Secured(secured));
            }
            Some(Err(failure)) => return Err(failed(failure)),
            None => {}
        }
        flushed
    }

    pub(super) fn receive_secured(
        &mut self,
        destination: &mut (dyn Write + Send),
    ) -> Result<(), Halt> {
        let Some(tls) = &mut self.tls else {
            return Ok(());
        };
        // The first data may have come along with the handshake.
        let plain = tls.take_plain();
        if !plain.is_empty() {
            tell(&mut self.tap, true, DataDirection::Received, &plain);
            return deliver(&self.slot, destination, &plain);
        }
        if tls.is_closed_by_peer() {
            // Whether the peer still listens does not matter any more.
            let _ = self.announce_end();
            return Err(Halt::Ended);
        }
        let length = match self.read() {
            Err(Halt::Ended) => return Err(Halt::Failed(DataFailure::NoCloseNotify)),
            read => read?,
        };
        let Some(tls) = &mut self.tls else {
            return Ok(());
        };
        let received = tls.receive(&self.buffer[..length]).map_err(failed);
        self.flush()?;
        received
    }

    /// Sends the first `length` octets of the buffer.
    pub(super) fn send_secured(&mut self, length: usize) -> Result<(), Halt> {
        let Some(tls) = &mut self.tls else {
            return Ok(());
        };
        tls.encrypt(&self.buffer[..length]).map_err(failed)?;
        self.flush()?;
        self.slot.octets.fetch_add(length as u64, Ordering::AcqRel);
        tell(
            &mut self.tap,
            true,
            DataDirection::Sent,
            &self.buffer[..length],
        );
        Ok(())
    }

    /// Says close_notify, so that the peer can tell the end of the file from a cut.
    pub(super) fn announce_end(&mut self) -> Result<(), Halt> {
        if let Some(tls) = &mut self.tls {
            tls.close().map_err(failed)?;
        }
        self.flush()
    }

    /// After an upload, takes the first `length` octets of the buffer: tickets, a close_notify, or the alert with which the
    /// peer throws the upload away.
    pub(super) fn hear_alert(&mut self, length: usize) -> Result<(), Halt> {
        let Some(tls) = &mut self.tls else {
            return Ok(());
        };
        let heard = tls.receive(&self.buffer[..length]);
        // The server has nothing to say here, and what it says all the same must not pile up.
        drop(tls.take_plain());
        if tls.is_closed_by_peer() {
            drop(tls.take_rest());
        }
        heard.map_err(|failure| {
            let error = std::io::Error::other(failure.to_string());
            Halt::Failed(DataFailure::Connection(error))
        })
    }

    fn flush(&mut self) -> Result<(), Halt> {
        let output = self.tls.as_mut().map(|tls| tls.take_output());
        self.write_all(&output.unwrap_or_default(), |_, _| {})
    }
}

fn failed(failure: TlsFailure) -> Halt {
    Halt::Failed(DataFailure::Tls(failure))
}
