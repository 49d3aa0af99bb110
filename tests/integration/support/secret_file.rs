//! Files that only their owner may read.

use std::fs;
use std::path::Path;

/// Writes a file that nobody else may read.
pub(crate) fn write_private(path: &Path, text: &str) {
    fs::write(path, text).expect("the test's own folder");
    set_mode(path, 0o600);
}

/// Gives the file these permissions, where files have such.
pub(crate) fn set_mode(path: &Path, mode: u32) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the test's own file");
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
}
