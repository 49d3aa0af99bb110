//! The rig itself is tested: a check that cannot fail is not a check.

mod binary;
mod real_servers;
mod relays;
mod scripted_servers;
mod secured_real_servers;
mod secured_scripts;
#[cfg(unix)]
mod terminals;
