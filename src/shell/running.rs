//! One run of the program: what is set up, which lines run, how it ends.

use std::collections::VecDeque;
use std::io::{self, BufReader, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use anyhow::{Context, Result};

use super::assistance::{Knowledge, SharedKnowledge};
use super::configuration::{Configuration, configuration_path, history_path, known_hosts_path};
use super::core::{Keyboard, Shell};
use super::editor::{Editor, Typed, What};
use super::escape::escape;
use super::exit::{Exit, Tally};
use super::help;
use super::interrupts::Interrupts;
use super::known_hosts::KnownHosts;
use super::options::{Colour, Common, Mode, Options, Practice, Tls};
use super::painter::{Dialogue, Painter, Screen, Tone, count};
use super::prompt::prompt;
use super::replaying;
use super::secrets::without_secrets;
use super::settings::TlsStart;
use super::target::Target;
use super::timeline::Timeline;
use super::tls::Certificates;
use super::trace::Trace;
use crate::net::tls::Roots;
use crate::practice::{self, PracticeServer};
use crate::session::Session;

/// Does what the command line says.
pub(super) fn run(options: Options) -> Exit {
    let interactive = io::stdin().is_terminal()
        && io::stdout().is_terminal()
        && options.common.commands.is_empty()
        && !matches!(options.mode, Some(Mode::Replay(_)));
    let painter = painter(&options.common, interactive);
    if let (Some(_), Some(target)) = (&options.mode, &options.target) {
        let target = escape(without_secrets(target).as_bytes());
        let text = format!(
            "{target} stands before practice or replay: a mode comes first, its target behind it"
        );
        painter.say(Tone::Error, &text);
        return Exit::Usage;
    }
    let target = match (options.target, options.port) {
        (Some(host), Some(port)) => Some(Target::with_port(&host, &port)),
        (target, _) => target,
    };
    let result = match options.mode {
        None => run_target(&options.common, target.as_deref(), &painter, interactive),
        Some(Mode::Practice(practice)) => {
            run_practice(&options.common, practice, &painter, interactive)
        }
        Some(Mode::Replay(replay)) => replaying::run(&options.common, replay, &painter),
    };
    result.unwrap_or_else(|error| {
        painter.say(Tone::Error, &escape(format!("{error:#}").as_bytes()));
        Exit::Usage
    })
}

fn painter(common: &Common, interactive: bool) -> Painter {
    let dialogue = if interactive {
        Dialogue::StandardOutput
    } else {
        Dialogue::StandardError
    };
    let colour = match common.color {
        Colour::Auto => None,
        Colour::Always => Some(true),
        Colour::Never => Some(false),
    };
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    Painter::new(Screen::new(dialogue, colour, is_set("NO_COLOR") || dumb))
}

fn run_target(
    common: &Common,
    target: Option<&str>,
    painter: &Painter,
    interactive: bool,
) -> Result<Exit> {
    let mut shell = new_shell(common, painter, interactive)?;
    if let Some(target) = target {
        let exit = shell.open(target);
        shell.tally.count(exit);
        if matches!(
            exit,
            Exit::Usage | Exit::Connection | Exit::Tls | Exit::Interrupted
        ) {
            return Ok(exit);
        }
        if exit != Exit::Done && common.stop && !interactive {
            return Ok(exit);
        }
    }
    Ok(shell.run_to_the_end(common.stop))
}

fn run_practice(
    common: &Common,
    practice: Practice,
    painter: &Painter,
    interactive: bool,
) -> Result<Exit> {
    let configuration = practice::Configuration {
        faults: practice.faults.into_iter().collect(),
        keep: practice.keep,
        ..practice::Configuration::default()
    };
    let server =
        PracticeServer::start(configuration).context("the practice server did not start")?;
    let before = std::env::current_dir().context("the local folder")?;
    let mut shell = new_shell(common, painter, interactive)?;
    if common.ca.is_none() {
        shell.certificates.roots =
            roots_in(server.certificate_path()).context("the practice server's certificate")?;
    }
    if !practice.keep {
        let scratch = server.scratch_folder().to_owned();
        // What cannot be removed stays in the system's temporary folder.
        shell
            .interrupts
            .set_farewell(move || drop(std::fs::remove_dir_all(scratch)));
    }
    std::env::set_current_dir(server.local_folder())
        .context("the practice server's local folder")?;
    let folder = |path: &Path| escape(path.as_os_str().as_encoded_bytes());
    painter.say(
        Tone::Note,
        &format!(
            "practice server on {}, user A, password A\n\
             the server's files:  {}  (1.TXT holds \"I am \")\n\
             your local folder:   {}  (1.TXT holds \"I am zfive5\")",
            server.address(),
            folder(server.server_folder()),
            folder(server.local_folder()),
        ),
    );
    let exit = shell.open(&server.address().to_string());
    shell.tally.count(exit);
    let exit = if exit == Exit::Connection {
        exit
    } else {
        shell.run_to_the_end(common.stop)
    };
    drop(shell);
    // A folder that somebody is in cannot be removed everywhere.
    std::env::set_current_dir(before).context("the local folder")?;
    if practice.keep {
        painter.say(
            Tone::Note,
            &format!("kept: {}", folder(server.scratch_folder())),
        );
    }
    server.stop();
    Ok(exit)
}

/// A shell that is ready for its first line.
pub(super) fn new_shell(common: &Common, painter: &Painter, interactive: bool) -> Result<Shell> {
    let configuration = match configuration_path() {
        Some(path) => Configuration::read(&path, &help::is_verb)?,
        None => Configuration::read(&PathBuf::new(), &help::is_verb)?,
    };
    let colour = painter.screen().has_colour();
    let knowledge = Knowledge::new(configuration.aliases.clone(), colour);
    let knowledge: SharedKnowledge = Arc::new(RwLock::new(knowledge));
    let keyboard = if interactive {
        let history = history_path();
        if let Some(folder) = history.as_deref().and_then(Path::parent) {
            // Without a folder there is no history, and that is no reason not to run.
            let _ = std::fs::create_dir_all(folder);
        }
        let screen = painter.screen().clone();
        let shared = Arc::clone(&knowledge);
        let editor = Editor::new(screen, history, shared, configuration.editor);
        Keyboard::Terminal(Box::new(editor.context("the terminal")?))
    } else if common.commands.is_empty() {
        Keyboard::Script(Box::new(BufReader::new(io::stdin())))
    } else {
        let lines = common
            .commands
            .iter()
            .map(|line| line.as_encoded_bytes().to_vec());
        Keyboard::Given(lines.collect::<VecDeque<_>>())
    };
    let mut settings = configuration.settings;
    settings.tls = match common.tls {
        Some(Tls::Require) => TlsStart::Require,
        Some(Tls::Implicit) => TlsStart::Implicit,
        None => settings.tls,
    };
    painter.show_hints(settings.hints);
    painter.show_time(settings.time);
    Ok(Shell {
        painter: painter.clone(),
        session: None,
        settings,
        certificates: certificates(common)?,
        silence_limit: (!interactive).then_some(common.timeout),
        aliases: configuration.aliases,
        knowledge,
        keyboard,
        interrupts: Interrupts::listen(!interactive).context("Ctrl-C")?,
        tally: Tally::default(),
        home: dirs::home_dir(),
        is_over: false,
        last_target: None,
        timeline: Timeline::default(),
        trace: Trace::new(painter.clone()),
        pasted: VecDeque::new(),
    })
}

/// What the command line says about certificates.
fn certificates(common: &Common) -> Result<Certificates> {
    let roots = match &common.ca {
        Some(path) => roots_in(path).with_context(|| format!("--ca {}", path.display()))?,
        None => Roots::Platform,
    };
    Ok(Certificates {
        roots,
        insecure: common.insecure,
        known_hosts: KnownHosts::at(known_hosts_path()),
    })
}

/// The certificates of a PEM file, as roots.
pub(super) fn roots_in(path: &Path) -> Result<Roots> {
    Ok(Roots::from_pem(&std::fs::read(path)?)?)
}

impl Shell {
    /// Runs lines until there are no more.
    fn run_to_the_end(&mut self, stop: bool) -> Exit {
        if self.is_interactive() {
            self.run_interactively();
            return self.interactive_exit();
        }
        while !self.is_over && !self.tally.ends_script(stop) && !self.interrupts.is_pressed() {
            let Some(line) = self.next_input_line("") else {
                break;
            };
            self.run_line(&line);
        }
        if self.interrupts.take() {
            self.drop_session();
            return Exit::Interrupted;
        }
        if self.was_lost() {
            self.tally.count(Exit::Connection);
        }
        self.drop_session();
        self.tally.exit()
    }

    fn run_interactively(&mut self) {
        while !self.is_over {
            let prompt = self.begin_prompt();
            let Keyboard::Terminal(editor) = &mut self.keyboard else {
                return;
            };
            let typed = editor.read_line(&prompt);
            // A Ctrl-C that came before this line is not for it.
            self.interrupts.take();
            match typed {
                Typed::Line(text) | Typed::LastText(text) => {
                    match pasted_lines(&text) {
                        None => self.run_typed(&text),
                        Some(lines) => self.pasted = lines,
                    }
                    self.run_pasted();
                }
                Typed::Interrupt => {}
                Typed::NotText => {
                    self.painter.say(Tone::Error, NOT_TEXT);
                }
                Typed::End => {
                    self.quit();
                }
            }
        }
    }

    /// Each line of a paste is what would have been typed next, be it a command, a line of a here-document or a password.
    fn run_pasted(&mut self) {
        while !self.is_over {
            let prompt = self.begin_prompt();
            let Some(line) = self.next_pasted(&prompt, What::Line) else {
                return;
            };
            self.run_typed(&line);
        }
    }

    fn run_typed(&mut self, line: &str) {
        let memorable = !line.is_empty() && self.is_memorable(line);
        if let (true, Keyboard::Terminal(editor)) = (memorable, &mut self.keyboard) {
            editor.remember(line);
        }
        let exit = self.run_line(line.as_bytes());
        if exit == Exit::Interrupted || self.interrupts.is_pressed() {
            self.drop_pasted();
        }
    }

    /// Takes back the pasted lines that have not had their turn.
    pub(super) fn drop_pasted(&mut self) {
        let dropped = std::mem::take(&mut self.pasted).len() as u64;
        if dropped > 0 {
            let lines = count(dropped, "pasted line");
            self.painter
                .say(Tone::Warning, &format!("{lines} not sent"));
        }
    }

    /// The next prompt. The editor is told what has changed since the last one.
    fn begin_prompt(&self) -> String {
        let session = self.session.as_ref();
        let status = session.and_then(Session::status);
        let mut knowledge = self.knowledge();
        knowledge.hints = self.settings.hints;
        knowledge.awaits_new_name = status
            .as_ref()
            .is_some_and(|status| status.learnt.pending_rename);
        let host = session.map(Session::host);
        prompt(host.zip(status.as_ref()), self.settings.prompt)
    }

    fn interactive_exit(&self) -> Exit {
        if self.was_lost() {
            Exit::Connection
        } else {
            Exit::Done
        }
    }

    /// The last connection ended without having been asked to.
    fn was_lost(&self) -> bool {
        self.session
            .as_ref()
            .and_then(Session::status)
            .is_some_and(|status| status.lost)
    }
}

/// The lines of a paste; `None` if it is a single line, which was typed.
pub(super) fn pasted_lines(text: &str) -> Option<VecDeque<String>> {
    let lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
    let lines = lines.map(|line| line.strip_suffix('\r').unwrap_or(line).to_owned());
    text.contains('\n').then(|| lines.collect())
}

/// What is said of a line that the editor cannot hold.
pub(super) const NOT_TEXT: &str = "that line is not UTF-8 and was dropped, nothing was sent: `quote -x` takes such octets as \\xE9";
