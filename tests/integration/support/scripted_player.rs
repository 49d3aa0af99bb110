//! Plays the steps of a script.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use socket2::SockRef;

use super::scripted_server::Heard;
use super::scripted_step::Step;
use super::scripted_stream::ScriptedStream;
use super::sockets::{accept_within, listen, port_of, reset_on_drop};
use super::tls_records::Record;
use super::tls_server::{SecuredConnection, TlsServer};

/// How long a client may go on talking after the end of the script.
const CLOSE_LIMIT: Duration = Duration::from_secs(3);

/// Plays the steps on one control connection after the other.
pub(super) struct Player {
    limit: Duration,
    listener: TcpListener,
    control: Option<ScriptedStream>,
    /// Received and not yet compared with the script.
    unread: Vec<u8>,
    data_listener: Option<TcpListener>,
    data: Option<ScriptedStream>,
    heard: Heard,
}

impl Player {
    pub(super) fn new(listener: TcpListener, limit: Duration) -> Self {
        Self {
            limit,
            listener,
            control: None,
            unread: Vec::new(),
            data_listener: None,
            data: None,
            heard: Heard::default(),
        }
    }

    pub(super) fn play(mut self, steps: Vec<Step>) -> (Heard, Result<(), String>) {
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
            self.await_client_close();
        }
        self.heard.lines = lines(&self.heard.bytes);
        (self.heard, result)
    }

    fn take(&mut self, step: &Step) -> io::Result<()> {
        match step {
            Step::Send(bytes) => self.control()?.write_all(bytes),
            Step::SendWithPort(text) => {
                let port = port_of(self.data_listener.as_ref().ok_or_else(no_connection)?);
                let text = text
                    .replace("{port}", &port.to_string())
                    .replace("{p1}", &(port / 256).to_string())
                    .replace("{p2}", &(port % 256).to_string());
                self.control()?.write_all(text.as_bytes())
            }
            Step::Expect(line) => self.expect(&[line, &b"\r\n"[..]].concat()),
            Step::ExpectBytes(bytes) => self.expect(bytes),
            Step::TakeRecord => self.take_record(),
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
                let last_line = || lines(&self.heard.bytes).pop().unwrap_or_default();
                let named = || SocketAddr::from((Ipv4Addr::LOCALHOST, port_in(&last_line())));
                let address = address.unwrap_or_else(named);
                let data = TcpStream::connect_timeout(&address, self.limit)?;
                self.begin_data(data)
            }
            Step::SendData(bytes) => self.data()?.write_all(bytes),
            Step::ReadData(count) => {
                let mut bytes = vec![0; *count];
                self.data()?.read_exact(&mut bytes)?;
                self.record_data(&bytes);
                Ok(())
            }
            Step::ReadDataToEnd => {
                let mut bytes = Vec::new();
                let result = self.data()?.read_to_end(&mut bytes);
                self.record_data(&bytes);
                self.note_end_of_data(result)
            }
            Step::CloseData => close(self.data.take()),
            Step::EndData => self.data()?.end_sending(),
            Step::CloseDataWithoutCloseNotify => {
                self.data.take().map(drop).ok_or_else(no_connection)
            }
            Step::ResetData => {
                reset_on_drop(self.data()?.socket());
                self.data = None;
                Ok(())
            }
            Step::SecureControl(tls) => self.secure_control(tls),
            Step::SecureData(tls) => self.secure_data(tls),
            Step::BeRefusedOnControl(tls) => {
                let control = self.control.take();
                let received = std::mem::take(&mut self.unread);
                self.be_refused(control, tls, received)
            }
            Step::BeRefusedOnData(tls) => {
                let data = self.data.take();
                self.be_refused(data, tls, Vec::new())
            }
            Step::ClearControl(bytes) => self.clear_control(bytes),
            Step::SendInClear(bytes, clear) => match self.control()? {
                ScriptedStream::Secured(control) => control.send_and_in_clear(bytes, clear),
                ScriptedStream::Clear(_) => Err(no_connection()),
            },
            Step::EndDataAndSendInClear(bytes) => match self.data()? {
                ScriptedStream::Secured(data) => data.send_close_notify(bytes),
                ScriptedStream::Clear(_) => Err(no_connection()),
            },
            Step::UpdateKeys(count) => match self.control()? {
                ScriptedStream::Secured(control) => control.update_keys(*count),
                ScriptedStream::Clear(_) => Err(no_connection()),
            },
            Step::FloodControl(record) => flood(self.control.take(), *record),
            Step::FloodData(record) => flood(self.data.take(), *record),
            Step::Close => close(self.control.take()),
            Step::Reset => {
                reset_on_drop(self.control()?.socket());
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
        self.control = Some(ScriptedStream::Clear(control));
        self.unread.clear();
        Ok(())
    }

    fn begin_data(&mut self, data: TcpStream) -> io::Result<()> {
        self.limit_waits(&data)?;
        self.data = Some(ScriptedStream::Clear(data));
        self.heard.data.push(Vec::new());
        Ok(())
    }

    fn secure_control(&mut self, tls: &TlsServer) -> io::Result<()> {
        let control = clear(self.control.take())?;
        // Only what is TLS may stand after the AUTH: the handshake fails on anything else.
        let received = std::mem::take(&mut self.unread);
        let control = tls.accept(control, received)?;
        let seen = SecuredConnection::of(&control);
        self.heard.secured_control.push(seen);
        self.control = Some(ScriptedStream::Secured(Box::new(control)));
        Ok(())
    }

    fn secure_data(&mut self, tls: &TlsServer) -> io::Result<()> {
        let data = tls.accept(clear(self.data.take())?, Vec::new())?;
        self.heard.secured_data.push(SecuredConnection::of(&data));
        self.data = Some(ScriptedStream::Secured(Box::new(data)));
        Ok(())
    }

    fn be_refused(
        &mut self,
        stream: Option<ScriptedStream>,
        tls: &TlsServer,
        received: Vec<u8>,
    ) -> io::Result<()> {
        let refusal = match tls.accept(clear(stream)?, received) {
            // In TLS 1.3 the client may have refused what we took for done.
            Ok(mut stream) => stream.read(&mut [0]).err(),
            Err(error) => Some(error),
        };
        let refusal = refusal.ok_or_else(|| io::Error::other("it was not refused"))?;
        match refusal.downcast::<rustls::Error>() {
            Ok(alert) => self.heard.refusals.push(alert),
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn clear_control(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(ScriptedStream::Secured(mut control)) = self.control.take() else {
            return Err(no_connection());
        };
        control.send_close_notify(bytes)?;
        let (control, received) = control.into_clear()?;
        if let Some(seen) = self.heard.secured_control.last_mut() {
            seen.has_close_notify = true;
        }
        self.record_control(&received, true);
        self.control = Some(ScriptedStream::Clear(control));
        Ok(())
    }

    /// The end of data under TLS is noted, with or without a close_notify.
    fn note_end_of_data(&mut self, result: io::Result<usize>) -> io::Result<()> {
        if let Some(ScriptedStream::Secured(data)) = &self.data
            && let Some(seen) = self.heard.secured_data.last_mut()
        {
            seen.has_close_notify = data.has_close_notify();
            let broke_off = |error: &io::Error| error.kind() == io::ErrorKind::UnexpectedEof;
            if result.as_ref().is_err_and(broke_off) {
                return Ok(());
            }
        }
        result.map(drop)
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

    fn take_record(&mut self) -> io::Result<()> {
        let length = |unread: &[u8]| match unread {
            [_, _, _, high, low, ..] => 5 + usize::from(u16::from_be_bytes([*high, *low])),
            _ => 5,
        };
        while self.unread.len() < length(&self.unread) {
            if self.receive()? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let record = self.unread.drain(..length(&self.unread)).collect();
        self.heard.records.push(record);
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
    fn await_client_close(&mut self) {
        if let Some(control) = &mut self.control {
            // An error means that the client was quicker.
            let _ = control.end_sending();
            let _ = control.socket().set_read_timeout(Some(CLOSE_LIMIT));
            while matches!(self.receive(), Ok(1..)) {}
        }
    }

    fn receive(&mut self) -> io::Result<usize> {
        let mut buffer = [0; 4096];
        let control = self.control()?;
        let is_clear = matches!(control, ScriptedStream::Clear(_));
        let count = control.read(&mut buffer)?;
        self.record_control(&buffer[..count], is_clear);
        if let Some(ScriptedStream::Secured(control)) = &self.control
            && let Some(seen) = self.heard.secured_control.last_mut()
        {
            seen.has_close_notify = control.has_close_notify();
        }
        Ok(count)
    }

    fn record_control(&mut self, bytes: &[u8], is_clear: bool) {
        self.unread.extend(bytes);
        self.heard.bytes.extend(bytes);
        if is_clear {
            self.heard.in_clear.extend(bytes);
        }
    }

    fn record_data(&mut self, bytes: &[u8]) {
        let data = self.heard.data.last_mut().expect("a data connection began");
        data.extend(bytes);
    }

    fn limit_waits(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(self.limit))?;
        stream.set_write_timeout(Some(self.limit))
    }

    fn control(&mut self) -> io::Result<&mut ScriptedStream> {
        self.control.as_mut().ok_or_else(no_connection)
    }

    fn data(&mut self) -> io::Result<&mut ScriptedStream> {
        self.data.as_mut().ok_or_else(no_connection)
    }
}

/// Closes in order, under TLS with a close_notify.
fn close(stream: Option<ScriptedStream>) -> io::Result<()> {
    match stream.ok_or_else(no_connection)? {
        ScriptedStream::Clear(_) => {}
        ScriptedStream::Secured(mut stream) => {
            // An error means that the client was quicker.
            let _ = stream.end_sending();
        }
    }
    Ok(())
}

/// Sends records under TLS until the client has gone.
fn flood(stream: Option<ScriptedStream>, record: Record) -> io::Result<()> {
    match stream {
        Some(ScriptedStream::Secured(stream)) => stream.flood(record),
        Some(ScriptedStream::Clear(_)) | None => Err(no_connection()),
    }
}

/// The socket of a connection that is not under TLS yet.
fn clear(stream: Option<ScriptedStream>) -> io::Result<TcpStream> {
    match stream {
        Some(ScriptedStream::Clear(stream)) => Ok(stream),
        Some(ScriptedStream::Secured(_)) | None => Err(no_connection()),
    }
}

fn no_connection() -> io::Error {
    io::ErrorKind::NotConnected.into()
}

fn lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
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
            .filter_map(|number| number.trim().parse::<u16>().ok())
            .collect()
    };
    match (numbers('|')[..].first(), &numbers(',')[..]) {
        (Some(port), _) => *port,
        (None, [low, high, ..]) => high * 256 + low,
        _ => 0,
    }
}
