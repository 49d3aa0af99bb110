//! A control connection: command lines out of its bytes, without the Telnet commands between them, and replies.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::faults::{Fault, Faults, HOSTILE_TEXT};
use super::log::{LogEvent, SessionLog};
use super::loopback::LoopbackConnection;
use crate::protocol::Verb;

/// The longest line that is read, in bytes; a longer one is dropped whole.
pub(super) const LONGEST_LINE: usize = 4 * 1024;

const IAC: u8 = 255;
const DONT: u8 = 254;
const WILL: u8 = 251;
const SB: u8 = 250;
const SE: u8 = 240;

/// What reading a line led to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Received {
    /// A line without its line end.
    Line(Vec<u8>),
    /// A line longer than [`LONGEST_LINE`]; it was dropped.
    TooLong,
    /// No whole line within the time allowed.
    Nothing,
    /// The client closed or reset the connection.
    End,
}

/// Reads the lines of one control connection.
#[derive(Debug)]
pub(super) struct LineReader {
    connection: LoopbackConnection,
    bytes: Vec<u8>,
    taken: usize,
    assembly: LineAssembly,
}

/// Puts lines together and leaves Telnet commands out (RFC 854).
#[derive(Debug, Default)]
struct LineAssembly {
    line: Vec<u8>,
    too_long: bool,
    telnet: Telnet,
}

/// Where in a Telnet command the last byte left off.
#[derive(Debug, Default)]
enum Telnet {
    #[default]
    Outside,
    AwaitingCommand,
    AwaitingOption,
    InSubnegotiation,
    AwaitingSubnegotiationEnd,
}

impl LineReader {
    pub(super) fn new(connection: LoopbackConnection) -> Self {
        Self {
            connection,
            bytes: Vec::new(),
            taken: 0,
            assembly: LineAssembly::default(),
        }
    }

    /// The connection that is read, to be secured or cleared between two lines.
    pub(super) fn connection(&self) -> &LoopbackConnection {
        &self.connection
    }

    /// Drops what was received after the last line.
    pub(super) fn forget_received(&mut self) {
        self.bytes.clear();
        self.taken = 0;
        self.assembly = LineAssembly::default();
    }

    /// The next line, waited for at most `limit`.
    pub(super) fn next_within(&mut self, limit: Duration) -> Received {
        let deadline = Instant::now() + limit;
        loop {
            while let Some(&byte) = self.bytes.get(self.taken) {
                self.taken += 1;
                if let Some(received) = self.assembly.push(byte) {
                    return received;
                }
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Received::Nothing;
            }
            self.connection.limit_reads(Some(left));
            self.bytes.resize(2048, 0);
            self.taken = 0;
            let count = match self.connection.read(&mut self.bytes) {
                Ok(0) => return Received::End,
                Ok(count) => count,
                Err(error) if is_passing(error.kind()) => 0,
                Err(_) => return Received::End,
            };
            self.bytes.truncate(count);
        }
    }
}

impl LineAssembly {
    fn push(&mut self, byte: u8) -> Option<Received> {
        match self.telnet {
            Telnet::Outside if byte == IAC => self.telnet = Telnet::AwaitingCommand,
            Telnet::Outside => return self.push_text(byte),
            Telnet::AwaitingCommand => return self.push_command(byte),
            Telnet::AwaitingOption => self.telnet = Telnet::Outside,
            Telnet::InSubnegotiation if byte == IAC => {
                self.telnet = Telnet::AwaitingSubnegotiationEnd;
            }
            Telnet::InSubnegotiation => {}
            Telnet::AwaitingSubnegotiationEnd if byte == SE => self.telnet = Telnet::Outside,
            Telnet::AwaitingSubnegotiationEnd => self.telnet = Telnet::InSubnegotiation,
        }
        None
    }

    fn push_command(&mut self, byte: u8) -> Option<Received> {
        self.telnet = match byte {
            WILL..=DONT => Telnet::AwaitingOption,
            SB => Telnet::InSubnegotiation,
            _ => Telnet::Outside,
        };
        match byte {
            SE..=DONT => None,
            IAC => self.push_text(IAC),
            // Clients that send names as they are do not double 0xFF: it was not an IAC.
            _ => {
                self.push_text(IAC);
                self.push_text(byte)
            }
        }
    }

    fn push_text(&mut self, byte: u8) -> Option<Received> {
        if byte == b'\n' {
            let mut line = std::mem::take(&mut self.line);
            if std::mem::take(&mut self.too_long) {
                return Some(Received::TooLong);
            }
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            if line.len() > LONGEST_LINE {
                return Some(Received::TooLong);
            }
            return Some(Received::Line(line));
        }
        // One byte more than a line may have, for its CR.
        if self.line.len() > LONGEST_LINE {
            self.too_long = true;
        } else {
            self.line.push(byte);
        }
        None
    }
}

/// A read that brought nothing but may bring something next time: the time limit (whose kind differs by system) and
/// signals.
pub(super) fn is_passing(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}

/// Replies whose text is a value that clients read; hostile text would only make them unreadable.
const VALUES: [u16; 3] = [213, 227, 229];

/// Writes the replies of one session; whole replies, also when two threads have one to write.
#[derive(Debug)]
pub(super) struct Replies {
    connection: Mutex<LoopbackConnection>,
    in_pieces: bool,
    hostile: bool,
    log: SessionLog,
    /// The command that the session answers; a transfer answers its own.
    answered: Mutex<Option<Verb>>,
}

impl Replies {
    pub(super) fn new(connection: LoopbackConnection, faults: &Faults, log: SessionLog) -> Self {
        Self {
            connection: Mutex::new(connection),
            log,
            answered: Mutex::default(),
            in_pieces: faults.has(&Fault::ReplyInPieces),
            hostile: faults.has(&Fault::HostileText),
        }
    }

    /// What happens in this session is kept there.
    pub(super) fn log(&self) -> &SessionLog {
        &self.log
    }

    /// What is sent from here on answers this command.
    pub(super) fn begin_answering(&self, verb: Verb) {
        *lock(&self.answered) = Some(verb);
    }

    /// Writes a reply of one line.
    pub(super) fn send(&self, code: u16, text: &[u8]) {
        self.send_to(self.answered(), code, text);
    }

    /// The same in answer to the command of a transfer.
    pub(super) fn send_to(&self, verb: Option<Verb>, code: u16, text: &[u8]) {
        let mut reply = format!("{code} ").into_bytes();
        reply.extend_from_slice(text);
        self.finish(verb, code, reply);
    }

    /// Writes a reply of several lines; those of the body are indented by one space.
    pub(super) fn send_lines<L: AsRef<[u8]>>(
        &self,
        code: u16,
        first: &[u8],
        body: impl IntoIterator<Item = L>,
        last: &[u8],
    ) {
        let mut reply = [format!("{code}-").as_bytes(), first, b"\r\n"].concat();
        for line in body {
            reply.push(b' ');
            reply.extend_from_slice(line.as_ref());
            reply.extend_from_slice(b"\r\n");
        }
        reply.extend_from_slice(format!("{code} ").as_bytes());
        reply.extend_from_slice(last);
        self.finish(self.answered(), code, reply);
    }

    /// Writes replies as they are.
    pub(super) fn send_wire(&self, replies: &[u8]) {
        // A client that is gone is noticed when the connection is read.
        let _ = self.write(replies);
    }

    /// Writes a reply and, in the same segment, one that was not asked for.
    pub(super) fn send_with_another(&self, code: u16, text: &[u8], another: &[u8]) {
        let reply = [format!("{code} ").as_bytes(), text, b"\r\n", another].concat();
        self.finish(self.answered(), code, reply);
    }

    /// Ends the control connection in order; under TLS with a close_notify.
    pub(super) fn close(&self) {
        let connection = self.connection();
        // An error means that the client was quicker.
        let _ = connection.send_close_notify();
        connection.close();
    }

    /// Ends the control connection with a reset once all its handles are dropped.
    pub(super) fn reset_on_drop(&self) {
        // An error means that the client was quicker.
        let _ = self.connection().reset_on_drop();
    }

    fn finish(&self, verb: Option<Verb>, code: u16, mut reply: Vec<u8>) {
        self.log.note(LogEvent::Reply {
            verb,
            code,
            text: reply.clone(),
        });
        if self.hostile && !VALUES.contains(&code) {
            reply.extend_from_slice(HOSTILE_TEXT);
        }
        reply.extend_from_slice(b"\r\n");
        // A client that is gone is noticed when the connection is read.
        let _ = self.write(&reply);
    }

    fn write(&self, reply: &[u8]) -> io::Result<()> {
        let mut connection = self.connection();
        if !self.in_pieces {
            return connection.write_all(reply);
        }
        for byte in reply.chunks(1) {
            connection.write_all(byte)?;
            connection.flush()?;
        }
        Ok(())
    }

    fn answered(&self) -> Option<Verb> {
        lock(&self.answered).clone()
    }

    fn connection(&self) -> MutexGuard<'_, LoopbackConnection> {
        lock(&self.connection)
    }
}

/// Neither a connection nor a verb has a state that a panic could leave half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_LINE, LineAssembly, Received};

    fn lines(bytes: &[u8]) -> Vec<Received> {
        let mut assembly = LineAssembly::default();
        bytes
            .iter()
            .filter_map(|&byte| assembly.push(byte))
            .collect()
    }

    fn line(bytes: &[u8]) -> Vec<Received> {
        vec![Received::Line(bytes.to_vec())]
    }

    #[test]
    fn telnet_commands_are_removed() {
        assert_eq!(lines(b"\xff\xf4\xff\xf2ABOR\r\n"), line(b"ABOR"));
        assert_eq!(lines(b"\xff\xfd\x01NO\xff\xf1OP\r\n"), line(b"NOOP"));
        assert_eq!(
            lines(b"\xff\xfa\x18\x00x\xff\xff\n\xff\xf0NOOP\r\n"),
            line(b"NOOP")
        );
    }

    #[test]
    fn a_single_0xff_in_a_name_survives_and_a_doubled_one_is_one() {
        assert_eq!(lines(b"SIZE a\xffb\r\n"), line(b"SIZE a\xffb"));
        assert_eq!(lines(b"SIZE a\xff\xffb\r\n"), line(b"SIZE a\xffb"));
        assert_eq!(lines(b"SIZE a\xff\r\n"), line(b"SIZE a\xff"));
    }

    #[test]
    fn a_line_may_end_with_lf_alone() {
        assert_eq!(lines(b"NOOP\n"), line(b"NOOP"));
    }

    #[test]
    fn a_line_that_is_too_long_is_dropped_and_the_next_one_is_read() {
        let mut bytes = vec![b'x'; LONGEST_LINE];
        bytes.extend_from_slice(b"\r\n");
        assert_eq!(lines(&bytes), line(&[b'x'; LONGEST_LINE]));
        bytes.insert(0, b'x');
        bytes.extend_from_slice(b"NOOP\r\n");
        assert_eq!(
            lines(&bytes),
            vec![Received::TooLong, Received::Line(b"NOOP".to_vec())]
        );
    }
}
