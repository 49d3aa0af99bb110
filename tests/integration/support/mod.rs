//! What the tests stand on. Knows nothing of the library's own code but the practice server.

pub(crate) mod availability;
pub(crate) mod certificates;
pub(crate) mod client;
pub(crate) mod data_order;
pub(crate) mod events;
pub(crate) mod ftpsh;
pub(crate) mod home;
mod key;
pub(crate) mod pcap;
pub(crate) mod plain_client;
mod plain_text;
pub(crate) mod practice;
pub(crate) mod real_proxy;
pub(crate) mod real_server;
pub(crate) mod relay;
mod relayed_handshake;
mod relayed_pipe;
mod relayed_reply;
mod relayed_session;
pub(crate) mod running;
mod scripted_player;
pub(crate) mod scripted_server;
mod scripted_step;
mod scripted_stream;
pub(crate) mod secret_file;
mod server_configuration;
pub(crate) mod server_process;
pub(crate) mod sockets;
pub(crate) mod terminal;
pub(crate) mod tls_client;
pub(crate) mod tls_records;
pub(crate) mod tls_server;
mod tls_stream;

use std::time::Duration;

/// The longest that a test waits for any one event.
pub(crate) const DEADLINE: Duration = Duration::from_secs(45);
