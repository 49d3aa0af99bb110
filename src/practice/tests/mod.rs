//! The practice server, spoken to with plain sockets.

mod client;
mod documentation;
mod faults;
mod faults_in_transfers;
mod files;
mod login;
mod transfers;
