//! TLS on the control connection: from the 234 that agrees on it to the way back to clear (RFC 4217).

use std::time::{Duration, Instant};

use crate::protocol::parameters::ProtectionLevel;
use crate::protocol::user_pi::Learnt;
use crate::tls::{Secured, TlsClient, TlsConnection, TlsFailure, TlsSettings};

/// How the control connection is protected.
#[derive(Debug)]
pub(super) struct Protection {
    host: String,
    pub(super) phase: Phase,
    /// Kept after a CCC too: data connections still resume its session.
    pub(super) tls: Option<Tls>,
    pub(super) control: Option<Secured>,
    pub(super) data: Option<Secured>,
    /// AUTH began it, so that there is something said in the clear to be forgotten.
    pub(super) was_agreed: bool,
}

/// TLS with this server.
#[derive(Debug)]
pub(super) struct Tls {
    pub(super) client: TlsClient,
    pub(super) connection: TlsConnection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    InClear,
    AwaitingHandshake,
    /// The certificate is examined.
    AwaitingVerdict,
    /// The user is asked about the certificate.
    AwaitingTrust,
    On,
    /// The server may end TLS, and is waited for until then. `ccc` was accepted, or else REIN.
    AwaitingTlsEnd {
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

    /// Begins the handshake; what is to be written lies in the connection's output.
    pub(super) fn begin(&mut self, settings: TlsSettings) -> Result<(), TlsFailure> {
        let client = TlsClient::new(&self.host, settings)?;
        let connection = client.secure_control()?;
        self.tls = Some(Tls { client, connection });
        self.phase = Phase::AwaitingHandshake;
        Ok(())
    }

    /// What is written now goes out encrypted.
    pub(super) fn is_on(&self) -> bool {
        matches!(
            self.phase,
            Phase::On | Phase::AwaitingTlsEnd { ccc: false, .. }
        )
    }

    /// What comes and goes on the control connection is for TLS.
    pub(super) fn covers_control(&self) -> bool {
        self.phase != Phase::InClear
    }

    pub(super) fn is_in_handshake(&self) -> bool {
        self.phase == Phase::AwaitingHandshake || self.awaits_decision()
    }

    /// The handshake is over, and the certificate is not believed yet.
    pub(super) fn awaits_decision(&self) -> bool {
        matches!(self.phase, Phase::AwaitingVerdict | Phase::AwaitingTrust)
    }

    /// Why the server may have ended the connection without a word.
    pub(super) fn silent_objection(&self) -> Option<TlsFailure> {
        let tls = self.tls.as_ref().filter(|_| self.covers_control())?;
        tls.connection.silent_objection()
    }

    pub(super) fn configure(&mut self, settings: &TlsSettings) {
        if let Some(tls) = &mut self.tls {
            tls.client.configure(settings);
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.phase {
            Phase::AwaitingTlsEnd { until, .. } => until,
            _ => None,
        }
    }

    /// The TLS side of a data connection.
    pub(super) fn secure_data(&mut self) -> Result<Box<TlsConnection>, TlsFailure> {
        let tls = self.tls.as_mut().ok_or(TlsFailure::NoControl)?;
        tls.client.secure_data(&mut tls.connection).map(Box::new)
    }

    /// PROT as it was accepted last.
    pub(super) fn covers_data(learnt: &Learnt) -> bool {
        learnt.parameters.protection == Some(ProtectionLevel::Private)
    }

    pub(super) fn take_output(&mut self) -> Vec<u8> {
        let output = self.tls.as_mut().map(|tls| tls.connection.take_output());
        output.unwrap_or_default()
    }

    /// Says that nothing more comes from this side under TLS, if it was. A connection that has failed already has
    /// nothing to announce.
    pub(super) fn announce_end(&mut self) {
        let is_on = self.covers_control();
        if let Some(tls) = self.tls.as_mut().filter(|_| is_on) {
            let _ = tls.connection.close();
        }
    }
}

/// How long the server may take to end TLS after CCC or REIN.
pub(super) const TLS_END_LIMIT: Duration = Duration::from_secs(1);
