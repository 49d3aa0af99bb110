//! What is learnt from which dialogue.

use std::sync::Arc;

use super::{LearningDestination, MAX_NAMES, SeenNames};
use crate::client::{KeptBytes, Observation, Observer, Origin};
use crate::protocol::ledger::{Assignment, Fit};
use crate::protocol::{Answered, Command, Reply, ReplyCode};

/// Lines with their replies, and the names that are known then.
type Row = (
    &'static [(&'static str, &'static str)],
    &'static [&'static str],
);

/// Sends each line, answers it, and tells which names can be completed then.
fn names_after(dialogue: &[(&str, &str)]) -> Vec<String> {
    let mut names = SeenNames::default();
    for (line, answer) in dialogue {
        let command = Command::new(*line).unwrap();
        names.observe(&Observation::CommandSent {
            command: command.clone(),
            origin: Origin::Typed,
        });
        let lines: Vec<Vec<u8>> = answer
            .lines()
            .map(|line| line.as_bytes().to_vec())
            .collect();
        let reply = Reply {
            code: ReplyCode(answer[..3].parse().unwrap()),
            lines,
            ended_with: None,
            dropped_bytes: 0,
        };
        names.observe(&Observation::ReplyReceived {
            answered: Arc::new(Answered::nothing(reply.clone())),
            reply,
            assignment: Assignment {
                entry: None,
                verb: Some(command.verb()),
                fit: Fit::Listed,
                passed_over: Vec::new(),
            },
            awaited: true,
        });
    }
    all(&names)
}

fn all(names: &SeenNames) -> Vec<String> {
    let names = names.beginning_with(b"", usize::MAX).into_iter();
    names.map(|name| String::from_utf8(name).unwrap()).collect()
}

fn listed(line: &str, listing: &str) -> Vec<String> {
    let names = SeenNames::default();
    names.learn_listing(&Command::new(line).unwrap(), listing.as_bytes());
    all(&names)
}

#[test]
fn paths_that_the_server_accepted_are_names() {
    let table: &[Row] = &[
        (&[("SIZE a b", "213 5")], &["a b"]),
        (&[("size a", "213 5")], &["a"]),
        (&[("SIZE a", "550 no")], &[]),
        (&[("USER a", "331 go on"), ("PASS b", "230 in")], &[]),
        (
            &[
                ("FOO a", "200 ok"),
                ("TYPE I", "200 ok"),
                ("LIST -l", "226 ok"),
            ],
            &[],
        ),
        (&[("PWD", "257 \"/x y\" is it")], &["/x y"]),
        (&[("MKD d", "257 \"/x/d\" made")], &["/x/d", "d"]),
        (
            &[("MLST a", "250-about\n type=file;size=5; /x/a\n250 end")],
            &["/x/a", "a"],
        ),
        (&[("SIZE a", "213 5"), ("DELE a", "250 gone")], &[]),
        (&[("SIZE a", "213 5"), ("DELE a", "550 no")], &["a"]),
        (
            &[
                ("SIZE a", "213 5"),
                ("RNFR a", "350 go on"),
                ("RNTO b", "250 done"),
            ],
            &["b"],
        ),
        (&[("RETR a", "150 here"), ("RETR a", "226 done")], &["a"]),
        (
            &[("STAT d", "213-d\n-rw-r--r-- 1 u g 5 Nov 22 2024 x\n213 end")],
            &["d/x"],
        ),
    ];
    for (dialogue, names) in table {
        assert_eq!(names_after(dialogue), *names, "{dialogue:?}");
    }
}

#[test]
fn names_belong_to_their_directory() {
    const SIZE: (&str, &str) = ("SIZE a", "213 5");
    let table: &[Row] = &[
        (&[SIZE, ("CWD d", "250 there")], &[]),
        (
            &[SIZE, ("CWD d", "250 there"), ("CDUP", "250 back")],
            &["a", "d"],
        ),
        (
            &[SIZE, ("CWD d", "250 there"), ("CWD ..", "250 back")],
            &["a", "d"],
        ),
        (&[SIZE, ("CDUP", "250 up"), ("CWD x", "250 down")], &[]),
        (
            &[
                ("CWD /d", "250 there"),
                SIZE,
                ("CDUP", "250 up"),
                ("CWD /d", "250 there"),
            ],
            &["a"],
        ),
        (&[SIZE, ("CWD d", "550 no")], &["a"]),
        (&[SIZE, ("REIN", "220 again")], &[]),
    ];
    for (dialogue, names) in table {
        assert_eq!(names_after(dialogue), *names, "{dialogue:?}");
    }
}

#[test]
fn listings_are_read_in_every_form() {
    let unix = "total 2\r\ndrwxr-xr-x 2 u g 3 Nov 22 2024 d\r\n-rw-r--r-- 1 u g 1 Nov 22 2024 a b\r\n\
        lrwxrwxrwx 1 u g 1 Nov 22 2024 link -> /a\r\ndrwxr-xr-x 2 u g 3 Nov 22 2024 .\r\n";
    assert_eq!(listed("LIST", unix), ["a b", "d", "link"]);
    assert_eq!(listed("LIST -la", unix), ["a b", "d", "link"]);
    assert_eq!(listed("LIST -l -a /x", unix), ["/x/a b", "/x/d", "/x/link"]);
    assert_eq!(listed("LIST sub/", unix), ["sub/a b", "sub/d", "sub/link"]);
    assert_eq!(listed("LIST *", unix), ["a b", "d", "link"]);
    let facts = "type=cdir;modify=1; .\r\ntype=file;size=5; a b\r\nType=dir; d\r\n";
    assert_eq!(listed("MLSD", facts), ["a b", "d"]);
    assert_eq!(listed("MLSD s", facts), ["s/a b", "s/d"]);
    assert_eq!(listed("NLST", "a b\r\nc\n.\n..\n"), ["a b", "c"]);
    assert_eq!(listed("NLST s", "s/a\r\nb\r\n"), ["s/a", "s/b"]);
    assert_eq!(listed("NLST a", "a\r\n"), ["a"]);
    assert_eq!(listed("RETR f", "a\r\n"), [""; 0]);
}

#[test]
fn a_listing_is_handed_on_untouched_and_any_other_data_are_not_looked_at() {
    for (line, learnt) in [("NLST", &["a"][..]), ("RETR f", &[])] {
        let names = SeenNames::default();
        let kept = KeptBytes::at_most(100);
        let command = Command::new(line).unwrap();
        let inner = Box::new(kept.clone());
        let mut destination = LearningDestination::around(inner, &command, &names);
        destination.write(b"a\r").unwrap();
        destination.write(b"\n").unwrap();
        destination.end(true).unwrap();
        assert_eq!(kept.bytes(), b"a\r\n");
        assert_eq!(all(&names), learnt);
    }
}

#[test]
fn names_without_end_do_not_fill_the_memory() {
    let listing: String = (0..MAX_NAMES + 10)
        .map(|number| format!("{number}\n"))
        .collect();
    assert_eq!(listed("NLST", &listing).len(), MAX_NAMES);
}
