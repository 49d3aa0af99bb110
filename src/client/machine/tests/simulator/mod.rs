//! Seeded sessions of the machine against a model of a server, over a simulated network, on a virtual clock.
//!
//! Each seed is a session: a login (in some of them under TLS), listings, downloads, uploads, one transfer in the
//! background, SIZE and APPE to finish an upload, Ctrl-C and Ctrl-], with a server that answers in one of the orders
//! that real servers show, over connections that delay, stall, and are cut at any byte. On the control connection TLS
//! is real; on data connections some bytes stand for its handshake. In each:
//!
//! * every exchange is settled once, and by its deadline ([`Violation::Settlement`]);
//! * no reply is given to a command that it was not meant for, where the codes tell ([`Violation::Assignment`]);
//! * what is told as whole is whole on the server's disk, or here ([`Violation::Wholeness`]);
//! * after an abort the session is in step, or says that it is not ([`Violation::Step`]).
//!
//! A failing seed is printed with its log. `FTPSH_SEED=n cargo nextest run simulator` replays just that one.

mod invariants;
mod network;
mod random;
mod server;
mod session;
mod world;

use std::collections::BTreeSet;
use std::num::NonZero;
use std::thread;
use std::time::Instant;

use invariants::Violation;
use session::play;

/// A bug that is put in on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mutant {
    /// Nobody is told that a transfer is settled.
    SwallowSettled,
    /// A reply is handed on as that of another command.
    MisplaceReply,
    /// The first bytes of a download are taken for all.
    EndEarly,
    /// The rest of an upload is not sent, and counts as sent.
    LoseRest,
    /// An ABOR that was not answered is not told as outstanding.
    ForgetAbort,
}

#[test]
#[expect(
    clippy::print_stderr,
    reason = "the test runner shows how many sessions a minute there were"
)]
fn no_session_breaks_an_invariant() {
    let replayed = std::env::var("FTPSH_SEED").ok();
    let replayed = replayed.map(|seed| seed.parse().expect("FTPSH_SEED is a number"));
    if let Some(seed) = replayed {
        return check(seed);
    }
    let began = Instant::now();
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for first in 0..threads {
            scope.spawn(move || (first as u64..SESSIONS).step_by(threads).for_each(check));
        }
    });
    let rate = u128::from(SESSIONS) * 60_000 / began.elapsed().as_millis().max(1);
    eprintln!("{rate} sessions a minute");
}

fn check(seed: u64) {
    if play(seed, None, false).is_ok() {
        return;
    }
    if let Err(failure) = play(seed, None, true) {
        let log = failure.log.join("\n");
        panic!("{log}\nFTPSH_SEED={seed}: {:?}", failure.violation);
    }
}

/// What is never reached is never checked.
#[test]
fn the_sessions_reach_what_can_happen() {
    let sessions = (0..6000).filter_map(|seed| play(seed, None, false).ok());
    let reached: BTreeSet<String> = sessions.flat_map(|played| played.reached).collect();
    for expected in [
        "NOOP without data ConnectionLost",
        "NOOP without data Interrupted",
        "NOOP without data TimedOut",
        "LIST Ended Answered",
        "RETR Ended Answered",
        "RETR Ended Answered in the background",
        "RETR Ended Unanswered",
        "RETR Refused Answered",
        "RETR Broken Answered",
        "RETR Aborted Answered",
        "RETR Aborted Answered in the background",
        "RETR Aborted Interrupted",
        "STOR Ended Answered",
        "STOR Ended Answered in the background",
        "STOR Broken Answered",
        "STOR Aborted Answered",
        "STOR Aborted Interrupted",
        "APPE Ended Answered",
        "AUTH without data Answered under TLS",
        "AUTH without data TlsFailed",
        "RETR Ended Answered under TLS",
        "APPE TlsFailed(HandshakeCut) Answered under TLS",
        "STOR Ended Answered under TLS",
        "STOR Aborted Answered under TLS",
    ] {
        assert!(reached.contains(expected), "{expected}: {reached:#?}");
    }
}

/// Nothing but the bytes of TLS depends on more than the seed.
#[test]
fn a_seed_means_the_same_session_every_time() {
    let moments = |seed| {
        let log = match play(seed, None, true) {
            Ok(played) => played.log,
            Err(failure) => failure.log,
        };
        let moment = |line: String| line.split(' ').take(3).map(str::to_owned).collect();
        log.into_iter().map(moment).collect::<Vec<Vec<String>>>()
    };
    for seed in 0..200 {
        assert_eq!(moments(seed), moments(seed), "{seed}");
    }
}

#[test]
fn an_exchange_that_is_not_settled_is_found() {
    assert_eq!(found(Mutant::SwallowSettled), Some(Violation::Settlement));
}

#[test]
fn a_reply_given_to_another_command_is_found() {
    assert_eq!(found(Mutant::MisplaceReply), Some(Violation::Assignment));
}

#[test]
fn a_download_that_ends_early_is_found() {
    assert_eq!(found(Mutant::EndEarly), Some(Violation::Wholeness));
}

#[test]
fn an_upload_that_loses_its_rest_is_found() {
    assert_eq!(found(Mutant::LoseRest), Some(Violation::Wholeness));
}

#[test]
fn an_abort_that_is_forgotten_is_found() {
    assert_eq!(found(Mutant::ForgetAbort), Some(Violation::Step));
}

/// The first invariant that a bug breaks.
fn found(mutant: Mutant) -> Option<Violation> {
    let mut seeds = 0..SESSIONS;
    seeds
        .find_map(|seed| play(seed, Some(mutant), false).err())
        .map(|it| it.violation)
}

const SESSIONS: u64 = 20_000;
