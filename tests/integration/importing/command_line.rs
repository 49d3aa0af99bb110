//! What the two commands say and how they end.

use std::fs;

use tempfile::TempDir;

use super::{ARTICLE, import};
use crate::support::ftpsh::Ftpsh;

#[test]
fn what_was_not_understood_is_listed_with_its_line_and_without_its_secret() {
    let text = format!("{ARTICLE}\nso I sent PASS hunter2 \u{1b}[2J\n");
    let finished = import(text.as_bytes());
    let number = text.lines().count();
    let expected = format!("line {number}, was not understood: so I sent PASS ****");
    assert!(finished.stderr.contains(&expected), "{}", finished.stderr);
    assert!(!finished.stderr.contains("hunter2") && !finished.stderr.contains('\u{1b}'));
    assert_eq!(finished.stdout, import(ARTICLE.as_bytes()).stdout);
}

#[test]
fn the_kind_is_found_out_or_given() {
    let bare = "220 x\nUSER a\n331 y\nQUIT\n221 z\n";
    assert!(
        import(bare.as_bytes())
            .stderr
            .contains("the screen of telnet")
    );
    let from = |kind: &str| {
        Ftpsh::new()
            .args(["import", "--from", kind, "-"])
            .stdin(bare)
            .run()
    };
    assert!(
        from("telnet")
            .success()
            .stdout_text()
            .contains("C> USER {user}\n")
    );
    let refused = from("winscp").code(2);
    assert!(refused.stdout.is_empty() && refused.stderr.contains("winscp"));
    assert!(from("nosuch").code(2).stderr.contains("filezilla"));
}

#[test]
fn a_text_without_a_dialogue_is_refused_and_a_file_that_is_not_there_is_named() {
    let nothing = Ftpsh::new()
        .args(["import", "-"])
        .stdin("once upon a time\n");
    assert!(nothing.run().code(2).stdout.is_empty());
    for mode in [&["import"][..], &["export", "--to", "text"]] {
        let missing = Ftpsh::new().args(mode).arg("nosuch.log").run().code(7);
        assert!(missing.stderr.contains("nosuch.log"), "{}", missing.stderr);
    }
}

#[test]
fn a_transcript_is_printed_as_it_is() {
    let text = "# mine\nS> 220 {name}\nC> QUIT\nS> 2yz\n";
    assert_eq!(import(text.as_bytes()).stdout_text(), text);
}

#[test]
fn a_mistake_in_a_transcript_is_not_taken_for_another_notation() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("x.ftp"), "S> 220\nc: QUIT\ns: 221\n").unwrap();
    let finished = Ftpsh::new()
        .current_dir(folder.path())
        .args(["replay", "x.ftp"])
        .run()
        .code(2);
    assert!(finished.stderr.contains("x.ftp:2:"), "{}", finished.stderr);
}

#[test]
fn another_notation_is_never_overwritten_by_an_update() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("x.txt");
    fs::write(&file, ARTICLE).unwrap();
    let replay = Ftpsh::new().current_dir(folder.path());
    let _ = replay.args(["replay", "--update", "x.txt"]).run().code(2);
    assert_eq!(fs::read_to_string(&file).unwrap(), ARTICLE);
}
