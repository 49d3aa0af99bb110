//! What is said around a transfer: the server's own words, or recorded ones.

use super::faults::Fault;
use super::replies::Replies;
use super::service::Service;
use super::transfer::Ending;

/// What is said around a transfer.
pub(super) enum Words {
    /// The text of the 150, and what fits the end.
    Own(Vec<u8>),
    /// Replies as they go over the wire.
    Recorded {
        /// In front of the data.
        opening: Vec<u8>,
        /// Behind them.
        ending: Vec<u8>,
        /// The ending holds the reply to an ABOR too, and does not come before it.
        awaits_abort: bool,
    },
}

impl Words {
    pub(super) fn open(&self, replies: &Replies) {
        match self {
            Self::Own(opening) => replies.send(150, opening),
            Self::Recorded { opening, .. } => replies.send_wire(opening),
        }
    }

    pub(super) fn await_abort(&self) -> bool {
        matches!(
            self,
            Self::Recorded {
                awaits_abort: true,
                ..
            }
        )
    }

    pub(super) fn end(&self, ending: Ending, service: &Service, replies: &Replies) {
        match (self, ending) {
            (Self::Recorded { ending, .. }, Ending::Complete) => return replies.send_wire(ending),
            (Self::Recorded { ending, .. }, Ending::Aborted) if self.await_abort() => {
                return replies.send_wire(ending);
            }
            _ => {}
        }
        match ending {
            Ending::Complete if service.has(&Fault::No226) => {}
            Ending::Complete => replies.send(226, b"Transfer complete."),
            Ending::Aborted => replies.send(426, b"Transfer aborted."),
            Ending::Broken => replies.send(426, b"Data connection broken; transfer aborted."),
            Ending::NotConnected => replies.send(425, b"Cannot open data connection."),
            Ending::NotSecured(refusal) => replies.send(522, refusal.text().as_bytes()),
            Ending::LocalError => replies.send(451, b"Local error; the transfer is not whole."),
            Ending::StorageFull => {
                replies.send(452, b"No space left; the transfer is not whole.");
            }
            Ending::Cut => replies.reset_on_drop(),
        }
    }
}
