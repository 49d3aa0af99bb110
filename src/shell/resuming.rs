//! The built-in `resume`: its arguments, the local file, and what it says.

use std::cell::RefCell;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::core::{Keyboard, Shell};
use super::editor::Typed;
use super::escape::escape;
use super::exit::Exit;
use super::line::expand_home;
use super::painter::{Painter, Tone, count};
use super::places::AppendedFile;
use crate::session::resume::{
    self, Listener, LocalSource, LocalTarget, Options, Proof, Remark, ResumeError, SizeSource,
};
use crate::session::{Destination, FileSection, Source};

/// What was typed behind `resume`.
struct Asked {
    download: bool,
    options: Options,
    local: PathBuf,
    remote: Vec<u8>,
}

impl Shell {
    pub(super) fn resume(&mut self, arguments: &[String]) -> Exit {
        let asked = match read_arguments(arguments) {
            Ok(asked) => asked,
            Err(problem) => return self.refuse_line(&problem),
        };
        let local = expand_home(&asked.local, self.home.as_deref());
        if let Err(exit) = self.connected() {
            return exit;
        }
        if self.has_background() {
            return self.refuse_second_transfer();
        }
        let result = if asked.download {
            self.resume_download(&asked, &local)
        } else {
            match LocalFile::open(&local) {
                Ok(file) => self.resume_upload(&asked, &file),
                Err(error) => return self.refuse_file(&local, &error),
            }
        };
        match result {
            Ok(proof) => {
                self.painter.say(Tone::Success, &proven(&proof));
                Exit::Done
            }
            Err(error) => self.tell_resume_error(&error, &local),
        }
    }

    fn resume_upload(&mut self, asked: &Asked, local: &LocalFile) -> Result<Proof, ResumeError> {
        self.with_listener(|session, listener| {
            resume::upload(session, local, &asked.remote, &asked.options, listener)
        })
    }

    fn resume_download(&mut self, asked: &Asked, local: &Path) -> Result<Proof, ResumeError> {
        let target = LocalTargetFile {
            path: local.to_owned(),
        };
        self.with_listener(|session, listener| {
            resume::download(session, &asked.remote, &target, &asked.options, listener)
        })
    }

    fn with_listener<T>(
        &mut self,
        work: impl FnOnce(&crate::session::Session, &mut dyn Listener) -> Result<T, ResumeError>,
    ) -> Result<T, ResumeError> {
        let interrupts = self.interrupts.clone();
        let lost = || ResumeError::Lost {
            known: "nothing was sent".to_owned(),
        };
        let session = self.session.take().ok_or_else(lost)?;
        let mut telling = Telling {
            painter: &self.painter,
            keyboard: RefCell::new(&mut self.keyboard),
        };
        let result = interrupts.during(|| work(&session, &mut telling));
        self.session = Some(session);
        result
    }

    fn tell_resume_error(&self, error: &ResumeError, local: &Path) -> Exit {
        let text = match error {
            ResumeError::Local(error) => {
                format!("{}: {error}", escape(local.as_os_str().as_encoded_bytes()))
            }
            other => escape(other.to_string().as_bytes()),
        };
        self.painter.say(Tone::Error, &format!("resume: {text}"));
        match error {
            ResumeError::Refused(_) => Exit::Resume,
            ResumeError::Local(_) => Exit::LocalFile,
            ResumeError::Lost { .. } | ResumeError::TimedOut { .. } => Exit::Connection,
            ResumeError::Interrupted { .. } => Exit::Interrupted,
        }
    }
}

struct Telling<'a> {
    painter: &'a Painter,
    keyboard: RefCell<&'a mut Keyboard>,
}

impl Listener for Telling<'_> {
    fn remark(&mut self, remark: &Remark) {
        let (tone, text) = in_words(remark);
        self.painter.say(tone, &text);
    }

    fn accepts_unverified(&mut self) -> bool {
        let mut keyboard = self.keyboard.borrow_mut();
        let Keyboard::Terminal(editor) = &mut **keyboard else {
            return false;
        };
        let question = "what is there cannot be compared. Append all the same? [y/N] ";
        matches!(editor.read_line(question), Typed::Line(answer) if answer.trim().eq_ignore_ascii_case("y"))
    }
}

/// The local file of an upload, opened once, so that every step reads the same file whatever its name means later.
struct LocalFile {
    path: PathBuf,
    file: Arc<File>,
    size: u64,
    modified: Option<SystemTime>,
}

impl LocalFile {
    /// Opened here to be refused before anything is sent.
    fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other(
                "it is not a plain file, so it has no size to resume by",
            ));
        }
        Ok(Self {
            path: path.to_owned(),
            file: Arc::new(file),
            size: metadata.len(),
            modified: metadata.modified().ok(),
        })
    }

    fn is_as_opened(&self, metadata: &Metadata) -> bool {
        metadata.len() == self.size && metadata.modified().ok() == self.modified
    }
}

impl LocalSource for LocalFile {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_from(&self, offset: u64) -> Box<dyn Read + Send> {
        Box::new(FileSection::from(Arc::clone(&self.file), offset))
    }

    fn section(&self, offset: u64, octets: u64) -> Source {
        Source::Section(FileSection::of(Arc::clone(&self.file), offset, octets))
    }

    fn is_unchanged(&self) -> io::Result<bool> {
        let named = match fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            named => named?,
        };
        Ok(self.is_as_opened(&self.file.metadata()?) && self.is_as_opened(&named))
    }
}

/// The local file of a download, which need not exist yet.
struct LocalTargetFile {
    path: PathBuf,
}

impl LocalTarget for LocalTargetFile {
    fn size(&self) -> io::Result<Option<u64>> {
        match fs::metadata(&self.path) {
            Ok(metadata) if metadata.is_file() => Ok(Some(metadata.len())),
            Ok(_) => Err(io::Error::other("it is not a plain file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn read_from(&self, offset: u64) -> io::Result<Box<dyn Read + Send>> {
        match read_from(&self.path, offset) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Box::new(io::empty())),
            other => other,
        }
    }

    fn append(&self, there: Option<u64>) -> io::Result<Box<dyn Destination>> {
        // A file that may not be written is refused before anything comes.
        let file = there.map(|_| AppendedFile::open(&self.path)).transpose()?;
        Ok(Box::new(RestOfFile {
            path: self.path.clone(),
            there,
            file,
            begun: false,
        }))
    }

    fn cut_back(&self, there: u64, appended: u64) -> io::Result<bool> {
        match OpenOptions::new().write(true).open(&self.path) {
            Ok(file) if file.metadata()?.len() == there + appended => {
                file.set_len(there)?;
                Ok(true)
            }
            Ok(_) => Ok(false),
            // Where nothing was written, nothing was created.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(there + appended == 0),
            Err(error) => Err(error),
        }
    }
}

/// Adds to a file that is still as it was found, or creates the one that was not there.
struct RestOfFile {
    path: PathBuf,
    there: Option<u64>,
    file: Option<AppendedFile>,
    begun: bool,
}

impl RestOfFile {
    fn begin(&mut self) -> io::Result<&mut AppendedFile> {
        let begun = mem::replace(&mut self.begun, true);
        if let Some(there) = self.there.filter(|_| !begun) {
            let size = fs::metadata(&self.path)?.len();
            if size != there {
                return Err(io::Error::other(format!(
                    "something else wrote to it: it had {there} octets and has {size} now. Nothing was appended"
                )));
            }
        }
        match &mut self.file {
            Some(file) => Ok(file),
            absent => Ok(absent.insert(AppendedFile::create(&self.path)?)),
        }
    }
}

impl Destination for RestOfFile {
    fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        self.begin()?.write(octets)
    }

    fn end(&mut self, accepted: bool) -> io::Result<()> {
        if accepted && self.file.is_none() && !self.begun {
            return self.begin()?.end(accepted);
        }
        match &mut self.file {
            Some(file) => file.end(accepted),
            None => Ok(()),
        }
    }
}

fn read_from(path: &Path, offset: u64) -> io::Result<Box<dyn Read + Send>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    Ok(Box::new(file))
}

fn read_arguments(arguments: &[String]) -> Result<Asked, String> {
    let mut download = false;
    let mut options = Options::default();
    let mut names = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--get" => download = true,
            "--unverified" => options.accept_unverified = true,
            "--verify" if rest.next().is_some_and(|value| value == "full") => {
                options.verify_all = true
            }
            "--verify" => return Err("--verify takes: full".to_owned()),
            "--via" if rest.next().is_some_and(|value| value == "rest") => {
                options.via_restart = true
            }
            "--via" => return Err("--via takes: rest".to_owned()),
            "--" => names.extend(rest.by_ref().cloned()),
            option if option.starts_with("--") => {
                return Err(format!(
                    "resume has no option {}. {USAGE}",
                    escape(option.as_bytes())
                ));
            }
            name => names.push(name.to_owned()),
        }
    }
    if download && options.via_restart {
        return Err("--via rest is for uploads; a download uses REST anyway".to_owned());
    }
    let (first, second) = match names.as_slice() {
        [first] => (first, None),
        [first, second] => (first, Some(second)),
        _ => return Err(USAGE.to_owned()),
    };
    let other = match second {
        Some(name) => name.clone(),
        None => last_component(first, download).ok_or_else(|| {
            format!(
                "no file name can be taken from {}: give the other name too",
                escape(first.as_bytes())
            )
        })?,
    };
    let (local, remote) = if download {
        (other, first.clone())
    } else {
        (first.clone(), other)
    };
    Ok(Asked {
        download,
        options,
        local: local.into(),
        remote: remote.into_bytes(),
    })
}

/// The name that the other side gets. A server's path must not choose a place here, only a name.
fn last_component(path: &str, remote: bool) -> Option<String> {
    if remote {
        let name = path.rsplit(['/', '\\']).next()?;
        let plain =
            !name.is_empty() && name != "." && name != ".." && !name.chars().any(char::is_control);
        return plain.then(|| name.to_owned());
    }
    Path::new(path)
        .file_name()
        .and_then(|name| name.to_str())
        .map(str::to_owned)
}

fn in_words(remark: &Remark) -> (Tone, String) {
    match remark {
        Remark::Found { there, whole } => (Tone::Note, format!("{there} of {} are there", count(*whole, "octet"))),
        Remark::FoundNothing => (Tone::Note, "there is nothing yet".to_owned()),
        Remark::Compared { first, last } => {
            (Tone::Note, format!("octets {first} to {last} are the same as yours"))
        }
        Remark::HashIsEqual(verb) => (Tone::Note, format!("{verb} is the same as yours")),
        Remark::HashDiffers(verb) => {
            (Tone::Warning, format!("{verb} is not that of your octets; they are read back to find where"))
        }
        Remark::RestartIsIgnored => {
            (Tone::Warning, "the server does not begin at the marker; everything is compared".to_owned())
        }
        Remark::Unreadable => (Tone::Warning, "what is there cannot be read back".to_owned()),
        Remark::AppendIsRefused => (Tone::Warning, "the server has no APPE".to_owned()),
        Remark::AppendWasStore => (
            Tone::Warning,
            "the server took APPE for STOR: the file holds only what was just sent. The whole file is stored".to_owned(),
        ),
        Remark::StoreIgnoredRestart => (
            Tone::Warning,
            "the server accepted REST and stored from 0: the file holds only what was just sent. The whole file is stored"
                .to_owned(),
        ),
        Remark::NotPutBack(verb) => (Tone::Warning, format!("{verb} could not be put back to what it was")),
    }
}

fn proven(proof: &Proof) -> String {
    let mut text = format!("whole: {} of {}", proof.size, proof.size);
    match (proof.compared, proof.hash) {
        (Some((first, last)), Some(hash)) => {
            text += &format!(", octets {first} to {last} compared by {hash}")
        }
        (Some((first, last)), None) => text += &format!(", octets {first} to {last} compared"),
        (None, _) if proof.moved < proof.size => text += ", nothing compared",
        (None, _) => {}
    }
    let moved = if proof.download { "received" } else { "sent" };
    text += &format!(", {} {moved}", proof.moved);
    match proof.size_source {
        SizeSource::Size => {}
        SizeSource::Mlst => text += " (size from MLST)",
        SizeSource::List => text += " (size from LIST)",
    }
    text
}

const USAGE: &str = "usage: resume [--verify full] [--via rest] [--unverified] LOCAL [REMOTE], or: resume --get REMOTE [LOCAL]";
