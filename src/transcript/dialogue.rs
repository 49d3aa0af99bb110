//! What a transcript means: exchanges, each a command and what is expected of it.

use super::Transcript;
use super::data::{ExpectedData, SentData};
use super::exchange::{Data, DataContent, Exchange, SentCommand};
use super::expected_reply::ExpectedReply;
use super::headers::Headers;
use super::line::{Line, LineKind};
use super::read_error::{Fault, ReadError};
use super::template::Template;
use super::variables::Variables;
use crate::protocol::DataDirection;

/// A dialogue that can be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialogue {
    /// What the comments at the top say.
    pub headers: Headers,
    /// In order; the first has no command and expects the greeting.
    pub exchanges: Vec<Exchange>,
}

/// A variable that is needed and has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsetVariable {
    /// The line of the exchange that needs it, counted from 1.
    pub line: usize,
    /// Its name.
    pub name: String,
}

impl Dialogue {
    pub(super) fn of(transcript: &Transcript) -> Result<Self, ReadError> {
        let error = |number: usize, fault: Fault| match transcript.lines.get(number - 1) {
            Some(line) => ReadError::new(number, line.text(), fault.behind(line.content_start())),
            None => ReadError::new(number, "", fault),
        };
        let missing = |(number, problem): (usize, &str)| {
            let line = transcript.lines.get(number - 1);
            let length = line.map_or(0, |line| line.content().len());
            error(number, Fault::new(0..length, problem))
        };
        let mut reader = Reader::new();
        for (index, line) in transcript.lines.iter().enumerate() {
            if reader.is_next_exchange(line) {
                reader.end_exchange(index + 1).map_err(missing)?;
            }
            reader
                .take(index + 1, line)
                .map_err(|fault| error(index + 1, fault))?;
        }
        reader
            .end_exchange(transcript.lines.len())
            .map_err(missing)?;
        if let Some((line, name)) = reader.dialogue.exposed_secret() {
            let problem = format!(
                "{{{name}}} is a secret, since it stands behind PASS, ACCT or ADAT, and would be shown here: \
                 give the same value to another name"
            );
            return Err(error(line, Fault::new(0..0, problem)));
        }
        Ok(reader.dialogue)
    }

    /// The first variable that is needed before anything could give it a value.
    #[must_use]
    pub fn unset_variable(&self, given: &Variables) -> Option<UnsetVariable> {
        let mut captured: Vec<&str> = Vec::new();
        for exchange in &self.exchanges {
            let is_set = |name: &&str| given.value(name).is_some() || captured.contains(name);
            if let Some(name) = exchange.needed_variables().find(|name| !is_set(name)) {
                let (line, name) = (exchange.line, name.to_owned());
                return Some(UnsetVariable { line, name });
            }
            captured.extend(exchange.captured_variables());
        }
        None
    }

    /// Whether a variable carries a secret: it stands behind PASS, ACCT or ADAT.
    #[must_use]
    pub fn is_secret(&self, name: &str) -> bool {
        let secret = self.exchanges.iter().filter(|it| it.sends_secret());
        secret
            .filter_map(Exchange::template)
            .any(|template| template.variables().any(|used| used == name))
    }

    /// A variable that carries a secret and stands where it would be shown, and the line of its exchange.
    fn exposed_secret(&self) -> Option<(usize, &str)> {
        let (secret, open): (Vec<_>, Vec<_>) =
            self.exchanges.iter().partition(|it| it.sends_secret());
        let secrets: Vec<&str> = secret
            .iter()
            .flat_map(|exchange| exchange.needed_variables())
            .collect();
        open.iter().find_map(|exchange| {
            let mut needed = exchange.needed_variables();
            let name = needed.find(|name| secrets.contains(name))?;
            Some((exchange.line, name))
        })
    }
}

/// Reads line by line; a dialogue begins with the greeting.
struct Reader {
    dialogue: Dialogue,
    current: Exchange,
    /// The line above is a reply or data, or what came instead.
    above: Option<LineKind>,
    /// The last line of a reply of several lines is still to come.
    reply_is_open: bool,
    has_begun: bool,
}

impl Reader {
    fn new() -> Self {
        let headers = Headers::default();
        let exchanges = Vec::new();
        Self {
            dialogue: Dialogue { headers, exchanges },
            current: Exchange::new(1, None),
            above: None,
            reply_is_open: false,
            has_begun: false,
        }
    }

    fn take(&mut self, number: usize, line: &Line) -> Result<(), Fault> {
        let text = line.content();
        let says_something = !matches!(line.kind(), LineKind::Blank | LineKind::Comment);
        self.has_begun |= says_something;
        if says_something && self.current.closed.is_some() {
            return Err(Fault::new(0..text.len(), BEHIND_CLOSED));
        }
        let above = self.above.take();
        if let Some((kind, came)) = above.and_then(|kind| Some((kind, line.came(kind)?))) {
            self.take_what_came(kind, came);
            return Ok(());
        }
        match line.kind() {
            LineKind::Comment if !self.has_begun => self.dialogue.headers.read(text),
            LineKind::Blank | LineKind::Comment => Ok(()),
            LineKind::Command => self.take_command(number, text),
            LineKind::Reply => self.take_reply(number, text),
            LineKind::DataReceived => self.take_data(number, text, DataDirection::Received),
            LineKind::DataSent => self.take_data(number, text, DataDirection::Sent),
        }
    }

    /// A command begins an exchange, except for ABOR while data move.
    fn is_next_exchange(&self, line: &Line) -> bool {
        let is_command = line.kind() == LineKind::Command;
        let is_abort = self.current.is_aborted_by(line.content().as_bytes());
        is_command && self.current.closed.is_none() && !is_abort
    }

    /// Closes the current exchange, or tells what is missing in it and at which line.
    fn end_exchange(&mut self, next_line: usize) -> Result<(), (usize, &'static str)> {
        if let Some(missing) = self.missing() {
            return Err(missing);
        }
        let next = Exchange::new(next_line, None);
        let ended = std::mem::replace(&mut self.current, next);
        self.dialogue.exchanges.push(ended);
        Ok(())
    }

    fn take_command(&mut self, number: usize, text: &str) -> Result<(), Fault> {
        if self.current.is_aborted_by(text.as_bytes()) {
            self.current.aborted = Some(number);
        } else {
            self.current.command = Some(SentCommand::read(text)?);
        }
        Ok(())
    }

    fn take_reply(&mut self, number: usize, text: &str) -> Result<(), Fault> {
        let exchange = &mut self.current;
        if self.reply_is_open
            && let Some(reply) = exchange.replies.last_mut()
        {
            self.reply_is_open = reply.go_on(number, text)?;
            self.above = (!self.reply_is_open).then_some(LineKind::Reply);
            return Ok(());
        }
        if text == UNANSWERED {
            exchange.unanswered = Some(number);
            return Ok(());
        }
        if text == CLOSED {
            exchange.closed = Some(number);
            return Ok(());
        }
        let (reply, is_open) = ExpectedReply::begin(number, text)?;
        self.reply_is_open = is_open;
        self.above = (!is_open).then_some(LineKind::Reply);
        exchange.replies.push(reply);
        Ok(())
    }

    /// Takes a comment that tells what came where less of it is expected.
    fn take_what_came(&mut self, kind: LineKind, text: &str) {
        self.above = Some(kind);
        if kind == LineKind::Reply {
            let octets = Template::read(text).map(|line| line.resolve(&Variables::default()));
            if let (Some(reply), Ok(Ok(octets))) = (self.current.replies.last_mut(), octets) {
                reply.came.push(octets);
            }
        } else if let Some(data) = &mut self.current.data {
            data.came.push(text.to_owned());
        }
    }

    fn take_data(
        &mut self,
        number: usize,
        text: &str,
        direction: DataDirection,
    ) -> Result<(), Fault> {
        let whole = 0..text.len();
        let exchange = &mut self.current;
        let used = exchange.direction();
        if used != Some(direction) {
            let problem = match used {
                Some(_) => "the command above moves data the other way: D> is received, D< is sent",
                None => "no command above this line uses the data connection",
            };
            return Err(Fault::new(whole, problem));
        }
        let (mut lines, before) = match exchange.data.take() {
            Some(data) => (data.lines, Some(data.content)),
            None => (Vec::new(), None),
        };
        lines.push(number);
        let content = match (direction, before) {
            (DataDirection::Sent, Some(DataContent::Sent(before))) => {
                DataContent::Sent(SentData::read(text, Some(before))?)
            }
            (DataDirection::Sent, _) => DataContent::Sent(SentData::read(text, None)?),
            (DataDirection::Received, Some(DataContent::Received(before))) => {
                DataContent::Received(ExpectedData::read(text, Some(before))?)
            }
            (DataDirection::Received, _) => DataContent::Received(ExpectedData::read(text, None)?),
        };
        let came = Vec::new();
        exchange.data = Some(Data {
            lines,
            content,
            came,
        });
        self.above = (direction == DataDirection::Received).then_some(LineKind::DataReceived);
        Ok(())
    }

    /// What is missing before the next command or the end, and at which line.
    fn missing(&self) -> Option<(usize, &'static str)> {
        let exchange = &self.current;
        match exchange.replies.last() {
            Some(reply) if self.reply_is_open => Some((reply.lines.start, OPEN_REPLY)),
            _ if exchange.is_complete() => None,
            _ if exchange.closed.or(exchange.unanswered).is_some() => None,
            _ if exchange.command.is_none() => Some((exchange.line, NO_GREETING)),
            _ => Some((exchange.line, NO_REPLY)),
        }
    }
}

const CLOSED: &str = "@closed";
const UNANSWERED: &str = "@unanswered";
const BEHIND_CLOSED: &str = "nothing can follow: the server has closed the connection above";
const OPEN_REPLY: &str =
    "the last line of this reply is missing: the same code, and a space behind it";
const NO_GREETING: &str = "the greeting was expected first: `S> 220`";
const NO_REPLY: &str =
    "the final reply to this command is missing: write what is expected, `S> 2yz` at least";
#[cfg(test)]
mod tests;
