//! Every limit of time, on both sides of it.

use std::time::Duration;

use super::dialogue::{Dialogue, Lead, LocalEnd, OFFER, SILENCE, WHOLE_REPLY, person, script};
use crate::client::machine::{Action, ExchangeId, Input, Request};
use crate::client::{Awaited, Ending, Observation, Origin, Settings, TransferResult};
use crate::protocol::verbs::DataDirection;
use crate::tls::TlsSettings;

type Begin = fn(&mut Dialogue) -> ExchangeId;

struct Limit {
    what: &'static str,
    limit: Duration,
    settings: fn() -> Settings,
    /// Leads to the moment from which the limit is counted.
    begin: Lead,
    /// What is due then, as [`Dialogue::take_labels`] names it.
    due: &'static str,
}

/// A millisecond before each limit nothing has happened, and at the limit it has.
fn check(limits: &[Limit]) {
    for row in limits {
        let mut dialogue = Dialogue::new((row.settings)());
        (row.begin)(&mut dialogue);
        dialogue.done.clear();
        dialogue.pass(row.limit - MOMENT);
        assert!(!dialogue.has_done(row.due), "too early: {}", row.what);
        dialogue.pass(MOMENT);
        let done = dialogue.labels();
        assert!(dialogue.has_done(row.due), "{}: {done:?}", row.what);
    }
}

/// vsftpd answers a NOOP only when the transfer beside it is over.
#[test]
fn a_command_beside_a_transfer_does_not_end_the_transfer_while_it_moves() {
    let mut dialogue = Dialogue::new(script());
    let transfer = dialogue.begin_download();
    dialogue.detach();
    let beside = dialogue.command("NOOP");
    for second in 1..60 {
        dialogue.pass(seconds(1));
        dialogue.data_moved(10 + second);
    }
    assert_eq!(dialogue.ending(transfer), None);
    assert_eq!(dialogue.ending(beside), None);
    trickle(&mut dialogue, 19);
    dialogue.pass(seconds(1));
    assert_eq!(dialogue.ending(beside), Some(Ending::TimedOut));
}

#[test]
fn what_a_person_waits_for() {
    check(&[
        Limit {
            what: "nothing moves",
            limit: seconds(8),
            settings: person,
            begin: |it| {
                it.command("NOOP");
            },
            due: "StillWaiting",
        },
        Limit {
            what: "nothing moves after a part of the reply",
            limit: seconds(8),
            settings: person,
            begin: |it| {
                it.command("NOOP");
                it.pass(seconds(7));
                it.tell(Input::ControlReceived(b"2"));
            },
            due: "StillWaiting",
        },
        Limit {
            what: "the server has all of an upload, and does not close its side",
            limit: seconds(8) - milliseconds(100),
            settings: person,
            begin: |it| {
                it.begin_upload();
                it.acknowledged = Some(10);
                it.data_ended();
                it.pass(milliseconds(100));
            },
            due: "StillWaiting",
        },
        Limit {
            what: "no reply after the data of a download",
            limit: seconds(3),
            settings: person,
            begin: |it| {
                it.begin_download();
                it.data_ended();
            },
            due: "settle Unanswered",
        },
        Limit {
            what: "no reply after an upload that the server has read to its end",
            limit: seconds(3),
            settings: person,
            begin: |it| {
                it.begin_upload();
                it.acknowledged = Some(10);
                it.data_ended();
                it.pass(seconds(2));
                it.upload_received();
            },
            due: "settle Unanswered",
        },
        Limit {
            what: "no answer to ABOR with Synch",
            limit: seconds(3),
            settings: person,
            begin: |it| {
                it.begin_download();
                it.interrupt();
            },
            due: "AbortUnanswered",
        },
        Limit {
            what: "the line is not read",
            limit: seconds(30),
            settings: person,
            begin: |it| {
                it.is_read = false;
                it.command("NOOP");
            },
            due: "TimedOut",
        },
    ]);
}

#[test]
fn what_a_script_waits_for() {
    check(&[
        Limit {
            what: "silence after a command",
            limit: SILENCE,
            settings: script,
            begin: |it| {
                it.command("NOOP");
            },
            due: "settle TimedOut",
        },
        Limit {
            what: "silence after a part of the reply",
            limit: SILENCE,
            settings: script,
            begin: |it| {
                it.command("NOOP");
                it.pass(seconds(4));
                it.tell(Input::ControlReceived(b"20"));
            },
            due: "settle TimedOut",
        },
        Limit {
            what: "silence after data",
            limit: SILENCE,
            settings: script,
            begin: |it| {
                it.begin_download();
                it.pass(seconds(4));
                it.data_moved(20);
            },
            due: "settle TimedOut",
        },
        Limit {
            what: "silence after the server's system took some of an upload",
            limit: SILENCE,
            settings: script,
            begin: |it| {
                it.begin_upload();
                it.acknowledged = Some(4);
                it.data_ended();
                it.pass(milliseconds(100));
            },
            due: "settle TimedOut",
        },
        Limit {
            what: "silence after a download, where a person would have the prompt",
            limit: SILENCE,
            settings: script,
            begin: |it| {
                it.begin_download();
                it.data_ended();
            },
            due: "settle TimedOut",
        },
        Limit {
            what: "the line is not read",
            limit: SILENCE,
            settings: script,
            begin: |it| {
                it.is_read = false;
                it.command("NOOP");
            },
            due: "settle TimedOut",
        },
        Limit {
            what: "a reply without end, byte by byte",
            limit: WHOLE_REPLY - seconds(19),
            settings: script,
            begin: |it| {
                it.command("NOOP");
                trickle(it, 19);
            },
            due: "settle TimedOut",
        },
        Limit {
            what: "a handshake without end, byte by byte",
            limit: WHOLE_REPLY - seconds(19),
            settings: script,
            begin: |it| {
                it.command("AUTH TLS");
                it.server("234 go");
                it.tell(Input::ControlReceived(b"\x16\x03\x03\x40\x00"));
                for _ in 0..19 {
                    it.pass(seconds(1));
                    it.tell(Input::ControlReceived(b"\0"));
                }
            },
            due: "settle TimedOut",
        },
        Limit {
            what: "a reply without end after data",
            limit: WHOLE_REPLY - seconds(18),
            settings: script,
            begin: |it| {
                it.begin_download();
                it.pass(seconds(4));
                it.data_moved(20);
                it.data_ended();
                trickle(it, 18);
            },
            due: "settle TimedOut",
        },
    ]);
}

#[test]
fn a_greeting_that_does_not_come_is_a_silence_of_the_script_only() {
    let mut dialogue = Dialogue::before_greeting(script());
    dialogue.pass(SILENCE - MOMENT);
    assert!(!dialogue.observed("TimedOut"));
    dialogue.pass(MOMENT);
    assert!(dialogue.has_done("settle TimedOut"));
    let mut dialogue = Dialogue::before_greeting(person());
    dialogue.pass(seconds(5) - MOMENT);
    assert_eq!(dialogue.labels(), ["Connected"]);
    dialogue.pass(MOMENT);
    assert_eq!(dialogue.labels(), ["Connected", "GreetingMissing"]);
    dialogue.pass(seconds(3600));
    assert_eq!(dialogue.labels(), ["Connected", "GreetingMissing"]);
}

#[test]
fn what_both_wait_for() {
    for settings in [patient_person, patient_script] {
        check(&[
            Limit {
                what: "a dial",
                limit: seconds(15),
                settings,
                begin: |it| {
                    it.command("PASV");
                    it.server(OFFER);
                },
                due: "DataConnectionFailed",
            },
            Limit {
                what: "a dial beside a transfer",
                limit: seconds(15),
                settings,
                begin: |it| {
                    it.open_data();
                    it.begin("RETR f", Some(DataDirection::Received), true);
                    it.server("150 go");
                    it.command("PASV");
                    it.server(OFFER);
                },
                due: "DataConnectionFailed",
            },
            Limit {
                what: "a handshake of the data connection after a refusal",
                limit: seconds(1),
                settings,
                begin: |it| {
                    it.secure();
                    it.command("PROT P");
                    it.server("200 private");
                    it.open_data();
                    it.download("RETR f");
                    it.server("150 go");
                    it.server("522 resume the session");
                },
                due: "reset",
            },
            Limit {
                what: "silence after an abort",
                limit: seconds(1),
                settings,
                begin: |it| {
                    it.begin_download();
                    it.interrupt();
                    it.data_ended();
                    it.pass(milliseconds(700));
                    it.server("426 cut");
                },
                due: "settle Answered",
            },
            Limit {
                what: "the end of an upload's connection after its reply",
                limit: milliseconds(100),
                settings,
                begin: |it| {
                    it.begin_upload();
                    it.acknowledged = Some(10);
                    it.data_ended();
                    it.server("226 stored");
                },
                due: "settle Answered",
            },
            Limit {
                what: "the end of the connection after QUIT",
                limit: milliseconds(500),
                settings,
                begin: |it| {
                    it.command("QUIT");
                    it.server("221 bye");
                },
                due: "settle Answered",
            },
            Limit {
                what: "the reply to the QUIT that ends the session",
                limit: seconds(3),
                settings,
                begin: |it| {
                    it.ask(Request::Quit);
                },
                due: "settle Unanswered",
            },
            Limit {
                what: "the rest of a reply whose last line has another code",
                limit: seconds(2),
                settings,
                begin: |it| {
                    it.command("NOOP");
                    it.server("200-first");
                    it.server("226 last?");
                },
                due: "settle Answered",
            },
            Limit {
                what: "the data before its completion reply",
                limit: milliseconds(100),
                settings,
                begin: |it| {
                    it.begin_download();
                    it.server("226 done");
                },
                due: "ReplyReceived",
            },
            Limit {
                what: "the 1yz before the data is read",
                limit: milliseconds(150),
                settings,
                begin: |it| {
                    it.open_data();
                    it.download("RETR f");
                },
                due: "receive",
            },
            Limit {
                what: "the rest of a download that the server gave up",
                limit: seconds(1),
                settings,
                begin: |it| {
                    it.begin_download();
                    it.server("426 no more");
                },
                due: "reset",
            },
            Limit {
                what: "a local side that does not take the rest of an aborted download",
                limit: milliseconds(250),
                settings,
                begin: |it| {
                    it.local_side = LocalEnd::Never;
                    it.begin_download();
                    it.interrupt();
                    it.interrupt();
                },
                due: "drop local side",
            },
            Limit {
                what: "how far a transfer has come",
                limit: milliseconds(100),
                settings,
                begin: |it| {
                    it.begin_download();
                },
                due: "TransferMoving",
            },
            Limit {
                what: "how much of an upload has arrived",
                limit: milliseconds(100),
                settings,
                begin: |it| {
                    it.begin_upload();
                    it.data_ended();
                },
                due: "measure",
            },
            Limit {
                what: "the end of TLS after CCC",
                limit: seconds(1),
                settings,
                begin: |it| {
                    it.secure();
                    it.command("CCC");
                    it.server("200 in the clear");
                },
                due: "TlsEnded",
            },
            Limit {
                what: "the end of TLS after REIN",
                limit: seconds(1),
                settings,
                begin: |it| {
                    it.secure();
                    it.command("REIN");
                    it.server("220 again");
                },
                due: "StillSecured",
            },
            Limit {
                what: "the server's connection to our port",
                limit: CONNECT,
                settings,
                begin: |it| {
                    it.ask(|exchange| Request::Listen {
                        exchange,
                        origin: Origin::Typed,
                    });
                    it.server("200 port");
                    it.pass(seconds(3));
                    it.download("RETR f");
                },
                due: "ServerDidNotConnect",
            },
        ]);
    }
}

/// What ends the waiting in time is not a time limit.
#[test]
fn what_comes_in_time_is_waited_for_no_longer() {
    let rows: [(&str, Lead, &str); 5] = [
        (
            "the server closes its side of an upload",
            |it| {
                it.begin_upload();
                it.acknowledged = Some(10);
                it.data_ended();
                it.server("226 stored");
                it.upload_received();
            },
            "settle Answered",
        ),
        (
            "the server ends the connection after QUIT",
            |it| {
                it.command("QUIT");
                it.server("221 bye");
                it.tell(Input::ControlEnded(None));
            },
            "settle Answered",
        ),
        (
            "the data ends after its completion reply",
            |it| {
                it.begin_download();
                it.server("226 done");
                it.data_ended();
            },
            "settle Answered",
        ),
        (
            "the server ends TLS after CCC",
            |it| {
                it.secure();
                it.command("CCC");
                it.server("200 in the clear");
                it.end_tls();
            },
            "TlsEnded",
        ),
        (
            "ABOR is answered, and nothing else is outstanding",
            |it| {
                it.begin_download();
                it.interrupt();
                it.data_ended();
                it.server("426 cut");
                it.server("226 aborted");
            },
            "settle Answered",
        ),
    ];
    for (what, lead, due) in rows {
        let mut dialogue = Dialogue::new(person());
        lead(&mut dialogue);
        assert!(dialogue.has_done(due), "{what}: {:?}", dialogue.labels());
    }
}

#[test]
fn a_person_is_told_what_has_not_come() {
    for (begin, expected) in [
        (&["NOOP"][..], "Reply"),
        (&["PASV", OFFER], "DataConnection"),
        (&["PASV", "227-here"], "Reply"),
    ] {
        let mut dialogue = Dialogue::new(person());
        dialogue.command(begin[0]);
        begin[1..].iter().for_each(|reply| dialogue.server(reply));
        dialogue.pass(seconds(8));
        let missing = dialogue.done.iter().find_map(|action| match action {
            Action::Observe(Observation::StillWaiting { missing, .. }) => {
                Some(format!("{missing:?}"))
            }
            _ => None,
        });
        let missing = missing.expect("it was told");
        assert!(missing.starts_with(expected), "{begin:?}: {missing}");
    }
}

#[test]
fn a_person_waits_without_limit() {
    let mut dialogue = Dialogue::new(person());
    let exchange = dialogue.command("NOOP");
    dialogue.pass(seconds(3600));
    assert_eq!(dialogue.ending(exchange), None);
    let said = dialogue
        .labels()
        .iter()
        .filter(|it| *it == "StillWaiting")
        .count();
    assert_eq!(said, 1, "once is enough");
    dialogue.server("200 at last");
    assert_eq!(dialogue.ending(exchange), Some(Ending::Answered));
}

#[test]
fn a_person_who_reads_in_a_pager_is_not_told_to_wait() {
    let mut dialogue = Dialogue::new(person());
    dialogue.begin_download();
    dialogue.local_side_awaited();
    dialogue.pass(seconds(60));
    assert!(!dialogue.observed("StillWaiting"));
    dialogue.tell(Input::LocalSideAwaited {
        id: dialogue.data,
        is_awaited: false,
    });
    dialogue.data_moved(11);
    dialogue.pass(seconds(8));
    assert!(dialogue.observed("StillWaiting"));
}

#[test]
fn the_limit_of_a_line_is_not_held_off_by_a_server_that_reads_slowly() {
    for (settings, limit) in [(person(), 30), (script(), 5)] {
        let mut dialogue = Dialogue::new(settings);
        dialogue.is_read = false;
        let exchange = dialogue.command(&format!("NOOP {}", "x".repeat(10_000)));
        dialogue.server("200-from here on");
        for second in 1..limit {
            dialogue.pass(seconds(1));
            let left = 10_000 - usize::try_from(second).unwrap();
            dialogue.tell(Input::ControlUnwritten(left));
            // Other movement does not hold it off either.
            dialogue.server("it is always the same reply");
        }
        dialogue.pass(seconds(1) - MOMENT);
        assert_eq!(dialogue.ending(exchange), None);
        dialogue.pass(MOMENT);
        assert_eq!(dialogue.ending(exchange), Some(Ending::TimedOut));
        assert!(dialogue.has_done("close control"));
        assert!(awaited(&dialogue) == Some(Awaited::LineRead));
    }
}

#[test]
fn the_limit_of_a_reply_is_not_held_off_by_one_beginning_after_another() {
    let mut dialogue = Dialogue::new(Settings {
        reply_limit: Some(seconds(20)),
        ..script()
    });
    let exchange = dialogue.command("NOOP");
    dialogue.server("150 wait");
    for _ in 1..20 {
        dialogue.pass(seconds(1));
        dialogue.server("150 still");
    }
    assert_eq!(dialogue.ending(exchange), None);
    dialogue.pass(seconds(1));
    assert_eq!(dialogue.ending(exchange), Some(Ending::TimedOut));
}

#[test]
fn a_line_that_was_read_in_the_end_has_no_limit_any_more() {
    let mut dialogue = Dialogue::new(person());
    dialogue.is_read = false;
    dialogue.command("NOOP");
    dialogue.pass(seconds(29));
    dialogue.tell(Input::ControlWritten);
    dialogue.pass(seconds(60));
    assert!(!dialogue.observed("TimedOut"));
}

#[test]
fn records_without_bytes_do_not_hold_the_silence_off() {
    let mut dialogue = Dialogue::new(script());
    dialogue.secure();
    let exchange = dialogue.command("NOOP");
    for _ in 0..4 {
        dialogue.pass(seconds(1));
        dialogue.change_keys();
    }
    dialogue.pass(seconds(1) - MOMENT);
    assert_eq!(dialogue.ending(exchange), None);
    dialogue.pass(MOMENT);
    assert_eq!(dialogue.ending(exchange), Some(Ending::TimedOut));
}

#[test]
fn what_waits_for_a_handshake_is_settled_when_that_does_not_come() {
    let leads: [(Lead, Ending); 2] = [
        (|it| it.pass(SILENCE), Ending::TimedOut),
        (
            |it| it.tell(Input::ControlBroken(std::io::ErrorKind::BrokenPipe.into())),
            Ending::ConnectionLost,
        ),
    ];
    for (lead, expected) in leads {
        let mut dialogue = Dialogue::new(script());
        dialogue.command("AUTH TLS");
        dialogue.server("234 go");
        let held = dialogue.command("NOOP");
        assert_eq!(dialogue.ending(held), None);
        lead(&mut dialogue);
        assert_eq!(dialogue.ending(held), Some(expected));
    }
}

#[test]
fn a_handshake_that_does_not_come_in_time_ends_the_connection() {
    let mut dialogue = Dialogue::new(script());
    dialogue.command("AUTH TLS");
    dialogue.server("234 go");
    dialogue.pass(SILENCE - MOMENT);
    assert!(!dialogue.has_done("close control"));
    dialogue.pass(MOMENT);
    assert!(dialogue.has_done("close control"));
}

#[test]
fn a_time_limit_says_what_did_not_come() {
    let rows: [(Lead, Awaited); 5] = [
        (
            |it| {
                it.command("NOOP");
            },
            Awaited::Reply,
        ),
        (
            |it| {
                it.open_data();
                it.download("RETR f");
            },
            Awaited::Reply,
        ),
        (
            |it| {
                it.begin_download();
            },
            Awaited::Data,
        ),
        (
            |it| {
                it.command("AUTH TLS");
                it.server("234 go");
            },
            Awaited::Handshake,
        ),
        (
            |it| {
                it.secure();
                it.command("PROT P");
                it.server("200 private");
                it.open_data();
                it.download("RETR f");
                it.server("150 go");
            },
            Awaited::DataHandshake,
        ),
    ];
    for (lead, expected) in rows {
        let mut dialogue = Dialogue::new(script());
        lead(&mut dialogue);
        dialogue.pass(seconds(6));
        assert_eq!(awaited(&dialogue), Some(expected));
        assert!(dialogue.has_done("settle TimedOut"), "{expected:?}");
    }
}

#[test]
fn a_local_side_that_stops_is_not_taken_for_a_silent_server() {
    let rows: [(&str, Begin, Lead, &str); 3] = [
        (
            "a reader that reads no more",
            Dialogue::begin_download,
            |it| it.local_side_awaited(),
            "it accepted no data for 5 s",
        ),
        (
            "a reader that leaves what had come",
            Dialogue::begin_download,
            |it| {
                it.local_side = LocalEnd::Never;
                it.data_ended();
            },
            "it accepted no data for 5 s",
        ),
        (
            "a source that gives no more",
            Dialogue::begin_upload,
            |it| it.local_side_awaited(),
            "it supplied no data for 5 s",
        ),
    ];
    for (what, begin, stop, reason) in rows {
        let mut dialogue = Dialogue::new(script());
        let exchange = begin(&mut dialogue);
        dialogue.pass(SILENCE - MOMENT);
        dialogue.data_moved(9);
        stop(&mut dialogue);
        dialogue.pass(SILENCE - MOMENT);
        assert_eq!(dialogue.ending(exchange), None, "{what}");
        dialogue.pass(MOMENT);
        // The server may say what it thinks of it, within the same limit.
        dialogue.pass(SILENCE - MOMENT);
        assert_eq!(dialogue.ending(exchange), None, "{what}");
        dialogue.server("426 broken");
        assert_eq!(dialogue.ending(exchange), Some(Ending::Answered), "{what}");
        let outcome = dialogue.outcomes(exchange)[0];
        let result = &outcome.transfer.as_ref().unwrap().result;
        let expected = TransferResult::LocalFailed(reason.to_owned());
        assert_eq!(*result, expected, "{what}");
        assert!(!dialogue.observed("TimedOut"), "{what}");
    }
}

#[test]
fn a_local_side_that_is_slow_and_moves_has_no_limit() {
    let stops: [Lead; 2] = [
        |it| it.local_side_awaited(),
        |it| {
            it.local_side = LocalEnd::Never;
            it.data_ended();
        },
    ];
    for stop in stops {
        let mut dialogue = Dialogue::new(script());
        let exchange = dialogue.begin_download();
        stop(&mut dialogue);
        for _ in 0..60 {
            dialogue.pass(SILENCE - MOMENT);
            dialogue.local_side_moved(exchange);
        }
        assert_eq!(dialogue.ending(exchange), None);
        assert!(!dialogue.has_done("reset"));
    }
}

#[test]
fn a_person_who_is_asked_about_a_certificate_is_not_told_to_wait() {
    let settings = Settings {
        tls: TlsSettings::default(),
        ..person()
    };
    let mut dialogue = Dialogue::new(settings);
    dialogue.begin_tls();
    let is_asked = |it: &Action| matches!(it, Action::AskTrust(..));
    assert!(dialogue.done.iter().any(is_asked));
    dialogue.pass(seconds(60));
    assert!(!dialogue.observed("StillWaiting"));
}

#[test]
fn an_empty_line_that_gets_no_reply_is_not_taken_for_the_greeting() {
    for settings in [person, script] {
        let mut dialogue = Dialogue::new(settings());
        dialogue.command("");
        dialogue.pass(seconds(60));
        assert!(!dialogue.observed("GreetingMissing"));
        assert!(!dialogue.observed("StillWaiting"));
    }
}

#[test]
fn a_greeting_that_began_does_not_hint_at_another_start() {
    let mut dialogue = Dialogue::before_greeting(person());
    dialogue.server("220-hello");
    dialogue.pass(seconds(60));
    assert!(!dialogue.observed("GreetingMissing"));
}

#[test]
fn a_local_side_that_goes_on_is_not_to_blame_for_a_silence_afterwards() {
    let mut dialogue = Dialogue::new(script());
    let exchange = dialogue.begin_download();
    dialogue.local_side_awaited();
    dialogue.tell(Input::LocalSideAwaited {
        id: dialogue.data,
        is_awaited: false,
    });
    dialogue.pass(SILENCE);
    assert_eq!(awaited(&dialogue), Some(Awaited::Data));
    assert_eq!(dialogue.ending(exchange), Some(Ending::TimedOut));
}

#[test]
fn data_that_do_not_come_any_more_are_not_whole() {
    let mut dialogue = Dialogue::new(script());
    let exchange = dialogue.begin_download();
    dialogue.pass(SILENCE);
    let outcomes = dialogue.outcomes(exchange);
    let end = outcomes[0].transfer.clone().unwrap();
    assert!(
        matches!(end.result, TransferResult::Broken(_)),
        "{:?}",
        end.result
    );
}

fn trickle(dialogue: &mut Dialogue, seconds_long: u32) {
    dialogue.tell(Input::ControlReceived(b"200-"));
    for _ in 0..seconds_long {
        dialogue.pass(seconds(1));
        dialogue.tell(Input::ControlReceived(b"x"));
    }
}

fn awaited(dialogue: &Dialogue) -> Option<Awaited> {
    dialogue.done.iter().find_map(|action| match action {
        Action::Observe(Observation::TimedOut { awaited, .. }) => Some(*awaited),
        _ => None,
    })
}

fn patient_person() -> Settings {
    Settings {
        connect_limit: Some(CONNECT),
        ..person()
    }
}

/// So patient that no limit of a script is due before those that a person has too.
fn patient_script() -> Settings {
    Settings {
        silence_limit: Some(seconds(60)),
        reply_limit: Some(seconds(600)),
        connect_limit: Some(CONNECT),
        ..person()
    }
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn milliseconds(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

const MOMENT: Duration = Duration::from_millis(1);
const CONNECT: Duration = Duration::from_secs(10);
