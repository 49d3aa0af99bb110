//! One control connection: lines in, replies out, one transfer at a time beside it.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::Service;
use super::control::{LineReader, Received, Replies};
use super::data_connection::{
    DataPort, DataSecurity, HANDSHAKE_LIMIT, PortRefusal, read_eprt, read_port, six_numbers,
};
use super::faults::Fault;
use super::folder::{self, ServerPath, Writing};
use super::listing::{self, Entry, Facts};
use super::log::{LogEvent, SessionLog};
use super::loopback::tls::SecuredSession;
use super::loopback::{LoopbackConnection, LoopbackListener};
use super::recording::{Deviation, Recording, Response, changes_security, wire, with_port};
use super::transfer::{Ending, Order, Payload, Start, Transfer, TransferReplies, wire_size};
use super::verbs::{self, Known, VERBS, VerbEntry};
use crate::protocol::{Command, Reply, Verb};
use crate::transcript::exchange::{Exchange, ServedData};
use crate::transcript::expected_reply::ExpectedReply;

const GREETING: &[u8] = b"Serv-U FTP Server v6.3 for WinSock ready...";
/// How often a session with a transfer checks whether it has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// Commands that may wait for the end of a transfer.
const LONGEST_QUEUE: usize = 64;
/// More than any client takes before its ABOR is here.
const ABORTED_BYTES: u64 = 1 << 30;
const AGREED: &[u8] = b"AUTH command ok; expecting TLS negotiation.";
/// What `inject-after-auth` adds; a client that believes it thinks that it is logged in.
const INJECTED: &[u8] = b"230 This was sent in the clear, after the 234.";
/// What `pasv-foreign-address` puts into the 227; nothing is ever sent there by the server.
const FOREIGN_ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 9, 9, 9);
/// SIZE in TYPE A reads the file, so there is an end to it.
const LARGEST_COUNTED: u64 = 256 * 1024 * 1024;
/// How long `two-replies` waits before its second reply, so that it comes in a segment of its own.
const SECOND_REPLY_AFTER: Duration = Duration::from_millis(50);
/// How many names STOU tries.
const UNIQUE_NAMES: u32 = 1000;
const NO_DATA_PORT: &str = "Use PASV or PORT first.";

/// The session on one control connection.
pub(super) struct Session {
    service: Arc<Service>,
    lines: LineReader,
    replies: Arc<Replies>,
    client: IpAddr,
    /// Our side of the control connection, where data connections are listened for.
    own_address: Ipv4Addr,
    login: Login,
    security: Security,
    state: State,
    transfer: Option<Transfer>,
    /// Commands that came during a transfer and wait for its end.
    queue: VecDeque<Command>,
    /// An ABOR has ended a transfer and is to be answered 226.
    has_aborted: bool,
    was_cut: bool,
    /// The exchange of the recording that comes next.
    next_recorded: usize,
    last_activity: Instant,
    /// The line being obeyed, which `echo-secrets` repeats.
    line: Vec<u8>,
}

/// What commands set and REIN resets.
struct State {
    directory: ServerPath,
    is_ascii: bool,
    data_port: Option<DataPort>,
    only_epsv: bool,
    restart_marker: Option<u64>,
    rename_from: Option<ServerPath>,
    facts: Facts,
}

/// Whether the session goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Continue,
    End,
}

/// How far a login has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Login {
    /// No USER yet, or a PASS that was wrong.
    #[default]
    AwaitingUser,
    /// This user has been named.
    AwaitingPassword(Vec<u8>),
    /// The user is logged in.
    Done,
}

/// What the client has asked for since its AUTH; the connections themselves know whether they are under TLS.
#[derive(Debug, Default)]
struct Security {
    /// Since the last AUTH, CCC or not.
    session: Option<SecuredSession>,
    /// PBSZ has been given, without which there is no PROT.
    has_buffer_size: bool,
    are_data_private: bool,
    /// Data connections of this session under TLS.
    secured_transfers: u64,
}

/// Why a file could not be opened for a transfer.
enum Refusal {
    Marker,
    File(io::Error),
}

impl Default for State {
    fn default() -> Self {
        Self {
            directory: ServerPath::default(),
            is_ascii: true,
            data_port: None,
            only_epsv: false,
            restart_marker: None,
            rename_from: None,
            facts: Facts::default(),
        }
    }
}

impl Login {
    fn is_done(&self) -> bool {
        *self == Self::Done
    }
}

impl Security {
    /// A line of STAT.
    fn described(&self, control: &LoopbackConnection) -> String {
        let words = |is_secured: bool| {
            if is_secured {
                "under TLS"
            } else {
                "in the clear"
            }
        };
        format!(
            "Control connection {}, data connections {}",
            words(control.is_secured()),
            words(self.are_data_private)
        )
    }
}

impl Session {
    /// Takes over a control connection that was just accepted.
    pub(super) fn new(service: Arc<Service>, connection: LoopbackConnection) -> io::Result<Self> {
        connection.receive_urgent_bytes_inline()?;
        let own_address = match connection.local_address()?.ip() {
            IpAddr::V4(address) => address,
            IpAddr::V6(_) => Ipv4Addr::LOCALHOST,
        };
        Ok(Self {
            lines: LineReader::new(connection.handle()),
            client: connection.peer_address()?.ip(),
            own_address,
            replies: Arc::new(Replies::new(
                connection,
                service.faults(),
                service.new_session_log(),
            )),
            service,
            login: Login::default(),
            security: Security::default(),
            state: State::default(),
            transfer: None,
            queue: VecDeque::new(),
            has_aborted: false,
            was_cut: false,
            next_recorded: 1,
            last_activity: Instant::now(),
            line: Vec::new(),
        })
    }

    /// Serves the client until it quits, is gone, or the connection is closed under it.
    pub(super) fn serve(mut self) {
        let greet = || {
            if let Some(other) = self.service.faults().other_greeting() {
                self.replies.send_wire(other);
                return Flow::End;
            }
            self.reply(220, GREETING);
            Flow::Continue
        };
        let mut flow = self.greet_as_recorded().unwrap_or_else(greet);
        while flow == Flow::Continue {
            flow = self.step();
        }
        if let Some(transfer) = &self.transfer {
            transfer.abort();
        }
        self.settle();
        self.log().note(LogEvent::Closed);
        if !self.was_cut {
            self.replies.close();
        }
    }

    fn step(&mut self) -> Flow {
        if self.transfer.as_ref().is_some_and(Transfer::is_finished) {
            self.settle();
        }
        if self.was_cut {
            return Flow::End;
        }
        if self.transfer.is_none()
            && let Some(command) = self.queue.pop_front()
        {
            return self.obey(&command);
        }
        match self.lines.next_within(self.patience()) {
            Received::Line(line) => self.take(line),
            Received::TooLong => {
                self.line.clear();
                self.reply(500, "Line too long.");
                Flow::Continue
            }
            Received::Nothing => self.end_if_idle(),
            Received::End => self.end_of_control(),
        }
    }

    fn patience(&self) -> Duration {
        if self.transfer.is_some() {
            return POLL_INTERVAL;
        }
        let idle = self.last_activity.elapsed();
        self.service.idle_limit().saturating_sub(idle)
    }

    fn end_if_idle(&mut self) -> Flow {
        if self.transfer.is_some() || self.last_activity.elapsed() < self.service.idle_limit() {
            return Flow::Continue;
        }
        self.reply(421, "No command for too long; closing.");
        Flow::End
    }

    /// The client has closed its side. What it sent before is still obeyed, as for input that came through a pipe.
    fn end_of_control(&mut self) -> Flow {
        while !self.service.is_stopping() && !self.was_cut && !self.queue.is_empty() {
            match &self.transfer {
                Some(transfer) if !transfer.is_finished() => thread::park_timeout(POLL_INTERVAL),
                Some(_) => self.settle(),
                None => {
                    if let Some(command) = self.queue.pop_front()
                        && self.obey(&command) == Flow::End
                    {
                        break;
                    }
                }
            }
        }
        Flow::End
    }

    /// Joins the transfer; its final reply has been written then.
    fn settle(&mut self) {
        if let Some(transfer) = self.transfer.take() {
            self.was_cut |= transfer.join() == Ending::Cut;
            self.last_activity = Instant::now();
        }
    }

    fn take(&mut self, line: Vec<u8>) -> Flow {
        self.last_activity = Instant::now();
        let command = match Command::new(line) {
            Ok(command) => command,
            Err(_) => {
                self.line.clear();
                self.reply(500, "CR or NUL in a command line.");
                return Flow::Continue;
            }
        };
        let verb = command.verb();
        let is_under_tls = self.lines.connection().is_secured();
        self.log().note_command(&command, is_under_tls);
        self.replies.begin_answering(verb.clone());
        if self.service.faults().silences(&verb) {
            return Flow::Continue;
        }
        if let Some((code, text)) = self.service.faults().reply_to(&verb) {
            self.reply(code, text);
            return Flow::Continue;
        }
        if self.transfer.as_ref().is_some_and(Transfer::is_finished) {
            self.settle();
        }
        let Some(transfer) = &self.transfer else {
            return self.obey(&command);
        };
        if verb.is("ABOR") {
            let is_answered = transfer.answers_abort();
            transfer.abort();
            self.settle();
            if is_answered {
                return Flow::Continue;
            }
            self.has_aborted = true;
        } else if self.queue.is_empty() && (verb.is("NOOP") || verb.is("STAT")) {
            return self.obey(&command);
        }
        if self.queue.len() >= LONGEST_QUEUE {
            self.reply(421, "Too many commands during a transfer; closing.");
            return Flow::End;
        }
        self.queue.push_back(command);
        Flow::Continue
    }

    fn obey(&mut self, command: &Command) -> Flow {
        self.line = command.line().to_vec();
        self.replies.begin_answering(command.verb());
        if let Some(flow) = self.obey_as_recorded(command) {
            return flow;
        }
        let entry = match verbs::known(&command.verb()) {
            Known::Obeyed(entry) => entry,
            Known::NotImplemented => {
                self.reply(502, "Command not implemented.");
                return Flow::Continue;
            }
            Known::Unknown => {
                self.reply(500, "Command not understood.");
                return Flow::Continue;
            }
        };
        let is_open = entry.is_open && !(entry.name == "STAT" && command.argument().is_some());
        if !is_open && !self.login.is_done() {
            self.reply(530, "Not logged in.");
            return Flow::Continue;
        }
        if entry.name == "QUIT" {
            self.reply(221, "Goodbye!");
            return Flow::End;
        }
        let argument = command.argument().unwrap_or_default();
        // RFC 959: RNTO must come right after RNFR.
        let rename_from = self.state.rename_from.take();
        match entry.name {
            "AUTH" => self.auth(argument),
            "CCC" => self.ccc(),
            "REIN" => self.rein(),
            _ => {
                self.dispatch(entry, argument, rename_from);
                Flow::Continue
            }
        }
    }

    fn dispatch(
        &mut self,
        entry: &'static VerbEntry,
        argument: &[u8],
        rename_from: Option<ServerPath>,
    ) {
        match entry.name {
            "USER" => self.user(argument),
            "PASS" => self.pass(argument),
            "ACCT" => self.reply(202, "No account is needed."),
            "PBSZ" => self.pbsz(argument),
            "PROT" => self.prot(argument),
            "NOOP" => self.reply(200, "Command okay."),
            "FEAT" => self.feat(),
            "OPTS" => self.opts(argument),
            "HELP" => self.help(argument),
            "SYST" => self.syst(),
            "STAT" => self.stat(argument),
            "ABOR" => self.abor(),
            "SITE" => self.site(argument),
            "PORT" => self.port(argument),
            "EPRT" => self.eprt(argument),
            "PASV" => self.pasv(),
            "EPSV" => self.epsv(argument),
            "TYPE" => self.set_type(argument),
            "MODE" => self.mode(argument),
            "STRU" => self.stru(argument),
            "ALLO" => self.reply(202, "No storage allocation is needed."),
            "REST" => self.rest(argument),
            "RETR" => self.retr(argument),
            "STOR" => self.stor(argument),
            "APPE" => self.appe(argument),
            "STOU" => self.stou(argument),
            "LIST" => self.list(argument),
            "NLST" => self.nlst(argument),
            "MLSD" => self.mlsd(argument),
            "MLST" => self.mlst(argument),
            "SIZE" => self.size(argument),
            "MDTM" => self.mdtm(argument),
            "CWD" => self.cwd(argument),
            "CDUP" => self.cdup(),
            "PWD" => self.pwd(),
            "MKD" => self.mkd(argument),
            "RMD" => self.rmd(argument),
            "DELE" => self.dele(argument),
            "RNFR" => self.rnfr(argument),
            "RNTO" => self.rnto(argument, rename_from),
            _ => self.reply(502, "Command not implemented."),
        }
    }

    fn log(&self) -> &SessionLog {
        self.replies.log()
    }

    fn reply(&self, code: u16, text: impl AsRef<[u8]>) {
        let text = text.as_ref();
        let echoes = self.service.has(&Fault::EchoSecrets) && !self.line.is_empty();
        if echoes && (code == 500 || self.carries_secret()) {
            self.replies.send(code, &[text, b" ", &self.line].concat());
        } else {
            self.replies.send(code, text);
        }
    }

    fn carries_secret(&self) -> bool {
        let end = self.line.iter().position(|&byte| byte == b' ');
        let verb = &self.line[..end.unwrap_or(self.line.len())];
        verb.eq_ignore_ascii_case(b"PASS") || verb.eq_ignore_ascii_case(b"ACCT")
    }

    /// The path that an argument means; the working directory for an empty one.
    fn path(&self, argument: &[u8]) -> ServerPath {
        self.state.directory.resolve(argument)
    }

    /// The path that an argument means; an empty one is answered 501.
    fn named_path(&self, argument: &[u8]) -> Option<ServerPath> {
        if argument.is_empty() {
            self.reply(501, "A path is needed.");
            return None;
        }
        Some(self.path(argument))
    }
}

// Answers out of a recording, and what they mean for the session's own state.
impl Session {
    /// The recorded greeting, if there is a recording.
    fn greet_as_recorded(&self) -> Option<Flow> {
        let recording = self.recording()?;
        let greeting = recording.dialogue.exchanges.first()?;
        self.send_recorded(greeting);
        Some(if greeting.closed.is_some() {
            Flow::End
        } else {
            Flow::Continue
        })
    }

    /// The recorded answer to this command; `None` where the server answers for itself.
    fn obey_as_recorded(&mut self, command: &Command) -> Option<Flow> {
        let recording = self.recording()?;
        let exchanges = &recording.dialogue.exchanges;
        let found = recording.find(self.next_recorded, command);
        let next = exchanges.get(self.next_recorded);
        let mut deviation = Deviation {
            command: command.masked(),
            next: next.map(|exchange| exchange.line),
            response: Response::OwnAnswer,
        };
        let Some(at) = found else {
            (recording.report)(&deviation);
            return None;
        };
        let exchange = &exchanges[at];
        if changes_security(exchange) {
            self.next_recorded = at + 1;
            return None;
        }
        let data = exchange.served_data(&recording.folder);
        let Some(flow) = self.recorded_answer(exchange, data, command) else {
            deviation.response = Response::NotServed(exchange.line);
            (recording.report)(&deviation);
            return None;
        };
        if at != self.next_recorded {
            deviation.response = Response::Elsewhere(exchange.line);
            (recording.report)(&deviation);
        }
        self.next_recorded = at + 1;
        Some(flow)
    }

    /// `None` if it cannot be given.
    fn recorded_answer(
        &mut self,
        exchange: &Exchange,
        data: ServedData,
        command: &Command,
    ) -> Option<Flow> {
        if data == ServedData::Unknown {
            return None;
        }
        let code = exchange.final_code().map_or(0, |code| code.0);
        let verb = command.verb();
        let argument = command.argument().unwrap_or_default();
        let opens_port = (code == 227 && verb.is("PASV")) || (code == 229 && verb.is("EPSV"));
        if opens_port {
            self.open_recorded_port(exchange)?;
        } else if !exchange.split_replies().0.is_empty() && data != ServedData::None {
            self.move_recorded(exchange, data, argument)?;
        } else {
            if code == 200 && (verb.is("PORT") || verb.is("EPRT")) {
                let read = if verb.is("PORT") {
                    read_port
                } else {
                    read_eprt
                };
                let address = read(argument, self.client).ok()?;
                self.state.data_port = Some(DataPort::Active(address));
            }
            self.send_recorded(exchange);
        }
        if (200..400).contains(&code) {
            self.follow(command, code);
        }
        let is_over = exchange.closed.is_some() || code == 421 || (verb.is("QUIT") && code == 221);
        if is_over && self.transfer.is_some() {
            // The recorded end of the control connection came after that of the transfer.
            self.settle();
        }
        Some(if is_over { Flow::End } else { Flow::Continue })
    }

    fn open_recorded_port(&mut self, exchange: &Exchange) -> Option<()> {
        let own_address = self.own_address;
        let port = self.listen_quietly().ok()?;
        let served = exchange.replies.iter().map(ExpectedReply::served);
        let live: Option<Vec<Reply>> = served
            .map(|reply| match reply.code.0 {
                227 | 229 => with_port(reply, own_address, port),
                _ => Some(reply),
            })
            .collect();
        self.replies.send_wire(&wire(&live?));
        Some(())
    }

    /// A transfer whose replies are recorded. Without a data connection the server answers for itself.
    fn move_recorded(
        &mut self,
        exchange: &Exchange,
        data: ServedData,
        argument: &[u8],
    ) -> Option<()> {
        self.state.data_port.as_ref()?;
        let payload = match data {
            // What came before the ABOR is not known, and a client may wait for something to abort.
            ServedData::Bytes(_) if exchange.aborted.is_some() => {
                Payload::Download(Box::new(io::repeat(0).take(ABORTED_BYTES)))
            }
            ServedData::Bytes(bytes) => Payload::Download(Box::new(Cursor::new(bytes))),
            ServedData::Upload => Payload::Upload(self.place_for_upload(argument)?, Start::Empty),
            ServedData::None | ServedData::Unknown => return None,
        };
        self.state.restart_marker = None;
        let (opening, ending) = exchange.split_replies();
        let replies = TransferReplies::Recorded {
            opening: wire_of(opening),
            ending: wire_of(ending),
            awaits_abort: exchange.aborted.is_some(),
        };
        self.start_with_replies(payload, false, replies, &self.path(argument));
        Some(())
    }

    /// The file that was meant, where there can be one; what the recorded server took must be taken in any case.
    fn place_for_upload(&self, argument: &[u8]) -> Option<File> {
        let path = self.path(argument);
        let file = self.service.folder.open_writing(&path, Writing::Anywhere);
        file.or_else(|_| tempfile::tempfile()).ok()
    }

    /// What was accepted holds for the server's own answers too.
    fn follow(&mut self, command: &Command, code: u16) {
        let verb = command.verb();
        let argument = command.argument().unwrap_or_default();
        if matches!(code, 230 | 232) || (verb.is("PASS") && code == 202) {
            self.login = Login::Done;
        } else if verb.is("REIN") {
            self.login = Login::default();
            self.state = State::default();
        } else if verb.is("TYPE") {
            self.state.is_ascii = argument.to_ascii_uppercase().starts_with(b"A");
        } else if verb.is("CWD") || verb.is("XCWD") {
            let path = self.path(argument);
            if self
                .service
                .folder
                .metadata(&path)
                .is_ok_and(|it| it.is_dir())
            {
                self.state.directory = path;
            }
        }
    }

    fn send_recorded(&self, exchange: &Exchange) {
        self.replies.send_wire(&wire_of(&exchange.replies));
    }

    fn recording(&self) -> Option<Recording> {
        self.service.configuration.recording.clone()
    }
}

// USER and PASS.
impl Session {
    fn user(&mut self, name: &[u8]) {
        if name.is_empty() {
            self.reply(501, "A user name is needed.");
            return;
        }
        self.login = Login::AwaitingPassword(name.to_vec());
        self.reply(331, "User name okay, need password.");
    }

    fn pass(&mut self, password: &[u8]) {
        let Login::AwaitingPassword(user) = std::mem::take(&mut self.login) else {
            self.reply(503, "Log in with USER first.");
            return;
        };
        let expected = &self.service.configuration;
        if user == expected.user.as_bytes() && password == expected.password.as_bytes() {
            self.login = Login::Done;
            self.reply(230, "User logged in, proceed.");
        } else {
            self.reply(530, "Not logged in: wrong user or password.");
        }
    }
}

// AUTH, PBSZ, PROT, CCC, REIN: TLS on both connections (RFC 4217).
impl Session {
    fn auth(&mut self, mechanism: &[u8]) -> Flow {
        match mechanism.trim_ascii().to_ascii_uppercase().as_slice() {
            b"TLS" | b"SSL" if self.lines.connection().is_secured() => {
                self.reply(503, "The control connection is under TLS already.");
                Flow::Continue
            }
            b"TLS" | b"SSL" if self.service.claim_late_handshake() => {
                self.reply(234, "TLS begins soon.");
                Flow::Continue
            }
            b"TLS" | b"SSL" => self.secure_control(),
            b"" => {
                self.reply(501, "A mechanism is needed.");
                Flow::Continue
            }
            _ => {
                self.reply(504, "AUTH TLS and AUTH SSL are implemented.");
                Flow::Continue
            }
        }
    }

    fn pbsz(&mut self, size: &[u8]) {
        if !self.lines.connection().is_secured() {
            return self.reply(503, "AUTH TLS first.");
        }
        let is_number = !size.is_empty() && size.iter().all(u8::is_ascii_digit);
        if !is_number {
            return self.reply(501, "PBSZ needs a number.");
        }
        self.security.has_buffer_size = true;
        self.reply(200, "PBSZ=0");
    }

    fn prot(&mut self, level: &[u8]) {
        // RFC 4217 section 5: not after CCC either.
        if !self.lines.connection().is_secured() {
            return self.reply(503, "AUTH TLS first.");
        }
        if !self.security.has_buffer_size {
            return self.reply(503, "PBSZ 0 first.");
        }
        match level.to_ascii_uppercase().as_slice() {
            b"C" => {
                self.security.are_data_private = false;
                self.reply(200, "Data connections are in the clear.");
            }
            b"P" => {
                self.security.are_data_private = true;
                self.reply(200, "Data connections are under TLS.");
            }
            b"S" | b"E" => self.reply(536, "PROT C and P are implemented."),
            _ => self.reply(504, "PROT C and P are implemented."),
        }
    }

    fn ccc(&mut self) -> Flow {
        if !self.lines.connection().is_secured() {
            self.reply(533, "The control connection is in the clear already.");
            return Flow::Continue;
        }
        self.reply(200, "The control connection is in the clear from here.");
        self.clear_control()
    }

    fn rein(&mut self) -> Flow {
        self.login = Login::default();
        self.state = State::default();
        self.security = Security::default();
        // RFC 4217 section 13: under TLS still.
        self.reply(220, "Service ready for new user.");
        self.clear_control()
    }

    /// How the next data connection is to be secured; `None` for one in the clear.
    fn data_security(&mut self) -> Option<DataSecurity> {
        let session = self.security.session?;
        if !self.security.are_data_private {
            return None;
        }
        self.security.secured_transfers += 1;
        let most = self.service.faults().resumptions();
        let tls = self.service.data_tls.clone();
        Some(DataSecurity {
            tls: match most {
                Some(most) if self.security.secured_transfers > most => tls.without_resumption(),
                _ => tls,
            },
            session,
            must_resume: self.service.has(&Fault::RequireReuse),
        })
    }

    fn secure_control(&mut self) -> Flow {
        if self.service.has(&Fault::InjectAfterAuth) {
            self.replies.send_with_another(234, AGREED, INJECTED);
        } else {
            self.reply(234, AGREED);
        }
        // What came in the clear after the AUTH may be from anybody: it must not be obeyed under TLS.
        self.lines.forget_received();
        self.queue.clear();
        let session = self.service.tls.new_session();
        let connection = self.lines.connection();
        if connection
            .secure(&self.service.tls, session, HANDSHAKE_LIMIT)
            .is_err()
        {
            return Flow::End;
        }
        self.log().note(LogEvent::ControlSecured);
        // RFC 4217 section 4.2: almost as if there had been a REIN.
        self.login = Login::default();
        self.state = State::default();
        self.security = Security {
            session: Some(session),
            ..Security::default()
        };
        Flow::Continue
    }

    fn clear_control(&mut self) -> Flow {
        match self.lines.connection().clear(HANDSHAKE_LIMIT) {
            Ok(()) => Flow::Continue,
            Err(_) => Flow::End,
        }
    }
}

// PORT, EPRT, PASV, EPSV, TYPE, MODE, STRU, REST: what a transfer needs.
impl Session {
    fn set_type(&mut self, argument: &[u8]) {
        match argument.trim_ascii().to_ascii_uppercase().as_slice() {
            b"A" | b"A N" => {
                self.state.is_ascii = true;
                self.reply(200, "Type set to A.");
            }
            b"I" | b"L 8" => {
                self.state.is_ascii = false;
                self.reply(200, "Type set to I.");
            }
            b"" => self.reply(501, "A type is needed."),
            _ => self.reply(504, "TYPE A, A N, I and L 8 are implemented."),
        }
    }

    fn mode(&self, argument: &[u8]) {
        self.only(argument, b"S", "Mode set to S.", "MODE S is implemented.");
    }

    fn stru(&self, argument: &[u8]) {
        self.only(
            argument,
            b"F",
            "Structure set to F.",
            "STRU F is implemented.",
        );
    }

    fn rest(&mut self, argument: &[u8]) {
        if self.service.has(&Fault::NoRest) {
            return self.reply(502, "REST is not implemented.");
        }
        if self.state.is_ascii {
            return self.reply(501, "REST needs TYPE I.");
        }
        let marker = std::str::from_utf8(argument.trim_ascii())
            .ok()
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse::<u64>().ok());
        match marker {
            Some(marker) => {
                // REST 0 clears: an APPE after it appends.
                self.state.restart_marker = Some(marker).filter(|&marker| marker > 0);
                self.reply(350, format!("Restarting at {marker}. Send STOR or RETR."));
            }
            None => self.reply(501, "REST needs a number of bytes."),
        }
    }

    fn port(&mut self, argument: &[u8]) {
        let address = read_port(argument, self.client);
        self.set_active("PORT", address);
    }

    fn eprt(&mut self, argument: &[u8]) {
        let address = read_eprt(argument, self.client);
        self.set_active("EPRT", address);
    }

    fn pasv(&mut self) {
        if self.is_refused_by_epsv_all() {
            return;
        }
        let Some(port) = self.listen() else {
            return;
        };
        let address = if self.service.has(&Fault::PasvForeignAddress) {
            FOREIGN_ADDRESS
        } else if self.service.has(&Fault::PasvZeroAddress) {
            Ipv4Addr::UNSPECIFIED
        } else {
            self.own_address
        };
        let numbers = six_numbers(address, port);
        if self.service.has(&Fault::PasvNoParentheses) {
            self.reply(227, format!("Entering Passive Mode {numbers}"));
        } else {
            self.reply(227, format!("Entering Passive Mode ({numbers})"));
        }
    }

    fn epsv(&mut self, argument: &[u8]) {
        match argument.trim_ascii().to_ascii_uppercase().as_slice() {
            b"ALL" => {
                self.state.only_epsv = true;
                self.reply(200, "EPSV ALL: only EPSV from now on.");
            }
            b"" | b"1" => {
                if let Some(port) = self.listen() {
                    self.reply(229, format!("Entering Extended Passive Mode (|||{port}|)"));
                }
            }
            _ => self.reply(522, "Network protocol not supported, use (1)"),
        }
    }

    /// A port of our own for the next data connection; the one before it is closed.
    fn listen(&mut self) -> Option<u16> {
        match self.listen_quietly() {
            Ok(port) => Some(port),
            Err(_) => {
                self.reply(425, "Cannot listen.");
                None
            }
        }
    }

    /// The same without a reply.
    fn listen_quietly(&mut self) -> io::Result<u16> {
        let own_address = IpAddr::V4(self.own_address);
        let listener = match self.service.has(&Fault::PasvSilentPort) {
            true => LoopbackListener::crowded(own_address)?,
            false => LoopbackListener::on(own_address)?,
        };
        let port = listener.address()?.port();
        let is_closed = self.service.has(&Fault::PasvClosedPort);
        self.state.data_port = (!is_closed).then(|| DataPort::Passive(listener));
        Ok(port)
    }

    fn set_active(&mut self, verb: &str, address: Result<SocketAddr, PortRefusal>) {
        if self.is_refused_by_epsv_all() {
            return;
        }
        match address {
            Ok(address) => {
                self.state.data_port = Some(DataPort::Active(address));
                self.reply(200, format!("{verb} command successful."));
            }
            Err(PortRefusal::Unreadable) => self.reply(501, "The address cannot be read."),
            Err(PortRefusal::Foreign) => {
                self.reply(500, "Only your own address.");
            }
            Err(PortRefusal::Reserved) => self.reply(500, "No port below 1024."),
            Err(PortRefusal::OtherProtocol) => {
                self.reply(522, "Network protocol not supported, use (1)");
            }
        }
    }

    fn is_refused_by_epsv_all(&self) -> bool {
        if self.state.only_epsv {
            self.reply(501, "Refused after EPSV ALL.");
        }
        self.state.only_epsv
    }

    fn only(&self, argument: &[u8], value: &[u8], done: &str, other: &str) {
        match argument.trim_ascii() {
            b"" => self.reply(501, "A value is needed."),
            given if given.eq_ignore_ascii_case(value) => self.reply(200, done),
            _ => self.reply(504, other),
        }
    }
}

// CWD, SIZE, MKD, RNFR and the like: what a session sees and changes of the folder.
impl Session {
    fn cwd(&mut self, argument: &[u8]) {
        let Some(path) = self.named_path(argument) else {
            return;
        };
        let known = self.service.folder.metadata(&path);
        if self.service.has(&Fault::TwoReplies) && known.is_ok_and(|it| it.is_dir()) {
            self.reply(200, "Directory changed.");
            thread::sleep(SECOND_REPLY_AFTER);
        }
        self.change_directory(path);
    }

    fn cdup(&mut self) {
        self.change_directory(self.path(b".."));
    }

    fn pwd(&self) {
        let mut text = quoted(&self.state.directory);
        text.extend_from_slice(b" is current directory.");
        self.reply(257, text);
    }

    fn mkd(&self, argument: &[u8]) {
        let Some(path) = self.named_path(argument) else {
            return;
        };
        match self.service.folder.place(&path).and_then(fs::create_dir) {
            Ok(()) => self.reply(257, [quoted(&path).as_slice(), b" created."].concat()),
            Err(error) => self.reply(550, folder::refusal(&error)),
        }
    }

    fn rmd(&self, argument: &[u8]) {
        let Some(path) = self.named_path(argument) else {
            return;
        };
        let place = self.service.folder.place(&path);
        self.done_or_550(place.and_then(fs::remove_dir), "Directory removed.");
    }

    fn dele(&self, argument: &[u8]) {
        let Some(path) = self.named_path(argument) else {
            return;
        };
        let place = self.service.folder.place(&path);
        self.done_or_550(place.and_then(fs::remove_file), "File deleted.");
    }

    fn rnfr(&mut self, argument: &[u8]) {
        let Some(path) = self.named_path(argument) else {
            return;
        };
        match self
            .service
            .folder
            .place(&path)
            .and_then(fs::symlink_metadata)
        {
            Ok(_) => {
                self.state.rename_from = Some(path);
                self.reply(350, "Ready for RNTO.");
            }
            Err(error) => self.reply(550, folder::refusal(&error)),
        }
    }

    fn rnto(&self, argument: &[u8], from: Option<ServerPath>) {
        let Some(from) = from else {
            return self.reply(503, "RNFR first.");
        };
        let Some(to) = self.named_path(argument) else {
            return;
        };
        let folder = &self.service.folder;
        let renamed = folder
            .place(&from)
            .and_then(|from| fs::rename(from, folder.place(&to)?));
        match renamed {
            Ok(()) => self.reply(250, "Renamed."),
            Err(error) => self.reply(553, folder::refusal(&error)),
        }
    }

    fn size(&self, argument: &[u8]) {
        if self.service.has(&Fault::NoSize) {
            return self.reply(502, "SIZE is not implemented.");
        }
        let Some(path) = self.named_path(argument) else {
            return;
        };
        if self.state.is_ascii && self.service.has(&Fault::SizeNeedsTypeI) {
            return self.reply(550, "SIZE not allowed in ASCII mode.");
        }
        match self.transfer_size(&path) {
            Ok(size) => self.reply(213, size.to_string()),
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                self.reply(550, "Too large for SIZE in TYPE A.");
            }
            Err(error) => self.reply(550, folder::refusal(&error)),
        }
    }

    fn mdtm(&self, argument: &[u8]) {
        let Some(path) = self.named_path(argument) else {
            return;
        };
        match listing::modification_time(&self.service.folder, &path) {
            Ok(time) => self.reply(213, time),
            Err(error) => self.reply(550, folder::refusal(&error)),
        }
    }

    fn mlst(&self, argument: &[u8]) {
        if self.service.has(&Fault::NoMlst) {
            return self.reply(502, "MLST is not implemented.");
        }
        let path = self.path(argument);
        match Entry::of(&self.service.folder, &path, &path.shown()) {
            Ok(entry) => self.replies.send_lines(
                250,
                b"Listing:",
                [entry.facts_line(self.state.facts)],
                b"End",
            ),
            Err(error) => self.reply(550, folder::refusal(&error)),
        }
    }

    fn change_directory(&mut self, path: ServerPath) {
        match self.service.folder.metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {
                self.state.directory = path;
                let mut text = b"Directory changed to ".to_vec();
                text.extend_from_slice(&self.state.directory.shown());
                self.reply(250, text);
            }
            Ok(_) => self.reply(550, "Not a directory."),
            Err(error) => self.reply(550, folder::refusal(&error)),
        }
    }

    /// The bytes that a transfer in the present TYPE would put on the wire (RFC 3659 section 4).
    fn transfer_size(&self, path: &ServerPath) -> io::Result<u64> {
        let size = self.service.folder.file_metadata(path)?.len();
        if !self.state.is_ascii {
            return Ok(size);
        }
        if size > LARGEST_COUNTED {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let file: File = self.service.folder.open_reading(path)?;
        wire_size(file)
    }

    fn done_or_550(&self, result: io::Result<()>, done: &str) {
        match result {
            Ok(()) => self.reply(250, done),
            Err(error) => self.reply(550, folder::refusal(&error)),
        }
    }
}

// RETR, STOR, APPE, STOU, LIST, NLST, MLSD: what uses the data connection.
impl Session {
    fn retr(&mut self, argument: &[u8]) {
        let marker = self.state.restart_marker.take();
        let Some(path) = self.named_path(argument) else {
            return;
        };
        if self.service.has(&Fault::WriteOnly) {
            return self.reply(550, "Permission denied.");
        }
        if self.is_marker_misplaced(marker) {
            return;
        }
        match self.opened_for_reading(&path, marker.unwrap_or(0)) {
            Ok((file, size)) => {
                let is_short = self.service.faults().shortens(path.name());
                let opening = self.opening(path.name(), (!is_short).then_some(size));
                let sent = if is_short { size / 2 } else { u64::MAX };
                let payload = Payload::Download(Box::new(file.take(sent)));
                self.start(payload, self.state.is_ascii, opening, &path);
            }
            Err(refusal) => self.refuse(550, &refusal),
        }
    }

    fn stor(&mut self, argument: &[u8]) {
        let marker = self.state.restart_marker.take();
        let start = match marker {
            Some(marker) if self.service.has(&Fault::RestZeroFills) => Start::Zeros(marker),
            Some(marker) => Start::Marker(marker),
            None => Start::Empty,
        };
        self.store(argument, marker, start);
    }

    fn appe(&mut self, argument: &[u8]) {
        if self.service.has(&Fault::NoAppe) {
            return self.reply(502, "APPE is not implemented.");
        }
        let marker = self.state.restart_marker.take();
        let start = match marker {
            _ if self.service.has(&Fault::AppeAsStor) => Start::Empty,
            // RFC 3659 section 5.3: after REST it is as STOR.
            Some(marker) => Start::Marker(marker),
            None => Start::End,
        };
        self.store(argument, marker, start);
    }

    fn stou(&mut self, argument: &[u8]) {
        self.state.restart_marker = None;
        let wanted: &[u8] = if argument.is_empty() {
            b"ftp"
        } else {
            argument
        };
        if self.state.data_port.is_none() {
            return self.reply(425, NO_DATA_PORT);
        }
        match self.unique_file(wanted) {
            Ok((file, path)) => {
                // RFC 1123 section 4.1.2.9.
                let opening = [b"FILE: ", path.name()].concat();
                let payload = Payload::Upload(file, Start::Empty);
                self.start(payload, self.state.is_ascii, opening, &path);
            }
            Err(error) => self.reply(553, folder::refusal(&error)),
        }
    }

    fn list(&mut self, argument: &[u8]) {
        let now = SystemTime::now();
        let is_dos = self.service.has(&Fault::DosList);
        let (argument, hides) = self.listed(argument);
        self.send_listing(&argument, hides, |entry, _| {
            if is_dos {
                entry.dos_line()
            } else {
                entry.unix_line(now)
            }
        });
    }

    fn nlst(&mut self, argument: &[u8]) {
        let (argument, hides) = self.listed(argument);
        self.send_listing(&argument, hides, |entry, prefix| {
            [prefix, entry.name()].concat()
        });
    }

    fn mlsd(&mut self, argument: &[u8]) {
        if self.service.has(&Fault::NoMlst) {
            return self.reply(502, "MLSD is not implemented.");
        }
        let path = self.path(argument);
        match self.service.folder.metadata(&path) {
            Ok(metadata) if !metadata.is_dir() => self.reply(501, "Not a directory."),
            Err(error) => self.reply(550, folder::refusal(&error)),
            Ok(_) => {
                let facts = self.state.facts;
                self.send_listing(argument, false, |entry, _| entry.facts_line(facts));
            }
        }
    }

    /// Opens a file for STOR or APPE and starts the transfer.
    fn store(&mut self, argument: &[u8], marker: Option<u64>, start: Start) {
        let Some(path) = self.named_path(argument) else {
            return;
        };
        if self.is_marker_misplaced(marker) {
            return;
        }
        // Before the file is opened: a refused command must not leave an empty one.
        if self.state.data_port.is_none() {
            return self.reply(425, NO_DATA_PORT);
        }
        match self.opened_for_writing(&path, start) {
            Ok(file) => {
                let opening = self.opening(path.name(), None);
                let payload = Payload::Upload(file, start);
                self.start(payload, self.state.is_ascii, opening, &path);
            }
            Err(refusal) => self.refuse(553, &refusal),
        }
    }

    fn opened_for_reading(&self, path: &ServerPath, marker: u64) -> Result<(File, u64), Refusal> {
        let mut file = self
            .service
            .folder
            .open_reading(path)
            .map_err(Refusal::File)?;
        let size = file.metadata().map_err(Refusal::File)?.len();
        if marker > size {
            return Err(Refusal::Marker);
        }
        file.seek(SeekFrom::Start(marker)).map_err(Refusal::File)?;
        Ok((file, size))
    }

    fn opened_for_writing(&self, path: &ServerPath, start: Start) -> Result<File, Refusal> {
        let folder = &self.service.folder;
        if let Start::Marker(marker) = start {
            let size = folder.file_metadata(path).map_or(0, |known| known.len());
            if marker > size {
                return Err(Refusal::Marker);
            }
        }
        let writing = match start {
            Start::End => Writing::Append,
            Start::Empty | Start::Marker(_) | Start::Zeros(_) => Writing::Anywhere,
        };
        folder.open_writing(path, writing).map_err(Refusal::File)
    }

    fn unique_file(&self, wanted: &[u8]) -> io::Result<(File, ServerPath)> {
        for number in 0..UNIQUE_NAMES {
            let name = if number == 0 {
                wanted.to_vec()
            } else {
                [wanted, format!(".{number}").as_bytes()].concat()
            };
            let path = self.path(&name);
            match self.service.folder.open_writing(&path, Writing::New) {
                Ok(file) => return Ok((file, path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Lists a directory, or one file; a listing is lines of TYPE A whatever the TYPE is.
    fn send_listing(
        &mut self,
        argument: &[u8],
        hides: bool,
        line: impl Fn(&Entry, &[u8]) -> Vec<u8>,
    ) {
        let path = self.path(argument);
        let folder = &self.service.folder;
        let lines = match Entry::of(folder, &path, argument) {
            Ok(entry) if entry.is_directory() => {
                let prefix = directory_prefix(argument);
                let is_shown = |it: &&Entry| !(hides && it.name().starts_with(b"."));
                Entry::within(folder, &path).map(|entries| {
                    let shown = entries.iter().filter(is_shown);
                    shown.map(|it| line(it, &prefix)).collect()
                })
            }
            Ok(entry) => Ok(vec![line(&entry, b"")]),
            Err(error) => Err(error),
        };
        match lines {
            Ok(lines) => {
                let lines: Vec<Vec<u8>> = lines;
                let payload = Payload::Download(Box::new(Cursor::new(listing::joined(lines))));
                let opening = self.opening(path.name(), None);
                self.start(payload, false, opening, &path);
            }
            Err(error) => self.reply(450, folder::refusal(&error)),
        }
    }

    /// What is to be listed, and whether `hidden-files` leaves something out.
    fn listed(&self, argument: &[u8]) -> (Vec<u8>, bool) {
        let rest = self.without_options(argument);
        let options = &argument[..argument.len() - rest.len()];
        let hides = self.service.has(&Fault::HiddenFiles) && !options.contains(&b'a');
        (rest.to_vec(), hides)
    }

    /// Clients send `LIST -la` to servers that would hand it to ls; here it is the listing without the options.
    fn without_options<'a>(&self, argument: &'a [u8]) -> &'a [u8] {
        let mut rest = argument;
        while rest.starts_with(b"-") && self.service.folder.metadata(&self.path(rest)).is_err() {
            let end = rest.iter().position(|&byte| byte == b' ');
            rest = end.map_or(b"", |end| &rest[end + 1..]);
        }
        rest
    }

    fn opening(&self, name: &[u8], size: Option<u64>) -> Vec<u8> {
        let representation = if self.state.is_ascii {
            "ASCII"
        } else {
            "BINARY"
        };
        let mut text = format!("Opening {representation} mode data connection for ").into_bytes();
        text.extend_from_slice(name);
        if let Some(size) = size {
            text.extend_from_slice(format!(" ({size} bytes)").as_bytes());
        }
        text.push(b'.');
        text
    }

    fn start(&mut self, payload: Payload, is_ascii: bool, opening: Vec<u8>, path: &ServerPath) {
        self.start_with_replies(payload, is_ascii, TransferReplies::Own(opening), path);
    }

    fn start_with_replies(
        &mut self,
        payload: Payload,
        is_ascii: bool,
        replies: TransferReplies,
        path: &ServerPath,
    ) {
        let Some(port) = self.state.data_port.take() else {
            return self.reply(425, NO_DATA_PORT);
        };
        let verb = self.line.split(|&byte| byte == b' ').next();
        let order = Order {
            verb: Verb::new(verb.unwrap_or_default()),
            path: path.shown(),
            port,
            client: self.client,
            payload,
            is_ascii,
            replies,
            security: self.data_security(),
        };
        match Transfer::start(order, Arc::clone(&self.service), Arc::clone(&self.replies)) {
            Ok(transfer) => self.transfer = Some(transfer),
            Err(_) => self.reply(451, "No thread for the transfer."),
        }
    }

    /// A marker of TYPE I means nothing in TYPE A (RFC 1123 section 4.1.3.4 has the code).
    fn is_marker_misplaced(&self, marker: Option<u64>) -> bool {
        let is_misplaced = self.state.is_ascii && marker.is_some();
        if is_misplaced {
            self.reply(555, "The restart marker holds for TYPE I only.");
        }
        is_misplaced
    }

    fn refuse(&self, code: u16, refusal: &Refusal) {
        match refusal {
            Refusal::Marker => self.reply(554, "The restart marker is past the end of the file."),
            Refusal::File(error) => self.reply(code, folder::refusal(error)),
        }
    }
}

// FEAT, OPTS, HELP, SYST, STAT, SITE, ABOR: what the server says about itself.
impl Session {
    fn feat(&self) {
        let mlst = format!("MLST {}", self.state.facts.in_feat());
        let all = [
            ("AUTH TLS", true),
            ("EPRT", true),
            ("EPSV", true),
            ("MDTM", true),
            (mlst.as_str(), !self.service.has(&Fault::NoMlst)),
            ("PBSZ", true),
            ("PROT", true),
            ("REST STREAM", !self.service.has(&Fault::NoRest)),
            ("SIZE", !self.service.has(&Fault::NoSize)),
            ("TVFS", true),
            ("UTF8", true),
        ];
        let present = all.iter().filter(|(_, on)| *on).map(|(name, _)| name);
        self.replies
            .send_lines(211, b"Extensions supported:", present, b"End");
    }

    fn opts(&mut self, argument: &[u8]) {
        let (verb, options) = split_word(argument);
        let verb = Verb::new(verb);
        if verb.is("UTF8") {
            self.reply(200, "Names are sent as they are.");
        } else if verb.is("MLST") && !self.service.has(&Fault::NoMlst) {
            self.state.facts = Facts::chosen(options);
            let on = self.state.facts.switched_on();
            self.reply(200, format!("MLST OPTS {on}"));
        } else {
            self.reply(501, "No options for this.");
        }
    }

    fn help(&self, argument: &[u8]) {
        if argument.is_empty() {
            let syntax = VERBS.iter().map(|entry| entry.syntax);
            return self
                .replies
                .send_lines(214, b"The verbs:", syntax, b"End of help.");
        }
        match verbs::known(&Verb::new(argument.trim_ascii())) {
            Known::Obeyed(entry) => self.reply(214, format!("Syntax: {}", entry.syntax)),
            _ => self.reply(502, "No such verb here."),
        }
    }

    fn syst(&self) {
        if self.service.has(&Fault::DosList) {
            self.reply(215, "Windows_NT");
        } else {
            self.reply(215, "UNIX Type: L8");
        }
    }

    fn stat(&self, argument: &[u8]) {
        if argument.is_empty() {
            return self.status();
        }
        let path = self.path(argument);
        let entries = Entry::of(&self.service.folder, &path, path.name()).and_then(|entry| {
            if entry.is_directory() {
                Entry::within(&self.service.folder, &path)
            } else {
                Ok(vec![entry])
            }
        });
        let now = SystemTime::now();
        match entries {
            Ok(entries) => self.replies.send_lines(
                213,
                b"Status:",
                entries.iter().map(|entry| entry.unix_line(now)),
                b"End of status.",
            ),
            Err(error) => self.reply(450, folder::refusal(&error)),
        }
    }

    fn site(&self, argument: &[u8]) {
        if argument.trim_ascii().eq_ignore_ascii_case(b"HELP") {
            self.reply(214, "SITE HELP is all there is.");
        } else {
            self.reply(500, "SITE command not understood.");
        }
    }

    fn abor(&mut self) {
        if std::mem::take(&mut self.has_aborted) {
            self.reply(226, "ABOR command successful.");
        } else {
            self.reply(225, "No transfer to abort.");
        }
    }

    fn status(&self) {
        let login = if self.login.is_done() {
            "Logged in"
        } else {
            "Not logged in"
        };
        let representation = if self.state.is_ascii { "A N" } else { "I" };
        let transfer = match &self.transfer {
            Some(transfer) => format!("Transfer running: {} bytes so far", transfer.bytes()),
            None => "No transfer".to_owned(),
        };
        let body = [
            login.to_owned(),
            format!("TYPE {representation}, MODE S, STRU F"),
            self.security.described(self.lines.connection()),
            transfer,
        ];
        self.replies.send_lines(
            211,
            b"Status of the practice server:",
            body,
            b"End of status.",
        );
    }
}

fn wire_of(replies: &[ExpectedReply]) -> Vec<u8> {
    let served: Vec<Reply> = replies.iter().map(ExpectedReply::served).collect();
    wire(&served)
}

/// A path in quotation marks, those within it doubled (RFC 959 appendix II).
fn quoted(path: &ServerPath) -> Vec<u8> {
    let mut text = vec![b'"'];
    for byte in path.shown() {
        text.push(byte);
        if byte == b'"' {
            text.push(byte);
        }
    }
    text.push(b'"');
    text
}

/// What NLST puts in front of a name so that the whole is a path (RFC 959: for further file operations).
fn directory_prefix(argument: &[u8]) -> Vec<u8> {
    if argument.is_empty() || argument.ends_with(b"/") {
        argument.to_vec()
    } else {
        [argument, b"/"].concat()
    }
}

/// The first word and what follows the space after it.
fn split_word(argument: &[u8]) -> (&[u8], &[u8]) {
    match argument.iter().position(|&byte| byte == b' ') {
        Some(space) => (&argument[..space], &argument[space + 1..]),
        None => (argument, b""),
    }
}
