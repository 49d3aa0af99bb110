//! What `hostile-text` puts into replies, names and a file: octets that would act on a terminal.

use std::fs;
use std::io;
use std::path::Path;

/// Colour, title and clipboard sequences, C1 as UTF-8 and raw, a bidirectional override and a zero-width space.
pub(super) const TEXT: &[u8] = b" \x1b[31mred\x1b]0;title\x07\x1b]52;c;aGk=\x07\
    \xc2\x9b31m\x9b31m\xe2\x80\xaetxt.exe\xe2\x80\x8b";

/// The file whose content is hostile.
const CONTENT_NAME: &str = "hostile.bin";

/// Names that hold the same, one kind each.
#[cfg(unix)]
pub(super) const NAMES: &[&[u8]] = &[
    b"esc-\x1b[31m.txt",
    b"title-\x1b]0;title\x07.txt",
    b"clipboard-\x1b]52;c;aGk=\x07.txt",
    b"c1-utf8-\xc2\x9b31m.txt",
    b"c1-raw-\x9b31m.txt",
    b"override-\xe2\x80\xaetxt.exe",
    b"zero-width-\xe2\x80\x8b.txt",
];

/// The folder with a hostile name, so that 257 shows one too.
#[cfg(unix)]
pub(super) const FOLDER_NAME: &[u8] = b"folder-\x1b[31m\xe2\x80\xae";

/// Puts the hostile files into a folder.
///
/// # Errors
///
/// What the system says to the file `hostile.bin`; names that a file system does not take are left out.
pub(super) fn plant(folder: &Path) -> io::Result<()> {
    fs::write(folder.join(CONTENT_NAME), [TEXT, b"\r\n"].concat())?;
    plant_names(folder);
    Ok(())
}

#[cfg(unix)]
fn plant_names(folder: &Path) {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    for name in NAMES {
        // Some file systems take UTF-8 only.
        let _ = fs::write(folder.join(OsStr::from_bytes(name)), "I am ");
    }
    let _ = fs::create_dir(folder.join(OsStr::from_bytes(FOLDER_NAME)));
}

#[cfg(not(unix))]
fn plant_names(_folder: &Path) {}
