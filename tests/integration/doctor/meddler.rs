//! Stands between the program and a server, and spoils what they say to each other. Data connections go past it.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// What it does. Lines have no line end.
pub(super) struct Meddling {
    /// What the server hears in place of a command.
    pub(super) command: fn(&str) -> String,
    /// What the client hears in place of a line of a reply.
    pub(super) reply: fn(&str, usize) -> String,
    /// The line of a reply, counted over all connections from 0, at which it happens, and what.
    pub(super) end: Option<(usize, End)>,
}

/// How it breaks off.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// Nothing is said any more, on this connection and on all later ones.
    Hang,
    /// The connection is closed.
    Close,
    /// Every line from here on is this one.
    Say(&'static str),
}

impl Default for Meddling {
    fn default() -> Self {
        Self {
            command: without_tls,
            reply: |line, _| line.to_owned(),
            end: None,
        }
    }
}

/// It could not read what goes over TLS.
pub(super) fn without_tls(line: &str) -> String {
    line.replace("AUTH TLS", "AUTH NONE")
}

/// Starts between the program and this server; lives as long as the test.
pub(super) fn meddle(server: SocketAddr, meddling: Meddling) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("it is bound");
    let meddling = Arc::new(meddling);
    let lines = Arc::new(AtomicUsize::new(0));
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let (meddling, lines) = (Arc::clone(&meddling), Arc::clone(&lines));
            thread::spawn(move || serve(&client, server, &meddling, &lines));
        }
    });
    address
}

fn serve(client: &TcpStream, server: SocketAddr, meddling: &Meddling, lines: &AtomicUsize) {
    let Ok(server) = TcpStream::connect(server) else {
        return;
    };
    let _ = client.set_nodelay(true);
    let _ = server.set_nodelay(true);
    thread::scope(|scope| {
        scope.spawn(|| {
            pass(client, &server, |line| Some((meddling.command)(line)));
            let _ = server.shutdown(std::net::Shutdown::Both);
        });
        pass(&server, client, |line| {
            let number = lines.fetch_add(1, Ordering::AcqRel);
            match meddling.end {
                Some((at, End::Hang)) if number >= at => {
                    // Until the client has enough.
                    let _ = client.peek(&mut [0; 1]);
                    loop {
                        thread::park_timeout(Duration::from_millis(200));
                        if client.take_error().is_err() || is_gone(client) {
                            return None;
                        }
                    }
                }
                Some((at, End::Close)) if number == at => None,
                Some((at, End::Say(text))) if number >= at => Some(text.to_owned()),
                _ => Some((meddling.reply)(line, number)),
            }
        });
        let _ = client.shutdown(std::net::Shutdown::Both);
        let _ = server.shutdown(std::net::Shutdown::Both);
    });
}

fn is_gone(stream: &TcpStream) -> bool {
    let _ = stream.set_nonblocking(true);
    let read = stream.peek(&mut [0; 1]);
    let _ = stream.set_nonblocking(false);
    matches!(read, Ok(0))
}

/// Lines, each as `change` wants it, until it wants no more.
fn pass(from: &TcpStream, mut to: &TcpStream, mut change: impl FnMut(&str) -> Option<String>) {
    let mut reader = BufReader::new(from);
    let mut line = Vec::new();
    loop {
        line.clear();
        match reader.read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line);
        let bare = text.trim_end_matches(['\r', '\n']);
        let Some(changed) = change(bare) else {
            return;
        };
        let bytes = match changed == bare {
            true => line.clone(),
            false => format!("{changed}\r\n").into_bytes(),
        };
        let is_tls_next = changed.starts_with("AUTH TLS") || changed.starts_with("234");
        if to.write_all(&bytes).is_err() {
            return;
        }
        if is_tls_next {
            let _ = std::io::copy(&mut reader, &mut to);
            return;
        }
    }
}
