//! What a 213 to SIZE says beside the local file of the same name.
//!
//! ```text
//! ftp> SIZE 1.TXT
//! 213 5
//!   5 of 11 bytes are there
//!   next: PASV, then APPE 1.TXT < 1.TXT +5 sends the rest; or: resume 1.TXT
//! ```

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::evidence::event::Event;
use crate::evidence::reply::CHANGED_BYTES;
use crate::protocol::Command;
use crate::shell::config::secrets::without_secrets;
use crate::shell::config::settings::Settings;
use crate::shell::line::{self, Line, Redirection, quoted};
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::count;

/// A file that both sides have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ComparedSize {
    /// Both names, as they are typed.
    remote: String,
    local: String,
    /// Bytes on the server.
    there: u64,
    /// Bytes here.
    whole: u64,
    /// TYPE A may count them in another way there.
    is_in_type_a: bool,
    /// There is a data connection for the next transfer.
    has_data_port: bool,
    /// Not in a lesson: what comes next is what is to be found out, and it counts what `resume` reads back.
    offers_resume: bool,
}

/// An upload that the server has accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Upload {
    /// The name on the server.
    pub(crate) name: Vec<u8>,
    /// Bytes that were there before the first one that was sent, if that is known.
    pub(crate) before: Option<u64>,
    pub(crate) is_append: bool,
    /// Bytes on the data connection.
    pub(crate) sent: u64,
    /// How many of them were put in, one at each line end.
    pub(crate) line_ends: u64,
    /// It went in TYPE A.
    pub(crate) is_in_type_a: bool,
}

impl Upload {
    /// Bytes that should be there.
    fn expected(&self) -> Option<u64> {
        Some(self.before?.saturating_add(self.sent))
    }
}

impl ComparedSize {
    /// `None` where there is no local file of that name in the local folder, or where the line could not be typed.
    pub(crate) fn of(
        name: &[u8],
        there: u64,
        keeps_bytes: bool,
        has_data_port: bool,
        offers_resume: bool,
        settings: &Settings,
    ) -> Option<Self> {
        let remote = settings.spelling().of_words().spell(name)?;
        let last = remote.rsplit(['/', '\\']).next()?;
        let path = Path::new(last);
        let metadata = path.metadata().ok().filter(|_| !last.is_empty())?;
        let is_harmless = without_secrets(&remote) == remote && escape(remote.as_bytes()) == remote;
        if !metadata.is_file() || !is_harmless {
            return None;
        }
        Some(Self {
            local: quoted(last)?,
            there,
            whole: metadata.len(),
            is_in_type_a: !keeps_bytes && !is_one_line(path),
            has_data_port,
            offers_resume,
            remote,
        })
    }

    /// What can be said of it; `upload` is the last one, if it was of this file.
    pub(crate) fn in_words(&self, upload: Option<&Upload>) -> String {
        let Self {
            remote,
            local,
            there,
            whole,
            ..
        } = self;
        if self.is_in_type_a {
            return format!(
                "your {local} has {}, and TYPE A may count them in another way: TYPE I, then SIZE {remote} once more",
                count(*whole, "byte")
            );
        }
        if let Some(text) = upload.and_then(|upload| self.after(upload)) {
            return text;
        }
        if there == whole {
            let compares = match self.offers_resume {
                true => format!("; `resume {local}` compares them too"),
                false => String::new(),
            };
            return format!(
                "as long as yours: {there} of {} are there{compares}",
                count(*whole, "byte")
            );
        }
        if there > whole {
            let next = match self.offers_resume {
                true => format!(
                    "PASV, then RETR {remote} shows what is there; STOR {remote} < {local} would replace it"
                ),
                false => "`check` says whether that can be mended".to_owned(),
            };
            return format!(
                "the server has {}, your {local} {whole}: it is another file, or more was sent than was missing. {next}",
                count(*there, "byte")
            );
        }
        let there = format!("{there} of {} are there", count(*whole, "byte"));
        match self.offers_resume {
            true => format!("{there}\n{}", self.next()),
            false => there,
        }
    }

    /// What the upload came to, if TYPE A has changed what was sent.
    pub(crate) fn damage(&self, upload: &Upload) -> Option<Event> {
        let Self {
            local,
            there,
            whole,
            ..
        } = self;
        let sizes = format!(
            " Your {local} has {}, {} went out and the server has {there}.",
            count(*whole, "byte"),
            upload.sent
        );
        self.is_changed_by(upload)
            .then(|| Event::new(CHANGED_BYTES).with("sizes", sizes))
    }

    fn is_changed_by(&self, upload: &Upload) -> bool {
        let is_as_sent = upload.expected().is_none_or(|bytes| bytes == self.there);
        let took_it_for_stor = upload.is_append && self.there == upload.sent;
        let is_of_whole_file = upload.sent == self.whole + upload.line_ends;
        upload.is_in_type_a
            && !self.is_in_type_a
            && self.there != self.whole
            && match upload.is_append {
                true => !is_as_sent && !took_it_for_stor,
                false => is_of_whole_file,
            }
    }

    /// The command that sends the rest, where something is missing.
    pub(crate) fn next(&self) -> String {
        let (local, passive) = (
            &self.local,
            if self.has_data_port {
                ""
            } else {
                "PASV, then "
            },
        );
        match self.tail() {
            Some(tail) => format!("next: {passive}{tail} sends the rest; or: resume {local}"),
            None => format!("next: resume {local}"),
        }
    }

    /// Whether a part of the file is there, and the rest is not.
    pub(crate) fn is_partial(&self) -> bool {
        self.there < self.whole && !self.is_in_type_a
    }

    /// `APPE 1.TXT < 1.TXT +5`, if that line means it.
    fn tail(&self) -> Option<String> {
        let sent = format!("APPE {}", self.remote);
        let text = format!("{sent} < {} +{}", self.local, self.there);
        let expected = Line::Raw {
            command: Command::new(sent.into_bytes()).ok()?,
            redirection: Some(Redirection::FromFile {
                path: PathBuf::from(line_word(&self.local)?),
                offset: self.there,
            }),
        };
        let read = line::read(text.as_bytes(), &|_| false).ok()?;
        (read == expected).then_some(text)
    }

    /// What the last upload of the file explains.
    fn after(&self, upload: &Upload) -> Option<String> {
        let Self {
            remote,
            local,
            there,
            whole,
            ..
        } = self;
        if self.is_changed_by(upload) {
            return Some(format!(
                "your {local} has {}, {} went out and the server has {there}: TYPE A changes line ends. next: TYPE I, PASV, \
                 then STOR {remote} < {local} sends it byte for byte",
                count(*whole, "byte"),
                upload.sent
            ));
        }
        let expected = upload.expected()?;
        if *there == expected || (upload.is_in_type_a && there == whole) {
            return None;
        }
        if upload.is_append && expected > upload.sent && *there == upload.sent {
            return Some(format!(
                "the server has only the {} that were sent now: it took APPE for STOR, and what was there before is gone. \
                 next: TYPE I, PASV, then STOR {remote} < {local}",
                count(*there, "byte")
            ));
        }
        let next = match self.offers_resume {
            true => format!("`resume {local}` compares both files"),
            false => format!("PASV, then RETR {remote} shows what is there"),
        };
        Some(format!(
            "{expected} bytes should be there and {there} are: the upload has not arrived as it was sent. next: {next}"
        ))
    }
}

/// Whether TYPE A has nothing to change in the file.
fn is_one_line(path: &Path) -> bool {
    let mut beginning = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(SAMPLE_BYTES + 1).read_to_end(&mut beginning));
    read.is_ok_and(|bytes| bytes as u64 <= SAMPLE_BYTES)
        && !beginning.iter().any(|byte| b"\r\n\0".contains(byte))
}

/// The word that was quoted.
fn line_word(quoted: &str) -> Option<String> {
    let mut words = shlex::split(quoted)?;
    words.pop().filter(|_| words.is_empty())
}

const SAMPLE_BYTES: u64 = 8 * 1024;

#[cfg(test)]
mod tests {
    use super::{ComparedSize, Upload};

    fn file(there: u64, whole: u64) -> ComparedSize {
        ComparedSize {
            remote: "d/f".to_owned(),
            local: "f".to_owned(),
            there,
            whole,
            is_in_type_a: false,
            has_data_port: false,
            offers_resume: true,
        }
    }

    fn appended(before: u64, sent: u64) -> Upload {
        Upload {
            name: b"d/f".to_vec(),
            before: Some(before),
            is_append: true,
            sent,
            line_ends: 0,
            is_in_type_a: false,
        }
    }

    #[test]
    fn the_rest_of_a_file_is_offered_as_a_line_that_can_be_typed() {
        let said = file(5, 11).in_words(None);
        assert!(
            said.starts_with("5 of 11 bytes are there\nnext: PASV, then APPE d/f < f +5 sends")
        );
        let open = ComparedSize {
            has_data_port: true,
            ..file(5, 11)
        };
        assert!(open.next().starts_with("next: APPE d/f < f +5"));
        let odd = ComparedSize {
            remote: "a < b".to_owned(),
            local: "'a < b'".to_owned(),
            ..file(5, 11)
        };
        assert!(
            odd.next().contains("APPE a < b < 'a < b' +5"),
            "{}",
            odd.next()
        );
    }

    #[test]
    fn a_lesson_is_not_offered_what_it_would_count_or_has_not_explained() {
        let by_hand = |there| ComparedSize {
            offers_resume: false,
            ..file(there, 11)
        };
        for said in [
            by_hand(5).in_words(None),
            by_hand(11).in_words(None),
            by_hand(12).in_words(None),
            by_hand(9).in_words(Some(&appended(5, 6))),
        ] {
            assert!(!said.contains("resume") && !said.contains("STOR"), "{said}");
        }
        assert_eq!(by_hand(5).in_words(None), "5 of 11 bytes are there");
    }

    #[test]
    fn what_is_whole_or_too_long_is_not_sent_once_more() {
        assert!(
            file(11, 11)
                .in_words(None)
                .starts_with("as long as yours: 11 of 11")
        );
        let said = file(16, 11).in_words(None);
        assert!(
            said.contains("more was sent than was missing") && !said.contains("APPE"),
            "{said}"
        );
        assert!(!file(16, 11).is_partial() && !file(11, 11).is_partial());
    }

    #[test]
    fn an_append_that_was_a_store_is_not_followed_by_another_append() {
        let said = file(6, 11).in_words(Some(&appended(5, 6)));
        assert!(said.contains("it took APPE for STOR"), "{said}");
        assert!(
            said.ends_with("STOR d/f < f") && !said.contains("+6"),
            "{said}"
        );
        let said = file(11, 11).in_words(Some(&appended(5, 6)));
        assert!(said.starts_with("as long as yours"), "{said}");
        let said = file(9, 11).in_words(Some(&appended(5, 6)));
        assert!(
            said.starts_with("11 bytes should be there and 9 are"),
            "{said}"
        );
    }

    #[test]
    fn an_upload_after_rest_is_whole_with_the_bytes_that_the_marker_has_skipped() {
        let stored = Upload {
            is_append: false,
            ..appended(5, 6)
        };
        let said = file(11, 11).in_words(Some(&stored));
        assert!(said.starts_with("as long as yours: 11 of 11"), "{said}");
        let said = file(6, 11).in_words(Some(&stored));
        assert!(
            said.starts_with("11 bytes should be there and 6 are"),
            "{said}"
        );
    }

    #[test]
    fn what_type_a_has_changed_is_named() {
        let stored = Upload {
            before: Some(0),
            is_append: false,
            line_ends: 2,
            is_in_type_a: true,
            ..appended(0, 10)
        };
        let event = file(7, 8).damage(&stored).unwrap();
        assert_eq!(event.cause, "type-a-changed-bytes");
        let sizes = " Your f has 8 bytes, 10 went out and the server has 7.";
        assert_eq!(event.fact("sizes"), Some(sizes));
        // vsftpd stores what comes unless it is configured to convert.
        assert!(file(10, 8).damage(&stored).is_some());
        // The server has turned the line ends back; it was another file that was sent.
        for (there, whole) in [(8, 8), (9, 11)] {
            assert_eq!(file(there, whole).damage(&stored), None);
        }
        let said = file(7, 8).in_words(Some(&stored));
        assert!(said.starts_with("your f has 8 bytes, 10 went out and the server has 7: TYPE A"));
        let text = ComparedSize {
            is_in_type_a: true,
            ..file(10, 8)
        };
        for upload in [Some(&stored), None] {
            let said = text.in_words(upload);
            assert!(said.contains("TYPE I, then SIZE d/f once more"), "{said}");
        }
        // The server has turned the line ends back.
        let said = file(8, 8).in_words(Some(&stored));
        assert!(said.starts_with("as long as yours"), "{said}");
    }
}
