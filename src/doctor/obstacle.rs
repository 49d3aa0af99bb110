//! What stood in the way of something that an examination wanted to do: matched by what it is, told in the words of here.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::report::WayResult;
use super::talk::Answer;
use crate::client::{ConnectError, DialError, Ending};
use crate::tls::TlsFailure;

/// What was met.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum Obstacle {
    /// The run was ended.
    #[error("{0}")]
    Ended(&'static str),
    /// It is not done here, for this reason.
    #[error("{0}")]
    Inapplicable(&'static str),
    /// Nothing could be connected to.
    #[error("{0}")]
    Unconnected(Arc<ConnectError>),
    /// The same, because nobody answered in the time of a run.
    #[error("no connection was made within {} s", .0.as_secs_f64().ceil())]
    Unanswered(Duration),
    /// The greeting was another one than 220, or none.
    #[error("no greeting that lets anybody in: {0}")]
    Greeting(Box<Answer>),
    /// What TLS came to on a connection.
    #[error("{0}")]
    Tls(TlsFailure),
    /// The connection is in clear, and was to be under TLS.
    #[error("AUTH TLS: {0}")]
    Unsecured(Box<Obstacle>),
    /// The run has no user.
    #[error("nobody logs in: give a user with --user NAME")]
    NoUser,
    /// The password may not go out without TLS.
    #[error("the password would go out in clear: {0}")]
    PasswordInClear(&'static str),
    /// The server did not let the user in.
    #[error("nobody is logged in: {0}")]
    LoginRefused(Box<Answer>),
    /// No login went well before.
    #[error("nobody is logged in")]
    NotLoggedIn,
    /// There is nothing to write in.
    #[error("no folder could be made: MKD: {0}")]
    NoFolder(Box<Answer>),
    /// The folder that MKD has made is not empty, so it may be the parent folder.
    #[error(
        "the folder that MKD has made is not empty, so that nothing is written: NLST lists {0}"
    )]
    FolderNotEmpty(String),
    /// Another answer than the one that was wanted.
    #[error("{0}")]
    Answered(Box<Answer>),
    /// The same, with the command that brought it.
    #[error("{command}: {answer}")]
    Command {
        /// As it was sent.
        command: String,
        /// What came.
        answer: Box<Answer>,
    },
    /// A 229 that few clients can read.
    #[error("the form of the 229 is not (|||PORT|): {0}")]
    OtherForm(Box<Answer>),
    /// A data connection was opened, and no listing came through it.
    #[error("LIST: {0}")]
    NoListing(Box<Answer>),
    /// This side could not connect to the port that the server named.
    #[error("{0}")]
    DataUnconnected(String),
    /// The server did not connect to the port that it was given.
    #[error("the server did not connect")]
    NeverConnected,
    /// The end of the data may have been cut off.
    #[error("the data ended without close_notify")]
    CloseNotifyMissing,
    /// The server cannot reach this side.
    #[error("this side is {0}, behind a router")]
    BehindRouter(IpAddr),
}

impl Obstacle {
    pub(super) fn answered(answer: &Answer) -> Self {
        Self::Answered(Box::new(answer.clone()))
    }

    pub(super) fn command(command: impl Into<String>, answer: &Answer) -> Self {
        Self::Command {
            command: command.into(),
            answer: Box::new(answer.clone()),
        }
    }

    /// The server took the handshake for commands: it may not have been ready for it yet.
    pub(super) fn is_late_tls(&self) -> bool {
        matches!(self, Self::Tls(TlsFailure::InClear { .. }))
    }

    /// Nobody tried to log in.
    pub(super) fn is_withheld_login(&self) -> bool {
        matches!(self, Self::NoUser | Self::PasswordInClear(_))
    }

    /// What the ways behind it came to.
    pub(super) fn way_result(&self) -> WayResult {
        match self {
            Self::Ended(_)
            | Self::Inapplicable(_)
            | Self::NoUser
            | Self::PasswordInClear(_)
            | Self::NotLoggedIn
            | Self::BehindRouter(_) => WayResult::Skipped,
            Self::Unanswered(_) | Self::NeverConnected => WayResult::Silent,
            Self::Unconnected(error) => match &**error {
                ConnectError::Dial(
                    DialError::NoAnswer { .. } | DialError::LookupUnanswered { .. },
                ) => WayResult::Silent,
                _ => WayResult::Unreachable,
            },
            Self::DataUnconnected(_) => WayResult::Unreachable,
            Self::Unsecured(obstacle) => obstacle.way_result(),
            Self::Tls(_)
            | Self::CloseNotifyMissing
            | Self::NoListing(_)
            | Self::OtherForm(_)
            | Self::FolderNotEmpty(_) => WayResult::Rejected,
            Self::Greeting(answer)
            | Self::LoginRefused(answer)
            | Self::NoFolder(answer)
            | Self::Answered(answer)
            | Self::Command { answer, .. } => answer.way_result(),
        }
    }

    /// The session ended: that says nothing about what was tried.
    pub(super) fn is_end_of_session(&self) -> bool {
        match self {
            Self::NoListing(answer) => answer.is_end_of_session(),
            Self::Answered(answer) | Self::Command { answer, .. } => {
                answer.code() == 0 && answer.is_end_of_session()
            }
            _ => false,
        }
    }
}

impl Answer {
    fn way_result(&self) -> WayResult {
        match (&self.outcome.reply, self.outcome.ending) {
            (Some(reply), _) if reply.code.is_negative() => WayResult::Refused,
            (None, Ending::TimedOut | Ending::Unanswered) => WayResult::Silent,
            _ => WayResult::Rejected,
        }
    }

    fn is_end_of_session(&self) -> bool {
        match self.code() {
            0 => matches!(
                self.outcome.ending,
                Ending::ConnectionLost | Ending::Answered
            ),
            code => code == 421,
        }
    }
}

/// In words, for a report.
impl From<Obstacle> for String {
    fn from(obstacle: Obstacle) -> Self {
        obstacle.to_string()
    }
}
