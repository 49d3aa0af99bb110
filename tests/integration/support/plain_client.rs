//! As little of an FTP client as the tests of the rig itself need; passive transfers over IPv4 and IPv6.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use super::DEADLINE;

pub(crate) struct PlainClient {
    control: BufReader<TcpStream>,
    greeting: String,
}

impl PlainClient {
    /// Connects and reads the greeting.
    #[track_caller]
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let mut client = Self {
            control: BufReader::new(dial(address)),
            greeting: String::new(),
        };
        let (code, greeting) = client.reply();
        assert_eq!(code, 220);
        client.greeting = greeting;
        client
    }

    /// The last line of the greeting.
    pub(crate) fn greeting(&self) -> &str {
        &self.greeting
    }

    #[track_caller]
    pub(crate) fn log_in(address: SocketAddr, user: &str, password: &str) -> Self {
        let mut client = Self::connect(address);
        assert_eq!(client.command(&format!("USER {user}")).0, 331);
        assert_eq!(client.command(&format!("PASS {password}")).0, 230);
        assert_eq!(client.command("TYPE I").0, 200);
        client
    }

    /// Sends one line and reads one reply: its code and its last line.
    #[track_caller]
    pub(crate) fn command(&mut self, line: &str) -> (u16, String) {
        self.send(format!("{line}\r\n").as_bytes());
        self.reply()
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.control
            .get_mut()
            .write_all(bytes)
            .expect("the control connection takes a line");
    }

    /// The next reply: its code and its last line.
    #[track_caller]
    pub(crate) fn reply(&mut self) -> (u16, String) {
        self.try_reply().expect("a reply comes in time")
    }

    /// `None` when the connection was lost.
    pub(crate) fn try_reply(&mut self) -> Option<(u16, String)> {
        let first = self.line()?;
        let code = first[..3].parse().expect("a reply begins with its code");
        let end = format!("{code} ");
        let mut last = first;
        while !last.starts_with(&end) {
            last = self.line()?;
        }
        Some((code, last.trim_end().to_owned()))
    }

    /// A data connection to the port that PASV or EPSV offers.
    #[track_caller]
    pub(crate) fn passive(&mut self) -> TcpStream {
        let mut address = self.control.get_ref().peer_addr().expect("it is connected");
        let verb = if address.is_ipv4() { "PASV" } else { "EPSV" };
        let (_, text) = self.command(verb);
        let numbers: Vec<u16> = text[4..]
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|number| number.parse::<u16>().ok())
            .collect();
        address.set_port(match *numbers {
            [port] => port,
            [.., high, low] => high * 256 + low,
            [] => panic!("no port in {text:?}"),
        });
        dial(address)
    }

    #[track_caller]
    pub(crate) fn store(&mut self, command: &str, content: &[u8]) {
        let mut data = self.passive();
        assert!(matches!(self.command(command).0, 125 | 150));
        data.write_all(content).expect("the server takes the data");
        drop(data);
        assert_eq!(self.reply().0, 226);
    }

    #[track_caller]
    pub(crate) fn retrieve(&mut self, name: &str) -> Vec<u8> {
        let mut data = self.passive();
        assert!(matches!(self.command(&format!("RETR {name}")).0, 125 | 150));
        let mut content = Vec::new();
        data.read_to_end(&mut content)
            .expect("the data ends in time");
        drop(data);
        assert_eq!(self.reply().0, 226);
        content
    }

    fn line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        match self.control.read_until(b'\n', &mut line) {
            Ok(1..) => Some(String::from_utf8_lossy(&line).into_owned()),
            Ok(0) => None,
            Err(error) if super::sockets::is_timeout(&error) => panic!("no reply in time"),
            Err(_) => None,
        }
    }
}

#[track_caller]
pub(crate) fn dial(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect_timeout(&address, DEADLINE).expect("the port listens");
    stream
        .set_read_timeout(Some(DEADLINE))
        .expect("the limit is not zero");
    stream
        .set_write_timeout(Some(DEADLINE))
        .expect("the limit is not zero");
    stream
}
