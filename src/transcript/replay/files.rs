//! The files that a transcript names.

use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::failure::Failure;
use crate::transcript::data::{DataDigest, ExpectedData, FileReference, SentData};
use crate::transcript::dialogue::Dialogue;
use crate::transcript::exchange::DataContent;
use crate::transcript::recorder::digest_of_reader;
use crate::transcript::template::Variables;

/// Whether the files of a dialogue can be read, before anything is sent. A path that a reply gives is known later.
///
/// # Errors
///
/// [`Failure::LocalFile`] for the first that cannot.
pub(crate) fn check(
    folder: &Path,
    dialogue: &Dialogue,
    variables: &Variables,
) -> Result<(), Failure> {
    let all = dialogue.exchanges.iter().filter_map(|it| it.data.as_ref());
    for data in all {
        let (DataContent::Sent(SentData::File(file))
        | DataContent::Received(ExpectedData::File(file))) = &data.content
        else {
            continue;
        };
        if file.path.resolve(variables).is_ok() {
            let line = data.lines.first().copied().unwrap_or_default();
            open(folder, line, file, variables)?;
        }
    }
    Ok(())
}

/// Opens a file that lies in the transcript's folder, and checks that it holds what the transcript says.
pub(in crate::transcript) fn open(
    folder: &Path,
    line: usize,
    reference: &FileReference,
    variables: &Variables,
) -> Result<File, Failure> {
    let path = reference.path.to_string();
    let failure = |error| Failure::LocalFile {
        line,
        path: path.clone(),
        error,
    };
    let place = locate(folder, reference, variables).map_err(failure)?;
    let file = open_regular(folder, &place).map_err(failure)?;
    if let Some(expected) = &reference.digest {
        let actual = digest_of_reader(&file).map_err(failure)?;
        if !is_same(expected, &actual) {
            let problem = format!("it holds {actual}, and nothing was sent");
            return Err(failure(io::Error::other(problem)));
        }
        io::Seek::rewind(&mut &file).map_err(failure)?;
    }
    Ok(file)
}

/// A link may lead out of the folder, and what is not a regular file may never end.
fn open_regular(folder: &Path, path: &Path) -> io::Result<File> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let (folder, path) = (folder.canonicalize()?, path.canonicalize()?);
    if !path.starts_with(&folder) {
        return Err(io::Error::other("it leads out of the transcript's folder"));
    }
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    File::open(path)
}

/// Whether the data is as expected, as far as it is said.
pub(super) fn is_same(expected: &DataDigest, actual: &DataDigest) -> bool {
    expected.bytes == actual.bytes
        && expected
            .sha256
            .is_none_or(|digest| Some(digest) == actual.sha256)
}

/// A transcript may come from anybody: it names no file outside its own folder.
fn locate(folder: &Path, reference: &FileReference, variables: &Variables) -> io::Result<PathBuf> {
    let bytes = reference
        .path
        .resolve(variables)
        .map_err(|name| io::Error::other(format!("{{{name}}} has no value")))?;
    let path = String::from_utf8(bytes).map_err(|_| io::Error::other("its name is not UTF-8"))?;
    let path = PathBuf::from(path);
    let is_inner = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    if is_inner && path.file_name().is_some() {
        Ok(folder.join(path))
    } else {
        Err(io::Error::other(
            "the path must be relative to the transcript's folder and stay in it",
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{FileReference, Variables, locate, open};
    use crate::transcript::data::DataDigest;
    use crate::transcript::template::Template;

    fn reference(path: &str) -> FileReference {
        let path = Template::read(path).unwrap();
        FileReference { path, digest: None }
    }

    #[test]
    fn a_path_stays_in_the_folder() {
        let mut variables = Variables::default();
        variables.set("up", "../x");
        for (path, is_inner) in [
            ("a/b", true),
            ("a{0x20}b", true),
            ("../x", false),
            ("a/../../x", false),
            ("/etc/passwd", false),
            ("{up}", false),
            ("{unset}", false),
        ] {
            let found = locate(Path::new("f"), &reference(path), &variables);
            assert_eq!(found.is_ok(), is_inner, "{path}");
        }
    }

    #[test]
    fn a_file_that_holds_something_else_is_refused() {
        let folder = tempfile::TempDir::new().unwrap();
        std::fs::write(folder.path().join("x"), "five5").unwrap();
        let mut file = reference("x");
        for (bytes, is_same) in [(5, true), (6, false)] {
            file.digest = Some(DataDigest {
                bytes,
                sha256: None,
            });
            let opened = open(folder.path(), 1, &file, &Variables::default());
            assert_eq!(opened.is_ok(), is_same);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_does_not_lead_out_of_the_folder_and_a_device_is_not_a_file() {
        let (outside, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(outside.path().join("secret"), "x").unwrap();
        std::fs::write(folder.path().join("plain"), "x").unwrap();
        let link = |to: &Path, name: &str| {
            std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
        };
        link(&outside.path().join("secret"), "out");
        link(outside.path(), "folder");
        link(&folder.path().join("plain"), "in");
        link(Path::new("/dev/zero"), "endless");
        let opened = |name: &str| open(folder.path(), 1, &reference(name), &Variables::default());
        for (name, is_opened) in [
            ("plain", true),
            ("in", true),
            ("out", false),
            ("folder/secret", false),
            ("endless", false),
        ] {
            assert_eq!(opened(name).is_ok(), is_opened, "{name}");
        }
    }
}
