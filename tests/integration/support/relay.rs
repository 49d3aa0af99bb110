//! A relay in front of a real server: counts what passes on data connections, and can cut them.
//!
//! On the control connection nothing is changed but the port of a 227 or 229. Data connections that the client accepts
//! (PORT, EPRT) do not pass through it, nor do those offered under TLS, unless the relay stands beside the server.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::DEADLINE;
use super::relayed_session::Session;
use super::server_process::BESIDE;
use super::sockets::{accept_while, listen, port_of};

/// Which way bytes pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    ToServer,
    FromServer,
}

/// What becomes of the connections once enough bytes have passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    DataReset,
    /// In order, both ways; what still comes is read and thrown away.
    DataClosed,
    BothReset,
    /// In order, as `DataClosed`.
    BothClosed,
    /// The data connection stays open, and nothing more passes on it until [`Relay::let_go`] or a reset.
    DataWithheld,
}

/// Bytes that passed on one data connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DataBytes {
    pub(crate) to_server: u64,
    pub(crate) from_server: u64,
}

/// A running relay; dropping it resets what passes through it.
pub(crate) struct Relay {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Armed {
    direction: Direction,
    bytes_left: u64,
    cut: Cut,
}

pub(super) struct Shared {
    pub(super) server: SocketAddr,
    /// Data connections are under TLS: bytes are counted from the end of the handshake on.
    pub(super) is_beside: bool,
    is_over: AtomicBool,
    records: Mutex<Records>,
    cut_happened: Condvar,
    /// To which a data connection belongs that was not offered in the clear.
    latest: Mutex<Option<Arc<Session>>>,
}

#[derive(Default)]
pub(super) struct Records {
    armed: Option<Armed>,
    cuts: usize,
    pub(super) data: Vec<DataBytes>,
    pub(super) lines_to_server: Vec<String>,
    pub(super) lines_from_server: Vec<String>,
}

/// What is to go on, and whether everything ends after it.
pub(super) struct Passing {
    pub(super) bytes: Vec<u8>,
    pub(super) cut: Option<Cut>,
}

impl Relay {
    /// Listens on a free port of 127.0.0.1 and passes everything on to the server.
    pub(crate) fn start(server: SocketAddr) -> Self {
        let shared = Arc::new(Shared::of(server, false));
        Self::begin(listen(), shared)
    }

    /// Listens on an address of its own, on every port where the server listens: so it need not understand the 227. For
    /// servers that do TLS; only Linux has that address without setting it up.
    pub(crate) fn start_beside(server: SocketAddr, data_ports: RangeInclusive<u16>) -> Self {
        let shared = Arc::new(Shared::of(server, true));
        for port in data_ports {
            let listener = TcpListener::bind((BESIDE, port)).expect("nobody else uses it");
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                while let Ok(Some(client)) = accept_while(&listener, || !shared.is_over()) {
                    let Some(session) = shared.latest() else {
                        continue;
                    };
                    thread::spawn(move || session.relay_data(client, port));
                }
            });
        }
        // The server's own port: any other might be one that somebody else has reserved beside us.
        let listener = TcpListener::bind((BESIDE, server.port())).expect("nobody else uses it");
        Self::begin(listener, shared)
    }

    fn begin(listener: TcpListener, shared: Arc<Shared>) -> Self {
        let host = listener
            .local_addr()
            .map_or(Ipv4Addr::LOCALHOST.into(), |address| address.ip());
        let address = SocketAddr::new(host, port_of(&listener));
        thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                while let Ok(Some(client)) = accept_while(&listener, || !shared.is_over()) {
                    let session = Session::begin(&shared, client);
                    *shared.lock_latest() = session;
                }
            }
        });
        Self { address, shared }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Resets the control and the data connections of a session, both ways, once so many more data bytes have
    /// passed; later connections work as before.
    pub(crate) fn cut_after(&self, direction: Direction, bytes: u64) {
        self.cut(direction, bytes, Cut::BothReset);
    }

    /// As `cut_after`, but ends the connections in order.
    pub(crate) fn cut_with_fin_after(&self, direction: Direction, bytes: u64) {
        self.cut(direction, bytes, Cut::BothClosed);
    }

    /// As `cut_after`, in the way that is said.
    pub(crate) fn cut(&self, direction: Direction, bytes: u64, cut: Cut) {
        self.shared.records().armed = Some(Armed {
            direction,
            bytes_left: bytes,
            cut,
        });
    }

    /// Ends what was withheld, in order.
    pub(crate) fn let_go(&self) {
        if let Some(session) = self.shared.latest() {
            session.let_go();
        }
    }

    /// Waits until there were so many cuts since the start.
    pub(crate) fn wait_for_cuts(&self, cuts: usize) {
        let records = self.shared.records();
        let (records, _) = self
            .shared
            .cut_happened
            .wait_timeout_while(records, DEADLINE, |records| records.cuts < cuts)
            .unwrap_or_else(PoisonError::into_inner);
        assert!(records.cuts >= cuts, "no cut in time");
    }

    /// Of all data connections.
    pub(crate) fn data_bytes_to_server(&self) -> u64 {
        let records = self.shared.records();
        records.data.iter().map(|bytes| bytes.to_server).sum()
    }

    /// Of all data connections.
    pub(crate) fn data_bytes_from_server(&self) -> u64 {
        let records = self.shared.records();
        records.data.iter().map(|bytes| bytes.from_server).sum()
    }

    /// Of each data connection, in the order in which they were made.
    pub(crate) fn data_connections(&self) -> Vec<DataBytes> {
        self.shared.records().data.clone()
    }

    /// Commands, without their line ends; what is not UTF-8 as U+FFFD.
    pub(crate) fn control_lines_to_server(&self) -> Vec<String> {
        self.shared.records().lines_to_server.clone()
    }

    /// Lines of replies, as the server sent them.
    pub(crate) fn control_lines_from_server(&self) -> Vec<String> {
        self.shared.records().lines_from_server.clone()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        // It holds what is shared, and what is shared holds it.
        *self.shared.lock_latest() = None;
    }
}

impl Shared {
    fn of(server: SocketAddr, is_beside: bool) -> Self {
        Self {
            server,
            is_beside,
            is_over: AtomicBool::new(false),
            records: Mutex::default(),
            cut_happened: Condvar::new(),
            latest: Mutex::new(None),
        }
    }

    pub(super) fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    pub(super) fn tell_of_cut(&self) {
        self.records().cuts += 1;
        self.cut_happened.notify_all();
    }

    fn latest(&self) -> Option<Arc<Session>> {
        self.lock_latest().clone()
    }

    fn lock_latest(&self) -> MutexGuard<'_, Option<Arc<Session>>> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Records {
    pub(super) fn take_from_cut(&mut self, direction: Direction, bytes: &[u8]) -> Passing {
        let Some(armed) = self
            .armed
            .as_mut()
            .filter(|armed| armed.direction == direction)
        else {
            return Passing::uncut(bytes.to_vec());
        };
        let left = usize::try_from(armed.bytes_left).unwrap_or(usize::MAX);
        let passing = bytes.len().min(left);
        armed.bytes_left -= passing as u64;
        let is_due = armed.bytes_left == 0;
        Passing {
            bytes: bytes[..passing].to_vec(),
            cut: is_due
                .then(|| self.armed.take().map(|armed| armed.cut))
                .flatten(),
        }
    }
}

impl Passing {
    pub(super) fn uncut(bytes: Vec<u8>) -> Self {
        Self { bytes, cut: None }
    }
}
