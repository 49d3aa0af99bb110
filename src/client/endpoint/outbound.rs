//! The local side of an upload.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::{BUFFER_BYTES, LocalEvent, PIECE_BYTES, Report, SMALL_BYTES};
use crate::protocol::line_ends::ToCrlf;

/// What an upload sends, before its data connection is ready. The beginning of a file is read at once, so that a small file
/// needs no thread.
pub(crate) struct Source {
    reader: Box<dyn Read + Send>,
    begun: Vec<u8>,
    is_whole: bool,
    error: Option<io::Error>,
}

/// The driver's end of an upload's buffer.
pub(crate) struct Outbound {
    buffer: Arc<Buffer>,
    front: Vec<u8>,
    sent: usize,
}

#[derive(Default)]
struct Buffer {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    pieces: VecDeque<Vec<u8>>,
    bytes: usize,
    end: Option<io::Result<()>>,
    line_ends: u64,
    /// The driver found nothing to send, and waits to hear of something.
    is_awaited: bool,
    /// Nobody takes what is read.
    is_dropped: bool,
}

/// The end that reads the source.
struct Reader {
    buffer: Arc<Buffer>,
    source: Box<dyn Read + Send>,
    to_crlf: Option<ToCrlf>,
    report: Report,
}

/// What an upload has for the wire.
pub(crate) enum Ready<'a> {
    Bytes(&'a [u8]),
    /// [`LocalEvent::Ready`] will tell.
    NotYet,
    End,
    Failed(io::Error),
}

impl Source {
    /// `bytes`: how many there are, which is known of ordinary files only.
    pub(crate) fn new(mut reader: Box<dyn Read + Send>, bytes: Option<u64>) -> Self {
        let mut begun = Vec::new();
        let mut error = None;
        let mut is_whole = false;
        if bytes.is_some() {
            let read = reader.by_ref().take(SMALL_BYTES as u64 + 1);
            match { read }.read_to_end(&mut begun) {
                Ok(length) => is_whole = length <= SMALL_BYTES,
                Err(failure) => error = Some(failure),
            }
        }
        Self {
            reader,
            begun,
            is_whole,
            error,
        }
    }
}

impl Outbound {
    /// Goes on reading the source, in a thread where there is more than its beginning.
    pub(crate) fn new(source: Source, convert: bool, report: Report) -> Self {
        let buffer = Arc::new(Buffer::default());
        let mut reader = Reader {
            buffer: Arc::clone(&buffer),
            source: source.reader,
            to_crlf: convert.then(ToCrlf::default),
            report,
        };
        reader.push(source.begun);
        match (source.error, source.is_whole) {
            (Some(error), _) => reader.end(Err(error)),
            (None, true) => reader.end(Ok(())),
            (None, false) => {
                let thread = std::thread::Builder::new().name("local-side".to_owned());
                if let Err(error) = thread.spawn(move || reader.run()) {
                    buffer.lock().end = Some(Err(error));
                }
            }
        }
        Self {
            buffer,
            front: Vec::new(),
            sent: 0,
        }
    }

    /// What is to be sent next.
    pub(crate) fn ready(&mut self) -> Ready<'_> {
        if self.sent < self.front.len() {
            return Ready::Bytes(&self.front[self.sent..]);
        }
        let mut state = self.buffer.lock();
        if let Some(piece) = state.pieces.pop_front() {
            state.bytes -= piece.len();
            drop(state);
            self.buffer.changed.notify_one();
            self.front = piece;
            self.sent = 0;
            return Ready::Bytes(&self.front);
        }
        match state.end.take() {
            Some(Err(error)) => Ready::Failed(error),
            Some(Ok(())) => {
                state.end = Some(Ok(()));
                Ready::End
            }
            None => {
                state.is_awaited = true;
                Ready::NotYet
            }
        }
    }

    /// The first so many bytes of what was ready are on their way.
    pub(crate) fn consume(&mut self, bytes: usize) {
        self.sent += bytes;
    }

    /// How many line ends were converted so far.
    pub(crate) fn line_ends(&self) -> u64 {
        self.buffer.lock().line_ends
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Outbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbound").finish_non_exhaustive()
    }
}

impl Drop for Outbound {
    fn drop(&mut self) {
        self.buffer.lock().is_dropped = true;
        self.buffer.changed.notify_one();
    }
}

impl Buffer {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under the lock can panic in the middle of a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is room; `false` once nobody takes anything.
    fn await_room(&self) -> bool {
        let mut state = self.lock();
        while state.bytes >= BUFFER_BYTES && !state.is_dropped {
            state = (self.changed.wait(state)).unwrap_or_else(PoisonError::into_inner);
        }
        !state.is_dropped
    }
}

impl Reader {
    fn run(mut self) {
        while self.buffer.await_room() {
            let mut piece = vec![0; PIECE_BYTES];
            match self.source.read(&mut piece) {
                Ok(0) => return self.end(Ok(())),
                Ok(length) => {
                    piece.truncate(length);
                    self.push(piece);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return self.end(Err(error)),
            }
        }
    }

    fn push(&mut self, piece: Vec<u8>) {
        let mut line_ends = 0;
        let piece = match &mut self.to_crlf {
            Some(to_crlf) => {
                let mut text = Vec::with_capacity(piece.len() + piece.len() / 16);
                line_ends = to_crlf.convert(&piece, &mut text);
                text
            }
            None => piece,
        };
        if piece.is_empty() {
            return;
        }
        let mut state = self.buffer.lock();
        state.line_ends += line_ends;
        state.bytes += piece.len();
        state.pieces.push_back(piece);
        self.tell(state);
    }

    fn end(&mut self, result: io::Result<()>) {
        let mut state = self.buffer.lock();
        state.end = Some(result);
        self.tell(state);
    }

    fn tell(&self, mut state: MutexGuard<'_, State>) {
        let is_awaited = std::mem::take(&mut state.is_awaited);
        drop(state);
        if is_awaited {
            (self.report)(LocalEvent::Ready);
        }
    }
}
