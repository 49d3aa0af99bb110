//! One command, its replies and its data: what a transcript is read into, played from, recorded as and served from.

use std::fmt;
use std::io::Read;
use std::path::Path;

use super::data::{ExpectedData, ExpectedDataLine, SentData};
use super::expected_reply::ExpectedReply;
use super::read_error::Fault;
use super::replay::files;
use super::template::{Piece, Template, Variables};
use crate::protocol::user_pi::data_direction;
use crate::protocol::{Command, DataDirection, ReplyCode, Verb};

/// One command, and what is expected of it or came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// The command's line in the text that it was read from, counted from 1; 1 for the greeting.
    pub line: usize,
    /// The command; `None` for the greeting.
    pub command: Option<SentCommand>,
    /// The data, if something is said about it.
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
pub enum SentCommand {
    /// This line.
    Line(Template),
    /// `PORT {listen}` or `EPRT {listen}`: a port of this side is opened, and named. The verb as it is written.
    Listen(String),
}

/// The data of a command, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// Their lines in the transcript, counted from 1.
    pub lines: Vec<usize>,
    /// What goes where.
    pub content: DataContent,
    /// The lines that came, without `# D> `, where comments after the expected ones hold them.
    pub came: Vec<String>,
}

/// What goes where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataContent {
    /// To the server.
    Sent(SentData),
    /// From the server.
    Received(ExpectedData),
}

/// What went over the data connection, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServedData {
    /// Nothing.
    None,
    /// The client sent something.
    Upload,
    /// These bytes went to the client.
    Bytes(Vec<u8>),
    /// Something went to the client that is not known.
    Unknown,
}

impl Exchange {
    /// An exchange of which only its line and its command are known.
    pub(super) fn new(line: usize, command: Option<SentCommand>) -> Self {
        Self {
            line,
            command,
            ..Self::default()
        }
    }

    /// Its verb; that of the greeting is empty.
    #[must_use]
    pub fn verb(&self) -> Verb {
        self.command
            .as_ref()
            .map_or_else(|| Verb::new(b""), SentCommand::verb)
    }

    /// A 1yz is there.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.replies.iter().any(|reply| reply.code.is_preliminary())
    }

    /// The final reply is there; only unexpected ones can follow.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.final_code().is_some()
    }

    /// The code of the final reply, or the plainest one that is expected.
    #[must_use]
    pub fn final_code(&self) -> Option<ReplyCode> {
        let mut replies = self.replies.iter();
        let reply = replies.find(|reply| !reply.code.is_preliminary())?;
        Some(reply.code.plainest())
    }

    /// The final reply says that the command was done.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.final_code().is_some_and(ReplyCode::is_positive)
    }

    /// Whether this line is an ABOR that belongs to this exchange: data moves.
    #[must_use]
    pub fn is_aborted_by(&self, line: &[u8]) -> bool {
        line.trim_ascii().eq_ignore_ascii_case(b"ABOR")
            && self.direction().is_some()
            && self.has_begun()
            && !self.is_complete()
            && self.unanswered.is_none()
    }

    /// Which way the command moves data, as far as the transcript says.
    #[must_use]
    pub fn direction(&self) -> Option<DataDirection> {
        let beginning = self.template()?.literal_beginning();
        data_direction(&Command::new(beginning).ok()?)
    }

    /// The 1yz replies at the beginning, and the others.
    #[must_use]
    pub fn split_replies(&self) -> (&[ExpectedReply], &[ExpectedReply]) {
        let mut replies = self.replies.iter();
        let first_final = replies.position(|reply| !reply.code.is_preliminary());
        self.replies
            .split_at(first_final.unwrap_or(self.replies.len()))
    }

    /// What went over the data connection; `folder` is where the transcript lies.
    #[must_use]
    pub fn served_data(&self, folder: &Path) -> ServedData {
        match (self.direction(), &self.data) {
            (None, _) => ServedData::None,
            (_, None) if !self.has_begun() => ServedData::None,
            (Some(DataDirection::Sent), _) => ServedData::Upload,
            (Some(DataDirection::Received), Some(data)) => data.served(folder),
            // Without a line, nothing is known of data that came whole; data that did not are taken as empty.
            (Some(DataDirection::Received), None)
                if self.is_accepted() && self.aborted.is_none() =>
            {
                ServedData::Unknown
            }
            (Some(DataDirection::Received), None) => ServedData::Bytes(Vec::new()),
        }
    }

    pub(super) fn template(&self) -> Option<&Template> {
        match &self.command {
            Some(SentCommand::Line(template)) => Some(template),
            Some(SentCommand::Listen(_)) | None => None,
        }
    }

    /// Its command holds a secret.
    pub(super) fn sends_secret(&self) -> bool {
        self.template()
            .is_some_and(|template| secret_of(template).is_some())
    }

    pub(super) fn needed_variables(&self) -> impl Iterator<Item = &str> {
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

    pub(super) fn captured_variables(&self) -> impl Iterator<Item = &str> {
        let replies = self.replies.iter().flat_map(ExpectedReply::variables);
        let data = self.data.iter().filter_map(|data| match &data.content {
            DataContent::Received(expected) => Some(expected.variables()),
            DataContent::Sent(_) => None,
        });
        replies.chain(data.flatten())
    }
}

impl SentCommand {
    /// Reads a line without `C> `.
    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        if let Some((verb, argument)) = text.split_once(' ')
            && argument.eq_ignore_ascii_case("{listen}")
            && ["PORT", "EPRT"]
                .iter()
                .any(|port| verb.eq_ignore_ascii_case(port))
        {
            return Ok(Self::Listen(verb.to_owned()));
        }
        let template = Template::read(text)?;
        let whole = 0..text.len();
        let literals = template.pieces().iter().filter_map(|piece| match piece {
            Piece::Literal(bytes) => Some(bytes),
            Piece::Variable(_) => None,
        });
        for bytes in literals {
            Command::new(bytes.as_slice()).map_err(|_| Fault::new(whole.clone(), LINE_END))?;
        }
        match secret_of(&template) {
            Some(Secret::Literal) => Err(Fault::new(whole, LITERAL_SECRET)),
            Some(Secret::Variable) | None => Ok(Self::Line(template)),
        }
    }

    /// Its verb, as far as it is not a variable.
    #[must_use]
    pub fn verb(&self) -> Verb {
        match self {
            Self::Line(template) => Verb::new(first_word(template.literal_beginning())),
            Self::Listen(verb) => Verb::new(verb.as_bytes()),
        }
    }

    /// The line with these values, if all variables have one.
    #[must_use]
    pub fn resolved(&self, variables: &Variables) -> Option<Command> {
        match self {
            Self::Line(template) => Command::new(template.resolve(variables).ok()?).ok(),
            Self::Listen(_) => None,
        }
    }

    /// Whether a client that sent this sent the same: a secret, a port, or a variable without a value is whatever it
    /// sent.
    #[must_use]
    pub fn is_met_by(&self, sent: &Command, variables: &Variables) -> bool {
        let verb = self.verb();
        let line = self.resolved(variables);
        match line {
            Some(line) if line.secret().is_none() && !verb.is("PORT") && !verb.is("EPRT") => {
                line.verb() == sent.verb() && line.argument() == sent.argument()
            }
            _ => verb == Verb::new(first_word(sent.line())),
        }
    }
}

impl fmt::Display for SentCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(template) => template.fmt(f),
            Self::Listen(verb) => write!(f, "{verb} {{listen}}"),
        }
    }
}

/// Some servers skip leading blanks, and a secret may stand after them.
fn first_word(line: &[u8]) -> &[u8] {
    let mut words = line.split(u8::is_ascii_whitespace);
    words.find(|word| !word.is_empty()).unwrap_or_default()
}

/// What stands after PASS, ACCT or ADAT.
enum Secret {
    Variable,
    Literal,
}

fn secret_of(template: &Template) -> Option<Secret> {
    const STAND_IN: &[u8] = b"x";
    let bytes = template.pieces().iter().map(|piece| match piece {
        Piece::Literal(bytes) => bytes.as_slice(),
        Piece::Variable(_) => STAND_IN,
    });
    let command = Command::new(bytes.collect::<Vec<_>>().concat()).ok()?;
    let secret = command.secret()?;
    let is_variable = secret == STAND_IN && matches!(template.pieces(), [_, Piece::Variable(_)]);
    Some(if is_variable {
        Secret::Variable
    } else {
        Secret::Literal
    })
}

impl Data {
    /// Nothing can follow these lines.
    pub(super) fn is_ended(&self) -> bool {
        match &self.content {
            DataContent::Sent(sent) => sent.is_ended(),
            DataContent::Received(expected) => expected.is_ended(),
        }
    }

    /// More lines may have come than are there.
    pub(super) fn may_go_on(&mut self) {
        if let DataContent::Received(ExpectedData::Lines(lines)) = &mut self.content {
            lines.push(ExpectedDataLine::AnyLines);
        }
    }

    fn served(&self, folder: &Path) -> ServedData {
        let DataContent::Received(expected) = &self.content else {
            return ServedData::Unknown;
        };
        if !self.came.is_empty() {
            return inline(&self.came);
        }
        match expected {
            ExpectedData::File(file) => {
                let mut bytes = Vec::new();
                let line = self.lines.last().copied().unwrap_or_default();
                let file = files::open(folder, line, file, &Variables::default());
                match file.map(|mut file| file.read_to_end(&mut bytes)) {
                    Ok(Ok(_)) => ServedData::Bytes(bytes),
                    Ok(Err(_)) | Err(_) => ServedData::Unknown,
                }
            }
            ExpectedData::Bytes(digest) if digest.bytes == 0 => ServedData::Bytes(Vec::new()),
            ExpectedData::Bytes(_) | ExpectedData::Cut(_) => ServedData::Unknown,
            ExpectedData::Lines(lines) => {
                let is_exact = |line: &ExpectedDataLine| match line {
                    ExpectedDataLine::Line(pattern, _) => pattern.is_literal(),
                    ExpectedDataLine::AnyLines => false,
                };
                if lines.iter().all(is_exact) {
                    inline(&expected.printed())
                } else {
                    ServedData::Unknown
                }
            }
        }
    }
}

fn inline(lines: &[String]) -> ServedData {
    let read = lines
        .iter()
        .try_fold(None, |before, line| SentData::read(line, before).map(Some));
    match read {
        Ok(Some(SentData::Inline(template))) => {
            let bytes = template.resolve(&Variables::default());
            bytes.map_or(ServedData::Unknown, ServedData::Bytes)
        }
        _ if lines.iter().take(1).any(|line| line.starts_with(NO_BYTES)) => {
            ServedData::Bytes(Vec::new())
        }
        _ => ServedData::Unknown,
    }
}

const NO_BYTES: &str = "@octets 0";
const LINE_END: &str = "a command cannot hold CR, LF or NUL: a second command could hide there";
const LITERAL_SECRET: &str = "a secret does not belong in a transcript: write {password}, and give it with \
     --var password=... or in the environment as FTPSH_VAR_PASSWORD";

#[cfg(test)]
mod tests {
    use super::{Command, Exchange, Path, ReplyCode, ServedData, Variables};
    use crate::transcript::Transcript;

    fn exchanges(text: &str) -> Vec<Exchange> {
        let transcript = Transcript::read(text.as_bytes()).unwrap();
        transcript.dialogue().unwrap().exchanges
    }

    fn served_data(text: &str) -> ServedData {
        exchanges(text)[1].served_data(Path::new(""))
    }

    fn lines(exchange: &Exchange) -> Vec<String> {
        let lines = exchange
            .replies
            .iter()
            .flat_map(|reply| reply.served().lines);
        lines
            .map(|line| String::from_utf8_lossy(&line).into_owned())
            .collect()
    }

    #[test]
    fn what_came_is_served_and_else_what_is_expected() {
        let exchanges = exchanges(
            "# S> 999 no reply\nS> 220\n# S> 220-Welcome {{you}\n# S>\n# S> 220 caf{0xe9}\n# another comment\n# S> 220 not this\n\
             C> FEAT\nS> 211-Features:\nS>  A{x}\nS> ...\nS> 211 End\nC> PASV\nS> 227 Entering ([..])\nC> NOOP\nS> 2yz\n\
             S> @closed\n",
        );
        let greeting = exchanges[0].replies[0].served();
        assert_eq!(greeting.code, ReplyCode(220));
        assert_eq!(
            greeting.lines,
            [&b"220-Welcome {you}"[..], b"", b"220 caf\xe9"]
        );
        assert_eq!(lines(&exchanges[1]), ["211-Features:", " A", "211 End"]);
        assert_eq!(lines(&exchanges[2]), ["227 Entering ()"]);
        assert_eq!(lines(&exchanges[3]), ["200 "]);
        assert!(exchanges[3].closed.is_some() && exchanges[2].closed.is_none());
    }

    #[test]
    fn data_are_served_where_they_are_known() {
        let bytes = |text: &str| ServedData::Bytes(text.as_bytes().to_vec());
        for (lines, data) in [
            ("D> a{lf}\nD> {{b}{no-eol}\n", bytes("a\n{b}")),
            ("D> ...\n# D> one\n# D> two{no-eol}\n", bytes("one\r\ntwo")),
            ("D> ...\n# D> @octets 0 sha256 00\n", bytes("")),
            ("D> ...\n# D> @octets 10 sha256 00\n", ServedData::Unknown),
            ("D> ...\n", ServedData::Unknown),
            ("D> a[..]\n", ServedData::Unknown),
            ("D> {x}\n", ServedData::Unknown),
            ("D> @octets 9\n", ServedData::Unknown),
            ("D> @octets 0\n", bytes("")),
            ("", ServedData::Unknown),
            ("C> ABOR\n", bytes("")),
        ] {
            let text = format!("S> 220\nC> RETR f\nS> 150\n{lines}S> 226\n");
            assert_eq!(served_data(&text), data, "{lines}");
        }
        for (text, data) in [
            ("C> RETR f\nS> 150\nS> 426\n", bytes("")),
            ("C> RETR f\nS> 150\nS> @closed\n", bytes("")),
            ("C> RETR f\nS> 550\n", ServedData::None),
            ("C> STOR f\nS> 150\nS> 226\n", ServedData::Upload),
            ("C> NOOP\nS> 200\n", ServedData::None),
        ] {
            assert_eq!(served_data(&format!("S> 220\n{text}")), data, "{text}");
        }
    }

    #[test]
    fn a_file_beside_the_transcript_is_served() {
        let folder = tempfile::TempDir::new().unwrap();
        std::fs::write(folder.path().join("f"), "\u{1}").unwrap();
        for (line, data) in [
            ("@file f", ServedData::Bytes(vec![1])),
            ("@file f octets 2", ServedData::Unknown),
            ("@file missing", ServedData::Unknown),
            ("@file ../f", ServedData::Unknown),
        ] {
            let text = format!("S> 220\nC> RETR f\nS> 150\nD> {line}\nS> 226\n");
            let served = exchanges(&text)[1].served_data(folder.path());
            assert_eq!(served, data, "{line}");
        }
    }

    #[test]
    fn a_client_meets_a_command_with_the_same_argument_or_any_secret() {
        let exchanges = exchanges(
            "S> 220\nC> USER {user}\nS> 331\nC> PASS {password}\nS> 230\nC> SIZE f\nS> 213\n\
             C> PORT 1,2,3,4,5,6\nS> 200\nC> eprt {listen}\nS> 200\nC> CWD {unset}\nS> 250\n",
        );
        let mut variables = Variables::default();
        variables.set("user", "a");
        for (at, sent, is_met) in [
            (1, "user a", true),
            (1, "USER A", false),
            (2, "PASS anything", true),
            (2, " pass x y", true),
            (2, "ACCT x", false),
            (3, "size f", true),
            (3, "SIZE f ", false),
            (4, "PORT 9,9,9,9,9,9", true),
            (5, "EPRT |1|127.0.0.1|1|", true),
            (6, "CWD anywhere", true),
        ] {
            let command = exchanges[at].command.as_ref().unwrap();
            let client = Command::new(sent).unwrap();
            assert_eq!(command.is_met_by(&client, &variables), is_met, "{sent}");
        }
    }
}
