//! One run of the program: what is set up, which lines run, how it ends.

use std::collections::VecDeque;
use std::io::{self, BufReader, IsTerminal};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::{Context, Result, anyhow, bail};

use crate::shell::config::colour;
use crate::shell::config::configuration::Configuration;
use crate::shell::config::known_hosts::KnownHosts;
use crate::shell::config::locations::{
    ConfigurationFile, history_path, home_folder, known_hosts_path,
};
use crate::shell::config::netrc_file::NetrcFile;
use crate::shell::config::options::{
    Common, Manual, Mode, NamedValue, Options, ProxyUrl, Record, Tls,
};
use crate::shell::config::proxies::ProxyEnvironment;
use crate::shell::config::secrets::without_secrets;
use crate::shell::config::settings::{Settings, TlsStart};
use crate::shell::config::target::Target;
use crate::shell::config::version::version;
use crate::shell::doctor;
use crate::shell::editor::assistance::{Knowledge, SharedKnowledge};
use crate::shell::editor::{Editor, Input, Source};
use crate::shell::exit::{Exit, Tally};
use crate::shell::explaining;
use crate::shell::help;
use crate::shell::help::hints::Hints;
use crate::shell::interrupts::Interrupts;
use crate::shell::lessons;
use crate::shell::replay;
use crate::shell::replay::exporting;
use crate::shell::replay::importing::{self, print};
use crate::shell::replay::practising;
use crate::shell::replay::recording::{Detail, Recording};
use crate::shell::run::{
    Background, Certificates, ConfiguredHosts, Connection, Credentials, Shell,
};
use crate::shell::screen::console;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Dialogue, Painter, Screen, Tone};
use crate::shell::screen::picture::Picture;
use crate::shell::screen::script_output::{Kind, ScriptOutput};
use crate::shell::screen::timeline::Timeline;
use crate::shell::screen::trace::Trace;
use crate::shell::terminations;
use crate::tls::Roots;

/// Does what the command line says.
pub(crate) fn run(options: Options) -> Exit {
    let interactive = io::stdin().is_terminal()
        && io::stdout().is_terminal()
        && options.common.commands.is_empty()
        && !matches!(
            options.mode,
            Some(
                Mode::Replay(_)
                    | Mode::Import(_)
                    | Mode::Explain(_)
                    | Mode::Export(_)
                    | Mode::Doctor(_)
                    | Mode::Completions(_)
                    | Mode::Manual(_)
            )
        );
    let painter = painter(&options.common, interactive);
    if options.version {
        return print(version(options.common.verbose).as_bytes(), &painter);
    }
    if interactive && options.common.quiet {
        let text = "--quiet is for scripts: at a prompt the dialogue is all that there is. Add -c LINE, or give the lines on standard input";
        painter.say(Tone::Error, text);
        return Exit::Usage;
    }
    let runs_lines = matches!(
        options.mode,
        None | Some(Mode::Practice(_) | Mode::Record(_) | Mode::Learn(_))
    );
    if options.common.format.kind != Kind::Dialogue && (interactive || !runs_lines) {
        let text = if runs_lines {
            "--format is for scripts: add -c LINE, or give the lines on standard input"
        } else {
            "--format is for scripts; what a replay reports is chosen with --report"
        };
        painter.say(Tone::Error, text);
        return Exit::Usage;
    }
    let painter = match ScriptOutput::open(&options.common.format, painter.screen().clone()) {
        Ok(output) => painter.beside(output),
        Err(error) => {
            let path = options.common.format.file.unwrap_or_default();
            return painter.refuse_file(&path, &error);
        }
    };
    let exit = run_mode(options, &painter, interactive);
    match painter.output().end(exit) {
        Ok(()) => exit,
        Err(text) => {
            painter.say(Tone::Error, &text);
            if exit == Exit::Done {
                Exit::LocalFile
            } else {
                exit
            }
        }
    }
}

fn run_mode(options: Options, painter: &Painter, interactive: bool) -> Exit {
    if let (Some(_), Some(target)) = (&options.mode, &options.target) {
        let target = escape(without_secrets(target).as_bytes());
        let text = format!(
            "{target} comes before practice, record or replay: write the mode first, then its target"
        );
        painter.say(Tone::Error, &text);
        return Exit::Usage;
    }
    let target = match (options.target, options.port) {
        (Some(host), Some(port)) => Some(Target::with_port(&host, &port)),
        (target, _) => target,
    };
    let result = match options.mode {
        None => new_shell(&options.common, painter, interactive)
            .map(|shell| run_target(shell, &options.common, target.as_deref())),
        Some(Mode::Record(record)) => run_recorded(&options.common, &record, painter, interactive),
        Some(Mode::Practice(practice)) => {
            practising::run(&options.common, practice, painter, interactive)
        }
        Some(Mode::Learn(learn)) => lessons::run(&options.common, &learn, painter, interactive),
        Some(Mode::Replay(replay)) => replay::run(&options.common, replay, painter),
        Some(Mode::Import(import)) => importing::run(&import, painter),
        Some(Mode::Explain(explain)) => explaining::run(&explain, painter),
        Some(Mode::Export(export)) => exporting::run(&export, painter),
        Some(Mode::Doctor(examination)) => doctor::run(&options.common, &examination, painter),
        Some(Mode::Completions(completions)) => completions
            .shell
            .script()
            .map(|script| print(script.as_bytes(), painter))
            .map_err(Into::into),
        Some(Mode::Manual(manual)) => print_manual(&manual, painter),
    };
    result.unwrap_or_else(|error| {
        painter.say(Tone::Error, &escape(format!("{error:#}").as_bytes()));
        Exit::Usage
    })
}

fn print_manual(options: &Manual, painter: &Painter) -> Result<Exit> {
    let names = help::manual::names();
    let text = match help::manual::page(&options.page) {
        _ if options.list => names.join("\n") + "\n",
        Some(page) => page,
        None => bail!(
            "there is no page {}; the pages are {}",
            options.page,
            names.join(", ")
        ),
    };
    Ok(print(text.as_bytes(), painter))
}

fn painter(common: &Common, interactive: bool) -> Painter {
    let dialogue = if interactive {
        Dialogue::StandardOutput
    } else {
        Dialogue::StandardError
    };
    let dumb = console::is_dumb(
        std::env::var_os("TERM").as_deref(),
        console::takes_escapes(),
    );
    let colour = colour::decide(common.color, dumb, &|name| std::env::var_os(name));
    let screen = Screen::new(dialogue, colour);
    if common.quiet {
        return Painter::new(screen).quiet();
    }
    Painter::new(if dumb {
        screen
    } else {
        screen.with_status_line()
    })
}

fn run_target(mut shell: Shell, common: &Common, target: Option<&str>) -> Exit {
    if target.is_none() && shell.is_interactive() {
        let text = "not connected: `open HOST` connects. New to FTP? `ftpsh learn` teaches it";
        shell.painter.say(Tone::Note, text);
    }
    if let Some(target) = target {
        shell.painter.problems().begin_opening();
        let opened = shell.open_wholly(target);
        let (Ok(exit) | Err(exit)) = opened;
        shell.painter.problems().end_line(exit);
        shell.tally.count(exit);
        let cannot_go_on = matches!(
            exit,
            Exit::Usage | Exit::Connection | Exit::Tls | Exit::Interrupted
        );
        // The lines of a script are meant for where the target leads.
        let fails = opened.is_err() || (exit != Exit::Done && common.stop);
        if cannot_go_on || (fails && !shell.is_interactive()) {
            // There will be no prompt to ask `why` at.
            shell.explains |= shell.is_interactive() && !common.quiet;
            return shell.end_unstarted(exit);
        }
        shell.keep_explanation(exit);
    }
    if !shell.is_interactive() && common.commands.is_empty() && io::stdin().is_terminal() {
        let end = if cfg!(windows) {
            "Ctrl-Z and Enter end"
        } else {
            "Ctrl-D ends"
        };
        let text = format!("lines are read from standard input now, without a prompt; {end} them");
        shell.painter.say(Tone::Note, &text);
    }
    shell.run_to_the_end(common.stop)
}

fn run_recorded(
    common: &Common,
    record: &Record,
    painter: &Painter,
    interactive: bool,
) -> Result<Exit> {
    let mut shell = new_shell(common, painter, interactive)?;
    let detail = match record.texts {
        true => Detail::Texts,
        false => Detail::Codes,
    };
    let exit = shell.record_in(&record.file, record.replace, detail);
    if exit != Exit::Done {
        return Ok(exit);
    }
    let target = match (&record.target, &record.port) {
        (Some(host), Some(port)) => Some(Target::with_port(host, port)),
        (target, _) => target.clone(),
    };
    Ok(run_target(shell, common, target.as_deref()))
}

/// A shell that is ready for its first line.
pub(crate) fn new_shell(common: &Common, painter: &Painter, interactive: bool) -> Result<Shell> {
    let file = ConfigurationFile::find(common.config.as_deref());
    let configuration = Configuration::read(&file, &help::is_verb)?;
    let colour = painter.screen().has_colour();
    let mut knowledge = Knowledge::new(configuration.aliases.clone(), colour);
    knowledge.hosts = configuration.hosts.names().map(str::to_owned).collect();
    let knowledge: SharedKnowledge = Arc::new(RwLock::new(knowledge));
    let source = if interactive {
        let history = history_path();
        if let Some(folder) = history.as_deref().and_then(Path::parent) {
            // Without a folder there is no history, and that is not a reason not to run.
            let _ = std::fs::create_dir_all(folder);
        }
        let screen = painter.screen().clone();
        let shared = Arc::clone(&knowledge);
        let editor = Editor::new(screen, history, shared, configuration.editor);
        Source::Terminal(Box::new(editor.context("the terminal")?))
    } else if common.commands.is_empty() {
        Source::Script(Box::new(BufReader::new(io::stdin())))
    } else {
        let lines = common
            .commands
            .iter()
            .map(|line| line.as_encoded_bytes().to_vec());
        Source::Given(lines.collect::<VecDeque<_>>())
    };
    let home = home_folder();
    let interrupts = Interrupts::listen(!interactive).context("Ctrl-C")?;
    if interactive {
        let painter = painter.clone();
        let say = move |text: &str| painter.say(Tone::Note, text);
        interrupts.listen_for_keys(say).context("Ctrl-]")?;
    }
    terminations::listen(painter.screen(), &interrupts).context("SIGTERM")?;
    let input = Input::new(source);
    // Not before the modes were remembered that a termination puts back.
    let hidden_typing = input.shows_typing().then(|| interrupts.hide_typing());
    let mut settings = configuration.settings;
    let given = take_options(&mut settings, common)?;
    painter.heed(&settings);
    let mut hints = Hints::new(painter.clone(), interactive);
    let known = knowledge.read().unwrap_or_else(PoisonError::into_inner);
    hints.learn_from(&known.past_lines);
    drop(known);
    Ok(Shell {
        painter: painter.clone(),
        input,
        _hidden_typing: hidden_typing,
        connection: Connection::new(painter.clone(), interrupts.clone(), interactive),
        interrupts,
        certificates: certificates(common)?,
        credentials: Credentials::new(
            NetrcFile::find(common.netrc_file.as_deref(), home.as_deref()),
            common.password_command.clone(),
        ),
        hosts: ConfiguredHosts::new(configuration.hosts, given, common.ca.is_some()),
        proxies: ProxyEnvironment::read(|name| std::env::var_os(name)),
        shows_tls: common.verbose,
        silence_limit: (!interactive).then_some(common.timeout),
        reply_limit: (!interactive).then(|| common.reply_limit()),
        background: Background::default(),
        recording: Recording::new(painter.clone()),
        timeline: Timeline::default(),
        trace: Trace::new(painter.clone()),
        picture: Picture::default(),
        hints,
        settings,
        aliases: configuration.aliases,
        knowledge,
        home,
        vanishing: None,
        lessons: None,
        tally: Tally::default(),
        may_be_lost: false,
        explains: !interactive && (common.why || (!common.quiet && io::stderr().is_terminal())),
        explanation: None,
        runs_startup: false,
        is_over: false,
    })
}

/// Takes the settings that the command line gives.
///
/// Returns their names: they are stronger than those of a host.
fn take_options(settings: &mut Settings, common: &Common) -> Result<Vec<String>> {
    let mut given = Vec::new();
    if common.verbose {
        settings.time = true;
        given.push("time");
    }
    for NamedValue { name, value } in &common.settings {
        settings.set(name, value)?;
        given.push(name);
    }
    if let Some(tls) = common.tls {
        settings.tls = match tls {
            Tls::Off => TlsStart::Off,
            Tls::Require => TlsStart::Require,
            Tls::Implicit => TlsStart::Implicit,
        };
        given.push("tls");
    }
    if common.netrc || common.netrc_file.is_some() {
        settings.netrc = true;
        given.push("netrc");
    }
    if let Some(ProxyUrl(url)) = &common.proxy {
        settings.set("proxy", url)?;
        given.push("proxy");
    }
    if common.source.is_some() {
        settings.source = common.source;
        given.push("source");
    }
    if let Some(family) = common.family() {
        settings.ip = family;
        given.push("ip");
    }
    if let Some(path) = &common.cert {
        settings.tls_cert = Some(absolute(path)?);
        given.push("tls-cert");
    }
    if let Some(path) = &common.key {
        settings.tls_key = Some(absolute(path)?);
        given.push("tls-key");
    }
    if common.sni.is_some() {
        settings.tls_sni.clone_from(&common.sni);
        given.push("tls-sni");
    }
    Ok(given.into_iter().map(str::to_owned).collect())
}

/// The path as a setting has it: `lcd` must not lead it elsewhere.
fn absolute(path: &Path) -> Result<String> {
    let shown = escape(path.as_os_str().as_encoded_bytes());
    let absolute = std::path::absolute(path).with_context(|| shown.clone())?;
    let text = absolute.into_os_string().into_string();
    text.map_err(|_| anyhow!("{shown}: its path is not UTF-8; give it another name"))
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
        identity: None,
        known_hosts: KnownHosts::at(known_hosts_path()),
    })
}

/// The certificates of a PEM file, as roots.
pub(crate) fn roots_in(path: &Path) -> Result<Roots> {
    Ok(Roots::from_pem(&std::fs::read(path)?)?)
}
