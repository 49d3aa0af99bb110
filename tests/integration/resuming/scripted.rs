//! What only a server that plays a script does.

use std::fs;
use std::net::SocketAddr;

use tempfile::TempDir;

use crate::support::ftpsh::{Finished, Ftpsh};
use crate::support::scripted_server::Script;

const OFFER: &str = "227 ok (127,0,0,1,{p1},{p2})\r\n";

/// The local file, and the folder that it is in.
pub(crate) fn local() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join("f"), "I am zfive5").expect("it is writable");
    folder
}

pub(crate) fn run(address: SocketAddr, folder: &TempDir, lines: &[&str]) -> Finished {
    Ftpsh::new()
        .telling_events()
        .args(lines.iter().flat_map(|line| ["-c", *line]))
        .arg(address.to_string())
        .current_dir(folder.path())
        .run()
}

pub(crate) fn greeted() -> Script {
    let script = Script::new().send("220 ready\r\n");
    script.expect("TYPE I").send("200 I\r\n")
}

pub(crate) fn passive(script: Script) -> Script {
    let script = script.expect("PASV").listen_data();
    script.send_with_port(OFFER).accept_data()
}

/// SIZE, and the five bytes that are there read back.
pub(crate) fn compared(script: Script) -> Script {
    passive(script.expect("SIZE f").send("213 5\r\n"))
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data("I am ")
        .close_data()
        .send("226 done\r\n")
}

/// SIZE, and all that is there now read back, because the place where the upload went on is at most 32 KiB from either end.
pub(crate) fn verified(script: Script, whole: &[u8]) -> Script {
    let size = format!("213 {}\r\n", whole.len());
    passive(script.expect("SIZE f").send(size))
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data(whole)
        .close_data()
        .send("226 done\r\n")
}

/// APPE, once the size was looked at again.
pub(crate) fn appended(script: Script, size: &str) -> Script {
    let script = script.expect("SIZE f").send(format!("{size}\r\n"));
    let script = script.expect("APPE f").send("150 here\r\n");
    script.read_data_to_end().send("226 done\r\n")
}

/// SIZE, and the last 64 KiB of what is there read back.
fn compared_tail(there: &[u8]) -> Script {
    let from = there.len() - 65_536;
    let size = format!("213 {}\r\n", there.len());
    passive(greeted().expect("SIZE f").send(size))
        .expect(format!("REST {from}"))
        .send("350 ok\r\n")
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data(&there[from..])
        .close_data()
        .send("226 done\r\n")
}

pub(crate) fn put_back(script: Script) -> Script {
    let script = script.expect("TYPE A").send("200 A\r\n");
    script.wait_for_client_close()
}

#[test]
fn a_size_that_changes_between_the_two_looks_stops_it() {
    let script = passive(compared(greeted()));
    let script = script.expect("SIZE f").send("213 7\r\n");
    let (server, folder) = (put_back(script).start(), local());
    let said = run(server.address(), &folder, &["resume f"]).code(8).stderr;
    let _ = server.finish();
    assert!(said.contains("had 5 bytes and has 7 now"), "{said}");
}

#[test]
fn a_file_that_grows_while_it_is_read_back_may_still_be_written_to() {
    let script = passive(greeted().expect("SIZE f").send("213 5\r\n"))
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data("I am zf")
        .close_data()
        .send("226 done\r\n");
    let (server, folder) = (put_back(script).start(), local());
    let said = run(server.address(), &folder, &["resume f"]).code(8).stderr;
    let _ = server.finish();
    assert!(said.contains("may still be writing"), "{said}");
    assert!(said.contains("Nothing was sent; try again"), "{said}");
}

#[test]
fn a_marker_that_cannot_be_cleared_stops_it_before_appe() {
    let script = Script::new()
        .send("220 ready\r\n")
        .expect("REST 3")
        .send("350 ok\r\n")
        .expect("TYPE I")
        .send("200 I\r\n")
        .expect("SIZE f")
        .send("213 0\r\n");
    let script = passive(script)
        .expect("SIZE f")
        .send("213 0\r\n")
        .expect("REST 0")
        .send("501 no\r\n");
    let (server, folder) = (put_back(script).start(), local());
    let lines = ["REST 3", "resume f"];
    let said = run(server.address(), &folder, &lines).code(8).stderr;
    let _ = server.finish();
    assert!(said.contains("REST is still pending"), "{said}");
}

#[test]
fn a_server_that_begins_at_0_although_it_took_the_marker_is_compared_from_0() {
    let whole = super::content(200_000);
    let there = 150_000;
    let script = passive(greeted().expect("SIZE f").send("213 150000\r\n"))
        .expect("REST 84464")
        .send("350 ok\r\n")
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data(&whole[..there])
        .close_data()
        .send("226 done\r\n");
    let script = passive(script)
        .expect("SIZE f")
        .send("213 150000\r\n")
        .expect("APPE f")
        .send("150 here\r\n")
        .read_data_to_end()
        .send("226 done\r\n")
        .expect("SIZE f")
        .send("213 200000\r\n");
    let script = passive(script)
        .expect("REST 117232")
        .send("350 ok\r\n")
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data(&whole)
        .close_data()
        .send("226 done\r\n");
    let (server, folder) = (put_back(script).start(), local());
    fs::write(folder.path().join("f"), &whole).unwrap();
    let said = run(server.address(), &folder, &["resume f"])
        .success()
        .stderr;
    let heard = server.finish();
    super::assert_same(&heard.data[1], &whole[there..]);
    assert!(
        said.contains("bytes 0 to 182767 verified (read back)"),
        "{said}"
    );
}

#[test]
fn a_size_that_is_wrong_afterwards_is_told_with_the_numbers() {
    for after in [
        "213 10\r\n",
        "213 12\r\n",
        "213 5\r\n",
        "213 3\r\n",
        "213 0\r\n",
        "550 gone\r\n",
    ] {
        let script = passive(compared(greeted()))
            .expect("SIZE f")
            .send("213 5\r\n")
            .expect("APPE f")
            .send("150 here\r\n")
            .read_data_to_end()
            .send("226 done\r\n")
            .expect("SIZE f")
            .send(after);
        let (server, folder) = (put_back(script).start(), local());
        let said = run(server.address(), &folder, &["resume f"]).code(8).stderr;
        let heard = server.finish();
        assert_eq!(heard.data[1], b"zfive5");
        assert!(!said.contains("Nothing was sent"), "{said}");
        let way_on = "`put` sends the whole file in its place";
        assert!(after.starts_with("550") || said.contains(way_on), "{said}");
    }
}

#[test]
fn every_way_to_refuse_appe_is_told_and_nothing_else_is_tried() {
    for code in [500, 502, 504, 202, 550, 553, 530, 450] {
        let script = passive(compared(greeted()))
            .expect("SIZE f")
            .send("213 5\r\n")
            .expect("APPE f")
            .send(format!("{code} no\r\n"));
        let (server, folder) = (put_back(script).start(), local());
        let _ = run(server.address(), &folder, &["resume f"]).code(8);
        let heard = server.finish();
        assert_eq!(heard.data[1], b"", "{code}");
    }
}

#[test]
fn a_server_that_refuses_pasv_is_asked_for_epsv() {
    let script = greeted()
        .expect("SIZE f")
        .send("213 0\r\n")
        .expect("PASV")
        .send("502 no\r\n")
        .expect("EPSV")
        .listen_data()
        .send_with_port("229 ok (|||{port}|)\r\n")
        .accept_data()
        .expect("SIZE f")
        .send("213 0\r\n")
        .expect("APPE f")
        .send("150 here\r\n")
        .read_data_to_end()
        .send("226 done\r\n")
        .expect("SIZE f")
        .send("213 11\r\n");
    let (server, folder) = (put_back(script).start(), local());
    let _ = run(server.address(), &folder, &["resume f"]).success();
    assert_eq!(server.finish().data, [b"I am zfive5"]);
}

#[test]
fn a_hash_that_feat_listed_takes_the_place_of_reading_back() {
    // The CRC-32 of `I am `.
    let script = Script::new()
        .send("220 ready\r\n")
        .expect("FEAT")
        .send("211-Features:\r\n XCRC filename\r\n211 End\r\n")
        .expect("TYPE I")
        .send("200 I\r\n")
        .expect("SIZE f")
        .send("213 5\r\n")
        .expect("XCRC f")
        .send(format!("250 {:08X}\r\n", crc32fast::hash(b"I am ")));
    let script = passive(script)
        .expect("SIZE f")
        .send("213 5\r\n")
        .expect("APPE f")
        .send("150 here\r\n")
        .read_data_to_end()
        .send("226 done\r\n")
        .expect("SIZE f")
        .send("213 11\r\n")
        .expect("XCRC f")
        .send(format!("250 {:08X}\r\n", crc32fast::hash(b"I am zfive5")));
    let (server, folder) = (put_back(script).start(), local());
    let said = run(server.address(), &folder, &["FEAT", "resume f"]).success();
    assert_eq!(server.finish().data, [b"zfive5"]);
    let said = said.stderr;
    assert!(said.contains("all verified (by XCRC)"), "{said}");
}

#[test]
fn an_upload_that_the_server_stops_is_told_with_what_is_there() {
    let script = passive(compared(greeted()))
        .expect("SIZE f")
        .send("213 5\r\n")
        .expect("APPE f")
        .send("150 here\r\n")
        .read_data_to_end()
        .send("552 full\r\n")
        .expect("SIZE f")
        .send("213 8\r\n");
    let (server, folder) = (put_back(script).start(), local());
    let said = run(server.address(), &folder, &["resume f"]).code(8).stderr;
    let _ = server.finish();
    assert!(said.contains("8 of 11 now"), "{said}");
}

#[test]
fn a_download_that_grows_past_the_size_is_taken_back() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("f"), "I am ").unwrap();
    let script = passive(greeted().expect("SIZE f").send("213 11\r\n"))
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data("I am zfive5 and more")
        .close_data()
        .send("226 done\r\n");
    let server = put_back(script).start();
    let _ = run(server.address(), &folder, &["resume --get f"]).code(8);
    let _ = server.finish();
    assert_eq!(fs::read(folder.path().join("f")).unwrap(), b"I am ");
}

#[test]
fn a_download_that_grows_past_the_size_leaves_no_file_that_was_not_there_before() {
    for (first, rest) in [("I am ", "zfive5 and more"), ("", "I am zfive5 and more")] {
        let folder = TempDir::new().unwrap();
        let script = passive(greeted().expect("SIZE f").send("213 11\r\n"))
            .expect("RETR f")
            .send("150 here\r\n")
            .send_data(first)
            .send_data(rest)
            .close_data()
            .send("226 done\r\n");
        let server = put_back(script).start();
        let said = run(server.address(), &folder, &["resume --get f"]).code(8);
        let _ = server.finish();
        assert!(
            said.stderr.contains("nothing of it was kept"),
            "{}",
            said.stderr
        );
        assert!(!folder.path().join("f").exists());
    }
}

/// What `resume --get` says of a file of 11 bytes of which only these come, and a 226.
fn said_of_an_early_end(came: &str, folder: &TempDir) -> String {
    let script = passive(greeted().expect("SIZE f").send("213 11\r\n"))
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data(came)
        .close_data()
        .send("226 done\r\n");
    let server = put_back(script).start();
    let said = run(server.address(), folder, &["resume --get f"])
        .code(8)
        .stderr;
    let _ = server.finish();
    said
}

#[test]
fn a_download_that_ends_early_counts_as_unfinished_whatever_the_226_says() {
    let folder = TempDir::new().unwrap();
    let said = said_of_an_early_end("I am zf", &folder);
    assert!(said.contains("7 of 11 bytes"), "{said}");
    assert_eq!(fs::read(folder.path().join("f")).unwrap(), b"I am zf");
}

/// The size alone agreed, and `all verified` was said of bytes that had not come.
#[test]
fn a_whole_local_file_is_not_called_verified_when_its_comparison_breaks_off() {
    for came in ["", "I am zf"] {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("f"), "I am zfiv??").unwrap();
        let said = said_of_an_early_end(came, &folder);
        let numbers = format!("{} of the local file's 11 bytes", 11 - came.len());
        assert!(said.contains(&numbers), "{said}");
        assert!(!said.contains("verified"), "{said}");
    }
}

/// Whether the server heeds the marker could not be told from what it sends.
#[test]
fn a_local_file_that_repeats_its_beginning_is_compared_from_0() {
    let zeros = vec![0; 150_000];
    let whole = [&*zeros, &super::content(50_000)].concat();
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("f"), &zeros).unwrap();
    let fetched = |script: Script, until: usize| {
        let script = passive(script.expect("SIZE f").send("213 200000\r\n"));
        let script = script.expect("RETR f").send("150 here\r\n");
        let script = script.send_data(&whole[..until]);
        script.close_data().send("226 done\r\n")
    };
    let script = fetched(greeted(), 66_000);
    let script = script.expect("TYPE A").send("200 A\r\n");
    let script = fetched(script.expect("TYPE I").send("200 I\r\n"), 200_000);
    let server = put_back(script.expect("SIZE f").send("213 200000\r\n")).start();
    let lines = ["resume --get f", "resume --get f"];
    let _ = run(server.address(), &folder, &lines).code(8);
    let _ = server.finish();
    super::assert_same(&fs::read(folder.path().join("f")).unwrap(), &whole);
}

/// The server takes each marker and begins at 0, and stores something else.
#[test]
fn an_upload_that_repeats_its_beginning_is_compared_from_0() {
    let zeros = vec![0; 150_000];
    let script = passive(greeted().expect("SIZE f").send("213 150000\r\n"));
    let script = script.expect("RETR f").send("150 here\r\n");
    let script = script.send_data(&zeros).close_data().send("226 done\r\n");
    let script = passive(script).expect("SIZE f").send("213 150000\r\n");
    let script = script.expect("APPE f").send("150 here\r\n");
    let script = script.read_data_to_end().send("226 done\r\n");
    let script = passive(script.expect("SIZE f").send("213 300000\r\n"));
    let script = script.expect("RETR f").send("150 here\r\n");
    let stored = [&*zeros, b"X"].concat();
    let script = script
        .send_data(stored)
        .close_data()
        .send("426 you left\r\n");
    let (server, folder) = (put_back(script).start(), local());
    fs::write(folder.path().join("f"), vec![0; 300_000]).unwrap();
    let said = run(server.address(), &folder, &["resume f"]).code(8).stderr;
    let _ = server.finish();
    assert!(
        said.contains("differs from the local one at byte 150000"),
        "{said}"
    );
}

/// Six of eleven bytes were sent and one arrived: as many are there as were sent, and none of them may be lost.
#[test]
fn an_appe_that_kept_only_a_part_is_not_taken_for_one_that_overwrote() {
    let script = appended(passive(compared(greeted())), "213 5");
    let script = passive(script.expect("SIZE f").send("213 6\r\n"));
    let script = script.expect("RETR f").send("150 here\r\n");
    let script = script.send_data("I am z").close_data().send("226 done\r\n");
    let (server, folder) = (put_back(script).start(), local());
    let said = run(server.address(), &folder, &["resume f"]).code(8).stderr;
    // The script holds no STOR.
    let _ = server.finish();
    assert!(
        said.contains("still begins as before and has 6 bytes of 11"),
        "{said}"
    );
    assert!(said.contains("goes on from there"), "{said}");
}

#[test]
fn a_download_that_begins_at_0_and_is_cut_goes_on_from_what_came() {
    let whole = super::content(200_000);
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("f"), &whole[..150_000]).unwrap();
    let fetched = |script: Script, marker: &str, until: usize| {
        let script = passive(script.expect("SIZE f").send("213 200000\r\n"));
        script
            .expect(marker)
            .send("350 ok\r\n")
            .expect("RETR f")
            .send("150 here\r\n")
            .send_data(&whole[..until])
            .close_data()
            .send("226 done\r\n")
    };
    let script = fetched(greeted(), "REST 84464", 160_000);
    let script = script.expect("TYPE A").send("200 A\r\n");
    let script = fetched(
        script.expect("TYPE I").send("200 I\r\n"),
        "REST 94464",
        200_000,
    );
    let server = put_back(script.expect("SIZE f").send("213 200000\r\n")).start();
    let lines = ["resume --get f", "resume --get f"];
    let said = run(server.address(), &folder, &lines).code(8).stderr;
    let _ = server.finish();
    assert!(said.contains("160000 of 200000 bytes"), "{said}");
    super::assert_same(&fs::read(folder.path().join("f")).unwrap(), &whole);
}

#[test]
fn an_appe_that_fills_what_was_there_with_zeros_is_noticed_by_what_is_read_back() {
    let script = appended(passive(compared(greeted())), "213 5");
    let (server, folder) = (
        put_back(verified(script, b"\0\0\0\0\0zfive5")).start(),
        local(),
    );
    let said = run(server.address(), &folder, &["resume f"]).code(8).stderr;
    let _ = server.finish();
    assert!(
        said.contains("differs from the local one at byte 0"),
        "{said}"
    );
    assert!(!said.contains("verified"), "{said}");
}

#[test]
fn only_the_size_is_looked_at_afterwards_where_that_was_asked_for() {
    let script = appended(passive(compared(greeted())), "213 5");
    let script = script.expect("SIZE f").send("213 11\r\n");
    let (server, folder) = (put_back(script).start(), local());
    let said = run(server.address(), &folder, &["resume --verify size f"]).success();
    let _ = server.finish();
    let said = said.stderr;
    assert!(
        said.contains("whole by size: 11 of 11 bytes, bytes 0 to 4 verified"),
        "{said}"
    );
}

#[test]
fn what_is_read_back_ends_in_the_middle_of_a_long_file() {
    let whole = super::content(400_000);
    let script = passive(compared_tail(&whole[..150_000]));
    let script = script.expect("SIZE f").send("213 150000\r\n");
    let script = script.expect("APPE f").send("150 here\r\n");
    let script = script.read_data_to_end().send("226 done\r\n");
    let script = passive(script.expect("SIZE f").send("213 400000\r\n"));
    // The rest does not matter, nor what the server says of it.
    let script = script.expect("REST 117232").send("350 ok\r\n");
    let script = script.expect("RETR f").send("150 here\r\n");
    let script = script.send_data(&whole[117_232..182_768]);
    let script = script.close_data().send("426 you left\r\n");
    let (server, folder) = (put_back(script).start(), local());
    fs::write(folder.path().join("f"), &whole).unwrap();
    let said = run(server.address(), &folder, &["resume f"]).success();
    let heard = server.finish();
    super::assert_same(&heard.data[1], &whole[150_000..]);
    let said = said.stderr;
    assert!(
        said.contains("bytes 117232 to 182767 verified (read back)"),
        "{said}"
    );
}
