//! No line of a log shows a password that any of its lines tells.

use super::explain;
use crate::support::ftpsh::Ftpsh;

/// What explain prints of it in both forms, and import and export with their remarks.
fn printed(text: &str) -> String {
    let mut printed = explain(text, &[]).stdout_text() + &explain(text, &["--json"]).stdout_text();
    for command in [
        &["import", "-"][..],
        &["export", "--to", "markdown", "-"],
        &["export", "--to", "text", "-"],
    ] {
        let finished = Ftpsh::new().args(command).stdin(text).run();
        printed += &finished.stdout_text();
        printed += &finished.stderr;
    }
    printed
}

fn assert_hidden(text: &str) {
    let printed = printed(text).to_ascii_lowercase();
    for part in ["hunter", "er2x9"] {
        assert!(!printed.contains(part), "{text}: {printed}");
    }
}

/// After `331`.
fn in_login(lines: &str) -> String {
    format!("S: 220 hi\nC: USER bob\nS: 331 word?\n{lines}\n")
}

#[test]
fn a_password_that_site_changes_is_masked() {
    for command in [
        "SITE PSWD oldhunter2X9 hunter2X9",
        "SITE PASS hunter2X9",
        "site passwd hunter2X9",
        "SITE CHGPWD hunter2X9",
        "SITE ADDUSER eve hunter2X9",
    ] {
        assert_hidden(&in_login(&format!(
            "C: PASS x\nS: 230 in\nC: {command}\nS: 550 bad {command}, hunter2X9"
        )));
    }
}

#[test]
fn a_short_password_of_letters_and_digits_is_masked_in_replies() {
    for text in [
        "C: PASS x\nS: 230 in\nC: SITE PSWD Old19 New20\nS: 500 no New20",
        "C: PASS New20\nS: 530 Login incorrect New20",
    ] {
        let printed = printed(&in_login(text));
        assert!(!printed.contains("ew20"), "{printed}");
    }
}

#[test]
fn a_password_after_the_prefix_of_a_collected_log_is_masked() {
    for prefix in [
        "DEBUG:root:",
        "app_1  | ",
        "app_1  | 2026-11-29T10:00:00Z DEBUG ftplib ",
        "Nov 29 10:00:00 host python3[123]: ",
    ] {
        let lines = [
            "*cmd* 'USER bob'",
            "*resp* '331 word?'",
            "*cmd* 'PASS hunter2X9'",
        ];
        let log: String = lines.map(|line| format!("{prefix}{line}\n")).concat();
        let end = format!("{prefix}*resp* '530 Login incorrect hunter2X9.'\n");
        assert_hidden(&(log.clone() + &end));
        assert!(printed(&(log + &end)).contains("login-refused"), "{prefix}");
    }
    assert_hidden("sending `PASS hunter2X9\\r\\n` now\n*resp* '530 Login incorrect hunter2X9.'\n");
}

#[test]
fn a_password_after_a_cr_alone_is_masked() {
    let log = "220 hi\r\nUSER bob\r331 word?\rPASS hunter2X9\r530 no\r\nUSER eve\r530 no\n";
    assert_hidden(log);
    let text = explain(log, &[]).stdout_text();
    assert!(text.contains("; PASS failed"), "{text}");
}

#[test]
fn a_password_without_its_verb_is_masked() {
    for text in [
        "C: hunter2X9\nS: 500 'hunter2X9': command not understood",
        "C: PAS hunter2X9\nS: 500 'PAS hunter2X9': command not understood",
        "C: HUNTER2X9\nS: 500 HUNTER2X9 not understood\nC: PASS a\nS: 530 no",
    ] {
        assert_hidden(&in_login(text));
        let bare = in_login(text).replace("C: ", "").replace("S: ", "");
        assert_hidden(&bare);
    }
}

#[test]
fn a_password_that_only_the_server_repeats_is_masked() {
    for reply in [
        "530 PASS hunter2X9 wrong",
        "500 'PASS hunter2X9': no",
        "530 pass hunter2X9",
    ] {
        assert_hidden(&in_login(&format!("C: PASS ****\nS: {reply}")));
    }
    let usual = in_login("C: PASS ****\nS: 530 PASS rejected.");
    assert!(printed(&usual).contains("530 PASS rejected."));
}

#[test]
fn a_password_that_another_command_repeats_is_masked() {
    assert_hidden(&in_login(
        "C: PASS hunter2X9\nS: 230 in\nC: CWD xhunter2X9\nS: 550 xhunter2X9: no",
    ));
    assert_hidden(&in_login(
        "C: PASS x\nS: 230 in\nC: RETR ftp://bob:hunter2X9@h/x\nS: 550 ftp://bob:hunter2X9@h/x: no",
    ));
}

#[test]
fn a_password_that_a_greeting_tells_before_the_client_is_masked() {
    assert_hidden("S: 220 hi hunter2X9\nC: USER bob\nS: 331 word?\nC: PASS hunter2X9\nS: 530 no\n");
}

#[test]
fn a_password_that_two_lines_of_a_reply_repeat_is_masked() {
    assert_hidden(&in_login(
        "C: PASS hunter2X9\nS: 530-PASS hunt\nS: er2X9\nS: 530 no hunter2X9",
    ));
    assert_hidden(&in_login("C: PASS hunter2X9\nS: 530-no hunt\nS: 530 er2X9"));
}

#[test]
fn a_password_in_a_line_that_is_not_understood_is_masked() {
    for line in [
        "$ wget --ftp-password=hunter2X9 ftp://h/x",
        "$ curl -u bob:hunter2X9 ftp://h/x",
        "$ lftp -u bob,hunter2X9 h",
        "password: hunter2X9",
    ] {
        let log = in_login("C: PASS hidden\nS: 530 no hunter2X9");
        assert_hidden(&format!("{line}\n{log}"));
        assert_hidden(&format!("{log}{line}\n"));
    }
}
