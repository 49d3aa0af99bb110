//! Compares bytes as they arrive with those of the local file.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::TAIL_BYTES;
use crate::client::Destination;

/// What a comparison has seen so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ComparisonState {
    /// Bytes that arrived.
    pub(super) received: u64,
    /// Where the first byte differs, if they began at the marker.
    pub(super) differs_from_marker: Option<u64>,
    /// Where the first byte differs, if they began at 0 (the server ignored REST).
    pub(super) differs_from_start: Option<u64>,
}

impl ComparisonState {
    /// What came settles the question, however the transfer ended: it differs, or it is more than `most` bytes.
    pub(super) fn is_decided(self, most: u64) -> bool {
        let differs = self.differs_from_marker.and(self.differs_from_start);
        differs.is_some() || self.received > most
    }

    /// All that was asked for is the same, and more came after it.
    pub(super) fn has_grown_past(self, from: u64, end: u64) -> bool {
        let past_marker = self.differs_from_marker.is_none() && self.received > end - from;
        past_marker || self.differs_from_start.is_none() && self.received > end
    }
}

/// A destination that keeps nothing: it holds what arrives against the local file, once as if it began at the marker
/// and once as if it began at 0.
pub(super) struct Comparison {
    at_marker: LocalReference,
    at_start: LocalReference,
    /// The most that a server which tells the truth can send.
    most: u64,
    compared: Arc<Mutex<ComparisonState>>,
}

/// Reads one local file from one offset on, in step with what arrives.
pub(super) struct LocalReference {
    local: Box<dyn Read + Send>,
    offset: u64,
    limit: u64,
    buffer: Vec<u8>,
    differs_at: Option<u64>,
}

impl LocalReference {
    /// Bytes past `limit` of the local file are not compared; that more arrived is seen from the count.
    pub(super) fn new(local: Box<dyn Read + Send>, offset: u64, limit: u64) -> Self {
        Self {
            local,
            offset,
            limit,
            buffer: Vec::new(),
            differs_at: None,
        }
    }

    pub(super) fn differs_at(&self) -> Option<u64> {
        self.differs_at
    }

    /// Bytes of the local file that have not been compared yet.
    pub(super) fn remaining(&self) -> u64 {
        self.limit.saturating_sub(self.offset)
    }

    pub(super) fn compare(&mut self, bytes: &[u8]) -> io::Result<()> {
        let wanted = self.remaining().min(bytes.len() as u64);
        if self.differs_at.is_some() || wanted == 0 {
            return Ok(());
        }
        let bytes = &bytes[..usize::try_from(wanted).unwrap_or(bytes.len())];
        self.buffer.clear();
        self.local
            .by_ref()
            .take(wanted)
            .read_to_end(&mut self.buffer)?;
        let same = bytes
            .iter()
            .zip(&self.buffer)
            .take_while(|(a, b)| a == b)
            .count();
        // A local file that has become shorter differs where it ends.
        if same < bytes.len() {
            self.differs_at = Some(self.offset + same as u64);
        }
        self.offset += wanted;
        Ok(())
    }
}

impl Comparison {
    pub(super) fn new(
        at_marker: LocalReference,
        at_start: LocalReference,
        most: u64,
    ) -> (Self, ComparisonResult) {
        let compared = Arc::new(Mutex::new(ComparisonState::default()));
        let seen = ComparisonResult(Arc::clone(&compared));
        (
            Self {
                at_marker,
                at_start,
                most,
                compared,
            },
            seen,
        )
    }
}

impl Destination for Comparison {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.at_marker.compare(bytes)?;
        self.at_start.compare(bytes)?;
        let mut compared = lock(&self.compared);
        compared.received += bytes.len() as u64;
        compared.differs_from_marker = self.at_marker.differs_at();
        compared.differs_from_start = self.at_start.differs_at();
        // Neither an endless answer nor the rest of a long file that is another one is worth reading.
        if compared.is_decided(self.most) && compared.received > TAIL_BYTES.min(self.most) {
            return Err(io::Error::other("the comparison is decided"));
        }
        Ok(())
    }

    fn end(&mut self, _accepted: bool) -> io::Result<()> {
        Ok(())
    }
}

/// The result of a comparison, to be read once its transfer is over.
pub(super) struct ComparisonResult(Arc<Mutex<ComparisonState>>);

impl ComparisonResult {
    pub(super) fn compared(&self) -> ComparisonState {
        *lock(&self.0)
    }
}

fn lock(compared: &Mutex<ComparisonState>) -> MutexGuard<'_, ComparisonState> {
    compared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::{Comparison, Destination, LocalReference};

    fn against(local: &'static [u8], offset: usize) -> LocalReference {
        LocalReference::new(
            Box::new(Cursor::new(&local[offset..])),
            offset as u64,
            local.len() as u64,
        )
    }

    #[test]
    fn the_first_byte_that_differs_is_named_from_the_start_of_the_file() {
        let (mut comparison, seen) =
            Comparison::new(against(b"0123456789", 4), against(b"0123456789", 0), 10);
        comparison.write(b"45").unwrap();
        comparison.write(b"6x89").unwrap();
        assert_eq!(seen.compared().differs_from_marker, Some(7));
        assert_eq!(seen.compared().differs_from_start, Some(0));
        assert_eq!(seen.compared().received, 6);
    }

    #[test]
    fn a_server_that_ignores_the_marker_is_compared_from_the_start() {
        let (mut comparison, seen) =
            Comparison::new(against(b"0123456789", 4), against(b"0123456789", 0), 10);
        for byte in b"0123456789" {
            comparison.write(&[*byte]).unwrap();
        }
        assert_eq!(seen.compared().differs_from_start, None);
        assert_eq!(seen.compared().received, 10);
    }
}
