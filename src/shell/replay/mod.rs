//! `ftpsh replay`: transcripts, played and compared.
//!
//! ```text
//! plan: the command line ---> crew: several at a time ---> telling: the screen, in order
//!                                    |                         |
//!                              stage: one transcript       reports
//! ```

mod article;
mod crew;
pub(crate) mod exporting;
pub(crate) mod importing;
mod plan;
mod played;
pub(crate) mod practising;
pub(crate) mod recording;
mod reports;
mod stage;
mod telling;

use std::sync::Arc;

use anyhow::Result;

use super::config::options::{Common, Replay};
use super::config::settings::TlsStart;
use super::exit::Exit;
use super::screen::painter::{Painter, Tone};
use super::start::new_shell;

use plan::{Place, Plan};
use reports::Reports;
use stage::{ScratchFolders, Stage};
use telling::Telling;

/// Plays what the command line names.
pub(crate) fn run(common: &Common, options: Replay, painter: &Painter) -> Result<Exit> {
    let plan = match Plan::of(&options) {
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
    // It reads no lines: its settings and its Ctrl-C are what a replay shares with a script.
    let mut shell = new_shell(common, painter, false)?;
    if let Place::Target(target) = &plan.place {
        // Whose certificate may be known.
        shell.connection.target = Some(target.clone());
    }
    let scratch = Arc::new(ScratchFolders::default());
    let left_behind = Arc::clone(&scratch);
    shell
        .interrupts
        .set_farewell(move || left_behind.remove_all());
    let is_single = plan.scripts.len() == 1;
    let stage = Stage {
        plan: &plan,
        painter,
        interrupts: &shell.interrupts,
        settings: shell.session_settings(),
        limit: common.timeout,
        shows_dialogue: is_single || options.verbose,
        is_alone: is_single || options.jobs == 1,
        updates: options.update,
        begins_tls: shell.settings.tls == TlsStart::Implicit,
        trusts_practice_server: common.ca.is_none(),
        scratch: &scratch,
    };
    let mut telling = Telling::new(painter, is_single, common.stop);
    crew::in_order(
        &plan.scripts,
        usize::from(options.jobs),
        |script| {
            telling::announce(&stage, script);
            stage.play(script)
        },
        |(report, told)| telling.tell(report, told.as_ref()),
    );
    let (report, exit) = telling.end();
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
