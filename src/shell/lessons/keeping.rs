//! What outlives the folder of a lesson: the transcripts that it asked for.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::shell::run::Shell;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::Tone;

impl Shell {
    /// Copies the transcripts of a lesson that was done, or with which the run ends, to where the program was started.
    pub(super) fn keep_transcripts(&self, is_last: bool) {
        let Some(lessons) = &self.lessons else { return };
        let (Some((lesson, running)), Some(folder)) = (lessons.current(), &lessons.keeping_folder)
        else {
            return;
        };
        if !(running.is_done || is_last) || running.is_shown {
            return;
        }
        for name in lesson.transcripts() {
            let file = running.server.local_folder().join(name);
            if !file.is_file() {
                continue;
            }
            let kept = keep(&file, folder);
            let (tone, text) = match kept {
                Ok(path) => (Tone::Note, format!("kept: {}", path.display())),
                Err(error) => (Tone::Warning, format!("{name} could not be kept: {error}")),
            };
            self.painter.say(tone, &escape(text.as_bytes()));
        }
    }
}

/// Under another name, such as `fix-2.ftp`, where that of the file is taken.
fn keep(file: &Path, folder: &Path) -> io::Result<PathBuf> {
    let bytes = fs::read(file)?;
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let extension = file.extension().unwrap_or_default();
    let mut path = folder.join(file.file_name().unwrap_or_default());
    for number in 2.. {
        match File::create_new(&path) {
            Ok(mut new) => {
                new.write_all(&bytes)?;
                break;
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                path.set_file_name(format!("{stem}-{number}"));
                path.set_extension(extension);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::keep;

    #[test]
    fn what_is_kept_replaces_nothing() {
        let scratch = tempfile::tempdir().unwrap();
        let (from, to) = (scratch.path().join("from"), scratch.path().join("to"));
        fs::create_dir(&from).unwrap();
        fs::create_dir(&to).unwrap();
        for (text, name) in [
            ("one", "fix.ftp"),
            ("two", "fix-2.ftp"),
            ("three", "fix-3.ftp"),
        ] {
            fs::write(from.join("fix.ftp"), text).unwrap();
            assert_eq!(keep(&from.join("fix.ftp"), &to).unwrap(), to.join(name));
        }
        assert_eq!(fs::read_to_string(to.join("fix.ftp")).unwrap(), "one");
        assert_eq!(fs::read_to_string(to.join("fix-3.ftp")).unwrap(), "three");
        assert!(keep(&from.join("none.ftp"), &to).is_err());
    }
}
