//! The manual pages: of the program, of each mode, and of the format of transcripts.
//!
//! They say what `--help`, `help` and `docs/transcript-format.md` say, from the same definitions and tables.

mod markdown;
mod roff_page;

use clap::{Arg, CommandFactory};
use clap_mangen::Man;

use super::builtins::{self, BUILTINS, LINES};
use super::command_line::{self, PROGRAM};
use super::surroundings::{FILES, VARIABLES};
use crate::shell::config::aliases::Aliases;
use crate::shell::config::options::{Options, fitted};
use crate::shell::config::settings::Settings;
use crate::shell::line::Builtin;
use crate::shell::screen::page::Layout;
use roff_page::RoffPage;

/// The names of all pages, as files are called: `ftpsh-replay.1`.
pub(crate) fn names() -> Vec<String> {
    let modes = modes();
    let modes = modes.iter().map(|mode| page_of_mode(mode.get_name()));
    modes.chain([TRANSCRIPT.to_owned()]).collect()
}

/// The page of this name in roff, for `man`; the `.1` and the `ftpsh-` may be left out.
pub(crate) fn page(name: &str) -> Option<String> {
    let name = name.trim_end_matches(".1").trim_end_matches(".5");
    let name = name.strip_prefix("ftpsh-").unwrap_or(name);
    if name == "transcript" {
        return Some(transcript());
    }
    let modes = modes();
    let mode = modes.into_iter().find(|mode| mode.get_name() == name)?;
    Some(page_of(mode))
}

/// The program itself, and its modes that are in the help.
fn modes() -> Vec<clap::Command> {
    let whole = fitted(Options::command().disable_help_subcommand(true));
    let modes = whole.get_subcommands().filter(|mode| !mode.is_hide_set());
    let modes: Vec<clap::Command> = modes.cloned().collect();
    [whole].into_iter().chain(modes).collect()
}

fn page_of_mode(mode: &str) -> String {
    match mode {
        PROGRAM => "ftpsh.1".to_owned(),
        mode => format!("ftpsh-{mode}.1"),
    }
}

fn page_of(mut mode: clap::Command) -> String {
    let name = mode.get_name().to_owned();
    let usage = mode.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").to_owned();
    let title = page_of_mode(&name).trim_end_matches(".1").to_uppercase();
    let mode = mode.subcommand_help_heading("COMMANDS").mut_args(in_full);
    let man = Man::new(mode.override_usage(usage))
        .title(title)
        // Not left out, or what follows would take its place.
        .date("\"\"")
        .source(SOURCE)
        .manual("User Commands");
    let mut page = RoffPage::default();
    let sections = [
        Man::render_title,
        Man::render_name_section,
        Man::render_synopsis_section,
        Man::render_description_section,
        Man::render_options_section,
    ];
    for section in sections {
        page.append(|bytes| section(&man, bytes));
    }
    if name == PROGRAM {
        page.append(|bytes| man.render_subcommands_section(bytes));
        describe_lines(&mut page);
        describe_settings(&mut page);
        page.table("Environment", VARIABLES);
        page.table("Files", FILES);
    } else {
        command_line::describe(&mut page, &name);
    }
    page.heading("Exit status");
    command_line::exit_codes(&mut page);
    page.table("Examples", command_line::examples(&name));
    describe_others(&mut page, &page_of_mode(&name));
    page.into_text()
}

/// An option that `-h` leaves out has only one help, which would be left out here too.
fn in_full(option: Arg) -> Arg {
    match option.get_long_help().or(option.get_help()).cloned() {
        Some(help) => option.long_help(help),
        None => option,
    }
}

/// What `help` says at the prompt.
fn describe_lines(page: &mut RoffPage) {
    page.table("Lines", LINES);
    page.heading("Built-ins");
    page.paragraph(0, "In lower case; `help NAME` explains one of them.");
    for (builtin, usage, about) in BUILTINS {
        page.item(usage, 0, about);
        // The settings have a section of their own.
        if *builtin != Builtin::Set {
            page.indented(|page| builtins::explain_further(page, *builtin));
        }
    }
    page.heading("Aliases");
    page.paragraph(0, "In lower case; each sends the lines after it.");
    let aliases = Aliases::shipped();
    for name in aliases.names() {
        let lines = aliases.describe(name).unwrap_or_default();
        if let Some((usage, steps)) = lines.split_first() {
            page.item(usage, 0, &steps.join("; "));
        }
    }
}

fn describe_settings(page: &mut RoffPage) {
    page.heading("Settings");
    page.paragraph(
        0,
        "For the built-in `set`, for --set, and for the table [set] of the configuration; the default comes first.",
    );
    for setting in Settings::TABLE {
        page.item(&builtins::usage(setting), 0, setting.about);
    }
}

fn describe_others(page: &mut RoffPage, this: &str) {
    page.heading("See also");
    let others = names().into_iter().filter(|name| name != this);
    let others: Vec<String> = others
        .filter_map(|name| {
            let (name, section) = name.rsplit_once('.')?;
            Some(format!("`{name}`({section})"))
        })
        .collect();
    page.paragraph(0, &others.join(", "));
}

/// The format of transcripts, as its page describes it.
fn transcript() -> String {
    let mut page = RoffPage::default();
    page.title(&["FTPSH-TRANSCRIPT", "5", "\"\"", SOURCE, "File Formats"]);
    page.heading("Name");
    page.line("ftpsh-transcript - an FTP session as text: what is sent, and what is expected back");
    page.heading("Description");
    markdown::append(&mut page, TRANSCRIPT_FORMAT);
    describe_others(&mut page, TRANSCRIPT);
    page.into_text()
}

const SOURCE: &str = concat!("ftpsh ", env!("CARGO_PKG_VERSION"));
const TRANSCRIPT: &str = "ftpsh-transcript.5";
const TRANSCRIPT_FORMAT: &str = include_str!("../../../../docs/transcript-format.md");

#[cfg(test)]
mod tests;
