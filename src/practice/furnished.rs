//! The files that a recording shows, put where the practice server's own answers find them: clients name the same file
//! in other ways (`RETR /f` for `RETR f`), or ask other things about it.

use std::fs;
use std::io::{self, Write};

use super::folder::{Folder, ServerPath, Writing};
use super::recorded::{RecordedCommand, RecordedData, RecordedExchange, RecordedSession};

/// Makes the files that were received whole.
pub(super) fn furnish(folder: &Folder, session: &RecordedSession) {
    let mut directory = ServerPath::default();
    let mut is_part = false;
    for exchange in &session.exchanges {
        let RecordedCommand::Line(command) = &exchange.command else {
            continue;
        };
        let verb = command.verb();
        let argument = command.argument().unwrap_or_default();
        if !is_accepted(exchange) {
            continue;
        }
        if verb.is("CWD") || verb.is("XCWD") {
            directory = directory.resolve(argument);
        } else if verb.is("CDUP") || verb.is("XCUP") {
            directory = directory.resolve(b"..");
        } else if verb.is("REST") {
            is_part = argument.trim_ascii() != b"0";
        }
        if let RecordedData::Download(octets) = &exchange.data {
            let is_whole = !std::mem::take(&mut is_part) && !exchange.is_aborted;
            if is_whole && verb.is("RETR") {
                // Without the file, the recording still answers for it.
                let _ = write(folder, &directory.resolve(argument), octets);
            }
        }
    }
}

fn is_accepted(exchange: &RecordedExchange) -> bool {
    exchange.final_code().is_some_and(|code| code.is_positive())
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
    use std::sync::Arc;

    use super::{
        Folder, RecordedCommand, RecordedData, RecordedExchange, RecordedSession, fs, furnish,
    };
    use crate::practice::recorded::RecordedReply;
    use crate::protocol::{Command, ReplyCode};

    fn exchange(line: &str, code: u16, data: Option<&str>) -> RecordedExchange {
        RecordedExchange {
            line: 1,
            command: RecordedCommand::Line(Command::new(line).unwrap()),
            replies: vec![RecordedReply {
                code: ReplyCode(code),
                lines: Vec::new(),
            }],
            data: match data {
                Some(octets) => RecordedData::Download(Arc::from(octets.as_bytes())),
                None => RecordedData::None,
            },
            is_aborted: false,
            closes: false,
        }
    }

    #[test]
    fn whole_files_are_made_within_the_folder() {
        let scratch = tempfile::TempDir::new().unwrap();
        let root = scratch.path().join("root");
        fs::create_dir(&root).unwrap();
        let folder = Folder::new(&root).unwrap();
        let session = RecordedSession {
            exchanges: vec![
                exchange("RETR f", 226, Some("old")),
                exchange("RETR f", 226, Some("f")),
                exchange("CWD sub/deep", 250, None),
                exchange("CWD nowhere", 550, None),
                exchange("RETR g", 226, Some("g")),
                exchange("REST 3", 350, None),
                exchange("RETR part", 226, Some("part")),
                exchange("CDUP", 250, None),
                exchange("RETR ../../../h", 226, Some("h")),
                exchange("RETR broken", 426, Some("broken")),
                exchange("LIST", 226, Some("list")),
            ],
            ..RecordedSession::default()
        };
        furnish(&folder, &session);
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
