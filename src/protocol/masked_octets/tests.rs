use proptest::arbitrary::any;
use proptest::collection::vec;
use proptest::{prop_assert, prop_assert_eq, proptest};

use super::{MaskedOctets, ReceivedMask, SentMask};
use crate::protocol::secret_echo::SecretEcho;

fn shown(masked: &MaskedOctets) -> String {
    for secret in &masked.secrets {
        assert_eq!(&masked.octets[secret.clone()], b"****");
    }
    masked.octets.escape_ascii().to_string()
}

fn sent(pieces: &[&[u8]]) -> Vec<String> {
    let mut mask = SentMask::default();
    pieces
        .iter()
        .map(|piece| shown(&mask.take(piece)))
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
fn a_doubled_iac_in_an_echo_is_the_octet_that_was_sent() {
    let mut echo = SecretEcho::default();
    echo.remember(b"caf\xff9");
    let mut mask = ReceivedMask::default();
    let masked = mask.take(b"500 caf\xff\xff9!\r\n", &echo, true);
    assert_eq!(shown(&masked), "500 ****!\\r\\n");
}

#[test]
fn a_short_secret_does_not_blot_out_ordinary_replies() {
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
        ["530 **** no\\r\\n", ""]
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
        assert_eq!(mask.take(&[b'x'; 1_000], &echo, true).octets.len(), 1_000);
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
    fn without_secrets_every_octet_is_shown_at_once(pieces in vec(vec(any::<u8>(), 0..20), 0..20)) {
        let echo = SecretEcho::default();
        let mut mask = ReceivedMask::default();
        for piece in &pieces {
            prop_assert_eq!(&mask.take(piece, &echo, true).octets, piece);
        }
        prop_assert!(mask.end().is_empty());
    }

    #[test]
    fn any_octets_are_survived(pieces in vec(vec(any::<u8>(), 0..20), 0..20)) {
        let echo = echo_of(&["a", "\u{ff}\n", "ab"]);
        let (mut received, mut sent) = (ReceivedMask::default(), SentMask::default());
        for piece in &pieces {
            let _ = received.take(piece, &echo, true);
            let _ = sent.take(piece);
        }
    }
}
