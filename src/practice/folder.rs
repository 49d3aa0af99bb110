//! The server's folder: paths as clients name them, and the files that they mean. Nothing here leads out of it.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// The folder that clients see as `/`.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
}

/// A path as the client sees it: absolute, without `.` and `..`, its names being bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ServerPath {
    names: Vec<Vec<u8>>,
}

/// What an upload does with what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writing {
    /// New bytes go after the last one.
    Append,
    /// New bytes go wherever they are put.
    Anywhere,
    /// The file must not exist yet.
    New,
}

impl ServerPath {
    /// The path that a command's argument means while this one is the working directory. `..` stops at the root.
    pub(super) fn resolve(&self, argument: &[u8]) -> Self {
        let mut names = if argument.starts_with(b"/") {
            Vec::new()
        } else {
            self.names.clone()
        };
        for name in argument.split(|&byte| byte == b'/') {
            match name {
                b"" | b"." => {}
                b".." => {
                    names.pop();
                }
                _ => names.push(name.to_vec()),
            }
        }
        Self { names }
    }

    /// As it is shown: `/` and the names between slashes.
    pub(super) fn shown(&self) -> Vec<u8> {
        [b"/", self.names.join(&b'/').as_slice()].concat()
    }

    /// The last name; `/` for the root.
    pub(super) fn name(&self) -> &[u8] {
        self.names.last().map_or(b"/", Vec::as_slice)
    }
}

impl Folder {
    /// Takes an existing folder as the root.
    pub(super) fn new(root: &Path) -> io::Result<Self> {
        Ok(Self {
            root: root.canonicalize()?,
        })
    }

    /// The real path of something that exists, all symbolic links followed.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::PermissionDenied`] for what lies outside, else what the system says.
    pub(super) fn locate(&self, path: &ServerPath) -> io::Result<PathBuf> {
        self.refuse_outside(self.below_root(&path.names)?.canonicalize()?)
    }

    /// The real path of something that may not exist: its folder's real path and its own name, not followed.
    ///
    /// # Errors
    ///
    /// As [`Folder::locate`], for the folder; the root itself has no place.
    pub(super) fn place(&self, path: &ServerPath) -> io::Result<PathBuf> {
        let Some((name, parents)) = path.names.split_last() else {
            return Err(io::ErrorKind::PermissionDenied.into());
        };
        let parent = self.refuse_outside(self.below_root(parents)?.canonicalize()?)?;
        Ok(parent.join(real_name(name)?))
    }

    /// Makes the folders in which this lies.
    ///
    /// # Errors
    ///
    /// As [`Folder::place`].
    pub(super) fn make_parents(&self, path: &ServerPath) -> io::Result<()> {
        for length in 1..path.names.len() {
            let names = path.names[..length].to_vec();
            match self.place(&ServerPath { names }).and_then(fs::create_dir) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// What the system knows about something that exists.
    ///
    /// # Errors
    ///
    /// As [`Folder::locate`].
    pub(super) fn metadata(&self, path: &ServerPath) -> io::Result<Metadata> {
        fs::symlink_metadata(self.locate(path)?)
    }

    /// What the system knows about a plain file.
    ///
    /// # Errors
    ///
    /// As [`Folder::locate`]; [`io::ErrorKind::InvalidData`] for anything but a plain file.
    pub(super) fn file_metadata(&self, path: &ServerPath) -> io::Result<Metadata> {
        refuse_unless_file(self.metadata(path)?)
    }

    /// Opens a plain file for reading.
    ///
    /// # Errors
    ///
    /// As [`Folder::file_metadata`].
    pub(super) fn open_reading(&self, path: &ServerPath) -> io::Result<File> {
        open_unchanged(&self.locate(path)?, OpenOptions::new().read(true))
    }

    /// Opens a plain file for writing, and makes it if there is none.
    ///
    /// # Errors
    ///
    /// As [`Folder::place`] and [`Folder::file_metadata`].
    pub(super) fn open_writing(&self, path: &ServerPath, writing: Writing) -> io::Result<File> {
        let place = self.place(path)?;
        let mut options = OpenOptions::new();
        match writing {
            Writing::Append => options.append(true),
            Writing::Anywhere | Writing::New => options.write(true),
        };
        let absent = matches!(
            fs::symlink_metadata(&place),
            Err(error) if error.kind() == io::ErrorKind::NotFound
        );
        if absent || writing == Writing::New {
            // A symbolic link that is put there meanwhile is not followed by this.
            return options.create_new(true).open(&place);
        }
        open_unchanged(&self.locate(path)?, &options)
    }

    fn below_root(&self, names: &[Vec<u8>]) -> io::Result<PathBuf> {
        let mut path = self.root.clone();
        for name in names {
            path.push(real_name(name)?);
        }
        Ok(path)
    }

    fn refuse_outside(&self, real: PathBuf) -> io::Result<PathBuf> {
        if real.starts_with(&self.root) {
            return Ok(real);
        }
        Err(io::ErrorKind::PermissionDenied.into())
    }
}

/// Why something was refused, in words for a reply.
pub(super) fn refusal(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "No such file or directory.",
        io::ErrorKind::PermissionDenied => "Permission denied.",
        io::ErrorKind::AlreadyExists => "It exists already.",
        io::ErrorKind::InvalidData => "Not a plain file.",
        io::ErrorKind::NotADirectory => "Not a directory.",
        io::ErrorKind::IsADirectory => "It is a directory.",
        io::ErrorKind::DirectoryNotEmpty => "The directory is not empty.",
        io::ErrorKind::StorageFull => "No space left.",
        _ => "Not available.",
    }
}

/// Opens a plain file that lies at its real path, and checks that the one opened is the one looked at.
fn open_unchanged(real: &Path, options: &OpenOptions) -> io::Result<File> {
    let seen = refuse_unless_file(fs::symlink_metadata(real)?)?;
    let file = options.open(real)?;
    if !is_same(&seen, &file.metadata()?) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    Ok(file)
}

fn refuse_unless_file(metadata: Metadata) -> io::Result<Metadata> {
    if metadata.is_file() {
        return Ok(metadata);
    }
    Err(io::ErrorKind::InvalidData.into())
}

#[cfg(unix)]
fn is_same(seen: &Metadata, opened: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;

    (seen.dev(), seen.ino()) == (opened.dev(), opened.ino())
}

#[cfg(not(unix))]
fn is_same(seen: &Metadata, opened: &Metadata) -> bool {
    seen.file_type() == opened.file_type()
}

/// One name as the system writes it.
#[cfg(unix)]
fn real_name(name: &[u8]) -> io::Result<OsString> {
    use std::os::unix::ffi::OsStringExt;

    Ok(OsString::from_vec(name.to_vec()))
}

/// One name as the system writes it; `\` and `:` would lead elsewhere.
#[cfg(not(unix))]
fn real_name(name: &[u8]) -> io::Result<OsString> {
    if name.iter().any(|byte| matches!(byte, b'\\' | b':')) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    Ok(String::from_utf8_lossy(name).into_owned().into())
}

/// A name of the system as bytes.
#[cfg(unix)]
pub(super) fn bytes_of(name: OsString) -> Vec<u8> {
    use std::os::unix::ffi::OsStringExt;

    name.into_vec()
}

/// A name of the system as bytes.
#[cfg(not(unix))]
pub(super) fn bytes_of(name: OsString) -> Vec<u8> {
    name.to_string_lossy().into_owned().into_bytes()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::ErrorKind;

    use super::{Folder, ServerPath, Writing};

    fn path(text: &str) -> ServerPath {
        ServerPath::default().resolve(text.as_bytes())
    }

    #[test]
    fn paths_never_climb_above_the_root() {
        for (argument, shown) in [
            ("..", "/"),
            ("/../../etc/passwd", "/etc/passwd"),
            ("a/../../b", "/b"),
            ("./a//b/.", "/a/b"),
            ("/", "/"),
        ] {
            assert_eq!(path(argument).shown(), shown.as_bytes());
        }
        let below = path("/a/b");
        assert_eq!(below.resolve(b"../c").shown(), b"/a/c");
        assert_eq!(below.resolve(b"/c").shown(), b"/c");
    }

    #[test]
    fn a_new_file_is_made_inside_and_a_folder_is_not_a_file() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = Folder::new(scratch.path()).unwrap();
        folder.open_writing(&path("new"), Writing::Append).unwrap();
        assert!(scratch.path().join("new").is_file());
        let again = folder.open_writing(&path("new"), Writing::New);
        assert_eq!(again.unwrap_err().kind(), ErrorKind::AlreadyExists);
        fs::create_dir(scratch.path().join("sub")).unwrap();
        for writing in [Writing::Append, Writing::Anywhere] {
            let refused = folder.open_writing(&path("sub"), writing).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::InvalidData);
        }
        assert!(folder.open_reading(&path("sub")).is_err());
        assert!(folder.place(&path("/")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn symbolic_links_that_lead_out_are_refused() {
        use std::os::unix::fs::symlink;

        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "secret").unwrap();
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        symlink(outside.path(), at("out")).unwrap();
        symlink(outside.path().join("secret"), at("file")).unwrap();
        symlink(outside.path().join("absent"), at("dangling")).unwrap();
        fs::write(at("real"), "inside").unwrap();
        symlink(at("real"), at("inner")).unwrap();
        let folder = Folder::new(scratch.path()).unwrap();
        for name in ["out/secret", "file", "dangling", "out"] {
            assert!(folder.open_reading(&path(name)).is_err(), "{name}");
            assert!(folder.metadata(&path(name)).is_err(), "{name}");
        }
        for name in ["out/new", "file", "dangling"] {
            for writing in [Writing::Append, Writing::Anywhere, Writing::New] {
                assert!(folder.open_writing(&path(name), writing).is_err(), "{name}");
            }
        }
        assert!(folder.place(&path("out/secret")).is_err());
        assert!(!outside.path().join("absent").exists());
        assert!(folder.open_reading(&path("inner")).is_ok());
    }
}
