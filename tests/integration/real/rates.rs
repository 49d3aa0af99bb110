//! `set rate` with each of the real servers: a transfer takes as long as it says, and everything else goes on.

use std::time::{Duration, Instant};

use super::content::{assert_same, random_bytes};
use super::interrupts::{ENDLESS, at_passive_prompt, write_sparse};
use super::scene::Scene;
use crate::support::ftpsh::Ftpsh;
use crate::support::real_server::{Kind, Options, RealServer, Tls};
use crate::support::terminal::Key;

const RATE: u64 = 100_000;
const BYTES: usize = 150_000;
/// What may move at once at the beginning takes a tenth of a second.
const SHORTEST: Duration = Duration::from_millis(1_400);
/// On a machine that does much else.
const LONGEST: Duration = Duration::from_secs(20);

on_every_server!(
    a_transfer_takes_as_long_as_the_rate_says_either_way,
    control_c_aborts_a_download_that_is_held_back,
);

fn a_transfer_takes_as_long_as_the_rate_says_either_way(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let bytes = random_bytes(21, BYTES);
    scene.write_local("here", &bytes);
    scene.server.write_file("there", &bytes);
    for line in ["STOR new < here", "RETR there > back"] {
        let rate = format!("set rate {RATE}");
        let begun = Instant::now();
        let _ = scene.run(&["TYPE I", &rate, "PASV", line]).success();
        let elapsed = begun.elapsed();
        assert!(
            (SHORTEST..LONGEST).contains(&elapsed),
            "{line}: {elapsed:?}"
        );
    }
    assert_same(&scene.server.read_file("new"), &bytes);
    assert_same(&scene.read_local("back"), &bytes);
}

fn control_c_aborts_a_download_that_is_held_back(kind: Kind) {
    let options = Options::heeding_abor(kind);
    let Some(scene) = Scene::set_with(kind, &options) else {
        return;
    };
    let mut terminal = at_passive_prompt(&scene);
    write_sparse(&scene, ENDLESS);
    terminal.send_line("set rate 2k");
    terminal.expect("ftp ⇄> ");
    terminal.send_line("RETR huge > /dev/null");
    terminal.expect("kB/s of 2.00 kB/s");
    terminal.send_key(Key::CtrlC);
    terminal.expect("→ ABOR");
    terminal.expect("aborted");
    terminal.expect("ftp> ");
    terminal.send_line("PWD");
    terminal.expect("\n257 ");
}

/// A record of TLS is larger than what moves in the time of `--timeout`.
#[test]
fn under_tls_too_and_a_slow_record_is_no_silence() {
    for kind in Kind::ALL {
        let options = Options {
            tls: Tls::Explicit,
            ..Options::default()
        };
        let Some(server) = RealServer::start_with(kind, &options) else {
            continue;
        };
        let folder = tempfile::TempDir::new().expect("a temporary folder");
        let bytes = random_bytes(22, 40_000);
        std::fs::write(folder.path().join("here"), &bytes).expect("its own folder");
        server.write_file("there", &bytes);
        let login = format!("login {} {}", server.user(), server.password());
        let run = |rate: &str, line: &str| {
            let begun = Instant::now();
            let lines = ["TYPE I", "PASV", line];
            let _ = Ftpsh::new()
                .home(folder.path())
                .args([
                    "--timeout",
                    "1",
                    "--reply-timeout",
                    "20",
                    "--tls",
                    "require",
                    "--ca",
                ])
                .arg(server.authority().file())
                .arg(server.address().to_string())
                .args(["-c", rate, "-c", &login])
                .args(lines.iter().flat_map(|line| ["-c", line]))
                .run()
                .success();
            begun.elapsed()
        };
        // Downloads count records, which are a little more than what is in them.
        let elapsed = run("set rate 10k", "RETR there > back");
        assert!(
            (Duration::from_millis(3_900)..LONGEST).contains(&elapsed),
            "{kind:?}: {elapsed:?}"
        );
        let elapsed = run("set rate 20k", "STOR new < here");
        assert!(
            (Duration::from_millis(1_900)..LONGEST).contains(&elapsed),
            "{kind:?}: {elapsed:?}"
        );
        assert_same(&server.read_file("new"), &bytes);
        let back = std::fs::read(folder.path().join("back")).expect("it was received");
        assert_same(&back, &bytes);
    }
}
