//! Plays a dialogue through a session and compares what the server does with what is expected.
//!
//! ```text
//! Replay::play ---- command, data ----> Session
//!      ^                                   |
//!      +---- ReceivedReplies <---- observer --+
//! ```
//!
//! Every reply is compared, in the order in which it came. What becomes of one that is not as expected, [`OnDifference`]
//! says.

pub(crate) mod failure;
pub(super) mod files;
pub(crate) mod heard;
mod performed;
mod transfers;

use std::io::{Cursor, Read};
use std::path::Path;
use std::time::Duration;

use super::data::{ExpectedData, SentData, match_data};
use super::dialogue::Dialogue;
use super::exchange::{Data, DataContent, Exchange, SentCommand};
use super::expected_reply::ExpectedReply;
use super::pattern::Captures;
use super::recorder::{digest_of_reader, exact_data, expectation_of, is_inline};
use super::template::Variables;
use super::update::{Change, reply_as_received};
use crate::client::{
    self, DataSource, Ending, Form, News, Origin, Outcome, Session, Transfer, TransferResult,
};
use crate::protocol::{Command, DataDirection, IllegalByte, Reply};
use heard::NextReply;
use transfers::{Abort, AbortTrigger, Received, Source};

pub(crate) use failure::{Failure, Mismatch};
pub(crate) use files::check as check_files;
pub(crate) use heard::ReceivedReplies;
pub(crate) use performed::Performed;

/// A session that is about to be played on, and what the replay needs besides.
#[derive(Clone, Copy)]
pub(crate) struct Replay<'a> {
    /// Connected, and nothing sent yet.
    pub(crate) session: &'a Session,
    /// What the session's observer hears.
    pub(crate) heard: &'a ReceivedReplies,
    /// Where the transcript's files lie.
    pub(crate) folder: &'a Path,
    /// How long a reply may take.
    pub(crate) limit: Duration,
    /// Sees the data that stands in the transcript as they are sent.
    pub(crate) show_data: &'a dyn Fn(&[u8]),
    /// What a difference leads to.
    pub(crate) on_difference: OnDifference,
    /// Of replies only the codes are compared.
    pub(crate) codes_alone: bool,
}

/// What a difference leads to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum OnDifference {
    /// The replay ends.
    #[default]
    Stop,
    /// It is listed, and the replay goes on.
    List,
    /// It is kept as a [`Change`] of the transcript, and the replay goes on.
    Update,
}

/// What became of a replay.
#[derive(Debug)]
pub(crate) struct Played {
    /// Exchanges that went as expected, the greeting among them.
    pub(crate) exchanges: usize,
    /// Why it stopped, or how it ended.
    pub(crate) result: Result<ReplayEnd, Failure>,
    /// What would make the transcript expect what came.
    pub(crate) changes: Vec<Change>,
    /// What was not as expected, where the replay went on all the same.
    pub(crate) differences: Vec<Mismatch>,
}

/// How a replay that did not fail ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ReplayEnd {
    /// Everything was as expected, or is now.
    Whole,
    /// The server lacks this feature, so nothing more was sent.
    Skipped {
        /// As the header names it.
        feature: String,
    },
}

impl Replay<'_> {
    /// Plays the whole dialogue; the greeting's exchange comes from the connection.
    pub(crate) fn play(
        self,
        greeting: client::Exchange,
        dialogue: &Dialogue,
        variables: Variables,
    ) -> Played {
        self.play_from(Some(greeting), dialogue, variables)
    }

    /// Plays exchanges in a session that has come to where they begin.
    pub(crate) fn go_on(self, dialogue: &Dialogue, variables: Variables) -> Played {
        self.play_from(None, dialogue, variables)
    }

    fn play_from(
        self,
        greeting: Option<client::Exchange>,
        dialogue: &Dialogue,
        variables: Variables,
    ) -> Played {
        let mut player = Player::new(self, variables);
        let result = player.play(greeting, dialogue);
        Played {
            exchanges: player.exchanges,
            result,
            changes: player.changes,
            differences: player.differences,
        }
    }
}

struct Player<'a> {
    replay: Replay<'a>,
    variables: Variables,
    changes: Vec<Change>,
    differences: Vec<Mismatch>,
    exchanges: usize,
}

/// What an exchange came to, its replies aside.
struct ExchangeResult {
    outcome: Outcome,
    received: Option<Received>,
}

impl<'a> Player<'a> {
    fn new(replay: Replay<'a>, variables: Variables) -> Self {
        Self {
            replay,
            variables,
            changes: Vec::new(),
            differences: Vec::new(),
            exchanges: 0,
        }
    }
}

impl Player<'_> {
    fn play(
        &mut self,
        mut greeting: Option<client::Exchange>,
        dialogue: &Dialogue,
    ) -> Result<ReplayEnd, Failure> {
        for expected in &dialogue.exchanges {
            let performed = match greeting.take() {
                Some(greeting) => ExchangeResult {
                    outcome: greeting.wait(),
                    received: None,
                },
                None => match self.perform(expected) {
                    Ok(performed) => performed,
                    Err(Failure::Unsendable { line, problem }) => {
                        self.miss(Failure::Unsendable { line, problem })?;
                        continue;
                    }
                    Err(failure) => return Err(failure),
                },
            };
            let differences = self.differences.len();
            self.judge(expected, &performed)?;
            self.exchanges += usize::from(self.differences.len() == differences);
            let required = &dialogue.headers.requires;
            if expected.command.is_none() && !required.is_empty() {
                let missing = missing_feature(self.replay.session, required)?;
                if let Some(feature) = missing.map(str::to_owned) {
                    return Ok(ReplayEnd::Skipped { feature });
                }
                while self.replay.heard.already_there().is_some() {}
            }
        }
        Ok(ReplayEnd::Whole)
    }

    fn perform(&self, expected: &Exchange) -> Result<ExchangeResult, Failure> {
        let session = self.replay.session;
        let command = match &expected.command {
            Some(SentCommand::Line(line)) => {
                let resolved = line.resolve(&self.variables);
                let bytes = resolved.map_err(|name| unsendable(expected, no_value(&name)))?;
                Command::new(bytes).map_err(|error| unsendable(expected, hides_more(&error)))?
            }
            Some(SentCommand::Listen(verb)) => return self.listen(expected, verb),
            None => {
                return Ok(ExchangeResult {
                    outcome: Outcome::lost(),
                    received: None,
                });
            }
        };
        let (abort, trigger) = match expected.aborted {
            Some(_) => Some(Abort::new()).unzip(),
            None => (None, None),
        };
        let (transfer, received) = self.transfer(expected, &command, trigger)?;
        let exchange = session.begin(command, Origin::Shown, transfer);
        let mut outcome = match expected.unanswered {
            Some(_) => self.await_data(expected, &exchange),
            None => self.await_end(expected, &exchange, abort.as_ref()),
        };
        if abort.is_some() {
            // Where the transfer was over before it, it must not stop the next command.
            session.interrupter().forget();
            if outcome.reply.is_some() {
                outcome.ending = Ending::Answered;
            }
        }
        Ok(ExchangeResult { outcome, received })
    }

    fn listen(&self, expected: &Exchange, verb: &str) -> Result<ExchangeResult, Failure> {
        let ip = self.replay.session.peer().ip();
        let is_ipv4 = ip.is_none_or(|ip| ip.to_canonical().is_ipv4());
        if is_ipv4 != verb.eq_ignore_ascii_case("PORT") {
            let problem = "PORT {listen} is for IPv4 and EPRT {listen} for IPv6".to_owned();
            return Err(unsendable(expected, problem));
        }
        let outcome = self.replay.session.listen(Origin::Shown);
        Ok(ExchangeResult {
            outcome,
            received: None,
        })
    }

    fn transfer(
        &self,
        expected: &Exchange,
        command: &Command,
        trigger: Option<AbortTrigger>,
    ) -> Result<(Option<Transfer>, Option<Received>), Failure> {
        match crate::protocol::user_pi::data_direction(command) {
            None => Ok((None, None)),
            Some(DataDirection::Sent) => {
                let source = Source::new(self.source(expected)?, trigger);
                Ok((
                    Some(Transfer::Send(DataSource::new(source), Form::Exact, None)),
                    None,
                ))
            }
            Some(DataDirection::Received) => {
                let cut = match expected.data.as_ref().map(|data| &data.content) {
                    Some(DataContent::Received(ExpectedData::Cut(bytes))) => Some(*bytes),
                    _ => trigger.as_ref().map(|_| 0),
                };
                let received = Received::new(cut, trigger);
                let destination = Box::new(received.clone());
                Ok((
                    Some(Transfer::Receive(destination, Form::Exact)),
                    Some(received),
                ))
            }
        }
    }

    fn source(&self, expected: &Exchange) -> Result<Box<dyn Read + Send>, Failure> {
        let Some(data) = &expected.data else {
            return Ok(Box::new(std::io::empty()));
        };
        match &data.content {
            DataContent::Sent(SentData::Inline(_)) | DataContent::Received(_) => {
                Ok(Box::new(Cursor::new(self.inline(expected)?)))
            }
            DataContent::Sent(SentData::File(reference)) => {
                let line = data.lines.first().copied().unwrap_or(expected.line);
                let file = files::open(self.replay.folder, line, reference, &self.variables)?;
                Ok(Box::new(file))
            }
        }
    }

    fn inline(&self, expected: &Exchange) -> Result<Vec<u8>, Failure> {
        match &expected.data {
            Some(Data {
                content: DataContent::Sent(SentData::Inline(data)),
                ..
            }) => {
                let bytes = data.resolve(&self.variables);
                bytes.map_err(|name| unsendable(expected, no_value(&name)))
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Waits for the end. When the server has begun the transfer, data is shown and an abort is sent.
    fn await_end(
        &self,
        expected: &Exchange,
        exchange: &client::Exchange,
        abort: Option<&Abort>,
    ) -> Outcome {
        loop {
            match exchange.next_news() {
                News::Begun => {
                    if let Ok(data) = self.inline(expected)
                        && !data.is_empty()
                    {
                        (self.replay.show_data)(&data);
                    }
                    if let Some(abort) = abort {
                        abort.await_due(self.replay.limit);
                        self.replay.session.interrupter().interrupt();
                    }
                }
                // A replay cannot ask a person, and a question that is dropped is a no.
                News::DataEnded | News::TrustAsked(_) | News::Detached => {}
                News::Settled(outcome) => return outcome,
            }
        }
    }
}

fn unsendable(expected: &Exchange, problem: String) -> Failure {
    let line = expected.line;
    Failure::Unsendable { line, problem }
}

fn hides_more(error: &IllegalByte) -> String {
    let name = match error.byte {
        b'\r' => "CR",
        b'\n' => "LF",
        _ => "NUL",
    };
    format!(
        "the value of a variable puts {name} into this line, and a second command could hide there: the line was not \
         sent, what is above it was"
    )
}

fn no_value(name: &str) -> String {
    format!("{{{name}}} has no value: nothing before it has captured one")
}

impl Player<'_> {
    fn judge(&mut self, expected: &Exchange, performed: &ExchangeResult) -> Result<(), Failure> {
        let outcome = &performed.outcome;
        if outcome.ending == Ending::Interrupted {
            // The replies may have come a moment later.
            return Err(Failure::Interrupted);
        }
        self.compare_replies(expected, outcome)?;
        if outcome.ending == Ending::TlsFailed {
            let line = expected.line;
            return Err(Failure::Tls { line });
        }
        if outcome.data_connection_failed {
            let line = expected.line;
            return Err(Failure::NoDataConnection { line });
        }
        self.compare_transfer(expected, outcome)?;
        if let (Some(data), Some(received)) = (&expected.data, &performed.received) {
            self.compare_data(expected, data, received)?;
        }
        self.compare_end(expected)
    }

    fn compare_replies(&mut self, expected: &Exchange, outcome: &Outcome) -> Result<(), Failure> {
        // Replies after the awaited one may be on their way; where the exchange has failed, nothing more comes.
        let is_answered = outcome.ending == Ending::Answered;
        let is_given_up = expected.unanswered.is_some() && outcome.ending == Ending::Unanswered;
        let known = self.differences.len();
        let mut limit = if is_answered || is_given_up {
            self.replay.limit
        } else {
            Duration::ZERO
        };
        let mut open: Vec<&ExpectedReply> = expected.replies.iter().collect();
        while !open.is_empty() {
            let heard = self.replay.heard.next(limit);
            let NextReply::Reply(actual) = heard else {
                match self.replay.on_difference {
                    OnDifference::Update if is_answered => {
                        let removals = open
                            .iter()
                            .map(|reply| Change::removal(reply.lines.clone()));
                        self.changes.extend(removals);
                        break;
                    }
                    OnDifference::List if is_answered => {
                        self.list_silence(&open, known);
                        break;
                    }
                    _ => return Err(self.silence(open[0].lines.start, outcome.ending, &heard)),
                }
            };
            match self.find(&open, expected.aborted, &actual) {
                Some((at, captures)) => {
                    open.remove(at);
                    self.keep(captures);
                }
                None => {
                    self.change_reply(open.remove(0), &actual)?;
                    if self.replay.on_difference == OnDifference::List {
                        // After a refusal, what was expected besides does not come.
                        limit = limit.min(LATE_LIMIT);
                    }
                }
            }
        }
        if is_given_up {
            // What comes later is expected later.
            return Ok(());
        }
        let after_last = expected
            .replies
            .last()
            .map_or(expected.line + 1, |reply| reply.lines.end);
        while let Some(actual) = self.replay.heard.already_there() {
            self.add_reply(expected, after_last, &actual)?;
        }
        Ok(())
    }

    /// The expected reply that this one is: the first, or any of those after an ABOR. ProFTPD sends them in either
    /// order.
    fn find(
        &self,
        open: &[&ExpectedReply],
        aborted: Option<usize>,
        actual: &Reply,
    ) -> Option<(usize, Captures)> {
        let is_abort = aborted.is_some_and(|line| open[0].lines.start > line);
        let candidates = if is_abort { open.len() } else { 1 };
        open[..candidates]
            .iter()
            .enumerate()
            .find_map(|(at, reply)| Some((at, self.matches(reply, actual)?)))
    }

    fn matches(&self, expected: &ExpectedReply, actual: &Reply) -> Option<Captures> {
        let captures = expected.matches(actual, &self.variables);
        let is_code_enough = self.replay.codes_alone && expected.code.matches(actual.code);
        captures.or_else(|| is_code_enough.then(Captures::new))
    }

    fn change_reply(&mut self, expected: &ExpectedReply, actual: &Reply) -> Result<(), Failure> {
        let line = expected.lines.start;
        if self.replay.on_difference != OnDifference::Update {
            return self.differ(Mismatch::of_replies(line, expected.printed(), actual));
        }
        let received = reply_as_received(expected, actual);
        let change = Change::of_reply(expected.lines.clone(), &received);
        self.changes.push(match expected.came.is_empty() {
            true => change,
            false => change.telling(actual),
        });
        Ok(())
    }

    fn add_reply(
        &mut self,
        expected: &Exchange,
        line: usize,
        actual: &Reply,
    ) -> Result<(), Failure> {
        if self.replay.on_difference != OnDifference::Update {
            return self.differ(Mismatch::of_replies(line - 1, Vec::new(), actual));
        }
        let received = expectation_of(actual, &expected.verb());
        self.changes.push(Change::of_reply(line..line, &received));
        Ok(())
    }

    /// Ends the replay, or lists the difference.
    fn differ(&mut self, mismatch: Mismatch) -> Result<(), Failure> {
        if self.replay.on_difference != OnDifference::List {
            return Err(mismatch.into());
        }
        self.differences.push(mismatch);
        Ok(())
    }

    /// The same for a command that cannot be sent, which may be due to an earlier difference.
    fn miss(&mut self, failure: Failure) -> Result<(), Failure> {
        match failure {
            Failure::Unsendable { line, problem }
                if self.replay.on_difference == OnDifference::List =>
            {
                let what = format!("not sent: {problem}");
                self.differ(Mismatch {
                    line,
                    what,
                    ..Mismatch::default()
                })
            }
            failure => Err(failure),
        }
    }

    /// Replies that did not come, unless another one came in the place of one of them.
    fn list_silence(&mut self, open: &[&ExpectedReply], known: usize) {
        if self.differences.len() > known {
            return;
        }
        let mismatches = open.iter().map(|reply| Mismatch {
            line: reply.lines.start,
            what: "no reply came".to_owned(),
            expected: reply
                .printed()
                .into_iter()
                .map(String::into_bytes)
                .collect(),
            actual: Vec::new(),
        });
        self.differences.extend(mismatches);
    }

    fn keep(&mut self, captures: Captures) {
        for (name, value) in captures {
            self.variables.set(name, value);
        }
    }

    fn silence(&self, line: usize, ending: Ending, heard: &NextReply) -> Failure {
        let limit = self.replay.limit;
        match (ending, heard) {
            (Ending::Interrupted | Ending::Unsent, _) => Failure::Interrupted,
            (Ending::TlsFailed, _) => Failure::Tls { line },
            (Ending::ProtocolBroken, _) => Failure::ProtocolBroken { line },
            (Ending::ConnectionLost, _) | (_, NextReply::Closed) => Failure::Lost { line },
            (Ending::TimedOut | Ending::Answered | Ending::Unanswered, _) => {
                Failure::TimedOut { line, limit }
            }
        }
    }

    /// A transfer that the server calls done, and that broke on this side.
    fn compare_transfer(&mut self, expected: &Exchange, outcome: &Outcome) -> Result<(), Failure> {
        let line = expected.line;
        let is_positive = outcome
            .reply
            .as_ref()
            .is_some_and(|reply| reply.code.is_positive());
        let is_cut = expected.aborted.is_some()
            || matches!(
                expected.data,
                Some(Data {
                    content: DataContent::Received(ExpectedData::Cut(_)),
                    ..
                })
            );
        let mismatch = |actual: &str| Mismatch::of_words(line, "the data whole", actual);
        if !is_positive || is_cut {
            return Ok(());
        }
        if outcome.lacked_data_connection && expected.data.is_some() {
            return self.differ(mismatch("no data connection"));
        }
        match outcome.transfer.as_ref().map(|transfer| &transfer.result) {
            None | Some(TransferResult::Ended | TransferResult::Refused) => Ok(()),
            Some(TransferResult::LocalFailed(problem)) => {
                let error = std::io::Error::other(problem.clone());
                let path = "the data".to_owned();
                Err(Failure::LocalFile { line, path, error })
            }
            Some(TransferResult::Aborted) => Err(Failure::Interrupted),
            Some(TransferResult::CloseNotifyMissing | TransferResult::TlsFailed(_)) => {
                Err(Failure::Tls { line })
            }
            Some(
                TransferResult::Broken(_)
                | TransferResult::ReaderClosed
                | TransferResult::NeverConnected
                | TransferResult::StoppedByServer,
            ) => self.differ(mismatch("the transfer broke")),
        }
    }

    fn compare_data(
        &mut self,
        expected: &Exchange,
        data: &Data,
        received: &Received,
    ) -> Result<(), Failure> {
        let DataContent::Received(content) = &data.content else {
            return Ok(());
        };
        let line = data.lines.first().copied().unwrap_or(expected.line);
        let actual = received.digest();
        let is_same = match content {
            _ if expected.aborted.is_some() => return Ok(()),
            ExpectedData::Cut(_) => return Ok(()),
            ExpectedData::Bytes(digest) => files::is_same(digest, &actual),
            ExpectedData::File(reference) => {
                let folder = self.replay.folder;
                let file = files::open(folder, line, reference, &self.variables)?;
                let path = reference.path.to_string();
                let local_file = |error| Failure::LocalFile { line, path, error };
                digest_of_reader(file).map_err(local_file)? == actual
            }
            ExpectedData::Lines(lines) => {
                let bytes = received.bytes();
                let captures = bytes.and_then(|bytes| match_data(lines, &bytes, &self.variables));
                captures.map(|captures| self.keep(captures)).is_some()
            }
        };
        if is_same {
            return Ok(());
        }
        let bytes = received.bytes().filter(|bytes| is_inline(bytes));
        let came = exact_data(bytes.as_deref(), actual);
        let is_updated = self.replay.on_difference == OnDifference::Update;
        if is_updated && !matches!(content, ExpectedData::File(_)) {
            self.changes
                .push(Change::of_data(data.lines.clone(), &came));
            return Ok(());
        }
        self.differ(Mismatch::of_data(line, content.printed(), came.printed()))
    }

    fn compare_end(&mut self, expected: &Exchange) -> Result<(), Failure> {
        let Some(line) = expected.closed else {
            return Ok(());
        };
        match self.replay.heard.closed_within(self.replay.limit) {
            Ok(true) => Ok(()),
            Ok(false) if self.replay.on_difference == OnDifference::Update => {
                self.changes.push(Change::removal(line..line + 1));
                Ok(())
            }
            Ok(false) => {
                let expected = "the end of the control connection";
                self.differ(Mismatch::of_words(line, expected, "it stays open"))
            }
            Err(reply) => self.add_reply(expected, line, &reply),
        }
    }
}

impl Player<'_> {
    /// Waits for nothing but the end of the data that is expected.
    fn await_data(&self, expected: &Exchange, exchange: &client::Exchange) -> Outcome {
        let unanswered = Outcome {
            ending: Ending::Unanswered,
            ..Outcome::lost()
        };
        if expected.data.is_none() {
            return unanswered;
        }
        loop {
            match exchange.next_news() {
                News::Begun | News::TrustAsked(_) | News::Detached => {}
                News::DataEnded => return unanswered,
                News::Settled(outcome) => return outcome,
            }
        }
    }
}

/// How long a reply is waited for after another one came in the place of an expected one.
const LATE_LIMIT: Duration = Duration::from_millis(500);

/// The first feature that the server lacks. Sends FEAT, which is shown.
fn missing_feature<'a>(
    session: &Session,
    required: &'a [String],
) -> Result<Option<&'a str>, Failure> {
    let lost = Failure::Lost { line: 1 };
    let Ok(command) = Command::new("FEAT") else {
        return Ok(None);
    };
    let outcome = session.perform(command, Origin::Shown, None);
    let reply = match (outcome.ending, outcome.reply) {
        (Ending::Interrupted | Ending::Unsent, _) => return Err(Failure::Interrupted),
        (_, Some(reply)) => reply,
        (_, None) => return Err(lost),
    };
    let missing = required.iter().find(|feature| !lists(&reply, feature));
    Ok(missing.map(String::as_str))
}

fn lists(reply: &Reply, feature: &str) -> bool {
    let body = reply.lines.iter().skip(1);
    let mut listed = body.map(|line| line.trim_ascii().to_ascii_uppercase());
    let feature = feature.to_ascii_uppercase();
    listed.any(|line| {
        let rest = line.strip_prefix(feature.as_bytes());
        rest.is_some_and(|rest| rest.first().is_none_or(|byte| b" ;=".contains(byte)))
    })
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::path::Path;
    use std::time::Duration;

    use super::{
        Ending, ExchangeResult, Failure, OnDifference, Outcome, Player, ReceivedReplies, Replay,
        Reply, Variables, lists,
    };
    use crate::client::{Session, Settings};
    use crate::protocol::ReplyCode;
    use crate::transcript::Transcript;

    #[test]
    fn an_interrupted_exchange_ends_the_replay_though_its_replies_came_a_moment_later() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let heard = ReceivedReplies::default();
        let observer = Box::new(heard.clone());
        let connected = Session::connect("127.0.0.1", port, Settings::default(), observer);
        let (session, _greeting) = connected.expect("the port listens");
        let replay = Replay {
            session: &session,
            heard: &heard.clone(),
            folder: Path::new(""),
            limit: Duration::ZERO,
            show_data: &|_| {},
            on_difference: OnDifference::Stop,
            codes_alone: false,
        };
        let transcript = Transcript::read(b"S> 220\nC> NOOP\nS> 200\n").expect("it is right");
        let dialogue = transcript.dialogue().expect("it is right");
        let interrupted = ExchangeResult {
            outcome: Outcome {
                ending: Ending::Interrupted,
                ..Outcome::lost()
            },
            received: None,
        };
        heard.keep(reply(&["200 Here"]));
        let judged =
            Player::new(replay, Variables::default()).judge(&dialogue.exchanges[1], &interrupted);
        assert!(matches!(judged, Err(Failure::Interrupted)), "{judged:?}");
    }

    fn reply(lines: &[&str]) -> Reply {
        Reply {
            code: ReplyCode(lines[0][..3].parse().expect("three digits")),
            lines: lines.iter().map(|line| line.as_bytes().to_vec()).collect(),
            ended_with: None,
            dropped_bytes: 0,
        }
    }

    #[test]
    fn a_feature_is_a_line_or_its_beginning() {
        let lines = [
            "211-Features:",
            " MLST type*;size*;",
            " REST STREAM",
            " AUTH TLS",
            "211 End",
        ];
        let reply = reply(&lines);
        for (feature, is_listed) in [
            ("MLST", true),
            ("mlst", true),
            ("REST STREAM", true),
            ("AUTH", true),
            ("AUTH SSL", false),
            ("MLS", false),
            ("SIZE", false),
        ] {
            assert_eq!(lists(&reply, feature), is_listed, "{feature}");
        }
    }
}
