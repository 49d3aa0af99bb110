//! The local side of an upload.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::{BUFFER_BYTES, Cancellation, LocalEvent, PIECE_BYTES, Report, SMALL_BYTES};
use crate::client::DataSource;
use crate::client::panic_injection::panic_if_asked;
use crate::protocol::line_ends::ToCrlf;

/// What an upload sends, before its data connection is ready. The beginning of a file is read at once, so that a small
/// file needs no thread.
pub(crate) struct Source {
    reader: Box<dyn Read + Send>,
    cancellation: Option<Cancellation>,
    begun: Vec<u8>,
    is_whole: bool,
    error: Option<io::Error>,
}

/// The driver's end of an upload's buffer.
pub(crate) struct Outbound {
    buffer: Arc<Buffer>,
    cancellation: Option<Cancellation>,
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
    /// Empty pieces, to be filled: what was allocated on the driver's thread goes round, since an allocator keeps for
    /// each thread what was freed there.
    spare: Vec<Vec<u8>>,
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
    /// What was read, before it is converted.
    text: Vec<u8>,
    report: Report,
}

/// What an upload has for the wire.
pub(crate) enum Ready<'a> {
    Bytes(&'a [u8]),
    /// [`LocalEvent::Moved`] will tell.
    NotYet,
    End,
    Failed(io::Error),
}

impl Source {
    /// `bytes`: how many there are, which is known of ordinary files only.
    pub(crate) fn new(source: DataSource, bytes: Option<u64>) -> Self {
        let mut reader = source.reader;
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
            cancellation: source.cancellation,
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
            text: Vec::new(),
            report,
        };
        reader.push(source.begun);
        match (source.error, source.is_whole) {
            (Some(error), _) => reader.end(Err(error)),
            (None, true) => reader.end(Ok(())),
            (None, false) => {
                let spare =
                    (0..BUFFER_BYTES / PIECE_BYTES).map(|_| Vec::with_capacity(PIECE_BYTES));
                buffer.lock().spare = spare.collect();
                let thread = std::thread::Builder::new().name("local-side".to_owned());
                if let Err(error) = thread.spawn(move || reader.run()) {
                    buffer.lock().end = Some(Err(error));
                }
            }
        }
        Self {
            buffer,
            cancellation: source.cancellation,
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
            let sent = std::mem::replace(&mut self.front, piece);
            if sent.capacity() > 0 {
                state.spare.push(sent);
            }
            drop(state);
            self.buffer.changed.notify_one();
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
        if let Some(cancellation) = &self.cancellation {
            cancellation.cancel();
        }
    }
}

impl Buffer {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under the lock can panic in the middle of a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is room, and gives an empty piece; `None` once nobody takes anything.
    fn spare_piece(&self) -> Option<Vec<u8>> {
        let mut state = self.lock();
        while !state.is_dropped {
            if let Some(piece) = state.spare.pop() {
                return Some(piece);
            }
            state = (self.changed.wait(state)).unwrap_or_else(PoisonError::into_inner);
        }
        None
    }
}

impl Reader {
    fn run(mut self) {
        while let Some(mut piece) = self.buffer.spare_piece() {
            piece.resize(PIECE_BYTES, 0);
            match read(&mut self.source, &mut piece) {
                Ok(0) => return self.end(Ok(())),
                Ok(length) => {
                    panic_if_asked("source");
                    piece.truncate(length);
                    self.push(piece);
                }
                Err(error) => return self.end(Err(error)),
            }
        }
    }

    fn push(&mut self, mut piece: Vec<u8>) {
        let mut line_ends = 0;
        if let Some(to_crlf) = &mut self.to_crlf {
            std::mem::swap(&mut piece, &mut self.text);
            piece.clear();
            line_ends = to_crlf.convert(&self.text, &mut piece);
        }
        let mut state = self.buffer.lock();
        if piece.is_empty() {
            return state.spare.push(piece);
        }
        state.line_ends += line_ends;
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
            (self.report)(LocalEvent::Moved);
        }
    }
}

fn read(source: &mut impl Read, piece: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}
