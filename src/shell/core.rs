//! One line after the other: what each does, and what it means for the exit code.

use std::io::{self, BufRead};
use std::path::PathBuf;
use std::sync::{PoisonError, RwLockWriteGuard};

use super::config::aliases::Aliases;
use super::config::settings::Settings;
use super::config::target::Target;
use super::editor::assistance::{Knowledge, SharedKnowledge};
use super::editor::{Editor, Typed, What};
use super::exit::{Exit, Tally};
use super::interrupts::Interrupts;
use super::line::{self, Line};
use super::local::places::local_shell;
use super::replay::recording::Recording;
use super::run::background::Background;
use super::run::running::pasted_lines;
use super::run::trust::Certificates;
use super::screen::escape::escape;
use super::screen::painter::{Painter, Tone};
use super::screen::timeline::Timeline;
use super::screen::trace::Trace;
use crate::client::{Ending, Origin, Outcome, Session};
use crate::protocol::Command;
use crate::transcript::recorder::Recorder;

/// Everything that a running shell holds.
pub struct Shell {
    pub(super) painter: Painter,
    pub(super) session: Option<Session>,
    pub(super) background: Option<Background>,
    /// Hears what the session tells; it writes that down while there is a recording.
    pub(super) recorder: Recorder,
    pub(super) recording: Recording,
    pub(super) settings: Settings,
    pub(super) silence_limit: Option<std::time::Duration>,
    pub(super) aliases: Aliases,
    pub(super) knowledge: SharedKnowledge,
    pub(super) keyboard: Keyboard,
    pub(super) interrupts: Interrupts,
    pub(super) tally: Tally,
    pub(super) home: Option<PathBuf>,
    /// `exit` was typed, or the input is at its end.
    pub(super) is_over: bool,
    /// The target of the last connection, for `open` without one.
    pub(super) last_target: Option<Target>,
    pub(super) certificates: Certificates,
    pub(super) timeline: Timeline,
    pub(super) trace: Trace,
    /// It was said in this session that data go in clear: once is enough.
    pub(super) has_told_of_bare_data: bool,
    /// Lines of a paste that have not been read yet.
    pub(super) pasted: std::collections::VecDeque<String>,
}

/// Where lines, data and answers come from.
pub enum Keyboard {
    /// A person at a terminal.
    Terminal(Box<Editor>),
    /// Lines from standard input.
    Script(Box<dyn BufRead + Send>),
    /// Lines from the command line; standard input is for data only.
    Given(std::collections::VecDeque<Vec<u8>>),
}

impl Shell {
    /// Whether a person sits at it.
    #[must_use]
    pub fn is_interactive(&self) -> bool {
        matches!(self.keyboard, Keyboard::Terminal(_))
    }

    /// Does what one line says and counts the result.
    pub fn run_line(&mut self, line: &[u8]) -> Exit {
        let read = line::read(line, &|name| self.aliases.contains(name));
        let takes_no_data = matches!(read, Err(_) | Ok(Line::Alias { .. }));
        let exit = match read {
            Ok(line) => self.run(line),
            Err(error) => self.refuse_line(&error),
        };
        self.tally.count(exit);
        self.check_recording();
        self.check_trace();
        let orphans_data = exit == Exit::Usage && takes_no_data && begins_here_document(line);
        if orphans_data && !self.is_interactive() {
            let text = "the lines behind << would be taken for commands, so the run ends here";
            self.painter.say(Tone::Error, text);
            self.is_over = true;
        }
        exit
    }

    /// Whether the line may go into the history.
    pub(super) fn is_memorable(&self, line: &str) -> bool {
        let is_secret = |name: &str| self.aliases.carries_secret(name);
        if super::config::secrets::secret_span(line.as_bytes(), &is_secret).is_some() {
            return false;
        }
        let status = self.session.as_ref().and_then(Session::status);
        // The line goes on with octets that may have been PASS.
        if status
            .as_ref()
            .is_some_and(|status| status.line_is_unfinished)
        {
            return false;
        }
        // Somebody who is asked for a password may type it without PASS.
        let asked = status.is_some_and(|status| status.learnt.secret_is_asked);
        !asked || self.is_known(line)
    }

    fn is_known(&self, line: &str) -> bool {
        match line::read(line.as_bytes(), &|name| self.aliases.contains(name)) {
            Ok(
                Line::Raw { command, .. } | Line::Background { command, .. } | Line::Quote(command),
            ) => crate::protocol::verbs::entry(&command.verb()).is_some(),
            Ok(_) => true,
            Err(_) => false,
        }
    }

    fn run(&mut self, line: Line) -> Exit {
        match line {
            Line::Empty => Exit::Done,
            Line::Local(command) => self.run_local(&command),
            Line::Quote(command) => self.send(command, None, self.origin()),
            Line::Raw {
                command,
                redirection,
            } => {
                if command.verb().is("QUIT") && !self.await_background("QUIT") {
                    return Exit::Interrupted;
                }
                self.send(command, redirection, self.origin())
            }
            Line::Background {
                command,
                redirection,
            } => self.send_in_background(command, redirection),
            Line::Builtin { name, arguments } => self.run_builtin(name, &arguments),
            Line::Alias { name, arguments } => self.run_alias(&name, &arguments),
        }
    }

    /// What the user typed need not be shown again; what a script says must be shown once.
    pub(super) fn origin(&self) -> Origin {
        if self.is_interactive() {
            Origin::Typed
        } else {
            Origin::Shown
        }
    }

    /// A line that cannot be sent.
    pub(super) fn refuse_line(&self, error: &dyn std::fmt::Display) -> Exit {
        self.painter.say(Tone::Error, &error.to_string());
        Exit::Usage
    }

    /// A local file that cannot be used.
    pub(super) fn refuse_file(&self, path: &std::path::Path, error: &io::Error) -> Exit {
        let path = path.to_string_lossy();
        let path = escape(super::config::secrets::without_secrets(&path).as_bytes());
        self.painter
            .say(Tone::Error, &format!("{path}: {error}. Nothing was sent"));
        Exit::LocalFile
    }

    pub(super) fn is_connected(&self) -> bool {
        let status = self.session.as_ref().and_then(Session::status);
        status.is_some_and(|status| status.connected)
    }

    /// The session, or a sentence that says that there is none.
    pub(super) fn connected(&self) -> Result<&Session, Exit> {
        match &self.session {
            Some(session) if self.is_connected() => Ok(session),
            _ => {
                let text =
                    "not connected, so nothing was sent: `open HOST` connects, `exit` leaves";
                self.painter.say(Tone::Error, text);
                Err(Exit::Connection)
            }
        }
    }

    /// Sends a command without data and waits for what becomes of it.
    pub(super) fn perform(&mut self, command: Command, origin: Origin) -> Result<Outcome, Exit> {
        let session = self.connected()?;
        // From before it is sent: what is typed then may be a password, and must not be seen.
        let (exchange, news) = self.interrupts.during(|| {
            let exchange = session.begin(command, origin, None);
            let news = exchange.next_decisive_news();
            (exchange, news)
        });
        let outcome = self.await_outcome(&exchange, news);
        self.tell_interruption(&outcome);
        Ok(outcome)
    }

    /// Runs one exchange of the session, if there is a session, and says if Ctrl-C gave the prompt back.
    pub(super) fn exchange(
        &self,
        exchange: impl FnOnce(&Interrupts, &Session) -> Outcome,
    ) -> Result<Outcome, Exit> {
        let outcome = exchange(&self.interrupts, self.connected()?);
        self.tell_interruption(&outcome);
        Ok(outcome)
    }

    /// Says that the prompt is back before its time.
    pub(super) fn tell_interruption(&self, outcome: &Outcome) {
        let text = match outcome.ending {
            Ending::Interrupted => "still owed a reply; it is shown when it comes",
            Ending::Unsent => "Ctrl-C came before it, so it was not sent",
            _ => return,
        };
        if self.is_interactive() && self.is_connected() {
            self.painter.say(Tone::Note, text);
        }
    }

    /// Lends the terminal to a local command: what happens meanwhile is shown when it has ended.
    pub(super) fn lend_terminal<T>(&mut self, command: impl FnOnce(&mut Self) -> T) -> T {
        if !self.is_interactive() {
            return command(self);
        }
        self.painter.screen().hold();
        let result = command(self);
        self.take_terminal_back();
        result
    }

    /// Ends what [`Shell::lend_terminal`] or a pager began.
    pub(super) fn take_terminal_back(&mut self) {
        if let Keyboard::Terminal(editor) = &mut self.keyboard {
            self.painter.screen().release(editor.columns());
        }
    }

    fn run_local(&mut self, command: &[u8]) -> Exit {
        let run = |_: &mut Self| local_shell(command).and_then(|mut process| process.status());
        let status = self.lend_terminal(run);
        match status {
            Ok(status) if status.success() => Exit::Done,
            Ok(status) => {
                self.painter.say(
                    Tone::Note,
                    &format!("the local command ended with {status}"),
                );
                Exit::Done
            }
            Err(error) => {
                self.painter.say(
                    Tone::Error,
                    &format!("the local shell did not start: {error}"),
                );
                Exit::LocalFile
            }
        }
    }

    /// The next input line, without its line end; `None` at the end. `prompt` is for a person.
    pub(super) fn next_input_line(&mut self, prompt: &str) -> Option<Vec<u8>> {
        if let Some(line) = self.next_pasted(prompt, What::Text) {
            return Some(line.into_bytes());
        }
        match &mut self.keyboard {
            Keyboard::Terminal(editor) => {
                let typed = editor.read_text(prompt);
                let line = self.first_line(typed, prompt, What::Text);
                line.map(String::into_bytes)
            }
            Keyboard::Script(input) => read_script_line(input.as_mut()),
            Keyboard::Given(lines) => lines.pop_front(),
        }
    }

    /// The line that was typed; the others of a paste wait for their turn.
    fn first_line(&mut self, typed: Typed, prompt: &str, what: What) -> Option<String> {
        let (Typed::Line(text) | Typed::LastText(text)) = typed else {
            return None;
        };
        match pasted_lines(&text) {
            None => Some(text),
            Some(lines) => {
                self.pasted = lines;
                self.next_pasted(prompt, what)
            }
        }
    }

    /// The next line of a paste, shown as if it had been typed here.
    pub(super) fn next_pasted(&mut self, prompt: &str, what: What) -> Option<String> {
        let line = self.pasted.pop_front()?;
        if let Keyboard::Terminal(editor) = &self.keyboard {
            editor.show_typed(prompt, &line, what);
        }
        Some(line)
    }

    /// A secret that nobody sees; `None` if there is nobody to ask.
    pub(super) fn ask_secret(&mut self, prompt: &str) -> Option<String> {
        if let Some(line) = self.next_pasted(prompt, What::Secret) {
            return Some(line);
        }
        match &mut self.keyboard {
            Keyboard::Terminal(editor) => {
                let typed = editor.read_secret(prompt);
                self.first_line(typed, prompt, What::Secret)
            }
            Keyboard::Script(_) | Keyboard::Given(_) => None,
        }
    }

    /// What the editor may know.
    pub(super) fn knowledge(&self) -> RwLockWriteGuard<'_, Knowledge> {
        self.knowledge
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets go of the session, which closes its connections.
    pub(super) fn drop_session(&mut self) {
        self.interrupts.set_session(None);
        self.session = None;
        // It was settled with the session.
        if self.has_background() {
            self.background = None;
        }
        self.end_recording();
        self.check_trace();
    }

    /// Counts a trace that broke off; what happened was said when it did.
    fn check_trace(&mut self) {
        if self.trace.take_failure() {
            self.tally.count(Exit::LocalFile);
        }
    }
}

/// Whether whoever wrote this line meant the next ones to be data.
fn begins_here_document(line: &[u8]) -> bool {
    line.windows(4)
        .any(|window| window.starts_with(b" <<") && window[3] != b'<')
}

/// One line of a script; CR LF and LF end it. An error of the input is its end.
fn read_script_line(input: &mut dyn BufRead) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    match input.read_until(b'\n', &mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => {
            if line.last() == Some(&b'\n') {
                line.pop();
            }
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            Some(line)
        }
    }
}
