//! What the lines of a text are: the one list that all recognisers make.

use crate::protocol::user_pi::data_direction;
use crate::protocol::{Command, DataDirection, DataPort, Reply, ReplyCode, Verb, verbs};
use crate::transcript::data::LineEnd;

/// What a line, or a part of it, is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// Counted from 1.
    pub(super) line: usize,
    pub(super) meaning: Meaning,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A command.
    Sent(Command),
    /// A line of a reply.
    Received(Vec<u8>),
    /// What went through the data connection.
    Data(DataLine),
    /// It is said that no reply comes.
    NoReply,
    /// What the program says about itself.
    Noise,
    /// A command or a reply of a session that is passed over.
    OfAnotherSession,
    Unknown,
}

/// A line of data, whichever way it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DataLine {
    pub(super) text: Vec<u8>,
    pub(super) end: LineEnd,
    /// That of its data connection, if it has a window of its own.
    pub(super) port: Option<u16>,
}

impl Item {
    pub(super) fn is_dialogue(&self) -> bool {
        matches!(self.meaning, Meaning::Sent(_) | Meaning::Received(_))
    }

    pub(super) fn is_of_another_session(&self) -> bool {
        self.meaning == Meaning::OfAnotherSession
    }

    pub(super) fn is_unknown(&self) -> bool {
        self.meaning == Meaning::Unknown
    }
}

/// Items as they are found, and what the dialogue so far says about the next line.
#[derive(Debug, Default)]
pub(super) struct Items {
    found: Vec<Item>,
    line: usize,
    reply: ReplyLines,
    transfer: Option<Transfer>,
    offered_ports: Vec<u16>,
    /// So many of them belong to transfers that are over.
    used_ports: usize,
}

/// The last command that moves data, until its final reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Transfer {
    pub(super) direction: DataDirection,
    /// A 1yz came.
    pub(super) has_begun: bool,
}

impl Items {
    /// What follows stands on the next line.
    pub(super) fn begin_line(&mut self) {
        self.line += 1;
    }

    pub(super) fn sent(&mut self, line: &[u8]) {
        match Command::new(line) {
            Ok(command) => {
                self.reply.cut();
                if let Some(direction) = data_direction(&command) {
                    let has_begun = false;
                    self.transfer = Some(Transfer {
                        direction,
                        has_begun,
                    });
                }
                self.add(Meaning::Sent(command));
            }
            Err(_) => self.add(Meaning::Unknown),
        }
    }

    /// Takes a line of a reply; one that cannot be one is unknown.
    pub(super) fn received(&mut self, line: &[u8]) {
        match self.reply.take(line) {
            ReplyPart::Foreign => return self.unknown(),
            ReplyPart::Beginning => {}
            ReplyPart::End(code) => self.note_reply(code, line),
        }
        self.add(Meaning::Received(line.to_vec()));
    }

    pub(super) fn data(&mut self, text: &[u8], end: LineEnd, port: Option<u16>) {
        let text = text.to_vec();
        self.add(Meaning::Data(DataLine { text, end, port }));
    }

    pub(super) fn noise(&mut self) {
        self.add(Meaning::Noise);
    }

    pub(super) fn of_another_session(&mut self) {
        self.add(Meaning::OfAnotherSession);
    }

    pub(super) fn no_reply(&mut self) {
        self.reply.cut();
        self.transfer = None;
        self.add(Meaning::NoReply);
    }

    pub(super) fn unknown(&mut self) {
        self.add(Meaning::Unknown);
    }

    pub(super) fn reply_is_open(&self) -> bool {
        self.reply.is_open()
    }

    /// The command that moves data now.
    pub(super) fn transfer(&self) -> Option<Transfer> {
        self.transfer
    }

    /// Data goes this way, or are about to.
    pub(super) fn moves_data(&self, direction: DataDirection) -> bool {
        self.transfer
            .is_some_and(|transfer| transfer.direction == direction)
    }

    /// The port of the last 227 or 229.
    pub(super) fn last_offered_port(&self) -> Option<u16> {
        self.offered_ports.last().copied()
    }

    /// Whether a 227 or 229 named this port.
    pub(super) fn has_offered(&self, port: u16) -> bool {
        self.offered_ports.contains(&port)
    }

    /// Whether the transfer on this port was over some lines before.
    pub(super) fn has_used(&self, port: u16) -> bool {
        self.offered_ports[..self.used_ports].contains(&port)
    }

    /// The data line before this one, if nothing but noise stands between.
    pub(super) fn last_data(&mut self) -> Option<&mut DataLine> {
        let is_noise = |item: &&mut Item| item.meaning == Meaning::Noise;
        match self.found.iter_mut().rev().find(|item| !is_noise(item)) {
            Some(Item {
                meaning: Meaning::Data(data),
                ..
            }) => Some(data),
            _ => None,
        }
    }

    pub(super) fn into_found(self) -> Vec<Item> {
        self.found
    }

    fn add(&mut self, meaning: Meaning) {
        let line = self.line;
        self.found.push(Item { line, meaning });
    }

    fn note_reply(&mut self, code: ReplyCode, last_line: &[u8]) {
        if code.is_preliminary() {
            if let Some(transfer) = &mut self.transfer {
                transfer.has_begun = true;
            }
            return;
        }
        if PASSIVE.contains(&code.0) {
            self.offered_ports.extend(offered_port(code, last_line));
        }
        if self.transfer.take().is_some() {
            self.used_ports = self.offered_ports.len();
        }
    }
}

/// The port that a 227 or 229 names.
pub(super) fn offered_port(code: ReplyCode, last_line: &[u8]) -> Option<u16> {
    let reply = Reply {
        code,
        lines: vec![last_line.to_vec()],
        ended_with: None,
        dropped_bytes: 0,
    };
    DataPort::from_reply(&reply).ok().map(|offer| offer.port)
}

/// Whether a line without a mark reads like a command: a verb of the table, or a word that looks like one.
pub(super) fn looks_like_command(line: &[u8]) -> bool {
    let word = line
        .split(u8::is_ascii_whitespace)
        .next()
        .unwrap_or_default();
    let is_plausible = (3..=4).contains(&word.len()) && word.iter().all(u8::is_ascii_uppercase);
    is_plausible || verbs::entry(&Verb::new(word)).is_some()
}

/// The codes of replies that name a port: PASV, LPSV, EPSV.
pub(super) const PASSIVE: [u16; 3] = [227, 228, 229];

/// The reply that is being read, if it has several lines.
#[derive(Debug, Default)]
pub(super) struct ReplyLines {
    open: Option<ReplyCode>,
}

/// What a line is to the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReplyPart {
    /// One that others follow.
    Beginning,
    /// The last one, or the only one.
    End(ReplyCode),
    /// Not of a reply.
    Foreign,
}

impl ReplyLines {
    pub(super) fn take(&mut self, line: &[u8]) -> ReplyPart {
        match (self.open, CodedLine::of(line)) {
            (Some(open), Some(coded)) if coded.code == open && !coded.goes_on => self.end(open),
            (Some(_), _) => ReplyPart::Beginning,
            (None, Some(coded)) if coded.goes_on => {
                self.open = Some(coded.code);
                ReplyPart::Beginning
            }
            (None, Some(coded)) => self.end(coded.code),
            (None, None) => ReplyPart::Foreign,
        }
    }

    /// The last line is missing: something else follows. The code of the reply that this ends.
    pub(super) fn cut(&mut self) -> Option<ReplyCode> {
        self.open.take()
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    fn end(&mut self, code: ReplyCode) -> ReplyPart {
        self.open = None;
        ReplyPart::End(code)
    }
}

/// A line with a reply code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CodedLine {
    pub(super) code: ReplyCode,
    /// A hyphen stands after the code.
    pub(super) goes_on: bool,
}

impl CodedLine {
    pub(super) fn of(line: &[u8]) -> Option<Self> {
        let (digits, rest) = line.split_at_checked(3)?;
        let is_code =
            digits.iter().all(u8::is_ascii_digit) && (b'1'..=b'6').contains(digits.first()?);
        if !is_code || !matches!(rest, [] | [b' ' | b'-', ..]) {
            return None;
        }
        let number = digits
            .iter()
            .fold(0, |number, digit| number * 10 + u16::from(digit - b'0'));
        Some(Self {
            code: ReplyCode(number),
            goes_on: rest.first() == Some(&b'-'),
        })
    }
}
