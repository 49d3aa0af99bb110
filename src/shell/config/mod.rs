//! What a user decides beforehand: options, the configuration file, settings, aliases and the target.

pub mod aliases;
pub mod configuration;
pub(crate) mod known_hosts;
pub mod options;
pub mod secrets;
pub mod setting;
pub mod settings;
pub mod target;
