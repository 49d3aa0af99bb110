use std::collections::HashSet;

use super::Linter;
use super::oddity::ROWS;
use crate::protocol::Command;
use crate::protocol::user_pi::{Event, UserPi};

/// What a dialogue is told off for, as `id line`; `C ` is a command, all else comes from the server.
fn linted(dialogue: &str) -> Vec<String> {
    let (mut pi, _) = UserPi::new();
    let mut linter = Linter::default();
    for (index, line) in dialogue.lines().enumerate() {
        match line.strip_prefix("C ") {
            Some(command) => {
                pi.send(&Command::new(command).unwrap());
            }
            None if line == "(silence)" => pi.silence(),
            None => pi.receive(format!("{line}\r\n").as_bytes()),
        }
        while let Some(event) = pi.next_event() {
            if let Event::ReplyReceived {
                assignment,
                answered,
                ..
            } = event
            {
                linter.take(index + 1, &answered, &assignment);
            }
        }
    }
    linter.end();
    let found = linter.found().iter();
    found
        .map(|found| format!("{} {}", found.oddity.id, found.place))
        .collect()
}

#[test]
fn what_a_server_should_not_say_is_found() {
    let login = "220 ready\nC USER a\n331 word?\nC PASS b\n230 in\n";
    for (dialogue, expected) in [
        ("C RNFR a\n250 ok", "code-other-class 7"),
        ("C DELE a\n200 ok", "code-unlisted 7"),
        ("C RETR a\n452 full", "code-unlisted 7"),
        ("C NOOP\n299 ok", "code-undefined 7"),
        ("C NOOP\n150 ok\n200 ok", "preliminary-unexpected 7"),
        ("C RETR a\n150 a\n150 b\n226 c", "preliminary-twice 8"),
        ("C RETR a\n226 there", "preliminary-missing 7"),
        ("C RETR a\n150 a", "final-reply-missing 7"),
        ("C RETR a\n150 a\n552 b", "code-unlisted 8"),
        (
            "C LIST\n150 a\nC PASV\n227 (127,0,0,1,1,1)\nC RETR a\n150 b\n226 c",
            "final-reply-missing 11",
        ),
        ("C SYST\nC PWD\n257 \"/\"", "reply-missing 8"),
        ("C SYST\n215 a\nC PWD\n215 b\n257 \"/\"", "reply-twice 9"),
        (
            "C SYST\nC PWD\n257 \"/\"\n215 b",
            "reply-missing 8, reply-late 9",
        ),
        ("200 hello", "reply-unexpected 6"),
        ("C STAT\n211-a\n212 b\n(silence)", "multiline-other-code 9"),
        ("C STAT\n211-a\n211\n(silence)", "multiline-end-form 9"),
        ("C STAT\n211-a\n100 files\n211 b", "multiline-unpadded 9"),
        ("C FEAT\n211-a\nSIZE\n211 b", "feat-unindented 9"),
        (
            "C FEAT\n211-a\n MLST type*;\n211 b\nC MLSD\n500 what",
            "feature-refused 11",
        ),
        ("C PASV\n227 here", "port-unreadable 7"),
        ("C PWD\n257 /", "path-unquoted 7"),
        ("C SIZE a\n213 5 bytes", "size-not-a-number 7"),
        ("C MDTM a\n213 191000101000000", "time-not-a-time 7"),
    ] {
        let found = linted(&format!("{login}{dialogue}")).join(", ");
        assert_eq!(found, expected, "{dialogue}");
    }
    assert_eq!(linted("230 come in").join(", "), "greeting-code 1");
}

#[test]
fn what_servers_may_say_is_not_told_off() {
    for dialogue in [
        "120 soon\n220 ready\nC USER a\n230 in",
        "421 too many",
        "220-a\n220-b\n220 c\nC HOST a\n220 b\nC USER a\n331 b\nC PASS c\n530 no\n421 bye",
        "220 a\nC FEAT\n211-a\n SIZE\n211 b\nC SIZE a\n550 no\nC MDTM a\n213 20240101000000.123",
        "220 a\nC RETR a\n125 b\n110 MARK 1 = 1\n226 c\nC RETR a\n550 no\nC XFOO\n299 x",
        "220 a\nC PWD\n257 \"a\"\"b\" is\nC MKD c\n257 \"c\" made\nC EPSV\n229 (|||80|)",
        "220 a\nC QUIT\n221 b",
    ] {
        let found: Vec<String> = linted(dialogue);
        let allowed = |it: &String| it.starts_with("code-undefined");
        assert!(found.iter().all(allowed), "{dialogue}: {found:?}");
    }
}

#[test]
fn every_oddity_is_found_by_a_test() {
    let source = include_str!("tests.rs");
    let tested: HashSet<&str> = source
        .split(|it: char| !"-".contains(it) && !it.is_ascii_lowercase())
        .collect();
    for row in ROWS.iter() {
        assert!(tested.contains(row.id), "{}", row.id);
    }
}

#[test]
fn the_same_oddity_is_counted_and_not_repeated() {
    let dialogue = "220 a\n".to_owned() + &"C DELE a\n200 b\n".repeat(3);
    assert_eq!(linted(&dialogue), ["code-unlisted 3"]);
}
