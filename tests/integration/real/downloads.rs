//! `resume --get` on real servers: what is missing comes, and nothing is written where the beginning is not the same.

use super::content::{assert_same, random_bytes};
use super::scene::Scene;
use crate::support::real_server::Kind;

const WHOLE: usize = 5_000_000;
const THERE: usize = 2_000_001;
/// What comes again to be compared.
const TAIL: usize = 65_536;

on_every_server!(
    the_missing_bytes_come_and_no_more_than_the_tail_again,
    a_longer_local_file_is_refused_and_stays_as_it_is,
    an_overlap_that_differs_leaves_the_local_file_as_it_is,
    other_content_of_equal_length_is_refused_and_nothing_is_written,
    a_file_that_is_whole_is_compared_and_stays_as_it_is,
    an_absent_local_file_is_created_whole,
    a_file_that_the_server_does_not_have_creates_nothing,
    an_empty_file_comes,
    a_pending_restart_marker_does_not_move_the_rest,
    the_type_that_was_set_is_put_back,
);

/// A file `f` on the server, of which the local folder has `there`.
fn with_part(kind: Kind, there: impl FnOnce(&[u8]) -> Vec<u8>) -> Option<(Scene, Vec<u8>)> {
    let scene = Scene::set(kind)?;
    let whole = random_bytes(5, WHOLE);
    scene.server.write_file("f", &whole);
    scene.write_local("f", &there(&whole));
    Some((scene, whole))
}

fn the_missing_bytes_come_and_no_more_than_the_tail_again(kind: Kind) {
    let Some((scene, whole)) = with_part(kind, |whole| whole[..THERE].to_vec()) else {
        return;
    };
    let _ = scene.run(&["resume --get f"]).success();
    assert_same(&scene.read_local("f"), &whole);
    assert_same(&scene.server.read_file("f"), &whole);
    assert_eq!(scene.moved(), (0, (WHOLE - THERE + TAIL) as u64));
}

fn a_longer_local_file_is_refused_and_stays_as_it_is(kind: Kind) {
    let longer = |whole: &[u8]| [whole, b"more"].concat();
    let Some((scene, whole)) = with_part(kind, longer) else {
        return;
    };
    let _ = scene.run(&["resume --get f"]).code(8);
    assert_same(&scene.read_local("f"), &longer(&whole));
    assert_eq!(scene.count_sent("RETR"), 0);
}

fn an_overlap_that_differs_leaves_the_local_file_as_it_is(kind: Kind) {
    for at in [THERE - TAIL, THERE - 1] {
        let changed = |whole: &[u8]| {
            let mut there = whole[..THERE].to_vec();
            there[at] ^= 1;
            there
        };
        let Some((scene, whole)) = with_part(kind, changed) else {
            return;
        };
        let finished = scene.run(&["resume --get f", "PWD"]).code(8);
        assert_same(&scene.read_local("f"), &changed(&whole));
        let named = finished.stderr.contains(&format!("byte {at} "));
        assert!(named, "{}", finished.stderr);
    }
}

fn other_content_of_equal_length_is_refused_and_nothing_is_written(kind: Kind) {
    let Some((scene, _)) = with_part(kind, |_| random_bytes(6, WHOLE)) else {
        return;
    };
    let _ = scene.run(&["resume --get f"]).code(8);
    assert_same(&scene.read_local("f"), &random_bytes(6, WHOLE));
}

fn a_file_that_is_whole_is_compared_and_stays_as_it_is(kind: Kind) {
    let Some((scene, whole)) = with_part(kind, <[u8]>::to_vec) else {
        return;
    };
    let _ = scene.run(&["resume --get f"]).success();
    assert_same(&scene.read_local("f"), &whole);
    assert_eq!(scene.moved(), (0, TAIL as u64));
}

fn an_absent_local_file_is_created_whole(kind: Kind) {
    let Some((scene, whole)) = with_part(kind, <[u8]>::to_vec) else {
        return;
    };
    let _ = scene.run(&["resume --get f new"]).success();
    assert_same(&scene.read_local("new"), &whole);
    assert_eq!(scene.moved(), (0, WHOLE as u64));
}

fn a_file_that_the_server_does_not_have_creates_nothing(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let _ = scene.run(&["resume --get absent"]).code(8);
    assert!(!scene.local_path("absent").exists());
}

fn an_empty_file_comes(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    scene.server.write_file("empty", b"");
    let _ = scene
        .run(&["resume --get empty", "resume --get empty"])
        .success();
    assert_eq!(scene.read_local("empty"), b"");
}

fn a_pending_restart_marker_does_not_move_the_rest(kind: Kind) {
    let Some((scene, whole)) = with_part(kind, |whole| whole[..THERE].to_vec()) else {
        return;
    };
    let lines = [
        "TYPE I",
        "REST 7",
        "resume --get f",
        "REST 9",
        "resume --get f new",
    ];
    let _ = scene.run(&lines).success();
    assert_same(&scene.read_local("f"), &whole);
    assert_same(&scene.read_local("new"), &whole);
}

fn the_type_that_was_set_is_put_back(kind: Kind) {
    let Some((scene, whole)) = with_part(kind, |whole| whole[..THERE].to_vec()) else {
        return;
    };
    let _ = scene.run(&["TYPE A", "resume --get f"]).success();
    assert_same(&scene.read_local("f"), &whole);
    let lines = scene.relay.control_lines_to_server();
    let types: Vec<&String> = lines.iter().filter(|l| l.starts_with("TYPE")).collect();
    assert_eq!(types, ["TYPE A", "TYPE I", "TYPE A"]);
}
