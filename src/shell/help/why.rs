//! The built-in `why`: the last reply, explained.
//!
//! ```text
//! ftp> why
//! 503 in answer to RNTO b (Gives the file of RNFR its new name)
//!   ...
//!   Here    No RNFR was accepted directly before it, so the server does not know what to rename.
//!   Next    RNFR and the old name, then RNTO b
//! ```

use super::{short, shown_command};
use crate::client::{DataState, Status};
use crate::evidence::event::is_refusal;
use crate::evidence::explanation::Explanation;
use crate::evidence::problems::Problem;
use crate::evidence::reply;
use crate::evidence::rules::Circumstances;
use crate::evidence::words::without_os_codes;
use crate::protocol::user_pi::DataPortUse;
use crate::protocol::{Answered, Verb, reply_codes, verbs};
use crate::shell::charset::Charset;
use crate::shell::help;
use crate::shell::screen::escape::escape;
use crate::shell::screen::page::{Layout, Page};
use crate::shell::screen::painter::list_verbs;

/// Explains a reply on a screen of so many columns; `status` and `circumstances` are those of now. `redirection` is what the
/// line had after the command.
pub(crate) fn explain(
    answered: &Answered,
    redirection: &str,
    status: &Status,
    circumstances: Circumstances,
    charset: Charset,
    columns: usize,
) -> String {
    let mut page = Page::new(columns);
    let code = answered.reply.code;
    page.paragraph(0, &format!("{code} {}", whose(answered, charset)));
    if code.0 < 1000 {
        help::explain_digits(&mut page, code);
    }
    let entry = reply_codes::entry(code);
    let meaning = entry.map_or(
        "No RFC and no server that we know uses this code.",
        |entry| entry.meaning_for(&answered.verb()),
    );
    page.item(&code.to_string(), CODE_COLUMNS, meaning);
    page.gap();
    if !status.connected {
        page.item("State", LABEL_COLUMNS, &state(status));
    }
    let command = shown_command(answered, charset) + &short(&escape(redirection.as_bytes()));
    let fitting: Vec<_> = reply::explain(answered, circumstances, &command).collect();
    explain_here(&mut page, &fitting, status.connected);
    if is_refusal(code) || fitting.iter().any(|it| it.is_in_servers_words) {
        quote_reply(&mut page, answered, charset);
    }
    let verb = answered.verb();
    let first = fitting.first();
    if let Some(entry) = entry {
        let usually = first.map(|it| it.usually).filter(|it| !it.is_empty());
        // Of a success the table says which verbs it answers.
        let of_code = is_refusal(code).then(|| entry.causes_for(&verb));
        let usually = usually.or(of_code).unwrap_or_default();
        if !usually.is_empty() {
            page.item("Usually", LABEL_COLUMNS, usually);
        }
        let is_without_next = fitting
            .iter()
            .all(|explanation| explanation.next.is_empty());
        if is_without_next && status.connected && !entry.next_step.is_empty() {
            page.item("Next", LABEL_COLUMNS, entry.next_step);
        }
    }
    if !status.connected && first.is_none_or(|it| it.next.is_empty()) {
        page.item("Next", LABEL_COLUMNS, "`open` connects again");
    }
    if let Some(entry) = entry {
        let source = first.map(|it| it.source).filter(|it| !it.is_empty());
        page.item("Source", LABEL_COLUMNS, source.unwrap_or(entry.reference));
    }
    if status.connected {
        page.item("State", LABEL_COLUMNS, &state(status));
    }
    if let Some(first) = first {
        page.item("Cause", LABEL_COLUMNS, first.id);
    } else if is_refusal(code) {
        page.item("Cause", LABEL_COLUMNS, "refused");
    }
    page.into_text()
}

/// Explains what did not work; `status` is that of now.
pub(crate) fn explain_problem(
    problem: &Problem,
    status: Option<&Status>,
    charset: Charset,
    columns: usize,
) -> String {
    let text = explain_alone(problem, status, charset, columns);
    if !problem.is_followed_by_success {
        return text;
    }
    let which = match problem.line {
        Some(line) if line > 0 => format!("is that of line {line}"),
        _ => "came at the prompt".to_owned(),
    };
    let mut page = Page::new(columns);
    page.paragraph(
        0,
        &format!("What came last went well. The problem that is left {which}:"),
    );
    page.gap();
    page.into_text() + &text
}

/// As if nothing had come after it.
fn explain_alone(
    problem: &Problem,
    status: Option<&Status>,
    charset: Charset,
    columns: usize,
) -> String {
    let no_event = problem.event.is_none();
    if let (true, Some(answered), Some(status)) = (no_event, &problem.refusal, status) {
        let now = problem.circumstances;
        let redirection = problem.redirection();
        return explain(answered, redirection, status, now, charset, columns);
    }
    let mut page = Page::new(columns);
    let command = match (&problem.refusal, &problem.command) {
        (Some(answered), _) if answered.command.is_some() => shown_command(answered, charset),
        (_, Some(command)) => short(charset.escape(&command.masked()).trim_end()),
        (_, None) => String::new(),
    };
    let command = command + &short(&escape(problem.redirection().as_bytes()));
    let show = |text: &str| without_os_codes(&escape(text.as_bytes()));
    let all = problem.explanations(&command, &show);
    let resumed = problem
        .resumed()
        .map(|names| format!("resume {}", show(names)));
    page.paragraph(0, &subject(problem, resumed.as_ref().unwrap_or(&command)));
    page.gap();
    let is_connected = status.is_some_and(|status| status.connected);
    for (index, it) in all.iter().take(MAX_EXPLANATIONS).enumerate() {
        let label = if index == 0 { "Here" } else { "Or" };
        page.item(label, LABEL_COLUMNS, &in_whose_words(it));
        if index == 0 && !it.next.is_empty() {
            page.item("Next", LABEL_COLUMNS, &from_here(&it.next, is_connected));
        }
    }
    if let Some(answered) = &problem.refusal {
        quote_reply(&mut page, answered, charset);
    }
    if let Some(first) = all.first() {
        for (label, text) in [("Usually", first.usually), ("Source", first.source)] {
            if !text.is_empty() {
                page.item(label, LABEL_COLUMNS, text);
            }
        }
    }
    let state = status.map_or_else(|| "not connected".to_owned(), state);
    page.item("State", LABEL_COLUMNS, &state);
    let cause = all.first().map_or("refused", |it| it.id);
    page.item("Cause", LABEL_COLUMNS, cause);
    page.into_text()
}

fn quote_reply(page: &mut Page, answered: &Answered, charset: Charset) {
    let last = answered.reply.lines.last().map_or(&[][..], Vec::as_slice);
    page.item("Reply", LABEL_COLUMNS, charset.escape(last).trim_end());
}

/// Which line it was.
fn subject(problem: &Problem, command: &str) -> String {
    let what = match command {
        "" => "The last problem".to_owned(),
        command => format!("The last problem, at {command}"),
    };
    match problem.line {
        Some(line) if line > 0 => format!("{what} (line {line})"),
        Some(_) => what,
        None => format!("{what}, at the prompt"),
    }
}

/// What a server's words come to is said to rest on them; `Reply` has the words.
fn in_whose_words(explanation: &Explanation) -> String {
    if explanation.is_in_servers_words {
        format!("Going by the server's words: {}", explanation.here)
    } else {
        explanation.here.clone()
    }
}

/// A step that can be taken from the present state.
fn from_here(next: &str, is_connected: bool) -> String {
    if is_connected {
        return next.to_owned();
    }
    let ended = ENDS_SESSION.iter().find_map(|it| next.strip_prefix(it));
    let next = ended.unwrap_or(next);
    let is_possible = POSSIBLE_ANYWHERE.iter().any(|it| next.starts_with(it));
    if is_possible || next.contains("`open") {
        next.to_owned()
    } else {
        format!("`open`, then log in; then {next}")
    }
}

/// How the steps begin that end or await a session.
const ENDS_SESSION: &[&str] = &[
    "QUIT, then ",
    "QUIT, ",
    "wait for it, or ",
    "wait for it; or ",
];

/// How the steps begin that need no connection.
const POSSIBLE_ANYWHERE: &[&str] = &[
    "`set",
    "`--",
    "`tls probe",
    "`lpwd",
    "`help",
    "another",
    "check",
    "ask",
    "what",
];

/// The explanations that fit best. Without a connection one next step is enough.
fn explain_here(page: &mut Page, explanations: &[Explanation], is_connected: bool) {
    let mut last = "";
    for (index, explanation) in explanations.iter().take(MAX_EXPLANATIONS).enumerate() {
        let label = if index == 0 { "Here" } else { "Or" };
        let next = &explanation.next;
        page.item(label, LABEL_COLUMNS, &in_whose_words(explanation));
        if (is_connected || index == 0) && !next.is_empty() && next != last {
            page.item("Next", LABEL_COLUMNS, &from_here(next, is_connected));
        }
        last = next;
    }
}

fn whose(answered: &Answered, charset: Charset) -> String {
    match &answered.command {
        None if answered.unexpected => "that was not expected".to_owned(),
        None => "as the greeting".to_owned(),
        Some(command) => {
            let about =
                verbs::entry(&command.verb()).map(|entry| entry.summary.trim_end_matches('.'));
            let about = about.map(|about| format!(" ({about})")).unwrap_or_default();
            format!("in answer to {}{about}", shown_command(answered, charset))
        }
    }
}

/// What is known of the session, in a line.
fn state(status: &Status) -> String {
    if !status.connected {
        return "not connected".to_owned();
    }
    let known = &status.learnt;
    let mut parts = vec![
        if known.logged_in {
            "logged in"
        } else {
            "not logged in"
        }
        .to_owned(),
        format!("TYPE {}", known.parameters.effective_type()),
        match known.data_port {
            None => "no PASV or PORT is pending",
            Some(DataPortUse::Passive) if status.data == DataState::Closed => {
                "the last PASV or EPSV has no data connection"
            }
            Some(DataPortUse::Passive) if status.data == DataState::Dialling => {
                "the port of the last PASV or EPSV has not answered yet"
            }
            Some(DataPortUse::Passive) => "a PASV or EPSV is pending",
            Some(DataPortUse::Active) => "a PORT or EPRT is pending",
        }
        .to_owned(),
    ];
    if let Some(marker) = known.pending_restart {
        parts.push(format!("REST {} is pending", marker.0));
    }
    if known.pending_rename {
        parts.push("RNFR waits for RNTO".to_owned());
    }
    if known.epsv_all {
        parts.push("EPSV ALL is in force".to_owned());
    }
    if !status.outstanding.is_empty() {
        let outstanding: &[Verb] = &status.outstanding;
        parts.push(format!(
            "replies are outstanding for {}",
            list_verbs(outstanding)
        ));
    }
    parts.join("; ")
}

/// More than so many explanations confuse.
const MAX_EXPLANATIONS: usize = 2;
const CODE_COLUMNS: usize = 7;
const LABEL_COLUMNS: usize = 10;
