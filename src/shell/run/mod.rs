//! What each line does.

pub(crate) mod background;
pub(crate) mod builtins;
pub(crate) mod connecting;
mod raw_octets;
mod resuming;
pub(crate) mod running;
pub(crate) mod sending;
mod tls;
pub(crate) mod trust;
mod typing_data;
