//! A practice server that is reached by a name of somewhere else, through a proxy on loopback: nothing leaves this machine, and
//! the program cannot know that.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use ftpsh::practice::{Configuration, Fault, LogEvent, PracticeServer, ServerLog};

use crate::support::ftpsh::Ftpsh;

/// The server, and the proxy that leads to it whatever name is asked for.
pub(super) struct FarServer {
    server: PracticeServer,
    log: ServerLog,
    wire: Wire,
    proxy: String,
}

/// The password of user `A`.
pub(super) const SECRET: &str = "Xq7-told-Xq7";

impl FarServer {
    /// With these faults.
    pub(super) fn start(faults: &[&str]) -> Self {
        let log = ServerLog::default();
        let fault = |name: &&str| name.parse::<Fault>().expect("a known fault");
        let server = PracticeServer::start(Configuration {
            faults: faults.iter().map(fault).collect(),
            password: SECRET.to_owned(),
            log: Some(log.clone()),
            ..Configuration::default()
        });
        let wire = Wire::default();
        Self {
            server: server.expect("loopback has a free port"),
            log,
            proxy: start_proxy(&wire),
            wire,
        }
    }

    /// Its host by a name that nobody has (RFC 6761 section 6.4).
    pub(super) fn named(&self) -> String {
        format!("ftp.invalid:{}", self.server.address().port())
    }

    /// The same as an address, which is that of the proxy's machine.
    pub(super) fn numbered(&self) -> String {
        self.server.address().to_string()
    }

    /// The program, with the proxy.
    pub(super) fn program(&self, arguments: &[&str]) -> Ftpsh {
        let certificate = self.server.certificate_path().display().to_string();
        let program = Ftpsh::new().args(arguments);
        let program = program.args(["--proxy", &self.proxy, "--ca", &certificate]);
        program.env("FTPSH_PASSWORD", SECRET)
    }

    /// Whether the password went over the wire as it is.
    pub(super) fn was_told_in_clear(&self) -> bool {
        let wire = self.wire.lock().expect("no writer panics");
        String::from_utf8_lossy(&wire).contains(SECRET)
    }

    /// Whether somebody has logged in.
    pub(super) fn was_entered(&self) -> bool {
        let is_login = |event| match event {
            LogEvent::Reply { verb, code, .. } => {
                verb.is_some_and(|it| it.is("PASS")) && code == 230
            }
            _ => false,
        };
        let mut entries = self.log.entries().into_iter();
        entries.any(|entry| is_login(entry.event))
    }
}

/// What clients send, as the proxy sees it.
type Wire = Arc<Mutex<Vec<u8>>>;

/// Lives as long as the test.
fn start_proxy(wire: &Wire) -> String {
    let wire = Arc::clone(wire);
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let wire = Arc::clone(&wire);
            // What goes wrong shows itself on the other side.
            thread::spawn(move || lead_to_loopback(client, &wire));
        }
    });
    format!("http://{address}")
}

fn lead_to_loopback(mut client: TcpStream, wire: &Wire) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head);
    let target = head.split(' ').nth(1).unwrap_or_default();
    let port = target.rsplit(':').next().and_then(|port| port.parse().ok());
    let port: u16 = port.ok_or(io::ErrorKind::InvalidData)?;
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n")?;
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    let wire = Arc::clone(wire);
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(length @ 1..) = from_client.read(&mut bytes) {
            let sent = &bytes[..length];
            wire.lock().expect("no writer panics").extend(sent);
            if to_server.write_all(sent).is_err() {
                break;
            }
        }
        let _ = to_server.shutdown(std::net::Shutdown::Write);
    });
    io::copy(&mut server, &mut client)?;
    client.shutdown(std::net::Shutdown::Write)
}
