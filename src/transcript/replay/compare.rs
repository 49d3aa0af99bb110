//! Compares what came with what is expected.

use std::time::Duration;

use super::failure::{Failure, Mismatch};
use super::heard::Heard;
use super::octets::Received;
use super::{Performed, Player, files};
use crate::client::{Ending, Outcome, TransferResult};
use crate::protocol::Reply;
use crate::transcript::data::{ExpectedData, match_data};
use crate::transcript::exchange::{Data, DataContent, Exchange};
use crate::transcript::expected_reply::ExpectedReply;
use crate::transcript::pattern::Captures;
use crate::transcript::recording::{digest_of_reader, exact_data, expectation_of, is_inline};
use crate::transcript::update::{Change, reply_as_received};

impl Player<'_> {
    pub(super) fn judge(
        &mut self,
        expected: &Exchange,
        performed: &Performed,
    ) -> Result<(), Failure> {
        let outcome = &performed.outcome;
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
        // Replies behind the awaited one may be on their way; where the exchange has failed, nothing more comes.
        let is_answered = outcome.ending == Ending::Answered;
        let is_given_up = expected.unanswered.is_some() && outcome.ending == Ending::Unanswered;
        let limit = if is_answered || is_given_up {
            self.replay.limit
        } else {
            Duration::ZERO
        };
        let mut open: Vec<&ExpectedReply> = expected.replies.iter().collect();
        while !open.is_empty() {
            let heard = self.replay.heard.next(limit);
            let Heard::Reply(actual) = heard else {
                if self.replay.updates && is_answered {
                    let removals = open
                        .iter()
                        .map(|reply| Change::removal(reply.lines.clone()));
                    self.changes.extend(removals);
                    break;
                }
                return Err(self.silence(open[0].lines.start, outcome.ending, &heard));
            };
            match self.find(&open, expected.aborted, &actual) {
                Some((at, captures)) => {
                    open.remove(at);
                    self.keep(captures);
                }
                None => self.change_reply(open.remove(0), &actual)?,
            }
        }
        if is_given_up {
            // What comes later is expected later.
            return Ok(());
        }
        let behind = expected
            .replies
            .last()
            .map_or(expected.line + 1, |reply| reply.lines.end);
        while let Some(actual) = self.replay.heard.already_there() {
            self.add_reply(expected, behind, &actual)?;
        }
        Ok(())
    }

    /// The expected reply that this one is: the first, or any of those behind an ABOR. ProFTPD sends them in either order.
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
            .find_map(|(at, reply)| Some((at, reply.matches(actual, &self.variables)?)))
    }

    fn change_reply(&mut self, expected: &ExpectedReply, actual: &Reply) -> Result<(), Failure> {
        let line = expected.lines.start;
        if !self.replay.updates {
            return Err(Mismatch::of_replies(line, expected.printed(), actual).into());
        }
        let received = reply_as_received(expected, actual);
        self.changes
            .push(Change::of_reply(expected.lines.clone(), &received));
        Ok(())
    }

    fn add_reply(
        &mut self,
        expected: &Exchange,
        line: usize,
        actual: &Reply,
    ) -> Result<(), Failure> {
        if !self.replay.updates {
            return Err(Mismatch::of_replies(line - 1, Vec::new(), actual).into());
        }
        let received = expectation_of(actual, &expected.verb());
        self.changes.push(Change::of_reply(line..line, &received));
        Ok(())
    }

    fn keep(&mut self, captures: Captures) {
        for (name, value) in captures {
            self.variables.set(name, value);
        }
    }

    fn silence(&self, line: usize, ending: Ending, heard: &Heard) -> Failure {
        let limit = self.replay.limit;
        match (ending, heard) {
            (Ending::Interrupted | Ending::Unsent, _) => Failure::Interrupted,
            (Ending::TlsFailed, _) => Failure::Tls { line },
            (Ending::ProtocolBroken, _) => Failure::ProtocolBroken { line },
            (Ending::ConnectionLost, _) | (_, Heard::Closed) => Failure::Lost { line },
            (Ending::TimedOut | Ending::Answered | Ending::Unanswered, _) => {
                Failure::TimedOut { line, limit }
            }
        }
    }

    /// A transfer that the server calls done, and that broke on this side.
    fn compare_transfer(&self, expected: &Exchange, outcome: &Outcome) -> Result<(), Failure> {
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
        let mismatch = |actual: &str| Mismatch::of_words(line, "the data whole", actual).into();
        if !is_positive || is_cut {
            return Ok(());
        }
        if outcome.lacked_data_connection && expected.data.is_some() {
            return Err(mismatch("no data connection"));
        }
        match outcome.transfer.as_ref().map(|transfer| &transfer.result) {
            None | Some(TransferResult::Ended | TransferResult::Refused) => Ok(()),
            Some(TransferResult::LocalFailed(problem)) => {
                let error = std::io::Error::other(problem.clone());
                let path = "the data".to_owned();
                Err(Failure::LocalFile { line, path, error })
            }
            Some(TransferResult::Aborted) => Err(Failure::Interrupted),
            Some(TransferResult::Unannounced | TransferResult::TlsFailed(_)) => {
                Err(Failure::Tls { line })
            }
            Some(
                TransferResult::Broken(_)
                | TransferResult::ReaderClosed
                | TransferResult::NeverConnected
                | TransferResult::StoppedByServer,
            ) => Err(mismatch("the transfer broke")),
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
            ExpectedData::Octets(digest) => files::is_same(digest, &actual),
            ExpectedData::File(reference) => {
                let folder = self.replay.folder;
                let file = files::open(folder, line, reference, &self.variables)?;
                let path = reference.path.to_string();
                let local_file = |error| Failure::LocalFile { line, path, error };
                digest_of_reader(file).map_err(local_file)? == actual
            }
            ExpectedData::Lines(lines) => {
                let octets = received.octets();
                let captures =
                    octets.and_then(|octets| match_data(lines, &octets, &self.variables));
                captures.map(|captures| self.keep(captures)).is_some()
            }
        };
        if is_same {
            return Ok(());
        }
        let octets = received.octets().filter(|octets| is_inline(octets));
        let came = exact_data(octets.as_deref(), actual);
        if self.replay.updates && !matches!(content, ExpectedData::File(_)) {
            self.changes
                .push(Change::of_data(data.lines.clone(), &came));
            return Ok(());
        }
        Err(Mismatch::of_data(line, content.printed(), came.printed()).into())
    }

    fn compare_end(&mut self, expected: &Exchange) -> Result<(), Failure> {
        let Some(line) = expected.closed else {
            return Ok(());
        };
        match self.replay.heard.closed_within(self.replay.limit) {
            Ok(true) => Ok(()),
            Ok(false) if self.replay.updates => {
                self.changes.push(Change::removal(line..line + 1));
                Ok(())
            }
            Ok(false) => {
                let expected = "the end of the control connection";
                Err(Mismatch::of_words(line, expected, "it stays open").into())
            }
            Err(reply) => self.add_reply(expected, line, &reply),
        }
    }
}
