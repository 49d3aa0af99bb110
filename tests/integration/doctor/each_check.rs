//! Every check goes well somewhere, and finds something somewhere.

use std::collections::BTreeSet;
use std::fs;
use std::iter;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use ftpsh::doctor::checks;

use super::examination::{doctor, examine};
use super::meddler::{Meddling, meddle, without_tls};
use super::replaying::replay_fault;
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

/// Lets anonymous in, refuses to hear of a user that nobody is, and leaves TYPE I as it is.
fn as_another(line: &str) -> String {
    without_tls(line)
        .replace("USER anonymous", "USER A")
        .replace("PASS guest@example.org", "PASS A")
        .replace("USER ftpsh-doctor-nobody", "NOOP")
        .replace("TYPE A", "TYPE I")
}

/// The time of a 213, seven minutes later or most of an hour earlier.
fn seven_minutes_off(line: &str, _: usize) -> String {
    let minutes = line
        .get(14..16)
        .and_then(|minutes| minutes.parse::<u32>().ok());
    match minutes.filter(|_| line.starts_with("213 ") && line.len() == 18) {
        Some(minutes) => format!("{}{:02}{}", &line[..14], (minutes + 7) % 60, &line[16..]),
        None => passed(line),
    }
}

/// As if the first greeting, NOOP, the first login and the ends of transfers took their time.
fn slowly(line: &str, number: usize) -> String {
    let wait = match line.get(..3) {
        Some("220") if number == 0 => 2100,
        Some("230") if number < 60 => 3100,
        Some("200") if line.ends_with("okay.") => 520,
        Some("226") => 60,
        _ => 0,
    };
    thread::sleep(Duration::from_millis(wait));
    passed(line)
}

const CASES: [Case; 43] = [
    // It takes longest.
    Case {
        faults: &["slow=50000"],
        meddling: Some(|| commands(|line| without_tls(line).replace("STAT", "ABOR"))),
        trusts: true,
        is_implicit: false,
        finds: &[("during-transfer", "bad")],
    },
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
            ("clear-data", "warn"),
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
        &[("tls-reuse-lasts", "bad"), ("tls-session-reuse", "info")],
    ),
    faulty(&["forget-session=3"], &[("tls-reuse-lasts", "info")]),
    faulty(
        &["late-tls=1"],
        &[("tls-offered", "warn"), ("tls-old-versions", "ok")],
    ),
    // AUTH is accepted, and no handshake ever goes well.
    faulty(
        &["reply=AUTH:234 go"],
        &[("tls-offered", "bad"), ("tls-old-versions", "skipped")],
    ),
    // It speaks FTP in clear at that port.
    Case {
        faults: &[],
        meddling: None,
        trusts: true,
        is_implicit: true,
        finds: &[("tls-implicit", "bad")],
    },
    faulty(&["not-ftp=ssh"], &[("greeting-protocol", "bad")]),
    faulty(&["not-ftp=esmtp"], &[("greeting-protocol", "bad")]),
    faulty(&["hidden-files"], &[("list-names", "warn")]),
    meddled(
        || {
            commands(|line| match line.len() > 50_000 {
                true => "NOOP".to_owned(),
                false => without_tls(line),
            })
        },
        &[("long-line", "warn")],
    ),
    meddled(|| replies(seven_minutes_off), &[("list-clock", "warn")]),
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
    faulty(&["silent=ABOR"], &[("abor-idle", "info")]),
    faulty(&["reply=NLST:550 no"], &[("list-names", "warn")]),
    faulty(
        &["slow=50000"],
        &[
            ("throughput", "info"),
            ("during-transfer", "ok"),
            ("abor-transfer", "ok"),
        ],
    ),
    faulty(
        &["reply=MDTM:213 20990101000000"],
        &[("list-clock", "warn")],
    ),
    meddled(
        || replies(slowly),
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
    meddled(
        || commands(|line| without_tls(line).replace("MLSD", "LIST nothing")),
        &[("list-names", "warn")],
    ),
    meddled(
        || commands(as_another),
        &[
            ("anonymous", "info"),
            ("user-enumeration", "info"),
            ("ascii-conversion", "info"),
        ],
    ),
    meddled(
        || replies(|line, _| line.replace("v6.3", "6.3")),
        &[("banner-version", "info")],
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

/// The findings whose transcripts were replayed, and what was not as expected.
fn run(case: &Case) -> (Vec<&'static str>, String) {
    let server = practice_server(case.faults);
    fs::write(
        server.server_folder().join("data.bin"),
        b"a line\n".repeat(12_000),
    )
    .expect("the server's folder is the test's own");
    fs::write(server.server_folder().join(".hidden"), "seen by MLSD")
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
    let transcripts = tempfile::tempdir().expect("a temporary folder");
    let examination = examine(program.arg("--transcripts").arg(transcripts.path()));
    let mut replayed = Vec::new();
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
    for (id, _) in case.finds {
        let path = transcripts.path().join(format!("{id}.ftp"));
        if path.exists() {
            let fault = replay_fault(&path, address, &examination);
            wrong.extend(fault.map(|fault| format!("{:?}: {id}: {fault}\n", case.faults)));
            replayed.push(*id);
        }
    }
    (replayed, wrong)
}

/// The checks that docs/doctor.md names as those whose findings have no transcript, or not all of them.
fn documented_without_transcript() -> BTreeSet<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/doctor.md");
    let page = fs::read_to_string(page).expect("the page is there");
    let (_, section) = page
        .split_once("## Replaying a finding")
        .expect("it has the section");
    let (section, _) = section.split_once("\n## ").unwrap_or((section, ""));
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let ids = rows.filter_map(|row| row.split(" | ").next());
    ids.flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_check_goes_well_somewhere_and_finds_something_somewhere() {
    // Some wait long: each thread takes the next one when it has done one.
    let next = AtomicUsize::new(0);
    let take = || CASES.get(next.fetch_add(1, Ordering::Relaxed));
    let results: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = (0..THREADS)
            .map(|_| scope.spawn(|| iter::from_fn(take).map(run).collect::<Vec<_>>()))
            .collect();
        running
            .into_iter()
            .flat_map(|it| it.join().unwrap())
            .collect()
    });
    let wrong: String = results.iter().map(|(_, wrong)| wrong.as_str()).collect();
    assert!(wrong.is_empty(), "{wrong}");

    let mut seen: BTreeSet<(String, bool)> = BTreeSet::new();
    let replayed: BTreeSet<&str> = results
        .iter()
        .flat_map(|(replayed, _)| replayed)
        .copied()
        .collect();
    let without = documented_without_transcript();
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
    for check in checks::built_in() {
        if !replayed.contains(check.id.as_str()) && !without.contains(&check.id) {
            missing.push(format!("{} is replayed nowhere", check.id));
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

const THREADS: usize = 4;
