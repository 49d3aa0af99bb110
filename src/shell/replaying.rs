//! `ftpsh replay`: a written session, played and compared.

use std::fs;

use anyhow::{Context, Result};

use super::escape::escape;
use super::exit::Exit;
use super::interrupts::Interrupts;
use super::options::{Common, Replay};
use super::painter::{Painter, Tone};
use super::target::Target;
use crate::practice::{Configuration, PracticeServer};
use crate::protocol::Command;
use crate::session::{Form, KeptOctets, Origin, Session, Settings, Transfer};
use crate::transcript::replay::{Failure, replay};
use crate::transcript::{ARTICLE, Dialogue, Transcript};

pub(super) fn run(common: &Common, options: Replay, painter: &Painter) -> Result<Exit> {
    if options.transcript != "article" {
        painter.say(
            Tone::Error,
            "this version plays one session: `ftpsh replay article [TARGET]`. Files come with a later one",
        );
        return Ok(Exit::Usage);
    }
    let transcript = Transcript::read(ARTICLE.as_bytes())
        .and_then(|article| article.dialogue())
        .context("the article")?;
    let interrupts = Interrupts::listen(true).context("Ctrl-C")?;
    let settings = Settings {
        silence_limit: Some(common.timeout),
        ..Settings::default()
    };
    let play = Play {
        painter,
        settings,
        interrupts,
    };
    match options.target {
        Some(target) => play.on_target(&transcript, &target),
        None => {
            let configuration = Configuration {
                faults: options.faults.into_iter().collect(),
                ..Configuration::default()
            };
            let server = PracticeServer::start(configuration)
                .context("the practice server did not start")?;
            play.on_practice_server(&transcript, &server)
        }
    }
}

struct Play<'a> {
    painter: &'a Painter,
    settings: Settings,
    interrupts: Interrupts,
}

impl Play<'_> {
    fn on_practice_server(&self, transcript: &Dialogue, server: &PracticeServer) -> Result<Exit> {
        let target = Target::read(&server.address().to_string()).context("the practice server")?;
        let exit = self.play(transcript, &target);
        if exit != Exit::Done {
            return Ok(exit);
        }
        let path = server.server_folder().join(NAME);
        let content = fs::read(&path).with_context(|| format!("{}", path.display()))?;
        Ok(self.judge(&content, "on the server's disk"))
    }

    fn on_target(&self, transcript: &Dialogue, text: &str) -> Result<Exit> {
        let target = match Target::read(text) {
            Ok(target) => target,
            Err(error) => {
                self.painter.say(Tone::Error, &error.to_string());
                return Ok(Exit::Usage);
            }
        };
        let exit = self.play(transcript, &target);
        if exit != Exit::Done {
            return Ok(exit);
        }
        self.painter.say(
            Tone::Note,
            "the session is over; a second one looks at the file",
        );
        Ok(self.look_at_file(&target))
    }

    fn play(&self, transcript: &Dialogue, target: &Target) -> Exit {
        let connected = Session::connect(
            &target.host,
            target.port,
            self.settings.clone(),
            Box::new(self.painter.clone()),
        );
        let (session, greeting) = match connected {
            Ok(connected) => connected,
            Err(error) => {
                self.painter
                    .say(Tone::Error, &escape(error.to_string().as_bytes()));
                return Exit::Connection;
            }
        };
        self.interrupts.set_session(Some(session.interrupter()));
        let show_data = |data: &[u8]| self.painter.plain(&format!("data> {}", escape(data)));
        let result = self
            .interrupts
            .during(|| replay(&session, greeting, transcript, &show_data));
        match result {
            Ok(()) => Exit::Done,
            Err(failure) => {
                self.painter
                    .say(Tone::Error, &escape(failure.to_string().as_bytes()));
                match failure {
                    Failure::Mismatch(_) => Exit::Expectation,
                    Failure::Lost { .. } => Exit::Connection,
                    Failure::Interrupted => Exit::Interrupted,
                }
            }
        }
    }

    fn look_at_file(&self, target: &Target) -> Exit {
        let observer = Box::new(self.painter.clone());
        let connected =
            Session::connect(&target.host, target.port, self.settings.clone(), observer);
        let Ok((session, greeting)) = connected else {
            return Exit::Connection;
        };
        self.interrupts.set_session(Some(session.interrupter()));
        self.interrupts.during(|| {
            let _ = greeting.wait();
            for line in LOOK {
                perform(&session, line, None);
            }
            let size = perform(&session, "SIZE 1.TXT", None).unwrap_or_default();
            if session
                .open_data_connection()
                .is_some_and(|outcome| !outcome.is_positive())
            {
                return Exit::Connection;
            }
            let content = KeptOctets::at_most(KEPT_OCTETS);
            let transfer = Transfer::Receive(Box::new(content.clone()), Form::Exact);
            let retrieved = perform(&session, "RETR 1.TXT", Some(transfer));
            perform(&session, "QUIT", None);
            let content = content.octets();
            if retrieved.is_none() || size != content.len().to_string() {
                self.painter
                    .say(Tone::Error, "SIZE and RETR do not agree about 1.TXT");
                return Exit::Expectation;
            }
            self.judge(&content, "by SIZE and RETR")
        })
    }

    fn judge(&self, content: &[u8], how: &str) -> Exit {
        if content == EXPECTED {
            self.painter.say(
                Tone::Success,
                &format!("{NAME} holds exactly \"I am zfive5\" ({how})"),
            );
            return Exit::Done;
        }
        let shown = &content[..content.len().min(SHOWN_OCTETS)];
        self.painter.say(
            Tone::Error,
            &format!(
                "{NAME} should hold \"I am zfive5\" and holds \"{}\" ({how})",
                escape(shown)
            ),
        );
        Exit::Expectation
    }
}

/// Sends a line; the text of its reply if it was accepted.
fn perform(session: &Session, line: &str, transfer: Option<Transfer>) -> Option<String> {
    let command = Command::new(line).ok()?;
    let outcome = session.perform(command, Origin::Shown, transfer);
    let text = outcome
        .reply
        .as_ref()
        .map(|reply| String::from_utf8_lossy(reply.text()).trim().to_owned());
    text.filter(|_| outcome.is_positive())
}

const NAME: &str = "1.TXT";
const EXPECTED: &[u8] = b"I am zfive5";
const LOOK: &[&str] = &["USER A", "PASS A", "TYPE I"];
const SHOWN_OCTETS: usize = 80;
const KEPT_OCTETS: usize = 64 * 1024;
