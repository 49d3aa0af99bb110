//! What the server says during a replay, in order, to be compared.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::client::{Observation, Observer};
use crate::protocol::Reply;

/// Every reply of a session, in the order in which they came. A clone is handed to the session as an observer.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReceivedReplies {
    shared: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Debug, Default)]
struct State {
    replies: VecDeque<Reply>,
    is_closed: bool,
}

/// What was heard next.
#[derive(Debug)]
pub(super) enum NextReply {
    Reply(Reply),
    /// The control connection has ended.
    Closed,
    /// Nothing in time.
    Nothing,
}

impl ReceivedReplies {
    /// Waits at most so long.
    pub(super) fn next(&self, limit: Duration) -> NextReply {
        let (_, changed) = &*self.shared;
        let is_silent = |state: &mut State| state.replies.is_empty() && !state.is_closed;
        let waited = changed.wait_timeout_while(self.lock(), limit, is_silent);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match state.replies.pop_front() {
            Some(reply) => NextReply::Reply(reply),
            None if state.is_closed => NextReply::Closed,
            None => NextReply::Nothing,
        }
    }

    /// The next reply if it is there already.
    pub(super) fn already_there(&self) -> Option<Reply> {
        self.lock().replies.pop_front()
    }

    /// What came so far is not compared.
    pub(crate) fn forget(&self) {
        self.lock().replies.clear();
    }

    /// Waits at most so long for the end of the control connection; `Err` for a reply that comes before it.
    pub(super) fn closed_within(&self, limit: Duration) -> Result<bool, Reply> {
        match self.next(limit) {
            NextReply::Reply(reply) => Err(reply),
            NextReply::Closed => Ok(true),
            NextReply::Nothing => Ok(false),
        }
    }

    pub(super) fn keep(&self, reply: Reply) {
        let mut state = self.lock();
        if state.replies.len() < MAX_UNREAD {
            state.replies.push_back(reply);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A queue has no state that a panic could leave half changed.
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for ReceivedReplies {
    fn observe(&mut self, observation: &Observation) {
        match observation {
            Observation::ReplyReceived { reply, .. } => self.keep(reply.clone()),
            Observation::ControlClosed { .. } => self.lock().is_closed = true,
            _ => return,
        }
        self.shared.1.notify_all();
    }
}

/// More than any exchange has: a server that sends so many unexpected replies has failed the replay already.
const MAX_UNREAD: usize = 64;
