//! What may be shown of the octets on the control connection: secrets are masked, in both directions.

use crate::client::observation::{Connection, MovedOctets, OctetInterest};
use crate::protocol::user_pi::UserPi;
use crate::protocol::verbs::DataDirection;
use crate::protocol::{MaskedOctets, ReceivedMask, SentMask};

/// The masks of one control connection, and whether anybody wants to see its octets.
pub(super) struct ControlOctets {
    interest: OctetInterest,
    sent: SentMask,
    received: ReceivedMask,
}

/// Prints no octets: a password may be among them.
impl std::fmt::Debug for ControlOctets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ControlOctets").finish_non_exhaustive()
    }
}

impl ControlOctets {
    pub(super) fn new(interest: OctetInterest) -> Self {
        Self {
            interest,
            sent: SentMask::default(),
            received: ReceivedMask::default(),
        }
    }

    /// Octets go out.
    pub(super) fn take_sent(
        &mut self,
        octets: &[u8],
        under_tls: bool,
        urgent: bool,
    ) -> Option<MovedOctets> {
        let masked = self.sent.take(octets);
        self.moved(DataDirection::Sent, masked, under_tls, urgent)
    }

    /// What may be shown of octets that are about to go out.
    pub(super) fn preview(&self) -> SentMask {
        self.sent.clone()
    }

    /// Octets have come and have not been read yet.
    pub(super) fn take_received(
        &mut self,
        octets: &[u8],
        pi: &UserPi,
        under_tls: bool,
    ) -> Option<MovedOctets> {
        if !self.interest.is_in_all() {
            self.received.skip(octets, pi.echo());
            return None;
        }
        let masked = pi.mask_received(&mut self.received, octets);
        self.moved(DataDirection::Received, masked, under_tls, false)
    }

    /// Nothing more comes.
    pub(super) fn end_received(&mut self, under_tls: bool) -> Option<MovedOctets> {
        let masked = self.received.end();
        self.moved(DataDirection::Received, masked, under_tls, false)
    }

    fn moved(
        &self,
        direction: DataDirection,
        masked: MaskedOctets,
        under_tls: bool,
        urgent: bool,
    ) -> Option<MovedOctets> {
        (self.interest.is_in_all() && !masked.is_empty()).then_some(MovedOctets {
            connection: Connection::Control,
            direction,
            under_tls,
            urgent,
            offset: 0,
            octets: masked.octets,
            secrets: masked.secrets,
        })
    }
}
