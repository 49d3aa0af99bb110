//! Representation type A (RFC 959 section 3.1.1.1): line ends are LF on the disk and CR LF on the wire.

use std::io::{self, Read};

/// Turns what is on the disk into what goes over the wire; an LF that already follows a CR stays as it is.
#[derive(Debug, Default)]
pub(super) struct DiskToWire {
    after_cr: bool,
}

/// Turns what came over the wire into what goes to the disk; a CR that no LF follows stays as it is.
#[derive(Debug, Default)]
pub(super) struct WireToDisk {
    held_cr: bool,
}

impl DiskToWire {
    /// Appends the wire's form of `octets` to `wire`; a line end may be split over two calls.
    pub(super) fn convert(&mut self, octets: &[u8], wire: &mut Vec<u8>) {
        for &octet in octets {
            if octet == b'\n' && !self.after_cr {
                wire.push(b'\r');
            }
            wire.push(octet);
            self.after_cr = octet == b'\r';
        }
    }
}

impl WireToDisk {
    /// Appends the disk's form of `octets` to `disk`; a CR at the end is held until the next octet is known.
    pub(super) fn convert(&mut self, octets: &[u8], disk: &mut Vec<u8>) {
        for &octet in octets {
            if self.held_cr && octet != b'\n' {
                disk.push(b'\r');
            }
            self.held_cr = octet == b'\r';
            if !self.held_cr {
                disk.push(octet);
            }
        }
    }

    /// Appends a CR that was the last octet of all.
    pub(super) fn finish(self, disk: &mut Vec<u8>) {
        if self.held_cr {
            disk.push(b'\r');
        }
    }
}

/// How many octets a transfer in TYPE A would put on the wire (RFC 3659 section 4).
///
/// # Errors
///
/// What reading the file says.
pub(super) fn wire_size(mut file: impl Read) -> io::Result<u64> {
    let mut conversion = DiskToWire::default();
    let mut buffer = [0; 16 * 1024];
    let mut wire = Vec::new();
    let mut size = 0;
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(size);
        }
        wire.clear();
        conversion.convert(&buffer[..count], &mut wire);
        size += wire.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::{DiskToWire, WireToDisk, wire_size};

    fn to_wire(pieces: &[&[u8]]) -> Vec<u8> {
        let mut conversion = DiskToWire::default();
        let mut wire = Vec::new();
        for piece in pieces {
            conversion.convert(piece, &mut wire);
        }
        wire
    }

    fn to_disk(pieces: &[&[u8]]) -> Vec<u8> {
        let mut conversion = WireToDisk::default();
        let mut disk = Vec::new();
        for piece in pieces {
            conversion.convert(piece, &mut disk);
        }
        conversion.finish(&mut disk);
        disk
    }

    #[test]
    fn a_line_end_gains_a_cr_unless_it_has_one() {
        assert_eq!(to_wire(&[b"a\nb\r\nc\n\n"]), b"a\r\nb\r\nc\r\n\r\n");
        assert_eq!(to_wire(&[b"a\r", b"\nb"]), b"a\r\nb");
    }

    #[test]
    fn a_line_end_loses_its_cr_wherever_the_pieces_are_cut() {
        assert_eq!(to_disk(&[b"a\r", b"\nb\r\r\nc\rd\r"]), b"a\nb\r\nc\rd\r");
        assert_eq!(to_disk(&[b"\r", b"", b"\n"]), b"\n");
    }

    #[test]
    fn the_size_is_that_of_the_wire() {
        assert_eq!(wire_size(&b"one\ntwo\r\n"[..]).unwrap(), 10);
    }
}
