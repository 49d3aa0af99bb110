//! What goes wrong at our end: disks, files, pipes and signals. Most of it against a real server, since only its disk
//! and its replies tell what came of it there.

#[cfg(target_os = "linux")]
mod full_disks;
#[cfg(target_os = "linux")]
mod full_records;
#[cfg(target_os = "linux")]
mod leaks;
#[cfg(target_os = "linux")]
mod leftovers;
mod outputs;
mod places;
mod signals;
mod sources;
mod stuck;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::real_server::{Kind, Options, RealServer, Tls};

/// A real server, and a folder that the binary runs in.
struct Scene {
    server: RealServer,
    folder: TempDir,
    under_tls: bool,
}

impl Scene {
    /// `None` where the server is not available.
    fn set(kind: Kind) -> Option<Self> {
        Self::set_with(kind, false)
    }

    /// The same; both connections may be under TLS.
    fn set_with(kind: Kind, under_tls: bool) -> Option<Self> {
        let options = Options {
            tls: if under_tls { Tls::Explicit } else { Tls::None },
            ..Options::default()
        };
        Some(Self {
            server: RealServer::start_with(kind, &options)?,
            folder: TempDir::new().expect("a temporary folder"),
            under_tls,
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: &[u8]) {
        fs::write(self.path(name), content).expect("the test's own folder");
    }

    #[track_caller]
    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("the local file is there")
    }

    /// The binary in the folder, which logs in and runs these lines.
    fn given(&self, lines: &[&str]) -> Ftpsh {
        let lines = lines.iter().flat_map(|line| ["-c", *line]);
        self.logged_in().args(["--timeout", "15"]).args(lines)
    }

    /// The binary in the folder, which logs in.
    fn logged_in(&self) -> Ftpsh {
        let target = format!(
            "ftp://{}:{}@{}/",
            self.server.user(),
            self.server.password(),
            self.server.address()
        );
        let program = Ftpsh::new().home(self.folder.path()).arg("--ca");
        let program = program.arg(self.server.authority().file());
        let tls = if self.under_tls { "require" } else { "off" };
        program.args(["--tls", tls, &target])
    }

    fn run(&self, lines: &[&str]) -> Finished {
        self.given(lines).run()
    }
}

/// Content without a period that anything could hide behind.
fn content(bytes: usize) -> Vec<u8> {
    let mut state = 7_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..bytes).map(next).collect()
}

/// The binary with a limit on the size of the files that it writes, in pieces of 1,024 bytes: what can be had
/// everywhere in the place of a full disk. It is run by bash, whose limit has that unit.
#[cfg(target_os = "linux")]
fn with_limit(program: Ftpsh, kibibytes: usize) -> Ftpsh {
    let binary = program.program_path().to_owned();
    let line = format!(r#"trap "" XFSZ; ulimit -f {kibibytes}; exec "$@""#);
    program.run_by(["/bin/bash", "-c", &line, "bash"], &binary)
}

/// Asserts that two contents are the same, and shows no bytes.
#[track_caller]
fn assert_same(bytes: &[u8], expected: &[u8]) {
    let same = bytes.iter().zip(expected).take_while(|(a, b)| a == b);
    let (same, sizes) = (same.count(), (bytes.len(), expected.len()));
    assert!(bytes == expected, "{sizes:?} bytes, {same} the same");
}

/// Asserts that the line was sent and that this reply came next: the dialogue is in step.
#[track_caller]
fn assert_in_step(finished: &Finished, line: &str, reply: &str) {
    let exchange = format!("→ {line}\n{reply}");
    assert!(finished.stderr.contains(&exchange), "{}", finished.stderr);
}

/// What the folder holds besides the folders of a home.
fn files_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the test's own folder");
    let entries = entries.map(|entry| entry.expect("it can be read"));
    let files = entries.filter(|entry| !entry.path().is_dir());
    let mut names: Vec<_> = files
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn make_pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status();
    assert!(made.expect("mkfifo is there").success());
}

/// Whether this machine lets anybody mount something in a namespace of their own; where it does not, this is said, and
/// what becomes of the test.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn has_namespaces(otherwise: &str) -> bool {
    let line = "mount -t tmpfs none /tmp";
    let tried = Command::new("unshare")
        .args(["-rm", "sh", "-c", line])
        .stderr(Stdio::null())
        .status();
    let has_them = tried.is_ok_and(|status| status.success());
    if !has_them {
        eprintln!("skipped: no namespaces here; {otherwise}");
    }
    has_them
}
