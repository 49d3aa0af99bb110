//! `why` and the hints against real refusals. Each next step is taken, and it must help.

use super::scene::Scene;
use super::typing::{exchange, logged_in};
use crate::support::real_server::Kind;

on_every_server!(
    why_tells_how_to_list_after_a_refusal_without_pasv,
    why_tells_how_to_get_a_size_that_is_refused_in_type_a,
    why_tells_how_to_rename_after_an_rnto_alone,
    hints_follow_a_refusal_until_they_are_switched_off,
);

/// What `why` said, without its line breaks.
fn explained(scene: &Scene, lines: &[&str]) -> String {
    let finished = scene.run(&[lines, &["why"]].concat()).code(1);
    let words: Vec<&str> = finished.stderr.split_whitespace().collect();
    words.join(" ")
}

fn why_tells_how_to_list_after_a_refusal_without_pasv(kind: Kind) {
    if kind == Kind::Pyftpdlib {
        // It answers 150 and then nothing.
        return;
    }
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    scene.server.write_file("1.TXT", b"I am ");
    let finished = scene.run(&["LIST", "why"]).code(1);
    let said = &finished.stderr;
    assert!(said.contains("425 in answer to LIST"), "{said}");
    assert!(said.contains("\n  Next    PASV, then LIST\n"), "{said}");
    assert_eq!(scene.count_sent("why"), 0);
    let listed = scene.run(&["PASV", "LIST"]).success();
    assert!(listed.stdout_text().contains("1.TXT"));
}

fn why_tells_how_to_get_a_size_that_is_refused_in_type_a(kind: Kind) {
    if matches!(kind, Kind::Vsftpd | Kind::PureFtpd) {
        // They tell the size on the disk.
        return;
    }
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    scene.server.write_file("1.TXT", b"I am ");
    let said = explained(&scene, &["SIZE 1.TXT"]);
    assert!(said.contains("550 in answer to SIZE 1.TXT"), "{said}");
    assert!(said.contains("Next TYPE I, then SIZE 1.TXT"), "{said}");
    let finished = scene.run(&["TYPE I", "SIZE 1.TXT"]).success();
    assert!(finished.stderr.contains("213 5"));
}

fn why_tells_how_to_rename_after_an_rnto_alone(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    scene.server.write_file("a", b"I am ");
    let said = explained(&scene, &["RNTO b"]);
    assert!(said.contains("503 in answer to RNTO b"), "{said}");
    let next_step = "Next RNFR and the old name, then RNTO b";
    assert!(said.contains(next_step), "{said}");
    assert!(said.contains("State logged in; TYPE A;"), "{said}");
    let _ = scene.run(&["RNFR a", "RNTO b"]).success();
    assert_eq!(scene.server.read_file("b"), b"I am ");
}

fn hints_follow_a_refusal_until_they_are_switched_off(kind: Kind) {
    let Some(scene) = Scene::set(kind) else {
        return;
    };
    let mut terminal = logged_in(&scene, scene.relay.address());
    let hint = "\n  dir is not an FTP verb; did you mean PASV, then LIST (alias `ls`)?";
    exchange(&mut terminal, "dir", "500 ", hint);
    terminal.expect("ftp> ");
    let hint = "\n  next: RNFR and the old name, then RNTO b";
    exchange(&mut terminal, "RNTO b", "503 ", hint);
    terminal.expect("ftp> ");
    terminal.send_line("set hints off");
    terminal.expect("ftp> ");
    for (line, reply) in [("dir", "500 "), ("RNTO b", "503 "), ("PWD", "257 ")] {
        exchange(&mut terminal, line, reply, "ftp> ");
    }
    let screen = terminal.screen();
    let after = screen.split("set hints off").nth(1);
    let after = after.expect("the screen holds the whole session");
    let is_hinted = after.contains("did you mean") || after.contains("next:");
    assert!(!is_hinted, "{after}");
    let lines = scene.relay.control_lines_to_server();
    assert_eq!(lines[2..], ["dir", "RNTO b", "dir", "RNTO b", "PWD"]);
}
