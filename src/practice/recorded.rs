//! A session that some server once served, to be served again.
//!
//! ```text
//! recorded        client here           who answers
//! USER anonymous  USER anonymous        the recording
//! PASS {password} PASS any@thing        the recording
//!                 PWD                   the practice server, and it is told
//! PASV            PASV                  the recording, with a port of this moment
//! RETR f          RETR f                the recording
//! ```

use std::fmt;
use std::net::Ipv4Addr;
use std::sync::Arc;

use regex::bytes::Regex;

use super::data_port::six_numbers;
use crate::protocol::{Command, ReplyCode, Verb};

/// What a server answered, in the order of one session.
#[derive(Clone, Debug, Default)]
pub struct RecordedSession {
    /// The greeting.
    pub greeting: Vec<RecordedReply>,
    /// The server then closed the control connection.
    pub closes: bool,
    /// What followed.
    pub exchanges: Vec<RecordedExchange>,
}

/// One command and what was answered.
#[derive(Clone, Debug)]
pub struct RecordedExchange {
    /// Where it stands in the transcript, counted from 1.
    pub line: usize,
    /// What the client sent.
    pub command: RecordedCommand,
    /// Every reply, in order.
    pub replies: Vec<RecordedReply>,
    /// What went over the data connection.
    pub data: RecordedData,
    /// The client sent ABOR behind the first 1yz.
    pub is_aborted: bool,
    /// The server then closed the control connection.
    pub closes: bool,
}

/// What a client sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordedCommand {
    /// This line; the case of its verb does not matter.
    Line(Command),
    /// This verb; the argument is a secret or a port, so any is taken for it.
    AnyArgument(Verb),
}

/// One reply as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedReply {
    /// Its code.
    pub code: ReplyCode,
    /// Its lines, without their line ends.
    pub lines: Vec<Vec<u8>>,
}

/// What went over the data connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordedData {
    /// Nothing, or nothing towards the client.
    None,
    /// These octets went to the client.
    Download(Arc<[u8]>),
    /// The client sent something.
    Upload,
    /// Octets went to the client that are known by their digest at best.
    Unknown,
}

/// A recording, and who is told where a client leaves it.
#[derive(Clone)]
pub struct Recording {
    /// What is answered.
    pub session: Arc<RecordedSession>,
    /// Called on the session's thread.
    pub report: Arc<dyn Fn(&Departure) + Send + Sync>,
}

/// A client did something else than the recorded one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// What it sent, without secrets.
    pub command: Vec<u8>,
    /// The line of the recording that comes next, counted from 1; `None` behind the last.
    pub next: Option<usize>,
    /// What was done about it.
    pub remedy: Remedy,
}

/// What is done about a command that is not the next recorded one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// It is not in the recording: the practice server answers for itself.
    OwnAnswer,
    /// It stands in this line of the recording, which answers; what lies between is passed over.
    Elsewhere(usize),
    /// It stands in this line of the recording, which cannot be served: the practice server answers for itself.
    NotServed(usize),
}

impl RecordedSession {
    /// The exchange with this command: the next one from here on, else the first one from the beginning on. Clients send
    /// the same commands in different orders, and each is to meet the recorded answer.
    pub(super) fn find(&self, next: usize, command: &Command) -> Option<usize> {
        let is_it = |at: &usize| self.exchanges[*at].command.is(command);
        let next = next.min(self.exchanges.len());
        (next..self.exchanges.len()).chain(0..next).find(is_it)
    }
}

impl RecordedExchange {
    /// Whether its data are known.
    #[must_use]
    pub fn is_servable(&self) -> bool {
        self.data != RecordedData::Unknown
    }

    /// It changed how the connections are protected, which no recording can do.
    pub(super) fn secures(&self, verb: &Verb) -> bool {
        let is_accepted = self.final_code().is_some_and(ReplyCode::is_positive);
        is_accepted
            && ["AUTH", "PBSZ", "PROT", "CCC"]
                .iter()
                .any(|name| verb.is(name))
    }

    /// The 1yz replies in front, and the others.
    pub(super) fn split(&self) -> (&[RecordedReply], &[RecordedReply]) {
        let begun = self
            .replies
            .iter()
            .take_while(|reply| reply.code.is_preliminary());
        self.replies.split_at(begun.count())
    }

    /// The final reply.
    pub(super) fn final_code(&self) -> Option<ReplyCode> {
        let codes = self.replies.iter().map(|reply| reply.code);
        codes.into_iter().find(|code| !code.is_preliminary())
    }
}

impl RecordedCommand {
    fn is(&self, sent: &Command) -> bool {
        match self {
            Self::Line(command) => {
                command.verb() == sent.verb() && command.argument() == sent.argument()
            }
            Self::AnyArgument(verb) => *verb == Verb::new(first_word(sent.line())),
        }
    }
}

/// Some servers skip leading blanks, and a secret may stand behind them.
fn first_word(line: &[u8]) -> &[u8] {
    let mut words = line.split(u8::is_ascii_whitespace);
    words.find(|word| !word.is_empty()).unwrap_or_default()
}

impl RecordedReply {
    /// As it goes over the wire.
    pub(super) fn wire(&self) -> Vec<u8> {
        let lines = self.lines.iter();
        lines
            .flat_map(|line| [line.as_slice(), b"\r\n"].concat())
            .collect()
    }

    /// The same with a port of this moment in a 227 or 229; `None` where there is no place for it.
    pub(super) fn with_port(&self, address: Ipv4Addr, port: u16) -> Option<Self> {
        let (pattern, place) = match self.code {
            ReplyCode(227) => (r"[0-9]+(?: *, *[0-9]+){5}", six_numbers(address, port)),
            ReplyCode(229) => (r"[0-9]+([^0-9]\))", format!("{port}$1")),
            _ => return None,
        };
        let pattern = Regex::new(pattern).ok()?;
        let at = self.lines.iter().rposition(|line| pattern.is_match(line))?;
        let mut reply = self.clone();
        reply.lines[at] = pattern
            .replace(&self.lines[at], place.as_bytes())
            .into_owned();
        Some(reply)
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::{
        Command, RecordedCommand, RecordedData, RecordedExchange, RecordedReply, RecordedSession,
        ReplyCode, Verb,
    };

    fn exchange(command: RecordedCommand) -> RecordedExchange {
        RecordedExchange {
            line: 1,
            command,
            replies: Vec::new(),
            data: RecordedData::None,
            is_aborted: false,
            closes: false,
        }
    }

    fn line(text: &str) -> Command {
        Command::new(text).unwrap()
    }

    #[test]
    fn a_command_is_sought_from_here_on_and_then_from_the_beginning() {
        let session = RecordedSession {
            exchanges: ["USER a", "SIZE f", "NOOP", "SIZE f"]
                .map(|text| exchange(RecordedCommand::Line(line(text))))
                .into_iter()
                .chain([exchange(RecordedCommand::AnyArgument(Verb::new(b"PASS")))])
                .collect(),
            ..RecordedSession::default()
        };
        for (next, sent, found) in [
            (0, "user a", Some(0)),
            (0, "USER A", None),
            (0, "SIZE f", Some(1)),
            (2, "size f", Some(3)),
            (4, "SIZE f", Some(1)),
            (5, "NOOP", Some(2)),
            (0, "NOOP ", None),
            (0, " pass x y", Some(4)),
            (0, "PWD", None),
        ] {
            assert_eq!(session.find(next, &line(sent)), found, "{sent}");
        }
    }

    #[test]
    fn a_port_of_this_moment_takes_the_place_of_the_recorded_one() {
        for (recorded, served) in [
            (
                "227 Entering Passive Mode (10,0,0,5,1,2).",
                Some("227 Entering Passive Mode (127,0,0,1,4,1)."),
            ),
            ("227 =10, 0,0,5,1,2", Some("227 =127,0,0,1,4,1")),
            ("227 no numbers", None),
            ("229 Extended (|||50000|)", Some("229 Extended (|||1025|)")),
            (
                "229 Extended (!!!50000!) ok",
                Some("229 Extended (!!!1025!) ok"),
            ),
            ("200 1,2,3,4,5,6", None),
        ] {
            let code = ReplyCode(recorded[..3].parse().unwrap());
            let lines = vec![recorded.as_bytes().to_vec()];
            let reply = RecordedReply { code, lines };
            let served = served.map(|text| text.as_bytes().to_vec());
            let live = reply.with_port(Ipv4Addr::LOCALHOST, 1025);
            assert_eq!(live.map(|mut reply| reply.lines.remove(0)), served);
        }
    }
}
