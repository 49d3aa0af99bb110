//! The RFCs as values: no socket, no file, no clock, no colour, no environment.

mod advertised_port;
pub mod announced_size;
pub mod answered;
pub mod command;
pub mod data_port;
pub mod hidden;
pub mod learnt;
pub mod ledger;
pub mod line_ends;
pub mod listing;
pub mod masked_octets;
mod open_reply;
pub mod parameters;
pub mod path_name;
pub mod reply;
pub mod reply_codes;
pub mod reply_reader;
pub mod secret_echo;
pub mod site_commands;
mod telnet;
pub mod telnet_commands;
mod unfinished_line;
pub mod user_pi;
pub mod verb;
pub mod verbs;

pub use answered::Answered;
pub use command::{Command, IllegalOctet};
pub use data_port::{DataPort, DataPortUnreadable};
pub use masked_octets::{MaskedOctets, ReceivedMask, SentMask};
pub use parameters::{
    FileStructure, FormatControl, ProtectionLevel, RepresentationType, RestartMarker, TransferMode,
    TransferParameters,
};
pub use reply::{Reply, ReplyClass, ReplyCode, ReplySubject};
pub use reply_codes::{REPLY_CODES, ReplyCodeEntry};
pub use reply_reader::{Received, ReplyReader};
pub use site_commands::{SITE_COMMANDS, SiteCommandEntry};
pub use telnet_commands::{TELNET_COMMANDS, TelnetCommand};
pub use verb::Verb;
pub use verbs::{DataDirection, Origin, VERBS, VerbEntry};
