//! What `ftpsh doctor` promises: findings that can be replayed, no secret anywhere, no trace that is not told.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::examination::{doctor, examine};
use super::meddler::{Meddling, meddle, without_tls};
use super::replaying::replay_fault;
use crate::support::ftpsh::Ftpsh;
use crate::support::practice::{practice_server, practice_server_for};

#[test]
fn the_transcript_of_every_finding_replays_to_the_same_finding() {
    let faults = [
        &[
            "appe-as-stor",
            "no-rest",
            "reply=QUIT:200 bye",
            "reply=MLST:250 x",
        ][..],
        &[
            "rest-zero-fills",
            "reply=PWD:257 here",
            "reply=MODE:500 no",
            "reply=SYST:200 yes",
        ],
        &[
            "reply=MDTM:213 20200101000000",
            "reply=PORT:200 yes",
            "reply=SIZE:213 5",
        ],
    ];
    let mut replayed = 0;
    for faults in faults {
        let server = practice_server(faults);
        fs::write(
            server.server_folder().join("data.bin"),
            b"a line\n".repeat(1000),
        )
        .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let program = doctor(server.address(), "A", "A");
        let examination = examine(program.arg("--transcripts").arg(folder.path()));
        for entry in fs::read_dir(folder.path()).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(replay_fault(&path, server.address(), &examination), None);
            replayed += 1;
        }
    }
    assert!(replayed >= 10, "{replayed}");
}

#[test]
fn the_password_is_in_no_output_and_no_transcript() {
    const SECRET: &str = "Xq7-hidden-Xq7";
    let server = practice_server_for(SECRET, &["appe-as-stor", "echo-secrets"]);
    let folder = tempfile::tempdir().unwrap();
    let program = doctor(server.address(), "A", SECRET);
    let examination = examine(program.arg("--transcripts").arg(folder.path()));
    assert_eq!(examination.verdict("appe"), "bad", "nobody was logged in");
    let mut all = examination.finished.stdout.clone();
    all.extend(examination.finished.stderr.as_bytes());
    for entry in fs::read_dir(folder.path()).unwrap() {
        all.extend(fs::read(entry.unwrap().path()).unwrap());
    }
    let all = String::from_utf8_lossy(&all).into_owned();
    assert!(all.contains("PASS ****"), "{all}");
    assert!(!all.contains(SECRET), "{all}");
}

#[test]
fn a_server_that_knows_the_password_before_it_is_sent_does_not_bring_it_into_the_report() {
    const SECRET: &str = "Xq7-hidden-Xq7";
    let server = practice_server_for(SECRET, &[]);
    let meddling = Meddling {
        reply: |line, _| match line.split_at_checked(4) {
            Some(("220 ", _)) => format!("220 welcome {SECRET}"),
            Some((" MDT", _)) => format!(" {SECRET}"),
            Some(("257 ", _)) => format!("257 \"/{SECRET}\""),
            _ => line.to_owned(),
        },
        ..Meddling::default()
    };
    let address = meddle(server.address(), meddling);
    for form in ["--verbose", "--json", "--markdown", "--junit", "--sarif"] {
        let program = Ftpsh::new().args(["doctor", &address.to_string(), "--user", "A", form]);
        let told = program.env("FTPSH_PASSWORD", SECRET).run().stdout_text();
        assert!(!told.is_empty(), "{form}");
        assert!(!told.contains(SECRET), "{form}: {told}");
        let shows_replies = matches!(form, "--verbose" | "--json");
        assert!(!shows_replies || told.contains("***"), "{form}: {told}");
    }
}

#[test]
fn the_password_is_the_first_line_of_standard_input_where_nothing_else_has_one() {
    let server = practice_server(&[]);
    let target = server.address().to_string();
    let run = |stdin: &str| {
        Ftpsh::new()
            .args(["doctor", &target, "--user", "A"])
            .stdin(stdin)
            .run()
    };
    let told = run("A\n").stdout_text();
    assert!(told.contains("EPSV    ok"), "{told}");
    let asked = run("");
    assert_eq!(asked.status, 2, "{asked:?}");
    assert!(asked.stderr.contains("FTPSH_PASSWORD"), "{asked:?}");
}

#[test]
fn a_transcript_that_is_there_is_not_overwritten() {
    let server = practice_server(&["appe-as-stor"]);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("appe.ftp"), "mine").unwrap();
    let program = doctor(server.address(), "A", "A");
    let finished = program.arg("--transcripts").arg(folder.path()).run();
    assert_eq!(finished.status, 7, "{finished:?}");
    let kept = fs::read_to_string(folder.path().join("appe.ftp")).unwrap();
    assert_eq!(kept, "mine");
}

#[test]
fn a_folder_of_transcripts_that_cannot_be_made_is_refused_before_anything_is_sent() {
    let server = practice_server(&[]);
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("taken");
    fs::write(&taken, "mine").unwrap();
    for path in [taken.clone(), taken.join("below")] {
        let program = doctor(server.address(), "A", "A");
        let finished = program.arg("--transcripts").arg(&path).run();
        assert_eq!(finished.status, 7, "{finished:?}");
        assert!(finished.stdout.is_empty(), "{finished:?}");
        assert!(finished.stderr.contains("Nothing was sent"), "{finished:?}");
    }
    assert_eq!(fs::read_to_string(&taken).unwrap(), "mine");
}

#[test]
fn a_replay_that_keeps_going_removes_what_a_finding_of_the_write_class_made() {
    let server = practice_server(&["appe-as-stor", "rest-zero-fills"]);
    let folder = tempfile::tempdir().unwrap();
    let program = doctor(server.address(), "A", "A");
    let examination = examine(program.arg("--transcripts").arg(folder.path()));
    for id in ["appe", "rest-upload"] {
        let path = folder.path().join(format!("{id}.ftp"));
        for _ in 0..2 {
            let replayed = Ftpsh::new()
                .args(["replay", "--keep-going", &path.display().to_string()])
                .arg(server.address().to_string())
                .env("FTPSH_VAR_USER", "A")
                .env("FTPSH_VAR_PASSWORD", "A")
                .arg("--insecure")
                .run();
            assert_eq!(replayed.status, 6, "{id}: {replayed:?}");
            let names = fs::read_dir(server.server_folder()).unwrap();
            let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
            assert_eq!(names, ["1.TXT"], "{id}: {replayed:?}");
        }
    }
    for id in ["appe", "rest-upload"] {
        let path = folder.path().join(format!("{id}.ftp"));
        assert_eq!(replay_fault(&path, server.address(), &examination), None);
    }
}

#[test]
fn the_first_lines_say_why_nothing_could_be_examined() {
    let nobody = Ftpsh::new().args(["doctor", "127.0.0.1:1"]).run();
    let told = nobody.stdout_text();
    let head = told.split("\n\n").next().unwrap_or_default();
    assert!(head.contains("refused the connection"), "{told}");
    let server = practice_server(&[]);
    let meddling = Meddling {
        reply: |line, _| line.replace("220 ", "421 too many "),
        ..Meddling::default()
    };
    let address = meddle(server.address(), meddling);
    let told = doctor(address, "A", "A").run().stdout_text();
    let head = told.split("\n\n").next().unwrap_or_default();
    assert!(head.contains("421 too many"), "{told}");
}

#[test]
fn what_cannot_be_removed_is_told_with_the_command_that_removes_it() {
    let server = practice_server(&["reply=RMD:550 no", "reply=DELE:550 no"]);
    let finished = doctor(server.address(), "A", "A").run();
    let told: String = finished.stdout_text();
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    let left: Vec<_> = fs::read_dir(server.server_folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("ftpsh-doctor-"))
        .collect();
    let [folder] = left.as_slice() else {
        panic!("{left:?}");
    };
    assert!(told.contains(&format!("RMD {folder}")), "{told}");
    assert!(told.contains(&format!("DELE {folder}/appe")), "{told}");
}

#[test]
fn an_upload_under_another_name_is_removed_with_the_folder() {
    let server = practice_server(&[]);
    let meddling = Meddling {
        command: |line| without_tls(line).replace("/appe", "/renamed"),
        ..Meddling::default()
    };
    let address = meddle(server.address(), meddling);
    let examination = examine(doctor(address, "A", "A"));
    assert_eq!(examination.verdict("appe"), "ok");
    let names = fs::read_dir(server.server_folder()).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["1.TXT"]);
}

#[test]
fn files_of_others_are_not_deleted_whatever_the_server_says_of_its_folders() {
    let lies: [fn(&str) -> String; 2] = [
        |line| match line.starts_with("CWD ftpsh-doctor-") {
            true => "NOOP".to_owned(),
            false => without_tls(line),
        },
        |line| match line.starts_with("NLST ftpsh-doctor-") {
            true => "NLST".to_owned(),
            false => without_tls(line),
        },
    ];
    for command in lies {
        let server = practice_server(&[]);
        let meddling = Meddling {
            command,
            ..Meddling::default()
        };
        let address = meddle(server.address(), meddling);
        let told = doctor(address, "A", "A").run().stdout_text();
        let names = fs::read_dir(server.server_folder()).unwrap();
        let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["1.TXT"], "{told}");
    }
}

#[test]
fn where_nothing_can_be_listed_what_was_stored_is_removed_all_the_same() {
    for refused in ["NLST", "CWD", "CDUP"] {
        let fault = format!("reply={refused}:500 no");
        let server = practice_server(&[&fault]);
        let told = doctor(server.address(), "A", "A").run().stdout_text();
        let names = fs::read_dir(server.server_folder()).unwrap();
        let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["1.TXT"], "{refused}: {told}");
    }
}

#[test]
fn a_full_disk_is_told_and_leaves_nothing() {
    let server = practice_server(&["reply=STOR:452 the disk is full"]);
    let examination = examine(doctor(server.address(), "A", "A"));
    for id in ["rest-upload", "empty-upload", "mfmt"] {
        assert_eq!(examination.verdict(id), "warn", "{}", examination.text(id));
    }
    let names = fs::read_dir(server.server_folder()).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["1.TXT"]);
}

#[test]
fn without_write_and_hard_neither_is_done() {
    let server = practice_server(&[]);
    let told = Ftpsh::new()
        .args([
            "doctor",
            &server.address().to_string(),
            "--user",
            "A",
            "--verbose",
        ])
        .env("FTPSH_PASSWORD", "A")
        .run()
        .stdout_text();
    for line in ["> MKD", "> STOR", "> DELE", "> RMD"] {
        assert!(!told.contains(line), "{told}");
    }
    assert!(!told.contains("127,0,0,2"), "{told}");
}

#[test]
fn one_s_own_check_is_made_and_takes_the_place_of_one_of_the_same_name() {
    let server = practice_server(&[]);
    let folder = tempfile::tempdir().unwrap();
    let own = "# check: syst\n# group: by-the-book\n# class: before-login\n# title: SYST is ours\n\
               S> 220\n# finding: bad \"SYST is not ours\"\nC> SYST\nS> 215 OURS\n";
    fs::write(folder.path().join("own.ftp"), own).unwrap();
    let program = Ftpsh::new().args(["doctor", &server.address().to_string(), "--verbose"]);
    let examination = examine(program.arg("--checks").arg(folder.path()));
    assert_eq!(examination.verdict("syst"), "bad");
    fs::write(
        folder.path().join("own.ftp"),
        own.replace("class: before", "class: never"),
    )
    .unwrap();
    let program = Ftpsh::new().args(["doctor", &server.address().to_string()]);
    let finished = program.arg("--checks").arg(folder.path()).run();
    assert_eq!(finished.status, 2, "{finished:?}");
    assert!(finished.stderr.contains("line 3"), "{finished:?}");
}

#[test]
fn the_exit_code_says_how_bad_it_is() {
    let server = practice_server(&[]);
    let target = server.address().to_string();
    let certificate = server.certificate_path().display().to_string();
    let run = |arguments: &[&str]| {
        let program = Ftpsh::new().args(["doctor", &target, "--ca", &certificate]);
        program.args(arguments).run().status
    };
    assert_eq!(run(&[]), 0);
    assert_eq!(run(&["--fail-on", "warn"]), 9);
    let nobody = Ftpsh::new().args(["doctor", "127.0.0.1:1"]).run();
    assert_eq!(nobody.status, 3, "{nobody:?}");
}

/// As on a server that leaves folders out of paths, and lists one folder whatever it is asked for.
fn without_folder(line: &str) -> String {
    let Some((before, inside)) = line.split_once("ftpsh-doctor-") else {
        return without_tls(line);
    };
    match (before, inside.split_once('/')) {
        ("MKD ", _) => "PWD".to_owned(),
        ("NLST ", _) => "NLST".to_owned(),
        (before, Some((_, name))) => format!("{before}{name}"),
        _ => "NOOP".to_owned(),
    }
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("the server's folder is there");
    let names = entries.map(|entry| entry.expect("it can be read").file_name());
    names
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

#[test]
fn nothing_is_written_and_nothing_deleted_where_the_new_folder_is_no_place_of_its_own() {
    let server = practice_server(&[]);
    let folder = server.server_folder();
    fs::write(folder.join("readme.txt"), "mine").unwrap();
    fs::write(folder.join("rest"), "mine too").unwrap();
    let before = names_in(folder);
    let meddling = Meddling {
        command: without_folder,
        ..Meddling::default()
    };
    let examination = examine(doctor(meddle(server.address(), meddling), "A", "A"));
    assert_eq!(names_in(folder), before);
    assert_eq!(fs::read_to_string(folder.join("rest")).unwrap(), "mine too");
    assert_eq!(examination.verdict("appe"), "skipped");
    let told = examination.finished.stdout_text();
    assert!(told.contains("is not empty"), "{told}");
}

#[test]
fn no_file_is_deleted_that_was_not_stored_though_the_server_lists_it_in_the_folder() {
    static IS_MADE: AtomicBool = AtomicBool::new(false);
    let server = practice_server(&[]);
    let folder = server.server_folder();
    fs::write(folder.join("readme.txt"), "mine").unwrap();
    fs::create_dir(folder.join("empty")).unwrap();
    let before = names_in(folder);
    let meddling = Meddling {
        command: |line| match line.starts_with("NLST ftpsh")
            && !IS_MADE.swap(true, Ordering::SeqCst)
        {
            true => "NLST empty".to_owned(),
            false => without_folder(line),
        },
        ..Meddling::default()
    };
    let examination = examine(doctor(meddle(server.address(), meddling), "A", "A"));
    assert_eq!(examination.verdict("appe"), "ok");
    assert_eq!(names_in(folder), before);
}

#[test]
fn a_folder_that_mkd_made_is_removed_whatever_mkd_was_answered_with() {
    let replies: [fn(&str, usize) -> String; 2] = [
        |line, _| match line.starts_with("257 ") && line.ends_with(" created.") {
            true => "250 done".to_owned(),
            false => line.to_owned(),
        },
        |line, _| {
            if line.starts_with("257 ") && line.ends_with(" created.") {
                thread::sleep(Duration::from_secs(2));
            }
            line.to_owned()
        },
    ];
    for (reply, verdict) in replies.into_iter().zip(["ok", "skipped"]) {
        let server = practice_server(&[]);
        let before = names_in(server.server_folder());
        let meddling = Meddling {
            reply,
            ..Meddling::default()
        };
        let program = doctor(meddle(server.address(), meddling), "A", "A");
        let examination = examine(program.args(["--timeout", "1"]));
        assert_eq!(examination.verdict("empty-upload"), verdict);
        assert_eq!(names_in(server.server_folder()), before);
    }
}

#[test]
fn a_folder_that_is_still_there_after_rmd_is_told() {
    let server = practice_server(&["reply=RMD:250 done"]);
    let told = doctor(server.address(), "A", "A").run().stdout_text();
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    let names = names_in(server.server_folder());
    let folder = names.iter().find(|name| name.starts_with("ftpsh-doctor-"));
    let folder = folder.expect("it was not removed");
    assert!(told.contains(&format!("RMD {folder}")), "{told}");
}

#[test]
fn a_file_of_stou_that_is_stored_elsewhere_is_told_with_its_name_if_a_reply_told_that() {
    let told = |reply: fn(&str, usize) -> String| {
        let server = practice_server(&[]);
        fs::create_dir(server.server_folder().join("empty")).unwrap();
        let meddling = Meddling {
            // NLST without an argument is asked for in the folder alone, around STOU.
            command: |line| match line {
                "NLST" => "NLST /empty".to_owned(),
                line => without_tls(line),
            },
            reply,
            ..Meddling::default()
        };
        let examination = examine(doctor(meddle(server.address(), meddling), "A", "A"));
        let text = examination.text("stou");
        assert_eq!(examination.verdict("stou"), "warn", "{text}");
        let told = examination.finished.stdout_text();
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains("STOU has stored it"), "{told}");
        told
    };
    let named = told(|line, _| line.to_owned());
    assert!(named.contains("remove it with DELE "), "{named}");
    let nameless = told(|line, _| line.replace("FILE: ", ""));
    assert!(nameless.contains("no reply told its name"), "{nameless}");
    let without_command = "the session was) left ftpsh-doctor-";
    assert!(nameless.contains(without_command), "{nameless}");
}
