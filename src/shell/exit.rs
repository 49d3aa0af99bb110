//! How the program ends: one exit code, that of the first failure unless a more serious one ended the run.

use std::process::ExitStatus;

use crate::client::{Ending, Outcome, TransferResult};
use crate::evidence::event::is_refusal;
use crate::tls::TlsFailure;

/// The exit codes. They are part of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: done.
    Done,
    /// 1: in a script, a command was refused (4yz, 5yz), a local command failed, or a download ended short of what the
    /// server had announced.
    Refused,
    /// 2: usage, or a line that cannot be sent.
    Usage,
    /// 3: could not connect, the connection was lost, or no reply in time.
    Connection,
    /// 4: TLS.
    Tls,
    /// 5: the server broke the protocol in a way that ends the session.
    Protocol,
    /// 6: a transcript's expectation was not met.
    Expectation,
    /// 7: a local file could not be read or written.
    LocalFile,
    /// 8: a resume was refused, or its result, or with `set verify on` that of an upload, could not be verified.
    Resume,
    /// 9: an examination found something as bad as `--fail-on` says.
    Findings,
    /// 70: a bug in this program.
    Bug,
    /// 130: interrupted.
    Interrupted,
}

impl Exit {
    /// What each of them means, in the words of the help.
    pub(crate) const MEANINGS: &'static [(Self, &'static str)] = &[
        (Self::Done, "done"),
        (
            Self::Refused,
            "in a script, a command was refused (4yz, 5yz), a local command failed, or a download ended short of the size that the \
             server had announced",
        ),
        (Self::Usage, "usage, or a line that cannot be sent"),
        (
            Self::Connection,
            "could not connect, the connection was lost, or no reply in time",
        ),
        (
            Self::Tls,
            "TLS: no handshake, a certificate that is not trusted, one of yours that is missing or refused, bytes that were injected, \
             data that ends without close_notify",
        ),
        (
            Self::Protocol,
            "the server broke the protocol in a way that ends the session (64 MiB without a reply)",
        ),
        (Self::Expectation, "a transcript's expectation was not met"),
        (
            Self::LocalFile,
            "a local file could not be read or written, a local command could not be run or was killed, or one of them moved no data \
             within `--timeout`",
        ),
        (
            Self::Resume,
            "a resume was refused, or its result could not be verified; with `set verify on`, SIZE did not agree with an upload",
        ),
        (
            Self::Findings,
            "`doctor` found something as bad as --fail-on says, or worse",
        ),
        (
            Self::Bug,
            "a bug in ftpsh itself; the message says what to report",
        ),
        (Self::Interrupted, "interrupted"),
    ];

    /// The number that the process ends with.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Connection => 3,
            Self::Tls => 4,
            Self::Protocol => 5,
            Self::Expectation => 6,
            Self::LocalFile => 7,
            Self::Resume => 8,
            Self::Findings => 9,
            Self::Bug => 70,
            Self::Interrupted => 130,
        }
    }

    /// What a line that failed without an event means; `None` if it did not fail.
    pub(crate) fn cause(self) -> Option<&'static str> {
        Some(match self {
            Self::Done | Self::Findings => return None,
            Self::Refused | Self::Expectation => "refused",
            Self::Usage | Self::Bug => "local-line",
            Self::Connection => "connect-failed",
            Self::Tls => "tls-alert",
            Self::Protocol => "not-ftp",
            Self::LocalFile => "local-file",
            Self::Resume => "upload-not-verified",
            Self::Interrupted => "interrupted",
        })
    }

    /// Whether it ends a script at once and wins over earlier failures.
    pub(crate) fn ends_the_run(self) -> bool {
        matches!(
            self,
            Self::Connection | Self::Tls | Self::Protocol | Self::Interrupted
        )
    }

    /// What the outcome of one command means for a script.
    pub(crate) fn of(outcome: &Outcome) -> Self {
        match outcome.ending {
            Ending::ConnectionLost | Ending::TimedOut => return Self::Connection,
            Ending::ProtocolBroken => return Self::Protocol,
            Ending::TlsFailed => return Self::Tls,
            Ending::Interrupted | Ending::Unsent => return Self::Interrupted,
            Ending::Answered | Ending::Unanswered => {}
        }
        // The server is closing the connection (RFC 959 section 4.2), whether or not that was seen already.
        if outcome.code() == 421 {
            return Self::Connection;
        }
        let refused = outcome
            .reply
            .as_ref()
            .is_some_and(|reply| reply.code.is_negative());
        match outcome.transfer.as_ref().map(|transfer| &transfer.result) {
            Some(TransferResult::LocalFailed(_)) => return Self::LocalFile,
            // The reply to a transfer that this side cut short says nothing.
            Some(TransferResult::ReaderClosed) => return Self::Done,
            Some(TransferResult::Aborted) => return Self::Interrupted,
            Some(TransferResult::Broken(_) | TransferResult::NeverConnected) if !refused => {
                return Self::Connection;
            }
            // Whatever the server says, the other end was not the server.
            Some(TransferResult::TlsFailed(
                TlsFailure::OtherCertificate { .. } | TlsFailure::NoControl,
            )) => return Self::Tls,
            Some(TransferResult::CloseNotifyMissing | TransferResult::TlsFailed(_)) if !refused => {
                return Self::Tls;
            }
            // 202 to APPE is a positive reply, and nothing was stored.
            Some(TransferResult::Refused) => return Self::Refused,
            _ => {}
        }
        if outcome.data_port_unreadable {
            return Self::Refused;
        }
        // Whatever the server says, the data went nowhere.
        if outcome.data_connection_failed || (outcome.lacked_data_connection && !refused) {
            return Self::Connection;
        }
        let refused = outcome
            .reply
            .as_ref()
            .is_some_and(|reply| is_refusal(reply.code));
        let came_short = outcome.transfer.as_ref().and_then(|it| it.ended_short_of);
        if refused || came_short.is_some() {
            Self::Refused
        } else {
            Self::Done
        }
    }
}

impl Exit {
    /// What the end of a local command (`| command`, `!command`) means. One that stopped reading has what it wanted.
    pub(crate) fn of_local_command(status: ExitStatus) -> Self {
        match status.code() {
            Some(0) => Self::Done,
            Some(NOT_RUN..=NOT_FOUND) => Self::LocalFile,
            _ if has_stopped_reading(status) => Self::Done,
            Some(_) => Self::Refused,
            None => Self::LocalFile,
        }
    }
}

/// SIGPIPE ended the command, or the last of those that its shell waited for.
#[cfg(unix)]
fn has_stopped_reading(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;

    let sigpipe = rustix::process::Signal::PIPE.as_raw();
    status.signal() == Some(sigpipe) || status.code() == Some(ENDED_BY_SIGNAL + sigpipe)
}

/// There are no signals.
#[cfg(not(unix))]
fn has_stopped_reading(_: ExitStatus) -> bool {
    false
}

/// What shells end with when they cannot run or cannot find a command.
const NOT_RUN: i32 = 126;
const NOT_FOUND: i32 = 127;
/// What shells add to the number of the signal that ended a command.
#[cfg(unix)]
const ENDED_BY_SIGNAL: i32 = 128;

/// The failures of a run so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    first: Option<Exit>,
    fatal: Option<Exit>,
}

impl Tally {
    /// Takes the result of one line.
    pub(crate) fn count(&mut self, exit: Exit) {
        if exit == Exit::Done {
            return;
        }
        self.first.get_or_insert(exit);
        if exit.ends_the_run() {
            self.fatal.get_or_insert(exit);
        }
    }

    /// Whether a script ends here; `stop` is the user's wish that any failure ends it.
    pub(crate) fn ends_script(&self, stop: bool) -> bool {
        self.fatal.is_some() || (stop && self.first.is_some())
    }

    /// What the program ends with.
    pub(crate) fn exit(&self) -> Exit {
        self.fatal.or(self.first).unwrap_or(Exit::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::{Exit, Tally};

    #[test]
    fn the_first_failure_is_kept_and_a_fatal_one_wins() {
        let mut tally = Tally::default();
        tally.count(Exit::Done);
        assert_eq!(tally.exit(), Exit::Done);
        tally.count(Exit::LocalFile);
        tally.count(Exit::Refused);
        assert_eq!(tally.exit(), Exit::LocalFile);
        assert!(!tally.ends_script(false) && tally.ends_script(true));
        tally.count(Exit::Connection);
        assert!(tally.ends_script(false));
        assert_eq!(tally.exit(), Exit::Connection);
    }

    #[cfg(unix)]
    #[test]
    fn a_local_command_fails_by_its_exit_code_unless_it_only_stopped_reading() {
        for (command, exit) in [
            ("true", Exit::Done),
            ("false", Exit::Refused),
            ("exit 3", Exit::Refused),
            ("exit 126", Exit::LocalFile),
            ("no-such-command-xyz 2>&1", Exit::LocalFile),
            ("kill -9 $$", Exit::LocalFile),
            ("kill -PIPE $$", Exit::Done),
            ("sh -c 'kill -PIPE $$'; exit $?", Exit::Done),
        ] {
            let status = std::process::Command::new("/bin/sh")
                .args(["-c", command])
                .stdout(std::process::Stdio::null())
                .status()
                .unwrap();
            assert_eq!(Exit::of_local_command(status), exit, "{command}");
        }
    }
}
