//! What went wrong, by a name that stays: programs tell causes apart by it, whatever the words are.
//!
//! A reply's code or text may say more than [`Cause::Refused`]; a cause that does is another row of the table.

use std::io;

use crate::client::{Awaited, Observation, TransferResult};
use crate::protocol::Reply;
use crate::shell::exit::{Exit, is_refusal};
use crate::tls::TlsFailure;

/// Why something did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Refused,
    ConnectFailed,
    ControlClosed,
    ControlReset,
    NoReply,
    NoFinalReply,
    NotFtp,
    ServerNotReading,
    DataPortRefused,
    DataPortSilent,
    DataPortUnreachable,
    DataPortUnreadable,
    ActiveNotConnected,
    DataNotConnected,
    DataReset,
    DataCut,
    DataSilent,
    TlsNotSpoken,
    TlsAlert,
    TlsCut,
    TlsSilent,
    TlsInjected,
    CertificateUntrusted,
    CertificateWanted,
    CertificateRefused,
    LocalFile,
    LocalCommand,
    LocalLine,
    ResumeStopped,
    Interrupted,
}

impl Cause {
    /// Every cause with its name and what it means.
    pub(crate) const TABLE: &'static [(Self, &'static str, &'static str)] = &[
        (
            Self::Refused,
            "refused",
            "the server answered with 4yz or 5yz, or with a code that does not answer the command",
        ),
        (
            Self::ConnectFailed,
            "connect-failed",
            "the control connection could not be opened: no address, a refused port, or no answer",
        ),
        (
            Self::ControlClosed,
            "control-closed",
            "the server closed the control connection without QUIT",
        ),
        (
            Self::ControlReset,
            "control-reset",
            "the control connection broke",
        ),
        (Self::NoReply, "no-reply", "nothing came within the limit"),
        (
            Self::NoFinalReply,
            "no-final-reply",
            "a reply began, or its data ended, and its end did not come within the limit",
        ),
        (Self::NotFtp, "not-ftp", "what came is not FTP"),
        (
            Self::ServerNotReading,
            "server-not-reading",
            "the server does not read what is sent",
        ),
        (
            Self::DataPortRefused,
            "data-port-refused",
            "somebody refused the connection to the port of a 227 or 229",
        ),
        (
            Self::DataPortSilent,
            "data-port-silent",
            "nobody answered at the port of a 227 or 229",
        ),
        (
            Self::DataPortUnreachable,
            "data-port-unreachable",
            "the port of a 227 or 229 could not be reached",
        ),
        (
            Self::DataPortUnreadable,
            "data-port-unreadable",
            "a reply should have offered a port and cannot be read",
        ),
        (
            Self::ActiveNotConnected,
            "active-not-connected",
            "the server did not connect to the port of PORT or EPRT",
        ),
        (
            Self::DataNotConnected,
            "data-not-connected",
            "a command moves data, and no data connection was open",
        ),
        (
            Self::DataReset,
            "data-reset",
            "the data connection broke, or was reset",
        ),
        (
            Self::DataCut,
            "data-cut",
            "the data ended before they were whole: short of the size that was announced, or without close_notify",
        ),
        (
            Self::DataSilent,
            "data-silent",
            "no data moved within the limit",
        ),
        (
            Self::TlsNotSpoken,
            "tls-not-spoken",
            "the answer to TLS was not TLS",
        ),
        (
            Self::TlsAlert,
            "tls-alert",
            "the two sides agree on no TLS: version, cipher suite, or a rule that was broken",
        ),
        (
            Self::TlsCut,
            "tls-cut",
            "the connection ended during the handshake",
        ),
        (
            Self::TlsSilent,
            "tls-silent",
            "the handshake made no progress within the limit",
        ),
        (
            Self::TlsInjected,
            "tls-injected",
            "bytes came where TLS allows none",
        ),
        (
            Self::CertificateUntrusted,
            "certificate-untrusted",
            "the server's certificate is not trusted, or is another one",
        ),
        (
            Self::CertificateWanted,
            "certificate-wanted",
            "the server requires a client certificate",
        ),
        (
            Self::CertificateRefused,
            "certificate-refused",
            "the server does not accept the client certificate",
        ),
        (
            Self::LocalFile,
            "local-file",
            "a local file, pipe or device failed",
        ),
        (
            Self::LocalCommand,
            "local-command",
            "a local command failed",
        ),
        (
            Self::LocalLine,
            "local-line",
            "the line, or the command line of the program, cannot be carried out, so nothing was sent",
        ),
        (
            Self::ResumeStopped,
            "resume-stopped",
            "`resume` stopped, or could not verify its result",
        ),
        (Self::Interrupted, "interrupted", "Ctrl-C, or ABOR"),
    ];

    /// The name that stays.
    pub(crate) fn id(self) -> &'static str {
        self.row().0
    }

    /// What it means, for people.
    pub(crate) fn meaning(self) -> &'static str {
        self.row().1
    }

    fn row(self) -> (&'static str, &'static str) {
        let row = Self::TABLE.iter().find(|(cause, _, _)| *cause == self);
        row.map(|(_, id, meaning)| (*id, *meaning))
            .expect("each cause has a row, which a test checks")
    }

    /// What an event means; `None` if it is no problem.
    pub(crate) fn of(observation: &Observation) -> Option<Self> {
        Some(match observation {
            Observation::ReplyReceived { reply, .. } => return Self::of_reply(reply),
            Observation::DataConnectionFailed { error, .. } => match error.kind() {
                io::ErrorKind::ConnectionRefused => Self::DataPortRefused,
                io::ErrorKind::TimedOut => Self::DataPortSilent,
                _ => Self::DataPortUnreachable,
            },
            Observation::DataPortUnreadable(_) => Self::DataPortUnreadable,
            Observation::ServerDidNotConnect { .. } => Self::ActiveNotConnected,
            Observation::NoDataConnection { .. } => Self::DataNotConnected,
            Observation::DataConnectionClosed { reset: true } | Observation::UploadReset => {
                Self::DataReset
            }
            Observation::DownloadEndedShort { .. } => Self::DataCut,
            Observation::TransferEnded(end) => return Self::of_transfer(&end.result),
            Observation::TlsFailed(failure) => Self::of_tls(failure),
            Observation::TimedOut { awaited, .. } => match awaited {
                Awaited::Reply | Awaited::QuitReply => Self::NoReply,
                Awaited::WholeReply => Self::NoFinalReply,
                Awaited::Data => Self::DataSilent,
                Awaited::Handshake | Awaited::DataHandshake => Self::TlsSilent,
                Awaited::LineRead => Self::ServerNotReading,
            },
            Observation::FinalReplyOutstanding { .. } => Self::NoFinalReply,
            Observation::ServerNotReading { .. } => Self::ServerNotReading,
            Observation::ProtocolBroken { .. } => Self::NotFtp,
            Observation::ControlClosed { asked: true, .. } => return None,
            Observation::ControlClosed { error: None, .. } => Self::ControlClosed,
            Observation::ControlClosed { error: Some(_), .. } => Self::ControlReset,
            _ => return None,
        })
    }

    /// What a line that failed without an event means; `None` if it did not fail.
    pub(crate) fn of_exit(exit: Exit) -> Option<Self> {
        Some(match exit {
            Exit::Done => return None,
            Exit::Refused | Exit::Expectation => Self::Refused,
            Exit::Usage | Exit::Bug => Self::LocalLine,
            Exit::Connection => Self::ConnectFailed,
            Exit::Tls => Self::TlsAlert,
            Exit::Protocol => Self::NotFtp,
            Exit::LocalFile => Self::LocalFile,
            Exit::Resume => Self::ResumeStopped,
            Exit::Interrupted => Self::Interrupted,
        })
    }

    fn of_reply(reply: &Reply) -> Option<Self> {
        is_refusal(reply.code).then_some(Self::Refused)
    }

    fn of_transfer(result: &TransferResult) -> Option<Self> {
        Some(match result {
            TransferResult::Broken(_) => Self::DataReset,
            TransferResult::LocalFailed(_) => Self::LocalFile,
            TransferResult::Aborted => Self::Interrupted,
            TransferResult::NeverConnected => Self::ActiveNotConnected,
            TransferResult::CloseNotifyMissing => Self::DataCut,
            TransferResult::TlsFailed(failure) => Self::of_tls(failure),
            // The reply says the rest.
            TransferResult::Ended
            | TransferResult::Refused
            | TransferResult::ReaderClosed
            | TransferResult::StoppedByServer => return None,
        })
    }

    fn of_tls(failure: &TlsFailure) -> Self {
        match failure {
            TlsFailure::InClear { .. } => Self::TlsNotSpoken,
            TlsFailure::Injected | TlsFailure::AgreedTwice => Self::TlsInjected,
            TlsFailure::Interrupted => Self::Interrupted,
            TlsFailure::HandshakeCut => Self::TlsCut,
            TlsFailure::CertificateWanted { .. } => Self::CertificateWanted,
            TlsFailure::CertificateRefused { .. } => Self::CertificateRefused,
            TlsFailure::NotTrusted { .. }
            | TlsFailure::Declined
            | TlsFailure::Changed { .. }
            | TlsFailure::OtherCertificate { .. }
            | TlsFailure::HostName { .. }
            | TlsFailure::NoRoots { .. } => Self::CertificateUntrusted,
            TlsFailure::NoControl
            | TlsFailure::TooOld { .. }
            | TlsFailure::NoCommonVersion { .. }
            | TlsFailure::Probed(_)
            | TlsFailure::Protocol(_) => Self::TlsAlert,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cause;

    #[test]
    fn every_cause_has_one_name_that_the_page_explains() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/json.md");
        let page = std::fs::read_to_string(page).unwrap();
        for (index, (cause, id, meaning)) in Cause::TABLE.iter().enumerate() {
            // The compiler keeps their numbers apart.
            assert_eq!(*cause as usize, index, "{id}");
            assert_eq!(cause.id(), *id);
            let row = format!("\n| `{id}` | {meaning} |\n");
            assert!(page.contains(&row), "{row}");
        }
        let last = Cause::TABLE.last().map(|(cause, _, _)| *cause);
        assert_eq!(last, Some(Cause::Interrupted));
    }
}
