//! `ftpsh replay article`.

use std::fs;

use crate::support::ftpsh::Ftpsh;
use crate::support::practice::{practice_server, practice_server_for};

#[test]
fn the_article_ends_well_on_the_practice_server() {
    let finished = Ftpsh::new().args(["replay", "article"]).run().success();
    assert!(finished.stderr.contains("appe 1.TXT"));
    assert!(finished.stderr.contains("I am zfive5"));
}

#[test]
fn a_server_that_takes_appe_for_stor_does_not_meet_the_expectation() {
    let finished = Ftpsh::new()
        .args(["replay", "article", "--fault", "appe-as-stor"])
        .run()
        .code(6);
    assert!(
        finished.stderr.contains("\"zfive5\""),
        "{}",
        finished.stderr
    );
}

#[test]
fn the_article_is_replayed_on_a_target_and_its_disk_shows_it() {
    let server = practice_server(&[]);
    let target = server.address().to_string();
    let _ = Ftpsh::new()
        .args(["replay", "article", &target])
        .run()
        .success();
    let path = server.server_folder().join("1.TXT");
    assert_eq!(fs::read(&path).unwrap(), b"I am zfive5");
    // A second time it appends again, and is found out.
    let _ = Ftpsh::new()
        .args(["replay", "article", &target])
        .run()
        .code(6);
    assert_eq!(fs::read(&path).unwrap(), b"I am zfive5zfive5");
}

#[test]
fn a_target_that_overwrites_or_refuses_does_not_meet_the_expectation() {
    for faults in [&["appe-as-stor"][..], &["no-appe"], &["no-size"]] {
        let server = practice_server(faults);
        let _ = Ftpsh::new()
            .args(["replay", "article", &server.address().to_string()])
            .run()
            .code(6);
    }
    let server = practice_server_for("another", &[]);
    let finished = Ftpsh::new()
        .args(["replay", "article", &server.address().to_string()])
        .run()
        .code(6);
    assert!(finished.stderr.contains("expected 230, actual 530"));
}

#[test]
fn a_replay_that_is_cut_off_is_a_lost_connection() {
    let server = practice_server(&["cut-after=1"]);
    let _ = Ftpsh::new()
        .args(["replay", "article", &server.address().to_string()])
        .run()
        .code(3);
}
