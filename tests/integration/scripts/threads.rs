//! A script runs one thread on the path of a command.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use crate::support::ftpsh::Ftpsh;
use crate::support::practice::practice_server;

const COMMANDS: usize = 500;

#[test]
fn a_command_of_a_script_wakes_no_thread_but_the_one_that_waits_for_it() {
    let server = practice_server(&[]);
    let program = Ftpsh::new().arg(server.address().to_string());
    let mut child = program
        .command()
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it can be started");
    let mut input = child.stdin.take().expect("it is piped");
    let said = child.stderr.take().expect("it is piped");
    let mut replies = BufReader::new(said)
        .lines()
        .map(|line| line.expect("it is text"))
        .filter(|line| line.starts_with("200 "));
    let mut run = |commands: usize| {
        let lines = "NOOP\n".repeat(commands);
        input.write_all(lines.as_bytes()).expect("it reads");
        assert_eq!(replies.by_ref().take(commands).count(), commands);
    };
    // What is begun once is begun.
    run(1);
    let before = other_switches(child.id());
    run(COMMANDS);
    let more = other_switches(child.id()) - before;
    drop(input);
    assert!(child.wait().expect("it was started").success());
    // A watcher looks after it ten times a second.
    assert!(
        more < COMMANDS / 5,
        "{more} switches for {COMMANDS} commands"
    );
}

/// How often the threads beside the main thread have gone to sleep.
fn other_switches(process: u32) -> usize {
    let threads = fs::read_dir(format!("/proc/{process}/task")).expect("it runs");
    let others = threads
        .map(|thread| thread.expect("a thread").path())
        .filter(|path| !path.ends_with(process.to_string()));
    others
        .map(|path| {
            let status = fs::read_to_string(path.join("status")).unwrap_or_default();
            let mut lines = status.lines();
            let count = lines.find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            count.map_or(0, |count| count.trim().parse::<usize>().expect("a number"))
        })
        .sum()
}
