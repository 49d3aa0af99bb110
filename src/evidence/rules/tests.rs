use std::collections::HashSet;

use super::{
    Circumstances, Explanation, RULES, all, may_be_secret, meant, sends_data_in_clear,
    swallows_abort, tls, warning,
};
use crate::evidence::cause::Cause;
use crate::protocol::user_pi::{DataPortUse, Event, Learnt, UserPi};
use crate::protocol::{Answered, Command, REPLY_CODES, VERBS};

const TABLE: &str = include_str!("hints.table");

/// The machine after a dialogue as the table writes it, and the circumstances that it has made.
fn played(dialogue: &str) -> (UserPi, Circumstances) {
    let (mut pi, _) = UserPi::new();
    let mut now = Circumstances {
        is_connected: true,
        ..Circumstances::at_first(builtin)
    };
    pi.receive(b"220 ready\r\n");
    for step in dialogue.split(" ; ").map(str::trim) {
        let step = if step == "LOGIN" {
            "USER A -> 230 in"
        } else {
            step
        };
        match step {
            "(through a proxy)" => now.is_proxied = true,
            "set tls-resume off" => now.resumes_tls = false,
            "set tls-close-notify off" => now.sends_close_notify = false,
            _ => {}
        }
        let mut lines = step.split(" -> ");
        let command = lines.next().unwrap();
        if step == command {
            continue;
        }
        pi.send(&Command::new(command).unwrap());
        for reply in lines {
            pi.receive(format!("{reply}\r\n").as_bytes());
        }
        while let Some(event) = pi.next_event() {
            match event {
                Event::TlsAgreed => {
                    pi.begin_protected();
                    now.is_under_tls = true;
                }
                Event::TlsEndAgreed => now.is_under_tls = false,
                _ => {}
            }
        }
    }
    (pi, now)
}

fn after(dialogue: &str) -> UserPi {
    played(dialogue).0
}

fn answered(dialogue: &str) -> Answered {
    after(dialogue).last_answered().unwrap().clone()
}

fn builtin(word: &str) -> Option<&'static str> {
    ["exit", "help"].into_iter().find(|name| *name == word)
}

/// As the shell shows it.
fn shown(answered: &Answered) -> String {
    let line = answered.command.as_ref().map(Command::masked);
    let line = line.filter(|_| !may_be_secret(answered));
    String::from_utf8(line.unwrap_or_default()).unwrap()
}

fn all_of(pi: &UserPi, now: Circumstances) -> Vec<Explanation> {
    let answered = pi.last_answered().unwrap();
    all(answered, now, &shown(answered)).collect()
}

fn explanations(dialogue: &str) -> Vec<Explanation> {
    let (pi, now) = played(dialogue);
    all_of(&pi, now)
}

fn hint_after(dialogue: &str) -> Option<String> {
    let (pi, now) = played(dialogue);
    all_of(&pi, now).into_iter().find_map(|it| it.hint)
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
        let hint = hint_after(dialogue);
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
    let rules = RULES.iter().copied().flatten();
    for hint in rules.filter_map(|rule| Cause::named(rule.cause).hint()) {
        let after_place = |part: &'_ str| {
            part.split_once('}')
                .map_or(part, |(_, after)| after)
                .to_owned()
        };
        let parts: Vec<String> = hint.split('{').map(after_place).collect();
        let has_all = |hint: &&&str| parts.iter().all(|part| hint.contains(&part[..]));
        assert!(
            shown.iter().any(|hint| has_all(&hint)),
            "no row shows: {hint}"
        );
    }
}

#[test]
fn every_refusal_of_every_verb_is_explained() {
    for verb in VERBS {
        for row in REPLY_CODES.iter().filter(|row| row.code.is_negative()) {
            let dialogue = format!("LOGIN ; {} x -> {} no", verb.name, row.code);
            let all = explanations(&dialogue);
            let is_written = all
                .iter()
                .all(|explanation| explanation.here.ends_with('.'));
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
        let dialogue = format!("USER A -> 331 go on ; hunter2 -> {code} no");
        let said = format!("{:?}", explanations(&dialogue));
        assert!(!said.to_lowercase().contains("hunter2"), "{said}");
        assert!(may_be_secret(&answered(&dialogue)));
    }
}

#[test]
fn a_word_without_help_is_compared_with_the_verbs() {
    assert_eq!(meant("szie", |_| None).as_deref(), Some("SIZE"));
    assert_eq!(meant("frobnicate", |_| None), None);
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

#[test]
fn data_in_clear_under_tls_are_told_unless_they_were_asked_for() {
    let is_exposed = |dialogue: &str, line: &str| {
        let (pi, now) = played(dialogue);
        sends_data_in_clear(&Command::new(line).unwrap(), pi.learnt(), now)
    };
    let secured = "AUTH TLS -> 234 on ; LOGIN";
    assert!(is_exposed(secured, "LIST") && is_exposed(secured, "STOR f"));
    assert!(!is_exposed(secured, "PWD") && !is_exposed("LOGIN", "LIST"));
    assert!(!is_exposed(
        "AUTH TLS -> 234 on ; LOGIN ; PROT C -> 200 ok",
        "LIST"
    ));
    assert!(!is_exposed(
        "AUTH TLS -> 234 on ; LOGIN ; PROT P -> 200 ok",
        "LIST"
    ));
}

#[test]
fn an_abort_that_is_not_answered_is_what_is_explained_of_its_transfer() {
    let (pi, now) = played("LOGIN ; RETR f -> 150 go");
    let unanswered = Circumstances {
        abort_is_unanswered: true,
        ..now
    };
    let first = |pi: &UserPi, now| all_of(pi, now).into_iter().next();
    let explained = first(&pi, unanswered).unwrap();
    assert!(explained.here.contains("Synch"), "{explained:?}");
    assert!(
        explained.next.contains("`set abort plain`"),
        "{explained:?}"
    );
    assert!(first(&pi, now).is_none_or(|it| !it.here.contains("Synch")));
    let (later, _) = played("LOGIN ; RETR f -> 150 go -> 226 done ; SIZE g -> 550 no");
    assert!(!first(&later, unanswered).unwrap().here.contains("Synch"));
}

#[test]
fn without_a_data_connection_there_is_no_transfer_whose_abort_could_be_swallowed() {
    let command = Command::new("STOR f").unwrap();
    for (data_port, is_warned) in [(Some(DataPortUse::Passive), true), (None, false)] {
        let known = Learnt {
            ignores_abort_after_synch: true,
            data_port,
            ..Learnt::default()
        };
        assert_eq!(swallows_abort(&command, &known), is_warned);
    }
}

#[test]
fn a_failed_handshake_is_what_is_explained_and_not_its_234() {
    let (mut pi, _) = UserPi::new();
    pi.receive(b"220 ready\r\n");
    pi.send(&Command::new("AUTH TLS").unwrap());
    pi.receive(b"234 on\r\n");
    let closed = Circumstances {
        is_connected: false,
        ..played("NOOP -> 200 ok").1
    };
    let explanations = all_of(&pi, closed);
    assert!(
        explanations[0].here.starts_with("TLS failed"),
        "{explanations:?}"
    );
}

#[test]
fn no_way_out_is_less_protection() {
    for (dialogue, hint) in rows().filter(|(dialogue, _)| !dialogue.contains("PROT C")) {
        assert!(!hint.contains("PROT C"), "{dialogue}: {hint}");
        for said in explanations(dialogue) {
            assert!(!said.next.contains("PROT C"), "{dialogue}: {said:?}");
        }
    }
}

#[test]
fn of_tls_one_thing_is_said_at_a_time() {
    for (dialogue, _) in rows() {
        let (pi, now) = played(dialogue);
        let answered = pi.last_answered().unwrap();
        let fitting = tls::RULES.iter().filter(|case| (case.fits)(answered, now));
        assert!(fitting.count() <= 1, "{dialogue}");
    }
}

#[test]
fn every_rule_names_a_cause_that_says_what_happened() {
    for rule in RULES.iter().copied().flatten() {
        assert!(!Cause::named(rule.cause).here.is_empty(), "{}", rule.cause);
    }
}

#[test]
fn data_in_clear_under_tls_is_the_second_guess_of_a_425() {
    let guesses = |setting: &str| {
        let dialogue =
            format!("{setting} ; PASV -> 227 ok (127,0,0,1,4,1) ; LIST -> 150 on -> 425 no");
        let all = explanations(&dialogue).into_iter();
        all.map(|it| it.id).collect::<Vec<_>>()
    };
    let clear = "AUTH TLS -> 234 on ; LOGIN";
    assert_eq!(
        guesses(clear),
        ["no-data-connection", "data-in-clear-refused"]
    );
    let asked_for = "AUTH TLS -> 234 on ; LOGIN ; PROT C -> 200 ok";
    for setting in ["LOGIN", asked_for] {
        assert_eq!(guesses(setting), ["no-data-connection"], "{setting}");
    }
}

#[test]
fn a_transfer_without_a_port_lacks_its_port_and_not_its_verb() {
    let first = |dialogue: &str| explanations(dialogue).first().map(|it| it.id);
    let refused = "LIST -> 500 Command failed";
    assert_eq!(first(&format!("LOGIN ; {refused}")), Some("no-data-port"));
    let with_port = format!("LOGIN ; PASV -> 227 ok (127,0,0,1,4,1) ; {refused}");
    assert_eq!(first(&with_port), Some("verb-missing"));
    assert_eq!(first("LOGIN ; MLSD -> 500 no"), Some("mlsd-missing"));
}
