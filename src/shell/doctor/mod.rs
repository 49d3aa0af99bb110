//! `ftpsh doctor`: the examination of a server, and its report.

mod table;

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::doctor::check::Check;
use crate::doctor::report::{Report, Verdict};
use crate::doctor::stop::Stop;
use crate::doctor::{Login, Request, checks, examine};
use crate::shell::config::options::{Common, Doctor};
use crate::shell::config::settings::TlsStart;
use crate::shell::config::target::{Target, UrlLogin};
use crate::shell::exit::Exit;
use crate::shell::replay::importing::print;
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
    let asks = io::stdin().is_terminal() && io::stdout().is_terminal();
    let mut shell = new_shell(common, painter, asks)?;
    let checks = checks_of(options)?;
    let request = match request(&mut shell, common, options, checks) {
        Ok(request) => request,
        Err(exit) => return Ok(exit),
    };
    let report = examined(&shell, &request, painter)?;
    let form = Form {
        columns: painter.screen().row().unwrap_or(USUAL_COLUMNS),
        has_colour: painter.screen().has_colour() && io::stdout().is_terminal(),
        is_whole: common.verbose,
    };
    let printed = print(table::print(&report, form).as_bytes(), painter);
    if let Some(folder) = &options.transcripts
        && let Err(error) = write_transcripts(folder, &report)
    {
        return Ok(painter.refuse_file(folder, &error));
    }
    Ok(match exit_of(&report, options) {
        Exit::Done => printed,
        exit => exit,
    })
}

fn exit_of(report: &Report, options: &Doctor) -> Exit {
    if report.cut_short.as_deref() == Some(INTERRUPTED) {
        return Exit::Interrupted;
    }
    if report.target.addresses.is_empty() {
        return Exit::Connection;
    }
    let limit = Verdict::from(options.fail_on);
    if report.is_as_bad_as(limit) {
        Exit::Findings
    } else if report.cut_short.is_some() {
        Exit::Connection
    } else {
        Exit::Done
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
    checks: Vec<Check>,
) -> Result<Request, Exit> {
    let host = shell.hosts.named(&options.target).cloned();
    let mut target = match &host {
        Some(host) => host.target.clone(),
        None => Target::read(&options.target).map_err(|error| shell.painter.refuse(&error))?,
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
        may_log_in_clear: options.clear_login,
        budget: options.budget,
        limit: common.timeout.min(REPLY_LIMIT),
        checks,
    })
}

/// Who logs in, with the password out of the first place that has one.
fn login(shell: &mut Shell, target: &Target) -> Result<Option<Login>, Exit> {
    let Some(login) = shell.login_for(target)? else {
        return Ok(None);
    };
    let user = String::from_utf8_lossy(&login.user).into_owned();
    let from_variable = std::env::var(PASSWORD_VARIABLE).ok();
    let known = login
        .password
        .or_else(|| from_variable.map(String::into_bytes));
    let password = match known {
        Some(password) => password,
        None if user == "anonymous" => ANONYMOUS_PASSWORD.as_bytes().to_vec(),
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

fn examined(shell: &Shell, request: &Request, painter: &Painter) -> Result<Report> {
    let stop = Stop::default();
    let is_over = AtomicBool::new(false);
    let interrupts = &shell.interrupts;
    let show = |what: &str| painter.screen().set_status(&format!("  {what}"));
    let report = thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Acquire) {
                if interrupts.is_pressed() {
                    stop.now(INTERRUPTED);
                }
                thread::sleep(LOOK_EVERY);
            }
        });
        let report = interrupts.during(|| examine(request, &stop, &show));
        is_over.store(true, Ordering::Release);
        report
    });
    painter.screen().set_status("");
    report.context("the examination could not begin")
}

/// One for each finding that has one. No file is overwritten.
fn write_transcripts(folder: &Path, report: &Report) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for finding in &report.findings {
        let is_finding = matches!(
            finding.verdict,
            Verdict::Bad | Verdict::Warn | Verdict::Info
        );
        if let Some(transcript) = finding.transcript.as_ref().filter(|_| is_finding) {
            let path = folder.join(format!("{}.ftp", finding.id));
            let mut file = fs::File::create_new(&path)?;
            file.write_all(transcript.as_bytes())?;
        }
    }
    Ok(())
}

const INTERRUPTED: &str = "interrupted with Ctrl-C";
const LOOK_EVERY: Duration = Duration::from_millis(50);
const REPLY_LIMIT: Duration = Duration::from_secs(10);
const USUAL_COLUMNS: usize = 80;
const ANONYMOUS_PASSWORD: &str = "guest@example.org";
