//! What a script shows, and where.

use crate::support::ftpsh::Ftpsh;
use crate::support::practice::practice_server;

#[test]
fn the_dialogue_goes_to_standard_error_and_the_data_to_standard_output() {
    let server = practice_server(&[]);
    let finished = Ftpsh::new()
        .arg(server.address().to_string())
        .stdin("user A\npass A\nPASV\nRETR 1.TXT\nQUIT\n")
        .run()
        .success();
    assert_eq!(finished.stdout_text(), "I am ");
    let said = &finished.stderr;
    let mut rest = said.as_str();
    for text in [
        "220 ",
        "→ user A",
        "331 ",
        "→ pass ****",
        "230 ",
        "→ PASV",
        "227 ",
        "→ RETR",
        "226 ",
        "→ QUIT",
        "221 ",
    ] {
        let Some(at) = rest.find(text) else {
            panic!("{text} in {said}");
        };
        rest = &rest[at + text.len()..];
    }
}

#[test]
fn every_command_of_a_convenience_is_shown_as_it_was_heard() {
    let server = practice_server(&[]);
    let finished = Ftpsh::new()
        .arg(format!("ftp://A:A@{}", server.address()))
        .stdin("mkdir new\ncd new\nls\nmv 'a b' c\nlogin A A\nalias t 'TYPE I' 'NOOP'\nt\nexit\n")
        .run()
        .code(1);
    let shown: Vec<&str> = finished
        .stderr
        .lines()
        .filter_map(|line| line.strip_prefix("→ "))
        .collect();
    let heard = [
        "USER A",
        "PASS ****",
        "MKD new",
        "CWD new",
        "PASV",
        "LIST",
        "RNFR a b",
        "USER A",
        "PASS ****",
        "TYPE I",
        "NOOP",
        "QUIT",
    ];
    assert_eq!(shown, heard);
}

#[test]
fn help_explains_lines_verbs_and_codes_without_a_server() {
    for (topic, wanted) in [
        ("help", &["resume LOCAL", "get", "quote LINE"][..]),
        ("?", &["resume LOCAL"]),
        ("help appe", &["APPE <path>", "RFC 959", "226"]),
        ("help APPE", &["APPE <path>"]),
        ("help 425", &["425", "data connection"]),
        ("help get", &["RETR $1"]),
        ("help set", &["set [NAME [VALUE]]"]),
        ("set", &["ascii", "multiline", "data-host"]),
        ("alias put", &["TYPE I", "STOR"]),
    ] {
        let finished = Ftpsh::new().args(["-c", topic]).run().success();
        for text in wanted {
            assert!(
                finished.stderr.contains(text),
                "{topic}: {}",
                finished.stderr
            );
        }
        assert_eq!(finished.stdout_text(), "", "{topic}");
    }
}

#[test]
fn help_and_version_of_the_program_are_not_failures() {
    let finished = Ftpsh::new().arg("--help").run().success();
    let text = finished.stdout_text();
    for wanted in ["TARGET", "practice", "replay", "--stop", "130  interrupted"] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    let finished = Ftpsh::new().args(["practice", "--help"]).run().success();
    assert!(finished.stdout_text().contains("appe-as-stor"));
    let finished = Ftpsh::new().arg("--version").run().success();
    assert!(finished.stdout_text().starts_with("ftpsh "));
}
