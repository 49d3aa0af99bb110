//! A session that some server once served, to be served again.
//!
//! ```text
//! recorded        client here           who answers
//! USER anonymous  USER anonymous        the recording
//! PASS {password} PASS any@thing        the recording
//!                 PWD                   the practice server, with a note
//! PASV            PASV                  the recording, with the port that is open now
//! RETR f          RETR f                the recording
//! ```

use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::{fmt, fs};

use regex::bytes::Regex;

use super::data_connection::six_numbers;
use super::folder::{Folder, ServerPath, Writing};
use crate::protocol::{Command, Reply, ReplyCode};
use crate::transcript::exchange::{Exchange, ServedData};
use crate::transcript::{Dialogue, Variables};

/// A recording, and what is called where a client departs from it.
#[derive(Clone)]
pub struct Recording {
    /// What is answered.
    pub dialogue: Arc<Dialogue>,
    /// What its variables stood for.
    values: Variables,
    /// Where the transcript lies, with the files that it names.
    pub folder: PathBuf,
    /// Called on the session's thread.
    pub report: Arc<dyn Fn(&Deviation) + Send + Sync>,
}

/// A client did something else than the recorded one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// What it sent, without secrets.
    pub command: Vec<u8>,
    /// The line of the recording that comes next, counted from 1; `None` after the last.
    pub next: Option<usize>,
    /// What was done about it.
    pub response: Response,
}

/// What is done about a command that is not the next recorded one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Response {
    /// It is not in the recording: the practice server answers for itself.
    OwnAnswer,
    /// It stands in this line of the recording, which answers; what lies between is skipped.
    Elsewhere(usize),
    /// It stands in this line of the recording, which cannot be served: the practice server answers for itself.
    NotServed(usize),
}

impl Recording {
    /// Of a transcript that lies in this folder.
    #[must_use]
    pub fn new(
        dialogue: Dialogue,
        folder: PathBuf,
        report: Arc<dyn Fn(&Deviation) + Send + Sync>,
    ) -> Self {
        Self {
            values: dialogue.recorded_values(),
            dialogue: Arc::new(dialogue),
            folder,
            report,
        }
    }

    /// The exchange with this command: the next one from here on, else the first one from the beginning on. Clients
    /// send the same commands in different orders, and each is to meet the recorded answer.
    pub(super) fn find(&self, next: usize, command: &Command) -> Option<usize> {
        let exchanges = &self.dialogue.exchanges;
        let values = &self.values;
        let is_it = |at: &usize| {
            let recorded = exchanges[*at].command.as_ref();
            recorded.is_some_and(|recorded| recorded.is_met_by(command, values))
        };
        let next = next.min(exchanges.len());
        (next..exchanges.len()).chain(0..next).find(is_it)
    }

    /// Whether the data of this exchange are known, if it has any.
    #[must_use]
    pub fn can_serve(&self, exchange: &Exchange) -> bool {
        exchange.served_data(&self.folder) != ServedData::Unknown
    }
}

/// It changed how the connections are protected, which no recording can do.
pub(super) fn changes_security(exchange: &Exchange) -> bool {
    let verb = exchange.verb();
    exchange.is_accepted()
        && ["AUTH", "PBSZ", "PROT", "CCC"]
            .iter()
            .any(|name| verb.is(name))
}

/// Replies as they go over the wire.
pub(super) fn wire(replies: &[Reply]) -> Vec<u8> {
    let lines = replies.iter().flat_map(|reply| &reply.lines);
    lines
        .flat_map(|line| [line.as_slice(), b"\r\n"].concat())
        .collect()
}

/// The 227 or 229 with the port that is open now; `None` if the recorded reply has no place for one.
pub(super) fn with_port(mut reply: Reply, address: Ipv4Addr, port: u16) -> Option<Reply> {
    let (pattern, place) = match reply.code {
        ReplyCode(227) => (r"[0-9]+(?: *, *[0-9]+){5}", six_numbers(address, port)),
        ReplyCode(229) => (r"[0-9]+([^0-9]\))", format!("{port}$1")),
        _ => return None,
    };
    let pattern = Regex::new(pattern).ok()?;
    let mut lines = reply.lines.iter_mut().rev();
    let line = lines.find(|line| pattern.is_match(line))?;
    *line = pattern.replace(line, place.as_bytes()).into_owned();
    Some(reply)
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording")
            .field("dialogue", &self.dialogue)
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

/// Makes the files that were received whole.
pub(super) fn place_received_files(folder: &Folder, recording: &Recording) {
    let mut directory = ServerPath::default();
    let mut is_part = false;
    for exchange in &recording.dialogue.exchanges {
        let command = exchange.command.as_ref();
        let Some(command) = command.and_then(|command| command.resolved(&recording.values)) else {
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
        if let ServedData::Bytes(bytes) = exchange.served_data(&recording.folder) {
            let is_whole = !std::mem::take(&mut is_part) && exchange.aborted.is_none();
            if is_whole && verb.is("RETR") {
                // Without the file, the recording still answers for it.
                let _ = write(folder, &directory.resolve(argument), &bytes);
            }
        }
    }
}

fn write(folder: &Folder, path: &ServerPath, bytes: &[u8]) -> io::Result<()> {
    folder.make_parents(path)?;
    // A file can have been received twice; it holds what came last.
    match folder.place(path).and_then(fs::remove_file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    folder.open_writing(path, Writing::New)?.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::{
        Command, Folder, Recording, Reply, ReplyCode, fs, place_received_files, with_port,
    };
    use crate::transcript::Transcript;

    #[test]
    fn a_command_is_sought_from_here_on_and_then_from_the_beginning() {
        let text = "S> 220\nC> USER a\nS> 331\nC> SIZE f\nS> 213\nC> NOOP\nS> 200\nC> SIZE f\nS> 213\n\
                    C> PASS {password}\nS> 230\nC> PWD\nS> 257 \"{path}\"[..]\n# S> 257 \"/srv\" here\n\
                    C> CWD {path}/a\nS> 250\nC> CWD {path}/b\nS> 250\n";
        let transcript = Transcript::read(text.as_bytes()).unwrap();
        let dialogue = transcript.dialogue().unwrap();
        let recording = Recording::new(dialogue, PathBuf::new(), Arc::new(|_| {}));
        for (next, sent, found) in [
            (1, "user a", Some(1)),
            (1, "USER A", None),
            (1, "SIZE f", Some(2)),
            (3, "size f", Some(4)),
            (5, "SIZE f", Some(2)),
            (6, "NOOP", Some(3)),
            (1, "NOOP ", None),
            (1, " pass x y", Some(5)),
            (1, "CWD /srv/b", Some(8)),
            (1, "CWD b", None),
            (1, "XPWD", None),
        ] {
            let command = Command::new(sent).unwrap();
            assert_eq!(recording.find(next, &command), found, "{sent}");
        }
    }

    #[test]
    fn a_port_of_this_moment_takes_the_place_of_the_recorded_one() {
        for (recorded, served) in [
            (
                "227 Entering Passive Mode (10,0,0,5,1,2).",
                Some("227 Entering Passive Mode (127,0,0,1,4,1)."),
            ),
            ("227 =10, 0,0,5,1,2", Some("227 =127,0,0,1,4,1")),
            ("227 no numbers", None),
            ("229 Extended (|||50000|)", Some("229 Extended (|||1025|)")),
            (
                "229 Extended (!!!50000!) ok",
                Some("229 Extended (!!!1025!) ok"),
            ),
            ("200 1,2,3,4,5,6", None),
        ] {
            let code = ReplyCode(recorded[..3].parse().unwrap());
            let reply = Reply {
                code,
                lines: vec![recorded.as_bytes().to_vec()],
                ended_with: None,
                dropped_bytes: 0,
            };
            let served = served.map(|text| text.as_bytes().to_vec());
            let live = with_port(reply, Ipv4Addr::LOCALHOST, 1025);
            assert_eq!(live.map(|mut reply| reply.lines.remove(0)), served);
        }
    }

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
        let dialogue = transcript.dialogue().unwrap();
        let recording = Recording::new(dialogue, PathBuf::new(), Arc::new(|_| {}));
        place_received_files(&folder, &recording);
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
