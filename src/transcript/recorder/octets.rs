//! The octets of one transfer, in bounded memory: the first ones as they are, of all the digest.

use std::io::{self, Write};

use sha2::{Digest, Sha256};

use super::super::data::DataDigest;
use super::super::recording::INLINE_OCTETS;

/// What is kept of a transfer's octets.
pub(super) struct SeenOctets {
    kept: Vec<u8>,
    octets: u64,
    sha256: Sha256,
    /// Where the octets of an upload go that cannot stand in the transcript.
    file: Option<DataFile>,
    is_closed: bool,
}

struct DataFile {
    name: String,
    writer: Box<dyn Write + Send>,
    has_begun: bool,
    error: Option<io::Error>,
}

impl SeenOctets {
    pub(super) fn new(file: Option<(String, Box<dyn Write + Send>)>) -> Self {
        let file = file.map(|(name, writer)| DataFile {
            name,
            writer,
            has_begun: false,
            error: None,
        });
        Self {
            kept: Vec::new(),
            octets: 0,
            sha256: Sha256::new(),
            file,
            is_closed: false,
        }
    }

    pub(super) fn take(&mut self, octets: &[u8]) {
        if self.is_closed {
            return;
        }
        self.octets += octets.len() as u64;
        self.sha256.update(octets);
        let room = INLINE_OCTETS.saturating_sub(self.kept.len());
        let fits = octets.len() <= room && self.is_whole_but(octets.len());
        if let (false, Some(file)) = (fits, &mut self.file) {
            file.write(&self.kept, octets);
        }
        self.kept
            .extend_from_slice(&octets[..octets.len().min(room)]);
    }

    /// What was seen before these last octets was all kept.
    fn is_whole_but(&self, last: usize) -> bool {
        self.octets == (self.kept.len() + last) as u64
    }

    /// Only so many of them were sent. What lies in a file already stays.
    pub(super) fn cut_at(&mut self, sent: u64) {
        let sent = usize::try_from(sent).unwrap_or(usize::MAX);
        if self.whole().is_some() && sent < self.kept.len() {
            self.kept.truncate(sent);
            self.octets = sent as u64;
            self.sha256 = Sha256::new_with_prefix(&self.kept);
        }
    }

    /// Nothing that comes later counts.
    pub(super) fn close(&mut self) -> DataDigest {
        self.is_closed = true;
        DataDigest {
            octets: self.octets,
            sha256: Some(self.sha256.clone().finalize().into()),
        }
    }

    /// The first octets.
    pub(super) fn kept(&self) -> &[u8] {
        &self.kept
    }

    /// All octets, if they are few.
    pub(super) fn whole(&self) -> Option<&[u8]> {
        self.is_whole_but(0).then_some(&self.kept)
    }

    /// Sees to it that all octets are in the file; its name.
    pub(super) fn store(&mut self) -> io::Result<String> {
        let Some(mut file) = self.file.take() else {
            return Err(io::ErrorKind::NotFound.into());
        };
        if !file.has_begun {
            file.write(&self.kept, &[]);
        }
        match file.error.take() {
            Some(error) => Err(error),
            None => file.writer.flush().map(|()| file.name),
        }
    }
}

impl DataFile {
    fn write(&mut self, kept: &[u8], octets: &[u8]) {
        if self.error.is_some() {
            return;
        }
        let first = if self.has_begun { &[][..] } else { kept };
        self.has_begun = true;
        let written = self.writer.write_all(first);
        self.error = written.and_then(|()| self.writer.write_all(octets)).err();
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use super::SeenOctets;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(octets);
            Ok(octets.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_file_holds_every_octet_however_they_came() {
        for piece in [1, 7, 4095, 4096, 4097, 10_000] {
            let octets: Vec<u8> = (0..10_000).map(|at: u32| (at % 251) as u8).collect();
            let file = Kept::default();
            let mut seen = SeenOctets::new(Some(("f".to_owned(), Box::new(file.clone()))));
            octets.chunks(piece).for_each(|piece| seen.take(piece));
            let digest = seen.close();
            assert_eq!(digest, super::super::super::recording::digest_of(&octets));
            assert_eq!(seen.whole(), None);
            assert_eq!(seen.store().unwrap(), "f");
            assert_eq!(*file.0.lock().unwrap(), octets, "in pieces of {piece}");
        }
    }

    #[test]
    fn few_octets_are_kept_and_cut_to_what_was_sent() {
        let mut seen = SeenOctets::new(None);
        seen.take(b"I am zfive5");
        seen.cut_at(5);
        let digest = seen.close();
        seen.take(b"too late");
        assert_eq!(seen.whole(), Some(&b"I am "[..]));
        assert_eq!(digest, super::super::super::recording::digest_of(b"I am "));
    }
}
