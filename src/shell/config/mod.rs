//! What a user decides beforehand: options, the configuration file, settings, aliases and the target.

pub mod aliases;
pub(crate) mod bounded_file;
pub(crate) mod colour;
pub(crate) mod configuration;
pub(crate) mod hosts;
pub(crate) mod keepalive;
pub(crate) mod known_hosts;
pub(crate) mod locations;
pub mod netrc;
pub(crate) mod netrc_file;
pub(crate) mod options;
pub(crate) mod proxies;
pub(crate) mod rate;
pub mod secrets;
pub(crate) mod setting;
pub(crate) mod settings;
pub(crate) mod source_address;
pub mod target;
pub(crate) mod version;
