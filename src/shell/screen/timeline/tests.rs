use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use unicode_width::UnicodeWidthStr;

use super::{EVENTS_KEPT, Extent, Timeline};
use crate::client::{Observation, Origin, TransferEnd, TransferResult};
use crate::protocol::ledger::{Assignment, Fit};
use crate::protocol::verbs::DataDirection;
use crate::protocol::{Answered, Command, DataPort, Reply, ReplyCode};
use crate::shell::charset::Charset;
use crate::shell::screen::painter::Moment;

/// Notes what happens, with a clock of its own.
struct Session {
    timeline: Timeline,
    begun: Instant,
    milliseconds: u64,
}

impl Session {
    fn new() -> Self {
        Self {
            timeline: Timeline::default(),
            begun: Instant::now(),
            milliseconds: 0,
        }
    }

    fn note(&mut self, observation: &Observation) {
        let passed = Duration::from_millis(self.milliseconds);
        let noon: jiff::Zoned = "2026-11-22T12:01:03.120[UTC]".parse().unwrap();
        let moment = Moment {
            instant: self.begun + passed,
            time_of_day: noon + passed,
            since_command: None,
        };
        self.timeline.note(&moment, observation, Charset::default());
        self.milliseconds += 2;
    }

    fn send(&mut self, line: &str) {
        let command = Command::new(line).unwrap();
        self.note(&Observation::CommandSent {
            command,
            origin: Origin::Typed,
        });
    }

    fn reply(&mut self, line: &str) {
        let reply = Reply {
            code: ReplyCode(line[..3].parse().unwrap()),
            lines: line
                .split('\n')
                .map(|line| line.as_bytes().to_vec())
                .collect(),
            ended_with: None,
            dropped_bytes: 0,
        };
        let assignment = Assignment {
            entry: None,
            verb: None,
            fit: Fit::Listed,
            passed_over: Vec::new(),
        };
        self.note(&Observation::ReplyReceived {
            answered: Arc::new(Answered::nothing(reply.clone())),
            reply,
            assignment,
            awaited: true,
        });
    }

    fn open(&mut self, address: &str) {
        let dialled: SocketAddr = address.parse().unwrap();
        let offered = DataPort {
            host: None,
            port: dialled.port(),
            arithmetic: None,
            only_port_trusted: false,
        };
        self.note(&Observation::DataConnectionOpened {
            dialled: dialled.into(),
            offered,
            ignored_host: None,
        });
    }

    fn receive(&mut self, bytes: u64) {
        let end = TransferEnd {
            direction: DataDirection::Received,
            bytes,
            line_ends: 0,
            acknowledged: None,
            ended_short_of: None,
            expected: None,
            result: TransferResult::Ended,
        };
        self.note(&Observation::TransferEnded(end));
    }

    fn drawn(&self, extent: Extent, columns: usize) -> Vec<String> {
        self.timeline.draw(extent, columns)
    }
}

fn download() -> Session {
    let mut session = Session::new();
    session.send("PASS hunter2");
    session.reply("230-Welcome\n230 in");
    session.send("PASV");
    session.reply("227 Entering Passive Mode (127,0,0,1,11,79) as the server is used to");
    session.open("127.0.0.1:2895");
    session.send("RETR f");
    session.reply("150 here it comes");
    session.receive(5);
    session.reply("226 done");
    session
}

#[test]
fn a_transfer_is_drawn_from_its_pasv_on() {
    let lines = download().drawn(Extent::LastTransfer, 80);
    assert_eq!(
        lines,
        [
            "              control connection                      data connection",
            "12:01:03.124  → PASV",
            "        +2ms  ← 227 Entering Passive Mode (127,0,0,…",
            "        +4ms                                          · open to 127.0.0.1:2895",
            "        +6ms  → RETR f",
            "        +8ms  ← 150 here it comes",
            "       +10ms                                          ← 5 bytes, closed",
            "       +12ms  ← 226 done",
        ]
    );
}

#[test]
fn a_narrow_terminal_gets_one_column() {
    let lines = download().drawn(Extent::LastTransfer, 40);
    assert_eq!(
        lines,
        [
            "12:01:03.124 C → PASV",
            "        +2ms C ← 227 Entering Passive M…",
            "        +4ms D · open to 127.0.0.1:2895",
            "        +6ms C → RETR f",
            "        +8ms C ← 150 here it comes",
            "       +10ms D ← 5 bytes, closed",
            "       +12ms C ← 226 done",
        ]
    );
}

#[test]
fn everything_that_is_kept_is_drawn_on_demand_and_secrets_are_masked() {
    let mut session = download();
    session.send("NOOP");
    let lines = session.drawn(Extent::All, 80);
    assert_eq!(lines[1], "12:01:03.120  → PASS ****");
    assert_eq!(lines[2], "        +2ms  ← 230-Welcome (+1)");
    assert_eq!(lines[3], "12:01:03.124  → PASV");
    assert_eq!(lines.last().unwrap(), "12:01:03.138  → NOOP");
    let last = session.drawn(Extent::LastTransfer, 80);
    assert_eq!(last[1], "12:01:03.124  → PASV");
}

#[test]
fn a_transfer_of_its_own_begins_an_exchange_and_one_after_rest_does_not() {
    let mut session = download();
    session.send("EPSV");
    session.send("REST 5");
    session.send("RETR f");
    assert_eq!(session.drawn(Extent::LastTransfer, 80).len(), 1 + 3);
    session.send("RETR g");
    assert_eq!(session.drawn(Extent::LastTransfer, 80).len(), 1 + 1);
}

#[test]
fn no_line_is_wider_than_the_terminal_whatever_the_server_says() {
    let mut session = Session::new();
    session.send(&"日本語 ".repeat(30));
    session.reply(&format!("200 \u{1b}[31m\t{}", "größe日本".repeat(40)));
    session.open("[2001:db8:1234:5678:9abc:def0:1234:5678]:65535");
    for columns in [32, 40, 63, 64, 80, 200] {
        for line in session.drawn(Extent::All, columns) {
            assert!(line.width() <= columns, "{columns}: {line}");
            assert!(!line.chars().any(char::is_control), "{line:?}");
        }
    }
}

#[test]
fn only_the_last_events_are_kept_and_this_is_said() {
    let mut session = Session::new();
    for number in 0..EVENTS_KEPT + 7 {
        session.send(&format!("SIZE {number}"));
    }
    let lines = session.drawn(Extent::All, 80);
    assert_eq!(
        lines[0],
        "(the last 1000 events; 7 before them are not kept)"
    );
    assert_eq!(lines.len(), 1 + 1 + EVENTS_KEPT);
    assert!(lines[2].ends_with("→ SIZE 7"));
    assert_eq!(session.drawn(Extent::LastTransfer, 80).len(), 1 + 1);
}

#[test]
fn before_anything_has_happened_that_is_said() {
    let timeline = Timeline::default();
    let lines = timeline.draw(Extent::LastTransfer, 80);
    assert_eq!(lines, ["nothing has happened yet"]);
}

#[test]
fn a_transfer_is_drawn_although_a_command_followed_it() {
    let mut session = Session::new();
    session.timeline.begin_line(1);
    session.send("PASV");
    session.reply("227 go (127,0,0,1,11,79)");
    session.timeline.begin_line(2);
    session.send("RETR f");
    session.receive(5);
    session.timeline.begin_line(3);
    session.send("NOOP");
    session.reply("200 ok");
    let drawn = |extent| session.timeline.draw(extent, 80).join("\n");
    let last = drawn(Extent::LastTransfer);
    assert!(
        last.contains("PASV") && last.contains("RETR f") && !last.contains("NOOP"),
        "{last}"
    );
    let third = drawn(Extent::Line(3));
    assert!(third.contains("NOOP") && !third.contains("RETR"), "{third}");
    assert!(drawn(Extent::Line(2)).contains("PASV"));
    assert!(drawn(Extent::All).contains("NOOP"));
    assert_eq!(drawn(Extent::Line(9)), "");
}

/// A login is such a line too.
#[test]
fn all_that_one_line_has_sent_is_drawn_together_until_another_follows() {
    let mut session = Session::new();
    session.timeline.begin_line(1);
    for (line, reply) in [
        ("TYPE I", "200 ok"),
        ("SIZE f", "213 5"),
        ("TYPE A", "200 ok"),
    ] {
        session.send(line);
        session.reply(reply);
    }
    let drawn = |session: &Session| session.timeline.draw(Extent::LastTransfer, 80).join("\n");
    let composite = drawn(&session);
    assert!(composite.contains("TYPE I") && composite.contains("TYPE A"));
    session.timeline.begin_line(2);
    session.send("PWD");
    session.reply("257 ok");
    let last = drawn(&session);
    assert!(last.contains("PWD") && !last.contains("TYPE"), "{last}");
}
