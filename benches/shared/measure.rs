//! One run of a client: how long, how much CPU, how much memory.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

/// What a client is to run, and what it reads.
pub(crate) struct Job {
    pub(crate) command: Command,
    pub(crate) stdin: Vec<u8>,
}

/// What a run took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    pub(crate) wall: Duration,
    /// User and system time of the client alone.
    #[allow(dead_code, reason = "one of the benchmarks does not show it")]
    pub(crate) cpu: Duration,
    /// The most that it had resident, in KiB.
    pub(crate) peak_kib: u64,
}

/// Runs it to its end. Panics when `who` says that it failed.
pub(crate) fn measure(job: &mut Job, who: &str) -> Measured {
    let Job { command, stdin } = job;
    let output = tempfile::tempfile().expect("the temporary folder is writable");
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    command.stderr(output.try_clone().expect("a file can be shared"));
    let begun = Instant::now();
    let mut child = command.spawn().expect("what was unpacked can be run");
    let mut input = child.stdin.take().expect("it is piped");
    // Everything that is written fits into a pipe, or is read as it comes.
    input
        .write_all(stdin)
        .expect("the client reads its commands");
    drop(input);
    let ended = child.wait4().expect("it is our child");
    let wall = begun.elapsed();
    assert!(
        ended.status.success(),
        "{who}: {}\n{}",
        ended.status,
        text_of(output)
    );
    Measured {
        wall,
        cpu: ended.rusage.utime + ended.rusage.stime,
        peak_kib: ended.rusage.maxrss / 1024,
    }
}

fn text_of(mut output: std::fs::File) -> String {
    use std::io::{Read, Seek};
    let mut text = Vec::new();
    let read = output.rewind().and_then(|()| output.read_to_end(&mut text));
    read.expect("a file of our own can be read");
    String::from_utf8_lossy(&text).into_owned()
}
