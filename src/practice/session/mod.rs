//! One control connection: lines in, replies out, one transfer at a time beside it.

mod about;
mod files;
mod login;
mod parameters;
mod recorded;
mod security;
mod transfers;

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::data_port::DataPort;
use super::faults::Fault;
use super::folder::ServerPath;
use super::lines::{LineReader, Received};
use super::listing::Facts;
use super::replies::Replies;
use super::service::Service;
use super::transfer::{Ending, Transfer};
use super::verbs::{self, Known, VerbEntry};
use crate::practice::loopback::LoopbackConnection;
use crate::protocol::Command;
use login::Login;
use security::Security;

const GREETING: &[u8] = b"Serv-U FTP Server v6.3 for WinSock ready...";
/// How often a session that has a transfer looks whether it has ended.
const LOOK: Duration = Duration::from_millis(10);
/// Commands that may wait for the end of a transfer.
const LONGEST_QUEUE: usize = 64;

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

impl Session {
    /// Takes over a control connection that was just accepted.
    ///
    /// # Errors
    ///
    /// What the system says about the connection.
    pub(super) fn new(service: Arc<Service>, connection: LoopbackConnection) -> io::Result<Self> {
        connection.receive_urgent_octets_inline()?;
        let own_address = match connection.local_address()?.ip() {
            IpAddr::V4(address) => address,
            IpAddr::V6(_) => Ipv4Addr::LOCALHOST,
        };
        Ok(Self {
            lines: LineReader::new(connection.try_clone()?),
            client: connection.peer_address()?.ip(),
            own_address,
            replies: Arc::new(Replies::new(connection, service.faults())),
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
        let mut flow = self.greet_as_recorded().unwrap_or_else(|| {
            self.reply(220, GREETING);
            Flow::Continue
        });
        while flow == Flow::Continue {
            flow = self.step();
        }
        if let Some(transfer) = &self.transfer {
            transfer.abort();
        }
        self.settle();
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
            return LOOK;
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
                Some(transfer) if !transfer.is_finished() => thread::park_timeout(LOOK),
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
        if self.service.faults().silences(&verb) {
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
        let end = self.line.iter().position(|&octet| octet == b' ');
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
