//! Whatever else goes on, an input of a session is worked off when it comes, and not when something else happens to
//! come.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use ftpsh::client::{Ending, Observation, Observer, Origin, Session, Settings};
use ftpsh::protocol::Command;

use crate::support::DEADLINE;
use crate::support::practice::practice_server;

struct IgnoreAll;

impl Observer for IgnoreAll {
    fn observe(&mut self, _: &Observation) {}
}

#[test]
fn replies_are_not_held_up_by_whoever_asks_for_the_status() {
    let server = practice_server(&[]);
    let address = server.address();
    let settings = Settings {
        silence_limit: Some(DEADLINE),
        ..Settings::default()
    };
    let host = address.ip().to_string();
    let connected = Session::connect(&host, address.port(), settings, Box::new(IgnoreAll));
    let (session, greeting) = connected.expect("the practice server is there");
    assert_eq!(greeting.wait().code(), 220);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                assert!(session.status().is_some_and(|status| status.connected));
            }
        });
        for _ in 0..2_000 {
            let command = Command::new("NOOP").expect("a legal line");
            let outcome = session.perform(command, Origin::Typed, None);
            assert_eq!((outcome.ending, outcome.code()), (Ending::Answered, 200));
        }
        is_over.store(true, Ordering::Relaxed);
    });
}
