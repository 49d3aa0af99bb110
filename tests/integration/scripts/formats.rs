//! `--format replies` and `codes`: what a script puts out for other programs.

use std::fs;

use crate::dialogues::greeted;
use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::home::Home;
use crate::support::practice::practice_server;
use crate::support::scripted_server::Script;

fn codes(lines: &[&str]) -> Finished {
    practise("codes", lines)
}

fn practise(format: &str, lines: &[&str]) -> Finished {
    Ftpsh::new()
        .args(["practice", "-q", "--format", format, "-c", "login A A"])
        .args(lines.iter().flat_map(|line| ["-c", line]))
        .run()
}

#[test]
fn each_line_has_the_code_of_its_final_reply_and_the_last_one_is_that_of_the_last_line() {
    let lines = ["SIZE 1.TXT", "TYPE I", "PASV", "RETR 1.TXT > f"];
    let finished = codes(&lines).success();
    assert_eq!(finished.stdout_text(), "230\n213\n200\n227\n226\n");
    assert_eq!(finished.stderr, "");
    let finished = codes(&["SIZE nosuch", "get nosuch f"]).code(1);
    assert_eq!(finished.stdout_text(), "230\n550\n550\n");
}

#[test]
fn what_sends_nothing_has_no_code_and_what_got_no_reply_has_000() {
    let lines = ["# one", "", "set hints off", "!exit 0", "-SIZE nosuch"];
    assert_eq!(codes(&lines).success().stdout_text(), "230\n550\n");
    let lines = ["STOR f", "NOOP", "STOR f < nosuch", "!exit 1"];
    let finished = codes(&lines).code(2);
    assert_eq!(finished.stdout_text(), "230\n000\n200\n000\n000\n");
    let server = greeted()
        .expect("NOOP")
        .send("200 ok\r\n")
        .expect("SIZE f")
        .close()
        .start();
    let finished = Ftpsh::new()
        .args(["--format", "replies", "-q"])
        .args(["-c", "NOOP", "-c", "SIZE f", "-c", "NOOP"])
        .arg(server.address().to_string())
        .run()
        .code(3);
    let _ = server.finish();
    assert_eq!(finished.stdout_text(), "200 ok\n000 no reply\n");
}

#[test]
fn a_reply_of_thousands_of_lines_is_put_out_whole_and_a_longer_one_is_said_to_be_longer() {
    let listed: String = (0..5000)
        .map(|number| format!(" file{number}\r\n"))
        .collect();
    let long = format!("200 {}\r\n", "x".repeat(70_000));
    let run = |format: &str| {
        let server = greeted()
            .expect("STAT")
            .send(format!("213-Here\r\n{listed}213 End\r\n"))
            .expect("NOOP")
            .send(&long)
            .wait_for_client_close()
            .start();
        let program = Ftpsh::new().args(["--format", format, "-q", "-c", "STAT", "-c", "NOOP"]);
        let finished = program.arg(server.address().to_string()).run().success();
        let warning = "the reply was longer; 4468 bytes of it are not shown";
        assert!(finished.stderr.contains(warning), "{}", finished.stderr);
        finished.stdout_text()
    };
    let text = run("replies");
    assert_eq!(text.lines().count(), 5002 + 1);
    assert!(text.contains(" file4999\n213 End\n"));
    assert!(run("json").contains(r#""dropped_bytes":4468"#));
}

#[test]
fn what_is_put_out_is_not_mixed_with_the_bytes_of_a_transfer() {
    let home = Home::new();
    let out = home.path().join("out");
    let transfers = [
        "RETR 1.TXT > out",
        "RETR 1.TXT >> link",
        "STOR f < out",
        "resume --get 1.TXT out",
        "record out",
        "trace >> out",
    ];
    for line in transfers {
        let _ = fs::remove_file(&out);
        let _ = fs::remove_file(home.path().join("link"));
        let server = practice_server(&[]);
        fs::write(&out, "").unwrap();
        fs::hard_link(&out, home.path().join("link")).unwrap();
        let finished = Ftpsh::new()
            .current_dir(home.path())
            .args([
                "--format",
                "codes=out",
                "-q",
                "-c",
                "login A A",
                "-c",
                "TYPE I",
            ])
            .args(["-c", "PASV", "-c", line])
            .arg(server.address().to_string())
            .run()
            .code(7);
        let text = fs::read_to_string(&out).unwrap();
        assert!(text.starts_with("230\n200\n227\n"), "{line}: {text}");
        assert!(!server.server_folder().join("f").exists(), "{line}");
        assert!(
            finished.stderr.contains("what --format puts out"),
            "{line}\n{}",
            finished.stderr
        );
    }
}

#[cfg(unix)]
#[test]
fn nothing_is_made_through_a_dangling_link() {
    let home = Home::new();
    std::os::unix::fs::symlink("nowhere", home.path().join("link")).unwrap();
    let program = Ftpsh::new().current_dir(home.path());
    let program = program.args(["practice", "--format", "codes=link", "-c", "login A A"]);
    let finished = program.run().code(7);
    assert!(
        finished.stderr.contains("dangling symbolic link"),
        "{}",
        finished.stderr
    );
    assert!(!home.path().join("nowhere").exists());
}

#[test]
fn a_transfer_in_the_background_has_the_code_of_its_end() {
    let lines = ["TYPE I", "PASV", "RETR 1.TXT > f &", "QUIT"];
    let finished = codes(&lines).success();
    assert_eq!(finished.stdout_text(), "230\n200\n227\n226\n221\n");
}

#[test]
fn replies_are_put_out_as_they_came() {
    let server = greeted()
        .expect("STAT")
        .send(b"211-caf\xe9 \x1b[2J\r\n  of it\r\n211 end\r\n")
        .wait_for_client_close()
        .start();
    let finished = Ftpsh::new()
        .args(["--format=replies", "-q", "-c", "STAT"])
        .arg(server.address().to_string())
        .run()
        .success();
    let _ = server.finish();
    assert_eq!(finished.stdout, b"211-caf\xe9 \x1b[2J\n  of it\n211 end\n");
}

#[test]
fn replies_on_a_terminal_are_escaped() {
    let server = greeted()
        .expect("STAT")
        .send(b"211 caf\xe9 \x1b[2J\r\n")
        .wait_for_client_close()
        .start();
    let terminal = Ftpsh::new()
        .args(["--format=replies", "-q", "-c", "STAT"])
        .arg(server.address().to_string())
        .terminal();
    assert_eq!(terminal.wait_exit(), 0);
    let _ = server.finish();
    assert_eq!(terminal.screen().trim(), "211 caf\\xe9 \\x1b[2J");
}

#[test]
fn data_that_would_come_between_the_codes_is_refused_and_nothing_is_sent() {
    for format in ["codes", "replies", "json"] {
        for line in [
            "LIST",
            "RETR f",
            "RETR f > -",
            "NLST >> -",
            "ls",
            "table LIST",
        ] {
            // `ls` makes the data connection first, and is stopped there.
            let server = greeted();
            let server = if line == "ls" {
                crate::dialogues::passive(server)
            } else {
                server
            };
            let server = server.wait_for_client_close().start();
            let finished = Ftpsh::new()
                .args(["-q", "--format", format, "-c", line])
                .arg(server.address().to_string())
                .run()
                .code(2);
            let heard = server.finish().lines;
            assert!(
                heard.iter().all(|heard| heard == "PASV"),
                "{line}: {heard:?}"
            );
            let way_out = format!("write --format {format}=FILE");
            assert!(finished.stderr.contains(&way_out), "{}", finished.stderr);
        }
    }
}

#[cfg(unix)]
#[test]
fn what_local_commands_print_goes_to_standard_error() {
    let lines = ["!echo one", "PASV", "RETR 1.TXT | tr a-z A-Z"];
    let finished = codes(&lines).success();
    assert_eq!(finished.stdout_text(), "230\n227\n226\n");
    assert_eq!(finished.stderr, "one\nI AM ");
}

#[test]
fn codes_can_go_to_a_file_beside_the_data() {
    let home = Home::new();
    let server = practice_server(&[]);
    let run = |file: &str| {
        Ftpsh::new()
            .home(home.path())
            .args(["-q", "--format", &format!("codes={file}")])
            .args(["-c", "PASV", "-c", "RETR 1.TXT"])
            .arg(format!("ftp://A:A@{}", server.address()))
            .run()
    };
    assert_eq!(run("codes").success().stdout, b"I am ");
    let written = fs::read_to_string(home.path().join("codes")).unwrap();
    assert_eq!(written, "227\n226\n");
    let said = run("no/codes").code(7).stderr;
    assert!(said.contains("no/codes: "), "{said}");
}

#[test]
fn a_format_is_for_scripts_and_is_one_of_four() {
    let server = practice_server(&[]);
    let terminal = Ftpsh::new()
        .args(["--format", "codes"])
        .arg(server.address().to_string())
        .terminal();
    assert_eq!(terminal.wait_exit(), 2);
    terminal.wait_for("--format is for scripts");
    for arguments in [
        &["replay", "article", "--format", "codes"][..],
        &["--format", "xml", "-c", "NOOP", "127.0.0.1:1"],
        &["--format", "codes=", "-c", "NOOP", "127.0.0.1:1"],
        &["--format", "dialogue=f", "-c", "NOOP", "127.0.0.1:1"],
    ] {
        let _ = Ftpsh::new().args(arguments).run().code(2);
    }
    let finished = practise("dialogue", &["PASV", "RETR 1.TXT"]).success();
    assert_eq!(finished.stdout, b"I am ");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_the_codes_is_a_failure_and_a_reader_that_has_enough_is_none() {
    let run = |tail: &str| {
        let program = Ftpsh::new()
            .args(["practice", "-q", "--format", "codes"])
            .args(["-c", "NOOP", "-c", "NOOP"]);
        let binary = program.program_path().to_owned();
        let line = format!("set -o pipefail; \"$@\" {tail}");
        let bash = program.run_by(["/bin/bash", "-c", &line, "bash"], &binary);
        bash.run()
    };
    let said = run("> /dev/full").code(7).stderr;
    assert_eq!(said.matches("No space left on device").count(), 1, "{said}");
    let _ = run("| true").success();
}

#[test]
fn a_secret_is_in_no_format() {
    for format in ["replies", "codes", "json"] {
        let finished = Ftpsh::new()
            .args(["practice", "--fault", "echo-secrets"])
            .args(["--format", format])
            .args([
                "-c",
                "USER A",
                "-c",
                "PASS topsecret",
                "-c",
                "-ACCT topsecret",
            ])
            .args(["-c", "quote pass topsecret", "-c", "login A topsecret"])
            .run()
            .code(1);
        let all = finished.stdout_text() + &finished.stderr;
        assert!(!all.contains("topsecret"), "{all}");
    }
}

#[test]
fn a_session_that_is_lost_before_it_begins_puts_out_its_end() {
    let server = Script::new().close().start();
    let finished = Ftpsh::new()
        .args(["--format", "codes", "-q", "-c", "NOOP"])
        .arg(server.address().to_string())
        .run()
        .code(3);
    let _ = server.finish();
    assert_eq!(finished.stdout_text(), "");
}
