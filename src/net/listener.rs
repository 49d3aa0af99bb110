//! Active mode: a port on which the server's data connection is awaited.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token, Waker};

use super::data::{DataConnection, DataEvent};

/// A port that listens; nothing is accepted until [`DataListener::accept_one`].
#[derive(Debug)]
pub struct DataListener {
    listener: TcpListener,
    address: SocketAddr,
}

/// The waiting for one connection; dropping it closes the port.
#[derive(Debug)]
pub struct Awaited {
    stopped: Arc<AtomicBool>,
    waker: Arc<Waker>,
}

impl DataListener {
    /// Listens on exactly this address; port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::AddrNotAvailable`] for an address of another machine, else what the system says.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts one connection from `server` (or from anybody, if `None`) in a thread of its own, and reports it as
    /// [`DataEvent::Opened`]. Others are sent away, reported, and waiting goes on.
    ///
    /// # Errors
    ///
    /// What the system says when there can be no thread.
    pub fn accept_one(
        self,
        server: Option<IpAddr>,
        mut report: impl FnMut(DataEvent) + Send + 'static,
    ) -> io::Result<Awaited> {
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), Token(1))?);
        let stopped = Arc::new(AtomicBool::new(false));
        let awaited = Awaited {
            stopped: Arc::clone(&stopped),
            waker,
        };
        std::thread::Builder::new()
            .name("data-listener".to_owned())
            .spawn(move || {
                let accepted = self.await_server(poll, server, &stopped, &mut report);
                let result = match accepted {
                    Ok(Some(stream)) => DataConnection::run_accepted(stream, &mut report),
                    Ok(None) => Ok(()),
                    Err(error) => Err(error),
                };
                if let Err(error) = result {
                    report(DataEvent::NotOpened(error));
                }
            })?;
        Ok(awaited)
    }

    /// The port is closed when this returns.
    fn await_server(
        mut self,
        mut poll: Poll,
        server: Option<IpAddr>,
        stopped: &AtomicBool,
        report: &mut dyn FnMut(DataEvent),
    ) -> io::Result<Option<std::net::TcpStream>> {
        let mut events = Events::with_capacity(4);
        poll.registry()
            .register(&mut self.listener, Token(0), Interest::READABLE)?;
        while !stopped.load(Ordering::Acquire) {
            match self.listener.accept() {
                Ok((stream, peer)) if is_from(peer, server) => {
                    let stream = std::net::TcpStream::from(stream);
                    return Ok(Some(stream));
                }
                Ok((stream, peer)) => {
                    drop(stream);
                    report(DataEvent::StrangerRefused(peer));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    // An interrupted wait is only an early look.
                    let _ = poll.poll(&mut events, None);
                }
                // A caller that has gone again (ECONNABORTED) is no reason to stop.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
        // It fails only when the thread is gone, and then nobody listens.
        let _ = self.waker.wake();
    }
}

fn is_from(peer: SocketAddr, server: Option<IpAddr>) -> bool {
    server.is_none_or(|server| server.to_canonical() == peer.ip().to_canonical())
}
