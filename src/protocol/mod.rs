//! The RFCs as values: no socket, no file, no clock, no colour, no environment.

pub(crate) mod command;
pub mod data_port;
pub(crate) mod hidden;
pub mod ledger;
pub(crate) mod line_ends;
pub mod listing;
pub mod other_protocol;
pub(crate) mod parameters;
pub mod reply;
pub(crate) mod reply_codes;
pub mod reply_reader;
pub(crate) mod secrets;
pub(crate) mod telnet;
pub(crate) mod url_passwords;
pub mod user_pi;
pub(crate) mod verbs;

pub use command::{Command, IllegalByte, Verb};
pub use data_port::{DataPort, DataPortUnreadable};
pub use other_protocol::OtherProtocol;
pub use parameters::{
    FileStructure, FormatControl, ProtectionLevel, RepresentationType, RestartMarker, TransferMode,
    TransferParameters,
};
pub use reply::{Reply, ReplyClass, ReplyCode, ReplySubject};
pub use reply_codes::{REPLY_CODES, ReplyCodeEntry};
pub use reply_reader::{Received, ReplyReader};
pub use secrets::{MaskedBytes, ReceivedMask, SecretEcho, SentMask};
pub use telnet::{TELNET_COMMANDS, TelnetCommand};
pub use user_pi::Answered;
pub use verbs::site_commands::{SITE_COMMANDS, SiteCommandEntry};
pub use verbs::{DataDirection, Origin, VERBS, VerbEntry};
