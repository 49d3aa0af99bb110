//! Whose reply it is, whatever else goes on (RFC 959 section 5.4).

use std::time::Duration;

use super::dialogue::{Dialogue, Lead, person, script};
use crate::client::machine::{Action, ExchangeId, Input};
use crate::client::{Ending, TransferResult};
use crate::protocol::verbs::DataDirection;

/// What each server answers when a download is aborted, and to what each reply is given.
#[test]
fn the_replies_to_an_abort_find_their_commands() {
    let rows: [(&str, &[&str], &[&str]); 4] = [
        (
            "ProFTPD and pyftpdlib",
            &["426 cut", "226 aborted"],
            &["426 RETR Listed", "226 ABOR Listed"],
        ),
        (
            "vsftpd",
            &["226 sent", "225 nothing to abort"],
            &["226 RETR Listed", "225 ABOR Listed"],
        ),
        (
            "ProFTPD without Synch",
            &["226 sent", "226 aborted"],
            &["226 RETR Listed", "226 ABOR Listed"],
        ),
        (
            "Pure-FTPd in an upload",
            &["426 cut", "451 aborted"],
            &["426 RETR Listed", "451 ABOR Listed"],
        ),
    ];
    for (who, said, expected) in rows {
        let mut dialogue = Dialogue::new(person());
        let exchange = dialogue.begin_download();
        dialogue.interrupt();
        dialogue.data_ended();
        dialogue.done.clear();
        for line in said {
            dialogue.server(line);
        }
        assert_eq!(dialogue.replies(), expected, "{who}");
        assert_eq!(dialogue.ending(exchange), Some(Ending::Answered), "{who}");
        assert_eq!(dialogue.outstanding(), [""; 0], "{who}");
        is_in_step(&mut dialogue);
    }
}

#[test]
fn a_swallowed_abort_is_outstanding_until_the_next_reply() {
    let mut dialogue = Dialogue::new(person());
    let exchange = dialogue.begin_download();
    dialogue.interrupt();
    dialogue.data_ended();
    dialogue.server("226 sent");
    dialogue.pass(Duration::from_secs(1));
    assert_eq!(dialogue.ending(exchange), Some(Ending::Answered));
    assert_eq!(dialogue.outstanding(), ["ABOR"]);
    is_in_step(&mut dialogue);
}

/// Pure-FTPd: its data does not move, so it reads nothing of the ABOR that Ctrl-C sent, and then the one that is typed.
#[test]
fn the_reply_to_a_plain_abort_is_not_given_to_one_that_was_not_answered() {
    let mut dialogue = Dialogue::new(person());
    let transfer = dialogue.begin_download();
    dialogue.interrupt();
    dialogue.pass(Duration::from_secs(3));
    assert!(dialogue.observed("AbortUnanswered"));
    dialogue.detach();
    let abort = dialogue.command("ABOR");
    dialogue.server("426 cut");
    dialogue.data_ended();
    dialogue.server("226 aborted");
    dialogue.pass(Duration::from_secs(1));
    for (exchange, code) in [(transfer, 426), (abort, 226)] {
        assert_eq!(dialogue.ending(exchange), Some(Ending::Answered));
        assert_eq!(dialogue.outcomes(exchange)[0].code(), code);
    }
    assert_eq!(dialogue.outstanding(), [""; 0]);
    is_in_step(&mut dialogue);
}

/// One reply to both: the transfer that was aborted gets none.
#[test]
fn an_aborted_transfer_that_gets_no_reply_is_not_outstanding() {
    let mut dialogue = Dialogue::new(person());
    let transfer = dialogue.begin_download();
    dialogue.interrupt();
    dialogue.pass(Duration::from_secs(3));
    dialogue.detach();
    let abort = dialogue.command("ABOR");
    dialogue.data_ended();
    dialogue.server("225 aborted");
    dialogue.pass(Duration::from_secs(1));
    for exchange in [transfer, abort] {
        assert!(dialogue.ending(exchange).is_some());
    }
    assert!(!dialogue.observed("FinalReplyOutstanding"));
}

/// A disk that is full tells so late: the NOOP beside the upload was answered long before.
#[test]
fn a_late_452_goes_to_its_upload_and_not_to_the_command_that_waits() {
    let mut dialogue = Dialogue::new(script());
    let upload = dialogue.begin_upload();
    dialogue.detach();
    dialogue.data_ended();
    let noop = dialogue.command("NOOP");
    dialogue.server("200 noop");
    let directory = dialogue.command("MKD d");
    dialogue.server("452 full");
    dialogue.upload_received();
    dialogue.server("257 \"d\" made");
    let expected = ["200 NOOP Listed", "452 STOR Listed", "257 MKD Listed"];
    let replies = dialogue.replies();
    assert!(
        replies.ends_with(&expected.map(str::to_owned)),
        "{replies:?}"
    );
    for (exchange, code) in [(upload, 452), (noop, 200), (directory, 257)] {
        let codes: Vec<u16> = dialogue
            .outcomes(exchange)
            .iter()
            .map(|it| it.code())
            .collect();
        assert_eq!(codes, [code]);
    }
    is_in_step(&mut dialogue);
}

/// Pure-FTPd sends a second 150 when a download was cut, and nothing else.
#[test]
fn a_second_150_does_not_end_a_transfer() {
    let mut dialogue = Dialogue::new(person());
    let exchange = dialogue.begin_download();
    dialogue.data_ended();
    dialogue.server("150 still");
    assert_eq!(dialogue.ending(exchange), None);
    dialogue.pass(Duration::from_secs(3));
    assert_eq!(dialogue.ending(exchange), Some(Ending::Unanswered));
    assert!(dialogue.observed("FinalReplyOutstanding"));
    assert_eq!(dialogue.outstanding(), ["RETR"]);
    is_in_step(&mut dialogue);
}

fn reader_leaves(dialogue: &mut Dialogue) {
    let id = dialogue.data;
    let result = TransferResult::ReaderClosed;
    dialogue.tell(Input::DataEnded { id, result });
}

/// Pure-FTPd sends none when a download under TLS is reset.
#[test]
fn a_script_does_not_wait_long_for_the_final_reply_after_its_reader_left() {
    let mut dialogue = Dialogue::new(script());
    let exchange = dialogue.begin_download();
    reader_leaves(&mut dialogue);
    dialogue.pass(Duration::from_millis(2999));
    assert_eq!(dialogue.ending(exchange), None);
    dialogue.pass(Duration::from_millis(1));
    assert_eq!(dialogue.ending(exchange), Some(Ending::Unanswered));
    assert_eq!(dialogue.outstanding(), ["RETR"]);
    is_in_step(&mut dialogue);
}

/// The reader took the beginning only (`| head`), so that a final reply would say nothing new.
#[test]
fn a_script_waits_no_longer_for_a_transfer_that_began_again_after_its_reader_left() {
    for again_comes_first in [false, true] {
        let mut dialogue = Dialogue::new(script());
        let exchange = dialogue.begin_download();
        if again_comes_first {
            dialogue.server("150 still");
            reader_leaves(&mut dialogue);
        } else {
            reader_leaves(&mut dialogue);
            dialogue.server("150 still");
        }
        assert_eq!(dialogue.ending(exchange), None);
        dialogue.pass(Duration::from_millis(500));
        assert_eq!(dialogue.ending(exchange), Some(Ending::Unanswered));
        assert_eq!(dialogue.outstanding(), ["RETR"]);
        is_in_step(&mut dialogue);
    }
}

/// The download may have been cut, and a script must not take it for whole.
#[test]
fn a_script_waits_for_the_final_reply_to_a_transfer_that_began_again_and_was_read_to_its_end() {
    let mut dialogue = Dialogue::new(script());
    let exchange = dialogue.begin_download();
    dialogue.data_ended();
    dialogue.server("150 still");
    dialogue.pass(Duration::from_secs(3));
    assert_eq!(dialogue.ending(exchange), None);
}

#[test]
fn a_transfer_in_the_background_and_commands_beside_it_have_their_own_replies() {
    for (beside, reply) in [
        ("NOOP", "200 fine"),
        ("STAT", "211 status"),
        ("PWD", "257 \"/\""),
        // Pure-FTPd answers so to whatever comes while it transfers.
        ("NOOP", "500 unknown"),
    ] {
        let (mut dialogue, transfer) = background(DataDirection::Received);
        let other = dialogue.command(beside);
        dialogue.server(reply);
        assert_eq!(dialogue.ending(other), Some(Ending::Answered), "{beside}");
        assert_eq!(dialogue.ending(transfer), None, "{beside}");
        dialogue.data_ended();
        dialogue.server("226 sent");
        assert_eq!(dialogue.ending(transfer), Some(Ending::Answered));
        assert!(dialogue.outcomes(transfer)[0].is_positive());
        is_in_step(&mut dialogue);
    }
}

/// vsftpd and ProFTPD read nothing before the transfer is over.
#[test]
fn commands_that_are_answered_only_after_a_transfer_wait_for_it() {
    for direction in [DataDirection::Received, DataDirection::Sent] {
        let (mut dialogue, transfer) = background(direction);
        let other = dialogue.command("NOOP");
        dialogue.data_ended();
        dialogue.server("226 done");
        dialogue.server("200 fine");
        dialogue.upload_received();
        dialogue.pass(Duration::from_secs(1));
        assert_eq!(dialogue.outcomes(transfer)[0].code(), 226);
        assert_eq!(dialogue.outcomes(other)[0].code(), 200);
    }
}

#[test]
fn a_typed_abort_ends_a_transfer_in_the_background() {
    for direction in [DataDirection::Received, DataDirection::Sent] {
        let (mut dialogue, transfer) = background(direction);
        dialogue.done.clear();
        let abort = dialogue.command("ABOR");
        let labels = dialogue.labels();
        assert_eq!(labels[0], "write ABOR\\r\\n", "as it was typed");
        // An upload stops at once, a download is read to its end.
        assert_eq!(dialogue.has_done("reset"), direction == DataDirection::Sent);
        dialogue.server("426 cut");
        dialogue.data_ended();
        dialogue.server("226 aborted");
        dialogue.pass(Duration::from_secs(1));
        assert_eq!(dialogue.outcomes(abort)[0].code(), 226);
        let outcomes = dialogue.outcomes(transfer);
        assert_eq!(outcomes[0].code(), 426);
        assert!(!outcomes[0].is_positive());
        is_in_step(&mut dialogue);
    }
}

/// 226 may truly come before the data, 150 after it, an error instead of both.
#[test]
fn the_two_connections_have_no_common_order() {
    let leads: [(&str, Lead); 4] = [
        ("226 first", |it| {
            it.server("150 go");
            it.data_moved(4);
            it.server("226 done");
            it.pass(Duration::from_millis(200));
            it.data_moved(8);
            it.data_ended();
        }),
        ("150 last", |it| {
            it.pass(Duration::from_millis(200));
            it.data_moved(8);
            it.data_ended();
            it.server("150 go");
            it.server("226 done");
        }),
        ("no 150", |it| {
            it.server("226 done");
            it.data_moved(8);
            it.data_ended();
        }),
        ("all at once", |it| {
            it.tell(Input::ControlReceived(b"150 go\r\n226 done\r\n"));
            it.data_moved(8);
            it.data_ended();
        }),
    ];
    for (what, lead) in leads {
        let mut dialogue = Dialogue::new(script());
        dialogue.open_data();
        let exchange = dialogue.download("RETR f");
        lead(&mut dialogue);
        let outcomes = dialogue.outcomes(exchange);
        assert!(
            outcomes.first().is_some_and(|it| it.is_positive()),
            "{what}"
        );
        let end = outcomes[0].transfer.clone().unwrap();
        assert_eq!(end.bytes, 8, "{what}");
    }
}

#[test]
fn a_refused_transfer_leaves_its_connection_for_the_next() {
    let mut dialogue = Dialogue::new(script());
    dialogue.open_data();
    let refused = dialogue.download("RETR missing");
    dialogue.server("550 no such file");
    assert_eq!(dialogue.outcomes(refused)[0].code(), 550);
    assert!(dialogue.has_done("release"));
    let exchange = dialogue.download("RETR f");
    dialogue.server("150 go");
    dialogue.data_moved(3);
    dialogue.data_ended();
    dialogue.server("226 done");
    assert!(dialogue.outcomes(exchange)[0].is_positive());
}

#[test]
fn a_late_reply_is_not_given_to_the_next_command() {
    let mut dialogue = Dialogue::new(person());
    dialogue.begin_download();
    dialogue.data_ended();
    dialogue.pass(Duration::from_secs(3));
    let next = dialogue.command("PWD");
    dialogue.server("226 late");
    assert_eq!(dialogue.ending(next), None);
    dialogue.server("257 \"/\"");
    assert_eq!(dialogue.outcomes(next)[0].code(), 257);
}

#[test]
fn an_unexpected_reply_settles_nothing() {
    let mut dialogue = Dialogue::new(person());
    dialogue.server("421 too long idle");
    assert_eq!(dialogue.replies(), ["421 nobody Unexpected"]);
    dialogue.tell(Input::ControlEnded(None));
    assert!(dialogue.observed("ControlClosed"));
    let lost = dialogue.command("NOOP");
    assert_eq!(dialogue.ending(lost), Some(Ending::ConnectionLost));
}

#[test]
fn an_upload_that_the_server_resets_after_its_226_is_not_whole() {
    let mut dialogue = Dialogue::new(script());
    let exchange = dialogue.begin_upload();
    dialogue.acknowledged = Some(10);
    dialogue.data_ended();
    dialogue.server("226 stored");
    let id = dialogue.data;
    let result = TransferResult::Broken("reset".to_owned());
    dialogue.tell(Input::UploadReceived { id, result });
    assert!(dialogue.observed("UploadReset"));
    assert!(!dialogue.outcomes(exchange)[0].is_positive());
}

#[test]
fn an_upload_that_the_server_resets_after_its_end_was_told_is_remembered() {
    let mut dialogue = Dialogue::new(script());
    let exchange = dialogue.begin_upload();
    dialogue.data_ended();
    dialogue.server("226 stored");
    dialogue.pass(Duration::from_secs(10));
    assert_eq!(dialogue.ending(exchange), Some(Ending::Answered));
    assert!(!dialogue.status().has_lost_upload);
    let id = dialogue.data;
    let result = TransferResult::Broken("reset".to_owned());
    dialogue.tell(Input::UploadReceived { id, result });
    assert!(dialogue.status().has_lost_upload);
}

#[test]
fn what_was_sent_is_told_apart_from_what_the_server_has_taken() {
    let mut dialogue = Dialogue::new(person());
    let exchange = dialogue.begin_upload();
    dialogue.acknowledged = Some(4);
    dialogue.data_ended();
    dialogue.pass(Duration::from_secs(10));
    assert!(!dialogue.observed("TransferEnded"), "six bytes are missing");
    dialogue.interrupt();
    dialogue.server("426 cut");
    dialogue.server("226 aborted");
    let outcomes = dialogue.outcomes(exchange);
    let end = outcomes[0].transfer.clone().unwrap();
    assert_eq!((end.bytes, end.acknowledged), (10, Some(4)));
}

fn background(direction: DataDirection) -> (Dialogue, ExchangeId) {
    let mut dialogue = Dialogue::new(person());
    dialogue.open_data();
    let line = match direction {
        DataDirection::Received => "RETR f",
        DataDirection::Sent => "STOR f",
    };
    let transfer = dialogue.begin(line, Some(direction), true);
    dialogue.server("150 go");
    dialogue.data_moved(10);
    (dialogue, transfer)
}

/// The next command gets its own reply.
fn is_in_step(dialogue: &mut Dialogue) {
    let next = dialogue.command("NOOP");
    dialogue.server("200 fine");
    assert_eq!(dialogue.outcomes(next)[0].code(), 200);
    assert!(!dialogue.outstanding().contains(&"NOOP".to_owned()));
}

/// After it, the socket reads like one that has ended in order.
#[test]
fn a_connection_that_broke_before_the_150_is_not_an_empty_download() {
    let mut dialogue = Dialogue::new(script());
    dialogue.open_data();
    let exchange = dialogue.download("RETR f");
    let id = dialogue.data;
    let result = TransferResult::Broken("reset".to_owned());
    dialogue.tell(Input::DataClosed { id, result });
    dialogue.server("150 go");
    dialogue.data_ended();
    dialogue.server("226 sent");
    let result = result_of(&dialogue, exchange);
    assert!(matches!(result, TransferResult::Broken(_)), "{result:?}");
}

#[test]
fn a_download_of_nothing_is_data_once_it_is_answered_well() {
    for (answer, is_data) in [("226 sent", true), ("451 it cannot be read", false)] {
        let mut dialogue = Dialogue::new(person());
        dialogue.open_data();
        let exchange = dialogue.download("RETR f");
        dialogue.server("150 go");
        dialogue.data_ended();
        assert!(!dialogue.has_done("end local side"), "{answer}");
        dialogue.server(answer);
        let accepted = dialogue.done.iter().find_map(|action| match action {
            Action::EndLocal { accepted, .. } => Some(*accepted),
            _ => None,
        });
        assert_eq!(accepted, Some(is_data), "{answer}");
        assert_eq!(
            dialogue.ending(exchange),
            Some(Ending::Answered),
            "{answer}"
        );
    }
}

#[test]
fn a_download_of_nothing_waits_for_no_reply_once_the_control_connection_is_lost() {
    for (beginning, is_lost_first) in [
        (Some("150 go"), true),
        (Some("150 go"), false),
        (None, true),
        (None, false),
    ] {
        let mut dialogue = Dialogue::new(person());
        dialogue.open_data();
        let exchange = dialogue.download("RETR f");
        match beginning {
            Some(reply) => dialogue.server(reply),
            // The data is read even so.
            None => dialogue.pass(Duration::from_secs(5)),
        }
        if is_lost_first {
            dialogue.tell(Input::ControlEnded(None));
            dialogue.data_ended();
        } else {
            dialogue.data_ended();
            dialogue.tell(Input::ControlEnded(None));
        }
        let ending = dialogue.ending(exchange);
        let row = (beginning, is_lost_first);
        assert_eq!(ending, Some(Ending::ConnectionLost), "{row:?}");
    }
}

#[test]
fn a_download_that_came_whole_after_a_refused_abort_is_not_called_aborted() {
    for (answer, expected) in [
        ("502 no ABOR", TransferResult::Ended),
        ("225 nothing to abort", TransferResult::Aborted),
    ] {
        let mut dialogue = Dialogue::new(person());
        let exchange = dialogue.begin_download();
        dialogue.interrupt();
        dialogue.server(answer);
        dialogue.data_ended();
        dialogue.server("226 sent");
        dialogue.pass(Duration::from_secs(1));
        assert_eq!(result_of(&dialogue, exchange), expected, "{answer}");
    }
}

fn result_of(dialogue: &Dialogue, exchange: ExchangeId) -> TransferResult {
    let outcomes = dialogue.outcomes(exchange);
    let end = outcomes.iter().find_map(|it| it.transfer.clone());
    end.expect("the transfer has ended").result
}
