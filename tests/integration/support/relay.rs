//! A relay in front of a real server: counts what passes on data connections, and can cut them.
//!
//! On the control connection nothing is changed but the port of a 227 or 229. Data connections that the client
//! accepts (PORT, EPRT) and those offered after a 234 do not pass through it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::DEADLINE;
use super::relayed_reply::{RelayedReply, read_reply_line};
use super::sockets::{TICK, accept_while, is_timeout, listen, port_of, reset_on_drop};

/// Which way octets pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    ToServer,
    FromServer,
}

/// Octets that passed on one data connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DataOctets {
    pub(crate) to_server: u64,
    pub(crate) from_server: u64,
}

/// A running relay; dropping it resets what passes through it.
pub(crate) struct Relay {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Clone, Copy, PartialEq)]
enum Manner {
    Reset,
    Fin,
}

struct Cut {
    direction: Direction,
    octets_left: u64,
    manner: Manner,
}

struct Shared {
    server: SocketAddr,
    is_over: AtomicBool,
    records: Mutex<Records>,
    cut_happened: Condvar,
}

#[derive(Default)]
struct Records {
    armed: Option<Cut>,
    cuts: usize,
    data: Vec<DataOctets>,
    lines_to_server: Vec<String>,
    lines_from_server: Vec<String>,
}

/// One login: a control connection and its data connections, which are cut together.
struct Session {
    shared: Arc<Shared>,
    manner_of_cut: Mutex<Option<Manner>>,
}

/// One direction of one connection.
struct Pipe {
    from: Arc<TcpStream>,
    to: Arc<TcpStream>,
    /// A side was reset: so is the other, and both directions end.
    is_broken: Arc<AtomicBool>,
}

/// What is to go on, and whether everything ends behind it.
struct Passing {
    octets: Vec<u8>,
    cut: Option<Manner>,
}

impl Relay {
    /// Listens on a free port of 127.0.0.1 and passes everything on to the server.
    pub(crate) fn start(server: SocketAddr) -> Self {
        let listener = listen();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port_of(&listener)));
        let shared = Arc::new(Shared {
            server,
            is_over: AtomicBool::new(false),
            records: Mutex::default(),
            cut_happened: Condvar::new(),
        });
        thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                while let Ok(Some(client)) = accept_while(&listener, || !shared.is_over()) {
                    Session::begin(&shared, client);
                }
            }
        });
        Self { address, shared }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Resets the control and the data connections of a session, both ways, once so many more data octets have
    /// passed; later connections work as before.
    pub(crate) fn cut_after(&self, direction: Direction, octets: u64) {
        self.arm(direction, octets, Manner::Reset);
    }

    /// As `cut_after`, but ends the connections in order.
    pub(crate) fn cut_with_fin_after(&self, direction: Direction, octets: u64) {
        self.arm(direction, octets, Manner::Fin);
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
    pub(crate) fn data_octets_to_server(&self) -> u64 {
        let records = self.shared.records();
        records.data.iter().map(|octets| octets.to_server).sum()
    }

    /// Of all data connections.
    pub(crate) fn data_octets_from_server(&self) -> u64 {
        let records = self.shared.records();
        records.data.iter().map(|octets| octets.from_server).sum()
    }

    /// Of each data connection, in the order in which they were made.
    pub(crate) fn data_connections(&self) -> Vec<DataOctets> {
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

    fn arm(&self, direction: Direction, octets: u64, manner: Manner) {
        self.shared.records().armed = Some(Cut {
            direction,
            octets_left: octets,
            manner,
        });
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }
}

impl Session {
    fn begin(shared: &Arc<Shared>, client: TcpStream) {
        let Some((commands, replies)) = pipes(client, shared.server) else {
            return;
        };
        let session = Arc::new(Self {
            shared: Arc::clone(shared),
            manner_of_cut: Mutex::new(None),
        });
        thread::spawn({
            let session = Arc::clone(&session);
            move || session.relay_commands(&commands)
        });
        thread::spawn(move || session.relay_replies(&replies));
    }

    fn relay_commands(&self, pipe: &Pipe) {
        let mut unfinished = Vec::new();
        self.pump(pipe, |octets| {
            unfinished.extend(octets);
            while let Some(end) = unfinished.iter().position(|&octet| octet == b'\n') {
                let line: Vec<u8> = unfinished.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                self.shared.records().lines_to_server.push(line);
            }
            Passing::uncut(octets.to_vec())
        });
    }

    fn relay_replies(self: Arc<Self>, pipe: &Pipe) {
        let mut unfinished = Vec::new();
        let mut is_encrypted = false;
        self.pump(pipe, |octets| {
            if is_encrypted {
                return Passing::uncut(octets.to_vec());
            }
            unfinished.extend(octets);
            let mut passed = Vec::new();
            while let Some(end) = unfinished.iter().position(|&octet| octet == b'\n') {
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
            Passing::uncut(passed)
        });
    }

    /// Listens for the one data connection that is to reach that port of the server.
    fn offer_data(self: &Arc<Self>, server_port: u16) -> u16 {
        let listener = listen();
        let port = port_of(&listener);
        let session = Arc::clone(self);
        thread::spawn(move || session.relay_data(&listener, server_port));
        port
    }

    fn relay_data(self: Arc<Self>, listener: &TcpListener, server_port: u16) {
        let wanted = || !self.shared.is_over() && self.manner_of_cut().is_none();
        let Ok(Some(client)) = accept_while(listener, wanted) else {
            return;
        };
        let mut server = self.shared.server;
        server.set_port(server_port);
        let Some((up, down)) = pipes(client, server) else {
            return;
        };
        let number = {
            let mut records = self.shared.records();
            records.data.push(DataOctets::default());
            records.data.len() - 1
        };
        let session = Arc::clone(&self);
        thread::spawn(move || session.pump_data(&up, Direction::ToServer, number));
        self.pump_data(&down, Direction::FromServer, number);
    }

    fn pump_data(&self, pipe: &Pipe, direction: Direction, number: usize) {
        self.pump(pipe, |octets| {
            let mut records = self.shared.records();
            let passing = records.take_from_cut(direction, octets);
            let count = passing.octets.len() as u64;
            let counted = &mut records.data[number];
            match direction {
                Direction::ToServer => counted.to_server += count,
                Direction::FromServer => counted.from_server += count,
            }
            passing
        });
    }

    /// Passes octets on, as `transform` leaves them, until the end of the connection or of the session.
    fn pump(&self, pipe: &Pipe, mut transform: impl FnMut(&[u8]) -> Passing) {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match self.manner_of_cut() {
                Some(Manner::Fin) => return self.end_in_order(pipe, &mut buffer),
                Some(Manner::Reset) => return pipe.reset(),
                None if self.shared.is_over() || pipe.is_broken() => return pipe.reset(),
                None => {}
            }
            match (&*pipe.from).read(&mut buffer) {
                Ok(0) => {
                    // An error means that the other side was quicker.
                    let _ = pipe.to.shutdown(Shutdown::Write);
                    return;
                }
                // Cut while it waited: this came too late.
                Ok(_) if self.manner_of_cut().is_some() => {}
                Ok(count) => {
                    let passing = transform(&buffer[..count]);
                    self.write(pipe, &passing.octets);
                    if let Some(manner) = passing.cut {
                        *self.lock_manner() = Some(manner);
                        self.shared.records().cuts += 1;
                        self.shared.cut_happened.notify_all();
                    }
                }
                Err(error) if is_timeout(&error) => {}
                Err(_) => return pipe.reset(),
            }
        }
    }

    fn write(&self, pipe: &Pipe, mut octets: &[u8]) {
        while !octets.is_empty() && !self.shared.is_over() && !pipe.is_broken() {
            match (&*pipe.to).write(octets) {
                Ok(count) => octets = &octets[count..],
                Err(error) if is_timeout(&error) => {}
                Err(_) => return pipe.reset(),
            }
        }
    }

    /// A close with unread octets would be a reset: what still comes is read and thrown away.
    fn end_in_order(&self, pipe: &Pipe, buffer: &mut [u8]) {
        let _ = pipe.to.shutdown(Shutdown::Write);
        while !self.shared.is_over() {
            match (&*pipe.from).read(buffer) {
                Ok(1..) => {}
                Err(error) if is_timeout(&error) => {}
                Ok(0) | Err(_) => return,
            }
        }
    }

    fn manner_of_cut(&self) -> Option<Manner> {
        *self.lock_manner()
    }

    fn lock_manner(&self) -> MutexGuard<'_, Option<Manner>> {
        self.manner_of_cut
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Records {
    fn take_from_cut(&mut self, direction: Direction, octets: &[u8]) -> Passing {
        let Some(cut) = self.armed.as_mut().filter(|cut| cut.direction == direction) else {
            return Passing::uncut(octets.to_vec());
        };
        let left = usize::try_from(cut.octets_left).unwrap_or(usize::MAX);
        let passing = octets.len().min(left);
        cut.octets_left -= passing as u64;
        let is_due = cut.octets_left == 0;
        Passing {
            octets: octets[..passing].to_vec(),
            cut: is_due
                .then(|| self.armed.take().map(|cut| cut.manner))
                .flatten(),
        }
    }
}

impl Passing {
    fn uncut(octets: Vec<u8>) -> Self {
        Self { octets, cut: None }
    }
}

impl Pipe {
    fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Relaxed)
    }

    /// Both sides are reset once the other direction has let go of them too.
    fn reset(&self) {
        reset_on_drop(&self.from);
        reset_on_drop(&self.to);
        self.is_broken.store(true, Ordering::Relaxed);
    }
}

/// Both directions between a client and a server that is dialled; `None` when it cannot be.
fn pipes(client: TcpStream, server: SocketAddr) -> Option<(Pipe, Pipe)> {
    let server = TcpStream::connect_timeout(&server, DEADLINE).ok()?;
    for stream in [&client, &server] {
        stream.set_nodelay(true).ok()?;
        // Nobody waits longer than this, so that a cut is seen: a connection is reset only by its last holder.
        stream.set_read_timeout(Some(TICK)).ok()?;
        stream.set_write_timeout(Some(TICK)).ok()?;
        // The octets of a Telnet Synch pass; their urgency does not.
        socket2::SockRef::from(stream)
            .set_out_of_band_inline(true)
            .ok()?;
    }
    let (client, server) = (Arc::new(client), Arc::new(server));
    let is_broken = Arc::new(AtomicBool::new(false));
    let up = Pipe {
        from: Arc::clone(&client),
        to: Arc::clone(&server),
        is_broken: Arc::clone(&is_broken),
    };
    let down = Pipe {
        from: server,
        to: client,
        is_broken,
    };
    Some((up, down))
}
