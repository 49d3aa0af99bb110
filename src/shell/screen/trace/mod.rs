//! `trace`: the exact bytes of both connections, on the screen or in a file.
//!
//! They are told as everything else is, in the order in which they moved. While the trace is off, nothing is copied.

mod form;

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Zoned;

pub(crate) use form::Form;

use super::escape::escape;
use super::painter::{Painter, Tone};
use crate::client::{ByteInterest, MovedBytes};
use crate::shell::local::file_identity::FileIdentity;

/// Where traced bytes go. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    interest: ByteInterest,
    places: Arc<Mutex<Places>>,
}

#[derive(Debug)]
struct Places {
    painter: Painter,
    shown: Option<Form>,
    file: Option<TraceFile>,
    /// The file could not be written any more, which has not been reported yet.
    broke_off: bool,
}

#[derive(Debug)]
struct TraceFile {
    /// As it may be shown.
    name: String,
    identity: FileIdentity,
    file: File,
}

/// Whether a file that exists may be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// It is refused.
    Refused,
    /// The trace is appended.
    Appended,
}

impl Trace {
    /// Traces nothing yet.
    pub(crate) fn new(painter: Painter) -> Self {
        let places = Places {
            painter,
            shown: None,
            file: None,
            broke_off: false,
        };
        Self {
            interest: ByteInterest::default(),
            places: Arc::new(Mutex::new(places)),
        }
    }

    /// Shows bytes on the screen from now on.
    pub(crate) fn show(&self, form: Form) {
        self.lock().shown = Some(form);
        self.interest.want_all(true);
    }

    /// Writes them to a file from now on, in hexadecimal and with times.
    ///
    /// # Errors
    ///
    /// The error of the system, such as [`io::ErrorKind::AlreadyExists`].
    pub(crate) fn write_to(&self, path: &Path, existing: Existing) -> io::Result<()> {
        let mut file = open(path, existing)?;
        let now = Zoned::now();
        writeln!(
            file,
            "# ftpsh trace, {}",
            now.strftime("%Y-%m-%d %H:%M:%S %:z")
        )?;
        self.lock().file = Some(TraceFile {
            name: escape(path.as_os_str().as_encoded_bytes()),
            identity: FileIdentity::of(&file)?,
            file,
        });
        self.interest.want_all(true);
        Ok(())
    }

    /// Whether this path leads to the file of the trace.
    pub(crate) fn is_in(&self, path: &Path) -> bool {
        let places = self.lock();
        let file = places.file.as_ref();
        file.is_some_and(|file| file.identity.is_at(path))
    }

    /// Stops tracing to either.
    pub(crate) fn stop(&self) {
        let mut places = self.lock();
        places.shown = None;
        places.file = None;
        self.interest.want_all(false);
    }

    /// Where it goes, in words.
    pub(crate) fn describe(&self) -> String {
        let places = self.lock();
        let shown = match places.shown {
            None => "off",
            Some(Form::Text) => "on",
            Some(Form::Hexadecimal) => "hex",
        };
        match &places.file {
            None => format!("trace {shown}"),
            Some(file) => format!("trace {shown}, and to the file {}", file.name),
        }
    }

    /// Whether the file could not be written to its end; told once.
    pub(crate) fn take_failure(&self) -> bool {
        std::mem::take(&mut self.lock().broke_off)
    }

    fn lock(&self) -> MutexGuard<'_, Places> {
        // Nothing that runs under the lock can panic half-way through a change.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Trace {
    /// Whether it wants to see bytes now.
    pub(crate) fn interest(&self) -> ByteInterest {
        self.interest.clone()
    }

    /// Bytes have moved.
    pub(crate) fn take(&self, moved: &MovedBytes) {
        let mut places = self.lock();
        if let Some(form) = places.shown {
            for line in form::lines(form, moved) {
                places.painter.say(Tone::Note, &line);
            }
        }
        if let Some(mut file) = places.file.take() {
            match file.write(moved) {
                Ok(()) => places.file = Some(file),
                // Tracing must not end what is traced.
                Err(error) => {
                    let text = format!("the trace to {} ended: {error}", file.name);
                    places.painter.say(Tone::Error, &text);
                    places.broke_off = true;
                }
            }
        }
        let is_open = places.shown.is_some() || places.file.is_some();
        self.interest.want_all(is_open);
    }
}

impl TraceFile {
    /// In one write, so that the file holds whole pieces whenever it is looked at.
    fn write(&mut self, moved: &MovedBytes) -> io::Result<()> {
        let now = Zoned::now();
        let text = format!(
            "{} {}\n{}",
            now.strftime("%H:%M:%S%.3f"),
            form::heading(moved),
            form::dump(moved)
        );
        self.file.write_all(text.as_bytes())
    }
}

/// A pipe or a device could hold up the connection, so only files will do.
fn open(path: &Path, existing: Existing) -> io::Result<File> {
    if existing == Existing::Refused {
        return OpenOptions::new().write(true).create_new(true).open(path);
    }
    match std::fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => Err(io::Error::other("it is not a regular file")),
        _ => OpenOptions::new().append(true).create(true).open(path),
    }
}
