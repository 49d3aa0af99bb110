//! Plays one transcript: reads it, connects, replays, and writes it if it is to be updated.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::article;
use super::plan::{Place, Plan, Script};
use super::script_failure::ScriptFailure;
use crate::client::{self, Observation, Observer};
use crate::practice::{
    Configuration, Port, PracticeError, PracticeServer, make_scratch_folder, remove_scratch_folder,
};
use crate::shell::charset::Charset;
use crate::shell::config::target::Target;
use crate::shell::interrupts::Interrupts;
use crate::shell::replay::importing;
use crate::shell::run::connecting::connect;
use crate::shell::screen::escape::escape;
use crate::shell::screen::hexdump::looks_like_text;
use crate::shell::screen::painter::{Painter, Tone};
use crate::shell::start::roots_in;
use crate::transcript::import::{self, Imported};
use crate::transcript::replay::{
    Failure, OnDifference, Played, ReceivedReplies, Replay, ReplayEnd, check_files,
};
use crate::transcript::report::{FailureKind, FileReport, Verdict};
use crate::transcript::{ARTICLE, Dialogue, Transcript, Variables};

/// What every transcript of a run is played with.
#[derive(Clone)]
pub(super) struct Player<'a> {
    pub(super) plan: &'a Plan,
    pub(super) painter: &'a Painter,
    pub(super) interrupts: &'a Interrupts,
    pub(super) settings: client::Settings,
    pub(super) limit: Duration,
    /// The dialogue is painted.
    pub(super) shows_dialogue: bool,
    /// One transcript at a time, so that Ctrl-C has one session to go to.
    pub(super) is_alone: bool,
    pub(super) on_difference: OnDifference,
    pub(super) codes_alone: bool,
    /// Every connection begins with TLS, whatever a transcript says.
    pub(super) begins_tls: bool,
    /// The practice server's certificate is a root: the user has named no others.
    pub(super) trusts_practice_server: bool,
    pub(super) scratch: &'a ScratchFolders,
    pub(super) ports: &'a PracticePorts,
}

/// Those of the practice servers before, of which none runs there now.
#[derive(Debug, Default)]
pub(super) struct PracticePorts(Mutex<Vec<Port>>);

impl PracticePorts {
    fn take(&self) -> Option<Port> {
        self.lock().pop()
    }

    fn give_back(&self, port: Option<Port>) {
        self.lock().extend(port);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Port>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The folders of practice servers that run now: a run that is interrupted removes them.
#[derive(Debug, Default)]
pub(super) struct ScratchFolders(Mutex<BTreeSet<PathBuf>>);

impl ScratchFolders {
    pub(super) fn remove_all(&self) {
        let folders = self.lock();
        folders.iter().for_each(|it| remove_scratch_folder(it));
        // Held to the end of the program: a server that starts now would leave its folder.
        std::mem::forget(folders);
    }

    /// Returns unless the folders were removed because the program ends.
    fn await_end_of_program(&self) {
        drop(self.lock());
    }

    /// A folder that is known from its first moment on.
    fn make(&self) -> io::Result<TempDir> {
        let mut folders = self.lock();
        let folder = make_scratch_folder()?;
        folders.insert(folder.path().to_owned());
        Ok(folder)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<PathBuf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a transcript went, and how many exchanges went as expected.
type Outcome = Result<(Verdict, usize), Box<ScriptFailure>>;

impl Player<'_> {
    pub(super) fn play(&self, script: &Script) -> (FileReport, Option<ScriptFailure>) {
        let begun = Instant::now();
        let (verdict, exchanges, failure) = match self.play_script(script) {
            Ok((verdict, exchanges)) => (verdict, exchanges, None),
            Err(failure) => {
                let verdict = Verdict::Failed(failure.report.clone());
                (verdict, failure.exchanges, Some(*failure))
            }
        };
        let name = script.shown();
        let duration = begun.elapsed();
        let report = FileReport {
            name,
            verdict,
            duration,
            exchanges,
        };
        (report, failure)
    }

    fn play_script(&self, script: &Script) -> Outcome {
        let transcript = self.read(script)?;
        let dialogue = transcript.dialogue();
        let dialogue = dialogue.map_err(|error| Box::new(ScriptFailure::of_read_error(&error)))?;
        let variables = self.variables(&dialogue)?;
        if let (Some(line), Script::File(path)) = (dialogue.breaks_off, script) {
            let name = escape(path.as_os_str().as_encoded_bytes());
            let text = format!("{name} breaks off in line {line}: it is played as far as it goes");
            self.painter.say(Tone::Warning, &text);
        }
        let loaded = LoadedScript {
            script,
            transcript: &transcript,
            dialogue: &dialogue,
            variables,
        };
        loaded.check_files()?;
        let settings = self.settings.clone();
        match &self.plan.place {
            Place::Target(target) => self.play_on(loaded, target, settings, None),
            Place::Practice(faults) => {
                let faults = faults.iter().cloned().collect();
                let configuration = Configuration {
                    faults,
                    ..Configuration::default()
                };
                self.play_on_practice_server(loaded, configuration)
            }
        }
    }

    /// What is not a transcript may be a dialogue in another notation.
    pub(super) fn read(&self, script: &Script) -> Result<Transcript, Box<ScriptFailure>> {
        let (bytes, path) = match script {
            Script::Article => (ARTICLE.as_bytes().to_vec(), None),
            Script::File(path) => {
                let bytes = fs::read(path);
                let bytes =
                    bytes.map_err(|error| Box::new(ScriptFailure::of_file_error(path, &error)))?;
                (bytes, Some(path))
            }
        };
        let error = match (Transcript::read(&bytes), path) {
            (Ok(transcript), _) => return Ok(transcript),
            (Err(error), Some(path)) if !Transcript::is_begun_by(&bytes) => {
                if let Ok(imported) = import::read(&bytes, None) {
                    return self.take_imported(imported, path);
                }
                error
            }
            (Err(error), _) => error,
        };
        Err(Box::new(ScriptFailure::of_read_error(&error)))
    }

    fn take_imported(
        &self,
        imported: Imported,
        path: &Path,
    ) -> Result<Transcript, Box<ScriptFailure>> {
        if self.on_difference == OnDifference::Update {
            return Err(Box::new(ScriptFailure::new(
                FailureKind::Transcript,
                None,
                NOT_A_TRANSCRIPT,
            )));
        }
        let name = escape(path.as_os_str().as_encoded_bytes());
        importing::report(&imported, &name, self.painter);
        Ok(imported.transcript)
    }

    pub(super) fn variables(&self, dialogue: &Dialogue) -> Result<Variables, Box<ScriptFailure>> {
        let mut variables = self.plan.variables.clone();
        variables.take_defaults(&dialogue.headers.defaults);
        match dialogue.unset_variable(&variables) {
            None => Ok(variables),
            Some(unset) => {
                let name = &unset.name;
                let text = format!(
                    "{{{name}}} has no value: give it with --var {name}=..., in the environment as \
                     FTPSH_VAR_{}, or in a header `# var: {name} = ...`",
                    name.to_ascii_uppercase()
                );
                Err(Box::new(ScriptFailure::new(
                    FailureKind::Transcript,
                    Some(unset.line),
                    &text,
                )))
            }
        }
    }

    fn play_on_practice_server(
        &self,
        loaded: LoadedScript<'_>,
        configuration: Configuration,
    ) -> Outcome {
        let trouble =
            |text: String| Box::new(ScriptFailure::new(FailureKind::Connection, None, &text));
        let no_start =
            |error: PracticeError| trouble(format!("the practice server did not start: {error}"));
        let scratch = self.scratch.make();
        let scratch = scratch.map_err(|error| no_start(PracticeError::Folder(error)))?;
        let folder = scratch.path().to_owned();
        let server = PracticeServer::start_in(scratch, self.ports.take(), configuration);
        if server.is_err() {
            self.scratch.await_end_of_program();
        }
        let server = server.map_err(no_start)?;
        let mut settings = self.settings.clone();
        let mut outcome = Ok(());
        if self.trusts_practice_server {
            match roots_in(server.certificate_path()) {
                Ok(roots) => settings.tls.roots = roots,
                Err(error) => outcome = Err(trouble(format!("the server's certificate: {error}"))),
            }
        }
        let target = Target::read(&server.address().to_string());
        let target = target.map_err(|error| trouble(error.to_string()));
        let outcome = outcome.and(target).and_then(|target| {
            let disk = Some(server.server_folder());
            self.play_on(loaded, &target, settings, disk)
        });
        self.ports.give_back(server.leave_port());
        self.scratch.lock().remove(&folder);
        outcome
    }

    /// `disk` is the server's folder where it can be looked at.
    fn play_on(
        &self,
        loaded: LoadedScript<'_>,
        target: &Target,
        settings: client::Settings,
        disk: Option<&Path>,
    ) -> Outcome {
        let (script, transcript) = (loaded.script, loaded.transcript);
        let target = &self.target_for(loaded.dialogue, target);
        let played = self.replay(loaded, target, settings)?;
        let exchanges = played.exchanges;
        let fail = |failure: ScriptFailure| {
            Box::new(ScriptFailure {
                exchanges,
                ..failure
            })
        };
        if self.is_alone && self.interrupts.take() {
            return Err(fail(ScriptFailure::new(
                FailureKind::Interrupted,
                None,
                "interrupted",
            )));
        }
        let differences = played.differences.into_iter().map(Failure::Mismatch);
        let (result, ending) = match played.result {
            Ok(end) => (Some(end), None),
            Err(failure) => (None, Some(failure)),
        };
        let mut failures = differences
            .chain(ending)
            .map(|it| ScriptFailure::of_failure(&it));
        if let Some(first) = failures.next() {
            return Err(fail(first.and(failures.collect())));
        }
        match result {
            None => {}
            Some(ReplayEnd::Skipped { feature }) => {
                let reason = format!("the server does not list {}", escape(feature.as_bytes()));
                return Ok((Verdict::Skipped { reason }, exchanges));
            }
            Some(ReplayEnd::Whole) => {}
        }
        match script {
            Script::Article => {
                article::check(self, target, disk).map_err(|failure| fail(*failure))?
            }
            Script::File(path) if !played.changes.is_empty() => {
                let changed = transcript.changed(&played.changes).to_string();
                let written = replace(path, changed.as_bytes());
                written.map_err(|error| fail(ScriptFailure::of_file_error(path, &error)))?;
                return Ok((Verdict::Updated, exchanges));
            }
            Script::File(_) => {}
        }
        Ok((Verdict::Passed, exchanges))
    }

    /// The target with TLS from the start, where the transcript or the user says so.
    pub(super) fn target_for(&self, dialogue: &Dialogue, target: &Target) -> Target {
        match dialogue.headers.implicit_tls || self.begins_tls {
            true => target.clone().under_implicit_tls(),
            false => target.clone(),
        }
    }

    fn replay(
        &self,
        loaded: LoadedScript<'_>,
        target: &Target,
        settings: client::Settings,
    ) -> Result<Played, Box<ScriptFailure>> {
        let heard = ReceivedReplies::default();
        let observer = self.observer(Some(heard.clone()));
        let connected = connect(self.interrupts, target, settings, observer);
        let (session, greeting) =
            connected.map_err(|error| Box::new(ScriptFailure::of_connect_error(&error)))?;
        let show_data = |data: &[u8]| {
            if self.shows_dialogue {
                for line in data_lines(data) {
                    self.painter.plain(&line);
                }
            }
        };
        let replay = Replay {
            session: &session,
            heard: &heard,
            folder: loaded.folder(),
            limit: self.limit,
            show_data: &show_data,
            on_difference: self.on_difference,
            codes_alone: self.codes_alone,
        };
        Ok(self.with_interrupts(&session, || {
            replay.play(greeting, loaded.dialogue, loaded.variables)
        }))
    }

    /// Ctrl-C goes to the session, unless there are several at a time: then it ends the program.
    pub(super) fn with_interrupts<T>(
        &self,
        session: &client::Session,
        wait: impl FnOnce() -> T,
    ) -> T {
        if !self.is_alone {
            return wait();
        }
        self.interrupts.set_session(Some(session.interrupter()));
        let result = self.interrupts.during(wait);
        self.interrupts.set_session(None);
        result
    }

    /// Paints the dialogue if it is to be shown, and keeps the replies.
    pub(super) fn observer(&self, heard: Option<ReceivedReplies>) -> Box<dyn Observer> {
        let painter = self.shows_dialogue.then(|| self.painter.clone());
        Box::new(ReplayObserver { painter, heard })
    }
}

/// A transcript that can be played.
pub(super) struct LoadedScript<'a> {
    pub(super) script: &'a Script,
    pub(super) transcript: &'a Transcript,
    pub(super) dialogue: &'a Dialogue,
    pub(super) variables: Variables,
}

impl<'a> LoadedScript<'a> {
    /// Whether the files that it names can be read.
    pub(super) fn check_files(&self) -> Result<(), Box<ScriptFailure>> {
        let checked = check_files(self.folder(), self.dialogue, &self.variables);
        checked.map_err(|failure| Box::new(ScriptFailure::of_failure(&failure)))
    }

    /// Where the transcript is.
    pub(super) fn folder(&self) -> &'a Path {
        match self.script {
            Script::Article => Path::new(""),
            Script::File(path) => path.parent().unwrap_or(Path::new("")),
        }
    }
}

struct ReplayObserver {
    painter: Option<Painter>,
    heard: Option<ReceivedReplies>,
}

impl Observer for ReplayObserver {
    fn observe(&mut self, observation: &Observation) {
        if let Some(painter) = &mut self.painter {
            painter.observe(observation);
        }
        if let Some(heard) = &mut self.heard {
            heard.observe(observation);
        }
    }
}

/// A file that is being replaced is whole at any time: the old one or the new one.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file()
        .set_permissions(fs::metadata(&path)?.permissions())?;
    file.persist(&path)?;
    Ok(())
}

const NOT_A_TRANSCRIPT: &str = "this is in another notation and is not overwritten: `ftpsh import` makes a transcript of it, which --update can change";

/// Text that is sent, line by line as at `data>`; anything else in one piece.
fn data_lines(data: &[u8]) -> Vec<String> {
    let pieces: Vec<&[u8]> = match looks_like_text(data, Charset::default()) {
        true => data.split_inclusive(|&byte| byte == b'\n').collect(),
        false => vec![data],
    };
    let shown = pieces.iter().map(|piece| {
        let line = piece.strip_suffix(b"\n").unwrap_or(piece);
        format!("data> {}", escape(line.strip_suffix(b"\r").unwrap_or(line)))
    });
    shown.collect()
}
