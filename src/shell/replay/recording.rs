//! `record`: the file that a session is written down in.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::shell::exit::Exit;
use crate::shell::local::file_identity::FileIdentity;
use crate::shell::local::received_file::is_named_pipe;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Painter, Tone};
use crate::transcript::recorder::{Recorder, RecordingPlace};

/// What writes a session down, and whether and where it does.
pub(crate) struct Recording {
    /// Observes the session, and writes it down while the recording is on.
    recorder: Recorder,
    state: State,
    painter: Painter,
    has_failed: bool,
}

/// How much of the replies is expected of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Their codes.
    Codes,
    /// Also the texts that are likely to stay the same on this server.
    Texts,
}

#[derive(Default)]
enum State {
    #[default]
    Off,
    /// It begins with the next connection.
    Awaiting(RecordingFile, Detail),
    /// Of the present session.
    On(PathBuf, OwnFiles),
}

/// The file of a recording, and those of the data that were sent so far.
#[derive(Clone)]
struct OwnFiles(Arc<Mutex<Vec<FileIdentity>>>);

impl OwnFiles {
    fn new(recording: FileIdentity) -> Self {
        Self(Arc::new(Mutex::new(vec![recording])))
    }

    fn add(&self, file: FileIdentity) {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.push(file);
    }

    fn has_one_at(&self, path: &Path) -> bool {
        let files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.iter().any(|file| file.is_at(path))
    }
}

impl Recording {
    /// Nothing is recorded.
    pub(crate) fn new(painter: Painter) -> Self {
        Self {
            recorder: Recorder::default(),
            state: State::Off,
            painter,
            has_failed: false,
        }
    }

    /// Whether a session is or will be recorded.
    pub(crate) fn is_asked_for(&self) -> bool {
        !matches!(self.state, State::Off)
    }

    /// `record FILE`: of the session that is open, else of the next one.
    pub(crate) fn begin(
        &mut self,
        path: &Path,
        may_replace: bool,
        detail: Detail,
        is_connected: bool,
    ) -> Exit {
        if let State::On(path, _) | State::Awaiting(RecordingFile { path, .. }, _) = &self.state {
            let path = shown(path);
            return self.painter.refuse(&format!(
                "{path} is being recorded: `record off` ends that first"
            ));
        }
        let file = match RecordingFile::open(path, may_replace) {
            Ok(file) => file,
            Err(error) => return self.painter.refuse_file(path, &error),
        };
        self.state = State::Awaiting(file, detail);
        if is_connected {
            self.begin_session();
        }
        self.describe()
    }

    /// Whether this path leads to the file of the recording, or to one of its data.
    pub(crate) fn is_in(&self, path: &Path) -> bool {
        match &self.state {
            State::Off => false,
            State::Awaiting(RecordingFile { files, .. }, _) | State::On(_, files) => {
                files.has_one_at(path)
            }
        }
    }

    /// The recorder of a new session: it observes no other.
    pub(crate) fn new_recorder(&mut self, is_secret_from_start: bool) -> Recorder {
        self.recorder = Recorder::new(is_secret_from_start);
        self.recorder.clone()
    }

    /// There is a session: what waited for one is begun.
    pub(crate) fn begin_session(&mut self) {
        match std::mem::take(&mut self.state) {
            State::Awaiting(file, detail) => {
                self.state = State::On(file.path.clone(), file.files.clone());
                let keeps_texts = detail == Detail::Texts;
                self.recorder.start(Box::new(file), keeps_texts);
            }
            other => self.state = other,
        }
    }

    /// The session is over, and with it its recording.
    pub(crate) fn end_session(&mut self) {
        if let State::On(path, _) = &self.state {
            let path = shown(path);
            self.recorder.stop();
            self.check();
            if matches!(self.state, State::On(..)) {
                self.painter.say(Tone::Note, &format!("recorded in {path}"));
            }
            self.state = State::Off;
        }
    }

    /// Whether the recording could not be written to its end; true once.
    pub(crate) fn take_failure(&mut self) -> bool {
        self.check();
        std::mem::take(&mut self.has_failed)
    }

    /// `record off`.
    pub(crate) fn stop(&mut self) -> Exit {
        match &self.state {
            State::Off => return self.describe(),
            State::Awaiting(..) => self.state = State::Off,
            State::On(..) => self.end_session(),
        }
        Exit::Done
    }

    /// `record`: says what is recorded, and where.
    pub(crate) fn describe(&self) -> Exit {
        let text = match &self.state {
            State::Off => "nothing is recorded: `record FILE` begins".to_owned(),
            State::Awaiting(file, _) => {
                format!("the next session is recorded in {}", shown(&file.path))
            }
            State::On(path, _) => format!("this session is recorded in {}", shown(path)),
        };
        self.painter.say(Tone::Note, &text);
        Exit::Done
    }

    /// Says it if the recording broke off.
    fn check(&mut self) {
        let Some(error) = self.recorder.take_error() else {
            return;
        };
        if let State::On(path, _) = std::mem::take(&mut self.state) {
            let path = shown(&path);
            let text = format!("{path}: {error}. The recording ends here; the session goes on");
            self.painter.say(Tone::Error, &text);
        }
        self.has_failed = true;
    }
}

/// The file of a recording; it is removed again if nothing was recorded.
pub(crate) struct RecordingFile {
    path: PathBuf,
    file: File,
    files: OwnFiles,
    /// Written so far.
    bytes: u64,
    is_new: bool,
    has_begun: bool,
}

impl RecordingFile {
    /// Opens it without changing what is there.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::AlreadyExists`] unless it may be replaced, else the error of the system.
    fn open(path: &Path, may_replace: bool) -> io::Result<Self> {
        // `lcd` must not lead the files of its data elsewhere.
        let path = std::path::absolute(path)?;
        if is_named_pipe(&path) {
            return Err(io::Error::other(
                "it is a named pipe, whose reader could hold up the session",
            ));
        }
        let created = OpenOptions::new().write(true).create_new(true).open(&path);
        let (file, is_new) = match created {
            Ok(file) => (file, true),
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            Err(_) if may_replace => (OpenOptions::new().write(true).open(&path)?, false),
            Err(_) => return Err(io::Error::new(io::ErrorKind::AlreadyExists, EXISTS)),
        };
        Ok(Self {
            path,
            files: OwnFiles::new(FileIdentity::of(&file)?),
            file,
            bytes: 0,
            is_new,
            has_begun: false,
        })
    }
}

impl RecordingPlace for RecordingFile {
    fn write(&mut self, lines: &str) -> io::Result<()> {
        if !std::mem::replace(&mut self.has_begun, true) && self.file.metadata()?.is_file() {
            self.file.set_len(0)?;
        }
        let written = self.file.write_all(lines.as_bytes());
        if written.is_err() {
            // Half a line must not stay. A device cannot be cut.
            let _ = self.file.set_len(self.bytes);
        } else {
            self.bytes += lines.len() as u64;
        }
        written
    }

    fn replace_end(&mut self, old: &str, new: &str) -> io::Result<()> {
        if !self.file.metadata()?.is_file() {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let start = self.bytes.saturating_sub(old.len() as u64);
        let mut put = |text: &str| {
            self.file.seek(SeekFrom::Start(start))?;
            // In one go: whoever kills us leaves the old lines or the new ones.
            self.file.write_all(text.as_bytes())
        };
        match put(new) {
            Ok(()) => {
                self.bytes = start + new.len() as u64;
                Ok(())
            }
            Err(error) => {
                // There was room for the old lines.
                let _ = put(old);
                let _ = self.file.set_len(self.bytes);
                Err(error)
            }
        }
    }

    fn take_back(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_sub(bytes);
        // What cannot be cut stays, and is a recording that was cut off.
        let _ = self.file.set_len(self.bytes);
    }

    fn data_file(&mut self) -> (String, Box<dyn Write + Send>) {
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy();
        let mut number = 1;
        loop {
            let name = format!("{stem}.{number}.data");
            let path = self.path.with_file_name(&name);
            if path.symlink_metadata().is_err() {
                let (file, files) = (None, self.files.clone());
                return (name, Box::new(DataFile { path, file, files }));
            }
            number += 1;
        }
    }
}

impl Drop for RecordingFile {
    fn drop(&mut self) {
        if self.is_new && !self.has_begun {
            // If it cannot be removed, an empty file stays.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The data of one upload, in a file that is made for the first byte.
struct DataFile {
    path: PathBuf,
    file: Option<File>,
    /// Where it is named once it is there.
    files: OwnFiles,
}

impl DataFile {
    fn begin(&mut self) -> io::Result<&mut File> {
        match &mut self.file {
            Some(file) => Ok(file),
            none => {
                let file = OpenOptions::new()
                    .write(true)
                    .create_new(true)
                    .open(&self.path)?;
                self.files.add(FileIdentity::of(&file)?);
                Ok(none.insert(file))
            }
        }
    }
}

impl Write for DataFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.begin().and_then(|file| file.write(bytes));
        written.map_err(|error| {
            let name = self.path.file_name().unwrap_or_default();
            io::Error::new(
                error.kind(),
                format!("{}: {error}", escape(name.as_encoded_bytes())),
            )
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), File::flush)
    }
}

fn shown(path: &Path) -> String {
    escape(path.as_os_str().as_encoded_bytes())
}

const EXISTS: &str = "it exists already; with --replace it is replaced";
