//! Downloads onto a disk that is full. Where the machine allows it, the disk is a small one in memory, in a namespace
//! of its own; everywhere else a limit on the size of files stands for it.

use std::fs;

use sha2::{Digest, Sha256};

use super::{Scene, assert_in_step, assert_same, content, has_namespaces, with_limit};
use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::real_server::Kind;

const WHOLE: usize = 3_000_000;
const ROOM_KIBIBYTES: usize = 256;

/// Says where, what, how much is there and what to do; the reply of the next command is its own.
#[track_caller]
fn assert_told(finished: Finished, what: &str, bytes: usize) {
    let said = &finished.stderr;
    for words in [
        "bytes received, then the local side failed: part: ",
        what,
        &format!("{bytes} bytes are in the file. The data connection was reset"),
        "`resume --get f part` goes on from there",
    ] {
        assert!(said.contains(words), "no {words:?} in\n{said}");
    }
    assert_in_step(&finished, "SIZE f", &format!("213 {WHOLE}"));
    let _ = finished.code(7);
}

fn full_and_resumed(kind: Kind, under_tls: bool) {
    let Some(scene) = Scene::set_with(kind, under_tls) else {
        return;
    };
    let whole = content(WHOLE);
    scene.server.write_file("f", &whole);
    let lines = ["TYPE I", "PASV", "RETR f > part", "SIZE f"];
    let finished = with_limit(scene.given(&lines), ROOM_KIBIBYTES).run();
    let bytes = ROOM_KIBIBYTES * 1024;
    assert_told(finished, "File too large", bytes);
    assert_same(&scene.read("part"), &whole[..bytes]);

    // It is still full: nothing is lost, and it is told again.
    let lines = ["resume --get f part", "SIZE f"];
    let finished = with_limit(scene.given(&lines), ROOM_KIBIBYTES)
        .run()
        .code(7);
    let words =
        "resume: part: File too large. 262144 bytes are in the file. The same command goes on";
    assert!(finished.stderr.contains(words), "{}", finished.stderr);
    assert_same(&scene.read("part"), &whole[..bytes]);

    let _ = scene.run(&["resume --get f part"]).success();
    assert_eq!(Sha256::digest(scene.read("part")), Sha256::digest(&whole));
}

#[test]
fn a_download_that_the_disk_cannot_hold_is_told_and_resumed_with_vsftpd() {
    full_and_resumed(Kind::Vsftpd, false);
}

#[test]
fn a_download_that_the_disk_cannot_hold_is_told_and_resumed_with_pyftpdlib() {
    full_and_resumed(Kind::Pyftpdlib, false);
}

#[test]
fn a_download_under_tls_that_the_disk_cannot_hold_is_told_and_resumed() {
    full_and_resumed(Kind::Vsftpd, true);
}

#[test]
fn what_is_added_to_a_file_on_a_full_disk_leaves_what_was_there() {
    let Some(scene) = Scene::set(Kind::Pyftpdlib) else {
        return;
    };
    let whole = content(WHOLE);
    scene.server.write_file("f", &whole);
    scene.write("part", b"before");
    let lines = ["TYPE I", "PASV", "RETR f >> part", "SIZE f"];
    let finished = with_limit(scene.given(&lines), 64).run().code(7);
    assert_in_step(&finished, "SIZE f", "213 3000000");
    assert!(
        finished.stderr.contains("65536 bytes are in the file"),
        "{}",
        finished.stderr
    );
    // What the file begins with is not on the server.
    assert!(!finished.stderr.contains("resume"), "{}", finished.stderr);
    let there = scene.read("part");
    assert!(there.starts_with(b"before"));
    assert_same(&there[6..], &whole[..65_530]);
}

#[test]
fn a_listing_that_the_disk_cannot_hold_ends_with_7_and_is_not_to_be_resumed() {
    let Some(scene) = Scene::set(Kind::Vsftpd) else {
        return;
    };
    for number in 0..40 {
        scene
            .server
            .write_file(&format!("a-file-with-a-name-{number}"), b"");
    }
    let lines = ["PASV", "LIST > listing", "PWD"];
    let finished = with_limit(scene.given(&lines), 1).run().code(7);
    assert_in_step(&finished, "PWD", "257 ");
    let words = "listing: File too large. 1024 bytes are in the file";
    assert!(finished.stderr.contains(words), "{}", finished.stderr);
    assert!(!finished.stderr.contains("resume"), "{}", finished.stderr);
}

#[test]
fn the_first_failure_of_a_script_is_that_of_the_disk_and_stop_ends_there() {
    let Some(scene) = Scene::set(Kind::Pyftpdlib) else {
        return;
    };
    scene.server.write_file("f", b"text");
    let lines = ["TYPE I", "PASV", "RETR f > /dev/full", "NOSUCH", "MKD on"];
    let finished = scene.run(&lines).code(7);
    assert!(
        finished
            .stderr
            .contains("/dev/full: No space left on device")
    );
    assert!(scene.server.root().join("on").is_dir());
    let lines = ["TYPE I", "PASV", "RETR f > /dev/full", "MKD never"];
    let _ = scene.given(&lines).arg("--stop").run().code(7);
    assert!(!scene.server.root().join("never").exists());
}

/// A disk of so many KiB in memory, the binary on it, then a larger disk and the binary again. What was there in
/// between is kept as `partial`, and what is there in the end as `whole`.
const ON_A_SMALL_DISK: &str = r#"
mkdir room && mount -t tmpfs -o size=256k room room || exit 99
cd room
"$@" -c 'TYPE I' -c PASV -c 'RETR f > part' -c 'SIZE f'
echo "code $?" >&2
cp part ../partial
"$@" -c 'resume --get f part'
echo "code $?" >&2
mount -o remount,size=16m . || exit 99
"$@" -c 'resume --get f part'
echo "code $?" >&2
cp part ../whole
"#;

#[test]
fn a_disk_that_is_really_full_is_told_and_the_download_is_resumed_when_there_is_room() {
    if !has_namespaces("the other tests limit the size of files in place of a full disk") {
        return;
    }
    let Some(scene) = Scene::set(Kind::Vsftpd) else {
        return;
    };
    let whole = content(WHOLE);
    scene.server.write_file("f", &whole);
    let program: Ftpsh = scene.given(&[]);
    let binary = program.program_path().to_owned();
    let wrapper = ["unshare", "-rm", "bash", "-c", ON_A_SMALL_DISK, "bash"];
    let finished = program.run_by(wrapper, &binary).run().success();
    let partial = scene.read("partial");
    assert_same(&partial, &whole[..ROOM_KIBIBYTES * 1024]);
    let runs: Vec<&str> = finished.stderr.split("code ").collect();
    assert_eq!(runs.len(), 4, "{}", finished.stderr);
    let run = |index: usize| Finished {
        status: runs[index + 1][..1].parse().expect("its exit code"),
        stdout: Vec::new(),
        stderr: runs[index].to_owned(),
    };
    assert_told(run(0), "No space left on device", partial.len());
    let words = "resume: part: No space left on device. 262144 bytes are in the file";
    assert!(run(1).code(7).stderr.contains(words), "{}", runs[1]);
    let _ = run(2).success();
    let digest = Sha256::digest(fs::read(scene.path("whole")).expect("it was kept"));
    assert_eq!(digest, Sha256::digest(&whole));
}
