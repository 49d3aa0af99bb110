//! The files that a recording shows, put where the practice server's own answers find them: clients name the same file
//! in other ways (`RETR /f` for `RETR f`), or ask other things about it.

use std::fs;
use std::io::{self, Write};

use super::folder::{Folder, ServerPath, Writing};
use super::recorded::Recording;
use crate::transcript::exchange::ServedData;

/// Makes the files that were received whole.
pub(super) fn furnish(folder: &Folder, recording: &Recording) {
    let mut directory = ServerPath::default();
    let mut is_part = false;
    let defaults = &recording.dialogue.headers.defaults;
    for exchange in &recording.dialogue.exchanges {
        let command = exchange.command.as_ref();
        let Some(command) = command.and_then(|command| command.resolved(defaults)) else {
            continue;
        };
        if !exchange.is_accepted() {
            continue;
        }
        let verb = command.verb();
        let argument = command.argument().unwrap_or_default();
        if verb.is("CWD") || verb.is("XCWD") {
            directory = directory.resolve(argument);
        } else if verb.is("CDUP") || verb.is("XCUP") {
            directory = directory.resolve(b"..");
        } else if verb.is("REST") {
            is_part = argument.trim_ascii() != b"0";
        }
        if let ServedData::Octets(octets) = exchange.served_data(&recording.folder) {
            let is_whole = !std::mem::take(&mut is_part) && exchange.aborted.is_none();
            if is_whole && verb.is("RETR") {
                // Without the file, the recording still answers for it.
                let _ = write(folder, &directory.resolve(argument), &octets);
            }
        }
    }
}

fn write(folder: &Folder, path: &ServerPath, octets: &[u8]) -> io::Result<()> {
    folder.make_parents(path)?;
    // A file can have been received twice; it holds what came last.
    match folder.place(path).and_then(fs::remove_file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    folder.open_writing(path, Writing::New)?.write_all(octets)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::{Folder, Recording, fs, furnish};
    use crate::transcript::Transcript;

    #[test]
    fn whole_files_are_made_within_the_folder() {
        let scratch = tempfile::TempDir::new().unwrap();
        let root = scratch.path().join("root");
        fs::create_dir(&root).unwrap();
        let folder = Folder::new(&root).unwrap();
        let retr = |path: &str, content: &str, code: u16| {
            format!("C> RETR {path}\nS> 150\nD> {content}{{no-eol}}\nS> {code}\n")
        };
        let text = [
            "S> 220\n".to_owned(),
            retr("f", "old", 226),
            retr("f", "f", 226),
            "C> CWD sub/deep\nS> 250\nC> CWD nowhere\nS> 550\n".to_owned(),
            retr("g", "g", 226),
            "C> REST 3\nS> 350\n".to_owned(),
            retr("part", "part", 226),
            "C> CDUP\nS> 250\n".to_owned(),
            retr("../../../h", "h", 226),
            retr("broken", "broken", 426),
            "C> LIST\nS> 150\nD> list{no-eol}\nS> 226\n".to_owned(),
        ];
        let transcript = Transcript::read(text.concat().as_bytes()).unwrap();
        let recording = Recording {
            dialogue: Arc::new(transcript.dialogue().unwrap()),
            folder: PathBuf::new(),
            report: Arc::new(|_| {}),
        };
        furnish(&folder, &recording);
        for (path, content) in [("f", "f"), ("sub/deep/g", "g"), ("h", "h")] {
            assert_eq!(fs::read_to_string(root.join(path)).unwrap(), content);
        }
        let count = |path: &std::path::Path| fs::read_dir(path).unwrap().count();
        assert_eq!(
            (
                count(&root),
                count(&root.join("sub/deep")),
                count(scratch.path())
            ),
            (3, 1, 1)
        );
    }
}
