//! A server that notes where its connections come from.

use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

use crate::support::DEADLINE;
use crate::support::sockets::{accept_within, port_of};

/// It takes one session: PASV, then LIST, each answered; to anything else it says 200.
pub(super) struct NotingServer {
    address: SocketAddr,
    thread: JoinHandle<Callers>,
}

/// Where the control connection came from, and each data connection, and the lines that were sent.
#[derive(Debug, Default)]
pub(super) struct Callers {
    pub(super) control: Vec<IpAddr>,
    pub(super) data: Vec<IpAddr>,
    pub(super) lines: Vec<String>,
}

impl NotingServer {
    pub(super) fn start() -> Self {
        Self::start_on(Ipv4Addr::LOCALHOST.into())
    }

    pub(super) fn start_on(host: IpAddr) -> Self {
        let listener = TcpListener::bind((host, 0)).expect("loopback has a free port");
        let address = SocketAddr::new(host, port_of(&listener));
        Self {
            address,
            thread: thread::spawn(move || serve(&listener)),
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it noted, once its session is over.
    pub(super) fn callers(self) -> Callers {
        self.thread.join().expect("the session went as expected")
    }
}

fn serve(listener: &TcpListener) -> Callers {
    let mut callers = Callers::default();
    let mut control = accept_within(listener, DEADLINE).expect("somebody connects");
    callers.control.push(caller(&control));
    let lines = BufReader::new(control.try_clone().expect("a handle")).lines();
    let mut say = |text: &str| control.write_all(text.as_bytes()).expect("a reader");
    say("220 ready\r\n");
    let mut offered = None;
    for line in lines.map_while(Result::ok) {
        match line.as_str() {
            "EPSV" | "PASV" => {
                let host = listener.local_addr().expect("an address").ip();
                let data = TcpListener::bind((host, 0)).expect("a free port");
                let port = port_of(&data);
                offered = Some(data);
                let [high, low] = port.to_be_bytes();
                match (line.as_str(), host) {
                    ("PASV", _) => say(&format!("227 here (127,0,0,1,{high},{low})\r\n")),
                    _ => say(&format!("229 here (|||{port}|)\r\n")),
                }
            }
            "LIST" => {
                say("150 coming\r\n");
                let data = offered.take().expect("PASV comes first");
                let mut data = accept_within(&data, DEADLINE).expect("the client connects");
                callers.data.push(caller(&data));
                data.write_all(b"listed\r\n").expect("a reader");
                drop(data);
                say("226 done\r\n");
            }
            _ => say("200 ok\r\n"),
        }
        callers.lines.push(line);
    }
    callers
}

fn caller(stream: &TcpStream) -> IpAddr {
    stream.peer_addr().expect("it is connected").ip()
}
