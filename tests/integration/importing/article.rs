//! The article as it was printed, against servers.

use std::fs;

use super::{ARTICLE, import, replay};
use crate::support::ftpsh::Ftpsh;
use crate::support::practice::practice_server;
use crate::support::real_server::{Kind, RealServer};

#[test]
fn the_printed_article_is_replayed_on_the_practice_server_and_its_disk_shows_it() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/article.txt");
    let _ = Ftpsh::new().args(["replay", path]).run().success();
    let server = practice_server(&[]);
    let target = server.address().to_string();
    let _ = Ftpsh::new().args(["replay", path, &target]).run().success();
    let file = server.server_folder().join("1.TXT");
    assert_eq!(fs::read(file).unwrap(), b"I am zfive5");
}

#[test]
fn the_printed_article_is_replayed_on_servers_that_tell_a_size_in_type_a() {
    for kind in [Kind::Vsftpd, Kind::PureFtpd] {
        let Some(server) = RealServer::start(kind) else {
            continue;
        };
        server.write_file("1.TXT", b"I am ");
        let _ = replay(ARTICLE.as_bytes(), &server).success();
        assert_eq!(server.read_file("1.TXT"), b"I am zfive5", "{kind:?}");
    }
}

#[test]
fn a_server_that_refuses_the_size_in_type_a_is_told_from_the_others_until_type_i_is_added() {
    for kind in [Kind::Proftpd, Kind::Pyftpdlib] {
        let Some(server) = RealServer::start(kind) else {
            continue;
        };
        server.write_file("1.TXT", b"I am ");
        let refused = replay(ARTICLE.as_bytes(), &server).code(6);
        // The line of `S> 213` in the imported transcript, which has no number in the printed text.
        let imported = import(ARTICLE.as_bytes()).stdout_text();
        let line = imported.lines().position(|line| line == "S> 213").unwrap() + 1;
        let place = format!("x.txt:{line}");
        assert!(refused.stderr.contains(&place), "{}", refused.stderr);
        assert!(
            refused.stderr.contains("expected 213, actual 550"),
            "{}",
            refused.stderr
        );
        assert_eq!(server.read_file("1.TXT"), b"I am ", "{kind:?}");

        let mended = imported.replace("C> size", "C> TYPE I\nS> 200\nC> size");
        let _ = replay(mended.as_bytes(), &server).success();
        assert_eq!(server.read_file("1.TXT"), b"I am zfive5", "{kind:?}");
    }
}
