//! What `ftpsh doctor` finds at real servers, compared with a table.
//!
//! `FTPSH_WRITE_VERDICTS=1` writes the table anew.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use super::examination::{Examination, doctor, examine};
use crate::support::real_server::{Kind, Options, RealServer, Tls};

/// A server in one of its configurations, as a column of the table.
pub(super) struct Case {
    pub(super) name: &'static str,
    kind: Kind,
    tls: Tls,
    extra: &'static [&'static str],
}

const fn case(name: &'static str, kind: Kind, tls: Tls, extra: &'static [&'static str]) -> Case {
    Case {
        name,
        kind,
        tls,
        extra,
    }
}

pub(super) const CASES: [Case; 26] = [
    case("vsftpd", Kind::Vsftpd, Tls::None, &[]),
    case("vsftpd-tls", Kind::Vsftpd, Tls::Explicit, &[]),
    case(
        "vsftpd-no-reuse",
        Kind::Vsftpd,
        Tls::Explicit,
        &["require_ssl_reuse=NO"],
    ),
    case(
        "vsftpd-required",
        Kind::Vsftpd,
        Tls::Explicit,
        &["force_anon_logins_ssl=YES", "force_anon_data_ssl=YES"],
    ),
    case(
        "vsftpd-masquerade",
        Kind::Vsftpd,
        Tls::None,
        &["pasv_address=192.0.2.1"],
    ),
    case(
        "vsftpd-ascii",
        Kind::Vsftpd,
        Tls::None,
        &["ascii_upload_enable=YES", "ascii_download_enable=YES"],
    ),
    case(
        "vsftpd-closed",
        Kind::Vsftpd,
        Tls::None,
        &["pasv_enable=NO", "write_enable=NO", "ftpd_banner=hello"],
    ),
    case(
        "vsftpd-slow",
        Kind::Vsftpd,
        Tls::None,
        &["anon_max_rate=100000"],
    ),
    case("vsftpd-implicit", Kind::Vsftpd, Tls::Implicit, &[]),
    case("proftpd", Kind::Proftpd, Tls::None, &[]),
    case("proftpd-tls", Kind::Proftpd, Tls::Explicit, &[]),
    case(
        "proftpd-no-reuse",
        Kind::Proftpd,
        Tls::Explicit,
        &["TLSOptions NoSessionReuseRequired"],
    ),
    case(
        "proftpd-masquerade",
        Kind::Proftpd,
        Tls::None,
        &["MasqueradeAddress 192.0.2.1"],
    ),
    case(
        "proftpd-slow",
        Kind::Proftpd,
        Tls::None,
        &["TransferRate RETR 100"],
    ),
    case(
        "proftpd-tls12",
        Kind::Proftpd,
        Tls::Explicit,
        &["TLSProtocol TLSv1.2"],
    ),
    case(
        "proftpd-old-tls",
        Kind::Proftpd,
        Tls::Explicit,
        &[
            "TLSProtocol TLSv1 TLSv1.1 TLSv1.2",
            "TLSCipherSuite ALL:@SECLEVEL=0",
        ],
    ),
    case("pure-ftpd", Kind::PureFtpd, Tls::None, &[]),
    case("pure-ftpd-tls", Kind::PureFtpd, Tls::Explicit, &[]),
    case(
        "pure-ftpd-required",
        Kind::PureFtpd,
        Tls::Explicit,
        &["-Y", "3"],
    ),
    case("pure-ftpd-slow", Kind::PureFtpd, Tls::None, &["-T", ":100"]),
    case(
        "pure-ftpd-masquerade",
        Kind::PureFtpd,
        Tls::None,
        &["-P", "192.0.2.1"],
    ),
    case("pyftpdlib", Kind::Pyftpdlib, Tls::None, &[]),
    case("pyftpdlib-tls", Kind::Pyftpdlib, Tls::Explicit, &[]),
    case(
        "pyftpdlib-required",
        Kind::Pyftpdlib,
        Tls::Explicit,
        &[
            "handler.tls_control_required = True",
            "handler.tls_data_required = True",
        ],
    ),
    case(
        "pyftpdlib-slow-local",
        Kind::Pyftpdlib,
        Tls::None,
        &[
            "from pyftpdlib.handlers import ThrottledDTPHandler",
            "class Slow(ThrottledDTPHandler): write_limit = 38000",
            "handler.dtp_handler = Slow",
            "import os, time",
            "os.environ['TZ'] = 'India-5:30'",
            "time.tzset()",
            "handler.use_gmt_times = False",
        ],
    ),
    case(
        "pyftpdlib-masquerade",
        Kind::Pyftpdlib,
        Tls::None,
        &["handler.masquerade_address = \"192.0.2.1\""],
    ),
];

/// How long something took is not the same on every machine.
pub(super) const OF_TIME: [&str; 6] = [
    "greeting-time",
    "round-trip",
    "login-time",
    "final-reply-delay",
    "throughput",
    // Unless it is slow, a file is there before anything else is heard.
    "during-transfer",
];

/// What the checks read, and a file that no buffer holds.
pub(super) fn place_files(server: &RealServer) {
    server.write_file("data.bin", &b"a line\n".repeat(15_000));
    server.write_file("text.txt", b"one\ntwo\n");
    let large = fs::File::create(server.root().join("large.bin"));
    let sized = large.and_then(|large| large.set_len(256 << 20));
    sized.expect("the server's folder is the test's own");
}

fn run(case: &Case) -> Option<(RealServer, Examination)> {
    let options = Options {
        tls: case.tls,
        extra: case.extra.iter().map(|&line| line.to_owned()).collect(),
        ..Options::default()
    };
    let server = RealServer::start_with(case.kind, &options)?;
    place_files(&server);
    let mut program = doctor(server.address(), server.user(), server.password());
    if case.tls != Tls::None {
        program = program.arg("--ca").arg(server.authority().file());
    }
    if case.tls == Tls::Implicit {
        program = program.args(["--tls", "implicit"]);
    }
    Some((server, examine(program)))
}

fn table_path() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integration/doctor/verdicts.table")
}

/// Column, check, verdict.
pub(super) fn table() -> BTreeMap<(String, String), String> {
    let text = fs::read_to_string(table_path()).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let mut words = line.split_ascii_whitespace().map(str::to_owned);
            let mut next = || words.next().expect("a line has three words");
            ((next(), next()), next())
        })
        .collect()
}

fn compare(kind: Kind) {
    let expected = table();
    let mut wrong = String::new();
    let mut found = BTreeMap::new();
    for case in CASES.iter().filter(|case| case.kind == kind) {
        let Some((server, examination)) = run(case) else {
            return;
        };
        for (id, verdict) in &examination.verdicts {
            let is_slow = case.name.contains("-slow") && id == "during-transfer";
            if OF_TIME.contains(&id.as_str()) && !is_slow {
                assert_ne!(
                    verdict,
                    "bad",
                    "{} {id}: {}",
                    case.name,
                    examination.text(id)
                );
                continue;
            }
            if case.kind == Kind::Pyftpdlib && id == "cut-upload" {
                // It depends on when the reset comes: it answers 226, or nothing.
                assert!(matches!(verdict.as_str(), "warn" | "unknown"), "{verdict}");
                found.insert((case.name.to_owned(), id.clone()), "warn".to_owned());
                continue;
            }
            if matches!(case.kind, Kind::Pyftpdlib | Kind::PureFtpd) && id == "abor-transfer" {
                // It depends on when the ABOR comes: before the first byte of the file has gone, RETR gets no reply.
                assert!(matches!(verdict.as_str(), "ok" | "info"), "{verdict}");
                found.insert((case.name.to_owned(), id.clone()), "ok".to_owned());
                continue;
            }
            let key = (case.name.to_owned(), id.clone());
            if expected.get(&key) != Some(verdict) {
                let before = expected.get(&key).map_or("nothing", String::as_str);
                let text = examination.text(id);
                let _ = writeln!(
                    wrong,
                    "{} {id}: expected {before}, found {verdict}\n{text}",
                    case.name
                );
            }
            found.insert(key, verdict.clone());
        }
        assert!(
            !examination.verdicts.is_empty(),
            "{}",
            examination.finished.stderr
        );
        assert_nothing_is_left(&server, case.name);
    }
    if std::env::var_os("FTPSH_WRITE_VERDICTS").is_some() {
        write(kind, &found);
    } else {
        assert!(wrong.is_empty(), "{wrong}");
    }
}

fn assert_nothing_is_left(server: &RealServer, name: &str) {
    let entries = fs::read_dir(server.root()).expect("the server's folder is there");
    let names = entries.map(|entry| entry.expect("it can be read").file_name());
    let left: Vec<_> = names
        .filter(|name| name.to_string_lossy().contains("doctor"))
        .collect();
    assert!(left.is_empty(), "{name}: {left:?}");
}

/// The other servers' lines stay.
fn write(kind: Kind, found: &BTreeMap<(String, String), String>) {
    let is_own = |name: &str| {
        CASES
            .iter()
            .any(|case| case.kind == kind && case.name == name)
    };
    let mut all = table();
    all.retain(|(name, _), _| !is_own(name));
    all.extend(found.clone());
    let mut text = "# What `ftpsh doctor` finds: configuration, check, verdict. FTPSH_WRITE_VERDICTS=1 writes it anew.\n".to_owned();
    for ((name, id), verdict) in all {
        let _ = writeln!(text, "{name} {id} {verdict}");
    }
    fs::write(table_path(), text).expect("the source can be written");
}

#[test]
fn what_is_found_at_vsftpd_stands_in_the_table() {
    compare(Kind::Vsftpd);
}

#[test]
fn what_is_found_at_proftpd_stands_in_the_table() {
    compare(Kind::Proftpd);
}

#[test]
fn what_is_found_at_pure_ftpd_stands_in_the_table() {
    compare(Kind::PureFtpd);
}

#[test]
fn what_is_found_at_pyftpdlib_stands_in_the_table() {
    compare(Kind::Pyftpdlib);
}

#[test]
fn what_reads_alone_takes_less_than_two_hundred_commands() {
    for kind in Kind::ALL {
        let options = Options {
            tls: Tls::Explicit,
            ..Options::default()
        };
        let Some(server) = RealServer::start_with(kind, &options) else {
            continue;
        };
        server.write_file("data.bin", &b"a line\n".repeat(15_000));
        let program = crate::support::ftpsh::Ftpsh::new()
            .args(["doctor", &server.address().to_string(), "--verbose"])
            .args(["--user", server.user(), "--budget", "30"])
            .env("FTPSH_PASSWORD", server.password())
            .arg("--ca")
            .arg(server.authority().file());
        let examination = examine(program);
        assert!(
            examination.commands < 200,
            "{kind:?}: {}",
            examination.commands
        );
        let shown = String::from_utf8_lossy(&examination.finished.stdout).into_owned();
        assert!(!shown.contains("cut short"), "{kind:?}\n{shown}");
        assert_eq!(examination.verdict("rest-download"), "ok", "{shown}");
    }
}
