//! What a transcript means: exchanges, each a command and what is expected of it.

use super::data::{ExpectedData, SentData};
use super::exchange::{Data, DataContent, Exchange, SentCommand};
use super::expected_reply::ExpectedReply;
use super::read_error::{Fault, ReadError};
use super::template::{Template, Variables, is_name};
use super::{Line, LineKind, Transcript};
use crate::protocol::DataDirection;

/// A dialogue that can be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialogue {
    /// What the comments at the top say.
    pub headers: Headers,
    /// In order; the first has no command and expects the greeting.
    pub exchanges: Vec<Exchange>,
    /// The line in which a recording breaks off, counted from 1: it was cut off by a kill, and what is whole is here.
    pub breaks_off: Option<usize>,
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
            Some(line) => ReadError::new(number, line.text(), fault.shifted(line.content_start())),
            None => ReadError::new(number, "", fault),
        };
        let missing = |(number, problem): (usize, &str)| {
            let line = transcript.lines.get(number - 1);
            let length = line.map_or(0, |line| line.content().len());
            error(number, Fault::new(0..length, problem))
        };
        let mut reader = Reader::new();
        for (index, line) in transcript.lines.iter().enumerate() {
            let is_last = index + 1 == transcript.lines.len();
            if is_last && line.is_cut_short() && reader.dialogue.headers.recorder.is_some() {
                reader.dialogue.breaks_off = Some(index + 1);
                reader.ends_in_data = line.text().starts_with('D');
                break;
            }
            if reader.is_next_exchange(line) {
                reader.end_exchange(index + 1).map_err(missing)?;
            }
            reader
                .take(index + 1, line)
                .map_err(|fault| error(index + 1, fault))?;
        }
        reader.end(transcript.lines.len()).map_err(missing)?;
        if let Some((line, name)) = reader.dialogue.exposed_secret() {
            let problem = format!(
                "{{{name}}} is a secret, since it stands after PASS, ACCT or ADAT, and would be shown here: \
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

    /// The defaults, and what replies captured when they were recorded.
    #[must_use]
    pub fn recorded_values(&self) -> Variables {
        let mut values = self.headers.defaults.clone();
        let replies = self.exchanges.iter().flat_map(|it| &it.replies);
        for reply in replies.filter(|reply| !reply.came.is_empty()) {
            let captures = reply.matches(&reply.served(), &values);
            for (name, value) in captures.unwrap_or_default() {
                values.set(name, value);
            }
        }
        values
    }

    /// Whether a variable carries a secret: it stands after PASS, ACCT or ADAT.
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
    /// The line above is one of data, after which more may have come.
    ends_in_data: bool,
}

impl Reader {
    fn new() -> Self {
        let headers = Headers::default();
        let exchanges = Vec::new();
        Self {
            dialogue: Dialogue {
                headers,
                exchanges,
                breaks_off: None,
            },
            current: Exchange::new(1, None),
            above: None,
            reply_is_open: false,
            has_begun: false,
            ends_in_data: false,
        }
    }

    fn take(&mut self, number: usize, line: &Line) -> Result<(), Fault> {
        let text = line.content();
        let says_something = !matches!(line.kind(), LineKind::Blank | LineKind::Comment);
        self.has_begun |= says_something;
        let is_data = matches!(line.kind(), LineKind::DataReceived | LineKind::DataSent);
        self.ends_in_data = is_data;
        if says_something && !is_data && self.current.closed.is_some() {
            return Err(Fault::new(0..text.len(), AFTER_CLOSED));
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

    /// A command begins an exchange, except for ABOR while data moves.
    fn is_next_exchange(&self, line: &Line) -> bool {
        let is_command = line.kind() == LineKind::Command;
        let is_abort = self.current.is_aborted_by(line.content().as_bytes());
        is_command && self.current.closed.is_none() && !is_abort
    }

    /// Closes the current exchange, or returns what is missing in it and at which line.
    fn end_exchange(&mut self, next_line: usize) -> Result<(), (usize, &'static str)> {
        if let Some(missing) = self.missing() {
            return Err(missing);
        }
        let next = Exchange::new(next_line, None);
        let ended = std::mem::replace(&mut self.current, next);
        self.dialogue.exchanges.push(ended);
        Ok(())
    }

    /// Closes the last exchange. That of a recording may lack its end.
    fn end(&mut self, last_line: usize) -> Result<(), (usize, &'static str)> {
        let is_recorded = self.dialogue.headers.recorder.is_some();
        let lacks_data = self.lacks_data();
        let is_whole = self.missing().is_none() && !lacks_data;
        if is_whole || !is_recorded || self.current.command.is_none() {
            return self.end_exchange(last_line);
        }
        let line = self.current.line;
        self.dialogue.breaks_off.get_or_insert(line);
        if std::mem::take(&mut self.reply_is_open) {
            self.current.replies.pop();
        }
        // What would be sent is not known.
        let has_no_data = lacks_data || self.current.data.is_none();
        if self.current.direction() == Some(DataDirection::Sent) && has_no_data {
            return Ok(());
        }
        if lacks_data && let Some(data) = &mut self.current.data {
            data.may_go_on();
        }
        if !self.current.is_complete() && self.current.closed.is_none() {
            self.current.unanswered.get_or_insert(last_line);
        }
        self.end_exchange(last_line)
    }

    /// Whether data may be missing at the end of a recording: it is written down when the transfer has ended, which may
    /// be after a reply that is no acceptance.
    fn lacks_data(&self) -> bool {
        let exchange = &self.current;
        let is_upload = exchange.direction() == Some(DataDirection::Sent);
        match &exchange.data {
            Some(data) => self.ends_in_data && !data.is_ended(),
            None if self.ends_in_data => true,
            None => {
                let is_settled = exchange.is_accepted() || exchange.aborted.is_some();
                is_upload && exchange.has_begun() && !is_settled
            }
        }
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

    /// Takes a comment that says what came where less is expected.
    fn take_what_came(&mut self, kind: LineKind, text: &str) {
        self.above = Some(kind);
        if kind == LineKind::Reply {
            let bytes = Template::read(text).map(|line| line.resolve(&Variables::default()));
            if let (Some(reply), Ok(Ok(bytes))) = (self.current.replies.last_mut(), bytes) {
                reply.came.push(bytes);
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
const AFTER_CLOSED: &str = "only data can follow: the server has closed the connection above";
const OPEN_REPLY: &str =
    "the last line of this reply is missing: the same code, and a space after it";
const NO_GREETING: &str = "the greeting was expected first: `S> 220`";
const NO_REPLY: &str =
    "the final reply to this command is missing: write what is expected, `S> 2yz` at least";

/// What the comments at the top say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    /// `# server: ...`: what the transcript was recorded from. For people.
    pub server: Option<String>,
    /// `# recorded: ...`: what recorded it. The end may then be missing.
    pub recorder: Option<String>,
    /// `# requires: MLST`: what FEAT must list (RFC 2389), else the transcript is skipped.
    pub requires: Vec<String>,
    /// `# tls: implicit`: TLS begins with the connection (RFC 4217 appendix A).
    pub implicit_tls: bool,
    /// `# var: user = anonymous`: the values of variables that are not given otherwise.
    pub defaults: Variables,
}

impl Headers {
    /// Takes a comment, with its `#`; one that is not a header is ignored.
    pub(super) fn read(&mut self, comment: &str) -> Result<(), Fault> {
        let Some((key, value)) = comment
            .strip_prefix("# ")
            .and_then(|text| text.split_once(": "))
        else {
            return Ok(());
        };
        let start = comment.len() - value.len();
        let fault = |problem| Err(Fault::new(start..comment.len(), problem));
        match key {
            "server" => self.server = Some(value.to_owned()),
            "recorded" => self.recorder = Some(value.to_owned()),
            "requires" if value.trim().is_empty() => return fault(BAD_FEATURE),
            "requires" => self.requires.push(value.trim().to_owned()),
            "tls" if value == "implicit" => self.implicit_tls = true,
            "tls" => return fault(BAD_TLS),
            "var" => {
                return self
                    .read_variable(value)
                    .map_err(|fault| fault.shifted(start));
            }
            _ => {}
        }
        Ok(())
    }

    fn read_variable(&mut self, text: &str) -> Result<(), Fault> {
        let whole = 0..text.len();
        let (name, value) = match text.split_once(" = ") {
            Some(pair) => pair,
            None => (
                text.strip_suffix(" =")
                    .ok_or(Fault::new(whole, BAD_VARIABLE))?,
                "",
            ),
        };
        if !is_name(name) {
            return Err(Fault::new(0..name.len(), BAD_VARIABLE));
        }
        let start = text.len() - value.len();
        let value = Template::read(value).map_err(|fault| fault.shifted(start))?;
        let bytes = value
            .resolve(&Variables::default())
            .map_err(|_| Fault::new(start..text.len(), "a default holds no variables"))?;
        self.defaults.set(name, bytes);
        Ok(())
    }
}

const BAD_FEATURE: &str =
    "the name of a feature was expected, as FEAT lists it: `# requires: MLST`";
const BAD_TLS: &str = "`implicit` was expected: TLS that begins later is an ordinary `C> AUTH TLS`";
const BAD_VARIABLE: &str = "a name and its default were expected: `# var: user = anonymous`";

#[cfg(test)]
mod tests {
    use proptest::{prop_assert, proptest};

    use super::{Data, DataContent, ExpectedData, Headers, SentCommand, SentData, Variables};
    use crate::transcript::{Dialogue, ReadError, Transcript};

    #[test]
    fn headers_are_told_from_comments() {
        let mut headers = Headers::default();
        for comment in [
            "# a transcript",
            "# server: vsftpd 3.0.5",
            "# requires: MLST",
            "# requires: REST STREAM",
            "# tls: implicit",
            "# var: user = a b",
            "# var: empty =",
            "# note: what is unknown is a comment",
            "#requires: nothing",
            "#",
        ] {
            headers.read(comment).unwrap();
        }
        assert_eq!(headers.server.as_deref(), Some("vsftpd 3.0.5"));
        assert_eq!(headers.requires, ["MLST", "REST STREAM"]);
        assert!(headers.implicit_tls);
        assert_eq!(headers.defaults.value("user"), Some(&b"a b"[..]));
        assert_eq!(headers.defaults.value("empty"), Some(&b""[..]));
    }

    #[test]
    fn a_header_that_cannot_be_read_is_named_with_its_place() {
        for (comment, span) in [
            ("# tls: explicit", 7..15),
            ("# requires:  ", 12..13),
            ("# var: User = A", 7..11),
            ("# var: user=A", 7..13),
            ("# var: user = {x}", 14..17),
            ("# var: user = {", 14..15),
        ] {
            let fault = Headers::default().read(comment).unwrap_err();
            assert_eq!(fault.span, span, "{comment}");
        }
    }

    fn dialogue(text: &str) -> Dialogue {
        read(text).unwrap()
    }

    fn read(text: &str) -> Result<Dialogue, ReadError> {
        Transcript::read(text.as_bytes())?.dialogue()
    }

    #[test]
    fn the_article_is_a_dialogue() {
        let dialogue = dialogue(crate::transcript::ARTICLE);
        let codes: Vec<Vec<String>> = dialogue
            .exchanges
            .iter()
            .map(|exchange| {
                exchange
                    .replies
                    .iter()
                    .map(|reply| reply.code.to_string())
                    .collect()
            })
            .collect();
        let finals: Vec<&str> = codes
            .iter()
            .map(|codes| codes.last().unwrap().as_str())
            .collect();
        assert_eq!(finals, ["220", "331", "230", "213", "227", "226", "221"]);
        assert_eq!(codes[5], ["150", "226"]);
        let Some(Data {
            lines,
            content: DataContent::Sent(SentData::Inline(data)),
            ..
        }) = &dialogue.exchanges[5].data
        else {
            panic!("{:?}", dialogue.exchanges[5]);
        };
        assert_eq!(data.resolve(&Variables::default()).unwrap(), b"zfive5");
        assert_eq!(*lines, [14]);
        assert_eq!(dialogue.unset_variable(&dialogue.headers.defaults), None);
    }

    #[test]
    fn an_abort_belongs_to_the_transfer_that_it_ends() {
        let text =
            "S> 220\nC> RETR big\nS> 150\nD> @cut 9\nC> ABOR\nS> 426\nS> 226\nC> ABOR\nS> 226\n";
        let dialogue = dialogue(text);
        assert_eq!(dialogue.exchanges.len(), 3);
        assert_eq!(dialogue.exchanges[1].aborted, Some(5));
        assert_eq!(dialogue.exchanges[1].replies.len(), 3);
        assert!(dialogue.exchanges[2].command.is_some());
    }

    #[test]
    fn a_command_may_be_expected_to_get_no_final_reply() {
        let text =
            "S> 220\nC> RETR f\nS> 150\nS> @unanswered\nC> ABOR\nS> 226\nC> NOOP\nS> @unanswered\n";
        let dialogue = dialogue(text);
        assert_eq!(dialogue.exchanges.len(), 4);
        assert_eq!(dialogue.exchanges[1].unanswered, Some(4));
        assert_eq!(dialogue.exchanges[1].aborted, None);
        assert_eq!(dialogue.exchanges[3].unanswered, Some(8));
    }

    #[test]
    fn lines_without_a_text_are_empty_ones() {
        let dialogue = dialogue("S> 220\nC>\nS> 500\n");
        let Some(SentCommand::Line(template)) = &dialogue.exchanges[1].command else {
            panic!();
        };
        assert!(template.pieces().is_empty());
    }

    #[test]
    fn a_variable_needs_a_value_before_it_is_sent() {
        let text = "# var: user = A\nS> 220\nC> USER {user}\nS> 331\nC> SIZE x\nS> 213 {size}\nC> REST {size}\nS> \
        350\nC> DELE {name}\nS> 250\n";
        let dialogue = dialogue(text);
        let unset = dialogue.unset_variable(&dialogue.headers.defaults).unwrap();
        assert_eq!((unset.line, unset.name.as_str()), (9, "name"));
        let unset = dialogue.unset_variable(&Variables::default()).unwrap();
        assert_eq!((unset.line, unset.name.as_str()), (3, "user"));
    }

    #[test]
    fn a_recording_that_breaks_off_is_read_as_far_as_it_goes() {
        const BEGUN: &str = "# recorded: ftpsh\nS> 220\nC> NOOP\nS> 200\n";
        for (end, exchanges, breaks_off) in [
            ("", 2, None),
            ("C> NO", 2, Some(5)),
            ("C", 2, Some(5)),
            ("# S> 2", 2, Some(5)),
            ("C> PWD\n", 3, Some(5)),
            ("C> PWD\nS> 25", 3, Some(6)),
            ("C> PWD\nS> 257", 3, Some(6)),
            ("C> STAT\nS> 211-a\nS>  b\n", 3, Some(5)),
            ("C> RETR f\nS> 150\n", 3, Some(5)),
            ("C> RETR f\nS> 150\nD> a\n", 3, Some(5)),
            // An empty file would be stored.
            ("C> STOR f\n", 2, Some(5)),
            ("C> STOR f\nS> 150\n# S> 150 go\n", 2, Some(5)),
            ("C> STOR f\nS> 150\nD< a\nS> 22", 3, Some(8)),
            ("C> STOR f\nS> 150\nD< a\nD< b", 2, Some(8)),
            ("C> STOR f\nS> 150\nD< a{no-eol}\n", 3, Some(5)),
            ("C> STOR f\nS> 150\nD< @file f\n", 3, Some(5)),
        ] {
            let dialogue = dialogue(&format!("{BEGUN}{end}"));
            assert_eq!(dialogue.exchanges.len(), exchanges, "{end}");
            assert_eq!(dialogue.breaks_off, breaks_off, "{end}");
            let last = dialogue.exchanges.last().unwrap();
            assert_eq!(last.unanswered.is_some(), exchanges == 3, "{end}");
        }
        let half_letter = [BEGUN.as_bytes(), b"C> CWD \xc3"].concat();
        let transcript = Transcript::read(&half_letter).unwrap();
        assert_eq!(transcript.dialogue().unwrap().breaks_off, Some(5));
    }

    #[test]
    fn a_recording_does_not_send_an_upload_whose_data_is_not_there() {
        for end in [
            "S> 150\nD< one\n",
            "S> 150\nD< one\nD",
            "S> 150\nD< one{lf}\n",
            // Refused in the middle: the reply is there before the data.
            "S> 150\nS> 552\nD< one\n",
            "S> 150\nS> 552\nD< on",
            "S> 150\nS> @closed\nD< one\n",
            "S> 150\nS> 552\n",
            "S> 150\nS> @closed\n",
            "S> 150\nS> @unanswered\n",
        ] {
            let dialogue = dialogue(&format!("# recorded: ftpsh\nS> 220\nC> STOR f\n{end}"));
            assert_eq!(dialogue.exchanges.len(), 1, "{end}");
            assert!(dialogue.breaks_off.is_some(), "{end}");
        }
        let by_hand = dialogue("S> 220\nC> STOR f\nS> 150\nS> 226\nD< one\n");
        assert_eq!((by_hand.exchanges.len(), by_hand.breaks_off), (2, None));
    }

    #[test]
    fn received_data_of_which_a_recording_lacks_the_end_are_compared_as_far_as_they_go() {
        for (end, lines) in [
            ("S> 150\nD> hello\n", &["hello", "..."][..]),
            ("S> 150\nD> hello\nD> wor", &["hello", "..."]),
            ("S> 150\nS> 226\nD> hello\n", &["hello", "..."]),
            ("S> 150\nD> a{no-eol}\n", &["a{no-eol}"]),
            ("S> 150\nD> ...\n", &["..."]),
            ("S> 150\nD> hello\nS> 22", &["hello"]),
        ] {
            let dialogue = dialogue(&format!("# recorded: ftpsh\nS> 220\nC> RETR f\n{end}"));
            assert!(dialogue.breaks_off.is_some(), "{end}");
            let Some(Data {
                content: DataContent::Received(expected),
                ..
            }) = &dialogue.exchanges[1].data
            else {
                panic!("{end}");
            };
            assert_eq!(expected.printed(), lines, "{end}");
        }
        let ended = "# recorded: ftpsh\nS> 220\nC> RETR f\nS> 150\nS> 226\nD> hello\n# end\n";
        assert_eq!(dialogue(ended).breaks_off, None);
    }

    #[test]
    fn data_can_follow_the_end_of_the_control_connection() {
        let dialogue = dialogue("S> 220\nC> RETR f\nS> 150\nS> @closed\nD> a\n# D> a\n");
        let last = dialogue.exchanges.last().unwrap();
        assert!(last.closed.is_some() && last.data.is_some());
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_place() {
        for (text, line, column, problem) in [
            ("S> 220\nX> y\n", 2, 1, "a line begins with"),
            ("S> abc\n", 1, 4, "a reply code was expected"),
            ("", 1, 1, "the greeting was expected"),
            ("C> NOOP\nS> 200\n", 1, 4, "the greeting was expected"),
            (
                "S> 220\nC> NOOP\n# end\n",
                2,
                4,
                "the final reply to this command is missing",
            ),
            (
                "S> 220\nC> RETR x\nS> 150\nC> NOOP\nS> 200\n",
                2,
                4,
                "the final reply",
            ),
            (
                "S> 220-a\nS> b\nC> NOOP\n",
                1,
                4,
                "the last line of this reply is missing",
            ),
            (
                "S> 220\nC> PASS hunter2\nS> 230\n",
                2,
                4,
                "a secret does not belong",
            ),
            (
                "S> 220\nC> acct a{b}\nS> 230\n",
                2,
                4,
                "a secret does not belong",
            ),
            (
                "S> 220\nC> a{0x0a}\nS> 230\n",
                2,
                4,
                "a command cannot hold CR",
            ),
            (
                "S> 220\nC> HELP {p}\nS> 214\nC> PASS {p}\nS> 230\n",
                2,
                4,
                "{p} is a secret",
            ),
            ("S> 220\nD> x\n", 2, 4, "no command above this line"),
            (
                "S> 220\nC> STOR x\nS> 150\nD> x\n",
                4,
                4,
                "the command above moves data the other way",
            ),
            (
                "S> 220\nS> @closed\nC> NOOP\n",
                3,
                4,
                "only data can follow",
            ),
            (
                "S> 220\nC> größe {\nS> 500\n",
                2,
                10,
                "this brace is never closed",
            ),
            ("# tls: yes\nS> 220\n", 1, 8, "`implicit` was expected"),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!(
                (error.line, error.column()),
                (line, column),
                "{text}{error}"
            );
            assert!(error.problem.starts_with(problem), "{error}");
            assert!(!format!("{error:?}").contains("hunter2"));
        }
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_named_with_their_place() {
        let error = Transcript::read(b"S> 220\nC> RETR \xe9\n").unwrap_err();
        assert_eq!((error.line, error.column()), (2, 9));
    }

    #[test]
    fn data_may_stand_before_the_reply_and_comments_anywhere() {
        let text =
            "S> 220-a\n# note\nS> 220 b\nC> LIST\n\nD> a\n# tls: later\nS> 150\nD> ...\nS> 226\n";
        let dialogue = dialogue(text);
        let Some(Data {
            lines,
            content: DataContent::Received(ExpectedData::Lines(data)),
            ..
        }) = &dialogue.exchanges[1].data
        else {
            panic!();
        };
        assert_eq!((lines.as_slice(), data.len()), (&[6, 9][..], 2));
        assert!(!dialogue.headers.implicit_tls);
    }

    proptest! {
        #[test]
        fn any_lines_are_read_or_refused_with_a_place(
            text in "((C>|S>|D>|D<|#| )?( )?(RETR x|ABOR|220|150-|226 |@closed|@file \
            a|PASS|\\.\\.\\.|\\{|é|\\[\\.\\.\\]|)\r?\n){0,8}",
        ) {
            if let Err(error) = read(&text) {
                prop_assert!(error.line >= 1 && error.text.get(error.span.clone()).is_some());
                prop_assert!(error.column() >= 1);
            }
        }
    }
}
