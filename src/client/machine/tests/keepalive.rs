//! What keeps a session alive, and when it must not be sent.

use std::time::Duration;

use super::dialogue::{Dialogue, Lead, OFFER, person, script};
use crate::client::machine::{Action, Input, Request};
use crate::client::{Ending, Keepalive, Observation, RawBytes, Settings};
use crate::protocol::Command;

/// Less than any limit of a dial.
const AFTER: Duration = Duration::from_secs(5);
const SENT: &str = "write NOOP\\r\\n";

fn keepalive() -> Option<Keepalive> {
    Some(Keepalive {
        after: AFTER,
        command: Command::new("NOOP").unwrap(),
    })
}

fn kept_alive() -> Settings {
    Settings {
        keepalive: keepalive(),
        ..person()
    }
}

#[test]
fn it_is_sent_and_shown_once_nothing_has_moved_for_so_long() {
    for settings in [person(), script()] {
        let mut dialogue = Dialogue::new(Settings {
            keepalive: keepalive(),
            ..settings
        });
        for _ in 0..3 {
            dialogue.pass(AFTER - Duration::from_millis(1));
            assert_eq!(dialogue.take_labels(), [""; 0]);
            dialogue.pass(Duration::from_millis(1));
            assert_eq!(dialogue.take_labels(), [SENT, "CommandSent"]);
            dialogue.server("200 ok");
            // Nobody takes it for a late one.
            let awaited = dialogue.done.iter().any(|action| {
                matches!(
                    action,
                    Action::Observe(Observation::ReplyReceived { awaited: true, .. })
                )
            });
            assert!(awaited, "{:?}", dialogue.done);
            dialogue.done.clear();
        }
    }
}

#[test]
fn whatever_moves_puts_it_off() {
    let mut dialogue = Dialogue::new(kept_alive());
    dialogue.pass(AFTER / 2);
    dialogue.command("PWD");
    dialogue.server("257 \"/\"");
    dialogue.pass(AFTER - Duration::from_millis(1));
    assert!(!dialogue.has_done(SENT));
    dialogue.pass(Duration::from_millis(1));
    assert!(dialogue.has_done(SENT));
}

#[test]
fn a_second_one_waits_for_the_reply_to_the_first() {
    let mut dialogue = Dialogue::new(kept_alive());
    dialogue.pass(AFTER);
    dialogue.done.clear();
    dialogue.pass(AFTER * 10);
    assert_eq!(dialogue.take_labels(), [""; 0]);
    // What is typed meanwhile goes out, and each reply finds its command.
    let typed = dialogue.command("PWD");
    dialogue.server("200 ok");
    dialogue.server("257 \"/\"");
    assert_eq!(dialogue.replies(), ["200 NOOP Listed", "257 PWD Listed"]);
    assert_eq!(dialogue.ending(typed), Some(Ending::Answered));
}

#[test]
fn it_comes_between_no_two_things_that_belong_together() {
    let moments: &[(&str, Lead)] = &[
        ("a reply is outstanding", |it| {
            it.command("PWD");
        }),
        ("a reply is outstanding after Ctrl-C", |it| {
            it.command("PWD");
            it.interrupt();
        }),
        ("only half of a reply has come", |it| {
            it.command("PWD");
            it.tell(Input::ControlReceived(b"257 \"/\""));
        }),
        ("a download runs", |it| {
            it.begin_download();
        }),
        ("an upload runs", |it| {
            it.begin_upload();
        }),
        ("a download runs in the background", |it| {
            it.begin_download();
            it.detach();
        }),
        ("a data connection is dialled", |it| {
            it.command("PASV");
            it.server(OFFER);
        }),
        ("RNFR awaits its RNTO", |it| {
            it.command("RNFR a");
            it.server("350 go on");
        }),
        ("REST awaits its transfer", |it| {
            it.command("REST 5");
            it.server("350 go on");
        }),
        ("REST awaits its transfer after PASV", |it| {
            it.command("REST 5");
            it.server("350 go on");
            it.open_data();
        }),
        ("USER awaits PASS", |it| {
            it.command("USER a");
            it.server("331 password");
        }),
        ("PASS awaits ACCT", |it| {
            it.command("PASS a");
            it.server("332 account");
        }),
        ("a line is not finished", |it| {
            it.ask(|exchange| Request::Bytes {
                exchange,
                pieces: vec![RawBytes {
                    bytes: b"SI".to_vec(),
                    urgent: false,
                }],
            });
        }),
        ("the server reads nothing", |it| {
            it.tell(Input::ControlUnwritten(3));
        }),
        ("Ctrl-C came between two commands", Dialogue::interrupt),
        ("QUIT was answered", |it| {
            it.ask(Request::Quit);
            it.server("221 bye");
        }),
        ("the server has ended the connection", |it| {
            it.tell(Input::ControlEnded(None));
        }),
        ("the session was closed", Dialogue::close),
    ];
    for (moment, lead) in moments {
        let mut dialogue = Dialogue::new(kept_alive());
        lead(&mut dialogue);
        dialogue.pass(AFTER * 2);
        assert!(
            !dialogue.has_done(SENT),
            "{moment}: {:?}",
            dialogue.labels()
        );
    }
}

#[test]
fn an_open_data_connection_is_not_in_the_way_and_serves_the_next_transfer() {
    let mut dialogue = Dialogue::new(kept_alive());
    dialogue.open_data();
    dialogue.pass(AFTER);
    assert!(dialogue.has_done(SENT));
    dialogue.server("200 ok");
    let download = dialogue.download("RETR f");
    dialogue.server("150 go");
    dialogue.data_ended();
    dialogue.server("226 done");
    assert_eq!(dialogue.ending(download), Some(Ending::Answered));
}

#[test]
fn it_goes_on_once_what_was_in_the_way_is_over() {
    let mut dialogue = Dialogue::new(kept_alive());
    dialogue.command("RNFR a");
    dialogue.server("350 go on");
    dialogue.pass(AFTER * 3);
    dialogue.command("RNTO b");
    dialogue.server("250 done");
    dialogue.done.clear();
    dialogue.pass(AFTER);
    assert!(dialogue.has_done(SENT));
}

#[test]
fn under_tls_it_is_sent_under_tls() {
    let mut dialogue = Dialogue::new(kept_alive());
    dialogue.secure();
    dialogue.pass(AFTER);
    assert_eq!(dialogue.heard_under_tls, b"NOOP\r\n");
}

#[test]
fn it_begins_and_ends_with_the_setting() {
    let mut dialogue = Dialogue::new(person());
    dialogue.pass(AFTER * 3);
    assert!(!dialogue.has_done(SENT));
    dialogue.tell(Input::Asked(Request::Configure(Box::new(kept_alive()))));
    assert!(dialogue.has_done(SENT), "it is due already");
    dialogue.server("200 ok");
    dialogue.tell(Input::Asked(Request::Configure(Box::new(person()))));
    dialogue.done.clear();
    dialogue.pass(AFTER * 3);
    assert!(!dialogue.has_done(SENT));
}

/// `why` goes on to explain what was refused before it.
#[test]
fn its_reply_is_not_the_last_answer_unless_it_is_a_refusal() {
    let mut dialogue = Dialogue::new(kept_alive());
    let last = |dialogue: &Dialogue| {
        let answered = dialogue.status().last_answered.expect("replies came");
        answered.reply.code.0
    };
    dialogue.command("SIZE f");
    dialogue.server("550 no");
    dialogue.pass(AFTER);
    dialogue.server("200 ok");
    assert_eq!(last(&dialogue), 550);
    dialogue.pass(AFTER);
    dialogue.server("500 what?");
    assert_eq!(last(&dialogue), 500);
}
