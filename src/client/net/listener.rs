//! Active mode: a port on which the server's data connection is awaited.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};

use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token, Waker};

use super::data::{DataConnection, DataEvent};

/// A port that listens; nothing is accepted until [`DataListener::accept_one`].
#[derive(Debug)]
pub struct DataListener {
    listener: TcpListener,
    address: SocketAddr,
}

/// The waiting for one connection. Dropping it closes the port: once it is dropped, the same port can be opened again.
#[derive(Debug)]
pub struct Awaited {
    stopped: Arc<AtomicBool>,
    waker: Arc<Waker>,
    closed: Receiver<()>,
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
        let (open, closed) = mpsc::channel::<()>();
        let awaited = Awaited {
            stopped: Arc::clone(&stopped),
            waker,
            closed,
        };
        std::thread::Builder::new()
            .name("data-listener".to_owned())
            .spawn(move || {
                let accepted = self.await_server(poll, server, &stopped, &mut report);
                drop(open);
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
        // Nothing is ever sent: the wait ends when the thread has closed the port.
        let _ = self.closed.recv();
    }
}

fn is_from(peer: SocketAddr, server: Option<IpAddr>) -> bool {
    server.is_none_or(|server| server.to_canonical() == peer.ip().to_canonical())
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read, Write};
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Duration;

    use super::{Awaited, DataListener, is_from};
    use crate::client::net::data::DataEvent;

    const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const LIMIT: Duration = Duration::from_secs(20);

    fn await_from(server: Option<IpAddr>) -> (SocketAddr, Awaited, Receiver<DataEvent>) {
        let listener = DataListener::bind(SocketAddr::new(LOCALHOST, 0)).unwrap();
        let address = listener.address();
        let (sender, events) = channel();
        let report = move |event| {
            // The test may be over.
            let _ = sender.send(event);
        };
        let awaited = listener.accept_one(server, report).unwrap();
        (address, awaited, events)
    }

    #[test]
    fn one_connection_is_accepted_and_then_the_port_is_closed() {
        let (address, _awaited, events) = await_from(Some(LOCALHOST));
        let mut server = TcpStream::connect(address).unwrap();
        let Ok(DataEvent::Opened(connection)) = events.recv_timeout(LIMIT) else {
            panic!("the connection is reported");
        };
        assert_eq!(connection.peer(), server.local_addr().unwrap());
        assert!(TcpStream::connect(address).is_err());
        server.write_all(b"data").unwrap();
        drop(server);
        connection.receive(Box::new(io::sink()));
        assert!(matches!(
            events.recv_timeout(LIMIT),
            Ok(DataEvent::ReceivingEnded(Ok(())))
        ));
        assert_eq!(connection.octets(), 4);
    }

    #[test]
    fn a_stranger_is_sent_away_and_the_port_stays_open() {
        let elsewhere = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 77));
        let (address, _awaited, events) = await_from(Some(elsewhere));
        for _ in 0..2 {
            let mut stranger = TcpStream::connect(address).unwrap();
            let Ok(DataEvent::StrangerRefused(peer)) = events.recv_timeout(LIMIT) else {
                panic!("the stranger is reported");
            };
            assert_eq!(peer, stranger.local_addr().unwrap());
            stranger.set_read_timeout(Some(LIMIT)).unwrap();
            assert!(matches!(stranger.read(&mut [0]), Ok(0)));
        }
    }

    #[test]
    fn a_dropped_port_can_be_opened_again_at_once() {
        let (address, awaited, events) = await_from(None);
        drop(awaited);
        assert!(TcpStream::connect(address).is_err());
        assert!(events.recv_timeout(LIMIT).is_err());
        for _ in 0..50 {
            let listener = DataListener::bind(address).unwrap();
            drop(listener.accept_one(None, |_| {}).unwrap());
        }
    }

    #[test]
    fn a_port_that_is_taken_or_of_another_machine_cannot_be_opened() {
        let (address, _awaited, _events) = await_from(None);
        let taken = DataListener::bind(address).unwrap_err();
        assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
        // A range for documentation (RFC 5737): no machine has it.
        let foreign = SocketAddr::from(([192, 0, 2, 1], 0));
        let foreign = DataListener::bind(foreign).unwrap_err();
        assert_eq!(foreign.kind(), io::ErrorKind::AddrNotAvailable);
    }

    #[test]
    fn an_address_is_the_same_in_the_form_of_ipv6() {
        let mapped = IpAddr::V6(Ipv4Addr::LOCALHOST.to_ipv6_mapped());
        let peer = |host: IpAddr| SocketAddr::new(host, 20);
        for (from, server, accepted) in [
            (LOCALHOST, Some(LOCALHOST), true),
            (mapped, Some(LOCALHOST), true),
            (LOCALHOST, Some(mapped), true),
            (LOCALHOST, Some(Ipv6Addr::LOCALHOST.into()), false),
            (LOCALHOST, None, true),
        ] {
            assert_eq!(is_from(peer(from), server), accepted, "{from} {server:?}");
        }
    }
}
