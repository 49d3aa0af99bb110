//! Octets that are sent as they are, and every octet of the control connection for whoever wants to see them.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Instant;

use crate::client::exchange::{Ending, News, Outcome};
use crate::client::observation::{Observation, SentPiece};
use crate::client::octets::{Connection, MovedOctets, OctetTap, tap_of_data};
use crate::protocol::verbs::DataDirection;
use crate::protocol::{MaskedOctets, ReceivedMask, SentMask};

use super::Engine;
use super::waiting::Waiting;

/// Octets that go out in one write, as they are and without line end.
#[derive(Clone, PartialEq, Eq)]
pub struct RawOctets {
    /// The octets.
    pub octets: Vec<u8>,
    /// As urgent data (RFC 854); under TLS, which knows no urgent data, as any other octets.
    pub urgent: bool,
}

/// Prints no octets: a password may be among them.
impl std::fmt::Debug for RawOctets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawOctets({} octets)", self.octets.len())
    }
}

/// Sees the control connection.
pub(super) struct ControlTap {
    tap: Option<Arc<dyn OctetTap>>,
    sent: SentMask,
    received: ReceivedMask,
}

impl ControlTap {
    pub(super) fn new(tap: Option<Arc<dyn OctetTap>>) -> Self {
        Self {
            tap,
            sent: SentMask::default(),
            received: ReceivedMask::default(),
        }
    }

    fn opened(&self) -> Option<&dyn OctetTap> {
        self.tap.as_deref().filter(|tap| tap.is_open())
    }

    fn tell(&self, direction: DataDirection, masked: &MaskedOctets, under_tls: bool, urgent: bool) {
        if let Some(tap) = self.opened().filter(|_| !masked.is_empty()) {
            tap.moved(&MovedOctets {
                connection: Connection::Control,
                direction,
                under_tls,
                urgent,
                offset: 0,
                octets: &masked.octets,
                secrets: &masked.secrets,
            });
        }
    }
}

impl Engine {
    /// The tap for a data connection.
    pub(super) fn data_tap(&self) -> Option<crate::client::net::ConnectionTap> {
        self.control_tap.tap.clone().map(tap_of_data)
    }

    /// Octets have gone out on the control connection.
    pub(super) fn tell_sent(&mut self, octets: &[u8], urgent: bool) {
        let masked = self.control_tap.sent.take(octets);
        let under_tls = self.protection.is_on();
        self.control_tap
            .tell(DataDirection::Sent, &masked, under_tls, urgent);
    }

    /// Octets have come on the control connection, and have not been read yet.
    pub(super) fn tell_received(&mut self, octets: &[u8]) {
        if self.control_tap.opened().is_none() {
            return self.control_tap.received.skip(octets, self.pi.echo());
        }
        let masked = self
            .pi
            .mask_received(&mut self.control_tap.received, octets);
        let under_tls = self.protection.covers_control();
        self.control_tap
            .tell(DataDirection::Received, &masked, under_tls, false);
    }

    /// Nothing more comes.
    pub(super) fn tell_end_of_received(&mut self) {
        let masked = self.control_tap.received.end();
        let under_tls = self.protection.covers_control();
        self.control_tap
            .tell(DataDirection::Received, &masked, under_tls, false);
    }

    /// Sends octets as they are. Whoever asked waits for the reply to the last line that they end, if they end one.
    pub(super) fn begin_octets(&mut self, pieces: &[RawOctets], news: Sender<News>) {
        if self.turns_away(&news) {
            return;
        }
        self.settle_as(Ending::Interrupted);
        let octets: Vec<&[u8]> = pieces.iter().map(|piece| &piece.octets[..]).collect();
        let entered = self.pi.send_octets(&octets.concat());
        for (entry, command) in &entered {
            self.listen_for(command, *entry);
        }
        match (entered.first(), entered.last()) {
            (Some((first, _)), Some((last, command))) => {
                let mut waiting = Waiting::new(*last, command.verb(), news);
                waiting.first = *first;
                self.waiting = Some(waiting);
            }
            _ => drop(news.send(News::Settled(Outcome::without_reply()))),
        }
        self.last_movement = Instant::now();
        if let Err(error) = self.write_pieces(pieces) {
            self.end_control(Some(&error));
        }
    }

    fn write_pieces(&mut self, pieces: &[RawOctets]) -> io::Result<()> {
        let under_tls = self.protection.is_on();
        let mut mask = self.control_tap.sent.clone();
        let shown: Vec<SentPiece> = pieces
            .iter()
            .map(|piece| SentPiece {
                octets: mask.take(&piece.octets),
                urgent: piece.urgent && !under_tls,
                should_be_urgent: piece.urgent,
            })
            .collect();
        self.observe(&Observation::OctetsSent(&shown));
        for piece in pieces {
            if piece.urgent && !under_tls {
                self.write_urgent(&piece.octets)?;
            } else {
                self.write_control(&piece.octets)?;
            }
        }
        Ok(())
    }

    pub(super) fn write_in_clear(&mut self, octets: &[u8]) -> io::Result<()> {
        self.control.send(octets)?;
        self.tell_sent(octets, false);
        Ok(())
    }

    /// Writes urgent octets, which TLS does not know (RFC 4217 section 14).
    pub(super) fn write_urgent(&mut self, octets: &[u8]) -> io::Result<()> {
        self.control.send_urgent(octets)?;
        self.tell_sent(octets, true);
        Ok(())
    }
}
