//! How a download that failed on this side is made whole.

use std::path::PathBuf;

use crate::protocol::Command;
use crate::shell::config::secrets::without_secrets;
use crate::shell::core::Shell;
use crate::shell::exit::Exit;
use crate::shell::line::Redirection;
use crate::shell::screen::painter::Tone;

/// A download that `resume` can go on with: the octets in its file are those on the server.
pub(crate) struct WayOn {
    remote: String,
    local: PathBuf,
}

impl Shell {
    /// `None` for what is no file on the server, or another one than here.
    pub(crate) fn way_on(
        &self,
        command: &Command,
        redirection: Option<&Redirection>,
    ) -> Option<WayOn> {
        let Some(Redirection::ToFile(local)) = redirection else {
            return None;
        };
        if !command.verb().is("RETR") || self.converts_line_ends() {
            return None;
        }
        let remote = String::from_utf8(command.argument()?.to_owned()).ok()?;
        Some(WayOn {
            remote,
            local: local.clone(),
        })
    }

    /// Says how to go on, where this side failed and something is there.
    pub(crate) fn tell_way_on(&self, exit: Exit, way_on: Option<&WayOn>) {
        let Some(way_on) = way_on.filter(|_| exit == Exit::LocalFile) else {
            return;
        };
        let is_there = way_on.local.metadata().is_ok_and(|file| file.is_file());
        let local = way_on.local.to_string_lossy();
        let words = [way_on.remote.as_str(), &without_secrets(&local)]
            .map(|word| shlex::try_quote(word).map(std::borrow::Cow::into_owned));
        if let (true, [Ok(remote), Ok(local)]) = (is_there, words) {
            let text = format!("`resume --get {remote} {local}` goes on from there");
            self.painter.say(Tone::Note, &text);
        }
    }
}
