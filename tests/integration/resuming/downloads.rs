//! `resume --get`.

use super::{Both, THERE, WHOLE, content};
use crate::support::relay::Direction;

/// The whole file on the server, and `here` bytes of it here.
fn with_part(faults: &[&str], here: Option<usize>) -> Both {
    let both = Both::new(faults);
    both.put_there(&content(WHOLE));
    if let Some(bytes) = here {
        both.put_here(&content(bytes));
    }
    both
}

#[test]
fn the_rest_comes_together_with_the_tail_that_is_compared() {
    let both = with_part(&[], Some(THERE));
    let said = both.run(&["resume --get f"]).success().stderr;
    both.assert_here(&content(WHOLE));
    let received = both.relay.data_bytes_from_server();
    assert_eq!(received, (WHOLE - THERE + 65_536) as u64);
    let last = said.lines().last().unwrap_or_default();
    let numbers = "whole by size: 200000 of 200000 bytes, bytes 84464 to 149999 verified (read back), 50000 received";
    assert!(last.contains(numbers), "{last}");
}

#[test]
fn any_part_is_completed_whatever_the_server_lacks() {
    for faults in [
        &[][..],
        &["no-size"],
        &["no-size", "no-mlst"],
        &["no-size", "no-mlst", "dos-list"],
        &["size-needs-type-i"],
        &["no-rest"],
        &["late-226"],
        &["reply-in-pieces", "pasv-no-parentheses"],
    ] {
        for here in [None, Some(0), Some(5), Some(THERE), Some(WHOLE)] {
            let both = with_part(faults, here);
            let _ = both.run(&["resume --get f"]).success();
            both.assert_here(&content(WHOLE));
        }
    }
}

#[test]
fn everything_is_compared_where_that_was_asked_for() {
    let both = with_part(&[], Some(THERE));
    let _ = both.run(&["resume --verify full --get f"]).success();
    both.assert_here(&content(WHOLE));
    assert_eq!(both.relay.data_bytes_from_server(), WHOLE as u64);
}

#[test]
fn another_local_file_is_left_alone() {
    for (faults, at) in [(&[][..], THERE - 100), (&["no-rest"], 3)] {
        let both = with_part(faults, None);
        let mut mine = content(THERE);
        mine[at] ^= 1;
        both.put_here(&mine);
        let said = both.run(&["resume --get f"]).code(8).stderr;
        assert!(said.contains(&format!("at byte {at} ")), "{said}");
        both.assert_here(&mine);
    }
}

#[test]
fn a_longer_local_file_is_left_alone() {
    let both = with_part(&[], Some(WHOLE + 1));
    let _ = both.run(&["resume --get f"]).code(8);
    both.assert_here(&content(WHOLE + 1));
    assert!(!both.heard("RETR"));
}

#[test]
fn a_file_that_is_not_on_the_server_makes_none_here() {
    let both = Both::new(&[]);
    let _ = both.run(&["resume --get f"]).code(8);
    assert!(!both.here().exists());
}

#[test]
fn an_unreadable_file_makes_none_here() {
    let both = with_part(&["write-only"], None);
    let _ = both.run(&["resume --get f"]).code(8);
    assert!(!both.here().exists());
}

#[test]
fn the_local_name_is_the_last_component_and_never_a_path_of_the_servers() {
    let both = Both::new(&[]);
    std::fs::create_dir(both.server.server_folder().join("sub")).unwrap();
    std::fs::write(both.server.server_folder().join("sub/f"), content(WHOLE)).unwrap();
    let _ = both.run(&["resume --get sub/f"]).success();
    both.assert_here(&content(WHOLE));
    let _ = both.run(&["resume --get sub/f other"]).success();
    let other = std::fs::read(both.local.path().join("other")).unwrap();
    super::assert_same(&other, &content(WHOLE));
    for name in ["sub/..", "sub/", ".."] {
        let _ = both.run(&[&format!("resume --get {name}")]).code(2);
    }
}

#[test]
fn a_cut_download_goes_on_from_what_came() {
    for orderly in [false, true] {
        let both = with_part(&[], None);
        if orderly {
            both.relay.cut_with_fin_after(Direction::FromServer, 70_000);
        } else {
            both.relay.cut_after(Direction::FromServer, 70_000);
        }
        let _ = both.run(&["resume --get f"]).code(3);
        both.relay.wait_for_cuts(1);
        let here = std::fs::read(both.here()).unwrap_or_default();
        super::assert_same(&here, &content(here.len()));
        let _ = both.run(&["resume --get f"]).success();
        both.assert_here(&content(WHOLE));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_with_7() {
    let both = with_part(&[], None);
    std::os::unix::fs::symlink("/dev/full", both.here()).unwrap();
    let _ = both.run(&["resume --get f"]).code(7);
}
