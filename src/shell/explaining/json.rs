//! An explained log as one line of JSON, for programs.

use serde::Serialize;

use crate::evidence::linter;
use crate::explain::{Explained, Wrong};
use crate::shell::screen::script_output::json_line;

#[derive(Serialize)]
struct Report<'a> {
    v: u32,
    file: &'a str,
    program: Option<&'a str>,
    lines: usize,
    sessions: usize,
    not_understood: NotUnderstood<'a>,
    session: Session<'a>,
    problem: Option<Problem<'a>>,
    later: Vec<Problem<'a>>,
    overcome: Vec<Problem<'a>>,
    oddities: Vec<Odd<'a>>,
}

#[derive(Serialize)]
struct NotUnderstood<'a> {
    count: usize,
    first: &'a [usize],
}

#[derive(Serialize)]
struct Session<'a> {
    host: Option<&'a str>,
    port: Option<u16>,
    tls: bool,
    tls_version: Option<&'a str>,
    user: Option<String>,
    logged_in: bool,
    transfers: usize,
    quit: bool,
}

#[derive(Serialize)]
struct Problem<'a> {
    line: usize,
    cause: &'a str,
    text: String,
    command: Option<String>,
    here: Option<&'a str>,
    next: Option<&'a str>,
    server_options: &'a [&'static str],
    in_servers_words: bool,
}

#[derive(Serialize)]
struct Odd<'a> {
    line: usize,
    id: &'a str,
    text: &'a str,
    source: &'a str,
    times: usize,
}

/// The line, with its line end. What could control a terminal is written by its number.
pub(super) fn line(explained: &Explained, file: &str) -> String {
    let story = &explained.story;
    json_line(&Report {
        v: VERSION,
        file,
        program: explained.program,
        lines: explained.lines,
        sessions: explained.sessions,
        not_understood: NotUnderstood {
            count: explained.not_understood,
            first: &explained.first_not_understood,
        },
        session: Session {
            host: story.host.as_deref(),
            port: story.port,
            tls: story.is_under_tls,
            tls_version: story.tls_version(),
            user: story.user.as_deref().map(text_of),
            logged_in: story.is_logged_in,
            transfers: story.transfers,
            quit: story.has_quit,
        },
        problem: explained.problem.as_ref().map(problem),
        later: explained.later.iter().map(problem).collect(),
        overcome: explained.overcome.iter().map(problem).collect(),
        oddities: explained.oddities.iter().map(odd).collect(),
    })
}

fn problem(wrong: &Wrong) -> Problem<'_> {
    let first = wrong.explanations.first();
    let not_empty = |text: &&str| !text.is_empty();
    Problem {
        line: wrong.line,
        cause: wrong.cause(),
        text: text_of(&wrong.text),
        command: wrong
            .command
            .as_ref()
            .map(|command| text_of(&command.masked())),
        here: first.map(|it| it.here.as_str()).filter(not_empty),
        next: first.map(|it| it.next.as_str()).filter(not_empty),
        server_options: &wrong.server_options,
        in_servers_words: first.is_some_and(|it| it.is_in_servers_words),
    }
}

fn odd(found: &linter::Found) -> Odd<'_> {
    Odd {
        line: found.place,
        id: found.oddity.id,
        text: &found.oddity.here,
        source: &found.oddity.source,
        times: found.times,
    }
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// It changes when a field changes its meaning or goes; others may be added.
const VERSION: u32 = 1;
