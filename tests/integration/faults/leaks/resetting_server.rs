//! A server whose data connections are all reset, or cannot be had at all.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

use crate::support::server_process::ReservedPort;
use crate::support::sockets::{listen, port_of};

/// Answers one client: PASV brings a data connection that is reset in the middle, EPSV a port that nobody listens on.
pub(super) struct ResettingServer {
    address: SocketAddr,
}

impl ResettingServer {
    pub(super) fn start() -> Self {
        let listener = listen();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port_of(&listener)));
        thread::spawn(move || {
            let (control, _) = listener.accept().expect("a client comes");
            answer(control);
        });
        Self { address }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

fn answer(mut control: TcpStream) {
    let unused = ReservedPort::on_loopback();
    let refused = unused.address.port();
    control.set_nodelay(true).expect("it is open");
    let lines = BufReader::new(control.try_clone().expect("there are descriptors")).lines();
    let mut offered = listen();
    let mut say = move |reply: String| {
        // An error means that the client has left.
        let _ = control.write_all(format!("{reply}\r\n").as_bytes());
    };
    say("220 ready".to_owned());
    for line in lines.map_while(Result::ok) {
        match line.split(' ').next() {
            Some("PASV") => {
                offered = listen();
                let [high, low] = port_of(&offered).to_be_bytes();
                say(format!("227 ok (127,0,0,1,{high},{low})"));
            }
            Some("EPSV") => say(format!("229 ok (|||{refused}|)")),
            Some("RETR" | "STOR") => {
                say("150 here".to_owned());
                reset(&offered, line.starts_with("RETR"));
                say("426 broken".to_owned());
            }
            _ => say("200 ok".to_owned()),
        }
    }
}

fn reset(offered: &TcpListener, sends: bool) {
    let (mut data, _) = offered.accept().expect("the client has dialled");
    // A client that failed must not hold the server.
    let limit = Some(Duration::from_secs(10));
    let _ = data.set_read_timeout(limit);
    let _ = if sends {
        data.write(b"the beginning")
    } else {
        data.read(&mut [0; 100])
    };
    let _ = SockRef::from(&data).set_linger(Some(Duration::ZERO));
}
