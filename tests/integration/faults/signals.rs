//! SIGINT, SIGTERM and SIGHUP at any time: the program ends with 128 and the signal's number, and leaves neither a
//! terminal in disorder, nor a folder, nor a transcript that cannot be read.
//!
//! The times are random and the same in every run; `FTPSH_SIGNAL_TIMES=500` tries so many.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use ftpsh::practice::PracticeServer;
use ftpsh::transcript::Transcript;
use tempfile::TempDir;

use super::{assert_same, content};
use crate::support::DEADLINE;
use crate::support::ftpsh::Ftpsh;
use crate::support::practice::practice_server;

const WHOLE: usize = 400_000;
/// Long enough for every scene to have come to its end.
const LATEST: Duration = Duration::from_millis(500);
/// Scenes below: each gets its share of the times.
const SCENES: usize = 10;

fn times() -> usize {
    let asked = std::env::var("FTPSH_SIGNAL_TIMES").ok();
    let asked = asked.map_or(40, |asked| asked.parse().expect("a number"));
    usize::div_ceil(asked, SCENES)
}

/// Numbers that are the same in every run (Knuth's MMIX).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn delay(&mut self) -> Duration {
        let limit = u64::try_from(LATEST.as_micros()).expect("it is short");
        Duration::from_micros(self.below(limit))
    }

    fn signal(&mut self) -> (&'static str, i32) {
        let signals = [("-INT", 2), ("-TERM", 15), ("-HUP", 1)];
        let limit = if HANGUP_IS_HEARD { 3 } else { 2 };
        signals[usize::try_from(self.below(limit)).expect("they are few")]
    }
}

/// Without a terminal, only Linux tells whether SIGHUP is to be ignored; elsewhere it is left as it is.
const HANGUP_IS_HEARD: bool = cfg!(target_os = "linux");

fn send_signal(signal: &str, process: &str) {
    let sent = Command::new("kill")
        .args([signal, process])
        .stderr(Stdio::null())
        .status();
    // It fails when the program has ended already.
    let _ = sent.expect("kill is there");
}

/// The exit code as a shell sees it.
#[track_caller]
fn end_of(child: &mut Child) -> i32 {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(status) = child.try_wait().expect("it was started") {
            let code = status.code().or(status.signal().map(|signal| 128 + signal));
            return code.expect("one or the other");
        }
        if Instant::now() >= deadline {
            let _ = child.kill();
            panic!("it does not end");
        }
        // Nothing wakes a wait with a deadline.
        thread::sleep(Duration::from_millis(2));
    }
}

fn scratch_folders(home: &Path) -> usize {
    let entries = fs::read_dir(home).expect("the test's own folder");
    let names = entries.map(|entry| entry.expect("it can be read").file_name());
    names
        .filter(|name| name.to_string_lossy().starts_with("ftpsh-practice"))
        .count()
}

/// Every line of it is whole, and it can be played.
#[track_caller]
fn assert_readable(transcript: &Path, context: &str) {
    let text = fs::read(transcript).unwrap_or_default();
    if text.is_empty() {
        // The signal came before the greeting.
        return;
    }
    let shown = String::from_utf8_lossy(&text);
    assert_eq!(text.last(), Some(&b'\n'), "{context}\n{shown}");
    let read = Transcript::read(&text).and_then(|transcript| transcript.dialogue());
    assert!(read.is_ok(), "{context}: {:?}\n{shown}", read.err());
}

/// Runs a script again and again, each time with a signal at some time of it.
fn at_random_times(seed: u64, server: &PracticeServer, arguments: &[&str]) {
    let mut random = Random(seed);
    let whole = content(WHOLE);
    for time in 0..times() {
        let home = TempDir::new().expect("a temporary folder");
        let there = server.server_folder();
        fs::write(home.path().join("here"), &whole).expect("its own folder");
        fs::write(home.path().join("part"), &whole[..10_000]).expect("its own folder");
        fs::write(home.path().join("a.ftp"), DIALOGUE).expect("its own folder");
        fs::write(there.join("there"), &whole).expect("the server's folder");
        fs::write(there.join("half"), &whole[..10_000]).expect("the server's folder");
        let _ = fs::remove_file(there.join("stored"));
        let said = fs::File::create(home.path().join("said")).expect("its own folder");
        let mut program = Command::new(env!("CARGO_BIN_EXE_ftpsh"))
            .args(arguments)
            .current_dir(home.path())
            .env_clear()
            .env("HOME", home.path())
            .env("TMPDIR", home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(said)
            .spawn()
            .expect("the program can be started");
        let (delay, (signal, number)) = (random.delay(), random.signal());
        thread::sleep(delay);
        send_signal(signal, &program.id().to_string());
        let code = end_of(&mut program);
        let said = fs::read_to_string(home.path().join("said")).expect("it is text");
        let context = format!("{signal} after {delay:?}, seed {seed}, time {time}: {code}\n{said}");
        // It may have been at its end.
        assert!(code == 128 + number || code == 0, "{context}");
        assert!(!said.contains("panicked"), "{context}");
        assert_eq!(scratch_folders(home.path()), 0, "{context}");
        assert_readable(&home.path().join("session.ftp"), &context);
        for file in [
            home.path().join("part"),
            there.join("half"),
            there.join("stored"),
        ] {
            let bytes = fs::read(file).unwrap_or_default();
            assert_same(&bytes, &whole[..bytes.len()]);
        }
    }
}

const DIALOGUE: &str = "S> 220\nC> USER A\nS> 331\nC> PASS {password}\nS> 230\nC> PASV\nS> 227\nC> LIST\nS> 150\nS> 226\n";

/// A script that logs in and is recorded.
fn in_a_recorded_script(seed: u64, server: &PracticeServer, options: &[&str], lines: &[&str]) {
    let target = format!("ftp://A:A@{}/", server.address());
    let mut arguments = vec!["record", "--replace", "session.ftp", &target];
    arguments.extend(options);
    arguments.extend(lines.iter().flat_map(|line| ["-c", *line]));
    at_random_times(seed, server, &arguments);
}

/// One whole transfer takes about as long as a signal may take to come.
fn slow_server() -> PracticeServer {
    practice_server(&["slow=1000000"])
}

#[test]
fn a_signal_at_any_time_of_a_login() {
    let lines = ["SYST", "FEAT", "PWD", "STAT", "NOOP", "QUIT"];
    in_a_recorded_script(1, &practice_server(&[]), &[], &lines);
}

#[test]
fn a_signal_at_any_time_of_a_download() {
    let lines = ["TYPE I", "PASV", "RETR there > got", "NOOP"];
    in_a_recorded_script(2, &slow_server(), &[], &lines);
}

#[test]
fn a_signal_at_any_time_of_an_upload() {
    let lines = ["TYPE I", "PASV", "STOR stored < here", "NOOP"];
    in_a_recorded_script(3, &slow_server(), &[], &lines);
}

#[test]
fn a_signal_at_any_time_of_listings_and_a_download() {
    let lines = [
        "PASV",
        "LIST",
        "TYPE I",
        "PASV",
        "RETR there > got",
        "EPSV",
        "NLST",
    ];
    in_a_recorded_script(4, &slow_server(), &[], &lines);
}

#[test]
fn a_signal_at_any_time_of_resume_in_both_directions() {
    let lines = ["resume --get there part", "resume here half"];
    in_a_recorded_script(5, &slow_server(), &[], &lines);
}

#[test]
fn a_signal_at_any_time_of_handshakes() {
    let server = practice_server(&[]);
    let authority = server.certificate_path().to_string_lossy().into_owned();
    let options = ["--tls", "require", "--ca", &authority];
    let lines = [
        "PASV", "LIST", "PASV", "LIST", "PASV", "LIST", "CCC", "AUTH TLS",
    ];
    in_a_recorded_script(6, &server, &options, &lines);
}

#[test]
fn a_signal_at_any_time_of_replays() {
    let server = practice_server(&[]);
    let files = ["article", "a.ftp", "article", "a.ftp", "article"];
    let mut arguments = vec!["replay", "--practice", "--jobs", "2", "--var", "password=A"];
    arguments.extend(files);
    at_random_times(7, &server, &arguments);
}

#[test]
fn a_signal_at_any_time_of_the_practice_server() {
    let server = practice_server(&[]);
    let lines = ["USER A", "PASS A", "PASV", "STOR f < 1.TXT", "PASV", "LIST"];
    let mut arguments = vec!["practice"];
    arguments.extend(lines.iter().chain(&lines).flat_map(|line| ["-c", *line]));
    at_random_times(8, &server, &arguments);
}

/// Writes its number to `number`, runs the binary, and tells whether the terminal is as it was.
const WRAPPER: &str = r#"
before=$(stty -g)
sh -c 'echo $$ > number; exec "$0" "$@"' "$@"
echo "status $?"
[ "$before" = "$(stty -g)" ] && echo "the same modes"
echo over
"#;

#[cfg(target_os = "linux")]
#[test]
fn a_hangup_stays_ignored_where_it_was_ignored_at_the_start() {
    let line = "trap '' HUP; echo $$ > number; exec \"$@\"";
    let home = TempDir::new().expect("a temporary folder");
    let server = practice_server(&[]);
    let program = Ftpsh::new()
        .home(home.path())
        .arg(server.address().to_string());
    let binary = program.program_path().to_owned();
    let mut running = program
        .run_by(["/bin/sh", "-c", line, "sh"], &binary)
        .start();
    running.wait_for("220 ");
    let number = fs::read_to_string(home.path().join("number")).expect("it was written");
    send_signal("-HUP", number.trim());
    running.send_line("NOOP");
    running.wait_for("200 ");
}

fn at_random_times_of_a_terminal(seed: u64, arguments: &[&str], typed: &str) {
    let mut random = Random(seed);
    for time in 0..times() {
        let home = TempDir::new().expect("a temporary folder");
        let terminal = Ftpsh::of_program("/bin/sh")
            .args(["-c", WRAPPER, "sh", env!("CARGO_BIN_EXE_ftpsh")])
            .args(arguments)
            .home(home.path())
            .terminal();
        // From the first prompt on: what is typed before would be for the wrapper.
        terminal.wait_for("ftp> ");
        terminal.send(typed);
        let delay = random.delay();
        let (signal, status) = [("-TERM", "status 143"), ("-HUP", "status 129")][time % 2];
        thread::sleep(delay);
        let number = fs::read_to_string(home.path().join("number")).expect("it was written");
        if random.below(2) == 0 {
            // At a terminal it is for the transfer, or for nobody.
            send_signal("-INT", number.trim());
        }
        send_signal(signal, number.trim());
        terminal.wait_for("over");
        assert_eq!(terminal.wait_exit(), 0);
        let screen = terminal.screen();
        let context = format!("{signal} after {delay:?}, seed {seed}, time {time}\n{screen}");
        assert!(screen.contains(status), "{context}");
        assert!(screen.contains("the same modes"), "{context}");
        assert!(!screen.contains("panicked"), "{context}");
        let output = terminal.raw_output();
        for (on, off) in [("\x1b[?25l", "\x1b[?25h"), ("\x1b[?2004h", "\x1b[?2004l")] {
            assert!(last(&output, on) <= last(&output, off), "{on:?} {context}");
        }
        assert_eq!(
            scratch_folders(&home.path().join("temporary")),
            0,
            "{context}"
        );
        assert_readable(&home.path().join("session.ftp"), &context);
    }
}

fn last(output: &[u8], sequence: &str) -> Option<usize> {
    let mut windows = output.windows(sequence.len());
    windows.rposition(|window| window == sequence.as_bytes())
}

#[test]
fn a_signal_at_any_time_at_the_prompt_of_the_practice_server() {
    let typed = "USER A\rPASS A\rPASV\rLIST\rMKD a\rhelp RETR\rPASV\rAPPE f\rtyped data\r";
    at_random_times_of_a_terminal(9, &["practice"], typed);
}

#[test]
fn a_signal_at_any_time_of_a_recorded_transfer_at_a_terminal() {
    let server = slow_server();
    fs::write(server.server_folder().join("there"), content(WHOLE)).expect("its folder");
    let target = format!("ftp://A:A@{}/", server.address());
    let arguments = ["record", "session.ftp", &target];
    let typed = "TYPE I\rPASV\rRETR there > got\rPASV\rSTOR f < got\rPASV\rLIST\rhalf a line";
    at_random_times_of_a_terminal(10, &arguments, typed);
}
