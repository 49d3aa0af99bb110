//! Files that something else changes while they are sent, and sources that are not files. The server takes its time, so
//! that the change comes in the middle.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{Scene, assert_in_step, assert_same, content, make_pipe};
use crate::support::DEADLINE;
use crate::support::ftpsh::Finished;
use crate::support::real_server::{Kind, Options, RealServer, Tls};

/// More than the buffers of both ends hold.
const WHOLE: usize = 20_000_000;
/// What is there when the change is made.
const BEGUN: u64 = 2_000_000;

/// A server that takes 10 MB in a second.
fn slow(under_tls: bool) -> Option<Scene> {
    let options = Options {
        tls: if under_tls { Tls::Explicit } else { Tls::None },
        extra: vec!["anon_max_rate=10000000".to_owned()],
        ..Options::default()
    };
    Some(Scene {
        server: RealServer::start_with(Kind::Vsftpd, &options)?,
        folder: TempDir::new().expect("a temporary folder"),
        under_tls,
    })
}

/// Runs these lines, and makes the change to the local `f` once the server's `f` has so many bytes.
fn run_with_change(
    scene: &Scene,
    bytes: u64,
    lines: &[&str],
    change: impl FnOnce(&Path),
) -> Finished {
    thread::scope(|scope| {
        let running = scope.spawn(|| scene.run(lines));
        let (there, deadline) = (scene.server.root().join("f"), Instant::now() + DEADLINE);
        while fs::metadata(&there).map_or(0, |file| file.len()) < bytes {
            assert!(Instant::now() < deadline, "{bytes} bytes come");
            // Nothing tells when a file grows.
            thread::sleep(Duration::from_millis(1));
        }
        change(&scene.path("f"));
        running.join().expect("the run ends")
    })
}

fn shorten(file: &Path) {
    let file = File::options()
        .write(true)
        .open(file)
        .expect("the file is the test's own");
    file.set_len(1_000).expect("the file is the test's own");
}

fn lengthen(file: &Path) {
    let mut file = File::options()
        .append(true)
        .open(file)
        .expect("the file is the test's own");
    file.write_all(b"and more")
        .expect("the file is the test's own");
}

fn rewrite(file: &Path) {
    let mut file = File::options()
        .write(true)
        .open(file)
        .expect("the file is the test's own");
    file.seek(SeekFrom::Start(WHOLE as u64 - 9))
        .expect("the file is the test's own");
    file.write_all(b"rewritten")
        .expect("the file is the test's own");
}

fn remove(file: &Path) {
    fs::remove_file(file).expect("the file is the test's own");
}

fn replace(file: &Path) {
    let other = file.with_file_name("other");
    fs::write(&other, "another one").expect("the file is the test's own");
    fs::rename(other, file).expect("the file is the test's own");
}

/// Sends `f` by this line, after what is there, and makes the change meanwhile. What was said, and what is there.
fn sent(scene: &Scene, line: &str, change: fn(&Path)) -> (Finished, Vec<u8>) {
    scene.write("f", &content(WHOLE));
    let there = fs::metadata(scene.server.root().join("f")).map_or(0, |file| file.len());
    let lines = ["TYPE I", "PASV", line, "PWD"];
    let finished = run_with_change(scene, there + BEGUN, &lines, change);
    assert_in_step(&finished, "PWD", "257 ");
    (finished, scene.server.read_file("f"))
}

fn shortened(under_tls: bool) {
    let Some(scene) = slow(under_tls) else {
        return;
    };
    let mut before = 0;
    for line in ["STOR f < f", "APPE f < f"] {
        let (finished, there) = sent(&scene, line, shorten);
        let said = &finished.stderr;
        let words = "then the local side failed: f: it was truncated while it was being sent: ";
        assert!(said.contains(words), "{said}");
        assert!(said.contains("20000000 bytes could be read"), "{said}");
        assert!(said.contains("The data connection was reset"), "{said}");
        // The server is not made to believe that this is the file.
        assert!(!said.contains("\n226 "), "{said}");
        let _ = finished.code(7);
        assert!(there.len() > before && there.len() < before + WHOLE);
        assert_same(&there[before..], &content(there.len() - before));
        before = there.len();
    }
}

/// The file is whole again, and `resume` finds it out if what is there is not its beginning.
fn shortened_and_resumed(under_tls: bool) {
    let Some(scene) = slow(under_tls) else {
        return;
    };
    let _ = sent(&scene, "STOR f < f", shorten).0.code(7);
    scene.write("f", &content(WHOLE));
    let finished = scene.run(&["resume f"]);
    let there = scene.server.read_file("f");
    match finished.status {
        0 => assert_same(&there, &content(WHOLE)),
        8 => assert!(
            there.len() < WHOLE && finished.stderr.contains("differ"),
            "{}",
            finished.stderr
        ),
        other => panic!("{other}: {}", finished.stderr),
    }
}

#[test]
fn an_upload_whose_file_became_shorter_is_resumed_whole_or_not_at_all() {
    shortened_and_resumed(false);
}

#[test]
fn an_upload_under_tls_whose_file_became_shorter_is_resumed_whole_or_not_at_all() {
    shortened_and_resumed(true);
}

#[test]
fn a_file_that_becomes_shorter_while_it_is_sent_is_a_failure_and_no_end_of_file() {
    shortened(false);
}

#[test]
fn a_file_that_becomes_shorter_while_it_is_sent_under_tls_is_a_failure_and_no_end_of_file() {
    shortened(true);
}

fn otherwise_changed(under_tls: bool) {
    let Some(scene) = slow(under_tls) else {
        return;
    };
    for (change, bytes) in [
        (lengthen as fn(&Path), WHOLE + 8),
        (rewrite as fn(&Path), WHOLE),
    ] {
        let _ = fs::remove_file(scene.server.root().join("f"));
        let (finished, there) = sent(&scene, "STOR f < f", change);
        let said = finished.success().stderr;
        let words = "f changed while it was sent: what the server has may be a mixture";
        assert!(said.contains(words), "{said}");
        assert!(said.contains(&format!("{bytes} bytes sent")), "{said}");
        assert_same(&there, &scene.read("f"));
    }
    for change in [remove as fn(&Path), replace] {
        let _ = fs::remove_file(scene.server.root().join("f"));
        let (finished, there) = sent(&scene, "STOR f < f", change);
        let said = finished.success().stderr;
        // What was opened was sent.
        assert!(!said.contains("changed"), "{said}");
        assert_same(&there, &content(WHOLE));
    }
}

#[test]
fn a_file_that_is_changed_while_it_is_sent_is_named_and_one_that_is_removed_is_sent() {
    otherwise_changed(false);
}

#[test]
fn a_file_that_is_changed_while_it_is_sent_under_tls_is_named_and_one_that_is_removed_is_sent() {
    otherwise_changed(true);
}

fn changed_in_resume(under_tls: bool) {
    let Some(scene) = slow(under_tls) else {
        return;
    };
    let whole = content(WHOLE);
    for (change, code, words) in [
        (shorten as fn(&Path), 7, "resume: f: it was truncated"),
        (lengthen, 8, "the local file changed while it was sent"),
        (rewrite, 8, "the local file changed while it was sent"),
        (remove, 8, "the local file changed while it was sent"),
        (replace, 8, "the local file changed while it was sent"),
    ] {
        scene.write("f", &whole);
        scene.server.write_file("f", &whole[..100_000]);
        let finished = run_with_change(&scene, BEGUN, &["resume f", "PWD"], change);
        assert_in_step(&finished, "PWD", "257 ");
        let said = finished.code(code).stderr;
        assert!(said.contains(words), "{said}");
        assert!(!said.contains("whole:"), "{said}");
    }
    // And after all that it can be made whole.
    scene.write("f", &whole);
    scene.server.write_file("f", &whole[..15_000_000]);
    let _ = scene.run(&["resume f"]).success();
    assert_same(&scene.server.read_file("f"), &whole);
}

#[test]
fn a_file_that_is_changed_while_resume_sends_it_is_never_called_whole() {
    changed_in_resume(false);
}

#[test]
fn a_file_that_is_changed_while_resume_sends_it_under_tls_is_never_called_whole() {
    changed_in_resume(true);
}

#[test]
fn a_folder_or_something_that_is_not_there_is_not_a_source() {
    let Some(scene) = Scene::set(Kind::Pyftpdlib) else {
        return;
    };
    fs::create_dir(scene.path("folder")).unwrap();
    std::os::unix::fs::symlink("nowhere", scene.path("dangling")).unwrap();
    for (source, words) in [
        ("folder", "it is a folder. Nothing was sent"),
        ("dangling", "No such file or directory. Nothing was sent"),
    ] {
        for line in ["STOR f < ", "APPE f < ", "STOU < "] {
            let finished = scene
                .run(&["PASV", &format!("{line}{source}"), "PWD"])
                .code(7);
            assert_in_step(&finished, "PWD", "257 ");
            let words = format!("{source}: {words}");
            assert!(finished.stderr.contains(&words), "{}", finished.stderr);
        }
        let finished = scene.run(&[&format!("resume {source} f")]).code(7);
        assert!(finished.stderr.contains(source), "{}", finished.stderr);
    }
    assert_eq!(fs::read_dir(scene.server.root()).unwrap().count(), 0);
}

#[test]
fn a_named_pipe_is_sent_to_its_end_and_refused_by_resume_at_once() {
    let Some(scene) = Scene::set(Kind::Vsftpd) else {
        return;
    };
    let pipe = scene.path("pipe");
    make_pipe(&pipe);
    let finished = scene.run(&["resume pipe"]).code(7);
    let words =
        "pipe: it is not a regular file, so it has no size to resume from. Nothing was sent";
    assert!(finished.stderr.contains(words), "{}", finished.stderr);
    for (line, there) in [("STOR f < pipe", "f"), ("put pipe", "pipe")] {
        let whole = content(1_000_000);
        let finished = thread::scope(|scope| {
            let running = scope.spawn(|| scene.run(&["TYPE I", "PASV", line]));
            fs::write(&pipe, &whole).expect("the pipe is read");
            running.join().expect("the run ends")
        });
        let _ = finished.success();
        assert_same(&scene.server.read_file(there), &whole);
    }
    // Nobody ever writes to it.
    let silent = scene.logged_in().args(["--timeout", "1"]);
    let lines = ["-c", "PASV", "-c", "STOR f < pipe"];
    let _ = silent.args(lines).run().code(7);
}
