use std::collections::HashSet;

use super::{CASES, all, hint, meant, warning};
use crate::protocol::user_pi::UserPi;
use crate::protocol::{Answered, Command, REPLY_CODES, VERBS};

const TABLE: &str = include_str!("hints.table");

/// The machine behind a dialogue as the table writes it.
fn after(dialogue: &str) -> UserPi {
    let (mut pi, _) = UserPi::new();
    pi.receive(b"220 ready\r\n");
    for step in dialogue.split(" ; ").map(str::trim) {
        let step = if step == "LOGIN" {
            "USER A -> 230 in"
        } else {
            step
        };
        let mut lines = step.split(" -> ");
        let command = lines.next().unwrap();
        pi.send(&Command::new(command).unwrap());
        for reply in lines {
            pi.receive(format!("{reply}\r\n").as_bytes());
        }
    }
    pi
}

fn answered(dialogue: &str) -> Answered {
    after(dialogue).last_answered().unwrap().clone()
}

fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(" => ").unwrap())
}

#[test]
fn the_hint_is_that_of_the_table() {
    assert!(rows().count() > 50);
    for (dialogue, expected) in rows() {
        let hint = hint(&answered(dialogue));
        assert_eq!(hint.as_deref().unwrap_or("-"), expected, "{dialogue}");
    }
}

#[test]
fn a_hint_is_one_line_that_fits_a_screen() {
    for (dialogue, hint) in rows() {
        assert!(
            hint.len() <= 100 && !hint.contains('\n'),
            "{dialogue}: {hint}"
        );
    }
}

#[test]
fn every_case_that_hints_is_in_the_table() {
    let shown: HashSet<&str> = rows().map(|(_, hint)| hint).collect();
    let hinting = CASES.iter().copied().flatten();
    for case in hinting.filter(|case| !case.hint.is_empty()) {
        let parts: Vec<&str> = case.hint.split("{}").collect();
        let has_all = |hint: &&&str| parts.iter().all(|part| hint.contains(part));
        assert!(
            shown.iter().any(|hint| has_all(&hint)),
            "no row shows: {}",
            case.hint
        );
    }
}

#[test]
fn every_refusal_of_every_verb_is_explained() {
    for verb in VERBS {
        for row in REPLY_CODES.iter().filter(|row| row.code.is_negative()) {
            let dialogue = format!("LOGIN ; {} x -> {} no", verb.name, row.code);
            let all = all(&answered(&dialogue));
            let is_written = all.iter().all(|advice| advice.cause.ends_with('.'));
            assert!(
                is_written && (!all.is_empty() || !row.causes.is_empty()),
                "{dialogue}"
            );
        }
    }
}

#[test]
fn a_password_that_was_typed_without_pass_is_not_repeated() {
    for code in [500, 502, 530] {
        let answered = answered(&format!("USER A -> 331 go on ; hunter2 -> {code} no"));
        let said = format!("{:?}", all(&answered));
        assert!(!said.to_lowercase().contains("hunter2"), "{said}");
        assert_eq!(super::shown_command(&answered), "that line");
    }
}

#[test]
fn a_long_line_is_not_repeated_whole() {
    let long = "x".repeat(4000);
    let answered = answered(&format!("LOGIN ; SIZE {long} -> 550 no"));
    let hint = hint(&answered).unwrap();
    assert!(hint.starts_with("next: TYPE I, then SIZE xxx") && hint.ends_with("..."));
    assert!(hint.len() < 80, "{hint}");
}

#[test]
fn a_word_without_help_is_compared_with_the_verbs() {
    assert_eq!(meant("szie").as_deref(), Some("SIZE"));
    assert_eq!(meant("frobnicate"), None);
}

#[test]
fn an_append_with_a_marker_is_warned_about() {
    let known = after("LOGIN ; TYPE I -> 200 ok ; REST 5 -> 350 ok");
    let warned = |line: &str| warning(&Command::new(line).unwrap(), known.learnt());
    assert!(warned("APPE f").unwrap().contains("REST 5"));
    assert_eq!(warned("STOR f"), None);
    let cleared = after("LOGIN ; REST 5 -> 350 ok ; REST 0 -> 350 ok");
    assert_eq!(
        warning(&Command::new("APPE f").unwrap(), cleared.learnt()),
        None
    );
}
