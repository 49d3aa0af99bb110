//! A server that breaks off at any one point, or always says the same: the run ends in time and calls nothing well that
//! is not.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::examination::{doctor, examine};
use super::meddler::{End, Meddling, meddle};
use crate::support::practice::practice_server;

/// What a run told that broke off so, and how long it took.
fn run(end: Option<(usize, End)>) -> (BTreeMap<String, String>, Duration) {
    let server = practice_server(&[]);
    fs::write(
        server.server_folder().join("data.bin"),
        b"a line\n".repeat(1000),
    )
    .expect("the server's folder is the test's own");
    let meddling = Meddling {
        end,
        ..Meddling::default()
    };
    let address = meddle(server.address(), meddling);
    let program = doctor(address, "A", "A").args(["--budget", &BUDGET.to_string()]);
    let begun = Instant::now();
    let examination = examine(program);
    (examination.verdicts, begun.elapsed())
}

/// Breaks off at each of these lines, and compares with what a run finds that is not disturbed.
fn sweep(ends: &[(usize, End)]) {
    let (undisturbed, _) = run(None);
    assert!(undisturbed.len() > 50, "{undisturbed:?}");
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(String::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(end) = ends.get(next.fetch_add(1, Ordering::AcqRel)) {
                    let (verdicts, took) = run(Some(*end));
                    let mut found = complaints(&verdicts, &undisturbed);
                    if took > Duration::from_secs(BUDGET + GRACE) {
                        found += &format!(" took {took:?}");
                    }
                    if !found.is_empty() {
                        *wrong.lock().expect("nobody panics with it") +=
                            &format!("{end:?}: {found}\n");
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("nobody panicked with it");
    assert!(wrong.is_empty(), "{wrong}");
}

/// Checks that are well although they are not in the undisturbed run, and checks that are not told at all.
fn complaints(
    verdicts: &BTreeMap<String, String>,
    undisturbed: &BTreeMap<String, String>,
) -> String {
    let is_well = |verdicts: &BTreeMap<String, String>, id: &String| {
        verdicts.get(id).is_some_and(|verdict| verdict == "ok")
    };
    let wrong = undisturbed.keys().filter(|id| {
        let is_better = is_well(verdicts, id) && !is_well(undisturbed, id);
        !verdicts.contains_key(*id) || (is_better && *id != OF_TIME)
    });
    wrong.map(|id| format!(" {id}")).collect()
}

#[test]
fn a_server_that_hangs_at_any_point_ends_the_run_within_its_budget() {
    sweep(&points(End::Hang));
}

#[test]
fn a_server_that_closes_at_any_point_spoils_no_verdict() {
    sweep(&points(End::Close));
}

#[test]
fn a_server_that_always_says_the_same_is_never_found_well() {
    for text in ["500 no", "421 bye", "226 done", "\u{1b}[2J garbage"] {
        let (verdicts, took) = run(Some((1, End::Say(text))));
        assert!(
            took < Duration::from_secs(BUDGET + GRACE),
            "{text}: {took:?}"
        );
        let well: Vec<&String> = verdicts
            .iter()
            .filter(|(_, verdict)| *verdict == "ok")
            .map(|(id, _)| id)
            .collect();
        // The greeting came before.
        let known = ["banner-version", "greeting-protocol", "greeting-time"];
        let wrong: Vec<_> = well
            .iter()
            .filter(|id| !known.contains(&id.as_str()))
            .collect();
        assert!(wrong.is_empty(), "{text}: {wrong:?}");
        assert!(verdicts.len() > 50, "{text}: {verdicts:?}");
    }
}

/// Where the file is there before anything can be asked, it is skipped.
const OF_TIME: &str = "during-transfer";

/// Every so many lines of the replies of a run.
fn points(end: End) -> Vec<(usize, End)> {
    (0..LINES).step_by(STEP).map(|line| (line, end)).collect()
}

const BUDGET: u64 = 6;

/// For what is removed from the server, and for a machine that is busy.
const GRACE: u64 = 14;
const LINES: usize = 340;
const STEP: usize = 9;
const AT_ONCE: usize = 10;
