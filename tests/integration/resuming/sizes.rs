//! Sizes that a server tells in a wrong way, or that show what it did wrong.

use std::fs;

use super::scripted::{compared, greeted, local, passive, put_back, run};
use crate::support::scripted_server::Script;

const WITHOUT_NUMBER: [&str; 5] = ["99999999999999999999", "-1", "many", "5 bytes", ""];

fn asked_in_vain(size: &str) -> Script {
    let script = greeted().expect("SIZE f").send(format!("213 {size}\r\n"));
    passive(script.expect("MLST f").send("500 what\r\n")).expect("LIST f")
}

#[test]
fn a_213_without_a_number_means_that_the_file_is_there() {
    for size in WITHOUT_NUMBER {
        for line in ["resume f", "resume --get f"] {
            let script = asked_in_vain(size).send("550 no\r\n");
            let (server, folder) = (put_back(script).start(), local());
            let said = run(server.address(), &folder, &[line]).code(8).stderr;
            // The script holds nothing that writes.
            let _ = server.finish();
            assert!(said.contains("its number cannot be read"), "{said}");
            assert!(said.contains("Nothing was sent"), "{said}");
            let here = fs::read(folder.path().join("f")).unwrap();
            assert_eq!(here, b"I am zfive5");
        }
    }
}

#[test]
fn after_a_213_without_a_number_for_an_empty_file_the_listing_tells_it() {
    for size in WITHOUT_NUMBER {
        let empty = "-rw-r--r-- 1 o g 0 Nov 22 06:50 f\r\n";
        let listed = |script: Script| {
            let script = script.send("150 here\r\n").send_data(empty);
            script.close_data().send("226 done\r\n")
        };
        let script = passive(listed(asked_in_vain(size))).expect("LIST f");
        let script = passive(listed(script))
            .expect("APPE f")
            .send("150 here\r\n")
            .read_data_to_end()
            .send("226 done\r\n");
        let whole = "-rw-r--r-- 1 o g 11 Nov 22 06:50 f\r\n";
        let script = passive(script)
            .expect("LIST f")
            .send("150 here\r\n")
            .send_data(whole)
            .close_data()
            .send("226 done\r\n");
        let (server, folder) = (put_back(script).start(), local());
        let said = run(server.address(), &folder, &["resume f"]).success();
        assert_eq!(server.finish().data[2], b"I am zfive5");
        assert!(said.stderr.contains("size from LIST"), "{}", said.stderr);
    }
}

#[test]
fn a_213_whose_number_cannot_be_read_after_the_upload_verifies_nothing() {
    let script = passive(compared(greeted()))
        .expect("SIZE f")
        .send("213 5\r\n")
        .expect("APPE f")
        .send("150 here\r\n")
        .read_data_to_end()
        .send("226 done\r\n")
        .expect("SIZE f")
        .send("213 99999999999999999999\r\n");
    let (server, folder) = (put_back(script).start(), local());
    let said = run(server.address(), &folder, &["resume f"]).code(8).stderr;
    let _ = server.finish();
    assert!(said.contains("6 bytes were sent"), "{said}");
}

#[test]
fn a_store_that_ignores_the_marker_is_noticed_and_the_whole_file_is_stored() {
    let script = passive(compared(greeted()))
        .expect("SIZE f")
        .send("213 5\r\n")
        .expect("APPE f")
        .send("502 no\r\n")
        .expect("SIZE f")
        .send("213 5\r\n")
        .expect("REST 5")
        .send("350 ok\r\n")
        .expect("STOR f")
        .send("150 here\r\n")
        .read_data_to_end()
        .send("226 done\r\n")
        .expect("SIZE f")
        .send("213 6\r\n");
    let script = passive(script)
        .expect("RETR f")
        .send("150 here\r\n")
        .send_data("zfive")
        .close_data()
        .send("426 you left\r\n");
    let script = passive(script)
        .expect("STOR f")
        .send("150 here\r\n")
        .read_data_to_end()
        .send("226 done\r\n")
        .expect("SIZE f")
        .send("213 11\r\n");
    let (server, folder) = (put_back(script).start(), local());
    let said = run(server.address(), &folder, &["resume --via rest f"])
        .success()
        .stderr;
    let heard = server.finish();
    assert_eq!(heard.data[1], b"zfive5");
    assert_eq!(heard.data[3], b"I am zfive5");
    assert!(said.contains("accepted REST and stored from 0"), "{said}");
}
