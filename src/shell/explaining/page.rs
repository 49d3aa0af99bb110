//! An explained log as a page for people.

use std::ffi::OsStr;

use crate::evidence::linter;
use crate::evidence::problems::NOT_REACHED;
use crate::explain::{Explained, Story, Wrong};
use crate::shell::line::shown_word;
use crate::shell::screen::escape::escape;
use crate::shell::screen::page::{Layout, Page};
use crate::shell::screen::painter::count;

/// The page for a log of this name; `-` cannot be read again.
pub(super) fn text(explained: &Explained, name: &OsStr, columns: usize) -> String {
    let given = name;
    let is_file = given != "-";
    let name = escape(given.as_encoded_bytes());
    let is_exact = name.as_bytes() == given.as_encoded_bytes();
    let mut page = Page::new(columns);
    page.paragraph(0, &head(explained, &name));
    item(&mut page, "what happened", &story(explained));
    match &explained.problem {
        Some(problem) => show_problem(&mut page, problem),
        None => item(
            &mut page,
            "went wrong",
            "nothing that the client did not get over",
        ),
    }
    if let Some(problem) = &explained.problem {
        if let Some(line) = live(&explained.story, problem) {
            item(&mut page, "see it live", &line);
        }
        let is_served =
            explained.has_dialogue && !has_cause(explained, &["connect-failed", "not-ftp"]);
        if is_file && is_served && is_exact {
            let word = as_word(&name);
            item(
                &mut page,
                "reproduce it",
                &format!("ftpsh practice --from {word}"),
            );
        }
    }
    show_wrong(&mut page, "later", &explained.later);
    show_wrong(&mut page, "got over", &explained.overcome);
    let odd: Vec<String> = explained.oddities.iter().map(oddity).collect();
    show_few(&mut page, "odd", &odd);
    page.into_text()
}

/// The name of a file as a word of a shell's line, and not an option.
fn as_word(name: &str) -> String {
    let dot = if name.starts_with('-') { "./" } else { "" };
    shown_word(&format!("{dot}{name}"))
}

fn head(explained: &Explained, name: &str) -> String {
    let program = explained.program.unwrap_or("a dialogue");
    let sessions = count(explained.sessions as u64, "session");
    let lines = count(explained.lines as u64, "line");
    let numbers: Vec<String> = explained
        .first_not_understood
        .iter()
        .map(usize::to_string)
        .collect();
    let more = if explained.not_understood > numbers.len() {
        ", ..."
    } else {
        ""
    };
    let not_understood = match explained.not_understood {
        0 => String::new(),
        all => {
            let word = if all == 1 { "line" } else { "lines" };
            format!(
                ", not understood: {all} ({word} {}{more})",
                numbers.join(", ")
            )
        }
    };
    format!("{name}: {program}, {sessions}, {lines}{not_understood}")
}

fn has_cause(explained: &Explained, causes: &[&str]) -> bool {
    let problem = explained.problem.as_ref();
    problem.is_some_and(|problem| causes.contains(&problem.cause()))
}

/// What happened, part by part.
fn story(explained: &Explained) -> String {
    let story = &explained.story;
    let mut parts = Vec::new();
    let is_connected = !has_cause(explained, &["connect-failed"]);
    let connected = if is_connected {
        "connected to"
    } else {
        "no connection to"
    };
    match (&story.host, story.port) {
        (Some(host), Some(port)) if port != 21 => {
            parts.push(format!("{connected} {}:{port}", escape(host.as_bytes())));
        }
        (Some(host), _) => parts.push(format!("{connected} {}", escape(host.as_bytes()))),
        (None, _) => {}
    }
    match story.tls_version() {
        Some(version) => parts.push(format!("TLS {version}")),
        None if story.is_under_tls => parts.push("TLS".to_owned()),
        None => {}
    }
    match (&story.user, story.is_logged_in) {
        (Some(user), true) => parts.push(format!("logged in as {}", escape(user))),
        (Some(user), false) if !story.has_replies && !story.lacks_replies => {
            parts.push(format!("user {}", escape(user)));
        }
        (Some(user), false) => parts.push(format!("not logged in, as {}", escape(user))),
        (None, true) => parts.push("logged in".to_owned()),
        (None, false) => {}
    }
    if story.transfers > 0 {
        parts.push(count(story.transfers as u64, "transfer"));
    }
    if has_cause(explained, NOT_REACHED) {
        parts.push("the data connection failed".to_owned());
    } else if has_cause(explained, &["data-port-unused"]) {
        // What the last reply offers is told below, if it matters.
        if story.unused_offer.is_none() {
            parts.push("no transfer followed the last reply".to_owned());
        }
    } else if let Some(command) = explained
        .problem
        .as_ref()
        .and_then(|it| it.command.as_ref())
    {
        let verb = escape(command.verb().as_bytes());
        let came_to = match has_cause(explained, &["type-a-changed-bytes"]) {
            true => "changed bytes",
            false => "failed",
        };
        parts.push(format!("{verb} {came_to}"));
    } else if explained.problem.is_none() && story.has_quit {
        parts.push("QUIT".to_owned());
    }
    if story.lacks_replies {
        parts.push("the replies are not in the log".to_owned());
    }
    if let Some(offer) = &story.unused_offer {
        parts.push(format!(
            "the last reply offers {offer}: from another network nothing reaches it"
        ));
    }
    if parts.is_empty() {
        return "no command was answered".to_owned();
    }
    parts.join("; ")
}

fn show_problem(page: &mut Page, problem: &Wrong) {
    let what = match escape(&problem.text) {
        text if text.trim().is_empty() => without_reply(problem),
        text => text.trim().to_owned(),
    };
    item(
        page,
        "went wrong",
        &format!("line {}: {what}", problem.line),
    );
    let Some(first) = problem.explanations.first() else {
        return item(page, "cause", "refused: the reply says no more");
    };
    let mut sources = Vec::new();
    if first.is_in_servers_words {
        sources.push("the server's words");
    }
    if !first.source.is_empty() {
        sources.push(first.source);
    }
    let sources = match sources.is_empty() {
        true => String::new(),
        false => format!("   ({})", sources.join("; ")),
    };
    item(
        page,
        "cause",
        &format!("{}: {}{sources}", first.id, first.here),
    );
    if let Some(other) = problem.explanations.get(1) {
        item(page, "or", &format!("{}: {}", other.id, other.here));
    }
    if !first.usually.is_empty() {
        item(page, "usually", first.usually);
    }
    if !first.next.is_empty() {
        item(page, "what helps", &first.next);
    }
    if !problem.server_options.is_empty() {
        item(page, "server option", &problem.server_options.join("   "));
    }
}

fn without_reply(problem: &Wrong) -> String {
    match &problem.command {
        Some(command) => format!(
            "{} has no final reply",
            escape(&command.masked()).trim_end()
        ),
        None => "nothing came".to_owned(),
    }
}

/// The line that shows the same on the real server.
fn live(story: &Story, problem: &Wrong) -> Option<String> {
    let host = escape(story.host.as_deref()?.as_bytes());
    let scheme = match (story.is_implicit, story.is_under_tls || story.is_explicit) {
        (true, _) => "ftps",
        (false, true) => "ftpes",
        (false, false) => "ftp",
    };
    let usual = if story.is_implicit { 990 } else { 21 };
    let port = story.port.filter(|port| *port != usual);
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let host = if host.contains(':') {
        format!("[{host}]")
    } else {
        host
    };
    let user = story
        .user
        .as_deref()
        .map(escape)
        .filter(|user| is_plain(user));
    let user = user.map(|user| format!("{user}@")).unwrap_or_default();
    let target = match (scheme, user.as_str()) {
        ("ftp", "") => format!("ftpsh {host}{port}"),
        _ => format!("ftpsh {scheme}://{user}{host}{port}"),
    };
    // The scheme sends AUTH.
    let steps = match story.is_explicit && problem.is_of("AUTH") {
        true => Vec::new(),
        false => steps(problem),
    };
    Some(match steps.is_empty() {
        true => target,
        false => format!("{target}   then: {}", steps.join(", ")),
    })
}

fn is_plain(text: &str) -> bool {
    (1..=LONGEST_USER).contains(&text.len())
        && text
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || "._-".contains(it))
}

fn steps(problem: &Wrong) -> Vec<String> {
    let Some(command) = &problem.command else {
        return Vec::new();
    };
    let verb = command.verb();
    if ["USER", "PASS", "ACCT", "QUIT"]
        .iter()
        .any(|name| verb.is(name))
    {
        return Vec::new();
    }
    let mut steps = Vec::new();
    if problem.cause() == "tls-session-reuse-required" {
        steps.push("set tls-resume off".to_owned());
    }
    let commands = problem.steps.iter().chain([command]);
    steps.extend(commands.map(|command| escape(&command.masked()).trim_end().to_owned()));
    steps
}

fn show_wrong(page: &mut Page, label: &str, all: &[Wrong]) {
    let lines: Vec<String> = all
        .iter()
        .map(|wrong| {
            let what = match escape(&wrong.text) {
                text if text.trim().is_empty() => without_reply(wrong),
                text => text.trim().to_owned(),
            };
            format!("line {}: {}: {what}", wrong.line, wrong.cause())
        })
        .collect();
    show_few(page, label, &lines);
}

fn oddity(found: &linter::Found) -> String {
    let times = match found.times {
        1 => String::new(),
        times => format!(" ({times} times)"),
    };
    let here = escape(found.oddity.here.as_bytes());
    let (id, source) = (found.oddity.id, &found.oddity.source);
    format!("line {}: {id}: {here} {source}{times}", found.place)
}

fn show_few(page: &mut Page, label: &str, lines: &[String]) {
    page.items(label, LABEL_COLUMNS, &lines[..lines.len().min(SHOWN)]);
    if lines.len() > SHOWN {
        let more = format!("and {} more: --json has them", lines.len() - SHOWN);
        item(page, "", &more);
    }
}

fn item(page: &mut Page, label: &str, text: &str) {
    page.item(label, LABEL_COLUMNS, text);
}

const LABEL_COLUMNS: usize = 16;
/// A longer one is cut.
const LONGEST_USER: usize = 100;
/// Lines below one label.
const SHOWN: usize = 10;

#[cfg(test)]
mod tests {
    use super::as_word;

    #[test]
    fn the_name_of_a_log_is_a_word_of_a_shell() {
        for (name, meant) in [
            ("/tmp/a-1.txt", "/tmp/a-1.txt"),
            ("-c02.txt", "./-c02.txt"),
            ("c 02 $(id);x.txt", "c 02 $(id);x.txt"),
            ("it's", "it's"),
        ] {
            assert_eq!(shlex::split(&as_word(name)).unwrap(), [meant]);
        }
    }
}
