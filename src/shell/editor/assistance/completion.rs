//! What Tab offers.

use std::path::Path;

use super::context::{self, CompletionKind, Context, Form};
use super::knowledge::{Knowledge, LocalName};
use super::syntax::Syntax;
use crate::protocol::TELNET_COMMANDS;
use crate::protocol::hidden::is_hidden;
use crate::protocol::verbs::{VERBS, VerbEntry};
use crate::shell::config::settings::Settings;
use crate::shell::help;
use crate::shell::line::quote::{NAME as QUOTE, Quoted};
use crate::shell::line::{self, Line, Spelling, Words, expand_home, quoted};

/// The candidates for one place of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// Where the text begins that each of them replaces; it ends at the cursor.
    pub start: usize,
    /// In order, each once.
    pub candidates: Vec<Candidate>,
}

/// One way to go on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// What is shown in the list.
    pub shown: String,
    /// What is put into the line if it is taken.
    pub replacement: String,
}

/// What could stand at the cursor, a byte index into the line.
#[must_use]
pub fn complete(line: &str, cursor: usize, knowledge: &Knowledge) -> Completion {
    let Some(before) = line.get(..cursor) else {
        return Completion::default();
    };
    if before.is_empty() {
        return first_words();
    }
    let Some(context) = context::read(before, knowledge) else {
        return Completion::default();
    };
    let found = context.wanted.iter().map(|wanted| match *wanted {
        CompletionKind::Name { ours } => names(&context.typed, ours, knowledge),
        CompletionKind::RemoteName => remote_names(before, &context, knowledge),
        CompletionKind::LocalFile => local_names(&context.typed, knowledge, |_| true),
        CompletionKind::LocalFolder => {
            local_names(&context.typed, knowledge, |name| name.is_folder)
        }
        CompletionKind::Verb => verbs(&context.typed),
        CompletionKind::ListingVerb => listing_verbs(&context.typed),
        CompletionKind::RawBytesName => raw_bytes_names(&context.typed),
        CompletionKind::HelpTopic => help_topics(&context.typed, knowledge),
        CompletionKind::AliasName => exact(knowledge.aliases.names(), &context.typed),
        CompletionKind::HostName => {
            exact(knowledge.hosts.iter().map(String::as_str), &context.typed)
        }
        CompletionKind::SettingName => exact(setting_names(), &context.typed),
        CompletionKind::SettingValue(setting) => {
            exact(setting.of.offered().into_iter(), &context.typed)
        }
        CompletionKind::SubArgument(entry) => sub_arguments(entry, &context.typed),
        CompletionKind::Option(option) => exact(std::iter::once(option), &context.typed),
    });
    let mut candidates: Vec<Candidate> = found.flatten().collect();
    candidates.sort();
    candidates.dedup_by(|one, other| one.replacement == other.replacement);
    candidates.truncate(MAX_CANDIDATES);
    Completion {
        start: context.start,
        candidates,
    }
}

/// What a line often begins with: everything that it could begin with would fill the screen.
fn first_words() -> Completion {
    let candidates = FIRST_WORDS
        .iter()
        .map(|word| candidate((*word).to_owned(), false));
    Completion {
        start: 0,
        candidates: candidates.collect(),
    }
}

/// Verbs in the case in which they were begun, built-ins and aliases. A blank follows where something must: any other
/// would be sent.
fn names(typed: &str, ours: bool, knowledge: &Knowledge) -> Vec<Candidate> {
    let built_ins = knowledge.words.names().map(|&(name, builtin)| {
        let takes_arguments = Syntax::read(help::usage(builtin)).takes_arguments();
        (name, takes_arguments)
    });
    let quote = str::from_utf8(QUOTE).map(|name| (name, true));
    let aliases = knowledge.aliases.names().map(|name| {
        let usage = knowledge.aliases.usage(name).unwrap_or_default();
        (name, Syntax::read(usage).takes_arguments())
    });
    let all_ours = built_ins.chain(quote).chain(aliases);
    let all_ours: Vec<(&str, bool)> = all_ours.filter(|_| ours).collect();
    let begun = all_ours.iter().filter(|(name, _)| name.starts_with(typed));
    let begun = begun.map(|&(name, goes_on)| candidate(name.to_owned(), goes_on));
    let verbs = VERBS.iter().filter_map(|entry| {
        let name = in_case_of(typed, entry.name)?;
        let is_hidden_by_ours = all_ours.iter().any(|(ours, _)| *ours == name);
        (!is_hidden_by_ours).then(|| candidate(name, Syntax::read(entry.syntax).wants_argument()))
    });
    verbs.chain(begun).collect()
}

fn verbs(typed: &str) -> Vec<Candidate> {
    let names = VERBS
        .iter()
        .filter_map(|entry| in_case_of(typed, entry.name));
    names.map(|name| candidate(name, false)).collect()
}

fn listing_verbs(typed: &str) -> Vec<Candidate> {
    let names = ["LIST", "MLSD"].iter();
    let begun = names.filter_map(|name| in_case_of(typed, name));
    begun.map(|name| candidate(name, false)).collect()
}

fn raw_bytes_names(typed: &str) -> Vec<Candidate> {
    let telnet = TELNET_COMMANDS.iter().map(|it| it.name.to_lowercase());
    let names = telnet.chain(["synch".to_owned()]);
    let begun = names.filter(|name| name.starts_with(typed));
    let hex = "hex"
        .starts_with(typed)
        .then(|| candidate("hex".to_owned(), true));
    begun
        .map(|name| candidate(name, false))
        .chain(hex)
        .collect()
}

fn help_topics(typed: &str, knowledge: &Knowledge) -> Vec<Candidate> {
    let built_ins = knowledge.words.names().map(|&(name, _)| name);
    let ours = built_ins.chain(knowledge.aliases.names());
    let mut topics = exact(ours, typed);
    topics.extend(exact(help::glossary_words(), typed));
    topics.extend(verbs(typed));
    topics
}

fn sub_arguments(entry: &VerbEntry, typed: &str) -> Vec<Candidate> {
    let fitting = entry
        .sub_arguments
        .iter()
        .filter_map(|one| in_case_of(typed, one));
    let candidates = fitting.map(|one| {
        let rest = Syntax::of_verb(entry, &one).rest(one.split(' ').count());
        let goes_on = !rest.is_empty() && !rest.starts_with('[') && !one.ends_with('=');
        candidate(one, goes_on)
    });
    candidates.collect()
}

/// What is spelt in exactly one way.
fn exact<'a>(all: impl Iterator<Item = &'a str>, typed: &str) -> Vec<Candidate> {
    all.filter(|one| one.starts_with(typed))
        .map(|one| candidate(one.to_owned(), false))
        .collect()
}

fn setting_names() -> impl Iterator<Item = &'static str> {
    Settings::TABLE.iter().map(|setting| setting.name)
}

/// The name as it would be typed on: what is there stays as it is, and the rest takes the case of its last letter.
fn in_case_of(typed: &str, name: &str) -> Option<String> {
    let begins_so = name
        .get(..typed.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(typed));
    let rest = begins_so.then(|| &name[typed.len()..])?;
    let last_letter = typed.chars().rev().find(|c| c.is_ascii_alphabetic());
    let rest = match last_letter {
        Some(letter) if letter.is_ascii_lowercase() => rest.to_ascii_lowercase(),
        _ => rest.to_owned(),
    };
    Some(format!("{typed}{rest}"))
}

fn candidate(text: String, goes_on: bool) -> Candidate {
    let blank = if goes_on { " " } else { "" };
    Candidate {
        replacement: format!("{text}{blank}"),
        shown: text,
    }
}

/// Names that were seen on the server. One that cannot be shown as it is, or would not be sent as it is, is not
/// offered.
fn remote_names(before: &str, context: &Context, knowledge: &Knowledge) -> Vec<Candidate> {
    let spelling = match (context.form, Quoted::find(before.as_bytes())) {
        (Form::Word, _) => knowledge.spelling.of_words(),
        (Form::Rest, Some(quoted)) => quoted.spelling(knowledge.spelling),
        (Form::Rest, None) => knowledge.spelling,
    };
    let Some(start) = spelling.bytes_of_name(&context.typed) else {
        return Vec::new();
    };
    let seen = knowledge
        .remote_names
        .beginning_with(&start, MAX_CANDIDATES);
    let names = seen.iter().filter_map(|name| spelling.spell(name));
    let plain = names.filter(|name| !name.chars().any(|c| is_hidden(c) || c == '\t'));
    plain
        .filter_map(|name| match context.form {
            Form::Word => Some(Candidate {
                replacement: quoted(&name)?,
                shown: name,
            }),
            Form::Rest => {
                let line = format!("{}{name}", &before[..context.start]);
                is_sent_whole(&line, spelling).then(|| candidate(name, false))
            }
        })
        .collect()
}

/// Whether nothing at the end of this line would be taken for a redirection.
fn is_sent_whole(line: &str, spelling: Spelling) -> bool {
    match line::read_spelt(line.as_bytes(), spelling, Words::Usual, &|_| false) {
        Ok(Line::Raw { redirection, .. }) => redirection.is_none(),
        Ok(Line::Quote(_)) => true,
        _ => false,
    }
}

fn local_names(
    typed: &str,
    knowledge: &Knowledge,
    is_wanted: impl Fn(&LocalName) -> bool,
) -> Vec<Candidate> {
    let folder_end = typed.rfind('/').map_or(0, |slash| slash + 1);
    let (folder, start) = typed.split_at(folder_end);
    let listed = match folder {
        "" => Path::new(".").to_owned(),
        folder => expand_home(Path::new(folder), knowledge.home.as_deref()),
    };
    let begins_so = |name: &LocalName| {
        let is_visible = !name.name.starts_with('.') || start.starts_with('.');
        is_visible && name.name.starts_with(start) && !name.name.chars().any(is_hidden)
    };
    let names = (knowledge.list_folder)(&listed);
    let fitting = names
        .into_iter()
        .filter(|name| begins_so(name) && is_wanted(name));
    fitting
        .filter_map(|name| {
            let slash = if name.is_folder { "/" } else { "" };
            Some(Candidate {
                replacement: quoted(&format!("{folder}{}{slash}", name.name))?,
                shown: format!("{}{slash}", name.name),
            })
        })
        .collect()
}

/// In the order of their letters, as all candidates are.
const FIRST_WORDS: &[&str] = &[
    "APPE", "CWD", "LIST", "PASS", "PASV", "PWD", "QUIT", "RETR", "SIZE", "STOR", "TYPE I", "USER",
    "get", "help", "login", "ls", "open", "put", "resume", "why",
];

/// More would not be read, and the editor cannot list more than 65,535.
const MAX_CANDIDATES: usize = 1_000;
