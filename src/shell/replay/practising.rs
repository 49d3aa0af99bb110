//! `ftpsh practice`: the practice server, and the shell on it.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};

use crate::practice::{self, Deviation, PracticeError, PracticeServer, Recording, Response};
use crate::shell::config::options::{Common, Practice};
use crate::shell::exit::Exit;
use crate::shell::interrupts::Interrupts;
use crate::shell::local::vanishing_folder::VanishingFolder;
use crate::shell::replay::importing;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Painter, Tone, count};
use crate::shell::start::{new_shell, roots_in};
use crate::transcript::Transcript;
use crate::transcript::import;

pub(crate) fn run(
    common: &Common,
    practice: Practice,
    painter: &Painter,
    interactive: bool,
) -> Result<Exit> {
    let recording = match &practice.from {
        None => None,
        Some(path) => match read_recording(path, painter) {
            Ok(recording) => Some(recording),
            Err(exit) => return Ok(exit),
        },
    };
    let configuration = practice::Configuration {
        faults: practice.faults.into_iter().collect(),
        keep: practice.keep,
        recording,
        ..practice::Configuration::default()
    };
    let before = std::env::current_dir().context("the local folder")?;
    let mut shell = new_shell(common, painter, interactive)?;
    // What it says of loopback is not said of this server.
    shell.settings.netrc = false;
    let server =
        start(configuration, &shell.interrupts).context("the practice server did not start")?;
    if common.proxy.is_none() {
        // It is on this machine.
        shell.proxies = shell.proxies.except(server.address().ip());
    }
    if common.ca.is_none() {
        shell.certificates.roots =
            roots_in(server.certificate_path()).context("the practice server's certificate")?;
    }
    shell.vanishing =
        (!practice.keep).then(|| VanishingFolder::new(server.local_folder(), &before));
    std::env::set_current_dir(server.local_folder())
        .context("the practice server's local folder")?;
    let folder = |path: &Path| escape(path.as_os_str().as_encoded_bytes());
    let who = match practice.from {
        Some(_) => "as recorded, with any password",
        None => "user A, password A",
    };
    painter.say(
        Tone::Note,
        &format!(
            "practice server: {who}\n\
             the server's 1.TXT holds \"I am \" (5 bytes)\n\
             your own 1.TXT holds \"I am zfive5\" (11 bytes)\n\
             both are in {}  (folders server and local)",
            folder(server.scratch_folder()),
        ),
    );
    if interactive && practice.from.is_none() {
        painter.say(Tone::Hint, EXERCISE);
        shell.hints.begin_exercise();
    }
    if interactive {
        painter.say(
            Tone::Note,
            "new to FTP? `ftpsh learn` teaches it, step by step",
        );
    }
    let exit = shell.open(&server.address().to_string());
    shell.tally.count(exit);
    let exit = if exit == Exit::Connection {
        exit
    } else {
        shell.run_to_the_end(common.stop)
    };
    drop(shell);
    // Some systems cannot remove the current folder of a process.
    std::env::set_current_dir(before).context("the local folder")?;
    if practice.keep {
        painter.say(
            Tone::Note,
            &format!("kept: {}", folder(server.scratch_folder())),
        );
    }
    server.stop();
    Ok(exit)
}

/// Starts the server. Its folder goes when a signal ends the program, unless `--keep` is given.
pub(crate) fn start(
    configuration: practice::Configuration,
    interrupts: &Interrupts,
) -> Result<PracticeServer, PracticeError> {
    let keeps = configuration.keep;
    interrupts.make(|| {
        let scratch = practice::make_scratch_folder().map_err(PracticeError::Folder)?;
        let folder = (!keeps).then(|| scratch.path().to_owned());
        let server = PracticeServer::start_in(scratch, None, configuration)?;
        let cleanup = move || {
            if let Some(folder) = folder {
                practice::remove_scratch_folder(&folder);
            }
        };
        Ok((server, cleanup))
    })
}

/// Reads a transcript as what its server answered, and says what of it cannot be served.
fn read_recording(path: &Path, painter: &Painter) -> Result<Recording, Exit> {
    let name = escape(path.as_os_str().as_encoded_bytes());
    let refuse = |error: &dyn std::fmt::Display, exit| {
        let error = escape(error.to_string().as_bytes());
        painter.say(Tone::Error, &format!("{name}: {error}"));
        exit
    };
    let bytes = fs::read(path).map_err(|error| refuse(&error, Exit::LocalFile))?;
    let transcript = match Transcript::read(&bytes) {
        Ok(transcript) => transcript,
        Err(error) if Transcript::is_begun_by(&bytes) => return Err(refuse(&error, Exit::Usage)),
        Err(_) => {
            let imported = import::read(&bytes, None);
            let imported = imported.map_err(|error| refuse(&error, Exit::Usage))?;
            importing::report(&imported, &name, painter);
            imported.transcript
        }
    };
    let dialogue = transcript.dialogue();
    let dialogue = dialogue.map_err(|error| refuse(&error, Exit::Usage))?;
    // The server lives in another current directory.
    let place = std::path::absolute(path).map_err(|error| refuse(&error, Exit::LocalFile))?;
    let painter_of_departures = Mutex::new(painter.clone());
    let report = move |deviation: &Deviation| {
        let painter = painter_of_departures
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        painter.say(Tone::Warning, &describe(deviation));
    };
    let folder = place.parent().unwrap_or(Path::new("")).to_owned();
    let recording = Recording::new(dialogue, folder, Arc::new(report));
    // The first exchange is the greeting.
    let exchanges = recording.dialogue.exchanges.get(1..).unwrap_or_default();
    let answered = count(exchanges.len() as u64, "exchange");
    painter.say(
        Tone::Note,
        &format!("{answered} of {name} are answered as recorded"),
    );
    if let Some(line) = recording.dialogue.breaks_off {
        painter.say(
            Tone::Warning,
            &format!("{name} breaks off in line {line}: it is answered up to there"),
        );
    }
    for exchange in exchanges.iter().filter(|it| !recording.can_serve(it)) {
        let line = exchange.line;
        let text = format!(
            "line {line} cannot be served: its data is not in the transcript, at most its digest"
        );
        painter.say(Tone::Warning, &text);
    }
    Ok(recording)
}

/// What there is to do, for whoever comes without a plan.
const EXERCISE: &str = "\
exercise: an upload of 1.TXT broke off. Type the commands that send the rest; `help` lists them";

fn describe(deviation: &Deviation) -> String {
    let command = escape(&deviation.command);
    let next = match deviation.next {
        Some(line) => format!("line {line} comes next"),
        None => "nothing comes next".to_owned(),
    };
    match deviation.response {
        Response::OwnAnswer => {
            format!("{command} is not recorded ({next}): the practice server answered for itself")
        }
        Response::Elsewhere(line) => format!("{command} is answered from line {line} ({next})"),
        Response::NotServed(line) => {
            format!(
                "{command} in line {line} cannot be served: the practice server answered for itself"
            )
        }
    }
}
