//! Exit codes, standard input, and what hostile logs can do: nothing.

#[cfg(target_os = "linux")]
use std::io::Write;
#[cfg(target_os = "linux")]
use std::process::Stdio;

#[cfg(target_os = "linux")]
use tempfile::TempDir;

use super::{explain, folder};
use crate::support::ftpsh::Ftpsh;

#[test]
fn what_is_no_log_is_exit_code_2_and_what_cannot_be_read_is_7() {
    for text in [
        "",
        "hello\n",
        "Dear all,\n\nthe server is down.\n",
        "\0\u{1}\u{2}",
    ] {
        let finished = explain(text, &[]).code(2);
        assert!(finished.stderr.contains("nothing in it is FTP"));
        assert_eq!(finished.stdout_text(), "");
    }
    Ftpsh::new().args(["explain", "missing.log"]).run().code(7);
}

#[test]
fn a_log_in_which_nothing_went_wrong_is_exit_code_0_too() {
    let page = explain("220 ready\nQUIT\n221 bye\n", &[])
        .success()
        .stdout_text();
    assert!(
        page.contains("nothing that the client did not get over"),
        "{page}"
    );
    assert!(!page.contains("reproduce it"), "{page}");
}

#[test]
fn a_file_is_named_for_the_practice_server() {
    let page = Ftpsh::new()
        .current_dir(folder())
        .args(["explain", "curl-missing-file.log"])
        .run()
        .success()
        .stdout_text();
    let words: Vec<&str> = page.split_whitespace().collect();
    let text = words.join(" ");
    assert!(
        text.contains("ftpsh practice --from curl-missing-file.log"),
        "{page}"
    );
    assert!(
        text.contains("see it live ftpsh ftp://anonymous@127.0.0.1:2121"),
        "{page}"
    );
}

#[test]
fn a_hostile_log_reaches_neither_the_terminal_nor_another_line() {
    let hostile = "\u{1b}]0;x\u{7}\u{9b}31m\u{202e}\u{200b}";
    let text = format!(
        "Status: Connecting to {hostile}evil{hostile}:21\n220 {hostile}\nUSER {hostile}\n331 {hostile}\nPASS hunter2\n\
         530 {hostile} hunter2\nRETR {hostile}\n550 {hostile}\n"
    );
    for arguments in [&[][..], &["--json"]] {
        let printed = explain(&text, arguments).success().stdout_text();
        let is_harmless =
            |it: char| it == '\n' || !(it.is_control() || "\u{202e}\u{200b}".contains(it));
        assert!(printed.chars().all(is_harmless), "{printed:?}");
        assert!(!printed.contains("hunter2"), "{printed}");
    }
}

#[test]
fn passwords_are_masked_in_every_notation() {
    for line in [
        "PASS hunter2",
        "> PASS hunter2",
        "---> PASS hunter2",
        "Command:\tPASS hunter2",
        "2026/11/29 10:00:00 DEBUG : FTP Tx: \"PASS hunter2\"",
        "*cmd* 'PASS hunter2'",
        "*cmd* 'PASS hunter2'\n*put* 'PASS hunter2\\r\\n'",
        "[connection] > 'PASS hunter2'",
        "Sun Nov 29 10:00:00 2026 [pid 2] FTP command: Client \"127.0.0.1\", \"PASS hunter2\"",
        "[D 2026-11-29 10:00:00] 127.0.0.1:1-[] <- PASS hunter2",
        "Nov 29 10:00:00 host pure-ftpd: (?@127.0.0.1) [DEBUG] Command [pass] [hunter2]",
        "System.Net Information: 0 : [9] FtpControlStream#1 - Sending command [PASS hunter2]",
        "Error: cannot open ftp://bob:hunter2@host/: Connection refused, timed out",
        "Error: password='hunter2' was refused: Connection timed out",
    ] {
        let text =
            format!("220 ready\nUSER bob\n331 word?\n{line}\n530 hunter2 is wrong\nhunter2\n");
        for arguments in [&[][..], &["--json"]] {
            let printed = explain(&text, arguments).success().stdout_text();
            let is_shown = printed.contains("hunter2");
            // What nobody has sent as a password is a word of the server.
            let is_known = line.contains("PASS") || line.contains("pass]");
            assert!(!is_shown || !is_known, "{line}: {printed}");
            assert!(
                !printed.contains("bob:hunter2") && !printed.contains("='hunter2"),
                "{printed}"
            );
        }
    }
}

/// A gigabyte takes too long for each run: FTPSH_LOG_MEBIBYTES=1024 makes it one.
#[test]
#[cfg(target_os = "linux")]
fn the_memory_that_a_long_log_takes_does_not_grow_with_it() {
    let mebibytes = std::env::var("FTPSH_LOG_MEBIBYTES").ok();
    let mebibytes: usize = mebibytes.and_then(|it| it.parse().ok()).unwrap_or(5);
    let peaks = [mebibytes.div_ceil(3), mebibytes].map(peak_of_a_log);
    assert!(peaks[1] < peaks[0] + 8 * 1024, "KiB: {peaks:?}");
}

/// The most memory, in KiB, that the program has had in use for a log of so many MiB: sessions, oddities, unknown verbs,
/// replies that do not end and commands without replies.
#[cfg(target_os = "linux")]
fn peak_of_a_log(mebibytes: usize) -> usize {
    let folder = TempDir::new().expect("a temporary folder");
    let mut child = Ftpsh::new()
        .current_dir(folder.path())
        .args(["explain", "-"])
        .command()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    let mut written = 0;
    let mut number = 0;
    while written < mebibytes * 1024 * 1024 {
        number += 1;
        let text = format!(
            "2026-11-29 10:00:00 [{number}] 220 ready\n2026-11-29 10:00:00 [{number}] USER u{number}\n\
             2026-11-29 10:00:00 [{number}] 530 no {number}\n2026-11-29 10:00:00 [{number}] PASS p{number}\n\
             > XV{number} a\n< 299 {number}\n< 211-x{number}\nwhat is {number}\nDELE {number}\nError: timed out {number}\n"
        );
        stdin.write_all(text.as_bytes()).expect("it reads on");
        written += text.len();
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
    let status = status.expect("it has not ended");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok());
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{output:?}");
    peak.expect("Linux tells it")
}
