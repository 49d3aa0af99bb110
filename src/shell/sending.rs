//! Raw commands with their data: redirections and the screen.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::Child;

use super::assistance::LearningDestination;
use super::core::{Keyboard, Shell};
use super::escape::escape;
use super::exit::Exit;
use super::line::Redirection;
use super::painter::Tone;
use super::places::{
    AppendedFile, LocalCommand, OpenedLate, ReplacedFile, ShownData, StandardOutput,
};
use super::settings::Ascii;
use crate::protocol::Command;
use crate::protocol::user_pi::data_direction;
use crate::protocol::verbs::DataDirection;
use crate::session::{Form, Origin, Outcome, Transfer};

/// What a data command needs besides its line.
enum Data {
    None,
    Joined(Transfer),
    Piped(Transfer, Child),
    Typed,
}

impl Shell {
    /// Sends a raw command, with its data if it has any.
    pub(super) fn send(
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
    pub(super) fn send_with(
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
        let data = match (data_direction(&command), redirection) {
            (None, _) => Ok(Data::None),
            (Some(DataDirection::Received), to) => self.destination(to, may_overwrite),
            (Some(DataDirection::Sent), from) => self.source(from),
        };
        let data = data.map(|data| self.learn_names(data, &command));
        match data {
            Ok(Data::None) => self.send_plain(command, origin),
            Ok(Data::Joined(transfer)) => self.finish(|shell| {
                shell.exchange(|interrupts, session| {
                    interrupts.during(|| session.perform(command, origin, Some(transfer)))
                })
            }),
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
        let learnt = |transfer| match transfer {
            Transfer::Receive(destination, form) => {
                let names = &self.knowledge().remote_names;
                let destination = LearningDestination::around(destination, command, names);
                Transfer::Receive(destination, form)
            }
            sent @ Transfer::Send(..) => sent,
        };
        match data {
            Data::Joined(transfer) => Data::Joined(learnt(transfer)),
            Data::Piped(transfer, child) => Data::Piped(learnt(transfer), child),
            other @ (Data::None | Data::Typed) => other,
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
                joined(Box::new(ShownData::new(screen)), Form::Exact)
            }
            Some(Redirection::ToStandardOutput) | None => {
                joined(Box::new(StandardOutput(screen)), Form::Exact)
            }
            Some(_) => Err(self.refuse_line(&"that redirection sends, and the command receives")),
        }
    }

    fn source(&mut self, from: Option<Redirection>) -> Result<Data, Exit> {
        match from {
            Some(Redirection::FromFile(path)) => self.open_source(&path),
            Some(Redirection::FromText(text)) => Ok(sent(io::Cursor::new(text), Form::Exact)),
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
            return Ok(sent(OpenedLate::new(path), Form::ByType));
        }
        let mut file = File::open(path).map_err(|error| self.refuse_file(path, &error))?;
        let mut beginning = Vec::new();
        if self.converts_line_ends() {
            let sample = file
                .by_ref()
                .take(SAMPLE_OCTETS)
                .read_to_end(&mut beginning);
            sample.map_err(|error| self.refuse_file(path, &error))?;
            if beginning.contains(&0) {
                let path = escape(path.as_os_str().as_encoded_bytes());
                return Err(self.refuse_line(&format!(
                    "{path} has a NUL in it, so it is no text, and TYPE A would change its octets. Nothing was sent: \
                     type TYPE I first (or `set ascii raw`)"
                )));
            }
            if !looks_like_text(&beginning) {
                let path = escape(path.as_os_str().as_encoded_bytes());
                let text = format!(
                    "{path} has control characters in it: if it is no text, type TYPE I first"
                );
                self.painter.say(Tone::Hint, &text);
            }
        }
        Ok(sent(io::Cursor::new(beginning).chain(file), Form::ByType))
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
                return Ok(sent(io::Cursor::new(text), Form::ByType));
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
                Ok(sent(rest, Form::Exact))
            }
            Keyboard::Given(_) => Ok(sent(io::stdin(), Form::Exact)),
        }
    }

    pub(super) fn converts_line_ends(&self) -> bool {
        let status = self
            .session
            .as_ref()
            .and_then(crate::session::Session::status);
        self.settings.ascii == Ascii::Convert
            && status.is_some_and(|s| !s.learnt.parameters.effective_type().keeps_octets())
    }
}

fn sent(source: impl Read + Send + 'static, form: Form) -> Data {
    Data::Joined(Transfer::Send(Box::new(source), form))
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
pub(super) fn exists_already() -> io::Error {
    let text = "it exists already; RETR f > file replaces it, and `resume --get` completes it";
    io::Error::new(io::ErrorKind::AlreadyExists, text)
}

const SAMPLE_OCTETS: u64 = 8 * 1024;

/// What shells end with when they cannot run or cannot find a command.
const NOT_RUN: i32 = 126;
const NOT_FOUND: i32 = 127;
