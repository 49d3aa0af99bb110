//! `ftpsh practice`: the practice server, and the shell on it.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};

use crate::practice::{
    self, Departure, PracticeError, PracticeServer, RecordedCommand, RecordedData,
    RecordedExchange, RecordedReply, RecordedSession, Recording, Remedy,
};
use crate::protocol::{Command, Verb};
use crate::shell::config::options::{Common, Practice};
use crate::shell::exit::Exit;
use crate::shell::interrupts::Interrupts;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Painter, Tone, count};
use crate::shell::start::{new_shell, roots_in};
use crate::transcript::dialogue::ExpectedCommand;
use crate::transcript::served::{ServedData, ServedExchange};
use crate::transcript::{Transcript, Variables};

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
    let server =
        start(configuration, &shell.interrupts).context("the practice server did not start")?;
    if common.ca.is_none() {
        shell.certificates.roots =
            roots_in(server.certificate_path()).context("the practice server's certificate")?;
    }
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
            "practice server on {}, {who}\n\
             the server's files:  {}  (1.TXT holds \"I am \")\n\
             your local folder:   {}  (1.TXT holds \"I am zfive5\")",
            server.address(),
            folder(server.server_folder()),
            folder(server.local_folder()),
        ),
    );
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

/// Starts the server. Its folder goes when a signal ends the program, unless it is to be kept.
fn start(
    configuration: practice::Configuration,
    interrupts: &Interrupts,
) -> Result<PracticeServer, PracticeError> {
    let keeps = configuration.keep;
    let scratch = interrupts.make(|| {
        let scratch = practice::make_scratch_folder().map_err(PracticeError::Folder)?;
        let folder = (!keeps).then(|| scratch.path().to_owned());
        let cleanup = move || {
            if let Some(folder) = folder {
                practice::remove_scratch_folder(&folder);
            }
        };
        Ok((scratch, cleanup))
    })?;
    PracticeServer::start_in(scratch, configuration)
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
    let folder = path.parent().unwrap_or(Path::new(""));
    let read = Transcript::read(&bytes).and_then(|transcript| {
        let defaults = transcript.dialogue()?.headers.defaults;
        Ok((transcript.served(folder)?, defaults))
    });
    let (served, defaults) = read.map_err(|error| refuse(&error, Exit::Usage))?;
    let session = recorded_session(served, &defaults);
    let exchanges = count(session.exchanges.len() as u64, "exchange");
    painter.say(
        Tone::Note,
        &format!("{exchanges} of {name} are answered as recorded"),
    );
    for exchange in session
        .exchanges
        .iter()
        .filter(|exchange| !exchange.is_servable())
    {
        let line = exchange.line;
        let text = format!(
            "line {line} cannot be served: its data are not in the transcript, at most their digest"
        );
        painter.say(Tone::Warning, &text);
    }
    let painter = Mutex::new(painter.clone());
    let report = move |departure: &Departure| {
        let painter = painter.lock().unwrap_or_else(PoisonError::into_inner);
        painter.say(Tone::Warning, &describe(departure));
    };
    Ok(Recording {
        session: Arc::new(session),
        report: Arc::new(report),
    })
}

fn recorded_session(served: Vec<ServedExchange>, defaults: &Variables) -> RecordedSession {
    let mut session = RecordedSession::default();
    for exchange in served {
        let replies = exchange
            .replies
            .into_iter()
            .map(|(code, lines)| RecordedReply { code, lines })
            .collect();
        let Some(command) = exchange.command else {
            session.greeting = replies;
            session.closes = exchange.closes;
            continue;
        };
        session.exchanges.push(RecordedExchange {
            line: exchange.line,
            command: recorded_command(&command, defaults),
            replies,
            data: match exchange.data {
                ServedData::None => RecordedData::None,
                ServedData::Upload => RecordedData::Upload,
                ServedData::Octets(bytes) => RecordedData::Download(bytes.into()),
                ServedData::Unknown => RecordedData::Unknown,
            },
            is_aborted: exchange.is_aborted,
            closes: exchange.closes,
        });
    }
    session
}

/// Secrets, ports and variables without a value are whatever the client sends.
fn recorded_command(command: &ExpectedCommand, defaults: &Variables) -> RecordedCommand {
    let template = match command {
        ExpectedCommand::Listen(verb) => {
            return RecordedCommand::AnyArgument(Verb::new(verb.as_bytes()));
        }
        ExpectedCommand::Line(template) => template,
    };
    let beginning = template.literal_beginning().trim_ascii_start();
    let verb = beginning.split(u8::is_ascii_whitespace).next();
    let verb = Verb::new(verb.unwrap_or_default());
    let line = template.resolve(defaults).ok();
    let line = line.and_then(|line| Command::new(line).ok());
    match line {
        Some(line) if line.secret().is_none() && !verb.is("PORT") && !verb.is("EPRT") => {
            RecordedCommand::Line(line)
        }
        _ => RecordedCommand::AnyArgument(verb),
    }
}

fn describe(departure: &Departure) -> String {
    let command = escape(&departure.command);
    let next = match departure.next {
        Some(line) => format!("line {line} comes next"),
        None => "nothing comes next".to_owned(),
    };
    match departure.remedy {
        Remedy::OwnAnswer => {
            format!("{command} is not recorded ({next}): the practice server's own answer")
        }
        Remedy::Elsewhere(line) => format!("{command} is answered from line {line} ({next})"),
        Remedy::NotServed(line) => {
            format!("{command} in line {line} cannot be served: the practice server's own answer")
        }
    }
}
