//! The article's last sentence: the file on the server is whole now.

use std::fs;
use std::path::Path;

use super::player::Player;
use super::script_failure::ScriptFailure;
use crate::client::{Form, KeptBytes, Origin, Session, Transfer};
use crate::protocol::Command;
use crate::shell::config::target::Target;
use crate::shell::run::connecting::connect;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::Tone;
use crate::transcript::report::FailureKind;

/// Looks at the file on the server's disk, or through a second session where that cannot be reached.
pub(super) fn check(
    player: &Player<'_>,
    target: &Target,
    disk: Option<&Path>,
) -> Result<(), Box<ScriptFailure>> {
    let say = |tone, text: &str| {
        if player.shows_dialogue {
            player.painter.say(tone, text);
        }
    };
    let (content, how) = match disk {
        Some(folder) => {
            let path = folder.join(NAME);
            let content = fs::read(&path);
            let content =
                content.map_err(|error| Box::new(ScriptFailure::of_file_error(&path, &error)))?;
            (content, "on the server's disk")
        }
        None => {
            say(
                Tone::Note,
                "the session is over; a second one checks the file",
            );
            (retrieve(player, target)?, "by SIZE and RETR")
        }
    };
    if content == EXPECTED {
        say(
            Tone::Success,
            &format!("{NAME} holds exactly \"I am zfive5\" ({how})"),
        );
        return Ok(());
    }
    let shown = escape(&content[..content.len().min(SHOWN_BYTES)]);
    let text = format!("{NAME} should hold \"I am zfive5\" and holds \"{shown}\" ({how})");
    Err(Box::new(ScriptFailure::new(
        FailureKind::Mismatch,
        None,
        &text,
    )))
}

fn retrieve(player: &Player<'_>, target: &Target) -> Result<Vec<u8>, Box<ScriptFailure>> {
    let observer = player.observer(None);
    let connected = connect(player.interrupts, target, player.settings.clone(), observer);
    let (session, greeting) =
        connected.map_err(|error| Box::new(ScriptFailure::of_connect_error(&error)))?;
    player.with_interrupts(&session, || {
        let _ = greeting.wait();
        for line in ["USER A", "PASS A", "TYPE I"] {
            perform(&session, line, None);
        }
        let size = perform(&session, "SIZE 1.TXT", None).unwrap_or_default();
        let opened = session.open_data_connection();
        if opened.is_some_and(|outcome| !outcome.is_positive()) {
            let text = "no data connection to look at the file";
            return Err(Box::new(ScriptFailure::new(
                FailureKind::Connection,
                None,
                text,
            )));
        }
        let content = KeptBytes::at_most(KEPT_BYTES);
        let transfer = Transfer::Receive(Box::new(content.clone()), Form::Exact);
        let retrieved = perform(&session, "RETR 1.TXT", Some(transfer));
        perform(&session, "QUIT", None);
        let content = content.bytes();
        if retrieved.is_none() || size != content.len().to_string() {
            let text = "SIZE and RETR disagree about 1.TXT";
            return Err(Box::new(ScriptFailure::new(
                FailureKind::Mismatch,
                None,
                text,
            )));
        }
        Ok(content)
    })
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
const SHOWN_BYTES: usize = 80;
const KEPT_BYTES: usize = 64 * 1024;
