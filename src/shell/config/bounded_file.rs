//! Reading of files that people write: none that somebody else would have to write to, and none without end.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Opens a regular file, or what a link to one names. Whoever opened a pipe would wait for its writer.
///
/// # Errors
///
/// Something else is there, or it cannot be opened.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    if !std::fs::metadata(path)?.is_file() {
        let kind = io::ErrorKind::InvalidInput;
        return Err(io::Error::new(kind, "it is not a regular file"));
    }
    File::open(path)
}

/// Everything in the file.
///
/// # Errors
///
/// There is more than 16 MiB of it, or it cannot be read.
pub(crate) fn read_bounded(file: &File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        let kind = io::ErrorKind::FileTooLarge;
        return Err(io::Error::new(kind, "there are more than 16 MiB in it"));
    }
    Ok(bytes)
}

const MAX_BYTES: u64 = 16 * 1024 * 1024;
