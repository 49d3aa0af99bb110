use proptest::arbitrary::any;
use proptest::collection::vec;
use proptest::{prop_assert, prop_assert_eq, proptest};

use super::{MaskedBytes, ReceivedMask, SecretEcho, SentMask, replace};
use crate::protocol::reply::{Reply, ReplyCode};

fn shown(masked: &MaskedBytes) -> String {
    for secret in &masked.secrets {
        assert_eq!(&masked.bytes[secret.clone()], b"****");
    }
    masked.bytes.escape_ascii().to_string()
}

fn sent(pieces: &[&[u8]]) -> Vec<String> {
    let mut mask = SentMask::default();
    pieces
        .iter()
        .map(|piece| shown(&mask.take(piece, false)))
        .collect()
}

fn echo_of(secrets: &[&str]) -> SecretEcho {
    let mut echo = SecretEcho::default();
    for secret in secrets {
        echo.remember(secret.as_bytes());
    }
    echo
}

/// What is shown of each piece, and at the end.
fn received(secrets: &[&str], answers_secret: bool, pieces: &[&[u8]]) -> Vec<String> {
    let echo = echo_of(secrets);
    let mut mask = ReceivedMask::default();
    let mut all: Vec<String> = pieces
        .iter()
        .map(|piece| shown(&mask.take(piece, &echo, answers_secret)))
        .collect();
    all.push(shown(&mask.end()));
    all
}

#[test]
fn a_secret_is_masked_however_it_is_sent() {
    let table: &[(&[&[u8]], &[&str])] = &[
        (
            &[b"USER a\r\n", b"PASS x\r\n"],
            &["USER a\\r\\n", "PASS ****\\r\\n"],
        ),
        (
            &[b"  acct \tx y\r\nNOOP\r\n"],
            &["  acct ****\\r\\nNOOP\\r\\n"],
        ),
        (
            &[b"PA", b"SS", b" ", b"x", b"y\r", b"\nNOOP"],
            &["PA", "SS", " ", "****", "****", "\\nNOOP"],
        ),
        (&[b"PASS hun", b"ter2\r\n"], &["PASS ****", "****\\r\\n"]),
        (
            &[b"CWD ftp://u:hun", b"ter2@h/\r\nNOOP\r\n"],
            &["CWD ftp://u:****", "****@h/\\r\\nNOOP\\r\\n"],
        ),
        (&[b"PASS a\rb\r\nx"], &["PASS ****\\r\\nx"]),
        (&[b"X\rADAT b\r\n"], &["X\\rADAT ****\\r\\n"]),
        (&[b"PASS x\nPASS y\n"], &["PASS ****\\nPASS ****\\n"]),
        (
            &[b"\xff\xf4PA\xff\xf1SS x\r\n"],
            &["\\xff\\xf4PA\\xff\\xf1SS ****\\r\\n"],
        ),
        (
            &[b"\xff", b"PASS x", b"y\r\n"],
            &["\\xff", "PASS ****", "****\\r\\n"],
        ),
        (
            &[b"PASS a", b"b\r\nPASS c\r\n"],
            &["PASS ****", "****\\r\\nPASS ****\\r\\n"],
        ),
        (
            &[b"PASS\r\nPASS \r\nPASSIVE x"],
            &["PASS\\r\\nPASS \\r\\nPASSIVE x"],
        ),
    ];
    for (pieces, expected) in table {
        assert_eq!(sent(pieces), *expected);
    }
}

#[test]
fn an_echo_is_masked_however_it_is_cut() {
    let table: &[(&[&[u8]], &[&str])] = &[
        (&[b"500 PASS hunter2?\r\n"], &["500 PASS ****?\\r\\n", ""]),
        (
            &[b"530 HUNTER2 hUn", b"Ter2\r\n"],
            &["530 **** ", "****\\r\\n", ""],
        ),
        (
            &[b"500 PASS hun", b"ter2?\r\n"],
            &["500 PASS ", "****?\\r\\n", ""],
        ),
        (
            &[b"500 h", b"u", b"nter", b"2"],
            &["500 ", "", "", "****", ""],
        ),
        (&[b"331 hu", b"h\r\n"], &["331 ", "huh\\r\\n", ""]),
        (&[b"500 hunter"], &["500 ", "****"]),
        (
            &[b"500 hun\xff\xf1te", b"r\x002\r\n"],
            &["500 ", "****\\r\\n", ""],
        ),
        (&[b"hunter2hunt", b"er2"], &["****", "****", ""]),
    ];
    for (pieces, expected) in table {
        assert_eq!(received(&["hunter2"], true, pieces), *expected);
    }
}

#[test]
fn a_doubled_iac_in_an_echo_is_the_byte_that_was_sent() {
    let mut echo = SecretEcho::default();
    echo.remember(b"caf\xff99");
    let mut mask = ReceivedMask::default();
    let masked = mask.take(b"500 caf\xff\xff99!\r\n", &echo, true);
    assert_eq!(shown(&masked), "500 ****!\\r\\n");
}

#[test]
fn a_short_secret_does_not_blot_out_ordinary_bytes() {
    assert_eq!(
        received(&["5"], false, &[b"213 5\r\n"]),
        ["213 5\\r\\n", ""]
    );
    let pieces: &[&[u8]] = &[b"230 x\r\n500 PASS", b" 5 what?\r\n"];
    assert_eq!(
        received(&["5"], false, pieces),
        ["230 x\\r\\n500 PASS", " **** what?\\r\\n", ""]
    );
    assert_eq!(
        received(&["5"], true, &[b"530 5 no\r\n"]),
        ["530 5 no\\r\\n", ""]
    );
}

#[test]
fn an_echo_that_began_unseen_is_masked_to_its_end() {
    let echo = echo_of(&["hunter2"]);
    let mut mask = ReceivedMask::default();
    mask.skip(b"500 hun", &echo);
    assert_eq!(shown(&mask.take(b"ter2!", &echo, true)), "****!");
}

#[test]
fn a_line_without_end_does_not_fill_the_memory() {
    let echo = echo_of(&["hunter2"]);
    let mut mask = ReceivedMask::default();
    for _ in 0..1_000 {
        assert_eq!(mask.take(&[b'x'; 1_000], &echo, true).bytes.len(), 1_000);
        assert!(mask.line.len() < 1_000);
    }
}

proptest! {
    #[test]
    fn no_way_to_cut_a_reply_shows_a_secret(
        before in "[a-z ]{0,9}", after in "[a-z ]{0,9}", sizes in vec(1_usize..6, 1..40),
    ) {
        let reply = format!("500 {before}hunter2{after}\r\n");
        let mut rest = reply.as_bytes();
        let mut pieces = Vec::new();
        for size in sizes {
            let (piece, later) = rest.split_at(size.min(rest.len()));
            pieces.push(piece);
            rest = later;
        }
        pieces.push(rest);
        let all = received(&["hunter2"], true, &pieces).concat();
        prop_assert_eq!(all, format!("500 {before}****{after}\\r\\n"));
    }

    #[test]
    fn without_secrets_every_byte_is_shown_at_once(pieces in vec(vec(any::<u8>(), 0..20), 0..20)) {
        let echo = SecretEcho::default();
        let mut mask = ReceivedMask::default();
        for piece in &pieces {
            prop_assert_eq!(&mask.take(piece, &echo, true).bytes, piece);
        }
        prop_assert!(mask.end().is_empty());
    }

    #[test]
    fn any_bytes_are_survived(pieces in vec(vec(any::<u8>(), 0..20), 0..20)) {
        let echo = echo_of(&["a", "\u{ff}\n", "ab"]);
        let (mut received, mut sent) = (ReceivedMask::default(), SentMask::default());
        for piece in &pieces {
            let _ = received.take(piece, &echo, true);
            let _ = sent.take(piece, true);
        }
    }
}

fn masked(secret: &str, line: &str, answers_secret: bool) -> String {
    let mut echo = SecretEcho::default();
    echo.remember(secret.as_bytes());
    let code = ReplyCode(line[..3].parse().unwrap());
    let mut reply = Reply {
        code,
        lines: vec![line.as_bytes().to_vec()],
        ended_with: None,
        dropped_bytes: 0,
    };
    echo.mask(&mut reply, answers_secret);
    String::from_utf8(reply.lines.remove(0)).unwrap()
}

#[test]
fn an_echoed_secret_is_masked() {
    assert_eq!(
        masked("hunter2", "500 'PASS hunter2'?", true),
        "500 'PASS ****'?"
    );
    assert_eq!(masked("hunter2", "200 xhunter2x", false), "200 x****x");
}

#[test]
fn an_echo_in_the_form_of_a_url_is_masked() {
    for line in [
        "530 ftp://bob:p%40ss%20word!x",
        "530 p%40ss%20word%21",
        "530 P%40SS WORD%21",
        "530 100%25 p@ss%20word!",
    ] {
        let shown = masked("p@ss word!", line, false);
        assert!(shown.contains("****") && !shown.contains("ord"), "{shown}");
    }
    assert_eq!(
        masked("p@ss", "530 ftp://u:p%40ss@h", false),
        "530 ftp://u:****@h"
    );
    assert_eq!(masked("secret%41", "530 secret%41", false), "530 ****");
    assert_eq!(
        masked("hunter2", "213 100% of %zz", false),
        "213 100% of %zz"
    );
}

#[test]
fn an_echo_in_the_form_of_a_url_is_masked_however_it_is_cut() {
    let line = b"530 p%40ss%20word! no\r\n";
    for at in 0..line.len() {
        let (first, second) = line.split_at(at);
        let shown = received(&["p@ss word!"], false, &[first, second]).concat();
        assert_eq!(shown, "530 **** no\\r\\n", "{at}");
    }
    assert_eq!(
        received(&["hunter2"], false, &[b"1 %", b"4x"]).concat(),
        "1 %4x"
    );
}

#[test]
fn an_echo_with_nul_in_it_is_masked() {
    let mut echo = SecretEcho::default();
    echo.remember(b"hunter2secret");
    assert_eq!(echo.masked(b"500 hunter2sec\0ret?"), b"500 ****?");
    assert_eq!(echo.masked(b"500 hunter2secret\0?"), b"500 ****\0?");
}

#[test]
fn a_short_secret_does_not_blot_out_ordinary_replies() {
    assert_eq!(masked("5", "213 5", false), "213 5");
    assert_eq!(
        masked("A", "331 User name okay", false),
        "331 User name okay"
    );
    assert_eq!(
        masked("x", "530 PASS x is wrong, max", true),
        "530 PASS **** is wrong, max"
    );
    assert_eq!(masked("530", "530 no", true), "530 no");
    assert_eq!(
        masked("A", "501 A path is needed.", false),
        "501 A path is needed."
    );
    assert_eq!(
        masked("x", "500 'pass x' what?", false),
        "500 'pass ****' what?"
    );
}

#[test]
fn a_reply_keeps_its_own_words_though_one_of_them_is_the_password() {
    for (secret, reply) in [
        ("wrong", "530 Not logged in: wrong user or password"),
        ("password", "331 Password required, or a password."),
        ("Transfer", "226 Transfer complete."),
        ("ransfe", "226 Transfer complete."),
        ("in", "230 in"),
    ] {
        for answers_secret in [false, true] {
            assert_eq!(masked(secret, reply, answers_secret), reply);
        }
    }
}

#[test]
fn what_repeats_the_line_is_masked_though_the_password_is_short_or_a_word_of_replies() {
    for secret in ["wrong", "password", "x", "213"] {
        let echo = format!("500 'PASS {secret}' not understood");
        assert_eq!(
            masked(secret, &echo, false),
            "500 'PASS ****' not understood"
        );
        let quoted = format!("530 \"{secret}\": not the password");
        assert_eq!(
            masked(secret, &quoted, true),
            "530 \"****\": not the password"
        );
        assert_eq!(masked(secret, &quoted, false), quoted);
    }
}

#[test]
fn a_line_that_was_a_secret_is_masked_whole_and_in_parts() {
    let mut echo = SecretEcho::default();
    echo.remember_line(b"PAS dora");
    echo.remember_line(b"hunter2");
    echo.remember_line(b"x");
    for (reply, in_answer, elsewhere) in [
        ("500 PAS dora: what?", "500 ****: what?", "500 ****: what?"),
        (
            "500 PAS not understood",
            "500 **** not understood",
            "500 PAS not understood",
        ),
        ("500 'dora'", "500 '****'", "500 'dora'"),
        (
            "500 HUNTER2 not understood",
            "500 **** not understood",
            "500 **** not understood",
        ),
        (
            "500 X not understood, max",
            "500 **** not understood, max",
            "500 X not understood, max",
        ),
    ] {
        for (answers_secret, expected) in [(true, in_answer), (false, elsewhere)] {
            let mut line = reply.as_bytes().to_vec();
            replace(&mut line, &echo.places(reply.as_bytes(), answers_secret));
            assert_eq!(String::from_utf8(line).unwrap(), expected);
        }
    }
}

#[test]
fn where_a_secret_is_asked_what_has_no_known_verb_is_masked_as_it_is_sent() {
    let table: &[(&[&[u8]], &[&str])] = &[
        (&[b"hunter2\r\n"], &["****\\r\\n"]),
        (&[b" PAS x\r\nNOOP\r\n"], &[" ****\\r\\nNOOP\\r\\n"]),
        (&[b"PASS x\r\n"], &["PASS ****\\r\\n"]),
        (&[b"PA", b"SS x", b"\r\n"], &["****", "****", "\\r\\n"]),
        (
            &[b"\xff\xf4\xff\xf2ABOR\r\n"],
            &["\\xff\\xf4\\xff\\xf2ABOR\\r\\n"],
        ),
        (&[b"\r\n"], &["\\r\\n"]),
    ];
    for (pieces, expected) in table {
        let mut mask = SentMask::default();
        let masked = pieces.iter().map(|piece| shown(&mask.take(piece, true)));
        assert_eq!(masked.collect::<Vec<_>>(), *expected);
    }
}

#[test]
fn secrets_that_overlap_leave_nothing_of_each_other_readable() {
    let mut echo = SecretEcho::default();
    for secret in ["abcdef", "defghi", "cd"] {
        echo.remember(secret.as_bytes());
    }
    assert_eq!(echo.masked(b"500 xabcdefghix abcdef"), b"500 x****x ****");
}

#[test]
fn the_beginning_of_an_echo_is_told_from_other_text() {
    let mut echo = SecretEcho::default();
    echo.remember(b"hunter2");
    echo.remember(b"huh");
    for (line, unfinished) in [
        ("500 PASS hunter2", 0),
        ("500 PASS hunter", 6),
        ("500 hu", 2),
        ("500 hunt ", 0),
        ("", 0),
        ("h", 1),
    ] {
        assert_eq!(echo.unfinished_bytes(line.as_bytes()), unfinished, "{line}");
    }
}

#[test]
fn a_secret_with_quotes_is_masked_where_a_reply_doubles_them() {
    let echo = echo_of(&["he said \"hi\" x"]);
    let masked = echo.masked(b"257 \"/he said \"\"hi\"\" x\" is no folder");
    assert_eq!(
        masked.escape_ascii().to_string(),
        "257 \\\"/****\\\" is no folder"
    );
}
