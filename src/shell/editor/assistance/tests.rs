//! The tables: a line on the left, what is made of it on the right.

use std::path::Path;

use super::{Knowledge, LocalName, Mark, PastLines, complete, hint, marks};
use crate::protocol::Command;
use crate::shell::config::aliases::Aliases;
use crate::shell::help;
use crate::shell::line;

const NAMES: &[u8] =
    b"1.TXT\r\na file\r\na > b\r\nit's\r\ngr\xc3\xb6\xc3\x9fe\r\nesc\x1b[2J\r\nlatin\xe9\r\n\
    bidi\xe2\x80\xae\r\ntab\there\r\npub/x\r\n/etc\r\n";

/// As if these names, lines, files and aliases were there.
fn knowledge() -> Knowledge {
    let mut aliases = Aliases::shipped();
    aliases
        .define("in", &["PASS $1".to_owned()], &help::is_verb)
        .unwrap();
    let mut knowledge = Knowledge::new(aliases, true);
    knowledge.list_folder = |folder: &Path| {
        let names: &[&str] = match folder.to_str() {
            Some(".") => &["1.TXT", "my file", "my film", "dir/", ".hidden", "x\x1b"],
            Some("dir/") => &["in dir"],
            Some("/home/me/" | "/home/me") => &["notes"],
            _ => &[],
        };
        let local = |name: &&str| LocalName {
            name: name.trim_end_matches('/').to_owned(),
            is_folder: name.ends_with('/'),
        };
        names.iter().map(local).collect()
    };
    knowledge.hosts = ["home", "work", "work2"].map(str::to_owned).into();
    knowledge.home = Some("/home/me".into());
    let lines = [
        "USER A",
        "LIST -la",
        "PWD",
        "SIZE 1.TXT",
        "open ftp://me:hunter2@h/",
        "XYZZY \x1b[2J",
        "PASS hunter2",
    ];
    knowledge.past_lines = PastLines::new(lines.map(str::to_owned));
    let nlst = Command::new("NLST").unwrap();
    knowledge.remote_names.learn_listing(&nlst, NAMES);
    knowledge
}

/// Compares each row of a table; `^` is the cursor, the end of the line unless said.
fn assert_table(table: &str, result: impl Fn(&str, usize) -> String) {
    let rows = table
        .lines()
        .filter(|row| !row.is_empty() && !row.starts_with("# "));
    let mut wrong = Vec::new();
    let mut count = 0;
    for row in rows {
        let (typed, expected) = row
            .split_once(" => ")
            .unwrap_or_else(|| panic!("no => in {row:?}"));
        let line = typed.replacen('^', "", 1);
        let result = result(&line, typed.find('^').unwrap_or(line.len()));
        if result != expected {
            wrong.push(format!("{typed} => {result}\n  but wanted {expected}"));
        }
        count += 1;
    }
    assert!(count > 0 && wrong.is_empty(), "{}", wrong.join("\n"));
}

fn shown_or_nothing(text: String) -> String {
    if text.is_empty() {
        "(nothing)".to_owned()
    } else {
        text
    }
}

/// What the line becomes with each candidate.
fn completed(line: &str, cursor: usize, knowledge: &Knowledge) -> String {
    let completion = complete(line, cursor, knowledge);
    let lines = completion.candidates.iter().map(|candidate| {
        let start = &line[..completion.start];
        format!("{start}{}{}", candidate.replacement, &line[cursor..]).replace(' ', "·")
    });
    shown_or_nothing(lines.collect::<Vec<_>>().join(" "))
}

#[test]
fn completion_is_as_in_its_table() {
    let knowledge = knowledge();
    assert_table(include_str!("tables/completion.txt"), |line, cursor| {
        completed(&line.replace('·', " "), cursor_in(line, cursor), &knowledge)
    });
}

#[test]
fn where_a_secret_is_asked_a_line_without_a_known_word_is_stars_and_brings_no_hint() {
    let mut knowledge = knowledge();
    knowledge.secret_is_asked = true;
    for line in [
        "x",
        "hunter2",
        "PAS x",
        "PASSx",
        "PAASS x",
        "PA",
        "quote x",
        "quote PAS x",
    ] {
        let all = (0..line.len(), Mark::Secret);
        assert_eq!(marks(line, &knowledge), [all], "{line}");
        assert_eq!(hint(line, line.len(), &knowledge), None, "{line}");
    }
    assert_eq!(marks(" x y", &knowledge), [(1..4, Mark::Secret)]);
    for line in [
        "PASS",
        "USER a",
        "quote SIZE f",
        "quote -x NOOP",
        "help",
        "ls",
        "!ls",
        "",
        " ",
    ] {
        let marks = marks(line, &knowledge);
        let is_secret = marks.iter().any(|(_, mark)| *mark == Mark::Secret);
        assert!(!is_secret, "{line}: {marks:?}");
    }
    assert_eq!(marks("PASS x", &knowledge)[1], (5..6, Mark::Secret));
}

/// `·` stands for a blank in the tables, and takes two bytes.
fn cursor_in(line: &str, cursor: usize) -> usize {
    cursor - line[..cursor].matches('·').count()
}

fn hinted(line: &str, cursor: usize, knowledge: &Knowledge) -> String {
    let line_typed = line.replace('·', " ");
    let hint = hint(&line_typed, cursor_in(line, cursor), knowledge);
    let shown = hint.map(|hint| {
        let taken = hint
            .taken
            .map(|taken| format!(" taken:{}", taken.replace(' ', "·")));
        format!(
            "{}{}",
            hint.shown.replace(' ', "·"),
            taken.unwrap_or_default()
        )
    });
    shown_or_nothing(shown.unwrap_or_default())
}

#[test]
fn hints_are_as_in_their_table() {
    let knowledge = knowledge();
    let table = include_str!("tables/hints.txt");
    assert_table(table, |line, cursor| hinted(line, cursor, &knowledge));
}

#[test]
fn after_an_accepted_rnfr_the_hint_is_rnto() {
    let mut knowledge = knowledge();
    knowledge.awaits_new_name = true;
    let table = include_str!("tables/hints_after_rnfr.txt");
    assert_table(table, |line, cursor| hinted(line, cursor, &knowledge));
}

#[test]
fn without_colour_or_with_hints_off_there_is_no_hint() {
    let mut knowledge = knowledge();
    assert!(hint("APPE", 4, &knowledge).is_some());
    knowledge.hints = false;
    assert_eq!(hint("APPE", 4, &knowledge), None);
    knowledge.hints = true;
    knowledge.colour = false;
    assert_eq!(hint("APPE", 4, &knowledge), None);
}

#[test]
fn marks_are_as_in_their_table() {
    let knowledge = knowledge();
    assert_table(include_str!("tables/marks.txt"), |line, _| {
        let line = line.replace('·', " ");
        let marks = marks(&line, &knowledge);
        let parts = marks.into_iter().map(|(range, mark)| {
            let name = match mark {
                Mark::Verb => "verb",
                Mark::UnknownVerb => "unknown",
                Mark::OwnWord => "ours",
                Mark::Operator => "operator",
                Mark::Path => "path",
                Mark::Secret => "secret",
                Mark::Refused => "refused",
            };
            format!("{name}:{}", line[range].replace(' ', "·"))
        });
        shown_or_nothing(parts.collect::<Vec<_>>().join(" "))
    });
}

/// Lines of all kinds, and each of their beginnings.
fn beginnings() -> impl Iterator<Item = String> {
    let tables = [
        include_str!("tables/completion.txt"),
        include_str!("tables/hints.txt"),
        include_str!("tables/marks.txt"),
    ];
    let lines = tables
        .into_iter()
        .flat_map(str::lines)
        .filter_map(|row| row.split_once(" => "))
        .map(|(line, _)| line.replace('·', " ").replace('^', ""));
    lines.flat_map(|line| {
        let ends: Vec<usize> = line.char_indices().map(|(at, _)| at).collect();
        ends.into_iter().map(move |end| line[..end].to_owned())
    })
}

#[test]
fn nothing_that_could_mislead_is_ever_offered_or_suggested() {
    let knowledge = knowledge();
    for line in beginnings() {
        let completion = complete(&line, line.len(), &knowledge);
        for candidate in completion.candidates {
            for text in [&candidate.shown, &candidate.replacement] {
                assert!(
                    !text.chars().any(crate::protocol::hidden::is_hidden),
                    "{line}"
                );
            }
        }
        if let Some(hint) = hint(&line, line.len(), &knowledge) {
            assert!(!hint.shown.contains("hunter2"), "{line}");
            assert!(!hint.shown.contains('\x1b'), "{line}");
        }
    }
}

#[test]
fn a_completed_path_of_a_raw_command_is_sent_as_it_was_seen() {
    let knowledge = knowledge();
    for verb in ["RETR ", "SIZE ", "STOR ", "quote RETR ", "LIST -la "] {
        let completion = complete(verb, verb.len(), &knowledge);
        assert!(completion.candidates.len() > 4, "{verb}");
        for candidate in completion.candidates {
            let line = format!("{}{}", &verb[..completion.start], candidate.replacement);
            let sent = match line::read(line.as_bytes(), &|_| false) {
                Ok(line::Line::Raw {
                    command,
                    redirection: None,
                }) => command,
                Ok(line::Line::Quote(command)) => command,
                other => panic!("{line}: {other:?}"),
            };
            assert!(sent.line().ends_with(candidate.shown.as_bytes()), "{line}");
        }
    }
}

#[test]
fn a_tab_on_an_empty_line_offers_what_lines_often_begin_with_and_not_every_word() {
    let offered = complete("", 0, &knowledge()).candidates;
    assert!((10..25).contains(&offered.len()), "{offered:?}");
    let mut sorted = offered.clone();
    sorted.sort();
    assert_eq!(offered, sorted);
}
