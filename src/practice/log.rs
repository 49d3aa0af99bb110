//! What the server saw of its clients: commands, replies, data connections and TLS, in order.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::protocol::{Command, Verb};

/// What a practice server saw. Clones share it, so that whoever started the server can look at any time.
#[derive(Clone, Debug, Default)]
pub struct ServerLog {
    entries: Arc<Mutex<Vec<LogEntry>>>,
}

/// One thing that happened in one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Which control connection, counted from 1.
    pub session: usize,
    /// What happened.
    pub event: LogEvent,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogEvent {
    /// A command came.
    Command {
        /// Its verb.
        verb: Verb,
        /// The whole line, with `****` in the place of a secret.
        line: Vec<u8>,
        /// It came under TLS.
        is_under_tls: bool,
    },
    /// A reply is about to go out; what it tells of has been done.
    Reply {
        /// The verb that it answers; `None` for the greeting.
        verb: Option<Verb>,
        /// Its code.
        code: u16,
        /// Its lines without the last line end.
        text: Vec<u8>,
    },
    /// The control connection is under TLS from here on.
    ControlSecured,
    /// A data connection is there.
    DataOpened {
        /// The server has dialled it, after PORT or EPRT.
        is_active: bool,
    },
    /// The data connection is under TLS.
    DataSecured {
        /// It resumed the session of the control connection.
        is_resumed: bool,
    },
    /// Data has moved, and the data connection is closed.
    Transfer(LoggedTransfer),
    /// The control connection is over.
    Closed,
}

/// What one transfer came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedTransfer {
    /// The verb that asked for it.
    pub verb: Verb,
    /// The path as clients see it, from `/` on.
    pub path: Vec<u8>,
    /// How many bytes went over the data connection.
    pub bytes: u64,
    /// They were all that there were.
    pub is_complete: bool,
}

impl ServerLog {
    /// Everything so far, oldest first.
    #[must_use]
    pub fn entries(&self) -> Vec<LogEntry> {
        self.lock().clone()
    }

    fn push(&self, entry: LogEntry) {
        let mut entries = self.lock();
        if entries.len() < LONGEST {
            entries.push(entry);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<LogEntry>> {
        // An entry is pushed whole or not at all.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The log as one session writes it.
#[derive(Clone, Debug, Default)]
pub(super) struct SessionLog {
    log: Option<ServerLog>,
    session: usize,
}

impl SessionLog {
    pub(super) fn new(log: Option<ServerLog>, session: usize) -> Self {
        Self { log, session }
    }

    pub(super) fn note(&self, event: LogEvent) {
        if let Some(log) = &self.log {
            log.push(LogEntry {
                session: self.session,
                event,
            });
        }
    }

    pub(super) fn note_command(&self, command: &Command, is_under_tls: bool) {
        self.note(LogEvent::Command {
            verb: command.verb(),
            line: command.masked(),
            is_under_tls,
        });
    }
}

/// More than a person causes.
const LONGEST: usize = 100_000;
