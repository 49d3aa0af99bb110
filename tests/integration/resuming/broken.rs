//! Resumes that are broken off themselves, or do not hear the end.

use std::thread;

use super::{Both, THERE, WHOLE, content};
use crate::support::ftpsh::Ftpsh;
use crate::support::relay::Direction;

#[test]
fn a_cut_in_the_middle_ends_with_3_and_the_same_command_goes_on() {
    let both = Both::with_part(&["cut-after=100000"], 5);
    let said = both.run(&["resume f"]).code(3).stderr;
    assert!(
        said.contains("the same command goes on from there"),
        "{said}"
    );
    let there = std::fs::read(both.there()).unwrap();
    assert!(there.len() < WHOLE && there.len() > 5, "{}", there.len());
    super::assert_same(&there, &content(there.len()));
    let _ = both.run(&["resume f"]).success();
    both.assert_there(&content(WHOLE));
}

#[test]
fn a_cut_on_the_way_ends_with_3_and_the_same_command_goes_on() {
    for orderly in [false, true] {
        let both = Both::with_part(&[], 5);
        if orderly {
            both.relay.cut_with_fin_after(Direction::ToServer, 70_000);
        } else {
            both.relay.cut_after(Direction::ToServer, 70_000);
        }
        let _ = both.run(&["resume f"]).code(3);
        both.relay.wait_for_cuts(1);
        let _ = both.run(&["resume f"]).success();
        both.assert_there(&content(WHOLE));
    }
}

/// No server lets a file be locked, so that they can still spoil it; but not in silence.
#[test]
fn ten_resumes_of_one_file_at_once_leave_it_whole_or_one_of_them_says_that_it_is_not() {
    let both = Both::with_part(&[], THERE);
    let exits: Vec<i32> = thread::scope(|scope| {
        let running: Vec<_> = (0..10)
            .map(|_| scope.spawn(|| both.run(&["resume f"])))
            .collect();
        let ended = running.into_iter().map(|it| it.join().expect("it ends"));
        ended.map(|it| it.status).collect()
    });
    let there = std::fs::read(both.there()).unwrap();
    assert!(exits.iter().all(|code| [0, 8].contains(code)), "{exits:?}");
    assert!(there == content(WHOLE) || exits.contains(&8), "{exits:?}");
}

#[test]
fn in_a_script_a_226_that_never_comes_ends_with_3() {
    let both = Both::with_part(&["no-226"], 0);
    let _ = both.run_with(&["--timeout", "1"], &["resume f"]).code(3);
}

#[test]
fn at_a_terminal_a_226_that_never_comes_is_made_up_for_by_size() {
    let both = Both::with_part(&["no-226"], 5);
    let mut terminal = Ftpsh::new()
        .arg(both.relay.address().to_string())
        .current_dir(both.local.path())
        .terminal_of(40, 120);
    for (line, reply) in [("USER A", "331"), ("PASS A", "230")] {
        terminal.expect("ftp> ");
        terminal.send_line(line);
        terminal.expect(reply);
    }
    terminal.expect("ftp> ");
    terminal.send_line("resume f");
    terminal.expect("final reply to RETR is still outstanding");
    terminal.expect("final reply to APPE is still outstanding");
    terminal.expect(
        "whole by size: 200000 of 200000 bytes, bytes 0 to 32772 verified (read back), 199995 sent",
    );
    terminal.expect("ftp> ");
    both.assert_there(&content(WHOLE));
}
