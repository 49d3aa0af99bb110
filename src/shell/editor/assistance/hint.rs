//! What is shown in grey after the cursor: what belongs there, or a line that was typed before.

use super::knowledge::Knowledge;
use super::syntax::Syntax;
use crate::protocol::Verb;
use crate::protocol::hidden::is_hidden;
use crate::protocol::verbs::{self, VerbEntry};
use crate::shell::config::settings::Settings;
use crate::shell::help;
use crate::shell::line::{Builtin, open_word};

/// A hint, and what the right arrow key makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What is shown.
    pub shown: String,
    /// What is typed when it is taken; `None` if it cannot be.
    pub taken: Option<String>,
}

/// The hint after this line; only at its end, and never where a secret is being typed.
#[must_use]
pub fn hint(line: &str, cursor: usize, knowledge: &Knowledge) -> Option<Hint> {
    let may_hint = knowledge.hints && knowledge.colour && cursor == line.len();
    if !may_hint || line.contains('\n') || carries_secret(line, knowledge) {
        return None;
    }
    if knowledge.awaits_new_name
        && let Some(hint) = new_name(line)
    {
        return Some(hint);
    }
    if line.is_empty() {
        return None;
    }
    values_of_setting(line)
        .or_else(|| host(line, knowledge))
        .or_else(|| rest_of_syntax(line, knowledge))
        .or_else(|| past_line(line, knowledge))
}

/// RNTO must follow an accepted RNFR (RFC 959 section 4.1.3).
fn new_name(line: &str) -> Option<Hint> {
    let entry = verbs::entry(&Verb::new(b"RNTO"))?;
    let start = entry.name.get(..line.len())?;
    let is_begun = start.eq_ignore_ascii_case(line) && line.len() < entry.name.len();
    let is_lower_case = line.contains(char::is_lowercase);
    let (name, place) = entry.syntax.split_at(entry.name.len());
    let name = if is_lower_case {
        name.to_ascii_lowercase()
    } else {
        name.to_owned()
    };
    is_begun.then(|| Hint {
        shown: format!("{}{place}", &name[line.len()..]),
        taken: Some(format!("{} ", &name[line.len()..])),
    })
}

/// `set ascii ` waits for one of its values.
fn values_of_setting(line: &str) -> Option<Hint> {
    let (name, arguments) = line.split_once(' ')?;
    let setting = Settings::named(arguments.strip_suffix(' ')?).ok()?;
    (Builtin::named(name) == Some(Builtin::Set)).then(|| Hint {
        shown: setting.values(" | "),
        taken: None,
    })
}

/// `open ` waits for a host, and its first letters for the rest.
fn host(line: &str, knowledge: &Knowledge) -> Option<Hint> {
    let (name, typed) = line.split_once(' ')?;
    if Builtin::named(name) != Some(Builtin::Open) || knowledge.hosts.is_empty() {
        return None;
    }
    if typed.is_empty() {
        return Some(Hint {
            shown: format!("{} | TARGET", knowledge.hosts.join(" | ")),
            taken: None,
        });
    }
    let mut rests = knowledge
        .hosts
        .iter()
        .filter_map(|host| host.strip_prefix(typed));
    let rest = rests.find(|rest| !rest.is_empty())?.to_owned();
    Some(Hint {
        shown: rest.clone(),
        taken: Some(rest),
    })
}

fn rest_of_syntax(line: &str, knowledge: &Knowledge) -> Option<Hint> {
    let (name, arguments) = line.split_once(' ').unwrap_or((line, ""));
    let verb = verbs::entry(&Verb::new(name.as_bytes()));
    let builtin = knowledge.words.builtin(name);
    let is_ours = builtin.is_some() || knowledge.aliases.contains(name);
    let count = if is_ours {
        shell_words(arguments)
    } else {
        sent_words(arguments, verb?)
    };
    let syntax = match (builtin, verb) {
        (Some(builtin), _) => Syntax::read(help::usage_after(builtin, arguments)),
        (None, Some(entry)) if !is_ours => Syntax::of_verb(entry, arguments),
        _ => Syntax::read(knowledge.aliases.usage(name)?),
    };
    let rest = syntax.rest(count);
    let blank = if line.ends_with(' ') { "" } else { " " };
    (!rest.is_empty()).then(|| Hint {
        shown: format!("{blank}{rest}"),
        taken: None,
    })
}

/// How many arguments are there, the one that is being typed included; a path takes all.
fn sent_words(arguments: &str, entry: &VerbEntry) -> usize {
    let words = arguments.split(' ').filter(|word| !word.is_empty()).count();
    let is_path = |place: &str| place == "<path>" || place == "<new-path>";
    match Syntax::of_verb(entry, arguments).place(0) {
        Some(place) if is_path(place) => words.min(1),
        _ => words,
    }
}

fn shell_words(arguments: &str) -> usize {
    let (mut rest, mut count) = (arguments.trim_end(), 0);
    while !rest.is_empty() {
        rest = rest[..open_word(rest).0].trim_end();
        count += 1;
    }
    count
}

fn past_line(line: &str, knowledge: &Knowledge) -> Option<Hint> {
    let past = knowledge.past_lines.latest_after(line)?;
    if past.chars().any(is_hidden) || carries_secret(past, knowledge) {
        return None;
    }
    let rest = past[line.len()..].to_owned();
    Some(Hint {
        shown: rest.clone(),
        taken: Some(rest),
    })
}

fn carries_secret(line: &str, knowledge: &Knowledge) -> bool {
    knowledge.secret_in(line).is_some()
}
