//! What an option or an argument may be, for those whose values no type lists.

use std::ffi::OsStr;
use std::path::Path;

use clap_complete::engine::{CompletionCandidate, PathCompleter, ValueCompleter};

use super::hosts;
use crate::practice::FAULTS;
use crate::shell::config::settings::Settings;
use crate::shell::help::command_line::{FORMS, KINDS};
use crate::shell::replay::is_transcript;
use crate::shell::screen::script_output::Kind;

/// Servers by name.
pub(crate) fn targets(current: &OsStr) -> Vec<CompletionCandidate> {
    let names = hosts::names();
    beginning(current, names.iter().map(|name| (name.clone(), None)))
}

/// Transcripts, and files that may be imported; folders lead to more.
pub(crate) fn transcripts(current: &OsStr) -> Vec<CompletionCandidate> {
    let is_wanted = |path: &Path| path.is_file() && is_transcript(path.as_os_str());
    PathCompleter::any().filter(is_wanted).complete(current)
}

/// The same, and the one that is built in.
pub(crate) fn transcripts_and_article(current: &OsStr) -> Vec<CompletionCandidate> {
    let article = ("article".to_owned(), Some("the built-in transcript"));
    let mut all = transcripts(current);
    all.extend(beginning(current, [article]));
    all
}

/// What `replay` takes: transcripts, and a server at the end.
pub(crate) fn transcripts_and_targets(current: &OsStr) -> Vec<CompletionCandidate> {
    let mut all = transcripts_and_article(current);
    all.extend(targets(current));
    all
}

/// `NAME=VALUE` of each setting.
pub(crate) fn settings(current: &OsStr) -> Vec<CompletionCandidate> {
    let rows = Settings::TABLE.iter().flat_map(|setting| {
        let names = setting.of.names();
        let values = if names.is_empty() { vec![""] } else { names };
        let line = |value| (format!("{}={value}", setting.name), Some(setting.about));
        values.into_iter().map(line)
    });
    beginning(current, rows)
}

/// The faults of the practice server.
pub(crate) fn faults(current: &OsStr) -> Vec<CompletionCandidate> {
    let rows = FAULTS.iter().map(|fault| {
        let usage = fault.usage();
        // What comes after the `=` is the user's.
        let end = usage.find('=').map_or(usage.len(), |at| at + 1);
        (usage[..end].to_owned(), Some(fault.summary))
    });
    beginning(current, rows)
}

/// The notations that can be imported.
pub(crate) fn kinds(current: &OsStr) -> Vec<CompletionCandidate> {
    beginning(
        current,
        KINDS.map(|(kind, about)| (kind.to_owned(), Some(about))),
    )
}

/// What a transcript can be turned into.
pub(crate) fn forms(current: &OsStr) -> Vec<CompletionCandidate> {
    beginning(
        current,
        FORMS.map(|(form, about)| (form.to_owned(), Some(about))),
    )
}

/// Reports of a replay, with and without a file.
pub(crate) fn reports(current: &OsStr) -> Vec<CompletionCandidate> {
    with_file(current, &["json", "junit", "tap"], &[])
}

/// What a script puts out, each with and without a file.
pub(crate) fn script_formats(current: &OsStr) -> Vec<CompletionCandidate> {
    let kinds = Kind::ALL.map(|(name, _)| name);
    let (dialogue, others) = kinds.split_at(1);
    with_file(current, others, dialogue)
}

fn with_file(current: &OsStr, kinds: &[&str], without: &[&str]) -> Vec<CompletionCandidate> {
    let forms = kinds
        .iter()
        .flat_map(|kind| [(*kind).to_owned(), format!("{kind}=")])
        .chain(without.iter().map(|&kind| kind.to_owned()));
    beginning(current, forms.map(|form| (form, None)))
}

fn beginning(
    current: &OsStr,
    rows: impl IntoIterator<Item = (String, Option<&'static str>)>,
) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy();
    let rows = rows
        .into_iter()
        .filter(|(value, _)| value.starts_with(&*current));
    rows.map(|(value, about)| CompletionCandidate::new(value).help(about.map(Into::into)))
        .collect()
}
