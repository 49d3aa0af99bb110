//! Which file something is, by whatever path or link it is named.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use same_file::Handle;

/// A file that is open: device and inode on Unix, volume and index on Windows.
#[derive(Clone, Debug)]
pub(crate) struct FileIdentity(Arc<Handle>);

impl FileIdentity {
    /// That of an open file.
    pub(crate) fn of(file: &File) -> io::Result<Self> {
        Handle::from_file(file.try_clone()?).map(|handle| Self(Arc::new(handle)))
    }

    /// Whether this path leads to it.
    pub(crate) fn is_at(&self, path: &Path) -> bool {
        // A named pipe or a device is not opened: that may wait, or do something.
        let is_file = std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
        is_file && Handle::from_path(path).is_ok_and(|found| found == *self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use super::FileIdentity;

    #[test]
    fn a_file_is_itself_by_any_name_and_after_a_move() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let identity = FileIdentity::of(&File::create(at("file")).unwrap()).unwrap();
        fs::write(at("other"), "").unwrap();
        fs::create_dir(at("sub")).unwrap();
        fs::hard_link(at("file"), at("hard")).unwrap();
        for name in ["file", "sub/../file", "hard"] {
            assert!(identity.is_at(&at(name)), "{name}");
        }
        for name in ["other", "none", "sub"] {
            assert!(!identity.is_at(&at(name)), "{name}");
        }
        fs::rename(at("file"), at("moved")).unwrap();
        assert!(identity.is_at(&at("moved")) && !identity.is_at(&at("file")));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(at("moved"), at("soft")).unwrap();
            assert!(identity.is_at(&at("soft")));
        }
    }
}
