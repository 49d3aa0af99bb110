//! `--check`, `--from` and `--list`: our lessons, and those of a teacher.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::support::ftpsh::Ftpsh;

#[test]
fn each_solution_of_ours_passes_and_whatever_is_wrong_fails_at_the_condition_that_is_meant() {
    let finished = Ftpsh::new().args(["learn", "--check"]).run().success();
    let passed = finished
        .stderr
        .lines()
        .filter(|line| line.trim_start().starts_with("ok"));
    assert_eq!(passed.count(), 18, "{}", finished.stderr);
    let first = finished.stderr.lines().next().unwrap_or_default();
    assert!(first.contains("the lessons' own solutions must pass"));
}

/// The lesson that the page shows, in a course of its own.
fn course_of_the_page() -> TempDir {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/lessons.md");
    let page = fs::read_to_string(page).expect("the page is there");
    let course = TempDir::new().expect("a temporary folder");
    let folder = course.path().join("01-keep-the-old-one");
    fs::create_dir(&folder).expect("its folder is new");
    for block in page.split("\n```").skip(1).step_by(2) {
        let (information, text) = block.split_once("\n").expect("a block has a first line");
        if let Some((_, name)) = information.split_once(' ') {
            fs::write(folder.join(name), format!("{text}\n")).expect("it can be written");
        }
    }
    course
}

fn check(course: &Path) -> Ftpsh {
    Ftpsh::new().args(["learn", "--check"]).arg(course)
}

#[test]
fn the_lesson_on_the_page_passes_and_can_be_taken() {
    let course = course_of_the_page();
    check(course.path()).run().success();
    let listed = Ftpsh::new()
        .args(["learn", "--list", "--from"])
        .arg(course.path())
        .run();
    let listed = listed.success().stdout_text();
    assert!(listed.contains("  1   Keep the old one  4 min"), "{listed}");
    let lines = [
        "RNFR menu.txt",
        "RNTO menu.old",
        "PASV",
        "STOR menu.txt < menu.txt",
        "check",
    ];
    let taken = Ftpsh::new().args(["learn", "--from"]).arg(course.path());
    let taken = lines
        .iter()
        .fold(taken, |program, line| program.args(["-c", line]));
    let finished = taken.run().success();
    assert!(
        finished.stderr.contains("lesson 1 is done"),
        "{}",
        finished.stderr
    );
}

#[test]
fn a_solution_may_be_a_transcript_that_was_recorded() {
    let course = course_of_the_page();
    let solution = course.path().join("01-keep-the-old-one/solution.ftp");
    let lines = [
        "RNFR menu.txt",
        "RNTO menu.old",
        "PASV",
        "STOR menu.txt < menu.txt",
    ];
    let recording = format!("record {}", solution.with_extension("new").display());
    let program = Ftpsh::new().args(["learn", "--from"]).arg(course.path());
    let program = program.args(["-c", &recording]);
    let program = lines
        .iter()
        .fold(program, |program, line| program.args(["-c", line]));
    program.run().success();
    fs::rename(solution.with_extension("new"), &solution).unwrap();
    assert!(
        fs::read_to_string(&solution)
            .unwrap()
            .contains("\nC> RNFR menu.txt\n")
    );
    let lesson = course.path().join("01-keep-the-old-one/lesson.toml");
    let text = fs::read_to_string(&lesson).unwrap();
    let more = ["\"<\"", "\"<\", \"USER\", \"PASS\", \"<<\""];
    fs::write(&lesson, text.replace(more[0], more[1])).unwrap();
    let goal = lesson.with_file_name("goal.md");
    fs::write(&goal, fs::read_to_string(&goal).unwrap() + "USER PASS <<\n").unwrap();
    check(course.path()).run().success();
}

#[test]
fn a_lesson_that_does_not_do_what_it_should_is_named_with_what_was_seen() {
    for (name, text, said) in [
        (
            "solution.ftp",
            "PASV\nSTOR menu.txt < menu.txt\n",
            "solution.ftp: must pass, but `remote menu.old == remote:menu.txt` does not hold at its end: it is not there",
        ),
        (
            "wrong-overwritten.ftp",
            "# fails at: never DELE\nPASV\n",
            "is to fail at `never DELE`, but the first condition that does not hold is `remote menu.old",
        ),
        (
            "wrong-renamed-only.ftp",
            "# fails at: never DELE\nRNFR menu.txt\nRNTO menu.old\nPASV\nSTOR menu.txt < menu.txt\n",
            "must not pass: `never DELE` holds at its end",
        ),
        (
            "solution.ftp",
            "RNFR menu.txt\nRNTO menu.old\nEPSV\nSTOR menu.txt < menu.txt\n",
            "needs EPSV, which no lesson so far introduces",
        ),
    ] {
        let course = course_of_the_page();
        fs::write(course.path().join("01-keep-the-old-one").join(name), text).unwrap();
        let finished = check(course.path()).run().code(6);
        assert!(
            finished.stderr.contains(said),
            "{said}\n{}",
            finished.stderr
        );
    }
}

#[test]
fn a_configuration_that_sends_more_does_not_change_a_lesson() {
    let home = TempDir::new().unwrap();
    let folder = home.path().join("config/ftpsh");
    fs::create_dir_all(&folder).unwrap();
    let text = "[set]\ntls = \"require\"\nverify = true\nascii = \"raw\"\nkeepalive = \"1 NOOP\"\n";
    fs::write(folder.join("config.toml"), text).unwrap();
    let program = Ftpsh::new()
        .home(home.path())
        .args(["learn", "1", "-c", "QUIT"]);
    let finished = program.run().success();
    assert!(
        finished.stderr.contains("lesson 1 is done"),
        "{}",
        finished.stderr
    );
    assert!(!finished.stderr.contains("AUTH TLS"), "{}", finished.stderr);
    let program = Ftpsh::new().home(home.path()).args(["learn", "--check"]);
    program.run().success();
}

#[test]
fn what_cannot_be_read_is_named_with_its_file_and_line() {
    let course = course_of_the_page();
    let file = course.path().join("01-keep-the-old-one/lesson.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("never DELE", "no DELE")).unwrap();
    let finished = check(course.path()).run().code(6);
    let expected = "lesson.toml:8: `no DELE`: not a condition. The conditions are: sent VERB";
    assert!(finished.stderr.contains(expected), "{}", finished.stderr);
    let empty = TempDir::new().unwrap();
    let finished = check(empty.path()).run().code(2);
    assert!(
        finished.stderr.contains("no lesson in it"),
        "{}",
        finished.stderr
    );
    let finished = Ftpsh::new().args(["learn", "--check", "5"]).run().code(2);
    let expected = "5: no such folder: the path of a lesson or of a folder of lessons is expected";
    assert!(finished.stderr.contains(expected), "{}", finished.stderr);
    for arguments in [&["learn", "19"][..], &["learn", "nine"]] {
        Ftpsh::new().args(arguments).run().code(2);
    }
}

#[test]
fn the_words_of_lessons_are_sent_to_the_server_outside_lessons() {
    for word in [
        "goal",
        "hint",
        "check",
        "show",
        "next",
        "again",
        "answer 5",
        "lessons",
        "learn map",
    ] {
        let finished = Ftpsh::new().args(["practice", "-c", word]).run().code(1);
        assert!(
            finished.stderr.contains("500 Command not understood."),
            "{word}"
        );
    }
    let help = |mode: &[&str]| {
        Ftpsh::new()
            .args(mode)
            .args(["-c", "help"])
            .run()
            .success()
            .stderr
    };
    assert!(help(&["learn"]).contains("In a lesson:"));
    assert!(!help(&["practice"]).contains("In a lesson:"));
}
