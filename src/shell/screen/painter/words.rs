//! The shell's words for what happened.

use std::fmt::Display;
use std::net::SocketAddr;
use std::time::Duration;

use crate::client::{
    Awaited, Missing, Observation, Outcome, Peer, Proxy, TransferEnd, TransferResult,
};
use crate::evidence::rules::ways_left;
use crate::evidence::words::{count, kind_of, seconds};
use crate::protocol::verbs::DataDirection;
use crate::protocol::{Command, DataPort, Verb};
use crate::shell::charset::Charset;
use crate::shell::exit::Exit;
use crate::shell::screen::escape::escape;

use super::{Tone, tls};

/// One observation in words; `None` for those that have their own form.
pub(super) fn describe(observation: &Observation, charset: Charset) -> Option<(Tone, String)> {
    Some(match observation {
        Observation::Connected { peer, through } => (Tone::Note, connected(peer, through.as_ref())),
        Observation::TelnetReceived(bytes) => {
            let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            (
                Tone::Note,
                format!("Telnet command received and removed: {}", hex.join(" ")),
            )
        }
        Observation::StrayReceived(line) => {
            let shown = charset.escape(&line[..line.len().min(STRAY_BYTES_SHOWN)]);
            let rest = if line.len() > STRAY_BYTES_SHOWN {
                " ..."
            } else {
                ""
            };
            (
                Tone::Warning,
                format!("a line that is not a reply: {shown}{rest}"),
            )
        }
        Observation::DataConnectionOpened {
            dialled,
            offered,
            ignored_host,
        } => {
            return Some(opened(dialled, offered, *ignored_host));
        }
        Observation::Listening { .. }
        | Observation::NotListening { .. }
        | Observation::DataConnectionAccepted { .. }
        | Observation::OtherHostRefused { .. }
        | Observation::ServerDidNotConnect { .. } => active_mode(observation),
        Observation::DataConnectionFailed {
            dialled,
            ignored_host,
            error,
            after,
            ..
        } => (
            Tone::Error,
            not_opened(dialled, *ignored_host, error, *after),
        ),
        Observation::DataPortUnreadable(reason) => (
            Tone::Error,
            format!(
                "that reply offers no data port that can be read: {}. Try EPSV, or PASV again",
                escape(reason.to_string().as_bytes())
            ),
        ),
        Observation::DataConnectionClosed { reset } => {
            let how = if *reset { "reset" } else { "closed" };
            (
                Tone::Warning,
                format!("the server {how} the data connection"),
            )
        }
        Observation::TransferEnded(end) => transfer_ended(end),
        Observation::BackgroundSettled { command, outcome } => settled(command, outcome, charset),
        Observation::NoDataConnection {
            direction,
            refused,
            unreached,
        } => {
            let what = match direction {
                DataDirection::Received => "receive",
                DataDirection::Sent => "send",
            };
            let next = match &refused[..] {
                [] => match unreached {
                    Some(peer) => format!(
                        "{peer} could not be reached; PASV or EPSV may offer another port, and with `listen` the server connects"
                    ),
                    None => "type PASV first".to_owned(),
                },
                // Another port may be taken, unless the verb is not there.
                [.., last]
                    if ["PORT", "EPRT"].iter().any(|name| last.verb.is(name))
                        && !last.reply.starts_with(b"502") =>
                {
                    format!(
                    "{verb} was refused; try {verb} with another port, {}",
                    ways_left(refused),
                    verb = last.verb
                )
                }
                [.., last] => format!("{} was refused; try {}", last.verb, ways_left(refused)),
            };
            (
                Tone::Hint,
                format!("no data connection is open to {what} on: {next}"),
            )
        }
        Observation::DownloadEndedShort { bytes, announced } => (
            Tone::Warning,
            format!(
                "the server announced {announced} bytes and {bytes} came: this may be only the beginning of the file"
            ),
        ),
        Observation::StillWaiting { verb, missing } => {
            let what = match missing {
                Missing::Reply => format!("still waiting for the reply to {}", self::verb(verb)),
                Missing::DataConnection(peer) => {
                    format!("still waiting for {peer} to accept the data connection")
                }
                Missing::Handshake => "still waiting for the server's side of the TLS handshake".to_owned(),
                Missing::UploadEnd => {
                    "all data has been sent, but the server has not closed its side".to_owned()
                }
            };
            (Tone::Hint, format!("{what}; Ctrl-C gives the prompt back"))
        }
        Observation::GreetingMissing { implicit_tls } => {
            let text = if *implicit_tls {
                "does this port start in the clear? Then use ftp://HOST, or --tls require"
            } else {
                "no greeting so far: does this port expect TLS from the first byte? Then use ftps://HOST, or --tls \
                 implicit"
            };
            (Tone::Hint, text.to_owned())
        }
        Observation::FinalReplyOutstanding { verb } => (
            Tone::Warning,
            format!(
                "the final reply to {} is still outstanding; it is shown when it comes (`resync` forgets it)",
                self::verb(verb)
            ),
        ),
        Observation::UnexpectedDataDropped => (
            Tone::Warning,
            "data came with the refusal; that data connection was closed".to_owned(),
        ),
        Observation::UploadReset => (
            Tone::Error,
            "the server reset the data connection after the last byte: it may not have read them all".to_owned(),
        ),
        Observation::ControlSecured(_)
        | Observation::DataSecured(_)
        | Observation::TlsFailed(_)
        | Observation::TlsEnded
        | Observation::StillSecured => tls::describe(observation)?,
        Observation::Resynchronised(verbs) if verbs.is_empty() => {
            (Tone::Note, "no reply was outstanding".to_owned())
        }
        Observation::Resynchronised(verbs) => (
            Tone::Note,
            format!("no longer awaited: {}", list_verbs(verbs)),
        ),
        Observation::ProtocolBroken {
            spoken: Some(protocol),
            ..
        } => (
            Tone::Error,
            format!(
                "this port speaks {protocol} and not FTP, so the connection was closed: `open HOST:21` is the usual port of FTP"
            ),
        ),
        Observation::ProtocolBroken { bytes, spoken: None } => (
            Tone::Error,
            format!(
                "{} arrived without a complete reply: that is not FTP, so the connection was closed",
                count(*bytes, "byte")
            ),
        ),
        Observation::TimedOut { limit, awaited } => (Tone::Error, time_out(*limit, *awaited)),
        Observation::AbortUnanswered => (
            Tone::Hint,
            "no answer to ABOR for 3 s: some servers swallow it when Telnet's Synch comes along. \
             Ctrl-] gives the prompt, where a typed ABOR goes out plain; `set abort plain` makes that the rule"
                .to_owned(),
        ),
        Observation::ServerNotReading { bytes } => (
            Tone::Error,
            format!(
                "not sent: the server has not read {} of what was sent before",
                count(*bytes as u64, "byte")
            ),
        ),
        Observation::ControlClosed { asked: true, .. } => {
            (Tone::Note, "connection closed".to_owned())
        }
        Observation::ControlClosed { by_us: true, .. } => return None,
        Observation::ControlClosed {
            error,
            quiet_for,
            during,
            before_greeting,
            ..
        } => {
            let how = match error {
                None => "the server closed the connection".to_owned(),
                Some(error) => format!("the connection broke: {error}"),
            };
            let after = seconds(*quiet_for);
            let when = match during {
                _ if *before_greeting => format!("{after} after it was opened and before its greeting"),
                Some(during) => {
                    format!("{after} after the last byte and before the reply to {}", verb(during))
                }
                None => format!("{after} after the last byte"),
            };
            (Tone::Error, format!("{how}, {when}. `open` connects again"))
        }
        Observation::CommandSent { .. }
        | Observation::AbortSent { .. }
        | Observation::TransferMoving(_)
        | Observation::BytesSent(_)
        | Observation::BytesMoved(_)
        | Observation::ReplyReceived { .. } => return None,
    })
}

/// To whom the control connection goes, and through what.
pub(crate) fn connected(peer: &dyn Display, through: Option<&Proxy>) -> String {
    match through {
        Some(proxy) => format!("connected to {peer} through {proxy}"),
        None => format!("connected to {peer}"),
    }
}

fn opened(
    dialled: &Peer,
    offered: &DataPort,
    ignored_host: Option<std::net::IpAddr>,
) -> (Tone, String) {
    let mut text = format!("data connection open to {dialled}");
    if let Some((high, low)) = offered.arithmetic {
        text += &format!("  ({high} x 256 + {low} = {})", offered.port);
    }
    if offered.only_port_trusted {
        text += "\nonly the port of that reply can be trusted; the host is the server's own";
    }
    if let (Some(host), Some(server)) = (ignored_host, dialled.ip()) {
        text += &format!(
            "\nthe reply names {host}, the server is {server}: the server's own address was used (set data-host \
             reply uses the one in the reply)"
        );
    }
    (Tone::Note, text)
}

/// Whom this side has called, whom the reply named, and what came of it.
fn not_opened(
    dialled: &Peer,
    ignored_host: Option<std::net::IpAddr>,
    error: &std::io::Error,
    after: Duration,
) -> String {
    let why = match error.kind() {
        std::io::ErrorKind::TimedOut if error.get_ref().is_none() => {
            format!("nobody answered for {}", seconds(after))
        }
        _ => escape(error.to_string().as_bytes()),
    };
    let named = ignored_host.map(|host| {
        format!(
            ". The reply names {host}{}; the server's own address was used",
            kind_of(host)
        )
    });
    format!(
        "no data connection to {dialled}: {why}{}",
        named.unwrap_or_default()
    )
}

fn active_mode(observation: &Observation) -> (Tone, String) {
    match observation {
        Observation::Listening { address } => (
            Tone::Note,
            format!("listening on {address}{}", arithmetic_of(*address)),
        ),
        Observation::NotListening { address, error } => (
            Tone::Warning,
            match error.kind() {
                std::io::ErrorKind::AddrNotAvailable => format!(
                    "{} is not an address of this machine, so this shell cannot listen there",
                    address.ip()
                ),
                _ => format!("this shell does not listen on {address}: {error}"),
            },
        ),
        Observation::DataConnectionAccepted { peer } => {
            (Tone::Note, format!("data connection open from {peer}"))
        }
        Observation::OtherHostRefused { peer } => (
            Tone::Warning,
            format!(
                "{peer} connected to the data port and was refused, since it is not the server (set data-peer any \
                 accepts anyone)"
            ),
        ),
        Observation::ServerDidNotConnect {
            port: Some(port),
            error: None,
        } => (
            Tone::Error,
            format!(
                "the server did not connect to {port}. A firewall or NAT in between is the usual cause: use PASV or \
                 EPSV, where this side connects"
            ),
        ),
        Observation::ServerDidNotConnect {
            error: Some(error), ..
        } => (Tone::Error, format!("no port could be opened: {error}")),
        _ => (Tone::Error, "the server did not connect".to_owned()),
    }
}

/// How the two last numbers of a PORT say the port; an address of IPv6 goes with EPRT, which writes it out.
fn arithmetic_of(address: SocketAddr) -> String {
    if address.is_ipv6() {
        return String::new();
    }
    let [high, low] = address.port().to_be_bytes();
    format!("  ({high} x 256 + {low} = {})", address.port())
}

fn transfer_ended(end: &TransferEnd) -> (Tone, String) {
    let short_of = end.expected.filter(|whole| *whole > end.bytes);
    let bytes = match short_of {
        Some(whole) => format!("{} of {}", end.bytes, count(whole, "byte")),
        None => count(end.bytes, "byte"),
    };
    let moved = match end.direction {
        DataDirection::Received => format!("{bytes} received"),
        DataDirection::Sent => format!("{bytes} sent"),
    };
    let taken = end.acknowledged.filter(|taken| *taken < end.bytes);
    let taken = taken.map_or_else(String::new, |taken| {
        format!(" ({taken} of them taken by the server's system)")
    });
    let converted = match (end.line_ends, end.direction) {
        (0, _) => String::new(),
        (n, DataDirection::Received) => {
            format!(", {} turned from CR LF into LF", count(n, "line end"))
        }
        (n, DataDirection::Sent) => format!(", {} turned from LF into CR LF", count(n, "line end")),
    };
    let (tone, ended) = match &end.result {
        TransferResult::Ended => (Tone::Note, "data connection closed".to_owned()),
        TransferResult::Refused => (Tone::Note, "refused".to_owned()),
        TransferResult::Broken(reason) => (
            Tone::Error,
            format!(
                "then the data connection broke: {}",
                escape(reason.as_bytes())
            ),
        ),
        TransferResult::LocalFailed(reason) => (
            Tone::Error,
            format!(
                "then the local side failed: {}. The data connection was reset",
                escape(reason.as_bytes())
            ),
        ),
        TransferResult::ReaderClosed => (
            Tone::Note,
            "then this side had enough; the data connection was reset".to_owned(),
        ),
        TransferResult::Aborted => (
            Tone::Warning,
            "aborted; the file may be incomplete".to_owned(),
        ),
        TransferResult::NeverConnected => (Tone::Error, "the server never connected".to_owned()),
        TransferResult::CloseNotifyMissing => (
            Tone::Error,
            "and the data connection ended without a TLS close_notify: this may be only the beginning of the data"
                .to_owned(),
        ),
        TransferResult::TlsFailed(failure) => (
            Tone::Error,
            format!("then TLS failed: {}", escape(failure.to_string().as_bytes())),
        ),
        TransferResult::StoppedByServer => (
            Tone::Warning,
            "then the server stopped the transfer".to_owned(),
        ),
    };
    (tone, format!("{moved}{taken}{converted}, {ended}"))
}

fn settled(command: &Command, outcome: &Outcome, charset: Charset) -> (Tone, String) {
    let (tone, how) = match Exit::of(outcome) {
        Exit::Done if outcome.reply.is_none() => (
            Tone::Warning,
            "ended without a final reply, so it may not be whole",
        ),
        Exit::Done => (Tone::Note, "is done"),
        Exit::Refused if outcome.code() < 400 && ended_short(outcome) => (
            Tone::Warning,
            "ended before the size that the server had announced",
        ),
        Exit::Refused => (Tone::Warning, "was refused"),
        Exit::Interrupted => (Tone::Warning, "was aborted"),
        Exit::LocalFile => (Tone::Error, "failed on the local side"),
        _ => (Tone::Error, "was cut"),
    };
    let command = charset.escape(&command.masked());
    (tone, format!("in the background: {command} {how}"))
}

fn ended_short(outcome: &Outcome) -> bool {
    let transfer = outcome.transfer.as_ref();
    transfer.is_some_and(|it| it.ended_short_of.is_some())
}

/// A verb as it may be shown; the greeting has none.
pub(super) fn verb(verb: &Verb) -> String {
    if verb.as_bytes().is_empty() {
        return "an empty line or the greeting".to_owned();
    }
    escape(verb.as_bytes())
}

/// Verbs, separated by commas.
pub(crate) fn list_verbs(verbs: &[Verb]) -> String {
    verbs.iter().map(self::verb).collect::<Vec<_>>().join(", ")
}

const STRAY_BYTES_SHOWN: usize = 1024;

/// What did not come in time.
fn time_out(limit: Duration, awaited: Awaited) -> String {
    let seconds = limit.as_secs();
    match awaited {
        Awaited::QuitReply => format!("QUIT got no reply within {seconds} s"),
        Awaited::Reply => format!("no reply: nothing came for {seconds} s"),
        Awaited::FinalReply => {
            format!(
                "no final reply: nothing came for {seconds} s after its 1yz and the end of its data"
            )
        }
        Awaited::WholeReply => format!("no complete reply came within {seconds} s"),
        Awaited::Handshake => format!("the TLS handshake made no progress for {seconds} s"),
        Awaited::DataHandshake => {
            format!("the TLS handshake of the data connection made no progress for {seconds} s")
        }
        Awaited::Data => format!("no data moved for {seconds} s"),
        Awaited::LineRead => {
            format!(
                "the server did not read the line within {seconds} s, so the connection was closed"
            )
        }
    }
}
