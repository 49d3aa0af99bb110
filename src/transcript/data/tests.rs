use proptest::arbitrary::any;
use proptest::collection::vec;
use proptest::{prop_assert, prop_assert_eq, proptest};

use super::{ExpectedData, SentData, Variables, inline_lines, match_data};

fn sent(lines: &[&str]) -> Vec<u8> {
    let read = |before, line: &&str| Some(SentData::read(line, before).unwrap());
    match lines.iter().fold(None, read) {
        Some(SentData::Inline(template)) => template.resolve(&Variables::default()).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn expected(lines: &[&str]) -> ExpectedData {
    let read = |before, line: &&str| Some(ExpectedData::read(line, before).unwrap());
    lines.iter().fold(None, read).unwrap()
}

fn is_as_expected(lines: &[&str], octets: &[u8]) -> bool {
    let ExpectedData::Lines(lines) = expected(lines) else {
        panic!("{lines:?} are no lines");
    };
    match_data(&lines, octets, &Variables::default()).is_some()
}

#[test]
fn sent_lines_have_the_end_that_is_written() {
    let table: [(&[&str], &[u8]); 7] = [
        (&["zfive5{no-eol}"], b"zfive5"),
        (&["a", "b"], b"a\r\nb\r\n"),
        (&["a{lf}", "", "b{no-eol}"], b"a\n\r\nb"),
        (&["{0x00ff}{no-eol}"], b"\0\xff"),
        (&["{{lf}"], b"{lf}\r\n"),
        (&["{{{lf}"], b"{\n"),
        (&["[..] {0x40}..."], b"[..] @...\r\n"),
    ];
    for (lines, octets) in table {
        assert_eq!(sent(lines), octets, "{lines:?}");
    }
}

#[test]
fn received_lines_are_compared_with_their_ends() {
    let table: [(&[&str], &[u8], bool); 10] = [
        (&["a", "b{no-eol}"], b"a\r\nb", true),
        (&["a", "b{no-eol}"], b"a\nb", false),
        (&["a{lf}", "b{lf}"], b"a\nb\n", true),
        (&["..."], b"", true),
        (&["..."], b"a\nb", true),
        (&["a", "..."], b"a\r\nb", true),
        (&["[..]TXT"], b"1.TXT\r\n", true),
        (&["...", "z"], b"z", false),
        (&["/^[0-9]+$/{lf}"], b"12\n", true),
        (&["a"], b"a\r\nb\r\n", false),
    ];
    for (lines, octets, same) in table {
        assert_eq!(is_as_expected(lines, octets), same, "{lines:?}");
    }
}

#[test]
fn marks_name_files_and_digests() {
    let digest = "0123456789abcdef".repeat(4);
    for text in [
        "@file a/b.bin".to_owned(),
        "@file a{0x20}b octets 5".to_owned(),
        format!("@file {{name}} octets 5 sha256 {digest}"),
        "@octets 0".to_owned(),
        format!("@octets 5 sha256 {digest}"),
        "@cut 4096".to_owned(),
    ] {
        assert_eq!(expected(&[&text]).printed(), [text]);
    }
}

#[test]
fn what_cannot_be_read_is_named_with_its_place() {
    for (text, span) in [
        ("@", 0..1),
        ("@fil x", 0..4),
        ("@file", 5..5),
        ("@file a b", 8..9),
        ("@file a octets", 14..14),
        ("@file a octets x", 15..16),
        ("@octets -1", 8..10),
        ("@octets 1 sha256 12", 17..19),
        ("@octets 1  sha256", 10..10),
        ("@cut 1 2", 7..8),
        ("a{", 1..2),
    ] {
        let fault = ExpectedData::read(text, None).unwrap_err();
        assert_eq!(fault.span, span, "{text}: {}", fault.problem);
    }
}

#[test]
fn nothing_stands_behind_the_end() {
    for (first, second) in [("a{no-eol}", "b"), ("@octets 1", "b"), ("a", "@octets 1")] {
        let before = ExpectedData::read(first, None).unwrap();
        assert!(ExpectedData::read(second, Some(before)).is_err());
    }
    let before = SentData::read("a{no-eol}", None).unwrap();
    assert!(SentData::read("b", Some(before)).is_err());
    for text in ["@octets 5", "@cut 5"] {
        assert!(SentData::read(text, None).is_err());
    }
}

proptest! {
    #[test]
    fn any_octets_survive_as_lines(octets in vec(any::<u8>(), 1..200)) {
        let lines = inline_lines(&octets);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        prop_assert_eq!(sent(&lines), octets.clone());
        prop_assert!(is_as_expected(&lines, &octets));
    }

    #[test]
    fn any_line_is_read_or_refused_within_its_bounds(text in "(@|file|octets|cut|sha256| |[0-9a-z{}\u{e9}]){0,12}") {
        match ExpectedData::read(&text, None) {
            Ok(data) => {
                let printed = data.printed();
                prop_assert_eq!(ExpectedData::read(&printed[0], None).unwrap().printed(), printed);
            }
            Err(fault) => prop_assert!(text.get(fault.span).is_some()),
        }
    }
}
