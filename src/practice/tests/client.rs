//! A line client: it sends what it is told and reads replies.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use super::super::{Configuration, Fault, PracticeServer};

const DEADLINE: Duration = Duration::from_secs(45);

pub(super) struct Client {
    stream: TcpStream,
    received: Vec<u8>,
}

/// A whole reply: its code and its bytes, all lines included.
pub(super) struct Reply {
    pub(super) code: u16,
    pub(super) bytes: Vec<u8>,
}

impl Reply {
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).trim_end().to_owned()
    }
}

/// A server with these faults.
pub(super) fn server(faults: &[&str]) -> PracticeServer {
    let faults = faults
        .iter()
        .map(|fault| fault.parse::<Fault>().unwrap())
        .collect();
    PracticeServer::start(Configuration {
        faults,
        ..Configuration::default()
    })
    .unwrap()
}

/// What lies in the server's folder under this name.
pub(super) fn on_disk(server: &PracticeServer, name: &str) -> Vec<u8> {
    fs::read(server.server_folder().join(name)).unwrap()
}

/// Puts a file into the server's folder.
pub(super) fn put(server: &PracticeServer, name: &str, content: impl AsRef<[u8]>) {
    fs::write(server.server_folder().join(name), content).unwrap();
}

/// A file of this size that no socket buffer can swallow, without the bytes being written.
pub(super) fn put_large(server: &PracticeServer, name: &str) {
    let file = fs::File::create(server.server_folder().join(name)).unwrap();
    file.set_len(256 * 1024 * 1024).unwrap();
}

pub(super) fn dial(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect_timeout(&address, DEADLINE).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.set_write_timeout(Some(DEADLINE)).unwrap();
    stream
}

/// Everything up to the end of the data.
pub(super) fn rest_of(mut data: &TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    data.read_to_end(&mut bytes).unwrap();
    bytes
}

impl Client {
    /// Connects and reads the greeting.
    pub(super) fn connect(server: &PracticeServer) -> (Self, Reply) {
        let mut client = Self {
            stream: dial(server.address()),
            received: Vec::new(),
        };
        let greeting = client.reply();
        (client, greeting)
    }

    /// Connects and logs in as A.
    pub(super) fn logged_in(server: &PracticeServer) -> Self {
        let (mut client, _) = Self::connect(server);
        assert_eq!(client.ask("USER A").code, 331);
        assert_eq!(client.ask("PASS A").code, 230);
        client
    }

    pub(super) fn send(&mut self, line: impl AsRef<[u8]>) {
        self.send_raw([line.as_ref(), b"\r\n"].concat());
    }

    pub(super) fn send_raw(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
    }

    pub(super) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    pub(super) fn ask(&mut self, line: impl AsRef<[u8]>) -> Reply {
        self.send(line);
        self.reply()
    }

    pub(super) fn expect(&mut self, line: impl AsRef<[u8]>, code: u16) -> String {
        let line = line.as_ref();
        let reply = self.ask(line);
        let said = reply.text();
        assert_eq!(reply.code, code, "{}: {said}", line.escape_ascii());
        said
    }

    /// The next reply, whatever asked for it.
    pub(super) fn reply(&mut self) -> Reply {
        let mut bytes = self.line().expect("a reply");
        let code: u16 = String::from_utf8_lossy(&bytes[..3]).parse().unwrap();
        if bytes[3] == b'-' {
            let last = format!("{code} ").into_bytes();
            loop {
                let line = self.line().expect("the rest of a reply");
                let is_last = line.starts_with(&last);
                bytes.extend(line);
                if is_last {
                    break;
                }
            }
        }
        Reply { code, bytes }
    }

    /// The codes of the next replies.
    pub(super) fn codes<const N: usize>(&mut self) -> [u16; N] {
        [(); N].map(|()| self.reply().code)
    }

    /// Asserts that the server closes the control connection in order, with nothing more said.
    pub(super) fn assert_closed(&mut self) {
        assert_eq!(self.line(), None);
    }

    /// Asserts that the control connection was reset.
    pub(super) fn assert_reset(&mut self) {
        assert_reset(&mut self.stream);
    }

    /// PASV, and the data connection.
    pub(super) fn passive(&mut self) -> TcpStream {
        let said = self.expect("PASV", 227);
        dial(address_in(&said))
    }

    /// Everything that a command sends over a data connection, and the final reply.
    pub(super) fn download(&mut self, line: &str) -> (Vec<u8>, Reply) {
        let data = self.passive();
        self.expect(line, 150);
        let bytes = rest_of(&data);
        drop(data);
        (bytes, self.reply())
    }

    /// Sends bytes over a data connection; the final reply.
    pub(super) fn upload(&mut self, line: &str, bytes: impl AsRef<[u8]>) -> Reply {
        let mut data = self.passive();
        self.expect(line, 150);
        data.write_all(bytes.as_ref()).unwrap();
        drop(data);
        self.reply()
    }

    fn line(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(end) = self.received.iter().position(|&byte| byte == b'\n') {
                let rest = self.received.split_off(end + 1);
                return Some(std::mem::replace(&mut self.received, rest));
            }
            let mut buffer = [0; 4096];
            let count = self.stream.read(&mut buffer).unwrap();
            if count == 0 {
                assert!(self.received.is_empty(), "half a line, then the end");
                return None;
            }
            self.received.extend_from_slice(&buffer[..count]);
        }
    }
}

/// A reset as Unix and, sometimes, Windows tell it.
pub(super) fn is_reset(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted
    )
}

/// Asserts that a connection was reset, whatever came before.
pub(super) fn assert_reset(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    let error = stream.read_to_end(&mut rest).unwrap_err();
    assert!(is_reset(error.kind()), "{error}");
}

/// The address in a 227, with or without parentheses.
pub(super) fn address_in(said: &str) -> SocketAddr {
    let numbers: Vec<u8> = said[4..]
        .split(|it: char| !it.is_ascii_digit())
        .filter_map(|number| number.parse::<u8>().ok())
        .collect();
    let [a, b, c, d, p1, p2] = numbers[..] else {
        panic!("six numbers in {said}");
    };
    SocketAddr::from(([a, b, c, d], u16::from_be_bytes([p1, p2])))
}

/// A listener for an active data connection, and the argument of its PORT.
pub(super) fn active() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let [p1, p2] = listener.local_addr().unwrap().port().to_be_bytes();
    (listener, format!("127,0,0,1,{p1},{p2}"))
}

/// Half-closes a data connection.
pub(super) fn end_data(data: &TcpStream) {
    data.shutdown(Shutdown::Write).unwrap();
}
