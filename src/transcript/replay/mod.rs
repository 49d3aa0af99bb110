//! Plays a dialogue through a session and compares what the server does with what is expected.
//!
//! ```text
//! Replay::play ---- command, data ----> Session
//!      ^                                   |
//!      +---- HeardReplies <---- observer --+
//! ```
//!
//! Every reply is compared, in the order in which it came. The first one that is not as expected ends the replay; with
//! `updates` the difference is kept instead, as a [`Change`] of the transcript, and the replay goes on.

mod compare;
pub mod failure;
mod features;
pub(super) mod files;
pub mod heard;
mod octets;
mod unanswered;

use std::io::{Cursor, Read};
use std::path::Path;
use std::time::Duration;

pub use failure::{Failure, Mismatch};
pub use heard::HeardReplies;

use super::data::{ExpectedData, SentData};
use super::dialogue::Dialogue;
use super::exchange::{Data, DataContent, Exchange, SentCommand};
use super::update::Change;
use super::variables::Variables;
use crate::client::{self, Ending, Form, News, Origin, Outcome, Session, Transfer};
use crate::protocol::{Command, DataDirection};

use octets::{Abort, AbortTrigger, Received, Source};

/// A session that is about to be played on, and what the replay needs besides.
#[derive(Clone, Copy)]
pub struct Replay<'a> {
    /// Connected, and nothing sent yet.
    pub session: &'a Session,
    /// What the session's observer hears.
    pub heard: &'a HeardReplies,
    /// Where the transcript's files lie.
    pub folder: &'a Path,
    /// How long a reply may take.
    pub limit: Duration,
    /// Sees the data that stand in the transcript as they are sent.
    pub show_data: &'a dyn Fn(&[u8]),
    /// Differences are kept as changes.
    pub updates: bool,
}

/// What became of a replay.
#[derive(Debug)]
pub struct Played {
    /// Exchanges that went as expected, the greeting among them.
    pub exchanges: usize,
    /// Why it stopped, or how it ended.
    pub result: Result<Ended, Failure>,
    /// What would make the transcript expect what came.
    pub changes: Vec<Change>,
}

/// How a replay that did not fail ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
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
    #[must_use]
    pub fn play(
        self,
        greeting: client::Exchange,
        dialogue: &Dialogue,
        variables: Variables,
    ) -> Played {
        let mut player = Player {
            replay: self,
            variables,
            changes: Vec::new(),
            exchanges: 0,
        };
        let result = player.play(greeting, dialogue);
        Played {
            exchanges: player.exchanges,
            result,
            changes: player.changes,
        }
    }
}

struct Player<'a> {
    replay: Replay<'a>,
    variables: Variables,
    changes: Vec<Change>,
    exchanges: usize,
}

/// What an exchange came to, its replies aside.
struct Performed {
    outcome: Outcome,
    received: Option<Received>,
}

impl Player<'_> {
    fn play(&mut self, greeting: client::Exchange, dialogue: &Dialogue) -> Result<Ended, Failure> {
        let mut greeting = Some(greeting);
        for expected in &dialogue.exchanges {
            let performed = match greeting.take() {
                Some(greeting) => Performed {
                    outcome: greeting.wait(),
                    received: None,
                },
                None => self.perform(expected)?,
            };
            self.judge(expected, &performed)?;
            self.exchanges += 1;
            let required = &dialogue.headers.requires;
            if expected.command.is_none() && !required.is_empty() {
                let missing = features::missing_feature(self.replay.session, required)?;
                if let Some(feature) = missing.map(str::to_owned) {
                    return Ok(Ended::Skipped { feature });
                }
                while self.replay.heard.already_there().is_some() {}
            }
        }
        Ok(Ended::Whole)
    }

    fn perform(&self, expected: &Exchange) -> Result<Performed, Failure> {
        let session = self.replay.session;
        let command = match &expected.command {
            Some(SentCommand::Line(line)) => {
                let resolved = line.resolve(&self.variables);
                let octets = resolved.map_err(|name| unsendable(expected, no_value(&name)))?;
                Command::new(octets).map_err(|error| unsendable(expected, error.to_string()))?
            }
            Some(SentCommand::Listen(verb)) => return self.listen(expected, verb),
            None => {
                return Ok(Performed {
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
        Ok(Performed { outcome, received })
    }

    fn listen(&self, expected: &Exchange, verb: &str) -> Result<Performed, Failure> {
        let is_ipv4 = self.replay.session.peer().ip().to_canonical().is_ipv4();
        if is_ipv4 != verb.eq_ignore_ascii_case("PORT") {
            let problem = "PORT {listen} is for IPv4 and EPRT {listen} for IPv6".to_owned();
            return Err(unsendable(expected, problem));
        }
        let outcome = self.replay.session.listen(Origin::Shown);
        Ok(Performed {
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
                    Some(Transfer::Send(Box::new(source), Form::Exact, None)),
                    None,
                ))
            }
            Some(DataDirection::Received) => {
                let cut = match expected.data.as_ref().map(|data| &data.content) {
                    Some(DataContent::Received(ExpectedData::Cut(octets))) => Some(*octets),
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
                let octets = data.resolve(&self.variables);
                octets.map_err(|name| unsendable(expected, no_value(&name)))
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Waits for the end. When the server has begun the transfer, data are shown and an abort is sent.
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
                // In a replay there is nobody to ask, and a question that is dropped is a no.
                News::DataEnded | News::TrustAsked(_) => {}
                News::Settled(outcome) => return outcome,
            }
        }
    }
}

fn unsendable(expected: &Exchange, problem: String) -> Failure {
    let line = expected.line;
    Failure::Unsendable { line, problem }
}

fn no_value(name: &str) -> String {
    format!("{{{name}}} has no value: nothing before it has captured one")
}
