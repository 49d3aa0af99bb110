//! Many transcripts, several at a time.

use std::fmt::Write;

use super::{LOGIN, Scripts};
use crate::support::practice::practice_server;

/// Twenty lines and more, with a transfer among them.
fn transcript(number: usize) -> String {
    format!(
        "# number {number}\n{LOGIN}C> TYPE I\nS> 200\nC> MKD d{number}\nS> 257\nC> CWD d{number}\nS> 250\n\
         C> PASV\nS> 227\nC> STOR f\nS> 150\nD< {number}\nS> 226\nC> SIZE f\nS> 213 {size}\nC> QUIT\nS> 221\n",
        size = number.to_string().len() + 2
    )
}

fn many(count: usize) -> (Scripts, Vec<String>) {
    let names: Vec<String> = (0..count)
        .map(|number| format!("{number:04}.ftp"))
        .collect();
    let texts: Vec<String> = (0..count).map(transcript).collect();
    let files: Vec<(&str, &str)> = names
        .iter()
        .map(String::as_str)
        .zip(texts.iter().map(String::as_str))
        .collect();
    (Scripts::new(&files), names)
}

/// The names as standard error tells them.
fn told(said: &str) -> Vec<&str> {
    said.lines()
        .filter_map(|line| line.strip_prefix("  ok       ")?.split(' ').next())
        .collect()
}

#[test]
fn hundreds_are_played_on_servers_of_their_own_and_told_in_order() {
    let (scripts, names) = many(200);
    let replay = scripts.replay(&["--jobs", "4", "--practice"]).args(&names);
    let finished = replay.run().success();
    assert_eq!(told(&finished.stderr), names);
    assert!(finished.stderr.contains("200 transcripts: 200 ok"));
    // The servers' folders are gone.
    let left = std::fs::read_dir(scripts.path()).unwrap().count();
    assert_eq!(left, names.len());
}

#[test]
fn they_share_a_target_with_a_connection_each() {
    let (scripts, names) = many(20);
    let server = practice_server(&[]);
    let target = server.address().to_string();
    let replay = scripts
        .replay(&["--jobs", "4", "--var", "password=A"])
        .args(&names)
        .arg(&target);
    let finished = replay.run().success();
    assert_eq!(told(&finished.stderr), names);
    for number in 0..20 {
        let mut expected = String::new();
        write!(expected, "{number}\r\n").unwrap();
        let stored = std::fs::read_to_string(server.server_folder().join(format!("d{number}/f")));
        assert_eq!(stored.unwrap(), expected);
    }
}

#[test]
fn a_failure_stops_its_own_file_only() {
    let (scripts, mut names) = many(8);
    std::fs::write(
        scripts.path().join("wrong.ftp"),
        "S> 220\nC> NOOP\nS> 500\nC> FOO\nS> 500\n",
    )
    .unwrap();
    names.insert(3, "wrong.ftp".to_owned());
    let finished = scripts
        .replay(&["--jobs", "3", "--practice"])
        .args(&names)
        .run()
        .code(6);
    assert_eq!(told(&finished.stderr).len(), 8);
    let lines: Vec<&str> = finished.stderr.lines().collect();
    assert!(lines[3].starts_with("  FAILED   wrong.ftp:3"), "{lines:?}");
    for jobs in ["1", "3"] {
        let stopping = scripts
            .replay(&["--stop", "--jobs", jobs, "--practice"])
            .args(&names);
        assert_eq!(told(&stopping.run().code(6).stderr).len(), 3);
    }
}

/// What one transcript leaves behind would be many times this with all of them. The program alone has 20 MiB with its
/// debugging code, and on a busy machine the servers of some that are over are still about.
#[cfg(target_os = "linux")]
const MAX_KILOBYTES: u64 = 48 * 1024;

#[cfg(target_os = "linux")]
#[test]
fn a_transcript_that_is_over_takes_no_memory() {
    let (scripts, names) = many(400);
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_ftpsh"))
        .args(["replay", "--jobs", "4", "--practice"])
        .args(&names)
        .current_dir(scripts.path())
        .env("HOME", scripts.path())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", program.id());
    let mut peak = 0;
    let exit = loop {
        if let Some(exit) = program.try_wait().unwrap() {
            break exit;
        }
        // A process that has just ended has no such line.
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.split_ascii_whitespace().next());
        peak = number
            .and_then(|number| number.parse().ok())
            .unwrap_or(peak);
        // Nothing tells how much it takes, so it is asked now and then.
        std::thread::sleep(std::time::Duration::from_millis(2));
    };
    assert!(exit.success());
    assert!((1..MAX_KILOBYTES).contains(&peak), "{peak} KiB");
}

/// As long as the system remembers the connections to a port, each new one is harder to find: 10,000 servers on ports of
/// their own took five times as long as 10,000 on a few.
#[test]
fn practice_servers_that_follow_each_other_share_a_port() {
    let (scripts, names) = many(20);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let replay = scripts.replay(&["--practice", "--verbose"]).args(&names);
    let finished = replay.run().success();
    let ports = finished.stderr.lines().filter_map(|line| {
        let (_, address) = line.split_once("connected to ")?;
        Some(address.to_owned())
    });
    let ports: Vec<String> = ports.collect();
    assert_eq!(ports.len(), 20, "{}", finished.stderr);
    assert!(ports.iter().all(|port| *port == ports[0]), "{ports:?}");
}
