//! Plays a transcript that somebody wrote in a lesson, on a practice server of its own.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::client::{self, Session};
use crate::practice::{Configuration, Content, Fault, PracticeServer};
use crate::transcript::replay::{OnDifference, ReceivedReplies, Replay};
use crate::transcript::{Transcript, Variables};

/// How it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Playing {
    /// Every reply and all data were as expected.
    Passed,
    /// Something was not; in which line, if one is to blame.
    Failed(String),
    /// It could not be played at all.
    Unreadable(String),
}

/// Plays the transcript against a server with this content and these faults.
pub(super) fn play(path: &Path, content: &Content, faults: Vec<Fault>) -> Playing {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let Ok(bytes) = fs::read(path) else {
        return Playing::Unreadable(format!("there is no {name} in your folder"));
    };
    let dialogue = Transcript::read(&bytes).and_then(|transcript| transcript.dialogue());
    let dialogue = match dialogue {
        Ok(dialogue) => dialogue,
        Err(error) => return Playing::Unreadable(format!("{name}: {error}")),
    };
    let mut variables = Variables::default();
    let defaults = Configuration::default();
    variables.set("user", defaults.user.clone());
    variables.set("password", defaults.password.clone());
    variables.take_defaults(&dialogue.headers.defaults);
    if let Some(unset) = dialogue.unset_variable(&variables) {
        return Playing::Unreadable(format!(
            "{name}:{}: {{{}}} has no value",
            unset.line, unset.name
        ));
    }
    let configuration = Configuration {
        faults: faults.into_iter().collect(),
        content: content.clone(),
        ..defaults
    };
    let server = match PracticeServer::start(configuration) {
        Ok(server) => server,
        Err(error) => return Playing::Unreadable(error.to_string()),
    };
    let heard = ReceivedReplies::default();
    let address = server.address();
    let settings = client::Settings {
        silence_limit: Some(LIMIT),
        reply_limit: Some(LIMIT),
        ..client::Settings::default()
    };
    let observer = Box::new(heard.clone());
    let connected = Session::connect(
        &address.ip().to_string(),
        address.port(),
        settings,
        observer,
    );
    let (session, greeting) = match connected {
        Ok(connected) => connected,
        Err(error) => return Playing::Unreadable(error.to_string()),
    };
    let replay = Replay {
        session: &session,
        heard: &heard,
        folder: path.parent().unwrap_or(Path::new("")),
        limit: LIMIT,
        show_data: &|_| {},
        on_difference: OnDifference::Stop,
        codes_alone: false,
    };
    match replay.play(greeting, &dialogue, variables).result {
        Ok(_) => Playing::Passed,
        Err(failure) => Playing::Failed(format!("{name} stops: {failure}")),
    }
}

/// Nothing takes long here.
const LIMIT: Duration = Duration::from_secs(5);
