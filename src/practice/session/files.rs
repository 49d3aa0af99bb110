//! CWD, CDUP, PWD, MKD, RMD, DELE, RNFR, RNTO, SIZE, MDTM, MLST: commands on files without a data connection.

use std::fs::{self, File};
use std::io::{self, Read};
use std::thread;
use std::time::Duration;

use super::super::faults::Fault;
use super::super::folder::{self, ServerPath};
use super::super::listing::{self, Entry};
use super::Session;
use crate::protocol::line_ends::ToCrlf;

/// SIZE in TYPE A reads the file, so there is an end to it.
const LARGEST_COUNTED: u64 = 256 * 1024 * 1024;
/// How long `two-replies` waits before its second reply, so that it comes in a segment of its own.
const SECOND_REPLY_AFTER: Duration = Duration::from_millis(50);

impl Session {
    pub(super) fn cwd(&mut self, argument: &[u8]) {
        let Some(path) = self.named_path(argument) else {
            return;
        };
        let known = self.service.folder.metadata(&path);
        if self.service.has(&Fault::TwoReplies) && known.is_ok_and(|it| it.is_dir()) {
            self.reply(200, "Directory changed.");
            thread::sleep(SECOND_REPLY_AFTER);
        }
        self.change_directory(path);
    }

    pub(super) fn cdup(&mut self) {
        self.change_directory(self.path(b".."));
    }

    pub(super) fn pwd(&self) {
        let mut text = quoted(&self.state.directory);
        text.extend_from_slice(b" is current directory.");
        self.reply(257, text);
    }

    pub(super) fn mkd(&self, argument: &[u8]) {
        let Some(path) = self.named_path(argument) else {
            return;
        };
        match self.service.folder.place(&path).and_then(fs::create_dir) {
            Ok(()) => self.reply(257, [quoted(&path).as_slice(), b" created."].concat()),
            Err(error) => self.reply(550, folder::refusal(&error)),
        }
    }

    pub(super) fn rmd(&self, argument: &[u8]) {
        let Some(path) = self.named_path(argument) else {
            return;
        };
        let place = self.service.folder.place(&path);
        self.done_or_550(place.and_then(fs::remove_dir), "Directory removed.");
    }

    pub(super) fn dele(&self, argument: &[u8]) {
        let Some(path) = self.named_path(argument) else {
            return;
        };
        let place = self.service.folder.place(&path);
        self.done_or_550(place.and_then(fs::remove_file), "File deleted.");
    }

    pub(super) fn rnfr(&mut self, argument: &[u8]) {
        let Some(path) = self.named_path(argument) else {
            return;
        };
        match self
            .service
            .folder
            .place(&path)
            .and_then(fs::symlink_metadata)
        {
            Ok(_) => {
                self.state.rename_from = Some(path);
                self.reply(350, "Ready for RNTO.");
            }
            Err(error) => self.reply(550, folder::refusal(&error)),
        }
    }

    pub(super) fn rnto(&self, argument: &[u8], from: Option<ServerPath>) {
        let Some(from) = from else {
            return self.reply(503, "RNFR first.");
        };
        let Some(to) = self.named_path(argument) else {
            return;
        };
        let folder = &self.service.folder;
        let renamed = folder
            .place(&from)
            .and_then(|from| fs::rename(from, folder.place(&to)?));
        match renamed {
            Ok(()) => self.reply(250, "Renamed."),
            Err(error) => self.reply(553, folder::refusal(&error)),
        }
    }

    pub(super) fn size(&self, argument: &[u8]) {
        if self.service.has(&Fault::NoSize) {
            return self.reply(502, "SIZE is not implemented.");
        }
        let Some(path) = self.named_path(argument) else {
            return;
        };
        if self.state.is_ascii && self.service.has(&Fault::SizeNeedsTypeI) {
            return self.reply(550, "SIZE not allowed in ASCII mode.");
        }
        match self.transfer_size(&path) {
            Ok(size) => self.reply(213, size.to_string()),
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                self.reply(550, "Too large for SIZE in TYPE A.");
            }
            Err(error) => self.reply(550, folder::refusal(&error)),
        }
    }

    pub(super) fn mdtm(&self, argument: &[u8]) {
        let Some(path) = self.named_path(argument) else {
            return;
        };
        match listing::modification_time(&self.service.folder, &path) {
            Ok(time) => self.reply(213, time),
            Err(error) => self.reply(550, folder::refusal(&error)),
        }
    }

    pub(super) fn mlst(&self, argument: &[u8]) {
        if self.service.has(&Fault::NoMlst) {
            return self.reply(502, "MLST is not implemented.");
        }
        let path = self.path(argument);
        match Entry::of(&self.service.folder, &path, &path.shown()) {
            Ok(entry) => self.replies.send_lines(
                250,
                b"Listing:",
                [entry.facts_line(self.state.facts)],
                b"End",
            ),
            Err(error) => self.reply(550, folder::refusal(&error)),
        }
    }

    fn change_directory(&mut self, path: ServerPath) {
        match self.service.folder.metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {
                self.state.directory = path;
                let mut text = b"Directory changed to ".to_vec();
                text.extend_from_slice(&self.state.directory.shown());
                self.reply(250, text);
            }
            Ok(_) => self.reply(550, "Not a directory."),
            Err(error) => self.reply(550, folder::refusal(&error)),
        }
    }

    /// The octets that a transfer in the present TYPE would put on the wire (RFC 3659 section 4).
    fn transfer_size(&self, path: &ServerPath) -> io::Result<u64> {
        let size = self.service.folder.file_metadata(path)?.len();
        if !self.state.is_ascii {
            return Ok(size);
        }
        if size > LARGEST_COUNTED {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let file: File = self.service.folder.open_reading(path)?;
        wire_size(file)
    }

    fn done_or_550(&self, result: io::Result<()>, done: &str) {
        match result {
            Ok(()) => self.reply(250, done),
            Err(error) => self.reply(550, folder::refusal(&error)),
        }
    }
}

/// A path in quotation marks, those within it doubled (RFC 959 appendix II).
fn quoted(path: &ServerPath) -> Vec<u8> {
    let mut text = vec![b'"'];
    for octet in path.shown() {
        text.push(octet);
        if octet == b'"' {
            text.push(octet);
        }
    }
    text.push(b'"');
    text
}

/// How many octets a transfer in TYPE A would put on the wire (RFC 3659 section 4).
fn wire_size(mut file: impl Read) -> io::Result<u64> {
    let mut to_crlf = ToCrlf::default();
    let mut buffer = [0; 16 * 1024];
    let mut wire = Vec::new();
    let mut size = 0;
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(size);
        }
        wire.clear();
        to_crlf.convert(&buffer[..count], &mut wire);
        size += wire.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::wire_size;

    #[test]
    fn the_size_is_that_of_the_wire() {
        assert_eq!(wire_size(&b"one\ntwo\r\n"[..]).unwrap(), 10);
    }
}
