//! A stream whose waits end when another thread closes it. A shutdown is enough for that on Unix; on Windows a read or write that
//! waits goes on waiting for the peer.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};
use socket2::SockRef;

/// To be shared by all who read, write and close it.
#[derive(Debug)]
pub(super) struct LoopbackStream {
    /// Does not block.
    stream: TcpStream,
    read_limit: Mutex<Option<Duration>>,
    is_closed: AtomicBool,
}

impl LoopbackStream {
    /// What was accepted or dialled.
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream,
            read_limit: Mutex::default(),
            is_closed: AtomicBool::new(false),
        })
    }

    pub(super) fn local_address(&self) -> io::Result<SocketAddr> {
        self.stream.local_addr()
    }

    pub(super) fn peer_address(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }

    /// The longest that one read may wait, which ends as [`io::ErrorKind::TimedOut`] then.
    pub(super) fn limit_reads(&self, limit: Option<Duration>) {
        *self
            .read_limit
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = limit;
    }

    /// What the standard library has no words for.
    pub(super) fn options(&self) -> SockRef<'_> {
        SockRef::from(&self.stream)
    }

    pub(super) fn end_sending(&self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }

    /// Ends both directions in order: who reads is told the end of the file, who writes a broken pipe.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        // An error means that the peer was quicker.
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// Until it is ready, closed, or the deadline is over.
    fn wait(&self, interest: Interest, deadline: Option<Instant>) -> io::Result<()> {
        let mut poll = Poll::new()?;
        let mut events = Events::with_capacity(1);
        let mut stream = mio::net::TcpStream::from_std(self.stream.try_clone()?);
        poll.registry().register(&mut stream, Token(0), interest)?;
        while events.is_empty() && !self.is_closed() {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let longest = left.map_or(CLOSED_POLL_INTERVAL, |left| left.min(CLOSED_POLL_INTERVAL));
            match poll.poll(&mut events, Some(longest)) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::SeqCst)
    }
}

impl Read for &LoopbackStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let limit = *self
            .read_limit
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let deadline = limit.map(|limit| Instant::now() + limit);
        loop {
            match (&self.stream).read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return done,
            }
            if self.is_closed() {
                return Ok(0);
            }
            self.wait(Interest::READABLE, deadline)?;
        }
    }
}

impl Write for &LoopbackStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match (&self.stream).write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return done,
            }
            if self.is_closed() {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            self.wait(Interest::WRITABLE, None)?;
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        (&self.stream).flush()
    }
}

/// How soon a wait notices that the stream was closed, where the system does not say so.
const CLOSED_POLL_INTERVAL: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use std::io::{self, Read, Write};
    use std::net::{Ipv4Addr, TcpListener, TcpStream};
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

    use super::LoopbackStream;

    fn pair() -> (Arc<LoopbackStream>, TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, _) = listener.accept().unwrap();
        (Arc::new(LoopbackStream::new(stream).unwrap()), peer)
    }

    #[test]
    fn closing_ends_a_read_and_a_write_that_wait_for_a_peer_that_does_nothing() {
        let (stream, _peer) = pair();
        let (reading, writing) = (Arc::clone(&stream), Arc::clone(&stream));
        let reader = thread::spawn(move || (&*reading).read(&mut [0]));
        let writer = thread::spawn(move || (&*writing).write_all(&vec![0; 64 << 20]));
        stream.close();
        assert_eq!(reader.join().unwrap().unwrap(), 0);
        writer.join().unwrap().unwrap_err();
    }

    #[test]
    fn a_read_waits_for_its_limit_and_for_what_comes_within_it() {
        let (stream, mut peer) = pair();
        stream.limit_reads(Some(Duration::from_millis(1)));
        let error = (&*stream).read(&mut [0]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        stream.limit_reads(None);
        let reader = thread::spawn(move || {
            let mut bytes = [0; 3];
            (&*stream).read_exact(&mut bytes).map(|()| bytes)
        });
        peer.write_all(b"abc").unwrap();
        assert_eq!(reader.join().unwrap().unwrap(), *b"abc");
    }
}
