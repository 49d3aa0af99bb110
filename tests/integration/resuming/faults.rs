//! Uploads to servers that lack something, or do it wrong.

use super::{Both, THERE, WHOLE, content};
use crate::support::ftpsh::Ftpsh;
use crate::support::terminal::Terminal;

#[test]
fn without_size_mlst_tells_and_without_mlst_list_does_in_either_form() {
    let ways: [(&[&str], &str); 4] = [
        (&["size-needs-type-i"], "SIZE"),
        (&["no-size"], "MLST"),
        (&["no-size", "no-mlst"], "LIST"),
        (&["no-size", "no-mlst", "dos-list"], "LIST"),
    ];
    for (faults, verb) in ways {
        for there in [Some(THERE), Some(5), None] {
            let both = Both::new(faults);
            both.put_here(&content(WHOLE));
            if let Some(bytes) = there {
                both.put_there(&content(bytes));
            }
            let said = both.run(&["resume f"]).success().stderr;
            both.assert_there(&content(WHOLE));
            assert!(both.heard(verb), "{faults:?}: {:?}", both.lines());
            if verb != "SIZE" {
                assert!(said.contains(&format!("size from {verb}")), "{said}");
            }
        }
    }
}

#[test]
fn without_appe_nothing_is_sent_unless_another_way_was_asked_for() {
    let both = Both::with_part(&["no-appe"], THERE);
    let said = both.run(&["resume f"]).code(8).stderr;
    assert!(said.contains("--via rest"), "{said}");
    both.assert_there(&content(THERE));
    assert!(!both.heard("STOR"));
    let _ = both.run(&["resume --via rest f"]).success();
    both.assert_there(&content(WHOLE));
    assert!(both.lines().contains(&format!("REST {THERE}")));
}

#[test]
fn without_appe_an_absent_file_is_stored() {
    let both = Both::new(&["no-appe"]);
    both.put_here(&content(WHOLE));
    let _ = both.run(&["resume f"]).success();
    both.assert_there(&content(WHOLE));
}

#[test]
fn without_appe_and_rest_nothing_is_sent() {
    for line in ["resume f", "resume --via rest f"] {
        let both = Both::with_part(&["no-appe", "no-rest"], THERE);
        let said = both.run(&[line]).code(8).stderr;
        both.assert_there(&content(THERE));
        assert!(!both.heard("STOR"));
        let way_on = match line.contains("--via rest") {
            true => "`put` sends the whole file",
            false => "--via rest",
        };
        assert!(said.contains(way_on), "{said}");
        assert_eq!(both.relay.data_bytes_to_server(), 0);
    }
}

#[test]
fn without_rest_everything_is_read_back() {
    let both = Both::with_part(&["no-rest"], THERE);
    let _ = both.run(&["resume f"]).success();
    both.assert_there(&content(WHOLE));
    let read_back = [THERE, THERE + 32_768].map(|bytes| bytes as u64);
    let received = both.relay.data_connections();
    let received: Vec<u64> = received.iter().map(|data| data.from_server).collect();
    assert_eq!(received[0], read_back[0]);
    assert!(received[2] >= read_back[1], "{received:?}");
}

#[test]
fn zeros_in_front_of_the_marker_are_noticed() {
    for there in [5, THERE] {
        let both = Both::with_part(&["no-appe", "rest-zero-fills"], there);
        let said = both.run(&["resume --via rest f"]).code(8).stderr;
        assert!(said.contains("differs"), "{said}");
        assert!(!said.contains("Nothing was sent"), "{said}");
    }
}

#[test]
fn an_append_that_overwrites_is_noticed_and_the_whole_file_is_stored() {
    for there in [THERE, 5, WHOLE - 1] {
        let both = Both::with_part(&["appe-as-stor"], there);
        let said = both.run(&["resume f"]).success().stderr;
        both.assert_there(&content(WHOLE));
        assert!(said.contains("the server took APPE for STOR"), "{said}");
        assert!(both.heard("STOR"));
    }
}

#[test]
fn an_append_of_as_much_as_was_there_that_leaves_the_size_as_it_was_is_told_and_nothing_is_stored()
{
    let both = Both::with_part(&["appe-as-stor"], WHOLE / 2);
    let said = both.run(&["resume f"]).code(8).stderr;
    assert!(said.contains("100000 bytes were sent"), "{said}");
    assert!(said.contains("It had 100000 before"), "{said}");
    assert!(!both.heard("STOR"));
    both.assert_there(&content(WHOLE)[WHOLE / 2..]);
}

#[test]
fn what_cannot_be_read_back_is_left_alone_in_a_script_unless_that_was_asked_for() {
    let both = Both::with_part(&["write-only"], THERE);
    let said = both.run(&["resume f"]).code(8).stderr;
    assert!(said.contains("--unverified"), "{said}");
    both.assert_nothing_was_written();
    both.assert_there(&content(THERE));
    let said = both.run(&["resume --unverified f"]).success().stderr;
    both.assert_there(&content(WHOLE));
    assert!(said.contains("nothing verified"), "{said}");
    // The REST before the RETR was never used.
    let lines = both.lines();
    let appe = lines.iter().position(|line| line == "APPE f").unwrap();
    assert_eq!(lines[appe - 1], "REST 0");
}

#[test]
fn without_appe_what_cannot_be_read_back_is_stored_at_the_marker_if_that_was_asked_for() {
    let both = Both::with_part(&["no-appe", "write-only"], THERE);
    let line = "resume --via rest --unverified f";
    let said = both.run(&[line]).success().stderr;
    both.assert_there(&content(WHOLE));
    assert!(said.contains("nothing verified"), "{said}");
}

fn asked(both: &Both) -> Terminal {
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
    terminal.expect("cannot be compared");
    terminal.expect("[y/N] ");
    terminal
}

#[test]
fn at_a_terminal_a_person_decides_about_what_cannot_be_read_back() {
    for (answer, there, said) in [
        ("y", WHOLE, "nothing verified"),
        ("n", THERE, "Nothing was"),
        ("", THERE, "Nothing was"),
    ] {
        let both = Both::with_part(&["write-only"], THERE);
        let mut terminal = asked(&both);
        terminal.send_line(answer);
        terminal.expect(said);
        terminal.expect("ftp");
        both.assert_there(&content(there));
    }
}
