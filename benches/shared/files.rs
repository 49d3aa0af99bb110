//! The files that travel, and whether they arrived.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

/// Bytes that nothing can compress or guess.
pub(crate) fn write_noise(path: &Path, bytes: u64) {
    let mut noise = Noise(0x9E37_79B9_7F4A_7C15);
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path).expect("our own folder"));
    for _ in 0..bytes / 8 {
        file.write_all(&noise.next().to_le_bytes())
            .expect("there is room");
    }
    let rest = (bytes % 8) as usize;
    file.write_all(&noise.next().to_le_bytes()[..rest])
        .expect("there is room");
}

/// Lines of 0 to 127 bytes.
#[allow(dead_code, reason = "only one of the benchmarks needs it")]
pub(crate) fn write_lines(path: &Path, bytes: u64) {
    let mut noise = Noise(0xD1B5_4A32_D192_ED03);
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path).expect("our own folder"));
    let letters = [b'x'; 128];
    let mut written = 0;
    while written < bytes {
        let length = (noise.next() % 128) as usize;
        file.write_all(&letters[..length]).expect("there is room");
        file.write_all(b"\n").expect("there is room");
        written += length as u64 + 1;
    }
}

struct Noise(u64);

impl Noise {
    /// xorshift64.
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// Whether both are there and hold the same bytes.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    let (Ok(one), Ok(other)) = (File::open(one), File::open(other)) else {
        return false;
    };
    let length = |file: &File| file.metadata().map(|metadata| metadata.len()).ok();
    if length(&one) != length(&other) {
        return false;
    }
    let mut one = BufReader::new(one);
    let mut other = BufReader::new(other);
    let mut pieces = (vec![0; 1 << 20], vec![0; 1 << 20]);
    loop {
        let read = fill(&mut one, &mut pieces.0);
        if fill(&mut other, &mut pieces.1) != read || pieces.0[..read] != pieces.1[..read] {
            return false;
        }
        if read == 0 {
            return true;
        }
    }
}

fn fill(file: &mut impl Read, piece: &mut [u8]) -> usize {
    let mut filled = 0;
    while filled < piece.len() {
        match file.read(&mut piece[filled..]).expect("our own file") {
            0 => break,
            length => filled += length,
        }
    }
    filled
}
