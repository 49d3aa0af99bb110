//! Where the handshake ends in what a TLS client sends. A relay cannot read it, but the heads of records are in the
//! clear.

/// The client's ChangeCipherSpec: the record after it, and only that one, is its Finished (RFC 5246 section 7.4.9; RFC
/// 8446 appendix D.4 for TLS 1.3, where rustls sends one for the middleboxes).
const CHANGE_CIPHER_SPEC: u8 = 20;
const HEAD_BYTES: usize = 5;

/// Reads the heads of a client's records up to its Finished.
#[derive(Default)]
pub(super) struct ClientHandshake {
    head: Vec<u8>,
    /// Of the record whose head was read.
    bytes_left: usize,
    finished_is_next: bool,
    is_over: bool,
}

impl ClientHandshake {
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// How many of the next bytes belong to the handshake.
    pub(super) fn take(&mut self, bytes: &[u8]) -> usize {
        let mut taken = 0;
        while taken < bytes.len() && !self.is_over {
            if self.bytes_left == 0 {
                self.head.push(bytes[taken]);
                taken += 1;
                if self.head.len() == HEAD_BYTES {
                    self.bytes_left = u16::from_be_bytes([self.head[3], self.head[4]]).into();
                }
                continue;
            }
            let count = self.bytes_left.min(bytes.len() - taken);
            taken += count;
            self.bytes_left -= count;
            if self.bytes_left == 0 {
                self.is_over = self.finished_is_next;
                self.finished_is_next = self.head[0] == CHANGE_CIPHER_SPEC;
                self.head.clear();
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::ClientHandshake;

    #[test]
    fn what_follows_the_finished_is_payload_however_it_is_cut_up() {
        let hello = [22, 3, 1, 0, 3, 1, 1, 1];
        let change = [20, 3, 3, 0, 1, 1];
        let finished = [23, 3, 3, 0, 2, 9, 9];
        let payload = [23, 3, 3, 0, 1, 7];
        let whole = [&hello[..], &change, &finished, &payload].concat();
        let expected = whole.len() - payload.len();
        for step in 1..=whole.len() {
            let mut handshake = ClientHandshake::default();
            let taken: usize = whole.chunks(step).map(|part| handshake.take(part)).sum();
            assert_eq!(taken, expected, "in steps of {step}");
            assert!(handshake.is_over());
        }
    }
}
