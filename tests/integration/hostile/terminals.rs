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
