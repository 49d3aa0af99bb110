//! What may be shown of the bytes on the control connection: secrets are masked, in both directions.

use crate::client::observation::{ByteInterest, Connection, MovedBytes};
use crate::protocol::user_pi::UserPi;
use crate::protocol::verbs::DataDirection;
use crate::protocol::{MaskedBytes, ReceivedMask, SentMask};

/// The masks of one control connection, and whether anybody wants to see its bytes.
pub(super) struct ControlBytes {
    interest: ByteInterest,
    sent: SentMask,
    received: ReceivedMask,
}

/// Prints no bytes: a password may be among them.
impl std::fmt::Debug for ControlBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ControlBytes").finish_non_exhaustive()
    }
}

impl ControlBytes {
    pub(super) fn new(interest: ByteInterest) -> Self {
        Self {
            interest,
            sent: SentMask::default(),
            received: ReceivedMask::default(),
        }
    }

    /// Bytes go out.
    pub(super) fn take_sent(
        &mut self,
        bytes: &[u8],
        pi: &UserPi,
        under_tls: bool,
        urgent: bool,
    ) -> Option<MovedBytes> {
        let masked = self.sent.take(bytes, pi.learnt().secret_is_asked);
        self.moved(DataDirection::Sent, masked, under_tls, urgent)
    }

    /// What may be shown of bytes that are about to go out.
    pub(super) fn preview(&self) -> SentMask {
        self.sent.clone()
    }

    /// Bytes have come and have not been read yet.
    pub(super) fn take_received(
        &mut self,
        bytes: &[u8],
        pi: &UserPi,
        under_tls: bool,
    ) -> Option<MovedBytes> {
        if !self.interest.includes_control() {
            self.received.skip(bytes, pi.echo());
            return None;
        }
        let masked = pi.mask_received(&mut self.received, bytes);
        self.moved(DataDirection::Received, masked, under_tls, false)
    }

    /// Nothing more comes.
    pub(super) fn end_received(&mut self, under_tls: bool) -> Option<MovedBytes> {
        let masked = self.received.end();
        self.moved(DataDirection::Received, masked, under_tls, false)
    }

    fn moved(
        &self,
        direction: DataDirection,
        masked: MaskedBytes,
        under_tls: bool,
        urgent: bool,
    ) -> Option<MovedBytes> {
        (self.interest.includes_control() && !masked.is_empty()).then_some(MovedBytes {
            connection: Connection::Control,
            direction,
            under_tls,
            urgent,
            offset: 0,
            bytes: masked.bytes,
            secrets: masked.secrets,
        })
    }
}
