//! One transfer: a thread of its own moves the bytes, so that the control connection is read meanwhile.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::net::IpAddr;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::Service;
use super::control::{Replies, is_passing};
use super::data_connection::{DataPort, DataSecurity, SecurityRefusal};
use super::faults::Fault;
use super::log::{LogEvent, LoggedTransfer};
use super::loopback::LoopbackConnection;
use super::loopback::tls::Handshake;
use crate::protocol::Verb;
use crate::protocol::line_ends::{ToCrlf, ToLf};

/// How long the server waits for the client to dial the port of a 227.
const CONNECTION_LIMIT: Duration = Duration::from_secs(60);
/// How long `late-226` waits for the client's close.
const LATE_LIMIT: Duration = Duration::from_secs(10);
/// How long a recorded transfer that was aborted waits for the ABOR.
const ABORT_LIMIT: Duration = Duration::from_secs(60);
/// How often that wait checks whether it was aborted.
const LATE_POLL_INTERVAL: Duration = Duration::from_millis(100);
/// Bytes moved at once.
const LARGEST_PIECE: usize = 64 * 1024;
/// A slow data connection moves this many pieces per second.
const SLOW_PIECES: u64 = 20;

/// What a transfer is to do.
pub(super) struct Order {
    /// What asked for it.
    pub(super) verb: Verb,
    /// The path as clients see it.
    pub(super) path: Vec<u8>,
    pub(super) port: DataPort,
    pub(super) client: IpAddr,
    pub(super) payload: Payload,
    /// Whether line ends are converted.
    pub(super) is_ascii: bool,
    pub(super) replies: TransferReplies,
    /// For a data connection under TLS.
    pub(super) security: Option<DataSecurity>,
}

/// What is moved, and where to.
pub(super) enum Payload {
    /// To the client.
    Download(Box<dyn Read + Send>),
    /// From the client, into a file.
    Upload(File, Start),
}

/// Where in its file an upload starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// After the last byte.
    End,
    /// At byte 0 of a file that is emptied first.
    Empty,
    /// At this byte; the rest of the file stays.
    Marker(u64),
    /// After so many zero bytes, and nothing else stays.
    Zeros(u64),
}

/// How a transfer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// All bytes were moved.
    Complete,
    /// The client sent ABOR or is gone, or the server stops.
    Aborted,
    /// The data connection broke.
    Broken,
    /// There was no data connection.
    NotConnected,
    /// It could not be secured.
    NotSecured(SecurityRefusal),
    /// The file could not be read or written.
    LocalError,
    /// The disk is full.
    StorageFull,
    /// `cut-after` has cut both connections.
    Cut,
}

/// A transfer that runs, or has ended without having been joined.
pub(super) struct Transfer {
    thread: JoinHandle<Ending>,
    progress: Arc<Progress>,
    answers_abort: bool,
}

/// What the session and the transfer's thread know of each other.
#[derive(Debug, Default)]
struct Progress {
    is_aborted: AtomicBool,
    is_finished: AtomicBool,
    bytes: AtomicU64,
    data: Mutex<Option<LoopbackConnection>>,
}

struct Worker {
    service: Arc<Service>,
    replies: Arc<Replies>,
    progress: Arc<Progress>,
    is_ascii: bool,
    verb: Verb,
    path: Vec<u8>,
}

impl Transfer {
    /// Starts a transfer; it writes its own replies.
    pub(super) fn start(
        order: Order,
        service: Arc<Service>,
        replies: Arc<Replies>,
    ) -> io::Result<Self> {
        let progress = Arc::new(Progress::default());
        let answers_abort = order.replies.await_abort();
        let worker = Worker {
            service,
            replies,
            progress: Arc::clone(&progress),
            is_ascii: order.is_ascii,
            verb: order.verb.clone(),
            path: order.path.clone(),
        };
        let thread = thread::Builder::new()
            .name("practice transfer".to_owned())
            .spawn(move || worker.run(order))?;
        Ok(Self {
            thread,
            progress,
            answers_abort,
        })
    }

    /// Whether all is done but the final reply, which is being written.
    pub(super) fn is_finished(&self) -> bool {
        self.progress.is_finished.load(Ordering::SeqCst) || self.thread.is_finished()
    }

    /// The bytes that went over the data connection so far.
    pub(super) fn bytes(&self) -> u64 {
        self.progress.bytes.load(Ordering::SeqCst)
    }

    /// Whether its final replies hold the reply to an ABOR.
    pub(super) fn answers_abort(&self) -> bool {
        self.answers_abort
    }

    /// Ends the transfer now, wherever it waits.
    pub(super) fn abort(&self) {
        self.progress.is_aborted.store(true, Ordering::SeqCst);
        if let Some(data) = &*self.progress.data() {
            data.close();
        }
        self.thread.thread().unpark();
    }

    /// Waits for the end; the final reply has been written then.
    pub(super) fn join(self) -> Ending {
        self.thread.join().unwrap_or(Ending::LocalError)
    }
}

impl Progress {
    fn is_aborted(&self) -> bool {
        self.is_aborted.load(Ordering::SeqCst)
    }

    fn data(&self) -> MutexGuard<'_, Option<LoopbackConnection>> {
        // A handle has no state that a panic could leave half changed.
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Worker {
    fn run(self, order: Order) -> Ending {
        let (ending, replies) = self.carry_out(order);
        self.note(LogEvent::Transfer(LoggedTransfer {
            verb: self.verb.clone(),
            path: self.path.clone(),
            bytes: self.progress.bytes.load(Ordering::SeqCst),
            is_complete: ending == Ending::Complete,
        }));
        // Before the reply: the client's next command may be here before this thread has ended.
        self.progress.is_finished.store(true, Ordering::SeqCst);
        replies.end(ending, &self.verb, &self.service, &self.replies);
        ending
    }

    fn note(&self, event: LogEvent) {
        self.replies.log().note(event);
    }

    /// Everything up to the final reply; the data connection and the file are closed when it returns.
    fn carry_out(&self, order: Order) -> (Ending, TransferReplies) {
        let Order {
            port,
            client,
            mut payload,
            replies,
            security,
            ..
        } = order;
        let connected = port
            .connect(client, CONNECTION_LIMIT, || self.progress.is_aborted())
            .inspect(|data| {
                *self.progress.data() = Some(data.handle());
            });
        let is_active = matches!(port, DataPort::Active(_));
        drop(port);
        let Ok(mut data) = connected else {
            return (self.unless_aborted(Ending::NotConnected), replies);
        };
        self.note(LogEvent::DataOpened { is_active });
        // An abort that came before the handle was stored could not close the connection.
        let ending = if self.progress.is_aborted() {
            Ending::Aborted
        } else {
            replies.open(&self.verb, &self.replies);
            match self.secure(security, &data) {
                Ok(()) => self.move_bytes(&mut payload, &mut data, &replies),
                Err(refusal) => self.unless_aborted(Ending::NotSecured(refusal)),
            }
        };
        let is_download = matches!(payload, Payload::Download(_));
        drop(payload);
        self.close(data, ending, is_download);
        (ending, replies)
    }

    fn secure(
        &self,
        security: Option<DataSecurity>,
        data: &LoopbackConnection,
    ) -> Result<(), SecurityRefusal> {
        if let Some(security) = security {
            let handshake = security.apply(data)?;
            self.note(LogEvent::DataSecured {
                is_resumed: handshake == Handshake::Resumed,
            });
        }
        Ok(())
    }

    fn move_bytes(
        &self,
        payload: &mut Payload,
        data: &mut LoopbackConnection,
        replies: &TransferReplies,
    ) -> Ending {
        if let Err(error) = payload.prepare() {
            return ending_of(&error);
        }
        let ending = match payload {
            Payload::Download(source) => self.download(source, data),
            Payload::Upload(file, _) => self.upload(file, data),
        };
        if !replies.await_abort() {
            return ending;
        }
        self.pause(ABORT_LIMIT);
        self.unless_aborted(ending)
    }

    fn close(&self, mut data: LoopbackConnection, ending: Ending, is_download: bool) {
        if ending == Ending::Cut {
            // An error means that the client was quicker.
            let _ = data.reset_on_drop();
        } else {
            let is_cut_short = is_download && self.service.has(&Fault::NoCloseNotify);
            if ending == Ending::Complete && !is_cut_short {
                // An error means that the client was quicker.
                let _ = data.send_close_notify();
            }
            if is_download && ending == Ending::Complete && self.service.has(&Fault::Late226) {
                self.await_close_by_client(&mut data);
            }
            data.close();
        }
        self.progress.data().take();
    }

    /// Ends our direction, then reads until the client has ended its own.
    fn await_close_by_client(&self, data: &mut LoopbackConnection) {
        let deadline = Instant::now() + LATE_LIMIT;
        if data.end_sending().is_err() {
            return;
        }
        data.limit_reads(Some(LATE_POLL_INTERVAL));
        let mut bytes = [0; 1024];
        while !self.progress.is_aborted() && Instant::now() < deadline {
            match data.read(&mut bytes) {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) if is_passing(error.kind()) => {}
                Err(_) => return,
            }
        }
    }

    fn download(&self, source: &mut dyn Read, data: &mut LoopbackConnection) -> Ending {
        let mut conversion = ToCrlf::default();
        let mut disk = vec![0; LARGEST_PIECE];
        let mut wire = Vec::new();
        loop {
            let count = match source.read(&mut disk) {
                Ok(0) => return self.unless_aborted(Ending::Complete),
                Ok(count) => count,
                Err(error) => return ending_of(&error),
            };
            wire.clear();
            if self.is_ascii {
                conversion.convert(&disk[..count], &mut wire);
            } else {
                wire.extend_from_slice(&disk[..count]);
            }
            if let ControlFlow::Break(ending) = self.send(&wire, data) {
                return ending;
            }
        }
    }

    fn send(&self, mut wire: &[u8], data: &mut LoopbackConnection) -> ControlFlow<Ending> {
        while !wire.is_empty() {
            let (piece, rest) = wire.split_at(wire.len().min(self.allowance()));
            if self.progress.is_aborted() || data.write_all(piece).is_err() {
                return ControlFlow::Break(self.unless_aborted(Ending::Broken));
            }
            self.account_for(piece.len())?;
            wire = rest;
        }
        ControlFlow::Continue(())
    }

    fn upload(&self, file: &mut File, data: &mut LoopbackConnection) -> Ending {
        let mut conversion = ToLf::default();
        let ending = self.receive(file, data, &mut conversion);
        let mut rest = Vec::new();
        conversion.end(&mut rest);
        match file.write_all(&rest).and_then(|()| file.sync_all()) {
            Err(error) if ending == Ending::Complete => ending_of(&error),
            _ => ending,
        }
    }

    fn receive(
        &self,
        file: &mut File,
        data: &mut LoopbackConnection,
        conversion: &mut ToLf,
    ) -> Ending {
        let mut wire = vec![0; LARGEST_PIECE];
        let mut disk = Vec::new();
        loop {
            let allowance = self.allowance();
            let count = match data.read(&mut wire[..allowance]) {
                Ok(0) => return self.unless_aborted(Ending::Complete),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return self.unless_aborted(Ending::Broken),
            };
            disk.clear();
            if self.is_ascii {
                conversion.convert(&wire[..count], &mut disk);
            } else {
                disk.extend_from_slice(&wire[..count]);
            }
            if let Err(error) = file.write_all(&disk) {
                return ending_of(&error);
            }
            if let ControlFlow::Break(ending) = self.account_for(count) {
                return ending;
            }
        }
    }

    /// How many bytes may be moved at once.
    fn allowance(&self) -> usize {
        let slow = self.service.faults().pace().map(|pace| pace / SLOW_PIECES);
        let up_to_cut = self
            .service
            .cut_after()
            .map(|cut| cut.saturating_sub(self.progress.bytes.load(Ordering::SeqCst)));
        [slow, up_to_cut]
            .into_iter()
            .flatten()
            .filter_map(|bytes| usize::try_from(bytes).ok())
            .fold(LARGEST_PIECE, usize::min)
            .max(1)
    }

    /// Counts bytes that were moved, cuts where that is due, and keeps the pace.
    fn account_for(&self, count: usize) -> ControlFlow<Ending> {
        let count = count as u64;
        let bytes = self.progress.bytes.fetch_add(count, Ordering::SeqCst) + count;
        if self.service.cut_after().is_some_and(|cut| bytes >= cut) && self.service.claim_cut() {
            return ControlFlow::Break(Ending::Cut);
        }
        if let Some(pace) = self.service.faults().pace() {
            self.pause(Duration::from_micros(
                count.saturating_mul(1_000_000) / pace.max(1),
            ));
        }
        ControlFlow::Continue(())
    }

    fn pause(&self, pause: Duration) {
        let deadline = Instant::now() + pause;
        while !self.progress.is_aborted() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::park_timeout(left);
        }
    }

    fn unless_aborted(&self, ending: Ending) -> Ending {
        if self.progress.is_aborted() {
            Ending::Aborted
        } else {
            ending
        }
    }
}

impl Payload {
    fn prepare(&mut self) -> io::Result<()> {
        let Self::Upload(file, start) = self else {
            return Ok(());
        };
        match *start {
            Start::End => Ok(()),
            Start::Empty => file.set_len(0),
            Start::Marker(marker) => file.seek(SeekFrom::Start(marker)).map(drop),
            Start::Zeros(count) => {
                file.set_len(0)?;
                file.set_len(count)?;
                file.seek(SeekFrom::Start(count)).map(drop)
            }
        }
    }
}

fn ending_of(error: &io::Error) -> Ending {
    if error.kind() == io::ErrorKind::StorageFull {
        Ending::StorageFull
    } else {
        Ending::LocalError
    }
}

/// The replies around a transfer: the server's own, or recorded ones.
pub(super) enum TransferReplies {
    /// The text of the 150; the final reply is by the end.
    Own(Vec<u8>),
    /// Replies as they go over the wire.
    Recorded {
        /// Before the data.
        opening: Vec<u8>,
        /// After them.
        ending: Vec<u8>,
        /// The ending holds the reply to an ABOR too, and does not come before it.
        awaits_abort: bool,
    },
}

impl TransferReplies {
    fn open(&self, verb: &Verb, replies: &Replies) {
        match self {
            Self::Own(opening) => replies.send_to(Some(verb.clone()), 150, opening),
            Self::Recorded { opening, .. } => replies.send_wire(opening),
        }
    }

    fn await_abort(&self) -> bool {
        matches!(
            self,
            Self::Recorded {
                awaits_abort: true,
                ..
            }
        )
    }

    fn end(&self, ending: Ending, verb: &Verb, service: &Service, replies: &Replies) {
        match (self, ending) {
            (Self::Recorded { ending, .. }, Ending::Complete) => return replies.send_wire(ending),
            (Self::Recorded { ending, .. }, Ending::Aborted) if self.await_abort() => {
                return replies.send_wire(ending);
            }
            _ => {}
        }
        let send = |code, text: &str| replies.send_to(Some(verb.clone()), code, text.as_bytes());
        match ending {
            Ending::Complete if service.has(&Fault::No226) => {}
            Ending::Complete => send(226, "Transfer complete."),
            Ending::Aborted => send(426, "Transfer aborted."),
            Ending::Broken => send(426, "Data connection broken; transfer aborted."),
            Ending::NotConnected => send(425, "Cannot open data connection."),
            Ending::NotSecured(refusal) => send(522, refusal.text()),
            Ending::LocalError => send(451, "Local error; the transfer is not whole."),
            Ending::StorageFull => send(452, "No space left; the transfer is not whole."),
            Ending::Cut => replies.reset_on_drop(),
        }
    }
}

/// How many bytes a transfer in TYPE A would put on the wire (RFC 3659 section 4).
pub(super) fn wire_size(mut file: impl Read) -> io::Result<u64> {
    let mut conversion = ToCrlf::default();
    let mut buffer = [0; 16 * 1024];
    let mut wire = Vec::new();
    let mut size = 0;
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(size);
        }
        wire.clear();
        conversion.convert(&buffer[..count], &mut wire);
        size += wire.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::wire_size;

    #[test]
    fn the_size_is_that_of_the_wire() {
        assert_eq!(wire_size(&b"one\ntwo\r\n"[..]).unwrap(), 10);
    }
}
