//! What a transcript means: exchanges, each a command and what is expected of it.

use super::Transcript;
use super::data::{ExpectedData, SentData};
use super::expected_reply::ExpectedReply;
use super::headers::Headers;
use super::line::{Line, LineKind};
use super::read_error::{Fault, ReadError};
use super::template::{Piece, Template};
use super::variables::Variables;
use crate::protocol::user_pi::data_direction;
use crate::protocol::{Command, DataDirection};

/// A dialogue that can be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialogue {
    /// What the comments at the top say.
    pub headers: Headers,
    /// In order; the first has no command and expects the greeting.
    pub exchanges: Vec<ExpectedExchange>,
}

/// One command and what is expected of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExpectedExchange {
    /// The command's line in the transcript, counted from 1; 1 for the greeting.
    pub line: usize,
    /// The command; `None` for the greeting.
    pub command: Option<ExpectedCommand>,
    /// The data, if something is said about them.
    pub data: Option<Data>,
    /// `C> ABOR` stands in the middle: its line.
    pub aborted: Option<usize>,
    /// Every reply in order, also those to an ABOR in the middle.
    pub replies: Vec<ExpectedReply>,
    /// `S> @unanswered`: no final reply is waited for. Its line.
    pub unanswered: Option<usize>,
    /// `S> @closed`: the server then closes the control connection. Its line.
    pub closed: Option<usize>,
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedCommand {
    /// This line.
    Line(Template),
    /// `PORT {listen}` or `EPRT {listen}`: a port of this side is opened, and named. The verb in upper case.
    Listen(&'static str),
}

/// The data of a command, and where they stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// Their lines in the transcript, counted from 1.
    pub lines: Vec<usize>,
    /// What goes where.
    pub content: DataContent,
}

/// What goes where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataContent {
    /// To the server.
    Sent(SentData),
    /// From the server.
    Received(ExpectedData),
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
        let templates = self.exchanges.iter().filter_map(ExpectedExchange::template);
        templates
            .filter(|template| secret_of(template).is_some())
            .any(|template| template.variables().any(|used| used == name))
    }

    /// A variable that carries a secret and stands where it would be shown, and the line of its exchange.
    fn exposed_secret(&self) -> Option<(usize, &str)> {
        let (secret, open): (Vec<_>, Vec<_>) = self.exchanges.iter().partition(|exchange| {
            let template = exchange.template();
            template.is_some_and(|template| secret_of(template).is_some())
        });
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

impl ExpectedExchange {
    /// The final reply is expected; only unasked ones can follow.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.replies
            .iter()
            .any(|reply| !reply.code.is_preliminary())
    }

    /// Which way the command moves data, as far as the transcript tells.
    #[must_use]
    pub fn direction(&self) -> Option<DataDirection> {
        let beginning = self.template()?.literal_beginning();
        data_direction(&Command::new(beginning).ok()?)
    }

    fn template(&self) -> Option<&Template> {
        match &self.command {
            Some(ExpectedCommand::Line(template)) => Some(template),
            Some(ExpectedCommand::Listen(_)) | None => None,
        }
    }

    fn needed_variables(&self) -> impl Iterator<Item = &str> {
        let command = self.template().into_iter().flat_map(Template::variables);
        let data = self.data.iter().flat_map(|data| {
            let names: Box<dyn Iterator<Item = &str>> = match &data.content {
                DataContent::Sent(sent) => Box::new(sent.variables()),
                DataContent::Received(ExpectedData::File(file)) => Box::new(file.path.variables()),
                DataContent::Received(_) => Box::new(std::iter::empty()),
            };
            names
        });
        command.chain(data)
    }

    fn captured_variables(&self) -> impl Iterator<Item = &str> {
        let replies = self.replies.iter().flat_map(ExpectedReply::variables);
        let data = self.data.iter().filter_map(|data| match &data.content {
            DataContent::Received(expected) => Some(expected.variables()),
            DataContent::Sent(_) => None,
        });
        replies.chain(data.flatten())
    }
}

/// Reads line by line; a dialogue begins with the greeting.
struct Reader {
    dialogue: Dialogue,
    current: ExpectedExchange,
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
            current: ExpectedExchange {
                line: 1,
                ..ExpectedExchange::default()
            },
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
        is_command && self.current.closed.is_none() && !self.is_abort(line.content())
    }

    fn is_abort(&self, text: &str) -> bool {
        text.trim().eq_ignore_ascii_case("ABOR")
            && self.current.direction().is_some()
            && !self.current.replies.is_empty()
            && self.current.unanswered.is_none()
            && !self.current.is_complete()
    }

    /// Closes the current exchange, or tells what is missing in it and at which line.
    fn end_exchange(&mut self, next_line: usize) -> Result<(), (usize, &'static str)> {
        if let Some(missing) = self.missing() {
            return Err(missing);
        }
        let next = ExpectedExchange {
            line: next_line,
            ..ExpectedExchange::default()
        };
        let ended = std::mem::replace(&mut self.current, next);
        self.dialogue.exchanges.push(ended);
        Ok(())
    }

    fn take_command(&mut self, number: usize, text: &str) -> Result<(), Fault> {
        if self.is_abort(text) {
            self.current.aborted = Some(number);
        } else {
            self.current.command = Some(ExpectedCommand::read(text)?);
        }
        Ok(())
    }

    fn take_reply(&mut self, number: usize, text: &str) -> Result<(), Fault> {
        let exchange = &mut self.current;
        if self.reply_is_open
            && let Some(reply) = exchange.replies.last_mut()
        {
            self.reply_is_open = reply.go_on(number, text)?;
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
        exchange.replies.push(reply);
        Ok(())
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
        exchange.data = Some(Data { lines, content });
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

impl ExpectedCommand {
    fn read(text: &str) -> Result<Self, Fault> {
        for verb in ["PORT", "EPRT"] {
            if text.eq_ignore_ascii_case(&format!("{verb} {{listen}}")) {
                return Ok(Self::Listen(verb));
            }
        }
        let template = Template::read(text)?;
        let whole = 0..text.len();
        let literals = template.pieces().iter().filter_map(|piece| match piece {
            Piece::Literal(octets) => Some(octets),
            Piece::Variable(_) => None,
        });
        for octets in literals {
            Command::new(octets.as_slice()).map_err(|_| Fault::new(whole.clone(), LINE_END))?;
        }
        match secret_of(&template) {
            Some(Secret::Literal) => Err(Fault::new(whole, LITERAL_SECRET)),
            Some(Secret::Variable) | None => Ok(Self::Line(template)),
        }
    }
}

/// What stands behind PASS, ACCT or ADAT.
enum Secret {
    Variable,
    Literal,
}

fn secret_of(template: &Template) -> Option<Secret> {
    const STAND_IN: &[u8] = b"x";
    let octets = template.pieces().iter().map(|piece| match piece {
        Piece::Literal(octets) => octets.as_slice(),
        Piece::Variable(_) => STAND_IN,
    });
    let command = Command::new(octets.collect::<Vec<_>>().concat()).ok()?;
    let secret = command.secret()?;
    let is_variable = secret == STAND_IN && matches!(template.pieces(), [_, Piece::Variable(_)]);
    Some(if is_variable {
        Secret::Variable
    } else {
        Secret::Literal
    })
}

const CLOSED: &str = "@closed";
const UNANSWERED: &str = "@unanswered";
const BEHIND_CLOSED: &str = "nothing can follow: the server has closed the connection above";
const OPEN_REPLY: &str =
    "the last line of this reply is missing: the same code, and a space behind it";
const NO_GREETING: &str = "the greeting was expected first: `S> 220`";
const NO_REPLY: &str =
    "the final reply to this command is missing: write what is expected, `S> 2yz` at least";
const LINE_END: &str = "a command cannot hold CR, LF or NUL: a second command could hide there";
const LITERAL_SECRET: &str = "a secret does not belong into a transcript: write {password}, and give it with \
     --var password=... or in the environment as FTPSH_VAR_PASSWORD";

#[cfg(test)]
mod tests;
