//! Every octet of both connections, for whoever wants to see them: the control connection's with secrets masked, and
//! those of both as they are outside TLS.

use std::ops::Range;
use std::sync::Arc;

use crate::client::net::{ConnectionTap, MovedData};
use crate::protocol::verbs::DataDirection;

/// One of the two connections of FTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Commands and replies.
    Control,
    /// Files and listings.
    Data,
}

/// Octets that have just moved.
#[derive(Clone, Copy, Debug)]
pub struct MovedOctets<'a> {
    /// Where.
    pub connection: Connection,
    /// Which way.
    pub direction: DataDirection,
    /// They travelled under TLS.
    pub under_tls: bool,
    /// They went out as urgent data (RFC 854, the Telnet Synch).
    pub urgent: bool,
    /// What moved before on this data connection in this direction, in octets; 0 for the control connection, where it would
    /// tell the length of secrets.
    pub offset: u64,
    /// The octets, with `****` in the place of each secret.
    pub octets: &'a [u8],
    /// Which of them stand for secrets.
    pub secrets: &'a [Range<usize>],
}

/// Sees octets on the thread that moves them: the engine's for the control connection, the data connection's own for data.
/// What is seen at the same time on both has no order but that of the calls.
pub trait OctetTap: Send + Sync {
    /// Whether anybody looks. While nobody does, nothing is copied.
    fn is_open(&self) -> bool;

    /// Octets have moved. Nothing moves on that connection until this returns, so it must not wait for the session.
    fn moved(&self, moved: &MovedOctets<'_>);
}

/// The part of a tap that lies in one data connection.
pub(super) fn tap_of_data(tap: Arc<dyn OctetTap>) -> ConnectionTap {
    let (mut sent, mut received) = (0, 0);
    Box::new(move |moved: MovedData<'_>| {
        let moved_before: &mut u64 = match moved.direction {
            DataDirection::Sent => &mut sent,
            DataDirection::Received => &mut received,
        };
        let offset = *moved_before;
        *moved_before += moved.octets.len() as u64;
        if tap.is_open() {
            tap.moved(&MovedOctets {
                connection: Connection::Data,
                direction: moved.direction,
                under_tls: moved.under_tls,
                urgent: false,
                offset,
                octets: moved.octets,
                secrets: &[],
            });
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Mutex};

    use super::{MovedOctets, OctetTap, tap_of_data};
    use crate::client::net::MovedData;
    use crate::protocol::verbs::DataDirection;

    #[derive(Default)]
    struct Recorder {
        is_open: AtomicBool,
        seen: Mutex<Vec<(u64, Vec<u8>)>>,
    }

    impl OctetTap for Recorder {
        fn is_open(&self) -> bool {
            self.is_open.load(Ordering::Relaxed)
        }

        fn moved(&self, moved: &MovedOctets<'_>) {
            let seen = (moved.offset, moved.octets.to_vec());
            self.seen.lock().unwrap().push(seen);
        }
    }

    #[test]
    fn a_tap_that_is_closed_sees_nothing_and_offsets_count_on() {
        let recorder = Arc::new(Recorder::default());
        let mut tap = tap_of_data(recorder.clone());
        let mut move_octets = |direction, octets: &[u8]| {
            tap(MovedData {
                direction,
                octets,
                under_tls: false,
            });
        };
        move_octets(DataDirection::Sent, b"unseen");
        recorder.is_open.store(true, Ordering::Relaxed);
        move_octets(DataDirection::Sent, b"seen");
        move_octets(DataDirection::Received, b"too");
        let seen = recorder.seen.lock().unwrap();
        assert_eq!(*seen, [(6, b"seen".to_vec()), (0, b"too".to_vec())]);
    }
}
