//! What is kept: progress, the map of verbs, and the report for a course.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::ftpsh::Ftpsh;

fn learning(home: &TempDir, arguments: &[&str], lines: &[&str]) -> Ftpsh {
    let program = Ftpsh::new().home(home.path()).arg("learn").args(arguments);
    lines
        .iter()
        .fold(program, |program, line| program.args(["-c", line]))
}

fn listed(home: &TempDir) -> String {
    learning(home, &["--list"], &[])
        .run()
        .success()
        .stdout_text()
}

#[test]
fn progress_is_kept_and_a_lesson_that_was_shown_can_still_be_done_and_stays_done() {
    let home = TempDir::new().unwrap();
    let state_of = |number: &str| {
        let list = listed(&home);
        let row = list
            .lines()
            .find(|line| line.trim_start().starts_with(number))
            .unwrap();
        row.rsplit("min").next().unwrap().trim().to_owned()
    };
    learning(&home, &["1"], &["QUIT"]).run().success();
    assert_eq!(state_of("1 "), "done");
    // It goes on with the first that is open.
    let finished = learning(&home, &[], &["show"]).run().success();
    assert!(
        finished.stderr.contains("Lesson 2 of 18"),
        "{}",
        finished.stderr
    );
    assert_eq!(state_of("2 "), "shown");
    learning(&home, &["2"], &["USER A", "PASS A"])
        .run()
        .success();
    learning(&home, &["2"], &["show"]).run().success();
    assert_eq!(
        (state_of("1 "), state_of("2 "), state_of("3 ")),
        ("done".into(), "done".into(), String::new())
    );
}

#[test]
fn a_script_that_checks_a_lesson_that_is_not_done_fails_with_what_is_missing() {
    let home = TempDir::new().unwrap();
    let lines = ["PASV", "STOR 1.TXT < 1.TXT", "check"];
    let finished = learning(&home, &["9"], &lines).run().code(6);
    for said in ["at most 6 bytes of files", "11 bytes went over them"] {
        assert!(
            finished.stderr.contains(said),
            "{said}\n{}",
            finished.stderr
        );
    }
    let lines = [
        "PASV",
        "STOR 1.TXT < 1.TXT",
        "again",
        "PASV",
        "LIST",
        "NOOP",
        "PASV",
        "APPE 1.TXT <<< 'zfive5'",
        "check",
    ];
    let finished = learning(&home, &["9"], &lines).run().success();
    assert!(
        finished.stderr.contains("lesson 9 is done"),
        "{}",
        finished.stderr
    );
    assert!(
        finished
            .stderr
            .contains("→ APPE ← 150 ← 226 · data → 6 bytes"),
        "{}",
        finished.stderr
    );
}

#[test]
fn an_answer_without_its_word_or_that_is_no_number_is_told_what_is_wanted() {
    let home = TempDir::new().unwrap();
    let meant = |wanted: &str| format!("if that was the answer: `answer {wanted}`");
    let (number, name) = (meant("NUMBER"), meant("NAME"));
    let only_digits = "that is not it: only the number itself is wanted, in digits";
    for (lesson, line, said) in [
        ("3", "5001", number.as_str()),
        ("3", "19 x 256 + 137", &number),
        ("16", "plan.txt", &name),
        ("17", "dos-list", &name),
        ("3", "answer 19 x 256 + 137", only_digits),
        ("3", "answer 19137", "that is not it: `hint` helps"),
        ("3", "answer", "usage: answer NUMBER\n"),
        ("16", "answer", "usage: answer NAME\n"),
        ("17", "answer late-226", "that name is not on the list"),
        (
            "15",
            "check",
            "\n  rule     PASS is never sent in the clear",
        ),
        ("3", "check", "missing  LIST answered"),
        ("16", "check", "the right answer (`answer NAME`): which of"),
    ] {
        let finished = learning(&home, &[lesson], &[line]).run();
        assert!(
            finished.stderr.contains(said),
            "{line}\n{}",
            finished.stderr
        );
        let is_recognized = finished.stderr.contains("if that was the answer");
        assert_eq!(
            is_recognized,
            said.starts_with("if"),
            "{line}\n{}",
            finished.stderr
        );
    }
    // Where nothing is asked, or nothing is left to answer, a number is a wrong verb.
    for (lesson, lines) in [
        ("1", &["5001"][..]),
        ("3", &["answer 5001", "PASV", "LIST", "1"]),
    ] {
        let finished = learning(&home, &[lesson], lines).run();
        assert!(
            !finished.stderr.contains("if that was"),
            "{}",
            finished.stderr
        );
    }
}

#[test]
fn what_a_lesson_forbids_is_told_when_it_was_done_and_only_once() {
    let home = TempDir::new().unwrap();
    let lines = ["PASV", "STOR 1.TXT < 1.TXT", "SIZE 1.TXT"];
    let finished = learning(&home, &["9"], &lines).run();
    let said = "  broken   at most 6 bytes of files go over data connections\n";
    let told = finished.stderr.matches(said).count();
    assert_eq!(told, 1, "{}", finished.stderr);
}

#[test]
fn check_says_of_a_rule_that_is_broken_that_it_is() {
    let home = TempDir::new().unwrap();
    let lines = ["USER A", "PASS A", "check"];
    let finished = learning(&home, &["15"], &lines).run().code(6);
    let said = &finished.stderr;
    let (_, checked) = said
        .split_once("missing  the control connection under TLS")
        .unwrap();
    let broken = "broken   PASS is never sent in the clear";
    assert!(checked.contains(broken), "{said}");
}

#[test]
fn lesson_11_wants_the_appe_that_it_orders_lets_stat_look_and_stays_done() {
    let home = TempDir::new().unwrap();
    let store = ["PASV", "STOR 1.TXT < 1.TXT"];
    let lines = [&store[..], &["SIZE 1.TXT", "check"]].concat();
    let finished = learning(&home, &["11"], &lines).run().code(6);
    let said = "missing  APPE answered with 226";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
    let append = ["PASV", "APPE 1.TXT <<< 'zfive5'"];
    let lines = [
        &append[..],
        &store,
        &["STAT 1.TXT"],
        &store,
        &["check", "hint"],
    ];
    let finished = learning(&home, &["11"], &lines.concat()).run().success();
    let (_, after) = finished.stderr.split_once("lesson 11 is done").unwrap();
    assert_eq!(after.matches("nothing is missing").count(), 2, "{after}");
}

#[test]
fn what_lesson_18_has_recorded_is_there_after_exit() {
    let home = TempDir::new().unwrap();
    let lines = [
        "record --texts fix.ftp",
        "PASV",
        "APPE 1.TXT <<< 'zfive5'",
        "TYPE I",
        "SIZE 1.TXT",
    ];
    let finished = learning(&home, &["18"], &lines).run().success();
    assert!(finished.stderr.contains("kept: "), "{}", finished.stderr);
    // So is what was recorded before the lesson was done, beside the other, and nothing that was begun anew.
    let unfinished = [lines[0], "again", lines[0]];
    learning(&home, &["18"], &unfinished).run().success();
    let is_there = |name: &str| home.path().join(name).exists();
    assert!(is_there("fix-2.ftp") && !is_there("fix-3.ftp"));
    let replay = Ftpsh::new().home(home.path()).args(["replay", "fix.ftp"]);
    replay.run().success();
}

#[test]
fn learn_brings_another_fault_and_a_lesson_that_is_done_calls_no_answer_wrong() {
    let home = TempDir::new().unwrap();
    let lines = [
        "answer appe-as-stor",
        "answer no-size",
        "learn 17",
        "answer dos-list",
    ];
    let finished = learning(&home, &["17", "--seed", "0"], &lines)
        .run()
        .success();
    let said = &finished.stderr;
    assert_eq!(said.matches("that is right").count(), 2, "{said}");
    assert!(!said.contains("that is not it"), "{said}");
    assert!(said.contains("`ftpsh learn` goes on"), "{said}");
}

#[test]
fn a_right_answer_says_what_is_missing_and_why() {
    let home = TempDir::new().unwrap();
    let finished = learning(&home, &["4"], &["RETR novel.txt", "answer 1234"]).run();
    let said =
        "still missing: RETR is never sent (RETR was sent: type `again` and do it another way)";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
}

#[test]
fn record_on_begins_no_file_of_that_name() {
    let home = TempDir::new().unwrap();
    let finished = learning(&home, &["18"], &["record on", "record"]).run();
    for said in [
        "usage: record [--replace] [--texts] FILE",
        "nothing is recorded",
    ] {
        assert!(
            finished.stderr.contains(said),
            "{said}\n{}",
            finished.stderr
        );
    }
}

#[test]
fn a_line_with_a_blank_before_it_is_told_why_the_server_does_not_know_it() {
    let home = TempDir::new().unwrap();
    let lines = ["  NOOP", "why"];
    let finished = learning(&home, &["3"], &lines).run().code(1);
    for said in [
        "The line began with a space, which was sent with it",
        "Cause   blank-first",
    ] {
        assert!(finished.stderr.contains(said), "{}", finished.stderr);
    }
}

#[test]
fn check_says_to_begin_again_only_where_nothing_else_helps() {
    let home = TempDir::new().unwrap();
    let append = |text: &str| format!("APPE 1.TXT <<< '{text}'");
    for (lesson, lines, only_again) in [
        ("9", ["PASV", &append("zf"), "check"], false),
        ("9", ["PASV", &append("zfive6"), "check"], true),
        // The whole file may be sent here.
        ("11", ["PASV", &append("zfive5"), "check"], false),
        ("4", ["PASV", "RETR novel.txt", "check"], true),
    ] {
        let finished = learning(&home, &[lesson], &lines).run().code(6);
        let said = finished.stderr.contains("`again` makes the server");
        assert_eq!(said, only_again, "{lesson} {lines:?}\n{}", finished.stderr);
    }
}

#[test]
fn the_map_shows_which_verbs_were_used_and_how_they_were_answered() {
    let home = TempDir::new().unwrap();
    let lines = ["LIST", "PASV", "LIST"];
    learning(&home, &["3"], &lines).run().code(1);
    let map = learning(&home, &["map"], &[]).run().success().stdout_text();
    for row in ["  LIST  150 226 425\n", "  PASV  227\n", "  STOU  -\n"] {
        assert!(map.contains(row), "{row}{map}");
    }
}

#[test]
fn after_the_last_lesson_the_map_is_shown() {
    let home = TempDir::new().unwrap();
    let lines = [
        "record --texts fix.ftp",
        "TYPE I",
        "PASV",
        "APPE 1.TXT <<< 'zfive5'",
        "SIZE 1.TXT",
        "record off",
    ];
    let finished = learning(&home, &["18"], &lines).run().success();
    let (_, after) = finished.stderr.split_once("lesson 18 is done").unwrap();
    for said in [
        "The verbs of RFC 959",
        "  APPE  150 226\n",
        "of 33. `help VERB`",
    ] {
        assert!(after.contains(said), "{said}\n{after}");
    }
}

/// With nothing known before, by the lessons for those in a hurry.
#[test]
fn a_broken_upload_is_finished_by_hand_within_20_lines_of_the_first() {
    let home = TempDir::new().unwrap();
    let lines = [
        "QUIT",
        "next",
        "USER A",
        "PASS A",
        "next",
        "PASV",
        "LIST",
        "answer 5001",
        "next",
        "MODE S",
        "STRU F",
        "TYPE I",
        "PASV",
        "RETR dot.png > dot.png",
        "next",
        "SIZE 1.TXT",
        "PASV",
        "APPE 1.TXT <<< 'zfive5'",
    ];
    assert!(lines.len() <= 20);
    let finished = learning(&home, &["--fast"], &lines).run().success();
    assert!(
        finished.stderr.contains("lesson 9 is done"),
        "{}",
        finished.stderr
    );
}

#[test]
fn a_file_that_is_there_is_not_replaced_by_the_report() {
    let home = TempDir::new().unwrap();
    let file = home.path().join("done.json");
    fs::write(&file, "homework").unwrap();
    let learn = || learning(&home, &["1", "--report", "done.json"], &["QUIT"]).run();
    let finished = learn().code(7);
    let said = "done.json: it exists already, so name another file";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
    assert!(!finished.stderr.contains("Lesson 1"), "{}", finished.stderr);
    assert_eq!(fs::read_to_string(&file).unwrap(), "homework");
    fs::remove_file(&file).unwrap();
    learn().success();
    assert!(fs::read_to_string(&file).unwrap().contains("01-knock"));
}

#[test]
fn a_report_where_no_lesson_is_taken_is_refused() {
    let home = TempDir::new().unwrap();
    for mode in ["--list", "map"] {
        let finished = learning(&home, &[mode, "--report", "done.json"], &[]).run();
        let finished = finished.code(2);
        let said = "--report tells of lessons that are taken";
        assert!(finished.stderr.contains(said), "{}", finished.stderr);
    }
    assert!(!home.path().join("done.json").exists());
}

#[test]
fn the_report_has_each_lesson_with_its_transcripts_and_no_password() {
    let home = TempDir::new().unwrap();
    let lines = [
        "USER A",
        "PASS hunter2",
        "USER A",
        "PASS A",
        "next",
        "hint",
        "PASV",
        "LIST",
        "answer 1",
        "answer 5001",
    ];
    learning(&home, &["2", "--report", "done.json"], &lines)
        .run()
        .code(1);
    let text = fs::read_to_string(home.path().join("done.json")).unwrap();
    assert!(!text.contains("hunter2"), "{text}");
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["course"], Value::Null);
    let lessons = report["lessons"].as_array().unwrap();
    let names: Vec<_> = lessons
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["02-who-are-you", "03-the-second-connection"]);
    assert_eq!(lessons[1]["state"], "done");
    assert_eq!(lessons[1]["hints"], 1);
    assert_eq!(lessons[1]["answers"], serde_json::json!(["1", "5001"]));
    let transcript = lessons[0]["transcripts"][0].as_str().unwrap();
    let file = home.path().join("handed-in.ftp");
    fs::write(&file, transcript).unwrap();
    assert!(transcript.contains("C> PASS {password"), "{transcript}");
    let replay = Ftpsh::new().home(home.path()).args([
        "replay",
        "--var",
        "password=B",
        "--var",
        "password_2=A",
    ]);
    replay.arg(&file).run().success();
}
