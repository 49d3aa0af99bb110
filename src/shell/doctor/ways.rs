//! `ways` at the prompt: the ways in at the server of the session, tried on connections of their own.

use std::time::Duration;

use super::table::{Form, print_ways};
use super::{REPLY_LIMIT, examined, is_interrupted};
use crate::client::{Session, Status};
use crate::doctor::report::{Report, WayResult};
use crate::doctor::{GUEST, Login, Request, examine_ways};
use crate::shell::exit::Exit;
use crate::shell::run::Shell;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::Tone;
use crate::tls::Trust;

impl Shell {
    /// Opens each kind of data connection as the user who is logged in, and shows a table. The session stays as it is.
    pub(crate) fn ways(&mut self, shows_dialogue: bool) -> Exit {
        let request = match self.request_of_ways() {
            Ok(request) => request,
            Err(exit) => return exit,
        };
        // Ctrl-C is not for the session.
        self.interrupts.set_session(None);
        let examined = examined(self, |stop, show| examine_ways(&request, stop, show));
        let session = self.connection.session().map(Session::interrupter);
        self.interrupts.set_session(session);
        let (report, dialogue) = match examined {
            Ok(examined) => examined,
            Err(error) => return self.painter.refuse(&format!("{error:#}")),
        };
        let form = Form {
            columns: self.columns(),
            has_colour: false,
            is_whole: shows_dialogue,
        };
        self.painter.plain(&print_ways(&report, &dialogue, form));
        exit_of(&report)
    }

    fn request_of_ways(&mut self) -> Result<Request, Exit> {
        if self.lessons.is_some() {
            let text = "ways would send what the lesson is about: there you type it yourself";
            return Err(self.painter.refuse(&text));
        }
        self.connection.connected()?;
        let (Some(status), Some(target)) = (
            self.connection.status().cloned(),
            self.connection.target.clone(),
        ) else {
            return Err(Exit::Connection);
        };
        let Some(user) = status
            .learnt
            .user
            .clone()
            .filter(|_| status.learnt.logged_in)
        else {
            let text = "ways needs somebody who may list: `login` first";
            return Err(self.painter.refuse(&text));
        };
        self.prepare_tls()?;
        let password = self.password_for_ways(&user)?;
        let choice = self.settings.proxy.as_ref();
        let proxy = self.proxies.proxy_for(&target.host, choice);
        let mut settings = self.session_settings();
        settings.route.proxy = proxy.map_err(|error| self.painter.refuse(&error))?;
        settings.tls.known = trusted_by_hand(&status).or(settings.tls.known);
        let text = format!(
            "logging in as {} on other connections; `ways --verbose` shows what is said there",
            escape(&user)
        );
        self.painter.say(Tone::Note, &text);
        Ok(Request {
            host: target.host,
            port: target.port,
            is_implicit: target.implicit_tls,
            settings,
            login: Some(Login {
                user: String::from_utf8_lossy(&user).into_owned(),
                password,
            }),
            may_write: false,
            may_be_hard: false,
            may_log_in_clear: match has_logged_in_clear(&status) {
                true => Ok(()),
                false => Err("the session's own did not"),
            },
            budget: BUDGET,
            limit: self.silence_limit.unwrap_or(REPLY_LIMIT).min(REPLY_LIMIT),
            checks: Vec::new(),
        })
    }

    fn password_for_ways(&mut self, user: &[u8]) -> Result<Vec<u8>, Exit> {
        if let Some(password) = self.known_password(user)? {
            return Ok(password);
        }
        if user == b"anonymous" {
            return Ok(GUEST.as_bytes().to_vec());
        }
        let user = escape(user);
        let typed = self.ask_secret(&format!("password of {user}: "))?;
        typed.filter(|typed| !typed.is_empty()).ok_or_else(|| {
            let text = format!("no password for {user}, so nothing was sent");
            self.painter.refuse(&text)
        })
    }
}

/// The certificate that somebody has trusted in this session is trusted on these connections too.
fn trusted_by_hand(status: &Status) -> Option<crate::tls::Fingerprint> {
    let secured = status.control_tls.as_ref()?;
    let certificate = secured.chain.first()?;
    matches!(secured.trust, Trust::Known(_)).then_some(certificate.fingerprint)
}

/// No TLS was ever on the control connection. Where it began after the login, a password that went out in clear does not go out
/// in clear again.
fn has_logged_in_clear(status: &Status) -> bool {
    status.control_tls.is_none() && !status.learnt.tls_was_ended
}

fn exit_of(report: &Report) -> Exit {
    if is_interrupted(report) {
        return Exit::Interrupted;
    }
    if report.ways.iter().any(|way| way.result == WayResult::Ok) {
        return Exit::Done;
    }
    match report.target.addresses.is_empty() && report.server.greeting.is_empty() {
        true => Exit::Connection,
        false => Exit::Refused,
    }
}

/// A person ends it with Ctrl-C long before; each reply has a limit of its own.
const BUDGET: Duration = Duration::from_secs(600);
