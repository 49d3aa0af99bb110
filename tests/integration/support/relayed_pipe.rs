//! One direction of one connection that passes through a relay.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::DEADLINE;
use super::sockets::{TICK, is_timeout, reset_on_drop};

pub(super) struct Pipe {
    from: Arc<TcpStream>,
    to: Arc<TcpStream>,
    /// A side was reset: so is the other, and both directions end.
    is_broken: Arc<AtomicBool>,
}

/// How a connection ends before its own end.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Ending {
    Reset,
    Fin,
    /// Not yet: what comes is thrown away, an end of file too.
    Withheld,
}

impl Pipe {
    /// Gives bytes to `pass`, until the connection ends or is to end.
    pub(super) fn pump(&self, ending: impl Fn() -> Option<Ending>, mut pass: impl FnMut(&[u8])) {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match ending() {
                Some(Ending::Fin) => return self.end_in_order(&ending, &mut buffer),
                Some(Ending::Reset) => return self.reset(),
                _ if self.is_broken() => return self.reset(),
                Some(Ending::Withheld) | None => {}
            }
            match (&*self.from).read(&mut buffer) {
                // Nothing wakes this thread when the ending changes.
                Ok(0) if ending() == Some(Ending::Withheld) => std::thread::sleep(TICK),
                Ok(0) => {
                    // An error means that the other side was quicker.
                    let _ = self.to.shutdown(Shutdown::Write);
                    return;
                }
                // Cut while it waited: this came too late.
                Ok(_) if ending().is_some() => {}
                Ok(count) => pass(&buffer[..count]),
                Err(error) if is_timeout(&error) => {}
                // A server may answer the end in order with a reset; the client still has its end in order.
                Err(_) if ending() == Some(Ending::Fin) => {
                    return self.end_in_order(&ending, &mut buffer);
                }
                Err(_) => return self.reset(),
            }
        }
    }

    pub(super) fn write(&self, mut bytes: &[u8], ending: impl Fn() -> Option<Ending>) {
        while !bytes.is_empty() && ending() != Some(Ending::Reset) && !self.is_broken() {
            match (&*self.to).write(bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(error) if is_timeout(&error) => {}
                Err(_) => return self.reset(),
            }
        }
    }

    /// A close with unread bytes would be a reset: what still comes is read and thrown away.
    fn end_in_order(&self, ending: impl Fn() -> Option<Ending>, buffer: &mut [u8]) {
        let _ = self.to.shutdown(Shutdown::Write);
        while ending() != Some(Ending::Reset) {
            match (&*self.from).read(buffer) {
                Ok(1..) => {}
                Err(error) if is_timeout(&error) => {}
                Ok(0) | Err(_) => return,
            }
        }
    }

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
pub(super) fn pipes(client: TcpStream, server: SocketAddr) -> Option<(Pipe, Pipe)> {
    let server = TcpStream::connect_timeout(&server, DEADLINE).ok()?;
    for stream in [&client, &server] {
        stream.set_nodelay(true).ok()?;
        // Nobody waits longer than this, so that a cut is seen: a connection is reset only by its last holder.
        stream.set_read_timeout(Some(TICK)).ok()?;
        stream.set_write_timeout(Some(TICK)).ok()?;
        // The bytes of a Telnet Synch pass; their urgency does not.
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
