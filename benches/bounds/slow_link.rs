//! A link of some length between a client and a server: everything arrives later, and nothing is lost.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::ops::RangeInclusive;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::support::server_process::BESIDE;

/// Stands on an address of its own, on each port where the server listens: so nothing in between has to be understood.
pub(crate) struct SlowLink {
    address: SocketAddr,
}

impl SlowLink {
    /// Every byte takes so long, either way.
    pub(crate) fn start(
        server: SocketAddr,
        data_ports: RangeInclusive<u16>,
        one_way: Duration,
    ) -> Self {
        for port in data_ports {
            let listener = TcpListener::bind((BESIDE, port)).expect("nobody else uses it");
            relay(listener, SocketAddr::new(server.ip(), port), one_way);
        }
        let address = SocketAddr::from((BESIDE, server.port()));
        let listener = TcpListener::bind(address).expect("nobody else uses it");
        relay(listener, server, one_way);
        Self { address }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Lives as long as the program.
fn relay(listener: TcpListener, server: SocketAddr, one_way: Duration) {
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            // The way of the SYN and back: the client may be told too early that it is connected, so what it sends
            // waits.
            let Ok(server) = TcpStream::connect(server) else {
                continue;
            };
            let halves = client
                .try_clone()
                .and_then(|it| Ok((it, server.try_clone()?)));
            let (client_half, server_half) = halves.expect("a socket can be shared");
            let opened = Instant::now() + 2 * one_way;
            thread::spawn(move || pass(client, server, one_way, opened));
            thread::spawn(move || pass(server_half, client_half, one_way, opened));
        }
    });
}

fn pass(mut from: TcpStream, mut to: TcpStream, one_way: Duration, opened: Instant) {
    let (sender, pieces) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        for (due, piece) in pieces {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            // Whoever is gone needs no more.
            let _ = if piece.is_empty() {
                to.shutdown(Shutdown::Write)
            } else {
                to.write_all(&piece)
            };
        }
    });
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = from.read(&mut buffer).unwrap_or(0);
        let due = Instant::now().max(opened) + one_way;
        let sent = sender.send((due, buffer[..length].to_vec()));
        if length == 0 || sent.is_err() {
            return;
        }
    }
}
