//! A server that plays a script and knows no FTP.
//!
//! Every wait has a deadline. What does not fit the script ends it and fails the test in
//! [`ScriptedServer::finish`], and so does a server that nobody spoke to.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::DEADLINE;
use super::scripted_player::Player;
use super::scripted_step::Step;
use super::sockets::{listen, port_of};
use super::tls_records::Record;
use super::tls_server::{SecuredConnection, TlsServer};

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
    /// All bytes of the control connections; those under TLS as they were meant.
    pub(crate) bytes: Vec<u8>,
    /// Those among them that came in the clear.
    pub(crate) in_clear: Vec<u8>,
    /// The same as lines, without their CRLF; what is not UTF-8 as U+FFFD.
    pub(crate) lines: Vec<String>,
    /// What each data connection brought, as far as the script read it.
    pub(crate) data: Vec<Vec<u8>>,
    /// The control connections that came under TLS.
    pub(crate) secured_control: Vec<SecuredConnection>,
    /// The data connections that came under TLS.
    pub(crate) secured_data: Vec<SecuredConnection>,
    /// The records that a step took.
    pub(crate) records: Vec<Vec<u8>>,
    /// What the client said against each handshake that it was to refuse.
    pub(crate) refusals: Vec<rustls::Error>,
}

/// Closed until it is opened, by a test or by a script.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Script {
    pub(crate) fn new() -> Self {
        Self {
            steps: Vec::new(),
            limit: DEADLINE,
        }
    }

    /// Waits at most so long for what the client is to send; [`DEADLINE`] unless said.
    pub(crate) fn patience(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Sends bytes, line ends included.
    pub(crate) fn send(self, bytes: impl AsRef<[u8]>) -> Self {
        self.then(Step::Send(bytes.as_ref().to_vec()))
    }

    /// As `send`, with `{port}`, `{p1}` and `{p2}` replaced by the data listener's port and its two bytes.
    pub(crate) fn send_with_port(self, text: &str) -> Self {
        self.then(Step::SendWithPort(text.to_owned()))
    }

    /// Waits for exactly this line and CRLF.
    pub(crate) fn expect(self, line: impl AsRef<[u8]>) -> Self {
        self.then(Step::Expect(line.as_ref().to_vec()))
    }

    /// Waits for exactly these bytes; urgent ones are among them in their place.
    pub(crate) fn expect_bytes(self, bytes: impl AsRef<[u8]>) -> Self {
        self.then(Step::ExpectBytes(bytes.as_ref().to_vec()))
    }

    /// Waits for a whole record of TLS on the control connection, and keeps it as it is.
    pub(crate) fn take_record(self) -> Self {
        self.then(Step::TakeRecord)
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

    pub(crate) fn send_data(self, bytes: impl AsRef<[u8]>) -> Self {
        self.then(Step::SendData(bytes.as_ref().to_vec()))
    }

    /// Waits for so many bytes.
    pub(crate) fn read_data(self, bytes: usize) -> Self {
        self.then(Step::ReadData(bytes))
    }

    pub(crate) fn read_data_to_end(self) -> Self {
        self.then(Step::ReadDataToEnd)
    }

    /// Closes the data connection; under TLS with a close_notify.
    pub(crate) fn close_data(self) -> Self {
        self.then(Step::CloseData)
    }

    /// Ends our direction of the data connection, under TLS with a close_notify; the client's may still be read.
    pub(crate) fn end_data(self) -> Self {
        self.then(Step::EndData)
    }

    /// Says close_notify on a data connection under TLS, and sends bytes in the clear after it.
    pub(crate) fn end_data_and_send_in_clear(self, bytes: impl AsRef<[u8]>) -> Self {
        self.then(Step::EndDataAndSendInClear(bytes.as_ref().to_vec()))
    }

    /// Closes a data connection under TLS as if it had broken off: in order, but without a close_notify.
    pub(crate) fn close_data_without_close_notify(self) -> Self {
        self.then(Step::CloseDataWithoutCloseNotify)
    }

    pub(crate) fn reset_data(self) -> Self {
        self.then(Step::ResetData)
    }

    /// Shakes hands on the control connection; bytes that came in the clear and were not expected are an error.
    pub(crate) fn secure_control(self, tls: &TlsServer) -> Self {
        self.then(Step::SecureControl(Box::new(tls.clone())))
    }

    /// Shakes hands on the data connection.
    pub(crate) fn secure_data(self, tls: &TlsServer) -> Self {
        self.then(Step::SecureData(Box::new(tls.clone())))
    }

    /// Shakes hands on the control connection with a client that must refuse, with an alert or a reset, and closes it.
    pub(crate) fn be_refused_on_control(self, tls: &TlsServer) -> Self {
        self.then(Step::BeRefusedOnControl(Box::new(tls.clone())))
    }

    /// Shakes hands on the data connection with a client that must refuse, with an alert or a reset, and closes it. It
    /// is an error if any data comes.
    pub(crate) fn be_refused_on_data(self, tls: &TlsServer) -> Self {
        self.then(Step::BeRefusedOnData(Box::new(tls.clone())))
    }

    /// Ends TLS on the control connection: a close_notify and, in the same segment, bytes in the clear; then waits for
    /// the client's close_notify.
    pub(crate) fn clear_control(self, bytes: impl AsRef<[u8]>) -> Self {
        self.then(Step::ClearControl(bytes.as_ref().to_vec()))
    }

    /// Sends bytes on a control connection that is under TLS and, in the same write, others in the clear after them.
    pub(crate) fn send_and_in_clear(
        self,
        bytes: impl AsRef<[u8]>,
        clear: impl AsRef<[u8]>,
    ) -> Self {
        let (bytes, clear) = (bytes.as_ref().to_vec(), clear.as_ref().to_vec());
        self.then(Step::SendInClear(bytes, clear))
    }

    /// Gives the control connection new keys again and again, and wants new ones back (RFC 8446 section 4.6.3).
    pub(crate) fn update_keys(self, count: usize) -> Self {
        self.then(Step::UpdateKeys(count))
    }

    /// Sends this record on the control connection until the client has gone, and reads nothing.
    pub(crate) fn flood_control(self, record: Record) -> Self {
        self.then(Step::FloodControl(record))
    }

    /// The same on the data connection.
    pub(crate) fn flood_data(self, record: Record) -> Self {
        self.then(Step::FloodData(record))
    }

    /// Closes the control connection; under TLS with a close_notify.
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
        let player = Player::new(listener, self.limit);
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

    pub(super) fn wait_within_deadline(&self) -> io::Result<()> {
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
