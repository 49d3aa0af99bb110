//! Compares bytes as they arrive with those of the local file.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::TAIL_BYTES;
use crate::client::Destination;

/// The bytes of the server's file that are read back, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// The marker.
    pub(super) from: u64,
    /// The first byte that is not wanted any more.
    pub(super) to: u64,
    /// How many bytes the server's file should have, at least `to`.
    pub(super) size: u64,
}

impl Part {
    /// Nothing is wanted of what comes after `to`, so the transfer is ended there.
    fn ends_early(self) -> bool {
        self.to < self.size
    }
}

/// Where reading back must begin so that the local bytes from there up to `to` can be told from those at the beginning:
/// at `from`, or at 0 where both are the same. A server may ignore the marker, and then sends the beginning.
pub(super) fn unmistakable(
    from: u64,
    to: u64,
    local: impl Fn(u64) -> io::Result<Box<dyn Read + Send>>,
) -> io::Result<u64> {
    if from == 0 {
        return Ok(0);
    }
    let mut here = io::BufReader::new(local(from)?.take(to - from)).bytes();
    let mut beginning = io::BufReader::new(local(0)?).bytes();
    loop {
        match (here.next().transpose()?, beginning.next().transpose()?) {
            (None, _) => return Ok(0),
            (byte, other) if byte != other => return Ok(from),
            _ => {}
        }
    }
}

/// What came of reading a part back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is the same, from this byte on: from 0 if the server ignored the marker.
    SameFrom(u64),
    /// The first byte that differs.
    DiffersAt(u64),
    /// It is the same, and more came than the file had.
    HasGrown,
    /// Too little came to tell.
    EndedEarly,
}

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

    /// What it means, once the transfer is over.
    pub(super) fn verdict(self, part: Part) -> Verdict {
        if part.ends_early() {
            self.verdict_of_a_part(part)
        } else {
            self.verdict_to_the_end(part)
        }
    }

    fn verdict_of_a_part(self, part: Part) -> Verdict {
        match (self.differs_from_marker, self.differs_from_start) {
            (None, _) if self.received >= part.to - part.from => Verdict::SameFrom(part.from),
            (_, None) if self.received >= part.to => Verdict::SameFrom(0),
            (Some(offset), Some(_)) => Verdict::DiffersAt(offset),
            _ => Verdict::EndedEarly,
        }
    }

    /// How much came in all tells where it began.
    fn verdict_to_the_end(self, part: Part) -> Verdict {
        let wanted = part.to - part.from;
        let (at_marker, at_start) = (self.differs_from_marker, self.differs_from_start);
        if self.received == wanted {
            return at_marker.map_or(Verdict::SameFrom(part.from), Verdict::DiffersAt);
        }
        if self.received == part.to {
            return at_start.map_or(Verdict::SameFrom(0), Verdict::DiffersAt);
        }
        let has_grown = at_marker.is_none() && self.received > wanted
            || at_start.is_none() && self.received > part.to;
        if has_grown {
            return Verdict::HasGrown;
        }
        at_marker.map_or(Verdict::EndedEarly, Verdict::DiffersAt)
    }
}

/// A destination that keeps nothing: it holds what arrives against the local file, once as if it began at the marker
/// and once as if it began at 0.
pub(super) struct Comparison {
    at_marker: LocalReference,
    at_start: LocalReference,
    part: Part,
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
    /// `local` reads the local file from an offset on.
    pub(super) fn new(
        part: Part,
        local: impl Fn(u64) -> Box<dyn Read + Send>,
    ) -> (Self, ComparisonResult) {
        let compared = Arc::new(Mutex::new(ComparisonState::default()));
        let seen = ComparisonResult(Arc::clone(&compared));
        let against = |offset| LocalReference::new(local(offset), offset, part.to);
        let comparison = Self {
            at_marker: against(part.from),
            at_start: against(0),
            part,
            compared,
        };
        (comparison, seen)
    }

    /// All that is wanted is there and the same.
    fn has_seen_the_part(&self) -> bool {
        [&self.at_marker, &self.at_start]
            .iter()
            .any(|reference| reference.differs_at.is_none() && reference.remaining() == 0)
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
        if self.part.ends_early() && self.has_seen_the_part() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        // Neither an endless answer nor the rest of a long file that is another one is worth reading.
        let most = self.part.to;
        if compared.is_decided(most) && compared.received > TAIL_BYTES.min(most) {
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
    use std::io::{Cursor, Read};

    use super::{Comparison, ComparisonResult, Destination, Part, Verdict, unmistakable};

    const LOCAL: &[u8] = b"0123456789";

    fn comparing(from: u64, to: u64) -> (Comparison, ComparisonResult) {
        let local = |offset| -> Box<dyn Read + Send> {
            let mut local = Cursor::new(LOCAL);
            local.set_position(offset);
            Box::new(local)
        };
        Comparison::new(part(from, to), local)
    }

    fn part(from: u64, to: u64) -> Part {
        Part { from, to, size: 10 }
    }

    #[test]
    fn the_first_byte_that_differs_is_named_from_the_start_of_the_file() {
        let (mut comparison, seen) = comparing(4, 10);
        comparison.write(b"45").unwrap();
        comparison.write(b"6x89").unwrap();
        assert_eq!(seen.compared().differs_from_marker, Some(7));
        assert_eq!(seen.compared().differs_from_start, Some(0));
        assert_eq!(seen.compared().verdict(part(4, 10)), Verdict::DiffersAt(7));
    }

    #[test]
    fn a_server_that_ignores_the_marker_is_compared_from_the_start() {
        let (mut comparison, seen) = comparing(4, 10);
        for byte in LOCAL {
            comparison.write(&[*byte]).unwrap();
        }
        assert_eq!(seen.compared().differs_from_start, None);
        assert_eq!(seen.compared().verdict(part(4, 10)), Verdict::SameFrom(0));
    }

    #[test]
    fn bytes_that_are_those_of_the_beginning_are_not_read_back_alone() {
        let begin = |local: &'static [u8]| {
            let from = |offset: u64| -> std::io::Result<Box<dyn Read + Send>> {
                let mut local = Cursor::new(local);
                local.set_position(offset);
                Ok(Box::new(local))
            };
            unmistakable(4, 7, from).unwrap()
        };
        assert_eq!(begin(b"0123456789"), 4);
        assert_eq!(begin(b"0000000000"), 0);
        assert_eq!(begin(b"0123012345"), 0);
        assert_eq!(begin(b"0123019345"), 4);
    }

    #[test]
    fn a_part_is_read_no_further_than_it_is_wanted() {
        for (came, verdict) in [
            (&b"4567"[..], Verdict::SameFrom(4)),
            (b"0123456", Verdict::SameFrom(0)),
        ] {
            let (mut comparison, seen) = comparing(4, 7);
            let ended = comparison.write(came).unwrap_err();
            assert_eq!(ended.kind(), std::io::ErrorKind::BrokenPipe);
            assert_eq!(seen.compared().verdict(part(4, 7)), verdict);
        }
    }

    #[test]
    fn a_part_that_is_not_all_there_is_not_the_same() {
        for (came, verdict) in [
            (&b"45"[..], Verdict::EndedEarly),
            (b"01234", Verdict::EndedEarly),
            (b"\0\0\0", Verdict::DiffersAt(4)),
        ] {
            let (mut comparison, seen) = comparing(4, 7);
            comparison.write(came).unwrap();
            assert_eq!(seen.compared().verdict(part(4, 7)), verdict);
        }
    }
}
