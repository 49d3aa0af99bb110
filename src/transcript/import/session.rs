//! One session out of items: which replies and which data belong to which command.

use super::items::{DataLine, Item, Meaning, PASSIVE, ReplyLines, ReplyPart, offered_port};
use super::log::masking::LogSecrets;
use super::login::Login;
use super::writing::VariableNames;
use crate::protocol::ledger::{EntryId, Ledger};
use crate::protocol::{Command, Reply, ReplyCode, SecretEcho, Verb, verbs};
use crate::transcript::exchange::Exchange;
use crate::transcript::expected_reply::ExpectedReply;

/// The lines of a reply as they came, with echoes of secrets masked. One whose end is missing gets one.
fn came(
    lines: Vec<Vec<u8>>,
    code: ReplyCode,
    echo: &SecretEcho,
    answers_secret: bool,
) -> Vec<Vec<u8>> {
    let mut reply = Reply {
        code,
        lines,
        ended_with: None,
        dropped_bytes: 0,
    };
    let end = format!("{code} ").into_bytes();
    let is_end = |line: &Vec<u8>| line.starts_with(&end) || line.as_slice() == end.trim_ascii();
    if !reply.lines.last().is_some_and(is_end) {
        reply.lines.push(end);
    }
    echo.mask(&mut reply, answers_secret);
    reply.lines
}

/// What happened, command by command.
#[derive(Default)]
pub(super) struct Session {
    /// The text of the greeting.
    pub(super) greeting: Option<Vec<u8>>,
    /// In order; the first is the greeting and has no command.
    pub(super) exchanges: Vec<ShownExchange>,
    /// The lines, counted from 1, that say nothing that is known.
    pub(super) unknown_lines: Vec<usize>,
    /// The line where another session begins; it and all after it are left out.
    pub(super) next_session: Option<usize>,
    /// The first line of the sessions in between that are left out.
    pub(super) other_session: Option<usize>,
    /// The variables that take the place of who logs in.
    pub(super) names: VariableNames,
    pub(super) secrets: LogSecrets,
}

/// An exchange, and the lines of data that is shown with it.
#[derive(Debug)]
pub(super) struct ShownExchange {
    pub(super) exchange: Exchange,
    pub(super) data: Vec<DataLine>,
}

impl Session {
    /// `lines` are those that the items were found in.
    pub(super) fn of(items: Vec<Item>, lines: &[&[u8]]) -> Self {
        let mut reader = Reader::default();
        reader.session.secrets = secrets(&items, lines);
        reader.begin(1, None);
        for item in items {
            if !reader.take(item) {
                break;
            }
        }
        reader.cut_reply(usize::MAX);
        reader.session
    }
}

/// What all lines tell to be secret.
fn secrets(items: &[Item], lines: &[&[u8]]) -> LogSecrets {
    let mut secrets = LogSecrets::default();
    let mut last: Option<Verb> = None;
    let mut login = Login::default();
    for item in items {
        match &item.meaning {
            Meaning::Sent(command) => {
                let command = login.take_command(command.clone());
                secrets.take_command(&command);
                last = Some(command.verb());
            }
            Meaning::Received(line) => {
                secrets.take_reply_line(line, last.as_ref());
                secrets.take_user_names(login.take_reply_line(line));
            }
            Meaning::Unknown => {
                let line = lines.get(item.line - 1).copied().unwrap_or_default();
                if let Some(bare) = login.bare_secret(line) {
                    secrets.take_command(&bare);
                }
                secrets.take_words(line);
            }
            Meaning::Data(_) | Meaning::NoReply | Meaning::Noise | Meaning::OfAnotherSession => {}
        }
    }
    secrets
}

#[derive(Default)]
struct Reader {
    session: Session,
    login: Login,
    ledger: Ledger,
    /// Which exchange an entry of the ledger is part of.
    owners: Vec<(EntryId, usize)>,
    reply: ReplyLines,
    /// Those of the reply that is being read.
    lines: Vec<Vec<u8>>,
    /// Ports, and the exchange in which each was named.
    ports: Vec<(u16, usize)>,
}

impl Reader {
    /// `false` if another session begins here.
    fn take(&mut self, item: Item) -> bool {
        match item.meaning {
            Meaning::Sent(command) => self.take_command(item.line, command),
            Meaning::Received(line) => return self.take_reply_line(item.line, &line),
            Meaning::Data(data) => self.take_data(item.line, data),
            Meaning::NoReply => {
                self.cut_reply(item.line);
                self.ledger.close_all();
                if let Some(shown) = self.session.exchanges.last_mut() {
                    shown.exchange.unanswered = Some(item.line);
                }
            }
            Meaning::OfAnotherSession => {
                self.session.other_session.get_or_insert(item.line);
            }
            Meaning::Noise => {}
            Meaning::Unknown => self.session.unknown_lines.push(item.line),
        }
        true
    }

    fn begin(&mut self, line: usize, command: Option<Command>) {
        let entry = match &command {
            None => self.ledger.await_greeting(),
            Some(command) => self.ledger.enter_command(command.verb()),
        };
        self.owners.push((entry, self.session.exchanges.len()));
        let secrets = &self.session.secrets;
        let names = &mut self.session.names;
        let command = command.map(|command| names.sent(&command, secrets));
        self.session.exchanges.push(ShownExchange {
            exchange: Exchange::new(line, command),
            data: Vec::new(),
        });
    }

    fn take_command(&mut self, line: usize, command: Command) {
        self.cut_reply(line);
        let command = self.login.take_command(command);
        let last = self.session.exchanges.len().saturating_sub(1);
        match self.session.exchanges.get_mut(last) {
            Some(ShownExchange { exchange, .. })
                if exchange.aborted.is_none() && exchange.is_aborted_by(command.line()) =>
            {
                exchange.aborted = Some(line);
                let entry = self.ledger.enter_command(command.verb());
                self.owners.push((entry, last));
            }
            _ => self.begin(line, Some(command)),
        }
    }

    fn take_reply_line(&mut self, number: usize, line: &[u8]) -> bool {
        self.login.take_reply_line(line);
        let is_first = !self.reply.is_open();
        let part = self.reply.take(line);
        if is_first && self.session.exchanges.len() == 1 && part != ReplyPart::Foreign {
            let text = line.get(4..).unwrap_or_default();
            let text = self.session.secrets.all().masked(text);
            self.session.greeting.get_or_insert(text);
        }
        if part != ReplyPart::Foreign {
            self.lines.push(line.to_vec());
        }
        match part {
            ReplyPart::Foreign => self.session.unknown_lines.push(number),
            ReplyPart::Beginning => {}
            ReplyPart::End(code) if self.is_another_greeting(code) => {
                self.session.next_session = Some(number);
                return false;
            }
            ReplyPart::End(code) => self.take_reply(number, code, line),
        }
        true
    }

    fn take_reply(&mut self, number: usize, code: ReplyCode, last_line: &[u8]) {
        let entry = self.ledger.assign(code).entry;
        let mut owners = self.owners.iter().rev();
        let owner = entry.and_then(|entry| owners.find(|(id, _)| *id == entry));
        // An unexpected reply follows what happened last.
        let last = self.session.exchanges.len().saturating_sub(1);
        let index = owner.map_or(last, |(_, index)| *index);
        if let Some(shown) = self.session.exchanges.get_mut(index) {
            let answers_secret = shown.exchange.sends_secret();
            let mut reply = ExpectedReply::of_code(code);
            reply.lines = number..number;
            reply.came = came(
                std::mem::take(&mut self.lines),
                code,
                self.session.secrets.all(),
                answers_secret,
            );
            shown.exchange.replies.push(reply);
        }
        if PASSIVE.contains(&code.0) {
            let port = offered_port(code, last_line);
            self.ports.extend(port.map(|port| (port, index)));
        }
    }

    fn take_data(&mut self, line: usize, data: DataLine) {
        self.cut_reply(line);
        let offer = data.port.and_then(|port| {
            let mut offers = self.ports.iter().rev();
            let (_, index) = offers.find(|(offered, _)| *offered == port)?;
            Some(*index)
        });
        let after_offer = offer.map_or(0, |offer| offer + 1);
        let exchanges = self.session.exchanges.iter_mut().skip(after_offer);
        let mut moving = exchanges.filter(|shown| shown.exchange.direction().is_some());
        let shown = match offer {
            Some(_) => moving.next(),
            None => moving.next_back(),
        };
        match shown {
            Some(shown) => shown.data.push(data),
            None => self.session.unknown_lines.push(line),
        }
    }

    /// A reply whose last line is missing has its code all the same.
    fn cut_reply(&mut self, line: usize) {
        if let Some(code) = self.reply.cut() {
            self.take_reply(line, code, b"");
        }
    }

    /// 220 answers a connection, REIN and HOST.
    fn is_another_greeting(&self, code: ReplyCode) -> bool {
        let lists_it =
            |verb: &Verb| verbs::entry(verb).is_some_and(|row| row.replies.contains(&220));
        let awaits_it = |verb: Verb| verb.as_bytes().is_empty() || lists_it(&verb);
        code.0 == 220
            && self.session.exchanges.len() > 1
            && !self.ledger.open_verbs().any(awaits_it)
    }
}
