//! Raw commands with their data: redirections and the screen.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};

use super::resume::Resume;
use super::shell::Shell;
use super::typing_data::TypedUpload;
use super::verifying::{AWAITED, VerifiedUpload};
use crate::client::{
    DataSource, Exchange, Form, News, Origin, Outcome, RawBytes, Transfer, TrustQuestion,
};
use crate::evidence::event::Event;
use crate::protocol::Command;
use crate::protocol::user_pi::data_direction;
use crate::protocol::verbs::DataDirection;
use crate::shell::config::secrets::without_secrets;
use crate::shell::config::settings::Ascii;
use crate::shell::editor::assistance::LearningDestination;
use crate::shell::editor::{AtTerminal, HAS_ESCAPE_KEY};
use crate::shell::exit::Exit;
use crate::shell::help::hints::{ResumableDownload, exists_already};
use crate::shell::interrupts::Escape;
use crate::shell::line::{LineError, Redirection};
use crate::shell::local::pager::Pager;
use crate::shell::local::places::{
    Interruption, LocalCommand, StandardOutput, TypedData, end_of_command, wait_for_reader,
};
use crate::shell::local::received_file::{Manner, ReceivedFile};
use crate::shell::local::sent_file::SentFile;
use crate::shell::local::waiting::OpenedLate;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Screen, Tone, count};
use crate::shell::screen::shown_data::{LineKind, Look, ShownData};

/// What a data command needs besides its line.
enum Data {
    None,
    Joined(Transfer),
    Shown(Transfer, Option<Pager>),
    Piped(Transfer, Child),
    Typed,
}

impl Shell {
    /// Sends a raw command, with its data if it has any.
    pub(crate) fn send(
        &mut self,
        command: Command,
        redirection: Option<Redirection>,
        origin: Origin,
    ) -> Exit {
        let redirection =
            redirection.map(|redirection| redirection.with_home(self.home.as_deref()));
        self.send_with(command, redirection, origin, true)
    }

    /// The same; without `may_overwrite` a file that exists is not replaced.
    pub(crate) fn send_with(
        &mut self,
        command: Command,
        redirection: Option<Redirection>,
        origin: Origin,
        may_overwrite: bool,
    ) -> Exit {
        let is_quit = command.verb().is("QUIT");
        if is_quit && self.is_interactive() && !self.connection.is_connected() {
            // There is no session to end, so it is the program that is meant.
            self.is_over = true;
            return Exit::Done;
        }
        if let Err(exit) = self.connection.connected() {
            self.hints.suggest_word(&command, &self.settings);
            return exit;
        }
        self.warn_before(&command);
        let download = ResumableDownload::of(
            &command,
            redirection.as_ref(),
            self.converts_line_ends(),
            &self.settings,
        );
        // A lesson is done by hand, and counts what `resume` reads back.
        let download = download.filter(|_| self.lessons.is_none());
        let file = redirection.as_ref().and_then(file_in_words);
        if may_overwrite
            && self.is_interactive()
            && self.settings.hints
            && let Some(download) = &download
        {
            download.warn_before_replacing(&self.painter);
        }
        let data = self.data_of(&command, redirection, may_overwrite);
        let data = data.map(|data| self.learn_names(data, &command));
        let upload = match &data {
            Ok(Data::Joined(_) | Data::Typed) => match self.prepare_to_verify(&command) {
                Ok(upload) => upload,
                Err(exit) => return exit,
            },
            _ => None,
        };
        match data {
            Ok(Data::None) => self.send_plain(command, origin),
            Ok(Data::Joined(transfer)) => {
                let exit = self.send_detachably(command, transfer, origin, upload, file);
                if let (Exit::LocalFile, Some(download)) = (exit, download) {
                    download.suggest_resume(&self.painter);
                }
                exit
            }
            Ok(Data::Shown(transfer, pager)) => {
                self.send_and_show(command, transfer, pager, origin)
            }
            // The local command may want the terminal for itself (a pager).
            Ok(Data::Piped(transfer, child)) => self.lend_terminal(|shell| {
                if shell.is_interactive() {
                    shell.painter.screen().hold_after_first_reply();
                }
                let outcome = shell.connection.exchange(|interrupts, session| {
                    interrupts.during_command(|| session.perform(command, origin, Some(transfer)))
                });
                let interruption = outcome.as_ref().map(Interruption::of).unwrap_or_default();
                let exit = shell.finish(outcome);
                let local = shell.wait_for(child, interruption);
                if exit == Exit::Done { local } else { exit }
            }),
            Ok(Data::Typed) => {
                let outcome = self.perform_typed(command.clone(), origin);
                if outcome.as_ref().is_ok_and(Outcome::is_positive) {
                    self.hints.finish_data();
                }
                self.finish_upload(&command, outcome, upload)
            }
            Err(exit) => exit,
        }
    }

    /// Sends a command whose data comes from or goes to a file: Ctrl-] puts it in the background, as `&` would have.
    fn send_detachably(
        &mut self,
        command: Command,
        transfer: Transfer,
        origin: Origin,
        upload: Option<VerifiedUpload>,
        file: Option<String>,
    ) -> Exit {
        let is_recorded = self.recording.is_asked_for();
        let is_verified = self.must_await(&command);
        let can_go_on = self.is_interactive() && !is_recorded && !is_verified;
        let shown = self.settings.charset().escape(&command.masked());
        let session = match self.connection.connected() {
            Ok(session) => session,
            Err(exit) => return exit,
        };
        let key = match can_go_on {
            true => Escape::GivesPrompt,
            false if is_verified => Escape::IsRefused(VERIFIED),
            false => Escape::IsRefused(RECORDED),
        };
        let screen = self.painter.screen();
        if can_go_on && HAS_ESCAPE_KEY {
            screen.offer_prompt(true);
        }
        let ended = self.interrupts.during_with(key, || {
            session
                .begin(command.clone(), origin, Some(transfer))
                .wait_or_detach()
        });
        if can_go_on {
            screen.offer_prompt(false);
        }
        match ended {
            Ok(outcome) => {
                self.connection.note_outcome(&outcome);
                self.finish_upload(&command, Ok(outcome), upload)
            }
            Err(exchange) => {
                let text = format!(
                    "{shown} goes on in the background: `jobs` shows how far it is, ABOR aborts it"
                );
                self.painter.say(Tone::Note, &text);
                self.background.begin(exchange, shown, file);
                self.connection.refresh_status();
                Exit::Done
            }
        }
    }

    /// `RETR f > file &`: the next line is read at once.
    pub(crate) fn send_in_background(
        &mut self,
        command: Command,
        redirection: Redirection,
    ) -> Exit {
        if let Err(exit) = self.connection.connected() {
            return exit;
        }
        if self.has_background() {
            return self.background.refuse_second(&self.painter);
        }
        if self.recording.is_asked_for() {
            let text = "a transcript holds one exchange after the other, so a transfer in the background cannot be recorded: leave out the &, or \
                        `record off` first. Nothing was sent";
            return self.painter.refuse(&text);
        }
        if self.must_await(&command) {
            return self.painter.refuse(&format!("{AWAITED}. Nothing was sent"));
        }
        self.warn_before(&command);
        let redirection = redirection.with_home(self.home.as_deref());
        let file = file_in_words(&redirection);
        let transfer = match self.data_of(&command, Some(redirection), true) {
            Ok(Data::Joined(transfer)) => transfer,
            Ok(_) => return self.painter.refuse(&LineError::BackgroundWithoutFile),
            Err(exit) => return exit,
        };
        let shown = self.settings.charset().escape(&command.masked());
        let origin = self.origin();
        match self.connection.connected() {
            Ok(session) => {
                self.interrupts.turn_to_next_command();
                let exchange = session.begin_in_background(command, origin, transfer);
                self.background.begin(exchange, shown, file);
                self.connection.refresh_status();
                Exit::Done
            }
            Err(exit) => exit,
        }
    }

    /// Sends a command without data and waits for what becomes of it.
    pub(crate) fn perform(&mut self, command: Command, origin: Origin) -> Result<Outcome, Exit> {
        if command.verb().is("AUTH") {
            self.connection.connected()?;
            self.prepare_tls()?;
        }
        let was_protected = self.connection.is_protected();
        let session = self.connection.connected()?;
        let key = match origin {
            Origin::Typed => Escape::GivesPrompt,
            // Other commands may depend on it.
            _ => Escape::IsIgnored,
        };
        // From before it is sent: what is typed then may be a password, and must not be seen.
        let (exchange, news) = self.interrupts.during_with(key, || {
            let exchange = session.begin(command, origin, None);
            let news = exchange.next_decisive_news();
            (exchange, news)
        });
        let outcome = self.await_outcome(&exchange, news);
        self.connection.note_outcome(&outcome);
        self.show_new_tls(was_protected);
        Ok(outcome)
    }

    /// The same with a command that the shell makes.
    pub(crate) fn send_shown(&mut self, verb: &[u8], argument: &[u8]) -> Result<Outcome, Exit> {
        let command = Command::new([verb, argument].concat());
        let command = command.map_err(|error| self.painter.refuse(&error))?;
        self.perform(command, Origin::Shown)
    }

    /// Sends a command whose data a person types once the server has answered 1yz.
    fn perform_typed(&mut self, command: Command, origin: Origin) -> Result<Outcome, Exit> {
        let (keyboard, data) = TypedData::new();
        let transfer = Transfer::Send(DataSource::new(data), Form::Exact, None);
        let line_end: &[u8] = if self.converts_line_ends() {
            b"\r\n"
        } else {
            b"\n"
        };
        self.interrupts.turn_to_next_command();
        let session = self.connection.connected()?;
        let exchange = session.begin(command, origin, Some(transfer));
        let mut upload = TypedUpload {
            input: &mut self.input,
            hints: &mut self.hints,
            settings: &self.settings,
            painter: &self.painter,
            line_end,
            interrupter: session.interrupter(),
        };
        // All the way: between two lines the terminal turns Ctrl-C into a signal.
        let key = Escape::IsRefused(TYPED);
        let outcome = self
            .interrupts
            .during_with(key, || match exchange.next_news() {
                News::Settled(outcome) => outcome,
                News::DataEnded | News::TrustAsked(_) | News::Detached => exchange.wait(),
                News::Begun => upload.run(exchange, keyboard),
            });
        self.connection.note_outcome(&outcome);
        Ok(outcome)
    }

    /// Waits until an exchange is settled, and asks the user about a certificate on the way.
    fn await_outcome(&mut self, exchange: &Exchange, first: News) -> Outcome {
        let mut news = first;
        loop {
            match news {
                News::Settled(outcome) => return outcome,
                News::TrustAsked(question) => self.decide_trust(question),
                News::Begun | News::DataEnded | News::Detached => {}
            }
            news = self.interrupts.during(|| exchange.next_decisive_news());
        }
    }

    /// Asks for a decision about a certificate.
    pub(crate) fn decide_trust(&mut self, question: TrustQuestion) {
        let target = self.connection.target.as_ref();
        let is_remembered =
            self.certificates
                .decide(question, target, &mut self.input, &self.painter);
        if let (true, Some(session)) = (is_remembered, self.connection.session()) {
            // Another AUTH in the same session is held to it.
            session.configure(self.session_settings());
        }
    }

    /// PASV, or EPSV where the address family asks for it.
    pub(crate) fn open_data_connection(&mut self) -> Exit {
        let session = match self.connection.connected() {
            Ok(session) => session,
            Err(exit) => return exit,
        };
        match self.interrupts.during(|| session.open_data_connection()) {
            None => {
                self.connection.refresh_status();
                Exit::Done
            }
            Some(outcome) => {
                self.connection.note_outcome(&outcome);
                self.finish_shown(&outcome)
            }
        }
    }

    /// `listen`.
    pub(crate) fn listen(&mut self) -> Exit {
        let listened = self
            .connection
            .exchange(|interrupts, session| interrupts.during(|| session.listen(Origin::Shown)));
        listened.map_or_else(|exit| exit, |outcome| self.finish_shown(&outcome))
    }

    /// `send`.
    pub(crate) fn send_bytes(&mut self, pieces: Vec<RawBytes>) -> Exit {
        let sent = self.connection.exchange(|interrupts, session| {
            interrupts.during(|| session.send_bytes(pieces).wait())
        });
        sent.map_or_else(|exit| exit, |outcome| Exit::of(&outcome))
    }

    /// `resume`.
    pub(crate) fn resume(&mut self, mut resume: Resume) -> Exit {
        if let Err(exit) = self.connection.connected() {
            return exit;
        }
        if self.has_background() {
            return self.background.refuse_second(&self.painter);
        }
        let spelling = self.settings.spelling().of_words();
        if let Some(target) = resume.target(self.home.as_deref())
            && let Err(exit) = self.refuse_own_file(&target)
        {
            return exit;
        }
        match spelling.argument(&resume.remote) {
            Ok(remote) => resume.remote = remote,
            Err(error) => return self.painter.refuse(&error),
        }
        let session = match self.connection.connected() {
            Ok(session) => session,
            Err(exit) => return exit,
        };
        let file = resume.file(self.home.as_deref());
        let output = self.painter.output();
        output.set_file(Some((resume.direction(), &file)));
        let exit = resume.run(
            session,
            &self.interrupts,
            &self.painter,
            &mut self.input,
            self.home.as_deref(),
        );
        // It has changed the file, and says itself how much is there.
        self.hints.forget_upload();
        self.connection.refresh_status();
        exit
    }

    fn warn_before(&mut self, command: &Command) {
        if let Some(status) = self.connection.status() {
            self.hints.warn_before(command, status, &self.settings);
        }
    }

    /// What a command means that the user did not type; a refusal is followed by a hint.
    pub(crate) fn finish_shown(&mut self, outcome: &Outcome) -> Exit {
        self.hints
            .follow_refusal(outcome, self.connection.status(), &self.settings);
        Exit::of(outcome)
    }

    /// The names in a listing are completed from then on.
    fn learn_names(&self, data: Data, command: &Command) -> Data {
        let learning = |transfer| self.learning_names(transfer, command);
        match data {
            Data::Joined(transfer) => Data::Joined(learning(transfer)),
            Data::Shown(transfer, pager) => Data::Shown(learning(transfer), pager),
            Data::Piped(transfer, child) => Data::Piped(learning(transfer), child),
            other @ (Data::None | Data::Typed) => other,
        }
    }

    fn learning_names(&self, transfer: Transfer, command: &Command) -> Transfer {
        match transfer {
            Transfer::Receive(destination, form) => {
                let names = &self.knowledge().remote_names;
                let destination = LearningDestination::around(destination, command, names);
                Transfer::Receive(destination, form)
            }
            sent @ Transfer::Send(..) => sent,
        }
    }

    /// Sends a command that lists, and shows its data as a table if it goes to a terminal.
    pub(crate) fn send_as_table(&mut self, command: &Command) -> Exit {
        let spelling = self.settings.spelling().of_words();
        let command = match spelling.command(command.line(), 0) {
            Ok(command) => command,
            Err(error) => return self.painter.refuse(&error),
        };
        if let Err(exit) = self.connection.connected() {
            return exit;
        }
        if self.has_background() {
            return self.background.refuse_second(&self.painter);
        }
        if !self.painter.screen().shows_data_on_terminal() {
            return self.send(command, None, Origin::Shown);
        }
        if let Err(exit) = self.check_standard_output() {
            return exit;
        }
        self.warn_before(&command);
        let (transfer, pager) = self.shown(&command, true);
        let transfer = self.learning_names(transfer, &command);
        self.send_and_show(command, transfer, pager, Origin::Shown)
    }

    /// Sends a command whose data is shown. The prompt waits until the pager is closed.
    fn send_and_show(
        &mut self,
        command: Command,
        transfer: Transfer,
        pager: Option<Pager>,
        origin: Origin,
    ) -> Exit {
        let mut was_paged = false;
        let outcome = self.connection.exchange(|interrupts, session| {
            interrupts.during_with(Escape::IsRefused(SHOWN), || {
                let outcome = session.perform(command, origin, Some(transfer));
                let interruption = Interruption::of(&outcome);
                was_paged = pager.is_some_and(|pager| pager.wait(interruption, interrupts));
                outcome
            })
        });
        let exit = self.finish(outcome);
        if was_paged {
            self.take_terminal_back();
            if self.settings.hints {
                let text = "what was longer than the screen went to the pager; `set pager off` shows it here";
                self.painter.say(Tone::Hint, text);
            }
        }
        exit
    }

    /// What the data of a command need, as far as that can be had before it is sent.
    fn data_of(
        &mut self,
        command: &Command,
        redirection: Option<Redirection>,
        may_overwrite: bool,
    ) -> Result<Data, Exit> {
        let Some(direction) = data_direction(command) else {
            return Ok(Data::None);
        };
        let written = redirection.as_ref();
        let written = written.map(|it| without_secrets(&it.to_string()));
        self.painter.problems().note_redirection(written);
        if self.has_background() {
            if let Some(Redirection::FromHereDocument(word)) = &redirection {
                // The lines are data all the same, and must not be run.
                self.read_here_document(word)?;
            }
            return Err(self.background.refuse_second(&self.painter));
        }
        let file = redirection.as_ref().and_then(Redirection::file);
        let output = self.painter.output();
        output.set_file(file.map(|(_, path)| (direction, path)));
        match direction {
            DataDirection::Received => self.destination(command, redirection, may_overwrite),
            DataDirection::Sent => self.source(redirection),
        }
    }

    /// A command without data. A person whose QUIT was answered has left, unless there is a lesson to come back to.
    fn send_plain(&mut self, command: Command, origin: Origin) -> Exit {
        let is_quit = command.verb().is("QUIT");
        let outcome = self.perform(command, origin);
        let is_answered = outcome.as_ref().is_ok_and(Outcome::is_positive);
        if is_quit && is_answered && self.is_interactive() {
            self.is_over = self.lessons.is_none();
        }
        self.finish(outcome)
    }

    pub(super) fn finish(&mut self, outcome: Result<Outcome, Exit>) -> Exit {
        match outcome {
            Ok(outcome) => {
                let status = self.connection.status();
                self.hints.follow(&outcome, status, &self.settings);
                Exit::of(&outcome)
            }
            Err(exit) => exit,
        }
    }

    fn wait_for(&self, child: Child, interruption: Interruption) -> Exit {
        let status = match wait_for_reader(child, interruption, &self.interrupts) {
            Ok(status) => status,
            Err(error) => {
                self.painter
                    .say(Tone::Error, &format!("the local command: {error}"));
                return Exit::LocalFile;
            }
        };
        self.finish_local(status)
    }

    /// Says how a local command ended, unless all went well, and what that means.
    pub(super) fn finish_local(&self, status: ExitStatus) -> Exit {
        let exit = Exit::of_local_command(status);
        // Whoever watches knows best whether a `grep` that finds nothing is a failure.
        let tone = if exit == Exit::Done || self.is_interactive() {
            Tone::Note
        } else {
            Tone::Warning
        };
        if !status.success() {
            self.painter.say(tone, &end_of_command(status));
        }
        if exit != Exit::Done {
            let output = self.painter.output();
            let text = end_of_command(status);
            output.tell_problem("local-command", &text);
            let event = Event::new("local-command").with("error", text);
            self.painter.problems().judge(event);
        }
        exit
    }

    /// Where what a local command prints goes: not between what other programs read.
    pub(super) fn output_of_local_commands(&self) -> Stdio {
        match self.painter.output().on_standard_output() {
            Some(_) => Screen::standard_error(),
            None => Stdio::inherit(),
        }
    }

    /// Data cannot go where other programs read something else.
    fn check_standard_output(&self) -> Result<(), Exit> {
        let Some(kind) = self.painter.output().on_standard_output() else {
            return Ok(());
        };
        let text = format!(
            "standard output is for --format {kind}, so this data needs a place: add > FILE or | COMMAND, or write --format \
             {kind}=FILE. Nothing was sent"
        );
        Err(self.painter.refuse(&text))
    }

    fn destination(
        &self,
        command: &Command,
        to: Option<Redirection>,
        may_overwrite: bool,
    ) -> Result<Data, Exit> {
        if matches!(to, Some(Redirection::ToStandardOutput) | None) {
            self.check_standard_output()?;
        }
        let screen = self.painter.screen().clone();
        let joined = |destination, form| Ok(Data::Joined(Transfer::Receive(destination, form)));
        match to {
            Some(Redirection::ToFile(path)) => {
                self.refuse_own_file(&path)?;
                let file = if may_overwrite {
                    ReceivedFile::open(&path, Manner::Replace)
                } else {
                    ReceivedFile::create(&path, Manner::Replace)
                };
                let file = file.map_err(|error| match error.kind() {
                    io::ErrorKind::AlreadyExists => {
                        let download = ResumableDownload::of_file(command, &path, &self.settings);
                        let error = exists_already(&path, download.as_ref());
                        self.painter.refuse_file(&path, &error)
                    }
                    _ => self.painter.refuse_file(&path, &error),
                })?;
                joined(Box::new(file), Form::ByType)
            }
            Some(Redirection::AppendFile(path)) => {
                self.refuse_own_file(&path)?;
                let file = ReceivedFile::open(&path, Manner::Append)
                    .map_err(|e| self.painter.refuse_file(&path, &e))?;
                joined(Box::new(file), Form::ByType)
            }
            Some(Redirection::ToCommand(command)) => {
                let started = LocalCommand::start(&command, self.output_of_local_commands());
                let (input, child) = started.map_err(|error| {
                    let name = Path::new("the local command");
                    self.painter.refuse_file(name, &error)
                })?;
                let transfer = Transfer::Receive(Box::new(input), Form::ByType);
                Ok(Data::Piped(transfer, child))
            }
            // A terminal never gets it raw, whichever command it came from.
            Some(Redirection::ToStandardOutput) | None if screen.shows_data_on_terminal() => {
                let (transfer, pager) = self.shown(command, false);
                Ok(Data::Shown(transfer, pager))
            }
            Some(Redirection::ToStandardOutput) | None => {
                joined(Box::new(StandardOutput(screen)), Form::Exact)
            }
            Some(_) => Err(self
                .painter
                .refuse(&"that redirection sends, and the command receives")),
        }
    }

    /// What shows a text that is longer than the screen, if the user wants that.
    pub(crate) fn pager(&self) -> Option<Pager> {
        let has_cursor = self.painter.screen().has_cursor();
        let is_paged = self.settings.pager && self.is_interactive() && has_cursor;
        is_paged.then(Pager::of_environment).flatten()
    }

    /// The terminal, which may lend itself to a pager.
    fn shown(&self, command: &Command, table: bool) -> (Transfer, Option<Pager>) {
        let screen = self.painter.screen().clone();
        let look = Look {
            gutter: self.settings.gutter,
            table,
            kind: match command.verb() {
                verb if verb.is("NLST") => LineKind::Name,
                verb if verb.is("LIST") || verb.is("MLSD") => LineKind::Entry,
                _ => LineKind::Text,
            },
            pager: self.pager(),
        };
        let pager = look.pager.clone();
        let shown = ShownData::new(screen, look);
        (Transfer::Receive(Box::new(shown), Form::Exact), pager)
    }

    fn source(&mut self, from: Option<Redirection>) -> Result<Data, Exit> {
        match from {
            Some(Redirection::FromFile { path, offset }) => self.open_source(&path, offset),
            Some(Redirection::FromText(text)) => {
                let bytes = text.len() as u64;
                Ok(sent(io::Cursor::new(text), Form::Exact, Some(bytes)))
            }
            Some(Redirection::FromHereDocument(word)) => self.read_here_document(&word),
            Some(Redirection::FromStandardInput) => self.standard_input(),
            None if self.is_interactive() => Ok(Data::Typed),
            None => Err(self.painter.refuse(
                &"there is no terminal to type the data at: add < file, < -, <<< 'text' or <<WORD. Nothing was sent",
            )),
            Some(_) => Err(self.painter.refuse(&"that redirection receives, and the command sends")),
        }
    }

    fn open_source(&self, path: &Path, offset: u64) -> Result<Data, Exit> {
        let metadata =
            std::fs::metadata(path).map_err(|error| self.painter.refuse_file(path, &error))?;
        if self.trace.is_in(path) {
            let text = "the trace is being written there, and would grow with each byte that is sent: `trace off` first";
            return Err(self.painter.refuse_file(path, &io::Error::other(text)));
        }
        if self.painter.output().is_in(path) {
            let text = "what --format puts out is being written there, and would be sent before its end: name another file";
            return Err(self.painter.refuse_file(path, &io::Error::other(text)));
        }
        if metadata.is_dir() {
            return Err(self
                .painter
                .refuse_file(path, &io::Error::other("it is a folder")));
        }
        if offset > 0 && !metadata.is_file() {
            let text = format!(
                "it is not an ordinary file, so it has no byte {offset}: leave +{offset} out"
            );
            return Err(self.painter.refuse_file(path, &io::Error::other(text)));
        }
        if !metadata.is_file() {
            let source = OpenedLate::source(path);
            let source = source.map_err(|error| self.painter.refuse_file(path, &error))?;
            return Ok(Data::Joined(Transfer::Send(source, Form::ByType, None)));
        }
        let whole = metadata.len();
        if offset > 0 {
            self.check_offset(path, offset, whole)?;
        }
        let mut file = SentFile::open(path, offset, &self.painter)
            .map_err(|error| self.painter.refuse_file(path, &error))?;
        if self.converts_line_ends() {
            let beginning = file.beginning();
            let beginning = beginning.map_err(|error| self.painter.refuse_file(path, &error))?;
            if beginning.contains(&0) {
                let path = escape(path.as_os_str().as_encoded_bytes());
                let text = format!(
                    "{path} has a NUL in it, so it is not text, and TYPE A would change its bytes. Nothing was sent: \
                     type TYPE I first (or `set ascii raw`)"
                );
                return Err(self.painter.refuse_for("local-nul", &text));
            }
            if offset > 0 && beginning.contains(&b'\n') {
                let path = escape(path.as_os_str().as_encoded_bytes());
                let text = format!(
                    "{path} has line ends, which TYPE A changes, so byte {offset} need not be the same byte on both sides. \
                     Nothing was sent: type TYPE I first (or `set ascii raw`)"
                );
                return Err(self.painter.refuse_for("local-tail-in-ascii", &text));
            }
            if !looks_like_text(beginning) {
                let path = escape(path.as_os_str().as_encoded_bytes());
                let text = format!(
                    "{path} has control characters in it: if it is not text, type TYPE I first"
                );
                self.painter.say(Tone::Hint, &text);
            }
        }
        if offset > 0 {
            let text = format!(
                "{} of {whole} bytes are to be sent, from byte {offset} on",
                whole - offset
            );
            self.painter.say(Tone::Note, &text);
        }
        Ok(sent(file, Form::ByType, Some(whole - offset)))
    }

    /// There must be something left to send.
    fn check_offset(&self, path: &Path, offset: u64, whole: u64) -> Result<(), Exit> {
        if offset < whole {
            return Ok(());
        }
        let path = escape(without_secrets(&path.to_string_lossy()).as_bytes());
        let whole = count(whole, "byte");
        let text = format!(
            "{path} has {whole}, so nothing is left from byte {offset} on. Nothing was sent"
        );
        Err(self.painter.refuse_for("local-tail-empty", &text))
    }

    fn read_here_document(&mut self, word: &[u8]) -> Result<Data, Exit> {
        let mut text = Vec::new();
        loop {
            let Some(line) = self.input.next_line("> ") else {
                let word = escape(word);
                return Err(self.painter.refuse(&format!(
                    "the input ended before the line {word} that should end the data. Nothing was sent"
                )));
            };
            if line == word {
                let bytes = text.len() as u64;
                return Ok(sent(io::Cursor::new(text), Form::ByType, Some(bytes)));
            }
            text.extend_from_slice(&line);
            text.push(b'\n');
        }
    }

    fn standard_input(&mut self) -> Result<Data, Exit> {
        match self.input.rest() {
            Ok(Ok(rest)) => Ok(Data::Joined(Transfer::Send(rest, Form::Exact, None))),
            Ok(Err(error)) => {
                let input = Path::new("standard input");
                Err(self.painter.refuse_file(input, &error))
            }
            Err(AtTerminal) => Err(self.painter.refuse(
                &"< - is for scripts; here, leave it out and type the data at data>. Nothing was sent",
            )),
        }
    }

    fn converts_line_ends(&self) -> bool {
        let status = self.connection.status();
        self.settings.ascii == Ascii::Convert
            && status.is_some_and(|s| !s.learnt.parameters.effective_type().keeps_bytes())
    }
}

fn sent(source: impl Read + Send + 'static, form: Form, bytes: Option<u64>) -> Data {
    Data::Joined(Transfer::Send(DataSource::new(source), form, bytes))
}

/// Whether every byte may be part of a text. Text need not be UTF-8.
fn looks_like_text(bytes: &[u8]) -> bool {
    let is_layout = |byte: u8| matches!(byte, 0x07..=0x0d | 0x1a | 0x1b);
    bytes
        .iter()
        .all(|&byte| !byte.is_ascii_control() || is_layout(byte))
}

/// The file of a redirection after its sign, as it may be shown.
fn file_in_words(redirection: &Redirection) -> Option<String> {
    let (sign, path) = redirection.file()?;
    let path = without_secrets(&path.to_string_lossy());
    Some(format!("{sign} {}", escape(path.as_bytes())))
}

/// Why Ctrl-] does not put a transfer in the background.
const RECORDED: &str = "this session is recorded, so its transfers cannot be put in the background; Ctrl-C aborts \
this one";
const VERIFIED: &str = "with `set verify on`, SIZE follows an upload at once, so it cannot be put in the background; \
Ctrl-C aborts it";
const TYPED: &str =
    "data that is typed cannot be put in the background; Ctrl-C aborts the transfer";
const SHOWN: &str = "data that is shown cannot be put in the background: RETR f > file can. Ctrl-C aborts this \
transfer";
