//! TLS on the control connection, from the 234 that agrees on it to the CCC that ends it (RFC 4217).
//!
//! ```text
//!          234, or at once         handshake, trust           CCC 2yz
//! InClear ----------------> AwaitingHandshake ------> On ----------------> AwaitingClear --> InClear
//!                                   \-> AwaitingTrust -^       REIN 220
//! ```

use std::io;
use std::time::{Duration, Instant};

use crate::net::tls::{
    Judgement, Secured, TlsClient, TlsConnection, TlsFailure, TlsSettings, Trust,
};
use crate::protocol::parameters::ProtectionLevel;
use crate::session::exchange::{Ending, News, TrustQuestion};
use crate::session::observation::Observation;
use crate::session::transfer::TransferResult;

use super::Engine;

/// How the control connection is protected.
pub(super) struct Protection {
    host: String,
    phase: Phase,
    /// Kept after a CCC too: data connections still resume its session.
    tls: Option<Tls>,
    control: Option<Secured>,
    data: Option<Secured>,
}

struct Tls {
    client: TlsClient,
    connection: TlsConnection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    InClear,
    AwaitingHandshake,
    /// The user is asked about the certificate.
    AwaitingTrust,
    On,
    /// The server may end TLS until then. `Ccc` was accepted, or else REIN.
    AwaitingClear {
        until: Instant,
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
            Phase::AwaitingClear { until, .. } => Some(until),
            _ => None,
        }
    }

    /// The TLS side of a data connection.
    fn secure_data(&mut self) -> Option<Result<TlsConnection, TlsFailure>> {
        let tls = self.tls.as_mut()?;
        Some(tls.client.secure_data(&mut tls.connection))
    }
}

impl Engine {
    /// Under implicit TLS the handshake comes before the greeting.
    pub(super) fn begin_implicit_tls(&mut self) {
        if self.settings.implicit_tls {
            self.begin_handshake();
        }
    }

    /// AUTH was answered with 234.
    pub(super) fn secure(&mut self) {
        if self.protection.phase != Phase::InClear {
            return;
        }
        if self.pi.has_unread_octets() {
            return self.fail_tls(&TlsFailure::Injected);
        }
        if let Some(waiting) = &mut self.waiting {
            waiting.securing = true;
        }
        self.begin_handshake();
    }

    fn begin_handshake(&mut self) {
        let settings = self.settings.tls.clone();
        let begun = TlsClient::new(&self.protection.host, settings).and_then(|client| {
            let connection = client.secure_control()?;
            Ok(Tls { client, connection })
        });
        match begun {
            Ok(tls) => {
                self.protection.tls = Some(tls);
                self.protection.phase = Phase::AwaitingHandshake;
                self.flush_tls();
            }
            Err(failure) => self.fail_tls(&failure),
        }
    }

    /// Takes what came on the control connection, and what it means under TLS.
    pub(super) fn take_wire(&mut self, octets: &[u8]) {
        let Some(tls) = self
            .protection
            .tls
            .as_mut()
            .filter(|_| self.connected && self.protection.phase != Phase::InClear)
        else {
            return self.take_octets(octets);
        };
        let received = tls.connection.receive(octets);
        self.flush_tls();
        if let Err(failure) = received {
            return self.take_tls_failure(failure);
        }
        if self.protection.phase == Phase::AwaitingHandshake {
            self.judge();
        }
        self.take_plain();
    }

    fn take_tls_failure(&mut self, failure: TlsFailure) {
        match (self.protection.phase, failure) {
            // The server goes back to clear without a word.
            (Phase::AwaitingClear { ccc: true, .. }, TlsFailure::InClear { octets }) => {
                self.go_on_in_clear(&octets);
            }
            (_, failure) => self.fail_tls(&failure),
        }
    }

    fn judge(&mut self) {
        let Some(tls) = self.protection.tls.as_mut() else {
            return;
        };
        if !tls.connection.is_open() {
            return;
        }
        match tls.client.judge(&mut tls.connection) {
            Ok(Judgement::Believed(secured)) => self.begin_protected(secured),
            Ok(Judgement::Doubtful(secured)) => self.ask_for_trust(secured),
            Err(failure) => self.fail_tls(&failure),
        }
    }

    fn ask_for_trust(&mut self, secured: Secured) {
        self.protection.phase = Phase::AwaitingTrust;
        self.protection.control = Some(secured.clone());
        let question = TrustQuestion::new(secured, self.inputs.clone());
        // Without anybody to ask the question is dropped, which is a no.
        if let Some(waiting) = &self.waiting {
            waiting.tell(News::TrustAsked(question));
        }
    }

    pub(super) fn take_trust(&mut self, believe: bool) {
        if self.protection.phase != Phase::AwaitingTrust {
            return;
        }
        let Some(secured) = self.protection.control.take() else {
            return;
        };
        if believe {
            self.begin_protected(secured);
            return self.take_plain();
        }
        let reason = match &secured.trust {
            Trust::Known(reason) | Trust::Unverified(reason) => reason.clone(),
            Trust::Verified => String::new(),
        };
        if let Some(own) = secured.chain.first() {
            let fingerprint = own.fingerprint;
            self.fail_tls(&TlsFailure::NotTrusted {
                reason,
                fingerprint,
            });
        }
    }

    fn begin_protected(&mut self, secured: Secured) {
        self.observe(&Observation::ControlSecured(&secured));
        self.protection.control = Some(secured);
        self.protection.phase = Phase::On;
        if let Some(waiting) = self.waiting.as_mut().filter(|waiting| waiting.securing) {
            waiting.securing = false;
            // A greeting under implicit TLS is still to come, and belongs to nothing that was said in clear.
            self.pi.begin_protected();
        }
    }

    /// Hands on what the server said under TLS, and notices that it has ended it.
    fn take_plain(&mut self) {
        if !self.protection.is_on() && !matches!(self.protection.phase, Phase::AwaitingClear { .. })
        {
            return;
        }
        let Some(tls) = self.protection.tls.as_mut() else {
            return;
        };
        let plain = tls.connection.take_plain();
        if !plain.is_empty() {
            self.take_octets(&plain);
        }
        let Phase::AwaitingClear { ccc, .. } = self.protection.phase else {
            return;
        };
        if let Some(tls) = self.protection.tls.as_mut()
            && tls.connection.is_closed_by_peer()
        {
            let rest = tls.connection.take_rest();
            // A CCC was answered with one at once; a second would be read as a line in clear.
            if !ccc {
                self.say_close_notify();
            }
            self.go_on_in_clear(&rest);
        }
    }

    /// CCC was accepted: this side ends TLS at once. Or REIN was: the server should end it.
    pub(super) fn clear(&mut self, ccc: bool) {
        if self.protection.phase != Phase::On {
            return;
        }
        if ccc {
            self.say_close_notify();
        }
        self.protection.phase = Phase::AwaitingClear {
            until: Instant::now() + CLEARING_LIMIT,
            ccc,
        };
        if let Some(waiting) = &mut self.waiting {
            waiting.securing = true;
        }
    }

    pub(super) fn pass_clearing_deadline(&mut self, now: Instant) {
        match self.protection.phase {
            Phase::AwaitingClear { until, ccc: true } if now >= until => self.go_on_in_clear(&[]),
            // pyftpdlib forgets the login and keeps TLS.
            Phase::AwaitingClear { until, ccc: false } if now >= until => {
                self.protection.phase = Phase::On;
                self.end_change();
                self.observe(&Observation::StillSecured);
            }
            _ => {}
        }
    }

    fn go_on_in_clear(&mut self, octets: &[u8]) {
        self.protection.phase = Phase::InClear;
        self.end_change();
        self.observe(&Observation::ControlCleared);
        if !octets.is_empty() {
            self.take_octets(octets);
        }
    }

    fn end_change(&mut self) {
        if let Some(waiting) = &mut self.waiting {
            waiting.securing = false;
        }
    }

    pub(super) fn fail_tls(&mut self, failure: &TlsFailure) {
        self.say_close_notify();
        self.protection.phase = Phase::InClear;
        self.observe(&Observation::TlsFailed(failure));
        self.settle_as(Ending::TlsFailed);
        self.drop_control();
    }

    /// Writes to the control connection as it is protected now.
    pub(super) fn write_control(&mut self, octets: &[u8]) -> io::Result<()> {
        self.write_protected(octets)?;
        self.tell_sent(octets, false);
        Ok(())
    }

    fn write_protected(&mut self, octets: &[u8]) -> io::Result<()> {
        let Some(tls) = self
            .protection
            .tls
            .as_mut()
            .filter(|_| self.protection.phase != Phase::InClear)
        else {
            return self.control.send(octets);
        };
        let encrypted = tls.connection.encrypt(octets);
        encrypted.map_err(|failure| io::Error::other(failure.to_string()))?;
        self.control.send(&tls.connection.take_output())
    }

    /// Says that nothing more comes from this side under TLS, if it was.
    pub(super) fn say_close_notify(&mut self) {
        let is_on = self.protection.phase != Phase::InClear;
        if let Some(tls) = self.protection.tls.as_mut().filter(|_| is_on) {
            // A connection that has failed already has nothing to announce.
            let _ = tls.connection.close();
            self.flush_tls();
        }
    }

    fn flush_tls(&mut self) {
        let output = self.protection.tls.as_mut();
        let output = output.map(|tls| tls.connection.take_output());
        let output = output.unwrap_or_default();
        // The reader hears of a connection that is gone.
        if !output.is_empty() {
            let _ = self.control.send(&output);
        }
    }

    /// The transfer's command was written: under PROT P the handshake of its data connection begins.
    pub(super) fn protect_transfer(&mut self) {
        let is_private = self.pi.learnt().parameters.protection == Some(ProtectionLevel::Private);
        let Some(transfer) = self.transfer.as_mut().filter(|_| is_private) else {
            return;
        };
        match self.protection.secure_data() {
            Some(Ok(tls)) => transfer.protect(tls),
            Some(Err(failure)) => transfer.drop_connection(TransferResult::TlsFailed(failure)),
            // PROT P without an AUTH is nothing that a server can mean.
            None => {}
        }
    }
}

/// How long the server may take to end TLS after CCC or REIN.
const CLEARING_LIMIT: Duration = Duration::from_secs(1);
