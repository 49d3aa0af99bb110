//! `resume` against the practice server with its faults, and against servers that play a script: what is on the
//! server's disk afterwards, and what was on the wire.

mod absent;
mod broken;
mod changes;
mod downloads;
mod faults;
pub(crate) mod scripted;
mod sizes;
mod uploads;

use std::fs;
use std::path::PathBuf;

use ftpsh::practice::{Configuration, Fault, PracticeServer};
use tempfile::TempDir;

use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::relay::Relay;

/// More than the 64 KiB that are read back.
const THERE: usize = 150_000;
const WHOLE: usize = 200_000;

/// A practice server behind a relay that keeps what was said, and a local folder.
struct Both {
    server: PracticeServer,
    relay: Relay,
    local: TempDir,
}

/// Content without a period that anything could hide behind.
fn content(bytes: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..bytes).map(next).collect()
}

impl Both {
    fn new(faults: &[&str]) -> Self {
        let faults = faults.iter().map(|fault| {
            let read: Result<Fault, _> = fault.parse();
            read.expect("the practice server has it")
        });
        let configuration = Configuration {
            faults: faults.collect(),
            ..Configuration::default()
        };
        let server = PracticeServer::start(configuration).expect("loopback has a free port");
        Self {
            relay: Relay::start(server.address()),
            server,
            local: TempDir::new().expect("a temporary folder"),
        }
    }

    /// `f` with the first `there` of `WHOLE` bytes on the server, and all of them here.
    fn with_part(faults: &[&str], there: usize) -> Self {
        let both = Self::new(faults);
        both.put_there(&content(there));
        both.put_here(&content(WHOLE));
        both
    }

    fn put_there(&self, bytes: &[u8]) {
        fs::write(self.there(), bytes).expect("the folder is writable");
    }

    fn put_here(&self, bytes: &[u8]) {
        fs::write(self.here(), bytes).expect("the folder is writable");
    }

    fn there(&self) -> PathBuf {
        self.server.server_folder().join("f")
    }

    fn here(&self) -> PathBuf {
        self.local.path().join("f")
    }

    #[track_caller]
    fn assert_there(&self, expected: &[u8]) {
        assert_same(&fs::read(self.there()).expect("it is there"), expected);
    }

    #[track_caller]
    fn assert_here(&self, expected: &[u8]) {
        assert_same(&fs::read(self.here()).expect("it is here"), expected);
    }

    /// Logs in and runs these lines.
    fn run(&self, lines: &[&str]) -> Finished {
        self.run_with(&[], lines)
    }

    fn run_with(&self, options: &[&str], lines: &[&str]) -> Finished {
        let lines = ["USER A", "PASS A"].iter().chain(lines);
        Ftpsh::new()
            .args(options)
            .args(lines.flat_map(|line| ["-c", *line]))
            .arg(self.relay.address().to_string())
            .current_dir(self.local.path())
            .telling_events()
            .run()
    }

    /// The lines that the server got, without the login.
    fn lines(&self) -> Vec<String> {
        let mut lines = self.relay.control_lines_to_server();
        lines.retain(|line| !line.starts_with("USER") && !line.starts_with("PASS"));
        lines
    }

    /// Whether the server got a line with this verb.
    fn heard(&self, verb: &str) -> bool {
        let lines = self.lines();
        lines
            .iter()
            .any(|line| line.split(' ').next() == Some(verb))
    }

    /// Nothing that writes was sent.
    #[track_caller]
    fn assert_nothing_was_written(&self) {
        for verb in ["APPE", "STOR", "STOU", "DELE"] {
            assert!(!self.heard(verb), "{:?}", self.lines());
        }
        assert_eq!(self.relay.data_bytes_to_server(), 0);
    }
}

#[track_caller]
fn assert_same(bytes: &[u8], expected: &[u8]) {
    let same = bytes.iter().zip(expected).take_while(|(a, b)| a == b);
    let same = same.count();
    let sizes = (bytes.len(), expected.len());
    assert!(
        bytes == expected,
        "{sizes:?} bytes, the first {same} the same"
    );
}
