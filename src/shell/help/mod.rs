//! Help out of the tables: lines, built-ins, aliases, verbs, reply codes.

mod builtins;
mod codes;
pub(crate) mod command_line;
mod compared_size;
mod first_steps;
mod glossary;
pub(crate) mod hints;
pub(crate) mod manual;
mod surroundings;
mod verb;
pub(crate) mod why;

use super::config::aliases::Aliases;
use super::editor::HAS_ESCAPE_KEY;
use super::line::{Builtin, Words};
use super::screen::escape::escape;
use super::screen::page::{Layout, Page};
use crate::client::{DataState, Status};
use crate::evidence::rules::{self, Circumstances};
use crate::practice::FAULTS;
use crate::protocol::user_pi::DataPortUse;
use crate::protocol::{Answered, Verb, verbs};
use crate::shell::charset::Charset;
use crate::shell::config::settings::Settings;

use builtins::{BUILTINS, GROUPS, LESSON_WORDS, LINES};

pub(super) use codes::explain_digits;

/// What `help` prints on a screen of so many columns.
pub(crate) fn overview(aliases: &Aliases, words: Words, columns: usize) -> String {
    let mut page = Page::new(columns);
    if words == Words::OfLesson {
        page.paragraph(0, "In a lesson:");
        for (_, usage, about) in LESSON_WORDS {
            page.item(usage, OVERVIEW_COLUMNS, about);
        }
        page.gap();
    }
    page.paragraph(
        0,
        "What you type is sent as it is, unless it begins with a built-in or an alias in lower case, or with !",
    );
    for (line, about) in LINES {
        page.item(line, OVERVIEW_COLUMNS, about);
    }
    page.paragraph(
        0,
        "Tab completes, and the right arrow key takes what is shown in grey.",
    );
    page.paragraph(
        0,
        "Ctrl-C in a transfer sends ABOR, a second one drops the data connection; Ctrl-D quits.",
    );
    if HAS_ESCAPE_KEY {
        page.paragraph(
            0,
            "Ctrl-] gives the prompt: a transfer from or to a file goes on in the background, any other reply is shown when it \
             comes.",
        );
    }
    page.gap();
    page.paragraph(0, "Built-ins, in lower case");
    for (group, members) in GROUPS {
        page.heading(group);
        for name in *members {
            let (_, usage, about) = builtins::row(*name);
            page.item(usage, OVERVIEW_COLUMNS, about);
        }
    }
    page.gap();
    let names: Vec<String> = aliases
        .names()
        .map(|name| escape(name.as_bytes()))
        .collect();
    page.paragraph(
        0,
        &format!(
            "Aliases (`alias` prints what each sends): {}",
            names.join(" ")
        ),
    );
    page.paragraph(
        0,
        "`help VERB`, `help CODE` and `help WORD` explain FTP's own (`help words` lists the words), `why` the last problem; \
         HELP asks the server.",
    );
    page.into_text()
}

/// What `help TOPIC` prints; `None` for an unknown topic. `SITE CHMOD` is one topic of two words.
pub(crate) fn topic(
    topic: &[String],
    aliases: &Aliases,
    words: Words,
    columns: usize,
) -> Option<String> {
    let (first, rest) = topic.split_first()?;
    let mut page = Page::new(columns);
    if let Some(name) = words.builtin(first) {
        if !builtins::explain(&mut page, name, rest) {
            return None;
        }
    } else if first == "quote" {
        builtins::explain_quote(&mut page);
    } else if let Ok(lines) = aliases.describe(first) {
        return Some(escaped(&lines).join("\n    "));
    } else {
        let is_known = explain_ftp(&mut page, topic, first, rest, words);
        let is_setting = builtins::explain_setting(&mut page, first);
        return (is_known || is_setting).then(|| page.into_text());
    }
    Some(page.into_text())
}

/// A code, a verb, or a word; `false` if it is none.
fn explain_ftp(
    page: &mut Page,
    topic: &[String],
    first: &str,
    rest: &[String],
    words: Words,
) -> bool {
    if first == "words" && rest.is_empty() {
        glossary::list(page);
        return true;
    }
    // `data connection` is a word, and so is `type a`.
    if !rest.is_empty() && glossary::explain(page, &topic.join(" ")) {
        return true;
    }
    codes::explain(page, first)
        || verb::explain(page, first, rest)
        || glossary::explain(page, first)
        || explain_fault(page, first)
        || explain_elsewhere(page, first, words)
}

/// A fault of the practice server, as lesson 17 lists them; `false` if it is none.
fn explain_fault(page: &mut Page, name: &str) -> bool {
    let Some(fault) = FAULTS.iter().find(|it| it.name == name) else {
        return false;
    };
    page.paragraph(
        0,
        &format!("{}: a fault of the practice server", fault.usage()),
    );
    page.paragraph(2, fault.summary);
    true
}

/// The words that `help` explains and that are one word.
pub(crate) fn glossary_words() -> impl Iterator<Item = &'static str> {
    let words = glossary::all().map(|term| term.word);
    words.filter(|word| !word.contains(' '))
}

/// A word of other clients, and what it is here; `false` if it is not one.
fn explain_elsewhere(page: &mut Page, word: &str, words: Words) -> bool {
    let Some(said) = rules::elsewhere(word, builtins_of(words)) else {
        return false;
    };
    page.paragraph(0, &format!("{} {said}", escape(word.as_bytes())));
    true
}

/// How a built-in is called.
pub(crate) fn usage(name: Builtin) -> &'static str {
    let mut all = BUILTINS.iter().chain(LESSON_WORDS);
    all.find(|(known, ..)| *known == name)
        .map_or("help", |(_, usage, _)| usage)
}

/// How a built-in is called whose first arguments are these.
pub(crate) fn usage_after(name: Builtin, arguments: &str) -> &'static str {
    let first = arguments.split_whitespace().next();
    let form = builtins::TLS
        .iter()
        .find(|(word, ..)| name == Builtin::Tls && first == Some(word));
    form.map_or_else(|| usage(name), |(_, usage, _)| usage)
}

/// The words that may stand first after `tls`.
pub(crate) fn tls_words() -> impl Iterator<Item = &'static str> {
    builtins::TLS.iter().map(|(word, ..)| *word)
}

/// Whether a name, in any case, is an FTP verb.
pub(crate) fn is_verb(name: &str) -> bool {
    verbs::entry(&Verb::new(name.as_bytes())).is_some()
}

/// What no reply tells, as it is now.
pub(crate) fn circumstances(status: &Status, settings: &Settings, words: Words) -> Circumstances {
    Circumstances {
        is_connected: status.connected,
        is_under_tls: status.control_tls.is_some(),
        seen_from: None,
        is_proxied: status.is_proxied,
        lacks_data_connection: status.data == DataState::Closed
            && status.learnt.data_port == Some(DataPortUse::Passive),
        resumes_tls: settings.tls_resume,
        sends_close_notify: settings.tls_close_notify,
        abort_is_unanswered: status.abort_unanswered,
        builtin: builtins_of(words),
    }
}

/// What names a built-in, for a word that is one.
pub(crate) fn builtins_of(words: Words) -> fn(&str) -> Option<&'static str> {
    match words {
        Words::Usual => |word| Words::Usual.builtin(word).map(Builtin::name),
        Words::OfLesson => |word| Words::OfLesson.builtin(word).map(Builtin::name),
    }
}

/// The command as it may be shown. Somebody who was asked for a password may have typed it without PASS.
pub(crate) fn shown_command(answered: &Answered, charset: Charset) -> String {
    match &answered.command {
        None => String::new(),
        Some(_) if rules::may_be_secret(answered) => "that line".to_owned(),
        Some(command) => short(charset.escape(&command.masked()).trim_end()),
    }
}

/// A line that is repeated in another must leave room for it.
fn short(text: &str) -> String {
    if text.chars().count() <= LONGEST_REPEATED {
        return text.to_owned();
    }
    let kept: String = text.chars().take(LONGEST_REPEATED).collect();
    format!("{kept}...")
}

const LONGEST_REPEATED: usize = 40;

fn escaped(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| escape(line.as_bytes())).collect()
}

const OVERVIEW_COLUMNS: usize = 36;

#[cfg(test)]
mod tests;
