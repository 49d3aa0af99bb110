//! From the 234 that agrees on TLS to the certificate that is believed.

use crate::client::exchange::{Ending, News, TrustQuestion};
use crate::client::observation::Observation;
use crate::tls::{Judgement, Secured, TlsClient, TlsFailure};

use super::Engine;
use super::protection::{Phase, Tls};

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
            return self.fail_tls(&TlsFailure::AgreedTwice);
        }
        if self.pi.has_unread_octets() {
            return self.fail_tls(&TlsFailure::Injected);
        }
        if let Some(waiting) = &mut self.waiting {
            waiting.securing = waiting.verb.is("AUTH");
        }
        self.protection.was_agreed = true;
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
                if let Err(error) = self.flush_tls() {
                    self.end_control(Some(&error));
                }
            }
            Err(failure) => self.fail_tls(&failure),
        }
    }

    /// Takes what came on the control connection, and what it means under TLS.
    pub(super) fn take_wire(&mut self, octets: &[u8]) {
        let is_clear = self.protection.phase == Phase::InClear;
        let Some(tls) = self
            .protection
            .tls
            .as_mut()
            .filter(|_| self.connected && !is_clear)
        else {
            return self.take_octets(octets);
        };
        let received = tls.connection.receive(octets);
        // A server that takes nothing any more will hear nothing either.
        if let Err(error) = self.flush_tls() {
            self.protection.phase = Phase::InClear;
            return self.end_control(Some(&error));
        }
        // What came whole in front of a failure still counts.
        self.take_plain();
        if let Err(failure) = received {
            return self.take_tls_failure(failure);
        }
        if self.protection.phase == Phase::AwaitingHandshake {
            self.judge();
            self.take_plain();
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
        let question = TrustQuestion::new(secured, self.shared.clone());
        // Without anybody to ask the question is dropped, which is a no.
        if let Some(waiting) = &self.waiting {
            waiting.tell(News::TrustAsked(question));
        }
    }

    pub(super) fn take_trust(&mut self, answer: Option<bool>) {
        if self.protection.phase != Phase::AwaitingTrust {
            return;
        }
        let Some(secured) = self.protection.control.take() else {
            return;
        };
        match answer {
            Some(true) => {
                self.begin_protected(secured);
                return self.take_plain();
            }
            Some(false) => return self.fail_tls(&TlsFailure::Declined),
            None => {}
        }
        let reason = secured.trust.reason().unwrap_or_default().to_owned();
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
        self.end_change();
        // A greeting under implicit TLS is still to come, and belongs to nothing that was said in clear.
        if std::mem::take(&mut self.protection.was_agreed) {
            self.pi.begin_protected();
            if self
                .waiting
                .as_ref()
                .is_some_and(|waiting| waiting.reply.is_none())
            {
                // It was sent in clear behind an AUTH that nobody waited for any more.
                self.settle_as(Ending::Unanswered);
            }
        }
        self.release_held();
    }

    /// What was held back during the handshake goes its way now: under TLS, or to a connection that is gone.
    fn release_held(&mut self) {
        for held in std::mem::take(&mut self.held) {
            self.take(held);
        }
    }

    pub(super) fn end_change(&mut self) {
        if let Some(waiting) = &mut self.waiting {
            waiting.securing = false;
        }
    }

    pub(super) fn fail_tls(&mut self, failure: &TlsFailure) {
        self.say_close_notify();
        self.protection.phase = Phase::InClear;
        self.observe(&Observation::TlsFailed(failure));
        let ending = match failure {
            TlsFailure::Interrupted => Ending::Interrupted,
            _ => Ending::TlsFailed,
        };
        self.settle_all_as(ending);
        self.drop_control();
        self.release_held();
    }
}
