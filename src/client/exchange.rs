//! One command and what becomes of it, as the one who sent it sees it.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use crate::protocol::Reply;

use crate::tls::Secured;

use super::driver::Shared;
use super::machine::{ExchangeId, Request};
use super::transfer::TransferEnd;

/// A command on its way; ask it for its [`News`] or wait for its [`Outcome`].
#[derive(Debug)]
pub struct Exchange {
    id: ExchangeId,
    shared: Arc<Shared>,
}

/// What happens to a command, in order; `Settled` is the last.
#[derive(Debug)]
pub enum News {
    /// A 1yz came and the data connection stands: payload may be written.
    Begun,
    /// The transfer's data has ended, or the server wants no more of it; the final reply may still be outstanding.
    DataEnded,
    /// The server's certificate is not believed, and the user may decide. Dropping the question is a no.
    TrustAsked(TrustQuestion),
    /// Nothing more will happen.
    Settled(Outcome),
    /// Ctrl-]: the transfer goes on in the background, and the prompt is wanted.
    Detached,
}

/// Whether to believe a certificate all the same.
#[derive(Debug)]
pub struct TrustQuestion {
    /// What the handshake agreed on; its [`Trust`](crate::tls::Trust) says why the certificate is not believed.
    pub secured: Box<Secured>,
    session: Weak<Shared>,
    is_answered: bool,
}

impl TrustQuestion {
    pub(super) fn new(secured: Box<Secured>, session: Weak<Shared>) -> Self {
        Self {
            secured,
            session,
            is_answered: false,
        }
    }

    /// The user's decision.
    pub fn answer(mut self, believe: bool) {
        self.is_answered = true;
        self.tell(Some(believe));
    }

    fn tell(&self, answer: Option<bool>) {
        if let Some(session) = self.session.upgrade() {
            session.post(Request::Trust(answer));
        }
    }
}

impl Drop for TrustQuestion {
    fn drop(&mut self) {
        if !self.is_answered {
            self.tell(None);
        }
    }
}

/// What became of a command.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How the waiting ended.
    pub ending: Ending,
    /// The final reply, if it came.
    pub reply: Option<Reply>,
    /// A 1yz came.
    pub begun: bool,
    /// What became of the data, if there was a transfer.
    pub transfer: Option<TransferEnd>,
    /// The reply offered a data port and it could not be reached.
    pub data_connection_failed: bool,
    /// The reply should have offered a data port and cannot be read.
    pub data_port_unreadable: bool,
    /// Data should have gone somewhere, and no data connection was there when the command was sent.
    pub lacked_data_connection: bool,
}

/// Why the waiting for a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The final reply came, and everything that it started is over.
    Answered,
    /// The final reply is still outstanding: the ledger was closed, or nothing came after the data had ended.
    Unanswered,
    /// Ctrl-C.
    Interrupted,
    /// Ctrl-C came before the command was sent, so it was not.
    Unsent,
    /// The control connection ended.
    ConnectionLost,
    /// What was awaited did not come in time.
    TimedOut,
    /// What came has no end that a reply could have, and the connection was closed.
    ProtocolBroken,
    /// There is no TLS although there should be, and the connection was closed.
    TlsFailed,
}

impl Exchange {
    pub(super) fn new(id: ExchangeId, shared: Arc<Shared>) -> Self {
        Self { id, shared }
    }

    /// Waits for the next thing that happens.
    #[must_use]
    pub fn next_news(&self) -> News {
        let news = self.shared.next_news(self.id, None);
        news.unwrap_or_else(|| News::Settled(Outcome::lost()))
    }

    /// The next thing that settles the command, or needs the user.
    #[must_use]
    pub fn next_decisive_news(&self) -> News {
        loop {
            match self.next_news() {
                News::Begun | News::DataEnded => {}
                news => return news,
            }
        }
    }

    /// The next thing that happens within `limit`.
    #[must_use]
    pub fn next_news_within(&self, limit: Duration) -> Option<News> {
        let until = Instant::now() + limit;
        self.shared.next_news(self.id, Some(until))
    }

    /// Whether news wait already; takes the next.
    #[must_use]
    pub fn news_already_there(&self) -> Option<News> {
        self.shared.next_news(self.id, Some(Instant::now()))
    }

    /// Waits until the command is settled.
    #[must_use]
    pub fn wait(self) -> Outcome {
        loop {
            if let News::Settled(outcome) = self.next_news() {
                return outcome;
            }
        }
    }

    /// Waits until the command is settled, or goes on in the background.
    ///
    /// # Errors
    ///
    /// The exchange that goes on there.
    pub fn wait_or_detach(self) -> Result<Outcome, Self> {
        loop {
            match self.next_news() {
                News::Settled(outcome) => return Ok(outcome),
                News::Detached => return Err(self),
                News::Begun | News::DataEnded | News::TrustAsked(_) => {}
            }
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.shared.forget_exchange(self.id);
    }
}

impl Outcome {
    /// The outcome of a command for which there is no connection any more.
    #[must_use]
    pub fn lost() -> Self {
        Self {
            ending: Ending::ConnectionLost,
            reply: None,
            begun: false,
            transfer: None,
            data_connection_failed: false,
            data_port_unreadable: false,
            lacked_data_connection: false,
        }
    }

    /// What is known of a command that has just been sent; its ending is not.
    pub(super) fn pending() -> Self {
        Self {
            ending: Ending::Unanswered,
            ..Self::lost()
        }
    }

    /// The outcome of a command that was not sent, because Ctrl-C came before it.
    #[must_use]
    pub fn unsent() -> Self {
        Self {
            ending: Ending::Unsent,
            ..Self::lost()
        }
    }

    /// The outcome of a command that was not sent, because there can be no data connection for it.
    #[must_use]
    pub fn without_data_connection() -> Self {
        Self {
            ending: Ending::Unanswered,
            data_connection_failed: true,
            ..Self::lost()
        }
    }

    /// The outcome of bytes that were sent and end no command line, so that no reply is outstanding.
    #[must_use]
    pub fn without_reply() -> Self {
        Self {
            ending: Ending::Answered,
            ..Self::lost()
        }
    }

    /// The code of the final reply; 0 if there is none.
    #[must_use]
    pub fn code(&self) -> u16 {
        self.reply.as_ref().map_or(0, |reply| reply.code.0)
    }

    /// The final reply is 2yz or 3yz, and nothing went wrong with the data.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        self.ending == Ending::Answered
            && self
                .reply
                .as_ref()
                .is_some_and(|reply| reply.code.is_positive())
            && !self.data_connection_failed
            && !self.data_port_unreadable
            && self.transfer.as_ref().is_none_or(TransferEnd::is_whole)
    }
}
