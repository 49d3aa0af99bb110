//! What the threads of a session must not do to each other.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use super::{Poller, Shared};
use crate::client::machine::{ExchangeId, Request};
use crate::client::{News, Observation, Observer, Origin, Session, Settings};
use crate::protocol::Command;

struct IgnoreAll;

impl Observer for IgnoreAll {
    fn observe(&mut self, _: &Observation) {}
}

/// A server that greets, and answers every line with 200.
fn answering_server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let lines = BufReader::new(stream.try_clone().expect("a handle")).lines();
        stream.write_all(b"220 ready\r\n").expect("a reader");
        for _ in lines.map_while(Result::ok) {
            stream.write_all(b"200 ok\r\n").expect("a reader");
        }
    });
    address
}

fn connected_session() -> Session {
    let address = answering_server();
    let host = address.ip().to_string();
    let connected = Session::connect(
        &host,
        address.port(),
        Settings::default(),
        Box::new(IgnoreAll),
    );
    let (session, greeting) = connected.expect("the server is there");
    assert_eq!(greeting.wait().code(), 220);
    session
}

fn begin_noop(shared: &Shared) -> ExchangeId {
    shared.begin(None, |exchange| Request::Command {
        exchange,
        command: Command::new("NOOP").expect("a command"),
        origin: Origin::Typed,
        transfer: None,
        in_background: false,
    })
}

#[track_caller]
fn assert_does_not_wait(shared: &Arc<Shared>, looked: u64) {
    let shared = Arc::clone(shared);
    let (returned, returns) = mpsc::channel();
    thread::spawn(move || {
        shared.turn(None, looked);
        let _ = returned.send(());
    });
    assert_eq!(returns.recv_timeout(DEADLINE), Ok(()));
}

/// Between a look and the wait that follows it, another thread may have the poller for a whole turn: the reply that it
/// takes wakes no thread.
#[test]
fn a_reply_that_came_between_the_look_and_the_wait_is_not_slept_through() {
    let session = connected_session();
    let shared = &session.shared;
    // The watcher leaves the poller alone.
    let _driving = shared.drive();
    // What `begin` changes itself; read after it, the reply might be among it already.
    let looked = shared.core().changes() + 1;
    let id = begin_noop(shared);
    let mut changes = looked;
    while shared.core().take_news(id).is_none() {
        shared.turn(Some(Instant::now() + DEADLINE), changes);
        changes = shared.core().changes();
    }
    assert_does_not_wait(shared, looked);
}

/// On a busy machine a thread that is woken to take the poller may run so late that its last holder takes it again.
#[test]
fn a_thread_that_waits_for_the_poller_gets_it_before_anybody_polls_again() {
    let session = connected_session();
    let shared = &session.shared;
    let _driving = shared.drive();
    for _ in 0..20 {
        let mut held = loop {
            if let Some(held) = shared.try_poller() {
                break held;
            }
        };
        let looked = shared.core().changes();
        let until = Instant::now() + DEADLINE;
        thread::scope(|scope| {
            scope.spawn(|| {
                drop(shared.try_poller());
                shared.waker.wake()
            });
            while shared.poller_is_wanted.load(Ordering::SeqCst) == 0 {
                thread::yield_now();
            }
            // Nothing tells that it does not spin any more, and sleeps.
            thread::sleep(Duration::from_millis(10));
            // The holder was woken.
            let Poller { poll, events } = &mut *held;
            (poll.poll(events, Some(Duration::ZERO))).expect("it can look");
            drop(held);
            shared.turn(Some(until), looked);
        });
        assert!(Instant::now() < until, "one waited for the other");
    }
}

/// Else a watcher that was about to wait would stay, with its sockets.
#[test]
fn a_session_that_was_closed_before_the_wait_is_not_waited_for() {
    let session = connected_session();
    let shared = Arc::clone(&session.shared);
    drop(session);
    let changes = shared.core().changes();
    assert_does_not_wait(&shared, changes);
}

/// What is posted while another thread has the lock stays in the queue until that one looks at it.
#[test]
fn a_command_is_not_begun_before_what_the_same_thread_has_posted() {
    let session = connected_session();
    let shared = &session.shared;
    let held = shared.core();
    shared.post(Request::Interrupt);
    shared.post(Request::ForgetInterrupt);
    drop(held);
    let id = begin_noop(shared);
    match shared.next_news(id, None) {
        Some(News::Settled(outcome)) => assert_eq!(outcome.code(), 200),
        news => panic!("{news:?}"),
    }
}

const DEADLINE: Duration = Duration::from_secs(45);
