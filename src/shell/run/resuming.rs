//! The built-in `resume`: its arguments, and what it says.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use crate::resume::{self, Listener, Options, Proof, Remark, ResumeError, SizeSource};
use crate::shell::core::{Keyboard, Shell};
use crate::shell::editor::Typed;
use crate::shell::exit::Exit;
use crate::shell::line::expand_home;
use crate::shell::local::resumed_file::{LocalFile, LocalTargetFile};
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Painter, Tone, count};

/// What was typed behind `resume`.
struct Asked {
    download: bool,
    options: Options,
    local: PathBuf,
    remote: Vec<u8>,
}

impl Shell {
    pub(crate) fn resume(&mut self, arguments: &[String]) -> Exit {
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
        let target = LocalTargetFile::at(local);
        self.with_listener(|session, listener| {
            resume::download(session, &asked.remote, &target, &asked.options, listener)
        })
    }

    fn with_listener<T>(
        &mut self,
        work: impl FnOnce(&crate::client::Session, &mut dyn Listener) -> Result<T, ResumeError>,
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
            ResumeError::LocalTransfer(_) => format!(
                "{}. The same command goes on from there",
                escape(error.to_string().as_bytes())
            ),
            other => escape(other.to_string().as_bytes()),
        };
        self.painter.say(Tone::Error, &format!("resume: {text}"));
        match error {
            ResumeError::Refused(_) => Exit::Resume,
            ResumeError::Local(_) | ResumeError::LocalTransfer(_) => Exit::LocalFile,
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
