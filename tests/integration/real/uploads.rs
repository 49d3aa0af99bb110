//! `resume` on real servers: what is missing is sent, and nothing is sent where the beginning is not the same.

use super::content::{assert_same, random_bytes};
use super::scene::Scene;
use crate::support::ftpsh::Finished;
use crate::support::real_server::Kind;

const WHOLE: usize = 5_000_000;
const THERE: usize = 2_000_001;
/// What is read back to compare it.
const TAIL: u64 = 65_536;
/// What is read back afterwards.
const JOINT: u64 = 65_536;

on_every_server!(
    the_missing_bytes_are_sent_and_no_more_than_tail_and_joint_are_read_back,
    a_longer_file_on_the_server_is_refused_and_stays_as_it_is,
    a_byte_that_was_changed_is_named_and_nothing_is_sent,
    other_content_of_equal_length_is_refused,
    a_file_that_is_whole_is_compared_and_nothing_is_sent,
    an_absent_file_is_created_whole,
    an_empty_file_is_completed,
    a_pending_restart_marker_does_not_move_the_rest,
    a_pending_restart_marker_does_not_cut_a_new_file,
    the_type_that_was_set_is_put_back,
    a_data_connection_that_is_already_open_is_used,
    the_whole_file_is_read_back_when_that_is_asked_for,
    a_changed_byte_before_the_tail_is_found_when_everything_is_compared,
    a_name_with_blanks_is_resumed,
);

/// A local file `f`, of which the server has `there`.
fn with_part(kind: Kind, there: impl FnOnce(&[u8]) -> Vec<u8>) -> Option<(Scene, Vec<u8>)> {
    let scene = Scene::set(kind)?;
    let whole = random_bytes(1, WHOLE);
    scene.write_local("f", &whole);
    scene.server.write_file("f", &there(&whole));
    Some((scene, whole))
}

#[track_caller]
fn refused(scene: &Scene, finished: Finished, remote: &[u8]) -> Finished {
    let finished = finished.code(8);
    assert_same(&scene.server.read_file("f"), remote);
    assert_eq!(scene.moved().0, 0);
    assert_eq!(scene.count_sent("APPE") + scene.count_sent("STOR"), 0);
    finished
}

fn the_missing_bytes_are_sent_and_no_more_than_tail_and_joint_are_read_back(kind: Kind) {
    let Some((scene, whole)) = with_part(kind, |whole| whole[..THERE].to_vec()) else {
        return;
    };
    let _ = scene.run(&["resume f"]).success();
    assert_same(&scene.server.read_file("f"), &whole);
    let (sent, read_back) = scene.moved();
    assert_eq!(sent, (WHOLE - THERE) as u64);
    // The joint ends in the middle of the file, where this side closes the data connection.
    assert!(read_back >= TAIL + JOINT, "{read_back}");
}

fn a_longer_file_on_the_server_is_refused_and_stays_as_it_is(kind: Kind) {
    let longer = |whole: &[u8]| [whole, b"more"].concat();
    let Some((scene, whole)) = with_part(kind, longer) else {
        return;
    };
    let finished = scene.run(&["resume f"]);
    let _ = refused(&scene, finished, &longer(&whole));
}

fn a_byte_that_was_changed_is_named_and_nothing_is_sent(kind: Kind) {
    let at = THERE - 40_000;
    let changed = |whole: &[u8]| {
        let mut there = whole[..THERE].to_vec();
        there[at] ^= 1;
        there
    };
    let Some((scene, whole)) = with_part(kind, changed) else {
        return;
    };
    let finished = scene.run(&["resume f"]);
    let finished = refused(&scene, finished, &changed(&whole));
    assert!(
        finished.stderr.contains(&format!("byte {at} ")),
        "{}",
        finished.stderr
    );
}

fn other_content_of_equal_length_is_refused(kind: Kind) {
    let other = |_: &[u8]| random_bytes(2, WHOLE);
    let Some((scene, _)) = with_part(kind, other) else {
        return;
    };
    let finished = scene.run(&["resume f"]);
    let _ = refused(&scene, finished, &random_bytes(2, WHOLE));
}

fn a_file_that_is_whole_is_compared_and_nothing_is_sent(kind: Kind) {
    let Some((scene, whole)) = with_part(kind, <[u8]>::to_vec) else {
        return;
    };
    let _ = scene.run(&["resume f"]).success();
    assert_same(&scene.server.read_file("f"), &whole);
    assert_eq!(scene.moved(), (0, TAIL));
    assert_eq!(scene.count_sent("APPE") + scene.count_sent("STOR"), 0);
}

fn an_absent_file_is_created_whole(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let whole = random_bytes(3, WHOLE);
    scene.write_local("f", &whole);
    let _ = scene.run(&["resume f new"]).success();
    assert_same(&scene.server.read_file("new"), &whole);
    assert_eq!(scene.moved().0, WHOLE as u64);
}

fn an_empty_file_is_completed(kind: Kind) {
    let Some((scene, whole)) = with_part(kind, |_| Vec::new()) else {
        return;
    };
    let _ = scene.run(&["resume f"]).success();
    assert_same(&scene.server.read_file("f"), &whole);
    assert_eq!(scene.moved(), (WHOLE as u64, 0));
}

fn a_pending_restart_marker_does_not_move_the_rest(kind: Kind) {
    let Some((scene, whole)) = with_part(kind, |whole| whole[..THERE].to_vec()) else {
        return;
    };
    let _ = scene.run(&["TYPE I", "REST 7", "resume f"]).success();
    assert_same(&scene.server.read_file("f"), &whole);
}

fn a_pending_restart_marker_does_not_cut_a_new_file(kind: Kind) {
    let Some((scene, whole)) = with_part(kind, |_| Vec::new()) else {
        return;
    };
    let lines = ["TYPE I", "REST 7", "resume f", "REST 9", "resume f new"];
    let _ = scene.run(&lines).success();
    assert_same(&scene.server.read_file("f"), &whole);
    assert_same(&scene.server.read_file("new"), &whole);
}

fn the_type_that_was_set_is_put_back(kind: Kind) {
    let Some((scene, whole)) = with_part(kind, |whole| whole[..THERE].to_vec()) else {
        return;
    };
    let _ = scene.run(&["TYPE A", "resume f"]).success();
    assert_same(&scene.server.read_file("f"), &whole);
    let lines = scene.relay.control_lines_to_server();
    let types: Vec<&String> = lines.iter().filter(|l| l.starts_with("TYPE")).collect();
    assert_eq!(types, ["TYPE A", "TYPE I", "TYPE A"]);
    assert_eq!(lines.last().map(String::as_str), Some("TYPE A"));
}

fn a_data_connection_that_is_already_open_is_used(kind: Kind) {
    let Some((scene, whole)) = with_part(kind, |whole| whole[..THERE].to_vec()) else {
        return;
    };
    let _ = scene.run(&["TYPE I", "PASV", "resume f"]).success();
    assert_same(&scene.server.read_file("f"), &whole);
    // One that was typed, one for the rest, one to look at the joint.
    assert_eq!(scene.count_sent("PASV"), 3);
    let both = scene.relay.data_connections();
    let both: Vec<_> = both.iter().map(|d| (d.to_server, d.from_server)).collect();
    assert_eq!(both[..2], [(0, TAIL), ((WHOLE - THERE) as u64, 0)]);
}

fn the_whole_file_is_read_back_when_that_is_asked_for(kind: Kind) {
    let Some((scene, whole)) = with_part(kind, |whole| whole[..THERE].to_vec()) else {
        return;
    };
    let _ = scene.run(&["resume --verify full f"]).success();
    assert_same(&scene.server.read_file("f"), &whole);
    let both = ((WHOLE - THERE) as u64, (THERE + WHOLE) as u64);
    assert_eq!(scene.moved(), both);
}

fn a_changed_byte_before_the_tail_is_found_when_everything_is_compared(kind: Kind) {
    let changed = |whole: &[u8]| {
        let mut there = whole[..THERE].to_vec();
        there[10] ^= 1;
        there
    };
    let Some((scene, whole)) = with_part(kind, changed) else {
        return;
    };
    let finished = scene.run(&["resume --verify full f"]);
    let finished = refused(&scene, finished, &changed(&whole));
    assert!(finished.stderr.contains("byte 10 "), "{}", finished.stderr);
}

fn a_name_with_blanks_is_resumed(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let whole = random_bytes(4, 300_000);
    scene.write_local("my file", &whole);
    scene.server.write_file("my file", &whole[..100_000]);
    let _ = scene.run(&["resume 'my file'"]).success();
    assert_same(&scene.server.read_file("my file"), &whole);
    assert_eq!(scene.moved().0, 200_000);
}

#[test]
fn a_hash_of_proftpd_shows_the_whole_prefix_without_a_read_back() {
    let Some((scene, whole)) = with_part(Kind::Proftpd, |whole| whole[..THERE].to_vec()) else {
        return;
    };
    let _ = scene.run(&["FEAT", "resume f"]).success();
    assert_same(&scene.server.read_file("f"), &whole);
    assert_eq!(scene.moved(), ((WHOLE - THERE) as u64, 0));
}

#[test]
fn a_hash_of_proftpd_finds_a_changed_byte_anywhere_in_the_prefix() {
    for at in [0, 1_000_000, THERE - 1] {
        let changed = |whole: &[u8]| {
            let mut there = whole[..THERE].to_vec();
            there[at] ^= 0x80;
            there
        };
        let Some((scene, whole)) = with_part(Kind::Proftpd, changed) else {
            return;
        };
        let finished = scene.run(&["FEAT", "resume f"]);
        let finished = refused(&scene, finished, &changed(&whole));
        let named = finished.stderr.contains(&format!("byte {at} "));
        assert!(named, "{}", finished.stderr);
    }
}
