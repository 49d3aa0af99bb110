//! Ctrl-C and Ctrl-] in every state of a command.

use std::time::Duration;

use super::dialogue::{Dialogue, Lead, LocalEnd, OFFER, person};
use crate::client::Ending;
use crate::client::machine::{Action, Input, Request};
use crate::client::{DataState, Observation, Origin, Settings};

/// A state of a command, and how it is reached.
type State = (&'static str, Lead);

/// What the machine asks for after the first, the second and the third Ctrl-C.
type Presses = [&'static [&'static str]; 3];

fn check(rows: &[(State, Presses)]) {
    for ((state, lead), presses) in rows {
        let mut dialogue = Dialogue::new(plain_abort());
        lead(&mut dialogue);
        dialogue.done.clear();
        for (before, expected) in presses.iter().enumerate() {
            dialogue.interrupt();
            let done = dialogue.take_labels();
            assert_eq!(done, *expected, "{state}, after {before} others");
        }
    }
}

#[test]
fn an_interrupt_of_a_download_aborts_then_closes_then_gives_the_prompt() {
    let presses: Presses = [
        &[ABOR, "AbortSent"],
        &["reset", "end local side", "DataEnded", "TransferEnded"],
        &["settle Interrupted"],
    ];
    check(&[
        (
            ("it awaits its 150", |it| {
                it.open_data();
                it.download("RETR f");
            }),
            presses,
        ),
        (
            ("its data moves", |it| {
                it.begin_download();
            }),
            presses,
        ),
    ]);
}

/// What was sent must not count as a whole file, so the connection is reset along with the ABOR.
#[test]
fn an_interrupt_of_an_upload_closes_at_once_then_gives_the_prompt() {
    let presses: Presses = [
        &[
            "reset",
            "drop local side",
            ABOR,
            "AbortSent",
            "DataEnded",
            "TransferEnded",
        ],
        &["settle Interrupted"],
        &[],
    ];
    check(&[
        (
            ("it awaits its 150", |it| {
                it.open_data();
                it.upload("STOR f");
            }),
            presses,
        ),
        (
            ("its data moves", |it| {
                it.begin_upload();
            }),
            presses,
        ),
        (
            ("the server's system has not taken all", |it| {
                it.begin_upload();
                it.acknowledged = Some(4);
                it.data_ended();
            }),
            presses,
        ),
    ]);
}

#[test]
fn an_interrupt_with_no_data_connection_left_aborts_and_then_gives_the_prompt() {
    check(&[
        (
            ("the server has not connected to our port", |it| {
                it.ask(|exchange| Request::Listen {
                    exchange,
                    origin: Origin::Typed,
                });
                it.server("200 port");
                it.download("RETR f");
            }),
            [
                &[
                    "forget",
                    "end local side",
                    ABOR,
                    "AbortSent",
                    "DataEnded",
                    "TransferEnded",
                ],
                &["settle Interrupted"],
                &[],
            ],
        ),
        (
            ("the data has ended, and neither 150 nor 226 came", |it| {
                it.open_data();
                it.download("RETR f");
                it.data_ended();
            }),
            [
                &[
                    "end local side",
                    ABOR,
                    "AbortSent",
                    "DataEnded",
                    "TransferEnded",
                ],
                &["settle Interrupted"],
                &[],
            ],
        ),
        (
            ("a download awaits its 226", |it| {
                it.begin_download();
                it.data_ended();
            }),
            [&[ABOR, "AbortSent"], &["settle Interrupted"], &[]],
        ),
        (
            ("an upload awaits its 226", |it| {
                it.begin_upload();
                it.acknowledged = Some(10);
                it.data_ended();
                it.pass(Duration::from_millis(100));
            }),
            [&["reset", ABOR, "AbortSent"], &["settle Interrupted"], &[]],
        ),
    ]);
}

#[test]
fn an_interrupt_does_not_wait_for_a_local_side_that_takes_nothing() {
    check(&[
        (
            ("the server has not answered", |it| {
                it.local_side = LocalEnd::Never;
                it.begin_download();
                it.data_ended();
            }),
            [&[ABOR, "AbortSent"], &[], &["settle Interrupted"]],
        ),
        (
            ("nothing but the local side is waited for", |it| {
                it.local_side = LocalEnd::Never;
                it.begin_download();
                it.data_ended();
                it.server("226 sent");
                it.pass(Duration::from_millis(100));
            }),
            [
                &[
                    "drop local side",
                    "DataEnded",
                    "TransferEnded",
                    "settle Answered",
                ],
                &[],
                &[],
            ],
        ),
    ]);
}

#[test]
fn an_interrupt_of_any_other_command_gives_the_prompt() {
    check(&[
        (
            ("it awaits its reply", |it| {
                it.command("NOOP");
            }),
            [&["settle Interrupted"], &[], &[]],
        ),
        (
            ("its port is dialled", |it| {
                it.command("PASV");
                it.server(OFFER);
            }),
            [&["settle Interrupted"], &[], &[]],
        ),
    ]);
}

#[test]
fn an_abort_is_written_before_it_is_told() {
    for settings in [person(), plain_abort()] {
        let mut dialogue = Dialogue::new(settings);
        dialogue.begin_download();
        dialogue.done.clear();
        dialogue.interrupt();
        let is_written = |action: &Action| match action {
            Action::Write(bytes) => bytes.ends_with(b"ABOR\r\n"),
            _ => false,
        };
        let is_told =
            |action: &Action| matches!(action, Action::Observe(Observation::AbortSent { .. }));
        let written = dialogue.done.iter().position(is_written).unwrap();
        let told = dialogue.done.iter().position(is_told).unwrap();
        assert!(written < told);
    }
}

#[test]
fn an_abort_in_clear_comes_with_a_synch() {
    let mut dialogue = Dialogue::new(person());
    dialogue.begin_download();
    dialogue.done.clear();
    dialogue.interrupt();
    assert_eq!(
        dialogue.take_labels(),
        [
            r"write \xff\xf4",
            r"write urgent \xff",
            r"write \xf2ABOR\r\n",
            "AbortSent"
        ]
    );
}

#[test]
fn an_abort_under_tls_is_plain() {
    let mut dialogue = Dialogue::new(person());
    dialogue.secure();
    dialogue.begin_download();
    dialogue.interrupt();
    assert!(dialogue.heard_under_tls.ends_with(b"ABOR\r\n"));
    assert!(!dialogue.heard_under_tls.contains(&0xff));
}

#[test]
fn an_abort_is_not_written_into_a_line_that_the_server_does_not_read() {
    let mut dialogue = Dialogue::new(plain_abort());
    dialogue.begin_download();
    dialogue.tell(Input::ControlUnwritten(5));
    dialogue.done.clear();
    dialogue.interrupt();
    assert_eq!(dialogue.take_labels(), [""; 0]);
    dialogue.interrupt();
    assert!(
        dialogue.has_done("reset"),
        "the data connection can be closed"
    );
    let unsent = dialogue.command("NOOP");
    assert_eq!(dialogue.ending(unsent), Some(Ending::Unsent));
    assert!(dialogue.observed("ServerNotReading"));
}

#[test]
fn an_interrupt_between_two_commands_keeps_the_second_from_being_sent() {
    let mut dialogue = Dialogue::new(person());
    dialogue.interrupt();
    let unsent = dialogue.command("NOOP");
    assert_eq!(dialogue.ending(unsent), Some(Ending::Unsent));
    let sent = dialogue.command("NOOP");
    dialogue.server("200 fine");
    assert_eq!(dialogue.ending(sent), Some(Ending::Answered));
    dialogue.interrupt();
    dialogue.tell(Input::Asked(Request::ForgetInterrupt));
    let sent = dialogue.command("NOOP");
    dialogue.server("200 fine");
    assert_eq!(dialogue.ending(sent), Some(Ending::Answered));
}

#[test]
fn an_interrupt_in_a_handshake_ends_the_connection() {
    let mut dialogue = Dialogue::new(person());
    let exchange = dialogue.command("AUTH TLS");
    dialogue.server("234 go");
    dialogue.interrupt();
    assert_eq!(dialogue.ending(exchange), Some(Ending::Interrupted));
    assert!(dialogue.has_done("close control"));
}

#[test]
fn the_next_data_connection_is_open_though_an_earlier_download_has_not_ended() {
    let mut dialogue = Dialogue::new(person());
    dialogue.begin_download();
    dialogue.detach();
    dialogue.open_data();
    assert_eq!(dialogue.status().data, DataState::Open);
}

#[test]
fn detaching_a_transfer_gives_the_prompt_and_lets_it_go_on() {
    let leads: [fn(&mut Dialogue) -> _; 2] = [Dialogue::begin_download, Dialogue::begin_upload];
    for begin in leads {
        let mut dialogue = Dialogue::new(person());
        let transfer = begin(&mut dialogue);
        dialogue.done.clear();
        dialogue.detach();
        assert_eq!(dialogue.take_labels(), ["Detached"]);
        let other = dialogue.command("NOOP");
        dialogue.server("200 fine");
        assert_eq!(dialogue.ending(other), Some(Ending::Answered));
        // Ctrl-C is for the foreground.
        dialogue.interrupt();
        dialogue.tell(Input::Asked(Request::ForgetInterrupt));
        dialogue.data_moved(20);
        dialogue.data_ended();
        dialogue.server("226 done");
        dialogue.upload_received();
        assert!(dialogue.outcomes(transfer)[0].is_positive());
        assert!(dialogue.observed("BackgroundSettled"));
        assert!(!dialogue.has_done("reset"));
    }
}

#[test]
fn detaching_a_command_leaves_its_reply_outstanding() {
    let mut dialogue = Dialogue::new(person());
    let exchange = dialogue.command("NOOP");
    dialogue.detach();
    assert_eq!(dialogue.ending(exchange), Some(Ending::Unanswered));
    assert!(dialogue.observed("FinalReplyOutstanding"));
    assert_eq!(dialogue.outstanding(), ["NOOP"]);
    let next = dialogue.command("PWD");
    dialogue.server("200 late");
    assert_eq!(dialogue.ending(next), None);
    dialogue.server("257 \"/\"");
    assert_eq!(dialogue.outcomes(next)[0].code(), 257);
}

#[test]
fn detaching_does_nothing_with_nothing_to_wait_for_or_in_a_handshake() {
    let mut dialogue = Dialogue::new(person());
    dialogue.detach();
    assert_eq!(dialogue.take_labels(), [""; 0]);
    dialogue.command("AUTH TLS");
    dialogue.server("234 go");
    dialogue.done.clear();
    dialogue.detach();
    assert_eq!(dialogue.take_labels(), [""; 0]);
}

#[test]
fn a_failing_local_side_is_told_as_such() {
    let mut dialogue = Dialogue::new(person());
    dialogue.local_side = LocalEnd::Fails;
    let exchange = dialogue.begin_download();
    dialogue.data_ended();
    dialogue.server("226 sent");
    dialogue.pass(Duration::from_secs(1));
    assert!(!dialogue.outcomes(exchange)[0].is_positive());
}

fn plain_abort() -> Settings {
    Settings {
        plain_abort: true,
        ..person()
    }
}

const ABOR: &str = r"write ABOR\r\n";
