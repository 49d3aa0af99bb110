//! The same of the binary: what its shell adds to a session, local commands among it.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{MAX_DESCRIPTORS, MAX_THREADS, TIMES, server_with_files};
use crate::support::DEADLINE;

struct Script {
    program: Child,
    folder: tempfile::TempDir,
}

impl Script {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let program = Command::new(env!("CARGO_BIN_EXE_ftpsh"))
            .current_dir(folder.path())
            .env_clear()
            .env("HOME", folder.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program can be started");
        Self { program, folder }
    }

    /// Runs these lines, and waits until they have been run.
    fn run(&mut self, lines: &str) {
        let input = self.program.stdin.as_mut().expect("it is piped");
        let text = format!("{lines}!touch done\n");
        input.write_all(text.as_bytes()).expect("it reads");
        let (done, deadline) = (
            self.folder.path().join("done"),
            Instant::now() + DEADLINE * 4,
        );
        while !done.exists() {
            assert!(Instant::now() < deadline, "the lines are not run");
            // Nothing tells when a file appears.
            thread::sleep(Duration::from_millis(5));
        }
        fs::remove_file(done).expect("its own folder");
    }

    /// Threads, descriptors, and processes that nobody has waited for.
    fn held(&self) -> (usize, usize, usize) {
        let of = |what| {
            Path::new("/proc")
                .join(self.program.id().to_string())
                .join(what)
        };
        let count = |what| fs::read_dir(of(what)).expect("Linux has it").count();
        let threads = fs::read_dir(of("task")).expect("Linux has it").flatten();
        let children = threads.map(|it| fs::read_to_string(it.path().join("children")));
        let children = children.map(|it| it.unwrap_or_default().split_whitespace().count());
        (count("task"), count("fd"), children.sum())
    }

    fn assert_holds_no_more_than(&self, before: (usize, usize, usize)) {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let now = self.held();
            let is_settled = now.0 <= before.0 + MAX_THREADS
                && now.1 <= before.1 + MAX_DESCRIPTORS
                && now.2 <= before.2;
            if is_settled {
                return;
            }
            assert!(Instant::now() < deadline, "{before:?} have become {now:?}");
            // Nothing tells when a thread has ended.
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

fn leaves_nothing(lines: impl Fn(&str) -> Vec<String>) {
    let server = server_with_files(&[]);
    let address = server.address().to_string();
    let mut script = Script::start();
    script.run(&format!("open ftp://A:A@{address}/\nTYPE I\n"));
    let before = script.held();
    let lines = lines(&address);
    let text: String = (0..TIMES)
        .map(|time| format!("{}\n", lines[time % lines.len()]))
        .collect();
    script.run(&text);
    script.assert_holds_no_more_than(before);
}

#[test]
fn sessions_of_a_script_leave_nothing() {
    leaves_nothing(|address| vec![format!("close\nopen ftp://A:A@{address}/")]);
}

#[test]
fn redirections_of_a_script_leave_nothing() {
    leaves_nothing(|_| {
        let lines = [
            "PASV\nRETR f > got",
            "EPSV\nRETR f | cat",
            "listen\nSTOR g < got",
            "PASV\nLIST",
            "PASV\nRETR f >> added\n!rm -f added",
            "PASV\nSTOR g <<< 'text'",
        ];
        lines.map(str::to_owned).to_vec()
    });
}

#[test]
fn transfers_in_the_background_of_a_script_leave_nothing() {
    leaves_nothing(|_| {
        let lines = [
            "PASV\nRETR long > got &\nABOR\nABOR",
            "PASV\nRETR f > got &\nNOOP",
            "PASV\nSTOR g < got &\nNOOP",
        ];
        lines.map(str::to_owned).to_vec()
    });
}
