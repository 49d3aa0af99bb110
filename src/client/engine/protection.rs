//! What protects the control connection, and its data connections with it (RFC 4217).
//!
//! ```text
//!          234, or at once         handshake, trust           CCC 2yz
//! InClear ----------------> AwaitingHandshake ------> On ----------------> AwaitingClear --> InClear
//!                                   \-> AwaitingTrust -^       REIN 220
//! ```

use std::io;
use std::time::Instant;

use crate::client::transfer::TransferResult;
use crate::protocol::parameters::ProtectionLevel;
use crate::tls::{Secured, TlsClient, TlsConnection, TlsFailure, TlsSettings};

use super::Engine;

/// How the control connection is protected.
pub(super) struct Protection {
    pub(super) host: String,
    pub(super) phase: Phase,
    /// Kept after a CCC too: data connections still resume its session.
    pub(super) tls: Option<Tls>,
    pub(super) control: Option<Secured>,
    data: Option<Secured>,
    /// AUTH began it, so that there is something said in clear to be forgotten.
    pub(super) was_agreed: bool,
}

/// TLS with this server.
pub(super) struct Tls {
    pub(super) client: TlsClient,
    pub(super) connection: TlsConnection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    InClear,
    AwaitingHandshake,
    /// The user is asked about the certificate.
    AwaitingTrust,
    On,
    /// The server may end TLS, and is waited for until then. `ccc` was accepted, or else REIN.
    AwaitingClear {
        until: Option<Instant>,
        ccc: bool,
    },
}

impl Protection {
    pub(super) fn new(host: &str) -> Self {
        Self {
            host: host.to_owned(),
            phase: Phase::InClear,
            tls: None,
            control: None,
            data: None,
            was_agreed: false,
        }
    }

    /// What is written now goes out encrypted.
    pub(super) fn is_on(&self) -> bool {
        matches!(
            self.phase,
            Phase::On | Phase::AwaitingClear { ccc: false, .. }
        )
    }

    /// What comes and goes on the control connection is for TLS.
    pub(super) fn covers_control(&self) -> bool {
        self.phase != Phase::InClear
    }

    pub(super) fn is_in_handshake(&self) -> bool {
        matches!(self.phase, Phase::AwaitingHandshake | Phase::AwaitingTrust)
    }

    pub(super) fn awaits_trust(&self) -> bool {
        self.phase == Phase::AwaitingTrust
    }

    pub(super) fn control(&self) -> Option<Secured> {
        self.control.clone().filter(|_| self.is_on())
    }

    pub(super) fn data(&self) -> Option<Secured> {
        self.data.clone()
    }

    pub(super) fn set_data(&mut self, secured: Secured) {
        self.data = Some(secured);
    }

    pub(super) fn configure(&mut self, settings: &TlsSettings) {
        if let Some(tls) = &mut self.tls {
            tls.client.configure(settings);
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.phase {
            Phase::AwaitingClear { until, .. } => until,
            _ => None,
        }
    }

    /// The TLS side of a data connection.
    fn secure_data(&mut self) -> Result<TlsConnection, TlsFailure> {
        let tls = self.tls.as_mut().ok_or(TlsFailure::NoControl)?;
        tls.client.secure_data(&mut tls.connection)
    }
}

impl Engine {
    /// Writes to the control connection as it is protected now.
    pub(super) fn write_control(&mut self, octets: &[u8]) -> io::Result<()> {
        self.write_protected(octets)?;
        self.tell_sent(octets, false);
        Ok(())
    }

    fn write_protected(&mut self, octets: &[u8]) -> io::Result<()> {
        let is_on = self.protection.is_on();
        let Some(tls) = self.protection.tls.as_mut().filter(|_| is_on) else {
            return self.control.send(octets);
        };
        let encrypted = tls.connection.encrypt(octets);
        encrypted.map_err(|failure| io::Error::other(failure.to_string()))?;
        self.flush_tls()
    }

    /// Says that nothing more comes from this side under TLS, if it was.
    pub(super) fn say_close_notify(&mut self) {
        let is_on = self.protection.phase != Phase::InClear;
        if let Some(tls) = self.protection.tls.as_mut().filter(|_| is_on) {
            // A connection that has failed already has nothing to announce, and nobody to announce it to.
            let _ = tls.connection.close();
            let _ = self.flush_tls();
        }
    }

    pub(super) fn flush_tls(&mut self) -> io::Result<()> {
        let output = self.protection.tls.as_mut();
        let output = output.map(|tls| tls.connection.take_output());
        match output.filter(|output| !output.is_empty()) {
            Some(output) => self.control.send(&output),
            None => Ok(()),
        }
    }

    /// PROT as it was accepted last.
    pub(super) fn protects_data(&self) -> bool {
        self.pi.learnt().parameters.protection == Some(ProtectionLevel::Private)
    }

    /// The transfer's command was written: under PROT P the handshake of its data connection begins.
    pub(super) fn protect_transfer(&mut self) {
        let is_private = self.protects_data();
        let Some(transfer) = self.transfer.as_mut().filter(|_| is_private) else {
            return;
        };
        match self.protection.secure_data() {
            Ok(tls) => transfer.protect(tls),
            Err(failure) => transfer.drop_connection(TransferResult::TlsFailed(failure)),
        }
    }
}
