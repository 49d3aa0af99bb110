//! Our lessons, what is wrong with others, and what is kept of how far somebody is.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::embedded::LESSONS;
use super::{Condition, Course, Progress, Seen, State, VerbMap};
use crate::practice::{Content, LogEntry, LogEvent, LoggedTransfer};
use crate::protocol::Verb;

#[test]
fn every_lesson_in_the_folder_is_part_of_the_program_with_all_its_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = |folder: &Path| {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    };
    let folders = names(&root.join("src/lessons"));
    let places: Vec<&str> = LESSONS.iter().map(|(place, _)| *place).collect();
    let expected: Vec<String> = folders
        .iter()
        .map(|name| format!("src/lessons/{name}"))
        .collect();
    assert_eq!(places, expected);
    for (place, texts) in LESSONS {
        let mut known: Vec<&str> = texts.iter().map(|(name, _)| *name).collect();
        known.sort_unstable();
        assert_eq!(known, names(&root.join(place)), "{place}");
    }
}

#[test]
fn no_lesson_of_ours_needs_what_was_not_introduced() {
    let course = Course::embedded().unwrap();
    assert_eq!(course.lessons.len(), 18);
    assert_eq!(course.unexplained(), []);
    let detective = course
        .lessons
        .iter()
        .find(|it| it.name == "17-detective")
        .unwrap();
    assert!(detective.suspects.len() >= 12);
}

/// RFC 959 section 5.1, and what the lessons promise besides.
#[test]
fn in_80_minutes_the_lessons_introduce_every_verb_that_each_server_must_have() {
    let course = Course::embedded().unwrap();
    let introduced: Vec<&str> = course
        .lessons
        .iter()
        .flat_map(|lesson| lesson.introduces.iter().map(String::as_str))
        .collect();
    for verb in "USER QUIT PORT TYPE MODE STRU RETR STOR NOOP AUTH record".split(' ') {
        assert!(introduced.contains(&verb), "{verb}");
    }
    let minutes: u32 = course.lessons.iter().map(|lesson| lesson.minutes).sum();
    assert!(minutes <= 80, "{minutes}");
}

#[test]
fn a_verb_that_no_lesson_has_introduced_is_found_in_solutions_conditions_and_evidence() {
    let mut course = Course::embedded().unwrap();
    for lesson in &mut course.lessons {
        lesson
            .introduces
            .retain(|word| word != "PASV" && word != "RNTO" && word != "CWD");
    }
    let found = course.unexplained();
    let said: Vec<String> = found.iter().map(ToString::to_string).collect();
    for (place, word) in [
        ("03-the-second-connection/solution.ftp", "PASV"),
        ("12-rename-make-remove/solution.ftp", "RNTO"),
        ("17-detective/solution.ftp", "CWD"),
    ] {
        let is_said =
            |line: &String| line.contains(place) && line.contains(&format!("needs {word},"));
        assert!(said.iter().any(is_said), "{place} {word}: {said:#?}");
    }
}

/// A lesson that is right, written into a folder; `change` makes it wrong.
fn teacher(change: impl Fn(&Path)) -> Result<Course, String> {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("01-first");
    fs::create_dir(&folder).unwrap();
    for (name, text) in [
        (
            "lesson.toml",
            "title = \"First\"\nminutes = 1\nintroduces = [\"NOOP\"]\ndone = [\n  \"reply NOOP 200\",\n]\n",
        ),
        ("goal.md", "Type NOOP.\n"),
        ("hints.md", "One.\n\nTwo.\n\nThree.\n"),
        ("solution.ftp", "NOOP\n"),
        ("wrong-1.ftp", "# fails at: reply NOOP 200\n"),
        ("wrong-2.ftp", "# fails at: reply NOOP 200\nNOPE\n"),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
    change(&folder);
    let course = Course::read(scratch.path());
    let beginning = format!("{}/", folder.display());
    course.map_err(|error| {
        error
            .to_string()
            .replace(&beginning, "")
            .replace(&*folder.to_string_lossy(), "FOLDER")
    })
}

#[test]
fn a_broken_lesson_is_refused_with_its_file_its_line_and_what_is_expected() {
    teacher(|_| {}).unwrap();
    let replaced = |name: &'static str, text: &'static str| {
        move |folder: &Path| fs::write(folder.join(name), text).unwrap()
    };
    let removed =
        |name: &'static str| move |folder: &Path| fs::remove_file(folder.join(name)).unwrap();
    let toml = |text: &'static str| replaced("lesson.toml", text);
    let said = |change: &dyn Fn(&Path)| teacher(change).unwrap_err();
    for (error, expected) in [
        (
            said(&removed("goal.md")),
            "goal.md: not there: a lesson has lesson.toml, goal.md",
        ),
        (
            said(&removed("wrong-1.ftp")),
            "FOLDER: 1 of the wrong-*.ftp are there: a lesson needs at least two",
        ),
        (
            said(&replaced("goal.md", "Type NOOP.\n\u{1b}]0;title\u{7}\n")),
            "goal.md:2: a control character",
        ),
        (
            said(&toml(
                "title = \"x\\u202E\"\nminutes = 1\ndone = [\"in-step\"]\n",
            )),
            "lesson.toml: a control character",
        ),
        (
            said(&replaced("hints.md", "One.\n\nTwo.\n")),
            "hints.md: 2 paragraphs, and three are expected",
        ),
        (
            said(&replaced(
                "hints.md",
                "One.\n\nTwo.\n\nThree.\n\n# in-step\n\nOne.\n",
            )),
            "hints.md:7: `in-step` is not a condition of this lesson, which has: reply NOOP 200",
        ),
        (
            said(&replaced(
                "hints.md",
                "One.\n\nTwo.\n\nThree.\n\n# reply NOOP 200\n\nOne.\n",
            )),
            "hints.md:7: 1 paragraphs, and three are expected",
        ),
        (
            said(&replaced("wrong-2.ftp", "NOPE\n")),
            "wrong-2.ftp:1: the first line says which condition",
        ),
        (
            said(&replaced("wrong-2.ftp", "# fails at: reply NOOP 201\n")),
            "wrong-2.ftp:1: `reply NOOP 201` is not a condition of this lesson",
        ),
        (
            said(&toml(
                "title = \"x\"\nminutes = 1\ndone = [\n  \"in-step\",\n  \"finished\",\n]\n",
            )),
            "lesson.toml:5: `finished`: not a condition. The conditions are: sent VERB",
        ),
        (
            said(&toml("title = \"x\"\nminute = 1\n")),
            "lesson.toml:2: unknown field `minute`",
        ),
        (
            said(&toml(
                "title = \"x\"\nminutes = 1\ndone = [\"in-step\"]\nfaults = [\"no-such\"]\n",
            )),
            "lesson.toml:4: unknown fault `no-such`",
        ),
        (
            said(&toml(
                "title = \"x\"\nminutes = 1\ndone = [\"in-step\"]\n[server]\n\"../x\" = \"\"\n",
            )),
            "lesson.toml:5: `../x` leads out of its side",
        ),
        (
            said(&toml(
                "title = \"x\"\nminutes = 1\ndone = [\"in-step\"]\n[local]\n\"x\" = { hex = \"9\" }\n",
            )),
            "lesson.toml:5: hex needs pairs",
        ),
        (
            said(&toml("title = \"x\"\nminutes = 1\ndone = []\n")),
            "lesson.toml:3: done is empty",
        ),
    ] {
        assert!(error.starts_with(expected), "{error}\n{expected}");
    }
}

#[test]
fn progress_never_goes_back_and_two_programs_lose_nothing() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("new/lessons");
    let (one, other) = (
        Progress::at(Some(path.clone()), ""),
        Progress::at(Some(path.clone()), ""),
    );
    let theirs = Progress::at(Some(path.clone()), "course");
    assert!(one.states().is_empty());
    one.reach("01-knock", State::Done).unwrap();
    other.reach("02-who", State::Shown).unwrap();
    one.reach("01-knock", State::Shown).unwrap();
    one.reach("02-who", State::Done).unwrap();
    theirs.reach("01-knock", State::Shown).unwrap();
    let expected = BTreeMap::from([
        ("01-knock".to_owned(), State::Done),
        ("02-who".to_owned(), State::Done),
    ]);
    let ours = |progress: &Progress| {
        let mut states = progress.states();
        states.retain(|name, _| !name.contains('/'));
        states
    };
    assert_eq!(
        (ours(&one), ours(&other)),
        (expected.clone(), expected.clone())
    );
    assert_eq!(
        theirs.states(),
        BTreeMap::from([("01-knock".to_owned(), State::Shown)])
    );
    // Somebody was killed in the middle of a line.
    let mut text = fs::read_to_string(&path).unwrap();
    text.push_str("done 03-sec");
    fs::write(&path, text).unwrap();
    one.reach("04-three", State::Done).unwrap();
    assert_eq!(one.states().get("04-three"), Some(&State::Done));
    assert_eq!(one.states().get("03-second"), None);
}

#[test]
fn it_goes_on_with_what_was_left_unfinished_else_with_the_next_that_is_open() {
    let scratch = tempfile::tempdir().unwrap();
    let progress = Progress::at(Some(scratch.path().join("lessons")), "");
    let theirs = Progress::at(Some(scratch.path().join("lessons")), "course");
    let course = Course::embedded().unwrap();
    let number = |fast| progress.where_to_go_on(&course, fast) + 1;
    assert_eq!(number(false), 1);
    progress.begin("09-the-broken-upload").unwrap();
    progress.begin("09-the-broken-upload").unwrap();
    theirs.begin("01-knock").unwrap();
    assert_eq!(number(false), 9);
    progress.reach("09-the-broken-upload", State::Done).unwrap();
    // The next one with a star is 11.
    assert_eq!((number(false), number(true)), (10, 11));
    progress.begin("18-write-it-down").unwrap();
    progress.reach("18-write-it-down", State::Shown).unwrap();
    assert_eq!(number(false), 1);
    for lesson in &course.lessons {
        progress.reach(&lesson.name, State::Shown).unwrap();
    }
    assert_eq!(number(false), 1);
    progress.reach("01-knock", State::Done).unwrap();
    assert_eq!(number(false), 2);
}

#[test]
fn many_programs_at_once_keep_every_line_whole() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("lessons");
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let progress = Progress::at(Some(path.clone()), "");
            scope.spawn(move || {
                for lesson in 0..20 {
                    progress
                        .reach(&format!("{writer}-{lesson}"), State::Done)
                        .unwrap();
                }
            });
        }
    });
    assert_eq!(Progress::at(Some(path), "").states().len(), 160);
}

#[cfg(unix)]
#[test]
fn progress_that_is_a_device_without_end_is_not_read() {
    let progress = Progress::at(Some("/dev/zero".into()), "");
    assert!(progress.states().is_empty());
    assert!(progress.reach("01-first", State::Done).is_err());
}

#[test]
fn the_map_keeps_each_reply_once() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("lessons");
    let progress = Progress::at(Some(path.clone()), "");
    let mut used = VerbMap::default();
    used.take(&[reply("PASV", 227), reply("PASV", 530), reply("PASV", 227)]);
    progress.note_used(&used).unwrap();
    progress.note_used(&used).unwrap();
    assert_eq!(
        fs::read_to_string(path).unwrap(),
        "reply PASV 227\nreply PASV 530\n"
    );
    assert_eq!(progress.used(), used);
    assert_eq!(used.codes("PASV"), [227, 530]);
    assert!(VerbMap::of_rfc_959().count() >= 33);
}

fn verb(name: &str) -> Verb {
    Verb::new(name.as_bytes())
}

fn entry(event: LogEvent) -> LogEntry {
    LogEntry { session: 1, event }
}

fn reply(name: &str, code: u16) -> LogEntry {
    entry(LogEvent::Reply {
        verb: Some(verb(name)),
        code,
        text: Vec::new(),
    })
}

fn command(line: &str, is_under_tls: bool) -> LogEntry {
    let name = line.split(' ').next().unwrap();
    entry(LogEvent::Command {
        verb: verb(name),
        line: line.as_bytes().to_vec(),
        is_under_tls,
    })
}

fn transfer(name: &str, path: &str, bytes: u64) -> LogEntry {
    entry(LogEvent::Transfer(LoggedTransfer {
        verb: verb(name),
        path: path.as_bytes().to_vec(),
        bytes,
        is_complete: true,
    }))
}

/// What was seen where the condition does not hold; nothing where it does.
fn seen(condition: &str, entries: &[LogEntry], answer: Option<&str>) -> Option<String> {
    let scratch = tempfile::tempdir().unwrap();
    for (folder, name, text) in [("server", "a", "I am "), ("local", "a", "I am zfive5")] {
        let folder = scratch.path().join(folder);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(name), text).unwrap();
    }
    fs::create_dir(scratch.path().join("server/sub")).unwrap();
    let seen = Seen {
        entries,
        server: &scratch.path().join("server"),
        local: &scratch.path().join("local"),
        content: &Content::default(),
        faults: &[],
        question: "",
        answer,
        fault: "no-size",
    };
    let conditions = [Condition::read(condition).unwrap()];
    seen.first_open(&conditions).map(|finding| finding.seen)
}

#[test]
fn each_condition_holds_where_it_should_and_says_what_was_seen_where_it_does_not() {
    let noop = [command("NOOP", false), reply("NOOP", 200)];
    let store = [transfer("STOR", "/a", 5)];
    let secured = [entry(LogEvent::DataSecured { is_resumed: true })];
    let full = [entry(LogEvent::DataSecured { is_resumed: false })];
    let login = [command("PASS ****", false), reply("PASS", 530)];
    let size = |line: &str| [command(line, false), reply("SIZE", 213)];
    let stat = [command("STAT a", false), reply("STAT", 213)];
    let looked_by_stat = [&store[..], &stat].concat();
    let looked = [&store[..], &size("SIZE a")].concat();
    let looked_elsewhere = [&store[..], &size("SIZE b")].concat();
    let digest = "ab".repeat(32);
    for (condition, entries, answer, expected) in [
        ("sent NOOP", &noop[..], None, None),
        ("sent NOOP ~x", &noop, None, Some("the last one was NOOP")),
        ("sent TYPE", &noop, None, Some("TYPE has not been sent")),
        ("reply PASS 530", &login, None, None),
        (
            "reply PASS 230",
            &login,
            None,
            Some("PASS was answered with 530"),
        ),
        (
            "reply QUIT 221",
            &login,
            None,
            Some("QUIT has not been sent"),
        ),
        ("remote a == I am ", &[], None, None),
        ("remote a == I am\\x20", &[], None, None),
        (
            "remote a == I am zfive5",
            &[],
            None,
            Some("it has 5 of 11 bytes there"),
        ),
        (
            "local a == I am ",
            &[],
            None,
            Some("it has 11 bytes there, 6 too many at the end"),
        ),
        (
            "local a == I AM",
            &[],
            None,
            Some("it has 11 bytes there, and the first wrong one comes after 2 bytes"),
        ),
        ("local b == x", &[], None, Some("it is not there")),
        ("local b missing", &[], None, None),
        ("local a missing", &[], None, Some("it is still there")),
        ("remote tree == a sub/", &[], None, None),
        (
            "remote tree == a b",
            &[],
            None,
            Some("b is missing, and sub/ should not be there"),
        ),
        ("never NOOP", &login, None, None),
        (
            "never NOOP",
            &noop,
            None,
            Some("NOOP was sent: type `again` and do it another way"),
        ),
        (
            "never PASS in the clear",
            &login,
            None,
            Some("PASS was sent in the clear: type `again` and do it another way"),
        ),
        (
            "never PASS in the clear",
            &[command("PASS ****", true)],
            None,
            None,
        ),
        ("data <= 5", &store, None, None),
        (
            "data <= 4",
            &store,
            None,
            Some("5 bytes went over them: type `again` and do it another way"),
        ),
        ("data <= 4", &[transfer("LIST", "/", 500)], None, None),
        (
            "control tls",
            &[entry(LogEvent::ControlSecured)],
            None,
            None,
        ),
        ("control tls", &noop, None, Some("it is in the clear")),
        ("data tls resumed", &secured, None, None),
        (
            "data tls resumed",
            &full,
            None,
            Some("its TLS session was a new one"),
        ),
        (
            "data active",
            &[entry(LogEvent::DataOpened { is_active: true })],
            None,
            None,
        ),
        (
            "data active",
            &[command("PASV", false), reply("PASV", 227)],
            None,
            Some("nothing has gone over a data connection so far"),
        ),
        (
            "local a == U AM",
            &[],
            None,
            Some("it has 11 bytes there, and the first byte is wrong"),
        ),
        ("in-step", &noop, None, None),
        (
            "in-step",
            &[&noop[..], &store].concat(),
            None,
            Some("the last NOOP was before the end of the transfer"),
        ),
        ("in-step", &store, None, Some("no NOOP has been sent")),
        ("answer == 5001", &[], Some(" 5001 "), None),
        ("answer == {fault}", &[], Some("NO-SIZE"), None),
        ("answer == 5001", &[], Some("4"), Some("4 is not it")),
        ("answer == 5001", &[], None, Some("no answer so far")),
        (
            "looked at a",
            &looked_elsewhere,
            None,
            Some("226 came, and nobody has looked"),
        ),
        ("looked at a", &looked, None, None),
        ("looked at a", &looked_by_stat, None, None),
        (
            "looked at a",
            &store,
            None,
            Some("226 came, and nobody has looked"),
        ),
        (
            "looked at b",
            &looked,
            None,
            Some("nothing was transferred to b so far"),
        ),
        (
            "transcript t.ftp passes",
            &[],
            None,
            Some("there is no t.ftp in your folder"),
        ),
    ] {
        assert_eq!(
            seen(condition, entries, answer).as_deref(),
            expected,
            "{condition}"
        );
    }
    let found = seen(&format!("local a == {digest}"), &[], None).unwrap();
    assert!(found.contains("not the right ones"), "{found}");
}
