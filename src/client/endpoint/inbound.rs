//! The local side of a download.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::{BUFFER_BYTES, Cancellation, LocalEvent, PIECE_BYTES, Report, SMALL_BYTES, Work};
use crate::client::Destination;
use crate::client::panic_injection::panic_if_asked;
use crate::protocol::line_ends::ToLf;

/// The driver's end of a download's buffer.
pub(crate) struct Inbound {
    buffer: Arc<Buffer>,
    /// Until a thread takes it, or whoever waits for the end.
    writer: Option<Writer>,
    cancellation: Option<Cancellation>,
    is_prompt: bool,
    #[cfg(target_os = "linux")]
    pipe: super::piped::LazyPipe,
}

/// The end that writes to the destination.
struct Writer {
    buffer: Arc<Buffer>,
    destination: Box<dyn Destination>,
    to_lf: Option<ToLf>,
    line_ends: u64,
    text: Vec<u8>,
    report: Report,
    failure: Option<io::Error>,
    before: Option<Work>,
    #[cfg(target_os = "linux")]
    file: Option<std::fs::File>,
}

#[derive(Default)]
struct Buffer {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    pieces: VecDeque<Piece>,
    /// Bytes in pieces, the one that is being written among them.
    bytes: usize,
    /// Nothing more comes; the value tells whether the server began the transfer.
    end: Option<bool>,
    /// Nobody waits for the destination any more.
    is_dropped: bool,
    has_failed: bool,
    /// The driver found no room, and waits to hear of some.
    is_full: bool,
    /// A piece that was written, to be filled again.
    spare: Option<Vec<u8>>,
    #[cfg(target_os = "linux")]
    pipe: Option<Arc<super::piped::Pipe>>,
}

enum Piece {
    Bytes(Vec<u8>),
    /// So many bytes lie in the pipe.
    #[cfg(target_os = "linux")]
    Piped(usize),
}

impl Inbound {
    pub(crate) fn new(destination: Box<dyn Destination>, convert: bool, report: Report) -> Self {
        let buffer = Arc::new(Buffer::default());
        let is_prompt = destination.is_prompt();
        let cancellation = destination.cancellation();
        #[cfg(target_os = "linux")]
        let pipe = super::piped::LazyPipe::new(!convert && destination.has_file());
        let writer = Writer {
            buffer: Arc::clone(&buffer),
            destination,
            to_lf: convert.then(ToLf::default),
            line_ends: 0,
            text: Vec::new(),
            report,
            failure: None,
            before: None,
            #[cfg(target_os = "linux")]
            file: None,
        };
        Self {
            buffer,
            writer: Some(writer),
            cancellation,
            is_prompt,
            #[cfg(target_os = "linux")]
            pipe,
        }
    }

    /// What is on a screen is shown once `before` has returned: after everything that was told before it.
    pub(crate) fn after(mut self, before: Work) -> Self {
        if let Some(writer) = &mut self.writer
            && writer.destination.is_screen()
        {
            writer.before = Some(before);
        }
        self
    }

    /// A piece to read into. Without room there is none, and [`LocalEvent::Moved`] tells when there is room again.
    pub(crate) fn take_piece(&mut self) -> Option<Vec<u8>> {
        let mut state = self.buffer.lock();
        if state.bytes >= BUFFER_BYTES {
            state.is_full = true;
            return None;
        }
        // Most transfers are small.
        let bytes = match self.writer {
            Some(_) => SMALL_BYTES / 2,
            None => PIECE_BYTES,
        };
        let piece = state.spare.take();
        Some(piece.unwrap_or_else(|| vec![0; bytes]))
    }

    /// Gives back a piece that was not filled.
    pub(crate) fn return_piece(&mut self, piece: Vec<u8>) {
        self.buffer.lock().spare = Some(piece);
    }

    /// Takes bytes that came.
    pub(crate) fn push(&mut self, piece: Vec<u8>) {
        let mut state = self.buffer.lock();
        if state.has_failed || state.is_dropped {
            return;
        }
        state.bytes += piece.len();
        state.pieces.push_back(Piece::Bytes(piece));
        let is_much = state.bytes > SMALL_BYTES || !self.is_prompt;
        drop(state);
        self.buffer.changed.notify_one();
        if is_much {
            self.start();
        }
    }

    /// Nothing more comes: what is buffered is written, and then [`LocalEvent::Ended`] is told. Where no thread is at
    /// it, that is work for whoever has the time.
    pub(crate) fn end(&mut self, accepted: bool) -> Option<Work> {
        self.buffer.lock().end = Some(accepted);
        self.buffer.changed.notify_one();
        if !self.is_prompt {
            self.start();
        }
        let writer = self.writer.take()?;
        Some(Box::new(move || writer.run()))
    }

    /// Nobody waits for the destination any more: what is not written yet never will be.
    pub(crate) fn abandon(&mut self) {
        let mut state = self.buffer.lock();
        state.is_dropped = true;
        state.pieces.clear();
        drop(state);
        self.buffer.changed.notify_one();
        if let Some(cancellation) = &self.cancellation {
            cancellation.cancel();
        }
    }

    fn start(&mut self) {
        let Some(writer) = self.writer.take() else {
            return;
        };
        let report = Arc::clone(&writer.report);
        let thread = std::thread::Builder::new().name("local-side".to_owned());
        if let Err(error) = thread.spawn(move || writer.run()) {
            report(LocalEvent::Failed(error));
        }
    }

    /// Moves bytes from a socket into the pipe, so that they need not pass through this process; `None` where they
    /// must.
    #[cfg(target_os = "linux")]
    pub(crate) fn splice(&mut self, socket: &impl std::os::fd::AsFd) -> Option<io::Result<usize>> {
        // Most transfers are small, and a pipe does not pay for them.
        if self.writer.is_some() {
            return None;
        }
        let pipe = self.pipe.open()?;
        let moved = pipe.fill_from(socket);
        if let Ok(length @ 1..) = moved {
            let mut state = self.buffer.lock();
            state.pipe.get_or_insert_with(|| Arc::clone(&pipe));
            match state.pieces.back_mut() {
                Some(Piece::Piped(bytes)) => *bytes += length,
                _ => state.pieces.push_back(Piece::Piped(length)),
            }
            drop(state);
            self.buffer.changed.notify_one();
        }
        Some(moved)
    }

    /// Whether the pipe may still hold something; if so, [`LocalEvent::Moved`] tells when some of it has gone.
    #[cfg(target_os = "linux")]
    pub(crate) fn awaits_pipe(&mut self) -> bool {
        let mut state = self.buffer.lock();
        let holds = self.pipe.holds_bytes();
        state.is_full |= holds;
        holds
    }
}

impl std::fmt::Debug for Inbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inbound").finish_non_exhaustive()
    }
}

impl Drop for Inbound {
    fn drop(&mut self) {
        self.abandon();
    }
}

impl Buffer {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under the lock can panic in the middle of a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next piece, or for the end.
    fn next(&self) -> Next {
        let mut state = self.lock();
        loop {
            if state.is_dropped {
                return Next::Dropped {
                    accepted: state.end == Some(true),
                };
            }
            if let Some(piece) = state.pieces.pop_front() {
                return Next::Piece(piece);
            }
            if let Some(accepted) = state.end {
                return Next::End(accepted);
            }
            state = (self.changed.wait(state)).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Nothing but the destination keeps the transfer from going on.
    fn is_awaited(&self) -> bool {
        let state = self.lock();
        state.is_full || state.end.is_some()
    }

    /// So many bytes are written; tells whether the driver waits to hear of it.
    fn make_room(&self, bytes: usize, written: Option<Vec<u8>>) -> bool {
        let mut state = self.lock();
        state.bytes -= bytes;
        if let Some(mut piece) = written {
            piece.resize(PIECE_BYTES, 0);
            state.spare = Some(piece);
        }
        state.bytes <= BUFFER_BYTES / 2 && std::mem::take(&mut state.is_full)
    }
}

enum Next {
    Piece(Piece),
    End(bool),
    Dropped { accepted: bool },
}

impl Writer {
    fn run(mut self) {
        loop {
            match self.buffer.next() {
                Next::Piece(piece) => {
                    if let Some(before) = self.before.take() {
                        before();
                    }
                    self.take(piece);
                }
                Next::End(accepted) => return self.end(accepted),
                // Whoever gave up on it has told what there was to tell.
                Next::Dropped { accepted } => return drop(self.destination.end(accepted)),
            }
        }
    }

    fn take(&mut self, piece: Piece) {
        match piece {
            Piece::Bytes(bytes) => {
                panic_if_asked("endpoint");
                let written = self.write(&bytes);
                self.note(written);
                if self.buffer.make_room(bytes.len(), Some(bytes)) {
                    (self.report)(LocalEvent::Moved);
                }
            }
            #[cfg(target_os = "linux")]
            Piece::Piped(bytes) => self.take_piped(bytes),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.failure.is_some() {
            return Ok(());
        }
        let Some(to_lf) = &mut self.to_lf else {
            return self.write_out(bytes);
        };
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        self.line_ends += to_lf.convert(bytes, &mut text);
        let written = self.write_out(&text);
        self.text = text;
        written
    }

    /// In small portions to a destination that may be slow, so that it is seen to take something.
    fn write_out(&mut self, bytes: &[u8]) -> io::Result<()> {
        let portion = if self.destination.is_prompt() {
            usize::MAX
        } else {
            PORTION_BYTES
        };
        for bytes in bytes.chunks(portion) {
            self.destination.write(bytes)?;
            if self.buffer.is_awaited() {
                (self.report)(LocalEvent::Moved);
            }
        }
        Ok(())
    }

    fn note(&mut self, written: io::Result<()>) {
        let Err(error) = written else { return };
        let told = io::Error::new(error.kind(), error.to_string());
        self.failure = Some(error);
        let mut state = self.buffer.lock();
        state.has_failed = true;
        if state.is_dropped {
            return;
        }
        drop(state);
        (self.report)(LocalEvent::Failed(told));
    }

    fn end(mut self, accepted: bool) {
        let mut rest = Vec::new();
        if let Some(to_lf) = &mut self.to_lf {
            to_lf.end(&mut rest);
        }
        let written = match rest.is_empty() || self.failure.is_some() {
            true => Ok(()),
            false => self.destination.write(&rest),
        };
        let ended = self.destination.end(accepted);
        let result = match self.failure.take() {
            Some(error) => Err(error),
            None => written.and(ended),
        };
        (self.report)(LocalEvent::Ended(result, self.line_ends));
    }
}

#[cfg(target_os = "linux")]
impl Writer {
    /// Moves what lies in the pipe to the file.
    fn take_piped(&mut self, mut bytes: usize) {
        let Some(pipe) = self.buffer.lock().pipe.clone() else {
            return;
        };
        if self.failure.is_none() && self.file.is_none() {
            match self.destination.as_file() {
                Ok(file) => self.file = file,
                Err(error) => self.note(Err(error)),
            }
        }
        while bytes > 0 {
            let moved = match (&self.file, &self.failure) {
                (Some(file), None) => pipe.empty_into(file, bytes),
                // What comes is not wanted any more, and must not stay in the pipe.
                _ => pipe.discard(bytes),
            };
            match moved {
                Ok(0) => return,
                Ok(length) => bytes -= length.min(bytes),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if self.failure.is_none() => {
                    let described = self.destination.describe(error);
                    self.note(Err(described));
                }
                Err(_) => return,
            }
            if self.buffer.make_room(0, None) || self.buffer.is_awaited() {
                (self.report)(LocalEvent::Moved);
            }
        }
    }
}

const PORTION_BYTES: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;
    use std::sync::mpsc::{Sender, channel};

    use super::Inbound;
    use crate::client::Destination;

    /// Tells what it was told at its end.
    struct Witness(Sender<bool>);

    impl Destination for Witness {
        fn write(&mut self, _bytes: &[u8]) -> io::Result<()> {
            Ok(())
        }

        fn end(&mut self, accepted: bool) -> io::Result<()> {
            self.0.send(accepted).map_err(io::Error::other)
        }

        fn is_prompt(&self) -> bool {
            true
        }
    }

    /// A local side that is given up on before its turn came must not touch a file for a command that was refused.
    #[test]
    fn a_destination_that_is_given_up_on_hears_whether_the_server_began() {
        for accepted in [false, true] {
            let (said, heard) = channel();
            let mut inbound = Inbound::new(Box::new(Witness(said)), false, Arc::new(|_| {}));
            let work = inbound.end(accepted).expect("no thread has it");
            inbound.abandon();
            work();
            assert_eq!(heard.recv(), Ok(accepted));
        }
    }

    #[test]
    fn a_destination_that_is_given_up_on_before_the_end_hears_that_the_server_did_not_begin() {
        let (said, heard) = channel();
        let mut inbound = Inbound::new(Box::new(Witness(said)), false, Arc::new(|_| {}));
        inbound.start();
        inbound.abandon();
        assert_eq!(heard.recv(), Ok(false));
    }
}
