//! What is known of a session.

use std::net::SocketAddr;

use super::progress::BackgroundTransfer;
use crate::protocol::user_pi::Learnt;
use crate::protocol::{Answered, Verb};
use crate::tls::Secured;

/// What is known of a session at one moment.
#[derive(Clone, Debug)]
pub struct Status {
    /// The control connection is open.
    pub connected: bool,
    /// It ended without a QUIT that was answered.
    pub lost: bool,
    /// It ended because TLS failed.
    pub tls_failed: bool,
    /// QUIT was answered, so that the server is about to end it, or has.
    pub quit_answered: bool,
    /// Both connections go through a proxy, so that the server cannot connect to this side.
    pub is_proxied: bool,
    /// What the server has acknowledged.
    pub learnt: Learnt,
    /// The data connection.
    pub data: DataState,
    /// Commands whose final replies are outstanding, oldest first.
    pub outstanding: Vec<Verb>,
    /// The transfer that runs in the background.
    pub background: Option<BackgroundTransfer>,
    /// Bytes were sent after the last line end, so that the next line goes on with them.
    pub line_is_unfinished: bool,
    /// TLS on the control connection, while it lasts.
    pub control_tls: Option<Secured>,
    /// TLS on the last data connection that had any.
    pub data_tls: Option<Secured>,
    /// An ABOR that was sent after Telnet's Synch has had no answer for three seconds, nor since.
    pub abort_unanswered: bool,
    /// The server reset an upload after its final reply: it may not have read all of it.
    pub has_lost_upload: bool,
    /// The last reply, and what it answered.
    pub last_answered: Option<Answered>,
}

/// The data connection that the next transfer will use; else that of the present one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataState {
    /// There is none.
    Closed,
    /// A port was offered and is being dialled.
    Dialling,
    /// Open and not used yet.
    Open,
    /// The server may connect to this port of ours.
    Listening(SocketAddr),
    /// A transfer uses it.
    Transferring,
}
