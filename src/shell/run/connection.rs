//! The connection to the server, and what was last seen of it.

use crate::client::{DataState, Ending, Outcome, Session, Status};
use crate::shell::config::target::Target;
use crate::shell::exit::Exit;
use crate::shell::interrupts::Interrupts;
use crate::shell::screen::painter::{Painter, Tone};

/// The session, if there is one, with the state that it had when the line began or when its last exchange had ended.
pub(crate) struct Connection {
    session: Option<Session>,
    status: Option<Status>,
    /// Of the last connection, for `open` without a target.
    pub(crate) target: Option<Target>,
    interrupts: Interrupts,
    painter: Painter,
    is_interactive: bool,
    /// What helps where there is no connection.
    advice: &'static str,
}

impl Connection {
    /// Not connected yet.
    pub(crate) fn new(painter: Painter, interrupts: Interrupts, is_interactive: bool) -> Self {
        Self {
            session: None,
            status: None,
            target: None,
            interrupts,
            painter,
            is_interactive,
            advice: "`open HOST` connects, `exit` leaves",
        }
    }

    /// Says what helps where there is no connection.
    pub(crate) fn advise_when_closed(&mut self, advice: &'static str) {
        self.advice = advice;
    }

    /// Takes a session that has just been connected.
    pub(crate) fn set_session(&mut self, session: Session) {
        self.interrupts.set_session(Some(session.interrupter()));
        self.session = Some(session);
        self.refresh_status();
    }

    /// Closes the connections and sends nothing.
    pub(crate) fn drop_session(&mut self) {
        self.interrupts.set_session(None);
        self.session = None;
        self.status = None;
    }

    /// Asks the session for its state: once a line, and after whatever was sent.
    pub(crate) fn refresh_status(&mut self) {
        self.status = self.session.as_ref().and_then(Session::status);
    }

    pub(crate) fn status(&self) -> Option<&Status> {
        self.status.as_ref()
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.status.as_ref().is_some_and(|status| status.connected)
    }

    /// The control connection is under TLS.
    pub(crate) fn is_protected(&self) -> bool {
        let status = self.status.as_ref();
        status.is_some_and(|status| status.control_tls.is_some())
    }

    /// How the last connection ended, if that was not asked for.
    pub(crate) fn loss(&self) -> Option<Exit> {
        let status = self.status.as_ref().filter(|status| status.lost)?;
        Some(if status.tls_failed {
            Exit::Tls
        } else {
            Exit::Connection
        })
    }

    /// An upload was reset after its final reply.
    pub(crate) fn has_lost_upload(&self) -> bool {
        let status = self.status.as_ref();
        status.is_some_and(|status| status.has_lost_upload)
    }

    /// The session, whether it is still connected or not.
    pub(crate) fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// The session, or a message that there is none.
    pub(crate) fn connected(&self) -> Result<&Session, Exit> {
        match &self.session {
            Some(session) if self.is_connected() => Ok(session),
            _ => {
                let text = format!("not connected, so nothing was sent: {}", self.advice);
                self.painter.refuse_for("not-connected", &text);
                Err(self.loss().unwrap_or(Exit::Connection))
            }
        }
    }

    /// Runs one exchange of the session, if there is a session, with Ctrl-C going to it.
    pub(crate) fn exchange(
        &mut self,
        exchange: impl FnOnce(&Interrupts, &Session) -> Outcome,
    ) -> Result<Outcome, Exit> {
        let outcome = exchange(&self.interrupts, self.connected()?);
        self.note_outcome(&outcome);
        Ok(outcome)
    }

    fn is_dialling(&self) -> bool {
        let status = self.status.as_ref();
        status.is_some_and(|status| status.data == DataState::Dialling)
    }

    /// Looks at the state after an exchange, and says if Ctrl-C gave the prompt back before its time.
    pub(crate) fn note_outcome(&mut self, outcome: &Outcome) {
        self.refresh_status();
        let text = match outcome.ending {
            Ending::Interrupted if outcome.reply.is_some() && self.is_dialling() => {
                "the port of that reply is still being dialled: `why` says what else there is"
            }
            Ending::Interrupted => "the reply is still outstanding; it is shown when it comes",
            Ending::Unsent => "Ctrl-C was pressed before the command was sent, so it was not sent",
            _ => return,
        };
        if self.is_interactive && self.is_connected() {
            self.painter.say(Tone::Note, text);
        }
    }
}
