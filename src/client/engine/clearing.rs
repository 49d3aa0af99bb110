//! Back to clear: CCC (RFC 4217 section 5), REIN (section 13), and a server that ends TLS by itself.

use std::time::{Duration, Instant};

use crate::client::observation::Observation;
use crate::tls::TlsFailure;

use super::Engine;
use super::protection::Phase;

impl Engine {
    /// CCC was accepted: this side ends TLS at once. Or REIN was: the server should end it.
    pub(super) fn clear(&mut self, ccc: bool) {
        if self.protection.phase != Phase::On {
            return;
        }
        if ccc {
            self.say_close_notify();
        }
        self.protection.phase = Phase::AwaitingClear {
            until: Some(Instant::now() + CLEARING_LIMIT),
            ccc,
        };
        if let Some(waiting) = &mut self.waiting {
            waiting.securing = true;
        }
    }

    /// Hands on what the server said under TLS, and notices that it has ended it.
    pub(super) fn take_plain(&mut self) {
        if self.protection.is_in_handshake() {
            return;
        }
        let Some(tls) = self.protection.tls.as_mut() else {
            return;
        };
        let plain = tls.connection.take_plain();
        if !plain.is_empty() {
            self.take_octets(&plain);
        }
        let is_closed = self
            .protection
            .tls
            .as_ref()
            .is_some_and(|tls| tls.connection.is_closed_by_peer());
        match self.protection.phase {
            Phase::AwaitingClear { ccc, .. } if is_closed => {
                // A CCC was answered with a close_notify at once; a second would be read as a line in clear.
                if !ccc {
                    self.say_close_notify();
                }
                let tls = self.protection.tls.as_mut();
                let rest = tls.map(|tls| tls.connection.take_rest());
                self.go_on_in_clear(&rest.unwrap_or_default());
            }
            // Nothing more can come, and nothing that comes in clear may be believed.
            Phase::On if is_closed => {
                self.ended.get_or_insert(None);
            }
            _ => {}
        }
    }

    pub(super) fn take_tls_failure(&mut self, failure: TlsFailure) {
        match (self.protection.phase, failure) {
            // The server goes back to clear without a word.
            (Phase::AwaitingClear { ccc: true, .. }, TlsFailure::InClear { octets }) => {
                self.go_on_in_clear(&octets);
            }
            (_, failure) => self.fail_tls(&failure),
        }
    }

    pub(super) fn pass_clearing_deadline(&mut self, now: Instant) {
        match self.protection.phase {
            Phase::AwaitingClear {
                until: Some(until),
                ccc: true,
            } if now >= until => {
                // This side goes on in clear; the server's close_notify may still come.
                self.protection.phase = Phase::AwaitingClear {
                    until: None,
                    ccc: true,
                };
                self.tell_cleared();
            }
            // pyftpdlib forgets the login and keeps TLS.
            Phase::AwaitingClear {
                until: Some(until),
                ccc: false,
            } if now >= until => {
                self.protection.phase = Phase::On;
                self.end_change();
                self.observe(&Observation::StillSecured);
            }
            _ => {}
        }
    }

    fn go_on_in_clear(&mut self, octets: &[u8]) {
        let is_told = matches!(
            self.protection.phase,
            Phase::AwaitingClear { until: None, .. }
        );
        self.protection.phase = Phase::InClear;
        if !is_told {
            self.tell_cleared();
        }
        if !octets.is_empty() {
            self.take_octets(octets);
        }
    }

    fn tell_cleared(&mut self) {
        self.end_change();
        self.observe(&Observation::ControlCleared);
    }
}

/// How long the server may take to end TLS after CCC or REIN.
const CLEARING_LIMIT: Duration = Duration::from_secs(1);
