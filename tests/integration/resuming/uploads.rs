//! Uploads that a server does nothing to prevent.

use std::fs;

use super::{Both, THERE, WHOLE, content};
use crate::support::ftpsh::Ftpsh;

#[test]
fn the_tail_is_read_back_and_the_rest_is_appended() {
    let both = Both::with_part(&[], THERE);
    let finished = both.run(&["resume f"]).success();
    both.assert_there(&content(WHOLE));
    let marker = format!("REST {}", THERE - 65_536);
    let joint = format!("REST {}", THERE - 32_768);
    let expected = [
        "TYPE I", "SIZE f", "PASV", &marker, "RETR f", "PASV", "SIZE f", "APPE f", "SIZE f",
        "PASV", &joint, "RETR f", "TYPE A",
    ];
    assert_eq!(both.lines(), expected);
    // The joint ends in the middle of the file, where this side closes the data connection.
    let read_back = both.relay.data_bytes_from_server();
    assert!((65_536 + 65_536..=65_536 + 32_768 + 50_000).contains(&read_back));
    assert_eq!(both.relay.data_bytes_to_server(), (WHOLE - THERE) as u64);
    let said = finished.stderr;
    for line in expected {
        assert!(said.contains(&format!("→ {line}\n")), "{line} in {said}");
    }
    let last = said.lines().last().unwrap_or_default();
    let numbers = "whole by size: 200000 of 200000 bytes, bytes 117232 to 182767 verified (read back), 50000 sent";
    assert!(last.contains(numbers), "{last}");
}

#[test]
fn everything_is_read_back_where_that_was_asked_for() {
    let both = Both::with_part(&[], THERE);
    let _ = both.run(&["resume --verify full f"]).success();
    both.assert_there(&content(WHOLE));
    let read_back = both.relay.data_bytes_from_server();
    assert_eq!(read_back, (THERE + WHOLE) as u64);
}

#[test]
fn a_difference_before_the_tail_is_found_only_by_reading_everything() {
    let mut theirs = content(THERE);
    theirs[1234] ^= 1;
    for (line, code) in [("resume --verify full f", 8), ("resume f", 0)] {
        let both = Both::with_part(&[], 0);
        both.put_there(&theirs);
        let said = both.run(&[line]).code(code).stderr;
        if code == 8 {
            assert!(
                said.contains("differs from the local one at byte 1234"),
                "{said}"
            );
            both.assert_nothing_was_written();
            both.assert_there(&theirs);
        }
    }
}

#[test]
fn another_file_is_refused_with_the_first_byte_that_differs() {
    for at in [THERE - 65_536, THERE - 100, THERE - 1] {
        let both = Both::with_part(&[], THERE);
        let mut theirs = content(THERE);
        theirs[at] ^= 1;
        both.put_there(&theirs);
        let said = both.run(&["resume f"]).code(8).stderr;
        assert!(said.contains(&format!("at byte {at} ")), "{at}: {said}");
        both.assert_nothing_was_written();
        both.assert_there(&theirs);
    }
}

#[test]
fn a_longer_file_on_the_server_is_refused() {
    let both = Both::with_part(&[], WHOLE + 1);
    let said = both.run(&["resume f"]).code(8).stderr;
    assert!(said.contains("200001") && said.contains("200000"), "{said}");
    both.assert_nothing_was_written();
}

#[test]
fn a_whole_file_is_compared_and_nothing_is_sent() {
    let both = Both::with_part(&[], WHOLE);
    let _ = both.run(&["resume f"]).success();
    both.assert_nothing_was_written();
    assert_eq!(both.relay.data_bytes_from_server(), 65_536);
}

#[test]
fn a_whole_file_with_another_end_is_refused() {
    let both = Both::with_part(&[], WHOLE);
    let mut theirs = content(WHOLE);
    theirs[WHOLE - 1] ^= 1;
    both.put_there(&theirs);
    let _ = both.run(&["resume f"]).code(8);
    both.assert_nothing_was_written();
}

#[test]
fn an_absent_file_is_uploaded_whole_by_appe() {
    let both = Both::new(&[]);
    both.put_here(&content(WHOLE));
    let _ = both.run(&["resume f"]).success();
    both.assert_there(&content(WHOLE));
    assert!(both.heard("APPE") && !both.heard("STOR"));
}

#[test]
fn empty_files_are_resumed_too() {
    for (theirs, mine) in [(Some(0), 0), (None, 0), (Some(0), WHOLE)] {
        let both = Both::new(&[]);
        both.put_here(&content(mine));
        if let Some(bytes) = theirs {
            both.put_there(&content(bytes));
        }
        let _ = both.run(&["resume f"]).success();
        both.assert_there(&content(mine));
    }
}

#[test]
fn a_directory_is_refused() {
    for faults in [&[][..], &["no-size"], &["no-size", "no-mlst"]] {
        let both = Both::new(faults);
        both.put_here(&content(WHOLE));
        fs::create_dir(both.there()).unwrap();
        fs::write(both.there().join("one"), "").unwrap();
        fs::write(both.there().join("two"), "").unwrap();
        let _ = both.run(&["resume f"]).code(8);
        both.assert_nothing_was_written();
    }
}

#[test]
fn the_remote_name_is_the_last_component_unless_it_is_given() {
    let both = Both::new(&[]);
    fs::create_dir(both.local.path().join("sub")).unwrap();
    fs::write(both.local.path().join("sub/f"), content(WHOLE)).unwrap();
    both.put_there(&content(THERE));
    let _ = both.run(&["resume sub/f"]).success();
    both.assert_there(&content(WHOLE));
    let _ = both.run(&["resume sub/f 'other name'"]).success();
    let other = both.server.server_folder().join("other name");
    super::assert_same(&fs::read(other).unwrap(), &content(WHOLE));
}

#[test]
fn a_local_file_that_cannot_be_read_is_refused_before_anything_is_sent() {
    let both = Both::new(&[]);
    fs::create_dir(both.local.path().join("folder")).unwrap();
    for line in ["resume absent", "resume folder"] {
        let _ = both.run(&[line]).code(7);
    }
    assert!(both.lines().is_empty(), "{:?}", both.lines());
}

#[test]
fn without_a_connection_nothing_is_done() {
    let both = Both::new(&[]);
    both.put_here(b"x");
    let finished = Ftpsh::new()
        .args(["-c", "resume f"])
        .current_dir(both.local.path())
        .run()
        .code(3);
    assert!(
        finished.stderr.contains("not connected"),
        "{}",
        finished.stderr
    );
}

#[test]
fn before_the_login_the_refusal_is_told() {
    let both = Both::with_part(&[], THERE);
    let finished = Ftpsh::new()
        .args(["-c", "resume f"])
        .arg(both.relay.address().to_string())
        .current_dir(both.local.path())
        .run();
    let _ = finished.code(8);
    both.assert_nothing_was_written();
}

#[test]
fn the_data_connection_that_is_open_is_used() {
    let both = Both::with_part(&[], 0);
    let _ = both.run(&["PASV", "resume f"]).success();
    both.assert_there(&content(WHOLE));
    let passives = both.lines().iter().filter(|line| *line == "PASV").count();
    assert_eq!(passives, 1);
}

#[test]
fn a_type_that_is_image_already_is_left_alone() {
    let both = Both::with_part(&[], THERE);
    let _ = both.run(&["TYPE I", "resume f"]).success();
    let types = both
        .lines()
        .iter()
        .filter(|line| line.starts_with("TYPE"))
        .count();
    assert_eq!(types, 1);
    both.assert_there(&content(WHOLE));
}

#[test]
fn extended_passive_is_used_once_epsv_all_was_accepted() {
    let both = Both::with_part(&[], THERE);
    let _ = both.run(&["EPSV ALL", "resume f"]).success();
    assert!(!both.heard("PASV"));
    both.assert_there(&content(WHOLE));
}

#[test]
fn a_marker_that_is_pending_is_cleared_directly_before_appe() {
    let both = Both::with_part(&[], 0);
    let _ = both.run(&["TYPE I", "REST 3", "resume f"]).success();
    both.assert_there(&content(WHOLE));
    let lines = both.lines();
    let appe = lines.iter().position(|line| line == "APPE f").unwrap();
    assert_eq!(lines[appe - 1], "REST 0");
}
