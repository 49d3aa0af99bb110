use super::{BUILTINS, GROUPS, is_verb, overview, topic};
use crate::learn::Course;
use crate::protocol::{REPLY_CODES, SITE_COMMANDS, VERBS};
use crate::shell::config::aliases::Aliases;
use crate::shell::line::{Builtin, Words};

fn help(words: &str, columns: usize) -> Option<String> {
    let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
    topic(&words, &Aliases::shipped(), Words::Usual, columns)
}

#[test]
fn every_builtin_has_help_and_none_is_a_verb() {
    for (name, builtin) in Builtin::NAMES {
        assert!(
            BUILTINS.iter().any(|(known, ..)| known == builtin),
            "{name}"
        );
        // HELP is the one exception that the grammar makes.
        assert!(!is_verb(name) || *name == "help", "{name}");
    }
}

#[test]
fn every_builtin_stands_in_one_group_of_the_overview() {
    let grouped: Vec<Builtin> = GROUPS
        .iter()
        .flat_map(|(_, members)| members.iter().copied())
        .collect();
    for (name, ..) in BUILTINS {
        let count = grouped.iter().filter(|member| *member == name).count();
        assert_eq!(count, 1, "{name:?}");
    }
}

#[test]
fn no_shipped_alias_is_a_verb() {
    for name in Aliases::shipped().names() {
        assert!(!is_verb(name), "{name}");
    }
}

#[test]
fn every_verb_and_every_code_has_help_that_fits_the_screen() {
    let verbs = VERBS.iter().map(|row| row.name.to_owned());
    let codes = REPLY_CODES.iter().map(|row| row.code.to_string());
    let site = SITE_COMMANDS.iter().map(|row| format!("SITE {}", row.name));
    let classes = ["1", "2yz", "3xx", "42z", "55x", "6yz"].map(str::to_owned);
    for word in verbs.chain(codes).chain(site).chain(classes) {
        for columns in [40, 80] {
            let text = help(&word, columns).unwrap_or_else(|| panic!("{word} has no help"));
            assert!(text.lines().count() > 3, "{text}");
            for line in text.lines() {
                assert!(line.len() <= columns, "{word}: {line}");
            }
        }
    }
}

#[test]
fn each_fault_that_lesson_17_lists_has_help() {
    let lessons = Course::embedded().unwrap().lessons;
    for suspect in lessons.iter().flat_map(|lesson| &lesson.suspects) {
        let text = help(&suspect.name, 100).unwrap();
        assert!(
            text.contains("a fault of the practice server\n  "),
            "{text}"
        );
    }
}

#[test]
fn help_of_a_verb_says_all_that_the_table_knows() {
    for row in VERBS {
        let text = help(row.name, 100).unwrap();
        let words: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let known = [
            row.syntax,
            row.summary,
            row.reference,
            row.prerequisite,
            row.notes,
            row.quirks,
            row.handling,
        ];
        for part in known.iter().chain(row.example) {
            let part = part.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains(&part), "{}: {part}", row.name);
        }
        for code in row.replies {
            assert!(words.contains(&format!(" {code} ")), "{}: {code}", row.name);
        }
    }
}

#[test]
fn the_overview_fits_a_narrow_screen_and_a_wide_one() {
    for columns in [40, 80] {
        let text = overview(&Aliases::shipped(), Words::Usual, columns);
        assert!(text.contains("STOR f <<END"));
        assert!(text.lines().all(|line| line.len() <= columns), "{text}");
    }
}

#[test]
fn help_of_one_setting_shows_no_other() {
    let text = help("set tls", 80).unwrap();
    assert!(
        !text.contains("multiline") && text.contains("AUTH TLS"),
        "{text}"
    );
}

#[test]
fn topics_are_found_in_the_ways_that_people_write_them() {
    let table = [
        ("appe", "125 or 150, then one of 226"),
        ("listen", "data-peer"),
        ("resume", "--verify full"),
        ("quote", "\\xE9"),
        ("set", "multiline"),
        ("425", "PASV"),
        ("10054", "WinSock"),
        ("599", "No RFC"),
        ("5yz", "552"),
        ("5", "552"),
        ("33x", "331"),
        ("SITE", "SITE CHMOD"),
        ("site chmod", "644"),
        ("chmod", "644"),
        ("ls", "LIST"),
        ("dir", "PASV, then LIST (alias `ls`)"),
        ("prompt", "no need for it"),
        ("set tls", "set tls off|require|implicit"),
        ("charset", "set charset utf-8, or latin1"),
        ("escapes", "set escapes"),
        ("ascii", "set ascii convert|raw"),
        ("STOR codes", "521  No data connection can be opened"),
        ("MKD", "521  The directory exists already."),
    ];
    for (words, expected) in table {
        let text = help(words, 80).unwrap_or_default();
        assert!(text.contains(expected), "{words}: {text}");
    }
    for words in ["nonsense", "9yz", "99", "1000", "5zz9", "", "set nonsense"] {
        assert_eq!(help(words, 80), None, "{words}");
    }
}
