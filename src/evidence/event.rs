//! What happened on the connections, and which cause that is.

use std::io;

use crate::client::{Awaited, Observation, TransferResult};
use crate::protocol::{Reply, ReplyClass, ReplyCode};
use crate::tls::TlsFailure;

/// What an event means; `None` if it is no problem.
pub(crate) fn cause_of(observation: &Observation) -> Option<&'static str> {
    Some(match observation {
        Observation::ReplyReceived { reply, .. } => return of_reply(reply),
        Observation::DataConnectionFailed { error, .. } => match error.kind() {
            io::ErrorKind::ConnectionRefused => "data-port-refused",
            io::ErrorKind::TimedOut => "data-port-silent",
            _ => "data-port-unreachable",
        },
        Observation::DataPortUnreadable(_) => "data-port-unreadable",
        Observation::ServerDidNotConnect { .. } => "active-not-connected",
        Observation::NoDataConnection { .. } => "data-not-connected",
        Observation::DataConnectionClosed { reset: true } | Observation::UploadReset => {
            "data-reset"
        }
        Observation::DownloadEndedShort { .. } => "data-cut",
        Observation::TransferEnded(end) => return of_transfer(&end.result),
        Observation::TlsFailed(failure) => of_tls(failure),
        Observation::TimedOut { awaited, .. } => match awaited {
            Awaited::Reply | Awaited::QuitReply => "no-reply",
            Awaited::WholeReply => "no-final-reply",
            Awaited::Data => "data-silent",
            Awaited::Handshake | Awaited::DataHandshake => "tls-silent",
            Awaited::LineRead => "server-not-reading",
        },
        Observation::FinalReplyOutstanding { .. } => "no-final-reply",
        Observation::ServerNotReading { .. } => "server-not-reading",
        Observation::ProtocolBroken { .. } => "not-ftp",
        Observation::ControlClosed { asked: true, .. } => return None,
        Observation::ControlClosed { error: None, .. } => "control-closed",
        Observation::ControlClosed { error: Some(_), .. } => "control-reset",
        _ => return None,
    })
}

fn of_reply(reply: &Reply) -> Option<&'static str> {
    is_refusal(reply.code).then_some("refused")
}

/// A 4yz or 5yz, or a code that answers nothing that this side has asked for (RFC 2228 section 5.2 wants a security
/// mechanism before 6yz).
pub(crate) fn is_refusal(code: ReplyCode) -> bool {
    let class = code.class();
    code.is_negative() || matches!(class, ReplyClass::Protected | ReplyClass::Unclassified)
}

fn of_transfer(result: &TransferResult) -> Option<&'static str> {
    Some(match result {
        TransferResult::Broken(_) => "data-reset",
        TransferResult::LocalFailed(_) => "local-file",
        TransferResult::Aborted => "interrupted",
        TransferResult::NeverConnected => "active-not-connected",
        TransferResult::CloseNotifyMissing => "data-cut",
        TransferResult::TlsFailed(failure) => of_tls(failure),
        // The reply says the rest.
        TransferResult::Ended
        | TransferResult::Refused
        | TransferResult::ReaderClosed
        | TransferResult::StoppedByServer => return None,
    })
}

fn of_tls(failure: &TlsFailure) -> &'static str {
    match failure {
        TlsFailure::InClear { .. } => "tls-not-spoken",
        TlsFailure::Injected | TlsFailure::AgreedTwice => "tls-injected",
        TlsFailure::Interrupted => "interrupted",
        TlsFailure::HandshakeCut => "tls-cut",
        TlsFailure::CertificateWanted { .. } => "certificate-wanted",
        TlsFailure::CertificateRefused { .. } => "certificate-refused",
        TlsFailure::NotTrusted { .. }
        | TlsFailure::Declined
        | TlsFailure::Changed { .. }
        | TlsFailure::OtherCertificate { .. }
        | TlsFailure::HostName { .. }
        | TlsFailure::NoRoots { .. } => "certificate-untrusted",
        TlsFailure::NoControl
        | TlsFailure::TooOld { .. }
        | TlsFailure::NoCommonVersion { .. }
        | TlsFailure::Probed(_)
        | TlsFailure::Protocol(_) => "tls-alert",
    }
}
