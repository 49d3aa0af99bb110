//! A server that plays a script and knows no FTP.
//!
//! Every wait has a deadline. What does not fit the script ends it and fails the test in
//! [`ScriptedServer::finish`], and so does a server that nobody spoke to.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::SockRef;

use super::DEADLINE;
use super::sockets::{accept_within, listen, port_of, reset_on_drop};

/// How long a client may go on talking after the end of the script.
const FAREWELL: Duration = Duration::from_secs(3);

/// What the server is to do; [`Script::start`] starts it.
#[must_use]
pub(crate) struct Script {
    steps: Vec<Step>,
    limit: Duration,
}

/// A server that plays its script in the background, on 127.0.0.1.
#[must_use]
pub(crate) struct ScriptedServer {
    address: SocketAddr,
    player: JoinHandle<(Heard, Result<(), String>)>,
}

/// What the client sent.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// All octets of the control connections.
    pub(crate) octets: Vec<u8>,
    /// The same as lines, without their CRLF; what is not UTF-8 as U+FFFD.
    pub(crate) lines: Vec<String>,
    /// What each data connection brought, as far as the script read it.
    pub(crate) data: Vec<Vec<u8>>,
}

/// Closed until it is opened, by a test or by a script.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
}

enum Step {
    Send(Vec<u8>),
    SendWithPort(String),
    Expect(Vec<u8>),
    ExpectOctets(Vec<u8>),
    ListenData,
    AcceptData,
    DialData(Option<SocketAddr>),
    SendData(Vec<u8>),
    ReadData(usize),
    ReadDataToEnd,
    CloseData,
    ResetData,
    Close,
    Reset,
    WaitForClientClose,
    Accept,
    PauseUntil(Arc<Gate>),
    Open(Arc<Gate>),
}

struct Player {
    limit: Duration,
    listener: TcpListener,
    control: Option<TcpStream>,
    /// Received and not yet compared with the script.
    unread: Vec<u8>,
    data_listener: Option<TcpListener>,
    data: Option<TcpStream>,
    heard: Heard,
}

impl Script {
    pub(crate) fn new() -> Self {
        Self {
            steps: Vec::new(),
            limit: DEADLINE,
        }
    }

    /// Waits at most so long for whatever the client owes; 20 seconds unless said.
    pub(crate) fn patience(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Sends octets, line ends included.
    pub(crate) fn send(self, octets: impl AsRef<[u8]>) -> Self {
        self.then(Step::Send(octets.as_ref().to_vec()))
    }

    /// As `send`, with `{port}`, `{p1}` and `{p2}` replaced by the data listener's port and its two octets.
    pub(crate) fn send_with_port(self, text: &str) -> Self {
        self.then(Step::SendWithPort(text.to_owned()))
    }

    /// Waits for exactly this line and CRLF.
    pub(crate) fn expect(self, line: impl AsRef<[u8]>) -> Self {
        self.then(Step::Expect(line.as_ref().to_vec()))
    }

    /// Waits for exactly these octets; urgent ones are among them in their place.
    pub(crate) fn expect_octets(self, octets: impl AsRef<[u8]>) -> Self {
        self.then(Step::ExpectOctets(octets.as_ref().to_vec()))
    }

    /// Listens on a new port for a data connection; the listener before it is closed.
    pub(crate) fn listen_data(self) -> Self {
        self.then(Step::ListenData)
    }

    pub(crate) fn accept_data(self) -> Self {
        self.then(Step::AcceptData)
    }

    /// Dials 127.0.0.1 at the port that the line heard last ends with: six numbers, or `|port|`.
    pub(crate) fn dial_data(self) -> Self {
        self.then(Step::DialData(None))
    }

    /// Dials a port that an earlier line named.
    pub(crate) fn dial_data_at(self, address: SocketAddr) -> Self {
        self.then(Step::DialData(Some(address)))
    }

    pub(crate) fn send_data(self, octets: impl AsRef<[u8]>) -> Self {
        self.then(Step::SendData(octets.as_ref().to_vec()))
    }

    /// Waits for so many octets.
    pub(crate) fn read_data(self, octets: usize) -> Self {
        self.then(Step::ReadData(octets))
    }

    pub(crate) fn read_data_to_end(self) -> Self {
        self.then(Step::ReadDataToEnd)
    }

    pub(crate) fn close_data(self) -> Self {
        self.then(Step::CloseData)
    }

    pub(crate) fn reset_data(self) -> Self {
        self.then(Step::ResetData)
    }

    /// Closes the control connection.
    pub(crate) fn close(self) -> Self {
        self.then(Step::Close)
    }

    /// Resets the control connection.
    pub(crate) fn reset(self) -> Self {
        self.then(Step::Reset)
    }

    /// Waits until the client closes the control connection, and sends nothing more.
    pub(crate) fn wait_for_client_close(self) -> Self {
        self.then(Step::WaitForClientClose)
    }

    /// Waits for another control connection; the first is waited for at the start of every script.
    pub(crate) fn accept(self) -> Self {
        self.then(Step::Accept)
    }

    pub(crate) fn pause_until(self, gate: &Arc<Gate>) -> Self {
        self.then(Step::PauseUntil(Arc::clone(gate)))
    }

    /// Tells the test that the script has come this far.
    pub(crate) fn open(self, gate: &Arc<Gate>) -> Self {
        self.then(Step::Open(Arc::clone(gate)))
    }

    pub(crate) fn start(self) -> ScriptedServer {
        let listener = listen();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port_of(&listener)));
        let player = Player {
            limit: self.limit,
            listener,
            control: None,
            unread: Vec::new(),
            data_listener: None,
            data: None,
            heard: Heard::default(),
        };
        ScriptedServer {
            address,
            player: thread::spawn(move || player.play(self.steps)),
        }
    }

    fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

impl ScriptedServer {
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for the end of the script, and of the client: what the client sent.
    ///
    /// Panics when the client did not keep to the script.
    #[track_caller]
    pub(crate) fn finish(self) -> Heard {
        let (heard, result) = self.player.join().expect("the player does not panic");
        if let Err(problem) = result {
            panic!("scripted server: {problem}; heard {heard:#?}");
        }
        heard
    }
}

impl Gate {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(crate) fn open(&self) {
        *self.is_open.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.opened.notify_all();
    }

    /// Panics when nobody opens it in time.
    #[track_caller]
    pub(crate) fn wait(&self) {
        self.wait_within_deadline().expect("the gate is opened");
    }

    fn wait_within_deadline(&self) -> io::Result<()> {
        let is_open = self.is_open.lock().unwrap_or_else(PoisonError::into_inner);
        let (is_open, _) = self
            .opened
            .wait_timeout_while(is_open, DEADLINE, |is_open| !*is_open)
            .unwrap_or_else(PoisonError::into_inner);
        if *is_open {
            Ok(())
        } else {
            Err(io::ErrorKind::TimedOut.into())
        }
    }
}

impl Player {
    fn play(mut self, steps: Vec<Step>) -> (Heard, Result<(), String>) {
        let mut result = self
            .accept()
            .map_err(|error| format!("nobody spoke to it: {error}"));
        for (step, number) in steps.iter().zip(1..) {
            if result.is_ok() {
                result = self
                    .take(step)
                    .map_err(|error| format!("step {number}, {}: {error}", step.describe()));
            }
        }
        if result.is_ok() {
            self.bid_farewell();
        }
        self.heard.lines = lines(&self.heard.octets);
        (self.heard, result)
    }

    fn take(&mut self, step: &Step) -> io::Result<()> {
        match step {
            Step::Send(octets) => self.control()?.write_all(octets),
            Step::SendWithPort(text) => {
                let port = port_of(self.data_listener.as_ref().ok_or_else(no_connection)?);
                let text = text
                    .replace("{port}", &port.to_string())
                    .replace("{p1}", &(port / 256).to_string())
                    .replace("{p2}", &(port % 256).to_string());
                self.control()?.write_all(text.as_bytes())
            }
            Step::Expect(line) => self.expect(&[line, &b"\r\n"[..]].concat()),
            Step::ExpectOctets(octets) => self.expect(octets),
            Step::ListenData => {
                self.data_listener = Some(listen());
                Ok(())
            }
            Step::AcceptData => {
                let listener = self.data_listener.as_ref().ok_or_else(no_connection)?;
                let data = accept_within(listener, self.limit)?;
                self.begin_data(data)
            }
            Step::DialData(address) => {
                let last_line = || lines(&self.heard.octets).pop().unwrap_or_default();
                let named = || SocketAddr::from((Ipv4Addr::LOCALHOST, port_in(&last_line())));
                let address = address.unwrap_or_else(named);
                let data = TcpStream::connect_timeout(&address, self.limit)?;
                self.begin_data(data)
            }
            Step::SendData(octets) => self.data()?.write_all(octets),
            Step::ReadData(count) => {
                let mut octets = vec![0; *count];
                self.data()?.read_exact(&mut octets)?;
                self.record_data(&octets);
                Ok(())
            }
            Step::ReadDataToEnd => {
                let mut octets = Vec::new();
                let result = self.data()?.read_to_end(&mut octets);
                self.record_data(&octets);
                result.map(drop)
            }
            Step::CloseData => self.data.take().map(drop).ok_or_else(no_connection),
            Step::ResetData => {
                reset_on_drop(self.data()?);
                self.data = None;
                Ok(())
            }
            Step::Close => self.control.take().map(drop).ok_or_else(no_connection),
            Step::Reset => {
                reset_on_drop(self.control()?);
                self.control = None;
                Ok(())
            }
            Step::WaitForClientClose => self.wait_for_client_close(),
            Step::Accept => self.accept(),
            Step::PauseUntil(gate) => gate.wait_within_deadline(),
            Step::Open(gate) => {
                gate.open();
                Ok(())
            }
        }
    }

    fn accept(&mut self) -> io::Result<()> {
        let control = accept_within(&self.listener, self.limit)?;
        self.limit_waits(&control)?;
        SockRef::from(&control).set_out_of_band_inline(true)?;
        self.control = Some(control);
        self.unread.clear();
        Ok(())
    }

    fn begin_data(&mut self, data: TcpStream) -> io::Result<()> {
        self.limit_waits(&data)?;
        self.data = Some(data);
        self.heard.data.push(Vec::new());
        Ok(())
    }

    fn expect(&mut self, wanted: &[u8]) -> io::Result<()> {
        while self.unread.len() < wanted.len() && wanted.starts_with(&self.unread) {
            if self.receive()? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        if !self.unread.starts_with(wanted) {
            let unread = self.unread.escape_ascii();
            return Err(io::Error::other(format!("came \"{unread}\"")));
        }
        self.unread.drain(..wanted.len());
        Ok(())
    }

    fn wait_for_client_close(&mut self) -> io::Result<()> {
        while self.receive()? > 0 {}
        self.control = None;
        if self.unread.is_empty() {
            return Ok(());
        }
        let unread = self.unread.escape_ascii();
        Err(io::Error::other(format!("before it came \"{unread}\"")))
    }

    /// Ends the connection in order, and records what the client still says.
    fn bid_farewell(&mut self) {
        if let Some(control) = &self.control {
            // An error means that the client was quicker.
            let _ = control.shutdown(Shutdown::Write);
            let _ = control.set_read_timeout(Some(FAREWELL));
            while matches!(self.receive(), Ok(1..)) {}
        }
    }

    fn receive(&mut self) -> io::Result<usize> {
        let mut buffer = [0; 4096];
        let count = self.control()?.read(&mut buffer)?;
        self.unread.extend(&buffer[..count]);
        self.heard.octets.extend(&buffer[..count]);
        Ok(count)
    }

    fn record_data(&mut self, octets: &[u8]) {
        let data = self.heard.data.last_mut().expect("a data connection began");
        data.extend(octets);
    }

    fn limit_waits(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(self.limit))?;
        stream.set_write_timeout(Some(self.limit))
    }

    fn control(&mut self) -> io::Result<&mut TcpStream> {
        self.control.as_mut().ok_or_else(no_connection)
    }

    fn data(&mut self) -> io::Result<&mut TcpStream> {
        self.data.as_mut().ok_or_else(no_connection)
    }
}

impl Step {
    fn describe(&self) -> String {
        let shown = |verb: &str, octets: &[u8]| format!("{verb} \"{}\"", octets.escape_ascii());
        match self {
            Self::Send(octets) => shown("send", octets),
            Self::SendWithPort(text) => shown("send", text.as_bytes()),
            Self::Expect(line) => shown("expect the line", line),
            Self::ExpectOctets(octets) => shown("expect", octets),
            Self::ListenData => "listen for data".to_owned(),
            Self::AcceptData => "accept the data connection".to_owned(),
            Self::DialData(_) => "dial the data connection".to_owned(),
            Self::SendData(octets) => format!("send {} octets of data", octets.len()),
            Self::ReadData(count) => format!("read {count} octets of data"),
            Self::ReadDataToEnd => "read the data to their end".to_owned(),
            Self::CloseData => "close the data connection".to_owned(),
            Self::ResetData => "reset the data connection".to_owned(),
            Self::Close => "close the control connection".to_owned(),
            Self::Reset => "reset the control connection".to_owned(),
            Self::WaitForClientClose => "wait for the client to close".to_owned(),
            Self::Accept => "accept another control connection".to_owned(),
            Self::PauseUntil(_) => "pause until the gate is open".to_owned(),
            Self::Open(_) => "open the gate".to_owned(),
        }
    }
}

fn no_connection() -> io::Error {
    io::ErrorKind::NotConnected.into()
}

fn lines(octets: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(octets);
    let lines = text.strip_suffix("\r\n").unwrap_or(&text);
    if lines.is_empty() {
        return Vec::new();
    }
    lines.split("\r\n").map(str::to_owned).collect()
}

/// The port that a line ends with: `..,p1,p2` or `..|port|`; 0 when there is none.
fn port_in(line: &str) -> u16 {
    let numbers = |separator: char| -> Vec<u16> {
        line.rsplit(separator)
            .filter_map(|number| number.trim().parse().ok())
            .collect()
    };
    match (numbers('|')[..].first(), &numbers(',')[..]) {
        (Some(port), _) => *port,
        (None, [low, high, ..]) => high * 256 + low,
        _ => 0,
    }
}
