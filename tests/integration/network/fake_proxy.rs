//! A proxy that does what the test says.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use crate::support::DEADLINE;
use crate::support::scripted_server::Gate;
use crate::support::sockets::{accept_within, listen};

/// What it does with one connection.
pub(super) enum Conduct {
    /// CONNECT, as it should be.
    Connect,
    /// CONNECT, with the server's first bytes in the same write as the answer.
    ConnectAtOnce,
    /// Reads the first request, says this, and keeps the connection open.
    Say(Vec<u8>),
    /// The same, and closes it.
    SayAndClose(Vec<u8>),
}

pub(super) struct FakeProxy {
    address: SocketAddr,
    /// Opened at the end: until then it keeps what it keeps open.
    over: Arc<Gate>,
    /// Opened once something was asked for that is not a CONNECT that it obeys.
    asked: Arc<Gate>,
}

impl FakeProxy {
    /// Takes one connection after the other.
    pub(super) fn start(conducts: Vec<Conduct>) -> Self {
        let listener = listen();
        let address = listener.local_addr().expect("an address");
        let (over, asked) = (Gate::new(), Gate::new());
        let gates = (Arc::clone(&over), Arc::clone(&asked));
        thread::spawn(move || serve(&listener, conducts, &gates));
        Self {
            address,
            over,
            asked,
        }
    }

    pub(super) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.address)
    }

    /// Waits until it has said what it says before it hangs.
    pub(super) fn await_request(&self) {
        self.asked.wait();
    }
}

impl Drop for FakeProxy {
    fn drop(&mut self) {
        self.over.open();
    }
}

fn serve(listener: &TcpListener, conducts: Vec<Conduct>, gates: &(Arc<Gate>, Arc<Gate>)) {
    for conduct in conducts {
        let Ok(client) = accept_within(listener, DEADLINE) else {
            return;
        };
        let gates = gates.clone();
        // What goes wrong here shows itself on the other side.
        thread::spawn(move || behave(client, &conduct, &gates));
    }
}

fn behave(
    mut client: TcpStream,
    conduct: &Conduct,
    (over, asked): &(Arc<Gate>, Arc<Gate>),
) -> io::Result<()> {
    match conduct {
        Conduct::Connect | Conduct::ConnectAtOnce => {
            let mut server = TcpStream::connect(read_connect(&mut client)?)?;
            let mut answer = b"HTTP/1.1 200 Connected\r\n\r\n".to_vec();
            if matches!(conduct, Conduct::ConnectAtOnce) {
                let mut first = [0; 64 * 1024];
                let length = server.read(&mut first)?;
                answer.extend(&first[..length]);
            }
            client.write_all(&answer)?;
            relay(client, server)?;
        }
        Conduct::Say(bytes) => {
            let _ = client.read(&mut [0; 1024])?;
            client.write_all(bytes)?;
            asked.open();
            over.wait();
        }
        Conduct::SayAndClose(bytes) => {
            let _ = client.read(&mut [0; 1024])?;
            client.write_all(bytes)?;
        }
    }
    Ok(())
}

/// The address in `CONNECT HOST:PORT HTTP/1.1`.
fn read_connect(client: &mut TcpStream) -> io::Result<SocketAddr> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        head.extend(byte);
    }
    let head = String::from_utf8_lossy(&head);
    let target = head
        .split(' ')
        .nth(1)
        .and_then(|target| target.parse().ok());
    target.ok_or_else(|| io::Error::other(head.into_owned()))
}

fn relay(client: TcpStream, server: TcpStream) -> io::Result<()> {
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(std::net::Shutdown::Write);
    });
    let (mut from_server, mut to_client) = (server, client);
    io::copy(&mut from_server, &mut to_client)?;
    to_client.shutdown(std::net::Shutdown::Write)
}
