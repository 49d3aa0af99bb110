//! The built-in `resume`: its arguments, and what it says.

use std::path::{Path, PathBuf};

use crate::client::Session;
use crate::evidence::event::Event;
use crate::protocol::verbs::DataDirection;
use crate::resume::{
    self, Listener, Options, Refusal, Remark, ResumeError, SizeSource, Verification, Verify,
};
use crate::shell::editor::{Input, Typed};
use crate::shell::exit::Exit;
use crate::shell::interrupts::Interrupts;
use crate::shell::line::{expand_home, shown_word};
use crate::shell::local::resumed_file::{LocalFile, LocalTargetFile};
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Painter, Tone, count};

/// What was asked of `resume`.
pub(crate) struct Resume {
    download: bool,
    options: Options,
    local: PathBuf,
    /// As it was typed, until it is encoded for this server.
    pub(crate) remote: Vec<u8>,
}

impl Resume {
    pub(crate) fn read(arguments: &[String]) -> Result<Self, String> {
        let mut download = false;
        let mut options = Options::default();
        let mut names = Vec::new();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--get" => download = true,
                "--unverified" => options.accept_unverified = true,
                "--verify" => {
                    options.verify = match rest.next().map(String::as_str) {
                        Some("full") => Verify::Full,
                        Some("joint") => Verify::Joint,
                        Some("size") => Verify::Size,
                        _ => return Err("--verify takes: full, joint, size".to_owned()),
                    }
                }
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
        Ok(Self {
            download,
            options,
            local: local.into(),
            remote: remote.into_bytes(),
        })
    }

    /// The local file that is written to, if one is.
    pub(crate) fn target(&self, home: Option<&Path>) -> Option<PathBuf> {
        self.download.then(|| self.file(home))
    }

    /// The local file.
    pub(crate) fn file(&self, home: Option<&Path>) -> PathBuf {
        expand_home(&self.local, home)
    }

    /// Which way its data goes.
    pub(crate) fn direction(&self) -> DataDirection {
        if self.download {
            DataDirection::Received
        } else {
            DataDirection::Sent
        }
    }

    /// Finishes the transfer, and says what was checked.
    pub(crate) fn run(
        &self,
        session: &Session,
        interrupts: &Interrupts,
        painter: &Painter,
        input: &mut Input,
        home: Option<&Path>,
    ) -> Exit {
        let local = self.file(home);
        let mut listener = ResumeListener { painter, input };
        let result = if self.download {
            let target = match LocalTargetFile::at(&local) {
                Ok(target) => target,
                Err(error) => return painter.refuse_file(&local, &error),
            };
            interrupts.during(|| {
                resume::download(session, &self.remote, &target, &self.options, &mut listener)
            })
        } else {
            let file = match LocalFile::open(&local) {
                Ok(file) => file,
                Err(error) => return painter.refuse_file(&local, &error),
            };
            interrupts.during(|| {
                resume::upload(session, &file, &self.remote, &self.options, &mut listener)
            })
        };
        match result {
            Ok(verification) => {
                painter.problems().solve_resume(&self.names());
                painter.say(Tone::Success, &describe_verification(&verification));
                Exit::Done
            }
            Err(error) => self.report_error(&error, &local, painter),
        }
    }

    /// Says why it did not succeed, and what goes on from there.
    fn report_error(&self, error: &ResumeError, local: &Path, painter: &Painter) -> Exit {
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
        let sentence = text.trim_end_matches('.');
        let event = Event::new(cause_of(error))
            .with("error", sentence)
            .with("names", self.names())
            .with("local", self.local.to_string_lossy())
            .with("remote", String::from_utf8_lossy(&self.remote));
        painter.problems().judge(event);
        painter.say(Tone::Error, &format!("resume: {text}"));
        match error {
            ResumeError::Refused { .. } => Exit::Resume,
            ResumeError::Local(_) | ResumeError::LocalTransfer(_) => Exit::LocalFile,
            ResumeError::Lost { .. } | ResumeError::TimedOut { .. } => Exit::Connection,
            ResumeError::Interrupted { .. } => Exit::Interrupted,
        }
    }

    /// What follows `resume` in the command that was typed, without its other options.
    fn names(&self) -> String {
        let local = shown_word(&self.local.to_string_lossy());
        let remote = shown_word(&String::from_utf8_lossy(&self.remote));
        let get = if self.download { "--get " } else { "" };
        match (local == remote, self.download) {
            (true, _) => format!("{get}{local}"),
            (false, true) => format!("{get}{remote} {local}"),
            (false, false) => format!("{local} {remote}"),
        }
    }
}

fn cause_of(error: &ResumeError) -> &'static str {
    match error {
        ResumeError::Refused { reason, .. } => cause_of_refusal(*reason),
        ResumeError::Local(_) | ResumeError::LocalTransfer(_) => "local-file",
        ResumeError::Lost { .. } => "resume-lost",
        ResumeError::TimedOut { .. } => "no-reply",
        ResumeError::Interrupted { .. } => "interrupted",
    }
}

fn cause_of_refusal(reason: Refusal) -> &'static str {
    match reason {
        Refusal::RemoteIsLonger => "resume-remote-longer",
        Refusal::LocalIsLonger => "resume-local-longer",
        Refusal::Differs => "resume-differs",
        Refusal::HashDiffers => "resume-hash-differs",
        Refusal::Unreadable => "resume-unreadable",
        Refusal::NotCompared => "resume-not-compared",
        Refusal::StillWritten => "resume-still-written",
        Refusal::LocalChanged => "resume-local-changed",
        Refusal::RemoteChanged => "resume-remote-changed",
        Refusal::BrokeOff => "resume-broke-off",
        Refusal::WrongSize => "resume-wrong-size",
        Refusal::NoAppend => "resume-no-append",
        Refusal::NoRestart => "resume-no-restart",
        Refusal::PendingRestart => "resume-pending-restart",
        Refusal::Absent => "resume-absent",
        Refusal::Folder => "resume-folder",
        Refusal::SizeUnknown => "resume-size-unknown",
        Refusal::NameNotSendable => "local-line",
        Refusal::RefusedByServer => "resume-refused",
    }
}

struct ResumeListener<'a> {
    painter: &'a Painter,
    input: &'a mut Input,
}

impl Listener for ResumeListener<'_> {
    fn remark(&mut self, remark: &Remark) {
        let (tone, text) = in_words(remark);
        self.painter.say(tone, &text);
    }

    fn accepts_unverified(&mut self) -> bool {
        let question = "the data on the server cannot be compared. Append anyway? [y/N] ";
        matches!(self.input.ask(question), Typed::Line(answer) if answer.trim().eq_ignore_ascii_case("y"))
    }
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
        Remark::Found { there, whole } => (Tone::Note, format!("{there} of {} are there", count(*whole, "byte"))),
        Remark::FoundNothing => (Tone::Note, "nothing is there yet".to_owned()),
        Remark::ComparisonState { first, last } => {
            (Tone::Note, format!("bytes {first} to {last} are the same as yours"))
        }
        Remark::Repeats => (
            Tone::Note,
            "the file repeats its beginning there, so everything before it is compared too".to_owned(),
        ),
        Remark::HashIsEqual(verb) => (Tone::Note, format!("{verb} matches your file")),
        Remark::HashDiffers(verb) => {
            (Tone::Warning, format!("{verb} does not match your file; reading the server's bytes back to find where \
            they differ"))
        }
        Remark::RestartIsIgnored => {
            (Tone::Warning, "the server does not begin at the marker; everything is compared".to_owned())
        }
        Remark::Unreadable => (Tone::Warning, "the data on the server cannot be read back".to_owned()),
        Remark::AppendIsRefused => (Tone::Warning, "the server has no APPE".to_owned()),
        Remark::AppendWasStore => (
            Tone::Warning,
            "the server took APPE for STOR: the file holds only what was just sent. The whole file is \
             stored".to_owned(),
        ),
        Remark::StoreIgnoredRestart => (
            Tone::Warning,
            "the server accepted REST and stored from 0: the file holds only what was just sent. The whole file is \
             stored"
                .to_owned(),
        ),
        Remark::NotPutBack(verb) => (Tone::Warning, format!("{verb} could not be restored")),
    }
}

fn describe_verification(verification: &Verification) -> String {
    let size = verification.size;
    let all = size.checked_sub(1).map(|last| (0, last));
    let is_all_seen = verification.compared == all;
    let by_size = if is_all_seen { "" } else { " by size" };
    let mut text = format!("whole{by_size}: {size} of {}", count(size, "byte"));
    let how = match verification.hash {
        Some(verb) => format!("by {verb}"),
        None => "read back".to_owned(),
    };
    match verification.compared {
        Some(_) if is_all_seen => text += &format!(", all verified ({how})"),
        Some((first, last)) => text += &format!(", bytes {first} to {last} verified ({how})"),
        None if verification.moved == size && verification.download => {}
        None => text += ", nothing verified",
    }
    let moved = if verification.download {
        "received"
    } else {
        "sent"
    };
    text += &format!(", {} {moved}", verification.moved);
    match verification.size_source {
        SizeSource::Size => {}
        SizeSource::Mlst => text += " (size from MLST)",
        SizeSource::List => text += " (size from LIST)",
    }
    text
}

const USAGE: &str = "usage: resume [--verify full|joint|size] [--via rest] [--unverified] LOCAL [REMOTE], or: resume --get \
REMOTE [LOCAL]";
