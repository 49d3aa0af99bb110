//! TYPE A on our side: local line ends are LF, those on the wire CR LF (RFC 959 section 3.1.1.1).

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use memchr::memchr_iter;

use super::destination::Destination;

/// Turns a lone LF into CR LF; a CR LF is left alone.
pub struct ToCrlf {
    source: Box<dyn Read + Send>,
    converted: Arc<AtomicU64>,
    after_cr: bool,
    raw: Vec<u8>,
    /// Converted octets that no read has taken yet.
    ready: Vec<u8>,
    taken: usize,
}

/// Turns CR LF into LF; a lone CR is left alone.
pub struct ToLf {
    destination: Box<dyn Destination>,
    converted: Arc<AtomicU64>,
    /// A CR that ended one write: what follows decides what it was.
    held_cr: bool,
    text: Vec<u8>,
}

impl ToCrlf {
    /// Converts what `source` gives; counts the line ends that were changed.
    #[must_use]
    pub fn new(source: Box<dyn Read + Send>, converted: Arc<AtomicU64>) -> Self {
        let raw = vec![0; CHUNK_OCTETS];
        Self {
            source,
            converted,
            after_cr: false,
            raw,
            ready: Vec::new(),
            taken: 0,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        let length = self.source.read(&mut self.raw)?;
        self.ready.clear();
        self.taken = 0;
        let octets = &self.raw[..length];
        let mut begun = 0;
        let mut changed = 0;
        for line_end in memchr_iter(b'\n', octets) {
            let has_cr = match line_end.checked_sub(1) {
                Some(before) => octets[before] == b'\r',
                None => self.after_cr,
            };
            if !has_cr {
                self.ready.extend_from_slice(&octets[begun..line_end]);
                self.ready.push(b'\r');
                begun = line_end;
                changed += 1;
            }
        }
        self.ready.extend_from_slice(&octets[begun..]);
        if let Some(&last) = octets.last() {
            self.after_cr = last == b'\r';
        }
        self.converted.fetch_add(changed, Ordering::AcqRel);
        Ok(())
    }
}

impl Read for ToCrlf {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.ready.len() {
            self.refill()?;
        }
        let length = buffer.len().min(self.ready.len() - self.taken);
        buffer[..length].copy_from_slice(&self.ready[self.taken..self.taken + length]);
        self.taken += length;
        Ok(length)
    }
}

impl ToLf {
    /// Converts what is written and hands it on; counts the line ends that were changed.
    #[must_use]
    pub fn new(destination: Box<dyn Destination>, converted: Arc<AtomicU64>) -> Self {
        Self {
            destination,
            converted,
            held_cr: false,
            text: Vec::new(),
        }
    }
}

impl Destination for ToLf {
    fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        self.text.clear();
        let mut changed = 0;
        if let Some(&first) = octets.first()
            && std::mem::take(&mut self.held_cr)
        {
            if first == b'\n' {
                changed += 1;
            } else {
                self.text.push(b'\r');
            }
        }
        let mut begun = 0;
        for cr in memchr_iter(b'\r', octets) {
            match octets.get(cr + 1) {
                Some(b'\n') => changed += 1,
                Some(_) => continue,
                None => self.held_cr = true,
            }
            self.text.extend_from_slice(&octets[begun..cr]);
            begun = cr + 1;
        }
        self.text.extend_from_slice(&octets[begun..]);
        self.converted.fetch_add(changed, Ordering::AcqRel);
        if self.text.is_empty() {
            Ok(())
        } else {
            self.destination.write(&self.text)
        }
    }

    fn end(&mut self, accepted: bool) -> io::Result<()> {
        if std::mem::take(&mut self.held_cr) {
            self.destination.write(b"\r")?;
        }
        self.destination.end(accepted)
    }
}

const CHUNK_OCTETS: usize = 128 * 1024;

#[cfg(test)]
mod tests {
    use std::io::{self, Read};
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Arc, Mutex};

    use super::{Destination, ToCrlf, ToLf};

    struct InPieces(Vec<Vec<u8>>);

    impl Read for InPieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Ok(0);
            }
            let piece = self.0.remove(0);
            buffer[..piece.len()].copy_from_slice(&piece);
            Ok(piece.len())
        }
    }

    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Destination for Kept {
        fn write(&mut self, octets: &[u8]) -> io::Result<()> {
            self.0.lock().unwrap().extend_from_slice(octets);
            Ok(())
        }

        fn end(&mut self, _accepted: bool) -> io::Result<()> {
            Ok(())
        }
    }

    fn split_everywhere(octets: &[u8]) -> impl Iterator<Item = Vec<Vec<u8>>> + '_ {
        (1..octets.len()).map(|at| vec![octets[..at].to_vec(), octets[at..].to_vec()])
    }

    #[test]
    fn lone_line_feeds_become_crlf_at_every_split() {
        let text = b"a\nb\r\n\n\r\rc\r\nd\n";
        for pieces in split_everywhere(text) {
            let count = Arc::new(AtomicU64::new(0));
            let mut wire = Vec::new();
            let mut reader = ToCrlf::new(Box::new(InPieces(pieces)), Arc::clone(&count));
            reader.read_to_end(&mut wire).unwrap();
            assert_eq!(wire, b"a\r\nb\r\n\r\n\r\rc\r\nd\r\n");
            assert_eq!(count.load(Ordering::Acquire), 3);
        }
    }

    #[test]
    fn crlf_becomes_line_feed_at_every_split() {
        let wire = b"a\r\nb\n\r\r\nc\r";
        for pieces in split_everywhere(wire) {
            let kept = Arc::new(Mutex::new(Vec::new()));
            let count = Arc::new(AtomicU64::new(0));
            let mut writer = ToLf::new(Box::new(Kept(Arc::clone(&kept))), Arc::clone(&count));
            for piece in pieces {
                writer.write(&piece).unwrap();
            }
            writer.end(true).unwrap();
            assert_eq!(*kept.lock().unwrap(), b"a\nb\n\r\nc\r");
            assert_eq!(count.load(Ordering::Acquire), 2);
        }
    }
}
