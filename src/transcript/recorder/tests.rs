use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{
    Command, Observation, Observer, Recorder, RecordingPlace, Reply, TransferEnd, TransferResult,
    Verb,
};
use crate::client::{Connection, MovedOctets, Origin};
use crate::protocol::ledger::{Assignment, Fit};
use crate::protocol::{DataDirection, ReplyCode};
use crate::transcript::Transcript;

/// A place in memory; it fails once it holds so many octets.
#[derive(Clone)]
struct Place {
    text: Arc<Mutex<String>>,
    most: usize,
}

impl RecordingPlace for Place {
    fn write(&mut self, lines: &str) -> io::Result<()> {
        let mut text = self.text.lock().unwrap();
        if text.len() + lines.len() > self.most {
            return Err(io::ErrorKind::StorageFull.into());
        }
        text.push_str(lines);
        Ok(())
    }

    fn take_back(&mut self, octets: u64) {
        let mut text = self.text.lock().unwrap();
        let left = text.len() - usize::try_from(octets).unwrap();
        text.truncate(left);
    }

    fn data_file(&mut self) -> (String, Box<dyn io::Write + Send>) {
        ("f.1.data".to_owned(), Box::new(io::sink()))
    }
}

struct Session {
    recorder: Recorder,
    place: Place,
}

impl Session {
    /// A recording whose greeting is there.
    fn new() -> Self {
        let place = Place {
            text: Arc::default(),
            most: usize::MAX,
        };
        let recorder = Recorder::default();
        recorder.start(Box::new(place.clone()));
        let mut session = Self { recorder, place };
        session.reply("", "220 ready");
        session
    }

    fn send(&mut self, line: &str) {
        let command = Command::new(line).unwrap();
        self.recorder.observe(&Observation::CommandSent {
            command,
            origin: Origin::Typed,
        });
    }

    fn abort(&mut self) {
        self.recorder
            .observe(&Observation::AbortSent { synch: true });
    }

    fn reply(&mut self, verb: &str, text: &str) {
        let reply = Reply {
            code: ReplyCode(text[..3].parse().unwrap()),
            lines: text.lines().map(|line| line.as_bytes().to_vec()).collect(),
            ended_with: None,
            dropped_octets: 0,
        };
        let assignment = Assignment {
            entry: None,
            verb: Some(Verb::new(verb.as_bytes())),
            fit: Fit::Listed,
            passed_over: Vec::new(),
        };
        self.recorder.observe(&Observation::ReplyReceived {
            reply,
            assignment,
            awaited: true,
        });
    }

    /// The data of a command that is sent with them.
    fn transfer(
        &mut self,
        line: &str,
        direction: DataDirection,
        octets: &[u8],
        sent: u64,
        result: TransferResult,
    ) {
        self.send(line);
        self.reply(&line[..4], "150 go");
        self.recorder
            .observe(&Observation::OctetsMoved(MovedOctets {
                connection: Connection::Data,
                direction,
                under_tls: false,
                urgent: false,
                offset: 0,
                octets: octets.to_vec(),
                secrets: Vec::new(),
            }));
        self.recorder
            .observe(&Observation::TransferEnded(TransferEnd {
                direction,
                octets: sent,
                line_ends: 0,
                acknowledged: None,
                came_short_of: None,
                result,
            }));
    }

    /// What was written behind the greeting, without comments; it is a transcript that can be read.
    fn lines(&self) -> Vec<String> {
        let text = self.place.text.lock().unwrap().clone();
        let dialogue = Transcript::read(text.as_bytes()).unwrap().dialogue();
        assert!(dialogue.is_ok(), "{dialogue:?}\n{text}");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.skip(1).map(str::to_owned).collect()
    }
}

#[test]
fn an_abort_before_the_transfer_has_begun_is_a_command_of_its_own() {
    let mut session = Session::new();
    session.send("RETR f");
    session.abort();
    session.reply("ABOR", "226 aborted");
    session.send("abor ");
    session.reply("ABOR", "225 nothing");
    assert_eq!(
        session.lines(),
        [
            "C> RETR f",
            "S> @unanswered",
            "C> ABOR",
            "S> 226",
            "C> abor{0x20}",
            "S> 225"
        ]
    );
}

#[test]
fn an_upload_is_recorded_as_far_as_it_was_sent() {
    let mut session = Session::new();
    let broken = TransferResult::Broken("reset by peer".to_owned());
    session.transfer("STOR f", DataDirection::Sent, b"I am zfive5", 5, broken);
    session.reply("STOR", "426 broken");
    session.transfer("STOR f", DataDirection::Sent, b"", 0, TransferResult::Ended);
    session.reply("STOR", "226 done");
    assert_eq!(
        session.lines(),
        [
            "C> STOR f",
            "S> 150",
            "D< I am {no-eol}",
            "S> 426",
            "C> STOR f",
            "S> 150",
            "S> 226"
        ]
    );
    let text = session.place.text.lock().unwrap();
    assert!(
        text.contains("# the data broke off after 5 octets: reset by peer\n"),
        "{text}"
    );
}

#[test]
fn a_download_that_had_enough_is_cut_where_the_server_minded() {
    for (code, last) in [("426 broken", "D> @cut 9"), ("226 done", "S> 226")] {
        let mut session = Session::new();
        session.transfer(
            "RETR f",
            DataDirection::Received,
            b"too much!",
            9,
            TransferResult::ReaderClosed,
        );
        session.reply("RETR", code);
        assert_eq!(session.lines().last().unwrap(), last);
    }
}

#[test]
fn replies_that_nobody_asked_for_stand_where_they_came() {
    let mut session = Session::new();
    session.reply("", "421-Going down\n421 now");
    session.reply("", "020 odd");
    session.recorder.observe(&Observation::TimedOut {
        limit: Duration::from_secs(1),
        awaited: crate::client::Awaited::Reply,
    });
    session.recorder.observe(&Observation::ControlClosed {
        error: None,
        asked: false,
    });
    session.recorder.stop();
    assert_eq!(session.lines(), ["S> 421", "S> @closed"]);
    let text = session.place.text.lock().unwrap();
    assert!(
        text.contains("# S> 421-Going down\n# S> 421 now\n# S> 020 odd\n"),
        "{text}"
    );
}

#[test]
fn a_stop_in_the_middle_leaves_a_transcript_that_can_be_read() {
    let mut session = Session::new();
    session.send("NOOP");
    session.recorder.stop();
    session.reply("NOOP", "200 too late");
    assert_eq!(session.lines(), ["C> NOOP", "S> @unanswered"]);
}

#[test]
fn a_place_that_fails_ends_the_recording_and_tells_why() {
    let mut session = Session::new();
    assert!(session.recorder.take_error().is_none());
    let full = Place {
        most: 40,
        text: Arc::default(),
    };
    session.recorder.start(Box::new(full.clone()));
    session.send("NOOP");
    session.reply("NOOP", "200 a text that is longer than the place");
    let error = session.recorder.take_error().unwrap();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    session.send("PWD");
    assert!(session.recorder.take_error().is_none());
    let text = full.text.lock().unwrap();
    assert!(text.ends_with('\n'), "{text:?}");
}
