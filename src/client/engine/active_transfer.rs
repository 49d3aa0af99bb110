//! A transfer that owns the data connection, or waits for the server to make it.

use std::time::{Duration, Instant};

use crate::client::net::DataConnection;
use crate::client::progress::Progress;
use crate::client::transfer::{Joined, TransferResult};
use crate::protocol::ledger::EntryId;
use crate::protocol::verbs::DataDirection;
use crate::tls::TlsConnection;

pub(super) struct ActiveTransfer {
    pub(super) entry: EntryId,
    pub(super) id: u64,
    /// `None` until the server has connected to our port.
    pub(super) connection: Option<DataConnection>,
    pub(super) joined: Joined,
    /// A 1yz came.
    pub(super) begun: bool,
    /// The final reply came, and this was its success.
    pub(super) answered: Option<bool>,
    pub(super) result: Option<TransferResult>,
    /// This side dropped the connection, so nothing more can be learnt about it.
    dropped: bool,
    /// The server closed the connection before the transfer began.
    pub(super) closed_early: bool,
    pub(super) interrupts: u32,
    /// When the 1yz came.
    begun_at: Option<Instant>,
    /// When the observers are told next how far it has come.
    progress_at: Option<Instant>,
    /// How many octets there will be, if it is known.
    pub(super) whole: Option<u64>,
    /// When a download is read although no 1yz came: some servers send the data first.
    receive_at: Option<Instant>,
    /// The server refused or broke off a download; what is on its way may still come until then.
    pub(super) give_up_at: Option<Instant>,
    /// Until when the server may take to connect to our port.
    connect_until: Option<Instant>,
    octets_seen: u64,
    /// Under PROT P: nothing goes out before the handshake.
    pub(super) protected: bool,
    secured: bool,
    /// For the connection that the server has not made yet.
    tls: Option<TlsConnection>,
}

impl ActiveTransfer {
    pub(super) fn new(
        entry: EntryId,
        id: u64,
        connection: Option<DataConnection>,
        joined: Joined,
    ) -> Self {
        Self {
            entry,
            id,
            connection,
            joined,
            begun: false,
            answered: None,
            result: None,
            dropped: false,
            closed_early: false,
            interrupts: 0,
            begun_at: None,
            progress_at: None,
            whole: None,
            receive_at: None,
            give_up_at: None,
            connect_until: None,
            octets_seen: 0,
            protected: false,
            secured: false,
            tls: None,
        }
    }

    pub(super) fn direction(&self) -> DataDirection {
        self.joined.direction
    }

    /// Octets moved so far.
    pub(super) fn octets(&self) -> u64 {
        self.connection.as_ref().map_or(0, DataConnection::octets)
    }

    /// The command was written: the clocks of what should follow start.
    pub(super) fn start_clocks(&mut self, connect_limit: Option<Duration>) {
        let now = Instant::now();
        // The 1yz is waited for a moment, so that it is told before the data wherever the server sent it first.
        self.receive_at =
            (self.direction() == DataDirection::Received).then_some(now + PRELIMINARY_GRACE);
        self.connect_until = connect_limit
            .filter(|_| self.connection.is_none())
            .map(|limit| now + limit);
    }

    /// The server has connected to our port.
    pub(super) fn connect(&mut self, connection: DataConnection) {
        if let Some(tls) = self.tls.take() {
            connection.secure(tls);
        }
        self.connection = Some(connection);
        self.connect_until = None;
        if self.begun {
            self.move_data();
        }
    }

    /// Puts the data connection under TLS, now or as soon as it is made. An earlier command that was refused may have
    /// begun the handshake, or ended it.
    pub(super) fn protect(&mut self, tls: TlsConnection) {
        self.protected = true;
        match &self.connection {
            Some(connection) => {
                self.secured = connection.is_secured();
                connection.secure(tls);
            }
            None => self.tls = Some(tls),
        }
    }

    /// The handshake of the data connection is over.
    pub(super) fn secured(&mut self) {
        self.secured = true;
        if self.begun || self.answered == Some(true) {
            self.move_data();
        }
    }

    pub(super) fn is_in_handshake(&self) -> bool {
        self.protected && !self.secured
    }

    /// The server has begun the transfer, and the data connection stands as it should.
    pub(super) fn may_flow(&self) -> bool {
        self.begun && self.connection.is_some() && !self.is_in_handshake()
    }

    pub(super) fn reset(&self) {
        if let Some(connection) = &self.connection {
            connection.reset();
        }
    }

    pub(super) fn is_aborting(&self) -> bool {
        self.interrupts > 0
    }

    /// Nothing has touched the data connection.
    pub(super) fn is_untouched(&self) -> bool {
        !self.begun && self.octets() == 0
    }

    /// Data are coming in, and their end has not been seen.
    pub(super) fn is_receiving(&self) -> bool {
        self.direction() == DataDirection::Received && self.begun && self.result.is_none()
    }

    /// The next moment at which something is due.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let reading = self
            .receive_at
            .filter(|_| self.connection.is_some() && !self.is_in_handshake());
        let ending = [self.give_up_at, self.connect_until];
        let ending = ending
            .into_iter()
            .flatten()
            .filter(|_| self.result.is_none())
            .min();
        reading.into_iter().chain(ending).min()
    }

    /// Does what is due; tells whether the server's time to connect is over.
    pub(super) fn pass_deadlines(&mut self, now: Instant) -> bool {
        if self.connection.is_some() && self.receive_at.is_some_and(|at| now >= at) {
            self.receive();
        }
        if self.result.is_some() {
            return false;
        }
        if self.give_up_at.is_some_and(|at| now >= at) {
            self.drop_connection(TransferResult::StoppedByServer);
        }
        self.connect_until.take_if(|at| now >= *at).is_some()
    }

    /// Whether octets have moved since the last time this was asked.
    pub(super) fn has_moved(&mut self) -> bool {
        let octets = self.octets();
        std::mem::replace(&mut self.octets_seen, octets) != octets
    }

    /// The server began the transfer; a download will bring so many octets, if that is known. Not one octet of payload
    /// is written before that. Tells whether it is the first time and data can flow.
    pub(super) fn begin(&mut self, octets: Option<u64>) -> bool {
        let first = !std::mem::replace(&mut self.begun, true);
        if first {
            let now = Instant::now();
            self.begun_at = Some(now);
            self.progress_at = Some(now);
            self.whole = octets.or(self.joined.to_send);
        }
        self.move_data();
        first && self.may_flow()
    }

    /// How far it has come since its 1yz.
    pub(super) fn progress(&self) -> Option<Progress> {
        let octets = self.octets();
        Some(Progress {
            direction: self.direction(),
            octets,
            whole: self.whole.filter(|whole| *whole >= octets),
            elapsed: self.begun_at?.elapsed(),
        })
    }

    /// When the observers are to be told next how far it has come.
    pub(super) fn progress_due(&self) -> Option<Instant> {
        self.progress_at.filter(|_| self.result.is_none())
    }

    /// Whether they are to be told now; if so, it is due again a moment later.
    pub(super) fn is_progress_due(&mut self, now: Instant) -> bool {
        let is_due = self.progress_due().is_some_and(|at| now >= at);
        if is_due {
            self.progress_at = Some(now + PROGRESS_INTERVAL);
        }
        is_due
    }

    /// Reads the data, unless that has begun already.
    pub(super) fn receive(&mut self) {
        // Not before it is told that the data connection is under TLS.
        let Some(connection) = self.connection.as_ref().filter(|_| !self.is_in_handshake()) else {
            return;
        };
        if let (Some(_), Some(writer)) = (self.receive_at.take(), self.joined.writer()) {
            connection.receive(writer);
        }
    }

    fn move_data(&mut self) {
        self.receive();
        if self.is_in_handshake() {
            return;
        }
        if let (None, Some(connection)) = (&self.result, &self.connection)
            && let Some(source) = self.joined.take_source()
        {
            connection.send(source);
        }
    }

    pub(super) fn drop_connection(&mut self, result: TransferResult) {
        self.reset();
        self.dropped = true;
        self.result.get_or_insert(result);
    }

    /// Whether it is over, and known whether the server took it up at all.
    pub(super) fn is_decided(&self, connected: bool) -> bool {
        let known = self.begun || self.octets() > 0 || self.answered.is_some();
        self.result.is_some() && (known || self.dropped || !connected)
    }
}

/// A person sees no more than that.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);
const PRELIMINARY_GRACE: Duration = Duration::from_millis(150);
