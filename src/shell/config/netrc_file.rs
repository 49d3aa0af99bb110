//! Where the `.netrc` is, and whether others may read it.

use std::io;
use std::path::{Path, PathBuf};

use super::bounded_file::{open_regular, read_bounded};
use super::netrc::{Entry, Netrc, NetrcError};
use crate::shell::line::{expand_home, shown_word};
use crate::shell::screen::escape::escape;

/// The file, which need not be there.
#[derive(Clone, Debug)]
pub(crate) struct NetrcFile {
    path: Option<PathBuf>,
}

/// What was in it.
pub(crate) struct ReadNetrc {
    netrc: Netrc,
    path: PathBuf,
    /// Others than the user may open it.
    is_exposed: bool,
}

/// Why the file says nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NetrcFileError {
    /// No home folder, and no file was named.
    #[error("there is no home folder to hold a .netrc: name the file with --netrc-file FILE")]
    Nowhere,
    /// It cannot be opened or read.
    #[error(
        "{}: {error}. It was to say who logs in, so nothing was sent",
        shown(path)
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        error: io::Error,
    },
    /// What is in it cannot be understood.
    #[error("{}:{}: {error}", shown(path), error.line)]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, and in which line.
        error: NetrcError,
    },
    /// The password in it may be read by others.
    #[error(
        "{} holds a password and others may open it, so it is not used and nothing was sent: chmod 600 {}",
        shown(path),
        word(path)
    )]
    Exposed {
        /// The file.
        path: PathBuf,
    },
}

impl NetrcFile {
    /// The file after `--netrc-file`, else the one that `NETRC` names, else `.netrc` in the home folder (on Windows
    /// `_netrc`, where there is no `.netrc`).
    pub(crate) fn find(option: Option<&Path>, home: Option<&Path>) -> Self {
        let variable = std::env::var_os("NETRC").filter(|value| !value.is_empty());
        let named = option.map(Path::to_path_buf);
        let named = named.or_else(|| variable.map(PathBuf::from));
        let named = named.map(|path| expand_home(&path, home));
        Self {
            path: named.or_else(|| home.map(usual)),
        }
    }

    /// Reads it.
    ///
    /// # Errors
    ///
    /// [`NetrcFileError`], which repeats nothing of the file.
    pub(crate) fn read(&self) -> Result<ReadNetrc, NetrcFileError> {
        let path = self.path.clone().ok_or(NetrcFileError::Nowhere)?;
        let read = open_regular(&path)
            .and_then(|file| Ok((read_bounded(&file)?, platform::is_exposed(&file)?)));
        let (text, is_exposed) = match read {
            Ok(read) => read,
            Err(error) => return Err(NetrcFileError::Unreadable { path, error }),
        };
        match Netrc::parse(&text) {
            Ok(netrc) => Ok(ReadNetrc {
                netrc,
                path,
                is_exposed,
            }),
            Err(error) => Err(NetrcFileError::Malformed { path, error }),
        }
    }
}

impl ReadNetrc {
    /// As [`Netrc::entry`].
    pub(crate) fn entry(&self, host: &str, user: Option<&[u8]>) -> Option<&Entry> {
        self.netrc.entry(host, user)
    }

    /// An entry whose password nobody else can read.
    ///
    /// # Errors
    ///
    /// [`NetrcFileError::Exposed`], which says how to change that.
    pub(crate) fn guarded<'a>(&self, entry: &'a Entry) -> Result<&'a Entry, NetrcFileError> {
        if self.is_exposed && entry.is_secret() {
            let path = self.path.clone();
            return Err(NetrcFileError::Exposed { path });
        }
        Ok(entry)
    }

    /// Where it is, to be shown.
    pub(crate) fn shown_path(&self) -> String {
        shown(&self.path)
    }
}

impl NetrcFileError {
    /// Whether there is just no such file.
    pub(crate) fn is_missing_file(&self) -> bool {
        match self {
            Self::Nowhere => true,
            Self::Unreadable { error, .. } => error.kind() == io::ErrorKind::NotFound,
            Self::Malformed { .. } | Self::Exposed { .. } => false,
        }
    }
}

fn usual(home: &Path) -> PathBuf {
    let usual = home.join(".netrc");
    let other = home.join("_netrc");
    if cfg!(windows) && !usual.exists() && other.exists() {
        return other;
    }
    usual
}

fn shown(path: &Path) -> String {
    escape(path.as_os_str().as_encoded_bytes())
}

/// As a shell must spell it.
fn word(path: &Path) -> String {
    shown_word(&shown(path))
}

#[cfg(unix)]
mod platform {
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::PermissionsExt;

    /// Whether the group or others may do anything with it.
    pub(super) fn is_exposed(file: &File) -> io::Result<bool> {
        Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
    }
}

#[cfg(not(unix))]
mod platform {
    use std::fs::File;
    use std::io;

    /// Files have no such bits there; a home folder is closed to others.
    pub(super) fn is_exposed(_: &File) -> io::Result<bool> {
        Ok(false)
    }
}
