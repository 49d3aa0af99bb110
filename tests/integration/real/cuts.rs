//! Transfers that are cut anywhere, both connections reset, and finished by the same command.

use super::content::{Random, assert_same, random_bytes};
use super::scene::Scene;
use crate::support::real_server::Kind;
use crate::support::relay::{Cut, Direction};

const CUTS: usize = 20;
/// A server that lost a connection may still be writing what had come; `resume` says so, and is repeated.
const ATTEMPTS: usize = 20;

on_every_server!(
    an_upload_that_is_cut_anywhere_is_finished_by_the_same_command,
    a_download_that_is_cut_anywhere_is_finished_by_the_same_command,
    an_upload_that_is_cut_again_and_again_is_finished,
    an_upload_that_somebody_ended_in_order_is_no_success_with_verify_on,
);

fn an_upload_that_somebody_ended_in_order_is_no_success_with_verify_on(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let whole = random_bytes(11, 30_000);
    scene.write_local("f", &whole);
    let run = |number, verify| {
        let line = format!("STOR f{number} < f");
        scene
            .relay
            .cut(Direction::ToServer, 10_000, Cut::DataClosed);
        let finished = scene.run(&[verify, "TYPE I", "PASV", &line]);
        scene.relay.wait_for_cuts(number);
        let stored = scene.server.read_file(&format!("f{number}"));
        assert_same(&stored, &whole[..10_000]);
        finished
    };
    // The server's word alone.
    let believed = run(1, "set verify off").status == 0;
    let finished = run(2, "set verify on");
    assert!(!believed || finished.status == 8, "{}", finished.stderr);
    assert_ne!(finished.status, 0, "{}", finished.stderr);
    let _ = scene
        .run(&["set verify on", "TYPE I", "PASV", "STOR g < f"])
        .success();
    let _ = scene
        .run(&["set verify on", "TYPE I", "PASV", "APPE g < f"])
        .success();
    assert_eq!(scene.server.read_file("g").len(), 60_000);
}

fn an_upload_that_is_cut_anywhere_is_finished_by_the_same_command(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let mut random = Random::new(kind as u64 + 100);
    for number in 1..=CUTS {
        let size = random.between(300_000, 400_000);
        let at = random.between(1, size);
        let whole = random_bytes(random.next(), size);
        let name = format!("f{number}");
        let line = format!("resume {name}");
        scene.write_local(&name, &whole);
        scene.relay.cut_after(Direction::ToServer, at as u64);
        let _ = scene.run(&[&line]).code(3);
        scene.relay.wait_for_cuts(number);
        finish_upload(&scene, &name, &whole);
    }
}

#[track_caller]
fn finish_upload(scene: &Scene, name: &str, whole: &[u8]) {
    let line = format!("resume {name}");
    for _ in 0..ATTEMPTS {
        let finished = scene.run(&[&line]);
        if finished.status == 0 {
            return assert_same(&scene.server.read_file(name), whole);
        }
        let finished = finished.code(8);
        let still = finished.stderr.contains("may still be writing");
        assert!(still, "{}", finished.stderr);
    }
    panic!("{name} is never finished");
}

fn a_download_that_is_cut_anywhere_is_finished_by_the_same_command(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let mut random = Random::new(kind as u64 + 200);
    for number in 1..=CUTS {
        let size = random.between(300_000, 400_000);
        let at = random.between(1, size);
        let whole = random_bytes(random.next(), size);
        let name = format!("f{number}");
        let line = format!("resume --get {name}");
        scene.server.write_file(&name, &whole);
        scene.relay.cut_after(Direction::FromServer, at as u64);
        // The server's 226 may come before the cut: it took all bytes for sent once they were in its buffers.
        let _ = scene.run(&[&line]).code(3);
        scene.relay.wait_for_cuts(number);
        let local = std::fs::read(scene.local_path(&name)).unwrap_or_default();
        assert!(local.len() <= at, "{} of {at}", local.len());
        assert_same(&local, &whole[..local.len()]);
        let _ = scene.run(&[&line]).success();
        assert_same(&scene.read_local(&name), &whole);
    }
}

fn an_upload_that_is_cut_again_and_again_is_finished(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let mut random = Random::new(kind as u64 + 300);
    let whole = random_bytes(7, 2_000_000);
    scene.write_local("f", &whole);
    for _ in 0..5 {
        let at = random.between(1, 300_000);
        scene.relay.cut_after(Direction::ToServer, at as u64);
        let finished = scene.run(&["resume f"]);
        assert!(matches!(finished.status, 3 | 8), "{}", finished.stderr);
    }
    // The last cut may not have been reached.
    scene.relay.cut_after(Direction::ToServer, u64::MAX);
    finish_upload(&scene, "f", &whole);
}
