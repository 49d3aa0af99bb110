//! One login that passes through a relay: its control connection and its data connections.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::relay::{Cut, DataBytes, Direction, Passing, Shared};
use super::relayed_handshake::ClientHandshake;
use super::relayed_pipe::{Ending, Pipe, pipes};
use super::relayed_reply::{RelayedReply, read_reply_line};
use super::sockets::{accept_while, listen, port_of};

/// A control connection and its data connections, which can be cut together or apart.
pub(super) struct Session {
    shared: Arc<Shared>,
    ending: Arc<Latch>,
    /// Of the latest data connection.
    data_ending: Mutex<Option<Arc<Latch>>>,
}

/// How a connection is to end, once that is known.
#[derive(Default)]
struct Latch(Mutex<Option<Ending>>);

/// One data connection.
struct Data {
    session: Arc<Session>,
    ending: Arc<Latch>,
    number: usize,
    /// Under TLS.
    handshake: Option<Mutex<ClientHandshake>>,
}

impl Session {
    /// `None` when the server cannot be reached.
    pub(super) fn begin(shared: &Arc<Shared>, client: TcpStream) -> Option<Arc<Self>> {
        let (commands, replies) = pipes(client, shared.server)?;
        let session = Arc::new(Self {
            shared: Arc::clone(shared),
            ending: Arc::default(),
            data_ending: Mutex::new(None),
        });
        thread::spawn({
            let session = Arc::clone(&session);
            move || session.relay_commands(&commands)
        });
        thread::spawn({
            let session = Arc::clone(&session);
            move || session.relay_replies(&replies)
        });
        Some(session)
    }

    /// Ends the data connection on which bytes are withheld, in order.
    pub(super) fn let_go(&self) {
        let latch = self.data_ending.lock();
        if let Some(latch) = &*latch.unwrap_or_else(PoisonError::into_inner) {
            latch.set(Ending::Fin);
        }
    }

    fn relay_commands(&self, pipe: &Pipe) {
        let mut unfinished: Vec<u8> = Vec::new();
        self.pump(pipe, |bytes| {
            unfinished.extend(bytes);
            while let Some(end) = unfinished.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = unfinished.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                self.shared.records().lines_to_server.push(line);
            }
            bytes.to_vec()
        });
    }

    fn relay_replies(self: Arc<Self>, pipe: &Pipe) {
        let mut unfinished = Vec::new();
        let mut is_encrypted = false;
        self.pump(pipe, |bytes| {
            if is_encrypted {
                return bytes.to_vec();
            }
            unfinished.extend(bytes);
            let mut passed = Vec::new();
            while let Some(end) = unfinished.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = unfinished.drain(..=end).collect();
                let shown = String::from_utf8_lossy(&line).trim_end().to_owned();
                self.shared.records().lines_from_server.push(shown);
                match read_reply_line(&line) {
                    RelayedReply::Offer(offer) => {
                        let port = self.offer_data(offer.port);
                        passed.extend(offer.with_port(port));
                    }
                    RelayedReply::TlsAgreed => {
                        is_encrypted = true;
                        passed.extend(&line);
                        passed.append(&mut unfinished);
                    }
                    RelayedReply::Other => passed.extend(&line),
                }
            }
            passed
        });
    }

    /// Passes the bytes of the control connection on, as `transform` leaves them.
    fn pump(&self, pipe: &Pipe, mut transform: impl FnMut(&[u8]) -> Vec<u8>) {
        let ending = || self.ending();
        pipe.pump(ending, |bytes| pipe.write(&transform(bytes), ending));
    }

    /// Listens for the one data connection that is to reach that port of the server.
    fn offer_data(self: &Arc<Self>, server_port: u16) -> u16 {
        let listener = listen();
        let port = port_of(&listener);
        let session = Arc::clone(self);
        thread::spawn(move || session.accept_data(&listener, server_port));
        port
    }

    fn accept_data(self: Arc<Self>, listener: &TcpListener, server_port: u16) {
        let wanted = || self.ending().is_none();
        if let Ok(Some(client)) = accept_while(listener, wanted) {
            self.relay_data(client, server_port);
        }
    }

    /// Passes on what goes through one data connection, to its end.
    pub(super) fn relay_data(self: Arc<Self>, client: TcpStream, server_port: u16) {
        let mut server: SocketAddr = self.shared.server;
        server.set_port(server_port);
        let Some((up, down)) = pipes(client, server) else {
            return;
        };
        let number = {
            let mut records = self.shared.records();
            records.data.push(DataBytes::default());
            records.data.len() - 1
        };
        let ending = Arc::<Latch>::default();
        let latest = Some(Arc::clone(&ending));
        *self
            .data_ending
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = latest;
        let handshake = self.shared.is_beside.then(Mutex::default);
        let data = Arc::new(Data {
            session: self,
            ending,
            number,
            handshake,
        });
        thread::spawn({
            let data = Arc::clone(&data);
            move || data.pump(&up, Direction::ToServer)
        });
        data.pump(&down, Direction::FromServer);
    }

    fn ending(&self) -> Option<Ending> {
        if self.shared.is_over() {
            return Some(Ending::Reset);
        }
        self.ending.get()
    }
}

impl Data {
    fn pump(&self, pipe: &Pipe, direction: Direction) {
        let ending = || self.session.ending().or_else(|| self.ending.get());
        pipe.pump(ending, |bytes| {
            let passing = self.pass(direction, bytes);
            pipe.write(&passing.bytes, ending);
            match passing.cut {
                None => return,
                Some(Cut::DataReset) => self.ending.set(Ending::Reset),
                Some(Cut::DataClosed) => self.ending.set(Ending::Fin),
                Some(Cut::DataWithheld) => self.ending.set(Ending::Withheld),
                Some(Cut::BothReset) => self.session.ending.set(Ending::Reset),
                Some(Cut::BothClosed) => self.session.ending.set(Ending::Fin),
            }
            self.session.shared.tell_of_cut();
        });
    }

    /// Counts bytes, and keeps back what lies after a cut. A handshake is neither counted nor cut.
    fn pass(&self, direction: Direction, bytes: &[u8]) -> Passing {
        let handshake = self.handshake_bytes(direction, bytes);
        let (handshake, payload) = bytes.split_at(handshake);
        if payload.is_empty() {
            return Passing::uncut(handshake.to_vec());
        }
        let mut records = self.session.shared.records();
        let mut passing = records.take_from_cut(direction, payload);
        let count = passing.bytes.len() as u64;
        let counted = &mut records.data[self.number];
        match direction {
            Direction::ToServer => counted.to_server += count,
            Direction::FromServer => counted.from_server += count,
        }
        passing.bytes.splice(..0, handshake.iter().copied());
        passing
    }

    /// How many of them belong to the handshake.
    fn handshake_bytes(&self, direction: Direction, bytes: &[u8]) -> usize {
        let Some(handshake) = &self.handshake else {
            return 0;
        };
        let mut handshake = handshake.lock().unwrap_or_else(PoisonError::into_inner);
        match direction {
            Direction::ToServer => handshake.take(bytes),
            Direction::FromServer if handshake.is_over() => 0,
            Direction::FromServer => bytes.len(),
        }
    }
}

impl Latch {
    fn get(&self) -> Option<Ending> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, ending: Ending) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(ending);
    }
}
