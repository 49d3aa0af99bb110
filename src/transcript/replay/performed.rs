//! Plays a dialogue without judging it: what a server does with each command, for a comparison with another server.

use super::failure::Failure;
use super::heard::NextReply;
use super::{Player, Replay};
use crate::client::{self, Ending, Outcome};
use crate::protocol::Reply;
use crate::transcript::data::{DataDigest, ExpectedData, ExpectedDataLine};
use crate::transcript::dialogue::Dialogue;
use crate::transcript::exchange::{Data, DataContent, Exchange};
use crate::transcript::template::Variables;

/// What a server did with one command of a transcript.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Performed {
    /// Every reply, in order.
    pub(crate) replies: Vec<Reply>,
    /// What came over the data connection, where something could come.
    pub(crate) data: Option<DataDigest>,
    /// Why no reply came, or why the command could not be sent; this side's words.
    pub(crate) problem: Option<String>,
    /// The session is over.
    pub(crate) ends_session: bool,
}

impl Replay<'_> {
    /// Gives what the server does with each exchange to `each`, which ends it by `false`.
    pub(crate) fn perform(
        self,
        greeting: client::Exchange,
        dialogue: &Dialogue,
        variables: Variables,
        each: &mut dyn FnMut(Performed) -> bool,
    ) {
        let mut player = Player::new(self, variables);
        let mut greeting = Some(greeting);
        for expected in &dialogue.exchanges {
            let performed = match greeting.take() {
                Some(greeting) => Ok((greeting.wait(), None)),
                None => player
                    .perform(expected)
                    .map(|performed| (performed.outcome, performed.received)),
            };
            let performed = match performed {
                Ok((outcome, received)) => {
                    let replies = player.collect(expected, &outcome);
                    let problem = ending_in_words(&outcome);
                    Performed {
                        replies,
                        data: received.map(|received| received.digest()),
                        ends_session: problem.is_some(),
                        problem,
                    }
                }
                Err(Failure::Unsendable { problem, .. }) => Performed {
                    problem: Some(problem),
                    ..Performed::default()
                },
                Err(failure) => Performed {
                    problem: Some(failure.to_string()),
                    ends_session: true,
                    ..Performed::default()
                },
            };
            let is_last = performed.ends_session;
            if !each(performed) || is_last {
                return;
            }
        }
    }
}

impl Player<'_> {
    /// The replies to an exchange; what they capture is kept.
    fn collect(&mut self, expected: &Exchange, outcome: &Outcome) -> Vec<Reply> {
        let mut replies: Vec<Reply> = Vec::new();
        let is_answered = outcome.ending == Ending::Answered;
        let finals = |replies: &[Reply]| {
            let finals = replies.iter().filter(|it| !it.code.is_preliminary());
            finals.count()
        };
        // Two after an ABOR, as a rule.
        let awaited = usize::from(is_answered) + usize::from(expected.aborted.is_some());
        while finals(&replies) < awaited {
            let limit = match finals(&replies) {
                0 => self.replay.limit,
                _ => super::LATE_LIMIT,
            };
            match self.replay.heard.next(limit) {
                NextReply::Reply(reply) => replies.push(reply),
                NextReply::Closed | NextReply::Nothing => break,
            }
        }
        while let Some(reply) = self.replay.heard.already_there() {
            replies.push(reply);
        }
        let pairs = expected.replies.iter().filter_map(|expected| {
            let actual = replies.iter().find(|it| expected.code.matches(it.code))?;
            expected.matches(actual, &self.variables)
        });
        let captures: Vec<_> = pairs.flatten().collect();
        self.keep(captures);
        replies
    }
}

impl Exchange {
    /// Whether something is said about the data that come; `...` takes any.
    pub(crate) fn expects_data(&self) -> bool {
        let Some(Data {
            content: DataContent::Received(content),
            ..
        }) = &self.data
        else {
            return self.data.is_none();
        };
        !matches!(content, ExpectedData::Lines(lines) if matches!(lines.as_slice(), [ExpectedDataLine::AnyLines]))
    }
}

/// Why the session cannot go on, if it cannot.
fn ending_in_words(outcome: &Outcome) -> Option<String> {
    let words = match outcome.ending {
        Ending::Answered | Ending::Unanswered => return None,
        Ending::ConnectionLost => "the connection was lost",
        Ending::TimedOut => "no reply came in time",
        Ending::TlsFailed => "TLS failed",
        Ending::ProtocolBroken => "the server broke the protocol",
        Ending::Interrupted | Ending::Unsent => "interrupted",
    };
    Some(words.to_owned())
}
