//! Where redirections are found and where not.

use std::path::{Path, PathBuf};

use super::{
    LineError, OpenTarget, Redirection, expand_home, open_target, split, split_background,
};
use crate::protocol::verbs::DataDirection;

const RECEIVING: DataDirection = DataDirection::Received;
const SENDING: DataDirection = DataDirection::Sent;

fn to(path: &str) -> Option<Redirection> {
    Some(Redirection::ToFile(PathBuf::from(path)))
}

fn append(path: &str) -> Option<Redirection> {
    Some(Redirection::AppendFile(PathBuf::from(path)))
}

fn from(path: &str) -> Option<Redirection> {
    from_byte(0, path)
}

fn from_byte(offset: u64, path: &str) -> Option<Redirection> {
    let path = PathBuf::from(path);
    Some(Redirection::FromFile { path, offset })
}

fn pipe(command: &str) -> Option<Redirection> {
    Some(Redirection::ToCommand(command.into()))
}

fn text(text: &str) -> Option<Redirection> {
    Some(Redirection::FromText(text.into()))
}

fn here(word: &str) -> Option<Redirection> {
    Some(Redirection::FromHereDocument(word.into()))
}

fn assert_split(direction: DataDirection, table: &[(&str, &str, Option<Redirection>)]) {
    for (line, sent, redirection) in table {
        let found = split(line.as_bytes(), direction).unwrap();
        assert_eq!(
            (String::from_utf8_lossy(found.0), &found.1),
            ((*sent).into(), redirection),
            "{line}"
        );
    }
}

#[test]
fn received_data_are_redirected_by_the_last_part_of_the_line() {
    assert_split(
        RECEIVING,
        &[
            ("RETR f > file", "RETR f", to("file")),
            ("RETR f >> file", "RETR f", append("file")),
            ("RETR f > -", "RETR f", Some(Redirection::ToStandardOutput)),
            ("RETR f >> -", "RETR f", Some(Redirection::ToStandardOutput)),
            ("RETR f > ./-", "RETR f", to("./-")),
            ("RETR f > 'a b'", "RETR f", to("a b")),
            ("RETR f > a\\ b", "RETR f", to("a b")),
            ("RETR f > \"a 'b\"", "RETR f", to("a 'b")),
            ("RETR f >   file  ", "RETR f", to("file")),
            ("RETR f > #1", "RETR f", to("#1")),
            ("RETR f > ~/x", "RETR f", to("~/x")),
            ("LIST | sort", "LIST", pipe("sort")),
            ("LIST |  sort -r | head ", "LIST", pipe("sort -r | head ")),
            ("LIST | grep ' > x' > 'y", "LIST", pipe("grep ' > x' > 'y")),
            ("LIST > a", "LIST", to("a")),
        ],
    );
}

#[test]
fn one_space_before_the_operator_belongs_to_it_and_the_others_are_sent() {
    assert_split(
        RECEIVING,
        &[
            ("RETR f  > file", "RETR f ", to("file")),
            ("LIST   | cat", "LIST  ", pipe("cat")),
            ("LIST\t > file", "LIST\t", to("file")),
        ],
    );
}

#[test]
fn the_scan_goes_on_after_an_operator_that_is_not_followed_by_exactly_one_word() {
    assert_split(
        RECEIVING,
        &[
            ("RETR a > b > c", "RETR a > b", to("c")),
            ("RETR a > b >> c", "RETR a > b", append("c")),
            ("RETR a > b | c", "RETR a > b", pipe("c")),
            ("RETR a < b > c", "RETR a < b", to("c")),
            ("RETR a > b c", "RETR a > b c", None),
            ("RETR a > b #c", "RETR a > b #c", None),
            ("RETR a > 'b", "RETR a > 'b", None),
            ("RETR a > b\\", "RETR a > b\\", None),
            ("RETR 'a > b' > c", "RETR 'a > b'", to("c")),
            ("RETR don't > x", "RETR don't", to("x")),
            ("RETR a > > b", "RETR a >", to("b")),
        ],
    );
}

#[test]
fn an_operator_without_its_spaces_is_part_of_the_name() {
    for line in [
        "RETR a>b",
        "RETR a >b",
        "RETR a> b",
        "LIST |cat",
        "LIST| cat",
        "LIST a||b",
        "RETR a >>b",
        "RETR a >>> b",
        "RETR a\t> b",
        "RETR a >\tb",
        "LIST || b",
        "LIST <-",
        "RETR a>",
        "LIST|",
    ] {
        assert_split(RECEIVING, &[(line, line, None)]);
    }
    for line in [
        "STOR a <b",
        "STOR a<b",
        "STOR a <<<text",
        "STOR a<<END",
        "STOR a <<<< b",
    ] {
        assert_split(SENDING, &[(line, line, None)]);
    }
}

#[test]
fn sent_data_come_from_a_file_standard_input_a_text_or_the_lines_below() {
    assert_split(
        SENDING,
        &[
            ("STOR f < file", "STOR f", from("file")),
            ("STOR f < 'a b'", "STOR f", from("a b")),
            ("APPE f < file +5", "APPE f", from_byte(5, "file")),
            ("APPE f <  'a b'  +0005 ", "APPE f", from_byte(5, "a b")),
            ("APPE f < file +0", "APPE f", from("file")),
            ("APPE f < - +5", "APPE f", from_byte(5, "-")),
            ("APPE f < +5", "APPE f", from("+5")),
            (
                "APPE f < file +99999999999999999999",
                "APPE f",
                from_byte(u64::MAX, "file"),
            ),
            ("APPE f < file +", "APPE f < file +", None),
            ("APPE f < file 5", "APPE f < file 5", None),
            ("APPE f < file +5x", "APPE f < file +5x", None),
            ("APPE f < file +5 +6", "APPE f < file +5 +6", None),
            ("APPE f < file + 5", "APPE f < file + 5", None),
            ("APPE f <<< file +5", "APPE f <<< file +5", None),
            ("STOU < -", "STOU", Some(Redirection::FromStandardInput)),
            ("APPE f <<< 'zfive5'", "APPE f", text("zfive5")),
            ("APPE f <<< ' two  words '", "APPE f", text(" two  words ")),
            ("APPE f <<< word", "APPE f", text("word")),
            ("APPE f <<< ''", "APPE f", text("")),
            ("APPE f <<< 'a\\n'", "APPE f", text("a\\n")),
            ("APPE f <<< -", "APPE f", text("-")),
            ("APPE f <<< ~/x", "APPE f", text("~/x")),
            ("APPE f <<< two words", "APPE f <<< two words", None),
            ("APPE f <<< it's", "APPE f <<< it's", None),
            ("STOR f <<END", "STOR f", here("END")),
            ("STOR f << END", "STOR f", here("END")),
            ("STOR f <<'the end'", "STOR f", here("the end")),
            ("STOR f <<''", "STOR f", here("")),
            ("STOR f <<a b", "STOR f <<a b", None),
            ("STOR f <<a <<b", "STOR f <<a", here("b")),
            ("STOR a > b < c", "STOR a > b", from("c")),
            ("STOR a > b c", "STOR a > b c", None),
        ],
    );
}

#[test]
fn bytes_that_are_not_utf_8_are_kept() {
    let (sent, redirection) = split(b"APPE caf\xe9 <<< '\xff\xfe'", SENDING).unwrap();
    assert_eq!(sent, b"APPE caf\xe9");
    assert_eq!(
        redirection,
        Some(Redirection::FromText(b"\xff\xfe".to_vec()))
    );
}

#[cfg(unix)]
#[test]
fn a_path_may_be_any_bytes_on_unix() {
    use std::os::unix::ffi::OsStrExt;

    let (_, redirection) = split(b"RETR f > caf\xe9", RECEIVING).unwrap();
    match redirection {
        Some(Redirection::ToFile(path)) => assert_eq!(path.as_os_str().as_bytes(), b"caf\xe9"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_missing_target_is_an_error_that_shows_how_it_is_written() {
    for (line, direction, sign) in [
        ("RETR f >", RECEIVING, ">"),
        ("RETR f > ", RECEIVING, ">"),
        ("RETR f >  ", RECEIVING, ">"),
        ("RETR f >>", RECEIVING, ">>"),
        ("RETR f > ''", RECEIVING, ">"),
        ("LIST |", RECEIVING, "|"),
        ("LIST | \t", RECEIVING, "|"),
        ("RETR a > b >", RECEIVING, ">"),
        ("STOR f <", SENDING, "<"),
        ("STOR f < ''", SENDING, "<"),
        ("STOR f <<< ", SENDING, "<<<"),
        ("STOR f <<", SENDING, "<<"),
        ("STOR f << ", SENDING, "<<"),
    ] {
        match split(line.as_bytes(), direction) {
            Err(LineError::MissingTarget { operator, .. }) => assert_eq!(operator, sign, "{line}"),
            other => panic!("{line}: {other:?}"),
        }
    }
}

#[test]
fn an_operator_that_goes_the_other_way_is_an_error() {
    for (line, sign) in [
        ("STOR f > file", ">"),
        ("APPE f >> file", ">>"),
        ("STOU | cat", "|"),
        ("STOR f >", ">"),
    ] {
        match split(line.as_bytes(), SENDING) {
            Err(LineError::ReceivesWhileSending { operator }) => assert_eq!(operator, sign),
            other => panic!("{line}: {other:?}"),
        }
    }
    for (line, sign) in [
        ("RETR f < file", "<"),
        ("LIST <<< text", "<<<"),
        ("NLST <<END", "<<"),
        ("RETR f <", "<"),
    ] {
        match split(line.as_bytes(), RECEIVING) {
            Err(LineError::SendsWhileReceiving { operator }) => assert_eq!(operator, sign),
            other => panic!("{line}: {other:?}"),
        }
    }
}

#[test]
fn the_home_folder_replaces_a_tilde_that_is_a_whole_first_component() {
    let home = Some(Path::new("/home/a"));
    for (path, expanded) in [
        ("~/x", "/home/a/x"),
        ("~", "/home/a"),
        ("~b/x", "~b/x"),
        ("x/~/y", "x/~/y"),
        ("./~/y", "./~/y"),
        ("x", "x"),
    ] {
        assert_eq!(expand_home(Path::new(path), home), Path::new(expanded));
        assert_eq!(expand_home(Path::new(path), None), Path::new(path));
    }
    let redirected = from_byte(5, "~/x").map(|it| it.with_home(home));
    assert_eq!(redirected, from_byte(5, "/home/a/x"));
    let text = Redirection::FromText(b"~/x".to_vec());
    assert_eq!(text.clone().with_home(home), text);
}

#[test]
fn the_target_that_is_being_typed_is_told_from_a_path() {
    let file = Some(OpenTarget::File);
    let other = Some(OpenTarget::Other);
    for (line, direction, target) in [
        ("RETR a", RECEIVING, None),
        ("RETR a > ", RECEIVING, file),
        ("RETR a > b", RECEIVING, file),
        ("RETR a > 'b c", RECEIVING, file),
        ("RETR a > b c", RECEIVING, None),
        ("RETR a > b >> c", RECEIVING, file),
        ("RETR a >", RECEIVING, other),
        ("RETR a < b", RECEIVING, other),
        ("LIST | less b", RECEIVING, other),
        ("STOR a < b", SENDING, file),
        ("STOR a < b +", SENDING, other),
        ("STOR a < b +5", SENDING, other),
        ("STOR a <<< b", SENDING, other),
        ("STOR a <<EN", SENDING, other),
        ("STOR a>b", SENDING, None),
    ] {
        let found = open_target(line, direction).map(|(target, _)| target);
        assert_eq!(found, target, "{line}");
    }
}

#[test]
fn a_last_word_that_is_an_ampersand_needs_a_file() {
    let split = |line: &'static str, direction| split_background(line.as_bytes(), direction);
    let table: [(&str, DataDirection, &str, Option<Redirection>); 6] = [
        ("RETR f > file &", RECEIVING, "RETR f", to("file")),
        ("RETR f >> 'a b' & ", RECEIVING, "RETR f", append("a b")),
        ("RETR a > b > c &", RECEIVING, "RETR a > b", to("c")),
        ("LIST & > f &", RECEIVING, "LIST &", to("f")),
        ("STOR f < file &", SENDING, "STOR f", from("file")),
        (
            "APPE f < file +5 &",
            SENDING,
            "APPE f",
            from_byte(5, "file"),
        ),
    ];
    for (line, direction, sent, redirection) in table {
        let found = split(line, direction).unwrap();
        assert_eq!(found, redirection.map(|to| (sent.as_bytes(), to)), "{line}");
    }
    for (line, direction) in [
        ("RETR f &", RECEIVING),
        ("LIST &", RECEIVING),
        ("RETR f > - &", RECEIVING),
        ("STOR f < - &", SENDING),
        ("APPE f <<< 'text' &", SENDING),
        ("STOR f <<END &", SENDING),
        ("APPE f &", SENDING),
    ] {
        assert_eq!(
            split(line, direction),
            Err(LineError::BackgroundWithoutFile),
            "{line}"
        );
    }
    assert!(matches!(
        split("RETR f > &", RECEIVING),
        Err(LineError::MissingTarget { .. })
    ));
}

#[test]
fn a_local_command_that_would_run_in_the_background_without_its_data_is_refused() {
    for line in [
        "LIST | less &",
        "LIST | less&",
        "RETR f | sort | uniq & ",
        "RETR f | sort >f 2>&1 &",
    ] {
        assert_eq!(split_background(line.as_bytes(), RECEIVING), Ok(None));
        let found = split(line.as_bytes(), RECEIVING);
        assert_eq!(found, Err(LineError::LocalCommandInBackground), "{line}");
    }
    for line in [
        "RETR f | a && b",
        "RETR f | a & b",
        r"RETR f | echo \&",
        "RETR f | echo '&'",
    ] {
        assert!(split(line.as_bytes(), RECEIVING).is_ok(), "{line}");
    }
}

#[test]
fn an_ampersand_elsewhere_is_sent_or_belongs_to_a_name() {
    for line in [
        "RETR a&",
        "RETR a & b",
        "RETR f > a&",
        "RETR f > 'a &'",
        "RETR f > a\\ &",
        "RETR f > \"&\"",
    ] {
        assert_eq!(
            split_background(line.as_bytes(), RECEIVING),
            Ok(None),
            "{line}"
        );
    }
}

#[test]
fn a_redirection_is_written_as_it_could_have_been_typed() {
    let to_standard = Some(Redirection::ToStandardOutput);
    let from_standard = Some(Redirection::FromStandardInput);
    for (line, written, direction) in [
        (to("a b"), " > 'a b'", RECEIVING),
        (append("a"), " >> a", RECEIVING),
        (to_standard, " > -", RECEIVING),
        (pipe("sort -r | head"), " | sort -r | head", RECEIVING),
        (from("it's"), " < \"it's\"", SENDING),
        (from_byte(5, "a"), " < a +5", SENDING),
        (from_standard, " < -", SENDING),
        (text("a b"), " <<< 'a b'", SENDING),
        (here("END"), " <<END", SENDING),
    ] {
        let said = line.as_ref().map(ToString::to_string);
        assert_eq!(said.as_deref(), Some(written));
        let typed = format!("RETR f{written}");
        let read = split(typed.as_bytes(), direction).unwrap();
        assert_eq!(read, (&b"RETR f"[..], line), "{typed}");
    }
}
