//! The shell's own commands, and aliases.

use std::path::{Path, PathBuf};

use super::sending::exists_already;
use crate::client::Origin;
use crate::protocol::Command;
use crate::protocol::user_pi::data_direction;
use crate::protocol::verbs::DataDirection;
use crate::shell::config::aliases::ExpandedStep;
use crate::shell::config::target::Target;
use crate::shell::core::Shell;
use crate::shell::exit::Exit;
use crate::shell::help;
use crate::shell::help::advice;
use crate::shell::line::{Builtin, Redirection, expand_home};
use crate::shell::local::received_file::{is_named_pipe, what_is_there};
use crate::shell::screen::escape::escape;
use crate::shell::screen::page::Page;
use crate::shell::screen::painter::Tone;
use crate::shell::screen::timeline::Extent;

impl Shell {
    pub(crate) fn run_builtin(&mut self, name: Builtin, arguments: &[String]) -> Exit {
        match (name, arguments) {
            (Builtin::Help, _) => self.help(arguments),
            (Builtin::Why, []) => self.why(),
            (Builtin::Open, []) => self.open_again(),
            (Builtin::Open, [target]) => self.open(target),
            (Builtin::Open, [host, port]) => self.open(&Target::with_port(host, port)),
            (Builtin::Close, []) => self.close(),
            (Builtin::Exit, []) => self.quit(),
            (Builtin::Login, _) => self.login(arguments),
            (Builtin::Resume, _) => self.resume(arguments),
            (Builtin::Alias, _) => self.alias(arguments),
            (Builtin::Unalias, [name]) => self.unalias(name),
            (Builtin::Set, _) => self.set(arguments),
            (Builtin::Listen, []) => self.listen(),
            (Builtin::Record, _) => self.record(arguments),
            (Builtin::Jobs, []) => self.jobs(),
            (Builtin::Lcd, [] | [_]) => self.lcd(arguments.first()),
            (Builtin::Lpwd, []) => self.lpwd(),
            (Builtin::Resync, []) => self.resync(),
            (Builtin::Table, [_, ..]) => self.table(arguments),
            (Builtin::Tls, []) => self.tls(),
            (Builtin::Timeline, []) => self.draw_timeline(Extent::LastExchange),
            (Builtin::Timeline, [all]) if all == "all" => self.draw_timeline(Extent::All),
            (Builtin::Trace, _) => self.set_trace(arguments),
            (Builtin::Send, _) => self.send_raw(arguments),
            (name, _) => self.refuse_line(&format!("usage: {}", help::usage(name))),
        }
    }

    pub(crate) fn run_alias(&mut self, name: &str, arguments: &[Vec<u8>]) -> Exit {
        if arguments.iter().any(|argument| is_redirection(argument)) {
            return self.refuse_line(&format!(
                "an alias takes no redirection and no &: type the commands that it stands for (`alias {name}` shows them), as in \
                 LIST | less behind PASV. Nothing was sent"
            ));
        }
        let steps = match self.aliases.expand(name, arguments) {
            Ok(steps) => steps,
            Err(error) => return self.refuse_line(&error),
        };
        if steps.iter().any(ExpandedStep::moves_data) && self.has_background() {
            return self.refuse_second_transfer();
        }
        if let Err(exit) = self.check_files(&steps) {
            return exit;
        }
        for step in steps {
            if self.interrupts.is_pressed() {
                return Exit::Interrupted;
            }
            let exit = self.run_step(step);
            if exit != Exit::Done {
                return exit;
            }
        }
        Exit::Done
    }

    /// A local file that stands in the way of one step is found before the first is sent.
    fn check_files(&self, steps: &[ExpandedStep]) -> Result<(), Exit> {
        for step in steps {
            let ExpandedStep::Command {
                redirection: Some(redirection),
                may_overwrite,
                ..
            } = step
            else {
                continue;
            };
            match redirection.clone().with_home(self.home.as_deref()) {
                Redirection::FromFile(path) if !is_named_pipe(&path) => {
                    std::fs::File::open(&path).map_err(|error| self.refuse_file(&path, &error))?;
                }
                Redirection::ToFile(path) if !may_overwrite && path.exists() => {
                    return Err(self.refuse_file(&path, &what_is_there(&path, exists_already())));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn run_step(&mut self, step: ExpandedStep) -> Exit {
        match step {
            ExpandedStep::Command {
                command,
                redirection,
                may_overwrite,
            } => {
                if command.verb().is("QUIT") && !self.await_background("QUIT") {
                    return Exit::Interrupted;
                }
                let redirection = redirection.map(|target| target.with_home(self.home.as_deref()));
                self.send_with(command, redirection, Origin::Shown, may_overwrite)
            }
            ExpandedStep::Passive => self.open_data_connection(),
            ExpandedStep::Builtin { name, arguments } => self.run_builtin(name, &arguments),
        }
    }

    fn open_data_connection(&mut self) -> Exit {
        let interrupts = self.interrupts.clone();
        let session = match self.connected() {
            Ok(session) => session,
            Err(exit) => return exit,
        };
        match interrupts.during(|| session.open_data_connection()) {
            None => Exit::Done,
            Some(outcome) => {
                self.tell_interruption(&outcome);
                self.hint_after_refusal(&outcome);
                Exit::of(&outcome)
            }
        }
    }

    /// `table LINE`: a listing for people. What is no terminal gets it as it is.
    fn table(&mut self, words: &[String]) -> Exit {
        let line = words.join(" ");
        match Command::new(line.as_bytes()) {
            Ok(command) if data_direction(&command) == Some(DataDirection::Received) => {
                self.warn_before(&command);
                self.send_as_table(command)
            }
            Ok(_) => {
                self.refuse_line(&"table wants a command that lists: table LIST, or table MLSD")
            }
            Err(error) => self.refuse_line(&error),
        }
    }

    fn listen(&self) -> Exit {
        let listened = self
            .exchange(|interrupts, session| interrupts.during(|| session.listen(Origin::Shown)));
        match listened {
            Ok(outcome) => {
                self.hint_after_refusal(&outcome);
                Exit::of(&outcome)
            }
            Err(exit) => exit,
        }
    }

    fn help(&mut self, arguments: &[String]) -> Exit {
        let columns = self.columns();
        if arguments.is_empty() {
            self.painter.plain(&help::overview(&self.aliases, columns));
            return Exit::Done;
        }
        match help::topic(arguments, &self.aliases, columns) {
            Some(text) => {
                self.painter.plain(&text);
                Exit::Done
            }
            None => {
                let topic = arguments.join(" ");
                let meant = advice::meant(&topic).map(|verb| format!("did you mean {verb}? "));
                let (topic, meant) = (escape(topic.as_bytes()), meant.unwrap_or_default());
                self.refuse_line(&format!(
                    "no help for {topic}: {meant}`help` lists what there is, HELP asks the server"
                ))
            }
        }
    }

    fn alias(&mut self, arguments: &[String]) -> Exit {
        match arguments {
            [] => {
                let names: Vec<String> = self.aliases.names().map(str::to_owned).collect();
                names.iter().for_each(|name| self.describe_alias(name));
                Exit::Done
            }
            [name] if self.aliases.contains(name) => {
                self.describe_alias(name);
                Exit::Done
            }
            [name] => {
                // With `alias in='PASS secret'`, as other shells have it, a secret stands behind the sign.
                let name = name.split('=').next().unwrap_or_default();
                let name = escape(name.as_bytes());
                self.refuse_line(&format!(
                    "there is no alias {name}; `alias NAME 'STEP' 'STEP'` defines one"
                ))
            }
            [name, steps @ ..] => {
                let defined = self.aliases.define(name, steps, &help::is_verb);
                match defined {
                    Ok(()) => {
                        self.share_aliases();
                        Exit::Done
                    }
                    Err(error) => self.refuse_line(&error),
                }
            }
        }
    }

    fn describe_alias(&self, name: &str) {
        if let Ok(lines) = self.aliases.describe(name) {
            let mut lines = lines.iter().map(|line| escape(line.as_bytes()));
            self.painter.plain(&lines.next().unwrap_or_default());
            lines.for_each(|step| self.painter.plain(&format!("    {step}")));
        }
    }

    fn unalias(&mut self, name: &str) -> Exit {
        match self.aliases.remove(name) {
            Ok(()) => {
                self.share_aliases();
                Exit::Done
            }
            Err(error) => self.refuse_line(&error),
        }
    }

    /// Tells the editor which aliases there are.
    pub(crate) fn share_aliases(&self) {
        self.knowledge().aliases = self.aliases.clone();
    }

    fn set(&mut self, arguments: &[String]) -> Exit {
        match arguments {
            [] if self.is_interactive() => {
                let mut page = Page::new(self.columns());
                for setting in crate::shell::config::settings::Settings::TABLE {
                    let label = format!("{} {}", setting.name, setting.value(&self.settings));
                    page.item(&label, SETTING_COLUMNS, &setting.choices(&self.settings));
                }
                self.painter.plain(&page.into_text());
                Exit::Done
            }
            [] => {
                self.settings
                    .list()
                    .iter()
                    .for_each(|line| self.painter.plain(line));
                Exit::Done
            }
            [name] => match crate::shell::config::settings::Setting::named(name) {
                Ok(setting) => {
                    self.painter.plain(&setting.describe(&self.settings));
                    Exit::Done
                }
                Err(error) => self.refuse_line(&error),
            },
            [name, value] => match self.settings.set(name, value) {
                Ok(()) => {
                    self.painter.show_hints(self.settings.hints);
                    self.painter.show_time(self.settings.time);
                    let settings = self.session_settings();
                    if let Some(session) = &self.session {
                        session.configure(settings);
                    }
                    Exit::Done
                }
                Err(error) => self.refuse_line(&error),
            },
            _ => self.refuse_line(&"usage: set [NAME [VALUE]]"),
        }
    }

    fn lcd(&self, folder: Option<&String>) -> Exit {
        let folder = match (folder, &self.home) {
            (Some(folder), home) => expand_home(Path::new(folder), home.as_deref()),
            (None, Some(home)) => home.clone(),
            (None, None) => {
                return self.refuse_line(&"usage: lcd FOLDER (there is no home folder)");
            }
        };
        if let Err(error) = std::env::set_current_dir(&folder) {
            return self.refuse_file(&folder, &error);
        }
        self.lpwd()
    }

    fn lpwd(&self) -> Exit {
        match std::env::current_dir() {
            Ok(folder) => {
                let folder = escape(folder.as_os_str().as_encoded_bytes());
                self.painter
                    .say(Tone::Note, &format!("local folder: {folder}"));
                Exit::Done
            }
            Err(error) => self.refuse_file(&PathBuf::from("."), &error),
        }
    }

    fn resync(&self) -> Exit {
        match self.connected() {
            Ok(session) => {
                session.resync();
                Exit::Done
            }
            Err(exit) => exit,
        }
    }
}

/// Whether an argument of an alias is an operator: an alias takes none.
pub(crate) fn is_redirection(argument: &[u8]) -> bool {
    REDIRECTIONS.contains(&argument)
}

const SETTING_COLUMNS: usize = 28;
const REDIRECTIONS: &[&[u8]] = &[b"|", b">", b">>", b"<", b"<<<", b"&"];
