//! Raw commands with their data: redirections and the screen.

use std::io::{self, Read};
use std::path::Path;
use std::process::Child;

use crate::client::{Form, Origin, Outcome, Transfer};
use crate::protocol::Command;
use crate::protocol::user_pi::data_direction;
use crate::protocol::verbs::DataDirection;
use crate::shell::config::settings::Ascii;
use crate::shell::core::{Keyboard, Shell};
use crate::shell::editor::assistance::LearningDestination;
use crate::shell::exit::Exit;
use crate::shell::line::Redirection;
use crate::shell::local::pager::Pager;
use crate::shell::local::places::{LocalCommand, OpenedLate, StandardOutput};
use crate::shell::local::received_file::{AppendedFile, ReplacedFile};
use crate::shell::local::sent_file::SentFile;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::Tone;
use crate::shell::screen::shown_data::{Look, ShownData};

/// What a data command needs besides its line.
pub(crate) enum Data {
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
        if is_quit && self.is_interactive() && !self.is_connected() {
            // There is no session to end, so it is the program that is meant.
            self.is_over = true;
            return Exit::Done;
        }
        if let Err(exit) = self.connected() {
            return exit;
        }
        self.warn_before(&command);
        let way_on = self.way_on(&command, redirection.as_ref());
        let data = self.data_of(&command, redirection, may_overwrite);
        let data = data.map(|data| self.learn_names(data, &command));
        match data {
            Ok(Data::None) => self.send_plain(command, origin),
            Ok(Data::Joined(transfer)) => {
                let exit = self.finish(|shell| {
                    shell.exchange(|interrupts, session| {
                        interrupts.during(|| session.perform(command, origin, Some(transfer)))
                    })
                });
                self.tell_way_on(exit, way_on.as_ref());
                exit
            }
            Ok(Data::Shown(transfer, pager)) => {
                self.send_and_show(command, transfer, pager, origin)
            }
            // The local command may want the terminal for itself (a pager).
            Ok(Data::Piped(transfer, child)) => self.lend_terminal(|shell| {
                let exit = shell.finish(|shell| {
                    shell.exchange(|interrupts, session| {
                        interrupts
                            .during_command(|| session.perform(command, origin, Some(transfer)))
                    })
                });
                let local = shell.wait_for(child);
                if exit == Exit::Done { local } else { exit }
            }),
            Ok(Data::Typed) => self.finish(|shell| shell.perform_typed(command, origin)),
            Err(exit) => exit,
        }
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

    /// Sends a command that lists, and shows its data as a table if they go to a terminal.
    pub(crate) fn send_as_table(&mut self, command: Command) -> Exit {
        if let Err(exit) = self.connected() {
            return exit;
        }
        if self.has_background() {
            return self.refuse_second_transfer();
        }
        if !self.painter.screen().shows_data_on_terminal() {
            return self.send(command, None, Origin::Shown);
        }
        let (transfer, pager) = self.shown(true);
        let transfer = self.learning_names(transfer, &command);
        self.send_and_show(command, transfer, pager, Origin::Shown)
    }

    /// Sends a command whose data are shown. The prompt waits for whoever reads them in the pager.
    fn send_and_show(
        &mut self,
        command: Command,
        transfer: Transfer,
        pager: Option<Pager>,
        origin: Origin,
    ) -> Exit {
        let mut was_paged = false;
        let exit = self.finish(|shell| {
            shell.exchange(|interrupts, session| {
                interrupts.during(|| {
                    let outcome = session.perform(command, origin, Some(transfer));
                    was_paged = pager.is_some_and(|pager| pager.wait());
                    outcome
                })
            })
        });
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
    pub(crate) fn data_of(
        &mut self,
        command: &Command,
        redirection: Option<Redirection>,
        may_overwrite: bool,
    ) -> Result<Data, Exit> {
        let Some(direction) = data_direction(command) else {
            return Ok(Data::None);
        };
        if self.has_background() {
            if let Some(Redirection::FromHereDocument(word)) = &redirection {
                // The lines are data all the same, and nothing to be run.
                self.read_here_document(word)?;
            }
            return Err(self.refuse_second_transfer());
        }
        match direction {
            DataDirection::Received => self.destination(redirection, may_overwrite),
            DataDirection::Sent => self.source(redirection),
        }
    }

    /// A command without data. A person whose QUIT was answered has left: there is nothing to come back to.
    fn send_plain(&mut self, command: Command, origin: Origin) -> Exit {
        let is_quit = command.verb().is("QUIT");
        self.finish(|shell| {
            let outcome = shell.perform(command, origin)?;
            if is_quit && outcome.is_positive() && shell.is_interactive() {
                shell.is_over = true;
            }
            Ok(outcome)
        })
    }

    fn finish(&mut self, perform: impl FnOnce(&mut Self) -> Result<Outcome, Exit>) -> Exit {
        match perform(self) {
            Ok(outcome) => {
                self.hint_after(&outcome);
                Exit::of(&outcome)
            }
            Err(exit) => exit,
        }
    }

    /// A local command that could not be run, or was killed, has lost the data. What any other exit status means, only the
    /// user knows: `grep` that finds nothing is no failure.
    fn wait_for(&self, mut child: Child) -> Exit {
        let status = match child.wait() {
            Ok(status) => status,
            Err(error) => {
                self.painter
                    .say(Tone::Error, &format!("the local command: {error}"));
                return Exit::LocalFile;
            }
        };
        if !status.success() {
            self.painter.say(
                Tone::Note,
                &format!("the local command ended with {status}"),
            );
        }
        match status.code() {
            Some(NOT_RUN..=NOT_FOUND) | None => Exit::LocalFile,
            Some(_) => Exit::Done,
        }
    }

    fn destination(&self, to: Option<Redirection>, may_overwrite: bool) -> Result<Data, Exit> {
        let screen = self.painter.screen().clone();
        let joined = |destination, form| Ok(Data::Joined(Transfer::Receive(destination, form)));
        match to {
            Some(Redirection::ToFile(path)) => {
                let file = if may_overwrite {
                    ReplacedFile::open(&path)
                } else {
                    ReplacedFile::create(&path)
                };
                let file = file.map_err(|error| self.refuse_file(&path, &with_way_out(error)))?;
                joined(Box::new(file), Form::ByType)
            }
            Some(Redirection::AppendFile(path)) => {
                let file = AppendedFile::open(&path).map_err(|e| self.refuse_file(&path, &e))?;
                joined(Box::new(file), Form::ByType)
            }
            Some(Redirection::ToCommand(command)) => match LocalCommand::start(&command) {
                Ok((input, child)) => Ok(Data::Piped(
                    Transfer::Receive(Box::new(input), Form::ByType),
                    child,
                )),
                Err(error) => Err(self.refuse_file(Path::new("the local command"), &error)),
            },
            // Whoever sent it, a terminal never gets it raw.
            Some(Redirection::ToStandardOutput) | None if screen.shows_data_on_terminal() => {
                let (transfer, pager) = self.shown(false);
                Ok(Data::Shown(transfer, pager))
            }
            Some(Redirection::ToStandardOutput) | None => {
                joined(Box::new(StandardOutput(screen)), Form::Exact)
            }
            Some(_) => Err(self.refuse_line(&"that redirection sends, and the command receives")),
        }
    }

    /// The terminal, which may lend itself to a pager.
    fn shown(&self, table: bool) -> (Transfer, Option<Pager>) {
        let screen = self.painter.screen().clone();
        let is_paged = self.settings.pager && self.is_interactive() && screen.has_cursor();
        let look = Look {
            gutter: self.settings.gutter,
            table,
            pager: is_paged.then(Pager::of_environment).flatten(),
        };
        let pager = look.pager.clone();
        let shown = ShownData::new(screen, look);
        (Transfer::Receive(Box::new(shown), Form::Exact), pager)
    }

    fn source(&mut self, from: Option<Redirection>) -> Result<Data, Exit> {
        match from {
            Some(Redirection::FromFile(path)) => self.open_source(&path),
            Some(Redirection::FromText(text)) => {
                let octets = text.len() as u64;
                Ok(sent(io::Cursor::new(text), Form::Exact, Some(octets)))
            }
            Some(Redirection::FromHereDocument(word)) => self.read_here_document(&word),
            Some(Redirection::FromStandardInput) => self.standard_input(),
            None if self.is_interactive() => Ok(Data::Typed),
            None => Err(self.refuse_line(
                &"nobody is there to type the data: add < file, < -, <<< 'text' or <<WORD. Nothing was sent",
            )),
            Some(_) => Err(self.refuse_line(&"that redirection receives, and the command sends")),
        }
    }

    fn open_source(&self, path: &Path) -> Result<Data, Exit> {
        let metadata = std::fs::metadata(path).map_err(|error| self.refuse_file(path, &error))?;
        if metadata.is_dir() {
            return Err(self.refuse_file(path, &io::Error::other("it is a folder")));
        }
        if !metadata.is_file() {
            return Ok(sent(OpenedLate::new(path), Form::ByType, None));
        }
        let mut file =
            SentFile::open(path, &self.painter).map_err(|error| self.refuse_file(path, &error))?;
        if self.converts_line_ends() {
            let beginning = file.beginning();
            let beginning = beginning.map_err(|error| self.refuse_file(path, &error))?;
            if beginning.contains(&0) {
                let path = escape(path.as_os_str().as_encoded_bytes());
                return Err(self.refuse_line(&format!(
                    "{path} has a NUL in it, so it is no text, and TYPE A would change its octets. Nothing was sent: \
                     type TYPE I first (or `set ascii raw`)"
                )));
            }
            if !looks_like_text(beginning) {
                let path = escape(path.as_os_str().as_encoded_bytes());
                let text = format!(
                    "{path} has control characters in it: if it is no text, type TYPE I first"
                );
                self.painter.say(Tone::Hint, &text);
            }
        }
        Ok(sent(file, Form::ByType, Some(metadata.len())))
    }

    fn read_here_document(&mut self, word: &[u8]) -> Result<Data, Exit> {
        let mut text = Vec::new();
        loop {
            let Some(line) = self.next_input_line("> ") else {
                let word = escape(word);
                return Err(self.refuse_line(&format!(
                    "the input ended before the line {word} that should end the data. Nothing was sent"
                )));
            };
            if line == word {
                let octets = text.len() as u64;
                return Ok(sent(io::Cursor::new(text), Form::ByType, Some(octets)));
            }
            text.extend_from_slice(&line);
            text.push(b'\n');
        }
    }

    fn standard_input(&mut self) -> Result<Data, Exit> {
        match &mut self.keyboard {
            Keyboard::Terminal(_) => Err(self.refuse_line(
                &"< - is for scripts; here, leave it out and type the data at data>. Nothing was sent",
            )),
            Keyboard::Script(input) => {
                let rest = std::mem::replace(input, Box::new(io::empty()));
                Ok(sent(rest, Form::Exact, None))
            }
            Keyboard::Given(_) => Ok(sent(io::stdin(), Form::Exact, None)),
        }
    }

    pub(crate) fn converts_line_ends(&self) -> bool {
        let status = self
            .session
            .as_ref()
            .and_then(crate::client::Session::status);
        self.settings.ascii == Ascii::Convert
            && status.is_some_and(|s| !s.learnt.parameters.effective_type().keeps_octets())
    }
}

fn sent(source: impl Read + Send + 'static, form: Form, octets: Option<u64>) -> Data {
    Data::Joined(Transfer::Send(Box::new(source), form, octets))
}

/// Whether nothing in it is what a text has no use for. Text need not be UTF-8.
fn looks_like_text(octets: &[u8]) -> bool {
    let is_layout = |octet: u8| matches!(octet, 0x07..=0x0d | 0x1a | 0x1b);
    octets
        .iter()
        .all(|&octet| !octet.is_ascii_control() || is_layout(octet))
}

fn with_way_out(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::AlreadyExists {
        return exists_already();
    }
    error
}

/// Why a file that nobody asked to replace is not replaced.
pub(crate) fn exists_already() -> io::Error {
    let text = "it exists already; RETR f > file replaces it, and `resume --get` completes it";
    io::Error::new(io::ErrorKind::AlreadyExists, text)
}

/// What shells end with when they cannot run or cannot find a command.
const NOT_RUN: i32 = 126;
const NOT_FOUND: i32 = 127;
