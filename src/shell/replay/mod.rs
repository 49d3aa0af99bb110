//! `ftpsh replay`: transcripts, played and compared.
//!
//! ```text
//! plan: the command line ---> parallel: several at a time ---> results: the screen, in order
//!                                      |                           |
//!                            player: one transcript           reports
//! ```

mod article;
mod comparing;
pub(crate) mod exporting;
pub(crate) mod importing;
mod parallel;
mod plan;
mod player;
pub(crate) mod practising;
pub(crate) mod recording;
mod reports;
mod results;
mod script_failure;
mod side_by_side;

use std::sync::Arc;

use anyhow::Result;

use super::config::options::{Common, Replay};
use super::config::settings::TlsStart;
use super::exit::Exit;
use super::run::Shell;
use super::screen::painter::{Painter, Tone};
use super::start::new_shell;
use crate::client;
use crate::transcript::replay::OnDifference;

use plan::{Place, Plan};
pub(crate) use plan::{TRANSCRIPT_VARIABLES, is_transcript};
use player::{Player, PracticePorts, ScratchFolders};
use reports::Reports;
use results::Results;

/// Gives the shell the target, with the settings of its host, and the transcripts the user and the password that are
/// known for it, unless other values were given.
fn take_target(plan: &mut Plan, shell: &mut Shell) -> Result<(), Exit> {
    let Place::Target(target) = &plan.place else {
        return Ok(());
    };
    shell.enter_target(target, plan.host.clone())?;
    shell.prepare_tls()?;
    if plan.variables.value("password").is_some() {
        return Ok(());
    }
    let Some(login) = shell.login_for(target)? else {
        return Ok(());
    };
    let user = plan.variables.value("user");
    if user.is_some_and(|user| user != login.user) {
        return Ok(());
    }
    plan.variables.set("user", login.user);
    if let Some(password) = login.password {
        plan.variables.set("password", password);
    }
    Ok(())
}

/// What a session with the plan's server is to have; its user and password go into the plan.
fn settings_for(
    plan: &mut Plan,
    shell: &mut Shell,
    common: &Common,
) -> Result<client::Settings, Exit> {
    take_target(plan, shell)?;
    let mut settings = shell.session_settings();
    // Nothing is sent but what the transcripts say.
    settings.keepalive = None;
    let host = match &plan.place {
        Place::Target(target) => Some(target.host.as_str()),
        // The practice server is on this machine.
        Place::Practice(_) => common.proxy.as_ref().map(|_| PRACTICE_HOST),
    };
    if let Some(host) = host {
        let proxy = shell.proxies.proxy_for(host, shell.settings.proxy.as_ref());
        settings.route.proxy = proxy.map_err(|error| shell.painter.refuse(&error))?;
    }
    Ok(settings)
}

/// Plays what the command line names.
pub(crate) fn run(common: &Common, options: Replay, painter: &Painter) -> Result<Exit> {
    // It reads no lines: its settings and its Ctrl-C are what a replay shares with a script.
    let mut shell = new_shell(common, painter, false)?;
    let plan = Plan::of(&options, &|name| shell.hosts.named(name).cloned());
    let mut plan = match plan {
        Ok(plan) => plan,
        Err(problem) => {
            painter.say(Tone::Error, &problem);
            return Ok(Exit::Usage);
        }
    };
    let reports = match Reports::open(options.reports, &plan.scripts) {
        Ok(reports) => reports,
        Err(problem) => {
            painter.say(Tone::Error, &problem);
            return Ok(Exit::LocalFile);
        }
    };
    let second = plan.second.take();
    let settings = match settings_for(&mut plan, &mut shell, common) {
        Ok(settings) => settings,
        Err(exit) => return Ok(exit),
    };
    let painter = &painter.naming(plan.host.as_ref().map(|host| &host.name));
    let scratch = Arc::new(ScratchFolders::default());
    let remaining = Arc::clone(&scratch);
    shell.interrupts.set_cleanup(move || remaining.remove_all());
    let interrupts = shell.interrupts.clone();
    let is_single = plan.scripts.len() == 1;
    let player = Player {
        plan: &plan,
        painter,
        interrupts: &interrupts,
        settings,
        limit: common.timeout,
        shows_dialogue: (is_single && second.is_none()) || common.verbose,
        is_alone: second.is_none() && (is_single || options.jobs == 1),
        on_difference: match (options.update, options.keep_going) {
            (true, _) => OnDifference::Update,
            (false, true) => OnDifference::List,
            (false, false) => OnDifference::Stop,
        },
        codes_alone: options.codes,
        begins_tls: shell.settings.tls == TlsStart::Implicit,
        trusts_practice_server: common.ca.is_none(),
        scratch: &scratch,
        ports: &PracticePorts::default(),
    };
    if let Some(mut second) = second {
        let settings = match settings_for(&mut second, &mut shell, common) {
            Ok(settings) => settings,
            Err(exit) => return Ok(exit),
        };
        let other = Player {
            plan: &second,
            settings,
            begins_tls: shell.settings.tls == TlsStart::Implicit,
            ..player.clone()
        };
        return Ok(comparing::run(&player, &other));
    }
    let mut results = Results::new(painter, is_single, common.stop);
    parallel::run_in_order(
        &plan.scripts,
        usize::from(options.jobs),
        |script| {
            results::announce(&player, script);
            player.play(script)
        },
        |(report, failure)| results.add(report, failure.as_ref()),
    );
    let (report, exit) = results.end();
    match reports.write(&report, painter) {
        Ok(()) => Ok(exit),
        Err(problem) => {
            painter.say(Tone::Error, &problem);
            Ok(if exit == Exit::Done {
                Exit::LocalFile
            } else {
                exit
            })
        }
    }
}

const PRACTICE_HOST: &str = "127.0.0.1";
