//! The rig itself is tested: a check that cannot fail is no check.

mod binary;
mod real_servers;
mod relays;
mod scripted_servers;
#[cfg(unix)]
mod terminals;
