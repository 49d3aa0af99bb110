//! Tickets that say which session they belong to, in TLS 1.2 and 1.3 alike.
//!
//! rustls tells only of TLS 1.3 what a ticket carried. So the mark goes under the ticket's own encryption.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::server::ProducesTickets;

/// The tickets of one connection.
#[derive(Debug)]
pub(super) struct MarkedTickets {
    tickets: Arc<dyn ProducesTickets>,
    /// Only the server can write it into a ticket.
    mark: [u8; 8],
    is_own: AtomicBool,
}

impl MarkedTickets {
    pub(super) fn new(tickets: Arc<dyn ProducesTickets>, mark: [u8; 8]) -> Self {
        Self {
            tickets,
            mark,
            is_own: AtomicBool::new(false),
        }
    }

    /// Whether the last ticket that could be read has the same mark.
    pub(super) fn is_own(&self) -> bool {
        self.is_own.load(Ordering::Relaxed)
    }
}

impl ProducesTickets for MarkedTickets {
    fn enabled(&self) -> bool {
        self.tickets.enabled()
    }

    fn lifetime(&self) -> u32 {
        self.tickets.lifetime()
    }

    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        self.tickets.encrypt(&[&self.mark, plain].concat())
    }

    fn decrypt(&self, ticket: &[u8]) -> Option<Vec<u8>> {
        let marked = self.tickets.decrypt(ticket)?;
        let (mark, plain) = marked.split_first_chunk()?;
        self.is_own.store(*mark == self.mark, Ordering::Relaxed);
        Some(plain.to_vec())
    }
}
