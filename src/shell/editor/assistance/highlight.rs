//! Which part of a line is what, and which line would be refused.

use std::ops::Range;

use super::completion::complete;
use super::context::{self, CompletionKind};
use super::knowledge::Knowledge;
use crate::protocol::Verb;
use crate::protocol::verbs;
use crate::shell::config::aliases::AliasError;
use crate::shell::config::settings::Settings;
use crate::shell::line::is_redirection;
use crate::shell::line::quote::{NAME as QUOTE, Quoted};
use crate::shell::line::spelling::ends_in_escape;
use crate::shell::line::{self, Builtin, Line, LineError, Redirection, Spelling};

/// What a part of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A verb of the table.
    Verb,
    /// A verb that the table does not know; it is sent all the same.
    UnknownVerb,
    /// A built-in or an alias.
    OwnWord,
    /// The operator of a redirection.
    Operator,
    /// A path, here or there.
    Path,
    /// A secret, to be shown as stars.
    Secret,
    /// The line would be refused as it is.
    Refused,
}

/// The marked parts of one line, in order. They do not overlap, and what is between them is unmarked.
#[must_use]
pub fn marks(text: &str, knowledge: &Knowledge) -> Vec<(Range<usize>, Mark)> {
    let secret = knowledge.secret_in(text.trim_end());
    if secret.is_none() && is_refused(text, knowledge) {
        return vec![(0..text.len(), Mark::Refused)];
    }
    let mut marks = match &secret {
        None => parts(text, knowledge),
        Some(secret) => {
            let mut marks = parts(text, knowledge);
            marks.retain(|(range, _)| range.end <= secret.start);
            marks.push((secret.clone(), Mark::Secret));
            marks
        }
    };
    marks.retain(|(range, _)| !range.is_empty());
    marks
}

fn parts(text: &str, knowledge: &Knowledge) -> Vec<(Range<usize>, Mark)> {
    let aliases = |name: &str| knowledge.aliases.contains(name);
    let name_end = text.find(' ').unwrap_or(text.len());
    match line::read_spelt(
        text.as_bytes(),
        Spelling::default(),
        knowledge.words,
        &aliases,
    ) {
        Ok(Line::Empty) => Vec::new(),
        Ok(Line::Local(_)) => vec![(0..1, Mark::OwnWord)],
        Ok(Line::Builtin { .. } | Line::Alias { .. }) => vec![(0..name_end, Mark::OwnWord)],
        Ok(Line::Quote(_)) => after_quote(text, knowledge),
        Ok(Line::Background { .. }) => {
            let ampersand = text.trim_end().len() - 1;
            let mut marks = parts(text[..ampersand].trim_end(), knowledge);
            marks.push((ampersand..ampersand + 1, Mark::Operator));
            marks
        }
        Ok(Line::Raw {
            command,
            redirection,
        }) => {
            let sent = command.line().len();
            let verb = mark_of_verb(text, knowledge).map(|mark| (0..name_end, mark));
            let mut marks: Vec<_> = verb.into_iter().collect();
            marks.extend(path_of(&text[..sent], knowledge));
            if let Some(redirection) = redirection {
                marks.extend(redirected(text, sent + 1, &redirection));
            }
            marks
        }
        // A secret may stand in a line that would be refused.
        Err(_) => vec![(0..name_end, Mark::Refused)],
    }
}

fn after_quote(text: &str, knowledge: &Knowledge) -> Vec<(Range<usize>, Mark)> {
    let mut marks = vec![(0..QUOTE.len(), Mark::OwnWord)];
    if let Some(quoted) = Quoted::find(text.as_bytes())
        && let Some(sent) = text.get(quoted.offset..)
    {
        let end = sent.find(' ').unwrap_or(sent.len());
        let range = quoted.offset..quoted.offset + end;
        marks.extend(mark_of_verb(sent, knowledge).map(|mark| (range, mark)));
    }
    marks
}

/// The mark of the verb that a command begins with; none while it may still become one, or a name of ours.
fn mark_of_verb(command: &str, knowledge: &Knowledge) -> Option<Mark> {
    let (name, is_whole) = match command.split_once(' ') {
        Some((name, _)) => (name, true),
        None => (command, false),
    };
    if verbs::entry(&Verb::new(name.as_bytes())).is_some() {
        return Some(Mark::Verb);
    }
    let is_begun = !is_whole && !complete(name, name.len(), knowledge).candidates.is_empty();
    (!is_begun).then_some(Mark::UnknownVerb)
}

/// Where the path of a command stands.
fn path_of(sent: &str, knowledge: &Knowledge) -> Option<(Range<usize>, Mark)> {
    let context = context::read(sent, knowledge)?;
    let is_path = matches!(context.wanted.as_slice(), [CompletionKind::RemoteName]);
    is_path.then_some((context.start..sent.len(), Mark::Path))
}

/// The operator that begins at `start`, and what follows it.
fn redirected(
    text: &str,
    start: usize,
    redirection: &Redirection,
) -> impl Iterator<Item = (Range<usize>, Mark)> {
    let is_sign = |c: char| matches!(c, '<' | '>' | '|');
    let rest = &text[start..];
    let end = start + rest.find(|c| !is_sign(c)).unwrap_or(rest.len());
    let target = end + text[end..].len() - text[end..].trim_start().len();
    let mut path_end = text.len();
    if matches!(redirection, Redirection::FromFile { offset, .. } if *offset > 0) {
        path_end = text.trim_end().rfind([' ', '\t']).unwrap_or(path_end);
    }
    let path = redirection.file().map(|_| (target..path_end, Mark::Path));
    [(start..end, Mark::Operator)].into_iter().chain(path)
}

/// Whether Enter would only bring an error, however the line goes on.
fn is_refused(text: &str, knowledge: &Knowledge) -> bool {
    let aliases = |name: &str| knowledge.aliases.contains(name);
    match line::read_spelt(
        text.as_bytes(),
        knowledge.spelling,
        knowledge.words,
        &aliases,
    ) {
        // Both are still being typed.
        Err(LineError::MissingTarget { .. } | LineError::OpenQuote { .. }) => false,
        Err(LineError::BadEscape { offset }) => !ends_in_escape(&text.as_bytes()[offset..]),
        Err(_) => true,
        Ok(Line::Builtin { name, arguments }) => {
            name == Builtin::Set && is_unknown_setting(&arguments)
        }
        Ok(Line::Alias { name, arguments }) => {
            let expanded = knowledge.aliases.expand(&name, &arguments);
            let is_short = matches!(expanded, Err(AliasError::TooFewArguments { .. }));
            arguments.iter().any(|argument| is_redirection(argument))
                || expanded.is_err() && !is_short
        }
        // `< -` is for scripts.
        Ok(Line::Raw {
            redirection: Some(Redirection::FromStandardInput),
            ..
        }) => true,
        Ok(_) => false,
    }
}

/// Whether no setting, or no value of it, begins so.
fn is_unknown_setting(arguments: &[String]) -> bool {
    match arguments {
        [] => false,
        [name] => !Settings::TABLE
            .iter()
            .any(|known| known.name.starts_with(name)),
        [name, value @ ..] => {
            let value = value.join(" ");
            !Settings::named(name).is_ok_and(|setting| setting.has_value_beginning(&value))
        }
    }
}
