//! Places that cannot take a download: folders, pipes, links to nowhere, what may only be read.

use std::fs;
use std::os::unix::fs::symlink;
use std::thread;

use super::{Scene, assert_in_step, assert_same, content, files_in, has_namespaces, make_pipe};
use crate::support::ftpsh::Finished;
use crate::support::real_server::Kind;
use crate::support::terminal::Key;

/// Runs each line alone, and asserts that it was refused with 7 and these words before anything was sent for it.
#[track_caller]
fn assert_refused(scene: &Scene, lines: &[(&str, &str)]) {
    for (line, words) in lines {
        let finished = scene.run(&[line, "PWD"]).code(7);
        assert_in_step(&finished, "PWD", "257 ");
        let said = &finished.stderr;
        assert!(said.contains(words), "{line}: no {words:?} in\n{said}");
        assert!(!said.contains("→ RETR"), "{line}: {said}");
        let is_resume = line.starts_with("resume");
        assert!(!(is_resume && said.contains("→ TYPE I")), "{line}: {said}");
    }
}

#[test]
fn a_folder_is_not_a_place_for_a_download_and_is_called_one() {
    let Some(scene) = Scene::set(Kind::Vsftpd) else {
        return;
    };
    scene.server.write_file("f", b"text");
    fs::create_dir(scene.path("folder")).unwrap();
    fs::write(scene.path("folder/inside"), "kept").unwrap();
    assert_refused(
        &scene,
        &[
            ("RETR f > folder", "folder: Is a directory"),
            ("RETR f >> folder", "folder: Is a directory"),
            ("get f folder", "folder: it is a folder. Nothing was sent"),
            ("resume --get f folder", "folder: it is not a regular file"),
            ("record folder", "folder: "),
            ("trace folder", "folder: "),
        ],
    );
    assert_eq!(fs::read(scene.path("folder/inside")).unwrap(), b"kept");
}

#[test]
fn a_symbolic_link_to_nowhere_is_named_and_nothing_is_made_through_it() {
    let Some(scene) = Scene::set(Kind::Pyftpdlib) else {
        return;
    };
    scene.server.write_file("f", b"text");
    symlink("not-there", scene.path("link")).unwrap();
    let words = "link: it is a dangling symbolic link";
    let lines = [
        "RETR f > link",
        "RETR f >> link",
        "get f link",
        "resume --get f link",
    ];
    assert_refused(&scene, &lines.map(|line| (line, words)));
    assert!(!scene.path("not-there").exists());
    // A link to a file is as good as the file.
    scene.write("not-there", b"old and longer");
    let _ = scene.run(&["TYPE I", "PASV", "RETR f > link"]).success();
    assert_eq!(scene.read("not-there"), b"text");
    assert!(scene.path("link").is_symlink());
    let _ = scene.run(&["resume --get f link"]).success();
}

#[test]
fn a_named_pipe_takes_a_download_when_somebody_reads_it() {
    let Some(scene) = Scene::set(Kind::Vsftpd) else {
        return;
    };
    make_pipe(&scene.path("pipe"));
    let whole = content(1_000_000);
    for (there, line) in [
        (&whole[..], "RETR f > pipe"),
        (&whole[..], "RETR f >> pipe"),
        (&[][..], "RETR f > pipe"),
    ] {
        scene.server.write_file("f", there);
        thread::scope(|scope| {
            let reading = scope.spawn(|| fs::read(scene.path("pipe")).expect("it can be read"));
            let _ = scene.run(&["TYPE I", "PASV", line]).success();
            assert_same(&reading.join().expect("it ends"), there);
        });
    }
}

#[test]
fn a_named_pipe_that_nobody_reads_holds_up_one_transfer_and_not_the_program() {
    let Some(scene) = Scene::set(Kind::Vsftpd) else {
        return;
    };
    make_pipe(&scene.path("pipe"));
    scene.server.write_file("f", &content(1_000_000));
    let lines = ["-c", "PASV", "-c", "RETR f > pipe"];
    let silent = scene.logged_in().args(["--timeout", "1"]).args(lines);
    let _ = silent.run().code(7);
    assert_refused(
        &scene,
        &[
            ("record --replace pipe", "pipe: it is a named pipe"),
            ("trace >> pipe", "pipe: it is not a regular file"),
            ("resume --get f pipe", "pipe: it is not a regular file"),
        ],
    );
    // A second Ctrl-C drops what the first one cannot get to its end.
    let mut terminal = scene.logged_in().terminal();
    terminal.expect("ftp> ");
    terminal.send_line("PASV");
    terminal.expect("ftp ⇄> ");
    terminal.send_line("RETR f > pipe");
    terminal.expect("150 ");
    terminal.send_key(Key::CtrlC);
    terminal.expect("ABOR");
    terminal.send_key(Key::CtrlC);
    terminal.expect("aborted");
    terminal.expect("ftp> ");
    terminal.send_line("PWD");
    terminal.expect("257 ");
    terminal.send_line("exit");
    assert_eq!(terminal.wait_exit(), 0);
}

/// The binary on a disk that can only be read, mounted in a namespace, with this line.
fn run_on_read_only_disk(scene: &Scene, line: &str) -> Finished {
    const WRAPPER: &str = "mount -t tmpfs -o ro none room && cd room && exec \"$@\"";
    let program = scene.given(&[line, "PWD"]);
    let binary = program.program_path().to_owned();
    let words = ["unshare", "-rm", "sh", "-c", WRAPPER, "sh"];
    program.run_by(words, &binary).run()
}

/// The superuser is bound by no permissions, but by a disk that can only be read.
#[test]
fn a_disk_that_can_only_be_read_is_not_a_place_for_a_download() {
    if !has_namespaces("there is no disk that can only be read") {
        return;
    }
    let Some(scene) = Scene::set(Kind::Pyftpdlib) else {
        return;
    };
    scene.server.write_file("f", b"text");
    fs::create_dir(scene.path("room")).unwrap();
    for line in [
        "RETR f > new",
        "RETR f >> new",
        "get f new",
        "record new",
        "trace new",
    ] {
        let finished = run_on_read_only_disk(&scene, line).code(7);
        assert_in_step(&finished, "PWD", "257 ");
        let words = "new: Read-only file system";
        assert!(finished.stderr.contains(words), "{}", finished.stderr);
        assert!(!finished.stderr.contains("→ RETR"), "{}", finished.stderr);
    }
    let finished = run_on_read_only_disk(&scene, "resume --get f").code(7);
    assert_in_step(&finished, "PWD", "257 ");
    let words = "resume: f: Read-only file system";
    assert!(finished.stderr.contains(words), "{}", finished.stderr);
}

/// Where the tests are run by the superuser, another user tries it in a namespace; else the present one does.
#[test]
fn a_file_that_must_not_be_written_or_read_is_refused_before_anything_is_sent() {
    use std::os::unix::fs::PermissionsExt;

    let Some(scene) = Scene::set(Kind::Pyftpdlib) else {
        return;
    };
    scene.server.write_file("f", b"text");
    scene.write("locked", b"kept");
    let lock = |mode| {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(scene.path("locked"), permissions).unwrap();
    };
    lock(0o000);
    let is_bound = fs::read(scene.path("locked")).is_err();
    let lines = [
        "RETR f > locked",
        "RETR f >> locked",
        "resume --get f locked",
        "STOR f < locked",
        "resume locked f",
        "record --replace locked",
    ];
    for line in lines {
        let program = scene.given(&[line, "PWD"]);
        let binary = program.program_path().to_owned();
        let finished = if is_bound {
            program.run()
        } else {
            // Without this capability, the superuser is bound as others are.
            let words = [
                "setpriv",
                "--bounding-set",
                "-all",
                "--inh-caps",
                "-all",
                "--",
            ];
            program.run_by(words, &binary).run()
        };
        let finished = finished.code(7);
        assert_in_step(&finished, "PWD", "257 ");
        let words = "locked: Permission denied";
        assert!(
            finished.stderr.contains(words),
            "{line}: {}",
            finished.stderr
        );
    }
    lock(0o644);
    assert_eq!(scene.read("locked"), b"kept");
    assert_eq!(scene.server.read_file("f"), b"text");
    assert!(files_in(scene.folder.path()).contains(&"locked".to_owned()));
}
