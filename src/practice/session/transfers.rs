//! RETR, STOR, APPE, STOU, LIST, NLST, MLSD: what uses the data connection.

use std::fs::File;
use std::io::{self, Cursor, Seek, SeekFrom};
use std::sync::Arc;
use std::time::SystemTime;

use super::super::faults::Fault;
use super::super::folder::{self, ServerPath, Writing};
use super::super::listing::{self, Entry};
use super::super::transfer::{Order, Payload, Start, Transfer};
use super::super::words::Words;
use super::Session;

/// How many names STOU tries.
const UNIQUE_NAMES: u32 = 1000;

/// Why a file could not be opened for a transfer.
enum Refusal {
    Marker,
    File(io::Error),
}

impl Session {
    pub(super) fn retr(&mut self, argument: &[u8]) {
        let marker = self.state.restart_marker.take();
        let Some(path) = self.named_path(argument) else {
            return;
        };
        if self.service.has(&Fault::WriteOnly) {
            return self.reply(550, "Permission denied.");
        }
        if self.is_marker_misplaced(marker) {
            return;
        }
        match self.opened_for_reading(&path, marker.unwrap_or(0)) {
            Ok((file, size)) => {
                let opening = self.opening(path.name(), Some(size));
                let payload = Payload::Download(Box::new(file));
                self.start(payload, self.state.is_ascii, opening);
            }
            Err(refusal) => self.refuse(550, &refusal),
        }
    }

    pub(super) fn stor(&mut self, argument: &[u8]) {
        let marker = self.state.restart_marker.take();
        let start = match marker {
            Some(marker) if self.service.has(&Fault::RestZeroFills) => Start::Zeros(marker),
            Some(marker) => Start::Marker(marker),
            None => Start::Empty,
        };
        self.store(argument, marker, start);
    }

    pub(super) fn appe(&mut self, argument: &[u8]) {
        if self.service.has(&Fault::NoAppe) {
            return self.reply(502, "APPE is not implemented.");
        }
        let marker = self.state.restart_marker.take();
        let start = match marker {
            _ if self.service.has(&Fault::AppeAsStor) => Start::Empty,
            // RFC 3659 section 5.3: after REST it is as STOR.
            Some(marker) => Start::Marker(marker),
            None => Start::End,
        };
        self.store(argument, marker, start);
    }

    pub(super) fn stou(&mut self, argument: &[u8]) {
        self.state.restart_marker = None;
        let wanted: &[u8] = if argument.is_empty() {
            b"ftp"
        } else {
            argument
        };
        if self.state.data_port.is_none() {
            return self.reply(425, NO_DATA_PORT);
        }
        match self.unique_file(wanted) {
            Ok((file, path)) => {
                // RFC 1123 section 4.1.2.9.
                let opening = [b"FILE: ", path.name()].concat();
                let payload = Payload::Upload(file, Start::Empty);
                self.start(payload, self.state.is_ascii, opening);
            }
            Err(error) => self.reply(553, folder::refusal(&error)),
        }
    }

    pub(super) fn list(&mut self, argument: &[u8]) {
        let now = SystemTime::now();
        let is_dos = self.service.has(&Fault::DosList);
        let argument = self.without_options(argument).to_vec();
        self.send_listing(&argument, |entry, _| {
            if is_dos {
                entry.dos_line()
            } else {
                entry.unix_line(now)
            }
        });
    }

    pub(super) fn nlst(&mut self, argument: &[u8]) {
        let argument = self.without_options(argument).to_vec();
        self.send_listing(&argument, |entry, prefix| [prefix, entry.name()].concat());
    }

    pub(super) fn mlsd(&mut self, argument: &[u8]) {
        if self.service.has(&Fault::NoMlst) {
            return self.reply(502, "MLSD is not implemented.");
        }
        let path = self.path(argument);
        match self.service.folder.metadata(&path) {
            Ok(metadata) if !metadata.is_dir() => self.reply(501, "Not a directory."),
            Err(error) => self.reply(550, folder::refusal(&error)),
            Ok(_) => {
                let facts = self.state.facts;
                self.send_listing(argument, |entry, _| entry.facts_line(facts));
            }
        }
    }

    /// Opens a file for STOR or APPE and starts the transfer.
    fn store(&mut self, argument: &[u8], marker: Option<u64>, start: Start) {
        let Some(path) = self.named_path(argument) else {
            return;
        };
        if self.is_marker_misplaced(marker) {
            return;
        }
        // Before the file is opened: a refused command must not leave an empty one.
        if self.state.data_port.is_none() {
            return self.reply(425, NO_DATA_PORT);
        }
        match self.opened_for_writing(&path, start) {
            Ok(file) => {
                let opening = self.opening(path.name(), None);
                let payload = Payload::Upload(file, start);
                self.start(payload, self.state.is_ascii, opening);
            }
            Err(refusal) => self.refuse(553, &refusal),
        }
    }

    fn opened_for_reading(&self, path: &ServerPath, marker: u64) -> Result<(File, u64), Refusal> {
        let mut file = self
            .service
            .folder
            .open_reading(path)
            .map_err(Refusal::File)?;
        let size = file.metadata().map_err(Refusal::File)?.len();
        if marker > size {
            return Err(Refusal::Marker);
        }
        file.seek(SeekFrom::Start(marker)).map_err(Refusal::File)?;
        Ok((file, size))
    }

    fn opened_for_writing(&self, path: &ServerPath, start: Start) -> Result<File, Refusal> {
        let folder = &self.service.folder;
        if let Start::Marker(marker) = start {
            let size = folder.file_metadata(path).map_or(0, |known| known.len());
            if marker > size {
                return Err(Refusal::Marker);
            }
        }
        let writing = match start {
            Start::End => Writing::Append,
            Start::Empty | Start::Marker(_) | Start::Zeros(_) => Writing::Anywhere,
        };
        folder.open_writing(path, writing).map_err(Refusal::File)
    }

    fn unique_file(&self, wanted: &[u8]) -> io::Result<(File, ServerPath)> {
        for number in 0..UNIQUE_NAMES {
            let name = if number == 0 {
                wanted.to_vec()
            } else {
                [wanted, format!(".{number}").as_bytes()].concat()
            };
            let path = self.path(&name);
            match self.service.folder.open_writing(&path, Writing::New) {
                Ok(file) => return Ok((file, path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Lists a directory, or one file; a listing is lines of TYPE A whatever the TYPE is.
    fn send_listing(&mut self, argument: &[u8], line: impl Fn(&Entry, &[u8]) -> Vec<u8>) {
        let path = self.path(argument);
        let folder = &self.service.folder;
        let lines = match Entry::of(folder, &path, argument) {
            Ok(entry) if entry.is_directory() => {
                let prefix = directory_prefix(argument);
                Entry::within(folder, &path)
                    .map(|entries| entries.iter().map(|it| line(it, &prefix)).collect())
            }
            Ok(entry) => Ok(vec![line(&entry, b"")]),
            Err(error) => Err(error),
        };
        match lines {
            Ok(lines) => {
                let lines: Vec<Vec<u8>> = lines;
                let payload = Payload::Download(Box::new(Cursor::new(listing::joined(lines))));
                self.start(payload, false, self.opening(path.name(), None));
            }
            Err(error) => self.reply(450, folder::refusal(&error)),
        }
    }

    /// Clients send `LIST -la` to servers that would hand it to ls; here it is the listing without the options.
    fn without_options<'a>(&self, argument: &'a [u8]) -> &'a [u8] {
        let mut rest = argument;
        while rest.starts_with(b"-") && self.service.folder.metadata(&self.path(rest)).is_err() {
            let end = rest.iter().position(|&octet| octet == b' ');
            rest = end.map_or(b"", |end| &rest[end + 1..]);
        }
        rest
    }

    fn opening(&self, name: &[u8], size: Option<u64>) -> Vec<u8> {
        let representation = if self.state.is_ascii {
            "ASCII"
        } else {
            "BINARY"
        };
        let mut text = format!("Opening {representation} mode data connection for ").into_bytes();
        text.extend_from_slice(name);
        if let Some(size) = size {
            text.extend_from_slice(format!(" ({size} bytes)").as_bytes());
        }
        text.push(b'.');
        text
    }

    fn start(&mut self, payload: Payload, is_ascii: bool, opening: Vec<u8>) {
        self.start_with_words(payload, is_ascii, Words::Own(opening));
    }

    pub(super) fn start_with_words(&mut self, payload: Payload, is_ascii: bool, words: Words) {
        let Some(port) = self.state.data_port.take() else {
            return self.reply(425, NO_DATA_PORT);
        };
        let order = Order {
            port,
            client: self.client,
            payload,
            is_ascii,
            words,
            security: self.data_security(),
        };
        match Transfer::start(order, Arc::clone(&self.service), Arc::clone(&self.replies)) {
            Ok(transfer) => self.transfer = Some(transfer),
            Err(_) => self.reply(451, "No thread for the transfer."),
        }
    }

    /// A marker of TYPE I means nothing in TYPE A (RFC 1123 section 4.1.3.4 has the code).
    fn is_marker_misplaced(&self, marker: Option<u64>) -> bool {
        let is_misplaced = self.state.is_ascii && marker.is_some();
        if is_misplaced {
            self.reply(555, "The restart marker holds for TYPE I only.");
        }
        is_misplaced
    }

    fn refuse(&self, code: u16, refusal: &Refusal) {
        match refusal {
            Refusal::Marker => self.reply(554, "The restart marker is behind the end of the file."),
            Refusal::File(error) => self.reply(code, folder::refusal(error)),
        }
    }
}

const NO_DATA_PORT: &str = "Use PASV or PORT first.";

/// What NLST puts in front of a name so that the whole is a path (RFC 959: for further file operations).
fn directory_prefix(argument: &[u8]) -> Vec<u8> {
    if argument.is_empty() || argument.ends_with(b"/") {
        argument.to_vec()
    } else {
        [argument, b"/"].concat()
    }
}
