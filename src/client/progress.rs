//! How far a transfer has come.

use std::num::NonZeroU64;
use std::time::Duration;

use crate::protocol::Command;
use crate::protocol::verbs::DataDirection;

/// How far the transfer has come that uses the data connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Which way the data goes.
    pub direction: DataDirection,
    /// Bytes on the data connection so far.
    pub bytes: u64,
    /// How many it will be, if a reply or the local file told; never fewer than have come.
    pub whole: Option<u64>,
    /// How many may move in a second, if that is limited here.
    pub limit: Option<NonZeroU64>,
    /// Time since the 1yz.
    pub elapsed: Duration,
}

/// The transfer that runs while the user goes on typing.
#[derive(Clone, Debug)]
pub struct BackgroundTransfer {
    /// The command that began it.
    pub command: Command,
    /// How far it has come; `None` before its 1yz, and once its data has ended.
    pub progress: Option<Progress>,
}

impl Progress {
    /// Bytes in one second, on average.
    #[must_use]
    pub fn bytes_per_second(&self) -> u64 {
        let milliseconds = self.elapsed.as_millis().max(1);
        let rate = u128::from(self.bytes) * 1000 / milliseconds;
        u64::try_from(rate).unwrap_or(u64::MAX)
    }
}
