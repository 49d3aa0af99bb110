//! What each line does.

mod background;
mod builtins;
mod configured_hosts;
pub(crate) mod connecting;
mod connection;
mod identity;
mod login;
mod path_end;
mod probing;
mod raw_bytes;
mod resume;
mod sending;
mod shell;
mod tls;
mod trust;
mod typing_data;
mod verifying;

pub(crate) use background::Background;
pub(crate) use builtins::LessonCommand;
pub(crate) use configured_hosts::ConfiguredHosts;
pub(crate) use connection::Connection;
pub(crate) use identity::PASSPHRASE_VARIABLE;
pub(crate) use login::Credentials;
pub(crate) use shell::Shell;
pub(crate) use trust::Certificates;
