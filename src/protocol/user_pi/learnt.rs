//! What a user-PI knows of the server's state, from the replies that it has seen.

use super::data_direction;
use crate::protocol::command::{Command, Verb};
use crate::protocol::parameters::{
    FileStructure, ProtectionLevel, RepresentationType, RestartMarker, TransferMode,
    TransferParameters,
};
use crate::protocol::reply::{Reply, ReplyClass, ReplyCode};
use crate::protocol::verbs::DataDirection;

/// How the data connection of the next transfer is to come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataPortUse {
    /// The server listens: PASV, EPSV and the like.
    Passive,
    /// The server connects: PORT and the like.
    Active,
}

/// A command for a data connection that the server did not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedPort {
    /// Its verb, such as PASV.
    pub verb: Verb,
    /// The last line of the reply, as received; a long one is cut.
    pub reply: Vec<u8>,
}

impl RefusedPort {
    pub(crate) fn new(verb: &Verb, reply: &Reply) -> Self {
        let mut line = reply.lines.last().cloned().unwrap_or_default();
        line.truncate(REFUSAL_KEPT);
        Self {
            verb: verb.clone(),
            reply: line,
        }
    }
}

/// What the server has acknowledged in this session, and nothing that it has not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Learnt {
    /// TYPE, STRU, MODE, PROT, as acknowledged.
    pub parameters: TransferParameters,
    /// A TYPE was refused after the last accepted one: Pure-FTPd answers 504 and switches to ASCII all the same.
    pub type_is_doubtful: bool,
    /// A REST that was accepted and not consumed by a transfer that reached 1yz.
    pub pending_restart: Option<RestartMarker>,
    /// RNFR was accepted and RNTO has not followed.
    pub pending_rename: bool,
    /// A PASV or a PORT was accepted, and no transfer that reached 1yz has used it.
    pub data_port: Option<DataPortUse>,
    /// What was asked for a data connection since one was agreed on last, and refused; each verb once.
    pub refused_ports: Vec<RefusedPort>,
    /// A 230 or 232 came, and nothing has undone it.
    pub logged_in: bool,
    /// The user of the last USER that was not refused, logged in or not.
    pub user: Option<Vec<u8>>,
    /// The working directory, from a 257 only.
    pub directory: Option<Vec<u8>>,
    /// EPSV ALL was accepted (RFC 2428 section 4).
    pub epsv_all: bool,
    /// CCC was accepted: the control connection is in the clear again, and PBSZ and PROT are over (RFC 4217 section 5).
    pub tls_was_ended: bool,
    /// The lines of the last FEAT reply, trimmed (RFC 2389 section 3.2).
    pub features: Vec<Vec<u8>>,
    /// The server asked for a password or an account (331, 332) and has neither taken nor refused one since.
    pub awaits_secret: bool,
    /// A login was begun, and no 230 or 232 has ended it: whatever is typed without a known verb may be a password,
    /// typed ahead of a refused USER, or again after a refused PASS.
    pub secret_is_asked: bool,
    /// The greeting is that of a server which swallows an ABOR that comes after Telnet's Synch, while its data does not
    /// move (Pure-FTPd).
    pub ignores_abort_after_synch: bool,
    /// The argument of the last SIZE and what its 213 said, until something may have changed what the name means.
    pub last_size: Option<(Vec<u8>, u64)>,
}

impl Learnt {
    /// Learns from the greeting.
    pub(super) fn take_greeting(&mut self, greeting: &Reply) {
        let name = b"Pure-FTPd";
        let mut lines = greeting.lines.iter();
        self.ignores_abort_after_synch =
            lines.any(|line| line.windows(name.len()).any(|part| part == name));
    }

    /// Learns from a 1yz.
    pub(super) fn take_preliminary(&mut self, command: &Command) {
        // vsftpd and Pure-FTPd keep a marker over LIST, so only the transfers that use it consume it.
        if ["RETR", "STOR", "STOU", "APPE"]
            .iter()
            .any(|verb| command.verb().is(verb))
        {
            self.pending_restart = None;
        }
        if data_direction(command).is_some() {
            self.data_port = None;
        }
        if data_direction(command) == Some(DataDirection::Sent) {
            self.last_size = None;
        }
    }

    /// What this download should bring: the last SIZE of the same name, less what a REST skips, or the number in its
    /// 1yz, whichever is more. After a REST some servers announce the whole file there and some the rest, so it is of no
    /// use then. Outside stream mode nobody tells how many bytes a file comes to.
    pub(super) fn bytes_of_download(&self, command: &Command, reply: &Reply) -> Option<u64> {
        let is_stream = self.parameters.effective_mode() == TransferMode::Stream;
        if !command.verb().is("RETR") || !is_stream {
            return None;
        }
        let name = command.argument().unwrap_or_default().trim_ascii();
        let last_size = self.last_size.as_ref().filter(|(of, _)| of == name);
        match (last_size, self.pending_restart) {
            (Some((_, size)), Some(RestartMarker(skipped))) => size.checked_sub(skipped),
            (None, Some(_)) => None,
            (Some((_, size)), None) => reply.announced_bytes().max(Some(*size)),
            (None, None) => reply.announced_bytes(),
        }
    }

    /// How many bytes the file holds before the first one that this upload sends, if that is known: what a REST skips, or
    /// what SIZE said of a file that APPE adds to.
    pub(crate) fn bytes_before_upload(&self, command: &Command) -> Option<u64> {
        if !command.verb().is("APPE") {
            return Some(self.pending_restart.map_or(0, |marker| marker.0));
        }
        let name = command.argument().unwrap_or_default().trim_ascii();
        let (_, bytes) = self.last_size.as_ref().filter(|(of, _)| of == name)?;
        Some(*bytes)
    }

    /// Learns from a final reply; `restart_before` is the marker that was pending when the last REST was sent.
    pub(super) fn take_final(
        &mut self,
        command: &Command,
        reply: &Reply,
        restart_before: Option<RestartMarker>,
    ) {
        let verb = command.verb();
        self.take_login(&verb, reply.code);
        let changes_files = data_direction(command) == Some(DataDirection::Sent)
            || ["DELE", "RNTO", "SITE", "USER", "PASS", "ACCT"]
                .iter()
                .any(|name| verb.is(name));
        // After a refusal, too: what a server did before it is not known.
        if changes_files || verb.is("SIZE") {
            self.last_size = None;
        }
        let argument = command.argument().unwrap_or_default().trim_ascii();
        if verb.is("USER") && !reply.code.is_negative() {
            self.user = Some(argument.to_vec());
        }
        self.pending_rename = verb.is("RNFR") && reply.code == ReplyCode(350);
        if is_offer(reply) {
            self.data_port = Some(DataPortUse::Passive);
            self.refused_ports.clear();
        }
        if reply.code.is_negative() && self.logged_in && opens_data_port(&verb) {
            self.take_refused_port(&verb, reply);
        }
        if matches!(reply.code.0, 425 | 426) {
            self.data_port = None;
        }
        if reply.code.is_negative() {
            if verb.is("REST") {
                self.pending_restart = restart_before;
            }
            self.type_is_doubtful |= verb.is("TYPE");
        } else if reply.code.is_positive() {
            self.take_acceptance(&verb, argument, reply);
        }
    }

    fn take_refused_port(&mut self, verb: &Verb, reply: &Reply) {
        self.refused_ports.retain(|earlier| earlier.verb != *verb);
        self.refused_ports.push(RefusedPort::new(verb, reply));
    }

    fn take_login(&mut self, verb: &Verb, code: ReplyCode) {
        let is_login = ["USER", "PASS", "ACCT"].iter().any(|name| verb.is(name));
        (self.awaits_secret, self.secret_is_asked) = match code.0 {
            331 | 332 => (true, true),
            230 | 232 => (false, false),
            // Any other line leaves its question open, whatever became of it.
            _ => (self.awaits_secret && !is_login, self.secret_is_asked),
        };
        if is_login || verb.is("ADAT") {
            self.logged_in = match code.0 {
                230 | 232 => true,
                331 | 332 | 336 => false,
                _ => self.logged_in,
            };
        }
    }

    fn take_acceptance(&mut self, verb: &Verb, argument: &[u8], reply: &Reply) {
        match verb.as_bytes() {
            b"TYPE" => {
                let accepted = RepresentationType::from_argument(argument);
                // Another type may give the same file another size.
                self.last_size.take_if(|_| {
                    accepted.is_none() || accepted != self.parameters.representation_type
                });
                self.parameters.representation_type = accepted;
                self.type_is_doubtful = accepted.is_none();
            }
            b"MODE" => self.parameters.mode = TransferMode::from_argument(argument),
            b"STRU" => self.parameters.structure = FileStructure::from_argument(argument),
            // 334 and the like do not agree yet, and what is not protected must not be taken for protected.
            b"PROT" if reply.code.class() != ReplyClass::PositiveCompletion => {}
            b"PROT" => self.parameters.protection = ProtectionLevel::from_argument(argument),
            b"REST" => self.pending_restart = restart_marker(argument),
            b"PWD" | b"XPWD" => self.directory = reply.quoted_path(),
            b"SIZE" => {
                self.last_size = reply.size().map(|bytes| (argument.to_vec(), bytes));
            }
            b"CWD" | b"XCWD" | b"CDUP" | b"XCUP" => {
                self.directory = None;
                self.last_size = None;
            }
            b"EPSV" if argument.eq_ignore_ascii_case(b"ALL") => self.epsv_all = true,
            b"PORT" | b"EPRT" | b"LPRT" => {
                self.data_port = Some(DataPortUse::Active);
                self.refused_ports.clear();
            }
            b"FEAT" => self.features = features(reply),
            b"CCC" => self.tls_was_ended = true,
            b"REIN" => *self = Self::default(),
            _ => {}
        }
    }
}

/// Whether the command is for the data connection of the next transfer.
pub fn opens_data_port(verb: &Verb) -> bool {
    ["PASV", "EPSV", "LPSV", "SPSV", "PORT", "EPRT", "LPRT"]
        .iter()
        .any(|name| verb.is(name))
}

/// Of each reply.
const REFUSAL_KEPT: usize = 100;

/// 227, 228 and 229 offer a data port.
pub(super) fn is_offer(reply: &Reply) -> bool {
    matches!(reply.code.0, 227..=229)
}

/// What stays pending after an accepted REST. vsftpd accepts `REST abc` and takes it for 0; what cannot be read counts
/// as pending, to be safe.
pub(super) fn restart_marker(argument: &[u8]) -> Option<RestartMarker> {
    match std::str::from_utf8(argument)
        .ok()
        .and_then(|text| text.parse().ok())
    {
        Some(0) => None,
        Some(bytes) => Some(RestartMarker(bytes)),
        None => Some(RestartMarker(0)),
    }
}

/// The feature lines of a 211. RFC 2389 puts one space in front of each; some servers write `211-NAME`.
fn features(reply: &Reply) -> Vec<Vec<u8>> {
    let Some((_, rest)) = reply.lines.split_first() else {
        return Vec::new();
    };
    let Some((_, body)) = rest.split_last() else {
        return Vec::new();
    };
    body.iter()
        .map(|line| {
            line.strip_prefix(b"211-")
                .unwrap_or(line)
                .trim_ascii()
                .to_vec()
        })
        .filter(|line| !line.is_empty())
        .collect()
}
