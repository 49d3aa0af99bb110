//! Nothing stays behind: no thread, no descriptor and no memory, after 1,000 connections, transfers and aborted
//! transfers of each kind in one process.
//!
//! The sessions live in a process of their own, which is this test again: only there nobody else has threads.

mod resetting_server;
mod scripts;

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command as Process;
use std::thread;
use std::time::{Duration, Instant};

use ftpsh::client::{
    DataSource, Destination, Ending, Exchange, Form, News, Observation, Observer, Origin, Outcome,
    Session, Settings, Transfer,
};
use ftpsh::practice::PracticeServer;
use ftpsh::protocol::Command;
use ftpsh::tls::TlsSettings;

use crate::support::DEADLINE;
use crate::support::practice::practice_server;
use crate::support::server_process::ReservedPort;
use resetting_server::ResettingServer;

const TIMES: usize = 1_000;
/// What may be on its way out, and the data connection that an upload keeps until the next transfer.
const MAX_THREADS: usize = 2;
const MAX_DESCRIPTORS: usize = 8;
const MAX_KIBIBYTES: usize = 4 * 1024;
/// Names the server for the process that is looked at.
const SERVER: &str = "FTPSH_TEST_LEAKS_SERVER";

/// Runs `sessions` in a process of its own, which this test begins in the first place.
fn alone(test: &str, server: SocketAddr, sessions: impl FnOnce(SocketAddr)) {
    if let Ok(server) = std::env::var(SERVER) {
        return sessions(server.parse().expect("an address"));
    }
    let own = std::env::current_exe().expect("this is a program");
    let name = format!("faults::leaks::{test}");
    let ended = Process::new(own)
        .args(["--exact", &name, "--nocapture"])
        .env(SERVER, server.to_string())
        .output()
        .expect("it can be started");
    let said = [ended.stdout, ended.stderr].map(|it| String::from_utf8_lossy(&it).into_owned());
    assert!(
        ended.status.success() && said[0].contains("1 passed"),
        "{said:#?}"
    );
}

/// Whether this is the process that is looked at, and not the one with the server.
fn is_looked_at() -> bool {
    std::env::var_os(SERVER).is_some()
}

fn entries(folder: &str) -> usize {
    fs::read_dir(folder).expect("Linux has it").count()
}

fn kibibytes() -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("Linux has it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_ascii_whitespace().next());
    number
        .and_then(|number| number.parse().ok())
        .expect("a number")
}

/// Does it `TIMES` times, and asserts that as much is there afterwards as was before.
fn repeat(once: impl FnMut(usize)) {
    repeat_times(TIMES, once);
}

fn repeat_times(times: usize, mut once: impl FnMut(usize)) {
    let (threads, descriptors) = (entries("/proc/self/task"), entries("/proc/self/fd"));
    // What is allocated once is not a leak.
    (0..times / 10).for_each(&mut once);
    assert_memory_is_flat(|| (0..times).for_each(&mut once));
    let deadline = Instant::now() + DEADLINE;
    loop {
        let now = (entries("/proc/self/task"), entries("/proc/self/fd"));
        if now.0 <= threads + MAX_THREADS && now.1 <= descriptors + MAX_DESCRIPTORS {
            break;
        }
        let before = (threads, descriptors);
        assert!(Instant::now() < deadline, "{before:?} have become {now:?}");
        // Nothing tells when a thread has ended.
        thread::sleep(Duration::from_millis(5));
    }
}

/// A leak grows with every round; what the allocator keeps for a thread that it has not had before does not.
fn assert_memory_is_flat(mut round: impl FnMut()) {
    let mut grown = Vec::new();
    while grown.len() < 3 {
        let before = kibibytes();
        round();
        let more = kibibytes().saturating_sub(before);
        if more < MAX_KIBIBYTES {
            return;
        }
        grown.push(more);
    }
    panic!("each round needs more: {grown:?} KiB");
}

struct IgnoreAll;

impl Observer for IgnoreAll {
    fn observe(&mut self, _observation: &Observation) {}
}

struct Nowhere;

impl Destination for Nowhere {
    fn write(&mut self, _bytes: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self, _accepted: bool) -> io::Result<()> {
        Ok(())
    }
}

fn settings() -> Settings {
    let tls = TlsSettings {
        insecure: true,
        ..TlsSettings::default()
    };
    Settings {
        tls,
        silence_limit: Some(DEADLINE),
        connect_limit: Some(DEADLINE),
        ..Settings::default()
    }
}

fn connect(server: SocketAddr) -> Session {
    let host = server.ip().to_string();
    let connected = Session::connect(&host, server.port(), settings(), Box::new(IgnoreAll));
    let (session, greeting) = connected.expect("the server is there");
    assert_eq!(greeting.wait().code(), 220);
    session
}

fn logged_in(server: SocketAddr) -> Session {
    let session = connect(server);
    for (line, code) in [("USER A", 331), ("PASS A", 230), ("TYPE I", 200)] {
        assert_eq!(perform(&session, line, None).code(), code);
    }
    session
}

fn secured(server: SocketAddr) -> Session {
    let session = connect(server);
    let login = [("USER A", 331), ("PASS A", 230), ("TYPE I", 200)];
    let protection = [("AUTH TLS", 234), ("PBSZ 0", 200), ("PROT P", 200)];
    for (line, code) in protection.into_iter().chain(login) {
        assert_eq!(perform(&session, line, None).code(), code);
    }
    session
}

fn perform(session: &Session, line: &str, transfer: Option<Transfer>) -> Outcome {
    session.perform(command(line), Origin::Typed, transfer)
}

fn command(line: &str) -> Command {
    Command::new(line).expect("a line")
}

fn received() -> Transfer {
    Transfer::Receive(Box::new(Nowhere), Form::Exact)
}

fn sent() -> Transfer {
    Transfer::Send(
        DataSource::new(io::Cursor::new(vec![b'x'; 10_000])),
        Form::Exact,
        None,
    )
}

/// Opens a data connection: passive, extended passive, or active.
fn open(session: &Session, time: usize) {
    let outcome = match time % 3 {
        0 => perform(session, "PASV", None),
        1 => perform(session, "EPSV", None),
        _ => session.listen(Origin::Typed),
    };
    assert!(outcome.is_positive(), "{outcome:?}");
}

/// Waits until the transfer has begun.
fn await_beginning(exchange: &Exchange) {
    let news = exchange.next_news_within(DEADLINE);
    assert!(matches!(news, Some(News::Begun)), "{news:?}");
}

fn server_with_files(faults: &[&str]) -> PracticeServer {
    let server = practice_server(faults);
    write(server.server_folder(), "f", 10_000);
    write(server.server_folder(), "long", 50_000_000);
    server
}

fn write(folder: &Path, name: &str, bytes: usize) {
    fs::write(folder.join(name), vec![b'x'; bytes]).expect("the server's folder");
}

/// Starts the server where it is wanted, and runs the sessions where they are looked at.
fn on_practice_server(test: &str, faults: &[&str], sessions: impl FnOnce(SocketAddr)) {
    if is_looked_at() {
        return alone(test, SocketAddr::from(([127, 0, 0, 1], 0)), sessions);
    }
    let server = server_with_files(faults);
    alone(test, server.address(), sessions);
}

#[test]
fn connections_leave_nothing() {
    on_practice_server("connections_leave_nothing", &[], |server| {
        repeat(|_| drop(connect(server)));
    });
}

#[test]
fn connections_that_are_not_taken_leave_nothing() {
    on_practice_server("connections_that_are_not_taken_leave_nothing", &[], |_| {
        let refused = ReservedPort::on_loopback();
        repeat(|_| {
            let observer = Box::new(IgnoreAll);
            let connected =
                Session::connect("127.0.0.1", refused.address.port(), settings(), observer);
            assert!(connected.is_err());
        });
    });
}

#[test]
fn transfers_leave_nothing() {
    on_practice_server("transfers_leave_nothing", &[], |server| {
        let session = logged_in(server);
        repeat(|time| {
            open(&session, time);
            assert_eq!(perform(&session, "RETR f", Some(received())).code(), 226);
            open(&session, time);
            assert_eq!(perform(&session, "STOR g", Some(sent())).code(), 226);
        });
    });
}

#[test]
fn transfers_under_tls_leave_nothing() {
    on_practice_server("transfers_under_tls_leave_nothing", &[], |server| {
        let session = secured(server);
        repeat(|time| {
            open(&session, time);
            let (line, transfer) = match time % 2 {
                0 => ("RETR f", received()),
                _ => ("STOR g", sent()),
            };
            assert_eq!(perform(&session, line, Some(transfer)).code(), 226);
        });
    });
}

#[test]
fn data_connections_that_are_not_used_leave_nothing() {
    on_practice_server(
        "data_connections_that_are_not_used_leave_nothing",
        &[],
        |server| {
            let session = logged_in(server);
            repeat(|time| open(&session, time));
            // Nor do those of a session that is dropped with one.
            repeat(|time| open(&logged_in(server), time));
        },
    );
}

#[test]
fn transfers_that_are_refused_leave_nothing() {
    on_practice_server("transfers_that_are_refused_leave_nothing", &[], |server| {
        let session = logged_in(server);
        repeat(|time| {
            open(&session, time);
            assert_eq!(
                perform(&session, "RETR nosuch", Some(received())).code(),
                550
            );
            assert_eq!(
                perform(&session, "STOR no/such/folder", Some(sent())).code(),
                553
            );
        });
    });
}

#[test]
fn transfers_that_are_aborted_leave_nothing() {
    on_practice_server("transfers_that_are_aborted_leave_nothing", &[], |server| {
        let session = logged_in(server);
        let interrupter = session.interrupter();
        repeat(|time| {
            open(&session, time);
            let (line, transfer) = match time % 2 {
                0 => ("RETR long", received()),
                _ => (
                    "STOR g",
                    Transfer::Send(DataSource::new(io::repeat(b'x')), Form::Exact, None),
                ),
            };
            let exchange = session.begin(command(line), Origin::Typed, Some(transfer));
            await_beginning(&exchange);
            interrupter.interrupt();
            let outcome = exchange.wait();
            assert_ne!(outcome.ending, Ending::ConnectionLost, "{outcome:?}");
            session.resync();
        });
    });
}

#[test]
fn transfers_in_the_background_and_their_aborts_leave_nothing() {
    let test = "transfers_in_the_background_and_their_aborts_leave_nothing";
    on_practice_server(test, &[], |server| {
        let session = logged_in(server);
        repeat(|time| {
            open(&session, time);
            let is_aborted = time % 2 == 0;
            let line = if is_aborted { "RETR long" } else { "RETR f" };
            let exchange = session.begin_in_background(command(line), Origin::Typed, received());
            if is_aborted {
                await_beginning(&exchange);
                let _ = perform(&session, "ABOR", None);
            } else {
                assert_eq!(perform(&session, "NOOP", None).code(), 200);
            }
            let outcome = exchange.wait();
            assert_ne!(outcome.ending, Ending::ConnectionLost, "{outcome:?}");
        });
    });
}

#[test]
fn transfers_that_the_server_resets_leave_nothing() {
    let test = "transfers_that_the_server_resets_leave_nothing";
    let sessions = |server| {
        let session = connect(server);
        repeat(|time| {
            assert_eq!(perform(&session, "PASV", None).code(), 227);
            let (line, transfer) = match time % 2 {
                0 => ("RETR f", received()),
                _ => (
                    "STOR f",
                    Transfer::Send(DataSource::new(io::repeat(b'x')), Form::Exact, None),
                ),
            };
            assert_eq!(perform(&session, line, Some(transfer)).code(), 426);
        });
    };
    if is_looked_at() {
        return alone(test, SocketAddr::from(([127, 0, 0, 1], 0)), sessions);
    }
    let server = ResettingServer::start();
    alone(test, server.address(), sessions);
}

#[test]
fn data_ports_that_nobody_listens_on_leave_nothing() {
    let test = "data_ports_that_nobody_listens_on_leave_nothing";
    let sessions = |server| {
        let session = connect(server);
        repeat(|_| assert!(perform(&session, "EPSV", None).data_connection_failed));
    };
    if is_looked_at() {
        return alone(test, SocketAddr::from(([127, 0, 0, 1], 0)), sessions);
    }
    let server = ResettingServer::start();
    alone(test, server.address(), sessions);
}

#[test]
fn sessions_whose_tls_comes_and_goes_leave_nothing() {
    on_practice_server(
        "sessions_whose_tls_comes_and_goes_leave_nothing",
        &[],
        |server| {
            let session = connect(server);
            // Each is a whole handshake, and its arithmetic takes its time.
            repeat_times(TIMES / 4, |_| {
                for (line, code) in [
                    ("AUTH TLS", 234),
                    ("USER A", 331),
                    ("PASS A", 230),
                    ("CCC", 200),
                ] {
                    assert_eq!(perform(&session, line, None).code(), code);
                }
            });
        },
    );
}
