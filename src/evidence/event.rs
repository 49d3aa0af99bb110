//! What happened on the connections or on this side, and which cause that is.

use std::io;
use std::net::IpAddr;

use super::facts::{rest_of_transfer, ways_instead};
use super::rules::{list_refused, ways_left};
use super::words::{kind_of, seconds};
use crate::client::{Awaited, Observation, TransferEnd, TransferResult};
use crate::protocol::verbs::DataDirection;
use crate::protocol::{OtherProtocol, ReplyClass, ReplyCode};
use crate::tls::{SentName, TlsFailure};

/// Something that did not work, with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// The name of the cause.
    pub(crate) cause: &'static str,
    /// What is known, each fact by the name that its place in the texts has; not escaped.
    pub(crate) facts: Vec<(&'static str, String)>,
    /// The server did it, so its reply may say why.
    pub(crate) by_server: bool,
}

impl Event {
    pub(crate) fn new(cause: &'static str) -> Self {
        Self {
            cause,
            facts: Vec::new(),
            by_server: false,
        }
    }

    pub(crate) fn with(mut self, name: &'static str, fact: impl ToString) -> Self {
        self.facts.push((name, fact.to_string()));
        self
    }

    /// What is known by this name.
    pub(crate) fn fact(&self, name: &str) -> Option<&str> {
        let fact = self.facts.iter().find(|(known, _)| *known == name);
        fact.map(|(_, text)| text.as_str())
    }

    fn by_server(self) -> Self {
        Self {
            by_server: true,
            ..self
        }
    }

    /// A local file could not be opened.
    pub(crate) fn of_file(error: io::ErrorKind) -> Self {
        Self::new(match error {
            io::ErrorKind::NotFound => "local-file-missing",
            io::ErrorKind::PermissionDenied => "local-file-denied",
            io::ErrorKind::AlreadyExists => "local-file-exists",
            _ => "local-file",
        })
    }

    /// What an observation means; `None` if it is no problem, or a reply.
    pub(crate) fn of(observation: &Observation) -> Option<Self> {
        Some(match observation {
            Observation::DataConnectionFailed {
                dialled,
                ignored_host,
                error,
                after,
                ..
            } => {
                let cause = match error.kind() {
                    io::ErrorKind::ConnectionRefused => "data-port-refused",
                    io::ErrorKind::TimedOut => "data-port-silent",
                    io::ErrorKind::ConnectionReset => "data-reset-unused",
                    _ => "data-port-unreachable",
                };
                Self::new(cause)
                    .with("address", dialled)
                    .with("after", seconds(*after))
                    .with("when", format!(" after {}", seconds(*after)))
                    .with("error", error)
                    .with("named", ignored_host.map(named).unwrap_or_default())
            }
            Observation::DataPortUnreadable(reason) => {
                Self::new("data-port-unreadable").with("reason", reason)
            }
            Observation::ServerDidNotConnect { port, error } => {
                let port = port.map(|port| format!(" on {port}"));
                let error = error.as_ref().map(|error| format!(" ({error})"));
                Self::new("active-not-connected")
                    .with("port", port.unwrap_or_default())
                    .with("error", error.unwrap_or_default())
            }
            Observation::NoDataConnection { refused, .. } if !refused.is_empty() => {
                Self::new("data-port-was-refused")
                    .with("refused", list_refused(refused))
                    .with("way", ways_left(refused))
            }
            Observation::NoDataConnection {
                unreached: Some(_), ..
            } => {
                let active = ways_instead(|way| ["PASV", "EPSV"].contains(&way));
                let way = format!("PASV or EPSV once more, or {active}");
                Self::new("data-port-not-reached").with("elsewhere", way)
            }
            Observation::NoDataConnection { .. } => Self::new("data-not-connected"),
            Observation::DataConnectionClosed { reset: true } => {
                Self::new("data-reset-unused").by_server()
            }
            Observation::UploadReset => Self::new("upload-reset").by_server(),
            Observation::DownloadEndedShort { bytes, announced } => Self::new("data-short")
                .with("bytes", bytes)
                .with("announced", announced)
                .by_server(),
            Observation::TransferEnded(end) => return Self::of_transfer(end),
            Observation::TlsFailed(failure) => Self::of_tls(failure),
            Observation::TimedOut { limit, awaited } => {
                let cause = match awaited {
                    Awaited::Reply | Awaited::QuitReply => "no-reply",
                    Awaited::FinalReply | Awaited::WholeReply => "no-final-reply",
                    Awaited::Data => "data-silent",
                    Awaited::Handshake | Awaited::DataHandshake => "tls-silent",
                    Awaited::LineRead => "server-not-reading",
                };
                Self::new(cause).with("after", seconds(*limit))
            }
            Observation::FinalReplyOutstanding { .. } => {
                Self::new("no-final-reply").with("after", "3 s")
            }
            Observation::ServerNotReading { .. } => Self::new("server-not-reading"),
            Observation::ProtocolBroken {
                spoken: Some(protocol),
                ..
            } => Self::new("not-ftp")
                .with("protocol", protocol)
                .with("tls", begins_with_tls(*protocol)),
            Observation::ProtocolBroken { bytes, .. } => {
                Self::new("reply-endless").with("bytes", bytes)
            }
            Observation::ControlClosed { asked: true, .. }
            | Observation::ControlClosed { by_us: true, .. } => return None,
            Observation::ControlClosed {
                error,
                quiet_for,
                during,
                before_greeting,
                ..
            } => {
                let is_idle = during.is_none() && quiet_for.as_secs() >= IDLE_SECONDS;
                let cause = match error {
                    _ if *before_greeting => "closed-before-greeting",
                    None if is_idle => "control-idle",
                    None => "control-closed",
                    Some(_) => "control-reset",
                };
                let rest = during
                    .as_ref()
                    .and_then(|verb| rest_of_transfer(verb, &verb.to_string()));
                let during = during.as_ref().map(|verb| match verb.as_bytes() {
                    [] => ", before the reply to an empty line".to_owned(),
                    _ => format!(", before the reply to {verb}"),
                });
                let error = error.as_ref().map(ToString::to_string);
                let since = match before_greeting {
                    true => "it was opened",
                    false => "the last byte",
                };
                let after = seconds(*quiet_for);
                Self::new(cause)
                    .with("when", format!(", {after} after {since}"))
                    .with(
                        "how",
                        error
                            .as_ref()
                            .map_or_else(String::new, |it| format!(" ({it})")),
                    )
                    .with("after", after)
                    .with("during", during.unwrap_or_default())
                    .with("error", error.unwrap_or_default())
                    .with(
                        "then",
                        rest.map(|rest| format!(". {rest}")).unwrap_or_default(),
                    )
                    .by_server()
            }
            _ => return None,
        })
    }

    fn of_transfer(end: &TransferEnd) -> Option<Self> {
        let moved = match end.direction {
            DataDirection::Received => "had come",
            DataDirection::Sent => "had been sent",
        };
        let event = match &end.result {
            TransferResult::Broken(reason) => {
                Self::new("data-reset").with("reason", reason).by_server()
            }
            TransferResult::LocalFailed(reason) => Self::new("local-file").with("error", reason),
            TransferResult::Aborted => Self::new("interrupted"),
            TransferResult::NeverConnected => Self::new("active-not-connected"),
            TransferResult::CloseNotifyMissing => Self::new("data-cut").by_server(),
            TransferResult::TlsFailed(failure) => Self::of_tls(failure),
            // The reply says the rest.
            TransferResult::Ended
            | TransferResult::Refused
            | TransferResult::ReaderClosed
            | TransferResult::StoppedByServer => return None,
        };
        let whole = end.expected.map(|whole| format!(" of {whole}"));
        let whole = whole.unwrap_or_default();
        let progress = format!(" after {}{whole} bytes {moved}", end.bytes);
        Some(event.with("progress", progress).with("cut", UNFINISHED))
    }

    fn of_tls(failure: &TlsFailure) -> Self {
        let event = match failure {
            TlsFailure::InClear { bytes } => {
                let line = bytes.split(|it| b"\r\n".contains(it)).next();
                let line = String::from_utf8_lossy(line.unwrap_or_default()).into_owned();
                Self::new("tls-not-spoken").with("text", line)
            }
            TlsFailure::Injected | TlsFailure::AgreedTwice => Self::new("tls-injected"),
            TlsFailure::Interrupted => Self::new("interrupted"),
            TlsFailure::HandshakeCut => Self::new("tls-cut").by_server(),
            TlsFailure::CertificateWanted { .. } => Self::new("certificate-wanted"),
            TlsFailure::CertificateRefused { .. } => Self::new("certificate-refused"),
            TlsFailure::Changed { .. } => Self::new("certificate-changed"),
            TlsFailure::OtherCertificate { .. } => Self::new("certificate-other"),
            TlsFailure::NoRoots { .. } => Self::new("certificate-no-roots"),
            TlsFailure::NotTrusted {
                reason,
                other_names,
                fingerprint,
            } => {
                let cause = match other_names[..] {
                    [] => "certificate-untrusted",
                    _ => "certificate-name",
                };
                // What can be sent is not an address, and has no wildcard.
                let is_sendable = |name: &&String| matches!(name.parse(), Ok(SentName::Other(_)));
                let name = other_names.iter().find(is_sendable);
                return Self::new(cause)
                    .with("failure", format_args!("{reason} (SHA-256 {fingerprint})"))
                    .with("name", name.map_or("NAME", String::as_str));
            }
            TlsFailure::Declined => {
                return Self::new("certificate-untrusted").with("failure", DECLINED);
            }
            TlsFailure::HostName { .. } => Self::new("certificate-untrusted"),
            TlsFailure::NoControl => Self::new("prot-without-auth"),
            TlsFailure::TooOld { .. } | TlsFailure::NoCommonVersion { .. } => {
                Self::new("tls-version")
            }
            TlsFailure::Probed(_) | TlsFailure::Protocol(_) => Self::new("tls-alert"),
        };
        event.with("failure", failure)
    }
}

/// What comes before the usual port of FTP where the port may speak FTP all the same.
fn begins_with_tls(protocol: OtherProtocol) -> &'static str {
    match protocol {
        OtherProtocol::Tls => "`open ftps://HOST:PORT`, since this port begins with TLS; or ",
        _ => "",
    }
}

/// What is said of an address that a reply named and that was not used.
fn named(host: IpAddr) -> String {
    format!(
        " The reply named {host}{}; the server's own address was used.",
        kind_of(host)
    )
}

/// A 4yz or 5yz, or a code that answers nothing that this side has asked for (RFC 2228 section 5.2 wants a security
/// mechanism before 6yz).
pub(crate) fn is_refusal(code: ReplyCode) -> bool {
    let class = code.class();
    code.is_negative() || matches!(class, ReplyClass::Protected | ReplyClass::Unclassified)
}

/// How data under TLS ends that was cut.
pub(crate) const UNFINISHED: &str = "without the close_notify of TLS (RFC 8446 section 6.1), so nobody can tell whether they are all";
/// The user was asked whether to trust a certificate.
pub(super) const DECLINED: &str = "you answered no";
/// No server calls it idle earlier.
const IDLE_SECONDS: u64 = 20;

#[cfg(test)]
mod tests {
    use std::io;
    use std::net::{IpAddr, Ipv4Addr, SocketAddr};
    use std::time::Duration;

    use super::Event;
    use crate::client::{Observation, Peer};
    use crate::protocol::Verb;
    use crate::protocol::data_port::DataPort;

    fn cause(observation: &Observation) -> Option<&'static str> {
        Event::of(observation).map(|event| event.cause)
    }

    fn dial_failed(kind: io::ErrorKind) -> Observation {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 2121));
        Observation::DataConnectionFailed {
            dialled: Peer::from(address),
            offered: DataPort::from_port_argument(b"10,0,0,1,8,73").unwrap(),
            ignored_host: Some(IpAddr::from([10, 0, 0, 1])),
            error: kind.into(),
            after: Duration::from_millis(300),
        }
    }

    #[test]
    fn a_dial_that_failed_is_told_apart_by_how() {
        for (kind, expected) in [
            (io::ErrorKind::ConnectionRefused, "data-port-refused"),
            (io::ErrorKind::TimedOut, "data-port-silent"),
            (io::ErrorKind::ConnectionReset, "data-reset-unused"),
            (io::ErrorKind::HostUnreachable, "data-port-unreachable"),
            (io::ErrorKind::NetworkUnreachable, "data-port-unreachable"),
        ] {
            assert_eq!(cause(&dial_failed(kind)), Some(expected), "{kind}");
        }
    }

    #[test]
    fn the_address_dialled_and_the_one_named_are_both_told() {
        let event = Event::of(&dial_failed(io::ErrorKind::TimedOut)).unwrap();
        let fact = |name| {
            event
                .facts
                .iter()
                .find(|(it, _)| *it == name)
                .map(|(_, fact)| &fact[..])
        };
        assert_eq!(fact("address"), Some("127.0.0.1:2121"));
        assert_eq!(fact("after"), Some("0.3 s"));
        let named =
            " The reply named 10.0.0.1, a private address; the server's own address was used.";
        assert_eq!(fact("named"), Some(named));
    }

    #[test]
    fn a_connection_is_called_idle_only_if_it_was() {
        let closed = |quiet_for: u64, during: Option<&str>| Observation::ControlClosed {
            error: None,
            asked: false,
            by_us: false,
            quiet_for: Duration::from_secs(quiet_for),
            during: during.map(|verb| Verb::new(verb.as_bytes())),
            before_greeting: false,
        };
        assert_eq!(cause(&closed(300, None)), Some("control-idle"));
        assert_eq!(cause(&closed(300, Some("RETR"))), Some("control-closed"));
        assert_eq!(cause(&closed(1, None)), Some("control-closed"));
    }

    #[test]
    fn an_upload_that_is_reset_after_its_last_byte_is_told() {
        assert_eq!(cause(&Observation::UploadReset), Some("upload-reset"));
    }

    #[test]
    fn a_local_file_that_may_not_be_read_is_told_from_one_that_is_not_there() {
        for (kind, expected) in [
            (io::ErrorKind::NotFound, "local-file-missing"),
            (io::ErrorKind::PermissionDenied, "local-file-denied"),
            (io::ErrorKind::AlreadyExists, "local-file-exists"),
            (io::ErrorKind::StorageFull, "local-file"),
        ] {
            assert_eq!(Event::of_file(kind).cause, expected);
        }
    }
}
