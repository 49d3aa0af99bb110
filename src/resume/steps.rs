//! The single steps of a resume: each sends a command that the user sees, and turns a lost connection into an error.

use std::io::{self, Read};

use crate::client::observation::Origin;
use crate::client::transfer::{Transfer, TransferResult};
use crate::client::{DataState, Session};
use crate::client::{Ending, Outcome};
use crate::protocol::parameters::{FileStructure, RepresentationType, TransferMode};
use crate::protocol::user_pi::Learnt;
use crate::protocol::{Command, Reply};

use super::comparison::unmistakable;
use super::{Listener, Options, Refusal, Remark, ResumeError};

pub(super) struct Steps<'a> {
    session: &'a Session,
    pub(super) options: &'a Options,
    listener: &'a mut dyn Listener,
    /// The sentence that says how the whole file is moved without a resume.
    way_on: &'static str,
    /// What is known of the transfer, for the case that the connection ends.
    known: String,
    /// Bytes that an upload has sent, once it has.
    sent: Option<u64>,
}

impl<'a> Steps<'a> {
    pub(super) fn new(
        session: &'a Session,
        options: &'a Options,
        listener: &'a mut dyn Listener,
        way_on: &'static str,
    ) -> Self {
        Self {
            session,
            options,
            listener,
            way_on,
            known: "nothing was sent".to_owned(),
            sent: None,
        }
    }

    /// Runs `work` in TYPE I, MODE S, STRU F and puts back what was there before.
    pub(super) fn with_image_type<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, ResumeError>,
    ) -> Result<T, ResumeError> {
        let before = self.learnt()?;
        let result = self.set_image_type(&before).and_then(|()| work(self));
        self.put_back(&before);
        result
    }

    fn set_image_type(&mut self, before: &Learnt) -> Result<(), ResumeError> {
        for line in changes_wanted(before) {
            let outcome = self.command(line)?;
            if !outcome.is_positive() {
                return Err(refused_by_server(line, &outcome));
            }
        }
        Ok(())
    }

    fn put_back(&mut self, before: &Learnt) {
        let Ok(now) = self.learnt() else { return };
        let (before, now) = (&before.parameters, &now.parameters);
        let changed = [
            (
                "TYPE",
                changed_from(before.effective_type(), now.effective_type()),
            ),
            (
                "MODE",
                changed_from(before.effective_mode(), now.effective_mode()),
            ),
            (
                "STRU",
                changed_from(before.effective_structure(), now.effective_structure()),
            ),
        ];
        for (verb, argument) in changed {
            let Some(argument) = argument else { continue };
            match self.command(format!("{verb} {argument}")) {
                Ok(outcome) if outcome.is_positive() => {}
                Ok(_) => self.remark(&Remark::NotPutBack(verb)),
                Err(_) => return,
            }
        }
    }

    /// Where to begin to compare the local bytes up to `to`: at `from`, or at 0 where a server that ignores the marker
    /// could not be told from one that heeds it.
    pub(super) fn unmistakable(
        &mut self,
        from: u64,
        to: u64,
        local: impl Fn(u64) -> io::Result<Box<dyn Read + Send>>,
    ) -> Result<u64, ResumeError> {
        let begin = unmistakable(from, to, local)?;
        if begin != from {
            self.remark(&Remark::Repeats);
        }
        Ok(begin)
    }

    pub(super) fn remark(&mut self, remark: &Remark) {
        self.listener.remark(remark);
    }

    pub(super) fn accepts_unverified(&mut self) -> bool {
        self.options.accept_unverified || self.listener.accepts_unverified()
    }

    pub(super) fn set_known(&mut self, known: String) {
        self.known = known;
    }

    pub(super) fn set_sent(&mut self, bytes: u64) {
        self.sent = Some(bytes);
    }

    /// The sentence that ends a refusal: what has become of the server's file.
    pub(super) fn so_far(&self) -> String {
        match self.sent {
            None => "Nothing was sent".to_owned(),
            Some(bytes) => format!("{bytes} bytes were sent"),
        }
    }

    pub(super) fn way_on(&self) -> &'static str {
        self.way_on
    }

    pub(super) fn learnt(&self) -> Result<Learnt, ResumeError> {
        Ok(self.session.status().ok_or_else(|| self.lost())?.learnt)
    }

    /// An error if the control connection has ended.
    pub(super) fn check_connected(&self) -> Result<(), ResumeError> {
        match self.session.status() {
            Some(status) if status.connected => Ok(()),
            _ => Err(self.lost()),
        }
    }

    /// Sends a line that brings no data.
    pub(super) fn command(&self, line: impl AsRef<[u8]>) -> Result<Outcome, ResumeError> {
        self.data_command(line, None)
    }

    /// Sends `VERB name`, with what goes through the data connection.
    pub(super) fn data_command(
        &self,
        line: impl AsRef<[u8]>,
        transfer: Option<Transfer>,
    ) -> Result<Outcome, ResumeError> {
        let command = Command::new(line.as_ref()).map_err(|illegal| {
            ResumeError::refused(Refusal::NameNotSendable, illegal.to_string())
        })?;
        self.checked(self.session.perform(command, Origin::Shown, transfer))
    }

    fn checked(&self, outcome: Outcome) -> Result<Outcome, ResumeError> {
        if let Some(transfer) = &outcome.transfer {
            match &transfer.result {
                TransferResult::Aborted => return Err(self.interrupted()),
                TransferResult::LocalFailed(reason) => {
                    return Err(ResumeError::LocalTransfer(reason.clone()));
                }
                _ => {}
            }
        }
        match outcome.ending {
            Ending::Answered | Ending::Unanswered => Ok(outcome),
            Ending::Interrupted | Ending::Unsent => Err(self.interrupted()),
            Ending::ConnectionLost | Ending::ProtocolBroken | Ending::TlsFailed => Err(self.lost()),
            Ending::TimedOut => Err(ResumeError::TimedOut {
                known: self.known.clone(),
            }),
        }
    }

    /// Sees to an open data connection.
    pub(super) fn open_data_connection(&self) -> Result<(), ResumeError> {
        match self.session.open_data_connection() {
            Some(outcome) => self.check_that_data_is_open(outcome),
            None => Ok(()),
        }
    }

    /// Opens a data connection although one seems to be open.
    pub(super) fn open_another_data_connection(&self) -> Result<(), ResumeError> {
        match self.session.open_another_data_connection() {
            Some(outcome) => self.check_that_data_is_open(outcome),
            None => Err(self.lost()),
        }
    }

    fn check_that_data_is_open(&self, outcome: Outcome) -> Result<(), ResumeError> {
        let outcome = self.checked(outcome)?;
        let open = self
            .session
            .status()
            .is_some_and(|s| matches!(s.data, DataState::Open));
        if open {
            Ok(())
        } else {
            Err(refused_by_server("PASV", &outcome))
        }
    }

    /// Makes sure that the next transfer starts at `offset`: REST as the last command before it (RFC 3659 section
    /// 5.3), and a marker that is still pending is cleared. Returns whether the server agreed.
    pub(super) fn restart_at(&self, offset: u64) -> Result<bool, ResumeError> {
        if offset == 0 && self.learnt()?.pending_restart.is_none() {
            return Ok(true);
        }
        Ok(self.command(format!("REST {offset}"))?.is_positive())
    }

    /// Clears a marker that was accepted and not used; with it, APPE would write in the middle of the file.
    pub(super) fn clear_restart(&self) -> Result<(), ResumeError> {
        if self.restart_at(0)? {
            return Ok(());
        }
        Err(ResumeError::refused(
            Refusal::PendingRestart,
            format!(
                "a REST is still pending and the server refuses REST 0, so the next upload would write in the wrong place. \
             {}; log in again and try again",
                self.so_far()
            ),
        ))
    }

    fn interrupted(&self) -> ResumeError {
        ResumeError::Interrupted {
            known: self.known.clone(),
        }
    }

    fn lost(&self) -> ResumeError {
        ResumeError::Lost {
            known: self.known.clone(),
        }
    }
}

/// The server refused a step without which there is no resume.
pub(super) fn refused_by_server(line: &str, outcome: &Outcome) -> ResumeError {
    ResumeError::refused(
        Refusal::RefusedByServer,
        match &outcome.reply {
            Some(reply) => format!("the server answered {line} with {}", reply.code),
            None => format!("the server did not answer {line}"),
        },
    )
}

/// `VERB name`, the name as bytes.
pub(super) fn line(verb: &str, name: &[u8]) -> Vec<u8> {
    [verb.as_bytes(), b" ", name].concat()
}

/// The number in a 213 (RFC 3659 section 4).
pub(super) fn number_in(reply: &Reply) -> Option<u64> {
    std::str::from_utf8(reply.text().trim_ascii())
        .ok()?
        .parse()
        .ok()
}

fn changes_wanted(before: &Learnt) -> impl Iterator<Item = &'static str> {
    let parameters = &before.parameters;
    let image = parameters.representation_type == Some(RepresentationType::Image);
    [
        (!image || before.type_is_doubtful, "TYPE I"),
        (
            parameters.effective_mode() != TransferMode::Stream,
            "MODE S",
        ),
        (
            parameters.effective_structure() != FileStructure::File,
            "STRU F",
        ),
    ]
    .into_iter()
    .filter_map(|(wanted, line)| wanted.then_some(line))
}

/// The value before, as the argument that puts it back, if it is not the value now.
fn changed_from<T: PartialEq + ToString>(before: T, now: T) -> Option<String> {
    (before != now).then(|| before.to_string())
}
