//! A server that the test itself plays, line by line: for what a script cannot say, such as two data connections at
//! once and how one of them ended. Every wait has a deadline.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use socket2::SockRef;

use crate::support::DEADLINE;

/// Waits for one control connection.
pub(crate) struct Hand {
    listener: TcpListener,
}

/// The server's end of a control connection. Urgent bytes stay out of band.
pub(crate) struct Control {
    pub(crate) stream: TcpStream,
    unread: Vec<u8>,
}

impl Hand {
    pub(crate) fn new() -> Self {
        Self { listener: listen() }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.listener.local_addr().expect("it is bound")
    }

    /// Accepts a client and greets it.
    pub(crate) fn greet(&self) -> Control {
        let stream = accept(&self.listener);
        let mut control = Control {
            stream,
            unread: Vec::new(),
        };
        control.send("220 ready\r\n");
        control
    }
}

impl Control {
    #[track_caller]
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream
            .write_all(bytes.as_ref())
            .expect("the client is there");
    }

    /// Waits for exactly this line.
    #[track_caller]
    pub(crate) fn expect(&mut self, line: &str) {
        self.expect_bytes(format!("{line}\r\n").as_bytes());
    }

    /// Waits for exactly these bytes.
    #[track_caller]
    pub(crate) fn expect_bytes(&mut self, bytes: &[u8]) {
        while self.unread.len() < bytes.len() {
            let mut buffer = [0; 1024];
            let count = self.stream.read(&mut buffer);
            match count {
                Ok(count @ 1..) => self.unread.extend(&buffer[..count]),
                end => panic!(
                    "waited for {:?}, got {:?} and {end:?}",
                    bytes.escape_ascii().to_string(),
                    self.unread.escape_ascii().to_string()
                ),
            }
        }
        let rest = self.unread.split_off(bytes.len());
        let came = std::mem::replace(&mut self.unread, rest);
        assert_eq!(
            came.escape_ascii().to_string(),
            bytes.escape_ascii().to_string()
        );
    }

    /// Waits for IAC IP, IAC as the urgent byte, and DM.
    #[track_caller]
    pub(crate) fn expect_synch(&mut self) {
        self.expect_bytes(b"\xff\xf4");
        // The urgent byte is gone once anything after it was read, and there once that has come.
        let after = self.stream.peek(&mut [0]);
        assert!(matches!(after, Ok(1)), "{after:?}");
        let mut urgent = [std::mem::MaybeUninit::uninit()];
        let count = SockRef::from(&self.stream)
            .recv_out_of_band(&mut urgent)
            .expect("an urgent octet came");
        assert_eq!(count, 1);
        self.expect_bytes(b"\xf2");
    }

    /// The next line, without its end; `None` once the client has ended the connection.
    #[track_caller]
    pub(crate) fn next_line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|two| two == b"\r\n") {
                let rest = self.unread.split_off(end + 2);
                let mut line = std::mem::replace(&mut self.unread, rest);
                line.truncate(end);
                return Some(String::from_utf8(line).expect("the test typed UTF-8"));
            }
            let mut buffer = [0; 1024];
            match self.stream.read(&mut buffer) {
                Ok(count @ 1..) => self.unread.extend(&buffer[..count]),
                Err(error) if is_timeout(&error) => panic!("no line, and no end"),
                _ => return None,
            }
        }
    }

    /// Waits for the client's end; nothing may come before it.
    #[track_caller]
    pub(crate) fn expect_end(&mut self) {
        let mut rest = std::mem::take(&mut self.unread);
        let result = self.stream.read_to_end(&mut rest);
        assert_eq!(rest.escape_ascii().to_string(), "");
        assert!(
            !matches!(&result, Err(error) if is_timeout(error)),
            "it stays open"
        );
    }

    /// Answers PASV and takes the data connection.
    #[track_caller]
    pub(crate) fn passive(&mut self) -> TcpStream {
        self.expect("PASV");
        self.enter_passive()
    }

    /// Answers a PASV that was read already, and takes the data connection.
    #[track_caller]
    pub(crate) fn enter_passive(&mut self) -> TcpStream {
        let listener = listen();
        let port = listener.local_addr().expect("it is bound").port();
        let (high, low) = (port / 256, port % 256);
        self.send(format!(
            "227 Entering Passive Mode (127,0,0,1,{high},{low}).\r\n"
        ));
        accept(&listener)
    }
}

/// How a connection ended when all was read that came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    Closed,
    Reset,
}

/// Reads up to the end.
#[track_caller]
pub(crate) fn read_to_end(data: &mut TcpStream) -> (Vec<u8>, End) {
    let mut bytes = Vec::new();
    match data.read_to_end(&mut bytes) {
        Ok(_) => (bytes, End::Closed),
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => (bytes, End::Reset),
        Err(error) => panic!("after {} bytes: {error}", bytes.len()),
    }
}

/// Writes until the client has closed or reset the connection.
#[track_caller]
pub(crate) fn write_without_end(data: &mut TcpStream) {
    let piece = vec![b'x'; 64 * 1024];
    for _ in 0..10_000 {
        match data.write_all(&piece) {
            Ok(()) => {}
            Err(error) if is_timeout(&error) => panic!("the client neither reads nor closes"),
            Err(_) => return,
        }
    }
    panic!("the client takes everything");
}

/// Whether nothing has come and the other side is there.
pub(crate) fn is_idle(data: &TcpStream) -> bool {
    data.set_read_timeout(Some(Duration::from_millis(300)))
        .expect("the stream is open");
    let result = data.peek(&mut [0]);
    data.set_read_timeout(Some(DEADLINE))
        .expect("the stream is open");
    matches!(&result, Err(error) if is_timeout(error))
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

fn listen() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port")
}

#[track_caller]
fn accept(listener: &TcpListener) -> TcpStream {
    let (sender, accepted) = mpsc::channel();
    let listener = listener.try_clone().expect("handles are left");
    thread::spawn(move || {
        // Nobody waits any more once the deadline is over.
        let _ = sender.send(listener.accept());
    });
    let (stream, _) = accepted
        .recv_timeout(DEADLINE)
        .expect("the client connects")
        .expect("the connection is accepted");
    stream
        .set_read_timeout(Some(DEADLINE))
        .and_then(|()| stream.set_write_timeout(Some(DEADLINE)))
        .and_then(|()| stream.set_nodelay(true))
        .expect("the stream is open");
    stream
}
