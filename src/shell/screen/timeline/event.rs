//! One event of the timeline, in as few words as a narrow column has room for.

use std::time::Instant;

use jiff::Zoned;

use crate::client::{Connection, Observation, SentPiece, TransferEnd, TransferResult};
use crate::protocol::user_pi::data_direction;
use crate::protocol::verbs::DataDirection;
use crate::protocol::{Reply, TelnetCommand};
use crate::shell::charset::Charset;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Moment, connected, hexadecimal, list_verbs};

/// What happened on one of the connections.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) instant: Instant,
    pub(super) time_of_day: Zoned,
    /// Events of one exchange have one number.
    pub(super) exchange: u64,
    /// The line that it came of, as `why` numbers them.
    pub(super) line: usize,
    /// It is a transfer, or a command that asks for one.
    pub(super) is_of_transfer: bool,
    pub(super) connection: Connection,
    /// Which way something went, if it went.
    pub(super) direction: Option<DataDirection>,
    /// Escaped, without secrets.
    pub(super) text: String,
}

/// Where it happened, which way it went, and in which words.
pub(crate) type Description = (Connection, Option<DataDirection>, String);

impl Event {
    /// `None` for what other events tell already.
    pub(super) fn of(
        observation: &Observation,
        moment: &Moment,
        (line, exchange): (usize, u64),
        charset: Charset,
    ) -> Option<Self> {
        let (connection, direction, text) = describe(observation, charset)?;
        Some(Self {
            instant: moment.instant,
            time_of_day: moment.time_of_day.clone(),
            exchange,
            line,
            is_of_transfer: match observation {
                Observation::CommandSent { command, .. } => data_direction(command).is_some(),
                Observation::TransferEnded(_) => true,
                _ => false,
            },
            connection,
            direction,
            text: text.chars().take(CHARACTERS_KEPT).collect(),
        })
    }
}

/// What happened on which connection; `None` for what others tell already.
pub(crate) fn describe(observation: &Observation, charset: Charset) -> Option<Description> {
    Some(match observation {
        Observation::BytesMoved(_)
        | Observation::TransferMoving(_)
        | Observation::BackgroundSettled { .. }
        | Observation::DownloadEndedShort { .. }
        | Observation::GreetingMissing { .. }
        | Observation::StillWaiting { .. } => return None,
        Observation::CommandSent { command, .. } => sent(charset.escape(&command.masked())),
        Observation::AbortSent { synch: true } => sent("ABOR, after IP and Synch".to_owned()),
        Observation::AbortSent { synch: false } => sent("ABOR".to_owned()),
        Observation::BytesSent(pieces) => sent(bytes_text(pieces)),
        Observation::TelnetReceived(bytes) => {
            let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            received(format!("Telnet {}", bytes.join(" ")))
        }
        Observation::StrayReceived(line) => received(charset.escape(line)),
        Observation::ReplyReceived { reply, .. } => received(reply_text(reply, charset)),
        Observation::DataConnectionOpened { .. }
        | Observation::Listening { .. }
        | Observation::NotListening { .. }
        | Observation::DataConnectionAccepted { .. }
        | Observation::OtherHostRefused { .. }
        | Observation::ServerDidNotConnect { .. }
        | Observation::DataConnectionFailed { .. }
        | Observation::DataConnectionClosed { .. }
        | Observation::TransferEnded(_)
        | Observation::NoDataConnection { .. }
        | Observation::UnexpectedDataDropped
        | Observation::UploadReset
        | Observation::DataSecured(_) => describe_data(observation),
        Observation::Connected { .. }
        | Observation::DataPortUnreadable(_)
        | Observation::FinalReplyOutstanding { .. }
        | Observation::ControlSecured(_)
        | Observation::TlsFailed(_)
        | Observation::TlsEnded
        | Observation::StillSecured
        | Observation::Resynchronised(_)
        | Observation::ProtocolBroken { .. }
        | Observation::TimedOut { .. }
        | Observation::AbortUnanswered
        | Observation::ServerNotReading { .. }
        | Observation::ControlClosed { .. } => {
            (Connection::Control, None, control_text(observation))
        }
    })
}

fn bytes_text(pieces: &[SentPiece]) -> String {
    let bytes: Vec<&[u8]> = pieces.iter().map(|piece| &*piece.bytes.bytes).collect();
    if let Some(commands) = TelnetCommand::read_all(&bytes.concat()) {
        let names: Vec<&str> = commands.iter().map(|command| command.name).collect();
        return format!("Telnet {}", names.join(", "));
    }
    let pieces = pieces.iter().map(|piece| hexadecimal(&piece.bytes));
    pieces.collect::<Vec<_>>().join(" ")
}

fn sent(text: String) -> Description {
    (Connection::Control, Some(DataDirection::Sent), text)
}

fn received(text: String) -> Description {
    (Connection::Control, Some(DataDirection::Received), text)
}

fn reply_text(reply: &Reply, charset: Charset) -> String {
    let first = charset.escape(reply.lines.first().map_or(&[][..], |line| line));
    match reply.lines.len() {
        0 | 1 => first,
        lines => format!("{first} (+{})", lines - 1),
    }
}

/// What happened to the control connection itself.
fn control_text(observation: &Observation) -> String {
    match observation {
        Observation::Connected { peer, through } => connected(peer, through.as_ref()),
        Observation::DataPortUnreadable(_) => "no data port in that reply".to_owned(),
        Observation::FinalReplyOutstanding { verb } => {
            format!("{} waits for its reply", escape(verb.as_bytes()))
        }
        Observation::ControlSecured(secured) => secured.version.clone(),
        Observation::TlsFailed(_) => "TLS failed, closed".to_owned(),
        Observation::TlsEnded => "in the clear again".to_owned(),
        Observation::StillSecured => "still under TLS".to_owned(),
        Observation::Resynchronised(verbs) => format!("not awaited: {}", list_verbs(verbs)),
        Observation::ProtocolBroken { .. } => "that is not FTP, closed".to_owned(),
        Observation::TimedOut { limit, .. } => format!("nothing for {} s", limit.as_secs()),
        Observation::AbortUnanswered => "ABOR is not answered".to_owned(),
        Observation::ServerNotReading { .. } => "the server does not read".to_owned(),
        Observation::ControlClosed { asked: true, .. } => "closed".to_owned(),
        Observation::ControlClosed { error: None, .. } => "closed by the server".to_owned(),
        Observation::ControlClosed { .. } => "broken".to_owned(),
        _ => String::new(),
    }
}

fn describe_data(observation: &Observation) -> Description {
    let (direction, text) = match observation {
        Observation::DataConnectionOpened { dialled, .. } => (None, format!("open to {dialled}")),
        Observation::Listening { address } => (None, format!("listening on {address}")),
        Observation::NotListening { address, .. } => (None, format!("not ours: {address}")),
        Observation::DataConnectionAccepted { peer } => (None, format!("open from {peer}")),
        Observation::OtherHostRefused { peer } => (None, format!("refused: {peer}")),
        Observation::ServerDidNotConnect { .. } => (None, "the server did not connect".to_owned()),
        Observation::DataConnectionFailed { dialled, .. } => (None, format!("not open: {dialled}")),
        Observation::DataConnectionClosed { reset: true } => {
            (None, "reset by the server".to_owned())
        }
        Observation::DataConnectionClosed { .. } => (None, "closed by the server".to_owned()),
        Observation::NoDataConnection { .. } => (None, "none is open".to_owned()),
        Observation::UnexpectedDataDropped => (None, "unexpected data".to_owned()),
        Observation::UploadReset => (None, "reset after the data".to_owned()),
        Observation::DataSecured(secured) => {
            let resumed = if secured.resumed { ", resumed" } else { "" };
            (None, format!("{}{resumed}", secured.version))
        }
        Observation::TransferEnded(end) => (Some(end.direction), transfer_text(end)),
        _ => (None, String::new()),
    };
    (Connection::Data, direction, text)
}

fn transfer_text(end: &TransferEnd) -> String {
    let how = match &end.result {
        TransferResult::Ended => "closed",
        TransferResult::Refused => "refused",
        TransferResult::Broken(_) => "broken",
        TransferResult::LocalFailed(_) => "failed here",
        TransferResult::ReaderClosed => "reader closed",
        TransferResult::Aborted => "aborted",
        TransferResult::NeverConnected => "never connected",
        TransferResult::StoppedByServer => "stopped",
        TransferResult::CloseNotifyMissing => "no close_notify",
        TransferResult::TlsFailed(_) => "TLS failed",
    };
    format!("{} bytes, {how}", end.bytes)
}

/// More than fits any column.
const CHARACTERS_KEPT: usize = 200;
