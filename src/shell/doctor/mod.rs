//! `ftpsh doctor`: the examination of a server, and its report.

mod difference;
mod table;
mod ways;

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::doctor::check::Check;
use crate::doctor::difference::Difference;
use crate::doctor::forms::{json, junit, markdown, sarif};
use crate::doctor::report::{Report, Verdict};
use crate::doctor::stop::Stop;
use crate::doctor::{GUEST, Login, Request, checks, examine};
use crate::shell::config::options::{Common, Doctor};
use crate::shell::config::settings::TlsStart;
use crate::shell::config::target::{Target, UrlLogin};
use crate::shell::exit::Exit;
use crate::shell::replay::importing::{print, read_file};
use crate::shell::run::Shell;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::Painter;
use crate::shell::start::new_shell;

use table::Form;

/// The environment variable with the password. No local command gets it.
pub(crate) const PASSWORD_VARIABLE: &str = "FTPSH_PASSWORD";

/// Examines the server that the command line names, and prints the report.
///
/// # Errors
///
/// What is wrong with the configuration, or with a check of one's own.
pub(crate) fn run(common: &Common, options: &Doctor, painter: &Painter) -> Result<Exit> {
    if let Err(exit) = check_usage(options, painter) {
        return Ok(exit);
    }
    if let Some([old, new]) = options.diff.as_deref() {
        return Ok(compare_files(old, new, common, options, painter));
    }
    if let Some(folder) = &options.transcripts
        && let Err(error) = fs::create_dir_all(folder)
    {
        return Ok(painter.refuse_file(folder, &error));
    }
    let asks = io::stdin().is_terminal() && io::stdout().is_terminal();
    let mut shell = new_shell(common, painter, asks)?;
    let checks = checks_of(options)?;
    let mut reports = Vec::new();
    for target in &options.targets {
        let request = match request(&mut shell, common, options, target, checks.clone()) {
            Ok(request) => request,
            Err(exit) => return Ok(exit),
        };
        let report = examined(&shell, |stop, show| examine(&request, stop, show))?;
        let is_interrupted = is_interrupted(&report);
        reports.push(report);
        if is_interrupted {
            break;
        }
    }
    match &reports[..] {
        [first, second] => {
            let difference = Difference::between(first, second);
            let printed = print_difference(&difference, ["A", "B"], common, options, painter);
            let is_bad = difference.is_as_bad_as(options.fail_on.into());
            Ok(exit_of(&reports, is_bad).unwrap_or(printed))
        }
        reports => print_reports(reports, common, options, painter),
    }
}

/// What the options allow one by one, and not together.
fn check_usage(options: &Doctor, painter: &Painter) -> Result<(), Exit> {
    let is_difference = options.diff.is_some() || options.targets.len() > 1;
    if is_difference && (options.markdown || options.junit || options.sarif) {
        return Err(painter.refuse(
            &"a difference is written as text or with --json; the other forms are of one TARGET",
        ));
    }
    if is_difference && options.transcripts.is_some() {
        return Err(painter.refuse(&"--transcripts is for one TARGET: run `ftpsh doctor` for each"));
    }
    Ok(())
}

fn print_reports(
    reports: &[Report],
    common: &Common,
    options: &Doctor,
    painter: &Painter,
) -> Result<Exit> {
    let Some(report) = reports.first() else {
        return Ok(Exit::Usage);
    };
    let limit = Verdict::from(options.fail_on);
    let text = match () {
        () if options.json => json::write(report),
        () if options.markdown => markdown::write(report),
        () if options.junit => junit::write(report, limit),
        () if options.sarif => sarif::write(report),
        () => table::print(report, form(common, painter)),
    };
    let printed = print(text.as_bytes(), painter);
    if let Some(folder) = &options.transcripts
        && let Err((path, error)) = write_transcripts(folder, report)
    {
        let path = escape(path.to_string_lossy().as_bytes());
        painter.refuse(&format!(
            "{path}: {error}. The examination is over, and its report is above"
        ));
        return Ok(Exit::LocalFile);
    }
    Ok(exit_of(reports, report.is_as_bad_as(limit)).unwrap_or(printed))
}

/// What the examinations mean, unless it is nothing in particular.
fn exit_of(reports: &[Report], is_bad: bool) -> Option<Exit> {
    if reports.iter().any(is_interrupted) {
        return Some(Exit::Interrupted);
    }
    if reports
        .iter()
        .any(|report| report.target.addresses.is_empty() && report.server.greeting.is_empty())
    {
        return Some(Exit::Connection);
    }
    if is_bad {
        return Some(Exit::Findings);
    }
    let is_cut_short = reports.iter().any(|report| report.cut_short.is_some());
    is_cut_short.then_some(Exit::Connection)
}

fn is_interrupted(report: &Report) -> bool {
    report.cut_short.as_deref() == Some(INTERRUPTED)
}

fn compare_files(
    old: &Path,
    new: &Path,
    common: &Common,
    options: &Doctor,
    painter: &Painter,
) -> Exit {
    let (old, new) = match (read_report(old, painter), read_report(new, painter)) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(exit), _) | (_, Err(exit)) => return exit,
    };
    let difference = Difference::between(&old, &new);
    let printed = print_difference(&difference, ["old", "new"], common, options, painter);
    match difference.is_as_bad_as(options.fail_on.into()) {
        true => Exit::Findings,
        false => printed,
    }
}

fn read_report(path: &Path, painter: &Painter) -> Result<Report, Exit> {
    let bytes = read_file(path).map_err(|error| painter.refuse_file(path, &error))?;
    json::read(&String::from_utf8_lossy(&bytes)).map_err(|error| {
        let [path, error] = [path.to_string_lossy().into_owned(), error.to_string()]
            .map(|it| escape(it.as_bytes()));
        painter.refuse(&format!("{path}: {error}"))
    })
}

fn print_difference(
    difference: &Difference,
    names: [&str; 2],
    common: &Common,
    options: &Doctor,
    painter: &Painter,
) -> Exit {
    let text = match options.json {
        true => json::write_difference(difference),
        false => difference::print(difference, names, form(common, painter)),
    };
    print(text.as_bytes(), painter)
}

fn form(common: &Common, painter: &Painter) -> Form {
    Form {
        columns: painter.screen().row().unwrap_or(USUAL_COLUMNS),
        has_colour: painter.screen().has_colour() && io::stdout().is_terminal(),
        is_whole: common.verbose,
    }
}

fn checks_of(options: &Doctor) -> Result<Vec<Check>> {
    let mut all = checks::built_in();
    let Some(folder) = &options.checks else {
        return Ok(all);
    };
    let mut paths: Vec<_> = fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| Ok(entry?.path()))
                .collect::<io::Result<_>>()
        })
        .with_context(|| folder.display().to_string())?;
    paths.sort();
    for path in paths {
        if path.extension().is_some_and(|extension| extension == "ftp") {
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            let check = Check::read(&text).with_context(|| path.display().to_string())?;
            // One's own takes the place of one that is built in.
            all.retain(|other| other.id != check.id);
            all.push(check);
        }
    }
    Ok(all)
}

fn request(
    shell: &mut Shell,
    common: &Common,
    options: &Doctor,
    target: &str,
    checks: Vec<Check>,
) -> Result<Request, Exit> {
    let host = shell.hosts.named(target).cloned();
    let mut target = match &host {
        Some(host) => host.target.clone(),
        None => Target::read(target).map_err(|error| shell.painter.refuse(&error))?,
    };
    if let Some(user) = &options.user {
        target.login = Some(UrlLogin {
            user: user.clone().into_bytes(),
            password: target.login.and_then(|login| login.password),
        });
    }
    let target = shell.enter_target(&target, host)?;
    shell.prepare_tls()?;
    let login = login(shell, &target)?;
    let mut settings = shell.session_settings();
    let proxy = shell
        .proxies
        .proxy_for(&target.host, shell.settings.proxy.as_ref());
    settings.route.proxy = proxy.map_err(|error| shell.painter.refuse(&error))?;
    Ok(Request {
        host: target.host.clone(),
        port: target.port,
        is_implicit: target.implicit_tls || shell.settings.tls == TlsStart::Implicit,
        settings,
        login,
        may_write: options.write,
        may_be_hard: options.hard,
        may_log_in_clear: match options.clear_login {
            true => Ok(()),
            false => Err("--clear-login allows it"),
        },
        budget: options.budget,
        limit: common.timeout.min(REPLY_LIMIT),
        checks,
    })
}

/// Who logs in, with the password out of the first place that has one.
fn login(shell: &mut Shell, target: &Target) -> Result<Option<Login>, Exit> {
    let from_environment = std::env::var(PASSWORD_VARIABLE).ok();
    let from_environment = from_environment.map(String::into_bytes);
    let Some(login) = shell.login_to_examine(target, from_environment)? else {
        return Ok(None);
    };
    let user = String::from_utf8_lossy(&login.user).into_owned();
    let password = match login.password {
        Some(password) => password,
        None if user == "anonymous" => GUEST.as_bytes().to_vec(),
        None => ask(shell, &user)?,
    };
    Ok(Some(Login { user, password }))
}

fn ask(shell: &mut Shell, user: &str) -> Result<Vec<u8>, Exit> {
    let typed = if shell.is_interactive() {
        let question = format!("password of {}: ", escape(user.as_bytes()));
        shell.input.ask_secret(&question).map(String::into_bytes)
    } else if io::stdin().is_terminal() {
        None
    } else {
        shell.input.next_line("")
    };
    typed.filter(|password| !password.is_empty()).ok_or_else(|| {
        let text = format!(
            "no password for {}: put it into the environment as {PASSWORD_VARIABLE}, or into the first line of standard input",
            escape(user.as_bytes())
        );
        shell.painter.refuse(&text)
    })
}

/// Runs an examination that Ctrl-C ends, and shows what is tried meanwhile.
fn examined<T>(
    shell: &Shell,
    examine: impl FnOnce(&Stop, &dyn Fn(&str)) -> io::Result<T>,
) -> Result<T> {
    let stop = Stop::default();
    let (interrupts, painter) = (&shell.interrupts, &shell.painter);
    let (sender, doings) = mpsc::channel();
    let result = thread::scope(|scope| {
        let watched = stop.clone();
        scope.spawn(move || {
            let mut doing = String::new();
            loop {
                match doings.recv_timeout(LOOK_EVERY) {
                    Ok(next) => doing = next,
                    Err(mpsc::RecvTimeoutError::Timeout) => {}
                    Err(mpsc::RecvTimeoutError::Disconnected) => break,
                }
                if interrupts.is_pressed() {
                    watched.now(INTERRUPTED);
                }
                // Once more and once more: just after a prompt none is shown.
                painter.screen().set_status(&doing);
            }
        });
        let show = move |what: &str| {
            // The receiver is there as long as the sender.
            let _ = sender.send(format!("  {what}"));
        };
        interrupts.during(|| examine(&stop, &show))
    });
    painter.screen().set_status("");
    result.context("the examination could not begin")
}

/// One for each finding that has one. No file is overwritten.
fn write_transcripts(folder: &Path, report: &Report) -> Result<(), (PathBuf, io::Error)> {
    for finding in &report.findings {
        let is_finding = matches!(
            finding.verdict,
            Verdict::Bad | Verdict::Warn | Verdict::Info
        );
        if let Some(transcript) = finding.transcript.as_ref().filter(|_| is_finding) {
            let path = folder.join(format!("{}.ftp", finding.id));
            let written = fs::File::create_new(&path)
                .and_then(|mut file| file.write_all(transcript.as_bytes()));
            written.map_err(|error| (path, error))?;
        }
    }
    Ok(())
}

const INTERRUPTED: &str = "interrupted with Ctrl-C";
const LOOK_EVERY: Duration = Duration::from_millis(50);
const REPLY_LIMIT: Duration = Duration::from_secs(10);
const USUAL_COLUMNS: usize = 80;
