//! The data connection while no transfer uses it: dialled, awaited, open, or sent whole.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::client::net::{Awaited, DataConnection, DataEvent, DataListener};
use crate::protocol::data_port::DataPort;
use crate::protocol::ledger::EntryId;

use super::{DataState, Input, SharedEngine};

/// At most one data connection is open, and at most one is on its way.
#[derive(Default)]
pub(super) struct DataSide {
    pub(super) open: Option<(u64, DataConnection)>,
    pub(super) dialling: Option<Dialling>,
    pub(super) listening: Option<Listening>,
    /// A port that `listen` opened for the PORT or EPRT that it is about to send.
    pub(super) reserved: Option<DataListener>,
    /// An upload that was sent whole; kept until the next transfer, so that the server closes first.
    pub(super) sent: Option<(u64, DataConnection)>,
    /// The server has not closed its side of `sent` yet.
    pub(super) receipt_is_owed: bool,
    next_id: u64,
}

/// Passive mode: a reply offered a port.
pub(super) struct Dialling {
    pub(super) id: u64,
    pub(super) address: SocketAddr,
    pub(super) offered: DataPort,
    pub(super) ignored_host: Option<IpAddr>,
}

/// Active mode: PORT or EPRT went out, and the server has not connected yet.
pub(super) struct Listening {
    pub(super) id: u64,
    /// The PORT or EPRT; if it is refused, nobody will come.
    pub(super) asked_by: EntryId,
    pub(super) address: SocketAddr,
    _awaited: Awaited,
}

impl DataSide {
    pub(super) fn dial(
        &mut self,
        address: SocketAddr,
        offered: DataPort,
        ignored_host: Option<IpAddr>,
        shared: SharedEngine,
    ) {
        let id = self.take_id();
        let failed = shared.clone();
        if let Err(error) = DataConnection::dial(address, DIAL_LIMIT, reporting(id, shared)) {
            failed.post(Input::Data(id, DataEvent::NotOpened(error)));
        }
        self.dialling = Some(Dialling {
            id,
            address,
            offered,
            ignored_host,
        });
    }

    /// Waits for the server (or for anybody, if `None`) on a port that is open already.
    pub(super) fn listen(
        &mut self,
        listener: DataListener,
        server: Option<IpAddr>,
        asked_by: EntryId,
        shared: SharedEngine,
    ) -> io::Result<()> {
        let id = self.take_id();
        let address = listener.address();
        let mut give = reporting(id, shared.clone());
        // While the port is open, whoever works for the engine may wait for this thread to close it.
        let report = move |event| match event {
            DataEvent::StrangerRefused(_) => shared.post(Input::Data(id, event)),
            event => give(event),
        };
        let _awaited = listener.accept_one(server, report)?;
        self.listening = Some(Listening {
            id,
            asked_by,
            address,
            _awaited,
        });
        Ok(())
    }

    pub(super) fn take_open(&mut self) -> Option<(u64, DataConnection)> {
        self.sent = None;
        self.open.take()
    }

    /// Drops an upload that was handed over whole and may still be on its way.
    pub(super) fn reset_sent(&mut self) {
        if let Some((_, connection)) = self.sent.take() {
            connection.reset();
        }
    }

    pub(super) fn state(&self) -> DataState {
        match (&self.open, &self.dialling, &self.listening) {
            (_, Some(_), _) => DataState::Dialling,
            (Some((_, connection)), None, _) => DataState::Open(connection.peer()),
            (None, None, Some(listening)) => DataState::Listening(listening.address),
            (None, None, None) => DataState::Closed,
        }
    }

    fn take_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }
}

fn reporting(id: u64, shared: SharedEngine) -> impl FnMut(DataEvent) + Send + 'static {
    move |event| {
        shared.give(Input::Data(id, event));
    }
}

const DIAL_LIMIT: Duration = Duration::from_secs(15);
