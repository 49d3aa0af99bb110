//! A model of a server: the verbs of a transfer over a disk in memory, and the orders in which real servers answer.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::network::{MILLISECOND, Time};
use super::random::Random;

/// What one server does otherwise than another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Behaviour {
    abort: Abort,
    beside: Beside,
    /// The 1yz does not wait for the data connection (pyftpdlib).
    begins_unconnected: bool,
    completion: Completion,
    /// What follows where the client drops a download.
    after_dropped_download: Option<u16>,
    after_dropped_upload: u16,
    idle_abort: u16,
    is_wordy: bool,
}

/// When an ABOR in a transfer is obeyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Abort {
    AtOnce,
    /// vsftpd; ProFTPD without Synch.
    AfterTransfer,
    /// Pure-FTPd, of one with Synch.
    Never,
}

/// When any other command in a transfer is handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Beside {
    AtOnce,
    AfterTransfer,
    /// Pure-FTPd: 500.
    Refused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Completion {
    /// Once all is handed to the system, so that 226 may overtake the data.
    Written,
    /// ProFTPD: once the client has closed.
    Closed,
}

/// What the server does to the world.
#[derive(Clone, Debug)]
pub(super) enum Effect {
    Say(String),
    /// The control connection goes on under TLS.
    BeginTls,
    CloseControl,
    /// The server's half of the handshake on a data connection.
    ShakeHands(usize),
    Send(usize, Vec<u8>),
    EndData(usize),
    ResetData(usize),
    /// Active mode.
    Connect,
    /// [`Server::go_on`] is due after so long.
    GoOnAfter(Time),
}

#[derive(Debug)]
pub(super) struct Server {
    behaviour: Behaviour,
    pub(super) disk: BTreeMap<String, Vec<u8>>,
    line: Vec<u8>,
    /// How many lines were read; the greeting counts as the answer to number 0.
    read: usize,
    waiting: VecDeque<(usize, String)>,
    data: Data,
    transfer: Option<Transfer>,
    restart: usize,
    /// PROT P was accepted.
    protects_data: bool,
    /// Data connections on which the client has begun its handshake.
    greeted: BTreeSet<usize>,
    /// Each reply: the command that it is meant for, and its code.
    pub(super) said: Vec<(usize, u16)>,
    /// What the download of this command brings, or what the file was before its upload.
    pub(super) contents: BTreeMap<usize, Vec<u8>>,
    pub(super) effects: VecDeque<Effect>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Data {
    None,
    Offered,
    PortKnown,
    Connected(usize),
}

#[derive(Debug)]
struct Transfer {
    command: usize,
    link: Option<usize>,
    is_begun: bool,
    awaits_handshake: bool,
    work: Work,
}

#[derive(Debug)]
enum Work {
    Send { bytes: Vec<u8>, sent: usize },
    AwaitClose,
    Receive { name: String },
}

impl Work {
    fn send(bytes: &[u8]) -> Self {
        Self::Send {
            bytes: bytes.to_vec(),
            sent: 0,
        }
    }
}

/// Measured, except for what follows where the client drops an upload, which depends on the moment.
const VSFTPD: Behaviour = Behaviour {
    abort: Abort::AfterTransfer,
    beside: Beside::AfterTransfer,
    begins_unconnected: false,
    completion: Completion::Written,
    after_dropped_download: Some(426),
    after_dropped_upload: 226,
    idle_abort: 225,
    is_wordy: false,
};
const PROFTPD: Behaviour = Behaviour {
    abort: Abort::AtOnce,
    completion: Completion::Closed,
    after_dropped_upload: 426,
    idle_abort: 226,
    ..VSFTPD
};
const PURE_FTPD: Behaviour = Behaviour {
    abort: Abort::Never,
    beside: Beside::Refused,
    after_dropped_download: None,
    after_dropped_upload: 451,
    idle_abort: 226,
    is_wordy: true,
    ..VSFTPD
};
const PYFTPDLIB: Behaviour = Behaviour {
    abort: Abort::AtOnce,
    beside: Beside::AtOnce,
    begins_unconnected: true,
    after_dropped_upload: 426,
    ..VSFTPD
};

impl Behaviour {
    /// Half of the sessions have one of the four real servers, half one of which each part may be that of another.
    pub(super) fn any(random: &mut Random) -> Self {
        if random.percent(50) {
            return random.pick(&[VSFTPD, PROFTPD, PURE_FTPD, PYFTPDLIB]);
        }
        Self {
            abort: random.pick(&[
                Abort::AtOnce,
                Abort::AtOnce,
                Abort::AfterTransfer,
                Abort::Never,
            ]),
            beside: random.pick(&[Beside::AtOnce, Beside::AfterTransfer, Beside::Refused]),
            begins_unconnected: random.percent(30),
            completion: random.pick(&[Completion::Written, Completion::Closed]),
            after_dropped_download: random.pick(&[Some(426), Some(426), None]),
            after_dropped_upload: random.pick(&[426, 451, 226]),
            idle_abort: random.pick(&[225, 226]),
            is_wordy: random.percent(20),
        }
    }
}

impl Server {
    pub(super) fn new(behaviour: Behaviour, disk: BTreeMap<String, Vec<u8>>) -> Self {
        let mut server = Self {
            behaviour,
            disk,
            line: Vec::new(),
            read: 0,
            waiting: VecDeque::new(),
            data: Data::None,
            transfer: None,
            restart: 0,
            protects_data: false,
            greeted: BTreeSet::new(),
            said: Vec::new(),
            contents: BTreeMap::new(),
            effects: VecDeque::new(),
        };
        server.reply(0, 220, "ready");
        server
    }

    pub(super) fn lines_read(&self) -> usize {
        self.read
    }

    /// Nothing is left to be answered.
    pub(super) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.transfer.is_none() && self.line.is_empty()
    }

    fn reply(&mut self, command: usize, code: u16, text: &str) {
        self.said.push((command, code));
        let is_final_of_many = self.behaviour.is_wordy && matches!(code, 220 | 226 | 426);
        let first = if is_final_of_many {
            format!("{code}-more follows\r\n")
        } else {
            String::new()
        };
        self.effects
            .push_back(Effect::Say(format!("{first}{code} {text}\r\n")));
    }

    // ---- The control connection ----

    pub(super) fn take_control(&mut self, bytes: &[u8], random: &mut Random) {
        for byte in bytes {
            match byte {
                b'\n' => {
                    self.line.pop();
                    let line = std::mem::take(&mut self.line);
                    self.read += 1;
                    self.take_line(self.read, &line, random);
                }
                byte => self.line.push(*byte),
            }
        }
    }

    fn take_line(&mut self, command: usize, line: &[u8], random: &mut Random) {
        let has_synch = line.contains(&IAC);
        let line: Vec<u8> = line.iter().copied().filter(|it| it.is_ascii()).collect();
        let line = String::from_utf8(line).unwrap();
        if self.transfer.is_none() {
            return self.handle(command, &line, random);
        }
        let is_abort = line == "ABOR";
        match (self.behaviour.abort, self.behaviour.beside) {
            (Abort::Never, _) if is_abort && has_synch => {}
            (Abort::AtOnce | Abort::Never, _) if is_abort => self.abort(command, random),
            (_, Beside::AtOnce) if !is_abort && line != "QUIT" => {
                self.handle(command, &line, random);
            }
            (_, Beside::Refused) if !is_abort && line != "QUIT" => {
                self.reply(command, 500, "Unknown command");
            }
            _ => self.waiting.push_back((command, line)),
        }
    }

    fn abort(&mut self, command: usize, random: &mut Random) {
        if let Some(transfer) = self.transfer.take() {
            if let Some(link) = transfer.link {
                self.effects.push_back(match transfer.work {
                    Work::Receive { .. } => Effect::ResetData(link),
                    _ => Effect::EndData(link),
                });
            }
            self.reply(transfer.command, 426, "aborted");
        }
        self.reply(command, 226, "ABOR done");
        self.data = Data::None;
        self.handle_waiting(random);
    }

    fn handle(&mut self, command: usize, line: &str, random: &mut Random) {
        let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
        match verb {
            "USER" => self.reply(command, 331, "password"),
            "PASS" => self.reply(command, 230, "in"),
            "TYPE" | "NOOP" | "PBSZ" => self.reply(command, 200, "fine"),
            "PROT" => {
                self.protects_data = argument == "P";
                self.reply(command, 200, "protected");
            }
            "AUTH" => {
                self.reply(command, 234, "go on under TLS");
                self.effects.push_back(Effect::BeginTls);
            }
            "SIZE" => match self.disk.get(argument).map(Vec::len) {
                Some(size) => self.reply(command, 213, &size.to_string()),
                None => self.reply(command, 550, "no such file"),
            },
            "REST" => {
                self.restart = argument.parse().unwrap_or(0);
                self.reply(command, 350, "go on");
            }
            "PASV" | "EPSV" | "PORT" if self.transfer.is_some() => {
                self.reply(command, 503, "busy");
            }
            "PASV" | "EPSV" | "PORT" => {
                if let Data::Connected(link) = self.data {
                    self.effects.push_back(Effect::ResetData(link));
                }
                let is_port = verb == "PORT";
                self.data = if is_port {
                    Data::PortKnown
                } else {
                    Data::Offered
                };
                match verb {
                    "PASV" => self.reply(command, 227, "here (127,0,0,1,156,65)."),
                    "EPSV" => self.reply(command, 229, "here (|||40001|)"),
                    _ => self.reply(command, 200, "PORT noted"),
                }
            }
            "LIST" | "RETR" | "STOR" | "APPE" if self.transfer.is_some() => {
                self.reply(command, 503, "busy");
            }
            "LIST" | "RETR" | "STOR" | "APPE" => self.begin(command, verb, argument),
            "ABOR" => self.reply(command, self.behaviour.idle_abort, "nothing to abort"),
            "QUIT" => {
                self.reply(command, 221, "bye");
                self.effects.push_back(Effect::CloseControl);
            }
            _ => self.reply(command, 502, "what?"),
        }
        if self.transfer.is_none() {
            self.handle_waiting(random);
        }
    }

    fn handle_waiting(&mut self, random: &mut Random) {
        if let Some((command, line)) = self.waiting.pop_front() {
            self.handle(command, &line, random);
        }
    }

    // ---- Transfers ----

    fn begin(&mut self, command: usize, verb: &str, name: &str) {
        let restart = std::mem::take(&mut self.restart);
        let work = match (verb, self.disk.get(name)) {
            ("LIST", _) => Work::send(self.disk.keys().cloned().collect::<String>().as_bytes()),
            ("RETR", Some(bytes)) => Work::send(&bytes[restart.min(bytes.len())..]),
            ("RETR", None) => return self.reply(command, 550, "no such file"),
            _ => Work::Receive {
                name: name.to_owned(),
            },
        };
        let link = match self.data {
            Data::None => return self.reply(command, 425, "use PASV first"),
            Data::Connected(link) => Some(link),
            Data::Offered => None,
            Data::PortKnown => {
                self.effects.push_back(Effect::Connect);
                None
            }
        };
        self.data = if link.is_some() {
            Data::None
        } else {
            self.data
        };
        let contents = match &work {
            Work::Receive { name } => {
                let file = self.disk.entry(name.clone()).or_default();
                if verb == "STOR" {
                    file.clear();
                }
                file.clone()
            }
            Work::Send { bytes, .. } => bytes.clone(),
            Work::AwaitClose => Vec::new(),
        };
        self.contents.insert(command, contents);
        self.transfer = Some(Transfer {
            command,
            link,
            is_begun: false,
            awaits_handshake: self.protects_data,
            work,
        });
        if link.is_some() || self.behaviour.begins_unconnected {
            self.say_beginning();
        }
        self.effects.push_back(Effect::GoOnAfter(MILLISECOND));
    }

    fn say_beginning(&mut self) {
        if let Some(transfer) = &mut self.transfer
            && !transfer.is_begun
        {
            transfer.is_begun = true;
            let command = transfer.command;
            let code = if transfer.link.is_some() && self.behaviour.begins_unconnected {
                125
            } else {
                150
            };
            self.reply(command, code, "go");
            self.shake_hands();
        }
    }

    /// Answers the client's half of the handshake, once the transfer has begun.
    fn shake_hands(&mut self) {
        if let Some(transfer) = &mut self.transfer
            && let Some(link) = transfer.link.filter(|link| self.greeted.contains(link))
            && transfer.is_begun
            && transfer.awaits_handshake
        {
            transfer.awaits_handshake = false;
            self.effects.push_back(Effect::ShakeHands(link));
        }
    }

    /// Sends the next piece of a download.
    pub(super) fn go_on(&mut self, random: &mut Random) {
        let Some(transfer) = &mut self.transfer else {
            return;
        };
        if transfer.awaits_handshake {
            return;
        }
        let (Some(link), Work::Send { bytes, sent }) = (transfer.link, &mut transfer.work) else {
            return;
        };
        let length = random.size(1..64).min(bytes.len() - *sent);
        let piece = bytes[*sent..*sent + length].to_vec();
        *sent += length;
        if !piece.is_empty() {
            self.effects.push_back(Effect::Send(link, piece));
            let pause = random.below(0..40) * MILLISECOND;
            self.effects.push_back(Effect::GoOnAfter(pause));
            return;
        }
        self.effects.push_back(Effect::EndData(link));
        match self.behaviour.completion {
            Completion::Written => self.end_transfer(Some(226), random),
            Completion::Closed => transfer.work = Work::AwaitClose,
        }
    }

    /// `None`: not another word (Pure-FTPd says a second 150).
    fn end_transfer(&mut self, code: Option<u16>, random: &mut Random) {
        if let Some(transfer) = self.transfer.take() {
            self.reply(transfer.command, code.unwrap_or(150), "so it ended");
        }
        self.handle_waiting(random);
    }

    // ---- The data connection ----

    pub(super) fn take_connection(&mut self, link: usize) {
        match &mut self.transfer {
            Some(transfer) if transfer.link.is_none() => {
                transfer.link = Some(link);
                self.data = Data::None;
                self.say_beginning();
                self.effects.push_back(Effect::GoOnAfter(MILLISECOND));
            }
            _ => self.data = Data::Connected(link),
        }
    }

    /// The client's half of the handshake has come.
    pub(super) fn take_handshake(&mut self, link: usize) {
        self.greeted.insert(link);
        self.shake_hands();
        self.effects.push_back(Effect::GoOnAfter(MILLISECOND));
    }

    pub(super) fn take_data(&mut self, link: usize, bytes: &[u8]) {
        if let Some(transfer) = self.transfer.as_ref().filter(|it| it.link == Some(link))
            && let Work::Receive { name } = &transfer.work
        {
            self.disk.entry(name.clone()).or_default().extend(bytes);
        }
    }

    pub(super) fn take_data_end(&mut self, link: usize, is_reset: bool, random: &mut Random) {
        if self.data == Data::Connected(link) {
            self.data = Data::None;
        }
        let Some(transfer) = self.transfer.as_ref().filter(|it| it.link == Some(link)) else {
            return;
        };
        match (&transfer.work, is_reset) {
            (Work::Receive { .. }, false) => {
                self.effects.push_back(Effect::EndData(link));
                self.end_transfer(Some(226), random);
            }
            (Work::Receive { .. }, true) => {
                self.end_transfer(Some(self.behaviour.after_dropped_upload), random);
            }
            (Work::AwaitClose, false) => self.end_transfer(Some(226), random),
            // The client closes in order only what it has read to the end.
            _ => self.end_transfer(self.behaviour.after_dropped_download, random),
        }
    }
}

const IAC: u8 = 0xff;
