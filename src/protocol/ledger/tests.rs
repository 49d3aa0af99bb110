use super::{Assignment, EntryId, Fit, Ledger, ReplyCode, Verb};

/// What happens, one step a line:
///
/// * `connected`: the greeting is outstanding.
/// * `> VERB`: a command is sent; nothing after `>` is an empty line, or one that begins with a space.
/// * `< CODE VERB [FIT] [-VERB ...]`: a reply, whose it is, how well it fits if it is not listed, and who is passed over.
///   `greeting` and `nobody` stand for a verb.
type Dialogue = &'static [&'static str];

/// Commands and the replies that every server has for them: after any dialogue each of them must get its own.
const PROBES: &[(&str, &[u16])] = &[
    ("PWD", &[257]),
    ("NOOP", &[200]),
    ("SIZE", &[550]),
    ("PASV", &[227]),
    ("LIST", &[150, 226]),
];

fn check(name: &str, dialogue: Dialogue) {
    let ledger = played(name, dialogue);
    for (verb, codes) in PROBES {
        if is_ambiguous(&ledger, codes) {
            continue;
        }
        let mut ledger = played(name, dialogue);
        let probe = ledger.enter_command(Verb::new(verb.as_bytes()));
        for code in *codes {
            let assignment = ledger.assign(ReplyCode(*code));
            let shown = (assignment.entry, assignment.fit);
            assert_eq!(
                shown,
                (Some(probe), Fit::Listed),
                "{name}: {code} to {verb} after it"
            );
        }
    }
}

/// An open command may take the reply to a later one if it is listed for both.
fn is_ambiguous(ledger: &Ledger, codes: &[u16]) -> bool {
    ledger
        .open
        .iter()
        .any(|entry| !codes.contains(&150) && fits(entry, codes))
}

fn fits(entry: &super::Entry, codes: &[u16]) -> bool {
    (codes.iter()).any(|code| entry.fits(ReplyCode(*code), super::Strictness::Expected))
}

fn played(name: &str, dialogue: Dialogue) -> Ledger {
    let mut ledger = Ledger::default();
    let mut sent = Vec::new();
    for step in dialogue {
        let mut words = step.split_ascii_whitespace();
        match words.next() {
            Some("connected") => sent.push((ledger.await_greeting(), "greeting")),
            Some(">") => {
                let verb = words.next().unwrap_or_default();
                sent.push((ledger.enter_command(Verb::new(verb.as_bytes())), verb));
            }
            Some("<") => {
                let code = words.next().unwrap().parse().unwrap();
                let got = described(&ledger.assign(ReplyCode(code)), &sent);
                let expected: Vec<&str> = words.collect();
                assert_eq!(got, expected.join(" "), "{name}: {step}");
            }
            _ => panic!("{step}"),
        }
    }
    ledger
}

fn described(assignment: &Assignment, sent: &[(EntryId, &str)]) -> String {
    let verb_of = |id: EntryId| match sent.iter().find(|(of, _)| *of == id) {
        Some((_, "")) => "empty",
        Some((_, verb)) => verb,
        None => "?",
    };
    let mut words = vec![assignment.entry.map_or("nobody", verb_of).to_owned()];
    match assignment.fit {
        Fit::Listed | Fit::Unexpected => {}
        fit => words.push(format!("{fit:?}").to_lowercase()),
    }
    let passed_over = assignment.passed_over.iter();
    words.extend(passed_over.map(|(id, _)| format!("-{}", verb_of(*id))));
    words.join(" ")
}

#[test]
fn plain_dialogues_are_matched_in_order() {
    let table: &[(&str, Dialogue)] = &[
        ("greeting", &["connected", "< 220 greeting"]),
        (
            "120 before 220",
            &["connected", "< 120 greeting", "< 220 greeting"],
        ),
        ("no room", &["connected", "< 421 greeting"]),
        ("login", &["> USER", "< 331 USER", "> PASS", "< 230 PASS"]),
        (
            "another password is asked for",
            &[
                "> USER",
                "< 331 USER",
                "> PASS",
                "< 331 PASS tolerated",
                "> PASS",
                "< 331 PASS tolerated",
                "> PASS",
                "< 230 PASS",
            ],
        ),
        (
            "USER and PASS in one write",
            &["> USER", "> PASS", "< 331 USER", "< 331 PASS tolerated"],
        ),
        (
            "three commands in one write",
            &[
                "> NOOP",
                "> PWD",
                "> TYPE",
                "< 200 NOOP",
                "< 257 PWD",
                "< 200 TYPE",
            ],
        ),
        ("an upload", &["> STOR", "< 150 STOR", "< 226 STOR"]),
        ("150, then 550", &["> RETR", "< 150 RETR", "< 550 RETR"]),
        (
            "a command that is answered before the transfer begins",
            &[
                "> RETR",
                "> NOOP",
                "< 200 NOOP -RETR",
                "< 150 RETR",
                "< 226 RETR",
            ],
        ),
        (
            "commands typed while a listing runs",
            &[
                "> LIST",
                "< 150 LIST",
                "> PWD",
                "> NOOP",
                "< 226 LIST",
                "< 257 PWD",
                "< 200 NOOP",
            ],
        ),
    ];
    for (name, dialogue) in table {
        check(name, dialogue);
    }
}

#[test]
fn a_missing_reply_does_not_shift_those_that_follow() {
    let table: &[(&str, Dialogue)] = &[
        ("empty line, silent", &[">"]),
        ("empty line, 500", &[">", "< 500 empty tolerated"]),
        ("two empty lines, silent", &[">", ">"]),
        (
            "a space in front of a verb, obeyed",
            &["> NOOP", "< 200 NOOP", ">", "< 200 empty tolerated"],
        ),
        (
            "an empty line and an unknown verb",
            &[">", "> XYZZY", "< 500 XYZZY -empty"],
        ),
        (
            "an empty line and a refused command",
            &[">", "> SIZE", "< 550 SIZE -empty"],
        ),
        ("unknown verb, 500", &["> XYZZY", "< 500 XYZZY"]),
        ("unknown verb, 211", &["> XYZZY", "< 211 XYZZY tolerated"]),
        ("unknown verb, silent", &["> XYZZY"]),
        (
            "unknown verb, late, with a command after it",
            &["> XYZZY", "> NOOP", "< 200 XYZZY", "< 200 NOOP"],
        ),
        (
            "unknown verb, silent, with a command that has a reply of its own",
            &["> XYZZY", "> PWD", "< 257 PWD -XYZZY"],
        ),
        (
            "unknown verb, 150 and 226",
            &["> XYZZY", "< 150 XYZZY", "< 226 XYZZY tolerated"],
        ),
        ("SIZE, silent", &["> SIZE"]),
        (
            "SIZE, silent, and its reply after that of the next",
            &["> SIZE", "> PWD", "< 257 PWD -SIZE", "< 213 SIZE late"],
        ),
        (
            "PWD after a login is left out",
            &[
                "> USER",
                "> PASS",
                "> PWD",
                "< 331 USER",
                "< 530 PASS",
                "< 230 PASS secondreply",
            ],
        ),
        (
            "APPE, silent, aborted",
            &["> APPE", "> ABOR", "< 226 ABOR -APPE"],
        ),
    ];
    for (name, dialogue) in table {
        check(name, dialogue);
    }
}

#[test]
fn an_extra_reply_is_not_taken_by_another_command() {
    let table: &[(&str, Dialogue)] = &[
        ("421 at idle", &["> PWD", "< 257 PWD", "< 421 nobody"]),
        ("226 at idle", &["< 226 nobody", "< 150 nobody"]),
        (
            "two replies to CWD, both before the next command",
            &["> CWD", "< 200 CWD", "< 250 nobody"],
        ),
        (
            "two replies to CWD, the second after the next command",
            &[
                "> CWD",
                "< 200 CWD",
                "> PWD",
                "< 250 CWD secondreply",
                "< 257 PWD",
            ],
        ),
        (
            "two replies to CWD, the second after NOOP",
            &[
                "> CWD",
                "< 200 CWD",
                "> NOOP",
                "< 250 CWD secondreply",
                "< 200 NOOP",
            ],
        ),
        (
            "an odd 2yz after a transfer is the next command's",
            &[
                "> STOR",
                "< 150 STOR",
                "< 226 STOR",
                "> TYPE",
                "< 250 TYPE unlisted",
            ],
        ),
        (
            "a transfer that is refused after its beginning, and not the PASV before it",
            &[
                "> PASV",
                "< 227 PASV",
                "> STOR",
                "< 150 STOR",
                "< 500 STOR unlisted",
            ],
        ),
        (
            "two replies to each of two CWD, overtaken by two commands",
            &[
                "> CWD",
                "< 200 CWD",
                "> CWD",
                "< 250 CWD",
                "> NOOP",
                "< 200 NOOP",
                "> PWD",
                "< 250 PWD unlisted",
                "> SIZE",
                "< 257 PWD secondreply",
                "< 213 SIZE",
            ],
        ),
        (
            "a reply that fits nothing",
            &["> PWD", "< 350 PWD unlisted"],
        ),
        (
            "200 for 250 and 250 for 200",
            &["> DELE", "< 200 DELE tolerated", "> CDUP", "< 250 CDUP"],
        ),
    ];
    for (name, dialogue) in table {
        check(name, dialogue);
    }
}

#[test]
fn a_transfer_that_gets_no_final_reply_does_not_take_that_of_the_next() {
    let table: &[(&str, Dialogue)] = &[
        ("150 and nothing", &["> RETR", "< 150 RETR"]),
        (
            "a second 150 in place of the final reply",
            &["> RETR", "< 150 RETR", "< 150 RETR"],
        ),
        (
            "a second 150 after the next command",
            &["> RETR", "< 150 RETR", "> PWD", "< 150 RETR", "< 257 PWD"],
        ),
        (
            "the next transfer shows that the one before it is over",
            &[
                "> RETR",
                "< 150 RETR",
                "> STOR",
                "< 150 STOR -RETR",
                "< 226 STOR",
            ],
        ),
        (
            "226 after the reply to the next command",
            &["> RETR", "< 150 RETR", "> PWD", "< 257 PWD", "< 226 RETR"],
        ),
    ];
    for (name, dialogue) in table {
        check(name, dialogue);
    }
}

#[test]
fn commands_in_the_middle_of_a_transfer_get_their_replies_at_any_time() {
    let table: &[(&str, Dialogue)] = &[
        (
            "STAT at once",
            &["> RETR", "< 150 RETR", "> STAT", "< 211 STAT", "< 226 RETR"],
        ),
        (
            "STAT after the transfer",
            &["> RETR", "< 150 RETR", "> STAT", "< 226 RETR", "< 211 STAT"],
        ),
        (
            "STAT 500",
            &["> STOR", "< 150 STOR", "> STAT", "< 500 STAT", "< 226 STOR"],
        ),
        (
            "NOOP at once",
            &["> RETR", "< 150 RETR", "> NOOP", "< 200 NOOP", "< 226 RETR"],
        ),
        (
            "NOOP after the transfer",
            &["> RETR", "< 150 RETR", "> NOOP", "< 226 RETR", "< 200 NOOP"],
        ),
        (
            "NOOP 500",
            &["> RETR", "< 150 RETR", "> NOOP", "< 500 NOOP", "< 226 RETR"],
        ),
        (
            "QUIT, 221 before 226",
            &["> RETR", "< 150 RETR", "> QUIT", "< 221 QUIT", "< 226 RETR"],
        ),
        (
            "QUIT, 226 before 221",
            &["> RETR", "< 150 RETR", "> QUIT", "< 226 RETR", "< 221 QUIT"],
        ),
        (
            "QUIT aborts, and has no 221",
            &[
                "> RETR",
                "< 150 RETR",
                "> QUIT",
                "< 426 RETR",
                "< 226 RETR secondreply",
            ],
        ),
    ];
    for (name, dialogue) in table {
        check(name, dialogue);
    }
}

#[test]
fn a_begun_transfer_is_open_until_its_own_final_reply() {
    let table: &[(&str, Dialogue)] = &[
        (
            "452 after the replies to two later commands",
            &[
                "> STOR",
                "< 150 STOR",
                "> NOOP",
                "< 200 NOOP",
                "> MKD",
                "< 452 STOR",
                "< 257 MKD",
            ],
        ),
        (
            "452 after 257",
            &[
                "> STOR",
                "< 150 STOR",
                "> MKD",
                "< 257 MKD",
                "> NOOP",
                "< 452 STOR",
                "< 200 NOOP",
            ],
        ),
        (
            "NOOP, then ABOR with 426 and 226",
            &[
                "> STOR",
                "< 150 STOR",
                "> NOOP",
                "< 200 NOOP",
                "> ABOR",
                "< 426 STOR",
                "< 226 ABOR",
            ],
        ),
        (
            "NOOP, then ABOR with 426 and 451",
            &[
                "> STOR",
                "< 150 STOR",
                "> NOOP",
                "< 500 NOOP",
                "> ABOR",
                "< 426 STOR",
                "< 451 ABOR",
            ],
        ),
        (
            "NOOP and ABOR, both answered after the transfer",
            &[
                "> STOR",
                "< 150 STOR",
                "> NOOP",
                "> ABOR",
                "< 226 STOR",
                "< 200 NOOP",
                "< 225 ABOR",
            ],
        ),
        (
            "a command on a file that is refused at once",
            &["> STOR", "< 150 STOR", "> MKD", "< 550 MKD", "< 226 STOR"],
        ),
        (
            "a refusal with nothing else that may get it",
            &["> STOR", "< 150 STOR", "> NOOP", "< 200 NOOP", "< 550 STOR"],
        ),
        (
            "425, 450 and 451 to transfers that wait for each other",
            &[
                "> STOR",
                "< 150 STOR",
                "> RETR",
                "> LIST",
                "< 451 STOR",
                "< 425 RETR",
                "< 450 LIST",
            ],
        ),
        (
            "commands on files, answered at once",
            &[
                "> STOR",
                "< 150 STOR",
                "> CWD",
                "< 250 CWD",
                "> DELE",
                "< 250 DELE",
                "> NOOP",
                "< 250 STOR",
                "< 200 NOOP",
            ],
        ),
        (
            "QUIT beside it, and its 221 first",
            &[
                "> STOR",
                "< 150 STOR",
                "> NOOP",
                "< 200 NOOP",
                "> QUIT",
                "< 221 QUIT",
                "< 226 STOR",
            ],
        ),
        (
            "ABOR without a reply",
            &[
                "> STOR",
                "< 150 STOR",
                "> ABOR",
                "> PWD",
                "< 257 PWD -ABOR",
                "< 226 STOR",
            ],
        ),
        (
            "a second 150, and 226 after the reply to the next command",
            &[
                "> RETR",
                "< 150 RETR",
                "< 150 RETR",
                "> STAT",
                "< 211 STAT",
                "< 226 RETR",
            ],
        ),
        (
            "no final reply until an ABOR says so",
            &[
                "> RETR",
                "< 150 RETR",
                "< 150 RETR",
                "> NOOP",
                "< 200 NOOP",
                "> ABOR",
                "< 225 ABOR -RETR",
            ],
        ),
        (
            "an unknown verb that begins a transfer",
            &[
                "> XYZZY",
                "< 150 XYZZY",
                "> DELE",
                "< 250 DELE",
                "> NOOP",
                "< 500 NOOP",
                "< 226 XYZZY tolerated",
            ],
        ),
    ];
    for (name, dialogue) in table {
        check(name, dialogue);
    }
}

#[test]
fn every_known_pair_of_replies_to_an_abort_is_told_apart() {
    let pairs: &[(&str, Dialogue)] = &[
        ("426 + 226", &["< 426 RETR", "< 226 ABOR"]),
        ("226 + 225", &["< 226 RETR", "< 225 ABOR"]),
        ("226 + 226", &["< 226 RETR", "< 226 ABOR"]),
        ("426 + 225", &["< 426 RETR", "< 225 ABOR"]),
        ("426 + 451", &["< 426 RETR", "< 451 ABOR"]),
        ("226 + 502", &["< 226 RETR", "< 502 ABOR"]),
        ("502 + 226", &["< 502 ABOR", "< 226 RETR"]),
        ("550 + 226", &["< 550 RETR", "< 226 ABOR"]),
        ("226 and nothing", &["< 226 RETR"]),
        ("nothing", &[]),
        (
            "two 502, then 226",
            &["< 502 ABOR", "< 502 ABOR secondreply", "< 226 RETR"],
        ),
        (
            "226, then two 502",
            &["< 226 RETR", "< 502 ABOR", "< 502 nobody"],
        ),
        ("500 and a close", &["< 500 ABOR"]),
        ("225 alone", &["< 225 ABOR -RETR"]),
        ("225 + 226", &["< 225 ABOR -RETR", "< 226 RETR late"]),
    ];
    for (name, replies) in pairs {
        let steps = [&["> RETR", "< 150 RETR", "> ABOR"], *replies].concat();
        check(name, Vec::leak(steps));
    }
    check("at idle", &["> ABOR", "< 225 ABOR"]);
    check(
        "before any 1yz",
        &["> RETR", "> ABOR", "< 426 RETR", "< 226 ABOR"],
    );
}

#[test]
fn resync_closes_everything_and_forgets_the_past() {
    let dialogue = &["> CWD", "< 200 CWD", "> RETR", "< 150 RETR", "> SIZE"];
    let mut ledger = played("resync", dialogue);
    let closed: Vec<_> = ledger
        .close_all()
        .iter()
        .map(|verb| verb.as_bytes().to_vec())
        .collect();
    assert_eq!(closed, [b"RETR", b"SIZE"]);
    assert!(ledger.is_empty());
    assert_eq!(ledger.assign(ReplyCode(226)).fit, Fit::Unexpected);
}

#[test]
fn ten_thousand_commands_without_a_reply_are_remembered_only_in_part() {
    let mut ledger = Ledger::default();
    for _ in 0..10_000 {
        ledger.enter_command(Verb::new(b"SIZE"));
    }
    ledger.enter_command(Verb::new(b"PWD"));
    assert_eq!(ledger.assign(ReplyCode(257)).passed_over.len(), 10_000);
    assert!(ledger.passed_over.len() <= super::PASSED_OVER_KEPT);
}

#[test]
fn a_second_refusal_of_abor_that_comes_late_does_not_answer_the_next_command() {
    let refused = b"502 Command not allowed: \xef\xbf\xbdABOR";
    let mut ledger = played(
        "aborted",
        &["> STOR", "< 150 STOR", "> ABOR", "< 550 STOR", "< 502 ABOR"],
    );
    let noop = ledger.enter_command(Verb::new(b"NOOP"));
    let second = ledger.assign_by_text(ReplyCode(502), refused);
    assert_eq!((second.fit, ledger.is_open(noop)), (Fit::SecondReply, true));
    assert_eq!(ledger.assign(ReplyCode(200)).entry, Some(noop));
    let unasked = ledger.assign_by_text(ReplyCode(502), refused);
    assert_eq!(unasked.fit, Fit::Unexpected);
    let again = ledger.enter_command(Verb::new(b"ABOR"));
    for fit in [Fit::Listed, Fit::SecondReply] {
        let refused = ledger.assign_by_text(ReplyCode(502), b"502 Command not supported.");
        assert_eq!((refused.fit, refused.entry), (fit, Some(again)));
    }
}
