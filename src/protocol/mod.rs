//! The RFCs as values: no socket, no file, no clock, no colour, no environment.

pub mod command;
pub mod data_port;
pub mod hidden;
pub mod ledger;
pub mod line_ends;
pub mod listing;
pub mod parameters;
pub mod reply;
pub mod reply_codes;
pub mod reply_reader;
pub mod secrets;
pub mod telnet;
pub mod user_pi;
pub mod verbs;

pub use command::{Command, IllegalOctet, Verb};
pub use data_port::{DataPort, DataPortUnreadable};
pub use parameters::{
    FileStructure, FormatControl, ProtectionLevel, RepresentationType, RestartMarker, TransferMode,
    TransferParameters,
};
pub use reply::{Reply, ReplyClass, ReplyCode, ReplySubject};
pub use reply_codes::{REPLY_CODES, ReplyCodeEntry};
pub use reply_reader::{Received, ReplyReader};
pub use secrets::{MaskedOctets, ReceivedMask, SecretEcho, SentMask};
pub use telnet::{TELNET_COMMANDS, TelnetCommand};
pub use user_pi::Answered;
pub use verbs::site_commands::{SITE_COMMANDS, SiteCommandEntry};
pub use verbs::{DataDirection, Origin, VERBS, VerbEntry};
