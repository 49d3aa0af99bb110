//! What is wanted where the cursor stands.

use super::knowledge::Knowledge;
use super::syntax::Syntax;
use crate::protocol::Verb;
use crate::protocol::verbs::{self, VerbEntry};
use crate::shell::config::setting::Setting;
use crate::shell::config::settings::Settings;
use crate::shell::help;
use crate::shell::line::quote::Quoted;
use crate::shell::line::{Builtin, OpenTarget, open_target, open_word};

/// What is being typed at the end of a line.
#[derive(Debug)]
pub(super) struct Context {
    /// Where it begins in the line.
    pub(super) start: usize,
    /// What it means: as typed, or with quotes taken away.
    pub(super) typed: String,
    pub(super) form: Form,
    pub(super) wanted: Vec<CompletionKind>,
}

/// How an argument ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// With the line: it is sent as typed, spaces and quotes included.
    Rest,
    /// With a blank, as a shell's word does.
    Word,
}

/// What could stand there.
#[derive(Clone, Copy, Debug)]
pub(super) enum CompletionKind {
    /// The first word of a line: verbs, and built-ins and aliases unless it is after `quote`.
    Name {
        ours: bool,
    },
    RemoteName,
    LocalFile,
    LocalFolder,
    Verb,
    /// One whose data is a listing.
    ListingVerb,
    HelpTopic,
    AliasName,
    HostName,
    SettingName,
    SettingValue(&'static Setting<Settings>),
    /// What `send` knows by name.
    RawBytesName,
    /// One of those that this verb has.
    SubArgument(&'static VerbEntry),
    /// This, as it is.
    Option(&'static str),
}

/// What is being typed at the end of `line`; nothing where there is no help to give.
pub(super) fn read(line: &str, knowledge: &Knowledge) -> Option<Context> {
    if line.starts_with('!') {
        return Some(word(line, 1, vec![CompletionKind::LocalFile]));
    }
    let Some((name, arguments)) = line.split_once(' ') else {
        return Some(rest(line, 0, vec![CompletionKind::Name { ours: true }]));
    };
    if let Some(quoted) = Quoted::find(line.as_bytes()) {
        let touches_option = quoted.escaped && !line.ends_with(' ') && quoted.text.is_empty();
        return raw(line, quoted.offset, &|_| None).filter(|_| !touches_option);
    }
    if let Some(builtin) = knowledge.words.builtin(name) {
        return after_builtin(line, builtin, arguments);
    }
    let is_lower_case = !name.chars().any(char::is_uppercase);
    if is_lower_case && knowledge.aliases.contains(name) {
        return after_alias(line, name, knowledge);
    }
    raw(line, 0, &|entry| open_target(line, entry.data?))
}

/// A command for the server that begins at `start`.
fn raw(
    line: &str,
    start: usize,
    target: &dyn Fn(&VerbEntry) -> Option<(OpenTarget, usize)>,
) -> Option<Context> {
    let command = &line[start..];
    let Some((name, arguments)) = command.split_once(' ') else {
        return Some(rest(
            line,
            start,
            vec![CompletionKind::Name { ours: false }],
        ));
    };
    let entry = verbs::entry(&Verb::new(name.as_bytes())).filter(|entry| !entry.secret)?;
    match target(entry) {
        Some((OpenTarget::File, end)) => {
            return Some(word(line, end, vec![CompletionKind::LocalFile]));
        }
        Some((OpenTarget::Other, _)) => return None,
        None => {}
    }
    let after_name = line.len() - arguments.len();
    Some(verb_argument(line, after_name, entry))
}

/// Walks over the arguments that are whole; a path takes the rest of the line.
fn verb_argument(line: &str, after_name: usize, entry: &'static VerbEntry) -> Context {
    let syntax = Syntax::of_verb(entry, &line[after_name..]);
    let mut start = after_name;
    for index in 0.. {
        let place = syntax.place(index).unwrap_or_default();
        let end = line[start..].find(' ').map(|length| start + length);
        let is_option = place == "<path>" && index == 0 && line[start..].starts_with('-');
        let is_path = ["<path>", "<new-path>", "<link>", "<part>"].contains(&place);
        match end {
            Some(end) if is_option => {
                // `LIST -la path`: ls's options are not part of the path.
                return rest(line, end + 1, vec![CompletionKind::RemoteName]);
            }
            Some(end) if !is_path && !place.is_empty() => start = end + 1,
            _ if is_path => return rest(line, start, vec![CompletionKind::RemoteName]),
            _ if place == "<verb>" && entry.sub_arguments.is_empty() => {
                return rest(line, start, vec![CompletionKind::Verb]);
            }
            _ => break,
        }
    }
    // `OPTS UTF8 ON`: some have a space in them.
    let sub_arguments = CompletionKind::SubArgument(entry);
    rest(line, after_name, vec![sub_arguments])
}

fn after_builtin(line: &str, builtin: Builtin, arguments: &str) -> Option<Context> {
    let index = index_of_word(arguments);
    let context = |wanted| Some(word(line, 0, wanted));
    match (builtin, index) {
        (Builtin::Help, 0) => context(vec![CompletionKind::HelpTopic]),
        (Builtin::Help, 1) => {
            // `help SITE CHMOD` is one topic.
            let verb = arguments.split_whitespace().next()?;
            let entry = verbs::entry(&Verb::new(verb.as_bytes()))?;
            (entry.name == "SITE").then(|| word(line, 0, vec![CompletionKind::SubArgument(entry)]))
        }
        (Builtin::Alias | Builtin::Unalias, 0) => context(vec![CompletionKind::AliasName]),
        (Builtin::Open, 0) => context(vec![CompletionKind::HostName]),
        (Builtin::Set, 0) => context(vec![CompletionKind::SettingName]),
        (Builtin::Set, 1) => {
            let name = arguments.split_whitespace().next()?;
            let setting = Settings::named(name).ok()?;
            context(vec![if setting.of.is_file() {
                CompletionKind::LocalFile
            } else {
                CompletionKind::SettingValue(setting)
            }])
        }
        (Builtin::Learn, 0) => context(vec![CompletionKind::Option("map")]),
        (Builtin::Tls, 0) => context(help::tls_words().map(CompletionKind::Option).collect()),
        (Builtin::Tls, 1) if arguments.trim_start().starts_with("probe ") => {
            context(vec![CompletionKind::HostName])
        }
        (Builtin::Send, 0) => context(vec![CompletionKind::RawBytesName]),
        (Builtin::Trace, 0) => {
            let words = ["hex", "off", "on"].map(CompletionKind::Option);
            context([&words[..], &[CompletionKind::LocalFile]].concat())
        }
        (Builtin::Trace, 1) if arguments.trim_start().starts_with(">> ") => {
            context(vec![CompletionKind::LocalFile])
        }
        (Builtin::Table, 0) => context(vec![CompletionKind::ListingVerb]),
        (Builtin::Table, _) => {
            // Its words are a command, but quoted as a shell quotes them.
            let command = line.len() - arguments.trim_start().len();
            context(raw(line, command, &|_| None)?.wanted)
        }
        (Builtin::Lcd, 0) => context(vec![CompletionKind::LocalFolder]),
        (Builtin::Resume, _) => after_resume(line, arguments),
        _ => {
            let syntax = Syntax::read(help::usage_after(builtin, arguments));
            let (open, typed) = open_word(arguments);
            if typed.starts_with('-') {
                return context(syntax.options().map(CompletionKind::Option).collect());
            }
            let words = arguments[..open].split_whitespace();
            let options = words.filter(|word| word.starts_with('-')).count();
            match syntax.operand(index.saturating_sub(options))? {
                "FILE" | "LOCAL" => context(vec![CompletionKind::LocalFile]),
                "REMOTE" => context(vec![CompletionKind::RemoteName]),
                _ => None,
            }
        }
    }
}

/// `resume LOCAL [REMOTE]`, and the other way round after `--get`; options stand anywhere.
fn after_resume(line: &str, arguments: &str) -> Option<Context> {
    let (open, typed) = open_word(arguments);
    let words: Vec<&str> = arguments[..open].split_whitespace().collect();
    if let Some(values) = words.last().and_then(|option| values_of(option)) {
        let values = values.iter().copied().map(CompletionKind::Option);
        return Some(word(line, 0, values.collect()));
    }
    if typed.starts_with('-') {
        let options = RESUME_OPTIONS.iter().copied().map(CompletionKind::Option);
        return Some(word(line, 0, options.collect()));
    }
    let before = std::iter::once(&"").chain(&words);
    let is_name =
        |(before, word): &(&&str, &&str)| !word.starts_with("--") && values_of(before).is_none();
    let names = before.zip(&words).filter(is_name).count();
    let is_local = (names == 0) != words.contains(&"--get");
    let wanted = if is_local {
        CompletionKind::LocalFile
    } else {
        CompletionKind::RemoteName
    };
    (names < 2).then(|| word(line, 0, vec![wanted]))
}

fn after_alias(line: &str, name: &str, knowledge: &Knowledge) -> Option<Context> {
    if knowledge.aliases.carries_secret(name) {
        return None;
    }
    let syntax = Syntax::read(knowledge.aliases.usage(name)?);
    let arguments = &line[name.len() + 1..];
    let wanted = match syntax.place(index_of_word(arguments))? {
        "LOCAL" => CompletionKind::LocalFile,
        _ => CompletionKind::RemoteName,
    };
    Some(word(line, 0, vec![wanted]))
}

/// How many words stand before the one that is being typed.
fn index_of_word(arguments: &str) -> usize {
    let (mut end, mut index) = (open_word(arguments).0, 0);
    while let before = arguments[..end].trim_end()
        && !before.is_empty()
    {
        end = open_word(before).0;
        index += 1;
    }
    index
}

fn rest(line: &str, start: usize, wanted: Vec<CompletionKind>) -> Context {
    Context {
        start,
        typed: line[start..].to_owned(),
        form: Form::Rest,
        wanted,
    }
}

/// The last shell word after `from`.
fn word(line: &str, from: usize, wanted: Vec<CompletionKind>) -> Context {
    let (start, typed) = open_word(&line[from..]);
    Context {
        start: from + start,
        typed,
        form: Form::Word,
        wanted,
    }
}

/// What an option of `resume` takes, if it takes something.
fn values_of(option: &str) -> Option<&'static [&'static str]> {
    match option {
        "--verify" => Some(&["full", "joint", "size"]),
        "--via" => Some(&["rest"]),
        _ => None,
    }
}

const RESUME_OPTIONS: &[&str] = &["--get", "--verify", "--via", "--unverified"];
