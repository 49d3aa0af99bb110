//! Which kind of line each line is.

use super::{Builtin, Line, LineError, Redirection, Spelling, Words, read, read_spelt};
use crate::protocol::Command;
use crate::protocol::verbs::{DataDirection, VERBS};

fn is_alias(name: &str) -> bool {
    ["get", "ls", "größe"].contains(&name)
}

fn read_line(line: impl AsRef<[u8]>) -> Result<Line, LineError> {
    read(line.as_ref(), &is_alias)
}

fn raw(line: impl Into<Vec<u8>>) -> Line {
    Line::Raw {
        command: Command::new(line).unwrap(),
        redirection: None,
    }
}

fn builtin(name: Builtin, arguments: &[&str]) -> Line {
    Line::Builtin {
        name,
        arguments: arguments.iter().map(ToString::to_string).collect(),
    }
}

fn alias(name: &str, arguments: &[&[u8]]) -> Line {
    Line::Alias {
        name: name.to_owned(),
        arguments: arguments.iter().map(|argument| argument.to_vec()).collect(),
    }
}

#[test]
fn an_empty_line_sends_nothing_and_quote_alone_an_empty_line() {
    assert_eq!(read_line(""), Ok(Line::Empty));
    let empty = Command::new("").unwrap();
    assert_eq!(read_line("quote"), Ok(Line::Quote(empty)));
}

#[test]
fn an_exclamation_mark_at_column_0_is_for_the_local_shell() {
    for (line, command) in [("!ls -l", "ls -l"), ("! ls", " ls"), ("!", ""), ("!!", "!")] {
        assert_eq!(read_line(line), Ok(Line::Local(command.into())));
    }
    assert_eq!(read_line(" !ls"), Ok(raw(" !ls")));
}

#[test]
fn verbs_unknown_verbs_and_odd_spacing_are_sent_as_typed() {
    for line in [
        "USER A",
        "user A",
        "pass *",
        "size 1.TXT",
        "pwd",
        "quit",
        "QUIT",
        " ",
        "  help",
        "\thelp",
        "XYZZY  a  b ",
        "SITE CHMOD 600 'a",
        "HELP",
        "Help SITE",
        "OPEN x",
        "Get a",
        "GET a",
        "gets a",
        "help!",
        "?x",
        "helpme",
        "CWD a > b",
        "PASS a | b",
        "SIZE x >",
        "MKD <<END",
        "STAT f > x",
        "quoted",
        "exit\\",
        "'help'",
        " RETR a > b",
        "RETR\ta > b",
        "RETRX a > b",
    ] {
        assert_eq!(read_line(line), Ok(raw(line)), "{line}");
    }
    assert_eq!(read_line(b"\xff\xe9 x"), Ok(raw(b"\xff\xe9 x".to_vec())));
}

#[test]
fn built_ins_in_lower_case_at_column_0_are_ours() {
    for (line, expected) in [
        ("help", builtin(Builtin::Help, &[])),
        ("help SITE", builtin(Builtin::Help, &["SITE"])),
        ("?", builtin(Builtin::Help, &[])),
        ("? get", builtin(Builtin::Help, &["get"])),
        ("bye ", builtin(Builtin::Exit, &[])),
        ("exit", builtin(Builtin::Exit, &[])),
        ("lcd 'a b'", builtin(Builtin::Lcd, &["a b"])),
        ("lcd\t#x", builtin(Builtin::Lcd, &["#x"])),
        ("resume a > b", builtin(Builtin::Resume, &["a", ">", "b"])),
        ("set hints off", builtin(Builtin::Set, &["hints", "off"])),
        ("alias é ''", builtin(Builtin::Alias, &["é", ""])),
    ] {
        assert_eq!(read_line(line), Ok(expected), "{line}");
    }
}

#[test]
fn aliases_in_lower_case_at_column_0_are_ours_and_take_any_bytes() {
    for (line, expected) in [
        (&b"ls"[..], alias("ls", &[])),
        (b"get 'a b' c", alias("get", &[b"a b", b"c"])),
        (b"get a > b", alias("get", &[b"a", b">", b"b"])),
        (b"get caf\xe9", alias("get", &[b"caf\xe9"])),
        ("größe x".as_bytes(), alias("größe", &[b"x"])),
    ] {
        assert_eq!(read_line(line), Ok(expected), "{}", line.escape_ascii());
    }
}

#[test]
fn a_name_in_another_case_is_not_looked_up() {
    let any = |_: &str| true;
    assert_eq!(read(b"GET x", &any), Ok(raw("GET x")));
    assert_eq!(read(b"get x", &any), Ok(alias("get", &[b"x"])));
}

#[test]
fn commands_that_use_the_data_connection_may_be_redirected_in_any_case() {
    for (line, sent) in [
        ("RETR a > b", "RETR a"),
        ("retr a > b", "retr a"),
        ("LIST > b", "LIST"),
        ("Nlst -l > b", "Nlst -l"),
        ("mlsd > b", "mlsd"),
    ] {
        let expected = Line::Raw {
            command: Command::new(sent).unwrap(),
            redirection: Some(Redirection::ToFile("b".into())),
        };
        assert_eq!(read_line(line), Ok(expected), "{line}");
    }
    for (line, sent) in [
        ("STOR a < b", "STOR a"),
        ("stou < b", "stou"),
        ("appe a < b", "appe a"),
    ] {
        let expected = Line::Raw {
            command: Command::new(sent).unwrap(),
            redirection: Some(Redirection::FromFile {
                path: "b".into(),
                offset: 0,
            }),
        };
        assert_eq!(read_line(line), Ok(expected), "{line}");
    }
}

#[test]
fn quote_sends_what_would_otherwise_be_ours() {
    for (line, sent) in [
        ("quote get a", "get a"),
        ("quote RETR a > b", "RETR a > b"),
        ("quote !ls", "!ls"),
        ("quote STOR a >", "STOR a >"),
        ("quote -x a\\x62", "ab"),
    ] {
        let command = Command::new(sent).unwrap();
        assert_eq!(read_line(line), Ok(Line::Quote(command)), "{line}");
    }
}

#[test]
fn a_line_with_cr_lf_or_nul_is_refused_whatever_it_is() {
    for line in [
        "NOOP\r\nDELE x",
        "!ls\nrm x",
        "quote a\0",
        "help\r",
        "get 'a\n'",
        "RETR a > b\n",
    ] {
        let offset = line.find(['\r', '\n', '\0']).unwrap();
        match read_line(line) {
            Err(LineError::IllegalByte(error)) => assert_eq!(error.offset, offset),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn arguments_that_cannot_be_split_or_are_not_text_are_refused() {
    for (line, name) in [("get 'a", "get"), ("lcd \"a", "lcd"), ("help \\", "help")] {
        let name = name.to_owned();
        assert_eq!(read_line(line), Err(LineError::OpenQuote { name }));
    }
    let error = read_line(b"lcd a \xe9").unwrap_err();
    let (name, position) = ("lcd", 2);
    assert_eq!(error, LineError::ArgumentNotText { name, position });
}

#[test]
fn errors_say_what_is_wrong_and_what_to_do() {
    for (line, parts) in [
        (
            "RETR f >",
            &["missing target: >", "RETR f > f", "quote"][..],
        ),
        ("LIST |", &["missing target: |", "LIST | sort"]),
        ("STOR f > x", &["sends data", "< file", "Nothing was sent"]),
        (
            "RETR f < x",
            &["receives data", "> file", "Nothing was sent"],
        ),
        ("quote -x \\q", &["byte 9", "\\xE9", "\\\\"]),
        ("get 'a", &["get", "quote is left open"]),
        ("NOOP\n", &["byte 4", "LF"]),
    ] {
        let message = read_line(line).unwrap_err().to_string();
        for part in parts {
            assert!(message.contains(part), "{message}");
        }
    }
}

#[test]
fn secrets_do_not_appear_in_debug_prints_or_errors() {
    for line in [
        "login a hunter2",
        "PASS hunter2",
        "quote  pass hunter2",
        "open ftp://a:hunter2@h/",
        "get hunter2",
        "!curl ftp://a:hunter2@h/",
        "login a 'hunter2",
        "PASS hunter2\r",
    ] {
        let debug = format!("{:?}", read_line(line));
        assert!(!debug.contains("hunter2"), "{debug}");
    }
}

#[test]
fn every_verb_of_the_table_that_moves_data_takes_a_redirection() {
    for entry in VERBS {
        let (operator, expected) = match entry.data {
            Some(DataDirection::Received) => (">", Redirection::ToFile("file".into())),
            Some(DataDirection::Sent) => (
                "<",
                Redirection::FromFile {
                    path: "file".into(),
                    offset: 0,
                },
            ),
            None => continue,
        };
        let line = read_line(format!("{} x {operator} file", entry.name));
        let command = Command::new(format!("{} x", entry.name)).unwrap();
        let redirection = Some(expected);
        let raw = Line::Raw {
            command,
            redirection,
        };
        assert_eq!(line, Ok(raw), "{}", entry.name);
    }
}

fn spelt(line: &str) -> Result<Line, LineError> {
    let spelling = Spelling {
        escapes: true,
        ..Spelling::default()
    };
    read_spelt(line.as_bytes(), spelling, Words::Usual, &|name| {
        name == "get"
    })
}

#[test]
fn with_escapes_a_raw_line_is_unescaped_after_its_redirection_was_split_off() {
    let raw = |sent: &[u8], redirection| {
        Ok(Line::Raw {
            command: Command::new(sent).unwrap(),
            redirection,
        })
    };
    let to = |file: &str| Some(Redirection::ToFile(file.into()));
    for (line, meant) in [
        ("CWD \\xE9t\\xe9", raw(b"CWD \xe9t\xe9", None)),
        ("CWD a\\\\b", raw(b"CWD a\\b", None)),
        ("RETR \\xE9 > f", raw(b"RETR \xe9", to("f"))),
        // What is in the name is not an operator, and what is after one is not an escape.
        ("RETR a\\x20>\\x20b", raw(b"RETR a > b", None)),
        ("RETR a > '\\xE9'", raw(b"RETR a", to("\\xE9"))),
        ("RETR a > 'c:\\new'", raw(b"RETR a", to("c:\\new"))),
        ("RETR a > '\\x0a'", raw(b"RETR a", to("\\x0a"))),
        ("\\x52ETR a > f", raw(b"RETR a", to("f"))),
        ("RETR\\x20a > f", raw(b"RETR a", to("f"))),
        ("\\x68elp", raw(b"help", None)),
        (
            "STOR a <<< '\\x41'",
            raw(b"STOR a", Some(Redirection::FromText(b"\\x41".to_vec()))),
        ),
        (
            "LIST | grep '\\.txt'",
            raw(
                b"LIST",
                Some(Redirection::ToCommand(b"grep '\\.txt'".to_vec())),
            ),
        ),
    ] {
        assert_eq!(spelt(line), meant, "{line}");
    }
}

#[test]
fn with_escapes_only_raw_lines_have_them() {
    assert_eq!(spelt("quote a\\xE9"), read(b"quote a\\xE9", &|_| false));
    assert_eq!(spelt("!echo \\x"), read(b"!echo \\x", &|_| false));
    let Ok(Line::Alias { arguments, .. }) = spelt("get '\\xE9'") else {
        panic!("get is an alias here");
    };
    assert_eq!(arguments, [b"\\xE9"]);
    let sent = Redirection::FromFile {
        path: "f".into(),
        offset: 0,
    };
    let Ok(Line::Background {
        command,
        redirection,
    }) = spelt("STOR \\xE9 < f &")
    else {
        panic!("it is to run in the background");
    };
    assert_eq!((command.line(), redirection), (&b"STOR \xe9"[..], sent));
}

#[test]
fn with_escapes_a_bad_one_and_a_second_command_are_refused() {
    for (line, offset) in [
        ("CWD \\", 4),
        ("CWD a\\n", 5),
        ("RETR \\xg0 > f", 5),
        ("\\x4", 0),
    ] {
        assert_eq!(spelt(line), Err(LineError::BadEscape { offset }), "{line}");
    }
    for line in [
        "NOOP\\x0d\\x0aDELE a",
        "CWD \\x00",
        "RETR a\\x0a > f",
        "\\x0d",
    ] {
        assert!(
            matches!(spelt(line), Err(LineError::IllegalByte(_))),
            "{line}"
        );
    }
}
