//! Every check goes well somewhere, and finds something somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::thread;
use std::time::Duration;

use ftpsh::doctor::checks;

use super::examination::{doctor, examine};
use super::meddler::{Meddling, meddle, without_tls};
use super::verdicts::table;
use crate::support::practice::practice_server;

/// A practice server with these faults, perhaps with somebody in between, and what is to be found there.
struct Case {
    faults: &'static [&'static str],
    meddling: Option<fn() -> Meddling>,
    trusts: bool,
    is_implicit: bool,
    finds: &'static [(&'static str, &'static str)],
}

const fn faulty(
    faults: &'static [&'static str],
    finds: &'static [(&'static str, &'static str)],
) -> Case {
    Case {
        faults,
        meddling: None,
        trusts: true,
        is_implicit: false,
        finds,
    }
}

const fn meddled(
    meddling: fn() -> Meddling,
    finds: &'static [(&'static str, &'static str)],
) -> Case {
    Case {
        faults: &[],
        meddling: Some(meddling),
        trusts: true,
        is_implicit: false,
        finds,
    }
}

fn commands(command: fn(&str) -> String) -> Meddling {
    Meddling {
        command,
        ..Meddling::default()
    }
}

fn replies(reply: fn(&str, usize) -> String) -> Meddling {
    Meddling {
        reply,
        ..Meddling::default()
    }
}

fn passed(line: &str) -> String {
    line.to_owned()
}

/// The numbers of a 227 with the place of the reply as its port.
fn in_a_row(line: &str, number: usize) -> String {
    match line.starts_with("227 ") {
        true => format!("227 Entering Passive Mode (127,0,0,1,4,{})", number % 256),
        false => passed(line),
    }
}

/// As if NOOP, the first login and the ends of transfers took their time.
fn slowly(line: &str, number: usize) -> String {
    let wait = match line.get(..3) {
        Some("230") if number < 60 => 3100,
        Some("200") if line.ends_with("okay.") => 520,
        Some("226") => 60,
        _ => 0,
    };
    thread::sleep(Duration::from_millis(wait));
    passed(line)
}

const CASES: [Case; 33] = [
    faulty(
        &[],
        &[
            ("greeting-time", "ok"),
            ("greeting-protocol", "ok"),
            ("round-trip", "ok"),
            ("login", "ok"),
            ("login-time", "ok"),
            ("final-reply-delay", "ok"),
            ("throughput", "ok"),
            ("clear-login", "warn"),
            ("tls-certificate", "ok"),
            ("list-clock", "ok"),
        ],
    ),
    Case {
        faults: &[],
        meddling: None,
        trusts: false,
        is_implicit: false,
        finds: &[("tls-certificate", "bad")],
    },
    faulty(&["pasv-zero-address"], &[("pasv-address", "bad")]),
    faulty(
        &["pasv-closed-port"],
        &[("pasv-dial", "bad"), ("epsv", "bad")],
    ),
    faulty(
        &["reply=PORT:200 yes"],
        &[
            ("active", "bad"),
            ("port-privileged", "warn"),
            ("bounce", "bad"),
        ],
    ),
    faulty(&["appe-as-stor"], &[("appe", "bad")]),
    faulty(&["rest-zero-fills"], &[("rest-upload", "bad")]),
    faulty(
        &["no-rest"],
        &[("rest-download", "bad"), ("rest-upload", "skipped")],
    ),
    faulty(&["no-close-notify"], &[("close-notify-download", "bad")]),
    faulty(&["other-data-certificate"], &[("data-certificate", "bad")]),
    faulty(
        &["require-reuse"],
        &[("tls-session-reuse", "info"), ("tls-reuse-lasts", "ok")],
    ),
    faulty(
        &["require-reuse", "forget-session=3"],
        &[("tls-reuse-lasts", "bad"), ("tls-session-reuse", "bad")],
    ),
    faulty(&["forget-session=3"], &[("tls-reuse-lasts", "info")]),
    // It speaks FTP in clear at that port.
    Case {
        faults: &[],
        meddling: None,
        trusts: true,
        is_implicit: true,
        finds: &[("tls-implicit", "bad")],
    },
    faulty(&["not-ftp=ssh"], &[("greeting-protocol", "bad")]),
    faulty(
        &["reply=SIZE:213 5"],
        &[
            ("size-truth", "warn"),
            ("size-in-ascii", "warn"),
            ("empty-upload", "warn"),
        ],
    ),
    faulty(&["reply=MDTM:213 20200101000000"], &[("mdtm-utc", "warn")]),
    faulty(&["reply=MFMT:213 yes"], &[("mfmt", "warn")]),
    faulty(
        &[
            "reply=MLST:250 yes",
            "reply=QUIT:200 bye",
            "reply=STOU:550 no",
            "reply=SYST:200 yes",
        ],
        &[
            ("mlst-facts", "warn"),
            ("quit", "warn"),
            ("stou", "warn"),
            ("syst", "info"),
        ],
    ),
    faulty(
        &[
            "reply=PWD:257 here",
            "reply=MODE:500 no",
            "reply=ABOR:503 no",
        ],
        &[
            ("login-state", "warn"),
            ("reply-form", "warn"),
            ("minimum", "warn"),
            ("abor-idle", "info"),
            ("unknown-verbs", "info"),
        ],
    ),
    faulty(
        &["reply=EPSV:502 no"],
        &[("epsv", "warn"), ("feat-truth", "warn")],
    ),
    faulty(&["reply=NLST:550 no"], &[("list-names", "warn")]),
    faulty(
        &["slow=50000"],
        &[("throughput", "info"), ("during-transfer", "ok")],
    ),
    Case {
        faults: &["slow=50000"],
        meddling: Some(|| commands(|line| without_tls(line).replace("STAT", "ABOR"))),
        trusts: true,
        is_implicit: false,
        finds: &[("during-transfer", "bad")],
    },
    faulty(
        &["reply=MDTM:213 20990101000000"],
        &[("list-clock", "warn")],
    ),
    meddled(
        || Meddling {
            reply: slowly,
            first_delay: Duration::from_millis(2100),
            ..Meddling::default()
        },
        &[
            ("greeting-time", "info"),
            ("round-trip", "info"),
            ("login-time", "info"),
            ("final-reply-delay", "info"),
        ],
    ),
    meddled(
        || commands(|line| without_tls(line).replace("LIST -a", "LIST nothing")),
        &[("list-options", "info"), ("tls-offered", "bad")],
    ),
    meddled(
        || commands(|line| without_tls(line).replace("LIST", "NLST")),
        &[("list-form", "warn")],
    ),
    meddled(
        || commands(|line| without_tls(line).replace("/-x", "/x")),
        &[("names", "warn")],
    ),
    meddled(
        || {
            commands(|line| match line.ends_with("ABOR") {
                true => "QUIT".to_owned(),
                false => without_tls(line),
            })
        },
        &[("abor-transfer", "warn")],
    ),
    meddled(
        || replies(|line, _| line.replace("230 ", "530 ")),
        &[("login", "bad")],
    ),
    meddled(|| replies(in_a_row), &[("pasv-sequence", "warn")]),
    // It can read what is in clear, and rewrites that.
    meddled(
        || Meddling {
            command: passed,
            reply: |line, _| line.replace("(127,0,0,1,", "(127,0,0,9,"),
            ..Meddling::default()
        },
        &[("pasv-under-tls", "warn")],
    ),
];

fn run(case: &Case) -> (BTreeMap<String, String>, String) {
    let server = practice_server(case.faults);
    fs::write(
        server.server_folder().join("data.bin"),
        b"a line\n".repeat(12_000),
    )
    .expect("the server's folder is the test's own");
    let address = match case.meddling {
        Some(meddling) => meddle(server.address(), meddling()),
        None => server.address(),
    };
    let mut program = doctor(address, "A", "A");
    if case.trusts {
        program = program.arg("--ca").arg(server.certificate_path());
    }
    if case.is_implicit {
        program = program.args(["--tls", "implicit"]);
    }
    let examination = examine(program);
    let mut wrong = String::new();
    for (id, expected) in case.finds {
        if examination.verdict(id) != *expected {
            let found = examination.verdict(id);
            let text = examination.text(id);
            wrong += &format!(
                "{:?}: {id}: expected {expected}, found {found}\n{text}\n",
                case.faults
            );
        }
    }
    (examination.verdicts, wrong)
}

#[test]
fn every_check_goes_well_somewhere_and_finds_something_somewhere() {
    let results: Vec<_> = thread::scope(|scope| {
        let halves = CASES.chunks(CASES.len().div_ceil(THREADS));
        let running: Vec<_> = halves
            .map(|half| scope.spawn(move || half.iter().map(run).collect::<Vec<_>>()))
            .collect();
        running
            .into_iter()
            .flat_map(|it| it.join().unwrap())
            .collect()
    });
    let wrong: String = results.iter().map(|(_, wrong)| wrong.as_str()).collect();
    assert!(wrong.is_empty(), "{wrong}");

    let mut seen: BTreeSet<(String, bool)> = BTreeSet::new();
    let told = CASES
        .iter()
        .flat_map(|case| case.finds)
        .map(|(id, verdict)| ((*id).to_owned(), (*verdict).to_owned()));
    let tabled = table().into_iter().map(|((_, id), verdict)| (id, verdict));
    for (id, verdict) in told.chain(tabled) {
        match verdict.as_str() {
            "ok" => seen.insert((id, true)),
            "info" | "warn" | "bad" => seen.insert((id, false)),
            _ => false,
        };
    }
    let mut missing = Vec::new();
    for check in checks::built_in() {
        for (is_well, what) in [(true, "goes well"), (false, "finds something")] {
            if !seen.contains(&(check.id.clone(), is_well)) {
                missing.push(format!("{} {what} nowhere", check.id));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

const THREADS: usize = 4;
