//! `practice --from LOG`: a server from somebody's log.

use super::folder;
use crate::support::ftpsh::{Finished, Ftpsh};

/// What the practice server says to these lines.
fn served(log: &str, lines: &[&str]) -> Finished {
    let lines = lines.iter().flat_map(|line| ["-c", line]);
    Ftpsh::new()
        .current_dir(folder())
        .args(["practice", "--from", log])
        .args(lines)
        .run()
}

#[test]
fn a_log_is_answered_with_the_servers_own_words_and_ports_of_now() {
    let finished = served(
        "filezilla-reuse-required.log",
        &["USER A", "PASS anything", "PWD", "TYPE I", "PASV", "MLSD"],
    );
    for line in [
        "220 Serv-U FTP Server v6.3 for WinSock ready...",
        "331 User name okay, need password.",
        "425 Unable to build data connection: TLS session of data connection not resumed.",
        "data connection open to 127.0.0.1:",
    ] {
        assert!(
            finished.stderr.contains(line),
            "{line}: {}",
            finished.stderr
        );
    }
    assert!(
        !finished.stderr.contains("answered for itself"),
        "{}",
        finished.stderr
    );
}

#[test]
fn a_log_that_only_its_form_tells_is_served_too_and_tells_no_password() {
    let finished = served(
        "node-ftp-missing-file.log",
        &["USER tester", "PASS x", "RETR missing.bin"],
    );
    let said = &finished.stderr;
    assert!(
        said.contains("220---------- Welcome to Pure-FTPd"),
        "{said}"
    );
    assert!(
        said.contains("550 Can't open missing.bin: No such file or directory"),
        "{said}"
    );
    assert!(!said.contains("s3cr3t"), "{said}");
}

#[test]
fn what_is_neither_transcript_nor_log_is_refused() {
    let finished = served("expected.table", &["NOOP"]).code(2);
    assert!(
        finished.stderr.contains("expected.table: "),
        "{}",
        finished.stderr
    );
}

#[test]
fn import_keeps_the_texts_and_lists_what_it_did_not_understand() {
    let text = b"hello there\n10:00:00 DEBUG 220 Welcome\n10:00:01 DEBUG USER bob\n10:00:01 DEBUG 331 PASS, please\n\
                 10:00:01 DEBUG PASS hunter2\n10:00:01 DEBUG 230 hunter2 is right\nold PASS hunter2\n";
    let finished = Ftpsh::new()
        .args(["import", "-"])
        .stdin(text)
        .run()
        .success();
    let printed = finished.stdout_text();
    assert!(
        printed.contains("S> 230\n# S> 230 **** is right\n"),
        "{printed}"
    );
    assert!(
        finished.stderr.contains("imported from a log"),
        "{}",
        finished.stderr
    );
    for line in [
        "line 1, was not understood: hello there",
        "line 7, was not understood: old PASS ****",
    ] {
        assert!(finished.stderr.contains(line), "{}", finished.stderr);
    }
    assert!(!(printed + &finished.stderr).contains("hunter2"));
}
