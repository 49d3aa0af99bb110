//! The practice server's hostile names and data at a terminal.

use std::fs;

use crate::support::ftpsh::Ftpsh;
use crate::support::home::Home;
use crate::support::practice::practice_server;
use crate::support::terminal::Key;

use super::assert_harmless;

#[test]
fn listings_files_and_resumes_are_shown_escaped() {
    let home = Home::new();
    let server = practice_server(&["hostile-text"]);
    // A hint holds what looks like the end of a prompt.
    home.configure("[set]\nhints = false\n");
    fs::write(home.path().join("1.TXT"), "I am zfive5").unwrap();
    let mut terminal = Ftpsh::new()
        .home(home.path())
        .arg(format!("ftp://A:A@{}", server.address()))
        .terminal_of(60, 300);
    terminal.expect("230 ");
    terminal.expect("> ");
    for (line, last) in [
        ("TYPE I", "200 "),
        ("ls", "226 "),
        ("PASV", "227 "),
        ("NLST", "226 "),
        ("PASV", "227 "),
        ("MLSD", "226 "),
        ("PASV", "227 "),
        ("RETR hostile.bin", "226 "),
        ("MLST hostile.bin", "250 "),
        ("PWD", "257 "),
        ("quote CWD nosuch", "550 "),
        ("resume 1.TXT", "whole"),
    ] {
        terminal.send_line(line);
        terminal.expect(last);
        terminal.expect("> ");
    }
    terminal.wait_for("\\x1b]0;title\\x07");
    terminal.send_key(Key::CtrlD);
    assert_eq!(terminal.wait_exit(), 0);
    let stored = fs::read_to_string(server.server_folder().join("1.TXT")).unwrap();
    assert_eq!(stored, "I am zfive5");
    assert_harmless(&terminal.raw_output());
}

#[test]
fn data_shown_by_a_script_whose_output_is_a_terminal_are_escaped() {
    let server = practice_server(&["hostile-text"]);
    let terminal = Ftpsh::new()
        .args(["-c", "ls", "-c", "PASV", "-c", "RETR hostile.bin"])
        .arg(format!("ftp://A:A@{}", server.address()))
        .terminal_of(60, 300);
    assert_eq!(terminal.wait_exit(), 0);
    terminal.wait_for("title-\\x1b]0;title\\x07.txt");
    assert_harmless(&terminal.raw_output());
}

/// As a script may have taken them from a listing.
#[cfg(unix)]
#[test]
fn local_names_and_transcripts_of_others_are_shown_escaped() {
    let home = Home::new();
    let name = "n\x1b]0;title\x07";
    fs::write(home.path().join(name), "kept").unwrap();
    let text = format!("S> 220 {name}\nC> NOOP\nS> 200\n");
    fs::write(home.path().join("x.ftp"), text).unwrap();
    let imported = Ftpsh::new()
        .current_dir(home.path())
        .args(["import", "x.ftp"])
        .terminal_of(20, 80);
    assert_eq!(imported.wait_exit(), 0);
    assert!(imported.screen().contains("\\x1b]0;title\\x07"));
    assert_harmless(&imported.raw_output());
    let server = practice_server(&["cut-after=3"]);
    fs::write(server.server_folder().join(name), "more than three").unwrap();
    let setting = format!("set tls-cert '{name}'");
    let download = format!("RETR '{name}' > '{name}'");
    let finished = Ftpsh::new()
        .current_dir(home.path())
        .arg(format!("ftp://A:A@{}", server.address()))
        .args([
            "-c",
            &setting,
            "-c",
            "set tls-cert",
            "-c",
            "set",
            "-c",
            "TYPE I",
        ])
        .args(["-c", "PASV", "-c", &download])
        .run();
    assert!(
        finished.stderr.contains("n\\x1b]0;title"),
        "{}",
        finished.stderr
    );
    assert!(!finished.stderr.contains('\x1b'), "{}", finished.stderr);
}
